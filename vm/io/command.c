/* SPDX-License-Identifier: MIT */
/* Two things are awaited, in this order: the end of its output, and its own end (a pidfd). Whichever does not come in time, it is killed. */
#include "vm/io/command.h"

#include "vm/base/fault.h"
#include "vm/io/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <unistd.h>

static const char LATE[] = "it gave no answer in time";

enum { WORDS = 64, CHUNK = 4096, END_US = 1000000 };

struct PlCommand {
    PlLoop *loop;
    PlChild child;
    PlBuf output;
    PlCommandDone done;
    void *user;
    uint64_t timer; /* 0: none */
    int pidfd;      /* -1 */
};

static void unwatch(PlLoop *loop, int fd)
{
    PlStatus status = fd >= 0 ? pl_loop_watch(loop, fd, 0, NULL, NULL) : PL_OK;
    (void)status; /* it was not watched */
}

/* Its wait status; -1 when it had to be killed. */
static int stop(PlCommand *c, uint64_t limit_us)
{
    const PlClockPort clock = pl_loop_clock(c->loop);
    if (c->timer) clock.timer_cancel(clock.self, c->timer);
    c->timer = 0;
    unwatch(c->loop, c->child.out);
    unwatch(c->loop, c->pidfd);
    if (c->pidfd >= 0) close(c->pidfd);
    c->pidfd = -1;
    return c->child.pid ? pl_spawn_end(&c->child, limit_us) : 0;
}

static void end(PlCommand *c, const char *why, uint64_t limit_us)
{
    int code = stop(c, limit_us);
    if (!why && code != 0) why = code < 0 ? LATE : "it failed";
    c->done(c->user, why ? PL_STR("") : pl_buf_str(&c->output), why);
}

static void on_time(void *user)
{
    PlCommand *c = user;
    c->timer = 0;
    end(c, LATE, 0);
}

static void on_end(void *user, int fd, uint32_t events)
{
    (void)fd, (void)events;
    end(user, NULL, END_US);
}

/* No more output: now its exit code. */
static void await_end(PlCommand *c)
{
    unwatch(c->loop, c->child.out);
    c->pidfd = pidfd_open(c->child.pid, 0);
    if (c->pidfd < 0 || pl_loop_watch(c->loop, c->pidfd, EPOLLIN, on_end, c) != PL_OK) end(c, NULL, END_US);
}

static void on_output(void *user, int fd, uint32_t events)
{
    PlCommand *c = user;
    char bytes[CHUNK];
    (void)events;
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) {
        await_end(c);
        return;
    }
    pl_buf_put(&c->output, pl_str(bytes, (size_t)got));
    explicit_bzero(bytes, (size_t)got);
    if (c->output.status != PL_OK) end(c, c->output.status == PL_LIMIT ? "it printed too much" : "out of memory", 0);
}

static bool start(PlCommand *c, char *words, uint64_t limit_us, const char **why)
{
    char *argv[WORDS];
    const PlClockPort clock = pl_loop_clock(c->loop);
    *why = "its words cannot be read: a quote is open, or there are too many";
    if (!pl_spawn_words(words, argv, WORDS)) return false;
    *why = "the command is empty";
    if (!argv[0]) return false;
    if (pl_spawn_begin(argv, false, &c->child) != PL_OK) {
        *why = strerror(errno);
        return false;
    }
    *why = "out of memory";
    close(c->child.in);
    c->child.in = -1;
    fcntl(c->child.out, F_SETFL, O_NONBLOCK);
    if (pl_loop_watch(c->loop, c->child.out, EPOLLIN, on_output, c) != PL_OK) return false;
    return clock.timer(clock.self, clock.mono_us(clock.self) + (int64_t)limit_us, on_time, c, &c->timer) == PL_OK;
}

PlCommand *pl_command_begin(PlLoop *loop, const char *words, uint64_t most_bytes, uint64_t limit_us, PlCommandDone done, void *user, const char **why)
{
    PlCommand *c = pl_zalloc(sizeof *c);
    char *copy = c ? pl_strdup_n(words, strlen(words)) : NULL;
    *why = "out of memory";
    if (!copy) {
        pl_free(c);
        return NULL;
    }
    *c = (PlCommand){.loop = loop, .child = {0, -1, -1, false}, .done = done, .user = user, .pidfd = -1};
    pl_buf_init(&c->output, most_bytes);
    bool good = start(c, copy, limit_us, why);
    pl_free(copy);
    if (good) return c;
    pl_command_free(c);
    return NULL;
}

void pl_command_free(PlCommand *c)
{
    if (!c) return;
    stop(c, 0);
    if (c->output.ptr) explicit_bzero(c->output.ptr, c->output.cap);
    pl_buf_deinit(&c->output);
    pl_free(c);
}

/* ---- without a loop ---- */

typedef struct Wait {
    PlCommandDone done;
    void *user;
    const char *why;
    bool is_over;
} Wait;

static void waited(void *user, PlStr output, const char *why)
{
    Wait *w = user;
    w->is_over = true;
    w->why = why;
    w->done(w->user, output, why);
}

const char *pl_command_wait(const char *words, uint64_t most_bytes, uint64_t limit_us, PlCommandDone done, void *user)
{
    Wait w = {.done = done, .user = user, .why = "out of memory"};
    PlLoop *loop = pl_loop_new();
    PlCommand *c = loop ? pl_command_begin(loop, words, most_bytes, limit_us, waited, &w, &w.why) : NULL;
    while (c && !w.is_over && pl_loop_turn(loop, -1)) {}
    pl_command_free(c);
    pl_loop_free(loop);
    return w.why;
}
