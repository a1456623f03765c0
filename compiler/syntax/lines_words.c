/* SPDX-License-Identifier: MIT */
/* Lines without a marker that say more than a preamble does: when the plan runs, or, in a plan of which no line has a marker, what a step is; lines
 * of code; and what a line between steps is. */
#include "compiler/syntax/binding.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/lines.h"

const char *pl_lines_blanks(const char *p)
{
    for (;; p++) {
        if (strncmp(p, "\xc2\xa0", 2) == 0)
            p++;
        else if (strncmp(p, "\xe2\x80\xaf", 3) == 0 || strncmp(p, "\xef\xbb\xbf", 3) == 0)
            p += 2;
        else if (*p != ' ' && *p != '\t' && *p != '\r')
            return p;
    }
}

/* "Every weekday at 9:30, do the following:" above the steps is the header line `Schedule:`. */
bool pl_lines_schedule(PlSyntax *syntax, PlSpan span, PlStr line)
{
    static const char *const times[] = {"every ", "each day", "each morning", "each week", "each month", "each hour", "on weekdays"};
    static const char *const tails[] = {"do the following", "do the following steps", "do this", "do these steps", "follow these steps",
                                        "run",              ",",                      ":",       "."};
    PlPlan *plan = syntax->plan;
    PlStr words = pl_str_trim(line);
    bool timed = false;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        timed |= words.len > strlen(times[i]) && pl_str_eq_nocase(pl_str_slice(words, 0, strlen(times[i])), pl_str_z(times[i]));
    if (!timed || plan->schedule.len || !pl_str_ends(words, PL_STR(":"))) return false;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        PlStr tail = pl_str_z(tails[i]);
        if (!pl_str_ends(words, tail) || words.len == tail.len) continue;
        words = pl_str_trim(pl_str_slice(words, 0, words.len - tail.len));
        i = (size_t)-1;
    }
    if (pl_str_find_char(words, '(', 0) != PL_STR_NONE || words.len > 60) return false;
    plan->schedule = words;
    plan->schedule_span = (PlSpan){span.source, span.start, span.start + (uint32_t)words.len};
    PL_REPORT(syntax->diags, READ_AS_STEP, plan->schedule_span, "the header line `Schedule:`");
    return true;
}

static bool is_name(char c)
{
    return pl_phrase_word_char(c) || c == '.' || c == '-' || c == '/';
}

/* "using gmail.search", "gmail.search(": a dotted name that is called. */
bool pl_lines_has_call(PlStr line)
{
    for (size_t i = 1; i + 1 < line.len; i++) {
        if (line.ptr[i] != '.' || !pl_phrase_word_char(line.ptr[i - 1]) || !pl_phrase_word_char(line.ptr[i + 1])) continue;
        size_t start = i, end = i;
        while (start > 0 && is_name(line.ptr[start - 1])) start--;
        while (end < line.len && is_name(line.ptr[end])) end++;
        bool letter = !(line.ptr[start] >= '0' && line.ptr[start] <= '9');
        bool named = start >= 6 && pl_str_eq_nocase(pl_str_slice(line, start - 6, start), PL_STR("using "));
        if (letter && (named || (end < line.len && line.ptr[end] == '('))) return true;
        i = end;
    }
    return false;
}

/* Behind `name =`, `name +=` or `list.append(`; *appends says which. NULL: it is no line of code. */
static const char *behind_target(const char *text, const char *end, bool *appends)
{
    static const char *const methods[] = {".append", ".push", ".extend"};
    const char *p = text;
    *appends = false;
    if (p >= end || !pl_phrase_word_char(*p) || (*p >= '0' && *p <= '9')) return NULL;
    while (p < end && pl_phrase_word_char(*p)) p++;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t len = strlen(methods[i]);
        *appends = *appends || ((size_t)(end - p) > len && memcmp(p, methods[i], len) == 0 && p[len] == '(');
    }
    if (*appends) return p;
    while (p < end && (*p == ' ' || *p == '\t')) p++;
    if (end - p > 1 && (*p == '+' || *p == '-') && p[1] == '=') return p + 2;
    return p < end && *p == '=' && p + 1 < end && p[1] != '=' && p[1] != '>' ? p + 1 : NULL;
}

bool pl_lines_is_step(const PlSyntax *syntax, const char *text, const char *end)
{
    const char *behind;
    PlStr line = pl_str(text, (size_t)(end - text));
    bool appends;
    if (pl_lines_has_call(line) || behind_target(text, end, &appends)) return true;
    const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, text, end, &behind);
    return row && row->kind != PL_TK_S_END;
}

