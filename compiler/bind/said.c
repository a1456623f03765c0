/* SPDX-License-Identifier: MIT */
/* One reader for each kind of value. A reader gives the one value that fits the parameter, or nothing; two that fit are nothing. */
#include "compiler/bind/said.h"

#include "compiler/bind/mention.h"
#include "compiler/bind/token.h"
#include "compiler/check/scope.h"

enum { MAX_TOKENS = 80, MAX_PARTS = 12, MAX_QUOTES = 8 };

typedef struct Prose {
    PlChecker *c;
    PlStr text;
    PlTokens tokens;
    const PlAction *action;
    const PlParam *param;
    PlTokens name; /* of the parameter, in words */
    PlSaid *out;
    bool is_probe; /* only what another parameter would take: then no more parameters are looked at */
} Prose;

static bool value_of(Prose *p, const bool *taken);

/* ---- words ---------------------------------------------------------------------------------------------------------------- */

static bool is_one(PlStr word, const char *words)
{
    PlStr all = pl_str_z(words);
    for (size_t at = 0; at < all.len;) {
        size_t end = pl_str_find_char(all, ' ', at);
        if (end == PL_STR_NONE) end = all.len;
        if (pl_str_eq(pl_str_slice(all, at, end), word)) return true;
        at = end + 1;
    }
    return false;
}

static PlStr word_at(const Prose *p, uint32_t i)
{
    return i < p->tokens.len ? p->tokens.items[i].word : PL_STR("");
}

static size_t offset_of(const Prose *p, uint32_t i)
{
    return (size_t)(p->tokens.items[i].raw.ptr - p->text.ptr);
}

/* Does the parameter's name have one of these words? */
static bool named(const Prose *p, const char *words)
{
    for (uint32_t i = 0; i < p->name.len; i++)
        if (is_one(p->name.items[i].word, words)) return true;
    return false;
}

static bool found(Prose *p, PlStr expr, uint32_t first, uint32_t last)
{
    size_t start = offset_of(p, first), end = offset_of(p, last) + p->tokens.items[last].raw.len;
    *p->out = (PlSaid){.expr = expr, .words = pl_str_slice(p->text, start, end), .at = start};
    return true;
}

static PlStr quoted(Prose *p, PlStr text)
{
    if (pl_str_find_char(text, '"', 0) != PL_STR_NONE || pl_str_find_char(text, '\\', 0) != PL_STR_NONE)
        return PL_STR("");
    return pl_arena_printf(p->c->arena, "\"" PL_FMT "\"", PL_ARG(text));
}

/* ---- a value that the document lists --------------------------------------------------------------------------------------- */

static bool same_spelling(PlStr text, PlStr value)
{
    for (size_t i = 0; i < value.len; i++) {
        char a = text.ptr[i], b = value.ptr[i];
        bool gap = (a == ' ' || a == '-' || a == '_') && (b == ' ' || b == '-' || b == '_');
        if (!gap && !pl_str_eq_nocase(pl_str(&a, 1), pl_str(&b, 1))) return false;
    }
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Rule: as whole words, and not the step's first, which is its verb. */
static size_t find_value(PlStr text, PlStr value)
{
    size_t from = pl_str_find_char(text, ' ', 0);
    if (from == PL_STR_NONE || value.len < 2) return PL_STR_NONE;
    for (size_t i = from + 1; i + value.len <= text.len; i++) {
        bool begins = !is_letter(text.ptr[i - 1]),
             ends = i + value.len == text.len || !is_letter(text.ptr[i + value.len]);
        if (begins && ends && same_spelling(pl_str_slice(text, i, i + value.len), value)) return i;
    }
    return PL_STR_NONE;
}

static bool said_enum(Prose *p, const PlType *type)
{
    size_t at = PL_STR_NONE;
    PlStr value = PL_STR("");
    for (uint32_t i = 0; i < type->count; i++) {
        if (type->values[i].kind != PL_LIT_TEXT) return false;
        PlStr here = type->values[i].as.text;
        size_t found_at = find_value(p->text, here);
        if (found_at == PL_STR_NONE) continue;
        bool longer = at == found_at && here.len > value.len;
        if (at != PL_STR_NONE && !longer) {
            if (at == found_at) continue;
            return false;
        }
        at = found_at;
        value = here;
    }
    PlStr expr = at == PL_STR_NONE ? PL_STR("") : quoted(p, value);
    if (!expr.len) return false;
    *p->out = (PlSaid){.expr = expr, .words = pl_str_slice(p->text, at, at + value.len), .at = at};
    return true;
}

/* ---- addresses ------------------------------------------------------------------------------------------------------------- */

static bool said_kind(Prose *p, PlTokenKind kind)
{
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 0; i < p->tokens.len; i++) {
        if (p->tokens.items[i].kind != kind) continue;
        if (hit != UINT32_MAX) return false;
        hit = i;
    }
    PlStr expr = hit == UINT32_MAX ? PL_STR("") : quoted(p, p->tokens.items[hit].raw);
    return expr.len && found(p, expr, hit, hit);
}

