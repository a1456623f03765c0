/* SPDX-License-Identifier: MIT */
/* Numbers: rounding, roots, bounds, numbers as text. Rounding works on the decimal digits that a number is written with, so that
 * round(2.675, 2) is what a person expects, not what the nearest binary fraction gives. */
#include "stdlib/args.h"

#include "vm/value/arith.h"

#include <math.h>

static PlStatus give_double(PlBuiltinContext *context, double d, PlValue *out)
{
    if (!isfinite(d)) return pl_args_fail(context, "the result is not a number, or too large");
    *out = pl_double(d);
    return PL_OK;
}

/* ---- rounding ---------------------------------------------------------------------------------------------------- */

typedef enum Rounding { HALF_EVEN, HALF_UP, DOWN, UP } Rounding; /* HALF_UP: away from zero; DOWN, UP: to lower, to higher */

typedef struct Decimal { /* 0.d1d2d3... x 10^point */
    char digits[40];
    int len, point;
    bool negative;
} Decimal;

/* The shortest digits of the number (pl_buf_put_double's), apart from point and exponent. */
static void decimal_of(PlBuiltinContext *context, PlValue v, Decimal *out)
{
    PlBuf *buf = pl_values_scratch(context->values);
    pl_value_show(buf, v);
    PlStr s = pl_buf_str(buf);
    int64_t exponent = 0;
    size_t e = pl_str_find_char(s, 'e', 0);
    if (e != PL_STR_NONE) {
        PlStr power = pl_str_slice(s, e + 1 + (s.ptr[e + 1] == '+'), s.len);
        pl_str_to_int(power, &exponent);
        s.len = e;
    }
    *out = (Decimal){.negative = s.len && s.ptr[0] == '-'};
    bool behind = false;
    int before_point = 0;
    for (size_t i = out->negative; i < s.len; i++) {
        if (s.ptr[i] == '.') {
            behind = true;
            continue;
        }
        if (!behind) before_point++;
        if (out->len == 0 && s.ptr[i] == '0')
            before_point -= 1; /* a leading zero is no digit; behind the point it moves the point */
        else if (out->len < (int)sizeof out->digits)
            out->digits[out->len++] = s.ptr[i];
    }
    out->point = before_point + (int)exponent;
}

/* Keep the digits before position `keep` (of 0.d1d2d3...), rounding by the rest. */
static void cut(Decimal *d, int keep, Rounding how)
{
    bool up, loses = false;
    for (int i = keep < 0 ? 0 : keep; i < d->len; i++) loses = loses || d->digits[i] != '0';
    if (!loses || keep >= d->len) return;
    if (how == DOWN || how == UP) {
        up = (how == UP) != d->negative;
    } else if (keep < 0) {
        up = false;
    } else {
        bool exactly_half = d->digits[keep] == '5';
        for (int i = keep + 1; i < d->len; i++) exactly_half = exactly_half && d->digits[i] == '0';
        bool odd = keep > 0 && (d->digits[keep - 1] - '0') % 2 == 1;
        up = exactly_half ? how == HALF_UP || odd : d->digits[keep] >= '5';
    }
    if (keep < 0) { /* below a tenth of the last place */
        d->point -= keep;
        keep = 0;
    }
    d->len = keep;
    if (!up) return;
    int i = keep - 1;
    while (i >= 0 && d->digits[i] == '9') i--;
    if (i >= 0) {
        d->digits[i]++;
        d->len = i + 1;
    } else {
        d->digits[0] = '1';
        d->len = 1;
        d->point++;
    }
}

/* The number that the digits say; an integer when it has no fraction and fits. */
static PlStatus number_of(PlBuiltinContext *context, const Decimal *d, PlValue *out)
{
    *out = pl_int(0);
    if (d->len == 0) return PL_OK;
    PlBuf *buf = pl_values_scratch(context->values);
    if (d->negative) pl_buf_put_char(buf, '-');
    int zeros = d->point > d->len ? d->point - d->len : 0;
    if (zeros <= 20 && d->point >= d->len) {
        pl_buf_put(buf, pl_str(d->digits, (size_t)d->len));
        while (zeros-- > 0) pl_buf_put_char(buf, '0');
        int64_t n;
        if (pl_str_to_int(pl_buf_str(buf), &n)) {
            *out = pl_int(n);
            return PL_OK;
        }
        pl_buf_clear(buf);
        if (d->negative) pl_buf_put_char(buf, '-');
    }
    pl_buf_put_z(buf, "0.");
    pl_buf_put(buf, pl_str(d->digits, (size_t)d->len));
    pl_buf_printf(buf, "e%d", d->point);
    double number;
    if (!pl_str_to_double(pl_buf_str(buf), &number)) return pl_args_fail(context, "the result is too large");
    *out = pl_double(number);
    return PL_OK;
}

static PlStatus round_to(PlBuiltinContext *context, const PlValue *all, uint32_t count, Rounding how, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v;
    int64_t digits;
    if (!pl_args_number(&args, 0, &v) || !pl_args_integer_or(&args, 1, -30, 30, 0, &digits)) return PL_INVALID;
    *out = v;
    if (v.tag == PL_INT && digits >= 0) return PL_OK;
    Decimal d;
    decimal_of(context, v, &d);
    cut(&d, d.point + (int)digits, how);
    return number_of(context, &d, out);
}

PlStatus pl_fn_round(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return round_to(context, all, count, HALF_EVEN, out);
}

PlStatus pl_fn_round_half_up(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return round_to(context, all, count, HALF_UP, out);
}

PlStatus pl_fn_floor(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return round_to(context, all, count, DOWN, out);
}

PlStatus pl_fn_ceil(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return round_to(context, all, count, UP, out);
}

