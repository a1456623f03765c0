/* SPDX-License-Identifier: MIT */
/* Records: their names and values, choosing and renaming fields, records from pairs. */
#include "stdlib/args.h"
#include "stdlib/by.h"
#include "stdlib/keyset.h"

static PlValue name_value(PlBuiltinContext *context, PlValue record, uint32_t i)
{
    return pl_text_interned(context->values, pl_record_name(record, i));
}

PlStatus pl_fn_keys(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record;
    if (!pl_args_record(&args, 0, &record)) return PL_INVALID;
    PlValue list = pl_list(context->values, pl_record_len(record));
    for (uint32_t i = 0; i < pl_record_len(record); i++) list = pl_list_append_take(context->values, list, name_value(context, record, i));
    *out = list;
    return PL_OK;
}

PlStatus pl_fn_values(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record;
    if (!pl_args_record(&args, 0, &record)) return PL_INVALID;
    PlValue list = pl_list(context->values, pl_record_len(record));
    for (uint32_t i = 0; i < pl_record_len(record); i++)
        list = pl_list_append_take(context->values, list, pl_retain(pl_record_at(record, i)));
    *out = list;
    return PL_OK;
}

PlStatus pl_fn_merge(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record;
    for (uint32_t i = 0; i < count; i++)
        if (pl_args_has(&args, i) && !pl_args_record(&args, i, &record)) return PL_INVALID;
    PlValue merged = pl_record(context->values);
    for (uint32_t k = 0; k < count; k++)
        for (uint32_t i = 0; pl_args_has(&args, k) && i < pl_record_len(all[k]); i++)
            merged = pl_record_set_take(context->values, merged, pl_record_name(all[k], i), pl_retain(pl_record_at(all[k], i)));
    *out = merged;
    return PL_OK;
}

static bool names_are_texts(const PlArgs *args)
{
    for (uint32_t k = 1; k < args->count; k++) {
        PlValue names = args->all[k];
        bool fine = names.tag == PL_TEXT || names.tag == PL_LIST;
        for (uint32_t i = 0; names.tag == PL_LIST && i < pl_list_len(names); i++) fine = fine && pl_list_at(names, i).tag == PL_TEXT;
        if (!fine) return pl_args_wrong(args, k, "a name or a list of names");
    }
    return true;
}

static void pick_name(PlBuiltinContext *context, PlValue from, PlValue name, PlValue *to)
{
    PlValue found;
    if (pl_record_find(from, pl_text_str(name), &found))
        *to = pl_record_set_take(context->values, *to, pl_text_str(name), pl_retain(found));
}

PlStatus pl_fn_pick(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record;
    if (!pl_args_record(&args, 0, &record) || !names_are_texts(&args)) return PL_INVALID;
    PlValue picked = pl_record(context->values);
    for (uint32_t k = 1; k < count; k++) {
        if (all[k].tag == PL_TEXT) pick_name(context, record, all[k], &picked);
        for (uint32_t i = 0; all[k].tag == PL_LIST && i < pl_list_len(all[k]); i++)
            pick_name(context, record, pl_list_at(all[k], i), &picked);
    }
    *out = picked;
    return PL_OK;
}

PlStatus pl_fn_omit(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record;
    if (!pl_args_record(&args, 0, &record) || !names_are_texts(&args)) return PL_INVALID;
    PlKeyset gone;
    bool added;
    pl_keyset_init(&gone, pl_values_heap(context->values));
    for (uint32_t k = 1; k < count; k++) {
        if (all[k].tag == PL_TEXT) pl_keyset_add(&gone, all[k], &added);
        for (uint32_t i = 0; all[k].tag == PL_LIST && i < pl_list_len(all[k]); i++) pl_keyset_add(&gone, pl_list_at(all[k], i), &added);
    }
    PlValue kept = pl_record(context->values);
    for (uint32_t i = 0; i < pl_record_len(record); i++) {
        PlValue name = name_value(context, record, i);
        if (pl_keyset_find(&gone, name) == PL_KEYSET_NONE)
            kept = pl_record_set_take(context->values, kept, pl_text_str(name), pl_retain(pl_record_at(record, i)));
        pl_release(context->values, name);
    }
    pl_keyset_deinit(&gone);
    *out = kept;
    return PL_OK;
}

