/* SPDX-License-Identifier: MIT */
/* Clauses of steps: where each may stand, its counts and durations, and what `if it fails` makes of a step's result.
 * spec/checking.md, "Clauses". */
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"
#include "vm/base/limits.h"

/* ---- counts and durations -------------------------------------------------------------------------------------------- */

bool pl_clause_count(PlChecker *c, PlExpr **slot, const char *what, uint64_t most, uint64_t *out)
{
    pl_expr_want(c, slot, PL_T_INTEGER, pl_str_z(what));
    const PlExpr *x = *slot;
    if (x->kind == PL_EXPR_BAD) return false;
    if (x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_INT) {
        PL_REPORT(c->diags, NOT_CONSTANT, x->span, what, "a number");
        return false;
    }
    if (x->literal.as.integer < 1) {
        PL_REPORT(c->diags, BOUND_INVALID, x->span, what);
        return false;
    }
    if ((uint64_t)x->literal.as.integer > most) {
        PlDiag *d = PL_REPORT(c->diags, BOUND_TOO_LARGE, x->span, what, (unsigned long long)most);
        pl_diag_help(c->diags, d, "write %llu or less", (unsigned long long)most);
        return false;
    }
    *out = (uint64_t)x->literal.as.integer;
    return true;
}

bool pl_clause_duration(PlChecker *c, PlExpr **slot, const char *what)
{
    pl_expr_check(c, slot, PL_T_DURATION);
    PlExpr *x = *slot;
    if (x->kind == PL_EXPR_BAD) return false;
    pl_expr_fit(c, slot, PL_T_DURATION, pl_str_z(what));
    x = *slot;
    if (x->kind == PL_EXPR_BAD) return false;
    if (x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_DURATION) return true;
    PlDiag *d = PL_REPORT(c->diags, NOT_CONSTANT, x->span, what, "a duration");
    pl_diag_help(c->diags, d, "write it out, for example `30 seconds`");
    return false;
}

/* ---- where clauses stand --------------------------------------------------------------------------------------------- */

static bool fits(PlClauseKind clause, PlStepKind step)
{
    switch (clause) {
    case PL_CLAUSE_AT_A_TIME:
    case PL_CLAUSE_TOLERATING: return step == PL_STEP_EACH;
    case PL_CLAUSE_GO_ON: return step == PL_STEP_TOGETHER;
    case PL_CLAUSE_IN_ORDER: /* a loop's order is the list's anyway */
    case PL_CLAUSE_UP_TO: return step == PL_STEP_ACTION || step == PL_STEP_PROSE || step == PL_STEP_EACH;
    default: return step == PL_STEP_ACTION || step == PL_STEP_PROSE;
    }
}

static const char *place_of(PlClauseKind clause)
{
    switch (clause) {
    case PL_CLAUSE_AT_A_TIME:
    case PL_CLAUSE_TOLERATING: return "a `For each`";
    case PL_CLAUSE_GO_ON: return "`At the same time` or `For each`";
    case PL_CLAUSE_WITHIN: return "a step that calls an action; a `Repeat` takes `for up to 10 minutes`";
    case PL_CLAUSE_UP_TO: return "a step that calls an action, or `For each`";
    default: return "a step that calls an action";
    }
}

static void check_one(PlChecker *c, PlClause *clause)
{
    uint64_t n;
    switch (clause->kind) {
    case PL_CLAUSE_RETRY:
        if (clause->count) (void)pl_clause_count(c, &clause->count, "the number of retries", PL_LIMIT_RETRY_MAX, &n);
        if (clause->duration) (void)pl_clause_duration(c, &clause->duration, "the time between retries");
        return;
    case PL_CLAUSE_WITHIN:
        if (clause->duration) (void)pl_clause_duration(c, &clause->duration, "the time that the step may take");
        return;
    case PL_CLAUSE_UP_TO:
        if (clause->count) (void)pl_clause_count(c, &clause->count, "the number of items", UINT32_MAX, &n);
        return;
    case PL_CLAUSE_AT_A_TIME:
        if (clause->count)
            (void)pl_clause_count(c, &clause->count, "the number of iterations at a time", PL_LIMIT_SCATTER_CAP, &n);
        return;
    case PL_CLAUSE_TOLERATING:
        if (clause->count)
            (void)pl_clause_count(c, &clause->count, "the number of failures", clause->percent ? 100 : UINT32_MAX - 1,
                                  &n);
        return;
    case PL_CLAUSE_KEY:
        if (clause->value) pl_expr_want(c, &clause->value, PL_T_TEXT, PL_STR("the idempotency key"));
        return;
    default: return;
    }
}

