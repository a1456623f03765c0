/* SPDX-License-Identifier: MIT */
/* List clauses (where, select, sorted by, grouped by, take, distinct) to loops in place: no closures, no calls per item. `it` is the register that
 * the loop puts the item in. Clauses that need a key per item build the list of keys and hand both lists to a builtin. */
#include "compiler/emit/emit_internal.h"

uint16_t pl_emit_each_begin(PlEmit *e, uint16_t list, uint32_t *head)
{
    uint16_t loop = pl_emit_temp(e, 3);
    pl_emit_op(e, PL_OP_LOADI, 0, loop, 0, 0);
    pl_emit_op(e, PL_OP_MOVE, 0, loop + 1u, list, 0);
    *head = pl_emit_jump(e, PL_OP_EACH, loop, 0);
    return (uint16_t)(loop + 2);
}

void pl_emit_each_end(PlEmit *e, uint32_t head)
{
    uint32_t back = pl_emit_jump(e, PL_OP_JMP, 0, 0);
    pl_emit_patch(e, back, head);
    pl_emit_patch(e, head, pl_emit_here(e));
}

static void emit_where(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint16_t list = pl_emit_value(e, x->left), out = pl_emit_temp(e, 1);
    pl_emit_op(e, PL_OP_LIST, 0, out, 0, 0);
    uint32_t head;
    uint16_t item = pl_emit_each_begin(e, list, &head);
    pl_emit_give_reg(e, x->symbol, item);
    PlEmitJumps no = {0};
    pl_emit_cond(e, x->right, false, &no);
    pl_emit_op(e, PL_OP_APPEND, 0, out, item, 0);
    pl_emit_patch_all(e, &no, head);
    pl_emit_each_end(e, head);
    pl_emit_op(e, PL_OP_MOVE, 0, dst, out, 0);
}

/* The list of `what` for each item, into `out`. */
static void emit_per_item(PlEmit *e, const PlSymbol *it, uint16_t list, const PlExpr *what, uint16_t out)
{
    uint32_t mark = pl_emit_mark(e), head;
    pl_emit_op(e, PL_OP_LIST, 0, out, 0, 0);
    uint16_t item = pl_emit_each_begin(e, list, &head);
    pl_emit_give_reg(e, it, item);
    pl_emit_op(e, PL_OP_APPEND, 0, out, pl_emit_value(e, what), 0);
    pl_emit_each_end(e, head);
    pl_emit_release(e, mark);
}

/* Stable sorts from the last key to the first give the order of all keys. */
static void emit_sorted(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint16_t args = pl_emit_temp(e, 3);
    pl_emit_expr(e, x->left, args);
    for (uint32_t k = x->items.len; k-- > 0;) {
        emit_per_item(e, x->symbol, args, x->items.items[k], (uint16_t)(args + 1));
        pl_emit_op(e, PL_OP_LOADB, (x->flags >> k) & 1, args + 2u, 0, 0);
        pl_emit_builtin(e, "_sort_by", args, args, 3);
    }
    pl_emit_op(e, PL_OP_MOVE, 0, dst, args, 0);
}

static void emit_keyed(PlEmit *e, const PlExpr *x, const char *builtin, uint16_t dst)
{
    uint16_t args = pl_emit_temp(e, 2);
    pl_emit_expr(e, x->left, args);
    emit_per_item(e, x->symbol, args, x->right, (uint16_t)(args + 1));
    pl_emit_builtin(e, builtin, dst, args, 2);
}

bool pl_emit_is_draw(const PlExpr *x)
{
    return x->kind == PL_EXPR_CALL && (pl_str_eq_z(x->text, "uuid") || pl_str_eq_z(x->text, "random"));
}

/* Three registers: two random numbers, and 0. */
static uint16_t emit_numbers(PlEmit *e)
{
    uint16_t row = pl_emit_temp(e, 3);
    pl_emit_op(e, PL_OP_RANDOM, 0, row, e->fn->site, 0);
    pl_emit_op(e, PL_OP_RANDOM, 0, row + 1u, e->fn->site, 0);
    pl_emit_op(e, PL_OP_LOADI, 0, row + 2u, 0, 0);
    return row;
}