/* "#general", where the parameter is a channel. */
static bool said_channel(Prose *p)
{
    size_t at = pl_str_find_char(p->text, '#', 0);
    if (at == PL_STR_NONE || pl_str_find_char(p->text, '#', at + 1) != PL_STR_NONE) return false;
    size_t end = at + 1;
    while (end < p->text.len && (is_letter(p->text.ptr[end]) || p->text.ptr[end] == '-')) end++;
    PlStr channel = pl_str_slice(p->text, at, end), expr = quoted(p, channel);
    if (channel.len < 2 || (channel.ptr[1] >= '0' && channel.ptr[1] <= '9')) return false;
    *p->out = (PlSaid){.expr = expr, .words = channel, .at = at};
    return true;
}

/* ---- texts ----------------------------------------------------------------------------------------------------------------- */

typedef struct Quote {
    size_t start, end; /* with its quotes */
} Quote;

/* 0: there are none, too many, or one has no end. */
static uint32_t quotes_of(const Prose *p, Quote out[MAX_QUOTES])
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

static bool is_plain_text(const Prose *p, const PlParam *q)
{
    const PlType *type = pl_type(p->c->types, pl_type_without_nothing(p->c->types, q->type));
    return type->kind == PL_TYPE_TEXT && type->format == PL_FORMAT_NONE;
}

/* The words say something for this other parameter, whatever they say for the one that is looked at. */
static bool is_said(const Prose *p, uint32_t param, const bool *taken)
{
    PlSaid said;
    Prose other = {.c = p->c, .text = p->text, .action = p->action, .param = &p->action->params[param], .out = &said, .is_probe = true};
    return !p->is_probe && value_of(&other, taken);
}

/* Texts that the action requires and that nothing is known for yet. */
static uint32_t free_texts(const Prose *p, const bool *taken)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->action->param_count; i++) {
        const PlParam *q = &p->action->params[i];
        if (!taken[i] && !q->fixed && q->required && is_plain_text(p, q) && (q == p->param || !is_said(p, i, taken))) n++;
    }
    return n;
}

static bool has_param(const Prose *p, const char *words, PlTextFormat format)
{
    for (uint32_t i = 0; i < p->action->param_count; i++) {
        const PlParam *q = &p->action->params[i];
        PlTokens name = {0};
        if (q == p->param) continue;
        const PlType *type = pl_type(p->c->types, pl_type_without_nothing(p->c->types, q->type));
        if (format != PL_FORMAT_NONE && type->format == format) return true;
        pl_token_name(p->c->arena, q->name, MAX_PARTS, &name);
        for (uint32_t k = 0; k < name.len; k++)
            if (is_one(name.items[k].word, words)) return true;
    }
    return false;
}

