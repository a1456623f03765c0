/* SPDX-License-Identifier: MIT */
/* The request of a call: address, headers, key, hash. Everything that came from an argument is encoded for its place, and what cannot be
 * (a path segment of dots, a header with a line break) fails the step before anything is sent. */
#include "vm/run/request.h"

#include "vm/base/utf8.h"
#include "vm/code/hash.h"

typedef struct Builder {
    PlFiber *fiber;
    PlRun *run;
    const PlCallSite *call;
    PlArgs args;
    PlRequest *out;
    PlStr path;
    uint32_t epoch;
    bool *made; /* [param_count] values that were made here and are released here */
} Builder;

static PlGo refuse(Builder *b, const PlParam *param, const char *why)
{
    return PL_RAISE(b->fiber, RUN_ARG_BAD, "argument", PL_ARG(param->name), why);
}

/* ---- arguments ---- */

/* UUID-shaped (RFC 9562 version 8: of our own making): the same for every attempt, on every machine that goes on with the run. */
static PlStr make_key(Builder *b)
{
    PlRun *run = b->run;
    PlBuf *text = pl_run_scratch(run);
    uint8_t mac[32];
    char hex[65], key[37];
    pl_buf_printf(text, "key " PL_FMT " " PL_FMT " %u", PL_ARG(run->key_id), PL_ARG(b->path), b->epoch);
    pl_run_check_buf(run, text);
    pl_hash_hmac(pl_str((const char *)run->options.seed, sizeof run->options.seed), pl_buf_str(text), mac);
    pl_run_give(run, text);
    mac[6] = (uint8_t)((mac[6] & 0x0f) | 0x80);
    mac[8] = (uint8_t)((mac[8] & 0x3f) | 0x80);
    pl_hash_hex(mac, 32, hex);
    for (int i = 0, k = 0; k < 36; k++) key[k] = k == 8 || k == 13 || k == 18 || k == 23 ? '-' : hex[i++];
    return pl_arena_str(run->sending, pl_str(key, 36));
}

static PlGo collect(Builder *b)
{
    const PlAction *action = b->args.action;
    PlValues *values = b->run->values;
    b->args.values = PL_NEW_N(b->run->sending, PlValue, action->param_count + 1);
    b->made = PL_NEW_N(b->run->sending, bool, action->param_count + 1);
    for (uint32_t i = 0; i < b->call->arg_count; i++)
        b->args.values[b->call->args[i].param] = b->fiber->regs[b->call->args[i].reg];
    for (uint32_t i = 0; i < action->param_count; i++) {
        const PlParam *p = &action->params[i];
        PlValue *v = &b->args.values[i];
        if (p->is_key && b->call->flags & PL_CALL_HAS_KEY) *v = b->fiber->regs[b->call->key];
        b->made[i] = p->fixed || (p->is_key && v->tag == PL_NOTHING);
        if (b->made[i]) *v = p->fixed ? pl_value_of_literal(values, &p->value) : pl_text(values, make_key(b));
        if (p->is_key) {
            PlBuf *text = pl_run_scratch(b->run);
            pl_request_wire(text, *v);
            pl_run_check_buf(b->run, text);
            b->out->key = pl_arena_str(b->run->sending, pl_buf_str(text));
            pl_run_give(b->run, text);
        }
        if (p->required && v->tag == PL_NOTHING && !pl_request_takes_null(b->run, action, p))
            return PL_RAISE(b->fiber, RUN_ARG_MISSING, "argument", PL_ARG(action->plugin), PL_ARG(action->name), PL_ARG(p->name));
    }
    return PL_GO_ON;
}

static void release_made(Builder *b)
{
    for (uint32_t i = 0; i < b->args.action->param_count; i++)
        if (b->made[i]) pl_release(b->run->values, b->args.values[i]);
}

/* ---- the address ---- */

static PlStr server_of(const Builder *b)
{
    PlStr server = b->args.action->server;
    for (uint32_t i = 0; i < b->run->options.server_count; i++)
        if (pl_str_eq(b->run->options.servers[i].plugin, b->args.action->plugin)) server = b->run->options.servers[i].url;
    while (server.len && server.ptr[server.len - 1] == '/') server.len--;
    return server;
}

static const PlParam *path_param(const Builder *b, PlStr wire, PlValue *v)
{
    for (uint32_t i = 0; i < b->args.action->param_count; i++) {
        const PlParam *p = &b->args.action->params[i];
        if (p->place != PL_IN_PATH || !pl_str_eq(p->wire, wire)) continue;
        *v = b->args.values[i];
        return p;
    }
    return NULL;
}

