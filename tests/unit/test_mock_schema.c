/* SPDX-License-Identifier: MIT */
/* Checking values against schemas, and making values from them. */
#include "tests/unit/unit.h"

#include "vm/service/mock_check.h"
#include "vm/service/mock_make.h"
#include "vm/service/mock_text.h"

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlDoc doc;
    PlRefs refs;
    PlMockSchemas schemas;
    PlMockSchema *schema;
    PlMockCheck check;
    PlHeap *heap;
    PlValues *values;
    PlBuf text;
} Bed;

/* `yaml` has the schema under `s`. */
static void bed_open(Bed *bed, const char *yaml)
{
    *bed = (Bed){0};
    bed->arena = pl_arena_new(&bed->escape, 0);
    if (setjmp(bed->escape.at)) CHECK(!"escaped");
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    pl_doc_parse(&bed->doc, &bed->diags, PL_STR("t.yaml"), pl_str_z(yaml));
    pl_refs_init(&bed->refs, &bed->diags, &bed->doc, false);
    bed->heap = pl_heap_new(&bed->escape, 0);
    bed->values = pl_values_new(bed->heap);
    pl_buf_init(&bed->text, 0);
    pl_mock_schemas_init(&bed->schemas, &bed->refs, bed->values, &bed->text);
    bed->schema = pl_mock_schema(&bed->schemas, PL_GET(bed->doc.root, "s"));
}

static void bed_close(Bed *bed)
{
    pl_values_free(bed->values);
    pl_heap_free(bed->heap);
    pl_buf_deinit(&bed->text);
    pl_arena_free(bed->arena);
}

/* "path message" of the first error; "" when the value fits. */
static PlStr judge(Bed *bed, const char *json)
{
    PlNode value;
    size_t at;
    PlStr words;
    if (pl_node_read(bed->arena, pl_str_z(json), &value, &at, &words) != PL_OK) return words;
    pl_mock_check_init(&bed->check, &bed->schemas, bed->arena);
    pl_mock_check_value(&bed->check, bed->schema, &value, PL_STR("body"));
    if (bed->check.errors.len == 0) return PL_STR("");
    PlMockIssue issue = bed->check.errors.items[0];
    return pl_arena_printf(bed->arena, PL_FMT " " PL_FMT, PL_ARG(issue.path), PL_ARG(issue.message));
}

static PlStr make(Bed *bed, uint64_t seed)
{
    PlMockMaker maker;
    pl_mock_maker_init(&maker, &bed->schemas, bed->arena);
    PlNode value = pl_mock_make(&maker, bed->schema, PL_STR(""), seed);
    CHECK(pl_mock_fits(&bed->schemas, bed->arena, bed->schema, &value, true));
    return pl_node_written(bed->arena, &value);
}

TEST(scalars)
{
    Bed bed;
    bed_open(&bed, "s: {type: integer, minimum: 1, maximum: 9, exclusiveMaximum: true, multipleOf: 2}\n");
    CHECK_STR(judge(&bed, "4"), "");
    CHECK_STR(judge(&bed, "4.0"), "");
    CHECK_STR(judge(&bed, "\"4\""), "body must be an integer, found \"4\"");
    CHECK_STR(judge(&bed, "4.5"), "body must be an integer, found 4.5");
    CHECK_STR(judge(&bed, "0"), "body must be at least 1, found 0");
    CHECK_STR(judge(&bed, "9"), "body must be less than 9, found 9");
    CHECK_STR(judge(&bed, "3"), "body must be a multiple of 2, found 3");
    CHECK_STR(judge(&bed, "null"), "body must be an integer, found null");
    for (uint64_t seed = 0; seed < 50; seed++) make(&bed, seed);
    bed_close(&bed);
    bed_open(&bed, "s: {type: number, exclusiveMinimum: 2, nullable: true}\n");
    CHECK_STR(judge(&bed, "null"), "");
    CHECK_STR(judge(&bed, "2"), "body must be more than 2, found 2");
    for (uint64_t seed = 0; seed < 50; seed++) make(&bed, seed);
    bed_close(&bed);
    bed_open(&bed, "s: {type: [string, 'null'], enum: [open, paid, null]}\n");
    CHECK_STR(judge(&bed, "null"), "");
    CHECK_STR(judge(&bed, "\"lost\""), "body must be one of \"open\", \"paid\", null; found \"lost\"");
    bed_close(&bed);
}