/* The words before the quote name another parameter ("with the subject "Headcount"" says nothing of the body), or what is quoted is an address. */
static bool is_others(Prose *p, const PlTokens *before, PlStr quote)
{
    PlTokens content = {0};
    if (quote.ptr[1] == '#' && has_param(p, "channel", PL_FORMAT_NONE)) return true;
    pl_token_prose(p->c->arena, pl_str_slice(quote, 1, quote.len - 1), 2, &content);
    if (content.len == 1 && content.items[0].kind == PL_TOKEN_EMAIL && has_param(p, "to email recipient recipients user cc bcc", PL_FORMAT_EMAIL)) return true;
    for (uint32_t k = 0; k < p->action->param_count; k++) {
        const PlParam *q = &p->action->params[k];
        PlTokens name = {0};
        if (q == p->param) continue;
        pl_token_name(p->c->arena, q->name, MAX_TOKENS, &name);
        for (uint32_t i = before->len > 2 ? before->len - 2 : 0; i < before->len; i++)
            for (uint32_t n = 0; n < name.len; n++)
                if (pl_str_eq(before->items[i].stem, name.items[n].stem)) return true;
    }
    return false;
}

static bool names_this(const Prose *p, const PlTokens *before)
{
    bool names = false;
    for (uint32_t i = before->len > 2 ? before->len - 2 : 0; i < before->len; i++) {
        PlStr word = before->items[i].word;
        for (uint32_t k = 0; k < p->name.len; k++) names |= pl_str_eq(before->items[i].stem, p->name.items[k].stem);
        names |= is_one(word, "titled title") && named(p, "title name subject");
        names |= is_one(word, "named called name") && named(p, "name title");
        names |= is_one(word, "saying says text message") && named(p, "text body message content");
        names |= is_one(word, "for matching containing") && named(p, "q query search keyword keywords term");
    }
    return names;
}

/* Rule: the words before the quote name the parameter ("titled", "with subject"); else, when no word names it, it is the only text that the action
 * requires and the only quote that is no other's. */
static bool said_quote(Prose *p, bool by_name, const bool *taken)
{
    Quote quotes[MAX_QUOTES], hit = {0};
    uint32_t count = quotes_of(p, quotes), named_so = 0, others = 0;
    for (uint32_t i = 0; i < count; i++) {
        PlTokens before = {0};
        PlStr quote = pl_str_slice(p->text, quotes[i].start, quotes[i].end);
        pl_token_prose(p->c->arena, pl_str_slice(p->text, i ? quotes[i - 1].end : 0, quotes[i].start), MAX_TOKENS, &before);
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
    *p->out = (PlSaid){.expr = quote, .words = quote, .at = hit.start};
    return true;
}

/* "on branch main": the parameter's name between a word such as `on` and one bare word, and nothing that would make it another phrase. */
static bool said_bare(Prose *p)
{
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 1; i + 1 < p->tokens.len && p->name.len == 1; i++) {
        const PlToken *word = &p->tokens.items[i + 1];
        bool cue = pl_str_eq(p->tokens.items[i].stem, p->name.items[0].stem) && p->name.items[0].word.len > 2 &&
                   is_one(word_at(p, i - 1), "on in to from with for of the");
        bool plain =
            (word->kind == PL_TOKEN_WORD || word->kind == PL_TOKEN_CODE) && !(word->flags & (PL_TOKEN_QUOTED | PL_TOKEN_ASIDE)) &&
            !is_one(word->word,
                    "a an the and or of in on to for from with by at as is are was that which if when then line text name id field value below above "
                    "each every all its their this my our your using via");
        bool ends = i + 2 == p->tokens.len || is_one(word_at(p, i + 2), "on in to for from with using via");
        size_t end = offset_of(p, i + 1) + word->raw.len;
        bool apart = offset_of(p, i + 1) == offset_of(p, i) + p->tokens.items[i].raw.len + 1 &&
                     (end == p->text.len || p->text.ptr[end] == ' ' || p->text.ptr[end] == '.');
        if (!cue || !plain || !ends || !apart || pl_scope_find(p->c, word->raw)) continue;
        if (hit != UINT32_MAX) return false;
        hit = i + 1;
    }
    PlStr expr = hit == UINT32_MAX ? PL_STR("") : quoted(p, p->tokens.items[hit].raw);
    return expr.len && found(p, expr, hit, hit);
}

