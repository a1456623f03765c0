/* SPDX-License-Identifier: MIT */
/* A language model behind a door: `ai: MODEL` with its server, key and prices (docs/ai.md). The document is built in (stdlib/plugins/ai.yaml); the
 * maker adds how a request proves itself. What a model is told is of the program: its hash stands in the config. */
#include "compiler/doors/doors.h"
#include "stdlib/ai/prompts.h"
#include "vm/base/json_scan.h"

typedef struct Config {
    PlStr api, server, key; /* key.ptr NULL: not said */
    double price_in, price_out, temperature;
    bool has_temperature;
    int64_t max_tokens, max_completion_tokens, timeout, cache;
} Config;

typedef struct Reader {
    const PlDoorArg *arg;
    PlJsonScan scan;
    Config *out;
} Reader;

static bool wrong(const PlDoorArg *arg, const char *words, const char *help)
{
    PlStr name = arg->plugin->name.len ? arg->plugin->name : PL_STR("ai");
    PlDiag *d = PL_REPORT(arg->diags, AI_CONFIG, arg->span, PL_ARG(name), words);
    if (help) pl_diag_help(arg->diags, d, "%s", help);
    return false;
}

static bool bad_key(Reader *r, PlStr key, const char *wanted)
{
    return wrong(r->arg, pl_arena_printf(r->arg->arena, "`" PL_FMT "` of its config must be %s", PL_ARG(key), wanted).ptr, NULL);
}

static bool read_text(Reader *r, PlStr key, PlStr *out)
{
    if (pl_json_scan_next(&r->scan) != PL_JSON_STRING) return bad_key(r, key, "a text");
    *out = pl_arena_str(r->arg->arena, r->scan.text);
    return true;
}

static bool read_number(Reader *r, PlStr key, double *out)
{
    PlJsonEvent event = pl_json_scan_next(&r->scan);
    *out = event == PL_JSON_INT ? (double)r->scan.integer : r->scan.number;
    bool good = (event == PL_JSON_INT || event == PL_JSON_NUMBER) && *out >= 0 && *out <= 1e6;
    return good || bad_key(r, key, "a number from 0 on");
}

static bool read_int(Reader *r, PlStr key, int64_t least, int64_t *out)
{
    enum { MOST = 10000000 };
    bool good = pl_json_scan_next(&r->scan) == PL_JSON_INT && r->scan.integer >= least && r->scan.integer <= MOST;
    if (!good) return bad_key(r, key, "a whole number");
    *out = r->scan.integer;
    return true;
}

static bool read_key(Reader *r, PlStr key)
{
    Config *c = r->out;
    if (pl_str_eq_z(key, "api")) return read_text(r, key, &c->api);
    if (pl_str_eq_z(key, "server")) return read_text(r, key, &c->server);
    if (pl_str_eq_z(key, "key")) return read_text(r, key, &c->key);
    if (pl_str_eq_z(key, "price_in")) return read_number(r, key, &c->price_in);
    if (pl_str_eq_z(key, "price_out")) return read_number(r, key, &c->price_out);
    if (pl_str_eq_z(key, "temperature")) return c->has_temperature = true, read_number(r, key, &c->temperature);
    if (pl_str_eq_z(key, "max_tokens")) return read_int(r, key, 1, &c->max_tokens);
    if (pl_str_eq_z(key, "max_completion_tokens")) return read_int(r, key, 1, &c->max_completion_tokens);
    if (pl_str_eq_z(key, "timeout")) return read_int(r, key, 1, &c->timeout);
    if (pl_str_eq_z(key, "cache")) return read_int(r, key, 0, &c->cache);
    return wrong(r->arg, pl_arena_printf(r->arg->arena, "its config has no key `" PL_FMT "`", PL_ARG(key)).ptr,
                 "the keys are api, server, key, price_in, price_out, max_tokens, max_completion_tokens, temperature, timeout, cache");
}

static bool read_all(Reader *r)
{
    PlJsonEvent event = pl_json_scan_next(&r->scan);
    while (event == PL_JSON_OBJECT_BEGIN || event >= PL_JSON_NULL) {
        event = pl_json_scan_next(&r->scan);
        if (event != PL_JSON_KEY) break;
        if (!read_key(r, pl_arena_str(r->arg->arena, r->scan.text))) return false;
    }
    return event != PL_JSON_ERROR;
}

