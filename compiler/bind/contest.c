/* SPDX-License-Identifier: MIT */
/* Candidates against each other: features relative to the best, places by single features, words that tell the candidates apart, and what a
 * document offers as a whole. */
#include "compiler/bind/contest.h"

#include <math.h>

enum { LOCAL_SLOTS = 4096 };

/* Some features again, against the best that any candidate has: a text with many odd words scores low everywhere. */
static void relate(PlRanking *r)
{
    static const struct Relative {
        PlFeature to, from;
    } all[] = {{PL_F_REL_ALL, PL_F_COV_ALL},
               {PL_F_REL_HEAD, PL_F_COV_HEAD},
               {PL_F_REL_EXACT, PL_F_COV_EXACT},
               {PL_F_REL_NAME, PL_F_NAME_SAID},
               {PL_F_REL_TITLE, PL_F_TITLE_SAID},
               {PL_F_REL_OBJ, PL_F_OBJ_ALL},
               {PL_F_REL_CHAR, PL_F_CHAR_NAME},
               {PL_F_REL_GRAM, PL_F_GRAM_ALL},
               {PL_F_REL_GRAM_NEAR, PL_F_GRAM_NEAR},
               {PL_F_REL_PLAIN, PL_F_PLAIN},
               {PL_F_REL_PLAIN_FIELDS, PL_F_PLAIN_FIELDS},
               {PL_F_REL_FIELDED, PL_F_FIELDED},
               {PL_F_REL_CLAUSE, PL_F_CLAUSE_BOTH},
               {PL_F_REL_LETTERS, PL_F_LETTERS},
               {PL_F_REL_LETTERS_NEAR, PL_F_LETTERS_NEAR}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        float best = 0;
        for (uint32_t i = 0; i < r->count; i++)
            if (r->all[i].features.at[all[k].from] > best) best = r->all[i].features.at[all[k].from];
        for (uint32_t i = 0; best > 0 && i < r->count; i++)
            r->all[i].features.at[all[k].to] = r->all[i].features.at[all[k].from] / best;
    }
}

