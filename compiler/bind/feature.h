/* SPDX-License-Identifier: MIT */
/* One candidate against one query, in numbers. What each says stands in weights.def; most lie between 0 and 1. */
#ifndef PL_COMPILER_BIND_FEATURE_H
#define PL_COMPILER_BIND_FEATURE_H

#include "compiler/bind/query.h"

typedef enum PlFeature {
#define PL_WEIGHT(name, weight, at_length, of_many, step, words) PL_F_##name,
#define PL_JUDGE(name, right, fits, words)
#define PL_LIMIT_OF(name, value, words)
#include "compiler/bind/weights.def"
#undef PL_WEIGHT
#undef PL_JUDGE
#undef PL_LIMIT_OF
    PL_FEATURE_COUNT
} PlFeature;

/* What a text is like changes what features weigh; each from 0 to 1. */
enum { PL_SITUATION_LONG,    /* the text has many words */
       PL_SITUATION_LARGE,   /* the catalog has many actions */
       PL_SITUATION_COMMAND, /* the text is one sentence that begins with a verb */
       PL_SITUATIONS };

typedef struct PlFeatures {
    float at[PL_FEATURE_COUNT];
} PlFeatures;

/* `goal` may be NULL. `retrieved` and `best` are the scores of retrieval: the candidate's and the greatest. `met` gets how well each term of the
 * query is met; PL_QUERY_TERMS zeros before. */
void pl_feature_read(const PlQuery *q, const PlQuery *goal, const PlIndexDoc *doc, float retrieved, float best,
                     float *met, PlFeatures *out);
extern const char *const pl_feature_names[PL_FEATURE_COUNT];
extern const char *const pl_feature_words[PL_FEATURE_COUNT];
double pl_feature_weight(PlFeature feature, const float situation[PL_SITUATIONS]);

#endif
