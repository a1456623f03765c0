/* SPDX-License-Identifier: MIT */
/* Action steps: the arguments into registers, a call site that says the rest, and a handler for "if it fails". */
#include "compiler/emit/emit_internal.h"

#include "compiler/catalog/tools.h"
#include "compiler/trade/functions.h"
#include "compiler/trade/json_schema.h"
#include "vm/base/limits.h"

uint64_t pl_emit_times(uint64_t a, uint64_t b)
{
    if (a == 0 || b == 0) return 0;
    return a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

static uint64_t literal_count(const PlExpr *x, uint64_t otherwise)
{
    if (!x || x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_INT || x->literal.as.integer < 0) return otherwise;
    return (uint64_t)x->literal.as.integer;
}

static uint64_t literal_us(const PlExpr *x)
{
    if (!x || x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_DURATION || x->literal.as.integer < 0) return 0;
    return (uint64_t)x->literal.as.integer;
}

static uint32_t action_id(PlEmit *e, const PlAction *action)
{
    for (uint32_t i = 0; i < e->actions.len; i++) {
        if (e->actions.items[i] == action) return i;
    }
    pl_vec_push(e->arena, &e->actions, action);
    pl_vec_push(e->arena, &e->calls_at_most, 0);
    return e->actions.len - 1;
}

/* What a call in doubt asks is an action of the module too: only what the manifest names may be called. */
static void add_probe(PlEmit *e, const PlAction *action)
{
    bool ambiguous;
    const PlPlugin *plugin = action->probe.action.len ? pl_catalog_plugin_by_name(e->catalog, action->plugin) : NULL;
    const PlOperation *op = plugin ? pl_catalog_find(e->catalog, plugin, action->probe.action, &ambiguous) : NULL;
    const PlAction *asked = op ? pl_catalog_action(e->catalog, op) : NULL;
    if (asked) action_id(e, asked);
}

static void count_calls(PlEmit *e, uint32_t action, const PlCallSite *call)
{
    uint64_t times = call->flags & PL_CALL_ALL_PAGES ? UINT64_MAX : pl_emit_times(e->times, call->retries + 1u);
    uint64_t *sum = &e->calls_at_most.items[action];
    *sum = *sum > UINT64_MAX - times ? UINT64_MAX : *sum + times;
}

static void apply_clause(PlEmit *e, const PlClause *clause, PlCallSite *call)
{
    switch (clause->kind) {
    case PL_CLAUSE_RETRY: {
        uint64_t times = literal_count(clause->count, 3);
        call->retries = (uint16_t)(times > PL_LIMIT_RETRY_MAX ? PL_LIMIT_RETRY_MAX : times);
        call->retry_wait_us = literal_us(clause->duration);
        if (clause->doubling) call->flags |= PL_CALL_DOUBLING;
        return;
    }
    case PL_CLAUSE_WITHIN:
        call->timeout_us = literal_us(clause->duration);
        return;
    case PL_CLAUSE_ALL_PAGES:
        call->flags |= PL_CALL_ALL_PAGES;
        return;
    case PL_CLAUSE_UP_TO:
        call->max_items = (uint32_t)literal_count(clause->count, 0);
        return;
    case PL_CLAUSE_ASK_FIRST:
        call->flags |= PL_CALL_ASK_FIRST;
        return;
    case PL_CLAUSE_IN_ORDER:
        call->flags |= PL_CALL_IN_ORDER;
        return;
    case PL_CLAUSE_KEY:
        call->flags |= PL_CALL_HAS_KEY;
        call->key = pl_emit_temp(e, 1);
        pl_emit_expr(e, clause->value, call->key);
        return;
    default:
        return;
    }
}

void pl_emit_handler(PlEmit *e, uint32_t begin, uint32_t end, uint16_t error, uint16_t status)
{
    PlHandler handler = {(uint16_t)begin, (uint16_t)end, (uint16_t)pl_emit_here(e), error, status};
    pl_vec_push(e->arena, &e->fn->handlers, handler);
}

/* The symbol `error` where an expression mentions it. */
static const PlSymbol *error_symbol(const PlExpr *x)
{
    if (!x) return NULL;
    if (x->kind == PL_EXPR_NAME && x->symbol && x->symbol->kind == PL_SYM_ERROR) return x->symbol;
    const PlSymbol *found = error_symbol(x->left);
    if (!found) found = error_symbol(x->right);
    if (!found) found = error_symbol(x->cond);
    for (uint32_t i = 0; !found && i < x->items.len; i++) found = error_symbol(x->items.items[i]);
    for (uint32_t i = 0; !found && i < x->fields.len; i++) found = error_symbol(x->fields.items[i].value);
    return found;
}

static const PlSymbol *error_of_clause(const PlClause *clause)
{
    const PlSymbol *found = error_symbol(clause->value);
    for (uint32_t i = 0; clause->step && !found && i < clause->step->args.len; i++) {
        found = error_symbol(clause->step->args.items[i].value);
    }
    return found;
}

static void emit_call_to(PlEmit *e, const PlStep *step, uint16_t dst);

/* What "if it fails, ..." does, where the call of `begin`..`end` failed; `dst` is the step's result. */
static void emit_if_fails(PlEmit *e, const PlClause *clause, uint32_t begin, uint32_t end, uint16_t dst)
{
    uint32_t mark = pl_emit_mark(e), over = pl_emit_jump(e, PL_OP_JMP, 0, 0);
    const PlSymbol *symbol = error_of_clause(clause);
    uint16_t error = symbol ? pl_emit_reg(e, symbol) : pl_emit_temp(e, 1);
    pl_emit_handler(e, begin, end, error, (uint16_t)literal_count(clause->count, 0));
    switch (clause->fail_do) {
    case PL_FAIL_CONTINUE:
        pl_emit_op(e, PL_OP_LOADN, 0, dst, 0, 0);
        break;
    case PL_FAIL_USE:
        pl_emit_expr(e, clause->value, dst);
        break;
    case PL_FAIL_STOP:
    case PL_FAIL_FAIL: {
        uint16_t text = pl_emit_temp(e, 1);
        if (clause->value) pl_emit_expr(e, clause->value, text);
        else pl_emit_op(e, PL_OP_LOADN, 0, text, 0, 0);
        pl_emit_op(e, clause->fail_do == PL_FAIL_STOP ? PL_OP_STOP : PL_OP_FAIL, 0, text, e->fn->site, 0);
        break;
    }
    case PL_FAIL_ACTION:
        if (clause->step->kind == PL_STEP_ACTION) {
            emit_call_to(e, clause->step, dst); /* its result is the step's */
            break;
        }
        pl_emit_op(e, PL_OP_LOADN, 0, dst, 0, 0);
        pl_emit_step(e, clause->step);
        break;
    }
    pl_emit_patch(e, over, pl_emit_here(e));
    pl_emit_release(e, mark);
}

static bool is_given(const PlCallSite *call, uint32_t param)
{
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (call->args[i].param == param) return true;
    return false;
}

/* The JSON Schema of the type after `as`, for a server that wants to be told. */
static void fill_schema(PlEmit *e, const PlStep *step, PlCallSite *call)
{
    for (uint32_t i = 0; i < step->bound->param_count; i++) {
        if (!step->bound->params[i].fills_schema || is_given(call, i)) continue;
        uint16_t reg = pl_emit_temp(e, 1);
        pl_emit_op(e, PL_OP_LOADK, 0, reg, pl_emit_text(e, pl_json_schema_line(e->arena, pl_catalog_types(e->catalog), step->type)), 0);
        call->args[call->arg_count++] = (PlArg){(uint16_t)i, reg};
        return;
    }
}

static PlStr text_of(const PlExpr *x)
{
    return x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_TEXT ? x->literal.as.text : PL_STR("");
}

/* What the actions that the argument `tools` names are and take: a list of texts, as the checker saw to. */
static void fill_actions(PlEmit *e, const PlStep *step, PlCallSite *call, uint32_t param)
{
    const PlExpr *list = NULL;
    for (uint32_t i = 0; i < step->args.len; i++)
        if (pl_str_eq_z(step->bound->params[step->args.items[i].param].name, "tools")) list = step->args.items[i].value;
    if (!list || list->kind != PL_EXPR_LIST) return;
    const PlAction **actions = PL_NEW_N(e->arena, const PlAction *, list->items.len + 1);
    PlStr *names = PL_NEW_N(e->arena, PlStr, list->items.len + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->items.len; i++) {
        names[count] = text_of(list->items.items[i]);
        actions[count] = pl_tools_find(e->catalog, names[count]);
        count += actions[count] != NULL;
    }
    uint16_t reg = pl_emit_temp(e, 1);
    PlStr told = pl_functions_of_tools(e->arena, pl_catalog_types(e->catalog), actions, names, count);
    pl_emit_op(e, PL_OP_LOADK, 0, reg, pl_emit_text(e, told), 0);
    call->args[call->arg_count++] = (PlArg){(uint16_t)param, reg};
}

/* ---- conditions: If-Match, If-None-Match ---- */

/* The action's parameter for that header, when the step does not give it; UINT32_MAX: none. */
static uint32_t open_condition(const PlAction *a, const PlCallSite *call, PlStr header)
{
    for (uint32_t i = 0; i < a->param_count; i++) {
        if (a->params[i].place != PL_IN_HEADER || !pl_str_eq_nocase(a->params[i].wire, header) || a->params[i].fixed) continue;
        bool given = false;
        for (uint32_t k = 0; k < call->arg_count; k++) given |= call->args[k].param == i;
        return given ? UINT32_MAX : i;
    }
    return UINT32_MAX;
}

static bool reads_plainly(const PlAction *a, const PlCallSite *call)
{
    return a->method == PL_GET && a->doubt == PL_DOUBT_SAFE && !call->max_items && !(call->flags & PL_CALL_ALL_PAGES) && !a->await.on;
}

static void add_tag(PlEmit *e, PlCallSite *call, uint32_t read, uint32_t param)
{
    PlEmitTag tag = {read, e->calls.len, call->arg_count};
    call->args[call->arg_count++] = (PlArg){(uint16_t)param, 0};
    pl_vec_push(e->arena, &e->fn->tags, tag);
}

/* A change of a thing that the same function read before goes with the ETag of that; whether it was the same thing is seen at run time, by its address. A
 * read in a loop goes with the ETag of its own last answer. `call` will be the next call site. */
static void add_conditions(PlEmit *e, const PlAction *a, PlCallSite *call)
{
    bool changes = a->method == PL_PUT || a->method == PL_PATCH || a->method == PL_DELETE || a->method == PL_POST;
    uint32_t param = open_condition(a, call, changes ? PL_STR("if-match") : PL_STR("if-none-match"));
    if (reads_plainly(a, call)) {
        if (param != UINT32_MAX && e->fn->loop) add_tag(e, call, e->calls.len, param);
        pl_vec_push(e->arena, &e->fn->reads, e->calls.len);
        return;
    }
    for (uint32_t i = e->fn->reads.len; changes && param != UINT32_MAX && i-- > 0;) {
        const PlAction *read = e->actions.items[e->calls.items[e->fn->reads.items[i]].action];
        if (!pl_str_eq(read->plugin, a->plugin) || !pl_str_eq(read->path, a->path)) continue;
        add_tag(e, call, e->fn->reads.items[i], param);
        return;
    }
}

void pl_emit_tags(PlEmit *e)
{
    PlEmitFn *fn = e->fn;
    for (uint32_t i = 0; i < fn->tags.len; i++) {
        const PlEmitTag *tag = &fn->tags.items[i];
        PlCallSite *read = &e->calls.items[tag->read];
        if (!(read->flags & PL_CALL_KEEPS_TAG)) {
            if (fn->max >= UINT16_MAX) pl_emit_too_large(e, "registers", UINT16_MAX);
            read->flags |= PL_CALL_KEEPS_TAG;
            read->tag = (uint16_t)fn->max++;
        }
        e->calls.items[tag->call].args[tag->arg].reg = read->tag;
    }
}

static void emit_call_to(PlEmit *e, const PlStep *step, uint16_t dst)
{
    uint32_t mark = pl_emit_mark(e);
    PlCallSite call = {.action = action_id(e, step->bound), .site = e->fn->site, .expect = PL_T_ANY};
    call.args = PL_NEW_N(e->arena, PlArg, step->args.len + 4); /* and a schema, actions, a condition */
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        call.args[call.arg_count++] = (PlArg){(uint16_t)arg->param, pl_emit_value(e, arg->value)};
    }
    if (step->as_type) fill_schema(e, step, &call);
    for (uint32_t i = 0; i < step->bound->param_count; i++)
        if (step->bound->params[i].fills_actions && !is_given(&call, i)) fill_actions(e, step, &call, i);
    for (uint32_t i = 0; i < step->clauses.len; i++) apply_clause(e, &step->clauses.items[i], &call);
    if (step->as_type) call.expect = pl_emit_type(e, step->type);
    add_conditions(e, step->bound, &call);
    add_probe(e, step->bound);
    count_calls(e, call.action, &call);
    if (e->calls.len >= UINT16_MAX) pl_emit_too_large(e, "call sites", UINT16_MAX);
    pl_vec_push(e->arena, &e->calls, call);
    uint32_t begin = pl_emit_op(e, PL_OP_CALL, 0, dst, e->calls.len - 1, 0), end = pl_emit_here(e);
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        if (step->clauses.items[i].kind == PL_CLAUSE_IF_FAILS) emit_if_fails(e, &step->clauses.items[i], begin, end, dst);
    }
    pl_emit_release(e, mark);
}

void pl_emit_call(PlEmit *e, const PlStep *step)
{
    uint32_t mark = pl_emit_mark(e);
    emit_call_to(e, step, step->symbol ? pl_emit_reg(e, step->symbol) : pl_emit_temp(e, 1));
    pl_emit_release(e, mark);
}
