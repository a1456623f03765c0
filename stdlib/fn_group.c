/* SPDX-License-Identifier: MIT */
/* What the emitter makes of list clauses: an order, a group, an index by a list of keys beside the list; and the few other functions that
 * have no name in the language. */
#include "stdlib/args.h"
#include "stdlib/keyset.h"
#include "stdlib/sorting.h"

static bool items_and_keys(const PlArgs *args, PlList **items, PlList **keys)
{
    if (!pl_args_list(args, 0, items) || !pl_args_list(args, 1, keys)) return false;
    if ((*items)->len == (*keys)->len) return true;
    pl_args_fail(args->context, "%u items but %u keys", (*items)->len, (*keys)->len);
    return false;
}

/* ---- orders ------------------------------------------------------------------------------------------------------ */

PlStatus pl_fn_sort_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *items, *keys;
    bool descending;
    if (!items_and_keys(&args, &items, &keys) || !pl_args_yesno_or(&args, 2, false, &descending)) return PL_INVALID;
    return pl_sorted(context, items, keys, descending, out);
}

PlStatus pl_fn_distinct_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *items, *keys;
    return items_and_keys(&args, &items, &keys) ? pl_distinct(context, items, keys, out) : PL_INVALID;
}

static PlStatus extreme_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool greatest, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *items, *keys;
    uint32_t found;
    if (!items_and_keys(&args, &items, &keys) || pl_extreme(context, keys, greatest, &found) != PL_OK) return PL_INVALID;
    *out = found == UINT32_MAX ? pl_nothing() : pl_retain(items->items[found]);
    return PL_OK;
}

PlStatus pl_fn_min_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return extreme_by(context, all, count, false, out);
}

PlStatus pl_fn_max_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return extreme_by(context, all, count, true, out);
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

PlStatus pl_fn_group_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    static const PlStr names[] = {PL_STR_INIT("key"), PL_STR_INIT("items")};
    PlArgs args = {context, all, count};
    PlValues *values = context->values;
    PlList *items, *keys;
    if (!items_and_keys(&args, &items, &keys)) return PL_INVALID;
    const PlShapeNode *shape = pl_shape_of(values, names, 2);
    PlKeyset seen;
    pl_keyset_init(&seen, pl_values_heap(values));
    PlValue groups = pl_list(values, 0); /* first a list of the lists of items */
    for (uint32_t i = 0; i < items->len; i++) {
        bool added;
        uint32_t at = pl_keyset_add(&seen, keys->items[i], &added);
        if (added) groups = pl_list_append_take(values, groups, pl_list(values, 4));
        PlValue *group = &groups.as.list->items[at];
        *group = pl_list_append_take(values, *group, pl_retain(items->items[i]));
    }
    PlValue rows = pl_list(values, seen.count);
    for (uint32_t i = 0; i < seen.count; i++) {
        PlValue fields[] = {pl_retain(seen.keys[i]), pl_retain(pl_list_at(groups, i))};
        rows = pl_list_append_take(values, rows, pl_record_of_take(values, shape, fields));
    }
    pl_release(values, groups);
    pl_keyset_deinit(&seen);
    *out = rows;
    return PL_OK;
}

/* The text of a key: a field's name. */
static PlValue key_text(PlBuiltinContext *context, PlValue key)
{
    if (key.tag == PL_TEXT) return pl_retain(key);
    pl_value_show(pl_values_scratch(context->values), key);
    return pl_text_of_scratch(context->values);
}

PlStatus pl_fn_index_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *items, *keys;
    if (!items_and_keys(&args, &items, &keys)) return PL_INVALID;
    PlValue record = pl_record(context->values);
    for (uint32_t i = 0; i < items->len; i++) {
        PlValue name = key_text(context, keys->items[i]);
        record = pl_record_set_take(context->values, record, pl_text_str(name), pl_retain(items->items[i]));
        pl_release(context->values, name);
    }
    *out = record;
    return PL_OK;
}

/* ---- joins ------------------------------------------------------------------------------------------------------- */

/* The fields of both; where both have a name, left's. */
static PlValue joined(PlBuiltinContext *context, PlValue left, PlValue right)
{
    PlValue record = pl_retain(left), unused;
    for (uint32_t i = 0; i < pl_record_len(right); i++) {
        PlStr name = pl_record_name(right, i);
        if (!pl_record_find(left, name, &unused))
            record = pl_record_set_take(context->values, record, name, pl_retain(pl_record_at(right, i)));
    }
    return record;
}

