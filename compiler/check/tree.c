/* SPDX-License-Identifier: MIT */
/* Walks and copies of the tree. Knows its shape (ast.h) and nothing of its meaning. */
#include "compiler/check/tree.h"

static void visit_one(PlExpr **slot, PlTreeVisit visit, void *context)
{
    if (*slot) visit(context, slot);
}

void pl_tree_operands(PlExpr *x, PlTreeVisit visit, void *context)
{
    visit_one(&x->left, visit, context);
    visit_one(&x->right, visit, context);
    visit_one(&x->cond, visit, context);
    for (uint32_t i = 0; i < x->items.len; i++) visit_one(&x->items.items[i], visit, context);
    for (uint32_t i = 0; i < x->fields.len; i++) visit_one(&x->fields.items[i].value, visit, context);
}

void pl_tree_step_exprs(PlStep *step, PlTreeVisit visit, void *context)
{
    for (uint32_t i = 0; i < step->args.len; i++) visit_one(&step->args.items[i].value, visit, context);
    visit_one(&step->cond, visit, context);
    visit_one(&step->value, visit, context);
    visit_one(&step->count, visit, context);
    visit_one(&step->every, visit, context);
    visit_one(&step->within, visit, context);
    visit_one(&step->status, visit, context);
    visit_one(&step->target, visit, context);
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        PlClause *clause = &step->clauses.items[i];
        visit_one(&clause->count, visit, context);
        visit_one(&clause->duration, visit, context);
        visit_one(&clause->value, visit, context);
        if (clause->step) pl_tree_step_exprs(clause->step, visit, context);
    }
}

/* ---- copies -------------------------------------------------------------------------------------------------------- */

PlExpr *pl_tree_copy_expr(PlArena *arena, const PlExpr *x)
{
    if (!x) return NULL;
    PlExpr *copy = pl_expr_new(arena, x->kind, x->span);
    *copy = *x;
    copy->left = pl_tree_copy_expr(arena, x->left);
    copy->right = pl_tree_copy_expr(arena, x->right);
    copy->cond = pl_tree_copy_expr(arena, x->cond);
    copy->items.items = NULL;
    copy->items.len = copy->items.cap = 0;
    for (uint32_t i = 0; i < x->items.len; i++) pl_vec_push(arena, &copy->items, pl_tree_copy_expr(arena, x->items.items[i]));
    copy->fields.items = NULL;
    copy->fields.len = copy->fields.cap = 0;
    for (uint32_t i = 0; i < x->fields.len; i++) {
        PlRecordField field = x->fields.items[i];
        field.value = pl_tree_copy_expr(arena, field.value);
        pl_vec_push(arena, &copy->fields, field);
    }
    return copy;
}

static void copy_args(PlArena *arena, PlStep *copy, const PlStep *step)
{
    copy->args.items = NULL;
    copy->args.len = copy->args.cap = 0;
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlArgument argument = step->args.items[i];
        argument.value = pl_tree_copy_expr(arena, argument.value);
        pl_vec_push(arena, &copy->args, argument);
    }
}

static void copy_clauses(PlArena *arena, PlStep *copy, const PlStep *step)
{
    copy->clauses.items = NULL;
    copy->clauses.len = copy->clauses.cap = 0;
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        PlClause clause = step->clauses.items[i];
        clause.count = pl_tree_copy_expr(arena, clause.count);
        clause.duration = pl_tree_copy_expr(arena, clause.duration);
        clause.value = pl_tree_copy_expr(arena, clause.value);
        if (clause.step) clause.step = pl_tree_copy_step(arena, clause.step, copy);
        pl_vec_push(arena, &copy->clauses, clause);
    }
}

/* A chain goes to an older sibling. */
static PlStep *copied_chain(const PlStep *from, const PlStep *to, const PlStep *chain)
{
    for (uint32_t i = 0; i < to->steps.len; i++)
        if (from->steps.items[i] == chain) return to->steps.items[i];
    return NULL;
}

PlStep *pl_tree_copy_step(PlArena *arena, const PlStep *step, PlStep *parent)
{
    PlStep *copy = PL_NEW(arena, PlStep);
    *copy = *step;
    copy->parent = parent;
    copy_args(arena, copy, step);
    copy_clauses(arena, copy, step);
    copy->cond = pl_tree_copy_expr(arena, step->cond);
    copy->value = pl_tree_copy_expr(arena, step->value);
    copy->count = pl_tree_copy_expr(arena, step->count);
    copy->every = pl_tree_copy_expr(arena, step->every);
    copy->within = pl_tree_copy_expr(arena, step->within);
    copy->status = pl_tree_copy_expr(arena, step->status);
    copy->target = pl_tree_copy_expr(arena, step->target);
    copy->steps.items = NULL;
    copy->steps.len = copy->steps.cap = 0;
    for (uint32_t i = 0; i < step->steps.len; i++) {
        PlStep *inner = pl_tree_copy_step(arena, step->steps.items[i], copy);
        if (inner->chain) inner->chain = copied_chain(step, copy, inner->chain);
        pl_vec_push(arena, &copy->steps, inner);
    }
    return copy;
}

/* ---- numbers ------------------------------------------------------------------------------------------------------- */

static void renumber(PlArena *arena, PlStep *const *steps, uint32_t count, const PlStep *parent, uint32_t *total)
{
    uint32_t depth = parent ? parent->depth + 1 : 1;
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        ++*total;
        step->depth = depth;
        step->number = PL_NEW_N(arena, uint32_t, depth);
        if (parent) memcpy(step->number, parent->number, (depth - 1) * sizeof *step->number);
        step->number[depth - 1] = i + 1;
        step->label = parent ? pl_arena_printf(arena, PL_FMT ".%u", PL_ARG(parent->label), (unsigned)i + 1)
                             : pl_arena_printf(arena, "%u", (unsigned)i + 1);
        renumber(arena, step->steps.items, step->steps.len, step, total);
    }
}

void pl_tree_renumber(PlArena *arena, PlPlan *plan)
{
    plan->step_count = 0;
    renumber(arena, plan->steps.items, plan->steps.len, NULL, &plan->step_count);
}
