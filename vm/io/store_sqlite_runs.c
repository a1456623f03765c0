/* SPDX-License-Identifier: MIT */
/* Modules and runs. A run's head and number of rows are those of its last row; they are written into its record ("sealed") only when its state is set, so
 * that rows cut from its end afterwards show. What is bound to a statement is the caller's and is not copied: a copy that there is no memory for would be NULL
 * in the row, or no match. */
#include "vm/io/store_sqlite.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"

#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

enum { ID_CHARS = 16, ID_TIME_CHARS = 9, TRIES = 8 };

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* "r-", 9 characters of milliseconds, 7 of chance, in Crockford's base 32 (no i, l, o, u): as text they sort by time. */
static void make_id(char id[32])
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    uint8_t chance[ID_CHARS];
    uint64_t ms = (uint64_t)now_us() / 1000;
    pl_hash_random(chance, sizeof chance);
    memcpy(id, "r-", 2);
    for (int i = 0; i < ID_CHARS; i++)
        id[2 + i] = i < ID_TIME_CHARS ? digits[ms >> 5 * (ID_TIME_CHARS - 1 - i) & 31] : digits[chance[i] & 31];
    id[2 + ID_CHARS] = '\0';
}

/* ---- modules ---- */

static PlStatus writable(PlStore *store)
{
    pl_store_writer_drain(store);
    if (store->broken != PL_OK) return store->broken;
    if (store->mode != PL_STORE_WRITE) return PL_INVALID;
    return store->is_full ? PL_FULL : PL_OK;
}

PlStatus pl_store_put_module(PlStore *store, const uint8_t hash[32], PlStr bytes)
{
    PlStatus status = writable(store);
    if (status != PL_OK) return status;
    status = pl_store_young_write(store, true);
    sqlite3_stmt *stmt = status == PL_OK ? pl_store_sqlite_stmt(store, PL_SQL_PUT_MODULE) : NULL;
    if (!stmt) return store->broken;
    sqlite3_bind_blob(stmt, 1, hash, 32, SQLITE_STATIC);
    sqlite3_bind_blob64(stmt, 2, bytes.ptr, bytes.len, SQLITE_STATIC);
    status = pl_store_sqlite_do(store, PL_SQL_PUT_MODULE);
    sqlite3_bind_null(stmt, 2); /* the bytes are the caller's */
    store->is_unsynced = store->is_image_stale = true;
    return status;
}

PlStatus pl_store_get_module(PlStore *store, const uint8_t hash[32], PlBuf *bytes)
{
    pl_store_writer_drain(store);
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_GET_MODULE);
    if (!stmt) return store->broken;
    sqlite3_bind_blob(stmt, 1, hash, 32, SQLITE_STATIC);
    int code = sqlite3_step(stmt);
    PlStatus status = code == SQLITE_DONE ? PL_INVALID : pl_store_sqlite_status(store, code);
    if (status == PL_OK) {
        const void *ptr = sqlite3_column_blob(stmt, 0);
        pl_buf_put(bytes, pl_str(ptr, (size_t)sqlite3_column_bytes(stmt, 0)));
        status = bytes->status;
    }
    sqlite3_reset(stmt);
    return status;
}

/* ---- runs ---- */

static PlStoreRun *opened(PlStore *store, int64_t number)
{
    for (PlStoreRun *r = store->runs; r; r = r->next)
        if (r->number == number) return r;
    return NULL;
}

static PlStoreRun *add_run(PlStore *store, int64_t number, PlStr id)
{
    PlStoreRun *run = pl_zalloc(sizeof *run);
    if (!run) return NULL;
    run->store = store;
    run->number = number;
    memcpy(run->id, id.ptr, id.len);
    run->next = store->runs;
    store->runs = run;
    return run;
}

static int insert_run(PlStore *store, const uint8_t module_hash[32], PlStr title, const char *id)
{
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_PUT_RUN);
    if (!stmt) return SQLITE_NOMEM;
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 2, module_hash, 32, SQLITE_STATIC);
    sqlite3_bind_text64(stmt, 3, title.ptr ? title.ptr : "", title.len, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(stmt, 4, now_us());
    int code = pl_fault_hit(PL_FAULT_STORE) ? SQLITE_IOERR : sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return code;
}

