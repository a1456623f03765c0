/* SPDX-License-Identifier: MIT */
/* Any bytes as one expression and as one type: both end, and an expression that reads prints to text that reads to the same print. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static PlExpr *read_expr(PlArena *arena, PlStr text)
{
    PlSources *sources = PL_NEW(arena, PlSources);
    PlDiags *diags = PL_NEW(arena, PlDiags);
    pl_sources_init(sources, arena);
    pl_diags_init(diags, arena, sources);
    PlExpr *e = pl_parse_expr(arena, diags, pl_sources_add(sources, PL_STR("fuzz"), text));
    if (!e && diags->errors == 0) abort();
    return e;
}

static PlStr print_of(PlArena *arena, const PlExpr *e)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_expr(&buf, e);
    PlStr s = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, (size_t)1 << 30);
    if (!arena) return 0;
    if (setjmp(escape.at)) abort();
    PlStr text = pl_str((const char *)data, size);
    PlExpr *e = read_expr(arena, text);
    if (e) {
        PlStr once = print_of(arena, e);
        PlExpr *again = read_expr(arena, once);
        PlStr twice = again ? print_of(arena, again) : PL_STR("(does not read)");
        if (!pl_str_eq(once, twice)) {
            fprintf(stderr, "--- printed\n" PL_FMT "\n--- printed again\n" PL_FMT "\n", PL_ARG(once), PL_ARG(twice));
            abort();
        }
    }
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    if (!pl_parse_type(arena, &diags, pl_sources_add(&sources, PL_STR("fuzz"), text)) && diags.errors == 0) abort();
    pl_arena_free(arena);
    return 0;
}
