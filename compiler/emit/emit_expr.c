/* SPDX-License-Identifier: MIT */
/* Expressions to instructions: each is evaluated into a register that the caller names, or read where it lies. An expression has no effect but
 * reading the clock, so operands may be read in place. */
#include "compiler/emit/emit_internal.h"

enum { CHUNK = 200 /* values that one instruction takes; its count has 8 bits */ };

static void emit_literal(PlEmit *e, const PlLiteral *literal, uint16_t dst)
{
    switch (literal->kind) {
    case PL_LIT_NOTHING:
        pl_emit_op(e, PL_OP_LOADN, 0, dst, 0, 0);
        return;
    case PL_LIT_YESNO:
        pl_emit_op(e, PL_OP_LOADB, literal->as.yes, dst, 0, 0);
        return;
    case PL_LIT_INT:
        if (literal->as.integer >= INT16_MIN && literal->as.integer <= INT16_MAX) {
            pl_emit_op(e, PL_OP_LOADI, 0, dst, (uint16_t)literal->as.integer, 0);
            return;
        }
        break;
    default:
        break;
    }
    pl_emit_op(e, PL_OP_LOADK, 0, dst, pl_emit_constant(e, literal), 0);
}

/* Into neighbouring registers; gives the first. */
static uint16_t emit_row(PlEmit *e, PlExpr *const *items, uint32_t count)
{
    uint16_t first = pl_emit_temp(e, count);
    for (uint32_t i = 0; i < count; i++) pl_emit_expr(e, items[i], (uint16_t)(first + i));
    return first;
}

static void emit_list(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint32_t done = x->items.len < CHUNK ? x->items.len : CHUNK;
    uint16_t first = done ? emit_row(e, x->items.items, done) : 0;
    if (done == x->items.len) {
        pl_emit_op(e, PL_OP_LIST, (uint8_t)done, dst, first, 0);
        return;
    }
    uint16_t list = pl_emit_temp(e, 2); /* not in dst: a later item may read what dst holds */
    pl_emit_op(e, PL_OP_LIST, (uint8_t)done, list, first, 0);
    for (; done < x->items.len; done++) {
        pl_emit_expr(e, x->items.items[done], (uint16_t)(list + 1));
        pl_emit_op(e, PL_OP_APPEND, 0, list, list + 1u, 0);
    }
    pl_emit_op(e, PL_OP_MOVE, 0, dst, list, 0);
}

static void emit_record(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint32_t done = x->fields.len < CHUNK ? x->fields.len : CHUNK;
    uint16_t first = done ? pl_emit_temp(e, done) : 0;
    for (uint32_t i = 0; i < done; i++) pl_emit_expr(e, x->fields.items[i].value, (uint16_t)(first + i));
    uint16_t shape = pl_emit_shape(e, x->fields.items, done);
    if (done == x->fields.len) {
        pl_emit_op(e, PL_OP_RECORD, (uint8_t)done, dst, first, shape);
        return;
    }
    uint16_t record = pl_emit_temp(e, 2);
    pl_emit_op(e, PL_OP_RECORD, (uint8_t)done, record, first, shape);
    for (; done < x->fields.len; done++) {
        pl_emit_expr(e, x->fields.items[done].value, (uint16_t)(record + 1));
        pl_emit_op(e, PL_OP_WITH, 0, record, record + 1u, pl_emit_text(e, x->fields.items[done].name));
    }
    pl_emit_op(e, PL_OP_MOVE, 0, dst, record, 0);
}

/* Text with interpolation; more parts than one instruction takes are joined chunk by chunk. */
static void emit_text(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    if (x->items.len <= CHUNK) {
        uint16_t first = x->items.len ? emit_row(e, x->items.items, x->items.len) : 0;
        pl_emit_op(e, PL_OP_CONCAT, (uint8_t)x->items.len, dst, first, 0);
        return;
    }
    uint16_t text = pl_emit_temp(e, 2);
    pl_emit_op(e, PL_OP_CONCAT, 0, text, 0, 0);
    for (uint32_t i = 0; i < x->items.len; i++) {
        pl_emit_expr(e, x->items.items[i], (uint16_t)(text + 1));
        pl_emit_op(e, PL_OP_CONCAT, 2, text, text, 0);
    }
    pl_emit_op(e, PL_OP_MOVE, 0, dst, text, 0);
}

