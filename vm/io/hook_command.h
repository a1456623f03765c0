/* SPDX-License-Identifier: MIT */
/* A hook that is a command: one JSON object a line on its standard input; for "before" events it answers a line {"allow":true} or
 * {"allow":false,"reason":"..."}. Started by `/bin/sh -c` once per run; one that dies, or does not answer in PL_LIMIT_HOOK_TIME, vetoes. docs/hooks.md */
#ifndef PL_IO_HOOK_COMMAND_H
#define PL_IO_HOOK_COMMAND_H

#include "vm/port/hook.h"

typedef struct PlHookCommand PlHookCommand;

/* NULL when it cannot be started (errno). Free waits for the command to end, at most a second, then kills it. */
PlHookCommand *pl_hook_command_new(const char *command);
void pl_hook_command_limit(PlHookCommand *hook, uint64_t limit_us); /* another time limit; for tests */
void pl_hook_command_free(PlHookCommand *hook);
PlHookPort pl_hook_command_port(PlHookCommand *hook);

#endif
