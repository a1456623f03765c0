/* SPDX-License-Identifier: MIT */
/* Expressions that English says in its own way, brought to the tree's few kinds: `number of x` is count(x), `3 days ago` is now - 3 days,
 * `x older than 3 days` is x < now - 3 days. The printer writes the plain form, so what is printed shows how it was read. */
#include "compiler/syntax/build.h"

#include "vm/base/limits.h"

#include <math.h>

/* On a CALL or TAKE that a prefix made, as long as it is being built: a list clause behind it belongs to its list. */
enum { OF_FLAG = 1u << 29, AGO_FLAG = 1u << 28 };

static PlExpr *list_clause(PlRun *r, PlExprKind kind, PlExpr *list, PlExpr *what)
{
    PlExpr *e = pl_expr_new(r->syntax->arena, kind, what ? pl_build_join(list->span, what->span) : list->span);
    e->left = list;
    e->right = what;
    e->depth = list->depth + 1;
    if (what && what->depth + 1 > e->depth) e->depth = what->depth + 1;
    return e;
}

/* The list that a clause behind `e` narrows when the text reads `number of LIST`, or NULL. The nodes on the way get deeper by `more`. */
static PlExpr **list_of_prefix(PlExpr *e, uint32_t more)
{
    for (; e && !(e->flags & PL_EXPR_PARENS); e = e->right) {
        e->depth += more;
        if (e->flags & OF_FLAG) {
            PlExpr **list = e->kind == PL_EXPR_CALL ? &e->items.items[0] : &e->left;
            bool of_field = e->kind == PL_EXPR_CALL && !pl_str_eq_z(e->text, "count") &&
                            !pl_str_eq_z(e->text, "first") && !pl_str_eq_z(e->text, "last");
            bool dotted = (*list)->kind == PL_EXPR_FIELD || (*list)->kind == PL_EXPR_PROJECT;
            if (!of_field || !dotted) return list;
            (*list)->depth += more;
            return &(*list)->left; /* sum of orders.amount where ...: the orders are narrowed */
        }
        if (e->kind != PL_EXPR_BINARY) return NULL;
    }
    return NULL;
}

PlExpr *pl_build_list_clause(PlRun *r, PlExprKind kind, PlExpr *list, PlExpr *what)
{
    PlExpr *top = list;
    PlExpr **slot = list_of_prefix(list, 0);
    if (slot) {
        *slot = list_clause(r, kind, *slot, what);
        list_of_prefix(list, what ? what->depth + 1 : 1);
        top->span = what ? pl_build_join(top->span, what->span) : top->span;
    } else {
        top = list_clause(r, kind, list, what);
    }
    if (top->depth > PL_LIMIT_EXPR_DEPTH) pl_run_too_deep(r);
    return top;
}

PlItems *pl_build_key(PlRun *r, PlItems *keys, PlKey key)
{
    if (keys && keys->all.len >= PL_EXPR_SORT_KEYS) return pl_run_too_deep(r), keys;
    keys = pl_build_item(r, keys, key.expr);
    if (key.descending) keys->descending |= 1u << (keys->all.len - 1);
    return keys;
}

PlExpr *pl_build_sorted(PlRun *r, PlExpr *list, PlItems *keys)
{
    PlExpr *e = list_clause(r, PL_EXPR_SORTED, list, NULL);
    for (uint32_t i = 0; i < keys->all.len; i++) {
        PlExpr *key = keys->all.items[i];
        pl_vec_push(r->syntax->arena, &e->items, key);
        if (key->depth + 1 > e->depth) e->depth = key->depth + 1;
        e->span = pl_build_join(e->span, key->span);
    }
    e->flags |= keys->descending;
    if (e->depth > PL_LIMIT_EXPR_DEPTH) pl_run_too_deep(r);
    return e;
}

PlExpr *pl_build_of(PlRun *r, const PlToken *words, PlExpr *list)
{
    PlExpr *e = pl_build_call2(r, "", list, NULL);
    e->text = words->spelling->exact;
    e->text_span = words->span;
    e->span = pl_build_join(words->span, list->span);
    e->flags |= OF_FLAG;
    return e;
}

