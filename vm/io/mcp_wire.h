/* SPDX-License-Identifier: MIT */
/* Between the MCP client and the way its messages go: a child process or HTTP. */
#ifndef PL_IO_MCP_WIRE_H
#define PL_IO_MCP_WIRE_H

#include "vm/io/mcp.h"

typedef struct PlMcpMessage {
    uint64_t id;       /* 0: a notification or an answer of ours; nothing comes back */
    PlStr text;        /* JSON, no line break */
    PlStr method, name;
    bool modern;       /* revision 2026-07-28 */
    uint64_t timeout_us;
} PlMcpMessage;

typedef struct PlMcpWire {
    void *self;
    PlStatus (*send)(void *self, const PlMcpMessage *message); /* copies. PL_NOMEM; PL_IO: the server cannot be started, *why says so */
    void (*forget)(void *self, uint64_t id); /* nobody waits for its answer */
    void (*close)(void *self);
    const char *why;
} PlMcpWire;

PlStatus pl_mcp_stdio(PlMcp *mcp, PlLoop *loop, PlStr command, PlMcpWire *out);
PlStatus pl_mcp_http(PlMcp *mcp, PlNetPort http, const PlMcpTarget *target, PlMcpWire *out);

/* Up: a message came; an answer will not come. */
void pl_mcp_received(PlMcp *mcp, PlStr message);
void pl_mcp_lost(PlMcp *mcp, uint64_t id, PlEvidence evidence, PlNetFault fault, PlStr message);
/* The server is gone: `sent` tells of each id under way whether a byte of it left. The next call begins anew. */
void pl_mcp_gone(PlMcp *mcp, bool (*sent)(void *self, uint64_t id), void *self, PlStr message);

#endif
