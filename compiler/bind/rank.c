/* SPDX-License-Identifier: MIT */
/* Retrieval, scoring, judgement. */
#include "compiler/bind/rank.h"
#include "compiler/bind/contest.h"
#include "compiler/bind/trees.h"

#include <math.h>

static const struct Judge {
    double right, fits;
} judges[PL_JUDGE_COUNT] = {
#define PL_WEIGHT(name, weight, at_length, of_many, step, words)
#define PL_JUDGE(name, right, fits, words) {right, fits},
#define PL_LIMIT_OF(name, value, words)
#include "compiler/bind/weights.def"
#undef PL_JUDGE
#undef PL_LIMIT_OF
};
enum {
#define PL_JUDGE(name, right, fits, words)
#define PL_LIMIT_OF(name, value, words) LIMIT_##name,
#include "compiler/bind/weights.def"
#undef PL_LIMIT_OF
    LIMIT_COUNT
};
static const double limits[LIMIT_COUNT] = {
#define PL_LIMIT_OF(name, value, words) value,
#include "compiler/bind/weights.def"
#undef PL_WEIGHT
#undef PL_JUDGE
#undef PL_LIMIT_OF
};

/* ---- retrieval ------------------------------------------------------------------------------------------------------------- */

typedef struct Board { /* scores while lists are read */
    float *sum, *here; /* in all; of the term that is being read */
    uint32_t *term;    /* for which term `here` is: number + 1 */
} Board;

static void read_list(const PlQuery *q, const PlMeet *meet, Board *board)
{
    const PlIndexTerm *term = &q->index->terms[meet->term];
    float weight = q->terms[meet->query].weight * meet->worth;
    for (uint32_t i = 0; i < term->count; i++) {
        const PlPosting *p = &q->index->postings[term->postings + i];
        float score = weight * p->weight / (p->weight + 1.2f);
        float before = board->term[p->doc] == meet->query + 1u ? board->here[p->doc] : 0;
        if (score <= before) continue;
        board->sum[p->doc] += score - before;
        board->here[p->doc] = score;
        board->term[p->doc] = meet->query + 1u;
    }
}

static void keep(PlRanking *r, uint32_t doc, float score)
{
    uint32_t at = r->count;
    while (at > 0 && r->all[at - 1].retrieved < score) at--;
    if (at >= PL_RANK_MAX) return;
    uint32_t last = r->count < PL_RANK_MAX ? r->count++ : PL_RANK_MAX - 1;
    for (uint32_t i = last; i > at; i--) {
        r->all[i].doc = r->all[i - 1].doc;
        r->all[i].retrieved = r->all[i - 1].retrieved;
    }
    r->all[at].doc = doc;
    r->all[at].retrieved = score;
}

/* Meets are in the order of the terms, so each term's lists are read one after the other and the best of them counts. */
static void retrieve(PlArena *arena, const PlQuery *q, PlStr plugin, PlRanking *r)
{
    const PlIndex *x = q->index;
    PlArenaMark mark = pl_arena_mark(arena);
    Board board = {PL_NEW_N(arena, float, x->doc_count + 1u), PL_NEW_N(arena, float, x->doc_count + 1u),
                   PL_NEW_N(arena, uint32_t, x->doc_count + 1u)};
    uint32_t *order = PL_NEW_N(arena, uint32_t, q->meets.len + 1u), n = 0;
    for (uint32_t t = 0; t < q->count; t++)
        for (uint32_t i = 0; i < q->meets.len; i++)
            if (q->meets.items[i].query == t) order[n++] = i;
    for (uint32_t i = 0; i < n; i++) read_list(q, &q->meets.items[order[i]], &board);
    bool all = x->doc_count <= PL_RANK_MAX;
    for (uint32_t d = 0; d < x->doc_count; d++) {
        if (board.sum[d] <= 0 && !all) continue;
        if (plugin.len && !pl_str_eq(pl_index_text(x, x->plugins[x->docs[d].plugin].name), plugin)) continue;
        keep(r, d, board.sum[d]);
    }
    pl_arena_rewind(arena, mark);
}