TEST(lengths_count_characters)
{
    Bed bed;
    bed_open(&bed, "s: {type: string, minLength: 2, maxLength: 3}\n");
    CHECK_STR(judge(&bed, "\"\xc3\xa4\xc3\xb6\xc3\xbc\""), "");
    CHECK_STR(judge(&bed, "\"\xc3\xa4\""), "body must have at least 2 characters, found 1");
    CHECK_STR(judge(&bed, "\"abcd\""), "body must have at most 3 characters, found 4");
    for (uint64_t seed = 0; seed < 20; seed++) make(&bed, seed);
    bed_close(&bed);
}

TEST(formats)
{
    static const char *const good[][2] = {{"date-time", "2026-01-02T03:04:05Z"}, {"date", "2026-01-02"}, {"email", "a@b.de"},
                                          {"uuid", "6f1c2d3e-4a5b-4c6d-8e9f-0a1b2c3d4e5f"}, {"uri", "https://a.b/c"}, {"ipv4", "1.2.3.4"}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        Bed bed;
        char yaml[100], json[100];
        snprintf(yaml, sizeof yaml, "s: {type: string, format: %s}\n", good[i][0]);
        snprintf(json, sizeof json, "\"%s\"", good[i][1]);
        bed_open(&bed, yaml);
        CHECK_STR(judge(&bed, json), "");
        CHECK(judge(&bed, "\"no such thing\"").len > 0);
        for (uint64_t seed = 0; seed < 20; seed++) make(&bed, seed);
        bed_close(&bed);
    }
}

TEST(records_and_paths)
{
    Bed bed;
    bed_open(&bed, "s:\n  type: object\n  required: [id, name]\n  additionalProperties: false\n  properties:\n"
                   "    id: {type: integer, readOnly: true}\n    name: {type: string}\n"
                   "    lines: {type: array, minItems: 1, items: {type: object, required: [sku], properties: {sku: {type: string}}}}\n");
    CHECK_STR(judge(&bed, "{\"name\":\"a\"}"), ""); /* read-only: not to be sent */
    CHECK_STR(judge(&bed, "{}"), "body.name is required, but missing");
    CHECK_STR(judge(&bed, "{\"name\":\"a\",\"lines\":[]}"), "body.lines must have at least 1 items, found 0");
    CHECK_STR(judge(&bed, "{\"name\":\"a\",\"lines\":[{\"sku\":\"x\"},{}]}"), "body.lines[1].sku is required, but missing");
    CHECK_STR(judge(&bed, "{\"name\":\"a\",\"nmae\":1}"), "body.nmae is not a property here; did you mean \"name\"?");
    for (uint64_t seed = 0; seed < 20; seed++) make(&bed, seed);
    bed_close(&bed);
}

TEST(unknown_properties_of_open_records_are_warnings)
{
    Bed bed;
    bed_open(&bed, "s: {type: object, properties: {name: {type: string}}}\n");
    CHECK_STR(judge(&bed, "{\"nam\":1}"), "");
    CHECK(bed.check.warnings.len == 1);
    CHECK_STR(bed.check.warnings.items[0].path, "body.nam");
    bed_close(&bed);
    bed_open(&bed, "s: {type: object, properties: {name: {type: string}}, additionalProperties: {type: integer}}\n");
    CHECK_STR(judge(&bed, "{\"nam\":1}"), "");
    CHECK(bed.check.warnings.len == 0);
    CHECK_STR(judge(&bed, "{\"nam\":\"1\"}"), "body.nam must be an integer, found \"1\"");
    bed_close(&bed);
}

