/* SPDX-License-Identifier: MIT */
/* The disassembly of a module that has one of everything, compared whole: tests/unit/sample_module.dump. UNIT_ACCEPT=1 writes it anew. */
#include "tests/unit/sample_module.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

#define EXPECTED "tests/unit/sample_module.dump"

TEST(sample)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlModule m;
    PlBuf out, expected;
    sample_module(&m, arena);
    pl_buf_init(&out, 0);
    CHECK(pl_module_write(&m, &out) == PL_OK);
    pl_buf_clear(&out);
    pl_module_dump(&out, &m);
    if (getenv("UNIT_ACCEPT")) CHECK(pl_buf_write_file(EXPECTED, pl_buf_str(&out)) == PL_OK);
    pl_buf_init(&expected, 0);
    CHECK(pl_buf_read_file(&expected, EXPECTED) == PL_OK);
    CHECK_STR(pl_buf_str(&out), expected.ptr ? expected.ptr : "");
    pl_buf_deinit(&expected);
    pl_buf_deinit(&out);
    pl_arena_free(arena);
}

UNIT_MAIN
