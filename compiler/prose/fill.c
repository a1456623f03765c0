/* SPDX-License-Identifier: MIT */
/* A pattern that fits becomes exact text: its slots are read, lists first because the fields of their items are known then, and put into the row's
 * exact text. Every way in which the slots can be read is a reading of the whole. */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/flow.h"
#include "compiler/check/scope.h"

typedef struct Fill {
    const PlMatch *match;
    const PlItem *given;      /* a condition's item */
    const PlSense *current; /* what was made so far */
    PlSenses sure, doubtful;
    uint32_t best, best_doubtful; /* their weights */
    bool maybe;
} Fill;

typedef struct Filled { /* one way in which the slots can be read */
    PlStr texts[PL_PROSE_SLOTS];
    PlItem item, item2;
    PlStr name, alias; /* of the list */
    bool doubt, narrowed;
} Filled;

typedef struct Ways {
    PlReader *r;
    Fill *fill;
    Filled at;
    uint32_t order[PL_PROSE_SLOTS]; /* lists, then fields, then the rest */
} Ways;

static const PlCapture *capture_named(const PlMatch *m, PlStr name)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (pl_str_eq(m->slots[i].part->text, name)) return &m->slots[i];
    return NULL;
}

/* ---- the exact text ------------------------------------------------------------------------------------------------------------------ */

static bool is_capital(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '9');
}

static PlStr text_of(const Ways *w, PlStr name)
{
    for (uint32_t i = 0; i < w->fill->match->count; i++)
        if (pl_str_eq(w->fill->match->slots[i].part->text, name)) return w->at.texts[i];
    return PL_STR("");
}

/* LIST~EACH: LIST[*].x for a field, else LIST select EXPR */
static PlStr projected(PlReader *r, PlStr list, PlStr each)
{
    bool field = pl_str_starts(each, PL_STR("it.")) && pl_lexis_is_name(pl_str_slice(each, 3, each.len));
    bool plain = true;
    for (size_t i = 0; i < list.len; i++) plain &= pl_phrase_word_char(list.ptr[i]) || strchr(".[]*", list.ptr[i]) != NULL;
    if (!field) return pl_arena_printf(r->c->arena, PL_FMT " select " PL_FMT, PL_ARG(list), PL_ARG(each));
    const char *form = plain ? "%.*s[*].%.*s" : "(%.*s)[*].%.*s";
    (void)form;
    PlStr leaf = pl_str_slice(each, 3, each.len);
    return plain ? pl_arena_printf(r->c->arena, "%.*s[*].%.*s", PL_ARG(list), PL_ARG(leaf)) : pl_arena_printf(r->c->arena, "(%.*s)[*].%.*s", PL_ARG(list), PL_ARG(leaf));
}

/* What a sum is called: x of a result x_by_y, else the field that is summed. */
static PlStr sum_name(Ways *w)
{
    PlStr bind = w->r->bind;
    size_t by = pl_str_find(bind, PL_STR("_by_"), 0), per = pl_str_find(bind, PL_STR("_per_"), 0);
    if (by != PL_STR_NONE && by > 0) return pl_str_slice(bind, 0, by);
    if (per != PL_STR_NONE && per > 0) return pl_str_slice(bind, 0, per);
    PlStr each = text_of(w, PL_STR("EACH"));
    bool field = pl_str_starts(each, PL_STR("it.")) && pl_str_find_char(each, ' ', 0) == PL_STR_NONE;
    return field ? pl_field_leaf(each) : PL_STR("total");
}

/* Simple enough to stand as an operand. */
static PlStr as_operand(PlReader *r, PlStr text, char next)
{
    bool plain = true;
    for (size_t i = 0; i < text.len; i++) plain &= text.ptr[i] != ' ';
    bool quoted = text.len && (text.ptr[0] == '"' || text.ptr[0] == '\'' || text.ptr[0] == '[');
    (void)next;
    return plain || quoted ? text : pl_arena_printf(r->c->arena, "(" PL_FMT ")", PL_ARG(text));
}

typedef struct Template {
    Ways *w;
    PlStr exact;
    size_t at;
    PlStr out;
} Template;

static PlStr word_at(const Template *t, size_t from)
{
    size_t end = from;
    while (end < t->exact.len && is_capital(t->exact.ptr[end])) end++;
    return pl_str_slice(t->exact, from, end);
}

