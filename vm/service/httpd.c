/* SPDX-License-Identifier: MIT */
/* libmicrohttpd without threads: its epoll is one file of our loop, its timeout one of our timers. A call that is answered later has its
 * connection suspended; every suspended call is in a list, because libmicrohttpd wants them resumed before it stops. */
#include "vm/service/httpd.h"

#include "vm/base/fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTION_BYTES = 64 * 1024, STREAM_BYTES = 1 << 20, TURNS = 64 };

typedef enum Stage { READING, HANDLING, WAITING, READY, STREAMING, SENT } Stage;

struct PlHttpdCall {
    PlHttpd *httpd;
    struct MHD_Connection *connection;
    PlHttpdRequest request;
    PlHttpdPair *headers;
    char *target;
    PlBuf body;
    Stage stage;
    bool begun, too_large, suspended, ended;
    struct MHD_Response *response;
    unsigned status;
    PlHttpdEnd end;
    uint64_t timer;
    PlBuf pending; /* of a stream */
    size_t sent;   /* of `pending` */
    void *user;
    PlHttpdCall *next, *previous; /* suspended calls */
};

struct PlHttpd {
    PlLoop *loop;
    PlClockPort clock;
    PlHttpdOptions options;
    struct MHD_Daemon *daemon;
    uint16_t port;
    int epoll;
    uint64_t timer;
    bool closing, running;
    bool resumed; /* since the last run: libmicrohttpd does not tell the loop of it */
    PlHttpdCall *suspended;
};

void *pl_httpd_user(const PlHttpdCall *call) { return call->user; }
void pl_httpd_set_user(PlHttpdCall *call, void *user) { call->user = user; }
uint16_t pl_httpd_port(const PlHttpd *httpd) { return httpd->port; }

PlStr pl_httpd_header(const PlHttpdRequest *request, PlStr name)
{
    for (uint32_t i = 0; i < request->header_count; i++)
        if (pl_str_eq_nocase(request->headers[i].name, name)) return request->headers[i].value;
    return PL_STR("");
}

/* ---- waiting ------------------------------------------------------------------------------------------------------ */

static void suspend(PlHttpdCall *call)
{
    PlHttpd *httpd = call->httpd;
    call->suspended = true;
    call->previous = NULL;
    call->next = httpd->suspended;
    if (call->next) call->next->previous = call;
    httpd->suspended = call;
    MHD_suspend_connection(call->connection);
}

static void run_timer(void *user);

static void plan_at(PlHttpd *httpd, int64_t at_us)
{
    if (httpd->timer) httpd->clock.timer_cancel(httpd->clock.self, httpd->timer);
    httpd->timer = 0;
    if (httpd->clock.timer(httpd->clock.self, at_us, run_timer, httpd, &httpd->timer) != PL_OK) httpd->timer = 0;
}

static void resume(PlHttpdCall *call)
{
    if (!call->suspended) return;
    call->suspended = false;
    if (call->previous) call->previous->next = call->next;
    else call->httpd->suspended = call->next;
    if (call->next) call->next->previous = call->previous;
    MHD_resume_connection(call->connection);
    call->httpd->resumed = true;
    if (!call->httpd->running && !call->httpd->closing) plan_at(call->httpd, 0);
}

static void wait_is_over(void *user)
{
    PlHttpdCall *call = user;
    call->timer = 0;
    resume(call);
}

/* libmicrohttpd has nothing ready, yet may want to be called again at some time. */
static void plan_next(PlHttpd *httpd)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (httpd->timer) httpd->clock.timer_cancel(httpd->clock.self, httpd->timer);
    httpd->timer = 0;
    if (httpd->resumed) plan_at(httpd, 0);
    else if (MHD_get_timeout(httpd->daemon, &ms) == MHD_YES)
        plan_at(httpd, httpd->clock.mono_us(httpd->clock.self) + (int64_t)(ms > 60000 ? 60000 : ms) * 1000);
}

static void run(PlHttpd *httpd)
{
    MHD_UNSIGNED_LONG_LONG ms = 0;
    httpd->running = true;
    for (int turn = 0; turn < TURNS; turn++) {
        httpd->resumed = false;
        MHD_run(httpd->daemon);
        if (!httpd->resumed && (MHD_get_timeout(httpd->daemon, &ms) != MHD_YES || ms > 0)) break;
    }
    httpd->running = false;
    plan_next(httpd);
}

