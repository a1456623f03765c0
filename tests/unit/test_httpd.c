/* SPDX-License-Identifier: MIT */
/* The HTTP server on its loop, with a client in the same thread. */
#include "tests/unit/unit.h"

#include "vm/base/limits.h"
#include "vm/service/httpd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Bed {
    PlLoop *loop;
    PlHttpd *httpd;
    PlHttpdCall *held; /* a call that waits */
    unsigned handled, done;
    int socket;
    PlBuf got;
    char method[16], target[64];
    size_t body;
} Bed;

static void handle(void *user, const PlHttpdRequest *request, PlHttpdCall *call)
{
    Bed *bed = user;
    PlHttpdPair header = {PL_STR("X-Two"), PL_STR("a\r\nX-Evil: b")};
    PlHttpdAnswer answer = {.status = 200, .type = PL_STR("text/plain"), .headers = &header, .header_count = 1, .body = PL_STR("hello")};
    bed->handled++;
    snprintf(bed->method, sizeof bed->method, PL_FMT, PL_ARG(request->method));
    snprintf(bed->target, sizeof bed->target, PL_FMT, PL_ARG(request->target));
    bed->body = request->body.len;
    CHECK_STR(pl_httpd_header(request, PL_STR("host")), "x");
    if (pl_str_starts(request->target, PL_STR("/later"))) {
        bed->held = call;
        return;
    }
    if (pl_str_starts(request->target, PL_STR("/stream"))) {
        bed->held = call;
        pl_httpd_stream(call, &answer);
        return;
    }
    if (pl_str_starts(request->target, PL_STR("/slow"))) answer.delay_us = 30000;
    if (pl_str_starts(request->target, PL_STR("/half"))) answer.end = PL_HTTPD_HALF;
    if (pl_str_starts(request->target, PL_STR("/reset"))) answer.end = PL_HTTPD_RESET;
    pl_httpd_answer(call, &answer);
}

static void done(void *user, PlHttpdCall *call)
{
    Bed *bed = user;
    bed->done++;
    if (bed->held == call) bed->held = NULL;
}

static void bed_open(Bed *bed)
{
    *bed = (Bed){.socket = -1};
    const char *reason;
    PlHttpdOptions options = {.bind = "127.0.0.1", .body_bytes = PL_LIMIT_MOCK_BODY, .connections = 20, .idle_seconds = 10};
    options.handle = handle;
    options.done = done;
    options.user = bed;
    bed->loop = pl_loop_new();
    CHECK(pl_httpd_open(bed->loop, &options, &bed->httpd, &reason) == PL_OK);
    pl_buf_init(&bed->got, 0);
}

static void connect_to(Bed *bed)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(pl_httpd_port(bed->httpd)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bed->socket >= 0) close(bed->socket);
    bed->socket = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(bed->socket, (struct sockaddr *)&to, sizeof to) == 0);
    fcntl(bed->socket, F_SETFL, O_NONBLOCK);
    pl_buf_clear(&bed->got);
}

static void bed_close(Bed *bed)
{
    pl_httpd_close(bed->httpd);
    pl_loop_free(bed->loop);
    pl_buf_deinit(&bed->got);
    if (bed->socket >= 0) close(bed->socket);
}

static void send_all(Bed *bed, PlStr bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        ssize_t n = send(bed->socket, bytes.ptr + at, bytes.len - at, MSG_NOSIGNAL);
        if (n > 0) at += (size_t)n;
        else if (errno != EAGAIN) return;
        pl_loop_turn(bed->loop, 0);
    }
}

/* Turns until the answer holds `part` (or the end of the connection); false after about a second. */
static bool comes(Bed *bed, const char *part)
{
    char bytes[4096];
    for (int turn = 0; turn < 200; turn++) {
        pl_loop_turn(bed->loop, 5000);
        ssize_t n = recv(bed->socket, bytes, sizeof bytes, 0);
        if (n > 0) pl_buf_put(&bed->got, pl_str(bytes, (size_t)n));
        if (part && pl_str_find(pl_buf_str(&bed->got), pl_str_z(part), 0) != PL_STR_NONE) return true;
        if (n == 0 || (n < 0 && errno != EAGAIN)) return !part;
    }
    return false;
}

static void ask(Bed *bed, const char *target)
{
    char request[200];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    send_all(bed, pl_str_z(request));
}

TEST(answers_and_keep_alive)
{
    Bed bed;
    bed_open(&bed);
    connect_to(&bed);
    ask(&bed, "/a%2Fb?x=%20");
    CHECK(comes(&bed, "hello"));
    CHECK(pl_str_find(pl_buf_str(&bed.got), PL_STR("X-Two: a  X-Evil: b\r\n"), 0) != PL_STR_NONE); /* one header, not two */
    CHECK(strcmp(bed.target, "/a%2Fb?x=%20") == 0);
    pl_buf_clear(&bed.got);
    ask(&bed, "/again");
    CHECK(comes(&bed, "hello") && bed.handled == 2 && bed.done == 2);
    bed_close(&bed);
}

