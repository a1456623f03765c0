/* SPDX-License-Identifier: MIT */
/* Durations as text: ISO 8601 ("P1DT2H", "PT0.5S", each part with a sign of its own if need be) and English ("10 minutes", "1 hour
 * and 30 minutes", "90s"). Years and months are months; all else is microseconds; a day is 24 hours. */
#include "vm/value/time.h"

#include <stdio.h>

typedef struct Unit {
    const char *name;
    int64_t us;     /* of one; 0: months */
    int32_t months;
} Unit;

#define SECOND INT64_C(1000000)
static const Unit english[] = {
    {"microsecond", 1, 0},       {"us", 1, 0},
    {"millisecond", 1000, 0},    {"ms", 1000, 0},          {"msec", 1000, 0},
    {"second", SECOND, 0},       {"sec", SECOND, 0},       {"s", SECOND, 0},
    {"minute", 60 * SECOND, 0},  {"min", 60 * SECOND, 0},  {"m", 60 * SECOND, 0},
    {"hour", 3600 * SECOND, 0},  {"hr", 3600 * SECOND, 0}, {"h", 3600 * SECOND, 0},
    {"day", 86400 * SECOND, 0},  {"d", 86400 * SECOND, 0},
    {"week", 604800 * SECOND, 0}, {"wk", 604800 * SECOND, 0}, {"w", 604800 * SECOND, 0},
    {"fortnight", 1209600 * SECOND, 0},
    {"month", 0, 1}, {"quarter", 0, 3}, {"year", 0, 12}, {"yr", 0, 12}, {"y", 0, 12},
};

/* ---- parts ------------------------------------------------------------------------------------------------------- */

typedef struct Sum {
    PlWide us;
    int64_t months;
} Sum;

typedef struct Amount { /* digits, a point perhaps, digits: kept exact */
    int64_t whole;
    int64_t fraction, scale; /* fraction / scale, scale a power of ten up to 10^9 */
    bool negative;
} Amount;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void step(PlStr *s, size_t n)
{
    *s = (PlStr){s->ptr + n, s->len - n};
}

static void skip_spaces(PlStr *s)
{
    while (s->len && (s->ptr[0] == ' ' || s->ptr[0] == '\t')) step(s, 1);
}

static bool take_amount(PlStr *s, Amount *out)
{
    *out = (Amount){.scale = 1};
    if (s->len && (s->ptr[0] == '-' || s->ptr[0] == '+')) {
        out->negative = s->ptr[0] == '-';
        step(s, 1);
    }
    size_t digits = 0;
    for (; s->len && is_digit(s->ptr[0]); step(s, 1), digits++) {
        if (out->whole > INT64_C(99999999999999999)) return false;
        out->whole = out->whole * 10 + (s->ptr[0] - '0');
    }
    if (digits && s->len > 1 && (s->ptr[0] == '.' || s->ptr[0] == ',') && is_digit(s->ptr[1])) {
        for (step(s, 1); s->len && is_digit(s->ptr[0]); step(s, 1)) {
            if (out->scale >= 1000000000) continue;
            out->fraction = out->fraction * 10 + (s->ptr[0] - '0');
            out->scale *= 10;
        }
    }
    return digits > 0;
}

/* A part of a month is no time that is known: only whole months come out. */
static bool add_part(Sum *sum, const Amount *amount, int64_t us, int32_t months)
{
    int sign = amount->negative ? -1 : 1;
    if (months) {
        int64_t scaled = amount->fraction * months;
        if (scaled % amount->scale || amount->whole > INT32_MAX) return false;
        sum->months += sign * (amount->whole * months + scaled / amount->scale);
        return sum->months >= INT32_MIN && sum->months <= INT32_MAX;
    }
    sum->us += sign * ((PlWide)amount->whole * us + (PlWide)amount->fraction * us / amount->scale);
    return sum->us >= INT64_MIN && sum->us <= INT64_MAX;
}

/* ---- ISO 8601 ---------------------------------------------------------------------------------------------------- */

static const Unit iso_date[] = {{"Y", 0, 12}, {"M", 0, 1}, {"W", 604800 * SECOND, 0}, {"D", 86400 * SECOND, 0}};
static const Unit iso_time[] = {{"H", 3600 * SECOND, 0}, {"M", 60 * SECOND, 0}, {"S", SECOND, 0}};

/* s is behind the "P". Designators in their order, each at most once. */
static bool read_iso(PlStr s, Sum *sum)
{
    const Unit *units = iso_date;
    size_t next = 0, count = sizeof iso_date / sizeof *iso_date, parts = 0;
    while (s.len) {
        if (s.ptr[0] == 'T' || s.ptr[0] == 't') {
            if (units == iso_time || s.len == 1) return false;
            units = iso_time;
            next = 0;
            count = sizeof iso_time / sizeof *iso_time;
            step(&s, 1);
            continue;
        }
        Amount amount;
        if (!take_amount(&s, &amount) || s.len == 0) return false;
        char letter = (char)(s.ptr[0] & ~0x20);
        while (next < count && units[next].name[0] != letter) next++;
        if (next == count || !add_part(sum, &amount, units[next].us, units[next].months)) return false;
        next++, parts++;
        step(&s, 1);
    }
    return parts > 0;
}

/* ---- English ----------------------------------------------------------------------------------------------------- */

