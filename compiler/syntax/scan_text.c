/* SPDX-License-Identifier: MIT */
/* Texts: "..." and '...' with {expr} and {{expr}}, `...` with ${expr}, f"..." and curly quotes like "...". A text ends at the first quote of
 * its own kind that no backslash precedes, so a missing quote is found without reading what is inside. Only where that quote stands in
 * braces, and they hold an expression when texts of the same quote are read in them, does the text go on behind them.
 * Braces that hold no expression stay text, with a note. */
#include "compiler/syntax/build.h"

#include "vm/base/limits.h"
#include "vm/base/utf8.h"

/* LOOK_BEYOND: bytes from an open brace to the one that closes it behind the text's first quote. */
enum { MAX_TEXTS = 6, LOOK_BEYOND = 2048, CURLY_DOUBLE = 'D', CURLY_SINGLE = 'S', TRIPLE_DOUBLE = 'T', TRIPLE_SINGLE = 't' };

unsigned pl_text_quote(const char *p, const char *limit, char *closer)
{
    if (p == limit) return 0;
    bool triple = limit - p >= 3 && (*p == '"' || *p == '\'') && p[1] == *p && p[2] == *p;
    if (triple) return *closer = *p == '"' ? TRIPLE_DOUBLE : TRIPLE_SINGLE, 3; /* Python's text of several lines */
    if (*p == '"' || *p == '\'' || *p == '`') return *closer = *p, 1;
    if (limit - p < 3 || (unsigned char)p[0] != 0xe2 || (unsigned char)p[1] != 0x80) return 0;
    unsigned char last = (unsigned char)p[2];
    if (last == 0x9c || last == 0x9d) return *closer = CURLY_DOUBLE, 3;
    if (last == 0x98 || last == 0x99) return *closer = CURLY_SINGLE, 3;
    return 0;
}

/* The first quote that closes a text, from p on; NULL when there is none. */
static const char *closing_quote(const char *p, const char *limit, char closer, unsigned *size)
{
    char other;
    while (p < limit) {
        if (*p == '\\' && p + 1 < limit) {
            p += 2;
            continue;
        }
        *size = pl_text_quote(p, limit, &other);
        if (*size && other == closer) return p;
        p += *size ? *size : 1;
    }
    return NULL;
}

const char *pl_text_end(const char *p, const char *limit)
{
    char closer;
    unsigned size = pl_text_quote(p, limit, &closer);
    const char *end = size ? closing_quote(p + size, limit, closer, &size) : NULL;
    return end ? end + size : NULL;
}

typedef struct Text {
    PlScan *scan;
    PlExpr *expr; /* TEXT, growing */
    const char *end; /* its closing quote, of `size` bytes */
    unsigned size;
    char closer;
    char *bytes;  /* of the piece at hand */
    size_t len;
    const char *piece; /* where it began */
    size_t
        budget; /* bytes that looking for expressions may still cost: nested braces that hold none are not tried for ever */
} Text;

static void flush(Text *t, const char *at)
{
    if (!t->len) return;
    PlArena *arena = t->scan->syntax->arena;
    PlExpr *e = pl_expr_new(arena, PL_EXPR_LITERAL, pl_scan_span(t->scan, t->piece, at));
    e->literal.kind = PL_LIT_TEXT;
    e->literal.as.text = pl_arena_str(arena, pl_str(t->bytes, t->len));
    pl_vec_push(arena, &t->expr->items, e);
    t->len = 0;
}

static int hex4(const char *p, const char *end)
{
    int n = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0) return -1;
        n = n * 16 + digit;
    }
    return n;
}

static void put_code_point(Text *t, int32_t c)
{
    if (c < 0x80) {
        t->bytes[t->len++] = (char)c;
    } else if (c < 0x800) {
        t->bytes[t->len++] = (char)(0xc0 | c >> 6);
        t->bytes[t->len++] = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        t->bytes[t->len++] = (char)(0xe0 | c >> 12);
        t->bytes[t->len++] = (char)(0x80 | (c >> 6 & 63));
        t->bytes[t->len++] = (char)(0x80 | (c & 63));
    } else {
        t->bytes[t->len++] = (char)(0xf0 | c >> 18);
        t->bytes[t->len++] = (char)(0x80 | (c >> 12 & 63));
        t->bytes[t->len++] = (char)(0x80 | (c >> 6 & 63));
        t->bytes[t->len++] = (char)(0x80 | (c & 63));
    }
}

