/* SPDX-License-Identifier: MIT */
/* The door to people: questions and approvals. */
#ifndef PL_PORT_PERSON_H
#define PL_PORT_PERSON_H

#include "vm/base/str.h"
#include "vm/base/status.h"

typedef struct PlQuestion {
    PlStr path;         /* of the step instance */
    PlStr role;         /* who is asked; may be empty */
    PlStr text;
    PlStr type;         /* of the answer, in the language's words */
    bool is_approval;
    PlStr shows;        /* approval of one call: the exact request as JSON; else empty */
    int64_t expires_us; /* wall clock; 0: never */
} PlQuestion;

typedef enum PlAnswerKind { PL_ANSWER_GIVEN, PL_ANSWER_DENIED, PL_ANSWER_LATER /* park the run */ } PlAnswerKind;

typedef struct PlPersonPort {
    void *self;
    /* Blocks while a person at a terminal thinks; LATER at once where there is none. *answer: for GIVEN compact JSON, for DENIED a reason; memory of the
     * port, until the next call. */
    PlAnswerKind (*ask)(void *self, const PlQuestion *question, PlStr *answer, PlStr *who);
} PlPersonPort;

#endif
