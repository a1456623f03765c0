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
    double n = q->index->doc_count, df = frequency;
    term->plain = exact == UINT32_MAX ? 0 : (float)log(1 + (n - df + 0.5) / (df + 0.5));
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
    static const char *const words[] = {"so",       "which",     "who",   "because", "using",   "based",    "ensuring",
                                        "ensure",   "including", "while", "where",   "if",      "when",     "after",
                                        "before",   "via",       "by",    "that",    "whether", "requires", "allowing",
                                        "enabling", "unless",    "whom",  "such",    "whose"};
    return is_word(word, words, sizeof words / sizeof *words);
}

/* How plainly a sentence asks for something: a plea or a question 2, a wish 1, a verb at its beginning 2. */
static unsigned plea(const PlQuery *q, uint32_t first, uint32_t end)
{
    static const char *const pleas[] = {"please", "help", "can", "could"}, *const wishes[] = {
                                                                               "want", "need",  "like",      "looking",
                                                                               "let",  "would", "interested"};
    const PlToken *t = &q->tokens.items[first];
    unsigned best = t->flags & PL_TOKEN_ASKS || pl_lexicon_verb(q->lexicon, t->stem) != PL_VERB_NONE ? 2 : 0;
    for (uint32_t i = first; i < end && best < 2; i++) {
        if (is_word(q->tokens.items[i].word, pleas, sizeof pleas / sizeof *pleas)) best = 2;
        if (!best && is_word(q->tokens.items[i].word, wishes, sizeof wishes / sizeof *wishes)) best = 1;
    }
    return best;
}

/* The first of the sentences that ask most plainly; `asking` gets a bit for each sentence that asks at all (of the first 32). */
static uint16_t lead_sentence(const PlQuery *q, uint32_t *asking)
{
    uint16_t lead = 0;
    unsigned best = 0;
    *asking = 0;
    for (uint32_t i = 0; i < q->tokens.len;) {
        uint32_t end = i;
        uint16_t sentence = q->tokens.items[i].sentence;
        while (end < q->tokens.len && q->tokens.items[end].sentence == sentence) end++;
        unsigned here = plea(q, i, end);
        if (here && sentence < 32) *asking |= 1u << sentence;
        if (here > best) {
            best = here;
            lead = sentence;
        }
        i = end;
    }
    return lead;
}

/* ---- values and number ----------------------------------------------------------------------------------------------------- */

static bool is_time_word(PlStr word)
{
    static const char *const words[] = {"today",     "tomorrow", "yesterday", "tonight",  "monday", "tuesday",
                                        "wednesday", "thursday", "friday",    "saturday", "sunday", "january",
                                        "february",  "march",    "april",     "june",     "july",   "august",
                                        "september", "october",  "november",  "december", "week",   "month",
                                        "noon",      "midnight", "pm",        "am"};
    return is_word(word, words, sizeof words / sizeof *words);
}

/* "in Paris", "to New York": a preposition, and a name that is no month or day. */
static bool is_place(const PlQuery *q, const PlToken *t)
{
    static const char *const before[] = {"in", "near", "at", "from", "to", "around", "for", "of", "within", "outside"};
    if (t == q->tokens.items || !(t->flags & PL_TOKEN_CAPITAL) || t->flags & PL_TOKEN_QUOTED || is_time_word(t->word)) return false;
    bool of = pl_str_eq_z(t[-1].word, "for") || pl_str_eq_z(t[-1].word, "of");
    return t->kind == PL_TOKEN_WORD && !of && is_word(t[-1].word, before, sizeof before / sizeof *before);
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
    if (t->kind == PL_TOKEN_NUMBER || t->kind == PL_TOKEN_MONEY) q->numbers++;
    if (is_place(q, t)) shape |= PL_SHAPE_PLACE;
    bool run = t > q->tokens.items && t[-1].flags & (PL_TOKEN_CAPITAL | PL_TOKEN_QUOTED) &&
               t->flags & (PL_TOKEN_CAPITAL | PL_TOKEN_QUOTED);
    if (!run && (shape || t->flags & PL_TOKEN_CAPITAL)) q->values++;
    q->shapes |= shape;
}