/* ---- scoring --------------------------------------------------------------------------------------------------------------- */

static void sort(PlRanking *r)
{
    for (uint32_t i = 1; i < r->count; i++) { /* stable: equals keep the order of retrieval */
        PlRanked moved = r->all[i];
        uint32_t at = i;
        while (at > 0 && r->all[at - 1].score < moved.score) at--;
        memmove(&r->all[at + 1], &r->all[at], (i - at) * sizeof moved);
        r->all[at] = moved;
    }
}

static void score_all(PlArena *arena, const PlQuery *q, const PlQuery *goal, PlRanking *r)
{
    float(*met)[PL_QUERY_TERMS] = pl_arena_alloc(arena, sizeof *met * PL_RANK_MAX, sizeof(float));
    memset(met, 0, sizeof *met * PL_RANK_MAX);
    float best = r->count ? r->all[0].retrieved : 0;
    for (uint32_t i = 0; i < r->count; i++) {
        PlRanked *c = &r->all[i];
        pl_feature_read(q, goal, &q->index->docs[c->doc], c->retrieved, best, met[i], &c->features);
    }
    pl_contest_read(arena, q, r, met);
    double weight[PL_FEATURE_COUNT];
    for (int f = 0; f < PL_FEATURE_COUNT; f++) weight[f] = pl_feature_weight((PlFeature)f, r->situation);
    for (uint32_t i = 0; i < r->count; i++) {
        PlRanked *c = &r->all[i];
        double sum = 0;
        for (int f = 0; f < PL_FEATURE_COUNT; f++)
            sum += (double)c->features.at[f] * weight[f];
        c->trees = (float)pl_trees_sum(PL_TREES_SCORE, &c->features, r->situation, NULL);
        c->score = (float)sum + c->trees;
    }
    sort(r);
}

/* ---- judgement ------------------------------------------------------------------------------------------------------------- */