static bool are_records(PlBuiltinContext *context, const PlList *list)
{
    for (uint32_t i = 0; i < list->len; i++) {
        if (list->items[i].tag == PL_RECORD) continue;
        pl_args_fail(context, "only lists of records can be joined; item %u is none", i);
        return false;
    }
    return true;
}

/* A row for each pair with equal keys, in left's order, then right's. */
PlStatus pl_fn_join_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count}, right_args = {context, all + 2, count > 2 ? count - 2 : 0};
    PlValues *values = context->values;
    PlList *left, *left_keys, *right, *right_keys;
    if (!items_and_keys(&args, &left, &left_keys) || !items_and_keys(&right_args, &right, &right_keys) || !are_records(context, left) ||
        !are_records(context, right))
        return PL_INVALID;
    PlHeap *heap = pl_values_heap(values);
    PlKeyset keys;
    pl_keyset_init(&keys, heap);
    size_t size = right->len * sizeof(uint32_t);
    uint32_t *first = pl_heap_alloc(heap, size), *next = pl_heap_alloc(heap, size); /* rows of a key: a chain of number + 1 */
    uint32_t *last = pl_heap_alloc(heap, size);
    for (uint32_t i = 0; i < right->len; i++) {
        bool added;
        uint32_t key = pl_keyset_add(&keys, right_keys->items[i], &added);
        next[i] = 0;
        if (added)
            first[key] = i + 1;
        else
            next[last[key]] = i + 1;
        last[key] = i;
    }
    PlValue rows = pl_list(values, 0);
    bool keeps = count > 4 && all[4].tag == PL_YESNO && all[4].as.yes;
    for (uint32_t i = 0; i < left->len; i++) {
        uint32_t key = pl_keyset_find(&keys, left_keys->items[i]);
        if (keeps && key == PL_KEYSET_NONE) rows = pl_list_append_take(values, rows, pl_retain(left->items[i]));
        for (uint32_t j = key == PL_KEYSET_NONE ? 0 : first[key]; j; j = next[j - 1])
            rows = pl_list_append_take(values, rows, joined(context, left->items[i], right->items[j - 1]));
    }
    pl_heap_release(heap, first, size);
    pl_heap_release(heap, next, size);
    pl_heap_release(heap, last, size);
    pl_keyset_deinit(&keys);
    *out = rows;
    return PL_OK;
}

/* ---- without a name in the language ------------------------------------------------------------------------------ */

PlStatus pl_fn_with(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue holder = pl_args_at(&args, 0), value = pl_args_at(&args, 2);
    if (holder.tag == PL_RECORD || holder.tag == PL_NOTHING) {
        PlStr name;
        if (!pl_args_text(&args, 1, &name)) return PL_INVALID;
        PlValue record = holder.tag == PL_RECORD ? pl_retain(holder) : pl_record(context->values);
        *out = pl_record_set_take(context->values, record, name, pl_retain(value));
        return PL_OK;
    }
    PlList *list;
    int64_t i;
    if (!pl_args_list(&args, 0, &list) || !pl_args_integer(&args, 1, INT64_MIN, INT64_MAX, &i)) return PL_INVALID;
    int64_t at = i < 0 ? i + list->len : i;
    if (at < 0 || at >= list->len) return pl_args_fail(context, "there is no item %lld in a list of %u", (long long)i, list->len);
    PlValue copy = pl_list(context->values, list->len);
    for (uint32_t k = 0; k < list->len; k++)
        copy = pl_list_append_take(context->values, copy, pl_retain(k == at ? value : list->items[k]));
    *out = copy;
    return PL_OK;
}

PlStatus pl_fn_is_empty(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0);
    bool empty = v.tag == PL_NOTHING || (v.tag == PL_TEXT && pl_text_str(v).len == 0) || (v.tag == PL_LIST && pl_list_len(v) == 0) ||
                 (v.tag == PL_RECORD && pl_record_len(v) == 0) || (v.tag == PL_FILE && v.as.file->len == 0);
    *out = pl_yesno(empty);
    return PL_OK;
}

PlStatus pl_fn_coalesce(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    (void)context;
    *out = pl_nothing();
    for (uint32_t i = 0; i < count && out->tag == PL_NOTHING; i++) *out = pl_retain(all[i]);
    return PL_OK;
}

PlStatus pl_fn_type_of(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    return pl_args_give_text(&args, pl_str_z(pl_tag_name((PlTag)pl_args_at(&args, 0).tag)), out);
}
