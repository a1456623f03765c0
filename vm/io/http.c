/* SPDX-License-Identifier: MIT */
/* The net port: calls from send to done, their queues, and the wiring of libcurl's multi socket interface to the loop. Not here: settings (http_setup.c),
 * what may be sent where (http_gate.c), bytes (http_copy.c, http_body.c), credentials (http_auth.c, http_token.c). Invariant: done is called once
 * for each call, from the loop and outside of libcurl's callbacks, and the call's handle is dead by then. */
#include "vm/io/http_call.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include "vm/io/http_curl.h"
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>

enum { MAX_ACTIVE = 256, CONNECT_TIMEOUT_US = 10000000, TIMEOUT_US = 30000000 };

void pl_http_list_push(PlHttpList *list, PlHttpCall *call)
{
    call->next = NULL;
    call->prev = list->last;
    if (list->last)
        list->last->next = call;
    else
        list->first = call;
    list->last = call;
}

void pl_http_list_remove(PlHttpList *list, PlHttpCall *call)
{
    if (call->prev)
        call->prev->next = call->next;
    else
        list->first = call->next;
    if (call->next)
        call->next->prev = call->prev;
    else
        list->last = call->prev;
    call->next = call->prev = NULL;
}

/* ---- handles ---- */

static void deliver_finished(void *user);

/* While any call lives there is one timer, far off or due at once: cancelling it makes room for itself, so ending a call needs no memory. */
static bool park_timer(PlHttp *http)
{
    return http->clock.timer(http->clock.self, INT64_MAX, deliver_finished, http, &http->finished_timer) == PL_OK;
}

static PlHttpCall *call_new(PlHttp *http, uint64_t *handle)
{
    if (!http->first_free) {
        uint32_t cap = http->slot_cap ? http->slot_cap * 2 : 64;
        PlHttpSlot *slots = pl_realloc(http->slots, cap * sizeof *slots);
        if (!slots) return NULL;
        for (uint32_t i = cap; i > http->slot_cap; i--) {
            slots[i - 1] = (PlHttpSlot){NULL, 0, http->first_free};
            http->first_free = i;
        }
        http->slots = slots;
        http->slot_cap = cap;
    }
    PlHttpCall *call = pl_zalloc(sizeof *call);
    if (!call || (!http->live && !park_timer(http))) {
        pl_free(call);
        return NULL;
    }
    http->live++;
    call->http = http;
    call->slot = http->first_free - 1;
    PlHttpSlot *slot = &http->slots[call->slot];
    http->first_free = slot->next_free;
    slot->call = call;
    *handle = (uint64_t)slot->generation << 32 | (call->slot + 1);
    return call;
}

/* The handle dies here; the call itself lives until done has returned. */
static void drop_handle(PlHttpCall *call)
{
    PlHttp *http = call->http;
    PlHttpSlot *slot = &http->slots[call->slot];
    if (slot->call != call) return;
    slot->call = NULL;
    slot->generation++;
    slot->next_free = http->first_free;
    http->first_free = call->slot + 1;
}

static void call_free(PlHttpCall *call)
{
    PlHttp *http = call->http;
    drop_handle(call);
    pl_http_hold_forget(call);
    pl_http_copy_free(call);
    pl_free(call);
    if (--http->live) return;
    http->clock.timer_cancel(http->clock.self, http->finished_timer);
    http->is_armed = false;
}

/* ---- transfers under way ---- */

static bool attach(PlHttpPool *pool, PlHttpTransfer *transfer)
{
    transfer->multi = pool->multi;
    transfer->prev = NULL;
    transfer->next = pool->under_way;
    if (pool->under_way) pool->under_way->prev = transfer;
    pool->under_way = transfer;
    return pool->http->curl->multi_add_handle(pool->multi, transfer->easy) == CURLM_OK;
}

/* Also after an add that failed, which may have got half way. */
static void detach(PlHttpPool *pool, PlHttpTransfer *transfer)
{
    pool->http->curl->multi_remove_handle(transfer->multi, transfer->easy);
    if (transfer->prev)
        transfer->prev->next = transfer->next;
    else
        pool->under_way = transfer->next;
    if (transfer->next) transfer->next->prev = transfer->prev;
    transfer->next = transfer->prev = NULL;
    transfer->multi = NULL;
}

static PlHttpPool *pool_of(const PlHttpTransfer *transfer)
{
    return &transfer->call->http->pools[transfer->allow_private];
}

/* ---- ends ---- */

