/* SPDX-License-Identifier: MIT */
/* Before a new store is a file it is an image: a database in memory, which is put on the disk whole, under another name first, so that its file is never
 * there in part. A run that ends with its first or second batch of rows is all in the image; so it costs one file, written once a batch, and none of
 * SQLite's locks, journals and indexes. What is large, or lives longer, leaves for the file. Invariant: an image that was promised to survive a power cut
 * is replaced only by one that is on the disk. */
#include "vm/io/store_sqlite.h"

#include "vm/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IMAGE_BYTES = 256 * 1024, IMAGE_ROWS = 1024 };

bool pl_store_image_fits(const char *path)
{
    struct stat file;
    return lstat(path, &file) != 0 ? errno == ENOENT : S_ISREG(file.st_mode) && file.st_size == 0;
}

static PlStatus beside(const char *path, const char *suffix, char **out)
{
    return asprintf(out, "%s%s", path, suffix) < 0 ? PL_NOMEM : PL_OK;
}

static PlStatus of_errno(PlStore *store)
{
    snprintf(store->message, sizeof store->message, "%s", strerror(errno));
    return errno == ENOSPC || errno == EDQUOT ? PL_FULL : PL_IO;
}

/* Logs that belong to a file which is no more would be taken for this one's. */
static PlStatus drop_strays(PlStore *store)
{
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *stray;
        if (beside(store->path, suffixes[i], &stray) != PL_OK) return PL_NOMEM;
        int failed = unlink(stray) != 0 && errno != ENOENT;
        free(stray);
        if (failed) return of_errno(store);
    }
    return PL_OK;
}

static PlStatus write_all(int fd, const unsigned char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        if (pl_fault_hit(PL_FAULT_WRITE)) {
            errno = EIO;
            return PL_IO;
        }
        ssize_t n = write(fd, bytes + at, size - at);
        if (n < 0 && errno != EINTR) return PL_IO;
        if (n > 0) at += (size_t)n;
    }
    return PL_OK;
}

/* Leaves the new file open, for the sync of a barrier. */
static PlStatus replace(PlStore *store, const char *name, const unsigned char *bytes, size_t size)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return of_errno(store);
    bool was_promised = store->is_image_written && !store->is_file_unsynced;
    bool good = write_all(fd, bytes, size) == PL_OK && (!was_promised || (!pl_fault_hit(PL_FAULT_SYNC) && fdatasync(fd) == 0)) &&
                rename(name, store->path) == 0;
    PlStatus status = good ? PL_OK : of_errno(store);
    if (good) {
        if (store->image_fd >= 0) close(store->image_fd);
        store->image_fd = fd;
        store->is_file_unsynced = store->is_image_written = true;
        store->is_image_stale = false;
        store->image_bytes = size;
    } else {
        close(fd);
        unlink(name);
    }
    return status;
}

static PlStatus put(PlStore *store)
{
    char *name = NULL;
    sqlite3_int64 size = 0;
    PlStatus status = store->is_image_written ? PL_OK : drop_strays(store);
    if (status == PL_OK) status = beside(store->path, ".new", &name);
    if (status != PL_OK) return status;
    unsigned char *bytes = pl_fault_hit(PL_FAULT_STORE) ? NULL : sqlite3_serialize(store->db, "main", &size, SQLITE_SERIALIZE_NOCOPY);
    status = bytes ? replace(store, name, bytes, (size_t)size) : PL_NOMEM;
    free(name);
    return status;
}

PlStatus pl_store_image_put(PlStore *store, bool ends_run)
{
    if (!store->is_image) return PL_OK;
    PlStatus status = PL_OK;
    if (!ends_run && store->lock.reserve < 0) status = pl_store_sqlite_reserve(store);
    if (status == PL_OK) status = put(store);
    if (status == PL_FULL && !store->is_full && store->lock.reserve >= 0) {
        store->is_full = true;
        pl_store_lock_spend(&store->lock);
        status = put(store);
    }
    return status;
}

PlStatus pl_store_image_sync(PlStore *store)
{
    bool good = !pl_fault_hit(PL_FAULT_SYNC) && fdatasync(store->image_fd) == 0;
    if (good) return PL_OK;
    snprintf(store->message, sizeof store->message, "the disk did not take the journal (fdatasync failed)");
    return PL_IO;
}

PlStatus pl_store_image_write(PlStore *store, bool ends_run)
{
    const PlRowBatch *batch = &store->writing;
    bool is_small = batch->bytes.len + batch->given <= IMAGE_BYTES && batch->len <= IMAGE_ROWS && store->image_bytes <= IMAGE_BYTES;
    if (!store->is_image || (is_small && (ends_run || !store->is_image_written))) return PL_OK;
    PlStatus status = store->is_image_written && !store->is_image_stale ? PL_OK : pl_store_image_put(store, false);
    if (status == PL_OK && store->lock.reserve < 0 && !store->is_full) status = pl_store_sqlite_reserve(store);
    if (status != PL_OK) return status;
    for (int i = 0; i < PL_SQL_COUNT; i++) {
        sqlite3_finalize(store->sql[i]);
        store->sql[i] = NULL;
    }
    sqlite3_close_v2(store->db); /* a walk may be under way in it */
    store->db = NULL;
    store->is_image = false;
    close(store->image_fd);
    store->image_fd = -1;
    return pl_store_sqlite_connect(store);
}