static void put(Template *t, PlStr text)
{
    t->out = pl_arena_printf(t->w->r->c->arena, PL_FMT PL_FMT, PL_ARG(t->out), PL_ARG(text));
}

/* A slot that an operator or a dot stands beside is an operand. */
static bool beside_operator(const Template *t, size_t from, size_t end, bool is_list)
{
    PlStr before = pl_str_slice(t->exact, 0, from), behind = pl_str_slice(t->exact, end, t->exact.len);
    static const char *const signs[] = {" *", " /", " +", " -"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (pl_str_starts(behind, pl_str_z(signs[i]))) return true;
        if (pl_str_ends(before, pl_arena_printf(t->w->r->c->arena, "%s ", signs[i]))) return true;
    }
    if (pl_str_ends(before, PL_STR(" in ")) || pl_str_starts(behind, PL_STR(" in "))) return true;
    if (is_list && (pl_str_starts(behind, PL_STR(" is ")) || pl_str_starts(behind, PL_STR(" joined")))) return true;
    return pl_str_starts(behind, PL_STR("[")) || pl_str_starts(behind, PL_STR("."));
}

static bool put_slot(Template *t, PlStr name)
{
    const PlCapture *slot = capture_named(t->w->fill->match, name);
    bool is_list = pl_str_eq_z(name, "LIST");
    PlStr text = slot ? text_of(t->w, name) : is_list && t->w->fill->current ? t->w->fill->current->text : PL_STR("");
    size_t end = t->at + name.len;
    if (!text.len) return false;
    if (end < t->exact.len && t->exact.ptr[end] == '~') {
        bool flat = t->exact.ptr[end + 1] == '~';
        PlStr each = word_at(t, end + 1 + flat), list = projected(t->w->r, text, text_of(t->w, each));
        PlTypeKind kind = flat ? pl_type(t->w->r->c->types, pl_try_item_type(t->w->r, &t->w->at.item, text_of(t->w, each)))->kind : PL_TYPE_TEXT;
        bool lists = kind == PL_TYPE_LIST || kind == PL_TYPE_ANY;
        put(t, flat && lists ? pl_arena_printf(t->w->r->c->arena, "flatten(" PL_FMT ")", PL_ARG(list)) : list);
        t->at = end + 1 + flat + each.len;
        return true;
    }
    put(t, beside_operator(t, t->at, end, is_list) ? as_operand(t->w->r, text, 0) : text);
    t->at = end;
    return true;
}

/* it.items~EACH */
static bool put_projection(Template *t)
{
    static const char base[] = "it.items~";
    if (!pl_str_starts(pl_str_slice(t->exact, t->at, t->exact.len), PL_STR("it.items~"))) return false;
    PlStr each = word_at(t, t->at + sizeof base - 1);
    put(t, projected(t->w->r, PL_STR("it.items"), text_of(t->w, each)));
    t->at += sizeof base - 1 + each.len;
    return true;
}

static PlStr at_name(Template *t, PlStr name)
{
    if (pl_str_eq_z(name, "SUM")) return sum_name(t->w);
    if (pl_str_eq_z(name, "ITEM")) return pl_lexis_singular(t->w->r, t->w->at.name);
    const PlCapture *slot = capture_named(t->w->fill->match, name);
    PlStr text = text_of(t->w, name);
    if (slot && slot->part->slot == PL_SLOT_MOST) return pl_lexis_bare(t->w->r, slot->range);
    PlStr leaf = pl_field_leaf(text);
    return leaf.len ? leaf : PL_STR("value");
}

static bool finish(Template *t)
{
    while (t->at < t->exact.len) {
        char ch = t->exact.ptr[t->at];
        char before = t->at ? t->exact.ptr[t->at - 1] : ' ';
        PlStr name = word_at(t, t->at);
        bool begins = name.len && ch >= 'A' && ch <= 'Z' && !(before >= 'a' && before <= 'z') && !(before >= 'A' && before <= 'Z');
        if (ch == '@' && word_at(t, t->at + 1).len) {
            name = word_at(t, t->at + 1);
            put(t, at_name(t, name));
            t->at += 1 + name.len;
        } else if (put_projection(t)) {
            continue;
        } else if (begins && (capture_named(t->w->fill->match, name) || pl_str_eq_z(name, "LIST"))) {
            if (!put_slot(t, name)) return false;
        } else {
            put(t, pl_str(&t->exact.ptr[t->at], 1));
            t->at++;
        }
    }
    return true;
}

