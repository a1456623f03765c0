/* SPDX-License-Identifier: MIT */
/* The part of a text that stands in a JSON string as it is: what the scanner jumps over and the writer copies. Not here: escapes. Reads nothing at or past
 * the limit. */
#ifndef PL_BASE_JSON_PLAIN_H
#define PL_BASE_JSON_PLAIN_H

#include "vm/base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool pl_json_plain_stops(unsigned char c)
{
    return c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
}

#ifdef __SSE2__
/* A bit for each of 16 bytes that is a quote, a backslash, a control character or not ASCII (as signed, below 0x20). */
static inline unsigned pl_json_plain_bits(const char *p)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));
}

static inline const char *pl_json_plain_skip(const char *p, const char *limit)
{
    for (; limit - p >= 16; p += 16) {
        unsigned bits = pl_json_plain_bits(p);
        if (bits) return p + __builtin_ctz(bits);
    }
    while (p < limit && !pl_json_plain_stops((unsigned char)*p)) p++;
    return p;
}
#else
static inline uint64_t pl_json_plain_zeros(uint64_t word)
{
    return (word - UINT64_C(0x0101010101010101)) & ~word;
}

static inline const char *pl_json_plain_skip(const char *p, const char *limit)
{
    for (; limit - p >= 8; p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        uint64_t hits = word | (word - UINT64_C(0x2020202020202020)) | pl_json_plain_zeros(word ^ UINT64_C(0x2222222222222222)) |
                        pl_json_plain_zeros(word ^ UINT64_C(0x5c5c5c5c5c5c5c5c));
        if (hits & UINT64_C(0x8080808080808080)) break;
    }
    while (p < limit && !pl_json_plain_stops((unsigned char)*p)) p++;
    return p;
}
#endif

/* Past all valid non-ASCII sequences and plain bytes: stops at a quote, a backslash, a fault or the limit. */
static inline const char *pl_json_plain_end(const char *p, const char *limit)
{
    for (;;) {
        p = pl_json_plain_skip(p, limit);
        unsigned n = p < limit && (*p & 0x80) ? pl_utf8_sequence(p, limit) : 0;
        if (!n) return p;
        p += n;
    }
}

#endif
