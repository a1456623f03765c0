/* SPDX-License-Identifier: MIT */
/* What pilot.c, pilot_world.c and pilot_host.c share: a world is what runs have in common (loop, store, secrets, a person, functions of the program), a place
 * is what one run has in it (HTTP held to its plan's servers, doors, its journal). Not public. */
#ifndef PL_PILOT_WORLD_H
#define PL_PILOT_WORLD_H

#include "vm/io/store.h"
#include "vm/io/world.h"
#include "vm/pilot.h"
#include "vm/run/run.h"

struct PilotModule {
    PlModule *module;
    PlBuf bytes; /* for the store */
};

struct PilotStore {
    PlStore *store;
};

typedef struct PlHostAction { /* a registered function; owned */
    struct PlHostAction *next;
    char *plugin, *name;
    PilotFunction function;
    void *user;
} PlHostAction;

struct PilotWorld {
    PlLoop *loop;
    PlSecrets *secrets;
    PilotStore *store;
    bool owns_store;
    PilotAsk ask;
    void *ask_user;
    char *user_agent, *ca_file, *workspace, *worker; /* NULL: not given */
    PlStr *allowed;
    uint32_t allowed_count;
    PlHostAction *actions;
    PilotReply *replies; /* that nobody answered yet */
};

typedef struct PlPilotPlace {
    PlWorld world;
    PlPorts ports;
    PlStore *store;
    char id[64];
} PlPilotPlace;

/* The place of a new run, or of the one of the store that `config->id` names. `why` gets a reason. On failure nothing is left. */
PL_MUST_USE PlStatus pl_pilot_world_enter(PilotWorld *world, const PilotModule *module, const PilotConfig *config, const PlServerOverride *servers,
                                          PlPilotPlace *place, PlBuf *why);
/* `has_calls`: the run was freed while calls were under way. */
void pl_pilot_world_leave(PlPilotPlace *place, bool has_calls);
/* Says in the store how the run ended. */
PL_MUST_USE PlStatus pl_pilot_world_settle(PlPilotPlace *place, PilotState state, PlStr message);

/* ---- pilot_host.c: PL_DOOR_HOST ---- */
PlStatus pl_pilot_host_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why);
void pl_pilot_host_free(PilotWorld *world);

#endif
