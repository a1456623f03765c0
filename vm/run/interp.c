/* SPDX-License-Identifier: MIT */
/* The interpreter: a register machine over a fiber's registers, threaded by computed goto over a table made from opcodes.def. Here
 * are the fast paths; what needs a heap, a message or the world is a function that takes the instruction and says how to go on (PlGo).
 * Trusts the module, which was verified: registers, jumps and indices are in range. Trusts no value.
 *
 * Hooks and traces cost nothing when off: a traced fiber dispatches through a table whose every entry is op_traced.
 * Loops are interrupted at backward jumps, which use up fuel; an instruction is never cut in two. */
#pragma GCC diagnostic ignored "-Wpedantic" /* labels as values */
#include "vm/run/taint.h"

#include <math.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "a value's tag is the low byte of its first word");

enum { FUEL = 50000 }; /* backward jumps of one slice: some milliseconds */

/* What a register held goes; out of line, since numbers are the common case. */
static __attribute__((noinline, cold)) void drop(PlValues *values, PlValue *slot)
{
    PlValue old = *slot;
    slot->tag = PL_NOTHING;
    pl_release(values, old);
}

static inline void put(PlValues *values, PlValue *slot, PlValue v)
{
    if (pl_is_block(*slot)) drop(values, slot);
    *slot = v;
}

/* A register is written in two words, each of which is read as it was written: a processor forwards such a store to the next load. */
static inline void put_word(PlValues *values, PlValue *slot, uint8_t tag, uint64_t word)
{
    if (pl_is_block(*slot)) drop(values, slot);
    uint64_t head = tag;
    memcpy(slot, &head, sizeof head);
    memcpy(&slot->as, &word, sizeof word);
}

static inline void put_int(PlValues *values, PlValue *slot, int64_t n)
{
    put_word(values, slot, PL_INT, (uint64_t)n);
}

static inline void put_double(PlValues *values, PlValue *slot, double d)
{
    uint64_t word;
    memcpy(&word, &d, sizeof word);
    put_word(values, slot, PL_DOUBLE, word);
}

static inline void put_yesno(PlValues *values, PlValue *slot, bool yes)
{
    put_word(values, slot, PL_YESNO, yes);
}

/* Register to register: both words as they are. */
static inline void put_copy(PlValues *values, PlValue *slot, const PlValue *from)
{
    uint64_t head, word;
    memcpy(&head, from, sizeof head);
    memcpy(&word, &from->as, sizeof word);
    if (pl_is_block(*from)) ++*from->as.refs;
    if (pl_is_block(*slot)) drop(values, slot); /* may free what `from` is part of */
    memcpy(slot, &head, sizeof head);
    memcpy(&slot->as, &word, sizeof word);
}

static inline bool both(const PlValue *x, const PlValue *y, PlTag tag)
{
    return ((x->tag ^ (unsigned)tag) | (y->tag ^ (unsigned)tag)) == 0;
}

/* Number of the dividend's floor remainder; c is neither 0 nor -1 (for which it is 0). */
static inline int64_t floor_mod(int64_t b, int64_t c)
{
    int64_t m = b % c;
    return m != 0 && (m ^ c) < 0 ? m + c : m;
}

static PlFieldCache *caches_of(PlFiber *fiber)
{
    PlRun *run = fiber->run;
    PlFieldCache **caches = &run->caches[fiber->function_index];
    if (!*caches) {
        size_t size = fiber->function->code_count * sizeof **caches;
        *caches = pl_heap_alloc(run->heap, size);
        memset(*caches, 0, size);
    }
    return *caches;
}

