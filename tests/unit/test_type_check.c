/* SPDX-License-Identifier: MIT */
/* Checking and coercing: every kind of type, the path of a mismatch, wire forms of times, unions, recursive types, formats. */
#include "tests/unit/unit.h"
#include "vm/base/heap.h"
#include "vm/value/json.h"
#include "vm/value/type_check.h"

#include <stdlib.h>

typedef struct World {
    PlEscape escape;
    PlHeap *heap;
    PlValues *values;
    PlArena *arena;
    PlTypes types;
} World;

#define WORLD                                                                                                          \
    World w;                                                                                                           \
    if (setjmp(w.escape.at)) {                                                                                         \
        CHECK(!"no escape expected");                                                                                  \
        return;                                                                                                        \
    }                                                                                                                  \
    w.heap = pl_heap_new(&w.escape, 0);                                                                                \
    w.values = pl_values_new(w.heap);                                                                                  \
    w.arena = pl_arena_new(&w.escape, 0);                                                                              \
    pl_types_init(&w.types, w.arena)

static void close_world(World *w)
{
    pl_arena_free(w->arena);
    pl_values_free(w->values);
    pl_heap_free(w->heap);
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

/* path NULL: it fits */
static void check(World *w, PlTypeId type, const char *value, const char *path, const char *expected, const char *found)
{
    PlValue v = json(w, value);
    PlMismatch why = {0};
    bool fits = pl_type_check(&w->types, type, v, &why);
    CHECK(fits == (path == NULL));
    CHECK(pl_type_check(&w->types, type, v, NULL) == fits);
    if (fits != (path == NULL)) fprintf(stderr, "%s\n", value);
    if (!fits && path) {
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_type_print(&out, &w->types, why.expected, 60);
        CHECK_STR(pl_buf_str(&out), expected);
        CHECK_STR(pl_str_z(why.path), path);
        CHECK_STR(pl_str_z(why.found), found);
        pl_buf_deinit(&out);
    }
    pl_release(w->values, v);
}

static void coerced(World *w, PlTypeId type, const char *value, const char *expected)
{
    PlValue v = json(w, value), out = pl_nothing();
    PlMismatch why = {0};
    bool done = pl_type_coerce(w->values, &w->types, type, v, &out, &why);
    CHECK(done == (expected != NULL));
    if (done != (expected != NULL)) fprintf(stderr, "%s: %s, found %s\n", value, why.path, why.found);
    if (done && expected) {
        PlBuf text;
        pl_buf_init(&text, 0);
        pl_json_write(&text, out);
        CHECK_STR(pl_buf_str(&text), expected);
        CHECK(pl_type_check(&w->types, type, out, NULL));
        pl_buf_deinit(&text);
    }
    if (done) pl_release(w->values, out);
    pl_release(w->values, v);
}

TEST(scalars)
{
    WORLD;
    check(&w, PL_T_ANY, "null", NULL, "", "");
    check(&w, PL_T_NOTHING, "null", NULL, "", "");
    check(&w, PL_T_NOTHING, "0", "", "nothing", "0");
    check(&w, PL_T_YESNO, "true", NULL, "", "");
    check(&w, PL_T_YESNO, "1", "", "yes/no", "1");
    check(&w, PL_T_INTEGER, "5", NULL, "", "");
    check(&w, PL_T_INTEGER, "5.0", NULL, "", "");
    check(&w, PL_T_INTEGER, "5.5", "", "integer", "5.5");
    check(&w, PL_T_INTEGER, "1e300", "", "integer", "1e+300");
    check(&w, PL_T_NUMBER, "5.5", NULL, "", "");
    check(&w, PL_T_NUMBER, "\"5.5\"", "", "number", "\"5.5\"");
    check(&w, PL_T_TEXT, "\"x\"", NULL, "", "");
    check(&w, PL_T_TEXT, "[]", "", "text", "an empty list");
    check(&w, PL_T_DATETIME, "\"2026-11-20T10:00:00Z\"", NULL, "", "");
    check(&w, PL_T_DATETIME, "\"2026-13-20T10:00:00Z\"", "", "datetime", "\"2026-13-20T10:00:00Z\"");
    check(&w, PL_T_DATE, "\"2026-02-29\"", "", "date", "\"2026-02-29\"");
    check(&w, PL_T_DATE, "\"2028-02-29\"", NULL, "", "");
    check(&w, PL_T_DURATION, "\"PT1H\"", NULL, "", "");
    check(&w, PL_T_FILE, "\"x\"", "", "file", "\"x\"");
    CHECK(pl_type_check(&w.types, PL_T_DATE, pl_date(1), NULL));
    CHECK(!pl_type_check(&w.types, PL_T_DATE, pl_datetime(1, 0), NULL));
    PlLiteral values[] = {{.kind = PL_LIT_TEXT, .as.text = PL_STR_INIT("a")}, {.kind = PL_LIT_INT, .as.integer = 2}};
    PlTypeId choice = pl_type_enum(&w.types, values, 2);
    check(&w, choice, "\"a\"", NULL, "", "");
    check(&w, choice, "2.0", NULL, "", "");
    check(&w, choice, "\"2\"", "", "one of \"a\", 2", "\"2\"");
    coerced(&w, choice, "\"2\"", "2");
    coerced(&w, choice, "\"b\"", NULL);
    close_world(&w);
}

/* An enum of every kind of value: what is one of them, and what is read as one of them. */
TEST(enums_of_every_kind)
{
    WORLD;
    PlLiteral values[] = {{.kind = PL_LIT_NOTHING}, {.kind = PL_LIT_YESNO, .as.yes = true}, {.kind = PL_LIT_DOUBLE, .as.number = 2.5},
                          {.kind = PL_LIT_DATE, .as.integer = 1}, {.kind = PL_LIT_DATETIME, .as.integer = 5000000}, {.kind = PL_LIT_DURATION,
                           .as.integer = 1000000},
                          {.kind = PL_LIT_INT, .as.integer = 7}, {.kind = PL_LIT_TEXT, .as.text = PL_STR_INIT("a")}};
    static const char *const ones[] = {"null", "true", "2.5", "7", "\"a\""}, *const others[] = {"false", "2", "\"b\"", "[]", "{}", "1e300"};
    PlTypeId choice = pl_type_enum(&w.types, values, sizeof values / sizeof *values);
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) CHECK(pl_type_check(&w.types, choice, json(&w, ones[i]), NULL));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        PlValue v = json(&w, others[i]);
        CHECK(!pl_type_check(&w.types, choice, v, NULL));
        pl_release(w.values, v);
    }
    CHECK(pl_type_check(&w.types, choice, pl_date(1), NULL) && pl_type_check(&w.types, choice, pl_datetime(5000000, 0), NULL));
    CHECK(pl_type_check(&w.types, choice, pl_duration(1000000, 0), NULL));
    CHECK(!pl_type_check(&w.types, choice, pl_date(2), NULL) && !pl_type_check(&w.types, choice, pl_duration(1000000, 1), NULL));
    coerced(&w, choice, "\"1970-01-02\"", "\"1970-01-02\"");
    coerced(&w, choice, "\"1970-01-03\"", NULL);
    coerced(&w, choice, "\"PT1S\"", "\"PT1S\"");
    close_world(&w);
}

