/* SPDX-License-Identifier: MIT */
/* Instructions one by one, by the operand kinds of opcodes.def, and the descriptors that they name: registers are the function's,
 * indexes are in their tables, a descriptor belongs to one instruction, and code does not run off its end. Jumps are in
 * verify_loop.c. */
#include "vm/code/verify.h"

#include "vm/base/limits.h"

#define LONGEST_US (UINT64_C(36525) * 86400 * 1000000) /* a hundred years */

typedef struct Uses { /* has an instruction named it already? */
    bool *calls, *asks, *waits, *scatters, *togethers;
    uint32_t *given; /* [params of the widest action] last call site, plus 1, that gave it */
} Uses;

static void need_reg(PlVerify *v, uint32_t reg)
{
    pl_verify_index(v, reg, v->function->regs, "register");
}

static void need_regs(PlVerify *v, const uint16_t *regs, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) need_reg(v, regs[i]);
}

static void need_type(PlVerify *v, PlTypeId type)
{
    pl_verify_index(v, type, v->m->types.all.len, "type");
}

static void need_time(PlVerify *v, uint64_t us)
{
    pl_verify_need(v, us <= LONGEST_US, "a time of more than a hundred years");
}

/* The instruction is one of its step's. */
static void need_site(PlVerify *v, uint32_t site)
{
    pl_verify_index(v, site, v->m->site_count, "step");
    const PlSite *s = &v->m->sites[site];
    pl_verify_need(v,
                   &v->m->functions[s->function < v->m->function_count ? s->function : 0] == v->function &&
                       s->begin <= v->pc && v->pc < s->end,
                   "it is not an instruction of step %u", site);
}

static void need_first_use(PlVerify *v, bool *used, uint32_t index, uint32_t count, const char *what)
{
    pl_verify_index(v, index, count, what);
    pl_verify_need(v, !used[index], "%s %u belongs to another instruction too", what, index);
    used[index] = true;
}

/* ---- descriptors ---------------------------------------------------------------------------------------------- */

static void verify_call(PlVerify *v, Uses *uses, uint16_t index)
{
    need_first_use(v, uses->calls, index, v->m->call_count, "call site");
    const PlCallSite *s = &v->m->calls[index];
    need_site(v, s->site);
    pl_verify_index(v, s->action, v->m->action_count, "action");
    const PlAction *a = &v->m->actions[s->action];
    uint32_t required = v->required[s->action];
    for (uint32_t i = 0; i < s->arg_count; i++) {
        uint16_t param = s->args[i].param;
        need_reg(v, s->args[i].reg);
        pl_verify_index(v, param, a->param_count, "parameter");
        pl_verify_need(v, uses->given[param] != index + 1u, "parameter %u twice", param);
        pl_verify_need(v, !a->params[param].fixed, "parameter %u, which is fixed", param);
        uses->given[param] = index + 1u;
        if (a->params[param].required && !a->params[param].is_key) required--;
    }
    pl_verify_need(v, required == 0, "%u required parameters are not given", required);
    pl_verify_need(v, (s->flags & ~63u) == 0, "flags %u", s->flags);
    if (s->flags & PL_CALL_HAS_KEY) need_reg(v, s->key);
    if (s->flags & PL_CALL_KEEPS_TAG) need_reg(v, s->tag);
    pl_verify_need(v, s->retries <= PL_LIMIT_RETRY_MAX, "%u retries", s->retries);
    need_time(v, s->retry_wait_us);
    need_time(v, s->timeout_us);
    need_type(v, s->expect);
}

static void verify_ask(PlVerify *v, Uses *uses, uint16_t index)
{
    need_first_use(v, uses->asks, index, v->m->ask_count, "question");
    const PlAskSite *s = &v->m->asks[index];
    need_site(v, s->site);
    pl_verify_need(v, s->kind < PL_ASK_KIND_COUNT, "a question of no known kind");
    need_reg(v, s->text);
    need_type(v, s->type);
    need_time(v, s->within_us);
}

