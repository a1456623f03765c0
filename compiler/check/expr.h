/* SPDX-License-Identifier: MIT */
/* Types of expressions, and their elaboration in place. Each function takes the place that holds the expression, because it may put another
 * there. An expression whose fault was reported has type any, so that one cause gives one diagnostic. spec/checking.md, "Expressions". */
#ifndef PL_COMPILER_CHECK_EXPR_H
#define PL_COMPILER_CHECK_EXPR_H

#include "compiler/check/checker.h"

/* The type, also left in (*slot)->type. `hint` is what will be wanted (literals are read by it), or PL_TYPE_NONE. */
PlTypeId pl_expr_check(PlChecker *c, PlExpr **slot, PlTypeId hint);
/* Checked and made usable as `want`; `what` says for messages whose value it is: "`q` of gmail.search_messages". */
void pl_expr_want(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what);
/* For what was checked already. */
void pl_expr_fit(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what);
/* Checked, and yes or no. */
void pl_expr_condition(PlChecker *c, PlExpr **slot, PlStr what);
/* Checked, and a list; gives the items' type. A record with one list field gives that list. */
PlTypeId pl_expr_list(PlChecker *c, PlExpr **slot, PlStr what);
PlTypeId pl_expr_list_of(PlChecker *c, PlExpr **slot, PlStr what); /* checked already */
/* Checked, and counted by the call `use` or asked by it whether it is empty or there: the name of a record around one list gives that list. */
void pl_expr_items(PlChecker *c, PlExpr **slot, const PlExpr *use);
/* Checked, and if it may be nothing with a check that it is not; gives the type without nothing. */
PlTypeId pl_expr_some(PlChecker *c, PlExpr **slot, PlStr what);
PlTypeId pl_expr_some_of(PlChecker *c, PlExpr **slot, PlStr what); /* checked already */
/* Report once and make it any. */
PlTypeId pl_expr_bad(PlExpr *x);

/* The index of a builtin in pl_builtins, by its exact name. */
bool pl_expr_builtin(PlStr name, uint32_t *index);

/* What a name that nothing binds says in other words (expr_guess.c): unchecked, or NULL. */
PlExpr *pl_expr_guess(PlChecker *c, const PlExpr *name);

/* Parts, by kind (expr_name.c, expr_path.c, expr_ops.c, expr_call.c, expr_clause.c). */
PlTypeId pl_expr_name(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_it(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_field(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_index(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_project(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_slice(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_unary(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_binary(PlChecker *c, PlExpr **slot, PlTypeId hint);
/* "amount > 1000 EUR" beside a field that says a currency: asks. */
void pl_expr_money(PlChecker *c, const PlExpr *comparison);
PlTypeId pl_expr_choice(PlChecker *c, PlExpr **slot, PlTypeId hint);
PlTypeId pl_expr_coalesce(PlChecker *c, PlExpr **slot, PlTypeId hint);
PlTypeId pl_expr_call(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_clause(PlChecker *c, PlExpr **slot);
PlTypeId pl_expr_record(PlChecker *c, PlExpr **slot, PlTypeId hint);

/* A literal read as what is wanted (literal.c): true when it was (or a fault was reported) and nothing is left to judge. */
bool pl_literal_fit(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what);

/* New nodes over an old one, with its span. */
PlExpr *pl_expr_call_of(PlChecker *c, const char *function, PlExpr *argument,
                        PlTypeId type); /* NULL when there is no such function */
PlExpr *pl_expr_field_of(PlChecker *c, PlExpr *record, PlStr name, PlTypeId type);
PlExpr *pl_expr_literal(PlChecker *c, PlSpan span, PlLiteral literal, PlTypeId type);
PlExpr *pl_expr_piece(PlChecker *c, PlExpr *x); /* x, or what stands for it among the pieces of a text (expr_ops.c) */
/* Literals side by side in a text become one; a text of nothing else becomes a literal: as they read when they are printed. */
void pl_expr_join_plain(PlChecker *c, PlExpr *text);
PlExpr *pl_expr_name_of(PlChecker *c, PlSpan span, PlStr name); /* unchecked */

/* One field of a type, through unions: its type as read, whether absence is possible. */
typedef enum PlFieldFound {
    PL_FIELD_KNOWN,
    PL_FIELD_UNKNOWN,
    PL_FIELD_NONE /* the type has no fields at all */
} PlFieldFound;
PlFieldFound pl_expr_field_type(PlChecker *c, PlTypeId record, PlStr name, PlTypeId *type, bool *optional);

/* Narrowing (narrow.c). */
PlStr pl_narrow_path(PlChecker *c, const PlExpr *x); /* of a name or a path of fields; empty when it is none */
void pl_narrow_assume(PlChecker *c, const PlExpr *condition, bool truth); /* what holds after it came out so */

/* Declared types (type_expr.c). */
PlTypeId pl_type_expr_read(PlChecker *c, const PlTypeExpr *t);

#endif