static void deliver(PlHttpCall *call, PlNetAnswer *answer)
{
    PlHttp *http = call->http;
    answer->elapsed_us = call->begin_us ? (uint64_t)(http->clock.mono_us(http->loop) - call->begin_us) : 0;
    answer->credential = call->credential;
    drop_handle(call);
    call->done(call->user, answer);
}

/* A multi handle that libcurl gave up: all that was under way on it fails, and the next request gets a new one. */
static void bury(PlHttpPool *pool)
{
    if (!pool->is_dead) return;
    const PlClockPort *clock = &pool->http->clock;
    void *multi = pool->multi;
    if (pool->timer) clock->timer_cancel(clock->self, pool->timer);
    pool->timer = 0;
    pool->multi = NULL;
    pool->is_dead = false;
    for (;;) { /* from the front each time: finishing one may start, cancel or finish others */
        PlHttpTransfer *transfer = pool->under_way;
        while (transfer && transfer->multi != multi) transfer = transfer->next;
        if (!transfer) break;
        pl_http_finish(transfer, CURLE_OUT_OF_MEMORY);
    }
    pool->http->curl->multi_cleanup(multi);
}

static void deliver_finished(void *user)
{
    PlHttp *http = user;
    http->is_armed = false;
    (void)park_timer(http); /* takes the place of the one that fired */
    PlHttpList list = http->finished; /* what the callbacks add waits for its own turn */
    http->finished = (PlHttpList){NULL, NULL};
    for (int i = 0; i < 2; i++) bury(&http->pools[i]);
    while (list.first) {
        PlHttpCall *call = list.first;
        pl_http_list_remove(&list, call);
        PlNetAnswer answer = {.evidence = call->sends ? PL_EVIDENCE_UNKNOWN : PL_EVIDENCE_NEVER_SENT,
                              .fault = call->fault,
                              .message = pl_str_z(call->message)};
        deliver(call, &answer);
        call_free(call);
    }
}

static void finish_later(PlHttpCall *call)
{
    PlHttp *http = call->http;
    call->state = PL_HTTP_FINISHED;
    pl_http_list_push(&http->finished, call);
    if (http->is_armed) return;
    http->clock.timer_cancel(http->clock.self, http->finished_timer);
    http->is_armed = http->clock.timer(http->clock.self, 0, deliver_finished, http, &http->finished_timer) == PL_OK;
}

void pl_http_refuse(PlHttpCall *call, PlNetFault fault, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char message[sizeof call->message];
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    size_t len = call->http->secrets ? pl_secrets_redact(call->http->secrets, message, strlen(message)) : strlen(message);
    message[len] = 0;
    memcpy(call->message, message, len + 1);
    call->fault = fault;
    finish_later(call);
}

static void redact(PlHttp *http, const PlHttpCall *call, PlNetAnswer *answer, PlBuf *body)
{
    if (!http->secrets || call->is_internal || !call->credential.len) return;
    body->len = pl_secrets_redact(http->secrets, body->ptr, body->len);
    answer->body = pl_buf_str(body);
    PlHeader *headers = (PlHeader *)(uintptr_t)answer->headers;
    for (uint32_t i = 0; i < answer->header_count; i++)
        headers[i].value.len = pl_secrets_redact(http->secrets, (char *)(uintptr_t)headers[i].value.ptr, headers[i].value.len);
}

/* libcurl's word on a transfer: remove it, make the answer, tell the owner, start what waited. */
void pl_http_finish(PlHttpTransfer *transfer, int curl_code)
{
    PlHttpCall *call = transfer->call;
    PlHttp *http = call->http;
    long status = 0;
    http->curl->easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    detach(pool_of(transfer), transfer);
    call->origin->active--;
    http->active--;
    PlNetAnswer answer = {.status = (unsigned)status, .message = PL_STR("")};
    char message[sizeof call->message] = "";
    answer.fault = pl_http_setup_fault(call, curl_code, transfer->error, message, sizeof message);
    if (transfer->file && answer.fault == PL_NET_OK && !(answer.is_file = pl_http_files_end(transfer, &answer.file)))
        answer.fault = pl_http_setup_fault(call, CURLE_WRITE_ERROR, "", message, sizeof message);
    uint32_t count = pl_http_body_headers(transfer);
    if (count == UINT32_MAX) {
        answer.fault = PL_NET_TOO_LARGE;
        snprintf(message, sizeof message, "out of memory for the answer");
        count = 0;
    }
    answer.headers = transfer->headers;
    answer.header_count = count;
    answer.body = pl_buf_str(&transfer->body);
    answer.evidence = answer.fault == PL_NET_OK ? PL_EVIDENCE_ANSWERED
                      : call->sends             ? PL_EVIDENCE_UNKNOWN
                                                : PL_EVIDENCE_NEVER_SENT;
    answer.message = pl_str(message, http->secrets ? pl_secrets_redact(http->secrets, message, strlen(message)) : strlen(message));
    redact(http, call, &answer, &transfer->body);
    if (call->token_line && status == 401) pl_http_token_drop(call->token, pl_http_copy_token_line(call));
    call->transfer = NULL;
    deliver(call, &answer);
    call_free(call);
    pl_http_setup_give(http, transfer);
    pl_http_start(http);
}

