/* SPDX-License-Identifier: MIT */
/* Texts with marked places, and a duration in words. */
#include "stdlib/args.h"
#include "stdlib/by.h"

/* ---- templates --------------------------------------------------------------------------------------------------- */

static PlStatus fill(const PlArgs *args, PlStr s, PlStr open, PlStr close, PlBuf *to)
{
    for (size_t at = 0; at < s.len;) {
        size_t begin = pl_str_find(s, open, at);
        size_t end = begin == PL_STR_NONE ? PL_STR_NONE : pl_str_find(s, close, begin + open.len);
        if (end == PL_STR_NONE) {
            pl_buf_put(to, pl_str_slice(s, at, s.len));
            break;
        }
        PlStr path = pl_str_trim(pl_str_slice(s, begin + open.len, end));
        PlValue v = pl_by_path(pl_args_at(args, 1), path);
        if (v.tag == PL_NOTHING)
            return pl_args_fail(args->context, "the record has nothing at \"" PL_FMT "\", which the template names", PL_ARG(pl_str_slice(path, 0, 80)));
        pl_buf_put(to, pl_str_slice(s, at, begin));
        pl_value_show(to, v);
        at = end + close.len;
    }
    return PL_OK;
}

PlStatus pl_fn_fill_template(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, open, close;
    PlValue record;
    if (!pl_args_text(&args, 0, &s) || !pl_args_record(&args, 1, &record) || !pl_args_text_or(&args, 2, PL_STR("{{"), &open) ||
        !pl_args_text_or(&args, 3, PL_STR("}}"), &close))
        return PL_INVALID;
    if (!open.len || !close.len) return pl_args_fail(context, "the marks of a template are not empty");
    PlStatus status = fill(&args, s, open, close, pl_values_scratch(context->values));
    return status == PL_OK ? pl_args_give_scratch(&args, out) : status;
}

/* ---- durations --------------------------------------------------------------------------------------------------- */

static void put_part(PlBuf *out, int64_t n, const char *unit)
{
    if (!n) return;
    pl_buf_printf(out, "%s%lld %s%s", out->len && out->ptr[out->len - 1] != '-' ? " " : "", (long long)n, unit, n == 1 ? "" : "s");
}

PlStatus pl_fn_duration_text(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue d;
    if (!pl_args_duration(&args, 0, &d)) return PL_INVALID;
    int64_t months = d.extra, us = d.as.integer;
    bool negative = months < 0 || us < 0;
    if (negative && (months > 0 || us > 0 || us == INT64_MIN)) return pl_args_fail(context, "the duration is partly forwards and partly back");
    if (negative) months = -months, us = -us;
    PlBuf *buf = pl_values_scratch(context->values);
    if (negative) pl_buf_put_z(buf, "minus");
    put_part(buf, months / 12, "year");
    put_part(buf, months % 12, "month");
    put_part(buf, us / 86400000000, "day");
    put_part(buf, us / 3600000000 % 24, "hour");
    put_part(buf, us / 60000000 % 60, "minute");
    int64_t rest = us % 60000000;
    if (rest % 1000000) {
        if (buf->len) pl_buf_put_char(buf, ' ');
        pl_buf_put_double(buf, (double)rest / 1e6);
        pl_buf_put_z(buf, " seconds");
    } else {
        put_part(buf, rest / 1000000, "second");
    }
    if (!months && !us) pl_buf_put_z(buf, "0 seconds");
    return pl_args_give_scratch(&args, out);
}
