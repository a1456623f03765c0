/* SPDX-License-Identifier: MIT */
/* Blocks of steps, and the statements that need no file of their own. */
#include "compiler/check/step.h"

#include "compiler/bind/bind.h"
#include "compiler/check/agent.h"
#include "compiler/check/every.h"
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/check/unread.h"
#include "vm/value/time.h"
#include "compiler/prose/prose.h"

/* ---- statements -------------------------------------------------------------------------------------------------------- */

static void want_text(PlChecker *c, PlExpr **slot, const char *what)
{
    if (*slot) pl_expr_want(c, slot, PL_T_TEXT, pl_str_z(what));
}

static void bind_result(PlChecker *c, PlStep *step, PlTypeId type)
{
    if (step->bind.len) step->symbol = pl_scope_bind(c, step->bind, step->bind_span, step, type, PL_BOUND_YES);
}

/* Ask [ROLE] "question" [as TYPE] [within DURATION] [-> name]: text unless it says otherwise */
static void check_ask(PlChecker *c, PlStep *step)
{
    want_text(c, &step->value, "the question");
    if (step->within) (void)pl_clause_duration(c, &step->within, "the time to answer");
    step->type = step->kind == PL_STEP_APPROVE ? PL_T_YESNO
                 : step->as_type               ? pl_type_expr_read(c, step->as_type)
                                               : PL_T_TEXT;
    bind_result(c, step, step->type);
}

static bool is_time(PlStr s)
{
    int64_t n;
    int32_t offset;
    return pl_time_read_clock(s, &n) || pl_time_read_date(s, &n) || pl_time_read_datetime(s, &n, &offset);
}

/* Wait DURATION | Wait until TIME | Wait for "event" [up to DURATION] [-> name] */
static void check_wait(PlChecker *c, PlStep *step)
{
    step->type = PL_T_NOTHING;
    if (step->within) (void)pl_clause_duration(c, &step->within, "the time to wait");
    if (step->kind == PL_STEP_WAIT_FOR) {
        if (step->value) pl_expr_want(c, &step->value, PL_T_DURATION, PL_STR("the time to wait"));
        return;
    }
    if (step->kind == PL_STEP_WAIT_EVENT) {
        want_text(c, &step->value, "the event's name");
        step->type = step->as_type ? pl_type_expr_read(c, step->as_type) : PL_T_ANY;
        if (step->within) step->type = pl_type_or_nothing(c->types, step->type);
        bind_result(c, step, step->type);
        return;
    }
    if (!step->value) return;
    PlTypeId type = pl_expr_some(
        c, &step->value, PL_STR("the time to wait for")); /* "10:00" is today's, by the clock of the plan's zone */
    PlTypeKind kind = pl_type(c->types, type)->kind;
    if (step->value->kind == PL_EXPR_LITERAL && step->value->literal.kind == PL_LIT_TEXT && !is_time(step->value->literal.as.text)) {
        PlDiag *d = PL_REPORT(c->diags, BAD_LITERAL, step->value->span, PL_ARG(PL_STR("the time to wait for")), PL_ARG(PL_STR("a time")),
                              PL_ARG(pl_words_expr(c, step->value)));
        pl_diag_help(c->diags, d, "write it like 10:00, \"2026-11-20\" or \"2026-11-20T10:00:00Z\"");
        return;
    }
    if (kind != PL_TYPE_TEXT && kind != PL_TYPE_DATE)
        pl_expr_fit(c, &step->value, PL_T_DATETIME, PL_STR("the time to wait for"));
}

/* Check COND, else fail "why" */
static void check_check(PlChecker *c, PlStep *step)
{
    if (step->cond) pl_expr_condition(c, &step->cond, PL_STR("what is checked"));
    PlFacts facts = c->facts;
    if (step->cond) pl_narrow_assume(c, step->cond, false);
    want_text(c, &step->value, "the reason");
    c->facts = facts;
    if (step->cond) pl_narrow_assume(c, step->cond, true);
}

static void check_return(PlChecker *c, PlStep *step)
{
    PlTypeId type = step->value ? pl_expr_check(c, &step->value, PL_TYPE_NONE) : PL_T_NOTHING;
    pl_vec_push(c->arena, &c->returns, type);
    if (c->block) {
        PlDiag *d = PL_REPORT0(c->diags, RETURN_IN_SCATTER, step->span);
        pl_diag_related(c->diags, d, c->block->span, "this runs at the same time as others");
    }
    c->dead = true;
}

static void check_action(PlChecker *c, PlStep *step)
{
    pl_bind_step(c, step);
    if (step->kind != PL_STEP_ACTION) return; /* it was read as a Set, or is a question */
    pl_unread_check(c, step);
    if (step->bound) pl_agent_check(c, step);
    PlTypeId given = pl_clause_failures(c, step, step->type);
    if (step->bind.len) step->symbol = pl_scope_bind(c, step->bind, step->bind_span, step, given, PL_BOUND_YES);
}

/* A step that could not be read costs one message: what it would have bound is any, its sub-steps may or may not happen. */
static void check_bad(PlChecker *c, PlStep *step)
{
    pl_vec_push(c->arena, &c->bads, step->span);
    if (step->bind.len) step->symbol = pl_scope_bind(c, step->bind, step->bind_span, step, PL_T_ANY, PL_BOUND_YES);
    if (step->steps.len == 0) return;
    uint32_t mark = pl_flow_mark(c);
    PlFacts facts = c->facts;
    c->in_bad++;
    pl_steps_check(c, step->steps.items, step->steps.len);
    c->in_bad--;
    PlDelta ways[2] = {pl_flow_take(c, mark, facts), {.facts = facts}};
    pl_flow_join(c, ways, 2);
}

