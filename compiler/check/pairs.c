/* SPDX-License-Identifier: MIT */
/* `For each vendor, items in orders_by_vendor`: the two names of a loop over groups (a list of {key, items}, or of {key, count}) are the group's two
 * fields, not a number and the group. The exact form loops over the groups and sets both names first. */
#include "compiler/check/expr.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"

/* The record that groups are, or NULL: two fields, the second the items or their count. */
static const PlType *group_of(PlChecker *c, PlTypeId list)
{
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, list));
    if (t->kind != PL_TYPE_LIST) return NULL;
    const PlType *item = pl_type(c->types, pl_type_without_nothing(c->types, t->elem));
    if (item->kind != PL_TYPE_RECORD || item->count != 2) return NULL;
    PlStr second = item->fields[1].name;
    return pl_str_eq_z(second, "items") || pl_str_eq_z(second, "count") ? item : NULL;
}

static PlStep *set_name(PlChecker *c, PlStep *loop, PlStr name, PlSpan span, PlStr group, PlStr field)
{
    PlStep *set = PL_NEW(c->arena, PlStep);
    *set = (PlStep){.kind = PL_STEP_SET, .span = loop->span, .name = name, .name_span = span, .parent = loop};
    set->label = loop->label;
    set->marker = set->keyword = set->prose_span = (PlSpan){loop->span.source, loop->span.start, loop->span.start};
    set->bind_span = set->action_span = set->name2_span = set->trailing.span = PL_NO_SPAN;
    set->value = pl_expr_field_of(c, pl_expr_name_of(c, span, group), field, PL_T_ANY);
    return set;
}

void pl_loop_pairs(PlChecker *c, PlStep *step)
{
    const PlType *group = step->name2.len ? group_of(c, step->value->type) : NULL;
    if (!group) return;
    PlStr name = PL_STR("group"), key = group->fields[0].name, rest = group->fields[1].name;
    while (pl_scope_find(c, name) || pl_map_find(&c->binders, name) || pl_str_eq(name, step->name) ||
           pl_str_eq(name, step->name2))
        name = pl_arena_printf(c->arena, "each_" PL_FMT, PL_ARG(name));
    PlStr from = pl_arena_printf(c->arena, PL_FMT ", " PL_FMT, PL_ARG(step->name), PL_ARG(step->name2));
    PlStr to = pl_arena_printf(c->arena, PL_FMT "." PL_FMT ", " PL_FMT "." PL_FMT, PL_ARG(name), PL_ARG(key),
                               PL_ARG(name), PL_ARG(rest));
    PL_REPORT(c->diags, READ_AS, step->name_span, PL_ARG(from), PL_ARG(to));
    PlStep body = {0};
    pl_vec_push(c->arena, &body.steps, set_name(c, step, step->name, step->name_span, name, key));
    pl_vec_push(c->arena, &body.steps, set_name(c, step, step->name2, step->name2_span, name, rest));
    for (uint32_t i = 0; i < step->steps.len; i++) pl_vec_push(c->arena, &body.steps, step->steps.items[i]);
    step->steps.items = body.steps.items;
    step->steps.len = body.steps.len;
    step->steps.cap = body.steps.cap;
    step->name = name;
    step->name2 = PL_STR("");
    step->name2_span = PL_NO_SPAN;
}
