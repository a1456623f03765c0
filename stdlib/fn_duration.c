/* SPDX-License-Identifier: MIT */
/* Adding to times, the time between two, durations as numbers, working days (Monday to Friday, but for the holidays that
 * a plan names). */
#include "stdlib/args.h"

#include "vm/value/arith_time.h"

#define PL_FN_DAY INT64_C(86400000000)

enum { MOST = 100000000 };

/* ---- adding ------------------------------------------------------------------------------------------------------ */

static PlStatus add_units(PlBuiltinContext *context, const PlValue *all, uint32_t count, int32_t months, int64_t us, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue time;
    int64_t n;
    const char *error;
    if (!pl_args_time(&args, 0, &time) || !pl_args_integer(&args, 1, -MOST, MOST, &n)) return PL_INVALID;
    if (pl_arith_shift(time, n * months, (PlWide)n * us, out, &error) == PL_OK) return PL_OK;
    return pl_args_fail(context, "%s", error);
}

PlStatus pl_fn_add_minutes(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return add_units(context, all, count, 0, PL_FN_DAY / 1440, out);
}

PlStatus pl_fn_add_hours(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return add_units(context, all, count, 0, PL_FN_DAY / 24, out);
}

PlStatus pl_fn_add_days(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return add_units(context, all, count, 0, PL_FN_DAY, out);
}

PlStatus pl_fn_add_weeks(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return add_units(context, all, count, 0, PL_FN_DAY * 7, out);
}

PlStatus pl_fn_add_months(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return add_units(context, all, count, 1, 0, out);
}

PlStatus pl_fn_add_years(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return add_units(context, all, count, 12, 0, out);
}

/* ---- between ----------------------------------------------------------------------------------------------------- */

static int64_t days_of(PlValue time)
{
    if (time.tag == PL_DATE) return time.as.integer;
    int64_t local = time.as.integer + time.extra * (PL_FN_DAY / 1440);
    return local / PL_FN_DAY - (local % PL_FN_DAY < 0);
}

static bool two_days(const PlArgs *args, int64_t *from, int64_t *to)
{
    PlValue a, b;
    if (!pl_args_time(args, 0, &a) || !pl_args_time(args, 1, &b)) return false;
    *from = days_of(a);
    *to = days_of(b);
    return true;
}

PlStatus pl_fn_days_between(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    int64_t from, to;
    if (!two_days(&args, &from, &to)) return PL_INVALID;
    *out = pl_int(to - from);
    return PL_OK;
}

/* Whole months from the first day to the second; the same day of the month completes one. */
PlStatus pl_fn_months_between(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    int64_t from, to;
    if (!two_days(&args, &from, &to)) return PL_INVALID;
    int64_t early = from < to ? from : to, late = from < to ? to : from;
    int32_t y1, y2;
    uint32_t m1, m2, d;
    pl_time_civil(early, &y1, &m1, &d);
    pl_time_civil(late, &y2, &m2, &d);
    int32_t months = (y2 - y1) * 12 + (int32_t)m2 - (int32_t)m1;
    if (months > 0 && pl_time_add_months(early, months) > late) months--;
    *out = pl_int(from < to ? months : -months);
    return PL_OK;
}

PlStatus pl_fn_time_between(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue a, b;
    if (!pl_args_time(&args, 0, &a) || !pl_args_time(&args, 1, &b)) return PL_INVALID;
    return pl_arith_between(b, a, out) ? PL_OK : pl_args_fail(context, "the duration is too long");
}

/* ---- working days ------------------------------------------------------------------------------------------------ */

/* Mondays to Fridays before a day, counted from a Monday long ago. */
static int64_t working_days_before(int64_t days)
{
    int64_t shifted = days + 3 + 7 * INT64_C(200000); /* a multiple of 7 is a Monday, and never below 0 */
    int64_t rest = shifted % 7;
    return shifted / 7 * 5 + (rest < 5 ? rest : 5);
}

static int64_t weekday_of(int64_t day) /* 0: Monday */
{
    return ((day + 3) % 7 + 7) % 7;
}

enum { MOST_HOLIDAYS = 1000 };