/* ---- names of the plan ------------------------------------------------------------------------------------------------------ */

enum { NOT_MEANT, ITS_TEXT, ITS_RECORD, ITS_RECIPIENT, CALLED_SO, SAME_NAME };

/* "employee_id" for `id` of /employees/{id}. */
static bool is_id_of(const Prose *p, PlStr last)
{
    if (!pl_str_eq_z(p->param->name, "id") || p->param->place != PL_IN_PATH || !pl_str_ends(last, PL_STR("_id"))) return false;
    return pl_str_find(p->action->path, pl_str_slice(last, 0, last.len - 3), 0) != PL_STR_NONE;
}

/* The record whose own `id` the parameter of the path is: its answer came from the same API. */
static bool is_record_of(const Prose *p, const PlMention *m)
{
    const PlType *t = pl_type(p->c->types, pl_type_without_nothing(p->c->types, m->type));
    if (m->is_path || t->kind != PL_TYPE_RECORD || p->param->place != PL_IN_PATH) return false;
    if (!pl_str_eq(pl_mention_plugin(p->c, m->symbol), p->action->plugin)) return false;
    for (uint32_t i = 0; i < t->count; i++)
        if (pl_str_eq(t->fields[i].name, p->param->name)) return pl_usable(p->c->arena, p->c->types, t->fields[i].type, p->param->type, NULL) != PL_USABLE_NO;
    return false;
}

/* "the ticket's status to solved": what is changed, not what to. */
static bool is_changed(const Prose *p, const PlMention *m)
{
    PlStr behind = pl_str_slice(p->text, m->end, p->text.len);
    return pl_str_starts(behind, PL_STR(" to ")) || pl_str_starts(behind, PL_STR(" as ")) || pl_str_starts(behind, PL_STR(" = ")) ||
           pl_str_starts(behind, PL_STR(": "));
}

/* How sure the words make it that the mention is the parameter's value. */
static int meant_for(Prose *p, const PlMention *m, const bool *taken)
{
    PlTokens before = {0};
    size_t from = m->at > 60 ? m->at - 60 : 0;
    pl_token_prose(p->c->arena, pl_str_slice(p->text, from, m->at), MAX_TOKENS, &before);
    while (before.len && is_one(before.items[before.len - 1].word, "the a an this that each every is as of")) before.len--;
    PlStr word = before.len ? before.items[before.len - 1].word : PL_STR("");
    if (is_record_of(p, m)) return ITS_RECORD;
    if (pl_usable(p->c->arena, p->c->types, m->type, p->param->type, NULL) == PL_USABLE_NO) return NOT_MEANT;
    if (m->is_path && is_changed(p, m)) return NOT_MEANT;
    if (m->is_path && (pl_str_eq(m->last, p->param->name) || pl_str_eq(m->last, p->param->wire) || is_id_of(p, m->last))) return SAME_NAME;
    for (uint32_t k = 0; before.len && k < p->name.len; k++)
        if (pl_str_eq(before.items[before.len - 1].stem, p->name.items[k].stem)) return CALLED_SO;
    const PlType *type = pl_type(p->c->types, pl_type_without_nothing(p->c->types, m->type));
    bool is_text = type->kind == PL_TYPE_TEXT && p->param->required;
    if (pl_str_eq_z(word, "to") && is_text && named(p, "recipient user channel destination assignee") && !has_param(p, "to", PL_FORMAT_NONE))
        return ITS_RECIPIENT;
    bool object = !m->is_path && is_text && type->format == PL_FORMAT_NONE && is_plain_text(p, p->param) &&
                  !is_one(word, "to for in on from at by about into via if when where and or");
    return object && free_texts(p, taken) == 1 ? ITS_TEXT : NOT_MEANT;
}

