/* SPDX-License-Identifier: MIT */
/* Lists: counting, parts, making new ones from old ones. What a list holds stays in its order. */
#include "stdlib/args.h"
#include "stdlib/keyset.h"
#include "stdlib/sorting.h"

#include "vm/base/utf8.h"

static PlStatus give(PlValue value, PlValue *out)
{
    *out = pl_retain(value);
    return PL_OK;
}

/* A new list of items[from..to). */
static PlValue part_of(PlBuiltinContext *context, const PlList *list, uint32_t from, uint32_t to)
{
    PlValue part = pl_list(context->values, to - from);
    part.as.list->depth = list->depth;
    for (uint32_t i = from; i < to; i++) part.as.list->items[i - from] = pl_retain(list->items[i]);
    part.as.list->len = to - from;
    return part;
}

/* ---- counting and parts ------------------------------------------------------------------------------------------ */

PlStatus pl_fn_count(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0);
    int64_t n = 0;
    switch ((PlTag)v.tag) {
    case PL_NOTHING: break;
    case PL_LIST: n = pl_list_len(v); break;
    case PL_RECORD: n = pl_record_len(v); break;
    case PL_TEXT: n = (int64_t)pl_utf8_length(pl_text_str(v)); break;
    case PL_FILE: n = (int64_t)v.as.file->len; break;
    default: pl_args_wrong(&args, 0, "a list, a text or a record"); return PL_INVALID;
    }
    *out = pl_int(n);
    return PL_OK;
}

PlStatus pl_fn_first(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    return give(list->len ? list->items[0] : pl_nothing(), out);
}

PlStatus pl_fn_last(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    return give(list->len ? list->items[list->len - 1] : pl_nothing(), out);
}

/* The list of argument 0 and argument 1 as a number of its items, at most all. */
static bool list_and_size(const PlArgs *args, PlList **list, uint32_t *size)
{
    int64_t n;
    if (!pl_args_list(args, 0, list) || !pl_args_integer(args, 1, 0, INT64_MAX, &n)) return false;
    *size = n < (*list)->len ? (uint32_t)n : (*list)->len;
    return true;
}

PlStatus pl_fn_take(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    uint32_t n;
    if (!list_and_size(&args, &list, &n)) return PL_INVALID;
    *out = n == list->len ? pl_retain(all[0]) : part_of(context, list, 0, n);
    return PL_OK;
}

PlStatus pl_fn_take_last(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    uint32_t n;
    if (!list_and_size(&args, &list, &n)) return PL_INVALID;
    *out = n == list->len ? pl_retain(all[0]) : part_of(context, list, list->len - n, list->len);
    return PL_OK;
}

PlStatus pl_fn_skip(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    uint32_t n;
    if (!list_and_size(&args, &list, &n)) return PL_INVALID;
    *out = n == 0 ? pl_retain(all[0]) : part_of(context, list, n, list->len);
    return PL_OK;
}

