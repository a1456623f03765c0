/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "compiler/catalog/schema.h"

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlDoc doc;
    PlRefs refs;
    PlSchemas schemas;
    PlBuf out;
} Bed;

static void bed_open(Bed *bed, PlStr text)
{
    *bed = (Bed){0};
    bed->arena = pl_arena_new(&bed->escape, 0);
    pl_buf_init(&bed->out, 0);
    if (setjmp(bed->escape.at)) {
        CHECK(!"escaped");
        return;
    }
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    pl_types_init(&bed->types, bed->arena);
    pl_doc_parse(&bed->doc, &bed->diags, PL_STR("s.yaml"), text);
    pl_refs_init(&bed->refs, &bed->diags, &bed->doc, false);
    pl_schemas_init(&bed->schemas, &bed->refs, &bed->types);
}

static void bed_close(Bed *bed)
{
    pl_buf_deinit(&bed->out);
    pl_arena_free(bed->arena);
}

static bool has(const Bed *bed, PlDiagCode code)
{
    for (uint32_t i = 0; i < bed->diags.all.len; i++)
        if (bed->diags.all.items[i]->code == code) return true;
    return false;
}

static PlStr show(Bed *bed, PlTypeId id)
{
    pl_buf_clear(&bed->out);
    pl_type_print(&bed->out, &bed->types, id, 0);
    return pl_buf_str(&bed->out);
}

static PlTypeId type_at(Bed *bed, const char *key)
{
    return pl_schema_type(&bed->schemas, pl_node_get(PL_GET(bed->doc.root, "definitions"), pl_str_z(key)));
}

/* One schema, as YAML in flow style. */
#define CHECK_TYPE(schema, expected)                                                                                   \
    do {                                                                                                               \
        Bed bed;                                                                                                       \
        bed_open(&bed, PL_STR("definitions:\n  A: {type: object, properties: {a: {type: string}}, required: [a]}\n"    \
                              "  B: {type: object, properties: {b: {type: integer}}}\n  T: " schema "\n"));            \
        PlTypeId id = type_at(&bed, "T");                                                                              \
        CHECK_STR(show(&bed, id), expected);                                                                           \
        CHECK(type_at(&bed, "T") == id);                                                                               \
        bed_close(&bed);                                                                                               \
    } while (0)

TEST(plain_types)
{
    CHECK_TYPE("{type: string}", "text");
    CHECK_TYPE("{type: string, format: date-time}", "datetime");
    CHECK_TYPE("{type: string, format: date}", "date");
    CHECK_TYPE("{type: string, format: uuid}", "uuid");
    CHECK_TYPE("{type: string, format: binary}", "text");
    CHECK_TYPE("{type: integer, format: int64}", "integer");
    CHECK_TYPE("{type: number}", "number");
    CHECK_TYPE("{type: boolean}", "yes/no");
    CHECK_TYPE("{type: 'null'}", "nothing");
    CHECK_TYPE("{type: file}", "file");
    CHECK_TYPE("{}", "any");
    CHECK_TYPE("true", "any");
    CHECK_TYPE("{type: object}", "record");
    CHECK_TYPE("{type: array}", "list of any");
    CHECK_TYPE("{type: array, items: {type: string}}", "list of text");
    CHECK_TYPE("{type: array, items: [{type: string}, {type: integer}]}", "list of (text or integer)");
    CHECK_TYPE("{type: array, prefixItems: [{type: string}], items: false}", "list of text");
    CHECK_TYPE("{type: array, items: [{type: string}], additionalItems: true}", "list of any");
    CHECK_TYPE("{type: array, prefixItems: [{type: string}], items: {type: integer}}", "list of (text or integer)");
}

