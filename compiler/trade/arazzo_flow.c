/* SPDX-License-Identifier: MIT */
/* Steps in their order, and what may follow them. A jump forward is a condition around the steps it leaves out; a jump
 * back to an earlier step a Repeat around the steps between; `end` is Stop. Jumps that cross such a block have no
 * counterpart. A range of steps [from, to) is built into a block; a jump to `to` itself leaves the block at its end,
 * which is where the plan goes on anyway. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/syntax/steps.h"
#include "compiler/trade/dsl_internal.h"

static void range(PlArazzoFlow *f, uint32_t from, uint32_t to, PlStep *parent, uint32_t ignore_loop);

PlStep *pl_arazzo_new_step(PlArazzoFlow *f, const PlNode *node, PlStep *parent, PlStepKind kind)
{
    PlStep *step = pl_step_new(f->a->arena, node ? pl_node_span(node) : PL_NO_SPAN);
    step->kind = kind;
    step->parent = parent;
    step->depth = parent ? parent->depth + 1 : 1;
    if (parent)
        pl_vec_push(f->a->arena, &parent->steps, step);
    else
        pl_vec_push(f->a->arena, &f->plan->steps, step);
    return step;
}

/* ---- criteria ---- */

static PlStr criterion_type(const PlNode *criterion)
{
    const PlNode *type = PL_GET(criterion, "type");
    return pl_node_text(pl_node_is(type, PL_NODE_MAP) ? PL_GET(type, "type") : type);
}

static PlExpr *criterion(PlArazzoFlow *f, const PlNode *node)
{
    PlArazzo *a = f->a;
    const PlNode *condition = PL_GET(node, "condition"), *context = PL_GET(node, "context");
    PlStr type = criterion_type(node), text = pl_node_text(condition);
    if (pl_str_starts(pl_str_trim(text), PL_STR("$statusCode"))) return NULL;
    if (pl_str_eq_z(type, "regex") && context) {
        PlArazzoValue v = pl_arazzo_expression(f, pl_node_text(context), pl_node_span(context));
        if (!v.expr) return NULL;
        PlExpr *e = pl_arazzo_node_expr(a, PL_EXPR_BINARY, v.expr, pl_arazzo_text_expr(a, text));
        e->op = PL_OPR_MATCHES;
        return e;
    }
    if (type.len && !pl_str_eq_z(type, "simple")) {
        PlStr what =
            pl_arena_printf(a->arena, "a criterion of type " PL_FMT " has no counterpart in a plan", PL_ARG(type));
        pl_arazzo_loss(a, pl_node_span(node), what);
        return NULL;
    }
    return pl_arazzo_condition(f, text, pl_node_span(condition ? condition : node));
}

/* All of them; NULL when there is none that a plan can say, or needs to. */
static PlExpr *criteria(PlArazzoFlow *f, const PlNode *list)
{
    PlExpr *all = NULL;
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlExpr *one = criterion(f, pl_node_item(list, i));
        if (!one) continue;
        if (all) {
            PlExpr *both = pl_arazzo_node_expr(f->a, PL_EXPR_BINARY, all, one);
            both->op = PL_OPR_AND;
            one = both;
        }
        all = one;
    }
    return all;
}

static PlExpr *negated(PlArazzo *a, PlExpr *e)
{
    PlExpr *no = pl_arazzo_node_expr(a, PL_EXPR_UNARY, e, NULL);
    no->op = PL_OPR_NOT;
    return no;
}

static PlExpr *both_of(PlArazzo *a, PlExpr *left, PlExpr *right)
{
    if (!left || !right) return left ? left : right;
    PlExpr *both = pl_arazzo_node_expr(a, PL_EXPR_BINARY, left, right);
    both->op = PL_OPR_AND;
    return both;
}

/* ---- actions ---- */

static const PlNode *actions_of(const PlArazzoFlow *f, const PlArazzoStep *step, bool success)
{
    const PlNode *own = pl_node_get(step->node, success ? PL_STR("onSuccess") : PL_STR("onFailure"));
    return own ? own : pl_node_get(f->node, success ? PL_STR("successActions") : PL_STR("failureActions"));
}

