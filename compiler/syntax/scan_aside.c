/* SPDX-License-Identifier: MIT */
/* Brackets that are not what they seem: remarks behind a value, "(0 if there were none)", "(leave empty if none)", and the parameter of a function,
 * `(x) => ...`. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/scan_inside.h"

/* The bracket behind the one at p that closes it, or NULL. */
static const char *partner(const PlScan *s, const char *p)
{
    unsigned depth = 0;
    for (const char *q = p; q < s->limit; q++) {
        char closer;
        const char *text = q > p && (q[-1] == ' ' || q[-1] == '(') && pl_text_quote(q, s->limit, &closer)
                               ? pl_text_end(q, s->limit)
                               : NULL;
        if (text) q = text - 1;
        depth += *q == '(';
        if (*q == ')' && --depth == 0) return q;
    }
    return NULL;
}

/* "leave empty if none", "or nothing", "if any". */
static bool is_absence(PlStr words)
{
    static const char *const starts[] = {
        "leave empty",  "leave it empty", "leave blank",  "leave it blank",  "empty if", "blank if", "null if",
        "none if",      "or null",        "or none",      "or nothing",      "or empty", "or blank", "if any",
        "if available", "if present",     "if it exists", "if there is one", "if found"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        PlStr start = pl_str_z(starts[i]);
        if (words.len >= start.len && pl_str_eq_nocase(pl_str_slice(words, 0, start.len), start)) return true;
    }
    return false;
}

/* "(0 if there were none)" behind a value; or, where words are joined to names, "(leave empty if none)", which says nothing. */
bool pl_scan_remark(PlScan *s, const char *p, PlToken *token)
{
    if (*p != '(' || s->value || (s->call && s->depth == 0) || p == s->start || p[-1] != ' ') return false;
    const char *end = partner(s, p), *first = pl_scan_skip(s, p + 1, false), *behind, *word;
    if (!end) return false;
    bool chooses = (*first >= '0' && *first <= '9') || *first == '"';
    if (chooses && pl_str_find(pl_str(p, (size_t)(end - p)), PL_STR(" if "), 0) != PL_STR_NONE) {
        if (s->depth == PL_SCAN_BRACKETS) return false;
        s->opened[s->depth] = p;
        s->brackets[s->depth++] = 'g';
        *token = pl_scan_emit(s, PL_TK_ASIDE, p, p + 1);
        return true;
    }
    if (!s->words || pl_raw_scan(PL_MODE_EXPR, first, s->limit, &word) != PL_RAW_WORD) return false;
    behind = pl_scan_skip(s, word, false);
    if (behind != end && pl_raw_scan(PL_MODE_EXPR, behind, s->limit, &word) != PL_RAW_WORD) return false;
    if (is_absence(pl_str(first, (size_t)(end - first)))) { /* x (leave empty if none): x ?? nothing */
        *token = pl_scan_emit(s, PL_TK_COALESCE, p, end + 1);
        s->nothing = true;
        return true;
    }
    PL_REPORT0(s->syntax->diags, DETAIL_IGNORED, pl_scan_span(s, p, end + 1));
    s->cursor = end + 1;
    *token = pl_scan_next(s);
    return true;
}

/* LAMBDA: `(x) =>`. */
bool pl_scan_lambda(PlScan *s, const char *p, PlToken *token)
{
    const char *name = pl_scan_skip(s, p + 1, false), *end;
    if (*p != '(' || pl_scan_top(s) != '(' || pl_raw_scan(PL_MODE_EXPR, name, s->limit, &end) != PL_RAW_WORD)
        return false;
    const char *close = pl_scan_skip(s, end, false), *sign = *close == ')' ? pl_scan_skip(s, close + 1, false) : close;
    if (*close != ')' || (sign[0] != '=' && sign[0] != '-') || sign[1] != '>') return false;
    *token = pl_scan_emit(s, PL_TK_LAMBDA, name, end);
    s->cursor = sign + 2;
    return true;
}
