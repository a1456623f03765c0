/* SPDX-License-Identifier: MIT */
/* A step's text to weighted terms, and each term to the words of the index that it may mean: itself, words of one row of synonyms.def, words that
 * it begins or that begin it, two words written as one, a word with one slip of the pen. */
#include "compiler/bind/query.h"

#include <math.h>

enum { MAX_TOKENS = 160, GAP = 6, MAX_PREFIXED = 8, PSEUDO_DOCS = 150 };

double pl_query_idf(const PlIndex *index, const PlLexicon *lexicon, PlStr stem, uint32_t frequency)
{
    static const double usual[] = {1, 12, 35, 60};
    const PlMeaning *meaning = pl_lexicon_find(lexicon, stem);
    double background = usual[meaning ? meaning->common : 0];
    return log((index->doc_count + PSEUDO_DOCS + 1.0) / (frequency + background + 0.5));
}

/* ---- words of the index that a term meets --------------------------------------------------------------------------------- */

static void add_meet(PlQuery *q, uint32_t query, uint32_t term, float worth)
{
    if (term == UINT32_MAX) return;
    uint32_t slot = pl_query_slot(term);
    for (uint32_t n = q->slots[slot]; n; n = q->meets.items[n - 1].next) {
        PlMeet *m = &q->meets.items[n - 1];
        if (m->term != term || m->query != query) continue;
        if (worth > m->worth) m->worth = worth;
        return;
    }
    PlMeet meet = {.term = term, .next = q->slots[slot], .query = (uint16_t)query, .worth = worth};
    pl_vec_push(q->arena, &q->meets, meet);
    q->slots[slot] = q->meets.len;
}

static PlStr term_text(const PlQuery *q, uint32_t term)
{
    return pl_index_text(q->index, q->index->terms[term].text);
}

