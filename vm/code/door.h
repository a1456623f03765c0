/* SPDX-License-Identifier: MIT */
/* Doors: how a plugin that is no HTTP server is reached. Its actions look like those of an API (a path, arguments, a JSON body, an answer with a
 * status), its server is `scheme://name` instead of `https://host`, and the manifest carries what opens the door. spec/plugins.md. */
#ifndef PL_CODE_DOOR_H
#define PL_CODE_DOOR_H

#include "vm/base/str.h"

typedef enum PlDoorKind {
#define PL_DOOR(name, scheme, words) PL_DOOR_##name,
#include "vm/code/doors.def"
#undef PL_DOOR
    PL_DOOR_KIND_COUNT
} PlDoorKind;

typedef struct PlDoor {
    PlStr plugin;    /* whose actions go through it */
    PlDoorKind kind;
    PlStr config;    /* one JSON object without blanks, keys in the order of the project file; "{}" when there is nothing to say. Never a secret */
} PlDoor;

const char *pl_door_scheme(PlDoorKind kind);          /* "tool" */
const char *pl_door_words(PlDoorKind kind);           /* "a built-in tool" */
bool pl_door_by_scheme(PlStr scheme, PlDoorKind *out); /* exact */
/* How long the origin ("tool://fs") of a URL ("tool://fs/read") is; 0 when the URL is not one of a door. A name is of letters, digits, '-', '_', '.'. */
size_t pl_door_origin(PlStr url, PlDoorKind *kind);

/* SHA-256 of JSON without its blanks, in hexadecimal: what was locked must be what is called. */
void pl_door_hash(PlStr json, char out[65]);

#endif
