/* SPDX-License-Identifier: MIT */
/* SHA-256 against FIPS 180-4's examples, HMAC against RFC 4231's. */
#include "vm/code/hash.h"

#include "tests/unit/unit.h"

static bool is_hex(const uint8_t digest[32], const char *expected)
{
    char hex[65];
    pl_hash_hex(digest, 32, hex);
    return strcmp(hex, expected) == 0;
}

TEST(sha256)
{
    uint8_t out[32];
    pl_hash_bytes(PL_STR(""), out);
    CHECK(is_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    pl_hash_bytes(PL_STR("abc"), out);
    CHECK(is_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    pl_hash_parts((PlStr[]){PL_STR_INIT("a"), PL_STR_INIT(""), PL_STR_INIT("bc")}, 3, out);
    CHECK(is_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

TEST(hmac)
{
    uint8_t out[32];
    pl_hash_hmac(PL_STR("Jefe"), PL_STR("what do ya want for nothing?"), out);
    CHECK(is_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    char key[131];
    memset(key, 0xaa, sizeof key);
    pl_hash_hmac(pl_str(key, sizeof key), PL_STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
    CHECK(is_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

TEST(hex)
{
    uint8_t bytes[3];
    CHECK(pl_hash_from_hex(PL_STR("00fFa1"), bytes, 3));
    CHECK(bytes[0] == 0 && bytes[1] == 0xff && bytes[2] == 0xa1);
    CHECK(!pl_hash_from_hex(PL_STR("00ff"), bytes, 3));
    CHECK(!pl_hash_from_hex(PL_STR("00ffg1"), bytes, 3));
}

TEST(random_differs)
{
    uint8_t a[32] = {0}, b[32] = {0};
    pl_hash_random(a, sizeof a);
    pl_hash_random(b, sizeof b);
    CHECK(memcmp(a, b, sizeof a) != 0);
}

UNIT_MAIN
