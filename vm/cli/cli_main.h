/* SPDX-License-Identifier: MIT */
/* A program of several commands, from one table: which command is meant, the help that lists them, and the arena that each gets. */
#ifndef PL_CLI_MAIN_H
#define PL_CLI_MAIN_H

#include "vm/cli/cli_args.h"

typedef struct PlCliEntry {
    const char *name, *words;
    int (*run)(PlArena *arena, int argc, char **argv); /* the command's own name taken off; gives the exit code */
} PlCliEntry;

typedef struct PlCliProgram {
    const char *name;   /* "pilotvm", "pilotvm audit" */
    const char *usage;  /* of the first word that is no command; NULL when it must be one */
    const char *words;  /* what it is: a line */
    const char *behind; /* below the list of commands; may be NULL */
    const PlCliEntry *entries;
    uint32_t count;
    int (*otherwise)(PlArena *arena, int argc, char **argv); /* for a first word that is no command; NULL: that is an error */
} PlCliProgram;

/* The whole of main(): help, version, the command; running out of memory anywhere ends here. */
int pl_cli_main(const PlCliProgram *program, int argc, char **argv);
/* The same for a command that has words of its own; argv begins with the word. */
int pl_cli_dispatch(const PlCliProgram *program, PlArena *arena, int argc, char **argv);

#endif
