/* SPDX-License-Identifier: MIT */
/* Workers are started, fed and read from the loop. What a worker prints is a status, a line break and the body; one that dies without it, or is
 * killed when its time is up, leaves the call in doubt. */
#include "vm/io/door_tool.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"
#include "vm/io/command.h"
#include "vm/io/loop.h"
#include "vm/io/private.h"
#include "vm/io/secrets.h"
#include "vm/io/spawn.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { RUNNING_MOST = 16, CHUNK = 65536, END_US = 1000000 };
#define DEFAULT_US UINT64_C(30000000)

typedef struct Peer Peer;

typedef struct Call {
    Peer *peer;
    struct Call *previous, *next;
    uint64_t id, timer, timeout_us, most;
    PlNetDone done;
    void *user;
    PlChild child;
    PlBuf in, out; /* the request, which may hold a secret; what the worker printed */
    PlBuf credential; /* the name of the one in the request */
    size_t sent;
    bool is_running, is_placed; /* placed: its request has a place for a login, not closed yet */
    bool is_held;     /* a program must print its credential first */
    PlNetFault fault; /* why it is being ended */
} Call;

struct Peer {
    PlDoorWorld world;
    const PlDoor *door;
    PlBuf tool;
    char workspace[PATH_MAX], worker[PATH_MAX];
    Call *calls; /* the newest first */
    PlCommand *command; /* prints the credential that held calls wait for; NULL */
    uint64_t last_id;
    unsigned running;
};

static void start_waiting(Peer *peer);

static void forget(Call *c)
{
    if (c->previous) c->previous->next = c->next;
    else c->peer->calls = c->next;
    if (c->next) c->next->previous = c->previous;
    if (c->timer) c->peer->world.clock.timer_cancel(c->peer->world.clock.self, c->timer);
    pl_private_wipe(&c->in);
    pl_buf_deinit(&c->out);
    pl_buf_deinit(&c->credential);
    pl_free(c);
}

static void unwatch(Call *c, int *fd)
{
    if (*fd < 0) return;
    PlStatus status = pl_loop_watch(c->peer->world.loop, *fd, 0, NULL, NULL);
    (void)status; /* it was not watched */
    close(*fd);
    *fd = -1;
}

/* The process is gone when this returns. */
static int stop(Call *c, bool kill_it)
{
    unwatch(c, &c->child.in);
    unwatch(c, &c->child.out);
    if (c->timer) c->peer->world.clock.timer_cancel(c->peer->world.clock.self, c->timer);
    c->timer = 0;
    if (!c->is_running) return 0;
    c->is_running = false;
    c->peer->running--;
    return pl_spawn_end(&c->child, kill_it ? 0 : END_US);
}

static void finish(Call *c, const PlNetAnswer *answer)
{
    Peer *peer = c->peer;
    PlNetDone done = c->done;
    void *user = c->user;
    done(user, answer);
    forget(c);
    start_waiting(peer);
}

/* "200\n" and the body; "0\n", "1\n" and words: there is no answer, and it was certainly not done, or nobody knows. */
static bool read_answer(const Call *c, PlNetAnswer *answer)
{
    enum { UNSENT = 0, IN_DOUBT = 1, LATER = 503 };
    PlStr all = pl_buf_str(&c->out);
    size_t line = pl_str_find_char(all, '\n', 0);
    int64_t status;
    if (line == PL_STR_NONE || !pl_str_to_int(pl_str_slice(all, 0, line), &status)) return false;
    static const PlHeader json[] = {{PL_STR_INIT("content-type"), PL_STR_INIT("application/json")}, {PL_STR_INIT("retry-after"), PL_STR_INIT("60")}};
    PlStr body = pl_str_slice(all, line + 1, all.len);
    if (status == UNSENT) *answer = (PlNetAnswer){.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CONNECT, .message = body};
    if (status == IN_DOUBT) *answer = (PlNetAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET, .message = body};
    if (status >= 200) *answer = (PlNetAnswer){.evidence = PL_EVIDENCE_ANSWERED, .status = (unsigned)status, .headers = json, .body = body};
    answer->header_count = status == LATER ? 2 : status >= 200 ? 1 : 0;
    answer->credential = pl_buf_str(&c->credential);
    return status == UNSENT || status == IN_DOUBT || (status >= 200 && status <= 599);
}

