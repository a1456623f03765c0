/* SPDX-License-Identifier: MIT */
/* pilotvm FILE.pbc and resume: read and verify the module, get the approval, open the store, drive the run. */
#include "vm/cli/vm.h"

#include "vm/code/hash.h"
#include "vm/code/review.h"
#include "vm/io/terminal.h"

#include <stdio.h>

#define RUN_OPTIONS(o)                                                                                                 \
    {"server", 'S', PL_CLI_LIST, &(o).servers, "PLUGIN=URL", "call this server instead of the document's; may be repeated"},       \
    PLV_PLACE_OPTIONS(o),                                                                                              \
    {"hook", 'k', PL_CLI_LIST, &(o).hooks, "CMD", "a command told of each step, one JSON object a line; may veto; may be repeated"}, \
    {"pieces", 0, PL_CLI_FLAG, &(o).pieces, NULL, "tell the hooks a model's answer as it comes, piece by piece"},                  \
    {"trace", 't', PL_CLI_FLAG, &(o).trace, NULL, "every step on stderr and to the hooks"},                                       \
    {"durable", 0, PL_CLI_TEXT, &(o).durable, "WHEN", "fsync: \"effects\" (before a write leaves and at the end) or \"always\""},  \
    {"max-calls", 0, PL_CLI_TEXT, &(o).max_calls, "N", "lower the plan's limit of calls"},                                        \
    {"max-tokens", 0, PL_CLI_TEXT, &(o).max_tokens, "N", "lower the limit of tokens that models may use"},                      \
    {"max-money", 0, PL_CLI_TEXT, &(o).max_money, "AMOUNT", "lower the limit of what the run may cost"},                        \
    {"max-body", 0, PL_CLI_TEXT, &(o).max_body, "BYTES", "the largest answer taken"},                                             \
    {"timeout", 0, PL_CLI_TEXT, &(o).timeout, "SECONDS", "of one call where the plan says nothing (default 30)"},                 \
    {"workspace", 'w', PL_CLI_TEXT, &(o).workspace, "DIR", "the folder that tools of this machine may see"},                       \
    {"allow", 0, PL_CLI_LIST, &(o).allow, "PLUGIN", "let this plugin start programs; may be repeated"},                           \
    {"allow-native", 0, PL_CLI_FLAG, &(o).allow_native, NULL, "let plugins call functions of shared libraries"},                   \
    {"trust", 0, PL_CLI_FLAG, &(o).trust, NULL, "let the project file open what it names, for this once"},                    \
    {"proxy", 0, PL_CLI_TEXT, &(o).proxy, "URL", "send all requests through this proxy; the variables of the environment are not read"},    \
    {"ca-file", 0, PL_CLI_TEXT, &(o).ca_file, "FILE", "certificates to trust instead of the system's"},                           \
    {"quiet", 'q', PL_CLI_FLAG, &(o).quiet, NULL, "only the result and errors"},                                                  \
    {"json", 0, PL_CLI_FLAG, &(o).json, NULL, "one JSON object a line; the first names the format; asks nothing"}

/* A limit that cannot be read is not lost in silence: -1 to go on, else the exit code after a message. */
static int check_options(const PlvOptions *o)
{
    const struct {
        const char *name, *value;
    } numbers[] = {{"max-calls", o->max_calls}, {"max-tokens", o->max_tokens}, {"max-body", o->max_body}, {"timeout", o->timeout}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t n;
        if (!numbers[i].value || (pl_str_to_int(pl_str_z(numbers[i].value), &n) && n > 0 && n <= INT32_MAX)) continue;
        return pl_cli_fail(PL_USAGE, "--%s wants a whole number from 1 to %d, found %s", numbers[i].name, INT32_MAX, numbers[i].value);
    }
    double amount;
    if (o->max_money && !(pl_str_to_double(pl_str_z(o->max_money), &amount) && amount >= 0.000001 && amount <= 1e12))
        return pl_cli_fail(PL_USAGE, "--max-money wants an amount such as 2.50, found %s", o->max_money);
    if (o->durable && strcmp(o->durable, "effects") != 0 && strcmp(o->durable, "always") != 0) {
        return pl_cli_fail(PL_USAGE, "--durable wants effects or always, found %s", o->durable);
    }
    return -1;
}

/* ---- approval: bound to the hash of plan, manifest and actions ---- */

static bool hash_matches(const PlModule *module, const char *given)
{
    char hex[65];
    size_t len = strlen(given);
    pl_hash_hex(module->effect_hash, 32, hex);
    return len >= 12 && len <= 64 && memcmp(hex, given, len) == 0;
}

