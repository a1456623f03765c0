/* SPDX-License-Identifier: MIT */
/* One and many: "ticket" and "tickets", "category" and "categories". Names are words with `_` between; the last word is the noun. Only the
 * regular ways of English and the few others that names are made of; what is not known is left as it is. */
#ifndef PL_COMPILER_SYNTAX_NOUN_H
#define PL_COMPILER_SYNTAX_NOUN_H

#include "vm/base/arena.h"

PlStr pl_noun_plural(PlArena *arena, PlStr name);
/* The name of one; the name itself when it is no plural. */
PlStr pl_noun_singular(PlArena *arena, PlStr name);
/* Whether the name means many: its singular is another word, or it is a word such as "batch", "list" or "results". */
bool pl_noun_is_many(PlStr name);
/* "ones", "them", "those": what was made last; nothing is called so. */
bool pl_noun_is_pronoun(PlStr word);

#endif