static bool instantiate(Ways *w, PlStr exact, PlStr *out)
{
    Template t = {.w = w, .exact = exact};
    if (!finish(&t)) return false;
    *out = t.out;
    return true;
}

/* ---- slots ------------------------------------------------------------------------------------------------------------------------------ */

/* Whether the field before `and` is one that "older than", "over 100" can be about too. */
static bool fits_word(PlReader *r, const PlItem *item, const char *word)
{
    PlTypeKind kind = pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_try_item_type(r, item, r->subject)))->kind;
    bool date = kind == PL_TYPE_DATE || kind == PL_TYPE_DATETIME, number = kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER;
    if (strcmp(word, "YEARS") == 0) return false;
    return kind == PL_TYPE_ANY || (strcmp(word, "AGE") == 0 ? date : number);
}

/* AGE, AMOUNT, YEARS, PERIOD(...) of a condition stand for fields that the words do not name. */
static PlStr implied(PlReader *r, PlStr exact, const PlItem *item, PlSenses *fields, PlStr *which)
{
    static const struct {
        const char *word, *parts;
    } all[] = {{"AGE", "date"}, {"AMOUNT", "price cost amount total value number"}, {"YEARS", "age"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t at = pl_str_find(exact, pl_str_z(all[i].word), 0);
        if (at == PL_STR_NONE || (at + 3 < exact.len && exact.ptr[at + strlen(all[i].word)] == 'D')) continue;
        *which = pl_str_z(all[i].word);
        if (r->subject.len && fits_word(r, item, all[i].word))
            pl_try_add(r, fields, (PlSense){.text = r->subject});
        else
            pl_field_named(r, item, pl_str_z(all[i].parts), fields);
    }
    return exact;
}

static void read_texts(PlReader *r, PlRange range, PlSenses *out)
{
    PlTypeId type;
    PlStr exact, text = pl_lexis_text(r, range);
    if (range.to == range.from + 1)
        pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_TEXT}); /* its names may be those of an item: the whole is checked later */
    else if (pl_try_value(r, text, &type, &exact))
        pl_try_add(r, out, (PlSense){.text = text, .type = type});
}

/* b and c: each of them a list. */
static void read_lists(PlReader *r, PlRange range, PlSenses *out)
{
    PlStr text = PL_STR("");
    uint32_t lists = 0;
    bool doubt = false;
    for (uint32_t from = range.from, at = from; at <= range.to; at++) {
        bool parts = at < range.to && (pl_lexis_is(r, at, ",") || pl_lexis_is(r, at, "and") || pl_lexis_is(r, at, "with"));
        if (at < range.to && !parts) continue;
        if (at > from) {
            PlSenses one = {0};
            pl_called_list(r, (PlRange){from, at}, &one);
            if (one.len != 1) return;
            lists++;
            doubt |= one.items[0].doubt;
            text = pl_arena_printf(r->c->arena, PL_FMT "%s" PL_FMT, PL_ARG(text), lists > 1 ? ", " : "", PL_ARG(one.items[0].text));
        }
        from = at + 1;
    }
    if (lists > 1) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_ANY, .doubt = doubt});
}

/* a as b, c to d: a: "b", c: "d" */
static void read_pairs(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlStr text = PL_STR("");
    uint32_t pairs = 0;
    for (uint32_t from = range.from, at = from; at <= range.to; at++) {
        if (at < range.to && !pl_lexis_is(r, at, ",") && !pl_lexis_is(r, at, "and")) continue;
        uint32_t as = from;
        while (as < at && !pl_lexis_is(r, as, "as") && !pl_lexis_is(r, as, "to")) as++;
        if (at > from) {
            PlSenses field = {0};
            if (as == from || as + 1 >= at) return;
            pl_field_read(r, item, (PlRange){from, as}, &field);
            if (field.len != 1 || field.items[0].doubt) return;
            pairs++;
            text = pl_arena_printf(r->c->arena, PL_FMT "%s" PL_FMT ": \"" PL_FMT "\"", PL_ARG(text), pairs > 1 ? ", " : "",
                                   PL_ARG(pl_field_leaf(field.items[0].text)), PL_ARG(pl_lexis_bare(r, (PlRange){as + 1, at})));
        }
        from = at + 1;
    }
    if (pairs) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_ANY});
}

