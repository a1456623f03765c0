/* SPDX-License-Identifier: MIT */
/* The manifest and the limits, which no handler of the plan may get around: a call that they forbid ends the run, whatever the bytecode says. Every request
 * passes here before it is announced: first attempts, repeats, redirects, further pages, polls and probes. */
#include "vm/run/call.h"

static bool is_allowed(const PlRun *run, const PlAction *a, PlStr origin)
{
    const PlManifest *m = &run->module->manifest;
    for (uint32_t i = 0; i < m->host_count; i++)
        if (pl_str_eq(m->hosts[i].origin, origin) && pl_str_eq(m->hosts[i].plugin, a->plugin)) return true;
    for (uint32_t i = 0; i < run->options.server_count; i++) {
        const PlServerOverride *s = &run->options.servers[i];
        PlBuf own;
        pl_buf_init(&own, 0);
        bool same = pl_str_eq(s->plugin, a->plugin) && pl_request_origin(&own, s->url) && pl_str_eq(pl_buf_str(&own), origin);
        PlStatus status = own.status;
        pl_buf_deinit(&own);
        if (status != PL_OK) pl_heap_escape(run->heap, status);
        if (same) return true;
    }
    return false;
}

static uint64_t lower(uint64_t limit, uint64_t other)
{
    return limit && other ? (limit < other ? limit : other) : limit + other;
}

/* What a call uses up is known when it has been made: so the call that passes the limit is the last. */
static PlGo check_usage(PlFiber *fiber)
{
    const PlRun *run = fiber->run;
    const PlManifest *m = &run->module->manifest;
    uint64_t tokens = lower(m->max_tokens, run->options.max_usage.tokens), money = lower(m->max_money, run->options.max_usage.money);
    if (tokens && run->usage.tokens >= tokens)
        return PL_FATAL(fiber, PL_LIMIT, RUN_TOKENS, "limit", (unsigned long long)tokens, (unsigned long long)run->usage.tokens);
    if (money && run->usage.money >= money)
        return PL_FATAL(fiber, PL_LIMIT, RUN_MONEY, "limit", (double)money / PL_USAGE_UNIT, (double)run->usage.money / PL_USAGE_UNIT);
    return PL_GO_ON;
}

bool pl_policy_allows(const PlCall *call, const PlRequest *request)
{
    const PlRun *run = call->run;
    uint64_t most = run->module->manifest.max_calls ? run->module->manifest.max_calls : PL_LIMIT_CALLS_DEFAULT;
    if (run->options.max_calls && run->options.max_calls < most) most = run->options.max_calls;
    return run->call_count < most && is_allowed(run, call->action, request->origin);
}

PlGo pl_policy_check(PlFiber *fiber, const PlCall *call, const PlRequest *request)
{
    PlRun *run = fiber->run;
    const PlManifest *m = &run->module->manifest;
    const PlAction *a = call->action;
    uint64_t most = m->max_calls ? m->max_calls : PL_LIMIT_CALLS_DEFAULT, of_action = m->calls_at_most[call->site->action];
    if (run->options.max_calls && run->options.max_calls < most) most = run->options.max_calls;
    if (!is_allowed(run, a, request->origin))
        return PL_FATAL(fiber, PL_REFUSED, RUN_ORIGIN, "refused", PL_ARG(request->origin));
    if (run->call_count >= most) return PL_FATAL(fiber, PL_LIMIT, RUN_CALLS, "limit", (unsigned long long)most);
    /* what the compiler counted are steps; attempts after the first are bounded by max_calls */
    if (call->attempt == 1 && of_action != UINT64_MAX && run->action_calls[call->site->action] >= of_action)
        return PL_FATAL(fiber, PL_LIMIT, RUN_ACTION_CALLS, "limit", PL_ARG(a->plugin), PL_ARG(a->name), (unsigned long long)of_action);
    return check_usage(fiber);
}
