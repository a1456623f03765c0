/* SPDX-License-Identifier: MIT */
/* A request's own copy, in one block: URL, header lines as libcurl takes them, body. What the credentials add is put in here and nowhere else, so
 * wiping the block wipes them. libcurl borrows all of it. */
#include "vm/io/http_call.h"

#include "vm/base/fault.h"

#include "vm/io/http_curl.h"
#include <stdio.h>

typedef struct Maker {
    char *at;                 /* next free byte */
    struct curl_slist *nodes; /* next free node */
    struct curl_slist *first, *last;
} Maker;

enum { OWN_LINES = 6 }; /* Accept, Expect, Content-Type, Cookie, token, one to spare */

static char *put(Maker *m, PlStr text)
{
    if (text.len) memcpy(m->at, text.ptr, text.len);
    m->at += text.len;
    return m->at - text.len;
}

static struct curl_slist *link_line(Maker *m, char *line)
{
    struct curl_slist *node = m->nodes++;
    *node = (struct curl_slist){line, NULL};
    if (m->last)
        m->last->next = node;
    else
        m->first = node;
    m->last = node;
    return node;
}

/* "Name: value"; libcurl's form of an empty value is "Name;". */
static void put_line(Maker *m, PlStr name, PlStr value)
{
    char *line = put(m, name);
    if (value.len) put(m, PL_STR(": "));
    if (value.len) put(m, value);
    put(m, value.len ? PL_STR("\0") : PL_STR(";\0"));
    link_line(m, line);
}

static bool has_line(const PlHttpAuth *auth, PlStr name)
{
    const char *line = auth->lines.ptr;
    for (uint32_t i = 0; i < auth->line_count; i++, line += strlen(line) + 1) {
        const char *colon = strchr(line, ':');
        if (colon && pl_str_eq_nocase(pl_str(line, (size_t)(colon - line)), name)) return true;
    }
    return auth->token && pl_str_eq_nocase(name, PL_STR("authorization"));
}

static size_t size_of(const PlNetRequest *request, const PlHttpAuth *auth)
{
    size_t size = request->url.len + 1 + auth->query.len + 1 + request->body.len + auth->lines.len + auth->cookie.len +
                  auth->names.len + 256;
    for (uint32_t i = 0; i < request->header_count; i++)
        size += request->headers[i].name.len + request->headers[i].value.len + 4;
    return size;
}

/* The query of the credentials goes behind the request's own and before a fragment, which is not sent. */
static void put_url(PlHttpCall *call, Maker *m, PlStr url, PlStr query)
{
    size_t hash = pl_str_find_char(url, '#', 0);
    if (hash != PL_STR_NONE) url.len = hash;
    call->url = put(m, url);
    if (query.len) {
        put(m, pl_str_find_char(url, '?', 0) == PL_STR_NONE ? PL_STR("?") : PL_STR("&"));
        put(m, query);
    }
    put(m, PL_STR("\0"));
}

static bool put_headers(PlHttpCall *call, Maker *m, const PlNetRequest *request, const PlHttpAuth *auth, PlStr parts_type)
{
    bool has_accept = false, has_type = false;
    PlStr cookie = PL_STR("");
    for (uint32_t i = 0; i < request->header_count; i++) {
        PlStr name = request->headers[i].name, value = pl_str_trim(request->headers[i].value);
        if (!pl_http_gate_is_header(name, value)) {
            snprintf(call->message, sizeof call->message, "header %.*s holds a line break or another control character",
                     (int)(name.len < 64 ? name.len : 64), name.ptr);
            return false;
        }
        bool is_type = pl_str_eq_nocase(name, PL_STR("content-type"));
        if (pl_http_gate_owns_header(name) || has_line(auth, name) || (is_type && parts_type.len)) continue;
        if (auth->cookie.len && pl_str_eq_nocase(name, PL_STR("cookie"))) {
            cookie = value;
            continue;
        }
        has_accept |= pl_str_eq_nocase(name, PL_STR("accept"));
        has_type |= is_type;
        put_line(m, name, value);
    }
    if (auth->cookie.len) {
        char *line = put(m, PL_STR("Cookie: "));
        put(m, cookie);
        if (cookie.len) put(m, PL_STR("; "));
        put(m, pl_buf_str(&auth->cookie));
        put(m, PL_STR("\0"));
        link_line(m, line);
    }
    if (parts_type.len) put_line(m, PL_STR("Content-Type"), parts_type);
    /* "Name:" takes away a line that libcurl would add by itself. */
    if (!has_accept) link_line(m, put(m, PL_STR("Accept:\0")));
    if (!has_type && !parts_type.len) link_line(m, put(m, PL_STR("Content-Type:\0")));
    link_line(m, put(m, PL_STR("Expect:\0")));
    return true;
}

