/* SPDX-License-Identifier: MIT */
/* Loops: For each, in order or several at a time; Repeat; Skip and Leave. A sequential body is first tried on a copy until the state at its
 * beginning no longer changes (an iteration finds what the one before left), then checked once for good. The bounds of loops.
 * spec/checking.md, "Loops". */
#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/gather.h"
#include "compiler/check/item_words.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"
#include "compiler/check/tree.h"
#include "compiler/prose/prose.h"
#include "vm/base/limits.h"

enum { ROUNDS = 4, TRIED_DEEPEST = 3 };

typedef struct Ends { /* of a body, relative to the state before it */
    PlDelta again;    /* when an iteration is over */
    PlDeltas leaves;
} Ends;

static void check_body(PlChecker *c, PlStep *step, Ends *ends);

/* ---- what the iteration before left -------------------------------------------------------------------------------------- */

static void collect_assigned(PlChecker *c, PlStep *const *steps, uint32_t count, PlFacts *names)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *step = steps[i];
        PlStr name = step->bind.len ? step->bind : step->kind == PL_STEP_EACH ? PL_STR("") : step->name;
        if (step->target) {
            const PlExpr *base = step->target;
            while (base->kind == PL_EXPR_FIELD || base->kind == PL_EXPR_INDEX) base = base->left;
            if (base->kind == PL_EXPR_NAME) name = base->text;
        }
        if (!name.len && step->kind == PL_STEP_KEEP && step->value) {
            const PlExpr *base = step->value;
            while (base && base->kind >= PL_EXPR_WHERE && base->kind <= PL_EXPR_DISTINCT) base = base->left;
            if (base && base->kind == PL_EXPR_NAME) name = base->text;
        }
        bool known = name.len == 0;
        for (uint32_t k = 0; k < names->len && !known; k++) known = pl_str_eq(names->items[k], name);
        if (!known) pl_vec_push(c->arena, names, name);
        collect_assigned(c, step->steps.items, step->steps.len, names);
    }
}

typedef struct Found { /* a name that the tried body bound */
    PlStr name;
    PlTypeId type;
} Found;

typedef struct Trial {
    PL_VEC(PlVarChange) vars; /* of names that were there */
    PL_VEC(Found) fresh;      /* names of its own */
    bool missed;
} Trial;

static void keep_result(PlChecker *c, const PlDelta *delta, uint32_t symbols, Trial *trial)
{
    for (uint32_t i = 0; i < delta->vars.len; i++) {
        PlVarChange change = delta->vars.items[i];
        if (change.symbol < symbols) {
            pl_vec_push(c->arena, &trial->vars, change);
            continue;
        }
        PlSymbol *symbol = c->symbols.items[change.symbol];
        if (symbol->kind != PL_SYM_VALUE || pl_scope_find(c, symbol->name) != symbol || change.var.bound == PL_BOUND_NO)
            continue;
        Found found = {symbol->name, change.var.type};
        pl_vec_push(c->arena, &trial->fresh, found);
    }
}

/* Check a copy of the body, keep what it did to the flow, and undo everything else. */
static void try_body(PlChecker *c, const PlStep *step, Trial *trial)
{
    PlChecker before = *c;
    PlDiags scratch;
    pl_diags_init(&scratch, c->arena, c->diags->sources);
    c->diags = &scratch;
    c->dry++;
    c->missed = false;
    Ends ends = {0};
    check_body(c, pl_tree_copy_step(c->arena, step, step->parent), &ends);
    keep_result(c, &ends.again, before.symbols.len, trial);
    trial->missed = c->missed;
    pl_scope_end(c, before.scoped.len, NULL);
    c->symbols.len = before.symbols.len;
    c->infos.len = before.infos.len;
    c->vars.len = before.vars.len;
    c->reported.len = before.reported.len;
    c->trail.len = before.trail.len;
    c->touched.len = before.touched.len;
    c->returns.len = before.returns.len;
    c->bads.len = before.bads.len;
    c->diags = before.diags;
    c->dry = before.dry;
    c->missed = before.missed || trial->missed;
    c->step = before.step;
    c->loop = before.loop;
    c->dead = before.dead;
}

static bool same_var(PlChecker *c, PlVar a, PlVar b)
{
    return a.bound == b.bound && (a.type == b.type || pl_type_equal(c->types, a.type, b.type));
}

