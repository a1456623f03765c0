/* SPDX-License-Identifier: MIT */
/* A step's words while one parameter is looked for in them: what said.c (numbers, times, listed values) and said_text.c (texts, names of the plan) share. */
#ifndef PL_COMPILER_BIND_SAYING_H
#define PL_COMPILER_BIND_SAYING_H

#include "compiler/bind/said.h"
#include "compiler/bind/token.h"

enum { PL_SAYING_TOKENS = 80, PL_SAYING_PARTS = 12 };

typedef struct PlSaying {
    PlChecker *c;
    PlStr text;
    PlTokens tokens;
    const PlAction *action;
    const PlParam *param;
    PlTokens name; /* of the parameter, in words */
    PlSaid *out;
    bool is_probe; /* only what another parameter would take: then no more parameters are looked at */
} PlSaying;

/* How sure words make it that a name of the plan is a parameter's value. */
typedef enum PlMeantFor { PL_MEANT_NO, PL_MEANT_ITS_TEXT, PL_MEANT_ITS_RECORD, PL_MEANT_RECIPIENT, PL_MEANT_CALLED_SO, PL_MEANT_SAME_NAME } PlMeantFor;

bool pl_saying_one(PlStr word, const char *words);           /* one of these, which blanks part */
PlStr pl_saying_word(const PlSaying *p, uint32_t i);         /* in small letters; empty behind the last */
size_t pl_saying_offset(const PlSaying *p, uint32_t i);      /* of a token in the text */
bool pl_saying_named(const PlSaying *p, const char *words);  /* the parameter's name has one of these words */
bool pl_saying_letter(char c);
PlStr pl_saying_quoted(PlSaying *p, PlStr text);             /* as a text of a plan; empty when it cannot stand in one as it is */
bool pl_saying_found(PlSaying *p, PlStr expr, uint32_t first, uint32_t last); /* sets `out`; true */

/* What the words say for the parameter, before it is seen whether another takes the same words. */
bool pl_saying_value(PlSaying *p, const bool *taken);

/* Readers of texts: a quote that the words name, or the only one; the one word behind the parameter's name; a name of the plan as sure as `least`. */
bool pl_saying_quote(PlSaying *p, bool by_name, const bool *taken);
bool pl_saying_bare(PlSaying *p);
bool pl_saying_mention(PlSaying *p, PlMeantFor least, const bool *taken);

#endif
