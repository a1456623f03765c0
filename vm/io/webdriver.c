/* SPDX-License-Identifier: MIT */
/* The driver says its port on standard output; from then on all goes over HTTP to 127.0.0.1, through an HTTP port of its own that allows that origin alone. */
#include "vm/io/webdriver.h"

#include "vm/base/fault.h"
#include "vm/base/arena.h"
#include "vm/base/json_scan.h"
#include "vm/io/http.h"
#include "vm/io/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CHUNK = 4096, END_US = 3000000 };
#define START_US UINT64_C(60000000)

struct PlWebdriver {
    PlLoop *loop;
    const PlStr *hosts;
    uint32_t host_count;
    bool walled;
    PlChild child;
    PlHttp *http;
    enum { NONE, STARTING, OPENING, READY } state;
    PlBuf printed, session, origin;
    /* the command at hand */
    PlBuf path, body;
    bool has_body;
    uint64_t timeout_us;
    PlWebdriverDone done;
    void *user;
    char why[200];
};

static void unwatch(PlWebdriver *d, int fd)
{
    PlStatus status = fd >= 0 ? pl_loop_watch(d->loop, fd, 0, NULL, NULL) : PL_OK;
    (void)status; /* it was not watched */
}

static void stop(PlWebdriver *d)
{
    unwatch(d, d->child.out);
    pl_http_free(d->http);
    d->http = NULL;
    if (d->state != NONE) {
        kill(-d->child.pid, SIGTERM);
        pl_spawn_end(&d->child, END_US);
    }
    d->state = NONE;
}

static void finish(PlWebdriver *d, const PlWebdriverReply *reply)
{
    PlWebdriverDone done = d->done;
    d->done = NULL;
    if (done) done(d->user, reply);
}

static void fail(PlWebdriver *d, PlEvidence evidence, const char *error, PlStr message)
{
    PlWebdriverReply reply = {.evidence = evidence, .value = PL_STR("null"), .error = pl_str_z(error), .message = message};
    finish(d, &reply);
}

/* ---- requests ---- */

static PlStatus request(PlWebdriver *d, const char *path, PlStr body, bool has_body, PlNetDone done)
{
    static const PlHeader json = {PL_STR_INIT("content-type"), PL_STR_INIT("application/json")};
    PlBuf url;
    uint64_t call;
    pl_buf_init(&url, 0);
    pl_buf_put(&url, pl_buf_str(&d->origin));
    pl_buf_put_z(&url, path);
    PlNetRequest r = {.method = has_body ? PL_POST : PL_GET, .url = pl_buf_str(&url), .plugin = PL_STR("browser"), .headers = &json, .header_count = has_body};
    r.body = body;
    r.has_body = has_body;
    r.timeout_us = d->timeout_us;
    PlNetPort port = pl_http_port(d->http);
    PlStatus status = url.status == PL_OK ? port.send(port.self, &r, done, d, &call) : url.status;
    pl_buf_deinit(&url);
    return status;
}

/* {"value": ...}, of an error {"value":{"error":..., "message":...}}. */
static void answered(void *user, const PlNetAnswer *answer)
{
    PlWebdriver *d = user;
    PlWebdriverReply reply = {.evidence = answer->evidence, .value = PL_STR("null"), .error = PL_STR(""), .message = PL_STR("")};
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (answer->fault != PL_NET_OK) {
        reply.error = pl_str_z(pl_net_fault_name(answer->fault));
        reply.message = answer->message;
    } else if (arena && setjmp(escape.at) == 0) {
        bool has_value = pl_json_find(answer->body, "value", &reply.value);
        reply.good = has_value && answer->status == 200;
        if (!reply.good) reply.error = pl_json_find_text(arena, reply.value, "error"), reply.message = pl_json_find_text(arena, reply.value, "message");
    } else {
        reply = (PlWebdriverReply){.evidence = PL_EVIDENCE_UNKNOWN, .value = PL_STR("null"), .error = PL_STR(""), .message = PL_STR("out of memory")};
    }
    finish(d, &reply);
    pl_arena_free(arena);
}

