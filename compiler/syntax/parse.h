/* SPDX-License-Identifier: MIT */
/* From text to tree: the scanner (scan.re, tables of grammar/spellings.def) and the parser (grammar/pilot.y). One bad step never hides the
 * others; it becomes a BAD step. */
#ifndef PL_COMPILER_SYNTAX_PARSE_H
#define PL_COMPILER_SYNTAX_PARSE_H

#include "compiler/syntax/ast.h"
#include "compiler/syntax/phrase.h"

/* Always a plan (perhaps empty); errors are in diags (P01). `source` is an id of diags->sources. */
PlPlan *pl_parse(PlArena *arena, PlDiags *diags, uint32_t source);

/* Where a person wrote what stands at `span` of the tidied text (plan->tidied): the same words, else their step; every other span as it is. */
PlSpan pl_steady_place(const PlSources *sources, const PlPlan *plan, PlSpan span);

/* A plan that was checked, before it is printed as the exact plan: the words before its calls become such that what is printed reads as the plan.
 * False after an error. */
bool pl_steady_exact(PlArena *arena, PlDiags *diags, PlPlan *plan);

/* One expression or type alone, for tests, `explain`, builtins' examples and answers. NULL after an error. */
PlExpr *pl_parse_expr(PlArena *arena, PlDiags *diags, uint32_t source);
/* Words of the language that mean a moment ("start of last week"), as what they mean, standing at `at`; NULL when they mean none. */
PlExpr *pl_parse_moment(PlArena *arena, PlDiags *diags, PlStr words, PlSpan at);
PlTypeExpr *pl_parse_type(PlArena *arena, PlDiags *diags, uint32_t source);

/* The same of a text that is no source: spans are offsets in the text, under the number of `source`. */
PlExpr *pl_parse_expr_text(PlArena *arena, PlDiags *diags, PlPhrases *phrases, uint32_t source, PlStr text);
/* One step without its marker; NULL after an error. */
PlStep *pl_parse_step_text(PlArena *arena, PlDiags *diags, PlPhrases *phrases, uint32_t source, PlStr text);

#endif
