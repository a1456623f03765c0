/* SPDX-License-Identifier: MIT */
/* Texts in quotes, bare words, and names of the plan that a step's words give to a parameter. See compiler/bind/saying.h. */
#include "compiler/bind/saying.h"

#include "compiler/bind/mention.h"

#include "compiler/check/scope.h"

enum { MAX_QUOTES = 8 };

/* ---- texts ----------------------------------------------------------------------------------------------------------------- */

typedef struct Quote {
    size_t start, end; /* with its quotes */
} Quote;

/* 0: there are none, too many, or one has no end. */
static uint32_t quotes_of(const PlSaying *p, Quote out[MAX_QUOTES])
{
    uint32_t n = 0;
    for (size_t at = 0; (at = pl_str_find_char(p->text, '"', at)) != PL_STR_NONE;) {
        size_t close = pl_str_find_char(p->text, '"', at + 1);
        if (close == PL_STR_NONE || n == MAX_QUOTES) return 0;
        if (close > at + 1) out[n++] = (Quote){at, close + 1};
        at = close + 1;
    }
    return n;
}

static bool is_plain_text(const PlSaying *p, const PlParam *q)
{
    const PlType *type = pl_type(p->c->types, pl_type_without_nothing(p->c->types, q->type));
    return type->kind == PL_TYPE_TEXT && type->format == PL_FORMAT_NONE;
}

/* The words say something for this other parameter, whatever they say for the one that is looked at. */
static bool is_said(const PlSaying *p, uint32_t param, const bool *taken)
{
    PlSaid said;
    PlSaying other = {.c = p->c, .text = p->text, .action = p->action, .param = &p->action->params[param], .out = &said, .is_probe = true};
    return !p->is_probe && pl_saying_value(&other, taken);
}

/* Texts that the action requires and that nothing is known for yet. */
static uint32_t free_texts(const PlSaying *p, const bool *taken)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->action->param_count; i++) {
        const PlParam *q = &p->action->params[i];
        if (!taken[i] && !q->fixed && q->required && is_plain_text(p, q) && (q == p->param || !is_said(p, i, taken))) n++;
    }
    return n;
}

static bool has_param(const PlSaying *p, const char *words, PlTextFormat format)
{
    for (uint32_t i = 0; i < p->action->param_count; i++) {
        const PlParam *q = &p->action->params[i];
        PlTokens name = {0};
        if (q == p->param) continue;
        const PlType *type = pl_type(p->c->types, pl_type_without_nothing(p->c->types, q->type));
        if (format != PL_FORMAT_NONE && type->format == format) return true;
        pl_token_name(p->c->arena, q->name, PL_SAYING_PARTS, &name);
        for (uint32_t k = 0; k < name.len; k++)
            if (pl_saying_one(name.items[k].word, words)) return true;
    }
    return false;
}

/* The words before the quote name another parameter ("with the subject "Headcount"" says nothing of the body), or what is quoted is an address. */
static bool is_others(PlSaying *p, const PlTokens *before, PlStr quote)
{
    PlTokens content = {0};
    if (quote.ptr[1] == '#' && has_param(p, "channel", PL_FORMAT_NONE)) return true;
    pl_token_prose(p->c->arena, pl_str_slice(quote, 1, quote.len - 1), 2, &content);
    if (content.len == 1 && content.items[0].kind == PL_TOKEN_EMAIL && has_param(p, "to email recipient recipients user cc bcc", PL_FORMAT_EMAIL)) return true;
    for (uint32_t k = 0; k < p->action->param_count; k++) {
        const PlParam *q = &p->action->params[k];
        PlTokens name = {0};
        if (q == p->param) continue;
        pl_token_name(p->c->arena, q->name, PL_SAYING_TOKENS, &name);
        for (uint32_t i = before->len > 2 ? before->len - 2 : 0; i < before->len; i++)
            for (uint32_t n = 0; n < name.len; n++)
                if (pl_str_eq(before->items[i].stem, name.items[n].stem)) return true;
    }
    return false;
}

static bool names_this(const PlSaying *p, const PlTokens *before)
{
    bool names = false;
    for (uint32_t i = before->len > 2 ? before->len - 2 : 0; i < before->len; i++) {
        PlStr word = before->items[i].word;
        for (uint32_t k = 0; k < p->name.len; k++) names |= pl_str_eq(before->items[i].stem, p->name.items[k].stem);
        names |= pl_saying_one(word, "titled title") && pl_saying_named(p, "title name subject");
        names |= pl_saying_one(word, "named called name") && pl_saying_named(p, "name title");
        names |= pl_saying_one(word, "saying says text message") && pl_saying_named(p, "text body message content");
        names |= pl_saying_one(word, "for matching containing") && pl_saying_named(p, "q query search keyword keywords term");
    }
    return names;
}