static void verify_wait(PlVerify *v, Uses *uses, uint16_t index)
{
    need_first_use(v, uses->waits, index, v->m->wait_count, "wait");
    const PlWaitSite *s = &v->m->waits[index];
    need_site(v, s->site);
    pl_verify_need(v, s->kind < PL_WAIT_KIND_COUNT, "a wait of no known kind");
    need_reg(v, s->reg);
    need_type(v, s->type);
    need_time(v, s->within_us);
}

static void verify_gathers(PlVerify *v, const PlGather *gathers, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        pl_verify_need(v, gathers[i].kind < PL_GATHER_KIND_COUNT, "a gather of no known kind");
        need_reg(v, gathers[i].reg);
    }
}

/* The started function takes what it is given and gives what is gathered. */
static void verify_spawn(PlVerify *v, uint16_t function, unsigned params, uint16_t returns)
{
    pl_verify_index(v, function, v->m->function_count, "function");
    const PlFunction *f = &v->m->functions[function];
    pl_verify_need(v, f->params == params, "function %u takes %u values, not %u", function, f->params, params);
    pl_verify_need(v, f->returns == returns, "function %u gives %u values, not %u", function, f->returns, returns);
}

static void verify_scatter(PlVerify *v, Uses *uses, uint16_t index)
{
    need_first_use(v, uses->scatters, index, v->m->scatter_count, "scatter");
    const PlScatter *s = &v->m->scatters[index];
    need_site(v, s->site);
    need_reg(v, s->list);
    need_reg(v, s->cap_reg);
    need_reg(v, s->failures);
    need_regs(v, s->captures, s->capture_count);
    verify_gathers(v, s->gathers, s->gather_count);
    pl_verify_need(v, s->cap <= PL_LIMIT_SCATTER_CAP, "%u iterations at a time", s->cap);
    pl_verify_need(v, !s->tolerate_percent || s->tolerate <= 100, "%u percent", s->tolerate);
    verify_spawn(v, s->function, s->capture_count + 2u, s->gather_count);
}

static void verify_together(PlVerify *v, Uses *uses, uint16_t index)
{
    need_first_use(v, uses->togethers, index, v->m->together_count, "together");
    const PlTogether *t = &v->m->togethers[index];
    need_site(v, t->site);
    need_reg(v, t->failures);
    for (uint16_t i = 0; i < t->branch_count; i++) {
        const PlBranch *b = &t->branches[i];
        need_regs(v, b->captures, b->capture_count);
        verify_gathers(v, b->gathers, b->gather_count);
        verify_spawn(v, b->function, b->capture_count, b->gather_count);
    }
}

/* ---- operands ------------------------------------------------------------------------------------------------- */

static void verify_text_constant(PlVerify *v, uint16_t index)
{
    pl_verify_index(v, index, v->m->constant_count, "constant");
    pl_verify_need(v, v->m->constants[index].kind == PL_LIT_TEXT, "constant %u is no text", index);
}

static void verify_shape_use(PlVerify *v, uint16_t index, uint8_t values)
{
    pl_verify_index(v, index, v->m->shape_count, "shape");
    pl_verify_need(v, v->m->shapes[index].count == values, "%u values for a shape of %u", values,
                   v->m->shapes[index].count);
}

static void verify_operand(PlVerify *v, Uses *uses, PlOperand kind, uint16_t n, uint8_t x)
{
    switch (kind) {
    case PL_OPERAND_NO: pl_verify_need(v, n == 0, "an operand that is not used is %u", n); break;
    case PL_OPERAND_W:
    case PL_OPERAND_R:
    case PL_OPERAND_RW: need_reg(v, n); break;
    case PL_OPERAND_RW3: need_reg(v, n + 2u); break;
    case PL_OPERAND_R2: need_reg(v, n + 1u); break;
    case PL_OPERAND_RN:
        pl_verify_need(v, (unsigned)n + x <= v->function->regs, "%u registers from %u, but there are %u", x, n,
                       v->function->regs);
        break;
    case PL_OPERAND_K: pl_verify_index(v, n, v->m->constant_count, "constant"); break;
    case PL_OPERAND_N: verify_text_constant(v, n); break;
    case PL_OPERAND_S: verify_shape_use(v, n, x); break;
    case PL_OPERAND_T: need_type(v, n); break;
    case PL_OPERAND_B: pl_verify_index(v, n, v->m->builtin_count, "library function"); break;
    case PL_OPERAND_SITE: need_site(v, n); break;
    case PL_OPERAND_CALL: verify_call(v, uses, n); break;
    case PL_OPERAND_ASK: verify_ask(v, uses, n); break;
    case PL_OPERAND_WAIT: verify_wait(v, uses, n); break;
    case PL_OPERAND_SCATTER: verify_scatter(v, uses, n); break;
    case PL_OPERAND_TOGETHER: verify_together(v, uses, n); break;
    case PL_OPERAND_I:
    case PL_OPERAND_U:
    case PL_OPERAND_FLAG:
    case PL_OPERAND_J:
    case PL_OPERAND_J32:
    case PL_OPERAND_COUNT: break;
    }
}

