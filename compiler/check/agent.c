/* SPDX-License-Identifier: MIT */
/* The loop is written as the text of a plan and read by the parser; then the step's own parts (goal, data, type, words) are put where they belong. Whatever
 * the loop says wrong is said at the agent's step. */
#include "compiler/check/agent.h"

#include "compiler/catalog/tools.h"
#include "compiler/check/expr.h"
#include "compiler/check/step.h"
#include "compiler/check/tree.h"
#include "compiler/check/unread.h"
#include "compiler/syntax/parse.h"

enum { MOST_STEPS = 100, USUAL_STEPS = 15, MOST_TOOLS = 64 };

typedef struct Agent {
    PlChecker *c;
    PlStep *step;
    PlStr plugin, name; /* name: what the names of the loop begin with */
    const PlAction *tools[MOST_TOOLS];
    bool unasked[MOST_TOOLS];
    uint32_t count;
    int64_t steps;
    PlClause *retry, *within;
} Agent;

/* ---- reading the step ---- */

static bool is_one_of(PlStr name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_words_same(name, pl_str_z(names[i]))) return true;
    return false;
}

/* "shop.orders.list", written as a text or as it would be called. */
static PlStr path_of(PlChecker *c, const PlExpr *x)
{
    if (x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_TEXT) return x->literal.as.text;
    if (x->kind == PL_EXPR_NAME) return x->text;
    if (x->kind != PL_EXPR_FIELD) return PL_STR("");
    PlStr left = path_of(c, x->left);
    return left.len ? pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(left), PL_ARG(x->text)) : left;
}

static void say_argument(PlChecker *c, PlSpan span, const char *name, const char *what)
{
    PL_REPORT(c->diags, AGENT_ARGUMENT, span, name, what);
}

static void say_tool(PlChecker *c, PlSpan span, PlStr name)
{
    PlNear near[1];
    PlDiag *d = PL_REPORT(c->diags, AGENT_TOOL, span, PL_ARG(name));
    size_t dot = pl_str_find_char(name, '.', 0);
    const PlPlugin *plugin = dot == PL_STR_NONE ? NULL : pl_catalog_plugin_by_name(c->catalog, pl_str_slice(name, 0, dot));
    PlStr rest = plugin ? pl_str_slice(name, dot + 1, name.len) : name;
    if (!pl_catalog_nearest(c->catalog, plugin, rest, PL_STR(""), near, 1) || pl_str_eq(near[0].operation->name, rest)) return;
    pl_diag_help(c->diags, d, "did you mean `" PL_FMT "." PL_FMT "`?", PL_ARG(near[0].operation->plugin->name), PL_ARG(near[0].operation->name));
}

/* An action that chooses actions is none that can be chosen. */
static bool may_be_tool(const PlAction *action)
{
    if (!action) return false;
    for (uint32_t i = 0; i < action->param_count; i++)
        if (action->params[i].fills_actions) return false;
    PlDoorKind kind;
    return !pl_door_origin(action->server, &kind) || kind != PL_DOOR_AI || !pl_str_eq_z(action->name, "agent");
}

/* The actions that a list names; false when it is none, or names what cannot be called. */
static bool read_tools(PlChecker *c, const PlExpr *x, const char *argument, const PlAction **out, uint32_t *count)
{
    bool good = true;
    *count = 0;
    if (x->kind != PL_EXPR_LIST || !x->items.len || x->items.len > MOST_TOOLS) {
        say_argument(c, x->span, argument, "a list of 1 to 64 actions that is written out, such as [shop.orders.list, mail.send]");
        return false;
    }
    for (uint32_t i = 0; i < x->items.len; i++) {
        PlStr name = path_of(c, x->items.items[i]);
        const PlAction *action = name.len ? pl_tools_find(c->catalog, name) : NULL;
        bool fits = may_be_tool(action);
        if (!fits) say_tool(c, x->items.items[i]->span, name.len ? name : pl_words_expr(c, x->items.items[i]));
        good &= fits;
        bool again = false;
        for (uint32_t k = 0; k < *count; k++) again |= out[k] == action;
        if (fits && !again) out[(*count)++] = action;
    }
    return good;
}

