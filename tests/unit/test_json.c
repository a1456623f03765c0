/* SPDX-License-Identifier: MIT */
/* JSON to values and back: what is kept, what is refused and where, repeated keys, the three forms of writing, literals. */
#include "tests/unit/unit.h"
#include "vm/base/heap.h"
#include "vm/base/limits.h"
#include "vm/value/json.h"

#include <stdlib.h>

typedef struct World {
    PlEscape escape;
    PlHeap *heap;
    PlValues *values;
} World;

#define WORLD                                                                                                          \
    World w;                                                                                                           \
    if (setjmp(w.escape.at)) {                                                                                         \
        CHECK(!"no escape expected");                                                                                  \
        return;                                                                                                        \
    }                                                                                                                  \
    w.heap = pl_heap_new(&w.escape, 0);                                                                                \
    w.values = pl_values_new(w.heap)

static void close_world(World *w)
{
    pl_values_free(w->values);
    pl_heap_free(w->heap);
}

static void check_round(World *w, const char *from, const char *to, void (*write)(PlBuf *, PlValue))
{
    PlValue v;
    size_t at;
    const char *error = "";
    PlStatus status = pl_json_read(w->values, pl_str_z(from), &v, &at, &error);
    CHECK(status == PL_OK);
    if (status != PL_OK) {
        fprintf(stderr, "%s: %s\n", from, error);
        return;
    }
    PlBuf out;
    pl_buf_init(&out, 0);
    write(&out, v);
    CHECK_STR(pl_buf_str(&out), to);
    pl_buf_deinit(&out);
    pl_release(w->values, v);
}

TEST(compact)
{
    WORLD;
    static const struct {
        const char *from, *to;
    } rows[] = {
        {" { } ", "{}"},
        {"[ ]", "[]"},
        {"[1,2.50,-0,-0.0,1e2,9223372036854775807,9223372036854775808,-9223372036854775808]",
         "[1,2.5,0,-0,100,9223372036854775807,9223372036854776000,-9223372036854775808]"},
        {"[null,true,false]", "[null,true,false]"},
        {"\"\\u00e9\\ud83d\\ude00\\n\\/\"", "\"\xc3\xa9\xf0\x9f\x98\x80\\n/\""},
        {"\"\\u0000\"", "\"\\u0000\""},
        {"{\"b\":{\"c\":[{}]},\"a\":[[],[[1]]]}", "{\"b\":{\"c\":[{}]},\"a\":[[],[[1]]]}"},
        {"[5472337001909245341.1,1e15,-4503599627370497.5,1e22]", "[5472337001909244928,1000000000000000,-4503599627370498,1e+22]"},
        {"{\"\":1,\" \":2}", "{\"\":1,\" \":2}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_round(&w, rows[i].from, rows[i].to, pl_json_write);
    close_world(&w);
}

TEST(repeated_keys)
{
    WORLD;
    check_round(&w, "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}", pl_json_write);
    check_round(&w, "{\"a\":\"x\",\"a\":{\"a\":[1],\"a\":\"y\"},\"a\":[\"z\"],\"b\":0}", "{\"a\":[\"z\"],\"b\":0}", pl_json_write);
    check_round(&w, "{\"a\":1,\"a\":2}", "{\"a\":2}", pl_json_write);
    close_world(&w);
}

TEST(canonical)
{
    WORLD;
    check_round(&w, "{\"b\":1,\"a\":{\"\xc3\xa9\":1,\"z\":[{\"y\":1,\"x\":2}],\"Z\":3},\"aa\":null}",
                "{\"a\":{\"Z\":3,\"z\":[{\"x\":2,\"y\":1}],\"\xc3\xa9\":1},\"aa\":null,\"b\":1}", pl_json_write_canonical);
    check_round(&w, "[{},[]]", "[{},[]]", pl_json_write_canonical);
    close_world(&w);
}

static void write_pretty(PlBuf *out, PlValue v)
{
    pl_json_write_pretty(out, v, 2);
}

TEST(pretty)
{
    WORLD;
    check_round(&w, "{\"a\":[1,{\"b\":[]}],\"c\":{}}", "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}",
                write_pretty);
    check_round(&w, "3", "3", write_pretty);
    close_world(&w);
}

TEST(refused)
{
    WORLD;
    static const struct {
        const char *text;
        size_t at;
    } rows[] = {
        {"", 0}, {"[1,]", 3}, {"{\"a\":\"text\",\"b\":[1,{\"c\":\"d\"},", 29}, {"[1] x", 4}, {"{\"a\" 1}", 5}, {"[\"a\nb\"]", 3},
        {"nul", 0}, {"{\"a\":1,\"a\":tru}", 11},
    };
    size_t used = pl_heap_used(w.heap), limit = used;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PlValue v = pl_int(1);
        size_t at = 99;
        const char *error = NULL;
        CHECK(pl_json_read(w.values, pl_str_z(rows[i].text), &v, &at, &error) == PL_INVALID);
        CHECK(at == rows[i].at && error && v.tag == PL_NOTHING);
        if (at != rows[i].at) fprintf(stderr, "%s: %zu: %s\n", rows[i].text, at, error);
        if (i == 2) limit = pl_heap_used(w.heap); /* stack, names and shapes stay; values do not */
    }
    CHECK(pl_heap_used(w.heap) <= limit + 64);
    close_world(&w);
}

/* Objects of thousands of other shapes and keys: memory in proportion to the text, and all of it comes back. */
TEST(hostile_shapes)
{
    WORLD;
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_char(&text, '[');
    for (unsigned i = 0; i < 60000; i++) pl_buf_printf(&text, "%s{\"a%u\":1,\"b%u\":\"x\"}", i ? "," : "", i, i * 7919u % 65521u);
    pl_buf_put_char(&text, ']');
    PlValue v;
    size_t at;
    const char *error;
    CHECK(pl_json_read(w.values, pl_buf_str(&text), &v, &at, &error) == PL_OK);
    CHECK(pl_heap_peak(w.heap) < text.len * 24);
    size_t full = pl_heap_used(w.heap);
    pl_release(w.values, v);
    CHECK(pl_heap_used(w.heap) < full / 3);
    pl_buf_clear(&text);
    pl_buf_put_char(&text, '{');
    for (unsigned i = 0; i < 200000; i++) pl_buf_printf(&text, "%s\"key%u\":%u", i ? "," : "", i, i);
    for (unsigned i = 0; i < 1000; i++) pl_buf_printf(&text, ",\"key%u\":true", i * 199);
    pl_buf_put_char(&text, '}');
    CHECK(pl_json_read(w.values, pl_buf_str(&text), &v, &at, &error) == PL_OK);
    CHECK(pl_record_len(v) == 200000);
    PlValue found;
    CHECK(pl_record_find(v, PL_STR("key199"), &found) && found.tag == PL_YESNO);
    CHECK(pl_record_find(v, PL_STR("key200"), &found) && found.as.integer == 200);
    pl_release(w.values, v);
    pl_buf_deinit(&text);
    close_world(&w);
}

TEST(out_of_memory_leaks_nothing)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "[\"with \\n escape\"");
    for (unsigned i = 0; i < 5000; i++) pl_buf_printf(&text, ",{\"name\\t\":\"some \\\"text\\\" %u\",\"n\":[%u]}", i, i);
    pl_buf_put_char(&text, ']');
    for (size_t ceiling = 4096; ceiling < 1000000; ceiling = ceiling * 3 / 2) {
        World w;
        volatile bool made = false;
        w.heap = NULL;
        w.values = NULL;
        World *volatile at_exit = &w;
        if (setjmp(w.escape.at)) {
            CHECK(w.escape.status == PL_LIMIT);
        } else {
            w.heap = pl_heap_new(&w.escape, ceiling);
            w.values = pl_values_new(w.heap);
            made = true;
            PlValue v;
            size_t at;
            const char *error;
            CHECK(pl_json_read(w.values, pl_buf_str(&text), &v, &at, &error) == PL_OK);
        }
        if (made) pl_values_free(at_exit->values);
        pl_heap_free(at_exit->heap);
    }
    pl_buf_deinit(&text);
}

