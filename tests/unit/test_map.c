/* SPDX-License-Identifier: MIT */
/* Maps from one entry to many: found, absent, in order of insertion. */
#include "tests/unit/unit.h"
#include "vm/base/map.h"

TEST(put_and_find)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlArena *arena = pl_arena_new(&escape, 0);
    PlMap map;
    pl_map_init(&map, arena);
    CHECK(pl_map_find(&map, PL_STR("k0")) == NULL);
    CHECK(pl_map_get(&map, PL_STR("")) == NULL);
    for (uint64_t i = 0; i < 5000; i++) {
        PlStr key = pl_arena_printf(arena, "k%llu", (unsigned long long)i);
        bool added = false;
        PlMapEntry *e = pl_map_put(&map, key, &added);
        CHECK(added && e->value.num == 0);
        e->value.num = i;
        CHECK(pl_map_put(&map, key, &added) == e && !added);
        CHECK(pl_map_find(&map, PL_STR("k")) == NULL);
    }
    CHECK(map.len == 5000);
    for (uint64_t i = 0; i < 5000; i++) {
        CHECK_STR(map.entries[i].key, pl_arena_printf(arena, "k%llu", (unsigned long long)i).ptr);
        const PlMapEntry *e = pl_map_find(&map, map.entries[i].key);
        CHECK(e && e->value.num == i);
    }
    CHECK(pl_map_put(&map, PL_STR(""), NULL)->key.len == 0);
    CHECK(pl_map_find(&map, PL_STR("")) != NULL);
    pl_arena_free(arena);
}

UNIT_MAIN
