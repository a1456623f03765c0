/* SPDX-License-Identifier: MIT */
/* A merge sort over item numbers: stable, no recursion, and it ends whatever the order of the keys is like. */
#include "stdlib/sorting.h"

#include "stdlib/args.h"
#include "stdlib/keyset.h"

typedef struct Sorting {
    const PlValue *keys;
    bool descending;
    uint32_t bad[2]; /* two items whose keys cannot be compared */
    bool failed;
} Sorting;

/* Whether item b belongs before item a. */
static bool goes_before(Sorting *s, uint32_t b, uint32_t a)
{
    PlValue x = s->keys[a], y = s->keys[b];
    if (x.tag == PL_NOTHING || y.tag == PL_NOTHING) return x.tag == PL_NOTHING && y.tag != PL_NOTHING;
    int order = pl_compare(y, x);
    if (order == 2) {
        if (!s->failed) s->bad[0] = a, s->bad[1] = b;
        s->failed = true;
        return false;
    }
    return s->descending ? order > 0 : order < 0;
}

static void merge(Sorting *s, const uint32_t *from, uint32_t *to, uint32_t begin, uint32_t middle, uint32_t end)
{
    uint32_t left = begin, right = middle;
    for (uint32_t i = begin; i < end; i++) {
        bool take_right = left == middle || (right < end && goes_before(s, from[right], from[left]));
        to[i] = take_right ? from[right++] : from[left++];
    }
}

/* Runs of 8 by insertion, then doubled; the result is in the buffer that is returned. */
static uint32_t *sort_numbers(Sorting *s, uint32_t *a, uint32_t *b, uint32_t count)
{
    enum { RUN = 8 };
    for (uint32_t begin = 0; begin < count; begin += RUN) {
        uint32_t end = count - begin > RUN ? begin + RUN : count;
        for (uint32_t i = begin; i < end; i++) {
            uint32_t at = i;
            for (; at > begin && goes_before(s, i, a[at - 1]); at--) a[at] = a[at - 1];
            a[at] = i;
        }
    }
    for (uint64_t width = RUN; width < count && !s->failed; width *= 2) {
        for (uint64_t begin = 0; begin < count; begin += 2 * width) {
            uint64_t middle = begin + width < count ? begin + width : count, end = middle + width < count ? middle + width : count;
            merge(s, a, b, (uint32_t)begin, (uint32_t)middle, (uint32_t)end);
        }
        uint32_t *swap = a;
        a = b;
        b = swap;
    }
    return a;
}

static PlStatus incomparable(PlBuiltinContext *context, PlValue a, PlValue b)
{
    PlBuf *error = &context->error;
    pl_buf_clear(error);
    pl_buf_put_z(error, "cannot order ");
    pl_value_brief(error, a, 40);
    pl_buf_put_z(error, " and ");
    pl_value_brief(error, b, 40);
    return PL_INVALID;
}

PlStatus pl_sorted(PlBuiltinContext *context, PlList *items, const PlList *keys, bool descending, PlValue *out)
{
    PlHeap *heap = pl_values_heap(context->values);
    Sorting s = {.keys = keys->items, .descending = descending};
    size_t size = items->len * sizeof(uint32_t);
    uint32_t *a = pl_heap_alloc(heap, size), *b = pl_heap_alloc(heap, size), *sorted = sort_numbers(&s, a, b, items->len);
    if (!s.failed) {
        PlValue list = pl_list(context->values, items->len);
        for (uint32_t i = 0; i < items->len; i++)
            list = pl_list_append_take(context->values, list, pl_retain(items->items[sorted[i]]));
        *out = list;
    }
    pl_heap_release(heap, a, size);
    pl_heap_release(heap, b, size);
    return s.failed ? incomparable(context, s.keys[s.bad[0]], s.keys[s.bad[1]]) : PL_OK;
}

PlStatus pl_distinct(PlBuiltinContext *context, const PlList *items, const PlList *keys, PlValue *out)
{
    PlKeyset seen;
    pl_keyset_init(&seen, pl_values_heap(context->values));
    PlValue list = pl_list(context->values, 0);
    for (uint32_t i = 0; i < items->len; i++) {
        bool added;
        pl_keyset_add(&seen, keys->items[i], &added);
        if (added) list = pl_list_append_take(context->values, list, pl_retain(items->items[i]));
    }
    pl_keyset_deinit(&seen);
    *out = list;
    return PL_OK;
}

PlStatus pl_extreme(PlBuiltinContext *context, const PlList *keys, bool greatest, uint32_t *out)
{
    *out = UINT32_MAX;
    for (uint32_t i = 0; i < keys->len; i++) {
        if (keys->items[i].tag == PL_NOTHING) continue;
        int order = *out == UINT32_MAX ? 0 : pl_compare(keys->items[i], keys->items[*out]);
        if (order == 2) return incomparable(context, keys->items[*out], keys->items[i]);
        if (*out == UINT32_MAX || order == (greatest ? 1 : -1)) *out = i;
    }
    return PL_OK;
}
