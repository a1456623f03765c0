/* SPDX-License-Identifier: MIT */
/* Functions and what they share. The plan's main line is one function; the body of a scatter and each branch of "at the same time" are functions
 * of their own, run as fibers. A walk over the body finds, before any code is made, the names of outside that it mentions: those become
 * captures (parameters) or gathers (returned values), in order of first mention. */
#include "compiler/emit/emit_internal.h"

/* Is the symbol's block this root or inside of it? */
static bool lives_in(const PlSymbol *symbol, const PlStep *root)
{
    if (!root) return true;
    for (const PlStep *s = symbol->block; s; s = s->parent) {
        if (s == root) return true;
    }
    return false;
}

static PlEmitShared *shared_of(PlEmit *e, PlSymbol *symbol)
{
    PlEmitFn *fn = e->fn;
    for (uint32_t i = 0; i < fn->shared.len; i++) {
        if (fn->shared.items[i].symbol == symbol) return &fn->shared.items[i];
    }
    PlEmitShared entry = {.symbol = symbol};
    pl_vec_push(e->arena, &fn->shared, entry);
    return &pl_vec_last(&fn->shared);
}

enum { MENTION_READ = 1, MENTION_SET = 2, MENTION_ADD = 4, MENTION_COUNT = 8 };

static void mention(PlEmit *e, PlSymbol *symbol, unsigned how)
{
    if (!symbol || symbol->kind == PL_SYM_NOW || lives_in(symbol, e->fn->root)) return;
    PlEmitShared *s = shared_of(e, symbol);
    s->read |= (how & MENTION_READ) != 0;
    s->set |= (how & MENTION_SET) != 0;
    s->added |= (how & MENTION_ADD) != 0;
    s->counted |= (how & MENTION_COUNT) != 0;
}

static void walk_expr(PlEmit *e, const PlExpr *x)
{
    if (!x) return;
    if (x->kind == PL_EXPR_NAME) mention(e, x->symbol, MENTION_READ);
    walk_expr(e, x->left);
    walk_expr(e, x->right);
    walk_expr(e, x->cond);
    for (uint32_t i = 0; i < x->items.len; i++) walk_expr(e, x->items.items[i]);
    for (uint32_t i = 0; i < x->fields.len; i++) walk_expr(e, x->fields.items[i].value);
}

static void walk_steps(PlEmit *e, PlStep *const *steps, uint32_t count);

static void walk_step(PlEmit *e, const PlStep *step)
{
    walk_expr(e, step->cond);
    walk_expr(e, step->value);
    walk_expr(e, step->count);
    walk_expr(e, step->every);
    walk_expr(e, step->within);
    walk_expr(e, step->target);
    for (uint32_t i = 0; i < step->args.len; i++) walk_expr(e, step->args.items[i].value);
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        const PlClause *c = &step->clauses.items[i];
        walk_expr(e, c->count);
        walk_expr(e, c->duration);
        walk_expr(e, c->value);
        if (c->step) walk_step(e, c->step);
    }
    unsigned how = step->kind == PL_STEP_ADD && !step->target  ? MENTION_ADD
                   : step->kind == PL_STEP_INCREASE            ? MENTION_COUNT
                   : step->kind == PL_STEP_SET && step->target ? MENTION_SET | MENTION_READ
                                                               : MENTION_SET;
    mention(e, step->symbol, how);
    mention(e, step->symbol2, MENTION_SET);
    walk_steps(e, step->steps.items, step->steps.len);
}

static void walk_steps(PlEmit *e, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) walk_step(e, steps[i]);
}

/* A body that only adds to an outer list gives back its additions; one that sets the name (a branch may) gives back the whole value. */
static PlEmitShare share_of(const PlEmitShared *s)
{
    if (s->set || (s->read && (s->added || s->counted))) return PL_SHARE_SET;
    if (s->added && s->counted) return PL_SHARE_SET;
    if (s->added) return PL_SHARE_APPEND;
    if (s->counted) return PL_SHARE_COUNT;
    return PL_SHARE_CAPTURE;
}

PlEmitFn *pl_emit_fn_begin(PlEmit *e, const PlStep *root, PlStr name)
{
    PlEmitFn *fn = PL_NEW(e->arena, PlEmitFn);
    fn->outer = e->fn;
    fn->root = root;
    fn->name = name;
    fn->index = e->functions.len;
    fn->site = e->fn ? e->fn->site : PL_NO_SITE;
    fn->position = e->fn ? e->fn->position : 0;
    fn->regs = PL_NEW_N(e->arena, uint32_t, e->plan->symbols.len + 1);
    pl_vec_push(e->arena, &e->functions, (PlFunction){.name = name});
    e->fn = fn;
    if (root && root->kind == PL_STEP_EACH && root->scatter) walk_steps(e, root->steps.items, root->steps.len);
    else if (root) walk_step(e, root);
    for (uint32_t i = 0; i < fn->shared.len; i++) fn->shared.items[i].share = share_of(&fn->shared.items[i]);
    return fn;
}

