/* SPDX-License-Identifier: MIT */
/* Fibers: birth, the queue of those that are ready, waiting, cancelling, the end. A fiber is one line of work: main, one item of a
 * scatter, one branch. Its registers stand behind it in one block of the heap. */
#include "vm/run/taint.h"

static size_t fiber_size(const PlRun *run, const PlFunction *function)
{
    return sizeof(PlFiber) + function->regs * (sizeof(PlValue) + (run->taints ? sizeof(PlTaint) : 0));
}

PlFiber *pl_fiber_new(PlRun *run, uint16_t function, PlGroup *group, uint32_t index)
{
    const PlFunction *f = &run->module->functions[function];
    PlFiber *fiber = pl_heap_alloc(run->heap, fiber_size(run, f));
    *fiber = (PlFiber){
        .run = run,
        .function = f,
        .function_index = function,
        .group = group,
        .index = index,
        .depth = group ? group->parent->depth + 1 : 0,
        .state = PL_FIBER_WAITING,
        .failure = pl_nothing(),
        .regs = (PlValue *)(fiber + 1),
    };
    for (uint16_t i = 0; i < f->regs; i++) fiber->regs[i] = pl_nothing();
    fiber->prev = run->last;
    *(run->last ? &run->last->next : &run->first) = fiber;
    run->last = fiber;
    if (++run->fiber_count > run->stats.fibers_peak) run->stats.fibers_peak = run->fiber_count;
    if (run->taints) {
        fiber->taints = (PlTaint *)(fiber->regs + f->regs);
        pl_taint_begin(fiber);
    }
    if (run->tracing) pl_trace_begin(fiber);
    return fiber;
}

void pl_fiber_ready(PlFiber *fiber, PlResume resume)
{
    PlRun *run = fiber->run;
    if (fiber->state == PL_FIBER_PARKED) run->parked--;
    fiber->state = PL_FIBER_READY;
    fiber->resume = resume;
    if (fiber->queued) return;
    fiber->queued = true;
    fiber->queue_next = NULL;
    *(run->queue_tail ? &run->queue_tail->queue_next : &run->queue_head) = fiber;
    run->queue_tail = fiber;
}

static void forget(PlFiber *fiber)
{
    pl_heap_release(fiber->run->heap, fiber, fiber_size(fiber->run, fiber->function));
}

PlFiber *pl_fiber_next(PlRun *run)
{
    for (;;) {
        PlFiber *fiber = run->queue_head;
        if (!fiber) return NULL;
        run->queue_head = fiber->queue_next;
        if (!run->queue_head) run->queue_tail = NULL;
        fiber->queued = false;
        if (fiber->state != PL_FIBER_ENDED) return fiber;
        forget(fiber); /* it was cancelled while it stood in the queue */
    }
}

PlGo pl_fiber_wait(PlFiber *fiber)
{
    fiber->state = PL_FIBER_WAITING;
    return PL_GO_BLOCK;
}

PlGo pl_fiber_park(PlFiber *fiber)
{
    fiber->state = PL_FIBER_PARKED;
    fiber->run->parked++;
    return PL_GO_BLOCK;
}

void pl_fiber_set(PlFiber *fiber, uint16_t reg, PlValue v)
{
    PlValue old = fiber->regs[reg];
    fiber->regs[reg] = v;
    pl_release(fiber->run->values, old);
}

static void unlink(PlFiber *fiber)
{
    PlRun *run = fiber->run;
    *(fiber->prev ? &fiber->prev->next : &run->first) = fiber->next;
    *(fiber->next ? &fiber->next->prev : &run->last) = fiber->prev;
    run->fiber_count--;
    if (run->main == fiber) run->main = NULL;
}

PlGo pl_fiber_end_take(PlFiber *fiber, PlValue failure)
{
    PlRun *run = fiber->run;
    if (fiber->trace) pl_trace_end(fiber);
    pl_fiber_timer_stop(fiber);
    if (fiber->call) pl_call_free(fiber->call);
    if (fiber->state == PL_FIBER_PARKED) run->parked--;
    fiber->state = PL_FIBER_ENDED;
    fiber->failure = failure;
    /* The main fiber's values go with the heap, which is freed whole: to take a million records apart first would be for nothing. */
    for (uint16_t i = 0; fiber != run->main && i < fiber->function->regs; i++) pl_fiber_set(fiber, i, pl_nothing());
    unlink(fiber);
    if (fiber->group) pl_group_child_ended(fiber->group, fiber);
    else if (failure.tag != PL_NOTHING) pl_run_settle_take(run, PL_STR("failed"), pl_error_status(failure), pl_retain(failure));
    pl_release(run->values, fiber->failure);
    if (!fiber->queued) forget(fiber);
    return PL_GO_END;
}

void pl_fiber_cancel(PlFiber *fiber)
{
    if (fiber->cancelled) return;
    fiber->cancelled = true;
    if (fiber->run->current == fiber) return; /* it is at an instruction that ends it */
    if (fiber->children) {
        pl_group_cancel(fiber->children);
        return; /* the last child wakes it */
    }
    if (fiber->call && !pl_step_cancel(fiber->call)) return; /* what was sent and writes is awaited */
    pl_fiber_end_take(fiber, pl_nothing());
}

static void timer_done(void *user)
{
    PlFiber *fiber = user;
    fiber->has_timer = false;
    fiber->run->timers--;
    pl_fiber_ready(fiber, fiber->resume);
}

bool pl_fiber_timer(PlFiber *fiber, int64_t mono_us, PlResume resume)
{
    PlRun *run = fiber->run;
    const PlClockPort *clock = &run->ports.clock;
    pl_fiber_timer_stop(fiber);
    fiber->resume = resume;
    if (clock->timer(clock->self, mono_us, timer_done, fiber, &fiber->timer) != PL_OK) return false;
    fiber->has_timer = true;
    run->timers++;
    return true;
}

void pl_fiber_timer_stop(PlFiber *fiber)
{
    if (!fiber->has_timer) return;
    const PlClockPort *clock = &fiber->run->ports.clock;
    clock->timer_cancel(clock->self, fiber->timer);
    fiber->has_timer = false;
    fiber->run->timers--;
}
