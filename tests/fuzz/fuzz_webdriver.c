/* SPDX-License-Identifier: MIT */
/* What a driver of browsers says. The first line is the action, the second its arguments (JSON), the third what the driver prints when it starts; each line
 * behind them is an answer with a status. A call ends once; well-formed answers give well-formed bodies; what was done to the page is never told to be
 * unsent; no answer leads to another path of the driver than those of its session. */
#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/fake_world.h"
#include "vm/base/json_scan.h"
#include "vm/io/door_tool.h"
#include "vm/io/http.h"
#include "vm/io/spawn.h"

#include <unistd.h>

static FakeWorld world;
static PlStr printed; /* by the driver */
static struct {
    PlLoopReady ready;
    void *user;
    int fd;
} output = {NULL, NULL, -1};

static PlStatus fuzz_spawn(char *const argv[], char *const env[], bool apart, bool quiet, PlChild *child)
{
    int ends[2];
    (void)argv, (void)env;
    if (pipe(ends) != 0) return PL_IO;
    size_t most = printed.len < 4096 ? printed.len : 4096;
    if (write(ends[1], printed.ptr, most) < 0) fake_need(most == 0);
    close(ends[1]);
    *child = (PlChild){.in = -1, .out = ends[0], .apart = apart && quiet};
    return PL_OK;
}

static int fuzz_end(PlChild *child, uint64_t limit_us)
{
    (void)limit_us;
    if (child->out >= 0) close(child->out);
    child->out = -1;
    return 0;
}

static PlStatus fuzz_watch(PlLoop *loop, int fd, uint32_t events, PlLoopReady ready, void *user)
{
    (void)loop;
    output.ready = events ? ready : NULL;
    output.user = user;
    output.fd = fd;
    return PL_OK;
}

static int fuzz_kill(int pid, int number)
{
    return pid + number;
}

static PlHttp *fuzz_http(PlLoop *loop, PlSecrets *secrets, const PlHttpOptions *options)
{
    (void)loop, (void)secrets;
    fake_need(options->rule_count == 1);
    return (PlHttp *)(void *)&world;
}

#define pl_spawn_begin_with          fuzz_spawn
#define pl_spawn_end                 fuzz_end
#define pl_loop_watch                fuzz_watch
#define pl_http_new                  fuzz_http
#define pl_http_free(http)           ((void)(http))
#define pl_http_port(http)           fake_net(&world)
#define kill                         fuzz_kill
#include "vm/io/webdriver.c"
#undef kill

#include "vm/io/door_browser.h"

static struct {
    unsigned ended;
    bool has_acted, was_json;
} watched;

/* "http://127.0.0.1:PORT/session/..." and nothing that leaves it. */
static void see(void *self, const PlNetRequest *request)
{
    (void)self;
    if (pl_str_starts(request->url, PL_STR("tool:"))) return;
    if (request->method == PL_GET && pl_str_eq_z(request->plugin, "b")) { /* a download */
        fake_need(pl_str_eq_nocase(pl_str_slice(request->url, 0, 13), PL_STR("http://a.test")) && request->max_body > 0 && request->max_body < 50000000);
        return;
    }
    fake_need(pl_str_starts(request->url, PL_STR("http://127.0.0.1:")));
    size_t path = pl_str_find_char(request->url, '/', 17);
    PlStr rest = pl_str_slice(request->url, path, request->url.len);
    fake_need(path != PL_STR_NONE && pl_str_starts(rest, PL_STR("/session")));
    for (size_t i = 0; i < rest.len; i++) fake_need(rest.ptr[i] > ' ' && rest.ptr[i] < 127 && !strchr("?#%\\\"", rest.ptr[i]));
    fake_need(pl_str_find(rest, PL_STR(".."), 0) == PL_STR_NONE && pl_str_find(rest, PL_STR("//"), 0) == PL_STR_NONE);
    if (pl_str_ends(rest, PL_STR("/click")) || pl_str_ends(rest, PL_STR("/value")) || pl_str_ends(rest, PL_STR("/clear"))) watched.has_acted = true;
}

static void done_once(void *user, const PlNetAnswer *answer)
{
    (void)user;
    fake_need(++watched.ended == 1);
    if (answer->fault == PL_NET_OK) fake_need(answer->evidence == PL_EVIDENCE_ANSWERED);
    if (answer->fault == PL_NET_OK && watched.was_json) fake_need(pl_json_is_valid(answer->body));
    if (watched.has_acted) fake_need(answer->evidence != PL_EVIDENCE_NEVER_SENT);
}

/* Files are written by nobody: the answer comes from the input, too. */
static void close_files(void *self)
{
    (void)self;
}

PlStatus pl_door_tool_open(const PlDoorWorld *seen, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    (void)seen, (void)door, (void)why;
    *out = (PlDoorPeer){fake_net(&world), close_files};
    return PL_OK;
}

static bool feed(PlStr *text)
{
    FakeSent *sent = fake_oldest(&world);
    PlStr line;
    if (!sent || !fake_line(text, &line)) return false;
    PlNetAnswer answer = fake_read(line);
    watched.was_json = pl_json_is_valid(answer.body);
    fake_answer(sent, &answer);
    return true;
}

static bool start_up(void)
{
    if (!output.ready) return false;
    output.ready(output.user, output.fd, 1);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"open", "click", "type", "wait", "read", "list", "table", "screenshot", "download"};
    PlStr text = pl_str(size ? (const char *)data : "", size), action, args;
    char url[64];
    PlBuf why;
    PlDoorPeer peer;
    uint64_t id;
    const char *name = NULL;
    if (!fake_line(&text, &action) || !fake_line(&text, &args) || !fake_line(&text, &printed) || !pl_json_is_valid(args)) return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pl_str_eq_z(action, names[i])) name = names[i];
    if (!name) return 0;
    snprintf(url, sizeof url, "tool://b/%s", name);
    world = (FakeWorld){.watch = see};
    memset(&watched, 0, sizeof watched);
    output.ready = NULL;
    PlDoor door = {PL_STR("b"), PL_DOOR_TOOL, PL_STR("{\"tool\":\"browser\",\"config\":{\"sandbox\":\"none\",\"hosts\":[\"http://a.test\"]}}")};
    PlDoorWorld seen = {.clock = fake_clock(&world), .http = fake_net(&world)};
    PlNetRequest request = {.method = PL_POST, .url = pl_str_z(url), .plugin = PL_STR("b"), .body = args, .has_body = true};
    pl_buf_init(&why, 1024);
    fake_need(pl_door_browser_open(&seen, &door, &peer, &why) == PL_OK);
    fake_need(peer.port.send(peer.port.self, &request, done_once, NULL, &id) == PL_OK);
    for (int turns = 0; turns < 200 && !watched.ended; turns++)
        if (!fake_turn(&world, false) && !start_up() && !feed(&text) && !fake_turn(&world, true)) break;
    peer.close(peer.port.self);
    pl_buf_deinit(&why);
    return 0;
}
