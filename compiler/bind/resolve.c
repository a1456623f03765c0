/* SPDX-License-Identifier: MIT */
/* Ranks by words, then weighs what the plan knows into the scores and judges again. A name whose words are those of one action alone, in another
 * order or form, needs no score. */
#include "compiler/bind/resolve.h"

#include "compiler/catalog/texts.h"
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"

enum { WEIGHED = 8, MAX_READ = 16, MAX_SHARED = 6 };

/* Points for what the plan knows, on the scale of the scores: a candidate that is right is ahead by one to three. */
static const float argument_points = 1.2f, strange_argument_points = -1.5f, field_points = 1.0f,
                   strange_field_points = -1.5f;

/* ---- what later steps read ------------------------------------------------------------------------------------------------- */

typedef struct Reads {
    PlStr name;
    PlStr fields[MAX_READ];
    uint32_t count;
} Reads;

static void read_expr(void *context, PlExpr **slot)
{
    Reads *reads = context;
    const PlExpr *x = *slot;
    bool field = (x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_PROJECT) && x->left && x->left->kind == PL_EXPR_NAME;
    if (field && pl_str_eq(x->left->text, reads->name) && reads->count < MAX_READ)
        reads->fields[reads->count++] = x->text;
    pl_tree_operands(*slot, read_expr, context);
}

static void read_steps(PlStep *const *steps, uint32_t count, Reads *reads)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], read_expr, reads);
        read_steps(steps[i]->steps.items, steps[i]->steps.len, reads);
    }
}

/* ---- points ---------------------------------------------------------------------------------------------------------------- */

static bool has_param(const PlOperationTexts *texts, PlStr name)
{
    for (uint32_t i = 0; i < texts->params.len; i++)
        if (pl_words_same(texts->params.items[i].name, name)) return true;
    return false;
}

/* A field of the answer, two levels deep; `data` and what has no names at all may have any. */
static bool has_field(const PlOperationTexts *texts, PlStr name)
{
    bool has = texts->results.len == 0 || pl_str_eq_z(name, "data");
    for (uint32_t i = 0; i < texts->results.len; i++) has |= pl_words_same(texts->results.items[i], name);
    return has;
}

static float points_of(const PlStep *step, const PlOperationTexts *texts, const Reads *reads)
{
    float points = 0;
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlStr name = step->args.items[i].name;
        if (name.len) points += has_param(texts, name) ? argument_points : strange_argument_points;
    }
    for (uint32_t i = 0; i < reads->count; i++)
        points += (has_field(texts, reads->fields[i]) ? field_points : strange_field_points) / (float)reads->count;
    return points;
}

/* ---- names whose words are the action's ------------------------------------------------------------------------------------- */

static uint32_t stems_of(PlArena *arena, PlStr name, PlStr *out, uint32_t max)
{
    PlTokens tokens = {0};
    pl_token_name(arena, name, max, &tokens);
    uint32_t n = 0;
    for (uint32_t i = 0; i < tokens.len; i++) {
        bool known = false;
        for (uint32_t k = 0; k < n; k++) known |= pl_str_eq(out[k], tokens.items[i].stem);
        if (!known) out[n++] = tokens.items[i].stem;
    }
    return n;
}

static bool same_words(PlArena *arena, PlStr a, PlStr b)
{
    PlStr x[16], y[16];
    uint32_t n = stems_of(arena, a, x, 16), k = stems_of(arena, b, y, 16), same = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < k; j++) same += pl_str_eq(x[i], y[j]);
    return n > 0 && n == k && same == n;
}

/* Among the candidates: whatever has all words of the name is one of them. */
static const PlOperation *by_words(PlChecker *c, const PlSearch *search, const PlRanking *r, PlStr name)
{
    const PlOperation *found = NULL;
    for (uint32_t i = 0; i < r->count; i++) {
        const PlOperation *op = pl_search_operation(search, r->all[i].doc);
        if (!op || (!same_words(c->arena, name, op->name) && !same_words(c->arena, name, op->operation_id))) continue;
        if (found) return NULL;
        found = op;
    }
    return found;
}

static bool stand_for(const PlLexicon *lexicon, PlStr a, PlStr b)
{
    if (pl_str_eq(a, b)) return true;
    const PlMeaning *meaning = pl_lexicon_find(lexicon, a);
    for (uint32_t g = 0; meaning && g < meaning->groups.len; g++)
        for (uint32_t i = 0; i < meaning->groups.items[g]->count; i++)
            if (meaning->groups.items[g]->worth >= 0.55f && pl_str_eq(meaning->groups.items[g]->stems[i], b)) return true;
    return false;
}

/* Rule: a name that the plan gives is read as an action by its score only if each of its words stands for one of the action's name, path or
 * summary: `orders.refund` is no way to say `orders.create`, whatever else the step says. */
static bool covers_name(PlChecker *c, const PlSearch *search, const PlRanked *first, PlStr name)
{
    if (first->features.at[PL_F_VERB_CLASH] > 0) return false;
    const PlIndex *x = &search->index;
    const PlIndexDoc *doc = &x->docs[first->doc];
    PlStr stems[16];
    uint32_t n = stems_of(c->arena, name, stems, 16);
    for (uint32_t i = 0; i < n; i++) {
        bool met = pl_lexicon_is_stop(search->lexicon, stems[i]);
        for (uint32_t w = doc->fields[PL_FIELD_NAME]; w < doc->fields[PL_FIELD_DESC] && !met; w++)
            met = stand_for(search->lexicon, stems[i], pl_index_text(x, x->terms[x->words[w]].text));
        if (!met) return false;
    }
    return true;
}

/* ---- the step -------------------------------------------------------------------------------------------------------------- */

