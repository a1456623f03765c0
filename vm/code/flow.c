/* SPDX-License-Identifier: MIT */
/* A forward flow over each function: a register written anew holds only what the instruction read, so a temporary that is used twice does not mix what
 * it held. What is known is kept at jump targets and joined there; passes go on until nothing changes. Bodies and branches get what their
 * spawners capture, and give what they return. The operand table says which operands are read and written, so a new instruction is covered when it is
 * listed. A function with too many targets and registers for this (FLOW_CELLS) joins all writes of a register instead: a coarser, still safe answer. */
#include "vm/code/flow_part.h"

#include "vm/base/utf8.h"
#include "vm/code/opcode.h"

enum { FLOW_CELLS = 4 << 20 /* words kept for one function's targets */ };

typedef struct FnFlow {
    uint64_t **entry;    /* [regs] what the spawner gives */
    uint64_t **now;      /* [regs] at the instruction being looked at */
    uint64_t ***at;      /* [code_count] at a jump target; NULL: not a target, or not reached yet */
    uint64_t **returns;  /* [returns] */
    uint64_t *raises;    /* what its errors may hold, those of its children too */
    bool *target;        /* [code_count] */
    bool coarse;
} FnFlow;

typedef struct Flow {
    PlArena *arena;
    const PlModule *m;
    PlFlow *out;
    FnFlow *fns;
    PlFlowParts parts;
    uint64_t *scratch, *picked, *raised, *kept;
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

static void add_bit(Flow *f, uint64_t *into, uint32_t source)
{
    uint64_t bit = (uint64_t)1 << (source % 64);
    f->changed |= (into[source / 64] & bit) == 0;
    into[source / 64] |= bit;
}

static void add_source(Flow *f, uint64_t *into, PlSourceKind kind, uint32_t index)
{
    for (uint32_t s = 0; s < f->out->source_count; s++)
        if (f->out->sources[s].kind == kind && f->out->sources[s].index == index) add_bit(f, into, s);
}

/* What the instruction does to parts: picks one, loses them, or keeps them. On the scratch set. */
static void pick(Flow *f, PlInsn i)
{
    const PlFlowParts *parts = &f->parts;
    bool picks = i.op == PL_OP_FIELD || i.op == PL_OP_PROJECT;
    bool loses = i.op == PL_OP_RECORD || i.op == PL_OP_WITH || i.op == PL_OP_EACHKV || (i.op == PL_OP_BUILTIN && pl_flow_keeps(f->m, i.c) == PL_FLOW_LOSES);
    if (!picks && !loses && i.op != PL_OP_INDEX) return;
    uint32_t name = picks ? parts->name_of[i.c] : UINT32_MAX;
    bool changed = f->changed;
    memset(f->picked, 0, f->out->word_count * sizeof *f->picked);
    for (uint32_t s = 0; s < f->out->source_count; s++) {
        if (!((f->scratch[s / 64] >> (s % 64)) & 1)) continue;
        uint32_t to = parts->made[s];
        if (picks && name != UINT32_MAX) to = parts->child[s * parts->name_count + name];
        if (i.op == PL_OP_INDEX && parts->is_list[s]) to = s;
        add_bit(f, f->picked, to);
    }
    memcpy(f->scratch, f->picked, f->out->word_count * sizeof *f->scratch);
    f->changed = changed;
}

/* What the instruction reads, joined into the scratch set. */
static void read_operand(Flow *f, uint64_t **regs, PlOperand kind, uint16_t first, uint8_t count)
{
    uint32_t n = kind == PL_OPERAND_R || kind == PL_OPERAND_RW ? 1
                 : kind == PL_OPERAND_R2                       ? 2
                 : kind == PL_OPERAND_RN                       ? count
                                                               : 0;
    for (uint32_t i = 0; i < n; i++) join(f, f->scratch, regs[first + i]);
    if (kind == PL_OPERAND_RW3) join(f, f->scratch, regs[first + 1]);
}

static void read_all(Flow *f, uint64_t **regs, PlInsn i)
{
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    memset(f->scratch, 0, f->out->word_count * sizeof *f->scratch);
    bool changed = f->changed, of_first = i.op == PL_OP_BUILTIN && i.x > 1 && pl_flow_keeps(f->m, i.c) == PL_FLOW_FIRST;
    read_operand(f, regs, info->a, i.a, i.x);
    read_operand(f, regs, info->b, i.b, of_first ? 1 : i.x);
    read_operand(f, regs, info->c, i.c, i.x);
    f->changed = changed;
}

/* A register written anew; in a coarse function what it held stays. */
static void put(Flow *f, FnFlow *fn, uint16_t reg, const uint64_t *set)
{
    bool changed = f->changed;
    if (!fn->coarse) memset(fn->now[reg], 0, f->out->word_count * sizeof *set);
    join(f, fn->now[reg], set);
    if (!fn->coarse) f->changed = changed;
}

/* The list of tolerated errors. */
static void gather_failures(Flow *f, FnFlow *fn, uint32_t function, uint16_t reg)
{
    bool changed = f->changed;
    join(f, fn->now[reg], f->fns[function].raises);
    if (!fn->coarse) f->changed = changed;
}

static void gather(Flow *f, FnFlow *fn, uint32_t function, const PlGather *gathers, uint16_t count)
{
    bool changed = f->changed;
    for (uint16_t g = 0; g < count && g < f->m->functions[function].returns; g++) {
        join(f, fn->now[gathers[g].reg], f->fns[function].returns[g]);
    }
    if (!fn->coarse) f->changed = changed;
}

static void capture(Flow *f, FnFlow *fn, uint32_t function, const uint16_t *captures, uint16_t count)
{
    for (uint16_t c = 0; c < count; c++) join(f, f->fns[function].entry[c], fn->now[captures[c]]);
}

static void spawn(Flow *f, FnFlow *fn, PlInsn i)
{
    if (i.op == PL_OP_SCATTER) {
        const PlScatter *s = &f->m->scatters[i.b];
        capture(f, fn, s->function, s->captures, s->capture_count);
        join(f, f->fns[s->function].entry[s->capture_count], fn->now[s->list]);
        gather(f, fn, s->function, s->gathers, s->gather_count);
        if (s->tolerate) gather_failures(f, fn, s->function, s->failures);
        join(f, fn->raises, f->fns[s->function].raises);
    } else if (i.op == PL_OP_TOGETHER) {
        const PlTogether *t = &f->m->togethers[i.b];
        for (uint16_t b = 0; b < t->branch_count; b++) {
            const PlBranch *branch = &t->branches[b];
            capture(f, fn, branch->function, branch->captures, branch->capture_count);
            gather(f, fn, branch->function, branch->gathers, branch->gather_count);
            if (t->go_on) gather_failures(f, fn, branch->function, t->failures);
            join(f, fn->raises, f->fns[branch->function].raises);
        }
    }
}

static void born(Flow *f, uint64_t *into, PlInsn i)
{
    switch (i.op) {
    case PL_OP_CALL: {
        const PlCallSite *call = &f->m->calls[i.b];
        uint32_t root = f->parts.root[call->action];
        add_bit(f, into, call->expect == PL_T_ANY ? root : root - 1); /* `as TYPE` may say what the document does not */
        return;
    }
    case PL_OP_ASK: add_source(f, into, PL_FROM_PERSON, i.b); return;
    case PL_OP_WAIT:
        if (f->m->waits[i.b].kind == PL_WAIT_EVENT) add_source(f, into, PL_FROM_EVENT, i.b);
        return;
    case PL_OP_NOW:
    case PL_OP_TODAY: add_source(f, into, PL_FROM_CLOCK, 0); return;
    default: return;
    }
}

/* What holds now also holds at `pc`. */
static void arrive(Flow *f, FnFlow *fn, const PlFunction *function, uint32_t pc)
{
    if (fn->coarse) return;
    if (!fn->at[pc]) {
        fn->at[pc] = PL_NEW_N(f->arena, uint64_t *, function->regs);
        for (uint32_t r = 0; r < function->regs; r++) fn->at[pc][r] = new_set(f);
        f->changed = true;
    }
    for (uint32_t r = 0; r < function->regs; r++) join(f, fn->at[pc][r], fn->now[r]);
}

static void lose(Flow *f, uint64_t *into, const uint64_t *from)
{
    for (uint32_t s = 0; s < f->out->source_count; s++)
        if ((from[s / 64] >> (s % 64)) & 1) add_bit(f, into, f->parts.made[s]);
}

/* What the error of this instruction may quote: what the failed call answered, the values that it read, the errors of its children. */
static void raise(Flow *f, FnFlow *fn, PlInsn i, uint64_t *error)
{
    lose(f, error, f->scratch);
    const PlCallSite *call = i.op == PL_OP_CALL ? &f->m->calls[i.b] : NULL;
    if (call) add_bit(f, error, f->parts.root[call->action] - 1);
    for (uint32_t a = 0; call && a < call->arg_count; a++) lose(f, error, fn->now[call->args[a].reg]);
    if (i.op == PL_OP_SCATTER) join(f, error, f->fns[f->m->scatters[i.b].function].raises);
    for (uint16_t b = 0; i.op == PL_OP_TOGETHER && b < f->m->togethers[i.b].branch_count; b++)
        join(f, error, f->fns[f->m->togethers[i.b].branches[b].function].raises);
    if (i.op == PL_OP_RETHROW) join(f, error, fn->now[i.a]);
}

/* A guarded instruction may go on at the handler, with its error. The scratch set is what it read. */
static void arrive_handlers(Flow *f, FnFlow *fn, const PlFunction *function, uint32_t pc)
{
    uint64_t *raised = f->raised;
    bool changed = f->changed;
    memset(raised, 0, f->out->word_count * sizeof *raised);
    raise(f, fn, function->code[pc], raised);
    f->changed = changed;
    join(f, fn->raises, raised);
    for (uint32_t h = 0; h < function->handler_count; h++) {
        const PlHandler *row = &function->handlers[h];
        if (pc < row->begin || pc >= row->end) continue;
        uint64_t *error = fn->now[row->error], *kept = f->kept;
        changed = f->changed;
        memcpy(kept, error, f->out->word_count * sizeof *kept);
        join(f, error, raised);
        if (!fn->coarse) f->changed = changed;
        arrive(f, fn, function, row->target);
        if (!fn->coarse) memcpy(error, kept, f->out->word_count * sizeof *kept);
    }
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

/* Strict: what is written under a condition follows it. */
static void follow_conditions(Flow *f, uint32_t function, uint32_t pc)
{
    if (f->m->manifest.policy != PL_POLICY_STRICT) return;
    bool changed = f->changed;
    uint32_t own = site_at(f->m, function, pc);
    for (uint32_t c = 0; c < f->m->call_count; c++)
        if (f->m->calls[c].site == own) return; /* what is made for a call goes nowhere else, and the conditions around the call are asked about */
    for (uint32_t site = own; site != PL_NO_SITE; site = f->m->sites[site].parent)
        lose(f, f->scratch, f->out->decisions[site].from.words);
    f->changed = changed;
}

static void note(Flow *f, FnFlow *fn, uint32_t function, uint32_t pc);

static void step(Flow *f, uint32_t index, uint32_t pc)
{
    FnFlow *fn = &f->fns[index];
    const PlFunction *function = &f->m->functions[index];
    PlInsn i = function->code[pc];
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    note(f, fn, index, pc);
    spawn(f, fn, i);
    read_all(f, fn->now, i);
    arrive_handlers(f, fn, function, pc);
    if (info->a == PL_OPERAND_W || info->a == PL_OPERAND_RW || info->a == PL_OPERAND_RW3) {
        read_all(f, fn->now, i);
        pick(f, i);
        bool changed = f->changed;
        born(f, f->scratch, i);
        f->changed = changed;
        follow_conditions(f, index, pc);
        put(f, fn, info->a == PL_OPERAND_RW3 ? (uint16_t)(i.a + 2) : i.a, f->scratch);
    }
    int64_t to;
    if (pl_opcode_jump(i, pc, &to)) arrive(f, fn, function, (uint32_t)to);
    if (i.op == PL_OP_RETURN) join(f, f->out->output.words, fn->now[i.a]);
    for (uint16_t r = 0; i.op == PL_OP_RETURNS && r < i.x; r++) join(f, fn->returns[r], fn->now[i.b + r]);
}

static void pass(Flow *f, uint32_t index)
{
    FnFlow *fn = &f->fns[index];
    const PlFunction *function = &f->m->functions[index];
    size_t bytes = f->out->word_count * sizeof(uint64_t);
    bool reached = true, changed = f->changed;
    for (uint32_t r = 0; r < function->regs; r++) {
        if (!fn->coarse) memset(fn->now[r], 0, bytes);
        join(f, fn->now[r], fn->entry[r]);
    }
    if (!fn->coarse) f->changed = changed;
    for (uint32_t pc = 0; pc < function->code_count; pc++) {
        if (!fn->coarse && fn->target[pc]) {
            if (reached) arrive(f, fn, function, pc);
            reached = fn->at[pc] != NULL;
            for (uint32_t r = 0; reached && r < function->regs; r++) memcpy(fn->now[r], fn->at[pc][r], bytes);
        }
        if (!reached && !fn->coarse) continue;
        step(f, index, pc);
        reached = !pl_opcode_is_end(function->code[pc].op);
    }
}

static void find_targets(Flow *f, uint32_t index)
{
    FnFlow *fn = &f->fns[index];
    const PlFunction *function = &f->m->functions[index];
    uint64_t targets = 0;
    fn->target = PL_NEW_N(f->arena, bool, function->code_count + 1);
    for (uint32_t pc = 0; pc < function->code_count; pc++) {
        int64_t to;
        if (pl_opcode_jump(function->code[pc], pc, &to)) fn->target[to] = true;
    }
    for (uint32_t h = 0; h < function->handler_count; h++) fn->target[function->handlers[h].target] = true;
    for (uint32_t pc = 0; pc < function->code_count; pc++) targets += fn->target[pc];
    fn->coarse = targets * function->regs * f->out->word_count > FLOW_CELLS;
    fn->at = PL_NEW_N(f->arena, uint64_t **, function->code_count + 1);
}

static uint64_t **new_sets(Flow *f, uint32_t count)
{
    uint64_t **sets = PL_NEW_N(f->arena, uint64_t *, count + 1);
    for (uint32_t i = 0; i < count; i++) sets[i] = new_set(f);
    return sets;
}

static void fixpoint(Flow *f)
{
    do {
        f->changed = false;
        for (uint32_t fn = 0; fn < f->m->function_count; fn++) pass(f, fn);
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

/* A compare-and-jump, or a jump on a yes/no, is a decision of the step it stands in. */
static bool decides(uint8_t op)
{
    return op == PL_OP_JT || op == PL_OP_JF || (op >= PL_OP_JEQ && op <= PL_OP_JGEI);
}

/* What is asked for: arguments of calls, and what decides a step. Grows with each pass; the last one has it all. */
static void note(Flow *f, FnFlow *fn, uint32_t function, uint32_t pc)
{
    PlInsn i = f->m->functions[function].code[pc];
    if (i.op == PL_OP_CALL) {
        const PlCallSite *call = &f->m->calls[i.b];
        for (uint32_t a = 0; a < call->arg_count; a++) join(f, f->out->args[i.b][a].words, fn->now[call->args[a].reg]);
    } else if (decides(i.op)) {
        read_all(f, fn->now, i);
        uint32_t site = site_at(f->m, function, pc);
        if (site == PL_NO_SITE || !is_outside(f, f->scratch)) return;
        join(f, f->out->decisions[site].from.words, f->scratch);
    }
}

static void prepare(Flow *f)
{
    const PlModule *m = f->m;
    f->out->args = PL_NEW_N(f->arena, PlFlowSet *, m->call_count + 1);
    for (uint32_t c = 0; c < m->call_count; c++) {
        f->out->args[c] = PL_NEW_N(f->arena, PlFlowSet, m->calls[c].arg_count + 1);
        for (uint32_t a = 0; a < m->calls[c].arg_count; a++) f->out->args[c][a].words = new_set(f);
    }
    f->out->decisions = PL_NEW_N(f->arena, PlFlowDecision, m->site_count + 1);
    for (uint32_t s = 0; s < m->site_count; s++) f->out->decisions[s] = (PlFlowDecision){s, {new_set(f)}};
    f->fns = PL_NEW_N(f->arena, FnFlow, m->function_count);
    for (uint32_t fn = 0; fn < m->function_count; fn++) {
        f->fns[fn].entry = new_sets(f, m->functions[fn].regs);
        f->fns[fn].now = new_sets(f, m->functions[fn].regs);
        f->fns[fn].returns = new_sets(f, m->functions[fn].returns);
        f->fns[fn].raises = new_set(f);
        find_targets(f, fn);
    }
}

/* Keep the decisions that depend on something. */
static void pack_decisions(Flow *f)
{
    for (uint32_t s = 0; s < f->m->site_count; s++) {
        PlFlowDecision *d = &f->out->decisions[s];
        if (pl_flow_any(f->out, &d->from)) f->out->decisions[f->out->decision_count++] = *d;
    }
}

void pl_flow_of(PlArena *arena, const PlModule *module, PlFlow *out)
{
    Flow f = {.arena = arena, .m = module, .out = out};
    memset(out, 0, sizeof *out);
    pl_flow_parts_of(arena, module, out, &f.parts);
    f.scratch = new_set(&f);
    f.picked = new_set(&f);
    f.raised = new_set(&f);
    f.kept = new_set(&f);
    out->output.words = new_set(&f);
    prepare(&f);
    for (uint32_t i = 0; i < module->input_count; i++) add_source(&f, f.fns[0].entry[module->inputs[i].reg], PL_FROM_INPUT, i);
    fixpoint(&f);
    pack_decisions(&f);
}

bool pl_flow_any(const PlFlow *flow, const PlFlowSet *set)
{
    for (uint32_t w = 0; w < flow->word_count; w++) {
        if (set->words[w]) return true;
    }
    return false;
}

/* Whoever named the field: it begins no line of its own. */
static void put_field(PlBuf *out, PlStr field)
{
    pl_buf_put_char(out, '`');
    pl_utf8_put_line(out, field);
    pl_buf_put_z(out, "` of ");
}

void pl_flow_source_print(PlBuf *out, const PlModule *module, const PlFlowSource *source)
{
    switch (source->kind) {
    case PL_FROM_INPUT: pl_buf_printf(out, "input " PL_FMT, PL_ARG(module->inputs[source->index].name)); return;
    case PL_FROM_ACTION: {
        const PlAction *action = &module->actions[source->index];
        if (source->made) pl_buf_put_z(out, "something made from ");
        else if (source->field.len) put_field(out, source->field);
        pl_buf_printf(out, "%s " PL_FMT "." PL_FMT, source->model ? "what a model said in" : "the answer of", PL_ARG(action->plugin), PL_ARG(action->name));
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
