/* SPDX-License-Identifier: MIT */
/* The hash chain of a run's rows: the bytes that are hashed, and nothing of where they are kept. spec/journal.md has the layout with an example, so that
 * a verifier can be written without reading this. A body and its salt may be erased later; the row's commitment and hash stay. */
#ifndef PL_IO_STORE_CHAIN_H
#define PL_IO_STORE_CHAIN_H

#include "vm/port/journal.h"

#define PL_CHAIN_VERSION 1u
#define PL_CHAIN_SALT 16

/* What stands before the first row: the run's id and the module it runs. */
void pl_store_chain_first(PlStr run, const uint8_t module_hash[32], uint8_t out[32]);
/* SHA-256 of salt, body and the blob's hash (NULL: no blob). */
void pl_store_chain_commit(const uint8_t salt[PL_CHAIN_SALT], PlStr body, const uint8_t *blob_hash, uint8_t out[32]);
/* The row's hash, over the hash of the row before it. body and blob count through `commit` only. */
void pl_store_chain_next(PlStr run, const PlRow *row, const uint8_t commit[32], const uint8_t prev[32], uint8_t out[32]);

#endif
