/* SPDX-License-Identifier: MIT */
/* The parser's last pass over the finished tree: what one step means to another. "If it fails" under a call becomes a Try around the call, Otherwise
 * finds its If, references to steps by the numbers that were written get the numbers that the steps have. */
#include "compiler/syntax/steps.h"

#include "vm/base/limits.h"

static bool is_block(PlStepKind kind)
{
    return kind >= PL_STEP_IF && kind <= PL_STEP_ON_ERROR;
}

/* What a step is, or was meant to be. */
static PlStepKind meant(const PlStep *step)
{
    return step->kind == PL_STEP_BAD ? step->announced : step->kind;
}

/* ---- "2.1 If it fails" under step 2, a call ---- */

static bool only_handlers(const PlStep *step)
{
    for (uint32_t i = 0; i < step->steps.len; i++)
        if (meant(step->steps.items[i]) != PL_STEP_ON_ERROR) return false;
    return step->steps.len > 0;
}

/* Steps of one level with each call that has handlers under it as Try, call, handlers. True when something changed. */
static bool wrap_calls(PlSyntax *syntax, PlStep ***items, uint32_t *len, uint32_t *cap, PlStep *parent)
{
    PL_VEC(PlStep *) out = {0};
    bool changed = false;
    for (uint32_t i = 0; i < *len; i++) {
        PlStep *step = (*items)[i];
        changed = wrap_calls(syntax, &step->steps.items, &step->steps.len, &step->steps.cap, step) || changed;
        if (is_block(step->kind) || step->kind == PL_STEP_BAD || !only_handlers(step) ||
            step->depth >= PL_LIMIT_STEP_DEPTH) {
            pl_vec_push(syntax->arena, &out, step);
            continue;
        }
        PlStep *try = pl_step_new(syntax->arena, step->span);
        try->kind = PL_STEP_TRY;
        try->marker = step->marker;
        try->keyword = step->span;
        try->written = step->written;
        try->parent = parent;
        try->comments.items = step->comments.items;
        try->comments.len = step->comments.len;
        try->comments.cap = step->comments.cap;
        step->comments.len = 0;
        pl_vec_push(syntax->arena, &try->steps, step);
        pl_vec_push(syntax->arena, &out, try);
        for (uint32_t h = 0; h < step->steps.len; h++) pl_vec_push(syntax->arena, &out, step->steps.items[h]);
        step->steps.len = 0;
        syntax->plan->step_count++;
        changed = true;
    }
    *items = out.items;
    *len = out.len;
    *cap = out.cap;
    return changed;
}

/* ---- chains and blocks ---- */

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
    PlDiag *d = PL_REPORT(syntax->diags, CHAIN_ALONE, step->keyword,
                          fails                        ? "If it fails"
                          : step->kind == PL_STEP_ELSE ? "Otherwise"
                                                       : "Otherwise if",
                          fails ? "Try" : "If");
    pl_diag_help(syntax->diags, d, fails ? "put it right behind its `Try:`, on the same level" : "put it right behind its `If ...:`, on the same level");
}

static void check_block(PlSyntax *syntax, const PlStep *step)
{
    if (is_block(step->kind) && step->steps.len == 0 && step->depth < PL_LIMIT_STEP_DEPTH) {
        PlDiag *d = PL_REPORT0(syntax->diags, BLOCK_EMPTY, step->span);
        pl_diag_help(syntax->diags, d, "what belongs to it is numbered `" PL_FMT ".1.`", PL_ARG(step->label));
    }
}

/* ---- references ---- */

typedef struct References {
    PlSyntax *syntax;
    PlMap steps; /* written number to the last step above that was written with it */
} References;

static void in_expr(References *refs, PlExpr *e)
{
    if (!e) return;
    if (e->kind == PL_EXPR_STEP_REF) {
        const PlStep *step = pl_map_get(&refs->steps, e->text);
        if (step) e->text = step->label;
    }
    in_expr(refs, e->left);
    in_expr(refs, e->right);
    in_expr(refs, e->cond);
    for (uint32_t i = 0; i < e->items.len; i++) in_expr(refs, e->items.items[i]);
    for (uint32_t i = 0; i < e->fields.len; i++) in_expr(refs, e->fields.items[i].value);
}

static void in_step(References *refs, PlStep *step)
{
    PlExpr *all[] = {step->cond, step->value, step->count, step->every, step->within, step->status, step->target};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) in_expr(refs, all[i]);
    for (uint32_t i = 0; i < step->args.len; i++) in_expr(refs, step->args.items[i].value);
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        PlClause *c = &step->clauses.items[i];
        in_expr(refs, c->count);
        in_expr(refs, c->duration);
        in_expr(refs, c->value);
        if (c->step) in_step(refs, c->step);
    }
}

/* Depth is bounded by PL_LIMIT_STEP_DEPTH. */
static void link_steps(References *refs, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        link_chain(refs->syntax, step, i ? steps[i - 1] : NULL);
        check_block(refs->syntax, step);
        in_step(refs, step);
        if (step->written.len) pl_map_put(&refs->steps, step->written, NULL)->value.ptr = step;
        link_steps(refs, step->steps.items, step->steps.len);
    }
}

void pl_link_plan(PlSyntax *syntax)
{
    PlPlan *plan = syntax->plan;
    if (wrap_calls(syntax, &plan->steps.items, &plan->steps.len, &plan->steps.cap, NULL)) pl_nest_renumber(syntax);
    References refs = {.syntax = syntax};
    pl_map_init(&refs.steps, syntax->arena);
    link_steps(&refs, plan->steps.items, plan->steps.len);
    in_expr(&refs, plan->output);
}