PlStatus pl_store_begin(PlStore *store, const uint8_t module_hash[32], PlStr title, char id[32], PlJournalPort *journal)
{
    PlStatus status = writable(store);
    if (status != PL_OK) return status;
    status = pl_store_young_write(store, true);
    if (status != PL_OK) return status;
    bool own_id = id[0] == '\0';
    int code = SQLITE_CONSTRAINT;
    for (int i = 0; i < (own_id ? TRIES : 1) && (code & 0xff) == SQLITE_CONSTRAINT; i++) {
        if (own_id) make_id(id);
        code = insert_run(store, module_hash, title, id);
    }
    if ((code & 0xff) == SQLITE_CONSTRAINT) {
        snprintf(store->message, sizeof store->message, "there is a run %s already", id);
        return PL_INVALID;
    }
    status = pl_store_sqlite_status(store, code);
    if (status != PL_OK) return pl_store_sqlite_fail(store, status);
    store->is_unsynced = store->is_image_stale = true;
    PlStoreRun *run = add_run(store, sqlite3_last_insert_rowid(store->db), pl_str_z(id));
    if (!run) return PL_NOMEM;
    pl_store_chain_first(pl_str_z(id), module_hash, run->head);
    *journal = pl_store_rows_port(run);
    return PL_OK;
}

/* No column is NULL, but for want of memory. */
static PlStr keep_text(PlStore *store, sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    size_t at = store->text.len;
    if (text)
        pl_buf_put(&store->text, pl_str(text, (size_t)sqlite3_column_bytes(stmt, column)));
    else
        store->text.status = PL_NOMEM;
    return pl_str((const char *)at, store->text.len - at); /* an offset until the buffer stands still */
}

static void settle_text(const PlStore *store, PlStr *text)
{
    text->ptr = store->text.ptr + (size_t)text->ptr;
}

/* Columns as in FIND_RUN and EACH_RUN. */
static PlStatus read_run(PlStore *store, sqlite3_stmt *stmt, PlStoredRun *run, int64_t *number)
{
    *run = (PlStoredRun){0};
    *number = sqlite3_column_int64(stmt, 0);
    pl_buf_clear(&store->text);
    run->id = keep_text(store, stmt, 1);
    run->title = keep_text(store, stmt, 3);
    run->reason = keep_text(store, stmt, 7);
    if (store->text.status != PL_OK) return store->text.status;
    if (!run->id.len || run->id.len >= PL_STORE_ID) return PL_CORRUPT;
    const void *hash = sqlite3_column_blob(stmt, 2);
    if (!hash || sqlite3_column_bytes(stmt, 2) != 32) return PL_CORRUPT;
    memcpy(run->module_hash, hash, 32);
    int state = sqlite3_column_int(stmt, 4);
    if (state < PL_STORED_RUNNING || state > PL_STORED_FORKED) return PL_CORRUPT;
    run->state = (PlStoredState)state;
    run->started_us = sqlite3_column_int64(stmt, 5);
    run->changed_us = sqlite3_column_int64(stmt, 6);
    settle_text(store, &run->id);
    settle_text(store, &run->title);
    settle_text(store, &run->reason);
    int64_t wall_us = 0;
    PlStatus status = pl_store_rows_last(store, *number, &run->rows, run->head, &wall_us);
    if (status == PL_OK && !run->rows) pl_store_chain_first(run->id, run->module_hash, run->head);
    if (wall_us > run->changed_us) run->changed_us = wall_us;
    return status;
}

static PlStatus flush(PlStore *store)
{
    return store->mode == PL_STORE_WRITE ? pl_store_rows_commit(store) : PL_OK;
}

