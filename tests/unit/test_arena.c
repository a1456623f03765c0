/* SPDX-License-Identifier: MIT */
/* Arenas: alignment, the ceiling at its edge, rewinding, escapes on limit and on failing memory. */
#include "tests/unit/unit.h"
#include "vm/base/arena_end.h"
#include "vm/base/arena.h"
#include "vm/base/fault.h"
#include "vm/base/limits.h"

TEST(alignment_and_zero)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlArena *arena = pl_arena_new(&escape, 0);
    for (size_t align = 1; align <= 16; align *= 2) {
        pl_arena_alloc(arena, 1, 1);
        char *p = pl_arena_zalloc(arena, 33, align);
        CHECK((uintptr_t)p % align == 0);
        for (int i = 0; i < 33; i++) CHECK(p[i] == 0);
        memset(p, 0xff, 33);
    }
    CHECK(pl_arena_alloc(arena, 0, 1) != NULL);
    PlStr s = pl_arena_str(arena, PL_STR("text"));
    CHECK_STR(s, "text");
    CHECK(s.ptr[4] == 0);
    CHECK_STR(pl_arena_str(arena, pl_str(NULL, 0)), "");
    CHECK_STR(pl_arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    pl_arena_free(arena);
    pl_arena_free(NULL);
}

/* The status with which work(arena) escapes, or PL_OK. */
static PlStatus escape_of(size_t ceiling, void (*work)(PlArena *))
{
    PlEscape escape;
    PlArena *volatile arena = pl_arena_new(&escape, ceiling);
    PlStatus status = PL_OK;
    if (setjmp(escape.at))
        status = escape.status;
    else
        work(arena);
    pl_arena_free(arena);
    return status;
}

static void take_1000(PlArena *arena)
{
    for (int i = 0; i < 10; i++) pl_arena_alloc(arena, 100, 1);
}

static void take_1001(PlArena *arena)
{
    take_1000(arena);
    pl_arena_alloc(arena, 1, 1);
}

static void take_huge(PlArena *arena)
{
    pl_arena_alloc(arena, SIZE_MAX - 8, 1);
}

static void multiply_too_far(PlArena *arena)
{
    PL_NEW_N(arena, uint64_t, SIZE_MAX / 4);
}

TEST(ceiling_at_its_edge)
{
    CHECK(escape_of(1000, take_1000) == PL_OK);
    CHECK(escape_of(1000, take_1001) == PL_LIMIT);
    CHECK(escape_of(0, take_huge) == PL_LIMIT); /* the default: PL_LIMIT_ARENA_BYTES */
    CHECK(escape_of(SIZE_MAX, take_huge) == PL_NOMEM);
    CHECK(escape_of(0, multiply_too_far) == PL_LIMIT);
}

static void take_ARENA_BYTES(PlArena *arena) /* not touched, so it costs address space only */
{
    pl_arena_alloc(arena, PL_LIMIT_ARENA_BYTES, 1);
}

static void take_more_than_ARENA_BYTES(PlArena *arena)
{
    pl_arena_alloc(arena, PL_LIMIT_ARENA_BYTES + 1, 1);
}

TEST(default_ceiling)
{
    PlStatus at = escape_of(0, take_ARENA_BYTES);
    CHECK(at == PL_OK || at == PL_NOMEM); /* a small machine may refuse */
    CHECK(escape_of(0, take_more_than_ARENA_BYTES) == PL_LIMIT);
}

TEST(memory_runs_out)
{
    PlEscape escape;
    pl_fault_arm(PL_FAULT_ALLOC, 0, false);
    CHECK(pl_arena_new(&escape, 0) == NULL);
    pl_fault_arm(PL_FAULT_ALLOC, 1, false); /* the first chunk */
    CHECK(escape_of(0, take_1000) == PL_NOMEM);
    CHECK(pl_fault_fired());
    pl_fault_disarm();
}

TEST(rewind)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlArena *arena = pl_arena_new(&escape, 4 * 1024 * 1024);
    PlArenaMark empty = pl_arena_mark(arena);
    char *kept = pl_arena_alloc(arena, 10, 1);
    memcpy(kept, "123456789", 10);
    PlArenaMark mark = pl_arena_mark(arena);
    size_t used = pl_arena_used(arena);
    for (int round = 0; round < 100; round++) { /* far past the ceiling if rewinding gave nothing back */
        for (int i = 0; i < 20; i++) memset(pl_arena_alloc(arena, 100000, 8), round, 100000);
        pl_arena_rewind(arena, mark);
        CHECK(pl_arena_used(arena) == used);
    }
    CHECK(strcmp(kept, "123456789") == 0);
    pl_arena_rewind(arena, empty);
    CHECK(pl_arena_used(arena) == 0);
    pl_arena_free(arena);
}

static char ended[8];

static void note_end(void *user)
{
    strncat(ended, user, 1);
}

/* What ends with an arena ends whichever way its owner left, the last first, and once. */
TEST(what_ends_with_it)
{
    static char a[] = "a", b[] = "b", c[] = "c";
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    ended[0] = 0;
    if (setjmp(escape.at) == 0) {
        pl_arena_end_new(arena, note_end)->user = a;
        pl_arena_end_new(arena, note_end)->user = b;
        (void)pl_arena_end_new(arena, note_end); /* it never came to be */
        pl_arena_end_new(arena, note_end)->user = c;
        pl_arena_end_now(arena, b);
        pl_arena_end_now(arena, b);
        pl_arena_end_now(arena, NULL);
        CHECK(strcmp(ended, "b") == 0);
        pl_arena_escape(arena, PL_NOMEM);
    }
    pl_arena_free(arena);
    CHECK(strcmp(ended, "bca") == 0);
}

UNIT_MAIN