static void emit_index(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint16_t from = pl_emit_value(e, x->left);
    const PlExpr *i = x->right;
    bool negative = i->kind == PL_EXPR_UNARY && i->op == PL_OPR_NEG;
    const PlExpr *number = negative ? i->left : i;
    if (number->kind == PL_EXPR_LITERAL && number->literal.kind == PL_LIT_INT && number->literal.as.integer >= 0 &&
        number->literal.as.integer <= INT16_MAX) {
        int64_t n = negative ? -number->literal.as.integer : number->literal.as.integer;
        pl_emit_op(e, PL_OP_INDEXI, x->optional, dst, from, (uint16_t)n);
        return;
    }
    pl_emit_op(e, PL_OP_INDEX, x->optional, dst, from, pl_emit_value(e, i));
}

static void emit_slice(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint16_t from = pl_emit_value(e, x->left);
    uint16_t bounds = pl_emit_temp(e, 2);
    const PlLiteral nothing = {.kind = PL_LIT_NOTHING};
    if (x->cond) pl_emit_expr(e, x->cond, bounds);
    else emit_literal(e, &nothing, bounds);
    if (x->right) pl_emit_expr(e, x->right, (uint16_t)(bounds + 1));
    else emit_literal(e, &nothing, (uint16_t)(bounds + 1));
    pl_emit_op(e, PL_OP_SLICE, 0, dst, from, bounds);
}

static bool is_small(const PlExpr *x, int64_t *n)
{
    if (x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_INT || x->check) return false;
    *n = x->literal.as.integer;
    return *n > INT16_MIN && *n <= INT16_MAX;
}

/* + - * / %, with the short forms where the right side is a small integer. */
static void emit_arithmetic(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    static const uint8_t op_of[] = {[PL_OPR_ADD] = PL_OP_ADD, [PL_OPR_SUB] = PL_OP_SUB, [PL_OPR_MUL] = PL_OP_MUL,
                                    [PL_OPR_DIV] = PL_OP_DIV, [PL_OPR_MOD] = PL_OP_MOD};
    uint16_t left = pl_emit_value(e, x->left);
    int64_t n;
    if (is_small(x->right, &n)) {
        if (x->op == PL_OPR_ADD || x->op == PL_OPR_SUB) {
            pl_emit_op(e, PL_OP_ADDI, 0, dst, left, (uint16_t)(x->op == PL_OPR_ADD ? n : -n));
            return;
        }
        if (x->op == PL_OPR_MUL || (x->op == PL_OPR_MOD && n != 0)) {
            pl_emit_op(e, x->op == PL_OPR_MUL ? PL_OP_MULI : PL_OP_MODI, 0, dst, left, (uint16_t)n);
            return;
        }
    }
    pl_emit_op(e, op_of[x->op], 0, dst, left, pl_emit_value(e, x->right));
}

/* A yes/no by jumps: what has no value instruction of its own. */
static void emit_truth(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    PlEmitJumps no = {0};
    pl_emit_cond(e, x, false, &no);
    pl_emit_op(e, PL_OP_LOADB, 1, dst, 0, 0);
    uint32_t over = pl_emit_jump(e, PL_OP_JMP, 0, 0);
    pl_emit_patch_all(e, &no, pl_emit_here(e));
    pl_emit_op(e, PL_OP_LOADB, 0, dst, 0, 0);
    pl_emit_patch(e, over, pl_emit_here(e));
}

