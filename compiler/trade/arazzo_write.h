/* SPDX-License-Identifier: MIT */
/* A checked plan as an Arazzo 1.0.1 document (JSON) with one workflow. What Arazzo cannot say is a warning at the step
 * (P1509), and left out: loops over lists, people, waiting, values that are computed. spec/arazzo.md has the table. */
#ifndef PL_COMPILER_TRADE_ARAZZO_WRITE_H
#define PL_COMPILER_TRADE_ARAZZO_WRITE_H

#include "compiler/catalog/catalog.h"
#include "compiler/syntax/ast.h"

/* `plan` was checked without errors against `catalog`. */
void pl_arazzo_write(PlArena *arena, PlBuf *out, PlDiags *diags, const PlCatalog *catalog, const PlPlan *plan);

#endif
