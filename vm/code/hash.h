/* SPDX-License-Identifier: MIT */
/* SHA-256, HMAC-SHA-256 and random bytes; libcrypto stands behind it. */
#ifndef PL_CODE_HASH_H
#define PL_CODE_HASH_H

#include "vm/base/str.h"

void pl_hash_bytes(PlStr bytes, uint8_t out[32]);
void pl_hash_parts(const PlStr *parts, size_t count, uint8_t out[32]); /* of the concatenation */
/* Of bytes that come piece by piece: begin, put, end, once each but put. */
typedef struct PlHashing {
    uint32_t state[32]; /* libcrypto's, which is smaller */
} PlHashing;
void pl_hash_begin(PlHashing *hashing);
void pl_hash_put(PlHashing *hashing, PlStr bytes);
void pl_hash_end(PlHashing *hashing, uint8_t out[32]);
void pl_hash_hmac(PlStr key, PlStr bytes, uint8_t out[32]);
void pl_hash_hex(const uint8_t *bytes, size_t len, char *out); /* 2 * len digits and NUL */
bool pl_hash_from_hex(PlStr hex, uint8_t *out, size_t len);
void pl_hash_random(uint8_t *out, size_t len); /* cryptographic; aborts when the system has none */

#endif
