/* SPDX-License-Identifier: MIT */
/* The life of a call (spec/running.md, "A call"): build the request; take what the journal has of it; else ask policy, hooks and people, write
 * the INTENT row, send, write what came back, and judge it: a value, an error, another attempt, or doubt. Every decision rests on rows
 * and the plan, so a resumed run takes the same way up to where the first one was. */
#include "vm/run/ask.h"
#include "vm/run/call.h"
#include "vm/run/hook.h"
#include "vm/run/pages.h"
#include "vm/run/rows.h"
#include "vm/run/run_end.h"
#include "vm/run/taint.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"
#include "vm/code/label.h"

static const int64_t KEY_TTL_US = (int64_t)30 * 60 * 1000000; /* how long a server is trusted to remember an idempotency key */

/* What the functions below return when another attempt is to be made at once; PL_GO_YIELD has no other use here. */
#define AGAIN PL_GO_YIELD

static PlGo attempts(PlFiber *fiber, PlCall *call);

static int64_t wall(const PlRun *run)
{
    return run->ports.clock.wall_us(run->ports.clock.self);
}

/* The call is over for its fiber. PL_GO_END: the fiber and its call are gone already. */
static PlGo leave(PlFiber *fiber, PlCall *call, PlGo go)
{
    if (go == PL_GO_END) return go;
    bool in_order = call->site->flags & PL_CALL_IN_ORDER;
    pl_release(fiber->run->values, call->pages);
    pl_call_free(call);
    if (in_order) pl_group_passed(fiber);
    return go;
}

static uint16_t result_register(const PlFiber *fiber)
{
    return fiber->function->code[fiber->pc].a;
}

/* ---- hooks ---- */

static void put_args(PlRun *run, PlBuf *out, const PlFiber *fiber, const PlCall *call)
{
    bool first = true;
    pl_buf_put_char(out, '{');
    for (uint32_t i = 0; i < call->site->arg_count; i++) {
        PlValue v = fiber->regs[call->site->args[i].reg];
        if (v.tag == PL_NOTHING || (v.tag == PL_LIST && pl_request_is_condition(&call->action->params[call->site->args[i].param]))) continue;
        if (!first) pl_buf_put_char(out, ',');
        first = false;
        pl_buf_put_json(out, call->action->params[call->site->args[i].param].name);
        pl_buf_put_char(out, ':');
        pl_json_write(out, v);
    }
    pl_buf_put_char(out, '}');
    pl_run_check_buf(run, out);
}

static bool tell(PlFiber *fiber, PlCall *call, PlHookEvent *event, PlStr url, PlStr *reason)
{
    PlRun *run = fiber->run;
    const PlAction *a = call->action;
    const PlSite *site = call->site->site < run->module->site_count ? &run->module->sites[call->site->site] : NULL;
    PlBuf *name = pl_run_scratch(run), *args = pl_run_scratch(run);
    pl_buf_printf(name, PL_FMT "." PL_FMT, PL_ARG(a->plugin), PL_ARG(a->name));
    pl_run_check_buf(run, name);
    if (event->when == PL_HOOK_BEFORE) put_args(run, args, fiber, call);
    event->path = call->path;
    if (site) {
        event->step = site->step;
        event->text = site->text;
    }
    event->action = pl_buf_str(name);
    event->effect = pl_str_z(pl_effect_name(a->effect));
    event->method = pl_str_z(pl_method_name(a->method));
    event->url = url;
    event->args = pl_buf_str(args);
    bool go_on = pl_hook_tell(run, event, reason);
    pl_run_give(run, args);
    pl_run_give(run, name);
    return go_on;
}

/* BEFORE, once for a call. False when a hook vetoed. */
static bool tell_before(PlFiber *fiber, PlCall *call, PlStr url, bool replayed, PlStr *reason)
{
    if (call->told || fiber->run->ports.hook_count == 0) return true;
    PlHookEvent event = {.when = PL_HOOK_BEFORE, .replayed = replayed};
    call->told = true;
    return tell(fiber, call, &event, url, reason) || replayed;
}

