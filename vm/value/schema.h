/* SPDX-License-Identifier: MIT */
/* JSON Schema: does a value fit a schema. Drafts 2020-12 and 4 with everything that they require, and what lies between as far as it differs in
 * a line; OpenAPI 3.0's and 2.0's dialects of draft 4. A schema is compiled once (references resolved, keywords looked at) and then checks many
 * values. Not here: types (vm/code/type.h), which say what a plan may rely on and less than a schema does. Hostile schemas and
 * values end as "too much work", never in a crash or a stall. spec/schema.md. */
#ifndef PL_VALUE_SCHEMA_H
#define PL_VALUE_SCHEMA_H

#include "vm/value/value.h"

typedef struct PlSchema PlSchema;

typedef enum PlSchemaDraft {
    PL_SCHEMA_OPENAPI, /* draft 4 as OpenAPI 3.0 and 2.0 have it: nullable, x-nullable, no $schema, no id */
    PL_SCHEMA_DRAFT_4,
    PL_SCHEMA_DRAFT_6,
    PL_SCHEMA_DRAFT_7,
    PL_SCHEMA_2019_09,
    PL_SCHEMA_2020_12
} PlSchemaDraft;

typedef struct PlSchemaOptions {
    PlSchemaDraft draft; /* of schemas that do not say $schema */
    bool formats;        /* `format` is asserted, and not only said */
    PlStr base;          /* address of the schema itself; may be empty */
    PlStr pointer;       /* JSON pointer of the schema within `root`; "" : the root */
    /* Other documents: true with an owned value. Addresses are absolute, without fragment. NULL: there are none. */
    bool (*load)(void *context, PlStr address, PlValue *out);
    void *context;
    uint32_t documents; /* how many at most; 0: 1,000 */
} PlSchemaOptions;

/* A fault: of a schema at compile time, of a value afterwards. */
typedef struct PlSchemaIssue {
    PlStr at;      /* JSON pointer of the value (of the schema, for its own faults) */
    PlStr keyword; /* "minLength" */
    PlStr message; /* "must have at least 3 characters, found 1" */
    PlStr name;    /* of the field that is missing; else empty */
} PlSchemaIssue;

enum { PL_SCHEMA_ISSUES = 20 };

typedef struct PlSchemaIssues {
    PlSchemaIssue all[PL_SCHEMA_ISSUES];
    uint32_t count;
} PlSchemaIssues;

/* Compile `root`, which is retained until pl_schema_free. PL_INVALID with *issues when a reference leads nowhere or the schema is no
 * schema; memory comes from the arena, which must live as long; an escape from it leaves what is retained to the heap's end. What is
 * merely odd (a keyword of the wrong kind) is ignored. */
PL_MUST_USE PlStatus pl_schema_compile(PlArena *arena, PlValues *values, PlValue root, const PlSchemaOptions *options,
                                       PlSchema **out, PlSchemaIssues *issues);
/* Makes the schema at an address (absolute; `load` gives it when it is not there yet) the one that values are checked against. What was compiled
 * before is kept, so a set of schemas that refer to each other is compiled once. Fails as pl_schema_compile does, then nothing has changed;
 * after an escape the schema is not to be used again. */
PL_MUST_USE PlStatus pl_schema_turn(PlSchema *schema, PlStr address, PlSchemaIssues *issues);
void pl_schema_free(PlSchema *schema); /* gives back the values it holds; NULL is fine */

/* Whether the value fits; else *issues (may be NULL; texts in the arena) has the first faults. False with keyword "" and words when the
 * check was too much work. */
bool pl_schema_fits(PlSchema *schema, PlValue value, PlArena *arena, PlSchemaIssues *issues);

/* Does a text have a format of JSON Schema: "date-time", "uri"... True for names that are not known. */
bool pl_schema_format_fits(PlValues *values, PlStr format, PlStr text);
/* Whether a number is a whole multiple of another, in decimal: 0.3 of 0.1 is. `step` is more than 0. */
bool pl_schema_is_multiple(PlValue number, PlValue step);

#endif
