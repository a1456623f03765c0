/* SPDX-License-Identifier: MIT */
/* The arguments become a request of the run's HTTP port, which holds it to the manifest; its answer, whatever its status, becomes a record. No header
 * that carries a credential can be given: `config: {token: true}` names one. */
#include "vm/io/door_http.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/base/utf8.h"
#include "vm/code/action.h"

enum { HEADERS = 32 };

typedef struct Peer Peer;

typedef struct Call {
    Peer *peer;
    struct Call *previous, *next;
    uint64_t id, inner;
    PlNetDone done;
    void *user;
    PlEscape escape;
    PlArena *arena;
    PlStr refusal; /* not sent: why */
    bool is_out, is_cancelled;
} Call;

struct Peer {
    PlDoorWorld world;
    const PlDoor *door;
    Call *calls;
    uint64_t last_id;
};

static void call_free(Call *c)
{
    if (c->previous) c->previous->next = c->next;
    else c->peer->calls = c->next;
    if (c->next) c->next->previous = c->previous;
    pl_arena_free(c->arena);
    pl_free(c);
}

static void end(Call *c, const PlNetAnswer *answer)
{
    PlNetDone done = c->done;
    void *user = c->user;
    done(user, answer);
    call_free(c);
}

static void give(Call *c, unsigned status, PlStr body, uint64_t elapsed_us)
{
    static const PlHeader json = {PL_STR_INIT("content-type"), PL_STR_INIT("application/json")};
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_ANSWERED, .status = status, .headers = &json, .header_count = 1, .body = body, .elapsed_us = elapsed_us};
    end(c, &answer);
}

static void refuse(void *user)
{
    Call *c = user;
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_put_z(&body, "{\"error\":");
    pl_buf_put_json(&body, c->is_cancelled ? PL_STR("cancelled") : c->refusal);
    pl_buf_put_char(&body, '}');
    give(c, 400, pl_buf_str(&body), 0);
    pl_buf_deinit(&body);
}

/* {"status":200,"ok":true,"headers":{...},"text":"...","json":...} */
static void answered(void *user, const PlNetAnswer *answer)
{
    Call *c = user;
    if (answer->fault != PL_NET_OK) {
        end(c, answer);
        return;
    }
    PlBuf body;
    pl_buf_init(&body, 0);
    bool is_json = false, is_text = pl_utf8_check(answer->body) == answer->body.len;
    pl_buf_printf(&body, "{\"status\":%u,\"ok\":%s,\"headers\":{", answer->status, answer->status >= 200 && answer->status < 300 ? "true" : "false");
    for (uint32_t i = 0, put = 0; i < answer->header_count; i++) {
        const PlHeader *h = &answer->headers[i];
        bool again = pl_utf8_check(h->value) != h->value.len;
        for (uint32_t k = 0; k < i && !again; k++) again = pl_str_eq(answer->headers[k].name, h->name); /* the first of a name */
        if (again || pl_str_eq_z(h->name, "set-cookie")) continue;
        if (put++) pl_buf_put_char(&body, ',');
        pl_buf_put_json(&body, h->name);
        pl_buf_put_char(&body, ':');
        pl_buf_put_json(&body, h->value);
        if (pl_str_eq_z(h->name, "content-type")) is_json = pl_str_find(h->value, PL_STR("json"), 0) != PL_STR_NONE;
    }
    pl_buf_put_z(&body, "},\"text\":");
    pl_buf_put_json(&body, is_text ? answer->body : PL_STR(""));
    PlJsonScan scan;
    pl_json_scan_init(&scan, answer->body);
    PlJsonEvent event = PL_JSON_NULL;
    while (is_json && event != PL_JSON_END && event != PL_JSON_ERROR) event = pl_json_scan_next(&scan);
    pl_json_scan_deinit(&scan);
    if (is_json && event == PL_JSON_END) pl_buf_printf(&body, ",\"json\":" PL_FMT, PL_ARG(answer->body));
    pl_buf_put_char(&body, '}');
    give(c, 200, pl_buf_str(&body), answer->elapsed_us);
    pl_buf_deinit(&body);
}

/* ---- the request ---- */

static bool is_token(PlStr name)
{
    bool good = name.len > 0;
    for (size_t i = 0; i < name.len && good; i++) {
        char c = name.ptr[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
    }
    return good;
}

/* {"X-Thing": "value"}; false with why in the call. */
static bool take_headers(Call *c, PlStr args, PlHeader *headers, uint32_t *count)
{
    static const char *const ours[] = {"authorization", "cookie", "proxy-authorization", "host", "content-length", "transfer-encoding", "connection"};
    PlStr object;
    PlJsonScan scan;
    bool good = true;
    if (!pl_json_find(args, "headers", &object)) return true;
    pl_json_scan_init(&scan, object);
    PlJsonEvent event = pl_json_scan_next(&scan);
    PlStr name = PL_STR("");
    while (good && event != PL_JSON_END && event != PL_JSON_ERROR) {
        event = pl_json_scan_next(&scan);
        if (event == PL_JSON_KEY) name = pl_arena_str(c->arena, scan.text);
        if (event != PL_JSON_STRING) continue;
        PlStr value = pl_arena_str(c->arena, scan.text);
        good = *count < HEADERS && is_token(name);
        for (size_t i = 0; i < value.len; i++) good = good && (unsigned char)value.ptr[i] >= ' ';
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) good = good && !pl_str_eq_nocase(name, pl_str_z(ours[i]));
        if (good) headers[(*count)++] = (PlHeader){name, value};
        else c->refusal = pl_arena_printf(c->arena, "the header " PL_FMT " cannot be given", PL_ARG(name));
    }
    pl_json_scan_deinit(&scan);
    return good;
}