TEST(nullable_types)
{
    CHECK_TYPE("{type: string, nullable: true}", "text or nothing");
    CHECK_TYPE("{type: string, x-nullable: true}", "text or nothing");
    CHECK_TYPE("{type: [string, 'null']}", "text or nothing");
    CHECK_TYPE("{type: [string, null]}", "text or nothing");
    CHECK_TYPE("{type: [integer, string, number]}", "text or number");
    CHECK_TYPE("{allOf: [{$ref: '#/definitions/A'}], nullable: true}", "{a: text} or nothing");
    CHECK_TYPE("{$ref: '#/definitions/A', nullable: true, description: x}", "{a: text} or nothing");
    CHECK_TYPE("{oneOf: [{$ref: '#/definitions/A'}, {type: 'null'}]}", "{a: text} or nothing");
}

TEST(enums)
{
    CHECK_TYPE("{type: string, enum: [a, b]}", "one of \"a\", \"b\"");
    CHECK_TYPE("{enum: [a, null]}", "one of \"a\" or nothing");
    CHECK_TYPE("{type: string, enum: [1, 2.50, true]}", "one of \"1\", \"2.50\", \"true\"");
    CHECK_TYPE("{type: integer, enum: ['1', 2]}", "one of 1, 2");
    CHECK_TYPE("{type: boolean, enum: [true, false]}", "yes/no");
    CHECK_TYPE("{const: x}", "one of \"x\"");
    CHECK_TYPE("{type: string, enum: []}", "text");
    CHECK_TYPE("{type: object, enum: [{a: 1}]}", "record");
}

TEST(records)
{
    CHECK_TYPE("{properties: {a: {type: string}, b: {type: integer}}, required: [b, zz]}", "{a?: text, b: integer}");
    CHECK_TYPE("{type: object, properties: {a: {type: string, required: true}}}", "{a: text}");
    CHECK_TYPE("{items: {type: string}}", "list of text");
    CHECK_TYPE("{additionalProperties: {type: integer}}", "{...: integer}");
    CHECK_TYPE("{type: object, additionalProperties: true}", "record");
    CHECK_TYPE("{allOf: [{$ref: '#/definitions/A'}, {properties: {c: {type: boolean}}, required: [c]}]}",
               "{a: text, c: yes/no}");
    CHECK_TYPE("{$ref: '#/definitions/A', properties: {d: {type: string}}}", "{a: text, d?: text}");
    CHECK_TYPE("{type: object, required: [b], allOf: [{$ref: '#/definitions/B'}]}", "{b: integer}");
}

TEST(unions)
{
    CHECK_TYPE("{oneOf: [{$ref: '#/definitions/A'}, {$ref: '#/definitions/B'}]}", "{a: text} or {b?: integer}");
    CHECK_TYPE("{anyOf: [{type: string}, {type: string}]}", "text");
    CHECK_TYPE("{oneOf: [{$ref: '#/definitions/A'}]}", "{a: text}");
    CHECK_TYPE("{type: object, properties: {x: {type: string}}, anyOf: [{required: [x]}, {required: [y]}]}",
               "{x?: text}");
    CHECK_TYPE("{properties: {x: {type: string}}, oneOf: [{$ref: '#/definitions/A'}, {$ref: '#/definitions/B'}]}",
               "{x?: text, a: text} or {x?: text, b?: integer}");
}