TEST(parts_and_alternatives)
{
    Bed bed;
    bed_open(&bed, "s: {allOf: [{$ref: '#/base'}, {type: object, additionalProperties: false, required: [b], properties: {b: {type: string}}}]}\n"
                   "base: {type: object, required: [a], properties: {a: {type: integer}}}\n");
    CHECK_STR(judge(&bed, "{\"a\":1,\"b\":\"x\"}"), ""); /* closed, yet `a` is known to another part */
    CHECK_STR(judge(&bed, "{\"b\":\"x\"}"), "body.a is required, but missing");
    CHECK_STR(judge(&bed, "{\"a\":1,\"b\":\"x\",\"c\":0}"), "body.c is not a property here");
    make(&bed, 3);
    bed_close(&bed);
    bed_open(&bed, "s: {oneOf: [{$ref: '#/cat'}, {$ref: '#/dog'}], discriminator: {propertyName: kind}}\n"
                   "cat: {type: object, required: [kind, lives], properties: {kind: {const: cat}, lives: {type: integer}}}\n"
                   "dog: {type: object, required: [kind], properties: {kind: {const: dog}}}\n");
    CHECK_STR(judge(&bed, "{\"kind\":\"dog\"}"), "");
    CHECK_STR(judge(&bed, "{\"kind\":\"cat\"}"), "body.lives is required, but missing");
    CHECK_STR(judge(&bed, "{\"kind\":\"cow\"}"), "body fits none of 2 alternatives; the nearest one:");
    make(&bed, 3);
    bed_close(&bed);
    bed_open(&bed, "s: {type: string, not: {enum: [x]}}\n");
    CHECK_STR(judge(&bed, "\"x\""), "body fits the schema of \"not\"");
    CHECK_STR(judge(&bed, "\"y\""), "");
    bed_close(&bed);
}

/* What documents mean and do not say, and what they say and do not mean. */
TEST(sloppy_documents)
{
    Bed bed;
    bed_open(&bed, "s: {$ref: '#/base', nullable: true}\nbase: {type: object, required: [a], properties: {a: {type: String}}}\n");
    CHECK_STR(judge(&bed, "null"), "");
    CHECK_STR(judge(&bed, "{\"a\":\"1\"}"), "");
    CHECK_STR(judge(&bed, "{\"a\":1}"), "body.a must be a text, found 1");
    CHECK_STR(judge(&bed, "{}"), "body.a is required, but missing");
    bed_close(&bed);
    bed_open(&bed, "s: {type: object, properties: {v: {type: string, enum: [1, 2.5, true]}, n: {type: integer, enum: ['1', '2']}, f: {type: file},\n"
                   "  d: {type: string, format: byte}, i: {type: integer, format: int32}}}\n");
    CHECK_STR(judge(&bed, "{\"v\":\"2.5\",\"n\":2,\"f\":\"x\",\"d\":\"aGk=\",\"i\":-2147483648}"), "");
    CHECK_STR(judge(&bed, "{\"v\":\"3\"}"), "body.v must be one of \"1\", \"2.5\", \"true\"; found \"3\"");
    CHECK_STR(judge(&bed, "{\"n\":3}"), "body.n must be one of 1, 2; found 3");
    CHECK_STR(judge(&bed, "{\"d\":\"!\"}"), "body.d is no byte: !");
    CHECK_STR(judge(&bed, "{\"i\":2147483648}"), "body.i must be at most 2147483647, found 2147483648");
    bed_close(&bed);
    bed_open(&bed, "s: {oneOf: [{type: object, properties: {a: {type: integer}}}, {type: object, properties: {b: {type: integer}}}]}\n");
    CHECK_STR(judge(&bed, "{\"a\":1,\"b\":2}"), ""); /* fits both */
    bed_close(&bed);
}

