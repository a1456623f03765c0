/* SPDX-License-Identifier: MIT */
/* pilotvm why and inbox: what runs wait for, read from their rows (spec/replay.md). Every state has a sentence, and the row that says so. */
#include "vm/cli/vm.h"

#include "vm/base/utf8.h"
#include "vm/io/store_lock.h"

#include <stdio.h>
#include <time.h>

typedef enum WaitKind { WAITS_ANSWER, WAITS_APPROVAL, WAITS_DECISION, WAITS_EVENT, WAITS_TIME } WaitKind;
static const char *const wait_names[] = {"answer", "approval", "in_doubt", "event", "time"};

typedef struct Wait {
    WaitKind kind;
    uint64_t seq;
    uint32_t attempt;
    PlStr path, text, role; /* text: the question, the event, the action */
    PlStr type, shows;      /* form of the answer, in the language's words; the request that is to be approved, as JSON */
    int64_t until_us;       /* 0: no end */
} Wait;

typedef struct Story {
    PlArena *arena;
    PL_VEC(Wait) waits;
    uint64_t last_seq, end_seq;
    PlStr end, to; /* body of END; the run of FORKED */
    bool failed, parked; /* as the store has it: failed when END was redacted, parked also when all that it waited for has come */
} Story;

static int64_t find_int(PlStr body, const char *key)
{
    PlStr raw;
    int64_t n = 0;
    return pl_json_find(body, key, &raw) && pl_str_to_int(raw, &n) ? n : 0;
}

static void close_waits(Story *s, const PlRow *row)
{
    for (uint32_t i = s->waits.len; i-- > 0;) {
        const Wait *w = &s->waits.items[i];
        bool is_call = w->kind == WAITS_DECISION, any_attempt = !is_call || row->kind == PL_ROW_INTENT;
        bool closes = is_call ? row->kind == PL_ROW_RESULT || row->kind == PL_ROW_FAIL || row->kind == PL_ROW_RESOLVE || row->kind == PL_ROW_INTENT
                      : w->kind == WAITS_TIME ? row->kind == PL_ROW_FIRED
                                              : row->kind == PL_ROW_ANSWER || row->kind == PL_ROW_FIRED;
        if (!closes || !pl_str_eq(w->path, row->path) || (!any_attempt && w->attempt != row->attempt)) continue;
        memmove(&s->waits.items[i], &s->waits.items[i + 1], (s->waits.len - i - 1) * sizeof *w);
        s->waits.len--;
    }
}

static void open_wait(Story *s, const PlRow *row)
{
    PlArena *arena = s->arena;
    PlStr event = pl_json_find_text(arena, row->body, "event"), approval = PL_STR("");
    Wait w = {.seq = row->seq, .attempt = row->attempt, .path = pl_arena_str(arena, row->path), .text = PL_STR(""), .role = PL_STR(""),
              .type = PL_STR(""), .shows = PL_STR("")};
    if (row->kind == PL_ROW_ASK) {
        (void)pl_json_find(row->body, "approval", &approval);
        w.kind = pl_str_eq_z(approval, "true") ? WAITS_APPROVAL : WAITS_ANSWER;
        w.text = pl_json_find_text(arena, row->body, "question");
        w.role = pl_json_find_text(arena, row->body, "role");
        w.type = pl_json_find_text(arena, row->body, "type");
        if (pl_json_find(row->body, "shows", &w.shows) && !pl_str_eq_z(w.shows, "null")) w.shows = pl_arena_str(arena, w.shows);
        else w.shows = PL_STR("");
        w.until_us = find_int(row->body, "expires");
    } else if (row->kind == PL_ROW_INTENT) {
        PlStr class = pl_json_find_text(arena, row->body, "class");
        if (!pl_str_eq_z(class, "unsafe") && !pl_str_eq_z(class, "reconcilable")) return;
        w.kind = WAITS_DECISION;
        w.text = pl_json_find_text(arena, row->body, "action");
    } else {
        w.kind = event.len ? WAITS_EVENT : WAITS_TIME;
        w.text = event;
        w.until_us = find_int(row->body, event.len ? "expires" : "wake");
    }
    pl_vec_push(arena, &s->waits, w);
}

static PlStatus read_row(void *user, const PlRow *row)
{
    Story *s = user;
    s->last_seq = row->seq;
    close_waits(s, row);
    if (row->kind == PL_ROW_ASK || row->kind == PL_ROW_INTENT || row->kind == PL_ROW_TIMER) open_wait(s, row);
    if (row->kind == PL_ROW_FORKED) s->to = pl_json_find_text(s->arena, row->body, "to");
    if (row->kind != PL_ROW_END) return PL_OK;
    s->end = pl_arena_str(s->arena, row->body);
    s->end_seq = row->seq;
    return PL_OK;
}

