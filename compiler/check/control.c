/* SPDX-License-Identifier: MIT */
/* Conditions, failures and branches at the same time: what each path does to the flow, and the join behind. spec/checking.md, "Flow". */
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/gather.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"

static void check_block(PlChecker *c, PlStep *step)
{
    pl_steps_check(c, step->steps.items, step->steps.len);
}

/* ---- If COND: Otherwise if COND: Otherwise: ---------------------------------------------------------------------------- */

/* Rule: each link is checked with its condition true and those before it false; without `Otherwise` there is a path with all of them false. */
void pl_control_if(PlChecker *c, PlStep **steps, uint32_t count)
{
    PlDeltas ways = {0};
    bool otherwise = false;
    uint32_t mark = pl_flow_mark(c);
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        step->chain = i ? steps[i - 1] : NULL;
        c->step = step;
        pl_clause_check(c, step);
        if (step->kind != PL_STEP_ELSE && step->cond) pl_expr_condition(c, &step->cond, PL_STR("the condition"));
        PlFacts before = c->facts;
        if (step->kind != PL_STEP_ELSE && step->cond) pl_narrow_assume(c, step->cond, true);
        check_block(c, step);
        PlDelta way = pl_flow_take(c, mark, before);
        pl_vec_push(c->arena, &ways, way);
        if (step->kind == PL_STEP_ELSE)
            otherwise = true;
        else if (step->cond)
            pl_narrow_assume(c, step->cond, false);
    }
    if (!otherwise) {
        PlDelta none = {.facts = c->facts};
        pl_vec_push(c->arena, &ways, none);
    }
    pl_flow_join(c, ways.items, ways.len);
}

/* ---- Try: If it fails [with STATUS]: ----------------------------------------------------------------------------------- */

/* {message: text, status: integer or nothing, step: text, kind: text, body: any} */
PlTypeId pl_control_error_type(PlChecker *c)
{
    if (c->error_type != PL_TYPE_NONE) return c->error_type;
    PlField fields[] = {
        {.name = PL_STR("message"), .type = PL_T_TEXT, .required = true},
        {.name = PL_STR("status"), .type = pl_type_or_nothing(c->types, PL_T_INTEGER), .required = true},
        {.name = PL_STR("step"), .type = PL_T_TEXT, .required = true},
        {.name = PL_STR("kind"), .type = PL_T_TEXT, .required = true},
        {.name = PL_STR("body"), .type = PL_T_ANY, .required = true},
        {.name = PL_STR("code"), .type = PL_T_TEXT, .required = true},
        {.name = PL_STR("path"), .type = PL_T_TEXT, .required = true},
    };
    c->error_type = pl_type_record(c->types, fields, sizeof fields / sizeof *fields, PL_TYPE_NONE, false, PL_STR(""));
    return c->error_type;
}

static PlDelta check_handler(PlChecker *c, PlStep *step, const PlStep *try_step, uint32_t begin, uint32_t end)
{
    uint32_t mark = pl_flow_mark(c), scope = pl_scope_mark(c);
    PlFacts facts = c->facts;
    pl_flow_weaken(c, begin, end);
    c->step = step;
    pl_clause_check(c, step);
    if (step->status) pl_status_check(c, step->status, try_step->steps.items, try_step->steps.len);
    step->symbol = pl_scope_declare(c, PL_STR("error"), step->keyword, PL_SYM_ERROR, step, pl_control_error_type(c));
    check_block(c, step);
    for (uint32_t i = scope; i < c->scoped.len; i++)
        if (c->scoped.items[i] == step->symbol) pl_scope_hide(c, step->symbol, step);
    return pl_flow_take(c, mark, facts);
}

