/* SPDX-License-Identifier: MIT */
/* The spellings of grammar/spellings.def, found by their first letter: longest match of words and signs in one of the places. */
#ifndef PL_COMPILER_SYNTAX_PHRASE_H
#define PL_COMPILER_SYNTAX_PHRASE_H

#include "vm/base/arena.h"

typedef enum PlPlaceOf {
    PL_AT_OPENING,
    PL_AT_PREFIX,
    PL_AT_INFIX,
    PL_AT_TAIL,
    PL_AT_COUNT,
    PL_AT_UNIT,
    PL_AT_FAIL,
    PL_AT_TYPE,
    PL_AT_BIND,
    PL_AT_PART,
    PL_AT_HEADER,
    PL_AT_COUNT_OF_PLACES
} PlPlaceOf;

typedef struct PlSpelling {
    PlPlaceOf place;
    int kind;    /* PL_TK_* */
    PlStr exact; /* what the printer writes */
    PlStr accepted;
} PlSpelling;

typedef struct PlPhrases PlPhrases; /* immutable once made */

PlPhrases *pl_phrases_new(PlArena *arena);
/* The longest spelling of `place` at ptr or NULL; *end is the place behind it. A word ends where no letter, digit or '_' follows; white space
 * between words may be any, line ends too. */
const PlSpelling *pl_phrase_match(const PlPhrases *phrases, PlPlaceOf place, const char *ptr, const char *limit,
                                  const char **end);
/* The longest of that place and kind. */
const PlSpelling *pl_phrase_match_kind(const PlPhrases *phrases, PlPlaceOf place, int kind, const char *ptr,
                                       const char *limit, const char **end);
/* The same by walking the whole table: for the printer, which has no arena. */
const PlSpelling *pl_phrase_longest(PlPlaceOf place, const char *ptr, const char *limit, const char **end);
/* The exact spelling of the first row with that kind, "" when it has none. */
PlStr pl_phrase_exact(int kind);
/* "company size" as a name: company_size. Letters, digits and '_' stay, everything between them is one '_'. */
PlStr pl_phrase_joined(PlArena *arena, PlStr words);
bool pl_phrase_word_char(char c); /* a letter, digit, '_' or a byte of a longer sequence */
/* A title that says whether, when or for what: "only when urgent". Such words are no title that may be left out. */
bool pl_phrase_limits(PlStr title);

extern const PlSpelling pl_spellings[];
extern const uint32_t pl_spelling_count;

#endif