/* The arena may escape: the scanner's memory must be gone then. */
static bool read_config(const PlDoorArg *arg, Config *out)
{
    Reader r = {.arg = arg, .out = out};
    if (!arg->plugin->config.len) return true;
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(arg->arena, &escape);
    volatile bool good = false;
    pl_json_scan_init(&r.scan, arg->plugin->config);
    if (setjmp(escape.at) == 0) good = read_all(&r);
    pl_json_scan_deinit(&r.scan);
    pl_arena_set_escape(arg->arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(arg->arena, escape.status);
    return good;
}

/* ---- where it is ---- */

static PlStr host_of(PlStr url)
{
    size_t start = pl_str_find(url, PL_STR("://"), 0) + 3, end = start;
    if (start < url.len && url.ptr[start] == '[') end = pl_str_find_char(url, ']', start);
    else while (end < url.len && url.ptr[end] != ':' && url.ptr[end] != '/') end++;
    return pl_str_slice(url, start, end);
}

static bool is_loopback(PlStr url)
{
    PlStr host = host_of(url);
    return pl_str_eq_z(host, "localhost") || pl_str_starts(host, PL_STR("127.")) || pl_str_eq_z(host, "[::1");
}

/* An address without a path means the usual one. */
static PlStr base_of(PlArena *arena, PlStr server)
{
    while (server.len && server.ptr[server.len - 1] == '/') server.len--;
    size_t host = pl_str_find(server, PL_STR("://"), 0) + 3;
    if (pl_str_find_char(server, '/', host) == PL_STR_NONE) return pl_arena_printf(arena, PL_FMT "/v1", PL_ARG(server));
    return pl_arena_str(arena, server);
}

static bool check(const PlDoorArg *arg, PlStr name, Config *c)
{
    bool https = pl_str_starts(c->server, PL_STR("https://"));
    if (!c->api.len) c->api = PL_STR("openai");
    if (!pl_str_eq_z(c->api, "openai") && !pl_str_eq_z(c->api, "anthropic")) return wrong(arg, "`api` is `openai` or `anthropic`", NULL);
    if (!arg->plugin->document.len) return wrong(arg, "it names no model", "say `ai: MODEL`");
    if (!c->server.len)
        return wrong(arg, "its config names no server", "add to pilot.yaml, at the plugin: `config: {api: openai, server: \"http://127.0.0.1:11434\"}`");
    bool plain = pl_str_find_char(c->server, '?', 0) == PL_STR_NONE && pl_str_find_char(c->server, '#', 0) == PL_STR_NONE;
    if (!pl_action_origin(arg->arena, c->server).len || !plain) 
        return wrong(arg, "`server` is not the address of a server", "it is as `https://api.example.com/v1`");
    if (!c->key.ptr) c->key = https ? pl_arena_printf(arg->arena, PL_FMT ".key", PL_ARG(name)) : PL_STR("");
    if (c->key.len && !https && !is_loopback(c->server))
        return wrong(arg, "a key is sent over http to another machine only over https", "write `https://`, or leave `key` out");
    return true;
}

/* ---- what is made ---- */

static PlStr config_text(PlArena *arena, PlStr model, const Config *c)
{
    char hash[65];
    PlBuf out;
    pl_ai_prompts_hash(hash);
    pl_buf_init(&out, PL_LIMIT_DOOR_CONFIG);
    pl_buf_put_z(&out, "{\"model\":");
    pl_buf_put_json(&out, model);
    pl_buf_put_z(&out, ",\"api\":");
    pl_buf_put_json(&out, c->api);
    pl_buf_put_z(&out, ",\"url\":");
    pl_buf_put_json(&out, base_of(arena, c->server));
    if (c->key.len) pl_buf_put_z(&out, ",\"key\":"), pl_buf_put_json(&out, c->key);
    if (c->price_in > 0) pl_buf_put_z(&out, ",\"price_in\":"), pl_buf_put_double(&out, c->price_in);
    if (c->price_out > 0) pl_buf_put_z(&out, ",\"price_out\":"), pl_buf_put_double(&out, c->price_out);
    if (c->has_temperature) pl_buf_put_z(&out, ",\"temperature\":"), pl_buf_put_double(&out, c->temperature);
    if (c->max_tokens) pl_buf_printf(&out, ",\"max_tokens\":%lld", (long long)c->max_tokens);
    if (c->max_completion_tokens) pl_buf_printf(&out, ",\"max_completion_tokens\":%lld", (long long)c->max_completion_tokens);
    pl_buf_printf(&out, ",\"timeout\":%lld,\"cache\":%lld,\"prompts\":\"%s\"}", (long long)c->timeout, (long long)c->cache, hash);
    PlStatus status = out.status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(&out)) : PL_STR("");
    pl_buf_deinit(&out);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

static const char *security_of(const Config *c)
{
    if (!c->key.len) return "";
    if (pl_str_eq_z(c->api, "anthropic"))
        return "security: [{key: []}]\ncomponents: {securitySchemes: {key: {type: apiKey, in: header, name: x-api-key}}}\n";
    return "security: [{key: []}]\ncomponents: {securitySchemes: {key: {type: http, scheme: bearer}}}\n";
}

bool pl_doors_ai(const PlDoorArg *arg, PlDoorMade *out)
{
    enum { TIMEOUT_S = 120, CACHE_S = 3600 };
    Config config = {.api = PL_STR(""), .server = PL_STR(""), .timeout = TIMEOUT_S, .cache = CACHE_S};
    PlStr name = arg->plugin->name.len ? arg->plugin->name : PL_STR("ai");
    if (!read_config(arg, &config) || !check(arg, name, &config)) return false;
    out->name = PL_STR("ai");
    out->path = pl_arena_printf(arg->arena, "ai:" PL_FMT, PL_ARG(arg->plugin->document));
    out->text = pl_arena_printf(arg->arena, PL_FMT "%s", PL_ARG(pl_doors_text(arg->arena, "ai")), security_of(&config));
    out->credential_name = config.key;
    out->config = config_text(arg->arena, arg->plugin->document, &config);
    return true;
}

void pl_doors_ai_missing(PlDiags *diags, PlStr name, PlSpan span)
{
    PlDiag *d = PL_REPORT(diags, AI_NO_MODEL, span, PL_ARG(name));
    pl_diag_help(diags, d,
                 "add to pilot.yaml: `plugins: {" PL_FMT ": {ai: MODEL, config: {api: openai, server: \"https://HOST/v1\", key: " PL_FMT
                 ".key}}}`, and set PILOT_CREDENTIAL_AI_KEY; a server on this machine (`http://127.0.0.1:11434`) needs no key",
                 PL_ARG(name), PL_ARG(name));
}
