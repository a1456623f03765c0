/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "vm/value/json.h"
#include "vm/value/schema.h"

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlHeap *heap;
    PlValues *values;
    PlSchema *schema;
    PlSchemaIssues issues;
    PlStatus status;
    PlBuf out;
    int given;
} Bed;

static void bed_init(Bed *b)
{
    *b = (Bed){0};
    b->arena = pl_arena_new(&b->escape, 0);
    b->heap = pl_heap_new(&b->escape, 0);
    b->values = pl_values_new(b->heap);
    pl_buf_init(&b->out, 0);
    if (setjmp(b->escape.at)) CHECK(!"escaped");
}

static PlValue json(Bed *b, const char *text)
{
    PlValue v = pl_nothing();
    size_t at;
    const char *error;
    CHECK(pl_json_read(b->values, pl_str_z(text), &v, &at, &error) == PL_OK);
    return v;
}

static void bed_open(Bed *b, const char *schema, PlSchemaOptions options)
{
    bed_init(b);
    PlValue root = json(b, schema);
    b->status = pl_schema_compile(b->arena, b->values, root, &options, &b->schema, &b->issues);
    pl_release(b->values, root);
}

static void bed_close(Bed *b)
{
    pl_schema_free(b->schema);
    pl_buf_deinit(&b->out);
    pl_values_free(b->values);
    pl_heap_free(b->heap);
    pl_arena_free(b->arena);
}

/* "fits", or the faults: "AT KEYWORD: MESSAGE; ..." */
static PlStr result(Bed *b, const char *text)
{
    PlValue v = json(b, text);
    bool fits = pl_schema_fits(b->schema, v, b->arena, &b->issues);
    CHECK(fits == pl_schema_fits(b->schema, v, b->arena, NULL));
    CHECK(fits == (b->issues.count == 0));
    pl_buf_clear(&b->out);
    if (fits) pl_buf_put_z(&b->out, "fits");
    for (uint32_t i = 0; i < b->issues.count; i++)
        pl_buf_printf(&b->out, "%s" PL_FMT " " PL_FMT ": " PL_FMT, i ? "; " : "", PL_ARG(b->issues.all[i].at),
                      PL_ARG(b->issues.all[i].keyword), PL_ARG(b->issues.all[i].message));
    pl_release(b->values, v);
    return pl_buf_str(&b->out);
}

#define LATEST ((PlSchemaOptions){.draft = PL_SCHEMA_2020_12, .formats = true})
#define OLD    ((PlSchemaOptions){.draft = PL_SCHEMA_OPENAPI, .formats = true})

TEST(says_where_and_what)
{
    Bed b;
    bed_open(&b,
             "{\"type\":\"object\",\"required\":[\"id\"],\"additionalProperties\":false,\"properties\":{\"id\":{"
             "\"type\":\"integer\",\"minimum\":1},"
             "\"tags\":{\"type\":\"array\",\"uniqueItems\":true,\"items\":{\"enum\":[\"a\",\"b\"]}},\"a/"
             "b\":{\"type\":\"string\",\"maxLength\":2}}}",
             LATEST);
    CHECK(b.status == PL_OK);
    CHECK_STR(result(&b, "{\"id\":3,\"tags\":[\"a\",\"b\"]}"), "fits");
    CHECK_STR(result(&b, "{\"id\":0,\"tags\":[\"a\",\"c\",\"a\"],\"a/b\":\"long\",\"x\":1}"),
              "/id minimum: must be at least 1, found 0; /tags/1 enum: must be one of \"a\", \"b\"; found \"c\"; /tags "
              "uniqueItems: item 2 is there before; "
              "/a~1b maxLength: must have at most 2 characters, found 4; /x additionalProperties: is not a property here");
    CHECK_STR(result(&b, "[]"), " type: must be a record, found an empty list");
    CHECK_STR(result(&b, "{}"), " required: lacks \"id\"");
    bed_close(&b);
}

TEST(multiples_are_decimal)
{
    static const char *const yes[] = {"0.3", "1", "-0.7", "1e300", "0", "12345678901.1"}, *const no[] = {
                                                                                              "0.35", "1e-7",
                                                                                              "0.30000000000000004"};
    Bed b;
    bed_open(&b, "{\"multipleOf\":0.1}", LATEST);
    for (size_t i = 0; i < 6; i++) CHECK_STR(result(&b, yes[i]), "fits");
    for (size_t i = 0; i < 3; i++) CHECK(!pl_str_eq_z(result(&b, no[i]), "fits"));
    CHECK(pl_schema_is_multiple(pl_int(INT64_MIN), pl_int(2)) && !pl_schema_is_multiple(pl_int(INT64_MAX), pl_int(2)));
    CHECK(pl_schema_is_multiple(pl_double(1e308), pl_double(0.5)) &&
          !pl_schema_is_multiple(pl_double(1e308), pl_double(0.123456789)));
    bed_close(&b);
}

