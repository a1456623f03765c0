/* SPDX-License-Identifier: MIT */
/* A step of a plan to an operation by what it says: words (rank.h), and what only the plan knows: the arguments that it gives, the fields that
 * later steps read from its result. spec/binding.md. */
#ifndef PL_COMPILER_BIND_RESOLVE_H
#define PL_COMPILER_BIND_RESOLVE_H

#include "compiler/bind/search.h"
#include "compiler/check/checker.h"

enum { PL_RESOLVE_SHOWN = 5 };

typedef struct PlResolved {
    const PlOperation *bound; /* NULL: nobody but a person can say */
    PlDecision decision;
    double right;                              /* that the first candidate is the one */
    const char *why;                           /* of `bound`: "the words of its name", "its score" */
    const PlOperation *near[PL_RESOLVE_SHOWN]; /* the candidates, best first */
    PlStr shared[PL_RESOLVE_SHOWN];            /* the words that the step and the candidate's name and summary share */
    uint32_t count;
} PlResolved;

/* `plugin` NULL: all plugins. The step's own name for the action, if any, and its prose are looked for. */
void pl_resolve_step(PlChecker *c, const PlStep *step, const PlPlugin *plugin, PlResolved *out);

#endif
