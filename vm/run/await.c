/* SPDX-License-Identifier: MIT */
/* Answers that only begin the work (spec/long-running.md): the address that they name is asked until the work is over, and what it gives is the call's
 * answer. Each poll is an attempt of the call with rows of its own, and only reads; so a resumed run goes on polling, and the call that began the work is never
 * made again. What follows from an answer depends on it, the rows before it and the plan alone. */
#include "vm/run/call.h"

#include "vm/base/fault.h"
#include "vm/base/utf8.h"
#include "vm/run/pages.h"

enum { SECOND = 1000000, LONGEST_WAIT = 30, WITHIN = 3600 };

/* An address to ask how far the work is; of other headers the last step is the result itself. */
static bool is_monitor(PlStr header)
{
    return pl_str_eq_z(header, "operation-location") || pl_str_eq_z(header, "azure-asyncoperation");
}

static PlStr header_of(const PlCall *call, const PlReply *reply, PlStr *name)
{
    static const char *const usual[] = {"operation-location", "azure-asyncoperation", "location", "content-location"};
    PlStr told = call->action->await.header;
    for (uint32_t i = 0; told.len && i < reply->header_count; i++)
        if (pl_str_eq(reply->headers[i].name, told)) return *name = told, reply->headers[i].value;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        *name = pl_str_z(usual[i]);
        PlStr value = pl_call_header(reply, usual[i]);
        if (value.len) return value;
    }
    return *name = PL_STR("");
}

/* ---- what the answer says ---- */

static PlValue read_answer(PlRun *run, const PlReply *reply)
{
    PlValue v;
    size_t at;
    const char *why;
    if (!reply->body.len || reply->body_lost) return pl_nothing();
    PlStatus status = pl_json_read(run->values, reply->body, &v, &at, &why);
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(run->heap, status);
    return status == PL_OK ? v : pl_nothing();
}

/* RFC 6901, records alone. */
static bool find_place(PlValue v, PlStr pointer, PlValue *out)
{
    *out = v;
    for (size_t pos = 1; pos <= pointer.len;) {
        PlStr step = pl_str_slice(pointer, pos, pl_str_find_char(pointer, '/', pos));
        if (out->tag != PL_RECORD || !pl_record_find(*out, step, out)) return false;
        pos += step.len + 1;
    }
    return pointer.len > 0;
}

static bool find_any(PlValue v, const char *const *places, PlValue *out)
{
    for (; *places; places++)
        if (find_place(v, pl_str_z(*places), out) && out->tag != PL_NOTHING) return true;
    return false;
}

/* Whatever the case, blanks and lines in words: "InProgress" is "in_progress". */
static bool is_word(PlStr text, const char *const *words)
{
    for (; *words; words++)
        if (pl_paging_is_word(text, *words)) return true;
    return false;
}

typedef enum State { STATE_NONE, STATE_RUNNING, STATE_DONE, STATE_FAILED } State;

static State state_of(PlValue v)
{
    static const char *const done[] = {"succeeded", "success",  "successful", "completed", "complete", "done",
                                       "finished",  "ready",    "ok",         "available", "closed",   NULL};
    static const char *const failed[] = {"failed",   "failure", "error",    "canceled",   "cancelled", "aborted",
                                         "rejected", "expired", "timedout", "terminated", NULL};
    if (v.tag == PL_YESNO) return v.as.yes ? STATE_DONE : STATE_RUNNING;
    if (v.tag != PL_TEXT) return STATE_NONE;
    return is_word(pl_text_str(v), done) ? STATE_DONE : is_word(pl_text_str(v), failed) ? STATE_FAILED : STATE_RUNNING;
}

