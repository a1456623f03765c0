/* SPDX-License-Identifier: MIT */
/* Inputs that the plan reads as `input.NAME` and no `Input:` line declares. */
#ifndef PL_COMPILER_CHECK_UNDECLARED_H
#define PL_COMPILER_CHECK_UNDECLARED_H

#include "compiler/check/checker.h"

/* Declares them, each with a note (INPUT_ADDED). Before the steps are checked, when it is known what steps bind. */
void pl_undeclared_inputs(PlChecker *c);
/* Whether a declared input is spelled nearly so: then it is not clear which is meant. */
bool pl_undeclared_is_near(PlChecker *c, PlStr name, PlStr *near);

#endif
