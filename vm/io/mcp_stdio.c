/* SPDX-License-Identifier: MIT */
/* An MCP server as a child process: a message is a line. It is started with the first message, with an environment of PATH, HOME, LANG and TERM
 * alone, and ended with the client. What it prints on standard error is its own and goes nowhere. */
#include "vm/io/mcp_wire.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/io/spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { WORDS = 64, CHUNK = 65536, END_US = 2000000, SENT_MOST = 1024 };

typedef struct Sent { /* where in the stream a message begins */
    uint64_t id, at;
} Sent;

typedef struct Stdio {
    PlMcp *mcp;
    PlLoop *loop;
    PlStr command;
    PlChild child;
    bool is_up;
    PlBuf out, in;         /* not yet written; not yet a line */
    uint64_t written;      /* bytes of the stream that left */
    Sent sent[SENT_MOST];  /* a ring of the last messages with an id */
    uint32_t sent_count;
    PlMcpWire *wire;
    char why[256];
} Stdio;

static void unwatch(Stdio *s, int fd)
{
    PlStatus status = fd >= 0 ? pl_loop_watch(s->loop, fd, 0, NULL, NULL) : PL_OK;
    (void)status; /* it was not watched */
}

static void stop(Stdio *s, uint64_t limit_us)
{
    unwatch(s, s->child.in);
    unwatch(s, s->child.out);
    if (s->is_up) pl_spawn_end(&s->child, limit_us);
    s->is_up = false;
    s->sent_count = 0;
    s->written = 0;
    pl_buf_clear(&s->in);
    pl_buf_clear(&s->out);
}

static bool has_left(void *self, uint64_t id)
{
    const Stdio *s = self;
    uint32_t known = s->sent_count < SENT_MOST ? s->sent_count : SENT_MOST;
    for (uint32_t i = 0; i < known; i++)
        if (s->sent[i].id == id) return s->sent[i].at < s->written;
    return true; /* so long ago that it left */
}

static void died(Stdio *s, const char *how)
{
    snprintf(s->why, sizeof s->why, "the MCP server `%.*s` %s", (int)(s->command.len < 120 ? s->command.len : 120), s->command.ptr, how);
    unwatch(s, s->child.in);
    unwatch(s, s->child.out);
    pl_mcp_gone(s->mcp, has_left, s, pl_str_z(s->why));
    stop(s, END_US);
}

/* Every whole line is a message. */
static void take_lines(Stdio *s)
{
    PlBuf lines = s->in; /* a message may end the server, and clear what was read */
    PlStr all = pl_buf_str(&lines);
    size_t at = 0, end;
    pl_buf_init(&s->in, PL_LIMIT_BODY_BYTES);
    while ((end = pl_str_find_char(all, '\n', at)) != PL_STR_NONE) {
        PlStr line = pl_str_trim(pl_str_slice(all, at, end));
        at = end + 1;
        if (line.len && s->is_up) pl_mcp_received(s->mcp, line);
    }
    if (s->is_up) pl_buf_put(&s->in, pl_str_slice(all, at, all.len));
    pl_buf_deinit(&lines);
}

static void on_output(void *user, int fd, uint32_t events)
{
    Stdio *s = user;
    char bytes[CHUNK];
    (void)events;
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) {
        died(s, "ended");
        return;
    }
    pl_buf_put(&s->in, pl_str(bytes, (size_t)got));
    if (s->in.status != PL_OK) died(s, "sent a message that is too large");
    else if (memchr(bytes, '\n', (size_t)got)) take_lines(s);
}

static void on_input(void *user, int fd, uint32_t events);

static bool flush(Stdio *s)
{
    PlStr left = pl_buf_str(&s->out);
    size_t put = 0;
    PlStatus status = left.len ? pl_spawn_put(&s->child, left, &put) : PL_OK;
    if (status != PL_OK) return false;
    s->written += put;
    memmove(s->out.ptr, s->out.ptr + put, s->out.len - put);
    s->out.len -= put;
    uint32_t wanted = s->out.len ? EPOLLOUT : 0;
    return pl_loop_watch(s->loop, s->child.in, wanted, wanted ? on_input : NULL, s) == PL_OK || !wanted;
}

static void on_input(void *user, int fd, uint32_t events)
{
    Stdio *s = user;
    (void)fd, (void)events;
    if (!flush(s)) died(s, "no longer reads");
}

static bool start(Stdio *s)
{
    char *argv[WORDS], home[4200], path[4200], lang[] = "LANG=C.UTF-8", term[] = "TERM=dumb";
    const char *at_home = getenv("HOME"), *search = getenv("PATH");
    snprintf(home, sizeof home, "HOME=%s", at_home ? at_home : "/nonexistent");
    snprintf(path, sizeof path, "PATH=%s", search ? search : "/usr/local/bin:/usr/bin:/bin");
    char *env[] = {path, home, lang, term, NULL};
    char *words = pl_strdup_n(s->command.ptr, s->command.len);
    bool good = words && pl_spawn_words(words, argv, WORDS) && argv[0];
    if (words && !good) snprintf(s->why, sizeof s->why, "the command of the MCP server cannot be read");
    if (good && pl_spawn_begin_with(argv, env, true, true, &s->child) != PL_OK) {
        snprintf(s->why, sizeof s->why, "the MCP server %.100s cannot be started: %s", argv[0], strerror(errno));
        good = false;
    }
    pl_free(words);
    if (!good) return false;
    s->is_up = true;
    good = pl_loop_watch(s->loop, s->child.out, EPOLLIN, on_output, s) == PL_OK;
    if (!good) stop(s, 0);
    return good;
}

static PlStatus send_message(void *self, const PlMcpMessage *message)
{
    Stdio *s = self;
    if (!s->is_up && !start(s)) return PL_IO;
    if (message->id) s->sent[s->sent_count++ % SENT_MOST] = (Sent){message->id, s->written + s->out.len};
    pl_buf_put(&s->out, message->text);
    pl_buf_put_char(&s->out, '\n');
    if (s->out.status != PL_OK) return PL_NOMEM;
    flush(s); /* one that no longer reads is found dead by its output */
    return PL_OK;
}

static void forget(void *self, uint64_t id)
{
    (void)self, (void)id; /* an answer to nobody is dropped */
}

static void close_wire(void *self)
{
    Stdio *s = self;
    stop(s, END_US);
    pl_buf_deinit(&s->in);
    pl_buf_deinit(&s->out);
    pl_free(s);
}

PlStatus pl_mcp_stdio(PlMcp *mcp, PlLoop *loop, PlStr command, PlMcpWire *out)
{
    Stdio *s = pl_zalloc(sizeof *s);
    if (!s) return PL_NOMEM;
    s->mcp = mcp;
    s->loop = loop;
    s->command = command;
    s->child = (PlChild){0, -1, -1, true};
    pl_buf_init(&s->in, PL_LIMIT_BODY_BYTES);
    pl_buf_init(&s->out, PL_LIMIT_BODY_BYTES);
    *out = (PlMcpWire){s, send_message, forget, close_wire, s->why};
    return PL_OK;
}
