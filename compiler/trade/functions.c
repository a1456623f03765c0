/* SPDX-License-Identifier: MIT */
/* Functions for models. Credentials, fixed values and idempotency keys are no arguments: the VM adds them. */
#include "compiler/trade/functions.h"

#include "compiler/trade/dsl_internal.h"
#include "compiler/trade/json_schema.h"

enum { LONGEST_NAME = 64, LONGEST_DOC = 1000 };

typedef struct Function {
    PlStr name, doc;
    PlEffect effect;
    bool repeatable;        /* doing it again changes nothing more */
    const PlAction *action; /* or: */
    const PlPlan *plan;
    PlTypeId result;
} Function;

typedef struct Writer {
    PlJsonOut out;
    PlArena *arena;
    const PlTypes *types;
    PlMap names;
} Writer;

bool pl_function_form_by_name(PlStr name, PlFunctionForm *out)
{
    static const char *const names[PL_FUNCTION_FORMS] = {"openai", "anthropic", "mcp"};
    for (int i = 0; i < PL_FUNCTION_FORMS; i++)
        if (pl_str_eq_nocase(name, pl_str_z(names[i]))) return *out = (PlFunctionForm)i, true;
    return false;
}

/* Letters, digits, `_` and `-`, at most 64: what all three take. */
static PlStr function_name(Writer *w, PlStr text)
{
    char *z = pl_arena_alloc(w->arena, text.len + 16, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < LONGEST_NAME; i++) {
        char c = text.ptr[i];
        bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == '-';
        if (word)
            z[len++] = c;
        else if (len && z[len - 1] != '_')
            z[len++] = '_';
    }
    while (len && z[len - 1] == '_') len--;
    PlStr name = len ? pl_str(z, len) : PL_STR("plan"), base = name;
    for (unsigned n = 2; pl_map_find(&w->names, name); n++) {
        size_t room = LONGEST_NAME - 6;
        name = pl_arena_printf(w->arena, PL_FMT "_%u", PL_ARG(pl_str_slice(base, 0, room)), n);
    }
    pl_map_put(&w->names, name, NULL);
    return name;
}

static PlStr short_doc(Writer *w, PlStr text)
{
    PlStr line = pl_dsl_one_line(w->arena, text);
    if (line.len <= LONGEST_DOC) return line;
    line.len = LONGEST_DOC;
    while (line.len && ((unsigned char)line.ptr[line.len] & 0xc0) == 0x80) line.len--;
    return line;
}

static PlStr json_of(Writer *w, const PlLiteral *l)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    switch (l->kind) {
    case PL_LIT_YESNO: pl_buf_put_z(&buf, l->as.yes ? "true" : "false"); break;
    case PL_LIT_INT: pl_buf_put_int(&buf, l->as.integer); break;
    case PL_LIT_DOUBLE: pl_buf_put_double(&buf, l->as.number); break;
    case PL_LIT_TEXT: pl_buf_put_json(&buf, l->as.text); break;
    case PL_LIT_JSON: pl_buf_put(&buf, l->as.text); break;
    default: break;
    }
    PlStatus status = buf.status;
    PlStr text = status == PL_OK ? pl_arena_str(w->arena, pl_buf_str(&buf)) : PL_STR("");
    pl_buf_deinit(&buf);
    if (status != PL_OK) pl_arena_escape(w->arena, status);
    return text;
}

/* ---- arguments ---- */

static bool is_argument(const PlParam *p)
{
    return !p->fixed && !p->is_key && !pl_param_is_filled(p);
}

static void required_names(Writer *w, const Function *f)
{
    bool open = false;
    uint32_t count = f->action ? f->action->param_count : f->plan->inputs.len;
    for (uint32_t i = 0; i < count; i++) {
        const PlParam *p = f->action ? &f->action->params[i] : NULL;
        bool required = p ? p->required && is_argument(p) && !p->has_default : f->plan->inputs.items[i].value == NULL;
        if (!required) continue;
        if (!open) pl_json_out_begin(&w->out, "required", '[');
        open = true;
        pl_json_out_text(&w->out, NULL, p ? p->name : f->plan->inputs.items[i].name);
    }
    if (open) pl_json_out_end(&w->out, ']');
}

