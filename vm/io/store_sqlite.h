/* SPDX-License-Identifier: MIT */
/* What the store_sqlite*.c files share. Private to them. */
#ifndef PL_IO_STORE_SQLITE_H
#define PL_IO_STORE_SQLITE_H

#include "vm/io/store.h"
#include "vm/io/store_chain.h"
#include "vm/io/store_lock.h"
#include "vm/io/store_writer.h"

#include <stdatomic.h>

struct sqlite3;
struct sqlite3_stmt;

typedef enum PlStoreSql {
    PL_SQL_BEGIN,
    PL_SQL_COMMIT,
    PL_SQL_ROLLBACK,
    PL_SQL_PUT_ROW,
    PL_SQL_PUT_BLOB,
    PL_SQL_EACH_ROW,
    PL_SQL_READ_ROW,
    PL_SQL_READ_ON,
    PL_SQL_LAST_ROW,
    PL_SQL_PUT_MODULE,
    PL_SQL_GET_MODULE,
    PL_SQL_PUT_RUN,
    PL_SQL_FIND_RUN,
    PL_SQL_EACH_RUN,
    PL_SQL_SET_STATE,
    PL_SQL_SEAL,
    PL_SQL_COUNT
} PlStoreSql;

enum { PL_STORE_ID = 32 }; /* an id has fewer bytes */

typedef struct PlStoreRun { /* a run whose journal was given out */
    struct PlStoreRun *next;
    PlStore *store;
    int64_t number;
    char id[PL_STORE_ID];
    bool is_done;     /* its END row said so, and its state with it */
    uint64_t seq;     /* of the last row, also of one that is still pending */
    uint8_t head[32]; /* hash of the last one that was written */
} PlStoreRun;

typedef struct PlPendingRow { /* appended, not yet in the file; texts in the batch's bytes, one behind the other */
    PlStoreRun *run;
    PlRow row;        /* path, body, blob: lengths only; `give` is ours, and holds the body */
    size_t at;        /* of path; body (unless it was given) and blob follow */
    uint8_t salt[PL_CHAIN_SALT], commit[32], hash[32], blob_hash[32]; /* when it is written */
} PlPendingRow;

typedef struct PlRowBatch {
    PlPendingRow *rows;
    uint32_t len, cap;
    PlBuf bytes;
    size_t given; /* bytes of bodies that are not in `bytes` */
} PlRowBatch;

struct PlStore {
    struct sqlite3 *db;
    struct sqlite3_stmt *sql[PL_SQL_COUNT];
    PlStoreMode mode;
    PlDurable durable;
    PlStoreLock lock;
    _Atomic PlStatus broken; /* sticky: PL_IO, PL_FULL, PL_NOMEM, PL_CORRUPT */
    atomic_bool is_full;     /* the reserve is spent: only rows that end things */
    bool is_snapshot;   /* READ: a transaction began, and ends when the store is closed */
    bool is_wal;        /* ... of a file with a write-ahead log; then PL_SQL_READ_ON stands on the row `at_seq` of run `at_run`, when that is not 0 */
    int64_t at_run;
    uint64_t at_seq;
    bool is_unsynced;   /* written since the last fdatasync */
    char *path;         /* of the file; NULL: there is none, and never will be */
    PlFiles *files;     /* once somebody asked */
    bool is_foreign;    /* the file is a database of another program */
    bool is_torn;       /* store_sqlite_torn.c: the file that was there was set aside */
    bool is_image, is_image_written, is_image_stale; /* store_sqlite_image.c */
    size_t image_bytes; /* when it was last written */
    int image_fd;       /* of that file, -1 none */
    bool is_young, is_file_unsynced; /* store_sqlite_young.c; the second: file and name may not survive a power cut */
    uint32_t young_batches;
    PlStoreRun *runs;
    PlRowBatch filling, writing; /* rows go from the first to the second, and from there to the file */
    PlStoreWriter writer;
    bool is_much;       /* was in `filling` when the last row came: the next one waits until it is written */
    uint32_t walks;     /* under way: their statements are the owner's */
    PlBuf text;         /* of the run last given out */
    uint8_t salts[4096];
    size_t salts_left;
    char message[320];
};

