/* SPDX-License-Identifier: MIT */
/* OAuth2 tokens. Those that a person logged in for are read from their file, refreshed when they end (RFC 6749 section 6) and written back; for others
 * client credentials (section 4.4): one token for each (token URL, client, scopes), kept until shortly before it ends, fetched once however many calls wait
 * for it, and shared with the user's other processes (http_token_cache.c). The fetch is a call like any other, through the same gate: its origin must
 * be a rule. The client authenticates with Basic (section 2.3.1); a server that refuses that is asked once more with the client in the body. */
#include "vm/io/http_token.h"
#include "vm/io/token_file.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"

#include <errno.h>
#include <stdio.h>

enum { DEFAULT_LIFE_S = 300, MAX_LIFE_S = 86400, TOKEN_BODY = 65536, TOKEN_TIMEOUT_US = 30000000 };

static void wipe(PlBuf *buf)
{
    if (buf->ptr) explicit_bzero(buf->ptr, buf->cap);
    pl_buf_deinit(buf);
}

static void token_free(PlHttpToken *token)
{
    pl_http_token_cache_end(token);
    pl_free(token->url);
    pl_free(token->plugin);
    pl_free(token->scopes);
    pl_free(token->name);
    pl_free(token->client_name);
    wipe(&token->client);
    wipe(&token->value);
    wipe(&token->refresh);
    wipe(&token->dead);
    pl_free(token->file);
    pl_free(token->cache);
    pl_free(token);
}

void pl_http_token_free_all(PlHttp *http)
{
    for (PlHttpToken *t = http->tokens, *next; t; t = next) {
        next = t->next;
        token_free(t);
    }
    http->tokens = NULL;
}

static char *join_scopes(const PlAuth *scheme)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    for (uint32_t i = 0; i < scheme->scope_count; i++) {
        if (i) pl_buf_put_char(&text, ' ');
        pl_buf_put(&text, scheme->scopes[i]);
    }
    char *scopes = text.status == PL_OK ? pl_strdup_n(text.ptr ? text.ptr : "", text.len) : NULL;
    pl_buf_deinit(&text);
    return scopes;
}

static PlHttpToken *token_new(PlHttp *http, const PlAuth *scheme, PlStr plugin, PlStr client, char *scopes)
{
    PlHttpToken *token = pl_zalloc(sizeof *token);
    if (!token) {
        pl_free(scopes);
        return NULL;
    }
    token->http = http;
    token->lock = -1;
    token->scopes = scopes;
    pl_buf_init(&token->client, 0);
    pl_buf_init(&token->value, 0);
    pl_buf_init(&token->refresh, 0);
    pl_buf_init(&token->dead, 0);
    pl_buf_put(&token->client, client);
    token->url = pl_strdup_n(scheme->token_url.ptr, scheme->token_url.len);
    token->plugin = pl_strdup_n(plugin.ptr, plugin.len);
    token->name = pl_strdup_n(scheme->credential.ptr, scheme->credential.len);
    PlBuf client_name; /* the pair as it is sent is another spelling of the secret */
    pl_buf_init(&client_name, 0);
    pl_buf_printf(&client_name, PL_FMT " client", PL_ARG(scheme->credential));
    token->client_name = client_name.status == PL_OK ? pl_strdup_n(client_name.ptr, client_name.len) : NULL;
    pl_buf_deinit(&client_name);
    bool good = token->url && token->plugin && token->name && token->client_name && token->client.status == PL_OK;
    if (!good || pl_http_token_cache_place(token) != PL_OK) {
        token_free(token);
        return NULL;
    }
    token->next = http->tokens;
    http->tokens = token;
    return token;
}

PlHttpToken *pl_http_token_find(PlHttp *http, const PlAuth *scheme, PlStr plugin, PlStr client)
{
    char *scopes = join_scopes(scheme);
    if (!scopes) return NULL;
    for (PlHttpToken *t = http->tokens; t; t = t->next)
        if (!t->file && pl_str_eq_z(scheme->token_url, t->url) && pl_str_eq_z(plugin, t->plugin) && strcmp(scopes, t->scopes) == 0 &&
            pl_str_eq(client, pl_buf_str(&t->client))) {
            pl_free(scopes);
            return t;
        }
    return token_new(http, scheme, plugin, client, scopes);
}

