/* SPDX-License-Identifier: MIT */
/* The binder: a step's words in, the operations that it may mean out, best first, and whether the first may be taken. Two stages: an inverted
 * list finds candidates, features weighted by weights.def order them. A judgement with a probability decides. No catalog, no plan: only an
 * index. spec/binding.md. */
#ifndef PL_COMPILER_BIND_RANK_H
#define PL_COMPILER_BIND_RANK_H

#include "compiler/bind/feature.h"

enum { PL_RANK_MAX = 50 };

typedef enum PlDecision { PL_DECIDE_NONE, PL_DECIDE_AMBIGUOUS, PL_DECIDE_BOUND } PlDecision;

typedef enum PlJudge {
#define PL_WEIGHT(name, weight, at_length, of_many, step, words)
#define PL_JUDGE(name, right, fits, words) PL_J_##name,
#define PL_LIMIT_OF(name, value, words)
#include "compiler/bind/weights.def"
#undef PL_WEIGHT
#undef PL_JUDGE
#undef PL_LIMIT_OF
    PL_JUDGE_COUNT
} PlJudge;

typedef struct PlRanked {
    uint32_t doc; /* of the index */
    float retrieved, score;
    float trees; /* of the score: what trees.def adds */
    PlFeatures features;
} PlRanked;

typedef struct PlRanking {
    PlRanked all[PL_RANK_MAX];
    uint32_t count;
    bool reads;      /* what the text does first only reads */
    bool imperative; /* the text is one sentence that begins with a verb */
    float known, terms,
        size; /* share of the text's words that the catalog knows; how many it has; how many actions the catalog has */
    float situation[PL_SITUATIONS];
    float judged[PL_JUDGE_COUNT];
    double right; /* probability that the first is what the text means */
    double fits;  /* probability that something here is */
    PlDecision decision;
    bool likely; /* enough for an action that only reads and whose words the plan's name for it says */
} PlRanking;

/* `ask->plugin` is a plugin's exact name in the index, or empty for all. The ranking lives in the arena. Deterministic. */
PlRanking *pl_rank(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, const PlAsk *ask);
/* Judge again after the scores of candidates were changed by what only the plan knows: types, arguments, what later steps read. */
void pl_rank_again(PlRanking *ranking, const PlIndex *index);
const char *pl_decision_name(PlDecision decision); /* "none", "ambiguous", "bound" */

#endif
