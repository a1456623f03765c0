/* SPDX-License-Identifier: MIT */
/* The goldens' tool of the checker: `golden_check FILE` reads a plan with the documents that its Use lines name (relative to its folder), checks it, and
 * prints the diagnostics, then the exact plan. Comment lines steer it: "# strict", "# answer: ID = VALUE" (then the answered plan is printed first). When
 * the plan is right its exact form is checked again: that must change nothing and give no notes. */
#include "compiler/ask/answer.h"
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"

#include <stdio.h>

typedef struct Work {
    PlArena *arena;
    PlAnswers answers;
    PlCompileOptions options;
} Work;

static void read_directives(Work *w, PlStr text)
{
    for (size_t at = 0; at < text.len;) {
        size_t end = pl_str_find_char(text, '\n', at);
        if (end == PL_STR_NONE) end = text.len;
        PlStr line = pl_str_slice(text, at, end);
        at = end + 1;
        if (pl_str_eq_z(line, "# strict")) w->options.check.strict = true;
        size_t equals = pl_str_find_char(line, '=', 0);
        if (!pl_str_starts(line, PL_STR("# answer: ")) || equals == PL_STR_NONE) continue;
        PlAnswer answer = {.key = pl_str_trim(pl_str_slice(line, 10, equals)), .value = pl_str_trim(pl_str_slice(line, equals + 1, line.len))};
        answer.key_span = answer.value_span = PL_NO_SPAN;
        pl_vec_push(w->arena, &w->answers.all, answer);
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
static int check_again(Work *w, PlCompiled *compiled, PlStr exact)
{
    PlDiags diags;
    pl_diags_init(&diags, w->arena, &compiled->sources);
    PlPlan *plan = pl_parse(w->arena, &diags, pl_sources_add(&compiled->sources, PL_STR("exact"), exact));
    bool ok = pl_check(w->arena, &diags, compiled->catalog, plan, NULL);
    PlStr again = print_of(w, plan);
    if (ok && diags.notes == 0 && pl_str_eq(again, exact)) return 0;
    printf("=== the exact plan is no fixed point\n");
    print_diags(&diags);
    printf(PL_FMT, PL_ARG(again));
    return 1;
}

static void answer(Work *w, PlSession *session, PlStr text)
{
    PlDiags findings;
    pl_diags_init(&findings, w->arena, &session->compiled.sources);
    pl_answer_all(session, &w->answers, &findings);
    print_diags(&findings);
    if (!pl_str_eq(session->text, text)) printf("=== answered plan\n" PL_FMT "=== findings\n", PL_ARG(session->text));
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
    Work w = {.arena = arena, .options.plan_path = pl_str_z(argv[1])};
    PlSession session;
    read_directives(&w, pl_buf_str(&file));
    pl_session_begin(&session, arena, pl_buf_str(&file), &w.options);
    if (w.answers.all.len) answer(&w, &session, pl_buf_str(&file));
    PlCompiled *compiled = &session.compiled;
    print_diags(&compiled->diags);
    int status = 0;
    if (compiled->checked) {
        PlStr exact = print_of(&w, compiled->plan);
        printf("=== exact plan\n" PL_FMT, PL_ARG(exact));
        status = check_again(&w, compiled, exact);
    }
    pl_arena_free(arena);
    pl_buf_deinit(&file);
    return status;
}
