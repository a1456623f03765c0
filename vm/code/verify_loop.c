/* SPDX-License-Identifier: MIT */
/* Every function ends. Jumps back land only on loop instructions; a loop reaches from its instruction to the last jump back to it; loops
 * nest. Inside a loop nothing writes its counter or its bound but its own instruction, which counts up by one each time; when it
 * stops, or fails, control goes behind the loop; handlers are only ahead. So on any way round, the lowest instruction is a loop's, its
 * counter grows each time, and its bound stands still. */
#include "vm/code/verify.h"

#include "vm/base/limits.h"

static void find_loops(PlVerify *v, PlLoops *out)
{
    const PlFunction *f = v->function;
    uint32_t *last = PL_NEW_N(v->scratch, uint32_t, f->code_count);
    for (v->pc = 0; v->pc < f->code_count; v->pc++) {
        int64_t target;
        if (!pl_opcode_jump(f->code[v->pc], v->pc, &target)) continue;
        pl_verify_need(v, target >= 0 && target < f->code_count, "a jump to %lld, out of the function",
                       (long long)target);
        if (target > v->pc) continue;
        pl_verify_need(v, pl_opcode_is_loop(f->code[target].op), "a jump back to %lld, which is no loop",
                       (long long)target);
        last[target] = v->pc + 1; /* the greatest: instructions come in order */
    }
    for (v->pc = 0; v->pc < f->code_count; v->pc++)
        if (last[v->pc]) pl_vec_push(v->scratch, &out->all, (PlLoop){v->pc, last[v->pc] - 1, PL_VERIFY_NONE});
}

static void nest_loops(PlVerify *v, PlLoops *out)
{
    const PlFunction *f = v->function;
    uint32_t next = 0, inner = PL_VERIFY_NONE, depth = 0;
    out->of = PL_NEW_N(v->scratch, uint32_t, f->code_count);
    for (v->pc = 0; v->pc < f->code_count; v->pc++) {
        while (inner != PL_VERIFY_NONE && out->all.items[inner].last < v->pc) {
            inner = out->all.items[inner].parent;
            depth--;
        }
        if (next < out->all.len && out->all.items[next].first == v->pc) {
            PlLoop *loop = &out->all.items[next];
            pl_verify_need(v, inner == PL_VERIFY_NONE || loop->last <= out->all.items[inner].last,
                           "loops that overlap");
            pl_verify_need(v, ++depth <= PL_LIMIT_STEP_DEPTH + PL_LIMIT_EXPR_DEPTH, "loops nested too deep");
            loop->parent = inner;
            inner = next++;
        }
        out->of[v->pc] = inner;
    }
}

/* guard[r]: 1 + the first instruction of the loop around that counts with register r; 0: none does. */
static void need_free(PlVerify *v, const uint32_t *guard, uint16_t reg)
{
    pl_verify_need(v, guard[reg] == 0, "it writes register %u, which the loop at %u counts with", reg, guard[reg] - 1);
}

static void check_gathers(PlVerify *v, const uint32_t *guard, const PlGather *gathers, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) need_free(v, guard, gathers[i].reg);
}

static void check_write(PlVerify *v, const uint32_t *guard, PlInsn i)
{
    PlOperand kind = pl_opcode_infos[i.op].a;
    if (kind == PL_OPERAND_W || kind == PL_OPERAND_RW || kind == PL_OPERAND_RW3) need_free(v, guard, i.a);
    for (uint16_t r = 1; kind == PL_OPERAND_RW3 && r < 3; r++) need_free(v, guard, (uint16_t)(i.a + r));
    if (i.op == PL_OP_SCATTER) {
        const PlScatter *s = &v->m->scatters[i.b];
        need_free(v, guard, s->failures);
        check_gathers(v, guard, s->gathers, s->gather_count);
    }
    if (i.op == PL_OP_TOGETHER) {
        const PlTogether *t = &v->m->togethers[i.b];
        need_free(v, guard, t->failures);
        for (uint16_t b = 0; b < t->branch_count; b++)
            check_gathers(v, guard, t->branches[b].gathers, t->branches[b].gather_count);
    }
}

static void set_guard(const PlFunction *f, const PlLoop *loop, uint32_t *guard, uint32_t to)
{
    uint16_t counter = f->code[loop->first].a;
    guard[counter] = guard[counter + 1] = to;
}

/* The counter and the bound of each loop stand still in it. */
static void check_writes(PlVerify *v, const PlLoops *loops)
{
    const PlFunction *f = v->function;
    PlArenaMark mark = pl_arena_mark(v->scratch);
    uint32_t *guard = PL_NEW_N(v->scratch, uint32_t, f->regs), inner = PL_VERIFY_NONE;
    for (v->pc = 0; v->pc < f->code_count; v->pc++) {
        while (inner != PL_VERIFY_NONE && loops->all.items[inner].last < v->pc) {
            set_guard(f, &loops->all.items[inner], guard, 0);
            inner = loops->all.items[inner].parent;
        }
        check_write(v, guard, f->code[v->pc]);
        if (loops->of[v->pc] == inner) continue;
        inner = loops->of[v->pc];
        set_guard(f, &loops->all.items[inner], guard, v->pc + 1);
    }
    pl_arena_rewind(v->scratch, mark);
}

static void check_exits(PlVerify *v, const PlLoops *loops)
{
    for (uint32_t l = 0; l < loops->all.len; l++) {
        const PlLoop *loop = &loops->all.items[l];
        int64_t target = 0;
        v->pc = loop->first;
        (void)pl_opcode_jump(v->function->code[v->pc], v->pc, &target);
        pl_verify_need(v, target > loop->last, "a loop that stops within itself");
    }
}

static void check_handlers(PlVerify *v, const PlLoops *loops)
{
    const PlFunction *f = v->function;
    pl_verify_need(v, f->handler_count <= PL_LIMIT_FUNC_CODE, "%u handlers", f->handler_count);
    for (uint32_t h = 0; h < f->handler_count; h++) {
        const PlHandler *row = &f->handlers[h];
        v->pc = row->begin;
        pl_verify_need(v, row->begin < row->end && row->end <= f->code_count, "handler %u guards nothing", h);
        pl_verify_need(v, row->target >= row->end && row->target < f->code_count,
                       "handler %u is not behind what it guards", h);
        pl_verify_need(v, row->error < f->regs, "handler %u: register %u of %u", h, row->error, f->regs);
        pl_verify_need(v, row->status == 0 || (row->status >= 100 && row->status <= 999), "handler %u: status %u", h,
                       row->status);
        for (uint32_t l = loops->of[row->target]; l != PL_VERIFY_NONE; l = loops->all.items[l].parent) {
            const PlLoop *loop = &loops->all.items[l];
            pl_verify_need(v, loop->first < row->begin || loop->first >= row->end,
                           "handler %u is in a loop that it guards", h);
            uint16_t counter = f->code[loop->first].a;
            pl_verify_need(v, row->error != counter && row->error != counter + 1, "handler %u writes a loop's counter",
                           h);
        }
    }
}

void pl_verify_loops(PlVerify *v, uint32_t function, PlLoops *out)
{
    v->function = &v->m->functions[function];
    find_loops(v, out);
    nest_loops(v, out);
    check_writes(v, out);
    check_exits(v, out);
    check_handlers(v, out);
    v->function = NULL;
}
