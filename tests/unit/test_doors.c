/* SPDX-License-Identifier: MIT */
/* Doors: origins of their URLs, which peer a request reaches, what a run must be given. */
#include "tests/unit/unit.h"

#include "compiler/project.h"
#include "vm/base/limits.h"
#include "vm/code/action.h"
#include "vm/io/doors.h"
#include "vm/io/loop.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct Script { /* a peer that answers at once, from the loop */
    PlClockPort clock;
    PlNetDone done;
    void *user;
    unsigned opened, closed, sent;
} Script;

static Script script;

static void reply(void *self)
{
    Script *s = self;
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_ANSWERED, .status = 200, .body = PL_STR("{}")};
    s->done(s->user, &answer);
}

static PlStatus script_send(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    Script *s = self;
    s->done = done;
    s->user = user;
    s->sent++;
    (void)request;
    return s->clock.timer(s->clock.self, 0, reply, s, call);
}

static void script_cancel(void *self, uint64_t call)
{
    (void)self, (void)call;
}

static void script_close(void *self)
{
    ((Script *)self)->closed++;
}

static PlStatus script_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    if (pl_str_eq_z(door->plugin, "broken")) {
        pl_buf_put_z(why, "it is broken");
        return PL_IO;
    }
    script.clock = world->clock;
    script.opened++;
    *out = (PlDoorPeer){{&script, script_send, script_cancel}, script_close};
    return PL_OK;
}

typedef struct Seen {
    unsigned count, status;
    PlNetFault fault;
    PlEvidence evidence;
    char message[64];
} Seen;

static void see(void *user, const PlNetAnswer *answer)
{
    Seen *seen = user;
    seen->count++;
    seen->status = answer->status;
    seen->fault = answer->fault;
    seen->evidence = answer->evidence;
    snprintf(seen->message, sizeof seen->message, PL_FMT, PL_ARG(answer->message));
}

static void send(PlDoors *doors, PlLoop *loop, const char *url, const char *plugin, Seen *seen)
{
    PlNetPort port = pl_doors_port(doors);
    PlNetRequest request = {.method = PL_POST, .url = pl_str_z(url), .plugin = pl_str_z(plugin)};
    uint64_t call;
    *seen = (Seen){0};
    CHECK(port.send(port.self, &request, see, seen, &call) == PL_OK);
    CHECK(seen->count == 0); /* never from inside send */
    for (int i = 0; i < 3 && !seen->count; i++) pl_loop_turn(loop, 10000);
    CHECK(seen->count == 1);
}