static void put_credentials(Maker *m, const PlHttpAuth *auth)
{
    char *line = put(m, pl_buf_str(&auth->lines));
    for (uint32_t i = 0; i < auth->line_count; i++, line += strlen(line) + 1) link_line(m, line);
}

PlStatus pl_http_copy_request(PlHttpCall *call, const PlNetRequest *request, const PlHttpAuth *auth)
{
    char parts_type[96] = "";
    if (request->part_count) {
        pl_buf_init(&call->parts, 0);
        PlStatus status = pl_http_body_multipart(&call->parts, request->parts, request->part_count, parts_type, call);
        if (status != PL_OK) return PL_NOMEM;
    }
    size_t node_bytes = (request->header_count + auth->line_count + OWN_LINES) * sizeof(struct curl_slist);
    call->memory_len = node_bytes + size_of(request, auth);
    call->memory = pl_alloc(call->memory_len);
    if (!call->memory) return PL_NOMEM;
    call->is_secret = auth->is_secret || call->is_internal;
    Maker m = {.at = call->memory + node_bytes, .nodes = (struct curl_slist *)(void *)call->memory};
    put_url(call, &m, request->url, pl_buf_str(&auth->query));
    if (!put_headers(call, &m, request, auth, pl_str_z(parts_type))) return PL_INVALID;
    put_credentials(&m, auth);
    call->lines = m.first;
    if (auth->token) call->token_node = m.last;
    call->credential = pl_str(put(&m, pl_buf_str(&auth->names)), auth->names.len);
    call->has_body = request->has_body || request->part_count;
    if (request->body_file && !pl_http_files_cut(call, 0, request->body_file)) return PL_NOMEM;
    call->body = request->part_count ? pl_buf_str(&call->parts) : pl_str(put(&m, request->body), request->body.len);
    return PL_OK;
}

PlStatus pl_http_copy_token(PlHttpCall *call, PlStr token)
{
    static const char name[] = "Authorization: Bearer ";
    size_t size = sizeof(struct curl_slist) + sizeof name + token.len;
    call->token_line = pl_alloc(size);
    if (!call->token_line) return PL_NOMEM;
    struct curl_slist *node = (struct curl_slist *)(void *)call->token_line;
    *node = (struct curl_slist){call->token_line + sizeof *node, NULL};
    snprintf(node->data, size - sizeof *node, "%s%.*s", name, PL_ARG(token));
    call->token_node->next = node;
    return PL_OK;
}

const char *pl_http_copy_token_line(const PlHttpCall *call)
{
    return call->token_node->next->data;
}

void pl_http_copy_free(PlHttpCall *call)
{
    pl_http_files_forget(call);
    if (call->memory && call->is_secret) explicit_bzero(call->memory, call->memory_len);
    pl_free(call->memory);
    if (call->token_line) {
        struct curl_slist *node = (struct curl_slist *)(void *)call->token_line;
        explicit_bzero(node->data, strlen(node->data));
    }
    pl_free(call->token_line);
    pl_buf_deinit(&call->parts);
}
