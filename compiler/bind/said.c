/* SPDX-License-Identifier: MIT */
/* One reader for each kind of value. A reader gives the one value that fits the parameter, or nothing; two that fit are nothing. */
#include "compiler/bind/said.h"

#include "compiler/bind/token.h"

enum { MAX_TOKENS = 80, MAX_PARTS = 12 };

typedef struct Prose {
    PlChecker *c;
    PlStr text;
    PlTokens tokens;
    const PlAction *action;
    const PlParam *param;
    PlTokens name; /* of the parameter, in words */
    PlSaid *out;
} Prose;

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

/* The text between the quotes that stand alone, with its quotes. */
static bool only_quote(const Prose *p, size_t *start, size_t *end)
{
    size_t open = pl_str_find_char(p->text, '"', 0);
    if (open == PL_STR_NONE) return false;
    size_t close = pl_str_find_char(p->text, '"', open + 1);
    if (close == PL_STR_NONE || close == open + 1 || pl_str_find_char(p->text, '"', close + 1) != PL_STR_NONE)
        return false;
    *start = open;
    *end = close + 1;
    return true;
}

static uint32_t free_texts(const Prose *p, const bool *taken)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->action->param_count; i++) {
        const PlParam *q = &p->action->params[i];
        const PlType *type = pl_type(p->c->types, pl_type_without_nothing(p->c->types, q->type));
        if (!taken[i] && !q->fixed && q->required && type->kind == PL_TYPE_TEXT && type->format == PL_FORMAT_NONE) n++;
    }
    return n;
}

/* The words before the quote name another parameter: "with the subject "Headcount"" says nothing of the body. */
static bool names_other(Prose *p, const PlTokens *before)
{
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

/* Rule: the words before the quote name the parameter ("titled", "with subject"), or it is the only text that the action requires. */
static bool said_quote(Prose *p, const bool *taken)
{
    size_t start, end;
    if (!only_quote(p, &start, &end)) return false;
    PlTokens before = {0};
    pl_token_prose(p->c->arena, pl_str_slice(p->text, 0, start), MAX_TOKENS, &before);
    bool names = false;
    for (uint32_t i = before.len > 2 ? before.len - 2 : 0; i < before.len; i++) {
        PlStr word = before.items[i].word;
        for (uint32_t k = 0; k < p->name.len; k++) names |= pl_str_eq(before.items[i].stem, p->name.items[k].stem);
        names |= is_one(word, "titled title") && named(p, "title name subject");
        names |= is_one(word, "named called name") && named(p, "name title");
        names |= is_one(word, "saying says text message") && named(p, "text body message content");
        names |= is_one(word, "for matching containing") && named(p, "q query search keyword keywords term");
    }
    if (!names && names_other(p, &before)) return false;
    if (!names && !(p->param->required && free_texts(p, taken) == 1)) return false;
    PlStr quote = pl_str_slice(p->text, start, end);
    *p->out = (PlSaid){.expr = quote, .words = quote, .at = start};
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
    return said_quote(p, taken);
}

static bool value_of(PlChecker *c, const PlStep *step, const PlAction *action, uint32_t param, const bool *taken,
                     PlSaid *out)
{
    Prose p = {.c = c, .text = step->prose, .action = action, .param = &action->params[param], .out = out};
    if (p.param->fixed || p.param->is_key || pl_param_is_filled(p.param) || p.param->whole_body || !p.text.len) return false;
    pl_token_prose(c->arena, p.text, MAX_TOKENS, &p.tokens);
    pl_token_name(c->arena, p.param->wire.len ? p.param->wire : p.param->name, MAX_PARTS, &p.name);
    const PlType type = *pl_type(c->types, pl_type_without_nothing(c->types, p.param->type));
    switch (type.kind) {
    case PL_TYPE_ENUM: return said_enum(&p, &type);
    case PL_TYPE_INTEGER: return said_limit(&p) || said_counted(&p) || said_bound(&p);
    case PL_TYPE_NUMBER: return said_bound(&p) || said_counted(&p);
    case PL_TYPE_DATE: return said_since(&p, true) || said_date(&p);
    case PL_TYPE_DATETIME: return said_since(&p, false) || said_date(&p);
    case PL_TYPE_TEXT: return said_text(&p, &type, taken);
    default: return false;
    }
}

bool pl_said_find(PlChecker *c, const PlStep *step, const PlAction *action, uint32_t param, const bool *taken,
                  PlSaid *out)
{
    if (!value_of(c, step, action, param, taken, out)) return false;
    for (uint32_t i = 0; i < action->param_count; i++) {
        PlSaid other;
        if (i == param || taken[i] || action->params[i].required < action->params[param].required) continue;
        if (value_of(c, step, action, i, taken, &other) && other.at == out->at) return false;
    }
    return true;
}
