/* SPDX-License-Identifier: MIT */
/* Replay without a world. The ports of the run are stand-ins: a journal that reads through to the real one and keeps what is appended to itself,
 * a net that never answers, a clock that stands at the last row. What the run would append is what it would do anew. */
#include "vm/run/offline.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"
#include "vm/run/state.h"

#include <stdio.h>

typedef struct Timer {
    uint64_t id;
    int64_t at_us;
    PlTimerDone done;
    void *user;
} Timer;

typedef struct Unsent { /* a call that the run wants to make */
    PlNetDone done;
    void *user;
} Unsent;

typedef struct Offline {
    PlArena *arena;
    PlJournalPort real;
    char module[65];          /* hash of the plan that is run, in hex */
    int64_t wall_us;          /* of the last row */
    uint8_t *taken;           /* a bit for each seq: the run asked for it */
    uint64_t taken_rows;
    PlRowVisit visit;         /* of the run */
    void *visit_user;
    PL_VEC(Timer) timers;
    PL_VEC(Unsent) unsent;
    uint64_t timer_last;
    PL_VEC(PlDifference) differences;
    PL_VEC(PlStr) failed;     /* paths of loops whose recorded failure was taken: their items were not run again */
    PL_VEC(PlDifference) asked; /* questions on record that were not come to, so far */
    PlOfflineResult *result;
    PlStr end_was, end_is;    /* bodies of END: on record, now; "" when none */
    PlStr last_intent;        /* path */
    bool from_outside;        /* the recorded end is not the plan's own doing */
    PlRow row;                /* as the run is to see it */
} Offline;

const char *pl_difference_name(PlDifferenceKind kind)
{
    static const char *const names[] = {"new", "gone", "other", "end"};
    return names[kind];
}

static void differ(Offline *o, const PlDifference *d)
{
    if (o->differences.len >= PL_LIMIT_DIFFERENCES) {
        o->result->cut = true;
        return;
    }
    PlDifference copy = *d;
    copy.path = pl_arena_str(o->arena, d->path);
    copy.body = pl_arena_str(o->arena, d->body);
    copy.before = pl_arena_str(o->arena, d->before);
    pl_vec_push(o->arena, &o->differences, copy);
}

/* What the ports do in the arena may not leave through its escape: the run is above them. */
static PlStatus guarded(Offline *o, void (*work)(Offline *o, const PlRow *row), const PlRow *row)
{
    PlEscape escape = {.status = PL_OK}, *outer = pl_arena_set_escape(o->arena, &escape);
    if (setjmp(escape.at) == 0) work(o, row);
    pl_arena_set_escape(o->arena, outer);
    return escape.status;
}

/* ---- the journal ---- */

/* The START row as the run is to see it: of its own module. `body` begins with {"module":"64 digits". */
static PlRow adopt(Offline *o, const PlRow *row)
{
    static const PlStr lead = PL_STR_INIT("{\"module\":\"");
    PlRow mine = *row;
    if (row->kind != PL_ROW_START || !pl_str_starts(row->body, lead) || row->body.len < lead.len + 64) return mine;
    mine.body = pl_arena_printf(o->arena, PL_FMT "%s" PL_FMT, PL_ARG(lead), o->module, PL_ARG(pl_str_slice(row->body, lead.len + 64, row->body.len)));
    return mine;
}

/* Ends that are not the plan's own: of the time it took, the memory there was, a person who cancelled. */
static bool is_from_outside(PlStr end)
{
    static const PlDiagCode codes[] = {PL_D_RUN_CANCELLED, PL_D_RUN_TIME, PL_D_RUN_MEMORY, PL_D_RUN_NO_MEMORY};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char needle[32];
        snprintf(needle, sizeof needle, "\"code\":\"%s\"", pl_diag_infos[codes[i]].code);
        if (pl_str_starts(end, PL_STR("{\"state\":\"done\""))) return false;
        if (pl_str_find(end, pl_str_z(needle), 0) != PL_STR_NONE) return true;
    }
    return false;
}

static void note_passed(Offline *o, const PlRow *row)
{
    if (row->kind == PL_ROW_END) {
        o->end_was = pl_arena_str(o->arena, row->body);
        o->from_outside = is_from_outside(o->end_was);
    }
    o->row = adopt(o, row);
}

static PlStatus pass_row(void *user, const PlRow *row)
{
    Offline *o = user;
    o->wall_us = row->wall_us;
    bool is_story = row->kind == PL_ROW_END || row->kind == PL_ROW_CANCEL || row->kind == PL_ROW_FORKED;
    o->result->rows++;
    PlStatus status = guarded(o, note_passed, row);
    return status != PL_OK || is_story ? status : o->visit(o->visit_user, &o->row);
}

static PlStatus journal_each(void *self, PlRowVisit visit, void *user)
{
    Offline *o = self;
    o->visit = visit;
    o->visit_user = user;
    o->result->rows = 0;
    PlStatus status = o->real.each(o->real.self, pass_row, o);
    if (status != PL_OK) return status;
    o->taken = pl_zalloc((size_t)(o->result->rows / 8 + 1));
    o->taken_rows = o->result->rows;
    return o->taken ? PL_OK : PL_NOMEM;
}