/* A segment of dots is taken for "this folder" or "the one above" by servers and proxies, an empty one is dropped. */
static bool is_dots(PlStr segment)
{
    return pl_str_eq_z(segment, ".") || pl_str_eq_z(segment, "..");
}

static PlGo put_path(Builder *b, PlBuf *url)
{
    PlStr path = b->args.action->path;
    const PlParam *last = NULL;
    size_t segment = url->len + 1;
    for (size_t i = 0; i < path.len;) {
        size_t end = path.ptr[i] == '{' ? pl_str_find_char(path, '}', i) : PL_STR_NONE;
        PlValue v = pl_nothing();
        const PlParam *p = end == PL_STR_NONE ? NULL : path_param(b, pl_str_slice(path, i + 1, end), &v);
        if (!p) {
            if (path.ptr[i] == '/') segment = url->len + 1;
            pl_buf_put_char(url, path.ptr[i++]);
        } else {
            size_t before = url->len;
            last = p;
            if (v.tag != PL_NOTHING) pl_request_path(url, p, v);
            if (url->len == before) return refuse(b, p, "is empty, and it is a part of the address");
            i = end + 1;
        }
        bool closed = i == path.len || path.ptr[i] == '/';
        if (closed && last && url->len >= segment && is_dots(pl_str_slice(pl_buf_str(url), segment, url->len)))
            return refuse(b, last, "is only dots, and it is a part of the address");
        if (closed) last = NULL;
    }
    return PL_GO_ON;
}

static void put_query(Builder *b, PlBuf *url)
{
    bool first = pl_str_find_char(pl_buf_str(url), '?', 0) == PL_STR_NONE;
    for (uint32_t i = 0; i < b->args.action->param_count; i++) {
        const PlParam *p = &b->args.action->params[i];
        if (p->place == PL_IN_QUERY && b->args.values[i].tag != PL_NOTHING) pl_request_query(url, p, b->args.values[i], &first);
    }
}

bool pl_request_origin(PlBuf *out, PlStr url)
{
    PlDoorKind door;
    size_t scheme = pl_str_find(url, PL_STR("://"), 0), of_door = pl_door_origin(url, &door);
    pl_buf_put(out, pl_str_slice(url, 0, of_door));
    if (of_door) return true;
    if (scheme == PL_STR_NONE) return false;
    PlStr name = pl_str_slice(url, 0, scheme), rest = pl_str_slice(url, scheme + 3, url.len);
    bool tls = pl_str_eq_nocase(name, PL_STR("https"));
    size_t end = 0;
    if (!tls && !pl_str_eq_nocase(name, PL_STR("http"))) return false;
    while (end < rest.len && !strchr("/?#\\", rest.ptr[end])) end++;
    PlStr host = pl_str_slice(rest, 0, end);
    if (host.len == 0 || pl_str_find_char(host, '@', 0) != PL_STR_NONE) return false;
    pl_buf_put_z(out, tls ? "https://" : "http://");
    for (size_t i = 0; i < host.len; i++)
        pl_buf_put_char(out, (char)(host.ptr[i] >= 'A' && host.ptr[i] <= 'Z' ? host.ptr[i] + 32 : host.ptr[i]));
    size_t bracket = pl_str_find_char(host, ']', 0), colon = pl_str_find_char(host, ':', bracket == PL_STR_NONE ? 0 : bracket);
    if (colon == PL_STR_NONE) pl_buf_put_z(out, tls ? ":443" : ":80");
    else if (colon + 1 == host.len) pl_buf_put_z(out, tls ? "443" : "80");
    return true;
}

static PlGo put_url(Builder *b)
{
    PlRun *run = b->run;
    PlStr server = server_of(b);
    PlBuf *url = pl_run_scratch(run), *origin = pl_run_scratch(run);
    PlGo go = PL_GO_ON;
    pl_buf_put(url, server);
    if (server.len == 0) {
        go = PL_RAISE(b->fiber, RUN_NO_SERVER, "refused", PL_ARG(b->args.action->plugin));
    } else if (!pl_request_origin(origin, server)) {
        go = PL_RAISE(b->fiber, RUN_ORIGIN, "refused", PL_ARG(server));
    } else {
        go = put_path(b, url);
        if (go == PL_GO_ON) put_query(b, url);
    }
    pl_run_check_buf(run, url);
    pl_run_check_buf(run, origin);
    b->out->url = pl_arena_str(run->sending, pl_buf_str(url));
    b->out->origin = pl_arena_str(run->sending, pl_buf_str(origin));
    pl_run_give(run, origin);
    pl_run_give(run, url);
    return go;
}