/* \uXXXX, perhaps two for one character (RFC 8259 section 7); a lone surrogate becomes U+FFFD. */
static const char *unicode_escape(Text *t, const char *p, const char *end)
{
    int c = hex4(p + 2, end);
    if (c < 0) {
        PL_REPORT0(t->scan->syntax->diags, BAD_ESCAPE, pl_scan_span(t->scan, p, p + 2));
        return NULL;
    }
    p += 6;
    if (c >= 0xd800 && c < 0xe000) {
        int low = c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
        bool pair = low >= 0xdc00 && low < 0xe000;
        c = pair ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
        if (pair) p += 6;
    }
    put_code_point(t, c);
    return p;
}

/* An escape; one that is none keeps its backslash (regular expressions are full of them). */
static const char *escape(Text *t, const char *p, const char *end)
{
    static const char plain[] = "\"'`\\{}$/", named[] = "nrtbf", values[] = "\n\r\t\b\f";
    if (p + 1 == end) {
        t->bytes[t->len++] = *p;
        return p + 1;
    }
    const char *at = strchr(named, p[1]);
    if (p[1] == 'u') return unicode_escape(t, p, end);
    if (p[1] && at) {
        t->bytes[t->len++] = values[at - named];
    } else {
        if (!p[1] || !strchr(plain, p[1])) t->bytes[t->len++] = '\\';
        t->bytes[t->len++] = p[1];
    }
    return p + 2;
}

/* The brace that closes the one at p, or NULL. */
static const char *closing_brace(const char *p, const char *end)
{
    unsigned depth = 0;
    char closer;
    for (; p < end; p++) {
        if (*p == '{') depth++;
        if (*p == '}' && --depth == 0) return p;
        if (*p == '\n') return NULL;
        const char *behind = pl_text_quote(p, end, &closer) ? pl_text_end(p, end) : NULL;
        if (behind) p = behind - 1;
    }
    return NULL;
}

/* The expression in [start, end), or NULL without a word: then it is text. A literal alone is text too ("a{3}" is a regular expression's). */
static PlExpr *embedded(PlScan *scan, const char *start, const char *end)
{
    PlSyntax syntax = *scan->syntax;
    PlDiags quiet;
    pl_diags_init(&quiet, syntax.arena, syntax.diags->sources);
    syntax.diags = &quiet;
    syntax.quiet = true;
    syntax.texts++;
    if (syntax.texts > MAX_TEXTS) return NULL;
    PlScan inner;
    PlSpan span = pl_scan_span(scan, start, end);
    pl_scan_init(&inner, &syntax, PL_TK_E_EXPR, span.start, span.end);
    PlRun run = {.syntax = &syntax, .scan = &inner};
    if (!pl_grammar_run(&run, PL_TK_E_EXPR) || !run.expr || run.expr->kind == PL_EXPR_LITERAL) return NULL;
    return run.expr;
}

/* "total:.2f", "amount:,.2f", as Python's texts format numbers: format_number(total, 2, ""), or NULL. */
static PlExpr *formatted(PlScan *scan, const char *start, const char *end)
{
    const char *colon = end, *p;
    while (colon > start && *colon != ':') colon--;
    bool commas = colon + 1 < end && colon[1] == ',';
    if (colon == start || !embedded(scan, start, colon)) return NULL;
    p = colon + 1 + commas;
    unsigned digits = 0;
    bool fixed = p + 2 < end && *p == '.' && p[1] >= '0' && p[1] <= '9' && p[2] == 'f' && p + 3 == end;
    if (fixed) digits = (unsigned)(p[1] - '0');
    if (!fixed && !(commas && p == end)) return NULL;
    PlArena *arena = scan->syntax->arena;
    PlStr value = pl_str(start, (size_t)(colon - start));
    PlStr text = commas ? pl_arena_printf(arena, "format_number(" PL_FMT ", %u)", PL_ARG(value), digits)
                        : pl_arena_printf(arena, "format_number(" PL_FMT ", %u, \"\")", PL_ARG(value), digits);
    return pl_build_aside(scan->syntax, text, pl_scan_span(scan, start, end));
}

static bool is_twice(const char *open, const char *close)
{
    return open[1] == '{' && close[-1] == '}' && close - open > 3;
}

/* "{x ?? "none"}": braces that are open where the text ends, and hold an expression when they go on behind that. Then so does the text. */
static PlExpr *beyond(Text *t, const char *open, const char **close)
{
    PlSyntax *syntax = t->scan->syntax;
    size_t rest = (size_t)(t->scan->limit - open), look = rest < LOOK_BEYOND ? rest : LOOK_BEYOND;
    if (syntax->beyond < look) return NULL;
    const char *at = closing_brace(open, open + look);
    syntax->beyond -= at ? (size_t)(at - open) : look;
    unsigned size;
    const char *end = at ? closing_quote(at + 1, t->scan->limit, t->closer, &size) : NULL;
    if (!end) return NULL;
    PlExpr *inner = embedded(t->scan, open + 1 + is_twice(open, at), at - is_twice(open, at));
    if (!inner) return NULL;
    *close = at;
    t->end = end;
    t->size = size;
    return inner;
}

