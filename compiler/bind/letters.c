/* SPDX-License-Identifier: MIT */
/* Words that are spelled alike, by letters in threes. */
#include "compiler/bind/match.h"

#include <math.h>

/* ---- letters in threes ------------------------------------------------------------------------------------------------------ */

uint32_t pl_query_grams(PlStr word, uint32_t out[PL_STEM_MAX + 2])
{
    uint32_t n = 0, window = ' ';
    for (size_t i = 0; i <= word.len && n < PL_STEM_MAX; i++) {
        window = (window << 8 | (i < word.len ? (unsigned char)word.ptr[i] : ' ')) & 0xFFFFFF;
        if (i > 0) out[n++] = window;
    }
    return n;
}

uint32_t pl_query_gram_slot(const PlQuery *q, uint32_t gram)
{
    uint32_t slot = (gram * 2654435761u) >> 22;
    while (q->gram_keys[slot] && q->gram_keys[slot] != gram + 1) slot = (slot + 1) % PL_QUERY_GRAMS;
    return slot;
}

static void note_grams(PlQuery *q)
{
    uint32_t used = 0;
    for (uint32_t t = 0; t < q->count && used < PL_QUERY_GRAMS * 3 / 4; t++) {
        uint32_t grams[PL_STEM_MAX + 2], n = pl_query_grams(q->terms[t].stem, grams);
        q->gram_count[t] = (uint8_t)n;
        for (uint32_t i = 0; i < n && used < PL_QUERY_GRAMS * 3 / 4; i++) {
            uint32_t slot = pl_query_gram_slot(q, grams[i]);
            used += !q->gram_keys[slot];
            q->gram_keys[slot] = grams[i] + 1;
            q->gram_terms[slot] |= (uint64_t)1 << t;
        }
    }
}

/* In how many operations each stands, from the words that have it; one that has two such words counts twice. */
static void weigh_grams(PlQuery *q)
{
    const PlIndex *x = q->index;
    for (uint32_t t = 0; t < x->term_count; t++) {
        uint32_t grams[PL_STEM_MAX + 2], n = pl_query_grams(pl_index_text(x, x->terms[t].text), grams);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t slot = pl_query_gram_slot(q, grams[i]);
            if (q->gram_keys[slot]) q->gram_idf[slot] += (float)x->terms[t].count;
        }
    }
    for (uint32_t slot = 0; slot < PL_QUERY_GRAMS; slot++) {
        if (!q->gram_keys[slot]) continue;
        float n = (float)x->doc_count, df = q->gram_idf[slot] < n ? q->gram_idf[slot] : n;
        q->gram_idf[slot] = logf(1.0f + (n - df + 0.5f) / (df + 0.5f));
        q->gram_total += q->gram_idf[slot];
    }
}

void pl_query_alike(const PlQuery *q, PlStr word, PlQueryAlike on, void *context)
{
    uint32_t grams[PL_STEM_MAX + 2], n = pl_query_grams(word, grams);
    uint8_t shared[PL_QUERY_TERMS] = {0};
    uint64_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t terms = q->gram_terms[pl_query_gram_slot(q, grams[i])];
        any |= terms;
        for (; terms; terms &= terms - 1) shared[__builtin_ctzll(terms)]++;
    }
    for (; any; any &= any - 1) {
        uint32_t t = (uint32_t)__builtin_ctzll(any);
        on(context, t, 2.0f * (float)shared[t] / (float)(n + q->gram_count[t]));
    }
}

void pl_letters_note(PlQuery *q)
{
    note_grams(q);
    weigh_grams(q);
}

static uint32_t grams(PlStr word, uint32_t *out, uint32_t max)
{
    uint32_t n = 0, window = ' ';
    for (size_t i = 0; i <= word.len && n < max; i++) {
        window = (window << 8 | (i < word.len ? (unsigned char)word.ptr[i] : ' ')) & 0xFFFFFF;
        if (i > 0) out[n++] = window;
    }
    return n;
}

static float alike(PlStr a, PlStr b)
{
    uint32_t x[PL_STEM_MAX], y[PL_STEM_MAX], shared = 0;
    uint32_t n = grams(a, x, PL_STEM_MAX), k = grams(b, y, PL_STEM_MAX);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < k; j++)
            if (x[i] == y[j]) {
                shared++;
                break;
            }
    return n + k ? 2.0f * (float)shared / (float)(n + k) : 0;
}

