/* SPDX-License-Identifier: MIT */
/* "amount > 1000 EUR": a number has no currency, but what is compared may have a field that says one. Asks only where the step says nothing of it. */
#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/syntax/print.h"

static PlStr code_of(PlStr written)
{
    static const struct {
        const char *said, *code;
    } all[] = {{"EUR", "EUR"}, {"euro", "EUR"}, {"\xe2\x82\xac", "EUR"}, {"USD", "USD"}, {"dollar", "USD"}, {"$", "USD"}, {"GBP", "GBP"}, 
                 {"pound", "GBP"}, {"\xc2\xa3", "GBP"}, {"CHF", "CHF"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (pl_str_find(written, pl_str_z(all[i].said), 0) != PL_STR_NONE) return pl_str_z(all[i].code);
    return PL_STR("");
}

static const PlField *currency_beside(PlChecker *c, const PlExpr *amount)
{
    static const char *const names[] = {"currency", "currency_code", "currencyCode"};
    const PlField *field = NULL;
    if (amount->kind != PL_EXPR_FIELD || !amount->left) return NULL;
    PlTypeId record = pl_type_without_nothing(c->types, amount->left->type);
    if (pl_type(c->types, record)->kind != PL_TYPE_RECORD) return NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !field; i++) field = pl_type_field(c->types, record, pl_str_z(names[i]));
    return field;
}

void pl_expr_money(PlChecker *c, const PlExpr *x)
{
    const PlExpr *number = x->right;
    bool money = number->kind == PL_EXPR_LITERAL && number->flags & PL_EXPR_MONEY;
    if (!money || !c->step || c->in_phrase || x->span.source != c->plan->source) return;
    if (number->span.start < x->span.start || number->span.end > x->span.end || x->left->span.end > number->span.start) return;
    const PlField *field = currency_beside(c, x->left);
    PlStr source = c->diags->sources->all.items[x->span.source].text, text = pl_str_slice(source, x->span.start, x->span.end);
    PlSpan from = x->span;
    size_t sign = x->right->span.start; /* "$500": the sign stands before the number */
    while (sign > from.start && source.ptr[sign - 1] != ' ') sign--;
    PlStr code = code_of(pl_str_slice(source, sign, x->right->span.end));
    PlSpan whole = c->step->span;
    if (!field || !code.len || pl_str_find(pl_str_slice(source, whole.start, whole.end), field->name, 0) != PL_STR_NONE) return;
    PlStr amount = pl_words_source(c, x->left->span), digits = pl_words_expr(c, number);
    size_t dot = amount.len;
    while (dot > 0 && amount.ptr[dot - 1] != '.') dot--;
    PlStr before = pl_str_slice(amount, 0, dot), compares = pl_str_slice(text, 0, sign - from.start), name = field->name;
    PlStr only = pl_arena_printf(c->arena, PL_FMT PL_FMT, PL_ARG(compares), PL_ARG(digits));
    PlDiag *d = PL_REPORT(c->diags, WHICH_READING, x->span, 2u);
    PlStr both = pl_arena_printf(c->arena, PL_FMT " and " PL_FMT PL_FMT " is \"" PL_FMT "\"", PL_ARG(only), PL_ARG(before), PL_ARG(name), PL_ARG(code));
    pl_diag_candidate(c->diags, d, both, PL_STR("only these"));
    pl_diag_candidate(c->diags, d, only, PL_STR("of any currency"));
    pl_diag_help(c->diags, d, "`" PL_FMT "` is a field of its own here, and a number has no currency", PL_ARG(name));
    pl_ask_reading(c, d, c->step, x->span);
}
