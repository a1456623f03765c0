/* SPDX-License-Identifier: MIT */
/* The client: who waits for which id, and the agreement on a revision before the first call leaves. Sources: the MCP specification, revisions
 * 2025-11-25 (lifecycle, tools) and 2026-07-28 (versioning, server/discover, _meta); JSON-RPC 2.0. */
#include "vm/io/mcp.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/io/mcp_wire.h"

#define MODERN "2026-07-28"
#define LEGACY "2025-11-25"
#define CLIENT "{\"name\":\"pilot\",\"version\":\"0.1.0\"}"
#define META                                                                                                           \
    "{\"io.modelcontextprotocol/protocolVersion\":\"" MODERN "\",\"io.modelcontextprotocol/clientInfo\":" CLIENT            \
    ",\"io.modelcontextprotocol/clientCapabilities\":{}}"

enum { METHOD_NOT_FOUND = -32601 };
#define HANDSHAKE_US UINT64_C(20000000)

typedef enum State { NONE, DISCOVERING, INITIALIZING, READY } State;

typedef struct Call {
    PlMcp *mcp;
    struct Call *previous, *next;
    uint64_t id, timer, timeout_us;
    PlMcpDone done;
    void *user;
    PlBuf method, params, name;
    bool is_out, is_cancelled; /* handed to the wire */
} Call;

struct PlMcp {
    PlMcpWire wire;
    PlClockPort clock;
    State state;
    bool modern;
    Call *calls; /* the newest first */
    uint64_t last_id, handshake; /* the id of the handshake's request */
    uint64_t handshake_timer;
    PlBuf server;
};

static void call_free(Call *c)
{
    if (c->previous) c->previous->next = c->next;
    else c->mcp->calls = c->next;
    if (c->next) c->next->previous = c->previous;
    if (c->timer) c->mcp->clock.timer_cancel(c->mcp->clock.self, c->timer);
    pl_buf_deinit(&c->method);
    pl_buf_deinit(&c->params);
    pl_buf_deinit(&c->name);
    pl_free(c);
}

static void end(Call *c, const PlMcpReply *reply)
{
    PlMcpDone done = c->done;
    void *user = c->user;
    call_free(c);
    done(user, reply);
}

static void fail(Call *c, PlEvidence evidence, PlNetFault fault, PlStr message)
{
    PlMcpReply reply = {.evidence = evidence, .fault = fault, .message = message, .result = PL_STR("")};
    end(c, &reply);
}

static Call *call_by_id(PlMcp *mcp, uint64_t id)
{
    Call *c = mcp->calls;
    while (c && c->id != id) c = c->next;
    return c;
}

/* ---- messages out ---- */

/* {"jsonrpc":"2.0","id":1,"method":...,"params":{...,"_meta":{...}}} */
static PlStatus send_message(PlMcp *mcp, uint64_t id, PlStr method, PlStr params, PlStr name, uint64_t timeout_us)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "{\"jsonrpc\":\"2.0\",");
    if (id) pl_buf_printf(&text, "\"id\":%llu,", (unsigned long long)id);
    pl_buf_put_z(&text, "\"method\":");
    pl_buf_put_json(&text, method);
    pl_buf_put_z(&text, ",\"params\":{");
    PlStr inner = pl_str_trim(pl_str_slice(params, 1, params.len - 1));
    pl_buf_put(&text, inner);
    if (mcp->modern) pl_buf_printf(&text, "%s\"_meta\":" META, inner.len ? "," : "");
    pl_buf_put_z(&text, "}}");
    PlStatus status = text.status;
    PlMcpMessage message = {id, pl_buf_str(&text), method, name, mcp->modern, timeout_us};
    if (status == PL_OK) status = mcp->wire.send(mcp->wire.self, &message);
    pl_buf_deinit(&text);
    return status;
}

static void send_waiting(PlMcp *mcp)
{
    for (bool more = true; more && mcp->state == READY;) { /* a failure may change the list */
        Call *oldest = NULL;
        for (Call *c = mcp->calls; c; c = c->next)
            if (!c->is_out && !c->is_cancelled) oldest = c;
        more = oldest != NULL;
        if (!more) break;
        oldest->is_out = true;
        PlStatus status =
            send_message(mcp, oldest->id, pl_buf_str(&oldest->method), pl_buf_str(&oldest->params), pl_buf_str(&oldest->name), oldest->timeout_us);
        if (status != PL_OK) fail(oldest, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, pl_str_z(mcp->wire.why ? mcp->wire.why : pl_status_words(status)));
    }
}

