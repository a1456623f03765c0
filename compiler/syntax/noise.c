/* SPDX-License-Identifier: MIT */
/* Thoughts, comments, struck-through words. See noise.h. */
#include "compiler/syntax/noise.h"

static const char *const thoughts[] = {"think", "thought", "reasoning", "scratchpad", "reflection"};

enum { THOUGHTS = sizeof thoughts / sizeof *thoughts };

static PlSpan span_of(const PlSyntax *syntax, const char *start, const char *end)
{
    while (end > start && strchr(" \t\r\n", end[-1])) end--;
    return (PlSpan){syntax->source, (uint32_t)(start - syntax->text.ptr), (uint32_t)(end - syntax->text.ptr)};
}

static const char *limit_of(const PlSyntax *syntax)
{
    return syntax->text.ptr + syntax->text.len;
}

static const char *line_end(const char *p, const char *limit)
{
    const char *end = memchr(p, '\n', (size_t)(limit - p));
    return end ? end : limit;
}

static bool begins(const char *p, const char *limit, const char *words)
{
    size_t len = strlen(words);
    return (size_t)(limit - p) >= len && pl_str_eq_nocase(pl_str(p, len), pl_str_z(words));
}

static const char *find(const char *p, const char *limit, const char *words)
{
    size_t at = pl_str_find(pl_str(p, (size_t)(limit - p)), pl_str_z(words), 0);
    return at == PL_STR_NONE ? NULL : p + at;
}

static void ignored(PlSyntax *syntax, const char *start, const char *end, const char *help)
{
    PlDiag *d = PL_REPORT0(syntax->diags, IGNORED_TEXT, span_of(syntax, start, end));
    pl_diag_help(syntax->diags, d, "%s", help);
}

/* ---- thoughts ---- */

/* The thought's name behind "<" or "</"; THOUGHTS when it is none: "<think>", "<thinking>", "<think about=...>". */
static unsigned thought_at(const char *p, const char *limit)
{
    for (unsigned i = 0; i < THOUGHTS; i++) {
        const char *behind = p + strlen(thoughts[i]);
        if (!begins(p, limit, thoughts[i])) continue;
        if (begins(behind, limit, "ing") || begins(behind, limit, "s>")) behind += *behind == 's' ? 1 : 3;
        if (behind < limit && (*behind == '>' || *behind == ' ')) return i;
    }
    return THOUGHTS;
}

