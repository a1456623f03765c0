/* SPDX-License-Identifier: MIT */
/* What must be seen before lines are: spaces that do not break are spaces, and a whole plan on one line, "1. Do this. 2. Do that.", gets its
 * lines. Bytes are written over and never moved, so that every
 * span is still the source's. */
#include "compiler/syntax/lines.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "7. " or "7) " at p, before a capital, a back-tick, a bold mark or a quote: its number, else 0. */
static unsigned marker_at(const char *p, const char *limit, const char **behind)
{
    unsigned n = 0;
    while (p < limit && is_digit(*p) && n < 1000) n = n * 10 + (unsigned)(*p++ - '0');
    if (n == 0 || p + 2 >= limit || (*p != '.' && *p != ')') || p[1] != ' ') return 0;
    const char *next = p + 2;
    while (next < limit && *next == ' ') next++;
    bool begins = next < limit && ((*next >= 'A' && *next <= 'Z') || *next == '`' || *next == '*' || *next == '"');
    *behind = next;
    return begins ? n : 0;
}

/* "Step 2." counts by itself, and is no "2." */
static bool is_counted(const char *begin, const char *p)
{
    static const char *const words[] = {"step", "steps", "task", "phase", "stage", "action", "part", "number", "version", "#"};
    while (p > begin && p[-1] == ' ') p--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(p - begin) >= len && pl_str_eq_nocase(pl_str(p - len, len), pl_str_z(words[i]))) return true;
    }
    return false;
}

typedef struct Place {
    const char *start; /* of a run of markers that count on from 1 */
    unsigned count;
    unsigned lines; /* of them that begin a line */
} Place;

/* Walks the text outside of quotes and brackets, and either counts the markers or puts a line's end before each. */
static Place walk(const char *p, const char *limit, char *bytes)
{
    Place place = {0};
    const char *begin = p, *behind;
    unsigned depth = 0;
    bool quote = false;
    for (; p < limit; p++) {
        if (*p == '"' && (p == begin || p[-1] != '\\')) quote = !quote;
        if (*p == '\n') quote = false;
        if (quote) continue;
        depth += *p == '(' || *p == '[' || *p == '{';
        depth -= depth > 0 && (*p == ')' || *p == ']' || *p == '}');
        bool before = p == begin || p[-1] == ' ' || p[-1] == '\n';
        if (depth || !before || !is_digit(*p) || is_counted(begin, p)) continue;
        unsigned n = marker_at(p, limit, &behind);
        if (n != place.count + 1) continue;
        place.count++;
        if (place.count == 1) place.start = p;
        const char *line = p;
        while (line > begin && line[-1] == ' ') line--;
        place.lines += line == begin || line[-1] == '\n';
        if (bytes && place.count > 1 && p[-1] == ' ') bytes[p - 1 - begin] = '\n';
    }
    return place;
}

/* U+00A0, U+202F and U+FEFF outside of texts in quotes, as so many spaces. */
static void plain_spaces(PlSyntax *syntax)
{
    char quote = 0;
    for (char *p = syntax->bytes, *end = p + syntax->text.len; p < end; p++) {
        if (*p == '\\' && p + 1 < end && p[1] != '\n') {
            p++;
            continue;
        }
        if (*p == '\n') quote = 0;
        if (*p == '"' || *p == '`') quote = !quote ? *p : quote == *p ? 0 : quote;
        if (quote || (unsigned char)*p < 0xc2) continue;
        size_t size = memcmp(p, "\xc2\xa0", 2) == 0                                                              ? 2
                      : end - p >= 3 && (memcmp(p, "\xe2\x80\xaf", 3) == 0 || memcmp(p, "\xef\xbb\xbf", 3) == 0) ? 3
                                                                                                                 : 0;
        if (size) memset(p, ' ', size);
    }
}

/* Two words that no operator parts, and no quote, up to the line's end: what a remark looks like, and no divisor. */
static bool is_remark(const char *p, const char *limit)
{
    unsigned words = 0;
    const char *end = memchr(p, '\n', (size_t)(limit - p));
    if (!end) end = limit;
    if (memchr(p, '"', (size_t)(end - p)) || memchr(p, '`', (size_t)(end - p))) return false;
    for (; p < end && words < 2; words++) {
        while (p < end && *p == ' ') p++;
        const char *word = p;
        while (p < end && (pl_phrase_word_char(*p) || *p == '\'')) p++;
        if (p == word || is_digit(*word)) return false;
    }
    return words == 2;
}

/* "// a remark", alone on a line or behind a step, is a comment; "a // b" divides. */
static void plain_comments(PlSyntax *syntax)
{
    const char *text = syntax->text.ptr, *limit = text + syntax->text.len, *line = text;
    char quote = 0;
    for (const char *p = text; p + 2 < limit; p++) {
        if (*p == '\n') line = p + 1, quote = 0;
        if ((*p == '"' || *p == '`') && (p == text || p[-1] != '\\')) quote = !quote ? *p : quote == *p ? 0 : quote;
        if (quote || p[0] != '/' || p[1] != '/' || (p > line && p[-1] != ' ' && p[-1] != '\t') || p[2] != ' ') continue;
        const char *first = line;
        while (*first == ' ' || *first == '\t') first++;
        const char *before = p;
        while (before > line && before[-1] == ' ') before--;
        bool heads = before > line && before[-1] == ':';
        if (first != p && !heads && !is_remark(p + 2, limit)) continue;
        syntax->bytes[p - text] = ' ';
        syntax->bytes[p - text + 1] = '#';
        while (p + 1 < limit && p[1] != '\n') p++;
    }
}

void pl_tidy_text(PlSyntax *syntax)
{
    if (pl_str_starts(syntax->text, PL_STR("\xef\xbb\xbf")))
        memset(syntax->bytes, '\n', 3); /* a byte order mark is no indentation */
    plain_spaces(syntax);
    plain_comments(syntax);
    pl_tidy_tables(syntax);
    const char *text = syntax->text.ptr, *limit = text + syntax->text.len;
    Place place = walk(text, limit, NULL);
    if (place.count < 2 || place.lines > 1) return;
    walk(text, limit, syntax->bytes);
}