static void send_command(PlWebdriver *d)
{
    PlBuf path;
    pl_buf_init(&path, 0);
    pl_buf_printf(&path, "/session/" PL_FMT PL_FMT "%c", PL_ARG(pl_buf_str(&d->session)), PL_ARG(pl_buf_str(&d->path)), 0);
    PlStatus status = path.status == PL_OK ? request(d, path.ptr, pl_buf_str(&d->body), d->has_body, answered) : path.status;
    pl_buf_deinit(&path);
    if (status != PL_OK) fail(d, PL_EVIDENCE_NEVER_SENT, "out of memory", PL_STR(""));
}

/* ---- the session ---- */

bool pl_webdriver_is_id(PlStr text)
{
    bool good = text.len > 0 && text.len < 128 && text.ptr[0] != '.';
    for (size_t i = 0; i < text.len && good; i++) {
        char c = text.ptr[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && text.ptr[i - 1] != '.');
    }
    return good;
}

static void session_opened(void *user, const PlNetAnswer *answer)
{
    PlWebdriver *d = user;
    PlStr value = PL_STR("{}"), id;
    pl_json_find(answer->body, "value", &value);
    bool good = answer->fault == PL_NET_OK && answer->status == 200 && pl_json_find(value, "sessionId", &id) && id.len > 2;
    if (good) id = pl_str_slice(id, 1, id.len - 1);
    good = good && pl_webdriver_is_id(id); /* it becomes a part of paths */
    pl_buf_clear(&d->session);
    if (good) pl_buf_put(&d->session, id);
    good = good && d->session.status == PL_OK;
    if (!good) {
        snprintf(d->why, sizeof d->why, "the browser cannot be started%s", answer->fault == PL_NET_OK ? "" : ": the driver does not answer");
        stop(d);
        fail(d, PL_EVIDENCE_NEVER_SENT, "session not created", pl_str_z(d->why));
        return;
    }
    d->state = READY;
    send_command(d);
}

/* Headless, of its own profile, and blind to every host and port but those named: the first rule that fits counts, and all else is not found. */
static void put_capabilities(const PlWebdriver *d, PlBuf *out)
{
    static const char *const flags[] = {"--headless=new", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                                        "--disable-default-apps", "--disable-dev-shm-usage", "--disable-gpu", "--mute-audio", "--no-proxy-server",
                                        "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp"};
    pl_buf_put_z(out, "{\"capabilities\":{\"alwaysMatch\":{\"browserName\":\"chrome\",\"timeouts\":{\"implicit\":5000,\"pageLoad\":30000,\"script\":30000},"
                      "\"goog:chromeOptions\":{\"args\":[");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) pl_buf_printf(out, "\"%s\",", flags[i]);
    if (!d->walled) pl_buf_put_z(out, "\"--no-sandbox\",");
    pl_buf_put_z(out, "\"--host-resolver-rules=");
    for (uint32_t i = 0; i < d->host_count; i++) pl_buf_printf(out, "MAP " PL_FMT " " PL_FMT " , ", PL_ARG(d->hosts[i]), PL_ARG(d->hosts[i]));
    pl_buf_put_z(out, "MAP * ~NOTFOUND\"]}}}}");
}

static void open_session(PlWebdriver *d, unsigned port)
{
    PlBuf body;
    pl_buf_clear(&d->origin);
    pl_buf_printf(&d->origin, "http://127.0.0.1:%u", port);
    PlHttpRule rule = {pl_buf_str(&d->origin), PL_STR("browser"), true};
    PlHttpOptions options = {.rules = &rule, .rule_count = 1};
    d->http = pl_http_new(d->loop, NULL, &options);
    pl_buf_init(&body, 0);
    put_capabilities(d, &body);
    d->state = OPENING;
    PlStatus status = d->http && body.status == PL_OK && d->origin.status == PL_OK ? request(d, "/session", pl_buf_str(&body), true, session_opened) : PL_NOMEM;
    pl_buf_deinit(&body);
    if (status == PL_OK) return;
    stop(d);
    fail(d, PL_EVIDENCE_NEVER_SENT, "out of memory", PL_STR(""));
}

