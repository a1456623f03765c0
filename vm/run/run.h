/* SPDX-License-Identifier: MIT */
/* A run: one module, one input, one journal, taken from its first row to its last. Knows no socket and no file: the world is behind the ports.
 * The owner calls pl_run_pump, waits on its loop when told to, and pumps again; callbacks of the ports only mark fibers as ready. */
#ifndef PL_RUN_RUN_H
#define PL_RUN_RUN_H

#include "vm/code/module.h"
#include "vm/port/clock.h"
#include "vm/port/files.h"
#include "vm/port/function.h"
#include "vm/port/hook.h"
#include "vm/port/journal.h"
#include "vm/port/net.h"
#include "vm/port/person.h"
#include "vm/value/value.h"

typedef struct PlRun PlRun;

typedef struct PlPorts {
    PlNetPort net;
    PlClockPort clock;
    PlJournalPort journal;
    PlPersonPort person;
    const PlHookPort *hooks;
    uint32_t hook_count;
    PlFilesPort files;        /* self NULL: every file is held in memory */
    PlBuiltinLookup builtins; /* pl_builtin_ref; NULL: none */
} PlPorts;

typedef struct PlServerOverride {
    PlStr plugin, url; /* the plugin's actions go to this base URL: --server plugin=URL */
} PlServerOverride;

typedef struct PlRunOptions {
    PlStr id;                 /* run id */
    PlStr input;              /* JSON record; empty: {} */
    const PlServerOverride *servers;
    uint32_t server_count;
    uint8_t seed[32];         /* of randomness and idempotency keys */
    size_t heap_bytes;        /* 0: the default limit */
    uint64_t max_calls;       /* lowers the manifest's; 0: not */
    PlUsage max_usage;        /* lowers the manifest's, or sets it; 0: not */
    uint64_t default_timeout_us; /* of an attempt; 0: 30 s */
    uint64_t max_body;
    bool trace;               /* every step's begin and end to the hooks: slower; off: action steps only when there are no hooks */
} PlRunOptions;

typedef enum PlRunState {
    PL_RUN_WAITING, /* something is under way: wait on the loop, then pump */
    PL_RUN_DONE,    /* END row written: output is there */
    PL_RUN_FAILED,  /* END row written: error is there */
    PL_RUN_PARKED,  /* PARK row written: a person decides; resume later */
    PL_RUN_BROKEN   /* the journal could not be written, or contradicts the module, or memory ran out: nothing more was sent; a resume goes on */
} PlRunState;

/* The module must outlive the run. A journal that holds rows is resumed: finished steps are taken from it. NULL with *status and a
 * diagnostic (input does not fit, journal of another module, no memory). */
PlRun *pl_run_new(const PlModule *module, const PlPorts *ports, const PlRunOptions *options, PlDiags *diags,
                  PlStatus *status);
PlRunState pl_run_pump(PlRun *run);
/* The first half of a pump: what is ready runs and its rows are appended, but nothing is committed or sent. Who pumps several runs of one store
 * prepares all of them first: then the first barrier covers the rows of all, and the others cost nothing. */
void pl_run_prepare(PlRun *run);
void pl_run_cancel(PlRun *run, PlStr why);    /* ends it at the next pump; calls under way are awaited or cancelled */
void pl_run_free(PlRun *run);

PlStr pl_run_output(const PlRun *run);        /* JSON; "null" when it returned nothing */
/* Failed, parked or broken: the error record as JSON {message, step, path, kind, status}; the exit status that fits. */
PlStr pl_run_error(const PlRun *run);
PlStr pl_run_reason(const PlRun *run);        /* done by `Stop "why"`: the reason as JSON; else "" */
PlStatus pl_run_status(const PlRun *run);
typedef struct PlRunStats {
    uint64_t calls, replayed, retries, rows, fibers_peak;
    size_t heap_peak;
} PlRunStats;
PlRunStats pl_run_stats(const PlRun *run);

#endif