/* ---- rearranging ------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_reverse(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    if (count && all[0].tag == PL_TEXT) {
        PlStr s = pl_text_str(all[0]);
        PlBuf *buf = pl_values_scratch(context->values);
        for (size_t end = s.len, at = end; at > 0; end = at) {
            do at--;
            while (at && ((unsigned char)s.ptr[at] & 0xc0) == 0x80);
            pl_buf_put(buf, pl_str_slice(s, at, end));
        }
        return pl_args_give_scratch(&args, out);
    }
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    PlValue back = pl_list(context->values, list->len);
    PlList *to = back.as.list;
    to->depth = list->depth;
    for (uint32_t i = list->len; i-- > 0;) to->items[to->len++] = pl_retain(list->items[i]);
    *out = back;
    return PL_OK;
}

PlStatus pl_fn_sort(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    bool descending;
    if (!pl_args_list(&args, 0, &list) || !pl_args_yesno_or(&args, 1, false, &descending)) return PL_INVALID;
    return pl_sorted(context, list, list, descending, out);
}

PlStatus pl_fn_unique(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    return pl_distinct(context, list, list, out);
}

PlStatus pl_fn_flatten(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    PlValue flat = pl_list(context->values, list->len);
    for (uint32_t i = 0; i < list->len; i++) {
        PlValue item = list->items[i];
        flat = item.tag == PL_LIST ? pl_list_extend_take(context->values, flat, item)
                                   : pl_list_append_take(context->values, flat, pl_retain(item));
    }
    *out = flat;
    return PL_OK;
}

PlStatus pl_fn_compact(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    PlValue kept = pl_list(context->values, 0);
    for (uint32_t i = 0; i < list->len; i++)
        if (list->items[i].tag != PL_NOTHING) kept = pl_list_append_take(context->values, kept, pl_retain(list->items[i]));
    *out = kept;
    return PL_OK;
}

PlStatus pl_fn_chunk(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    int64_t size;
    if (!pl_args_list(&args, 0, &list) || !pl_args_integer(&args, 1, 1, UINT32_MAX, &size)) return PL_INVALID;
    PlValue chunks = pl_list(context->values, 0);
    for (uint32_t from = 0, to; from < list->len; from = to) {
        to = list->len - from > (uint32_t)size ? from + (uint32_t)size : list->len;
        chunks = pl_list_append_take(context->values, chunks, part_of(context, list, from, to));
    }
    *out = chunks;
    return PL_OK;
}

PlStatus pl_fn_zip(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *a, *b;
    if (!pl_args_list(&args, 0, &a) || !pl_args_list(&args, 1, &b)) return PL_INVALID;
    uint32_t shorter = a->len < b->len ? a->len : b->len;
    PlValue pairs = pl_list(context->values, shorter);
    for (uint32_t i = 0; i < shorter; i++) {
        PlValue pair = pl_list_append_take(context->values, pl_list(context->values, 2), pl_retain(a->items[i]));
        pair = pl_list_append_take(context->values, pair, pl_retain(b->items[i]));
        pairs = pl_list_append_take(context->values, pairs, pair);
    }
    *out = pairs;
    return PL_OK;
}

PlStatus pl_fn_range(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    int64_t from, to, step;
    if (!pl_args_integer(&args, 0, INT64_MIN / 4, INT64_MAX / 4, &from) || !pl_args_integer(&args, 1, INT64_MIN / 4, INT64_MAX / 4, &to) ||
        !pl_args_integer_or(&args, 2, INT64_MIN / 4, INT64_MAX / 4, from <= to ? 1 : -1, &step))
        return PL_INVALID;
    if (step == 0) return pl_args_fail(context, "argument 3, the step, must not be 0");
    int64_t numbers = (to - from) / step + 1;
    if ((step > 0) != (from <= to) && from != to) numbers = 0;
    if (numbers > 10000000) return pl_args_fail(context, "the range has %lld numbers, more than 10000000", (long long)numbers);
    PlValue list = pl_list(context->values, (uint32_t)numbers);
    for (int64_t i = 0; i < numbers; i++) list = pl_list_append_take(context->values, list, pl_int(from + i * step));
    *out = list;
    return PL_OK;
}

PlStatus pl_fn_concat(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    uint32_t lists = 0;
    for (uint32_t i = 0; i < count; i++) lists += all[i].tag == PL_LIST;
    if (lists == 0 && count) {
        PlBuf *buf = pl_values_scratch(context->values);
        for (uint32_t i = 0; i < count; i++) pl_value_show(buf, all[i]);
        return pl_args_give_scratch(&args, out);
    }
    if (lists < count) return pl_args_fail(context, "lists are joined with lists only");
    PlValue joined = pl_list(context->values, 0);
    for (uint32_t i = 0; i < count; i++) joined = pl_list_extend_take(context->values, joined, all[i]);
    *out = joined;
    return PL_OK;
}

PlStatus pl_fn_append(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    *out = pl_list_append_take(context->values, pl_retain(all[0]), pl_retain(pl_args_at(&args, 1)));
    return PL_OK;
}

/* ---- membership -------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_contains(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue in = pl_args_at(&args, 0), what = pl_args_at(&args, 1), unused;
    bool found = false;
    PlStr part;
    switch ((PlTag)in.tag) {
    case PL_NOTHING: break;
    case PL_TEXT:
        if (!pl_args_text(&args, 1, &part)) return PL_INVALID;
        found = pl_str_find(pl_text_str(in), part, 0) != PL_STR_NONE;
        break;
    case PL_LIST:
        for (uint32_t i = 0; i < pl_list_len(in) && !found; i++) found = pl_equal(pl_list_at(in, i), what);
        break;
    case PL_RECORD:
        if (!pl_args_text(&args, 1, &part)) return PL_INVALID;
        found = pl_record_find(in, part, &unused);
        break;
    default: pl_args_wrong(&args, 0, "a text, a list or a record"); return PL_INVALID;
    }
    *out = pl_yesno(found);
    return PL_OK;
}

PlStatus pl_fn_index_of(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue in = pl_args_at(&args, 0), what = pl_args_at(&args, 1);
    *out = pl_nothing();
    if (in.tag == PL_TEXT) {
        PlStr s = pl_text_str(in), part;
        if (!pl_args_text(&args, 1, &part)) return PL_INVALID;
        size_t at = pl_str_find(s, part, 0);
        if (at != PL_STR_NONE) *out = pl_int((int64_t)pl_utf8_length(pl_str_slice(s, 0, at)));
        return PL_OK;
    }
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    for (uint32_t i = 0; i < list->len && out->tag == PL_NOTHING; i++)
        if (pl_equal(list->items[i], what)) *out = pl_int(i);
    return PL_OK;
}

/* Items of a that are (or are not) in b, each once, in a's order; with `both` then those of b. */
static PlStatus combine(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool wanted, bool both, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *a, *b;
    if (!pl_args_list(&args, 0, &a) || !pl_args_list(&args, 1, &b)) return PL_INVALID;
    PlKeyset others, seen;
    bool added;
    pl_keyset_init(&others, pl_values_heap(context->values));
    pl_keyset_init(&seen, pl_values_heap(context->values));
    for (uint32_t i = 0; i < b->len && !both; i++) pl_keyset_add(&others, b->items[i], &added);
    PlValue list = pl_list(context->values, 0);
    for (uint32_t i = 0; i < a->len + (both ? b->len : 0); i++) {
        PlValue item = i < a->len ? a->items[i] : b->items[i - a->len];
        if (!both && (pl_keyset_find(&others, item) != PL_KEYSET_NONE) != wanted) continue;
        pl_keyset_add(&seen, item, &added);
        if (added) list = pl_list_append_take(context->values, list, pl_retain(item));
    }
    pl_keyset_deinit(&others);
    pl_keyset_deinit(&seen);
    *out = list;
    return PL_OK;
}

