/* SPDX-License-Identifier: MIT */
/* The rows: appended in memory, written with their hashes in one transaction for all runs, made durable by one fdatasync. When the disk is
 * full the reserve is given up and the transaction tried once more; after that only rows that end things are taken. Invariant: a row that was
 * appended is pending or in the file, in order of seq, until the store is broken; then nothing is written any more. */
#include "vm/io/store_sqlite.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"

#include <sqlite3.h>
#include <stdio.h>

/* URGENT_BYTES go to the file without waiting for more; with FLUSH_BYTES the run itself waits. */
enum { URGENT_BYTES = 256 * 1024, KEPT_BYTES = 1024 * 1024, FLUSH_BYTES = 8 * 1024 * 1024, FLUSH_ROWS = 8192 };

/* ---- append ---- */

static const uint8_t *next_salt(PlStore *store)
{
    if (store->salts_left < PL_CHAIN_SALT) {
        pl_hash_random(store->salts, sizeof store->salts);
        store->salts_left = sizeof store->salts;
    }
    store->salts_left -= PL_CHAIN_SALT;
    return store->salts + store->salts_left;
}

/* When the disk is full no new effect may begin; what is under way may still be written down. */
static bool ends_something(PlRowKind kind)
{
    return kind == PL_ROW_RESULT || kind == PL_ROW_FAIL || kind == PL_ROW_INDOUBT || kind == PL_ROW_PARK || kind == PL_ROW_CANCEL ||
           kind == PL_ROW_END || kind == PL_ROW_FORKED;
}

static PlStatus may_append(PlStore *store, const PlRow *row)
{
    if (store->broken != PL_OK) {
        pl_store_writer_drain(store); /* its message is whole then */
        return store->broken;
    }
    if (store->mode != PL_STORE_WRITE || row->kind <= 0 || row->kind >= PL_ROW_KIND_END) return PL_INVALID;
    if (store->is_full && !ends_something(row->kind)) return PL_FULL;
    return store->is_much ? pl_store_rows_commit(store) : PL_OK;
}

static PlPendingRow *room(PlRowBatch *batch)
{
    if (batch->len < batch->cap) return &batch->rows[batch->len];
    uint32_t cap = batch->cap ? batch->cap * 2 : 64;
    PlPendingRow *rows = pl_realloc(batch->rows, cap * sizeof *rows);
    if (!rows) return NULL;
    batch->rows = rows;
    batch->cap = cap;
    return &rows[batch->len];
}

static PlStatus push(PlStoreRun *run, PlRow *row)
{
    PlRowBatch *batch = &run->store->filling;
    PlPendingRow *p = room(batch);
    if (!p) return PL_NOMEM;
    bool is_kept = row->give && row->body.len >= URGENT_BYTES;
    p->at = batch->bytes.len;
    pl_buf_put(&batch->bytes, row->path);
    if (!is_kept) pl_buf_put(&batch->bytes, row->body);
    pl_buf_put(&batch->bytes, row->blob);
    if (batch->bytes.status != PL_OK) return batch->bytes.status;
    row->seq = ++run->seq;
    p->run = run;
    p->row = *row;
    batch->len++;
    if (!is_kept) p->row.give = NULL;
    if (is_kept) row->give = NULL;
    if (is_kept) batch->given += row->body.len;
    return PL_OK;
}

static PlStatus append(void *self, PlRow *row)
{
    PlStoreRun *run = self;
    PlStore *store = run->store;
    PlStatus status = may_append(store, row);
    if (status != PL_OK) return status;
    pl_store_writer_lock(store);
    status = push(run, row);
    const PlRowBatch *batch = &store->filling;
    size_t bytes = batch->bytes.len + batch->given;
    bool is_urgent = bytes >= URGENT_BYTES;
    store->is_much = batch->len >= FLUSH_ROWS || (bytes >= FLUSH_BYTES && batch->len > 1);
    pl_store_writer_unlock(store);
    if (status != PL_OK) return pl_store_sqlite_fail(store, status);
    return is_urgent && !store->walks && !pl_store_writer_ask(store, true) ? pl_store_rows_commit(store) : PL_OK;
}