TEST(literals)
{
    WORLD;
    PlLiteral rows[] = {
        {.kind = PL_LIT_NOTHING},
        {.kind = PL_LIT_YESNO, .as.yes = true},
        {.kind = PL_LIT_INT, .as.integer = -5},
        {.kind = PL_LIT_DOUBLE, .as.number = 0.5},
        {.kind = PL_LIT_TEXT, .as.text = PL_STR_INIT("hi")},
        {.kind = PL_LIT_DATETIME, .offset = 60, .as.integer = 1500000},
        {.kind = PL_LIT_DATE, .as.integer = 20777},
        {.kind = PL_LIT_DURATION, .offset = 1, .as.integer = 1000000},
        {.kind = PL_LIT_JSON, .as.text = PL_STR_INIT("{\"a\":[1]}")},
        {.kind = PL_LIT_JSON, .as.text = PL_STR_INIT("{broken")},
        {.kind = PL_LIT_DATE, .as.integer = INT64_MAX},
        {.kind = PL_LIT_DATETIME, .offset = INT32_MIN},
        {.kind = PL_LIT_DOUBLE, .as.number = 1e308 * 10},
    };
    static const char *const expected[] = {"null", "true", "-5", "0.5", "\"hi\"", "\"1970-01-01T01:00:01.5+01:00\"", "\"2026-11-20\"",
                                           "\"P1MT1S\"", "{\"a\":[1]}", "null", "null", "null", "null"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PlValue v = pl_value_of_literal(w.values, &rows[i]);
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_json_write(&out, v);
        CHECK_STR(pl_buf_str(&out), expected[i]);
        pl_buf_deinit(&out);
        pl_release(w.values, v);
    }
    close_world(&w);
}

UNIT_MAIN
