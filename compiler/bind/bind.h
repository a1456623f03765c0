/* SPDX-License-Identifier: MIT */
/* Steps to actions, arguments to parameters, rules against both. Names bind exactly or by another spelling of the same; anything else is a
 * question with the nearest as candidates, never a guess. spec/checking.md, "Binding". */
#ifndef PL_COMPILER_BIND_BIND_H
#define PL_COMPILER_BIND_BIND_H

#include "compiler/check/checker.h"

/* An ACTION step: sets bound, args, type. It may become a SET when it calls a function; without an action `type` is any. */
void pl_bind_step(PlChecker *c, PlStep *step);
/* A PROSE step: a question, unless an answer makes it an ACTION. */
void pl_bind_prose(PlChecker *c, PlStep *step);
/* Arguments of a bound step (arguments.c). */
void pl_bind_arguments(PlChecker *c, PlStep *step);

/* The answer that was given to a question, or an empty text. */
PlStr pl_bind_answer(const PlChecker *c, PlStr id);
PlStr pl_bind_question_id(PlChecker *c, const PlStep *step, const char *kind,
                          PlStr detail); /* "2.1/action", "2.1/arg:to" */

/* Allow and Never (rules.c): all rules mean something; what the step calls is permitted. */
void pl_rules_check(PlChecker *c);
void pl_rules_step(PlChecker *c, const PlStep *step);

#endif
