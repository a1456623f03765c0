/* SPDX-License-Identifier: MIT */
/* A run as lines of JSON for people and programs elsewhere: all that a verifier needs, and nothing but what the store holds. Layout: spec/journal.md. */
#include "vm/io/store.h"

#include "vm/code/hash.h"
#include "vm/io/secrets.h"

#include <stdio.h>

typedef struct Export {
    PlStoreLine put;
    void *user;
    bool with_blobs;
    PlBuf line;
} Export;

static void put_hex(PlBuf *out, const char *name, const uint8_t *bytes, size_t len)
{
    char hex[65];
    if (!bytes) return;
    pl_hash_hex(bytes, len, hex);
    pl_buf_printf(out, ",\"%s\":\"%s\"", name, hex);
}

static PlStatus put_row(void *user, const PlStoredRow *stored)
{
    Export *export = user;
    PlBuf *out = &export->line;
    const PlRow *row = &stored->row;
    pl_buf_clear(out);
    pl_buf_printf(out, "{\"seq\":%llu,\"kind\":%d,\"name\":\"%s\"", (unsigned long long)row->seq, (int)row->kind, pl_row_kind_name(row->kind));
    if (row->site != UINT32_MAX) pl_buf_printf(out, ",\"site\":%u", row->site);
    pl_buf_printf(out, ",\"attempt\":%u,\"path\":", row->attempt);
    pl_buf_put_json(out, row->path);
    pl_buf_printf(out, ",\"wall_us\":%lld", (long long)row->wall_us);
    put_hex(out, "salt", stored->salt, 16);
    if (stored->salt) {
        pl_buf_put_z(out, ",\"body\":");
        pl_buf_put_json(out, row->body);
    }
    put_hex(out, "blob", stored->blob_hash, 32);
    if (stored->blob_hash && export->with_blobs) {
        pl_buf_put_z(out, ",\"bytes\":\"");
        pl_secrets_put_base64(out, row->blob);
        pl_buf_put_char(out, '"');
    }
    put_hex(out, "commit", stored->commit, 32);
    put_hex(out, "hash", stored->hash, 32);
    pl_buf_put_z(out, "}\n");
    return out->status == PL_OK ? export->put(export->user, pl_buf_str(out)) : out->status;
}

PlStatus pl_store_export(PlStore *store, PlStr id, bool with_blobs, PlStoreLine put, void *user)
{
    static const char *const states[] = {"running", "done", "failed", "parked", "forked"};
    PlStoredRun run;
    PlStatus status = pl_store_open_run(store, id, &run, NULL);
    if (status != PL_OK) return status;
    Export export = {put, user, with_blobs, {0}};
    pl_buf_init(&export.line, 0);
    PlBuf *out = &export.line;
    pl_buf_printf(out, "{\"pilot\":\"journal\",\"version\":1,\"run\":");
    pl_buf_put_json(out, run.id);
    put_hex(out, "module", run.module_hash, 32);
    pl_buf_printf(out, ",\"state\":\"%s\",\"rows\":%llu", states[run.state], (unsigned long long)run.rows);
    put_hex(out, "head", run.head, 32);
    pl_buf_put_z(out, "}\n");
    status = out->status == PL_OK ? put(user, pl_buf_str(out)) : out->status;
    if (status == PL_OK) status = pl_store_each_row(store, id, put_row, &export);
    pl_buf_deinit(&export.line);
    return status;
}
