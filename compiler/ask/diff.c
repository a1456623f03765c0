/* SPDX-License-Identifier: MIT */
/* See diff.h. The longest common run of lines by a table, after the equal lines at both ends are taken off; past CELLS what is between is one change. */
#include "compiler/ask/diff.h"

#include "vm/base/vec.h"

enum { CONTEXT = 3, CELLS = 4 * 1024 * 1024 };

typedef PL_VEC(PlStr) Lines; /* each with its newline */

typedef struct Change { /* lines [a, a + removed) became [b, b + added) */
    uint32_t a, b, removed, added;
} Change;
typedef PL_VEC(Change) Changes;

static Lines split(PlArena *arena, PlStr text)
{
    Lines lines = {0};
    for (size_t at = 0; at < text.len;) {
        size_t end = pl_str_find_char(text, '\n', at);
        end = end == PL_STR_NONE ? text.len : end + 1;
        pl_vec_push(arena, &lines, pl_str_slice(text, at, end));
        at = end;
    }
    return lines;
}

static void add_change(PlArena *arena, Changes *out, Change c)
{
    Change *last = out->len ? &pl_vec_last(out) : NULL;
    if (last && last->a + last->removed == c.a && last->b + last->added == c.b) {
        last->removed += c.removed;
        last->added += c.added;
    } else {
        pl_vec_push(arena, out, c);
    }
}

static void between(PlArena *arena, const Lines *a, const Lines *b, uint32_t head, uint32_t n, uint32_t m, Changes *out)
{
    if (n == 0 || m == 0 || (uint64_t)(n + 1) * (m + 1) > CELLS) {
        if (n || m) add_change(arena, out, (Change){head, head, n, m});
        return;
    }
    uint32_t *common = PL_NEW_N(arena, uint32_t, (size_t)(n + 1) * (m + 1)); /* of what begins at (i, j) */
    for (uint32_t i = n; i-- > 0;)
        for (uint32_t j = m; j-- > 0;) {
            uint32_t right = common[i * (m + 1) + j + 1], down = common[(i + 1) * (m + 1) + j];
            bool same = pl_str_eq(a->items[head + i], b->items[head + j]);
            common[i * (m + 1) + j] = same ? common[(i + 1) * (m + 1) + j + 1] + 1 : right > down ? right : down;
        }
    for (uint32_t i = 0, j = 0; i < n || j < m;) {
        if (i < n && j < m && pl_str_eq(a->items[head + i], b->items[head + j])) {
            i++, j++;
        } else if (j == m || (i < n && common[(i + 1) * (m + 1) + j] >= common[i * (m + 1) + j + 1])) {
            add_change(arena, out, (Change){head + i, head + j, 1, 0});
            i++;
        } else {
            add_change(arena, out, (Change){head + i, head + j, 0, 1});
            j++;
        }
    }
}

static void put_line(PlBuf *out, char mark, PlStr line)
{
    pl_buf_put_char(out, mark);
    pl_buf_put(out, line);
    if (!pl_str_ends(line, PL_STR("\n"))) pl_buf_put_z(out, "\n\\ No newline at end of file\n");
}

static void put_range(PlBuf *out, char mark, uint32_t start, uint32_t count)
{
    pl_buf_printf(out, "%c%u", mark, count ? start + 1 : start);
    if (count != 1) pl_buf_printf(out, ",%u", count);
}

/* Changes [from, to) in one hunk. */
static void put_hunk(PlBuf *out, const Lines *a, const Lines *b, const Change *from, const Change *to)
{
    const Change *last = to - 1;
    uint32_t lead = from->a < CONTEXT ? from->a : CONTEXT, end = last->a + last->removed;
    uint32_t tail = a->len - end < CONTEXT ? a->len - end : CONTEXT;
    uint32_t a0 = from->a - lead, b0 = from->b - lead;
    pl_buf_put_z(out, "@@ ");
    put_range(out, '-', a0, end + tail - a0);
    pl_buf_put_char(out, ' ');
    put_range(out, '+', b0, last->b + last->added + tail - b0);
    pl_buf_put_z(out, " @@\n");
    uint32_t at = a0;
    for (const Change *c = from; c < to; c++) {
        while (at < c->a) put_line(out, ' ', a->items[at++]);
        for (uint32_t i = 0; i < c->removed; i++) put_line(out, '-', a->items[at++]);
        for (uint32_t i = 0; i < c->added; i++) put_line(out, '+', b->items[c->b + i]);
    }
    for (uint32_t i = 0; i < tail; i++) put_line(out, ' ', a->items[at++]);
}

void pl_diff_print(PlBuf *out, PlArena *arena, PlStr name, PlStr before, PlStr after)
{
    if (pl_str_eq(before, after)) return;
    Lines a = split(arena, before), b = split(arena, after);
    Changes changes = {0};
    uint32_t head = 0, tail = 0;
    while (head < a.len && head < b.len && pl_str_eq(a.items[head], b.items[head])) head++;
    while (tail < a.len - head && tail < b.len - head && pl_str_eq(a.items[a.len - 1 - tail], b.items[b.len - 1 - tail])) tail++;
    between(arena, &a, &b, head, a.len - head - tail, b.len - head - tail, &changes);
    bool absolute = pl_str_starts(name, PL_STR("/"));
    pl_buf_printf(out, "--- %s" PL_FMT "\n+++ %s" PL_FMT "\n", absolute ? "" : "a/", PL_ARG(name), absolute ? "" : "b/", PL_ARG(name));
    for (uint32_t i = 0; i < changes.len;) {
        uint32_t j = i + 1;
        while (j < changes.len && changes.items[j].a - (changes.items[j - 1].a + changes.items[j - 1].removed) <= 2 * CONTEXT) j++;
        put_hunk(out, &a, &b, changes.items + i, changes.items + j);
        i = j;
    }
}
