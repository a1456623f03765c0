/* SPDX-License-Identifier: MIT */
/* Offsets to lines and columns. */
#include "tests/unit/unit.h"
#include "vm/base/source.h"

static void check_position(PlSources *sources, uint32_t source, uint32_t offset, uint32_t line, uint32_t column)
{
    PlPosition at = pl_sources_position(sources, source, offset);
    if (at.line == line && at.column == column) return;
    fprintf(stderr, "offset %u: found %u:%u, expected %u:%u\n", offset, at.line, at.column, line, column);
    CHECK(!"position");
}

TEST(positions)
{
    PlEscape escape;
    if (setjmp(escape.at)) {
        CHECK(!"escaped");
        return;
    }
    PlArena *arena = pl_arena_new(&escape, 0);
    PlSources sources;
    pl_sources_init(&sources, arena);
    uint32_t a = pl_sources_add(&sources, PL_STR("a"), PL_STR("one\r\n\xc3\xa9t\xc3\xa9\n\nlast"));
    uint32_t empty = pl_sources_add(&sources, PL_STR("b"), PL_STR(""));
    uint32_t newline = pl_sources_add(&sources, PL_STR("c"), PL_STR("x\n"));
    CHECK(a == 0 && empty == 1 && newline == 2);
    check_position(&sources, a, 0, 1, 1);
    check_position(&sources, a, 3, 1, 4);
    check_position(&sources, a, 5, 2, 1);
    check_position(&sources, a, 7, 2, 2);
    check_position(&sources, a, 10, 2, 4);
    check_position(&sources, a, 11, 3, 1);
    check_position(&sources, a, 12, 4, 1);
    check_position(&sources, a, 999, 4, 5);
    check_position(&sources, empty, 0, 1, 1);
    check_position(&sources, newline, 2, 2, 1);
    check_position(&sources, 7, 0, 0, 0);
    check_position(&sources, PL_NO_SOURCE, 0, 0, 0);
    CHECK_STR(pl_sources_line(&sources, a, 1), "one");
    CHECK_STR(pl_sources_line(&sources, a, 2), "\xc3\xa9t\xc3\xa9");
    CHECK_STR(pl_sources_line(&sources, a, 3), "");
    CHECK_STR(pl_sources_line(&sources, a, 4), "last");
    CHECK_STR(pl_sources_line(&sources, a, 5), "");
    CHECK_STR(pl_sources_line(&sources, a, 0), "");
    CHECK_STR(pl_sources_line(&sources, empty, 1), "");
    CHECK_STR(pl_sources_line(&sources, newline, 2), "");
    CHECK_STR(pl_sources_line(&sources, PL_NO_SOURCE, 1), "");
    pl_arena_free(arena);
}

UNIT_MAIN
