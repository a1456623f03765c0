/* SPDX-License-Identifier: MIT */
/* --trace: a hook of our own that tells each step on standard error, indented as it is nested. Never vetoes. */
#include "vm/cli/vm.h"

#include <stdio.h>

static int depth_of(PlStr path)
{
    int depth = 0;
    for (size_t i = 0; i < path.len; i++) depth += path.ptr[i] == '.';
    return depth;
}

static void tell_action(const PlHookEvent *event)
{
    if (event->action.len) fprintf(stderr, "  " PL_FMT " " PL_FMT " " PL_FMT, PL_ARG(event->action), PL_ARG(event->method), PL_ARG(event->url));
}

static bool tell(void *self, const PlHookEvent *event, PlStr *reason)
{
    (void)self;
    (void)reason;
    int indent = 2 * depth_of(event->path);
    switch (event->when) {
    case PL_HOOK_BEFORE:
        fprintf(stderr, "%*s> " PL_FMT "  " PL_FMT, indent, "", PL_ARG(event->path), PL_ARG(event->text));
        tell_action(event);
        fputs(event->replayed ? "  (from the journal)\n" : "\n", stderr);
        break;
    case PL_HOOK_AFTER:
        fprintf(stderr, "%*s< " PL_FMT "  " PL_FMT, indent, "", PL_ARG(event->path), PL_ARG(event->outcome));
        if (event->error.len) fprintf(stderr, ": " PL_FMT, PL_ARG(event->error));
        if (event->elapsed_us > 1000) fprintf(stderr, "  %lld ms", (long long)(event->elapsed_us / 1000));
        fputc('\n', stderr);
        break;
    case PL_HOOK_NOTE:
        fprintf(stderr, "%*s- " PL_FMT "  " PL_FMT "\n", indent, "", PL_ARG(event->path), PL_ARG(event->text));
        break;
    default:
        break;
    }
    return true;
}

PlHookPort plv_trace_port(void)
{
    return (PlHookPort){NULL, tell};
}
