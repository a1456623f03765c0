/* SPDX-License-Identifier: MIT */
/* The one judgement: is a value of type S usable where T is wanted. spec/types.md. */
#ifndef PL_COMPILER_CHECK_USABLE_H
#define PL_COMPILER_CHECK_USABLE_H

#include "vm/code/type.h"

typedef enum PlUsable {
    PL_USABLE_NO,
    PL_USABLE_RUNTIME, /* some values of S are: a check is compiled */
    PL_USABLE_COERCE,  /* after a conversion that loses nothing (a COERCE is inserted, with a note) */
    PL_USABLE_YES
} PlUsable;

typedef struct PlUsableWhy { /* the path that decides, for NO and RUNTIME: "items[*].id"; and the two types there */
    PlStr path;
    PlTypeId found, wanted;
    bool
        converts; /* RUNTIME: some of the values that fit do so only after a conversion, so a COERCE is needed, not a check */
} PlUsableWhy;

/* Coinductive over recursive types; memory of the arena for the path. `why` may be NULL. */
PlUsable pl_usable(PlArena *arena, PlTypes *types, PlTypeId source, PlTypeId target, PlUsableWhy *why);

#endif