static void read_count(PlReader *r, PlRange range, PlSenses *out)
{
    PlStr count = pl_lexis_count(r, range);
    PlTypeId type;
    PlStr exact;
    if (count.len) {
        pl_try_add(r, out, (PlSense){.text = count, .type = PL_T_INTEGER});
        return;
    }
    if (!pl_try_value(r, pl_lexis_text(r, range), &type, &exact)) return;
    PlTypeKind kind = pl_type(r->c->types, pl_type_without_nothing(r->c->types, type))->kind;
    if (kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER || kind == PL_TYPE_ANY) pl_try_add(r, out, (PlSense){.text = exact, .type = type});
}

/* created, due, updated: the date field that is called so. */
static void read_aged(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    static const char *const words[] = {"created", "updated", "modified", "due", "opened", "closed", "published", "received", "sent", "released", "posted",
                                        "added", "expiring", "submitted", "placed", "shipped", "paid", "merged", "changed", "resolved", "signed", "edited"};
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) known |= pl_lexis_is(r, range.from, words[i]);
    if (!known) return;
    PlSenses dates = {0};
    PlStr word = pl_lexis_bare(r, range);
    if (pl_str_eq_z(word, "expiring")) word = PL_STR("expires");
    pl_field_named(r, item, PL_STR("date"), &dates);
    for (uint32_t i = 0; i < dates.len; i++)
        if (pl_lexis_has(r, pl_field_leaf(dates.items[i].text), word)) pl_try_add(r, out, dates.items[i]);
    static const char *const made[] = {"placed", "opened", "added", "posted", "submitted"};
    for (size_t k = 0; k < sizeof made / sizeof *made && !out->len; k++)
        for (uint32_t i = 0; pl_str_eq_z(word, made[k]) && i < dates.len; i++)
            if (pl_lexis_has(r, pl_field_leaf(dates.items[i].text), PL_STR("created"))) pl_try_add(r, out, dates.items[i]);
    if (out->len || pl_type(r->c->types, pl_type_without_nothing(r->c->types, item->type))->kind != PL_TYPE_ANY) return;
    pl_try_add(r, out, (PlSense){.text = pl_arena_printf(r->c->arena, "it." PL_FMT "%s", PL_ARG(word), pl_str_eq_z(word, "due") ? "_on" : "_at"), .doubt = true});
}

/* The text that a file goes by: name, filename, file_name, else path. */
static PlStr file_name_of(PlReader *r, const PlItem *item, bool *doubt)
{
    static const char *const names[] = {"name", "filename", "file_name", "path", "key"};
    PlTypeId id = pl_type_without_nothing(r->c->types, item->type);
    const PlType t = *pl_type(r->c->types, id);
    PlUsed used = {0};
    if (t.kind != PL_TYPE_RECORD) {
        size_t end = 0;
        while (end < item->list.len && pl_phrase_word_char(item->list.ptr[end])) end++;
        pl_usage_fields(r, pl_str_slice(item->list, 0, end), &used);
        pl_usage_fields(r, r->bind, &used);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        PlStr name = pl_str_z(names[i]);
        for (uint32_t k = 0; k < used.len; k++)
            if (pl_str_eq(used.items[k], name)) return name;
        if (t.kind == PL_TYPE_RECORD && pl_type_field(r->c->types, id, name)) return name;
    }
    *doubt = true;
    return PL_STR("name");
}

/* .mp3 or .m4a: the name of the item ends so. */
static void read_endings(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    bool doubt = false;
    PlStr text = PL_STR(""), field = file_name_of(r, item, &doubt);
    for (uint32_t i = range.from; i < range.to; i++) {
        PlStr word = r->words[i].text;
        if (pl_lexis_is(r, i, ".") || pl_lexis_is(r, i, ",") || pl_lexis_is(r, i, "or") || pl_lexis_is(r, i, "and")) continue;
        if (r->words[i].kind == PL_WORD_QUOTE) word = pl_str_slice(word, 1, word.len - 1);
        if (word.len && word.ptr[0] == '.') word = pl_str_slice(word, 1, word.len);
        for (size_t k = 0; k < word.len; k++)
            if (!pl_phrase_word_char(word.ptr[k])) return;
        text = pl_arena_printf(r->c->arena, "%.*s%sit.%.*s ends with \".%.*s\"", PL_ARG(text), text.len ? " or " : "", PL_ARG(field), PL_ARG(word));
    }
    if (text.len) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_YESNO, .doubt = doubt});
}

