/* SPDX-License-Identifier: MIT */
/* Features of a candidate: which of the text's words its fields have, which of its words the text has, in which order; what both do; what
 * values the text brings and the action takes. */
#include "compiler/bind/feature.h"
#include "compiler/bind/match.h"

#include <math.h>

enum { SAID_WORDS = 40 };

const char *const pl_feature_names[PL_FEATURE_COUNT] = {
#define PL_WEIGHT(name, weight, at_length, of_many, step, words) #name,
#define PL_JUDGE(name, right, fits, words)
#define PL_LIMIT_OF(name, value, words)
#include "compiler/bind/weights.def"
#undef PL_WEIGHT
};
const char *const pl_feature_words[PL_FEATURE_COUNT] = {
#define PL_WEIGHT(name, weight, at_length, of_many, step, words) words,
#include "compiler/bind/weights.def"
#undef PL_WEIGHT
};
static const float weights[PL_FEATURE_COUNT][1 + PL_SITUATIONS] = {
#define PL_WEIGHT(name, weight, at_length, of_many, step, words) {weight##f, at_length##f, of_many##f, step##f},
#include "compiler/bind/weights.def"
#undef PL_WEIGHT
#undef PL_JUDGE
#undef PL_LIMIT_OF
};

double pl_feature_weight(PlFeature feature, const float situation[PL_SITUATIONS])
{
    double sum = (double)weights[feature][0];
    for (int s = 0; s < PL_SITUATIONS; s++) sum += (double)weights[feature][1 + s] * (double)situation[s];
    return sum;
}

/* ---- what the fields have of the text -------------------------------------------------------------------------------------- */

static void meet_field(PlMatch *m, PlIndexField field)
{
    static const float heavy[PL_FIELD_COUNT] = {4, 2, 3, 1, 1, 0.3f, 0.5f, 1, 0.2f, 0.5f};
    static const float usual[PL_FIELD_COUNT] = {3, 2, 8, 20, 6, 30, 6, 2, 8, 4};
    uint32_t count;
    const uint32_t *words = pl_match_words(m, field, &count);
    float length = 0.4f + 0.6f * (float)count / usual[field];
    for (uint32_t i = 0; i < count; i++)
        for (const PlMeet *meet = pl_query_meet(m->q, m->q->slots[pl_query_slot(words[i])]); meet;
             meet = pl_query_meet(m->q, meet->next)) {
            if (meet->term != words[i]) continue;
            if (meet->worth > m->met[field][meet->query]) m->met[field][meet->query] = meet->worth;
            if (meet->worth < 1.0f) continue;
            if (field <= PL_FIELD_DESC) m->exact[meet->query] = 1;
            m->times[0][meet->query] += 1;
            m->times[1][meet->query] += heavy[field];
            m->fielded[meet->query] += heavy[field] / length;
        }
}

/* BM25 of text books (k1 1.2, b 0.75) over words as they are. */
static float plain_score(const PlMatch *m, const float *times)
{
    const PlIndex *x = m->q->index;
    double length = m->doc->fields[PL_FIELD_COUNT] - m->doc->fields[0],
           average = x->doc_count ? (double)x->word_count / x->doc_count : 1, sum = 0;
    double norm = 1.2 * (0.25 + 0.75 * length / (average > 0 ? average : 1));
    for (uint32_t i = 0; i < m->q->count; i++)
        if (times[i] > 0) sum += m->q->terms[i].plain * times[i] * 2.2 / (times[i] + norm);
    return (float)sum / 20.0f;
}

/* BM25F: each field's count is freed of the field's length first, then the fields are added up by weight. */
static float fielded_score(const PlMatch *m)
{
    const PlIndex *x = m->q->index;
    double sum = 0;
    for (uint32_t i = 0; i < m->q->count; i++)
        if (m->fielded[i] > 0) sum += m->q->terms[i].plain * m->fielded[i] / (m->fielded[i] + 1.2f);
    (void)x;
    return (float)sum / 20.0f;
}

/* Of what the verb is done to. */
static float covered_object(const PlMatch *m, const float *met)
{
    double sum = 0;
    for (uint32_t i = 0; i < m->q->count; i++) sum += met[i] * m->q->terms[i].object;
    return m->q->object > 0 ? (float)(sum / m->q->object) : 0;
}