static void tell_after(PlFiber *fiber, PlCall *call, const PlReply *reply, PlStr error, bool replayed)
{
    enum { CUT = 65536 };
    PlStr unused;
    if (fiber->run->ports.hook_count == 0) return;
    int64_t now = fiber->run->ports.clock.mono_us(fiber->run->ports.clock.self);
    PlHookEvent event = {.when = PL_HOOK_AFTER, .replayed = replayed};
    event.elapsed_us = replayed || call->began_us == 0 ? (int64_t)reply->elapsed_us : now - call->began_us; /* retries and their waits, too */
    event.outcome = error.len ? PL_STR("failed") : PL_STR("done");
    event.result = pl_str_slice(reply->body, 0, CUT);
    event.error = error;
    tell(fiber, call, &event, pl_str_z(call->url ? call->url : ""), &unused);
}

/* ---- may it be sent ---- */

static PlGo refuse_veto(PlFiber *fiber, PlCall *call, PlStr reason, bool recorded)
{
    PlRun *run = fiber->run;
    PlBuf *text = pl_run_scratch(run);
    if (!recorded) {
        pl_buf_put_z(text, "{\"reason\":");
        pl_buf_put_json(text, reason);
        pl_buf_put_char(text, '}');
        pl_rows_put(run, PL_ROW_VETO, call->site->site, 0, call->path, text, PL_STR(""));
    }
    PlGo go = PL_RAISE(fiber, RUN_VETO, "refused", PL_ARG(reason));
    pl_run_give(run, text);
    return leave(fiber, call, go);
}

static bool was_vetoed(PlFiber *fiber, PlCall *call, PlGo *go)
{
    PlRun *run = fiber->run;
    PlValue row;
    if (!pl_rows_find(run, call->path, PL_ROW_VETO, 0, &row, NULL)) return false;
    *go = refuse_veto(fiber, call, pl_rows_text(row, "reason"), true);
    pl_release(run->values, row);
    return true;
}

/* What is asked: the call, and which of its arguments follow text from outside. */
static void put_question(PlRun *run, const PlCall *call, PlBuf *text)
{
    const PlAction *a = call->action;
    pl_buf_printf(text, "call " PL_FMT "." PL_FMT " (%s)?", PL_ARG(a->plugin), PL_ARG(a->name), pl_effect_name(a->effect));
    if (run->taints && run->module->manifest.policy != PL_POLICY_STRICT) {
        pl_taint_print(call, text);
        return;
    }
    PlArena *scratch = pl_arena_new(&run->escape, 0); /* conditions too */
    if (!scratch) pl_heap_escape(run->heap, PL_NOMEM);
    pl_label_print_call(text, scratch, run->module, (uint32_t)(call->site - run->module->calls));
    pl_arena_free(scratch);
}

static PlGo check_approval(PlFiber *fiber, PlCall *call, const PlRequest *request)
{
    PlRun *run = fiber->run;
    char hex[65];
    PlValue answer;
    PlBuf *text = pl_run_scratch(run), *shows = pl_run_scratch(run);
    pl_hash_hex(request->hash, 32, hex);
    pl_request_show(run, shows, request);
    put_question(run, call, text);
    PlAskWhat what = {.site = call->site->site,
                      .path = call->path,
                      .role = PL_STR(""),
                      .text = pl_buf_str(text),
                      .is_approval = true,
                      .shows = pl_buf_str(shows),
                      .request = pl_str(hex, 64)};
    PlAsked how = pl_ask(run, &what, &answer);
    PlGo go = PL_GO_ON;
    call->approved = how == PL_ASKED_GIVEN && answer.tag == PL_YESNO && answer.as.yes;
    if (how == PL_ASKED_LATER) {
        go = pl_fiber_park(fiber);
    } else if (!call->approved) {
        pl_buf_clear(text);
        if (answer.tag == PL_TEXT && answer.as.text->len) pl_buf_printf(text, ": " PL_FMT, PL_ARG(pl_text_str(answer)));
        go = leave(fiber, call, PL_RAISE(fiber, RUN_DENIED, "denied", PL_ARG(pl_buf_str(text))));
    }
    pl_release(run->values, answer);
    pl_run_give(run, shows);
    pl_run_give(run, text);
    return go;
}