TEST(openapi_has_null_and_old_bounds)
{
    Bed b;
    bed_open(&b,
             "{\"components\":{\"schemas\":{\"P\":{\"type\":\"number\",\"nullable\":true,\"minimum\":1,"
             "\"exclusiveMinimum\":true}}}}",
             (PlSchemaOptions){.draft = PL_SCHEMA_OPENAPI, .pointer = PL_STR("/components/schemas/P")});
    CHECK_STR(result(&b, "null"), "fits");
    CHECK_STR(result(&b, "2.0"), "fits");
    CHECK_STR(result(&b, "1"), " exclusiveMinimum: must be more than 1, found 1");
    bed_close(&b);
}

TEST(references_in_circles_end)
{
    Bed b;
    bed_open(&b, "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}",
             LATEST);
    CHECK(b.status == PL_OK);
    CHECK_STR(result(&b, "1"), " : too much work to check");
    bed_close(&b);
}

TEST(wide_alternatives_end)
{
    Bed b;
    bed_open(
        &b,
        "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"},{\"$ref\":\"#/$defs/"
        "b\"},{\"$ref\":\"#/$defs/b\"}]},"
        "\"b\":{\"properties\":{\"x\":{\"$ref\":\"#/$defs/a\"}},\"not\":{\"minProperties\":0,\"type\":\"object\"}}}}",
        LATEST);
    PlBuf deep;
    pl_buf_init(&deep, 0);
    for (int i = 0; i < 200; i++) pl_buf_put_z(&deep, "{\"x\":");
    pl_buf_put_z(&deep, "1");
    for (int i = 0; i < 200; i++) pl_buf_put_z(&deep, "}");
    CHECK(!pl_str_eq_z(result(&b, deep.ptr), "fits"));
    pl_buf_deinit(&deep);
    bed_close(&b);
}

TEST(missing_references_are_said)
{
    Bed b;
    bed_open(&b, "{\"properties\":{\"a\":{\"$ref\":\"#/nowhere\"},\"b\":{\"$ref\":\"https://x.example/y\"}}}", LATEST);
    CHECK(b.status == PL_INVALID && b.schema == NULL && b.issues.count == 2);
    CHECK_STR(b.issues.all[0].at, "#/nowhere");
    bed_close(&b);
}

TEST(odd_keywords_say_nothing)
{
    Bed b;
    bed_open(&b,
             "{\"type\":\"strnig\",\"minimum\":\"1\",\"required\":true,\"enum\":5,\"items\":7,\"pattern\":\"(\","
             "\"allOf\":{},\"properties\":[]}",
             OLD);
    CHECK_STR(result(&b, "\"x\""), "fits");
    CHECK_STR(result(&b, "{\"a\":[1]}"), "fits");
    bed_close(&b);
}

/* Nobody knows whether the text fits: it does not, also behind "not" and as one of several alternatives. */
TEST(a_match_that_is_too_much_work_does_not_fit)
{
    static const char *const schemas[] = {"{\"pattern\":\"^(a|aa)+$\"}", "{\"not\":{\"pattern\":\"^(a|aa)+$\"}}",
                                          "{\"anyOf\":[{\"pattern\":\"^(a|aa)+$\"},{\"type\":\"string\"}]}"};
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        Bed b;
        bed_open(&b, schemas[i], LATEST);
        CHECK_STR(result(&b, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\""), " : too much work to check");
        CHECK_STR(result(&b, "\"b\""), i ? "fits" : " pattern: does not match ^(a|aa)+$: b");
        bed_close(&b);
    }
    Bed b;
    bed_open(&b, "{\"patternProperties\":{\"^(a|aa)+$\":{\"type\":\"integer\"}}}", LATEST);
    CHECK_STR(result(&b, "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\":1}"), " : too much work to check");
    bed_close(&b);
}

