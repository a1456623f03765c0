/* SPDX-License-Identifier: MIT */
/* The door of an MCP server over a transport that a script plays: handshakes, lists of tools, answers of every kind, calls side by side, time that runs out,
 * calls that are cancelled, and each allocation failing once. Each call ends once, whatever happens. */
#include "tests/unit/ended.h"
#include "tests/unit/unit.h"

#include "tests/fuzz/fake_world.h"
#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/io/loop.h"

static FakeWorld world;

#define pl_loop_clock(loop) fake_clock(&world)
#include "vm/io/mcp.c"
#undef pl_loop_clock

#include "vm/io/door_mcp.h"

#define TOOL "{\"name\":\"greet\",\"inputSchema\":{\"type\":\"object\"}}"
#define OTHER "{\"name\":\"other\",\"inputSchema\":{\"type\":\"object\",\"x\":1}}"

/* ---- in the place of a child process ---- */

static PlMcp *client;
static PlStatus wire_says;
static bool all_left;

static PlStatus wire_send(void *self, const PlMcpMessage *message)
{
    PlNetRequest request = {.body = message->text, .url = PL_STR("stdio")};
    uint64_t call;
    (void)self;
    CHECK(pl_json_is_valid(message->text));
    if (wire_says != PL_OK) return wire_says;
    return message->id ? fake_send(&world, &request, NULL, NULL, &call) : PL_OK;
}

static void wire_forget(void *self, uint64_t id)
{
    (void)self;
    for (size_t i = 0; i < FAKE_SENT; i++)
        if (world.sent[i].id && world.sent[i].rpc == id) world.sent[i].id = 0;
}

static void wire_close(void *self)
{
    (void)self;
}

PlStatus pl_mcp_stdio(PlMcp *mcp, PlLoop *loop, PlStr command, PlMcpWire *out)
{
    (void)loop, (void)command;
    client = mcp;
    *out = (PlMcpWire){&world, wire_send, wire_forget, wire_close, wire_says == PL_IO ? "no such program" : NULL};
    return pl_fault_hit(PL_FAULT_NET) ? PL_NOMEM : PL_OK;
}

static bool it_left(void *self, uint64_t id)
{
    (void)self, (void)id;
    return all_left;
}

/* ---- a story: what is called, what comes, what the calls end with ---- */

enum { CALLS = 4 };

typedef struct Story {
    PlDoorPeer peer;
    uint64_t ids[CALLS];
    Ended ended[CALLS];
    unsigned begun;
    bool http, waits;
} Story;

static void call(Story *s, PlStr tool, uint64_t max_body)
{
    char url[64];
    snprintf(url, sizeof url, "mcp://m/" PL_FMT, PL_ARG(tool));
    PlNetRequest request = {.method = PL_POST, .url = pl_str_z(url), .plugin = PL_STR("m"), .body = s->begun ? PL_STR("") : PL_STR("{\"who\":\"you\"}"),
        .max_body = max_body};
    request.timeout_us = s->begun ? 5000000 : 0;
    Ended *e = &s->ended[s->begun];
    if (s->peer.port.send(s->peer.port.self, &request, note, e, &s->ids[s->begun]) != PL_OK) {
        e->times = 1;
        snprintf(e->text, sizeof e->text, "no memory");
    }
    s->begun++;
}

/* `@`: the id that is waited for; `~`: a line break. */
static void put_message(PlBuf *out, PlStr line, uint64_t id)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '@') pl_buf_printf(out, "%llu", (unsigned long long)id);
        else pl_buf_put_char(out, line.ptr[i] == '~' ? '\n' : line.ptr[i]);
    }
}

static void answer(Story *s, FakeSent *sent, PlStr line)
{
    static const PlHeader events[] = {{PL_STR_INIT("content-type"), PL_STR_INIT("text/event-stream")}, {PL_STR_INIT("mcp-session-id"), PL_STR_INIT("s")}};
    PlBuf message;
    uint64_t rpc = sent->rpc;
    PlNetAnswer answer = fake_read(line);
    pl_buf_init(&message, 1 << 16);
    put_message(&message, answer.body, rpc);
    if (s->http) {
        answer.body = pl_buf_str(&message);
        answer.headers = events;
        answer.header_count = pl_str_starts(answer.body, PL_STR("data:")) || pl_str_starts(answer.body, PL_STR("event:")) ? 2 : 0;
        fake_answer(sent, &answer);
    } else {
        sent->id = 0;
        pl_mcp_received(client, pl_buf_str(&message));
    }
    pl_buf_deinit(&message);
}

/* A line of the script. "+TOOL": a call; "-N": cancel the nth; "!wait": time passes; "!gone", "!broke": the server ends, and it is not known, or known, that
 * nothing left; else what the server says to the oldest message. */
