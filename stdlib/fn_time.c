/* SPDX-License-Identifier: MIT */
/* Dates and times: making them, their parts, arithmetic with names. The parts of a datetime are those of the clock it was written with; a
 * text without an offset, and a date, are in the plan's zone. */
#include "stdlib/args.h"

#include "vm/value/arith.h"
#include "vm/value/arith_time.h"

#include <math.h>

#define PL_FN_DAY INT64_C(86400000000)
#define PL_FN_MINUTE INT64_C(60000000)

/* ---- making ------------------------------------------------------------------------------------------------------ */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Microseconds since 1970-01-01 on the clock it was written with. */
static int64_t local_of(PlValue time)
{
    return time.tag == PL_DATE ? time.as.integer * PL_FN_DAY : time.as.integer + time.extra * PL_FN_MINUTE;
}

static int64_t day_of(PlValue time)
{
    return floor_div(local_of(time), PL_FN_DAY);
}

/* That wall clock time in a zone. */
static PlValue datetime_in(const PlZone *zone, int64_t local)
{
    int64_t us = zone ? pl_zone_to_utc(zone, local) : local;
    return pl_datetime(us, pl_zone_offset(zone, us));
}

/* The first and last microseconds of what has a text leave no room for a zone's offset. */
static PlStatus give_time(PlBuiltinContext *context, PlValue v, PlValue *out)
{
    const char *error;
    if (pl_arith_shift(v, 0, 0, out, &error) == PL_OK) return PL_OK;
    return pl_args_fail(context, "%s", error);
}

PlStatus pl_fn_date(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v;
    int64_t year, month, day;
    if (count == 3) {
        if (!pl_args_integer(&args, 0, 0, 9999, &year) || !pl_args_integer(&args, 1, 1, 12, &month) || !pl_args_integer(&args, 2, 1, 31, &day))
            return PL_INVALID;
        int64_t days = pl_time_days_of((int32_t)year, (uint32_t)month, (uint32_t)day);
        int32_t y;
        uint32_t m, d;
        pl_time_civil(days, &y, &m, &d);
        if (d != (uint32_t)day) return pl_args_fail(context, "month %d has no day %d", (int)month, (int)day);
        *out = pl_date(days);
        return PL_OK;
    }
    if (!pl_args_time(&args, 0, &v)) return PL_INVALID;
    *out = pl_date(day_of(v));
    return PL_OK;
}

/* Behind the 'T' or space: whether an offset stands there. */
static bool has_offset(PlStr s)
{
    for (size_t i = 11; i < s.len; i++)
        if (memchr("Zz+-", s.ptr[i], 4)) return true;
    return false;
}

PlStatus pl_fn_datetime(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v;
    if (!pl_args_time(&args, 0, &v)) return PL_INVALID;
    bool local = v.tag == PL_DATE || (all[0].tag == PL_TEXT && !has_offset(pl_text_str(all[0])));
    return give_time(context, local ? datetime_in(context->zone, local_of(v)) : v, out);
}

/* A time and the zone that is named beside it; the zone is the caller's to close. NULL: it was said what is wrong. */
static PlZone *time_and_zone(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *v)
{
    PlArgs args = {context, all, count};
    PlStr name;
    if (!pl_args_time(&args, 0, v) || !pl_args_text(&args, 1, &name)) return NULL;
    PlZone *zone = pl_zone_open(name);
    if (!zone) (void)pl_args_fail(context, "there is no time zone \"" PL_FMT "\"", PL_ARG(pl_str_slice(name, 0, 60)));
    return zone;
}

PlStatus pl_fn_in_zone(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlValue v;
    PlZone *zone = time_and_zone(context, all, count, &v);
    if (!zone) return PL_INVALID;
    *out = v.tag == PL_DATE ? datetime_in(zone, local_of(v)) : pl_datetime(v.as.integer, pl_zone_offset(zone, v.as.integer));
    pl_zone_close(zone);
    return give_time(context, *out, out);
}

/* What the clocks of a zone show, as an instant. */
PlStatus pl_fn_from_zone(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlValue v;
    PlZone *zone = time_and_zone(context, all, count, &v);
    if (!zone) return PL_INVALID;
    *out = datetime_in(zone, local_of(v));
    pl_zone_close(zone);
    return give_time(context, *out, out);
}