TEST(recursion)
{
    Bed bed;
    bed_open(
        &bed,
        PL_STR("definitions:\n"
               "  Node: {type: object, properties: {next: {$ref: '#/definitions/Node'}, kids: {type: array, items: "
               "{$ref: '#/definitions/Node'}}, up: {nullable: true, allOf: [{$ref: '#/definitions/Node'}]}}}\n"
               "  Self: {$ref: '#/definitions/Self'}\n"
               "  P: {$ref: '#/definitions/Q'}\n  Q: {$ref: '#/definitions/P'}\n"
               "  All: {allOf: [{$ref: '#/definitions/All'}, {properties: {a: {type: string}}}]}\n"
               "  One: {oneOf: [{$ref: '#/definitions/One'}, {type: string}]}\n"
               "  L: {type: array, items: {$ref: '#/definitions/L'}}\n"
               "  X: {allOf: [{$ref: '#/definitions/Y'}]}\n  Y: {anyOf: [{$ref: '#/definitions/X'}]}\n"
               "  Pet: {type: object, properties: {kind: {type: string}}, oneOf: [{$ref: '#/definitions/Cat'}, {$ref: "
               "'#/definitions/Dog'}]}\n"
               "  Cat: {allOf: [{$ref: '#/definitions/Pet'}, {properties: {lives: {type: integer}}}]}\n"
               "  Dog: {allOf: [{$ref: '#/definitions/Pet'}, {properties: {tail: {type: boolean}}}]}\n"));
    PlTypeId node = type_at(&bed, "Node");
    const PlField *next = pl_type_field(&bed.types, node, PL_STR("next"));
    CHECK(next && pl_type_equal(&bed.types, next->type, node));
    const PlField *up = pl_type_field(&bed.types, node, PL_STR("up"));
    CHECK(up && pl_type(&bed.types, up->type)->kind == PL_TYPE_UNION && pl_type_has_nothing(&bed.types, up->type));
    CHECK(type_at(&bed, "Self") == PL_T_ANY || pl_type(&bed.types, type_at(&bed, "Self"))->kind == PL_TYPE_ANY);
    CHECK(pl_type(&bed.types, type_at(&bed, "P"))->kind == PL_TYPE_ANY && has(&bed, PL_D_REF_CYCLE));
    CHECK_STR(show(&bed, type_at(&bed, "All")), "{a?: text}");
    (void)type_at(&bed, "One");
    CHECK(pl_type(&bed.types, type_at(&bed, "L"))->kind == PL_TYPE_LIST);
    CHECK(pl_type(&bed.types, type_at(&bed, "X"))->kind == PL_TYPE_ANY);
    CHECK_STR(show(&bed, type_at(&bed, "Cat")), "{kind?: text, lives?: integer}");
    CHECK_STR(show(&bed, type_at(&bed, "Pet")), "{kind?: text, lives?: integer} or {kind?: text, tail?: yes/no}");
    for (uint32_t i = 0; i < bed.types.all.len; i++) CHECK(!pl_type(&bed.types, i)->open);
    bed_close(&bed);
}

TEST(references)
{
    Bed bed;
    bed_open(&bed, PL_STR("definitions:\n"
                          "  A: {type: object, properties: {'x/y~z w': {type: integer}}}\n"
                          "  B: {$ref: '#/definitions/A/properties/x~1y~0z%20w'}\n"
                          "  Via: {$ref: '#/definitions/A'}\n"
                          "  C: {$ref: '#/definitions/Via/properties/x~1y~0z%20w'}\n"
                          "  D: {$ref: '#/definitions/List/allOf/1'}\n"
                          "  List: {allOf: [{type: string}, {type: boolean}]}\n"
                          "  E: {$ref: '#/definitions/Missing'}\n"
                          "  F: {$ref: 'https://example.com/x.json'}\n"
                          "  G: {$ref: '../../etc/passwd'}\n"
                          "  H: {$ref: 'A'}\n"
                          "  I: {$ref: '#here'}\n  J: {$anchor: here, type: number}\n"));
    CHECK(type_at(&bed, "B") == PL_T_INTEGER);
    CHECK(type_at(&bed, "C") == PL_T_INTEGER);
    CHECK(type_at(&bed, "D") == PL_T_YESNO);
    CHECK(type_at(&bed, "E") == PL_T_ANY && has(&bed, PL_D_REF_DANGLING));
    CHECK(type_at(&bed, "F") == PL_T_ANY && has(&bed, PL_D_REF_REMOTE));
    CHECK(type_at(&bed, "G") == PL_T_ANY && has(&bed, PL_D_REF_OUTSIDE));
    CHECK(type_at(&bed, "H") == type_at(&bed, "A"));
    CHECK(type_at(&bed, "I") == PL_T_NUMBER);
    CHECK(bed.diags.all.len == 3);
    bed_close(&bed);
}