static void end_without_answer(Call *c, PlNetFault fault, const char *message)
{
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_UNKNOWN, .fault = fault, .message = pl_str_z(message)};
    stop(c, true);
    finish(c, &answer);
}

static PlNetAnswer unstarted(void)
{
    return (PlNetAnswer){.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CANCELLED, .message = PL_STR("cancelled before it was started")};
}

static void on_time(void *user)
{
    Call *c = user;
    c->timer = 0;
    if (!c->is_running && c->fault == PL_NET_CANCELLED) {
        PlNetAnswer answer = unstarted();
        finish(c, &answer);
    } else if (c->fault == PL_NET_CANCELLED) {
        end_without_answer(c, PL_NET_CANCELLED, "cancelled");
    } else {
        end_without_answer(c, PL_NET_TIMEOUT, "the tool took too long and was killed");
    }
}

static void on_output(void *user, int fd, uint32_t events)
{
    Call *c = user;
    char bytes[CHUNK];
    (void)events;
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got > 0) {
        pl_buf_put(&c->out, pl_str(bytes, (size_t)got));
        if (c->out.len > c->most || c->out.status != PL_OK) end_without_answer(c, PL_NET_TOO_LARGE, "the tool's answer is too large");
        return;
    }
    PlNetAnswer answer;
    int status = stop(c, false);
    char message[96];
    if (c->credential.len) c->out.len = pl_secrets_redact(c->peer->world.secrets, c->out.ptr, c->out.len);
    if (read_answer(c, &answer)) {
        finish(c, &answer);
        return;
    }
    snprintf(message, sizeof message, "the tool's worker ended without an answer (wait status %d)", status);
    answer = (PlNetAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET, .message = pl_str_z(message)};
    finish(c, &answer);
}

static void on_input(void *user, int fd, uint32_t events)
{
    Call *c = user;
    PlStr all = pl_buf_str(&c->in), left = pl_str_slice(all, c->sent, all.len);
    (void)fd, (void)events;
    size_t put;
    bool broken = pl_spawn_put(&c->child, left, &put) != PL_OK; /* its end says what became of it */
    c->sent += put;
    if (broken || c->sent == all.len) unwatch(c, &c->child.in);
}

static bool start(Call *c)
{
    Peer *peer = c->peer;
    const PlClockPort *clock = &peer->world.clock;
    char *argv[] = {peer->worker, (char[]){"worker"}, NULL};
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", lang[] = "LANG=C.UTF-8";
    char *env[] = {path, lang, NULL}; /* none of ours: it may hold credentials */
    if (pl_spawn_begin_with(argv, env, true, false, &c->child) != PL_OK) return false;
    c->is_running = true;
    peer->running++;
    bool good = pl_loop_watch(peer->world.loop, c->child.out, EPOLLIN, on_output, c) == PL_OK &&
                pl_loop_watch(peer->world.loop, c->child.in, EPOLLOUT, on_input, c) == PL_OK &&
                clock->timer(clock->self, clock->mono_us(clock->self) + (int64_t)c->timeout_us, on_time, c, &c->timer) == PL_OK;
    if (!good) stop(c, true);
    return good;
}

static PlNetAnswer not_started(void)
{
    return (PlNetAnswer){.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_NO_DOOR, .message = PL_STR("the tool's worker cannot be started")};
}

static void start_waiting(Peer *peer)
{
    Call *oldest = peer->calls;
    while (oldest && oldest->next) oldest = oldest->next;
    for (Call *c = oldest, *previous; c && peer->running < RUNNING_MOST; c = previous) {
        previous = c->previous;
        if (c->is_running || c->timer || c->is_held) continue; /* a timer: it is over, and its turn to say so comes */
        if (c->fault == PL_NET_OK && start(c)) continue;
        PlNetAnswer answer = c->fault == PL_NET_CANCELLED ? unstarted() : not_started();
        finish(c, &answer); /* begins again with the next one */
        return;
    }
}

/* ---- clock and random: answered here ---- */