/* ---- commit ---- */

static int step_once(sqlite3_stmt *stmt)
{
    int code = pl_fault_hit(PL_FAULT_STORE) ? SQLITE_IOERR_WRITE : sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return code;
}

static int put_blob(PlStore *store, const PlPendingRow *p, PlStr blob)
{
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_PUT_BLOB);
    if (!stmt) return SQLITE_NOMEM;
    sqlite3_bind_blob(stmt, 1, p->blob_hash, 32, SQLITE_STATIC);
    sqlite3_bind_blob64(stmt, 2, blob.ptr, blob.len, SQLITE_STATIC);
    return step_once(stmt);
}

/* The row with its texts. */
static PlRow whole(const PlStore *store, const PlPendingRow *p)
{
    PlRow row = p->row;
    row.path.ptr = store->writing.bytes.ptr ? store->writing.bytes.ptr + p->at : "";
    row.body.ptr = row.give ? p->row.body.ptr : row.path.ptr + row.path.len;
    row.blob.ptr = row.give ? row.path.ptr + row.path.len : row.body.ptr + row.body.len;
    return row;
}

/* The chain grows as rows are written, so that hashing is the work of whoever writes. */
static void chain(PlStore *store, PlPendingRow *p)
{
    PlRow row = whole(store, p);
    memcpy(p->salt, next_salt(store), PL_CHAIN_SALT);
    if (row.blob.len) pl_hash_bytes(row.blob, p->blob_hash);
    pl_store_chain_commit(p->salt, row.body, row.blob.len ? p->blob_hash : NULL, p->commit);
    pl_store_chain_next(pl_str_z(p->run->id), &row, p->commit, p->run->head, p->hash);
    memcpy(p->run->head, p->hash, 32);
}

static int put_row(PlStore *store, sqlite3_stmt *stmt, const PlPendingRow *p)
{
    const PlRow texts = whole(store, p), *row = &texts;
    if (row->blob.len) {
        int code = put_blob(store, p, row->blob);
        if (code != SQLITE_DONE) return code;
    }
    sqlite3_bind_int64(stmt, 1, p->run->number);
    sqlite3_bind_int64(stmt, 2, (int64_t)row->seq);
    sqlite3_bind_int(stmt, 3, (int)row->kind);
    if (row->site == UINT32_MAX)
        sqlite3_bind_null(stmt, 4);
    else
        sqlite3_bind_int64(stmt, 4, row->site);
    sqlite3_bind_int64(stmt, 5, row->attempt);
    sqlite3_bind_text64(stmt, 6, row->path.ptr, row->path.len, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(stmt, 7, row->wall_us);
    sqlite3_bind_blob(stmt, 8, p->salt, PL_CHAIN_SALT, SQLITE_STATIC);
    sqlite3_bind_text64(stmt, 9, row->body.ptr, row->body.len, SQLITE_STATIC, SQLITE_UTF8);
    if (row->blob.len)
        sqlite3_bind_blob(stmt, 10, p->blob_hash, 32, SQLITE_STATIC);
    else
        sqlite3_bind_null(stmt, 10);
    sqlite3_bind_blob(stmt, 11, p->commit, 32, SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 12, p->hash, 32, SQLITE_STATIC);
    return step_once(stmt);
}

/* The END row of a run that did all it should brings the run's state with it: one transaction, one sync. */
static PlStatus settle_done(PlStore *store, const PlPendingRow *p)
{
    if (!pl_str_starts(whole(store, p).body, PL_STR("{\"state\":\"done\""))) return PL_OK;
    p->run->is_done = true;
    return pl_store_runs_set(store, p->run->number, PL_STORED_DONE, PL_STR(""), p->row.seq, p->hash);
}

static PlStatus write_once(PlStore *store)
{
    const PlRowBatch *batch = &store->writing;
    const PlPendingRow *last = &batch->rows[batch->len - 1];
    PlStatus status = pl_store_young_write(store, last->row.kind == PL_ROW_END);
    if (status == PL_OK) status = pl_store_sqlite_do(store, PL_SQL_BEGIN);
    if (status != PL_OK) return status;
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_PUT_ROW);
    status = stmt ? PL_OK : store->broken;
    for (uint32_t i = 0; i < batch->len && status == PL_OK; i++)
        status = pl_store_sqlite_status(store, put_row(store, stmt, &batch->rows[i]));
    if (status == PL_OK && last->row.kind == PL_ROW_END) status = settle_done(store, last);
    if (status == PL_OK) status = pl_store_sqlite_do(store, PL_SQL_COMMIT);
    if (status == PL_OK) return pl_store_image_put(store, last->row.kind == PL_ROW_END);
    if (!sqlite3_get_autocommit(store->db)) {
        char message[sizeof store->message];
        memcpy(message, store->message, sizeof message);
        PlStatus ignored = pl_store_sqlite_do(store, PL_SQL_ROLLBACK);
        (void)ignored;
        memcpy(store->message, message, sizeof message);
    }
    return status;
}