PlStatus pl_fn_union(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return combine(context, all, count, true, true, out);
}

PlStatus pl_fn_intersection(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return combine(context, all, count, true, false, out);
}

PlStatus pl_fn_difference(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return combine(context, all, count, false, false, out);
}

PlStatus pl_fn_without(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    PlValue kept = pl_list(context->values, 0), what = pl_args_at(&args, 1);
    for (uint32_t i = 0; i < list->len; i++)
        if (!pl_equal(list->items[i], what)) kept = pl_list_append_take(context->values, kept, pl_retain(list->items[i]));
    *out = kept;
    return PL_OK;
}

/* ---- yes and no -------------------------------------------------------------------------------------------------- */

static PlStatus decide(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool decisive, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    *out = pl_yesno(!decisive);
    for (uint32_t i = 0; i < list->len; i++) {
        PlValue item = list->items[i];
        if (item.tag != PL_YESNO && item.tag != PL_NOTHING) return pl_args_fail(context, "item %u is not yes or no", i);
        if ((item.tag == PL_YESNO && item.as.yes) == decisive) *out = pl_yesno(decisive);
    }
    return PL_OK;
}

PlStatus pl_fn_any(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return decide(context, all, count, true, out);
}

PlStatus pl_fn_all(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return decide(context, all, count, false, out);
}
