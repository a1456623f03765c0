/* SPDX-License-Identifier: MIT */
/* The door of an MCP server: `POST mcp://files/read_file {...}` is a tools/call. spec/plugins.md. */
#ifndef PL_IO_DOOR_MCP_H
#define PL_IO_DOOR_MCP_H

#include "vm/port/door.h"

PlStatus pl_door_mcp_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why); /* a PlDoorOpen */

#endif
