/* SPDX-License-Identifier: MIT */
/* For each code of a diagnostic a small example that produces it, and how to mend it: what `pilotc explain CODE` prints behind the explanation. The
 * texts are compiler/present/codes (*.txt), of which the build makes a table (codes.awk); tests/codes runs every example. An entry is
 *
 *     == P0201
 *     $ pilotc check plan.pilot          (commands; left out: this one, or `pilotc catalog api.yaml --verbose` when there is an api.yaml)
 *     1. Note "{total}"                  (the file plan.pilot, unless a line `--- NAME` begins another)
 *     --- mend
 *     Bind `total` first.
 *
 * shop.yaml of tests/codes is at hand for every example. */
#ifndef PL_COMPILER_PRESENT_EXAMPLES_H
#define PL_COMPILER_PRESENT_EXAMPLES_H

#include "vm/base/diag.h"

typedef struct PlCodeExample { /* each text ends with a line break; "" where there is none */
    const char *code, *command;
    const char *files; /* "--- NAME\n" before each */
    const char *mend;
} PlCodeExample;

extern const PlCodeExample pl_code_examples[]; /* by code; the last has code NULL */

const PlCodeExample *pl_code_example(const char *code); /* NULL when there is none */
/* The example for a reader: the commands where they are not the usual one, the files indented, then how to mend it. */
void pl_code_example_print(PlBuf *out, const PlCodeExample *example);

#endif
