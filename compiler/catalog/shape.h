/* SPDX-License-Identifier: MIT */
/* A JSON Schema's keywords gathered over its allOf parts and references: the flat view from which types and body
 * arguments are made. Nothing is expanded below the first level: properties keep their schema nodes. Dialects: OpenAPI
 * 2.0, 3.0, 3.1 (JSON Schema 2020-12), and the habits of real documents. spec/catalog.md section 4. */
#ifndef PL_COMPILER_CATALOG_SHAPE_H
#define PL_COMPILER_CATALOG_SHAPE_H

#include "compiler/catalog/ref.h"

typedef enum PlKeyword {
    PL_KW_REF,
    PL_KW_TYPE,
    PL_KW_FORMAT,
    PL_KW_PROPERTIES,
    PL_KW_REQUIRED,
    PL_KW_ADDITIONAL,
    PL_KW_PATTERNS,
    PL_KW_ITEMS,
    PL_KW_PREFIX_ITEMS,
    PL_KW_MORE_ITEMS,
    PL_KW_ENUM,
    PL_KW_CONST,
    PL_KW_ALL_OF,
    PL_KW_ONE_OF,
    PL_KW_ANY_OF,
    PL_KW_NULLABLE,
    PL_KW_READ_ONLY,
    PL_KW_WRITE_ONLY,
    PL_KW_DESCRIPTION,
    PL_KW_ENCODING,
    PL_KEYWORD_COUNT
} PlKeyword;

typedef struct PlKeywords {
    PlNode *at[PL_KEYWORD_COUNT];
    uint32_t mask;
} PlKeywords;

/* JSON types as bits. */
enum {
    PL_KIND_NULL = 1,
    PL_KIND_YESNO = 2,
    PL_KIND_INTEGER = 4,
    PL_KIND_NUMBER = 8, /* includes INTEGER when set */
    PL_KIND_TEXT = 16,
    PL_KIND_LIST = 32,
    PL_KIND_RECORD = 64,
    PL_KIND_FILE = 128 /* type: file of 2.0 */
};

typedef struct PlProperty {
    PlStr name;
    PlNode *schema;
} PlProperty;

typedef struct PlShape {
    PlRefs *refs;
    uint32_t kinds; /* 0: the schema says no type */
    bool nullable;
    bool closed;    /* additionalProperties: false */
    bool open;      /* additionalProperties: true or patternProperties of several kinds */
    uint32_t parts; /* schemas that were gathered */
    PlNode *rest;   /* schema of further properties */
    PlNode *items;      /* a schema, or a list of schemas */
    PlNode *more_items; /* what follows a list of schemas */
    PlNode *values; /* enum */
    PlNode *constant;
    PlStr format;
    PL_VEC(PlProperty) properties;
    PlMap by_name; /* name -> index + 1; used from INDEXED properties on */
    PlMap required;
    bool has_required;
    PL_VEC(PlNode *) groups; /* oneOf and anyOf lists that say something */
    PL_VEC(const PlMapping *) seen;
} PlShape;

void pl_keywords_read(const PlNode *schema, PlKeywords *out);
static inline bool pl_keywords_have(const PlKeywords *k, PlKeyword keyword)
{
    return (k->mask & 1u << keyword) != 0;
}
/* True when, apart from documentation, the schema is only a reference. */
bool pl_keywords_only_ref(const PlKeywords *k);

void pl_shape_init(PlShape *shape, PlRefs *refs);
void pl_shape_gather(PlShape *shape, PlNode *schema);
bool pl_shape_requires(const PlShape *shape, const PlProperty *property);
PlShape pl_shape_copy(const PlShape *shape); /* gathering into the copy leaves the original as it is */
/* What the schema is by its `type`, or what it must be by its other keywords; 0: anything. */
uint32_t pl_shape_kinds(const PlShape *shape);

#endif
