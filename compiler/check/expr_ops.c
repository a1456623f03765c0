/* SPDX-License-Identifier: MIT */
/* Operators: arithmetic, comparison, logic, choice and `??`. spec/checking.md, "Operators". */
#include "compiler/check/expr.h"
#include "compiler/prose/prose.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"

typedef enum Class {
    OF_ANY,
    OF_NUMBER,
    OF_TEXT,
    OF_TIME,
    OF_DURATION,
    OF_LIST,
    OF_YESNO,
    OF_RECORD,
    OF_NOTHING,
    OF_OTHER
} Class;

static Class class_of_literals(const PlType *t)
{
    bool text = true, number = true;
    for (uint32_t i = 0; i < t->count; i++) {
        text &= t->values[i].kind == PL_LIT_TEXT;
        number &= t->values[i].kind == PL_LIT_INT || t->values[i].kind == PL_LIT_DOUBLE;
    }
    return text ? OF_TEXT : number ? OF_NUMBER : OF_ANY;
}

static Class class_of(PlChecker *c, PlTypeId type)
{
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, type));
    switch (t->kind) {
    case PL_TYPE_INTEGER:
    case PL_TYPE_NUMBER: return OF_NUMBER;
    case PL_TYPE_TEXT: return OF_TEXT;
    case PL_TYPE_DATETIME:
    case PL_TYPE_DATE: return OF_TIME;
    case PL_TYPE_DURATION: return OF_DURATION;
    case PL_TYPE_LIST: return OF_LIST;
    case PL_TYPE_YESNO: return OF_YESNO;
    case PL_TYPE_RECORD: return OF_RECORD;
    case PL_TYPE_NOTHING: return OF_NOTHING;
    case PL_TYPE_ENUM: return class_of_literals(t);
    case PL_TYPE_UNION:
    case PL_TYPE_ANY: return OF_ANY;
    default: return OF_OTHER;
    }
}

static PlTypeId report_operands(PlChecker *c, PlExpr *x)
{
    if (x->left->kind == PL_EXPR_BAD || x->right->kind == PL_EXPR_BAD) return pl_expr_bad(x);
    PlDiag *d = PL_REPORT(c->diags, BAD_OPERANDS, x->span, pl_operator_text(x->op),
                          PL_ARG(pl_words_type(c, x->left->type)), PL_ARG(pl_words_type(c, x->right->type)));
    Class l = class_of(c, x->left->type), r = class_of(c, x->right->type);
    if (x->op == PL_OPR_ADD && l == OF_LIST)
        pl_diag_help(c->diags, d, "to add one item write `Add %.*s to %.*s`", PL_ARG(pl_words_expr(c, x->right)),
                     PL_ARG(pl_words_expr(c, x->left)));
    else if ((l == OF_TEXT && r == OF_NUMBER) || (l == OF_NUMBER && r == OF_TEXT))
        pl_diag_help(c->diags, d, "convert the text: `number(%.*s)`",
                     PL_ARG(pl_words_expr(c, l == OF_TEXT ? x->left : x->right)));
    return pl_expr_bad(x);
}

/* Both sides something: where one may be nothing it is checked at run time. */
static void both_some(PlChecker *c, PlExpr *x)
{
    pl_expr_some_of(c, &x->left, pl_words_expr(c, x->left));
    pl_expr_some_of(c, &x->right, pl_words_expr(c, x->right));
}

/* ---- arithmetic ---------------------------------------------------------------------------------------------------- */

static bool is_integer(PlChecker *c, PlTypeId type)
{
    return pl_type(c->types, type)->kind == PL_TYPE_INTEGER;
}

/* A literal alone in braces would be text: a number becomes its digits, anything else `text(it)`. */
PlExpr *pl_expr_piece(PlChecker *c, PlExpr *side)
{
    if (side->kind != PL_EXPR_LITERAL || side->literal.kind == PL_LIT_TEXT) return side;
    bool written = side->literal.kind == PL_LIT_DOUBLE && side->text.len;
    if (side->literal.kind != PL_LIT_INT && !written) return pl_expr_call_of(c, "text", side, PL_T_TEXT);
    PlStr digits = written ? side->text : pl_arena_printf(c->arena, "%lld", (long long)side->literal.as.integer);
    return pl_expr_literal(c, side->span, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = digits}, PL_T_TEXT);
}

static bool is_plain(const PlExpr *x)
{
    return x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_TEXT;
}

