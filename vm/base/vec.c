/* SPDX-License-Identifier: MIT */
/* The growth of PL_VEC: doubling, the old storage stays behind in the arena. */
#include "vm/base/vec.h"

void *pl_vec_room(PlArena *arena, void *items, uint32_t len, uint32_t *cap, size_t size)
{
    if (len < *cap) return items;
    if (*cap >= UINT32_C(1) << 31) pl_arena_escape(arena, PL_LIMIT);
    uint32_t grown = *cap ? *cap * 2 : 4;
    void *moved = pl_arena_alloc(arena, pl_arena_size_mul(arena, size, grown), _Alignof(max_align_t));
    if (len) memcpy(moved, items, len * size);
    *cap = grown;
    return moved;
}
