/* SPDX-License-Identifier: MIT */
/* Which field of an item words mean. Where the type says the fields, it is one of them: called so, or the only one
 * whose name ends in these words or holds them. Where nothing is known of the item, it is the name as written, or the
 * field that the rest of the plan reads so. */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/flow.h"

static PlStr of_it(PlReader *r, PlStr field)
{
    bool plain = pl_lexis_is_name(field);
    return pl_arena_printf(r->c->arena, plain ? "it." PL_FMT : "it[\"" PL_FMT "\"]", PL_ARG(field));
}

/* Adds the fields of one record to those of the records before it. */
static void merge_fields(PlReader *r, PlType *into, const PlType *record)
{
    PL_VEC(PlField) fields = {into->fields, into->count, into->count};
    for (uint32_t i = 0; i < record->count; i++) {
        uint32_t at = 0;
        while (at < fields.len && !pl_str_eq(fields.items[at].name, record->fields[i].name)) at++;
        if (at == fields.len)
            pl_vec_push(r->c->arena, &fields, record->fields[i]);
        else
            fields.items[at].type = pl_flow_join_types(r->c, fields.items[at].type, record->fields[i].type);
        fields.items[at].required = false;
    }
    into->fields = fields.items;
    into->count = fields.len;
}

/* Records of several shapes are one with the fields of all. */
PlType pl_field_shape(PlReader *r, PlTypeId type)
{
    const PlType t = *pl_type(r->c->types, pl_type_without_nothing(r->c->types, type));
    PlType all = {.kind = PL_TYPE_RECORD, .elem = PL_TYPE_NONE, .rest = PL_TYPE_NONE};
    for (uint32_t i = 0; t.kind == PL_TYPE_UNION && i < t.count; i++) {
        const PlType member = *pl_type(r->c->types, t.members[i]);
        if (member.kind == PL_TYPE_NOTHING) continue;
        if (member.kind != PL_TYPE_RECORD || member.rest != PL_TYPE_NONE) return t;
        merge_fields(r, &all, &member);
    }
    return t.kind == PL_TYPE_UNION && all.count ? all : t;
}

static const PlType *record_of(PlReader *r, PlTypeId type)
{
    PlType *shape = PL_NEW(r->c->arena, PlType);
    *shape = pl_field_shape(r, type);
    return shape;
}

static bool is_open(const PlType *t)
{
    return t->kind == PL_TYPE_ANY || t->kind == PL_TYPE_VAR || (t->kind == PL_TYPE_RECORD && t->count == 0) ||
           t->kind == PL_TYPE_UNION;
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

/* ---- fields that the type has ---- */

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
            PlStr whole = pl_arena_printf(r->c->arena, PL_FMT "_" PL_FMT, PL_ARG(t->fields[i].name),
                                          PL_ARG(inner.fields[k].name));
            if (!pl_lexis_same(r, inner.fields[k].name, words) && !pl_lexis_same(r, whole, words)) continue;
            add(r, item,
                pl_arena_printf(r->c->arena, PL_FMT "." PL_FMT, PL_ARG(of_it(r, t->fields[i].name)),
                                PL_ARG(inner.fields[k].name)),
                false, out);
        }
    }
}

/* "phone number" is `phone`, "email address" is `email`. */
static bool is_named_longer(PlReader *r, PlStr name, PlStr words)
{
    static const char *const nouns[] = {"number", "address", "value", "field", "column",
                                        "code",   "name",    "level", "date",  "amount"};
    size_t at = words.len;
    while (at > 0 && words.ptr[at - 1] != '_') at--;
    PlStr last = pl_str_slice(words, at, words.len), before = pl_str_slice(words, 0, at ? at - 1 : 0);
    for (size_t i = 0; before.len && i < sizeof nouns / sizeof *nouns; i++)
        if (pl_lexis_same(r, last, pl_str_z(nouns[i]))) return pl_lexis_same(r, name, before);
    return false;
}