void pl_expr_join_plain(PlChecker *c, PlExpr *text)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < text->items.len; i++) {
        PlExpr *item = text->items.items[i], *before = kept ? text->items.items[kept - 1] : NULL;
        if (is_plain(item) && !item->literal.as.text.len && (before || i + 1 < text->items.len)) continue;
        if (!before || !is_plain(before) || !is_plain(item)) {
            text->items.items[kept++] = item;
            continue;
        }
        PlStr both = pl_arena_printf(c->arena, PL_FMT PL_FMT, PL_ARG(before->literal.as.text), PL_ARG(item->literal.as.text));
        text->items.items[kept - 1] =
            pl_expr_literal(c, before->span, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = both}, PL_T_TEXT);
    }
    text->items.len = kept;
    if (kept != 1 || !is_plain(text->items.items[0])) return;
    text->kind = PL_EXPR_LITERAL;
    text->literal = text->items.items[0]->literal;
    text->items.len = 0;
}

/* "a" + x is the text "a{x}". */
static PlTypeId join_text(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot, *text = pl_expr_new(c->arena, PL_EXPR_TEXT, x->span);
    PlExpr *sides[2] = {x->left, x->right};
    for (int i = 0; i < 2; i++) {
        if (sides[i]->kind == PL_EXPR_TEXT)
            for (uint32_t k = 0; k < sides[i]->items.len; k++)
                pl_vec_push(c->arena, &text->items, sides[i]->items.items[k]);
        else
            pl_vec_push(c->arena, &text->items, pl_expr_piece(c, sides[i]));
    }
    pl_expr_join_plain(c, text);
    PlStr from = pl_words_source(c, x->span), to = pl_words_expr(c, text);
    if (c->joined == x->left && c->joined_note) {
        c->joined_note->message = pl_arena_printf(c->arena, PL_DF_READ_AS, PL_ARG(from), PL_ARG(to));
        c->joined_note->span = x->span;
    } else {
        c->joined_note = PL_REPORT(c->diags, READ_AS, x->span, PL_ARG(from), PL_ARG(to));
    }
    c->joined = *slot = text;
    return PL_T_TEXT;
}

static bool shows_as_text(Class k)
{
    return k == OF_TEXT || k == OF_NUMBER || k == OF_TIME || k == OF_DURATION || k == OF_ANY;
}

static PlTypeId add_or_subtract(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    Class l = class_of(c, x->left->type), r = class_of(c, x->right->type);
    bool add = x->op == PL_OPR_ADD;
    if (l == OF_TEXT && r == OF_DURATION) { /* a time as an API writes it: "created + 2 hours" */
        pl_expr_fit(c, &x->left, PL_T_DATETIME, PL_STR("the time"));
        l = class_of(c, x->left->type);
    }
    if (add && (l == OF_TEXT || r == OF_TEXT) && shows_as_text(l) && shows_as_text(r)) return join_text(c, slot);
    both_some(c, x);
    PlTypeId left = x->left->type, right = x->right->type;
    if (l == OF_NUMBER && r == OF_NUMBER)
        return is_integer(c, left) && is_integer(c, right) ? PL_T_INTEGER : PL_T_NUMBER;
    if (add && l == OF_LIST && r == OF_LIST) return pl_flow_join_types(c, left, right);
    if (l == OF_TIME && r == OF_DURATION) return left;
    if (add && l == OF_DURATION && r == OF_TIME) return right;
    if (l == OF_DURATION && r == OF_DURATION) return PL_T_DURATION;
    if (!add && l == OF_TIME && r == OF_TIME) return PL_T_DURATION;
    bool fits = (l == OF_ANY || l == OF_NUMBER || l == OF_TIME || l == OF_DURATION || (add && l == OF_LIST)) &&
                (r == OF_ANY || r == OF_NUMBER || r == OF_TIME || r == OF_DURATION || (add && r == OF_LIST));
    if (fits && (l == OF_ANY || r == OF_ANY)) return PL_T_ANY;
    return report_operands(c, x);
}