static bool is_captured(PlEmitShare share)
{
    return share == PL_SHARE_CAPTURE || share == PL_SHARE_SET;
}

/* A name that is born by Add or Increase starts empty where its function starts. */
static void start_value(PlEmit *e, PlStepKind born, uint16_t reg)
{
    if (born == PL_STEP_ADD) pl_emit_op(e, PL_OP_LIST, 0, reg, 0, 0);
    else if (born == PL_STEP_INCREASE) pl_emit_op(e, PL_OP_LOADI, 0, reg, 0, 0);
}

uint16_t pl_emit_fn_params(PlEmit *e, uint32_t more)
{
    PlEmitFn *fn = e->fn;
    for (uint32_t i = 0; i < fn->shared.len; i++) {
        if (is_captured(fn->shared.items[i].share)) pl_emit_give_reg(e, fn->shared.items[i].symbol, pl_emit_temp(e, 1));
    }
    uint16_t first = pl_emit_temp(e, more);
    fn->params = (uint16_t)fn->top;
    for (uint32_t i = 0; i < fn->shared.len; i++) {
        const PlEmitShared *s = &fn->shared.items[i];
        if (s->share == PL_SHARE_CAPTURE) continue;
        fn->returns++;
        if (s->share == PL_SHARE_SET) continue;
        uint16_t reg = pl_emit_temp(e, 1);
        pl_emit_give_reg(e, s->symbol, reg);
        start_value(e, s->share == PL_SHARE_APPEND ? PL_STEP_ADD : PL_STEP_INCREASE, reg);
    }
    for (uint32_t i = 0; i < e->plan->symbols.len; i++) {
        PlSymbol *symbol = e->plan->symbols.items[i];
        if (symbol->block != fn->root || symbol->kind == PL_SYM_NOW || fn->regs[symbol->id]) continue;
        uint16_t reg = pl_emit_temp(e, 1);
        pl_emit_give_reg(e, symbol, reg);
        if (symbol->step) start_value(e, symbol->step->kind, reg);
    }
    return first;
}

void pl_emit_returns(PlEmit *e)
{
    PlEmitFn *fn = e->fn;
    uint32_t mark = pl_emit_mark(e);
    uint16_t first = fn->returns ? pl_emit_temp(e, fn->returns) : 0, next = first;
    for (uint32_t i = 0; i < fn->shared.len; i++) {
        if (fn->shared.items[i].share == PL_SHARE_CAPTURE) continue;
        pl_emit_op(e, PL_OP_MOVE, 0, next++, pl_emit_reg(e, fn->shared.items[i].symbol), 0);
    }
    if (fn->returns > UINT8_MAX) pl_emit_too_large(e, "names gathered by one body", UINT8_MAX);
    pl_emit_op(e, PL_OP_RETURNS, (uint8_t)fn->returns, 0, first, 0);
    pl_emit_release(e, mark);
}

void pl_emit_fn_end(PlEmit *e)
{
    PlEmitFn *fn = e->fn;
    PlFunction *out = &e->functions.items[fn->index];
    pl_emit_tags(e);
    out->regs = (uint16_t)(fn->max ? fn->max : 1);
    out->params = fn->params;
    out->returns = fn->returns;
    out->code = fn->code.items;
    out->code_count = fn->code.len;
    out->positions = fn->positions.items;
    out->handlers = fn->handlers.items;
    out->handler_count = fn->handlers.len;
    e->fn = fn->outer;
}

void pl_emit_fn_links(PlEmit *e, const PlEmitFn *inner, uint16_t **captures, uint16_t *capture_count, PlGather **gathers,
                      uint16_t *gather_count)
{
    uint32_t n = inner->shared.len ? inner->shared.len : 1;
    *captures = PL_NEW_N(e->arena, uint16_t, n);
    *gathers = PL_NEW_N(e->arena, PlGather, n);
    *capture_count = *gather_count = 0;
    for (uint32_t i = 0; i < inner->shared.len; i++) {
        const PlEmitShared *s = &inner->shared.items[i];
        uint16_t reg = pl_emit_reg(e, s->symbol);
        if (is_captured(s->share)) (*captures)[(*capture_count)++] = reg;
        if (s->share == PL_SHARE_CAPTURE) continue;
        PlGatherKind kind = s->share == PL_SHARE_APPEND  ? PL_GATHER_APPEND
                            : s->share == PL_SHARE_COUNT ? PL_GATHER_COUNT
                                                         : PL_GATHER_SET;
        (*gathers)[(*gather_count)++] = (PlGather){kind, reg};
    }
}
