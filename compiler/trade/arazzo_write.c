/* SPDX-License-Identifier: MIT */
/* The plan's steps in one line with jumps, then the document. An If needs a call before it to jump from; a Repeat of
 * one call that looks again is a retry, another Repeat a jump back. Labels are places that are known only when the
 * line is complete. */
#include "compiler/trade/arazzo_write.h"

#include "compiler/trade/arazzo_out.h"

typedef struct Walk {
    PlOut *o;
    bool closed; /* what stands behind the last call is decided: nothing more can be put there */
} Walk;

static void walk(Walk *w, PlStep *const *steps, uint32_t count, PlOutLabel *after);

static PlOutStep *last_step(Walk *w)
{
    return w->o->steps.len && !w->closed ? pl_vec_last(&w->o->steps) : NULL;
}

static PlOutLabel *new_label(PlOut *o)
{
    PlOutLabel *label = PL_NEW(o->arena, PlOutLabel);
    label->at = UINT32_MAX;
    return label;
}

static void add_jump(PlOut *o, PlOutStep *from, PlStr criterion, PlOutLabel *to)
{
    pl_vec_push(o->arena, &from->jumps, (PlOutJump){criterion, to});
}

/* ---- names ---- */

static PlOutName *name_of(PlOut *o, PlStr name)
{
    PlMapEntry *entry = pl_map_put(&o->names, name, NULL);
    if (!entry->value.ptr) entry->value.ptr = PL_NEW(o->arena, PlOutName);
    return entry->value.ptr;
}

static void count_names(PlOut *o, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        if (step->bind.len) name_of(o, step->bind)->count++;
        if (step->name2.len) name_of(o, step->name2)->count++;
        if (step->name.len) {
            PlOutName *name = name_of(o, step->name);
            name->count++;
            if (step->kind == PL_STEP_SET) name->value = step->value;
        }
        count_names(o, step->steps.items, step->steps.len);
    }
}

static PlStr step_id(PlOut *o, const PlStep *step)
{
    PlStr id = step->bind.len ? step->bind : pl_arena_printf(o->arena, "step_" PL_FMT, PL_ARG(step->label));
    char *z = (char *)(uintptr_t)(id = pl_arena_str(o->arena, id)).ptr;
    for (size_t i = 0; i < id.len; i++)
        if (z[i] == '.') z[i] = '_';
    PlStr base = id;
    for (unsigned n = 2; pl_map_find(&o->ids, id); n++) id = pl_arena_printf(o->arena, PL_FMT "_%u", PL_ARG(base), n);
    pl_map_put(&o->ids, id, NULL);
    return id;
}

/* ---- statements ---- */

static PlOutStep *call(Walk *w, const PlStep *step)
{
    PlOut *o = w->o;
    PlOutStep *out = PL_NEW(o->arena, PlOutStep);
    out->step = step;
    out->id = step_id(o, step);
    pl_vec_push(o->arena, &o->steps, out);
    if (step->bind.len) name_of(o, step->bind)->step = out;
    w->closed = false;
    return out;
}

static void check(Walk *w, const PlStep *step)
{
    PlOutStep *last = last_step(w);
    PlStr condition = last ? pl_out_condition(w->o, step->cond, last) : PL_STR("");
    for (uint32_t i = 0; last && i < last->criteria.len; i++)
        if (pl_str_eq(last->criteria.items[i], condition)) return; /* the end of a repeat, said again */
    if (!condition.len || last->jumps.len)
        pl_out_lost(w->o, step->span, "this check");
    else
        pl_vec_push(w->o->arena, &last->criteria, condition);
}

static bool only_stops(const PlStep *block)
{
    return block->steps.len == 1 && block->steps.items[0]->kind == PL_STEP_STOP;
}

/* An If with its Otherwise-steps; returns how many of these there are. */
static uint32_t condition(Walk *w, PlStep *const *steps, uint32_t count, PlOutLabel *after)
{
    PlOut *o = w->o;
    PlOutStep *from = last_step(w);
    uint32_t branches = 1;
    while (branches < count && (steps[branches]->kind == PL_STEP_ELSE_IF || steps[branches]->kind == PL_STEP_ELSE))
        branches++;
    bool good = from && !from->jumps.len, otherwise = false;
    for (uint32_t i = 0; good && i < branches; i++)
        good = steps[i]->kind == PL_STEP_ELSE || pl_out_condition(o, steps[i]->cond, from).len;
    if (!good) {
        pl_out_lost(o, steps[0]->span,
                    from && from->jumps.len ? "a condition right behind another"
                    : from                  ? "this condition"
                                            : "a condition with no call before it");
        return branches - 1;
    }
    for (uint32_t i = 0; i < branches; i++) {
        PlStr when = steps[i]->kind == PL_STEP_ELSE ? PL_STR("") : pl_out_condition(o, steps[i]->cond, from);
        otherwise = otherwise || steps[i]->kind == PL_STEP_ELSE;
        if (only_stops(steps[i])) {
            add_jump(o, from, when, NULL);
            continue;
        }
        PlOutLabel *start = new_label(o);
        uint32_t first = start->at = o->steps.len;
        w->closed = true;
        walk(w, steps[i]->steps.items, steps[i]->steps.len, after);
        if (o->steps.len == first)
            start = after; /* nothing of it can be said */
        else if (!w->closed)
            add_jump(o, pl_vec_last(&o->steps), PL_STR(""), after);
        add_jump(o, from, when, start);
    }
    if (!otherwise) add_jump(o, from, PL_STR(""), after);
    w->closed = true;
    return branches - 1;
}