static bool is_plural(const PlToken *t)
{
    return t->word.len > 3 && t->word.ptr[t->word.len - 1] == 's' && t->word.ptr[t->word.len - 2] != 's' &&
           t->stem.len < t->word.len;
}

/* "... from the list", "in the previous results": where a thing comes from, not what is asked for. */
static bool is_source(const PlQuery *q, const PlToken *t)
{
    static const char *const sources[] = {"list", "lists", "result", "results", "response", "output", "answer"};
    static const char *const between[] = {"the", "this", "that", "its", "previous", "first", "above", "initial", "search", "returned", "obtained", "retrieved"};
    if (!is_word(t->word, sources, sizeof sources / sizeof *sources)) return false;
    for (const PlToken *before = t; before-- > q->tokens.items && t - before <= 4;) {
        if (pl_str_eq_z(before->word, "from") || pl_str_eq_z(before->word, "in")) return t - before > 1;
        if (!is_word(before->word, between, sizeof between / sizeof *between)) return false;
    }
    return false;
}

/* "the first result", "the selected queue": one thing, if it is not "the first ten" or "the first results". */
static bool picks_one(const PlQuery *q, const PlToken *t)
{
    static const char *const picks[] = {"first", "chosen", "selected", "identified", "same", "last", "latest", "given"};
    const PlToken *end = q->tokens.items + q->tokens.len;
    if (t == q->tokens.items || t + 1 >= end || !is_word(t->word, picks, sizeof picks / sizeof *picks)) return false;
    bool some = pl_str_eq_z(t[-1].word, "the") || pl_str_eq_z(t[-1].word, "a");
    return some && t[1].kind == PL_TOKEN_WORD && !is_plural(&t[1]) && !(t + 2 < end && is_plural(&t[2]));
}

static void note_number(PlQuery *q, const PlToken *t, uint32_t nth)
{
    static const char *const many[] = {"all", "list", "lists", "every", "each", "multiple", "several", "many"};
    static const char *const one[] = {"detail", "details", "specific",    "particular", "single",
                                      "one",    "id",      "information", "info",       "its"};
    if (is_word(t->word, many, sizeof many / sizeof *many) && !is_source(q, t)) q->many = true;
    if (picks_one(q, t)) q->one = true;
    if (is_word(t->word, one, sizeof one / sizeof *one)) q->one = true;
    bool light = pl_str_eq_z(t->word, "details") || pl_str_eq_z(t->word, "specifics");
    if (light) return;
    if (nth >= 1 && nth <= 3 && is_plural(t) && pl_lexicon_verb(q->lexicon, t->stem) == PL_VERB_NONE) q->many = true;
}

/* "... of a specific collection using its ID": one thing, wherever the sentence says so. */
static bool says_one(PlStr word)
{
    static const char *const one[] = {"specific", "particular", "single", "id", "identifier"};
    return is_word(word, one, sizeof one / sizeof *one);
}

/* "my folders", "the authenticated user", "the current account"; not "the current weather" */
static bool says_self(const PlQuery *q, uint32_t i)
{
    static const char *const self[] = {"my", "mine", "own", "myself", "authenticated", "authenticating", "self", "logged"};
    static const char *const whom[] = {"user", "users", "account", "member", "profile", "session"};
    if (is_word(q->tokens.items[i].word, self, sizeof self / sizeof *self)) return true;
    return pl_str_eq_z(q->tokens.items[i].word, "current") && i + 1 < q->tokens.len && is_word(q->tokens.items[i + 1].word, whom, sizeof whom / sizeof *whom);
}

/* ---- terms ----------------------------------------------------------------------------------------------------------------- */

static float salience(const PlQuery *q, const PlToken *t, bool in_index)
{
    (void)q;
    if (!in_index && t->raw.len && (unsigned char)t->raw.ptr[0] >= 0xE0) return 0.05f;
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
    q->terms[number] = (PlQueryTerm){
        .stem = stem, .word = word, .at = (uint16_t)at, .verb = (uint8_t)pl_lexicon_verb(q->lexicon, stem)};
    meet_all(q, number);
    return &q->terms[number];
}