static double logistic(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static void judge(const PlIndex *index, PlRanking *r)
{
    const PlRanked *first = &r->all[0];
    float *j = r->judged;
    double margin = r->count > 1 ? (double)first->score - (double)r->all[1].score : 8, sum = 0;
    for (uint32_t i = 0; i < r->count; i++) sum += exp((double)r->all[i].score - (double)first->score);
    double third = r->count > 2 ? (double)first->score - (double)r->all[2].score : 8;
    j[PL_J_MARGIN3] = (float)(third < 8 ? third / 8 : 1);
    j[PL_J_MARGIN] = (float)(margin < 8 ? margin / 8 : 1);
    j[PL_J_SOFT] = (float)(1 / sum);
    static const struct Copy {
        PlJudge to;
        PlFeature from;
    } copies[] = {{PL_J_COV_ALL, PL_F_COV_ALL},       {PL_J_COV_HEAD, PL_F_COV_HEAD},
                  {PL_J_COV_EXACT, PL_F_COV_EXACT},   {PL_J_RARE, PL_F_RARE},
                  {PL_J_NAME_SAID, PL_F_NAME_SAID},   {PL_J_NAME_EXACT, PL_F_NAME_EXACT},
                  {PL_J_TITLE_SAID, PL_F_TITLE_SAID}, {PL_J_NAME_MISS, PL_F_NAME_MISS},
                  {PL_J_BI_TITLE, PL_F_BI_TITLE},     {PL_J_CHAR_NAME, PL_F_CHAR_NAME},
                  {PL_J_VERB_SAME, PL_F_VERB_SAME},   {PL_J_VERB_CLASH, PL_F_VERB_CLASH},
                  {PL_J_REQ_OPEN, PL_F_REQ_OPEN},     {PL_J_PLAIN, PL_F_PLAIN},
                  {PL_J_OBJ_ALL, PL_F_OBJ_ALL},       {PL_J_HEAD_EXACT, PL_F_HEAD_EXACT},
                  {PL_J_SEG_SAID, PL_F_SEG_SAID},     {PL_J_VERB_NAME, PL_F_VERB_NAME},
                  {PL_J_COV_PDESC, PL_F_COV_PDESC}};
    for (size_t i = 0; i < sizeof copies / sizeof *copies; i++) j[copies[i].to] = first->features.at[copies[i].from];
    j[PL_J_KNOWN] = r->known;
    j[PL_J_TERMS] = logf(1.0f + r->terms) / 4.0f;
    j[PL_J_SIZE] = logf(1.0f + r->size) / 8.0f;
    j[PL_J_ALONE] = r->count < 2;
    j[PL_J_SCORE] = first->score / 10.0f;
    j[PL_J_IMPERATIVE] = r->imperative;
    j[PL_J_VARY] = (index->docs[first->doc].flags & PL_INDEX_METHODS_VARY) != 0;
    j[PL_J_BIAS] = 1;
    double right = 0, fits = 0;
    for (int i = 0; i < PL_JUDGE_COUNT; i++) {
        right += (double)j[i] * judges[i].right;
        fits += (double)j[i] * judges[i].fits;
    }
    r->right = logistic(right + pl_trees_sum(PL_TREES_RIGHT, &first->features, r->situation, j));
    r->fits = logistic(fits + pl_trees_sum(PL_TREES_FITS, &first->features, r->situation, j));
}

static void decide(const PlIndex *index, PlRanking *r)
{
    r->decision = PL_DECIDE_NONE;
    r->likely = false;
    if (!r->count || r->fits < limits[LIMIT_NONE]) return;
    r->decision = PL_DECIDE_AMBIGUOUS;
    r->likely = r->right >= limits[LIMIT_NAMED];
    const PlIndexDoc *doc = &index->docs[r->all[0].doc];
    bool writes =
        doc->method != PL_GET && doc->method != PL_HEAD && doc->method != PL_OPTIONS && doc->method != PL_QUERY;
    if (writes && r->reads && doc->flags & PL_INDEX_METHODS_VARY) return;
    if (r->right >= limits[writes ? LIMIT_BIND_WRITE : LIMIT_BIND]) r->decision = PL_DECIDE_BOUND;
}

static bool is_imperative(const PlQuery *q)
{
    uint32_t at = 0;
    while (at < q->tokens.len && pl_lexicon_is_stop(q->lexicon, q->tokens.items[at].word)) at++;
    if (at > 1 || at == q->tokens.len || q->tokens.items[q->tokens.len - 1].sentence > 1) return false;
    return pl_lexicon_verb(q->lexicon, q->tokens.items[at].stem) != PL_VERB_NONE &&
           !(q->tokens.items[at].flags & PL_TOKEN_ASKS);
}

static float between(float x)
{
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

PlRanking *pl_rank(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, const PlAsk *ask)
{
    PlRanking *r = PL_NEW(arena, PlRanking);
    PlQuery *q = pl_query_new(arena, lexicon, index, ask);
    PlQuery *goal = ask->goal.len ? pl_query_goal(arena, lexicon, index, ask->goal) : NULL;
    retrieve(arena, q, ask->plugin, r);
    r->imperative = is_imperative(q);
    r->situation[PL_SITUATION_LONG] = between(((float)q->count - 8.0f) / 16.0f);
    r->situation[PL_SITUATION_LARGE] = between(((float)index->doc_count - 8.0f) / 60.0f);
    r->situation[PL_SITUATION_COMMAND] = r->imperative;
    score_all(arena, q, goal, r);
    r->reads = pl_verb_is_reading(q->verb);
    r->known = q->weight > 0 ? (float)(q->known / q->weight) : 0;
    r->terms = (float)q->count;
    r->size = (float)index->doc_count;
    if (r->count) judge(index, r);
    decide(index, r);
    return r;
}

void pl_rank_again(PlRanking *ranking, const PlIndex *index)
{
    sort(ranking);
    if (ranking->count) judge(index, ranking);
    decide(index, ranking);
}

const char *pl_decision_name(PlDecision decision)
{
    static const char *const names[] = {"none", "ambiguous", "bound"};
    return names[decision];
}
