/* SPDX-License-Identifier: MIT */
/* Telling the hooks: each in order; the first veto of a BEFORE event counts and the hooks behind it are not asked. docs/hooks.md. */
#include "vm/run/hook.h"

#include "vm/run/call.h"

#include <stdio.h>

bool pl_hook_tell(PlRun *run, PlHookEvent *event, PlStr *reason)
{
    event->run = run->id;
    if (event->wall_us == 0) event->wall_us = run->ports.clock.wall_us(run->ports.clock.self);
    for (uint32_t i = 0; i < run->ports.hook_count; i++) {
        const PlHookPort *hook = &run->ports.hooks[i];
        if (event->when == PL_HOOK_PIECE && !hook->takes_pieces) continue;
        PlStr why = {0};
        bool go_on = hook->event(hook->self, event, &why);
        if (go_on || event->when != PL_HOOK_BEFORE) continue;
        *reason = why.len ? why : PL_STR("no reason given");
        return false;
    }
    return true;
}

bool pl_hook_takes_pieces(const PlRun *run)
{
    for (uint32_t i = 0; i < run->ports.hook_count; i++)
        if (run->ports.hooks[i].takes_pieces) return true;
    return false;
}

void pl_hook_piece(PlRun *run, const PlCall *call, PlStr text)
{
    char name[512];
    PlStr unused;
    int n = snprintf(name, sizeof name, PL_FMT "." PL_FMT, PL_ARG(call->action->plugin), PL_ARG(call->action->name));
    PlHookEvent event = {.when = PL_HOOK_PIECE, .path = call->path, .text = text, .part = call->part};
    event.action = pl_str(name, n > 0 && n < (int)sizeof name ? (size_t)n : 0);
    if (call->site->site < run->module->site_count) event.step = run->module->sites[call->site->site].step;
    pl_hook_tell(run, &event, &unused);
}

void pl_hook_run_begin(PlRun *run)
{
    PlStr unused;
    PlHookEvent event = {.when = PL_HOOK_RUN_BEGIN, .text = run->module->title, .args = run->options.input, .replayed = run->resumed};
    pl_hook_tell(run, &event, &unused);
}

void pl_hook_run_end(PlRun *run, PlRunState state)
{
    PlStr unused;
    PlHookEvent event = {
        .when = PL_HOOK_RUN_END,
        .text = run->module->title,
        .outcome = state == PL_RUN_DONE ? PL_STR("done") : state == PL_RUN_PARKED ? PL_STR("parked") : PL_STR("failed"),
        .error = state == PL_RUN_DONE ? PL_STR("") : pl_buf_str(&run->error),
        .result = state == PL_RUN_DONE ? pl_buf_str(&run->output) : PL_STR(""),
    };
    pl_hook_tell(run, &event, &unused);
}

bool pl_hook_is_replay(const PlRun *run)
{
    return run->resumed && run->stats.rows <= 1;
}
