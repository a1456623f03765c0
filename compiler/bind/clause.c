/* SPDX-License-Identifier: MIT */
/* A text that asks for several things, cut into what it asks for one by one: at the end of a sentence, and before a verb that follows "and",
 * "then" or a comma. An action is held against the clause that it fits best, so that what the other clauses say does not count against it. */
#include "compiler/bind/match.h"

enum { BEFORE_VERB = 3 };

static bool is_one_of(PlStr word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_str_eq_z(word, list[i])) return true;
    return false;
}

static bool joins(PlStr word)
{
    static const char *const words[] = {"and",  "then",  "also",       "additionally", "finally", "plus",      "afterwards",
                                        "next", "lastly", "furthermore", "moreover",     "besides", "afterward", "or"};
    return is_one_of(word, words, sizeof words / sizeof *words);
}

/* Is there a verb at `i`, or behind a few words that say nothing? */
static bool verb_follows(const PlQuery *q, uint32_t i)
{
    for (uint32_t k = i; k < q->tokens.len && k < i + BEFORE_VERB; k++) {
        if (q->tokens.items[k].sentence != q->tokens.items[i].sentence) return false;
        if (pl_lexicon_verb(q->lexicon, q->tokens.items[k].stem) != PL_VERB_NONE) return true;
        if (!pl_lexicon_is_stop(q->lexicon, q->tokens.items[k].word)) return false;
    }
    return false;
}

static bool after_comma(const PlToken *t)
{
    const char *end = t[-1].raw.ptr + t[-1].raw.len;
    return t->raw.ptr > end && (*end == ',' || *end == ';' || *end == ':');
}

static bool begins(const PlQuery *q, uint32_t i)
{
    const PlToken *t = &q->tokens.items[i];
    if (i == 0 || t->sentence != t[-1].sentence) return true;
    if (joins(t[-1].word)) return verb_follows(q, i);
    return after_comma(t) && pl_lexicon_verb(q->lexicon, t->stem) != PL_VERB_NONE;
}

void pl_clause_cut(PlQuery *q)
{
    for (uint32_t i = 0; i < q->tokens.len; i++) {
        const PlToken *t = &q->tokens.items[i];
        if (begins(q, i) && (q->clause_count == 0 || q->clauses[q->clause_count - 1].terms) &&
            q->clause_count < PL_QUERY_CLAUSES)
            q->clauses[q->clause_count++] = (PlQueryClause){0};
        PlQueryClause *c = &q->clauses[q->clause_count - 1];
        for (uint32_t n = 0; n < q->count; n++)
            if (pl_str_eq(q->terms[n].stem, t->stem)) c->terms |= (uint64_t)1 << n;
        if (!c->verb && t->kind == PL_TOKEN_WORD) c->verb = (uint8_t)pl_lexicon_verb(q->lexicon, t->stem);
    }
    for (uint32_t k = 0; k < q->clause_count; k++)
        for (uint32_t n = 0; n < q->count; n++)
            if (q->clauses[k].terms >> n & 1) q->clauses[k].weight += q->terms[n].weight;
}

/* Of a field's words, by weight, what the clauses say; adds to `said` for each clause and returns the weight of all. */
static float say_field(const PlMatch *m, PlIndexField field, float said[PL_QUERY_CLAUSES])
{
    uint32_t count;
    const uint32_t *words = pl_match_words(m, field, &count);
    const PlIndex *x = m->q->index;
    float total = 0;
    for (uint32_t i = 0; i < count && i < 24; i++) {
        const PlIndexTerm *term = &x->terms[words[i]];
        float idf = (float)pl_query_idf(x, m->q->lexicon, pl_index_text(x, term->text), term->count);
        float best[PL_QUERY_CLAUSES] = {0};
        total += idf;
        for (const PlMeet *meet = pl_query_meet(m->q, m->q->slots[pl_query_slot(words[i])]); meet;
             meet = pl_query_meet(m->q, meet->next)) {
            if (meet->term != words[i]) continue;
            for (uint32_t k = 0; k < m->q->clause_count; k++)
                if (m->q->clauses[k].terms >> meet->query & 1 && meet->worth > best[k]) best[k] = meet->worth;
        }
        for (uint32_t k = 0; k < m->q->clause_count; k++) said[k] += idf * best[k];
    }
    return total;
}

void pl_clause_read(PlMatch *m)
{
    const PlQuery *q = m->q;
    float name[PL_QUERY_CLAUSES] = {0}, title[PL_QUERY_CLAUSES] = {0};
    float name_total = say_field(m, PL_FIELD_NAME, name), title_total = say_field(m, PL_FIELD_TITLE, title), best = -1;
    for (uint32_t k = 0; k < q->clause_count; k++) {
        const PlQueryClause *c = &q->clauses[k];
        float met = 0, sure = c->weight / (c->weight + 4.0f);
        for (uint32_t n = 0; n < q->count; n++)
            if (c->terms >> n & 1) met += m->best[n] * q->terms[n].weight;
        float cov = c->weight > 0 ? met / c->weight * sure : 0;
        float said_name = name_total > 0 ? name[k] / name_total : 0, said_title = title_total > 0 ? title[k] / title_total : 0;
        float said = said_name > said_title ? said_name : said_title;
        float both = cov + said > 0 ? 2 * cov * said / (cov + said) : 0;
        if (cov > m->at[PL_F_CLAUSE_COV]) m->at[PL_F_CLAUSE_COV] = cov;
        if (said_name > m->at[PL_F_CLAUSE_NAME]) m->at[PL_F_CLAUSE_NAME] = said_name;
        if (said_title > m->at[PL_F_CLAUSE_TITLE]) m->at[PL_F_CLAUSE_TITLE] = said_title;
        if (both <= best) continue;
        best = both;
        m->at[PL_F_CLAUSE_BOTH] = both;
        bool verbs = c->verb && m->doc->verb;
        m->at[PL_F_CLAUSE_SAME] = verbs && c->verb == m->doc->verb;
        m->at[PL_F_CLAUSE_CLASH] = verbs && !pl_verb_agrees((PlVerb)c->verb, (PlVerb)m->doc->verb);
    }
}
