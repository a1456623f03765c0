/* SPDX-License-Identifier: MIT */
/* Bytes go through here once: they are hashed as they are written and as they are read. The kernel is told to write early,
 * so that the sync at the end is short. */
#include "vm/io/files.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EARLY = 8388608, PIECE = 262144 };

typedef struct Known { /* a file whose bytes this process has seen to be right */
    struct Known *next;
    uint8_t hash[32];
} Known;

struct PlFiles {
    char folder[PATH_MAX];
    Known *known;
    uint64_t count; /* of the files begun: names for those that are not finished */
};

struct PlFileWriter {
    PlFiles *files;
    int fd;
    uint64_t len, synced;
    PlHashing hashing;
    char path[PATH_MAX];
};

struct PlFileReader {
    PlFiles *files;
    int fd;
    uint64_t at;
    PlFileRef file;
    PlHashing hashing;
};

PlFiles *pl_files_new(PlStr folder)
{
    PlFiles *files = folder.len < PATH_MAX - 80 ? pl_zalloc(sizeof *files) : NULL;
    if (files) snprintf(files->folder, sizeof files->folder, PL_FMT, PL_ARG(folder));
    return files;
}

void pl_files_free(PlFiles *files)
{
    for (Known *k = files ? files->known : NULL, *next; k; k = next) {
        next = k->next;
        pl_free(k);
    }
    pl_free(files);
}

static bool is_known(const PlFiles *files, const uint8_t hash[32])
{
    for (const Known *k = files->known; k; k = k->next)
        if (memcmp(k->hash, hash, 32) == 0) return true;
    return false;
}

static void know(PlFiles *files, const uint8_t hash[32])
{
    Known *known = is_known(files, hash) ? NULL : pl_zalloc(sizeof *known);
    if (!known) return; /* then it is looked at once more */
    memcpy(known->hash, hash, 32);
    known->next = files->known;
    files->known = known;
}

static void path_of(const PlFiles *files, const uint8_t hash[32], char out[PATH_MAX])
{
    char hex[65];
    pl_hash_hex(hash, 32, hex);
    snprintf(out, PATH_MAX, "%.*s/%s", PATH_MAX - 80, files->folder, hex);
}

static PlStatus failed(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? PL_FULL : PL_IO;
}

/* ---- in ---- */

