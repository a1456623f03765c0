/* SPDX-License-Identifier: MIT */
/* A library that is loaded in front of libc (LD_PRELOAD) and makes the world fail for one of our programs: the nth system call of a kind fails, does
 * only a part, or is the last thing the process ever does. It sees what SQLite and libcurl do as well. It also writes down what is done to the files
 * of one folder, so that what a power cut would leave can be made of it (tests/power). Not a part of any program.
 *
 *     SHIM=KIND:NTH:HOW   KIND: a name of kinds[], or "any" of those that change the world; NTH from 1; HOW: fail, full, sticky, short, kill, torn
 *     SHIM_TELL=FILE      gets a line when it happened: the kind, and what was asked
 *     SHIM_LOG=FILE, SHIM_ROOT=FOLDER     what is done to files below FOLDER, and each send
 *
 * Only a program whose name starts with "pilot" is touched: not those that it starts. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum Kind { MALLOC, OPEN, READ, WRITE, SYNC, TRUNCATE, GROW, RENAME, UNLINK, MAP, SOCKET, CONNECT, SEND, RECV, THREAD, KINDS, ANY };
enum How { FAIL, FULL, STICKY, SHORT, KILL, TORN };

static const char *const kinds[] = {"malloc", "open",   "read",    "write", "sync", "truncate", "grow", "rename", "unlink",
                                    "map",    "socket", "connect", "send",  "recv", "thread",   "",     "any"};
static const char *const hows[] = {"fail", "full", "sticky", "short", "kill", "torn"};

static atomic_int armed = -1; /* a Kind */
static atomic_long left;
static enum How how;
static const char *tell_path, *root;
static int log_fd = -1;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static int word(const char *const *words, int count, const char *text, size_t len)
{
    for (int i = 0; i < count; i++)
        if (strlen(words[i]) == len && memcmp(words[i], text, len) == 0) return i;
    return -1;
}

__attribute__((constructor)) static void begin(void)
{
    if (strncmp(program_invocation_short_name, "pilot", 5) != 0) return;
    const char *what = getenv("SHIM"), *log = getenv("SHIM_LOG");
    tell_path = getenv("SHIM_TELL");
    root = getenv("SHIM_ROOT");
    if (log && root) log_fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const char *nth = what ? strchr(what, ':') : NULL, *last = nth ? strchr(nth + 1, ':') : NULL;
    if (!last) return;
    int kind = word(kinds, ANY + 1, what, (size_t)(nth - what)), manner = word(hows, TORN + 1, last + 1, strlen(last + 1));
    if (kind < 0 || manner < 0) return;
    how = (enum How)manner;
    left = atol(nth + 1);
    armed = kind;
}

static void tell(enum Kind kind, const char *detail)
{
    char line[300];
    if (!tell_path) return;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, tell_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int n = snprintf(line, sizeof line, "%s %s\n", kinds[kind], detail);
    syscall(SYS_write, fd, line, (size_t)n);
    syscall(SYS_close, fd);
}

static bool changes(enum Kind kind)
{
    return kind == OPEN || kind == WRITE || kind == SYNC || kind == TRUNCATE || kind == GROW || kind == RENAME || kind == UNLINK || kind == CONNECT ||
           kind == SEND || kind == RECV;
}

static bool is_hit(enum Kind kind, const char *detail)
{
    int want = atomic_load_explicit(&armed, memory_order_relaxed);
    if (want < 0 || (want != (int)kind && !(want == ANY && changes(kind)))) return false;
    long n = atomic_fetch_sub(&left, 1);
    if (n != 1 && !(n < 1 && how == STICKY)) return false;
    if (n == 1) tell(kind, detail);
    if (how == KILL || (how == TORN && kind != WRITE)) kill(getpid(), SIGKILL);
    return true;
}

static int code_of(enum Kind kind)
{
    static const int codes[] = {[MALLOC] = ENOMEM, [OPEN] = EMFILE,     [READ] = EIO,     [WRITE] = EIO,  [SYNC] = EIO,      [TRUNCATE] = EIO,
                                [GROW] = EIO,      [RENAME] = EIO,      [UNLINK] = EIO,   [MAP] = ENOMEM, [SOCKET] = EMFILE, [CONNECT] = ECONNREFUSED,
                                [SEND] = EPIPE,    [RECV] = ECONNRESET, [THREAD] = EAGAIN};
    return how == FULL ? ENOSPC : codes[kind];
}

static int fails(enum Kind kind)
{
    errno = code_of(kind);
    return -1;
}

