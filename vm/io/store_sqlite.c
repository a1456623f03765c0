/* SPDX-License-Identifier: MIT */
/* Opening the file, its schema, its statements. Not here: runs (store_sqlite_runs.c), rows (store_sqlite_rows.c). One connection, no mmap, WAL with
 * synchronous=NORMAL (but see store_sqlite_young.c): a commit survives kill -9, a barrier (an fdatasync of the WAL) survives a power cut. */
#include "vm/io/store_sqlite.h"

#include "vm/base/fault.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x504c4f54 /* "PLOT" */, STORE_VERSION = 1, BUSY_MS = 5000 };

#define ROW_COLUMNS \
    "SELECT r.seq, r.kind, r.site, r.attempt, r.path, r.wall_us, r.salt, r.body, r.blob, b.bytes, r.body_commit, r.hash" \
    " FROM row r LEFT JOIN blob b ON b.hash = r.blob "

#define RUN_COLUMNS "SELECT n, id, module, title, state, started_us, changed_us, reason FROM run "

static const char *const texts[PL_SQL_COUNT] = {
    [PL_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [PL_SQL_COMMIT] = "COMMIT",
    [PL_SQL_ROLLBACK] = "ROLLBACK",
    [PL_SQL_PUT_ROW] = "INSERT INTO row VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
    [PL_SQL_PUT_BLOB] = "INSERT INTO blob VALUES(?1,?2) ON CONFLICT DO NOTHING",
    [PL_SQL_EACH_ROW] = ROW_COLUMNS "WHERE r.run = ?1 ORDER BY r.seq",
    [PL_SQL_READ_ROW] = ROW_COLUMNS "WHERE r.run = ?1 AND r.seq = ?2",
    [PL_SQL_READ_ON] = ROW_COLUMNS "WHERE r.run = ?1 AND r.seq >= ?2 ORDER BY r.seq",
    [PL_SQL_LAST_ROW] = "SELECT seq, hash, wall_us, kind FROM row WHERE run = ?1 ORDER BY seq DESC LIMIT 1",
    [PL_SQL_PUT_MODULE] = "INSERT INTO module VALUES(?1,?2) ON CONFLICT DO NOTHING",
    [PL_SQL_GET_MODULE] = "SELECT bytes FROM module WHERE hash = ?1",
    [PL_SQL_PUT_RUN] = "INSERT INTO run(id, module, title, state, started_us, changed_us, reason) VALUES(?1,?2,?3,0,?4,?4,'')",
    [PL_SQL_FIND_RUN] = RUN_COLUMNS "WHERE id >= ?1 AND id < ?1 || char(1114111) ORDER BY id LIMIT 2",
    [PL_SQL_EACH_RUN] = RUN_COLUMNS "ORDER BY n DESC",
    [PL_SQL_SET_STATE] = "UPDATE run SET state = ?2, reason = ?3, changed_us = ?4, sealed_rows = ?5, sealed_head = ?6 WHERE n = ?1",
    [PL_SQL_SEAL] = "SELECT state, sealed_rows, sealed_head, module FROM run WHERE n = ?1",
};

/* ---- statements ---- */

PlStatus pl_store_sqlite_fail(PlStore *store, PlStatus status)
{
    if (store->broken == PL_OK) store->broken = status;
    return status;
}

/* SQLite calls a file damaged that the disk did not give (its SQLITE_IOERR_CORRUPTFS becomes SQLITE_CORRUPT): ask the files. */
static bool disk_failed(PlStore *store)
{
    static const int pointers[] = {SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER};
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        sqlite3_file *file = NULL;
        int last = 0;
        sqlite3_file_control(store->db, "main", pointers[i], &file); /* there is one, though perhaps not opened */
        if (file->pMethods) file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &last);
        if (last == EIO) return true;
    }
    return false;
}

