/* SPDX-License-Identifier: MIT */
/* Inside vm/value: the compiled form of schemas. A node is one schema at its place; nodes of one document with one base address belong to a
 * resource. Nodes refer to each other by pointers, cycles included. */
#ifndef PL_VALUE_SCHEMA_NODE_H
#define PL_VALUE_SCHEMA_NODE_H

#include "vm/base/map.h"
#include "vm/value/schema.h"

typedef struct PlSchemaNode PlSchemaNode;
typedef struct PlSchemaResource PlSchemaResource;

/* A schema with an address of its own ($id), or a document. */
struct PlSchemaResource {
    PlStr address; /* absolute, without fragment; may be empty */
    PlValue root;  /* borrowed */
    PlSchemaDraft draft;
    bool no_validation; /* its $vocabulary leaves out validation */
    bool formats;
    PlMap anchors;         /* name -> PlSchemaNode */
    PlMap dynamic_anchors; /* as above; "$recursive" for $recursiveAnchor of 2019-09 */
};

typedef struct PlSchemaGroup {
    PlSchemaNode **all;
    uint32_t count;
} PlSchemaGroup;

typedef struct PlSchemaNamed { /* by a property's name, or by a pattern of names */
    PlStr name;                /* of patternProperties: as PCRE2 has it */
    PlSchemaNode *node;
    PlStr *names; /* dependentRequired */
    uint32_t count;
} PlSchemaNamed;

typedef struct PlSchemaNames {
    PlSchemaNamed *all;
    uint32_t count;
    PlMap index; /* name -> number + 1, where there are many */
} PlSchemaNames;

enum { /* JSON types as bits */
       PL_SCHEMA_NULL = 1,
       PL_SCHEMA_BOOLEAN = 2,
       PL_SCHEMA_INTEGER = 4,
       PL_SCHEMA_NUMBER = 8,
       PL_SCHEMA_STRING = 16,
       PL_SCHEMA_ARRAY = 32,
       PL_SCHEMA_OBJECT = 64
};

struct PlSchemaNode {
    PlValue source; /* borrowed; a record, or yes/no */
    PlSchemaResource *resource;
    bool compiled, never;
    uint32_t types; /* 0: any */
    PlSchemaNode *ref, *dynamic_ref;
    PlStr dynamic_name; /* of dynamic_ref, when it leads to a $dynamicAnchor; "" : as a plain $ref */
    PlSchemaGroup all_of, any_of, one_of, prefix;
    PlSchemaNode *negated, *condition, *then, *otherwise;
    PlSchemaNames properties, patterns, dependent;
    PlSchemaNode *additional, *property_names, *items, *contains, *unevaluated_properties, *unevaluated_items;
    PlStr *required;
    uint32_t required_count;
    bool has_const, unique;
    PlValue constant, choices;                    /* borrowed; choices: a list, else nothing */
    PlValue minimum, maximum, above, below, step; /* nothing where not said; above and below exclude the bound */
    uint64_t min_len, max_len, min_items, max_items, min_fields, max_fields, min_contains, max_contains;
    PlStr pattern, regex, format; /* regex: the pattern as PCRE2 has it */
};

struct PlSchema {
    PlArena *arena;
    PlValues *values;
    PlSchemaOptions options;
    PlSchemaNode *root;
    PL_VEC(PlValue) held; /* documents, owned */
    PL_VEC(PlSchemaResource *) resources;
    PlMap by_address;               /* PlSchemaResource */
    PlMap nodes;                    /* by the record's address */
    PL_VEC(PlSchemaNode *) pending; /* to be compiled */
    bool tracks;                    /* some schema has unevaluated...: what was looked at must be known */
    uint32_t depth;
    PlSchemaIssues *issues;
};

/* schema_ref.c */
PlSchemaResource *pl_schema_add_document(PlSchema *s, PlStr address, PlValue root, PlSchemaDraft draft);
/* Where a reference of a schema leads; NULL when nowhere. */
PlSchemaNode *pl_schema_resolve(PlSchema *s, const PlSchemaResource *from, PlStr ref);
/* The node of this schema in this resource, made when it is not yet there. NULL for what is no schema. */
PlSchemaNode *pl_schema_node(PlSchema *s, PlSchemaResource *resource, PlValue schema);
PlStr pl_schema_join(PlArena *arena, PlStr base, PlStr ref); /* RFC 3986 section 5.2 */
/* schema_meta.c: the schema of schemas, as JSON; "" for an address that is none's. */
PlStr pl_schema_meta(PlStr address, PlSchemaDraft *draft);
/* schema_pattern.c: as PCRE2 has it; false when ECMA-262 knows no such pattern. */
bool pl_schema_translate(PlBuf *out, PlStr pattern);
/* schema_compile.c */
void pl_schema_read_node(PlSchema *s, PlSchemaNode *node);
void pl_schema_fault(PlSchema *s, PlStr at, const char *keyword, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static inline bool pl_schema_get(PlValue record, const char *name, PlValue *out)
{
    return record.tag == PL_RECORD && pl_record_find(record, pl_str_z(name), out);
}

#endif
