/* SPDX-License-Identifier: MIT */
/* Arithmetic at its edges: overflow, zero, mixed kinds, months, texts that are times. */
#include "tests/unit/unit.h"
#include "vm/value/arith.h"
#include "vm/value/json.h"
#include "vm/value/time.h"

typedef struct World {
    PlEscape escape;
    PlHeap *heap;
    PlValues *values;
} World;

/* "5" number, "'x'" text, "@..." date, datetime or duration, "[...]" JSON */
static PlValue value(World *w, const char *z)
{
    PlStr s = pl_str_z(z);
    int64_t n;
    int32_t extra;
    if (z[0] == '\'') return pl_text(w->values, pl_str_slice(s, 1, s.len - 1));
    if (z[0] == '@') {
        s = pl_str_slice(s, 1, s.len);
        if (pl_time_read_date(s, &n)) return pl_date(n);
        if (pl_time_read_datetime(s, &n, &extra)) return pl_datetime(n, extra);
        CHECK(pl_time_read_duration(s, &n, &extra));
        return pl_duration(n, extra);
    }
    PlValue v;
    size_t at;
    const char *error;
    CHECK(pl_json_read(w->values, s, &v, &at, &error) == PL_OK);
    return v;
}

static PlStatus apply(World *w, char op, PlValue a, PlValue b, PlValue *out, const char **error)
{
    switch (op) {
    case '+': return pl_arith_add(w->values, a, b, out, error);
    case '-': return pl_arith_sub(w->values, a, b, out, error);
    case '*': return pl_arith_mul(w->values, a, b, out, error);
    case '/': return pl_arith_div(w->values, a, b, out, error);
    case '%': return pl_arith_mod(w->values, a, b, out, error);
    default: return pl_arith_neg(w->values, a, out, error);
    }
}