PlStatus pl_store_sqlite_status(PlStore *store, int code)
{
    if ((code & 0xff) == SQLITE_OK || (code & 0xff) == SQLITE_ROW || (code & 0xff) == SQLITE_DONE) return PL_OK;
    snprintf(store->message, sizeof store->message, "%s", store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code));
    switch (code & 0xff) {
    case SQLITE_NOMEM: return PL_NOMEM;
    case SQLITE_FULL: return PL_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return PL_BUSY;
    case SQLITE_CORRUPT:
        if (!disk_failed(store)) return PL_CORRUPT;
        snprintf(store->message, sizeof store->message, "the disk did not give what was asked for");
        return PL_IO;
    case SQLITE_NOTADB: return PL_INVALID;
    default: return PL_IO;
    }
}

const char *pl_store_message(const PlStore *store)
{
    return store->message;
}

sqlite3_stmt *pl_store_sqlite_stmt(PlStore *store, PlStoreSql which)
{
    sqlite3_stmt **stmt = &store->sql[which];
    if (*stmt) {
        sqlite3_reset(*stmt);
        return *stmt;
    }
    int code = pl_fault_hit(PL_FAULT_STORE) ? SQLITE_NOMEM
                                            : sqlite3_prepare_v3(store->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    if (code == SQLITE_OK) return *stmt;
    PlStatus status = pl_store_sqlite_status(store, code);
    if (store->broken == PL_OK) store->broken = status;
    return NULL;
}

PlStatus pl_store_sqlite_do(PlStore *store, PlStoreSql which)
{
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, which);
    if (!stmt) return store->broken;
    int code = pl_fault_hit(PL_FAULT_STORE) ? SQLITE_IOERR : sqlite3_step(stmt);
    PlStatus status = pl_store_sqlite_status(store, code);
    sqlite3_reset(stmt);
    return status;
}

PlStatus pl_store_sqlite_run(PlStore *store, const char *sql)
{
    int code = pl_fault_hit(PL_FAULT_STORE) ? SQLITE_IOERR : sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return pl_store_sqlite_status(store, code);
}

static PlStatus read_int(PlStore *store, const char *sql, int64_t *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) *out = sqlite3_column_int64(stmt, 0);
    PlStatus status = pl_store_sqlite_status(store, code);
    sqlite3_finalize(stmt);
    return status;
}

/* ---- opening ---- */

/* Steps from each older version to the next stand here; version 1 is the first, so there is none yet. */
static PlStatus migrate(PlStore *store, int64_t version)
{
    snprintf(store->message, sizeof store->message, "there is no way from store version %lld to %d", (long long)version, STORE_VERSION);
    return PL_VERSION;
}

static PlStatus check_kind(PlStore *store, PlStoreMode mode)
{
    int64_t application = 0, version = 0, tables = 0;
    PlStatus status = read_int(store, "PRAGMA application_id", &application);
    if (status == PL_OK) status = read_int(store, "PRAGMA user_version", &version);
    if (status == PL_OK) status = read_int(store, "SELECT count(*) FROM sqlite_schema", &tables);
    if (status != PL_OK) return status;
    if (application == 0 && tables == 0 && mode == PL_STORE_WRITE) return pl_store_schema_make(store);
    if (application != APPLICATION_ID) {
        store->is_foreign = true;
        snprintf(store->message, sizeof store->message, "it is not a store of Pilot");
        return PL_INVALID;
    }
    if (version > STORE_VERSION) {
        snprintf(store->message, sizeof store->message, "it has store version %lld, this program knows versions up to %d",
                 (long long)version, STORE_VERSION);
        return PL_VERSION;
    }
    return version == STORE_VERSION ? PL_OK : migrate(store, version);
}

static PlStatus connect_to(PlStore *store, const char *name, int flags)
{
    int code = sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) return pl_store_sqlite_status(store, code);
    sqlite3_busy_timeout(store->db, BUSY_MS);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    return PL_OK;
}