bool pl_http_token_is_fresh(const PlHttpToken *token, PlStr *value)
{
    const PlClockPort *clock = &token->http->clock;
    *value = pl_buf_str(&token->value);
    return value->len && clock->mono_us(clock->self) < token->until_us;
}

void pl_http_token_drop(PlHttpToken *token, const char *used)
{
    PlStr line = pl_str_z(used);
    if (!token->value.len || !pl_str_ends(line, pl_buf_str(&token->value))) return;
    wipe(&token->dead);
    token->dead = token->value;
    pl_buf_init(&token->value, 0);
}

/* ---- a login ---- */

int64_t pl_http_token_wall_s(const PlHttpToken *token)
{
    const PlClockPort *clock = &token->http->clock;
    return clock->wall_us(clock->self) / 1000000;
}

static PlStatus take_login(PlHttpToken *token, PlToken *read)
{
    const PlClockPort *clock = &token->http->clock;
    int64_t left_s = read->expires_at_s ? read->expires_at_s - pl_http_token_wall_s(token) - 30 : DEFAULT_LIFE_S; /* not to end on its way */
    wipe(&token->value);
    wipe(&token->refresh);
    wipe(&token->client);
    pl_buf_put(&token->value, pl_buf_str(&read->access));
    pl_buf_put(&token->refresh, pl_buf_str(&read->refresh));
    pl_buf_put(&token->client, pl_buf_str(&read->client));
    pl_free(token->url);
    token->url = pl_strdup_n(pl_buf_str(&read->url).ptr, read->url.len);
    token->until_us = clock->mono_us(clock->self) + (left_s > 0 ? (left_s < MAX_LIFE_S ? left_s : MAX_LIFE_S) * 1000000 : 0);
    bool failed = !token->url || token->value.status != PL_OK || token->refresh.status != PL_OK || token->client.status != PL_OK;
    PlStatus status = failed ? PL_NOMEM : pl_secrets_note(token->http->secrets, pl_str_z(token->name), pl_buf_str(&token->value));
    PlBuf name;
    pl_buf_init(&name, 0);
    pl_buf_printf(&name, "%s refresh", token->name);
    if (status == PL_OK && token->refresh.len) status = pl_secrets_note(token->http->secrets, pl_buf_str(&name), pl_buf_str(&token->refresh));
    pl_buf_deinit(&name);
    return status;
}

static PlHttpToken *login_new(PlHttp *http, PlStr name, const char *file)
{
    PlHttpToken *token = pl_zalloc(sizeof *token);
    char plugin[160];
    if (!token) return NULL;
    token->http = http;
    token->lock = -1;
    pl_buf_init(&token->client, 0);
    pl_buf_init(&token->value, 0);
    pl_buf_init(&token->refresh, 0);
    pl_buf_init(&token->dead, 0);
    snprintf(plugin, sizeof plugin, "login:%.*s", PL_ARG(name));
    token->url = pl_strdup_n("", 0);
    token->plugin = pl_strdup_n(plugin, strlen(plugin));
    token->scopes = pl_strdup_n("", 0);
    token->name = pl_strdup_n(name.ptr, name.len);
    token->file = pl_strdup_n(file, strlen(file));
    token->next = http->tokens;
    http->tokens = token;
    if (token->url && token->plugin && token->scopes && token->name && token->file) return token;
    http->tokens = token->next;
    token_free(token);
    return NULL;
}

PlStatus pl_http_token_login(PlHttp *http, PlStr name, const char *file, PlHttpToken **out, char *message, size_t size)
{
    PlHttpToken *token = http->tokens;
    PlToken read;
    PlStr value;
    const char *why = "";
    while (token && !(token->file && strcmp(token->file, file) == 0)) token = token->next;
    if (!token) token = login_new(http, name, file);
    *out = token;
    if (!token) return PL_NOMEM;
    if (token->is_fetching || pl_http_token_is_fresh(token, &value)) return PL_OK;
    pl_token_init(&read);
    PlStatus status = pl_token_read(file, &read, &why); /* another process may have refreshed it */
    if (status == PL_OK) status = take_login(token, &read);
    pl_token_wipe(&read);
    if (status == PL_OK && !pl_http_token_is_fresh(token, &value) && !(token->refresh.len && token->url[0])) {
        why = "its token has ended and cannot be refreshed";
        status = PL_CREDENTIAL;
    }
    if (status == PL_OK || status == PL_NOMEM) return status;
    snprintf(message, size, "credential %.*s: %s: `pilotvm login %.*s`", PL_ARG(name), why[0] ? why : pl_status_words(status), PL_ARG(name));
    return PL_CREDENTIAL;
}

