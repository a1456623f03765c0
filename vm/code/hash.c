/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4) of libcrypto in its plain form, which needs no allocation and so cannot fail: OpenSSL 3's EVP form can, and looks up
 * the algorithm at each call. HMAC (RFC 2104) stands on it. Random bytes come from the kernel. */
#define OPENSSL_API_COMPAT 0x10100000L
#include "vm/code/hash.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/random.h>

enum { BLOCK = 64, DIGEST = 32 };

void pl_hash_bytes(PlStr bytes, uint8_t out[32])
{
    pl_hash_parts(&bytes, 1, out);
}

void pl_hash_parts(const PlStr *parts, size_t count, uint8_t out[32])
{
    SHA256_CTX ctx;
    SHA256_Init(&ctx);
    for (size_t i = 0; i < count; i++)
        if (parts[i].len) SHA256_Update(&ctx, parts[i].ptr, parts[i].len);
    SHA256_Final(out, &ctx);
}

_Static_assert(sizeof(SHA256_CTX) <= sizeof(PlHashing), "room for libcrypto's state");

void pl_hash_begin(PlHashing *hashing)
{
    SHA256_Init((SHA256_CTX *)(void *)hashing);
}

void pl_hash_put(PlHashing *hashing, PlStr bytes)
{
    if (bytes.len) SHA256_Update((SHA256_CTX *)(void *)hashing, bytes.ptr, bytes.len);
}

void pl_hash_end(PlHashing *hashing, uint8_t out[32])
{
    SHA256_Final(out, (SHA256_CTX *)(void *)hashing);
}

void pl_hash_hmac(PlStr key, PlStr bytes, uint8_t out[32])
{
    uint8_t block[BLOCK] = {0}, inner[BLOCK], outer[BLOCK], digest[DIGEST];
    if (key.len > BLOCK)
        pl_hash_bytes(key, block);
    else if (key.len)
        memcpy(block, key.ptr, key.len);
    for (size_t i = 0; i < BLOCK; i++) {
        inner[i] = block[i] ^ 0x36;
        outer[i] = block[i] ^ 0x5c;
    }
    pl_hash_parts((PlStr[]){{(const char *)inner, BLOCK}, bytes}, 2, digest);
    pl_hash_parts((PlStr[]){{(const char *)outer, BLOCK}, {(const char *)digest, DIGEST}}, 2, out);
    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
}

void pl_hash_hex(const uint8_t *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool pl_hash_from_hex(PlStr hex, uint8_t *out, size_t len)
{
    if (hex.len != 2 * len) return false;
    for (size_t i = 0; i < len; i++) {
        int high = digit_value(hex.ptr[2 * i]), low = digit_value(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void pl_hash_random(uint8_t *out, size_t len)
{
    while (len) {
        ssize_t got = getrandom(out, len, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) abort();
        out += got;
        len -= (size_t)got;
    }
}
