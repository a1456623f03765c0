/* SPDX-License-Identifier: MIT */
/* pilotvm settle, answer: what a person says to a parked run from outside, as rows of its journal (spec/effects.md, spec/running.md). Nothing is sent and
 * nothing runs here: `pilotvm resume` goes on. A row is only written for something that the journal says is open. */
#include "vm/cli/vm.h"

#include "vm/base/utf8.h"
#include "vm/io/terminal.h"
#include "vm/value/json.h"
#include "vm/value/type_check.h"

#include <pwd.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

typedef struct Open { /* a call in doubt, or a question without an answer */
    PlStr path, body;
    uint32_t site, attempt;
    bool is_question, is_approval, is_event;
} Open;

typedef struct Scan {
    PlArena *arena;
    bool questions;    /* which of the two is looked for */
    PL_VEC(Open) open;
    bool has_ended;
} Scan;

/* What an earlier row opened and this one closes. A later attempt of a call closes too: the doubt about this one was no reason to stop. */
static void close_open(Scan *scan, const PlRow *row)
{
    for (uint32_t i = scan->open.len; i-- > 0;) {
        const Open *o = &scan->open.items[i];
        if (!pl_str_eq(o->path, row->path) || (row->kind == PL_ROW_RESOLVE && o->attempt != row->attempt)) continue;
        memmove(scan->open.items + i, scan->open.items + i + 1, (scan->open.len - i - 1) * sizeof(Open));
        scan->open.len--;
    }
}

static PlStatus scan_row(void *user, const PlRow *row)
{
    Scan *scan = user;
    PlStr raw = PL_STR("");
    bool is_event = row->kind == PL_ROW_TIMER && pl_json_find(row->body, "event", &raw);
    bool opens = scan->questions ? row->kind == PL_ROW_ASK || is_event : row->kind == PL_ROW_INDOUBT;
    if (pl_str_find_char(row->path, '?', 0) != PL_STR_NONE) return PL_OK; /* a probe is never settled itself */
    bool closes = scan->questions ? row->kind == PL_ROW_ANSWER || row->kind == PL_ROW_FIRED : row->kind == PL_ROW_RESOLVE || row->kind == PL_ROW_INTENT;
    if (row->kind == PL_ROW_END || row->kind == PL_ROW_FORKED) scan->has_ended = true;
    if (opens || closes) close_open(scan, row);
    if (!opens) return PL_OK;
    bool is_approval = row->kind == PL_ROW_ASK && pl_json_find(row->body, "approval", &raw) && pl_str_eq_z(raw, "true");
    Open o = {pl_arena_str(scan->arena, row->path), pl_arena_str(scan->arena, row->body), row->site, row->attempt, scan->questions, is_approval, is_event};
    pl_vec_push(scan->arena, &scan->open, o);
    return PL_OK;
}

typedef struct Said {
    PlvOptions options;
    const char *result, *note, *deny, *comment, *role;
    bool approvals, denies; /* approve, deny: nothing else is answered */
    PlStr run, path, word; /* path, word: "" when not given */
    PlStore *store;
    PlJournalPort journal;
    uint8_t module_hash[32];
} Said;

