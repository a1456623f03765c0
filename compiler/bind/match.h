/* SPDX-License-Identifier: MIT */
/* One query against one operation while its features are read; shared by the files that read them. */
#ifndef PL_COMPILER_BIND_MATCH_H
#define PL_COMPILER_BIND_MATCH_H

#include "compiler/bind/feature.h"

typedef struct PlMatch {
    const PlQuery *q;
    const PlIndexDoc *doc;
    float met[PL_FIELD_COUNT][PL_QUERY_TERMS]; /* how well each term is met in each field */
    float exact[PL_QUERY_TERMS];               /* ... as it is, in name, path, title, description */
    float times[2][PL_QUERY_TERMS];            /* how often it stands anywhere; the same with fields weighted */
    float fielded[PL_QUERY_TERMS];             /* ... each field's length taken out */
    float *best;                               /* how well each is met in the best field; PL_QUERY_TERMS */
    float *at;                                 /* the features */
} PlMatch;

static inline const uint32_t *pl_match_words(const PlMatch *m, PlIndexField field, uint32_t *count)
{
    *count = m->doc->fields[field + 1] - m->doc->fields[field];
    return m->q->index->words + m->doc->fields[field];
}

/* How well a word of the index stands for any term (of the head clause); `query`, if not NULL and something is met: for which. */
float pl_match_worth(const PlMatch *m, uint32_t word, bool head, uint32_t *query);
/* The share of the query's weight (of its head clause's) that is met. */
float pl_match_covered(const PlMatch *m, const float *met, bool head);

void pl_evidence_read(PlMatch *m); /* evidence.c */
void pl_letters_read(PlMatch *m);  /* letters.c */
void pl_clause_read(PlMatch *m);   /* clause.c */

#endif
