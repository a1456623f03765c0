/* SPDX-License-Identifier: MIT */
/* Labels at run time (spec/labels.md): every register of a fiber knows the sources of the value in it, as far as they are known for each field of a record and
 * the items of a list. The sources are those of vm/code/flow.h, so that what the compiler found and what the run finds can be compared. A run whose plan has
 * nothing that text could choose is not tracked, and costs nothing. Invariant: a label names a source too many, never one too few, but for what
 * a condition that came out otherwise would have done: of that the module knows (strict policy). */
#ifndef PL_RUN_TAINT_H
#define PL_RUN_TAINT_H

#include "vm/run/call.h"

typedef uint32_t PlTaint; /* of a run's table; 0: text of the plan alone */

void pl_taint_init(PlRun *run);
void pl_taint_begin(PlFiber *fiber);  /* all registers are of the plan; main's inputs are inputs */
void pl_taint_birth(PlFiber *child, const uint16_t *captures, uint16_t capture_count, bool has_item);
void pl_taint_at(PlFiber *fiber);     /* before the instruction at fiber->pc */
void pl_taint_raised(PlFiber *fiber, uint16_t error); /* its error goes to this register */
/* Does the call act on something that nobody trusts? For a call without `ask first`, which is asked about then all the same. */
bool pl_taint_asks(const PlCall *call);
/* " `to` follows `from` of the answer of mail.get_message", for each argument that is chosen from outside in this run. */
void pl_taint_print(const PlCall *call, PlBuf *out);

#endif
