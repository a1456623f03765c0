/* SPDX-License-Identifier: MIT */
/* A scripted world for tests of vm/run: journal, clock, net, person and hook in memory. Time stands still
 * until nothing else can happen; then it jumps to the next timer. The journal outlives runs, so a test can end a run anywhere and make
 * another one of the same rows, as a process does after a crash. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "tests/unit/asm.h"
#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/run/run.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORLD_ROWS = 32768, WORLD_TIMERS = 4096, WORLD_SENDS = 4096 };

typedef struct WorldRow {
    PlRow row;
    bool committed;
} WorldRow;

typedef struct WorldTimer {
    uint64_t id;
    int64_t at_us;
    PlTimerDone done;
    void *user;
} WorldTimer;

typedef struct WorldSend {
    uint64_t id;
    PlNetDone done;
    void *user;
    bool cancelled;
    PlMethod method;
    char url[512], body[2048], headers[1024], plugin[32];
} WorldSend;

/* What the fake server answers. */
typedef struct WorldAnswer {
    unsigned status;
    const char *body, *type, *header, *header_value;
    PlEvidence evidence;
    PlNetFault fault;
    bool never;         /* no answer at all, until the test ends the run */
    int64_t delay_us;
    PlUsage usage;
} WorldAnswer;

typedef struct World World;
typedef WorldAnswer (*WorldServer)(World *w, const WorldSend *send);

struct World {
    WorldRow rows[WORLD_ROWS];
    uint32_t row_count, commits, soons, barriers;
    bool is_lazy; /* rows that were handed over are lost when the process ends before the next commit */
    bool takes; /* the journal keeps blocks that are given */
    PlStatus read_fails; /* what reading one row gives, and whether all at once; PL_OK: the row */
    PlStatus each_fails;
    uint32_t reads_left; /* before it */
    uint32_t fail_append_at; /* this many appends from now on, counted from 1, fail; 0 never */
    WorldTimer timers[WORLD_TIMERS];
    uint32_t timer_count;
    int64_t mono, wall;
    uint64_t next_id;
    WorldSend sends[WORLD_SENDS]; /* under way */
    uint32_t send_count;
    WorldServer server;
    uint32_t sent, cancels; /* in all */
    char sent_log[16384];
    PlAnswerKind person;
    const char *person_answer;
    uint32_t asked;
    char asked_text[512], asked_shows[4096];
    char events[32768];
    const char *veto_path;
    int counter; /* for a server's own use */
    bool fault;  /* the next run to begin lives with a failing allocation, the fault_at'th from 0 */
    uint64_t fault_at;
};

UNUSED static char *world_copy(PlStr s)
{
    char *copy = malloc(s.len + 1);
    if (s.len) memcpy(copy, s.ptr, s.len);
    copy[s.len] = 0;
    return copy;
}

/* ---- journal ---- */
UNUSED static PlStatus world_append(void *self, PlRow *row)
{
    World *w = self;
    if (w->fail_append_at && --w->fail_append_at == 0) return PL_FULL;
    if (w->row_count == WORLD_ROWS) return PL_FULL;
    WorldRow *r = &w->rows[w->row_count++];
    row->seq = w->row_count;
    *r = (WorldRow){.row = *row};
    r->row.path = pl_str(world_copy(row->path), row->path.len);
    r->row.body = pl_str(world_copy(row->body), row->body.len);
    r->row.blob = pl_str(world_copy(row->blob), row->blob.len);
    if (w->takes) pl_free(row->give);
    if (w->takes) r->row.give = row->give = NULL;
    return PL_OK;
}

/* The first row of a kind; NULL when there is none. */
UNUSED static WorldRow *world_row_of(World *w, PlRowKind kind)
{
    for (uint32_t i = 0; i < w->row_count; i++)
        if (w->rows[i].row.kind == kind) return &w->rows[i];
    return NULL;
}

/* Another body for it. */
UNUSED static void world_rewrite(World *w, PlRowKind kind, const char *body)
{
    WorldRow *r = world_row_of(w, kind);
    free((char *)(uintptr_t)r->row.body.ptr);
    r->row.body = pl_str(world_copy(pl_str_z(body)), strlen(body));
}

UNUSED static void world_keep(World *w)
{
    for (uint32_t i = w->row_count; i > 0 && !w->rows[i - 1].committed; i--) w->rows[i - 1].committed = true;
}

UNUSED static PlStatus world_commit(void *self)
{
    World *w = self;
    w->commits++;
    world_keep(w);
    return PL_OK;
}

UNUSED static PlStatus world_soon(void *self)
{
    World *w = self;
    w->soons++;
    if (!w->is_lazy) world_keep(w);
    return PL_OK;
}

