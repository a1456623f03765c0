/* SPDX-License-Identifier: MIT */
/* pilotvm settle, answer: what a person says to a parked run from outside, as rows of its journal (spec/effects.md, spec/running.md). Nothing is sent and
 * nothing runs here: `pilotvm resume` goes on. A row is only written for something that the journal says is open. */
#include "vm/cli/vm.h"

#include "vm/io/terminal.h"

#include <pwd.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

typedef struct Open { /* a call in doubt, or a question without an answer */
    PlStr path, body;
    uint32_t site, attempt;
    bool is_question;
} Open;

typedef struct Scan {
    PlArena *arena;
    bool questions;    /* which of the two is looked for */
    PL_VEC(Open) open;
    bool has_ended;
} Scan;

static PlStatus scan_row(void *user, const PlRow *row)
{
    Scan *scan = user;
    PlRowKind opens = scan->questions ? PL_ROW_ASK : PL_ROW_INDOUBT, closes = scan->questions ? PL_ROW_ANSWER : PL_ROW_RESOLVE;
    if (row->kind == PL_ROW_END) scan->has_ended = true;
    if (row->kind != opens && row->kind != closes && !(row->kind == PL_ROW_INTENT && !scan->questions)) return PL_OK;
    for (uint32_t i = scan->open.len; i-- > 0;) { /* a later attempt closes too: the doubt about this one was no reason to stop */
        const Open *o = &scan->open.items[i];
        if (!pl_str_eq(o->path, row->path) || (row->kind != PL_ROW_INTENT && o->attempt != row->attempt)) continue;
        scan->open.items[i] = pl_vec_last(&scan->open);
        scan->open.len--;
    }
    Open o = {pl_arena_str(scan->arena, row->path), pl_arena_str(scan->arena, row->body), row->site, row->attempt, scan->questions};
    if (row->kind == opens) pl_vec_push(scan->arena, &scan->open, o);
    return PL_OK;
}

typedef struct Said {
    PlvOptions options;
    const char *result, *note, *deny;
    PlStr run, path, word; /* path, word: "" when not given */
    PlStore *store;
    PlJournalPort journal;
} Said;

static int list_open(const Scan *scan, PlStr run)
{
    for (uint32_t i = 0; i < scan->open.len; i++) {
        const Open *o = &scan->open.items[i];
        PlStr question;
        if (o->is_question && plv_json_text(scan->arena, o->body, "question", &question))
            fprintf(stderr, "  " PL_FMT "  asks: " PL_FMT "\n", PL_ARG(o->path), PL_ARG(question));
        else fprintf(stderr, "  " PL_FMT "  attempt %u: " PL_FMT "\n", PL_ARG(o->path), o->attempt, PL_ARG(o->body));
    }
    if (scan->open.len)
        fprintf(stderr, "  = help: pilotvm %s " PL_FMT " PATH %s\n", scan->questions ? "answer" : "settle", PL_ARG(run),
                scan->questions ? "ANSWER" : "applied|not-applied|skip|abort");
    return 2;
}

/* The one that is meant; NULL after a message. */
static const Open *choose(const Said *said, const Scan *scan, int *code)
{
    const Open *found = NULL;
    for (uint32_t i = 0; i < scan->open.len; i++)
        if (!said->path.len || pl_str_eq(said->path, scan->open.items[i].path)) found = &scan->open.items[i];
    bool several = !said->path.len && scan->open.len > 1;
    if (scan->has_ended) *code = pl_cli_fail(PL_USAGE, "run " PL_FMT " has ended", PL_ARG(said->run));
    else if (!found && said->path.len)
        *code = pl_cli_fail(PL_USAGE, scan->questions ? "nothing is asked at " PL_FMT : "nothing is in doubt at " PL_FMT, PL_ARG(said->path));
    else if (!found) *code = pl_cli_fail(PL_USAGE, "nothing is %s in run " PL_FMT, scan->questions ? "asked" : "in doubt", PL_ARG(said->run));
    else if (several || !said->word.len) *code = pl_cli_fail(PL_USAGE, "say %s; the run has these:", several ? "which one" : "what happened");
    else return found;
    if (!scan->has_ended) list_open(scan, said->run);
    return NULL;
}

