/* SPDX-License-Identifier: MIT */
/* Work on values that holds memory of somebody else (a parser of a library, an arena): when the run's heap gives out in the middle, that memory is given
 * back before the escape goes on. */
#ifndef PL_STDLIB_GUARD_H
#define PL_STDLIB_GUARD_H

#include "stdlib/args.h"

/* Runs work(with), then tidy(with), whatever happened; then the escape goes on if there was one. */
PlStatus pl_guard(PlValues *values, PlStatus (*work)(void *with), void (*tidy)(void *with), void *with);

#endif
