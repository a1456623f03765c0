/* SPDX-License-Identifier: MIT */
/* What else ends with an arena: a resource that is held across calls that may leave through the arena's escape. arena.c */
#ifndef PL_BASE_ARENA_END_H
#define PL_BASE_ARENA_END_H

#include "vm/base/arena.h"

/* `done` is called with `user` when the arena is freed, whichever way its owner left; the last made first. Not
 * for an arena that is rewound behind it. */
typedef struct PlArenaEnd {
    struct PlArenaEnd *older;
    void (*done)(void *user);
    void *user; /* NULL: there is nothing, or no longer. Set it when there is. */
} PlArenaEnd;
PlArenaEnd *pl_arena_end_new(PlArena *arena, void (*done)(void *user));
void pl_arena_end_now(PlArena *arena, const void *user); /* what has this `user` ends here; nothing when there is none */

#endif