static int write_row(Said *said, PlRowKind kind, const Open *open, uint32_t attempt, PlBuf *body, const char *words)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct passwd *user = getpwuid(geteuid());
    pl_buf_put_z(body, ",\"who\":");
    pl_buf_put_json(body, pl_str_z(user ? user->pw_name : "command line"));
    pl_buf_put_char(body, '}');
    PlRow row = {.kind = kind, .site = open->site, .attempt = attempt, .path = open->path, .body = pl_buf_str(body),
                 .wall_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000};
    PlStatus status = body->status == PL_OK ? said->journal.append(said->journal.self, &row) : body->status;
    if (status == PL_OK) status = said->journal.barrier(said->journal.self);
    if (status != PL_OK) return pl_cli_fail(status, "the store cannot be written: %s", pl_status_words(status));
    if (!said->options.quiet)
        fprintf(stderr, "%s " PL_FMT "; `pilotvm resume " PL_FMT "` goes on\n", words, PL_ARG(open->path), PL_ARG(said->run));
    return 0;
}

/* A result is checked before it gets into a row. */
static bool is_json(const char *text)
{
    PlStr value;
    PlBuf object;
    pl_buf_init(&object, 0);
    pl_buf_printf(&object, "{\"v\":%s}", text);
    bool good = object.status == PL_OK && plv_json_raw(pl_buf_str(&object), "v", &value) && value.len == strlen(text);
    pl_buf_deinit(&object);
    return good;
}

static int settle(PlArena *arena, Said *said)
{
    static const char *const words[][2] = {{"applied", "applied"}, {"not-applied", "not_applied"}, {"skip", "skip"}, {"abort", "fail"}};
    const char *how = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_z(said->word, words[i][0])) how = words[i][1];
    if (said->word.len && !how) return pl_cli_fail(PL_USAGE, "`" PL_FMT "` is none of applied, not-applied, skip, abort", PL_ARG(said->word));
    if (said->result && !is_json(said->result)) return pl_cli_fail(PL_USAGE, "--result is no JSON: %s", said->result);
    int code = 2;
    Scan scan = {.arena = arena};
    PlStatus status = said->journal.each(said->journal.self, scan_row, &scan);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    const Open *open = choose(said, &scan, &code);
    if (!open) return code;
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_printf(&body, "{\"how\":\"%s\"", how);
    if (said->result) pl_buf_printf(&body, ",\"result\":%s", said->result);
    pl_buf_put_z(&body, ",\"note\":");
    pl_buf_put_json(&body, pl_str_z(said->note ? said->note : "settled by hand"));
    code = write_row(said, PL_ROW_RESOLVE, open, open->attempt, &body, "settled");
    pl_buf_deinit(&body);
    return code;
}

static bool put_answer(PlArena *arena, PlBuf *body, const Said *said, const Open *open)
{
    PlStr type, approval, request = PL_STR("");
    bool is_approval = plv_json_raw(open->body, "approval", &approval) && pl_str_eq_z(approval, "true");
    if (!plv_json_text(arena, open->body, "type", &type)) type = PL_STR("text");
    (void)plv_json_text(arena, open->body, "request", &request);
    bool fits = true;
    if (said->deny) {
        pl_buf_put_z(body, "{\"denied\":true,\"reason\":");
        pl_buf_put_json(body, pl_str_z(said->deny));
    } else {
        pl_buf_put_z(body, "{\"answer\":");
        fits = pl_terminal_put_answer(body, said->word, is_approval ? PL_STR("yes/no") : type);
    }
    if (!fits) pl_cli_fail(PL_USAGE, "`" PL_FMT "` is not an answer of type " PL_FMT, PL_ARG(said->word), PL_ARG(is_approval ? PL_STR("yes/no") : type));
    pl_buf_put_z(body, ",\"request\":");
    pl_buf_put_json(body, request);
    return fits;
}

