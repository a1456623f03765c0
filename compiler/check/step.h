/* SPDX-License-Identifier: MIT */
/* Statements: each function checks one kind of step in the state before it and leaves the state behind it. spec/checking.md, "Steps". */
#ifndef PL_COMPILER_CHECK_STEP_H
#define PL_COMPILER_CHECK_STEP_H

#include "compiler/check/checker.h"

void pl_steps_check(PlChecker *c, PlStep **steps, uint32_t count);
void pl_step_check(PlChecker *c, PlStep *step);

/* Conditions and failures: `steps` begins with the If or the Try, `count` are its links (control.c). */
void pl_control_if(PlChecker *c, PlStep **steps, uint32_t count);
void pl_control_try(PlChecker *c, PlStep **steps, uint32_t count);
void pl_control_together(PlChecker *c, PlStep *step);
/* Statuses that a handler names must be declared by an action among these (status.c). */
void pl_status_check(PlChecker *c, PlExpr *status, PlStep *const *steps, uint32_t count);

/* Loops (loop.c). */
void pl_loop_each(PlChecker *c, PlStep *step);
void pl_loop_repeat(PlChecker *c, PlStep *step);
void pl_loop_control(PlChecker *c, PlStep *step); /* Skip, Leave */
void pl_loop_stop(PlChecker *c, const PlStep *step); /* Stop: asks where it may mean the loop */

/* Names (assign.c). */
void pl_assign_set(PlChecker *c, PlStep *step);
void pl_assign_keep(PlChecker *c, PlStep *step);
void pl_assign_increase(PlChecker *c, PlStep *step);
/* The two names of a loop over groups are the group's fields (pairs.c); the list was checked. */
void pl_loop_pairs(PlChecker *c, PlStep *step);
/* Whether a list's items are meant: then the step is a loop that adds each, not yet checked (extend.c). `items`: of the list so far, or PL_TYPE_NONE. */
bool pl_assign_extends(PlChecker *c, PlStep *step, PlTypeId items);
void pl_assign_add(PlChecker *c, PlStep *step);
void pl_assign_clear(PlChecker *c, PlStep *step);
/* Steps to stand before `step`: names that it adds to or increases and nothing binds. */
typedef PL_VEC(PlStep *) PlStepList;
void pl_assign_declare(PlChecker *c, PlStep *const *chain, uint32_t count, PlStepList *out);

/* Clauses (clause.c): which may stand here, and their counts and durations. */
void pl_clause_check(PlChecker *c, PlStep *step);
/* What a step gives when `if it fails` is taken into account; checks what the clauses do. */
PlTypeId pl_clause_failures(PlChecker *c, PlStep *step, PlTypeId type);
/* A count written as a number from 1 to `most`; reports. `what` for messages: "the number of retries". */
bool pl_clause_count(PlChecker *c, PlExpr **slot, const char *what, uint64_t most, uint64_t *out);
bool pl_clause_duration(PlChecker *c, PlExpr **slot, const char *what);

/* A handler's `error` (control.c). */
PlTypeId pl_control_error_type(PlChecker *c);

#endif
