/* SPDX-License-Identifier: MIT */
/* Steps: they nest like the plan they come from, and what is journaled runs in no loop that its step does not name. The journal keeps
 * results by a step's path (its number, and the counters of those loops), so no path may come twice. */
#include "vm/code/verify.h"

#include "vm/base/limits.h"

#define DEEPEST (2 * PL_LIMIT_STEP_DEPTH) /* a step's clauses may be steps of their own inside it */

static void verify_parent(PlVerify *v, const PlSite *s, uint8_t *depth)
{
    if (s->parent == PL_NO_SITE) return;
    pl_verify_need(v, s->parent < v->index, "the step around it is %u, which is not before it", s->parent);
    const PlSite *p = &v->m->sites[s->parent];
    depth[v->index] = (uint8_t)(depth[s->parent] + 1);
    pl_verify_need(v, depth[v->index] <= DEEPEST, "steps nested too deep");
    if (p->function == s->function) {
        pl_verify_need(v, p->begin <= s->begin && s->end <= p->end, "its code is not inside that of step %u",
                       s->parent);
        return;
    }
    pl_verify_need(v, v->spawner[s->function] == p->function,
                   "step %u, around it, is in a function that does not start its own", s->parent);
}

/* The loop steps named are around it, each around the next. */
static void verify_loop_steps(PlVerify *v, const PlSite *s)
{
    uint32_t at = s->parent;
    for (uint32_t i = s->loop_count; i-- > 0;) {
        pl_verify_index(v, s->loop_sites[i], v->m->site_count, "step");
        pl_verify_index(v, s->loops[i], v->m->functions[s->function].regs, "register");
        while (at != PL_NO_SITE && at != s->loop_sites[i]) at = v->m->sites[at].parent;
        pl_verify_need(v, at != PL_NO_SITE, "the loop step %u is not around it", s->loop_sites[i]);
        at = v->m->sites[at].parent;
    }
}

/* The step whose result the instruction at pc writes to the journal, or PL_NO_SITE. */
static uint32_t journaled_site(const PlModule *m, PlInsn i)
{
    switch (i.op) {
    case PL_OP_CALL: return m->calls[i.b].site;
    case PL_OP_ASK: return m->asks[i.b].site;
    case PL_OP_WAIT: return m->waits[i.b].site;
    case PL_OP_SCATTER: return m->scatters[i.b].site;
    case PL_OP_TOGETHER: return m->togethers[i.b].site;
    case PL_OP_NOW:
    case PL_OP_TODAY:
    case PL_OP_RANDOM:
    case PL_OP_NOTE: return i.b;
    default: return PL_NO_SITE;
    }
}

/* Every loop that the instruction is in is among those that its step names, in order. */
static void verify_loops_named(PlVerify *v, const PlSite *s, const PlLoops *loops)
{
    uint32_t named = s->loop_count;
    for (uint32_t l = loops->of[v->pc]; l != PL_VERIFY_NONE; l = loops->all.items[l].parent) {
        uint32_t first = loops->all.items[l].first;
        while (named > 0 && s->loops[named - 1] != v->function->code[first].a) named--;
        pl_verify_need(v, named > 0, "it is in the loop at %u, which its step does not name", first);
        named--;
    }
}

static void verify_paths(PlVerify *v)
{
    for (uint32_t i = 0; i < v->m->function_count; i++) {
        v->function = &v->m->functions[i];
        for (v->pc = 0; v->pc < v->function->code_count; v->pc++) {
            uint32_t site = journaled_site(v->m, v->function->code[v->pc]);
            if (site != PL_NO_SITE) verify_loops_named(v, &v->m->sites[site], &v->loops[i]);
        }
    }
    v->function = NULL;
}

void pl_verify_sites(PlVerify *v)
{
    const PlModule *m = v->m;
    uint8_t *depth = PL_NEW_N(v->scratch, uint8_t, m->site_count);
    v->what = "step";
    for (v->index = 0; v->index < m->site_count; v->index++) {
        const PlSite *s = &m->sites[v->index];
        pl_verify_index(v, s->function, m->function_count, "function");
        pl_verify_need(v, s->begin <= s->end && s->end <= m->functions[s->function].code_count, "instructions %u to %u",
                       s->begin, s->end);
        pl_verify_need(v, s->span.start <= s->span.end && s->span.end <= m->source.len, "bytes %u to %u of the source",
                       s->span.start, s->span.end);
        pl_verify_no_control(v, s->step, "its number");
        verify_parent(v, s, depth);
        verify_loop_steps(v, s);
    }
    verify_paths(v);
}
