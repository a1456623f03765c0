/* SPDX-License-Identifier: MIT */
/* pilotc emit: a plan in another format. */
#include "compiler/cli/pilotc.h"
#include "compiler/present/diag_json.h"
#include "compiler/syntax/parse.h"
#include "compiler/trade/arazzo_write.h"
#include "compiler/trade/dsl.h"
#include "compiler/trade/functions.h"
#include "vm/base/arena_end.h"

#include <stdio.h>

/* ---- the step format ---- */

static void step_facts(PlStep *const *steps, uint32_t count, PlDslFacts *facts)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *step = steps[i];
        if (step->bound) {
            if (step->bound->effect > facts->effect) facts->effect = step->bound->effect;
            facts->calls = facts->calls || !pl_str_eq_z(step->bound->plugin, "ai");
        }
        for (uint32_t c = 0; c < step->clauses.len; c++)
            if (step->clauses.items[c].step) step_facts(&step->clauses.items[c].step, 1, facts);
        step_facts(step->steps.items, step->steps.len, facts);
    }
}

static PlStr type_words(PlArena *arena, const PlTypes *types, PlTypeId id)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_type_print(&buf, types, id, 200);
    PlStr words = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return words;
}

static PlDslFacts facts_of(PlArena *arena, const PlCompiled *c)
{
    PlDslFacts facts = {.max_calls = c->module.manifest.max_calls};
    step_facts(c->plan->steps.items, c->plan->steps.len, &facts);
    const PlExpr *output = c->plan->output;
    if (!output) return facts;
    facts.output_type = type_words(arena, &c->types, c->plan->output_type);
    if (output->kind != PL_EXPR_RECORD) return facts;
    PlStr *words = PL_NEW_N(arena, PlStr, output->fields.len);
    for (uint32_t i = 0; i < output->fields.len; i++) {
        const PlField *field = pl_type_field(&c->types, c->plan->output_type, output->fields.items[i].name);
        if (field) words[i] = type_words(arena, &c->types, field->type);
    }
    facts.field_types = words;
    return facts;
}

static void free_buf(void *buf)
{
    pl_buf_deinit(buf);
}

/* It goes with the arena, however that is left. */
static PlBuf *buf_of(PlArena *arena)
{
    PlBuf *buf = PL_NEW(arena, PlBuf);
    pl_buf_init(buf, 0);
    pl_arena_end_new(arena, free_buf)->user = buf;
    return buf;
}

static void emit_dsl(PlArena *arena, PlCompiled *c, PlBuf *out)
{
    PlDslFacts facts = facts_of(arena, c);
    uint32_t source = pl_sources_add(&c->sources, PL_STR("exact plan"), c->exact);
    PlPlan *plan = pl_parse(arena, &c->diags, source);
    pl_dsl_write(arena, out, plan, &facts);
}

/* What the other format cannot say, as warnings on standard error or in `json`. */
static void print_losses(PlDiags *diags, uint32_t before, PlBuf *json)
{
    PlDiags lost;
    pl_diags_init(&lost, diags->arena, diags->sources);
    for (uint32_t i = before; i < diags->all.len; i++) pl_vec_push(diags->arena, &lost.all, diags->all.items[i]);
    lost.warnings = lost.all.len;
    if (json) pl_diags_json(json, &lost);
    else if (lost.all.len) pl_cli_say_diags(&lost);
}

static void emit_arazzo(PlArena *arena, PlCompiled *c, PlBuf *out, PlBuf *json)
{
    uint32_t before = c->diags.all.len;
    pl_arazzo_write(arena, out, &c->diags, c->catalog, c->plan);
    print_losses(&c->diags, before, json);
}

/* ---- functions ---- */

/* Every action of the catalog: no plan is given. */
static int emit_catalog(PlArena *arena, const PlcOptions *o, PlStr search, PlFunctionForm form)
{
    PlSources sources;
    PlDiags diags;
    PlProject project;
    PlCompileOptions compile;
    PlCompiled compiled;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    int code = plc_load(arena, o, NULL, &project, &diags, &compile);
    if (code >= 0) return code;
    PlStatus status = pl_compile_catalog(arena, &compile, &compiled);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    PlBuf *out = buf_of(arena), *json = o->json ? buf_of(arena) : NULL;
    if (json) pl_cli_json_begin(json, "emit");
    plc_print_findings(arena, o, &compiled, json);
    pl_functions_of_catalog(arena, out, compiled.catalog, search, form);
    code = plc_put_text(out, json);
    return code ? code : compiled.diags.errors ? 1 : 0;
}

typedef struct Wanted {
    bool dsl, arazzo, openapi, functions;
    PlFunctionForm form;
} Wanted;

static int emit_plan(PlArena *arena, const PlcOptions *o, const char *path, const Wanted *wanted)
{
    PlCompiled compiled = {0};
    PlBuf *out = buf_of(arena), *json = o->json ? buf_of(arena) : NULL;
    if (json) pl_cli_json_begin(json, "emit");
    int code = plc_compile(arena, o, path, &compiled, json);
    if (code) {
        if (json) pl_cli_put(json);
        return code;
    }
    PlEffect effect = facts_of(arena, &compiled).effect;
    if (wanted->dsl) emit_dsl(arena, &compiled, out);
    else if (wanted->arazzo) emit_arazzo(arena, &compiled, out, json);
    else if (wanted->openapi) pl_functions_openapi(arena, out, &compiled.types, compiled.plan, effect);
    else pl_functions_of_plan(arena, out, &compiled.types, compiled.plan, effect, wanted->form);
    return plc_put_text(out, json);
}

int plc_cmd_emit(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    Wanted wanted = {0};
    const char *form = NULL, *search = NULL;
    const PlCliOption options[] = {
        {"dsl", 0, PL_CLI_FLAG, &wanted.dsl, NULL, "as workflow JSON (spec/dsl.md)"},
        {"arazzo", 0, PL_CLI_FLAG, &wanted.arazzo, NULL, "as an Arazzo document (spec/arazzo.md)"},
        {"functions", 0, PL_CLI_TEXT, &form, "FORM",
         "the plan as a function for models: openai, anthropic or mcp; without a plan every action of the API "
         "documents"},
        {"search", 's', PL_CLI_TEXT, &search, "TEXT",
         "with --functions: only actions whose name, title or path has these words"},
        {"openapi", 0, PL_CLI_FLAG, &wanted.openapi, NULL, "as an OpenAPI document with one operation"},
        PLC_PLUGIN_OPTIONS(o),
        PLC_CHECK_OPTIONS(o)};
    const PlCliCommand command = {"pilotc emit --dsl|--arazzo|--functions FORM|--openapi FILE.pilot [options]",
                                  "Prints the exact plan in another format.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    wanted.functions = form != NULL;
    if (wanted.dsl + wanted.arazzo + wanted.openapi + wanted.functions != 1)
        return pl_cli_fail(PL_USAGE, "name one format\n  = help: usage: %s", command.usage);
    if (form && !pl_function_form_by_name(pl_str_z(form), &wanted.form))
        return pl_cli_fail(PL_USAGE, "--functions takes openai, anthropic or mcp, not %s", form);
    if (form && rest.count == 0) return emit_catalog(arena, &o, pl_str_z(search ? search : ""), wanted.form);
    if (rest.count != 1) return pl_cli_fail(PL_USAGE, "give one file\n  = help: usage: %s", command.usage);
    return emit_plan(arena, &o, rest.items[0], &wanted);
}