static PlGo on_turn(PlRun *run, PlFiber *fiber)
{
    (void)run;
    return fiber->cancelled ? pl_fiber_end_take(fiber, pl_nothing()) : attempts(fiber, fiber->call);
}

/* PL_GO_ON: it may be sent now. Else the fiber waits, or the call is over. */
static PlGo admit(PlFiber *fiber, PlCall *call, const PlRequest *request)
{
    PlRun *run = fiber->run;
    PlStr reason = {0};
    PlGo go;
    if (run->phase != PL_PHASE_LIVE) return pl_fiber_end_take(fiber, pl_nothing());
    if (run->in_doubt) return pl_fiber_park(fiber); /* nothing new is sent while something is in doubt */
    if (was_vetoed(fiber, call, &go)) return go;
    go = pl_policy_check(fiber, call, request);
    if (go != PL_GO_ON) return leave(fiber, call, go);
    if (call->site->flags & PL_CALL_IN_ORDER && !pl_group_is_turn(fiber)) return pl_group_wait_turn(fiber, on_turn);
    if (!tell_before(fiber, call, request->url, false, &reason)) return refuse_veto(fiber, call, reason, false);
    bool asks = call->site->flags & PL_CALL_ASK_FIRST || pl_taint_asks(call);
    if (asks && !call->approved && call->attempt == 1) return check_approval(fiber, call, request);
    return PL_GO_ON;
}

/* ---- doubt ---- */

void pl_call_park(PlCall *call, const PlReply *reply)
{
    PlRun *run = call->run;
    const PlAction *a = call->action;
    PlBuf *text = pl_run_scratch(run);
    PlStr why = reply && reply->message.len ? reply->message : PL_STR("there is no answer on record");
    pl_buf_printf(text, PL_DF_RUN_IN_DOUBT, PL_ARG(a->plugin), PL_ARG(a->name), PL_ARG(why));
    pl_end_parked(run, call->site->site, call->path, "in_doubt", PL_D_RUN_IN_DOUBT, pl_buf_str(text), call->attempt);
    pl_run_give(run, text);
    pl_row_index_close(run->index, call->path, call->attempt);
    run->in_doubt = call->in_doubt = true;
}

/* "applied" with its result, "not_applied": send again under a new key, "skip": nothing, anything else fails the step. */
static PlGo resolved(PlFiber *fiber, PlCall *call, PlValue row)
{
    PlRun *run = fiber->run;
    PlStr how = pl_rows_text(row, "how"), note = pl_rows_text(row, "note");
    PlValue result = pl_nothing();
    if (pl_str_eq_z(how, "not_applied")) {
        pl_release(run->values, row);
        call->epoch++;
        call->attempt++;
        call->was_unknown = false;
        return AGAIN;
    }
    PlGo go = PL_GO_ON;
    if (pl_str_eq_z(how, "applied") || pl_str_eq_z(how, "skip")) {
        pl_record_find(row, PL_STR("result"), &result);
        pl_fiber_set(fiber, result_register(fiber), pl_retain(result));
    } else {
        go = PL_RAISE(fiber, RUN_SKIPPED, "in_doubt", PL_ARG(note));
    }
    pl_release(run->values, row);
    return leave(fiber, call, go);
}

static PlGo on_probe(PlRun *run, PlFiber *fiber);

