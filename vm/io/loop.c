/* SPDX-License-Identifier: MIT */
/* The event loop: one epoll and a heap of timers. Not here: threads, signals, anything that knows what a file is for. Callbacks may add, change
 * and remove any file or timer, also their own. Invariants: a file's entry carries the generation under which epoll knows it, so an event
 * that was fetched for a removed or replaced entry is dropped; a timer made while timers fire waits for the next turn. */
#include "vm/io/loop.h"

#include "vm/base/fault.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256, NO_PLACE = -1 };

typedef struct Watch {
    PlLoopReady ready; /* NULL: not watched */
    void *user;
    uint32_t generation, events;
    bool is_resting;
} Watch;

typedef struct Timer {
    int64_t at_us;
    uint64_t order; /* of creation: equal times fire in it */
    PlTimerDone done;
    void *user;
    uint32_t generation;
    int32_t place;  /* in the heap; NO_PLACE: free */
    uint32_t next_free;
} Timer;

struct PlLoop {
    int epoll;
    Watch *watches; /* by file number */
    uint32_t watch_cap, watch_count;
    Timer *timers;
    uint32_t timer_cap, first_free; /* first_free: index + 1, 0 none */
    uint32_t *heap;                 /* of indices into timers */
    uint32_t heap_len;
    uint64_t next_order;
    int64_t turn_us; /* monotonic time at which this turn's timers were looked at */
};

static int64_t clock_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

PlLoop *pl_loop_new(void)
{
    PlLoop *loop = pl_zalloc(sizeof *loop);
    if (!loop) {
        errno = ENOMEM;
        return NULL;
    }
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        pl_free(loop);
        return NULL;
    }
    return loop;
}

void pl_loop_free(PlLoop *loop)
{
    if (!loop) return;
    close(loop->epoll);
    pl_free(loop->watches);
    pl_free(loop->timers);
    pl_free(loop->heap);
    pl_free(loop);
}

/* ---- files ---- */

static PlStatus room_for_file(PlLoop *loop, int fd)
{
    if ((uint32_t)fd < loop->watch_cap) return PL_OK;
    uint32_t cap = loop->watch_cap ? loop->watch_cap : 64;
    while (cap <= (uint32_t)fd) cap *= 2;
    Watch *watches = pl_realloc(loop->watches, cap * sizeof *watches);
    if (!watches) return PL_NOMEM;
    memset(watches + loop->watch_cap, 0, (cap - loop->watch_cap) * sizeof *watches);
    loop->watches = watches;
    loop->watch_cap = cap;
    return PL_OK;
}

static void forget(PlLoop *loop, int fd)
{
    if ((uint32_t)fd >= loop->watch_cap || !loop->watches[fd].ready) return;
    Watch *watch = &loop->watches[fd];
    if (!watch->is_resting) loop->watch_count--;
    watch->ready = NULL;
    watch->is_resting = false;
    watch->generation++;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL); /* fails when the file was closed before: then it is gone already */
}

void pl_loop_rest(PlLoop *loop, int fd)
{
    if (fd < 0 || (uint32_t)fd >= loop->watch_cap || !loop->watches[fd].ready || loop->watches[fd].is_resting) return;
    loop->watches[fd].is_resting = true;
    loop->watch_count--;
}

PlStatus pl_loop_watch(PlLoop *loop, int fd, uint32_t epoll_events, PlLoopReady ready, void *user)
{
    if (fd < 0) return PL_INVALID;
    if (!epoll_events) {
        forget(loop, fd);
        return PL_OK;
    }
    PlStatus status = room_for_file(loop, fd);
    if (status != PL_OK) return status;
    Watch *watch = &loop->watches[fd];
    bool known = watch->ready != NULL;
    if (watch->is_resting) {
        watch->is_resting = false;
        loop->watch_count++;
        if (watch->events == epoll_events) {
            watch->ready = ready;
            watch->user = user;
            return PL_OK;
        }
    }
    if (!known) watch->generation++;
    struct epoll_event event = {.events = epoll_events,
                                .data.u64 = (uint64_t)watch->generation << 32 | (uint32_t)fd};
    int failed = epoll_ctl(loop->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    /* A file closed and opened again under the same number without our being told: epoll forgot it, we did not. */
    if (failed && known && errno == ENOENT) failed = epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
    if (failed && !known && errno == EEXIST) failed = epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event);
    if (failed) {
        if (known) forget(loop, fd);
        return errno == ENOMEM ? PL_NOMEM : PL_IO;
    }
    if (!known) loop->watch_count++;
    *watch = (Watch){ready, user, watch->generation, epoll_events, false};
    return PL_OK;
}

/* ---- timers ---- */

static bool is_before(const PlLoop *loop, uint32_t a, uint32_t b)
{
    const Timer *x = &loop->timers[a], *y = &loop->timers[b];
    return x->at_us != y->at_us ? x->at_us < y->at_us : x->order < y->order;
}

static void put_at(PlLoop *loop, uint32_t place, uint32_t timer)
{
    loop->heap[place] = timer;
    loop->timers[timer].place = (int32_t)place;
}

static void sift_up(PlLoop *loop, uint32_t place)
{
    uint32_t timer = loop->heap[place];
    for (; place > 0; place = (place - 1) / 2) {
        uint32_t parent = loop->heap[(place - 1) / 2];
        if (!is_before(loop, timer, parent)) break;
        put_at(loop, place, parent);
    }
    put_at(loop, place, timer);
}

