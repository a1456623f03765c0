/* SPDX-License-Identifier: MIT */
/* What a resumed run knows of its journal: where the row of a (path, kind, attempt) is. Bodies stay in the journal and are read when the run
 * comes to them, so a long story costs a few words a row. Filled once, before the first instruction. */
#ifndef PL_RUN_INDEX_H
#define PL_RUN_INDEX_H

#include "vm/port/journal.h"

typedef struct PlIndex PlIndex;

typedef struct PlIndexEntry {
    uint64_t key;     /* of path and kind */
    uint64_t seq;
    int64_t wall_us;
    uint32_t attempt;
    uint8_t kind;
    bool taken;
} PlIndexEntry;

PlIndex *pl_index_new(void); /* NULL: no memory */
void pl_index_free(PlIndex *index);
PL_MUST_USE PlStatus pl_index_add(PlIndex *index, const PlRow *row);
uint32_t pl_index_len(const PlIndex *index);
/* The entry, or NULL. Of several with the same path, kind and attempt the last in order of seq. */
PlIndexEntry *pl_index_find(PlIndex *index, PlStr path, PlRowKind kind, uint32_t attempt);

/* Calls of an unsafe class that earlier processes sent and whose outcome no row tells. */
typedef struct PlOpenCall {
    char *path;
    uint32_t site, attempt;
} PlOpenCall;
PL_MUST_USE PlStatus pl_index_open(PlIndex *index, const PlRow *intent);
void pl_index_close(PlIndex *index, PlStr path, uint32_t attempt);
uint32_t pl_index_open_count(const PlIndex *index);
const PlOpenCall *pl_index_open_call(const PlIndex *index, uint32_t i);

#endif
