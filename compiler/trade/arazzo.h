/* SPDX-License-Identifier: MIT */
/* Arazzo documents (OpenAPI Initiative, Arazzo 1.0.1 and 1.1.0) as plans, one for each workflow, and what contradicts
 * the API documents they refer to: each contradiction is a diagnostic with its place in the Arazzo document and, as a
 * related place, in the API document. spec/arazzo.md. Order of reading: arazzo_doc.c, arazzo_source.c (the other
 * side), arazzo_expr.c (runtime expressions), arazzo_value.c, arazzo_call.c (parameters and bodies), arazzo_step.c,
 * arazzo_flow.c (criteria and jumps), arazzo_plan.c. */
#ifndef PL_COMPILER_TRADE_ARAZZO_H
#define PL_COMPILER_TRADE_ARAZZO_H

#include "compiler/catalog/catalog.h"
#include "compiler/syntax/ast.h"

typedef struct PlArazzo PlArazzo;

/* Reads `bytes` (JSON or YAML, borrowed for the arena's life) and the API documents it names, relative to `path`, into
 * the catalog, whose diagnostics get all findings. NULL when it is no Arazzo document (reported). */
PlArazzo *pl_arazzo_read(PlArena *arena, PlCatalog *catalog, PlStr path, PlStr bytes);

uint32_t pl_arazzo_count(const PlArazzo *arazzo);
PlStr pl_arazzo_id(const PlArazzo *arazzo, uint32_t workflow);
PlStr pl_arazzo_summary(const PlArazzo *arazzo, uint32_t workflow);
uint32_t pl_arazzo_step_count(const PlArazzo *arazzo, uint32_t workflow);

/* The workflow as a plan. `folder`: where the plan will stand, "" the working directory: its `Use:` lines start there. */
PlPlan *pl_arazzo_plan(PlArazzo *arazzo, uint32_t workflow, PlStr folder);

/* Whether the text begins like an Arazzo document; for telling formats apart. */
bool pl_arazzo_is(PlStr text);

#endif
