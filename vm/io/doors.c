/* SPDX-License-Identifier: MIT */
/* The switch in front of the peers. It looks at a URL's scheme and at the manifest's doors, opens a peer once, and answers for a door that cannot be opened. */
#include "vm/io/doors.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"

typedef struct Place {
    const PlDoor *door;
    PlDoorPeer peer;
    bool is_open, has_failed;
    PlBuf why; /* it could not be opened */
} Place;

typedef struct Call { /* one that is under way: with a peer, or refused and not yet said so */
    PlDoors *doors;
    struct Call *previous, *next;
    PlNetDone done;
    void (*piece)(void *user, PlStr bytes);
    void *user;
    uint64_t id;
    PlNetPort port;  /* whose call `inner` is; no port: refused */
    uint64_t inner;  /* or the timer that will say so */
    PlNetFault fault;
    PlStr message;
} Call;

struct PlDoors {
    PlDoorWorld world;
    const PlDoorOpen *opens;
    Place *places;
    uint32_t count;
    Call *calls;
    uint64_t last_id;
};

PlDoors *pl_doors_new(const PlDoorWorld *world, const PlManifest *manifest, const PlDoorOpen *opens)
{
    PlDoors *doors = pl_zalloc(sizeof *doors);
    if (!doors) return NULL;
    doors->world = *world;
    doors->opens = opens;
    doors->places = pl_zalloc((manifest->door_count + 1) * sizeof *doors->places);
    if (!doors->places) {
        pl_free(doors);
        return NULL;
    }
    doors->count = manifest->door_count;
    for (uint32_t i = 0; i < doors->count; i++) {
        doors->places[i].door = &manifest->doors[i];
        pl_buf_init(&doors->places[i].why, 4096);
    }
    return doors;
}

void pl_doors_free(PlDoors *doors)
{
    if (!doors) return;
    for (uint32_t i = 0; i < doors->count; i++) {
        Place *p = &doors->places[i];
        if (p->is_open) p->peer.close(p->peer.port.self);
        pl_buf_deinit(&p->why);
    }
    for (Call *c = doors->calls, *next; c; c = next) {
        next = c->next;
        if (!c->port.send) doors->world.clock.timer_cancel(doors->world.clock.self, c->inner);
        pl_free(c); /* what the HTTP port has is dropped with it, before its loop turns again */
    }
    pl_free(doors->places);
    pl_free(doors);
}

/* ---- calls ---- */

static Call *call_new(PlDoors *doors, PlNetDone done, void *user, uint64_t *id)
{
    Call *c = pl_zalloc(sizeof *c);
    if (!c) return NULL;
    *c = (Call){.doors = doors, .next = doors->calls, .done = done, .user = user, .id = ++doors->last_id};
    if (doors->calls) doors->calls->previous = c;
    doors->calls = c;
    *id = c->id;
    return c;
}

static void call_free(Call *c)
{
    if (c->previous) c->previous->next = c->next;
    else c->doors->calls = c->next;
    if (c->next) c->next->previous = c->previous;
    pl_free(c);
}

static void answered(void *user, const PlNetAnswer *answer)
{
    Call call = *(Call *)user;
    call_free(user);
    call.done(call.user, answer);
}

static void came(void *user, PlStr bytes)
{
    const Call *c = user;
    c->piece(c->user, bytes);
}

static void say(void *user)
{
    const Call *c = user;
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_NEVER_SENT, .fault = c->fault, .message = c->message};
    answered(user, &answer);
}

static PlStatus refuse(PlDoors *doors, PlNetFault fault, PlStr message, PlNetDone done, void *user, uint64_t *id)
{
    const PlClockPort *clock = &doors->world.clock;
    Call *c = call_new(doors, done, user, id);
    if (!c) return PL_NOMEM;
    c->fault = fault;
    c->message = message;
    PlStatus status = clock->timer(clock->self, clock->mono_us(clock->self), say, c, &c->inner);
    if (status != PL_OK) call_free(c);
    return status;
}

/* ---- peers ---- */

static Place *place_of(PlDoors *doors, PlDoorKind kind, PlStr plugin)
{
    for (uint32_t i = 0; i < doors->count; i++)
        if (doors->places[i].door->kind == kind && pl_str_eq(doors->places[i].door->plugin, plugin)) return &doors->places[i];
    return NULL;
}

