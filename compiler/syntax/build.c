/* SPDX-License-Identifier: MIT */
/* Nodes of expressions. Every node passes through `done`, which sets its depth from its children and refuses one that would be deeper
 * than PL_LIMIT_EXPR_DEPTH: the invariant that printers and checkers rely on when they recurse. */
#include "compiler/syntax/build.h"

#include "vm/base/limits.h"

PlExpr *pl_expr_new(PlArena *arena, PlExprKind kind, PlSpan span)
{
    PlExpr *e = PL_NEW(arena, PlExpr);
    e->kind = kind;
    e->span = span;
    e->text_span = PL_NO_SPAN;
    e->depth = 1;
    return e;
}

PlSpan pl_build_join(PlSpan a, PlSpan b)
{
    a.start = b.start < a.start ? b.start : a.start;
    a.end = b.end > a.end ? b.end : a.end;
    return a;
}

static PlExpr *new_expr(PlRun *r, PlExprKind kind, PlSpan span)
{
    return pl_expr_new(r->syntax->arena, kind, span);
}

static void under(PlExpr *e, const PlExpr *child)
{
    if (child && child->depth + 1 > e->depth) e->depth = child->depth + 1;
}

static PlExpr *done(PlRun *r, PlExpr *e)
{
    under(e, e->left);
    under(e, e->right);
    under(e, e->cond);
    for (uint32_t i = 0; i < e->items.len; i++) under(e, e->items.items[i]);
    for (uint32_t i = 0; i < e->fields.len; i++) under(e, e->fields.items[i].value);
    if (e->depth > PL_LIMIT_EXPR_DEPTH) pl_run_too_deep(r);
    return e;
}

PlExpr *pl_build_int(PlRun *r, PlSpan span, int64_t n)
{
    PlExpr *e = new_expr(r, PL_EXPR_LITERAL, span);
    e->literal.kind = PL_LIT_INT;
    e->literal.as.integer = n;
    return e;
}

PlExpr *pl_build_text(PlRun *r, PlSpan span, PlStr text)
{
    PlExpr *e = new_expr(r, PL_EXPR_LITERAL, span);
    e->literal.kind = PL_LIT_TEXT;
    e->literal.as.text = text;
    return e;
}

PlExpr *pl_build_yes_no(PlRun *r, PlSpan span, bool yes)
{
    PlExpr *e = new_expr(r, PL_EXPR_LITERAL, span);
    e->literal.kind = PL_LIT_YESNO;
    e->literal.as.yes = yes;
    return e;
}

PlExpr *pl_build_nothing(PlRun *r, PlSpan span)
{
    return new_expr(r, PL_EXPR_LITERAL, span);
}

PlExpr *pl_build_it(PlRun *r, PlSpan span)
{
    return new_expr(r, PL_EXPR_IT, span);
}

PlExpr *pl_build_name(PlRun *r, const PlToken *name)
{
    PlExpr *e = new_expr(r, PL_EXPR_NAME, name->span);
    e->text = name->text;
    e->text_span = name->span;
    if (name->expr) {
        e->flags |= PL_EXPR_WORDS;
        e->literal = name->expr->literal;
    }
    return e;
}

/* The token may say "results of step 3.1": the number is what counts. */
PlExpr *pl_build_step_ref(PlRun *r, const PlToken *token)
{
    PlExpr *e = new_expr(r, PL_EXPR_STEP_REF, token->span);
    PlStr number = token->text;
    for (size_t i = number.len; i > 0; i--) {
        char c = number.ptr[i - 1];
        if (c != '.' && (c < '0' || c > '9')) {
            number = pl_str_slice(number, i, number.len);
            break;
        }
    }
    e->text = number;
    e->text_span = token->span;
    return e;
}

PlExpr *pl_build_field(PlRun *r, PlExpr *of, const PlToken *name)
{
    PlExpr *e = new_expr(r, PL_EXPR_FIELD, pl_build_join(of->span, name->span));
    e->left = of;
    e->text = name->text;
    e->text_span = name->span;
    return done(r, e);
}

PlExpr *pl_build_project(PlRun *r, PlExpr *of, const PlToken *name)
{
    PlExpr *e = pl_build_field(r, of, name);
    e->kind = PL_EXPR_PROJECT;
    return e;
}

PlExpr *pl_build_index(PlRun *r, PlExpr *of, PlExpr *index, const PlToken *close)
{
    PlExpr *e = new_expr(r, PL_EXPR_INDEX, pl_build_join(of->span, close->span));
    e->left = of;
    e->right = index;
    return done(r, e);
}

/* left is the list; from and to stand in `cond` and `right`. */
PlExpr *pl_build_slice(PlRun *r, PlExpr *of, PlExpr *from, PlExpr *to, const PlToken *close)
{
    PlExpr *e = new_expr(r, PL_EXPR_SLICE, pl_build_join(of->span, close->span));
    e->left = of;
    e->cond = from;
    e->right = to;
    return done(r, e);
}

