/* SPDX-License-Identifier: MIT */
/* A JSON Schema as providers take it in their strict mode: an object at the top, every field required, nothing further, few formats; and the way back from
 * an answer that was given under it. What the strict mode cannot say (a field of any type, free field names) is said in the usual one. */
#ifndef PL_STDLIB_AI_STRICT_H
#define PL_STDLIB_AI_STRICT_H

#include "vm/value/value.h"

typedef struct PlAiSchema {
    PlValue wanted;  /* what an answer must fit */
    PlValue sent;    /* what the provider is told: an object */
    bool is_strict;  /* `sent` is in the strict subset */
    bool is_wrapped; /* an answer is `{"result": ...}` */
} PlAiSchema;

/* Consumes `wanted`. Values are of the heap: released with pl_ai_schema_release, or gone with it. */
PlAiSchema pl_ai_schema_of_take(PlValues *values, PlValue wanted);
void pl_ai_schema_release(PlValues *values, PlAiSchema *schema);

/* The answer as it was wanted: unwrapped, without the nulls that only say "not there". Consumes `answer`. */
PlValue pl_ai_schema_back_take(PlValues *values, const PlAiSchema *schema, PlValue answer);

#endif
