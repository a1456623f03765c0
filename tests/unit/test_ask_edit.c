/* SPDX-License-Identifier: MIT */
/* Edits of a text, and texts as a diff. */
#include "compiler/ask/diff.h"
#include "compiler/ask/edit.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static PlEscape escape;

static PlArena *arena_new(void)
{
    if (setjmp(escape.at)) abort(); /* an arena escaped */
    return pl_arena_new(&escape, 0);
}

static PlEdit edit(uint32_t start, uint32_t end, const char *text)
{
    return (PlEdit){{0, start, end}, pl_str_z(text)};
}

TEST(edits_are_made_together)
{
    PlArena *arena = arena_new();
    PlEditSet set;
    PlStr text = PL_STR("one two three");
    pl_edit_set_init(&set, arena, 0, text.len);
    CHECK(pl_edit_set_add(&set, (PlEdit[]){edit(8, 13, "3")}, 1));
    CHECK(pl_edit_set_add(&set, (PlEdit[]){edit(0, 0, ">"), edit(3, 4, "")}, 2));
    CHECK(pl_edit_set_add(&set, (PlEdit[]){edit(13, 13, "!")}, 1));
    CHECK_STR(pl_edit_set_apply(&set, text), ">onetwo 3!");
    pl_arena_free(arena);
}

TEST(a_group_goes_in_whole_or_not_at_all)
{
    PlArena *arena = arena_new();
    PlEditSet set;
    PlStr text = PL_STR("one two three");
    pl_edit_set_init(&set, arena, 0, text.len);
    CHECK(pl_edit_set_add(&set, (PlEdit[]){edit(4, 7, "2")}, 1));
    CHECK(!pl_edit_set_add(&set, (PlEdit[]){edit(0, 3, "1"), edit(6, 9, "x")}, 2)); /* overlaps */
    CHECK(!pl_edit_set_add(&set, (PlEdit[]){edit(0, 3, "1"), edit(2, 4, "x")}, 2)); /* overlaps itself */
    CHECK(!pl_edit_set_add(&set, (PlEdit[]){edit(12, 14, "x")}, 1));               /* outside */
    CHECK(!pl_edit_set_add(&set, (PlEdit[]){edit(5, 4, "x")}, 1));                 /* backwards */
    CHECK(!pl_edit_set_add(&set, (PlEdit[]){{{1, 0, 1}, PL_STR("x")}}, 1));        /* another source */
    CHECK(!pl_edit_set_add(&set, NULL, 0));
    CHECK_STR(pl_edit_set_apply(&set, text), "one 2 three");
    CHECK(pl_edit_set_add(&set, (PlEdit[]){edit(0, 0, "a")}, 1));
    CHECK(!pl_edit_set_add(&set, (PlEdit[]){edit(0, 0, "b")}, 1)); /* whose order would be chance */
    CHECK(pl_edit_set_add(&set, (PlEdit[]){edit(7, 7, "c")}, 1));
    CHECK_STR(pl_edit_set_apply(&set, text), "aone 2c three");
    pl_arena_free(arena);
}

static void check_diff(const char *before, const char *after, const char *expected)
{
    PlArena *arena = arena_new();
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diff_print(&out, arena, PL_STR("p"), pl_str_z(before), pl_str_z(after));
    CHECK_STR(pl_buf_str(&out), expected);
    pl_buf_deinit(&out);
    pl_arena_free(arena);
}

TEST(diffs)
{
    check_diff("a\n", "a\n", "");
    check_diff("", "a\n", "--- a/p\n+++ b/p\n@@ -0,0 +1 @@\n+a\n");
    check_diff("a\n", "", "--- a/p\n+++ b/p\n@@ -1 +0,0 @@\n-a\n");
    check_diff("a\nb\nc\n", "a\nx\nc\n", "--- a/p\n+++ b/p\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
    check_diff("a\nb", "a\nc", "--- a/p\n+++ b/p\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n");
    check_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "1x\n2\n3\n4\n5\n6\n7\n8\n9\n10x\n",
               "--- a/p\n+++ b/p\n@@ -1,4 +1,4 @@\n-1\n+1x\n 2\n 3\n 4\n@@ -7,4 +7,4 @@\n 7\n 8\n 9\n-10\n+10x\n");
    check_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1x\n2\n3\n4\n5\n6\n7\n8x\n",
               "--- a/p\n+++ b/p\n@@ -1,8 +1,8 @@\n-1\n+1x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+8x\n");
}

/* Past the table's ceiling the whole middle is one change. */
TEST(a_large_diff)
{
    PlArena *arena = arena_new();
    PlBuf a, b, out;
    pl_buf_init(&a, 0);
    pl_buf_init(&b, 0);
    pl_buf_init(&out, 0);
    for (int i = 0; i < 5000; i++) pl_buf_printf(&a, "a%d\n", i), pl_buf_printf(&b, "b%d\n", i);
    pl_diff_print(&out, arena, PL_STR("/p"), pl_buf_str(&a), pl_buf_str(&b));
    CHECK(pl_str_starts(pl_buf_str(&out), PL_STR("--- /p\n+++ /p\n@@ -1,5000 +1,5000 @@\n-a0\n-a1\n")));
    pl_buf_deinit(&a);
    pl_buf_deinit(&b);
    pl_buf_deinit(&out);
    pl_arena_free(arena);
}

UNIT_MAIN