static void line_of(Story *s, PlStr line)
{
    FakeSent *sent = fake_oldest(&world);
    if (line.ptr[0] == '+') call(s, pl_str_slice(line, 1, line.len), pl_str_eq_z(line, "+small") ? 8 : 0);
    else if (line.ptr[0] == '-') s->peer.port.cancel(s->peer.port.self, line.ptr[1] == '9' ? 999 : s->ids[line.ptr[1] - '1']);
    else if (pl_str_eq_z(line, "!wait")) fake_turn(&world, true);
    else if (pl_str_eq_z(line, "!now")) fake_turn(&world, false);
    else if (pl_str_eq_z(line, "!gone") || pl_str_eq_z(line, "!broke")) {
        memset(world.sent, 0, sizeof world.sent);
        all_left = pl_str_eq_z(line, "!gone");
        pl_mcp_gone(client, it_left, NULL, PL_STR("it ended"));
    } else if (sent) answer(s, sent, line);
}

static void play(bool http, const char *config, const char *script, Story *s)
{
    PlDoorWorld seen;
    PlBuf why;
    PlStr text = pl_str_z(script), line;
    PlDoor door = {PL_STR("m"), PL_DOOR_MCP, pl_str_z(config)};
    *s = (Story){.http = http};
    world = (FakeWorld){0};
    seen = (PlDoorWorld){.clock = fake_clock(&world), .http = fake_net(&world)};
    pl_buf_init(&why, 1024);
    PlStatus status = pl_door_mcp_open(&seen, &door, &s->peer, &why);
    CHECK(status == PL_OK || status == PL_NOMEM);
    while (status == PL_OK && fake_line(&text, &line)) {
        if (line.ptr[0] != '+' && line.ptr[0] != '-' && !pl_str_eq_z(line, "!wait") && !pl_str_eq_z(line, "!now"))
            while (fake_turn(&world, false)) {}
        line_of(s, line);
    }
    for (int turns = 0; status == PL_OK && turns < 100 && fake_turn(&world, true); turns++) {}
    if (status == PL_OK) s->peer.close(s->peer.port.self);
    pl_buf_deinit(&why);
}

#define MODERN_OK "{\"id\":@,\"result\":{\"supportedVersions\":[\"2026-07-28\"],\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}\n"
#define LEGACY_OK "{\"id\":@,\"error\":{\"code\":-32601,\"message\":\"no\"}}\n{\"id\":@,\"result\":{\"protocolVersion\":\"2025-11-25\",\"serverInfo\":{}}}\n"
#define TOOLS "{\"id\":@,\"result\":{\"tools\":[" TOOL "," OTHER "]}}\n"
#define CONTENT "[{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"image\"},{\"type\":\"text\",\"text\":\"you\"},{\"type\":\"text\"},{}]"
#define GOOD "{\"id\":@,\"result\":{\"content\":" CONTENT "}}\n"
#define GOOD_IS "200 {\"text\":\"hi\\nyou\",\"content\":" CONTENT "}"
#define SHORT "{\"id\":@,\"result\":{\"structuredContent\":{\"n\":1}}}\n"

