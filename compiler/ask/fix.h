/* SPDX-License-Identifier: MIT */
/* Fixes that diagnostics carry, made in the plan: round by round, each round checked again, until none is left. Sure fixes keep what the plan
 * means; a guess is made only on request, one at a time, and taken back when it brings errors. Fixing what was fixed changes nothing. */
#ifndef PL_COMPILER_ASK_FIX_H
#define PL_COMPILER_ASK_FIX_H

#include "compiler/ask/session.h"

typedef struct PlFixed { /* one fix that was made */
    PlDiagCode code;
    PlPosition at; /* in the text as it was in that round */
    PlStr message;
    PlStr was, is; /* of its first edit */
    bool sure;
} PlFixed;
typedef PL_VEC(PlFixed) PlFixeds;

enum { PL_FIX_ROUNDS = 64 }; /* more than any plan needs: each round makes all fixes that do not touch each other */

/* `guesses`: those that are not sure too. The fixes that were made are added to `out`. */
void pl_fix_run(PlSession *session, bool guesses, PlFixeds *out);

#endif
