/* SPDX-License-Identifier: MIT */
/* A borrowed run of bytes, usually UTF-8; never owns, need not end in NUL. ptr may be NULL only when len is 0. */
#ifndef PL_BASE_STR_H
#define PL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct PlStr {
    const char *ptr;
    size_t len;
} PlStr;

#define PL_STR(lit) ((PlStr){"" lit, sizeof(lit) - 1})
#define PL_STR_INIT(lit) {"" lit, sizeof(lit) - 1} /* for static initialisers */
#define PL_FMT "%.*s"
#define PL_ARG(s) (int)(s).len, (s).ptr

static inline PlStr pl_str(const char *ptr, size_t len) { return (PlStr){ptr, len}; }
static inline PlStr pl_str_z(const char *z) { return (PlStr){z, z ? strlen(z) : 0}; }
static inline bool pl_str_eq(PlStr a, PlStr b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }
static inline bool pl_str_eq_z(PlStr a, const char *z) { return pl_str_eq(a, pl_str_z(z)); }

bool pl_str_eq_nocase(PlStr a, PlStr b); /* ASCII letters only */
int pl_str_cmp(PlStr a, PlStr b);        /* by bytes, then by length: <0, 0, >0 */
bool pl_str_starts(PlStr s, PlStr prefix);
bool pl_str_ends(PlStr s, PlStr suffix);
#define PL_STR_NONE SIZE_MAX
size_t pl_str_find(PlStr s, PlStr part, size_t from); /* offset or PL_STR_NONE */
size_t pl_str_find_char(PlStr s, char c, size_t from);
bool pl_str_is_among(PlStr word, PlStr words, char between); /* one of the words that `between` parts: "a|b|c" */
PlStr pl_str_slice(PlStr s, size_t start, size_t end); /* clamps */
PlStr pl_str_trim(PlStr s);                            /* ASCII white space at both ends */

/* Keyed hash; the key is drawn once per process, so never let its order show (PlMap iterates by insertion). */
uint64_t pl_str_hash(PlStr s);

/* Damerau-Levenshtein distance of normalised (lower case, no '_', '-', ' ', '.', '/') forms, capped at max + 1. */
unsigned pl_str_distance(PlStr a, PlStr b, unsigned max);

/* Whole text as a number. False when there is trailing text or it does not fit. */
bool pl_str_to_int(PlStr s, int64_t *out);
bool pl_str_to_double(PlStr s, double *out); /* JSON number grammar, locale-free, finite only */

#endif
