/* SPDX-License-Identifier: MIT */
/* Open addressing over value hashes, which are keyed per process: only the numbers, which follow the order of adding, are ever shown. */
#include "stdlib/keyset.h"

enum { FIRST_KEYS = 16 };

void pl_keyset_init(PlKeyset *set, PlHeap *heap)
{
    *set = (PlKeyset){.heap = heap};
}

void pl_keyset_deinit(PlKeyset *set)
{
    pl_heap_release(set->heap, set->keys, set->cap * sizeof *set->keys);
    pl_heap_release(set->heap, set->hashes, set->cap * sizeof *set->hashes);
    pl_heap_release(set->heap, set->slots, set->slot_count * sizeof *set->slots);
    *set = (PlKeyset){.heap = set->heap};
}

static void grow(PlKeyset *set)
{
    if (set->cap > UINT32_MAX / 8) pl_heap_escape(set->heap, PL_LIMIT);
    uint32_t cap = set->cap ? set->cap * 2 : FIRST_KEYS, slots = cap * 2;
    set->keys = pl_heap_resize(set->heap, set->keys, set->cap * sizeof *set->keys, cap * sizeof *set->keys);
    set->hashes = pl_heap_resize(set->heap, set->hashes, set->cap * sizeof *set->hashes, cap * sizeof *set->hashes);
    pl_heap_release(set->heap, set->slots, set->slot_count * sizeof *set->slots);
    set->cap = cap;
    set->slots = pl_heap_alloc(set->heap, slots * sizeof *set->slots);
    set->slot_count = slots;
    memset(set->slots, 0, slots * sizeof *set->slots);
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t at = (uint32_t)set->hashes[i] & (slots - 1);
        while (set->slots[at]) at = (at + 1) & (slots - 1);
        set->slots[at] = i + 1;
    }
}

static uint32_t find_hashed(const PlKeyset *set, PlValue key, uint64_t hash, uint32_t *slot)
{
    uint32_t mask = set->slot_count - 1, at = (uint32_t)hash & mask;
    for (; set->slots[at]; at = (at + 1) & mask) {
        uint32_t i = set->slots[at] - 1;
        if (set->hashes[i] == hash && pl_equal(set->keys[i], key)) return i;
    }
    *slot = at;
    return PL_KEYSET_NONE;
}

uint32_t pl_keyset_find(const PlKeyset *set, PlValue key)
{
    uint32_t unused;
    return set->count ? find_hashed(set, key, pl_value_hash(key), &unused) : PL_KEYSET_NONE;
}

uint32_t pl_keyset_add(PlKeyset *set, PlValue key, bool *added)
{
    if (set->count == set->cap) grow(set);
    uint64_t hash = pl_value_hash(key);
    uint32_t slot, found = find_hashed(set, key, hash, &slot);
    *added = found == PL_KEYSET_NONE;
    if (!*added) return found;
    set->keys[set->count] = key;
    set->hashes[set->count] = hash;
    set->slots[slot] = ++set->count;
    return set->count - 1;
}
