/* SPDX-License-Identifier: MIT */
/* The door of the tool `browser`: one headless Chromium for a run, driven through chromedriver (W3C WebDriver). It reaches the hosts of the plugin's
 * config alone. spec/plugins.md. */
#ifndef PL_IO_DOOR_BROWSER_H
#define PL_IO_DOOR_BROWSER_H

#include "vm/port/door.h"

PlStatus pl_door_browser_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why); /* a PlDoorOpen */

#endif