/* ---- the log ---- */

static const char *name_of(int fd, char *path, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, size - 1);
    path[n > 0 ? n : 0] = 0;
    return path;
}

static bool is_below(const char *path)
{
    return log_fd >= 0 && strncmp(path, root, strlen(root)) == 0;
}

/* A line, and the bytes that belong to it behind it. */
static void put_log(const char *what, const char *path, const char *other, long long at, const void *bytes, size_t len)
{
    char line[2200];
    int n = snprintf(line, sizeof line, "%s\t%s\t%s\t%lld\t%zu\n", what, path, other, at, len);
    pthread_mutex_lock(&log_lock);
    syscall(SYS_write, log_fd, line, (size_t)n);
    if (bytes && len) syscall(SYS_write, log_fd, bytes, len);
    pthread_mutex_unlock(&log_lock);
}

static void log_fd_op(const char *what, int fd, long long at, const void *bytes, size_t len)
{
    char path[1000], inode[32];
    struct stat st;
    if (log_fd < 0 || !is_below(name_of(fd, path, sizeof path)) || fstat(fd, &st) != 0) return;
    snprintf(inode, sizeof inode, "%llu", (unsigned long long)st.st_ino);
    put_log(what, path, inode, at, bytes, len);
}

/* ---- memory ---- */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

/* The sanitizers bring their own; there our programs' own door to memory is used (PILOT_FAULT). */
#ifndef SHIM_NO_MALLOC
static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return is_hit(MALLOC, "malloc") ? no_memory() : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return is_hit(MALLOC, "calloc") ? no_memory() : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return size && is_hit(MALLOC, "realloc") ? no_memory() : __libc_realloc(old, size);
}
#endif

void *mmap(void *at, size_t len, int prot, int flags, int fd, off_t off)
{
    if (fd >= 0 && is_hit(MAP, "")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, len, prot, flags, fd, off);
}

void *mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t off)
{
    return mmap(at, len, prot, flags, fd, off);
}

/* ---- files ---- */

static int do_open(const char *path, int flags, mode_t mode)
{
    bool is_system = strncmp(path, "/proc", 5) == 0 || strncmp(path, "/sys", 4) == 0 || strncmp(path, "/etc", 4) == 0 || strncmp(path, "/usr", 4) == 0;
    if (!is_system && is_hit(OPEN, path)) return how == TORN || how == SHORT ? -1 : fails(OPEN);
    bool was_there = log_fd >= 0 && access(path, F_OK) == 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && log_fd >= 0 && (flags & O_CREAT) && !was_there) log_fd_op("create", fd, 0, NULL, 0);
    if (fd >= 0 && log_fd >= 0 && (flags & O_TRUNC) && was_there) log_fd_op("truncate", fd, 0, NULL, 0);
    return fd;
}

#define OPEN_BODY                                        \
    mode_t mode = 0;                                     \
    va_list args;                                        \
    va_start(args, flags);                               \
    if (flags & (O_CREAT | O_TMPFILE)) mode = va_arg(args, mode_t); \
    va_end(args);                                        \
    return do_open(path, flags, mode);

int open(const char *path, int flags, ...) { OPEN_BODY }
int open64(const char *path, int flags, ...) { OPEN_BODY }

