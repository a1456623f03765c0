/* SPDX-License-Identifier: MIT */
/* Numbers are little-endian, texts carry their length as u32 before them, so no two rows have the same bytes. */
#include "vm/io/store_chain.h"

#include "vm/code/hash.h"

enum { FIXED = 1 + 4 + 4 + 8 + 1 + 4 + 4 + 4 + 8 };

static uint8_t *put32(uint8_t *at, uint32_t n)
{
    for (int i = 0; i < 4; i++) *at++ = (uint8_t)(n >> 8 * i);
    return at;
}

static uint8_t *put64(uint8_t *at, uint64_t n)
{
    return put32(put32(at, (uint32_t)n), (uint32_t)(n >> 32));
}

static PlStr bytes_of(const uint8_t *from, size_t len)
{
    return pl_str((const char *)from, len);
}

void pl_store_chain_first(PlStr run, const uint8_t module_hash[32], uint8_t out[32])
{
    uint8_t head[9] = {0};
    put32(put32(head + 1, PL_CHAIN_VERSION), (uint32_t)run.len);
    pl_hash_parts((PlStr[]){bytes_of(head, sizeof head), run, bytes_of(module_hash, 32)}, 3, out);
}

void pl_store_chain_commit(const uint8_t salt[PL_CHAIN_SALT], PlStr body, const uint8_t *blob_hash, uint8_t out[32])
{
    uint8_t head[PL_CHAIN_SALT + 8];
    memcpy(head, salt, PL_CHAIN_SALT);
    put64(head + PL_CHAIN_SALT, body.len);
    pl_hash_parts((PlStr[]){bytes_of(head, sizeof head), body, bytes_of(blob_hash, blob_hash ? 32 : 0)}, 3, out);
}

/* One block on the stack for all that is fixed, so that the hash is fed in few pieces. */
void pl_store_chain_next(PlStr run, const PlRow *row, const uint8_t commit[32], const uint8_t prev[32], uint8_t out[32])
{
    uint8_t head[9], middle[FIXED], tail[8 + 64];
    head[0] = 1;
    put32(put32(head + 1, PL_CHAIN_VERSION), (uint32_t)run.len);
    uint8_t *at = put64(middle, row->seq);
    *at++ = (uint8_t)row->kind;
    at = put32(put32(put32(at, row->site), row->attempt), (uint32_t)row->path.len);
    memcpy(put64(tail, (uint64_t)row->wall_us), commit, 32);
    memcpy(tail + 8 + 32, prev, 32);
    pl_hash_parts((PlStr[]){bytes_of(head, sizeof head), run, bytes_of(middle, (size_t)(at - middle)), row->path,
                            bytes_of(tail, sizeof tail)},
                  5, out);
}
