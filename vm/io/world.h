/* SPDX-License-Identifier: MIT */
/* The world of a run made real: loop, HTTP with the rules that a module's manifest gives, credentials, hooks, a person at the terminal; all but the
 * journal, which the caller opens (store.h). */
#ifndef PL_IO_WORLD_H
#define PL_IO_WORLD_H

#include "vm/code/module.h"
#include "vm/io/doors.h"
#include "vm/io/hook_command.h"
#include "vm/io/http.h"
#include "vm/io/loop.h"
#include "vm/io/secrets.h"
#include "vm/io/terminal.h"

typedef struct PlWorldOptions {
    const PlModule *module;  /* its manifest gives the origins that may be called */
    const PlStr *servers;    /* plugin, base URL, plugin, base URL ...: these origins too, even at private addresses; each ends in NUL */
    uint32_t server_count;   /* of pairs */
    const PlStr *private_origins; /* origins of the manifest that the project names itself, so private addresses are meant */
    uint32_t private_count;
    const char *const *hooks;     /* commands */
    uint32_t hook_count;
    bool hook_pieces;        /* they are told of PIECE events */
    bool no_person;          /* never ask, park */
    PlHttpOptions http;      /* rules are filled here */
    const PlDoorOpen *opens; /* [PL_DOOR_KIND_COUNT], for the manifest's doors; NULL: none can be opened */
    PlDoorGrants grants;
    void *host;              /* for PlDoorWorld */
    PlLoop *loop;            /* somebody else's, and so is `secrets` then; NULL: a loop of its own */
} PlWorldOptions;

typedef struct PlWorld {
    PlLoop *loop;
    PlSecrets *secrets;
    PlHttp *http;
    PlDoors *doors;          /* NULL: the module has none */
    PlDoorGrants grants;
    PlTerminal *terminal;
    PlHookCommand **hook_commands;
    PlHookPort *hooks;
    uint32_t hook_count;
    bool is_guest;           /* loop and secrets are somebody else's */
} PlWorld;

/* `secrets` is taken over, unless there is options->loop. PL_NOMEM; PL_IO with the failing hook's
 * command in *what; PL_INVALID with a server's URL that is none; PL_NETWORK with
 * the library that cannot be loaded. On failure nothing is
 * left to free. */
PL_MUST_USE PlStatus pl_world_open(PlWorld *world, const PlWorldOptions *options, PlSecrets *secrets, const char **what);
void pl_world_close(PlWorld *world);
PlNetPort pl_world_net(PlWorld *world);

#endif
