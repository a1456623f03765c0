/* SPDX-License-Identifier: MIT */
/* Text to pointer-or-number map in an arena; iterates in insertion order, so output never depends on hashes.
 * No removal. Keys are borrowed: they must live as long as the arena. */
#ifndef PL_BASE_MAP_H
#define PL_BASE_MAP_H

#include "vm/base/arena.h"

typedef struct PlMapEntry {
    PlStr key;
    uint64_t hash;
    union {
        void *ptr;
        uint64_t num;
    } value;
} PlMapEntry;

typedef struct PlMap {
    PlArena *arena;
    PlMapEntry *entries; /* [len], in insertion order */
    uint32_t len, cap;
    uint32_t *slots; /* entry index + 1, open addressing */
    uint32_t slot_count;
} PlMap;

void pl_map_init(PlMap *map, PlArena *arena);
PlMapEntry *pl_map_find(const PlMap *map, PlStr key); /* NULL when absent; valid until the next put */
/* The entry for key, added with a zero value when absent; *added (may be NULL) says which. */
PlMapEntry *pl_map_put(PlMap *map, PlStr key, bool *added);
static inline void *pl_map_get(const PlMap *map, PlStr key)
{
    const PlMapEntry *e = pl_map_find(map, key);
    return e ? e->value.ptr : NULL;
}

#endif