PlGo pl_interp_run(PlFiber *fiber)
{
    static const void *const plain[256] = {
#define PL_OP(name, text, a, x, b, c, meaning) [PL_OP_##name] = &&op_##name,
#include "vm/code/opcodes.def"
#undef PL_OP
    };
    static const void *const traced[256] = {
#define PL_OP(name, text, a, x, b, c, meaning) [PL_OP_##name] = &&op_traced,
#include "vm/code/opcodes.def"
#undef PL_OP
    };
    PlRun *const run = fiber->run;
    PlValues *const values = run->values;
    PlFieldCache *const caches = caches_of(fiber);
    const PlInsn *const code = fiber->function->code;
    const PlValue *const constants = run->constants;
    const void *const *const table = fiber->trace || fiber->taints ? traced : plain;
    PlValue *const r = fiber->regs;
    const PlInsn *pc = code + fiber->pc; /* the instruction that is executed */
    int32_t fuel = FUEL;
    PlGo go;
    goto *table[pc->op];

op_traced:
    fiber->pc = (uint32_t)(pc - code);
    if (fiber->taints) pl_taint_at(fiber);
    go = fiber->trace ? pl_trace_at(fiber, fiber->pc) : PL_GO_ON;
    if (go != PL_GO_ON) goto went;
    goto *plain[pc->op];

went: /* an instruction that was a call: how does it go on */
    if (go == PL_GO_ON) goto *table[(++pc)->op];
    if (go != PL_GO_JUMP) return go;
    pc = code + fiber->pc;
    goto *table[pc->op];

jumped_back:
    if (--fuel < 0) goto yield;
    goto *table[(++pc)->op];

yield:
    fiber->pc = (uint32_t)(pc + 1 - code);
    return PL_GO_YIELD;

branch: { /* a jump in c that is taken */
    int16_t distance = (int16_t)pc->c;
    pc += distance;
    if (distance < 0) goto jumped_back;
    goto *table[(++pc)->op];
}

branch_far: { /* a jump in b and c that is taken */
    int32_t distance = pl_insn_j32(*pc);
    pc += distance;
    if (distance < 0) goto jumped_back;
    goto *table[(++pc)->op];
}

op_NOP:
    goto *table[(++pc)->op];
op_MOVE:
    put_copy(values, &r[pc->a], &r[pc->b]);
    goto *table[(++pc)->op];
op_LOADK:
    put_copy(values, &r[pc->a], &constants[pc->b]);
    goto *table[(++pc)->op];
op_LOADI:
    put_int(values, &r[pc->a], (int16_t)pc->b);
    goto *table[(++pc)->op];
op_LOADN:
    put(values, &r[pc->a], pl_nothing());
    goto *table[(++pc)->op];
op_LOADB:
    put_yesno(values, &r[pc->a], pc->x != 0);
    goto *table[(++pc)->op];

    /* ---- arithmetic ---- */
op_ADD: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    if (both(x, y, PL_INT)) {
        int64_t n;
        if (__builtin_add_overflow(x->as.integer, y->as.integer, &n)) goto slow_arith;
        put_int(values, &r[pc->a], n);
    } else if (both(x, y, PL_DOUBLE)) {
        double d = x->as.number + y->as.number;
        if (!isfinite(d)) goto slow_arith;
        put_double(values, &r[pc->a], d);
    } else goto slow_arith;
    goto *table[(++pc)->op];
}
op_SUB: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    if (both(x, y, PL_INT)) {
        int64_t n;
        if (__builtin_sub_overflow(x->as.integer, y->as.integer, &n)) goto slow_arith;
        put_int(values, &r[pc->a], n);
    } else if (both(x, y, PL_DOUBLE)) {
        double d = x->as.number - y->as.number;
        if (!isfinite(d)) goto slow_arith;
        put_double(values, &r[pc->a], d);
    } else goto slow_arith;
    goto *table[(++pc)->op];
}
op_MUL: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    if (both(x, y, PL_INT)) {
        int64_t n;
        if (__builtin_mul_overflow(x->as.integer, y->as.integer, &n)) goto slow_arith;
        put_int(values, &r[pc->a], n);
    } else if (both(x, y, PL_DOUBLE)) {
        double d = x->as.number * y->as.number;
        if (!isfinite(d)) goto slow_arith;
        put_double(values, &r[pc->a], d);
    } else goto slow_arith;
    goto *table[(++pc)->op];
}
op_DIV: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    if (!both(x, y, PL_DOUBLE)) goto slow_arith;
    double d = x->as.number / y->as.number;
    if (!isfinite(d)) goto slow_arith;
    put_double(values, &r[pc->a], d);
    goto *table[(++pc)->op];
}
op_MOD: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    if (!both(x, y, PL_INT) || y->as.integer == 0 || y->as.integer == -1) goto slow_arith;
    put_int(values, &r[pc->a], floor_mod(x->as.integer, y->as.integer));
    goto *table[(++pc)->op];
}
op_NEG: {
    const PlValue *x = &r[pc->b];
    if (x->tag != PL_INT || x->as.integer == INT64_MIN) goto slow_arith;
    put_int(values, &r[pc->a], -x->as.integer);
    goto *table[(++pc)->op];
}
op_ADDI: {
    const PlValue *x = &r[pc->b];
    int64_t n;
    if (x->tag != PL_INT || __builtin_add_overflow(x->as.integer, (int64_t)(int16_t)pc->c, &n)) goto slow_arith;
    put_int(values, &r[pc->a], n);
    goto *table[(++pc)->op];
}
op_MULI: {
    const PlValue *x = &r[pc->b];
    int64_t n;
    if (x->tag != PL_INT || __builtin_mul_overflow(x->as.integer, (int64_t)(int16_t)pc->c, &n)) goto slow_arith;
    put_int(values, &r[pc->a], n);
    goto *table[(++pc)->op];
}
op_MODI: {
    const PlValue *x = &r[pc->b];
    int16_t c = (int16_t)pc->c;
    if (x->tag != PL_INT || c == 0 || c == -1) goto slow_arith;
    put_int(values, &r[pc->a], floor_mod(x->as.integer, c));
    goto *table[(++pc)->op];
}
slow_arith:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_slow_arith(fiber, *pc);
    goto went;
