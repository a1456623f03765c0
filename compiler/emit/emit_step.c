/* SPDX-License-Identifier: MIT */
/* Statements to instructions. Every step is a site: a range of its function's instructions, nested like the steps themselves, which is what
 * journal paths, hooks and messages are made of. */
#include "compiler/emit/emit_internal.h"

uint32_t pl_emit_site_begin(PlEmit *e, const PlStep *step, uint32_t *outer)
{
    PlEmitFn *fn = e->fn;
    PlSite site = {.step = step->label,
                   .text = step->kind == PL_STEP_SET || step->kind == PL_STEP_ADD ? PL_STR("") : step->prose,
                   .parent = fn->site,
                   .function = (uint16_t)fn->index};
    site.span = (PlSpan){0, step->span.start, step->span.end};
    if (site.text.len == 0) site.text = pl_str_z(pl_step_kind_name(step->kind));
    site.begin = pl_emit_here(e);
    for (const PlEmitLoop *l = fn->loop; l; l = l->outer) site.loop_count++;
    site.loops = PL_NEW_N(e->arena, uint16_t, site.loop_count + 1u);
    site.loop_sites = PL_NEW_N(e->arena, uint32_t, site.loop_count + 1u);
    uint32_t i = site.loop_count;
    for (const PlEmitLoop *l = fn->loop; l; l = l->outer) {
        site.loops[--i] = l->counter;
        site.loop_sites[i] = l->site;
    }
    if (e->sites.len >= UINT16_MAX) pl_emit_too_large(e, "steps", UINT16_MAX);
    pl_vec_push(e->arena, &e->sites, site);
    *outer = fn->site;
    fn->site = e->sites.len - 1;
    fn->position = step->span.start;
    return fn->site;
}

void pl_emit_site_end(PlEmit *e, uint32_t site, uint32_t outer)
{
    e->sites.items[site].end = pl_emit_here(e);
    e->fn->site = outer;
}

/* Store register `from` at a path such as x.y or x[0].y: rebuild from the inside out. */
static void emit_store(PlEmit *e, const PlExpr *target, uint16_t from)
{
    if (target->kind == PL_EXPR_NAME) {
        pl_emit_op(e, PL_OP_MOVE, 0, pl_emit_reg(e, target->symbol), from, 0);
        return;
    }
    uint32_t mark = pl_emit_mark(e);
    uint16_t holder = pl_emit_temp(e, 3);
    pl_emit_expr(e, target->left, holder);
    if (target->kind == PL_EXPR_FIELD) {
        pl_emit_op(e, PL_OP_WITH, 0, holder, from, pl_emit_text(e, target->text));
    } else { /* INDEX: the builtin copes with lists and records */
        uint16_t args = pl_emit_temp(e, 3);
        pl_emit_op(e, PL_OP_MOVE, 0, args, holder, 0);
        pl_emit_expr(e, target->right, (uint16_t)(args + 1));
        pl_emit_op(e, PL_OP_MOVE, 0, args + 2u, from, 0);
        pl_emit_builtin(e, "_with", holder, args, 3);
    }
    emit_store(e, target->left, holder);
    pl_emit_release(e, mark);
}

static void emit_set(PlEmit *e, const PlStep *step)
{
    if (!step->target) {
        pl_emit_expr(e, step->value, pl_emit_reg(e, step->symbol));
        return;
    }
    uint16_t value = pl_emit_temp(e, 1);
    pl_emit_expr(e, step->value, value);
    emit_store(e, step->target, value);
}

static void emit_add(PlEmit *e, const PlStep *step)
{
    if (!step->target) {
        uint16_t value = pl_emit_value(e, step->value);
        pl_emit_op(e, PL_OP_APPEND, 0, pl_emit_reg(e, step->symbol), value, 0);
        return;
    }
    uint16_t list = pl_emit_temp(e, 1);
    pl_emit_expr(e, step->target, list);
    pl_emit_op(e, PL_OP_APPEND, 0, list, pl_emit_value(e, step->value), 0);
    emit_store(e, step->target, list);
}

static void emit_increase(PlEmit *e, const PlStep *step)
{
    uint16_t reg = pl_emit_reg(e, step->symbol);
    const PlExpr *by = step->value;
    bool small = by && by->kind == PL_EXPR_LITERAL && by->literal.kind == PL_LIT_INT && by->literal.as.integer >= INT16_MIN &&
                 by->literal.as.integer <= INT16_MAX;
    if (!by || small) pl_emit_op(e, PL_OP_ADDI, 0, reg, reg, by ? (uint16_t)by->literal.as.integer : 1);
    else pl_emit_op(e, PL_OP_ADD, 0, reg, reg, pl_emit_value(e, by));
}

static PlLiteralKind cleared_kind(const PlEmit *e, const PlSymbol *symbol)
{
    switch (pl_type(pl_catalog_types(e->catalog), symbol->type)->kind) {
    case PL_TYPE_TEXT:
        return PL_LIT_TEXT;
    case PL_TYPE_INTEGER:
    case PL_TYPE_NUMBER:
        return PL_LIT_INT;
    case PL_TYPE_LIST:
    case PL_TYPE_RECORD:
        return PL_LIT_JSON;
    default:
        return PL_LIT_NOTHING;
    }
}

