/* SPDX-License-Identifier: MIT */
/* Before the first call the server's tools are listed and held against the lock: a tool that changed since the plan was compiled is refused. A result
 * is the answer's body; an error of the tool is status 500, one of the protocol 4xx. Source: MCP, "Tools". */
#include "vm/io/door_mcp.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/base/map.h"
#include "vm/io/mcp.h"

enum { PAGES = 64 };
#define DEFAULT_US UINT64_C(60000000)

typedef struct Peer Peer;

typedef struct Call {
    Peer *peer;
    struct Call *previous, *next;
    uint64_t id, timeout_us, most; /* most: bytes of its answer */
    uint64_t turn, due, inner;     /* timers: of its beginning, of its wait for the list; its id in the client once it is out */
    PlNetDone done;
    void *user;
    PlBuf tool, args;
    bool is_out, is_cancelled;
} Call;

struct Peer {
    PlDoorWorld world;
    const PlDoor *door;
    PlEscape escape;
    PlArena *arena;
    PlMcpTarget target;
    PlMcp *mcp;
    PlMap now;         /* tool's name -> its hash now, in the arena */
    enum { UNLISTED, LISTING, LISTED } state;
    uint32_t pages;
    Call *calls;
    uint64_t last_id;
};

/* ---- the lock ---- */

static PlStr locked_hash(const Peer *peer, PlStr tool)
{
    PlStr tools, hash;
    const char *name = pl_arena_str(peer->arena, tool).ptr;
    if (!pl_json_find(peer->door->config, "tools", &tools) || !pl_json_find(tools, name, &hash) || hash.len != 66) return PL_STR("");
    return pl_str_slice(hash, 1, 65);
}

/* ---- calls ---- */

static void call_free(Call *c)
{
    if (c->previous) c->previous->next = c->next;
    else c->peer->calls = c->next;
    if (c->next) c->next->previous = c->previous;
    if (c->turn) c->peer->world.clock.timer_cancel(c->peer->world.clock.self, c->turn);
    if (c->due) c->peer->world.clock.timer_cancel(c->peer->world.clock.self, c->due);
    pl_buf_deinit(&c->tool);
    pl_buf_deinit(&c->args);
    pl_free(c);
}

static void end(Call *c, const PlNetAnswer *answer)
{
    PlNetDone done = c->done;
    void *user = c->user;
    call_free(c);
    done(user, answer);
}

static void fail(Call *c, PlEvidence evidence, PlNetFault fault, PlStr message)
{
    PlNetAnswer answer = {.evidence = evidence, .fault = fault, .message = message};
    end(c, &answer);
}

/* The texts of the content, one after the other. */
static void put_texts(PlBuf *out, PlStr content)
{
    PlJsonScan scan;
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_json_scan_init(&scan, content);
    PlJsonEvent event = pl_json_scan_next(&scan);
    while (event != PL_JSON_END && event != PL_JSON_ERROR && (event = pl_json_scan_next(&scan)) == PL_JSON_OBJECT_BEGIN) {
        const char *start = scan.at;
        PlStr type, raw;
        event = pl_json_scan_skip(&scan);
        PlStr item = pl_str(start, (size_t)(scan.end - start));
        if (!pl_json_find(item, "type", &type) || !pl_str_eq(type, PL_STR("\"text\"")) || !pl_json_find(item, "text", &raw)) continue;
        PlJsonScan one;
        pl_json_scan_init(&one, raw);
        if (text.len) pl_buf_put_char(&text, '\n');
        if (pl_json_scan_next(&one) == PL_JSON_STRING) pl_buf_put(&text, one.text);
        pl_json_scan_deinit(&one);
    }
    pl_json_scan_deinit(&scan);
    pl_buf_put_json(out, pl_buf_str(&text));
    if (text.status != PL_OK) out->status = text.status; /* a part of the text is no answer */
    pl_buf_deinit(&text);
}

/* {"text":..., "content":[...]} or, where the tool says what it gives, that alone. */
static void put_result(PlBuf *out, PlStr result, bool failed)
{
    PlStr structured, content = PL_STR("[]");
    pl_json_find(result, "content", &content);
    if (!failed && pl_json_find(result, "structuredContent", &structured)) {
        pl_buf_put(out, structured);
        return;
    }
    pl_buf_put_z(out, failed ? "{\"error\":" : "{\"text\":");
    put_texts(out, content);
    if (!failed) pl_buf_printf(out, ",\"content\":" PL_FMT, PL_ARG(content));
    pl_buf_put_char(out, '}');
}

static unsigned status_of(const PlMcpReply *reply)
{
    switch (reply->code) {
    case -32602: return 400; /* invalid params */
    case -32601: return 404; /* no such method */
    case -32600: return 400;
    default: return 500;
    }
}

