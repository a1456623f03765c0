/* SPDX-License-Identifier: MIT */
/* An action is a few commands of the driver, one after the other; the calls of a run stand in line for the one browser. A page is only ever opened at
 * an origin of the config; a file is written by the tool fs, in its own walls, and downloaded through the run's HTTP port with the page's cookies. */
#include "vm/io/door_browser.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/code/action.h"
#include "vm/io/door_tool.h"
#include "vm/io/secrets.h"
#include "vm/io/webdriver.h"

#include <stdio.h>
#include <unistd.h>

enum { ELEMENT = 128, DOWNLOAD_BYTES = 16777216, DOWNLOAD_MOST = 41943040 };
#define DEFAULT_US UINT64_C(60000000)
#define NOT_LISTED  "that is at no host that the project lists for the browser (config: {hosts: [...]})"
#define ELEMENT_KEY "element-6066-11e4-a52e-4f735466cecf" /* WebDriver section 12.1 */
#define STATE      "{\"script\":\"return {url: location.href, title: document.title}\",\"args\":[]}"

typedef struct Peer Peer;

typedef struct Call {
    Peer *peer;
    struct Call *next;
    uint64_t id, timer, timeout_us, inner;
    PlNetDone done;
    void *user;
    PlBuf action, args;
    PlBuf url;     /* of a download */
    char element[ELEMENT];
    int stage;
    bool has_begun, is_cancelled, with_cookies;
    bool is_out, is_over; /* a file or a download is under way; the call has ended meanwhile, and goes when that does */
    PlNetPort out_port;
} Call;

struct Peer {
    PlDoorWorld world;
    const PlDoor *door;
    PlEscape escape;
    PlArena *arena;
    PlWebdriver *driver;
    const PlStr *origins; /* where pages may be opened */
    const PlStr *hosts;   /* of them */
    uint32_t origin_count;
    bool walled;
    PlDoor fs_door;
    PlDoorPeer fs;
    Call *calls, *last; /* the first is at work */
    Call *over;         /* ended, with something of theirs still under way */
    uint64_t last_id;
};

static void go_on(Call *c);

/* ---- the end of a call ---- */

static void call_free(Call *c)
{
    if (c->timer) c->peer->world.clock.timer_cancel(c->peer->world.clock.self, c->timer);
    pl_buf_deinit(&c->action);
    pl_buf_deinit(&c->args);
    pl_buf_deinit(&c->url);
    pl_free(c);
}

/* It may be one that still waits: its time is up, or nobody waits for it. */
static void unlink_call(Call *c)
{
    Peer *peer = c->peer;
    Call *before = NULL;
    for (Call *at = peer->calls; at != c; at = at->next) before = at;
    if (before) before->next = c->next;
    else peer->calls = c->next;
    if (peer->last == c) peer->last = before;
}

static void end(Call *c, const PlNetAnswer *answer)
{
    Peer *peer = c->peer;
    unlink_call(c);
    c->done(c->user, answer);
    if (c->is_out) {
        c->is_over = true;
        c->next = peer->over;
        peer->over = c;
        c->out_port.cancel(c->out_port.self, c->inner);
    } else {
        call_free(c);
    }
    Call *next = peer->calls;
    if (next && next->has_begun && !next->is_cancelled && next->stage == 0) go_on(next);
}

/* What was under way for it has ended. True: so has the call, and it is gone. */
static bool came_back(Call *c)
{
    c->is_out = false;
    if (!c->is_over) return false;
    Call **at = &c->peer->over;
    while (*at != c) at = &(*at)->next;
    *at = c->next;
    call_free(c);
    return true;
}

static void give(Call *c, unsigned status, PlStr body)
{
    static const PlHeader json = {PL_STR_INIT("content-type"), PL_STR_INIT("application/json")};
    PlNetAnswer answer = {.evidence = PL_EVIDENCE_ANSWERED, .status = status, .headers = &json, .header_count = 1, .body = body};
    end(c, &answer);
}

static void lose(Call *c, PlEvidence evidence, PlNetFault fault, PlStr message)
{
    PlNetAnswer answer = {.evidence = evidence, .fault = fault, .message = message};
    end(c, &answer);
}

