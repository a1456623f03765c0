/* SPDX-License-Identifier: MIT */
/* Schemas to types. A schema is read when it is asked for, once: the type's id stays in the schema's mapping, so shared
 * schemas are shared types and cycles are cycles of ids; nothing is expanded. spec/catalog.md section 4. */
#ifndef PL_COMPILER_CATALOG_SCHEMA_H
#define PL_COMPILER_CATALOG_SCHEMA_H

#include "compiler/catalog/shape.h"
#include "vm/code/type.h"

typedef struct PlDeferred {
    PlNode *schema;
    PlTypeId id;
    PlStr name;
} PlDeferred;

typedef struct PlSchemas {
    PlRefs *refs;
    PlDiags *diags;
    PlTypes *types;
    PlArena *arena;
    uint32_t depth;
    uint32_t fields; /* made so far */
    uint32_t merging,
        merged; /* alternatives within alternatives, and how many of this schema were merged with their base */
    PL_VEC(PlDeferred) deferred; /* reserved ids whose schemas stand too deep to be read at once */
} PlSchemas;

void pl_schemas_init(PlSchemas *schemas, PlRefs *refs, PlTypes *types);

/* The type of what a schema accepts. NULL (nothing declared) is ANY. */
PlTypeId pl_schema_type(PlSchemas *schemas, PlNode *schema);
/* As above where bytes may be sent as they are (multipart parts, 2.0 form data): format binary, and lists of it, are
 * files. */
PlTypeId pl_schema_part_type(PlSchemas *schemas, PlNode *schema);

/* The properties of a schema that is plainly an object with declared properties, in order; false for anything else
 * (unions, open maps, other types), which is then one value. */
bool pl_schema_object(PlSchemas *schemas, PlNode *schema, PlShape *out);
/* A keyword of the property itself or of what it refers to: "readOnly", "default" ... NULL when neither has it. */
PlNode *pl_schema_own(PlSchemas *schemas, const PlNode *schema, PlStr keyword);
/* The one value that a schema allows (const, or an enum of one); false when it allows more. */
bool pl_schema_only_value(PlSchemas *schemas, PlNode *schema, PlLiteral *out);

/* A node as a literal; lists and maps as compact JSON (PL_LIT_JSON). False when it is too large. `as_text`: numbers and
 * yes/no as they are written. */
bool pl_schema_literal(PlSchemas *schemas, const PlNode *node, bool as_text, PlLiteral *out);

#endif
