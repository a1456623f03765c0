/* SPDX-License-Identifier: MIT */
/* Tokens that begin with a number: 42, 2.5, `1 hour 30 minutes`, 10:00, `first 10 of`. */
#include "compiler/syntax/build.h"

#include "vm/base/number.h"

PlToken pl_scan_number(PlScan *s, const char *p, const char *end)
{
    PlNumber n;
    const char *behind = pl_number_scan(p, end, &n, NULL);
    if (behind != end || (!n.is_int && !(n.number < 1e308 * 10))) {
        if (behind == end || !behind) {
            PL_REPORT0(s->syntax->diags, NUMBER_TOO_LARGE, pl_scan_span(s, p, end));
            return pl_scan_bad(s, p, end);
        }
        end = behind;
    }
    PlExpr *e = pl_expr_new(s->syntax->arena, PL_EXPR_LITERAL, pl_scan_span(s, p, end));
    e->literal.kind = n.is_int ? PL_LIT_INT : PL_LIT_DOUBLE;
    if (n.is_int)
        e->literal.as.integer = n.integer;
    else
        e->literal.as.number = n.number;

    int kind = PL_TK_NUMBER;
    double count = n.is_int ? (double)n.integer : n.number;
    for (const char *at = end;;) { /* 1 hour 30 minutes */
        const char *word = at;
        while (*word == ' ' || *word == '\t') word++;
        const char *unit_end;
        const PlSpelling *unit = pl_phrase_match(s->syntax->phrases, PL_AT_UNIT, word, s->limit, &unit_end);
        if (!unit) break;
        if (kind == PL_TK_NUMBER) e->literal = (PlLiteral){.kind = PL_LIT_DURATION};
        if (!pl_build_add_duration(&e->literal, count, unit->exact)) {
            PL_REPORT0(s->syntax->diags, NUMBER_TOO_LARGE, pl_scan_span(s, p, unit_end));
            return pl_scan_bad(s, p, unit_end);
        }
        kind = PL_TK_DURATION;
        end = unit_end;
        for (at = end; *at == ' '; at++) {}
        behind = *at >= '0' && *at <= '9' ? pl_number_scan(at, s->limit, &n, NULL) : NULL;
        if (!behind) break;
        count = n.is_int ? (double)n.integer : n.number;
        at = behind;
    }
    e->span = pl_scan_span(s, p, end);
    if (e->literal.kind == PL_LIT_DOUBLE) pl_expr_keep_digits(s->syntax->arena, e, pl_str(p, (size_t)(end - p)));
    PlToken token = pl_scan_emit(s, kind, p, end);
    token.expr = e;
    return token;
}

/* `first 10 of`, `the last 3 of`. */
PlToken pl_scan_first_n(PlScan *s, const char *p, const char *end)
{
    const char *digit = p;
    while (*digit < '0' || *digit > '9') digit++;
    PlToken token = pl_scan_emit(s, PL_TK_FIRST_N, p, end);
    const char *digits_end = digit;
    while (*digits_end >= '0' && *digits_end <= '9') digits_end++;
    int64_t n = 0;
    if (!pl_str_to_int(pl_str(digit, (size_t)(digits_end - digit)), &n)) {
        PL_REPORT0(s->syntax->diags, NUMBER_TOO_LARGE, pl_scan_span(s, digit, digits_end));
        return pl_scan_bad(s, p, end);
    }
    token.expr = pl_expr_new(s->syntax->arena, PL_EXPR_LITERAL, pl_scan_span(s, digit, digits_end));
    token.expr->literal.kind = PL_LIT_INT;
    token.expr->literal.as.integer = n;
    const char *word = p + (*p == 't' || *p == 'T' ? 3 : 0);
    while (*word == ' ' || *word == '\t' || *word == '\n' || *word == '\r') word++;
    token.optional = *word == 'l' || *word == 'L';
    return token;
}

PlToken pl_scan_time(PlScan *s, const char *p, const char *end)
{
    PlToken token = pl_scan_emit(s, PL_TK_TIME, p, end);
    token.expr = pl_expr_new(s->syntax->arena, PL_EXPR_LITERAL, token.span);
    token.expr->literal.kind = PL_LIT_TEXT;
    token.expr->literal.as.text = token.text;
    return token;
}

/* A date without quotes, 2026-11-20: the text of it, which is a date wherever one is wanted. */
PlToken pl_scan_date(PlScan *s, const char *p, const char *end)
{
    PlToken token = pl_scan_time(s, p, end);
    token.kind = s->prev = PL_TK_TEXT;
    s->value = false;
    return token;
}
