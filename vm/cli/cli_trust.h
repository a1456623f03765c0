/* SPDX-License-Identifier: MIT */
/* What a project file would open on this machine, and whether it may. A file that came with somebody else's plans must not open anything by being there: what
 * is listed here counts only when the user has trusted the file as it is (vm/io/trust.h), or said it on the command line. docs/project.md. */
#ifndef PL_CLI_TRUST_H
#define PL_CLI_TRUST_H

#include "compiler/project.h"

typedef enum PlWantKind {
    PL_WANT_PROGRAM,   /* `name` is a plugin: it may start programs, or call a library */
    PL_WANT_WORKSPACE, /* a folder that does not lie beneath the file's own */
    PL_WANT_SECRET,    /* a credential: from a program, a login, a file elsewhere, a variable that was not set for Pilot */
    PL_WANT_SERVER,    /* a plugin's server that is this machine, or of the local network */
    PL_WANT_STORE      /* runs are written somewhere else */
} PlWantKind;

typedef struct PlWant {
    PlWantKind kind;
    PlStr name;        /* of the plugin or credential; else "" */
    PlStr words;       /* "run `pass show mail` for the credential mail.token" */
} PlWant;

typedef struct PlWants {
    PL_VEC(PlWant) all;
} PlWants;

/* Everything, in the order of the file's kinds. */
void pl_cli_wants(PlArena *arena, const PlProject *project, PlWants *out);
/* The origins that a plugin of the project names (server, door, hosts of its config); at most PL_CLI_ORIGINS. */
enum { PL_CLI_ORIGINS = 67 };
uint32_t pl_cli_origins(PlArena *arena, const PlPluginArg *plugin, PlStr *out);

/* Has the user trusted this file, as it is now? */
bool pl_cli_trusted(const PlProject *project);
/* -1: all of `wants` may be had (there are none, or the file is trusted); else the exit code after a message that names them. `once`: the option that lets the
 * file count for this once; "" where there is none. */
int pl_cli_trust(const PlProject *project, const PlWants *wants, const char *once);
/* For a command that calls one server with one credential: the wants of both. */
int pl_cli_trust_call(PlArena *arena, const PlProject *project, PlStr plugin, PlStr credential);

#endif
