/* SPDX-License-Identifier: MIT */
/* Lists: one block of header and items. A list that nobody else holds grows in place (the block may move), so gathering n items
 * costs O(n). */
#include "vm/value/shape.h"

static PlList *new_list(PlValues *values, uint32_t cap)
{
    PlList *list = pl_heap_alloc(values->heap, sizeof *list + cap * sizeof(PlValue));
    *list = (PlList){.refs = 1, .cap = cap, .depth = 1, .items = (PlValue *)(list + 1)};
    return list;
}

static PlValue value_of(PlList *list)
{
    return (PlValue){.tag = PL_LIST, .as.list = list};
}

PlValue pl_list(PlValues *values, uint32_t capacity)
{
    return value_of(new_list(values, capacity));
}

static uint32_t room_for(PlValues *values, const PlList *list, uint32_t more)
{
    if (more > UINT32_MAX - list->len) pl_heap_escape(values->heap, PL_LIMIT);
    uint32_t need = list->len + more, grown = list->cap + list->cap / 2 + 4;
    return grown < need ? need : grown; /* grown may have wrapped round: then it is less */
}

/* `list`, consumed, unshared and with room for `more` items. */
static PlList *open_list(PlValues *values, PlList *list, uint32_t more)
{
    if (list->refs == 1 && more <= list->cap - list->len) return list;
    uint32_t cap = room_for(values, list, more);
    if (list->refs == 1) {
        size_t old = sizeof *list + list->cap * sizeof(PlValue);
        list = pl_heap_resize(values->heap, list, old, sizeof *list + cap * sizeof(PlValue));
        list->cap = cap;
        list->items = (PlValue *)(list + 1);
        return list;
    }
    PlList *copy = new_list(values, cap);
    for (uint32_t i = 0; i < list->len; i++) copy->items[i] = pl_retain(list->items[i]);
    copy->len = list->len;
    copy->depth = list->depth;
    list->refs--;
    return copy;
}

PlValue pl_list_append_take(PlValues *values, PlValue list, PlValue item)
{
    PlList *open = open_list(values, list.as.list, 1);
    open->depth = pl_depth_over(values, open->depth, item);
    open->items[open->len++] = item;
    return value_of(open);
}

PlValue pl_list_extend_take(PlValues *values, PlValue list, PlValue more)
{
    PlList *from = more.as.list; /* perhaps list itself: then it is shared, and copied */
    uint32_t count = from->len;
    if (from == list.as.list) from->refs++;
    PlList *open = open_list(values, list.as.list, count);
    if (from->depth > open->depth) open->depth = from->depth;
    for (uint32_t i = 0; i < count; i++) open->items[open->len + i] = pl_retain(from->items[i]);
    open->len += count;
    if (from == list.as.list) pl_release(values, value_of(from));
    return value_of(open);
}
