/* SPDX-License-Identifier: MIT */
/* The schemas of a document as the validator takes them (vm/value/schema.h): each schema becomes one of JSON Schema 2020-12 with an address of its
 * own, "mock:7", when something asks for it; cycles are references. Not looked at here: values.
 *
 * What documents mean and do not say is put in: `nullable`, bounds of draft 4, lists as `items`, wrong names of types, numbers in the enum of a
 * text. What they say and do not mean is loosened: `oneOf` becomes `anyOf`, with the alternative that a discriminator names; a closed part of a
 * whole (allOf, an alternative, what is referred to) takes what other parts of it know; a field that only answers have need not be sent. A
 * schema's meaning so depends on the whole that it stands in, and its address stands for both. */
#ifndef PL_SERVICE_MOCK_CONVERT_H
#define PL_SERVICE_MOCK_CONVERT_H

#include "vm/service/mock_schema.h"
#include "vm/value/schema.h"

typedef struct PlMockConverted { /* a schema within a whole */
    PlMockSchema *part, *whole;
} PlMockConverted;

typedef struct PlMockConvert {
    PlMockSchemas *schemas;
    bool answer;        /* what goes to the client: read-only and write-only change places */
    bool broken;        /* a compile was left by an escape, or the document is too large: everything fits */
    PlSchema *compiled; /* NULL: nothing was asked yet */
    PL_VEC(PlMockConverted) all; /* by number */
    PlMap numbers;      /* address of part and whole -> number + 1 */
} PlMockConvert;

/* The validator's schema of this one; NULL when everything fits. It is the converter's, and good until the next call. */
PlSchema *pl_mock_convert(PlMockSchemas *schemas, PlMockSchema *schema, bool answer);
/* Without the references that only lead on: where fields of its values are looked up. */
PlMockSchema *pl_mock_whole(PlMockSchemas *schemas, PlMockSchema *schema);

#endif
