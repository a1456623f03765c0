/* SPDX-License-Identifier: MIT */
/* A made answer as its schema wants it. What the maker puts together from examples, from the request and from what was stored before need not fit: examples are
 * wrong, parts contradict each other, a field has several alternatives. The validator says where, and those places alone are made anew. */
#ifndef PL_SERVICE_MOCK_MEND_H
#define PL_SERVICE_MOCK_MEND_H

#include "vm/service/mock_make.h"

/* The value, or one that has fewer faults. The field `keep` ("" : none) and fields that say where a list goes on stay as they are. `whole`: it may be made anew
 * altogether when nothing else helps. */
PlNode pl_mock_mend(PlMockMaker *maker, PlMockSchema *schema, const PlNode *value, PlStr keep, bool whole, uint64_t seed);

#endif