/* `continue on error` of a loop: every iteration may fail. */
static void tolerate_all(PlChecker *c, PlClause *clause)
{
    PL_REPORT(c->diags, READ_AS, clause->span, PL_ARG(PL_STR("continue on error")), PL_ARG(PL_STR("tolerating 100 %")));
    clause->kind = PL_CLAUSE_TOLERATING;
    clause->percent = true;
    clause->count = pl_expr_literal(c, clause->span, (PlLiteral){.kind = PL_LIT_INT, .as.integer = 100}, PL_T_INTEGER);
}

/* Rule: iterations that may fail are apart from each other, as those that run several at a time. */
static void tolerate_apart(PlChecker *c, PlStep *step)
{
    const PlClause *clause = pl_step_clause(step, PL_CLAUSE_TOLERATING);
    if (!clause || step->kind != PL_STEP_EACH || pl_step_clause(step, PL_CLAUSE_AT_A_TIME)) return;
    PlClause one = {.kind = PL_CLAUSE_AT_A_TIME, .span = clause->span};
    one.count = pl_expr_literal(c, clause->span, (PlLiteral){.kind = PL_LIT_INT, .as.integer = 1}, PL_T_INTEGER);
    PL_REPORT(c->diags, READ_AS, clause->span, PL_ARG(PL_STR("tolerating")), PL_ARG(PL_STR("up to 1 at a time, tolerating")));
    pl_vec_push(c->arena, &step->clauses, one);
}

void pl_clause_check(PlChecker *c, PlStep *step)
{
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        PlClause *clause = &step->clauses.items[i];
        const char *name = pl_clause_kind_name(clause->kind);
        if (clause->kind == PL_CLAUSE_GO_ON && step->kind == PL_STEP_EACH) tolerate_all(c, clause);
        if (!fits(clause->kind, step->kind)) {
            PlDiag *d = PL_REPORT(c->diags, CLAUSE_UNFIT, clause->span, name);
            pl_diag_help(c->diags, d, "it belongs to %s", place_of(clause->kind));
            continue;
        }
        check_one(c, clause);
    }
    tolerate_apart(c, step);
}

/* ---- if it fails ----------------------------------------------------------------------------------------------------- */

/* What the clause gives in the result's place; PL_TYPE_NONE when it does not go on. */
static PlTypeId failure_type(PlChecker *c, PlStep *step, PlClause *clause)
{
    switch (clause->fail_do) {
    case PL_FAIL_CONTINUE: return PL_T_NOTHING;
    case PL_FAIL_USE: return clause->value ? pl_expr_check(c, &clause->value, PL_TYPE_NONE) : PL_T_NOTHING;
    case PL_FAIL_STOP:
    case PL_FAIL_FAIL:
        if (clause->value) pl_expr_want(c, &clause->value, PL_T_TEXT, PL_STR("the reason"));
        return PL_TYPE_NONE;
    case PL_FAIL_ACTION: break;
    }
    if (!clause->step) return PL_T_NOTHING;
    if (!clause->step->label.len) clause->step->label = step->label;
    pl_step_check(c, clause->step);
    c->step = step;
    return clause->step->kind == PL_STEP_ACTION ? clause->step->type : PL_T_NOTHING;
}

PlTypeId pl_clause_failures(PlChecker *c, PlStep *step, PlTypeId type)
{
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        PlClause *clause = &step->clauses.items[i];
        if (clause->kind != PL_CLAUSE_IF_FAILS) continue;
        if (clause->count) pl_status_check(c, clause->count, &step, 1);
        uint32_t mark = pl_scope_mark(c), before = pl_flow_mark(c);
        PlFacts facts = c->facts;
        pl_scope_declare(c, PL_STR("error"), clause->span, PL_SYM_ERROR, step, pl_control_error_type(c));
        PlTypeId other = failure_type(c, step, clause);
        pl_scope_end(c, mark, step);
        PlDelta ways[2] = {pl_flow_take(c, before, facts), {.facts = facts}};
        pl_flow_join(c, ways, 2);
        if (other != PL_TYPE_NONE) type = pl_flow_join_types(c, type, other);
    }
    return type;
}
