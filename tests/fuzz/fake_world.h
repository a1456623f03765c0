/* SPDX-License-Identifier: MIT */
/* A world for doors under a fuzzer: a clock that is turned by hand, and a line of requests that wait for the answers of the input. Nothing is started, nothing
 * leaves. A target names what it replaces, and feeds answers until the call has ended. */
#ifndef TESTS_FUZZ_FAKE_WORLD_H
#define TESTS_FUZZ_FAKE_WORLD_H

#include "vm/port/clock.h"
#include "vm/port/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAKE_TIMERS = 64, FAKE_SENT = 64 };

typedef struct FakeSent { /* a request that waits for its answer */
    uint64_t id; /* 0: none */
    PlNetDone done;
    void *user;
    char url[160];
    uint64_t rpc; /* the id within a JSON-RPC message; 0: none */
} FakeSent;

typedef struct FakeWorld {
    struct {
        uint64_t id; /* 0: none */
        int64_t at_us;
        PlTimerDone done;
        void *user;
    } timers[FAKE_TIMERS];
    FakeSent sent[FAKE_SENT];
    uint64_t last_id;
    int64_t now_us;
    void (*watch)(void *self, const PlNetRequest *request); /* sees each request that is sent; may be NULL */
    void *watcher;
} FakeWorld;

static inline void fake_need(bool holds)
{
    if (!holds) abort();
}

static inline int64_t fake_now(void *self)
{
    return ((FakeWorld *)self)->now_us;
}

static inline PlStatus fake_timer(void *self, int64_t at_us, PlTimerDone done, void *user, uint64_t *timer)
{
    FakeWorld *w = self;
    for (size_t i = 0; i < FAKE_TIMERS; i++) {
        if (w->timers[i].id) continue;
        w->timers[i].id = *timer = ++w->last_id;
        w->timers[i].at_us = at_us;
        w->timers[i].done = done;
        w->timers[i].user = user;
        return PL_OK;
    }
    return PL_NOMEM;
}

static inline void fake_timer_cancel(void *self, uint64_t timer)
{
    FakeWorld *w = self;
    for (size_t i = 0; i < FAKE_TIMERS; i++)
        if (timer && w->timers[i].id == timer) w->timers[i].id = 0;
}

static inline PlClockPort fake_clock(FakeWorld *w)
{
    return (PlClockPort){w, fake_now, fake_now, fake_timer, fake_timer_cancel};
}

/* Runs the timer that is due next. `wait`: the clock is put forward to it. False: there is none. */
static inline bool fake_turn(FakeWorld *w, bool wait)
{
    size_t next = FAKE_TIMERS;
    for (size_t i = 0; i < FAKE_TIMERS; i++)
        if (w->timers[i].id && (next == FAKE_TIMERS || w->timers[i].at_us < w->timers[next].at_us)) next = i;
    if (next == FAKE_TIMERS || (!wait && w->timers[next].at_us > w->now_us)) return false;
    if (w->timers[next].at_us > w->now_us) w->now_us = w->timers[next].at_us;
    w->timers[next].id = 0;
    w->timers[next].done(w->timers[next].user);
    return true;
}

static inline PlStatus fake_send(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    FakeWorld *w = self;
    for (size_t i = 0; i < FAKE_SENT; i++) {
        FakeSent *s = &w->sent[i];
        if (s->id) continue;
        *s = (FakeSent){.id = ++w->last_id, .done = done, .user = user};
        size_t len = request->url.len < sizeof s->url ? request->url.len : sizeof s->url - 1;
        memcpy(s->url, request->url.ptr, len);
        size_t at = pl_str_find(request->body, PL_STR("\"id\":"), 0);
        if (at != PL_STR_NONE) s->rpc = strtoull(request->body.ptr + at + 5, NULL, 10);
        *call = s->id;
        if (w->watch) w->watch(w->watcher, request);
        return PL_OK;
    }
    return PL_NOMEM;
}

static inline void fake_cancel(void *self, uint64_t call)
{
    (void)self, (void)call; /* its answer may still come */
}

static inline PlNetPort fake_net(FakeWorld *w)
{
    return (PlNetPort){w, fake_send, fake_cancel};
}

static inline FakeSent *fake_oldest(FakeWorld *w)
{
    FakeSent *oldest = NULL;
    for (size_t i = 0; i < FAKE_SENT; i++)
        if (w->sent[i].id && (!oldest || w->sent[i].id < oldest->id)) oldest = &w->sent[i];
    return oldest;
}

static inline void fake_answer(FakeSent *sent, const PlNetAnswer *answer)
{
    FakeSent s = *sent;
    sent->id = 0;
    s.done(s.user, answer);
}

/* The next line of `text`, which goes on behind it. False: there is none. */
static inline bool fake_line(PlStr *text, PlStr *line)
{
    if (!text->len) return false;
    size_t end = pl_str_find_char(*text, '\n', 0);
    *line = pl_str_slice(*text, 0, end == PL_STR_NONE ? text->len : end);
    *text = pl_str_slice(*text, end == PL_STR_NONE ? text->len : end + 1, text->len);
    return true;
}

/* "200 BODY"; "!unknown", "!never" for no answer. Other first words: status 200, all is body. */
static inline PlNetAnswer fake_read(PlStr line)
{
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_ANSWERED, .status = 200, .body = line, .message = PL_STR(""), .credential = PL_STR("")};
    int64_t status;
    size_t space = pl_str_find_char(line, ' ', 0);
    if (pl_str_eq_z(line, "!unknown")) {
        answer.evidence = PL_EVIDENCE_UNKNOWN;
        answer.fault = PL_NET_RESET;
    } else if (pl_str_eq_z(line, "!never")) {
        answer.evidence = PL_EVIDENCE_NEVER_SENT;
        answer.fault = PL_NET_CONNECT;
    } else if (space == 3 && pl_str_to_int(pl_str_slice(line, 0, 3), &status) && status >= 100 && status < 1000) {
        answer.status = (unsigned)status;
        answer.body = pl_str_slice(line, 4, line.len);
    }
    return answer;
}

#endif
