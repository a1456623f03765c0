/* SPDX-License-Identifier: MIT */
/* A run's life: made (run_new.c), pumped turn by turn, ended. One turn: run what is ready, write the rows, make them durable as what
 * waits to be sent needs it, send. Nothing that changes the world leaves before its row is on the disk. Memory failures and a broken journal leave through
 * the escape that pump sets. */
#include "vm/run/hook.h"
#include "vm/run/run_end.h"

enum { SLICE_US = 20000 }; /* pure work before the owner's loop gets a turn */

PlBuf *pl_run_scratch(PlRun *run)
{
    for (unsigned i = 0; i < PL_STATE_SCRATCHES; i++) {
        if (run->scratch[i].taken) continue;
        run->scratch[i].taken = true;
        pl_buf_clear(&run->scratch[i].buf);
        return &run->scratch[i].buf;
    }
    pl_heap_escape(run->heap, PL_INTERNAL);
}

void pl_run_give(PlRun *run, PlBuf *buf)
{
    enum { KEEP = 64 * 1024 }; /* a large one is not kept for the next small text */
    PlScratch *s = (PlScratch *)((char *)buf - offsetof(PlScratch, buf));
    (void)run;
    if (s->buf.cap > KEEP) pl_buf_deinit(&s->buf);
    s->taken = false;
}

void pl_run_check_buf(PlRun *run, const PlBuf *buf)
{
    if (buf->status != PL_OK) pl_heap_escape(run->heap, buf->status);
}

/* ---- the pump ---- */

static void go(PlRun *run, PlFiber *fiber)
{
    PlGo how = PL_GO_JUMP;
    PlResume resume = fiber->resume;
    run->current = fiber;
    fiber->resume = NULL;
    if (resume) {
        how = resume(run, fiber);
        if (how == PL_GO_ON) {
            fiber->pc++;
            how = PL_GO_JUMP;
        }
    }
    if (how == PL_GO_JUMP && fiber->cancelled) how = pl_fiber_end_take(fiber, pl_nothing());
    if (how == PL_GO_JUMP) how = pl_interp_run(fiber);
    run->current = NULL;
    if (how != PL_GO_YIELD) return;
    pl_fiber_ready(fiber, NULL);
    if (run->ports.clock.mono_us(run->ports.clock.self) >= run->slice_end_us) run->slice_over = true;
}

static void check_commit(PlRun *run, PlStatus status)
{
    if (status != PL_OK) PL_BREAK(run, status, RUN_JOURNAL_WRITE, PL_STR(""), "a commit", pl_status_words(status));
    run->dirty = run->commit_due = run->barrier_due = false;
}

void pl_run_commit(PlRun *run)
{
    const PlJournalPort *journal = &run->ports.journal;
    if (run->dirty) check_commit(run, run->barrier_due ? journal->barrier(journal->self) : journal->commit(journal->self));
}

/* Before a call that may change something outside its row and all before it are on the disk; before calls that only read they are on their way. */
static void commit_turn(PlRun *run)
{
    const PlJournalPort *journal = &run->ports.journal;
    if (run->barrier_due || run->commit_due || !journal->soon) pl_run_commit(run);
    else if (run->dirty) check_commit(run, journal->soon(journal->self));
}

static void wake(void *user)
{
    PlRun *run = user;
    run->has_wake_timer = false;
}

/* Fibers are still ready: have the owner's loop come back at once. */
static void ask_for_turn(PlRun *run)
{
    const PlClockPort *clock = &run->ports.clock;
    if (run->has_wake_timer) return;
    if (clock->timer(clock->self, clock->mono_us(clock->self), wake, run, &run->wake_timer) != PL_OK)
        pl_heap_escape(run->heap, PL_NOMEM);
    run->has_wake_timer = true;
}

static void run_ready(PlRun *run)
{
    PlFiber *fiber;
    while (!run->slice_over && (fiber = pl_fiber_next(run)) != NULL) go(run, fiber);
}

static void turn(PlRun *run)
{
    do {
        run_ready(run);
        if (run->phase == PL_PHASE_ENDING && run->fiber_count == 0 && !run->sends) return; /* END's barrier covers these rows */
        commit_turn(run);
        pl_step_send_all(run);
    } while (!run->slice_over && run->queue_head);
}

static void enter(PlRun *run)
{
    if (!run->begun) pl_hook_run_begin(run);
    run->begun = true;
    pl_end_check(run); /* cancelled, out of time */
    run->slice_over = false;
    run->slice_end_us = run->ports.clock.mono_us(run->ports.clock.self) + SLICE_US;
}

static PlRunState pump(PlRun *run)
{
    enter(run);
    turn(run);
    if (run->phase == PL_PHASE_ENDING && run->fiber_count == 0) {
        pl_end_write(run);
        return run->state;
    }
    if (run->queue_head) {
        ask_for_turn(run);
        return PL_RUN_WAITING;
    }
    if (run->in_flight > 0 || run->timers > 0) return PL_RUN_WAITING;
    return pl_end_park(run);
}

PlRunState pl_run_pump(PlRun *run)
{
    if (run->phase == PL_PHASE_OVER) return run->state;
    if (setjmp(run->escape.at) != 0) return pl_end_escaped(run);
    return run->exhausted ? pl_end_drain(run) : pump(run);
}

void pl_run_prepare(PlRun *run)
{
    if (run->phase == PL_PHASE_OVER || run->exhausted) return;
    if (setjmp(run->escape.at) != 0) {
        PlRunState state = pl_end_escaped(run); /* the next pump says it */
        (void)state;
        return;
    }
    enter(run);
    run_ready(run);
}

void pl_run_cancel(PlRun *run, PlStr why)
{
    if (run->cancel_asked) return;
    run->cancel_asked = true;
    pl_buf_put(&run->cancel_text, why.len ? why : PL_STR("no reason given"));
}

PlStr pl_run_output(const PlRun *run)
{
    return run->output.len ? pl_buf_str(&run->output) : PL_STR("null");
}

PlStr pl_run_error(const PlRun *run)
{
    return run->state == PL_RUN_DONE ? PL_STR("") : pl_buf_str(&run->error);
}

PlStr pl_run_reason(const PlRun *run)
{
    return run->state == PL_RUN_DONE ? pl_buf_str(&run->error) : PL_STR("");
}

PlStatus pl_run_status(const PlRun *run)
{
    return run->status;
}

PlRunStats pl_run_stats(const PlRun *run)
{
    PlRunStats stats = run->stats;
    stats.heap_peak = run->heap ? pl_heap_peak(run->heap) : 0;
    return stats;
}