static void note_read(Offline *o, const PlRow *row)
{
    if (row->seq <= o->taken_rows) o->taken[row->seq / 8] |= (uint8_t)(1u << row->seq % 8);
    if (row->kind == PL_ROW_INTENT) o->last_intent = pl_arena_str(o->arena, row->path);
    if (row->kind == PL_ROW_RESULT) o->result->calls++;
    if (row->kind == PL_ROW_FAIL && row->attempt == 0) pl_vec_push(o->arena, &o->failed, pl_arena_str(o->arena, row->path));
    o->row = adopt(o, row);
}

static PlStatus read_row(void *user, const PlRow *row)
{
    Offline *o = user;
    PlStatus status = guarded(o, note_read, row);
    return status != PL_OK ? status : o->visit(o->visit_user, &o->row);
}

static PlStatus journal_read(void *self, uint64_t seq, PlRowVisit visit, void *user)
{
    Offline *o = self;
    o->visit = visit;
    o->visit_user = user;
    return o->real.read(o->real.self, seq, read_row, o);
}

static void note_appended(Offline *o, const PlRow *row)
{
    if (row->kind == PL_ROW_INTENT) o->last_intent = pl_arena_str(o->arena, row->path);
    if (row->kind == PL_ROW_END) o->end_is = pl_arena_str(o->arena, row->body);
    if (row->kind == PL_ROW_END || row->kind == PL_ROW_RESUME || row->kind == PL_ROW_PARK) return;
    differ(o, &(PlDifference){.kind = PL_DIFFERS_NEW, .row = row->kind, .attempt = row->attempt, .path = row->path, .body = row->body});
}

static PlStatus journal_append(void *self, PlRow *row)
{
    return guarded(self, note_appended, row);
}

static PlStatus journal_keep(void *self)
{
    (void)self;
    return PL_OK;
}

/* ---- net and clock ---- */

static void room_to_send(Offline *o, const PlRow *none)
{
    (void)none;
    pl_vec_push(o->arena, &o->unsent, (Unsent){0});
}

static PlStatus net_send(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    Offline *o = self;
    (void)request;
    PlStatus status = guarded(o, room_to_send, NULL);
    if (status != PL_OK) return status;
    pl_vec_last(&o->unsent) = (Unsent){done, user};
    *call = o->unsent.len;
    return PL_OK;
}

/* Each call ends once, as with every net port: when nobody waits any more. */
static void end_unsent(Offline *o)
{
    PlNetAnswer never = {.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CANCELLED, .message = PL_STR("nothing is sent")};
    for (uint32_t i = 0; i < o->unsent.len; i++) o->unsent.items[i].done(o->unsent.items[i].user, &never);
}

static void net_cancel(void *self, uint64_t call)
{
    (void)self, (void)call;
}

static int64_t clock_wall(void *self)
{
    return ((Offline *)self)->wall_us;
}

static int64_t clock_mono(void *self)
{
    (void)self;
    return 1;
}

static void room_for_timer(Offline *o, const PlRow *none)
{
    (void)none;
    pl_vec_push(o->arena, &o->timers, (Timer){0});
}

static PlStatus clock_timer(void *self, int64_t at_us, PlTimerDone done, void *user, uint64_t *timer)
{
    Offline *o = self;
    PlStatus status = guarded(o, room_for_timer, NULL);
    if (status != PL_OK) return status;
    *timer = ++o->timer_last;
    pl_vec_last(&o->timers) = (Timer){*timer, at_us, done, user};
    return PL_OK;
}

static void clock_cancel(void *self, uint64_t timer)
{
    Offline *o = self;
    for (uint32_t i = 0; i < o->timers.len; i++)
        if (o->timers.items[i].id == timer) o->timers.items[i].done = NULL;
}

/* Those that are due without any time passing; true when there was one. */
static bool fire_due(Offline *o)
{
    bool fired = false;
    for (uint32_t i = 0; i < o->timers.len; i++) {
        Timer t = o->timers.items[i];
        if (!t.done || t.at_us > clock_mono(o)) continue;
        o->timers.items[i].done = NULL;
        t.done(t.user);
        fired = true;
    }
    while (o->timers.len && !pl_vec_last(&o->timers).done) o->timers.len--;
    return fired;
}

/* ---- what came out ---- */

static bool is_below(PlStr path, PlStr above)
{
    return path.len > above.len && pl_str_starts(path, above) && strchr("#.~?", path.ptr[above.len]) != NULL;
}

static void drop_asked(Offline *o, PlStr path)
{
    for (uint32_t i = o->asked.len; i-- > 0;)
        if (pl_str_eq(o->asked.items[i].path, path)) o->asked.items[i] = pl_vec_last(&o->asked), o->asked.len--;
}

/* Calls and questions on record that the plan did not come to; items of a loop whose recorded failure was taken are not missed, nor is the approval of a
 * call that is on record itself. */