static const struct {
    bool http;
    const char *script, *ends[CALLS]; /* the beginning of what each call ends with */
} stories[] = {
    {false, "+greet\n" MODERN_OK TOOLS GOOD, {GOOD_IS}},
    {false, "+greet\n" LEGACY_OK TOOLS SHORT, {"200 {\"n\":1}"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"result\":{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"bad\"}]}}\n",
    {"500 {\"error\":\"bad\"}"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"result\":{\"resultType\":\"input_required\"}}\n", {"501 {\"error\":\"the tool wants to ask"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"result\":{}}\n", {"200 {\"text\":\"\",\"content\":[]}"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"error\":{\"code\":-32602,\"message\":\"who\"}}\n", {"400 {\"error\":\"who\"}"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"error\":{\"code\":-32601}}\n", {"404 {\"error\":\"\"}"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"error\":{\"code\":-32600}}\n", {"400"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"error\":{\"code\":\"x\"}}\n", {"500"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@,\"error\":{}}\n", {"500"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":@}\n", {"protocol unknown: an answer without a result"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":\"x\",\"result\":{}}\n", {"timeout unknown"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"id\":77,\"result\":{}}\n", {"timeout unknown"}},
    {false, "+greet\n" MODERN_OK TOOLS "{\"method\":\"notifications/x\"}\n", {"timeout unknown"}},
    {false, "+greet\n{\"id\":5,\"method\":\"ping\"}\n", {"no_door never_sent: the MCP server did not answer the handshake"}},
    {false, "+greet\n{\"id\":5,\"method\":\"roots/list\"}\n" , {"no_door never_sent"}},
    {false, "+greet\n!now\n!wait\n" TOOLS, {"no_door never_sent"}},
    {false, "+greet\n{\"id\":@,\"result\":{}}\n{\"id\":@,\"result\":{}}\n", {"no_door never_sent: the MCP server refused the handshake"}},
    {false, "+greet\n{\"id\":@,\"result\":{}}\n{\"id\":@,\"error\":{}}\n", {"no_door never_sent: the MCP server refused the handshake"}},
    {false, "+gone\n" MODERN_OK TOOLS, {"no_door never_sent: the MCP server no longer has this tool"}},
    {false, "+other\n" MODERN_OK TOOLS, {"no_door never_sent: the tool changed since the plan was compiled"}},
    {false, "+greet\n" MODERN_OK "{\"id\":@,\"error\":{\"message\":\"not now\"}}\n", {"no_door never_sent: not now"}},
    {false, "+greet\n" MODERN_OK "{\"id\":@,\"result\":{}}\n", {"no_door never_sent: the MCP server did not list its tools"}},
    {false, "+greet\n" MODERN_OK "{\"id\":@,\"result\":{\"tools\":7}}\n", {"no_door never_sent: the MCP server no longer has this tool"}},
    {false, "+greet\n" MODERN_OK "{\"id\":@,\"result\":{\"tools\":[" OTHER "],\"nextCursor\":\"c\"}}\n" TOOLS GOOD, {GOOD_IS}},
    {false, "+greet\n" MODERN_OK "{\"id\":@,\"result\":{\"tools\":[" OTHER "],\"nextCursor\":7}}\n", {"no_door never_sent"}},
    {false, "+small\n" MODERN_OK TOOLS, {"no_door never_sent: the MCP server no longer has this tool"}},
    {false, "+greet\n" MODERN_OK TOOLS "!gone\n", {"reset unknown: it ended"}},
    {false, "+greet\n" MODERN_OK TOOLS "!broke\n", {"no_door never_sent: it ended"}},
    {false, "+greet\n" MODERN_OK "!gone\n", {"no_door never_sent"}},
    {false, "+greet\n!gone\n", {"no_door never_sent: it ended"}},
    {false, "+greet\n" MODERN_OK TOOLS "!gone\n+greet\n" MODERN_OK TOOLS GOOD, {"reset unknown", GOOD_IS}},
    /* side by side */
    {false, "+greet\n+greet\n" MODERN_OK TOOLS GOOD SHORT, {GOOD_IS, "200 {\"n\":1}"}},
    {false, "+greet\n" MODERN_OK TOOLS GOOD "+greet\n+greet\n" SHORT GOOD, {GOOD_IS, "200 {\"n\":1}", GOOD_IS}},
    {false, "+greet\n" MODERN_OK TOOLS GOOD "+greet\n+gone\n+other\n" SHORT, {GOOD_IS, "200 {\"n\":1}", "no_door never_sent: the MCP server no longer",
     "no_door never_sent: the tool changed"}},
    {false, "+greet\n" MODERN_OK TOOLS GOOD "+greet\n+greet\n!now\n", {GOOD_IS, "timeout unknown", "timeout unknown"}},
    {false, "+greet\n+greet\n" MODERN_OK "{\"id\":@,\"result\":{}}\n", {"no_door never_sent", "no_door never_sent"}},
    /* cancelled */
    {false, "+greet\n-1\n" MODERN_OK, {"cancelled never_sent"}},
    {false, "+greet\n" MODERN_OK "-1\n-1\n-9\n" TOOLS, {"cancelled never_sent"}},
    {false, "+greet\n" MODERN_OK TOOLS "!now\n!now\n-1\n", {"cancelled unknown"}},
    {false, "+greet\n" LEGACY_OK TOOLS "!now\n!now\n-1\n-1\n", {"cancelled unknown"}},
    {false, "+greet\n" MODERN_OK "-1\n" TOOLS GOOD, {"cancelled never_sent"}},
    {false, "+greet\n+greet\n" MODERN_OK "-1\n" TOOLS SHORT, {"cancelled never_sent", "200 {\"n\":1}"}},
    /* nobody answers */
    {false, "+greet\n", {"no_door never_sent: the MCP server did not answer the handshake"}},
    {false, "+greet\n" MODERN_OK, {"timeout never_sent: the MCP server took too long to list its tools"}},
    {false, "+greet\n" MODERN_OK TOOLS, {"timeout unknown: the MCP server took too long"}},
    /* over HTTP */
    {true, "+greet\n200 " MODERN_OK "200 " TOOLS "200 " GOOD, {GOOD_IS}},
    {true, "+greet\n404 \n200 {\"id\":@,\"result\":{\"protocolVersion\":\"2025-11-25\"}}\n202 \n200 " TOOLS "200 " SHORT, {"200 {\"n\":1}"}},
    {true, "+greet\n200 data: {\"id\":@,~data: \"result\":{\"supportedVersions\":[\"2026-07-28\"]}}~~\n200 "
    TOOLS "200 event: message~data: {\"id\":@,\"result\":{\"structuredContent\":{\"n\":1}}}\n",
     {"200 {\"n\":1}"}},
    {true, "+greet\n200 " MODERN_OK "200 " TOOLS "500 \n", {"protocol unknown: the MCP server answered with status 500"}},
    {true, "+greet\n200 " MODERN_OK "200 " TOOLS "403 \n", {"protocol answered: the MCP server answered with status 403"}},
    {true, "+greet\n200 " MODERN_OK "200 " TOOLS "400 {\"id\":@,\"error\":{\"code\":-32602,\"message\":\"m\"}}\n", {"400 {\"error\":\"m\"}"}},
    {true, "+greet\n200 " MODERN_OK "200 " TOOLS "!unknown\n", {"reset unknown"}},
    {true, "+greet\n!never\n", {"no_door never_sent"}},
    {true, "+greet\n500 \n", {"no_door never_sent"}},
    {true, "+greet\n404 \n500 \n", {"no_door never_sent"}},
    {true, "+greet\n200 " MODERN_OK "200 " TOOLS "!now\n!now\n-1\n", {"cancelled unknown"}},
};

static void config_of(bool http, char *out, size_t size)
{
    char hash[65];
    pl_door_hash(PL_STR(TOOL), hash);
    snprintf(out, size, "{\"%s\":\"http://127.0.0.1/mcp\",\"credential\":\"%s\",\"tools\":{\"greet\":\"%s\",\"other\":\"%s\"}}", http ? "url" : "command",
        http ? "key" : "", hash,
             hash);
}

TEST(stories_end_as_they_should)
{
    char config[512];
    Story s;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        config_of(stories[i].http, config, sizeof config);
        play(stories[i].http, config, stories[i].script, &s);
        for (unsigned k = 0; k < s.begun; k++) {
            const char *want = stories[i].ends[k] ? stories[i].ends[k] : "?";
            bool good = s.ended[k].times == 1 && strncmp(s.ended[k].text, want, strlen(want)) == 0;
            if (!good) fprintf(stderr, "story %zu, call %u ended %u times: %s\n%s\n", i, k + 1, s.ended[k].times, s.ended[k].text, stories[i].script);
            CHECK(good);
        }
    }
}

/* A call that was refused for want of memory, or ended with a fault, or as it should. */
TEST(any_allocation_may_fail)
{
    char config[512];
    Story s;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        config_of(stories[i].http, config, sizeof config);
        uint64_t nth = 0;
        for (bool fired = true; fired; nth++) {
            pl_fault_arm(PL_FAULT_ALLOC, nth, false);
            play(stories[i].http, config, stories[i].script, &s);
            fired = pl_fault_fired();
            pl_fault_disarm();
            for (unsigned k = 0; k < s.begun; k++) {
                if (s.ended[k].times != 1) fprintf(stderr, "story %zu, allocation %llu, call %u ended %u times: %s\n", i, (unsigned long long)nth, k + 1,
                    s.ended[k].times, s.ended[k].text);
                CHECK(s.ended[k].times == 1);
            }
        }
        CHECK(nth > 3);
    }
}

TEST(a_server_that_cannot_be_started)
{
    char config[512];
    Story s;
    config_of(false, config, sizeof config);
    wire_says = PL_IO;
    play(false, config, "+greet\n!now\n", &s);
    CHECK(strcmp(s.ended[0].text, "no_door never_sent: no such program") == 0);
    wire_says = PL_OK;
    pl_fault_arm(PL_FAULT_NET, 0, false);
    play(false, config, "+greet\n", &s);
    pl_fault_disarm();
    CHECK(s.begun == 0);
    play(false, "{\"command\":\"x\"}", "+greet\n" MODERN_OK TOOLS, &s);
    CHECK(strncmp(s.ended[0].text, "no_door never_sent: the tool changed", 36) == 0);
    play(false, "{\"command\":\"x\",\"tools\":{\"greet\":\"short\"}}", "+greet\n" MODERN_OK TOOLS, &s);
    CHECK(strncmp(s.ended[0].text, "no_door never_sent: the tool changed", 36) == 0);
}

UNIT_MAIN