PlStatus pl_store_sqlite_reserve(PlStore *store)
{
    PlStatus status = pl_store_lock_reserve(store->path, &store->lock);
    if (status != PL_OK) snprintf(store->message, sizeof store->message, "%s", strerror(errno));
    return status;
}

PlStatus pl_store_sqlite_connect(PlStore *store)
{
    PlStatus status = connect_to(store, store->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (status == PL_OK) status = pl_store_sqlite_run(store, "PRAGMA mmap_size=0;PRAGMA cell_size_check=ON;PRAGMA secure_delete=ON;");
    if (status == PL_OK) status = check_kind(store, PL_STORE_WRITE);
    if (status != PL_OK) return status;
    return store->is_file_unsynced ? pl_store_young_begin(store) : pl_store_sqlite_run(store, PL_STORE_GROWN);
}

/* "file:" URI with everything but the plainest characters escaped. */
static char *uri_of(const char *path)
{
    PlBuf uri;
    pl_buf_init(&uri, 0);
    pl_buf_put_z(&uri, "file:");
    for (const char *p = path; *p; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("/._-", *p);
        if (plain)
            pl_buf_put_char(&uri, *p);
        else
            pl_buf_printf(&uri, "%%%02x", (unsigned)(unsigned char)*p);
    }
    pl_buf_put_z(&uri, "?immutable=1");
    char *text = uri.status == PL_OK ? pl_strdup_n(uri.ptr, uri.len) : NULL;
    pl_buf_deinit(&uri);
    return text;
}

/* On a medium that cannot be written a reader can make no WAL index; without a WAL none is needed. */
static PlStatus open_immutable(PlStore *store, const char *path)
{
    char *wal = NULL, *uri = uri_of(path);
    if (!uri || asprintf(&wal, "%s-wal", path) < 0) {
        pl_free(uri);
        return PL_NOMEM;
    }
    PlStatus status = PL_IO;
    if (access(wal, F_OK) != 0) {
        sqlite3_close(store->db);
        store->db = NULL;
        status = connect_to(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
        if (status == PL_OK) status = check_kind(store, PL_STORE_READ);
    }
    free(wal);
    pl_free(uri);
    return status;
}

static PlStatus open_to_read(PlStore *store, const char *path)
{
    if (store->path && access(path, F_OK) != 0) {
        snprintf(store->message, sizeof store->message, "%s", strerror(errno));
        return PL_INVALID;
    }
    PlStatus status = connect_to(store, path, SQLITE_OPEN_READONLY);
    if (status == PL_OK) status = check_kind(store, PL_STORE_READ);
    return status == PL_IO ? open_immutable(store, path) : status;
}

static PlStatus open_to_write(PlStore *store)
{
    store->is_image = store->path && pl_store_image_fits(store->path);
    if (store->path && !store->is_image) {
        PlStatus status = pl_store_sqlite_reserve(store);
        if (status == PL_OK) status = pl_store_sqlite_connect(store);
        if (!store->lock.was_young) return status;
        status = pl_store_torn_check(store, status);
        if (!store->is_torn) return status;
        store->is_image = true;
    }
    PlStatus status = connect_to(store, ":memory:", SQLITE_OPEN_READWRITE);
    return status == PL_OK ? pl_store_schema_blank(store) : status;
}

static PlStatus open_store(PlStore *store, const char *path, long *pid)
{
    bool in_memory = strcmp(path, ":memory:") == 0, writes = store->mode == PL_STORE_WRITE;
    store->path = in_memory ? NULL : pl_strdup_n(path, strlen(path));
    if (!in_memory && !store->path) return PL_NOMEM;
    PlStatus status = writes && !in_memory ? pl_store_lock_take(path, &store->lock, pid) : PL_OK;
    if (status == PL_IO) snprintf(store->message, sizeof store->message, "%s", strerror(errno));
    if (status != PL_OK) return status;
    return writes ? open_to_write(store) : open_to_read(store, path);
}

static void report(PlDiags *diags, const char *path, PlStatus status, const char *message, long pid)
{
    if (!diags) return;
    PlDiag *d;
    switch (status) {
    case PL_BUSY:
        d = PL_REPORT(diags, STORE_BUSY, PL_NO_SPAN, path, pid);
        pl_diag_help(diags, d, "wait for it to end, or give another file with --store PATH");
        break;
    case PL_VERSION:
        d = PL_REPORT(diags, STORE_VERSION, PL_NO_SPAN, path, message);
        pl_diag_help(diags, d, "use the Pilot that wrote it, or a newer one");
        break;
    case PL_CORRUPT: PL_REPORT(diags, STORE_DAMAGED, PL_NO_SPAN, path, message); break;
    case PL_INVALID: PL_REPORT(diags, STORE_FOREIGN, PL_NO_SPAN, path, message); break;
    case PL_FULL: PL_REPORT(diags, STORE_FULL, PL_NO_SPAN, path); break;
    case PL_NOMEM: PL_REPORT(diags, OUT_OF_MEMORY, PL_NO_SPAN, "opening the store"); break;
    default: PL_REPORT(diags, STORE_UNUSABLE, PL_NO_SPAN, path, message);
    }
}

PlStatus pl_store_open(const char *path, PlStoreMode mode, PlDurable durable, PlDiags *diags, PlStore **out)
{
    *out = NULL;
    PlStore *store = pl_zalloc(sizeof *store);
    PlStatus status = store ? PL_OK : PL_NOMEM;
    char message[sizeof store->message] = "";
    long pid = 0;
    if (store) {
        store->mode = mode;
        store->durable = durable;
        store->lock = (PlStoreLock){.lock = -1, .reserve = -1};
        store->image_fd = -1;
        pl_buf_init(&store->filling.bytes, 0);
        pl_buf_init(&store->writing.bytes, 0);
        pl_buf_init(&store->text, 0);
        status = open_store(store, path, &pid);
        if (status == PL_OK) {
            *out = store;
            if (store->is_torn && diags) PL_REPORT(diags, STORE_TORN, PL_NO_SPAN, path, path);
            return PL_OK;
        }
        memcpy(message, store->message, sizeof message);
        pl_store_close(store);
    }
    report(diags, path, status, message, pid); /* may leave through the arena's escape: nothing is held any more */
    return status;
}

PlFiles *pl_store_files(PlStore *store)
{
    char folder[PATH_MAX]; /* SQLite opens no path of more than 512 bytes */
    if (store->files || !store->path) return store->files;
    snprintf(folder, sizeof folder, "%s.files", store->path);
    return store->files = pl_files_new(pl_str_z(folder));
}

void pl_store_close(PlStore *store)
{
    if (!store) return;
    PlStatus ignored = pl_store_rows_commit(store);
    pl_store_writer_stop(store);
    if (store->is_image && store->db && (!store->is_image_written || store->is_image_stale) && store->broken == PL_OK)
        ignored = pl_store_image_put(store, true);
    (void)ignored;
    sqlite3_stmt *stmt; /* also those of a walk that its visitor left through an escape */
    while (store->db && (stmt = sqlite3_next_stmt(store->db, NULL))) sqlite3_finalize(stmt);
    sqlite3_close(store->db);
    if (store->image_fd >= 0) close(store->image_fd);
    for (PlStoreRun *r = store->runs, *next; r; r = next) {
        next = r->next;
        pl_free(r);
    }
    for (int i = 0; i < 2; i++) {
        PlRowBatch *batch = i ? &store->writing : &store->filling;
        pl_store_rows_clear(batch);
        pl_free(batch->rows);
        pl_buf_deinit(&batch->bytes);
    }
    pl_buf_deinit(&store->text);
    pl_store_lock_release(store->path, &store->lock);
    pl_files_free(store->files);
    pl_free(store->path);
    pl_free(store);
}