static void fail_all(PlMcp *mcp, PlStr message)
{
    mcp->state = NONE;
    while (mcp->calls) fail(mcp->calls, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, message);
}

/* ---- agreeing on a revision ---- */

static void stop_timer(PlMcp *mcp)
{
    if (mcp->handshake_timer) mcp->clock.timer_cancel(mcp->clock.self, mcp->handshake_timer);
    mcp->handshake_timer = 0;
}

static void initialize(PlMcp *mcp);

static void handshake_late(void *user)
{
    PlMcp *mcp = user;
    mcp->handshake_timer = 0;
    mcp->wire.forget(mcp->wire.self, mcp->handshake);
    if (mcp->state == DISCOVERING) initialize(mcp); /* a server of old may keep silent on what it does not know */
    else fail_all(mcp, PL_STR("the MCP server did not answer the handshake"));
}

static void shake(PlMcp *mcp, State state, const char *method, const char *params)
{
    mcp->state = state;
    mcp->modern = state == DISCOVERING;
    mcp->handshake = ++mcp->last_id;
    uint64_t limit = state == DISCOVERING ? HANDSHAKE_US / 2 : HANDSHAKE_US;
    PlStatus status = send_message(mcp, mcp->handshake, pl_str_z(method), pl_str_z(params), PL_STR(""), limit);
    stop_timer(mcp);
    if (status == PL_OK)
        status = mcp->clock.timer(mcp->clock.self, mcp->clock.mono_us(mcp->clock.self) + (int64_t)limit, handshake_late, mcp, &mcp->handshake_timer);
    if (status != PL_OK) fail_all(mcp, pl_str_z(mcp->wire.why ? mcp->wire.why : pl_status_words(status)));
}

static void initialize(PlMcp *mcp)
{
    shake(mcp, INITIALIZING, "initialize", "{\"protocolVersion\":\"" LEGACY "\",\"capabilities\":{},\"clientInfo\":" CLIENT "}");
}

static void remember_server(PlMcp *mcp, PlStr result, PlStr protocol)
{
    PlStr info = PL_STR("{}"), value;
    pl_json_find(result, "serverInfo", &info);
    pl_buf_clear(&mcp->server);
    pl_buf_put_z(&mcp->server, "{\"protocol\":");
    pl_buf_put(&mcp->server, protocol);
    if (pl_json_find(info, "name", &value)) pl_buf_printf(&mcp->server, ",\"name\":" PL_FMT, PL_ARG(value));
    if (pl_json_find(info, "version", &value)) pl_buf_printf(&mcp->server, ",\"version\":" PL_FMT, PL_ARG(value));
    pl_buf_put_char(&mcp->server, '}');
}

static void ready(PlMcp *mcp, bool modern)
{
    stop_timer(mcp);
    mcp->state = READY;
    mcp->modern = modern;
    if (!modern) {
        PlStatus status = send_message(mcp, 0, PL_STR("notifications/initialized"), PL_STR("{}"), PL_STR(""), HANDSHAKE_US);
        (void)status; /* the first call will say */
    }
    send_waiting(mcp);
}

/* The answer of the handshake: JSON of the result, or "" for an error. */
static void shaken(PlMcp *mcp, PlStr result)
{
    PlStr versions = PL_STR(""), protocol;
    if (mcp->state == DISCOVERING) {
        pl_json_find(result, "supportedVersions", &versions);
        if (pl_str_find(versions, PL_STR("\"" MODERN "\""), 0) == PL_STR_NONE) {
            initialize(mcp);
            return;
        }
        remember_server(mcp, result, PL_STR("\"" MODERN "\""));
        ready(mcp, true);
    } else if (result.len && pl_json_find(result, "protocolVersion", &protocol)) {
        remember_server(mcp, result, protocol);
        ready(mcp, false);
    } else {
        fail_all(mcp, PL_STR("the MCP server refused the handshake"));
    }
}

