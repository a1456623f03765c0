/* SPDX-License-Identifier: MIT */
/* Inside vm/run: questions to people, for ASK steps and for calls that are approved first. */
#ifndef PL_RUN_ASK_H
#define PL_RUN_ASK_H

#include "vm/run/state.h"

typedef enum PlAsked { PL_ASKED_GIVEN, PL_ASKED_DENIED, PL_ASKED_EXPIRED, PL_ASKED_LATER } PlAsked;

typedef struct PlAskWhat {
    uint32_t site;
    PlStr path, role, text;
    PlTypeId type;         /* of the answer; ignored for an approval */
    bool is_approval;
    PlStr shows;           /* the request that is approved, as JSON */
    PlStr request;         /* its hash in hex; an answer counts for this one alone */
    uint64_t within_us;
} PlAskWhat;

/* Look in the journal, else ask. GIVEN: *answer is owned and has the type. DENIED: *answer is the reason, a text. LATER: a PARK row is written. A
 * journal whose question differs breaks the run. */
PlAsked pl_ask(PlRun *run, const PlAskWhat *what, PlValue *answer);

#endif