PlFileWriter *pl_files_begin(PlFiles *files, PlStatus *status)
{
    PlFileWriter *w = pl_zalloc(sizeof *w);
    *status = PL_NOMEM;
    if (!w) return NULL;
    *w = (PlFileWriter){.files = files, .fd = -1};
    snprintf(w->path, sizeof w->path, "%.*s/new-%ld-%llu", PATH_MAX - 80, files->folder, (long)getpid(), (unsigned long long)++files->count);
    pl_hash_begin(&w->hashing);
    bool faulty = pl_fault_hit(PL_FAULT_WRITE);
    if (faulty) errno = EIO;
    if (!faulty && (mkdir(files->folder, 0700) == 0 || errno == EEXIST)) w->fd = open(w->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    *status = w->fd >= 0 ? PL_OK : failed();
    if (w->fd >= 0) return w;
    pl_free(w);
    return NULL;
}

PlStatus pl_files_put(PlFileWriter *w, PlStr bytes)
{
    pl_hash_put(&w->hashing, bytes);
    for (size_t done = 0; done < bytes.len;) {
        if (pl_fault_hit(PL_FAULT_WRITE)) return PL_IO;
        ssize_t n = write(w->fd, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed();
        done += (size_t)n;
    }
    w->len += bytes.len;
    if (w->len - w->synced < EARLY) return PL_OK;
    (void)sync_file_range(w->fd, (off_t)w->synced, (off_t)(w->len - w->synced), SYNC_FILE_RANGE_WRITE); /* a hint: the sync at the end is what counts */
    w->synced = w->len;
    return PL_OK;
}

static PlStatus sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    PlStatus status = fd >= 0 && fsync(fd) == 0 ? PL_OK : PL_IO;
    if (fd >= 0) close(fd);
    return status;
}

PlStatus pl_files_end(PlFileWriter *w, PlFileRef *out)
{
    char path[PATH_MAX];
    out->len = w->len;
    pl_hash_end(&w->hashing, out->hash);
    path_of(w->files, out->hash, path);
    PlStatus status = !pl_fault_hit(PL_FAULT_SYNC) && fsync(w->fd) == 0 ? PL_OK : failed();
    if (status == PL_OK && rename(w->path, path) != 0) status = failed();
    if (status == PL_OK) status = sync_folder(w->files->folder);
    if (status == PL_OK) know(w->files, out->hash);
    pl_files_drop(w);
    return status;
}

void pl_files_drop(PlFileWriter *w)
{
    if (!w) return;
    close(w->fd);
    (void)unlink(w->path); /* it has another name when it was finished */
    pl_free(w);
}

PlStatus pl_files_take(PlFiles *files, int fd, uint64_t most, PlFileRef *out)
{
    PlStatus status;
    PlFileWriter *w = pl_files_begin(files, &status);
    char *piece = w ? pl_alloc(PIECE) : NULL;
    ssize_t n = 0;
    if (w) status = piece ? PL_OK : PL_NOMEM;
    while (status == PL_OK && (n = read(fd, piece, PIECE)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) status = PL_IO;
        else if ((uint64_t)n > most - w->len) status = PL_LIMIT;
        else status = pl_files_put(w, pl_str(piece, (size_t)n));
    }
    pl_free(piece);
    if (status == PL_OK) return pl_files_end(w, out);
    pl_files_drop(w);
    return status;
}

/* ---- out ---- */

PlFileReader *pl_files_open(PlFiles *files, const PlFileRef *file, PlStatus *status)
{
    char path[PATH_MAX];
    struct stat stat;
    PlFileReader *r = pl_zalloc(sizeof *r);
    *status = PL_NOMEM;
    if (!r) return NULL;
    *r = (PlFileReader){.files = files, .file = *file};
    pl_hash_begin(&r->hashing);
    path_of(files, file->hash, path);
    r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    *status = r->fd >= 0 ? PL_OK : errno == ENOENT ? PL_INVALID : PL_IO;
    if (*status == PL_OK && fstat(r->fd, &stat) != 0) *status = PL_IO;
    if (*status == PL_OK && (!S_ISREG(stat.st_mode) || (uint64_t)stat.st_size != file->len)) *status = PL_CORRUPT;
    if (*status == PL_OK) return r;
    pl_files_close(r);
    return NULL;
}

PlStatus pl_files_next(PlFileReader *r, char *to, size_t room, size_t *got)
{
    *got = 0;
    if (r->at == r->file.len) return PL_OK;
    if (room > r->file.len - r->at) room = (size_t)(r->file.len - r->at);
    ssize_t n = -1;
    do
        n = pl_fault_hit(PL_FAULT_READ) ? -1 : read(r->fd, to, room);
    while (n < 0 && errno == EINTR);
    if (n <= 0) return n < 0 ? PL_IO : PL_CORRUPT; /* it became shorter */
    pl_hash_put(&r->hashing, pl_str(to, (size_t)n));
    r->at += (uint64_t)n;
    if (r->at == r->file.len) {
        uint8_t hash[32];
        pl_hash_end(&r->hashing, hash);
        if (memcmp(hash, r->file.hash, 32) != 0) return PL_CORRUPT;
        know(r->files, hash);
    }
    *got = (size_t)n;
    return PL_OK;
}

void pl_files_close(PlFileReader *r)
{
    if (!r) return;
    if (r->fd >= 0) close(r->fd);
    pl_free(r);
}

/* ---- the port ---- */

static PlStatus read_all(PlFiles *files, const PlFileRef *file, PlBuf *out)
{
    PlStatus status;
    PlFileReader *r = pl_files_open(files, file, &status);
    char *piece = r ? pl_alloc(PIECE) : NULL;
    if (r && !piece) status = PL_NOMEM;
    for (size_t got = 1; status == PL_OK && got;) {
        status = pl_files_next(r, piece, PIECE, &got);
        if (status == PL_OK && out) pl_buf_put(out, pl_str(piece, got));
        if (out && out->status != PL_OK) status = out->status;
    }
    pl_free(piece);
    pl_files_close(r);
    return status;
}

static PlStatus port_check(void *self, const PlFileRef *file)
{
    PlStatus status;
    if (!is_known(self, file->hash)) return read_all(self, file, NULL);
    PlFileReader *r = pl_files_open(self, file, &status); /* it is still there, and as long */
    pl_files_close(r);
    return status;
}

static PlStatus port_read(void *self, const PlFileRef *file, PlBuf *out)
{
    return read_all(self, file, out);
}

PlFilesPort pl_files_port(PlFiles *files)
{
    return (PlFilesPort){files, port_check, port_read};
}

/* ---- what nothing names any more ---- */

PlStatus pl_files_sweep(PlStr folder, bool (*is_named)(void *user, PlStr hash), void *user)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, PL_FMT, PL_ARG(folder));
    DIR *dir = opendir(path);
    if (!dir) return errno == ENOENT ? PL_OK : PL_IO;
    PlStatus status = PL_OK;
    for (struct dirent *entry; (entry = readdir(dir));) {
        uint8_t hash[32];
        PlStr name = pl_str_z(entry->d_name);
        bool is_file = pl_hash_from_hex(name, hash, 32), is_begun = pl_str_starts(name, PL_STR("new-"));
        if (!is_begun && (!is_file || is_named(user, name))) continue;
        if (unlinkat(dirfd(dir), entry->d_name, 0) != 0 && errno != ENOENT) status = PL_IO;
    }
    closedir(dir);
    return status;
}