/* ---- words ---- */

static void put_until(PlBuf *out, int64_t us, const char *lead)
{
    if (us == 0) return;
    time_t seconds = (time_t)(us / 1000000);
    struct tm tm;
    char text[40];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    pl_buf_printf(out, "%s%s", lead, text);
}

/* Words of a plan, a document or a server between two of ours. */
static void put_words(PlBuf *out, const char *before, PlStr words, const char *behind)
{
    pl_buf_put_z(out, before);
    pl_utf8_put_line(out, words);
    pl_buf_put_z(out, behind);
}

static void put_wait(PlBuf *out, const Wait *w, PlStr run)
{
    pl_buf_printf(out, "  " PL_FMT "  ", PL_ARG(w->path));
    if (w->kind == WAITS_DECISION) put_words(out, "in doubt: ", w->text, " was sent and has no answer on record");
    if (w->kind == WAITS_EVENT) put_words(out, "waits for the event \"", w->text, "\"");
    if (w->kind == WAITS_TIME) pl_buf_put_z(out, "waits");
    if (w->kind == WAITS_ANSWER || w->kind == WAITS_APPROVAL) {
        pl_buf_put_z(out, w->kind == WAITS_ANSWER ? "asks" : "wants the approval");
        if (w->role.len) put_words(out, " of ", w->role, "");
        put_words(out, ": ", w->text, "");
    }
    put_until(out, w->until_us, w->kind == WAITS_TIME ? " until " : ", until ");
    pl_buf_printf(out, " (row %llu)\n", (unsigned long long)w->seq);
    if (w->kind == WAITS_ANSWER && w->type.len) pl_buf_printf(out, "      answer: " PL_FMT "\n", PL_ARG(w->type));
    if (w->kind == WAITS_APPROVAL && w->shows.len) {
        pl_buf_put_z(out, "      request: ");
        pl_utf8_put_line(out, pl_str_slice(w->shows, 0, 400));
        pl_buf_put_z(out, w->shows.len > 400 ? "...\n" : "\n");
    }
    static const char *const types[] = {"answer", "approve", "settle", "answer", NULL};
    static const char *const tails[] = {" ANSWER", "", " applied|not-applied|skip|abort", " PAYLOAD", ""};
    if (!types[w->kind]) return;
    pl_buf_printf(out, "      = help: pilotvm %s " PL_FMT " " PL_FMT "%s", types[w->kind], PL_ARG(run), PL_ARG(w->path), tails[w->kind]);
    if (w->role.len) put_words(out, " --as \"", w->role, "\"");
    pl_buf_put_char(out, '\n');
}

static void put_wait_json(PlBuf *out, const Wait *w, PlStr run)
{
    pl_buf_put_z(out, "{\"type\":\"wait\",\"run\":");
    pl_buf_put_json(out, run);
    pl_buf_printf(out, ",\"kind\":\"%s\",\"path\":", wait_names[w->kind]);
    pl_buf_put_json(out, w->path);
    pl_buf_put_z(out, ",\"text\":");
    pl_buf_put_json(out, w->text);
    pl_buf_put_z(out, ",\"role\":");
    pl_buf_put_json(out, w->role);
    pl_buf_put_z(out, ",\"form\":");
    pl_buf_put_json(out, w->type);
    pl_buf_put_z(out, ",\"shows\":");
    pl_buf_put(out, w->shows.len ? w->shows : PL_STR("null"));
    pl_buf_printf(out, ",\"until_us\":%lld,\"row\":%llu}\n", (long long)w->until_us, (unsigned long long)w->seq);
}

/* In a word, for programs. */
static const char *state_of(const Story *s, long pid)
{
    PlStr state = pl_json_find_text(s->arena, s->end, "state");
    if (s->to.len) return "forked";
    if (pl_str_eq_z(state, "done") || pl_str_eq_z(state, "stopped")) return "done";
    if (pl_str_eq_z(state, "cancelled")) return "cancelled";
    if (s->end_seq && !s->end.len && !s->failed) return "done";
    if (s->end_seq) return "failed";
    if (pid) return "running";
    return s->last_seq == 0 ? "not_begun" : s->waits.len ? "waiting" : s->parked ? "ready" : "killed";
}

