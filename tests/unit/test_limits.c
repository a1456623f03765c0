/* SPDX-License-Identifier: MIT */
/* Limits that need large things: a document one byte over its limit, and an answer at its limit and one byte over. */
#include "tests/unit/unit.h"

#include "compiler/catalog/doc.h"
#include "vm/io/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

TEST(document_bytes)
{
    char path[] = "/tmp/pilot-limit-XXXXXX";
    int fd = mkstemp(path);
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlSources sources;
    PlDiags diags;
    PlDoc doc;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)PL_LIMIT_DOCUMENT_BYTES + 1) == 0); /* sparse: nothing is written */
    CHECK(!pl_doc_read(&doc, &diags, pl_str_z(path), PL_NO_SPAN) || doc.root == NULL);
    CHECK(diags.errors == 1);
    close(fd);
    unlink(path);
    pl_arena_free(arena);
}

/* A server for one request, in a process of its own, that answers with `bytes` bytes. */
static pid_t serve(uint64_t bytes, int *port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    if (bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 1) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0) return -1;
    *port = ntohs(at.sin_port);
    pid_t child = fork();
    if (child == 0) {
        static char chunk[65536];
        int client = accept(fd, NULL, NULL);
        ssize_t n = recv(client, chunk, sizeof chunk, 0);
        n = dprintf(client, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)bytes);
        memset(chunk, 'x', sizeof chunk);
        for (uint64_t left = bytes; left > 0 && n > 0; left -= (uint64_t)n) {
            n = send(client, chunk, left < sizeof chunk ? (size_t)left : sizeof chunk, MSG_NOSIGNAL);
        }
        shutdown(client, SHUT_WR);
        while (recv(client, chunk, sizeof chunk, 0) > 0) continue;
        _exit(0);
    }
    close(fd);
    return child;
}

typedef struct Got {
    PlNetFault fault;
    size_t len;
    bool done;
} Got;

static void take(void *user, const PlNetAnswer *answer)
{
    *(Got *)user = (Got){answer->fault, answer->body.len, true};
}

static Got fetch(uint64_t bytes)
{
    Got got = {PL_NET_OK, 0, false};
    int port = 0;
    pid_t child = serve(bytes, &port);
    char origin[64], url[80];
    snprintf(origin, sizeof origin, "http://127.0.0.1:%d", port);
    snprintf(url, sizeof url, "%s/x", origin);
    PlLoop *loop = pl_loop_new();
    PlHttpRule rule = {pl_str_z(origin), PL_STR("p"), true};
    PlHttpOptions options = {.rules = &rule, .rule_count = 1};
    PlHttp *http = pl_http_new(loop, NULL, &options);
    PlNetPort net = pl_http_port(http);
    PlNetRequest request = {.method = PL_GET, .url = pl_str_z(url), .plugin = PL_STR("p")};
    uint64_t call;
    CHECK(net.send(net.self, &request, take, &got, &call) == PL_OK);
    while (!got.done && pl_loop_turn(loop, 1000000)) continue;
    pl_http_free(http);
    pl_loop_free(loop);
    waitpid(child, NULL, 0);
    return got;
}

TEST(body_bytes)
{
    Got at = fetch(PL_LIMIT_BODY_BYTES), over = fetch(PL_LIMIT_BODY_BYTES + 1);
    CHECK(at.done && at.fault == PL_NET_OK && at.len == PL_LIMIT_BODY_BYTES);
    CHECK(over.done && over.fault == PL_NET_TOO_LARGE);
}

UNIT_MAIN
