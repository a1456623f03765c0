/* SPDX-License-Identifier: MIT */
/* Pilot as a library: load a compiled plan, run it, hear of each step and veto it, take its output. Handles are opaque; a run belongs to the
 * thread that made it; nothing here prints, exits or keeps global state. Texts that are returned live as long as their handle.
 *
 *     PilotModule *module;
 *     char why[256];
 *     if (pilot_module_load(bytes, len, &module, why, sizeof why) != PILOT_OK) ...
 *     PilotConfig config = {.input = "{\"recipient\": \"a@example.com\"}", .hook = my_hook, .world = world};
 *     PilotRun *run;
 *     if (pilot_run_start(module, &config, &run, why, sizeof why) != PILOT_OK) ...
 *     while (pilot_run_pump(run) == PILOT_RUN_WAITING) my_loop_turn();
 *     PilotText output = pilot_run_output(run);
 */
#ifndef PILOT_H
#define PILOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PILOT_VERSION_MAJOR 0
#define PILOT_VERSION_MINOR 1

typedef enum PilotStatus {
#define PL_STATUS(name, exit_code, words) PILOT_##name,
#include "vm/base/status.def"
#undef PL_STATUS
    PILOT_STATUS_COUNT
} PilotStatus;

const char *pilot_status_words(PilotStatus status); /* "limit reached" */
int pilot_status_exit_code(PilotStatus status);     /* as the commands use them, docs/cli.md */

typedef struct PilotText { /* UTF-8, not ended by NUL */
    const char *ptr;
    size_t len;
} PilotText;

/* ---- compiled plans ---- */
typedef struct PilotModule PilotModule;
/* The bytes of a .pbc file, which are copied and verified. On failure *out is NULL and `why` (may be NULL) says why. A module may be shared by
 * runs, in several threads, and must outlive them. */
PilotStatus pilot_module_load(const void *bytes, size_t len, PilotModule **out, char *why, size_t why_size);
void pilot_module_free(PilotModule *module);
PilotText pilot_module_title(const PilotModule *module);
PilotText pilot_module_plan(const PilotModule *module); /* the exact plan */
/* What an approval is bound to: plan, effects and actions. 64 hex digits and NUL. */
void pilot_module_approval(const PilotModule *module, char out[65]);
bool pilot_module_writes(const PilotModule *module); /* it has a call that changes something */
size_t pilot_module_input_count(const PilotModule *module);
PilotText pilot_module_input_name(const PilotModule *module, size_t i);

/* ---- hooks ---- */
typedef enum PilotWhen { PILOT_HOOK_RUN_BEGIN, PILOT_HOOK_BEFORE, PILOT_HOOK_AFTER, PILOT_HOOK_NOTE, PILOT_HOOK_RUN_END } PilotWhen;

typedef struct PilotStep { /* valid during the call; fields that do not apply are empty; meaning: docs/hooks.md */
    PilotWhen when;
    PilotText run, path, step, text, action, effect, method, url, args, outcome, error, result;
    bool replayed;
    int64_t time_us, elapsed_us;
} PilotStep;

/* BEFORE: false refuses the step; *reason (static, or alive until the next call) says why. Else the result is ignored. */
typedef bool (*PilotHook)(void *user, const PilotStep *step, const char **reason);

/* ---- runs ---- */
typedef struct PilotRun PilotRun;

typedef enum PilotState {
    PILOT_RUN_WAITING, /* something is under way: let the world's loop turn, then pump again */
    PILOT_RUN_DONE,
    PILOT_RUN_FAILED, /* failed: pilot_run_error has the record */
    PILOT_RUN_PARKED,  /* waits for a person or an event: start it again later with the same journal */
    PILOT_RUN_BROKEN   /* its journal cannot be written or contradicts the plan */
} PilotState;

/* Net, clock, journal, person, functions: vm/run/run.h. The host program's own, or one made by vm/io and stdlib. */
struct PlPorts;

typedef struct PilotConfig {
    const struct PlPorts *world;
    const char *id;             /* of the run; NULL: "run" */
    const char *input;          /* JSON record; NULL: {} */
    const char *const *servers; /* "plugin=https://host": instead of the documents' */
    size_t server_count;
    const void *seed;           /* 32 bytes; NULL: drawn. A resumed run takes that of its journal */
    PilotHook hook;             /* besides the world's own hooks, and asked first; may be NULL */
    void *hook_user;
    bool trace;                 /* hear of every step, not only of calls */
    size_t heap_bytes;          /* 0: the default limit */
    uint64_t max_calls;         /* lowers the plan's limit; 0: not */
} PilotConfig;

/* Begins a run, or takes up the one that the world's journal holds. The module and the world must outlive it. */
PilotStatus pilot_run_start(const PilotModule *module, const PilotConfig *config, PilotRun **out, char *why, size_t why_size);
PilotState pilot_run_pump(PilotRun *run);
void pilot_run_cancel(PilotRun *run, const char *why); /* ends it at one of the next pumps */
void pilot_run_free(PilotRun *run);
PilotText pilot_run_output(const PilotRun *run);       /* JSON; "null" when there is none */
PilotText pilot_run_error(const PilotRun *run);        /* JSON record {message, kind, code, step, path, status, body}, or empty */
PilotStatus pilot_run_status(const PilotRun *run);

#endif
