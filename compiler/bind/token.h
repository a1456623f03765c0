/* SPDX-License-Identifier: MIT */
/* Texts and names in any casing to words: small letters, stemmed, with what is known of each from how it was written. Not here: what words
 * mean (lexicon.h). */
#ifndef PL_COMPILER_BIND_TOKEN_H
#define PL_COMPILER_BIND_TOKEN_H

#include "compiler/bind/stem.h"
#include "vm/base/vec.h"

typedef enum PlTokenKind {
    PL_TOKEN_WORD,
    PL_TOKEN_NUMBER, /* 12, 3.5 */
    PL_TOKEN_MONEY,  /* $100, 20 EUR is a number and a word */
    PL_TOKEN_EMAIL,
    PL_TOKEN_URL,
    PL_TOKEN_DATE, /* 2026-01-31, 3/14/2026 */
    PL_TOKEN_TIME, /* 10:30 */
    PL_TOKEN_CODE  /* letters and digits mixed: an id, a model, a flight */
} PlTokenKind;

enum {                       /* of a token */
       PL_TOKEN_QUOTED = 1,  /* between quotes */
       PL_TOKEN_CAPITAL = 2, /* begins with a capital, and no sentence begins there */
       PL_TOKEN_STARTS = 4,  /* first of a sentence */
       PL_TOKEN_ASKS = 8,    /* its sentence ends in a question mark */
       PL_TOKEN_ASIDE = 16   /* in parentheses */
};

typedef struct PlToken {
    PlStr stem;   /* of a word; else the text in small letters */
    PlStr word;   /* in small letters, before it was stemmed */
    PlStr raw;    /* as written; borrowed from the text */
    uint8_t kind; /* PlTokenKind */
    uint8_t flags;
    uint16_t sentence;
} PlToken;

typedef struct PlTokens {
    PlToken *items;
    uint32_t len, cap;
} PlTokens;

/* Prose: quotes, numbers, addresses and dates are told apart. At most `max` tokens. Stems live in the arena. */
void pl_token_prose(PlArena *arena, PlStr text, uint32_t max, PlTokens *out);
/* Names and prose of documents: "listDNSRecords", "issues/create-comment", "first_name": words only; numbers count as words. */
void pl_token_name(PlArena *arena, PlStr text, uint32_t max, PlTokens *out);

#endif
