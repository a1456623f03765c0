/* SPDX-License-Identifier: MIT */
/* The seccomp layer of the sandbox: system calls that no worker needs fail with EPERM. */
#ifndef PL_TOOLS_SANDBOX_CALLS_H
#define PL_TOOLS_SANDBOX_CALLS_H

#include <stdbool.h>

/* For this process and all it starts. `programs`: it may start programs and use sockets; `network`: it may open connections, and nothing else of that. False
 * with errno when the kernel refuses. */
bool pl_sandbox_calls(bool programs, bool network);

#endif