/* A quote that no word names is no id, unless it looks like one: `"L-42"`, not `"Onboarding"`. */
static bool may_be_id(const PlSaying *p, PlStr quote)
{
    bool digit = false, blank = false;
    if (p->param->place != PL_IN_PATH && !pl_saying_named(p, "id ids uuid guid key")) return true;
    for (size_t i = 1; i + 1 < quote.len; i++) {
        digit |= quote.ptr[i] >= '0' && quote.ptr[i] <= '9';
        blank |= quote.ptr[i] == ' ';
    }
    return digit && !blank;
}

/* Rule: the words before the quote name the parameter ("titled", "with subject"); else, when no word names it, it is the only text that the action
 * requires and the only quote that is no other's. */
bool pl_saying_quote(PlSaying *p, bool by_name, const bool *taken)
{
    Quote quotes[MAX_QUOTES], hit = {0};
    uint32_t count = quotes_of(p, quotes), named_so = 0, others = 0;
    for (uint32_t i = 0; i < count; i++) {
        PlTokens before = {0};
        PlStr quote = pl_str_slice(p->text, quotes[i].start, quotes[i].end);
        pl_token_prose(p->c->arena, pl_str_slice(p->text, i ? quotes[i - 1].end : 0, quotes[i].start), PL_SAYING_TOKENS, &before);
        if (names_this(p, &before)) {
            if (named_so++ == 0) hit = quotes[i];
        } else if (is_others(p, &before, quote)) {
            others++;
        } else if (named_so == 0) {
            hit = quotes[i];
        }
    }
    if (by_name ? named_so != 1 : named_so != 0 || others + 1 != count) return false;
    if (!by_name && !(p->param->required && free_texts(p, taken) == 1)) return false;
    PlStr quote = pl_str_slice(p->text, hit.start, hit.end);
    if (!by_name && !may_be_id(p, quote)) return false;
    *p->out = (PlSaid){.expr = quote, .words = quote, .at = hit.start};
    return true;
}

/* "on branch main": the parameter's name between a word such as `on` and one bare word, and nothing that would make it another phrase. */
bool pl_saying_bare(PlSaying *p)
{
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 1; i + 1 < p->tokens.len && p->name.len == 1; i++) {
        const PlToken *word = &p->tokens.items[i + 1];
        bool cue = pl_str_eq(p->tokens.items[i].stem, p->name.items[0].stem) && p->name.items[0].word.len > 2 &&
                   pl_saying_one(pl_saying_word(p, i - 1), "on in to from with for of the");
        bool plain =
            (word->kind == PL_TOKEN_WORD || word->kind == PL_TOKEN_CODE) && !(word->flags & (PL_TOKEN_QUOTED | PL_TOKEN_ASIDE)) &&
            !pl_saying_one(word->word,
                    "a an the and or of in on to for from with by at as is are was that which if when then line text name id field value below above "
                    "each every all its their this my our your using via");
        bool ends = i + 2 == p->tokens.len || pl_saying_one(pl_saying_word(p, i + 2), "on in to for from with using via");
        size_t end = pl_saying_offset(p, i + 1) + word->raw.len;
        bool apart = pl_saying_offset(p, i + 1) == pl_saying_offset(p, i) + p->tokens.items[i].raw.len + 1 &&
                     (end == p->text.len || p->text.ptr[end] == ' ' || p->text.ptr[end] == '.');
        if (!cue || !plain || !ends || !apart || pl_scope_find(p->c, word->raw)) continue;
        if (hit != UINT32_MAX) return false;
        hit = i + 1;
    }
    PlStr expr = hit == UINT32_MAX ? PL_STR("") : pl_saying_quoted(p, p->tokens.items[hit].raw);
    return expr.len && pl_saying_found(p, expr, hit, hit);
}

/* ---- names of the plan ------------------------------------------------------------------------------------------------------ */

/* "employee_id" for `id` of /employees/{id}. */
static bool is_id_of(const PlSaying *p, PlStr last)
{
    if (!pl_str_eq_z(p->param->name, "id") || p->param->place != PL_IN_PATH || !pl_str_ends(last, PL_STR("_id"))) return false;
    return pl_str_find(p->action->path, pl_str_slice(last, 0, last.len - 3), 0) != PL_STR_NONE;
}

