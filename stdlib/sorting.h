/* SPDX-License-Identifier: MIT */
/* Orders and groups by a list of keys that stands beside the list of items; what list clauses and the functions on lists share. Both
 * lists have the same length. */
#ifndef PL_STDLIB_SORTING_H
#define PL_STDLIB_SORTING_H

#include "stdlib/builtin.h"

/* Stable. PL_INVALID when two keys cannot be compared. Nothing comes last, in either direction. */
PlStatus pl_sorted(PlBuiltinContext *context, PlList *items, const PlList *keys, bool descending, PlValue *out);
/* The first item of each key, in order. */
PlStatus pl_distinct(PlBuiltinContext *context, const PlList *items, const PlList *keys, PlValue *out);
/* The index of the item with the least (or greatest) key, the first of several; UINT32_MAX when all keys are nothing. */
PlStatus pl_extreme(PlBuiltinContext *context, const PlList *keys, bool greatest, uint32_t *out);

#endif
