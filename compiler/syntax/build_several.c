/* SPDX-License-Identifier: MIT */
/* Conditions that English shortens: "x is 5, 6 or 7" says `is` once, "a > 5, b > 5" says `and` with a comma. Each becomes whole comparisons; a value alone
 * stands beside `or` only behind a comparison with a value, where nothing else could be meant. */
#include "compiler/syntax/build.h"

static bool is_value(const PlExpr *e)
{
    bool text = e->kind == PL_EXPR_TEXT || (e->kind == PL_EXPR_LITERAL && e->literal.kind != PL_LIT_YESNO && e->literal.kind != PL_LIT_NOTHING);
    return text && !(e->flags & PL_EXPR_PARENS);
}

static bool is_bare(const PlExpr *e)
{
    return is_value(e) || (e->kind == PL_EXPR_NAME && !(e->flags & PL_EXPR_PARENS));
}

static bool joins(const PlExpr *e)
{
    return e->kind == PL_EXPR_BINARY && (e->op == PL_OPR_OR || e->op == PL_OPR_AND) && !(e->flags & PL_EXPR_PARENS);
}

/* The last comparison with a value: what the values behind it are compared with. */
static PlExpr *last_comparison(PlExpr *e)
{
    while (joins(e)) e = e->right;
    bool compares = e->kind == PL_EXPR_BINARY && !(e->flags & PL_EXPR_PARENS) && e->op >= PL_OPR_IS && e->op <= PL_OPR_ENDS;
    return compares && is_bare(e->right) ? e : NULL;
}

/* The last side of the chain becomes `last`: "total > 5 and status is open or paid" is total > 5 and (status is open or status is paid). */
static PlExpr *with_last(PlExpr *chain, PlExpr *last)
{
    PlExpr *above = NULL;
    for (PlExpr *e = chain; joins(e); e = e->right) above = e;
    if (!above) return last;
    above->right = last;
    above->span = pl_build_join(above->span, last->span);
    return chain;
}

/* "is one of 5, 6 or 7": `in` a value alone is `is`. Behind `or` alone the values stand together, too. */
static PlExpr *spread(PlRun *r, PlExpr *left, PlExpr *comparison, PlExpr *value)
{
    if (comparison->op == PL_OPR_IN) comparison->op = PL_OPR_IS;
    if (comparison->op == PL_OPR_NOT_IN) comparison->op = PL_OPR_IS_NOT;
    PlExpr *more = pl_build_binary(r, comparison->op, pl_build_copy(r, comparison->left), value);
    bool denies = comparison->op == PL_OPR_IS_NOT || comparison->op == PL_OPR_NOT_CONTAINS;
    bool apart = joins(left) && left->op == (denies ? PL_OPR_OR : PL_OPR_AND);
    if (!apart) return pl_build_binary(r, denies ? PL_OPR_AND : PL_OPR_OR, left, more);
    return with_last(left, pl_build_binary(r, denies ? PL_OPR_AND : PL_OPR_OR, comparison, more));
}

PlExpr *pl_build_or(PlRun *r, PlExpr *left, PlExpr *right)
{
    PlExpr *comparison = is_value(right) && left->kind == PL_EXPR_BINARY ? last_comparison(left) : NULL;
    if (comparison && is_value(comparison->right)) return spread(r, left, comparison, right);
    PlExpr *first = right, *above = NULL; /* x is 5 or 6 and y > 7 */
    for (; joins(first) && first->op == PL_OPR_AND; first = first->left) above = first;
    comparison = above && is_value(first) && left->kind == PL_EXPR_BINARY ? last_comparison(left) : NULL;
    if (!comparison || !is_value(comparison->right) || comparison != left) return pl_build_binary(r, PL_OPR_OR, left, right);
    above->left = spread(r, left, comparison, first);
    right->span = pl_build_join(left->span, right->span);
    return right;
}

/* "6 or 7" behind "x is 5,": one value after the other. */
static PlExpr *spread_all(PlRun *r, PlExpr *left, PlExpr *values)
{
    if (joins(values)) {
        PlExpr *first = spread_all(r, left, values->left);
        return first ? spread_all(r, first, values->right) : NULL;
    }
    PlExpr *comparison = is_bare(values) ? last_comparison(left) : NULL;
    return comparison ? spread(r, left, comparison, values) : NULL;
}

/* Commas before an `or` say `or`, too: "a, b, or c". */
static void said_or(PlExpr *e)
{
    for (; joins(e) && (e->flags & PL_EXPR_COMMA); e = e->left) e->op = PL_OPR_OR;
}

PlExpr *pl_build_comma(PlRun *r, PlExpr *left, PlExpr *right, PlOperator joiner)
{
    PlExpr *all = spread_all(r, left, right);
    PlSpan span = pl_build_join(left->span, right->span);
    if (all) PL_REPORT(r->syntax->diags, READ_AS_STEP, span, "comparisons with each of these values");
    if (all) return all;
    if (joins(right) && right->op == PL_OPR_OR) joiner = PL_OPR_OR; /* a, b or c */
    if (joiner == PL_OPR_OR) said_or(left);
    PL_REPORT(r->syntax->diags, READ_AS_STEP, span, joiner == PL_OPR_OR ? "conditions of which one holds" : "conditions that all hold");
    PlExpr *e = pl_build_binary(r, joiner, left, right);
    e->flags |= PL_EXPR_COMMA;
    return e;
}

static bool is_clause(const PlExpr *e)
{
    return e->kind >= PL_EXPR_WHERE && e->kind <= PL_EXPR_DISTINCT && !(e->flags & PL_EXPR_PARENS);
}

/* A comma behind anything but `where` parts no conditions. The clauses behind the last condition are those of the list: "where a, b, sorted by c". */
PlExpr *pl_build_kept(PlRun *r, PlExpr *left, const PlToken *comma, PlExpr *right, PlOperator joiner)
{
    PlExpr *inner = NULL;
    for (PlExpr *e = right; is_clause(e); e = e->left) inner = e;
    if (left->kind != PL_EXPR_WHERE || !is_clause(left)) {
        pl_run_refused(r, *comma);
        return left;
    }
    PlSpan span = pl_build_join(left->span, right->span);
    left->right = pl_build_comma(r, left->right, inner ? inner->left : right, joiner);
    left->span = pl_build_join(left->span, left->right->span);
    if (!inner) return left;
    for (PlExpr *e = right; is_clause(e); e = e->left) e->span.start = span.start;
    inner->left = left;
    return right;
}

PlExpr *pl_build_second(PlRun *r, PlSpan span)
{
    PlExpr *e = pl_build_int(r, span, 1000000);
    e->literal.kind = PL_LIT_DURATION;
    PL_REPORT(r->syntax->diags, READ_AS_STEP, span, "`waiting 1 second, doubling`");
    return e;
}
