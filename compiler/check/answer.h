/* SPDX-License-Identifier: MIT */
/* Answers of people that the plan speaks of without a name. spec/prose.md, "Answers of people". */
#ifndef PL_COMPILER_CHECK_ANSWER_H
#define PL_COMPILER_CHECK_ANSWER_H

#include "compiler/check/checker.h"

/* Before names are resolved: "If yes:" behind an Ask becomes a condition on its answer. */
void pl_answer_read(PlChecker *c);
/* After the check: an Ask whose answer nothing reads becomes Approve, which goes on only with a yes. */
void pl_answer_approve(PlChecker *c);

#endif
