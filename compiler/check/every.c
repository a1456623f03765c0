/* SPDX-License-Identifier: MIT */
/* "Send a welcome email to each new lead using gmail.send_email": a call of which the words say that it is made for each item of a list is
 * that call in a `For each`. Before names are resolved, because the arguments may name the item (`to=lead.email`). Only where the plan knows
 * such a list: "each Monday" is no list, and neither is "each" where the arguments already take the list as a whole. Where the call has
 * arguments and none of them is about the item, its words describe it and nothing is repeated. */
#include "compiler/check/every.h"

#include "compiler/check/scope.h"
#include "compiler/check/tree.h"
#include "compiler/syntax/noun.h"

enum { WORDS_MOST = 8, PHRASE_MOST = 4 };

typedef struct Phrase { /* "new lead" behind "each" */
    PlStr words;        /* as in the prose */
    PlStr noun;         /* its last word */
    PlStr number;       /* "3" of "each of the top 3 leads"; else empty */
} Phrase;

/* ---- the words ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

static bool is_one_of(PlStr word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_str_eq_nocase(word, pl_str_z(words[i]))) return true;
    return false;
}
#define ONE_OF(word, words) is_one_of((word), (words), sizeof(words) / sizeof *(words))

/* The word that begins at `at`; empty behind the last, at a number and at a sign. */
static PlStr word_at(PlStr s, size_t at)
{
    size_t end = at;
    while (end < s.len && is_letter(s.ptr[end])) end++;
    return pl_str_slice(s, at, end);
}

static size_t next_word(PlStr s, size_t end)
{
    while (end < s.len && s.ptr[end] == ' ') end++;
    return end;
}

