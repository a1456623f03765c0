/* SPDX-License-Identifier: MIT */
/* The commands of pilotd, one file each (d_NAME.c). argv has the command's own name taken off; the result is the exit code. */
#ifndef PL_CLI_D_H
#define PL_CLI_D_H

int pl_d_mock(int argc, char **argv);

#endif
