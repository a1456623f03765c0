/* SPDX-License-Identifier: MIT */
/* A call in doubt whose action has a probe: a safe action is asked whether the effect is there (spec/effects.md, "Probes"). The probe is a call of its
 * own, with
 * rows of its own at the path of the call, "?" and the attempt in doubt ("3?1" asks about attempt 1 of step 3). What it finds counts as applied when exactly
 * one thing fits; what it does not find proves something only when the author says so. It never sends what is in doubt. */
#include "vm/run/call.h"
#include "vm/run/pages.h"
#include "vm/run/rows.h"

#include "vm/base/fault.h"
#include "vm/value/type_check.h"

enum { SETTLE_US = 2000000, RETRIES = 2, MOST_PAGES = 50 };

static const PlProbe *probe_of(const PlCall *call)
{
    return &call->action->probe;
}

/* ---- what is asked ---- */

static const PlArg *arg_of(const PlCall *call, PlStr name)
{
    for (uint32_t i = 0; i < call->site->arg_count; i++)
        if (pl_str_eq(call->action->params[call->site->args[i].param].name, name)) return &call->site->args[i];
    return NULL;
}

static PlValue value_of(const PlFiber *fiber, const PlCall *call, PlStr name)
{
    const PlArg *arg = arg_of(call, name);
    return arg ? fiber->regs[arg->reg] : pl_nothing();
}

/* There is something to look for: every argument that the probe needs was given, and one at least to tell things apart. */
static bool is_possible(const PlFiber *fiber, const PlCall *call)
{
    const PlProbe *p = probe_of(call);
    uint32_t known = 0;
    for (uint32_t i = 0; i < p->with_count; i++) {
        if (value_of(fiber, call, p->with[i].arg).tag == PL_NOTHING) return false;
        known++;
    }
    for (uint32_t i = 0; i < p->match_count; i++)
        known += pl_str_starts(p->match[i].arg, PL_STR("=")) || value_of(fiber, call, p->match[i].arg).tag != PL_NOTHING;
    return known > 0;
}

static uint32_t action_named(const PlModule *m, PlStr plugin, PlStr name)
{
    for (uint32_t i = 0; i < m->action_count; i++)
        if (pl_str_eq(m->actions[i].plugin, plugin) && pl_str_eq(m->actions[i].name, name)) return i;
    return UINT32_MAX;
}

/* The call site that the compiler would have made: the probe's parameters from the registers of the call's arguments. NULL: no memory. */
static PlCallSite *make_site(const PlFiber *fiber, const PlCall *call, uint32_t action)
{
    const PlProbe *p = probe_of(call);
    const PlAction *asked = &fiber->run->module->actions[action];
    PlCallSite *site = pl_zalloc(sizeof *site + p->with_count * sizeof(PlArg));
    if (!site) return NULL;
    *site = (PlCallSite){.action = action, .site = call->site->site, .args = (PlArg *)(site + 1), .retries = RETRIES, .timeout_us = call->site->timeout_us};
    for (uint32_t i = 0; i < p->with_count; i++) {
        const PlArg *arg = arg_of(call, p->with[i].arg);
        for (uint16_t k = 0; arg && k < asked->param_count; k++)
            if (pl_str_eq(asked->params[k].name, p->with[i].name)) site->args[site->arg_count++] = (PlArg){k, arg->reg};
    }
    return site;
}

/* Both the call and the probe are in the run's list; the fiber has the probe until it is over. */
static PlCall *begin(PlFiber *fiber, PlCall *call)
{
    PlRun *run = fiber->run;
    uint32_t action = action_named(run->module, call->action->plugin, probe_of(call)->action);
    if (action == UINT32_MAX || !is_possible(fiber, call)) return NULL;
    PlBuf *path = pl_run_scratch(run);
    pl_buf_printf(path, PL_FMT "?%u", PL_ARG(call->path), call->attempt);
    pl_run_check_buf(run, path);
    PlCall *probe = pl_call_new(fiber, call->site, pl_buf_str(path)); /* whoever fails from here on frees both */
    probe->own_site = make_site(fiber, call, action);
    if (!probe->own_site) {
        pl_call_free(probe);
        fiber->call = call;
        pl_heap_escape(run->heap, PL_NOMEM);
    }
    probe->site = probe->own_site;
    probe->action = &run->module->actions[action];
    probe->doubted = call;
    call->probing = true;
    pl_run_give(run, path);
    return probe;
}

