/* SPDX-License-Identifier: MIT */
/* English words to their stems, after M. F. Porter, "An algorithm for suffix stripping" (1980). Words that inflect without a rule ("sent",
 * "people") are the business of synonyms.def. */
#ifndef PL_COMPILER_BIND_STEM_H
#define PL_COMPILER_BIND_STEM_H

#include <stddef.h>

enum { PL_STEM_MAX = 40 }; /* longer words are cut */

/* `word` holds `len` small letters and digits, at most PL_STEM_MAX, and room for one more byte; it is changed in place. Returns the new
 * length, which is at least 1. Words of up to two letters, and those with other bytes than small ASCII letters, stay as they are. */
size_t pl_stem_word(char *word, size_t len);

#endif