static void read_known(PlReader *r, const PlItem *item, PlStr words, PlSenses *out)
{
    const PlType t = *record_of(r, item->type);
    fields_that(r, item, &t, words, is_same, out);
    if (!out->len) fields_that(r, item, &t, words, pl_lexis_ends, out);
    if (!out->len) fields_that(r, item, &t, words, pl_lexis_has, out);
    if (!out->len) deeper_that(r, item, &t, words, out);
    if (!out->len) fields_that(r, item, &t, words, is_named_longer, out);
}

/* ---- items of which nothing is known ---- */

static PlStr list_name(PlStr list)
{
    size_t end = 0;
    while (end < list.len && pl_phrase_word_char(list.ptr[end])) end++;
    return pl_str_slice(list, 0, end);
}

/* One word is the field. In the plural it may be the field in the singular ("the emails of the users"): both, unless
 * the plan reads one of them. */
static void read_open_word(PlReader *r, const PlItem *item, PlStr word, PlSenses *out)
{
    PlStr one = pl_lexis_singular(r, word);
    bool plural = one.len != word.len, has_one = pl_usage_reads(r, one), has_many = pl_usage_reads(r, word);
    if (r->subject.len && plural && pl_str_eq(pl_field_leaf(r->subject), one)) has_one = true, has_many = false;
    if (!r->of_many) plural = has_one = false; /* "by votes": the field as it is called */
    if (!plural || has_many || !has_one) add(r, item, of_it(r, word), false, out);
    if (plural && (has_one || !has_many)) add(r, item, of_it(r, one), false, out);
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
        read_open_word(r, item, r->words[range.from].text, out);
        return;
    }
    if (!pl_lexis_is_plain(r, range)) return;
    bool named = r->bind.len && pl_lexis_same(r, r->bind, words); /* "Collect every line item -> line_items" */
    add(r, item, of_it(r, named ? r->bind : words), !named, out);
}

/* ---- words ---- */

/* A path: assignee.gid, it.price */
static bool read_path(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlStr word = r->words[range.from].text;
    if (range.to != range.from + 1 ||
        (pl_str_find_char(word, '.', 0) == PL_STR_NONE && pl_str_find_char(word, '[', 0) == PL_STR_NONE))
        return false;
    PlStr text = pl_str_starts(word, PL_STR("it.")) ? word : pl_arena_printf(r->c->arena, "it." PL_FMT, PL_ARG(word)),
          exact;
    PlTypeId type;
    PlStr whole = pl_arena_printf(r->c->arena, PL_FMT " select " PL_FMT, PL_ARG(item->list), PL_ARG(text));
    if (pl_try_list(r, whole, &type, &exact)) pl_try_add(r, out, (PlSense){.text = text, .type = type});
    return true;
}