float pl_match_covered(const PlMatch *m, const float *met, bool head)
{
    double sum = 0, total = head ? m->q->head : m->q->weight;
    for (uint32_t i = 0; i < m->q->count; i++) sum += met[i] * (head ? m->q->terms[i].head : m->q->terms[i].weight);
    return total > 0 ? (float)(sum / total) : 0;
}

/* The three heaviest words that the index knows at all. */
static void cover_rare(PlMatch *m, const float *best)
{
    uint32_t top[3] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
    for (uint32_t i = 0; i < m->q->count; i++)
        for (int k = 0; k < 3; k++) {
            if (!m->q->terms[i].known || (top[k] != UINT32_MAX && m->q->terms[top[k]].weight >= m->q->terms[i].weight))
                continue;
            for (int j = 2; j > k; j--) top[j] = top[j - 1];
            top[k] = i;
            break;
        }
    double rare = 0, total = 0;
    for (int k = 0; k < 3 && top[k] != UINT32_MAX; k++) {
        rare += best[top[k]] * m->q->terms[top[k]].weight;
        total += m->q->terms[top[k]].weight;
    }
    m->at[PL_F_RARE] = total > 0 ? (float)(rare / total) : 0;
}

static void cover(PlMatch *m)
{
    static const float worth[PL_FIELD_COUNT] = {1.0f, 0.9f, 0.95f, 0.7f, 0.6f, 0.35f, 0.45f, 0.6f, 0.35f, 0.4f};
    static const PlFeature of[PL_FIELD_COUNT] = {PL_F_COV_NAME,   PL_F_COV_PATH,  PL_F_COV_TITLE, PL_F_COV_DESC,
                                                 PL_F_COV_PARAM,  PL_F_COV_PDESC, PL_F_COV_ENUM,  PL_F_COV_TAGS,
                                                 PL_F_COV_RESULT, PL_F_COV_PLUGIN};
    float *best = m->best;
    for (int f = 0; f < PL_FIELD_COUNT; f++) {
        m->at[of[f]] = pl_match_covered(m, m->met[f], false);
        for (uint32_t i = 0; i < m->q->count; i++) {
            float here = m->met[f][i] * worth[f];
            if (here > best[i]) best[i] = here;
        }
    }
    m->at[PL_F_COV_ALL] = pl_match_covered(m, best, false);
    m->at[PL_F_COV_HEAD] = pl_match_covered(m, best, true);
    m->at[PL_F_COV_EXACT] = pl_match_covered(m, m->exact, false);
    m->at[PL_F_HEAD_NAME] = pl_match_covered(m, m->met[PL_FIELD_NAME], true);
    m->at[PL_F_HEAD_PATH] = pl_match_covered(m, m->met[PL_FIELD_PATH], true);
    m->at[PL_F_HEAD_TITLE] = pl_match_covered(m, m->met[PL_FIELD_TITLE], true);
    m->at[PL_F_HEAD_DESC] = pl_match_covered(m, m->met[PL_FIELD_DESC], true);
    m->at[PL_F_HEAD_EXACT] = pl_match_covered(m, m->exact, true);
    m->at[PL_F_OBJ_NAME] = covered_object(m, m->met[PL_FIELD_NAME]);
    m->at[PL_F_OBJ_PATH] = covered_object(m, m->met[PL_FIELD_PATH]);
    m->at[PL_F_OBJ_TITLE] = covered_object(m, m->met[PL_FIELD_TITLE]);
    m->at[PL_F_OBJ_ALL] = covered_object(m, best);
    cover_rare(m, best);
}

/* ---- what the text has of the fields --------------------------------------------------------------------------------------- */

typedef struct Said {
    float share, head, exact,
        miss; /* by weight: said at all, in the head clause, as it is; the heaviest word that is not */
} Said;

float pl_match_worth(const PlMatch *m, uint32_t word, bool head, uint32_t *query)
{
    float best = 0;
    for (const PlMeet *meet = pl_query_meet(m->q, m->q->slots[pl_query_slot(word)]); meet;
         meet = pl_query_meet(m->q, meet->next)) {
        const PlQueryTerm *term = &m->q->terms[meet->query];
        if (meet->term != word || meet->worth <= best || (head && term->head <= 0)) continue;
        best = meet->worth;
        if (query) *query = meet->query;
    }
    return best;
}