/* "the user", which is no name itself. */
static bool is_singular(PlReader *r, PlRange range)
{
    PlStr last = r->words[range.to - 1].text;
    PlStr one = pl_lexis_singular(r, last);
    const PlSymbol *symbol = pl_scope_find(r->c, last);
    bool list = symbol && pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_flow_var(r->c, symbol).type))->kind != PL_TYPE_RECORD;
    return pl_str_eq(one, last) && r->words[range.to - 1].kind == PL_WORD_WORD && !list;
}

/* What the items are called: no field of theirs ("the highest price of the flights" is no flight). */
static void read_noun(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlSenses fields = {0};
    const PlType *t = pl_type(r->c->types, pl_type_without_nothing(r->c->types, item->type));
    if (t->kind == PL_TYPE_RECORD && t->count) pl_field_read(r, item, range, &fields);
    size_t end = 0;
    while (end < item->list.len && pl_phrase_word_char(item->list.ptr[end])) end++;
    PlStr name = pl_str_slice(item->list, 0, end), words = pl_lexis_bare(r, range);
    bool other = r->bracketed && !pl_lexis_same(r, name, words) && !pl_lexis_ends(r, name, words) && !pl_called_is_generic(r, range);
    if (!fields.len && !other) pl_try_add(r, out, (PlSense){.text = words});
}

static void read_slot(Ways *w, const PlCapture *slot, PlSenses *out)
{
    PlReader *r = w->r;
    PlRange range = slot->range;
    bool second = slot->part->text.ptr[slot->part->text.len - 1] == '2';
    const PlItem *item = second && slot->part->slot == PL_SLOT_FIELD && w->at.item2.list.len ? &w->at.item2 : &w->at.item;
    switch (slot->part->slot) {
    case PL_SLOT_LIST:
        if (slot->part->many && is_singular(r, range)) return;
        if (slot->part->one && !is_singular(r, range)) return;
        if (slot->part->base)
            pl_called_base(r, range, out);
        else
            pl_called_list(r, range, out);
        if (slot->part->some && out->len && !out->items[0].narrowed) out->len = 0;
        return;
    case PL_SLOT_LISTS: read_lists(r, range, out); return;
    case PL_SLOT_VALUE: {
        PlStr field = text_of(w, PL_STR("FIELD"));
        if (w->fill->given && field.len)
            pl_value_of_field(r, item, field, range, out);
        else
            pl_value_read(r, range, out);
        return;
    }
    case PL_SLOT_VALUES:
        pl_value_several(r, w->fill->given, text_of(w, PL_STR("FIELD")), range, out);
        return;
    case PL_SLOT_COUNT: read_count(r, range, out); return;
    case PL_SLOT_TEXT: read_texts(r, range, out); return;
    case PL_SLOT_NAME: pl_try_add(r, out, (PlSense){.text = pl_lexis_bare(r, pl_lexis_without_article(r, range))}); return;
    case PL_SLOT_DURATION: pl_try_add(r, out, (PlSense){.text = pl_lexis_duration(r, range)}); return;
    case PL_SLOT_TEST: pl_cond_test(r, range, out); return;
    case PL_SLOT_CMP: {
        PlStr op;
        if (pl_row_comparison(r, range.from, range.to, &op)) pl_try_add(r, out, (PlSense){.text = op});
        return;
    }
    default: break;
    }
    if (slot->part->slot == PL_SLOT_NOUN && !item->list.len) pl_try_add(r, out, (PlSense){.text = pl_lexis_bare(r, range)});
    if (!item->list.len) return;
    switch (slot->part->slot) {
    case PL_SLOT_COND: pl_cond_read(r, item, range, out); return;
    case PL_SLOT_KEYS: pl_keys_read(r, item, range, out); return;
    case PL_SLOT_FIELD: pl_field_read(r, item, range, out); return;
    case PL_SLOT_FIELDS: pl_field_list(r, item, range, PL_FIELDS_RECORD, out); return;
    case PL_SLOT_COLUMNS: pl_field_list(r, item, range, PL_FIELDS_COLUMNS, out); return;
    case PL_SLOT_LEAVES: pl_field_list(r, item, range, PL_FIELDS_NAMES, out); return;
    case PL_SLOT_LITERAL: pl_value_literal(r, item, text_of(w, PL_STR("FIELD")), range, out); return;
    case PL_SLOT_EACH: pl_field_each(r, item, range, out); return;
    case PL_SLOT_NOUN: read_noun(r, item, range, out); return;
    case PL_SLOT_MOST: pl_keys_most(r, item, pl_row_most(r, range), out); return;
    case PL_SLOT_PAIRS: read_pairs(r, item, range, out); return;
    case PL_SLOT_ADJECTIVE: pl_cond_adjective(r, item, range, out); return;
    case PL_SLOT_AGED: read_aged(r, item, range, out); return;
    case PL_SLOT_ENDINGS: read_endings(r, item, range, out); return;
    default: pl_try_add(r, out, (PlSense){.text = pl_lexis_text(r, range)}); return;
    }
}

