/* SPDX-License-Identifier: MIT */
/* Arithmetic on numbers and texts, and which other arithmetic a pair of values asks for; times are in arith_time.c. */
#include "vm/value/arith.h"

#include "vm/value/arith_time.h"
#include "vm/value/json.h"
#include "vm/value/shape.h"

#include <math.h>

static const char TOO_LARGE[] = "the result is too large", ZERO[] = "division by zero";

static bool is_number(PlValue v)
{
    return v.tag == PL_INT || v.tag == PL_DOUBLE;
}

static bool are_ints(PlValue a, PlValue b)
{
    return a.tag == PL_INT && b.tag == PL_INT;
}

static double as_double(PlValue v)
{
    return v.tag == PL_INT ? (double)v.as.integer : v.as.number;
}

static PlStatus fail(const char **error, const char *words)
{
    *error = words;
    return PL_INVALID;
}

static PlStatus give_double(double d, PlValue *out, const char **error)
{
    if (!isfinite(d)) return fail(error, TOO_LARGE);
    *out = pl_double(d);
    return PL_OK;
}

/* ---- texts and lists --------------------------------------------------------------------------------------------- */

static bool can_join(PlValue v)
{
    return v.tag == PL_TEXT || is_number(v) || v.tag == PL_YESNO || pl_arith_is_time(v);
}

static PlValue join(PlValues *values, PlValue a, PlValue b)
{
    PlBuf *out = pl_values_scratch(values);
    pl_value_show(out, a);
    pl_value_show(out, b);
    return pl_text_of_scratch(values);
}

/* ---- the operations ---------------------------------------------------------------------------------------------- */

PlStatus pl_arith_add(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error)
{
    int64_t n;
    if (are_ints(a, b)) {
        if (__builtin_add_overflow(a.as.integer, b.as.integer, &n)) return fail(error, TOO_LARGE);
        *out = pl_int(n);
        return PL_OK;
    }
    if (is_number(a) && is_number(b)) return give_double(as_double(a) + as_double(b), out, error);
    PlStatus status;
    if (pl_arith_add_times(a, b, 1, out, error, &status)) return status;
    if (a.tag == PL_LIST && b.tag == PL_LIST) {
        *out = pl_list_extend_take(values, pl_retain(a), b);
        return PL_OK;
    }
    if ((a.tag == PL_TEXT || b.tag == PL_TEXT) && can_join(a) && can_join(b)) {
        *out = join(values, a, b);
        return PL_OK;
    }
    return fail(error, "cannot add these");
}

PlStatus pl_arith_sub(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error)
{
    (void)values;
    int64_t n;
    if (are_ints(a, b)) {
        if (__builtin_sub_overflow(a.as.integer, b.as.integer, &n)) return fail(error, TOO_LARGE);
        *out = pl_int(n);
        return PL_OK;
    }
    if (is_number(a) && is_number(b)) return give_double(as_double(a) - as_double(b), out, error);
    PlStatus status;
    if (pl_arith_add_times(a, b, -1, out, error, &status)) return status;
    if (pl_arith_between(a, b, out)) return PL_OK;
    return fail(error, "cannot subtract these");
}

PlStatus pl_arith_mul(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error)
{
    (void)values;
    int64_t n;
    if (are_ints(a, b)) {
        if (__builtin_mul_overflow(a.as.integer, b.as.integer, &n)) return fail(error, TOO_LARGE);
        *out = pl_int(n);
        return PL_OK;
    }
    if (is_number(a) && is_number(b)) return give_double(as_double(a) * as_double(b), out, error);
    if (a.tag == PL_DURATION && is_number(b)) return pl_arith_scale(a, b, false, out, error);
    if (b.tag == PL_DURATION && is_number(a)) return pl_arith_scale(b, a, false, out, error);
    return fail(error, "cannot multiply these");
}

PlStatus pl_arith_div(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error)
{
    (void)values;
    if (is_number(b) && as_double(b) == 0 && (is_number(a) || a.tag == PL_DURATION)) return fail(error, ZERO);
    if (are_ints(a, b)) {
        if (b.as.integer == -1) {
            if (a.as.integer == INT64_MIN) return fail(error, TOO_LARGE);
            *out = pl_int(-a.as.integer);
        } else if (a.as.integer % b.as.integer == 0) {
            *out = pl_int(a.as.integer / b.as.integer);
        } else {
            *out = pl_double((double)a.as.integer / (double)b.as.integer);
        }
        return PL_OK;
    }
    if (is_number(a) && is_number(b)) return give_double(as_double(a) / as_double(b), out, error);
    if (a.tag == PL_DURATION && is_number(b)) return pl_arith_scale(a, b, true, out, error);
    if (a.tag == PL_DURATION && b.tag == PL_DURATION) return pl_arith_ratio(a, b, out, error);
    return fail(error, "cannot divide these");
}

PlStatus pl_arith_mod(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error)
{
    (void)values;
    if (!is_number(a) || !is_number(b)) return fail(error, "cannot take the remainder of these");
    if (as_double(b) == 0) return fail(error, ZERO);
    if (are_ints(a, b)) {
        int64_t rest = b.as.integer == -1 ? 0 : a.as.integer % b.as.integer;
        if (rest && (rest < 0) != (b.as.integer < 0)) rest += b.as.integer;
        *out = pl_int(rest);
        return PL_OK;
    }
    double divisor = as_double(b), rest = fmod(as_double(a), divisor);
    if (rest != 0 && (rest < 0) != (divisor < 0)) rest += divisor;
    return give_double(rest, out, error);
}

PlStatus pl_arith_neg(PlValues *values, PlValue a, PlValue *out, const char **error)
{
    (void)values;
    if (a.tag == PL_DOUBLE) {
        *out = pl_double(-a.as.number);
        return PL_OK;
    }
    if (a.tag != PL_INT && a.tag != PL_DURATION) return fail(error, "cannot negate this");
    if (a.as.integer == INT64_MIN || (a.tag == PL_DURATION && a.extra == INT32_MIN)) return fail(error, TOO_LARGE);
    *out = a;
    out->as.integer = -a.as.integer;
    if (a.tag == PL_DURATION) out->extra = -a.extra;
    return PL_OK;
}

void pl_arith_describe(PlBuf *out, const char *error, const char *op, PlValue a, PlValue b)
{
    pl_buf_put_z(out, error);
    pl_buf_put_z(out, ": ");
    pl_value_brief(out, a, 40);
    pl_buf_printf(out, " %s ", op);
    pl_value_brief(out, b, 40);
}