static void put_time(PlBuf *out, int64_t wall_us)
{
    char text[40] = "";
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm day;
    if (gmtime_r(&seconds, &day)) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &day);
    pl_buf_printf(out, "200\n{\"time\":\"%s.%06lldZ\",\"unix_seconds\":%lld}", text, (long long)(wall_us % 1000000), (long long)(wall_us / 1000000));
}

static int64_t int_of(PlStr args, const char *name, int64_t otherwise)
{
    PlStr raw;
    int64_t n;
    return pl_json_find(args, name, &raw) && pl_str_to_int(raw, &n) ? n : otherwise;
}

/* Every number from low to high is as likely as any other: draws beyond the last whole round are drawn anew. */
static void put_number(PlBuf *out, PlStr args)
{
    int64_t low = int_of(args, "low", 0), high = int_of(args, "high", 0);
    uint64_t draw, range = (uint64_t)high - (uint64_t)low + 1;
    if (low > high) {
        pl_buf_put_z(out, "400\n{\"error\":\"low is greater than high\"}");
        return;
    }
    uint64_t rounds = range ? UINT64_MAX / range * range : 0;
    do pl_hash_random((uint8_t *)&draw, sizeof draw);
    while (range && draw >= rounds);
    pl_buf_printf(out, "200\n{\"number\":%lld}", (long long)((uint64_t)low + (range ? draw % range : draw)));
}

static void put_token(PlBuf *out, PlStr args)
{
    uint8_t bytes[64];
    char hex[2 * sizeof bytes + 1];
    int64_t count = int_of(args, "bytes", 16);
    if (count < 1 || count > (int64_t)sizeof bytes) {
        pl_buf_put_z(out, "400\n{\"error\":\"bytes is from 1 to 64\"}");
        return;
    }
    pl_hash_random(bytes, (size_t)count);
    pl_hash_hex(bytes, (size_t)count, hex);
    pl_buf_printf(out, "200\n{\"token\":\"%s\"}", hex);
}

static void on_turn(void *user)
{
    Call *c = user;
    PlNetAnswer answer;
    c->timer = 0;
    if (c->fault == PL_NET_CANCELLED) answer = (PlNetAnswer){.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CANCELLED};
    else if (!read_answer(c, &answer)) answer = not_started();
    finish(c, &answer);
}

static bool answer_here(Call *c, PlStr action, PlStr args)
{
    const PlClockPort *clock = &c->peer->world.clock;
    PlStr tool = pl_buf_str(&c->peer->tool);
    if (pl_str_eq_z(tool, "clock") && pl_str_eq_z(action, "/now")) put_time(&c->out, clock->wall_us(clock->self));
    else if (pl_str_eq_z(tool, "random") && pl_str_eq_z(action, "/number")) put_number(&c->out, args);
    else if (pl_str_eq_z(tool, "random") && pl_str_eq_z(action, "/token")) put_token(&c->out, args);
    return c->out.len > 0;
}

/* ---- the port ---- */

/* The login of a mail server: the first set of credentials that is at hand; none is a login too. */
static void choose_login(Call *c, const PlNetRequest *request)
{
    PlSecrets *secrets = c->peer->world.secrets;
    for (uint32_t i = 0; secrets && i < request->auth_count && !c->credential.len; i++)
        if (request->auth[i].count == 1 && pl_secrets_has(secrets, request->auth[i].all[0].credential))
            pl_buf_put(&c->credential, request->auth[i].all[0].credential);
}

/* The end of the request: what was open for the login. */
static PlStatus close_request(Call *c)
{
    PlStr secret, error;
    PlStatus status = PL_OK;
    if (c->is_placed && c->credential.len) {
        status = pl_secrets_get(c->peer->world.secrets, pl_buf_str(&c->credential), &secret, &error);
        if (status != PL_OK) {
            pl_buf_clear(&c->credential);
            return status;
        }
        pl_buf_put_z(&c->in, ",\"login\":");
        pl_buf_put_json(&c->in, secret);
    }
    pl_buf_put_z(&c->in, c->is_placed ? "}}" : "}");
    return c->credential.status != PL_OK ? c->credential.status : c->in.status;
}

