/* SPDX-License-Identifier: MIT */
/* Controlled English: a step or a condition in words becomes plain statements and expressions of the exact plan. The
 * phrases stand in grammar/prose.def; what their nouns, fields and adjectives mean is looked for among the names in
 * scope and the types that are known there. Two readings are a question, never a choice. Not here: which action a step
 * means (compiler/bind). spec/prose.md */
#ifndef PL_COMPILER_PROSE_PROSE_H
#define PL_COMPILER_PROSE_PROSE_H

#include "compiler/check/checker.h"

typedef enum PlMeant {
    PL_MEANT_NOTHING, /* it is no phrase of the table: somebody else may know what it means */
    PL_MEANT_ONE,     /* it was rewritten, with a note */
    PL_MEANT_SEVERAL  /* the question was put */
} PlMeant;

/* A PROSE step: with PL_MEANT_ONE it is another kind of statement now, not yet checked. */
PlMeant pl_prose_step(PlChecker *c, PlStep *step);

/* A step for a language model in words (model.c): with `said` one that ends in "using ai", else one whose verb means nothing else. True: it is an ACTION of
 * the model now, not yet checked, with a note. */
bool pl_prose_model(PlChecker *c, PlStep *step, bool said);

/* A name of several words that nothing is called by: a condition ("any build failed"), a list or value ("the overdue
 * invoices"). With PL_MEANT_ONE there is an expression in its place, not yet checked. */
PlMeant pl_prose_name(PlChecker *c, PlExpr **slot);

/* The words behind the `in` of a For each, as they are written: a list and what narrows it down ("orders whose total is over 100"). */
PlMeant pl_prose_list(PlChecker *c, PlExpr **slot);

/* Words that were read as an expression with names of several words in it: read as a phrase instead, where they are one
 * ("the percentage of orders that are paid"). `condition`: yes or no is wanted. */
PlMeant pl_prose_whole(PlChecker *c, PlExpr **slot, bool condition);

/* Whether a word beside `is` is a text and no name: "status is active", where no name in scope is called so, or nearly
 * so, and no field of the item is. */
bool pl_prose_is_value(PlChecker *c, const PlExpr *word, PlTypeId other);

/* Whether the step begins as a phrase of the table does. */
bool pl_prose_begins(PlChecker *c, const PlStep *step);

/* Whether a word says how something ended: succeeded, failed, approved. */
bool pl_outcome_is(PlStr word);

/* Before the check: steps that add to a list in words ("Append row "..." -> rows") become Add, so that the list is
 * declared in time. */
void pl_prose_prepare(PlChecker *c);

#endif
