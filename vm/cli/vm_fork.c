/* SPDX-License-Identifier: MIT */
/* pilotvm fork: a new run that begins with the past of an old one, on a mended plan (spec/replay.md). Nothing is sent here. First the old run is
 * closed, then the new one is written: killed in between, the same command makes the run that the old one names. */
#include "vm/cli/vm.h"
#include "vm/run/fork.h"

#include <stdio.h>
#include <time.h>

typedef struct Fork {
    PlvOptions options;
    const char *plan;
    PlCliList at;
    bool again;
    PlStore *store, *new_store; /* the same when runs share a file */
    PlStr run, place;
    PlStoredRun stored;
    PlJournalPort journal;
    PlForkPlan past;
    char id[32];
} Fork;

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int refuse_again(const Fork *f)
{
    pl_cli_fail(PL_REFUSED, "the fork would make %u call%s again that may have been applied:", f->past.again.len, f->past.again.len == 1 ? "" : "s");
    for (uint32_t i = 0; i < f->past.again.len; i++) {
        const PlForkCall *c = &f->past.again.items[i];
        PlStr sends = PL_STR("");
        (void)pl_json_find(c->intent, "sends", &sends);
        fprintf(stderr, "  " PL_FMT " (row %llu)  " PL_FMT "\n", PL_ARG(c->path), (unsigned long long)c->seq, PL_ARG(pl_str_slice(sends, 0, 160)));
    }
    fprintf(stderr, "  = help: if that is meant, say `--again`\n");
    return pl_status_exit_code(PL_REFUSED);
}

/* -1 to go on. */
static int check_past(PlArena *arena, Fork *f)
{
    PlStr *at = PL_NEW_N(arena, PlStr, f->at.count + 1);
    for (uint32_t i = 0; i < f->at.count; i++) at[i] = pl_str_z(f->at.items[i]);
    PlStatus status = pl_fork_plan(arena, f->journal, at, f->at.count, &f->past);
    if (status != PL_OK) return pl_cli_fail(status, "the journal cannot be read: %s", pl_status_words(status));
    const PlForkPlan *past = &f->past;
    if (past->rows == 0) return pl_cli_fail(PL_USAGE, "run " PL_FMT " never began: start it again", PL_ARG(f->run));
    if (past->start.len == 0)
        return pl_cli_fail(PL_USAGE, "run " PL_FMT " was redacted: what it was given is gone, and it cannot go on", PL_ARG(f->run));
    if (past->missing.len)
        return pl_cli_fail(PL_USAGE, "run " PL_FMT " has no row at " PL_FMT "\n  = help: `pilotvm show " PL_FMT "` lists its paths", PL_ARG(f->run),
                           PL_ARG(past->missing), PL_ARG(f->run));
    if (past->is_done && past->at.len == 0)
        return pl_cli_fail(PL_USAGE, "run " PL_FMT " is done\n  = help: `--at PATH` says which step is to be made again", PL_ARG(f->run));
    return past->again.len && !f->again ? refuse_again(f) : -1;
}

static PlModule *new_module(PlArena *arena, Fork *f, PlStr *bytes, int *code)
{
    if (f->plan) {
        *code = 2;
        return pl_cli_read(arena, f->plan, PL_LIMIT_MODULE_BYTES, bytes) ? plv_read_module(arena, *bytes, f->plan, code) : NULL;
    }
    PlBuf text;
    pl_buf_init(&text, PL_LIMIT_MODULE_BYTES);
    PlStatus status = pl_store_get_module(f->store, f->stored.module_hash, &text);
    if (status == PL_OK) *bytes = pl_arena_str(arena, pl_buf_str(&text));
    else *code = pl_cli_fail(status, "the store has lost the run's module: %s", pl_status_words(status));
    pl_buf_deinit(&text);
    return status == PL_OK ? plv_read_module(arena, *bytes, "the stored module", code) : NULL;
}

/* Close the old run, unless a fork that was killed has done so; then it named the new one. */
static PlStatus close_old(PlArena *arena, Fork *f)
{
    if (f->past.to.len) return PL_OK;
    PlStatus status = pl_fork_close(f->journal, pl_str_z(f->id), now_us());
    if (status == PL_OK) status = pl_store_set_state(f->store, f->run, PL_STORED_FORKED, pl_arena_printf(arena, "went on as %s", f->id));
    return status;
}

/* The new run's journal: begun, or the one that a killed fork left unfinished; *have is what it holds. */
static PlStatus begin_new(Fork *f, const PlModule *module, PlStr bytes, PlJournalPort *to, uint64_t *have)
{
    PlStoredRun there;
    *have = 0;
    if (f->past.to.len && pl_store_open_run(f->new_store, pl_str_z(f->id), &there, to) == PL_OK) {
        *have = there.rows;
        return PL_OK;
    }
    PlStatus status = pl_store_put_module(f->new_store, module->hash, bytes);
    return status == PL_OK ? pl_store_begin(f->new_store, module->hash, module->title, f->id, to) : status;
}