/* ---- messages in ---- */

/* What a server asks of its client: a sign of life it gets, nothing else. */
static void answer_server(PlMcp *mcp, PlStr id, PlStr method)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    bool ping = pl_str_eq(method, PL_STR("\"ping\""));
    pl_buf_printf(&text, "{\"jsonrpc\":\"2.0\",\"id\":" PL_FMT ",", PL_ARG(id));
    pl_buf_put_z(&text, ping ? "\"result\":{}}" : "\"error\":{\"code\":-32601,\"message\":\"this client offers nothing\"}}");
    PlMcpMessage message = {.text = pl_buf_str(&text), .modern = mcp->modern, .timeout_us = HANDSHAKE_US};
    PlStatus status = text.status == PL_OK ? mcp->wire.send(mcp->wire.self, &message) : text.status;
    (void)status; /* the server may ask again */
    pl_buf_deinit(&text);
}

static void deliver(Call *c, PlStr text)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena || setjmp(escape.at) != 0) {
        pl_arena_free(arena);
        fail(c, PL_EVIDENCE_UNKNOWN, PL_NET_PROTOCOL, PL_STR("out of memory"));
        return;
    }
    PlMcpReply reply = {.evidence = PL_EVIDENCE_ANSWERED, .message = PL_STR(""), .result = PL_STR("")};
    PlStr error, code;
    if (pl_json_find(text, "error", &error)) {
        reply.is_error = true;
        if (!pl_json_find(error, "code", &code) || !pl_str_to_int(code, &reply.code)) reply.code = 0;
        reply.message = pl_json_find_text(arena, error, "message");
    } else if (!pl_json_find(text, "result", &reply.result)) {
        reply = (PlMcpReply){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_PROTOCOL, .message = PL_STR("an answer without a result"), .result = PL_STR("")};
    }
    end(c, &reply);
    pl_arena_free(arena);
}

void pl_mcp_received(PlMcp *mcp, PlStr text)
{
    PlStr id, method, result = PL_STR("");
    int64_t number;
    bool has_id = pl_json_find(text, "id", &id);
    if (pl_json_find(text, "method", &method)) {
        if (has_id) answer_server(mcp, id, method);
        return;
    }
    if (!has_id || !pl_str_to_int(id, &number)) return;
    if ((mcp->state == DISCOVERING || mcp->state == INITIALIZING) && (uint64_t)number == mcp->handshake) {
        pl_json_find(text, "result", &result);
        shaken(mcp, result);
        return;
    }
    Call *c = call_by_id(mcp, (uint64_t)number);
    if (c && c->is_out) deliver(c, text);
}

void pl_mcp_lost(PlMcp *mcp, uint64_t id, PlEvidence evidence, PlNetFault fault, PlStr message)
{
    if (id && id == mcp->handshake && mcp->state == DISCOVERING && evidence == PL_EVIDENCE_ANSWERED) {
        initialize(mcp); /* an HTTP status instead of an answer: one of old */
        return;
    }
    if (id && id == mcp->handshake && mcp->state != READY) {
        stop_timer(mcp);
        fail_all(mcp, message);
        return;
    }
    Call *c = call_by_id(mcp, id);
    if (c) fail(c, evidence, fault, message);
}

void pl_mcp_gone(PlMcp *mcp, bool (*sent)(void *self, uint64_t id), void *self, PlStr message)
{
    bool shaking = mcp->state != READY;
    stop_timer(mcp);
    mcp->state = NONE;
    while (mcp->calls) {
        Call *c = mcp->calls;
        bool out = !shaking && c->is_out && sent(self, c->id);
        fail(c, out ? PL_EVIDENCE_UNKNOWN : PL_EVIDENCE_NEVER_SENT, out ? PL_NET_RESET : PL_NET_NO_DOOR, message);
    }
}

/* ---- the owner's side ---- */

