/* SPDX-License-Identifier: MIT */
/* A loop that polls without a name for what it gets, and steps behind it that read the answer from before the loop: "Start the run -> run", "Poll
 * ci.get_run(id=run.id) until it is completed", "If run.conclusion is ...". spec/language.md, Blocks. */
#ifndef PL_COMPILER_CHECK_STALE_H
#define PL_COMPILER_CHECK_STALE_H

#include "compiler/check/checker.h"

/* When all steps are checked: a question for each such loop. */
void pl_stale_check(PlChecker *c);

#endif