static bool has_header(const PlHeader *headers, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (pl_str_eq_nocase(headers[i].name, pl_str_z(name))) return true;
    return false;
}

static bool make(Call *c, const PlNetRequest *asked, PlNetRequest *out, PlHeader *headers)
{
    PlStr args = asked->body, json, method = pl_json_find_text(c->arena, args, "method");
    if (!method.len && pl_str_ends(asked->url, PL_STR("/request"))) method = PL_STR("POST");
    *out = (PlNetRequest){.plugin = asked->plugin, .headers = headers, .timeout_us = asked->timeout_us, .max_body = asked->max_body};
    out->auth = asked->auth;
    out->auth_count = asked->auth_count;
    out->url = pl_json_find_text(c->arena, args, "url");
    PlDoorKind kind;
    if (!pl_method_by_name(method.len ? method : PL_STR("GET"), &out->method)) {
        c->refusal = pl_arena_printf(c->arena, PL_FMT " is no HTTP method", PL_ARG(method));
        return false;
    }
    if (pl_door_origin(out->url, &kind) || !pl_action_origin(c->arena, out->url).len) {
        c->refusal = pl_arena_printf(c->arena, PL_FMT " is no http or https URL", PL_ARG(out->url));
        return false;
    }
    for (size_t i = 0; i < out->url.len; i++) {
        if ((unsigned char)out->url.ptr[i] > ' ' && out->url.ptr[i] != 0x7f) continue;
        c->refusal = PL_STR("a blank in the URL");
        return false;
    }
    if (!take_headers(c, args, headers, &out->header_count)) return false;
    out->body = pl_json_find_text(c->arena, args, "body");
    out->has_body = pl_json_find(args, "body", &json) && !pl_str_eq_z(json, "null");
    if (pl_json_find(args, "json", &json) && !pl_str_eq_z(json, "null")) {
        out->body = json;
        out->has_body = true;
        if (!has_header(headers, out->header_count, "content-type") && out->header_count < HEADERS)
            headers[out->header_count++] = (PlHeader){PL_STR("Content-Type"), PL_STR("application/json")};
    }
    return true;
}

static PlStatus send_call(void *self, const PlNetRequest *asked, PlNetDone done, void *user, uint64_t *id)
{
    Peer *peer = self;
    const PlClockPort *clock = &peer->world.clock;
    PlNetPort http = peer->world.http;
    Call *c = pl_zalloc(sizeof *c);
    if (!c) return PL_NOMEM;
    *c = (Call){.peer = peer, .next = peer->calls, .id = ++peer->last_id, .done = done, .user = user};
    if (peer->calls) peer->calls->previous = c;
    peer->calls = c;
    *id = c->id;
    c->arena = pl_arena_new(&c->escape, 0);
    PlStatus status = PL_NOMEM;
    if (c->arena && setjmp(c->escape.at) == 0) {
        PlNetRequest request;
        PlHeader headers[HEADERS];
        c->is_out = make(c, asked, &request, headers);
        status = c->is_out ? http.send(http.self, &request, answered, c, &c->inner)
                           : clock->timer(clock->self, clock->mono_us(clock->self), refuse, c, &c->inner);
    }
    if (status != PL_OK) call_free(c);
    return status;
}

static void cancel(void *self, uint64_t id)
{
    Peer *peer = self;
    Call *c = peer->calls;
    while (c && c->id != id) c = c->next;
    if (!c) return;
    c->is_cancelled = true;
    if (c->is_out) peer->world.http.cancel(peer->world.http.self, c->inner);
}

static void close_peer(void *self)
{
    Peer *peer = self;
    while (peer->calls) {
        Call *c = peer->calls;
        if (!c->is_out) peer->world.clock.timer_cancel(peer->world.clock.self, c->inner);
        call_free(c); /* what is out is dropped with the HTTP port, before its loop turns again */
    }
    pl_free(peer);
}

PlStatus pl_door_http_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    Peer *peer = pl_zalloc(sizeof *peer);
    (void)why;
    if (!peer) return PL_NOMEM;
    peer->world = *world;
    peer->door = door;
    *out = (PlDoorPeer){{peer, send_call, cancel}, close_peer};
    return PL_OK;
}
