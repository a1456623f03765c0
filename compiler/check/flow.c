/* SPDX-License-Identifier: MIT */
/* Changes of names along the flow, and their joins. Knows names by their symbols' ids only. */
#include "compiler/check/flow.h"

enum { FACTS_MAX = 64 };

/* ---- types ------------------------------------------------------------------------------------------------------- */

static bool is_scalar_of(const PlTypes *types, PlTypeId part, PlTypeId whole)
{
    const PlType *p = pl_type(types, part), *w = pl_type(types, whole);
    if (w->kind == PL_TYPE_NUMBER) return p->kind == PL_TYPE_INTEGER;
    if (w->kind != PL_TYPE_TEXT || w->format != PL_FORMAT_NONE) return false;
    if (p->kind == PL_TYPE_TEXT) return true;
    if (p->kind != PL_TYPE_ENUM) return false;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->values[i].kind != PL_LIT_TEXT) return false;
    return true;
}

PlTypeId pl_flow_join_types(PlChecker *c, PlTypeId a, PlTypeId b)
{
    PlTypes *types = c->types;
    if (a == b || pl_type_equal(types, a, b)) return a;
    if (a == c->empty_list && pl_type(types, b)->kind == PL_TYPE_LIST) return b;
    if (b == c->empty_list && pl_type(types, a)->kind == PL_TYPE_LIST) return a;
    if (is_scalar_of(types, a, b)) return b;
    if (is_scalar_of(types, b, a)) return a;
    if (pl_type(types, a)->kind == PL_TYPE_LIST && pl_type(types, b)->kind == PL_TYPE_LIST)
        return pl_type_list(types, pl_flow_join_types(c, pl_type(types, a)->elem, pl_type(types, b)->elem));
    return pl_type_union(types, (PlTypeId[]){a, b}, 2);
}

static PlVar join_vars(PlChecker *c, PlVar a, PlVar b)
{
    if (a.bound == PL_BOUND_NO && b.bound == PL_BOUND_NO) return a;
    if (a.bound == PL_BOUND_NO) return (PlVar){b.type, PL_BOUND_MAYBE};
    if (b.bound == PL_BOUND_NO) return (PlVar){a.type, PL_BOUND_MAYBE};
    PlBound bound = a.bound < b.bound ? a.bound : b.bound;
    return (PlVar){pl_flow_join_types(c, a.type, b.type), bound};
}

/* ---- changes ----------------------------------------------------------------------------------------------------- */

PlVar pl_flow_var(const PlChecker *c, const PlSymbol *symbol)
{
    return c->vars.items[symbol->id];
}

/* A fact is "ID.field.field" (narrow.c). */
static void forget(PlChecker *c, uint32_t id)
{
    PlStr head = pl_arena_printf(c->arena, "%u", (unsigned)id);
    uint32_t kept = 0;
    PlFacts facts = {0};
    for (uint32_t i = 0; i < c->facts.len; i++) {
        PlStr fact = c->facts.items[i];
        bool same = pl_str_starts(fact, head) && (fact.len == head.len || fact.ptr[head.len] == '.');
        if (same) continue;
        pl_vec_push(c->arena, &facts, fact);
        kept++;
    }
    if (kept != c->facts.len) c->facts = facts;
}

static void change(PlChecker *c, uint32_t id, PlVar var)
{
    PlVarChange before = {id, c->vars.items[id]}, after = {id, var};
    pl_vec_push(c->arena, &c->trail, before);
    pl_vec_push(c->arena, &c->touched, after);
    c->vars.items[id] = var;
}

void pl_flow_set(PlChecker *c, const PlSymbol *symbol, PlTypeId type, PlBound bound)
{
    change(c, symbol->id, (PlVar){type, bound});
    forget(c, symbol->id);
}

/* Each symbol once, in the order of its first change. */
PlDelta pl_flow_delta(PlChecker *c, uint32_t mark)
{
    PlDelta delta = {.facts = c->facts, .dead = c->dead};
    for (uint32_t i = mark; i < c->trail.len; i++) {
        uint32_t id = c->trail.items[i].symbol;
        bool known = false;
        for (uint32_t j = 0; j < delta.vars.len && !known; j++) known = delta.vars.items[j].symbol == id;
        if (known) continue;
        PlVarChange now = {id, c->vars.items[id]};
        pl_vec_push(c->arena, &delta.vars, now);
    }
    return delta;
}