static void input_schema(Writer *w, const char *key, const Function *f)
{
    pl_json_out_begin(&w->out, key, '{');
    pl_json_out_text(&w->out, "type", PL_STR("object"));
    pl_json_out_begin(&w->out, "properties", '{');
    for (uint32_t i = 0; f->action && i < f->action->param_count; i++) {
        const PlParam *p = &f->action->params[i];
        if (!is_argument(p)) continue;
        PlStr value = p->has_default ? json_of(w, &p->value) : PL_STR("");
        pl_json_schema(&w->out, p->name, w->types, p->type, short_doc(w, p->doc), value, true);
    }
    for (uint32_t i = 0; f->plan && i < f->plan->inputs.len; i++) {
        const PlInputDecl *in = &f->plan->inputs.items[i];
        bool plain = in->value && in->value->kind == PL_EXPR_LITERAL;
        PlStr value = plain ? json_of(w, &in->value->literal) : PL_STR("");
        pl_json_schema(&w->out, in->name, w->types, in->symbol ? in->symbol->type : PL_T_TEXT, PL_STR(""), value, true);
    }
    pl_json_out_end(&w->out, '}');
    required_names(w, f);
    pl_json_out_yes(&w->out, "additionalProperties", false);
    pl_json_out_end(&w->out, '}');
}

/* ---- one function ---- */

static void annotations(Writer *w, const Function *f)
{
    pl_json_out_begin(&w->out, "annotations", '{');
    pl_json_out_yes(&w->out, "readOnlyHint", f->effect <= PL_EFFECT_READ);
    if (f->effect > PL_EFFECT_READ) {
        pl_json_out_yes(&w->out, "destructiveHint", f->effect == PL_EFFECT_DELETE);
        pl_json_out_yes(&w->out, "idempotentHint", f->repeatable);
    }
    pl_json_out_yes(&w->out, "openWorldHint", f->effect != PL_EFFECT_NONE);
    pl_json_out_end(&w->out, '}');
}

static void mcp(Writer *w, const Function *f)
{
    input_schema(w, "inputSchema", f);
    bool object = pl_type(w->types, f->result)->kind == PL_TYPE_RECORD; /* structured content is an object */
    if (object) pl_json_schema(&w->out, PL_STR("outputSchema"), w->types, f->result, PL_STR(""), PL_STR(""), false);
    annotations(w, f);
}

static void function(Writer *w, const Function *f, PlFunctionForm form)
{
    pl_json_out_begin(&w->out, NULL, '{');
    if (form == PL_FUNCTIONS_OPENAI) {
        pl_json_out_text(&w->out, "type", PL_STR("function"));
        pl_json_out_begin(&w->out, "function", '{');
    }
    pl_json_out_text(&w->out, "name", f->name);
    if (f->doc.len) pl_json_out_text(&w->out, "description", f->doc);
    if (form == PL_FUNCTIONS_OPENAI) {
        input_schema(w, "parameters", f);
        pl_json_out_end(&w->out, '}');
    } else if (form == PL_FUNCTIONS_ANTHROPIC) {
        input_schema(w, "input_schema", f);
    } else {
        mcp(w, f);
    }
    pl_json_out_end(&w->out, '}');
}

static void begin_list(Writer *w, PlFunctionForm form)
{
    if (form == PL_FUNCTIONS_MCP) pl_json_out_begin(&w->out, NULL, '{');
    pl_json_out_begin(&w->out, form == PL_FUNCTIONS_MCP ? "tools" : NULL, '[');
}

static void end_list(Writer *w, PlFunctionForm form)
{
    pl_json_out_end(&w->out, ']');
    if (form == PL_FUNCTIONS_MCP) pl_json_out_end(&w->out, '}');
    pl_buf_put_char(w->out.buf, '\n');
}

static Writer writer(PlArena *arena, PlBuf *out, const PlTypes *types)
{
    Writer w = {.out = {.buf = out, .first = true}, .arena = arena, .types = types};
    pl_map_init(&w.names, arena);
    return w;
}

void pl_functions_of_catalog(PlArena *arena, PlBuf *out, PlCatalog *catalog, PlStr search, PlFunctionForm form)
{
    Writer w = writer(arena, out, pl_catalog_types(catalog));
    uint32_t count;
    const PlOperation **operations = pl_catalog_select(catalog, NULL, search, &count);
    begin_list(&w, form);
    for (uint32_t i = 0; i < count; i++) {
        const PlOperation *op = operations[i];
        const PlAction *action = op->broken ? NULL : pl_catalog_action(catalog, op);
        if (!action) continue;
        PlStr name = pl_arena_printf(arena, PL_FMT "_" PL_FMT, PL_ARG(op->plugin->name), PL_ARG(op->name));
        Function f = {
            .name = function_name(&w, name), .effect = action->effect, .action = action, .result = action->result};
        f.doc = short_doc(&w, op->description.len > op->title.len ? op->description : op->title);
        f.repeatable = pl_doubt_is_repeatable(action->doubt);
        function(&w, &f, form);
    }
    end_list(&w, form);
}

