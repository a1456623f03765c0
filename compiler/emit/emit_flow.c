/* SPDX-License-Identifier: MIT */
/* Loops and what runs at the same time: For each (in order, or scattered into fibers), Repeat, At the same time. */
#include "compiler/emit/emit_internal.h"

#include "vm/base/limits.h"

static uint64_t count_of(const PlExpr *x, uint64_t otherwise)
{
    bool literal = x && x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_INT && x->literal.as.integer >= 0;
    return literal ? (uint64_t)x->literal.as.integer : otherwise;
}

/* What is inside a loop of this function: the loop's counter is part of the paths there. When the loop step itself asks something in each iteration
 * (a condition, a pause, a deadline) the iteration is a site too, of the same number: what it reads of the world has a path of its own, "2#3". */
typedef struct Iteration {
    PlEmitLoop loop;
    bool asks;
    uint32_t site, outer;
    uint64_t times;
} Iteration;

static void iteration_begin(PlEmit *e, const PlStep *step, uint16_t counter, Iteration *it)
{
    *it = (Iteration){.loop = {.counter = counter, .site = e->fn->site, .outer = e->fn->loop}, .times = e->times};
    e->times = pl_emit_times(e->times, step->at_most_times);
    e->fn->loop = &it->loop;
    it->asks = step->cond || step->every || step->within;
    if (it->asks) it->site = pl_emit_site_begin(e, step, &it->outer);
}

static void iteration_end(PlEmit *e, Iteration *it)
{
    if (it->asks) pl_emit_site_end(e, it->site, it->outer);
    e->fn->loop = it->loop.outer;
    e->times = it->times;
}

/* x, or the two names of "k, v in record" and "i, x in list". */
static void bind_items(PlEmit *e, const PlStep *step, uint16_t counter, uint16_t item, bool is_record)
{
    uint16_t name = pl_emit_reg(e, step->symbol);
    if (!step->symbol2) {
        pl_emit_op(e, PL_OP_MOVE, 0, name, item, 0);
        return;
    }
    uint16_t name2 = pl_emit_reg(e, step->symbol2);
    if (is_record) {
        pl_emit_op(e, PL_OP_FIELD, 0, name, item, pl_emit_text(e, PL_STR("key")));
        pl_emit_op(e, PL_OP_FIELD, 0, name2, item, pl_emit_text(e, PL_STR("value")));
    } else {
        pl_emit_op(e, PL_OP_MOVE, 0, name, counter, 0);
        pl_emit_op(e, PL_OP_MOVE, 0, name2, item, 0);
    }
}

/* For each x in LIST [where COND]: */
void pl_emit_each(PlEmit *e, const PlStep *step)
{
    uint16_t regs = pl_emit_temp(e, 3);
    bool is_record = pl_type(pl_catalog_types(e->catalog), step->value->type)->kind == PL_TYPE_RECORD;
    pl_emit_expr(e, step->value, (uint16_t)(regs + 1));
    pl_emit_op(e, PL_OP_LOADI, 0, regs, 0, 0);
    uint32_t head = pl_emit_jump(e, is_record ? PL_OP_EACHKV : PL_OP_EACH, regs, 0);
    bind_items(e, step, regs, (uint16_t)(regs + 2), is_record);
    PlEmitJumps no = {0};
    Iteration it;
    iteration_begin(e, step, regs, &it);
    if (step->cond) pl_emit_cond(e, step->cond, false, &no);
    pl_emit_steps(e, step->steps.items, step->steps.len);
    iteration_end(e, &it);
    pl_emit_patch_all(e, &no, pl_emit_here(e));
    pl_emit_patch_all(e, &it.loop.skips, pl_emit_here(e));
    pl_emit_each_end(e, head);
    pl_emit_patch_all(e, &it.loop.leaves, pl_emit_here(e));
}

static void emit_pause(PlEmit *e, const PlExpr *every)
{
    uint32_t mark = pl_emit_mark(e);
    uint16_t reg = pl_emit_temp(e, 2);
    pl_emit_expr(e, every, reg);
    PlWaitSite wait = {.site = e->fn->site, .kind = PL_WAIT_FOR, .reg = reg, .type = PL_T_NOTHING};
    pl_vec_push(e->arena, &e->waits, wait);
    pl_emit_op(e, PL_OP_WAIT, 0, reg + 1u, e->waits.len - 1, 0);
    pl_emit_release(e, mark);
}

/* Repeat N times: / Repeat until COND, at most N times, every DURATION:. "until" is asked after each time, "while" before it; the pause stands between
 * two times, so the last one is not followed by a pause. */
void pl_emit_repeat(PlEmit *e, const PlStep *step)
{
    uint16_t regs = pl_emit_temp(e, 3), deadline = pl_emit_temp(e, 1);
    if (step->count) pl_emit_expr(e, step->count, (uint16_t)(regs + 1));
    else pl_emit_op(e, PL_OP_LOADI, 0, regs + 1u, PL_LIMIT_LOOP_DEFAULT, 0);
    pl_emit_op(e, PL_OP_LOADI, 0, regs, 0, 0);
    if (step->within) {
        uint16_t limit = pl_emit_value(e, step->within);
        pl_emit_op(e, PL_OP_NOW, 0, deadline, e->fn->site, 0);
        pl_emit_op(e, PL_OP_ADD, 0, deadline, deadline, limit);
    }
    PlEmitJumps done = {0};
    Iteration it;
    uint32_t head = pl_emit_jump(e, PL_OP_COUNT, regs, 0);
    iteration_begin(e, step, regs, &it);
    if (step->every) {
        uint32_t first = pl_emit_jump(e, PL_OP_JEQI, regs, 1);
        emit_pause(e, step->every);
        pl_emit_patch(e, first, pl_emit_here(e));
    }
    if (step->cond && step->is_while) pl_emit_cond(e, step->cond, false, &done);
    pl_emit_steps(e, step->steps.items, step->steps.len);
    pl_emit_patch_all(e, &it.loop.skips, pl_emit_here(e));
    if (step->cond && !step->is_while) pl_emit_cond(e, step->cond, true, &done);
    if (step->within) {
        uint16_t now = pl_emit_temp(e, 1);
        pl_emit_op(e, PL_OP_NOW, 0, now, e->fn->site, 0);
        uint32_t late = pl_emit_jump(e, PL_OP_JLE, deadline, now);
        pl_vec_push(e->arena, &done, late);
    }
    iteration_end(e, &it);
    pl_emit_each_end(e, head);
    pl_emit_patch_all(e, &done, pl_emit_here(e));
    pl_emit_patch_all(e, &it.loop.leaves, pl_emit_here(e));
}

