/* SPDX-License-Identifier: MIT */
/* Any bytes as a plan: the parser ends, its spans lie in their source, and a plan that reads without errors can be printed, reads again to the
 * same tree, and prints the same. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/plan_mutator.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Reading {
    PlSources sources;
    PlDiags diags;
    PlPlan *plan;
} Reading;

static void read_plan(PlArena *arena, Reading *rd, PlStr text)
{
    pl_sources_init(&rd->sources, arena);
    pl_diags_init(&rd->diags, arena, &rd->sources);
    rd->plan = pl_parse(arena, &rd->diags, pl_sources_add(&rd->sources, PL_STR("fuzz"), text));
    for (uint32_t i = 0; i < rd->diags.all.len; i++) {
        PlSpan span = rd->diags.all.items[i]->span;
        if (span.source == PL_NO_SOURCE) continue;
        if (span.source >= rd->sources.all.len || span.start > span.end || span.end > rd->sources.all.items[span.source].text.len) abort();
    }
}

static PlStr copy(PlArena *arena, PlBuf *buf)
{
    PlStr s = pl_arena_str(arena, pl_buf_str(buf));
    pl_buf_clear(buf);
    return s;
}

static _Noreturn void differ(const char *what, PlStr a, PlStr b)
{
    fprintf(stderr, "%s\n--- first\n" PL_FMT "\n--- second\n" PL_FMT "\n", what, PL_ARG(a), PL_ARG(b));
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlBuf buf;
    pl_buf_init(&buf, 0);
    PlArena *arena = pl_arena_new(&escape, (size_t)1 << 30);
    if (!arena) return 0;
    if (setjmp(escape.at)) abort(); /* 64 KiB of plan need no gigabyte */
    Reading first, second;
    read_plan(arena, &first, pl_str((const char *)data, size));
    pl_diags_print(&buf, &first.diags, false);
    pl_buf_clear(&buf);
    pl_ast_dump(&buf, first.plan);
    PlStr dump = copy(arena, &buf);
    pl_print_plan(&buf, first.plan);
    PlStr printed = copy(arena, &buf);
    if (first.diags.errors == 0) {
        read_plan(arena, &second, printed);
        pl_ast_dump(&buf, second.plan);
        PlStr dump2 = copy(arena, &buf);
        pl_print_plan(&buf, second.plan);
        PlStr printed2 = copy(arena, &buf);
        if (second.diags.errors) differ("what was printed does not read", printed, dump);
        if (!pl_str_eq(dump, dump2)) differ("printing changes the tree", dump, dump2);
        if (!pl_str_eq(printed, printed2)) differ("printing is not idempotent", printed, printed2);
    }
    pl_buf_deinit(&buf);
    pl_arena_free(arena);
    return 0;
}