static bool is_header(const char *p, const char *limit)
{
    static const char *const keys[] = {"workflow:", "**workflow:", "goal:", "**goal:", "use:", "input:"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (begins(p, limit, keys[i])) return true;
    return false;
}

static bool is_first_step(const char *p, const char *limit)
{
    return begins(p, limit, "1. ") || begins(p, limit, "1) ") || begins(p, limit, "step 1:") || begins(p, limit, "**step 1:");
}

/* Where the plan begins behind a thought without an end: at its header lines, or as soon as there is one list of steps only. NULL: who knows. */
static const char *plan_behind(const char *p, const char *limit)
{
    const char *head = NULL, *start = p;
    unsigned lists = 0;
    for (; p < limit; p = line_end(p, limit) + 1) {
        if (!head && is_header(p, limit)) head = p, lists = 0;
        lists += is_first_step(p, limit);
    }
    if (lists > 1) return NULL;
    return head ? head : start;
}

static const char *without_end(PlNoise *noise, PlSyntax *syntax, const char *p)
{
    const char *limit = limit_of(syntax), *end = line_end(p, limit), *next = end < limit ? end + 1 : limit;
    const char *plan = noise->told ? next : plan_behind(next, limit);
    noise->told = true;
    if (!plan) {
        PlDiag *d = PL_REPORT(syntax->diags, NOISE_OPEN, span_of(syntax, p, end), "what is thought has");
        pl_diag_help(syntax->diags, d, "`</think>` on a line of its own above the plan ends it; what is no part of the plan can be taken away");
        return end;
    }
    const char *stop = plan > next ? plan - 1 : end;
    ignored(syntax, p, stop, "what is thought is no part of the plan; this has no end, and the plan begins below");
    return stop;
}

const char *pl_noise_thought(PlNoise *noise, PlSyntax *syntax, const char *p)
{
    const char *limit = limit_of(syntax);
    bool closes = begins(p, limit, "</");
    unsigned name = *p == '<' ? thought_at(p + 1 + closes, limit) : THOUGHTS;
    if (name == THOUGHTS) return NULL;
    if (closes) return ignored(syntax, p, line_end(p, limit), "it ends no thought"), line_end(p, limit);
    char tail[24] = "</";
    memcpy(tail + 2, thoughts[name], strlen(thoughts[name]) + 1);
    const char *close = noise->no_thought_end >> name & 1 ? NULL : find(p, limit, tail);
    if (!close) {
        noise->no_thought_end |= (uint32_t)1 << name;
        return without_end(noise, syntax, p);
    }
    const char *stop = line_end(close, limit);
    ignored(syntax, p, stop, "what is thought is no part of the plan");
    return stop;
}

const char *pl_noise_thought_end(PlSyntax *syntax, const char *p)
{
    const char *limit = limit_of(syntax), *sign = find(p, limit, "</");
    for (; sign; sign = find(sign + 2, limit, "</")) {
        unsigned name = thought_at(sign + 2, limit);
        if (name == THOUGHTS) continue;
        char head[24] = "<";
        memcpy(head + 1, thoughts[name], strlen(thoughts[name]) + 1);
        const char *end = line_end(sign, limit), *behind = memchr(sign, '>', (size_t)(end - sign));
        bool alone = sign == p || sign[-1] == '\n' || (behind && span_of(syntax, sign, end).end == (uint32_t)(behind + 1 - syntax->text.ptr));
        if (!alone || find(p, sign, head)) return NULL;
        ignored(syntax, p, end, "what is thought is no part of the plan");
        return end;
    }
    return NULL;
}

/* ---- comments and what is struck through ---- */

static void blank(PlSyntax *syntax, const char *start, const char *end)
{
    for (char *p = syntax->bytes + (start - syntax->text.ptr), *stop = p + (end - start); p < stop; p++)
        if (*p != '\n') *p = ' ';
}

/* Behind the comment at p; NULL where it has no end. */
static const char *blank_comment(PlNoise *noise, PlSyntax *syntax, const char *p)
{
    const char *limit = limit_of(syntax), *close = noise->no_comment_end ? NULL : find(p + 4, limit, "-->");
    if (!close && !noise->no_comment_end) {
        PlDiag *d = PL_REPORT(syntax->diags, NOISE_OPEN, span_of(syntax, p, p + 4), "the comment has");
        pl_diag_help(syntax->diags, d, "`-->` ends it");
        blank(syntax, p, line_end(p, limit));
    }
    noise->no_comment_end = !close;
    if (!close) return NULL;
    ignored(syntax, p, close + 3, "a comment is no part of the plan; `#` begins one that is kept");
    blank(syntax, p, close + 3);
    return close + 3;
}

/* Behind the struck-through words at p, which may reach over the lines of a paragraph; NULL when nothing closes them. */
static const char *blank_struck(PlSyntax *syntax, const char *p, bool *heads)
{
    const char *limit = limit_of(syntax), *stop = p + 2;
    while (stop < limit && !(stop[0] == '~' && stop[1] == '~') && !(stop[0] == '\n' && (stop[1] == '\n' || stop[1] == '\r'))) stop++;
    if (stop >= limit || *stop != '~' || stop == p + 2) return NULL;
    ignored(syntax, p, stop + 2, "what is struck through is no part of the plan");
    *heads = *heads || stop[-1] == ':';
    blank(syntax, p, stop + 2);
    return stop + 2;
}

bool pl_noise_blank(PlNoise *noise, PlSyntax *syntax, const char *p, const char *end, bool *heads)
{
    char quote = 0;
    bool struck = false;
    const char *limit = limit_of(syntax);
    if (!syntax->bytes || (!memchr(p, '<', (size_t)(end - p)) && !memchr(p, '~', (size_t)(end - p)))) return false;
    for (; p < end; p++) {
        const char *behind = NULL;
        if (*p == '\\' && p + 1 < end) {
            p++;
            continue;
        }
        if (*p == '"' || *p == '`') quote = !quote ? *p : quote == *p ? 0 : quote;
        if (quote) continue;
        if (begins(p, limit, "<!--")) behind = blank_comment(noise, syntax, p);
        if (begins(p, limit, "~~") && p[2] != '~' && (behind = blank_struck(syntax, p, heads))) struck = true;
        if (behind) p = behind - 1;
    }
    return struck;
}

/* ---- what is said not to run ---- */

static bool has(PlStr words, const char *part)
{
    size_t len = strlen(part);
    for (size_t i = 0; i + len <= words.len; i++) {
        bool starts = i == 0 || !pl_phrase_word_char(words.ptr[i - 1]);
        bool ends = i + len == words.len || !pl_phrase_word_char(words.ptr[i + len]);
        if (starts && ends && pl_str_eq_nocase(pl_str_slice(words, i, i + len), pl_str_z(part))) return true;
    }
    return false;
}

bool pl_noise_refuses(PlStr words)
{
    static const char *const anywhere[] = {"not to do",    "not to run",   "how not to",        "do not run",      "don't run",       "do not do",
                                           "don't do",     "never run",    "never do",          "do not execute",  "don't execute",   "don\xe2\x80\x99t run",
                                           "bad example",  "wrong way",    "counterexample",    "counter-example", "what to avoid",   "don\xe2\x80\x99t do",
                                           "do not call",  "don't call",   "not to be run",     "to be avoided",   "do not perform",  "must not be run"};
    static const char *const first[] = {"do not", "don't", "don\xe2\x80\x99t", "never", "avoid", "wrong", "incorrect"};
    words = pl_str_trim(words);
    while (words.len && strchr("*_#>- `", words.ptr[0])) words = pl_str_slice(words, 1, words.len);
    for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
        if (has(words, anywhere[i])) return true;
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        size_t len = strlen(first[i]);
        bool whole = words.len == len || (words.len > len && !pl_phrase_word_char(words.ptr[len]));
        if (whole && pl_str_eq_nocase(pl_str_slice(words, 0, len), pl_str_z(first[i]))) return true;
    }
    return false;
}
