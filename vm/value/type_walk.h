/* SPDX-License-Identifier: MIT */
/* Inside vm/value: what checking and coercing share. Where the walk stands is a chain of frames on the C stack, so that a walk that
 * succeeds never writes a path. Alternatives of nested unions could make a walk exponential; the nodes seen in alternatives that did not
 * fit are counted, and past a budget nothing fits any more. */
#ifndef PL_VALUE_TYPE_WALK_H
#define PL_VALUE_TYPE_WALK_H

#include "vm/value/type_check.h"

typedef struct PlTypePlace {
    const struct PlTypePlace *up; /* NULL at the top */
    PlStr name;                   /* a field ... */
    uint32_t index;               /* ... or an item: then the name is empty with ptr NULL */
} PlTypePlace;

typedef struct PlTypeWalk {
    const PlTypes *types;
    PlMismatch *why;    /* may be NULL */
    bool answer;        /* pl_type_check_answer: what a server may do without harm is fine */
    uint32_t muted;     /* inside an alternative: *why is not written */
    uint64_t seen;      /* values so far */
    uint64_t wasted;    /* of these in alternatives that did not fit */
} PlTypeWalk;

bool pl_type_walk_check(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId type, PlValue v);
/* Writes *why unless muted; returns false. */
bool pl_type_walk_fail(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId type, PlValue v);
bool pl_type_walk_spent(const PlTypeWalk *walk);
/* The one member that a message should look into: the only one that is not "nothing", or the only list or record for a list or
 * record; PL_TYPE_NONE when there is no such. */
PlTypeId pl_type_walk_likely(const PlTypes *types, const PlType *type, PlValue v);
bool pl_type_is_literal(const PlLiteral *literal, PlValue v);

#endif
