/* SPDX-License-Identifier: MIT */
/* Which doors can be opened: one table for the commands and for programs that embed Pilot. spec/plugins.md. */
#ifndef PL_DOOR_OPENS_H
#define PL_DOOR_OPENS_H

#include "vm/port/door.h"

extern const PlDoorOpen pl_door_opens[PL_DOOR_KIND_COUNT]; /* NULL: nothing opens that kind */

#endif
