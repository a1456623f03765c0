/* SPDX-License-Identifier: MIT */
/* Names of kinds and small questions about a tree. */
#include "compiler/syntax/ast.h"

const char *pl_step_kind_name(PlStepKind kind)
{
    static const char *const names[] = {
#define PL_STEP(name, text, form) text,
#include "compiler/syntax/ast.def"
#undef PL_STEP
    };
    return kind < PL_STEP_COUNT ? names[kind] : "?";
}

const char *pl_step_kind_form(PlStepKind kind)
{
    static const char *const forms[] = {
#define PL_STEP(name, text, form) form,
#include "compiler/syntax/ast.def"
#undef PL_STEP
    };
    return kind < PL_STEP_COUNT ? forms[kind] : "?";
}

const char *pl_clause_kind_name(PlClauseKind kind)
{
    static const char *const names[] = {
#define PL_CLAUSE(name, text, form) text,
#include "compiler/syntax/ast.def"
#undef PL_CLAUSE
    };
    return kind < PL_CLAUSE_COUNT ? names[kind] : "?";
}

const char *pl_expr_kind_name(PlExprKind kind)
{
    static const char *const names[] = {
#define PL_EXPR(name, text, form) text,
#include "compiler/syntax/ast.def"
#undef PL_EXPR
    };
    return kind < PL_EXPR_COUNT ? names[kind] : "?";
}

const char *pl_operator_text(PlOperator op)
{
    static const char *const texts[PL_OPR_COUNT] = {
        [PL_OPR_NONE] = "",
        [PL_OPR_OR] = "or",
        [PL_OPR_AND] = "and",
        [PL_OPR_NOT] = "not",
        [PL_OPR_IS] = "is",
        [PL_OPR_IS_NOT] = "is not",
        [PL_OPR_LT] = "<",
        [PL_OPR_LE] = "<=",
        [PL_OPR_GT] = ">",
        [PL_OPR_GE] = ">=",
        [PL_OPR_CONTAINS] = "contains",
        [PL_OPR_NOT_CONTAINS] = "does not contain",
        [PL_OPR_IN] = "in",
        [PL_OPR_NOT_IN] = "not in",
        [PL_OPR_STARTS] = "starts with",
        [PL_OPR_ENDS] = "ends with",
        [PL_OPR_MATCHES] = "matches",
        [PL_OPR_EMPTY] = "is empty",
        [PL_OPR_NOT_EMPTY] = "is not empty",
        [PL_OPR_EXISTS] = "exists",
        [PL_OPR_MISSING] = "is missing",
        [PL_OPR_ADD] = "+",
        [PL_OPR_SUB] = "-",
        [PL_OPR_MUL] = "*",
        [PL_OPR_DIV] = "/",
        [PL_OPR_MOD] = "%",
        [PL_OPR_NEG] = "-",
    };
    return op < PL_OPR_COUNT ? texts[op] : "?";
}

PlClause *pl_step_clause(PlStep *step, PlClauseKind kind)
{
    for (uint32_t i = 0; i < step->clauses.len; i++)
        if (step->clauses.items[i].kind == kind) return &step->clauses.items[i];
    return NULL;
}

void pl_expr_keep_digits(PlArena *arena, PlExpr *e, PlStr written)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_double(&buf, e->literal.as.number);
    bool same = buf.status == PL_OK && pl_str_eq(pl_buf_str(&buf), written);
    pl_buf_deinit(&buf);
    if (!same) e->text = pl_arena_str(arena, written);
}