/* A word that the document's own title has says little in a name. */
static bool of_plugin(const PlMatch *m, uint32_t word)
{
    uint32_t count;
    const uint32_t *words = pl_match_words(m, PL_FIELD_PLUGIN, &count);
    for (uint32_t i = 0; i < count; i++)
        if (words[i] == word) return true;
    return false;
}

static Said said(const PlMatch *m, PlIndexField field)
{
    uint32_t count;
    const uint32_t *words = pl_match_words(m, field, &count);
    const PlIndex *x = m->q->index;
    Said s = {0};
    double share = 0, head = 0, exact = 0, total = 0;
    if (count > SAID_WORDS) count = SAID_WORDS;
    for (uint32_t i = 0; i < count; i++) {
        double idf =
            pl_query_idf(x, m->q->lexicon, pl_index_text(x, x->terms[words[i]].text), x->terms[words[i]].count);
        float worth = pl_match_worth(m, words[i], false, NULL);
        if (of_plugin(m, words[i])) idf *= 0.3;
        total += idf;
        share += idf * worth;
        head += idf * pl_match_worth(m, words[i], true, NULL);
        exact += worth >= 1.0f ? idf : 0;
        if (worth < 0.5f && idf * (1 - worth) > s.miss) s.miss = (float)(idf * (1 - worth));
    }
    if (total <= 0) return s;
    s.share = (float)(share / total);
    s.head = (float)(head / total);
    s.exact = (float)(exact / total);
    s.miss /= 6.0f;
    return s;
}

/* Words that stand side by side in both, in the same order. */
static float neighbours(const PlMatch *m, PlIndexField field)
{
    uint32_t count, before = 0;
    const uint32_t *words = pl_match_words(m, field, &count);
    double sum = 0;
    float last = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t here = 0;
        float worth = pl_match_worth(m, words[i], false, &here);
        const PlQueryTerm *a = &m->q->terms[before], *b = &m->q->terms[here];
        if (last > 0 && worth > 0 && before != here && b->at > a->at && b->at - a->at <= 3)
            sum += (double)(last * worth) * (a->weight < b->weight ? a->weight : b->weight);
        before = here;
        last = worth;
    }
    double share = m->q->weight > 0 ? sum / m->q->weight : 0;
    return (float)(share < 1 ? share : 1);
}

static void say(PlMatch *m)
{
    Said name = said(m, PL_FIELD_NAME), path = said(m, PL_FIELD_PATH), title = said(m, PL_FIELD_TITLE);
    m->at[PL_F_NAME_SAID] = name.share;
    m->at[PL_F_NAME_HEAD] = name.head;
    m->at[PL_F_NAME_EXACT] = name.exact;
    m->at[PL_F_NAME_MISS] = name.miss;
    m->at[PL_F_NAME_ALL] = name.share > 0 && name.miss <= 0;
    m->at[PL_F_PATH_SAID] = path.share;
    m->at[PL_F_PATH_MISS] = path.miss;
    m->at[PL_F_TITLE_SAID] = title.share;
    m->at[PL_F_PLUGIN_SAID] = said(m, PL_FIELD_PLUGIN).share;
    m->at[PL_F_DESC_SAID] = said(m, PL_FIELD_DESC).share;
    m->at[PL_F_BI_NAME] = neighbours(m, PL_FIELD_NAME);
    m->at[PL_F_BI_TITLE] = neighbours(m, PL_FIELD_TITLE);
    m->at[PL_F_BI_DESC] = neighbours(m, PL_FIELD_DESC);
    m->at[PL_F_SAID_TIMES_COV] = name.share * m->at[PL_F_COV_ALL];
    m->at[PL_F_COV_SQUARE] = m->at[PL_F_COV_ALL] * m->at[PL_F_COV_ALL];
    m->at[PL_F_HEAD_SQUARE] = m->at[PL_F_COV_HEAD] * m->at[PL_F_COV_HEAD];
}

/* ---- what both do ---------------------------------------------------------------------------------------------------------- */