static void run_timer(void *user)
{
    PlHttpd *httpd = user;
    httpd->timer = 0;
    run(httpd);
}

static void on_ready(void *user, int fd, uint32_t events)
{
    (void)fd, (void)events;
    run(user);
}

/* ---- answers ------------------------------------------------------------------------------------------------------ */

typedef struct HalfBody {
    size_t len; /* that will be sent */
    char bytes[];
} HalfBody;

static ssize_t read_half(void *context, uint64_t at, char *out, size_t room)
{
    const HalfBody *half = context;
    if (at >= half->len) return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t left = half->len - (size_t)at;
    size_t len = left < room ? left : room;
    memcpy(out, half->bytes + at, len);
    return (ssize_t)len;
}

static struct MHD_Response *half_response(PlStr body)
{
    HalfBody *half = pl_alloc(sizeof *half + body.len + 1);
    if (!half) return NULL;
    half->len = body.len / 2;
    if (body.len) memcpy(half->bytes, body.ptr, half->len);
    struct MHD_Response *r = MHD_create_response_from_callback(body.len ? body.len : 1, 4096, read_half, half, pl_free);
    if (!r) pl_free(half);
    return r;
}

/* Header values come from API documents and clients: a line break would end the header. */
static void add_header(struct MHD_Response *response, PlStr name, PlStr value)
{
    char key[256], text[4096];
    if (name.len == 0 || name.len >= sizeof key) return;
    memcpy(key, name.ptr, name.len);
    key[name.len] = 0;
    size_t len = value.len < sizeof text ? value.len : sizeof text - 1;
    for (size_t i = 0; i < len; i++) text[i] = (unsigned char)value.ptr[i] < ' ' ? ' ' : value.ptr[i];
    text[len] = 0;
    MHD_add_response_header(response, key, text);
}

static void add_headers(struct MHD_Response *response, const PlHttpdAnswer *answer)
{
    if (answer->type.len) add_header(response, PL_STR("Content-Type"), answer->type);
    for (uint32_t i = 0; i < answer->header_count; i++) add_header(response, answer->headers[i].name, answer->headers[i].value);
}

/* The call has its response: it goes out at the next call of `access_handler`, which is under way or follows the wait. */
static void set_ready(PlHttpdCall *call, int64_t delay_us)
{
    bool inside = call->stage == HANDLING;
    PlClockPort *clock = &call->httpd->clock;
    call->stage = READY;
    if (delay_us > 0) {
        int64_t at = clock->mono_us(clock->self) + delay_us;
        if (clock->timer(clock->self, at, wait_is_over, call, &call->timer) == PL_OK) return;
        call->timer = 0;
    }
    if (!inside) resume(call);
}

void pl_httpd_answer(PlHttpdCall *call, const PlHttpdAnswer *answer)
{
    if (call->stage != HANDLING && call->stage != WAITING) return;
    call->status = answer->status;
    call->end = answer->end;
    if (answer->end == PL_HTTPD_HALF) call->response = half_response(answer->body);
    else if (answer->end == PL_HTTPD_WHOLE)
        call->response = MHD_create_response_from_buffer(answer->body.len, (void *)(uintptr_t)answer->body.ptr, MHD_RESPMEM_MUST_COPY);
    if (call->response) add_headers(call->response, answer);
    set_ready(call, answer->delay_us);
}