/* 1 for the first by a feature, 1/2 for the second...; equals share the better place. */
static void place(PlRanking *r)
{
    static const struct Place {
        PlFeature to, from;
    } all[] = {{PL_F_NTH_PLAIN, PL_F_PLAIN},     {PL_F_NTH_FIELDED, PL_F_FIELDED},   {PL_F_NTH_LETTERS, PL_F_LETTERS},
               {PL_F_NTH_BM, PL_F_BM_REL},       {PL_F_NTH_ALL, PL_F_COV_ALL},       {PL_F_NTH_NAME, PL_F_NAME_SAID},
               {PL_F_NTH_TITLE, PL_F_TITLE_SAID}, {PL_F_NTH_CLAUSE, PL_F_CLAUSE_BOTH}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        for (uint32_t i = 0; i < r->count; i++) {
            uint32_t before = 0;
            float here = r->all[i].features.at[all[k].from];
            for (uint32_t j = 0; j < r->count; j++) before += r->all[j].features.at[all[k].from] > here;
            r->all[i].features.at[all[k].to] = 2.0f / (2.0f + (float)before);
        }
}

/* Words of the text count for how few of the candidates meet them. */
static void tell_apart(const PlQuery *q, PlRanking *r, float (*met)[PL_QUERY_TERMS])
{
    float local[PL_QUERY_TERMS], total = 0;
    for (uint32_t t = 0; t < q->count; t++) {
        float sum = 0;
        for (uint32_t i = 0; i < r->count; i++) sum += met[i][t];
        local[t] = sum > 0 ? logf(((float)r->count + 1.0f) / (sum + 0.5f)) : 0;
        if (local[t] < 0) local[t] = 0;
        local[t] *= q->terms[t].weight > 0 ? q->terms[t].weight : 0;
        total += local[t];
    }
    for (uint32_t i = 0; i < r->count && total > 0; i++) {
        float sum = 0;
        for (uint32_t t = 0; t < q->count; t++) sum += met[i][t] * local[t];
        r->all[i].features.at[PL_F_LOCAL_COV] = sum / total;
    }
    for (uint32_t i = 0; i < r->count && total > 0; i++) { /* what no other candidate meets as well */
        float sum = 0;
        for (uint32_t t = 0; t < q->count; t++) {
            float other = 0;
            for (uint32_t j = 0; j < r->count; j++)
                if (j != i && met[j][t] > other) other = met[j][t];
            if (met[i][t] > other) sum += (met[i][t] - other) * q->terms[t].weight;
        }
        r->all[i].features.at[PL_F_LOCAL_ONLY] = q->weight > 0 ? sum / (float)q->weight : 0;
    }
}

typedef struct Local { /* in how many candidates a word of a name or title stands */
    uint32_t word[LOCAL_SLOTS], last[LOCAL_SLOTS];
    uint16_t count[LOCAL_SLOTS];
    uint32_t used;
} Local;

static uint32_t local_slot(const Local *l, uint32_t word)
{
    uint32_t slot = (word * 2654435761u) >> 20;
    while (l->word[slot] && l->word[slot] != word + 1) slot = (slot + 1) % LOCAL_SLOTS;
    return slot;
}

static bool is_met(const PlQuery *q, uint32_t word, float *worth)
{
    *worth = 0;
    for (const PlMeet *meet = pl_query_meet(q, q->slots[pl_query_slot(word)]); meet; meet = pl_query_meet(q, meet->next))
        if (meet->term == word && meet->worth > *worth) *worth = meet->worth;
    return *worth > 0;
}

/* Words of names and titles count for how few of the candidates have them: what sets this one apart, and does the text say it? */
static void say_apart(PlArena *arena, const PlQuery *q, PlRanking *r)
{
    PlArenaMark mark = pl_arena_mark(arena);
    Local *l = PL_NEW(arena, Local);
    const PlIndex *x = q->index;
    for (uint32_t i = 0; i < r->count; i++) {
        const PlIndexDoc *d = &x->docs[r->all[i].doc];
        for (uint32_t w = d->fields[PL_FIELD_NAME]; w < d->fields[PL_FIELD_DESC] && l->used < LOCAL_SLOTS / 2; w++) {
            uint32_t slot = local_slot(l, x->words[w]);
            if (l->last[slot] == i + 1) continue;
            l->used += !l->word[slot];
            l->word[slot] = x->words[w] + 1;
            l->last[slot] = i + 1;
            l->count[slot]++;
        }
    }
    for (uint32_t i = 0; i < r->count; i++) {
        const PlIndexDoc *d = &x->docs[r->all[i].doc];
        float said = 0, total = 0, miss = 0;
        for (uint32_t w = d->fields[PL_FIELD_NAME]; w < d->fields[PL_FIELD_DESC]; w++) {
            uint32_t count = l->count[local_slot(l, x->words[w])];
            float weight = count ? logf(((float)r->count + 1.0f) / ((float)count + 0.5f)) : 0, worth;
            if (weight <= 0) continue;
            total += weight;
            said += is_met(q, x->words[w], &worth) ? weight * worth : 0;
            if (worth < 0.5f) miss += weight;
        }
        r->all[i].features.at[PL_F_LOCAL_SAID] = total > 0 ? said / total : 0;
        r->all[i].features.at[PL_F_LOCAL_MISS] = (miss < 20.0f ? miss : 20.0f) / 20.0f;
    }
    pl_arena_rewind(arena, mark);
}

/* What one document offers for the text as a whole: a text is seldom about several of them. */
static void weigh_plugins(const PlQuery *q, PlRanking *r, float (*met)[PL_QUERY_TERMS])
{
    const PlIndex *x = q->index;
    float mass[PL_RANK_MAX], covered[PL_RANK_MAX], most = 0, widest = 0;
    if (x->plugin_count < 2) return;
    for (uint32_t i = 0; i < r->count; i++) {
        uint32_t plugin = x->docs[r->all[i].doc].plugin, n = 0;
        float best[PL_QUERY_TERMS] = {0};
        mass[i] = covered[i] = 0;
        for (uint32_t k = 0; k < r->count; k++) {
            if (x->docs[r->all[k].doc].plugin != plugin) continue;
            if (n++ < 3) mass[i] += r->all[k].retrieved;
            for (uint32_t t = 0; t < q->count; t++)
                if (met[k][t] > best[t]) best[t] = met[k][t];
        }
        for (uint32_t t = 0; t < q->count; t++) covered[i] += best[t] * q->terms[t].weight;
        if (mass[i] > most) most = mass[i];
        if (covered[i] > widest) widest = covered[i];
    }
    for (uint32_t i = 0; i < r->count && most > 0 && widest > 0; i++) {
        r->all[i].features.at[PL_F_PLUGIN_MASS] = mass[i] / most;
        r->all[i].features.at[PL_F_PLUGIN_COV] = covered[i] / widest;
    }
}

void pl_contest_read(PlArena *arena, const PlQuery *q, PlRanking *r, float (*met)[PL_QUERY_TERMS])
{
    relate(r);
    place(r);
    tell_apart(q, r, met);
    say_apart(arena, q, r);
    weigh_plugins(q, r, met);
}