/* ---- store_sqlite.c ---- */
PL_MUST_USE PlStatus pl_store_sqlite_status(PlStore *store, int code); /* SQLite's code as ours, store->message set */
/* The statement, reset and without bindings; NULL: store->broken says why. */
struct sqlite3_stmt *pl_store_sqlite_stmt(PlStore *store, PlStoreSql which);
PL_MUST_USE PlStatus pl_store_sqlite_do(PlStore *store, PlStoreSql which);   /* one that gives no rows */
PL_MUST_USE PlStatus pl_store_sqlite_fail(PlStore *store, PlStatus status);  /* make it sticky; returns it */

PL_MUST_USE PlStatus pl_store_sqlite_run(PlStore *store, const char *sql);   /* several, without bindings */
PL_MUST_USE PlStatus pl_store_sqlite_reserve(PlStore *store);                /* the disk space for the last rows */
PL_MUST_USE PlStatus pl_store_sqlite_connect(PlStore *store);                /* to a file that a store stands in already, for writing */

/* ---- store_sqlite_schema.c ---- */
PL_MUST_USE PlStatus pl_store_schema_make(PlStore *store);  /* tables in an empty file */
PL_MUST_USE PlStatus pl_store_schema_blank(PlStore *store); /* store->db is a store without a row, in memory */

/* ---- store_sqlite_image.c ---- */
bool pl_store_image_fits(const char *path);                                /* there is no file yet, or one without a byte */
PL_MUST_USE PlStatus pl_store_image_write(PlStore *store, bool ends_run);  /* before each write: leave for the file if it is time */
PL_MUST_USE PlStatus pl_store_image_put(PlStore *store, bool ends_run);    /* after what must be in the file: put it there */
PL_MUST_USE PlStatus pl_store_image_sync(PlStore *store);

/* ---- store_sqlite_torn.c ---- */
/* Of a store whose lock says that nothing in it was promised; `opened`: how opening it went. PL_OK: it is whole, and promised from now on, or, with is_torn, it
 * was set aside and there is none. */
PL_MUST_USE PlStatus pl_store_torn_check(PlStore *store, PlStatus opened);

/* ---- store_sqlite_young.c ---- */
#define PL_STORE_GROWN "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA wal_autocheckpoint=512;PRAGMA journal_size_limit=67108864;"
PL_MUST_USE PlStatus pl_store_young_begin(PlStore *store);                /* nothing in the file is promised */
PL_MUST_USE PlStatus pl_store_young_write(PlStore *store, bool ends_run); /* before each write: grow up if it is time */
PL_MUST_USE PlStatus pl_store_young_sync(PlStore *store);                 /* the file and its name, once */
PL_MUST_USE PlStatus pl_store_young_sync_file(PlStore *store, int pointer); /* fdatasync of SQLITE_FCNTL_{FILE,JOURNAL}_POINTER's file */

/* ---- store_sqlite_rows.c ---- */
void pl_store_rows_clear(PlRowBatch *batch);               /* its rows are written, or never will be */
void pl_store_rows_take(PlStore *store);                   /* `filling` becomes `writing` */
PL_MUST_USE PlStatus pl_store_rows_write(PlStore *store);  /* `writing` to the file */
PL_MUST_USE PlStatus pl_store_rows_commit(PlStore *store); /* after it SQLite is the caller's */
PL_MUST_USE PlStatus pl_store_rows_barrier(PlStore *store);
PlJournalPort pl_store_rows_port(PlStoreRun *run);
PL_MUST_USE PlStatus pl_store_rows_last(PlStore *store, int64_t number, uint64_t *seq, uint8_t head[32], int64_t *wall_us);

/* ---- store_sqlite_runs.c ---- */
PL_MUST_USE PlStatus pl_store_runs_set(PlStore *store, int64_t number, PlStoredState state, PlStr reason, uint64_t rows, const uint8_t head[32]);
PL_MUST_USE PlStatus pl_store_runs_find(PlStore *store, PlStr id, PlStoredRun *run, int64_t *number);

#endif
