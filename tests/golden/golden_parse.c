/* SPDX-License-Identifier: MIT */
/* The goldens' tool: `golden_parse MODE FILE` prints what the syntax stage makes of a plan. MODE is "dump" (tree), "print" (as the formatter
 * writes it), "both", "errors" (tree and diagnostics; the plan has errors), each with the diagnostics behind; or "check": silent unless printing is
 * not idempotent or changes the tree. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"

#include <stdio.h>

typedef struct Reading {
    PlPlan *plan;
    PlDiags *diags;
} Reading;

static Reading read_plan(PlArena *arena, PlStr name, PlStr text)
{
    PlSources *sources = PL_NEW(arena, PlSources);
    Reading rd = {.diags = PL_NEW(arena, PlDiags)};
    pl_sources_init(sources, arena);
    pl_diags_init(rd.diags, arena, sources);
    rd.plan = pl_parse(arena, rd.diags, pl_sources_add(sources, name, text));
    return rd;
}

static PlStr dump_of(PlArena *arena, const PlPlan *plan)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_ast_dump(&buf, plan);
    PlStr s = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return s;
}

static PlStr print_of(PlArena *arena, const PlPlan *plan)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_plan(&buf, plan);
    PlStr s = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return s;
}

/* Where two texts part, for the eye. */
static void show_difference(const char *what, PlStr a, PlStr b)
{
    size_t i = 0, line = 0;
    while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i]) line = a.ptr[i++] == '\n' ? i : line;
    PlStr from_a = pl_str_slice(a, line, line + 400), from_b = pl_str_slice(b, line, line + 400);
    printf("%s\n--- first\n" PL_FMT "\n--- second\n" PL_FMT "\n", what, PL_ARG(from_a), PL_ARG(from_b));
}

static int check(PlArena *arena, const Reading *rd)
{
    if (rd->diags->errors) return 0; /* what could not be read is printed as it stands; no promise */
    PlStr once = print_of(arena, rd->plan), dump = dump_of(arena, rd->plan);
    Reading again = read_plan(arena, PL_STR("printed"), once);
    PlStr twice = print_of(arena, again.plan), dump2 = dump_of(arena, again.plan);
    if (again.diags->errors) return show_difference("the printed plan has errors", dump, once), 1;
    if (!pl_str_eq(dump, dump2)) return show_difference("printing changes the tree", dump, dump2), 1;
    if (!pl_str_eq(once, twice)) return show_difference("printing is not idempotent", once, twice), 1;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) return fprintf(stderr, "usage: golden_parse dump|print|both|errors|check FILE\n"), 2;
    PlBuf file, out;
    pl_buf_init(&file, 0);
    pl_buf_init(&out, 0);
    if (pl_buf_read_file(&file, argv[2]) != PL_OK) return fprintf(stderr, "golden_parse: cannot read %s\n", argv[2]), 2;
    PlEscape escape;
    if (setjmp(escape.at)) return fprintf(stderr, "golden_parse: out of memory\n"), 70;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return 70;
    const char *slash = strrchr(argv[2], '/');
    Reading rd = read_plan(arena, pl_str_z(slash ? slash + 1 : argv[2]), pl_buf_str(&file));
    int status = 0;
    if (strcmp(argv[1], "check") == 0) {
        status = check(arena, &rd);
    } else {
        if (strcmp(argv[1], "print") != 0) pl_ast_dump(&out, rd.plan);
        if (strcmp(argv[1], "both") == 0) pl_buf_put_z(&out, "----\n");
        if (strcmp(argv[1], "print") == 0 || strcmp(argv[1], "both") == 0) pl_print_plan(&out, rd.plan);
        if (rd.diags->all.len) pl_buf_put_z(&out, "----\n");
        pl_diags_print(&out, rd.diags, false);
        fwrite(out.ptr, 1, out.len, stdout);
        status = rd.diags->errors > 0;
    }
    pl_arena_free(arena);
    pl_buf_deinit(&file);
    pl_buf_deinit(&out);
    return status;
}