/* How well a method does what a verb says, -1 to 1; rows by PlVerb, columns get, post, put or patch, delete. */
static const float method_fits[PL_VERB_COUNT][4] = {
    [PL_VERB_SEARCH] = {1, 0, -1, -1},      [PL_VERB_LIST] = {1, -0.3f, -1, -1},
    [PL_VERB_READ] = {1, -0.3f, -1, -1},    [PL_VERB_CREATE] = {-1, 1, 0.2f, -1},
    [PL_VERB_UPDATE] = {-1, 0.2f, 1, -1},   [PL_VERB_DELETE] = {-1, -0.3f, -0.6f, 1},
    [PL_VERB_SEND] = {-0.6f, 1, 0, -1},     [PL_VERB_COMPUTE] = {0.2f, 0.5f, -0.3f, -1},
    [PL_VERB_START] = {-0.5f, 1, 0.5f, -1}, [PL_VERB_STOP] = {-0.8f, 0.7f, 0.5f, 0.4f},
    [PL_VERB_BOOK] = {-0.5f, 1, 0, -1},     [PL_VERB_ACCESS] = {-0.3f, 1, 0.3f, -1},
};

static float method_fit(PlVerb verb, PlMethod method)
{
    int column = method == PL_POST ? 1 : method == PL_PUT || method == PL_PATCH ? 2 : method == PL_DELETE ? 3 : 0;
    return method_fits[verb][column];
}

static void act(PlMatch *m)
{
    const PlQuery *q = m->q;
    const PlIndexDoc *d = m->doc;
    PlVerb verb = (PlVerb)d->verb;
    bool both = q->verb != PL_VERB_NONE && verb != PL_VERB_NONE;
    m->at[PL_F_VERB_SAME] = both && q->verb == verb;
    m->at[PL_F_VERB_NEAR] = both && q->verb != verb && pl_verb_agrees(q->verb, verb);
    m->at[PL_F_VERB_CLASH] = both && !pl_verb_agrees(q->verb, verb);
    m->at[PL_F_VERB_ANY] = verb != PL_VERB_NONE && (q->verbs >> verb & 1);
    if (d->flags & PL_INDEX_METHODS_VARY && q->verb != PL_VERB_NONE) {
        float fit = method_fit(q->verb, (PlMethod)d->method);
        m->at[PL_F_METHOD_FIT] = fit > 0 ? fit : 0;
        m->at[PL_F_METHOD_CLASH] = fit < 0 ? -fit : 0;
    }
    bool lists = d->flags & PL_INDEX_GIVES_LIST || verb == PL_VERB_LIST || verb == PL_VERB_SEARCH ||
                 (d->flags & PL_INDEX_NAME_PLURAL && !(d->flags & PL_INDEX_ENDS_IN_TEMPLATE));
    bool single = d->flags & PL_INDEX_ENDS_IN_TEMPLATE || (!lists && verb == PL_VERB_READ);
    if (q->verb == PL_VERB_NONE || pl_verb_is_reading(q->verb)) {
        m->at[PL_F_LIST_FIT] = (q->many && lists && !single) || (q->one && !q->many && single);
        m->at[PL_F_LIST_CLASH] = (q->many && single && !lists) || (q->one && !q->many && lists && !single);
    }
    m->at[PL_F_ALL_FIT] = q->all && d->flags & PL_INDEX_SAYS_ALL;
    m->at[PL_F_ALL_CLASH] = !q->all && d->flags & PL_INDEX_SAYS_ALL;
    m->at[PL_F_SELF_FIT] = q->self && d->flags & PL_INDEX_OF_SELF;
    m->at[PL_F_SELF_CLASH] = !q->self && d->flags & PL_INDEX_OF_SELF;
    m->at[PL_F_FIND_LIST] = q->verb == PL_VERB_SEARCH && lists && !single;
    m->at[PL_F_FIND_ID] = q->verb == PL_VERB_SEARCH && d->flags & PL_INDEX_ENDS_IN_TEMPLATE && !(q->shapes & PL_SHAPE_ID);
    if (!(d->flags & PL_INDEX_METHODS_VARY)) return;
    m->at[PL_F_VARY_SAME] = m->at[PL_F_VERB_SAME];
    m->at[PL_F_VARY_CLASH] = m->at[PL_F_VERB_CLASH];
    m->at[PL_F_VARY_LIST_FIT] = m->at[PL_F_LIST_FIT];
    m->at[PL_F_VARY_LIST_CLASH] = m->at[PL_F_LIST_CLASH];
    m->at[PL_F_VARY_READ_WRITE] = pl_verb_is_reading(q->verb) && pl_verb_is_writing(verb) && method_fit(q->verb, (PlMethod)d->method) <= 0;
}