static const PlNode *action_at(PlArazzoFlow *f, const PlNode *list, uint32_t i, bool success)
{
    return pl_arazzo_component(f->a, pl_node_item(list, i), success ? "successActions" : "failureActions");
}

/* The step a goto names; NULL when there is none here (reported). */
static PlArazzoStep *jump_target(PlArazzoFlow *f, const PlNode *action)
{
    const PlNode *id = PL_GET(action, "stepId");
    if (!id) {
        PL_REPORT(f->a->diags, ARAZZO_SHAPE, pl_node_span(action),
                  "a jump to another workflow has no counterpart in a plan");
        return NULL;
    }
    PlArazzoStep *step = pl_map_get(&f->by_id, pl_node_text(id));
    if (!step) PL_REPORT(f->a->diags, ARAZZO_NAME, pl_node_span(id), "step", PL_ARG(pl_node_text(id)));
    return step;
}

static bool has_status(const PlNode *action, int64_t *status)
{
    const PlNode *list = PL_GET(action, "criteria");
    if (!pl_node_is(list, PL_NODE_LIST) || list->count != 1) return false;
    PlStr text = pl_str_trim(pl_node_text(PL_GET(pl_node_item(list, 0), "condition")));
    if (!pl_str_starts(text, PL_STR("$statusCode"))) return false;
    text = pl_str_trim(pl_str_slice(text, 11, text.len));
    return pl_str_starts(text, PL_STR("==")) && pl_str_to_int(pl_str_trim(pl_str_slice(text, 2, text.len)), status);
}

static double number_of(const PlNode *node, double otherwise)
{
    if (pl_node_is(node, PL_NODE_INT)) return (double)node->as.integer;
    return pl_node_is(node, PL_NODE_NUMBER) ? node->as.number : otherwise;
}

/* The default is one retry (Arazzo 1.0.1 section 4.6.9). */
static int64_t retry_limit(const PlNode *action)
{
    double n = number_of(PL_GET(action, "retryLimit"), 1);
    return n < 1 ? 1 : n > 100 ? 100 : (int64_t)n;
}

static void add_retry(PlArazzoFlow *f, const PlArazzoStep *step, const PlNode *action, PlStep *call)
{
    PlArazzo *a = f->a;
    if (step->action && !pl_doubt_is_repeatable(step->action->doubt)) {
        pl_arazzo_loss(
            a, pl_node_span(action),
            PL_STR("a plan never sends a POST or PATCH twice without an idempotency key, so those are not retried"));
        return;
    }
    if (pl_step_clause(call, PL_CLAUSE_RETRY)) return;
    const PlNode *after = PL_GET(action, "retryAfter");
    PlClause clause = {
        .kind = PL_CLAUSE_RETRY, .span = pl_node_span(action), .count = pl_arazzo_int_expr(a, retry_limit(action))};
    if (after) clause.duration = pl_arazzo_duration_expr(a, number_of(after, 1));
    pl_vec_push(a->arena, &call->clauses, clause);
}

/* Whether something is tried again until the criteria on the body hold. */
static const PlNode *poll_action(PlArazzoFlow *f, const PlArazzoStep *step)
{
    const PlNode *list = PL_GET(step->node, "onFailure");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *action = action_at(f, list, i, false);
        bool retry = pl_str_eq_z(pl_node_text(PL_GET(action, "type")), "retry");
        int64_t status;
        if (retry && !has_status(action, &status)) return action;
    }
    return NULL;
}

/* ---- one step ---- */

static PlStr prose_of(PlArazzoFlow *f, const PlArazzoStep *step)
{
    PlStr text = pl_dsl_one_line(f->a->arena, pl_node_text(PL_GET(step->node, "description")));
    while (text.len && strchr(".:;", text.ptr[text.len - 1])) text.len--;
    return text;
}

