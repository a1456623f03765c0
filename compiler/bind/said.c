/* SPDX-License-Identifier: MIT */
/* One reader for each kind of value. A reader gives the one value that fits the parameter, or nothing; two that fit are nothing. Texts and names of the plan:
 * said_text.c. */
#include "compiler/bind/saying.h"

/* ---- words ---------------------------------------------------------------------------------------------------------------- */

bool pl_saying_one(PlStr word, const char *words)
{
    return pl_str_is_among(word, pl_str_z(words), ' ');
}

PlStr pl_saying_word(const PlSaying *p, uint32_t i)
{
    return i < p->tokens.len ? p->tokens.items[i].word : PL_STR("");
}

size_t pl_saying_offset(const PlSaying *p, uint32_t i)
{
    return (size_t)(p->tokens.items[i].raw.ptr - p->text.ptr);
}

/* Does the parameter's name have one of these words? */
bool pl_saying_named(const PlSaying *p, const char *words)
{
    for (uint32_t i = 0; i < p->name.len; i++)
        if (pl_saying_one(p->name.items[i].word, words)) return true;
    return false;
}

bool pl_saying_found(PlSaying *p, PlStr expr, uint32_t first, uint32_t last)
{
    size_t start = pl_saying_offset(p, first), end = pl_saying_offset(p, last) + p->tokens.items[last].raw.len;
    *p->out = (PlSaid){.expr = expr, .words = pl_str_slice(p->text, start, end), .at = start};
    return true;
}

PlStr pl_saying_quoted(PlSaying *p, PlStr text)
{
    if (pl_str_find_char(text, '"', 0) != PL_STR_NONE || pl_str_find_char(text, '\\', 0) != PL_STR_NONE)
        return PL_STR("");
    return pl_arena_printf(p->c->arena, "\"" PL_FMT "\"", PL_ARG(text));
}

bool pl_saying_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
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


/* Rule: as whole words, and not the step's first, which is its verb. */
static size_t find_value(PlStr text, PlStr value)
{
    size_t from = pl_str_find_char(text, ' ', 0);
    if (from == PL_STR_NONE || value.len < 2) return PL_STR_NONE;
    for (size_t i = from + 1; i + value.len <= text.len; i++) {
        bool begins = !pl_saying_letter(text.ptr[i - 1]),
             ends = i + value.len == text.len || !pl_saying_letter(text.ptr[i + value.len]);
        if (begins && ends && same_spelling(pl_str_slice(text, i, i + value.len), value)) return i;
    }
    return PL_STR_NONE;
}

static bool said_enum(PlSaying *p, const PlType *type)
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
    PlStr expr = at == PL_STR_NONE ? PL_STR("") : pl_saying_quoted(p, value);
    if (!expr.len) return false;
    *p->out = (PlSaid){.expr = expr, .words = pl_str_slice(p->text, at, at + value.len), .at = at};
    return true;
}

/* ---- addresses ------------------------------------------------------------------------------------------------------------- */

static bool said_kind(PlSaying *p, PlTokenKind kind)
{
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 0; i < p->tokens.len; i++) {
        if (p->tokens.items[i].kind != kind) continue;
        if (hit != UINT32_MAX) return false;
        hit = i;
    }
    PlStr expr = hit == UINT32_MAX ? PL_STR("") : pl_saying_quoted(p, p->tokens.items[hit].raw);
    return expr.len && pl_saying_found(p, expr, hit, hit);
}

/* "#general", where the parameter is a channel. */
static bool said_channel(PlSaying *p)
{
    size_t at = pl_str_find_char(p->text, '#', 0);
    if (at == PL_STR_NONE || pl_str_find_char(p->text, '#', at + 1) != PL_STR_NONE) return false;
    size_t end = at + 1;
    while (end < p->text.len && (pl_saying_letter(p->text.ptr[end]) || p->text.ptr[end] == '-')) end++;
    PlStr channel = pl_str_slice(p->text, at, end), expr = pl_saying_quoted(p, channel);
    if (channel.len < 2 || (channel.ptr[1] >= '0' && channel.ptr[1] <= '9')) return false;
    *p->out = (PlSaid){.expr = expr, .words = channel, .at = at};
    return true;
}