/* `order.total`, "the request's employee_id", "the message": the one mention that is surest, if it is as sure as `least`. */
static bool said_mention(Prose *p, int least, const bool *taken)
{
    PlMentions all = {0};
    const PlMention *hit = NULL;
    int best = least;
    pl_mention_read(p->c, p->text, &all);
    for (uint32_t i = 0; i < all.len; i++) {
        int sure = meant_for(p, &all.items[i], taken);
        if (sure < least || sure < best) continue;
        bool again = hit && sure == best && pl_str_eq(hit->expr, all.items[i].expr);
        if (hit && sure == best && !again) return false;
        if (!again) hit = &all.items[i];
        best = sure;
    }
    if (!hit) return false;
    PlStr expr = best == ITS_RECORD ? pl_arena_printf(p->c->arena, PL_FMT "." PL_FMT, PL_ARG(hit->expr), PL_ARG(p->param->name)) : hit->expr;
    *p->out = (PlSaid){.expr = expr, .words = pl_str_slice(p->text, hit->at, hit->end), .at = hit->at};
    return true;
}

/* "in Paris", "near New York", where the parameter is a place. */
static bool said_place(Prose *p)
{
    uint32_t first = UINT32_MAX, last = 0;
    for (uint32_t i = 0; i + 1 < p->tokens.len; i++) {
        if (!is_one(word_at(p, i), "in near at around for") || !(p->tokens.items[i + 1].flags & PL_TOKEN_CAPITAL))
            continue;
        if (p->tokens.items[i + 1].kind != PL_TOKEN_WORD || first != UINT32_MAX) return false;
        if (is_one(
                word_at(p, i + 1),
                "january february march april may june july august september october november december monday tuesday "
                "wednesday thursday friday saturday sunday"))
            continue;
        first = last = i + 1;
        while (last + 1 < p->tokens.len && p->tokens.items[last + 1].flags & PL_TOKEN_CAPITAL &&
               offset_of(p, last + 1) == offset_of(p, last) + p->tokens.items[last].raw.len + 1)
            last++;
    }
    if (first == UINT32_MAX) return false;
    size_t start = offset_of(p, first), end = offset_of(p, last) + p->tokens.items[last].raw.len;
    PlStr expr = quoted(p, pl_str_slice(p->text, start, end));
    return expr.len && found(p, expr, first, last);
}

/* ---- numbers --------------------------------------------------------------------------------------------------------------- */

static bool is_whole(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    return s.len > 0 && s.len < 10;
}

static PlStr amount_of(const Prose *p, uint32_t i)
{
    PlStr raw = p->tokens.items[i].raw;
    size_t start = 0;
    while (start < raw.len && (raw.ptr[start] < '0' || raw.ptr[start] > '9')) start++;
    double number;
    PlStr digits = pl_str_slice(raw, start, raw.len);
    return pl_str_to_double(digits, &number) ? digits : PL_STR("");
}

/* "5 guests" for `guests`: the word behind the number is the parameter's. Both must be the only ones. */
static bool said_counted(Prose *p)
{
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 0; i + 1 < p->tokens.len; i++) {
        if (p->tokens.items[i].kind != PL_TOKEN_NUMBER || !is_whole(p->tokens.items[i].raw)) continue;
        bool unit = false;
        for (uint32_t k = 0; k < p->name.len; k++)
            unit |= p->name.items[k].word.len > 2 && pl_str_eq(p->name.items[k].stem, p->tokens.items[i + 1].stem);
        if (!unit) continue;
        if (hit != UINT32_MAX) return false;
        hit = i;
    }
    return hit != UINT32_MAX && found(p, p->tokens.items[hit].raw, hit, hit + 1);
}

