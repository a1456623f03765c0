/* SPDX-License-Identifier: MIT */
/* Answers fit their schema: values that are made for every keyword, and values that were sent or stored, in whatever alternative they are. */
#include "tests/unit/catalog_world.h"

#include "vm/service/mock.h"
#include "vm/service/mock_check.h"
#include "vm/service/mock_mend.h"

typedef struct Stall {
    Bed bed;
    PlMock *mock;
    PlHttpdAnswer answer;
} Stall;

/* POST /things takes a Thing and gives one; GET /things lists them, GET /things/{id} has one, GET /made gives one that nobody sent. */
static void stall_open(Stall *s, const char *thing)
{
    PlMockOptions options = {.seed = 1, .fill = 2, .no_control = true};
    bed_init(&s->bed);
    bed_add(&s->bed, "t", pl_arena_printf(s->bed.arena,
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nservers: [{url: 'https://t.example'}]\npaths:\n"
        "  /things:\n"
        "    get: {operationId: list, responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: "
        "'#/components/schemas/Thing'}}}}}}}\n"
        "    post: {operationId: make, requestBody: {content: {application/json: {schema: {}}}}, responses: {'201': {description: ok, content: "
        "{application/json: "
        "{schema: {$ref: '#/components/schemas/Thing'}}}}}}\n"
        "  /things/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
        "    get: {operationId: one, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}\n"
        "  /made: {get: {operationId: made, parameters: [{name: n, in: query, schema: {type: integer}}], responses: {'200': {description: ok, content: "
        "{application/json: "
        "{schema: {$ref: '#/components/schemas/Thing'}}}}}}}\n"
        "components: {schemas: {Thing: %s, Node: {type: object, required: [kids], properties: {kids: {type: array, items: {$ref: "
        "'#/components/schemas/Node'}}}}}}\n", thing), NULL);
    CHECK(s->bed.status == PL_OK && pl_mock_new(s->bed.catalog, &options, &s->mock) == PL_OK);
}

static void stall_close(Stall *s)
{
    pl_mock_free(s->mock);
    bed_close(&s->bed);
}

static PlStr ask(Stall *s, const char *method, const char *target, const char *body)
{
    PlHttpdPair json = {PL_STR("Content-Type"), PL_STR("application/json")};
    PlHttpdRequest request = {pl_str_z(method), pl_str_z(target), &json, body != NULL, pl_str_z(body ? body : "")};
    pl_mock_handle(s->mock, &request, &s->answer);
    return s->answer.body;
}

#define CHECK_SAYS(text, part) CHECK(pl_str_find((text), pl_str_z(part), 0) != PL_STR_NONE)