void pl_request_resolve(PlBuf *out, PlStr base, PlStr url)
{
    size_t scheme = pl_str_find(base, PL_STR("://"), 0), host = scheme == PL_STR_NONE ? 0 : scheme + 3;
    size_t root = host;
    while (root < base.len && !strchr("/?#", base.ptr[root])) root++;
    size_t query = root;
    while (query < base.len && !strchr("?#", base.ptr[query])) query++;
    size_t folder = query;
    while (folder > root && base.ptr[folder - 1] != '/') folder--;
    if (pl_str_find(url, PL_STR("://"), 0) != PL_STR_NONE) host = 0;
    else if (pl_str_starts(url, PL_STR("//"))) pl_buf_put(out, pl_str_slice(base, 0, scheme + 1));
    else if (pl_str_starts(url, PL_STR("/"))) pl_buf_put(out, pl_str_slice(base, 0, root));
    else if (pl_str_starts(url, PL_STR("?"))) pl_buf_put(out, pl_str_slice(base, 0, query));
    else {
        pl_buf_put(out, pl_str_slice(base, 0, folder));
        if (folder == root) pl_buf_put_char(out, '/');
    }
    size_t fragment = pl_str_find_char(url, '#', 0);
    pl_buf_put(out, pl_str_slice(url, 0, fragment));
}

/* ---- headers ---- */

/* RFC 9110 5.6.2 */
static bool is_token(PlStr name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c <= 0 || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    return name.len > 0;
}

/* `param` NULL: a header of ours. */
static PlGo put_header(Builder *b, const PlParam *param, PlStr name, PlStr value)
{
    if (param && !is_token(name)) return refuse(b, param, "has a name that no header can have");
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return param ? refuse(b, param, "has a line break or control character, and it is a header") : PL_GO_ON;
    }
    b->out->headers[b->out->header_count++] = (PlHeader){name, pl_arena_str(b->run->sending, pl_str_trim(value))};
    return PL_GO_ON;
}

/* Content types that the documented answers have, JSON first. */
static PlStr accept_of(Builder *b)
{
    const PlAction *a = b->args.action;
    PlBuf *text = pl_run_scratch(b->run);
    for (int json = 1; json >= 0; json--)
        for (uint32_t i = 0; i < a->response_count; i++) {
            const PlResponse *r = &a->responses[i];
            if (r->body == PL_BODY_NONE || (r->body == PL_BODY_JSON) != json || r->content_type.len == 0) continue;
            if (pl_str_find(pl_buf_str(text), r->content_type, 0) != PL_STR_NONE) continue;
            if (text->len) pl_buf_put_z(text, ", ");
            pl_buf_put(text, r->content_type);
        }
    if (text->len == 0) pl_buf_put_z(text, "*/*");
    pl_run_check_buf(b->run, text);
    PlStr accept = pl_arena_str(b->run->sending, pl_buf_str(text));
    pl_run_give(b->run, text);
    return accept;
}

static PlStr body_type_of(const PlAction *action)
{
    if (action->body_type.len) return action->body_type;
    switch (action->body) {
    case PL_BODY_JSON: return PL_STR("application/json");
    case PL_BODY_FORM: return PL_STR("application/x-www-form-urlencoded");
    case PL_BODY_TEXT: return PL_STR("text/plain; charset=utf-8");
    default: return PL_STR("application/octet-stream");
    }
}

bool pl_request_is_condition(const PlParam *param)
{
    return param->place == PL_IN_HEADER && (pl_str_eq_nocase(param->wire, PL_STR("if-match")) || pl_str_eq_nocase(param->wire, PL_STR("if-none-match")));
}

/* The ETag that was read of this very URL; "" when another thing was read, or nothing. */
static PlStr tag_of(const Builder *b, PlValue v)
{
    if (v.tag != PL_LIST || pl_list_len(v) != 3) return PL_STR("");
    PlValue tag = pl_list_at(v, 0), url = pl_list_at(v, 1);
    return tag.tag == PL_TEXT && url.tag == PL_TEXT && pl_str_eq(pl_text_str(url), b->out->url) ? pl_text_str(tag) : PL_STR("");
}

static PlGo put_condition(Builder *b, const PlParam *p, PlValue v)
{
    PlStr text = v.tag == PL_TEXT ? pl_text_str(v) : tag_of(b, v);
    if (text.len == 0) return PL_GO_ON;
    if (pl_str_eq_nocase(p->wire, PL_STR("if-match"))) b->out->if_match = true;
    else b->out->if_none_match = v.tag == PL_LIST;
    return put_header(b, p, p->wire, text);
}