static void sift_down(PlLoop *loop, uint32_t place)
{
    uint32_t timer = loop->heap[place];
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= loop->heap_len) break;
        if (child + 1 < loop->heap_len && is_before(loop, loop->heap[child + 1], loop->heap[child])) child++;
        if (!is_before(loop, loop->heap[child], timer)) break;
        put_at(loop, place, loop->heap[child]);
        place = child;
    }
    put_at(loop, place, timer);
}

static PlStatus room_for_timer(PlLoop *loop)
{
    if (loop->first_free) return PL_OK;
    uint32_t cap = loop->timer_cap ? loop->timer_cap * 2 : 64;
    uint32_t *heap = pl_realloc(loop->heap, cap * sizeof *heap);
    if (!heap) return PL_NOMEM;
    loop->heap = heap;
    Timer *timers = pl_realloc(loop->timers, cap * sizeof *timers);
    if (!timers) return PL_NOMEM;
    loop->timers = timers;
    for (uint32_t i = cap; i > loop->timer_cap; i--) {
        timers[i - 1] = (Timer){.place = NO_PLACE, .next_free = loop->first_free};
        loop->first_free = i;
    }
    loop->timer_cap = cap;
    return PL_OK;
}

static void remove_timer(PlLoop *loop, uint32_t index)
{
    Timer *timer = &loop->timers[index];
    uint32_t place = (uint32_t)timer->place, last = loop->heap[--loop->heap_len];
    if (place < loop->heap_len) {
        put_at(loop, place, last);
        sift_up(loop, place);
        sift_down(loop, (uint32_t)loop->timers[last].place);
    }
    timer->place = NO_PLACE;
    timer->generation++;
    timer->next_free = loop->first_free;
    loop->first_free = index + 1;
}

static PlStatus timer_add(void *self, int64_t at_us, PlTimerDone done, void *user, uint64_t *id)
{
    PlLoop *loop = self;
    PlStatus status = room_for_timer(loop);
    if (status != PL_OK) return status;
    uint32_t index = loop->first_free - 1;
    Timer *timer = &loop->timers[index];
    loop->first_free = timer->next_free;
    timer->at_us = at_us > loop->turn_us ? at_us : loop->turn_us; /* behind those that are due already */
    timer->order = loop->next_order++;
    timer->done = done;
    timer->user = user;
    loop->heap[loop->heap_len++] = index;
    sift_up(loop, loop->heap_len - 1);
    *id = (uint64_t)timer->generation << 32 | (index + 1);
    return PL_OK;
}

static void timer_cancel(void *self, uint64_t id)
{
    PlLoop *loop = self;
    uint32_t index = (uint32_t)id - 1;
    if ((uint32_t)id == 0 || index >= loop->timer_cap) return;
    const Timer *timer = &loop->timers[index];
    if (timer->place != NO_PLACE && timer->generation == (uint32_t)(id >> 32)) remove_timer(loop, index);
}

static void fire_due(PlLoop *loop)
{
    loop->turn_us = clock_us(CLOCK_MONOTONIC);
    uint64_t first_new = loop->next_order;
    while (loop->heap_len) {
        uint32_t index = loop->heap[0];
        Timer timer = loop->timers[index];
        if (timer.at_us > loop->turn_us || timer.order >= first_new) break;
        remove_timer(loop, index);
        timer.done(timer.user);
    }
}

/* ---- a turn ---- */

static int wait_ms(const PlLoop *loop, int64_t max_us)
{
    int64_t wait_us = max_us < 0 ? INT64_MAX : max_us;
    if (loop->heap_len) {
        int64_t due_us = loop->timers[loop->heap[0]].at_us - clock_us(CLOCK_MONOTONIC);
        if (due_us < wait_us) wait_us = due_us < 0 ? 0 : due_us;
    }
    if (wait_us == INT64_MAX) return -1;
    int64_t ms = wait_us / 1000 + (wait_us % 1000 != 0);
    return ms > 3600000 ? 3600000 : (int)ms;
}

bool pl_loop_turn(PlLoop *loop, int64_t max_us)
{
    if (!loop->watch_count && !loop->heap_len) return false;
    struct epoll_event events[BATCH];
    int count = epoll_wait(loop->epoll, events, BATCH, wait_ms(loop, max_us)); /* EINTR: a turn in which nothing came */
    for (int i = 0; i < count; i++) {
        uint32_t fd = (uint32_t)events[i].data.u64, generation = (uint32_t)(events[i].data.u64 >> 32);
        const Watch *watch = &loop->watches[fd];
        if (!watch->ready || watch->generation != generation) continue;
        if (watch->is_resting) forget(loop, (int)fd); /* nobody wants to know, and epoll would say it again and again */
        else watch->ready(watch->user, (int)fd, events[i].events);
    }
    fire_due(loop);
    return true;
}

static int64_t wall_us(void *self)
{
    (void)self;
    return clock_us(CLOCK_REALTIME);
}

static int64_t mono_us(void *self)
{
    (void)self;
    return clock_us(CLOCK_MONOTONIC);
}

PlClockPort pl_loop_clock(PlLoop *loop)
{
    return (PlClockPort){loop, wall_us, mono_us, timer_add, timer_cancel};
}