static void reset(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (info) setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static enum MHD_Result send_answer(PlHttpdCall *call)
{
    if (call->stage == READY) call->stage = SENT;
    if (call->end == PL_HTTPD_RESET) reset(call->connection);
    if (!call->response) return MHD_NO;
    enum MHD_Result queued = MHD_queue_response(call->connection, call->status, call->response);
    MHD_destroy_response(call->response);
    call->response = NULL;
    return queued;
}

/* ---- streams ------------------------------------------------------------------------------------------------------ */

static ssize_t read_stream(void *context, uint64_t at, char *out, size_t room)
{
    PlHttpdCall *call = context;
    (void)at;
    PlStr pending = pl_buf_str(&call->pending);
    size_t left = pending.len - call->sent;
    if (left == 0) {
        if (call->ended || call->httpd->closing) return MHD_CONTENT_READER_END_OF_STREAM;
        suspend(call);
        return 0;
    }
    size_t len = left < room ? left : room;
    memcpy(out, pending.ptr + call->sent, len);
    call->sent += len;
    if (call->sent == pending.len) {
        pl_buf_clear(&call->pending);
        call->sent = 0;
    }
    return (ssize_t)len;
}

void pl_httpd_stream(PlHttpdCall *call, const PlHttpdAnswer *answer)
{
    if (call->stage != HANDLING && call->stage != WAITING) return;
    call->status = answer->status;
    pl_buf_init(&call->pending, STREAM_BYTES);
    call->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, call, NULL);
    if (call->response) add_headers(call->response, answer);
    bool inside = call->stage == HANDLING;
    call->stage = STREAMING;
    if (!inside) resume(call);
}

PlStatus pl_httpd_stream_put(PlHttpdCall *call, PlStr bytes)
{
    if (call->stage != STREAMING || call->ended) return PL_INVALID;
    if (call->sent) { /* keep only what still waits */
        PlStr pending = pl_buf_str(&call->pending);
        memmove(call->pending.ptr, pending.ptr + call->sent, pending.len - call->sent);
        call->pending.len -= call->sent;
        call->sent = 0;
    }
    pl_buf_put(&call->pending, bytes);
    if (call->pending.status != PL_OK) pl_httpd_stream_end(call);
    else if (!call->response) resume(call);
    return call->pending.status;
}

void pl_httpd_stream_end(PlHttpdCall *call)
{
    call->ended = true;
    if (call->stage == STREAMING && !call->response) resume(call);
}

/* ---- requests ----------------------------------------------------------------------------------------------------- */

static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    PlHttpd *httpd = context;
    PlHttpdCall *call = pl_zalloc(sizeof *call);
    if (!call) return NULL;
    call->httpd = httpd;
    call->connection = connection;
    call->target = pl_strdup_n(target, strlen(target));
    pl_buf_init(&call->body, (size_t)httpd->options.body_bytes);
    return call;
}

static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context, (void)connection;
    return strlen(text);
}

static enum MHD_Result refuse_large(struct MHD_Connection *connection)
{
    static const char body[] = "{\"type\":\"about:blank\",\"title\":\"body too large\",\"status\":413}";
    struct MHD_Response *response = MHD_create_response_from_buffer(sizeof body - 1, (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT);
    if (!response) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "application/problem+json");
    MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_CONTENT_TOO_LARGE, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result take_body(PlHttpdCall *call, const char *data, size_t *size)
{
    if (!call->too_large) pl_buf_put(&call->body, pl_str(data, *size));
    if (call->body.status != PL_OK) call->too_large = true;
    *size = 0;
    return MHD_YES;
}

static bool says_too_large(PlHttpdCall *call)
{
    const char *length = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Content-Length");
    int64_t bytes;
    return length && pl_str_to_int(pl_str_z(length), &bytes) && (uint64_t)bytes > call->httpd->options.body_bytes;
}

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value,
                                   size_t value_len)
{
    PlHttpdCall *call = context;
    (void)kind;
    call->headers[call->request.header_count++] = (PlHttpdPair){pl_str(name, name_len), pl_str(value ? value : "", value ? value_len : 0)};
    return MHD_YES;
}

static bool read_headers(PlHttpdCall *call, const char *method)
{
    int count = MHD_get_connection_values(call->connection, MHD_HEADER_KIND, NULL, NULL);
    call->headers = pl_zalloc((size_t)(count + 1) * sizeof *call->headers);
    if (!call->headers) return false;
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, take_header, call);
    call->request.headers = call->headers;
    call->request.method = pl_str_z(method);
    call->request.target = pl_str_z(call->target);
    call->request.body = pl_buf_str(&call->body);
    return true;
}

static enum MHD_Result handle_call(PlHttpdCall *call, const char *method)
{
    PlHttpd *httpd = call->httpd;
    if (!read_headers(call, method)) return MHD_NO;
    call->stage = HANDLING;
    httpd->options.handle(httpd->options.user, &call->request, call);
    if (call->stage == STREAMING || (call->stage == READY && !call->timer)) return send_answer(call);
    if (call->stage == HANDLING) call->stage = WAITING;
    suspend(call);
    return MHD_YES;
}