static PlTypeId multiply(PlChecker *c, PlExpr *x)
{
    both_some(c, x);
    Class l = class_of(c, x->left->type), r = class_of(c, x->right->type);
    bool whole = is_integer(c, x->left->type) && is_integer(c, x->right->type);
    if (l == OF_NUMBER && r == OF_NUMBER) return whole && x->op != PL_OPR_DIV ? PL_T_INTEGER : PL_T_NUMBER;
    if (l == OF_DURATION && r == OF_NUMBER && x->op != PL_OPR_MOD) return PL_T_DURATION;
    if (l == OF_NUMBER && r == OF_DURATION && x->op == PL_OPR_MUL) return PL_T_DURATION;
    if (l == OF_DURATION && r == OF_DURATION && x->op == PL_OPR_DIV) return PL_T_NUMBER;
    bool fits =
        (l == OF_ANY || l == OF_NUMBER || l == OF_DURATION) && (r == OF_ANY || r == OF_NUMBER || r == OF_DURATION);
    if (fits && (l == OF_ANY || r == OF_ANY)) return l == OF_DURATION || r == OF_DURATION ? PL_T_ANY : PL_T_NUMBER;
    return report_operands(c, x);
}

/* ---- comparison ---------------------------------------------------------------------------------------------------- */

/* A text literal is read as the other side is; an unquoted word that is one of the other side's values is that value. */
static void read_like(PlChecker *c, PlExpr **slot, PlTypeId other, PlStr what)
{
    PlExpr *x = *slot;
    Class like = class_of(c, other);
    PlTypeKind kind = pl_type(c->types, pl_type_without_nothing(c->types, other))->kind;
    if (x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_TEXT) return;
    if (kind == PL_TYPE_ENUM || like == OF_NUMBER || like == OF_TIME || like == OF_DURATION)
        pl_expr_fit(c, slot, pl_type_without_nothing(c->types, other), what);
}

static bool is_value_of(PlChecker *c, const PlExpr *x, PlTypeId other)
{
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, other));
    if (x->kind != PL_EXPR_NAME || t->kind != PL_TYPE_ENUM || pl_scope_find(c, x->text)) return false;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->values[i].kind == PL_LIT_TEXT && pl_words_same(t->values[i].as.text, x->text)) return true;
    return false;
}

/* `where status is paid`: behind the operator a word may be a text; before it, it is the field that is compared, unless
 * the other side lists it as a value. */
static void read_word(PlChecker *c, PlExpr **slot, PlTypeId other, bool behind)
{
    if (!is_value_of(c, *slot, other) && !(behind && pl_prose_is_value(c, *slot, other))) return;
    PlExpr *text =
        pl_expr_literal(c, (*slot)->span, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = (*slot)->text}, PL_T_TEXT);
    PL_REPORT(c->diags, READ_AS, (*slot)->span, PL_ARG((*slot)->text), PL_ARG(pl_words_expr(c, text)));
    *slot = text;
}

static bool comparable(PlChecker *c, PlExpr *x)
{
    Class l = class_of(c, x->left->type), r = class_of(c, x->right->type);
    if (l == OF_ANY || r == OF_ANY || l == OF_NOTHING || r == OF_NOTHING) return true;
    if ((l == OF_TEXT && (r == OF_TIME || r == OF_DURATION)) || (r == OF_TEXT && (l == OF_TIME || l == OF_DURATION)))
        return true;
    return l == r;
}

/* Rule: `is` compares what may be the same; a text that is none of an enum's values, or another kind of value, never is. */
static PlTypeId check_same(PlChecker *c, PlExpr *x)
{
    if (!comparable(c, x)) return report_operands(c, x);
    return PL_T_YESNO;
}

static PlTypeId check_order(PlChecker *c, PlExpr *x)
{
    both_some(c, x);
    if (!comparable(c, x)) return report_operands(c, x);
    Class l = class_of(c, x->left->type), r = class_of(c, x->right->type);
    bool ordered = l != OF_LIST && l != OF_RECORD && l != OF_YESNO && r != OF_LIST && r != OF_RECORD && r != OF_YESNO;
    return ordered ? PL_T_YESNO : report_operands(c, x);
}