PlMcp *pl_mcp_new(PlLoop *loop, PlNetPort http, const PlMcpTarget *target)
{
    PlMcp *mcp = pl_zalloc(sizeof *mcp);
    if (!mcp) return NULL;
    mcp->clock = pl_loop_clock(loop);
    pl_buf_init(&mcp->server, 4096);
    PlStatus status = target->url.len ? pl_mcp_http(mcp, http, target, &mcp->wire) : pl_mcp_stdio(mcp, loop, target->command, &mcp->wire);
    if (status == PL_OK) return mcp;
    pl_free(mcp);
    return NULL;
}

void pl_mcp_free(PlMcp *mcp)
{
    if (!mcp) return;
    stop_timer(mcp);
    mcp->wire.close(mcp->wire.self);
    while (mcp->calls) call_free(mcp->calls);
    pl_buf_deinit(&mcp->server);
    pl_free(mcp);
}

static void call_due(void *user)
{
    Call *c = user;
    PlMcp *mcp = c->mcp;
    c->timer = 0;
    mcp->wire.forget(mcp->wire.self, c->id);
    bool out = c->is_out;
    PlEvidence evidence = out ? PL_EVIDENCE_UNKNOWN : PL_EVIDENCE_NEVER_SENT;
    if (c->is_cancelled) fail(c, evidence, PL_NET_CANCELLED, PL_STR("cancelled"));
    else fail(c, evidence, PL_NET_TIMEOUT, PL_STR("the MCP server took too long"));
}

static void begin(void *user)
{
    Call *c = user;
    PlMcp *mcp = c->mcp;
    const PlClockPort *clock = &mcp->clock;
    c->timer = 0;
    if (clock->timer(clock->self, clock->mono_us(clock->self) + (int64_t)c->timeout_us, call_due, c, &c->timer) != PL_OK) {
        fail(c, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, PL_STR("out of memory"));
        return;
    }
    if (mcp->state == NONE) shake(mcp, DISCOVERING, "server/discover", "{}");
    else send_waiting(mcp);
}

PlStatus pl_mcp_call(PlMcp *mcp, PlStr method, PlStr params, PlStr name, uint64_t timeout_us, PlMcpDone done, void *user, uint64_t *id)
{
    Call *c = pl_zalloc(sizeof *c);
    if (!c) return PL_NOMEM;
    *c = (Call){.mcp = mcp, .next = mcp->calls, .id = ++mcp->last_id, .timeout_us = timeout_us, .done = done, .user = user};
    if (mcp->calls) mcp->calls->previous = c;
    mcp->calls = c;
    pl_buf_init(&c->method, 0);
    pl_buf_init(&c->params, 0);
    pl_buf_init(&c->name, 0);
    pl_buf_put(&c->method, method);
    pl_buf_put(&c->params, params);
    pl_buf_put(&c->name, name);
    bool good = c->method.status == PL_OK && c->params.status == PL_OK && c->name.status == PL_OK;
    if (good) good = mcp->clock.timer(mcp->clock.self, mcp->clock.mono_us(mcp->clock.self), begin, c, &c->timer) == PL_OK;
    *id = c->id;
    if (good) return PL_OK;
    call_free(c);
    return PL_NOMEM;
}

void pl_mcp_cancel(PlMcp *mcp, uint64_t id)
{
    Call *c = call_by_id(mcp, id);
    if (!c || c->is_cancelled) return;
    c->is_cancelled = true;
    if (c->is_out && !mcp->modern && mcp->state == READY) {
        PlBuf params;
        pl_buf_init(&params, 128);
        pl_buf_printf(&params, "{\"requestId\":%llu}", (unsigned long long)id);
        PlStatus status = send_message(mcp, 0, PL_STR("notifications/cancelled"), pl_buf_str(&params), PL_STR(""), HANDSHAKE_US);
        (void)status; /* a courtesy */
        pl_buf_deinit(&params);
    }
    if (c->timer) mcp->clock.timer_cancel(mcp->clock.self, c->timer);
    c->timer = 0;
    PlStatus status = mcp->clock.timer(mcp->clock.self, mcp->clock.mono_us(mcp->clock.self), call_due, c, &c->timer);
    (void)status; /* without memory for a timer its answer ends it */
}

void pl_mcp_put_server(const PlMcp *mcp, PlBuf *out)
{
    pl_buf_put(out, mcp->server.len ? pl_buf_str(&mcp->server) : PL_STR("{}"));
}
