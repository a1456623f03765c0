/* SPDX-License-Identifier: MIT */
/* One value from a list: sum, average, least and greatest, median. Items that are nothing do not count. */
#include "stdlib/args.h"
#include "stdlib/keyset.h"
#include "stdlib/sorting.h"

#include "vm/value/arith.h"

#include <math.h>

/* ---- sums -------------------------------------------------------------------------------------------------------- */

typedef struct Sum {
    PlWide whole;             /* of the integers */
    double total, correction; /* of the doubles, after Neumaier: what adding lost is kept */
    PlWide us;                /* of the durations */
    int64_t months;
    uint32_t integers, doubles, durations;
} Sum;

static void add_double(Sum *sum, double d)
{
    double next = sum->total + d;
    sum->correction += fabs(sum->total) >= fabs(d) ? sum->total - next + d : d - next + sum->total;
    sum->total = next;
    sum->doubles++;
}

static PlStatus wrong_item(PlBuiltinContext *context, uint32_t i, const char *wanted, PlValue found)
{
    pl_buf_clear(&context->error);
    pl_buf_printf(&context->error, "item %u must be %s, found ", i, wanted);
    pl_value_brief(&context->error, found, 60);
    return PL_INVALID;
}

static PlStatus add_all(PlBuiltinContext *context, const PlList *list, Sum *sum)
{
    *sum = (Sum){0};
    for (uint32_t i = 0; i < list->len; i++) {
        PlValue item = list->items[i];
        if (item.tag == PL_INT) {
            sum->whole += item.as.integer;
            sum->integers++;
        } else if (item.tag == PL_DOUBLE) {
            add_double(sum, item.as.number);
        } else if (item.tag == PL_DURATION) {
            sum->us += item.as.integer;
            sum->months += item.extra;
            sum->durations++;
        } else if (item.tag != PL_NOTHING) {
            return wrong_item(context, i, "a number", item);
        }
    }
    if (sum->durations && (sum->integers || sum->doubles)) return pl_args_fail(context, "numbers and durations cannot be added");
    return PL_OK;
}

static PlStatus give_sum(PlBuiltinContext *context, Sum *sum, PlValue *out)
{
    if (sum->durations) {
        bool fits = sum->us >= INT64_MIN && sum->us <= INT64_MAX && sum->months >= INT32_MIN && sum->months <= INT32_MAX;
        *out = pl_duration((int64_t)sum->us, (int32_t)sum->months);
        return fits ? PL_OK : pl_args_fail(context, "the sum is too large");
    }
    if (sum->doubles == 0) {
        if (sum->whole < INT64_MIN || sum->whole > INT64_MAX) return pl_args_fail(context, "the sum is too large for an integer");
        *out = pl_int((int64_t)sum->whole);
        return PL_OK;
    }
    add_double(sum, (double)sum->whole);
    double total = isfinite(sum->correction) ? sum->total + sum->correction : sum->total;
    *out = pl_double(total);
    return isfinite(total) ? PL_OK : pl_args_fail(context, "the sum is too large");
}

PlStatus pl_fn_sum(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    Sum sum;
    if (!pl_args_list(&args, 0, &list) || add_all(context, list, &sum) != PL_OK) return PL_INVALID;
    return give_sum(context, &sum, out);
}

PlStatus pl_fn_sum_durations(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    Sum sum = {.durations = 1};
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    for (uint32_t i = 0; i < list->len; i++) {
        PlArgs item = {context, list->items + i, 1};
        PlValue d = pl_duration(0, 0);
        if (pl_args_has(&item, 0) && !pl_args_duration(&item, 0, &d)) return wrong_item(context, i, "a duration", list->items[i]);
        sum.us += d.as.integer;
        sum.months += d.extra;
    }
    return give_sum(context, &sum, out);
}

PlStatus pl_fn_average(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    Sum sum;
    *out = pl_nothing();
    if (!pl_args_list(&args, 0, &list) || add_all(context, list, &sum) != PL_OK) return PL_INVALID;
    uint32_t items = sum.integers + sum.doubles + sum.durations;
    if (items == 0) return PL_OK;
    PlValue total;
    const char *error;
    if (give_sum(context, &sum, &total) != PL_OK) return PL_INVALID;
    if (pl_arith_div(context->values, total, pl_int(items), out, &error) == PL_OK) return PL_OK;
    return pl_args_fail(context, "%s", error);
}

/* ---- least and greatest ------------------------------------------------------------------------------------------ */