/* Where nothing is told, only the answer of a monitor is asked for its state: the thing itself may have a state of its own. */
static State read_state(const PlCall *call, const PlReply *reply, PlValue answer)
{
    static const char *const places[] = {"/status", "/state", "/properties/provisioningState", "/done", NULL};
    PlValue v, error;
    if (reply->status == 202) return STATE_RUNNING;
    PlStr told = call->action->await.state;
    State state = STATE_NONE;
    if (told.len ? find_place(answer, told, &v) : call->is_monitored && find_any(answer, places, &v)) state = state_of(v);
    bool has_error = answer.tag == PL_RECORD && pl_record_find(answer, PL_STR("error"), &error) && error.tag == PL_RECORD;
    return state == STATE_DONE && has_error && v.tag == PL_YESNO ? STATE_FAILED : state; /* {"done": true, "error": {...}} */
}

/* ---- what follows ---- */

static void set_text(PlCall *call, char **slot, PlStr text)
{
    char *copy = pl_strdup_n(text.ptr, text.len);
    if (!copy) pl_heap_escape(call->run->heap, PL_NOMEM);
    pl_free(*slot);
    *slot = copy;
}

static void set_address(PlCall *call, char **slot, PlStr address)
{
    PlBuf *url = pl_run_scratch(call->run);
    pl_request_resolve(url, pl_str_z(call->url), address);
    pl_run_check_buf(call->run, url);
    set_text(call, slot, pl_buf_str(url));
    pl_run_give(call->run, url);
}

/* Retry-After, the interval that was told, or 1, 2, 4... 30 seconds. */
static int64_t wait_of(const PlCall *call, const PlReply *reply)
{
    int64_t asked = pl_call_retry_after(reply), told = (int64_t)call->action->await.every_us;
    int64_t grown = call->polls < 5 ? (int64_t)1 << call->polls : LONGEST_WAIT;
    if (asked >= 0) return asked * SECOND;
    return told ? told : grown * SECOND;
}

static PlGo poll_later(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    const PlAction *a = call->action;
    int64_t within = a->await.within_us ? (int64_t)a->await.within_us : (int64_t)WITHIN * SECOND, wait = wait_of(call, reply);
    if (wait < 0 || reply->at_us - call->await_from_us > within - wait)
        return PL_RAISE(fiber, RUN_AWAIT_LATE, "timeout", PL_ARG(a->plugin), PL_ARG(a->name), (long long)(within / SECOND));
    call->polls++;
    call->failures = 0;
    call->attempt++;
    call->retry_at_us = reply->at_us + wait;
    return PL_GO_YIELD;
}

static PlGo begin(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    const PlAction *a = call->action;
    PlRun *run = fiber->run;
    PlStr name, address = header_of(call, reply, &name);
    PlValue place, answer = pl_nothing();
    bool ends = reply->status != 202 && !is_monitor(name);
    if (ends && !a->await.place.len) return PL_GO_ON;
    bool by_body = a->await.place.len && !(a->await.header.len && pl_str_eq(name, a->await.header));
    if (by_body) {
        answer = read_answer(run, reply);
        if (find_place(answer, a->await.place, &place) && place.tag == PL_TEXT) address = pl_text_str(place), name = PL_STR("");
        else by_body = false;
    }
    PlGo go = PL_GO_ON;
    if (ends && !by_body) {
        /* an answer like any other */
    } else if (address.len == 0) {
        go = PL_RAISE(fiber, RUN_AWAIT_NOWHERE, "answer", PL_ARG(a->plugin), PL_ARG(a->name));
    } else {
        PlStr location = pl_call_header(reply, "location");
        call->is_monitored = is_monitor(name) || by_body;
        if (is_monitor(name) && location.len && !pl_str_eq(location, address)) set_address(call, &call->result_url, location);
        else if (is_monitor(name) && (a->method == PL_PUT || a->method == PL_PATCH)) set_text(call, &call->result_url, pl_str_z(call->url));
        set_address(call, &call->location, address);
        call->stage = PL_STAGE_POLL;
        call->hops = 0;
        call->await_from_us = reply->at_us;
        go = poll_later(fiber, call, reply);
    }
    pl_release(run->values, answer);
    return go;
}

static PlGo fetch(PlCall *call, PlStr address)
{
    set_address(call, &call->location, address);
    call->stage = PL_STAGE_FETCH;
    call->failures = call->hops = 0;
    call->attempt++;
    return PL_GO_YIELD;
}

