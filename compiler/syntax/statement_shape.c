/* SPDX-License-Identifier: MIT */
/* Whether a step that begins with a statement's words is that statement. English is full of steps that begin like one and are none, so each
 * statement has a shape: what must stand behind its first words. Reads nothing, changes nothing. */
#include "compiler/syntax/noun.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/statement_inside.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(const char *p, const char *limit, const char *word, const char **end)
{
    size_t len = strlen(word);
    if ((size_t)(limit - p) < len || !pl_str_eq_nocase(pl_str(p, len), pl_str(word, len))) return false;
    *end = p + len;
    return !pl_phrase_word_char(p[len]);
}

static bool ends_with_colon(const PlReading *rd)
{
    const char *end = rd->limit;
    while (end > rd->text && (end[-1] == ' ' || end[-1] == '*')) end--;
    return end > rd->text && end[-1] == ':';
}

/* Whether the step that begins with a block's words is that block and no prose: "Try to log in", "Repeat steps 2-3", "While waiting, ...". */
static bool is_in(const char *p, const char *limit)
{
    const char *end;
    return is_word(p, limit, "in", &end) || is_word(p, limit, "of", &end) || is_word(p, limit, "from", &end) ||
           is_word(p, limit, "on", &end) || is_word(p, limit, "within", &end) || is_word(p, limit, "inside", &end) ||
           is_word(p, limit, "among", &end);
}

/* "For i = 1 to 3" */
static bool is_count(const char *p, const char *limit)
{
    PlStr rest = pl_str(p, (size_t)(limit - p));
    return *p == '=' && (pl_str_find(rest, PL_STR(" to "), 0) != PL_STR_NONE || pl_str_find(rest, PL_STR(".."), 0) != PL_STR_NONE);
}

/* "for i, x in ...:", as code writes it; "For the record, ..." is prose. */
static bool is_loop_of_code(const PlReading *rd, const char *behind)
{
    const char *end = pl_oneline_path_end(pl_scan_blanks(behind), rd->limit);
    if (end && *pl_scan_blanks(end) == ',') end = pl_oneline_path_end(pl_scan_blanks(pl_scan_blanks(end) + 1), rd->limit);
    return end && is_word(pl_scan_blanks(end), rd->limit, "in", &end);
}

/* "For each new lead in leads": `in` behind at most four words. */
static bool has_list(const PlReading *rd, const char *behind)
{
    const char *p = pl_scan_blanks(behind), *end;
    for (int n = 0; n < 4 && pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) == PL_RAW_WORD; n++) {
        p = pl_scan_blanks(end);
        if (is_in(p, rd->limit)) return true;
    }
    return false;
}

bool pl_reading_is_path(const PlReading *rd, const char *p)
{
    p = pl_scan_blanks(p);
    p += *p == '`';
    const char *end = pl_oneline_path_end(p, rd->limit);
    if (!end || !memchr(p, '.', (size_t)(end - p))) return false;
    p = pl_scan_blanks(end + (*end == '`'));
    return p >= rd->limit || *p == ':' || *p == '(' || *p == ',';
}

/* "For each ticket, post it using ...": what is done to each stands behind a comma. */
static bool does_each(const PlReading *rd, const char *behind)
{
    const char *p = pl_scan_blanks(behind), *end;
    for (int n = 0; n < 4 && pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) == PL_RAW_WORD; n++) {
        p = pl_scan_blanks(end);
        if (*p == ',') return pl_raw_scan(PL_MODE_EXPR, pl_scan_blanks(p + 1), rd->limit, &end) == PL_RAW_WORD;
    }
    return false;
}

/* The words of a failure that is handled; `catch` and `except` are words of code, and stand alone or before a colon, as "Handle errors" does. */
static bool opens_failure(const PlReading *rd, const PlSpelling *row, const char *p)
{
    bool code = pl_str_starts(row->accepted, PL_STR("catch")) || pl_str_eq_z(row->accepted, "except") || pl_str_starts(row->accepted, PL_STR("handle")) ||
                pl_str_ends(row->accepted, PL_STR("handling"));
    const char *end = p;
    if (code && pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) == PL_RAW_WORD) p = pl_scan_blanks(end);
    return !code || p >= rd->limit || *p == ':' || *p == '(';
}