/* A probe settled it: the decision is a row like a person's. */
static PlGo settled(PlFiber *fiber, PlCall *call, PlProbed probed, PlValue value)
{
    PlRun *run = fiber->run;
    bool applied = probed == PL_PROBED_APPLIED;
    PlBuf *body = pl_run_scratch(run);
    pl_buf_put_z(body, applied ? "{\"how\":\"applied\"" : "{\"how\":\"not_applied\"");
    if (applied && value.tag != PL_NOTHING) {
        pl_buf_put_z(body, ",\"result\":");
        pl_json_write(body, value);
    }
    pl_buf_printf(body, ",\"who\":\"probe\",\"probe\":\"" PL_FMT "?%u\"}", PL_ARG(call->path), call->attempt);
    pl_rows_put(run, PL_ROW_RESOLVE, call->site->site, call->attempt, call->path, body, PL_STR(""));
    pl_run_give(run, body);
    pl_row_index_close(run->index, call->path, call->attempt);
    if (fiber->cancelled) {
        pl_release(run->values, value);
        return pl_fiber_end_take(fiber, pl_nothing());
    }
    if (!applied) {
        call->epoch++;
        call->attempt++;
        call->was_unknown = false;
        return AGAIN;
    }
    pl_fiber_set(fiber, result_register(fiber), value);
    return leave(fiber, call, PL_GO_ON);
}

/* Where the action has a probe the server is asked; else, and where it cannot tell, a person is. */
static PlGo probe_or_park(PlFiber *fiber, PlCall *call, int64_t since_us, const PlReply *reply)
{
    PlRun *run = fiber->run;
    PlValue value = pl_nothing();
    PlBuf *why = pl_run_scratch(run);
    PlProbed probed = PL_PROBED_NOT;
    bool can_ask = call->action->doubt == PL_DOUBT_RECONCILABLE && run->phase == PL_PHASE_LIVE;
    if (can_ask || call->probing) probed = pl_probe_go(fiber, call, since_us, on_probe, &value, why);
    PlGo go = PL_GO_BLOCK;
    if (probed == PL_PROBED_NOT) {
        PlReply asked = {.evidence = PL_EVIDENCE_UNKNOWN, .message = pl_buf_str(why)};
        pl_call_park(call, why->len ? &asked : reply);
        go = pl_fiber_park(fiber);
    } else if (probed != PL_PROBED_WAITS) {
        go = settled(fiber, call, probed, value);
    }
    pl_run_give(run, why);
    return go;
}

static PlGo on_probe(PlRun *run, PlFiber *fiber)
{
    (void)run;
    PlCall *call = fiber->call->doubted;
    PlGo go = probe_or_park(fiber, call, 0, NULL);
    return go == AGAIN ? attempts(fiber, call) : go;
}

static PlGo doubt(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    PlRun *run = fiber->run;
    PlValue row;
    if (pl_rows_find(run, call->path, PL_ROW_RESOLVE, call->attempt, &row, NULL)) return resolved(fiber, call, row);
    int64_t since_us = reply ? reply->at_us : wall(run);
    if (reply && reply->evidence == PL_EVIDENCE_ANSWERED && !pl_rows_has(run, call->path, PL_ROW_INDOUBT, call->attempt)) {
        PlReply answered = {.evidence = PL_EVIDENCE_UNKNOWN,
                            .fault = PL_NET_RESET,
                            .message =
                                PL_STR("an earlier attempt may have been applied, and the server refuses this one")};
        pl_call_put_reply(call, &answered); /* so that it can be settled */
    }
    if (!reply && !pl_rows_has(run, call->path, PL_ROW_INDOUBT, call->attempt)) {
        PlReply lost = {.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET, .message = PL_STR("the process ended before an answer came")};
        pl_call_put_reply(call, &lost);
    }
    return probe_or_park(fiber, call, since_us, reply);
}

/* ---- attempts ---- */

static PlGo on_retry(PlRun *run, PlFiber *fiber);

