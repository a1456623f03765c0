/* SPDX-License-Identifier: MIT */
/* A program, started within the sandbox and waited for. When it ends, what it started and left behind is killed: this process is the first of its process
 * namespace. */
#include "stdlib/tools/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 60, MOST = 1 << 20, CHUNK = 65536 };

typedef struct Pipes {
    int in[2], out[2], err[2];
} Pipes;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void close_end(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void close_all(Pipes *p)
{
    for (int i = 0; i < 2; i++) {
        close_end(&p->in[i]);
        close_end(&p->out[i]);
        close_end(&p->err[i]);
    }
}

const char *pl_tool_program(PlArena *arena, PlStr name)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};
    if (name.len == 0 || memchr(name.ptr, 0, name.len)) return NULL;
    if (name.ptr[0] == '/') {
        const char *path = pl_arena_str(arena, name).ptr;
        return access(path, X_OK) == 0 ? path : NULL;
    }
    if (memchr(name.ptr, '/', name.len)) return NULL;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const char *path = pl_arena_printf(arena, "%s/" PL_FMT, folders[i], PL_ARG(name)).ptr;
        if (access(path, X_OK) == 0) return path;
    }
    return NULL;
}

static _Noreturn void become(const PlToolRun *run, const Pipes *p)
{
    static const char *const plain[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/nonexistent", NULL};
    const char *const *env = run->env ? run->env : plain;
    if (dup2(p->in[0], 0) < 0 || dup2(p->out[1], 1) < 0 || dup2(p->err[1], 2) < 0) _exit(126);
    close_range(3, ~0u, 0);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    execve(run->argv[0], (char *const *)(uintptr_t)run->argv, (char *const *)(uintptr_t)env);
    _exit(126);
}

/* False when the end came. */
static bool take(int fd, PlBuf *to, uint64_t most, bool *cut)
{
    char bytes[CHUNK];
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    uint64_t room = most - (to->len < most ? to->len : most);
    uint64_t kept = (uint64_t)got < room ? (uint64_t)got : room;
    if (kept < (uint64_t)got) *cut = true;
    pl_buf_put(to, pl_str(bytes, (size_t)kept));
    return got > 0;
}

static void feed(Pipes *p, PlStr *input)
{
    ssize_t put = input->len ? write(p->in[1], input->ptr, input->len) : 0;
    if (put > 0) *input = pl_str_slice(*input, (size_t)put, input->len);
    if (input->len == 0 || (put < 0 && errno != EAGAIN && errno != EINTR)) close_end(&p->in[1]);
}

/* Takes what there is, until both outputs ended, the program ended, or the time is up. True when the outputs ended. */
static bool talk(PlToolRun *run, Pipes *p, PlStr *input, uint64_t most, int wait_ms)
{
    struct pollfd files[3] = {{p->out[0], POLLIN, 0}, {p->err[0], POLLIN, 0}, {p->in[1], POLLOUT, 0}};
    if (poll(files, 3, wait_ms) < 0 && errno != EINTR) return true;
    if (files[0].revents && !take(p->out[0], &run->out, most, &run->out_cut)) close_end(&p->out[0]);
    if (files[1].revents && !take(p->err[0], &run->err, most, &run->err_cut)) close_end(&p->err[0]);
    if (files[2].revents) feed(p, input);
    return p->out[0] < 0 && p->err[0] < 0;
}

/* What it left behind is killed with it: then its outputs end. */
static int watch(pid_t pid, PlToolRun *run, Pipes *p)
{
    int64_t until_ms = now_ms() + (int64_t)(run->seconds ? run->seconds : SECONDS) * 1000;
    uint64_t most = run->most ? run->most : MOST;
    PlStr input = run->input;
    int status = 0;
    bool ended = false, closed = false;
    while (!ended && !run->timed_out) {
        closed = talk(run, p, &input, most, closed ? 1 : 5);
        if (closed) nanosleep(&(struct timespec){0, 500000}, NULL);
        ended = waitpid(pid, &status, WNOHANG) == pid;
        run->timed_out = !ended && now_ms() >= until_ms;
    }
    if (!ended) kill(pid, SIGKILL);
    while (!ended && waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    if (getpid() == 1) kill(-1, SIGKILL);
    while (!closed && now_ms() < until_ms + 1000) closed = talk(run, p, &input, most, 10);
    return status;
}

bool pl_tool_run(PlToolCall *call, PlToolRun *run)
{
    Pipes p = {{-1, -1}, {-1, -1}, {-1, -1}};
    (void)call;
    pl_buf_init(&run->out, 0);
    pl_buf_init(&run->err, 0);
    if (pipe2(p.in, O_CLOEXEC) || pipe2(p.out, O_CLOEXEC) || pipe2(p.err, O_CLOEXEC)) {
        close_all(&p);
        return false;
    }
    fcntl(p.in[1], F_SETFL, O_NONBLOCK);
    pid_t pid = fork();
    if (pid == 0) become(run, &p);
    close_end(&p.in[0]);
    close_end(&p.out[1]);
    close_end(&p.err[1]);
    if (pid > 0) {
        int status = watch(pid, run, &p);
        run->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        run->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
    close_all(&p);
    return pid > 0;
}

void pl_tool_run_end(PlToolRun *run)
{
    pl_buf_deinit(&run->out);
    pl_buf_deinit(&run->err);
}