op_NOT:
    if (r[pc->b].tag == PL_YESNO) {
        put_yesno(values, &r[pc->a], !r[pc->b].as.yes);
        goto *table[(++pc)->op];
    }
    fiber->pc = (uint32_t)(pc - code);
    go = pl_slow_not(fiber, *pc);
    goto went;

    /* ---- comparison to a value ---- */
op_EQ: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    bool yes = both(x, y, PL_INT) ? x->as.integer == y->as.integer : pl_equal(*x, *y);
    put_yesno(values, &r[pc->a], yes);
    goto *table[(++pc)->op];
}
op_NE: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    bool yes = both(x, y, PL_INT) ? x->as.integer != y->as.integer : !pl_equal(*x, *y);
    put_yesno(values, &r[pc->a], yes);
    goto *table[(++pc)->op];
}
op_LT: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    if (both(x, y, PL_INT)) put_yesno(values, &r[pc->a], x->as.integer < y->as.integer);
    else if (both(x, y, PL_DOUBLE)) put_yesno(values, &r[pc->a], x->as.number < y->as.number);
    else goto slow_compare;
    goto *table[(++pc)->op];
}
op_LE: {
    const PlValue *x = &r[pc->b], *y = &r[pc->c];
    if (both(x, y, PL_INT)) put_yesno(values, &r[pc->a], x->as.integer <= y->as.integer);
    else if (both(x, y, PL_DOUBLE)) put_yesno(values, &r[pc->a], x->as.number <= y->as.number);
    else goto slow_compare;
    goto *table[(++pc)->op];
}
slow_compare:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_slow_compare(fiber, *pc);
    goto went;

    /* ---- branches ---- */
op_JMP:
    goto branch_far;
op_JT:
    if (r[pc->a].tag != PL_YESNO) goto slow_branch;
    if (r[pc->a].as.yes) goto branch_far;
    goto *table[(++pc)->op];
op_JF:
    if (r[pc->a].tag != PL_YESNO) goto slow_branch;
    if (!r[pc->a].as.yes) goto branch_far;
    goto *table[(++pc)->op];