/* Clear x: the empty value of its type. */
static void emit_clear(PlEmit *e, const PlStep *step)
{
    uint16_t reg = pl_emit_reg(e, step->symbol);
    switch (cleared_kind(e, step->symbol)) {
    case PL_LIT_TEXT:
        pl_emit_op(e, PL_OP_CONCAT, 0, reg, 0, 0);
        return;
    case PL_LIT_INT:
        pl_emit_op(e, PL_OP_LOADI, 0, reg, 0, 0);
        return;
    case PL_LIT_JSON: {
        bool is_list = pl_type(pl_catalog_types(e->catalog), step->symbol->type)->kind == PL_TYPE_LIST;
        if (is_list) pl_emit_op(e, PL_OP_LIST, 0, reg, 0, 0);
        else pl_emit_op(e, PL_OP_RECORD, 0, reg, 0, pl_emit_shape(e, NULL, 0));
        return;
    }
    default:
        pl_emit_op(e, PL_OP_LOADN, 0, reg, 0, 0);
        return;
    }
}

static uint16_t value_or_nothing(PlEmit *e, const PlExpr *x)
{
    if (x) return pl_emit_value(e, x);
    uint16_t reg = pl_emit_temp(e, 1);
    pl_emit_op(e, PL_OP_LOADN, 0, reg, 0, 0);
    return reg;
}

static uint64_t duration_us(const PlExpr *x)
{
    bool literal = x && x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_DURATION && x->literal.as.integer > 0;
    return literal ? (uint64_t)x->literal.as.integer : 0;
}

static uint16_t result_reg(PlEmit *e, const PlStep *step)
{
    return step->symbol ? pl_emit_reg(e, step->symbol) : pl_emit_temp(e, 1);
}

static void emit_wait(PlEmit *e, const PlStep *step)
{
    PlWaitKind kind = step->kind == PL_STEP_WAIT_FOR     ? PL_WAIT_FOR
                      : step->kind == PL_STEP_WAIT_UNTIL ? PL_WAIT_UNTIL
                                                         : PL_WAIT_EVENT;
    PlWaitSite wait = {.site = e->fn->site, .kind = kind, .reg = pl_emit_value(e, step->value)};
    wait.within_us = duration_us(step->within);
    wait.type = step->as_type ? pl_emit_type(e, step->type) : PL_T_ANY;
    pl_vec_push(e->arena, &e->waits, wait);
    pl_emit_op(e, PL_OP_WAIT, 0, result_reg(e, step), e->waits.len - 1, 0);
}

static void emit_ask(PlEmit *e, const PlStep *step)
{
    PlAskSite ask = {.site = e->fn->site, .role = step->role, .text = pl_emit_value(e, step->value)};
    ask.kind = step->kind == PL_STEP_APPROVE ? PL_ASK_APPROVE : PL_ASK_QUESTION;
    ask.type = ask.kind == PL_ASK_APPROVE ? PL_T_YESNO : pl_emit_type(e, step->type);
    ask.within_us = duration_us(step->within);
    pl_vec_push(e->arena, &e->asks, ask);
    pl_emit_op(e, PL_OP_ASK, 0, result_reg(e, step), e->asks.len - 1, 0);
}

static void emit_check(PlEmit *e, const PlStep *step)
{
    PlEmitJumps holds = {0};
    pl_emit_cond(e, step->cond, true, &holds);
    uint16_t text = pl_emit_temp(e, 1);
    if (step->value) {
        pl_emit_expr(e, step->value, text);
    } else {
        PlStr words = pl_arena_printf(e->arena, "the check of step " PL_FMT " does not hold", PL_ARG(step->label));
        pl_emit_op(e, PL_OP_LOADK, 0, text, pl_emit_text(e, words), 0);
    }
    pl_emit_op(e, PL_OP_FAIL, 0, text, e->fn->site, 0);
    pl_emit_patch_all(e, &holds, pl_emit_here(e));
}

/* Skip and Leave: of the innermost loop in this function, else of the scatter whose body this is. */
static void emit_loop_control(PlEmit *e, const PlStep *step)
{
    PlEmitLoop *loop = e->fn->loop;
    if (!loop) {
        pl_emit_returns(e);
        return;
    }
    uint32_t jump = pl_emit_jump(e, PL_OP_JMP, 0, 0);
    pl_vec_push(e->arena, step->kind == PL_STEP_SKIP ? &loop->skips : &loop->leaves, jump);
}

