/* SPDX-License-Identifier: MIT */
/* Types, expressions and names in the words of messages, and the search for near names. */
#include "compiler/check/checker.h"
#include "compiler/syntax/print.h"

enum { TYPE_WIDTH = 90, EXPR_WIDTH = 60, FIELDS_SHOWN = 12, ROOM = 1024 };

/* By way of the stack: an arena may escape, and must not leave a buffer behind. What does not fit ends in "...". */
static PlStr taken(PlChecker *c, PlBuf *buf, size_t width)
{
    char room[ROOM + 4];
    PlStr s = pl_buf_str(buf);
    size_t len = s.len;
    if (len > width || buf->status != PL_OK) {
        if (len > width) len = width;
        while (len > 0 && len < s.len && ((unsigned char)s.ptr[len] & 0xc0) == 0x80) len--;
        memcpy(room, s.ptr, len);
        memcpy(room + len, "...", 3);
        len += 3;
    } else {
        memcpy(room, s.ptr, len);
    }
    pl_buf_deinit(buf);
    return pl_arena_str(c->arena, pl_str(room, len));
}

PlStr pl_words_type(PlChecker *c, PlTypeId type)
{
    PlBuf buf;
    pl_buf_init(&buf, ROOM);
    pl_type_print(&buf, c->types, type == PL_TYPE_NONE ? PL_T_ANY : type, TYPE_WIDTH);
    return taken(c, &buf, ROOM);
}

PlStr pl_words_expr(PlChecker *c, const PlExpr *x)
{
    PlBuf buf;
    pl_buf_init(&buf, ROOM);
    pl_print_expr(&buf, x);
    return taken(c, &buf, EXPR_WIDTH);
}

PlStr pl_words_source(PlChecker *c, PlSpan span)
{
    if (span.source >= c->diags->sources->all.len) return PL_STR("");
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put(&buf, pl_str_slice(c->diags->sources->all.items[span.source].text, span.start, span.end));
    return taken(c, &buf, EXPR_WIDTH);
}

void pl_words_exact(PlChecker *c, PlDiag *d, PlSpan span, PlStr was, PlStr is)
{
    if (span.source != c->plan->source || span.start >= span.end) return;
    PlStr text = pl_str_slice(c->diags->sources->all.items[span.source].text, span.start, span.end);
    if (pl_str_eq(text, was)) pl_diag_fix(c->diags, d, span, is, true);
}

PlStr pl_words_list(PlChecker *c, const PlStr *words, uint32_t count, uint32_t max)
{
    PlBuf buf;
    pl_buf_init(&buf, ROOM);
    for (uint32_t i = 0; i < count && i < max; i++) {
        if (i) pl_buf_put_z(&buf, ", ");
        pl_buf_put(&buf, words[i]);
    }
    if (count > max) pl_buf_printf(&buf, ", ... (%u more)", (unsigned)(count - max));
    return taken(c, &buf, ROOM);
}

PlStr pl_words_fields(PlChecker *c, PlTypeId record)
{
    const PlType *type = pl_type(c->types, record);
    PlStr *names = PL_NEW_N(c->arena, PlStr, type->count);
    for (uint32_t i = 0; i < type->count; i++) names[i] = type->fields[i].name;
    return pl_words_list(c, names, type->count, FIELDS_SHOWN);
}

PlStr pl_words_step(const PlStep *step)
{
    return step->label;
}

/* A third of the letters may differ, one at least; a prefix of the other counts as near. */
PlStr pl_words_near(PlStr to, const PlStr *words, uint32_t count)
{
    unsigned most = (unsigned)(to.len < 6 ? 1 : to.len / 3 > 4 ? 4 : to.len / 3);
    PlStr best = PL_STR("");
    unsigned best_distance = most + 1;
    for (uint32_t i = 0; i < count; i++) {
        unsigned distance = pl_str_distance(to, words[i], most);
        if (distance >= best_distance || distance >= words[i].len) continue;
        best_distance = distance;
        best = words[i];
    }
    if (best.len || to.len < 4) return best;
    for (uint32_t i = 0; i < count; i++)
        if (words[i].len >= 4 && (pl_str_starts(words[i], to) || pl_str_starts(to, words[i]))) return words[i];
    return best;
}

static bool is_filler(char c)
{
    return c == '_' || c == '-' || c == ' ' || c == '.' || c == '/';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool pl_words_same(PlStr a, PlStr b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && is_filler(a.ptr[i])) i++;
        while (j < b.len && is_filler(b.ptr[j])) j++;
        if (i == a.len || j == b.len) return i == a.len && j == b.len;
        if (lower(a.ptr[i++]) != lower(b.ptr[j++])) return false;
    }
}
