/* SPDX-License-Identifier: MIT */
/* The builtins that read what others wrote: CSV, YAML, regular expressions, dates and durations. The first byte says which; of a reader that has a
 * writer the value must come back. FORMAT=csv (yaml, regex, times, other) in the environment: that reader alone, whatever the byte says. */
#include "stdlib/builtin.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

typedef struct World {
    PlEscape escape;
    PlHeap *heap;
    PlValues *values;
    PlZone *zone;
    PlBuiltinContext context;
} World;

static void need(bool holds)
{
    if (!holds) abort();
}

/* Consumes the arguments. False: it failed, with words. */
static bool call(World *w, const char *name, PlValue *args, uint32_t count, PlValue *out)
{
    pl_buf_clear(&w->context.error);
    *out = pl_nothing();
    PlStatus status = pl_builtin_find(pl_str_z(name))->fn(&w->context, args, count, out);
    for (uint32_t i = 0; i < count; i++) pl_release(w->values, args[i]);
    need(status == PL_OK || w->context.error.len > 0 || status == PL_NOMEM || status == PL_LIMIT);
    return status == PL_OK;
}

static bool call_1(World *w, const char *name, PlValue arg, PlValue *out)
{
    return call(w, name, &arg, 1, out);
}

static void csv(World *w, PlStr text)
{
    PlValue rows, again, written;
    char separator = text.len ? text.ptr[0] : ',';
    PlValue args[] = {pl_text(w->values, text), pl_text(w->values, pl_str(&separator, 1))};
    if (call(w, "from_csv", args, 2, &rows)) pl_release(w->values, rows);
    if (!call_1(w, "from_csv", pl_text(w->values, text), &rows)) return;
    need(call_1(w, "to_csv", rows, &written));
    if (call_1(w, "from_csv", written, &again)) pl_release(w->values, again);
}

static void yaml(World *w, PlStr text)
{
    PlValue value, written, again, shown;
    if (!call_1(w, "from_yaml", pl_text(w->values, text), &value)) return;
    if (call_1(w, "to_yaml", pl_retain(value), &written)) {
        if (call_1(w, "from_yaml", written, &again)) {
            need(pl_equal(value, again));
            pl_release(w->values, again);
        } else {
            need(strstr(w->context.error.ptr, "nested") != NULL);
        }
    }
    if (call_1(w, "to_json", pl_retain(value), &shown)) pl_release(w->values, shown);
    pl_release(w->values, value);
}

/* The pattern is the first line. */
static void regex(World *w, PlStr text)
{
    static const char *const names[] = {"matches", "extract", "extract_all", "split_pattern", "replace_pattern"};
    size_t line = pl_str_find_char(text, '\n', 0);
    PlStr pattern = pl_str_slice(text, 0, line), rest = line == PL_STR_NONE ? PL_STR("abc") : pl_str_slice(text, line + 1, text.len);
    PlValue out;
    for (size_t i = 0; i < 5; i++) {
        PlValue args[] = {pl_text(w->values, rest), pl_text(w->values, pattern), pl_text(w->values, PL_STR("<$0$1>"))};
        if (call(w, names[i], args, i == 4 ? 3 : 2, &out)) pl_release(w->values, out);
        if (i != 4) pl_release(w->values, args[2]);
    }
}

static void times(World *w, PlStr text)
{
    static const char *const of_time[] = {"datetime", "date", "parse_date", "weekday", "to_unix", "end_of_month", "format_date"};
    PlValue out, again;
    for (size_t i = 0; i < sizeof of_time / sizeof *of_time; i++)
        if (call_1(w, of_time[i], pl_text(w->values, text), &out)) pl_release(w->values, out);
    if (call_1(w, "duration", pl_text(w->values, text), &out)) {
        if (call_1(w, "duration_text", out, &again)) pl_release(w->values, again);
    }
    size_t line = pl_str_find_char(text, '\n', 0); /* the form is the first line */
    if (line == PL_STR_NONE) return;
    PlValue args[] = {pl_text(w->values, pl_str_slice(text, line + 1, text.len)), pl_text(w->values, pl_str_slice(text, 0, line))};
    if (call(w, "parse_date", args, 2, &out)) pl_release(w->values, out);
    PlValue forms[] = {pl_datetime(1700000000123456, 90), pl_text(w->values, pl_str_slice(text, 0, line))};
    if (call(w, "format_date", forms, 2, &out)) pl_release(w->values, out);
    PlValue zoned[] = {pl_datetime(1700000000123456, 90), pl_text(w->values, pl_str_slice(text, 0, line))};
    if (call(w, "in_zone", zoned, 2, &out)) pl_release(w->values, out);
}

static void other(World *w, PlStr text)
{
    static const char *const names[] = {"markdown_to_html", "from_json", "parse_url", "number", "base64_decode", "hex_decode", "url_decode", "slug",
               "title_case"};
    PlValue out;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (call_1(w, names[i], pl_text(w->values, text), &out)) pl_release(w->values, out);
    PlValue args[] = {pl_text(w->values, text), pl_record_set_take(w->values, pl_record(w->values), PL_STR("a"), pl_int(1))};
    if (call(w, "fill_template", args, 2, &out)) pl_release(w->values, out);
}

typedef void Reader(World *w, PlStr text);

static Reader *reader_of(uint8_t which)
{
    static const struct {
        const char *name;
        Reader *run;
    } all[] = {{"csv", csv}, {"yaml", yaml}, {"regex", regex}, {"times", times}, {"other", other}};
    const char *only = getenv("FORMAT");
    for (size_t i = 0; only && i < 5; i++)
        if (strcmp(only, all[i].name) == 0) return all[i].run;
    return all[which % 5].run;
}

static void run(World *w, Reader *reader, PlStr text)
{
    w->heap = pl_heap_new(&w->escape, (size_t)64 << 20);
    need(w->heap != NULL);
    if (setjmp(w->escape.at)) return; /* past the heap's ceiling */
    w->values = pl_values_new(w->heap);
    w->context = (PlBuiltinContext){.values = w->values, .zone = w->zone};
    pl_buf_init(&w->context.error, 0);
    reader(w, text);
    need(pl_value_hash(pl_int(1)) == pl_value_hash(pl_int(1)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return 0;
    World w = {0};
    run(&w, reader_of(data[0]), pl_str((const char *)data + 1, size - 1));
    pl_buf_deinit(&w.context.error);
    pl_values_free(w.values);
    pl_heap_free(w.heap);
    return 0;
}