/* The alternative that a discriminator names decides, also when the value would fit another. */
TEST(discriminators_decide)
{
    Bed bed;
    bed_open(&bed, "s: {oneOf: [{$ref: '#/Cat'}, {$ref: '#/Dog'}], discriminator: {propertyName: kind, mapping: {feline: '#/Cat', cat2: Cat}}}\n"
                   "Cat: {type: object, required: [lives], properties: {kind: {type: string}, lives: {type: integer}}}\n"
                   "Dog: {type: object, properties: {kind: {type: string}}}\n");
    CHECK_STR(judge(&bed, "{\"kind\":\"Dog\"}"), "");
    CHECK_STR(judge(&bed, "{\"kind\":\"Cat\"}"), "body.lives is required, but missing");
    CHECK_STR(judge(&bed, "{\"kind\":\"feline\"}"), "body.lives is required, but missing");
    CHECK_STR(judge(&bed, "{\"kind\":\"cat2\"}"), "body.lives is required, but missing");
    CHECK_STR(judge(&bed, "{\"kind\":\"mouse\"}"), ""); /* not named: any of them */
    bed_close(&bed);
}

/* A base that lists what derives from it, which refers back to the base. */
TEST(bases_and_what_derives_from_them)
{
    Bed bed;
    bed_open(&bed, "s: {$ref: '#/Pet'}\n"
                   "Pet: {type: object, required: [id, kind], properties: {id: {type: integer, readOnly: true}, kind: {type: string}},\n"
                   "  oneOf: [{$ref: '#/Cat'}, {$ref: '#/Dog'}]}\n"
                   "Cat: {allOf: [{$ref: '#/Pet'}, {type: object, properties: {lives: {type: integer}}}]}\nDog: {allOf: [{$ref: '#/Pet'}]}\n");
    CHECK_STR(judge(&bed, "{\"kind\":\"x\"}"), "");
    CHECK_STR(judge(&bed, "{\"kind\":1}"), "body.kind must be a text, found 1");
    bed_close(&bed);
}

/* Keywords of 3.1. */
TEST(keywords_of_2020_12)
{
    Bed bed;
    bed_open(&bed, "s: {type: object, properties: {t: {type: array, prefixItems: [{type: string}], items: false, contains: {const: a}}, k: {type: string}},\n"
                   "  patternProperties: {'^x-': {type: integer}}, additionalProperties: false, dependentRequired: {k: [t]},\n"
                   "  if: {properties: {k: {const: big}}, required: [k]}, then: {properties: {x-n: {minimum: 10}}}, propertyNames: {maxLength: 3}}\n");
    CHECK_STR(judge(&bed, "{\"t\":[\"a\"],\"k\":\"big\",\"x-n\":10}"), "");
    CHECK_STR(judge(&bed, "{\"t\":[\"a\"],\"k\":\"big\",\"x-n\":9}"), "body.x-n must be at least 10, found 9");
    CHECK_STR(judge(&bed, "{\"t\":[\"a\",1]}"), "body.t[1] no value is allowed here");
    CHECK_STR(judge(&bed, "{\"t\":[\"b\"]}"), "body.t must have at least 1 fitting items, found 0");
    CHECK_STR(judge(&bed, "{\"k\":\"a\"}"), "body.t is required, but missing");
    CHECK_STR(judge(&bed, "{\"x-long\":1}"), "body.x-long must have at most 3 characters, found 6");
    CHECK_STR(judge(&bed, "{\"y\":1}"), "body.y is not a property here");
    bed_close(&bed);
}

