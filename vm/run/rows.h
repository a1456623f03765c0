/* SPDX-License-Identifier: MIT */
/* The rows a run writes, and those it finds when it is resumed. What the bodies hold: spec/running.md. */
#ifndef PL_RUN_ROWS_H
#define PL_RUN_ROWS_H

#include "vm/run/state.h"

/* Append a row; `body` NULL: {}. A journal that refuses it breaks the run (leaves the pump). */
void pl_rows_put(PlRun *run, PlRowKind kind, uint32_t site, uint32_t attempt, PlStr path, const PlBuf *body, PlStr blob);
/* The same for a row of the run itself, whose body may be large: the journal may keep it, `body` is empty or as it was. */
void pl_rows_put_take(PlRun *run, PlRowKind kind, PlBuf *body);
/* The row of an earlier process: *body is its record, owned; blob (may be NULL) gets its bytes. False when there is none. A body that is no
 * JSON record breaks the run. */
bool pl_rows_find(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt, PlValue *body, PlBuf *blob);
bool pl_rows_has(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt);
/* Was the row found, or made by this process and marked by take. */
bool pl_rows_taken(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt);
void pl_rows_take(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt);
/* When that row, which was found, was written. */
int64_t pl_rows_wall_us(PlRun *run, PlStr path, PlRowKind kind, uint32_t attempt);

/* Fields of a body: the fallback when absent or of another kind. Borrowed texts. */
PlStr pl_rows_text(PlValue body, const char *name);
int64_t pl_rows_int(PlValue body, const char *name, int64_t fallback);
bool pl_rows_yes(PlValue body, const char *name);

/* Read all rows: fills the index, counts calls and active time, finds START and END. */
typedef struct PlRowsStory {
    uint64_t start_seq, end_seq, cancel_seq, forked_seq; /* 0: there is none */
    int64_t active_us;  /* from START and each RESUME to the last row before the next RESUME */
} PlRowsStory;
PL_MUST_USE PlStatus pl_rows_load(PlRun *run, PlRowsStory *story);
/* The body of one row as text. */
PL_MUST_USE PlStatus pl_rows_read(PlRun *run, uint64_t seq, PlBuf *body);

#endif