static PlTypeId person(World *w)
{
    PlField fields[] = {
        {.name = PL_STR_INIT("id"), .type = PL_T_INTEGER, .required = true},
        {.name = PL_STR_INIT("tags"), .type = PL_T_LIST_TEXT},
        {.name = PL_STR_INIT("born"), .type = PL_T_DATE},
        {.name = PL_STR_INIT("secret"), .type = PL_T_TEXT, .required = true, .write_only = true},
        {.name = PL_STR_INIT("nick"), .type = pl_type_or_nothing(&w->types, PL_T_TEXT), .required = true},
    };
    return pl_type_record(&w->types, fields, 5, PL_TYPE_NONE, false, PL_STR("Person"));
}

TEST(records_and_paths)
{
    WORLD;
    PlTypeId type = person(&w);
    check(&w, type, "{\"id\":1}", NULL, "", "");
    check(&w, type, "{\"id\":1,\"tags\":null,\"extra\":[]}", NULL, "", "");
    check(&w, type, "{}", "id", "integer", "nothing");
    check(&w, type, "{\"id\":null}", "id", "integer", "nothing");
    check(&w, type, "{\"id\":1,\"tags\":[\"a\",3]}", "tags[1]", "text", "3");
    check(&w, type, "[{\"id\":1}]", "", "{id: integer, tags?: ..., born?: date, secret: text, nick: ...}", "list of 1 item");
    PlTypeId people = pl_type_list(&w.types, type);
    PlField fields[] = {{.name = PL_STR_INIT("items"), .type = people, .required = true}};
    PlTypeId page = pl_type_record(&w.types, fields, 1, PL_TYPE_NONE, false, PL_STR(""));
    check(&w, page, "{\"items\":[{\"id\":1},{\"id\":2,\"born\":\"soon\"}]}", "items[1].born", "date", "\"soon\"");
    PlTypeId closed = pl_type_record(&w.types, fields, 1, PL_TYPE_NONE, true, PL_STR(""));
    check(&w, closed, "{\"items\":[],\"more\":{\"a\":1}}", "more", "nothing", "{a}");
    PlTypeId rest = pl_type_record(&w.types, fields, 1, PL_T_NUMBER, false, PL_STR(""));
    check(&w, rest, "{\"items\":[],\"more\":1}", NULL, "", "");
    check(&w, rest, "{\"items\":[],\"more\":\"x\"}", "more", "number", "\"x\"");
    close_world(&w);
}

