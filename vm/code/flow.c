/* SPDX-License-Identifier: MIT */
/* A fixpoint over the registers of all functions: an instruction that writes a register adds to it what the registers it reads hold. The operand table
 * says which are which, so a new instruction is covered when it is listed. */
#include "vm/code/flow.h"

#include "vm/code/opcode.h"

typedef struct Flow {
    PlArena *arena;
    const PlModule *m;
    PlFlow *out;
    uint64_t ***regs; /* [function][register] */
    uint64_t *scratch;
    bool changed;
} Flow;

static uint64_t *new_set(const Flow *f)
{
    return PL_NEW_N(f->arena, uint64_t, f->out->word_count);
}

static void join(Flow *f, uint64_t *into, const uint64_t *from)
{
    for (uint32_t w = 0; w < f->out->word_count; w++) {
        f->changed |= (from[w] & ~into[w]) != 0;
        into[w] |= from[w];
    }
}

static void add_source(Flow *f, uint64_t *into, PlSourceKind kind, uint32_t index)
{
    for (uint32_t s = 0; s < f->out->source_count; s++) {
        if (f->out->sources[s].kind != kind || f->out->sources[s].index != index) continue;
        uint64_t bit = (uint64_t)1 << (s % 64);
        f->changed |= (into[s / 64] & bit) == 0;
        into[s / 64] |= bit;
    }
}

static void list_sources(Flow *f)
{
    const PlModule *m = f->m;
    uint32_t room = m->input_count + m->action_count + m->ask_count + m->wait_count + 1, n = 0;
    PlFlowSource *s = PL_NEW_N(f->arena, PlFlowSource, room);
    for (uint32_t i = 0; i < m->input_count; i++) s[n++] = (PlFlowSource){PL_FROM_INPUT, i};
    for (uint32_t i = 0; i < m->action_count; i++) s[n++] = (PlFlowSource){PL_FROM_ACTION, i};
    for (uint32_t i = 0; i < m->ask_count; i++) s[n++] = (PlFlowSource){PL_FROM_PERSON, i};
    for (uint32_t i = 0; i < m->wait_count; i++) s[n++] = (PlFlowSource){PL_FROM_EVENT, i};
    s[n++] = (PlFlowSource){PL_FROM_CLOCK, 0};
    f->out->sources = s;
    f->out->source_count = n;
    f->out->word_count = (n + 63) / 64;
}

/* What the instruction reads, joined into the scratch set. */
static void read_operand(Flow *f, uint64_t **regs, PlOperand kind, uint16_t first, uint8_t count)
{
    uint32_t n = kind == PL_OPERAND_R || kind == PL_OPERAND_RW ? 1
                 : kind == PL_OPERAND_R2                       ? 2
                 : kind == PL_OPERAND_RW3                      ? 3
                 : kind == PL_OPERAND_RN                       ? count
                                                               : 0;
    for (uint32_t i = 0; i < n; i++) join(f, f->scratch, regs[first + i]);
}

static void read_all(Flow *f, uint64_t **regs, PlInsn i)
{
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    memset(f->scratch, 0, f->out->word_count * sizeof *f->scratch);
    bool changed = f->changed;
    read_operand(f, regs, info->a, i.a, i.x);
    read_operand(f, regs, info->b, i.b, i.x);
    read_operand(f, regs, info->c, i.c, i.x);
    f->changed = changed;
}

static void gather(Flow *f, uint64_t **regs, uint32_t function, const PlGather *gathers, uint16_t count)
{
    const PlFunction *body = &f->m->functions[function];
    for (uint32_t pc = 0; pc < body->code_count; pc++) {
        PlInsn i = body->code[pc];
        if (i.op != PL_OP_RETURNS) continue;
        for (uint16_t g = 0; g < count && g < i.x; g++) join(f, regs[gathers[g].reg], f->regs[function][i.b + g]);
    }
}

static void capture(Flow *f, uint64_t **regs, uint32_t function, const uint16_t *captures, uint16_t count)
{
    for (uint16_t c = 0; c < count; c++) join(f, f->regs[function][c], regs[captures[c]]);
}

