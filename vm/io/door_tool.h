/* SPDX-License-Identifier: MIT */
/* The door of built-in tools: a worker process for each call (`pilotvm worker`, stdlib/tools), which shuts itself in before it looks at what it was
 * asked. clock and random need no worker. spec/plugins.md. */
#ifndef PL_IO_DOOR_TOOL_H
#define PL_IO_DOOR_TOOL_H

#include "vm/port/door.h"

PlStatus pl_door_tool_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why); /* a PlDoorOpen */

#endif