/* "each of the top 3", "each single": what stands between "each" and the noun and says which items only again. */
static size_t over_fillers(PlStr s, size_t at)
{
    static const char *const fillers[] = {"of", "one", "single", "individual", "the", "these", "those", "top", "first", "such", "matching"};
    for (;;) {
        size_t end = at;
        while (end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9') end++;
        if (end == at && ONE_OF(word_at(s, at), fillers)) end = at + word_at(s, at).len;
        if (end == at || end >= s.len || s.ptr[end] != ' ') return at;
        at = next_word(s, end);
    }
}

/* Up to the word that goes on with something else. */
static bool read_phrase(PlStr s, size_t at, Phrase *out)
{
    static const char *const stops[] = {"in",  "from", "to",   "with",  "on",    "using", "by",  "for",   "at",    "as",   "of",
                                        "and", "that", "which", "who",  "whose", "where", "or",  "into",  "via",   "is",   "has",
                                        "about", "through", "their", "its", "if", "when", "then", "individually", "separately"};
    size_t begin = at, from = at = over_fillers(s, at), end = at;
    out->number = PL_STR("");
    for (size_t i = begin; i < from; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9') {
            size_t last = i;
            while (last < from && s.ptr[last] >= '0' && s.ptr[last] <= '9') last++;
            out->number = pl_str_slice(s, i, last);
            break;
        }
    out->noun = PL_STR("");
    for (int n = 0; n < PHRASE_MOST; n++) {
        PlStr word = word_at(s, at);
        if (!word.len || ONE_OF(word, stops)) break;
        out->noun = word;
        end = at + word.len;
        at = next_word(s, end);
        if (at == end) break;
    }
    bool possessive = end < s.len && (s.ptr[end] == '\'' || (unsigned char)s.ptr[end] == 0xe2); /* each lead's email */
    bool file = end + 1 < s.len && (s.ptr[end] == '.' || s.ptr[end] == '(') && s.ptr[end + 1] != ' ';
    out->words = pl_str_slice(s, from, end);
    return out->noun.len > 2 && !file && (!possessive || out->words.len == out->noun.len);
}

/* ---- the list ---- */

static PlStr joined(PlChecker *c, PlStr words)
{
    char *out = pl_arena_alloc(c->arena, words.len + 1, 1);
    for (size_t i = 0; i < words.len; i++) {
        char ch = words.ptr[i];
        out[i] = ch == ' ' || ch == '-' ? '_' : ch >= 'A' && ch <= 'Z' ? (char)(ch + 32) : ch;
    }
    out[words.len] = 0;
    return pl_str(out, words.len);
}

static bool says(PlStr prose, PlStr words)
{
    for (size_t at = 0; at + words.len <= prose.len; at++) {
        bool begins = at == 0 || !is_letter(prose.ptr[at - 1]);
        bool ends = at + words.len == prose.len || !is_letter(prose.ptr[at + words.len]);
        if (begins && ends && pl_str_eq_nocase(pl_str_slice(prose, at, at + words.len), words)) return true;
    }
    return false;
}

static bool is_action_or_prose(const PlStep *step)
{
    return step->kind == PL_STEP_ACTION || step->kind == PL_STEP_PROSE;
}

/* What the list is called where the plan has one that is called so: "new_leads", "leads"; empty where it has none. */
static PlStr list_called(PlChecker *c, const PlSteps *before, const Phrase *phrase)
{
    PlStr whole = pl_noun_plural(c->arena, joined(c, phrase->words)), many = pl_noun_plural(c->arena, joined(c, phrase->noun));
    PlStr spoken = pl_noun_plural(c->arena, phrase->noun);
    if (pl_map_find(&c->binders, whole)) return whole;
    if (pl_map_find(&c->binders, many)) return whole;
    for (uint32_t i = before->len; i > 0; i--) {
        const PlStep *step = before->items[i - 1];
        PlStr made = step->bind;
        bool ends = made.len > many.len && pl_str_ends(made, many) && made.ptr[made.len - many.len - 1] == '_';
        if (ends || (is_action_or_prose(step) && !made.len && says(step->prose, spoken))) return whole;
    }
    return PL_STR("");
}

static bool has_number(PlStr prose, PlStr number)
{
    for (size_t at = pl_str_find(prose, number, 0); at != PL_STR_NONE; at = pl_str_find(prose, number, at + 1)) {
        size_t end = at + number.len;
        bool begins = at == 0 || prose.ptr[at - 1] == ' ', ends = end == prose.len || strchr(" ,.", prose.ptr[end]) != NULL;
        if (begins && ends) return true;
    }
    return false;
}

/* "each of the top 3 leads": what a step before made of 3 leads, where it has a name of its own. */
static PlStr list_of_number(const PlSteps *before, const Phrase *phrase, PlStr many, PlStr one)
{
    for (uint32_t i = before->len; phrase->number.len && i > 0; i--) {
        const PlStep *step = before->items[i - 1];
        if (step->bind.len && has_number(step->prose, phrase->number) && (says(step->prose, many) || says(step->prose, one))) return step->bind;
    }
    return PL_STR("");
}

/* ---- the arguments ---- */

typedef struct Mention {
    PlStr one;
    bool item;
} Mention;

static void look(void *context, PlExpr **slot)
{
    Mention *m = context;
    const PlExpr *x = *slot;
    if (x->kind == PL_EXPR_NAME && pl_words_same(x->text, m->one)) m->item = true;
    pl_tree_operands(*slot, look, m);
}

/* The action takes the whole list: it has a parameter that is called so. */
static bool takes_list(PlChecker *c, const PlStep *step, PlStr many)
{
    bool several = false;
    const PlPlugin *plugin = step->plugin.len ? pl_catalog_plugin_by_name(c->catalog, step->plugin) : NULL;
    const PlOperation *operation = plugin ? pl_catalog_find(c->catalog, plugin, step->action, &several) : NULL;
    const PlAction *action = operation ? pl_catalog_action(c->catalog, operation) : NULL;
    for (uint32_t i = 0; action && i < action->param_count; i++) {
        PlTypeKind kind = pl_type(c->types, pl_type_without_nothing(c->types, action->params[i].type))->kind;
        if (kind == PL_TYPE_LIST && action->params[i].required) return true;
        if (pl_words_same(action->params[i].name, many)) return true;
    }
    return false;
}

static bool mentions(const PlStep *step, PlStr one)
{
    Mention m = {.one = one};
    for (uint32_t i = 0; i < step->args.len; i++) {
        PlExpr *value = step->args.items[i].value;
        if (value) look(&m, &value);
    }
    return m.item;
}

static bool is_in_loop_over(const PlStep *step, PlStr one)
{
    for (const PlStep *around = step->parent; around; around = around->parent)
        if (around->kind == PL_STEP_EACH && (pl_words_same(around->name, one) || pl_words_same(around->name2, one))) return true;
    return false;
}

static bool is_made_for_each(PlChecker *c, const PlStep *step, PlStr one, PlStr many)
{
    if (is_in_loop_over(step, one)) return false;
    if (mentions(step, one)) return !pl_map_find(&c->binders, one);
    return !step->args.len && !takes_list(c, step, many);
}

/* ---- the loop ---- */

static PlStep *call_inside(PlChecker *c, PlStep *step)
{
    PlStep *call = PL_NEW(c->arena, PlStep);
    *call = *step;
    call->parent = step;
    call->steps.items = NULL;
    call->steps.len = call->steps.cap = 0;
    call->comments.items = NULL;
    call->comments.len = call->comments.cap = 0;
    call->trailing = (PlComment){.span = PL_NO_SPAN};
    call->written = PL_STR("");
    call->clauses.items = NULL;
    call->clauses.len = call->clauses.cap = 0;
    return call;
}

static bool is_of_loop(PlClauseKind kind)
{
    return kind == PL_CLAUSE_AT_A_TIME || kind == PL_CLAUSE_TOLERATING;
}

static void part_clauses(PlChecker *c, PlStep *loop, PlStep *call)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < loop->clauses.len; i++) {
        PlClause clause = loop->clauses.items[i];
        if (is_of_loop(clause.kind)) loop->clauses.items[kept++] = clause;
        else pl_vec_push(c->arena, &call->clauses, clause);
    }
    loop->clauses.len = kept;
}