PlStr pl_functions_of_tools(PlArena *arena, const PlTypes *types, const PlAction *const *actions, const PlStr *names, uint32_t count)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    Writer w = writer(arena, &buf, types);
    w.out.line = true;
    pl_json_out_begin(&w.out, NULL, '[');
    for (uint32_t i = 0; i < count; i++) {
        Function f = {.name = function_name(&w, names[i]), .doc = short_doc(&w, actions[i]->title), .action = actions[i]};
        pl_json_out_begin(&w.out, NULL, '{');
        pl_json_out_text(&w.out, "action", names[i]);
        pl_json_out_text(&w.out, "name", f.name);
        if (f.doc.len) pl_json_out_text(&w.out, "description", f.doc);
        input_schema(&w, "parameters", &f);
        pl_json_out_end(&w.out, '}');
    }
    pl_json_out_end(&w.out, ']');
    PlStatus status = buf.status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(&buf)) : PL_STR("");
    pl_buf_deinit(&buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

static Function plan_function(Writer *w, const PlPlan *plan, PlEffect effect)
{
    Function f = {.name = function_name(w, plan->workflow),
                  .effect = effect,
                  .plan = plan,
                  .result = plan->output ? plan->output_type : PL_T_NOTHING};
    f.doc = short_doc(w, plan->goal.len ? plan->goal : plan->workflow);
    return f;
}

void pl_functions_of_plan(PlArena *arena, PlBuf *out, const PlTypes *types, const PlPlan *plan, PlEffect effect,
                          PlFunctionForm form)
{
    Writer w = writer(arena, out, types);
    Function f = plan_function(&w, plan, effect);
    begin_list(&w, form);
    function(&w, &f, form);
    end_list(&w, form);
}

/* ---- OpenAPI ---- */

static void content(Writer *w)
{
    pl_json_out_begin(&w->out, "content", '{');
    pl_json_out_begin(&w->out, "application/json", '{');
}

static void end(Writer *w, unsigned times)
{
    while (times--) pl_json_out_end(&w->out, '}');
}

void pl_functions_openapi(PlArena *arena, PlBuf *out, const PlTypes *types, const PlPlan *plan, PlEffect effect)
{
    Writer w = writer(arena, out, types);
    PlJsonOut *o = &w.out;
    Function f = plan_function(&w, plan, effect);
    pl_json_out_begin(o, NULL, '{');
    pl_json_out_text(o, "openapi", PL_STR("3.1.0"));
    pl_json_out_begin(o, "info", '{');
    pl_json_out_text(o, "title", plan->workflow.len ? plan->workflow : PL_STR("Plan"));
    pl_json_out_text(o, "version", PL_STR("1"));
    pl_json_out_end(o, '}');
    pl_json_out_begin(o, "paths", '{');
    pl_json_out_begin_at(o, pl_arena_printf(arena, "/plans/" PL_FMT, PL_ARG(f.name)), '{');
    pl_json_out_begin(o, "post", '{');
    pl_json_out_text(o, "operationId", f.name);
    if (f.doc.len) pl_json_out_text(o, "summary", f.doc);
    pl_json_out_text(o, "x-pilot-effect", pl_str_z(pl_effect_name(effect)));
    if (plan->inputs.len) {
        pl_json_out_begin(o, "requestBody", '{');
        pl_json_out_yes(o, "required", true);
        content(&w);
        input_schema(&w, "schema", &f);
        end(&w, 3);
    }
    pl_json_out_begin(o, "responses", '{');
    pl_json_out_begin(o, "200", '{');
    pl_json_out_text(o, "description", PL_STR("what the plan gives"));
    if (plan->output) {
        content(&w);
        pl_json_schema(o, PL_STR("schema"), types, plan->output_type, PL_STR(""), PL_STR(""), false);
        end(&w, 2);
    }
    end(&w, 6);
    pl_buf_put_char(out, '\n');
}