PlExpr *pl_build_first_n(PlRun *r, const PlToken *words, PlExpr *list)
{
    PlSpan span = pl_build_join(words->span, list->span);
    PlExpr *count = words->expr;
    if (words->optional) { /* "last": the scanner's mark */
        count = pl_build_negative(r, count, count->span);
        PlExpr *e = pl_build_slice(r, list, count, NULL, words);
        e->span = span;
        return e;
    }
    PlExpr *e = list_clause(r, PL_EXPR_TAKE, list, count);
    e->span = span;
    e->flags |= OF_FLAG;
    return e;
}

typedef struct Unit {
    PlStr name;
    int64_t micros;
    int32_t months;
} Unit;

static const Unit units[] = {
    {PL_STR_INIT("millisecond"), 1000, 0}, {PL_STR_INIT("second"), 1000000, 0},  {PL_STR_INIT("minute"), 60000000, 0},
    {PL_STR_INIT("hour"), 3600000000, 0},  {PL_STR_INIT("day"), 86400000000, 0}, {PL_STR_INIT("week"), 604800000000, 0},
    {PL_STR_INIT("month"), 0, 1},          {PL_STR_INIT("year"), 0, 12},
};

bool pl_build_add_duration(PlLiteral *duration, double number, PlStr unit)
{
    duration->kind = PL_LIT_DURATION;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!pl_str_eq(units[i].name, unit)) continue;
        double whole = trunc(number), months = duration->offset + number * units[i].months;
        if (!(fabs(whole) < 9e18) || !(fabs(months) < 1e6) || months != floor(months)) return false;
        int64_t micros, part = (int64_t)rint((number - whole) * (double)units[i].micros); /* apart: a double has 53 bits only */
        if (__builtin_mul_overflow((int64_t)whole, units[i].micros, &micros) || __builtin_add_overflow(micros, part, &micros) ||
            __builtin_add_overflow(micros, duration->as.integer, &micros))
            return false;
        duration->as.integer = micros;
        duration->offset = (int32_t)months;
        return true;
    }
    return false;
}

PlExpr *pl_build_units(PlRun *r, PlExpr *count, const PlToken *unit)
{
    PlExpr *one = pl_expr_new(r->syntax->arena, PL_EXPR_LITERAL, unit->span);
    (void)pl_build_add_duration(&one->literal, 1, unit->spelling->exact);
    return pl_build_binary(r, PL_OPR_MUL, count, one);
}

bool pl_build_is_duration(const PlExpr *e)
{
    while (e->kind == PL_EXPR_BINARY && (e->op == PL_OPR_MUL || e->op == PL_OPR_ADD)) e = e->right;
    return e->kind == PL_EXPR_LITERAL && e->literal.kind == PL_LIT_DURATION;
}

static PlExpr *named(PlRun *r, PlSpan span, const char *name)
{
    PlExpr *e = pl_expr_new(r->syntax->arena, PL_EXPR_NAME, span);
    e->text = pl_str_z(name);
    e->text_span = span;
    return e;
}

PlExpr *pl_build_ago(PlRun *r, PlOperator op, PlExpr *duration, const PlToken *word)
{
    PlExpr *e = pl_build_binary(r, op, named(r, word->span, "now"), duration);
    if (op == PL_OPR_SUB) e->flags |= AGO_FLAG;
    return e;
}

static bool counts(PlStr words)
{
    return pl_str_find(words, PL_STR("than"), 0) != PL_STR_NONE ||
           pl_str_find(words, PL_STR("least"), 0) != PL_STR_NONE ||
           pl_str_find(words, PL_STR("most"), 0) != PL_STR_NONE;
}

/* "seen more than 3 days ago" counts days, so the time itself is earlier; "seen after 3 days ago" and "seen > 3 days ago" compare times. */
PlExpr *pl_build_ordered(PlRun *r, PlOperator op, PlExpr *left, PlExpr *right, const PlToken *words)
{
    if ((right->flags & AGO_FLAG) && !(right->flags & PL_EXPR_PARENS) && counts(words->spelling->accepted)) {
        static const PlOperator turned[PL_OPR_COUNT] = {
            [PL_OPR_LT] = PL_OPR_GT, [PL_OPR_LE] = PL_OPR_GE, [PL_OPR_GT] = PL_OPR_LT, [PL_OPR_GE] = PL_OPR_LE};
        op = turned[op];
    }
    return pl_build_binary(r, op, left, right);
}

PlExpr *pl_build_age(PlRun *r, PlOperator op, PlExpr *left, PlExpr *age)
{
    PlExpr *then = pl_build_binary(r, PL_OPR_SUB, named(r, age->span, "now"), age);
    return pl_build_binary(r, op, left, then);
}

