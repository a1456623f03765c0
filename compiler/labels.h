/* SPDX-License-Identifier: MIT */
/* Labels while compiling: what the project trusts, checked against the operations, goes into the manifest; calls that act on what text from outside chose get
 * `ask first`, in the tree and in the module alike, with a note. spec/labels.md; the rule itself is vm/code/label.h. */
#ifndef PL_COMPILER_LABELS_H
#define PL_COMPILER_LABELS_H

#include "compiler/catalog/catalog.h"
#include "compiler/project.h"
#include "compiler/syntax/ast.h"
#include "vm/code/module.h"

/* Sets policy and trusts of the manifest. P1602 for names that are not there. */
void pl_labels_trust(PlArena *arena, PlDiags *diags, PlCatalog *catalog, const PlProject *project, PlModule *module);
/* P1604 for each action of the plan whose document claims to be more harmless than it is taken to be. */
void pl_labels_claims(PlDiags *diags, const PlPlan *plan, const PlModule *module);
/* True when the plan was changed: it is to be printed again. */
bool pl_labels_ask(PlArena *arena, PlDiags *diags, PlPlan *plan, PlModule *module);

#endif