PlExpr *pl_build_unary(PlRun *r, PlOperator op, PlExpr *operand, PlSpan sign)
{
    PlExpr *e = new_expr(r, PL_EXPR_UNARY, pl_build_join(sign, operand->span));
    e->op = op;
    e->left = operand;
    return done(r, e);
}

PlExpr *pl_build_postfix(PlRun *r, PlOperator op, PlExpr *operand, const PlToken *words)
{
    return pl_build_unary(r, op, operand, words->span);
}

/* 9223372036854775808 is no integer, but its negative is. */
static bool is_least(const PlRun *r, const PlExpr *x)
{
    return x->literal.as.number == 0x1p63 && pl_str_eq_z(pl_str_slice(r->syntax->text, x->span.start, x->span.end), "9223372036854775808");
}

static void negate(PlRun *r, PlExpr *number)
{
    number->literal.as.number = -number->literal.as.number;
    if (number->text.len) number->text = pl_arena_printf(r->syntax->arena, "-" PL_FMT, PL_ARG(number->text));
}

PlExpr *pl_build_negative(PlRun *r, PlExpr *operand, PlSpan sign)
{
    PlLiteral *literal = &operand->literal;
    bool whole = operand->kind == PL_EXPR_LITERAL && !(operand->flags & PL_EXPR_PARENS);
    if (whole && literal->kind == PL_LIT_INT && literal->as.integer > 0)
        literal->as.integer = -literal->as.integer;
    else if (whole && literal->kind == PL_LIT_DOUBLE && is_least(r, operand))
        *literal = (PlLiteral){.kind = PL_LIT_INT, .as.integer = INT64_MIN};
    else if (whole && literal->kind == PL_LIT_DOUBLE && literal->as.number > 0)
        negate(r, operand);
    else
        return pl_build_unary(r, PL_OPR_NEG, operand, sign);
    operand->span = pl_build_join(sign, operand->span);
    return operand;
}

PlExpr *pl_build_binary(PlRun *r, PlOperator op, PlExpr *left, PlExpr *right)
{
    PlExpr *e = new_expr(r, PL_EXPR_BINARY, pl_build_join(left->span, right->span));
    e->op = op;
    e->left = left;
    e->right = right;
    return done(r, e);
}

PlExpr *pl_build_negated(PlRun *r, PlOperator op, PlExpr *left, PlExpr *right)
{
    PlExpr *inner = pl_build_binary(r, op, left, right);
    return pl_build_unary(r, PL_OPR_NOT, inner, inner->span);
}

PlExpr *pl_build_choice(PlRun *r, PlExpr *yes, PlExpr *cond, PlExpr *no)
{
    PlExpr *e = new_expr(r, PL_EXPR_IF, pl_build_join(yes->span, no->span));
    e->left = yes;
    e->cond = cond;
    e->right = no;
    return done(r, e);
}

PlExpr *pl_build_coalesce(PlRun *r, PlExpr *left, PlExpr *right)
{
    PlExpr *e = new_expr(r, PL_EXPR_COALESCE, pl_build_join(left->span, right->span));
    e->left = left;
    e->right = right;
    return done(r, e);
}

PlExpr *pl_build_parens(PlRun *r, PlExpr *inner, PlSpan open, PlSpan close)
{
    (void)r;
    inner->flags |= PL_EXPR_PARENS;
    inner->span = pl_build_join(open, close);
    return inner;
}

PlExpr *pl_build_list(PlRun *r, PlItems *items, PlSpan open, PlSpan close)
{
    PlExpr *e = new_expr(r, PL_EXPR_LIST, pl_build_join(open, close));
    for (uint32_t i = 0; items && i < items->all.len; i++)
        pl_vec_push(r->syntax->arena, &e->items, items->all.items[i]);
    return done(r, e);
}

/* {**a, b: 1}: merge(a, {b: 1}) */
static PlExpr *merged(PlRun *r, const PlFields *fields, PlSpan span)
{
    PlExpr *call = new_expr(r, PL_EXPR_CALL, span), *record = NULL;
    call->text = PL_STR("merge");
    call->text_span = span;
    for (uint32_t i = 0; i < fields->all.len; i++) {
        PlRecordField field = fields->all.items[i];
        bool spread = !field.name.ptr;
        if (!spread && !record) {
            record = new_expr(r, PL_EXPR_RECORD, field.span);
            pl_vec_push(r->syntax->arena, &call->items, record);
        }
        if (spread) {
            record = NULL;
            pl_vec_push(r->syntax->arena, &call->items, field.value);
        } else {
            pl_vec_push(r->syntax->arena, &record->fields, field);
        }
    }
    for (uint32_t i = 0; i < call->items.len; i++) call->items.items[i] = done(r, call->items.items[i]);
    return done(r, call);
}