static void end(PlFiber *fiber, PlCall *probe)
{
    PlCall *call = probe->doubted;
    pl_call_free(probe);
    fiber->call = call;
    call->probing = false;
}

/* ---- what was found ---- */

static bool same_text(PlRun *run, PlValue found, PlValue wanted, PlStr said)
{
    PlBuf *a = pl_run_scratch(run), *b = pl_run_scratch(run);
    pl_request_wire(a, found);
    if (said.len) pl_buf_put(b, said);
    else pl_request_wire(b, wanted);
    pl_run_check_buf(run, a);
    pl_run_check_buf(run, b);
    bool same = pl_str_eq(pl_buf_str(a), pl_buf_str(b));
    pl_run_give(run, b);
    pl_run_give(run, a);
    return same;
}

/* "name" or "meta.name" */
static bool find_field(PlValue record, PlStr name, PlValue *out)
{
    *out = record;
    for (size_t pos = 0; pos <= name.len;) {
        size_t dot = pl_str_find_char(name, '.', pos);
        PlStr step = pl_str_slice(name, pos, dot);
        if (out->tag != PL_RECORD || !pl_record_find(*out, step, out)) return false;
        pos += step.len + 1;
    }
    return true;
}

static bool fits(PlFiber *fiber, const PlCall *call, PlValue candidate)
{
    const PlProbe *p = probe_of(call);
    for (uint32_t i = 0; i < p->match_count; i++) {
        bool said = pl_str_starts(p->match[i].arg, PL_STR("="));
        PlValue wanted = said ? pl_nothing() : value_of(fiber, call, p->match[i].arg), found;
        if (!said && wanted.tag == PL_NOTHING) continue; /* it was not sent */
        if (!find_field(candidate, p->match[i].name, &found)) return false;
        if (!same_text(fiber->run, found, wanted, said ? pl_str_slice(p->match[i].arg, 1, p->match[i].arg.len) : PL_STR(""))) return false;
    }
    return candidate.tag != PL_NOTHING;
}

/* One thing is what was asked for by its name; a list is looked through. How many fit; *out is the first. */
static uint32_t count_fitting(PlFiber *fiber, const PlCall *call, PlValue answer, PlValue *out)
{
    const PlProbe *p = probe_of(call);
    PlValue items = pl_pages_items(answer), unused;
    bool is_thing = answer.tag == PL_RECORD;
    for (uint32_t i = 0; i < p->match_count && is_thing; i++) is_thing = find_field(answer, p->match[i].name, &unused);
    if (is_thing || items.tag != PL_LIST) {
        *out = answer;
        return fits(fiber, call, answer);
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < pl_list_len(items); i++) {
        if (!fits(fiber, call, pl_list_at(items, i))) continue;
        if (count++ == 0) *out = pl_list_at(items, i);
    }
    return count;
}

/* Can what was found be the answer of the call? */
static bool is_answer(PlFiber *fiber, const PlCall *call, PlValue v)
{
    PlMismatch why = {0};
    const PlTypes *types = &fiber->run->module->types;
    if (call->action->result == PL_T_NOTHING) return true;
    return pl_type_check_answer(types, call->action->result, v, &why) && (call->site->expect == PL_T_ANY || pl_type_check(types, call->site->expect, v, &why));
}

/* ---- an answer of the probe ---- */

typedef enum Look { LOOK_OVER, LOOK_AGAIN } Look;

static void say(PlRun *run, PlBuf *why, const PlCall *probe, const char *words)
{
    pl_buf_clear(why);
    pl_buf_printf(why, "no complete answer came, and " PL_FMT "." PL_FMT " was asked: %s", PL_ARG(probe->action->plugin), PL_ARG(probe->action->name), words);
    pl_run_check_buf(run, why);
}

static PlProbed absent(PlRun *run, const PlCall *probe, PlBuf *why)
{
    if (probe_of(probe->doubted)->absent_is_sure) return PL_PROBED_NOT_APPLIED;
    say(run, why, probe, "it is not there, which does not prove that it will not come");
    return PL_PROBED_NOT;
}