static PlGo put_param_headers(Builder *b, PlBuf *text, PlBuf *cookies)
{
    const PlAction *a = b->args.action;
    for (uint32_t i = 0; i < a->param_count; i++) {
        const PlParam *p = &a->params[i];
        if (b->args.values[i].tag == PL_NOTHING) continue;
        if (pl_request_is_condition(p)) {
            PlGo go = put_condition(b, p, b->args.values[i]);
            if (go != PL_GO_ON) return go;
        } else if (p->place == PL_IN_HEADER) {
            pl_buf_clear(text);
            pl_request_plain(text, p, b->args.values[i]);
            pl_run_check_buf(b->run, text);
            PlGo go = put_header(b, p, p->wire, pl_buf_str(text));
            if (go != PL_GO_ON) return go;
        } else if (p->place == PL_IN_COOKIE) {
            if (!is_token(p->wire)) return refuse(b, p, "has a name that no cookie can have");
            pl_buf_clear(text);
            pl_request_plain(text, p, b->args.values[i]);
            if (cookies->len) pl_buf_put_z(cookies, "; ");
            pl_buf_printf(cookies, PL_FMT "=", PL_ARG(p->wire));
            pl_request_encode(cookies, pl_buf_str(text), "");
            pl_run_check_buf(b->run, cookies);
        }
    }
    return PL_GO_ON;
}

/* `key EXPR` where the document has no parameter for one: the header of the IETF draft. The class of the call stays what it was. */
static void put_own_key(Builder *b, PlBuf *text)
{
    if (!(b->call->flags & PL_CALL_HAS_KEY) || b->out->key.len || b->fiber->regs[b->call->key].tag == PL_NOTHING) return;
    pl_buf_clear(text);
    pl_request_wire(text, b->fiber->regs[b->call->key]);
    pl_run_check_buf(b->run, text);
    if (put_header(b, NULL, PL_STR("Idempotency-Key"), pl_buf_str(text)) == PL_GO_ON)
        b->out->key = pl_arena_str(b->run->sending, pl_buf_str(text));
}

static PlGo put_headers(Builder *b)
{
    const PlAction *a = b->args.action;
    PlRun *run = b->run;
    b->out->headers = PL_NEW_N(run->sending, PlHeader, a->param_count + 4);
    put_header(b, NULL, PL_STR("Accept"), accept_of(b));
    if (b->out->has_body && a->body != PL_BODY_MULTIPART) put_header(b, NULL, PL_STR("Content-Type"), body_type_of(a));
    PlBuf *text = pl_run_scratch(run), *cookies = pl_run_scratch(run);
    PlGo go = put_param_headers(b, text, cookies);
    if (go == PL_GO_ON) {
        if (cookies->len) put_header(b, NULL, PL_STR("Cookie"), pl_buf_str(cookies));
        put_own_key(b, text);
    }
    pl_run_give(run, cookies);
    pl_run_give(run, text);
    return go;
}

/* ---- the whole ---- */

static void put_part_of_hash(PlBuf *out, PlStr s)
{
    pl_buf_put_u64(out, s.len);
    pl_buf_put(out, s);
}

/* Its hash stands for a file, behind a length that no text has. */
static void put_file_of_hash(PlBuf *out, const PlFileRef *file)
{
    pl_buf_put_u64(out, UINT64_MAX);
    pl_buf_put_u64(out, file->len);
    pl_buf_put(out, pl_str((const char *)file->hash, 32));
}

static void set_hash(PlRun *run, PlRequest *r)
{
    PlBuf *text = pl_run_scratch(run);
    put_part_of_hash(text, pl_str_z(pl_method_name(r->method)));
    put_part_of_hash(text, r->url);
    pl_buf_put_u64(text, r->header_count);
    for (uint32_t i = 0; i < r->header_count; i++) {
        put_part_of_hash(text, r->headers[i].name);
        put_part_of_hash(text, r->headers[i].value);
    }
    pl_buf_put_u8(text, r->has_body);
    if (r->body_file) put_file_of_hash(text, r->body_file);
    else put_part_of_hash(text, r->body);
    pl_buf_put_u64(text, r->part_count);
    for (uint32_t i = 0; i < r->part_count; i++) {
        put_part_of_hash(text, r->parts[i].name);
        put_part_of_hash(text, r->parts[i].filename);
        put_part_of_hash(text, r->parts[i].content_type);
        if (r->parts[i].file) put_file_of_hash(text, r->parts[i].file);
        else put_part_of_hash(text, r->parts[i].bytes);
    }
    pl_run_check_buf(run, text);
    pl_hash_bytes(pl_buf_str(text), r->hash);
    pl_run_give(run, text);
}

