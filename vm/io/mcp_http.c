/* SPDX-License-Identifier: MIT */
/* Streamable HTTP: each message is a POST, its answer JSON or a stream of events that ends with it. Through the run's HTTP port: hosts of the
 * manifest alone, no redirect, no second send. Sources: MCP 2025-11-25 and 2026-07-28, "Streamable HTTP"; the HTML standard, "Server-sent events". */
#include "vm/io/mcp_wire.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"

#include <stdio.h>

typedef struct Http Http;

typedef struct Sent {
    Http *http;
    struct Sent *previous, *next;
    uint64_t id, call;
} Sent;

struct Http {
    PlMcp *mcp;
    PlNetPort port;
    const PlMcpTarget *target;
    PlAuth auth;
    PlAuthSet auths;
    PlBuf session; /* Mcp-Session-Id, of revisions before 2026-07-28 */
    Sent *sent;
};

static void sent_free(Sent *s)
{
    if (s->previous) s->previous->next = s->next;
    else s->http->sent = s->next;
    if (s->next) s->next->previous = s->previous;
    pl_free(s);
}

static PlStr header_of(const PlNetAnswer *answer, const char *name)
{
    for (uint32_t i = 0; i < answer->header_count; i++)
        if (pl_str_eq_z(answer->headers[i].name, name)) return answer->headers[i].value;
    return PL_STR("");
}

/* Each event's data lines, joined, are a message. */
static void take_events(PlMcp *mcp, PlStr body)
{
    PlBuf data;
    pl_buf_init(&data, 0);
    for (size_t at = 0; at <= body.len;) {
        size_t end = pl_str_find_char(body, '\n', at);
        if (end == PL_STR_NONE) end = body.len;
        PlStr line = pl_str_slice(body, at, end);
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        if (pl_str_starts(line, PL_STR("data:"))) {
            if (data.len) pl_buf_put_char(&data, '\n');
            pl_buf_put(&data, pl_str_trim(pl_str_slice(line, 5, line.len)));
        } else if (line.len == 0 && data.len && data.status == PL_OK) {
            pl_mcp_received(mcp, pl_buf_str(&data));
            pl_buf_clear(&data);
        }
        at = end + 1;
    }
    if (data.len && data.status == PL_OK) pl_mcp_received(mcp, pl_buf_str(&data));
    pl_buf_deinit(&data);
}

/* JSON-RPC errors may come with any status; else a status that is no success is all there is. */
static void answered(void *user, const PlNetAnswer *answer)
{
    Sent *s = user;
    Http *http = s->http;
    PlMcp *mcp = http->mcp;
    uint64_t id = s->id;
    sent_free(s);
    if (answer->fault != PL_NET_OK) {
        if (id) pl_mcp_lost(mcp, id, answer->evidence, answer->fault, answer->message);
        return;
    }
    PlStr session = header_of(answer, "mcp-session-id"), type = header_of(answer, "content-type"), part;
    if (session.len && session.len < 1024) {
        pl_buf_clear(&http->session);
        pl_buf_put(&http->session, session);
    }
    bool is_message = pl_json_find(answer->body, "result", &part) || pl_json_find(answer->body, "error", &part);
    if (pl_str_starts(type, PL_STR("text/event-stream"))) take_events(mcp, answer->body);
    else if (is_message) pl_mcp_received(mcp, answer->body);
    if (!id) return;
    char message[64];
    snprintf(message, sizeof message, "the MCP server answered with status %u and no result", answer->status);
    bool refused = answer->status >= 400 && answer->status < 500;
    PlEvidence evidence = id && refused ? PL_EVIDENCE_ANSWERED : PL_EVIDENCE_UNKNOWN;
    pl_mcp_lost(mcp, id, evidence, PL_NET_PROTOCOL, pl_str_z(message)); /* nothing when its answer came */
}

static PlStatus send_message(void *self, const PlMcpMessage *m)
{
    Http *http = self;
    PlHeader headers[6] = {{PL_STR("content-type"), PL_STR("application/json")}, {PL_STR("accept"), PL_STR("application/json, text/event-stream")}};
    uint32_t count = 2;
    headers[count++] = (PlHeader){PL_STR("mcp-protocol-version"), m->modern ? PL_STR("2026-07-28") : PL_STR("2025-11-25")};
    if (m->modern) headers[count++] = (PlHeader){PL_STR("mcp-method"), m->method};
    if (m->modern && m->name.len) headers[count++] = (PlHeader){PL_STR("mcp-name"), m->name};
    if (!m->modern && http->session.len) headers[count++] = (PlHeader){PL_STR("mcp-session-id"), pl_buf_str(&http->session)};
    PlNetRequest request = {.method = PL_POST, .url = http->target->url, .plugin = http->target->plugin, .headers = headers, .header_count = count};
    request.body = m->text;
    request.has_body = true;
    request.timeout_us = m->timeout_us;
    if (http->target->credential.len) request.auth = &http->auths, request.auth_count = 1;
    Sent *s = pl_zalloc(sizeof *s);
    if (!s) return PL_NOMEM;
    *s = (Sent){.http = http, .next = http->sent, .id = m->id};
    if (http->sent) http->sent->previous = s;
    http->sent = s;
    PlStatus status = http->port.send(http->port.self, &request, answered, s, &s->call);
    if (status != PL_OK) sent_free(s);
    return status;
}

static void forget(void *self, uint64_t id)
{
    Http *http = self;
    for (Sent *s = http->sent; s; s = s->next) {
        if (s->id != id) continue;
        s->id = 0;
        http->port.cancel(http->port.self, s->call);
        return;
    }
}

static void close_wire(void *self)
{
    Http *http = self;
    while (http->sent) sent_free(http->sent); /* the HTTP port is closed before its loop turns again */
    pl_buf_deinit(&http->session);
    pl_free(http);
}

PlStatus pl_mcp_http(PlMcp *mcp, PlNetPort port, const PlMcpTarget *target, PlMcpWire *out)
{
    Http *http = pl_zalloc(sizeof *http);
    if (!http) return PL_NOMEM;
    *http = (Http){.mcp = mcp, .port = port, .target = target};
    http->auth = (PlAuth){.kind = PL_AUTH_BEARER,
                          .scheme = PL_STR("bearer"),
                          .credential = target->credential,
                          .place = PL_IN_HEADER,
                          .wire = PL_STR("Authorization"),
                          .token_url = PL_STR("")};
    http->auths = (PlAuthSet){&http->auth, 1};
    pl_buf_init(&http->session, 2048);
    *out = (PlMcpWire){http, send_message, forget, close_wire, NULL};
    return PL_OK;
}
