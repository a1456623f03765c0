/* SPDX-License-Identifier: MIT */
/* The verifier's parts share this. A check that fails notes the flaw and leaves through the scratch arena's escape, so what follows a
 * check may rely on it. Internal to vm/code. */
#ifndef PL_CODE_VERIFY_H
#define PL_CODE_VERIFY_H

#include "vm/code/codec.h"
#include "vm/code/opcode.h"

/* A loop: from a loop instruction to the last jump back to it. */
typedef struct PlLoop {
    uint32_t first, last; /* instructions, both inside */
    uint32_t parent;      /* index of the loop around it, or PL_VERIFY_NONE */
} PlLoop;
#define PL_VERIFY_NONE UINT32_MAX

typedef struct PlLoops { /* of a function */
    PL_VEC(PlLoop) all;  /* in order of `first` */
    uint32_t *of;        /* [code_count] innermost loop that an instruction is in, or PL_VERIFY_NONE */
} PlLoops;

typedef struct PlVerify {
    const PlModule *m;
    PlArena *scratch;
    PlFlaw *flaw;
    const char *what; /* the record looked at: "constant", "call site" ... */
    uint32_t index;
    const PlFunction *function; /* whose code is looked at; NULL: a record is */
    uint32_t pc;
    PlLoops *loops;     /* [function_count] */
    uint32_t *spawner;  /* [function_count] the function that starts it, or PL_VERIFY_NONE */
    uint32_t *required; /* [action_count] arguments that a call must give */
} PlVerify;

/* Returns when all is right; else notes the flaw and leaves through the escape of `scratch` (as does lack of memory, with no flaw). */
void pl_verify_module(const PlModule *module, PlArena *scratch, PlFlaw *flaw);

_Noreturn void pl_verify_fail(PlVerify *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pl_verify_need(PlVerify *v, bool holds, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* "index below count", for what an index names. */
void pl_verify_index(PlVerify *v, uint64_t index, uint64_t count, const char *what);
void pl_verify_limit(PlVerify *v, uint64_t found, uint64_t limit, const char *unit);
void pl_verify_literal(PlVerify *v, const PlLiteral *value);
bool pl_verify_is_json(PlStr text); /* a list or a record */
void pl_verify_no_control(PlVerify *v, PlStr text, const char *what);

void pl_verify_actions(PlVerify *v);                                /* verify_action.c: sets `required` */
void pl_verify_manifest(PlVerify *v);                               /* verify_action.c */
void pl_verify_code(PlVerify *v);                                   /* verify_code.c: needs `required` */
void pl_verify_loops(PlVerify *v, uint32_t function, PlLoops *out); /* verify_loop.c: after the code */
void pl_verify_spawns(PlVerify *v);                                 /* verify_spawn.c: sets `spawner`; after the code */
void pl_verify_sites(PlVerify *v);                                  /* verify_site.c: needs `loops` and `spawner` */
void pl_verify_labels(PlVerify *v);                                 /* label.c: last, reads everything */

#endif