/* Braces at p: an item of the text, or NULL when they are text. */
static const char *braces(Text *t, const char *p, const char *open)
{
    if (t->budget == 0) return NULL;
    const char *was = t->end;
    const char *close = closing_brace(open, t->end);
    size_t cost = (size_t)((close ? close : t->end) - open);
    t->budget -= cost < t->budget ? cost : t->budget;
    PlExpr *inner = close ? embedded(t->scan, open + 1 + is_twice(open, close), close - is_twice(open, close))
                          : beyond(t, open, &close);
    if (!close) return NULL;
    if (!inner && !is_twice(open, close)) inner = formatted(t->scan, open + 1, close);
    if (!inner) {
        bool blank = pl_str_trim(pl_str(open + 1, (size_t)(close - open - 1))).len == 0;
        if (!blank) {
            PlDiag *d = PL_REPORT0(t->scan->syntax->diags, BRACES_ARE_TEXT, pl_scan_span(t->scan, open, close + 1));
            pl_diag_help(t->scan->syntax->diags, d, "write \\{ where a brace is meant");
        }
        return NULL;
    }
    flush(t, p);
    if (t->end > was) t->bytes = pl_arena_alloc(t->scan->syntax->arena, (size_t)(t->end - close), 1);
    inner->flags &= ~(uint32_t)PL_EXPR_PARENS;
    pl_vec_push(t->scan->syntax->arena, &t->expr->items, inner);
    if (inner->depth + 1 > t->expr->depth) t->expr->depth = inner->depth + 1;
    t->piece = close + 1;
    return close + 1;
}

static bool read_pieces(Text *t, const char *p)
{
    t->piece = p;
    t->budget = (size_t)(t->end - p) * 16 + 65536;
    while (p < t->end) {
        const char *next = NULL;
        if (*p == '\\') {
            p = escape(t, p, t->end);
            if (!p) return false;
            continue;
        }
        bool dollar = t->closer == '`' && p[0] == '$' && p + 1 < t->end && p[1] == '{';
        if (t->closer == '`' ? dollar : *p == '{') next = braces(t, p, p + dollar);
        if (!next) t->bytes[t->len++] = *p;
        p = next ? next : p + 1;
    }
    flush(t, t->end);
    return true;
}

PlExpr *pl_text_scan(PlScan *scan)
{
    const char *start = scan->cursor, *open = start + (*start == 'f' || *start == 'F');
    Text t = {.scan = scan};
    unsigned size = pl_text_quote(open, scan->limit, &t.closer);
    t.end = closing_quote(open + size, scan->limit, t.closer, &t.size);
    PlArena *arena = scan->syntax->arena;
    char closer = t.closer;
    if (!t.end) {
        const char *line = open;
        while (line < scan->limit && *line != '\n') line++;
        PlDiag *d = PL_REPORT0(scan->syntax->diags, TEXT_OPEN, pl_scan_span(scan, start, line));
        pl_diag_help(scan->syntax->diags, d, "end the text with %.*s",
                     closer == CURLY_DOUBLE || closer == CURLY_SINGLE ? 1 : (int)size,
                     closer == CURLY_DOUBLE   ? "\""
                     : closer == CURLY_SINGLE ? "'"
                                              : open);
        scan->cursor = scan->limit;
        return NULL;
    }
    scan->cursor = t.end + t.size;
    t.expr = pl_expr_new(arena, PL_EXPR_TEXT, pl_scan_span(scan, start, scan->cursor));
    t.bytes = pl_arena_alloc(arena, (size_t)(t.end - open) + 1, 1);
    if (!read_pieces(&t, open + size)) return NULL;
    scan->cursor = t.end + t.size;
    PlExpr *text = t.expr;
    text->span = pl_scan_span(scan, start, scan->cursor);
    if (text->items.len == 0 || (text->items.len == 1 && text->items.items[0]->kind == PL_EXPR_LITERAL)) {
        text->kind = PL_EXPR_LITERAL;
        text->literal.kind = PL_LIT_TEXT;
        text->literal.as.text = text->items.len ? text->items.items[0]->literal.as.text : PL_STR("");
        text->items.len = 0;
    } else if (text->depth < 2) {
        text->depth = 2;
    }
    if (text->depth <= PL_LIMIT_EXPR_DEPTH) return text;
    PL_REPORT(scan->syntax->diags, TOO_DEEP, text->span, (unsigned)PL_LIMIT_EXPR_DEPTH);
    return NULL;
}
