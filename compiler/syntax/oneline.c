/* SPDX-License-Identifier: MIT */
/* Splitting one line into the steps it says. Works on text outside brackets and quotes only ("top level"). */
#include "compiler/syntax/oneline.h"

#include "compiler/syntax/build.h"

typedef PlOneLineWalk Walk;

/* Over a bracket with all it holds, or NULL when it is not closed. */
static const char *over_bracket(const char *p, const char *limit)
{
    unsigned depth = 0;
    char closer;
    for (const char *q = p; q < limit; q++) {
        depth += *q == '(' || *q == '[' || *q == '{';
        depth -= *q == ')' || *q == ']' || *q == '}';
        if (depth == 0) return q + 1;
        const char *end =
            q > p && pl_text_quote(q, limit, &closer) && strchr(" ([{,=:", q[-1]) ? pl_text_end(q, limit) : NULL;
        if (end) q = end - 1;
    }
    return NULL;
}

const char *pl_oneline_over(PlOneLineWalk *walk, const char *p)
{
    char closer;
    bool may_open = p == walk->start || strchr(" \t\n([{,=:", p[-1]) != NULL; /* an apostrophe stands behind a letter */
    const char *end = NULL;
    if (may_open && pl_text_quote(p, walk->limit, &closer))
        end = pl_text_end(p, walk->limit);
    else if (!walk->flat && (*p == '(' || *p == '[' || *p == '{')) {
        end = over_bracket(p, walk->limit);
        walk->flat = !end;
    }
    return end ? end : p + 1;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r' || (p[0] == '*' && p[1] == '*')) p += *p == '*' ? 2 : 1;
    return p;
}

static const char *word(const char *p, const char *limit, const char *z)
{
    size_t len = strlen(z);
    if ((size_t)(limit - p) <= len || !pl_str_eq_nocase(pl_str(p, len), pl_str(z, len)) || pl_phrase_word_char(p[len]))
        return NULL;
    return blanks(p + len);
}

const char *pl_oneline_path_end(const char *p, const char *limit)
{
    const char *end;
    if (pl_raw_scan(PL_MODE_EXPR, p, limit, &end) != PL_RAW_WORD) return NULL;
    while (end < limit && (*end == '.' || *end == '[')) {
        if (*end == '[') {
            while (end < limit && *end != ']') end++;
            if (end == limit) return NULL;
            end++;
        } else if (pl_raw_scan(PL_MODE_EXPR, end + 1, limit, &end) != PL_RAW_WORD) {
            return NULL;
        }
    }
    return end;
}

static bool is_list_clause(int kind)
{
    return kind == PL_TK_WHERE || kind == PL_TK_SORTED || kind == PL_TK_GROUPED || kind == PL_TK_SELECT ||
           kind == PL_TK_TAKE || kind == PL_TK_DISTINCT_BY || kind == PL_TK_DISTINCT || kind == PL_TK_JOINED ||
           kind == PL_TK_OR || kind == PL_TK_AND;
}

/* ---- conditions with commas: "x is 5, 6 or 7", "a > 5, b > 5" ---- */

static bool is_word_sign(const char *p, const char *limit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        bool letters = pl_phrase_word_char(words[i][0]);
        if ((size_t)(limit - p) < len || !pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i]))) continue;
        if (!letters || !pl_phrase_word_char(p[len])) return true;
    }
    return false;
}
#define IS_WORD_SIGN(p, limit, words) is_word_sign((p), (limit), (words), sizeof(words) / sizeof *(words))

/* Where the stretch that begins at `p` ends: a comma, a colon, `then`, or the end. */
static const char *stretch_end(const char *p, const char *limit)
{
    Walk walk = {p, limit, false};
    for (; p < limit; p = pl_oneline_over(&walk, p)) {
        bool colon = *p == ':' && (p + 1 == limit || strchr(" \n\t*", p[1]));
        if (*p == ',' || colon || *p == ';') return p;
        if (*p == ' ' && word(p + 1, limit, "then")) return p;
    }
    return limit;
}

