/* SPDX-License-Identifier: MIT */
/* The project file pilot.yaml: plugins with document, server and credential names, where credentials come from, limits, the store. docs/project.md. */
#ifndef PL_COMPILER_PROJECT_H
#define PL_COMPILER_PROJECT_H

#include "compiler/catalog/told.h"
#include "vm/code/module.h"

typedef struct PlPluginArg { /* one plugin, of the project or of --plugin name=DOC */
    PlStr name, document;    /* document: path, relative to the project's folder */
    PlStr server;            /* "" : the document's */
    PlStr credential;        /* prefix of its credentials' names; "" : the plugin's name */
    const PlStr *variables;  /* server variables: name, value, ... */
    uint32_t variable_count;
    bool has_door;           /* not an API document but what is behind a door: `document` is the name, command, file or model that its maker takes */
    PlDoorKind door;
    PlStr text;              /* the document itself, from a program that has it; `document` is its name in findings then */
    PlStr folder;            /* where its lock lies; "" or ends in '/' */
    PlStr config;            /* of a door: one JSON object; "" : {} */
    const PlStr *idempotent; /* operations that may be sent again whatever their method: the project vouches for them */
    uint32_t idempotent_count;
    const PlToldProbe *probes;
    uint32_t probe_count;
    const PlToldWait *waits;
    uint32_t wait_count;
    bool trusted;            /* what its document says of its own answers (x-pilot-trust) counts */
} PlPluginArg;

typedef struct PlCredentialArg { /* where a credential comes from */
    PlStr name;
    enum { PL_CREDENTIAL_ENV, PL_CREDENTIAL_FILE, PL_CREDENTIAL_COMMAND, PL_CREDENTIAL_LOGIN } from;
    PlStr where;             /* LOGIN: the token URL */
    PlStr device, client, scopes; /* LOGIN */
} PlCredentialArg;

typedef struct PlTrustArg { /* "mail.get_message.from -> mail.send_message.to" */
    PlStr from, to;          /* to "": any argument */
} PlTrustArg;

typedef struct PlProject { /* in the arena */
    PlStr path, folder;
    uint8_t hash[32];        /* SHA-256 of the file's text: what trust is bound to */
    PL_VEC(PlPluginArg) plugins;
    PlStr plugins_dir;       /* "" none */
    PL_VEC(PlCredentialArg) credentials;
    uint64_t max_calls, max_time_us, max_body; /* 0: not given */
    uint64_t max_tokens, max_money;            /* money in millionths */
    PlStr store;             /* path; "" : the default */
    PlStr zone;              /* "" : UTC */
    PlPolicy policy;
    PL_VEC(PlTrustArg) trusts;
    PL_VEC(PlStr) selectors; /* "mail.send_message.subject": arguments that say whom or what */
    PL_VEC(PlStr) allow;     /* plugins that may start programs (spec/plugins.md) */
    PlStr workspace;         /* folder that tools may see; "" none */
} PlProject;

/* Reads it (a YAML subset of P12 diagnostics: unknown keys get "did you mean"). PL_IO when it cannot be read, PL_INVALID with diagnostics. */
PL_MUST_USE PlStatus pl_project_read(PlArena *arena, PlDiags *diags, const char *path, PlProject *out);
/* pilot.yaml in `folder` or the folders above, at most 16 up; "" when there is none. */
PlStr pl_project_find(PlArena *arena, PlStr folder);

#endif