static void put_end(PlBuf *out, const Story *s, PlStr run)
{
    if (!s->end.len) {
        pl_buf_put_z(out, "  redacted: what it was given and gave is gone\n");
        return;
    }
    PlStr error = PL_STR(""), state = pl_json_find_text(s->arena, s->end, "state");
    (void)pl_json_find(s->end, "error", &error);
    if (!error.len) {
        PlStr reason = pl_json_find_text(s->arena, s->end, "reason");
        pl_buf_printf(out, "  " PL_FMT, PL_ARG(state));
        if (reason.len) put_words(out, ": ", reason, "");
        pl_buf_printf(out, " (row %llu)\n", (unsigned long long)s->end_seq);
        return;
    }
    PlStr path = pl_json_find_text(s->arena, error, "path");
    pl_buf_printf(out, "  " PL_FMT, PL_ARG(state));
    if (path.len) pl_buf_printf(out, " at " PL_FMT, PL_ARG(path));
    put_words(out, ": ", pl_json_find_text(s->arena, error, "message"), "");
    pl_buf_printf(out, " (row %llu)\n", (unsigned long long)s->end_seq);
    pl_buf_printf(out, "      = help: `pilotvm fork " PL_FMT "` ", PL_ARG(run));
    pl_buf_put_z(out, pl_str_eq_z(state, "cancelled") ? "goes on with what is finished\n"
                                                      : "makes a run that tries it again from there; with `--plan NEW.pbc` on a mended plan\n");
}

static void put_why(PlBuf *out, const Story *s, PlStr run, long pid)
{
    const char *state = state_of(s, pid);
    pl_buf_printf(out, PL_FMT "  %s\n", PL_ARG(run), strcmp(state, "not_begun") == 0 ? "never began: nothing was sent" : state);
    if (s->to.len) pl_buf_printf(out, "  went on as " PL_FMT " (row %llu)\n", PL_ARG(s->to), (unsigned long long)s->last_seq);
    else if (s->end_seq) put_end(out, s, run);
    else if (pid) pl_buf_printf(out, "  process %ld runs it\n", pid);
    for (uint32_t i = 0; i < s->waits.len && !s->end_seq && !s->to.len; i++) put_wait(out, &s->waits.items[i], run);
    bool stands = strcmp(state, "killed") == 0 || strcmp(state, "waiting") == 0 || strcmp(state, "ready") == 0;
    if (strcmp(state, "ready") == 0) pl_buf_printf(out, "  nothing is missing any more (last row %llu)\n", (unsigned long long)s->last_seq);
    if (strcmp(state, "killed") == 0) pl_buf_printf(out, "  its process ended before it did (last row %llu)\n", (unsigned long long)s->last_seq);
    if (stands) pl_buf_printf(out, "  = help: `pilotvm resume " PL_FMT "` goes on\n", PL_ARG(run));
}

static void put_why_json(PlBuf *out, const Story *s, PlStr run, long pid)
{
    pl_buf_put_z(out, "{\"type\":\"why\",\"run\":");
    pl_buf_put_json(out, run);
    pl_buf_printf(out, ",\"state\":\"%s\",\"process\":%ld,\"to\":", state_of(s, pid), pid);
    pl_buf_put_json(out, s->to);
    pl_buf_put_z(out, ",\"end\":");
    pl_buf_put(out, s->end.len ? s->end : PL_STR("null"));
    pl_buf_printf(out, ",\"rows\":%llu}\n", (unsigned long long)s->last_seq);
    for (uint32_t i = 0; i < s->waits.len && !s->end_seq && !s->to.len; i++) put_wait_json(out, &s->waits.items[i], run);
}

/* ---- commands ---- */

static int why(PlArena *arena, PlStore *store, PlStr file, PlStr id, bool json)
{
    PlStoredRun run;
    PlJournalPort journal;
    Story story = {.arena = arena, .end = PL_STR(""), .to = PL_STR("")};
    int found = plv_find_run(store, id, &run, &journal);
    if (found >= 0) return found;
    id = pl_arena_str(arena, run.id);
    story.failed = run.state == PL_STORED_FAILED;
    story.parked = run.state == PL_STORED_PARKED;
    PlStatus status = journal.each(journal.self, read_row, &story);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    long pid = pl_store_lock_holder(pl_arena_str(arena, file).ptr);
    PlBuf out;
    pl_buf_init(&out, 0);
    if (json) pl_cli_json_begin(&out, "why");
    if (json) put_why_json(&out, &story, id, pid);
    else put_why(&out, &story, id, pid);
    return pl_cli_put(&out);
}