static PlGo wait_for_retry(PlFiber *fiber, PlCall *call)
{
    PlRun *run = fiber->run;
    int64_t left = call->retry_at_us - wall(run);
    if (left <= 0 || pl_rows_has(run, call->path, PL_ROW_INTENT, call->attempt)) return AGAIN;
    if (!pl_fiber_timer(fiber, run->ports.clock.mono_us(run->ports.clock.self) + left, on_retry)) pl_heap_escape(run->heap, PL_NOMEM);
    return pl_fiber_wait(fiber);
}

static PlGo on_retry(PlRun *run, PlFiber *fiber)
{
    (void)run;
    if (fiber->cancelled) return pl_fiber_end_take(fiber, pl_nothing());
    PlGo go = wait_for_retry(fiber, fiber->call);
    return go == AGAIN ? attempts(fiber, fiber->call) : go;
}

/* The next attempt goes to another address. */
static PlGo go_to(PlFiber *fiber, PlCall *call, PlStr url)
{
    char *copy = pl_strdup_n(url.ptr, url.len);
    if (!copy) pl_heap_escape(fiber->run->heap, PL_NOMEM);
    pl_free(call->location);
    call->location = copy;
    return AGAIN;
}

static PlGo follow(PlFiber *fiber, PlCall *call, const PlReply *reply, PlStr from)
{
    PlRun *run = fiber->run;
    PlBuf *url = pl_run_scratch(run);
    pl_request_resolve(url, from, pl_call_header(reply, "location"));
    pl_run_check_buf(run, url);
    call->hops++;
    call->attempt++;
    if (call->stage == PL_STAGE_POLL) call->stage = PL_STAGE_FETCH; /* see other: there the result is */
    PlGo go = go_to(fiber, call, pl_buf_str(url));
    pl_run_give(run, url);
    return go;
}

/* A page came: join it to those before. AGAIN: the next one is to be asked for. */
static PlGo turn_page(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    PlRun *run = fiber->run;
    uint32_t most = call->site->max_items;
    PlValue *slot = &fiber->regs[result_register(fiber)], page = *slot, items = pl_pages_items(page);
    bool is_first = call->pages.tag == PL_NOTHING;
    if (items.tag != PL_LIST) return PL_GO_ON;
    call->items += pl_list_len(items);
    PlBuf *url = pl_run_scratch(run);
    PlPageNext next = pl_pages_next(run, call, reply, page, call->items, url);
    pl_run_check_buf(run, url);
    bool same = pl_str_eq_z(pl_buf_str(url), call->url ? call->url : "");
    if ((most && call->items >= most) || same) next = PL_PAGE_LAST;
    *slot = pl_nothing();
    PlValue first = is_first ? pl_retain(page) : call->pages;
    call->pages = pl_nothing();
    first = pl_pages_join_take(run->values, first, is_first ? pl_nothing() : page, most);
    pl_release(run->values, page);
    PlGo go = PL_GO_ON;
    if (next == PL_PAGE_LAST) {
        *slot = first;
    } else if (next == PL_PAGE_LOST) {
        pl_release(run->values, first);
        go = PL_RAISE(fiber, RUN_PAGES, "answer", PL_ARG(call->action->plugin), PL_ARG(call->action->name));
    } else {
        call->pages = first;
        call->failures = call->hops = 0;
        call->attempt++;
        go = go_to(fiber, call, pl_buf_str(url));
    }
    pl_run_give(run, url);
    return go;
}