/* ---- ways -------------------------------------------------------------------------------------------------------------------------------- */

/* PERIOD(x): what the words say of the field x. */
static bool with_period(Ways *w, PlStr *text)
{
    size_t at = pl_str_find(*text, PL_STR("PERIOD("), 0);
    if (at == PL_STR_NONE) return true;
    const PlCapture *slot = capture_named(w->fill->match, PL_STR("PERIOD"));
    size_t end = pl_str_find_char(*text, ')', at);
    PlStr made = pl_cond_period(w->r, &w->at.item, pl_str_slice(*text, at + 7, end), slot->range);
    *text = made;
    return made.len > 0;
}

static void add_whole(Ways *w, PlStr text, PlStr name, bool doubt)
{
    Fill *f = w->fill;
    const PlRow *row = f->match->row;
    PlSense reading = {.text = text, .name = name, .doubt = doubt, .weight = f->match->weight};
    reading.narrowed = w->at.narrowed && !pl_str_eq_z(row->name, "KEEP");
    reading.alias = w->at.alias;
    reading.of_current = f->current && !capture_named(f->match, PL_STR("LIST"));
    PlStr exact;
    reading.ready = pl_str_starts(text, PL_STR("Set ")) || pl_str_starts(text, PL_STR("Add "));
    if (f->given) {
        PlStr whole = pl_arena_printf(w->r->c->arena, PL_FMT " where " PL_FMT, PL_ARG(f->given->list), PL_ARG(text));
        if (!pl_try_list(w->r, whole, &reading.type, &exact)) return;
        reading.type = PL_T_YESNO;
    } else if (!reading.ready && !pl_try_value(w->r, text, &reading.type, &exact)) {
        return;
    }
    if (!f->given && !reading.ready) reading.text = exact;
    if (row->place == PL_ROW_TEST) {
        PlTypeKind kind = pl_type(w->r->c->types, pl_type_without_nothing(w->r->c->types, reading.type))->kind;
        if (kind != PL_TYPE_YESNO && kind != PL_TYPE_ANY) return;
    }
    if (f->maybe && reading.doubt) return;
    PlSenses *out = reading.doubt ? &f->doubtful : &f->sure;
    uint32_t *best = reading.doubt ? &f->best_doubtful : &f->best;
    if (reading.weight < *best) return;
    if (reading.weight > *best) out->len = 0;
    *best = reading.weight;
    pl_try_add(w->r, out, reading);
}

/* The name of a result: LIST in it is the name that the list goes back to. */
static void name_result(Ways *w, PlStr rule, PlStr *out)
{
    Filled before = w->at;
    for (uint32_t i = 0; i < w->fill->match->count; i++)
        if (w->fill->match->slots[i].part->slot == PL_SLOT_LIST && w->at.name.len) w->at.texts[i] = w->at.name;
    if (!instantiate(w, rule, out)) *out = PL_STR("");
    w->at = before;
}

/* "a || b": b where the plan reads the result by keys. */
static PlStr meant_here(PlReader *r, PlStr exact)
{
    size_t at = pl_str_find(exact, PL_STR(" || "), 0);
    if (at == PL_STR_NONE) return exact;
    return pl_usage_by_key(r, r->bind) ? pl_str_slice(exact, at + 4, exact.len) : pl_str_slice(exact, 0, at);
}

