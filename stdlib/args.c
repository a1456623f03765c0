/* SPDX-License-Identifier: MIT */
/* Reading the arguments of builtins; see args.h. */
#include "stdlib/args.h"

#include "vm/value/shape.h"

#include <math.h>

PlStatus pl_args_fail(PlBuiltinContext *context, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pl_buf_clear(&context->error);
    pl_buf_vprintf(&context->error, format, args);
    va_end(args);
    return PL_INVALID;
}

bool pl_args_wrong(const PlArgs *args, uint32_t i, const char *wanted)
{
    PlBuf *error = &args->context->error;
    PlValue found = pl_args_at(args, i);
    pl_buf_clear(error);
    pl_buf_printf(error, "argument %u must be %s, found ", i + 1, wanted);
    pl_value_brief(error, found, 60);
    return false;
}

bool pl_args_text(const PlArgs *args, uint32_t i, PlStr *out)
{
    PlValue v = pl_args_at(args, i);
    if (v.tag != PL_TEXT) return pl_args_wrong(args, i, "text");
    *out = pl_text_str(v);
    return true;
}

bool pl_args_text_or(const PlArgs *args, uint32_t i, PlStr other, PlStr *out)
{
    *out = other;
    return !pl_args_has(args, i) || pl_args_text(args, i, out);
}

bool pl_args_list(const PlArgs *args, uint32_t i, PlList **out)
{
    PlValue v = pl_args_at(args, i);
    if (v.tag != PL_LIST) return pl_args_wrong(args, i, "a list");
    *out = v.as.list;
    return true;
}

bool pl_args_record(const PlArgs *args, uint32_t i, PlValue *out)
{
    *out = pl_args_at(args, i);
    return out->tag == PL_RECORD || pl_args_wrong(args, i, "a record");
}

bool pl_args_integer(const PlArgs *args, uint32_t i, int64_t low, int64_t high, int64_t *out)
{
    PlValue v = pl_args_at(args, i);
    double d = v.tag == PL_DOUBLE ? v.as.number : 0;
    if (v.tag == PL_DOUBLE && trunc(d) == d && d >= -0x1p63 && d < 0x1p63) v = pl_int((int64_t)d);
    if (v.tag != PL_INT) return pl_args_wrong(args, i, "an integer");
    *out = v.as.integer;
    if (*out >= low && *out <= high) return true;
    pl_args_fail(args->context, "argument %u must be from %lld to %lld, found %lld", i + 1, (long long)low, (long long)high,
                 (long long)*out);
    return false;
}

bool pl_args_integer_or(const PlArgs *args, uint32_t i, int64_t low, int64_t high, int64_t other, int64_t *out)
{
    *out = other;
    return !pl_args_has(args, i) || pl_args_integer(args, i, low, high, out);
}

bool pl_args_number(const PlArgs *args, uint32_t i, PlValue *out)
{
    *out = pl_args_at(args, i);
    return out->tag == PL_INT || out->tag == PL_DOUBLE || pl_args_wrong(args, i, "a number");
}

double pl_args_as_double(PlValue number)
{
    return number.tag == PL_INT ? (double)number.as.integer : number.as.number;
}

bool pl_args_double(const PlArgs *args, uint32_t i, double *out)
{
    PlValue v;
    if (!pl_args_number(args, i, &v)) return false;
    *out = pl_args_as_double(v);
    return true;
}

bool pl_args_time(const PlArgs *args, uint32_t i, PlValue *out)
{
    PlValue v = pl_args_at(args, i);
    int64_t n;
    int32_t offset;
    *out = v;
    if (v.tag == PL_DATE || v.tag == PL_DATETIME) return true;
    if (v.tag != PL_TEXT) return pl_args_wrong(args, i, "a date or datetime");
    if (pl_time_read_date(pl_text_str(v), &n))
        *out = pl_date(n);
    else if (pl_time_read_datetime(pl_text_str(v), &n, &offset))
        *out = pl_datetime(n, offset);
    else
        return pl_args_wrong(args, i, "a date or datetime");
    return true;
}

bool pl_args_duration(const PlArgs *args, uint32_t i, PlValue *out)
{
    PlValue v = pl_args_at(args, i);
    int64_t us;
    int32_t months;
    *out = v;
    if (v.tag == PL_DURATION) return true;
    if (v.tag != PL_TEXT || !pl_time_read_duration(pl_text_str(v), &us, &months)) return pl_args_wrong(args, i, "a duration");
    *out = pl_duration(us, months);
    return true;
}

bool pl_args_yesno_or(const PlArgs *args, uint32_t i, bool other, bool *out)
{
    PlValue v = pl_args_at(args, i);
    *out = v.tag == PL_YESNO ? v.as.yes : other;
    return v.tag == PL_YESNO || v.tag == PL_NOTHING || pl_args_wrong(args, i, "yes or no");
}

PlStatus pl_args_give_scratch(const PlArgs *args, PlValue *out)
{
    *out = pl_text_of_scratch(args->context->values);
    return PL_OK;
}

PlStatus pl_args_give_text(const PlArgs *args, PlStr valid, PlValue *out)
{
    *out = pl_text_of_valid(args->context->values, valid);
    return PL_OK;
}