/* LIST contains ITEM, TEXT contains TEXT, RECORD contains NAME; `in` is the same the other way. */
static PlTypeId check_contains(PlChecker *c, PlExpr *x)
{
    bool in = x->op == PL_OPR_IN || x->op == PL_OPR_NOT_IN;
    PlExpr **whole = in ? &x->right : &x->left, **part = in ? &x->left : &x->right;
    pl_expr_some_of(c, whole, pl_words_expr(c, *whole));
    PlTypeId type = (*whole)->type;
    switch (class_of(c, type)) {
    case OF_ANY: return PL_T_YESNO;
    case OF_TEXT: pl_expr_fit(c, part, PL_T_TEXT, PL_STR("what the text may contain")); return PL_T_YESNO;
    case OF_RECORD: {
        const PlField *list = NULL;
        const PlType t = *pl_type(c->types, type);
        for (uint32_t i = 0; i < t.count && !list; i++)
            if (pl_type(c->types, pl_type_without_nothing(c->types, t.fields[i].type))->kind == PL_TYPE_LIST)
                list = &t.fields[i];
        if (!list || class_of(c, (*part)->type) == OF_TEXT) {
            pl_expr_fit(c, part, PL_T_TEXT, PL_STR("the field that the record may contain"));
            return PL_T_YESNO;
        }
        break;
    }
    case OF_LIST: break;
    default: return report_operands(c, x);
    }
    PlTypeId elem = pl_expr_list_of(c, whole, pl_words_expr(c, *whole));
    read_like(c, part, elem, PL_STR("an item of the list"));
    PlExpr item = {.kind = PL_EXPR_NAME, .type = elem};
    PlExpr pair = {.left = &item, .right = *part};
    return comparable(c, &pair) ? PL_T_YESNO : report_operands(c, x);
}

static PlTypeId check_text_test(PlChecker *c, PlExpr *x)
{
    both_some(c, x);
    PlStr what = pl_arena_printf(c->arena, "`%s`", pl_operator_text(x->op));
    pl_expr_fit(c, &x->left, PL_T_TEXT, what);
    pl_expr_fit(c, &x->right, PL_T_TEXT, what);
    return PL_T_YESNO;
}

/* ---- logic --------------------------------------------------------------------------------------------------------- */

/* Rule: `a or "none"` where a may be nothing and is no yes/no is `a ?? "none"`. */
static bool is_default(PlChecker *c, const PlExpr *x)
{
    if (x->op != PL_OPR_OR || !pl_type_has_nothing(c->types, x->left->type)) return false;
    PlTypeId some = pl_type_without_nothing(c->types, x->left->type);
    if (pl_type(c->types, some)->kind == PL_TYPE_ANY)
        return x->right->kind == PL_EXPR_LITERAL && x->right->literal.kind != PL_LIT_YESNO;
    return class_of(c, some) != OF_YESNO;
}

/* The last comparison of a chain, with a text: what a word behind it is compared with. */
static PlExpr *last_with_text(PlExpr *x, PlExpr **above)
{
    for (*above = NULL; x->kind == PL_EXPR_BINARY && (x->op == PL_OPR_OR || x->op == PL_OPR_AND) && !(x->flags & PL_EXPR_PARENS); x = x->right) *above = x;
    bool same = x->kind == PL_EXPR_BINARY && (x->op == PL_OPR_IS || x->op == PL_OPR_IS_NOT) && !(x->flags & PL_EXPR_PARENS);
    return same && x->right->kind == PL_EXPR_LITERAL && x->right->literal.kind == PL_LIT_TEXT ? x : NULL;
}

/* "status is open or paid", "status is not open or paid": a word behind `or` that is another value of what is compared. Not open or paid, not open and paid
 * is neither. */
static bool read_next_value(PlChecker *c, PlExpr *x)
{
    PlExpr *above, *last = last_with_text(x->left, &above), *word = x->right, *over = NULL;
    for (; word->kind == PL_EXPR_BINARY && word->op == PL_OPR_AND && !(word->flags & PL_EXPR_PARENS); word = word->left) over = word;
    if (x->op == PL_OPR_AND && (!last || last->op != PL_OPR_IS_NOT)) return false;
    bool value = last && word->kind == PL_EXPR_NAME && !(word->flags & PL_EXPR_PARENS) && (!over || !above) &&
                 (is_value_of(c, word, last->left->type) || pl_prose_is_value(c, word, last->left->type));
    if (!value) return false;
    PlOperator joiner = last->op == PL_OPR_IS_NOT ? PL_OPR_AND : PL_OPR_OR;
    PlExpr *next = pl_expr_new(c->arena, PL_EXPR_BINARY, word->span), *both = pl_expr_new(c->arena, PL_EXPR_BINARY, x->span);
    next->op = last->op;
    next->left = pl_tree_copy_expr(c->arena, last->left);
    next->right = pl_expr_literal(c, word->span, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = word->text}, PL_T_TEXT);
    *both = (PlExpr){.kind = PL_EXPR_BINARY, .op = joiner, .left = last, .right = next, .span = x->span};
    PL_REPORT(c->diags, READ_AS, x->span, PL_ARG(pl_words_source(c, x->span)), PL_ARG(pl_words_expr(c, both)));
    PlExpr *whole = both;
    if (above) above->right = both, whole = x->left;
    if (over) over->left = both, whole = x->right;
    *x = *whole;
    return true;
}

