/* SPDX-License-Identifier: MIT */
/* Steps to actions, arguments to parameters, rules against both. Names bind exactly or by another spelling of the same; anything else is a
 * question with the nearest as candidates, never a guess. spec/checking.md, "Binding". */
#ifndef PL_COMPILER_BIND_BIND_H
#define PL_COMPILER_BIND_BIND_H

#include "compiler/check/checker.h"

/* An ACTION step: sets bound, args, type. It may become a SET when it calls a function; without an action `type` is any. */
void pl_bind_step(PlChecker *c, PlStep *step);
/* A PROSE step: a question. */
void pl_bind_prose(PlChecker *c, PlStep *step);
/* Arguments of a bound step (arguments.c). */
void pl_bind_arguments(PlChecker *c, PlStep *step);

/* Allow and Never (rules.c): all rules mean something; what the step calls is permitted. */
void pl_rules_check(PlChecker *c);
void pl_rules_step(PlChecker *c, const PlStep *step);

#endif
