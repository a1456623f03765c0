/* SPDX-License-Identifier: MIT */
/* A walk over a checked body: which names of outside it gathers into, then where it reads one of them. An iteration has only what it added
 * itself, the plan's reader would expect what all have added, and neither is told apart in the text; so it is an error, not a choice.
 * A branch that alone gathers into a name may read it: nobody else changes it meanwhile. */
#include "compiler/check/gather.h"

#include "compiler/check/expr.h"
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"

typedef struct Gathered {
    const PlSymbol *symbol;
    const PlStep *by; /* the first step that gathers into it */
    uint32_t branch, branches;
} Gathered;

typedef struct Gathers {
    PlChecker *c;
    const PlStep *around; /* what runs several at a time */
    bool outside_only;
    uint32_t branch;
    PL_VEC(Gathered) names;
} Gathers;

static Gathered *find(Gathers *g, const PlSymbol *symbol)
{
    for (uint32_t i = 0; i < g->names.len; i++)
        if (g->names.items[i].symbol == symbol) return &g->names.items[i];
    return NULL;
}

static void collect(Gathers *g, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *step = steps[i];
        bool gathers = step->symbol && (step->kind == PL_STEP_INCREASE || (step->kind == PL_STEP_ADD && !step->target));
        if (gathers && (!g->outside_only || pl_scope_is_outside(g->c, step->symbol))) {
            Gathered *known = find(g, step->symbol);
            if (!known) {
                Gathered fresh = {step->symbol, step, g->branch, 1};
                pl_vec_push(g->c->arena, &g->names, fresh);
            } else if (known->branch != g->branch) {
                known->branch = g->branch;
                known->branches++;
            }
        }
        collect(g, step->steps.items, step->steps.len);
    }
}

/* What is reported is bad from there on, so that a loop around this one does not say it again. */
static void look(void *context, PlExpr **slot)
{
    Gathers *g = context;
    PlExpr *x = *slot;
    const Gathered *known = x->kind == PL_EXPR_NAME && x->symbol ? find(g, x->symbol) : NULL;
    if (known && known->branches > (g->outside_only ? 0 : 1)) {
        PlDiag *d = PL_REPORT(g->c->diags, READ_GATHERED, x->span, PL_ARG(x->text), PL_ARG(pl_words_step(g->around)));
        pl_diag_related(g->c->diags, d, known->by->span, "it is gathered here");
        pl_diag_help(g->c->diags, d, "read it behind step " PL_FMT ", or use another name inside", PL_ARG(pl_words_step(g->around)));
        pl_expr_bad(x);
        return;
    }
    pl_tree_operands(x, look, context);
}

static void look_in(Gathers *g, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], look, g);
        look_in(g, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_gather_check_scatter(PlChecker *c, PlStep *step)
{
    Gathers g = {.c = c, .around = step, .outside_only = true};
    collect(&g, step->steps.items, step->steps.len);
    if (g.names.len == 0) return;
    if (step->cond) look(&g, &step->cond);
    look_in(&g, step->steps.items, step->steps.len);
}

void pl_gather_check_together(PlChecker *c, PlStep *step)
{
    Gathers g = {.c = c, .around = step};
    for (; g.branch < step->steps.len; g.branch++) collect(&g, &step->steps.items[g.branch], 1);
    if (g.names.len) look_in(&g, step->steps.items, step->steps.len);
}