static void spawn(Flow *f, uint64_t **regs, PlInsn i)
{
    if (i.op == PL_OP_SCATTER) {
        const PlScatter *s = &f->m->scatters[i.b];
        capture(f, regs, s->function, s->captures, s->capture_count);
        join(f, f->regs[s->function][s->capture_count], regs[s->list]);
        gather(f, regs, s->function, s->gathers, s->gather_count);
    } else if (i.op == PL_OP_TOGETHER) {
        const PlTogether *t = &f->m->togethers[i.b];
        for (uint16_t b = 0; b < t->branch_count; b++) {
            const PlBranch *branch = &t->branches[b];
            capture(f, regs, branch->function, branch->captures, branch->capture_count);
            gather(f, regs, branch->function, branch->gathers, branch->gather_count);
        }
    }
}

static void born(Flow *f, uint64_t *into, PlInsn i)
{
    switch (i.op) {
    case PL_OP_CALL: add_source(f, into, PL_FROM_ACTION, f->m->calls[i.b].action); return;
    case PL_OP_ASK: add_source(f, into, PL_FROM_PERSON, i.b); return;
    case PL_OP_WAIT:
        if (f->m->waits[i.b].kind == PL_WAIT_EVENT) add_source(f, into, PL_FROM_EVENT, i.b);
        return;
    case PL_OP_NOW:
    case PL_OP_TODAY: add_source(f, into, PL_FROM_CLOCK, 0); return;
    default: return;
    }
}

static void step(Flow *f, uint32_t function, PlInsn i)
{
    uint64_t **regs = f->regs[function];
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    spawn(f, regs, i);
    if (info->a != PL_OPERAND_W && info->a != PL_OPERAND_RW && info->a != PL_OPERAND_RW3) return;
    read_all(f, regs, i);
    uint16_t to = info->a == PL_OPERAND_RW3 ? (uint16_t)(i.a + 2) : i.a;
    join(f, regs[to], f->scratch);
    born(f, regs[to], i);
}

/* An error record holds what the failed call answered. */
static void handlers(Flow *f, uint32_t function)
{
    const PlFunction *fn = &f->m->functions[function];
    for (uint32_t h = 0; h < fn->handler_count; h++) {
        for (uint32_t pc = fn->handlers[h].begin; pc < fn->handlers[h].end; pc++) {
            if (fn->code[pc].op == PL_OP_CALL) born(f, f->regs[function][fn->handlers[h].error], fn->code[pc]);
        }
    }
}

static void fixpoint(Flow *f)
{
    do {
        f->changed = false;
        for (uint32_t fn = 0; fn < f->m->function_count; fn++) {
            const PlFunction *function = &f->m->functions[fn];
            for (uint32_t pc = 0; pc < function->code_count; pc++) step(f, fn, function->code[pc]);
            handlers(f, fn);
        }
    } while (f->changed);
}

static bool is_outside(const Flow *f, const uint64_t *set)
{
    for (uint32_t s = 0; s < f->out->source_count; s++) {
        PlSourceKind kind = f->out->sources[s].kind;
        bool counts = kind == PL_FROM_ACTION || kind == PL_FROM_EVENT;
        if (counts && ((set[s / 64] >> (s % 64)) & 1)) return true;
    }
    return false;
}

/* The innermost site whose instructions hold this one. */
static uint32_t site_at(const PlModule *m, uint32_t function, uint32_t pc)
{
    uint32_t found = PL_NO_SITE;
    for (uint32_t s = 0; s < m->site_count; s++) {
        const PlSite *site = &m->sites[s];
        if (site->function == function && site->begin <= pc && pc < site->end) found = s;
    }
    return found;
}

/* A compare-and-jump, or a jump on a yes/no, is a decision of the step it stands in. */
static bool decides(uint8_t op)
{
    return op == PL_OP_JT || op == PL_OP_JF || (op >= PL_OP_JEQ && op <= PL_OP_JGEI);
}

