/* SPDX-License-Identifier: MIT */
/* Which field of an item words mean. Where the type says the fields, it is one of them: called so, or the only one whose name ends in these
 * words or holds them. Where nothing is known of the item, it is the name as written, or the field that the rest of the plan reads so. */
#include "compiler/prose/prose_internal.h"

static PlStr of_it(PlReader *r, PlStr field)
{
    bool plain = pl_lexis_is_name(field);
    return pl_arena_printf(r->c->arena, plain ? "it." PL_FMT : "it[\"" PL_FMT "\"]", PL_ARG(field));
}

static const PlType *record_of(PlReader *r, PlTypeId type)
{
    return pl_type(r->c->types, pl_type_without_nothing(r->c->types, type));
}

static bool is_open(const PlType *t)
{
    return t->kind == PL_TYPE_ANY || t->kind == PL_TYPE_VAR || (t->kind == PL_TYPE_RECORD && t->count == 0) || t->kind == PL_TYPE_UNION;
}

PlStr pl_field_leaf(PlStr text)
{
    size_t at = text.len;
    while (at > 0 && pl_phrase_word_char(text.ptr[at - 1])) at--;
    PlStr leaf = pl_str_slice(text, at, text.len);
    if (leaf.len || text.len < 3 || text.ptr[text.len - 1] != ']') return leaf;
    for (at = text.len - 2; at > 0 && text.ptr[at - 1] != '"'; at--) {}
    return pl_str_slice(text, at, text.len - 2);
}

static void add(PlReader *r, const PlItem *item, PlStr text, bool doubt, PlSenses *out)
{
    PlSense reading = {.text = text, .type = pl_try_item_type(r, item, text), .doubt = doubt};
    pl_try_add(r, out, reading);
}

/* ---- fields that the type has ----------------------------------------------------------------------------------------------------- */

typedef bool (*Fits)(PlReader *r, PlStr name, PlStr words);

static bool is_same(PlReader *r, PlStr name, PlStr words)
{
    return pl_lexis_same(r, name, words);
}

static void fields_that(PlReader *r, const PlItem *item, const PlType *t, PlStr words, Fits fits, PlSenses *out)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (fits(r, t->fields[i].name, words)) add(r, item, of_it(r, t->fields[i].name), false, out);
}

/* One level deeper: fields.summary */
static void deeper_that(PlReader *r, const PlItem *item, const PlType *t, PlStr words, PlSenses *out)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const PlType inner = *record_of(r, t->fields[i].type);
        for (uint32_t k = 0; inner.kind == PL_TYPE_RECORD && k < inner.count; k++) {
            PlStr whole = pl_arena_printf(r->c->arena, PL_FMT "_" PL_FMT, PL_ARG(t->fields[i].name), PL_ARG(inner.fields[k].name));
            if (!pl_lexis_same(r, inner.fields[k].name, words) && !pl_lexis_same(r, whole, words)) continue;
            add(r, item, pl_arena_printf(r->c->arena, PL_FMT "." PL_FMT, PL_ARG(of_it(r, t->fields[i].name)), PL_ARG(inner.fields[k].name)), false, out);
        }
    }
}

static void read_known(PlReader *r, const PlItem *item, PlStr words, PlSenses *out)
{
    const PlType t = *record_of(r, item->type);
    fields_that(r, item, &t, words, is_same, out);
    if (!out->len) fields_that(r, item, &t, words, pl_lexis_ends, out);
    if (!out->len) fields_that(r, item, &t, words, pl_lexis_has, out);
    if (!out->len) deeper_that(r, item, &t, words, out);
}

/* ---- items of which nothing is known -------------------------------------------------------------------------------------------------- */

static PlStr list_name(PlStr list)
{
    size_t end = 0;
    while (end < list.len && pl_phrase_word_char(list.ptr[end])) end++;
    return pl_str_slice(list, 0, end);
}

/* Rule: what the plan reads elsewhere of such an item is a field of it; else a single word is the field's name. */
static void read_open(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlUsed used = {0};
    PlStr words = pl_lexis_bare(r, range);
    bool one = range.to == range.from + 1 && pl_lexis_is_name(r->words[range.from].text);
    if (one && pl_str_find_char(r->words[range.from].text, '_', 0) != PL_STR_NONE) {
        add(r, item, of_it(r, r->words[range.from].text), false, out);
        return;
    }
    pl_usage_fields(r, list_name(item->list), &used);
    if (r->bind.len) pl_usage_fields(r, r->bind, &used);
    for (uint32_t i = 0; i < used.len; i++)
        if (pl_lexis_same(r, used.items[i], words)) add(r, item, of_it(r, used.items[i]), false, out);
    if (out->len) return;
    if (one) {
        add(r, item, of_it(r, r->words[range.from].text), false, out);
        return;
    }
    for (uint32_t i = range.from; i < range.to; i++)
        if (r->words[i].kind != PL_WORD_WORD || !pl_lexis_is_name(r->words[i].text)) return;
    if (range.to - range.from > 3) return;
    add(r, item, of_it(r, words), true, out);
}

