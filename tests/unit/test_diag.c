/* SPDX-License-Identifier: MIT */
/* Diagnostics: the table, limits, order, and the exact text of the layout. */
#include "tests/unit/unit.h"
#include "vm/base/diag.h"
#include "vm/base/limits.h"

#include <stdlib.h>

static PlEscape escape;

typedef struct World {
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlBuf out;
} World;

static void open_world(World *w, const char *text)
{
    if (setjmp(escape.at)) abort(); /* an arena escaped */
    w->arena = pl_arena_new(&escape, 0);
    pl_sources_init(&w->sources, w->arena);
    pl_diags_init(&w->diags, w->arena, &w->sources);
    pl_buf_init(&w->out, 0);
    pl_sources_add(&w->sources, PL_STR("plan.pilot"), pl_str_z(text));
}

static void close_world(World *w)
{
    pl_buf_deinit(&w->out);
    pl_arena_free(w->arena);
}

static PlDiag *report(World *w, uint32_t start, uint32_t end)
{
    return PL_REPORT(&w->diags, FILE_UNREADABLE, ((PlSpan){0, start, end}), "x", "gone");
}

/* All fields but the span by the caller; the whole text is compared. */
static void check_text(World *w, const PlDiag *d, const char *expected)
{
    pl_buf_clear(&w->out);
    pl_diag_print(&w->out, &w->diags, d, false);
    CHECK_STR(pl_buf_str(&w->out), expected);
}

TEST(table)
{
    for (int i = 0; i < PL_DIAG_COUNT; i++) {
        const PlDiagInfo *info = &pl_diag_infos[i];
        CHECK(strlen(info->code) == 5 && info->code[0] == 'P');
        CHECK(strlen(info->explain) > 40);
        CHECK(pl_diag_by_code(pl_str_z(info->code)) == (PlDiagCode)i);
    }
    CHECK(pl_diag_by_code(PL_STR("p0001")) == PL_D_FILE_UNREADABLE);
    CHECK(pl_diag_by_code(PL_STR("P9999")) == PL_DIAG_COUNT);
    CHECK(pl_diag_by_code(PL_STR("")) == PL_DIAG_COUNT);
}

TEST(layout)
{
    World w;
    open_world(&w, "one\ntwo\n\n\n   2.1. Note \"{message.subjct}\"\n");
    PlDiag *d = report(&w, 33, 39);
    pl_diag_label(&w.diags, d, "not in {subject: text, from: email}");
    pl_diag_help(&w.diags, d, "did you mean `subject`?");
    pl_diag_fix(&w.diags, d, (PlSpan){0, 33, 39}, PL_STR("subject"), true);
    check_text(&w, d,
               "error[P0001]: cannot read x: gone\n"
               "  --> plan.pilot:5:24\n"
               "   |\n"
               " 5 |    2.1. Note \"{message.subjct}\"\n"
               "   |                        ^^^^^^ not in {subject: text, from: email}\n"
               "   = help: did you mean `subject`?\n");
    close_world(&w);
}

TEST(fix_and_related)
{
    World w;
    open_world(&w, "1\n2\n3\n4\n5\n6\n7\n8\n9\nRepeat until done\n");
    PlDiag *d = report(&w, 18, 24);
    pl_diag_help(&w.diags, d, "give it a bound");
    d->fix.len = 0;
    pl_diag_fix(&w.diags, d, (PlSpan){0, 35, 35}, PL_STR(" at most 10 times"), false);
    pl_diag_related(&w.diags, d, (PlSpan){0, 2, 3}, "started %s", "here");
    check_text(&w, d,
               "error[P0001]: cannot read x: gone\n"
               "   --> plan.pilot:10:1\n"
               "    |\n"
               " 10 | Repeat until done\n"
               "    | ^^^^^^\n"
               "    = help: give it a bound\n"
               "    |\n"
               " 10 | Repeat until done at most 10 times\n"
               "    |                  +++++++++++++++++\n"
               "note: started here\n"
               "   --> plan.pilot:2:1\n"
               "    |\n"
               "  2 | 2\n"
               "    | -\n");
    d->fix.len = 0;
    pl_diag_fix(&w.diags, d, (PlSpan){0, 25, 30}, PL_STR("while\n  more"), false);
    d->related.len = 0;
    d->help = PL_STR("");
    check_text(&w, d,
               "error[P0001]: cannot read x: gone\n"
               "   --> plan.pilot:10:1\n"
               "    |\n"
               " 10 | Repeat until done\n"
               "    | ^^^^^^\n"
               "    = help: write\n"
               "    |\n"
               " 10 | Repeat while\n"
               " 11 |   more done\n");
    d->fix.len = 0;
    pl_diag_fix(&w.diags, d, (PlSpan){0, 24, 35}, PL_STR(""), true);
    check_text(&w, d,
               "error[P0001]: cannot read x: gone\n"
               "   --> plan.pilot:10:1\n"
               "    |\n"
               " 10 | Repeat until done\n"
               "    | ^^^^^^\n"
               "    = help: remove this\n");
    close_world(&w);
}

TEST(candidates)
{
    World w;
    open_world(&w, "Send it\n");
    PlDiag *d = report(&w, 0, 4);
    d->severity = PL_SEV_QUESTION;
    pl_diag_candidate(&w.diags, d, PL_STR("gmail.send"), PL_STR("sends a message"));
    pl_diag_candidate(&w.diags, d, PL_STR("ses.send"), PL_STR("sends in bulk"));
    pl_diag_candidate(&w.diags, d, PL_STR("x"), PL_STR(""));
    check_text(&w, d,
               "question[P0001]: cannot read x: gone\n"
               "  --> plan.pilot:1:1\n"
               "   |\n"
               " 1 | Send it\n"
               "   | ^^^^\n"
               "   = 1. gmail.send  sends a message\n"
               "   = 2. ses.send    sends in bulk\n"
               "   = 3. x\n");
    close_world(&w);
}

