/* SPDX-License-Identifier: MIT */
/* Drives one run: the world of vm/io behind the ports, pump and wait until it ends, then one answer for people and programs. */
#include "vm/cli/vm.h"
#include "vm/cli/cli_secrets.h"
#include "vm/cli/cli_trust.h"
#include "stdlib/builtin.h"
#include "vm/base/json_scan.h"
#include "vm/base/utf8.h"
#include "vm/code/hash.h"
#include "vm/door_opens.h"
#include "vm/io/private.h"
#include "vm/io/world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

/* A second interrupt kills; but one that comes with the first is the first: `timeout` and shells signal a process and its group. */
static void on_interrupt(int number)
{
    static struct timespec first;
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ms = (int64_t)(now.tv_sec - first.tv_sec) * 1000 + (now.tv_nsec - first.tv_nsec) / 1000000;
    if (interrupted && ms > 300) {
        signal(number, SIG_DFL);
        raise(number);
    }
    if (!interrupted) first = now;
    interrupted = 1;
}

/* ---- the world's options from the command line and the project ---- */

/* A server that a project names is meant, wherever it is, when the project is trusted. */
static void private_origins(PlArena *arena, const PlvDrive *d, PlWorldOptions *options)
{
    if (!d->project || !(d->options->trust || pl_cli_trusted(d->project))) return;
    PlStr *origins = PL_NEW_N(arena, PlStr, PL_CLI_ORIGINS * d->project->plugins.len + 1);
    for (uint32_t i = 0; i < d->project->plugins.len; i++)
        options->private_count += pl_cli_origins(arena, &d->project->plugins.items[i], origins + options->private_count);
    options->private_origins = origins;
}

/* The servers that refresh the tokens of logins: each may be asked by its own login alone. */
static void add_logins(PlArena *arena, const PlvDrive *d, PlStr *servers, uint32_t *count)
{
    for (uint32_t i = 0; d->project && i < d->project->credentials.len; i++) {
        const PlCredentialArg *c = &d->project->credentials.items[i];
        bool needed = false;
        for (uint32_t k = 0; k < d->module->manifest.credential_count; k++) needed |= pl_str_eq(d->module->manifest.credentials[k], c->name);
        if (c->from != PL_CREDENTIAL_LOGIN || !needed) continue;
        servers[2 * *count] = pl_arena_printf(arena, "login:" PL_FMT, PL_ARG(c->name));
        servers[2 * (*count)++ + 1] = pl_arena_str(arena, c->where);
    }
}

static bool open_world(PlArena *arena, const PlvDrive *d, PlWorld *world, int *code)
{
    uint32_t logins = d->project ? d->project->credentials.len : 0;
    PlStr *servers = PL_NEW_N(arena, PlStr, 2 * (d->server_count + logins) + 1);
    for (uint32_t i = 0; i < d->server_count; i++) {
        servers[2 * i] = d->servers[i].plugin;
        servers[2 * i + 1] = d->servers[i].url;
    }
    PlWorldOptions options = {.module = d->module, .servers = servers, .server_count = d->server_count};
    add_logins(arena, d, servers, &options.server_count);
    options.hooks = d->options->hooks.items;
    options.hook_count = d->options->hooks.count;
    options.hook_pieces = d->options->pieces;
    options.no_person = d->options->json;
    options.http.user_agent = PL_STR("pilot/" PL_VERSION_TEXT);
    options.http.files = pl_store_files(d->store);
    if (d->options->ca_file) options.http.ca_file = pl_str_z(d->options->ca_file);
    if (d->options->proxy) options.http.proxy = pl_str_z(d->options->proxy);
    char *tokens = pl_arena_alloc(arena, 4096, 1);
    if (pl_private_place(true, "tokens", tokens, 4096)) options.http.token_folder = pl_str_z(tokens);
    private_origins(arena, d, &options);
    options.opens = pl_door_opens;
    *code = plv_doors(arena, d, &options.grants);
    if (*code >= 0) return false;
    PlSecrets *secrets = pl_cli_secrets(d->project);
    const char *what = "";
    PlStatus status = secrets ? pl_world_open(world, &options, secrets, &what) : PL_NOMEM;
    if (status == PL_OK) return true;
    if (status == PL_NETWORK)
        *code = pl_cli_fail(status, "%s cannot be loaded, and the plan calls servers\n  = help: install libcurl (Debian: libcurl4)", what);
    else if (status == PL_INVALID && *what)
        *code = pl_cli_fail(status, "%s is not the address of a server", what);
    else if (*what)
        *code = pl_cli_fail(status, "the hook %s cannot be started", what);
    else *code = pl_cli_fail(status, "%s", pl_status_words(status));
    return false;
}

