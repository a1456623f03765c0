/* SPDX-License-Identifier: MIT */
/* Adding to times, the time between two, durations as numbers, working days (Monday to Friday; no holidays are known). */
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

PlStatus pl_fn_business_days(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    int64_t from, to;
    if (!two_days(&args, &from, &to)) return PL_INVALID;
    *out = pl_int(working_days_before(to) - working_days_before(from));
    return PL_OK;
}

PlStatus pl_fn_add_business_days(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue time;
    int64_t n;
    const char *error;
    if (!pl_args_time(&args, 0, &time) || !pl_args_integer(&args, 1, -1000000, 1000000, &n)) return PL_INVALID;
    int64_t day = days_of(time), weekday = ((day + 3) % 7 + 7) % 7, step = n < 0 ? -1 : 1;
    if (weekday >= 5 && n) day += n > 0 ? 4 - weekday : 7 - weekday; /* to the Friday before, or the Monday behind */
    int64_t weeks = n / 5, left = n % 5 * step;
    day += weeks * 7;
    for (; left > 0; left--) {
        day += step;
        weekday = ((day + 3) % 7 + 7) % 7;
        if (weekday >= 5) day += step * 2;
    }
    if (pl_arith_shift(time, 0, (PlWide)(day - days_of(time)) * PL_FN_DAY, out, &error) == PL_OK) return PL_OK;
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
