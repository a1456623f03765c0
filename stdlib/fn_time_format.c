/* SPDX-License-Identifier: MIT */
/* Times to text and back by a format: the letters of calendars and spreadsheets (YYYY-MM-DD HH:mm) or, where the format has a '%', those of
 * strftime (%Y-%m-%d %H:%M). One table of parts serves both, and both directions. Names are English. */
#include "stdlib/args.h"


#define PL_FN_DAY INT64_C(86400000000)

typedef enum Part {
    YEAR, YEAR2, MONTH, MONTH2, MONTH_NAME, MONTH_SHORT, DAY, DAY2, WEEKDAY, WEEKDAY_SHORT, HOUR, HOUR2, HOUR12, HOUR12_2,
    MINUTE, MINUTE2, SECOND, SECOND2, MILLI, HALF, HALF_LOWER, OFFSET, OFFSET_PLAIN, QUARTER, DAY_OF_YEAR, LITERAL
} Part;

static const struct Token {
    const char *text;
    Part part;
} letters[] = { /* longer ones first */
    {"YYYY", YEAR}, {"yyyy", YEAR}, {"YY", YEAR2}, {"yy", YEAR2}, {"MMMM", MONTH_NAME}, {"MMM", MONTH_SHORT}, {"MM", MONTH2},
    {"M", MONTH}, {"DD", DAY2}, {"D", DAY}, {"dddd", WEEKDAY}, {"ddd", WEEKDAY_SHORT}, {"dd", DAY2}, {"d", DAY},
    {"EEEE", WEEKDAY}, {"EEE", WEEKDAY_SHORT}, {"HH", HOUR2}, {"H", HOUR}, {"hh", HOUR12_2}, {"h", HOUR12}, {"mm", MINUTE2},
    {"m", MINUTE}, {"ss", SECOND2}, {"s", SECOND}, {"SSS", MILLI}, {"A", HALF}, {"a", HALF_LOWER}, {"ZZ", OFFSET_PLAIN},
    {"Z", OFFSET}, {"Q", QUARTER},
}, percents[] = {
    {"%Y", YEAR}, {"%y", YEAR2}, {"%m", MONTH2}, {"%-m", MONTH}, {"%B", MONTH_NAME}, {"%b", MONTH_SHORT}, {"%d", DAY2}, {"%-d", DAY},
    {"%e", DAY}, {"%A", WEEKDAY}, {"%a", WEEKDAY_SHORT}, {"%H", HOUR2}, {"%-H", HOUR}, {"%I", HOUR12_2}, {"%-I", HOUR12},
    {"%M", MINUTE2}, {"%S", SECOND2}, {"%f", MILLI}, {"%p", HALF}, {"%z", OFFSET_PLAIN}, {"%j", DAY_OF_YEAR},
};

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/* The next part of the format, which moves behind it; of a literal the text. "[...]" and '...' are literal, and in a format with '%'
 * everything else is. */
static Part next_part(PlStr *format, bool percent, PlStr *literal)
{
    const struct Token *tokens = percent ? percents : letters;
    size_t count = percent ? sizeof percents / sizeof *percents : sizeof letters / sizeof *letters;
    for (size_t i = 0; i < count; i++) {
        PlStr token = pl_str_z(tokens[i].text);
        if (!pl_str_starts(*format, token)) continue;
        *format = pl_str_slice(*format, token.len, format->len);
        return tokens[i].part;
    }
    char open = format->ptr[0], close = open == '[' ? ']' : open == '\'' ? '\'' : 0;
    size_t end = close && !percent ? pl_str_find_char(*format, close, 1) : PL_STR_NONE;
    if (end != PL_STR_NONE) {
        *literal = pl_str_slice(*format, 1, end);
        *format = pl_str_slice(*format, end + 1, format->len);
        return LITERAL;
    }
    size_t len = open == '%' && format->len > 1 && format->ptr[1] == '%' ? 2 : 1;
    *literal = pl_str_slice(*format, len - 1, len);
    *format = pl_str_slice(*format, len, format->len);
    return LITERAL;
}

/* ---- to text ----------------------------------------------------------------------------------------------------- */

typedef struct Clock {
    int32_t year, offset;
    uint32_t month, day;
    int64_t days, us; /* us: of the day */
} Clock;

static Clock clock_of(PlValue time)
{
    int64_t local = time.tag == PL_DATE ? time.as.integer * PL_FN_DAY : time.as.integer + time.extra * (PL_FN_DAY / 1440);
    Clock c = {.offset = time.tag == PL_DATE ? 0 : time.extra, .days = local / PL_FN_DAY - (local % PL_FN_DAY < 0)};
    c.us = local - c.days * PL_FN_DAY;
    pl_time_civil(c.days, &c.year, &c.month, &c.day);
    return c;
}

static void put_offset(PlBuf *out, int32_t offset, const char *between)
{
    int32_t m = offset < 0 ? -offset : offset;
    pl_buf_printf(out, "%c%02d%s%02d", offset < 0 ? '-' : '+', m / 60, between, m % 60);
}

