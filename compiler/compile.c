/* SPDX-License-Identifier: MIT */
/* The pipeline. Each stage reads the one before it and nothing later; an error in one stage does not hide those of the stages that can still say
 * something: a plan with a step that could not be parsed is still checked. */
#include "compiler/compile.h"

#include "compiler/bind/shelf.h"
#include "compiler/doors/doors.h"
#include "compiler/emit/emit.h"
#include "compiler/labels.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "vm/base/limits.h"

#include <unistd.h>

static bool has_plugin(const PlCatalog *catalog, PlStr name)
{
    return pl_catalog_plugin_by_name(catalog, name) != NULL;
}

static void add_plugin(PlCompiled *out, const PlPluginArg *arg, PlArena *arena)
{
    if (arg->name.len && has_plugin(out->catalog, arg->name)) return;
    if (arg->has_door) {
        pl_doors_add(out->catalog, &(PlDoorArg){arena, &out->diags, arg, arg->folder, PL_NO_SPAN});
        return;
    }
    PlPluginOptions options = {arg->server, arg->credential, arg->variables, arg->variable_count, arg->idempotent,
                               arg->idempotent_count, PL_STR(""), arg->probes, arg->probe_count, arg->waits, arg->wait_count,
                               arg->trusted};
    PlPlugin *plugin;
    PlStatus status = arg->text.len ? pl_catalog_add_text(out->catalog, arg->name, arg->document, arg->text, &options, &plugin)
                                    : pl_catalog_add_file(out->catalog, arg->name, pl_arena_str(arena, arg->document).ptr, &options, &plugin);
    if (status == PL_NOMEM) pl_arena_escape(arena, status); /* any other reason is in the diagnostics; the plan is checked against what there is */
}

/* `Use: files from mcp "command"` */
static void add_use_door(PlCompiled *out, const PlUse *use, PlStr folder, PlArena *arena)
{
    if (has_plugin(out->catalog, use->name)) return;
    PlPluginArg plugin = {.name = use->name, .document = use->path, .has_door = true};
    if (!pl_door_by_scheme(use->door, &plugin.door)) return;
    bool is_file = plugin.door == PL_DOOR_NATIVE && use->path.ptr[0] != '/';
    if (is_file) plugin.document = pl_arena_printf(arena, PL_FMT PL_FMT, PL_ARG(folder), PL_ARG(use->path));
    pl_doors_add(out->catalog, &(PlDoorArg){arena, &out->diags, &plugin, folder, use->path_span});
}

/* `Use: fs` is the built-in tool when nobody named a document of it. */
static void add_tools(PlCompiled *out, PlArena *arena)
{
    for (uint32_t i = 0; i < out->plan->uses.len; i++) {
        const PlUse *use = &out->plan->uses.items[i];
        if (use->path.len || has_plugin(out->catalog, use->name)) continue;
        if (pl_str_eq_z(use->name, "ai")) pl_doors_ai_missing(&out->diags, use->name, use->name_span);
        if (!pl_doors_is_tool(use->name)) continue;
        PlPluginArg plugin = {.name = use->name, .document = use->name, .has_door = true, .door = PL_DOOR_TOOL};
        pl_doors_add(out->catalog, &(PlDoorArg){arena, &out->diags, &plugin, PL_STR(""), use->name_span});
    }
}

/* `Use: name from "path"`: the path starts at the plan's folder. The command line and the project win over the plan. */
static void add_uses(PlCompiled *out, const PlCompileOptions *options, PlArena *arena)
{
    size_t slash = options->plan_path.len;
    while (slash > 0 && options->plan_path.ptr[slash - 1] != '/') slash--;
    PlStr folder = pl_str_slice(options->plan_path, 0, slash);
    for (uint32_t i = 0; i < out->plan->uses.len; i++) {
        const PlUse *use = &out->plan->uses.items[i];
        if (use->path.len == 0) continue;
        if (use->door.len) {
            add_use_door(out, use, folder, arena);
            continue;
        }
        bool absolute = use->path.ptr[0] == '/';
        PlStr path = absolute ? use->path : pl_arena_printf(arena, PL_FMT PL_FMT, PL_ARG(folder), PL_ARG(use->path));
        uint32_t before = out->diags.all.len;
        add_plugin(out, &(PlPluginArg){.name = use->name, .document = path}, arena);
        for (uint32_t k = before; k < out->diags.all.len; k++) /* a file that cannot be read has no place but this */
            if (out->diags.all.items[k]->span.source == PL_NO_SOURCE) out->diags.all.items[k]->span = use->path_span;
    }
}