/* 2020-12 core sections 8.2 and 9.2: '#' is the schema with an $id around the reference, wherever that stands in a document. */
TEST(a_reference_counts_from_the_id_around_it)
{
    static const char document[] =
        "{\"$defs\":{\"part\":{\"type\":\"string\"}},\"components\":{\"schemas\":{\"Order\":{\"$id\":\"https://a.example/schemas/order\","
        "\"properties\":{\"part\":{\"$ref\":\"#/$defs/part\"},\"name\":{\"$ref\":\"#name\"},\"again\":{\"$ref\":\"#\"}},"
        "\"$defs\":{\"part\":{\"type\":\"integer\"},\"n\":{\"$anchor\":\"name\",\"type\":\"boolean\"}}}}}}";
    static const char *const pointers[] = {"/components/schemas/Order", "/components/schemas/Order/properties/again"};
    for (size_t i = 0; i < 2; i++) {
        Bed b;
        PlSchemaOptions options = LATEST;
        options.pointer = pl_str_z(pointers[i]);
        bed_open(&b, document, options);
        CHECK_STR(result(&b, "{\"part\":1,\"name\":true,\"again\":{\"part\":2}}"), "fits");
        CHECK_STR(result(&b, "{\"part\":\"x\"}"), "/part type: must be an integer, found \"x\"");
        CHECK_STR(result(&b, "{\"again\":{\"name\":1}}"), "/again/name type: must be true or false, found 1");
        bed_close(&b);
    }
}

TEST(lists_are_no_schemas)
{
    Bed b;
    bed_open(&b, "{\"properties\":{\"a\":[1]},\"patternProperties\":{\"a\":[\"b\"]},\"dependencies\":{\"a\":[\"c\"]}}", LATEST);
    CHECK_STR(result(&b, "{\"a\":1}"), " dependentRequired: lacks \"c\"");
    CHECK_STR(result(&b, "{\"a\":1,\"c\":2}"), "fits");
    bed_close(&b);
}

TEST(alternatives_and_what_nobody_looked_at)
{
    Bed b;
    bed_open(&b,
             "{\"anyOf\":[{\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"]},{\"properties\":{\"b\":"
             "true},\"required\":[\"b\"]}],"
             "\"unevaluatedProperties\":false}",
             LATEST);
    CHECK_STR(result(&b, "{\"a\":1}"), "fits");
    CHECK_STR(result(&b, "{\"a\":1,\"b\":2}"), "fits");
    CHECK_STR(result(&b, "{\"a\":\"x\",\"b\":2}"), "/a unevaluatedProperties: is not expected here");
    CHECK_STR(result(&b, "{\"c\":1}"),
              " anyOf: fits none of 2 alternatives; the nearest one:;  required: lacks \"a\"; /c unevaluatedProperties: is not expected here");
    bed_close(&b);
}

/* Of alternatives that all fail the nearest is explained: not one of another kind, not one that a fixed value shows not to be meant. */
TEST(the_nearest_alternative_is_explained)
{
    Bed b;
    bed_open(&b,
             "{\"oneOf\":[{\"type\":\"string\"},{\"properties\":{\"k\":{\"const\":\"a\"}}},"
             "{\"properties\":{\"k\":{\"const\":\"b\"},\"n\":{\"type\":\"integer\"},\"m\":{\"type\":\"integer\"}},\"type\":\"object\"}]}",
             LATEST);
    CHECK_STR(result(&b, "{\"k\":\"b\",\"n\":\"x\",\"m\":\"y\"}"),
              " oneOf: fits none of 3 alternatives; the nearest one:; /n type: must be an integer, found \"x\"; /m type: must be an integer, found \"y\"");
    bed_close(&b);
    bed_open(&b, "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", LATEST);
    CHECK_STR(result(&b, "[1]"), " anyOf: fits none of 2 alternatives");
    bed_close(&b);
}

static bool give(void *context, PlStr address, PlValue *out)
{
    Bed *b = context;
    size_t at;
    const char *error;
    PlStr text = pl_str_eq_z(address, "set:list")   ? PL_STR("{\"items\":{\"$ref\":\"set:item\"}}")
                 : pl_str_eq_z(address, "set:item") ? PL_STR("{\"type\":\"integer\",\"enum\":[1,null]}")
                                                    : PL_STR("");
    b->given++;
    return text.len && pl_json_read(b->values, text, out, &at, &error) == PL_OK;
}

