/* SPDX-License-Identifier: MIT */
/* Calls that are made for each item of a list, as their words say. spec/checking.md, "Loops". */
#ifndef PL_COMPILER_CHECK_EVERY_H
#define PL_COMPILER_CHECK_EVERY_H

#include "compiler/check/checker.h"

typedef PL_VEC(PlStep *) PlSteps;

/* An ACTION whose prose says "each NOUN" becomes a For each around it, where a step of `before` (all that bind or give something, in order)
 * has made such a list. True when it did; a note says so. */
bool pl_every_read(PlChecker *c, PlStep *step, const PlSteps *before);
/* The result of such a loop's call, of each item, in a list called `name`: the step that adds to it. */
PlStep *pl_every_gather(PlChecker *c, PlStep *loop, PlStr name, PlSpan span);

#endif
