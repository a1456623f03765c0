/* SPDX-License-Identifier: MIT */
/* What single words mean: whether they say anything, what they do, which others stand for them. Two tables, synonyms.def and languages.def; not a word of them
 * comes from a catalog. */
#ifndef PL_COMPILER_BIND_LEXICON_H
#define PL_COMPILER_BIND_LEXICON_H

#include "compiler/bind/token.h"
#include "vm/base/map.h"

typedef enum PlVerb {
    PL_VERB_NONE,
    PL_VERB_SEARCH,
    PL_VERB_LIST,
    PL_VERB_READ,
    PL_VERB_CREATE,
    PL_VERB_UPDATE,
    PL_VERB_DELETE,
    PL_VERB_SEND,
    PL_VERB_COMPUTE,
    PL_VERB_START,
    PL_VERB_STOP,
    PL_VERB_BOOK,
    PL_VERB_ACCESS,
    PL_VERB_COUNT
} PlVerb;

typedef struct PlGroup { /* a row of words that stand for each other */
    PlStr *stems;
    uint32_t count;
    float worth; /* 0 to 1 */
} PlGroup;

typedef struct PlMeaning {
    uint8_t verb;   /* PlVerb */
    uint8_t common; /* 0: no; 3: tells least */
    bool local;     /* a verb of what a plan does by itself */
    PL_VEC(const PlGroup *) groups;
} PlMeaning;

typedef struct PlPhrase {
    PlStr words[4]; /* as written, in small letters */
    uint32_t count;
    PlStr *stems; /* what they mean */
    uint32_t stem_count;
} PlPhrase;

typedef struct PlSign { /* of a script without spaces; found anywhere in a text */
    PlStr sign, stem;
} PlSign;

typedef struct PlLexicon {
    PlMap by_stem; /* PlMeaning */
    PlMap stops;   /* whole words */
    PL_VEC(PlPhrase) phrases;
    PL_VEC(PlSign) signs;
} PlLexicon;

PlLexicon *pl_lexicon_new(PlArena *arena);
const PlMeaning *pl_lexicon_find(const PlLexicon *lexicon, PlStr stem); /* NULL: nothing is known of it */
bool pl_lexicon_is_stop(const PlLexicon *lexicon, PlStr word);
/* "on", "off": stop words that tell one name from another ("turnOn", "scaleDown"). */
bool pl_lexicon_is_particle(PlStr word);
PlVerb pl_lexicon_verb(const PlLexicon *lexicon, PlStr stem);
/* May an action of the one kind be what a step of the other kind means? */
bool pl_verb_agrees(PlVerb asked, PlVerb offered);
static inline bool pl_verb_is_reading(PlVerb verb)
{
    return verb >= PL_VERB_SEARCH && verb <= PL_VERB_READ;
}
static inline bool pl_verb_is_writing(PlVerb verb)
{
    return verb >= PL_VERB_CREATE && verb <= PL_VERB_SEND;
}

#endif