/* The state at the beginning takes in what an iteration leaves; true when that changed it. */
static bool take_in(PlChecker *c, const Trial *trial, bool widen)
{
    bool changed = false;
    for (uint32_t i = 0; i < trial->vars.len; i++) {
        PlVarChange change = trial->vars.items[i];
        PlSymbol *symbol = c->symbols.items[change.symbol];
        PlVar now = c->vars.items[change.symbol];
        if (now.bound == PL_BOUND_NO && !trial->missed) continue;
        PlVar joined = {now.bound == PL_BOUND_NO ? change.var.type : pl_flow_join_types(c, now.type, change.var.type),
                        now.bound};
        if (now.bound == PL_BOUND_NO || change.var.bound != PL_BOUND_YES) joined.bound = PL_BOUND_MAYBE;
        if (same_var(c, now, joined)) continue;
        pl_flow_set(c, symbol, widen ? PL_T_ANY : joined.type, joined.bound);
        changed = true;
    }
    for (uint32_t i = 0; i < trial->fresh.len && trial->missed; i++) {
        if (pl_scope_find(c, trial->fresh.items[i].name)) continue;
        pl_scope_foresee(c, trial->fresh.items[i].name, trial->fresh.items[i].type);
        changed = true;
    }
    return changed;
}

static void find_beginning(PlChecker *c, const PlStep *step)
{
    PlFacts assigned = {0};
    collect_assigned(c, step->steps.items, step->steps.len, &assigned);
    if (assigned.len == 0) return;
    for (uint32_t i = 0; i < assigned.len; i++) {
        PlSymbol *symbol = pl_scope_find(c, assigned.items[i]);
        if (!symbol) continue;
        PlVar var = pl_flow_var(c, symbol);
        bool deep = c->dry >= TRIED_DEEPEST && var.bound != PL_BOUND_NO;
        bool is_list = pl_type(c->types, var.type)->kind == PL_TYPE_LIST;
        pl_flow_set(c, symbol,
                    !deep     ? var.type
                    : is_list ? PL_T_LIST_ANY
                              : PL_T_ANY,
                    var.bound); /* facts of it are forgotten */
    }
    if (c->dry >= TRIED_DEEPEST) return;
    for (unsigned round = 0; round < ROUNDS; round++) {
        Trial trial = {0};
        try_body(c, step, &trial);
        if (!take_in(c, &trial, round + 1 == ROUNDS)) return;
    }
}

/* ---- bounds -------------------------------------------------------------------------------------------------------------- */

static bool literal_count(const PlExpr *x, uint64_t *out)
{
    if (!x || x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_INT || x->literal.as.integer < 0) return false;
    *out = (uint64_t)x->literal.as.integer;
    return true;
}

/* How many items a list has at most, as far as its expression tells. */
static uint64_t list_bound(const PlExpr *x)
{
    uint64_t n, from = 0;
    switch (x->kind) {
    case PL_EXPR_LIST: return x->items.len;
    case PL_EXPR_TAKE: return literal_count(x->right, &n) ? n : list_bound(x->left);
    case PL_EXPR_SLICE:
        if ((x->cond && !literal_count(x->cond, &from)) || !literal_count(x->right, &n)) return list_bound(x->left);
        return n > from ? n - from : 0;
    case PL_EXPR_WHERE:
    case PL_EXPR_SORTED:
    case PL_EXPR_GROUPED:
    case PL_EXPR_SELECT:
    case PL_EXPR_DISTINCT:
    case PL_EXPR_PROJECT:
    case PL_EXPR_COERCE: return list_bound(x->left);
    default: return UINT64_MAX;
    }
}

/* "for up to 10 minutes, every 10 seconds" is 61 times. */
static uint64_t bound_of_time(const PlStep *step)
{
    const PlExpr *all = step->within, *pause = step->every;
    bool known = all && pause && all->kind == PL_EXPR_LITERAL && pause->kind == PL_EXPR_LITERAL &&
                 pause->literal.as.integer > 0 && all->literal.as.integer > 0 && !all->literal.offset &&
                 !pause->literal.offset;
    if (!known) return PL_LIMIT_LOOP_DEFAULT;
    uint64_t times = (uint64_t)all->literal.as.integer / (uint64_t)pause->literal.as.integer + 1;
    return times < PL_LIMIT_LOOP_MAX ? times : PL_LIMIT_LOOP_MAX;
}

