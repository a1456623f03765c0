/* SPDX-License-Identifier: MIT */
/* Prose: the words of a step that are for people. It may contain anything; it ends at a `using` that opens a call (raw token USING), at an
 * arrow with a name and nothing but clauses behind, at a clause that cannot be words, or with the step. */
#include "compiler/syntax/binding.h"
#include "compiler/syntax/build.h"

typedef struct Prose {
    PlScan *scan;
    char *bytes; /* without bold marks and comments; a line's end and its indentation become one space */
    size_t len;
    bool space;
} Prose;

static void put(Prose *prose, const char *p, const char *end)
{
    if (prose->space && prose->len) prose->bytes[prose->len++] = ' ';
    prose->space = false;
    memcpy(prose->bytes + prose->len, p, (size_t)(end - p));
    prose->len += (size_t)(end - p);
}

/* Bytes of a no-break space or byte order mark at p; 0: there is none. */
static size_t odd_blank(const char *p, const char *end)
{
    size_t left = (size_t)(end - p);
    if (left >= 2 && memcmp(p, "\xc2\xa0", 2) == 0) return 2;
    return left >= 3 && (memcmp(p, "\xe2\x80\xaf", 3) == 0 || memcmp(p, "\xef\xbb\xbf", 3) == 0) ? 3 : 0;
}

/* A text in quotes keeps its white space, but for the ends of lines: with it, the same quotes are partners however the prose is broken. */
static void put_quote(Prose *prose, const char *p, const char *end)
{
    while (p < end) {
        const char *q = p;
        size_t blank = odd_blank(p, end);
        if (blank) {
            prose->space = true;
            p += blank;
            continue;
        }
        while (q < end && *q != '\n' && *q != '\r' && !odd_blank(q, end)) q++;
        const char *stop = q;
        while (q < end && stop > p && (stop[-1] == ' ' || stop[-1] == '\t')) stop--;
        put(prose, p, stop);
        while (q < end && (*q == '\n' || *q == '\r' || *q == ' ' || *q == '\t')) q++, prose->space = true;
        p = q;
    }
}

static const char *blanks(const char *p)
{
    while (*p == ' ' || *p == '\t') p++;
    return p;
}

static bool line_ends(const char *p)
{
    p = blanks(p);
    return *p == 0 || *p == '\n' || *p == '\r' || *p == '#';
}

/* A clause that no one writes as prose begins at p. */
static bool clause_at(const PlScan *scan, const char *p)
{
    const char *end;
    const PlSpelling *row = pl_phrase_match(scan->syntax->phrases, PL_AT_TAIL, p, scan->limit, &end);
    if (!row) return false;
    end = blanks(end);
    switch (row->kind) {
    case PL_TK_RETRY:
    case PL_TK_WITHIN:
    case PL_TK_UP_TO:
    case PL_TK_TOLERATING: return *end >= '0' && *end <= '9';
    case PL_TK_ALL_PAGES:
    case PL_TK_ASK_FIRST:
    case PL_TK_IN_ORDER:
    case PL_TK_GO_ON: return line_ends(end) || *end == ',';
    case PL_TK_IF_FAILS: return *end == ',' || pl_str_starts(pl_str(end, (size_t)(scan->limit - end)), PL_STR("with "));
    default: return false;
    }
}

/* `-> name` with nothing but clauses or a type behind: the step's result. */
static bool binds(const PlScan *scan, const char *p)
{
    const char *end;
    p = blanks(p);
    p += *p == '`';
    if (pl_raw_scan(PL_MODE_EXPR, p, scan->limit, &end) != PL_RAW_WORD) return false;
    end += *end == '`';
    end = blanks(end);
    if (*end == '.' && line_ends(end + 1)) return true;
    if (line_ends(end)) return true;
    return clause_at(scan, *end == ',' ? blanks(end + 1) : end);
}

static void comment(Prose *prose, const char *p, const char **end)
{
    PlScan *scan = prose->scan;
    const char *stop = p;
    while (stop < scan->limit && *stop != '\n' && *stop != '\r') stop++;
    PlComment found = {pl_scan_span(scan, p, stop), pl_str_trim(pl_str(p, (size_t)(stop - p)))};
    pl_vec_push(scan->syntax->arena, &scan->comments, found);
    *end = stop;
}

/* `#` begins a comment after white space and before a space, or at a line's start; "#general" is a word. */
static bool is_comment(const PlScan *scan, const char *p)
{
    char before = p == scan->start ? '\n' : p[-1];
    bool spaced = before == ' ' || before == '\t' || before == '\n';
    return spaced && (p[1] == ' ' || p[1] == 0 || p[1] == '\n');
}

/* "and save it as x" with nothing but clauses behind. */
static bool names(const PlScan *scan, const char *p)
{
    PlBinding found;
    if (!pl_binding_match(scan->syntax->phrases, p, scan->limit, &found)) return false;
    const char *end = blanks(found.end);
    if (*end == '.') end = blanks(end + 1);
    return line_ends(end) || clause_at(scan, *end == ',' ? blanks(end + 1) : end);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == (char)0xa0;
}

