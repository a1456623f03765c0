/* SPDX-License-Identifier: MIT */
/* JSON to values and everything that values can then meet: written forms read back to the same, order and hash agree with equality, and
 * builtins get the parts of the text as arguments. The text is JSON; when it is a list [name, argument...] that function is called; a
 * text is also tried as a time, a duration, a number and a zone. */
#include "stdlib/builtin.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "values: %s\n", what);
    abort();
}

static PlValue read_back(PlValues *values, PlValue v, void (*write)(PlBuf *, PlValue))
{
    PlBuf out;
    PlValue again;
    size_t at;
    const char *error;
    pl_buf_init(&out, 0);
    write(&out, v);
    expect(pl_json_read(values, pl_buf_str(&out), &again, &at, &error) == PL_OK, "what was written cannot be read");
    pl_buf_deinit(&out);
    return again;
}

static void write_pretty(PlBuf *out, PlValue v)
{
    pl_json_write_pretty(out, v, 3);
}

static void check_forms(PlValues *values, PlValue given)
{
    void (*const forms[])(PlBuf *, PlValue) = {pl_json_write, write_pretty, pl_json_write_canonical};
    PlValue v = read_back(values, given, pl_json_write); /* times have become texts, which hash in their own way */
    expect(pl_equal(given, v), "written and read is not equal");
    for (size_t i = 0; i < 3; i++) {
        PlValue again = read_back(values, v, forms[i]);
        expect(pl_equal(v, again) && pl_value_hash(v) == pl_value_hash(again), "written and read is not the same");
        int order = pl_compare(v, again);
        expect(order == 0, "equal values are not in the same place");
        pl_release(values, again);
    }
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_value_show(&out, given);
    pl_buf_clear(&out);
    pl_value_brief(&out, given, 40);
    expect(out.len <= 60, "brief is long");
    pl_buf_deinit(&out);
    pl_release(values, v);
}

static void check_text(PlStr s)
{
    int64_t n, m;
    int32_t x, y;
    PlBuf out;
    pl_buf_init(&out, 0);
    if (pl_time_read_datetime(s, &n, &x)) {
        pl_time_put_datetime(&out, n, x);
        if (out.ptr[4] == '-') expect(pl_time_read_datetime(pl_buf_str(&out), &m, &y) && n == m && x == y, "datetime");
    }
    pl_buf_clear(&out);
    if (pl_time_read_duration(s, &n, &x)) {
        pl_time_put_duration(&out, n, x);
        expect(pl_time_read_duration(pl_buf_str(&out), &m, &y) && n == m && x == y, "duration");
    }
    pl_buf_deinit(&out);
    PlZone *zone = pl_zone_open(s);
    if (zone) expect(pl_zone_offset(zone, 0) > -1440 && pl_zone_offset(zone, 0) < 1440, "zone");
    pl_zone_close(zone);
}

static void call(PlValues *values, PlValue v)
{
    PlValue name = v.tag == PL_LIST && pl_list_len(v) ? pl_list_at(v, 0) : pl_nothing(), out;
    const PlBuiltin *builtin = name.tag == PL_TEXT ? pl_builtin_find(pl_text_str(name)) : NULL;
    uint32_t count = builtin ? pl_list_len(v) - 1 : 0;
    if (!builtin || count < builtin->min_args || count > builtin->max_args) return;
    PlBuiltinContext context = {.values = values};
    pl_buf_init(&context.error, 0);
    PlStatus status = builtin->fn(&context, v.as.list->items + 1, count, &out);
    expect(status == PL_OK || (status == PL_INVALID && context.error.len), "a builtin fails without words");
    if (status == PL_OK) check_forms(values, out), pl_release(values, out);
    pl_buf_deinit(&context.error);
}

static void one(PlValues *values, PlStr text)
{
    PlValue v;
    size_t at = 0;
    const char *error = NULL;
    if (pl_json_read(values, text, &v, &at, &error) == PL_OK) {
        check_forms(values, v);
        call(values, v);
        pl_release(values, v);
    } else {
        expect(error && at <= text.len, "an error without words or place");
    }
}

/* In a heap that may be too small: then it is left through the escape. */
static void in_heap(PlStr text)
{
    PlEscape escape;
    PlHeap *volatile heap = NULL;
    PlValues *volatile values = NULL;
    if (!setjmp(escape.at)) {
        heap = pl_heap_new(&escape, 64 << 20);
        values = pl_values_new(heap);
        one(values, text);
    }
    pl_values_free(values);
    pl_heap_free(heap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t nothing;
    PlStr text = pl_str((const char *)(size ? data : &nothing), size);
    check_text(text);
    in_heap(text);
    return 0;
}
