/* SPDX-License-Identifier: MIT */
/* Whole files in and out of a PlBuf. */
#include "vm/base/buf.h"
#include "vm/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 64 * 1024, NAME_TRIES = 100 };

static ssize_t read_some(int fd, void *to, size_t size)
{
    if (pl_fault_hit(PL_FAULT_READ)) {
        errno = EIO;
        return -1;
    }
    ssize_t n;
    do n = read(fd, to, size);
    while (n < 0 && errno == EINTR);
    return n;
}

static PlStatus read_all(PlBuf *buf, int fd)
{
    char *step = pl_alloc(READ_STEP);
    if (!step) return PL_NOMEM;
    ssize_t n = 0;
    while (buf->status == PL_OK && (n = read_some(fd, step, READ_STEP)) != 0) {
        if (n < 0) break;
        pl_buf_put(buf, pl_str(step, (size_t)n));
    }
    int kept = errno;
    pl_free(step);
    errno = kept;
    return buf->status != PL_OK ? buf->status : n < 0 ? PL_IO : PL_OK;
}

PlStatus pl_buf_read_file(PlBuf *buf, const char *path)
{
    if (strcmp(path, "-") == 0) return read_all(buf, STDIN_FILENO);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return PL_IO;
    PlStatus status = read_all(buf, fd);
    int kept = errno;
    close(fd);
    errno = kept;
    return status;
}

static PlStatus status_of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? PL_FULL : errno == ENOMEM ? PL_NOMEM : PL_IO;
}

static PlStatus write_all(int fd, PlStr bytes)
{
    while (bytes.len) {
        if (pl_fault_hit(PL_FAULT_WRITE)) {
            errno = ENOSPC;
            return PL_FULL;
        }
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return status_of_errno();
        bytes = pl_str_slice(bytes, (size_t)n, bytes.len);
    }
    return PL_OK;
}

static PlStatus sync_file(int fd)
{
    if (pl_fault_hit(PL_FAULT_SYNC)) {
        errno = EIO;
        return PL_IO;
    }
    return fsync(fd) == 0 ? PL_OK : status_of_errno();
}

/* A new file beside path, by a name nobody has; its name in `name`. */
static int open_beside(const char *path, char *name, size_t size)
{
    for (int i = 0; i < NAME_TRIES; i++) {
        int len = snprintf(name, size, "%s.tmp-%ld-%d", path, (long)getpid(), i);
        if (len < 0 || (size_t)len >= size) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/* The new name survives a power cut only when its directory is on disk too. A directory that cannot be opened or
 * synced (some file systems) is no failure: the file itself is whole either way. */
static void sync_directory(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) + (slash == path) : 1;
    if (len >= sizeof directory) return;
    memcpy(directory, slash ? path : ".", len);
    directory[len] = 0;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    close(fd);
}

static PlStatus write_and_rename(const char *path, const struct stat *old, PlStr bytes)
{
    char name[PATH_MAX];
    int fd = open_beside(path, name, sizeof name);
    if (fd < 0) return status_of_errno();
    PlStatus status = write_all(fd, bytes);
    if (status == PL_OK && old) (void)fchmod(fd, old->st_mode & 07777);
    if (status == PL_OK) status = sync_file(fd);
    int kept = errno;
    if (close(fd) != 0 && status == PL_OK) status = status_of_errno(), kept = errno;
    if (status == PL_OK && rename(name, path) != 0) status = status_of_errno(), kept = errno;
    if (status == PL_OK)
        sync_directory(path);
    else
        unlink(name);
    errno = kept;
    return status;
}

static PlStatus write_in_place(const char *path, PlStr bytes)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return status_of_errno();
    PlStatus status = write_all(fd, bytes);
    int kept = errno;
    if (close(fd) != 0 && status == PL_OK) return status_of_errno();
    errno = kept;
    return status;
}

PlStatus pl_buf_write_file(const char *path, PlStr bytes)
{
    struct stat old;
    if (stat(path, &old) != 0) return errno == ENOENT ? write_and_rename(path, NULL, bytes) : status_of_errno();
    if (S_ISDIR(old.st_mode)) {
        errno = EISDIR;
        return PL_IO;
    }
    if (!S_ISREG(old.st_mode)) return write_in_place(path, bytes); /* a device or a pipe keeps its place */
    char *target = realpath(path, NULL); /* a link keeps pointing; what it points to is replaced */
    if (!target) return status_of_errno();
    PlStatus status = write_and_rename(target, &old, bytes);
    int kept = errno;
    free(target);
    errno = kept;
    return status;
}
