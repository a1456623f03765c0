/* SPDX-License-Identifier: MIT */
/* flock on a file of its own: closing any other file of this process leaves it alone (an fcntl lock on the database would not survive that, and SQLite's
 * locks would not survive our closing it), and the kernel drops it when the process dies. The file stays: removing it would race with the next. */
#include "vm/io/store_lock.h"

#include "vm/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RESERVE_BYTES = 1024 * 1024 };

#define YOUNG "young " /* before the number: nothing in the store was promised to survive a power cut */

static long number_of(const char *text)
{
    return strtol(strncmp(text, YOUNG, strlen(YOUNG)) == 0 ? text + strlen(YOUNG) : text, NULL, 10);
}

/* For people, but for the first word; a full disk may refuse it. */
static void write_number(int fd, bool young)
{
    char text[40];
    int len = snprintf(text, sizeof text, "%s%ld\n", young ? YOUNG : "", (long)getpid());
    bool written = ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len;
    (void)written;
}

/* *was_there may be NULL; what cannot be looked at may have been there. */
static int open_beside(const char *path, const char *suffix, bool *was_there)
{
    char *name = NULL;
    if (asprintf(&name, "%s%s", path, suffix) < 0) {
        errno = ENOMEM;
        return -1;
    }
    struct stat file;
    if (was_there) *was_there = stat(name, &file) == 0 || errno != ENOENT;
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(name);
    return fd;
}

/* The store has no file yet, or nothing that another process wrote into it was promised: it says so in the lock, or its words did not get to the disk.
 * False: the lock cannot be read. */
static bool see_young(int fd, bool was_there, const char *path, bool *is_young)
{
    char text[64] = "";
    struct stat file;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    if (n < 0) return false;
    size_t digits = strspn(text, "0123456789");
    bool is_new = stat(path, &file) != 0 || file.st_size == 0, is_number = n > 1 && digits + 1 == (size_t)n && text[digits] == '\n';
    *is_young = is_new || (was_there && !is_number);
    return true;
}

PlStatus pl_store_lock_take(const char *path, PlStoreLock *lock, long *pid)
{
    *lock = (PlStoreLock){.lock = -1, .reserve = -1};
    *pid = 0;
    bool was_there;
    int fd = open_beside(path, ".lock", &was_there);
    if (fd < 0) return PL_IO;
    char text[32] = "";
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        bool is_busy = errno == EWOULDBLOCK;
        if (is_busy && pread(fd, text, sizeof text - 1, 0) > 0) *pid = number_of(text);
        close(fd);
        return is_busy ? PL_BUSY : PL_IO;
    }
    if (!see_young(fd, was_there, path, &lock->was_young)) {
        close(fd);
        return PL_IO;
    }
    write_number(fd, lock->was_young);
    lock->lock = fd;
    return PL_OK;
}

long pl_store_lock_holder(const char *path)
{
    char *name = NULL, text[32] = "";
    if (asprintf(&name, "%s.lock", path) < 0) return 0;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    free(name);
    if (fd < 0) return 0;
    long pid = 0;
    if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) pid = pread(fd, text, sizeof text - 1, 0) > 0 ? number_of(text) : -1;
    close(fd);
    return pid;
}

PlStatus pl_store_lock_reserve(const char *path, PlStoreLock *lock)
{
    int fd = open_beside(path, ".reserve", NULL);
    if (fd < 0) return errno == ENOSPC ? PL_FULL : PL_IO;
    struct stat file;
    bool is_there = fstat(fd, &file) == 0 && file.st_size == RESERVE_BYTES && file.st_blocks * 512 >= RESERVE_BYTES;
    int error = is_there ? 0 : pl_fault_hit(PL_FAULT_WRITE) ? ENOSPC : posix_fallocate(fd, 0, RESERVE_BYTES);
    if (error) {
        close(fd);
        errno = error;
        return error == ENOSPC ? PL_FULL : PL_IO;
    }
    lock->reserve = fd;
    return PL_OK;
}

void pl_store_lock_spend(PlStoreLock *lock)
{
    if (lock->reserve < 0) return;
    if (ftruncate(lock->reserve, 0) != 0) { /* then there is nothing to win */
    }
    close(lock->reserve);
    lock->reserve = -1;
}

void pl_store_lock_release(const char *path, PlStoreLock *lock)
{
    char *name = NULL;
    if (lock->lock >= 0 && asprintf(&name, "%s.reserve", path) >= 0) {
        (void)unlink(name); /* there is none when nothing was written beyond the first image */
        free(name);
    }
    if (lock->reserve >= 0) close(lock->reserve);
    if (lock->lock >= 0) close(lock->lock);
    *lock = (PlStoreLock){.lock = -1, .reserve = -1};
}

void pl_store_lock_promise(PlStoreLock *lock)
{
    if (!lock->was_young || lock->lock < 0) return;
    lock->was_young = false;
    write_number(lock->lock, false);
}