TEST(unions)
{
    WORLD;
    PlTypeId maybe = pl_type_or_nothing(&w.types, person(&w));
    check(&w, maybe, "null", NULL, "", "");
    check(&w, maybe, "{\"id\":\"x\"}", "id", "integer", "\"x\"");
    check(&w, maybe, "3", "", "Person or nothing", "3");
    PlTypeId members[] = {PL_T_INTEGER, PL_T_LIST_TEXT};
    PlTypeId either = pl_type_union(&w.types, members, 2);
    check(&w, either, "[\"a\"]", NULL, "", "");
    check(&w, either, "[1]", "[0]", "text", "1");
    check(&w, either, "\"x\"", "", "integer or list of text", "\"x\"");
    close_world(&w);
}

TEST(coercions)
{
    WORLD;
    coerced(&w, PL_T_TEXT, "5", "\"5\"");
    coerced(&w, PL_T_TEXT, "0.25", "\"0.25\"");
    coerced(&w, PL_T_TEXT, "true", NULL);
    coerced(&w, PL_T_TEXT, "[\"a\"]", "\"a\"");
    coerced(&w, PL_T_TEXT, "[\"a\",\"b\"]", NULL);
    coerced(&w, PL_T_INTEGER, "\"12\"", "12");
    coerced(&w, PL_T_INTEGER, "\"12.5\"", NULL);
    coerced(&w, PL_T_INTEGER, "12.0", "12");
    coerced(&w, PL_T_NUMBER, "\" 12.5 \"", "12.5");
    coerced(&w, PL_T_NUMBER, "\"12 EUR\"", NULL);
    coerced(&w, PL_T_NUMBER, "\"\"", NULL);
    coerced(&w, PL_T_YESNO, "\"Yes\"", "true");
    coerced(&w, PL_T_YESNO, "\"false\"", "false");
    coerced(&w, PL_T_YESNO, "\"maybe\"", NULL);
    coerced(&w, PL_T_LIST_TEXT, "\"a\"", "[\"a\"]");
    coerced(&w, PL_T_LIST_TEXT, "7", "[\"7\"]");
    coerced(&w, PL_T_LIST_TEXT, "[\"a\",1,\"b\",2]", "[\"a\",\"1\",\"b\",\"2\"]");
    coerced(&w, PL_T_LIST_TEXT, "null", NULL);
    coerced(&w, PL_T_DATETIME, "\"2026-11-20T10:00:00+01:00\"", "\"2026-11-20T10:00:00+01:00\"");
    coerced(&w, PL_T_DURATION, "\"10 minutes\"", "\"PT10M\"");
    coerced(&w, PL_T_DATE, "\"2026-11-20T10:00:00Z\"", NULL);
    PlTypeId type = person(&w);
    coerced(&w, type, "{\"id\":\"1\",\"tags\":\"x\",\"born\":\"2000-01-01\",\"other\":[1]}",
            "{\"id\":1,\"tags\":[\"x\"],\"born\":\"2000-01-01\",\"other\":[1]}");
    coerced(&w, type, "[{\"id\":1}]", "{\"id\":1}");
    coerced(&w, type, "{\"tags\":[]}", NULL);
    coerced(&w, type, "{\"id\":\"x\"}", NULL);
    PlTypeId members[] = {PL_T_DATETIME, PL_T_TEXT, PL_T_INTEGER};
    PlTypeId either = pl_type_union(&w.types, members, 3);
    PlValue v = json(&w, "\"2026-11-20T10:00:00Z\""), out;
    CHECK(pl_type_coerce(w.values, &w.types, either, v, &out, NULL) && out.tag == PL_TEXT);
    pl_release(w.values, out);
    CHECK(pl_type_coerce(w.values, &w.types, pl_type_or_nothing(&w.types, PL_T_DATETIME), v, &out, NULL) && out.tag == PL_DATETIME);
    pl_release(w.values, v);
    CHECK(pl_type_coerce(w.values, &w.types, PL_T_TEXT, pl_date(0), &out, NULL) && out.tag == PL_TEXT);
    pl_release(w.values, out);
    close_world(&w);
}