static bool read_unasked(Agent *a, const PlExpr *x)
{
    const PlAction *named[MOST_TOOLS];
    uint32_t count;
    if (!read_tools(a->c, x, "without_asking", named, &count)) return false;
    for (uint32_t i = 0; i < count; i++) {
        bool there = false;
        for (uint32_t k = 0; k < a->count; k++) {
            if (a->tools[k] != named[i]) continue;
            there = a->unasked[k] = true;
        }
        if (there) continue;
        say_argument(a->c, x->items.items[i]->span, "without_asking", "some of its `tools`");
        return false;
    }
    return true;
}

static bool read_steps(Agent *a, const PlExpr *x)
{
    bool plain = x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_INT;
    if (!plain || x->literal.as.integer < 1 || x->literal.as.integer > MOST_STEPS) {
        say_argument(a->c, x->span, "max_steps", "a whole number from 1 to 100");
        return false;
    }
    a->steps = x->literal.as.integer;
    return true;
}

/* Takes the arguments that make the loop out of the step; the others are the turn's. */
static bool read_arguments(Agent *a)
{
    static const char *const of_tools[] = {"tools", "actions", "functions"}, *const of_steps[] = {"max_steps", "steps", "max_turns"},
                      *const of_trust[] = {"without_asking", "trusted"};
    PlStep *step = a->step;
    const PlExpr *tools = NULL, *steps = NULL, *unasked = NULL;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        if (!arg->value) return false;
        bool bare = !arg->name.len;
        if (!tools && (bare ? arg->value->kind == PL_EXPR_LIST : is_one_of(arg->name, of_tools, 3))) tools = arg->value;
        else if (!steps && !bare && is_one_of(arg->name, of_steps, 3)) steps = arg->value;
        else if (!unasked && !bare && is_one_of(arg->name, of_trust, 2)) unasked = arg->value;
        else step->args.items[kept++] = *arg;
    }
    step->args.len = kept;
    if (!tools) return say_argument(a->c, step->action_span, "tools", "given: [shop.orders.list, mail.send]"), false;
    bool good = read_tools(a->c, tools, "tools", a->tools, &a->count);
    if (steps) good &= read_steps(a, steps);
    return good && (!unasked || read_unasked(a, unasked));
}

static bool read_clauses(Agent *a)
{
    for (uint32_t i = 0; i < a->step->clauses.len; i++) {
        PlClause *clause = &a->step->clauses.items[i];
        if (clause->kind == PL_CLAUSE_RETRY) a->retry = clause;
        else if (clause->kind == PL_CLAUSE_WITHIN) a->within = clause;
        else {
            PlDiag *d = PL_REPORT(a->c->diags, AGENT_PLACE, clause->span, PL_ARG(pl_str_z(pl_clause_kind_name(clause->kind))));
            if (clause->kind == PL_CLAUSE_IF_FAILS) pl_diag_help(a->c->diags, d, "put the step into `Try:`, with `If it fails:` behind it");
            return false;
        }
    }
    return true;
}

/* ---- the loop's text ---- */

/* A name that no word of the plan begins with, and no other agent has: they may run at the same time. */
static PlStr free_name(PlChecker *c, const PlStep *step, PlMap *names)
{
    PlStr text = c->diags->sources->all.items[c->plan->source].text, base = step->bind.len ? step->bind : PL_STR("agent"), name = base;
    for (unsigned n = 2;; n++) {
        PlStr first = pl_arena_printf(c->arena, PL_FMT "_turn", PL_ARG(name)), second = pl_arena_printf(c->arena, PL_FMT "_log", PL_ARG(name));
        PlStr third = pl_arena_printf(c->arena, PL_FMT "_result", PL_ARG(name));
        bool taken = pl_str_find(text, first, 0) != PL_STR_NONE || pl_str_find(text, second, 0) != PL_STR_NONE || pl_str_find(text, third, 0) != PL_STR_NONE;
        if (!taken && !pl_map_find(names, name)) {
            pl_map_put(names, name, NULL);
            return name;
        }
        name = pl_arena_printf(c->arena, PL_FMT "_%u", PL_ARG(base), n);
    }
}

