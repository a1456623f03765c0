/* SPDX-License-Identifier: MIT */
/* The peer behind `host://PLUGIN`: functions that the program registered with its world. A call waits for its reply in the world's list; the function is
 * called from the loop, never from inside a send, and the plan hears of the reply from the loop too. A reply that comes after its call ended (a time limit,
 * a cancel, the end of the run) is dropped. spec/plugins.md section 3. */
#include "vm/pilot_world.h"

#include "vm/base/fault.h"

typedef struct Peer {
    PilotWorld *world;
    PlClockPort clock;
    const PlDoor *door;
    uint64_t last_id;
} Peer;

typedef enum Stage { WAITS_FOR_FUNCTION, IN_FUNCTION, WAITS_FOR_REPLY, REPLIED } Stage;

struct PilotReply {
    PilotReply *previous, *next;
    PilotWorld *world;
    Peer *peer;          /* NULL: nobody waits any more */
    const PlHostAction *action;
    PlNetDone done;
    void *user;
    uint64_t id, turn, limit; /* timers: the next thing to do, the time limit; 0 none */
    uint64_t max_body;
    int64_t began_us;
    Stage stage;
    PlNetFault fault;
    unsigned status;
    PlBuf body;          /* arguments, then the result */
};

static void reply_free(PilotReply *r)
{
    if (r->previous) r->previous->next = r->next;
    else r->world->replies = r->next;
    if (r->next) r->next->previous = r->previous;
    pl_buf_deinit(&r->body);
    pl_free(r);
}

static void stop_timers(PilotReply *r)
{
    const PlClockPort *clock = &r->peer->clock;
    if (r->turn) clock->timer_cancel(clock->self, r->turn);
    if (r->limit) clock->timer_cancel(clock->self, r->limit);
    r->turn = r->limit = 0;
}

/* The plan hears how it ended. A function that has the reply still keeps it, for nobody. */
static void finish(PilotReply *r)
{
    static const PlHeader json[] = {{PL_STR_INIT("content-type"), PL_STR_INIT("application/json")}};
    const PlClockPort *clock = &r->peer->clock;
    PlNetAnswer answer = {.fault = r->fault, .status = r->status, .headers = json, .header_count = 1};
    answer.elapsed_us = (uint64_t)(clock->mono_us(clock->self) - r->began_us);
    bool over = r->stage == REPLIED, never = r->stage == WAITS_FOR_FUNCTION;
    if (over && r->body.status != PL_OK) answer.fault = PL_NET_TOO_LARGE;
    answer.evidence = never ? PL_EVIDENCE_NEVER_SENT : answer.fault ? PL_EVIDENCE_UNKNOWN : PL_EVIDENCE_ANSWERED;
    if (!answer.fault) answer.body = pl_buf_str(&r->body);
    if (answer.fault == PL_NET_TIMEOUT) answer.message = PL_STR("the function did not answer in time");
    if (answer.fault == PL_NET_TOO_LARGE) answer.message = PL_STR("the function's answer is too large");
    stop_timers(r);
    r->peer = NULL;
    r->done(r->user, &answer);
    if (over || never) reply_free(r);
}

static void on_turn(void *user)
{
    PilotReply *r = user;
    r->turn = 0;
    if (r->fault || r->stage == REPLIED) {
        finish(r);
        return;
    }
    PlBuf args = r->body;
    pl_buf_init(&r->body, r->max_body);
    r->stage = IN_FUNCTION;
    r->action->function(r->action->user, (PilotText){args.ptr ? args.ptr : "", args.len}, r);
    pl_buf_deinit(&args);
    if (r->stage == REPLIED) finish(r);
    else r->stage = WAITS_FOR_REPLY;
}

static void on_limit(void *user)
{
    PilotReply *r = user;
    r->limit = 0;
    if (r->stage == REPLIED) return; /* and its turn comes */
    r->fault = PL_NET_TIMEOUT;
    finish(r);
}

static PlStatus soon(PilotReply *r)
{
    const PlClockPort *clock = &r->peer->clock;
    return r->turn ? PL_OK : clock->timer(clock->self, clock->mono_us(clock->self), on_turn, r, &r->turn);
}

/* ---- replies ---- */

static void replied(PilotReply *r)
{
    if (r->stage == REPLIED) return;
    bool in_function = r->stage == IN_FUNCTION;
    r->stage = REPLIED;
    if (!r->peer) reply_free(r);
    else if (!in_function && soon(r) != PL_OK) finish(r); /* no memory for a timer: from here, then */
}

void pilot_reply(PilotReply *reply, const char *json)
{
    if (reply->stage == REPLIED) return;
    reply->status = json && *json ? 200 : 204;
    if (json) pl_buf_put_z(&reply->body, json);
    replied(reply);
}

