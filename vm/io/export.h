/* SPDX-License-Identifier: MIT */
/* A stored run in the formats that other tools read: the journal's own lines, HAR, OpenTelemetry spans, CloudEvents. All are made from the rows and nothing
 * else, so exporting twice gives the same bytes. Layouts: spec/journal.md. */
#ifndef PL_IO_EXPORT_H
#define PL_IO_EXPORT_H

#include "vm/base/arena.h"
#include "vm/io/store.h"

typedef enum PlExportFormat { PL_EXPORT_JOURNAL, PL_EXPORT_HAR, PL_EXPORT_OTLP, PL_EXPORT_CLOUDEVENTS } PlExportFormat;
/* "journal", "har", "otlp", "cloudevents". False when the name is none of them. */
bool pl_export_format(PlStr name, PlExportFormat *out);

/* `bodies`: what was sent and answered, whole (journal: the blobs); else their sizes. `put` gets pieces of text, in order. PL_INVALID: no such run. */
PL_MUST_USE PlStatus pl_export(PlArena *arena, PlStore *store, PlStr id, PlExportFormat format, bool bodies, PlStoreLine put, void *user);

/* ---- export_calls.c: each attempt of a call with its outcome, in order of the outcomes; those without one last ---- */
typedef struct PlExportCall { /* borrowed for the visit */
    PlStr path, intent;       /* body of INTENT */
    uint32_t attempt;
    uint64_t seq;             /* of INTENT */
    int64_t began_us, ended_us; /* wall clock; ended_us is 0 when there is no outcome */
    PlRowKind outcome;        /* RESULT, FAIL, INDOUBT; 0: none on record */
    PlStr result, blob;       /* body of the outcome's row, its bytes */
} PlExportCall;
typedef PlStatus (*PlExportCallVisit)(void *user, const PlExportCall *call);
PL_MUST_USE PlStatus pl_export_calls(PlArena *arena, PlStore *store, PlStr id, PlExportCallVisit visit, void *user);

/* ---- one file each ---- */
typedef struct PlExportWork {
    PlArena *arena;
    PlStore *store;
    PlStoredRun run;  /* texts of the arena */
    bool bodies;
    PlStoreLine put;
    void *user;
    PlBuf out;
    uint64_t count;
} PlExportWork;
PlStatus pl_export_flush(PlExportWork *work); /* hands `out` on and empties it */
PlStatus pl_export_har(PlExportWork *work);
PlStatus pl_export_otlp(PlExportWork *work);
PlStatus pl_export_cloudevents(PlExportWork *work);

#endif
