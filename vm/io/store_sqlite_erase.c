/* SPDX-License-Identifier: MIT */
/* Erasing bodies: the row, its commitment and its hash stay, so the chain is whole; without the salt the commitment says nothing of what is gone. The file is
 * opened with secure_delete, and the write-ahead log is folded back, so that no copy is left in either. spec/journal.md, "Erasing". */
#include "vm/io/store_sqlite.h"

#include "vm/base/vec.h"

#include <sqlite3.h>
#include <stdio.h>

typedef struct Erase {
    PlArena *arena;
    PlStr path;
    PL_VEC(uint64_t) rows; /* that have something to erase */
    bool has_ended;
    PlStoredState state;
} Erase;

static bool is_meant(const Erase *e, const PlRow *row)
{
    if (row->kind == PL_ROW_REDACT) return false;
    if (!e->path.len) return true;
    return pl_str_starts(row->path, e->path) && (row->path.len == e->path.len || strchr("#.~?", row->path.ptr[e->path.len]) != NULL);
}

static PlStatus collect(void *user, const PlStoredRow *stored)
{
    Erase *e = user;
    const PlRow *row = &stored->row;
    if (row->kind == PL_ROW_END || row->kind == PL_ROW_FORKED) e->has_ended = true;
    if (stored->salt && is_meant(e, row)) pl_vec_push(e->arena, &e->rows, row->seq);
    return PL_OK;
}

static PlStatus put_row(const Erase *e, PlJournalPort journal, PlStr who, PlStr why, int64_t wall_us)
{
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_put_z(&body, "{\"path\":");
    pl_buf_put_json(&body, e->path);
    pl_buf_printf(&body, ",\"rows\":%u,\"who\":", e->rows.len);
    pl_buf_put_json(&body, who);
    pl_buf_put_z(&body, ",\"why\":");
    pl_buf_put_json(&body, why);
    pl_buf_put_char(&body, '}');
    PlRow row = {.kind = PL_ROW_REDACT, .site = UINT32_MAX, .path = PL_STR(""), .body = pl_buf_str(&body), .blob = PL_STR(""), .wall_us = wall_us};
    PlStatus status = body.status == PL_OK ? journal.append(journal.self, &row) : body.status;
    if (status == PL_OK) status = journal.barrier(journal.self);
    pl_buf_deinit(&body);
    return status;
}

/* Numbers alone go into the statements. */
static PlStatus erase_rows(PlStore *store, const Erase *e, int64_t run)
{
    PlBuf sql;
    pl_buf_init(&sql, 0);
    pl_buf_put_z(&sql, "BEGIN IMMEDIATE;");
    for (uint32_t i = 0; i < e->rows.len; i++)
        pl_buf_printf(&sql, "UPDATE row SET body = NULL, salt = NULL, blob = NULL WHERE run = %lld AND seq = %llu;", (long long)run,
                      (unsigned long long)e->rows.items[i]);
    pl_buf_put_z(&sql, "DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM row WHERE row.blob = blob.hash);COMMIT;");
    pl_buf_put_char(&sql, '\0');
    PlStatus status = sql.status == PL_OK ? pl_store_sqlite_run(store, sql.ptr) : sql.status;
    pl_buf_deinit(&sql);
    return status == PL_OK ? pl_store_sqlite_run(store, "PRAGMA wal_checkpoint(TRUNCATE)") : status;
}

/* A file is named by the answer that brought it, or by the input. */
static bool is_named(void *user, PlStr hash)
{
    PlStore *store = user;
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(store->db, "SELECT 1 FROM row WHERE kind IN (1, 3) AND instr(body, ?1) > 0 LIMIT 1", -1, &stmt, NULL) != SQLITE_OK) return true;
    char text[80];
    snprintf(text, sizeof text, "\"file\":\"" PL_FMT "\"", PL_ARG(hash));
    sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
    bool named = sqlite3_step(stmt) != SQLITE_DONE; /* in doubt it stays */
    sqlite3_finalize(stmt);
    return named;
}

static PlStatus erase_files(PlStore *store, PlArena *arena)
{
    if (!store->path) return PL_OK;
    return pl_files_sweep(pl_arena_printf(arena, "%s.files", store->path), is_named, store);
}

PlStatus pl_store_erase(PlStore *store, PlStr id, PlStr path, PlStr who, PlStr why, int64_t wall_us, uint64_t *erased)
{
    PlEscape escape;
    PlStoredRun run = {0};
    PlJournalPort journal;
    int64_t number = 0;
    *erased = 0;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena || setjmp(escape.at) != 0) {
        pl_arena_free(arena);
        return PL_NOMEM;
    }
    PlStatus status = pl_store_runs_find(store, id, &run, &number);
    Erase e = {.arena = arena, .path = path, .state = run.state};
    PlStr full = status == PL_OK ? pl_arena_str(arena, run.id) : PL_STR("");
    PlStr reason = status == PL_OK ? pl_arena_str(arena, run.reason) : PL_STR("");
    if (status == PL_OK) status = pl_store_each_row(store, full, collect, &e);
    if (status == PL_OK && !e.has_ended) status = PL_WAITING;
    if (status == PL_OK && e.rows.len) {
        status = pl_store_open_run(store, full, &run, &journal);
        if (status == PL_OK) status = put_row(&e, journal, who, why, wall_us);
        if (status == PL_OK) status = pl_store_set_state(store, full, e.state, reason);
        if (status == PL_OK) status = erase_rows(store, &e, number);
        if (status == PL_OK) status = erase_files(store, arena);
        if (status == PL_OK) *erased = e.rows.len;
    }
    pl_arena_free(arena);
    return status;
}
