/* SPDX-License-Identifier: MIT */
/* The door of the tool `http`: one request to a host that the plugin's config lists, for what has no API document. spec/plugins.md. */
#ifndef PL_IO_DOOR_HTTP_H
#define PL_IO_DOOR_HTTP_H

#include "vm/port/door.h"

PlStatus pl_door_http_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why); /* a PlDoorOpen */

#endif