/* What the table cannot say. */
static void verify_special(PlVerify *v, PlInsn i)
{
    bool main = v->function == v->m->functions;
    switch (i.op) {
    case PL_OP_LOADB:
    case PL_OP_FIELD:
    case PL_OP_INDEX:
    case PL_OP_INDEXI: pl_verify_need(v, i.x <= 1, "x is %u", i.x); break;
    case PL_OP_PROJECT: pl_verify_need(v, i.x <= 3, "x is %u", i.x); break;
    case PL_OP_MODI: pl_verify_need(v, i.c != 0, "a remainder by 0"); break;
    case PL_OP_RETURN: pl_verify_need(v, main, "only main returns an output"); break;
    case PL_OP_RETURNS:
        pl_verify_need(v, !main, "main has nobody to return values to");
        pl_verify_need(v, i.x == v->function->returns, "%u values, but the function gives %u", i.x,
                       v->function->returns);
        break;
    default: break;
    }
}

static void verify_insn(PlVerify *v, Uses *uses, PlInsn i)
{
    pl_verify_need(v, i.op < PL_OPCODE_COUNT, "no such instruction");
    const PlOpInfo *info = &pl_opcode_infos[i.op];
    verify_operand(v, uses, info->a, i.a, i.x);
    verify_operand(v, uses, info->x, i.x, i.x);
    verify_operand(v, uses, info->b, i.b, i.x);
    if (info->b != PL_OPERAND_J32) verify_operand(v, uses, info->c, i.c, i.x);
    verify_special(v, i);
}

static Uses uses_new(PlVerify *v)
{
    const PlModule *m = v->m;
    uint32_t params = 0;
    for (uint32_t i = 0; i < m->action_count; i++)
        if (m->actions[i].param_count > params) params = m->actions[i].param_count;
    return (Uses){
        .calls = PL_NEW_N(v->scratch, bool, m->call_count),
        .asks = PL_NEW_N(v->scratch, bool, m->ask_count),
        .waits = PL_NEW_N(v->scratch, bool, m->wait_count),
        .scatters = PL_NEW_N(v->scratch, bool, m->scatter_count),
        .togethers = PL_NEW_N(v->scratch, bool, m->together_count),
        .given = PL_NEW_N(v->scratch, uint32_t, params),
    };
}

/* A descriptor that no instruction names was not looked at. */
static void need_all_used(PlVerify *v, const bool *used, uint32_t count, const char *what)
{
    v->what = what;
    for (v->index = 0; v->index < count; v->index++) pl_verify_need(v, used[v->index], "no instruction names it");
}

void pl_verify_code(PlVerify *v)
{
    Uses uses = uses_new(v);
    for (uint32_t i = 0; i < v->m->function_count; i++) {
        v->function = &v->m->functions[i];
        for (v->pc = 0; v->pc < v->function->code_count; v->pc++) verify_insn(v, &uses, v->function->code[v->pc]);
        v->pc--;
        pl_verify_need(v, pl_opcode_is_end(v->function->code[v->pc].op), "the code runs off its end");
    }
    v->function = NULL;
    need_all_used(v, uses.calls, v->m->call_count, "call site");
    need_all_used(v, uses.asks, v->m->ask_count, "question");
    need_all_used(v, uses.waits, v->m->wait_count, "wait");
    need_all_used(v, uses.scatters, v->m->scatter_count, "scatter");
    need_all_used(v, uses.togethers, v->m->together_count, "together");
}