static void repeat(Walk *w, const PlStep *step, PlOutLabel *after)
{
    PlOut *o = w->o;
    PlStep *only = step->steps.len == 1 && step->steps.items[0]->kind == PL_STEP_ACTION ? step->steps.items[0] : NULL;
    const PlExpr *bound = step->count && step->count->kind == PL_EXPR_LITERAL && step->count->literal.kind == PL_LIT_INT
                              ? step->count
                              : NULL;
    if (only && step->cond && !step->is_while && bound) {
        PlOutStep *out = call(w, only);
        PlStr until = pl_out_condition(o, step->cond, out);
        if (until.len) {
            pl_vec_push(o->arena, &out->criteria, until);
            out->poll_every = step->every;
            out->poll_limit = bound->literal.as.integer - 1;
            return;
        }
        pl_out_lost(o, step->span, "this condition of a repeat");
        return;
    }
    PlOutLabel *start = new_label(o);
    uint32_t first = start->at = o->steps.len;
    PlOutLabel *behind = new_label(o);
    walk(w, step->steps.items, step->steps.len, behind);
    behind->at = o->steps.len;
    PlOutStep *last = o->steps.len > first ? last_step(w) : NULL;
    PlStr until = last && step->cond ? pl_out_condition(o, step->cond, last) : PL_STR("");
    if (!until.len || last->jumps.len) {
        pl_out_lost(o, step->span, "this repeat");
        return;
    }
    pl_out_lost(o, step->span, "the bound of a repeat");
    PlStr again = step->is_while ? until : pl_arena_printf(o->arena, "!(" PL_FMT ")", PL_ARG(until));
    add_jump(o, last, again, start);
    add_jump(o, last, PL_STR(""), after);
    w->closed = true;
}

static void statement(Walk *w, const PlStep *step, PlOutLabel *after)
{
    PlOut *o = w->o;
    PlOutStep *last = last_step(w);
    switch (step->kind) {
    case PL_STEP_ACTION: call(w, step); break;
    case PL_STEP_CHECK: check(w, step); break;
    case PL_STEP_REPEAT: repeat(w, step, after); break;
    case PL_STEP_TOGETHER:
        pl_out_lost(o, step->span, "that steps run at the same time");
        walk(w, step->steps.items, step->steps.len, after);
        break;
    case PL_STEP_STOP:
        if (last && !last->jumps.len) {
            add_jump(o, last, PL_STR(""), NULL);
            w->closed = true;
        }
        break;
    case PL_STEP_SET:
        if (step->target || name_of(o, step->name)->count != 1 || !pl_out_can(o, step->value))
            pl_out_lost(o, step->span, "a value that is computed");
        break;
    case PL_STEP_EACH: pl_out_lost(o, step->span, "a loop over a list"); break;
    case PL_STEP_TRY:
        pl_out_lost(o, step->span, "what happens when several steps fail");
        walk(w, step->steps.items, step->steps.len, after);
        break;
    case PL_STEP_ON_ERROR: break; /* said with its Try */
    case PL_STEP_NOTE: pl_out_lost(o, step->span, "a note"); break;
    case PL_STEP_ASK:
    case PL_STEP_APPROVE: pl_out_lost(o, step->span, "a question to a person"); break;
    default: pl_out_lost(o, step->span, "this step"); break;
    }
}

/* Depth is bounded by PL_LIMIT_STEP_DEPTH. `after`: where the block's end leads. */
static void walk(Walk *w, PlStep *const *steps, uint32_t count, PlOutLabel *after)
{
    for (uint32_t i = 0; i < count; i++) {
        bool chain = steps[i]->kind == PL_STEP_IF;
        bool block = chain || steps[i]->kind == PL_STEP_REPEAT;
        uint32_t rest = i;
        if (chain)
            while (rest + 1 < count &&
                   (steps[rest + 1]->kind == PL_STEP_ELSE_IF || steps[rest + 1]->kind == PL_STEP_ELSE))
                rest++;
        PlOutLabel *behind = block && rest + 1 < count ? new_label(w->o) : after;
        uint32_t before = w->o->steps.len;
        if (chain)
            i += condition(w, steps + i, count - i, behind);
        else
            statement(w, steps[i], behind);
        if (behind == after) continue;
        behind->at = w->o->steps.len;
        if (w->o->steps.len == before) w->closed = w->closed && block;
    }
}

