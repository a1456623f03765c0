/* SPDX-License-Identifier: MIT */
/* Printing parts of a step: an expression where only operators of at least some binding strength may stand bare. Internal to the printer. */
#ifndef PL_COMPILER_SYNTAX_PRINT_EXPR_H
#define PL_COMPILER_SYNTAX_PRINT_EXPR_H

#include "compiler/syntax/print.h"

/* The grammar's levels, loosest first (grammar/pilot.y). */
typedef enum PlLevel {
    PL_LEVEL_EXPR,
    PL_LEVEL_CHOICE,
    PL_LEVEL_OR,
    PL_LEVEL_AND,
    PL_LEVEL_NOT,
    PL_LEVEL_COMPARE,
    PL_LEVEL_COALESCE,
    PL_LEVEL_SUM,
    PL_LEVEL_PRODUCT,
    PL_LEVEL_UNARY,
    PL_LEVEL_POSTFIX
} PlLevel;

void pl_print_expr_at(PlBuf *out, const PlExpr *expr, PlLevel level);
/* As a step's own value: list clauses behind the first are set off by commas. */
void pl_print_expr_top(PlBuf *out, const PlExpr *expr);
/* An argument or list item: a comma in it would end it. */
void pl_print_expr_item(PlBuf *out, const PlExpr *expr);

#endif
