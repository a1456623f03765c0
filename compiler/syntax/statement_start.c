/* SPDX-License-Identifier: MIT */
/* Where a step's own words begin: behind a heading in bold, a label, an adverb or an emoji that say nothing of what is done. Reads nothing into the step. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/statement_inside.h"

/* Behind the sign that parts a heading from its step: "**Loop:** x", "**Loop**: x", "**Loop** - x". */
static const char *behind_mark(const char *p, const char *limit, bool colon)
{
    static const char *const marks[] = {": ", " - ", " \xe2\x80\x93 ", " \xe2\x80\x94 "};
    if (colon) return *p == ' ' ? p + 1 : NULL;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t len = strlen(marks[i]);
        if ((size_t)(limit - p) > len && memcmp(p, marks[i], len) == 0) return p + len;
    }
    return NULL;
}

/* "**Process stories:** For each ...": the step behind a heading in bold; NULL when there is none that begins a block or statement. */
static const char *behind_heading(const PlSyntax *syntax, const char *text, const char *limit)
{
    const char *p = text, *end;
    while (p < limit && *p != '*' && *p != '\n') p++;
    if (p == text || limit - p < 4 || p[1] != '*' || pl_phrase_limits(pl_str(text, (size_t)(p - text)))) return NULL;
    p = behind_mark(p + 2, limit, p[-1] == ':');
    if (!p) return NULL;
    p = pl_scan_blanks(p);
    return p < limit && pl_phrase_match(syntax->phrases, PL_AT_OPENING, p, limit, &end) ? p : NULL;
}

/* "Finally, stop": behind the word, where a statement follows; or NULL. */
const char *pl_reading_behind_adverb(const PlSyntax *syntax, const char *p, const char *limit)
{
    static const char *const words[] = {"finally,", "finally", "lastly", "then,", "then",        "next,", "first,",      "second,", "third,",
                                        "lastly,",  "last,", "after that,", "now,",  "afterwards,", "also,"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(limit - p) <= len || !pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i])) ||
            pl_phrase_word_char(p[len]))
            continue;
        const char *rest = pl_scan_blanks(p + len), *end;
        if (rest < limit && pl_phrase_match(syntax->phrases, PL_AT_OPENING, rest, limit, &end)) return rest;
    }
    const char *rest, *end; /* an emoji says nothing either */
    bool emoji = (unsigned char)*p >= 0x80 && pl_raw_scan(PL_MODE_EXPR, p, limit, &rest) == PL_RAW_SPACE;
    if (!emoji) return NULL;
    rest = pl_scan_blanks(rest);
    if (rest < limit && pl_phrase_match(syntax->phrases, PL_AT_OPENING, rest, limit, &end)) return rest;
    return NULL;
}

/* "Loop: for each x in y": the block behind a label of up to three words; or NULL. */
static const char *behind_label(const PlSyntax *syntax, const char *p, const char *limit)
{
    const char *end = p, *word;
    for (int n = 0; n < 3 && pl_raw_scan(PL_MODE_EXPR, n ? pl_scan_blanks(end) : end, limit, &word) == PL_RAW_WORD; n++) {
        end = word;
        if (*end != ':' || end + 1 >= limit || end[1] != ' ') continue;
        const char *rest = pl_scan_blanks(end + 1), *behind;
        const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, rest, limit, &behind);
        bool labelled =
            pl_phrase_match(syntax->phrases, PL_AT_OPENING, p, limit, &behind) != NULL && row && !pl_reading_is_block(row->kind);
        return row && pl_reading_is_block(row->kind) && !labelled ? rest : NULL;
    }
    return NULL;
}

uint32_t pl_reading_start(PlSyntax *syntax, uint32_t start, uint32_t end)
{
    const char *text = syntax->text.ptr;
    while (start < end && (text[start] == ' ' || text[start] == '\t' || text[start] == '*')) start++;
    const char *body = start >= 2 && text[start - 1] == '*' ? behind_heading(syntax, text + start, text + end) : NULL;
    if (!body) body = behind_label(syntax, text + start, text + end);
    if (!body) return start;
    uint32_t at = (uint32_t)(body - text);
    PL_REPORT0(syntax->diags, IGNORED_TEXT, ((PlSpan){syntax->source, start, at}));
    return at;
}
