/* SPDX-License-Identifier: MIT */
/* Prose from elsewhere may read like a statement ("Wait 5 minutes, then call"). A plan made from other formats must
 * read back as what it is. */
#ifndef PL_COMPILER_TRADE_SETTLE_H
#define PL_COMPILER_TRADE_SETTLE_H

#include "compiler/syntax/ast.h"

/* Makes comments of the prose of steps whose line would read as something else. Numbers and labels are set. */
void pl_trade_settle(PlArena *arena, PlPlan *plan);

#endif