/* "the newly created user": what was done to a thing is not what is to be done. */
static bool is_participle(const PlQuery *q, uint32_t i)
{
    static const char *const before[] = {"the",      "a",       "an",  "newly", "previously", "just",
                                         "recently", "already", "is",  "are",   "was",        "been",
                                         "be",       "were",    "its", "any",   "all"};
    PlStr word = q->tokens.items[i].word;
    if (i == 0 || word.len < 4 || !pl_str_ends(word, PL_STR("ed"))) return false;
    return is_word(q->tokens.items[i - 1].word, before, sizeof before / sizeof *before);
}

static bool is_light(PlStr word)
{
    static const char *const words[] = {"detail",   "details",  "list",   "lists",  "information", "info", "full",
                                        "complete", "specific", "set",    "data",   "id",          "ids",  "all",
                                        "detailed", "name",     "entire", "single", "particular"};
    return is_word(word, words, sizeof words / sizeof *words);
}

/* Adds the word; `part_of_all`: how much its sentence counts; `object`: it may be what the verb is done to. */
static void add_token(PlQuery *q, uint32_t i, float part_of_all, bool head, bool object)
{
    const PlToken *t = &q->tokens.items[i];
    bool last = i + 1 == q->tokens.len || q->tokens.items[i + 1].sentence != t->sentence;
    if (pl_lexicon_is_stop(q->lexicon, t->word) && !(last && pl_lexicon_is_particle(t->word))) return;
    bool in_index = pl_index_term(q->index, t->stem) != UINT32_MAX || pl_lexicon_find(q->lexicon, t->stem);
    bool participle = is_participle(q, i);
    float part = salience(q, t, in_index) * (participle || is_source(q, t) ? 0.3f : 1.0f) * (is_light(t->word) ? 0.5f : 1.0f) * part_of_all;
    if (part <= 0) return;
    PlQueryTerm *term = add_term(q, t->stem, t->word, i);
    if (!term) return;
    float weight = part * term->idf;
    if (weight > term->weight) term->weight = weight;
    if (head && weight > term->head) term->head = weight;
    if (object && !is_light(t->word) && weight > term->object) term->object = weight;
    if (part < 0.4f || !term->verb) return;
    q->verbs |= 1u << term->verb;
    if (!head || q->verb) return;
    q->verb = (PlVerb)term->verb;
    q->verb_term = (uint32_t)(term - q->terms);
    term->object = 0;
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
                bool head = i < q->head_end && q->tokens.items[i].sentence == q->lead;
                if (weight > term->weight) term->weight = weight;
                if (head && weight > term->head) term->head = weight;
                bool first = q->verb_term == UINT32_MAX || q->terms[q->verb_term].at >= i;
                if (s == 0 && term->verb && head && first) {
                    q->verbs |= 1u << term->verb;
                    q->verb = (PlVerb)term->verb;
                    q->verb_term = (uint32_t)(term - q->terms);
                }
            }
        }
    }
}

/* Words of scripts without spaces, wherever they stand: their English words are added. */
static void add_signs(PlQuery *q)
{
    bool any = false;
    for (size_t i = 0; i < q->text.len && !any; i++) any = (unsigned char)q->text.ptr[i] >= 0xE0;
    for (uint32_t s = 0; any && s < q->lexicon->signs.len; s++) {
        const PlSign *sign = &q->lexicon->signs.items[s];
        if (pl_str_find(q->text, sign->sign, 0) == PL_STR_NONE) continue;
        PlQueryTerm *term = add_term(q, sign->stem, sign->stem, 0);
        if (!term) return;
        if (term->weight < term->idf) term->weight = term->head = term->idf;
        if (!term->verb) continue;
        q->verbs |= 1u << term->verb;
        if (!q->verb) q->verb = (PlVerb)term->verb;
    }
}

static void add_name(PlQuery *q, const PlAsk *ask)
{
    PlTokens tokens = {0};
    pl_token_name(q->arena, ask->name, 16, &tokens);
    bool done = false; /* the first verb is what the name does: a message is also sent, but not by `fetch_message` */
    for (uint32_t i = 0; i < tokens.len; i++) {
        PlQueryTerm *term = add_term(q, tokens.items[i].stem, tokens.items[i].word, UINT16_MAX);
        if (!term) continue;
        float weight = 1.5f * term->idf;
        term->named = true;
        if (weight > term->weight) term->weight = term->head = weight;
        if (i < 2 && term->verb && !done) q->verb = (PlVerb)term->verb;
        done |= term->verb != PL_VERB_NONE;
    }
}

