/* SPDX-License-Identifier: MIT */
/* The net port of a run: requests to http(s) go to the HTTP port, requests to `scheme://name` to the peer behind that door. */
#ifndef PL_IO_DOORS_H
#define PL_IO_DOORS_H

#include "vm/code/module.h"
#include "vm/port/door.h"

typedef struct PlDoors PlDoors;

/* `opens` has PL_DOOR_KIND_COUNT entries; NULL where this program cannot open such doors. All is borrowed but `world`, which is copied. NULL: no memory. */
PlDoors *pl_doors_new(const PlDoorWorld *world, const PlManifest *manifest, const PlDoorOpen *opens);
void pl_doors_free(PlDoors *doors); /* calls under way are dropped; the HTTP port must not turn any more */
PlNetPort pl_doors_port(PlDoors *doors);

/* What a run lacks to open all its doors (spec/plugins.md section 4): the first door that is not granted, and in `why` the option that would. NULL: nothing. */
const PlDoor *pl_doors_refused(const PlManifest *manifest, const PlDoorGrants *grants, PlBuf *why);

#endif
