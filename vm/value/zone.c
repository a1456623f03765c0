/* SPDX-License-Identifier: MIT */
/* Time zones from the system's compiled tzdata: TZif version 2 and up (RFC 9636), and the rule behind the table for later years
 * (POSIX TZ, with the extension of hours up to 167). A file is untrusted: each count is checked against its bytes. Offsets are whole
 * minutes, the seconds of local mean times dropped. */
#include "vm/base/fault.h"
#include "vm/value/time.h"

#include <stdio.h>

enum { MAX_FILE = 1 << 20, HEADER = 44, MAX_NAME = 64 };
static const int64_t US_PER_SECOND = 1000000, US_PER_MINUTE = 60000000, SECONDS_PER_DAY = 86400;

typedef struct RuleDate { /* when a rule's half of the year begins */
    char kind;            /* 'M': month, week, day; 'J': day 1..365, no 29 February; 'N': day 0..365 */
    int32_t month, week, day;
    int32_t seconds;      /* after midnight, may be negative or past a day */
} RuleDate;

typedef struct Rule {
    bool present, has_summer;
    int32_t standard, summer; /* seconds east of UTC */
    RuleDate begin, end;      /* of summer time */
} Rule;

typedef struct Change {
    int64_t at;     /* seconds since 1970 UTC */
    int32_t offset; /* seconds east from then on */
} Change;

struct PlZone {
    int32_t first; /* offset before the first change */
    Rule rule;     /* after the last */
    uint32_t count;
    Change changes[]; /* ascending */
};

/* ---- the rule's text --------------------------------------------------------------------------------------------- */

static bool take(PlStr *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c) return false;
    *s = (PlStr){s->ptr + 1, s->len - 1};
    return true;
}

static bool take_number(PlStr *s, int32_t max, int32_t *out)
{
    int32_t n = 0;
    size_t digits = 0;
    for (; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; digits++) {
        n = n * 10 + (s->ptr[0] - '0');
        if (n > max) return false;
        *s = (PlStr){s->ptr + 1, s->len - 1};
    }
    *out = n;
    return digits > 0;
}