/* Rule: every loop is bounded. */
static void bound_repeat(PlChecker *c, PlStep *step)
{
    if (step->every) (void)pl_clause_duration(c, &step->every, "the pause");
    if (step->within) (void)pl_clause_duration(c, &step->within, "the time that the loop may take");
    if (step->count) {
        pl_expr_want(c, &step->count, PL_T_INTEGER, PL_STR("the number of times"));
        step->at_most_times = UINT64_MAX;
        if (step->count->kind == PL_EXPR_LITERAL)
            (void)pl_clause_count(c, &step->count, "the number of times", PL_LIMIT_LOOP_MAX, &step->at_most_times);
        return;
    }
    step->at_most_times = bound_of_time(step);
    PlLiteral literal = {.kind = PL_LIT_INT, .as.integer = (int64_t)step->at_most_times};
    step->count = pl_expr_literal(c, step->keyword, literal, PL_T_INTEGER);
    step->at_most = step->cond != NULL;
    PlDiag *d = PL_REPORT(c->diags, BOUND_ADDED, step->span, (unsigned long long)step->at_most_times);
    pl_diag_help(c->diags, d, "say how often at most: `at most %llu times`", (unsigned long long)step->at_most_times);
}

/* ---- bodies -------------------------------------------------------------------------------------------------------------- */

static PlTypeId joined_fields(PlChecker *c, PlTypeId record)
{
    const PlType t = *pl_type(c->types, record);
    PlTypeId joined = t.rest;
    for (uint32_t i = 0; i < t.count; i++)
        joined = joined == PL_TYPE_NONE ? t.fields[i].type : pl_flow_join_types(c, joined, t.fields[i].type);
    return joined == PL_TYPE_NONE ? PL_T_ANY : joined;
}

/* The names of the items: x; i, x of a list; k, v of a record. */
static void declare_items(PlChecker *c, PlStep *step)
{
    const PlType list = *pl_type(c->types, step->value->type);
    bool is_record = list.kind == PL_TYPE_RECORD;
    PlTypeId item = is_record ? joined_fields(c, step->value->type) : list.kind == PL_TYPE_LIST ? list.elem : PL_T_ANY;
    if (pl_type(c->types, item)->kind == PL_TYPE_VAR) item = PL_T_ANY;
    PlTypeId first = !step->name2.len ? item : is_record ? PL_T_TEXT : PL_T_INTEGER;
    step->symbol = pl_scope_declare(c, step->name, step->name_span, PL_SYM_ITEM, step, first);
    if (!step->name2.len) return;
    if (pl_str_eq(step->name, step->name2)) PL_REPORT(c->diags, NAME_TWICE, step->name2_span, PL_ARG(step->name2));
    step->symbol2 = pl_scope_declare(c, step->name2, step->name2_span, PL_SYM_ITEM, step, item);
}

/* For each x in LIST where COND: the bare fields in COND are those of x. */
static void check_filter(PlChecker *c, PlStep *step)
{
    if (!step->cond) return;
    PlSymbol *item = step->symbol2 ? step->symbol2 : step->symbol;
    PlItFrame frame = {.outer = c->frame, .symbol = item, .type = item->type, .named = true};
    c->frame = &frame;
    pl_expr_condition(c, &step->cond, PL_STR("the condition of the loop"));
    c->frame = frame.outer;
    pl_narrow_assume(c, step->cond, true);
}

/* One iteration, from the state at its beginning; the state is that again afterwards. */
static void check_body(PlChecker *c, PlStep *step, Ends *ends)
{
    bool each = step->kind == PL_STEP_EACH;
    uint32_t mark = pl_flow_mark(c);
    PlFacts facts = c->facts;
    PlLoop loop = {.outer = c->loop, .step = step, .mark = mark};
    c->loop = &loop;
    if (each) {
        declare_items(c, step);
        check_filter(c, step);
    } else if (step->cond && step->is_while) {
        pl_expr_condition(c, &step->cond, PL_STR("the condition of the loop"));
        pl_narrow_assume(c, step->cond, true);
    }
    pl_steps_check(c, step->steps.items, step->steps.len);
    PlDelta end = pl_flow_take(c, mark, facts);
    pl_vec_push(c->arena, &loop.skips, end);
    pl_flow_join(c, loop.skips.items, loop.skips.len);
    c->loop = loop.outer;
    if (!each && step->cond && !step->is_while) {
        c->step = step;
        bool dead = c->dead;
        c->dead = false;
        pl_expr_condition(c, &step->cond, PL_STR("the condition of the loop"));
        c->dead = dead;
    }
    if (each) pl_scope_hide(c, step->symbol, step);
    if (each && step->symbol2) pl_scope_hide(c, step->symbol2, step);
    ends->again = pl_flow_take(c, mark, facts);
    ends->leaves = loop.leaves;
}