/* "every 30 seconds", "for up to 10 minutes" behind Repeat. */
static bool is_timed(const char *p, const char *limit)
{
    const char *behind;
    if (is_word(p, limit, "every", &behind)) return is_digit(*pl_scan_blanks(behind));
    return is_word(p, limit, "for", &behind) && is_word(pl_scan_blanks(behind), limit, "up", &behind);
}

bool pl_reading_opens_block(const PlReading *rd, const PlSpelling *row, const char *behind)
{
    const char *p = pl_scan_blanks(behind), *end;
    int token = row->kind;
    bool ends = p >= rd->limit || *p == ':' || *p == '.';
    PlOneLine parts;
    switch (token) {
    case PL_TK_S_TRY: return ends;
    case PL_TK_S_TOGETHER: return ends || *p == ',' || *p == '(';
    case PL_TK_S_REPEAT:
        return is_digit(*p) || is_timed(p, rd->limit) ||
               ((end = pl_oneline_path_end(p, rd->limit)) && is_word(pl_scan_blanks(end), rd->limit, "times", &end));
    case PL_TK_S_EACH:
        end = pl_oneline_path_end(p, rd->limit);
        if (end && *pl_scan_blanks(end) == ',') end = pl_oneline_path_end(pl_scan_blanks(pl_scan_blanks(end) + 1), rd->limit);
        if (end && (is_in(pl_scan_blanks(end), rd->limit) || is_count(pl_scan_blanks(end), rd->limit))) return true;
        if (row->accepted.len == 3 && pl_str_eq_nocase(row->accepted, PL_STR("for")))
            return is_loop_of_code(rd, behind);
        return ends_with_colon(rd) || has_list(rd, behind) || does_each(rd, behind);
    case PL_TK_S_REPEAT_WHILE:
        return ends_with_colon(rd) || (rd->text[0] | 32) == 'r' ||
               pl_oneline_split(rd->syntax, token, behind, rd->limit, &parts);
    case PL_TK_S_ON_ERROR: return opens_failure(rd, row, p);
    case PL_TK_S_REPEAT_UNTIL:
        return ends_with_colon(rd) || row->accepted.len > 5 ||
               pl_oneline_split(rd->syntax, token, behind, rd->limit, &parts);
    default: return true;
    }
}

/* "the ones where ...", "only those over 5": no name but what was made last. */
static bool is_pronoun(const char *p, const char *limit)
{
    static const char *const fillers[] = {"only", "just", "all", "of", "the"};
    const char *end;
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (is_word(p, limit, fillers[i], &end)) p = pl_scan_blanks(end), i = (size_t)-1;
    for (end = p; end < limit && pl_phrase_word_char(*end);) end++;
    return pl_noun_is_pronoun(pl_str(p, (size_t)(end - p)));
}

/* Keep what, and nothing after that: "Keep them", "Keep rows where n > 5, then sort by n" are prose. */
static bool keeps(const PlReading *rd, const char *p)
{
    PlStr rest = pl_str(p, (size_t)(rd->limit > p ? rd->limit - p : 0));
    return !is_pronoun(p, rd->limit) && pl_str_find(rest, PL_STR(", then "), 0) == PL_STR_NONE && pl_str_find(rest, PL_STR("; then "), 0) == PL_STR_NONE;
}