static void add_plugins(PlArena *arena, const PlCompileOptions *options, PlCompiled *out)
{
    for (uint32_t i = 0; i < options->plugin_count; i++) add_plugin(out, &options->plugins[i], arena);
    for (uint32_t i = 0; options->project && i < options->project->plugins.len; i++) {
        add_plugin(out, &options->project->plugins.items[i], arena);
    }
    if (out->plan) add_uses(out, options, arena);
    const char *dir = options->plugins_dir;
    if (!dir && options->project && options->project->plugins_dir.len) {
        dir = pl_arena_str(arena, options->project->plugins_dir).ptr;
    }
    if (dir) {
        PlStatus status = pl_catalog_add_dir(out->catalog, dir);
        if (status == PL_NOMEM) pl_arena_escape(arena, status);
    }
    if (out->plan) add_tools(out, arena);
}

/* What the catalog is asked for: the same words ask for the same documents. */
static PlStr catalog_key(PlArena *arena, const PlCompileOptions *options, const PlCompiled *out)
{
    char cwd[4096];
    size_t slash = options->plan_path.len;
    while (slash > 0 && options->plan_path.ptr[slash - 1] != '/') slash--;
    PlStr folder = pl_str_slice(options->plan_path, 0, slash), key = pl_str_z(getcwd(cwd, sizeof cwd) ? cwd : "");
    key = pl_arena_printf(arena, PL_FMT "\n" PL_FMT "\n%s", PL_ARG(key), PL_ARG(folder), options->plugins_dir ? options->plugins_dir : "");
    for (uint32_t i = 0; i < options->plugin_count; i++) {
        const PlPluginArg *arg = &options->plugins[i];
        key = pl_arena_printf(arena, PL_FMT "\n" PL_FMT "=" PL_FMT, PL_ARG(key), PL_ARG(arg->name), PL_ARG(arg->document));
    }
    for (uint32_t i = 0; options->project && i < options->project->plugins.len; i++) {
        const PlPluginArg *arg = &options->project->plugins.items[i];
        key = pl_arena_printf(arena, PL_FMT "\n" PL_FMT "=" PL_FMT, PL_ARG(key), PL_ARG(arg->name), PL_ARG(arg->document));
    }
    for (uint32_t i = 0; out->plan && i < out->plan->uses.len; i++) {
        const PlUse *use = &out->plan->uses.items[i];
        key = pl_arena_printf(arena, PL_FMT "\n" PL_FMT ":" PL_FMT, PL_ARG(key), PL_ARG(use->name), PL_ARG(use->path));
    }
    return key;
}

static void load_catalog(PlArena *arena, const PlCompileOptions *options, PlCompiled *out)
{
    out->catalog = pl_catalog_new(arena, &out->sources, &out->diags, &out->types);
    pl_catalog_set_fetch(out->catalog, options->fetch, NULL);
    if (!options->shelf || options->fetch) { /* what the network says may be another thing each time */
        add_plugins(arena, options, out);
        return;
    }
    PlShelf *shelf = PL_NEW(arena, PlShelf);
    pl_shelf_open(shelf, out->catalog, catalog_key(arena, options, out));
    add_plugins(arena, options, out);
    pl_shelf_close(shelf);
}

static void begin(PlArena *arena, PlCompiled *out)
{
    memset(out, 0, sizeof *out);
    pl_sources_init(&out->sources, arena);
    pl_diags_init(&out->diags, arena, &out->sources);
    pl_types_init(&out->types, arena);
}

/* Of two limits, 0 being none. */
static uint64_t lower(uint64_t a, uint64_t b)
{
    if (!a || !b) return a + b;
    return a < b ? a : b;
}

static void apply_project(const PlProject *project, PlModule *module)
{
    if (!project) return;
    if (project->zone.len) module->zone = project->zone;
    PlManifest *m = &module->manifest;
    if (project->max_calls && project->max_calls < m->max_calls) m->max_calls = project->max_calls;
    if (project->max_time_us && (m->max_time_us == 0 || project->max_time_us < m->max_time_us)) {
        m->max_time_us = project->max_time_us;
    }
    m->max_tokens = lower(m->max_tokens, project->max_tokens);
    m->max_money = lower(m->max_money, project->max_money);
}