/* A part of a body is none. */
static void give_all(Call *c, unsigned status, const PlBuf *body)
{
    if (body->status == PL_OK) give(c, status, pl_buf_str(body));
    else lose(c, PL_EVIDENCE_UNKNOWN, PL_NET_TOO_LARGE, PL_STR("the answer is too large"));
}

static void give_error(Call *c, unsigned status, PlStr words)
{
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_put_z(&body, "{\"error\":");
    pl_buf_put_json(&body, words);
    pl_buf_put_char(&body, '}');
    give_all(c, status, &body);
    pl_buf_deinit(&body);
}

/* {"KEY": value} */
static void give_value(Call *c, const char *key, PlStr value)
{
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_printf(&body, "{\"%s\":" PL_FMT "}", key, PL_ARG(value));
    give_all(c, 200, &body);
    pl_buf_deinit(&body);
}

/* The browser may be at anything now: the next call gets a new one. */
static void new_driver(Peer *peer)
{
    pl_webdriver_free(peer->driver);
    peer->driver = pl_webdriver_new(peer->world.loop, peer->hosts, peer->origin_count, peer->walled);
}

static void is_late(void *user)
{
    Call *c = user;
    c->timer = 0;
    bool began = c->stage > 0;
    if (began) new_driver(c->peer);
    lose(c, began ? PL_EVIDENCE_UNKNOWN : PL_EVIDENCE_NEVER_SENT, c->is_cancelled ? PL_NET_CANCELLED : PL_NET_TIMEOUT,
         c->is_cancelled ? PL_STR("cancelled") : PL_STR("the browser took too long"));
}

/* ---- commands ---- */

static PlStr arg(const Call *c, const char *name, const char *otherwise)
{
    PlStr raw;
    return pl_json_find(pl_buf_str(&c->args), name, &raw) && !pl_str_eq_z(raw, "null") ? raw : pl_str_z(otherwise);
}