/* ---- the document ---- */

/* The object stays open: its caller ends it. */
static void schema(PlOut *o, const char *key, const PlTypeExpr *t)
{
    static const struct {
        const char *name, *type, *format;
    } words[] = {{"integer", "integer", NULL},        {"number", "number", NULL},        {"yes/no", "boolean", NULL},
                 {"email", "string", "email"},        {"url", "string", "uri"},          {"date", "string", "date"},
                 {"datetime", "string", "date-time"}, {"uuid", "string", "uuid"},        {"text", "string", NULL},
                 {"record", "object", NULL},          {"duration", "string", "duration"}};
    PlJsonOut *j = &o->json;
    pl_json_out_begin(j, key, '{');
    const PlTypeExpr *type = t && t->kind == PL_TE_OR ? t->left : t;
    if (!type) pl_json_out_text(j, "type", PL_STR("string"));
    for (size_t i = 0; type && type->kind == PL_TE_NAME && i < sizeof words / sizeof *words; i++) {
        if (!pl_str_eq_z(type->name, words[i].name)) continue;
        pl_json_out_text(j, "type", pl_str_z(words[i].type));
        if (words[i].format) pl_json_out_text(j, "format", pl_str_z(words[i].format));
    }
    if (type && type->kind == PL_TE_LIST) {
        pl_json_out_text(j, "type", PL_STR("array"));
        schema(o, "items", type->left);
        pl_json_out_end(j, '}');
    }
    if (type && type->kind == PL_TE_RECORD) {
        pl_json_out_text(j, "type", PL_STR("object"));
        pl_json_out_begin(j, "properties", '{');
        for (uint32_t i = 0; i < type->fields.len; i++) {
            schema(o, pl_arena_str(o->arena, type->fields.items[i].name).ptr, type->fields.items[i].type);
            pl_json_out_end(j, '}');
        }
        pl_json_out_end(j, '}');
    }
    if (type && type->kind == PL_TE_ONE_OF) {
        pl_json_out_begin(j, "enum", '[');
        for (uint32_t i = 0; i < type->values.len; i++) {
            const PlLiteral *l = &type->values.items[i]->literal;
            if (l->kind == PL_LIT_INT)
                pl_json_out_int(j, NULL, l->as.integer);
            else if (l->kind == PL_LIT_TEXT)
                pl_json_out_text(j, NULL, l->as.text);
        }
        pl_json_out_end(j, ']');
    }
}

static const char *type_of(PlTypeId type)
{
    return type == PL_T_INTEGER ? "integer" : type == PL_T_NUMBER ? "number" : type == PL_T_YESNO ? "boolean" : type == PL_T_TEXT ? "string" : NULL;
}

static void inputs(PlOut *o)
{
    PlJsonOut *j = &o->json;
    if (!o->plan->inputs.len && !o->computed.len) return;
    pl_json_out_begin(j, "inputs", '{');
    pl_json_out_text(j, "type", PL_STR("object"));
    pl_json_out_begin(j, "properties", '{');
    for (uint32_t i = 0; i < o->plan->inputs.len; i++) {
        const PlInputDecl *in = &o->plan->inputs.items[i];
        schema(o, pl_arena_str(o->arena, in->name).ptr, in->type);
        if (in->value && in->value->kind == PL_EXPR_LITERAL && in->value->literal.kind != PL_LIT_NOTHING)
            pl_out_value(o, PL_STR("default"), in->value);
        pl_json_out_end(j, '}');
    }
    for (uint32_t i = 0; i < o->computed.len; i++) {
        const PlOutComputed *c = &o->computed.items[i];
        if (c->again) continue;
        pl_json_out_begin(j, pl_arena_str(o->arena, c->name).ptr, '{');
        pl_json_out_text(j, "description", pl_arena_printf(o->arena, "computed in the plan: " PL_FMT, PL_ARG(c->source)));
        const char *type = type_of(c->value->type);
        if (type) pl_json_out_text(j, "type", pl_str_z(type));
        pl_json_out_end(j, '}');
    }
    pl_json_out_end(j, '}');
    pl_json_out_begin(j, "required", '[');
    for (uint32_t i = 0; i < o->plan->inputs.len; i++)
        if (!o->plan->inputs.items[i].value) pl_json_out_text(j, NULL, o->plan->inputs.items[i].name);
    for (uint32_t i = 0; i < o->computed.len; i++)
        if (!o->computed.items[i].again) pl_json_out_text(j, NULL, o->computed.items[i].name);
    pl_json_out_end(j, ']');
    pl_json_out_end(j, '}');
}

