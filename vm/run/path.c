/* SPDX-License-Identifier: MIT */
/* Paths of step instances: "2#17.1" is step 2.1 in iteration 17 of the loop at step 2 (spec/running.md). A path depends on the plan and on
 * loop counters alone, never on the order in which things happened, so that the journal finds a step's rows again. */
#include "vm/run/state.h"

#define UNKNOWN (UINT32_MAX - 1)

static uint32_t innermost(const PlModule *module, uint16_t function, uint32_t pc)
{
    uint32_t best = PL_NO_SITE;
    for (uint32_t i = 0; i < module->site_count; i++) {
        const PlSite *s = &module->sites[i];
        if (s->function != function || pc < s->begin || pc >= s->end) continue;
        /* of equal ranges the later one: a parent stands before its children */
        if (best == PL_NO_SITE || s->end - s->begin <= module->sites[best].end - module->sites[best].begin) best = i;
    }
    return best;
}

uint32_t pl_path_site(PlRun *run, const PlFiber *fiber, uint32_t pc)
{
    uint32_t **known = &run->site_at[fiber->function_index];
    uint32_t count = fiber->function->code_count;
    if (pc >= count) return PL_NO_SITE;
    if (!*known) {
        *known = pl_heap_alloc(run->heap, count * sizeof **known);
        for (uint32_t i = 0; i < count; i++) (*known)[i] = UNKNOWN;
    }
    if ((*known)[pc] == UNKNOWN) (*known)[pc] = innermost(run->module, fiber->function_index, pc);
    return (*known)[pc];
}

typedef struct Writer {
    PlRun *run;
    PlBuf *out;
    PlStr step; /* the number that is written, loop by loop */
    size_t pos;
} Writer;

/* The loop at `loop` is in iteration k: "#k" behind its part of the number; a loop whose number is no part of the step's is put whole. */
static void put_loop(Writer *w, PlStr loop, int64_t k)
{
    bool part = pl_str_starts(w->step, loop) && loop.len > w->pos
                && (loop.len == w->step.len || w->step.ptr[loop.len] == '.');
    if (part) {
        pl_buf_put(w->out, pl_str_slice(w->step, w->pos, loop.len));
        w->pos = loop.len;
        pl_buf_printf(w->out, "#%lld", (long long)k);
    } else {
        pl_buf_printf(w->out, "(" PL_FMT "#%lld)", PL_ARG(loop), (long long)k);
    }
}

static void put_loops(Writer *w, const PlFiber *fiber, uint32_t site)
{
    const PlModule *module = w->run->module;
    if (fiber->group) {
        put_loops(w, fiber->group->parent, fiber->group->site);
        if (fiber->group->scatter) put_loop(w, module->sites[fiber->group->site].step, (int64_t)fiber->index + 1);
    }
    if (site == PL_NO_SITE) return;
    const PlSite *s = &module->sites[site];
    if (s->function != fiber->function_index) return;
    for (uint16_t i = 0; i < s->loop_count; i++) {
        PlValue counter = fiber->regs[s->loops[i]];
        put_loop(w, module->sites[s->loop_sites[i]].step, counter.tag == PL_INT ? counter.as.integer : 0);
    }
}

void pl_path_put(PlRun *run, PlBuf *out, const PlFiber *fiber, uint32_t site)
{
    Writer w = {.run = run, .out = out};
    if (site != PL_NO_SITE) w.step = run->module->sites[site].step;
    put_loops(&w, fiber, site);
    pl_buf_put(out, pl_str_slice(w.step, w.pos, w.step.len));
    pl_run_check_buf(run, out);
}

/* Instructions whose rows could be taken for each other's. 0: it has no rows. */
static unsigned row_class(uint8_t op)
{
    switch (op) {
    case PL_OP_CALL:
    case PL_OP_ASK:
    case PL_OP_WAIT: return 1;
    case PL_OP_NOW:
    case PL_OP_TODAY: return 2;
    case PL_OP_RANDOM: return 3;
    case PL_OP_NOTE: return 4;
    case PL_OP_SCATTER:
    case PL_OP_TOGETHER: return 5;
    default: return 0;
    }
}

static uint32_t row_site(const PlModule *module, PlInsn insn)
{
    switch (insn.op) {
    case PL_OP_CALL: return module->calls[insn.b].site;
    case PL_OP_ASK: return module->asks[insn.b].site;
    case PL_OP_WAIT: return module->waits[insn.b].site;
    case PL_OP_SCATTER: return module->scatters[insn.b].site;
    case PL_OP_TOGETHER: return module->togethers[insn.b].site;
    default: return insn.b;
    }
}

/* How many instructions before pc write the same kind of rows for the same site. */
static uint32_t earlier(const PlModule *module, const PlFunction *function, uint32_t pc)
{
    PlInsn insn = function->code[pc];
    unsigned class = row_class(insn.op);
    uint32_t site = row_site(module, insn), count = 0;
    uint32_t begin = site < module->site_count ? module->sites[site].begin : 0;
    for (uint32_t i = begin; i < pc; i++) {
        PlInsn other = function->code[i];
        if (row_class(other.op) == class && row_site(module, other) == site) count++;
    }
    return count;
}

void pl_path_put_insn(PlRun *run, PlBuf *out, const PlFiber *fiber, uint32_t site, uint32_t pc)
{
    pl_path_put(run, out, fiber, site);
    uint32_t before = earlier(run->module, fiber->function, pc);
    if (before > 0) pl_buf_printf(out, "~%u", before + 1);
    pl_run_check_buf(run, out);
}