UNUSED static PlStatus world_barrier(void *self)
{
    World *w = self;
    w->barriers++;
    world_keep(w);
    return PL_OK;
}

UNUSED static PlStatus world_each(void *self, PlRowVisit visit, void *user)
{
    World *w = self;
    if (w->each_fails != PL_OK) return w->each_fails;
    for (uint32_t i = 0; i < w->row_count; i++) {
        PlStatus status = visit(user, &w->rows[i].row);
        if (status != PL_OK) return status;
    }
    return PL_OK;
}

UNUSED static PlStatus world_read(void *self, uint64_t seq, PlRowVisit visit, void *user)
{
    World *w = self;
    if (w->read_fails != PL_OK && w->reads_left == 0) return w->read_fails;
    if (w->reads_left) w->reads_left--;
    if (seq >= 1 && seq <= w->row_count && w->rows[seq - 1].row.seq == seq) return visit(user, &w->rows[seq - 1].row);
    for (uint32_t i = 0; i < w->row_count; i++) /* a test has numbered them anew */
        if (w->rows[i].row.seq == seq) return visit(user, &w->rows[i].row);
    return PL_INVALID;
}

UNUSED static void world_drop_rows(World *w, uint32_t from)
{
    for (uint32_t i = from; i < w->row_count; i++) {
        free((char *)(uintptr_t)w->rows[i].row.path.ptr);
        free((char *)(uintptr_t)w->rows[i].row.body.ptr);
        free((char *)(uintptr_t)w->rows[i].row.blob.ptr);
    }
    if (from < w->row_count) w->row_count = from;
}

/* A row that somebody else writes: an answer, a decision. */
UNUSED static void world_put(World *w, PlRowKind kind, uint32_t attempt, const char *path, const char *body)
{
    PlRow row = {.kind = kind, .attempt = attempt, .path = pl_str_z(path), .body = pl_str_z(body), .wall_us = w->wall, .site = PL_NO_SITE};
    (void)!world_append(w, &row);
    world_keep(w);
}

/* "KIND path/attempt body" of each row but START, RESUME and END, one a line. */
UNUSED static PlStr world_story(World *w, bool bodies)
{
    static char text[65536];
    size_t len = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < w->row_count && len < sizeof text - 4096; i++) {
        const PlRow *r = &w->rows[i].row;
        if (r->kind == PL_ROW_START || r->kind == PL_ROW_RESUME || r->kind == PL_ROW_END) continue;
        len += (size_t)snprintf(text + len, sizeof text - len, "%s %.*s/%u%s%.*s\n", pl_row_kind_name(r->kind), PL_ARG(r->path),
                                r->attempt, bodies ? " " : "", bodies ? (int)r->body.len : 0, r->body.ptr);
    }
    return pl_str(text, len);
}

UNUSED static const PlRow *world_find(World *w, PlRowKind kind, const char *path, uint32_t attempt)
{
    for (uint32_t i = w->row_count; i > 0; i--) {
        const PlRow *r = &w->rows[i - 1].row;
        if (r->kind == kind && r->attempt == attempt && pl_str_eq_z(r->path, path)) return r;
    }
    return NULL;
}

UNUSED static uint32_t world_count(World *w, PlRowKind kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->row_count; i++) count += w->rows[i].row.kind == kind;
    return count;
}

/* ---- clock ---- */
UNUSED static int64_t world_wall(void *self) { return ((World *)self)->wall; }
UNUSED static int64_t world_mono(void *self) { return ((World *)self)->mono; }

UNUSED static PlStatus world_timer(void *self, int64_t at_us, PlTimerDone done, void *user, uint64_t *timer)
{
    World *w = self;
    if (w->timer_count == WORLD_TIMERS) return PL_NOMEM;
    *timer = ++w->next_id;
    w->timers[w->timer_count++] = (WorldTimer){*timer, at_us, done, user};
    return PL_OK;
}

UNUSED static void world_timer_cancel(void *self, uint64_t timer)
{
    World *w = self;
    for (uint32_t i = 0; i < w->timer_count; i++)
        if (w->timers[i].id == timer) {
            memmove(&w->timers[i], &w->timers[i + 1], (w->timer_count - i - 1) * sizeof *w->timers);
            w->timer_count--;
            return;
        }
}

