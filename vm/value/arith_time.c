/* SPDX-License-Identifier: MIT */
/* Sums, differences and multiples of times. Months are added on the calendar of the clock that a datetime was written with, before
 * anything smaller. */
#include "vm/value/arith_time.h"

#include "vm/value/time.h"

#include <math.h>

#define PL_ARITH_DAY INT64_C(86400000000)
#define PL_ARITH_MINUTE INT64_C(60000000)
static const char OUT_OF_RANGE[] = "the time is outside of the years 0 to 9999", TOO_LONG[] = "the duration is too long",
                  PART_OF_MONTH[] = "a part of a month is no certain time", ZERO[] = "division by zero";

bool pl_arith_is_time(PlValue v)
{
    return v.tag == PL_DATETIME || v.tag == PL_DATE || v.tag == PL_DURATION;
}

static PlStatus fail(const char **error, const char *words)
{
    *error = words;
    return PL_INVALID;
}

/* A date or datetime, itself or as a text. */
static bool point_of(PlValue v, PlValue *out)
{
    int64_t n;
    int32_t offset;
    *out = v;
    if (v.tag == PL_DATE || v.tag == PL_DATETIME) return true;
    if (v.tag != PL_TEXT) return false;
    if (pl_time_read_date(pl_text_str(v), &n))
        *out = pl_date(n);
    else if (pl_time_read_datetime(pl_text_str(v), &n, &offset))
        *out = pl_datetime(n, offset);
    else
        return false;
    return true;
}

static PlStatus give_duration(PlWide us, int64_t months, PlValue *out, const char **error)
{
    if (us < INT64_MIN || us > INT64_MAX || months < INT32_MIN || months > INT32_MAX) return fail(error, TOO_LONG);
    *out = pl_duration((int64_t)us, (int32_t)months);
    return PL_OK;
}

PlStatus pl_arith_shift(PlValue time, int64_t months, PlWide us, PlValue *out, const char **error)
{
    const PlWide first = pl_time_days_of(0, 1, 1), behind = pl_time_days_of(10000, 1, 1);
    bool date = time.tag == PL_DATE;
    PlWide clock = date ? 0 : (PlWide)time.as.integer + time.extra * PL_ARITH_MINUTE, days = date ? time.as.integer : clock / PL_ARITH_DAY;
    if (!date) clock -= days * PL_ARITH_DAY;
    if (clock < 0) days--, clock += PL_ARITH_DAY;
    if (days < first || days >= behind || months < -120000 || months > 120000) return fail(error, OUT_OF_RANGE);
    PlWide local = (PlWide)pl_time_add_months((int64_t)days, (int32_t)months) * PL_ARITH_DAY + clock + us;
    if (local < first * PL_ARITH_DAY || local >= behind * PL_ARITH_DAY) return fail(error, OUT_OF_RANGE);
    if (!date)
        *out = pl_datetime((int64_t)(local - time.extra * PL_ARITH_MINUTE), time.extra);
    else if (local % PL_ARITH_DAY == 0)
        *out = pl_date((int64_t)(local / PL_ARITH_DAY));
    else
        *out = pl_datetime((int64_t)local, 0);
    return PL_OK;
}

bool pl_arith_add_times(PlValue a, PlValue b, int sign, PlValue *out, const char **error, PlStatus *status)
{
    PlValue point;
    if (a.tag == PL_DURATION && b.tag == PL_DURATION) {
        *status = give_duration((PlWide)a.as.integer + (PlWide)b.as.integer * sign, (int64_t)a.extra + (int64_t)b.extra * sign, out, error);
        return true;
    }
    if (a.tag == PL_DURATION && sign > 0) {
        PlValue swap = a;
        a = b;
        b = swap;
    }
    if (b.tag != PL_DURATION || !point_of(a, &point)) return false;
    *status = pl_arith_shift(point, (int64_t)b.extra * sign, (PlWide)b.as.integer * sign, out, error);
    return true;
}

/* Midnight of a date on the other's clock. */
static PlWide instant(PlValue point, PlValue other)
{
    if (point.tag == PL_DATETIME) return point.as.integer;
    return (PlWide)point.as.integer * PL_ARITH_DAY - (other.tag == PL_DATETIME ? other.extra * PL_ARITH_MINUTE : 0);
}

bool pl_arith_between(PlValue a, PlValue b, PlValue *out)
{
    PlValue x, y;
    const char *unused;
    if (!point_of(a, &x) || !point_of(b, &y)) return false;
    return give_duration(instant(x, y) - instant(y, x), 0, out, &unused) == PL_OK;
}

/* ---- multiples --------------------------------------------------------------------------------------------------- */

static PlStatus scale_by_int(PlValue duration, int64_t n, bool divide, PlValue *out, const char **error)
{
    PlWide us = duration.as.integer, months = duration.extra;
    if (!divide) {
        months *= n;
        if (months < INT32_MIN || months > INT32_MAX) return fail(error, TOO_LONG);
        return give_duration(us * n, (int64_t)months, out, error);
    }
    if (months % n) return fail(error, PART_OF_MONTH);
    return give_duration(us / n, (int64_t)(months / n), out, error);
}

PlStatus pl_arith_scale(PlValue duration, PlValue number, bool divide, PlValue *out, const char **error)
{
    if (number.tag == PL_INT) return scale_by_int(duration, number.as.integer, divide, out, error);
    double factor = number.as.number;
    double us = divide ? (double)duration.as.integer / factor : (double)duration.as.integer * factor;
    double months = divide ? duration.extra / factor : duration.extra * factor;
    if (!(fabs(us) < 0x1p63) || !(fabs(months) < 0x1p31)) return fail(error, TOO_LONG);
    if (months != trunc(months)) return fail(error, PART_OF_MONTH);
    return give_duration((PlWide)nearbyint(us), (int64_t)months, out, error);
}

PlStatus pl_arith_ratio(PlValue a, PlValue b, PlValue *out, const char **error)
{
    bool months = a.extra || b.extra;
    if (months && (a.as.integer || b.as.integer)) return fail(error, PART_OF_MONTH);
    int64_t x = months ? a.extra : a.as.integer, y = months ? b.extra : b.as.integer;
    if (y == 0) return fail(error, ZERO);
    if (y == -1 ? x != INT64_MIN : x % y == 0)
        *out = pl_int(x / y);
    else
        *out = pl_double((double)x / (double)y);
    return PL_OK;
}
