/* SPDX-License-Identifier: MIT */
/* Values made from schemas: the document's examples where there are any, else plausible ones. The same seed and schema give the same value. A
 * made value fits its schema where that is possible without search; what is left mock_mend.h sees to. */
#ifndef PL_SERVICE_MOCK_MAKE_H
#define PL_SERVICE_MOCK_MAKE_H

#include "vm/service/mock_schema.h"

typedef struct PlMockMaker {
    PlMockSchemas *schemas;
    PlArena *arena;      /* of the request */
    PL_VEC(const PlMockSchema *) stack; /* records that are being made: recursion is cut */
    uint32_t budget;     /* values left; then only what is required is made */
    bool plain;          /* without examples and defaults, and of alternatives the one with this number: */
    uint32_t turn;
    bool request;        /* the value is to be sent: write-only fields are made, read-only ones are not */
    int64_t now_us;      /* times are near it; fixed, so that answers repeat */
} PlMockMaker;

void pl_mock_maker_init(PlMockMaker *maker, PlMockSchemas *schemas, PlArena *arena);
PlNode pl_mock_make(PlMockMaker *maker, PlMockSchema *schema, PlStr name, uint64_t seed);
/* `given` completed to what the schema wants of an answer: its own fields stay (write-only ones go), required ones that lack are made, and
 * read-only ones and defaults. Anything but a record comes back as it is. */
PlNode pl_mock_complete(PlMockMaker *maker, PlMockSchema *schema, const PlNode *given, uint64_t seed);
/* The value as the schema's kind where its text says so: an id "7" of an integer schema is 7. */
PlNode pl_mock_of_text(PlMockSchemas *schemas, PlMockSchema *schema, PlStr text);
/* A field by which lists say where they go on: nextPageToken, next_cursor, has_more, @odata.nextLink ... */
bool pl_mock_is_next(PlStr name);

#endif