/* Chains and trees of schemas that would overflow a stack, or a memory, if they were followed blindly. */
TEST(long_chains_of_properties)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "definitions:\n");
    for (int i = 0; i < 20000; i++)
        pl_buf_printf(
            &text,
            "  S%d: {type: object, properties: {next: {nullable: true, allOf: [{$ref: '#/definitions/S%d'}]}}}\n", i,
            i + 1);
    pl_buf_put_z(&text, "  S20000: {type: object, properties: {last: {type: string}}}\n");
    Bed bed;
    bed_open(&bed, pl_buf_str(&text));
    PlTypeId at = type_at(&bed, "S0");
    int steps = 0;
    for (const PlField *f; (f = pl_type_field(&bed.types, at, PL_STR("next"))) != NULL; steps++)
        at = pl_type_without_nothing(&bed.types, f->type);
    CHECK(steps == 20000);
    CHECK(pl_type_field(&bed.types, at, PL_STR("last")) != NULL);
    bed_close(&bed);
    pl_buf_deinit(&text);
}

TEST(long_chains_of_all_of)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "definitions:\n");
    for (int i = 0; i < 20000; i++)
        pl_buf_printf(&text, "  S%d: {allOf: [{$ref: '#/definitions/S%d'}, {properties: {p%d: {type: string}}}]}\n", i,
                      i + 1, i);
    pl_buf_put_z(&text, "  S20000: {type: string}\n");
    for (int i = 0; i < 20000; i++)
        pl_buf_printf(&text, "  U%d: {oneOf: [{$ref: '#/definitions/U%d'}, {type: string}]}\n", i, i + 1);
    pl_buf_put_z(&text, "  U20000: {type: integer}\n");
    Bed bed;
    bed_open(&bed, pl_buf_str(&text));
    CHECK(pl_type(&bed.types, type_at(&bed, "S0"))->kind == PL_TYPE_RECORD);
    CHECK(has(&bed, PL_D_SCHEMA_PARTS));
    (void)type_at(&bed, "U0");
    CHECK(has(&bed, PL_D_SCHEMA_DEPTH));
    bed_close(&bed);
    pl_buf_deinit(&text);
}

TEST(alternatives_do_not_multiply)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "definitions:\n");
    for (int i = 0; i < 30; i++) {
        pl_buf_printf(&text, "  S%d: {type: object, properties: {a%d: {type: string}}, oneOf: [", i, i);
        for (int k = 0; k < 20; k++)
            pl_buf_printf(&text,
                          "{properties: {b%d: {type: string}}, oneOf: [{$ref: '#/definitions/S%d'}, {type: object}]}, ",
                          k, i + 1);
        pl_buf_put_z(&text, "]}\n");
    }
    Bed bed;
    bed_open(&bed, pl_buf_str(&text));
    (void)type_at(&bed, "S0");
    CHECK(bed.types.all.len < 5000000);
    bed_close(&bed);
    pl_buf_deinit(&text);
}

TEST(paths_of_references)
{
    Bed bed;
    bed_open(&bed, PL_STR("a: 1"));
    CHECK_STR(pl_path_normalise(bed.arena, PL_STR("a/b/../c/./d.yaml")), "a/c/d.yaml");
    CHECK_STR(pl_path_normalise(bed.arena, PL_STR("../a/../../b")), "../../b");
    CHECK_STR(pl_path_normalise(bed.arena, PL_STR("/../a//b/")), "/a/b");
    CHECK_STR(pl_path_normalise(bed.arena, PL_STR("a\\b\\..\\c")), "a/c");
    CHECK_STR(pl_path_folder(PL_STR("a/b/c")), "a/b");
    CHECK_STR(pl_path_folder(PL_STR("c")), "");
    CHECK_STR(pl_path_folder(PL_STR("/c")), "/");
    bed_close(&bed);
}

UNIT_MAIN