TEST(what_was_sent_is_kept_in_any_alternative)
{
    static const struct {
        const char *a, *sent;
    } cases[] = {{"{anyOf: [{type: string}, {type: integer}]}", "\"a\":3"},
                 {"{oneOf: [{type: string}, {type: integer}]}", "\"a\":3"},
                 {"{type: [string, integer]}", "\"a\":3"},
                 {"{anyOf: [{type: string}, {type: array, items: {type: integer}}]}", "\"a\":[1,2]"},
                 {"{oneOf: [{type: string}, {type: object, properties: {x: {type: integer}}}]}", "\"a\":{\"x\":7}"},
                 {"{oneOf: [{type: object, required: [x], properties: {x: {type: integer}}, additionalProperties: false}, "
                  "{type: object, required: [y], properties: {y: {type: integer}}, additionalProperties: false}]}", "\"a\":{\"y\":7}"},
                 {"{anyOf: [{type: string, format: date}, {type: 'null'}, {type: boolean}]}", "\"a\":true"},
                 {"{anyOf: [{type: string}, {type: 'null'}]}", "\"a\":null"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int required = 0; required < 2; required++) {
            Stall s;
            char thing[600], body[100];
            snprintf(thing, sizeof thing, "{type: object, required: [%s], properties: {id: {type: string, readOnly: true}, a: %s}}", required ? "a" : "id",
                cases[i].a);
            snprintf(body, sizeof body, "{%s}", cases[i].sent);
            stall_open(&s, thing);
            CHECK_SAYS(ask(&s, "POST", "/things", body), cases[i].sent);
            PlStr all = pl_arena_str(s.bed.arena, ask(&s, "GET", "/things", NULL));
            CHECK_SAYS(all, cases[i].sent);
            stall_close(&s);
        }
}

/* The thing itself has alternatives: its own fields stay, the others' are not added. */
TEST(a_thing_of_several_kinds)
{
    Stall s;
    stall_open(&s, "{oneOf: [{type: object, required: [kind, size], properties: {kind: {const: box}, size: {type: integer}}, additionalProperties: false}, "
                   "{type: object, required: [kind, wide], properties: {id: {type: string}, kind: {const: bag}, wide: {type: boolean}}, "
                   "additionalProperties: false}]}");
    PlStr made = ask(&s, "POST", "/things", "{\"kind\":\"bag\",\"wide\":true}");
    CHECK_SAYS(made, "\"kind\":\"bag\"");
    CHECK_SAYS(made, "\"wide\":true");
    CHECK(pl_str_find(made, PL_STR("size"), 0) == PL_STR_NONE);
    stall_close(&s);
}

/* How many of so many made things the validator takes, over a document that the mock has not seen. */
static unsigned count_fits(const char *thing, unsigned count)
{
    Stall s;
    stall_open(&s, thing);
    PlBuf text;
    PlHeap *heap = pl_heap_new(&s.bed.escape, 0);
    PlValues *values = pl_values_new(heap);
    PlDoc doc;
    PlRefs refs;
    PlMockSchemas schemas;
    unsigned good = 0;
    pl_buf_init(&text, 0);
    pl_doc_parse(&doc, &s.bed.diags, PL_STR("s.yaml"), pl_arena_printf(s.bed.arena, "s: %s\ncomponents: {schemas: {Node: {type: object, required: [kids], "
        "properties: "
                                                                                    "{kids: {type: array, items: {$ref: "
                                                                                    "'#/components/schemas/Node'}}}}}}\n", thing));
    pl_refs_init(&refs, &s.bed.diags, &doc, false);
    pl_mock_schemas_init(&schemas, &refs, values, &text);
    PlMockSchema *schema = pl_mock_schema(&schemas, PL_GET(doc.root, "s"));
    for (unsigned n = 0; n < count; n++) {
        char target[40];
        PlNode value;
        size_t at;
        PlStr words;
        PlSchemaIssues issues;
        snprintf(target, sizeof target, "/made?n=%u", n);
        PlStr body = ask(&s, "GET", target, NULL);
        CHECK(pl_node_read(s.bed.arena, body, &value, &at, &words) == PL_OK);
        bool fits = pl_mock_judge(&schemas, s.bed.arena, schema, &value, true, &issues);
        good += fits;
        if (!fits) printf("%s\n   " PL_FMT "\n   " PL_FMT "\n", thing, PL_ARG(body), PL_ARG(issues.all[0].message));
    }
    pl_values_free(values);
    pl_heap_free(heap);
    pl_buf_deinit(&text);
    stall_close(&s);
    return good;
}

/* Each by itself, and with examples and defaults that do not fit it. */
TEST(made_values_fit)
{
    static const char *const fields[] = {
        "{type: array, items: {type: string}, minItems: 5, maxItems: 6}", "{type: array, items: {type: integer}, maxItems: 0}",
        "{type: array, items: {enum: [a, b, c, d]}, minItems: 4, uniqueItems: true}", "{type: array, items: {type: boolean}, minItems: 2, uniqueItems: true}",
        "{type: array, items: {type: string, example: one}, minItems: 3, uniqueItems: true}", "{type: array, contains: {const: 7}, minItems: 2}",
        "{type: array, prefixItems: [{type: string}, {type: integer}], items: false, minItems: 2}", "{type: string, pattern: '^[A-Z]{3}-[0-9]{2,4}$'}",
        "{type: string, pattern: '^(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z]).{8,12}$'}", "{type: string, pattern: '^[a-z]+$', minLength: 4, maxLength: 5}",
        "{type: string, minLength: 300}", "{type: string, maxLength: 2}", "{type: string, maxLength: 0}", "{type: integer, multipleOf: 7, minimum: 50, "
        "maximum: 60}",
        "{type: integer, exclusiveMinimum: 4, exclusiveMaximum: 6}", "{type: number, multipleOf: 0.05, minimum: 1, maximum: 1.2}",
        "{type: number, exclusiveMinimum: 0, exclusiveMaximum: 0.001}", "{type: integer, maximum: -5000}", "{const: {x: [1, null]}}", "{enum: [2], oneOf: "
        "[{const: 1}, {const: 2}]}", "{const: null}", "{enum: [1, two, null]}",
        "{type: string, format: date}", "{type: string, format: date-time}", "{type: string, format: time}", "{type: string, format: duration}",
        "{type: string, format: email}", "{type: string, format: uri}", "{type: string, format: uuid}", "{type: string, format: hostname}", "{type: string, "
        "format: ipv4}",
        "{type: string, format: ipv6}", "{type: string, format: byte}", "{type: string, format: json-pointer}", "{type: string, format: relative-json-pointer}",
        "{type: string, format: regex}", "{type: string, format: uri-template}", "{type: string, format: iri-reference}", "{type: string, format: "
        "idn-hostname}",
        "{type: object, minProperties: 3}", "{type: object, minProperties: 2, additionalProperties: {type: integer}}",
        "{type: object, maxProperties: 1, properties: {a: {type: string}, b: {type: string}}}", "{type: object, patternProperties: {'^x-': {type: "
        "integer}}, minProperties: 1}",
        "{type: object, properties: {a: {type: string}}, required: [a, b], additionalProperties: {type: integer}}",
        "{type: object, properties: {a: {const: 1}}, if: {required: [a]}, then: {required: [b], properties: {b: {type: string}}}}",
        "{type: object, dependentRequired: {a: [b]}, properties: {a: {type: string}, b: {type: integer}}, required: [a]}",
        "{allOf: [{type: object, properties: {n: {type: integer, minimum: 5}}, required: [n]}, {properties: {n: {maximum: 6}}}]}",
        "{allOf: [{type: string, minLength: 4}, {maxLength: 4}, {pattern: '^[0-9]+$'}]}", "{anyOf: [{type: string}, {type: integer}], not: {type: string}}",
        "{type: integer, not: {const: 1}, minimum: 1, maximum: 2}", "{$ref: '#/components/schemas/Node'}", "{type: array, items: {type: array, items: "
        "{type: integer}, minItems: 1}, minItems: 1}"};
    static const char *const also[] = {"", ", example: {wrong: [1]}", ", default: {wrong: [1]}", ", examples: [{wrong: [1]}]"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        for (size_t k = 0; k < sizeof also / sizeof *also; k++) {
            char thing[700];
            size_t len = strlen(fields[i]) - 1;
            snprintf(thing, sizeof thing, "{type: object, required: [v], properties: {id: {type: string}, v: %.*s%s}}}", (int)len, fields[i], also[k]);
            CHECK(count_fits(thing, 10) == 10);
        }
}

/* What contradicts itself is answered all the same, and what was sent stays. */
TEST(schemas_that_nothing_fits)
{
    Stall s;
    stall_open(&s, "{type: object, required: [v], properties: {id: {type: string}, v: {type: integer, minimum: 5, maximum: 4}, w: {type: string}}}");
    CHECK_SAYS(ask(&s, "POST", "/things", "{\"v\":9,\"w\":\"kept\"}"), "\"w\":\"kept\"");
    CHECK(s.answer.status == 201);
    CHECK(ask(&s, "GET", "/made", NULL).len > 2 && s.answer.status == 200);
    stall_close(&s);
    stall_open(&s, "{type: object, required: [v], properties: {v: {$ref: '#/components/schemas/Thing'}}}"); /* has no end */
    CHECK(ask(&s, "GET", "/made", NULL).len < 200000 && s.answer.status == 200);
    stall_close(&s);
}

UNIT_MAIN
