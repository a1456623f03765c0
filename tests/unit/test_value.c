/* SPDX-License-Identifier: MIT */
/* Values: counts, lists and records in place and copied, shapes and their ceilings, order and hash, the end of deep values. */
#include "tests/unit/unit.h"
#include "vm/base/heap.h"
#include "vm/base/limits.h"
#include "vm/value/json.h"

#include <math.h>
#include <stdlib.h>

typedef struct World {
    PlEscape escape;
    PlHeap *heap;
    PlValues *values;
} World;

static void open_world(World *w)
{
    w->heap = pl_heap_new(&w->escape, 0);
    w->values = pl_values_new(w->heap);
}

static void close_world(World *w)
{
    pl_values_free(w->values);
    pl_heap_free(w->heap);
}

#define WORLD                                                                                                          \
    World w;                                                                                                           \
    if (setjmp(w.escape.at)) {                                                                                         \
        CHECK(!"no escape expected");                                                                                  \
        return;                                                                                                        \
    }                                                                                                                  \
    open_world(&w)

static PlValue text(World *w, const char *z)
{
    return pl_text(w->values, pl_str_z(z));
}

static PlValue json(World *w, const char *z)
{
    PlValue v;
    size_t at;
    const char *error;
    if (pl_json_read(w->values, pl_str_z(z), &v, &at, &error) == PL_OK) return v;
    fprintf(stderr, "test JSON: %s at %zu: %s\n", error, at, z);
    abort();
}

static void check_json(PlValue v, const char *expected)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_json_write(&out, v);
    CHECK_STR(pl_buf_str(&out), expected);
    pl_buf_deinit(&out);
}

