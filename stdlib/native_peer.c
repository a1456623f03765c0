/* SPDX-License-Identifier: MIT */
/* A call is made when its turn of the loop comes, and answered in the same turn. */
#include "stdlib/native_peer.h"

#include "stdlib/native.h"
#include "vm/base/fault.h"
#include "vm/base/json_scan.h"

typedef struct Peer Peer;

typedef struct Call {
    Peer *peer;
    struct Call *previous, *next;
    uint64_t id, timer;
    PlNetDone done;
    void *user;
    PlBuf function, args;
    bool is_cancelled;
} Call;

struct Peer {
    PlClockPort clock;
    const PlDoor *door;
    PlEscape escape;
    PlArena *arena;
    void *library;
    PlStr functions;
    Call *calls;
    uint64_t last_id;
};

bool pl_native_peer_is_wanted(const PlDoor *door)
{
    PlStr raw;
    return pl_json_find(door->config, "in_process", &raw) && pl_str_eq_z(raw, "true");
}

static void call_free(Call *c)
{
    if (c->previous) c->previous->next = c->next;
    else c->peer->calls = c->next;
    if (c->next) c->next->previous = c->previous;
    pl_buf_deinit(&c->function);
    pl_buf_deinit(&c->args);
    pl_free(c);
}

static unsigned make(Call *c, PlArena *arena, PlBuf *body)
{
    PlStr spec, name = pl_buf_str(&c->function);
    if (pl_json_find(c->peer->functions, pl_arena_str(arena, name).ptr, &spec))
        return pl_native_call(arena, c->peer->library, name, spec, pl_buf_str(&c->args), body);
    pl_buf_put_z(body, "{\"error\":\"the manifest has no such function\"}");
    return 404;
}

static void answer(void *user)
{
    static const PlHeader json = {PL_STR_INIT("content-type"), PL_STR_INIT("application/json")};
    Call *c = user;
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CANCELLED, .message = PL_STR("cancelled")};
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlBuf body;
    pl_buf_init(&body, 0);
    c->timer = 0;
    if (!c->is_cancelled && arena && setjmp(escape.at) == 0) {
        unsigned status = make(c, arena, &body);
        answer = (PlNetAnswer){.evidence = PL_EVIDENCE_ANSWERED, .status = status, .headers = &json, .header_count = 1, .body = pl_buf_str(&body)};
    } else if (!c->is_cancelled) {
        answer.message = PL_STR("out of memory");
    }
    PlNetDone done = c->done;
    void *whose = c->user;
    call_free(c);
    done(whose, &answer);
    pl_buf_deinit(&body);
    pl_arena_free(arena);
}

static PlStatus send_call(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *id)
{
    Peer *peer = self;
    PlDoorKind kind;
    Call *c = pl_zalloc(sizeof *c);
    if (!c) return PL_NOMEM;
    *c = (Call){.peer = peer, .next = peer->calls, .id = ++peer->last_id, .done = done, .user = user};
    if (peer->calls) peer->calls->previous = c;
    peer->calls = c;
    *id = c->id;
    pl_buf_init(&c->function, 0);
    pl_buf_init(&c->args, 0);
    pl_buf_put(&c->function, pl_str_slice(request->url, pl_door_origin(request->url, &kind) + 1, request->url.len));
    pl_buf_put(&c->args, request->body.len ? request->body : PL_STR("{}"));
    bool good = c->function.status == PL_OK && c->args.status == PL_OK;
    if (good && peer->clock.timer(peer->clock.self, peer->clock.mono_us(peer->clock.self), answer, c, &c->timer) == PL_OK) return PL_OK;
    call_free(c);
    return PL_NOMEM;
}

static void cancel(void *self, uint64_t id)
{
    for (Call *c = ((Peer *)self)->calls; c; c = c->next)
        if (c->id == id) c->is_cancelled = true;
}

static void close_peer(void *self)
{
    Peer *peer = self;
    while (peer->calls) {
        peer->clock.timer_cancel(peer->clock.self, peer->calls->timer);
        call_free(peer->calls);
    }
    pl_arena_free(peer->arena);
    pl_free(peer); /* the library stays: it may have threads of its own */
}

PlStatus pl_native_peer_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    Peer *peer = pl_zalloc(sizeof *peer);
    PlStr config = PL_STR("{}");
    if (!peer) return PL_NOMEM;
    peer->clock = world->clock;
    peer->door = door;
    peer->functions = PL_STR("{}");
    peer->arena = pl_arena_new(&peer->escape, 0);
    pl_json_find(door->config, "config", &config);
    pl_json_find(config, "functions", &peer->functions);
    if (peer->arena && setjmp(peer->escape.at) == 0) peer->library = pl_native_open(pl_json_find_text(peer->arena, config, "library"), why, peer->arena);
    if (!peer->library) {
        close_peer(peer);
        return PL_IO;
    }
    *out = (PlDoorPeer){{peer, send_call, cancel}, close_peer};
    return PL_OK;
}
