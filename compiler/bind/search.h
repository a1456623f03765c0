/* SPDX-License-Identifier: MIT */
/* A catalog with its index: what the compiler and the commands ask when they look for actions by words. */
#ifndef PL_COMPILER_BIND_SEARCH_H
#define PL_COMPILER_BIND_SEARCH_H

#include "compiler/bind/rank.h"

typedef struct PlSearch {
    PlCatalog *catalog;
    const PlLexicon *lexicon;
    PlIndex index;
    uint32_t plugins; /* that the catalog had when the index was made */
} PlSearch;

/* The catalog's search: made at the first call, kept with the catalog, made anew when plugins were added since. NULL when memory lacks. */
PlSearch *pl_search_of(PlCatalog *catalog);
/* Take an index that was made of exactly these plugins; it must live as long as the catalog. */
void pl_search_adopt(PlCatalog *catalog, const PlIndex *index);
/* The operation of a candidate. */
const PlOperation *pl_search_operation(const PlSearch *search, uint32_t doc);

typedef struct PlRelevant {
    const PlOperation *operation;
    double score; /* greater is better; comparable within one call only */
} PlRelevant;

/* The actions that a text of any length speaks of, a plan's goal for example: each of its sentences and clauses is looked for by itself, so
 * that the last thing it wants is found as well as the first. Best first, at most `max`; returns how many. Deterministic. */
uint32_t pl_search_relevant(PlArena *arena, PlCatalog *catalog, PlStr text, PlRelevant *out, uint32_t max);

#endif
