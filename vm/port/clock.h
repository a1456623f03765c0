/* SPDX-License-Identifier: MIT */
/* Time and timers. The interpreter asks the wall clock only through the journal, so that a replay sees the same time. */
#ifndef PL_PORT_CLOCK_H
#define PL_PORT_CLOCK_H

#include "vm/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef void (*PlTimerDone)(void *user);

typedef struct PlClockPort {
    void *self;
    int64_t (*wall_us)(void *self); /* since 1970 UTC */
    int64_t (*mono_us)(void *self); /* never goes back */
    /* done is called from the loop at or after mono_us >= at_us. Errors only PL_NOMEM. */
    PlStatus (*timer)(void *self, int64_t at_us, PlTimerDone done, void *user, uint64_t *timer);
    void (*timer_cancel)(void *self, uint64_t timer); /* done is not called any more */
} PlClockPort;

#endif
