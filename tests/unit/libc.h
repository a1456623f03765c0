/* SPDX-License-Identifier: MIT */
/* A libc that fails when a test says so: the functions below stand in front of libc's in the program that includes this, also for SQLite's calls. What is
 * armed fails once (or from then on) at its nth call; `only` narrows it to calls of which the path ends so. One file of a program includes this. */
#ifndef TESTS_UNIT_LIBC_H
#define TESTS_UNIT_LIBC_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef enum LibcCall {
    LIBC_ASPRINTF, LIBC_OPEN, LIBC_STAT, LIBC_FSTAT, LIBC_LSTAT, LIBC_ACCESS, LIBC_READ, LIBC_WRITE, LIBC_TRUNCATE, LIBC_ALLOCATE, LIBC_SYNC,
    LIBC_RENAME, LIBC_UNLINK, LIBC_FLOCK, LIBC_MALLOC, LIBC_MUTEX, LIBC_COND, LIBC_CONDATTR, LIBC_THREAD, LIBC_CALLS
} LibcCall;

static struct {
    atomic_int armed; /* LibcCall + 1; 0 none */
    atomic_long left;
    atomic_bool fired;
    bool sticky;
    int error;
    const char *only;
    bool read_only;   /* no file can be opened to be written */
    long nsec;        /* what clock_gettime says of the part of a second; 0: the truth */
    void (*slow)(void); /* called by each write */
} libc;

static inline void libc_arm_only(LibcCall call, long nth, int error, bool sticky, const char *only)
{
    libc.left = nth;
    libc.fired = false;
    libc.error = error;
    libc.sticky = sticky;
    libc.only = only;
    libc.armed = (int)call + 1;
}

static inline void libc_arm(LibcCall call, long nth, int error, bool sticky)
{
    libc_arm_only(call, nth, error, sticky, NULL);
}

/* Whether it happened. */
static inline bool libc_disarm(void)
{
    libc.armed = 0;
    return libc.fired;
}

static inline bool libc_fails(LibcCall call, const char *path)
{
    if (libc.armed != (int)call + 1) return false;
    size_t len = path ? strlen(path) : 0, tail = libc.only ? strlen(libc.only) : 0;
    if (libc.only && (len < tail || strcmp(path + len - tail, libc.only) != 0)) return false;
    if (libc.fired && !libc.sticky) return false;
    if (!libc.fired && atomic_fetch_sub(&libc.left, 1) > 0) return false;
    libc.fired = true;
    errno = libc.error;
    return true;
}

#pragma GCC visibility push(default) /* a shared library's calls come here too */

#define LIBC_REAL(name, type) (((union { void *object; __typeof__(type) function; }){dlsym(RTLD_NEXT, name)}).function)

int asprintf(char **out, const char *format, ...)
{
    if (libc_fails(LIBC_ASPRINTF, NULL)) return -1;
    va_list args;
    va_start(args, format);
    int n = vasprintf(out, format, args);
    va_end(args);
    return n;
}

static inline int libc_open(const char *name, const char *path, int flags, mode_t mode)
{
    if (libc.read_only && (flags & (O_CREAT | O_RDWR | O_WRONLY))) {
        errno = EROFS;
        return -1;
    }
    return libc_fails(LIBC_OPEN, path) ? -1 : LIBC_REAL(name, int (*)(const char *, int, ...))(path, flags, mode);
}

#define LIBC_OPEN_AS(name)                                                                                             \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list args;                                                                                                  \
        va_start(args, flags);                                                                                         \
        mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                                                      \
        va_end(args);                                                                                                  \
        return libc_open(#name, path, flags, mode);                                                                    \
    }
LIBC_OPEN_AS(open)
LIBC_OPEN_AS(open64)