static void put_names(const Agent *a, PlBuf *out)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (i) pl_buf_put_z(out, ", ");
        pl_buf_put_json(out, pl_tools_name(a->c->catalog, a->tools[i]));
    }
}

static void put_tool(const Agent *a, PlBuf *out, uint32_t i)
{
    PlStr n = a->name;
    pl_buf_printf(out, "      2.2.%u. %sf " PL_FMT "_turn.tool is ", i + 1, i ? "Otherwise i" : "I", PL_ARG(n));
    pl_buf_put_json(out, pl_tools_name(a->c->catalog, a->tools[i]));
    pl_buf_printf(out, ":\n         2.2.%u.1. Call using a.b() -> " PL_FMT "_result%s\n", i + 1, PL_ARG(n),
                  a->tools[i]->effect >= PL_EFFECT_WRITE && !a->unasked[i] ? ", ask first" : "");
    pl_buf_printf(out,
                  "         2.2.%u.2. Add {tool: " PL_FMT "_turn.tool, arguments: " PL_FMT "_turn.arguments, result: " PL_FMT "_result} to " PL_FMT
                  "_log\n",
                  i + 1, PL_ARG(n), PL_ARG(n), PL_ARG(n), PL_ARG(n));
}

/* Each sub-step of `At the same time` is a branch, so there the loop needs a block around it. */
static void put_block(const Agent *a, PlBuf *out)
{
    (void)a;
    pl_buf_put_z(out, "1. Repeat 1 times:\n   1.1. Leave\n");
}

static void put_loop(const Agent *a, PlBuf *out)
{
    PlStr n = a->name;
    long long steps = a->steps;
    pl_buf_printf(out, "1. Set " PL_FMT "_log to []\n2. Repeat until " PL_FMT "_turn.answer exists, at most %lld times:\n", PL_ARG(n), PL_ARG(n), steps);
    pl_buf_printf(out, "   2.1. Choose using a.b(tools=[");
    put_names(a, out);
    pl_buf_printf(out, "], transcript=" PL_FMT "_log, max_steps=%lld) as {tool?: one of ", PL_ARG(n), steps);
    put_names(a, out);
    pl_buf_printf(out, ", arguments?: any, answer?: text} -> " PL_FMT "_turn\n   2.2. Try:\n", PL_ARG(n));
    for (uint32_t i = 0; i < a->count; i++) put_tool(a, out, i);
    pl_buf_printf(out,
                  "   2.3. If it fails:\n      2.3.1. Add {tool: " PL_FMT "_turn.tool, arguments: " PL_FMT
                  "_turn.arguments, error: {kind: error.kind, message: error.message, "
                  "status: error.status, body: error.body}} to " PL_FMT "_log\n",
                  PL_ARG(n), PL_ARG(n), PL_ARG(n));
    pl_buf_printf(out, "3. Check " PL_FMT "_turn.answer exists, else fail \"the agent gave no answer within %lld steps\"\n", PL_ARG(n), steps);
    if (a->step->bind.len) pl_buf_printf(out, "4. Set " PL_FMT " to " PL_FMT "_turn.answer\n", PL_ARG(a->step->bind), PL_ARG(n));
}

static PlPlan *read_text(const Agent *a, void (*put)(const Agent *a, PlBuf *out))
{
    PlChecker *c = a->c;
    PlBuf text;
    PlDiags quiet;
    pl_buf_init(&text, 0);
    put(a, &text);
    PlStatus status = text.status;
    PlStr made = status == PL_OK ? pl_arena_str(c->arena, pl_buf_str(&text)) : PL_STR("");
    pl_buf_deinit(&text);
    if (status != PL_OK) pl_arena_escape(c->arena, status);
    pl_diags_init(&quiet, c->arena, c->diags->sources);
    PlStr name = pl_arena_printf(c->arena, "<agent of step " PL_FMT ">", PL_ARG(a->step->label));
    return pl_parse(c->arena, &quiet, pl_sources_add(c->diags->sources, name, made));
}

/* ---- putting it together ---- */

static void move_expr(void *context, PlExpr **slot)
{
    (*slot)->span = (*slot)->text_span = *(const PlSpan *)context;
    for (uint32_t i = 0; i < (*slot)->fields.len; i++) (*slot)->fields.items[i].span = *(const PlSpan *)context;
    pl_tree_operands(*slot, move_expr, context);
}