TEST(cycles_end)
{
    Bed bed;
    bed_open(&bed, "s: {$ref: '#/node'}\nnode: {type: object, required: [name, children], properties: {name: {type: string}, "
                   "next: {$ref: '#/node'}, children: {type: array, items: {$ref: '#/node'}}}}\n");
    CHECK(make(&bed, 1).len < 2000);
    CHECK_STR(judge(&bed, "{\"name\":\"a\",\"children\":[{\"name\":1,\"children\":[]}]}"), "body.children[0].name must be a text, found 1");
    bed_close(&bed);
    bed_open(&bed, "s: {allOf: [{$ref: '#/s'}, {type: integer}]}\n"); /* refers to itself */
    judge(&bed, "1");
    bed_close(&bed);
}

TEST(made_values_repeat)
{
    Bed bed;
    bed_open(&bed, "s: {type: object, properties: {id: {type: string, format: uuid}, n: {type: integer}, when: {type: string, format: date-time}, "
                   "next_page_token: {type: string}, tags: {type: array, items: {type: string}}}}\n");
    PlStr a = make(&bed, 1), b = make(&bed, 1), c = make(&bed, 2);
    CHECK(pl_str_eq(a, b));
    CHECK(!pl_str_eq(a, c));
    CHECK(pl_str_find(a, PL_STR("next_page_token"), 0) == PL_STR_NONE); /* made lists have one page */
    bed_close(&bed);
}

TEST(completing)
{
    Bed bed;
    bed_open(&bed, "s: {type: object, required: [id, size], properties: {id: {type: integer, readOnly: true}, size: {type: integer, default: 3}, "
                   "secret: {type: string, writeOnly: true}, at: {type: string, format: date-time, readOnly: true}, note: {type: string}}}\n");
    PlNode given;
    size_t at;
    PlStr words;
    PlMockMaker maker;
    CHECK(pl_node_read(bed.arena, PL_STR("{\"secret\":\"x\",\"more\":1}"), &given, &at, &words) == PL_OK);
    pl_mock_maker_init(&maker, &bed.schemas, bed.arena);
    PlNode whole = pl_mock_complete(&maker, bed.schema, &given, 1);
    CHECK(pl_node_get(&whole, PL_STR("id")) && pl_node_get(&whole, PL_STR("at")));
    CHECK(!pl_node_get(&whole, PL_STR("secret")) && !pl_node_get(&whole, PL_STR("note")));
    CHECK(pl_node_get(&whole, PL_STR("size"))->as.integer == 3);
    CHECK(pl_node_get(&whole, PL_STR("more")));
    bed_close(&bed);
}

TEST(texts_of_patterns)
{
    Bed bed;
    PlStr text;
    bed_open(&bed, "s: {}\n");
    CHECK(pl_mock_text_of_pattern(bed.arena, PL_STR("^[A-Z]{2}-\\d{4}$"), 1, &text) && text.len == 7 && text.ptr[2] == '-');
    CHECK(pl_mock_text_of_pattern(bed.arena, PL_STR("^(ab|cd)+$"), 1, &text) && text.len % 2 == 0 && text.ptr[0] == 'a');
    CHECK(pl_mock_text_of_pattern(bed.arena, PL_STR("^x?$"), 1, &text) && text.len <= 1);
    CHECK(!pl_mock_text_of_pattern(bed.arena, PL_STR("^(?=a)b$"), 1, &text));
    CHECK(!pl_mock_text_of_pattern(bed.arena, PL_STR("[a"), 1, &text));
    CHECK(!pl_mock_text_of_pattern(bed.arena, PL_STR("(((((((((((((((((((((((((((((a"), 1, &text));
    bed_close(&bed);
}

TEST(names_of_next_pages)
{
    CHECK(pl_mock_is_next(PL_STR("nextPageToken")) && pl_mock_is_next(PL_STR("has_more")) && pl_mock_is_next(PL_STR("@odata.nextLink")));
    CHECK(!pl_mock_is_next(PL_STR("nextOfKin")) && !pl_mock_is_next(PL_STR("token")));
}

UNIT_MAIN