/* The earliest timer, the first set of equals; time goes there. False when there is none. */
UNUSED static bool world_fire(World *w)
{
    if (w->timer_count == 0) return false;
    uint32_t best = 0;
    for (uint32_t i = 1; i < w->timer_count; i++)
        if (w->timers[i].at_us < w->timers[best].at_us) best = i;
    WorldTimer t = w->timers[best];
    world_timer_cancel(w, t.id);
    if (t.at_us > w->mono) {
        w->wall += t.at_us - w->mono;
        w->mono = t.at_us;
    }
    t.done(t.user);
    return true;
}

/* ---- net ---- */
UNUSED static void world_text(char *out, size_t size, PlStr s)
{
    size_t n = s.len < size - 1 ? s.len : size - 1;
    if (n) memcpy(out, s.ptr, n);
    out[n] = 0;
}

UNUSED static PlStatus world_send(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    World *w = self;
    if (w->send_count == WORLD_SENDS) return PL_NOMEM;
    WorldSend *s = &w->sends[w->send_count++];
    *s = (WorldSend){.id = ++w->next_id, .done = done, .user = user, .method = request->method};
    world_text(s->url, sizeof s->url, request->url);
    world_text(s->body, sizeof s->body, request->body);
    world_text(s->plugin, sizeof s->plugin, request->plugin);
    size_t len = 0;
    for (uint32_t i = 0; i < request->header_count; i++)
        len += (size_t)snprintf(s->headers + len, sizeof s->headers - len, "%.*s: %.*s\n", PL_ARG(request->headers[i].name),
                                PL_ARG(request->headers[i].value));
    for (uint32_t i = 0; i < request->part_count; i++) {
        const PlPart *p = &request->parts[i];
        size_t at = strlen(s->body);
        snprintf(s->body + at, sizeof s->body - at, "[%.*s|%.*s|%.*s|%.*s]", PL_ARG(p->name), PL_ARG(p->filename),
                 PL_ARG(p->content_type), PL_ARG(p->bytes));
    }
    *call = s->id;
    w->sent++;
    len = strlen(w->sent_log);
    if (len + 600 < sizeof w->sent_log)
        snprintf(w->sent_log + len, sizeof w->sent_log - len, "%s %s%s%s\n", pl_method_name(s->method), s->url, s->body[0] ? " " : "", s->body);
    return PL_OK;
}

UNUSED static void world_cancel(void *self, uint64_t call)
{
    World *w = self;
    for (uint32_t i = 0; i < w->send_count; i++)
        if (w->sends[i].id == call) {
            w->sends[i].cancelled = true;
            w->cancels++;
        }
}

/* Answer the call at this place in the list of those under way. */
UNUSED static void world_answer_one(World *w, uint32_t i, const WorldAnswer *a)
{
    WorldSend s = w->sends[i];
    memmove(&w->sends[i], &w->sends[i + 1], (w->send_count - i - 1) * sizeof *w->sends);
    w->send_count--;
    PlHeader headers[2];
    uint32_t count = 0;
    if (a->type) headers[count++] = (PlHeader){PL_STR("content-type"), pl_str_z(a->type)};
    if (a->header) headers[count++] = (PlHeader){pl_str_z(a->header), pl_str_z(a->header_value)};
    PlNetAnswer answer = {.evidence = a->evidence,
                          .fault = a->fault,
                          .message = pl_str_z(pl_net_fault_name(a->fault)),
                          .status = a->status,
                          .headers = headers,
                          .header_count = count,
                          .body = pl_str_z(a->body ? a->body : ""),
                          .credential = PL_STR(""),
                          .usage = a->usage};
    if (a->status && !a->fault) answer.evidence = PL_EVIDENCE_ANSWERED;
    s.done(s.user, &answer);
}

UNUSED static bool world_answer(World *w)
{
    for (uint32_t i = 0; i < w->send_count; i++) {
        WorldAnswer a = {.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_CANCELLED};
        if (!w->sends[i].cancelled) a = w->server ? w->server(w, &w->sends[i]) : (WorldAnswer){.status = 200, .body = "{}", .type = "application/json"};
        if (a.never) continue;
        world_answer_one(w, i, &a);
        return true;
    }
    return false;
}

/* ---- person, hook ---- */
UNUSED static PlAnswerKind world_ask(void *self, const PlQuestion *question, PlStr *answer, PlStr *who)
{
    World *w = self;
    w->asked++;
    world_text(w->asked_text, sizeof w->asked_text, question->text);
    world_text(w->asked_shows, sizeof w->asked_shows, question->shows);
    *answer = pl_str_z(w->person_answer ? w->person_answer : "");
    *who = PL_STR("tester");
    return w->person;
}