static int answer(PlArena *arena, Said *said)
{
    int code = 2;
    Scan scan = {.arena = arena, .questions = true};
    PlStatus status = said->journal.each(said->journal.self, scan_row, &scan);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    if (said->deny) said->word = PL_STR("no");
    const Open *open = choose(said, &scan, &code);
    if (!open) return code;
    PlBuf body;
    pl_buf_init(&body, 0);
    if (put_answer(arena, &body, said, open)) code = write_row(said, PL_ROW_ANSWER, open, 0, &body, "answered");
    pl_buf_deinit(&body);
    return code;
}

/* RUN, RUN WORD, or RUN PATH WORD; with --deny the word is left out. */
static int take_words(Said *said, const PlCliList *rest)
{
    uint32_t most = said->deny ? 2 : 3;
    if (rest->count < 1 || rest->count > most) return pl_cli_fail(PL_USAGE, "give a run, the step's path where several are open, and what you say");
    said->run = pl_str_z(rest->items[0]);
    said->path = said->word = PL_STR("");
    bool has_path = rest->count == most;
    if (has_path) said->path = pl_str_z(rest->items[1]);
    if (!said->deny && rest->count > 1) said->word = pl_str_z(rest->items[rest->count - 1]);
    return -1;
}

static int open_store(PlArena *arena, Said *said)
{
    PlProject project = {0};
    bool found;
    int code = plv_project(arena, &said->options, NULL, &project, &found);
    if (code >= 0) return code;
    PlStr file = plv_store_file_of(arena, plv_store_place(arena, &said->options, found ? &project : NULL), said->run);
    if (file.len == 0) return 2;
    said->store = plv_open_store(arena, &said->options, file, &code);
    if (!said->store) return code;
    PlStoredRun run;
    PlStatus status = pl_store_open_run(said->store, said->run, &run, &said->journal);
    if (status == PL_OK) {
        said->run = pl_arena_str(arena, run.id);
        return -1;
    }
    pl_store_close(said->store);
    return pl_cli_fail(PL_USAGE, "there is no run " PL_FMT, PL_ARG(said->run));
}

static int say(PlArena *arena, Said *said, const PlCliCommand *command, int argc, char **argv, int (*then)(PlArena *, Said *))
{
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, command, argc, argv, &rest);
    if (code < 0) code = take_words(said, &rest);
    if (code < 0) code = open_store(arena, said);
    if (code >= 0) return code;
    code = then(arena, said);
    pl_store_close(said->store);
    return code;
}

#define PLACE_OPTIONS(o)                                                                                               \
    {"store", 's', PL_CLI_TEXT, &(o).store, "PATH", "the file or folder of runs"}, {"quiet", 'q', PL_CLI_FLAG, &(o).quiet, NULL, "only errors"},       \
    {"no-project", 0, PL_CLI_FLAG, &(o).no_project, NULL, "read no project file"}

int plv_cmd_settle(PlArena *arena, int argc, char **argv)
{
    Said said = {0};
    const PlCliOption options[] = {PLACE_OPTIONS(said.options),
                                   {"result", 'r', PL_CLI_TEXT, &said.result, "JSON", "applied: what the call gave"},
                                   {"note", 'n', PL_CLI_TEXT, &said.note, "TEXT", "who decided, and why; with abort it is the error's message"}};
    const PlCliCommand command = {"pilotvm settle RUN [PATH] applied|not-applied|skip|abort [options]",
                                  "Says what happened to a call that nobody knew the fate of. `applied`: it was done; `not-applied`: send it again;\n"
                                  "`skip`: go on without it; `abort`: fail the step. Without a word it lists the calls in doubt.",
                                  options, sizeof options / sizeof *options};
    return say(arena, &said, &command, argc, argv, settle);
}

int plv_cmd_answer(PlArena *arena, int argc, char **argv)
{
    Said said = {0};
    const PlCliOption options[] = {PLACE_OPTIONS(said.options),
                                   {"deny", 'd', PL_CLI_TEXT, &said.deny, "REASON", "refuse instead"}};
    const PlCliCommand command = {"pilotvm answer RUN [PATH] ANSWER [options]",
                                  "Answers a question, or approves, for a run that is parked. Without an answer it lists the open questions.", options,
                                  sizeof options / sizeof *options};
    return say(arena, &said, &command, argc, argv, answer);
}
