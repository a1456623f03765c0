/* SPDX-License-Identifier: MIT */
/* The chain of one run, from its first row to its last, without trusting anything but SHA-256. What it cannot see: a whole run written anew by somebody who
 * can write the file; that takes a head kept elsewhere. tests/verify_audit.py does the same from spec/journal.md alone. */
#include "vm/io/store_sqlite.h"

#include "vm/base/json_scan.h"
#include "vm/code/hash.h"

#include <sqlite3.h>

typedef struct Check {
    PlStore *store;
    PlStr run;
    char id[PL_STORE_ID];
    uint64_t seq;
    uint8_t prev[32];
    PlRowKind last;
    const char *why;
} Check;

static PlStatus bad(Check *check, const char *why)
{
    check->why = why;
    return PL_CORRUPT;
}

/* {"status":200,...,"file":"HASH","bytes":N}: an answer that lies beside the store. */
static bool has_its_file(Check *check, PlStr body)
{
    PlStr raw;
    PlFileRef file;
    int64_t len;
    bool is_answer = pl_json_find(body, "status", &raw); /* not the value of a step */
    if (!is_answer || !pl_json_find(body, "file", &raw) || raw.len != 66 || !pl_hash_from_hex(pl_str_slice(raw, 1, 65), file.hash, 32)) return true;
    if (!pl_json_find(body, "bytes", &raw) || !pl_str_to_int(raw, &len) || len < 0) return false;
    file.len = (uint64_t)len;
    PlFilesPort port = pl_files_port(pl_store_files(check->store));
    return port.self && port.check(port.self, &file) == PL_OK;
}

static PlStatus check_row(void *user, const PlStoredRow *stored)
{
    Check *check = user;
    const PlRow *row = &stored->row;
    uint8_t hash[32];
    check->seq++;
    if (row->seq != check->seq) return bad(check, "a row is missing");
    if (row->kind <= 0 || row->kind >= PL_ROW_KIND_END) return bad(check, "the row is of no known kind");
    bool has_ended = check->last == PL_ROW_END || check->last == PL_ROW_FORKED, is_redact = row->kind == PL_ROW_REDACT;
    bool may_follow = is_redact || (check->last == PL_ROW_END && row->kind == PL_ROW_FORKED);
    if (has_ended ? !may_follow : is_redact) return bad(check, has_ended ? "a row behind the end of the run" : "a run was redacted before it ended");
    if ((row->seq == 1) != (row->kind == PL_ROW_START)) return bad(check, "a run begins with START, once");
    if (stored->salt) { /* else the body was erased, and only its commitment is left */
        pl_store_chain_commit(stored->salt, row->body, stored->blob_hash, hash);
        if (memcmp(hash, stored->commit, 32) != 0) return bad(check, "the row's body is not what was committed to");
        if (stored->blob_hash) pl_hash_bytes(row->blob, hash);
        if (stored->blob_hash && memcmp(hash, stored->blob_hash, 32) != 0) return bad(check, "the row's blob is missing or changed");
        if (row->kind == PL_ROW_RESULT && !has_its_file(check, row->body)) return bad(check, "the row's file is missing or changed");
    } else if (row->body.len || stored->blob_hash) {
        return bad(check, "the row has a body but no salt");
    }
    pl_store_chain_next(check->run, row, stored->commit, check->prev, hash);
    if (memcmp(hash, stored->hash, 32) != 0) return bad(check, "the row's hash does not follow from the row before");
    memcpy(check->prev, hash, 32);
    if (!is_redact) check->last = row->kind;
    return PL_OK;
}

/* What the run's record says of a run that has ended must fit its rows. */
static PlStatus check_seal(PlStore *store, int64_t number, Check *check)
{
    sqlite3_stmt *stmt = pl_store_sqlite_stmt(store, PL_SQL_SEAL);
    if (!stmt) return store->broken;
    sqlite3_bind_int64(stmt, 1, number);
    int code = sqlite3_step(stmt);
    PlStatus status = code == SQLITE_ROW ? PL_OK : code == SQLITE_DONE ? PL_CORRUPT : pl_store_sqlite_status(store, code);
    if (status == PL_OK) {
        int state = sqlite3_column_int(stmt, 0);
        bool is_sealed = sqlite3_column_type(stmt, 1) == SQLITE_INTEGER, has_ended = state == PL_STORED_DONE || state == PL_STORED_FAILED;
        uint64_t rows = (uint64_t)sqlite3_column_int64(stmt, 1);
        const void *head = sqlite3_column_blob(stmt, 2);
        bool fits = head && sqlite3_column_bytes(stmt, 2) == 32 && memcmp(head, check->prev, 32) == 0;
        bool is_forked = state == PL_STORED_FORKED;
        if (has_ended && check->seq > 0 && check->last != PL_ROW_END) status = bad(check, "the run has ended, but its END row is missing");
        else if (is_forked && check->last != PL_ROW_FORKED) status = bad(check, "the run went on as another, but its FORKED row is missing");
        else if (is_sealed && rows > check->seq) status = bad(check, "rows were cut from the end");
        else if (is_sealed && rows == check->seq && !fits) status = bad(check, "the last row is not the one that the run ended with");
    }
    sqlite3_reset(stmt);
    return status;
}

PlStatus pl_store_verify(PlStore *store, PlStr id, uint64_t *rows, uint64_t *bad_seq, const char **why)
{
    *rows = *bad_seq = 0;
    *why = "";
    PlStoredRun run;
    int64_t number;
    PlStatus status = pl_store_runs_find(store, id, &run, &number);
    if (status != PL_OK) return status;
    Check check = {.store = store, .why = ""};
    memcpy(check.id, run.id.ptr, run.id.len); /* the store's text lives only until the next call */
    check.run = pl_str(check.id, run.id.len);
    pl_store_chain_first(check.run, run.module_hash, check.prev);
    status = pl_store_each_row(store, check.run, check_row, &check);
    if (status == PL_OK) status = check_seal(store, number, &check);
    *rows = check.seq;
    if (status == PL_CORRUPT) {
        *bad_seq = check.seq;
        *why = check.why[0] ? check.why : "the file is damaged";
    }
    return status;
}