/* ---- words ----------------------------------------------------------------------------------------------------------------------------- */

/* A path: assignee.gid, it.price */
static bool read_path(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlStr word = r->words[range.from].text;
    if (range.to != range.from + 1 || (pl_str_find_char(word, '.', 0) == PL_STR_NONE && pl_str_find_char(word, '[', 0) == PL_STR_NONE)) return false;
    PlStr text = pl_str_starts(word, PL_STR("it.")) ? word : pl_arena_printf(r->c->arena, "it." PL_FMT, PL_ARG(word)), exact;
    PlTypeId type;
    PlStr whole = pl_arena_printf(r->c->arena, PL_FMT " select " PL_FMT, PL_ARG(item->list), PL_ARG(text));
    if (pl_try_list(r, whole, &type, &exact)) pl_try_add(r, out, (PlSense){.text = text, .type = type});
    return true;
}

/* the price; due date; its owner's email; assignee.gid */
void pl_field_read(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    range = pl_lexis_without_article(r, range);
    if (range.from >= range.to || read_path(r, item, range, out)) return;
    PlStr words = pl_lexis_bare(r, range);
    if (pl_str_eq_z(words, "it") || pl_str_eq_z(words, "value") || pl_str_eq_z(words, "item")) {
        PlTypeKind kind = record_of(r, item->type)->kind;
        if (kind != PL_TYPE_RECORD && (kind != PL_TYPE_ANY || pl_str_eq_z(words, "it"))) {
            add(r, item, PL_STR("it"), false, out);
            return;
        }
    }
    const PlType *t = record_of(r, item->type);
    for (uint32_t at = range.from + 1; at + 1 < range.to; at++)
        if (pl_lexis_is(r, at, "of") && t->kind == PL_TYPE_RECORD) {
            words = pl_arena_printf(r->c->arena, PL_FMT "_" PL_FMT, PL_ARG(pl_lexis_bare(r, pl_lexis_without_article(r, (PlRange){at + 1, range.to}))),
                                    PL_ARG(pl_lexis_bare(r, (PlRange){range.from, at})));
            break;
        }
    if (t->kind == PL_TYPE_RECORD && t->count) {
        read_known(r, item, words, out);
        if (!out->len && t->rest != PL_TYPE_NONE) read_open(r, item, range, out);
    } else if (is_open(t)) {
        read_open(r, item, range, out);
    }
}

/* ---- fields by what they are ---------------------------------------------------------------------------------------------------------- */

static bool is_number(PlReader *r, PlTypeId type)
{
    PlTypeKind kind = record_of(r, type)->kind;
    return kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER;
}

static bool is_date(PlReader *r, PlTypeId type)
{
    PlTypeKind kind = record_of(r, type)->kind;
    return kind == PL_TYPE_DATE || kind == PL_TYPE_DATETIME;
}

static bool is_id(PlReader *r, PlStr name)
{
    return pl_lexis_same(r, name, PL_STR("id")) || pl_lexis_ends(r, name, PL_STR("id")) || pl_lexis_same(r, name, PL_STR("number")) ||
           pl_lexis_same(r, name, PL_STR("year"));
}

/* Does a field of that name and type go by one of these parts? "date" and "number" stand for types. */
static bool goes_by(PlReader *r, PlStr name, PlTypeId type, PlStr part)
{
    if (pl_str_eq_z(part, "date")) return is_date(r, type);
    if (pl_str_eq_z(part, "number")) return is_number(r, type) && !is_id(r, name);
    return is_number(r, type) && (pl_lexis_same(r, name, part) || pl_lexis_has(r, name, part));
}

/* Of an item of unknown fields: those that the plan reads elsewhere, by their names alone. */
static bool open_goes_by(PlReader *r, PlStr name, PlStr part)
{
    if (pl_str_eq_z(part, "date"))
        return pl_lexis_has(r, name, PL_STR("date")) || pl_str_ends(name, PL_STR("_at")) || pl_str_ends(name, PL_STR("_on")) || pl_lexis_has(r, name, PL_STR("time"));
    if (pl_str_eq_z(part, "number")) return false;
    return pl_lexis_same(r, name, part) || pl_lexis_has(r, name, part);
}

static void guess_open(PlReader *r, const PlItem *item, PlStr part, PlSenses *out)
{
    if (pl_str_eq_z(part, "number")) return;
    PlStr name = pl_str_eq_z(part, "date") ? PL_STR("created_at") : part;
    add(r, item, of_it(r, name), true, out);
    if (pl_str_eq_z(part, "date")) add(r, item, PL_STR("it.date"), true, out);
}