/* Of one list, or of the arguments. */
static PlStatus extreme(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool greatest, PlValue *out)
{
    PlList several = {.len = count, .items = (PlValue *)all};
    const PlList *list = count == 1 && all[0].tag == PL_LIST ? all[0].as.list : &several;
    uint32_t found;
    PlStatus status = pl_extreme(context, list, greatest, &found);
    if (status == PL_OK) *out = found == UINT32_MAX ? pl_nothing() : pl_retain(list->items[found]);
    return status;
}

PlStatus pl_fn_min(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return extreme(context, all, count, false, out);
}

PlStatus pl_fn_max(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return extreme(context, all, count, true, out);
}

/* ---- ranks ------------------------------------------------------------------------------------------------------- */

/* The value `part` (0 to 1) of the way through the sorted numbers, between two of them on the line that joins them. */
static PlStatus rank(PlBuiltinContext *context, PlList *list, double part, PlValue *out)
{
    PlValue sorted;
    for (uint32_t i = 0; i < list->len; i++) {
        PlTag tag = (PlTag)list->items[i].tag;
        if (tag != PL_INT && tag != PL_DOUBLE && tag != PL_NOTHING) return wrong_item(context, i, "a number", list->items[i]);
    }
    if (pl_sorted(context, list, list, false, &sorted) != PL_OK) return PL_INVALID;
    uint32_t numbers = pl_list_len(sorted);
    while (numbers && pl_list_at(sorted, numbers - 1).tag == PL_NOTHING) numbers--;
    *out = pl_nothing();
    if (numbers) {
        double place = part * (numbers - 1), below = floor(place);
        PlValue a = pl_list_at(sorted, (uint32_t)below), b = pl_list_at(sorted, (uint32_t)ceil(place));
        double x = pl_args_as_double(a), y = pl_args_as_double(b);
        *out = place == below || pl_equal(a, b) ? a : pl_double(x + (y - x) * (place - below));
        if (out->tag == PL_DOUBLE && out->as.number == trunc(out->as.number) && fabs(out->as.number) < 0x1p53 && a.tag == PL_INT &&
            b.tag == PL_INT)
            *out = pl_int((int64_t)out->as.number);
    }
    pl_release(context->values, sorted);
    return PL_OK;
}

PlStatus pl_fn_median(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    return pl_args_list(&args, 0, &list) ? rank(context, list, 0.5, out) : PL_INVALID;
}

PlStatus pl_fn_percentile(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    double percent;
    if (!pl_args_list(&args, 0, &list) || !pl_args_double(&args, 1, &percent)) return PL_INVALID;
    if (!(percent >= 0 && percent <= 100)) return pl_args_fail(context, "argument 2 must be from 0 to 100");
    return rank(context, list, percent / 100, out);
}

/* ---- how often --------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_frequencies(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    static const PlStr names[] = {PL_STR_INIT("value"), PL_STR_INIT("count")};
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    PlValues *values = context->values;
    const PlShapeNode *shape = pl_shape_of(values, names, 2);
    PlKeyset seen;
    pl_keyset_init(&seen, pl_values_heap(values));
    PlValue rows = pl_list(values, 0);
    for (uint32_t i = 0; i < list->len; i++) {
        bool added;
        uint32_t at = pl_keyset_add(&seen, list->items[i], &added);
        if (added) {
            PlValue fields[] = {pl_retain(list->items[i]), pl_int(0)};
            rows = pl_list_append_take(values, rows, pl_record_of_take(values, shape, fields));
        }
        rows.as.list->items[at].as.record->fields[1].as.integer++; /* the row is ours alone */
    }
    pl_keyset_deinit(&seen);
    *out = rows;
    return PL_OK;
}

/* Of the whole population: the root of the mean square distance from the mean. */
PlStatus pl_fn_standard_deviation(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    double mean = 0, squares = 0;
    uint32_t n = 0;
    *out = pl_nothing();
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    for (uint32_t i = 0; i < list->len; i++) { /* Welford: exact enough for far-off means */
        PlArgs item = {context, list->items + i, 1};
        double d;
        if (!pl_args_has(&item, 0)) continue;
        if (!pl_args_double(&item, 0, &d)) return wrong_item(context, i, "a number", list->items[i]);
        double delta = d - mean;
        mean += delta / ++n;
        squares += delta * (d - mean);
    }
    if (n) *out = pl_double(sqrt(squares / n));
    return !n || isfinite(out->as.number) ? PL_OK : pl_args_fail(context, "the numbers are too large");
}
