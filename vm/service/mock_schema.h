/* SPDX-License-Identifier: MIT */
/* A JSON Schema of a document, opened once: what values are made from (mock_make.h), and what the validator's schema is written from
 * (mock_convert.h). Lazy: a schema's parts are opened when somebody looks, so cycles are cycles of pointers. Dialects: OpenAPI 2.0, 3.0, 3.1.
 * Unlike types (catalog/schema.h) it keeps every bound: lengths, patterns, minimum. */
#ifndef PL_SERVICE_MOCK_SCHEMA_H
#define PL_SERVICE_MOCK_SCHEMA_H

#include "compiler/catalog/shape.h"
#include "vm/service/mock_node.h"
#include "vm/value/value.h"

typedef struct PlMockSchema PlMockSchema;

typedef struct PlMockProperty {
    PlStr name;
    PlMockSchema *schema;
    bool required;
} PlMockProperty;

typedef struct PlMockGroup {
    PlMockSchema **all;
    uint32_t count;
} PlMockGroup;

enum { PL_MOCK_READ_ONLY = 1, PL_MOCK_WRITE_ONLY = 2, PL_MOCK_CLOSED = 4, PL_MOCK_UNIQUE = 8, PL_MOCK_NEVER = 16, PL_MOCK_MAP = 32 };

struct PlMockSchema {
    PlNode *node;           /* as it stands; NULL: any value */
    bool opened, opening;
    uint8_t flags;
    bool nullable;
    bool min_open, max_open; /* the bound itself is outside */
    uint32_t kinds;         /* PL_KIND_*, 0 any */
    PlStr format, pattern;
    const PlNode *values, *constant, *example, *fallback; /* enum, const, example, default */
    double min, max, step;  /* -HUGE_VAL, HUGE_VAL, 0 when not said */
    uint64_t min_len, max_len, min_items, max_items, min_fields, max_fields;
    PlMockSchema *target;   /* of $ref */
    PlMockGroup all_of, one_of, any_of, prefix;
    PlMockSchema *items, *rest, *negated;
    PlMockProperty *properties;
    uint32_t property_count;
    PlStr *required;
    uint32_t required_count;
    PlStr discriminator;    /* propertyName */
    const PlNode *mapping;
    PlMockSchema *flat;     /* see pl_mock_flat */
};

typedef struct PlMockSchemas {
    PlArena *arena;
    PlRefs *refs;
    PlMap by_place; /* address of a mapping -> PlMockSchema */
    PlValues *values; /* of converted schemas, and of what is checked against them */
    PlBuf *text;      /* scratch */
    struct PlMockConvert *convert[2]; /* mock_convert.h: of requests, of answers; NULL until asked for */
} PlMockSchemas;

/* `values` and `text` must live as long. */
void pl_mock_schemas_init(PlMockSchemas *schemas, PlRefs *refs, PlValues *values, PlBuf *text);
/* The schema that stands at this node; NULL gives one that takes anything. Always the same for the same node. */
PlMockSchema *pl_mock_schema(PlMockSchemas *schemas, PlNode *node);
/* Reads its keywords; every reader of the fields calls it first. Returns the schema. */
PlMockSchema *pl_mock_open(PlMockSchemas *schemas, PlMockSchema *schema);
/* One schema without references and groups: allOf merged, the first usable alternative of oneOf and anyOf taken. Made once. */
PlMockSchema *pl_mock_flat(PlMockSchemas *schemas, PlMockSchema *schema);
const PlMockProperty *pl_mock_property(const PlMockSchema *opened, PlStr name);
/* A property anywhere in it: own, referred to, of any part or alternative. *open: further properties are said to be fine. NULL: none. */
const PlMockProperty *pl_mock_find(PlMockSchemas *schemas, PlMockSchema *schema, PlStr name, bool *open);

#endif
