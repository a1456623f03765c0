/* SPDX-License-Identifier: MIT */
/* pilotc plan: from a goal to a plan. A model writes it once; what the compiler could not settle goes back to it at most twice; then the review. Whatever the
 * model wrote is only text until the compiler has read it, and only a plan until a person has approved it. */
#include "compiler/cli/model.h"
#include "compiler/cli/pilotc.h"
#include "compiler/trade/prompt.h"
#include "vm/code/review.h"

#include <errno.h>
#include <stdio.h>

typedef struct Work {
    PlArena *arena;
    PlcOptions o;
    PlProject project;
    PlCompileOptions compile;
    PlcModel model;
    const char *output, *model_name, *reviewer;
    bool review_by_model;
    PlStr goal;
    PlSession session;
    PlCompiled compiled;
} Work;

/* Fences and think-aloud are read as noise by the parser; only the text's end is seen to. */
static PlStr tidy(PlArena *arena, PlStr said)
{
    return pl_arena_printf(arena, PL_FMT "\n", PL_ARG(pl_str_trim(said)));
}

static int draft(Work *w)
{
    PlCompiled catalog;
    PlPrompt prompt;
    PlStr said;
    PlStatus status = pl_compile_catalog(w->arena, &w->compile, &catalog);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    pl_prompt(w->arena, catalog.catalog, w->goal, 0, &prompt);
    if (!plc_model_ask(&w->model, prompt.system, prompt.user, PL_STR(""), &said)) return pl_status_exit_code(PL_NETWORK);
    pl_session_begin(&w->session, w->arena, tidy(w->arena, said), &w->compile);
    plc_model_rounds(&w->model, &w->session, w->goal, true);
    return -1;
}

static int write_plan(const Work *w)
{
    PlStr text = w->session.text;
    if (!w->output || strcmp(w->output, "-") == 0) return fwrite(text.ptr, 1, text.len, stdout) == text.len ? 0 : 2;
    errno = 0;
    PlStatus status = pl_buf_write_file(w->output, text);
    if (status == PL_OK) return 0;
    return pl_cli_fail(status, "cannot write %s: %s", w->output, errno ? strerror(errno) : pl_status_words(status));
}

static int judge(Work *w)
{
    PlcModel other = {0};
    PlStr repaired;
    if (w->reviewer) {
        int code = plc_model_open(&other, w->arena, w->compile.project, w->reviewer);
        if (code >= 0) return code;
    }
    PlcVerdict verdict = plc_model_judge(w->reviewer ? &other : &w->model, &w->compiled, w->goal, &repaired);
    if (w->reviewer) plc_model_say_used(&other);
    plc_model_close(&other);
    if (verdict == PLC_VERDICT_NONE) return pl_status_exit_code(PL_NETWORK);
    if (verdict == PLC_VERDICT_BLOCK) return 1;
    if (verdict != PLC_VERDICT_REPAIR || pl_str_eq(repaired, w->compiled.exact)) return 0;
    PlCompiled again = {0};
    PlStatus status = pl_compile(w->arena, repaired, &w->compile, &again);
    if (status == PL_OK && again.ok) {
        w->session.text = repaired;
        w->compiled = again;
        return 0;
    }
    plc_print_findings(w->arena, &w->o, &again, NULL);
    return pl_cli_fail(PL_INVALID, "the plan as the review would have it does not compile: it stays as it was");
}

/* To where the plan does not go. */
static void print_review(const Work *w)
{
    PlBuf out;
    PlReviewOptions none = {0};
    pl_buf_init(&out, 0);
    pl_review_print(&out, w->arena, &w->compiled.module, &none);
    if (w->output && strcmp(w->output, "-") != 0) (void)pl_cli_put(&out);
    else pl_cli_say(&out);
}

static int finish(Work *w)
{
    PlStatus status = pl_compile(w->arena, w->session.text, &w->compile, &w->compiled);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    plc_print_findings(w->arena, &w->o, &w->compiled, NULL);
    int code = w->compiled.diags.errors ? 1 : w->compiled.diags.questions ? 5 : 0;
    if (code == 0 && w->review_by_model) code = judge(w);
    int put = write_plan(w);
    if (w->compiled.ok) print_review(w);
    plc_model_say_used(&w->model);
    return code ? code : put;
}

int plc_cmd_plan(PlArena *arena, int argc, char **argv)
{
    Work *w = PL_NEW(arena, Work);
    PlcOptions *o = &w->o;
    w->arena = arena;
    const PlCliOption options[] = {{"output", 'o', PL_CLI_TEXT, &w->output, "FILE", "where the plan goes (default: standard output)"},
                                   PLC_PLUGIN_OPTIONS(*o),
                                   {"model", 0, PL_CLI_TEXT, &w->model_name, "PLUGIN", "which model of the project writes (default: the first)"},
                                   {"review-by-model", 0, PL_CLI_FLAG, &w->review_by_model, NULL, "let a model judge the exact plan; it approves nothing"},
                                   {"reviewer", 0, PL_CLI_TEXT, &w->reviewer, "PLUGIN", "which model of the project judges (default: the one that writes)"},
                                   {"verbose", 'v', PL_CLI_FLAG, &o->verbose, NULL, "also the notes on API documents"}};
    const PlCliCommand command = {"pilotc plan \"GOAL\" [-o FILE.pilot] [options]",
                                  "Lets the project's language model write a plan, checks it, and asks it at most twice about what is open or wrong.\n"
                                  "The review comes last: nothing runs before a person approves it.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (rest.count != 1) return pl_cli_fail(PL_USAGE, "give the goal as one text\n  = help: usage: %s", command.usage);
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    w->goal = pl_str_z(rest.items[0]);
    if (w->reviewer) w->review_by_model = true;
    const char *path = w->output && strcmp(w->output, "-") != 0 ? w->output : "plan.pilot";
    code = plc_load(arena, o, path, &w->project, &diags, &w->compile);
    if (code < 0) code = plc_model_open(&w->model, arena, w->compile.project, w->model_name);
    if (code >= 0) return code;
    code = draft(w);
    if (code < 0) code = finish(w);
    plc_model_close(&w->model);
    return code;
}
