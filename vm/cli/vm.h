/* SPDX-License-Identifier: MIT */
/* What pilotvm's commands share: options, where runs are stored, the world of a run, small readers of JSON. */
#ifndef PL_CLI_VM_H
#define PL_CLI_VM_H

#include "compiler/project.h"
#include "vm/base/json_scan.h"
#include "vm/base/limits.h"
#include "vm/cli/cli_args.h"
#include "vm/io/store.h"
#include "vm/port/door.h"
#include "vm/run/run.h"

typedef struct PlvOptions {
    PlCliList inputs, servers, hooks, answers, allow;
    bool pieces;
    const char *workspace, *store, *project, *approve, *max_body, *max_calls, *max_tokens, *max_money, *timeout, *durable, *ca_file, *proxy;
    bool allow_native, no_project, trust, yes, trace, json, quiet, all, keep_parked;
} PlvOptions;

/* ---- vm_store.c: a store is a file, or a folder with a file for each run, so that runs of several processes do not wait for each other ---- */
PlStr plv_store_place(PlArena *arena, const PlvOptions *o, const PlProject *project); /* ends in '/' when a folder */
void plv_new_id(char id[32]);                                                         /* "r-" and 16 characters, sortable by time */
/* The file of a new run; makes the folders above it. Empty after a message. */
PlStr plv_store_file_new(PlArena *arena, PlStr place, const char *id);
/* The file that holds the run `id` (a unique beginning is enough). Empty after a message. */
PlStr plv_store_file_of(PlArena *arena, PlStr place, PlStr id);
/* All files of the place, newest last. */
uint32_t plv_store_files(PlArena *arena, PlStr place, PlStr **out);

/* ---- vm_common.c ---- */
void plv_print_diags(PlDiags *diags); /* on stderr */
/* -1, or the exit code after a message. *found: whether there is one. */
int plv_project(PlArena *arena, const PlvOptions *o, const char *near, PlProject *project, bool *found);
bool plv_json_text(PlArena *arena, PlStr object, const char *key, PlStr *out); /* a text of a flat JSON object */
/* --input NAME=VALUE and @FILE to one JSON record, by the types that the module declares. False after a message. */
/* *later: there are large files, which go to `files`; without such a place they are left out, and this is to be asked again. */
bool plv_input(PlArena *arena, const PlModule *module, const PlCliList *inputs, PlFiles *files, bool *later, PlStr *out);
/* --server PLUGIN=URL. False after a message. */
bool plv_servers(PlArena *arena, const PlModule *module, const PlCliList *servers, PlServerOverride **out, uint32_t *count);

/* Opened to write; NULL after a message, *code is the exit code. So with all that follow. What is not closed before ends with the arena. */
PlStore *plv_open_store(PlArena *arena, const PlvOptions *o, PlStr file, int *code);
PlStore *plv_open_to_read(PlArena *arena, PlStr file, int *code);
void plv_close_store(PlArena *arena, PlStore *store);
/* A run of the store: -1, or the exit code after a message. `journal` may be NULL. */
int plv_find_run(PlStore *store, PlStr id, PlStoredRun *run, PlJournalPort *journal);
/* The store that holds the run `id` (a unique beginning). */
PlStore *plv_open_run(PlArena *arena, const PlvOptions *o, PlStr id, PlStoreMode mode, int *code);
int plv_place(PlArena *arena, const PlvOptions *o, PlStr *place); /* -1, or the exit code after a message */
PlModule *plv_read_module(PlArena *arena, PlStr bytes, const char *name, int *code); /* `name` for messages */
PlModule *plv_read_module_of(PlArena *arena, PlStore *store, const uint8_t hash[32], int *code);

/* Rows for option tables: where the runs are, for every command; and what commands that only read add. */
#define PLV_PLACE_OPTIONS(o)                                                                                           \
    {"store", 's', PL_CLI_TEXT, &(o).store, "PATH", "the file or folder of runs (default: PILOT_STORE, pilot.yaml, the user's state folder)"},    \
    {"project", 0, PL_CLI_TEXT, &(o).project, "FILE", "the project file (default: pilot.yaml here or above)"},                    \
    {"no-project", 0, PL_CLI_FLAG, &(o).no_project, NULL, "read no project file"}