/* Where the letter goes: of the door's config, the run's options and its credentials, never of the plan's arguments. */
static void put_place(Call *c, const PlNetRequest *request)
{
    enum { MARGIN_US = 2000000 };
    const PlDoorWorld *world = &c->peer->world;
    PlStr url = PL_STR("\"\"");
    bool named = false;
    pl_json_find(c->peer->door->config, "url", &url);
    for (uint32_t i = 0; i < world->named_count; i++) named |= url.len > 2 && pl_str_eq(world->named[i], pl_str_slice(url, 1, url.len - 1));
    uint64_t us = c->timeout_us > 2 * MARGIN_US ? c->timeout_us - MARGIN_US : c->timeout_us / 2; /* the worker says more than its death would */
    pl_buf_printf(&c->in, ",\"place\":{\"url\":" PL_FMT ",\"private\":%s,\"timeout_ms\":%llu", PL_ARG(url), named ? "true" : "false",
                  (unsigned long long)(us / 1000));
    if (world->ca_file) pl_buf_put_z(&c->in, ",\"ca_file\":"), pl_buf_put_json(&c->in, pl_str_z(world->ca_file));
    c->is_placed = true;
    choose_login(c, request);
}

static void put_request(Call *c, PlStr action, PlStr args, const PlNetRequest *request)
{
    PlStr config = PL_STR("{}"), tool = pl_buf_str(&c->peer->tool);
    pl_json_find(c->peer->door->config, "config", &config);
    pl_buf_put_z(&c->in, "{\"tool\":");
    pl_buf_put_json(&c->in, tool);
    pl_buf_put_z(&c->in, ",\"path\":");
    pl_buf_put_json(&c->in, action);
    pl_buf_printf(&c->in, ",\"args\":" PL_FMT ",\"config\":" PL_FMT ",\"workspace\":", PL_ARG(args), PL_ARG(config));
    pl_buf_put_json(&c->in, pl_str_z(c->peer->workspace));
    if (pl_str_eq_z(tool, "mail")) put_place(c, request);
}

/* Its request is ready but for its end: it is started, or waits for a place, or says on its next turn why not. Errors only PL_NOMEM. */
static PlStatus proceed(Call *c)
{
    Peer *peer = c->peer;
    const PlClockPort *clock = &peer->world.clock;
    PlStatus status = close_request(c);
    if (status == PL_CREDENTIAL) pl_buf_put_z(&c->out, "0\nthe credential of the mail server cannot be read");
    else if (status != PL_OK) return PL_NOMEM;
    else if (peer->running >= RUNNING_MOST || start(c)) return PL_OK;
    return clock->timer(clock->self, clock->mono_us(clock->self), on_turn, c, &c->timer);
}

/* All that waited go on, whether it printed something or not. */
static void on_printed(void *user, PlStr output, const char *why)
{
    Peer *peer = user;
    PlStr error;
    PlCommand *command = peer->command;
    peer->command = NULL;
    bool is_taken = false;
    for (Call *c = peer->calls, *next; c; c = next) {
        next = c->next;
        if (!c->is_held) continue;
        PlStatus taken = is_taken ? PL_OK : pl_secrets_take(peer->world.secrets, pl_buf_str(&c->credential), output, why, &error);
        is_taken = true;
        (void)taken; /* what failed is said when it is got */
        c->is_held = false;
        if (c->fault == PL_NET_OK && proceed(c) != PL_OK) c->fault = PL_NET_NO_DOOR; /* without memory: start_waiting says so */
    }
    pl_command_free(command);
    start_waiting(peer);
}

/* A credential that a program has to print first, as it does for requests over HTTP (http_hold.c): the loop turns meanwhile. */
static bool hold(Call *c)
{
    Peer *peer = c->peer;
    const char *words = c->credential.len ? pl_secrets_command(peer->world.secrets, pl_buf_str(&c->credential)) : NULL, *why = "";
    PlStr error;
    if (!words) return false;
    if (!peer->command) peer->command = pl_command_begin(peer->world.loop, words, PL_LIMIT_SECRET_BYTES, PL_LIMIT_SECRET_TIME, on_printed, peer, &why);
    c->is_held = peer->command != NULL;
    if (c->is_held) return true;
    PlStatus taken = pl_secrets_take(peer->world.secrets, pl_buf_str(&c->credential), PL_STR(""), why, &error);
    (void)taken; /* said when it is got */
    return false;
}

