/* SPDX-License-Identifier: MIT */
/* Byte strings at their edges: empty, equal, one past, numbers that do and do not fit. */
#include "tests/unit/unit.h"
#include "vm/base/str.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

TEST(compare)
{
    CHECK(pl_str_eq(PL_STR(""), pl_str(NULL, 0)));
    CHECK(pl_str_cmp(PL_STR("a"), PL_STR("b")) < 0);
    CHECK(pl_str_cmp(PL_STR("ab"), PL_STR("a")) > 0);
    CHECK(pl_str_cmp(pl_str(NULL, 0), PL_STR("")) == 0);
    CHECK(pl_str_cmp(PL_STR("\xc3"), PL_STR("z")) > 0);
    CHECK(pl_str_eq_nocase(PL_STR("Order-ID"), PL_STR("oRDER-id")));
    CHECK(!pl_str_eq_nocase(PL_STR("@"), PL_STR("`")));
    CHECK(!pl_str_eq_nocase(PL_STR("\xc3\x84"), PL_STR("\xc3\xa4")));
}

TEST(find)
{
    PlStr s = PL_STR("abcabc");
    CHECK(pl_str_find(s, PL_STR("ca"), 0) == 2);
    CHECK(pl_str_find(s, PL_STR("abc"), 1) == 3);
    CHECK(pl_str_find(s, PL_STR("abc"), 4) == PL_STR_NONE);
    CHECK(pl_str_find(s, PL_STR(""), 6) == 6);
    CHECK(pl_str_find(s, PL_STR(""), 7) == PL_STR_NONE);
    CHECK(pl_str_find(s, PL_STR("abcabcd"), 0) == PL_STR_NONE);
    CHECK(pl_str_find_char(s, 'c', 3) == 5);
    CHECK(pl_str_find_char(s, 'c', 6) == PL_STR_NONE);
    CHECK(pl_str_find_char(pl_str(NULL, 0), 'c', 0) == PL_STR_NONE);
}

TEST(parts)
{
    PlStr s = PL_STR("hello");
    CHECK_STR(pl_str_slice(s, 1, 3), "el");
    CHECK_STR(pl_str_slice(s, 3, 99), "lo");
    CHECK(pl_str_slice(s, 4, 2).len == 0);
    CHECK(pl_str_slice(s, 9, 12).len == 0);
    CHECK_STR(pl_str_trim(PL_STR(" \t\r\n x y \v\f")), "x y");
    CHECK(pl_str_trim(PL_STR("  ")).len == 0);
    CHECK(pl_str_starts(s, PL_STR("hell")) && !pl_str_starts(s, PL_STR("hello!")) && pl_str_starts(s, PL_STR("")));
    CHECK(pl_str_ends(s, PL_STR("llo")) && !pl_str_ends(s, PL_STR("ohello")) && pl_str_ends(s, PL_STR("")));
}

TEST(hash_of_every_length)
{
    char bytes[40] = {0};
    uint64_t seen[40];
    for (size_t len = 0; len < 40; len++) {
        seen[len] = pl_str_hash(pl_str(bytes, len));
        CHECK(seen[len] == pl_str_hash(pl_str(bytes, len)));
        for (size_t i = 0; i < len; i++) CHECK(seen[i] != seen[len]);
    }
}

TEST(distance)
{
    CHECK(pl_str_distance(PL_STR("subject"), PL_STR("subjct"), 3) == 1);
    CHECK(pl_str_distance(PL_STR("recieve"), PL_STR("receive"), 3) == 1);
    CHECK(pl_str_distance(PL_STR("order_id"), PL_STR("Order ID"), 3) == 0);
    CHECK(pl_str_distance(PL_STR("users.messages/send"), PL_STR("usersMessagesSend"), 3) == 0);
    CHECK(pl_str_distance(PL_STR("kitten"), PL_STR("sitting"), 3) == 3);
    CHECK(pl_str_distance(PL_STR("kitten"), PL_STR("sitting"), 2) == 3);
    CHECK(pl_str_distance(PL_STR(""), PL_STR("abc"), 3) == 3);
    CHECK(pl_str_distance(PL_STR(""), PL_STR(""), 0) == 0);
    char a[400], b[400];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    CHECK(pl_str_distance(pl_str(a, 400), pl_str(b, 300), 2) == 0); /* compared by their first bytes */
}