#define PLV_READ_OPTIONS(o) PLV_PLACE_OPTIONS(o), {"json", 0, PL_CLI_FLAG, &(o).json, NULL, "one JSON object a line; the first names the format"}

/* ---- vm_run.c ---- */
/* A plan that writes is approved by --yes, by --approve or at the terminal, where its review is shown; one that reads is, unless `why` says what else a person
 * should know of it first ("": nothing). -1 to go on, else the exit code. */
int plv_approve(PlArena *arena, const PlvOptions *o, const PlModule *module, const PlServerOverride *servers, uint32_t count, PlStr why);
/* The servers that a run was started with, for o->servers; nothing when some were given now. An error of the store: the run may not go on. */
PlStatus plv_started_servers(PlArena *arena, PlJournalPort journal, const PlModule *module, PlvOptions *o);

/* ---- vm_drive.c: runs a run to its end, and says how it ended ---- */
typedef struct PlvDrive {
    const PlvOptions *options;
    const PlModule *module;
    const PlProject *project;    /* may be NULL */
    const PlServerOverride *servers;
    uint32_t server_count;
    PlStore *store;
    PlJournalPort journal;
    PlStr id, input;
    bool input_later;            /* not made yet: large files go beside the store */
} PlvDrive;
int plv_drive(PlArena *arena, const PlvDrive *drive);

/* ---- vm_trust.c ---- */
/* What the run takes from a project file that the user has not trusted. -1 to go on, else the exit code after a message. */
int plv_trust(PlArena *arena, const PlvDrive *drive);

/* Why a plan that only reads, by its own word, wants an approval: it is not trusted as it is now (`pilotvm trust`), and it takes what only a trusted project
 * opens, or sends requests that are no reads by their method. "": it needs none. */
PlStr plv_trust_claims(PlArena *arena, const PlModule *module); /* of the latter alone */
PlStr plv_trust_plan(PlArena *arena, const PlvDrive *drive, const char *path, PlStr bytes);

/* ---- vm_doors.c ---- */
/* What the run may open. -1 to go on, else the exit code after a message: it was not given a door that the plan needs. */
int plv_doors(PlArena *arena, const PlvDrive *drive, PlDoorGrants *grants);

/* ---- vm_trace.c: notes and the trace on stderr; adds a hook where there is anything to tell ---- */
void plv_tell(PlArena *arena, const PlvOptions *options, const PlModule *module, PlPorts *ports);

int plv_cmd_run(PlArena *arena, int argc, char **argv);
int plv_cmd_resume(PlArena *arena, int argc, char **argv);
int plv_cmd_runs(PlArena *arena, int argc, char **argv);
int plv_cmd_show(PlArena *arena, int argc, char **argv);
int plv_cmd_settle(PlArena *arena, int argc, char **argv); /* vm_settle.c */
int plv_cmd_answer(PlArena *arena, int argc, char **argv);
int plv_cmd_replay(PlArena *arena, int argc, char **argv); /* vm_replay.c */
int plv_cmd_fork(PlArena *arena, int argc, char **argv);   /* vm_fork.c */
int plv_cmd_why(PlArena *arena, int argc, char **argv);    /* vm_why.c */
int plv_cmd_redact(PlArena *arena, int argc, char **argv); /* vm_redact.c */
int plv_cmd_inbox(PlArena *arena, int argc, char **argv);
int plv_cmd_approve(PlArena *arena, int argc, char **argv); /* vm_settle.c */
int plv_cmd_deny(PlArena *arena, int argc, char **argv);
int plv_cmd_trust(PlArena *arena, int argc, char **argv);   /* vm_trust.c */
int plv_cmd_worker(PlArena *arena, int argc, char **argv);  /* vm_worker.c */
int plv_cmd_login(PlArena *arena, int argc, char **argv);   /* vm_login.c */
int plv_cmd_file(PlArena *arena, int argc, char **argv);    /* vm_file.c */
int plv_cmd_audit(PlArena *arena, int argc, char **argv);   /* vm_audit.c */

#endif
