/* SPDX-License-Identifier: MIT */
/* Words before a call that writes: what changes the call's meaning must have been read by somebody. grammar/weighty.def, spec/prose.md. */
#ifndef PL_COMPILER_CHECK_UNREAD_H
#define PL_COMPILER_CHECK_UNREAD_H

#include "compiler/check/checker.h"

/* An ACTION step that is bound, its arguments in place: an error or a question about words that nobody reads. */
void pl_unread_check(PlChecker *c, PlStep *step);
/* Words that would hold a call back, if anything read them: "Never ...", "... unless ...". */
bool pl_unread_holds_back(PlChecker *c, PlStr prose);

#endif