/* A server may give another refresh token with each token; without one the old stays good. */
static PlStatus write_login(PlHttpToken *token, PlToken *got)
{
    if (!got->refresh.len) pl_buf_put(&got->refresh, pl_buf_str(&token->refresh));
    pl_buf_put_z(&got->url, token->url);
    pl_buf_put(&got->client, pl_buf_str(&token->client));
    got->expires_at_s = pl_http_token_wall_s(token) + (got->life_s > 0 ? got->life_s : DEFAULT_LIFE_S);
    PlStatus status = pl_token_write(token->file, got);
    PlStatus taken = take_login(token, got);
    return status == PL_OK ? taken : status;
}

/* ---- the answer ---- */

/* The members that count; everything else is skipped. False: not a JSON object. */
static bool read_token(PlStr body, PlBuf *value, int64_t *life_s, PlBuf *error)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, body);
    bool good = pl_json_scan_next(&scan) == PL_JSON_OBJECT_BEGIN;
    while (good) {
        PlJsonEvent event = pl_json_scan_next(&scan);
        if (event != PL_JSON_KEY) {
            good = event == PL_JSON_OBJECT_END;
            break;
        }
        bool is_token = pl_str_eq_z(scan.text, "access_token"), is_life = pl_str_eq_z(scan.text, "expires_in"),
             is_error = pl_str_eq_z(scan.text, "error");
        event = pl_json_scan_next(&scan);
        if (event == PL_JSON_OBJECT_BEGIN || event == PL_JSON_ARRAY_BEGIN) event = pl_json_scan_skip(&scan);
        good = event != PL_JSON_ERROR && event != PL_JSON_END;
        if (is_token && event == PL_JSON_STRING) pl_buf_put(value, scan.text);
        if (is_error && event == PL_JSON_STRING) pl_buf_put(error, scan.text);
        if (is_life && event == PL_JSON_INT) *life_s = scan.integer;
        if (is_life && event == PL_JSON_STRING) (void)pl_str_to_int(scan.text, life_s);
    }
    pl_json_scan_deinit(&scan);
    return good;
}

static bool is_plain(PlStr value)
{
    return value.len && pl_http_gate_is_header(PL_STR("authorization"), value) && !memchr(value.ptr, ' ', value.len);
}

static void give_token(PlHttpToken *token, PlHttpCall *call)
{
    if (pl_http_copy_token(call, pl_buf_str(&token->value)) == PL_OK)
        pl_http_enqueue(call);
    else
        pl_http_refuse(call, PL_NET_NO_CREDENTIAL, "out of memory for a token");
}

void pl_http_token_settle(PlHttpToken *token, PlNetFault fault, const char *message)
{
    pl_http_token_cache_end(token);
    PlHttpList list = token->waiting;
    token->waiting = (PlHttpList){NULL, NULL};
    token->is_fetching = false;
    while (list.first) {
        PlHttpCall *call = list.first;
        pl_http_list_remove(&list, call);
        if (fault == PL_NET_OK)
            give_token(token, call);
        else
            pl_http_refuse(call, fault, "no token for credential %.80s: %s", token->name, message);
    }
}