/* ---- libcurl and the loop ---- */

static void read_messages(PlHttpPool *pool)
{
    int left;
    for (CURLMsg *msg; (msg = pool->http->curl->multi_info_read(pool->multi, &left));) {
        if (msg->msg != CURLMSG_DONE) continue;
        char *transfer = NULL;
        CURLcode code = msg->data.result;
        pool->http->curl->easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &transfer);
        pl_http_finish((PlHttpTransfer *)(void *)transfer, (int)code);
    }
    bury(pool);
}

static void on_ready(void *user, int fd, uint32_t events)
{
    PlHttpPool *pool = user;
    int running, mask = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                        (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    pool->http->curl->multi_socket_action(pool->multi, fd, mask, &running);
    read_messages(pool);
}

static void on_time(void *user)
{
    PlHttpPool *pool = user;
    int running;
    pool->timer = 0;
    pool->http->curl->multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    read_messages(pool);
}

static int set_timer(CURLM *multi, long ms, void *user)
{
    PlHttpPool *pool = user;
    const PlClockPort *clock = &pool->http->clock;
    if (multi != pool->multi) return 0; /* one that is being buried */
    if (pool->timer) clock->timer_cancel(clock->self, pool->timer);
    pool->timer = 0;
    if (ms < 0) return 0;
    int64_t at_us = ms == 0 ? 0 : clock->mono_us(clock->self) + (int64_t)ms * 1000;
    if (clock->timer(clock->self, at_us, on_time, pool, &pool->timer) == PL_OK) return 0;
    pool->timer = 0;
    pool->is_dead = true;
    return -1;
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *unused)
{
    (void)easy, (void)unused;
    PlHttpPool *pool = user;
    uint32_t events = what == CURL_POLL_IN      ? EPOLLIN
                      : what == CURL_POLL_OUT   ? EPOLLOUT
                      : what == CURL_POLL_INOUT ? EPOLLIN | EPOLLOUT
                                                : 0;
    if (!events && pl_http_gate_is_ours(pool->http, fd)) {
        pl_loop_rest(pool->http->loop, fd);
        return 0;
    }
    if (pl_loop_watch(pool->http->loop, fd, events, on_ready, pool) == PL_OK) return 0;
    pool->is_dead = true;
    return -1;
}

static bool pool_open(PlHttp *http, PlHttpPool *pool)
{
    if (pool->multi) return true;
    CURLM *multi = http->curl->multi_init();
    if (!multi) return false;
    http->curl->multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    http->curl->multi_setopt(multi, CURLMOPT_SOCKETDATA, pool);
    http->curl->multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    http->curl->multi_setopt(multi, CURLMOPT_TIMERDATA, pool);
    http->curl->multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)http->max_active);
    http->curl->multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    pool->multi = multi;
    return true;
}

/* ---- starting ---- */

static void start_call(PlHttp *http, PlHttpCall *call)
{
    PlHttpOrigin *origin = call->origin;
    PlHttpPool *pool = &http->pools[origin->allow_private];
    PlHttpTransfer *transfer = pool_open(http, pool) ? pl_http_setup_take(http, origin->allow_private) : NULL;
    call->begin_us = http->clock.mono_us(http->loop);
    if (!transfer) {
        pl_http_refuse(call, PL_NET_CONNECT, "out of memory for the request");
        return;
    }
    bool ready = pl_http_setup_request(call, transfer);
    call->state = PL_HTTP_SENDING;
    if (!attach(pool, transfer) || !ready) {
        detach(pool, transfer);
        pl_http_setup_give(http, transfer);
        pl_http_refuse(call, PL_NET_CONNECT, "out of memory for the request");
        return;
    }
    call->transfer = transfer;
    origin->active++;
    http->active++;
}