static void emit_binary(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    switch (x->op) {
    case PL_OPR_ADD:
    case PL_OPR_SUB:
    case PL_OPR_MUL:
    case PL_OPR_DIV:
    case PL_OPR_MOD:
        emit_arithmetic(e, x, dst);
        return;
    case PL_OPR_IS:
    case PL_OPR_IS_NOT: {
        uint16_t left = pl_emit_value(e, x->left);
        pl_emit_op(e, x->op == PL_OPR_IS ? PL_OP_EQ : PL_OP_NE, 0, dst, left, pl_emit_value(e, x->right));
        return;
    }
    case PL_OPR_LT:
    case PL_OPR_LE: {
        uint16_t left = pl_emit_value(e, x->left);
        pl_emit_op(e, x->op == PL_OPR_LT ? PL_OP_LT : PL_OP_LE, 0, dst, left, pl_emit_value(e, x->right));
        return;
    }
    case PL_OPR_GT:
    case PL_OPR_GE: {
        uint16_t left = pl_emit_value(e, x->left);
        uint16_t right = pl_emit_value(e, x->right);
        pl_emit_op(e, x->op == PL_OPR_GT ? PL_OP_LT : PL_OP_LE, 0, dst, right, left);
        return;
    }
    case PL_OPR_AND:
    case PL_OPR_OR:
        emit_truth(e, x, dst);
        return;
    default:
        break;
    }
    static const char *const names[PL_OPR_COUNT] = {
        [PL_OPR_CONTAINS] = "contains", [PL_OPR_NOT_CONTAINS] = "contains", [PL_OPR_IN] = "contains",
        [PL_OPR_NOT_IN] = "contains",   [PL_OPR_STARTS] = "starts_with",    [PL_OPR_ENDS] = "ends_with",
        [PL_OPR_MATCHES] = "matches"};
    bool swapped = x->op == PL_OPR_IN || x->op == PL_OPR_NOT_IN;
    uint16_t args = pl_emit_temp(e, 2);
    pl_emit_expr(e, swapped ? x->right : x->left, args);
    pl_emit_expr(e, swapped ? x->left : x->right, (uint16_t)(args + 1));
    pl_emit_builtin(e, names[x->op], dst, args, 2);
    if (x->op == PL_OPR_NOT_CONTAINS || x->op == PL_OPR_NOT_IN) pl_emit_op(e, PL_OP_NOT, 0, dst, dst, 0);
}

static void emit_unary(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    switch (x->op) {
    case PL_OPR_NOT:
        pl_emit_op(e, PL_OP_NOT, 0, dst, pl_emit_value(e, x->left), 0);
        return;
    case PL_OPR_NEG:
        pl_emit_op(e, PL_OP_NEG, 0, dst, pl_emit_value(e, x->left), 0);
        return;
    case PL_OPR_EXISTS:
    case PL_OPR_MISSING:
        emit_truth(e, x, dst);
        return;
    default: { /* is empty, is not empty */
        uint16_t arg = pl_emit_temp(e, 1);
        pl_emit_expr(e, x->left, arg);
        pl_emit_builtin(e, "_is_empty", dst, arg, 1);
        if (x->op == PL_OPR_NOT_EMPTY) pl_emit_op(e, PL_OP_NOT, 0, dst, dst, 0);
        return;
    }
    }
}

static void emit_choice(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    PlEmitJumps no = {0};
    pl_emit_cond(e, x->cond, false, &no);
    pl_emit_expr(e, x->left, dst);
    uint32_t over = pl_emit_jump(e, PL_OP_JMP, 0, 0);
    pl_emit_patch_all(e, &no, pl_emit_here(e));
    pl_emit_expr(e, x->right, dst);
    pl_emit_patch(e, over, pl_emit_here(e));
}

static void emit_coalesce(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    uint16_t left = pl_emit_temp(e, 1);
    pl_emit_expr(e, x->left, left);
    uint32_t some = pl_emit_jump(e, PL_OP_JSOME, left, 0);
    pl_emit_expr(e, x->right, left);
    pl_emit_patch(e, some, pl_emit_here(e));
    pl_emit_op(e, PL_OP_MOVE, 0, dst, left, 0);
}

static void emit_name(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    if (x->symbol->kind == PL_SYM_NOW) {
        bool today = pl_str_eq_z(x->symbol->name, "today");
        uint32_t ahead = e->fn->moments[today];
        if (ahead) pl_emit_op(e, PL_OP_MOVE, 0, dst, ahead - 1, 0);
        else pl_emit_op(e, today ? PL_OP_TODAY : PL_OP_NOW, 0, dst, e->fn->site, 0);
        return;
    }
    uint16_t reg = pl_emit_reg(e, x->symbol);
    if (reg != dst) pl_emit_op(e, PL_OP_MOVE, 0, dst, reg, 0);
}

