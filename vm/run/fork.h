/* SPDX-License-Identifier: MIT */
/* The past of a run as the beginning of another: which rows go along, which calls would be made again, and the copying. From journal to journal;
 * who may do it, and where the runs live, is the caller's. spec/replay.md. */
#ifndef PL_RUN_FORK_H
#define PL_RUN_FORK_H

#include "vm/base/vec.h"
#include "vm/code/module.h"
#include "vm/port/journal.h"

typedef struct PlForkCall { /* texts of the arena */
    PlStr path, intent;     /* body of the INTENT row */
    uint32_t attempt;
    uint64_t seq;
    bool may_be_applied;    /* it was: an answer that is a success, a person's word; it may have been: no complete answer */
} PlForkCall;

typedef struct PlForkPlan {
    PL_VEC(PlStr) at;       /* step instances that are left out */
    PL_VEC(PlForkCall) again; /* calls of theirs that are neither safe nor idempotent and that may have been applied */
    uint64_t rows, copied;  /* of the old journal; those that go along */
    PlStr start;            /* body of its START row */
    PlStr to;               /* the run it went on as already; "" when it did not */
    bool has_ended, is_done;
    PlStr missing;          /* a PATH that no row has; "" when all were found */
} PlForkPlan;

/* `at`: paths, or none: the one that failed. Only reads. A status of the journal's. */
PL_MUST_USE PlStatus pl_fork_plan(PlArena *arena, PlJournalPort from, const PlStr *at, uint32_t at_count, PlForkPlan *out);
/* Copy into `to`, whose plan will be `module` and which holds the first `have` of the copied rows already; ends with a barrier. Until all are there the new
 * run does not go on (P0958). */
PL_MUST_USE PlStatus pl_fork_copy(PlArena *arena, const PlForkPlan *plan, PlStr run, PlJournalPort from, PlJournalPort to, const PlModule *module,
                                  uint64_t have);
/* Close the old run: its FORKED row, behind a barrier. */
PL_MUST_USE PlStatus pl_fork_close(PlJournalPort from, PlStr to, int64_t wall_us);

#endif
