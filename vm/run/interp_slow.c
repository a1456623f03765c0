/* SPDX-License-Identifier: MIT */
/* What the interpreter's fast paths leave over: arithmetic and comparison of mixed kinds, conditions that are no yes/no, loop
 * registers that do not fit, and the instructions that end a fiber or the run. */
#include "vm/run/state.h"

#include "vm/value/arith.h"

static PlGo raise_order(PlFiber *fiber, PlValue b, PlValue c)
{
    PlRun *run = fiber->run;
    PlBuf *left = pl_run_scratch(run), *right = pl_run_scratch(run);
    PlStr l = pl_error_brief(run, left, b), r = pl_error_brief(run, right, c);
    PlGo go = PL_RAISE(fiber, RUN_COMPARE, "type", PL_ARG(l), PL_ARG(r));
    pl_run_give(run, right);
    pl_run_give(run, left);
    return go;
}

static PlStatus arith(PlValues *values, uint8_t op, PlValue b, PlValue c, PlValue *out, const char **error)
{
    switch (op) {
    case PL_OP_SUB: return pl_arith_sub(values, b, c, out, error);
    case PL_OP_MUL:
    case PL_OP_MULI: return pl_arith_mul(values, b, c, out, error);
    case PL_OP_DIV: return pl_arith_div(values, b, c, out, error);
    case PL_OP_MOD:
    case PL_OP_MODI: return pl_arith_mod(values, b, c, out, error);
    case PL_OP_NEG: return pl_arith_neg(values, b, out, error);
    default: return pl_arith_add(values, b, c, out, error);
    }
}

static const char *sign_of(uint8_t op)
{
    switch (op) {
    case PL_OP_SUB:
    case PL_OP_NEG: return "-";
    case PL_OP_MUL:
    case PL_OP_MULI: return "*";
    case PL_OP_DIV: return "/";
    case PL_OP_MOD:
    case PL_OP_MODI: return "%";
    default: return "+";
    }
}

PlGo pl_slow_arith(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    bool immediate = insn.op == PL_OP_ADDI || insn.op == PL_OP_MULI || insn.op == PL_OP_MODI;
    PlValue b = fiber->regs[insn.b], c = immediate ? pl_int((int16_t)insn.c) : fiber->regs[insn.c], out;
    const char *error = "";
    if (arith(run->values, insn.op, b, c, &out, &error) == PL_OK) {
        pl_fiber_set(fiber, insn.a, out);
        return PL_GO_ON;
    }
    PlBuf *message = pl_run_scratch(run);
    pl_arith_describe(message, error, sign_of(insn.op), b, c);
    pl_run_check_buf(run, message);
    PlGo go = PL_RAISE(fiber, RUN_ARITH, "value", PL_ARG(pl_buf_str(message)));
    pl_run_give(run, message);
    return go;
}

PlGo pl_slow_compare(PlFiber *fiber, PlInsn insn)
{
    PlValue b = fiber->regs[insn.b], c = fiber->regs[insn.c];
    int order = pl_compare(b, c);
    if (order == 2) return raise_order(fiber, b, c);
    pl_fiber_set(fiber, insn.a, pl_yesno(insn.op == PL_OP_LT ? order < 0 : order <= 0));
    return PL_GO_ON;
}

static PlGo jump(PlFiber *fiber, bool taken, int32_t distance)
{
    fiber->pc = (uint32_t)((int64_t)fiber->pc + 1 + (taken ? distance : 0));
    return PL_GO_JUMP;
}

static PlGo raise_condition(PlFiber *fiber, PlValue found)
{
    PlRun *run = fiber->run;
    PlBuf *scratch = pl_run_scratch(run);
    PlStr brief = pl_error_brief(run, scratch, found);
    PlGo go = PL_RAISE(fiber, RUN_CONDITION, "type", PL_ARG(brief));
    pl_run_give(run, scratch);
    return go;
}

