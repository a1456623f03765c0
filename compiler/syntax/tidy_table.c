/* SPDX-License-Identifier: MIT */
/* A Markdown table whose rows are steps: | 1 | Fetch the orders | shop.list_orders | status="open" | found |. A row is read where its cells are
 * surely a number, the words, the call, its arguments and its result; else the table stays as it is, and is noted as text that is no step. Bytes are
 * written over and never moved: ` | ` becomes ` : `, `(` and `)->`. */
#include "compiler/syntax/lines.h"

enum { MOST_CELLS = 6 };

typedef struct Row {
    char *from[MOST_CELLS], *to[MOST_CELLS]; /* of each cell, trimmed */
    char *bar[MOST_CELLS + 1];               /* the `|` before each cell, and behind the last */
    unsigned count;
} Row;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The cells of the line [p, end); false when it is no row of a table. A bar in quotes, a text in back-ticks or a bracket is none. */
static bool split(char *p, char *end, Row *row)
{
    unsigned depth = 0;
    bool quote = false;
    row->count = 0;
    while (end > p && is_space(end[-1])) end--;
    while (p < end && is_space(*p)) p++;
    if (end - p < 5 || *p != '|' || end[-1] != '|') return false;
    row->bar[0] = p;
    for (char *q = p + 1, *start = q; q < end; q++) {
        if (*q == '"') quote = !quote;
        if (!quote) depth += *q == '(' || *q == '[' || *q == '{';
        if (!quote) depth -= depth && (*q == ')' || *q == ']' || *q == '}');
        if (*q != '|' || ((quote || depth) && q + 1 < end)) continue;
        if (row->count == MOST_CELLS || (quote || depth)) return false;
        char *from = start, *to = q;
        while (from < to && is_space(*from)) from++;
        while (to > from && is_space(to[-1])) to--;
        row->from[row->count] = from;
        row->to[row->count++] = to;
        row->bar[row->count] = q;
        start = q + 1;
    }
    return row->count >= 2;
}

static bool is_number(const Row *row)
{
    const char *p = row->from[0], *end = row->to[0];
    if (p == end || !(*p >= '1' && *p <= '9')) return false;
    for (; p < end; p++)
        if (!(*p >= '0' && *p <= '9') && !(*p == '.' && p + 1 < end)) return false;
    return *end == ' ';
}

/* A dotted name from the cell's beginning; its end, or NULL. */
static char *action_end(const Row *row, unsigned cell)
{
    char *p = row->from[cell], *end = row->to[cell];
    bool dotted = false;
    p += p < end && *p == '`';
    for (; p < end && (pl_phrase_word_char(*p) || *p == '.'); p++) dotted = dotted || (*p == '.' && p > row->from[cell] + 1);
    p += p < end && *p == '`';
    return dotted && (p == end || *p == '(') ? p : NULL;
}

static bool is_nothing(const Row *row, unsigned cell)
{
    PlStr text = pl_str(row->from[cell], (size_t)(row->to[cell] - row->from[cell]));
    return !text.len || pl_str_eq_z(text, "-") || pl_str_eq_z(text, "\xe2\x80\x94") || pl_str_eq_nocase(text, PL_STR("none"));
}

static bool is_name(const Row *row, unsigned cell)
{
    for (const char *p = row->from[cell]; p < row->to[cell]; p++)
        if (!pl_phrase_word_char(*p)) return false;
    return true;
}

/* Whether the row can be written as a step; the room between the cells is there. */
static bool is_step(const Row *row)
{
    if (!is_number(row)) return false;
    if (row->count == 2) return row->to[1] > row->from[1];
    char *end = action_end(row, 2);
    if (!end || row->count == 4 || row->from[1] == row->to[1]) return false;
    bool called = end < row->to[2];
    if (row->count == 3) return called || row->bar[3] > end; /* "()" over " |" */
    if (called || row->bar[3] == end || row->bar[4] == row->to[3] || row->bar[4][1] != ' ') return false;
    return is_nothing(row, 4) || is_name(row, 4);
}

static void blank(char *from, char *to)
{
    if (from < to) memset(from, ' ', (size_t)(to - from));
}

static void write_row(Row *row)
{
    *row->bar[0] = ' ';
    *row->to[0] = '.';
    *row->bar[1] = ' ';
    *row->bar[row->count] = ' ';
    if (row->count == 2) return;
    *row->bar[2] = ':';
    char *end = action_end(row, 2);
    if (row->count == 3) {
        if (end == row->to[2]) end[0] = '(', end[1] = ')';
        return;
    }
    if (is_nothing(row, 3)) blank(row->from[3], row->to[3]);
    *row->bar[3] = ' ';
    if (*row->from[2] == '`') *row->from[2] = ' ', end--;
    *end = '(';
    row->bar[4][-1] = ')';
    *row->bar[4] = ' ';
    if (is_nothing(row, 4)) blank(row->from[4], row->to[4]);
    else row->bar[4][0] = '-', row->bar[4][1] = '>';
}

/* Rows of one table that are all steps, some with a call. */
static void rewrite(char *from, char *end)
{
    Row row;
    unsigned steps = 0, calls = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (char *p = from, *stop; p < end; p = stop + 1) {
            stop = memchr(p, '\n', (size_t)(end - p));
            if (!stop) stop = end;
            bool is_row = split(p, stop, &row) && is_step(&row);
            if (pass && is_row) write_row(&row);
            steps += is_row;
            calls += is_row && pl_lines_has_call(pl_str(p, (size_t)(stop - p)));
            calls += is_row && row.count > 2;
            if (!is_row && steps) return; /* heads stand before the steps */
        }
        if (steps < 2 || !calls) return;
        steps = 0;
    }
}

void pl_tidy_tables(PlSyntax *syntax)
{
    char *limit = syntax->bytes + syntax->text.len, *table = NULL;
    bool fence = false;
    for (char *p = syntax->bytes, *end; p < limit; p = end + 1) {
        end = memchr(p, '\n', (size_t)(limit - p));
        if (!end) end = limit;
        char *text = p;
        while (text < end && is_space(*text)) text++;
        if (end - text >= 3 && memcmp(text, "```", 3) == 0) fence = !fence;
        bool row = !fence && text < end && *text == '|';
        if (row && !table) table = p;
        if (table && !row) rewrite(table, p - 1), table = NULL;
    }
    if (table) rewrite(table, limit);
}
