/* SPDX-License-Identifier: MIT */
/* pilotvm settle: a person says what became of a write that was sent and never answered. The word is a row of the journal like any other; the run goes on
 * with `pilotvm resume`. spec/effects.md, "Settling". */
#include "vm/cli/vm.h"

#include <stdio.h>
#include <time.h>

typedef struct Doubt {
    PlStr path;
    uint32_t attempt, site; /* of the INTENT */
    bool in_doubt, settled;
} Doubt;

static PlStatus look(void *user, const PlRow *row)
{
    Doubt *d = user;
    if (!pl_str_eq(row->path, d->path)) return PL_OK;
    if (row->kind == PL_ROW_INTENT) {
        d->attempt = row->attempt;
        d->site = row->site;
        d->in_doubt = d->settled = false;
    }
    d->in_doubt |= row->kind == PL_ROW_INDOUBT;
    d->settled |= row->kind == PL_ROW_RESOLVE;
    return PL_OK;
}

static int write_word(PlArena *arena, PlStore *store, PlStr id, Doubt *d, const char *how, const char *result, const char *note)
{
    PlStoredRun run;
    PlJournalPort journal;
    PlStatus status = pl_store_open_run(store, id, &run, &journal);
    if (status != PL_OK) return pl_cli_fail(PL_USAGE, "there is no run " PL_FMT, PL_ARG(id));
    id = pl_arena_str(arena, run.id);
    status = journal.each(journal.self, look, d);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    if (!d->in_doubt || d->settled) {
        return pl_cli_fail(PL_USAGE, "nothing is in doubt at " PL_FMT "\n  = help: `pilotvm show " PL_FMT "` prints the rows; INDOUBT names the path",
                           PL_ARG(d->path), PL_ARG(id));
    }
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_printf(&body, "{\"how\":\"%s\",\"note\":", how);
    pl_buf_put_json(&body, pl_str_z(note ? note : "settled by hand"));
    if (result) pl_buf_printf(&body, ",\"result\":%s", result);
    pl_buf_put_char(&body, '}');
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    PlRow row = {.kind = PL_ROW_RESOLVE, .site = d->site, .attempt = d->attempt, .path = d->path, .body = pl_buf_str(&body)};
    row.wall_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    status = journal.append(journal.self, &row);
    if (status == PL_OK) status = journal.barrier(journal.self);
    pl_buf_deinit(&body);
    if (status != PL_OK) return pl_cli_fail(status, "the journal cannot be written: %s", pl_status_words(status));
    fprintf(stderr, "settled " PL_FMT " as %s; `pilotvm resume " PL_FMT "` goes on\n", PL_ARG(d->path), how, PL_ARG(id));
    return 0;
}

static const char *how_of(const char *word)
{
    static const char *const words[][2] = {{"applied", "applied"}, {"not-applied", "not_applied"}, {"skip", "skip"}, {"abort", "fail"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i][0]) == 0) return words[i][1];
    }
    return NULL;
}

/* A result is JSON, checked before it gets into a row. */
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

int plv_cmd_settle(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const char *result = NULL, *note = NULL;
    const PlCliOption options[] = {{"result", 'r', PL_CLI_TEXT, &result, "JSON", "with applied: what the server answered, as the step's result"},
                                   {"note", 'n', PL_CLI_TEXT, &note, "TEXT", "who decided, and why"},
                                   {"store", 's', PL_CLI_TEXT, &o.store, "PATH", "the file or folder of runs"},
                                   {"no-project", 0, PL_CLI_FLAG, &o.no_project, NULL, "read no project file"}};
    const PlCliCommand command = {"pilotvm settle RUN PATH applied|not-applied|skip|abort [options]",
                                  "Says what became of a write that was sent and never answered: it was applied, it was not (it is sent again, as a new\n"
                                  "call), the step is skipped, or it fails. The word becomes a row of the journal.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    const char *how = rest.count == 3 ? how_of(rest.items[2]) : NULL;
    if (!how) return pl_cli_fail(PL_USAGE, "give a run, a path and a word\n  = help: usage: %s", command.usage);
    if (result && !is_json(result)) return pl_cli_fail(PL_USAGE, "--result is no JSON: %s", result);
    PlProject project = {0};
    bool found;
    code = plv_project(arena, &o, NULL, &project, &found);
    if (code >= 0) return code;
    PlStr id = pl_str_z(rest.items[0]), file = plv_store_file_of(arena, plv_store_place(arena, &o, found ? &project : NULL), id);
    if (file.len == 0) return 2;
    PlStore *store = plv_open_store(arena, &o, file, &code);
    if (!store) return code;
    Doubt doubt = {.path = pl_str_z(rest.items[1])};
    code = write_word(arena, store, id, &doubt, how, result, note);
    pl_store_close(store);
    return code;
}