static void put_part(PlBuf *out, Part part, const Clock *c)
{
    int hour = (int)(c->us / (PL_FN_DAY / 24)), minute = (int)(c->us / 60000000 % 60), second = (int)(c->us / 1000000 % 60);
    int half = hour % 12 ? hour % 12 : 12;
    int64_t weekday = ((c->days + 3) % 7 + 7) % 7;
    switch (part) {
    case YEAR: pl_buf_printf(out, "%04d", c->year); break;
    case YEAR2: pl_buf_printf(out, "%02d", c->year % 100); break;
    case MONTH: pl_buf_printf(out, "%u", c->month); break;
    case MONTH2: pl_buf_printf(out, "%02u", c->month); break;
    case MONTH_NAME: pl_buf_put_z(out, months[c->month - 1]); break;
    case MONTH_SHORT: pl_buf_put(out, pl_str(months[c->month - 1], 3)); break;
    case DAY: pl_buf_printf(out, "%u", c->day); break;
    case DAY2: pl_buf_printf(out, "%02u", c->day); break;
    case WEEKDAY: pl_buf_put_z(out, weekdays[weekday]); break;
    case WEEKDAY_SHORT: pl_buf_put(out, pl_str(weekdays[weekday], 3)); break;
    case HOUR: pl_buf_printf(out, "%d", hour); break;
    case HOUR2: pl_buf_printf(out, "%02d", hour); break;
    case HOUR12: pl_buf_printf(out, "%d", half); break;
    case HOUR12_2: pl_buf_printf(out, "%02d", half); break;
    case MINUTE: pl_buf_printf(out, "%d", minute); break;
    case MINUTE2: pl_buf_printf(out, "%02d", minute); break;
    case SECOND: pl_buf_printf(out, "%d", second); break;
    case SECOND2: pl_buf_printf(out, "%02d", second); break;
    case MILLI: pl_buf_printf(out, "%03d", (int)(c->us / 1000 % 1000)); break;
    case HALF: pl_buf_put_z(out, hour < 12 ? "AM" : "PM"); break;
    case HALF_LOWER: pl_buf_put_z(out, hour < 12 ? "am" : "pm"); break;
    case OFFSET: put_offset(out, c->offset, ":"); break;
    case OFFSET_PLAIN: put_offset(out, c->offset, ""); break;
    case QUARTER: pl_buf_printf(out, "%u", (c->month + 2) / 3); break;
    case DAY_OF_YEAR: pl_buf_printf(out, "%03d", (int)(c->days - pl_time_days_of(c->year, 1, 1) + 1)); break;
    case LITERAL: break;
    }
}

PlStatus pl_fn_format_date(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue time;
    PlStr format, literal;
    if (!pl_args_time(&args, 0, &time) || !pl_args_text_or(&args, 1, PL_STR("YYYY-MM-DD"), &format)) return PL_INVALID;
    Clock clock = clock_of(time);
    bool percent = pl_str_find_char(format, '%', 0) != PL_STR_NONE;
    PlBuf *buf = pl_values_scratch(context->values);
    while (format.len) {
        Part part = next_part(&format, percent, &literal);
        if (part == LITERAL)
            pl_buf_put(buf, literal);
        else
            put_part(buf, part, &clock);
    }
    return pl_args_give_scratch(&args, out);
}

/* ---- from text --------------------------------------------------------------------------------------------------- */

typedef struct Read {
    int32_t year, month, day, hour, minute, second, milli, offset;
    bool has_time, has_offset, half, after_noon;
} Read;