static unsigned status_of(PlStr error)
{
    static const struct {
        const char *error;
        unsigned status;
    } all[] = {{"no such element", 404},        {"invalid selector", 400},          {"invalid argument", 400},       {"element not interactable", 409},
               {"stale element reference", 409}, {"element click intercepted", 409}, {"invalid element state", 409}, {"timeout", 504},
               {"script timeout", 504},          {"javascript error", 400},          {"unknown error", 502}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (pl_str_eq_z(error, all[i].error)) return all[i].status;
    return 500;
}

/* {"element-6066-11e4-a52e-4f735466cecf": "ID"} */
static bool take_element(Call *c, PlStr value)
{
    PlStr id;
    if (!pl_json_find(value, ELEMENT_KEY, &id) || id.len < 3) return false;
    id = pl_str_slice(id, 1, id.len - 1);
    snprintf(c->element, sizeof c->element, "%.*s", PL_ARG(id));
    return pl_webdriver_is_id(id);
}

static bool is(const Call *c, const char *action)
{
    return pl_str_eq_z(pl_buf_str(&c->action), action);
}

/* Of an action of several commands the first ones were done, when it is a later one that never left. */
static void lose_driver(Call *c, PlEvidence evidence, PlStr message)
{
    bool never = evidence == PL_EVIDENCE_NEVER_SENT && c->stage <= 1;
    lose(c, never ? PL_EVIDENCE_NEVER_SENT : PL_EVIDENCE_UNKNOWN, never ? PL_NET_NO_DOOR : PL_NET_RESET, message);
}

static void finish(Call *c, PlStr value);

/* A download of an address, not of what an element leads to. */
static bool by_url(const Call *c)
{
    PlStr raw;
    return is(c, "download") && pl_json_find(pl_buf_str(&c->args), "url", &raw) && raw.len > 2 && raw.ptr[0] == '"';
}

static void commanded(void *user, const PlWebdriverReply *reply)
{
    Call *c = user;
    bool nothing = !reply->good && pl_str_eq_z(reply->error, "no such element");
    if (reply->good && c->stage == 1 && !is(c, "open") && !is(c, "screenshot") && !by_url(c) && !take_element(c, reply->value)) {
        give_error(c, 502, PL_STR("the driver's answer has no element"));
    } else if (reply->good) {
        finish(c, reply->value);
    } else if (nothing && is(c, "list") && c->stage == 1) {
        give(c, 200, PL_STR("{\"items\":[]}"));
    } else if (reply->evidence == PL_EVIDENCE_ANSWERED) {
        PlStr words = reply->message;
        size_t line = pl_str_find_char(words, '\n', 0);
        give_error(c, status_of(reply->error), pl_str_slice(words, 0, line == PL_STR_NONE ? words.len : line));
    } else {
        char words[200]; /* the driver's own go with it */
        snprintf(words, sizeof words, "%.*s", (int)(reply->message.len < sizeof words ? reply->message.len : sizeof words - 1), reply->message.ptr);
        PlEvidence evidence = reply->evidence;
        new_driver(c->peer);
        lose_driver(c, evidence, pl_str_z(words));
    }
}

static void command(Call *c, const char *path, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void command(Call *c, const char *path, const char *format, ...)
{
    PlBuf body;
    va_list args;
    pl_buf_init(&body, 0);
    va_start(args, format);
    pl_buf_vprintf(&body, format, args);
    va_end(args);
    c->stage++;
    PlWebdriver *driver = c->peer->driver;
    PlStatus status = driver ? body.status : PL_NOMEM;
    if (status == PL_OK) status = pl_webdriver_send(driver, path, pl_buf_str(&body), c->timeout_us, commanded, c);
    pl_buf_deinit(&body);
    if (status != PL_OK) lose_driver(c, PL_EVIDENCE_NEVER_SENT, status == PL_IO ? pl_str_z(pl_webdriver_why(driver)) : PL_STR("out of memory"));
}

static void element_command(Call *c, const char *what, const char *format, PlStr value)
{
    char path[ELEMENT + 32];
    snprintf(path, sizeof path, "/element/%s/%s", c->element, what);
    if (format) command(c, path, "{\"%s\":" PL_FMT "}", format, PL_ARG(value));
    else command(c, path, "%s", value.ptr);
}

#define ITEMS                                                                                                          \
    "return Array.from(document.querySelectorAll(arguments[0])).map(e => ({text: (e.innerText || e.value || '').trim(), link: e.href || null}))"
#define ROWS                                                                                                                                         \
    "const t = document.querySelector(arguments[0]), rows = Array.from(t.rows || t.querySelectorAll('tr')); const cells = r => "                     \
    "Array.from(r.cells).map(c => "                                                                                                                  \
    "c.innerText.trim()); const head = rows.length ? cells(rows[0]) : []; return rows.slice(1).map(r => { const o = {}; cells(r).forEach((c, i) => " \
    "{ o[head[i] || "                                                                                                                                \
    "('column ' + (i + 1))] = c; }); return o; })"

#define LINK                                                                                                           \
    "const e = arguments[0], u = typeof e === 'string' ? e : e.href || e.src || ''; if (!u) throw new Error('it leads nowhere'); const a = new URL(u, " \
    "location.href); return [a.href, a.origin === location.origin]"

/* ---- files: written by the tool fs ---- */

static void send_out(Call *c, PlNetPort port, const PlNetRequest *request, PlNetDone done)
{
    c->is_out = true;
    c->out_port = port;
    if (port.send(port.self, request, done, c, &c->inner) == PL_OK) return;
    c->is_out = false;
    lose(c, PL_EVIDENCE_NEVER_SENT, PL_NET_NO_DOOR, PL_STR("out of memory"));
}

static void written(void *user, const PlNetAnswer *answer)
{
    if (!came_back(user)) end(user, answer);
}

/* `text`: base64 as a JSON text. */
static void write_file(Call *c, PlStr text)
{
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_printf(&body, "{\"path\":" PL_FMT ",\"text\":", PL_ARG(arg(c, "path", "\"\"")));
    pl_buf_put(&body, text);
    pl_buf_put_z(&body, ",\"encoding\":\"base64\"}");
    PlNetRequest request = {.method = PL_POST, .url = PL_STR("tool://fs/write"), .plugin = PL_STR("fs"), .body = pl_buf_str(&body), .has_body = true};
    if (body.status == PL_OK) send_out(c, c->peer->fs.port, &request, written);
    else give_error(c, 413, PL_STR("the file is too large"));
    pl_buf_deinit(&body);
}

/* ---- downloads: the page's cookies go along to the page's own origin ---- */

static void fetched(void *user, const PlNetAnswer *answer)
{
    Call *c = user;
    char words[80];
    if (came_back(c)) return;
    if (answer->fault == PL_NET_TOO_LARGE) {
        give_error(c, 413, PL_STR("the file is larger than `max` bytes"));
    } else if (answer->fault != PL_NET_OK) {
        lose(c, answer->evidence, answer->fault, answer->message);
    } else if (answer->status < 200 || answer->status > 299) {
        snprintf(words, sizeof words, "the server answered with status %u%s", answer->status, answer->status / 100 == 3 ? ": it is somewhere else" : "");
        give_error(c, answer->status == 404 ? 404 : 502, pl_str_z(words));
    } else {
        PlBuf text;
        pl_buf_init(&text, 0);
        pl_buf_put_char(&text, '"');
        pl_secrets_put_base64(&text, answer->body);
        pl_buf_put_char(&text, '"');
        if (text.status == PL_OK) write_file(c, pl_buf_str(&text));
        else give_error(c, 413, PL_STR("the file is too large"));
        pl_buf_deinit(&text);
    }
}

/* [{"name": ..., "value": ...}] as of a Cookie header. */
static void put_cookies(PlBuf *out, PlStr list)
{
    PlJsonScan scan;
    PlBuf name;
    bool of_name = false, of_value = false;
    pl_buf_init(&name, 4096);
    pl_json_scan_init(&scan, list);
    for (PlJsonEvent e = pl_json_scan_next(&scan); e != PL_JSON_END && e != PL_JSON_ERROR; e = pl_json_scan_next(&scan)) {
        if (e == PL_JSON_STRING && of_name) pl_buf_clear(&name), pl_buf_put(&name, scan.text);
        if (e == PL_JSON_STRING && of_value && name.len)
            pl_buf_printf(out, "%s" PL_FMT "=" PL_FMT, out->len ? "; " : "", PL_ARG(pl_buf_str(&name)), PL_ARG(scan.text));
        of_name = e == PL_JSON_KEY && pl_str_eq_z(scan.text, "name");
        of_value = e == PL_JSON_KEY && pl_str_eq_z(scan.text, "value");
    }
    pl_json_scan_deinit(&scan);
    pl_buf_deinit(&name);
}

static void fetch(Call *c, PlStr cookies)
{
    PlBuf cookie;
    int64_t most;
    pl_buf_init(&cookie, 65536);
    if (c->with_cookies) put_cookies(&cookie, cookies);
    PlHeader header = {PL_STR("cookie"), pl_buf_str(&cookie)};
    PlNetRequest request = {.method = PL_GET, .url = pl_buf_str(&c->url), .plugin = c->peer->door->plugin, .headers = &header, .header_count = cookie.len > 0};
    if (!pl_str_to_int(arg(c, "max", ""), &most) || most < 1) most = DOWNLOAD_BYTES;
    request.max_body = (uint64_t)(most < DOWNLOAD_MOST ? most : DOWNLOAD_MOST);
    request.timeout_us = c->timeout_us;
    send_out(c, c->peer->world.http, &request, fetched);
    pl_buf_deinit(&cookie);
}

/* ["https://shop.example.com/a.pdf", true] */
static bool take_link(Call *c, PlStr value)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, value);
    bool good = pl_json_scan_next(&scan) == PL_JSON_ARRAY_BEGIN && pl_json_scan_next(&scan) == PL_JSON_STRING;
    pl_buf_clear(&c->url);
    if (good) pl_buf_put(&c->url, scan.text);
    c->with_cookies = good && pl_json_scan_next(&scan) == PL_JSON_TRUE;
    pl_json_scan_deinit(&scan);
    return good && c->url.status == PL_OK;
}

