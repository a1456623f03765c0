/* SPDX-License-Identifier: MIT */
/* Words before the name of a loop's item: "For each open order in orders" goes through the open ones. spec/checking.md, "Loops". */
#ifndef PL_COMPILER_CHECK_ITEM_WORDS_H
#define PL_COMPILER_CHECK_ITEM_WORDS_H

#include "compiler/check/checker.h"

/* Before names are looked at: the item is called by the last word where the body calls it so. */
void pl_item_words_prepare(PlChecker *c);
/* An EACH whose list is checked: what the words say for sure becomes a condition; an adjective that nothing says is a question. */
void pl_item_words_read(PlChecker *c, PlStep *step);

#endif