TEST(texts_are_made_valid)
{
    WORLD;
    PlValue v = pl_text(w.values, PL_STR("a\xff\xc3\xa9\xed\xa0\x80z"));
    CHECK_STR(pl_text_str(v), "a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
    CHECK(v.as.text->bytes[v.as.text->len] == 0);
    pl_release(w.values, v);
    PlValue a = pl_text_interned(w.values, PL_STR("name")), b = pl_text_interned(w.values, PL_STR("name"));
    CHECK(a.as.text == b.as.text);
    pl_release(w.values, a);
    pl_release(w.values, b);
    close_world(&w);
}

TEST(append_in_place_or_copied)
{
    WORLD;
    PlValue list = pl_list(w.values, 0);
    for (int64_t i = 0; i < 1000; i++) list = pl_list_append_take(w.values, list, pl_int(i));
    CHECK(pl_list_len(list) == 1000 && pl_list_at(list, 999).as.integer == 999);
    PlValue other = pl_list_append_take(w.values, pl_retain(list), text(&w, "x"));
    CHECK(pl_list_len(list) == 1000 && pl_list_len(other) == 1001);
    CHECK(list.as.list != other.as.list);
    list = pl_list_extend_take(w.values, list, other);
    CHECK(pl_list_len(list) == 2001);
    CHECK(pl_list_at(list, 2000).tag == PL_TEXT && *pl_list_at(list, 2000).as.refs == 2);
    PlValue twice = pl_list_extend_take(w.values, pl_retain(other), other);
    CHECK(pl_list_len(twice) == 2002 && pl_list_len(other) == 1001);
    PlValue self = json(&w, "[1,2]");
    self = pl_list_extend_take(w.values, self, self);
    check_json(self, "[1,2,1,2]");
    size_t used = pl_heap_used(w.heap);
    pl_release(w.values, self);
    pl_release(w.values, list);
    pl_release(w.values, other);
    pl_release(w.values, twice);
    CHECK(pl_heap_used(w.heap) < used / 4);
    close_world(&w);
}

TEST(records_keep_order_and_overwrite)
{
    WORLD;
    PlValue r = pl_record(w.values);
    r = pl_record_set_take(w.values, r, PL_STR("b"), pl_int(1));
    r = pl_record_set_take(w.values, r, PL_STR("a"), text(&w, "x"));
    PlValue shared = pl_retain(r);
    r = pl_record_set_take(w.values, r, PL_STR("b"), text(&w, "y"));
    check_json(r, "{\"b\":\"y\",\"a\":\"x\"}");
    check_json(shared, "{\"b\":1,\"a\":\"x\"}");
    CHECK(r.as.record->shape == shared.as.record->shape);
    PlValue found;
    CHECK(pl_record_find(r, PL_STR("a"), &found) && found.tag == PL_TEXT);
    CHECK(!pl_record_find(r, PL_STR("c"), &found));
    r = pl_record_remove_take(w.values, r, PL_STR("b"));
    check_json(r, "{\"a\":\"x\"}");
    r = pl_record_remove_take(w.values, r, PL_STR("nope"));
    r = pl_record_remove_take(w.values, r, PL_STR("a"));
    check_json(r, "{}");
    pl_release(w.values, r);
    pl_release(w.values, shared);
    close_world(&w);
}

TEST(shapes_are_shared_and_cached)
{
    WORLD;
    PlStr names[] = {PL_STR("id"), PL_STR("name")};
    const PlShapeNode *shape = pl_shape_of(w.values, names, 2);
    PlValue fields[] = {pl_int(7), text(&w, "n")};
    PlValue made = pl_record_of_take(w.values, shape, fields), read = json(&w, "{\"id\":1,\"name\":2}");
    CHECK(read.as.record->shape == shape && made.as.record->shape == shape);
    PlFieldCache cache = {0};
    PlValue found;
    CHECK(pl_record_find_cached(made, PL_STR("name"), &cache, &found) && found.tag == PL_TEXT);
    CHECK(cache.shape == shape && cache.index == 1);
    CHECK(pl_record_find_cached(read, PL_STR("name"), &cache, &found) && found.as.integer == 2);
    PlValue other = json(&w, "{\"name\":5}");
    CHECK(pl_record_find_cached(other, PL_STR("name"), &cache, &found) && found.as.integer == 5);
    PlFieldCache absent = {0};
    for (int i = 0; i < 2; i++) CHECK(!pl_record_find_cached(other, PL_STR("id"), &absent, &found));
    pl_release(w.values, made);
    pl_release(w.values, read);
    pl_release(w.values, other);
    close_world(&w);
}

/* A record of many fields, past the shared shapes: each is found, none twice, and the time is linear. */
TEST(many_fields)
{
    WORLD;
    enum { COUNT = 40000 };
    PlValue r = pl_record(w.values);
    char name[32];
    for (int i = 0; i < COUNT; i++) {
        int len = snprintf(name, sizeof name, "field_%d", i);
        r = pl_record_set_take(w.values, r, pl_str(name, (size_t)len), pl_int(i));
        if (i == PL_LIMIT_SHAPE_FIELDS + 5) { /* a copy from here on is a shape of its own */
            PlValue copy = pl_record_set_take(w.values, pl_retain(r), PL_STR("copy"), pl_int(1));
            CHECK(pl_record_len(copy) == pl_record_len(r) + 1);
            pl_release(w.values, copy);
        }
    }
    CHECK(pl_record_len(r) == COUNT);
    for (int i = 0; i < COUNT; i += 37) {
        PlValue found;
        int len = snprintf(name, sizeof name, "field_%d", i);
        CHECK(pl_record_find(r, pl_str(name, (size_t)len), &found) && found.as.integer == i);
        CHECK(pl_str_eq(pl_record_name(r, (uint32_t)i), pl_str(name, (size_t)len)));
    }
    PlFieldCache cache = {0};
    PlValue found;
    CHECK(pl_record_find_cached(r, PL_STR("field_9"), &cache, &found) && cache.shape == NULL);
    pl_release(w.values, r);
    close_world(&w);
}

/* More distinct shapes and names than are shared: at the ceilings, one past them, and far beyond. */
TEST(many_shapes)
{
    WORLD;
    enum { COUNT = 50000 };
    CHECK(COUNT > PL_LIMIT_SHAPES + 1 && COUNT > PL_LIMIT_NAMES + 1);
    PlValue list = pl_list(w.values, 0);
    char name[32];
    for (int i = 0; i < COUNT; i++) {
        PlValue r = pl_record_set_take(w.values, pl_record(w.values), PL_STR("id"), pl_int(i));
        int len = snprintf(name, sizeof name, "k%d", i);
        r = pl_record_set_take(w.values, r, pl_str(name, (size_t)len), pl_int(i));
        r = pl_record_set_take(w.values, r, PL_STR("id"), pl_int(-i));
        list = pl_list_append_take(w.values, list, r);
    }
    for (int i = 0; i < COUNT; i += i > (int)PL_LIMIT_SHAPES - 9 && i < (int)PL_LIMIT_SHAPES + 9 ? 1 : 7) {
        PlValue found, r = pl_list_at(list, (uint32_t)i);
        int len = snprintf(name, sizeof name, "k%d", i);
        CHECK(pl_record_len(r) == 2);
        CHECK(pl_record_find(r, pl_str(name, (size_t)len), &found) && found.as.integer == i);
        CHECK(pl_record_find(r, PL_STR("id"), &found) && found.as.integer == -i);
    }
    PlValue first = pl_text_interned(w.values, PL_STR("k1")), again = pl_text_interned(w.values, PL_STR("k1"));
    CHECK(first.as.text == again.as.text);
    pl_release(w.values, first);
    pl_release(w.values, again);
    PlValue other = pl_text_interned(w.values, PL_STR("no room")), copy = pl_text_interned(w.values, PL_STR("no room"));
    CHECK(other.as.text != copy.as.text && pl_equal(other, copy));
    pl_release(w.values, other);
    pl_release(w.values, copy);
    PlStr late[] = {PL_STR("late1"), PL_STR("late2"), PL_STR("late3")};
    const PlShapeNode *shape = pl_shape_of(w.values, late, 3);
    PlValue fields[] = {pl_int(1), pl_int(2), pl_int(3)};
    PlValue r = pl_record_of_take(w.values, shape, fields);
    r = pl_record_set_take(w.values, r, PL_STR("more"), pl_int(4));
    check_json(r, "{\"late1\":1,\"late2\":2,\"late3\":3,\"more\":4}");
    pl_release(w.values, r);
    pl_release(w.values, list);
    close_world(&w);
}

TEST(equality)
{
    WORLD;
    static const struct {
        const char *a, *b;
        bool equal;
    } rows[] = {
        {"1", "1.0", true},
        {"1", "1.5", false},
        {"9007199254740993", "9007199254740992.0", false},
        {"9223372036854775807", "9223372036854775808.0", false},
        {"0", "-0.0", true},
        {"{\"a\":1,\"b\":[2,\"x\"]}", "{\"b\":[2.0,\"x\"],\"a\":1}", true},
        {"{\"a\":1}", "{\"a\":1,\"b\":null}", false},
        {"{\"a\":1}", "{\"b\":1}", false},
        {"[]", "{}", false},
        {"null", "false", false},
        {"\"a\"", "\"A\"", false},
        {"[1,2]", "[1,2,3]", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PlValue a = json(&w, rows[i].a), b = json(&w, rows[i].b);
        CHECK(pl_equal(a, b) == rows[i].equal);
        CHECK(pl_equal(b, a) == rows[i].equal);
        if (rows[i].equal) CHECK(pl_value_hash(a) == pl_value_hash(b));
        pl_release(w.values, a);
        pl_release(w.values, b);
    }
    PlValue noon = text(&w, "2026-11-20T12:00:00Z");
    CHECK(pl_equal(pl_datetime(1000, 0), pl_datetime(1000, 60)));
    CHECK(pl_value_hash(pl_datetime(1000, 0)) == pl_value_hash(pl_datetime(1000, 60)));
    CHECK(pl_equal(noon, pl_datetime(1795176000000000, 60)));
    CHECK(!pl_equal(noon, pl_datetime(1795176000000001, 60)));
    CHECK(!pl_equal(pl_duration(0, 1), pl_duration(2629746000000, 0)));
    pl_release(w.values, noon);
    close_world(&w);
}

TEST(order)
{
    WORLD;
    CHECK(pl_compare(pl_int(1), pl_double(1.5)) == -1);
    CHECK(pl_compare(pl_int(INT64_MAX), pl_double(0x1p63)) == -1);
    CHECK(pl_compare(pl_int(INT64_MIN), pl_double(-0x1p63)) == 0);
    CHECK(pl_compare(pl_double(-2.5), pl_int(-2)) == -1);
    CHECK(pl_compare(pl_int(9007199254740993), pl_double(9007199254740992.0)) == 1);
    CHECK(pl_compare(pl_nothing(), pl_int(-5)) == -1 && pl_compare(pl_int(0), pl_nothing()) == 1);
    CHECK(pl_compare(pl_nothing(), pl_nothing()) == 0);
    CHECK(pl_compare(pl_yesno(false), pl_yesno(true)) == -1);
    CHECK(pl_compare(pl_yesno(false), pl_int(0)) == 2);
    PlValue a = text(&w, "a"), e = text(&w, "\xc3\xa9"), date = text(&w, "2026-11-20");
    CHECK(pl_compare(a, e) == -1 && pl_compare(e, a) == 1 && pl_compare(a, pl_int(1)) == 2);
    CHECK(pl_compare(date, pl_date(20777)) == 0);
    CHECK(pl_compare(date, pl_datetime(INT64_C(20777) * 86400000000 + 1, 0)) == -1);
    CHECK(pl_compare(pl_datetime(INT64_C(20777) * 86400000000 - 1800000000, 60), date) == 1);
    CHECK(pl_compare(a, pl_date(0)) == 2);
    CHECK(pl_compare(pl_date(0), pl_duration(0, 0)) == 2);
    CHECK(pl_compare(pl_duration(0, 1), pl_duration(INT64_C(86400000000) * 40, 0)) == -1);
    PlValue x = json(&w, "[1,\"a\"]"), y = json(&w, "[1,\"b\"]"), z = json(&w, "[1]");
    CHECK(pl_compare(x, y) == -1 && pl_compare(z, x) == -1 && pl_compare(x, x) == 0);
    CHECK(pl_compare(x, a) == 2);
    pl_release(w.values, a);
    pl_release(w.values, e);
    pl_release(w.values, date);
    pl_release(w.values, x);
    pl_release(w.values, y);
    pl_release(w.values, z);
    close_world(&w);
}

/* At the ceiling of depth values are whole; one past it leaves through the escape; wide and deep values end without recursion. */
TEST(depth)
{
    World w;
    int levels = 0;
    volatile bool escaped = false;
    if (setjmp(w.escape.at)) {
        CHECK(w.escape.status == PL_INVALID);
        escaped = true;
    } else {
        open_world(&w);
        PlValue list = pl_list(w.values, 1);
        for (levels = 1; levels < (int)PL_LIMIT_JSON_DEPTH; levels++) {
            PlValue r = pl_record_set_take(w.values, pl_record(w.values), PL_STR("x"), list);
            levels++;
            list = levels < (int)PL_LIMIT_JSON_DEPTH ? pl_list_append_take(w.values, pl_list(w.values, 1), r) : r;
        }
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_json_write(&out, list);
        PlValue again;
        size_t at;
        const char *error;
        CHECK(pl_json_read(w.values, pl_buf_str(&out), &again, &at, &error) == PL_OK);
        CHECK(pl_equal(list, again) && pl_value_hash(list) == pl_value_hash(again));
        pl_buf_deinit(&out);
        pl_release(w.values, again);
        PlValue over = pl_list(w.values, 1);
        over = pl_list_append_take(w.values, over, list);
        CHECK(!"one level too many");
    }
    CHECK(escaped);
    close_world(&w);
}

/* Depth is that of what is there, not of what was. */
TEST(depth_shrinks)
{
    WORLD;
    PlValue r = pl_record(w.values);
    for (int i = 0; i < 2000; i++) {
        PlValue inner = pl_record_remove_take(w.values, pl_retain(r), PL_STR("prev"));
        r = pl_record_set_take(w.values, r, PL_STR("prev"), inner);
        r = pl_record_set_take(w.values, r, PL_STR("n"), pl_int(i));
    }
    check_json(r, "{\"prev\":{\"n\":1998},\"n\":1999}");
    pl_release(w.values, r);
    close_world(&w);
}

TEST(shown)
{
    WORLD;
    static const struct {
        const char *json, *shown, *brief;
    } rows[] = {
        {"null", "", "nothing"},
        {"true", "yes", "yes"},
        {"0.1", "0.1", "0.1"},
        {"100.0", "100", "100"},
        {"\"a\\nb\"", "a\nb", "\"a b\""},
        {"\"a text that is far too long\"", "a text that is far too long", "\"a text that is ...\""},
        {"\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"",
         "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
         "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9...\""},
        {"[1,null,\"x\",[2,3]]", "1, , x, 2, 3", "list of 4 items"},
        {"[7]", "7", "list of 1 item"},
        {"[]", "", "an empty list"},
        {"{\"id\":1,\"name\":\"n\"}", "{\"id\":1,\"name\":\"n\"}", "{id, name}"},
        {"{\"identifier\":1,\"longer_name\":2,\"more\":3}", "{\"identifier\":1,\"longer_name\":2,\"more\":3}", "{identifier, ...}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        PlValue v = json(&w, rows[i].json);
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_value_show(&out, v);
        CHECK_STR(pl_buf_str(&out), rows[i].shown);
        pl_buf_clear(&out);
        pl_value_brief(&out, v, 20);
        CHECK_STR(pl_buf_str(&out), rows[i].brief);
        CHECK(out.len <= 24);
        pl_buf_deinit(&out);
        pl_release(w.values, v);
    }
    close_world(&w);
}

TEST(files)
{
    WORLD;
    PlValue a = pl_file(w.values, PL_STR("a.txt"), PL_STR("text/plain"), PL_STR("abc"));
    PlValue b = pl_file(w.values, PL_STR(""), PL_STR(""), PL_STR("abc"));
    CHECK(pl_equal(a, b) && pl_value_hash(a) == pl_value_hash(b));
    check_json(a, "{\"file\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\","
                  "\"name\":\"a.txt\",\"type\":\"text/plain\",\"bytes\":3}");
    check_json(b, "{\"file\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"bytes\":3}");
    pl_release(w.values, a);
    pl_release(w.values, b);
    close_world(&w);
}

UNIT_MAIN
