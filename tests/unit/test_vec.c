/* SPDX-License-Identifier: MIT */
/* Growing arrays. */
#include "tests/unit/unit.h"
#include "vm/base/vec.h"

TEST(push)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlArena *arena = pl_arena_new(&escape, 0);
    PL_VEC(uint32_t) v = {0};
    for (uint32_t i = 0; i < 10000; i++) pl_vec_push(arena, &v, i * 3);
    CHECK(v.len == 10000 && pl_vec_last(&v) == 9999 * 3);
    for (uint32_t i = 0; i < v.len; i++) CHECK(v.items[i] == i * 3);
    pl_arena_free(arena);
}

TEST(no_more_than_2_31_items)
{
    PlEscape escape;
    PlArena *volatile arena = pl_arena_new(&escape, 0);
    uint32_t cap = UINT32_C(1) << 31;
    if (setjmp(escape.at)) {
        CHECK(escape.status == PL_LIMIT);
    } else {
        pl_vec_room(arena, NULL, cap, &cap, 1);
        CHECK(!"room beyond the limit");
    }
    pl_arena_free(arena);
}

UNIT_MAIN
