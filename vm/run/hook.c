/* SPDX-License-Identifier: MIT */
/* Telling the hooks: each in order; the first veto of a BEFORE event counts and the hooks behind it are not asked. docs/hooks.md. */
#include "vm/run/hook.h"

bool pl_hook_tell(PlRun *run, PlHookEvent *event, PlStr *reason)
{
    event->run = run->id;
    if (event->wall_us == 0) event->wall_us = run->ports.clock.wall_us(run->ports.clock.self);
    for (uint32_t i = 0; i < run->ports.hook_count; i++) {
        const PlHookPort *hook = &run->ports.hooks[i];
        PlStr why = {0};
        bool go_on = hook->event(hook->self, event, &why);
        if (go_on || event->when != PL_HOOK_BEFORE) continue;
        *reason = why.len ? why : PL_STR("no reason given");
        return false;
    }
    return true;
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
