/* SPDX-License-Identifier: MIT */
/* Regular expressions (PCRE2, Unicode) with limits on the work and memory of a match, so that no pattern and no text can stall a run. The
 * last few compiled patterns are kept with the values. spec/values.md, "Patterns". */
#ifndef PL_VALUE_REGEX_H
#define PL_VALUE_REGEX_H

#include "vm/value/value.h"

enum { PL_REGEX_GROUPS = 32, PL_REGEX_NO_GROUP = -1 };

typedef struct PlRegexes PlRegexes;

typedef struct PlRegexMatch {
    uint32_t count; /* groups, the whole match first; 0: no match */
    struct {
        size_t start, end; /* bytes; SIZE_MAX: the group took no part */
    } group[PL_REGEX_GROUPS];
} PlRegexMatch;

/* The first match at or after byte `from` (at a character). PL_INVALID with words in error: the pattern is wrong; PL_LIMIT: the match
 * is too much work. */
PL_MUST_USE PlStatus pl_regex_find(PlValues *values, PlStr pattern, PlStr text, size_t from, PlRegexMatch *out, PlBuf *error);
/* The number of a named group, or PL_REGEX_NO_GROUP; of the pattern that was found last. */
int pl_regex_group_by_name(PlValues *values, PlStr pattern, PlStr name);
void pl_regexes_free(PlRegexes *regexes); /* NULL is fine */

#endif