static void called(void *user, const PlMcpReply *reply)
{
    Call *c = user;
    PlBuf body;
    PlStr value;
    if (reply->fault != PL_NET_OK) {
        if (reply->fault == PL_NET_RESET && c->peer->state == LISTED) c->peer->state = UNLISTED; /* the next server may be another one */
        fail(c, reply->evidence, reply->fault, reply->message);
        return;
    }
    static const PlHeader json = {PL_STR_INIT("content-type"), PL_STR_INIT("application/json")};
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_ANSWERED, .status = 200, .headers = &json, .header_count = 1};
    pl_buf_init(&body, 0);
    bool failed = pl_json_find(reply->result, "isError", &value) && pl_str_eq(value, PL_STR("true"));
    bool asks = pl_json_find(reply->result, "resultType", &value) && pl_str_eq(value, PL_STR("\"input_required\""));
    if (reply->is_error) {
        answer.status = status_of(reply);
        pl_buf_put_z(&body, "{\"error\":");
        pl_buf_put_json(&body, reply->message);
        pl_buf_put_char(&body, '}');
    } else if (asks) {
        answer.status = 501;
        pl_buf_put_z(&body, "{\"error\":\"the tool wants to ask a person; ask in a step of the plan and give it the answer\"}");
    } else {
        if (failed) answer.status = 500;
        put_result(&body, reply->result, failed);
    }
    answer.body = pl_buf_str(&body);
    if (body.status == PL_OK && body.len <= c->most) end(c, &answer);
    else fail(c, PL_EVIDENCE_UNKNOWN, PL_NET_TOO_LARGE, PL_STR("the answer is too large"));
    pl_buf_deinit(&body);
}

static void send_out(Call *c)
{
    Peer *peer = c->peer;
    PlStr tool = pl_buf_str(&c->tool), locked = locked_hash(peer, tool);
    const PlMapEntry *now = pl_map_find(&peer->now, tool);
    if (!now) {
        fail(c, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, PL_STR("the MCP server no longer has this tool"));
        return;
    }
    if (!locked.len || !pl_str_eq_z(locked, now->value.ptr)) {
        fail(c, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, PL_STR("the tool changed since the plan was compiled: `pilotc lock` reads it anew"));
        return;
    }
    PlBuf params;
    pl_buf_init(&params, 0);
    pl_buf_put_z(&params, "{\"name\":");
    pl_buf_put_json(&params, tool);
    pl_buf_printf(&params, ",\"arguments\":" PL_FMT "}", PL_ARG(pl_buf_str(&c->args)));
    PlStatus status = params.status;
    c->is_out = true;
    if (c->due) peer->world.clock.timer_cancel(peer->world.clock.self, c->due);
    c->due = 0;
    if (status == PL_OK) status = pl_mcp_call(peer->mcp, PL_STR("tools/call"), pl_buf_str(&params), tool, c->timeout_us, called, c, &c->inner);
    pl_buf_deinit(&params);
    if (status != PL_OK) fail(c, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, PL_STR("out of memory"));
}

/* ---- the tools there are ---- */

static void fail_waiting(Peer *peer, PlNetFault fault, PlStr message)
{
    peer->state = UNLISTED;
    for (bool more = true; more;) {
        Call *c = peer->calls;
        while (c && (c->is_out || c->turn)) c = c->next;
        more = c != NULL;
        if (c) fail(c, PL_EVIDENCE_NEVER_SENT, fault, message);
    }
}

static void send_waiting(Peer *peer)
{
    for (bool more = true; more;) {
        Call *oldest = NULL;
        for (Call *c = peer->calls; c; c = c->next)
            if (!c->is_out && !c->turn) oldest = c;
        more = oldest != NULL;
        if (oldest) send_out(oldest);
    }
}

static void take_tools(Peer *peer, PlStr tools)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, tools);
    PlJsonEvent event = pl_json_scan_next(&scan);
    while (event != PL_JSON_END && event != PL_JSON_ERROR && (event = pl_json_scan_next(&scan)) == PL_JSON_OBJECT_BEGIN) {
        const char *start = scan.at;
        event = pl_json_scan_skip(&scan);
        PlStr tool = pl_str(start, (size_t)(scan.end - start));
        char *hash = pl_arena_alloc(peer->arena, 65, 1);
        pl_door_hash(tool, hash);
        pl_map_put(&peer->now, pl_json_find_text(peer->arena, tool, "name"), NULL)->value.ptr = hash;
    }
    pl_json_scan_deinit(&scan);
}

static void list(Peer *peer, PlStr cursor);

static void listed(void *user, const PlMcpReply *reply)
{
    Peer *peer = user;
    PlStr tools, cursor;
    if (reply->fault != PL_NET_OK || reply->is_error || !pl_json_find(reply->result, "tools", &tools)) {
        fail_waiting(peer, PL_NET_NO_DOOR, reply->message.len ? reply->message : PL_STR("the MCP server did not list its tools"));
        return;
    }
    if (setjmp(peer->escape.at) != 0) {
        fail_waiting(peer, PL_NET_NO_DOOR, PL_STR("out of memory"));
        return;
    }
    take_tools(peer, tools);
    if (pl_json_find(reply->result, "nextCursor", &cursor) && cursor.len > 2 && cursor.ptr[0] == '"' && ++peer->pages < PAGES) {
        list(peer, cursor);
        return;
    }
    peer->state = LISTED;
    send_waiting(peer);
}