static void whole(Ways *w)
{
    PlReader *r = w->r;
    PlSenses fields = {0};
    PlStr text, name = PL_STR(""), which = PL_STR(""), exact = meant_here(r, w->fill->match->row->exact);
    if (w->fill->given) implied(r, exact, &w->at.item, &fields, &which);
    if (which.len && !fields.len) return;
    if (!pl_str_starts(exact, PL_STR("PERIOD(FIELD")) && !pl_str_starts(exact, PL_STR("PERIOD(A"))) {
        if (!instantiate(w, exact, &text)) return;
    } else {
        text = PL_STR("PERIOD(x)");
        if (!which.len && !instantiate(w, pl_str_slice(exact, 7, exact.len - 1), &text)) return;
        text = which.len ? exact : pl_arena_printf(r->c->arena, "PERIOD(" PL_FMT ")", PL_ARG(text));
    }
    PlStr rule = w->fill->match->row->name;
    if (pl_str_eq_z(rule, "KEEP"))
        name = w->at.name;
    else if (pl_str_eq_z(rule, "LIST"))
        name = w->at.narrowed ? w->at.alias : w->at.name;
    else if (rule.len)
        name_result(w, rule, &name);
    if (!which.len) {
        if (with_period(w, &text)) add_whole(w, text, name, w->at.doubt);
        return;
    }
    for (uint32_t i = 0; i < fields.len; i++) {
        size_t at = pl_str_find(text, which, 0);
        PlStr one = pl_arena_printf(r->c->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(pl_str_slice(text, 0, at)), PL_ARG(fields.items[i].text),
                                    PL_ARG(pl_str_slice(text, at + which.len, text.len)));
        if (with_period(w, &one)) add_whole(w, one, name, w->at.doubt || fields.items[i].doubt);
    }
}

static void each_way(Ways *w, uint32_t n)
{
    if (n == w->fill->match->count) {
        whole(w);
        return;
    }
    uint32_t at = w->order[n];
    const PlCapture *slot = &w->fill->match->slots[at];
    PlSenses readings = {0};
    if (slot->part->slot == PL_SLOT_PERIOD) {
        w->at.texts[at] = PL_STR("PERIOD");
        each_way(w, n + 1);
        return;
    }
    read_slot(w, slot, &readings);
    for (uint32_t i = 0; i < readings.len; i++) {
        Filled before = w->at;
        PlSense reading = readings.items[i];
        w->at.texts[at] = reading.text;
        w->at.doubt |= reading.doubt;
        if (pl_str_eq_z(slot->part->text, "LIST") && !w->fill->given) {
            w->at.item = (PlItem){reading.text, reading.type};
            w->at.name = reading.name;
            w->at.alias = reading.alias;
            w->at.narrowed = reading.narrowed;
        } else if (pl_str_eq_z(slot->part->text, "LIST2")) {
            w->at.item2 = (PlItem){reading.text, reading.type};
        } else if (pl_str_eq_z(slot->part->text, "VALUE")) {
            w->at.name = w->at.name.len ? w->at.name : reading.name;
        }
        each_way(w, n + 1);
        w->at = before;
    }
}

static uint32_t rank(PlSlot slot)
{
    if (slot == PL_SLOT_LIST || slot == PL_SLOT_LISTS) return 0;
    return slot == PL_SLOT_FIELD ? 1 : 2;
}

static void matched(PlReader *r, const PlMatch *match, void *context)
{
    Fill *f = context;
    if (match->weight < f->best) return;
    f->match = match;
    Ways w = {.r = r, .fill = f};
    uint32_t n = 0;
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t i = 0; i < match->count; i++)
            if (rank(match->slots[i].part->slot) == k) w.order[n++] = i;
    if (f->given) w.at.item = *f->given;
    if (f->current && !capture_named(match, PL_STR("LIST"))) {
        w.at.item = (PlItem){f->current->text, f->current->type};
        w.at.name = f->current->name;
        w.at.doubt = f->current->doubt;
        w.at.narrowed = f->current->narrowed;
        w.at.alias = f->current->alias;
    }
    each_way(&w, 0);
}

void pl_fill_rows(PlReader *r, PlRowPlace place, PlRange range, const PlItem *item, const PlSense *current, PlSenses *out)
{
    Fill f = {.given = item, .current = current};
    for (uint32_t i = 0; i < r->table->count; i++) {
        const PlRow *row = &r->table->rows[i];
        bool maybe = place == PL_ROW_STEP && row->place == PL_ROW_MAYBE;
        if (row->place != place && !maybe) continue;
        f.maybe = maybe;
        pl_match_row(r, row, range, current != NULL, matched, &f);
    }
    const PlSenses *found = f.sure.len ? &f.sure : &f.doubtful; /* a guess counts only where nothing is stated */
    for (uint32_t i = 0; i < found->len; i++) pl_try_add(r, out, found->items[i]);
}
