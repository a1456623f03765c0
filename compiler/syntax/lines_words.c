/* SPDX-License-Identifier: MIT */
/* Lines without a marker that say more than a preamble does: when the plan runs, or, in a plan of which no line has a marker, what a step is. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/lines.h"

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

bool pl_lines_is_step(const PlSyntax *syntax, const char *text, const char *end)
{
    const char *behind;
    PlStr line = pl_str(text, (size_t)(end - text));
    if (pl_lines_has_call(line)) return true;
    const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, text, end, &behind);
    return row && row->kind != PL_TK_S_END;
}
