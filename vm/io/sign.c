/* SPDX-License-Identifier: MIT */
/* A table of libcrypto's functions, filled at each use: a signature is made now and then, and nothing is kept between two. */
#include "vm/io/sign.h"

#include <dlfcn.h>
#include <openssl/evp.h>

#define LIBRARY "libcrypto.so.3"

#define FUNCTIONS(X)                                                                                                   \
    X(EVP_PKEY_new_raw_private_key)                                                                                    \
    X(EVP_PKEY_new_raw_public_key)                                                                                     \
    X(EVP_PKEY_get_raw_public_key)                                                                                     \
    X(EVP_PKEY_free)                                                                                                   \
    X(EVP_MD_CTX_new)                                                                                                  \
    X(EVP_MD_CTX_free)                                                                                                 \
    X(EVP_DigestSignInit)                                                                                              \
    X(EVP_DigestSign)                                                                                                  \
    X(EVP_DigestVerifyInit)                                                                                            \
    X(EVP_DigestVerify)
#define MEMBER(name) __typeof__(name) *name;
#define PLACE(name) {#name, offsetof(Crypto, name)},

typedef struct Crypto {
    FUNCTIONS(MEMBER)
} Crypto;

static const struct {
    const char *name;
    size_t at; /* of the member */
} places[] = {FUNCTIONS(PLACE)};

/* POSIX has dlsym give functions as void *, which C has no cast for: the bytes are copied. */
static bool load(Crypto *crypto)
{
    void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    for (size_t i = 0; library && i < sizeof places / sizeof *places; i++) {
        void *function = dlsym(library, places[i].name);
        if (!function) return false;
        memcpy((char *)crypto + places[i].at, &function, sizeof function);
    }
    return library != NULL;
}

PlStatus pl_sign_public(const uint8_t seed[PL_SIGN_SEED], uint8_t out[PL_SIGN_PUBLIC])
{
    Crypto c;
    if (!load(&c)) return PL_IO;
    size_t len = PL_SIGN_PUBLIC;
    EVP_PKEY *key = c.EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, PL_SIGN_SEED);
    bool good = key && c.EVP_PKEY_get_raw_public_key(key, out, &len) == 1 && len == PL_SIGN_PUBLIC;
    c.EVP_PKEY_free(key);
    return good ? PL_OK : PL_NOMEM;
}

PlStatus pl_sign_make(const uint8_t seed[PL_SIGN_SEED], PlStr message, uint8_t out[PL_SIGN_BYTES])
{
    Crypto c;
    if (!load(&c)) return PL_IO;
    size_t len = PL_SIGN_BYTES;
    EVP_PKEY *key = c.EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, PL_SIGN_SEED);
    EVP_MD_CTX *ctx = key ? c.EVP_MD_CTX_new() : NULL;
    bool good = ctx && c.EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
                c.EVP_DigestSign(ctx, out, &len, (const uint8_t *)message.ptr, message.len) == 1 && len == PL_SIGN_BYTES;
    c.EVP_MD_CTX_free(ctx);
    c.EVP_PKEY_free(key);
    return good ? PL_OK : PL_NOMEM;
}

PlStatus pl_sign_check(const uint8_t key_bytes[PL_SIGN_PUBLIC], PlStr message, const uint8_t signature[PL_SIGN_BYTES])
{
    Crypto c;
    if (!load(&c)) return PL_IO;
    EVP_PKEY *key = c.EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key_bytes, PL_SIGN_PUBLIC);
    EVP_MD_CTX *ctx = key ? c.EVP_MD_CTX_new() : NULL;
    PlStatus status = ctx && c.EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 ? PL_OK : PL_NOMEM;
    if (status == PL_OK && c.EVP_DigestVerify(ctx, signature, PL_SIGN_BYTES, (const uint8_t *)message.ptr, message.len) != 1) status = PL_INVALID;
    c.EVP_MD_CTX_free(ctx);
    c.EVP_PKEY_free(key);
    return status;
}