static void show_review(PlArena *arena, const PlModule *module, const PlServerOverride *servers, uint32_t count)
{
    PlStr *pairs = PL_NEW_N(arena, PlStr, 2 * count + 1);
    for (uint32_t i = 0; i < count; i++) {
        pairs[2 * i] = servers[i].plugin;
        pairs[2 * i + 1] = servers[i].url;
    }
    PlReviewOptions options = {pairs, count};
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_review_print(&out, arena, module, &options);
    pl_cli_say(&out);
}

int plv_approve(PlArena *arena, const PlvOptions *o, const PlModule *module, const PlServerOverride *servers, uint32_t count, PlStr why)
{
    if (o->approve && !hash_matches(module, o->approve)) {
        char hex[65];
        pl_hash_hex(module->effect_hash, 32, hex);
        return pl_cli_fail(PL_CHANGED, "the plan or its effects changed since the approval of %s\n  = help: read the review again; its hash is now %s",
                           o->approve, hex);
    }
    bool writes = module->manifest.effect >= PL_EFFECT_WRITE;
    if ((!writes && !why.len) || o->yes || o->approve) return -1;
    if (!o->json && why.len) fprintf(stderr, "note: the plan only reads, but " PL_FMT "\n", PL_ARG(why));
    if (!o->json) show_review(arena, module, servers, count);
    if (!o->json && pl_terminal_is_there()) {
        if (pl_terminal_confirm(PL_STR("Run it?"))) return -1;
        return pl_cli_fail(PL_REFUSED, "refused; nothing was run");
    }
    char hex[65];
    pl_hash_hex(module->effect_hash, 32, hex);
    return pl_cli_fail(PL_WAITING, "%s, and nobody approved it\n  = help: read the review, then `--approve %.16s` or `--yes`%s",
                       writes ? "the plan writes" : pl_arena_printf(arena, "the plan only reads, but " PL_FMT, PL_ARG(why)).ptr, hex,
                       writes ? "" : ", or `pilotvm trust` with its file");
}

static int begin_run(PlArena *arena, PlvDrive *drive, PlStr bytes, PlStr file, char id[32])
{
    int code = 0;
    drive->store = plv_open_store(arena, drive->options, file, &code);
    if (!drive->store) return code;
    bool later;
    if (drive->input_later && !plv_input(arena, drive->module, &drive->options->inputs, pl_store_files(drive->store), &later, &drive->input)) {
        plv_close_store(arena, drive->store);
        return 2;
    }
    PlStatus status = pl_store_put_module(drive->store, drive->module->hash, bytes);
    if (status == PL_OK) status = pl_store_begin(drive->store, drive->module->hash, drive->module->title, id, &drive->journal);
    if (status != PL_OK) {
        code = pl_cli_fail(status, "cannot write " PL_FMT ": %s", PL_ARG(file), pl_status_words(status));
    } else {
        drive->id = pl_str_z(id);
        if (!drive->options->quiet && !drive->options->json) fprintf(stderr, "run %s\n", id);
        code = plv_drive(arena, drive);
    }
    plv_close_store(arena, drive->store);
    return code;
}

static int run_module(PlArena *arena, const PlvOptions *o, const char *path, const PlModule *module, PlStr bytes)
{
    PlProject project = {0};
    bool found;
    PlServerOverride *servers;
    PlvDrive drive = {.options = o, .module = module};
    int code = plv_project(arena, o, path, &project, &found);
    if (code >= 0) return code;
    if (found) drive.project = &project;
    if (!plv_input(arena, module, &o->inputs, NULL, &drive.input_later, &drive.input)) return 2;
    if (!plv_servers(arena, module, &o->servers, &servers, &drive.server_count)) return 2;
    drive.servers = servers;
    PlDoorGrants grants; /* before the run has a name */
    code = plv_doors(arena, &drive, &grants);
    if (code >= 0) return code;
    code = plv_approve(arena, o, module, servers, drive.server_count, plv_trust_plan(arena, &drive, path, bytes));
    if (code >= 0) return code;
    char id[32];
    plv_new_id(id);
    PlStr file = plv_store_file_new(arena, plv_store_place(arena, o, drive.project), id);
    return file.len ? begin_run(arena, &drive, bytes, file, id) : 2;
}