/* Words only, the last two joined by `or`: "paid or cancelled", and nothing that a step begins with. */
static bool is_choice_of_words(const char *p, const char *end)
{
    static const char *const others[] = {"it", "them", "the", "a", "an", "this", "that", "to", "using"};
    unsigned words = 0;
    bool chooses = false;
    for (const char *next; p < end; p = blanks(next), words++) {
        if (pl_raw_scan(PL_MODE_EXPR, p, end, &next) != PL_RAW_WORD || IS_WORD_SIGN(p, end, others)) return false;
        if (words && word(p, end, "or")) chooses = true;
    }
    return chooses && words > 2 && words < 7;
}

/* Whether the words behind a comma of a condition go on with it, and end where a step can still follow. */
static bool goes_on(const PlSyntax *syntax, const char *next, const char *limit)
{
    static const char *const compares[] = {"is",  "are", "isn't", "aren't", "contains", "equals", "has",  "exists", "in", "not in",
                                           "==",  "!=",  ">=",    "<=",     ">",        "<",      "≥",    "≤",      "≠",  "starts with",
                                           "ends with", "was", "were", "exceeds"};
    const char *end = stretch_end(next, limit), *behind, *path;
    while (end > next && (end[-1] == ' ' || end[-1] == '\n')) end--;
    if (end == limit || blanks(end + 1) >= limit) {
        bool heads = end < limit && *end == ':';
        if (!heads) return false;
    }
    if (is_digit(*next) || *next == '"' || *next == '\'') return true;
    if (pl_phrase_match(syntax->phrases, PL_AT_OPENING, next, limit, &behind)) return false;
    if (is_choice_of_words(next, end)) return true;
    if (!(path = pl_oneline_path_end(next, end))) return false;
    bool dotted = memchr(next, '.', (size_t)(path - next)) != NULL;
    path = blanks(path);
    if (path >= end) {
        const char *more = *end == ',' ? blanks(end + 1) : end;
        return dotted || word(more, limit, "or") || word(more, limit, "and") || (*end == ',' && goes_on(syntax, more, limit) && !is_digit(*more));
    }
    return IS_WORD_SIGN(path, end, compares);
}

/* Whether the comma before `next` ends a head: no clause, list clause or further condition follows it. */
static bool comma_ends(const PlSyntax *syntax, int token, const char *next, const char *limit)
{
    const char *end;
    const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_INFIX, next, limit, &end);
    if (row && is_list_clause(row->kind)) return false;
    bool asks = token == PL_TK_S_IF || token == PL_TK_S_ELSE_IF;
    if (asks && goes_on(syntax, next, limit)) return false;
    row = pl_phrase_match(syntax->phrases, PL_AT_TAIL, next, limit, &end);
    return token == PL_TK_S_IF || token == PL_TK_S_ELSE_IF || token == PL_TK_S_ON_ERROR || !row;
}

/* "if x is empty -> stop" */
static const char *behind_arrow(const char *p, const char *limit)
{
    static const char *const arrows[] = {"->", "=>", "→", "➡️", "➡", "⇒"};
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++) {
        size_t len = strlen(arrows[i]);
        if ((size_t)(limit - p) > len && memcmp(p, arrows[i], len) == 0) return blanks(p + len);
    }
    return NULL;
}

/* "If orders is empty stop": a statement of one word at the end of the line, where no value can stand. */
static const char *last_statement(const PlSyntax *syntax, const char *behind, const char *limit, const char **body)
{
    static const char *const values[] = {"is", "are", "not", "equals", "contains", "in", "or", "and", "to", "than", "a", "the", "with", "from"};
    const char *end = limit, *stop;
    while (end > behind && strchr(" .!\n\t", end[-1])) end--;
    for (const char *p = end, *before; p > behind; p = before) {
        while (p > behind && pl_phrase_word_char(p[-1])) p--;
        before = p;
        while (before > behind && before[-1] == ' ') before--;
        if (before == p || end - p > 30) return NULL;
        const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, p, limit, &stop);
        bool ends = row && (row->kind == PL_TK_S_STOP || row->kind == PL_TK_S_SKIP || row->kind == PL_TK_S_LEAVE) && stop >= end;
        const char *last = before;
        while (last > behind && pl_phrase_word_char(last[-1])) last--;
        if (ends && last > behind && pl_phrase_word_char(*last) && !IS_WORD_SIGN(last, limit, values)) return *body = p, before;
    }
    return NULL;
}

