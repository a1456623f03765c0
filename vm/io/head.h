/* SPDX-License-Identifier: MIT */
/* Signed heads: "run R had N rows, and the last had the hash H, at time T", with an Ed25519 signature. Kept elsewhere they show what a chain cannot: that rows
 * were cut from its end, or that all of it was written anew. Keys are files of their own, never part of a store. spec/journal.md has the bytes. */
#ifndef PL_IO_HEAD_H
#define PL_IO_HEAD_H

#include "vm/io/sign.h"
#include "vm/io/store.h"

typedef struct PlHead {
    PlStr run, time;          /* time: ISO 8601, UTC */
    uint64_t rows;
    uint8_t hash[32];         /* of the row with that number; of no row: what the chain begins with */
    uint8_t key[PL_SIGN_PUBLIC], signature[PL_SIGN_BYTES];
} PlHead;

/* ---- keys ---- */
/* A new pair: FILE, mode 0600, and FILE.pub. PL_BUSY: FILE is there. Else as pl_private_write. */
PL_MUST_USE PlStatus pl_head_keygen(const char *file, uint8_t public_key[PL_SIGN_PUBLIC]);
/* PL_INVALID: no file, or not a key; *why says it. PL_REFUSED: others may read it. Wipe the seed after use. */
PL_MUST_USE PlStatus pl_head_read_key(const char *file, uint8_t seed[PL_SIGN_SEED], const char **why);
/* 64 hex digits, or the name of a file that keygen wrote. */
PL_MUST_USE PlStatus pl_head_read_public(const char *file_or_hex, uint8_t public_key[PL_SIGN_PUBLIC], const char **why);

/* ---- statements ---- */
/* Key and signature of a head whose other members are set. */
PL_MUST_USE PlStatus pl_head_sign(PlHead *head, const uint8_t seed[PL_SIGN_SEED]);
void pl_head_put(PlBuf *out, const PlHead *head); /* a line of JSON with its '\n' */
/* PL_INVALID with *why: no statement of this form, or the signature is not its key's. Whether the key is to be trusted is the caller's to say. */
PL_MUST_USE PlStatus pl_head_read(PlArena *arena, PlStr line, PlHead *out, const char **why);

/* What the store has now: rows and hash. The chain should have been verified. PL_INVALID: no such run. */
PL_MUST_USE PlStatus pl_head_of_run(PlStore *store, PlStr id, PlHead *out);
/* Hold a run against statements about it, in order of their rows. PL_CORRUPT: *bad is the first that does not fit, *why says how. */
PL_MUST_USE PlStatus pl_head_check(PlStore *store, PlStr id, const PlHead *heads, uint32_t count, const PlHead **bad, const char **why);

#endif
