/* SPDX-License-Identifier: MIT */
/* multipleOf, exactly: numbers are taken for the shortest decimals that name them, so that 0.3 is a multiple of 0.1 and 1e308 of 0.5. */
#include "vm/value/schema.h"

#include <math.h>

__extension__ typedef unsigned __int128 Wide;

typedef struct Decimal { /* digits * 10^exponent */
    uint64_t digits;
    int exponent;
} Decimal;

/* Of the text that a double is written as: digits, perhaps a point, perhaps an exponent; at most 17 digits that count. */
static Decimal of_text(PlStr text)
{
    Decimal d = {0, 0};
    bool point = false;
    size_t i = 0;
    for (; i < text.len && text.ptr[i] != 'e' && text.ptr[i] != 'E'; i++) {
        char c = text.ptr[i];
        if (c == '.') point = true;
        if (c < '0' || c > '9') continue;
        if (d.digits > UINT64_MAX / 100) { /* zeros of a large number */
            d.exponent += !point;
            continue;
        }
        d.digits = d.digits * 10 + (uint64_t)(c - '0');
        d.exponent -= point;
    }
    int64_t exponent = 0;
    if (i < text.len) {
        PlStr rest = pl_str_slice(text, i + 1, text.len);
        if (rest.len && rest.ptr[0] == '+') rest = pl_str_slice(rest, 1, rest.len);
        if (pl_str_to_int(rest, &exponent)) d.exponent += (int)exponent;
    }
    return d;
}

static Decimal decimal_of(PlValue v)
{
    if (v.tag == PL_INT) return (Decimal){v.as.integer < 0 ? 0 - (uint64_t)v.as.integer : (uint64_t)v.as.integer, 0};
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_double(&buf, fabs(v.as.number));
    Decimal d = of_text(pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return d;
}

static uint64_t times_mod(uint64_t a, uint64_t b, uint64_t m)
{
    return (uint64_t)((Wide)a * b % m);
}

bool pl_schema_is_multiple(PlValue number, PlValue step)
{
    Decimal a = decimal_of(number), b = decimal_of(step);
    if (b.digits == 0) return false;
    int shift = a.exponent - b.exponent;
    if (a.digits == 0) return true;
    if (shift >= 0) {
        uint64_t rest = a.digits % b.digits;
        for (int i = 0; i < shift && rest; i++) rest = times_mod(rest, 10, b.digits);
        return rest == 0;
    }
    for (; shift < 0 && a.digits % 10 == 0; shift++) a.digits /= 10;
    Wide divisor = b.digits;
    for (; shift < 0; shift++) {
        if (divisor > UINT64_MAX) return false; /* more than the number itself */
        divisor *= 10;
    }
    return a.digits % divisor == 0;
}