TEST(later)
{
    Bed bed;
    bed_open(&bed);
    connect_to(&bed);
    ask(&bed, "/later");
    for (int i = 0; i < 50 && !bed.held; i++) pl_loop_turn(bed.loop, 5000);
    CHECK(bed.held);
    PlHttpdAnswer answer = {.status = 202, .body = PL_STR("at last")};
    pl_httpd_answer(bed.held, &answer);
    pl_httpd_answer(bed.held, &answer); /* the second one is not heard */
    CHECK(comes(&bed, "at last") && bed.done == 1);
    pl_buf_clear(&bed.got);
    ask(&bed, "/slow");
    CHECK(comes(&bed, "hello"));
    bed_close(&bed);
}

TEST(streams)
{
    Bed bed;
    bed_open(&bed);
    connect_to(&bed);
    ask(&bed, "/stream");
    CHECK(comes(&bed, "X-Two"));
    CHECK(pl_httpd_stream_put(bed.held, PL_STR("data: one\n\n")) == PL_OK && comes(&bed, "one"));
    CHECK(pl_httpd_stream_put(bed.held, PL_STR("data: two\n\n")) == PL_OK && comes(&bed, "two"));
    pl_httpd_stream_end(bed.held);
    CHECK(pl_httpd_stream_put(bed.held, PL_STR("data: three\n\n")) == PL_INVALID);
    CHECK(comes(&bed, "0\r\n\r\n") && bed.done == 1);
    pl_buf_clear(&bed.got);
    ask(&bed, "/after");
    CHECK(comes(&bed, "hello"));
    bed_close(&bed);
}

TEST(a_stream_that_nobody_reads_is_dropped)
{
    Bed bed;
    bed_open(&bed);
    connect_to(&bed);
    ask(&bed, "/stream");
    CHECK(comes(&bed, "X-Two"));
    char *bytes = calloc(1, 1 << 19);
    PlStatus status = PL_OK;
    for (int i = 0; i < 100 && status == PL_OK && bed.held; i++) status = pl_httpd_stream_put(bed.held, pl_str(bytes, 1 << 19));
    CHECK(status == PL_LIMIT);
    free(bytes);
    bed_close(&bed);
}

TEST(halves_and_resets)
{
    Bed bed;
    bed_open(&bed);
    connect_to(&bed);
    ask(&bed, "/half");
    CHECK(comes(&bed, NULL));
    CHECK(pl_str_find(pl_buf_str(&bed.got), PL_STR("Content-Length: 5"), 0) != PL_STR_NONE && pl_str_ends(pl_buf_str(&bed.got), PL_STR("\r\n\r\nhe")));
    connect_to(&bed);
    ask(&bed, "/reset");
    CHECK(comes(&bed, NULL) && bed.got.len == 0 && bed.handled == 2);
    bed_close(&bed);
}

/* A body of PL_LIMIT_MOCK_BODY bytes is taken, one more is not. */
TEST(body_limit)
{
    Bed bed;
    bed_open(&bed);
    char *bytes = malloc(PL_LIMIT_MOCK_BODY);
    memset(bytes, 'x', PL_LIMIT_MOCK_BODY);
    for (unsigned more = 0; more < 2; more++) {
        char head[200];
        connect_to(&bed);
        snprintf(head, sizeof head, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)PL_LIMIT_MOCK_BODY + more);
        send_all(&bed, pl_str_z(head));
        if (!more) send_all(&bed, pl_str(bytes, PL_LIMIT_MOCK_BODY));
        CHECK(comes(&bed, more ? "413" : "200 OK"));
    }
    CHECK(bed.handled == 1 && bed.body == PL_LIMIT_MOCK_BODY);
    free(bytes);
    bed_close(&bed);
}

TEST(closing_with_calls_under_way)
{
    Bed bed;
    bed_open(&bed);
    connect_to(&bed);
    ask(&bed, "/later");
    for (int i = 0; i < 50 && !bed.held; i++) pl_loop_turn(bed.loop, 5000);
    int first = bed.socket;
    bed.socket = -1;
    connect_to(&bed);
    ask(&bed, "/stream");
    CHECK(comes(&bed, "X-Two"));
    bed_close(&bed);
    CHECK(bed.done == 2);
    close(first);
}

TEST(addresses)
{
    Bed bed;
    PlHttpd *other;
    const char *reason = "";
    bed_open(&bed);
    PlHttpdOptions options = {.bind = "127.0.0.1", .port = pl_httpd_port(bed.httpd), .connections = 5, .handle = handle};
    CHECK(pl_httpd_open(bed.loop, &options, &other, &reason) == PL_IO && strstr(reason, "in use"));
    options.bind = "no.address";
    CHECK(pl_httpd_open(bed.loop, &options, &other, &reason) == PL_IO);
    bed_close(&bed);
}

UNIT_MAIN