static bool may_open(Peer *peer, PlStr url);

static void download(Call *c, PlStr value)
{
    bool has_element = !by_url(c);
    int stage = c->stage - has_element;
    if (stage == 0) command(c, "/execute/sync", "{\"script\":\"%s\",\"args\":[{\"" ELEMENT_KEY "\":\"%s\"}]}", LINK, c->element);
    else if (stage == 1 && !take_link(c, value)) give_error(c, 502, PL_STR("the driver's answer has no address"));
    else if (stage == 1 && !may_open(c->peer, pl_buf_str(&c->url))) give_error(c, 403, PL_STR(NOT_LISTED));
    else if (stage == 1) command(c, "/cookie", "%s", "");
    else fetch(c, value);
}

/* ---- actions: what follows when a command went well ---- */

static void finish(Call *c, PlStr value)
{
    PlStr selector = arg(c, "selector", "\"body\"");
    if (is(c, "screenshot")) {
        write_file(c, value);
    } else if (is(c, "download")) {
        download(c, value);
    } else if (is(c, "open")) {
        if (c->stage == 1) command(c, "/execute/sync", "%s", STATE);
        else give(c, 200, value);
    } else if (is(c, "click")) {
        if (c->stage == 1) element_command(c, "click", NULL, PL_STR("{}"));
        else if (c->stage == 2) command(c, "/execute/sync", "%s", STATE);
        else give(c, 200, value);
    } else if (is(c, "type")) {
        if (c->stage == 1) element_command(c, "clear", NULL, PL_STR("{}"));
        else if (c->stage == 2) element_command(c, "value", "text", arg(c, "text", "\"\""));
        else if (c->stage == 3 && pl_str_eq_z(arg(c, "submit", "false"), "true")) element_command(c, "value", "text", PL_STR("\"\\uE007\""));
        else if (c->stage <= 4) c->stage = 4, command(c, "/execute/sync", "%s", STATE);
        else give(c, 200, value);
    } else if (is(c, "wait")) {
        give(c, 200, PL_STR("{\"found\":true}"));
    } else if (is(c, "read")) {
        if (c->stage == 1) element_command(c, "text", NULL, PL_STR(""));
        else give_value(c, "text", value);
    } else if (is(c, "list")) {
        if (c->stage == 1) command(c, "/execute/sync", "{\"script\":\"%s\",\"args\":[" PL_FMT "]}", ITEMS, PL_ARG(selector));
        else give_value(c, "items", value);
    } else {
        if (c->stage == 1) command(c, "/execute/sync", "{\"script\":\"%s\",\"args\":[" PL_FMT "]}", ROWS, PL_ARG(selector));
        else give_value(c, "rows", value);
    }
}

