/* SPDX-License-Identifier: MIT */
/* Statuses that handlers name: an action in reach must declare them. spec/checking.md, "Failures". */
#include "compiler/check/step.h"

typedef struct Declared {
    PlChecker *c;
    unsigned status;
    bool found, unknown; /* an action's statuses are not known: nothing can be said */
    PL_VEC(PlStr) listed;
} Declared;

static void list_once(Declared *d, PlStr status)
{
    for (uint32_t i = 0; i < d->listed.len; i++)
        if (pl_str_eq(d->listed.items[i], status)) return;
    pl_vec_push(d->c->arena, &d->listed, status);
}

static void look_at(Declared *d, const PlAction *action)
{
    for (uint32_t i = 0; i < action->response_count; i++) {
        const PlResponse *r = &action->responses[i];
        bool any = r->low == 0;
        d->found |= any || (d->status >= r->low && d->status <= r->high);
        if (any)
            list_once(d, PL_STR("default"));
        else if (r->low == r->high)
            list_once(d, pl_arena_printf(d->c->arena, "%u", (unsigned)r->low));
        else
            list_once(d, pl_arena_printf(d->c->arena, "%uxx", (unsigned)r->low / 100));
    }
    if (action->response_count == 0) d->unknown = true;
}

static void look_into(Declared *d, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *step = steps[i];
        if (step->kind == PL_STEP_ACTION || step->kind == PL_STEP_PROSE) {
            if (step->bound)
                look_at(d, step->bound);
            else
                d->unknown = true;
        }
        look_into(d, step->steps.items, step->steps.len);
    }
}

void pl_status_check(PlChecker *c, PlExpr *status, PlStep *const *steps, uint32_t count)
{
    status->type = PL_T_INTEGER;
    if (status->kind != PL_EXPR_LITERAL || status->literal.kind != PL_LIT_INT) {
        if (status->kind != PL_EXPR_BAD) PL_REPORT(c->diags, NOT_CONSTANT, status->span, "the status", "a number");
        return;
    }
    int64_t n = status->literal.as.integer;
    Declared d = {.c = c, .status = n >= 100 && n <= 599 ? (unsigned)n : 0};
    look_into(&d, steps, count);
    if (d.status && (d.found || d.unknown)) return;
    PlDiag *diag = PL_REPORT(c->diags, UNDECLARED_STATUS, status->span, (long long)n);
    if (d.listed.len)
        pl_diag_help(c->diags, diag, "declared are: " PL_FMT,
                     PL_ARG(pl_words_list(c, d.listed.items, d.listed.len, 12)));
}