static void move_type(PlTypeExpr *type, PlSpan span)
{
    if (!type) return;
    type->span = span;
    for (uint32_t i = 0; i < type->fields.len; i++) type->fields.items[i].span = span, move_type(type->fields.items[i].type, span);
    for (uint32_t i = 0; i < type->values.len; i++) move_expr(&span, &type->values.items[i]);
    move_type(type->left, span);
    move_type(type->right, span);
}

/* All that the loop says stands at the agent's step. */
static void move_step(PlStep *step, PlSpan span)
{
    step->span = step->marker = step->keyword = step->prose_span = step->bind_span = step->action_span = step->name_span = span;
    for (uint32_t i = 0; i < step->args.len; i++) step->args.items[i].span = span;
    for (uint32_t i = 0; i < step->clauses.len; i++) step->clauses.items[i].span = span;
    pl_tree_step_exprs(step, move_expr, &span);
    move_type(step->as_type, span);
    for (uint32_t i = 0; i < step->steps.len; i++) move_step(step->steps.items[i], span);
}

static bool is_argument(const PlParam *p)
{
    return !p->fixed && !p->is_key && !pl_param_is_filled(p);
}

/* Each argument is the field of that name of what the model gave. */
static void fill_call(const Agent *a, PlStep *call, const PlAction *tool)
{
    PlChecker *c = a->c;
    PlSpan span = a->step->action_span;
    PlStr turn = pl_arena_printf(c->arena, PL_FMT "_turn", PL_ARG(a->name));
    call->plugin = tool->plugin;
    call->action = tool->name;
    call->prose = tool->title.len && !pl_unread_holds_back(c, tool->title) ? tool->title : PL_STR("Call it");
    for (uint32_t i = 0; i < tool->param_count; i++) {
        const PlParam *p = &tool->params[i];
        if (!is_argument(p)) continue;
        PlExpr *given = pl_expr_field_of(c, pl_expr_name_of(c, span, turn), PL_STR("arguments"), PL_TYPE_NONE);
        PlExpr *value = pl_expr_field_of(c, given, p->name, PL_TYPE_NONE);
        if (p->required && p->has_default && p->value.kind != PL_LIT_JSON) {
            PlExpr *usual = pl_expr_new(c->arena, PL_EXPR_COALESCE, span);
            usual->left = value;
            usual->right = pl_expr_literal(c, span, p->value, PL_TYPE_NONE);
            value = usual;
        }
        pl_vec_push(c->arena, &call->args, ((PlArgument){.name = p->name, .span = span, .value = value}));
    }
}

static void fill_turn(const Agent *a, PlStep *turn)
{
    const PlStep *step = a->step;
    PlTypeExpr *type = turn->as_type;
    turn->plugin = a->plugin;
    turn->action = PL_STR("turn");
    turn->prose = step->prose;
    turn->prose_span = step->prose_span;
    for (uint32_t i = 0; i < step->args.len; i++) pl_vec_push(a->c->arena, &turn->args, step->args.items[i]);
    if (step->as_type) type->fields.items[type->fields.len - 1].type = step->as_type;
    if (a->retry) pl_vec_push(a->c->arena, &turn->clauses, *a->retry);
}

static void put_steps(const Agent *a, PlPlan *loop, PlStepList *out)
{
    PlStep *step = a->step, *repeat = loop->steps.items[1], *choice = repeat->steps.items[1];
    for (uint32_t i = 0; i < loop->steps.len; i++) {
        PlStep *made = loop->steps.items[i];
        move_step(made, step->action_span);
        made->parent = step->parent;
        made->label = step->label;
        made->written = i == loop->steps.len - 1 ? step->written : PL_STR("");
        pl_vec_push(a->c->arena, out, made);
    }
    for (uint32_t i = 0; i < step->comments.len; i++) pl_vec_push(a->c->arena, &loop->steps.items[0]->comments, step->comments.items[i]);
    loop->steps.items[0]->trailing = step->trailing;
    if (a->within) repeat->within = a->within->duration;
    fill_turn(a, repeat->steps.items[0]);
    for (uint32_t i = 0; i < a->count; i++) fill_call(a, choice->steps.items[i]->steps.items[0], a->tools[i]);
}

