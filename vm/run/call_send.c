/* SPDX-License-Identifier: MIT */
/* Between a run and the net port: calls wait in a queue until the rows that announce them are durable, then all are sent; an answer is
 * copied and its fiber marked as ready. A call lives as long as the net port knows it, even when its fiber or its run is gone. */
#include "vm/run/call.h"

#include "vm/base/fault.h"
#include "vm/run/hook.h"
#include "vm/run/rows.h"

PlCall *pl_call_new(PlFiber *fiber, const PlCallSite *site, PlStr path)
{
    PlRun *run = fiber->run;
    PlCall *call = pl_alloc(sizeof *call + path.len + 1);
    if (!call) pl_heap_escape(run->heap, PL_NOMEM);
    *call = (PlCall){.run = run, .fiber = fiber, .site = site, .action = &run->module->actions[site->action], .attempt = 1};
    char *text = (char *)(call + 1);
    memcpy(text, path.ptr, path.len);
    text[path.len] = 0;
    call->path = pl_str(text, path.len);
    call->next = run->calls;
    if (run->calls) run->calls->prev = call;
    run->calls = call;
    fiber->call = call;
    return call;
}

static void unlink_call(PlCall *call)
{
    if (!call->run) return;
    *(call->prev ? &call->prev->next : &call->run->calls) = call->next;
    if (call->next) call->next->prev = call->prev;
    call->run = NULL;
}

void pl_call_free(PlCall *call)
{
    if (call->fiber) call->fiber->call = NULL;
    unlink_call(call);
    pl_free(call->memory);
    pl_free(call->location);
    pl_free(call->own_site);
    pl_free(call->result_url);
    pl_free(call->result_text);
    pl_free(call->url);
    pl_free(call);
}

void pl_call_keep_url(PlCall *call, PlStr url)
{
    char *copy = pl_strdup_n(url.ptr, url.len);
    if (!copy) pl_heap_escape(call->run->heap, PL_NOMEM);
    pl_free(call->url);
    call->url = copy;
}

void pl_call_queue(PlCall *call, const PlRequest *request)
{
    PlRun *run = call->run;
    call->request = PL_NEW(run->sending, PlRequest);
    *call->request = *request;
    call->queued = true;
    call->send_next = NULL;
    *run->sends_tail = call;
    run->sends_tail = &call->send_next;
    if (pl_call_class(call) != PL_DOUBT_SAFE) run->barrier_due = true;
}

static void unqueue(PlCall *call)
{
    PlRun *run = call->run;
    PlCall **at = &run->sends;
    while (*at != call) at = &(*at)->send_next;
    *at = call->send_next;
    if (run->sends_tail == &call->send_next) run->sends_tail = at;
    call->queued = false;
}

/* ---- the answer ---- */

static PlStr keep_text(char **at, PlStr s)
{
    char *start = *at;
    if (s.len) memcpy(start, s.ptr, s.len);
    *at += s.len;
    return pl_str(start, s.len);
}

/* Copies what is kept of an answer; without memory for the body the rest is kept, without memory at all only the status. */
static void keep_answer(PlCall *call, const PlNetAnswer *answer)
{
    PlReply *r = &call->reply;
    size_t size = answer->message.len + answer->credential.len, kept = 0;
    uint32_t numbers[32];
    *r = (PlReply){.evidence = answer->evidence, .fault = answer->fault, .status = answer->status, .elapsed_us = answer->elapsed_us,
                   .usage = answer->usage};
    for (uint32_t i = 0; i < answer->header_count && kept < 32; i++) {
        bool told = call->action->await.on && pl_str_eq(answer->headers[i].name, call->action->await.header);
        if (!told && !pl_call_keeps_header(answer->headers[i].name)) continue;
        numbers[kept++] = i;
        size += answer->headers[i].name.len + answer->headers[i].value.len;
    }
    pl_free(call->memory);
    call->memory = pl_alloc(size + answer->body.len + 1);
    if (!call->memory) {
        r->body_lost = true;
        call->memory = pl_alloc(size + 1);
        if (!call->memory) return;
    }
    char *at = call->memory;
    r->message = keep_text(&at, answer->message);
    r->credential = keep_text(&at, answer->credential);
    for (size_t i = 0; i < kept; i++) {
        const PlHeader *h = &answer->headers[numbers[i]];
        PlStr name = keep_text(&at, h->name);
        r->headers[r->header_count++] = (PlHeader){name, keep_text(&at, h->value)};
    }
    r->is_file = answer->is_file;
    r->file = answer->file;
    if (!r->body_lost) r->body = keep_text(&at, answer->body);
}

