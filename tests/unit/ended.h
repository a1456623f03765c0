/* SPDX-License-Identifier: MIT */
/* How a call of a door ended, as a line that tests compare: its status and body, or its fault, its evidence and what was said. */
#ifndef TESTS_UNIT_ENDED_H
#define TESTS_UNIT_ENDED_H

#include "vm/port/net.h"

#include <stdio.h>

typedef struct Ended {
    unsigned times;
    char text[512];
} Ended;

static inline void note(void *user, const PlNetAnswer *answer)
{
    Ended *e = user;
    e->times++;
    if (answer->fault == PL_NET_OK) snprintf(e->text, sizeof e->text, "%u " PL_FMT, answer->status, PL_ARG(answer->body));
    else snprintf(e->text, sizeof e->text, "%s %s: " PL_FMT, pl_net_fault_name(answer->fault), pl_evidence_name(answer->evidence), PL_ARG(answer->message));
}

#endif