static enum MHD_Result access_handler(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                      const char *version, const char *data, size_t *size, void **slot)
{
    PlHttpd *httpd = context;
    PlHttpdCall *call = *slot;
    (void)url, (void)version;
    if (!call || !call->target || httpd->closing) return MHD_NO;
    if (!call->begun) {
        call->begun = true;
        return says_too_large(call) ? refuse_large(connection) : MHD_YES;
    }
    if (*size) return take_body(call, data, size);
    if (call->stage == READY || call->stage == STREAMING) return send_answer(call);
    if (call->stage == WAITING) return MHD_NO; /* resumed because the server stops */
    if (call->too_large) return refuse_large(connection);
    return handle_call(call, method);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode code)
{
    PlHttpd *httpd = context;
    PlHttpdCall *call = *slot;
    (void)connection, (void)code;
    if (!call) return;
    if (call->stage != READING && httpd->options.done) httpd->options.done(httpd->options.user, call);
    if (call->timer) httpd->clock.timer_cancel(httpd->clock.self, call->timer);
    if (call->response) MHD_destroy_response(call->response);
    pl_buf_deinit(&call->body);
    pl_buf_deinit(&call->pending);
    pl_free(call->headers);
    pl_free(call->target);
    pl_free(call);
    *slot = NULL;
}

/* ---- open and close ----------------------------------------------------------------------------------------------- */

static bool parse_address(const char *text, uint16_t port, struct sockaddr_storage *out, socklen_t *len)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (strcmp(text, "localhost") == 0) text = "127.0.0.1";
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        *len = sizeof *four;
        return true;
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1) return false;
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    *len = sizeof *six;
    return true;
}

static int listen_socket(const PlHttpdOptions *options, uint16_t *port)
{
    struct sockaddr_storage address;
    socklen_t len;
    if (!parse_address(options->bind, options->port, &address, &len)) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 512) != 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    *port = ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port : ((struct sockaddr_in6 *)&address)->sin6_port);
    return fd;
}

static struct MHD_Daemon *start_daemon(PlHttpd *httpd, int fd)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    return MHD_start_daemon(flags, 0, NULL, NULL, access_handler, httpd, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK,
                            on_target, httpd, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, httpd, MHD_OPTION_NOTIFY_COMPLETED,
                            on_completed, httpd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)httpd->options.connections,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)httpd->options.idle_seconds,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
}

PlStatus pl_httpd_open(PlLoop *loop, const PlHttpdOptions *options, PlHttpd **out, const char **reason)
{
    PlHttpd *httpd = pl_zalloc(sizeof *httpd);
    *reason = "out of memory";
    if (!httpd) return PL_NOMEM;
    httpd->loop = loop;
    httpd->clock = pl_loop_clock(loop);
    httpd->options = *options;
    int fd = listen_socket(options, &httpd->port);
    if (fd < 0) {
        *reason = strerror(errno);
        pl_free(httpd);
        return PL_IO;
    }
    httpd->daemon = start_daemon(httpd, fd);
    if (!httpd->daemon) {
        *reason = "the HTTP server does not start";
        close(fd);
        pl_free(httpd);
        return PL_IO;
    }
    httpd->epoll = MHD_get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    if (pl_loop_watch(loop, httpd->epoll, EPOLLIN, on_ready, httpd) != PL_OK) {
        httpd->epoll = -1;
        pl_httpd_close(httpd);
        return PL_NOMEM;
    }
    *out = httpd;
    return PL_OK;
}

void pl_httpd_close(PlHttpd *httpd)
{
    if (!httpd) return;
    httpd->closing = true;
    if (httpd->epoll >= 0 && pl_loop_watch(httpd->loop, httpd->epoll, 0, NULL, NULL) != PL_OK) httpd->epoll = -1;
    if (httpd->timer) httpd->clock.timer_cancel(httpd->clock.self, httpd->timer);
    while (httpd->suspended) resume(httpd->suspended);
    MHD_run(httpd->daemon);
    MHD_stop_daemon(httpd->daemon);
    pl_free(httpd);
}