/* End of life with a margin of a tenth, at most 30 s, so that a token does not end on its way. */
static bool keep(PlHttpToken *token, PlBuf *value, int64_t life_s)
{
    const PlClockPort *clock = &token->http->clock;
    if (life_s <= 0) life_s = DEFAULT_LIFE_S;
    if (life_s > MAX_LIFE_S) life_s = MAX_LIFE_S;
    int64_t margin_us = life_s * 100000 < 30000000 ? life_s * 100000 : 30000000;
    wipe(&token->value);
    token->value = *value;
    *value = (PlBuf){.ceiling = value->ceiling};
    token->until_us = clock->mono_us(clock->self) + life_s * 1000000 - margin_us;
    pl_http_token_cache_put(token, life_s - (margin_us + 999999) / 1000000);
    return pl_secrets_note(token->http->secrets, pl_str_z(token->name), pl_buf_str(&token->value)) == PL_OK;
}

/* The refresh token may have been used by another process meanwhile: then its token is in the file. */
static bool refreshed_elsewhere(PlHttpToken *token)
{
    PlToken read;
    PlStr value;
    const char *why = "";
    pl_token_init(&read);
    bool good = pl_token_read(token->file, &read, &why) == PL_OK && take_login(token, &read) == PL_OK && pl_http_token_is_fresh(token, &value);
    pl_token_wipe(&read);
    return good;
}

/* What a token server says for a reason, which may be all that it was sent: first without secrets, then cut. */
static PlStr reason_of(PlHttpToken *token, PlBuf *error)
{
    error->len = pl_secrets_redact(token->http->secrets, error->ptr, error->len);
    return pl_str_slice(pl_buf_str(error), 0, 100);
}

static void on_refreshed(void *user, const PlNetAnswer *answer)
{
    PlHttpToken *token = user;
    char message[256];
    PlToken got;
    pl_token_init(&got);
    if (answer->fault != PL_NET_OK) {
        snprintf(message, sizeof message, "%.*s", PL_ARG(answer->message));
        pl_http_token_settle(token, answer->fault, message);
    } else if (pl_token_parse(answer->body, &got) && answer->status == 200 && is_plain(pl_buf_str(&got.access))) {
        PlStatus status = write_login(token, &got);
        pl_http_token_settle(token, status == PL_OK ? PL_NET_OK : PL_NET_NO_CREDENTIAL, status == PL_IO ? strerror(errno) : pl_status_words(status));
    } else if (refreshed_elsewhere(token)) {
        pl_http_token_settle(token, PL_NET_OK, "");
    } else {
        snprintf(message, sizeof message, "the token server answered %u%s%.*s: `pilotvm login %s`", answer->status, got.error.len ? ": " : "",
                 PL_ARG(reason_of(token, &got.error)), token->name);
        pl_http_token_settle(token, PL_NET_NO_CREDENTIAL, message);
    }
    pl_token_wipe(&got);
}

static void on_answer(void *user, const PlNetAnswer *answer)
{
    PlHttpToken *token = user;
    char message[256];
    PlBuf value, error;
    int64_t life_s = 0;
    if (answer->fault != PL_NET_OK) {
        snprintf(message, sizeof message, "%.*s", PL_ARG(answer->message));
        pl_http_token_settle(token, answer->fault, message);
        return;
    }
    pl_buf_init(&value, 0);
    pl_buf_init(&error, 0);
    bool good = read_token(answer->body, &value, &life_s, &error) && answer->status == 200 && is_plain(pl_buf_str(&value));
    if (good) {
        bool kept = keep(token, &value, life_s);
        pl_http_token_settle(token, kept ? PL_NET_OK : PL_NET_NO_CREDENTIAL, "out of memory");
    } else if (!token->in_body && (answer->status == 400 || answer->status == 401)) {
        token->in_body = true;
        pl_http_token_fetch(token);
    } else {
        snprintf(message, sizeof message, "the token server answered %u%s%.*s", answer->status, error.len ? ": " : "",
                 PL_ARG(reason_of(token, &error)));
        pl_http_token_settle(token, PL_NET_NO_CREDENTIAL, message);
    }
    wipe(&value);
    pl_buf_deinit(&error);
}

/* ---- the request ---- */

static void put_form(PlBuf *out, const char *name, PlStr value)
{
    if (out->len) pl_buf_put_char(out, '&');
    pl_buf_put_z(out, name);
    pl_buf_put_char(out, '=');
    pl_secrets_put_percent(out, value);
}