PlGo pl_request_build(PlFiber *fiber, const PlCallSite *call, PlStr path, uint32_t epoch, PlRequest *out)
{
    PlRun *run = fiber->run;
    const PlAction *action = &run->module->actions[call->action];
    Builder b = {.fiber = fiber, .run = run, .call = call, .args = {.action = action}, .out = out, .path = path, .epoch = epoch};
    const PlParam *bad = NULL;
    const char *why = "";
    *out = (PlRequest){.method = action->method, .key = PL_STR("")};
    PlGo go = collect(&b);
    if (go == PL_GO_ON) go = put_url(&b);
    if (go == PL_GO_ON && !pl_request_body(run, &b.args, out, &bad, &why)) go = refuse(&b, bad, why);
    if (go == PL_GO_ON) go = put_headers(&b);
    if (go != PL_GO_ON) return go;
    release_made(&b);
    set_hash(run, out);
    return go;
}

void pl_request_redirect(PlRun *run, PlRequest *request, PlStr url)
{
    PlBuf *origin = pl_run_scratch(run);
    bool known = pl_request_origin(origin, url);
    pl_run_check_buf(run, origin);
    request->url = pl_arena_str(run->sending, url);
    request->origin = known ? pl_arena_str(run->sending, pl_buf_str(origin)) : PL_STR("");
    pl_run_give(run, origin);
    set_hash(run, request);
}

void pl_request_poll(PlRun *run, PlRequest *request, PlStr url)
{
    request->method = PL_GET;
    request->header_count = 1; /* Accept stands first */
    request->if_match = request->if_none_match = false;
    request->body = request->key = PL_STR("");
    request->has_body = false;
    request->body_file = NULL;
    request->part_count = 0;
    pl_request_redirect(run, request, url);
}

static void show_hash(PlBuf *out, const uint8_t hash[32], uint64_t len)
{
    char hex[65];
    pl_hash_hex(hash, 32, hex);
    pl_buf_printf(out, "{\"sha256\":\"%s\",\"bytes\":%llu}", hex, (unsigned long long)len);
}

static void show_bytes(PlBuf *out, PlStr bytes, const PlFileRef *file)
{
    enum { SHOWN = 65536 };
    if (file) {
        show_hash(out, file->hash, file->len);
        return;
    }
    if (bytes.len <= SHOWN && pl_utf8_check(bytes) == bytes.len) {
        pl_buf_put_json(out, bytes);
        return;
    }
    uint8_t hash[32];
    pl_hash_bytes(bytes, hash);
    show_hash(out, hash, bytes.len);
}

void pl_request_show(PlRun *run, PlBuf *out, const PlRequest *request)
{
    pl_buf_put_z(out, "{\"method\":\"");
    pl_buf_put_z(out, pl_method_name(request->method));
    pl_buf_put_z(out, "\",\"url\":");
    pl_buf_put_json(out, request->url);
    pl_buf_put_z(out, ",\"headers\":[");
    for (uint32_t i = 0; i < request->header_count; i++) {
        pl_buf_put_z(out, i ? ",[" : "[");
        pl_buf_put_json(out, request->headers[i].name);
        pl_buf_put_char(out, ',');
        pl_buf_put_json(out, request->headers[i].value);
        pl_buf_put_char(out, ']');
    }
    pl_buf_put_char(out, ']');
    if (request->has_body && request->part_count == 0) {
        pl_buf_put_z(out, ",\"body\":");
        show_bytes(out, request->body, request->body_file);
    }
    for (uint32_t i = 0; i < request->part_count; i++) {
        const PlPart *p = &request->parts[i];
        pl_buf_put_z(out, i ? "," : ",\"parts\":[");
        pl_buf_put_z(out, "{\"name\":");
        pl_buf_put_json(out, p->name);
        if (p->filename.len) {
            pl_buf_put_z(out, ",\"filename\":");
            pl_buf_put_json(out, p->filename);
        }
        pl_buf_put_z(out, ",\"body\":");
        show_bytes(out, p->bytes, p->file);
        pl_buf_put_char(out, '}');
    }
    pl_buf_put_z(out, request->part_count ? "]}" : "}");
    pl_run_check_buf(run, out);
}