/* The step's words that the candidate's name or summary has. */
static PlStr shared_words(PlChecker *c, const PlSearch *search, const PlIndexDoc *doc, PlStr text)
{
    PlTokens tokens = {0};
    PlStr words[MAX_SHARED];
    uint32_t n = 0;
    pl_token_prose(c->arena, text, 60, &tokens);
    for (uint32_t i = 0; i < tokens.len && n < MAX_SHARED; i++) {
        if (pl_lexicon_is_stop(search->lexicon, tokens.items[i].word)) continue;
        uint32_t term = pl_index_term(&search->index, tokens.items[i].stem);
        bool has = false, known = false;
        for (uint32_t w = doc->fields[PL_FIELD_NAME]; term != UINT32_MAX && w < doc->fields[PL_FIELD_DESC]; w++)
            has |= search->index.words[w] == term;
        for (uint32_t k = 0; k < n; k++) known |= pl_str_eq(words[k], tokens.items[i].word);
        if (has && !known) words[n++] = tokens.items[i].word;
    }
    return pl_words_list(c, words, n, MAX_SHARED);
}

static bool writes(const PlOperation *op)
{
    return op->method != PL_GET && op->method != PL_HEAD && op->method != PL_OPTIONS && op->method != PL_QUERY;
}

static void weigh(PlChecker *c, const PlStep *step, const PlSearch *search, PlRanking *r)
{
    Reads reads = {.name = step->bind};
    if (step->bind.len) read_steps(c->plan->steps.items, c->plan->steps.len, &reads);
    for (uint32_t i = 0; i < r->count && i < WEIGHED; i++) {
        const PlOperation *op = pl_search_operation(search, r->all[i].doc);
        PlOperationTexts texts;
        if (!op || (!step->args.len && !reads.count)) continue;
        pl_catalog_texts(c->catalog, op, c->arena, &texts);
        r->all[i].score += points_of(step, &texts, &reads);
    }
    pl_rank_again(r, &search->index);
}

/* Does the text name a value that the plan has here? */
static bool names_value(const PlChecker *c, PlStr word)
{
    for (uint32_t i = 0; i < c->symbols.len; i++) {
        const PlSymbol *s = c->symbols.items[i];
        if (pl_scope_find(c, s->name) == s && pl_words_same(s->name, word)) return true;
    }
    return false;
}

/* Rules for a step that says no name, whatever its score: it begins with a verb; what a plan does to its own values is no call; a step that reads
 * never becomes a call that writes; what does something else than the step says is not taken. */
static bool is_sensible(PlChecker *c, const PlSearch *search, const PlStep *step, const PlRanked *first,
                        const PlOperation *op)
{
    PlTokens tokens = {0};
    pl_token_prose(c->arena, step->prose, 40, &tokens);
    uint32_t at = 0;
    while (at < tokens.len && pl_lexicon_is_stop(search->lexicon, tokens.items[at].word)) at++;
    if (at == tokens.len) return false;
    const PlMeaning *meaning = pl_lexicon_find(search->lexicon, tokens.items[at].stem);
    if (!meaning || !meaning->verb) return false;
    if (writes(op) && pl_verb_is_reading((PlVerb)meaning->verb)) return false;
    if (first->features.at[PL_F_VERB_CLASH] > 0) return false;
    for (uint32_t i = at + 1; meaning->local && i < tokens.len; i++)
        if (names_value(c, tokens.items[i].word)) return false;
    return true;
}

static void show(PlChecker *c, const PlSearch *search, const PlStep *step, const PlRanking *r, PlResolved *out)
{
    PlStr text = pl_arena_printf(c->arena, PL_FMT " " PL_FMT, PL_ARG(step->action), PL_ARG(step->prose));
    float best = 0;
    for (uint32_t i = 0; i < r->count; i++)
        if (r->all[i].retrieved > best) best = r->all[i].retrieved;
    for (uint32_t i = 0; i < r->count && out->count < PL_RESOLVE_SHOWN; i++) {
        const PlOperation *op = pl_search_operation(search, r->all[i].doc);
        if (!op || (i > 0 && r->all[i].retrieved <= 0.15f * best)) continue;
        out->shared[out->count] = shared_words(c, search, &search->index.docs[r->all[i].doc], text);
        out->near[out->count++] = op;
    }
}

void pl_resolve_step(PlChecker *c, const PlStep *step, const PlPlugin *plugin, PlResolved *out)
{
    *out = (PlResolved){0};
    PlSearch *search = pl_search_of(c->catalog);
    if (!search || !search->index.doc_count) return;
    PlAsk ask = {
        .text = step->prose, .name = step->action, .plugin = plugin ? plugin->name : PL_STR(""), .goal = c->plan->goal};
    PlArenaMark mark = pl_arena_mark(c->arena);
    PlRanking ranking = *pl_rank(c->arena, search->lexicon, &search->index, &ask), *r = &ranking;
    pl_arena_rewind(c->arena, mark); /* a plan may have many such steps, and a ranking points to nothing */
    weigh(c, step, search, r);
    show(c, search, step, r, out);
    out->decision = r->decision;
    out->right = r->right;
    const PlOperation *named = step->action.len ? by_words(c, search, r, step->action) : NULL;
    const PlOperation *first = out->count ? out->near[0] : NULL;
    if (named) {
        out->bound = named;
        out->why = "the words of its name";
        out->decision = PL_DECIDE_BOUND;
    } else if (first && step->action.len ? (r->decision == PL_DECIDE_BOUND || (r->likely && !writes(first))) &&
                                               covers_name(c, search, &r->all[0], step->action)
                                         : first && r->decision == PL_DECIDE_BOUND &&
                                               is_sensible(c, search, step, &r->all[0], first)) {
        out->bound = first;
        out->decision = PL_DECIDE_BOUND;
        out->why = "what the step says";
    }
}