static PlStr unquoted(PlStr raw)
{
    return raw.len > 2 ? pl_str_slice(raw, 1, raw.len - 1) : raw;
}

static bool may_open(Peer *peer, PlStr text)
{
    if (setjmp(peer->escape.at) != 0) return false; /* there is no memory to look */
    PlArenaMark mark = pl_arena_mark(peer->arena);
    PlStr origin = pl_action_origin(peer->arena, text);
    bool found = false;
    for (uint32_t i = 0; i < peer->origin_count && origin.len; i++) found |= pl_str_eq(peer->origins[i], origin);
    pl_arena_rewind(peer->arena, mark);
    return found && !memchr(text.ptr, '\\', text.len);
}

static void go_on(Call *c)
{
    if (is(c, "open") && !may_open(c->peer, unquoted(arg(c, "url", "\"\"")))) give_error(c, 403, PL_STR(NOT_LISTED));
    else if (is(c, "open")) command(c, "/url", "{\"url\":" PL_FMT "}", PL_ARG(arg(c, "url", "\"\"")));
    else if (is(c, "screenshot")) command(c, "/screenshot", "%s", "");
    else if (by_url(c)) command(c, "/execute/sync", "{\"script\":\"%s\",\"args\":[" PL_FMT "]}", LINK, PL_ARG(arg(c, "url", "\"\"")));
    else command(c, "/element", "{\"using\":\"css selector\",\"value\":" PL_FMT "}", PL_ARG(arg(c, "selector", "\"body\"")));
}

/* ---- the port ---- */

static void begin(void *user)
{
    Call *c = user;
    const PlClockPort *clock = &c->peer->world.clock;
    c->timer = 0;
    PlStatus status = clock->timer(clock->self, clock->mono_us(clock->self) + (int64_t)c->timeout_us, is_late, c, &c->timer);
    (void)status; /* without memory for a timer the driver's own limits hold */
    c->has_begun = true;
    if (c->peer->calls == c) go_on(c);
}

