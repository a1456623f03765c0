/* SPDX-License-Identifier: MIT */
/* What a resumed run knows of its journal: where the row of a (path, kind, attempt) is. Bodies stay in the journal and are read when the run
 * comes to them, so a long story costs a few words a row. Filled once, before the first instruction. */
#ifndef PL_RUN_ROW_INDEX_H
#define PL_RUN_ROW_INDEX_H

#include "vm/port/journal.h"

typedef struct PlRowIndex PlRowIndex;

typedef struct PlRowIndexEntry { /* 20 bytes for each row of a story: halves of words, so that nothing is padded */
    uint32_t key[2];  /* of path, kind and attempt */
    uint32_t wall[2]; /* microseconds */
    uint32_t seq;     /* below 2^31, and above it whether it was taken */
} PlRowIndexEntry;

static inline uint64_t pl_row_index_seq(const PlRowIndexEntry *e) { return e->seq & INT32_MAX; }
static inline bool pl_row_index_taken(const PlRowIndexEntry *e) { return e->seq > INT32_MAX; }
static inline void pl_row_index_take(PlRowIndexEntry *e) { e->seq |= 0x80000000u; }
static inline int64_t pl_row_index_wall_us(const PlRowIndexEntry *e) { return (int64_t)((uint64_t)e->wall[1] << 32 | e->wall[0]); }

PlRowIndex *pl_row_index_new(void); /* NULL: no memory */
void pl_row_index_free(PlRowIndex *index);
PL_MUST_USE PlStatus pl_row_index_add(PlRowIndex *index, const PlRow *row);
/* The entry, or NULL. Of several with the same path, kind and attempt the last in order of seq. */
PlRowIndexEntry *pl_row_index_find(PlRowIndex *index, PlStr path, PlRowKind kind, uint32_t attempt);

/* Calls of an unsafe class that earlier processes sent and whose outcome no row tells. */
typedef struct PlOpenCall {
    char *path;
    uint32_t site, attempt;
} PlOpenCall;
PL_MUST_USE PlStatus pl_row_index_open(PlRowIndex *index, const PlRow *intent);
void pl_row_index_close(PlRowIndex *index, PlStr path, uint32_t attempt);
uint32_t pl_row_index_open_count(const PlRowIndex *index);
const PlOpenCall *pl_row_index_open_call(const PlRowIndex *index, uint32_t i);

#endif