static float letters(const PlMatch *m, PlIndexField field)
{
    uint32_t count;
    const uint32_t *words = pl_match_words(m, field, &count);
    const PlIndex *x = m->q->index;
    double sum = 0, total = 0;
    if (count > 16) count = 16;
    for (uint32_t i = 0; i < count; i++) {
        PlStr word = pl_index_text(x, x->terms[words[i]].text);
        double idf = pl_query_idf(x, m->q->lexicon, word, x->terms[words[i]].count);
        float best = pl_match_worth(m, words[i], false, NULL);
        for (uint32_t t = 0; best < 0.5f && t < m->q->count; t++) {
            float here = m->q->terms[t].stem.len >= 3 && word.len >= 3 ? alike(m->q->terms[t].stem, word) : 0;
            if (here > best) best = here;
        }
        sum += idf * best;
        total += idf;
    }
    return total > 0 ? (float)(sum / total) : 0;
}

/* ---- letters, over all words --------------------------------------------------------------------------------------------- */

typedef struct Alike {
    const PlMatch *m;
    float best[PL_QUERY_TERMS];
} Alike;

static void note_alike(void *context, uint32_t query, float likeness)
{
    Alike *a = context;
    if (likeness > a->best[query]) a->best[query] = likeness;
}

/* How much of the text is met when words that are spelled alike count for what they share. */
/* BM25 over letters in threes instead of words, of the words from one field to another. */
static float letter_score(const PlMatch *m, uint32_t from, uint32_t to, float average)
{
    const PlQuery *q = m->q;
    const PlIndex *x = q->index;
    uint8_t times[PL_QUERY_GRAMS] = {0};
    uint16_t found[PL_QUERY_GRAMS];
    uint32_t count = 0;
    for (uint32_t i = from; i < to; i++) {
        uint32_t all[PL_STEM_MAX + 2], n = pl_query_grams(pl_index_text(x, x->terms[x->words[i]].text), all);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t slot = pl_query_gram_slot(q, all[k]);
            if (!q->gram_keys[slot] || times[slot] == 255) continue;
            if (!times[slot]++) found[count++] = (uint16_t)slot;
        }
    }
    float norm = 1.2f * (0.25f + 0.75f * (float)(to - from) / (average > 1 ? average : 1)), sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += q->gram_idf[found[i]] * (float)times[found[i]] * 2.2f / ((float)times[found[i]] + norm);
    return q->gram_total > 0 ? sum / q->gram_total : 0;
}

void pl_letters_read(PlMatch *m)
{
    Alike near = {.m = m}, all;
    const PlIndex *x = m->q->index;
    const uint32_t *f = m->doc->fields;
    for (uint32_t i = f[PL_FIELD_NAME]; i < f[PL_FIELD_DESC]; i++)
        pl_query_alike(m->q, pl_index_text(x, x->terms[x->words[i]].text), note_alike, &near);
    all = near;
    for (uint32_t i = f[PL_FIELD_DESC]; i < f[PL_FIELD_PDESC]; i++)
        pl_query_alike(m->q, pl_index_text(x, x->terms[x->words[i]].text), note_alike, &all);
    for (uint32_t t = 0; t < m->q->count; t++) {
        near.best[t] *= near.best[t];
        all.best[t] *= all.best[t];
    }
    float average = x->doc_count ? (float)x->word_count / (float)x->doc_count : 1;
    m->at[PL_F_LETTERS] = letter_score(m, f[PL_FIELD_NAME], f[PL_FIELD_COUNT], average);
    m->at[PL_F_LETTERS_NEAR] = letter_score(m, f[PL_FIELD_NAME], f[PL_FIELD_PARAM], average / 2);
    m->at[PL_F_CHAR_NAME] = letters(m, PL_FIELD_NAME);
    m->at[PL_F_CHAR_TITLE] = letters(m, PL_FIELD_TITLE);
    m->at[PL_F_GRAM_NEAR] = pl_match_covered(m, near.best, false);
    m->at[PL_F_GRAM_HEAD] = pl_match_covered(m, near.best, true);
    m->at[PL_F_GRAM_ALL] = pl_match_covered(m, all.best, false);
}
