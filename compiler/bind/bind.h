/* SPDX-License-Identifier: MIT */
/* Steps to actions, arguments to parameters, rules against both. Names bind exactly, by another spelling of the same, or by what the step says
 * when that is clear enough (resolve.h), which is a note; anything else is a question with the candidates. spec/binding.md. */
#ifndef PL_COMPILER_BIND_BIND_H
#define PL_COMPILER_BIND_BIND_H

#include "compiler/check/checker.h"

/* An ACTION step: sets bound, args, type. It may become a SET when it calls a function; without an action `type` is any. */
void pl_bind_step(PlChecker *c, PlStep *step);
/* A PROSE step becomes an ACTION when what it says is clear enough; else it is a question. */
void pl_bind_prose(PlChecker *c, PlStep *step);
/* Arguments of a bound step (arguments.c). */
void pl_bind_arguments(PlChecker *c, PlStep *step);

/* Allow and Never (rules.c): all rules mean something; what the step calls is permitted. */
void pl_rules_check(PlChecker *c);
void pl_rules_step(PlChecker *c, const PlStep *step);

#endif
