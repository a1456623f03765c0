/* SPDX-License-Identifier: MIT */
/* The words of a text as unread.c weighs them: small letters, stems, numbers without their signs. */
#ifndef PL_COMPILER_CHECK_UNREAD_WORDS_H
#define PL_COMPILER_CHECK_UNREAD_WORDS_H

#include "vm/base/arena.h"
#include "vm/base/map.h"
#include "vm/base/vec.h"

typedef enum PlSaidKind { PL_SAID_WORD, PL_SAID_NUMBER, PL_SAID_PAUSE, PL_SAID_ARROW, PL_SAID_COMPARE } PlSaidKind;

typedef struct PlSaidWord {
    PlSaidKind kind;
    PlStr word; /* small letters; of a number its digits, "1200" for "$1,200.00" */
    PlStr stem;
    size_t from, to; /* in the text */
} PlSaidWord;
typedef PL_VEC(PlSaidWord) PlSaidWords;

/* Texts in quotes are left out. At most 200 words. */
void pl_unread_words(PlArena *arena, PlStr text, PlSaidWords *out);
/* Stems and numbers of a text, names taken apart at '_', '.' and humps; those in quotes, too. */
void pl_unread_learn(PlArena *arena, PlStr text, PlMap *known);

#endif
