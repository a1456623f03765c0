/* SPDX-License-Identifier: MIT */
/* Tokens that begin with a number: 42, 2.5, `1 hour 30 minutes`, 10:00, `first 10 of`. */
#include "compiler/syntax/build.h"

#include "vm/base/number.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The end of a number in groups, "1,000" and "10_000", else NULL. Commas only outside brackets, where they part nothing without a space behind them. */
static const char *groups(const PlScan *s, const char *p)
{
    const char *q = p;
    bool grouped = false;
    while (is_digit(*q)) q++;
    bool commas = s->depth == 0 && s->prev != PL_TK_IN && q - p <= 3;
    while (s->limit - q >= 4 && (*q == '_' || (*q == ',' && commas)) && is_digit(q[1]) && is_digit(q[2]) && is_digit(q[3]) &&
           (s->limit - q == 4 || !is_digit(q[4]))) {
        q += 4;
        grouped = true;
    }
    if (!grouped || (q < s->limit && pl_phrase_word_char(*q))) return NULL;
    if (s->limit - q > 1 && *q == '.' && is_digit(q[1])) {
        q++;
        while (q < s->limit && is_digit(*q)) q++;
    }
    return q;
}

/* Behind "k" of "10k", which means thousands; else NULL. */
static const char *thousands(const PlScan *s, const char *end)
{
    if (end >= s->limit) return NULL;
    return (*end == 'k' || *end == 'K') && !pl_phrase_word_char(end[1]) ? end + 1 : NULL;
}

static bool read_groups(PlScan *s, const char *p, const char *end, PlNumber *n)
{
    char *digits = pl_arena_alloc(s->syntax->arena, (size_t)(end - p) + 1, 1);
    size_t len = 0;
    for (; p < end; p++)
        if (*p != ',' && *p != '_') digits[len++] = *p;
    digits[len] = 0;
    return pl_number_scan(digits, digits + len, n, NULL) == digits + len;
}

/* An amount in brackets of no call, behind a comparison: its currency says nothing that could be compared. */
static const char *over_currency(const PlScan *s, const char *end)
{
    static const char *const words[] = {"EUR", "USD", "GBP", "CHF", "euros", "euro", "dollars", "pounds"};
    const char *p = pl_scan_blanks(end);
    for (size_t i = 0; s->depth == 0 && p > end && i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if (!pl_str_starts(pl_str(p, (size_t)(s->limit - p)), pl_str_z(words[i])) || pl_phrase_word_char(p[len])) continue;
        PL_REPORT0(s->syntax->diags, DETAIL_IGNORED, pl_scan_span(s, p, p + len));
        return p + len;
    }
    return end;
}

/* "$1,000", "€50": the amount. */
bool pl_scan_money(PlScan *s, const char *p, PlToken *token)
{
    static const char *const signs[] = {"$", "\xe2\x82\xac", "\xc2\xa3"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t len = strlen(signs[i]);
        const char *end;
        if (!pl_str_starts(pl_str(p, (size_t)(s->limit - p)), pl_str_z(signs[i])) || !is_digit(p[len])) continue;
        if (pl_raw_scan(PL_MODE_EXPR, p + len, s->limit, &end) != PL_RAW_NUMBER) return false;
        *token = pl_scan_number(s, p + len, end);
        if (token->expr && token->kind == PL_TK_NUMBER) token->expr->flags |= PL_EXPR_MONEY;
        if (token->expr && token->kind == PL_TK_NUMBER) PL_REPORT0(s->syntax->diags, DETAIL_IGNORED, pl_scan_span(s, p, p + len));
        return true;
    }
    return false;
}

/* `-> step3` names a result as templates call it; the name must be none that a step's place has. */
PlToken pl_scan_step_name(PlScan *s, const char *p, const char *end)
{
    PlToken token = pl_scan_emit(s, PL_TK_NAME, p, end);
    const char *digit = p;
    while (digit < end && !is_digit(*digit)) digit++;
    char *name = pl_arena_alloc(s->syntax->arena, (size_t)(end - digit) + 6, 1);
    size_t len = 5;
    memcpy(name, "step_", 5);
    for (; digit < end; digit++) name[len++] = is_digit(*digit) ? *digit : '_';
    name[len] = 0;
    token.text = pl_str(name, len);
    return token;
}

/* "5%", where no value follows that could be divided, is a question of the checker. Behind the sign, else `end`. */
static const char *over_percent(const PlScan *s, PlExpr *e, const char *end)
{
    static const char *const ends[] = {"and", "or", "then", "otherwise", "else"};
    const char *next = end;
    while (next < s->limit && *next == ' ') next++;
    if (next >= s->limit || *next != '%' || s->counting || s->type) return end;
    const char *behind = next + 1;
    while (behind < s->limit && (*behind == ' ' || *behind == '\n')) behind++;
    bool over = behind >= s->limit || strchr(":,;)]}.", *behind);
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !over; i++) {
        size_t len = strlen(ends[i]);
        over = (size_t)(s->limit - behind) > len && memcmp(behind, ends[i], len) == 0 && !pl_phrase_word_char(behind[len]);
    }
    if (!over) return end;
    e->flags |= PL_EXPR_PERCENT;
    return next + 1;
}

PlToken pl_scan_number(PlScan *s, const char *p, const char *end)
{
    PlNumber n;
    const char *grouped = groups(s, p), *behind = pl_number_scan(p, end, &n, NULL);
    if (grouped && read_groups(s, p, grouped, &n)) behind = end = grouped;
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

    const char *kilo = thousands(s, end);
    if (kilo && n.is_int && n.integer < 1000000000) {
        e->literal.as.integer = n.integer * 1000;
        end = kilo;
        n.integer *= 1000;
    }
    if (kilo && !n.is_int && n.number < 1e9 && n.number * 1000 == (double)(int64_t)(n.number * 1000)) {
        e->literal = (PlLiteral){.kind = PL_LIT_INT, .as.integer = (int64_t)(n.number * 1000)};
        end = kilo;
    }
    end = over_percent(s, e, end);
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
    const char *amount = end;
    if (kind == PL_TK_NUMBER) end = over_currency(s, end);
    if (end > amount) e->flags |= PL_EXPR_MONEY;
    e->span = pl_scan_span(s, p, end);
    if (e->literal.kind == PL_LIT_DOUBLE && !grouped && end == behind) pl_expr_keep_digits(s->syntax->arena, e, pl_str(p, (size_t)(end - p)));
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
