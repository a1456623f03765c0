/* SPDX-License-Identifier: MIT */
/* Child processes for the few places that need one: a command that prints a credential, a hook. Blocking, each wait with a time limit. The child gets our
 * environment and standard error, none of our other files. */
#ifndef PL_IO_SPAWN_H
#define PL_IO_SPAWN_H

#include "vm/base/buf.h"

typedef struct PlChild {
    int pid;       /* 0: none, or it has been waited for */
    int in, out;   /* our ends of its standard input and output; -1 closed */
    bool apart;    /* it leads a process group of its own, and is killed with all that it started */
} PlChild;

/* The words of a command, in place, as a shell parts them: blanks part, quotes hold together, a backslash takes the next as it is; nothing is expanded and no
 * shell is started. At most `room` - 1 and a NULL. False: more than that, or an open quote. */
bool pl_spawn_words(char *text, char **argv, size_t room);

/* PL_IO with errno: no such program, no memory for a process. Apart: the keys of the terminal (Ctrl-C) do not reach it, and it may not read from there. */
PL_MUST_USE PlStatus pl_spawn_begin(char *const argv[], bool apart, PlChild *child);
/* With an environment of its own ("NAME=value", NULL at the end). Quiet: what it prints on standard error goes nowhere. */
PL_MUST_USE PlStatus pl_spawn_begin_with(char *const argv[], char *const env[], bool apart, bool quiet, PlChild *child);
/* PL_IO: it closed its input or died; PL_LIMIT: time is up. No signal reaches the caller. */
PL_MUST_USE PlStatus pl_spawn_write(PlChild *child, PlStr bytes, uint64_t limit_us);
/* What fits without waiting: *put bytes. PL_IO: it closed its input or died. */
PL_MUST_USE PlStatus pl_spawn_put(PlChild *child, PlStr bytes, size_t *put);
/* Append what it prints to out: up to and with the next '\n' (by_line), else to its end. PL_IO: the end came before a line; PL_LIMIT: time is up, or out's
 * ceiling was reached. By line it reads byte for byte no more than the line, so nothing is lost between calls. */
PL_MUST_USE PlStatus pl_spawn_read(PlChild *child, PlBuf *out, bool by_line, uint64_t limit_us);
/* Close its input, wait for it (kill it when the time is up); its wait status as of waitpid, -1 when it had to be killed. */
int pl_spawn_end(PlChild *child, uint64_t limit_us);

#endif
