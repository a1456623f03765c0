/* SPDX-License-Identifier: MIT */
/* Plans as JSON in the step format that agents exchange (spec/dsl.md, spec/pilot-dsl.schema.json). Writing and reading
 * back gives the same plan. Order of reading: dsl_names.c (references as templates), dsl_value.c (values), dsl_write.c
 * (steps), dsl_head.c (the rest); repair.c (JSON that is not quite JSON), dsl_template.c, dsl_read.c, dsl_step.c. */
#ifndef PL_COMPILER_TRADE_DSL_H
#define PL_COMPILER_TRADE_DSL_H

#include "compiler/syntax/ast.h"

/* What the catalog knows and the plan's text does not say. */
typedef struct PlDslFacts {
    PlEffect effect;          /* the greatest of the plan's actions */
    bool calls;               /* it calls actions other than those of the plugin `ai` */
    uint64_t max_calls;       /* 0: not known */
    PlStr output_type;        /* of the whole output, in words; "" unknown */
    const PlStr *field_types; /* of the output record's fields, in order, in words; may be NULL */
} PlDslFacts;

/* Writes the JSON. `plan` is a parsed plan, best the exact one; its references are rewritten in place, so it is of no
 * other use afterwards. */
void pl_dsl_write(PlArena *arena, PlBuf *out, PlPlan *plan, const PlDslFacts *facts);

/* Reads the source's text as such JSON, well formed or not, of our form or a relative of it. Always a plan, perhaps
 * empty; what was guessed is a note, what could not be read an error. Print it with pl_print_plan. */
PlPlan *pl_dsl_read(PlArena *arena, PlDiags *diags, uint32_t source);

#endif
