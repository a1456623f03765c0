/* SPDX-License-Identifier: MIT */
/* Two texts as a unified diff with three lines of context, as `diff -u` and `patch` know it. */
#ifndef PL_COMPILER_ASK_DIFF_H
#define PL_COMPILER_ASK_DIFF_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"

/* Writes nothing when the texts are equal. `name` stands in both header lines, behind "a/" and "b/" unless it is absolute. */
void pl_diff_print(PlBuf *out, PlArena *arena, PlStr name, PlStr before, PlStr after);

#endif