op_JNIL:
    if (r[pc->a].tag == PL_NOTHING) goto branch_far;
    goto *table[(++pc)->op];
op_JSOME:
    if (r[pc->a].tag != PL_NOTHING) goto branch_far;
    goto *table[(++pc)->op];
op_JEQ: {
    const PlValue *x = &r[pc->a], *y = &r[pc->b];
    if (both(x, y, PL_INT) ? x->as.integer == y->as.integer : pl_equal(*x, *y)) goto branch;
    goto *table[(++pc)->op];
}
op_JNE: {
    const PlValue *x = &r[pc->a], *y = &r[pc->b];
    if (both(x, y, PL_INT) ? x->as.integer != y->as.integer : !pl_equal(*x, *y)) goto branch;
    goto *table[(++pc)->op];
}
op_JLT: {
    const PlValue *x = &r[pc->a], *y = &r[pc->b];
    if (both(x, y, PL_INT) ? x->as.integer < y->as.integer : both(x, y, PL_DOUBLE) && x->as.number < y->as.number) goto branch;
    if (!both(x, y, PL_INT) && !both(x, y, PL_DOUBLE)) goto slow_branch;
    goto *table[(++pc)->op];
}
op_JLE: {
    const PlValue *x = &r[pc->a], *y = &r[pc->b];
    if (both(x, y, PL_INT) ? x->as.integer <= y->as.integer : both(x, y, PL_DOUBLE) && x->as.number <= y->as.number) goto branch;
    if (!both(x, y, PL_INT) && !both(x, y, PL_DOUBLE)) goto slow_branch;
    goto *table[(++pc)->op];
}
op_JNLT: {
    const PlValue *x = &r[pc->a], *y = &r[pc->b];
    if (both(x, y, PL_INT) ? x->as.integer >= y->as.integer : both(x, y, PL_DOUBLE) && x->as.number >= y->as.number) goto branch;
    if (!both(x, y, PL_INT) && !both(x, y, PL_DOUBLE)) goto slow_branch;
    goto *table[(++pc)->op];
}
op_JNLE: {
    const PlValue *x = &r[pc->a], *y = &r[pc->b];
    if (both(x, y, PL_INT) ? x->as.integer > y->as.integer : both(x, y, PL_DOUBLE) && x->as.number > y->as.number) goto branch;
    if (!both(x, y, PL_INT) && !both(x, y, PL_DOUBLE)) goto slow_branch;
    goto *table[(++pc)->op];
}
op_JEQI:
    if (r[pc->a].tag == PL_INT && r[pc->a].as.integer == (int16_t)pc->b) goto branch;
    if (r[pc->a].tag == PL_DOUBLE && r[pc->a].as.number == (int16_t)pc->b) goto branch;
    goto *table[(++pc)->op];
op_JNEI:
    if (r[pc->a].tag == PL_INT ? r[pc->a].as.integer != (int16_t)pc->b
                                : r[pc->a].tag != PL_DOUBLE || r[pc->a].as.number != (int16_t)pc->b) goto branch;
    goto *table[(++pc)->op];
op_JLTI:
    if (r[pc->a].tag != PL_INT) goto slow_branch;
    if (r[pc->a].as.integer < (int16_t)pc->b) goto branch;
    goto *table[(++pc)->op];
op_JLEI:
    if (r[pc->a].tag != PL_INT) goto slow_branch;
    if (r[pc->a].as.integer <= (int16_t)pc->b) goto branch;
    goto *table[(++pc)->op];
op_JGTI:
    if (r[pc->a].tag != PL_INT) goto slow_branch;
    if (r[pc->a].as.integer > (int16_t)pc->b) goto branch;
    goto *table[(++pc)->op];
op_JGEI:
    if (r[pc->a].tag != PL_INT) goto slow_branch;
    if (r[pc->a].as.integer >= (int16_t)pc->b) goto branch;
    goto *table[(++pc)->op];
slow_branch:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_slow_branch(fiber, *pc);
    if (go == PL_GO_JUMP && --fuel < 0) return PL_GO_YIELD;
    goto went;

    /* ---- loops ---- */
