/* SPDX-License-Identifier: MIT */
/* What a step asks for, against one index: its words with what each is worth, which words of the index meet them, what it does, what values it
 * names. Not here: which operation that is (rank.h). */
#ifndef PL_COMPILER_BIND_QUERY_H
#define PL_COMPILER_BIND_QUERY_H

#include "compiler/bind/index.h"

enum { PL_QUERY_TERMS = 64, PL_QUERY_SLOTS = 1024, PL_QUERY_GRAMS = 1024, PL_QUERY_CLAUSES = 12 };

typedef struct PlAsk { /* what is known of a step; texts may be empty */
    PlStr text;        /* its prose */
    PlStr name;        /* the action's name as the plan has it, perhaps wrong */
    PlStr plugin;      /* the plugin's */
    PlStr goal;        /* of the plan, or what the step is a part of */
    const PlStr *args; /* names of the arguments that are given */
    uint32_t arg_count;
} PlAsk;

typedef struct PlQueryTerm {
    PlStr stem, word;
    float idf;
    float plain;  /* the idf of text books: 0 when the index does not have the word itself */
    float weight; /* idf times how much it is part of the intent */
    float head;   /* the same within the head clause, 0 outside */
    float object; /* the same of what the verb is done to: "open issues" of "Find the open issues of the repository" */
    uint16_t at;  /* position among the words of the text, for order */
    uint8_t verb; /* PlVerb */
    bool known;   /* the index has it or a word for it */
    bool named;   /* of the name that the plan gives, not of the prose */
} PlQueryTerm;

typedef struct PlMeet {  /* a word of the index that stands for a term */
    uint32_t term, next; /* next: number + 1 in the same slot */
    uint16_t query;
    float worth;
} PlMeet;

typedef struct PlQueryClause { /* one of the things that a text asks for */
    uint64_t terms; /* a bit for each */
    float weight;
    uint8_t verb; /* PlVerb */
} PlQueryClause;

typedef struct PlQuery {
    const PlIndex *index;
    const PlLexicon *lexicon;
    PlArena *arena;
    PlStr text;
    PlTokens tokens;
    PlQueryTerm terms[PL_QUERY_TERMS];
    uint32_t count;
    PL_VEC(PlMeet) meets;
    uint32_t slots[PL_QUERY_SLOTS]; /* number of the first meet + 1 */
    PlVerb verb;                    /* what the head clause does first */
    uint32_t verbs;                 /* a bit for each class in the text */
    uint32_t verb_term;             /* its term, UINT32_MAX when there is none */
    bool many, one;                 /* a list is wanted; one thing is */
    bool has_object;
    uint16_t lead;     /* the sentence that asks */
    uint32_t head_end; /* the token that ends its head clause */
    bool named;                          /* something is called by a name: in quotes, with a capital */
    bool all;                            /* it says "all" or "every" */
    bool self;                           /* it speaks of who asks: "my", "the current user" */
    uint32_t shapes;                     /* PL_SHAPE_* of the values in the text */
    uint32_t values;                     /* how many there are, names counted once for each run of capitals */
    uint32_t numbers;                    /* those that are numbers */
    uint32_t gram_keys[PL_QUERY_GRAMS];  /* letters in threes of the terms: key + 1, open addressing */
    uint64_t gram_terms[PL_QUERY_GRAMS]; /* a bit for each term that has them */
    uint8_t gram_count[PL_QUERY_TERMS];
    float gram_idf[PL_QUERY_GRAMS]; /* how few operations have it */
    float gram_total;
    PlQueryClause clauses[PL_QUERY_CLAUSES];
    uint32_t clause_count;
    double weight, head, object,
        known; /* sums over the terms: of all, of the head clause, of its object, of those that the index has */
} PlQuery;

/* The query lives in the arena, and borrows from `ask`. */
PlQuery *pl_query_new(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, const PlAsk *ask);
/* How alike a word is to each term by its letters, 0 to 1 (Dice over letters in threes); calls back for those that share any. */
typedef void (*PlQueryAlike)(void *context, uint32_t query, float alike);
void pl_query_alike(const PlQuery *q, PlStr word, PlQueryAlike on, void *context);
void pl_clause_cut(PlQuery *q);    /* clause.c; when all terms are there */
void pl_letters_note(PlQuery *q); /* letters.c; likewise */
/* The slot of letters in threes, used or free. */
uint32_t pl_query_gram_slot(const PlQuery *q, uint32_t gram);
/* The letters in threes of a word, its ends as spaces; returns how many, at most PL_STEM_MAX. */
uint32_t pl_query_grams(PlStr word, uint32_t out[PL_STEM_MAX + 2]);
/* The same words as a text of the plan's goal: no values, no verb. */
PlQuery *pl_query_goal(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, PlStr goal);
/* The inverse frequency of a word of the index, smoothed by what is common in any catalog. */
double pl_query_idf(const PlIndex *index, const PlLexicon *lexicon, PlStr stem, uint32_t frequency);
static inline const PlMeet *pl_query_meet(const PlQuery *q, uint32_t number)
{
    return number ? &q->meets.items[number - 1] : NULL;
}
static inline uint32_t pl_query_slot(uint32_t term)
{
    return (term * 2654435761u) >> 22;
}

#endif