static PlProbed judge_found(PlFiber *fiber, PlCall *probe, PlValue answer, const PlReply *reply, PlValue *value, PlBuf *why, Look *look)
{
    PlRun *run = fiber->run;
    const PlCall *call = probe->doubted;
    PlValue found = pl_nothing();
    uint32_t count = count_fitting(fiber, call, answer, &found);
    if (count > 1) {
        say(run, why, probe, "several things fit");
        return PL_PROBED_NOT;
    }
    if (count == 1 && !is_answer(fiber, call, found)) {
        say(run, why, probe, "it is there, but what is found is not what the call answers: settle it as applied, with --result");
        return PL_PROBED_NOT;
    }
    if (count == 1) {
        *value = call->action->result == PL_T_NOTHING ? pl_nothing() : pl_retain(found);
        return PL_PROBED_APPLIED;
    }
    PlBuf *url = pl_run_scratch(run);
    PlPageNext next = pl_pages_next(run, probe, reply, answer, 0, url);
    pl_run_check_buf(run, url);
    bool more = next == PL_PAGE_NEXT && probe->hops < MOST_PAGES && !pl_str_eq_z(pl_buf_str(url), probe->url ? probe->url : "");
    if (more) {
        char *copy = pl_strdup_n(pl_buf_str(url).ptr, url->len);
        if (!copy) pl_heap_escape(run->heap, PL_NOMEM);
        pl_free(probe->location);
        probe->location = copy;
        probe->hops++;
        probe->failures = 0;
        *look = LOOK_AGAIN;
    }
    pl_run_give(run, url);
    if (more) return PL_PROBED_NOT;
    if (next == PL_PAGE_LAST) return absent(run, probe, why);
    say(run, why, probe, "it has more to tell than was looked through");
    return PL_PROBED_NOT;
}

static PlProbed judge(PlFiber *fiber, PlCall *probe, const PlReply *reply, PlValue *value, PlBuf *why, Look *look, int64_t *wait_us)
{
    PlRun *run = fiber->run;
    PlValue answer;
    size_t at;
    const char *words;
    PlVerdict verdict = pl_call_judge(probe, reply, wait_us);
    *look = LOOK_OVER;
    if (verdict == PL_VERDICT_RETRY) {
        probe->failures++;
        *look = LOOK_AGAIN;
        return PL_PROBED_NOT;
    }
    if (reply->evidence == PL_EVIDENCE_ANSWERED && (reply->status == 404 || reply->status == 410)) return absent(run, probe, why);
    if (verdict != PL_VERDICT_VALUE || reply->body_lost) {
        say(run, why, probe, reply->evidence == PL_EVIDENCE_ANSWERED ? "it gave no answer that tells" : "it gave no answer");
        return PL_PROBED_NOT;
    }
    PlStatus status = reply->body.len ? pl_json_read(run->values, reply->body, &answer, &at, &words) : PL_INVALID;
    if (status == PL_NOMEM || status == PL_LIMIT) pl_heap_escape(run->heap, status);
    if (status != PL_OK) {
        say(run, why, probe, "its answer cannot be read");
        return PL_PROBED_NOT;
    }
    PlProbed probed = judge_found(fiber, probe, answer, reply, value, why, look);
    pl_release(run->values, answer);
    return probed;
}

/* ---- its attempts ---- */

static PlProbed wait_until(PlFiber *fiber, int64_t wall_us, PlResume resume)
{
    const PlClockPort *clock = &fiber->run->ports.clock;
    int64_t left = wall_us - clock->wall_us(clock->self);
    if (!pl_fiber_timer(fiber, clock->mono_us(clock->self) + (left > 0 ? left : 0), resume)) pl_heap_escape(fiber->run->heap, PL_NOMEM);
    pl_fiber_wait(fiber);
    return PL_PROBED_WAITS;
}

static PlProbed send(PlFiber *fiber, PlCall *probe, const PlRequest *request, PlResume resume)
{
    PlRun *run = fiber->run;
    pl_call_put_intent(probe, request);
    run->call_count++;
    run->stats.calls++;
    pl_call_keep_url(probe, request->url);
    pl_call_queue(probe, request);
    fiber->resume = resume;
    pl_fiber_wait(fiber);
    return PL_PROBED_WAITS;
}