/* An id, or the beginning of exactly one. */
PlStatus pl_store_runs_find(PlStore *store, PlStr id, PlStoredRun *run, int64_t *number)
{
    PlStatus status = flush(store);
    if (status != PL_OK) return status;
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_FIND_RUN);
    if (!stmt) return store->broken;
    sqlite3_bind_text64(stmt, 1, id.ptr, id.len, SQLITE_STATIC, SQLITE_UTF8);
    int code = id.len ? sqlite3_step(stmt) : SQLITE_DONE;
    if (code == SQLITE_ROW) {
        status = read_run(store, stmt, run, number);
        if (status == PL_OK && !pl_str_eq(run->id, id) && sqlite3_step(stmt) == SQLITE_ROW) status = PL_INVALID;
        if (status == PL_INVALID)
            snprintf(store->message, sizeof store->message, "several runs begin with %.*s", PL_ARG(id));
    } else {
        status = code == SQLITE_DONE ? PL_INVALID : pl_store_sqlite_status(store, code);
        if (status == PL_INVALID)
            snprintf(store->message, sizeof store->message, "there is no run %.*s", (int)(id.len < 64 ? id.len : 64), id.ptr);
    }
    sqlite3_reset(stmt);
    return status;
}

PlStatus pl_store_open_run(PlStore *store, PlStr id, PlStoredRun *run, PlJournalPort *journal)
{
    int64_t number;
    PlStatus status = pl_store_runs_find(store, id, run, &number);
    if (status != PL_OK || !journal) return status;
    PlStoreRun *open = opened(store, number);
    if (!open) {
        open = add_run(store, number, run->id);
        if (!open) return PL_NOMEM;
        open->seq = run->rows;
        memcpy(open->head, run->head, 32);
    }
    *journal = pl_store_rows_port(open);
    return PL_OK;
}

PlStatus pl_store_runs_set(PlStore *store, int64_t number, PlStoredState state, PlStr reason, uint64_t rows, const uint8_t head[32])
{
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_SET_STATE);
    if (!stmt) return store->broken;
    sqlite3_bind_int64(stmt, 1, number);
    sqlite3_bind_int(stmt, 2, (int)state);
    sqlite3_bind_text64(stmt, 3, reason.ptr ? reason.ptr : "", reason.len, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(stmt, 4, now_us());
    sqlite3_bind_int64(stmt, 5, (int64_t)rows);
    sqlite3_bind_blob(stmt, 6, head, 32, SQLITE_STATIC);
    if (state == PL_STORED_RUNNING) sqlite3_bind_null(stmt, 5);
    if (state == PL_STORED_RUNNING) sqlite3_bind_null(stmt, 6);
    store->is_unsynced = true;
    return pl_store_sqlite_do(store, PL_SQL_SET_STATE);
}

/* The END row was written, and the state with it. */
static bool is_done(const PlStore *store, PlStr id)
{
    for (const PlStoreRun *r = store->runs; r; r = r->next)
        if (pl_str_eq_z(id, r->id)) return r->is_done;
    return false;
}

PlStatus pl_store_set_state(PlStore *store, PlStr id, PlStoredState state, PlStr reason)
{
    PlStoredRun run;
    int64_t number;
    if (store->mode != PL_STORE_WRITE) return PL_INVALID;
    PlStatus status = flush(store);
    if (status == PL_OK && state == PL_STORED_DONE && !reason.len && is_done(store, id)) return PL_OK;
    if (status == PL_OK) status = pl_store_runs_find(store, id, &run, &number);
    if (status != PL_OK) return status;
    status = pl_store_young_write(store, true);
    if (status == PL_OK) status = pl_store_runs_set(store, number, state, reason, run.rows, run.head);
    if (status == PL_OK) status = pl_store_image_put(store, true);
    return status == PL_OK ? PL_OK : pl_store_sqlite_fail(store, status);
}

PlStatus pl_store_each_run(PlStore *store, PlRunVisit visit, void *user)
{
    PlStatus status = flush(store);
    sqlite3_stmt *stmt = status == PL_OK ? pl_store_sqlite_stmt(store, PL_SQL_EACH_RUN) : NULL;
    if (!stmt) return status == PL_OK ? store->broken : status;
    store->sql[PL_SQL_EACH_RUN] = NULL; /* a walk may be made from inside another */
    int code = SQLITE_ROW;
    while (status == PL_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        PlStoredRun run;
        int64_t number;
        status = read_run(store, stmt, &run, &number);
        if (status == PL_OK) status = visit(user, &run);
    }
    if (status == PL_OK) status = pl_store_sqlite_status(store, code);
    sqlite3_finalize(stmt);
    return status;
}
