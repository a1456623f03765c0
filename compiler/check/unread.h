/* SPDX-License-Identifier: MIT */
/* Words before a call that writes: what changes the call's meaning must have been read by somebody. grammar/weighty.def, spec/prose.md. */
#ifndef PL_COMPILER_CHECK_UNREAD_H
#define PL_COMPILER_CHECK_UNREAD_H

#include "compiler/check/checker.h"

/* An ACTION step that is bound, its arguments in place: an error or a question about words that nobody reads. */
void pl_unread_check(PlChecker *c, PlStep *step);
/* Words of the plan that were ignored (P0133), in brackets or behind a call, and headings: where a call that writes stands there and they are no mere
 * remark, a question. Once all steps are checked. */
void pl_unread_asides(PlChecker *c);
/* Words `text` at `span` say something of the call, which writes: a question when nobody reads them. `heading`: they stand over the step and others. */
void pl_unread_aside(PlChecker *c, PlStep *call, PlStr text, PlSpan span, bool heading);
/* A bound call that changes something. */
bool pl_unread_writes(const PlStep *step);
/* Words that would hold a call back, if anything read them: "Never ...", "... unless ...". */
bool pl_unread_holds_back(PlChecker *c, PlStr prose);

#endif