/* ---- simple functions -------------------------------------------------------------------------------------------- */

PlStatus pl_fn_abs(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0);
    bool negative = v.tag == PL_DOUBLE ? signbit(v.as.number) : v.as.integer < 0;
    if (v.tag != PL_DURATION && !pl_args_number(&args, 0, &v)) return PL_INVALID;
    *out = v;
    const char *error;
    if (negative && pl_arith_neg(context->values, v, out, &error) != PL_OK) return pl_args_fail(context, "%s", error);
    return PL_OK;
}

PlStatus pl_fn_sign(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    double d;
    if (!pl_args_double(&args, 0, &d)) return PL_INVALID;
    *out = pl_int((d > 0) - (d < 0));
    return PL_OK;
}

PlStatus pl_fn_sqrt(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    double d;
    if (!pl_args_double(&args, 0, &d)) return PL_INVALID;
    if (d < 0) return pl_args_fail(context, "a negative number has no square root");
    double root = sqrt(d);
    *out = all[0].tag == PL_INT && root == trunc(root) ? pl_int((int64_t)root) : pl_double(root);
    return PL_OK;
}

/* An integer to a power that is one stays one while it fits. */
PlStatus pl_fn_power(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue base, exponent;
    if (!pl_args_number(&args, 0, &base) || !pl_args_number(&args, 1, &exponent)) return PL_INVALID;
    if (base.tag == PL_INT && exponent.tag == PL_INT && exponent.as.integer >= 0) {
        int64_t result = 1, factor = base.as.integer;
        bool fits = true;
        for (int64_t left = exponent.as.integer; left && fits; left >>= 1) {
            if (left & 1) fits = !__builtin_mul_overflow(result, factor, &result);
            if (left > 1) fits = fits && !__builtin_mul_overflow(factor, factor, &factor);
        }
        *out = pl_int(result);
        if (fits) return PL_OK;
    }
    return give_double(context, pow(pl_args_as_double(base), pl_args_as_double(exponent)), out);
}

PlStatus pl_fn_log(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    double d, base = 0;
    if (!pl_args_double(&args, 0, &d) || (pl_args_has(&args, 1) && !pl_args_double(&args, 1, &base))) return PL_INVALID;
    if (!(d > 0)) return pl_args_fail(context, "only a number above 0 has a logarithm");
    if (!pl_args_has(&args, 1)) return give_double(context, log(d), out);
    if (!(base > 0) || base == 1) return pl_args_fail(context, "the base must be above 0 and not 1");
    return give_double(context, base == 10 ? log10(d) : base == 2 ? log2(d) : log(d) / log(base), out);
}

PlStatus pl_fn_mod(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    const char *error;
    if (pl_arith_mod(context->values, pl_args_at(&args, 0), pl_args_at(&args, 1), out, &error) == PL_OK) return PL_OK;
    return pl_args_fail(context, "%s", error);
}

PlStatus pl_fn_clamp(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0), low = pl_args_at(&args, 1), high = pl_args_at(&args, 2);
    int below = pl_compare(v, low), above = pl_compare(v, high), order = pl_compare(low, high);
    if (below == 2 || above == 2 || order == 2) return pl_args_fail(context, "the three values cannot be compared");
    if (order > 0) return pl_args_fail(context, "the lowest value is above the highest");
    *out = pl_retain(below < 0 ? low : above > 0 ? high : v);
    return PL_OK;
}

/* ---- as text ----------------------------------------------------------------------------------------------------- */

/* Rounded half up to so many digits, all of them shown, a mark between thousands. */
static void put_number(PlBuf *out, const Decimal *d, int digits, PlStr thousands, PlStr point)
{
    bool zero = true;
    for (int i = 0; i < d->len; i++) zero = zero && d->digits[i] == '0';
    if (d->negative && !zero) pl_buf_put_char(out, '-');
    int whole = d->point > 0 ? d->point : 1;
    for (int i = 0; i < whole; i++) {
        int at = i - (whole - d->point);
        if (i && (whole - i) % 3 == 0) pl_buf_put(out, thousands);
        pl_buf_put_char(out, at >= 0 && at < d->len ? d->digits[at] : '0');
    }
    if (digits > 0) pl_buf_put(out, point);
    for (int i = 0; i < digits; i++) {
        int at = d->point + i;
        pl_buf_put_char(out, at >= 0 && at < d->len ? d->digits[at] : '0');
    }
}

PlStatus pl_fn_format_number(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v;
    int64_t digits;
    PlStr thousands, point;
    if (!pl_args_number(&args, 0, &v) || !pl_args_integer_or(&args, 1, 0, 30, -1, &digits) ||
        !pl_args_text_or(&args, 2, PL_STR(","), &thousands) || !pl_args_text_or(&args, 3, PL_STR("."), &point))
        return PL_INVALID;
    Decimal d;
    decimal_of(context, v, &d);
    int shown = (int)digits;
    if (digits < 0) shown = d.len > d.point && d.len ? d.len - d.point : 0;
    cut(&d, d.point + shown, HALF_UP);
    PlBuf *buf = pl_values_scratch(context->values);
    put_number(buf, &d, shown, thousands, point);
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_percent(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    double part, whole;
    if (!pl_args_double(&args, 0, &part) || !pl_args_double(&args, 1, &whole)) return PL_INVALID;
    if (whole == 0) return pl_args_fail(context, "the whole is 0");
    PlValue rounded[] = {pl_double(part / whole * 100), pl_args_has(&args, 2) ? all[2] : pl_int(1)};
    if (!isfinite(rounded[0].as.number)) return pl_args_fail(context, "the result is too large");
    return round_to(context, rounded, 2, HALF_UP, out);
}