/* ---- going on until it ends ---- */

static void progress(const PlRun *run, bool last)
{
    PlRunStats stats = pl_run_stats(run);
    fprintf(stderr, "\r%llu calls, %llu rows%s", (unsigned long long)stats.calls, (unsigned long long)stats.rows, last ? "\r\033[K" : " ");
    fflush(stderr);
}

static PlRunState go(PlRun *run, PlWorld *world, const PlvOptions *o)
{
    PlClockPort clock = pl_loop_clock(world->loop);
    int64_t begin = clock.mono_us(clock.self), shown = begin;
    bool show = !o->quiet && !o->json && pl_cli_colour(2), any = false, cancelled = false;
    PlRunState state;
    while ((state = pl_run_pump(run)) == PL_RUN_WAITING) {
        if (interrupted && !cancelled) {
            pl_run_cancel(run, PL_STR("interrupted"));
            cancelled = true;
            continue;
        }
        bool waited = pl_loop_turn(world->loop, show || !interrupted ? 500000 : -1);
        (void)waited;
        int64_t now = clock.mono_us(clock.self);
        if (show && now - shown > 500000 && now - begin > 1000000) {
            progress(run, false);
            shown = now;
            any = true;
        }
    }
    if (any) progress(run, true);
    return state;
}

/* ---- how it ended ---- */

static const char *state_name(PlRunState state)
{
    static const char *const names[] = {"waiting", "done", "failed", "parked", "broken"};
    return names[state];
}

static int report_json(const PlvDrive *d, const PlRun *run, PlRunState state)
{
    PlBuf out;
    PlRunStats stats = pl_run_stats(run);
    pl_buf_init(&out, 0);
    pl_cli_json_begin(&out, "run");
    pl_buf_put_z(&out, "{\"type\":\"run\",\"id\":");
    pl_buf_put_json(&out, d->id);
    pl_buf_printf(&out, ",\"state\":\"%s\",\"calls\":%llu,\"replayed\":%llu,\"retries\":%llu,\"rows\":%llu", state_name(state),
                  (unsigned long long)stats.calls, (unsigned long long)stats.replayed, (unsigned long long)stats.retries,
                  (unsigned long long)stats.rows);
    if (state == PL_RUN_DONE) pl_buf_printf(&out, ",\"output\":" PL_FMT, PL_ARG(pl_run_output(run)));
    if (pl_run_reason(run).len) pl_buf_printf(&out, ",\"reason\":" PL_FMT, PL_ARG(pl_run_reason(run)));
    if (state != PL_RUN_DONE) pl_buf_printf(&out, ",\"error\":" PL_FMT, PL_ARG(pl_run_error(run).len ? pl_run_error(run) : PL_STR("null")));
    pl_buf_put_z(&out, "}\n");
    return pl_cli_put(&out);
}

/* What to type for a run that waits for a person or an event. */
static void help_parked(PlArena *arena, const PlvDrive *d, PlStr error)
{
    PlStr kind = PL_STR(""), path = PL_STR("");
    (void)plv_json_text(arena, error, "kind", &kind);
    (void)plv_json_text(arena, error, "path", &path);
    if (pl_str_eq_z(kind, "in_doubt"))
        fprintf(stderr, "  = help: look whether it happened, then `pilotvm settle " PL_FMT " " PL_FMT " applied` or `... not-applied`\n",
                PL_ARG(d->id), PL_ARG(path));
    else if (pl_str_eq_z(kind, "answer"))
        fprintf(stderr, "  = help: `pilotvm answer " PL_FMT " " PL_FMT " ANSWER`\n", PL_ARG(d->id), PL_ARG(path));
    fprintf(stderr, "  = help: `pilotvm resume " PL_FMT "` then goes on\n", PL_ARG(d->id));
}

static PlSpan span_of(const PlModule *module, PlStr step)
{
    for (uint32_t i = 0; i < module->site_count; i++)
        if (pl_str_eq(module->sites[i].step, step)) return (PlSpan){0, module->sites[i].span.start, module->sites[i].span.end};
    return PL_NO_SPAN;
}