static void take_answer(PlCall *call, const PlNetAnswer *answer)
{
    PlRun *run = call->run;
    call->in_flight = false;
    call->answered = true;
    keep_answer(call, answer);
    call->reply.at_us = run->ports.clock.wall_us(run->ports.clock.self);
    pl_usage_add(&run->usage, answer->usage);
    run->in_flight--;
    if (!run->exhausted) pl_fiber_ready(call->fiber, call->fiber->resume);
}

static void done(void *user, const PlNetAnswer *answer)
{
    PlCall *call = user;
    call->in_flight = false;
    if (!call->fiber) pl_call_free(call); /* nobody waits */
    else take_answer(call, answer);
}

/* Of a model's answer; an empty one says that the next begins. */
static void take_piece(void *user, PlStr text)
{
    PlCall *call = user;
    if (!call->fiber) return;
    if (!text.len) call->part++;
    else pl_hook_piece(call->run, call, text);
}

static bool is_of_model(PlStr url)
{
    PlDoorKind kind;
    return pl_door_origin(url, &kind) && kind == PL_DOOR_AI;
}

void pl_step_send_all(PlRun *run)
{
    const PlNetPort *net = &run->ports.net;
    PlArenaMark nothing = {0};
    bool pieces = run->sends && pl_hook_takes_pieces(run);
    while (run->sends) {
        PlCall *call = run->sends;
        const PlRequest *r = call->request;
        const PlCallSite *site = call->site;
        uint64_t timeout = site->timeout_us ? site->timeout_us : run->options.default_timeout_us;
        PlNetRequest request = {.method = r->method,
                                .url = r->url,
                                .plugin = call->action->plugin,
                                .headers = r->headers,
                                .header_count = r->header_count,
                                .body = r->body,
                                .body_file = r->body_file,
                                .to_file = pl_response_is_file(call),
                                .parts = r->parts,
                                .part_count = r->part_count,
                                .has_body = r->has_body,
                                .auth = call->action->auth,
                                .auth_count = call->action->auth_count,
                                .timeout_us = timeout,
                                .max_body = run->options.max_body,
                                .piece = pieces && is_of_model(r->url) ? take_piece : NULL};
        unqueue(call);
        call->request = NULL;
        call->in_flight = true;
        run->in_flight++;
        if (call->began_us == 0) call->began_us = run->ports.clock.mono_us(run->ports.clock.self);
        if (net->send(net->self, &request, done, call, &call->handle) == PL_OK) continue;
        PlNetAnswer failed = {.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CANCELLED, .message = PL_STR("out of memory")};
        take_answer(call, &failed);
    }
    pl_arena_rewind(run->sending, nothing);
}

/* ---- nobody waits any more ---- */

bool pl_step_cancel(PlCall *call)
{
    PlRun *run = call->run;
    if (call->in_doubt || call->answered || call->doubted) return false; /* a probe is brief, and what it says settles a doubt */
    if (call->in_flight) {
        if (pl_call_class(call) != PL_DOUBT_SAFE) return false;
        run->in_flight--;
        call->fiber->call = NULL;
        call->fiber = NULL;
        unlink_call(call);
        run->ports.net.cancel(run->ports.net.self, call->handle);
        return true;
    }
    if (call->queued) { /* announced, but it never left */
        PlReply never = {.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CANCELLED, .message = PL_STR("cancelled before it was sent"),
                         .again = run->exhausted && run->status == PL_NOMEM};
        unqueue(call);
        pl_call_put_reply(call, &never);
    }
    pl_call_free(call);
    return true;
}

void pl_step_abandon_all(PlRun *run)
{
    while (run->calls) {
        PlCall *call = run->calls;
        if (call->fiber) call->fiber->call = NULL;
        call->fiber = NULL;
        if (!call->in_flight) {
            pl_call_free(call);
            continue;
        }
        unlink_call(call);
        run->ports.net.cancel(run->ports.net.self, call->handle);
    }
    run->in_flight = 0;
    run->sends = NULL;
    run->sends_tail = &run->sends;
}

/* Without a heap no fiber runs: what was queued did not leave, what came is journaled, reads are given up. */
void pl_step_drain(PlRun *run)
{
    for (PlCall *call = run->calls, *next; call; call = next) {
        next = call->next;
        if (call->answered) {
            pl_call_put_reply(call, &call->reply);
            if (call->reply.evidence == PL_EVIDENCE_UNKNOWN && !pl_doubt_is_repeatable(pl_call_class(call))) pl_call_park(call, &call->reply);
            pl_call_free(call);
        } else if (call->probing) {
            pl_call_park(call, NULL);
        } else if (call->doubted && !call->in_flight) {
            pl_call_free(call);
        } else if (call->in_doubt) {
            run->in_doubt = true;
        } else {
            pl_step_cancel(call);
        }
    }
}