PlStatus pl_fn_has(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record, unused;
    PlStr name;
    *out = pl_yesno(false);
    if (!pl_args_has(&args, 0)) return PL_OK;
    if (!pl_args_record(&args, 0, &record) || !pl_args_text(&args, 1, &name)) return PL_INVALID;
    *out = pl_yesno(pl_record_find(record, name, &unused));
    return PL_OK;
}

PlStatus pl_fn_set(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record;
    PlStr name;
    if (!pl_args_record(&args, 0, &record) || !pl_args_text(&args, 1, &name)) return PL_INVALID;
    *out = pl_record_set_take(context->values, pl_retain(record), name, pl_retain(pl_args_at(&args, 2)));
    return PL_OK;
}

PlStatus pl_fn_get(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0), key = pl_args_at(&args, 1), found = pl_nothing();
    if (key.tag == PL_INT && v.tag == PL_LIST) {
        int64_t i = key.as.integer < 0 ? key.as.integer + pl_list_len(v) : key.as.integer;
        if (i >= 0 && i < pl_list_len(v)) found = pl_list_at(v, (uint32_t)i);
    } else {
        PlStr path;
        if (!pl_args_text(&args, 1, &path)) return PL_INVALID;
        found = pl_by_path(v, path);
    }
    *out = pl_retain(found.tag == PL_NOTHING ? pl_args_at(&args, 2) : found);
    return PL_OK;
}

/* ---- pairs ------------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_to_pairs(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    static const PlStr names[] = {PL_STR_INIT("key"), PL_STR_INIT("value")};
    PlArgs args = {context, all, count};
    PlValue record;
    if (!pl_args_record(&args, 0, &record)) return PL_INVALID;
    const PlShapeNode *shape = pl_shape_of(context->values, names, 2);
    PlValue list = pl_list(context->values, pl_record_len(record));
    for (uint32_t i = 0; i < pl_record_len(record); i++) {
        PlValue fields[] = {name_value(context, record, i), pl_retain(pl_record_at(record, i))};
        list = pl_list_append_take(context->values, list, pl_record_of_take(context->values, shape, fields));
    }
    *out = list;
    return PL_OK;
}

/* [key, value], {key, value} or {name, value} */
static bool pair_of(PlValue item, PlStr *key, PlValue *value)
{
    PlValue name = pl_nothing();
    if (item.tag == PL_LIST && pl_list_len(item) == 2) {
        name = pl_list_at(item, 0);
        *value = pl_list_at(item, 1);
    } else if (item.tag == PL_RECORD) {
        if (!pl_record_find(item, PL_STR("key"), &name)) pl_record_find(item, PL_STR("name"), &name);
        if (!pl_record_find(item, PL_STR("value"), value)) return false;
    }
    if (name.tag != PL_TEXT) return false;
    *key = pl_text_str(name);
    return true;
}

PlStatus pl_fn_from_pairs(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    PlValue record = pl_record(context->values), value;
    for (uint32_t i = 0; i < list->len; i++) {
        PlStr key;
        if (!pair_of(list->items[i], &key, &value)) {
            pl_release(context->values, record);
            return pl_args_fail(context, "item %u is no pair: expected [name, value] or {key, value}", i);
        }
        record = pl_record_set_take(context->values, record, key, pl_retain(value));
    }
    *out = record;
    return PL_OK;
}

PlStatus pl_fn_rename(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record, names;
    if (!pl_args_record(&args, 0, &record) || !pl_args_record(&args, 1, &names)) return PL_INVALID;
    for (uint32_t i = 0; i < pl_record_len(names); i++)
        if (pl_record_at(names, i).tag != PL_TEXT) return (void)pl_args_wrong(&args, 1, "a record of new names"), PL_INVALID;
    PlValue renamed = pl_record(context->values);
    for (uint32_t i = 0; i < pl_record_len(record); i++) {
        PlStr name = pl_record_name(record, i);
        PlValue to;
        if (pl_record_find(names, name, &to)) name = pl_text_str(to);
        renamed = pl_record_set_take(context->values, renamed, name, pl_retain(pl_record_at(record, i)));
    }
    *out = renamed;
    return PL_OK;
}