/* ---- lines of code ---- */

bool pl_lines_tidy_code(char *p, char *end)
{
    static const char *const silent[] = {"import ",  "from ",  "def ", "async def ", "async function ", "function ",
                                         "package ", "using ", "#!",   "const {",    "module.exports",  "export "};
    static const char *const blocks[] = {"if ",   "if(", "for ",  "for(",    "while ", "while(", "else",
                                         "elif ", "try", "catch", "finally", "except", "else:"};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        if (pl_str_starts(pl_str(p, (size_t)(end - p)), pl_str_z(silent[i]))) return false;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
    if (end > p && end[-1] == ';') *--end = ' ';
    while (p < end && *p == '}') *p++ = ' ';
    while (p < end && *p == ' ') p++;
    if (p >= end || ((*p == ')' || *p == ']') && end - p <= 2)) return p < end;
    bool block = false;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        block = block || pl_str_starts(pl_str(p, (size_t)(end - p)), pl_str_z(blocks[i]));
    if (block && end[-1] == '{') end[-1] = ':';
    if (p[0] == '/' && p[1] == '/') p[0] = '#', p[1] = ' ';
    if (!pl_str_starts(pl_str(p, (size_t)(end - p)), PL_STR("for (")) &&
        !pl_str_starts(pl_str(p, (size_t)(end - p)), PL_STR("for(")))
        return true;
    char *open = memchr(p, '(', (size_t)(end - p)), *close = end - 1; /* for (const x of list): for x in list: */
    while (close > open && *close != ')') close--;
    if (close > open) *open = *close = ' ';
    static const char *const kinds[] = {"const ", "let ", "var "};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (pl_str_starts(pl_str(open + 1, (size_t)(end - open - 1)), pl_str_z(kinds[i])))
            memset(open + 1, ' ', strlen(kinds[i]));
    return true;
}

/* ---- lines that no number begins, no deeper than the step above ---- */

static bool begins_block(int kind)
{
    return kind == PL_TK_S_IF || kind == PL_TK_S_ELSE_IF || kind == PL_TK_S_ELSE || kind == PL_TK_S_EACH || kind == PL_TK_S_REPEAT ||
           kind == PL_TK_S_REPEAT_UNTIL || kind == PL_TK_S_REPEAT_WHILE || kind == PL_TK_S_TOGETHER || kind == PL_TK_S_TRY ||
           kind == PL_TK_S_ON_ERROR;
}

/* Of the text above a line, which grows with each: only its end is looked at. */
static bool calls_above(PlStr above)
{
    enum { FAR = 2000 };
    return pl_lines_has_call(above.len > FAR ? pl_str_slice(above, above.len - FAR, above.len) : above);
}

/* The text ends in the middle of what it says: "... to the team in", "..., ", "If ok:", or it is prose that fills its line. */
static bool goes_on(PlStr above)
{
    static const char *const links[] = {"and", "or",   "with", "from", "to",  "of",   "the", "a",    "an",    "in",    "by",   "for",  "on",  "at",
                                        "as",  "into", "that", "than", "per", "then", "via", "using", "where", "whose", "which", "until", "if", "when"};
    if (!above.len) return false;
    size_t line = above.len;
    while (line > 0 && above.ptr[line - 1] != '\n') line--;
    char last = above.ptr[above.len - 1];
    if (strchr(",:(=+-", last)) return true;
    size_t word = above.len;
    while (word > 0 && pl_phrase_word_char(above.ptr[word - 1])) word--;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (pl_str_eq_nocase(pl_str_slice(above, word, above.len), pl_str_z(links[i]))) return true;
    return above.len - line >= 50 && !strchr(".!?;)", last) && !calls_above(above);
}