void pl_emit_draw(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint32_t ahead = e->fn->moments[2];
    uint16_t row = ahead ? (uint16_t)(ahead - 1) : emit_numbers(e);
    if (ahead) pl_emit_op(e, PL_OP_ADDI, 0, row + 2u, row + 2u, 1);
    pl_emit_builtin(e, pl_str_eq_z(x->text, "uuid") ? "_uuid" : "_random", dst, row, 3);
}

static void find_moments(const PlExpr *x, bool found[3])
{
    if (!x) return;
    if (x->kind == PL_EXPR_NAME && x->symbol && x->symbol->kind == PL_SYM_NOW) found[pl_str_eq_z(x->symbol->name, "today")] = true;
    if (pl_emit_is_draw(x)) found[2] = true;
    find_moments(x->left, found);
    find_moments(x->right, found);
    find_moments(x->cond, found);
    for (uint32_t i = 0; i < x->items.len; i++) find_moments(x->items.items[i], found);
    for (uint32_t i = 0; i < x->fields.len; i++) find_moments(x->fields.items[i].value, found);
}

static uint16_t emit_moment(PlEmit *e, PlOpcode op)
{
    uint16_t reg = pl_emit_temp(e, 1);
    pl_emit_op(e, op, 0, reg, e->fn->site, 0);
    return reg;
}

void pl_emit_moments_begin(PlEmit *e, const PlExpr *x, uint32_t outer[3])
{
    bool found[3] = {false, false, false};
    find_moments(x, found);
    memcpy(outer, e->fn->moments, sizeof e->fn->moments);
    if (found[0] && !outer[0]) e->fn->moments[0] = emit_moment(e, PL_OP_NOW) + 1u;
    if (found[1] && !outer[1]) e->fn->moments[1] = emit_moment(e, PL_OP_TODAY) + 1u;
    if (found[2] && !outer[2]) e->fn->moments[2] = emit_numbers(e) + 1u;
}

void pl_emit_moments_end(PlEmit *e, const uint32_t outer[3])
{
    memcpy(e->fn->moments, outer, sizeof e->fn->moments);
}

static void emit_clause(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    switch (x->kind) {
    case PL_EXPR_WHERE:
        emit_where(e, x, dst);
        return;
    case PL_EXPR_SELECT: {
        uint16_t list = pl_emit_value(e, x->left), out = pl_emit_temp(e, 1);
        emit_per_item(e, x->symbol, list, x->right, out);
        pl_emit_op(e, PL_OP_MOVE, 0, dst, out, 0);
        return;
    }
    case PL_EXPR_SORTED:
        emit_sorted(e, x, dst);
        return;
    case PL_EXPR_GROUPED:
        emit_keyed(e, x, "_group_by", dst);
        return;
    case PL_EXPR_DISTINCT:
        if (x->right) {
            emit_keyed(e, x, "_distinct_by", dst);
        } else {
            uint16_t arg = pl_emit_temp(e, 1);
            pl_emit_expr(e, x->left, arg);
            pl_emit_builtin(e, "unique", dst, arg, 1);
        }
        return;
    case PL_EXPR_TAKE: {
        uint16_t args = pl_emit_temp(e, 2);
        pl_emit_expr(e, x->left, args);
        pl_emit_expr(e, x->right, (uint16_t)(args + 1));
        pl_emit_builtin(e, "take", dst, args, 2);
        return;
    }
    default: /* BAD and STEP_REF never reach the emitter */
        pl_emit_op(e, PL_OP_LOADN, 0, dst, 0, 0);
        return;
    }
}

void pl_emit_clause(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint32_t outer[3];
    pl_emit_moments_begin(e, x, outer);
    emit_clause(e, x, dst);
    pl_emit_moments_end(e, outer);
}
