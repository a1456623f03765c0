/* SPDX-License-Identifier: MIT */
/* Arguments that a step says in its prose: "for the last 7 days", "to #general", "in Paris", "under $100", "5 guests", a text in quotes. A value
 * is taken only where the action's own words make it certain: an enum, a format, a unit, the one argument of that meaning. Everything taken is a
 * note. spec/binding.md, "Arguments in prose". */
#ifndef PL_COMPILER_BIND_SAID_H
#define PL_COMPILER_BIND_SAID_H

#include "compiler/check/checker.h"

typedef struct PlSaid {
    PlStr expr;  /* as a plan would write it: `"paid"`, `10`, `today - 7 days` */
    PlStr words; /* of the prose */
    size_t at;   /* where they begin in the prose */
} PlSaid;

typedef struct PlSaidBefore {
    bool *taken;         /* by parameter: it has its value */
    PL_VEC(size_t) used; /* where the words begin that an argument of this step was read from */
} PlSaidBefore;

/* The value of one parameter that the step's prose says, in words that no other parameter of the action was or would be read from. */
bool pl_said_find(PlChecker *c, const PlStep *step, const PlAction *action, uint32_t param, const PlSaidBefore *before, PlSaid *out);

#endif
