/* SPDX-License-Identifier: MIT */
/* Linked into the programs of `make cover` alone: lets a process that goes behind walls (stdlib/tools/sandbox.c) write down which arms it took.
 * Before the first wall stands, each file of the build that takes counts is opened; behind them libgcov gets these instead of what it may not open
 * any more. What a tool does is refused as ever: only names that end in .gcda are answered here, and only the limit of a file's size is wider. */
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST = 900, FIRST = 64, LARGEST = 1 << 26 };

typedef struct Kept {
    char path[240];
    int fd;
} Kept;

static Kept kept[MOST];
static size_t kept_count;

void __gcov_dump(void);
void __gcov_reset(void);
int __real_open(const char *path, int flags, ...);
int __real_unshare(int flags);
int __real_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit);
int __real_close_range(unsigned from, unsigned to, int flags);
_Noreturn void __real__exit(int code);

int __wrap_open(const char *path, int flags, ...);
int __wrap_unshare(int flags);
int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit);
int __wrap_close_range(unsigned from, unsigned to, int flags);
_Noreturn void __wrap__exit(int code);

static int keep(const char *path, const struct stat *info, int type, struct FTW *where)
{
    size_t len = strlen(path);
    (void)info, (void)where;
    if (type != FTW_F || len < 5 || len >= sizeof kept->path || strcmp(path + len - 5, ".gcno") != 0 || kept_count == MOST) return 0;
    Kept *k = &kept[kept_count];
    memcpy(k->path, path, len + 1);
    memcpy(k->path + len - 5, ".gcda", 5);
    int fd = __real_open(k->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return 0;
    k->fd = fcntl(fd, F_DUPFD_CLOEXEC, FIRST);
    close(fd);
    if (k->fd >= 0) kept_count++;
    return 0;
}

int __wrap_unshare(int flags)
{
    if (kept_count == 0) nftw(COVER_BUILD, keep, 16, FTW_PHYS);
    return __real_unshare(flags);
}

static int answer(const char *path)
{
    for (size_t i = 0; i < kept_count; i++) {
        if (strcmp(kept[i].path, path) != 0) continue;
        int fd = fcntl(kept[i].fd, F_DUPFD_CLOEXEC, 3);
        if (fd >= 0) lseek(fd, 0, SEEK_SET);
        return fd;
    }
    return memfd_create("counts", MFD_CLOEXEC); /* nobody reads it: better than words on somebody's standard error */
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, unsigned) : 0;
    va_end(args);
    size_t len = strlen(path);
    if (kept_count && len > 5 && strcmp(path + len - 5, ".gcda") == 0) return answer(path);
    return __real_open(path, flags, mode);
}

/* Who may write no file at all may write these. */
int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    struct rlimit least = {LARGEST, LARGEST};
    return __real_setrlimit(resource, resource == RLIMIT_FSIZE && kept_count && limit->rlim_cur < LARGEST ? &least : limit);
}

/* A child that becomes another program loses what is kept. */
int __wrap_close_range(unsigned from, unsigned to, int flags)
{
    if (kept_count) {
        __gcov_dump();
        __gcov_reset();
    }
    return __real_close_range(from, to, flags);
}

_Noreturn void __wrap__exit(int code)
{
    if (kept_count) __gcov_dump();
    __real__exit(code);
}