static void list_decisions(Flow *f)
{
    uint64_t **by_site = PL_NEW_N(f->arena, uint64_t *, f->m->site_count + 1);
    for (uint32_t fn = 0; fn < f->m->function_count; fn++) {
        const PlFunction *function = &f->m->functions[fn];
        for (uint32_t pc = 0; pc < function->code_count; pc++) {
            if (!decides(function->code[pc].op)) continue;
            read_all(f, f->regs[fn], function->code[pc]);
            uint32_t site = site_at(f->m, fn, pc);
            if (site == PL_NO_SITE || !is_outside(f, f->scratch)) continue;
            if (!by_site[site]) by_site[site] = new_set(f);
            join(f, by_site[site], f->scratch);
        }
    }
    f->out->decisions = PL_NEW_N(f->arena, PlFlowDecision, f->m->site_count + 1);
    for (uint32_t s = 0; s < f->m->site_count; s++) {
        if (by_site[s]) f->out->decisions[f->out->decision_count++] = (PlFlowDecision){s, {by_site[s]}};
    }
}

static void list_args(Flow *f)
{
    f->out->args = PL_NEW_N(f->arena, PlFlowSet *, f->m->call_count + 1);
    for (uint32_t fn = 0; fn < f->m->function_count; fn++) {
        const PlFunction *function = &f->m->functions[fn];
        for (uint32_t pc = 0; pc < function->code_count; pc++) {
            PlInsn i = function->code[pc];
            if (i.op == PL_OP_RETURN) join(f, f->out->output.words, f->regs[fn][i.a]);
            if (i.op != PL_OP_CALL) continue;
            const PlCallSite *call = &f->m->calls[i.b];
            PlFlowSet *sets = PL_NEW_N(f->arena, PlFlowSet, call->arg_count + 1);
            for (uint32_t a = 0; a < call->arg_count; a++) sets[a].words = f->regs[fn][call->args[a].reg];
            f->out->args[i.b] = sets;
        }
    }
}

void pl_flow_of(PlArena *arena, const PlModule *module, PlFlow *out)
{
    Flow f = {.arena = arena, .m = module, .out = out};
    memset(out, 0, sizeof *out);
    list_sources(&f);
    f.scratch = new_set(&f);
    out->output.words = new_set(&f);
    f.regs = PL_NEW_N(arena, uint64_t **, module->function_count);
    for (uint32_t fn = 0; fn < module->function_count; fn++) {
        f.regs[fn] = PL_NEW_N(arena, uint64_t *, module->functions[fn].regs);
        for (uint32_t r = 0; r < module->functions[fn].regs; r++) f.regs[fn][r] = new_set(&f);
    }
    for (uint32_t i = 0; i < module->input_count; i++) add_source(&f, f.regs[0][module->inputs[i].reg], PL_FROM_INPUT, i);
    fixpoint(&f);
    list_args(&f);
    list_decisions(&f);
}

bool pl_flow_any(const PlFlow *flow, const PlFlowSet *set)
{
    for (uint32_t w = 0; w < flow->word_count; w++) {
        if (set->words[w]) return true;
    }
    return false;
}

void pl_flow_source_print(PlBuf *out, const PlModule *module, const PlFlowSource *source)
{
    switch (source->kind) {
    case PL_FROM_INPUT: pl_buf_printf(out, "input " PL_FMT, PL_ARG(module->inputs[source->index].name)); return;
    case PL_FROM_ACTION: {
        const PlAction *action = &module->actions[source->index];
        pl_buf_printf(out, "the answer of " PL_FMT "." PL_FMT, PL_ARG(action->plugin), PL_ARG(action->name));
        return;
    }
    case PL_FROM_PERSON: {
        uint32_t site = module->asks[source->index].site;
        pl_buf_printf(out, "a person's answer at step " PL_FMT, PL_ARG(module->sites[site].step));
        return;
    }
    case PL_FROM_EVENT: pl_buf_put_z(out, "an event"); return;
    case PL_FROM_CLOCK: pl_buf_put_z(out, "the clock"); return;
    }
}
