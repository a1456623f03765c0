/* SPDX-License-Identifier: MIT */
/* The parser's last pass over the finished tree: what one step means to another. */
#include "compiler/syntax/steps.h"

static bool is_block(PlStepKind kind)
{
    return kind >= PL_STEP_IF && kind <= PL_STEP_ON_ERROR;
}

/* What a step is, or was meant to be. */
static PlStepKind meant(const PlStep *step)
{
    return step->kind == PL_STEP_BAD ? step->announced : step->kind;
}

static bool may_follow(PlStepKind kind, PlStepKind before)
{
    if (kind == PL_STEP_ON_ERROR) return before == PL_STEP_TRY || before == PL_STEP_ON_ERROR;
    return before == PL_STEP_IF || before == PL_STEP_ELSE_IF;
}

static void link_chain(PlSyntax *syntax, PlStep *step, PlStep *before)
{
    if (step->kind != PL_STEP_ELSE_IF && step->kind != PL_STEP_ELSE && step->kind != PL_STEP_ON_ERROR) return;
    if (before && may_follow(step->kind, meant(before))) {
        step->chain = before;
        return;
    }
    bool fails = step->kind == PL_STEP_ON_ERROR;
    PL_REPORT(syntax->diags, CHAIN_ALONE, step->keyword, fails ? "If it fails" : step->kind == PL_STEP_ELSE ? "Otherwise" : "Otherwise if",
              fails ? "Try" : "If");
}

static void check_block(PlSyntax *syntax, const PlStep *step)
{
    if (is_block(step->kind) && step->steps.len == 0) PL_REPORT0(syntax->diags, BLOCK_EMPTY, step->span);
    if (!is_block(step->kind) && step->kind != PL_STEP_BAD && step->steps.len > 0) {
        const PlStep *first = step->steps.items[0];
        PlDiag *d = PL_REPORT(syntax->diags, SUBSTEPS_UNEXPECTED, first->marker, step->label.ptr);
        pl_diag_related(syntax->diags, d, step->span, "this is the step");
    }
}

/* Depth is bounded by PL_LIMIT_STEP_DEPTH. */
static void link_steps(PlSyntax *syntax, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        link_chain(syntax, steps[i], i ? steps[i - 1] : NULL);
        check_block(syntax, steps[i]);
        link_steps(syntax, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_link_plan(PlSyntax *syntax)
{
    link_steps(syntax, syntax->plan->steps.items, syntax->plan->steps.len);
}
