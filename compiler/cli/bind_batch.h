/* SPDX-License-Identifier: MIT */
/* Many cases for the binder, each against a catalog of its own: what measures and fits it. docs/cli.md, "pilotc bind". */
#ifndef PL_COMPILER_CLI_BIND_BATCH_H
#define PL_COMPILER_CLI_BIND_BATCH_H

#include "vm/base/arena.h"

/* Cases on standard input, predictions on standard output. `root` may be "". Returns the exit code. */
int plc_bind_batch(PlArena *arena, const char *root, bool features);

#endif
