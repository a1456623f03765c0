/* SPDX-License-Identifier: MIT */
/* What keeps a request at home: the origin must be one of the rules, the address must be one that the rule allows, and a request is handed to
 * the wire once. The origin is read by libcurl's own parser, so that nothing is allowed under one reading and sent under another. The address is
 * looked at twice: before the socket is opened, and again before the request is written, because a pooled connection opens no socket. The
 * second look is also where libcurl's silent resend on a dead connection is stopped (RFC 9110 section 9.2.2; spec/net.md). */
#include "vm/io/http_call.h"

#include "vm/base/fault.h"
#include "vm/io/address.h"

#include "vm/io/http_curl.h"
#include <stdio.h>
#include <unistd.h>

static char *join_origin(const char *scheme, const char *host, const char *port)
{
    size_t size = strlen(scheme) + strlen(host) + strlen(port) + 5;
    char *origin = pl_alloc(size);
    if (!origin) return NULL;
    snprintf(origin, size, "%s://%s:%s", scheme, host, port);
    for (char *p = origin; *p; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p + 32);
    return origin;
}

const char PL_HTTP_GATE_NO_MEMORY[] = "out of memory";

char *pl_http_gate_origin(const PlCurl *curl, const char *url, const char **why)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *zone = NULL, *origin = NULL;
    *why = PL_HTTP_GATE_NO_MEMORY;
    CURLU *parsed = curl->url();
    if (!parsed) return NULL;
    CURLUcode code = curl->url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER);
    if (code == CURLUE_USER_NOT_ALLOWED)
        *why = "a URL must not hold a user name or password";
    else if (code == CURLUE_UNSUPPORTED_SCHEME)
        *why = "only http and https can be sent to";
    else if (code != CURLUE_OK)
        *why = "not a URL";
    else if (curl->url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
             curl->url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
             curl->url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
        curl->url_get(parsed, CURLUPART_ZONEID, &zone, 0);
        if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
            *why = "only http and https can be sent to";
        else if (zone)
            *why = "an address must not name a network interface";
        else
            origin = join_origin(scheme, host, port);
    }
    curl->free(scheme);
    curl->free(host);
    curl->free(port);
    curl->free(zone);
    curl->url_cleanup(parsed);
    return origin;
}

PlStatus pl_http_gate_rule(const PlCurl *curl, PlHttpOrigin *origin, const PlHttpRule *rule)
{
    const char *why;
    char *given = pl_strdup_n(rule->origin.ptr, rule->origin.len);
    if (!given) return PL_NOMEM;
    char *full = pl_http_gate_origin(curl, given, &why);
    pl_free(given);
    if (!full) return why == PL_HTTP_GATE_NO_MEMORY ? PL_NOMEM : PL_INVALID;
    size_t len = strlen(full);
    char *text = pl_alloc(len + rule->plugin.len + 1);
    if (text) {
        memcpy(text, full, len);
        if (rule->plugin.len) memcpy(text + len, rule->plugin.ptr, rule->plugin.len);
        PlStr name = pl_str(text, len);
        bool is_https = pl_str_starts(name, PL_STR("https:"));
        PlStr port = is_https ? PL_STR(":443") : PL_STR(":80");
        size_t short_len = pl_str_ends(name, port) ? len - port.len : len;
        *origin = (PlHttpOrigin){text, name, pl_str(text, short_len), pl_str(text + len, rule->plugin.len),
                                 rule->allow_private, is_https, 0, {NULL, NULL}};
    }
    pl_free(full);
    return text ? PL_OK : PL_NOMEM;
}

/* "https://host/...": behind the '/' nothing can name another host, so the text before it decides without a parser. */
static bool begins_with(PlStr url, PlStr prefix)
{
    return url.len > prefix.len && url.ptr[prefix.len] == '/' && memcmp(url.ptr, prefix.ptr, prefix.len) == 0;
}

static bool plugin_fits(const PlHttpOrigin *origin, PlStr plugin)
{
    return origin->plugin.len == 0 || pl_str_eq(origin->plugin, plugin);
}

PlHttpOrigin *pl_http_gate_find(PlHttp *http, const char *url, PlStr plugin, PlHttpCall *call)
{
    PlStr text = pl_str_z(url);
    for (uint32_t i = 0; i < http->origin_count; i++) {
        PlHttpOrigin *o = &http->origins[i];
        if (plugin_fits(o, plugin) && (begins_with(text, o->prefix) || begins_with(text, o->origin))) return o;
    }
    const char *why = "this plan names no server";
    char *origin = http->curl ? pl_http_gate_origin(http->curl, url, &why) : NULL;
    if (!origin) {
        snprintf(call->message, sizeof call->message, "the request's address cannot be used: %s", why);
        return NULL;
    }
    PlHttpOrigin *found = NULL;
    for (uint32_t i = 0; i < http->origin_count && !found; i++)
        if (plugin_fits(&http->origins[i], plugin) && pl_str_eq_z(http->origins[i].origin, origin)) found = &http->origins[i];
    if (!found)
        snprintf(call->message, sizeof call->message, "%s is not among the servers that %.*s%sis allowed to call", origin,
                 plugin.len ? (int)plugin.len : 9, plugin.len ? plugin.ptr : "this plan", " ");
    pl_free(origin);
    return found;
}