/* Origins take turns, so that one slow server with a long queue does not keep the others from being asked. */
void pl_http_start(PlHttp *http)
{
    uint32_t idle = 0;
    while (http->active < http->max_active && idle < http->origin_count) {
        PlHttpOrigin *origin = &http->origins[http->next_origin];
        http->next_origin = (http->next_origin + 1) % http->origin_count;
        PlHttpCall *call = origin->queue.first;
        if (!call || origin->active >= http->max_host_active) {
            idle++;
            continue;
        }
        idle = 0;
        pl_http_list_remove(&origin->queue, call);
        start_call(http, call);
    }
}

void pl_http_enqueue(PlHttpCall *call)
{
    call->state = PL_HTTP_QUEUED;
    pl_http_list_push(&call->origin->queue, call);
    pl_http_start(call->http);
}

static PlStatus admit(PlHttpCall *call, const PlNetRequest *request)
{
    PlHttp *http = call->http;
    call->fault = PL_NET_REFUSED_ORIGIN;
    if (!request->url.len || memchr(request->url.ptr, '\0', request->url.len)) {
        snprintf(call->message, sizeof call->message, "the request's address is empty or holds a NUL");
        return PL_REFUSED;
    }
    char *url = pl_strdup_n(request->url.ptr, request->url.len);
    if (!url) return PL_NOMEM;
    call->origin = pl_http_gate_find(http, url, request->plugin, call);
    pl_free(url);
    if (!call->origin) return PL_REFUSED;
    call->fault = PL_NET_OK;
    PlStatus status = pl_http_hold(call, request);
    if (status == PL_BUSY || status == PL_NOMEM) return status;
    PlHttpAuth auth;
    pl_http_auth_init(&auth);
    if (status == PL_OK) status = pl_http_auth_make(call, request, &auth);
    if (status == PL_OK) status = pl_http_copy_request(call, request, &auth);
    call->token = auth.token;
    if (status == PL_CREDENTIAL) call->fault = PL_NET_NO_CREDENTIAL;
    if (status == PL_INVALID) call->fault = PL_NET_PROTOCOL;
    pl_http_auth_deinit(&auth);
    return status;
}

static void go_on(PlHttpCall *call, PlStatus admitted)
{
    if (admitted == PL_BUSY) return;
    pl_http_hold_forget(call);
    if (admitted != PL_OK)
        finish_later(call);
    else if (call->token)
        pl_http_token_wait(call->token, call);
    else
        pl_http_enqueue(call);
}

void pl_http_admit(PlHttpCall *call)
{
    PlStatus status = admit(call, call->held);
    if (status == PL_NOMEM) {
        pl_http_hold_forget(call);
        pl_http_refuse(call, PL_NET_NO_CREDENTIAL, "out of memory");
    } else {
        go_on(call, status);
    }
}

PlStatus pl_http_begin(PlHttp *http, const PlNetRequest *request, bool is_internal, PlNetDone done, void *user,
                       uint64_t *handle)
{
    PlHttpCall *call = call_new(http, handle);
    if (!call) return PL_NOMEM;
    call->done = done;
    call->user = user;
    call->piece = request->piece;
    call->is_internal = is_internal;
    call->method = request->method;
    call->timeout_us = request->timeout_us ? request->timeout_us : TIMEOUT_US;
    call->to_file = request->to_file && http->files;
    call->max_body = request->max_body ? request->max_body : call->to_file ? PL_LIMIT_FILE_BYTES : PL_LIMIT_BODY_BYTES;
    call->credential = PL_STR("");
    PlStatus status = admit(call, request);
    if (status == PL_NOMEM) {
        call_free(call);
        return PL_NOMEM;
    }
    go_on(call, status);
    return PL_OK;
}

/* ---- the port ---- */

static PlStatus port_send(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    return pl_http_begin(self, request, false, done, user, call);
}

static void port_cancel(void *self, uint64_t handle)
{
    PlHttp *http = self;
    uint32_t index = (uint32_t)handle - 1;
    if ((uint32_t)handle == 0 || index >= http->slot_cap || http->slots[index].generation != (uint32_t)(handle >> 32)) return;
    PlHttpCall *call = http->slots[index].call;
    if (!call || call->state == PL_HTTP_FINISHED) return;
    if (call->state == PL_HTTP_QUEUED) pl_http_list_remove(&call->origin->queue, call);
    if (call->state == PL_HTTP_HELD) pl_http_hold_leave(call);
    if (call->state == PL_HTTP_TOKEN) pl_http_token_leave(call->token, call);
    if (call->state == PL_HTTP_SENDING) {
        PlHttpTransfer *transfer = call->transfer;
        detach(pool_of(transfer), transfer);
        pl_http_setup_give(http, transfer);
        call->transfer = NULL;
        call->origin->active--;
        http->active--;
    }
    pl_http_refuse(call, PL_NET_CANCELLED, "the request was cancelled");
    pl_http_start(http);
}