/* What needs no change is the same block. */
TEST(coercion_shares)
{
    WORLD;
    PlValue v = json(&w, "[{\"id\":1,\"tags\":[\"a\"]},{\"id\":\"2\"}]"), out;
    CHECK(pl_type_coerce(w.values, &w.types, pl_type_list(&w.types, person(&w)), v, &out, NULL));
    CHECK(out.as.list != v.as.list && pl_list_at(out, 0).as.record == pl_list_at(v, 0).as.record);
    CHECK(pl_record_at(pl_list_at(v, 1), 0).tag == PL_TEXT && pl_record_at(pl_list_at(out, 1), 0).tag == PL_INT);
    pl_release(w.values, out);
    CHECK(pl_type_coerce(w.values, &w.types, PL_T_LIST_ANY, v, &out, NULL) && out.as.list == v.as.list);
    pl_release(w.values, out);
    pl_release(w.values, v);
    close_world(&w);
}

TEST(recursive_types)
{
    WORLD;
    PlTypeId lists = pl_type_reserve(&w.types); /* L = list of L */
    pl_type_define(&w.types, lists, (PlType){.kind = PL_TYPE_LIST, .elem = lists, .rest = PL_TYPE_NONE});
    check(&w, lists, "[[],[[]]]", NULL, "", "");
    check(&w, lists, "[[],[[1]]]", "[1][0][0]", "list of ...", "1");
    coerced(&w, lists, "5", NULL);
    PlTypeId tree = pl_type_reserve(&w.types); /* tree = number or list of tree */
    PlTypeId branch = pl_type_list(&w.types, tree), members[] = {PL_T_NUMBER, branch};
    pl_type_define(&w.types, tree, *pl_type(&w.types, pl_type_union(&w.types, members, 2)));
    check(&w, tree, "[1,[2,[3]]]", NULL, "", "");
    coerced(&w, tree, "[\"1\",[\"2\"]]", "[1,[2]]");
    coerced(&w, tree, "\"x\"", NULL);
    close_world(&w);
}