/* The end of the head and the beginning of the body, or NULL. */
static const char *head_end(const PlSyntax *syntax, int token, const char *behind, const char *limit, const char **body)
{
    bool branch = token == PL_TK_S_IF || token == PL_TK_S_ELSE_IF || token == PL_TK_S_ON_ERROR || token == PL_TK_S_ELSE;
    bool in = token != PL_TK_S_EACH; /* of For each: its `in` was passed */
    if (token == PL_TK_S_TOGETHER) return NULL;
    const char *first = blanks(behind);
    if (token == PL_TK_S_ELSE && first < limit && *first != ':' && *first != ',' && *first != '.' && *first != '#')
        return *body = first, behind;
    if (token == PL_TK_S_ON_ERROR && first < limit && (word(first, limit, "retry") || word(first, limit, "try again")))
        return *body = first, behind; /* "on failure retry 3 times, then stop" */
    Walk walk = {behind, limit, false};
    bool of_names = false; /* For each k, v in ...: the first comma stands between names */
    for (const char *p = behind; p < limit; p = pl_oneline_over(&walk, p)) {
        bool within_number = *p == ',' && p > behind && is_digit(p[-1]) && is_digit(p[1]); /* 1,000 */
        if (within_number) continue;
        if (*p == ',' && !in && !of_names) {
            const char *name = pl_oneline_path_end(blanks(p + 1), limit);
            of_names = name && word(blanks(name), limit, "in");
            in = !of_names;
        }
        if (!in && p > behind && p[-1] == ' ' && word(p, limit, "in")) in = true;
        const char *next = blanks(p + 1);
        if (*p == ':' && (p[1] == ' ' || p[1] == '\n' || p[1] == '*') && next < limit && *next != '#')
            return *body = next, p;
        if (*p == ',' && in && (branch || token == PL_TK_S_EACH) && next < limit &&
            comma_ends(syntax, token, next, limit))
            return *body = next, p;
        if (branch && p > behind && p[-1] == ' ' && (next = word(p, limit, "then"))) return *body = next, p;
        if (branch && p > behind && (next = behind_arrow(p, limit))) return *body = next, p;
    }
    const char *last = branch ? last_statement(syntax, behind, limit, body) : NULL;
    bool more = token == PL_TK_S_ON_ERROR && first < limit && pl_phrase_word_char(*first) && !word(first, limit, "with");
    return last || !more ? last : (*body = first, behind); /* "if that fails retry twice" */
}

bool pl_oneline_split(const PlSyntax *syntax, int token, const char *behind, const char *limit, PlOneLine *out)
{
    const char *body = NULL, *end = head_end(syntax, token, behind, limit, &body), *after;
    if (!end) return false;
    *out = (PlOneLine){.head_end = end, .body_end = limit};
    while ((after = word(body, limit, "then")) || (after = word(body, limit, "do"))) body = after;
    out->body = body;
    if (token == PL_TK_S_EACH && word(body, limit, "if")) return true; /* an `otherwise` is that of the `if` */
    Walk walk = {body, limit, false};
    bool chooses = false; /* "x if c else y" is a value */
    for (const char *p = body; p < limit; p = pl_oneline_over(&walk, p)) {
        if (*p == ' ' && word(p + 1, limit, "if")) chooses = true;
        if (*p == ' ' && !chooses && p > body && (word(p + 1, limit, "else") || word(p + 1, limit, "otherwise"))) {
            out->body_end = p;
            out->otherwise = p + 1;
            break;
        }
        if (*p != ';' && *p != ',' && !(*p == '.' && p[1] == ' ')) continue;
        const char *next = blanks(p + 1), *behind_else;
        const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, next, limit, &behind_else);
        if (!row || (row->kind != PL_TK_S_ELSE && row->kind != PL_TK_S_ELSE_IF)) continue;
        out->body_end = p;
        out->otherwise = next;
        break;
    }
    return true;
}