static PlQuery *start(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, PlStr text)
{
    PlQuery *q = PL_NEW(arena, PlQuery);
    q->arena = arena;
    q->lexicon = lexicon;
    q->index = index;
    q->text = text;
    q->verb_term = UINT32_MAX;
    pl_token_prose(arena, text, MAX_TOKENS, &q->tokens);
    return q;
}

static void sum_up(PlQuery *q)
{
    for (uint32_t i = 0; i < q->count; i++) {
        q->weight += q->terms[i].weight;
        q->head += q->terms[i].head;
        q->object += q->terms[i].object;
        if (q->terms[i].known) q->known += q->terms[i].weight;
    }
}

/* "Is the door open?", "Which sensors are on?": the state of something is asked for, whatever the verbs in it. */
static bool asks_for_state(const PlQuery *q, uint16_t lead)
{
    static const char *const words[] = {"is",   "are",    "was", "were", "does",  "did",  "has", "which",
                                        "what", "what's", "how", "who",  "where", "when", "any"};
    static const char *const pleas[] = {"can", "could", "would", "should", "to", "i", "please"};
    for (uint32_t i = 0; i < q->tokens.len; i++) {
        if (q->tokens.items[i].sentence != lead) continue;
        if (!is_word(q->tokens.items[i].word, words, sizeof words / sizeof *words)) return false;
        for (uint32_t k = i + 1; k < q->tokens.len && q->tokens.items[k].sentence == lead; k++)
            if (is_word(q->tokens.items[k].word, pleas, sizeof pleas / sizeof *pleas)) return false;
        return true;
    }
    return false;
}

static bool is_preposition(PlStr word)
{
    static const char *const words[] = {"for", "of",   "in",    "within", "from",    "with", "to",  "on",
                                        "at",  "into", "under", "about",  "between", "as",   "per", "against"};
    return is_word(word, words, sizeof words / sizeof *words);
}

/* "... identified in the previous step": where a thing comes from. Before a noun it is no cut: "the selected queue". */
static bool is_origin(const PlQuery *q, uint32_t i)
{
    static const char *const words[] = {"identified", "obtained", "retrieved", "returned", "found", "fetched", "selected",
                                        "collected", "generated", "received"};
    static const char *const next[] = {"in", "from", "by", "earlier", "previously", "above", "during", "at"};
    if (i == 0 || i + 1 >= q->tokens.len || !is_word(q->tokens.items[i].word, words, sizeof words / sizeof *words)) return false;
    return is_word(q->tokens.items[i + 1].word, next, sizeof next / sizeof *next);
}

static bool is_purpose(const PlQuery *q, uint32_t i)
{
    if (i + 1 >= q->tokens.len || !pl_str_eq_z(q->tokens.items[i].word, "to")) return false;
    const PlToken *next = &q->tokens.items[i + 1];
    static const char *const more[] = {"be", "ensure", "select", "choose", "pick", "use", "prepare", "allow", "see", "avoid", "decide", "link"};
    bool verb = pl_lexicon_verb(q->lexicon, next->stem) != PL_VERB_NONE || is_word(next->word, more, sizeof more / sizeof *more);
    return verb && next->kind == PL_TOKEN_WORD && !(next->flags & (PL_TOKEN_CAPITAL | PL_TOKEN_QUOTED));
}

