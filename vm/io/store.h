/* SPDX-License-Identifier: MIT */
/* The store: one SQLite file with plans, runs, their rows and blobs; one read-write connection, held under a lock so that two processes never
 * write one file. Schema, hash chain and durability: spec/journal.md. One thread; rows of all runs that are open share a transaction. */
#ifndef PL_IO_STORE_H
#define PL_IO_STORE_H

#include "vm/base/diag.h"
#include "vm/io/files.h"
#include "vm/port/journal.h"

typedef struct PlStore PlStore;

typedef enum PlStoreMode { PL_STORE_WRITE, PL_STORE_READ } PlStoreMode;
typedef enum PlDurable { PL_DURABLE_EFFECTS /* fsync before an effect and at the end */, PL_DURABLE_ALWAYS } PlDurable;

/* Opens or (WRITE) makes the file; ":memory:" is a store that is gone with the process. PL_BUSY: another process writes it; PL_VERSION: from a newer
 * Pilot; PL_INVALID: not a store, or (READ) no such file; PL_CORRUPT; PL_FULL; PL_IO. Beside the file: PATH.lock (stays), PATH.reserve (disk space for
 * the last rows), PATH-wal and PATH-shm of SQLite. */
PL_MUST_USE PlStatus pl_store_open(const char *path, PlStoreMode mode, PlDurable durable, PlDiags *diags, PlStore **out);
/* Commits what was appended, as far as it still can. Journals of its runs are dead then. */
void pl_store_close(PlStore *store);
/* Why the last call failed, for people; "" when none did. */
const char *pl_store_message(const PlStore *store);

/* The folder of its large files, PATH.files, which need not be there. NULL: a store in memory, or no memory. Lives as long as the store. */
PlFiles *pl_store_files(PlStore *store);

typedef enum PlStoredState { PL_STORED_RUNNING, PL_STORED_DONE, PL_STORED_FAILED, PL_STORED_PARKED, PL_STORED_FORKED } PlStoredState;
typedef struct PlStoredRun { /* texts live until the next call on the store */
    PlStr id;
    uint8_t module_hash[32];
    PlStr title;
    PlStoredState state;
    int64_t started_us, changed_us;
    uint64_t rows;
    uint8_t head[32];
    PlStr reason;   /* parked, failed: why */
} PlStoredRun;

PL_MUST_USE PlStatus pl_store_put_module(PlStore *store, const uint8_t hash[32], PlStr bytes);
PL_MUST_USE PlStatus pl_store_get_module(PlStore *store, const uint8_t hash[32], PlBuf *bytes); /* PL_INVALID: not there */
/* A new run, and its journal. `id` "" : a new one ("r-" and 16 characters, sortable by time). PL_INVALID: there is a run with that id. */
PL_MUST_USE PlStatus pl_store_begin(PlStore *store, const uint8_t module_hash[32], PlStr title, char id[32],
                                    PlJournalPort *journal);
/* An old one, to go on or to read. PL_INVALID when unknown; a unique prefix of the id is enough. `journal` may be NULL. */
PL_MUST_USE PlStatus pl_store_open_run(PlStore *store, PlStr id, PlStoredRun *run, PlJournalPort *journal);
PL_MUST_USE PlStatus pl_store_set_state(PlStore *store, PlStr id, PlStoredState state, PlStr reason);
typedef PlStatus (*PlRunVisit)(void *user, const PlStoredRun *run);
PL_MUST_USE PlStatus pl_store_each_run(PlStore *store, PlRunVisit visit, void *user); /* newest first */

/* A row with what the chain needs; for audits. Borrowed for the call. */
typedef struct PlStoredRow {
    PlRow row;
    const uint8_t *salt;      /* [16]; NULL: body and blob were erased */
    const uint8_t *blob_hash; /* [32]; NULL: no blob */
    const uint8_t *commit, *hash; /* [32] */
} PlStoredRow;
typedef PlStatus (*PlStoredRowVisit)(void *user, const PlStoredRow *row);
PL_MUST_USE PlStatus pl_store_each_row(PlStore *store, PlStr id, PlStoredRowVisit visit, void *user);

/* Erase the bodies, salts and blobs of a run that has ended: of all rows but REDACT, or (`path` given) of that step instance and below. A REDACT row says who
 * and why, first. *erased: how many rows had something. PL_INVALID: no such run; PL_WAITING: it has not ended. vm/io/store_sqlite_erase.c */
PL_MUST_USE PlStatus pl_store_erase(PlStore *store, PlStr id, PlStr path, PlStr who, PlStr why, int64_t wall_us, uint64_t *erased);

/* The run as lines of JSON, each with its '\n': one for the run, one for each row (spec/journal.md). vm/io/store_export.c */
typedef PlStatus (*PlStoreLine)(void *user, PlStr line);
PL_MUST_USE PlStatus pl_store_export(PlStore *store, PlStr id, bool with_blobs, PlStoreLine put, void *user);

/* Check the chain of one run: every hash, every seq, blobs against their hashes, END state. On PL_CORRUPT *bad_seq is the first bad row and *why says
 * what (static words). */
PL_MUST_USE PlStatus pl_store_verify(PlStore *store, PlStr id, uint64_t *rows, uint64_t *bad_seq, const char **why);

#endif