/* The last part of the path that is no template, else the last word of the name: the kind of thing that the action is about. */
static void read_segment(PlMatch *m)
{
    uint32_t count;
    const uint32_t *words = pl_match_words(m, PL_FIELD_PATH, &count);
    if (!count) words = pl_match_words(m, PL_FIELD_NAME, &count);
    if (!count) return;
    float object = 0, met = 0;
    uint32_t word = words[count - 1];
    for (const PlMeet *meet = pl_query_meet(m->q, m->q->slots[pl_query_slot(word)]); meet;
         meet = pl_query_meet(m->q, meet->next)) {
        if (meet->term != word) continue;
        if (meet->worth > met) met = meet->worth;
        if (m->q->terms[meet->query].object > 0 && meet->worth > object) object = meet->worth;
    }
    m->at[PL_F_SEG_SAID] = met;
    if (m->doc->flags & PL_INDEX_METHODS_VARY) m->at[PL_F_VARY_SEGMENT] = object;
    m->at[PL_F_SEG_OBJECT] = object;
}

static void read_verb(PlMatch *m)
{
    const PlQuery *q = m->q;
    if (q->verb_term == UINT32_MAX) return;
    float name = m->met[PL_FIELD_NAME][q->verb_term], title = m->met[PL_FIELD_TITLE][q->verb_term];
    m->at[PL_F_VERB_NAME] = name;
    m->at[PL_F_VERB_TITLE] = title;
    m->at[PL_F_VERB_RARE] = (name > title ? name : title) * (q->terms[q->verb_term].idf / 6.0f);
}

static float field_length(const PlMatch *m, PlIndexField field, float most)
{
    float len = (float)(m->doc->fields[field + 1] - m->doc->fields[field]) / most;
    return len < 1 ? len : 1;
}

void pl_feature_read(const PlQuery *q, const PlQuery *goal, const PlIndexDoc *doc, float retrieved, float best,
                     float *met, PlFeatures *out)
{
    PlMatch m = {.q = q, .doc = doc, .best = met, .at = out->at};
    memset(out, 0, sizeof *out);
    for (int f = 0; f < PL_FIELD_COUNT; f++) meet_field(&m, (PlIndexField)f);
    out->at[PL_F_PLAIN] = plain_score(&m, m.times[0]);
    out->at[PL_F_PLAIN_FIELDS] = plain_score(&m, m.times[1]);
    out->at[PL_F_FIELDED] = fielded_score(&m);
    cover(&m);
    say(&m);
    pl_clause_read(&m);
    act(&m);
    pl_evidence_read(&m);
    pl_letters_read(&m);
    read_segment(&m);
    read_verb(&m);
    out->at[PL_F_BM_REL] = best > 0 ? retrieved / best : 0;
    out->at[PL_F_BM_SELF] = q->weight > 0 ? retrieved / (float)q->weight : 0;
    out->at[PL_F_NAME_LEN] = field_length(&m, PL_FIELD_NAME, 10);
    out->at[PL_F_TITLE_LEN] = field_length(&m, PL_FIELD_TITLE, 25);
    out->at[PL_F_DESC_LEN] = field_length(&m, PL_FIELD_DESC, 60);
    out->at[PL_F_PATH_LEN] = (float)(doc->segments > 10 ? 10 : doc->segments) / 10.0f;
    out->at[PL_F_DEPRECATED] = (doc->flags & PL_INDEX_DEPRECATED) != 0;
    if (!goal || !goal->count) return;
    PlMatch g = {.q = goal, .doc = doc};
    float any[PL_QUERY_TERMS] = {0}, name[PL_QUERY_TERMS] = {0};
    for (int f = 0; f < PL_FIELD_COUNT; f++) {
        meet_field(&g, (PlIndexField)f);
        bool naming = f == PL_FIELD_NAME || f == PL_FIELD_PATH || f == PL_FIELD_PLUGIN || f == PL_FIELD_TAGS;
        for (uint32_t i = 0; i < goal->count; i++) {
            if (g.met[f][i] > any[i]) any[i] = g.met[f][i];
            if (naming && g.met[f][i] > name[i]) name[i] = g.met[f][i];
        }
    }
    out->at[PL_F_GOAL] = pl_match_covered(&g, any, false);
    out->at[PL_F_GOAL_NAME] = pl_match_covered(&g, name, false);
}
