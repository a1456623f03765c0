/* SPDX-License-Identifier: MIT */
/* From a parsed plan to an exact one: names are resolved, steps bound to actions, arguments to parameters, every expression typed, every change that
 * a loose plan needs made in the tree (elaboration), each with a note. What only a person can decide is a question. After a check without errors and
 * questions the emitter may rely on this:
 *
 * - Step kinds PROSE, KEEP and BAD are gone (KEEP became SET); expression kinds STEP_REF and BAD are gone.
 * - ACTION steps have `bound`, and each argument its `param`; required parameters are given; named arguments only. `type` is the result's type.
 * - Every expression has `type`; NAME has `symbol`; IT has the symbol of its clause, and a clause (WHERE, SORTED, GROUPED, SELECT, DISTINCT) has that same
 *   symbol; `now` and `today` are NAMEs whose symbol has kind PL_SYM_NOW; CALL has `builtin`, positional arguments only.
 * - Where a value is usable only after a conversion there is a COERCE, where only at run time `check` is set on the expression (its `type` is what is wanted).
 * - FIELD, INDEX and PROJECT have `optional` set where absence gives nothing.
 * - A symbol's `block` is the EACH step with `scatter`, or the branch (sub-step of TOGETHER), in which alone it lives; NULL when it is the plan's.
 *   Inside a scatter's body symbols of outside are read, or gathered into by ADD and INCREASE (`gathered`), never set. A branch may set outer symbols.
 * - Loops have `at_most_times`; a REPEAT without a count has one added (PL_LIMIT_LOOP_DEFAULT, with a note).
 * - `chain` is right; conditions are yes/no or checked to be.
 * spec/checking.md */
#ifndef PL_COMPILER_CHECK_CHECK_H
#define PL_COMPILER_CHECK_CHECK_H

#include "compiler/catalog/catalog.h"
#include "compiler/syntax/ast.h"

typedef struct PlCheckOptions {
    bool strict;
} PlCheckOptions;

/* True when the plan may be emitted: no errors and no questions among what it added to diags. */
bool pl_check(PlArena *arena, PlDiags *diags, PlCatalog *catalog, PlPlan *plan, const PlCheckOptions *options);

#endif