UNUSED static bool world_hook(void *self, const PlHookEvent *event, PlStr *reason)
{
    static const char *const names[] = {"begin", "before", "after", "note", "end"};
    World *w = self;
    size_t len = strlen(w->events);
    snprintf(w->events + len, sizeof w->events - len, "%s %.*s%s%.*s%s%.*s%s\n", names[event->when], PL_ARG(event->path),
             event->action.len ? " " : "", PL_ARG(event->action), event->outcome.len ? " " : "", PL_ARG(event->outcome),
             event->replayed ? " replayed" : "");
    if (event->when != PL_HOOK_BEFORE || !w->veto_path || !pl_str_eq_z(event->path, w->veto_path)) return true;
    *reason = PL_STR("not today");
    return false;
}

/* ---- a world and its runs ---- */
UNUSED static World *world_new(void)
{
    World *w = calloc(1, sizeof *w);
    w->wall = 1763632800000000; /* 2025-11-20T10:00:00Z */
    w->mono = 1000000;
    w->person = PL_ANSWER_LATER;
    return w;
}

UNUSED static void world_free(World *w)
{
    world_drop_rows(w, 0);
    free(w);
}

typedef struct WorldRun {
    PlEscape escape;
    PlArena *arena;
    PlDiags diags;
    PlHookPort hook;
    PlRun *run;
    PlStatus status;
} WorldRun;

UNUSED static WorldRun *world_begin_with(World *w, const PlModule *module, PlRunOptions options, bool hooked, PlBuiltinLookup builtins)
{
    WorldRun *r = calloc(1, sizeof *r);
    r->arena = pl_arena_new(&r->escape, 0);
    pl_diags_init(&r->diags, r->arena, NULL);
    r->hook = (PlHookPort){.self = w, .event = world_hook};
    PlPorts ports = {
        .net = {w, world_send, world_cancel},
        .clock = {w, world_wall, world_mono, world_timer, world_timer_cancel},
        .journal = {w, world_append, world_commit, world_barrier, world_each, world_read, world_soon},
        .person = {w, world_ask},
        .hooks = &r->hook,
        .hook_count = hooked,
        .builtins = builtins,
    };
    if (options.id.len == 0) options.id = PL_STR("r-test");
    pl_arena_alloc(r->arena, 16, 8); /* so that diagnostics find a chunk */
    if (w->fault) pl_fault_arm(PL_FAULT_ALLOC, w->fault_at, false);
    w->fault = false;
    r->run = pl_run_new(module, &ports, &options, &r->diags, &r->status);
    return r;
}

UNUSED static WorldRun *world_begin(World *w, const PlModule *module, const char *input)
{
    return world_begin_with(w, module, (PlRunOptions){.input = pl_str_z(input)}, false, NULL);
}

/* Pump until it waits for nothing that this world can give. */
UNUSED static PlRunState world_go(World *w, WorldRun *r)
{
    for (;;) {
        PlRunState state = pl_run_pump(r->run);
        if (state != PL_RUN_WAITING) return state;
        if (!world_answer(w) && !world_fire(w)) return state;
    }
}

/* The process ends here: what is under way never gets its answer; rows since the last commit are lost. */
UNUSED static void world_end(World *w, WorldRun *r)
{
    pl_run_free(r->run);
    for (uint32_t i = 0; i < w->send_count; i++) {
        PlNetAnswer lost = {.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_CANCELLED};
        w->sends[i].done(w->sends[i].user, &lost);
    }
    w->send_count = 0;
    pl_arena_free(r->arena);
    free(r);
    uint32_t keep = w->row_count;
    while (keep > 0 && !w->rows[keep - 1].committed) keep--;
    world_drop_rows(w, keep);
}

/* ---- a module in a world ---- */
typedef struct Run {
    World *w;
    WorldRun *r;
    PlRunState state;
    Asm *a;
} Run;

UNUSED static Run run_it(Asm *a, WorldServer server)
{
    Run x = {.w = world_new(), .a = a};
    x.w->server = server;
    x.r = world_begin(x.w, asm_done(a), "{}");
    x.state = world_go(x.w, x.r);
    return x;
}

/* Another process takes the same journal up. */
UNUSED static void again(Run *x)
{
    world_end(x->w, x->r);
    x->r = world_begin(x->w, &x->a->m, "{}");
    x->state = x->r->run ? world_go(x->w, x->r) : PL_RUN_BROKEN;
}

UNUSED static void over(Run *x)
{
    world_end(x->w, x->r);
    world_free(x->w);
    asm_free(x->a);
}

UNUSED static bool has(PlStr s, const char *part)
{
    bool found = pl_str_find(s, pl_str_z(part), 0) != PL_STR_NONE;
    if (!found) fprintf(stderr, "expected \"%s\" in: %.*s\n", part, PL_ARG(s));
    return found;
}

#endif