static void sources(PlOut *o)
{
    PlMap used;
    pl_map_init(&used, o->arena);
    for (uint32_t i = 0; i < o->steps.len; i++) pl_map_put(&used, o->steps.items[i]->step->bound->plugin, NULL);
    o->several = used.len > 1;
    pl_json_out_begin(&o->json, "sourceDescriptions", '[');
    for (uint32_t i = 0; i < used.len; i++) {
        const PlPlugin *plugin = pl_catalog_plugin_by_name(o->catalog, used.entries[i].key);
        PlStr url = plugin ? plugin->path : PL_STR("");
        for (uint32_t u = 0; u < o->plan->uses.len; u++) /* as the plan says it: relative to the plan */
            if (pl_str_eq(o->plan->uses.items[u].name, used.entries[i].key) && o->plan->uses.items[u].path.len)
                url = o->plan->uses.items[u].path;
        if (url.len && url.ptr[0] != '/' && url.ptr[0] != '.')
            url = pl_arena_printf(o->arena, "./" PL_FMT, PL_ARG(url));
        pl_json_out_begin(&o->json, NULL, '{');
        pl_json_out_text(&o->json, "name", used.entries[i].key);
        pl_json_out_text(&o->json, "url", url);
        pl_json_out_text(&o->json, "type", PL_STR("openapi"));
        pl_json_out_end(&o->json, '}');
    }
    pl_json_out_end(&o->json, ']');
}

static void outputs(PlOut *o)
{
    const PlExpr *e = o->plan->output;
    if (!e) return;
    pl_json_out_begin(&o->json, "outputs", '{');
    bool record = e->kind == PL_EXPR_RECORD;
    for (uint32_t i = 0; i < (record ? e->fields.len : 1); i++) {
        const PlExpr *value = record ? e->fields.items[i].value : e;
        if (!pl_out_value(o, record ? e->fields.items[i].name : PL_STR("result"), value))
            pl_out_lost(o, value->span, "an output that is computed");
    }
    pl_json_out_end(&o->json, '}');
}

/* "Weekly report" -> "weekly-report" */
static PlStr workflow_id(PlOut *o)
{
    PlStr text = o->plan->workflow;
    char *z = pl_arena_alloc(o->arena, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
        if (word)
            z[len++] = c;
        else if (len && z[len - 1] != '-')
            z[len++] = '-';
    }
    while (len && z[len - 1] == '-') len--;
    return len ? pl_str(z, len) : PL_STR("plan");
}

void pl_arazzo_write(PlArena *arena, PlBuf *out, PlDiags *diags, const PlCatalog *catalog, const PlPlan *plan)
{
    PlOut o = {.arena = arena, .diags = diags, .catalog = catalog, .plan = plan, .json = {.buf = out, .first = true}};
    PlJsonOut *j = &o.json;
    pl_map_init(&o.names, arena);
    pl_map_init(&o.ids, arena);
    for (uint32_t i = 0; i < plan->inputs.len; i++) {
        PlOutName *name = name_of(&o, plan->inputs.items[i].name);
        name->count++;
        name->input = plan->inputs.items[i].name;
    }
    count_names(&o, plan->steps.items, plan->steps.len);
    Walk w = {&o, false};
    walk(&w, plan->steps.items, plan->steps.len, new_label(&o));
    pl_out_computed(&o);
    pl_out_collect(&o);
    if (!o.steps.len) pl_out_lost(&o, PL_NO_SPAN, "a plan without calls");
    pl_json_out_begin(j, NULL, '{');
    pl_json_out_text(j, "arazzo", PL_STR("1.0.1"));
    pl_json_out_begin(j, "info", '{');
    pl_json_out_text(j, "title", plan->workflow.len ? plan->workflow : PL_STR("Plan"));
    pl_json_out_text(j, "version", PL_STR("1.0.0"));
    pl_json_out_end(j, '}');
    sources(&o);
    pl_json_out_begin(j, "workflows", '[');
    pl_json_out_begin(j, NULL, '{');
    pl_json_out_text(j, "workflowId", workflow_id(&o));
    if (plan->goal.len) pl_json_out_text(j, "summary", plan->goal);
    inputs(&o);
    pl_json_out_begin(j, "steps", '[');
    for (uint32_t i = 0; i < o.steps.len; i++) pl_out_step(&o, i);
    pl_json_out_end(j, ']');
    outputs(&o);
    pl_json_out_end(j, '}');
    pl_json_out_end(j, ']');
    pl_json_out_end(j, '}');
    pl_buf_put_char(out, '\n');
}
