/* SPDX-License-Identifier: MIT */
/* What runs at the same time gathers into names of outside (`Add`, `Increase`): such a name has no value in there. spec/checking.md, "Names". */
#ifndef PL_COMPILER_CHECK_GATHER_H
#define PL_COMPILER_CHECK_GATHER_H

#include "compiler/check/checker.h"

/* Call while the body's scope is open. Reports each reading of a name that the body of this loop gathers into. */
void pl_gather_check_scatter(PlChecker *c, PlStep *step);
/* Reports each reading of a name that two branches gather into, in those branches. */
void pl_gather_check_together(PlChecker *c, PlStep *step);

#endif
