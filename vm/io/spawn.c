/* SPDX-License-Identifier: MIT */
/* posix_spawn, poll and pipes. A write to a pipe whose reader died must not kill us and must not change how the process treats SIGPIPE: the signal is
 * blocked for the thread during the write and taken out again if it came (POSIX, sigtimedwait). */
#include "vm/io/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KILL_POLL_US = 2000 };

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

bool pl_spawn_words(char *text, char **argv, size_t room)
{
    size_t count = 0;
    char *to = text, quote = 0;
    bool in_word = false;
    for (const char *p = text; *p; p++) {
        if (!quote && (*p == ' ' || *p == '\t')) {
            if (in_word) *to++ = 0;
            in_word = false;
            continue;
        }
        if (!in_word) {
            if (count == room - 1) return false;
            argv[count++] = to;
            in_word = true;
        }
        if (quote ? *p == quote : *p == '\'' || *p == '"') quote = quote ? 0 : *p;
        else if (*p == '\\' && quote != '\'' && p[1]) *to++ = *++p;
        else *to++ = *p;
    }
    *to = 0;
    argv[count] = NULL;
    return !quote;
}

static int spawn_with(char *const argv[], char *const env[], const PlChild *how, bool quiet, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        posix_spawn_file_actions_adddup2(&actions, how->in, 0);
        posix_spawn_file_actions_adddup2(&actions, how->out, 1);
        if (quiet) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (how->apart ? POSIX_SPAWN_SETPGROUP : 0)));
        error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, env);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

PlStatus pl_spawn_begin(char *const argv[], bool apart, PlChild *child)
{
    return pl_spawn_begin_with(argv, environ, apart, false, child);
}

PlStatus pl_spawn_begin_with(char *const argv[], char *const env[], bool apart, bool quiet, PlChild *child)
{
    int to[2], from[2];
    *child = (PlChild){0, -1, -1, apart};
    if (pipe2(to, O_CLOEXEC) != 0) return PL_IO;
    if (pipe2(from, O_CLOEXEC) != 0) {
        close(to[0]);
        close(to[1]);
        return PL_IO;
    }
    pid_t pid = 0;
    int error = spawn_with(argv, env, &(PlChild){0, to[0], from[1], apart}, quiet, &pid);
    close(to[0]);
    close(from[1]);
    if (error) {
        close(to[1]);
        close(from[0]);
        errno = error;
        return PL_IO;
    }
    fcntl(to[1], F_SETFL, O_NONBLOCK);
    *child = (PlChild){pid, to[1], from[0], apart};
    return PL_OK;
}

/* PL_OK: the file is ready. */
static PlStatus wait_for(int fd, short events, int64_t until_us)
{
    for (;;) {
        int64_t left_us = until_us - now_us();
        if (left_us <= 0) return PL_LIMIT;
        int64_t ms = left_us / 1000 + 1;
        struct pollfd file = {.fd = fd, .events = events};
        int count = poll(&file, 1, ms > 3600000 ? 3600000 : (int)ms);
        if (count > 0) return PL_OK;
        if (count < 0 && errno != EINTR) return PL_IO;
    }
}

static PlStatus write_all(int fd, PlStr bytes, int64_t until_us)
{
    while (bytes.len) {
        ssize_t wrote = write(fd, bytes.ptr, bytes.len);
        if (wrote >= 0) {
            bytes = pl_str_slice(bytes, (size_t)wrote, bytes.len);
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return PL_IO;
        PlStatus status = wait_for(fd, POLLOUT, until_us);
        if (status != PL_OK) return status;
    }
    return PL_OK;
}

typedef struct Guard { /* SIGPIPE is held back */
    sigset_t before;
    bool was_pending;
} Guard;

static Guard guard_begin(void)
{
    Guard guard;
    sigset_t pipe_only, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    guard.was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_only, &guard.before);
    return guard;
}

static void guard_end(Guard *guard, bool failed)
{
    sigset_t pipe_only;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    if (failed && !guard->was_pending) sigtimedwait(&pipe_only, NULL, &(struct timespec){0, 0});
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

PlStatus pl_spawn_write(PlChild *child, PlStr bytes, uint64_t limit_us)
{
    if (child->in < 0) return PL_IO;
    Guard guard = guard_begin();
    PlStatus status = write_all(child->in, bytes, now_us() + (int64_t)limit_us);
    guard_end(&guard, status == PL_IO);
    return status;
}

PlStatus pl_spawn_put(PlChild *child, PlStr bytes, size_t *put)
{
    *put = 0;
    if (child->in < 0) return PL_IO;
    Guard guard = guard_begin();
    ssize_t wrote = write(child->in, bytes.ptr, bytes.len);
    int error = errno;
    guard_end(&guard, wrote < 0 && error == EPIPE);
    if (wrote >= 0) *put = (size_t)wrote;
    return wrote >= 0 || error == EAGAIN || error == EINTR ? PL_OK : PL_IO;
}

PlStatus pl_spawn_read(PlChild *child, PlBuf *out, bool by_line, uint64_t limit_us)
{
    int64_t until_us = now_us() + (int64_t)limit_us;
    char bytes[4096];
    for (;;) {
        PlStatus status = wait_for(child->out, POLLIN, until_us);
        if (status != PL_OK) return status;
        ssize_t got = read(child->out, bytes, by_line ? 1 : sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return PL_IO;
        if (got == 0) return by_line ? PL_IO : PL_OK;
        pl_buf_put(out, pl_str(bytes, (size_t)got));
        explicit_bzero(bytes, (size_t)got);
        if (out->status != PL_OK) return out->status;
        if (by_line && out->ptr[out->len - 1] == '\n') return PL_OK;
    }
}

int pl_spawn_end(PlChild *child, uint64_t limit_us)
{
    close_fd(&child->in);
    close_fd(&child->out);
    if (!child->pid) return 0;
    int64_t until_us = now_us() + (int64_t)limit_us;
    int status = 0;
    pid_t got;
    while ((got = waitpid(child->pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
        if (now_us() >= until_us) {
            kill(child->apart ? -child->pid : child->pid, SIGKILL);
            while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {}
            child->pid = 0;
            return -1;
        }
        nanosleep(&(struct timespec){0, KILL_POLL_US * 1000}, NULL);
    }
    child->pid = 0;
    return got < 0 ? -1 : status;
}