/* The last word on a call: a value or an error. The AFTER event comes before a handler runs. */
/* Success: the value into its register, and what later conditions need of it (PL_CALL_KEEPS_TAG). */
static PlGo take_value(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    PlRun *run = fiber->run;
    uint16_t reg = result_register(fiber);
    bool keeps = call->site->flags & PL_CALL_KEEPS_TAG && call->stage == PL_STAGE_CALL;
    PlValue known = keeps ? fiber->regs[call->site->tag] : pl_nothing();
    if (reply->status == 304) { /* only asked for with such a tag */
        pl_fiber_set(fiber, reg, known.tag == PL_LIST && pl_list_len(known) == 3 ? pl_retain(pl_list_at(known, 2)) : pl_nothing());
        return PL_GO_ON;
    }
    PlGo go = pl_response_value(fiber, call, reply, reg);
    if (go != PL_GO_ON || !keeps) return go;
    PlStr tag = pl_call_header(reply, "etag");
    PlValue kept = tag.len ? pl_list(run->values, 3) : pl_nothing();
    if (tag.len) {
        kept = pl_list_append_take(run->values, kept, pl_text(run->values, tag));
        kept = pl_list_append_take(run->values, kept, pl_text(run->values, pl_str_z(call->url)));
        kept = pl_list_append_take(run->values, kept, pl_retain(fiber->regs[reg]));
    }
    pl_fiber_set(fiber, call->site->tag, kept);
    return go;
}

static PlGo deliver(PlFiber *fiber, PlCall *call, const PlReply *reply, PlVerdict verdict, bool replayed)
{
    PlValue error = pl_nothing();
    PlGo go = PL_GO_ON;
    PlReply last = *reply;
    fiber->held = &error;
    if (verdict == PL_VERDICT_VALUE) {
        go = pl_await_next(fiber, call, &last);
        if (go == PL_GO_ON) go = take_value(fiber, call, &last);
    }
    if (verdict == PL_VERDICT_ERROR) go = pl_response_error(fiber, call, reply);
    if (verdict == PL_VERDICT_GONE) pl_fiber_set(fiber, result_register(fiber), pl_nothing());
    fiber->held = NULL;
    if (go == AGAIN) return go;
    if (go == PL_GO_ON && verdict == PL_VERDICT_VALUE && (call->site->flags & PL_CALL_ALL_PAGES || call->site->max_items)) {
        fiber->held = &error;
        go = turn_page(fiber, call, reply);
        fiber->held = NULL;
        if (go == AGAIN) return go;
    }
    tell_after(fiber, call, &last, pl_rows_text(error, "message"), replayed);
    if (go != PL_GO_ON) go = pl_error_throw_take(fiber, error);
    return leave(fiber, call, go);
}

static PlGo judge(PlFiber *fiber, PlCall *call, const PlReply *reply, PlStr url, bool replayed)
{
    PlRun *run = fiber->run;
    int64_t wait_us;
    PlVerdict verdict = pl_call_judge(call, reply, &wait_us);
    pl_rest_note(call, reply, url);
    if (verdict == PL_VERDICT_DOUBT) return doubt(fiber, call, reply);
    pl_row_index_close(run->index, call->path, call->attempt);
    if (fiber->cancelled) return pl_fiber_end_take(fiber, pl_nothing());
    if (verdict == PL_VERDICT_RETRY) {
        call->was_unknown |= reply->evidence == PL_EVIDENCE_UNKNOWN;
        call->failures++;
        call->attempt++;
        run->stats.retries += !replayed;
        call->retry_at_us = reply->at_us + wait_us;
        return wait_for_retry(fiber, call);
    }
    if (verdict == PL_VERDICT_REDIRECT) return follow(fiber, call, reply, url);
    PlGo go = deliver(fiber, call, reply, verdict, replayed);
    return go == AGAIN ? wait_for_retry(fiber, call) : go;
}

static PlGo on_answer(PlRun *run, PlFiber *fiber)
{
    PlCall *call = fiber->call;
    PlReply reply = call->reply; /* its texts live in the call until that is freed or answered again */
    call->answered = false;
    pl_call_put_reply(call, &reply);
    if (reply.body_lost) pl_heap_escape(run->heap, PL_NOMEM);
    PlGo go = judge(fiber, call, &reply, pl_str_z(call->url), false);
    return go == AGAIN ? attempts(fiber, call) : go;
}

