/* SPDX-License-Identifier: MIT */
/* The commands of pilotd, one file each (d_NAME.c). argv has the command's own name taken off; the result is the exit code. */
#ifndef PL_CLI_D_H
#define PL_CLI_D_H

#include "vm/base/arena.h"

int pl_d_mock(PlArena *arena, int argc, char **argv);

#endif
