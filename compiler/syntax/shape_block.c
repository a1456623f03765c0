/* SPDX-License-Identifier: MIT */
/* Blocks that are told by words and not by numbers: "3. If x ... 5. Else ... 7. End if" on one level, and "Repeat steps 2-3 until ...", which
 * goes back to steps that stand above it. */
#include "compiler/syntax/steps.h"

typedef PL_VEC(PlStep *) StepVec;

typedef struct Nest {
    PlSyntax *syntax;
    const StepVec *from;
    uint32_t at, ends; /* the next step; End steps that are still to come */
} Nest;

static bool is_block(PlStepKind kind)
{
    return kind >= PL_STEP_IF && kind <= PL_STEP_ON_ERROR;
}

static bool is_link(PlStepKind kind)
{
    return kind == PL_STEP_ELSE_IF || kind == PL_STEP_ELSE || kind == PL_STEP_ON_ERROR;
}

/* Steps up to the End, or the next branch, of the block they are in. `depth` is bounded by the nesting of the heads, which takes a step each. */
static void nest(Nest *n, StepVec *out, PlStep *parent, unsigned depth)
{
    while (n->at < n->from->len) {
        PlStep *step = n->from->items[n->at];
        if (step->form == PL_FORM_END) {
            if (depth > 0) return;
            n->at++;
            n->ends--;
            continue;
        }
        if (depth > 0 && is_link(step->kind) && step->steps.len == 0) return;
        n->at++;
        step->parent = parent;
        pl_vec_push(n->syntax->arena, out, step);
        if (!is_block(step->kind) || step->form == PL_FORM_AGAIN || step->steps.len > 0 || n->ends == 0 || depth > 24)
            continue;
        StepVec body = {0};
        nest(n, &body, step, depth + 1);
        step->steps.items = body.items;
        step->steps.len = body.len;
        step->steps.cap = body.cap;
        PlStep *stop = n->at < n->from->len ? n->from->items[n->at] : NULL;
        if (stop && stop->form == PL_FORM_END) {
            PL_REPORT(n->syntax->diags, READ_AS_STEP, stop->span, "the end of the block above");
            n->at++;
            n->ends--;
        }
    }
}

static bool has_number(const PlStep *step, PlStr number)
{
    return pl_str_eq(step->written, number) || (step->written.len == 0 && pl_str_eq(step->label, number));
}

/* "Repeat steps 2-3 ...": they become its body. False when they are not steps of this level above it. */
static bool go_again(PlSyntax *syntax, StepVec *out, PlStep *step)
{
    uint32_t from = out->len, to = out->len;
    for (uint32_t i = 0; i < out->len; i++) {
        if (has_number(out->items[i], step->from)) from = i;
        if (has_number(out->items[i], step->to)) to = i;
    }
    if (from == out->len || to == out->len || from > to) return false;
    PlSpan span = step->span;
    for (uint32_t i = from; i <= to; i++) {
        out->items[i]->parent = step;
        pl_vec_push(syntax->arena, &step->steps, out->items[i]);
    }
    uint32_t kept = from;
    out->items[kept++] = step;
    for (uint32_t i = to + 1; i < out->len; i++) out->items[kept++] = out->items[i];
    out->len = kept;
    step->form = PL_FORM_NONE;
    step->written = PL_STR("");
    PL_REPORT(syntax->diags, READ_AS_STEP, span,
              pl_arena_printf(syntax->arena, "a loop around steps " PL_FMT " to " PL_FMT, PL_ARG(step->from),
                              PL_ARG(step->to))
                  .ptr);
    return true;
}

void pl_shape_blocks(PlSyntax *syntax, PlStep ***items, uint32_t *len, uint32_t *cap, PlStep *parent)
{
    StepVec steps = {.items = *items, .len = *len, .cap = *cap}, out = {0};
    Nest n = {.syntax = syntax, .from = &steps};
    for (uint32_t i = 0; i < steps.len; i++) n.ends += steps.items[i]->form == PL_FORM_END;
    if (n.ends) {
        nest(&n, &out, parent, 0);
        steps = out;
        out = (StepVec){0};
    }
    for (uint32_t i = 0; i < steps.len; i++) {
        PlStep *step = steps.items[i];
        if (step->form == PL_FORM_AGAIN) {
            if (go_again(syntax, &out, step)) continue;
            step->form = PL_FORM_NONE; /* it has no body: link.c says so */
        }
        pl_vec_push(syntax->arena, &out, step);
    }
    *items = out.items;
    *len = out.len;
    *cap = out.cap;
}
