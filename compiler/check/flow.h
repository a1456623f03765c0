/* SPDX-License-Identifier: MIT */
/* The state of the names along the flow: a forward analysis over the tree. spec/checking.md, "Flow". */
#ifndef PL_COMPILER_CHECK_FLOW_H
#define PL_COMPILER_CHECK_FLOW_H

#include "compiler/check/checker.h"

/* The least type that both have, in the words of a plan: numbers widen, texts lose their format, lists join item by item. */
PlTypeId pl_flow_join_types(PlChecker *c, PlTypeId a, PlTypeId b);

PlVar pl_flow_var(const PlChecker *c, const PlSymbol *symbol);
void pl_flow_set(PlChecker *c, const PlSymbol *symbol, PlTypeId type,
                 PlBound bound); /* forgets what was known of its paths */

static inline uint32_t pl_flow_mark(const PlChecker *c)
{
    return c->trail.len;
}
/* What happened since the mark, without undoing it. */
PlDelta pl_flow_delta(PlChecker *c, uint32_t mark);
/* The same, and the state is again what it was at the mark; `facts` are those that held there. */
PlDelta pl_flow_take(PlChecker *c, uint32_t mark, PlFacts facts);
void pl_flow_apply(PlChecker *c, const PlDelta *delta);
/* The state after any one of these from here; dead when all are. */
void pl_flow_join(PlChecker *c, const PlDelta *deltas, uint32_t count);
/* As a handler sees it: anything that was touched in begin..end may or may not have happened. */
void pl_flow_weaken(PlChecker *c, uint32_t begin, uint32_t end);

void pl_flow_add_fact(PlChecker *c, PlStr path);
bool pl_flow_has_fact(const PlChecker *c, PlStr path);

#endif