/* Rule: a handler may find anything that the body did, or nothing of it. */
void pl_control_try(PlChecker *c, PlStep **steps, uint32_t count)
{
    PlStep *step = steps[0];
    PlDeltas ways = {0};
    c->step = step;
    pl_clause_check(c, step);
    if (count == 1) {
        PlDiag *d = PL_REPORT0(c->diags, TRY_ALONE, step->span);
        pl_diag_help(c->diags, d, "add `If it fails:` behind it, with the steps to take then");
    }
    uint32_t mark = pl_flow_mark(c), begin = c->touched.len;
    PlFacts facts = c->facts;
    check_block(c, step);
    uint32_t end = c->touched.len;
    PlDelta body = pl_flow_take(c, mark, facts);
    pl_vec_push(c->arena, &ways, body);
    for (uint32_t i = 1; i < count; i++) {
        steps[i]->chain = steps[i - 1];
        PlDelta way = check_handler(c, steps[i], step, begin, end);
        pl_vec_push(c->arena, &ways, way);
    }
    pl_flow_join(c, ways.items, ways.len);
}

/* ---- At the same time: ------------------------------------------------------------------------------------------------- */

/* Does a step in there give the symbol a value, other than by adding to it? */
static bool sets(const PlStep *step, const PlSymbol *symbol)
{
    bool adds = (step->kind == PL_STEP_ADD || step->kind == PL_STEP_INCREASE) && !step->target;
    if (!adds && step->symbol == symbol && step->kind != PL_STEP_EACH) return true;
    for (uint32_t i = 0; i < step->steps.len; i++)
        if (sets(step->steps.items[i], symbol)) return true;
    return false;
}

static bool changes(const PlDelta *delta, uint32_t id)
{
    for (uint32_t i = 0; i < delta->vars.len; i++)
        if (delta->vars.items[i].symbol == id) return true;
    return false;
}

static void refuse_races(PlChecker *c, const PlStep *step, const PlDeltas *ways)
{
    for (uint32_t i = 1; i < ways->len; i++)
        for (uint32_t k = 0; k < ways->items[i].vars.len; k++) {
            PlSymbol *symbol = c->symbols.items[ways->items[i].vars.items[k].symbol];
            if (symbol->kind != PL_SYM_VALUE && symbol->kind != PL_SYM_INPUT) continue;
            for (uint32_t j = 0; j < i; j++) {
                if (!changes(&ways->items[j], symbol->id)) continue;
                const PlStep *here = step->steps.items[i], *there = step->steps.items[j];
                if (!sets(here, symbol) && !sets(there, symbol)) continue;
                PlDiag *d = PL_REPORT(c->diags, SET_BY_TWO, here->span, PL_ARG(symbol->name));
                pl_diag_related(c->diags, d, there->span, "the other branch");
                break;
            }
        }
}

/* Rule: all branches happen; a name that one binds is bound behind, for sure unless branches may fail and the others go on. */
void pl_control_together(PlChecker *c, PlStep *step)
{
    PlDeltas ways = {0};
    PlStep *block = c->block;
    PlLoop *loop = c->loop;
    c->loop = NULL;
    uint32_t mark = pl_flow_mark(c);
    PlFacts facts = c->facts;
    bool go_on = pl_step_clause(step, PL_CLAUSE_GO_ON) != NULL, dead = false;
    for (uint32_t i = 0; i < step->steps.len; i++) {
        c->block = step->steps.items[i];
        pl_steps_check(c, &step->steps.items[i], 1);
        PlDelta way = pl_flow_take(c, mark, facts);
        dead |= way.dead;
        pl_vec_push(c->arena, &ways, way);
    }
    c->block = block;
    c->loop = loop;
    refuse_races(c, step, &ways);
    pl_gather_check_together(c, step);
    for (uint32_t i = 0; i < ways.len; i++)
        for (uint32_t k = 0; k < ways.items[i].vars.len; k++) {
            PlVarChange change = ways.items[i].vars.items[k];
            PlVar now = c->vars.items[change.symbol];
            PlBound bound = change.var.bound;
            if (go_on && now.bound == PL_BOUND_NO && bound == PL_BOUND_YES) bound = PL_BOUND_MAYBE;
            PlTypeId type =
                now.bound == PL_BOUND_NO ? change.var.type : pl_flow_join_types(c, now.type, change.var.type);
            pl_flow_set(c, c->symbols.items[change.symbol], type, bound);
        }
    c->dead = dead && !go_on;
}