/* What the journal has of this attempt, from earlier processes. What those could not tell is asked once more. */
static bool recall(PlFiber *fiber, PlCall *probe, const PlRequest *request, PlValue *value, PlBuf *why, PlProbed *probed)
{
    PlRun *run = fiber->run;
    PlReply reply;
    PlValue row;
    int64_t sent_us, wait_us;
    Look look = LOOK_AGAIN;
    if (!run->resumed || !pl_call_find_intent(probe, request, &sent_us)) return false;
    PlBuf *blob = pl_run_scratch(run);
    *probed = PL_PROBED_NOT;
    pl_call_keep_url(probe, request->url);
    if (pl_call_find_reply(probe, &reply, &row, blob)) {
        *probed = judge(fiber, probe, &reply, value, why, &look, &wait_us);
        pl_release(run->values, row);
    }
    pl_run_give(run, blob);
    probe->attempt++;
    if (*probed == PL_PROBED_NOT && look == LOOK_OVER) { /* from the first page again */
        pl_free(probe->location);
        probe->location = NULL;
        probe->failures = probe->hops = 0;
    }
    return true;
}

static PlProbed ask(PlFiber *fiber, PlCall *probe, PlResume resume, PlValue *value, PlBuf *why)
{
    PlRun *run = fiber->run;
    PlProbed probed = PL_PROBED_NOT;
    for (;;) {
        PlRequest request;
        PlValue error = pl_nothing();
        fiber->held = &error;
        PlGo go = pl_request_build(fiber, probe->site, probe->path, 0, &request);
        fiber->held = NULL;
        pl_release(run->values, error);
        if (go != PL_GO_ON) {
            say(run, why, probe, "its request cannot be made");
            return PL_PROBED_NOT;
        }
        if (probe->location) pl_request_redirect(run, &request, pl_str_z(probe->location));
        if (recall(fiber, probe, &request, value, why, &probed)) {
            if (probed != PL_PROBED_NOT) return probed;
            continue;
        }
        bool is_live = run->phase == PL_PHASE_LIVE;
        if (is_live && pl_policy_allows(probe, &request)) return send(fiber, probe, &request, resume);
        if (!why->len) say(run, why, probe, is_live ? "the manifest or a limit forbids it" : "but the run ends");
        return PL_PROBED_NOT;
    }
}

/* An answer has come for the probe. */
static PlProbed answered(PlFiber *fiber, PlCall *probe, PlResume resume, PlValue *value, PlBuf *why)
{
    PlRun *run = fiber->run;
    PlReply reply = probe->reply;
    int64_t wait_us = 0;
    Look look;
    probe->answered = false;
    pl_call_put_reply(probe, &reply);
    if (reply.body_lost) pl_heap_escape(run->heap, PL_NOMEM);
    PlProbed probed = judge(fiber, probe, &reply, value, why, &look, &wait_us);
    if (look == LOOK_OVER) return probed;
    probe->attempt++;
    return wait_us > 0 ? wait_until(fiber, reply.at_us + wait_us, resume) : ask(fiber, probe, resume, value, why);
}

PlProbed pl_probe_go(PlFiber *fiber, PlCall *call, int64_t since_us, PlResume resume, PlValue *value, PlBuf *why)
{
    PlRun *run = fiber->run;
    PlCall *probe = fiber->call->doubted ? fiber->call : NULL;
    PlProbed probed;
    *value = pl_nothing();
    if (!probe) {
        probe = begin(fiber, call);
        if (!probe) return PL_PROBED_NOT;
        int64_t settle_us = probe_of(call)->after_us ? (int64_t)probe_of(call)->after_us : SETTLE_US;
        bool asked = pl_rows_has(run, probe->path, PL_ROW_INTENT, 1);
        const PlClockPort *clock = &run->ports.clock;
        if (!asked && since_us + settle_us > clock->wall_us(clock->self)) return wait_until(fiber, since_us + settle_us, resume);
    }
    probed = probe->answered ? answered(fiber, probe, resume, value, why) : ask(fiber, probe, resume, value, why);
    if (probed != PL_PROBED_WAITS) end(fiber, probe);
    return probed;
}