static void emit_plain(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    switch (x->kind) {
    case PL_EXPR_LITERAL:
        emit_literal(e, &x->literal, dst);
        return;
    case PL_EXPR_TEXT:
        emit_text(e, x, dst);
        return;
    case PL_EXPR_NAME:
    case PL_EXPR_IT:
        emit_name(e, x, dst);
        return;
    case PL_EXPR_FIELD:
        pl_emit_op(e, PL_OP_FIELD, x->optional, dst, pl_emit_value(e, x->left), pl_emit_text(e, x->text));
        return;
    case PL_EXPR_PROJECT:
        pl_emit_op(e, PL_OP_PROJECT, x->optional, dst, pl_emit_value(e, x->left), pl_emit_text(e, x->text));
        return;
    case PL_EXPR_INDEX:
        emit_index(e, x, dst);
        return;
    case PL_EXPR_SLICE:
        emit_slice(e, x, dst);
        return;
    case PL_EXPR_UNARY:
        emit_unary(e, x, dst);
        return;
    case PL_EXPR_BINARY:
        emit_binary(e, x, dst);
        return;
    case PL_EXPR_IF:
        emit_choice(e, x, dst);
        return;
    case PL_EXPR_COALESCE:
        emit_coalesce(e, x, dst);
        return;
    case PL_EXPR_LIST:
        emit_list(e, x, dst);
        return;
    case PL_EXPR_RECORD:
        emit_record(e, x, dst);
        return;
    case PL_EXPR_COERCE:
        pl_emit_op(e, PL_OP_COERCE, 0, dst, pl_emit_value(e, x->left), pl_emit_type(e, x->type));
        return;
    case PL_EXPR_CALL: {
        if (pl_emit_is_draw(x)) {
            pl_emit_draw(e, x, dst);
            return;
        }
        if (x->items.len > UINT8_MAX) pl_emit_too_large(e, "arguments of one function", UINT8_MAX);
        uint16_t args = x->items.len ? emit_row(e, x->items.items, x->items.len) : 0;
        pl_emit_builtin(e, pl_arena_str(e->arena, x->text).ptr, dst, args, (uint8_t)x->items.len);
        return;
    }
    default:
        pl_emit_clause(e, x, dst);
        return;
    }
}

/* What a CHECK looks at: where only presence is in doubt not into lists and records, which hold what an answer really gave. */
static PlTypeId checked_type(PlEmit *e, const PlExpr *x)
{
    const PlType *type = pl_type(pl_catalog_types(e->catalog), x->type);
    if (x->present && type->kind == PL_TYPE_LIST) return PL_T_LIST_ANY;
    if (x->present && type->kind == PL_TYPE_RECORD) return PL_T_RECORD_ANY;
    bool texts = x->present && type->kind == PL_TYPE_ENUM;
    for (uint32_t i = 0; texts && i < type->count; i++) texts = type->values[i].kind == PL_LIT_TEXT;
    return texts ? PL_T_TEXT : pl_emit_type(e, x->type);
}

void pl_emit_expr(PlEmit *e, const PlExpr *x, uint16_t dst)
{
    if (e->failed) return;
    uint32_t mark = pl_emit_mark(e), position = e->fn->position;
    if (x->span.source == e->plan->source) e->fn->position = x->span.start;
    emit_plain(e, x, dst);
    if (x->check) pl_emit_op(e, PL_OP_CHECK, 0, dst, checked_type(e, x), e->fn->site);
    e->fn->position = position;
    pl_emit_release(e, mark);
}

uint16_t pl_emit_value(PlEmit *e, const PlExpr *x)
{
    bool in_place = (x->kind == PL_EXPR_NAME || x->kind == PL_EXPR_IT) && x->symbol->kind != PL_SYM_NOW && !x->check;
    if (in_place) return pl_emit_reg(e, x->symbol);
    uint16_t reg = pl_emit_temp(e, 1);
    pl_emit_expr(e, x, reg);
    return reg;
}