static PlTypeId check_logic(PlChecker *c, PlExpr **slot, PlTypeId hint)
{
    PlExpr *x = *slot;
    PlStr what = pl_arena_printf(c->arena, "a side of `%s`", pl_operator_text(x->op));
    PlFacts facts = c->facts;
    if (x->op == PL_OPR_OR) {
        c->lenient++;
        pl_expr_check(c, &x->left, PL_T_YESNO);
        c->lenient--;
        if (is_default(c, x)) {
            PlExpr *old = pl_expr_new(c->arena, PL_EXPR_BINARY, x->span);
            *old = *x;
            x->kind = PL_EXPR_COALESCE;
            x->op = PL_OPR_NONE;
            PL_REPORT(c->diags, OR_DEFAULT, x->span, PL_ARG(pl_words_expr(c, old)), PL_ARG(pl_words_expr(c, x)));
            return pl_expr_check(c, slot, hint);
        }
        if (read_next_value(c, x)) return pl_expr_check(c, slot, hint);
    }
    pl_expr_condition(c, &x->left, what);
    if (x->op == PL_OPR_AND && read_next_value(c, x)) return pl_expr_check(c, slot, hint);
    pl_narrow_assume(c, x->left, x->op == PL_OPR_AND);
    pl_expr_condition(c, &x->right, what);
    c->facts = facts;
    return PL_T_YESNO;
}

/* "error_percent > 5%": the name says that it counts in percent. */
static void read_percent(PlChecker *c, const PlExpr *name, PlExpr *number)
{
    bool named = name->kind == PL_EXPR_NAME || name->kind == PL_EXPR_FIELD || name->kind == PL_EXPR_PROJECT;
    bool says = named && (pl_str_find(name->text, PL_STR("percent"), 0) != PL_STR_NONE || pl_str_find(name->text, PL_STR("pct"), 0) != PL_STR_NONE);
    if (!says || number->kind != PL_EXPR_LITERAL || !(number->flags & PL_EXPR_PERCENT)) return;
    number->flags &= ~(uint32_t)PL_EXPR_PERCENT;
    PL_REPORT(c->diags, READ_AS, number->span, PL_ARG(pl_words_source(c, number->span)), PL_ARG(pl_words_expr(c, number)));
}

PlTypeId pl_expr_binary(PlChecker *c, PlExpr **slot, PlTypeId hint)
{
    PlExpr *x = *slot;
    if (x->op == PL_OPR_AND || x->op == PL_OPR_OR) return check_logic(c, slot, hint);
    bool compares = x->op >= PL_OPR_IS && x->op <= PL_OPR_GE;
    bool left_word = compares && x->left->kind == PL_EXPR_NAME && x->right->kind != PL_EXPR_NAME;
    bool sameness = x->op == PL_OPR_IS || x->op == PL_OPR_IS_NOT;
    if (!left_word) pl_expr_check(c, &x->left, PL_TYPE_NONE);
    if (compares) read_percent(c, x->left, x->right);
    if (compares && !left_word) read_word(c, &x->right, x->left->type, true);
    pl_expr_check(c, &x->right, PL_TYPE_NONE);
    if (left_word) {
        read_word(c, &x->left, x->right->type, false);
        pl_expr_check(c, &x->left, PL_TYPE_NONE);
    }
    if (compares) {
        PlStr what = pl_arena_printf(c->arena, "a side of `%s`", pl_operator_text(x->op));
        read_like(c, &x->right, x->left->type, what);
        read_like(c, &x->left, x->right->type, what);
        pl_expr_money(c, x);
    }
    if (x->left->kind == PL_EXPR_BAD || x->right->kind == PL_EXPR_BAD) return compares ? PL_T_YESNO : pl_expr_bad(x);
    if (sameness) return check_same(c, x);
    switch (x->op) {
    case PL_OPR_ADD:
    case PL_OPR_SUB: return add_or_subtract(c, slot);
    case PL_OPR_MUL:
    case PL_OPR_DIV:
    case PL_OPR_MOD: return multiply(c, x);
    case PL_OPR_LT:
    case PL_OPR_LE:
    case PL_OPR_GT:
    case PL_OPR_GE: return check_order(c, x);
    case PL_OPR_CONTAINS:
    case PL_OPR_NOT_CONTAINS:
    case PL_OPR_IN:
    case PL_OPR_NOT_IN: return check_contains(c, x);
    case PL_OPR_STARTS:
    case PL_OPR_ENDS:
    case PL_OPR_MATCHES: return check_text_test(c, x);
    default: return pl_expr_bad(x);
    }
}