void pl_store_rows_clear(PlRowBatch *batch)
{
    for (uint32_t i = 0; batch->given && i < batch->len; i++) pl_free(batch->rows[i].row.give);
    batch->len = 0;
    batch->given = 0;
    if (batch->bytes.cap > KEPT_BYTES) pl_buf_deinit(&batch->bytes);
    pl_buf_clear(&batch->bytes);
}

void pl_store_rows_take(PlStore *store)
{
    PlRowBatch taken = store->filling;
    store->filling = store->writing; /* empty, and its memory is used again */
    store->writing = taken;
}

PlStatus pl_store_rows_write(PlStore *store)
{
    PlRowBatch *batch = &store->writing;
    if (store->broken != PL_OK || !batch->len) return store->broken;
    for (uint32_t i = 0; i < batch->len; i++) chain(store, &batch->rows[i]);
    PlStatus status = write_once(store);
    if (status == PL_FULL && !store->is_full && !store->is_image) {
        store->is_full = true;
        pl_store_lock_spend(&store->lock);
        status = write_once(store);
    }
    store->is_unsynced = true;
    pl_store_rows_clear(batch);
    return status == PL_OK ? PL_OK : pl_store_sqlite_fail(store, status);
}

static PlStatus write_filling(PlStore *store)
{
    pl_store_writer_drain(store);
    if (store->broken != PL_OK || !store->filling.len) return store->broken;
    pl_store_rows_take(store);
    store->is_much = false;
    return pl_store_rows_write(store);
}

PlStatus pl_store_rows_commit(PlStore *store)
{
    PlStatus status = write_filling(store);
    return status == PL_OK && store->durable == PL_DURABLE_ALWAYS ? pl_store_rows_barrier(store) : status;
}

PlStatus pl_store_rows_barrier(PlStore *store)
{
    PlStatus status = write_filling(store);
    if (status != PL_OK || !store->is_unsynced) return status;
    status = pl_store_young_sync(store);
    if (status == PL_OK) status = pl_store_young_sync_file(store, SQLITE_FCNTL_JOURNAL_POINTER);
    if (status != PL_OK) return pl_store_sqlite_fail(store, status);
    store->is_unsynced = false;
    return PL_OK;
}

/* The first rows of a file are in it before anything is sent: so a run that sent something is known. */
static PlStatus soon(void *self)
{
    PlStore *store = ((PlStoreRun *)self)->store;
    if (store->broken != PL_OK || store->durable == PL_DURABLE_ALWAYS) return pl_store_rows_commit(store);
    bool is_first = !store->writer.is_there && store->is_image && !store->is_image_written;
    if (is_first || store->walks || !pl_store_writer_ask(store, false)) return pl_store_rows_commit(store);
    return PL_OK;
}

/* ---- read ---- */

static PlStr column_text(sqlite3_stmt *stmt, int column)
{
    const void *ptr = sqlite3_column_blob(stmt, column); /* before the length: it may convert */
    int len = sqlite3_column_bytes(stmt, column);
    return pl_str(ptr ? ptr : "", ptr ? (size_t)len : 0);
}

