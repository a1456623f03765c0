/* SPDX-License-Identifier: MIT */
/* A set of values by pl_equal, numbered in the order they were added: for unique, group, join. In the run's heap; freed by
 * pl_keyset_deinit, or with the heap when something escapes. Borrows its values. */
#ifndef PL_STDLIB_KEYSET_H
#define PL_STDLIB_KEYSET_H

#include "vm/value/value.h"

typedef struct PlKeyset {
    PlHeap *heap;
    PlValue *keys;    /* [count] */
    uint64_t *hashes;
    uint32_t *slots;  /* number + 1 */
    uint32_t count, cap, slot_count;
} PlKeyset;

#define PL_KEYSET_NONE UINT32_MAX
void pl_keyset_init(PlKeyset *set, PlHeap *heap);
void pl_keyset_deinit(PlKeyset *set);
uint32_t pl_keyset_find(const PlKeyset *set, PlValue key); /* its number, or PL_KEYSET_NONE */
uint32_t pl_keyset_add(PlKeyset *set, PlValue key, bool *added);

#endif
