/* SPDX-License-Identifier: MIT */
/* Hooks: told before and after each step; a before hook may veto. docs/hooks.md has the JSON that a command hook reads. */
#ifndef PL_PORT_HOOK_H
#define PL_PORT_HOOK_H

#include "vm/base/str.h"
#include "vm/base/status.h"

typedef enum PlHookWhen { PL_HOOK_RUN_BEGIN, PL_HOOK_BEFORE, PL_HOOK_AFTER, PL_HOOK_NOTE, PL_HOOK_RUN_END, PL_HOOK_PIECE } PlHookWhen;

typedef struct PlHookEvent {
    PlHookWhen when;
    PlStr run;      /* id */
    PlStr path;     /* "2#17.1" */
    PlStr step;     /* "2.1" */
    PlStr text;     /* the step's prose, or the note's text; PIECE: what came of a model's answer */
    PlStr action;   /* "gmail.send_message"; empty for other steps */
    PlStr effect;   /* "write" */
    PlStr method, url; /* of an action, credentials never in them */
    PlStr args;     /* JSON of the arguments; empty where there are none */
    PlStr outcome;  /* AFTER, RUN_END: "done", "failed", "skipped", "parked" */
    PlStr error;    /* its message */
    PlStr result;   /* AFTER an action: JSON, may be cut to 64 KiB; RUN_END: output */
    unsigned part;  /* PIECE: of which answer of this call it is, from 1: one that could not be used is asked for again */
    bool replayed;  /* taken from the journal */
    int64_t wall_us, elapsed_us;
} PlHookEvent;

typedef struct PlHookPort {
    void *self;
    /* BEFORE: false vetoes, *reason says why (memory of the hook until its next call). Else the result is ignored. */
    bool (*event)(void *self, const PlHookEvent *event, PlStr *reason);
    bool takes_pieces; /* it is told of PIECE events */
} PlHookPort;

#endif
