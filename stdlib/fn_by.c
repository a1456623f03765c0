/* SPDX-License-Identifier: MIT */
/* Functions on lists of records that name a field, for those who write f(list, "field") where the language has a clause: the keys are
 * read by the path, and the function of the clause does the work. */
#include "stdlib/args.h"
#include "stdlib/by.h"
#include "vm/value/shape.h"

/* ---- paths ------------------------------------------------------------------------------------------------------- */

/* One part of a path: a field, or an item by its number. */
static PlValue step_into(PlValue v, PlStr part)
{
    PlValue found = pl_nothing();
    int64_t i;
    if (v.tag == PL_RECORD) {
        pl_record_find(v, part, &found);
    } else if (v.tag == PL_LIST && pl_str_to_int(part, &i)) {
        if (i < 0) i += pl_list_len(v);
        if (i >= 0 && i < pl_list_len(v)) found = pl_list_at(v, (uint32_t)i);
    }
    return found;
}

/* path = part *( "." part / "[" part "]" ) */
PlValue pl_by_path(PlValue v, PlStr path)
{
    PlValue found;
    if (v.tag == PL_RECORD && pl_record_find(v, path, &found)) return found;
    while (path.len && v.tag != PL_NOTHING) {
        size_t end = 0;
        while (end < path.len && !memchr(".[]", path.ptr[end], 3)) end++;
        if (end) v = step_into(v, pl_str_slice(path, 0, end));
        path = pl_str_slice(path, end < path.len ? end + 1 : end, path.len);
    }
    return v;
}

typedef struct Seen {
    const PlShapeNode *shape;
    uint32_t field;
} Seen;

/* The same for the items of a list, one after the other: a shape is searched once while the list holds its records. */
static inline PlValue by_path(PlValue v, PlStr path, Seen *seen)
{
    if (v.tag != PL_RECORD) return pl_by_path(v, path);
    if (seen->shape != v.as.record->shape) *seen = (Seen){v.as.record->shape, pl_shape_find(v.as.record->shape, path)};
    return seen->field == PL_SHAPE_NONE ? pl_by_path(v, path) : v.as.record->fields[seen->field];
}

/* The list of what stands at argument `path` of each item of argument `list`; owned. */
static bool keys_of(const PlArgs *args, uint32_t list, uint32_t path, PlValue *out)
{
    PlList *items;
    PlStr name;
    if (!pl_args_list(args, list, &items) || !pl_args_text(args, path, &name)) return false;
    Seen seen = {0};
    PlValue keys = pl_list(args->context->values, items->len);
    keys.as.list->depth = items->depth; /* no key is deeper than its item */
    for (uint32_t i = 0; i < items->len; i++) keys.as.list->items[keys.as.list->len++] = pl_retain(by_path(items->items[i], name, &seen));
    *out = keys;
    return true;
}

/* fn(list, keys, the third argument) */
static PlStatus by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlBuiltinFn fn, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue keys;
    if (!keys_of(&args, 0, 1, &keys)) return PL_INVALID;
    PlValue with_keys[] = {all[0], keys, pl_args_at(&args, 2)};
    PlStatus status = fn(context, with_keys, 3, out);
    pl_release(context->values, keys);
    return status;
}

/* ---- functions --------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_sort_by_field(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return by(context, all, count, pl_fn_sort_by, out);
}

PlStatus pl_fn_group_by_field(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return by(context, all, count, pl_fn_group_by, out);
}

PlStatus pl_fn_distinct_by_field(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return by(context, all, count, pl_fn_distinct_by, out);
}

PlStatus pl_fn_index_by_field(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return by(context, all, count, pl_fn_index_by, out);
}

PlStatus pl_fn_min_by_field(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return by(context, all, count, pl_fn_min_by, out);
}

PlStatus pl_fn_max_by_field(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return by(context, all, count, pl_fn_max_by, out);
}

PlStatus pl_fn_pluck(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    return keys_of(&args, 0, 1, out) ? PL_OK : PL_INVALID;
}

PlStatus pl_fn_sum_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue keys;
    if (!keys_of(&args, 0, 1, &keys)) return PL_INVALID;
    PlStatus status = pl_fn_sum(context, &keys, 1, out);
    pl_release(context->values, keys);
    return status;
}

PlStatus pl_fn_filter_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *items;
    PlStr path;
    if (!pl_args_list(&args, 0, &items) || !pl_args_text(&args, 1, &path)) return PL_INVALID;
    PlValue kept = pl_list(context->values, 0), wanted = pl_args_at(&args, 2);
    Seen seen = {0};
    for (uint32_t i = 0; i < items->len; i++)
        if (pl_equal(by_path(items->items[i], path, &seen), wanted))
            kept = pl_list_append_take(context->values, kept, pl_retain(items->items[i]));
    *out = kept;
    return PL_OK;
}

PlStatus pl_fn_find_by(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *items;
    PlStr path;
    if (!pl_args_list(&args, 0, &items) || !pl_args_text(&args, 1, &path)) return PL_INVALID;
    *out = pl_nothing();
    Seen seen = {0};
    for (uint32_t i = 0; i < items->len && out->tag == PL_NOTHING; i++)
        if (pl_equal(by_path(items->items[i], path, &seen), pl_args_at(&args, 2))) *out = pl_retain(items->items[i]);
    return PL_OK;
}

static PlStatus join(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool keeps_left, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue left, right;
    if (!keys_of(&args, 0, 2, &left)) return PL_INVALID;
    if (!keys_of(&args, 1, count > 3 && all[3].tag != PL_NOTHING ? 3 : 2, &right)) {
        pl_release(context->values, left);
        return PL_INVALID;
    }
    PlValue with_keys[] = {all[0], left, all[1], right, pl_yesno(keeps_left)};
    PlStatus status = pl_fn_join_by(context, with_keys, 5, out);
    pl_release(context->values, left);
    pl_release(context->values, right);
    return status;
}

PlStatus pl_fn_join_on(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return join(context, all, count, false, out);
}

PlStatus pl_fn_left_join_on(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return join(context, all, count, true, out);
}