static void look_for_field(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
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
            words = pl_arena_printf(r->c->arena, PL_FMT "_" PL_FMT,
                                    PL_ARG(pl_lexis_bare(r, pl_lexis_without_article(r, (PlRange){at + 1, range.to}))),
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

/* the price; due date; its owner's email; assignee.gid */
void pl_field_read(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlSenses *keep;
    if (pl_try_known(r, 'f', range, item->list, out, &keep)) return;
    look_for_field(r, item, range, out);
    pl_try_keep(r, keep, out);
}

/* ---- fields by what they are ---- */

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
    return pl_lexis_same(r, name, PL_STR("id")) || pl_lexis_ends(r, name, PL_STR("id")) ||
           pl_lexis_same(r, name, PL_STR("number")) || pl_lexis_same(r, name, PL_STR("year"));
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
        return pl_lexis_has(r, name, PL_STR("date")) || pl_str_ends(name, PL_STR("_at")) ||
               pl_str_ends(name, PL_STR("_on")) || pl_lexis_has(r, name, PL_STR("time"));
    if (pl_str_eq_z(part, "number")) return false;
    return pl_lexis_same(r, name, part) || pl_lexis_has(r, name, part);
}

static void guess_open(PlReader *r, const PlItem *item, PlStr part, PlSenses *out)
{
    if (pl_str_eq_z(part, "number") || pl_str_eq_z(part, "age")) return;
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
            if (goes_by(r, t.fields[k].name, t.fields[k].type, part))
                add(r, item, of_it(r, t.fields[k].name), false, out);
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

/* ---- several fields ---- */

static bool is_comma_or_and(const PlReader *r, uint32_t at)
{
    return pl_lexis_is(r, at, ",") || pl_lexis_is(r, at, "and");
}

typedef struct Fields {
    PlStr named, headings, records; /* id: it.id, ...; "id", ...; Id: it.id, ... */
    uint32_t count, placed, own; /* all; read by their place; read by their words and in their place */
    bool doubt, renamed;
} Fields;

static void add_field(PlReader *r, Fields *f, PlStr heading, bool called, const PlSense *field)
{
    PlArena *arena = r->c->arena;
    PlStr leaf = called ? heading : pl_field_leaf(field->text);
    const char *comma = f->count++ ? ", " : "";
    bool plain = pl_lexis_is_name(heading);
    f->doubt |= field->doubt;
    f->renamed |= !pl_str_eq(heading, leaf) ||
                  pl_str_find_char(pl_str_slice(field->text, 3, field->text.len), '.', 0) != PL_STR_NONE;
    f->named = pl_arena_printf(arena, PL_FMT "%s" PL_FMT ": " PL_FMT, PL_ARG(f->named), comma, PL_ARG(leaf),
                               PL_ARG(field->text));
    f->headings = pl_arena_printf(arena, PL_FMT "%s\"" PL_FMT "\"", PL_ARG(f->headings), comma, PL_ARG(heading));
    f->records = plain ? pl_arena_printf(arena, "%.*s%s%.*s: %.*s", PL_ARG(f->records), comma, PL_ARG(heading),
                                         PL_ARG(field->text))
                       : pl_arena_printf(arena, "%.*s%s\"%.*s\": %.*s", PL_ARG(f->records), comma, PL_ARG(heading),
                                         PL_ARG(field->text));
}

/* The field of one heading: by its words; else, for a record with as many fields as there are headings, by its place. */
static bool one_field(PlReader *r, const PlItem *item, PlRange range, uint32_t of, Fields *f, PlSense *out)
{
    PlSenses found = {0};
    const PlType t = *record_of(r, item->type);
    PlStr place = t.kind == PL_TYPE_RECORD && t.count == of && f->count < of ? of_it(r, t.fields[f->count].name) : PL_STR("");
    pl_field_read(r, item, range, &found);
    if (found.len == 1) *out = found.items[0];
    if (found.len == 1 && place.len) f->own += pl_str_eq(found.items[0].text, place);
    if (found.len) return found.len == 1;
    f->placed++;
    *out = (PlSense){.text = place};
    return place.len > 0;
}

static uint32_t next_part(const PlReader *r, uint32_t at, uint32_t to)
{
    while (at < to && !is_comma_or_and(r, at)) at++;
    return at;
}

static bool read_fields(PlReader *r, const PlItem *item, PlRange range, Fields *f)
{
    uint32_t all = 0;
    for (uint32_t from = range.from, at; from < range.to; from = at + 1)
        if ((at = next_part(r, from, range.to)) > from) all++;
    for (uint32_t from = range.from, at; from < range.to; from = at + 1) {
        PlSense field = {0};
        if ((at = next_part(r, from, range.to)) == from) continue;
        PlRange part = {from, at};
        bool called = at - from > 2 && pl_lexis_is(r, at - 2, "as") && pl_lexis_is_name(r->words[at - 1].text); /* total as amount */
        if (called) part.to -= 2;
        if (f->count == 30 || !one_field(r, item, part, all, f, &field)) return false;
        add_field(r, f, called ? r->words[at - 1].text : pl_lexis_text(r, pl_lexis_without_article(r, part)), called, &field);
    }
    /* Product, Revenue of {title, revenue}: the second says that the order is the same; Name, Cost of {a, b} says nothing */
    f->doubt |= f->placed > f->own || (f->placed && f->placed + f->own < f->count);
    return f->count > 0;
}

/* "File,Shared with" in quotes is a line of headings. */
static bool read_header(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    const PlWord *word = &r->words[range.from];
    if (range.to != range.from + 1 || word->kind != PL_WORD_QUOTE || word->text.len < 3) return false;
    PlStr line = pl_str_slice(word->text, 1, word->text.len - 1), names = PL_STR("");
    for (size_t i = 0; i <= line.len;) {
        size_t end = pl_str_find_char(line, ',', i);
        if (end == PL_STR_NONE) end = line.len;
        names = pl_arena_printf(r->c->arena, PL_FMT "%s\"" PL_FMT "\"", PL_ARG(names), names.len ? ", " : "",
                                PL_ARG(pl_str_trim(pl_str_slice(line, i, end))));
        i = end + 1;
    }
    bool lists = record_of(r, item->type)->kind == PL_TYPE_LIST || pl_usage_adds_lists(r, list_name(item->list));
    PlStr text = pl_arena_printf(r->c->arena, "%.*s, [%.*s]", PL_ARG(item->list), PL_ARG(names));
    pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_ANY, .doubt = !lists});
    return true;
}