/* "in Paris", "near New York", where the parameter is a place. */
static bool said_place(PlSaying *p)
{
    uint32_t first = UINT32_MAX, last = 0;
    for (uint32_t i = 0; i + 1 < p->tokens.len; i++) {
        if (!pl_saying_one(pl_saying_word(p, i), "in near at around for") || !(p->tokens.items[i + 1].flags & PL_TOKEN_CAPITAL))
            continue;
        if (p->tokens.items[i + 1].kind != PL_TOKEN_WORD || first != UINT32_MAX) return false;
        if (pl_saying_one(
                pl_saying_word(p, i + 1),
                "january february march april may june july august september october november december monday tuesday "
                "wednesday thursday friday saturday sunday"))
            continue;
        first = last = i + 1;
        while (last + 1 < p->tokens.len && p->tokens.items[last + 1].flags & PL_TOKEN_CAPITAL &&
               pl_saying_offset(p, last + 1) == pl_saying_offset(p, last) + p->tokens.items[last].raw.len + 1)
            last++;
    }
    if (first == UINT32_MAX) return false;
    size_t start = pl_saying_offset(p, first), end = pl_saying_offset(p, last) + p->tokens.items[last].raw.len;
    PlStr expr = pl_saying_quoted(p, pl_str_slice(p->text, start, end));
    return expr.len && pl_saying_found(p, expr, first, last);
}

/* ---- numbers --------------------------------------------------------------------------------------------------------------- */

static bool is_whole(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    return s.len > 0 && s.len < 10;
}

static PlStr amount_of(const PlSaying *p, uint32_t i)
{
    PlStr raw = p->tokens.items[i].raw;
    size_t start = 0;
    while (start < raw.len && (raw.ptr[start] < '0' || raw.ptr[start] > '9')) start++;
    double number;
    PlStr digits = pl_str_slice(raw, start, raw.len);
    return pl_str_to_double(digits, &number) ? digits : PL_STR("");
}

/* "5 guests" for `guests`: the word behind the number is the parameter's. Both must be the only ones. */
static bool said_counted(PlSaying *p)
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
    return hit != UINT32_MAX && pl_saying_found(p, p->tokens.items[hit].raw, hit, hit + 1);
}

/* "set stock to 50", "with a score of 80": behind the parameter's whole name. The index of the value, or UINT32_MAX. */
static uint32_t assigned(const PlSaying *p)
{
    for (uint32_t i = 0; i + p->name.len < p->tokens.len; i++) {
        uint32_t k = 0;
        while (k < p->name.len && pl_str_eq(p->tokens.items[i + k].stem, p->name.items[k].stem)) k++;
        if (k == 0 || k < p->name.len) continue;
        uint32_t at = i + k;
        while (at < p->tokens.len && at < i + k + 2 && pl_saying_one(pl_saying_word(p, at), "to as of is at be equals")) at++;
        if (at < p->tokens.len && !(p->tokens.items[at].flags & PL_TOKEN_QUOTED)) return at;
    }
    return UINT32_MAX;
}

static bool said_assigned(PlSaying *p)
{
    uint32_t at = assigned(p);
    if (at == UINT32_MAX || (p->tokens.items[at].kind != PL_TOKEN_NUMBER && p->tokens.items[at].kind != PL_TOKEN_MONEY)) return false;
    PlStr amount = amount_of(p, at);
    size_t start = pl_saying_offset(p, at);
    if (start > 0 && strchr("-.,", p->text.ptr[start - 1])) return false; /* a part of another number */
    return amount.len && amount.ptr + amount.len == p->tokens.items[at].raw.ptr + p->tokens.items[at].raw.len && pl_saying_found(p, amount, at, at);
}

static bool said_yes_no(PlSaying *p)
{
    uint32_t at = assigned(p);
    PlStr word = at == UINT32_MAX ? PL_STR("") : pl_saying_word(p, at);
    bool yes = pl_saying_one(word, "yes true on"), no = pl_saying_one(word, "no false off");
    return (yes || no) && pl_saying_found(p, yes ? PL_STR("yes") : PL_STR("no"), at, at);
}

