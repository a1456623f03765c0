/* SPDX-License-Identifier: MIT */
/* Decimal text to number, by the grammar of RFC 8259 section 6: "-"? int frac? exp?. Locale-free and correctly rounded. */
#ifndef PL_BASE_NUMBER_H
#define PL_BASE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct PlNumber {
    bool is_int;     /* neither fraction nor exponent, and it fits int64 ("-0" is 0) */
    int64_t integer; /* when is_int */
    double number;   /* otherwise; may be infinite when the text is too large for a double */
} PlNumber;

/* Reads the longest number at ptr, never at or past limit. Returns the place behind it; on a fault returns NULL and sets
 * *fault (may be NULL) to the first byte that fits no number (perhaps limit). */
const char *pl_number_scan(const char *ptr, const char *limit, PlNumber *out, const char **fault);

#endif
