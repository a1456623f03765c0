/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "vm/io/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

typedef struct World {
    PlLoop *loop;
    PlClockPort clock;
    int fired[64];
    int fired_count, reads;
    uint64_t other;
    int pipes[2][2];
} World;

typedef struct Mark {
    World *world;
    int name;
} Mark;

static void begin(World *w)
{
    *w = (World){.loop = pl_loop_new()};
    w->clock = pl_loop_clock(w->loop);
}

static void note(void *user)
{
    Mark *mark = user;
    mark->world->fired[mark->world->fired_count++] = mark->name;
}

TEST(nothing_to_wait_for)
{
    World w;
    begin(&w);
    CHECK(!pl_loop_turn(w.loop, -1));
    pl_loop_free(w.loop);
}

TEST(timers_fire_in_order_of_time_then_of_creation)
{
    World w;
    begin(&w);
    int64_t now = w.clock.mono_us(w.loop);
    Mark marks[] = {{&w, 0}, {&w, 1}, {&w, 2}, {&w, 3}};
    uint64_t id;
    CHECK(w.clock.timer(w.loop, now + 2000, note, &marks[3], &id) == PL_OK);
    CHECK(w.clock.timer(w.loop, now + 1000, note, &marks[1], &id) == PL_OK);
    CHECK(w.clock.timer(w.loop, now + 1000, note, &marks[2], &id) == PL_OK);
    CHECK(w.clock.timer(w.loop, now - 5, note, &marks[0], &id) == PL_OK);
    while (pl_loop_turn(w.loop, -1)) {}
    CHECK(w.fired_count == 4);
    for (int i = 0; i < 4; i++) CHECK(w.fired[i] == i);
    CHECK(w.clock.mono_us(w.loop) - now >= 2000);
    pl_loop_free(w.loop);
}

TEST(a_cancelled_timer_does_not_fire_and_its_id_is_dead)
{
    World w;
    begin(&w);
    Mark marks[] = {{&w, 0}, {&w, 1}};
    uint64_t first, second;
    CHECK(w.clock.timer(w.loop, 0, note, &marks[0], &first) == PL_OK);
    w.clock.timer_cancel(w.loop, first);
    CHECK(w.clock.timer(w.loop, 0, note, &marks[1], &second) == PL_OK);
    CHECK(first != second);
    w.clock.timer_cancel(w.loop, first); /* the slot is used again: must not hit the second */
    w.clock.timer_cancel(w.loop, 0);
    w.clock.timer_cancel(w.loop, UINT64_MAX);
    while (pl_loop_turn(w.loop, -1)) {}
    CHECK(w.fired_count == 1 && w.fired[0] == 1);
    pl_loop_free(w.loop);
}

static void cancel_other(void *user)
{
    World *w = user;
    w->clock.timer_cancel(w->loop, w->other);
}

TEST(a_callback_may_cancel_a_timer_that_is_due_in_the_same_turn)
{
    World w;
    begin(&w);
    Mark mark = {&w, 7};
    uint64_t id;
    CHECK(w.clock.timer(w.loop, 0, cancel_other, &w, &id) == PL_OK);
    CHECK(w.clock.timer(w.loop, 0, note, &mark, &w.other) == PL_OK);
    while (pl_loop_turn(w.loop, -1)) {}
    CHECK(w.fired_count == 0);
    pl_loop_free(w.loop);
}

static void again(void *user)
{
    World *w = user;
    uint64_t id;
    if (w->fired_count < 5) (void)w->clock.timer(w->loop, 0, again, w, &id);
    w->fired[w->fired_count++] = 100;
}

TEST(a_timer_that_sets_itself_does_not_keep_others_from_firing)
{
    World w;
    begin(&w);
    Mark mark = {&w, 1};
    uint64_t id;
    CHECK(w.clock.timer(w.loop, 0, again, &w, &id) == PL_OK);
    CHECK(w.clock.timer(w.loop, 0, note, &mark, &id) == PL_OK);
    CHECK(pl_loop_turn(w.loop, 0));
    CHECK(w.fired_count == 2 && w.fired[0] == 100 && w.fired[1] == 1);
    while (pl_loop_turn(w.loop, -1)) {}
    CHECK(w.fired_count == 7 || w.fired_count == 6);
    pl_loop_free(w.loop);
}

TEST(ten_thousand_timers_in_random_order)
{
    enum { N = 10000 };
    World w;
    begin(&w);
    static uint64_t ids[N];
    uint32_t x = 12345;
    static Mark mark;
    mark = (Mark){&w, 1};
    int64_t now = w.clock.mono_us(w.loop);
    for (int i = 0; i < N; i++) {
        x = x * 1664525 + 1013904223;
        CHECK(w.clock.timer(w.loop, now + 3600000000 + x % 1000, note, &mark, &ids[i]) == PL_OK);
    }
    for (int i = 0; i < N; i++) w.clock.timer_cancel(w.loop, ids[(i * 7919) % N]);
    CHECK(!pl_loop_turn(w.loop, 0));
    pl_loop_free(w.loop);
}

static void read_one(void *user, int fd, uint32_t events)
{
    World *w = user;
    char c;
    CHECK(events & EPOLLIN);
    CHECK(read(fd, &c, 1) == 1);
    w->reads++;
}