PlGo pl_slow_branch(PlFiber *fiber, PlInsn insn)
{
    PlValue a = fiber->regs[insn.a];
    if (insn.op == PL_OP_JT || insn.op == PL_OP_JF) return raise_condition(fiber, a);
    bool immediate = insn.op >= PL_OP_JEQI && insn.op <= PL_OP_JGEI;
    PlValue b = immediate ? pl_int((int16_t)insn.b) : fiber->regs[insn.b];
    int order = pl_compare(a, b);
    if (order == 2) return raise_order(fiber, a, b);
    int32_t distance = (int16_t)insn.c;
    switch (insn.op) {
    case PL_OP_JLT:
    case PL_OP_JLTI: return jump(fiber, order < 0, distance);
    case PL_OP_JLE:
    case PL_OP_JLEI: return jump(fiber, order <= 0, distance);
    case PL_OP_JNLT:
    case PL_OP_JGEI: return jump(fiber, order >= 0, distance);
    default: return jump(fiber, order > 0, distance); /* JNLE, JGTI */
    }
}

PlGo pl_slow_not(PlFiber *fiber, PlInsn insn)
{
    return raise_condition(fiber, fiber->regs[insn.b]);
}

static PlGo raise_loop(PlFiber *fiber, const char *expected, PlValue found)
{
    PlRun *run = fiber->run;
    PlBuf *scratch = pl_run_scratch(run);
    PlStr brief = pl_error_brief(run, scratch, found);
    PlGo go = PL_RAISE(fiber, RUN_LOOP, "type", expected, PL_ARG(brief));
    pl_run_give(run, scratch);
    return go;
}

PlGo pl_slow_loop(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    PlValue counter = fiber->regs[insn.a], over = fiber->regs[insn.a + 1];
    if (insn.op == PL_OP_EACH && over.tag != PL_LIST) return raise_loop(fiber, "a list", over);
    if (insn.op == PL_OP_COUNT && over.tag != PL_INT) return raise_loop(fiber, "a whole number", over);
    if (insn.op == PL_OP_EACHKV && over.tag != PL_RECORD) return raise_loop(fiber, "a record", over);
    if (counter.tag != PL_INT || counter.as.integer < 0) return raise_loop(fiber, "a counter", counter);
    if (insn.op != PL_OP_EACHKV || counter.as.integer >= (int64_t)pl_record_len(over)) return jump(fiber, true, pl_insn_j32(insn));
    uint32_t i = (uint32_t)counter.as.integer;
    PlValue entry[] = {pl_text(run->values, pl_record_name(over, i)), pl_retain(pl_record_at(over, i))};
    pl_fiber_set(fiber, (uint16_t)(insn.a + 2), pl_record_of_take(run->values, run->entry_shape, entry));
    fiber->regs[insn.a].as.integer++;
    return PL_GO_ON;
}

/* ---- ends ---- */

static PlGo fail(PlFiber *fiber, PlValue a)
{
    PlRun *run = fiber->run;
    PlBuf *text = pl_run_scratch(run);
    if (a.tag == PL_NOTHING) pl_buf_put_z(text, "the plan says that it failed");
    else pl_value_show(text, a);
    pl_run_check_buf(run, text);
    PlGo go = PL_RAISE(fiber, RUN_FAILED, "failed", PL_ARG(pl_buf_str(text)));
    pl_run_give(run, text);
    return go;
}

PlGo pl_slow_end(PlFiber *fiber, PlInsn insn)
{
    PlRun *run = fiber->run;
    PlValue a = pl_retain(fiber->regs[insn.a]);
    if (insn.op == PL_OP_RETHROW) return pl_error_throw_take(fiber, a);
    if (insn.op == PL_OP_FAIL) {
        PlGo go = fail(fiber, a);
        pl_release(run->values, a);
        return go;
    }
    pl_run_settle_take(run, insn.op == PL_OP_STOP ? PL_STR("stopped") : PL_STR("done"), PL_OK, a);
    return pl_fiber_end_take(fiber, pl_nothing());
}