/* "the first 20", "at most 50", "up to 10", "top 5", "limit of 30" for what bounds the answer. */
static bool said_limit(Prose *p)
{
    bool limit = named(p, "limit top count") || (named(p, "max maximum") && named(p, "results items records count")) ||
                 (named(p, "per page") && named(p, "size page per"));
    if (!limit || named(p, "number")) return false;
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 1; i < p->tokens.len; i++) {
        if (p->tokens.items[i].kind != PL_TOKEN_NUMBER || !is_whole(p->tokens.items[i].raw)) continue;
        PlStr before = word_at(p, i - 1), earlier = i > 1 ? word_at(p, i - 2) : PL_STR("");
        bool bound = is_one(before, "first top latest newest limit") ||
                     (pl_str_eq_z(before, "most") && pl_str_eq_z(earlier, "at")) ||
                     (pl_str_eq_z(before, "to") && pl_str_eq_z(earlier, "up")) ||
                     (pl_str_eq_z(before, "of") && pl_str_eq_z(earlier, "limit"));
        PlStr after = word_at(p, i + 1);
        if (!bound || is_one(after, "days day weeks week months month hours hour minutes percent")) continue;
        if (hit != UINT32_MAX) return false;
        hit = i;
    }
    return hit != UINT32_MAX && found(p, p->tokens.items[hit].raw, hit, hit);
}

/* "under $100" for max_price, "over 50 EUR" for min_amount. */
static bool said_bound(Prose *p)
{
    bool money = named(p, "price amount cost budget total fare rate value");
    bool upper = money && (named(p, "max maximum to below under lte lt") || named(p, "budget")),
         lower = money && named(p, "min minimum from above over gte gt");
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 1; (upper || lower) && i < p->tokens.len; i++) {
        PlTokenKind kind = (PlTokenKind)p->tokens.items[i].kind;
        if (kind != PL_TOKEN_MONEY && kind != PL_TOKEN_NUMBER) continue;
        PlStr before = word_at(p, i - 1);
        if (pl_str_eq_z(before, "than") && i > 1) before = word_at(p, i - 2);
        bool below = is_one(before, "under below less most cheaper"),
             above = is_one(before, "over above more least exceeding");
        if ((upper && !below) || (lower && !above)) continue;
        if (hit != UINT32_MAX) return false;
        hit = i;
    }
    PlStr amount = hit == UINT32_MAX ? PL_STR("") : amount_of(p, hit);
    return amount.len && found(p, amount, hit, hit);
}

/* ---- times ----------------------------------------------------------------------------------------------------------------- */

static PlStr unit_of(PlStr word)
{
    static const char *const units[] = {"day", "week", "month", "year", "hour", "minute"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        PlStr unit = pl_str_z(units[i]);
        if (pl_str_eq(word, unit) ||
            (pl_str_starts(word, unit) && word.len == unit.len + 1 && word.ptr[unit.len] == 's'))
            return unit;
    }
    return PL_STR("");
}

/* "the last 7 days", "the past week", "since yesterday" for the parameter where a stretch of time begins. */
static bool said_since(Prose *p, bool date)
{
    if (!named(p, "since from start after begin newer")) return false;
    PlStr now = date ? PL_STR("today") : PL_STR("now");
    for (uint32_t i = 0; i < p->tokens.len; i++) {
        bool last = is_one(word_at(p, i), "last past previous");
        if (last && i + 2 < p->tokens.len && p->tokens.items[i + 1].kind == PL_TOKEN_NUMBER &&
            is_whole(p->tokens.items[i + 1].raw)) {
            PlStr unit = unit_of(word_at(p, i + 2)), n = p->tokens.items[i + 1].raw;
            if (!unit.len || (date && is_one(unit, "hour minute"))) continue;
            return found(
                p,
                pl_arena_printf(p->c->arena, PL_FMT " - " PL_FMT " " PL_FMT "s", PL_ARG(now), PL_ARG(n), PL_ARG(unit)),
                i, i + 2);
        }
        PlStr unit = last ? unit_of(word_at(p, i + 1)) : PL_STR("");
        if (unit.len && is_one(word_at(p, i), "past") && !(date && is_one(unit, "hour minute")))
            return found(p, pl_arena_printf(p->c->arena, PL_FMT " - 1 " PL_FMT, PL_ARG(now), PL_ARG(unit)), i, i + 1);
        if (is_one(word_at(p, i), "since from") && is_one(word_at(p, i + 1), "yesterday"))
            return found(p, PL_STR("today - 1 days"), i, i + 1);
        if (is_one(word_at(p, i), "since from") && is_one(word_at(p, i + 1), "today"))
            return found(p, PL_STR("today"), i, i + 1);
    }
    return false;
}