static const struct {
    const char *a;
    char op;
    const char *b, *result; /* JSON; "!words" when it fails */
} rows[] = {
    {"1", '+', "2", "3"},
    {"1", '+', "2.5", "3.5"},
    {"0.1", '+', "0.2", "0.30000000000000004"},
    {"9223372036854775807", '+', "1", "!the result is too large"},
    {"9223372036854775807", '+', "1.0", "9223372036854776000"},
    {"1e308", '+', "1e308", "!the result is too large"},
    {"-9223372036854775808", '-', "1", "!the result is too large"},
    {"5", '-', "7", "-2"},
    {"4611686018427387904", '*', "2", "!the result is too large"},
    {"3", '*', "-4", "-12"},
    {"6", '/', "3", "2"},
    {"7", '/', "2", "3.5"},
    {"-9223372036854775808", '/', "-1", "!the result is too large"},
    {"1", '/', "0", "!division by zero"},
    {"1.5", '/', "0.0", "!division by zero"},
    {"1e300", '/', "1e-300", "!the result is too large"},
    {"7", '%', "3", "1"},
    {"-7", '%', "3", "2"},
    {"7", '%', "-3", "-2"},
    {"-9223372036854775808", '%', "-1", "0"},
    {"5.5", '%', "2", "1.5"},
    {"-5.5", '%', "2", "0.5"},
    {"1", '%', "0", "!division by zero"},
    {"5", 'n', "0", "-5"},
    {"-9223372036854775808", 'n', "0", "!the result is too large"},
    {"2.5", 'n', "0", "-2.5"},
    {"'x'", 'n', "0", "!cannot negate this"},
    {"'a'", '+', "'b'", "\"ab\""},
    {"'a'", '+', "5", "\"a5\""},
    {"2.50", '+', "' EUR'", "\"2.5 EUR\""},
    {"'is '", '+', "true", "\"is yes\""},
    {"'on '", '+', "@2026-11-20", "\"on 2026-11-20\""},
    {"'a'", '+', "null", "!cannot add these"},
    {"'a'", '+', "[]", "!cannot add these"},
    {"'a'", '-', "'b'", "!cannot subtract these"},
    {"'3'", '*', "2", "!cannot multiply these"},
    {"[1]", '+', "[2,[3]]", "[1,2,[3]]"},
    {"[1]", '+', "2", "!cannot add these"},
    {"{}", '+', "{}", "!cannot add these"},
    {"true", '+', "1", "!cannot add these"},
    {"@2026-01-31", '+', "@1 month", "\"2026-02-28\""},
    {"@1 month", '+', "@2026-01-31", "\"2026-02-28\""},
    {"@2026-03-31", '-', "@1 month", "\"2026-02-28\""},
    {"@2026-11-20", '+', "@36 hours", "\"2026-11-21T12:00:00Z\""},
    {"@2026-11-20", '-', "@2 days", "\"2026-11-18\""},
    {"@2026-11-20T10:00:00+01:00", '+', "@1 hour", "\"2026-11-20T11:00:00+01:00\""},
    {"@2026-01-31T23:30:00-02:00", '+', "@1 month", "\"2026-02-28T23:30:00-02:00\""},
    {"@2026-11-20T10:00:00Z", '-', "@2026-11-20T08:30:00Z", "\"PT1H30M\""},
    {"@2026-11-20", '-', "@2026-11-01", "\"P19D\""},
    {"@2026-11-20T10:00:00+01:00", '-', "@2026-11-20", "\"PT10H\""},
    {"'2026-11-20'", '-', "'2026-11-19'", "\"P1D\""},
    {"'2026-11-20'", '+', "@1 day", "\"2026-11-21\""},
    {"@2026-11-20", '+', "@2026-11-20", "!cannot add these"},
    {"@1 day", '-', "@2026-11-20", "!cannot subtract these"},
    {"@9999-12-31", '+', "@1 day", "!the time is outside of the years 0 to 9999"},
    {"@0000-01-01", '-', "@1 month", "!the time is outside of the years 0 to 9999"},
    {"@2026-01-01", '+', "@100000000 months", "!the time is outside of the years 0 to 9999"},
    {"@1 hour", '+', "@1 month", "\"P1MT1H\""},
    {"@1 hour", '*', "3", "\"PT3H\""},
    {"1.5", '*', "@1 hour", "\"PT1H30M\""},
    {"@1 month", '*', "0.5", "!a part of a month is no certain time"},
    {"@1 year", '/', "2", "\"P6M\""},
    {"@1 hour", '/', "4", "\"PT15M\""},
    {"@1 hour", '/', "0", "!division by zero"},
    {"@1 hour", '/', "@15 minutes", "4"},
    {"@1 hour", '/', "@45 minutes", "1.3333333333333333"},
    {"@1 year", '/', "@1 month", "12"},
    {"@1 year", '/', "@1 day", "!a part of a month is no certain time"},
    {"@1 hour", '/', "@0 seconds", "!division by zero"},
    {"@100000000 days", '*', "1000000", "!the duration is too long"},
    {"@100000000 days", '*', "1e12", "!the duration is too long"},
    {"@1 hour", '*', "@1 hour", "!cannot multiply these"},
    {"7.5", '-', "2", "5.5"},
    {"'a'", '-', "1", "!cannot subtract these"},
    {"8", '/', "-1", "-8"},
    {"'a'", '/', "0", "!cannot divide these"},
    {"'a'", '/', "'b'", "!cannot divide these"},
    {"@1 hour", '/', "'b'", "!cannot divide these"},
    {"1", '/', "@1 hour", "!cannot divide these"},
    {"'a'", '%', "2", "!cannot take the remainder of these"},
    {"2", '%', "'a'", "!cannot take the remainder of these"},
    {"@1 month", 'n', "0", "\"-P1M\""},
    {"'2026-11-20T10:00:00Z'", '+', "@1 hour", "\"2026-11-20T11:00:00Z\""},
    {"'soon'", '+', "@1 hour", "\"soonPT1H\""},
    {"@2026-11-20", '-', "'soon'", "!cannot subtract these"},
    {"'soon'", '-', "@2026-11-20", "!cannot subtract these"},
    {"@2026-11-20", '-', "@2026-11-20T10:00:00+01:00", "\"-PT10H\""},
    {"@2026-01-01", '-', "@100000000 months", "!the time is outside of the years 0 to 9999"},
    {"@0000-01-01", '-', "@1 day", "!the time is outside of the years 0 to 9999"},
    {"@106751991 days", '+', "@106751991 days", "!the duration is too long"},
    {"@-106751991 days", '-', "@106751991 days", "!the duration is too long"},
    {"@2000000000 months", '+', "@2000000000 months", "!the duration is too long"},
    {"@-2000000000 months", '-', "@2000000000 months", "!the duration is too long"},
    {"@2000000000 months", '*', "2", "!the duration is too long"},
    {"@2000000000 months", '*', "-2", "!the duration is too long"},
    {"@2000000000 months", '*', "2.5", "!the duration is too long"},
    {"@7 months", '/', "2", "!a part of a month is no certain time"},
    {"@1 hour", '/', "2.5", "\"PT24M\""},
    {"@6 months", '/', "1.5", "\"P4M\""},
    {"@1 hour", '/', "@1 month", "!a part of a month is no certain time"},
    {"@1 hour", '/', "@-PT1H", "-1"},
    {"@1 month", '/', "@-1 month", "-1"},
};

TEST(rows)
{
    World w;
    if (setjmp(w.escape.at)) {
        CHECK(!"no escape expected");
        return;
    }
    w.heap = pl_heap_new(&w.escape, 0);
    w.values = pl_values_new(w.heap);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PlValue a = value(&w, rows[i].a), b = value(&w, rows[i].b), result = pl_nothing();
        const char *error = "";
        PlStatus status = apply(&w, rows[i].op, a, b, &result, &error);
        PlBuf out;
        pl_buf_init(&out, 0);
        if (status == PL_OK)
            pl_json_write(&out, result);
        else
            pl_buf_printf(&out, "!%s", error);
        CHECK_STR(pl_buf_str(&out), rows[i].result);
        pl_buf_deinit(&out);
        if (status == PL_OK) pl_release(w.values, result);
        pl_release(w.values, a);
        pl_release(w.values, b);
    }
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_arith_describe(&out, "cannot add these", "+", pl_int(1), pl_nothing());
    CHECK_STR(pl_buf_str(&out), "cannot add these: 1 + nothing");
    pl_buf_deinit(&out);
    pl_values_free(w.values);
    pl_heap_free(w.heap);
}

UNIT_MAIN