/* Whether the words behind a statement's opening promise that statement, so that not being able to read it is an error. */
bool pl_reading_promises(const PlReading *rd, int token, const char *behind)
{
    const char *p = pl_scan_blanks(behind), *end = pl_oneline_path_end(p, rd->limit), *after = end ? pl_scan_blanks(end) : NULL;
    PlStr rest = pl_str(p, (size_t)(rd->limit > p ? rd->limit - p : 0));
    char closer;
    bool quoted =
        pl_text_quote(p, rd->limit, &closer) || (rest.len > 1 && (*p | 32) == 'f' && (p[1] == '"' || p[1] == '\''));
    bool literal = quoted || (rest.len && strchr("{[(", *p));
    switch (token) {
    case PL_TK_S_SET:
        return after && (is_word(after, rd->limit, "to", &end) || is_word(after, rd->limit, "as", &end) ||
                         is_word(after, rd->limit, "be", &end) || (*after == '=' && after[1] != '='));
    case PL_TK_S_INCREASE:
    case PL_TK_S_DECREASE: return after && is_word(after, rd->limit, "by", &end);
    case PL_TK_S_KEEP:
        return keeps(rd, p) && (pl_str_find(rest, PL_STR(" where "), 0) != PL_STR_NONE || pl_str_ends(rest, PL_STR(" where")));
    case PL_TK_S_CHECK: return pl_str_find(rest, PL_STR(", else"), 0) != PL_STR_NONE;
    case PL_TK_S_WAIT: return rest.len && is_digit(*p);
    case PL_TK_S_ASK: return literal || pl_str_find_char(rest, '"', 0) != PL_STR_NONE;
    case PL_TK_S_ADD: return (literal && *p != '`') || (rest.len && is_digit(*p));
    case PL_TK_S_RETURN: return literal || (rest.len && is_digit(*p));
    case PL_TK_S_STOP:
    case PL_TK_S_FAIL:
    case PL_TK_S_NOTE:
    case PL_TK_S_APPROVE:
    case PL_TK_S_WAIT_EVENT: return literal;
    default: return false;
    }
}

/* Only white space, a full stop and a comment (perhaps an emoji) up to the end. */
bool pl_reading_ends_here(const PlReading *rd, const char *p)
{
    const char *end;
    for (bool stopped = false; p < rd->limit; p = end) {
        PlRaw raw = pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end);
        if (raw == PL_RAW_DOT && !stopped)
            stopped = true;
        else if (raw != PL_RAW_SPACE && raw != PL_RAW_NEWLINE && raw != PL_RAW_COMMENT && raw != PL_RAW_BOLD)
            return false;
    }
    return true;
}

/* Keep says which list and, in a list clause, what is kept of it; "keep orders older than 30 days" is prose. */
static bool keeps_by_clause(PlStr rest)
{
    static const char *const words[] = {" where",    " sorted",  " ordered", " order by", " grouped",
                                        " group by", " select ", " take ",   " distinct"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_find(rest, pl_str_z(words[i]), 0) != PL_STR_NONE) return true;
    return pl_str_find_char(pl_str_trim(rest), ' ', 0) == PL_STR_NONE;
}

/* Whether there is a comparison in it: "the order is paid", "all totals > 0". */
static bool asks(const PlReading *rd, const char *p)
{
    static const char *const signs[] = {" is ", " are ", " has ", " have ",        " contains ",  " exists",
                                        "=",    "<",     ">",     " starts with ", " ends with ", " matches "};
    PlStr text = pl_str(p, (size_t)(rd->limit > p ? rd->limit - p : 0));
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (pl_str_find(text, pl_str_z(signs[i]), 0) != PL_STR_NONE) return true;
    return false;
}

/* Whether words that read as that statement mean it: "Stop now" and "Skip lunch" are prose, and so is "Clear the table". */
bool pl_reading_means(const PlReading *rd, int token, const char *behind)
{
    const char *p = pl_scan_blanks(behind), *end;
    bool empty = pl_reading_ends_here(rd, p);
    switch (token) {
    case PL_TK_S_CHECK: /* "Check the status" asks for no yes or no, and "Validate order.email" neither */
        if (is_word(rd->text, rd->limit, "validate", &end) || is_word(rd->text, rd->limit, "require", &end)) {
            end = pl_oneline_path_end(p, rd->limit);
            if (end && pl_reading_ends_here(rd, end)) return false;
        }
        return asks(rd, p) || (!is_word(p, rd->limit, "the", &end) && !is_word(p, rd->limit, "all", &end) &&
                               !is_word(p, rd->limit, "for", &end) && !is_word(p, rd->limit, "a", &end));
    case PL_TK_S_STOP:
    case PL_TK_S_FAIL:
    case PL_TK_S_NOTE:
        end = pl_oneline_path_end(p, rd->limit);
        return empty || (end && (memchr(p, '.', (size_t)(end - p)) || *end == '('));
    case PL_TK_S_KEEP: return keeps(rd, p) && keeps_by_clause(pl_str(p, (size_t)(rd->limit > p ? rd->limit - p : 0)));
    default: return true;
    }
}