static bool take_number(PlStr *s, int least, int most, int32_t *out)
{
    int n = 0;
    int32_t value = 0;
    for (; n < most && (size_t)n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9'; n++) value = value * 10 + (s->ptr[n] - '0');
    *s = pl_str_slice(*s, (size_t)n, s->len);
    *out = value;
    return n >= least;
}

/* The number from 1 of the name that s begins with, in any case; in full, or its first three letters. */
static bool take_name(PlStr *s, const char *const *names, int count, bool full, int32_t *out)
{
    for (int i = 0; i < count; i++) {
        size_t len = full ? strlen(names[i]) : 3;
        if (!pl_str_eq_nocase(pl_str_slice(*s, 0, len), pl_str(names[i], len))) continue;
        *s = pl_str_slice(*s, len, s->len);
        *out = i + 1;
        return true;
    }
    return false;
}

static bool take_offset(PlStr *s, Read *r)
{
    r->has_offset = true;
    r->offset = 0;
    if (pl_str_starts(*s, PL_STR("Z"))) {
        *s = pl_str_slice(*s, 1, s->len);
        return true;
    }
    int sign = pl_str_starts(*s, PL_STR("-")) ? -1 : pl_str_starts(*s, PL_STR("+")) ? 1 : 0;
    int32_t hours, minutes = 0;
    *s = pl_str_slice(*s, 1, s->len);
    if (!sign || !take_number(s, 2, 2, &hours)) return false;
    if (pl_str_starts(*s, PL_STR(":"))) *s = pl_str_slice(*s, 1, s->len);
    if (!take_number(s, 2, 2, &minutes) || hours > 23 || minutes > 59) return false;
    r->offset = sign * (hours * 60 + minutes);
    return true;
}

static bool take_half(PlStr *s, Read *r)
{
    PlStr word = pl_str_slice(*s, 0, 2);
    r->half = true;
    r->after_noon = pl_str_eq_nocase(word, PL_STR("pm"));
    *s = pl_str_slice(*s, 2, s->len);
    return r->after_noon || pl_str_eq_nocase(word, PL_STR("am"));
}

static bool take_part(PlStr *s, Part part, Read *r)
{
    int32_t ignored;
    switch (part) {
    case YEAR: return take_number(s, 4, 4, &r->year);
    case YEAR2: {
        bool read = take_number(s, 2, 2, &r->year);
        r->year += r->year < 70 ? 2000 : 1900;
        return read;
    }
    case MONTH: return take_number(s, 1, 2, &r->month);
    case MONTH2: return take_number(s, 2, 2, &r->month);
    case MONTH_NAME: return take_name(s, months, 12, true, &r->month);
    case MONTH_SHORT: return take_name(s, months, 12, false, &r->month);
    case DAY: return take_number(s, 1, 2, &r->day);
    case DAY2: return take_number(s, 2, 2, &r->day);
    case WEEKDAY: return take_name(s, weekdays, 7, true, &ignored);
    case WEEKDAY_SHORT: return take_name(s, weekdays, 7, false, &ignored);
    case HOUR:
    case HOUR12: return take_number(s, 1, 2, &r->hour);
    case HOUR2:
    case HOUR12_2: return take_number(s, 2, 2, &r->hour);
    case MINUTE: return take_number(s, 1, 2, &r->minute);
    case MINUTE2: return take_number(s, 2, 2, &r->minute);
    case SECOND: return take_number(s, 1, 2, &r->second);
    case SECOND2: return take_number(s, 2, 2, &r->second);
    case MILLI: return take_number(s, 3, 3, &r->milli);
    case HALF:
    case HALF_LOWER: return take_half(s, r);
    case OFFSET:
    case OFFSET_PLAIN: return take_offset(s, r);
    default: return false; /* a quarter or a day of the year says no date */
    }
}

static bool read_parts(PlStr s, PlStr format, Read *r)
{
    bool percent = pl_str_find_char(format, '%', 0) != PL_STR_NONE;
    PlStr literal;
    s = pl_str_trim(s);
    while (format.len) {
        Part part = next_part(&format, percent, &literal);
        if (part != LITERAL) {
            if (part >= HOUR && part <= HALF_LOWER) r->has_time = true;
            if (!take_part(&s, part, r)) return false;
        } else if (pl_str_starts(s, literal)) {
            s = pl_str_slice(s, literal.len, s.len);
        } else {
            return false;
        }
    }
    return s.len == 0;
}

static PlStatus give_read(PlBuiltinContext *context, const Read *r, PlValue *out)
{
    int32_t hour = r->half ? r->hour % 12 + (r->after_noon ? 12 : 0) : r->hour, year;
    uint32_t month, day;
    bool clock = hour <= 23 && r->minute <= 59 && r->second <= 59 && (!r->half || (r->hour >= 1 && r->hour <= 12));
    if (r->month < 1 || r->month > 12 || r->day < 1 || !clock) return pl_args_fail(context, "the text has no such day or time");
    int64_t days = pl_time_days_of(r->year, (uint32_t)r->month, (uint32_t)r->day);
    pl_time_civil(days, &year, &month, &day);
    if (day != (uint32_t)r->day) return pl_args_fail(context, "month %d has no day %d", r->month, r->day);
    *out = pl_date(days);
    if (!r->has_time) return PL_OK;
    int64_t local = days * PL_FN_DAY + ((int64_t)hour * 3600 + r->minute * 60 + r->second) * 1000000 + r->milli * 1000;
    int64_t us = r->has_offset ? local - r->offset * (PL_FN_DAY / 1440) : context->zone ? pl_zone_to_utc(context->zone, local) : local;
    *out = pl_datetime(us, r->has_offset ? r->offset : pl_zone_offset(context->zone, us));
    return PL_OK;
}

PlStatus pl_fn_parse_date(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, format;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    if (!pl_args_has(&args, 1)) return pl_args_time(&args, 0, out) ? PL_OK : PL_INVALID;
    if (!pl_args_text(&args, 1, &format)) return PL_INVALID;
    Read r = {.year = 1970, .month = 1, .day = 1};
    if (read_parts(s, format, &r)) return give_read(context, &r, out);
    return pl_args_fail(context, "\"" PL_FMT "\" does not have the form " PL_FMT, PL_ARG(pl_str_slice(s, 0, 60)),
                        PL_ARG(pl_str_slice(format, 0, 60)));
}
