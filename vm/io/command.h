/* SPDX-License-Identifier: MIT */
/* A program that prints a secret, run without holding up the loop: its output is gathered while the loop turns, within a time and a size. Its standard input is
 * empty; standard error, terminal and environment are ours, since it may have to ask its user for a passphrase. What it prints is never shown. */
#ifndef PL_IO_COMMAND_H
#define PL_IO_COMMAND_H

#include "vm/base/str.h"
#include "vm/io/loop.h"

typedef struct PlCommand PlCommand;

/* why NULL: it ended well, and printed `output` (borrowed, wiped afterwards). Else static words: "it failed". Called from the loop, once. */
typedef void (*PlCommandDone)(void *user, PlStr output, const char *why);

/* `words` as pl_spawn_words takes them. NULL: *why says why, for people (static, or strerror's). */
PlCommand *pl_command_begin(PlLoop *loop, const char *words, uint64_t most_bytes, uint64_t limit_us, PlCommandDone done, void *user, const char **why);
/* After done, or before: then it is killed, and done is not called. */
void pl_command_free(PlCommand *command);
/* Begins it in a loop of its own and waits: for whoever has no loop. NULL when it went well; `done` is called either way but when it could not begin. */
const char *pl_command_wait(const char *words, uint64_t most_bytes, uint64_t limit_us, PlCommandDone done, void *user);

#endif
