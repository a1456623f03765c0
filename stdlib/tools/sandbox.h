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
    const char *const *kept; /* names in a workspace that may be changed, which stay as they are and where they are; NULL at the end; NULL: none */
    bool programs;         /* programs of the system may be started */
    const char *const *runnable; /* ... but of them only these files and folders; NULL at the end; NULL: all */
    bool own_processes;    /* a process namespace, in which the caller goes on as the first: it sees no other process, and when it ends, all that it
                            * started ends. Programs always get one */
    bool network;          /* the network is left as it is: connections out, none in */
    unsigned port;         /* with the network: the one TCP port that may be connected to, where the kernel can say so (Landlock ABI 4); 0: any */
    const char *const *readable; /* further files and folders that may be read; NULL at the end; NULL: none */
    uint64_t cpu_seconds, memory_bytes, file_bytes; /* 0: as they are */
    uint32_t processes, files;
} PlSandbox;

/* The process must have one thread. With a process namespace it is a child that returns; the parent, walled in too, waits for it and ends as it did.
 * PL_REFUSED: *layer names what this machine lacks; the process may be part of the way in and must end. */
PL_MUST_USE PlStatus pl_sandbox_enter(const PlSandbox *sandbox, const char **layer);

#endif
