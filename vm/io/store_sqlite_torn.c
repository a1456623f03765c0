/* SPDX-License-Identifier: MIT */
/* A store in which nothing was promised yet, left by a process that did not get further: it was killed, and all is well, or the power failed, and its
 * file may be anything. The lock says that it was so young. Then it is looked through, and is promised if it is whole; if not, it is set aside as
 * X.torn, and a new one begins: no effect left the machine without a promise, so nothing that counts is in it. Invariant: a file that was promised is
 * never set aside. */
#include "vm/io/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static PlStatus check_pages(PlStore *store)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &stmt, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(stmt);
    PlStatus status = pl_store_sqlite_status(store, code);
    if (status == PL_OK && !pl_str_eq(pl_str_z((const char *)sqlite3_column_text(stmt, 0)), PL_STR("ok"))) status = PL_CORRUPT;
    sqlite3_finalize(stmt);
    return status;
}

static PlStatus check_run(void *user, const PlStoredRun *run)
{
    char id[PL_STORE_ID];
    uint64_t rows, bad;
    const char *why;
    memcpy(id, run->id.ptr, run->id.len); /* the row is the statement's, and verify makes others */
    return pl_store_verify(user, pl_str(id, run->id.len), &rows, &bad, &why);
}

static PlStatus remove_beside(PlStore *store, const char *suffix)
{
    char *name;
    if (asprintf(&name, "%s%s", store->path, suffix) < 0) return PL_NOMEM;
    bool gone = unlink(name) == 0 || errno == ENOENT;
    free(name);
    return gone ? PL_OK : PL_IO;
}

static PlStatus set_aside(PlStore *store)
{
    char *aside;
    for (int i = 0; i < PL_SQL_COUNT; i++) {
        sqlite3_finalize(store->sql[i]);
        store->sql[i] = NULL;
    }
    sqlite3_close(store->db);
    store->db = NULL;
    store->broken = PL_OK;
    if (asprintf(&aside, "%s.torn", store->path) < 0) return PL_NOMEM;
    PlStatus status = rename(store->path, aside) == 0 ? PL_OK : PL_IO;
    free(aside);
    if (status == PL_OK) status = remove_beside(store, "-journal");
    if (status == PL_OK) status = remove_beside(store, "-wal");
    if (status == PL_OK) status = remove_beside(store, "-shm");
    if (status != PL_OK) snprintf(store->message, sizeof store->message, "%s", strerror(errno));
    store->is_torn = status == PL_OK;
    return status;
}

/* A file that another program made: it begins neither like a database nor with a sector that never got to the disk. */
static bool is_somebody_elses(const PlStore *store)
{
    static const char magic[16] = "SQLite format 3", nothing[16] = "";
    char head[16] = "";
    int fd = open(store->path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? pread(fd, head, sizeof head, 0) : -1;
    if (fd >= 0) close(fd);
    return store->is_foreign || n < 0 || (memcmp(head, magic, (size_t)n) != 0 && memcmp(head, nothing, (size_t)n) != 0);
}

PlStatus pl_store_torn_check(PlStore *store, PlStatus opened)
{
    PlStatus status = opened;
    if (status == PL_OK) status = check_pages(store);
    if (status == PL_OK) status = pl_store_each_run(store, check_run, store);
    if ((status == PL_CORRUPT || status == PL_INVALID) && !is_somebody_elses(store)) return set_aside(store);
    if (status != PL_OK) return status;
    store->is_file_unsynced = true; /* what the other process wrote is perhaps in no more than the memory of the machine */
    return pl_store_young_sync(store);
}