op_EACH: {
    PlValue *c = &r[pc->a];
    if (c[0].tag != PL_INT || c[0].as.integer < 0 || c[1].tag != PL_LIST) goto slow_loop;
    if (c[0].as.integer >= (int64_t)pl_list_len(c[1])) goto branch_far;
    put_copy(values, &c[2], &c[1].as.list->items[c[0].as.integer]);
    c[0].as.integer++;
    goto *table[(++pc)->op];
}
op_COUNT: {
    PlValue *c = &r[pc->a];
    if (!both(&c[0], &c[1], PL_INT)) goto slow_loop;
    if (c[0].as.integer >= c[1].as.integer) goto branch_far;
    put_int(values, &c[2], ++c[0].as.integer);
    goto *table[(++pc)->op];
}
op_EACHKV:
    if (r[pc->a].tag == PL_INT && r[pc->a + 1].tag == PL_RECORD
        && r[pc->a].as.integer >= (int64_t)pl_record_len(r[pc->a + 1])) goto branch_far;
slow_loop:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_slow_loop(fiber, *pc);
    goto went;

    /* ---- texts, lists, records ---- */
op_FIELD: {
    const PlValue *x = &r[pc->b];
    PlFieldCache *cache = &caches[pc - code];
    if (x->tag == PL_RECORD && x->as.record->shape == cache->shape && cache->index < x->as.record->len) {
        put_copy(values, &r[pc->a], &x->as.record->fields[cache->index]);
        goto *table[(++pc)->op];
    }
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_field(fiber, *pc, cache);
    goto went;
}
op_PROJECT:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_project(fiber, *pc, &caches[pc - code]);
    goto went;
op_INDEXI:
    if (r[pc->b].tag == PL_LIST && (int16_t)pc->c >= 0 && pc->c < pl_list_len(r[pc->b])) {
        put_copy(values, &r[pc->a], &r[pc->b].as.list->items[pc->c]);
        goto *table[(++pc)->op];
    }
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_index(fiber, *pc);
    goto went;
op_INDEX:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_index(fiber, *pc);
    goto went;
op_APPEND:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_append(fiber, *pc);
    goto went;
op_CONCAT:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_concat(fiber, *pc);
    goto went;
op_LIST:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_list(fiber, *pc);
    goto went;
op_EXTEND:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_extend(fiber, *pc);
    goto went;
op_RECORD:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_record(fiber, *pc);
    goto went;
op_WITH:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_with(fiber, *pc);
    goto went;
op_SLICE:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_slice(fiber, *pc);
    goto went;
op_LEN:
    if (r[pc->b].tag == PL_LIST) {
        put_int(values, &r[pc->a], pl_list_len(r[pc->b]));
        goto *table[(++pc)->op];
    }
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_len(fiber, *pc);
    goto went;
op_BUILTIN:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_builtin(fiber, *pc);
    goto went;
op_CHECK:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_check(fiber, *pc);
    goto went;
op_COERCE:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_data_coerce(fiber, *pc);
    goto went;

    /* ---- the world ---- */
op_CALL:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_step_call(fiber, *pc);
    goto went;
op_NOW:
op_TODAY:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_world_now(fiber, *pc);
    goto went;
op_RANDOM:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_world_random(fiber, *pc);
    goto went;
op_NOTE:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_world_note(fiber, *pc);
    goto went;
op_ASK:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_ask_go(fiber, *pc);
    goto went;
op_WAIT:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_world_wait(fiber, *pc);
    goto went;
op_SCATTER:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_group_scatter(fiber, *pc);
    goto went;
op_TOGETHER:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_group_together(fiber, *pc);
    goto went;

    /* ---- ends ---- */
op_STOP:
op_FAIL:
op_RETHROW:
op_RETURN:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_slow_end(fiber, *pc);
    goto went;
op_RETURNS:
    fiber->pc = (uint32_t)(pc - code);
    go = pl_group_returns(fiber, *pc);
    goto went;
}