typedef struct Holidays { /* Mondays to Fridays, each once */
    int64_t days[MOST_HOLIDAYS];
    uint32_t count;
} Holidays;

static bool read_holidays(const PlArgs *args, uint32_t at, Holidays *out)
{
    PlList *list;
    out->count = 0;
    if (!pl_args_has(args, at)) return true;
    if (!pl_args_list(args, at, &list)) return false;
    if (list->len > MOST_HOLIDAYS) return pl_args_wrong(args, at, "a list of at most 1000 dates");
    for (uint32_t i = 0; i < list->len; i++) {
        PlArgs item = {args->context, list->items + i, 1};
        PlValue time;
        if (!pl_args_time(&item, 0, &time)) return pl_args_wrong(args, at, "a list of dates");
        int64_t day = days_of(time);
        bool is_known = weekday_of(day) >= 5;
        for (uint32_t k = 0; k < out->count && !is_known; k++) is_known = out->days[k] == day;
        if (!is_known) out->days[out->count++] = day;
    }
    return true;
}

/* From one day up to before another. */
static int64_t holidays_in(const Holidays *holidays, int64_t from, int64_t to)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < holidays->count; i++) n += holidays->days[i] >= from && holidays->days[i] < to;
    return n;
}

PlStatus pl_fn_business_days(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Holidays holidays;
    int64_t from, to;
    if (!two_days(&args, &from, &to) || !read_holidays(&args, 2, &holidays)) return PL_INVALID;
    int64_t free = from <= to ? holidays_in(&holidays, from, to) : -holidays_in(&holidays, to, from);
    *out = pl_int(working_days_before(to) - working_days_before(from) - free);
    return PL_OK;
}

/* So many Mondays to Fridays further, or back. */
static int64_t go_on(int64_t day, int64_t n)
{
    int64_t weekday = weekday_of(day), step = n < 0 ? -1 : 1;
    if (weekday >= 5 && n) day += n > 0 ? 4 - weekday : 7 - weekday; /* to the Friday before, or the Monday behind */
    day += n / 5 * 7;
    for (int64_t left = n % 5 * step; left > 0; left--) {
        day += step;
        if (weekday_of(day) >= 5) day += step * 2;
    }
    return day;
}

PlStatus pl_fn_add_business_days(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Holidays holidays;
    PlValue time;
    int64_t n, passed = 0, met;
    const char *error;
    if (!pl_args_time(&args, 0, &time) || !pl_args_integer(&args, 1, -1000000, 1000000, &n) || !read_holidays(&args, 2, &holidays)) return PL_INVALID;
    int64_t begin = days_of(time), day = go_on(begin, n);
    for (; n; passed = met) { /* each holiday on the way takes another day */
        met = n > 0 ? holidays_in(&holidays, begin + 1, day + 1) : holidays_in(&holidays, day, begin);
        if (met == passed) break;
        day = go_on(day, n > 0 ? met - passed : passed - met);
    }
    if (pl_arith_shift(time, 0, (PlWide)(day - begin) * PL_FN_DAY, out, &error) == PL_OK) return PL_OK;
    return pl_args_fail(context, "%s", error);
}

/* ---- durations --------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_duration(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    return pl_args_duration(&args, 0, out) ? PL_OK : PL_INVALID;
}

static PlStatus in_units(PlBuiltinContext *context, const PlValue *all, uint32_t count, int64_t unit, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue d;
    if (!pl_args_duration(&args, 0, &d)) return PL_INVALID;
    if (d.extra) return pl_args_fail(context, "a month has no certain length");
    *out = d.as.integer % unit == 0 ? pl_int(d.as.integer / unit) : pl_double((double)d.as.integer / (double)unit);
    return PL_OK;
}

PlStatus pl_fn_seconds(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return in_units(context, all, count, 1000000, out);
}

PlStatus pl_fn_minutes(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return in_units(context, all, count, PL_FN_DAY / 1440, out);
}

PlStatus pl_fn_hours(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return in_units(context, all, count, PL_FN_DAY / 24, out);
}

PlStatus pl_fn_days(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return in_units(context, all, count, PL_FN_DAY, out);
}
