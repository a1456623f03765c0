/* SPDX-License-Identifier: MIT */
/* A person at a terminal: questions on stderr, answers from standard input. Where that is no terminal every question is for later. */
#ifndef PL_IO_TERMINAL_H
#define PL_IO_TERMINAL_H

#include "vm/base/buf.h"
#include "vm/port/person.h"

#include <stdio.h>

typedef struct PlTerminal PlTerminal;

PlTerminal *pl_terminal_new(void); /* NULL when out of memory */
void pl_terminal_free(PlTerminal *terminal);
/* The same on other files, whatever they are; they are not closed. */
PlTerminal *pl_terminal_on(FILE *in, FILE *out);
PlPersonPort pl_terminal_port(PlTerminal *terminal); /* NULL: a person who is never there */
bool pl_terminal_is_there(void); /* standard input and standard error are a terminal */
/* What was typed as JSON of a type in the language's words ("yes/no", "list of text"). False: it does not fit. */
bool pl_terminal_put_answer(PlBuf *out, PlStr typed, PlStr type);
/* Ask yes or no; false also at the end of the input. */
bool pl_terminal_confirm(PlStr question);

#endif