PlNetPort pl_http_port(PlHttp *http)
{
    return (PlNetPort){http, port_send, port_cancel};
}

static char *copy_option(PlStr text, const char *fallback, bool *failed)
{
    if (!text.len && !fallback) return NULL;
    PlStr value = text.len ? text : pl_str_z(fallback);
    char *copy = pl_strdup_n(value.ptr, value.len);
    if (!copy) *failed = true;
    return copy;
}

PlHttp *pl_http_new(PlLoop *loop, PlSecrets *secrets, const PlHttpOptions *options)
{
    PlHttp *http = pl_zalloc(sizeof *http);
    if (!http) return NULL;
    http->loop = loop;
    http->clock = pl_loop_clock(loop);
    http->secrets = secrets;
    http->files = options->files;
    http->max_active = options->max_connections ? options->max_connections : MAX_ACTIVE;
    http->max_host_active = options->max_host_connections ? options->max_host_connections : MAX_ACTIVE;
    http->connect_timeout_us = options->connect_timeout_us ? options->connect_timeout_us : CONNECT_TIMEOUT_US;
    for (int i = 0; i < 2; i++) http->pools[i].http = http;
    http->curl = options->rule_count ? pl_http_curl_open() : NULL;
    bool failed = options->rule_count && !http->curl;
    http->proxy = copy_option(options->proxy, NULL, &failed);
    http->user_agent = copy_option(options->user_agent, "pilot/0.1", &failed);
    http->ca_file = copy_option(options->ca_file, NULL, &failed);
    http->token_folder = copy_option(options->token_folder, NULL, &failed);
    if (options->rule_count) {
        http->origins = pl_zalloc(options->rule_count * sizeof *http->origins);
        failed |= !http->origins;
    }
    for (uint32_t i = 0; i < options->rule_count && !failed; i++) {
        failed = pl_http_gate_rule(http->curl, &http->origins[i], &options->rules[i]) != PL_OK;
        if (!failed) http->origin_count++;
    }
    if (failed) {
        pl_http_free(http);
        return NULL;
    }
    return http;
}

/* Who cancelled is told even now, and can free what it kept for the answer. The call itself goes with all others. */
static void give_back(PlHttpCall *call)
{
    PlNetAnswer answer = {.evidence = call->sends ? PL_EVIDENCE_UNKNOWN : PL_EVIDENCE_NEVER_SENT, .fault = call->fault, .message = PL_STR(""),
                          .credential = PL_STR(""), .body = PL_STR("")};
    call->done(call->user, &answer);
}

void pl_http_free(PlHttp *http)
{
    if (!http) return;
    for (PlHttpCall *call = http->finished.first, *next; call; call = next) {
        next = call->next;
        if (call->fault == PL_NET_CANCELLED) give_back(call);
    }
    for (uint32_t i = 0; i < http->slot_cap; i++) {
        PlHttpCall *call = http->slots[i].call;
        if (!call) continue;
        if (call->transfer) {
            detach(pool_of(call->transfer), call->transfer);
            pl_http_setup_give(http, call->transfer);
        }
        pl_http_hold_forget(call);
        pl_http_copy_free(call);
        pl_free(call);
    }
    pl_http_hold_free_all(http);
    for (int i = 0; i < 2; i++) {
        PlHttpPool *pool = &http->pools[i];
        for (PlHttpTransfer *t = pool->free, *next; t; t = next) {
            next = t->next;
            pl_http_setup_free(http, t);
        }
        if (pool->multi) http->curl->multi_cleanup(pool->multi);
        if (pool->timer) http->clock.timer_cancel(http->clock.self, pool->timer);
    }
    if (http->live) http->clock.timer_cancel(http->clock.self, http->finished_timer);
    pl_http_token_free_all(http);
    for (uint32_t i = 0; i < http->origin_count; i++) pl_free(http->origins[i].text);
    pl_free(http->origins);
    pl_free(http->slots);
    pl_free(http->is_ours);
    pl_free(http->proxy);
    pl_free(http->user_agent);
    pl_free(http->ca_file);
    pl_free(http->token_folder);
    pl_http_curl_close(http->curl);
    pl_free(http);
}