TEST(odd_spans)
{
    World w;
    open_world(&w, "ab\ncd\n");
    check_text(&w, report(&w, 6, 6), /* the end of the text */
               "error[P0001]: cannot read x: gone\n"
               "  --> plan.pilot:3:1\n"
               "   |\n"
               " 3 |\n"
               "   | ^\n");
    check_text(&w, report(&w, 1, 5), /* over two lines: marked to the end of the first */
               "error[P0001]: cannot read x: gone\n"
               "  --> plan.pilot:1:2\n"
               "   |\n"
               " 1 | ab\n"
               "   |  ^\n");
    check_text(&w, report(&w, 90, 99),
               "error[P0001]: cannot read x: gone\n"
               "  --> plan.pilot:3:1\n"
               "   |\n"
               " 3 |\n"
               "   | ^\n");
    PlDiag *d = PL_REPORT(&w.diags, FILE_UNREADABLE, PL_NO_SPAN, "x", "gone");
    check_text(&w, d, "error[P0001]: cannot read x: gone\n");
    uint32_t unread = pl_sources_add(&w.sources, PL_STR("other"), PL_STR(""));
    d->span = (PlSpan){unread, 0, 0};
    check_text(&w, d, "error[P0001]: cannot read x: gone\n  --> other\n");
    close_world(&w);
}

TEST(tabs_wide_and_unsafe_text)
{
    World w;
    open_world(&w, "\t\xe6\xbc\xa2x\xe2\x80\xae\x1b[31m\n");
    check_text(&w, report(&w, 4, 5),
               "error[P0001]: cannot read x: gone\n"
               "  --> plan.pilot:1:3\n"
               "   |\n"
               " 1 |     \xe6\xbc\xa2x\xef\xbf\xbd\xef\xbf\xbd[31m\n"
               "   |       ^\n");
    PlDiag *d = PL_REPORT(&w.diags, FILE_UNREADABLE, PL_NO_SPAN, "a\x1b]0;b", "c\nd");
    check_text(&w, d, "error[P0001]: cannot read a\xef\xbf\xbd]0;b: c\n  d\n");
    close_world(&w);
}

TEST(long_lines_are_clipped)
{
    World w;
    char text[401];
    memset(text, '.', 400);
    text[400] = 0;
    memcpy(text + 200, "HERE", 4);
    open_world(&w, text);
    char expected[600], dots[101];
    memset(dots, '.', 100);
    dots[100] = 0;
    snprintf(expected, sizeof expected,
             "error[P0001]: cannot read x: gone\n  --> plan.pilot:1:201\n   |\n 1 | ...%.30sHERE%.66s...\n   |    %30s^^^^\n",
             dots, dots, "");
    check_text(&w, report(&w, 200, 204), expected);
    snprintf(expected, sizeof expected,
             "error[P0001]: cannot read x: gone\n  --> plan.pilot:1:1\n   |\n 1 | %s...\n   | ^^\n", dots);
    check_text(&w, report(&w, 0, 2), expected);
    pl_buf_clear(&w.out);
    pl_diag_print(&w.out, &w.diags, report(&w, 0, 400), false); /* a span wider than the window */
    CHECK(w.out.len < 400);
    close_world(&w);
}

TEST(order_and_count)
{
    World w;
    open_world(&w, "abcdef\n");
    PlDiag *third = report(&w, 3, 4), *first = report(&w, 0, 1), *second = report(&w, 3, 3);
    PlDiag *none = PL_REPORT(&w.diags, FILE_UNREADABLE, PL_NO_SPAN, "x", "gone");
    second->code = PL_D_FILE_UNREADABLE;
    pl_diags_sort(&w.diags);
    CHECK(w.diags.all.items[0] == first && w.diags.all.items[1] == third); /* equal ones keep their order */
    CHECK(w.diags.all.items[2] == second && w.diags.all.items[3] == none);
    pl_buf_clear(&w.out);
    pl_diags_print(&w.out, &w.diags, false);
    CHECK(pl_str_ends(pl_buf_str(&w.out), PL_STR("\n\n4 errors\n")));
    close_world(&w);
}

TEST(no_more_than_DIAGS_are_kept)
{
    World w;
    open_world(&w, "x\n");
    for (uint64_t i = 0; i < PL_LIMIT_DIAGS; i++) CHECK(report(&w, 0, 1) != NULL);
    CHECK(w.diags.all.len == PL_LIMIT_DIAGS);
    CHECK(report(&w, 0, 1) != NULL);
    CHECK(w.diags.all.len == PL_LIMIT_DIAGS && w.diags.errors == PL_LIMIT_DIAGS + 1);
    pl_diags_print(&w.out, &w.diags, false);
    CHECK(pl_str_ends(pl_buf_str(&w.out), PL_STR("\n201 errors (1 not shown)\n")));
    close_world(&w);
}

TEST(nothing_to_say)
{
    World w;
    open_world(&w, "x\n");
    pl_diags_print(&w.out, &w.diags, true);
    CHECK(w.out.len == 0);
    close_world(&w);
}

TEST(colour)
{
    World w;
    open_world(&w, "x\n");
    pl_diag_print(&w.out, &w.diags, report(&w, 0, 1), true);
    PlStr s = pl_buf_str(&w.out);
    CHECK(pl_str_starts(s, PL_STR("\033[1;31merror[P0001]\033[0m\033[1m: cannot read x: gone\033[0m\n")));
    CHECK(pl_str_find(s, PL_STR("\033[1;31m^\033[0m\n"), 0) != PL_STR_NONE);
    close_world(&w);
}

UNIT_MAIN
