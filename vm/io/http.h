/* SPDX-License-Identifier: MIT */
/* The net port over libcurl's multi socket interface: settings, the address gate and the one-send gate of spec/effects.md. */
#ifndef PL_IO_HTTP_H
#define PL_IO_HTTP_H

#include "vm/io/files.h"
#include "vm/io/loop.h"
#include "vm/io/secrets.h"
#include "vm/port/net.h"

typedef struct PlHttpRule {
    PlStr origin;         /* "https://api.example.com:443" */
    PlStr plugin;
    bool allow_private;   /* loopback and private addresses: the user named this server on the command line or in the project */
} PlHttpRule;

typedef struct PlHttpOptions {
    const PlHttpRule *rules; /* every other origin is refused */
    uint32_t rule_count;
    uint32_t max_connections;      /* 0: 256 in all */
    uint32_t max_host_connections; /* 0: 256 */
    uint64_t connect_timeout_us;   /* 0: 10 s */
    PlStr proxy;                   /* only when told; "" none */
    PlStr user_agent;              /* "" : "pilot/VERSION" */
    PlStr token_folder;            /* where processes of one user share the tokens of client credentials; "" : they are kept in memory alone */
    PlFiles *files;                /* where large files are and go; NULL: there is no place. Outlives this */
    PlStr ca_file;                 /* certificates to trust instead of the system's; "" the system's */
} PlHttpOptions;

typedef struct PlHttp PlHttp;
/* Copies the options. NULL when out of memory or without libcurl (which is loaded when there is a rule), or when a rule's origin is not
 * "http(s)://host[:port]". At most max_connections requests are on their way at a time, the others wait in order; a request's time limit
 * begins when it leaves the queue. Free: calls under way are dropped and their done is not called. `secrets` may be NULL. */
PlHttp *pl_http_new(PlLoop *loop, PlSecrets *secrets, const PlHttpOptions *options);
void pl_http_free(PlHttp *http);
PlNetPort pl_http_port(PlHttp *http);

#endif
