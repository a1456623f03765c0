/* SPDX-License-Identifier: MIT */
/* What an author tells of an operation that API documents have no words for: how to find out whether a write was applied (a probe), and where the end
 * of work shows that an answer only began. Written in pilot.yaml under `probes` and `waits`, or in the document as x-pilot-reconcile and
 * x-pilot-wait. Here it is read; compiler/catalog/settle.c makes it part of the action. spec/effects.md, spec/long-running.md. */
#ifndef PL_COMPILER_CATALOG_TOLD_H
#define PL_COMPILER_CATALOG_TOLD_H

#include "compiler/catalog/doc.h"
#include "vm/code/action.h"

typedef struct PlToldProbe {
    PlStr operation;   /* of which this is told: id or name in any spelling; "" in a document */
    PlProbe probe;     /* names as they were written */
    PlSpan span;
} PlToldProbe;

typedef struct PlToldWait {
    PlStr operation;
    bool never;        /* `no`: the first answer is the answer */
    PlAwait await;     /* its type is not set */
    PlStr gives;       /* operation whose result it gives; "" not said */
    PlSpan span;
} PlToldWait;

/* {operation: NAME, with: {PARAMETER: ARGUMENT}, match: {FIELD: ARGUMENT or "=TEXT"}, after: DURATION, absent: unknown | not applied}, or NAME alone. False
 * after a diagnostic. */
bool pl_told_probe(PlArena *arena, PlDiags *diags, const PlNode *node, PlToldProbe *out);
/* {header: NAME, place: POINTER, state: POINTER, result: POINTER, gives: NAME, every: DURATION, within: DURATION}, or yes, or no. */
bool pl_told_wait(PlArena *arena, PlDiags *diags, const PlNode *node, PlToldWait *out);

#endif
