/* SPDX-License-Identifier: MIT */
/* Texts to lists and back, searching and replacing, likeness of texts, numbers in texts. */
#include "stdlib/args.h"

#include "vm/base/utf8.h"

#include <math.h>

static PlValue with_part(PlBuiltinContext *context, PlValue list, PlStr part)
{
    return pl_list_append_take(context->values, list, pl_text_of_valid(context->values, part));
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- to lists ---------------------------------------------------------------------------------------------------- */

static PlValue words_of(PlBuiltinContext *context, PlStr s)
{
    PlValue list = pl_list(context->values, 0);
    for (size_t i = 0; i < s.len;) {
        while (i < s.len && is_space(s.ptr[i])) i++;
        size_t from = i;
        while (i < s.len && !is_space(s.ptr[i])) i++;
        if (i > from) list = with_part(context, list, pl_str_slice(s, from, i));
    }
    return list;
}

static PlValue characters_of(PlBuiltinContext *context, PlStr s)
{
    PlValue list = pl_list(context->values, 0);
    for (size_t i = 0; i < s.len;) {
        size_t from = i;
        pl_utf8_next(s, &i);
        list = with_part(context, list, pl_str_slice(s, from, i));
    }
    return list;
}

PlStatus pl_fn_split(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, by;
    int64_t most;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text_or(&args, 1, PL_STR(" "), &by) ||
        !pl_args_integer_or(&args, 2, 1, INT64_MAX, INT64_MAX, &most))
        return PL_INVALID;
    if (by.len == 0 || !pl_args_has(&args, 1)) {
        *out = by.len == 0 ? characters_of(context, s) : words_of(context, s);
        return PL_OK;
    }
    PlValue list = pl_list(context->values, 0);
    size_t from = 0, at;
    while (pl_list_len(list) + 1 < (uint64_t)most && (at = pl_str_find(s, by, from)) != PL_STR_NONE) {
        list = with_part(context, list, pl_str_slice(s, from, at));
        from = at + by.len;
    }
    *out = with_part(context, list, pl_str_slice(s, from, s.len));
    return PL_OK;
}

PlStatus pl_fn_words(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    *out = words_of(context, s);
    return PL_OK;
}

PlStatus pl_fn_characters(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    *out = characters_of(context, s);
    return PL_OK;
}

/* A last line end begins no further line. */
PlStatus pl_fn_lines(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    PlValue list = pl_list(context->values, 0);
    for (size_t from = 0; from < s.len;) {
        size_t at = pl_str_find_char(s, '\n', from), end = at == PL_STR_NONE ? s.len : at;
        size_t cut = at != PL_STR_NONE && end > from && s.ptr[end - 1] == '\r' ? end - 1 : end;
        list = with_part(context, list, pl_str_slice(s, from, cut));
        from = end + 1;
    }
    *out = list;
    return PL_OK;
}

PlStatus pl_fn_join(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    PlStr by;
    if (!pl_args_list(&args, 0, &list) || !pl_args_text_or(&args, 1, PL_STR(", "), &by)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    for (uint32_t i = 0; i < list->len; i++) {
        if (i) pl_buf_put(buf, by);
        pl_value_show(buf, list->items[i]);
    }
    return pl_args_give_scratch(&args, out);
}

/* ---- searching and replacing ------------------------------------------------------------------------------------- */

PlStatus pl_fn_starts_with(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, part;
    *out = pl_yesno(false);
    if (count && all[0].tag == PL_NOTHING) return PL_OK;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &part)) return PL_INVALID;
    *out = pl_yesno(pl_str_starts(s, part));
    return PL_OK;
}

PlStatus pl_fn_ends_with(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, part;
    *out = pl_yesno(false);
    if (count && all[0].tag == PL_NOTHING) return PL_OK;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &part)) return PL_INVALID;
    *out = pl_yesno(pl_str_ends(s, part));
    return PL_OK;
}

PlStatus pl_fn_replace(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, old, with;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &old) || !pl_args_text(&args, 2, &with)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    size_t from = 0;
    for (size_t at; old.len && (at = pl_str_find(s, old, from)) != PL_STR_NONE; from = at + old.len) {
        pl_buf_put(buf, pl_str_slice(s, from, at));
        pl_buf_put(buf, with);
    }
    pl_buf_put(buf, pl_str_slice(s, from, s.len));
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_occurrences(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, part;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text(&args, 1, &part)) return PL_INVALID;
    int64_t n = 0;
    for (size_t at = 0; part.len && (at = pl_str_find(s, part, at)) != PL_STR_NONE; at += part.len) n++;
    *out = pl_int(n);
    return PL_OK;
}

/* ---- likeness ---------------------------------------------------------------------------------------------------- */

enum { LONGEST_LIKENED = 4000 };

/* Levenshtein's distance over code points; rows holds the shorter text and one row. */
static uint32_t distance(const int32_t *a, uint32_t a_len, const int32_t *b, uint32_t b_len, uint32_t *row)
{
    for (uint32_t j = 0; j <= b_len; j++) row[j] = j;
    for (uint32_t i = 1; i <= a_len; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= b_len; j++) {
            uint32_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b_len];
}