static bool to_int(const char *z, int64_t *out)
{
    return pl_str_to_int(pl_str_z(z), out);
}

TEST(integers)
{
    int64_t n = 7;
    CHECK(to_int("0", &n) && n == 0);
    CHECK(to_int("-0", &n) && n == 0);
    CHECK(to_int("9223372036854775807", &n) && n == INT64_MAX);
    CHECK(to_int("-9223372036854775808", &n) && n == INT64_MIN);
    CHECK(!to_int("9223372036854775808", &n));
    CHECK(!to_int("-9223372036854775809", &n));
    CHECK(!to_int("18446744073709551617", &n)); /* 2^64 + 1 */
    CHECK(!to_int("99999999999999999999999999", &n));
    static const char *const bad[] = {"", "-", "+1", "01", "1 ", " 1", "1.0", "1e2", "0x1", "--1", "1_0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!to_int(bad[i], &n));
}

TEST(doubles)
{
    double d = 7;
    CHECK(pl_str_to_double(PL_STR("-0"), &d) && d == 0 && signbit(d));
    CHECK(pl_str_to_double(PL_STR("0.1"), &d) && d == 0.1);
    CHECK(pl_str_to_double(PL_STR("1E+2"), &d) && d == 100);
    CHECK(pl_str_to_double(PL_STR("1.7976931348623157e308"), &d) && d == DBL_MAX);
    CHECK(pl_str_to_double(PL_STR("5e-324"), &d) && d == 4.9406564584124654e-324);
    CHECK(pl_str_to_double(PL_STR("1e-999999999999"), &d) && d == 0);
    CHECK(!pl_str_to_double(PL_STR("1e309"), &d));
    CHECK(!pl_str_to_double(PL_STR("1e999999999999"), &d));
    CHECK(pl_str_to_double(PL_STR("0e999999999999"), &d) && d == 0);
    static const char *const bad[] = {"", ".5", "5.", "1e", "1e+", "nan", "inf", "0x1p3", "1,5", "-", "-.1", "00", "1.5 "};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!pl_str_to_double(pl_str_z(bad[i]), &d));
}

/* Each of the three ways of number.c against the C library, which runs in the C locale here. */
static void check_like_libc(const char *z)
{
    double ours = 0, theirs = strtod(z, NULL);
    CHECK(pl_str_to_double(pl_str_z(z), &ours));
    if (memcmp(&ours, &theirs, sizeof ours) != 0) {
        fprintf(stderr, "%s: found %.17g, expected %.17g\n", z, ours, theirs);
        CHECK(ours == theirs);
    }
}

TEST(doubles_round_like_libc)
{
    static const char *const hard[] = {
        "9007199254740993.0", "9007199254740991.5", "9007199254740992.5", "9007199254740993.5", "18446744073709551615.0",
        "9999999999999999999.0", "9223372036854775807.0", "9223372036854775809", "7205759403792793.5e1", "1e23", "8.5e22",
        "2.2250738585072011e-308", "2.2250738585072014e-308", "0.000000000000000000000000001", "123456789.123456789e-20",
        "6.02214076e23", "1.00000000000000011102230246251565404236316680908203125", "1.000000000000000111022302462515654042",
        "0.1000000000000000055511151231257827", "17976931348623157081e289", "17976931348623158079e289", "3.5844466002796428e298", "1e-27", "1e27",
        "4503599627370497.5", "4503599627370496.5", "0.3e-26", "1844674407370955161.5e1"};
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) check_like_libc(hard[i]);
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        uint64_t whole = state >> (state & 63);
        char text[64];
        snprintf(text, sizeof text, "%" PRIu64 ".%" PRIu64 "e%d", whole, state % 1000, (int)(state >> 32 & 63) - 32);
        check_like_libc(text);
    }
}

UNIT_MAIN