void pl_field_named(PlReader *r, const PlItem *item, PlStr parts, PlSenses *out)
{
    const PlType t = *record_of(r, item->type);
    PlUsed used = {0};
    if (t.kind == PL_TYPE_INTEGER || t.kind == PL_TYPE_NUMBER || t.kind == PL_TYPE_DATE || t.kind == PL_TYPE_DATETIME) {
        add(r, item, PL_STR("it"), false, out);
        return;
    }
    if (is_open(&t)) {
        pl_usage_fields(r, list_name(item->list), &used);
        if (r->bind.len) pl_usage_fields(r, r->bind, &used);
    }
    for (size_t i = 0; i < parts.len;) {
        size_t end = pl_str_find_char(parts, ' ', i);
        if (end == PL_STR_NONE) end = parts.len;
        PlStr part = pl_str_slice(parts, i, end);
        i = end + 1;
        if (pl_str_eq_z(part, "number") && out->len) break;
        for (uint32_t k = 0; t.kind == PL_TYPE_RECORD && k < t.count; k++)
            if (goes_by(r, t.fields[k].name, t.fields[k].type, part)) add(r, item, of_it(r, t.fields[k].name), false, out);
        for (uint32_t k = 0; k < used.len; k++)
            if (open_goes_by(r, used.items[k], part)) add(r, item, of_it(r, used.items[k]), false, out);
    }
    if (out->len || !is_open(&t)) return;
    for (size_t i = 0; i < parts.len && out->len < 3;) {
        size_t end = pl_str_find_char(parts, ' ', i);
        if (end == PL_STR_NONE) end = parts.len;
        guess_open(r, item, pl_str_slice(parts, i, end), out);
        i = end + 1;
    }
}

/* ---- several fields ----------------------------------------------------------------------------------------------------------------------- */

static bool is_comma_or_and(const PlReader *r, uint32_t at)
{
    return pl_lexis_is(r, at, ",") || pl_lexis_is(r, at, "and");
}

/* id, name and due date: `id: it.id, name: it.name, ...`; as columns: "id", "name", ... */
void pl_field_list(PlReader *r, const PlItem *item, PlRange range, bool columns, PlSenses *out)
{
    PlStr text = PL_STR("");
    bool doubt = false;
    uint32_t fields = 0;
    while (range.to > range.from && (pl_lexis_is(r, range.from, "(") || pl_lexis_is(r, range.from, ":"))) range.from++;
    while (range.to > range.from && pl_lexis_is(r, range.to - 1, ")")) range.to--;
    for (uint32_t from = range.from, at = from; at <= range.to; at++) {
        if (at < range.to && !is_comma_or_and(r, at)) continue;
        if (at > from) {
            PlSenses one = {0};
            pl_field_read(r, item, (PlRange){from, at}, &one);
            if (one.len != 1 || ++fields > 30) return;
            doubt |= one.items[0].doubt;
            PlStr leaf = pl_field_leaf(one.items[0].text);
            const char *comma = text.len ? ", " : "";
            text = columns ? pl_arena_printf(r->c->arena, PL_FMT "%s\"" PL_FMT "\"", PL_ARG(text), comma, PL_ARG(leaf))
                           : pl_arena_printf(r->c->arena, PL_FMT "%s" PL_FMT ": " PL_FMT, PL_ARG(text), comma, PL_ARG(leaf), PL_ARG(one.items[0].text));
        }
        from = at + 1;
    }
    if (fields > (columns ? 0u : 1u)) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_ANY, .doubt = doubt});
}

/* price; price × quantity; the total price: an expression of the item's fields. */
void pl_field_each(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    static const struct {
        const char *words, *op;
    } operators[] = {{"×", "*"}, {"*", "*"}, {"times", "*"}, {"/", "/"}, {"÷", "/"}, {"+", "+"}, {"plus", "+"}, {"-", "-"}, {"minus", "-"}, {"x", "*"}};
    pl_field_read(r, item, range, out);
    for (uint32_t at = range.from + 1; at + 1 < range.to && !out->len; at++)
        for (size_t k = 0; k < sizeof operators / sizeof *operators && !out->len; k++) {
            PlSenses left = {0}, right = {0};
            if (!pl_lexis_is(r, at, operators[k].words)) continue;
            PlStr number = pl_lexis_number(r, (PlRange){at + 1, range.to});
            pl_field_read(r, item, (PlRange){range.from, at}, &left);
            if (number.len)
                pl_try_add(r, &right, (PlSense){.text = number});
            else
                pl_field_each(r, item, (PlRange){at + 1, range.to}, &right);
            if (left.len != 1 || right.len != 1) continue;
            PlSense both = {.text = pl_arena_printf(r->c->arena, PL_FMT " %s " PL_FMT, PL_ARG(left.items[0].text), operators[k].op, PL_ARG(right.items[0].text)),
                              .type = PL_T_NUMBER,
                              .doubt = left.items[0].doubt || right.items[0].doubt};
            pl_try_add(r, out, both);
        }
    if (out->len) return;
    PlStr text = pl_lexis_text(r, range), exact, whole = pl_arena_printf(r->c->arena, PL_FMT " select " PL_FMT, PL_ARG(item->list), PL_ARG(text));
    PlTypeId type;
    if (text.len && pl_try_parse(r, text) && (r->words[range.from].kind == PL_WORD_QUOTE || strpbrk(text.ptr, "(+*/")) && pl_try_list(r, whole, &type, &exact))
        pl_try_add(r, out, (PlSense){.text = text, .type = type});
}
