/* SPDX-License-Identifier: MIT */
/* Types, expressions and names in the words of messages, and the search for near names. */
#include "compiler/check/checker.h"
#include "compiler/syntax/print.h"

enum { TYPE_WIDTH = 90, EXPR_WIDTH = 60, FIELDS_SHOWN = 12 };

static PlStr taken(PlChecker *c, PlBuf *buf)
{
    PlStr s = pl_arena_str(c->arena, pl_buf_str(buf));
    pl_buf_deinit(buf);
    return s;
}

PlStr pl_words_type(PlChecker *c, PlTypeId type)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    if (type == PL_TYPE_NONE)
        pl_buf_put_z(&buf, "any");
    else
        pl_type_print(&buf, c->types, type, TYPE_WIDTH);
    return taken(c, &buf);
}

/* Never inside a UTF-8 sequence. */
static PlStr cut(PlChecker *c, PlStr s)
{
    if (s.len <= EXPR_WIDTH) return s;
    size_t end = EXPR_WIDTH;
    while (end > 0 && ((unsigned char)s.ptr[end] & 0xc0) == 0x80) end--;
    return pl_arena_printf(c->arena, PL_FMT "...", PL_ARG(pl_str_slice(s, 0, end)));
}

PlStr pl_words_list(PlChecker *c, const PlStr *words, uint32_t count, uint32_t max)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    for (uint32_t i = 0; i < count && i < max; i++) {
        if (i) pl_buf_put_z(&buf, ", ");
        pl_buf_put(&buf, words[i]);
    }
    if (count > max) pl_buf_printf(&buf, ", ... (%u more)", (unsigned)(count - max));
    return taken(c, &buf);
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

PlStr pl_words_expr(PlChecker *c, const PlExpr *x)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_expr(&buf, x);
    return cut(c, taken(c, &buf));
}

PlStr pl_words_source(PlChecker *c, PlSpan span)
{
    if (span.source >= c->diags->sources->all.len) return PL_STR("");
    return cut(c, pl_str_slice(c->diags->sources->all.items[span.source].text, span.start, span.end));
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