/* "Get a list of the users" lists; "initiate the cancellation of a payment" cancels: the noun says what is done. */
static void read_noun(PlQuery *q, uint32_t i)
{
    static const struct {
        const char *noun;
        PlVerb verb;
    } nouns[] = {{"cancellation", PL_VERB_STOP},   {"creation", PL_VERB_CREATE},      {"deletion", PL_VERB_DELETE},   {"removal", PL_VERB_DELETE},
                 {"retrieval", PL_VERB_READ},      {"modification", PL_VERB_UPDATE},  {"search", PL_VERB_SEARCH},     {"generation", PL_VERB_CREATE},
                 {"activation", PL_VERB_START},    {"deactivation", PL_VERB_STOP},    {"calculation", PL_VERB_COMPUTE}, {"conversion", PL_VERB_COMPUTE},
                 {"termination", PL_VERB_STOP},    {"submission", PL_VERB_SEND},      {"delivery", PL_VERB_SEND},     {"translation", PL_VERB_COMPUTE},
                 {"lookup", PL_VERB_SEARCH},       {"update", PL_VERB_UPDATE},        {"listing", PL_VERB_LIST},      {"purchase", PL_VERB_BOOK}};
    static const char *const light[] = {"initiate", "initiates", "perform", "performs", "execute", "executes", "start",  "starts", "trigger", "triggers",
                                        "request",  "requests",  "do",      "does",     "make",    "makes",    "submit", "conduct", "run",    "runs"};
    PlStr word = q->tokens.items[i].word;
    bool of = i + 1 < q->tokens.len && pl_str_eq_z(q->tokens.items[i + 1].word, "of");
    if (q->verb == PL_VERB_READ && of && pl_str_eq_z(word, "list") && !is_source(q, &q->tokens.items[i])) q->verb = PL_VERB_LIST;
    bool may = q->verb_term != UINT32_MAX && q->terms[q->verb_term].at < i && of;
    if (!may || !is_word(q->terms[q->verb_term].word, light, sizeof light / sizeof *light)) return;
    for (size_t n = 0; n < sizeof nouns / sizeof *nouns; n++)
        if (pl_str_eq_z(word, nouns[n].noun)) q->verb = nouns[n].verb;
}

static void read_state(PlQuery *q, uint16_t lead)
{
    if (!asks_for_state(q, lead)) return;
    PlQueryTerm *term = add_term(q, PL_STR("state"), PL_STR("state"), 0);
    if (term) term->weight = term->head = 0.4f * term->idf;
    q->verb = PL_VERB_READ;
}

static void read_text(PlQuery *q)
{
    uint32_t asking;
    uint16_t lead = lead_sentence(q, &asking);
    uint32_t said = 0;
    q->lead = lead;
    q->head_end = q->tokens.len;
    bool cut = false, object_over = false;
    read_state(q, lead);
    for (uint32_t i = 0; i < q->tokens.len; i++) {
        const PlToken *t = &q->tokens.items[i];
        bool inside = t->sentence == lead, stop = pl_lexicon_is_stop(q->lexicon, t->word);
        if (inside && said >= 2 && !cut && (cuts(t->word) || is_purpose(q, i) || is_origin(q, i))) {
            cut = true;
            q->head_end = i;
        }
        bool head = inside && !cut && !(t->flags & PL_TOKEN_ASIDE);
        bool background = asking && t->sentence < 32 && !(asking >> t->sentence & 1);
        if (head && q->has_object && is_preposition(t->word) && !is_light(q->tokens.items[i - 1].word))
            object_over = true;
        note_value(q, t);
        if (head) note_number(q, t, said);
        if (inside && says_one(t->word)) q->one = true;
        if (says_self(q, i)) q->self = true;
        if (inside && (pl_str_eq_z(t->word, "all") || pl_str_eq_z(t->word, "every"))) q->all = true;
        if (head && !stop) said++;
        if (t->flags & (PL_TOKEN_CAPITAL | PL_TOKEN_QUOTED)) q->named = true;
        bool verb_before = q->verb != PL_VERB_NONE;
        add_token(q, i, background ? 0.5f : 1.0f, head, head && !object_over && verb_before);
        if (head && verb_before) read_noun(q, i);
        if (head && verb_before && !stop && !is_light(t->word)) q->has_object = true;
    }
}

PlQuery *pl_query_new(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, const PlAsk *ask)
{
    PlQuery *q = start(arena, lexicon, index, ask->text);
    if (ask->name.len) add_name(q, ask);
    read_text(q);
    add_phrases(q);
    add_signs(q);
    meet_joined(q);
    sum_up(q);
    pl_letters_note(q);
    pl_clause_cut(q);
    return q;
}

PlQuery *pl_query_goal(PlArena *arena, const PlLexicon *lexicon, const PlIndex *index, PlStr goal)
{
    PlQuery *q = start(arena, lexicon, index, goal);
    for (uint32_t i = 0; i < q->tokens.len; i++) add_token(q, i, 1.0f, false, false);
    sum_up(q);
    return q;
}
