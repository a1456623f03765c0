/* SPDX-License-Identifier: MIT */
/* Pilot as a library: load a compiled plan, run it in a world, hear of each step and veto it, answer its questions, take its output and its journal.
 * Compiling: pilotc.h. Handles are opaque; a world and its runs belong to one thread at a time; nothing here prints, exits or keeps global state. Texts
 * that are returned live as long as their handle. docs/embed.md has a program.
 *
 *     PilotModule *module;
 *     PilotRun *run;
 *     char why[256];
 *     if (pilot_module_load(bytes, len, &module, why, sizeof why) != PILOT_OK) ...
 *     PilotWorld *world = pilot_world_new(NULL);
 *     PilotConfig config = {.world = world, .input = "{\"recipient\": \"a@example.com\"}", .hook = my_hook};
 *     if (pilot_run_start(module, &config, &run, why, sizeof why) != PILOT_OK) ...
 *     while (pilot_run_pump(run) == PILOT_RUN_WAITING) pilot_world_turn(world, -1);
 *     PilotText output = pilot_run_output(run);
 */
#ifndef PILOT_H
#define PILOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PILOT_VERSION_TEXT "0.1.0"
#define PILOT_VERSION_MAJOR 0
#define PILOT_VERSION_MINOR 1
#define PILOT_API __attribute__((visibility("default")))

typedef enum PilotStatus { /* how a call ended; the order may grow at its end */
    PILOT_OK,
    PILOT_INVALID,    /* what was given is wrong */
    PILOT_FAILED,     /* the run failed */
    PILOT_USAGE,      /* the call itself is wrong */
    PILOT_IO,
    PILOT_NETWORK,
    PILOT_CREDENTIAL, /* missing or refused */
    PILOT_WAITING,    /* for an approval or an answer */
    PILOT_REFUSED,    /* by a hook, a person, a rule */
    PILOT_LIMIT,
    PILOT_CHANGED,    /* since it was approved */
    PILOT_CORRUPT,
    PILOT_VERSION,    /* made by another version */
    PILOT_BUSY,       /* in use by another process */
    PILOT_FULL,
    PILOT_NOMEM,
    PILOT_INTERNAL,
    PILOT_STATUS_COUNT
} PilotStatus;

PILOT_API const char *pilot_version(void);                    /* "0.1.0" */
PILOT_API const char *pilot_status_words(PilotStatus status); /* "limit reached" */
PILOT_API int pilot_status_exit_code(PilotStatus status);     /* as the commands use them, docs/cli.md */

typedef struct PilotText { /* UTF-8, not ended by NUL */
    const char *ptr;
    size_t len;
} PilotText;

/* One line without its end. Borrowed for the call; false: no more of them. */
typedef bool (*PilotLine)(void *user, PilotText line);

/* ---- compiled plans ---- */
typedef struct PilotModule PilotModule;
/* The bytes of a .pbc file, which are copied and verified. On failure *out is NULL and `why` (may be NULL) says why. A module may be shared by
 * runs, in several threads, and must outlive them. */
PILOT_API PilotStatus pilot_module_load(const void *bytes, size_t len, PilotModule **out, char *why, size_t why_size);
PILOT_API void pilot_module_free(PilotModule *module);
PILOT_API PilotText pilot_module_title(const PilotModule *module);
PILOT_API PilotText pilot_module_plan(const PilotModule *module); /* the exact plan */
/* What an approval is bound to: plan, effects and actions. 64 hex digits and NUL. */
PILOT_API void pilot_module_approval(const PilotModule *module, char out[65]);
PILOT_API bool pilot_module_writes(const PilotModule *module); /* it has a call that changes something */
PILOT_API size_t pilot_module_input_count(const PilotModule *module);
PILOT_API PilotText pilot_module_input_name(const PilotModule *module, size_t i);
/* What a person reads before approving, line by line; as JSON one line of one object (spec/review.md). */
PILOT_API PilotStatus pilot_module_review(const PilotModule *module, bool as_json, PilotLine line, void *user);

/* ---- functions of the program as actions of plans ---- */
typedef enum PilotEffect { PILOT_EFFECT_NONE, PILOT_EFFECT_READ, PILOT_EFFECT_WRITE, PILOT_EFFECT_DELETE } PilotEffect;

typedef struct PilotReply PilotReply; /* the answer that one call waits for */
/* `args` is a JSON record that fits the schema's required names; what a plan gives was checked by the compiler where it could be, the rest is the function's
 * to check. Each call is answered once, by one of the two below, now or later, on the world's thread. A function neither pumps nor frees a run. */
typedef void (*PilotFunction)(void *user, PilotText args, PilotReply *reply);
/* Done. `json` is checked against the result's schema as an API's answer is; "" for nothing. */
PILOT_API void pilot_reply(PilotReply *reply, const char *json);
/* Not done. 400 to 499: nothing was changed (400 wrong arguments, 403 refused, 404 not found, 409 exists). 500 to 599: it may have been. A plan sees the
 * number and the words as of an API: "if it fails with 404, ...". */
PILOT_API void pilot_reply_error(PilotReply *reply, int status, const char *why);

typedef struct PilotAction {
    const char *plugin, *name;  /* plans call it plugin.name: letters, digits and '_', first a letter */
    const char *title;          /* one line, what it does; plans are bound to actions by it. NULL: the name */
    PilotEffect effect;         /* reads are sent again after a crash; a write that may have happened waits for a person */
    bool idempotent;            /* a write that may be sent again */
    const char *args;           /* JSON Schema of a record; NULL: it takes nothing */
    const char *result;         /* JSON Schema; NULL: it gives nothing */
    PilotFunction function;     /* not looked at by the compiler */
    void *user;
} PilotAction;