static PlStep *call_step(PlArazzoFlow *f, PlArazzoStep *step, PlStep *parent)
{
    PlArazzo *a = f->a;
    PlStep *call = pl_arazzo_new_step(f, step->node, parent, step->operation.len ? PL_STEP_ACTION : PL_STEP_PROSE);
    call->prose = prose_of(f, step);
    if (!call->prose.len && call->kind == PL_STEP_PROSE) call->prose = step->id;
    if (call->kind == PL_STEP_ACTION) {
        call->plugin = step->op       ? step->op->plugin->name
                       : step->source ? pl_dsl_name(a->arena, step->source->name)
                                      : PL_STR("api");
        call->action = step->op ? step->op->name : pl_dsl_name(a->arena, step->operation);
    }
    pl_arazzo_call(f, step, call);
    bool result = !step->action || step->action->result != PL_T_NOTHING;
    if (result) call->bind = step->bind;
    const PlNode *timeout = PL_GET(step->node, "timeout");
    if (timeout && call->kind == PL_STEP_ACTION) {
        PlClause within = {.kind = PL_CLAUSE_WITHIN,
                           .duration = pl_arazzo_duration_expr(a, number_of(timeout, 1000) / 1000)};
        pl_vec_push(a->arena, &call->clauses, within);
    }
    return call;
}

static void failures(PlArazzoFlow *f, PlArazzoStep *step, PlStep *call, const PlNode *poll)
{
    const PlNode *list = actions_of(f, step, false);
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *action = action_at(f, list, i, false);
        PlStr type = pl_node_text(PL_GET(action, "type"));
        int64_t status;
        bool own = PL_GET(step->node, "onFailure") != NULL,
             ends = own && pl_str_eq_z(type, "end") && has_status(action, &status);
        if (pl_str_eq_z(type, "retry") && action != poll) add_retry(f, step, action, call);
        if (!ends) continue;
        PlClause stop_clause = {
            .kind = PL_CLAUSE_IF_FAILS, .fail_do = PL_FAIL_STOP, .count = pl_arazzo_int_expr(f->a, status)};
        pl_vec_push(f->a->arena, &call->clauses, stop_clause);
    }
}

static void step_and_checks(PlArazzoFlow *f, PlArazzoStep *step, PlStep *parent)
{
    PlArazzo *a = f->a;
    if (PL_GET(step->node, "workflowId")) {
        pl_arazzo_run(f, step, parent);
        return;
    }
    const PlNode *list = PL_GET(step->node, "successCriteria"), *poll = poll_action(f, step);
    f->current = step;
    PlExpr *cond = criteria(f, list);
    f->current = NULL;
    if (!cond) poll = NULL;
    PlStep *around = parent;
    if (poll) {
        around = pl_arazzo_new_step(f, step->node, parent, PL_STEP_REPEAT);
        around->cond = cond;
        around->count = pl_arazzo_int_expr(a, retry_limit(poll) + 1);
        around->at_most = true;
        if (PL_GET(poll, "retryAfter"))
            around->every = pl_arazzo_duration_expr(a, number_of(PL_GET(poll, "retryAfter"), 1));
    }
    PlStep *call = call_step(f, step, around);
    if (cond && !call->bind.len) call->bind = step->bind;
    failures(f, step, call, poll);
    step->done = true;
    if (cond) {
        PlStep *check = pl_arazzo_new_step(f, list, parent, PL_STEP_CHECK);
        check->cond = cond;
        check->value = pl_arazzo_text_expr(
            a, pl_arena_printf(a->arena, "the criteria of " PL_FMT " do not hold", PL_ARG(step->id)));
    }
    pl_arazzo_step_outputs(f, step);
}

/* ---- jumps ---- */

typedef struct Jump {
    PlArazzoStep *to; /* NULL: none */
    PlExpr *cond;     /* NULL: always */
    const PlNode *node;
} Jump;

static void stop(PlArazzoFlow *f, PlStep *parent, const PlNode *node, PlExpr *cond)
{
    if (f->caller) {
        PL_REPORT(f->a->diags, ARAZZO_SHAPE, pl_node_span(node),
                  "an end before the last step of a workflow that a step runs has no counterpart in a plan");
        return;
    }
    if (cond) {
        parent = pl_arazzo_new_step(f, node, parent, PL_STEP_IF);
        parent->cond = cond;
    }
    pl_arazzo_new_step(f, node, parent, PL_STEP_STOP);
}