/* The step is an agent: the loop is put on `out`, or it becomes a step that could not be read. */
static void expand(PlChecker *c, PlStep *step, const PlPlugin *plugin, PlMap *names, PlStepList *out)
{
    Agent a = {.c = c, .step = step, .plugin = plugin->name, .steps = USUAL_STEPS};
    if (!read_arguments(&a) || !read_clauses(&a)) {
        step->kind = PL_STEP_BAD; /* that was said; it costs nothing more */
        step->clauses.len = 0;
        pl_vec_push(c->arena, out, step);
        return;
    }
    a.name = free_name(c, step, names);
    PlPlan *loop = read_text(&a, put_loop);
    PL_REPORT(c->diags, AGENT_LOOP, step->action_span, PL_ARG(a.plugin), (unsigned)a.steps, (unsigned)a.count);
    if (!step->parent || step->parent->kind != PL_STEP_TOGETHER) {
        put_steps(&a, loop, out);
        return;
    }
    PlStep *block = read_text(&a, put_block)->steps.items[0];
    PlStepList inner = {0};
    move_step(block, step->action_span);
    block->parent = step->parent;
    block->label = step->label;
    put_steps(&a, loop, &inner);
    for (uint32_t i = 0; i < inner.len; i++) inner.items[i]->parent = block;
    block->steps.items = inner.items;
    block->steps.len = inner.len;
    block->steps.cap = inner.cap;
    pl_vec_push(c->arena, out, block);
}

/* ---- finding them ---- */

static const PlPlugin *agent_plugin(const PlChecker *c, const PlStep *step)
{
    if (step->kind != PL_STEP_ACTION || !step->plugin.len || !pl_words_same(step->action, PL_STR("agent"))) return NULL;
    const PlPlugin *plugin = pl_catalog_plugin_by_name(c->catalog, step->plugin);
    return plugin && plugin->door && plugin->door->kind == PL_DOOR_AI ? plugin : NULL;
}

static bool has_agent(const PlChecker *c, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (agent_plugin(c, steps[i]) || has_agent(c, steps[i]->steps.items, steps[i]->steps.len)) return true;
    return false;
}

static PlStepList expand_all(PlChecker *c, PlStep **steps, uint32_t count, PlMap *names)
{
    PlStepList out = {0};
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        const PlPlugin *plugin = agent_plugin(c, step);
        if (plugin) {
            expand(c, step, plugin, names, &out);
            continue;
        }
        if (has_agent(c, step->steps.items, step->steps.len)) {
            PlStepList inner = expand_all(c, step->steps.items, step->steps.len, names);
            step->steps.items = inner.items;
            step->steps.len = inner.len;
            step->steps.cap = inner.cap;
        }
        pl_vec_push(c->arena, &out, step);
    }
    return out;
}

void pl_agent_expand(PlChecker *c)
{
    PlPlan *plan = c->plan;
    if (!has_agent(c, plan->steps.items, plan->steps.len)) return;
    PlMap names;
    pl_map_init(&names, c->arena);
    PlStepList all = expand_all(c, plan->steps.items, plan->steps.len, &names);
    plan->steps.items = all.items;
    plan->steps.len = all.len;
    plan->steps.cap = all.cap;
}

/* ---- behind the binding ---- */

void pl_agent_check(PlChecker *c, PlStep *step)
{
    const PlAction *tools[MOST_TOOLS];
    uint32_t count;
    bool chooses = false;
    for (uint32_t i = 0; i < step->bound->param_count; i++) chooses |= step->bound->params[i].fills_actions;
    if (!chooses) {
        if (!may_be_tool(step->bound)) PL_REPORT(c->diags, AGENT_PLACE, step->action_span, PL_ARG(PL_STR("what it stands in")));
        return;
    }
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        if (arg->param < step->bound->param_count && pl_str_eq_z(step->bound->params[arg->param].name, "tools"))
            (void)read_tools(c, arg->value, "tools", tools, &count);
    }
}