/* ---- stores: where the journals of runs are (spec/journal.md) ---- */
typedef struct PilotStore PilotStore;
/* A file, made when there is none; one process writes it at a time. NULL: in memory. */
PILOT_API PilotStatus pilot_store_open(const char *path, PilotStore **out, char *why, size_t why_size);
PILOT_API void pilot_store_close(PilotStore *store); /* after its worlds */
/* A run's rows as lines of JSON, and whether they are as they were written (PILOT_CORRUPT: `why` says where not). */
PILOT_API PilotStatus pilot_store_journal(PilotStore *store, const char *run, PilotLine line, void *user);
PILOT_API PilotStatus pilot_store_verify(PilotStore *store, const char *run, char *why, size_t why_size);

/* ---- the world of runs: clock, HTTP, the store, secrets, people, functions of the program ---- */
typedef struct PilotWorld PilotWorld;

typedef enum PilotAnswerKind { PILOT_ANSWER_GIVEN, PILOT_ANSWER_DENIED, PILOT_ANSWER_LATER } PilotAnswerKind;
typedef struct PilotQuestion {
    PilotText path;   /* of the step */
    PilotText role;   /* who is asked; may be empty */
    PilotText text;
    PilotText type;   /* of the answer: "yes/no", "list of text" */
    PilotText shows;  /* an approval of one call: the exact request as JSON; else empty */
    bool is_approval;
} PilotQuestion;
/* LATER parks the run; start it again when the answer is there, then it is asked again. Else *answer is JSON (of an approval it is not looked at), or
 * why it was denied; *who may stay NULL. Both are borrowed until the next call. */
typedef PilotAnswerKind (*PilotAsk)(void *user, const PilotQuestion *question, const char **answer, const char **who);

typedef struct PilotWorldOptions {
    PilotStore *store;      /* borrowed; NULL: one in memory, which ends with the world */
    PilotAsk ask;           /* NULL: nobody is there, runs park */
    void *ask_user;
    const char *user_agent; /* NULL: "pilot/VERSION" */
    const char *ca_file;    /* certificates to trust instead of the system's; NULL: the system's */
    const char *workspace;  /* folder that tools of plans may see; NULL: none */
    const char *const *allow; /* plugins that may start programs or call a shared library (spec/plugins.md section 4); copied */
    size_t allow_count;
    const char *worker;     /* the program pilotvm, which plays the sandboxed workers of tools; NULL: it lies beside this program */
} PilotWorldOptions;

/* `options` may be NULL. NULL: no memory. A world ends after its runs. */
PILOT_API PilotWorld *pilot_world_new(const PilotWorldOptions *options);
PILOT_API void pilot_world_free(PilotWorld *world);
/* A secret by the name that reviews show ("github.token"). It is copied, and wiped with the world. Names that are not given come from the environment
 * (docs/credentials.md). */
PILOT_API PilotStatus pilot_world_credential(PilotWorld *world, const char *name, const char *value);
/* The function behind an action that a plan was compiled with. Texts are copied. PILOT_INVALID: it is there already, or no name. */
PILOT_API PilotStatus pilot_world_action(PilotWorld *world, const PilotAction *action);
/* Timers that are due, files that are ready; waits for them at most so long, -1: until something happens. False: there is nothing to wait for. */
PILOT_API bool pilot_world_turn(PilotWorld *world, int64_t max_ms);

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
    PILOT_RUN_WAITING, /* something is under way: let the world turn, then pump again */
    PILOT_RUN_DONE,
    PILOT_RUN_FAILED,  /* failed: pilot_run_error has the record */
    PILOT_RUN_PARKED,  /* waits for a person or an event: start it again later with the same id */
    PILOT_RUN_BROKEN   /* its journal cannot be written or contradicts the plan */
} PilotState;

struct PlPorts; /* vm/run/run.h: for programs that are built with Pilot's own headers */

typedef struct PilotConfig {
    PilotWorld *world;
    const struct PlPorts *ports; /* instead of a world: net, clock, journal, person, functions of one's own */
    const char *id;             /* of the run: a new one, or one of the store, which goes on. NULL: a new one */
    const char *input;          /* JSON record; NULL: {} */
    const char *const *servers; /* "plugin=https://host": instead of the documents', also at private addresses */
    size_t server_count;
    const void *seed;           /* 32 bytes; NULL: drawn. A resumed run takes that of its journal */
    PilotHook hook;             /* besides the ports' own hooks, and asked first; may be NULL */
    void *hook_user;
    bool trace;                 /* hear of every step, not only of calls */
    size_t heap_bytes;          /* 0: the default limit */
    uint64_t max_calls;         /* lowers the plan's limit; 0: not */
    const char *approve;        /* the approval hash (12 digits or more) that a person saw: PILOT_CHANGED when the plan has another. NULL: the caller knows */
} PilotConfig;

/* Begins a run, or takes up the one that is in the store. The module and the world must outlive it. */
PILOT_API PilotStatus pilot_run_start(const PilotModule *module, const PilotConfig *config, PilotRun **out, char *why, size_t why_size);
PILOT_API PilotState pilot_run_pump(PilotRun *run);
PILOT_API void pilot_run_cancel(PilotRun *run, const char *why); /* ends it at one of the next pumps */
PILOT_API void pilot_run_free(PilotRun *run);                    /* also of one that has not ended: it can be taken up again */
PILOT_API PilotText pilot_run_id(const PilotRun *run);
PILOT_API PilotText pilot_run_output(const PilotRun *run);       /* JSON; "null" when there is none */
PILOT_API PilotText pilot_run_error(const PilotRun *run);        /* JSON record {message, kind, code, step, path, status, body}, or empty */
PILOT_API PilotStatus pilot_run_status(const PilotRun *run);

#ifdef __cplusplus
}
#endif
#endif