/* id, name and due date: `id: it.id, name: it.name, ...`; of columns: the list and its columns, as a table's function
 * takes them. Headings that are spelled otherwise than the fields become the fields' names. */
void pl_field_list(PlReader *r, const PlItem *item, PlRange range, PlFieldsAs as, PlSenses *out)
{
    Fields f = {0};
    bool columns = as == PL_FIELDS_COLUMNS;
    while (range.to > range.from && (pl_lexis_is(r, range.from, "(") || pl_lexis_is(r, range.from, ":"))) range.from++;
    while (range.to > range.from && pl_lexis_is(r, range.to - 1, ")")) range.to--;
    if (range.from >= range.to || (columns && read_header(r, item, range, out))) return;
    if (!read_fields(r, item, range, &f) || (as == PL_FIELDS_RECORD && f.count < 2)) return;
    PlStr text = as == PL_FIELDS_NAMES ? f.headings : f.named;
    if (columns && f.renamed)
        text = pl_arena_printf(r->c->arena, "%.*s select {%.*s}", PL_ARG(item->list), PL_ARG(f.records));
    else if (columns)
        text = pl_arena_printf(r->c->arena, "%.*s, [%.*s]", PL_ARG(item->list), PL_ARG(f.headings));
    pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_ANY, .doubt = f.doubt});
}

/* price; price × quantity; the total price: an expression of the item's fields. */
void pl_field_each(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    static const struct {
        const char *words, *op;
    } operators[] = {{"×", "*"}, {"*", "*"},    {"times", "*"}, {"/", "/"},     {"÷", "/"},
                     {"+", "+"}, {"plus", "+"}, {"-", "-"},     {"minus", "-"}, {"x", "*"}};
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
            PlSense both = {.text = pl_arena_printf(r->c->arena, PL_FMT " %s " PL_FMT, PL_ARG(left.items[0].text),
                                                    operators[k].op, PL_ARG(right.items[0].text)),
                            .type = PL_T_NUMBER,
                            .doubt = left.items[0].doubt || right.items[0].doubt};
            pl_try_add(r, out, both);
        }
    if (out->len) return;
    PlStr text = pl_lexis_text(r, range), exact,
          whole = pl_arena_printf(r->c->arena, PL_FMT " select " PL_FMT, PL_ARG(item->list), PL_ARG(text));
    PlTypeId type;
    bool built = r->words[range.from].kind == PL_WORD_QUOTE || pl_str_find_char(text, '(', 0) != PL_STR_NONE;
    if (built && pl_try_parse(r, text) && pl_try_list(r, whole, &type, &exact))
        pl_try_add(r, out, (PlSense){.text = text, .type = type});
}