static PlStr take_word(PlStr *s)
{
    size_t n = 0;
    while (n < s->len && is_letter(s->ptr[n])) n++;
    PlStr word = {s->ptr, n};
    step(s, n);
    return word;
}

static const Unit *unit_of(PlStr word)
{
    for (size_t i = 0; i < sizeof english / sizeof *english; i++) {
        PlStr name = pl_str_z(english[i].name);
        if (pl_str_eq_nocase(word, name)) return &english[i];
        bool plural = name.len > 1 && word.len == name.len + 1 && (word.ptr[name.len] | 0x20) == 's';
        if (plural && pl_str_eq_nocase(pl_str_slice(word, 0, name.len), name)) return &english[i];
    }
    return NULL;
}

static bool number_word(PlStr word, int64_t *n)
{
    static const char *const words[] = {"zero", "one", "two",   "three", "four", "five", "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    *n = 1;
    if (pl_str_eq_nocase(word, PL_STR("a")) || pl_str_eq_nocase(word, PL_STR("an"))) return true;
    for (*n = 0; *n < 13; ++*n)
        if (pl_str_eq_nocase(word, pl_str_z(words[*n]))) return true;
    return false;
}

/* part *( ("," / "and" / nothing) part ), part = (number / word) unit */
static bool read_english(PlStr s, Sum *sum)
{
    for (size_t parts = 0;; parts++) {
        skip_spaces(&s);
        if (s.len == 0) return parts > 0;
        Amount amount = {.scale = 1};
        if (is_letter(s.ptr[0])) {
            PlStr word = take_word(&s);
            if (parts && pl_str_eq_nocase(word, PL_STR("and"))) {
                skip_spaces(&s);
                word = take_word(&s);
            }
            if (word.len ? !number_word(word, &amount.whole) : !take_amount(&s, &amount)) return false;
        } else if (!take_amount(&s, &amount)) {
            return false;
        }
        skip_spaces(&s);
        const Unit *unit = unit_of(take_word(&s));
        if (!unit || !add_part(sum, &amount, unit->us, unit->months)) return false;
        if (s.len > 1 && s.ptr[0] == ',') step(&s, 1);
    }
}

bool pl_time_read_duration(PlStr s, int64_t *us, int32_t *months)
{
    Sum sum = {0, 0};
    s = pl_str_trim(s);
    bool negative = s.len > 1 && s.ptr[0] == '-' && (s.ptr[1] | 0x20) == 'p';
    if (negative) step(&s, 1);
    if (s.len && (s.ptr[0] == 'P' || s.ptr[0] == 'p')) {
        step(&s, 1);
        if (!read_iso(s, &sum)) return false;
    } else if (!read_english(s, &sum)) {
        return false;
    }
    if (negative) sum = (Sum){-sum.us, -sum.months};
    if (sum.us < INT64_MIN || sum.us > INT64_MAX || sum.months < INT32_MIN || sum.months > INT32_MAX) return false;
    *us = (int64_t)sum.us;
    *months = (int32_t)sum.months;
    return true;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void put_part(PlBuf *out, int sign, uint64_t n, char designator)
{
    if (n == 0) return;
    if (sign < 0) pl_buf_put_char(out, '-');
    pl_buf_printf(out, "%llu", (unsigned long long)n);
    pl_buf_put_char(out, designator);
}

static void put_seconds(PlBuf *out, int sign, uint64_t us)
{
    if (us == 0) return;
    if (sign < 0) pl_buf_put_char(out, '-');
    pl_buf_printf(out, "%llu", (unsigned long long)(us / 1000000));
    uint64_t fraction = us % 1000000;
    if (fraction) {
        char digits[8];
        int len = snprintf(digits, sizeof digits, "%06llu", (unsigned long long)fraction);
        while (len > 1 && digits[len - 1] == '0') len--;
        pl_buf_put_char(out, '.');
        pl_buf_put(out, pl_str(digits, (size_t)len));
    }
    pl_buf_put_char(out, 'S');
}

/* One sign in front when both parts have it, else a sign for each part. */
void pl_time_put_duration(PlBuf *out, int64_t us, int32_t months)
{
    int month_sign = months < 0 ? -1 : 1, us_sign = us < 0 ? -1 : 1;
    uint64_t m = months < 0 ? -(uint64_t)months : (uint64_t)months, u = us < 0 ? -(uint64_t)us : (uint64_t)us;
    if ((months < 0 || months == 0) && (us < 0 || us == 0) && (m || u)) {
        pl_buf_put_char(out, '-');
        month_sign = us_sign = 1;
    }
    pl_buf_put_char(out, 'P');
    put_part(out, month_sign, m / 12, 'Y');
    put_part(out, month_sign, m % 12, 'M');
    put_part(out, us_sign, u / 86400000000u, 'D');
    u %= 86400000000u;
    bool nothing_yet = out->len && out->ptr[out->len - 1] == 'P';
    if (u || nothing_yet) pl_buf_put_char(out, 'T');
    put_part(out, us_sign, u / 3600000000u, 'H');
    u %= 3600000000u;
    put_part(out, us_sign, u / 60000000u, 'M');
    put_seconds(out, us_sign, u % 60000000u);
    if (nothing_yet && out->len && out->ptr[out->len - 1] == 'T') pl_buf_put_z(out, "0S");
}