/* Rule: behind a loop is what any number of iterations left; none at all is one of them, unless the body runs once for sure. */
static void check_sequential(PlChecker *c, PlStep *step, bool once)
{
    find_beginning(c, step);
    Ends ends;
    check_body(c, step, &ends);
    PlDelta none = {.facts = c->facts};
    PlDeltas ways = ends.leaves;
    pl_vec_push(c->arena, &ways, ends.again);
    if (!once) pl_vec_push(c->arena, &ways, none);
    pl_flow_join(c, ways.items, ways.len);
    if (step->kind == PL_STEP_REPEAT && step->cond && ends.leaves.len == 0 && step->is_while)
        pl_narrow_assume(c, step->cond, false);
}

/* Rule: iterations that run at the same time have names of their own, and only gather into those outside. */
static void check_scatter(PlChecker *c, PlStep *step)
{
    PlChecker around = *c;
    uint32_t scope = pl_scope_mark(c), mark = pl_flow_mark(c), symbols = c->symbols.len;
    PlFacts facts = c->facts;
    c->block = c->scatter = step;
    c->scatter_depth++;
    Ends ends;
    check_body(c, step, &ends);
    pl_gather_check_scatter(c, step);
    pl_scope_end(c, scope, step);
    c->block = around.block;
    c->scatter = around.scatter;
    c->scatter_depth = around.scatter_depth;
    (void)pl_flow_take(c, mark, facts);
    for (uint32_t i = 0; i < ends.again.vars.len; i++) {
        PlVarChange change = ends.again.vars.items[i];
        if (change.symbol >= symbols) continue;
        PlVar now = c->vars.items[change.symbol];
        PlSymbol *symbol = c->symbols.items[change.symbol];
        pl_flow_set(c, symbol, pl_flow_join_types(c, now.type, change.var.type), now.bound);
    }
}

/* ---- For each, Repeat, Skip, Leave ------------------------------------------------------------------------------------------ */

/* `up to N items` on a loop takes the first N of the list. */
static void take_items(PlChecker *c, PlStep *step)
{
    PlClause *clause = pl_step_clause(step, PL_CLAUSE_UP_TO);
    if (!clause || !clause->count) return;
    PlExpr *take = pl_expr_new(c->arena, PL_EXPR_TAKE, step->value->span);
    take->left = step->value;
    take->right = clause->count;
    PL_REPORT(c->diags, READ_AS, clause->span, PL_ARG(PL_STR("up to N items")), PL_ARG(PL_STR("take N")));
    step->value = take;
    uint32_t at = (uint32_t)(clause - step->clauses.items);
    for (uint32_t i = at + 1; i < step->clauses.len; i++) step->clauses.items[i - 1] = step->clauses.items[i];
    step->clauses.len--;
}

/* "orders whose total is over 100": the list, and the loop's own condition. */
static void narrow_list(PlChecker *c, PlStep *step)
{
    PlMeant meant = step->cond ? PL_MEANT_NOTHING : pl_prose_list(c, &step->value);
    if (meant == PL_MEANT_SEVERAL) pl_expr_bad(step->value); /* it is asked once */
    if (meant != PL_MEANT_ONE || step->value->kind != PL_EXPR_WHERE) return;
    step->cond = step->value->right;
    step->value = step->value->left;
}