PlDelta pl_flow_take(PlChecker *c, uint32_t mark, PlFacts facts)
{
    PlDelta delta = pl_flow_delta(c, mark);
    while (c->trail.len > mark) {
        PlVarChange before = pl_vec_last(&c->trail);
        c->vars.items[before.symbol] = before.var;
        c->trail.len--;
    }
    c->facts = facts;
    c->dead = false;
    return delta;
}

void pl_flow_apply(PlChecker *c, const PlDelta *delta)
{
    for (uint32_t i = 0; i < delta->vars.len; i++) change(c, delta->vars.items[i].symbol, delta->vars.items[i].var);
    c->facts = delta->facts;
    c->dead = delta->dead;
}

static PlVar var_in(const PlChecker *c, const PlDelta *delta, uint32_t id)
{
    for (uint32_t i = 0; i < delta->vars.len; i++)
        if (delta->vars.items[i].symbol == id) return delta->vars.items[i].var;
    return c->vars.items[id];
}

static bool delta_has_fact(const PlDelta *delta, PlStr fact)
{
    for (uint32_t i = 0; i < delta->facts.len; i++)
        if (pl_str_eq(delta->facts.items[i], fact)) return true;
    return false;
}

static void join_facts(PlChecker *c, const PlDelta *live, uint32_t count)
{
    PlFacts facts = {0};
    for (uint32_t i = 0; i < live[0].facts.len; i++) {
        bool everywhere = true;
        for (uint32_t j = 1; j < count && everywhere; j++)
            everywhere = delta_has_fact(&live[j], live[0].facts.items[i]);
        if (everywhere) pl_vec_push(c->arena, &facts, live[0].facts.items[i]);
    }
    c->facts = facts;
}

void pl_flow_join(PlChecker *c, const PlDelta *deltas, uint32_t count)
{
    PlDeltas live = {0};
    for (uint32_t i = 0; i < count; i++)
        if (!deltas[i].dead) pl_vec_push(c->arena, &live, deltas[i]);
    if (live.len == 0) {
        if (count) pl_flow_apply(c, &deltas[0]);
        c->dead = true;
        return;
    }
    PL_VEC(PlVarChange) joined = {0};
    for (uint32_t i = 0; i < live.len; i++)
        for (uint32_t k = 0; k < live.items[i].vars.len; k++) {
            uint32_t id = live.items[i].vars.items[k].symbol;
            bool known = false;
            for (uint32_t j = 0; j < joined.len && !known; j++) known = joined.items[j].symbol == id;
            if (known) continue;
            PlVar var = var_in(c, &live.items[0], id);
            for (uint32_t j = 1; j < live.len; j++) var = join_vars(c, var, var_in(c, &live.items[j], id));
            PlVarChange after = {id, var};
            pl_vec_push(c->arena, &joined, after);
        }
    for (uint32_t i = 0; i < joined.len; i++) change(c, joined.items[i].symbol, joined.items[i].var);
    join_facts(c, live.items, live.len);
    c->dead = false;
}

void pl_flow_weaken(PlChecker *c, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) {
        PlVarChange t = c->touched.items[i];
        change(c, t.symbol, join_vars(c, c->vars.items[t.symbol], t.var));
    }
    c->facts.len = 0;
}

/* ---- facts ------------------------------------------------------------------------------------------------------- */

bool pl_flow_has_fact(const PlChecker *c, PlStr path)
{
    for (uint32_t i = 0; i < c->facts.len; i++)
        if (pl_str_eq(c->facts.items[i], path)) return true;
    return false;
}

/* Into a list of its own: older states hold the list as it was. */
void pl_flow_add_fact(PlChecker *c, PlStr path)
{
    if (c->facts.len >= FACTS_MAX || pl_flow_has_fact(c, path)) return;
    PlFacts facts = {0};
    for (uint32_t i = 0; i < c->facts.len; i++) pl_vec_push(c->arena, &facts, c->facts.items[i]);
    pl_vec_push(c->arena, &facts, path);
    c->facts = facts;
}
