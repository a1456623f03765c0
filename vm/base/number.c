/* SPDX-License-Identifier: MIT */
/* Decimal to binary. Three ways, each exact, from fast to slow: Clinger's (a mantissa below 2^53 and a power of ten that is a
 * double), one 128-bit multiplication or division (19 digits, powers of ten to 27), and strtod in the C locale. */
#include "vm/base/number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_EXACT_TEN = 22, MAX_FIVE = 27, MAX_DIGITS = 19, COPY_BYTES = 128 };

__extension__ typedef unsigned __int128 Wide;

static const double tens[MAX_EXACT_TEN + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static uint64_t five_to(unsigned n)
{
    uint64_t power = 1, base = 5;
    for (; n; n >>= 1, base *= base)
        if (n & 1) power *= base;
    return power;
}

static int bits_of(Wide w)
{
    uint64_t high = (uint64_t)(w >> 64), low = (uint64_t)w;
    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

/* w * 2^exp2, plus something less than one unit of w when sticky, to the nearest double (ties to even). The result is a
 * normal double: the callers' range is about 1e-27 to 1e46. */
static double round_wide(Wide w, int exp2, bool sticky)
{
    int drop = bits_of(w) - 53;
    if (drop <= 0) return ldexp((double)(uint64_t)w, exp2);
    uint64_t mantissa = (uint64_t)(w >> drop);
    Wide rest = w & (((Wide)1 << drop) - 1), half = (Wide)1 << (drop - 1);
    if (rest > half || (rest == half && (sticky || (mantissa & 1)))) mantissa++;
    return ldexp((double)mantissa, exp2 + drop);
}

/* mantissa * 10^exp10 for |exp10| <= MAX_FIVE. */
static double by_wide(uint64_t mantissa, int exp10)
{
    if (exp10 >= 0) return round_wide((Wide)mantissa * five_to((unsigned)exp10), exp10, false);
    uint64_t divisor = five_to((unsigned)-exp10);
    int shift = __builtin_clzll(mantissa) + 63; /* the dividend has 127 bits, so the quotient has at least 63 */
    Wide dividend = (Wide)mantissa << shift;
    Wide quotient = dividend / divisor;
    return round_wide(quotient, exp10 - shift, quotient * divisor != dividend);
}

/* For rare numbers: more digits than 64 bits hold, or far exponents. The text was checked, so all of it is read. */
static double by_strtod(const char *ptr, size_t len)
{
    char small[COPY_BYTES];
    char *copy = len < sizeof small ? small : malloc(len + 1);
    if (!copy) return strtod("nan", NULL);
    memcpy(copy, ptr, len);
    copy[len] = 0;
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* a constant of libc: allocates nothing */
    double d = strtod_l(copy, NULL, c);
    freelocale(c);
    if (copy != small) free(copy);
    return d;
}

static double convert(bool minus, uint64_t mantissa, int64_t exp10, const char *ptr, size_t len)
{
    double d;
    if (mantissa == 0)
        d = 0;
    else if (mantissa <= (UINT64_C(1) << 53) && exp10 >= -MAX_EXACT_TEN && exp10 <= MAX_EXACT_TEN)
        d = exp10 < 0 ? (double)mantissa / tens[-exp10] : (double)mantissa * tens[exp10];
    else if (exp10 >= -MAX_FIVE && exp10 <= MAX_FIVE)
        d = by_wide(mantissa, (int)exp10);
    else
        return by_strtod(ptr, len);
    return minus ? -d : d;
}

static const char *fail(const char *at, const char **fault)
{
    if (fault) *fault = at;
    return NULL;
}

static bool is_digit(const char *p, const char *limit)
{
    return p < limit && (unsigned)(*p - '0') < 10;
}

/* exp = ("e" / "E") ("+" / "-")? 1*DIGIT; saturates, the text is what counts then. */
static const char *scan_exponent(const char *p, const char *limit, int64_t *exp10, const char **fault)
{
    bool minus = false;
    if (p < limit && (*p == '+' || *p == '-')) minus = *p++ == '-';
    if (!is_digit(p, limit)) return fail(p, fault);
    int64_t n = 0;
    for (; is_digit(p, limit); p++)
        if (n < 1000000) n = n * 10 + (*p - '0');
    *exp10 += minus ? -n : n;
    return p;
}

const char *pl_number_scan(const char *ptr, const char *limit, PlNumber *out, const char **fault)
{
    const char *p = ptr;
    bool minus = p < limit && *p == '-';
    p += minus;
    if (!is_digit(p, limit)) return fail(p, fault);

    uint64_t mantissa = 0;
    const char *digits = p;
    if (*p == '0')
        p++;
    else
        for (; is_digit(p, limit); p++) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
    int64_t count = p - digits; /* digits in the mantissa; leading zeros of "0.00x" make it large, which is only slower */
    bool plain = true;
    int64_t exp10 = 0;
    if (p < limit && *p == '.') {
        plain = false;
        const char *fraction = ++p;
        for (; is_digit(p, limit); p++) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
        if (p == fraction) return fail(p, fault);
        exp10 = fraction - p;
        count += p - fraction;
    }
    if (p < limit && (*p | 0x20) == 'e') {
        plain = false;
        p = scan_exponent(p + 1, limit, &exp10, fault);
        if (!p) return NULL;
    }
    bool whole = count <= MAX_DIGITS; /* the mantissa did not overflow */
    out->is_int = plain && whole && mantissa <= (uint64_t)INT64_MAX + minus;
    if (out->is_int)
        out->integer = minus ? (int64_t)(0 - mantissa) : (int64_t)mantissa;
    else
        out->number = whole ? convert(minus, mantissa, exp10, ptr, (size_t)(p - ptr)) : by_strtod(ptr, (size_t)(p - ptr));
    return p;
}
