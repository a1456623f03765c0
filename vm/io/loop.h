/* SPDX-License-Identifier: MIT */
/* The event loop: one epoll, timers in a heap, everything on one thread. */
#ifndef PL_IO_LOOP_H
#define PL_IO_LOOP_H

#include "vm/port/clock.h"

typedef struct PlLoop PlLoop;
typedef void (*PlLoopReady)(void *user, int fd, uint32_t epoll_events);

PlLoop *pl_loop_new(void); /* NULL with errno */
void pl_loop_free(PlLoop *loop);
/* Add or change what is waited for; events 0 removes. `user` is per fd. */
PL_MUST_USE PlStatus pl_loop_watch(PlLoop *loop, int fd, uint32_t epoll_events, PlLoopReady ready, void *user);
/* Nothing is waited for until the next watch, as after a removal, but epoll keeps the file: watching it again for the same costs no system call. Only
 * for a file whose owner removes it before it is closed. */
void pl_loop_rest(PlLoop *loop, int fd);
/* One turn: due timers, ready files. Waits at most max_us (-1: until something happens); false when there is nothing to wait for. */
bool pl_loop_turn(PlLoop *loop, int64_t max_us);
PlClockPort pl_loop_clock(PlLoop *loop);

#endif