static int write_new(PlArena *arena, Fork *f, const PlModule *module, PlStr bytes)
{
    PlJournalPort to;
    uint64_t have;
    PlStatus status = close_old(arena, f);
    if (status == PL_OK) status = begin_new(f, module, bytes, &to, &have);
    if (status == PL_OK && have >= f->past.copied)
        return pl_cli_fail(PL_REFUSED, "run " PL_FMT " went on as %s already\n  = help: `pilotvm why %s`", PL_ARG(f->run), f->id, f->id);
    if (status == PL_OK) status = pl_fork_copy(arena, &f->past, f->run, f->journal, to, module, have);
    if (status == PL_OK)
        status = pl_store_set_state(f->new_store, pl_str_z(f->id), PL_STORED_PARKED, pl_arena_printf(arena, "forked from " PL_FMT, PL_ARG(f->run)));
    if (status != PL_OK)
        return pl_cli_fail(status, "cannot write run %s: %s\n  = help: the same command tries again", f->id, pl_status_words(status));
    if (!f->options.quiet)
        fprintf(stderr, "forked " PL_FMT ": %llu of %llu rows; `pilotvm resume %s` goes on\n", PL_ARG(f->run), (unsigned long long)f->past.copied,
                (unsigned long long)f->past.rows, f->id);
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "%s\n", f->id);
    return pl_cli_put(&out);
}

static int make(PlArena *arena, Fork *f)
{
    PlStr bytes;
    int code = 0;
    PlModule *module = new_module(arena, f, &bytes, &code);
    if (!module) return code;
    PlServerOverride *servers;
    uint32_t count;
    PlStatus known = plv_started_servers(arena, f->journal, module, &f->options);
    if (known != PL_OK) code = pl_cli_fail(known, "run " PL_FMT " cannot be read: %s", PL_ARG(f->run), pl_status_words(known));
    else code = !plv_servers(arena, module, &f->options.servers, &servers, &count) ? 2
                : plv_approve(arena, &f->options, module, servers, count, plv_trust_claims(arena, module));
    bool own_file = pl_str_ends(f->place, PL_STR("/"));
    PlStr file = code < 0 && own_file ? plv_store_file_new(arena, f->place, f->id) : PL_STR("");
    if (code < 0 && own_file) {
        code = 2;
        f->new_store = file.len ? plv_open_store(arena, &f->options, file, &code) : NULL;
        if (f->new_store) code = -1;
    }
    if (code < 0) code = write_new(arena, f, module, bytes);
    if (f->new_store != f->store && f->new_store) plv_close_store(arena, f->new_store);
    pl_module_free(module);
    return code;
}

static int fork_run(PlArena *arena, Fork *f)
{
    int code = plv_find_run(f->store, f->run, &f->stored, &f->journal);
    if (code >= 0) return code;
    f->run = pl_arena_str(arena, f->stored.id);
    f->new_store = f->store;
    code = check_past(arena, f);
    if (code >= 0) return code;
    if (f->past.to.len) snprintf(f->id, sizeof f->id, PL_FMT, PL_ARG(f->past.to));
    else plv_new_id(f->id);
    return make(arena, f);
}

int plv_cmd_fork(PlArena *arena, int argc, char **argv)
{
    Fork f = {0};
    PlvOptions *o = &f.options;
    const PlCliOption options[] = {{"plan", 'p', PL_CLI_TEXT, &f.plan, "FILE.pbc", "the mended plan (default: the run's own)"},
                                   {"at", 0, PL_CLI_LIST, &f.at, "PATH", "make this step instance again (default: the one that failed); may be repeated"},
                                   {"again", 0, PL_CLI_FLAG, &f.again, NULL, "also when calls that may have been applied are made again"},
                                   {"yes", 'y', PL_CLI_FLAG, &o->yes, NULL, "approve a plan that writes"},
                                   {"approve", 'a', PL_CLI_TEXT, &o->approve, "HASH", "approve it when its hash is this one, else end with 8"},
                                   {"quiet", 'q', PL_CLI_FLAG, &o->quiet, NULL, "only the new run's id, and errors"},
                                   PLV_READ_OPTIONS(*o)};
    const PlCliCommand command = {"pilotvm fork RUN [options]",
                                  "Makes a new run with the past of an old one, which ends with it. What is finished is not done again; `pilotvm resume` goes\n"
                                  "on with the new run. Prints its id.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != 1) code = pl_cli_fail(PL_USAGE, "give one run\n  = help: `pilotvm runs` lists them");
    if (code < 0) code = plv_place(arena, o, &f.place);
    if (code >= 0) return code;
    f.run = pl_str_z(rest.items[0]);
    f.store = plv_open_run(arena, o, f.run, PL_STORE_WRITE, &code);
    if (!f.store) return code;
    code = fork_run(arena, &f);
    plv_close_store(arena, f.store);
    return code;
}
