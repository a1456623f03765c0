/* SPDX-License-Identifier: MIT */
/* Every function that the verifier takes ends (spec/bytecode.md): random code of jumps, loops, writes and handlers; what is taken runs in
 * a small model where each free choice (a condition, a failure) is drawn at random, but is the same each time, so that what can go
 * round for ever does. Some thousand steps are more than such code can take when it ends. */
#include "tests/unit/sample_module.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

enum { REGS = 5, MOST_CODE = 12, MOST_STEPS = 20000 };

static uint64_t seed = 0x2545f4914f6cdd1du;

static unsigned draw(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 16) % below);
}

/* To any instruction; more often than not, where there is one, back to a loop. */
static int random_jump(const PlInsn *code, unsigned pc, unsigned count)
{
    unsigned target = draw(count);
    for (unsigned i = 0; i < pc && draw(3); i++)
        if (code[i].op == PL_OP_COUNT || code[i].op == PL_OP_EACH) target = i;
    return (int)target - (int)pc - 1;
}

static PlInsn random_insn(const PlInsn *code, unsigned pc, unsigned count)
{
    int by = random_jump(code, pc, count), out = (int)draw(count - pc);
    unsigned reg = draw(REGS);
    switch (draw(8)) {
    case 0: return sample_insn(PL_OP_LOADI, 0, reg, draw(4), 0);
    case 1: return sample_insn(PL_OP_MOVE, 0, reg, draw(REGS), 0);
    case 2: return sample_insn(PL_OP_ADDI, 0, reg, draw(REGS), draw(3));
    case 3: return sample_jump(PL_OP_JMP, 0, by);
    case 4: return sample_jump(PL_OP_JT, reg, by);
    case 5: return sample_insn(PL_OP_JLTI, 0, reg, 2, (uint16_t)by);
    default: return sample_jump(draw(2) ? PL_OP_COUNT : PL_OP_EACH, draw(REGS - 2), draw(5) ? out : by);
    }
}

typedef struct Model {
    const PlFunction *f;
    int64_t regs[REGS]; /* -1: nothing */
    uint32_t pc;
    bool over;
    bool jumps[MOST_CODE], fails[MOST_CODE]; /* what an instruction does each time it may choose */
} Model;

static void fail(Model *m)
{
    for (uint32_t i = 0; i < m->f->handler_count; i++) {
        const PlHandler *h = &m->f->handlers[i];
        if (m->pc < h->begin || m->pc >= h->end) continue;
        m->regs[h->error] = -1;
        m->pc = h->target;
        return;
    }
    m->over = true;
}

/* Where control goes next. */
static void step(Model *m)
{
    PlInsn i = m->f->code[m->pc];
    int64_t *a = &m->regs[i.a];
    bool jump = false;
    if (m->fails[m->pc]) {
        fail(m);
        return;
    }
    switch (i.op) {
    case PL_OP_LOADI: *a = i.b; break;
    case PL_OP_MOVE: *a = m->regs[i.b]; break;
    case PL_OP_ADDI: *a = m->regs[i.b] < 0 ? -1 : m->regs[i.b] + i.c; break;
    case PL_OP_JMP: jump = true; break;
    case PL_OP_JT:
    case PL_OP_JLTI: jump = m->jumps[m->pc]; break;
    case PL_OP_EACH:
    case PL_OP_COUNT:
        if (a[0] < 0 || a[1] < 0) {
            fail(m);
            return;
        }
        jump = a[0] >= a[1];
        if (!jump) a[2] = ++a[0];
        break;
    default: m->over = true; return;
    }
    int by = i.op == PL_OP_JLTI ? (int16_t)i.c : pl_insn_j32(i);
    m->pc = m->pc + 1 + (uint32_t)(jump ? by : 0);
}

static bool ends(const PlFunction *f)
{
    Model m = {.f = f};
    for (unsigned i = 0; i < REGS; i++) m.regs[i] = (int64_t)draw(4) - 1;
    for (unsigned i = 0; i < MOST_CODE; i++) m.jumps[i] = draw(2), m.fails[i] = draw(8) == 0;
    for (unsigned steps = 0; !m.over; steps++) {
        if (steps == MOST_STEPS) return false;
        step(&m);
    }
    return true;
}

static void random_function(PlFunction *f, PlInsn *code, PlHandler *handlers)
{
    unsigned count = 3 + draw(MOST_CODE - 3);
    for (unsigned pc = 0; pc + 1 < count; pc++) code[pc] = random_insn(code, pc, count);
    code[count - 1] = sample_insn(PL_OP_RETURN, 0, 0, 0, 0);
    f->code_count = count;
    f->handler_count = draw(3);
    for (uint32_t i = 0; i < f->handler_count; i++) {
        unsigned begin = draw(count), end = begin + 1 + draw(3);
        handlers[i] = (PlHandler){(uint16_t)begin, (uint16_t)end, (uint16_t)draw(count), (uint16_t)draw(REGS), 0};
    }
}

TEST(what_is_taken_ends)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlInsn code[MOST_CODE];
    uint32_t positions[MOST_CODE] = {0};
    PlHandler handlers[3];
    PlFunction f = {.name = PL_STR("main"), .regs = REGS, .code = code, .positions = positions, .handlers = handlers};
    PlModule m = {.functions = &f, .function_count = 1};
    PlSources sources;
    PlDiags diags;
    unsigned taken = 0, loops = 0, endless = 0;
    pl_types_init(&m.types, arena);
    pl_sources_init(&sources, arena);
    for (unsigned i = 0; i < 600000; i++) {
        PlArenaMark mark = pl_arena_mark(arena);
        pl_diags_init(&diags, arena, &sources);
        random_function(&f, code, handlers);
        bool good = pl_module_verify(&m, &diags) == PL_OK;
        pl_arena_rewind(arena, mark);
        if (!good) {
            if (i % 40 == 0) endless += !ends(&f); /* the model can tell */
            continue;
        }
        taken++;
        for (unsigned pc = 0; pc < f.code_count; pc++) loops += code[pc].op == PL_OP_JMP && pl_insn_j32(code[pc]) < 0;
        for (unsigned run = 0; run < 10; run++) CHECK(ends(&f));
    }
    if (getenv("UNIT_VERBOSE")) printf("%u taken, %u jumps back, %u endless\n", taken, loops, endless);
    CHECK(taken > 5000);
    CHECK(loops > 2000);
    CHECK(endless > 100);
    pl_arena_free(arena);
}

UNIT_MAIN
