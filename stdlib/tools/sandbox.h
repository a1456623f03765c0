/* SPDX-License-Identifier: MIT */
/* The walls around a worker process, in layers: namespaces, no new privileges, limits, Landlock, seccomp. A worker enters them once, before it looks at what it
 * was asked, and nothing opens them again. A layer that this kernel lacks is a refusal, never a gap. spec/plugins.md, "The sandbox". */
#ifndef PL_TOOLS_SANDBOX_H
#define PL_TOOLS_SANDBOX_H

#include "vm/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct PlSandbox {
    const char *workspace; /* the folder that may be read and changed; NULL: none */
    bool read_only;        /* ... read alone */
    bool programs;         /* programs of the system may be started */
    const char *const *runnable; /* ... but of them only these files and folders; NULL at the end; NULL: all */
    bool network;          /* the network is left as it is */
    const char *const *readable; /* further files and folders that may be read; NULL at the end; NULL: none */
    uint64_t cpu_seconds, memory_bytes, file_bytes; /* 0: as they are */
    uint32_t processes, files;
} PlSandbox;

/* The process must have one thread. PL_REFUSED: *layer names what this machine lacks; the process may be part of the way in and must end. */
PL_MUST_USE PlStatus pl_sandbox_enter(const PlSandbox *sandbox, const char **layer);

#endif
