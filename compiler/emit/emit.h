/* SPDX-License-Identifier: MIT */
/* From an exact plan (compiler/check/check.h) to a module. Deterministic: the same tree gives the same module. spec/bytecode.md says
 * what each statement becomes. */
#ifndef PL_COMPILER_EMIT_EMIT_H
#define PL_COMPILER_EMIT_EMIT_H

#include "compiler/catalog/catalog.h"
#include "compiler/syntax/ast.h"
#include "vm/code/module.h"

/* Fills *module in the arena (module->arena stays NULL). False with a P05 diagnostic when a limit of the bytecode is passed. `exact` is the exact
 * plan's text. */
bool pl_emit(PlArena *arena, PlDiags *diags, PlCatalog *catalog, const PlPlan *plan, PlStr exact, PlModule *module);

#endif