/* "the first 20", "at most 50", "up to 10", "top 5", "limit of 30" for what bounds the answer. */
static bool said_limit(PlSaying *p)
{
    bool limit = pl_saying_named(p, "limit top count") || (pl_saying_named(p, "max maximum") && pl_saying_named(p, "results items records count")) ||
                 (pl_saying_named(p, "per page") && pl_saying_named(p, "size page per"));
    if (!limit || pl_saying_named(p, "number")) return false;
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 1; i < p->tokens.len; i++) {
        if (p->tokens.items[i].kind != PL_TOKEN_NUMBER || !is_whole(p->tokens.items[i].raw)) continue;
        PlStr before = pl_saying_word(p, i - 1), earlier = i > 1 ? pl_saying_word(p, i - 2) : PL_STR("");
        bool bound = pl_saying_one(before, "first top latest newest limit") ||
                     (pl_str_eq_z(before, "most") && pl_str_eq_z(earlier, "at")) ||
                     (pl_str_eq_z(before, "to") && pl_str_eq_z(earlier, "up")) ||
                     (pl_str_eq_z(before, "of") && pl_str_eq_z(earlier, "limit"));
        PlStr after = pl_saying_word(p, i + 1);
        if (!bound || pl_saying_one(after, "days day weeks week months month hours hour minutes percent")) continue;
        if (hit != UINT32_MAX) return false;
        hit = i;
    }
    return hit != UINT32_MAX && pl_saying_found(p, p->tokens.items[hit].raw, hit, hit);
}

/* "under $100" for max_price, "over 50 EUR" for min_amount. */
static bool said_bound(PlSaying *p)
{
    bool money = pl_saying_named(p, "price amount cost budget total fare rate value");
    bool upper = money && (pl_saying_named(p, "max maximum to below under lte lt") || pl_saying_named(p, "budget")),
         lower = money && pl_saying_named(p, "min minimum from above over gte gt");
    uint32_t hit = UINT32_MAX;
    for (uint32_t i = 1; (upper || lower) && i < p->tokens.len; i++) {
        PlTokenKind kind = (PlTokenKind)p->tokens.items[i].kind;
        if (kind != PL_TOKEN_MONEY && kind != PL_TOKEN_NUMBER) continue;
        PlStr before = pl_saying_word(p, i - 1);
        if (pl_str_eq_z(before, "than") && i > 1) before = pl_saying_word(p, i - 2);
        bool below = pl_saying_one(before, "under below less most cheaper"),
             above = pl_saying_one(before, "over above more least exceeding");
        if ((upper && !below) || (lower && !above)) continue;
        if (hit != UINT32_MAX) return false;
        hit = i;
    }
    PlStr amount = hit == UINT32_MAX ? PL_STR("") : amount_of(p, hit);
    return amount.len && pl_saying_found(p, amount, hit, hit);
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
static bool said_since(PlSaying *p, bool date)
{
    if (!pl_saying_named(p, "since from start after begin newer")) return false;
    PlStr now = date ? PL_STR("today") : PL_STR("now");
    for (uint32_t i = 0; i < p->tokens.len; i++) {
        bool last = pl_saying_one(pl_saying_word(p, i), "last past previous");
        if (last && i + 2 < p->tokens.len && p->tokens.items[i + 1].kind == PL_TOKEN_NUMBER &&
            is_whole(p->tokens.items[i + 1].raw)) {
            PlStr unit = unit_of(pl_saying_word(p, i + 2)), n = p->tokens.items[i + 1].raw;
            if (!unit.len || (date && pl_saying_one(unit, "hour minute"))) continue;
            return pl_saying_found(
                p,
                pl_arena_printf(p->c->arena, PL_FMT " - " PL_FMT " " PL_FMT "s", PL_ARG(now), PL_ARG(n), PL_ARG(unit)),
                i, i + 2);
        }
        PlStr unit = last ? unit_of(pl_saying_word(p, i + 1)) : PL_STR("");
        if (unit.len && pl_saying_one(pl_saying_word(p, i), "past") && !(date && pl_saying_one(unit, "hour minute")))
            return pl_saying_found(p, pl_arena_printf(p->c->arena, PL_FMT " - 1 " PL_FMT, PL_ARG(now), PL_ARG(unit)), i, i + 1);
        if (pl_saying_one(pl_saying_word(p, i), "since from") && pl_saying_one(pl_saying_word(p, i + 1), "yesterday"))
            return pl_saying_found(p, PL_STR("today - 1 days"), i, i + 1);
        if (pl_saying_one(pl_saying_word(p, i), "since from") && pl_saying_one(pl_saying_word(p, i + 1), "today"))
            return pl_saying_found(p, PL_STR("today"), i, i + 1);
    }
    return false;
}

/* "on 2026-03-01" where the action has one date. */
static bool said_date(PlSaying *p)
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
    PlStr expr = dates == 1 ? pl_saying_quoted(p, p->tokens.items[hit].raw) : PL_STR("");
    return expr.len && pl_saying_found(p, expr, hit, hit);
}