static int list_open(const Scan *scan, PlStr run)
{
    for (uint32_t i = 0; i < scan->open.len; i++) {
        const Open *o = &scan->open.items[i];
        PlStr question;
        PlBuf line;
        pl_buf_init(&line, 0);
        bool event = o->is_event && plv_json_text(scan->arena, o->body, "event", &question);
        bool asks = !event && o->is_question && plv_json_text(scan->arena, o->body, "question", &question);
        pl_buf_printf(&line, "  " PL_FMT "  ", PL_ARG(o->path));
        if (!event && !asks) pl_buf_printf(&line, "attempt %u: ", o->attempt);
        else pl_buf_put_z(&line, event ? "waits for: " : "asks: ");
        if (!event && !asks && !plv_json_text(scan->arena, o->body, "message", &question)) question = o->body;
        pl_utf8_put_line(&line, question);
        fprintf(stderr, PL_FMT "\n", PL_ARG(pl_buf_str(&line)));
        pl_buf_deinit(&line);
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
    if (found && said->approvals && !found->is_approval && !several && !scan->has_ended) {
        *code = pl_cli_fail(PL_USAGE, PL_FMT " asks a question, not for an approval\n  = help: `pilotvm answer " PL_FMT " " PL_FMT " ANSWER`",
                            PL_ARG(found->path), PL_ARG(said->run), PL_ARG(found->path));
        return NULL;
    }
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
    if (said->comment) {
        pl_buf_put_z(body, ",\"comment\":");
        pl_buf_put_json(body, pl_str_z(said->comment));
    }
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
    bool good = object.status == PL_OK && pl_json_find(pl_buf_str(&object), "v", &value) && value.len == strlen(text);
    pl_buf_deinit(&object);
    return good;
}

/* The one call of a step; NULL where the step has several. */
static const PlCallSite *call_of(const PlModule *module, uint32_t site)
{
    const PlCallSite *found = NULL;
    for (uint32_t i = 0; i < module->call_count; i++) {
        if (module->calls[i].site != site) continue;
        if (found) return NULL;
        found = &module->calls[i];
    }
    return found;
}

/* As an answer of the server is: is `text` (JSON) what the call gives? -1, or the exit code after a message. */
static int check_type(const PlModule *module, const PlCallSite *call, PlStr text)
{
    PlEscape escape;
    PlHeap *heap = pl_heap_new(&escape, 0);
    PlValues *volatile values = NULL;
    volatile int code = -1;
    if (!heap) return pl_cli_fail(PL_NOMEM, "%s", pl_status_words(PL_NOMEM));
    if (setjmp(escape.at) != 0) {
        code = pl_cli_fail(escape.status, "--result cannot be read: %s", pl_status_words(escape.status));
    } else {
        const PlAction *action = &module->actions[call->action];
        const PlTypeId wanted[] = {action->result, call->expect};
        PlValue v;
        PlMismatch why;
        size_t at;
        const char *error = "";
        values = pl_values_new(heap);
        if (pl_json_read(values, text, &v, &at, &error) != PL_OK) code = pl_cli_fail(PL_USAGE, "--result is no JSON: %s", error);
        for (size_t i = 0; code < 0 && i < sizeof wanted / sizeof *wanted; i++) {
            if (wanted[i] == PL_T_FILE || pl_type_check_answer(&module->types, wanted[i], v, &why)) continue;
            PlBuf type;
            pl_buf_init(&type, 0);
            pl_type_print(&type, &module->types, why.path[0] ? why.expected : wanted[i], 80);
            code = pl_cli_fail(PL_USAGE, "--result is not what " PL_FMT "." PL_FMT " gives: %s should be " PL_FMT ", but is %s", PL_ARG(action->plugin),
                               PL_ARG(action->name), why.path[0] ? why.path : "it", PL_ARG(pl_buf_str(&type)), why.found);
            pl_buf_deinit(&type);
        }
    }
    pl_values_free(values);
    pl_heap_free(heap);
    return code;
}

static int check_result(PlArena *arena, const Said *said, const Open *open)
{
    int code = 2;
    PlModule *module = plv_read_module_of(arena, said->store, said->module_hash, &code);
    if (!module) return code;
    const PlCallSite *call = call_of(module, open->site);
    code = call ? check_type(module, call, pl_str_z(said->result)) : -1;
    pl_module_free(module);
    return code;
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
    code = said->result ? check_result(arena, said, open) : -1;
    if (code >= 0) return code;
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

static int64_t expiry_of(const Open *open)
{
    PlStr raw;
    int64_t us = 0;
    return pl_json_find(open->body, "expires", &raw) && pl_str_to_int(raw, &us) ? us : 0;
}

/* The role that is asked answers, and in time. -1 to go on. */
static int check_person(PlArena *arena, const Said *said, const Open *open)
{
    struct timespec now;
    PlStr role = PL_STR("");
    int64_t until_us = expiry_of(open);
    clock_gettime(CLOCK_REALTIME, &now);
    (void)plv_json_text(arena, open->body, "role", &role);
    if (until_us && (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 >= until_us)
        return pl_cli_fail(PL_REFUSED,
                           "the time to answer " PL_FMT " is over\n  = help: `pilotvm resume " PL_FMT
                           "` goes on without an answer",
                           PL_ARG(open->path), PL_ARG(said->run));
    if (!role.len || (said->role && pl_str_eq_nocase(role, pl_str_z(said->role)))) return -1;
    if (said->role) return pl_cli_fail(PL_REFUSED, PL_FMT " asks " PL_FMT ", not %s", PL_ARG(open->path), PL_ARG(role), said->role);
    return pl_cli_fail(PL_REFUSED,
                       PL_FMT " asks " PL_FMT "\n  = help: who answers for them says so: --as \"" PL_FMT "\"",
                       PL_ARG(open->path), PL_ARG(role), PL_ARG(role));
}

static bool put_answer(PlArena *arena, PlBuf *body, const Said *said, const Open *open)
{
    PlStr type = open->is_event ? PL_STR("any") : PL_STR("text"), request = PL_STR("");
    bool is_approval = open->is_approval;
    (void)plv_json_text(arena, open->body, "type", &type);
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
    if (said->role) pl_buf_put_z(body, ",\"role\":");
    if (said->role) pl_buf_put_json(body, pl_str_z(said->role));
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
    code = check_person(arena, said, open);
    if (code >= 0) return code;
    code = 2;
    PlBuf body;
    pl_buf_init(&body, 0);
    if (put_answer(arena, &body, said, open)) code = write_row(said, PL_ROW_ANSWER, open, 0, &body, "answered");
    pl_buf_deinit(&body);
    return code;
}

/* RUN, RUN WORD, or RUN PATH WORD; with --deny and for approve the word is left out. */
static int take_words(Said *said, const PlCliList *rest)
{
    bool has_word = !said->deny && (!said->approvals || said->denies);
    uint32_t most = has_word ? 3 : 2, least = said->denies ? 2 : 1;
    if (rest->count < least || rest->count > most)
        return pl_cli_fail(PL_USAGE, said->denies ? "give a run, the step's path where several are open, and the reason"
                                                  : "give a run, the step's path where several are open, and what you say");
    said->run = pl_str_z(rest->items[0]);
    said->path = said->word = PL_STR("");
    if (rest->count == most) said->path = pl_str_z(rest->items[1]);
    if (has_word && rest->count > 1) said->word = pl_str_z(rest->items[rest->count - 1]);
    if (said->denies) said->deny = rest->items[rest->count - 1];
    if (said->approvals && !said->denies) said->word = PL_STR("yes");
    return -1;
}

static int open_store(PlArena *arena, Said *said)
{
    int code;
    said->store = plv_open_run(arena, &said->options, said->run, PL_STORE_WRITE, &code);
    if (!said->store) return code;
    PlStoredRun run = {0};
    code = plv_find_run(said->store, said->run, &run, &said->journal);
    memcpy(said->module_hash, run.module_hash, sizeof said->module_hash);
    if (code < 0) said->run = pl_arena_str(arena, run.id);
    else plv_close_store(arena, said->store);
    return code;
}

static int say(PlArena *arena, Said *said, const PlCliCommand *command, int argc, char **argv, int (*then)(PlArena *, Said *))
{
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, command, argc, argv, &rest);
    if (code < 0) code = take_words(said, &rest);
    if (code < 0) code = open_store(arena, said);
    if (code >= 0) return code;
    code = then(arena, said);
    plv_close_store(arena, said->store);
    return code;
}

#define PLACE_OPTIONS(o) PLV_PLACE_OPTIONS(o), {"quiet", 'q', PL_CLI_FLAG, &(o).quiet, NULL, "only errors"}

#define COMMENT_OPTION(said)                                                                                           \
    {"comment", 'c', PL_CLI_TEXT, &(said).comment, "TEXT", "kept in the journal with it"},                             \
    {"as", 0, PL_CLI_TEXT, &(said).role, "ROLE", "for whom you answer; needed where a role is asked, and kept in the journal"}

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

int plv_cmd_approve(PlArena *arena, int argc, char **argv)
{
    Said said = {.approvals = true};
    const PlCliOption options[] = {PLACE_OPTIONS(said.options), COMMENT_OPTION(said)};
    const PlCliCommand command = {"pilotvm approve RUN [PATH] [options]",
                                  "Approves what a parked run asks: one request, at one place. It counts for the request that was shown and no other.", options,
                                  sizeof options / sizeof *options};
    return say(arena, &said, &command, argc, argv, answer);
}

int plv_cmd_deny(PlArena *arena, int argc, char **argv)
{
    Said said = {.approvals = true, .denies = true};
    const PlCliOption options[] = {PLACE_OPTIONS(said.options), COMMENT_OPTION(said)};
    const PlCliCommand command = {"pilotvm deny RUN [PATH] REASON [options]", "Refuses an approval that a parked run asks for. The step fails with the reason.",
                                  options, sizeof options / sizeof *options};
    return say(arena, &said, &command, argc, argv, answer);
}

int plv_cmd_answer(PlArena *arena, int argc, char **argv)
{
    Said said = {0};
    const PlCliOption options[] = {PLACE_OPTIONS(said.options), COMMENT_OPTION(said),
                                   {"deny", 'd', PL_CLI_TEXT, &said.deny, "REASON", "refuse instead"}};
    const PlCliCommand command = {"pilotvm answer RUN [PATH] ANSWER [options]",
                                  "Answers a question, or approves, for a run that is parked. Without an answer it lists the open questions.", options,
                                  sizeof options / sizeof *options};
    return say(arena, &said, &command, argc, argv, answer);
}