/* What to type behind a failure. A run of which no row is on disk has not begun. */
static void help_failed(const PlvDrive *d, PlStr kind, bool goes_on, PlDiags *diags, PlDiag *diag)
{
    PlStoredRun run = {0};
    bool begun = !goes_on || (pl_store_open_run(d->store, d->id, &run, NULL) == PL_OK && run.rows > 0);
    if (!begun) pl_diag_help(diags, diag, "nothing was sent; when it can be written, run the plan again");
    else if (goes_on) pl_diag_help(diags, diag, "`pilotvm resume " PL_FMT "` goes on with it", PL_ARG(d->id));
    else if (pl_str_eq_z(kind, "cancelled")) pl_diag_help(diags, diag, "`pilotvm fork " PL_FMT "` goes on with what is finished", PL_ARG(d->id));
    else if (pl_str_eq_z(kind, "network") || pl_str_eq_z(kind, "timeout") || pl_str_eq_z(kind, "credential"))
        pl_diag_help(diags, diag, "when that is mended, `pilotvm fork " PL_FMT "` makes a run that tries it again from there", PL_ARG(d->id));
    else pl_diag_help(diags, diag, "`pilotvm show " PL_FMT "` prints its journal", PL_ARG(d->id));
}

/* The plan's line that failed, as the compiler shows a fault. */
static void print_failure(PlArena *arena, const PlvDrive *d, PlStr error, bool goes_on, PlDiags *diags)
{
    PlStr message = PL_STR("no reason was given"), step = PL_STR(""), path = PL_STR(""), code = PL_STR(""), kind = PL_STR(""), help;
    plv_json_text(arena, error, "message", &message);
    plv_json_text(arena, error, "kind", &kind);
    plv_json_text(arena, error, "step", &step);
    plv_json_text(arena, error, "path", &path);
    plv_json_text(arena, error, "code", &code);
    PlDiagCode found = pl_diag_by_code(code);
    PlDiag *diag = pl_diag_add(diags, found < PL_DIAG_COUNT ? found : PL_D_RUN_FAILED, span_of(d->module, step), PL_FMT, PL_ARG(message));
    diag->severity = PL_SEV_ERROR;
    if (path.len) pl_diag_label(diags, diag, "step " PL_FMT, PL_ARG(path));
    if (plv_json_text(arena, error, "help", &help)) pl_diag_help(diags, diag, PL_FMT, PL_ARG(help));
    else help_failed(d, kind, goes_on, diags, diag);
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diag_print(&out, diags, diag, pl_cli_colour(2));
    pl_cli_say(&out);
}

static unsigned line_of(PlStr text, uint32_t at)
{
    unsigned line = 1;
    for (size_t i = 0; i < at && i < text.len; i++) line += text.ptr[i] == '\n';
    return line;
}

static void print_parked(PlArena *arena, const PlvDrive *d, PlStr error)
{
    PlStr message = PL_STR("no reason was given"), path, code, step;
    bool colour = pl_cli_colour(2);
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "%sparked", colour ? "\033[1;31m" : "");
    if (plv_json_text(arena, error, "code", &code)) pl_buf_printf(&out, "[" PL_FMT "]", PL_ARG(code));
    pl_buf_printf(&out, "%s: ", colour ? "\033[0m" : "");
    plv_json_text(arena, error, "message", &message);
    pl_utf8_put_line(&out, message);
    if (plv_json_text(arena, error, "path", &path) && path.len) {
        pl_buf_put_z(&out, "\n  --> ");
        pl_utf8_put_line(&out, d->module->source_name);
        PlSpan span = plv_json_text(arena, error, "step", &step) ? span_of(d->module, step) : PL_NO_SPAN;
        if (span.source != PL_NO_SOURCE) pl_buf_printf(&out, ":%u", line_of(d->module->source, span.start));
        pl_buf_printf(&out, ", step " PL_FMT, PL_ARG(path));
    }
    pl_buf_put_char(&out, '\n');
    pl_cli_say(&out);
    help_parked(arena, d, error);
}

/* `Stop "why"`: the reason is JSON. */
static void print_stop(PlStr reason)
{
    if (reason.len == 0 || pl_str_eq_z(reason, "null")) return;
    PlJsonScan scan;
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_json_scan_init(&scan, reason);
    pl_buf_put_z(&out, "stopped: ");
    pl_utf8_put_line(&out, pl_json_scan_next(&scan) == PL_JSON_STRING ? scan.text : reason);
    pl_buf_put_char(&out, '\n');
    pl_json_scan_deinit(&scan);
    pl_cli_say(&out);
}

