/* SPDX-License-Identifier: MIT */
/* A store file's youth: from its making to the first barrier nothing in it is promised to survive a power cut, so nothing is synced. It is kept with
 * SQLite's rollback journal meanwhile (a kill -9 leaves a whole file, or an empty one that the next opening takes for new), and a run that ends
 * with its second batch of rows never makes a WAL, nor pays for folding it back: the file and its folder are synced once, at the END row's
 * barrier. A file that lives longer grows up to WAL with synchronous=NORMAL. Invariant: once promised, a young file is never written. */
#include "vm/io/store_sqlite.h"

#include "vm/base/fault.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

PlStatus pl_store_young_begin(PlStore *store)
{
    store->is_young = true;
    return pl_store_sqlite_run(store, "PRAGMA synchronous=OFF;");
}

PlStatus pl_store_young_write(PlStore *store, bool ends_run)
{
    PlStatus status = pl_store_image_write(store, ends_run);
    if (status != PL_OK) return pl_store_sqlite_fail(store, status);
    if (!store->is_young) return PL_OK;
    bool is_promised = !store->is_file_unsynced;
    if (!is_promised && (ends_run || store->young_batches++ == 0)) return PL_OK;
    store->is_young = false;
    /* What was promised may not be lost while the kind of the journal changes. */
    if (is_promised) status = pl_store_sqlite_run(store, "PRAGMA synchronous=NORMAL;");
    if (status == PL_OK) status = pl_store_sqlite_run(store, PL_STORE_GROWN);
    return status == PL_OK ? PL_OK : pl_store_sqlite_fail(store, status);
}

PlStatus pl_store_young_sync_file(PlStore *store, int pointer)
{
    sqlite3_file *file = NULL;
    sqlite3_file_control(store->db, "main", pointer, &file);
    if (!file->pMethods) return PL_OK; /* in memory, or not opened */
    int code = pl_fault_hit(PL_FAULT_SYNC) ? SQLITE_IOERR_FSYNC
                                           : file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    if (code == SQLITE_OK) return PL_OK;
    /* What the kernel could not write it may have dropped and called clean: asking again would say yes to a lie. */
    snprintf(store->message, sizeof store->message, "the disk did not take the journal (fdatasync failed)");
    return PL_IO;
}

/* The folder too: it holds the file's name, and no longer that of the rollback journal, which would undo what it finds. */
static PlStatus sync_folder(PlStore *store)
{
    const char *slash = strrchr(store->path, '/');
    char *folder = slash ? pl_strdup_n(store->path, (size_t)(slash - store->path) + 1) : pl_strdup_n(".", 1);
    if (!folder) return PL_NOMEM;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good) snprintf(store->message, sizeof store->message, "the folder of the journal cannot be synced");
    if (fd >= 0) close(fd);
    pl_free(folder);
    return good ? PL_OK : PL_IO;
}

PlStatus pl_store_young_sync(PlStore *store)
{
    if (!store->is_file_unsynced) return PL_OK;
    PlStatus status = store->is_image ? pl_store_image_sync(store) : pl_store_young_sync_file(store, SQLITE_FCNTL_FILE_POINTER);
    if (status == PL_OK) status = sync_folder(store);
    if (status != PL_OK) return status;
    store->is_file_unsynced = false;
    pl_store_lock_promise(&store->lock);
    return status;
}
