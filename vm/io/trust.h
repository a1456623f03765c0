/* SPDX-License-Identifier: MIT */
/* Which project files the user trusts: a list of paths, each with the hash of the file as it was then, in ~/.config/pilot/trusted (0600).
 * Not here: what a file wants and who asks (vm/cli/cli_trust.h). A file that is not on the list, or is not as it was, is not trusted; nor is any when the list
 * cannot be read. */
#ifndef PL_IO_TRUST_H
#define PL_IO_TRUST_H

#include "vm/base/buf.h"

typedef enum PlTrustState { PL_TRUST_NEVER, PL_TRUST_CHANGED, PL_TRUST_GIVEN } PlTrustState;

/* The path without links and dots, as the list has it. False: there is no such file, or its name cannot stand in the list. */
bool pl_trust_path(const char *file, char out[4096]);
/* *why (may be NULL; static words): the list is there and cannot be read. `path` as of pl_trust_path. */
PlTrustState pl_trust_state(const char *path, const uint8_t hash[32], const char **why);
/* hash NULL: takes it off the list. PL_INVALID: there is no home; PL_REFUSED: others may write the list; else as of pl_private_write. */
PL_MUST_USE PlStatus pl_trust_set(const char *path, const uint8_t *hash, const char **why);
/* The list, a line each: 64 hex digits, a space, the path. PL_INVALID: there is none. */
PL_MUST_USE PlStatus pl_trust_list(PlBuf *out, const char **why);

#endif