/* The result stands in the answer itself: that part of it is what the call gives. */
static PlGo take_part(PlCall *call, PlValue part, PlReply *reply)
{
    PlBuf *text = pl_run_scratch(call->run);
    pl_json_write(text, part);
    pl_run_check_buf(call->run, text);
    set_text(call, &call->result_text, pl_buf_str(text));
    reply->body = pl_str(call->result_text, text->len);
    pl_run_give(call->run, text);
    return PL_GO_ON;
}

static bool is_address(PlStr s)
{
    return pl_str_starts(s, PL_STR("https://")) || pl_str_starts(s, PL_STR("http://")) || pl_str_starts(s, PL_STR("/"));
}

static PlGo finish(PlFiber *fiber, PlCall *call, PlValue answer, PlReply *reply)
{
    static const char *const addresses[] = {"/resourceLocation", "/resource_location", "/resultUrl", "/result_url", NULL};
    static const char *const parts[] = {"/response", "/result", "/output", NULL};
    PlStr told = call->action->await.result;
    PlValue v;
    (void)fiber;
    if (told.len) {
        if (!find_place(answer, told, &v)) return PL_GO_ON;
        return v.tag == PL_TEXT && is_address(pl_text_str(v)) ? fetch(call, pl_text_str(v)) : take_part(call, v, reply);
    }
    if (find_any(answer, addresses, &v) && v.tag == PL_TEXT && is_address(pl_text_str(v))) return fetch(call, pl_text_str(v));
    if (call->result_url) {
        char *url = call->result_url;
        call->result_url = NULL;
        PlGo go = fetch(call, pl_str_z(url));
        pl_free(url);
        return go;
    }
    return find_any(answer, parts, &v) ? take_part(call, v, reply) : PL_GO_ON;
}

static PlGo raise_failed(PlFiber *fiber, PlCall *call, PlValue answer, const PlReply *reply)
{
    enum { WORDS = 300 };
    static const char *const places[] = {"/error/message", "/error", "/message", "/detail", "/reason", "/status", "/state", NULL};
    const PlAction *a = call->action;
    PlRun *run = fiber->run;
    PlValue words;
    PlStr said = find_any(answer, places, &words) && words.tag == PL_TEXT ? pl_text_str(words) : PL_STR("no reason is given");
    if (said.len > WORDS) said = pl_str_slice(said, 0, pl_utf8_offset(pl_str_slice(said, 0, WORDS), WORDS));
    PlBuf *message = pl_run_scratch(run);
    pl_buf_printf(message, PL_DF_RUN_AWAIT_FAILED, PL_ARG(a->plugin), PL_ARG(a->name), PL_ARG(said));
    pl_run_check_buf(run, message);
    PlValue record = pl_error_record_take(fiber, PL_D_RUN_AWAIT_FAILED, "failed", pl_buf_str(message), reply->status, pl_retain(answer));
    pl_run_give(run, message);
    return pl_error_throw_take(fiber, record);
}

PlGo pl_await_next(PlFiber *fiber, PlCall *call, PlReply *reply)
{
    PlRun *run = fiber->run;
    if (!call->action->await.on || call->stage == PL_STAGE_FETCH) return PL_GO_ON;
    if (call->stage == PL_STAGE_CALL) return begin(fiber, call, reply);
    PlValue answer = read_answer(run, reply);
    PlGo go = PL_GO_ON;
    PlStr name, address;
    switch (read_state(call, reply, answer)) {
    case STATE_RUNNING:
        address = header_of(call, reply, &name); /* it may have moved */
        if (reply->status == 202 && address.len) set_address(call, &call->location, address);
        go = poll_later(fiber, call, reply);
        break;
    case STATE_FAILED: go = raise_failed(fiber, call, answer, reply); break;
    case STATE_DONE: go = finish(fiber, call, answer, reply); break;
    case STATE_NONE: break;
    }
    pl_release(run->values, answer);
    return go;
}