/* name = 3*ALPHA / "<" 1*(ALPHA / DIGIT / "+" / "-") ">" */
static bool skip_name(PlStr *s)
{
    bool quoted = take(s, '<');
    size_t n = 0;
    for (; n < s->len; n++) {
        char c = s->ptr[n], letter = (char)(c | 0x20);
        bool is_letter = letter >= 'a' && letter <= 'z';
        if (!is_letter && !(quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'))) break;
    }
    *s = (PlStr){s->ptr + n, s->len - n};
    return n >= (quoted ? 1 : 3) && (!quoted || take(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool take_clock(PlStr *s, int32_t max_hours, int32_t *out)
{
    int32_t hours, minutes = 0, seconds = 0, sign = take(s, '-') ? -1 : 1;
    if (sign > 0) take(s, '+');
    if (!take_number(s, max_hours, &hours)) return false;
    if (take(s, ':') && !take_number(s, 59, &minutes)) return false;
    if (take(s, ':') && !take_number(s, 59, &seconds)) return false;
    *out = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* date = ("M" m "." w "." d / "J" n / n) ["/" time] */
static bool take_date(PlStr *s, RuleDate *out)
{
    *out = (RuleDate){.kind = 'N', .seconds = 7200};
    if (take(s, 'M')) {
        out->kind = 'M';
        if (!take_number(s, 12, &out->month) || !take(s, '.') || !take_number(s, 5, &out->week) || !take(s, '.') ||
            !take_number(s, 6, &out->day) || out->month < 1 || out->week < 1)
            return false;
    } else {
        if (take(s, 'J')) out->kind = 'J';
        if (!take_number(s, 365, &out->day) || (out->kind == 'J' && out->day < 1)) return false;
    }
    return !take(s, '/') || take_clock(s, 167, &out->seconds);
}

/* std offset [dst [offset] "," date "," date]; offsets count west of UTC */
static bool read_rule(PlStr s, Rule *rule)
{
    int32_t west;
    *rule = (Rule){.present = true};
    if (!skip_name(&s) || !take_clock(&s, 24, &west)) return false;
    rule->standard = -west;
    if (s.len == 0) return true;
    rule->has_summer = true;
    rule->summer = rule->standard + 3600;
    if (!skip_name(&s)) return false;
    if (s.len && s.ptr[0] != ',') {
        if (!take_clock(&s, 24, &west)) return false;
        rule->summer = -west;
    }
    return take(&s, ',') && take_date(&s, &rule->begin) && take(&s, ',') && take_date(&s, &rule->end) && s.len == 0;
}

/* ---- the rule's times -------------------------------------------------------------------------------------------- */

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Seconds since 1970 on the wall clock that is valid until then. */
static int64_t rule_begin(const RuleDate *date, int32_t year)
{
    int64_t day;
    if (date->kind == 'M') {
        int64_t first = pl_time_days_of(year, (uint32_t)date->month, 1);
        int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
        day = first + (date->day - weekday + 7) % 7 + (date->week - 1) * 7;
        int64_t next = date->month == 12 ? pl_time_days_of(year + 1, 1, 1) : pl_time_days_of(year, (uint32_t)date->month + 1, 1);
        while (day >= next) day -= 7;
    } else if (date->kind == 'J') {
        day = pl_time_days_of(year, 1, 1) + date->day - 1 + (is_leap(year) && date->day >= 60);
    } else {
        day = pl_time_days_of(year, 1, 1) + date->day;
    }
    return day * SECONDS_PER_DAY + date->seconds;
}

static int32_t rule_offset(const Rule *rule, int64_t at)
{
    if (!rule->has_summer) return rule->standard;
    int32_t year;
    uint32_t month, day;
    int64_t local = at + rule->standard, days = local / SECONDS_PER_DAY - (local % SECONDS_PER_DAY < 0);
    pl_time_civil(days, &year, &month, &day);
    int64_t begin = rule_begin(&rule->begin, year) - rule->standard, end = rule_begin(&rule->end, year) - rule->summer;
    bool summer = begin < end ? at >= begin && at < end : at >= begin || at < end;
    return summer ? rule->summer : rule->standard;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

typedef struct Counts { /* of a header, in its order */
    uint64_t isut, isstd, leap, time, type, chars;
} Counts;

static int64_t big_endian(const char *p, size_t bytes)
{
    uint64_t n = (p[0] & 0x80) ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes; i++) n = n << 8 | (unsigned char)p[i];
    return (int64_t)n;
}

/* The header at the front of s: false unless the block behind it (with times of `width` bytes) fits. */
static bool read_header(PlStr s, size_t width, Counts *c, size_t *block)
{
    if (s.len < HEADER || memcmp(s.ptr, "TZif", 4) != 0) return false;
    uint64_t *counts[] = {&c->isut, &c->isstd, &c->leap, &c->time, &c->type, &c->chars};
    for (size_t i = 0; i < 6; i++) {
        *counts[i] = (uint64_t)big_endian(s.ptr + 20 + 4 * i, 4);
        if (*counts[i] > MAX_FILE) return false;
    }
    uint64_t size = c->time * width + c->time + c->type * 6 + c->chars + c->leap * (width + 4) + c->isstd + c->isut;
    *block = (size_t)size;
    return size <= s.len - HEADER && c->type > 0;
}

static PlZone *read_table(PlStr s, const Counts *c)
{
    PlZone *zone = pl_zalloc(sizeof *zone + c->time * sizeof(Change));
    if (!zone) return NULL;
    const char *times = s.ptr + HEADER, *kinds = times + c->time * 8, *types = kinds + c->time;
    zone->first = (int32_t)big_endian(types, 4);
    zone->count = (uint32_t)c->time;
    for (uint32_t i = 0; i < zone->count; i++) {
        unsigned kind = (unsigned char)kinds[i];
        zone->changes[i].at = big_endian(times + 8 * (size_t)i, 8);
        bool ascending = i == 0 || zone->changes[i - 1].at < zone->changes[i].at;
        if (kind >= c->type || !ascending) {
            pl_free(zone);
            return NULL;
        }
        zone->changes[i].offset = (int32_t)big_endian(types + 6 * (size_t)kind, 4);
    }
    return zone;
}

/* A file of version 2 or later: a block with 32-bit times that is skipped, one with 64-bit times, the rule between newlines. */
static PlZone *read_file(PlStr s)
{
    Counts c;
    size_t block;
    if (!read_header(s, 4, &c, &block) || s.ptr[4] < '2') return NULL;
    s = pl_str_slice(s, HEADER + block, s.len);
    if (!read_header(s, 8, &c, &block)) return NULL;
    PlZone *zone = read_table(s, &c);
    if (!zone) return NULL;
    PlStr footer = pl_str_slice(s, HEADER + block, s.len);
    bool framed = footer.len >= 2 && footer.ptr[0] == '\n';
    size_t end = framed ? pl_str_find_char(footer, '\n', 1) : PL_STR_NONE;
    if (end != PL_STR_NONE && end > 1 && !read_rule(pl_str_slice(footer, 1, end), &zone->rule)) zone->rule.present = false;
    return zone;
}

/* ---- zones ------------------------------------------------------------------------------------------------------- */

static PlZone *fixed(int32_t minutes)
{
    PlZone *zone = pl_zalloc(sizeof *zone);
    if (zone) zone->first = minutes * 60;
    return zone;
}

/* Letters, digits, '_', '-', '+' in parts between single slashes: nothing that leaves the folder. */
static bool is_name(PlStr name)
{
    if (name.len == 0 || name.len > MAX_NAME || name.ptr[0] == '/' || name.ptr[name.len - 1] == '/') return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i], letter = (char)(c | 0x20);
        bool plain = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
        if (!plain && !(c == '/' && name.ptr[i - 1] != '/')) return false;
    }
    return true;
}

/* "+02:00", "-0330", "+2" */
static bool read_fixed(PlStr s, int32_t *minutes)
{
    int32_t hours, rest = 0, sign = take(&s, '-') ? -1 : 1;
    if (sign > 0 && !take(&s, '+')) return false;
    PlStr head = pl_str_slice(s, 0, 2);
    if (s.len == 1) head = s;
    s = pl_str_slice(s, head.len, s.len);
    if (!take_number(&head, 18, &hours) || head.len) return false;
    if (take(&s, ':') && s.len == 0) return false;
    if (s.len && (s.len != 2 || !take_number(&s, 59, &rest) || s.len)) return false;
    *minutes = sign * (hours * 60 + rest);
    return true;
}

PlZone *pl_zone_open(PlStr name)
{
    int32_t minutes;
    if (pl_str_eq_z(name, "UTC") || pl_str_eq_z(name, "Z")) return fixed(0);
    if (read_fixed(name, &minutes)) return fixed(minutes);
    if (!is_name(name)) return NULL;
    char path[32 + MAX_NAME];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/" PL_FMT, PL_ARG(name));
    PlBuf file;
    pl_buf_init(&file, MAX_FILE);
    PlZone *zone = pl_buf_read_file(&file, path) == PL_OK ? read_file(pl_buf_str(&file)) : NULL;
    pl_buf_deinit(&file);
    return zone;
}

void pl_zone_close(PlZone *zone)
{
    pl_free(zone);
}

static int32_t offset_seconds(const PlZone *zone, int64_t at)
{
    if (zone->count == 0 || at < zone->changes[0].at) return zone->count == 0 && zone->rule.present ? rule_offset(&zone->rule, at) : zone->first;
    if (at >= zone->changes[zone->count - 1].at && zone->rule.present) return rule_offset(&zone->rule, at);
    uint32_t low = 0, high = zone->count; /* changes[low].at <= at < changes[high].at */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return zone->changes[low].offset;
}

int32_t pl_zone_offset(const PlZone *zone, int64_t us)
{
    if (!zone) return 0;
    int64_t at = us / US_PER_SECOND - (us % US_PER_SECOND < 0);
    int32_t seconds = offset_seconds(zone, at);
    return seconds / 60 - (seconds % 60 < 0);
}

int64_t pl_zone_to_utc(const PlZone *zone, int64_t local_us)
{
    const int64_t day = SECONDS_PER_DAY * US_PER_SECOND;
    int64_t before = pl_zone_offset(zone, local_us - day), after = pl_zone_offset(zone, local_us + day);
    int64_t first = local_us - before * US_PER_MINUTE, second = local_us - after * US_PER_MINUTE;
    if (first > second && pl_zone_offset(zone, second) == after) return second;
    if (pl_zone_offset(zone, first) == before) return first;
    return pl_zone_offset(zone, second) == after ? second : first;
}
