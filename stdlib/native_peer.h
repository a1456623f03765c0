/* SPDX-License-Identifier: MIT */
/* The door of native functions that are called in the run's own process, which the project must ask for: `config: {in_process: true}`. A crash there
 * is the run's. */
#ifndef PL_STDLIB_NATIVE_PEER_H
#define PL_STDLIB_NATIVE_PEER_H

#include "vm/port/door.h"

PlStatus pl_native_peer_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why); /* a PlDoorOpen */
bool pl_native_peer_is_wanted(const PlDoor *door);

#endif