/* "if orders exist": a list that is always there is asked for its items. "If exactly one order exists": a condition was read, which says it all. */
static PlTypeId check_there(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    bool exists = x->op == PL_OPR_EXISTS;
    if (!exists && x->op != PL_OPR_MISSING) return PL_T_YESNO;
    if (exists && x->left->type == PL_T_YESNO && x->left->kind == PL_EXPR_BINARY) {
        *slot = x->left;
        return PL_T_YESNO;
    }
    if (x->left->kind == PL_EXPR_BAD || pl_type(c->types, x->left->type)->kind != PL_TYPE_LIST) return PL_T_YESNO;
    PlStr was = pl_words_expr(c, x);
    x->op = exists ? PL_OPR_NOT_EMPTY : PL_OPR_EMPTY;
    PL_REPORT(c->diags, READ_AS, x->span, PL_ARG(was), PL_ARG(pl_words_expr(c, x)));
    return PL_T_YESNO;
}

PlTypeId pl_expr_unary(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    switch (x->op) {
    case PL_OPR_NOT: {
        const PlExpr *asked = x->left;
        pl_expr_condition(c, &x->left, PL_STR("what `not` turns round"));
        if (x->left->kind != PL_EXPR_UNARY || x->left->op != PL_OPR_NOT_EMPTY || x->left->left != asked) return PL_T_YESNO;
        x->op = PL_OPR_EMPTY; /* not orders: orders is empty */
        x->left = x->left->left;
        return PL_T_YESNO;
    }
    case PL_OPR_NEG: {
        PlTypeId type = pl_expr_some(c, &x->left, pl_words_expr(c, x->left));
        if (x->left->kind == PL_EXPR_BAD) return pl_expr_bad(x);
        if (pl_type(c->types, type)->kind == PL_TYPE_DURATION) return type;
        pl_expr_fit(c, &x->left, is_integer(c, type) ? PL_T_INTEGER : PL_T_NUMBER, PL_STR("what `-` turns round"));
        return x->left->type;
    }
    default: /* empty, exists, missing: absence is fine */
        c->lenient++;
        pl_expr_check(c, &x->left, PL_TYPE_NONE);
        c->lenient--;
        pl_expr_items(c, &x->left, x);
        return check_there(c, slot);
    }
}

/* ---- x if c otherwise y, x ?? y -------------------------------------------------------------------------------------- */

PlTypeId pl_expr_choice(PlChecker *c, PlExpr **slot, PlTypeId hint)
{
    PlExpr *x = *slot;
    PlFacts facts = c->facts;
    pl_expr_condition(c, &x->cond, PL_STR("the condition"));
    pl_narrow_assume(c, x->cond, true);
    PlTypeId left = pl_expr_check(c, &x->left, hint);
    c->facts = facts;
    pl_narrow_assume(c, x->cond, false);
    PlTypeId right = pl_expr_check(c, &x->right, hint);
    c->facts = facts;
    return pl_flow_join_types(c, left, right);
}

PlTypeId pl_expr_coalesce(PlChecker *c, PlExpr **slot, PlTypeId hint)
{
    PlExpr *x = *slot;
    c->lenient++;
    PlTypeId left = pl_type_without_nothing(c->types, pl_expr_check(c, &x->left, hint));
    c->lenient--;
    PlTypeId right = pl_expr_check(c, &x->right, left);
    if (x->left->kind == PL_EXPR_BAD) return PL_T_ANY;
    if (left == PL_T_NOTHING) return right;
    if (pl_type(c->types, left)->kind == PL_TYPE_ENUM) read_like(c, &x->right, left, PL_STR("the value behind `??`"));
    return pl_flow_join_types(c, left, x->right->type);
}
