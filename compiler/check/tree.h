/* SPDX-License-Identifier: MIT */
/* The syntax tree as the checker handles it: every place of an expression in a step, copies of steps, numbers of places. */
#ifndef PL_COMPILER_CHECK_TREE_H
#define PL_COMPILER_CHECK_TREE_H

#include "compiler/syntax/ast.h"

typedef void (*PlTreeVisit)(void *context, PlExpr **slot);
/* Every expression that stands directly in the step, not in its sub-steps; places that hold NULL are left out. */
void pl_tree_step_exprs(PlStep *step, PlTreeVisit visit, void *context);
/* The operands of an expression. */
void pl_tree_operands(PlExpr *x, PlTreeVisit visit, void *context);

/* A copy that shares nothing that the checker changes. `chain` points to the copies. */
PlStep *pl_tree_copy_step(PlArena *arena, const PlStep *step, PlStep *parent);
PlExpr *pl_tree_copy_expr(PlArena *arena, const PlExpr *x); /* NULL gives NULL */

/* Renew number, depth and label of all steps after steps were put in. */
void pl_tree_renumber(PlArena *arena, PlPlan *plan);

#endif
