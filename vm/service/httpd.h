/* SPDX-License-Identifier: MIT */
/* An HTTP server on the event loop: requests come whole, answers go out now or later, whole or as a stream. Not here: routes, JSON, who may
 * do what. The only door to libmicrohttpd. Everything happens on the loop's thread. RFC 9110, RFC 9112. */
#ifndef PL_SERVICE_HTTPD_H
#define PL_SERVICE_HTTPD_H

#include "vm/base/buf.h"
#include "vm/io/loop.h"

typedef struct PlHttpd PlHttpd;
typedef struct PlHttpdCall PlHttpdCall; /* one request until its answer is sent or its connection is gone */

typedef struct PlHttpdPair {
    PlStr name, value;
} PlHttpdPair;

typedef struct PlHttpdRequest { /* lives as long as the call */
    PlStr method; /* "GET" */
    PlStr target; /* "/orders/7?x=1" as sent: nothing is decoded */
    const PlHttpdPair *headers;
    uint32_t header_count;
    PlStr body;
} PlHttpdRequest;

typedef enum PlHttpdEnd {
    PL_HTTPD_WHOLE,
    PL_HTTPD_HALF, /* all headers, half of the body, then the connection is closed */
    PL_HTTPD_RESET /* no byte of an answer: the connection is reset */
} PlHttpdEnd;

typedef struct PlHttpdAnswer {
    unsigned status;
    PlStr type;                 /* Content-Type; "" sends none */
    const PlHttpdPair *headers; /* others; Content-Length, Date and Connection are made here */
    uint32_t header_count;
    PlStr body;
    int64_t delay_us;           /* wait so long before the first byte */
    PlHttpdEnd end;
} PlHttpdAnswer;

typedef struct PlHttpdOptions {
    const char *bind;    /* an IPv4 or IPv6 address */
    uint16_t port;       /* 0: any free one */
    uint64_t body_bytes; /* a larger request body is answered with 413 */
    uint32_t connections;
    uint32_t idle_seconds;
    /* Must answer the call, now or later. */
    void (*handle)(void *user, const PlHttpdRequest *request, PlHttpdCall *call);
    /* May be NULL: the call is over (answered, or the client went away) and must not be used any more. */
    void (*done)(void *user, PlHttpdCall *call);
    void *user;
} PlHttpdOptions;

/* Listens when it returns. On failure *reason (static or strerror's) says why: PL_IO, PL_NOMEM. */
PL_MUST_USE PlStatus pl_httpd_open(PlLoop *loop, const PlHttpdOptions *options, PlHttpd **out, const char **reason);
void pl_httpd_close(PlHttpd *httpd); /* drops what is under way; NULL is fine */
uint16_t pl_httpd_port(const PlHttpd *httpd);

/* Once per call. Copies what it is given. */
void pl_httpd_answer(PlHttpdCall *call, const PlHttpdAnswer *answer);

/* Or a stream: begin once, put any number of times, end once. The body and end of `answer` are ignored. PL_LIMIT when the client does not read
 * and too much waits (1 MiB): the stream is dropped then. */
void pl_httpd_stream(PlHttpdCall *call, const PlHttpdAnswer *answer);
PL_MUST_USE PlStatus pl_httpd_stream_put(PlHttpdCall *call, PlStr bytes);
void pl_httpd_stream_end(PlHttpdCall *call);

void *pl_httpd_user(const PlHttpdCall *call); /* whatever the caller keeps with a call; NULL at first */
void pl_httpd_set_user(PlHttpdCall *call, void *user);
/* The value of a header, any case; "" when absent. */
PlStr pl_httpd_header(const PlHttpdRequest *request, PlStr name);

#endif