static PlStatus send_call(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *id)
{
    Peer *peer = self;
    PlDoorKind kind;
    const PlClockPort *clock = &peer->world.clock;
    Call *c = pl_zalloc(sizeof *c);
    if (!c) return PL_NOMEM;
    *c = (Call){.peer = peer, .id = ++peer->last_id, .done = done, .user = user, .timeout_us = request->timeout_us ? request->timeout_us : DEFAULT_US};
    pl_buf_init(&c->action, 256);
    pl_buf_init(&c->args, 0);
    pl_buf_init(&c->url, 65536);
    pl_buf_put(&c->action, pl_str_slice(request->url, pl_door_origin(request->url, &kind) + 1, request->url.len));
    pl_buf_put(&c->args, request->body.len ? request->body : PL_STR("{}"));
    bool good = c->action.status == PL_OK && c->args.status == PL_OK;
    if (good) good = clock->timer(clock->self, clock->mono_us(clock->self), begin, c, &c->timer) == PL_OK;
    if (!good) {
        call_free(c);
        return PL_NOMEM;
    }
    if (peer->last) peer->last->next = c;
    else peer->calls = c;
    peer->last = c;
    *id = c->id;
    return PL_OK;
}

static void cancel(void *self, uint64_t id)
{
    Peer *peer = self;
    const PlClockPort *clock = &peer->world.clock;
    Call *c = peer->calls;
    while (c && c->id != id) c = c->next;
    if (!c || c->is_cancelled) return;
    c->is_cancelled = true;
    if (c->timer) clock->timer_cancel(clock->self, c->timer);
    c->timer = 0;
    PlStatus status = clock->timer(clock->self, clock->mono_us(clock->self), is_late, c, &c->timer);
    (void)status; /* without memory for a timer its answer ends it */
}

static void close_peer(void *self)
{
    Peer *peer = self;
    pl_webdriver_free(peer->driver);
    if (peer->fs.close) peer->fs.close(peer->fs.port.self);
    for (Call *c = peer->calls, *next; c; c = next) {
        next = c->next;
        call_free(c);
    }
    for (Call *c = peer->over, *next; c; c = next) {
        next = c->next;
        call_free(c);
    }
    pl_arena_free(peer->arena);
    pl_free(peer);
}

static void read_hosts(Peer *peer, PlStr config)
{
    PlStr list, *origins = PL_NEW_N(peer->arena, PlStr, 64), *hosts = PL_NEW_N(peer->arena, PlStr, 64);
    peer->origins = origins;
    peer->hosts = hosts;
    if (!pl_json_find(config, "hosts", &list)) return;
    PlJsonScan scan;
    pl_json_scan_init(&scan, list);
    for (PlJsonEvent e = pl_json_scan_next(&scan); e != PL_JSON_END && e != PL_JSON_ERROR && peer->origin_count < 64; e = pl_json_scan_next(&scan)) {
        PlStr origin = e == PL_JSON_STRING ? pl_action_origin(peer->arena, scan.text) : PL_STR("");
        if (!origin.len) continue;
        hosts[peer->origin_count] = pl_str_slice(origin, pl_str_find(origin, PL_STR("://"), 0) + 3, origin.len);
        origins[peer->origin_count++] = origin;
    }
    pl_json_scan_deinit(&scan);
}

PlStatus pl_door_browser_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    Peer *peer = pl_zalloc(sizeof *peer);
    PlStr config = PL_STR("{}"), sandbox;
    if (!peer) return PL_NOMEM;
    peer->world = *world;
    peer->door = door;
    peer->arena = pl_arena_new(&peer->escape, 0);
    peer->fs_door = (PlDoor){PL_STR("fs"), PL_DOOR_TOOL, PL_STR("{\"tool\":\"fs\",\"config\":{}}")};
    pl_json_find(door->config, "config", &config);
    peer->walled = !(pl_json_find(config, "sandbox", &sandbox) && pl_str_eq_z(sandbox, "\"none\""));
    PlStatus status = PL_NOMEM;
    if (peer->arena && setjmp(peer->escape.at) == 0) {
        read_hosts(peer, config);
        new_driver(peer);
        status = peer->driver ? PL_OK : PL_NOMEM;
    }
    if (status == PL_OK && peer->walled && geteuid() == 0) {
        pl_buf_put_z(why, "Chromium's own sandbox does not work for root: run as another user, or `config: {sandbox: none}` in the project");
        status = PL_REFUSED;
    }
    if (status == PL_OK) status = pl_door_tool_open(world, &peer->fs_door, &peer->fs, why);
    if (status != PL_OK) {
        close_peer(peer);
        return status;
    }
    *out = (PlDoorPeer){{peer, send_call, cancel}, close_peer};
    return PL_OK;
}
