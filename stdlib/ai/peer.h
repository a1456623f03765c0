/* SPDX-License-Identifier: MIT */
/* The peer behind the door `ai`: one step for a model is one request here, and one or more chat requests to the provider. docs/ai.md. */
#ifndef PL_STDLIB_AI_PEER_H
#define PL_STDLIB_AI_PEER_H

#include "vm/port/door.h"

/* A PlDoorOpen. Requests: `POST ai://NAME/extract` with a JSON body (stdlib/plugins/ai.yaml). The answer's headers say what it took: x-pilot-model,
 * x-pilot-tokens-in, x-pilot-tokens-out, x-pilot-cost (dollars), x-pilot-asks (answers of the model), x-pilot-cached and x-pilot-mended (yes, or not there).
 * Passing failures are tried again, three times; an answer that cannot be used is asked for again, twice. The whole takes no longer than the request's
 * timeout, when it has one. */
PlStatus pl_ai_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why);

#endif