/* The first term that does not stand before `stem`. */
static uint32_t lower_bound(const PlQuery *q, PlStr stem)
{
    uint32_t low = 0, high = q->index->term_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (pl_str_cmp(term_text(q, middle), stem) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t meet_synonyms(PlQuery *q, uint32_t query, PlStr stem, float scale)
{
    const PlMeaning *meaning = pl_lexicon_find(q->lexicon, stem);
    uint32_t met = 0;
    for (uint32_t g = 0; meaning && g < meaning->groups.len; g++) {
        const PlGroup *group = meaning->groups.items[g];
        for (uint32_t i = 0; i < group->count; i++) {
            uint32_t term = pl_index_term(q->index, group->stems[i]);
            if (term == UINT32_MAX || pl_str_eq(group->stems[i], stem)) continue;
            add_meet(q, query, term, group->worth * scale);
            met++;
        }
    }
    return met;
}

/* "organ" and "organiz", "info" and "inform": the shorter has four letters at least. */
static void meet_prefixes(PlQuery *q, uint32_t query, PlStr stem)
{
    if (stem.len < 4) return;
    uint32_t from = lower_bound(q, stem), seen = 0;
    for (uint32_t t = from; t < q->index->term_count && seen < MAX_PREFIXED; t++, seen++) {
        PlStr text = term_text(q, t);
        if (!pl_str_starts(text, stem)) break;
        if (text.len > stem.len) add_meet(q, query, t, 0.55f * (float)stem.len / (float)text.len);
    }
    for (size_t len = 4; len < stem.len; len++) {
        uint32_t term = pl_index_term(q->index, pl_str_slice(stem, 0, len));
        add_meet(q, query, term, 0.5f * (float)len / (float)stem.len);
    }
}

static bool one_slip(PlStr a, PlStr b)
{
    size_t i = 0, longest = a.len > b.len ? a.len : b.len, shortest = a.len + b.len - longest;
    if (longest - shortest > 1) return false;
    while (i < shortest && a.ptr[i] == b.ptr[i]) i++;
    if (a.len == b.len && i + 1 < a.len && a.ptr[i] == b.ptr[i + 1] && a.ptr[i + 1] == b.ptr[i])
        return memcmp(a.ptr + i + 2, b.ptr + i + 2, a.len - i - 2) == 0;
    size_t x = i + (a.len >= b.len), y = i + (b.len >= a.len);
    return a.len - x == b.len - y && memcmp(a.ptr + x, b.ptr + y, a.len - x) == 0;
}

static uint32_t meet_slips(PlQuery *q, uint32_t query, PlStr stem)
{
    uint32_t met = 0;
    if (stem.len < 5) return 0;
    for (uint32_t t = lower_bound(q, pl_str_slice(stem, 0, 1)); t < q->index->term_count; t++) {
        PlStr text = term_text(q, t);
        if (text.ptr[0] != stem.ptr[0]) break;
        if (text.len < 5 || !one_slip(stem, text)) continue;
        add_meet(q, query, t, 0.7f);
        met++;
    }
    return met;
}

/* "webhook" for "web hook": both parts are words of the index. */
static uint32_t meet_parts(PlQuery *q, uint32_t query, PlStr word)
{
    for (size_t cut = 3; cut + 3 <= word.len; cut++) {
        char left[PL_STEM_MAX + 1], right[PL_STEM_MAX + 1];
        memcpy(left, word.ptr, cut);
        memcpy(right, word.ptr + cut, word.len - cut);
        uint32_t a = pl_index_term(q->index, pl_str(left, pl_stem_word(left, cut)));
        uint32_t b = pl_index_term(q->index, pl_str(right, pl_stem_word(right, word.len - cut)));
        if (a == UINT32_MAX || b == UINT32_MAX) continue;
        add_meet(q, query, a, 0.5f);
        add_meet(q, query, b, 0.5f);
        return 2;
    }
    return 0;
}

/* "log in" for "login": both words meet the one that they make. */
static void meet_joined(PlQuery *q)
{
    for (uint32_t i = 0; i + 1 < q->tokens.len; i++) {
        char word[PL_STEM_MAX * 2 + 2];
        PlStr a = q->tokens.items[i].word, b = q->tokens.items[i + 1].word;
        if (a.len + b.len > PL_STEM_MAX || a.len < 2 || b.len < 2) continue;
        memcpy(word, a.ptr, a.len);
        memcpy(word + a.len, b.ptr, b.len);
        uint32_t term = pl_index_term(q->index, pl_str(word, pl_stem_word(word, a.len + b.len)));
        if (term == UINT32_MAX) continue;
        for (uint32_t t = 0; t < q->count; t++)
            if (q->terms[t].at == i || q->terms[t].at == i + 1) {
                add_meet(q, t, term, 0.9f);
                q->terms[t].known = true;
            }
    }
}

static void meet_all(PlQuery *q, uint32_t t)
{
    PlQueryTerm *term = &q->terms[t];
    uint32_t exact = pl_index_term(q->index, term->stem), before = q->meets.len;
    add_meet(q, t, exact, 1.0f);
    uint32_t met = meet_synonyms(q, t, term->stem, 1.0f) + (exact != UINT32_MAX);
    meet_prefixes(q, t, term->stem);
    if (!met && q->meets.len == before) met = meet_slips(q, t, term->stem);
    if (!met && q->meets.len == before) met = meet_parts(q, t, term->word);
    uint32_t frequency = exact != UINT32_MAX ? q->index->terms[exact].count : 0;
    for (uint32_t i = before; exact == UINT32_MAX && i < q->meets.len; i++) {
        uint32_t here = q->index->terms[q->meets.items[i].term].count;
        if (here > frequency) frequency = here;
    }
    term->known = q->meets.len > before;
    term->idf = (float)pl_query_idf(q->index, q->lexicon, term->stem, frequency);
}

/* ---- the head clause ------------------------------------------------------------------------------------------------------- */

static bool is_word(PlStr word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_str_eq_z(word, list[i])) return true;
    return false;
}

static bool cuts(PlStr word)
{
    static const char *const words[] = {"so",    "which", "who",   "because",  "using",   "based", "ensuring", "ensure", "including",
                                        "while", "where", "if",    "when",     "after",   "before", "via",     "by",     "that",
                                        "whether", "requires", "allowing", "enabling", "unless", "to_be", "such"};
    return is_word(word, words, sizeof words / sizeof *words);
}

static bool cues(PlStr word)
{
    static const char *const words[] = {"can", "could", "please", "want", "need", "like", "help", "show", "tell", "give", "would", "let", "find"};
    return is_word(word, words, sizeof words / sizeof *words);
}

/* The sentence that asks for something: the first with a question, a plea or a verb at its beginning. */
static uint16_t lead_sentence(const PlQuery *q)
{
    for (uint32_t i = 0; i < q->tokens.len; i++) {
        const PlToken *t = &q->tokens.items[i];
        bool verb = t->flags & PL_TOKEN_STARTS && pl_lexicon_verb(q->lexicon, t->stem) != PL_VERB_NONE;
        if (t->flags & PL_TOKEN_ASKS || verb || cues(t->word)) return t->sentence;
    }
    return 0;
}

/* ---- values and number ----------------------------------------------------------------------------------------------------- */

static bool is_time_word(PlStr word)
{
    static const char *const words[] = {"today",   "tomorrow", "yesterday", "tonight", "monday",  "tuesday", "wednesday", "thursday", "friday",
                                        "saturday", "sunday",  "january",   "february", "march",  "april",   "june",      "july",     "august",
                                        "september", "october", "november", "december", "week",   "month",   "noon",      "midnight", "pm", "am"};
    return is_word(word, words, sizeof words / sizeof *words);
}

static void note_value(PlQuery *q, const PlToken *t)
{
    static const uint16_t shape_of[] = {
        [PL_TOKEN_NUMBER] = PL_SHAPE_NUMBER, [PL_TOKEN_MONEY] = PL_SHAPE_MONEY, [PL_TOKEN_EMAIL] = PL_SHAPE_EMAIL,
        [PL_TOKEN_URL] = PL_SHAPE_URL,       [PL_TOKEN_DATE] = PL_SHAPE_DATE,   [PL_TOKEN_TIME] = PL_SHAPE_DATE,
        [PL_TOKEN_CODE] = PL_SHAPE_ID};
    uint32_t shape = t->kind == PL_TOKEN_WORD ? (is_time_word(t->word) ? PL_SHAPE_DATE : 0) : shape_of[t->kind];
    if (t->flags & PL_TOKEN_QUOTED) shape |= PL_SHAPE_TEXT;
    if (pl_str_eq_z(t->word, "id") || pl_str_eq_z(t->word, "ids")) shape |= PL_SHAPE_ID;
    if (shape) q->values++;
    q->shapes |= shape;
}

static bool is_plural(const PlToken *t)
{
    return t->word.len > 3 && t->word.ptr[t->word.len - 1] == 's' && t->word.ptr[t->word.len - 2] != 's' &&
           t->stem.len < t->word.len;
}

static void note_number(PlQuery *q, const PlToken *t, uint32_t nth)
{
    static const char *const many[] = {"all", "list", "lists", "every", "each", "multiple", "several", "many"};
    static const char *const one[] = {"detail", "details", "specific", "particular", "single", "one", "id", "information", "info", "its"};
    if (is_word(t->word, many, sizeof many / sizeof *many)) q->many = true;
    if (is_word(t->word, one, sizeof one / sizeof *one)) q->one = true;
    if (nth >= 1 && nth <= 3 && is_plural(t) && pl_lexicon_verb(q->lexicon, t->stem) == PL_VERB_NONE) q->many = true;
}

/* ---- terms ----------------------------------------------------------------------------------------------------------------- */

static float salience(const PlQuery *q, const PlToken *t, bool in_index)
{
    (void)q;
    if (t->flags & PL_TOKEN_QUOTED) return 0.25f;
    if (t->kind == PL_TOKEN_CODE) return in_index ? 0.6f : 0.1f;
    if (t->kind != PL_TOKEN_WORD) return 0;
    if (t->flags & PL_TOKEN_CAPITAL && !in_index) return 0.3f;
    return t->flags & PL_TOKEN_ASIDE ? 0.5f : 1.0f;
}

static PlQueryTerm *add_term(PlQuery *q, PlStr stem, PlStr word, uint32_t at)
{
    for (uint32_t i = 0; i < q->count; i++)
        if (pl_str_eq(q->terms[i].stem, stem)) return &q->terms[i];
    if (q->count == PL_QUERY_TERMS) return NULL;
    uint32_t number = q->count++;
    q->terms[number] = (PlQueryTerm){.stem = stem, .word = word, .at = (uint16_t)at, .verb = (uint8_t)pl_lexicon_verb(q->lexicon, stem)};
    meet_all(q, number);
    return &q->terms[number];
}

static void add_token(PlQuery *q, uint32_t i, bool head)
{
    const PlToken *t = &q->tokens.items[i];
    if (pl_lexicon_is_stop(q->lexicon, t->word)) return;
    bool in_index = pl_index_term(q->index, t->stem) != UINT32_MAX || pl_lexicon_find(q->lexicon, t->stem);
    float part = salience(q, t, in_index);
    if (part <= 0) return;
    PlQueryTerm *term = add_term(q, t->stem, t->word, i);
    if (!term) return;
    float weight = part * term->idf;
    if (weight > term->weight) term->weight = weight;
    if (head && weight > term->head) term->head = weight;
    if (part >= 0.5f && term->verb) {
        q->verbs |= 1u << term->verb;
        if (head && !q->verb) q->verb = (PlVerb)term->verb;
    }
}

/* Phrases mean their words: what they say is added to their first word's term. */
static void add_phrases(PlQuery *q)
{
    static const char *const particles[] = {"on", "off", "up", "down", "out", "away"};
    for (uint32_t p = 0; p < q->lexicon->phrases.len; p++) {
        const PlPhrase *phrase = &q->lexicon->phrases.items[p];
        bool apart = phrase->count == 2 && is_word(phrase->words[1], particles, sizeof particles / sizeof *particles);
        for (uint32_t i = 0; i < q->tokens.len; i++) {
            uint32_t at = i, matched = 0;
            for (; matched < phrase->count && at < q->tokens.len; at++) {
                if (pl_str_eq(q->tokens.items[at].word, phrase->words[matched]))
                    matched++;
                else if (matched == 0 || !apart || at - i > GAP)
                    break;
            }
            if (matched < phrase->count) continue;
            for (uint32_t s = 0; s < phrase->stem_count; s++) {
                PlQueryTerm *term = add_term(q, phrase->stems[s], phrase->stems[s], i);
                if (!term) break;
                float weight = 0.7f * term->idf;
                if (weight > term->weight) term->weight = term->head = weight;
                if (s == 0 && term->verb) {
                    q->verbs |= 1u << term->verb;
                    q->verb = (PlVerb)term->verb;
                }
            }
        }
    }
}

static void add_name(PlQuery *q, const PlAsk *ask)
{
    PlTokens tokens = {0};
    pl_token_name(q->arena, ask->name, 16, &tokens);
    for (uint32_t i = 0; i < tokens.len; i++) {
        PlQueryTerm *term = add_term(q, tokens.items[i].stem, tokens.items[i].word, UINT16_MAX);
        if (!term) continue;
        float weight = 1.5f * term->idf;
        term->named = true;
        if (weight > term->weight) term->weight = term->head = weight;
        if (i < 2 && term->verb) q->verb = (PlVerb)term->verb;
    }
}

static PlQuery *start(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, PlStr text)
{
    PlQuery *q = PL_NEW(arena, PlQuery);
    q->arena = arena;
    q->lexicon = lexicon;
    q->index = index;
    q->text = text;
    pl_token_prose(arena, text, MAX_TOKENS, &q->tokens);
    return q;
}

static void sum_up(PlQuery *q)
{
    for (uint32_t i = 0; i < q->count; i++) {
        q->weight += q->terms[i].weight;
        q->head += q->terms[i].head;
        if (q->terms[i].known) q->known += q->terms[i].weight;
    }
}

PlQuery *pl_query_new(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, const PlAsk *ask)
{
    PlQuery *q = start(arena, lexicon, index, ask->text);
    uint16_t lead = lead_sentence(q);
    uint32_t said = 0;
    bool cut = false;
    if (ask->name.len) add_name(q, ask);
    for (uint32_t i = 0; i < q->tokens.len; i++) {
        const PlToken *t = &q->tokens.items[i];
        bool inside = t->sentence == lead;
        if (inside && said >= 2 && cuts(t->word)) cut = true;
        bool head = inside && !cut && !(t->flags & PL_TOKEN_ASIDE);
        note_value(q, t);
        if (head) note_number(q, t, said);
        if (head && !pl_lexicon_is_stop(q->lexicon, t->word)) said++;
        add_token(q, i, head);
    }
    add_phrases(q);
    meet_joined(q);
    sum_up(q);
    return q;
}

PlQuery *pl_query_goal(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, PlStr goal)
{
    PlQuery *q = start(arena, lexicon, index, goal);
    for (uint32_t i = 0; i < q->tokens.len; i++) add_token(q, i, false);
    sum_up(q);
    return q;
}
