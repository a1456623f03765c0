/* SPDX-License-Identifier: MIT */
/* Loops over rows that are written out, as ("Features", features). spec/checking.md, "Loops". */
#ifndef PL_COMPILER_CHECK_TUPLE_H
#define PL_COMPILER_CHECK_TUPLE_H

#include "compiler/check/checker.h"

/* The rows of a For each become records where its body calls their parts by words; a note says so. */
void pl_tuple_read(PlChecker *c, PlStep *loop);

#endif