/* "ChromeDriver was started successfully on port 40123." */
static void on_output(void *user, int fd, uint32_t events)
{
    PlWebdriver *d = user;
    char bytes[CHUNK];
    (void)events;
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) {
        bool waited = d->state == STARTING;
        unwatch(d, fd);
        if (waited) snprintf(d->why, sizeof d->why, "chromedriver ended before it was ready");
        if (waited) stop(d);
        if (waited) fail(d, PL_EVIDENCE_NEVER_SENT, "session not created", pl_str_z(d->why));
        return;
    }
    if (d->state != STARTING) return; /* what it says later is its own */
    pl_buf_put(&d->printed, pl_str(bytes, (size_t)got));
    PlStr all = pl_buf_str(&d->printed), mark = PL_STR("successfully on port ");
    size_t at = pl_str_find(all, mark, 0), end = at == PL_STR_NONE ? at : pl_str_find_char(all, '.', at);
    int64_t port;
    if (end == PL_STR_NONE || !pl_str_to_int(pl_str_slice(all, at + mark.len, end), &port) || port < 1 || port > 65535) return;
    open_session(d, (unsigned)port);
}

static PlStatus start(PlWebdriver *d)
{
    char program[] = "chromedriver", port[] = "--port=0", path[] = "PATH=/usr/local/bin:/usr/bin:/bin", lang[] = "LANG=C.UTF-8", home[] = "HOME=/tmp";
    char *argv[] = {program, port, NULL}, *env[] = {path, lang, home, NULL};
    pl_buf_clear(&d->printed);
    if (pl_spawn_begin_with(argv, env, true, true, &d->child) != PL_OK) {
        snprintf(d->why, sizeof d->why, "chromedriver cannot be started: %s (Debian: chromium-driver)", strerror(errno));
        return PL_IO;
    }
    d->state = STARTING;
    PlStatus status = pl_loop_watch(d->loop, d->child.out, EPOLLIN, on_output, d);
    if (status != PL_OK) stop(d);
    return status;
}

/* ---- the owner's side ---- */

PlWebdriver *pl_webdriver_new(PlLoop *loop, const PlStr *hosts, uint32_t host_count, bool walled)
{
    PlWebdriver *d = pl_zalloc(sizeof *d);
    if (!d) return NULL;
    *d = (PlWebdriver){.loop = loop, .hosts = hosts, .host_count = host_count, .walled = walled, .child = {0, -1, -1, true}};
    PlBuf *const all[] = {&d->printed, &d->session, &d->origin, &d->path, &d->body};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) pl_buf_init(all[i], 1 << 24);
    return d;
}

void pl_webdriver_free(PlWebdriver *d)
{
    if (!d) return;
    d->done = NULL;
    stop(d);
    PlBuf *const all[] = {&d->printed, &d->session, &d->origin, &d->path, &d->body};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) pl_buf_deinit(all[i]);
    pl_free(d);
}

PlStatus pl_webdriver_send(PlWebdriver *d, const char *path, PlStr body, uint64_t timeout_us, PlWebdriverDone done, void *user)
{
    pl_buf_clear(&d->path);
    pl_buf_clear(&d->body);
    pl_buf_put_z(&d->path, path);
    pl_buf_put(&d->body, body);
    if (d->path.status != PL_OK || d->body.status != PL_OK) return PL_NOMEM;
    d->has_body = body.len > 0;
    d->done = done;
    d->user = user;
    d->timeout_us = d->state == READY ? timeout_us : START_US;
    if (d->state == NONE) return start(d);
    send_command(d);
    return PL_OK;
}

const char *pl_webdriver_why(const PlWebdriver *d)
{
    return d->why;
}