/* What continues a step wherever it stands: a sign, a small letter, a clause, a result's name, a part. */
static bool is_clause(const PlSyntax *syntax, PlStr above, const char *text, const char *end)
{
    static const char *const words[] = {"using ", "via ", "with ", "by ", "through ", "save ", "store ", "call ", "use "};
    const char *behind;
    unsigned char c = (unsigned char)*text;
    bool arrow = c == 0xe2 && ((unsigned char)text[1] == 0x86 || (unsigned char)text[1] == 0x87);
    if (arrow || (c < 0x80 && !(c >= 'A' && c <= 'Z') && c != '*')) return true;
    while (text < end && *text == '*') text++;
    PlBinding binding;
    if (pl_phrase_match(syntax->phrases, PL_AT_TAIL, text, end, &behind) || pl_binding_match(syntax->phrases, text, end, &binding)) return true;
    const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_PART, text, end, &behind);
    if (row && *pl_lines_blanks(behind) == ':' && (row->kind != PL_TK_A_PROSE || !calls_above(above))) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(pl_str(text, strlen(words[i]) < (size_t)(end - text) ? strlen(words[i]) : 0), pl_str_z(words[i]))) return true;
    return false;
}

/* "Send it using mail.send(to=x)", "... -> sent": the line ends as a step does. */
static bool ends_as_call(PlStr line)
{
    while (line.len && strchr(" \t\r*`", line.ptr[line.len - 1])) line.len--;
    if (!pl_lines_has_call(line)) return false;
    size_t arrow = pl_str_find(line, PL_STR("->"), 0);
    return line.ptr[line.len - 1] == ')' || arrow != PL_STR_NONE;
}

/* What only code says: a comprehension, a function of a list. Under words, `to = order.email` may be an argument. */
static bool is_surely_code(PlStr value)
{
    static const char *const functions[] = {"len(", "sum(", "sorted(", "max(", "min(", "round(", "filter(", "map(", "list(", "set("};
    bool loops = pl_str_find(value, PL_STR(" for "), 0) != PL_STR_NONE && pl_str_find(value, PL_STR(" in "), 0) != PL_STR_NONE;
    if (loops && pl_str_starts(value, PL_STR("["))) return true;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (pl_str_starts(value, pl_str_z(functions[i]))) return true;
    return false;
}

bool pl_lines_is_code(PlStr above, const char *text, const char *end)
{
    bool appends, adds;
    const char *behind = behind_target(text, end, &appends);
    PlStr line = pl_str_trim(pl_str(text, (size_t)(end - text)));
    if (!behind) return false;
    if (appends) return pl_str_ends(line, PL_STR(")"));
    adds = behind[-2] == '+' || behind[-2] == '-';
    PlStr value = pl_str_trim(pl_str(behind, (size_t)(end - behind)));
    size_t last = above.len;
    while (last > 0 && above.ptr[last - 1] != '\n') last--;
    if (!value.len || strchr("\"',", value.ptr[value.len - 1])) return false;
    if (is_surely_code(value)) return true;
    bool computes = adds || pl_str_find_char(value, '(', 0) != PL_STR_NONE || pl_str_find_char(value, '[', 0) != PL_STR_NONE;
    return computes && ends_as_call(pl_str_slice(above, last, above.len));
}

PlLineSays pl_lines_says(const PlSyntax *syntax, PlStr above, const char *text, const char *end, bool glued)
{
    const char *behind, *p = text;
    PlStr line = pl_str_trim(pl_str(text, (size_t)(end - text)));
    if (glued && is_clause(syntax, above, text, end)) return PL_LINE_CONTINUES;
    while (p < end && (*p == '*' || *p == '`')) p++;
    while (line.len && (line.ptr[line.len - 1] == '*' || line.ptr[line.len - 1] == '`')) line.len--;
    const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, p, end, &behind);
    bool other = row && (row->kind == PL_TK_S_ELSE || row->kind == PL_TK_S_ELSE_IF);
    bool heads = row && begins_block(row->kind) && pl_str_ends(line, PL_STR(":"));
    if ((other || heads) && !(glued && goes_on(above) && !pl_str_ends(above, PL_STR(":")))) return PL_LINE_STEP;
    bool words = above.len && !calls_above(above) && !pl_phrase_match(syntax->phrases, PL_AT_OPENING, above.ptr, above.ptr + above.len, &behind);
    if (glued && (goes_on(above) || (words && pl_lines_has_call(line)))) return PL_LINE_CONTINUES;
    return ends_as_call(line) ? PL_LINE_CALL : PL_LINE_WORDS;
}

const char *pl_lines_behind_picture(const char *p)
{
    const char *sign = p;
    if ((unsigned char)*p != 0xE2 && (unsigned char)*p != 0xF0) return NULL;
    while ((unsigned char)*sign & 0x80) sign++;
    const char *number = pl_lines_blanks(sign);
    return number > sign && sign - p <= 12 && *number >= '0' && *number <= '9' ? number : NULL;
}