static const char *word_end(const char *p)
{
    while (pl_phrase_word_char(*p)) p++;
    return p;
}

/* The action's name at the end of "by using the a.b". */
static const char *last_word(const char *p, const char *end)
{
    while (end > p && is_blank(end[-1])) end--;
    while (end > p && !is_blank(end[-1])) end--;
    return end;
}

/* What joins prose to its call says nothing by itself: "Reply: mail.reply(...)", "Get it → bank.list(...)", "Save (disk.write(...))". */
static size_t without_link(const char *bytes, size_t len)
{
    static const char *const words[] = {
        "use",     "using", "call", "calling", "run",          "invoke", "execute",      "with",         "via",
        "through", "by",    "->",   "=>",      "\xe2\x86\x92", "-",      "\xe2\x80\x93", "\xe2\x80\x94", ":",
        "(",       "the",   ",",    "then",    "await",        "=",      "and"};
    for (bool again = true; again;) {
        again = false;
        while (len && is_blank(bytes[len - 1])) len--;
        for (size_t i = 0; i < sizeof words / sizeof *words && !again; i++) {
            size_t size = strlen(words[i]);
            bool word = pl_phrase_word_char(*words[i]);
            if (len < size || !pl_str_eq_nocase(pl_str(bytes + len - size, size), pl_str_z(words[i]))) continue;
            if (word && len > size && pl_phrase_word_char(bytes[len - size - 1])) continue;
            len -= size;
            again = true;
        }
    }
    return len;
}

/* What ends the prose at p, where the raw token [p, end) stands: a call, an arrow, a clause, a result's name in words. *p is then where it
 * begins. PL_PROSE_END: it goes on. */
static PlProseEnd ends_at(const PlScan *scan, PlRaw raw, const char **p, const char *end, bool first, bool in_parens,
                          PlSpan *using)
{
    switch (raw) {
    case PL_RAW_USING:
        *using = pl_scan_span(scan, *p, word_end(*p));
        *p = last_word(*p, end);
        return PL_PROSE_USING;
    case PL_RAW_CALLED:
        return first || is_blank((*p)[-1]) || (*p)[-1] == '(' || (*p)[-1] == '>' ? PL_PROSE_CALLED : PL_PROSE_END;
    case PL_RAW_SIGN: return !in_parens && binds(scan, end) ? PL_PROSE_ARROW : PL_PROSE_END;
    case PL_RAW_COMMA:
    case PL_RAW_NEWLINE:
        if ((in_parens && raw == PL_RAW_COMMA) || !clause_at(scan, blanks(end))) return PL_PROSE_END;
        *p = blanks(end);
        return PL_PROSE_CLAUSE;
    case PL_RAW_WORD: return !in_parens && !first && names(scan, *p) ? PL_PROSE_ARROW : PL_PROSE_END;
    default: return **p == '(' && !first && names(scan, *p) ? PL_PROSE_ARROW : PL_PROSE_END;
    }
}

/* What a raw token gives to the prose. False: it gives nothing but white space. */
static bool take(Prose *out, PlRaw raw, const char *p, const char **end)
{
    switch (raw) {
    case PL_RAW_NEWLINE:
    case PL_RAW_SPACE: out->space = true; return false;
    case PL_RAW_BOLD: return false;
    case PL_RAW_QUOTE: put_quote(out, p, *end); return true;
    case PL_RAW_COMMENT:
        if (is_comment(out->scan, p)) return comment(out, p, end), false;
        break;
    default: break;
    }
    put(out, p, *end);
    return true;
}

PlProseEnd pl_prose_scan(PlScan *scan, PlStr *prose, PlSpan *span, PlSpan *using)
{
    const char *p = scan->cursor, *end, *first = NULL, *last = p;
    Prose out = {scan, pl_arena_alloc(scan->syntax->arena, (size_t)(scan->limit - p) + 1, 1), 0, false};
    PlProseEnd found = PL_PROSE_END;
    unsigned parens = 0;
    for (;; p = end) {
        PlRaw raw = pl_raw_scan(PL_MODE_PROSE, p, scan->limit, &end);
        if (raw == PL_RAW_END) break;
        found = ends_at(scan, raw, &p, end, !first, parens > 0, using);
        if (found != PL_PROSE_END) break;
        if (!take(&out, raw, p, &end)) continue;
        parens += *p == '(';
        parens -= *p == ')' && parens > 0;
        if (!first) first = p;
        last = end;
    }
    if (found == PL_PROSE_USING || found == PL_PROSE_CALLED) {
        size_t len = found == PL_PROSE_CALLED ? without_link(out.bytes, out.len) : out.len;
        bool open = out.len && out.bytes[out.len - 1] == '(';
        if (open && found == PL_PROSE_USING) len = without_link(out.bytes, out.len);
        scan->aside = open; /* its partner stands behind the call */
        out.len = len;
    }
    *prose = pl_str(out.bytes, out.len);
    *span = first ? pl_scan_span(scan, first, last) : pl_scan_span(scan, scan->cursor, scan->cursor);
    scan->cursor = p;
    return found;
}