static bool is_socket(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

static ssize_t do_read(int fd, void *to, size_t size, long long at)
{
    char path[1000];
    enum Kind kind = is_socket(fd) ? RECV : READ;
    if (is_hit(kind, name_of(fd, path, sizeof path))) {
        if (how != SHORT) return fails(kind);
        size = size > 1 ? 1 : size;
    }
    return at < 0 ? syscall(SYS_read, fd, to, size) : syscall(SYS_pread64, fd, to, size, at);
}

ssize_t read(int fd, void *to, size_t size) { return do_read(fd, to, size, -1); }
ssize_t pread(int fd, void *to, size_t size, off_t at) { return do_read(fd, to, size, at); }
ssize_t pread64(int fd, void *to, size_t size, off64_t at) { return do_read(fd, to, size, at); }

static ssize_t put(int fd, const void *bytes, size_t size, long long at)
{
    long long where = at < 0 && log_fd >= 0 ? (long long)syscall(SYS_lseek, fd, 0, SEEK_CUR) : at;
    ssize_t n = at < 0 ? syscall(SYS_write, fd, bytes, size) : syscall(SYS_pwrite64, fd, bytes, size, at);
    if (n > 0 && log_fd >= 0) log_fd_op("write", fd, where, bytes, (size_t)n);
    return n;
}

static ssize_t do_write(int fd, const void *bytes, size_t size, long long at)
{
    char path[1000];
    enum Kind kind = is_socket(fd) ? SEND : WRITE;
    if (kind == SEND && log_fd >= 0) put_log("send", "", "", fd, bytes, size);
    if (is_hit(kind, name_of(fd, path, sizeof path))) {
        if (how != SHORT && how != TORN) return fails(kind);
        ssize_t n = put(fd, bytes, how == TORN ? size / 2 : 1, at);
        if (how == TORN) kill(getpid(), SIGKILL);
        return n;
    }
    return put(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size) { return do_write(fd, bytes, size, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return do_write(fd, bytes, size, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) { return do_write(fd, bytes, size, at); }

static int do_sync(int fd, int number)
{
    char path[1000];
    if (is_hit(SYNC, name_of(fd, path, sizeof path))) return fails(SYNC);
    int code = (int)syscall(number, fd);
    if (log_fd >= 0) log_fd_op("sync", fd, 0, NULL, 0);
    return code;
}

int fsync(int fd) { return do_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }

static int do_truncate(int fd, long long size)
{
    char path[1000];
    if (is_hit(TRUNCATE, name_of(fd, path, sizeof path))) return fails(TRUNCATE);
    int code = (int)syscall(SYS_ftruncate, fd, size);
    if (log_fd >= 0) log_fd_op("truncate", fd, size, NULL, 0);
    return code;
}

int ftruncate(int fd, off_t size) { return do_truncate(fd, size); }
int ftruncate64(int fd, off64_t size) { return do_truncate(fd, size); }

static int grow(int fd, long long at, long long size)
{
    char path[1000];
    if (is_hit(GROW, name_of(fd, path, sizeof path))) return code_of(GROW);
    return syscall(SYS_fallocate, fd, 0, at, size) == 0 ? 0 : errno;
}

int posix_fallocate(int fd, off_t at, off_t size) { return grow(fd, at, size); }
int posix_fallocate64(int fd, off64_t at, off64_t size) { return grow(fd, at, size); }

static const char *whole_path(const char *path, char *out, size_t size)
{
    char here[1000] = "";
    if (path[0] != '/' && !getcwd(here, sizeof here)) here[0] = 0;
    snprintf(out, size, "%s%s%s", here, *here ? "/" : "", path);
    return out;
}

int rename(const char *from, const char *to)
{
    char a[2100], b[2100];
    if (is_hit(RENAME, to)) return fails(RENAME);
    int code = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    if (code == 0 && log_fd >= 0 && is_below(whole_path(from, a, sizeof a))) put_log("rename", a, whole_path(to, b, sizeof b), 0, NULL, 0);
    return code;
}

int unlink(const char *path)
{
    char a[2100];
    if (is_hit(UNLINK, path)) return fails(UNLINK);
    int code = (int)syscall(SYS_unlink, path);
    if (code == 0 && log_fd >= 0 && is_below(whole_path(path, a, sizeof a))) put_log("unlink", a, "", 0, NULL, 0);
    return code;
}

/* ---- sockets and threads ---- */

int socket(int domain, int type, int protocol)
{
    return is_hit(SOCKET, "") ? fails(SOCKET) : (int)syscall(SYS_socket, domain, type, protocol);
}

int connect(int fd, const struct sockaddr *to, socklen_t len)
{
    bool is_net = to->sa_family == AF_INET || to->sa_family == AF_INET6;
    return is_net && is_hit(CONNECT, "") ? fails(CONNECT) : (int)syscall(SYS_connect, fd, to, len);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    if (log_fd >= 0) put_log("send", "", "", fd, bytes, size);
    if (is_hit(SEND, "")) {
        if (how != SHORT) return fails(SEND);
        size = 1;
    }
    return syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return is_hit(SEND, "") && how != SHORT ? fails(SEND) : syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t recv(int fd, void *to, size_t size, int flags)
{
    if (is_hit(RECV, "")) {
        if (how != SHORT) return fails(RECV);
        size = size > 1 ? 1 : size;
    }
    return syscall(SYS_recvfrom, fd, to, size, flags, NULL, NULL);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*work)(void *), void *user)
{
    typedef int (*Create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    union {
        void *symbol;
        Create create;
    } real = {.symbol = dlsym(RTLD_NEXT, "pthread_create")};
    return is_hit(THREAD, "") ? EAGAIN : real.create(thread, attr, work, user);
}
