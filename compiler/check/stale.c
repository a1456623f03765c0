/* SPDX-License-Identifier: MIT */
/* See stale.h. Only what may change while a loop waits counts: a field that lists its values, a yes/no, one that may be missing. */
#include "compiler/check/stale.h"

#include "compiler/check/ask.h"
#include "compiler/check/tree.h"

typedef struct Stale {
    PlChecker *c;
    const PlStep *call;
    PlStr name; /* of the answer from before the loop */
    bool reads; /* a step behind the loop reads such a field of it */
    bool again; /* it has got another value */
} Stale;

static const PlStep *giver_of(PlStep *const *steps, uint32_t count, const PlStep *before, PlStr name)
{
    for (uint32_t i = 0; i < count && steps[i] != before; i++) {
        if (steps[i]->kind == PL_STEP_ACTION && pl_str_eq(steps[i]->bind, name)) return steps[i];
        const PlStep *inner = giver_of(steps[i]->steps.items, steps[i]->steps.len, before, name);
        if (inner) return inner;
    }
    return NULL;
}

static bool may_change(const PlChecker *c, PlTypeId type)
{
    PlTypeId plain = pl_type_without_nothing(c->types, type);
    return plain != type || plain == PL_T_YESNO || pl_type(c->types, plain)->kind == PL_TYPE_ENUM;
}

static void look_at(void *context, PlExpr **slot)
{
    Stale *s = context;
    const PlExpr *x = *slot;
    bool field = x->kind == PL_EXPR_FIELD && x->left && x->left->kind == PL_EXPR_NAME && pl_str_eq(x->left->text, s->name);
    if (field && may_change(s->c, x->type)) s->reads = true;
    pl_tree_operands(*slot, look_at, s);
}

static void look_in(Stale *s, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count && !s->again; i++) {
        bool until = steps[i]->kind == PL_STEP_REPEAT && !steps[i]->is_while; /* asked behind the body */
        if (!until) pl_tree_step_exprs(steps[i], look_at, s);
        look_in(s, steps[i]->steps.items, steps[i]->steps.len);
        if (until && !s->again) pl_tree_step_exprs(steps[i], look_at, s);
        s->again |= pl_str_eq(steps[i]->bind, s->name);
    }
}

/* The name that an argument of the call takes a field of. */
static void asked_of(void *context, PlExpr **slot)
{
    PlStr *name = context;
    const PlExpr *x = *slot;
    if (x->kind == PL_EXPR_FIELD && x->left && x->left->kind == PL_EXPR_NAME && !name->len) *name = x->left->text;
    pl_tree_operands(*slot, asked_of, name);
}

static void ask(const Stale *s)
{
    PlChecker *c = s->c;
    PlSpan at = s->call->span, behind = {at.source, at.end, at.end};
    PlDiag *d = PL_REPORT(c->diags, WHICH_READING, at, 2U);
    PlStr names[] = {s->name, s->call->bind};
    pl_diag_ask(c->diags, d, PL_QUESTION_READING, pl_ask_id(c, s->call, "newest", PL_STR("")), PL_STR(""), behind);
    pl_diag_help(c->diags, d, "steps behind this call read `" PL_FMT "`, which is from before it; say what the answer is called: `-> " PL_FMT "`",
                 PL_ARG(s->name), PL_ARG(s->name));
    for (int i = 0; i < 2; i++) {
        if (!names[i].len) names[i] = pl_str_eq_z(s->name, "polled") ? PL_STR("answer") : PL_STR("polled");
        PlStr arrow = pl_arena_printf(c->arena, " -> " PL_FMT, PL_ARG(names[i]));
        pl_diag_candidate(c->diags, d, pl_str_trim(arrow),
                          i ? pl_arena_printf(c->arena, "`" PL_FMT "` stays what it was before", PL_ARG(s->name))
                            : pl_arena_printf(c->arena, "`" PL_FMT "` is the newest answer", PL_ARG(s->name)));
        pl_diag_candidate_edit(c->diags, d, behind, arrow);
    }
}

/* `loop` is the call itself where it stands in none. */
static void check_loop(PlChecker *c, PlStep *loop, PlStep *call)
{
    PlStr name = PL_STR("");
    bool own = !call->bind.len || (call->bind_span.source == call->span.source && call->bind_span.start == call->span.start &&
                                   call->bind_span.end == call->span.end);
    if (call->kind != PL_STEP_ACTION || !own || call->span.source != c->plan->source) return;
    pl_tree_step_exprs(call, asked_of, &name);
    const PlStep *giver = name.len && !pl_str_eq(name, call->bind) ? giver_of(c->plan->steps.items, c->plan->steps.len, loop, name) : NULL;
    if (!giver || giver->type != call->type) return;
    Stale s = {.c = c, .call = call, .name = name};
    for (PlStep *at = loop; at; at = at->parent) {
        PlStep *const *steps = at->parent ? at->parent->steps.items : c->plan->steps.items;
        uint32_t count = at->parent ? at->parent->steps.len : c->plan->steps.len, i = 0;
        while (i < count && steps[i] != at) i++;
        if (i < count) look_in(&s, steps + i + 1, count - i - 1);
    }
    if (c->plan->output && !s.again) look_at(&s, &c->plan->output);
    if (loop->cond && !loop->is_while) look_at(&s, &loop->cond);
    if (s.reads) ask(&s);
}

static void check_in(PlChecker *c, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        bool loop = step->kind == PL_STEP_REPEAT && step->cond;
        for (uint32_t k = 0; loop && k < step->steps.len; k++) check_loop(c, step, step->steps.items[k]);
        bool looks = step->bound && step->bound->effect < PL_EFFECT_WRITE && !step->bind.len; /* "Wait, then get the run": nothing else reads what it gives */
        if (looks && !(step->parent && step->parent->kind == PL_STEP_REPEAT)) check_loop(c, step, step);
        check_in(c, step->steps.items, step->steps.len);
    }
}

void pl_stale_check(PlChecker *c)
{
    check_in(c, c->plan->steps.items, c->plan->steps.len);
}
