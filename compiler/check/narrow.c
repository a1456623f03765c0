/* SPDX-License-Identifier: MIT */
/* Narrowing: after `If x.y exists` the path x.y is not nothing, until x is bound again. A path is a symbol's id and the fields after it,
 * written "7.user.email". spec/checking.md, "Narrowing". */
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"

PlStr pl_narrow_path(PlChecker *c, const PlExpr *x)
{
    switch (x->kind) {
    case PL_EXPR_NAME:
    case PL_EXPR_IT:
        if (!x->symbol || x->symbol->kind == PL_SYM_NOW) return PL_STR("");
        return pl_arena_printf(c->arena, "%u", (unsigned)x->symbol->id);
    case PL_EXPR_FIELD: {
        PlStr base = pl_narrow_path(c, x->left);
        return base.len ? pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(base), PL_ARG(x->text)) : base;
    }
    case PL_EXPR_INDEX: {
        if (x->right->kind != PL_EXPR_LITERAL || x->right->literal.kind != PL_LIT_INT) return PL_STR("");
        PlStr base = pl_narrow_path(c, x->left);
        if (!base.len) return base;
        return pl_arena_printf(c->arena, PL_FMT ".[%lld]", PL_ARG(base), (long long)x->right->literal.as.integer);
    }
    case PL_EXPR_COERCE: return pl_narrow_path(c, x->left);
    default: return PL_STR("");
    }
}

/* The path and all it goes through are something. */
static void is_something(PlChecker *c, const PlExpr *x)
{
    for (;; x = x->left) {
        PlStr path = pl_narrow_path(c, x);
        if (!path.len) return;
        pl_flow_add_fact(c, path);
        if (x->kind != PL_EXPR_FIELD && x->kind != PL_EXPR_INDEX && x->kind != PL_EXPR_COERCE) return;
    }
}

static bool is_nothing_literal(const PlExpr *x)
{
    return x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_NOTHING;
}

static bool is_some_literal(const PlExpr *x)
{
    return (x->kind == PL_EXPR_LITERAL && x->literal.kind != PL_LIT_NOTHING) || x->kind == PL_EXPR_TEXT;
}

static void assume_same(PlChecker *c, const PlExpr *x, bool same)
{
    if (!same && is_nothing_literal(x->right)) is_something(c, x->left);
    if (!same && is_nothing_literal(x->left)) is_something(c, x->right);
    if (same && is_some_literal(x->right)) is_something(c, x->left);
    if (same && is_some_literal(x->left)) is_something(c, x->right);
}

static void assume_binary(PlChecker *c, const PlExpr *x, bool truth)
{
    switch (x->op) {
    case PL_OPR_AND:
    case PL_OPR_OR:
        if (truth != (x->op == PL_OPR_AND)) return;
        pl_narrow_assume(c, x->left, truth);
        pl_narrow_assume(c, x->right, truth);
        return;
    case PL_OPR_IS: assume_same(c, x, truth); return;
    case PL_OPR_IS_NOT: assume_same(c, x, !truth); return;
    case PL_OPR_LT:
    case PL_OPR_LE:
    case PL_OPR_GT:
    case PL_OPR_GE: /* whichever way: the comparison was made */
        is_something(c, x->left);
        is_something(c, x->right);
        return;
    case PL_OPR_CONTAINS:
    case PL_OPR_STARTS:
    case PL_OPR_ENDS:
    case PL_OPR_MATCHES:
        if (truth) is_something(c, x->left);
        return;
    case PL_OPR_IN:
        if (truth) is_something(c, x->right);
        return;
    default: return;
    }
}

void pl_narrow_assume(PlChecker *c, const PlExpr *x, bool truth)
{
    switch (x->kind) {
    case PL_EXPR_BINARY: assume_binary(c, x, truth); return;
    case PL_EXPR_NAME:
    case PL_EXPR_FIELD:
        is_something(c, x); /* a yes or a no */
        return;
    case PL_EXPR_UNARY:
        if (x->op == PL_OPR_NOT)
            pl_narrow_assume(c, x->left, !truth);
        else if (x->op == PL_OPR_EXISTS || x->op == PL_OPR_NOT_EMPTY)
            truth ? is_something(c, x->left) : (void)0;
        else if (x->op == PL_OPR_MISSING || x->op == PL_OPR_EMPTY)
            truth ? (void)0 : is_something(c, x->left);
        return;
    default: return;
    }
}
