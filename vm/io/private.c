/* SPDX-License-Identifier: MIT */
/* The temporary file stands beside the real one, so the rename stays within a file system; links are never followed. */
#include "vm/io/private.h"

#include "vm/base/fd.h"
#include "vm/base/fault.h"
#include "vm/code/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, POLL_NS = 10000000 };

void pl_private_wipe(PlBuf *buf)
{
    if (buf->ptr) explicit_bzero(buf->ptr, buf->cap);
    pl_buf_deinit(buf);
}

/* ---- read ---- */

static PlStatus judge(int fd, size_t *size, const char **why)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return PL_IO;
    if (!S_ISREG(st.st_mode)) *why = "it is no plain file";
    else if (st.st_uid != geteuid()) *why = "it belongs to another user";
    else if (st.st_mode & 077) *why = "others may read it: its mode must be 0600";
    *size = (size_t)st.st_size;
    if ((*why)[0]) return PL_REFUSED;
    return st.st_size > PL_PRIVATE_BYTES ? PL_LIMIT : PL_OK;
}

static PlStatus read_all(int fd, size_t size, PlBuf *out)
{
    char *bytes = pl_alloc(size + 1);
    size_t len = 0;
    if (!bytes) return PL_NOMEM;
    while (len < size) {
        ssize_t got = read(fd, bytes + len, size - len);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        len += (size_t)got;
    }
    pl_buf_put(out, pl_str(bytes, len)); /* one write: the buffer does not move, and leaves no copy behind */
    explicit_bzero(bytes, size);
    pl_free(bytes);
    return out->status;
}

PlStatus pl_private_read(const char *path, PlBuf *out, const char **why)
{
    size_t size = 0;
    *why = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ELOOP) {
        *why = "it is a link";
        return PL_REFUSED;
    }
    if (fd < 0) return errno == ENOENT || errno == ENOTDIR ? PL_INVALID : PL_IO;
    PlStatus status = judge(fd, &size, why);
    if (status == PL_OK) status = read_all(fd, size, out);
    close(fd);
    return status;
}

/* ---- write ---- */

static bool make_folders(char *path)
{
    bool good = true;
    for (char *c = path + 1; good && *c; c++) {
        if (*c != '/') continue;
        *c = 0;
        good = mkdir(path, 0700) == 0 || errno == EEXIST;
        *c = '/';
    }
    return good;
}

/* The name is on the disk when the folder is. */
static bool sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash) slash[slash == path] = 0;
    int fd = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return good;
}

PlStatus pl_private_write(const char *path, PlStr bytes, bool replace)
{
    char name[PATH_BYTES], folder[PATH_BYTES], hex[17];
    uint8_t noise[8];
    pl_hash_random(noise, sizeof noise);
    pl_hash_hex(noise, sizeof noise, hex);
    if ((size_t)snprintf(name, sizeof name, "%s.%s", path, hex) >= sizeof name) {
        errno = ENAMETOOLONG;
        return PL_IO;
    }
    snprintf(folder, sizeof folder, "%s", path);
    if (!make_folders(folder)) return PL_IO;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return PL_IO;
    bool good = pl_fd_write_synced(fd, bytes);
    good &= close(fd) == 0;
    good = good && (replace ? rename(name, path) : link(name, path)) == 0;
    int reason = errno;
    if (!good || !replace) unlink(name);
    if (good && !sync_folder(folder)) good = false, reason = errno;
    errno = reason;
    return good ? PL_OK : reason == EEXIST ? PL_BUSY : reason == ENOSPC ? PL_FULL : PL_IO;
}

/* ---- lock ---- */

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int pl_private_lock(const char *path, uint64_t limit_us)
{
    char name[PATH_BYTES];
    if ((size_t)snprintf(name, sizeof name, "%s.lock", path) >= sizeof name || !make_folders(name)) return -1;
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int64_t until_us = now_us() + (int64_t)limit_us;
    while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || now_us() >= until_us) {
            close(fd);
            return -1;
        }
        nanosleep(&(struct timespec){0, POLL_NS}, NULL);
    }
    return fd;
}

void pl_private_unlock(int lock)
{
    if (lock >= 0) close(lock);
}

bool pl_private_place(bool cache, const char *name, char *out, size_t size)
{
    const char *base = getenv(cache ? "XDG_CACHE_HOME" : "XDG_CONFIG_HOME"), *home = getenv("HOME");
    int len = -1;
    if (base && *base) len = snprintf(out, size, "%s/pilot/%s", base, name);
    else if (home && *home) len = snprintf(out, size, "%s/%s/pilot/%s", home, cache ? ".cache" : ".config", name);
    return len > 0 && (size_t)len < size;
}