void pilot_reply_error(PilotReply *reply, int status, const char *why)
{
    if (reply->stage == REPLIED) return;
    reply->status = status >= 400 && status <= 599 ? (unsigned)status : 500;
    pl_buf_put_z(&reply->body, "{\"error\":");
    pl_buf_put_json(&reply->body, pl_str_z(why ? why : "the function failed"));
    pl_buf_put_char(&reply->body, '}');
    replied(reply);
}

/* ---- the port ---- */

static const PlHostAction *find(const PilotWorld *world, PlStr plugin, PlStr name)
{
    for (const PlHostAction *a = world->actions; a; a = a->next)
        if (pl_str_eq_z(plugin, a->plugin) && pl_str_eq_z(name, a->name)) return a;
    return NULL;
}

/* "host://crm/score" -> "score" */
static PlStr name_of(PlStr url)
{
    PlDoorKind kind;
    PlStr path = pl_str_slice(url, pl_door_origin(url, &kind), url.len);
    return path.len ? pl_str_slice(path, 1, path.len) : path;
}

static PlStatus send_to(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    Peer *peer = self;
    PilotReply *r = pl_zalloc(sizeof *r);
    if (!r) return PL_NOMEM;
    *r = (PilotReply){.world = peer->world, .peer = peer, .done = done, .user = user, .id = ++peer->last_id, .max_body = request->max_body};
    r->began_us = peer->clock.mono_us(peer->clock.self);
    r->next = peer->world->replies;
    if (r->next) r->next->previous = r;
    peer->world->replies = r;
    r->action = find(peer->world, request->plugin, name_of(request->url));
    pl_buf_init(&r->body, 0);
    pl_buf_put(&r->body, request->has_body ? request->body : PL_STR("{}"));
    PlStatus status = r->body.status == PL_OK ? soon(r) : PL_NOMEM;
    if (status == PL_OK && request->timeout_us)
        status = peer->clock.timer(peer->clock.self, r->began_us + (int64_t)request->timeout_us, on_limit, r, &r->limit);
    if (status != PL_OK) {
        stop_timers(r);
        reply_free(r);
        return status;
    }
    if (!r->action) {
        pl_buf_clear(&r->body);
        pl_buf_put_z(&r->body, "{\"error\":\"the program has no such action\"}");
        r->status = 404;
        r->stage = REPLIED;
    }
    *call = r->id;
    return PL_OK;
}

static void cancel(void *self, uint64_t call)
{
    Peer *peer = self;
    PilotReply *r = peer->world->replies;
    while (r && (r->peer != peer || r->id != call)) r = r->next;
    if (!r || r->stage == REPLIED) return;
    r->fault = PL_NET_CANCELLED;
    if (soon(r) != PL_OK) finish(r);
}

static void drop(void *self)
{
    Peer *peer = self;
    for (PilotReply *r = peer->world->replies, *next; r; r = next) {
        next = r->next;
        if (r->peer != peer) continue;
        stop_timers(r);
        r->peer = NULL;
        if (r->stage == REPLIED || r->stage == WAITS_FOR_FUNCTION) reply_free(r);
    }
    pl_free(peer);
}

PlStatus pl_pilot_host_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    if (!world->host) {
        pl_buf_put_z(why, "this program has no functions for plans");
        return PL_REFUSED;
    }
    Peer *peer = pl_zalloc(sizeof *peer);
    if (!peer) return PL_NOMEM;
    *peer = (Peer){.world = world->host, .clock = world->clock, .door = door};
    *out = (PlDoorPeer){.port = {peer, send_to, cancel}, .close = drop};
    return PL_OK;
}

/* ---- what is registered ---- */

static bool is_name(const char *name)
{
    if (!name || !((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z'))) return false;
    for (; *name; name++)
        if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') || (*name >= '0' && *name <= '9') || *name == '_')) return false;
    return true;
}

static void action_free(PlHostAction *a)
{
    pl_free(a->plugin);
    pl_free(a->name);
    pl_free(a);
}

PilotStatus pilot_world_action(PilotWorld *world, const PilotAction *action)
{
    if (!is_name(action->plugin) || !is_name(action->name) || !action->function) return PILOT_INVALID;
    if (find(world, pl_str_z(action->plugin), pl_str_z(action->name))) return PILOT_INVALID;
    PlHostAction *a = pl_zalloc(sizeof *a);
    if (!a) return PILOT_NOMEM;
    *a = (PlHostAction){.next = world->actions, .function = action->function, .user = action->user};
    a->plugin = pl_strdup_n(action->plugin, strlen(action->plugin));
    a->name = pl_strdup_n(action->name, strlen(action->name));
    if (!a->plugin || !a->name) {
        action_free(a);
        return PILOT_NOMEM;
    }
    world->actions = a;
    return PILOT_OK;
}

void pl_pilot_host_free(PilotWorld *world)
{
    while (world->replies) reply_free(world->replies);
    for (PlHostAction *a = world->actions, *next; a; a = next) {
        next = a->next;
        action_free(a);
    }
    world->actions = NULL;
}
