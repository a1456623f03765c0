/* SPDX-License-Identifier: MIT */
/* libcurl's settings: those of every transfer once, those of a request each time, and what its error codes mean to us. spec/net.md lists them with the
 * reason for each. Easy handles are pooled by policy; a setting that a request changes is set by every request. */
#include "vm/io/http_call.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include "vm/io/http_curl.h"
#include <stdio.h>

enum {
    KEPT_BUFFER = 256 * 1024, /* larger ones are given back */
    IDLE_S = 118,             /* a pooled connection may be this old for a request that can be repeated */
    IDLE_UNSAFE_S = 4         /* and this old otherwise: servers commonly close idle ones after 5 s */
};

static void set_always(PlHttp *http, PlHttpTransfer *transfer)
{
    const PlCurl *curl = http->curl;
    CURL *easy = transfer->easy;
    curl->easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
    curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl->easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L);
    curl->easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl->easy_setopt(easy, CURLOPT_PROXY, http->proxy ? http->proxy : "");
    curl->easy_setopt(easy, CURLOPT_NOPROXY, http->proxy ? "" : "*");
    curl->easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl->easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl->easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl->easy_setopt(easy, CURLOPT_ALTSVC_CTRL, 0L);
    curl->easy_setopt(easy, CURLOPT_HSTS_CTRL, 0L);
    curl->easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl->easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
    curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(http->connect_timeout_us / 1000));
    curl->easy_setopt(easy, CURLOPT_USERAGENT, http->user_agent);
    if (http->ca_file) curl->easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
    int features = curl->version_info(CURLVERSION_NOW)->features;
    bool brotli = (features & CURL_VERSION_BROTLI) != 0;
    if (features & CURL_VERSION_LIBZ) curl->easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, brotli ? "gzip, deflate, br" : "gzip, deflate");
    pl_http_gate_attach(http, transfer);
    pl_http_body_attach(curl, easy, transfer);
}

PlHttpTransfer *pl_http_setup_take(PlHttp *http, bool allow_private)
{
    PlHttpPool *pool = &http->pools[allow_private];
    PlHttpTransfer *transfer = pool->free;
    if (transfer) {
        pool->free = transfer->next;
        return transfer;
    }
    transfer = pl_zalloc(sizeof *transfer);
    if (!transfer) return NULL;
    transfer->allow_private = allow_private;
    pl_buf_init(&transfer->head, PL_LIMIT_HEADER_BYTES + 1024);
    pl_buf_init(&transfer->body, 0);
    transfer->easy = pl_fault_hit(PL_FAULT_NET) ? NULL : http->curl->easy_init();
    if (!transfer->easy) {
        pl_free(transfer);
        return NULL;
    }
    set_always(http, transfer);
    return transfer;
}

void pl_http_setup_give(PlHttp *http, PlHttpTransfer *transfer)
{
    PlHttpPool *pool = &http->pools[transfer->allow_private];
    pl_files_drop(transfer->file);
    transfer->file = NULL;
    transfer->file_bytes = 0;
    if (transfer->body.cap > KEPT_BUFFER) pl_buf_deinit(&transfer->body);
    pl_buf_clear(&transfer->body);
    pl_buf_clear(&transfer->head);
    transfer->call = NULL;
    transfer->next = pool->free;
    pool->free = transfer;
}

void pl_http_setup_free(PlHttp *http, PlHttpTransfer *transfer)
{
    http->curl->easy_cleanup(transfer->easy);
    pl_buf_deinit(&transfer->head);
    pl_buf_deinit(&transfer->body);
    pl_free(transfer->headers);
    pl_free(transfer);
}

/* CUSTOMREQUEST is only the word; GET, NOBODY and POST decide what libcurl does with the body. */
static void set_method(const PlCurl *curl, CURL *easy, PlHttpCall *call)
{
    bool wants_length = call->method == PL_POST || call->method == PL_PUT || call->method == PL_PATCH;
    curl->easy_setopt(easy, CURLOPT_NOBODY, call->method == PL_HEAD && !call->has_body ? 1L : 0L);
    curl->easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
    if (call->cut_count) {
        pl_http_files_send(call, easy);
    } else if (call->has_body || wants_length) {
        curl->easy_setopt(easy, CURLOPT_POST, 1L);
        curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
        curl->easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.len ? call->body.ptr : "");
    } else if (call->method != PL_HEAD) {
        curl->easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    bool is_plain = !call->has_body && (call->method == PL_GET || call->method == PL_HEAD);
    curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_plain ? NULL : pl_method_name(call->method));
}