static bool is_ready(PlDoors *doors, Place *place)
{
    if (place->is_open || place->has_failed) return place->is_open;
    PlDoorOpen open = doors->opens[place->door->kind];
    PlStatus status = PL_REFUSED;
    if (open) status = open(&doors->world, place->door, &place->peer, &place->why);
    else pl_buf_printf(&place->why, "this program cannot open %s", pl_door_words(place->door->kind));
    place->is_open = status == PL_OK;
    place->has_failed = !place->is_open;
    return place->is_open;
}

static PlStatus send_on(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *id)
{
    PlDoors *doors = self;
    PlDoorKind kind;
    PlNetPort port = doors->world.http;
    if (pl_door_origin(request->url, &kind)) {
        Place *place = place_of(doors, kind, request->plugin);
        if (!place) return refuse(doors, PL_NET_REFUSED_ORIGIN, PL_STR("the manifest has no such door"), done, user, id);
        if (!is_ready(doors, place)) return refuse(doors, PL_NET_NO_DOOR, pl_buf_str(&place->why), done, user, id);
        port = place->peer.port;
    }
    if (!port.send) return refuse(doors, PL_NET_REFUSED_ORIGIN, PL_STR("there is no HTTP here"), done, user, id);
    Call *c = call_new(doors, done, user, id);
    if (!c) return PL_NOMEM;
    c->port = port;
    c->piece = request->piece;
    PlNetRequest own = *request;
    if (own.piece) own.piece = came;
    PlStatus status = port.send(port.self, &own, answered, c, &c->inner);
    if (status != PL_OK) call_free(c);
    return status;
}

static void cancel(void *self, uint64_t id)
{
    PlDoors *doors = self;
    Call *c = doors->calls;
    while (c && c->id != id) c = c->next;
    if (!c) return;
    if (c->port.send) c->port.cancel(c->port.self, c->inner);
    else c->fault = PL_NET_CANCELLED; /* its turn comes all the same */
}

PlNetPort pl_doors_port(PlDoors *doors)
{
    return (PlNetPort){doors, send_on, cancel};
}

/* ---- what the run was given ---- */

static bool is_allowed(const PlDoorGrants *grants, PlStr plugin)
{
    for (uint32_t i = 0; i < grants->allowed_count; i++)
        if (pl_str_eq(grants->allowed[i], plugin)) return true;
    return false;
}

typedef struct Needs {
    bool workspace, allow, native, unknown;
} Needs;

/* What a tool takes stands here, not in the module: whoever forges one must not say what it needs. */
static Needs needs_of_tool(PlStr tool)
{
    static const struct {
        const char *name;
        Needs needs;
    } tools[] = {{"\"fs\"", {.workspace = true}},     {"\"search\"", {.workspace = true}},
                 {"\"git\"", {.workspace = true}},    {"\"shell\"", {.workspace = true, .allow = true}},
                 {"\"browser\"", {.workspace = true, .allow = true}},
                 {"\"http\"", {0}},                   {"\"mail\"", {0}},
                 {"\"clock\"", {0}},                  {"\"random\"", {0}}};
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (pl_str_eq_z(tool, tools[i].name)) return tools[i].needs;
    return (Needs){.unknown = true};
}

static Needs needs_of(const PlDoor *door)
{
    PlStr value = PL_STR("");
    switch (door->kind) {
    case PL_DOOR_TOOL:
        pl_json_find(door->config, "tool", &value);
        return needs_of_tool(value);
    case PL_DOOR_NATIVE: return (Needs){.native = true};
    case PL_DOOR_MCP: return (Needs){.allow = !pl_json_find(door->config, "url", &value) || pl_json_find(door->config, "command", &value)};
    default: return (Needs){0};
    }
}

const PlDoor *pl_doors_refused(const PlManifest *manifest, const PlDoorGrants *grants, PlBuf *why)
{
    for (uint32_t i = 0; i < manifest->door_count; i++) {
        const PlDoor *door = &manifest->doors[i];
        Needs needs = needs_of(door);
        bool allowed = is_allowed(grants, door->plugin);
        const char *option = NULL;
        if (needs.unknown) option = "no option";
        else if (needs.native && !allowed && !grants->native) option = "--allow-native";
        else if (needs.workspace && !grants->workspace) option = "--workspace DIR";
        if (option) pl_buf_put_z(why, option);
        else if (needs.allow && !allowed) pl_buf_printf(why, "--allow " PL_FMT, PL_ARG(door->plugin));
        else continue;
        return door;
    }
    return NULL;
}