const char *pl_oneline_next_set(const char *p, const char *limit, const char **next)
{
    Walk walk = {p, limit, false};
    for (; p < limit; p = pl_oneline_over(&walk, p)) {
        const char *part = *p == ',' ? blanks(p + 1) : p > walk.start && p[-1] == ' ' ? word(p, limit, "and") : NULL;
        if (part && *p == ',' && word(part, limit, "and")) part = word(part, limit, "and");
        const char *end = part ? pl_oneline_path_end(part, limit) : NULL, *sign = end ? blanks(end) : NULL;
        bool sets =
            sign && end != part && (word(sign, limit, "to") || (*sign == '=' && sign[1] != '=' && sign[1] != '>'));
        if (sets) return *next = part, p;
    }
    return NULL;
}

static const char *any_of(const char *p, const char *limit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *behind = word(p, limit, words[i]);
        if (behind) return behind;
    }
    return NULL;
}
#define ANY_OF(p, limit, words) any_of((p), (limit), (words), sizeof(words) / sizeof *(words))

bool pl_oneline_check_if(const PlSyntax *syntax, const char *text, const char *limit, const char **cond, PlOneLine *out)
{
    static const char *const checks[] = {"check if",          "check whether", "see if",  "determine if",
                                         "determine whether", "verify if",     "test if", "test whether"};
    static const char *const so[] = {"if so",
                                     "if yes",
                                     "if it is",
                                     "if it does",
                                     "if they are",
                                     "if true",
                                     "if this is the case",
                                     "if there are",
                                     "if that is the case"};
    *cond = ANY_OF(text, limit, checks);
    if (!*cond) return false;
    Walk walk = {*cond, limit, false};
    for (const char *p = *cond; p < limit; p = pl_oneline_over(&walk, p)) {
        const char *next = blanks(p + 1), *body;
        bool ends = (*p == '.' && (p[1] == ' ' || p[1] == '\n')) || *p == ';' || *p == ',' || *p == '?';
        if (!ends || !(body = ANY_OF(next, limit, so)) || (*body != ',' && *body != ':' && !word(body, limit, "then")))
            continue;
        if (*body == ',' || *body == ':') body = blanks(body + 1);
        if (word(body, limit, "then")) body = word(body, limit, "then");
        *out = (PlOneLine){.head_end = p, .body = body, .body_end = limit};
        walk.start = body;
        for (const char *q = body; q < limit; q = pl_oneline_over(&walk, q)) {
            if (*q != ';' && *q != ',' && !(*q == '.' && q[1] == ' ')) continue;
            const char *other = blanks(q + 1), *behind;
            const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, other, limit, &behind);
            if (!row || row->kind != PL_TK_S_ELSE) continue;
            out->body_end = q;
            out->otherwise = other;
            break;
        }
        return true;
    }
    return false;
}

bool pl_oneline_stop_if(int token, const char *text, const char *behind, const char *limit, const char **cond, PlOneLine *out)
{
    static const char *const ifs[] = {"if", "when", "unless"};
    bool says = token == PL_TK_S_STOP || token == PL_TK_S_FAIL || token == PL_TK_S_NOTE;
    bool stops = token == PL_TK_S_STOP || token == PL_TK_S_SKIP || token == PL_TK_S_LEAVE;
    const char *p = stops || says ? blanks(behind) : limit;
    char closer;
    bool why = says && p < limit && pl_text_quote(p, limit, &closer); /* Stop "why" if COND */
    if (why) p = pl_text_end(p, limit) ? blanks(pl_text_end(p, limit)) : limit;
    if (why && p < limit && *p == ',') p = blanks(p + 1);
    *cond = p < limit && (why || stops) ? ANY_OF(p, limit, ifs) : NULL;
    if (!*cond || *cond >= limit) return false;
    Walk walk = {*cond, limit, false};
    for (const char *q = *cond; why && q < limit; q = pl_oneline_over(&walk, q)) /* Note "a" if C otherwise "b" has a value */
        if (*q == ' ' && (word(q + 1, limit, "otherwise") || word(q + 1, limit, "else"))) return false;
    *out = (PlOneLine){.head_end = limit, .body = text, .body_end = p, .otherwise = p};
    while (out->head_end > *cond && strchr(" .\n", out->head_end[-1])) out->head_end--;
    return true;
}