/* A process that ran out of memory did not send it, or could not take its answer. What is harmless is sent again. */
static PlGo go_on_unread(PlFiber *fiber, PlCall *call, const PlReply *reply)
{
    if (!reply->again && call->action->doubt == PL_DOUBT_UNSAFE) return doubt(fiber, call, NULL);
    pl_row_index_close(fiber->run->index, call->path, call->attempt);
    call->was_unknown |= !reply->again;
    call->attempt++;
    return AGAIN;
}

/* What the journal has of this attempt. True when that decided how to go on. */
static bool replay(PlFiber *fiber, PlCall *call, const PlRequest *request, PlGo *go)
{
    PlRun *run = fiber->run;
    PlStr unused;
    PlReply reply;
    PlValue row;
    int64_t sent_us;
    if (!run->resumed || !pl_call_find_intent(call, request, &sent_us)) return false;
    run->stats.replayed++;
    tell_before(fiber, call, request->url, true, &unused);
    PlBuf *blob = pl_run_scratch(run);
    pl_call_keep_url(call, request->url);
    bool known = pl_call_find_reply(call, &reply, &row, blob);
    if (known && (reply.again || reply.body_lost)) {
        *go = go_on_unread(fiber, call, &reply);
        pl_release(run->values, row);
    } else if (known) {
        *go = judge(fiber, call, &reply, request->url, true);
        pl_release(run->values, row);
    } else {
        PlDoubt class = pl_call_class(call);
        bool forgotten = class == PL_DOUBT_KEYED && wall(run) - sent_us > KEY_TTL_US;
        if (!pl_doubt_is_repeatable(class) || forgotten) {
            *go = doubt(fiber, call, NULL);
        } else { /* sent, perhaps applied, and harmless to send again */
            call->was_unknown = true;
            call->attempt++;
            *go = AGAIN;
        }
    }
    pl_run_give(run, blob);
    return true;
}

static PlGo send(PlFiber *fiber, PlCall *call, const PlRequest *request)
{
    PlRun *run = fiber->run;
    pl_request_check_files(run, call->path, request);
    pl_call_put_intent(call, request);
    run->call_count++;
    run->stats.calls++;
    if (call->attempt == 1) run->action_calls[call->site->action]++;
    pl_call_keep_url(call, request->url);
    pl_call_queue(call, request);
    fiber->resume = on_answer;
    return pl_fiber_wait(fiber);
}

static PlGo attempt(PlFiber *fiber, PlCall *call)
{
    PlRun *run = fiber->run;
    PlRequest request;
    PlGo go = pl_request_build(fiber, call->site, call->path, call->epoch, &request);
    if (go != PL_GO_ON) return leave(fiber, call, go);
    if (call->stage != PL_STAGE_CALL) pl_request_poll(run, &request, pl_str_z(call->location));
    else if (call->location) pl_request_redirect(run, &request, pl_str_z(call->location));
    call->if_match = request.if_match;
    call->if_none_match = request.if_none_match;
    if (replay(fiber, call, &request, &go)) return go;
    if (run->phase == PL_PHASE_LIVE && pl_rest_holds(call, request.origin)) return wait_for_retry(fiber, call);
    go = admit(fiber, call, &request);
    return go == PL_GO_ON ? send(fiber, call, &request) : go;
}

/* The memory of requests that are not sent now goes at once; a long replay makes many of them. */
static PlGo attempts(PlFiber *fiber, PlCall *call)
{
    PlRun *run = fiber->run;
    PlGo go;
    do {
        PlArenaMark mark = pl_arena_mark(run->sending);
        PlCall **tail = run->sends_tail;
        go = attempt(fiber, call);
        if (run->sends_tail == tail) pl_arena_rewind(run->sending, mark);
    } while (go == AGAIN);
    return go;
}

PlGo pl_step_call(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    const PlCallSite *site = &run->module->calls[insn.b];
    PlBuf *path = pl_run_scratch(run);
    pl_path_put_insn(run, path, fiber, site->site, fiber->pc);
    PlCall *call = pl_call_new(fiber, site, pl_buf_str(path));
    pl_run_give(run, path);
    return attempts(fiber, call);
}
