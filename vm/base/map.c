/* SPDX-License-Identifier: MIT */
/* Entries in insertion order beside an open-addressing index of entry numbers (linear probing, at most 3/4 full).
 * Small maps have no index: up to SMALL entries are compared one by one. */
#include "vm/base/map.h"

enum { SMALL = 8 };

void pl_map_init(PlMap *map, PlArena *arena)
{
    *map = (PlMap){.arena = arena};
}

static bool entry_is(const PlMapEntry *e, uint64_t hash, PlStr key)
{
    return e->hash == hash && pl_str_eq(e->key, key);
}

static PlMapEntry *find(const PlMap *map, PlStr key, uint64_t hash)
{
    if (!map->slots) {
        for (uint32_t i = 0; i < map->len; i++)
            if (entry_is(&map->entries[i], hash, key)) return &map->entries[i];
        return NULL;
    }
    uint32_t mask = map->slot_count - 1;
    for (uint32_t i = (uint32_t)hash & mask; map->slots[i]; i = (i + 1) & mask)
        if (entry_is(&map->entries[map->slots[i] - 1], hash, key)) return &map->entries[map->slots[i] - 1];
    return NULL;
}

PlMapEntry *pl_map_find(const PlMap *map, PlStr key)
{
    return map->len ? find(map, key, pl_str_hash(key)) : NULL;
}

static void index_entry(PlMap *map, uint32_t n)
{
    uint32_t mask = map->slot_count - 1, i = (uint32_t)map->entries[n].hash & mask;
    while (map->slots[i]) i = (i + 1) & mask;
    map->slots[i] = n + 1;
}

static void grow(PlMap *map)
{
    if (map->cap >= UINT32_C(1) << 29) pl_arena_escape(map->arena, PL_LIMIT);
    uint32_t cap = map->cap ? map->cap * 2 : SMALL;
    PlMapEntry *entries = PL_NEW_N(map->arena, PlMapEntry, cap);
    if (map->len) memcpy(entries, map->entries, map->len * sizeof *entries);
    map->entries = entries;
    map->cap = cap;
    if (cap <= SMALL) return;
    map->slot_count = cap * 2;
    map->slots = PL_NEW_N(map->arena, uint32_t, map->slot_count);
    for (uint32_t i = 0; i < map->len; i++) index_entry(map, i);
}

PlMapEntry *pl_map_put(PlMap *map, PlStr key, bool *added)
{
    uint64_t hash = pl_str_hash(key);
    PlMapEntry *e = find(map, key, hash);
    if (added) *added = !e;
    if (e) return e;
    if (map->len == map->cap) grow(map);
    e = &map->entries[map->len++];
    *e = (PlMapEntry){.key = key, .hash = hash};
    if (map->slots) index_entry(map, map->len - 1);
    return e;
}