PlStatus pl_fn_from_unix(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    double seconds;
    if (!pl_args_double(&args, 0, &seconds)) return PL_INVALID;
    if (!(fabs(seconds) < 1e12)) return pl_args_fail(context, "the time is outside of the years 0 to 9999");
    int64_t us = all[0].tag == PL_INT ? all[0].as.integer * 1000000 : (int64_t)llround(seconds * 1e6);
    return give_time(context, pl_datetime(us, 0), out);
}

PlStatus pl_fn_to_unix(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v;
    if (!pl_args_time(&args, 0, &v)) return PL_INVALID;
    if (v.tag == PL_DATE) v = datetime_in(context->zone, local_of(v));
    *out = pl_int(floor_div(v.as.integer, 1000000));
    return PL_OK;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

typedef struct Parts {
    int32_t year;
    uint32_t month, day;
    int64_t days, clock; /* clock: microseconds of the day */
} Parts;

static bool parts_of(const PlArgs *args, Parts *p)
{
    PlValue v;
    if (!pl_args_time(args, 0, &v)) return false;
    p->days = day_of(v);
    p->clock = local_of(v) - p->days * PL_FN_DAY;
    pl_time_civil(p->days, &p->year, &p->month, &p->day);
    return true;
}

PlStatus pl_fn_year(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(p.year);
    return PL_OK;
}

PlStatus pl_fn_month(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(p.month);
    return PL_OK;
}

PlStatus pl_fn_quarter(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int((p.month + 2) / 3);
    return PL_OK;
}

PlStatus pl_fn_day(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(p.day);
    return PL_OK;
}

PlStatus pl_fn_day_of_year(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(p.days - pl_time_days_of(p.year, 1, 1) + 1);
    return PL_OK;
}

PlStatus pl_fn_hour(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(p.clock / (60 * PL_FN_MINUTE));
    return PL_OK;
}

PlStatus pl_fn_minute(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(p.clock / PL_FN_MINUTE % 60);
    return PL_OK;
}

PlStatus pl_fn_second(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(p.clock / 1000000 % 60);
    return PL_OK;
}

/* 0 is Monday */
static int64_t weekday_of(int64_t days)
{
    int64_t rest = (days + 3) % 7;
    return rest < 0 ? rest + 7 : rest;
}

PlStatus pl_fn_weekday(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    static const char *const names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    return pl_args_give_text(&args, pl_str_z(names[weekday_of(p.days)]), out);
}

PlStatus pl_fn_weekday_number(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_int(weekday_of(p.days) + 1);
    return PL_OK;
}

/* ISO 8601: the week that holds the Thursday */
PlStatus pl_fn_week_number(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    int64_t thursday = p.days - weekday_of(p.days) + 3;
    int32_t year;
    uint32_t month, day;
    pl_time_civil(thursday, &year, &month, &day);
    *out = pl_int((thursday - pl_time_days_of(year, 1, 1)) / 7 + 1);
    return PL_OK;
}

PlStatus pl_fn_is_weekend(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_yesno(weekday_of(p.days) >= 5);
    return PL_OK;
}

/* ---- bounds of a day, week, month, year: dates ------------------------------------------------------------------- */

PlStatus pl_fn_start_of_week(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    return give_time(context, pl_date(p.days - weekday_of(p.days)), out);
}

PlStatus pl_fn_end_of_week(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    return give_time(context, pl_date(p.days - weekday_of(p.days) + 6), out);
}

PlStatus pl_fn_start_of_month(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_date(p.days - p.day + 1);
    return PL_OK;
}

PlStatus pl_fn_end_of_month(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_date(pl_time_add_months(p.days - p.day + 1, 1) - 1);
    return PL_OK;
}

PlStatus pl_fn_start_of_quarter(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_date(pl_time_days_of(p.year, (p.month - 1) / 3 * 3 + 1, 1));
    return PL_OK;
}

PlStatus pl_fn_start_of_year(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_date(pl_time_days_of(p.year, 1, 1));
    return PL_OK;
}

PlStatus pl_fn_end_of_year(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Parts p;
    if (!parts_of(&args, &p)) return PL_INVALID;
    *out = pl_date(pl_time_days_of(p.year, 12, 31));
    return PL_OK;
}