void pl_emit_step(PlEmit *e, const PlStep *step)
{
    switch (step->kind) {
    case PL_STEP_ACTION:
        pl_emit_call(e, step);
        return;
    case PL_STEP_EACH:
        if (step->scatter) pl_emit_scatter(e, step);
        else pl_emit_each(e, step);
        return;
    case PL_STEP_REPEAT:
        pl_emit_repeat(e, step);
        return;
    case PL_STEP_TOGETHER:
        pl_emit_together(e, step);
        return;
    case PL_STEP_SET:
        emit_set(e, step);
        return;
    case PL_STEP_INCREASE:
        emit_increase(e, step);
        return;
    case PL_STEP_CLEAR:
        emit_clear(e, step);
        return;
    case PL_STEP_ADD:
        emit_add(e, step);
        return;
    case PL_STEP_STOP:
    case PL_STEP_FAIL:
        pl_emit_op(e, step->kind == PL_STEP_STOP ? PL_OP_STOP : PL_OP_FAIL, 0, value_or_nothing(e, step->value), e->fn->site, 0);
        return;
    case PL_STEP_RETURN:
        pl_emit_op(e, PL_OP_RETURN, 0, value_or_nothing(e, step->value), 0, 0);
        return;
    case PL_STEP_SKIP:
    case PL_STEP_LEAVE:
        emit_loop_control(e, step);
        return;
    case PL_STEP_WAIT_FOR:
    case PL_STEP_WAIT_UNTIL:
    case PL_STEP_WAIT_EVENT:
        emit_wait(e, step);
        return;
    case PL_STEP_ASK:
    case PL_STEP_APPROVE:
        emit_ask(e, step);
        return;
    case PL_STEP_CHECK:
        emit_check(e, step);
        return;
    case PL_STEP_NOTE:
        pl_emit_op(e, PL_OP_NOTE, 0, pl_emit_value(e, step->value), e->fn->site, 0);
        return;
    default: /* IF ... and TRY ... are chains: pl_emit_steps; PROSE, KEEP and BAD never reach the emitter */
        return;
    }
}

static bool is_chained(PlStep *const *steps, uint32_t i, uint32_t count)
{
    return i + 1 < count && steps[i + 1]->chain != NULL;
}

/* If, Otherwise if, Otherwise: gives how many steps the chain takes. */
static uint32_t emit_if_chain(PlEmit *e, PlStep *const *steps, uint32_t count)
{
    PlEmitJumps ends = {0};
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        uint32_t outer, site = pl_emit_site_begin(e, step, &outer), mark = pl_emit_mark(e);
        PlEmitJumps no = {0};
        bool more = is_chained(steps, i, count);
        if (step->kind != PL_STEP_ELSE) pl_emit_cond(e, step->cond, false, &no);
        pl_emit_steps(e, step->steps.items, step->steps.len);
        if (more) {
            uint32_t end = pl_emit_jump(e, PL_OP_JMP, 0, 0);
            pl_vec_push(e->arena, &ends, end);
        }
        pl_emit_patch_all(e, &no, pl_emit_here(e));
        pl_emit_site_end(e, site, outer);
        pl_emit_release(e, mark);
        if (more) continue;
        pl_emit_patch_all(e, &ends, pl_emit_here(e));
        return i + 1;
    }
    return count;
}

/* Try, then "If it fails [with 404]:" any number of times. */
static uint32_t emit_try_chain(PlEmit *e, PlStep *const *steps, uint32_t count)
{
    PlEmitJumps ends = {0};
    uint32_t begin = pl_emit_here(e), end = begin;
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        uint32_t outer, site = pl_emit_site_begin(e, step, &outer), mark = pl_emit_mark(e);
        bool more = is_chained(steps, i, count);
        if (step->kind == PL_STEP_ON_ERROR) {
            uint16_t error = step->symbol ? pl_emit_reg(e, step->symbol) : pl_emit_temp(e, 1);
            int64_t status = step->status && step->status->kind == PL_EXPR_LITERAL ? step->status->literal.as.integer : 0;
            if (end > begin) pl_emit_handler(e, begin, end, error, (uint16_t)status);
        }
        pl_emit_steps(e, step->steps.items, step->steps.len);
        if (step->kind == PL_STEP_TRY) end = pl_emit_here(e);
        if (more) {
            uint32_t jump = pl_emit_jump(e, PL_OP_JMP, 0, 0);
            pl_vec_push(e->arena, &ends, jump);
        }
        pl_emit_site_end(e, site, outer);
        pl_emit_release(e, mark);
        if (more) continue;
        pl_emit_patch_all(e, &ends, pl_emit_here(e));
        return i + 1;
    }
    return count;
}

void pl_emit_steps(PlEmit *e, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count && !e->failed;) {
        if (steps[i]->kind == PL_STEP_IF) {
            i += emit_if_chain(e, steps + i, count - i);
        } else if (steps[i]->kind == PL_STEP_TRY) {
            i += emit_try_chain(e, steps + i, count - i);
        } else {
            uint32_t outer, site = pl_emit_site_begin(e, steps[i], &outer), mark = pl_emit_mark(e);
            pl_emit_step(e, steps[i]);
            pl_emit_site_end(e, site, outer);
            pl_emit_release(e, mark);
            i++;
        }
    }
}
