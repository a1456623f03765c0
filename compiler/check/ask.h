/* SPDX-License-Identifier: MIT */
/* Questions of the checker and the binder: each function makes a question of a diagnostic whose severity is QUESTION. It gives it the id that stays
 * the same while the step keeps its number, and the place in the plan where an answer is written, so that compiler/ask can answer it without
 * knowing what it is about. Candidates are the caller's: pl_diag_candidate, best first. spec/questions.md */
#ifndef PL_COMPILER_CHECK_ASK_H
#define PL_COMPILER_CHECK_ASK_H

#include "compiler/check/checker.h"

/* "2.1/arg:to"; `step` NULL is the plan's header: "plan/arg:to". `detail` may be empty. */
PlStr pl_ask_id(PlChecker *c, const PlStep *step, const char *kind, PlStr detail);

/* Which action a step means, "2.1/action": replaces the name that is written, or puts ` using NAME()` behind the prose. */
void pl_ask_action(PlChecker *c, PlDiag *d, const PlStep *step);
/* The value of an argument, "2.1/arg:to": put among the arguments of the step's call. */
void pl_ask_argument(PlChecker *c, PlDiag *d, const PlStep *step, PlStr param);
/* Candidates: the values of a type that lists them (one of "open", "paid"), or yes and no. */
void pl_ask_values(PlChecker *c, PlDiag *d, PlTypeId type);
/* A last candidate: a new input of the plan of that name and type, which the call takes. */
void pl_ask_argument_input(PlChecker *c, PlDiag *d, const PlStep *step, PlStr param, PlTypeId type);
/* Which document a plugin has, "plugin:gmail": a `Use` line. Ask it once for a plugin. */
void pl_ask_plugin(PlChecker *c, PlDiag *d, PlStr plugin);
/* What a name means that nothing binds, "2.1/name:total"; further places that have the same name are given to pl_ask_name_also. */
void pl_ask_name(PlChecker *c, PlDiag *d, PlStr name, PlSpan at);
/* The name at `at`, when it was asked for just now, stands where a value of that type is wanted. */
void pl_ask_name_wanted(PlChecker *c, PlSpan at, PlTypeId type);
void pl_ask_name_also(PlChecker *c, PlDiag *d, PlSpan at);
/* Candidates: fields of that name of what is bound here, the name as a text, an input of that name. */
void pl_ask_name_candidates(PlChecker *c, PlDiag *d, PlStr name);
/* Which list of a record is meant, "2.1/list": the expression is replaced. */
void pl_ask_list(PlChecker *c, PlDiag *d, PlSpan at);
/* What a step in prose means, "2.1/reading": candidates are statements in exact spelling that replace the text at `at`. */
void pl_ask_reading(PlChecker *c, PlDiag *d, const PlStep *step, PlSpan at);

#endif