PlExpr *pl_build_has(PlRun *r, PlExpr *list, const PlToken *words, PlExpr *number)
{
    static const PlOperator ops[] = {PL_OPR_LT, PL_OPR_LE, PL_OPR_GT, PL_OPR_GE};
    PlOperator op = PL_OPR_IS;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (pl_str_eq_z(words->spelling->exact, pl_operator_text(ops[i]))) op = ops[i];
    return pl_build_binary(r, op, pl_build_call2(r, "count", list, NULL), number);
}

/* Every `name` in e becomes `it`; inside another list clause `it` would be that clause's, and the name stays. */
void pl_build_becomes_it(PlExpr *e, PlStr name)
{
    if (!e) return;
    if (e->kind == PL_EXPR_NAME && pl_str_eq(e->text, name)) {
        e->kind = PL_EXPR_IT;
        e->text = PL_STR("");
    }
    pl_build_becomes_it(e->left, name);
    if (e->kind >= PL_EXPR_WHERE && e->kind <= PL_EXPR_DISTINCT) return;
    pl_build_becomes_it(e->right, name);
    pl_build_becomes_it(e->cond, name);
    for (uint32_t i = 0; i < e->items.len; i++) pl_build_becomes_it(e->items.items[i], name);
    for (uint32_t i = 0; i < e->fields.len; i++) pl_build_becomes_it(e->fields.items[i].value, name);
}

PlExpr *pl_build_comprehension(PlRun *r, PlExpr *what, const PlToken *name, PlExpr *list, PlSpan open, PlSpan close)
{
    pl_build_becomes_it(what, name->text);
    for (PlExpr *at = list; at->kind >= PL_EXPR_WHERE && at->kind <= PL_EXPR_DISTINCT; at = at->left) {
        pl_build_becomes_it(at->right, name->text);
        for (uint32_t i = 0; i < at->items.len; i++) pl_build_becomes_it(at->items.items[i], name->text);
    }
    PlExpr *e = pl_build_list_clause(r, PL_EXPR_SELECT, list, what);
    e->span = pl_build_join(open, close);
    return e;
}

/* The moment was not written as it is read, so every part of it stands where the words stand. */
static void stand_at(PlExpr *e, PlSpan span)
{
    if (!e) return;
    e->span = span;
    if (e->text.len) e->text_span = span;
    stand_at(e->left, span);
    stand_at(e->right, span);
    stand_at(e->cond, span);
    for (uint32_t i = 0; i < e->fields.len; i++) {
        e->fields.items[i].span = span;
        stand_at(e->fields.items[i].value, span);
    }
    for (uint32_t i = 0; i < e->items.len; i++) stand_at(e->items.items[i], span);
}

PlExpr *pl_build_aside(const PlSyntax *syntax, PlStr source, PlSpan at)
{
    PlSyntax table = *syntax;
    PlDiags quiet;
    pl_diags_init(&quiet, syntax->arena, syntax->diags->sources);
    table.diags = &quiet;
    table.quiet = true;
    table.text = source;
    PlScan scan;
    PlRun run = {.syntax = &table, .scan = &scan};
    pl_scan_init(&scan, &table, PL_TK_E_EXPR, 0, (uint32_t)source.len);
    bool read = pl_grammar_run(&run, PL_TK_E_EXPR);
    PlExpr *e = read && run.expr ? run.expr : pl_expr_new(syntax->arena, PL_EXPR_BAD, at);
    stand_at(e, at);
    return e;
}

/* A row of the table that does not read is caught by its unit test. */
PlExpr *pl_build_moment(PlSyntax *syntax, const PlSpelling *row, PlSpan span)
{
    return pl_build_aside(syntax, row->exact, span);
}

PlExpr *pl_build_assign_read_as_is(PlRun *r, PlExpr *left, PlExpr *right, const PlToken *sign)
{
    PlDiag *d = PL_REPORT0(r->syntax->diags, EQUALS_READ_AS_IS, sign->span);
    bool tight = left->span.end == sign->span.start || right->span.start == sign->span.end;
    pl_diag_fix(r->syntax->diags, d, sign->span, tight ? PL_STR(" is ") : PL_STR("is"), true);
    return pl_build_binary(r, PL_OPR_IS, left, right);
}