/* The list without the items that `where` refuses: asked before anything runs. */
static uint16_t emit_filtered(PlEmit *e, const PlStep *step)
{
    uint16_t list = pl_emit_value(e, step->value), out = pl_emit_temp(e, 1);
    uint32_t mark = pl_emit_mark(e), head, outer[3];
    pl_emit_moments_begin(e, step->cond, outer);
    pl_emit_op(e, PL_OP_LIST, 0, out, 0, 0);
    uint16_t item = pl_emit_each_begin(e, list, &head);
    pl_emit_give_reg(e, step->symbol2 ? step->symbol2 : step->symbol, item);
    PlEmitJumps no = {0};
    pl_emit_cond(e, step->cond, false, &no);
    pl_emit_op(e, PL_OP_APPEND, 0, out, item, 0);
    pl_emit_patch_all(e, &no, head);
    pl_emit_each_end(e, head);
    pl_emit_moments_end(e, outer);
    pl_emit_release(e, mark);
    return out;
}

static void scatter_clauses(PlEmit *e, const PlStep *step, PlScatter *scatter)
{
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        const PlClause *c = &step->clauses.items[i];
        if (c->kind == PL_CLAUSE_AT_A_TIME) {
            uint64_t n = count_of(c->count, 0);
            if (n > 0 && n <= PL_LIMIT_SCATTER_CAP) {
                scatter->cap = (uint16_t)n;
            } else {
                scatter->cap_reg = pl_emit_temp(e, 1);
                pl_emit_expr(e, c->count, scatter->cap_reg);
            }
        } else if (c->kind == PL_CLAUSE_TOLERATING) {
            scatter->tolerate = (uint32_t)count_of(c->count, 0);
            scatter->tolerate_percent = c->percent;
        } else if (c->kind == PL_CLAUSE_GO_ON) {
            scatter->tolerate = UINT32_MAX;
        }
    }
}

/* For each x in LIST [where COND], up to N at a time: the body is a function, each item a fiber. */
void pl_emit_scatter(PlEmit *e, const PlStep *step)
{
    PlScatter scatter = {.site = e->fn->site};
    scatter.list = step->cond ? emit_filtered(e, step) : pl_emit_value(e, step->value);
    scatter.failures = pl_emit_temp(e, 1);
    scatter_clauses(e, step, &scatter);

    PlEmitFn *fn = pl_emit_fn_begin(e, step, pl_arena_printf(e->arena, PL_FMT "#", PL_ARG(step->label)));
    uint16_t item = pl_emit_fn_params(e, 2);
    if (step->symbol2) {
        pl_emit_op(e, PL_OP_MOVE, 0, pl_emit_reg(e, step->symbol), item + 1u, 0);
        pl_emit_op(e, PL_OP_MOVE, 0, pl_emit_reg(e, step->symbol2), item, 0);
    } else {
        pl_emit_op(e, PL_OP_MOVE, 0, pl_emit_reg(e, step->symbol), item, 0);
    }
    uint64_t times = e->times;
    e->times = pl_emit_times(e->times, step->at_most_times);
    pl_emit_steps(e, step->steps.items, step->steps.len);
    e->times = times;
    pl_emit_returns(e);
    pl_emit_fn_end(e);

    scatter.function = (uint16_t)fn->index;
    pl_emit_fn_links(e, fn, &scatter.captures, &scatter.capture_count, &scatter.gathers, &scatter.gather_count);
    pl_vec_push(e->arena, &e->scatters, scatter);
    pl_emit_op(e, PL_OP_SCATTER, 0, 0, e->scatters.len - 1, 0);
}

/* At the same time: each sub-step is a branch. */
void pl_emit_together(PlEmit *e, const PlStep *step)
{
    PlTogether together = {.site = e->fn->site, .branch_count = (uint16_t)step->steps.len};
    together.failures = pl_emit_temp(e, 1);
    together.branches = PL_NEW_N(e->arena, PlBranch, step->steps.len + 1);
    for (uint32_t i = 0; i < step->clauses.len; i++) together.go_on |= step->clauses.items[i].kind == PL_CLAUSE_GO_ON;
    for (uint32_t i = 0; i < step->steps.len; i++) {
        PlStep *branch = step->steps.items[i];
        PlEmitFn *fn = pl_emit_fn_begin(e, branch, branch->label);
        pl_emit_fn_params(e, 0);
        pl_emit_steps(e, &branch, 1);
        pl_emit_returns(e);
        pl_emit_fn_end(e);
        PlBranch *b = &together.branches[i];
        b->function = (uint16_t)fn->index;
        pl_emit_fn_links(e, fn, &b->captures, &b->capture_count, &b->gathers, &b->gather_count);
    }
    pl_vec_push(e->arena, &e->togethers, together);
    pl_emit_op(e, PL_OP_TOGETHER, 0, 0, e->togethers.len - 1, 0);
}