/* What may follow a step that succeeded: `end` is put in at once; the one jump that is left is given back. */
static Jump successes(PlArazzoFlow *f, PlArazzoStep *step, PlStep *parent, bool last)
{
    Jump jump = {0};
    PlExpr *before = NULL; /* none of the actions above was taken */
    const PlNode *list = actions_of(f, step, true);
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *action = action_at(f, list, i, true);
        PlStr type = pl_node_text(PL_GET(action, "type"));
        if (!action) continue;
        f->current = step;
        PlExpr *cond = criteria(f, PL_GET(action, "criteria"));
        f->current = NULL;
        bool end = pl_str_eq_z(type, "end");
        PlArazzoStep *to = pl_str_eq_z(type, "goto") ? jump_target(f, action) : NULL;
        PlExpr *when = both_of(f->a, before, cond);
        if (end && !(last && !when)) stop(f, parent, action, when);
        if (to && to->index != step->index + 1) {
            if (jump.to)
                PL_REPORT(f->a->diags, ARAZZO_SHAPE, pl_node_span(action),
                          "a second jump out of one step has no counterpart in a plan");
            else
                jump = (Jump){to, when, action};
        }
        if (!cond) break;
        before = both_of(f->a, before, negated(f->a, cond));
    }
    return jump;
}

/* The farthest step from which a jump leads back to step `from`; `from` itself counts. UINT32_MAX: none. */
static uint32_t loop_end(PlArazzoFlow *f, uint32_t from, uint32_t to, uint32_t ignore, const PlNode **action)
{
    for (uint32_t i = to; i-- > from;) {
        if (i == ignore) continue;
        const PlNode *list = PL_GET(f->steps.items[i]->node, "onSuccess");
        for (uint32_t k = 0; pl_node_is(list, PL_NODE_LIST) && k < list->count; k++) {
            *action = action_at(f, list, k, true);
            const PlArazzoStep *target = pl_map_get(&f->by_id, pl_node_text(PL_GET(*action, "stepId")));
            if (target && target->index == from && pl_str_eq_z(pl_node_text(PL_GET(*action, "type")), "goto")) return i;
        }
    }
    return UINT32_MAX;
}

/* Steps [from, last] again and again while the jump at the end is taken. */
static void loop(PlArazzoFlow *f, uint32_t from, uint32_t last, PlStep *parent, const PlNode *action)
{
    PlStep *repeat = pl_arazzo_new_step(f, action, parent, PL_STEP_REPEAT);
    range(f, from, last + 1, repeat, last);
    f->current = f->steps.items[last];
    PlExpr *cond = criteria(f, PL_GET(action, "criteria"));
    f->current = NULL;
    repeat->is_while = true;
    repeat->cond = cond;
    repeat->count = pl_arazzo_int_expr(f->a, 100);
    repeat->at_most = true;
    if (!cond) {
        PL_REPORT(f->a->diags, ARAZZO_SHAPE, pl_node_span(action), "a jump back without a criterion never ends");
        repeat->is_while = repeat->at_most = false;
        return;
    }
    if (cond->kind == PL_EXPR_UNARY && cond->op == PL_OPR_NOT) {
        repeat->cond = cond->left;
        repeat->is_while = false;
    } else {
        repeat->cond = negated(f->a, cond); /* the body runs at least once */
        repeat->is_while = false;
    }
    pl_arazzo_loss(f->a, pl_node_span(action),
                   PL_STR("the jump back becomes a Repeat; a plan bounds it, here to 100 times"));
}