static const uint8_t *column_hash(sqlite3_stmt *stmt, int column, int size)
{
    const void *ptr = sqlite3_column_blob(stmt, column);
    return ptr && sqlite3_column_bytes(stmt, column) == size ? ptr : NULL;
}

static PlStoredRow stored_row(sqlite3_stmt *stmt)
{
    return (PlStoredRow){.row = {.seq = (uint64_t)sqlite3_column_int64(stmt, 0),
                                 .kind = (PlRowKind)sqlite3_column_int(stmt, 1),
                                 .site = sqlite3_column_type(stmt, 2) == SQLITE_NULL ? UINT32_MAX
                                                                                     : (uint32_t)sqlite3_column_int64(stmt, 2),
                                 .attempt = (uint32_t)sqlite3_column_int64(stmt, 3),
                                 .path = column_text(stmt, 4),
                                 .wall_us = sqlite3_column_int64(stmt, 5),
                                 .body = column_text(stmt, 7),
                                 .blob = column_text(stmt, 9)},
                         .salt = column_hash(stmt, 6, PL_CHAIN_SALT),
                         .blob_hash = column_hash(stmt, 8, 32),
                         .commit = column_hash(stmt, 10, 32),
                         .hash = column_hash(stmt, 11, 32)};
}

/* Whoever only reads, and reads row by row, sees the file as it is at the first of them: so SQLite need not lock and look at it again for each row. Not with
 * a rollback journal, where a reader would hold up the writer. */
static PlStatus see_as_it_is(PlStore *store)
{
    if (store->mode != PL_STORE_READ || store->is_snapshot) return PL_OK;
    store->is_snapshot = true;
    sqlite3_stmt *stmt = NULL;
    (void)sqlite3_prepare_v2(store->db, "PRAGMA journal_mode", -1, &stmt, NULL); /* without memory there is none, and no row of it */
    store->is_wal = sqlite3_step(stmt) == SQLITE_ROW && pl_str_eq_z(column_text(stmt, 0), "wal");
    sqlite3_finalize(stmt);
    return store->is_wal ? pl_store_sqlite_run(store, "BEGIN") : PL_OK;
}

/* All rows, or the one with this seq (0: all). The statement is taken out of its place meanwhile, so that a visitor may read too. */
static PlStatus walk(PlStore *store, int64_t number, uint64_t seq, PlStoredRowVisit visit, void *user)
{
    PlStatus status = store->mode == PL_STORE_WRITE ? pl_store_rows_commit(store) : PL_OK;
    if (status != PL_OK) return status;
    PlStoreSql which = seq ? PL_SQL_READ_ROW : PL_SQL_EACH_ROW;
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, which);
    if (!stmt) return store->broken;
    store->sql[which] = NULL;
    store->walks++;
    sqlite3_bind_int64(stmt, 1, number);
    if (seq) sqlite3_bind_int64(stmt, 2, (int64_t)seq);
    int code = SQLITE_ROW;
    uint64_t count = 0;
    while (status == PL_OK) {
        code = pl_fault_hit(PL_FAULT_READ) ? SQLITE_IOERR_READ : sqlite3_step(stmt);
        if (code != SQLITE_ROW) break;
        count++;
        PlStoredRow row = stored_row(stmt);
        status = row.commit && row.hash ? visit(user, &row) : PL_CORRUPT;
    }
    if (status == PL_OK) status = pl_store_sqlite_status(store, code);
    store->walks--;
    sqlite3_reset(stmt);
    if (store->sql[which])
        sqlite3_finalize(stmt);
    else
        store->sql[which] = stmt;
    return status == PL_OK && seq && !count ? PL_INVALID : status;
}

typedef struct PlainVisit {
    PlRowVisit visit;
    void *user;
} PlainVisit;

static PlStatus visit_plain(void *user, const PlStoredRow *row)
{
    const PlainVisit *plain = user;
    return plain->visit(plain->user, &row->row);
}

static PlStatus each(void *self, PlRowVisit visit, void *user)
{
    PlStoreRun *run = self;
    PlainVisit plain = {visit, user};
    return run->seq ? walk(run->store, run->number, 0, visit_plain, &plain) : PL_OK;
}