static void read_and_drop_both(void *user, int fd, uint32_t events)
{
    World *w = user;
    read_one(user, fd, events);
    for (int i = 0; i < 2; i++) CHECK(pl_loop_watch(w->loop, w->pipes[i][0], 0, NULL, NULL) == PL_OK);
}

TEST(files_are_watched_changed_and_dropped)
{
    World w;
    begin(&w);
    CHECK(pipe(w.pipes[0]) == 0);
    CHECK(pl_loop_watch(w.loop, w.pipes[0][0], EPOLLIN, read_one, &w) == PL_OK);
    CHECK(pl_loop_turn(w.loop, 0) && w.reads == 0);
    CHECK(write(w.pipes[0][1], "ab", 2) == 2);
    CHECK(pl_loop_turn(w.loop, -1) && w.reads == 1);
    CHECK(pl_loop_watch(w.loop, w.pipes[0][0], EPOLLIN | EPOLLRDHUP, read_one, &w) == PL_OK);
    CHECK(pl_loop_turn(w.loop, -1) && w.reads == 2);
    CHECK(pl_loop_watch(w.loop, w.pipes[0][0], 0, NULL, NULL) == PL_OK);
    CHECK(!pl_loop_turn(w.loop, 0));
    CHECK(pl_loop_watch(w.loop, -1, EPOLLIN, read_one, &w) == PL_INVALID);
    close(w.pipes[0][0]);
    close(w.pipes[0][1]);
    CHECK(pl_loop_watch(w.loop, w.pipes[0][0], EPOLLIN, read_one, &w) == PL_IO);
    pl_loop_free(w.loop);
}

TEST(an_event_of_a_file_dropped_in_the_same_turn_is_not_delivered)
{
    World w;
    begin(&w);
    for (int i = 0; i < 2; i++) {
        CHECK(pipe(w.pipes[i]) == 0);
        CHECK(write(w.pipes[i][1], "x", 1) == 1);
        CHECK(pl_loop_watch(w.loop, w.pipes[i][0], EPOLLIN, read_and_drop_both, &w) == PL_OK);
    }
    CHECK(pl_loop_turn(w.loop, -1));
    CHECK(w.reads == 1);
    for (int i = 0; i < 4; i++) close(w.pipes[i / 2][i % 2]);
    pl_loop_free(w.loop);
}

TEST(a_file_number_used_again_behind_our_back_is_watched_again)
{
    World w;
    begin(&w);
    CHECK(pipe(w.pipes[0]) == 0);
    CHECK(pl_loop_watch(w.loop, w.pipes[0][0], EPOLLIN, read_one, &w) == PL_OK);
    int number = w.pipes[0][0];
    close(w.pipes[0][0]);
    close(w.pipes[0][1]);
    CHECK(pipe(w.pipes[0]) == 0);
    CHECK(w.pipes[0][0] == number);
    CHECK(write(w.pipes[0][1], "x", 1) == 1);
    CHECK(pl_loop_watch(w.loop, number, EPOLLIN, read_one, &w) == PL_OK);
    CHECK(pl_loop_turn(w.loop, 1000) && w.reads == 1);
    close(w.pipes[0][0]);
    close(w.pipes[0][1]);
    pl_loop_free(w.loop);
}

static void count_ready(void *user, int fd, uint32_t events)
{
    char byte;
    (void)events;
    ++*(int *)user;
    CHECK(read(fd, &byte, 1) == 1);
}

/* A resting file is heard of by nobody, does not keep the loop waiting, and wakes up with what came meanwhile. */
TEST(a_file_may_rest)
{
    World w;
    begin(&w);
    int ends[2], heard = 0;
    CHECK(pipe(ends) == 0);
    CHECK(pl_loop_watch(w.loop, ends[0], EPOLLIN, count_ready, &heard) == PL_OK);
    pl_loop_rest(w.loop, ends[0]);
    pl_loop_rest(w.loop, ends[0]);
    CHECK(!pl_loop_turn(w.loop, -1));
    CHECK(write(ends[1], "ab", 2) == 2);
    CHECK(pl_loop_watch(w.loop, ends[0], EPOLLIN, count_ready, &heard) == PL_OK); /* as before: no system call */
    CHECK(pl_loop_turn(w.loop, -1) && heard == 1);
    pl_loop_rest(w.loop, ends[0]);
    int other = dup(ends[1]);
    CHECK(pl_loop_watch(w.loop, other, EPOLLOUT, count_ready, &heard) == PL_OK);
    pl_loop_rest(w.loop, other);
    uint64_t id;
    Mark mark = {&w, 1};
    CHECK(w.clock.timer(w.loop, 0, note, &mark, &id) == PL_OK);
    CHECK(pl_loop_turn(w.loop, -1) && heard == 1); /* both are ready, and are dropped */
    CHECK(pl_loop_watch(w.loop, ends[0], EPOLLIN, count_ready, &heard) == PL_OK);
    CHECK(pl_loop_turn(w.loop, -1) && heard == 2);
    CHECK(pl_loop_watch(w.loop, ends[0], 0, NULL, NULL) == PL_OK && !pl_loop_turn(w.loop, -1));
    close(other);
    close(ends[0]);
    close(ends[1]);
    pl_loop_free(w.loop);
}

UNIT_MAIN
