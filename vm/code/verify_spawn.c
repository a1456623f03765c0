/* SPDX-License-Identifier: MIT */
/* Bodies and branches form a forest: each function but main is started by one instruction at most, none by itself, and no more than
 * PL_LIMIT_FRAME_DEPTH stand in each other. So a run's fibers are bounded in depth, and a step's enclosing step is one step. */
#include "vm/code/verify.h"

#include "vm/base/limits.h"

static void spawn(PlVerify *v, uint32_t by, uint16_t function)
{
    pl_verify_need(v, function != 0, "main cannot be started");
    pl_verify_need(v, v->spawner[function] == PL_VERIFY_NONE, "function %u is started by another instruction too",
                   function);
    v->spawner[function] = by;
}

/* Operands are in range: pl_verify_code has looked. */
static void note_spawns(PlVerify *v, uint32_t by)
{
    v->function = &v->m->functions[by];
    for (v->pc = 0; v->pc < v->function->code_count; v->pc++) {
        PlInsn i = v->function->code[v->pc];
        if (i.op == PL_OP_SCATTER) spawn(v, by, v->m->scatters[i.b].function);
        if (i.op != PL_OP_TOGETHER) continue;
        const PlTogether *t = &v->m->togethers[i.b];
        for (uint16_t b = 0; b < t->branch_count; b++) spawn(v, by, t->branches[b].function);
    }
    v->function = NULL;
}

void pl_verify_spawns(PlVerify *v)
{
    uint32_t count = v->m->function_count;
    v->spawner = PL_NEW_N(v->scratch, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) v->spawner[i] = PL_VERIFY_NONE;
    for (uint32_t i = 0; i < count; i++) note_spawns(v, i);
    v->what = "function";
    for (v->index = 0; v->index < count; v->index++) {
        uint32_t depth = 0, at = v->index;
        while (v->spawner[at] != PL_VERIFY_NONE) {
            pl_verify_need(v, ++depth < PL_LIMIT_FRAME_DEPTH, "it is started by itself, or stands too deep");
            at = v->spawner[at];
        }
    }
}