/* A jump forward from step i leaves out [i + 1, to). Returns where the plan goes on. */
static uint32_t skip(PlArazzoFlow *f, uint32_t i, uint32_t to, const Jump *jump, PlStep *parent)
{
    uint32_t target = jump->to->index;
    if (target <= i || target > to) {
        PL_REPORT(f->a->diags, ARAZZO_SHAPE, pl_node_span(jump->node),
                  "this jump crosses a condition or loop that another jump makes");
        return i + 1;
    }
    if (!jump->cond) {
        pl_arazzo_loss(f->a, pl_node_span(jump->node),
                       PL_STR("the steps that this jump always leaves out are left out"));
        for (uint32_t k = i + 1; k < target; k++) f->steps.items[k]->done = true;
        return target;
    }
    PlStep *block = pl_arazzo_new_step(f, jump->node, parent, PL_STEP_IF);
    bool no = jump->cond->kind == PL_EXPR_UNARY && jump->cond->op == PL_OPR_NOT;
    block->cond = no ? jump->cond->left : negated(f->a, jump->cond);
    uint32_t end = target; /* `goto` at the end of the block past more steps: these are the other branch */
    const PlNode *list = PL_GET(f->steps.items[target - 1]->node, "onSuccess");
    const PlNode *last = pl_node_is(list, PL_NODE_LIST) && list->count == 1 ? action_at(f, list, 0, true) : NULL;
    const PlArazzoStep *join = pl_map_get(&f->by_id, pl_node_text(PL_GET(last, "stepId")));
    bool ends = last && pl_str_eq_z(pl_node_text(PL_GET(last, "type")), "end") && !PL_GET(last, "criteria");
    if (join && !PL_GET(last, "criteria") && join->index > target && join->index <= to) end = join->index;
    range(f, i + 1, target, block, end > target ? target - 1 : UINT32_MAX);
    if (ends) return target;
    if (end > target) {
        PlStep *otherwise = pl_arazzo_new_step(f, jump->node, parent, PL_STEP_ELSE);
        range(f, target, end, otherwise, UINT32_MAX);
    }
    return end;
}

/* A jump forward when step i fails: it is tried, and what the jump leaves out runs only when it did not fail. */
static const PlNode *failure_jump(PlArazzoFlow *f, uint32_t i, uint32_t to, PlArazzoStep **target)
{
    const PlNode *list = actions_of(f, f->steps.items[i], false);
    for (uint32_t k = 0; pl_node_is(list, PL_NODE_LIST) && k < list->count; k++) {
        const PlNode *action = action_at(f, list, k, false);
        if (!pl_str_eq_z(pl_node_text(PL_GET(action, "type")), "goto")) continue;
        *target = jump_target(f, action);
        if (*target && (*target)->index > i && (*target)->index <= to) return action;
        if (*target)
            PL_REPORT(f->a->diags, ARAZZO_SHAPE, pl_node_span(action),
                      "a jump back after a failure has no counterpart in a plan");
    }
    return NULL;
}

static void drop_last(PlArazzoFlow *f, PlStep *parent)
{
    if (parent)
        parent->steps.len--;
    else
        f->plan->steps.len--;
}

static uint32_t tried(PlArazzoFlow *f, uint32_t i, const PlNode *action, const PlArazzoStep *target, PlStep *parent)
{
    PlArazzo *a = f->a;
    PlArazzoStep *step = f->steps.items[i];
    PlStr flag = pl_arazzo_name(f, pl_arena_printf(a->arena, PL_FMT "_failed", PL_ARG(step->bind)));
    PlStep *set = pl_arazzo_new_step(f, action, parent, PL_STEP_SET);
    PlExpr *no = pl_arazzo_int_expr(a, 0), *yes = pl_arazzo_int_expr(a, 0);
    no->literal = (PlLiteral){.kind = PL_LIT_YESNO, .as.yes = false};
    yes->literal = (PlLiteral){.kind = PL_LIT_YESNO, .as.yes = true};
    set->name = flag;
    set->value = no;
    step_and_checks(f, step, pl_arazzo_new_step(f, action, parent, PL_STEP_TRY));
    PlStep *handler = pl_arazzo_new_step(f, action, parent, PL_STEP_ON_ERROR);
    int64_t status;
    if (has_status(action, &status)) handler->status = pl_arazzo_int_expr(a, status);
    PlStep *failed = pl_arazzo_new_step(f, action, handler, PL_STEP_SET);
    failed->name = flag;
    failed->value = yes;
    PlStep *block = pl_arazzo_new_step(f, action, parent, PL_STEP_IF);
    block->cond = negated(a, pl_arazzo_name_expr(a, flag));
    Jump jump = successes(f, step, block, false);
    uint32_t next = jump.to && jump.to->index != i + 1 ? skip(f, i, target->index, &jump, block) : i + 1;
    range(f, next, target->index, block, UINT32_MAX);
    if (!block->steps.len) drop_last(f, parent);
    return target->index;
}