static void note_gone(Offline *o, const PlRow *row)
{
    if ((row->kind != PL_ROW_INTENT && row->kind != PL_ROW_ASK) || row->seq > o->taken_rows) return;
    if (pl_str_find_char(row->path, '?', 0) != PL_STR_NONE) return; /* a probe is a look at the world, whatever the plan */
    if (row->kind == PL_ROW_INTENT) drop_asked(o, row->path);
    if (o->taken[row->seq / 8] >> row->seq % 8 & 1) return;
    for (uint32_t i = 0; i < o->failed.len; i++)
        if (is_below(row->path, o->failed.items[i])) return;
    PlDifference d = {.kind = PL_DIFFERS_GONE, .row = row->kind, .attempt = row->attempt, .seq = row->seq, .path = row->path, .body = row->body};
    if (row->kind == PL_ROW_INTENT) {
        differ(o, &d);
        return;
    }
    d.path = pl_arena_str(o->arena, d.path);
    d.body = pl_arena_str(o->arena, d.body);
    pl_vec_push(o->arena, &o->asked, d);
}

static PlStatus see_gone(void *user, const PlRow *row)
{
    return guarded(user, note_gone, row);
}

static PlStatus judge(Offline *o, PlRun *run, PlRunState state, bool same_plan)
{
    PlOfflineResult *r = o->result;
    bool has_end = o->end_was.len && !o->from_outside;
    if (state == PL_RUN_BROKEN) {
        PlDifference d = {.kind = PL_DIFFERS_OTHER, .row = PL_ROW_INTENT, .path = o->last_intent, .body = pl_run_error(run)};
        differ(o, &d);
    }
    if (!has_end && same_plan && state != PL_RUN_BROKEN) { /* what it would do next is no difference */
        if (o->differences.len) r->next = o->differences.items[0].path;
        o->differences.len = 0;
        r->verdict = PL_OFFLINE_SO_FAR;
        return PL_OK;
    }
    bool same_end = pl_str_eq(o->end_was, o->end_is);
    PlStatus status = state == PL_RUN_BROKEN ? PL_OK : o->real.each(o->real.self, see_gone, o);
    for (uint32_t i = 0; i < o->asked.len; i++) differ(o, &o->asked.items[i]);
    if (!same_end && state != PL_RUN_BROKEN)
        differ(o, &(PlDifference){.kind = PL_DIFFERS_END, .row = PL_ROW_END, .path = PL_STR(""), .body = o->end_is, .before = o->end_was});
    r->verdict = o->differences.len ? PL_OFFLINE_DIFFERS : has_end ? PL_OFFLINE_SAME : PL_OFFLINE_SO_FAR;
    return status;
}

typedef struct StartRow {
    char hash[65];
} StartRow;

static PlStatus see_start(void *user, const PlRow *row)
{
    StartRow *start = user;
    if (row->kind == PL_ROW_START && row->body.len > 75) memcpy(start->hash, row->body.ptr + 11, 64);
    return PL_OK;
}

PlStatus pl_offline_replay(PlArena *arena, const PlModule *module, PlStr id, PlJournalPort journal, PlFilesPort files, PlBuiltinLookup builtins, PlDiags *diags,
                           PlOfflineResult *out)
{
    Offline o = {.arena = arena, .real = journal, .result = out, .end_was = PL_STR(""), .end_is = PL_STR(""), .last_intent = PL_STR("")};
    StartRow start = {{0}};
    *out = (PlOfflineResult){.next = PL_STR("")};
    pl_hash_hex(module->hash, 32, o.module);
    PlStatus status = journal.read(journal.self, 1, see_start, &start);
    if (status != PL_OK) {
        PL_REPORT(diags, RUN_JOURNAL_READ, PL_NO_SPAN, 1ull, pl_status_words(status));
        return status;
    }
    PlPorts ports = {
        .net = {&o, net_send, net_cancel},
        .clock = {&o, clock_wall, clock_mono, clock_timer, clock_cancel},
        .journal = {&o, journal_append, journal_keep, journal_keep, journal_each, journal_read, NULL},
        .files = files,
        .builtins = builtins,
    };
    PlRunOptions options = {.id = id}; /* idempotency keys come from it */
    PlRun *run = pl_run_new(module, &ports, &options, diags, &status);
    PlRunState state = PL_RUN_WAITING;
    while (run && (state = pl_run_pump(run)) == PL_RUN_WAITING && fire_due(&o)) {}
    PlStatus why = run && state != PL_RUN_DONE ? pl_run_status(run) : PL_OK;
    PlEscape escape, *outer = pl_arena_set_escape(arena, &escape);
    if (why == PL_NOMEM || (state == PL_RUN_BROKEN && why == PL_IO)) status = why; /* nothing can be said */
    else if (run) status = setjmp(escape.at) == 0 ? judge(&o, run, state, strcmp(start.hash, o.module) == 0) : escape.status;
    pl_arena_set_escape(arena, outer);
    pl_run_free(run);
    end_unsent(&o);
    pl_free(o.taken);
    out->differences = o.differences.items;
    out->difference_count = o.differences.len;
    return status;
}
