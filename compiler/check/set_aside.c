/* SPDX-License-Identifier: MIT */
/* Results that words made and no step reads, while a call that writes takes the whole list they come from: "Find paid orders", then "For each order in orders:
 * refund it". It may be that the list was meant to change, so it is asked. spec/prose.md, names of results. */
#include "compiler/check/set_aside.h"

#include "compiler/check/ask.h"
#include "compiler/check/tree.h"

void pl_set_aside_learn(PlChecker *c, PlStep *step, PlStr statement)
{
    for (uint32_t i = 0; i < c->aside.len; i++)
        if (c->aside.items[i].step == step) return;
    PlSetAside made = {.step = step, .statement = statement};
    if (!c->dry && step->kind == PL_STEP_SET) pl_vec_push(c->arena, &c->aside, made);
}

/* The name of the list that an expression takes items from; empty when it makes something else of them. */
static PlStr list_behind(const PlExpr *x)
{
    static const char *const same[] = {"first", "last", "skip", "reverse", "sort"};
    if (!x || x->kind == PL_EXPR_FIELD) return PL_STR(""); /* what belongs to it, not some of it */
    while (x && x->kind != PL_EXPR_NAME) {
        bool takes = x->kind == PL_EXPR_CALL && x->items.len && !x->left;
        bool known = false;
        for (size_t i = 0; takes && i < sizeof same / sizeof *same; i++) known |= pl_str_eq_z(x->text, same[i]);
        if (known)
            x = x->items.items[0];
        else if (x->kind == PL_EXPR_WHERE || x->kind == PL_EXPR_SORTED || x->kind == PL_EXPR_TAKE || x->kind == PL_EXPR_DISTINCT || x->kind == PL_EXPR_SLICE ||
                 x->kind == PL_EXPR_INDEX || x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_COERCE)
            x = x->left;
        else
            return PL_STR("");
    }
    return x ? x->text : PL_STR("");
}

typedef struct Search {
    PlStr name;
    bool found;
} Search;

static void look_at(void *context, PlExpr **slot)
{
    Search *s = context;
    s->found |= (*slot)->kind == PL_EXPR_NAME && pl_str_eq((*slot)->text, s->name);
    pl_tree_operands(*slot, look_at, s);
}

static bool says(PlStep *step, PlStr name)
{
    Search s = {.name = name};
    pl_tree_step_exprs(step, look_at, &s);
    return s.found;
}

static bool any_says(PlStep *const *steps, uint32_t count, PlStr name)
{
    for (uint32_t i = 0; i < count; i++)
        if (says(steps[i], name) || any_says(steps[i]->steps.items, steps[i]->steps.len, name)) return true;
    return false;
}

typedef struct Walk {
    const PlStep *from;
    PlStr list;
    bool behind; /* the walk is behind that step */
    bool again;  /* the list has got another value */
    bool writes;
} Walk;

/* `inside`: of a loop over the list. */
static void walk(Walk *w, PlStep *const *steps, uint32_t count, bool inside)
{
    for (uint32_t i = 0; i < count && !w->writes && !w->again; i++) {
        PlStep *step = steps[i];
        bool speaks = w->behind && says(step, w->list);
        bool writes = step->bound && step->bound->effect >= PL_EFFECT_WRITE;
        w->writes |= w->behind && writes && (speaks || inside);
        if (step == w->from) w->behind = true;
        bool loop = step->kind == PL_STEP_EACH && speaks;
        walk(w, step->steps.items, step->steps.len, inside || loop);
        bool sets = pl_str_eq(step->bind, w->list) || (step->kind == PL_STEP_SET && pl_str_eq(step->name, w->list));
        w->again |= w->behind && sets && step != w->from;
    }
}

/* What a list is when only that is left of it: "first(x)" is one item. */
static PlStr as_list(PlChecker *c, const PlExpr *value, PlStr text)
{
    bool one = value->kind == PL_EXPR_CALL && (pl_str_eq_z(value->text, "first") || pl_str_eq_z(value->text, "last"));
    size_t open = pl_str_find_char(text, '(', 0);
    if (!one || open == PL_STR_NONE || text.ptr[text.len - 1] != ')') return text;
    PlStr inner = pl_str_slice(text, open + 1, text.len - 1);
    if (pl_str_eq_z(value->text, "first")) return pl_arena_printf(c->arena, PL_FMT " take 1", PL_ARG(inner));
    return pl_arena_printf(c->arena, "(" PL_FMT ")[-1:]", PL_ARG(inner));
}

static void ask_which(PlChecker *c, const PlSetAside *made, PlStr list)
{
    size_t to = pl_str_find(made->statement, PL_STR(" to "), 0);
    PlSpan span = made->step->prose_span.end > made->step->prose_span.start ? made->step->prose_span : made->step->span;
    if (to == PL_STR_NONE) return;
    PlDiag *d = PL_REPORT(c->diags, WHICH_READING, span, 2U);
    PlStr value = as_list(c, made->step->value, pl_str_slice(made->statement, to + 4, made->statement.len));
    pl_diag_candidate(c->diags, d, pl_arena_printf(c->arena, "Set " PL_FMT " to " PL_FMT, PL_ARG(list), PL_ARG(value)),
                      PL_STR("the steps behind it take these only"));
    pl_diag_candidate(c->diags, d, made->statement, pl_arena_printf(c->arena, "the steps behind it take all of `" PL_FMT "`", PL_ARG(list)));
    pl_diag_help(c->diags, d, "no step reads what this gives, and a call that writes takes all of `" PL_FMT "`; name the result and use that name",
                 PL_ARG(list));
    pl_ask_reading(c, d, made->step, (PlSpan){span.source, span.start, made->step->span.end});
}

void pl_set_aside_check(PlChecker *c)
{
    PlPlan *plan = c->plan;
    for (uint32_t i = 0; i < c->aside.len; i++) {
        const PlSetAside *made = &c->aside.items[i];
        PlStr list = list_behind(made->step->value);
        Search output = {.name = made->step->name};
        if (plan->output) look_at(&output, &plan->output);
        if (!list.len || pl_str_eq(list, made->step->name) || output.found || any_says(plan->steps.items, plan->steps.len, made->step->name)) continue;
        Walk w = {.from = made->step, .list = list};
        walk(&w, plan->steps.items, plan->steps.len, false);
        if (w.writes) ask_which(c, made, list);
    }
}
