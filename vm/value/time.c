/* SPDX-License-Identifier: MIT */
/* The calendar, and dates and datetimes as text. Years 0 to 9999 have a text (RFC 3339); other instants are written with as many
 * digits as they need and do not read back, so arithmetic keeps out of them. */
#include "vm/value/time.h"

enum {
    DAYS_PER_ERA = 146097, /* 400 years */
    DAYS_TO_EPOCH = 719468 /* from 0000-03-01 */
};
static const int64_t US_PER_SECOND = 1000000, US_PER_MINUTE = 60000000, US_PER_DAY = 86400000000;

/* ---- calendar ---------------------------------------------------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years are counted from March, so that the leap day is the last of its year. */
int64_t pl_time_days_of(int32_t year, uint32_t month, uint32_t day)
{
    int64_t y = (int64_t)year - (month <= 2), era = floor_div(y, 400), of_era = y - era * 400;
    int64_t march = (month + 9) % 12, of_year = (153 * march + 2) / 5 + day - 1;
    return era * DAYS_PER_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_EPOCH;
}

void pl_time_civil(int64_t days, int32_t *year, uint32_t *month, uint32_t *day)
{
    days += DAYS_TO_EPOCH;
    int64_t era = floor_div(days, DAYS_PER_ERA), of_era = days - era * DAYS_PER_ERA;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / (DAYS_PER_ERA - 1)) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), march = (5 * of_year + 2) / 153;
    *day = (uint32_t)(of_year - (153 * march + 2) / 5 + 1);
    *month = (uint32_t)(march < 10 ? march + 3 : march - 9);
    *year = (int32_t)(y + era * 400 + (*month <= 2));
}

static uint32_t month_length(int32_t year, uint32_t month)
{
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : lengths[month - 1];
}

int64_t pl_time_add_months(int64_t days, int32_t months)
{
    int32_t year;
    uint32_t month, day;
    pl_time_civil(days, &year, &month, &day);
    int64_t total = (int64_t)year * 12 + (month - 1) + months;
    year = (int32_t)floor_div(total, 12);
    month = (uint32_t)(total - (int64_t)year * 12) + 1;
    uint32_t length = month_length(year, month);
    return pl_time_days_of(year, month, day < length ? day : length);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Exactly `count` digits at *s, which moves behind them. */
static bool take_digits(PlStr *s, unsigned count, uint32_t *out)
{
    if (s->len < count) return false;
    uint32_t n = 0;
    for (unsigned i = 0; i < count; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9') return false;
        n = n * 10 + (uint32_t)(s->ptr[i] - '0');
    }
    *s = (PlStr){s->ptr + count, s->len - count};
    *out = n;
    return true;
}

static bool take_char(PlStr *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c) return false;
    *s = (PlStr){s->ptr + 1, s->len - 1};
    return true;
}

/* full-date of RFC 3339 */
static bool take_date(PlStr *s, int64_t *days)
{
    uint32_t year, month, day;
    if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &month) || !take_char(s, '-') ||
        !take_digits(s, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > month_length((int32_t)year, month)) return false;
    *days = pl_time_days_of((int32_t)year, month, day);
    return true;
}

/* Digits behind the point; those past the microsecond are read and dropped. */
static bool take_fraction(PlStr *s, int64_t *us)
{
    int64_t unit = US_PER_SECOND, n = 0;
    size_t digits = 0;
    for (; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; digits++) {
        unit /= 10;
        n += unit * (s->ptr[0] - '0');
        *s = (PlStr){s->ptr + 1, s->len - 1};
    }
    *us = n;
    return digits > 0;
}

/* partial-time of RFC 3339, the seconds optional; a leap second is the second after it. */
static bool take_clock(PlStr *s, int64_t *us)
{
    uint32_t hour, minute, second = 0;
    int64_t fraction = 0;
    if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute)) return false;
    if (take_char(s, ':')) {
        if (!take_digits(s, 2, &second)) return false;
        if ((take_char(s, '.') || take_char(s, ',')) && !take_fraction(s, &fraction)) return false;
    }
    if (hour > 23 || minute > 59 || second > 60) return false;
    *us = ((int64_t)hour * 3600 + minute * 60 + second) * US_PER_SECOND + fraction;
    return true;
}

bool pl_time_read_clock(PlStr s, int64_t *us)
{
    int64_t parts[3] = {0, 0, 0};
    int count = 0;
    do {
        size_t digits = 0;
        for (; digits < 2 && s.len && s.ptr[0] >= '0' && s.ptr[0] <= '9'; digits++, s = pl_str_slice(s, 1, s.len))
            parts[count] = parts[count] * 10 + (s.ptr[0] - '0');
        if (digits == 0) return false;
    } while (++count < 3 && take_char(&s, ':'));
    int64_t seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2];
    if (count < 2 || s.len || parts[1] > 59 || parts[2] > 59 || seconds > 86400) return false;
    *us = seconds * US_PER_SECOND;
    return true;
}