static void list(Peer *peer, PlStr cursor)
{
    uint64_t id;
    PlBuf params;
    pl_buf_init(&params, 0);
    if (cursor.len) pl_buf_printf(&params, "{\"cursor\":" PL_FMT "}", PL_ARG(cursor));
    else pl_buf_put_z(&params, "{}");
    PlStatus status = params.status;
    peer->state = LISTING;
    if (status == PL_OK) status = pl_mcp_call(peer->mcp, PL_STR("tools/list"), pl_buf_str(&params), PL_STR(""), DEFAULT_US, listed, peer, &id);
    pl_buf_deinit(&params);
    if (status != PL_OK) fail_waiting(peer, PL_NET_NO_DOOR, PL_STR("out of memory"));
}

/* ---- the port ---- */

static void is_late(void *user)
{
    Call *c = user;
    c->due = 0;
    fail(c, PL_EVIDENCE_NEVER_SENT, c->is_cancelled ? PL_NET_CANCELLED : PL_NET_TIMEOUT,
         c->is_cancelled ? PL_STR("cancelled") : PL_STR("the MCP server took too long to list its tools"));
}

static void begin(void *user)
{
    Call *c = user;
    Peer *peer = c->peer;
    const PlClockPort *clock = &peer->world.clock;
    c->turn = 0;
    if (c->is_cancelled) {
        fail(c, PL_EVIDENCE_NEVER_SENT, PL_NET_CANCELLED, PL_STR("cancelled"));
        return;
    }
    PlStatus status = clock->timer(clock->self, clock->mono_us(clock->self) + (int64_t)c->timeout_us, is_late, c, &c->due);
    (void)status; /* without memory for a timer the list's own limits hold */
    if (setjmp(peer->escape.at) != 0) {
        fail_waiting(peer, PL_NET_NO_DOOR, PL_STR("out of memory"));
        return;
    }
    if (peer->state == LISTED) send_waiting(peer);
    else if (peer->state == UNLISTED) list(peer, PL_STR(""));
}

static PlStatus send_call(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *id)
{
    Peer *peer = self;
    PlDoorKind kind;
    const PlClockPort *clock = &peer->world.clock;
    Call *c = pl_zalloc(sizeof *c);
    if (!c) return PL_NOMEM;
    *c = (Call){.peer = peer, .next = peer->calls, .id = ++peer->last_id, .done = done, .user = user};
    c->timeout_us = request->timeout_us ? request->timeout_us : DEFAULT_US;
    c->most = request->max_body ? request->max_body : PL_LIMIT_BODY_BYTES;
    if (peer->calls) peer->calls->previous = c;
    peer->calls = c;
    *id = c->id;
    pl_buf_init(&c->tool, 0);
    pl_buf_init(&c->args, 0);
    size_t origin = pl_door_origin(request->url, &kind);
    pl_buf_put(&c->tool, pl_str_slice(request->url, origin + 1, request->url.len));
    pl_buf_put(&c->args, request->body.len ? request->body : PL_STR("{}"));
    bool good = c->tool.status == PL_OK && c->args.status == PL_OK;
    if (good) good = clock->timer(clock->self, clock->mono_us(clock->self), begin, c, &c->turn) == PL_OK;
    if (good) return PL_OK;
    call_free(c);
    return PL_NOMEM;
}

static void cancel(void *self, uint64_t id)
{
    Peer *peer = self;
    Call *c = peer->calls;
    while (c && c->id != id) c = c->next;
    if (c && c->is_out) pl_mcp_cancel(peer->mcp, c->inner);
    if (!c || c->is_out) return;
    c->is_cancelled = true;
    if (!c->due) return; /* its turn comes */
    peer->world.clock.timer_cancel(peer->world.clock.self, c->due);
    c->due = 0;
    PlStatus status = peer->world.clock.timer(peer->world.clock.self, 0, is_late, c, &c->due);
    (void)status; /* without memory for a timer the list's end is its own */
}

static void close_peer(void *self)
{
    Peer *peer = self;
    pl_mcp_free(peer->mcp);
    while (peer->calls) call_free(peer->calls);
    pl_arena_free(peer->arena);
    pl_free(peer);
}

PlStatus pl_door_mcp_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    Peer *peer = pl_zalloc(sizeof *peer);
    if (!peer) return PL_NOMEM;
    peer->world = *world;
    peer->door = door;
    peer->arena = pl_arena_new(&peer->escape, 0);
    if (peer->arena && setjmp(peer->escape.at) == 0) {
        pl_map_init(&peer->now, peer->arena);
        peer->target = (PlMcpTarget){.command = pl_json_find_text(peer->arena, door->config, "command"),
                                     .url = pl_json_find_text(peer->arena, door->config, "url"),
                                     .plugin = door->plugin,
                                     .credential = pl_json_find_text(peer->arena, door->config, "credential")};
        peer->mcp = pl_mcp_new(world->loop, world->http, &peer->target);
    }
    if (!peer->mcp) {
        pl_buf_put_z(why, "out of memory");
        close_peer(peer);
        return PL_NOMEM;
    }
    *out = (PlDoorPeer){{peer, send_call, cancel}, close_peer};
    return PL_OK;
}
