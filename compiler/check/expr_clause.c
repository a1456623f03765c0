/* SPDX-License-Identifier: MIT */
/* List clauses: where, sorted by, grouped by, select, take, distinct. Inside, the item is `it`. spec/checking.md, "List clauses". */
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"

static const char *clause_word(PlExprKind kind)
{
    switch (kind) {
    case PL_EXPR_WHERE: return "where";
    case PL_EXPR_SORTED: return "sorted by";
    case PL_EXPR_GROUPED: return "grouped by";
    case PL_EXPR_SELECT: return "select";
    case PL_EXPR_TAKE: return "take";
    default: return "distinct";
    }
}

/* Rule: a key is a number, a text, a time or a yes/no; nothing sorts last. */
static void check_key(PlChecker *c, PlExpr **slot, const char *clause)
{
    PlTypeId type = pl_type_without_nothing(c->types, pl_expr_check(c, slot, PL_TYPE_NONE));
    PlTypeKind kind = pl_type(c->types, type)->kind;
    if (kind != PL_TYPE_LIST && kind != PL_TYPE_RECORD && kind != PL_TYPE_FILE) return;
    PlDiag *d = PL_REPORT(c->diags, BAD_KEY, (*slot)->span, clause, PL_ARG(pl_words_type(c, type)));
    if (kind == PL_TYPE_RECORD)
        pl_diag_help(c->diags, d, "name one of its fields: " PL_FMT, PL_ARG(pl_words_fields(c, type)));
    pl_expr_bad(*slot);
}

/* GROUPED gives list of {key, items}. */
static PlTypeId grouped_type(PlChecker *c, PlTypeId key, PlTypeId elem)
{
    PlField fields[2] = {{.name = PL_STR("key"), .type = key, .required = true},
                         {.name = PL_STR("items"), .type = pl_type_list(c->types, elem), .required = true}};
    return pl_type_list(c->types, pl_type_record(c->types, fields, 2, PL_TYPE_NONE, false, PL_STR("")));
}

static PlTypeId check_inside(PlChecker *c, PlExpr *x, PlTypeId elem)
{
    PlTypeId list = pl_type_list(c->types, elem);
    switch (x->kind) {
    case PL_EXPR_WHERE: pl_expr_condition(c, &x->right, PL_STR("the condition of `where`")); return list;
    case PL_EXPR_SORTED:
        for (uint32_t i = 0; i < x->items.len; i++) check_key(c, &x->items.items[i], "sorted by");
        return list;
    case PL_EXPR_GROUPED: check_key(c, &x->right, "grouped by"); return grouped_type(c, x->right->type, elem);
    case PL_EXPR_SELECT: return pl_type_list(c->types, pl_expr_check(c, &x->right, PL_TYPE_NONE));
    default: /* DISTINCT */
        if (x->right) pl_expr_check(c, &x->right, PL_TYPE_NONE);
        return list;
    }
}

/* The symbol of `it`: one for each clause, however often it is checked. */
static PlSymbol *item_symbol(PlChecker *c, PlSymbol *old, PlTypeId elem)
{
    bool lives = old && old->id < c->symbols.len && c->symbols.items[old->id] == old && old->block == c->block;
    if (!lives) return pl_scope_nameless(c, PL_STR("it"), PL_SYM_ITEM, elem);
    old->type = elem;
    pl_flow_set(c, old, elem, PL_BOUND_YES);
    return old;
}

PlTypeId pl_expr_clause(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    PlStr what = pl_arena_printf(c->arena, "what `%s` works on", clause_word(x->kind));
    PlTypeId elem = pl_expr_list(c, &x->left, what);
    if (x->kind == PL_EXPR_TAKE) {
        pl_expr_want(c, &x->right, PL_T_INTEGER, PL_STR("the number of items to take"));
        return pl_type_list(c->types, elem);
    }
    PlItFrame frame = {.outer = c->frame, .type = elem};
    frame.symbol = x->symbol = item_symbol(c, x->symbol, elem);
    PlFacts facts = c->facts;
    c->frame = &frame;
    PlTypeId type = check_inside(c, x, elem);
    c->frame = frame.outer;
    c->facts = facts;
    return type;
}