/* ---- what libcurl asks ---- */

static bool allows(PlHttpCall *call, PlAddressClass kind)
{
    return kind == PL_ADDRESS_PUBLIC || (kind == PL_ADDRESS_PRIVATE && call->origin->allow_private);
}

static void deny(PlHttpCall *call, PlAddressClass kind, const char *words)
{
    PlStr host = call->origin->prefix;
    call->fault = PL_NET_REFUSED_ADDRESS;
    snprintf(call->message, sizeof call->message, "%.*s leads to %s, which is not allowed%s", PL_ARG(host), words,
             kind == PL_ADDRESS_PRIVATE ? " unless you name the server yourself (--server PLUGIN=URL, or a project file that you trust: pilotvm trust)" : "");
}

/* Without memory it is libcurl's like any other, and costs two system calls more for each request. */
static void remember(PlHttp *http, int fd)
{
    if (fd < 0) return;
    if ((uint32_t)fd >= http->is_ours_cap) {
        uint32_t cap = http->is_ours_cap ? http->is_ours_cap : 64;
        while (cap <= (uint32_t)fd) cap *= 2;
        bool *grown = pl_realloc(http->is_ours, cap);
        if (!grown) return;
        memset(grown + http->is_ours_cap, 0, cap - http->is_ours_cap);
        http->is_ours = grown;
        http->is_ours_cap = cap;
    }
    http->is_ours[fd] = true;
}

bool pl_http_gate_is_ours(const PlHttp *http, int fd)
{
    return fd >= 0 && (uint32_t)fd < http->is_ours_cap && http->is_ours[fd];
}

static int close_socket(void *user, curl_socket_t fd)
{
    PlHttp *http = user;
    PlStatus removed = pl_loop_watch(http->loop, fd, 0, NULL, NULL);
    (void)removed;
    if (pl_http_gate_is_ours(http, fd)) http->is_ours[fd] = false;
    return close(fd);
}

/* A proxy is named by the user and resolves the names: its own address is not judged. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    const PlHttpTransfer *transfer = user;
    PlHttpCall *call = transfer->call;
    const char *words;
    PlAddressClass kind = pl_address_class(&address->addr, &words);
    if (purpose != CURLSOCKTYPE_IPCXN || !call) return CURL_SOCKET_BAD;
    if (!call->http->proxy && !allows(call, kind)) {
        deny(call, kind, words);
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    remember(call->http, fd);
    return fd;
}

static int before_request(void *user, char *peer, char *local, int peer_port, int local_port)
{
    (void)local, (void)peer_port, (void)local_port;
    const PlHttpTransfer *transfer = user;
    PlHttpCall *call = transfer->call;
    const char *words;
    PlAddressClass kind = pl_address_class_of_text(pl_str_z(peer), &words);
    if (!call->http->proxy && !allows(call, kind)) {
        deny(call, kind, words);
        return CURL_PREREQFUNC_ABORT;
    }
    if (call->sends > 0) {
        call->fault = PL_NET_REFUSED_RESEND;
        snprintf(call->message, sizeof call->message,
                 "the connection broke before an answer came; the request was not sent a second time");
        return CURL_PREREQFUNC_ABORT;
    }
    call->sends++;
    call->fault = PL_NET_OK; /* another address was refused on the way, this one is fine */
    return CURL_PREREQFUNC_OK;
}

void pl_http_gate_attach(PlHttp *http, PlHttpTransfer *transfer)
{
    const PlCurl *curl = http->curl;
    CURL *easy = transfer->easy;
    curl->easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl->easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, http); /* a connection outlives the transfer that opened it */
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl->easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl->easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
}

/* ---- headers ---- */

/* A field name is a token (RFC 9110 section 5.6.2); a value has no control characters but tab. */
bool pl_http_gate_is_header(PlStr name, PlStr value)
{
    if (!name.len) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
    }
    return true;
}

bool pl_http_gate_owns_header(PlStr name)
{
    static const PlStr owned[] = {PL_STR_INIT("host"),    PL_STR_INIT("content-length"), PL_STR_INIT("transfer-encoding"),
                                  PL_STR_INIT("connection"), PL_STR_INIT("keep-alive"),  PL_STR_INIT("upgrade"),
                                  PL_STR_INIT("te"),      PL_STR_INIT("trailer"),        PL_STR_INIT("expect"),
                                  PL_STR_INIT("proxy-connection"), PL_STR_INIT("proxy-authorization"),
                                  PL_STR_INIT("accept-encoding"), PL_STR_INIT("http2-settings")};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        if (pl_str_eq_nocase(name, owned[i])) return true;
    return false;
}
