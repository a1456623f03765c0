/* SPDX-License-Identifier: MIT */
/* A run again from its rows alone, on its own plan or another: nothing is sent, asked, written or waited for. Says whether the same came out, and where
 * not. spec/replay.md. */
#ifndef PL_RUN_OFFLINE_H
#define PL_RUN_OFFLINE_H

#include "vm/run/run.h"

typedef enum PlDifferenceKind {
    PL_DIFFERS_NEW,   /* the plan wants a row that the journal does not have: `body` is what it would be */
    PL_DIFFERS_GONE,  /* the journal has a call or a question that the plan did not come to */
    PL_DIFFERS_OTHER, /* the same place asks or sends something else: `body` is the message that shows both */
    PL_DIFFERS_END    /* `body` is the end that came out, `before` the one on record */
} PlDifferenceKind;
const char *pl_difference_name(PlDifferenceKind kind); /* "new" */

typedef struct PlDifference { /* texts of the arena */
    PlDifferenceKind kind;
    PlRowKind row;
    uint32_t attempt;
    uint64_t seq;  /* GONE: of the row; else 0 */
    PlStr path, body, before;
} PlDifference;

typedef enum PlOfflineVerdict {
    PL_OFFLINE_SAME,    /* the same end */
    PL_OFFLINE_SO_FAR,  /* the run has no end of its own; what it did is the same */
    PL_OFFLINE_DIFFERS
} PlOfflineVerdict;

typedef struct PlOfflineResult {
    PlOfflineVerdict verdict;
    uint64_t rows, calls;             /* on record; taken from there */
    const PlDifference *differences;  /* of the arena: the first PL_LIMIT_DIFFERENCES */
    uint32_t difference_count;
    bool cut;                         /* there are more */
    PlStr next;                       /* SO_FAR: the path of what the run would do next; "" when it waits for what its rows say */
} PlOfflineResult;

/* `journal`, of the run `id`, is only read. `module` may be another one than the run's own. PL_OK with a result; else a diagnostic: the input does
 * not fit the other plan, a row cannot be read. */
PL_MUST_USE PlStatus pl_offline_replay(PlArena *arena, const PlModule *module, PlStr id, PlJournalPort journal, PlFilesPort files,
                                      PlBuiltinLookup builtins, PlDiags *diags,
                                       PlOfflineResult *out);

#endif
