/* SPDX-License-Identifier: MIT */
/* pilotvm redact: erase what a run was given, sent and got, and keep what it did (spec/journal.md). For what must not be kept, and for rules of retention. */
#include "vm/cli/vm.h"
#include "vm/value/time.h"

#include <pwd.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

typedef struct Redact {
    PlvOptions options;
    const char *why, *older;
    int64_t now_us, before_us; /* ended before that; INT64_MAX: whenever */
    PlStr path;
    PL_VEC(PlStr) ids;
    PlArena *arena;
    uint64_t runs, rows;
} Redact;

static PlStatus collect(void *user, const PlStoredRun *run)
{
    Redact *r = user;
    bool ended = run->state == PL_STORED_DONE || run->state == PL_STORED_FAILED || run->state == PL_STORED_FORKED;
    if (ended && run->rows > 0 && run->changed_us < r->before_us) pl_vec_push(r->arena, &r->ids, pl_arena_str(r->arena, run->id));
    return PL_OK;
}

static int redact(Redact *r, PlStore *store, PlStr id)
{
    const struct passwd *user = getpwuid(geteuid());
    uint64_t rows;
    PlStatus status = pl_store_erase(store, id, r->path, pl_str_z(user ? user->pw_name : "command line"), pl_str_z(r->why), r->now_us, &rows);
    if (status == PL_INVALID) return pl_cli_fail(PL_USAGE, "there is no run " PL_FMT "\n  = help: `pilotvm runs` lists them", PL_ARG(id));
    if (status == PL_WAITING)
        return pl_cli_fail(PL_USAGE, "run " PL_FMT " has not ended: it needs its rows\n  = help: `pilotvm why " PL_FMT "` says what it waits for",
                           PL_ARG(id), PL_ARG(id));
    if (status != PL_OK) return pl_cli_fail(status, PL_FMT ": %s", PL_ARG(id), pl_status_words(status));
    r->runs += rows > 0;
    r->rows += rows;
    return 0;
}

static int redact_all(Redact *r)
{
    PlStr place, *files;
    int worst = plv_place(r->arena, &r->options, &place);
    if (worst >= 0) return worst;
    worst = 0;
    uint32_t count = plv_store_files(r->arena, place, &files);
    for (uint32_t i = 0; i < count; i++) {
        int code = 0;
        PlStore *store = plv_open_store(r->arena, &r->options, files[i], &code);
        r->ids.len = 0;
        if (store && pl_store_each_run(store, collect, r) != PL_OK) code = pl_cli_fail(PL_IO, "cannot read " PL_FMT, PL_ARG(files[i]));
        for (uint32_t k = 0; k < r->ids.len && code == 0; k++) code = redact(r, store, r->ids.items[k]);
        if (store) plv_close_store(r->arena, store);
        if (code) worst = code;
    }
    return worst;
}

/* -1 to go on. */
static int check_options(Redact *r, const PlCliList *rest)
{
    int64_t us;
    int32_t months = 0;
    if (!r->why) return pl_cli_fail(PL_USAGE, "say why: the journal keeps the reason\n  = help: --why TEXT");
    if (r->options.all ? rest->count > 0 : rest->count < 1 || rest->count > 2)
        return pl_cli_fail(PL_USAGE, "give a run, and a path where only one step is meant, or --all\n  = help: `pilotvm runs` lists the runs");
    if (r->older && !r->options.all) return pl_cli_fail(PL_USAGE, "--older-than goes with --all");
    if (r->older && (!pl_time_read_duration(pl_str_z(r->older), &us, &months) || us < 0 || months))
        return pl_cli_fail(PL_USAGE, "--older-than wants a duration such as \"180 days\", found %s", r->older);
    r->before_us = r->older ? r->now_us - us : INT64_MAX;
    r->path = !r->options.all && rest->count == 2 ? pl_str_z(rest->items[1]) : PL_STR("");
    return -1;
}

int plv_cmd_redact(PlArena *arena, int argc, char **argv)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    Redact r = {.arena = arena, .now_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000};
    const PlCliOption options[] = {{"why", 'w', PL_CLI_TEXT, &r.why, "TEXT", "the reason, kept in the journal"},
                                   {"all", 'a', PL_CLI_FLAG, &r.options.all, NULL, "every run of the store that has ended"},
                                   {"older-than", 0, PL_CLI_TEXT, &r.older, "DURATION", "with --all: only those that ended so long ago"},
                                   {"store", 's', PL_CLI_TEXT, &r.options.store, "PATH", "the file or folder of runs"},
                                   {"quiet", 'q', PL_CLI_FLAG, &r.options.quiet, NULL, "only errors"}};
    const PlCliCommand command = {
        "pilotvm redact RUN [PATH] --why TEXT | --all [--older-than DURATION] --why TEXT",
        "Erases what a run was given, sent and got: the bodies of its rows, or of one step's. That it happened stays, and the audit chain is\n"
        "whole; a redacted run cannot be replayed.",
        options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = check_options(&r, &rest);
    if (code >= 0) return code;
    if (r.options.all) {
        code = redact_all(&r);
    } else {
        PlStr id = pl_str_z(rest.items[0]);
        PlStore *store = plv_open_run(arena, &r.options, id, PL_STORE_WRITE, &code);
        if (!store) return code;
        code = redact(&r, store, id);
        plv_close_store(arena, store);
    }
    if (code == 0 && !r.options.quiet)
        fprintf(stderr, "redacted: %llu rows of %llu runs\n", (unsigned long long)r.rows, (unsigned long long)r.runs);
    return code;
}