/* The plan ends in the middle of this step: that was asked. */
static bool breaks_off(const PlChecker *c, const PlStep *step)
{
    for (uint32_t i = 0; i < c->diags->all.len; i++) {
        const PlDiag *d = c->diags->all.items[i];
        if (d->code == PL_D_BREAKS_OFF && d->span.source == step->span.source && d->span.start >= step->span.start &&
            d->span.end <= step->span.end)
            return true;
    }
    return false;
}

/* All steps before this one that name or give something, as refs.c has them. True when it was reached. */
static bool steps_before(PlChecker *c, PlStep *const *steps, uint32_t count, const PlStep *step, PlSteps *out)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *one = steps[i];
        if (one == step) return true;
        if (one->bind.len || one->kind == PL_STEP_ACTION || one->kind == PL_STEP_PROSE) pl_vec_push(c->arena, out, one);
        if (steps_before(c, one->steps.items, one->steps.len, step, out)) return true;
    }
    return false;
}

/* Rule: a transformation in controlled English, then an action of the catalog, then a question. */
static void check_prose(PlChecker *c, PlStep *step)
{
    PlMeant meant = breaks_off(c, step) ? PL_MEANT_SEVERAL : pl_prose_step(c, step);
    if (meant == PL_MEANT_ONE) {
        pl_step_check(c, step);
        return;
    }
    if (meant == PL_MEANT_NOTHING) pl_bind_prose(c, step);
    if (step->kind == PL_STEP_ACTION) {
        PlSteps before = {0};
        (void)steps_before(c, c->plan->steps.items, c->plan->steps.len, step, &before);
        if (pl_every_read(c, step, &before)) pl_step_check(c, step); /* now that it is a call */
        else check_action(c, step);
        return;
    }
    step->type = PL_T_ANY;
    pl_vec_push(c->arena, &c->bads, step->span);
    if (step->bind.len) step->symbol = pl_scope_bind(c, step->bind, step->bind_span, step, PL_T_ANY, PL_BOUND_YES);
}

void pl_step_check(PlChecker *c, PlStep *step)
{
    c->step = step;
    if (step->kind != PL_STEP_IF && step->kind != PL_STEP_TRY) pl_clause_check(c, step);
    switch (step->kind) {
    case PL_STEP_ACTION: check_action(c, step); break;
    case PL_STEP_PROSE: check_prose(c, step); break;
    case PL_STEP_IF: pl_control_if(c, &step, 1); break;
    case PL_STEP_TRY: pl_control_try(c, &step, 1); break;
    case PL_STEP_EACH: pl_loop_each(c, step); break;
    case PL_STEP_REPEAT: pl_loop_repeat(c, step); break;
    case PL_STEP_TOGETHER: pl_control_together(c, step); break;
    case PL_STEP_SET: pl_assign_set(c, step); break;
    case PL_STEP_INCREASE: pl_assign_increase(c, step); break;
    case PL_STEP_CLEAR: pl_assign_clear(c, step); break;
    case PL_STEP_ADD: pl_assign_add(c, step); break;
    case PL_STEP_KEEP: pl_assign_keep(c, step); break;
    case PL_STEP_STOP:
    case PL_STEP_FAIL:
        if (step->kind == PL_STEP_STOP) pl_loop_stop(c, step);
        want_text(c, &step->value, "the reason");
        c->dead = true;
        break;
    case PL_STEP_RETURN: check_return(c, step); break;
    case PL_STEP_SKIP:
    case PL_STEP_LEAVE: pl_loop_control(c, step); break;
    case PL_STEP_WAIT_FOR:
    case PL_STEP_WAIT_UNTIL:
    case PL_STEP_WAIT_EVENT: check_wait(c, step); break;
    case PL_STEP_ASK:
    case PL_STEP_APPROVE: check_ask(c, step); break;
    case PL_STEP_CHECK: check_check(c, step); break;
    case PL_STEP_NOTE: want_text(c, &step->value, "the note"); break;
    case PL_STEP_ELSE_IF:
    case PL_STEP_ELSE:
    case PL_STEP_ON_ERROR: /* a block's business */
    case PL_STEP_BAD:
    case PL_STEP_COUNT: check_bad(c, step); break;
    }
}

/* ---- blocks ------------------------------------------------------------------------------------------------------------ */

static bool is_link(PlStepKind first, PlStepKind next)
{
    if (first == PL_STEP_IF) return next == PL_STEP_ELSE_IF || next == PL_STEP_ELSE;
    return first == PL_STEP_TRY && next == PL_STEP_ON_ERROR;
}

static uint32_t chain_length(PlStep *const *steps, uint32_t count)
{
    uint32_t n = 1;
    while (n < count && is_link(steps[0]->kind, steps[n]->kind)) n++;
    return n;
}

void pl_steps_check(PlChecker *c, PlStep **steps, uint32_t count)
{
    bool said = false;
    for (uint32_t i = 0; i < count;) {
        uint32_t length = chain_length(steps + i, count - i);
        if (c->dead && !said) {
            PL_REPORT0(c->diags, UNREACHABLE, steps[i]->span);
            said = true;
        }
        bool dead = c->dead;
        c->dead = false;
        PlStepKind kind = steps[i]->kind;
        if (kind == PL_STEP_IF)
            pl_control_if(c, steps + i, length);
        else if (kind == PL_STEP_TRY)
            pl_control_try(c, steps + i, length);
        else
            pl_step_check(c, steps[i]);
        c->dead |= dead;
        i += length;
    }
}