#define LIBC_STAT_AS(name, call, where, of, type)                                                                      \
    int name(where, struct type *to)                                                                                   \
    {                                                                                                                  \
        return libc_fails(call, of) ? -1 : LIBC_REAL(#name, int (*)(where, struct type *))(at, to);                    \
    }
LIBC_STAT_AS(stat, LIBC_STAT, const char *at, at, stat)
LIBC_STAT_AS(stat64, LIBC_STAT, const char *at, at, stat64)
LIBC_STAT_AS(lstat, LIBC_LSTAT, const char *at, at, stat)
LIBC_STAT_AS(lstat64, LIBC_LSTAT, const char *at, at, stat64)
LIBC_STAT_AS(fstat, LIBC_FSTAT, int at, NULL, stat)
LIBC_STAT_AS(fstat64, LIBC_FSTAT, int at, NULL, stat64)

int access(const char *path, int how)
{
    return libc_fails(LIBC_ACCESS, path) ? -1 : LIBC_REAL("access", int (*)(const char *, int))(path, how);
}

#define LIBC_READ_AS(name)                                                                                             \
    ssize_t name(int fd, void *to, size_t n, off_t at)                                                                 \
    {                                                                                                                  \
        return libc_fails(LIBC_READ, NULL) ? -1 : LIBC_REAL(#name, ssize_t (*)(int, void *, size_t, off_t))(fd, to, n, at); \
    }
LIBC_READ_AS(pread)
LIBC_READ_AS(pread64)

#define LIBC_WRITE_AS(name)                                                                                            \
    ssize_t name(int fd, const void *from, size_t n, off_t at)                                                         \
    {                                                                                                                  \
        if (libc.slow) libc.slow();                                                                                    \
        return libc_fails(LIBC_WRITE, NULL) ? -1 : LIBC_REAL(#name, ssize_t (*)(int, const void *, size_t, off_t))(fd, from, n, at); \
    }
LIBC_WRITE_AS(pwrite)
LIBC_WRITE_AS(pwrite64)

ssize_t write(int fd, const void *from, size_t n)
{
    return fd > 2 && libc_fails(LIBC_WRITE, NULL) ? -1 : LIBC_REAL("write", ssize_t (*)(int, const void *, size_t))(fd, from, n);
}

#define LIBC_TRUNCATE_AS(name)                                                                                         \
    int name(int fd, off_t size)                                                                                       \
    {                                                                                                                  \
        return libc_fails(LIBC_TRUNCATE, NULL) ? -1 : LIBC_REAL(#name, int (*)(int, off_t))(fd, size);                 \
    }
LIBC_TRUNCATE_AS(ftruncate)
LIBC_TRUNCATE_AS(ftruncate64)

int posix_fallocate(int fd, off_t at, off_t size)
{
    return libc_fails(LIBC_ALLOCATE, NULL) ? libc.error : LIBC_REAL("posix_fallocate", int (*)(int, off_t, off_t))(fd, at, size);
}

#define LIBC_SYNC_AS(name)                                                                                             \
    int name(int fd)                                                                                                   \
    {                                                                                                                  \
        return libc_fails(LIBC_SYNC, NULL) ? -1 : LIBC_REAL(#name, int (*)(int))(fd);                                  \
    }
LIBC_SYNC_AS(fsync)
LIBC_SYNC_AS(fdatasync)

int rename(const char *from, const char *to)
{
    return libc_fails(LIBC_RENAME, to) ? -1 : LIBC_REAL("rename", int (*)(const char *, const char *))(from, to);
}

int unlink(const char *path)
{
    return libc_fails(LIBC_UNLINK, path) ? -1 : LIBC_REAL("unlink", int (*)(const char *))(path);
}

int flock(int fd, int how)
{
    return libc_fails(LIBC_FLOCK, NULL) ? -1 : LIBC_REAL("flock", int (*)(int, int))(fd, how);
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *how)
{
    return libc_fails(LIBC_MUTEX, NULL) ? libc.error : LIBC_REAL("pthread_mutex_init", int (*)(pthread_mutex_t *, const pthread_mutexattr_t *))(mutex, how);
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *how)
{
    return libc_fails(LIBC_COND, NULL) ? libc.error : LIBC_REAL("pthread_cond_init", int (*)(pthread_cond_t *, const pthread_condattr_t *))(cond, how);
}

int pthread_condattr_init(pthread_condattr_t *how)
{
    return libc_fails(LIBC_CONDATTR, NULL) ? libc.error : LIBC_REAL("pthread_condattr_init", int (*)(pthread_condattr_t *))(how);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *user)
{
    typedef int (*Create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    return libc_fails(LIBC_THREAD, NULL) ? libc.error : LIBC_REAL("pthread_create", Create)(thread, how, run, user);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int got = LIBC_REAL("clock_gettime", int (*)(clockid_t, struct timespec *))(clock, now);
    if (libc.nsec) now->tv_nsec = libc.nsec;
    return got;
}

#pragma GCC visibility pop

#endif