/* One of the three letters each in `names`; its place from 0. */
static bool take_name(PlStr *s, const char *names, uint32_t count, uint32_t *at)
{
    for (*at = 0; *at < count && s->len >= 3; (*at)++) {
        if (memcmp(s->ptr, names + 3 * *at, 3) != 0) continue;
        *s = (PlStr){s->ptr + 3, s->len - 3};
        return true;
    }
    return false;
}

bool pl_time_read_http(PlStr s, int64_t *us)
{
    uint32_t weekday, day, month, year;
    int64_t clock;
    bool good = take_name(&s, "MonTueWedThuFriSatSun", 7, &weekday) && take_char(&s, ',') && take_char(&s, ' ') && take_digits(&s, 2, &day) &&
                take_char(&s, ' ') && take_name(&s, "JanFebMarAprMayJunJulAugSepOctNovDec", 12, &month) && take_char(&s, ' ') &&
                take_digits(&s, 4, &year) && take_char(&s, ' ') && take_clock(&s, &clock) && pl_str_eq_z(s, " GMT");
    if (!good || day < 1 || day > month_length((int32_t)year, month + 1)) return false;
    *us = pl_time_days_of((int32_t)year, month + 1, day) * US_PER_DAY + clock;
    return true;
}

/* time-offset of RFC 3339, also "+0100", "+01" and nothing for UTC; in minutes */
static bool take_offset(PlStr *s, int32_t *offset)
{
    *offset = 0;
    if (s->len == 0 || take_char(s, 'Z') || take_char(s, 'z')) return true;
    bool west = s->ptr[0] == '-';
    if (!west && s->ptr[0] != '+') return false;
    *s = (PlStr){s->ptr + 1, s->len - 1};
    uint32_t hours, minutes = 0;
    if (!take_digits(s, 2, &hours)) return false;
    if ((take_char(s, ':') || s->len) && !take_digits(s, 2, &minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    *offset = (int32_t)(hours * 60 + minutes) * (west ? -1 : 1);
    return true;
}

bool pl_time_read_datetime(PlStr s, int64_t *us, int32_t *offset)
{
    int64_t days, clock;
    if (!take_date(&s, &days)) return false;
    if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' ')) return false;
    if (!take_clock(&s, &clock)) return false;
    if (s.len > 1 && s.ptr[0] == ' ') take_char(&s, ' ');
    if (!take_offset(&s, offset) || s.len) return false;
    *us = days * US_PER_DAY + clock - *offset * US_PER_MINUTE;
    return true;
}

bool pl_time_read_date(PlStr s, int64_t *days)
{
    return take_date(&s, days) && s.len == 0;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static char *put_digits(char *to, uint32_t n, unsigned count)
{
    for (unsigned i = count; i-- > 0; n /= 10) to[i] = (char)('0' + n % 10);
    return to + count;
}

void pl_time_put_date(PlBuf *out, int64_t days)
{
    int32_t year;
    uint32_t month, day;
    pl_time_civil(days, &year, &month, &day);
    if (year < 0 || year > 9999) {
        pl_buf_printf(out, "%d-%02u-%02u", year, month, day);
        return;
    }
    char text[10], *to = put_digits(text, (uint32_t)year, 4);
    *to++ = '-';
    to = put_digits(to, month, 2);
    *to++ = '-';
    put_digits(to, day, 2);
    pl_buf_put(out, pl_str(text, sizeof text));
}

static void put_offset(PlBuf *out, int32_t offset)
{
    if (offset == 0) {
        pl_buf_put_char(out, 'Z');
        return;
    }
    uint32_t minutes = (uint32_t)(offset < 0 ? -offset : offset);
    char text[6] = {offset < 0 ? '-' : '+'};
    put_digits(text + 1, minutes / 60, 2);
    text[3] = ':';
    put_digits(text + 4, minutes % 60, 2);
    pl_buf_put(out, pl_str(text, sizeof text));
}

void pl_time_put_datetime(PlBuf *out, int64_t us, int32_t offset)
{
    PlWide local = (PlWide)us + (PlWide)offset * US_PER_MINUTE;
    int64_t days = (int64_t)(local / US_PER_DAY), of_day = (int64_t)(local % US_PER_DAY);
    if (of_day < 0) days--, of_day += US_PER_DAY;
    uint32_t seconds = (uint32_t)(of_day / US_PER_SECOND), fraction = (uint32_t)(of_day % US_PER_SECOND);
    pl_time_put_date(out, days);
    char text[16] = "T", *to = put_digits(text + 1, seconds / 3600, 2);
    *to++ = ':';
    to = put_digits(to, seconds / 60 % 60, 2);
    *to++ = ':';
    to = put_digits(to, seconds % 60, 2);
    if (fraction) {
        *to++ = '.';
        to = put_digits(to, fraction, 6);
        while (to[-1] == '0') to--;
    }
    pl_buf_put(out, pl_str(text, (size_t)(to - text)));
    put_offset(out, offset);
}