static uint32_t decode(PlStr s, int32_t *to)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.len;) to[n++] = pl_utf8_next(s, &i);
    return n;
}

PlStatus pl_fn_similarity(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr a, b;
    if (!pl_args_text(&args, 0, &a) || !pl_args_text(&args, 1, &b)) return PL_INVALID;
    size_t a_len = pl_utf8_length(a), b_len = pl_utf8_length(b), longer = a_len > b_len ? a_len : b_len;
    if (longer > LONGEST_LIKENED) return pl_args_fail(context, "only texts of up to %d characters can be likened", (int)LONGEST_LIKENED);
    PlHeap *heap = pl_values_heap(context->values);
    size_t size = (a_len + b_len + b_len + 1) * sizeof(int32_t);
    int32_t *points = pl_heap_alloc(heap, size);
    uint32_t n = decode(a, points), m = decode(b, points + a_len);
    uint32_t apart = distance(points, n, points + a_len, m, (uint32_t *)(void *)(points + a_len + b_len));
    pl_heap_release(heap, points, size);
    *out = pl_double(longer ? 1.0 - (double)apart / (double)longer : 1.0);
    return PL_OK;
}

/* ---- conversions ------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_text(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0);
    if (v.tag == PL_TEXT) {
        *out = pl_retain(v);
        return PL_OK;
    }
    pl_value_show(pl_values_scratch(context->values), v);
    return pl_args_give_scratch(&args, out);
}

/* Digits with ',' or '_' or spaces between groups of three, a currency sign or '%' around them: what people write. */
static bool read_loose(PlBuf *clean, PlStr s)
{
    static const char *const signs[] = {"$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5", "USD", "EUR", "GBP", "%"};
    s = pl_str_trim(s);
    bool negative = pl_str_starts(s, PL_STR("-"));
    if (negative || pl_str_starts(s, PL_STR("+"))) s = pl_str_trim(pl_str_slice(s, 1, s.len));
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        PlStr sign = pl_str_z(signs[i]);
        if (i < 7 && pl_str_starts(s, sign)) s = pl_str_slice(s, sign.len, s.len);
        if (pl_str_ends(s, sign)) s = pl_str_slice(s, 0, s.len - sign.len);
    }
    s = pl_str_trim(s);
    if (negative) pl_buf_put_char(clean, '-');
    for (size_t i = 0; i < s.len; i++) {
        bool between = s.ptr[i] == ',' || s.ptr[i] == '_' || s.ptr[i] == ' ';
        if (between && (i == 0 || i + 4 > s.len || (i + 4 < s.len && s.ptr[i + 4] >= '0' && s.ptr[i + 4] <= '9'))) return false;
        if (!between) pl_buf_put_char(clean, s.ptr[i]);
    }
    return clean->status == PL_OK;
}

static bool number_of(PlBuiltinContext *context, PlStr s, PlValue *out)
{
    int64_t n;
    double d;
    bool is_exact = s.len && s.len < 16 && s.ptr[0] >= '0' && s.ptr[0] <= '9'; /* most are as JSON writes them */
    if (is_exact && pl_str_to_int(s, &n)) {
        *out = pl_int(n);
        return true;
    }
    if (is_exact && pl_str_to_double(s, &d)) {
        *out = pl_double(d);
        return true;
    }
    PlBuf *clean = pl_values_scratch(context->values);
    if (!read_loose(clean, s)) return false;
    if (pl_str_to_int(pl_buf_str(clean), &n))
        *out = pl_int(n);
    else if (pl_str_to_double(pl_buf_str(clean), &d))
        *out = pl_double(d);
    else
        return false;
    return true;
}

PlStatus pl_fn_number(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0);
    *out = v;
    if (v.tag == PL_INT || v.tag == PL_DOUBLE) return PL_OK;
    if (v.tag == PL_YESNO) {
        *out = pl_int(v.as.yes);
        return PL_OK;
    }
    if (v.tag == PL_TEXT && number_of(context, pl_text_str(v), out)) return PL_OK;
    *out = pl_retain(pl_args_at(&args, 1));
    if (count > 1) return PL_OK;
    pl_args_wrong(&args, 0, "a number or the text of one");
    return PL_INVALID;
}

PlStatus pl_fn_integer(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlStatus status = pl_fn_number(context, all, count, out);
    if (status != PL_OK || out->tag != PL_DOUBLE) return status;
    double d = trunc(out->as.number);
    if (d < -0x1p63 || d >= 0x1p63) return pl_args_fail(context, "the number is too large for an integer");
    *out = pl_int((int64_t)d);
    return PL_OK;
}

PlStatus pl_fn_is_number(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0), unused;
    *out = pl_yesno(v.tag == PL_INT || v.tag == PL_DOUBLE || (v.tag == PL_TEXT && number_of(context, pl_text_str(v), &unused)));
    return PL_OK;
}