int plv_cmd_why(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const PlCliOption options[] = {PLV_READ_OPTIONS(o)};
    const PlCliCommand command = {"pilotvm why RUN [options]", "Says what a run that is not running waits for, and what to type.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlStr place;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count != 1) code = pl_cli_fail(PL_USAGE, "give one run\n  = help: `pilotvm runs` lists them");
    if (code < 0) code = plv_place(arena, &o, &place);
    if (code >= 0) return code;
    PlStr id = pl_str_z(rest.items[0]), file = plv_store_file_of(arena, place, id);
    if (file.len == 0) return 2;
    PlStore *store = plv_open_to_read(arena, file, &code);
    if (!store) return code;
    code = why(arena, store, file, id, o.json);
    plv_close_store(arena, store);
    return code;
}

typedef struct Inbox {
    PlArena *arena;
    PlBuf *out;
    PL_VEC(PlStr) ids;
    PL_VEC(PlStr) titles;
    bool json;
    uint32_t count;
} Inbox;

static PlStatus collect(void *user, const PlStoredRun *run)
{
    Inbox *box = user;
    if (run->state == PL_STORED_DONE || run->state == PL_STORED_FAILED || run->state == PL_STORED_FORKED) return PL_OK;
    pl_vec_push(box->arena, &box->ids, pl_arena_str(box->arena, run->id));
    pl_vec_push(box->arena, &box->titles, pl_arena_str(box->arena, run->title));
    return PL_OK;
}

static PlStatus list_run(Inbox *box, PlStore *store, uint32_t i, bool runs)
{
    PlStoredRun run;
    PlJournalPort journal;
    Story story = {.arena = box->arena, .end = PL_STR(""), .to = PL_STR("")};
    PlStatus status = pl_store_open_run(store, box->ids.items[i], &run, &journal);
    if (status == PL_OK) status = journal.each(journal.self, read_row, &story);
    bool titled = false;
    for (uint32_t k = 0; status == PL_OK && k < story.waits.len && !story.end_seq; k++) {
        const Wait *w = &story.waits.items[k];
        if (w->kind == WAITS_TIME || (w->kind == WAITS_DECISION && runs)) continue; /* a call under way is no doubt */
        if (!titled && !box->json) pl_buf_put(box->out, box->ids.items[i]);
        if (!titled && !box->json) put_words(box->out, "  ", box->titles.items[i], "\n");
        titled = true;
        box->count++;
        if (box->json) put_wait_json(box->out, w, box->ids.items[i]);
        else put_wait(box->out, w, box->ids.items[i]);
    }
    return status;
}

static int list_file(Inbox *box, PlStr file)
{
    int code = 0;
    PlStore *store = plv_open_to_read(box->arena, file, &code);
    if (!store) return code;
    box->ids.len = box->titles.len = 0;
    bool runs = pl_store_lock_holder(pl_arena_str(box->arena, file).ptr) != 0;
    PlStatus status = pl_store_each_run(store, collect, box);
    for (uint32_t i = 0; i < box->ids.len && status == PL_OK; i++) status = list_run(box, store, i, runs);
    plv_close_store(box->arena, store);
    return status == PL_OK ? 0 : pl_cli_fail(status, PL_FMT ": %s", PL_ARG(file), pl_status_words(status));
}

int plv_cmd_inbox(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    const PlCliOption options[] = {PLV_READ_OPTIONS(o)};
    const PlCliCommand command = {"pilotvm inbox [options]",
                                  "Lists what waits for a person, over all runs of the store: questions, approvals, events, calls in doubt.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlStr place, *files;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count) code = pl_cli_fail(PL_USAGE, "inbox takes no argument, found %s", rest.items[0]);
    if (code < 0) code = plv_place(arena, &o, &place);
    if (code >= 0) return code;
    PlBuf out;
    pl_buf_init(&out, 0);
    if (o.json) pl_cli_json_begin(&out, "inbox");
    Inbox box = {.arena = arena, .out = &out, .json = o.json};
    uint32_t count = plv_store_files(arena, place, &files);
    int worst = 0;
    for (uint32_t i = 0; i < count; i++) {
        code = list_file(&box, files[i]);
        if (code) worst = code;
    }
    if (!o.json && box.count == 0) pl_buf_put_z(&out, "nothing waits for a person\n");
    int put = pl_cli_put(&out);
    return worst ? worst : put;
}