int plv_cmd_run(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const PlCliOption options[] = {{"input", 'i', PL_CLI_LIST, &o.inputs, "NAME=VALUE", "an input; NAME=@FILE reads it, @FILE gives all as JSON"},
                                   {"yes", 'y', PL_CLI_FLAG, &o.yes, NULL, "run a plan that writes without asking"},
                                   {"approve", 'a', PL_CLI_TEXT, &o.approve, "HASH", "run it when its approval hash is this one, else end with 8"},
                                   RUN_OPTIONS(o)};
    const PlCliCommand command = {"pilotvm FILE.pbc [options]",
                                  "Runs bytecode. A plan that only reads runs at once; one that writes shows its review and asks, or wants --yes\n"
                                  "or --approve. The result is JSON on standard output.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = check_options(&o);
    if (code >= 0) return code;
    if (rest.count != 1) return pl_cli_fail(PL_USAGE, "give one .pbc file\n  = help: usage: %s", command.usage);
    PlStr bytes;
    if (!pl_cli_read(arena, rest.items[0], PL_LIMIT_MODULE_BYTES, &bytes)) return 2;
    PlModule *module = plv_read_module(arena, bytes, rest.items[0], &code);
    bool is_plan = !module && pl_str_ends(pl_str_z(rest.items[0]), PL_STR(".pilot"));
    if (is_plan) fprintf(stderr, "  = help: this is a plan; `pilotc %s` makes the bytecode that runs\n", rest.items[0]);
    if (!module) return code;
    code = run_module(arena, &o, rest.items[0], module, bytes);
    pl_module_free(module);
    return code;
}

/* ---- resume ---- */

typedef struct FirstRow {
    PlArena *arena;
    PlStr body;
} FirstRow;

static PlStatus take_first(void *user, const PlRow *row)
{
    FirstRow *first = user;
    if (row->kind == PL_ROW_START) first->body = pl_arena_str(first->arena, row->body);
    return row->kind == PL_ROW_START ? PL_BUSY : PL_OK; /* PL_BUSY: seen enough */
}

/* The servers that the run was started with, so that a resume goes on where it was: {"servers":{"plugin":"url"}} of the START row. */
PlStatus plv_started_servers(PlArena *arena, PlJournalPort journal, const PlModule *module, PlvOptions *o)
{
    FirstRow first = {arena, PL_STR("")};
    PlStatus status = journal.each(journal.self, take_first, &first);
    if (status != PL_OK && status != PL_BUSY) return status; /* it must not be sent elsewhere */
    PlStr servers, url;
    if (o->servers.count || !pl_json_find(first.body, "servers", &servers)) return PL_OK;
    for (uint32_t i = 0; i < module->action_count; i++) {
        PlStr plugin = module->actions[i].plugin;
        if (!plv_json_text(arena, servers, pl_arena_str(arena, plugin).ptr, &url)) continue;
        pl_cli_list_add(arena, &o->servers, pl_arena_printf(arena, PL_FMT "=" PL_FMT, PL_ARG(plugin), PL_ARG(url)).ptr);
    }
    return PL_OK;
}

static int resume_stored(PlArena *arena, PlvOptions *o, PlvDrive *drive, PlStr id)
{
    PlStoredRun run;
    int code = plv_find_run(drive->store, id, &run, &drive->journal);
    if (code >= 0) return code;
    if (run.rows == 0) /* its input and servers went with the process */
        return pl_cli_fail(PL_USAGE, "run " PL_FMT " never began, and nothing was sent\n  = help: run the plan again", PL_ARG(run.id));
    drive->id = pl_arena_str(arena, run.id);
    PlModule *module = plv_read_module_of(arena, drive->store, run.module_hash, &code);
    if (!module) return code;
    drive->module = module;
    PlServerOverride *servers;
    PlStatus status = plv_started_servers(arena, drive->journal, module, o);
    code = status == PL_OK ? 2 : pl_cli_fail(status, "run " PL_FMT " cannot be read: %s", PL_ARG(id), pl_status_words(status));
    if (status == PL_OK && plv_servers(arena, module, &o->servers, &servers, &drive->server_count)) {
        drive->servers = servers;
        if (!o->quiet && !o->json) fprintf(stderr, "run " PL_FMT "\n", PL_ARG(drive->id));
        code = plv_drive(arena, drive);
    }
    pl_module_free(module);
    return code;
}

int plv_cmd_resume(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const PlCliOption options[] = {RUN_OPTIONS(o)};
    const PlCliCommand command = {"pilotvm resume RUN [options]",
                                  "Goes on with a run that was killed or parked. What finished is taken from its journal and not done again.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0) code = check_options(&o);
    if (code >= 0) return code;
    if (rest.count != 1) return pl_cli_fail(PL_USAGE, "give one run\n  = help: `pilotvm runs` lists them");
    PlProject project = {0};
    bool found;
    code = plv_project(arena, &o, NULL, &project, &found);
    if (code >= 0) return code;
    PlvDrive drive = {.options = &o, .project = found ? &project : NULL};
    PlStr id = pl_str_z(rest.items[0]);
    PlStr file = plv_store_file_of(arena, plv_store_place(arena, &o, drive.project), id);
    if (file.len == 0) return 2;
    drive.store = plv_open_store(arena, &o, file, &code);
    if (!drive.store) return code;
    code = resume_stored(arena, &o, &drive, id);
    plv_close_store(arena, drive.store);
    return code;
}
