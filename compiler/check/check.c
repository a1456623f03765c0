/* SPDX-License-Identifier: MIT */
/* The whole check of a plan: header, steps, output, and what is left to say at the end. The order of the work is on this page; the work is in
 * the files it calls. spec/checking.md. */
#include "compiler/check/check.h"

#include "compiler/bind/bind.h"
#include "compiler/check/agent.h"
#include "compiler/check/answer.h"
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/item_words.h"
#include "compiler/check/scope.h"
#include "compiler/check/set_aside.h"
#include "compiler/check/stale.h"
#include "compiler/check/unread.h"
#include "compiler/check/step.h"
#include "compiler/check/undeclared.h"
#include "compiler/check/tree.h"
#include "compiler/prose/prose.h"
#include "vm/base/limits.h"

/* A list of a type variable, which no expression ever has: [] that nothing was added to. */
enum { EMPTY_VAR = 1000 };

static void checker_init(PlChecker *c, PlArena *arena, PlDiags *diags, PlCatalog *catalog, PlPlan *plan,
                         const PlCheckOptions *options)
{
    *c = (PlChecker){.arena = arena,
                     .diags = diags,
                     .catalog = catalog,
                     .plan = plan,
                     .options = options,
                     .error_type = PL_TYPE_NONE};
    c->types = pl_catalog_types(catalog);
    pl_map_init(&c->names, arena);
    pl_map_init(&c->binders, arena);
    pl_map_init(&c->prose_words, arena);
    pl_map_init(&c->plan_fields, arena);
    pl_map_init(&c->prose_read, arena);
    c->empty_list = pl_type_list(c->types, pl_type_var(c->types, EMPTY_VAR));
    c->now = pl_scope_nameless(c, PL_STR("now"), PL_SYM_NOW, PL_T_DATETIME);
    c->today = pl_scope_nameless(c, PL_STR("today"), PL_SYM_NOW, PL_T_DATE);
}

/* Input: NAME [: TYPE] [= VALUE] */
static void check_inputs(PlChecker *c)
{
    for (uint32_t i = 0; i < c->plan->inputs.len; i++) {
        PlInputDecl *input = &c->plan->inputs.items[i];
        PlTypeId type = input->type ? pl_type_expr_read(c, input->type) : PL_T_TEXT;
        PlStr what = pl_arena_printf(c->arena, "the default of `" PL_FMT "`", PL_ARG(input->name));
        if (input->value) pl_expr_want(c, &input->value, type, what);
        if (pl_scope_find(c, input->name)) PL_REPORT(c->diags, NAME_TWICE, input->name_span, PL_ARG(input->name));
        input->symbol = pl_scope_declare(c, input->name, input->name_span, PL_SYM_INPUT, NULL, type);
    }
}

/* Limit: N calls, DURATION */
static void check_limits(PlChecker *c)
{
    PlPlan *plan = c->plan;
    if (plan->limit_calls) {
        pl_expr_check(c, &plan->limit_calls, PL_T_INTEGER);
        const PlExpr *x = plan->limit_calls;
        if (x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_INT || x->literal.as.integer < 1)
            PL_REPORT(c->diags, LIMIT_INVALID, x->span, "the number of calls", "a whole number from 1");
    }
    if (plan->limit_time) {
        pl_expr_check(c, &plan->limit_time, PL_T_DURATION);
        const PlExpr *x = plan->limit_time;
        if (x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_DURATION || x->literal.as.integer < 1)
            PL_REPORT(c->diags, LIMIT_INVALID, x->span, "the time of a run", "a duration such as `10 minutes`");
    }
}

static bool is_link(const PlStep *step)
{
    return step->kind == PL_STEP_ELSE_IF || step->kind == PL_STEP_ELSE || step->kind == PL_STEP_ON_ERROR;
}

/* Chain by chain, with the declarations that a chain needs put in before it. */
static void check_steps(PlChecker *c)
{
    PlPlan *plan = c->plan;
    PlStepList all = {0};
    uint32_t count = plan->steps.len;
    bool warned = false;
    for (uint32_t i = 0; i < count;) {
        PlStep **steps = plan->steps.items + i;
        uint32_t n = 1, mark = all.len;
        while (i + n < count && is_link(steps[n])) n++;
        pl_assign_declare(c, steps, n, &all);
        bool dead = c->dead;
        if (dead && warned) c->dead = false;
        warned |= dead;
        if (all.len > mark) {
            c->dead = false;
            pl_steps_check(c, all.items + mark, all.len - mark);
            c->dead = dead;
        }
        pl_steps_check(c, steps, n);
        c->dead |= dead;
        for (uint32_t k = 0; k < n; k++) pl_vec_push(c->arena, &all, steps[k]);
        i += n;
    }
    plan->steps.items = all.items;
    plan->steps.len = all.len;
    plan->steps.cap = all.cap;
}

/* Output: EXPR, in the state at the end; else what Return gives. */
static void check_output(PlChecker *c)
{
    PlTypeId type = PL_TYPE_NONE;
    c->dead = false;
    c->step = NULL;
    if (c->plan->output) type = pl_expr_check(c, &c->plan->output, PL_TYPE_NONE);
    for (uint32_t i = 0; i < c->returns.len; i++)
        type = type == PL_TYPE_NONE ? c->returns.items[i] : pl_flow_join_types(c, type, c->returns.items[i]);
    c->plan->output_type = type == PL_TYPE_NONE ? PL_T_NOTHING : type;
}

static void note_unused(PlChecker *c)
{
    for (uint32_t i = 0; i < c->plan->inputs.len; i++) {
        const PlInputDecl *input = &c->plan->inputs.items[i];
        if (!c->infos.items[input->symbol->id].used)
            PL_REPORT(c->diags, UNUSED_INPUT, input->name_span, PL_ARG(input->name));
    }
}

bool pl_check(PlArena *arena, PlDiags *diags, PlCatalog *catalog, PlPlan *plan, const PlCheckOptions *options)
{
    PlChecker c;
    bool strict = diags->strict;
    uint32_t errors = diags->errors, questions = diags->questions;
    if (options && options->strict) diags->strict = true;
    checker_init(&c, arena, diags, catalog, plan, options);
    check_inputs(&c);
    check_limits(&c);
    pl_rules_check(&c);
    pl_answer_read(&c);
    pl_agent_expand(&c);
    pl_prose_prepare(&c);
    pl_item_words_prepare(&c);
    pl_scope_prepare(&c);
    pl_undeclared_inputs(&c);
    check_steps(&c);
    check_output(&c);
    if (diags->errors == errors) note_unused(&c);
    if (diags->errors == errors) pl_set_aside_check(&c);
    if (diags->errors == errors) pl_stale_check(&c);
    if (diags->errors == errors) pl_unread_asides(&c);
    if (diags->errors == errors && diags->questions == questions) pl_answer_approve(&c);
    plan->symbols.items = NULL;
    plan->symbols.len = plan->symbols.cap = 0;
    for (uint32_t i = 0; i < c.symbols.len; i++) {
        if (c.symbols.items[i]->dropped) continue;
        c.symbols.items[i]->id = plan->symbols.len;
        pl_vec_push(arena, &plan->symbols, c.symbols.items[i]);
    }
    pl_tree_renumber(arena, plan);
    diags->strict = strict;
    return diags->errors == errors && diags->questions == questions;
}