static long milliseconds(uint64_t us)
{
    uint64_t ms = us / 1000 + (us % 1000 != 0);
    return ms < 1 ? 1 : ms > 0x7fffffff ? 0x7fffffff : (long)ms;
}

bool pl_http_setup_request(PlHttpCall *call, PlHttpTransfer *transfer)
{
    const PlCurl *curl = call->http->curl;
    CURL *easy = transfer->easy;
    bool is_https = call->origin->is_https, is_unsafe = call->method == PL_POST || call->method == PL_PATCH;
    transfer->call = call;
    transfer->head_bytes = 0;
    transfer->head_done = transfer->is_interim = false;
    transfer->error[0] = '\0';
    transfer->body.ceiling = call->to_file && call->max_body > PL_LIMIT_BODY_BYTES ? PL_LIMIT_BODY_BYTES : call->max_body;
    set_method(curl, easy, call);
    curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, is_https ? "https" : "http");
    curl->easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http");
    bool may_share = is_https && !is_unsafe; /* a shared connection that closes leaves nobody knowing about all that was on it */
    curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)(may_share ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    curl->easy_setopt(easy, CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
    curl->easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)(is_unsafe ? IDLE_UNSAFE_S : IDLE_S));
    curl->easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(call->timeout_us));
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, call->lines);
    return curl->easy_setopt(easy, CURLOPT_URL, call->url) == CURLE_OK;
}

/* ---- what went wrong ---- */

static PlNetFault fault_of(const PlHttpCall *call, CURLcode code)
{
    switch (code) {
    case CURLE_OK: return PL_NET_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return PL_NET_RESOLVE;
    case CURLE_COULDNT_CONNECT: return PL_NET_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return PL_NET_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return PL_NET_TLS;
    case CURLE_URL_MALFORMAT: return PL_NET_REFUSED_ORIGIN;
    case CURLE_FILESIZE_EXCEEDED: return PL_NET_TOO_LARGE;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return PL_NET_PROTOCOL;
    default: return call->sends ? PL_NET_RESET : PL_NET_CONNECT;
    }
}

static const char *words_of(PlNetFault fault)
{
    switch (fault) {
    case PL_NET_REFUSED_ORIGIN: return "the address cannot be used";
    case PL_NET_RESOLVE: return "the server's name was not found";
    case PL_NET_CONNECT: return "no connection to the server";
    case PL_NET_TLS: return "no secure connection to the server";
    case PL_NET_TIMEOUT: return "no complete answer within the time limit";
    case PL_NET_RESET: return "the connection broke before the whole answer came";
    case PL_NET_TOO_LARGE: return "the answer is larger than the limit";
    case PL_NET_PROTOCOL: return "the answer is not well-formed HTTP";
    default: return "the request failed";
    }
}

PlNetFault pl_http_setup_fault(const PlHttpCall *call, int curl_code, const char *error, char *message, size_t size)
{
    if (curl_code == CURLE_OK && !call->transfer->head_done) {
        curl_code = CURLE_RECV_ERROR; /* libcurl takes a head that ends with the connection for a whole one */
        error = "the head of the answer is not complete";
    }
    if (curl_code == CURLE_OK) return PL_NET_OK;
    if (call->fault != PL_NET_OK) { /* the gate spoke */
        snprintf(message, size, "%s", call->message);
        return call->fault;
    }
    PlNetFault fault = call->too_large ? PL_NET_TOO_LARGE : fault_of(call, (CURLcode)curl_code);
    bool is_connect_timeout = fault == PL_NET_TIMEOUT && !call->sends;
    const char *words = is_connect_timeout ? "no connection to the server within the time limit" : words_of(fault);
    const char *detail = fault == PL_NET_TOO_LARGE ? "" : error[0] ? error : call->http->curl->easy_strerror((CURLcode)curl_code);
    snprintf(message, size, "%.*s: %s%s%.160s%s", PL_ARG(call->origin->prefix), words, detail[0] ? " (" : "", detail,
             detail[0] ? ")" : "");
    return fault;
}