static PlStatus send_call(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *id)
{
    Peer *peer = self;
    const PlClockPort *clock = &peer->world.clock;
    PlDoorKind kind;
    Call *c = pl_zalloc(sizeof *c);
    if (!c) return PL_NOMEM;
    *c = (Call){.peer = peer, .next = peer->calls, .id = ++peer->last_id, .done = done, .user = user, .child = {0, -1, -1, true}};
    c->timeout_us = request->timeout_us ? request->timeout_us : DEFAULT_US;
    c->most = request->max_body ? request->max_body : PL_LIMIT_BODY_BYTES;
    if (peer->calls) peer->calls->previous = c;
    peer->calls = c;
    *id = c->id;
    pl_buf_init(&c->in, 0);
    pl_buf_init(&c->out, 0);
    pl_buf_init(&c->credential, 1024);
    PlStr action = pl_str_slice(request->url, pl_door_origin(request->url, &kind), request->url.len), args = request->body;
    if (!args.len) args = PL_STR("{}");
    PlStatus status = PL_OK;
    if (answer_here(c, action, args)) {
        status = clock->timer(clock->self, clock->mono_us(clock->self), on_turn, c, &c->timer);
    } else {
        put_request(c, action, args, request);
        status = hold(c) ? PL_OK : proceed(c);
    }
    if (status != PL_OK) forget(c);
    return status == PL_OK ? PL_OK : PL_NOMEM;
}

static void cancel(void *self, uint64_t id)
{
    Peer *peer = self;
    const PlClockPort *clock = &peer->world.clock;
    Call *c = peer->calls;
    while (c && c->id != id) c = c->next;
    if (!c || c->fault == PL_NET_CANCELLED) return;
    c->fault = PL_NET_CANCELLED;
    bool is_local = c->timer && !c->is_running;
    if (is_local) return; /* its turn comes */
    if (c->timer) clock->timer_cancel(clock->self, c->timer);
    c->timer = 0;
    PlStatus status = clock->timer(clock->self, clock->mono_us(clock->self), on_time, c, &c->timer);
    (void)status; /* without memory for a timer the worker goes on to its own end */
}

static void close_peer(void *self)
{
    Peer *peer = self;
    pl_command_free(peer->command);
    while (peer->calls) {
        stop(peer->calls, true);
        forget(peer->calls);
    }
    pl_buf_deinit(&peer->tool);
    pl_free(peer);
}

static bool find_worker(const PlDoorWorld *world, char out[PATH_MAX])
{
    if (world->grants->worker) return snprintf(out, PATH_MAX, "%s", world->grants->worker) < PATH_MAX;
    ssize_t len = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (len <= 0) return false;
    out[len] = 0;
    char *slash = strrchr(out, '/');
    size_t room = slash ? PATH_MAX - (size_t)(slash - out) : 0;
    return slash && snprintf(slash, room, "/pilotvm") < (int)room && access(out, X_OK) == 0;
}

PlStatus pl_door_tool_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    Peer *peer = pl_zalloc(sizeof *peer);
    PlStr raw;
    if (!peer) return PL_NOMEM;
    peer->world = *world;
    peer->door = door;
    pl_buf_init(&peer->tool, 256);
    if (pl_json_find(door->config, "tool", &raw) && raw.len > 2) pl_buf_put(&peer->tool, pl_str_slice(raw, 1, raw.len - 1));
    PlStatus status = peer->tool.status;
    bool is_native = pl_str_eq_z(pl_buf_str(&peer->tool), "native");
    if (status == PL_OK && is_native != (door->kind == PL_DOOR_NATIVE)) {
        pl_buf_put_z(why, "the door and its tool are of two kinds");
        close_peer(peer);
        return PL_REFUSED;
    }
    const char *workspace = world->grants->workspace;
    if (workspace && !realpath(workspace, peer->workspace)) {
        pl_buf_printf(why, "the workspace %s: %s", workspace, strerror(errno));
        status = PL_IO;
    } else if (!find_worker(world, peer->worker)) {
        pl_buf_put_z(why, "the program pilotvm, which plays the tools, is not beside this one");
        status = PL_IO;
    }
    if (status != PL_OK) {
        close_peer(peer);
        return status;
    }
    *out = (PlDoorPeer){{peer, send_call, cancel}, close_peer};
    return PL_OK;
}