/* ---- one parameter --------------------------------------------------------------------------------------------------------- */

static bool said_text(PlSaying *p, const PlType *type, const bool *taken)
{
    if (type->format == PL_FORMAT_EMAIL || pl_saying_named(p, "email recipient")) {
        if (said_kind(p, PL_TOKEN_EMAIL)) return true;
        if (type->format == PL_FORMAT_EMAIL) return false;
    }
    if (type->format == PL_FORMAT_URL || pl_saying_named(p, "url uri link")) return said_kind(p, PL_TOKEN_URL);
    if (type->format != PL_FORMAT_NONE) return false;
    if (pl_saying_named(p, "channel") && said_channel(p)) return true;
    if (pl_saying_named(p, "city location place town area destination address") && said_place(p)) return true;
    return pl_saying_quote(p, true, taken) || pl_saying_bare(p) || pl_saying_quote(p, false, taken);
}

bool pl_saying_value(PlSaying *p, const bool *taken)
{
    if (p->param->fixed || p->param->is_key || pl_param_is_filled(p->param) || p->param->whole_body || !p->text.len) return false;
    pl_token_prose(p->c->arena, p->text, PL_SAYING_TOKENS, &p->tokens);
    pl_token_name(p->c->arena, p->param->wire.len ? p->param->wire : p->param->name, PL_SAYING_PARTS, &p->name);
    const PlType type = *pl_type(p->c->types, pl_type_without_nothing(p->c->types, p->param->type));
    bool literal = false;
    if (pl_saying_mention(p, PL_MEANT_CALLED_SO, taken)) return true;
    switch (type.kind) {
    case PL_TYPE_ENUM: literal = said_enum(p, &type); break;
    case PL_TYPE_YESNO: literal = said_yes_no(p); break;
    case PL_TYPE_INTEGER: literal = said_assigned(p) || said_limit(p) || said_counted(p) || said_bound(p); break;
    case PL_TYPE_NUMBER: literal = said_assigned(p) || said_bound(p) || said_counted(p); break;
    case PL_TYPE_DATE: literal = said_since(p, true) || said_date(p); break;
    case PL_TYPE_DATETIME: literal = said_since(p, false) || said_date(p); break;
    case PL_TYPE_TEXT: literal = said_text(p, &type, taken); break;
    default: break;
    }
    return literal || pl_saying_mention(p, PL_MEANT_ITS_TEXT, taken);
}

bool pl_said_find(PlChecker *c, const PlStep *step, const PlAction *action, uint32_t param, const PlSaidBefore *before, PlSaid *out)
{
    PlSaying p = {.c = c, .text = step->prose, .action = action, .param = &action->params[param], .out = out};
    if (!pl_saying_value(&p, before->taken)) return false;
    for (uint32_t i = 0; i < before->used.len; i++)
        if (before->used.items[i] == out->at) return false;
    for (uint32_t i = 0; i < action->param_count; i++) {
        PlSaid said;
        PlSaying other = {.c = c, .text = step->prose, .action = action, .param = &action->params[i], .out = &said};
        if (i == param || before->taken[i] || action->params[i].required < action->params[param].required) continue;
        if (pl_saying_value(&other, before->taken) && said.at == out->at) return false;
    }
    return true;
}
