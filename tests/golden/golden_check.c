/* SPDX-License-Identifier: MIT */
/* The goldens' tool of the checker: `golden_check FILE` reads a plan with the documents that its Use lines name (relative to its folder), checks it, and
 * prints the diagnostics, then the exact plan. Comment lines steer it: "# strict", "# answer: ID = VALUE". When the plan is right its exact form is
 * checked again: that must change nothing and give no notes. */
#include "compiler/check/check.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"

#include <stdio.h>

enum { ANSWERS = 16 };

typedef struct Work {
    PlArena *arena;
    PlSources *sources;
    PlDiags *diags;
    PlTypes *types;
    PlCatalog *catalog;
    PlStr folder;
    PlAnswer answers[ANSWERS];
    PlCheckOptions options;
} Work;

static void read_directives(Work *w, PlStr text)
{
    w->options.answers = w->answers;
    for (size_t at = 0; at < text.len;) {
        size_t end = pl_str_find_char(text, '\n', at);
        if (end == PL_STR_NONE) end = text.len;
        PlStr line = pl_str_slice(text, at, end);
        at = end + 1;
        if (pl_str_eq_z(line, "# strict")) w->options.strict = true;
        size_t equals = pl_str_find_char(line, '=', 0);
        if (!pl_str_starts(line, PL_STR("# answer: ")) || equals == PL_STR_NONE || w->options.answer_count == ANSWERS) continue;
        w->answers[w->options.answer_count++] = (PlAnswer){pl_str_trim(pl_str_slice(line, 10, equals)), pl_str_trim(pl_str_slice(line, equals + 1, line.len))};
    }
}

static void load_plugins(Work *w, const PlPlan *plan)
{
    for (uint32_t i = 0; i < plan->uses.len; i++) {
        const PlUse *use = &plan->uses.items[i];
        if (!use->path.len) continue;
        PlStr path = pl_arena_printf(w->arena, PL_FMT "/" PL_FMT, PL_ARG(w->folder), PL_ARG(use->path));
        PlPlugin *plugin;
        if (pl_catalog_add_file(w->catalog, use->name, path.ptr, NULL, &plugin) != PL_OK) fprintf(stderr, "cannot load %s\n", path.ptr);
    }
}

static PlStr print_of(Work *w, const PlPlan *plan)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_plan(&buf, plan);
    PlStr s = pl_arena_str(w->arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return s;
}

static void print_diags(PlDiags *diags)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diags_print(&out, diags, false);
    fwrite(pl_buf_str(&out).ptr, 1, out.len, stdout);
    pl_buf_deinit(&out);
}

/* The exact plan is a fixed point. */
static int check_again(Work *w, PlStr exact)
{
    PlDiags diags;
    pl_diags_init(&diags, w->arena, w->sources);
    PlPlan *plan = pl_parse(w->arena, &diags, pl_sources_add(w->sources, PL_STR("exact"), exact));
    bool ok = pl_check(w->arena, &diags, w->catalog, plan, NULL);
    PlStr again = print_of(w, plan);
    if (ok && diags.notes == 0 && pl_str_eq(again, exact)) return 0;
    printf("=== the exact plan is no fixed point\n");
    print_diags(&diags);
    printf(PL_FMT, PL_ARG(again));
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 2) return fprintf(stderr, "usage: golden_check FILE\n"), 2;
    PlBuf file;
    pl_buf_init(&file, 0);
    if (pl_buf_read_file(&file, argv[1]) != PL_OK) return fprintf(stderr, "golden_check: cannot read %s\n", argv[1]), 2;
    PlEscape escape;
    if (setjmp(escape.at)) return fprintf(stderr, "golden_check: out of memory\n"), 70;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return 70;
    Work w = {.arena = arena, .sources = PL_NEW(arena, PlSources), .diags = PL_NEW(arena, PlDiags), .types = PL_NEW(arena, PlTypes)};
    pl_sources_init(w.sources, arena);
    pl_diags_init(w.diags, arena, w.sources);
    pl_types_init(w.types, arena);
    w.catalog = pl_catalog_new(arena, w.sources, w.diags, w.types);
    const char *slash = strrchr(argv[1], '/');
    w.folder = slash ? pl_str(argv[1], (size_t)(slash - argv[1])) : PL_STR(".");
    read_directives(&w, pl_buf_str(&file));
    PlPlan *plan = pl_parse(arena, w.diags, pl_sources_add(w.sources, pl_str_z(slash ? slash + 1 : argv[1]), pl_buf_str(&file)));
    load_plugins(&w, plan);
    bool ok = pl_check(arena, w.diags, w.catalog, plan, &w.options) && w.diags->errors == 0;
    print_diags(w.diags);
    int status = 0;
    if (ok) {
        PlStr exact = print_of(&w, plan);
        printf("=== exact plan\n" PL_FMT, PL_ARG(exact));
        status = check_again(&w, exact);
    }
    pl_arena_free(arena);
    pl_buf_deinit(&file);
    return status;
}