/* Two alternatives that go on alike and fail at the end, nested: tried one after the other this would take 2^200 steps. */
TEST(alternatives_are_bounded)
{
    WORLD;
    PlTypeId tree = pl_type_reserve(&w.types);
    PlField a[] = {{.name = PL_STR_INIT("x"), .type = tree, .required = true}, {.name = PL_STR_INIT("a"), .type = PL_T_TEXT}};
    PlField b[] = {{.name = PL_STR_INIT("x"), .type = tree, .required = true}, {.name = PL_STR_INIT("b"), .type = PL_T_TEXT}};
    PlTypeId members[] = {pl_type_record(&w.types, a, 2, PL_TYPE_NONE, false, PL_STR("A")),
                          pl_type_record(&w.types, b, 2, PL_TYPE_NONE, false, PL_STR("B")), PL_T_NUMBER};
    pl_type_define(&w.types, tree, *pl_type(&w.types, pl_type_union(&w.types, members, 3)));
    PlBuf text;
    pl_buf_init(&text, 0);
    for (int i = 0; i < 200; i++) pl_buf_put_z(&text, "{\"x\":");
    pl_buf_put_z(&text, "true");
    for (int i = 0; i < 200; i++) pl_buf_put_z(&text, "}");
    PlValue v = json(&w, text.ptr), out;
    CHECK(!pl_type_check(&w.types, tree, v, NULL));
    CHECK(!pl_type_coerce(w.values, &w.types, tree, v, &out, NULL));
    pl_release(w.values, v);
    pl_buf_deinit(&text);
    close_world(&w);
}

TEST(formats)
{
    static const struct {
        PlTextFormat format;
        const char *text;
        bool fits;
    } rows[] = {
        {PL_FORMAT_EMAIL, "a.b+c@example.co.uk", true}, {PL_FORMAT_EMAIL, "a@b", false}, {PL_FORMAT_EMAIL, "@example.com", false},
        {PL_FORMAT_EMAIL, "a b@example.com", false}, {PL_FORMAT_EMAIL, "a@exa mple.com", false}, {PL_FORMAT_EMAIL, "a@-x.com", false},
        {PL_FORMAT_URL, "https://example.com/x?y=1", true}, {PL_FORMAT_URL, "mailto:a@b.c", true}, {PL_FORMAT_URL, "example.com", false},
        {PL_FORMAT_URL, "http://a b", false}, {PL_FORMAT_URL, ":x", false},
        {PL_FORMAT_UUID, "123e4567-e89b-12d3-a456-426614174000", true}, {PL_FORMAT_UUID, "123e4567e89b12d3a456426614174000", false},
        {PL_FORMAT_BYTE, "aGk=", true}, {PL_FORMAT_BYTE, "aGk", true}, {PL_FORMAT_BYTE, "a", false}, {PL_FORMAT_BYTE, "a=b=", false},
        {PL_FORMAT_IP, "10.0.0.255", true}, {PL_FORMAT_IP, "10.0.0.256", false}, {PL_FORMAT_IP, "10.0.0", false},
        {PL_FORMAT_IP, "::1", true}, {PL_FORMAT_IP, "::", true}, {PL_FORMAT_IP, "2001:db8::ff00:42:8329", true},
        {PL_FORMAT_IP, "1:2:3:4:5:6:7:8", true}, {PL_FORMAT_IP, "1:2:3:4:5:6:7", false}, {PL_FORMAT_IP, "1::2::3", false},
        {PL_FORMAT_IP, "::ffff:1.2.3.4", true}, {PL_FORMAT_IP, "12345::", false}, {PL_FORMAT_IP, "1:", false}, {PL_FORMAT_IP, "", false},
        {PL_FORMAT_HOSTNAME, "a-b.example", true}, {PL_FORMAT_HOSTNAME, "a..b", false}, {PL_FORMAT_HOSTNAME, "", false},
        {PL_FORMAT_TIME, "10:30", true}, {PL_FORMAT_TIME, "10:30:00Z", true}, {PL_FORMAT_TIME, "25:00", false},
        {PL_FORMAT_NONE, "anything", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool fits = pl_type_text_fits(rows[i].format, pl_str_z(rows[i].text));
        CHECK(fits == rows[i].fits);
        if (fits != rows[i].fits) fprintf(stderr, "%s\n", rows[i].text);
    }
}

UNIT_MAIN