/* Schemas that refer to each other are one set, each read once; which one values are checked against can change. */
TEST(turning_to_another_schema_of_a_set)
{
    Bed b;
    bed_open(&b, "true", LATEST);
    PlSchemaOptions options = {.draft = PL_SCHEMA_2020_12, .load = give, .context = &b};
    PlSchema *set;
    CHECK(pl_schema_compile(b.arena, b.values, pl_yesno(true), &options, &set, &b.issues) == PL_OK);
    pl_schema_free(b.schema);
    b.schema = set;
    CHECK(pl_schema_turn(set, PL_STR("set:list"), &b.issues) == PL_OK);
    CHECK_STR(result(&b, "[1,2]"), "/1 enum: must be one of 1, null; found 2");
    CHECK(pl_schema_turn(set, PL_STR("set:item"), &b.issues) == PL_OK);
    CHECK_STR(result(&b, "null"), " type: must be an integer, found null");
    CHECK(pl_schema_turn(set, PL_STR("set:list"), &b.issues) == PL_OK && b.given == 2);
    CHECK(pl_schema_turn(set, PL_STR("set:other"), &b.issues) == PL_INVALID && b.issues.count == 1);
    CHECK_STR(result(&b, "[1]"), "fits"); /* as before */
    bed_close(&b);
}

TEST(formats)
{
    static const struct {
        const char *format, *good, *bad;
    } all[] = {
        {"date-time", "2026-11-20T23:59:59.5+01:00", "2026-11-20 10:00:00Z"},
        {"date-time", "1998-12-31T23:59:60Z", "1998-12-31T22:59:60Z"},
        {"date", "2024-02-29", "2026-02-29"},
        {"time", "10:00:00Z", "10:00:00"},
        {"duration", "P1Y2M3DT4H", "P1D2H"},
        {"email", "a.b@c.example", "a..b@c.example"},
        {"hostname", "a-b.example", "-a.example"},
        {"ipv4", "10.0.0.1", "10.00.0.1"},
        {"ipv6", "::ffff:1.2.3.4", "1::2::3"},
        {"uri", "urn:x:y", "/relative"},
        {"uri", "http://[::1]:80/a%20b?q#f", "http://a b/"},
        {"uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2eb8aa08aa9811eab4aa73b441d16380"},
        {"regex", "^[a-z]+$", "("},
        {"json-pointer", "/a~1b", "a"},
        {"duration", "P2W", "P"},
        {"something else", "x", NULL},
    };
    Bed b;
    bed_init(&b);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        CHECK(pl_schema_format_fits(b.values, pl_str_z(all[i].format), pl_str_z(all[i].good)));
        CHECK(!all[i].bad || !pl_schema_format_fits(b.values, pl_str_z(all[i].format), pl_str_z(all[i].bad)));
    }
    bed_close(&b);
}

/* JSON texts may have zero bytes: they belong to no format, and end no set of characters. */
TEST(zero_bytes_in_formats)
{
    static const char *const formats[] = {"duration", "email", "uri", "uri-template", "hostname", "ipv4", "ipv6", "uuid", "date", "time", "date-time"};
    static const char *const texts[] = {"P1D\0", "P1\0D", "a\0b@c.de", "a\0:b", "{\0}", "a\0b.c", "1.2.3.4\0", "::1\0", "2026-01-02\0", "12:00:00Z\0"};
    static const size_t lengths[] = {4, 4, 8, 4, 3, 5, 8, 4, 11, 10};
    Bed b;
    bed_init(&b);
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            CHECK(!pl_schema_format_fits(b.values, pl_str_z(formats[f]), pl_str(texts[t], lengths[t])));
    bed_close(&b);
}

TEST(schemas_of_schemas)
{
    static const char *const of[] = {"https://json-schema.org/draft/2020-12/schema",
                                     "http://json-schema.org/draft-04/schema#",
                                     "http://json-schema.org/draft-07/schema#"};
    for (size_t i = 0; i < 3; i++) {
        Bed b;
        char text[128];
        snprintf(text, sizeof text, "{\"$ref\":\"%s\"}", of[i]);
        bed_open(&b, text, LATEST);
        CHECK(b.status == PL_OK);
        CHECK_STR(
            result(&b,
                   "{\"type\":[\"string\",\"null\"],\"properties\":{\"a\":{\"minLength\":1}},\"required\":[\"a\"]}"),
            "fits");
        CHECK(!pl_str_eq_z(result(&b, "{\"type\":\"strnig\"}"), "fits") &&
              !pl_str_eq_z(result(&b, "{\"properties\":{\"a\":{\"minLength\":-1}}}"), "fits"));
        bed_close(&b);
    }
}

UNIT_MAIN