/* The record whose own `id` the parameter of the path is: its answer came from the same API. */
static bool is_record_of(const PlSaying *p, const PlMention *m)
{
    const PlType *t = pl_type(p->c->types, pl_type_without_nothing(p->c->types, m->type));
    if (m->is_path || t->kind != PL_TYPE_RECORD || p->param->place != PL_IN_PATH) return false;
    if (!pl_str_eq(pl_mention_plugin(p->c, m->symbol), p->action->plugin)) return false;
    for (uint32_t i = 0; i < t->count; i++)
        if (pl_str_eq(t->fields[i].name, p->param->name)) return pl_usable(p->c->arena, p->c->types, t->fields[i].type, p->param->type, NULL) != PL_USABLE_NO;
    return false;
}

/* "the ticket's status to solved": what is changed, not what to. */
static bool is_changed(const PlSaying *p, const PlMention *m)
{
    PlStr behind = pl_str_slice(p->text, m->end, p->text.len);
    return pl_str_starts(behind, PL_STR(" to ")) || pl_str_starts(behind, PL_STR(" as ")) || pl_str_starts(behind, PL_STR(" = ")) ||
           pl_str_starts(behind, PL_STR(": "));
}

/* How sure the words make it that the mention is the parameter's value. */
static PlMeantFor meant_for(PlSaying *p, const PlMention *m, const bool *taken)
{
    PlTokens before = {0};
    size_t from = m->at > 60 ? m->at - 60 : 0;
    pl_token_prose(p->c->arena, pl_str_slice(p->text, from, m->at), PL_SAYING_TOKENS, &before);
    while (before.len && pl_saying_one(before.items[before.len - 1].word, "the a an this that each every is as of")) before.len--;
    PlStr word = before.len ? before.items[before.len - 1].word : PL_STR("");
    if (is_record_of(p, m)) return PL_MEANT_ITS_RECORD;
    if (pl_usable(p->c->arena, p->c->types, m->type, p->param->type, NULL) == PL_USABLE_NO) return PL_MEANT_NO;
    if (m->is_path && is_changed(p, m)) return PL_MEANT_NO;
    if (m->is_path && (pl_str_eq(m->last, p->param->name) || pl_str_eq(m->last, p->param->wire) || is_id_of(p, m->last))) return PL_MEANT_SAME_NAME;
    for (uint32_t k = 0; before.len && k < p->name.len; k++)
        if (pl_str_eq(before.items[before.len - 1].stem, p->name.items[k].stem)) return PL_MEANT_CALLED_SO;
    const PlType *type = pl_type(p->c->types, pl_type_without_nothing(p->c->types, m->type));
    bool is_text = type->kind == PL_TYPE_TEXT && p->param->required;
    if (pl_str_eq_z(word, "to") && is_text && pl_saying_named(p, "recipient user channel destination assignee") && !has_param(p, "to", PL_FORMAT_NONE))
        return PL_MEANT_RECIPIENT;
    bool object = !m->is_path && is_text && type->format == PL_FORMAT_NONE && is_plain_text(p, p->param) &&
                  !pl_saying_one(word, "to for in on from at by about into via if when where and or");
    return object && free_texts(p, taken) == 1 ? PL_MEANT_ITS_TEXT : PL_MEANT_NO;
}

/* `order.total`, "the request's employee_id", "the message": the one mention that is surest, if it is as sure as `least`. */
bool pl_saying_mention(PlSaying *p, PlMeantFor least, const bool *taken)
{
    PlMentions all = {0};
    const PlMention *hit = NULL;
    PlMeantFor best = least;
    bool several = false;
    pl_mention_read(p->c, p->text, &all);
    for (uint32_t i = 0; i < all.len; i++) {
        PlMeantFor sure = meant_for(p, &all.items[i], taken);
        if (sure < least || sure < best) continue;
        bool as_sure = hit && sure == best;
        if (as_sure) several |= !pl_str_eq(hit->expr, all.items[i].expr);
        else hit = &all.items[i], several = false;
        best = sure;
    }
    if (!hit || several) return false;
    PlStr expr = best == PL_MEANT_ITS_RECORD ? pl_arena_printf(p->c->arena, PL_FMT "." PL_FMT, PL_ARG(hit->expr), PL_ARG(p->param->name)) : hit->expr;
    *p->out = (PlSaid){.expr = expr, .words = pl_str_slice(p->text, hit->at, hit->end), .at = hit->at};
    return true;
}