/* Row after row in the order of their seq, which is how a run takes them: the next one is a step, not a search. The cursor is nobody's while a visitor, who may
 * read too, looks at its row. */
static PlStatus read_on(PlStore *store, int64_t number, uint64_t seq, PlStoredRowVisit visit, void *user)
{
    enum { NEAR = 4 };
    uint64_t at = store->at_run == number ? store->at_seq : 0;
    sqlite3_stmt *stmt = store->sql[PL_SQL_READ_ON];
    bool is_near = stmt && at && seq > at && seq - at <= NEAR;
    store->at_seq = 0;
    if (!is_near) {
        stmt = pl_store_sqlite_stmt(store, PL_SQL_READ_ON);
        if (!stmt) return store->broken;
        sqlite3_bind_int64(stmt, 1, number);
        sqlite3_bind_int64(stmt, 2, (int64_t)seq);
        at = 0;
    }
    store->sql[PL_SQL_READ_ON] = NULL;
    int code = SQLITE_ROW;
    while (at < seq && code == SQLITE_ROW) {
        code = pl_fault_hit(PL_FAULT_READ) ? SQLITE_IOERR_READ : sqlite3_step(stmt);
        if (code == SQLITE_ROW) at = (uint64_t)sqlite3_column_int64(stmt, 0);
    }
    PlStatus status = code == SQLITE_ROW && at == seq ? PL_OK : code == SQLITE_ROW || code == SQLITE_DONE ? PL_INVALID : pl_store_sqlite_status(store, code);
    if (status == PL_OK) {
        PlStoredRow row = stored_row(stmt);
        status = row.commit && row.hash ? visit(user, &row) : PL_CORRUPT;
    }
    if (store->sql[PL_SQL_READ_ON]) { /* the visitor read, and made another */
        sqlite3_finalize(stmt);
        return status;
    }
    store->sql[PL_SQL_READ_ON] = stmt;
    store->at_run = number;
    store->at_seq = status == PL_OK ? seq : 0;
    return status;
}

static PlStatus read_row(void *self, uint64_t seq, PlRowVisit visit, void *user)
{
    PlStoreRun *run = self;
    PlainVisit plain = {visit, user};
    PlStatus status = see_as_it_is(run->store);
    if (status != PL_OK) return status;
    if (seq && run->store->is_wal) return read_on(run->store, run->number, seq, visit_plain, &plain);
    return seq ? walk(run->store, run->number, seq, visit_plain, &plain) : PL_INVALID;
}

PlStatus pl_store_each_row(PlStore *store, PlStr id, PlStoredRowVisit visit, void *user)
{
    PlStoredRun run;
    int64_t number;
    PlStatus status = pl_store_runs_find(store, id, &run, &number);
    return status == PL_OK ? walk(store, number, 0, visit, user) : status;
}

PlStatus pl_store_rows_last(PlStore *store, int64_t number, uint64_t *seq, uint8_t head[32], int64_t *wall_us)
{
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_LAST_ROW);
    if (!stmt) return store->broken;
    sqlite3_bind_int64(stmt, 1, number);
    int code = sqlite3_step(stmt);
    const uint8_t *hash = code == SQLITE_ROW ? column_hash(stmt, 1, 32) : NULL;
    *seq = hash ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
    *wall_us = hash ? sqlite3_column_int64(stmt, 2) : 0;
    if (hash) memcpy(head, hash, 32);
    PlStatus status = code == SQLITE_ROW && !hash ? PL_CORRUPT : pl_store_sqlite_status(store, code);
    sqlite3_reset(stmt);
    return status;
}

/* ---- the port ---- */

static PlStatus commit(void *self)
{
    return pl_store_rows_commit(((PlStoreRun *)self)->store);
}

static PlStatus barrier(void *self)
{
    return pl_store_rows_barrier(((PlStoreRun *)self)->store);
}

PlJournalPort pl_store_rows_port(PlStoreRun *run)
{
    return (PlJournalPort){run, append, commit, barrier, each, read_row, soon};
}
