/* SPDX-License-Identifier: MIT */
/* Conditions to jumps: and, or, not and the comparisons become compare-and-jump instructions, without a yes/no in between. The invariant of
 * pl_emit_cond: it jumps (to a place patched later) when the condition is `jump_when`, and falls through otherwise. */
#include "compiler/emit/emit_internal.h"

static void add_jump(PlEmit *e, PlEmitJumps *jumps, uint32_t insn)
{
    pl_vec_push(e->arena, jumps, insn);
}

static bool small_integer(const PlExpr *x, int64_t *n)
{
    if (x->check) return false;
    if (x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_INT) {
        *n = x->literal.as.integer;
        return *n >= INT16_MIN && *n <= INT16_MAX;
    }
    if (x->kind == PL_EXPR_UNARY && x->op == PL_OPR_NEG && small_integer(x->left, n)) {
        *n = -*n;
        return *n <= INT16_MAX;
    }
    return false;
}

/* a OP integer. "not a < b" is not "a >= b" for values that cannot be compared, but those fail the step either way. */
static PlOpcode immediate_op(PlOperator op, bool jump_when)
{
    switch (op) {
    case PL_OPR_IS:
        return jump_when ? PL_OP_JEQI : PL_OP_JNEI;
    case PL_OPR_IS_NOT:
        return jump_when ? PL_OP_JNEI : PL_OP_JEQI;
    case PL_OPR_LT:
        return jump_when ? PL_OP_JLTI : PL_OP_JGEI;
    case PL_OPR_LE:
        return jump_when ? PL_OP_JLEI : PL_OP_JGTI;
    case PL_OPR_GT:
        return jump_when ? PL_OP_JGTI : PL_OP_JLEI;
    default:
        return jump_when ? PL_OP_JGEI : PL_OP_JLTI;
    }
}

static void emit_compare(PlEmit *e, const PlExpr *x, bool jump_when, PlEmitJumps *jumps)
{
    uint16_t left = pl_emit_value(e, x->left);
    int64_t n;
    if (small_integer(x->right, &n)) {
        add_jump(e, jumps, pl_emit_jump(e, immediate_op(x->op, jump_when), left, (uint16_t)n));
        return;
    }
    uint16_t right = pl_emit_value(e, x->right);
    switch (x->op) {
    case PL_OPR_IS:
    case PL_OPR_IS_NOT:
        add_jump(e, jumps, pl_emit_jump(e, (x->op == PL_OPR_IS) == jump_when ? PL_OP_JEQ : PL_OP_JNE, left, right));
        return;
    case PL_OPR_LT:
        add_jump(e, jumps, pl_emit_jump(e, jump_when ? PL_OP_JLT : PL_OP_JNLT, left, right));
        return;
    case PL_OPR_LE:
        add_jump(e, jumps, pl_emit_jump(e, jump_when ? PL_OP_JLE : PL_OP_JNLE, left, right));
        return;
    case PL_OPR_GT:
        add_jump(e, jumps, pl_emit_jump(e, jump_when ? PL_OP_JLT : PL_OP_JNLT, right, left));
        return;
    default:
        add_jump(e, jumps, pl_emit_jump(e, jump_when ? PL_OP_JLE : PL_OP_JNLE, right, left));
        return;
    }
}

/* a and b, jumping when false: either false jumps. Jumping when true: a false skips b. "or" is the mirror image. */
static void emit_both(PlEmit *e, const PlExpr *x, bool jump_when, PlEmitJumps *jumps)
{
    bool decides = x->op == PL_OPR_OR; /* the left side's value that decides the whole */
    if (decides == jump_when) {
        pl_emit_cond(e, x->left, jump_when, jumps);
        pl_emit_cond(e, x->right, jump_when, jumps);
        return;
    }
    PlEmitJumps over = {0};
    pl_emit_cond(e, x->left, decides, &over);
    pl_emit_cond(e, x->right, jump_when, jumps);
    pl_emit_patch_all(e, &over, pl_emit_here(e));
}

static bool is_comparison(const PlExpr *x)
{
    return x->kind == PL_EXPR_BINARY && x->op >= PL_OPR_IS && x->op <= PL_OPR_GE;
}

void pl_emit_cond(PlEmit *e, const PlExpr *x, bool jump_when, PlEmitJumps *jumps)
{
    if (e->failed) return;
    uint32_t mark = pl_emit_mark(e), position = e->fn->position;
    if (x->span.source == e->plan->source) e->fn->position = x->span.start;
    if (x->check) {
        add_jump(e, jumps, pl_emit_jump(e, jump_when ? PL_OP_JT : PL_OP_JF, pl_emit_value(e, x), 0));
    } else if (is_comparison(x)) {
        emit_compare(e, x, jump_when, jumps);
    } else if (x->kind == PL_EXPR_BINARY && (x->op == PL_OPR_AND || x->op == PL_OPR_OR)) {
        emit_both(e, x, jump_when, jumps);
    } else if (x->kind == PL_EXPR_UNARY && x->op == PL_OPR_NOT) {
        pl_emit_cond(e, x->left, !jump_when, jumps);
    } else if (x->kind == PL_EXPR_UNARY && (x->op == PL_OPR_EXISTS || x->op == PL_OPR_MISSING)) {
        bool when_some = (x->op == PL_OPR_EXISTS) == jump_when;
        add_jump(e, jumps, pl_emit_jump(e, when_some ? PL_OP_JSOME : PL_OP_JNIL, pl_emit_value(e, x->left), 0));
    } else {
        add_jump(e, jumps, pl_emit_jump(e, jump_when ? PL_OP_JT : PL_OP_JF, pl_emit_value(e, x), 0));
    }
    e->fn->position = position;
    pl_emit_release(e, mark);
}
