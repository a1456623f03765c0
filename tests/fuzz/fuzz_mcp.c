/* SPDX-License-Identifier: MIT */
/* What an MCP server says. The first line: `stdio` or `http`; each line behind it is a message (`@` in it: the id that is waited for), over HTTP with a status,
 * `~` in the place of a line break (events). A call ends once; what is well-formed gives a body that is; a call that left is never told to be unsent. */
#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/fake_world.h"
#include "vm/base/json_scan.h"

#include "vm/io/loop.h"

static FakeWorld world;

#define pl_loop_clock(loop) fake_clock(&world)
#include "vm/io/mcp.c"
#undef pl_loop_clock

#include "vm/io/door_mcp.h"

#define TOOL "{\"name\":\"greet\",\"inputSchema\":{\"type\":\"object\"}}"

typedef struct Watched {
    unsigned ended;
    bool has_left, was_json, never_sent; /* the call; the last message; its own request was refused by the transport */
} Watched;

static Watched watched;

static void see(void *self, const PlNetRequest *request)
{
    (void)self;
    fake_need(pl_json_is_valid(request->body));
    if (pl_str_find(request->body, PL_STR("\"method\":\"tools/call\""), 0) != PL_STR_NONE) watched.has_left = true;
}

static void done_once(void *user, const PlNetAnswer *answer)
{
    (void)user;
    fake_need(++watched.ended == 1);
    if (answer->fault == PL_NET_OK) fake_need(answer->evidence == PL_EVIDENCE_ANSWERED && watched.has_left);
    if (answer->fault == PL_NET_OK && watched.was_json) fake_need(pl_json_is_valid(answer->body));
    if (watched.has_left && !watched.never_sent) fake_need(answer->evidence != PL_EVIDENCE_NEVER_SENT);
}

/* ---- in the place of a child process ---- */

static PlStatus wire_send(void *self, const PlMcpMessage *message)
{
    PlNetRequest request = {.body = message->text, .url = PL_STR("stdio")};
    uint64_t call;
    (void)self;
    see(NULL, &request);
    return message->id ? fake_send(&world, &request, NULL, NULL, &call) : PL_OK;
}

static void wire_forget(void *self, uint64_t id)
{
    (void)self, (void)id;
}

static void wire_close(void *self)
{
    (void)self;
}

static PlMcp *client;

PlStatus pl_mcp_stdio(PlMcp *mcp, PlLoop *loop, PlStr command, PlMcpWire *out)
{
    (void)loop, (void)command;
    client = mcp;
    *out = (PlMcpWire){&world, wire_send, wire_forget, wire_close, NULL};
    return PL_OK;
}

static bool it_left(void *self, uint64_t id)
{
    (void)self, (void)id;
    return true;
}

/* ---- the input ---- */

/* A message with the id that is waited for, and its line breaks. */
static void put_message(PlBuf *out, PlStr line, uint64_t id, bool breaks)
{
    pl_buf_clear(out);
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '@') pl_buf_printf(out, "%llu", (unsigned long long)id);
        else pl_buf_put_char(out, breaks && line.ptr[i] == '~' ? '\n' : line.ptr[i]);
    }
}

static bool feed(PlStr *text, bool stdio, PlBuf *message)
{
    FakeSent *sent = fake_oldest(&world);
    PlStr line;
    if (!sent || !fake_line(text, &line)) return false;
    if (stdio) {
        put_message(message, line, sent->rpc, false);
        watched.was_json = pl_json_is_valid(pl_buf_str(message));
        if (pl_str_eq_z(line, "!gone")) {
            memset(world.sent, 0, sizeof world.sent);
            pl_mcp_gone(client, it_left, NULL, PL_STR("gone"));
            return true;
        }
        sent->id = 0;
        pl_mcp_received(client, pl_buf_str(message));
        return true;
    }
    PlNetAnswer answer = fake_read(line);
    static const PlHeader events[] = {{PL_STR_INIT("content-type"), PL_STR_INIT("text/event-stream")}, {PL_STR_INIT("mcp-session-id"), PL_STR_INIT("s")}};
    put_message(message, answer.body, sent->rpc, true);
    answer.body = pl_buf_str(message);
    watched.was_json = pl_json_is_valid(answer.body);
    watched.never_sent = watched.has_left && answer.evidence == PL_EVIDENCE_NEVER_SENT;
    answer.headers = events;
    answer.header_count = pl_str_starts(answer.body, PL_STR("data:")) || pl_str_starts(answer.body, PL_STR("event:")) ? 2 : 0;
    fake_answer(sent, &answer);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlStr text = pl_str(size ? (const char *)data : "", size), kind;
    char hash[65], config[256];
    PlBuf why, message;
    PlDoorPeer peer;
    uint64_t id;
    if (!fake_line(&text, &kind)) return 0;
    bool stdio = !pl_str_eq_z(kind, "http");
    world = (FakeWorld){.watch = see};
    watched = (Watched){0};
    pl_door_hash(PL_STR(TOOL), hash);
    snprintf(config, sizeof config, "{\"%s\":\"http://127.0.0.1/mcp\",\"tools\":{\"greet\":\"%s\"}}", stdio ? "command" : "url", hash);
    PlDoor door = {PL_STR("m"), PL_DOOR_MCP, pl_str_z(config)};
    PlDoorWorld seen = {.clock = fake_clock(&world), .http = fake_net(&world)};
    PlNetRequest request = {.method = PL_POST, .url = PL_STR("mcp://m/greet"), .plugin = PL_STR("m"), .body = PL_STR("{\"who\":\"you\"}"), .has_body = true};
    pl_buf_init(&why, 1024);
    pl_buf_init(&message, 1 << 20);
    fake_need(pl_door_mcp_open(&seen, &door, &peer, &why) == PL_OK);
    fake_need(peer.port.send(peer.port.self, &request, done_once, NULL, &id) == PL_OK);
    for (int turns = 0; turns < 400 && !watched.ended; turns++)
        if (!fake_turn(&world, false) && !feed(&text, stdio, &message) && !fake_turn(&world, true)) break;
    peer.close(peer.port.self);
    pl_buf_deinit(&message);
    pl_buf_deinit(&why);
    return 0;
}
