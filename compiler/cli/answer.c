/* SPDX-License-Identifier: MIT */
/* Questions answered and the answers written back: from a file, then by asking at the terminal. The plan's file is the only record of an answer. */
#include "compiler/ask/answers_file.h"
#include "compiler/cli/model.h"
#include "compiler/cli/pilotc.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

typedef struct Work {
    PlArena *arena;
    const PlcOptions *o;
    const char *path;
    PlStr saved; /* the plan as it stands in its file */
    PlStatus status;
} Work;

bool plc_can_ask(const PlcOptions *o)
{
    if (o->json || o->never_ask) return false;
    return o->ask || (o->may_ask && isatty(STDIN_FILENO) && isatty(STDERR_FILENO));
}

static PlStatus fail_write(const char *path, PlStatus status, int reason)
{
    fprintf(stderr, "error[P0004]: cannot write %s: %s\n", path, status == PL_IO && reason ? strerror(reason) : pl_status_words(status));
    return status;
}

PlStatus plc_write_plan(PlArena *arena, const char *path, PlStr before, PlStr text)
{
    PlStr now;
    if (!pl_cli_read(arena, path, PL_LIMIT_SOURCE_BYTES, &now)) return PL_IO;
    if (!pl_str_eq(now, before)) {
        fprintf(stderr, "error[P0004]: cannot write %s: it was changed meanwhile\n  = help: run the command again\n", path);
        return PL_IO;
    }
    errno = 0;
    PlStatus status = pl_buf_write_file(path, text);
    return status == PL_OK ? PL_OK : fail_write(path, status, errno);
}

static PlStatus save_to(Work *w, PlStr text)
{
    const char *to = w->o->answered;
    if (!to && strcmp(w->path, "-") != 0) return plc_write_plan(w->arena, w->path, w->saved, text);
    if (!to) {
        fprintf(stderr, "error[P0004]: cannot write the answers back: the plan came from standard input\n  = help: say `--answered FILE`\n");
        return PL_USAGE;
    }
    errno = 0;
    if (strcmp(to, "-") == 0) return fwrite(text.ptr, 1, text.len, stdout) == text.len ? PL_OK : fail_write("standard output", PL_IO, errno);
    PlStatus status = pl_buf_write_file(to, text);
    return status == PL_OK ? PL_OK : fail_write(to, status, errno);
}

/* Of the dialogue: after each answer, so that nothing that was said is lost. */
static bool save(void *with, PlStr text)
{
    Work *w = with;
    bool at_end = w->o->answered && strcmp(w->o->answered, "-") == 0;
    if (at_end) return true;
    w->status = save_to(w, text);
    if (w->status == PL_OK) w->saved = pl_arena_str(w->arena, text);
    return w->status == PL_OK;
}

/* The findings about the answers file, its source moved to where the plan's findings are printed from. */
static void keep_findings(const PlDiags *from, uint32_t source, PlCompiled *out)
{
    for (uint32_t i = 0; i < from->all.len; i++) {
        PlDiag *d = from->all.items[i];
        if (d->span.source != PL_NO_SOURCE) d->span.source = source;
        for (uint32_t k = 0; k < d->related.len; k++) d->related.items[k].span.source = source;
        pl_diags_keep(&out->diags, d);
    }
}

/* What the project's model can answer from the plan and its goal. A person is asked about the rest. */
static void ask_model(Work *w, PlSession *session)
{
    PlcModel model;
    const PlPlan *plan = session->compiled.plan;
    if (plc_model_open(&model, session->arena, session->options->project, w->o->model) >= 0) {
        w->status = PL_USAGE;
        return;
    }
    plc_model_rounds(&model, session, plan->goal.len ? plan->goal : plan->workflow, false);
    plc_model_say_used(&model);
    plc_model_close(&model);
    if (!pl_str_eq(session->text, w->saved)) (void)save(w, session->text);
}

static void work(Work *w, PlSession *session, PlStr bytes, PlDiags *findings)
{
    PlAnswers answers = {0};
    if (w->o->answers && pl_answers_read(findings, pl_str_z(w->o->answers), bytes, &answers)) {
        pl_answer_all(session, &answers, findings);
        if (!pl_str_eq(session->text, w->saved)) (void)save(w, session->text);
    }
    if (w->status == PL_OK && findings->errors == 0 && session->compiled.diags.questions && w->o->ask_model) ask_model(w, session);
    if (w->status == PL_OK && findings->errors == 0 && session->compiled.diags.questions && plc_can_ask(w->o)) {
        (void)plc_dialogue(session, save, w);
    }
}

/* In an arena of its own, which is gone whatever happens; the text and the findings are of the caller's. */
static PlStatus in_session(Work *w, PlStr text, PlStr bytes, const PlCompileOptions *options, PlDiags *findings, PlStr *answered)
{
    PlEscape escape;
    PlSession session;
    PlArena *volatile own = pl_arena_new(&escape, 0);
    if (!own) return PL_NOMEM;
    if (setjmp(escape.at)) {
        pl_arena_free(own);
        fprintf(stderr, "error[P0003]: %s while answering questions\n", pl_status_words(escape.status));
        return escape.status;
    }
    pl_session_begin(&session, own, text, options);
    work(w, &session, bytes, findings);
    *answered = pl_arena_str(w->arena, session.text);
    pl_arena_free(own);
    return w->status;
}

PlStatus plc_answer(PlArena *arena, const PlcOptions *o, const char *path, PlStr text, const PlCompileOptions *options, PlCompiled *out)
{
    Work w = {.arena = arena, .o = o, .path = path, .saved = text};
    PlStr bytes = PL_STR(""), answered = text;
    PlSources sources;
    PlDiags findings;
    pl_sources_init(&sources, arena);
    pl_diags_init(&findings, arena, &sources);
    if (o->answers && !pl_cli_read(arena, o->answers, PL_LIMIT_SOURCE_BYTES, &bytes)) return PL_IO;
    PlStatus status = in_session(&w, text, bytes, options, &findings, &answered);
    if (status == PL_OK && o->answered && strcmp(o->answered, "-") == 0) status = save_to(&w, answered);
    if (status == PL_OK && !pl_str_eq(answered, text)) status = pl_compile(arena, answered, options, out);
    if (findings.all.len) keep_findings(&findings, pl_sources_add(&out->sources, pl_str_z(o->answers), bytes), out);
    return status;
}
