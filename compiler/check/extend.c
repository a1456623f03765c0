/* SPDX-License-Identifier: MIT */
/* `Add page.orders to all_orders`: a list added to a list of its items means its items. The exact form adds them one by one, so it stands in
 * bodies that run several at a time as well. A list that is written out is one item, a row; so is a list that goes by the name of one thing. */
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"
#include "compiler/syntax/noun.h"

/* The name that an expression goes by: its last field, its function's list, or its own. */
static PlStr name_of(const PlExpr *x)
{
    switch (x->kind) {
    case PL_EXPR_NAME:
    case PL_EXPR_FIELD:
    case PL_EXPR_PROJECT: return x->text;
    case PL_EXPR_COALESCE:
    case PL_EXPR_COERCE:
    case PL_EXPR_WHERE:
    case PL_EXPR_SORTED:
    case PL_EXPR_TAKE:
    case PL_EXPR_SLICE:
    case PL_EXPR_DISTINCT: return name_of(x->left);
    default: return PL_STR("");
    }
}

/* "created" into "all_created", "page" into "pages_all". */
static bool is_all_of(PlStr list, PlStr name)
{
    size_t at = pl_str_find(list, name, 0);
    bool all = pl_str_find(list, PL_STR("all"), 0) != PL_STR_NONE ||
               pl_str_find(list, PL_STR("total"), 0) != PL_STR_NONE ||
               pl_str_find(list, PL_STR("combined"), 0) != PL_STR_NONE;
    return name.len && at != PL_STR_NONE && list.len > name.len && all;
}

static bool is_clause(const PlExpr *x)
{
    return x->kind >= PL_EXPR_WHERE && x->kind <= PL_EXPR_DISTINCT && x->kind != PL_EXPR_GROUPED;
}

/* Whether the items are meant. `items` is the type of the list's items so far, PL_TYPE_NONE when it has none. */
static bool means_items(PlChecker *c, const PlStep *step, PlTypeId items)
{
    const PlExpr *x = step->value;
    PlTypeKind kind = pl_type(c->types, pl_type_without_nothing(c->types, x->type))->kind;
    if (x->kind == PL_EXPR_LIST || (kind != PL_TYPE_LIST && kind != PL_TYPE_ANY)) return false;
    if (items != PL_TYPE_NONE && pl_type(c->types, items)->kind == PL_TYPE_LIST) return false;
    PlStr name = name_of(x);
    bool item = x->kind == PL_EXPR_NAME && x->symbol && x->symbol->kind == PL_SYM_ITEM;
    if (item && kind == PL_TYPE_ANY && !pl_noun_is_many(name)) return false; /* "order" of all_orders is one of them */
    if (is_all_of(step->name, name) || pl_noun_is_many(name)) return true;
    return kind == PL_TYPE_LIST && is_clause(x);
}

/* A name for the items that means nothing else here. */
static PlStr item_name(PlChecker *c, const PlStep *step)
{
    PlStr many = name_of(step->value), one = pl_noun_singular(c->arena, many);
    if (pl_str_eq(one, many) || !one.len) one = PL_STR("item");
    while (pl_scope_find(c, one) || pl_scope_is_reserved(one) || pl_map_find(&c->binders, one))
        one = pl_arena_printf(c->arena, "each_" PL_FMT, PL_ARG(one));
    return one;
}

bool pl_assign_extends(PlChecker *c, PlStep *step, PlTypeId items)
{
    if (!step->value || step->target || !means_items(c, step, items)) return false;
    PlStr name = item_name(c, step), list = step->name, source = pl_words_expr(c, step->value);
    PlStep *add = PL_NEW(c->arena, PlStep);
    *add = *step;
    add->parent = step;
    add->steps.items = NULL;
    add->steps.len = add->steps.cap = 0;
    add->comments.items = NULL;
    add->comments.len = add->comments.cap = 0;
    add->trailing = (PlComment){.span = PL_NO_SPAN};
    add->written = PL_STR("");
    add->value = pl_expr_name_of(c, step->value->span, name);
    if (pl_type_has_nothing(c->types, step->value->type) && pl_type(c->types, step->value->type)->kind != PL_TYPE_ANY) {
        PlExpr *some = pl_expr_new(c->arena, PL_EXPR_COALESCE, step->value->span);
        some->left = step->value;
        some->right = pl_expr_new(c->arena, PL_EXPR_LIST, step->value->span);
        step->value = some;
    }
    step->kind = PL_STEP_EACH;
    step->name = name;
    step->symbol = NULL;
    pl_vec_push(c->arena, &step->steps, add);
    PlStr from = pl_arena_printf(c->arena, "Add " PL_FMT " to " PL_FMT, PL_ARG(source), PL_ARG(list));
    PlStr to = pl_arena_printf(c->arena, "For each " PL_FMT " in " PL_FMT ": Add " PL_FMT " to " PL_FMT, PL_ARG(name),
                               PL_ARG(source), PL_ARG(name), PL_ARG(list));
    PL_REPORT(c->diags, READ_AS, step->span, PL_ARG(from), PL_ARG(to));
    return true;
}