TEST(origin)
{
    static const struct {
        const char *url, *origin;
    } cases[] = {{"tool://fs", "tool://fs"},     {"tool://fs/read", "tool://fs"}, {"mcp://a-b.c_D/x/y", "mcp://a-b.c_D"}, {"tool://", ""},
                 {"tool://fs?x", ""},            {"TOOL://fs", ""},               {"tool://a@b/x", ""},                   {"tool:/fs", ""},
                 {"file://etc/passwd", ""},      {"tool://fs:1/x", ""},           {"tool:///fs", ""},                     {"https://x/tool://fs", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlDoorKind kind;
        size_t n = pl_door_origin(pl_str_z(cases[i].url), &kind);
        CHECK(pl_str_eq_z(pl_str(cases[i].url, n), cases[i].origin));
    }
}

TEST(switch)
{
    PlDoor all[] = {{PL_STR("fs"), PL_DOOR_TOOL, PL_STR("{}")}, {PL_STR("broken"), PL_DOOR_TOOL, PL_STR("{}")}, {PL_STR("own"), PL_DOOR_HOST, PL_STR("{}")}};
    PlManifest manifest = {.doors = all, .door_count = 3};
    PlDoorOpen opens[PL_DOOR_KIND_COUNT] = {[PL_DOOR_TOOL] = script_open};
    PlLoop *loop = pl_loop_new();
    PlDoorGrants grants = {0};
    PlDoorWorld world = {.loop = loop, .clock = pl_loop_clock(loop), .grants = &grants};
    PlDoors *doors = pl_doors_new(&world, &manifest, opens);
    Seen seen;
    script = (Script){0};
    send(doors, loop, "tool://fs/read", "fs", &seen);
    CHECK(seen.status == 200 && seen.evidence == PL_EVIDENCE_ANSWERED);
    send(doors, loop, "tool://fs/read", "fs", &seen);
    CHECK(script.opened == 1 && script.sent == 2);
    send(doors, loop, "tool://broken/x", "broken", &seen);
    CHECK(seen.fault == PL_NET_NO_DOOR && seen.evidence == PL_EVIDENCE_NEVER_SENT && strcmp(seen.message, "it is broken") == 0);
    send(doors, loop, "tool://fs/read", "other", &seen); /* the door of another plugin is not there for it */
    CHECK(seen.fault == PL_NET_REFUSED_ORIGIN);
    send(doors, loop, "mcp://fs/read", "fs", &seen);
    CHECK(seen.fault == PL_NET_REFUSED_ORIGIN);
    send(doors, loop, "host://own/x", "own", &seen);
    CHECK(seen.fault == PL_NET_NO_DOOR);
    send(doors, loop, "https://example.com/", "fs", &seen);
    CHECK(seen.fault == PL_NET_REFUSED_ORIGIN && script.sent == 2);
    pl_doors_free(doors);
    CHECK(script.closed == 1);
    pl_loop_free(loop);
}

TEST(cancel)
{
    PlDoor one = {PL_STR("own"), PL_DOOR_HOST, PL_STR("{}")};
    PlManifest manifest = {.doors = &one, .door_count = 1};
    PlDoorOpen opens[PL_DOOR_KIND_COUNT] = {0};
    PlLoop *loop = pl_loop_new();
    PlDoorWorld world = {.loop = loop, .clock = pl_loop_clock(loop)};
    PlDoors *doors = pl_doors_new(&world, &manifest, opens);
    PlNetPort port = pl_doors_port(doors);
    PlNetRequest request = {.url = PL_STR("host://own/x"), .plugin = PL_STR("own")};
    Seen seen = {0}, dropped = {0};
    uint64_t call;
    CHECK(port.send(port.self, &request, see, &seen, &call) == PL_OK);
    port.cancel(port.self, call);
    pl_loop_turn(loop, 10000);
    CHECK(seen.count == 1 && seen.fault == PL_NET_CANCELLED);
    port.cancel(port.self, call); /* dead by now */
    CHECK(port.send(port.self, &request, see, &dropped, &call) == PL_OK);
    pl_doors_free(doors);
    pl_loop_turn(loop, 1000);
    CHECK(dropped.count == 0);
    pl_loop_free(loop);
}

static void check_refused(PlDoor door, PlDoorGrants grants, const char *option)
{
    PlManifest manifest = {.doors = &door, .door_count = 1};
    PlBuf why;
    pl_buf_init(&why, 256);
    const PlDoor *found = pl_doors_refused(&manifest, &grants, &why);
    CHECK((found != NULL) == (*option != 0) && pl_str_eq_z(pl_buf_str(&why), option));
    pl_buf_deinit(&why);
}

TEST(grants)
{
    PlStr name = PL_STR("sh");
    PlDoor shell = {name, PL_DOOR_TOOL, PL_STR("{\"tool\":\"shell\",\"needs\":[]}")}, mcp = {name, PL_DOOR_MCP, PL_STR("{\"command\":\"x\"}")};
    PlDoor url = {name, PL_DOOR_MCP, PL_STR("{\"url\":\"https://x\"}")}, both_ways = {name, PL_DOOR_MCP, PL_STR("{\"url\":\"https://x\",\"command\":\"x\"}")};
    PlDoor smuggled = {name, PL_DOOR_TOOL, PL_STR("{\"tool\":\"native\",\"needs\":[]}")}, nobody = {name, PL_DOOR_TOOL, PL_STR("{}")};
    PlDoor native = {name, PL_DOOR_NATIVE, PL_STR("{}")}, clock = {name, PL_DOOR_TOOL, PL_STR("{\"tool\":\"clock\"}")};
    PlDoorGrants none = {0}, folder = {.workspace = "."}, both = {.workspace = ".", .allowed = &name, .allowed_count = 1}, all_native = {.native = true};
    check_refused(shell, none, "--workspace DIR");
    check_refused(shell, folder, "--allow sh");
    check_refused(shell, both, "");
    check_refused(mcp, folder, "--allow sh");
    check_refused(mcp, both, "");
    check_refused(native, folder, "--allow-native");
    check_refused(native, all_native, "");
    check_refused(native, both, "");
    check_refused(clock, none, "");
    check_refused(url, none, "");
    check_refused(both_ways, none, "--allow sh");
    check_refused(smuggled, both, "no option");
    check_refused(nobody, both, "no option");
}

/* plugins: {t: {tool: clock, config: {k: "xxx..."}}}: its JSON is {"k":"xxx..."}. */
static PlStatus read_config(size_t size, size_t *len)
{
    char path[] = "/tmp/pilot-doors-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fprintf(file, "plugins: {t: {tool: clock, config: {k: \"");
    for (size_t i = 8; i < size; i++) fputc('x', file);
    fprintf(file, "\"}}}\n");
    fclose(file);
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlSources sources;
    PlDiags diags;
    PlProject project;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlStatus status = pl_project_read(arena, &diags, path, &project);
    *len = project.plugins.len ? project.plugins.items[0].config.len : 0;
    unlink(path);
    pl_arena_free(arena);
    return status;
}

TEST(config_limit)
{
    size_t len;
    CHECK(read_config(PL_LIMIT_DOOR_CONFIG, &len) == PL_OK && len == PL_LIMIT_DOOR_CONFIG);
    CHECK(read_config(PL_LIMIT_DOOR_CONFIG + 1, &len) == PL_INVALID);
}

UNIT_MAIN