PlExpr *pl_build_record(PlRun *r, PlFields *fields, PlSpan open, PlSpan close)
{
    bool spreads = false;
    for (uint32_t i = 0; fields && i < fields->all.len; i++) spreads |= !fields->all.items[i].name.ptr;
    if (spreads) return merged(r, fields, pl_build_join(open, close));
    PlExpr *e = new_expr(r, PL_EXPR_RECORD, pl_build_join(open, close));
    for (uint32_t i = 0; fields && i < fields->all.len; i++)
        pl_vec_push(r->syntax->arena, &e->fields, fields->all.items[i]);
    return done(r, e);
}

PlExpr *pl_build_call(PlRun *r, const PlToken *name, PlExpr *self, PlArgs *args, const PlToken *close)
{
    PlExpr *clause = pl_build_lambda_call(r, name, self, args, close);
    if (clause) return clause;
    PlSpan start = self ? self->span : name->span;
    PlExpr *e = new_expr(r, PL_EXPR_CALL, pl_build_join(start, close->span));
    e->text = name->text;
    e->text_span = name->span;
    bool python = self && pl_str_eq_z(name->text, "join") && args && args->all.len == 1 &&
                  (self->kind == PL_EXPR_TEXT || (self->kind == PL_EXPR_LITERAL && self->literal.kind == PL_LIT_TEXT));
    if (python) { /* ", ".join(names) */
        PlExpr *list = args->all.items[0].value;
        args->all.items[0].value = self;
        self = list;
    }
    if (self) pl_vec_push(r->syntax->arena, &e->items, self);
    for (uint32_t i = 0; args && i < args->all.len; i++) {
        PlArgument *arg = &args->all.items[i];
        if (arg->name.len)
            pl_vec_push(r->syntax->arena, &e->fields, (PlRecordField){arg->name, arg->span, arg->value});
        else
            pl_vec_push(r->syntax->arena, &e->items, arg->value);
    }
    return done(r, e);
}

PlExpr *pl_build_call2(PlRun *r, const char *name, PlExpr *a, PlExpr *b)
{
    PlExpr *e = new_expr(r, PL_EXPR_CALL, b ? pl_build_join(a->span, b->span) : a->span);
    e->text = pl_str_z(name);
    e->text_span = e->span;
    pl_vec_push(r->syntax->arena, &e->items, a);
    if (b) pl_vec_push(r->syntax->arena, &e->items, b);
    return done(r, e);
}

PlExpr *pl_build_joined(PlRun *r, PlExpr *list, PlExpr *with)
{
    bool sum = with->kind == PL_EXPR_BINARY && with->op == PL_OPR_ADD && !(with->flags & PL_EXPR_PARENS);
    if (!sum) return pl_build_call2(r, "join", list, with);
    return pl_build_binary(r, PL_OPR_ADD, pl_build_joined(r, list, with->left), with->right);
}

PlItems *pl_build_item(PlRun *r, PlItems *items, PlExpr *item)
{
    if (!items) items = PL_NEW(r->syntax->arena, PlItems);
    pl_vec_push(r->syntax->arena, &items->all, item);
    return items;
}

PlItems *pl_build_item_first(PlRun *r, PlExpr *first, PlItems *rest)
{
    PlItems *items = pl_build_item(r, NULL, first);
    for (uint32_t i = 0; i < rest->all.len; i++) pl_build_item(r, items, rest->all.items[i]);
    return items;
}

/* A key of JSON may have blanks, plain or of no break; a name has none. */
static PlStr without_blanks(PlArena *arena, PlStr name)
{
    char *plain = pl_arena_alloc(arena, name.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        size_t left = name.len - i;
        size_t wide = left > 1 && memcmp(name.ptr + i, "\xc2\xa0", 2) == 0 ? 2 : left > 2 && memcmp(name.ptr + i, "\xe2\x80\xaf", 3) == 0 ? 3 : 0;
        bool blank = wide || strchr(" \t\r\n", name.ptr[i]);
        if (!blank || !len || plain[len - 1] != '_') plain[len++] = blank ? '_' : name.ptr[i];
        if (wide) i += wide - 1;
    }
    return pl_str(plain, len);
}

PlArgs *pl_build_argument(PlRun *r, PlArgs *args, PlArgument arg)
{
    if (!args) args = PL_NEW(r->syntax->arena, PlArgs);
    if (arg.name.len) arg.name = without_blanks(r->syntax->arena, arg.name);
    pl_vec_push(r->syntax->arena, &args->all, arg);
    return args;
}

PlFields *pl_build_record_field(PlRun *r, PlFields *fields, PlRecordField field)
{
    if (!fields) fields = PL_NEW(r->syntax->arena, PlFields);
    pl_vec_push(r->syntax->arena, &fields->all, field);
    return fields;
}
