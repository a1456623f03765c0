/* SPDX-License-Identifier: MIT */
/* Byte strings: comparing, finding, hashing, nearness of names. */
#include "vm/base/str.h"

#include "vm/base/number.h"

#include <math.h>
#include <sys/auxv.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool pl_str_eq_nocase(PlStr a, PlStr b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
    return true;
}

int pl_str_cmp(PlStr a, PlStr b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool pl_str_starts(PlStr s, PlStr prefix)
{
    return s.len >= prefix.len && pl_str_eq((PlStr){s.ptr, prefix.len}, prefix);
}

bool pl_str_ends(PlStr s, PlStr suffix)
{
    return s.len >= suffix.len && pl_str_eq(pl_str_slice(s, s.len - suffix.len, s.len), suffix);
}

size_t pl_str_find(PlStr s, PlStr part, size_t from)
{
    if (from > s.len || part.len > s.len - from) return PL_STR_NONE;
    if (part.len == 0) return from;
    const char *hit = memmem(s.ptr + from, s.len - from, part.ptr, part.len);
    return hit ? (size_t)(hit - s.ptr) : PL_STR_NONE;
}

size_t pl_str_find_char(PlStr s, char c, size_t from)
{
    if (from >= s.len) return PL_STR_NONE;
    const char *hit = memchr(s.ptr + from, c, s.len - from);
    return hit ? (size_t)(hit - s.ptr) : PL_STR_NONE;
}

bool pl_str_is_among(PlStr word, PlStr words, char between)
{
    for (size_t at = 0; at < words.len;) {
        size_t end = pl_str_find_char(words, between, at);
        if (end == PL_STR_NONE) end = words.len;
        if (pl_str_eq(pl_str_slice(words, at, end), word)) return true;
        at = end + 1;
    }
    return false;
}

PlStr pl_str_slice(PlStr s, size_t start, size_t end)
{
    if (end > s.len) end = s.len;
    if (start >= end) return (PlStr){s.len ? s.ptr + end : s.ptr, 0};
    return (PlStr){s.ptr + start, end - start};
}

PlStr pl_str_trim(PlStr s)
{
    while (s.len && is_space(s.ptr[s.len - 1])) s.len--;
    while (s.len && is_space(s.ptr[0])) s.ptr++, s.len--;
    return s;
}

/* ---- SipHash-1-3 (Aumasson and Bernstein): short, and keyed against texts made to collide ------------------------ */

typedef struct Sip {
    uint64_t v0, v1, v2, v3;
} Sip;

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(Sip *s)
{
    s->v0 += s->v1, s->v1 = rotate(s->v1, 13) ^ s->v0, s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3, s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3, s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1, s->v1 = rotate(s->v1, 17) ^ s->v2, s->v2 = rotate(s->v2, 32);
}

static void sip_word(Sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

/* The kernel hands each process 16 random bytes; they serve as the key without a global to initialise. */
static Sip sip_start(void)
{
    uint64_t key[2] = {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd1b54a32d192ed03)};
    const char *random = (const char *)(uintptr_t)getauxval(AT_RANDOM);
    if (random) memcpy(key, random, sizeof key);
    return (Sip){key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                 key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
}

uint64_t pl_str_hash(PlStr s)
{
    Sip sip = sip_start();
    size_t i = 0;
    uint64_t word;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.ptr + i, 8);
        sip_word(&sip, word);
    }
    word = (uint64_t)s.len << 56;
    for (int shift = 0; i < s.len; i++, shift += 8) word |= (uint64_t)(unsigned char)s.ptr[i] << shift;
    sip_word(&sip, word);
    sip.v2 ^= 0xff;
    sip_round(&sip), sip_round(&sip), sip_round(&sip);
    return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

/* ---- nearness ---------------------------------------------------------------------------------------------------- */

enum { DISTANCE_MAX = 64 }; /* longer names are compared by their first bytes, which is enough to suggest one */

static size_t normalise(PlStr s, char out[DISTANCE_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < s.len && len < DISTANCE_MAX; i++)
        if (!memchr("_- ./", s.ptr[i], 5)) out[len++] = lower(s.ptr[i]);
    return len;
}

/* Optimal string alignment: insert, delete, replace, and swap of neighbours cost 1 each. */
unsigned pl_str_distance(PlStr a, PlStr b, unsigned max)
{
    char x[DISTANCE_MAX], y[DISTANCE_MAX];
    size_t n = normalise(a, x), m = normalise(b, y);
    if ((n > m ? n - m : m - n) > max) return max + 1;
    unsigned rows[3][DISTANCE_MAX + 1];
    unsigned *two_up = rows[0], *up = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= m; j++) up[j] = j;
    for (unsigned i = 1; i <= n; i++) {
        unsigned best = row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            unsigned cost = up[j - 1] + (x[i - 1] != y[j - 1]);
            if (up[j] + 1 < cost) cost = up[j] + 1;
            if (row[j - 1] + 1 < cost) cost = row[j - 1] + 1;
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] && two_up[j - 2] + 1 < cost)
                cost = two_up[j - 2] + 1;
            row[j] = cost;
            if (cost < best) best = cost;
        }
        if (best > max) return max + 1;
        unsigned *old = two_up;
        two_up = up, up = row, row = old;
    }
    return up[m] > max ? max + 1 : up[m];
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

bool pl_str_to_int(PlStr s, int64_t *out)
{
    PlNumber n;
    if (s.len == 0 || pl_number_scan(s.ptr, s.ptr + s.len, &n, NULL) != s.ptr + s.len || !n.is_int) return false;
    *out = n.integer;
    return true;
}

bool pl_str_to_double(PlStr s, double *out)
{
    PlNumber n;
    if (s.len == 0 || pl_number_scan(s.ptr, s.ptr + s.len, &n, NULL) != s.ptr + s.len) return false;
    double d = n.is_int ? (double)n.integer : n.number;
    if (n.is_int && n.integer == 0 && s.ptr[0] == '-') d = -0.0;
    if (!isfinite(d)) return false;
    *out = d;
    return true;
}
