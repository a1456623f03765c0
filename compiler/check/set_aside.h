/* SPDX-License-Identifier: MIT */
/* Results of words that nobody reads, where a call that writes takes the whole list instead. */
#ifndef PL_COMPILER_CHECK_SET_ASIDE_H
#define PL_COMPILER_CHECK_SET_ASIDE_H

#include "compiler/check/checker.h"

/* A step without `-> name` that words made `statement` of, a Set. */
void pl_set_aside_learn(PlChecker *c, PlStep *step, PlStr statement);
/* When all steps are checked: a question for each that is left aside. */
void pl_set_aside_check(PlChecker *c);

#endif