/* For each x in LIST [where COND] [, up to N at a time]: */
void pl_loop_each(PlChecker *c, PlStep *step)
{
    step->scatter = pl_step_clause(step, PL_CLAUSE_AT_A_TIME) != NULL;
    narrow_list(c, step);
    take_items(c, step);
    pl_expr_check(c, &step->value, PL_TYPE_NONE);
    if (!step->cond) pl_loop_pairs(c, step);
    PlTypeKind kind = pl_type(c->types, pl_type_without_nothing(c->types, step->value->type))->kind;
    PlStr what = PL_STR("what `For each` goes through");
    if (step->name2.len && (kind == PL_TYPE_RECORD || kind == PL_TYPE_ANY)) {
        if (kind == PL_TYPE_ANY)
            pl_expr_fit(c, &step->value, PL_T_RECORD_ANY, what);
        else
            pl_expr_some_of(c, &step->value, what);
    } else {
        pl_expr_list_of(c, &step->value, what);
    }
    pl_item_words_read(c, step);
    step->at_most_times = list_bound(step->value);
    if (step->scatter)
        check_scatter(c, step);
    else
        check_sequential(c, step, false);
}

/* Repeat until COND | Repeat while COND | Repeat N times */
void pl_loop_repeat(PlChecker *c, PlStep *step)
{
    bound_repeat(c, step);
    bool counted = !step->cond && !step->at_most;
    bool sure = step->count && step->count->kind == PL_EXPR_LITERAL;
    check_sequential(c, step, sure && (counted || !step->is_while));
}

void pl_loop_control(PlChecker *c, PlStep *step)
{
    const char *word = step->kind == PL_STEP_SKIP ? "Skip" : "Leave";
    if (!c->loop) {
        if (!c->in_bad) PL_REPORT(c->diags, NOT_IN_LOOP, step->span, word);
        c->dead = c->in_bad > 0;
        return;
    }
    if (step->kind == PL_STEP_LEAVE && c->loop->step->scatter) {
        PlDiag *d = PL_REPORT(c->diags, LEAVE_SCATTER, step->span, word);
        pl_diag_related(c->diags, d, c->loop->step->span, "this loop");
        return;
    }
    PlDelta delta = pl_flow_delta(c, c->loop->mark);
    if (step->kind == PL_STEP_SKIP)
        pl_vec_push(c->arena, &c->loop->skips, delta);
    else
        pl_vec_push(c->arena, &c->loop->leaves, delta);
    c->dead = true;
}

/* A step runs behind the loop, and only if the run goes on. */
static bool goes_on_behind(const PlChecker *c, const PlStep *loop)
{
    for (const PlStep *step = loop; step; step = step->parent) {
        PlStep *const *steps = step->parent ? step->parent->steps.items : c->plan->steps.items;
        uint32_t count = step->parent ? step->parent->steps.len : c->plan->steps.len, at = 0;
        while (at < count && steps[at] != step) at++;
        for (at++; at < count; at++)
            if (steps[at]->kind != PL_STEP_ELSE_IF && steps[at]->kind != PL_STEP_ELSE && steps[at]->kind != PL_STEP_ON_ERROR) return true;
    }
    return false;
}

/* "Stop when total > 100", "If total > 100, stop": the loop, or the run? A `Stop` that is a step of its own, says why or says what ends is the run's. */
void pl_loop_stop(PlChecker *c, const PlStep *step)
{
    PlSpan at = step->span;
    if (!c->loop || step->value || at.source != c->plan->source || !step->parent || step->parent->kind != PL_STEP_IF) return;
    PlStr source = c->diags->sources->all.items[at.source].text, said = pl_str_slice(source, at.start, at.end);
    while (said.len && strchr(" .!\n", said.ptr[said.len - 1])) said.len--;
    size_t line = at.start; /* a marker and nothing else stands before it */
    while (line > 0 && strchr(" \t.)-*0123456789", source.ptr[line - 1])) line--;
    bool own = (line == 0 || source.ptr[line - 1] == '\n') && step->parent->cond->span.start < at.start;
    if (own || !pl_str_eq_nocase(said, PL_STR("stop")) || !goes_on_behind(c, c->loop->step)) return;
    PlDiag *d = PL_REPORT(c->diags, WHICH_READING, at, 2u);
    pl_diag_candidate(c->diags, d, PL_STR("Leave"), PL_STR("the loop ends, the steps behind it are done"));
    pl_diag_candidate(c->diags, d, PL_STR("Stop the run"), PL_STR("nothing more is done"));
    pl_diag_help(c->diags, d, "write `Leave` to end the loop, or `Stop the run`");
    pl_ask_reading(c, d, step, (PlSpan){at.source, at.start, at.start + (uint32_t)said.len});
}