/* "on 2026-03-01" where the action has one date. */
static bool said_date(Prose *p)
{
    uint32_t hit = UINT32_MAX, dates = 0;
    for (uint32_t i = 0; i < p->tokens.len; i++) {
        if (p->tokens.items[i].kind != PL_TOKEN_DATE || p->tokens.items[i].raw.len != 10 ||
            p->tokens.items[i].raw.ptr[4] != '-')
            continue;
        hit = i;
        dates++;
    }
    for (uint32_t i = 0; i < p->action->param_count; i++) {
        PlTypeKind kind = pl_type(p->c->types, pl_type_without_nothing(p->c->types, p->action->params[i].type))->kind;
        if (&p->action->params[i] != p->param && (kind == PL_TYPE_DATE || kind == PL_TYPE_DATETIME)) return false;
    }
    PlStr expr = dates == 1 ? quoted(p, p->tokens.items[hit].raw) : PL_STR("");
    return expr.len && found(p, expr, hit, hit);
}

/* ---- one parameter --------------------------------------------------------------------------------------------------------- */

static bool said_text(Prose *p, const PlType *type, const bool *taken)
{
    if (type->format == PL_FORMAT_EMAIL || named(p, "email recipient")) {
        if (said_kind(p, PL_TOKEN_EMAIL)) return true;
        if (type->format == PL_FORMAT_EMAIL) return false;
    }
    if (type->format == PL_FORMAT_URL || named(p, "url uri link")) return said_kind(p, PL_TOKEN_URL);
    if (type->format != PL_FORMAT_NONE) return false;
    if (named(p, "channel") && said_channel(p)) return true;
    if (named(p, "city location place town area destination address") && said_place(p)) return true;
    return said_quote(p, true, taken) || said_bare(p) || said_quote(p, false, taken);
}

static bool value_of(Prose *p, const bool *taken)
{
    if (p->param->fixed || p->param->is_key || pl_param_is_filled(p->param) || p->param->whole_body || !p->text.len) return false;
    pl_token_prose(p->c->arena, p->text, MAX_TOKENS, &p->tokens);
    pl_token_name(p->c->arena, p->param->wire.len ? p->param->wire : p->param->name, MAX_PARTS, &p->name);
    const PlType type = *pl_type(p->c->types, pl_type_without_nothing(p->c->types, p->param->type));
    bool literal = false;
    if (said_mention(p, CALLED_SO, taken)) return true;
    switch (type.kind) {
    case PL_TYPE_ENUM: literal = said_enum(p, &type); break;
    case PL_TYPE_INTEGER: literal = said_limit(p) || said_counted(p) || said_bound(p); break;
    case PL_TYPE_NUMBER: literal = said_bound(p) || said_counted(p); break;
    case PL_TYPE_DATE: literal = said_since(p, true) || said_date(p); break;
    case PL_TYPE_DATETIME: literal = said_since(p, false) || said_date(p); break;
    case PL_TYPE_TEXT: literal = said_text(p, &type, taken); break;
    default: break;
    }
    return literal || said_mention(p, ITS_TEXT, taken);
}

bool pl_said_find(PlChecker *c, const PlStep *step, const PlAction *action, uint32_t param, const PlSaidBefore *before, PlSaid *out)
{
    Prose p = {.c = c, .text = step->prose, .action = action, .param = &action->params[param], .out = out};
    if (!value_of(&p, before->taken)) return false;
    for (uint32_t i = 0; i < before->used.len; i++)
        if (before->used.items[i] == out->at) return false;
    for (uint32_t i = 0; i < action->param_count; i++) {
        PlSaid said;
        Prose other = {.c = c, .text = step->prose, .action = action, .param = &action->params[i], .out = &said};
        if (i == param || before->taken[i] || action->params[i].required < action->params[param].required) continue;
        if (value_of(&other, before->taken) && said.at == out->at) return false;
    }
    return true;
}
