/* SPDX-License-Identifier: MIT */
/* The journal: the rows of one run, which are its durable state, its audit log and its replay. Rows are keyed by (path, attempt); the order
 * things happen to finish in is only the order of seq. spec/journal.md. Real: vm/io/store_sqlite*.c; in memory: tests. */
#ifndef PL_PORT_JOURNAL_H
#define PL_PORT_JOURNAL_H

#include "vm/base/str.h"
#include "vm/base/status.h"

typedef enum PlRowKind { /* numbers are on disk: never renumber */
    PL_ROW_START = 1,   /* module hash, input, options: first row */
    PL_ROW_INTENT = 2,  /* a call is about to be sent: request commitment, class, key, credential name */
    PL_ROW_RESULT = 3,  /* its complete answer, or the value of a step */
    PL_ROW_FAIL = 4,    /* provably not applied, or failed for good */
    PL_ROW_INDOUBT = 5, /* nobody knows */
    PL_ROW_PARK = 6,    /* the run waits for a person */
    PL_ROW_RESOLVE = 7, /* a person settled what was in doubt */
    PL_ROW_ASK = 8,
    PL_ROW_ANSWER = 9,  /* to an ASK: answer, approval or denial */
    PL_ROW_TIME = 10,   /* now, today */
    PL_ROW_RANDOM = 11,
    PL_ROW_TIMER = 12,  /* a wait began: wake time */
    PL_ROW_FIRED = 13,  /* and is over */
    PL_ROW_NOTE = 14,
    PL_ROW_CANCEL = 15,
    PL_ROW_VETO = 16,   /* a hook refused a step */
    PL_ROW_RESUME = 17, /* another process took the run up */
    PL_ROW_END = 18,    /* done, stopped or failed: output or error */
    PL_ROW_FORKED = 19, /* went on as another run: the last row, behind END or instead of it */
    PL_ROW_REDACT = 20, /* bodies were erased: which, by whom, why; only behind the end */
    PL_ROW_KIND_END
} PlRowKind;
const char *pl_row_kind_name(PlRowKind kind); /* "INTENT"; vm/port/journal.c */

typedef struct PlRow {
    uint64_t seq;      /* from 1; set by append */
    PlRowKind kind;
    uint32_t site;     /* PL_NO_SITE for rows of the run itself */
    uint32_t attempt;  /* from 1; 0 where there are none */
    PlStr path;        /* "2#17.1"; "" for rows of the run itself */
    int64_t wall_us;
    PlStr body;        /* JSON */
    PlStr blob;        /* raw answer body and such; may be empty; stored by hash, once */
    char *give;        /* NULL, or the block of pl_alloc that the body begins in: append may keep it, and sets this to NULL then */
} PlRow;

typedef PlStatus (*PlRowVisit)(void *user, const PlRow *row); /* not PL_OK ends the walk and is returned */

typedef struct PlJournalPort {
    void *self;
    /* Add a row behind the last. In the file (kill -9 safe) after the next commit, on disk after the next barrier. PL_FULL, PL_IO, PL_NOMEM:
     * the journal is then read-only, and the run must end without another effect. Sets row->seq. */
    PlStatus (*append)(void *self, PlRow *row);
    PlStatus (*commit)(void *self);
    PlStatus (*barrier)(void *self);
    PlStatus (*each)(void *self, PlRowVisit visit, void *user); /* all rows in order of seq, appended ones too */
    /* The row with this seq: a run keeps an index of its rows and reads their bodies when it comes to them. visit's status is returned;
     * PL_INVALID when there is no such row. */
    PlStatus (*read)(void *self, uint64_t seq, PlRowVisit visit, void *user);
    /* A commit that need not have happened when this returns: what was appended goes to the file within milliseconds, in order, and before the next
     * commit or barrier returns. For rows before a call that only reads. May be NULL: then commit. */
    PlStatus (*soon)(void *self);
} PlJournalPort;

#endif
