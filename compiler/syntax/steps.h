/* SPDX-License-Identifier: MIT */
/* From items to the tree: headers (header.c), steps one by one (statement.c), their nesting (steps.c), their chains (link.c). */
#ifndef PL_COMPILER_SYNTAX_STEPS_H
#define PL_COMPILER_SYNTAX_STEPS_H

#include "compiler/syntax/lines.h"

PlStep *pl_step_new(PlArena *arena, PlSpan span);

/* steps.c: adds the step to the plan's tree by its number and indentation; notes where these disagree. */
typedef struct PlNest PlNest;
PlNest *pl_nest_new(PlSyntax *syntax);
/* False when a limit of limits.def is passed: the step is not in the tree. */
bool pl_nest_add(PlNest *nest, const PlItem *item, PlStep *step);

/* A new last sub-step of `parent`, or (NULL) a new last step of the plan; NULL when a limit is passed (reported). */
PlStep *pl_nest_new_step(PlSyntax *syntax, PlStep *parent, PlSpan span);
/* Number, depth and label of every step, from its place in the tree. */
void pl_nest_renumber(PlSyntax *syntax);

/* statement.c: what the text [start, end) of the source says, into a step whose marker and place are set. BAD after a diagnostic. */
void pl_statement_read(PlSyntax *syntax, PlStep *step, uint32_t start, uint32_t end);

/* header.c */
void pl_header_read(PlSyntax *syntax, const PlItem *item);

/* link.c: Otherwise to its If, If it fails to its Try; blocks that are empty; numbers that references were
 * written with to the numbers that steps have. */
void pl_link_plan(PlSyntax *syntax);

/* shape.c: the tree as its steps say it should be (sub-steps of calls, headings, failures); renumbers. */
void pl_shape_plan(PlSyntax *syntax);
/* shape_retry.c: steps that only say that a call before them is tried again become clauses of it. */
void pl_shape_retries(PlSyntax *syntax, PlStep ***items, uint32_t *len);
/* shape_block.c: one level's blocks that are told by words (End if, Repeat steps 2-3). */
void pl_shape_blocks(PlSyntax *syntax, PlStep ***items, uint32_t *len, uint32_t *cap, PlStep *parent);

/* shape_call.c: on one level, a call that a loop names as its list becomes a step before it. */
void pl_shape_calls(PlSyntax *syntax, PlStep ***items, uint32_t *len, uint32_t *cap);

/* parse.c: a text's first reading, as it stands; `quiet` gives no words for what does not read. */
PlPlan *pl_parse_once(PlArena *arena, PlDiags *diags, uint32_t source, PlPhrases *phrases, bool quiet);

/* steady.c: a plan without errors as a reading that printing keeps, or after an error `plan`. */
PlPlan *pl_steady_plan(PlSyntax *syntax, PlPlan *plan);

#endif
