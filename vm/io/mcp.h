/* SPDX-License-Identifier: MIT */
/* A client of one MCP server, over its standard input and output or over streamable HTTP. It speaks revision 2026-07-28 (each request says all it
 * needs) and falls back to 2025-11-25 (a handshake first) when the server knows no `server/discover`. Nothing that a server asks of us is done: it
 * gets an error. No call is ever sent twice. */
#ifndef PL_IO_MCP_H
#define PL_IO_MCP_H

#include "vm/io/loop.h"
#include "vm/port/net.h"

typedef struct PlMcp PlMcp;

typedef struct PlMcpTarget { /* borrowed while the client lives */
    PlStr command;    /* words as of a shell, without its magic: 'a b' and "a b" are one; "" when there is a url */
    PlStr url;        /* "https://host/mcp" */
    PlStr plugin;     /* whose policy and credentials hold, over HTTP */
    PlStr credential; /* name of a bearer token; "" none */
} PlMcpTarget;

typedef struct PlMcpReply { /* valid during the call of done */
    PlEvidence evidence;
    PlNetFault fault;  /* PL_NET_OK: there is an answer */
    PlStr message;     /* for people: why there is none, or the server's words of its error */
    bool is_error;
    int64_t code;      /* JSON-RPC 2.0, of an error */
    PlStr result;      /* JSON, of a success */
} PlMcpReply;

typedef void (*PlMcpDone)(void *user, const PlMcpReply *reply);

/* Starts nothing yet. NULL: no memory. */
PlMcp *pl_mcp_new(PlLoop *loop, PlNetPort http, const PlMcpTarget *target);
void pl_mcp_free(PlMcp *mcp); /* the server is ended; done of what is under way is not called */
/* `params`: a JSON object. `name`: what the call is of (a tool's name), for HTTP's headers; may be "". done comes from the loop. PL_NOMEM alone. */
PL_MUST_USE PlStatus pl_mcp_call(PlMcp *mcp, PlStr method, PlStr params, PlStr name, uint64_t timeout_us, PlMcpDone done, void *user, uint64_t *id);
void pl_mcp_cancel(PlMcp *mcp, uint64_t id); /* its done comes, with PL_NET_CANCELLED */
/* {"protocol":"2026-07-28","name":"...","version":"..."} of the server, once a call was answered. */
void pl_mcp_put_server(const PlMcp *mcp, PlBuf *out);

#endif
