/* SPDX-License-Identifier: MIT */
/* The functions of the standard library. builtins.def states each once: signature for the checker, purity, documentation and an example
 * that runs; the C behind it stands in stdlib/fn_*.c. A builtin is pure: it sees its arguments and the zone, nothing else. */
#ifndef PL_STDLIB_BUILTIN_H
#define PL_STDLIB_BUILTIN_H

#include "vm/port/function.h"
#include "vm/value/json.h"

typedef struct PlBuiltin {
    const char *name;      /* "sum"; those that only the emitter uses begin with '_' */
    const char *signature; /* "(list: list of number) -> number"; T and U are type variables; "name?: type" may be left out; "...: T" repeats */
    PlBuiltinFn fn;        /* NULL in the compiler */
    const char *doc;       /* one line */
    const char *example;   /* an expression of the language ... */
    const char *result;    /* ... and the JSON of its value */
    uint8_t min_args, max_args; /* max 255: any number */
} PlBuiltin;

extern const PlBuiltin pl_builtins[];
extern const uint32_t pl_builtin_count;
const PlBuiltin *pl_builtin_find(PlStr name); /* NULL when there is none; names are in snake_case */
PlBuiltinRef pl_builtin_ref(PlStr name);      /* the same, as a run's ports want it */

#endif