/* A failure that goes on with the next step, of a step whose success only its status decides, and leads nowhere else. */
static bool goes_on(PlArazzoFlow *f, const PlArazzoStep *step, const PlNode *action, const PlArazzoStep *target)
{
    const PlNode *list = PL_GET(step->node, "successCriteria"), *then = actions_of(f, step, true);
    int64_t status;
    if (target->index != step->index + 1 || !step->operation.len || PL_GET(step->node, "workflowId")) return false;
    if ((pl_node_is(then, PL_NODE_LIST) && then->count) || (PL_GET(action, "criteria") && !has_status(action, &status))) return false;
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *item = pl_node_item(list, i);
        PlStr condition = pl_node_text(PL_GET(item, "condition"));
        bool body = pl_str_find(condition, PL_STR("$response"), 0) != PL_STR_NONE || pl_str_find(condition, PL_STR("$steps"), 0) != PL_STR_NONE;
        if (PL_GET(item, "type") || body || pl_str_find(condition, PL_STR("$statusCode"), 0) == PL_STR_NONE) return false;
    }
    return true;
}

/* The call just made has the clause `if it fails, continue`. */
static void add_goes_on(PlArazzoFlow *f, const PlNode *action, PlStep *parent)
{
    uint32_t count = parent ? parent->steps.len : f->plan->steps.len;
    PlStep *call = count ? parent ? parent->steps.items[count - 1] : f->plan->steps.items[count - 1] : NULL;
    if (!call || call->kind != PL_STEP_ACTION) return;
    PlClause clause = {.kind = PL_CLAUSE_IF_FAILS, .span = pl_node_span(action), .fail_do = PL_FAIL_CONTINUE};
    int64_t status;
    if (has_status(action, &status)) clause.count = pl_arazzo_int_expr(f->a, status);
    pl_vec_push(f->a->arena, &call->clauses, clause);
}

/* ---- a range ---- */

/* Each call covers a part of the steps, so depth is bounded by their number; nesting deeper than a plan can is
 * reported. */
static void range(PlArazzoFlow *f, uint32_t from, uint32_t to, PlStep *parent, uint32_t ignore_loop)
{
    if (parent && parent->depth + 2 >= PL_LIMIT_STEP_DEPTH) {
        PL_REPORT(f->a->diags, ARAZZO_SHAPE, parent->span, "the jumps nest too deeply for a plan");
        return;
    }
    for (uint32_t i = from; i < to;) {
        PlArazzoStep *step = f->steps.items[i];
        const PlNode *action = NULL;
        uint32_t last = loop_end(f, i, to, ignore_loop, &action);
        if (last != UINT32_MAX && !(i == from && ignore_loop == last)) {
            loop(f, i, last, parent, action);
            i = last + 1;
            continue;
        }
        PlArazzoStep *target = NULL;
        const PlNode *failure = failure_jump(f, i, to, &target);
        if (failure && goes_on(f, step, failure, target)) {
            step_and_checks(f, step, parent);
            add_goes_on(f, failure, parent);
            i++;
            continue;
        }
        if (failure) {
            i = tried(f, i, failure, target, parent);
            continue;
        }
        step_and_checks(f, step, parent);
        bool final = i + 1 == f->steps.len;
        Jump jump = i == ignore_loop ? (Jump){0} : successes(f, step, parent, final);
        i = jump.to && jump.to->index != i + 1 ? skip(f, i, to, &jump, parent) : i + 1;
    }
}

void pl_arazzo_steps(PlArazzoFlow *f, PlStep *parent)
{
    range(f, 0, f->steps.len, parent, UINT32_MAX);
}
