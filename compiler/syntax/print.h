/* SPDX-License-Identifier: MIT */
/* The tree as source text: what `pilotc fmt` writes (numbers renewed, spelling exact, comments and prose kept, lines up to 120 columns), and
 * with the checker's annotations the exact plan. Printing what was printed changes nothing. */
#ifndef PL_COMPILER_SYNTAX_PRINT_H
#define PL_COMPILER_SYNTAX_PRINT_H

#include "compiler/syntax/ast.h"

void pl_print_plan(PlBuf *out, const PlPlan *plan);
void pl_print_expr(PlBuf *out, const PlExpr *expr);
void pl_print_type_expr(PlBuf *out, const PlTypeExpr *type);

#endif
