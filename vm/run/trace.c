/* SPDX-License-Identifier: MIT */
/* The trace: BEFORE and AFTER events of every step instance, when hooks want them. A traced fiber keeps the stack of the steps it is in,
 * compares it with the ranges of the sites before each instruction, and tells what it left and what it entered. A step that is a call
 * has richer events of its own (step.c) and is passed over here. */
#include "vm/run/hook.h"
#include "vm/run/rows.h"

typedef struct Frame {
    uint32_t site;
    int64_t began_us;
    PlValue path;
} Frame;

enum { FRAMES = 40 }; /* more than PL_LIMIT_STEP_DEPTH */

struct PlTrace {
    uint32_t pc_site; /* innermost site of the last instruction */
    uint32_t len;
    Frame frames[FRAMES];
};

void pl_trace_init(PlRun *run)
{
    const PlModule *m = run->module;
    run->tracing = run->options.trace && run->ports.hook_count > 0;
    if (!run->tracing) return;
    run->site_calls = pl_arena_zalloc(run->keep, m->site_count + 1, 1);
    for (uint32_t i = 0; i < m->call_count; i++)
        if (m->calls[i].site < m->site_count) run->site_calls[m->calls[i].site] = 1;
}

void pl_trace_begin(PlFiber *fiber)
{
    fiber->trace = pl_heap_alloc(fiber->run->heap, sizeof *fiber->trace);
    fiber->trace->pc_site = PL_NO_SITE;
    fiber->trace->len = 0;
}

static PlHookEvent event_of(PlRun *run, const Frame *frame, PlHookWhen when)
{
    const PlSite *site = &run->module->sites[frame->site];
    return (PlHookEvent){.when = when,
                         .path = pl_text_str(frame->path),
                         .step = site->step,
                         .text = site->text,
                         .replayed = pl_hook_is_replay(run)};
}

static int64_t mono(PlRun *run)
{
    return run->ports.clock.mono_us(run->ports.clock.self);
}

static void leave(PlFiber *fiber, PlStr outcome, PlStr error)
{
    PlRun *run = fiber->run;
    Frame *frame = &fiber->trace->frames[--fiber->trace->len];
    PlHookEvent event = event_of(run, frame, PL_HOOK_AFTER);
    PlStr unused;
    event.outcome = outcome;
    event.error = error;
    event.elapsed_us = mono(run) - frame->began_us;
    pl_hook_tell(run, &event, &unused);
    pl_release(run->values, frame->path);
}

/* A veto is a row, so that a resumed run is refused again without asking. */
static PlGo veto(PlFiber *fiber, uint32_t site, PlStr path, PlStr reason, bool recorded)
{
    PlRun *run = fiber->run;
    if (!recorded) {
        PlBuf *body = pl_run_scratch(run);
        pl_buf_put_z(body, "{\"reason\":");
        pl_buf_put_json(body, reason);
        pl_buf_put_char(body, '}');
        pl_rows_put(run, PL_ROW_VETO, site, 0, path, body, PL_STR(""));
        pl_run_give(run, body);
    }
    return PL_RAISE(fiber, RUN_VETO, "refused", PL_ARG(reason));
}

static PlGo enter(PlFiber *fiber, uint32_t site)
{
    PlRun *run = fiber->run;
    PlTrace *trace = fiber->trace;
    PlBuf *path = pl_run_scratch(run);
    PlStr reason = {0};
    PlValue body;
    pl_path_put(run, path, fiber, site);
    Frame frame = {site, mono(run), pl_text(run->values, pl_buf_str(path))};
    PlGo go = PL_GO_ON;
    if (pl_rows_find(run, pl_buf_str(path), PL_ROW_VETO, 0, &body, NULL)) {
        go = veto(fiber, site, pl_buf_str(path), pl_rows_text(body, "reason"), true);
        pl_release(run->values, body);
    } else {
        PlHookEvent event = event_of(run, &frame, PL_HOOK_BEFORE);
        if (!pl_hook_tell(run, &event, &reason)) go = veto(fiber, site, pl_buf_str(path), reason, false);
    }
    if (go == PL_GO_ON) trace->frames[trace->len++] = frame;
    else pl_release(run->values, frame.path);
    pl_run_give(run, path);
    return go;
}

/* The sites around an instruction in this function that have events, innermost first; returns how many. */
static uint32_t chain_of(const PlRun *run, const PlFiber *fiber, uint32_t site, uint32_t chain[FRAMES])
{
    uint32_t len = 0;
    while (site != PL_NO_SITE && len < FRAMES) {
        const PlSite *s = &run->module->sites[site];
        if (s->function != fiber->function_index) break;
        if (!run->site_calls[site]) chain[len++] = site;
        site = s->parent;
    }
    return len;
}

PlGo pl_trace_at(PlFiber *fiber, uint32_t pc)
{
    PlRun *run = fiber->run;
    PlTrace *trace = fiber->trace;
    uint32_t site = pl_path_site(run, fiber, pc), chain[FRAMES];
    if (site == trace->pc_site) return PL_GO_ON;
    trace->pc_site = site;
    uint32_t len = chain_of(run, fiber, site, chain), common = 0;
    while (common < len && common < trace->len && trace->frames[common].site == chain[len - 1 - common]) common++;
    while (trace->len > common) leave(fiber, PL_STR("done"), PL_STR(""));
    for (uint32_t i = common; i < len; i++) {
        PlGo go = enter(fiber, chain[len - 1 - i]);
        if (go == PL_GO_ON) continue;
        if (go != PL_GO_END) trace->pc_site = PL_NO_SITE;
        return go;
    }
    return PL_GO_ON;
}

void pl_trace_failed(PlFiber *fiber, uint32_t target, PlValue record)
{
    PlRun *run = fiber->run;
    PlTrace *trace = fiber->trace;
    PlStr message = pl_rows_text(record, "message");
    while (trace->len > 0) {
        const PlSite *s = &run->module->sites[trace->frames[trace->len - 1].site];
        if (target >= s->begin && target < s->end) break;
        leave(fiber, PL_STR("failed"), message);
    }
    trace->pc_site = PL_NO_SITE;
}

void pl_trace_end(PlFiber *fiber)
{
    bool skipped = fiber->cancelled && fiber->run->current != fiber; /* the one that ends the run is not */
    PlStr outcome = skipped ? PL_STR("skipped") : PL_STR("done");
    while (fiber->trace->len > 0) leave(fiber, outcome, PL_STR(""));
    pl_heap_release(fiber->run->heap, fiber->trace, sizeof *fiber->trace);
    fiber->trace = NULL;
}