/* The text of a buffer as arena memory; PL_NOMEM and PL_LIMIT leave through the arena's escape. */
static PlStr take_buf(PlArena *arena, PlBuf *buf)
{
    PlStatus status = buf->status;
    PlStr text = {NULL, 0};
    if (status == PL_OK) text = pl_arena_str(arena, pl_buf_str(buf));
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

static PlStatus write_module(PlArena *arena, PlCompiled *out)
{
    PlBuf bytes;
    pl_buf_init(&bytes, PL_LIMIT_MODULE_BYTES);
    PlStatus status = pl_module_write(&out->module, &bytes);
    if (status == PL_OK) status = pl_module_verify(&out->module, &out->diags);
    if (status != PL_OK) {
        pl_buf_deinit(&bytes);
        return status;
    }
    out->bytes = take_buf(arena, &bytes);
    return PL_OK;
}

PlStatus pl_compile_catalog(PlArena *arena, const PlCompileOptions *options, PlCompiled *out)
{
    begin(arena, out);
    load_catalog(arena, options, out);
    return PL_OK;
}

/* An edit of the tidied text is one of a person's text where the same words stand there. */
static void place_edit(const PlCompiled *out, PlSpan *span)
{
    PlSpan place = pl_steady_place(&out->sources, out->plan, *span);
    if (place.source == span->source || span->start == span->end) return;
    PlStr tidied = pl_str_slice(out->sources.all.items[span->source].text, span->start, span->end);
    if (pl_str_eq(tidied, pl_str_slice(out->sources.all.items[place.source].text, place.start, place.end))) *span = place;
}

/* What is said of a tidied step is said where a person wrote it. */
static void place_findings(PlCompiled *out)
{
    for (uint32_t i = 0; i < out->diags.all.len; i++) {
        PlDiag *d = out->diags.all.items[i];
        place_edit(out, &d->ask.at);
        for (uint32_t k = 0; k < d->ask.also.len; k++) place_edit(out, &d->ask.also.items[k]);
        for (uint32_t k = 0; k < d->fix.len; k++) place_edit(out, &d->fix.items[k].span);
        for (uint32_t k = 0; k < d->candidates.len; k++)
            for (uint32_t e = 0; e < d->candidates.items[k].edits.len; e++) place_edit(out, &d->candidates.items[k].edits.items[e].span);
        d->span = pl_steady_place(&out->sources, out->plan, d->span);
        for (uint32_t k = 0; k < d->related.len; k++) d->related.items[k].span = pl_steady_place(&out->sources, out->plan, d->related.items[k].span);
    }
}

static void parse_and_check(PlArena *arena, const PlCompileOptions *options, uint32_t source, bool load, PlCompiled *out)
{
    out->diags.strict = options->check.strict;
    out->plan = pl_parse(arena, &out->diags, source);
    if (load) load_catalog(arena, options, out);
    bool good = pl_check(arena, &out->diags, out->catalog, out->plan, &options->check);
    place_findings(out);
    out->checked = good && !out->diags.errors && !out->diags.questions && pl_steady_exact(arena, &out->diags, out->plan);
}

void pl_compile_check(PlArena *arena, PlStr text, const PlCompileOptions *options, PlCompiled *out)
{
    begin(arena, out);
    parse_and_check(arena, options, pl_sources_add(&out->sources, options->plan_path, text), true, out);
}

/* Do the Use lines name the same documents? */
static bool same_uses(const PlPlan *a, const PlPlan *b)
{
    if (a->uses.len != b->uses.len) return false;
    for (uint32_t i = 0; i < a->uses.len; i++) {
        const PlUse *x = &a->uses.items[i], *y = &b->uses.items[i];
        if (!pl_str_eq(x->name, y->name) || !pl_str_eq(x->path, y->path) || !pl_str_eq(x->door, y->door)) return false;
    }
    return true;
}

void pl_compile_recheck(PlArena *arena, PlStr text, const PlCompileOptions *options, PlCompiled *out)
{
    PlPlan *before = out->plan;
    uint32_t source = before->source;
    PlDiags kept = out->diags;
    pl_diags_init(&out->diags, arena, &out->sources);
    for (uint32_t i = 0; i < kept.all.len; i++) {
        PlDiag *d = kept.all.items[i];
        bool of_document = pl_diag_infos[d->code].code[1] == '0' && pl_diag_infos[d->code].code[2] == '7';
        bool of_plan = d->span.source == source || d->span.source == PL_NO_SOURCE || (before->tidied && d->span.source == before->tidied);
        if (of_document || !of_plan) pl_diags_keep(&out->diags, d);
    }
    out->sources.all.items[source] = (PlSource){.name = options->plan_path, .text = text};
    parse_and_check(arena, options, source, false, out);
    if (!same_uses(before, out->plan)) pl_compile_check(arena, text, options, out);
}

PlStatus pl_compile(PlArena *arena, PlStr text, const PlCompileOptions *options, PlCompiled *out)
{
    pl_compile_check(arena, text, options, out);
    if (!out->checked) return PL_OK;

    PlBuf exact;
    pl_buf_init(&exact, 0);
    pl_print_plan(&exact, out->plan);
    out->exact = take_buf(arena, &exact);
    if (!pl_emit(arena, &out->diags, out->catalog, out->plan, out->exact, &out->module)) return PL_OK;
    apply_project(options->project, &out->module);
    pl_labels_trust(arena, &out->diags, out->catalog, options->project, &out->module);
    pl_labels_claims(&out->diags, out->plan, &out->module);
    if (pl_labels_ask(arena, &out->diags, out->plan, &out->module)) {
        pl_buf_init(&exact, 0);
        pl_print_plan(&exact, out->plan);
        out->exact = out->module.exact = take_buf(arena, &exact);
    }
    if (out->diags.errors) return PL_OK;
    PlStatus status = write_module(arena, out);
    out->ok = status == PL_OK;
    return status;
}
