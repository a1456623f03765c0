/* SPDX-License-Identifier: MIT */
/* Signed heads for pilotvm audit: read from a file, with the keys that are trusted, and held against runs. */
#ifndef PL_CLI_VM_HEADS_H
#define PL_CLI_VM_HEADS_H

#include "vm/cli/vm.h"
#include "vm/io/head.h"

typedef struct PlvHeads {
    PlHead *all; /* by run, then by rows */
    bool *seen;  /* held against its run */
    uint32_t count, key_count;
    uint8_t (*keys)[PL_SIGN_PUBLIC];
} PlvHeads;

/* Every line must be signed with one of the keys (none named: the user's own). False after a message. */
bool plv_heads_read(PlArena *arena, const char *file, const PlCliList *public_keys, PlvHeads *out);
/* *found: how many heads there are of this run. PL_CORRUPT: *bad and *why, as of pl_head_check. */
PlStatus plv_heads_check(PlvHeads *heads, PlStore *store, PlStr id, uint32_t *found, const PlHead **bad, const char **why);

int plv_audit_keygen(PlArena *arena, int argc, char **argv);
int plv_audit_head(PlArena *arena, int argc, char **argv);

#endif