static void refresh(PlHttpToken *token)
{
    PlBuf form;
    uint64_t handle;
    pl_buf_init(&form, 0);
    put_form(&form, "grant_type", PL_STR("refresh_token"));
    put_form(&form, "refresh_token", pl_buf_str(&token->refresh));
    put_form(&form, "client_id", pl_buf_str(&token->client));
    PlHeader headers[] = {{PL_STR_INIT("Content-Type"), PL_STR_INIT("application/x-www-form-urlencoded")},
                          {PL_STR_INIT("Accept"), PL_STR_INIT("application/json")}};
    PlNetRequest request = {.method = PL_POST, .url = pl_str_z(token->url), .plugin = pl_str_z(token->plugin), .headers = headers, .header_count = 2,
                            .body = pl_buf_str(&form), .has_body = true, .timeout_us = TOKEN_TIMEOUT_US, .max_body = TOKEN_BODY};
    token->is_fetching = true;
    if (form.status != PL_OK || pl_http_begin(token->http, &request, true, on_refreshed, token, &handle) != PL_OK)
        pl_http_token_settle(token, PL_NET_NO_CREDENTIAL, "out of memory");
    wipe(&form);
}

void pl_http_token_fetch(PlHttpToken *token)
{
    if (token->file) {
        refresh(token);
        return;
    }
    PlStr client = pl_buf_str(&token->client);
    size_t colon = pl_str_find_char(client, ':', 0);
    if (colon == PL_STR_NONE) {
        pl_http_token_settle(token, PL_NET_NO_CREDENTIAL, "the credential must be client_id:client_secret");
        return;
    }
    PlStr id = pl_str_slice(client, 0, colon), secret = pl_str_slice(client, colon + 1, client.len);
    PlBuf form, pair, basic;
    pl_buf_init(&form, 0);
    pl_buf_init(&pair, 0);
    pl_buf_init(&basic, 0);
    put_form(&form, "grant_type", PL_STR("client_credentials"));
    if (token->scopes[0]) put_form(&form, "scope", pl_str_z(token->scopes));
    if (token->in_body) put_form(&form, "client_id", id);
    if (token->in_body) put_form(&form, "client_secret", secret);
    pl_secrets_put_percent(&pair, id);
    pl_buf_put_char(&pair, ':');
    pl_secrets_put_percent(&pair, secret);
    pl_buf_put_z(&basic, "Basic ");
    pl_secrets_put_base64(&basic, pl_buf_str(&pair));
    PlStatus noted = pl_secrets_note(token->http->secrets, pl_str_z(token->client_name), pl_buf_str(&pair));
    PlHeader headers[] = {{PL_STR_INIT("Content-Type"), PL_STR_INIT("application/x-www-form-urlencoded")},
                          {PL_STR_INIT("Accept"), PL_STR_INIT("application/json")},
                          {PL_STR_INIT("Authorization"), pl_buf_str(&basic)}};
    PlNetRequest request = {.method = PL_POST, .url = pl_str_z(token->url), .plugin = pl_str_z(token->plugin),
                            .headers = headers, .header_count = token->in_body ? 2 : 3, .body = pl_buf_str(&form),
                            .has_body = true, .timeout_us = TOKEN_TIMEOUT_US, .max_body = TOKEN_BODY};
    bool failed = form.status != PL_OK || pair.status != PL_OK || basic.status != PL_OK || noted != PL_OK;
    uint64_t handle;
    token->is_fetching = true;
    if (failed || pl_http_begin(token->http, &request, true, on_answer, token, &handle) != PL_OK)
        pl_http_token_settle(token, PL_NET_NO_CREDENTIAL, "out of memory");
    wipe(&form);
    wipe(&pair);
    wipe(&basic);
}

void pl_http_token_wait(PlHttpToken *token, PlHttpCall *call)
{
    PlStr value;
    if (pl_http_token_is_fresh(token, &value)) {
        give_token(token, call);
        return;
    }
    call->state = PL_HTTP_TOKEN;
    pl_http_list_push(&token->waiting, call);
    if (token->is_fetching) return;
    token->in_body = false;
    pl_http_token_cache_begin(token);
}

void pl_http_token_leave(PlHttpToken *token, PlHttpCall *call)
{
    pl_http_list_remove(&token->waiting, call);
}