/* `-> contents` of a call that is made for each: each result is added to it. */
PlStep *pl_every_gather(PlChecker *c, PlStep *loop, PlStr name, PlSpan span)
{
    PlStep *call = loop->steps.items[0], *add = call_inside(c, loop);
    PlStr one = loop->name, result = pl_noun_singular(c->arena, name);
    if (pl_str_eq(result, name) || pl_str_eq(result, one) || pl_map_find(&c->binders, result))
        result = pl_arena_printf(c->arena, PL_FMT "_" PL_FMT, PL_ARG(one), PL_ARG(name));
    add->kind = PL_STEP_ADD;
    add->prose = add->plugin = add->action = PL_STR("");
    add->args.items = NULL;
    add->args.len = add->args.cap = 0;
    add->as_type = NULL;
    add->value = pl_expr_new(c->arena, PL_EXPR_NAME, span);
    add->value->text = call->bind = result;
    add->value->text_span = add->name_span = call->bind_span = span;
    add->name = name;
    add->bind = PL_STR("");
    pl_vec_push(c->arena, &loop->steps, add);
    return add;
}

static PlSpan span_in_prose(const PlChecker *c, const PlStep *step, PlStr words)
{
    PlSpan span = step->prose_span;
    if (span.source >= c->diags->sources->all.len) return span;
    PlStr text = pl_str_slice(c->diags->sources->all.items[span.source].text, span.start, span.end);
    size_t at = pl_str_find(text, words, 0);
    return at == PL_STR_NONE ? span : (PlSpan){span.source, span.start + (uint32_t)at, span.start + (uint32_t)(at + words.len)};
}

static void wrap(PlChecker *c, PlStep *step, const Phrase *phrase, PlStr one, PlStr list)
{
    PlSpan span = span_in_prose(c, step, phrase->words);
    PlStr bind = step->bind;
    PlStep *call = call_inside(c, step);
    part_clauses(c, step, call);
    step->kind = PL_STEP_EACH;
    step->prose = step->plugin = step->action = step->bind = PL_STR("");
    step->args.items = NULL;
    step->args.len = step->args.cap = 0;
    step->as_type = NULL;
    step->form = PL_FORM_NONE;
    step->name = one;
    step->name_span = span;
    step->value = pl_expr_new(c->arena, PL_EXPR_NAME, span);
    step->value->text = list;
    step->value->text_span = span;
    bool several = pl_str_find_char(phrase->words, ' ', 0) != PL_STR_NONE;
    if (several && span.end - span.start == phrase->words.len) step->value->flags |= PL_EXPR_WORDS;
    pl_vec_push(c->arena, &step->steps, call);
    if (bind.len) (void)pl_every_gather(c, step, bind, step->bind_span);
    PlStr was = pl_arena_printf(c->arena, "each " PL_FMT, PL_ARG(phrase->words));
    PlStr is = pl_arena_printf(c->arena, "For each " PL_FMT " in " PL_FMT, PL_ARG(one), PL_ARG(list));
    PL_REPORT(c->diags, READ_AS, span, PL_ARG(was), PL_ARG(is));
}

bool pl_every_read(PlChecker *c, PlStep *step, const PlSteps *before)
{
    static const char *const words[] = {"each", "every"};
    PlStr s = step->prose;
    if (step->kind != PL_STEP_ACTION || step->steps.len || step->form != PL_FORM_NONE) return false;
    for (size_t at = 0, n = 0; at < s.len && n < 40; n++) {
        PlStr word = word_at(s, at);
        size_t behind = next_word(s, at + word.len);
        Phrase phrase;
        bool all = at == 0 && pl_str_eq_nocase(word, PL_STR("for")) && read_phrase(s, behind, &phrase) && pl_noun_is_many(phrase.noun) &&
                   phrase.words.ptr + phrase.words.len < s.ptr + s.len && phrase.words.ptr[phrase.words.len] == ',';
        if ((all || ONE_OF(word, words)) && behind > at + word.len && read_phrase(s, behind, &phrase)) {
            PlStr one = pl_noun_singular(c->arena, joined(c, phrase.noun)), many = pl_noun_plural(c->arena, one);
            PlStr list = list_of_number(before, &phrase, pl_noun_plural(c->arena, phrase.noun), one);
            if (!list.len) list = list_called(c, before, &phrase);
            if (!list.len && mentions(step, one)) list = many; /* of something that is found when it is checked */
            if (list.len && !pl_scope_is_reserved(one) && is_made_for_each(c, step, one, many)) {
                wrap(c, step, &phrase, one, list);
                return true;
            }
        }
        at = word.len ? at + word.len : at + 1;
    }
    return false;
}