static int report(PlArena *arena, const PlvDrive *d, const PlRun *run, PlRunState state, PlDiags *diags)
{
    PlStatus status = state == PL_RUN_DONE ? PL_OK : pl_run_status(run);
    int code = pl_status_exit_code(status == PL_OK && state != PL_RUN_DONE ? PL_FAILED : status);
    if (d->options->json) {
        int put = report_json(d, run, state);
        return code ? code : put;
    }
    if (state != PL_RUN_DONE) {
        if (state == PL_RUN_PARKED) print_parked(arena, d, pl_run_error(run));
        else print_failure(arena, d, pl_run_error(run), state == PL_RUN_BROKEN && status != PL_CORRUPT && status != PL_CHANGED, diags);
        return code;
    }
    PlRunStats stats = pl_run_stats(run);
    if (!d->options->quiet) {
        fprintf(stderr, "done: run " PL_FMT ", %llu calls, %llu rows", PL_ARG(d->id), (unsigned long long)stats.calls,
                (unsigned long long)stats.rows);
        if (stats.replayed) fprintf(stderr, ", %llu taken from the journal", (unsigned long long)stats.replayed);
        fputc('\n', stderr);
        print_stop(pl_run_reason(run));
    }
    PlStr output = pl_run_output(run);
    if (pl_str_eq_z(output, "null")) return 0;
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_put(&out, output);
    pl_buf_put_char(&out, '\n');
    return pl_cli_put(&out);
}

static PlStoredState stored(PlRunState state)
{
    return state == PL_RUN_DONE ? PL_STORED_DONE : state == PL_RUN_PARKED ? PL_STORED_PARKED : PL_STORED_FAILED;
}

static uint64_t number_option(const char *text)
{
    int64_t n;
    return text && pl_str_to_int(pl_str_z(text), &n) && n > 0 ? (uint64_t)n : 0;
}

static int run_in(PlArena *arena, const PlvDrive *d, PlWorld *world)
{
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_sources_add(&sources, d->module->source_name, d->module->source);
    PlPorts ports = {.net = pl_world_net(world), .clock = pl_loop_clock(world->loop), .journal = d->journal};
    ports.files = pl_files_port(pl_store_files(d->store));
    ports.person = pl_terminal_port(world->terminal);
    ports.builtins = pl_builtin_ref;
    ports.hooks = world->hooks;
    ports.hook_count = world->hook_count;
    plv_tell(arena, d->options, d->module, &ports);
    PlRunOptions options = {.id = d->id, .input = d->input, .servers = d->servers, .server_count = d->server_count};
    options.trace = ports.hook_count > 0; /* who listens is told of every step */
    options.max_calls = number_option(d->options->max_calls);
    double money = 0;
    options.max_usage.tokens = number_option(d->options->max_tokens);
    if (d->options->max_money && pl_str_to_double(pl_str_z(d->options->max_money), &money))
        options.max_usage.money = (uint64_t)(money * PL_USAGE_UNIT + 0.5);
    options.max_body = number_option(d->options->max_body);
    if (!options.max_body && d->project) options.max_body = d->project->max_body;
    options.default_timeout_us = number_option(d->options->timeout) * 1000000;
    pl_hash_random(options.seed, sizeof options.seed);
    PlStatus status = PL_OK;
    PlRun *run = pl_run_new(d->module, &ports, &options, &diags, &status);
    if (!run) {
        plv_print_diags(&diags);
        if (diags.errors == 0) pl_cli_fail(status, "%s", pl_status_words(status));
        PlStoredRun stored_run;
        PlStatus kept = pl_store_open_run(d->store, d->id, &stored_run, NULL);
        if (kept == PL_OK && stored_run.rows == 0) kept = pl_store_set_state(d->store, d->id, PL_STORED_FAILED, PL_STR("not started"));
        (void)kept; /* the run's own failure is what the user must hear */
        return pl_status_exit_code(status);
    }
    PlRunState state = go(run, world, d->options);
    PlStr message = PL_STR("");
    if (state != PL_RUN_DONE) plv_json_text(arena, pl_run_error(run), "message", &message);
    if (state != PL_RUN_BROKEN) {
        status = pl_store_set_state(d->store, d->id, stored(state), message);
        if (status != PL_OK) pl_cli_fail(status, "the store cannot be written: %s", pl_status_words(status));
    }
    int code = report(arena, d, run, state, &diags);
    pl_run_free(run);
    return code ? code : pl_status_exit_code(status);
}

int plv_drive(PlArena *arena, const PlvDrive *drive)
{
    PlWorld world;
    int code = 70;
    if (!open_world(arena, drive, &world, &code)) return code;
    struct sigaction action = {.sa_handler = on_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hang_up;
    if (sigaction(SIGHUP, NULL, &hang_up) == 0 && hang_up.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL); /* nohup */
    code = run_in(arena, drive, &world);
    for (const char *warning; (warning = pl_secrets_warning(world.secrets));)
        fprintf(stderr, "warning[%s]: a secret is not well kept: %s\n", pl_diag_infos[PL_D_CREDENTIAL_OPEN].code, warning);
    pl_world_close(&world);
    return code;
}
