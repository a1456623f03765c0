/* SPDX-License-Identifier: MIT */
/* The slots of a pattern by their kinds. What a list, a field, a condition or a value is called stands in files of
 * their own; the small ones are here. */
#include "compiler/prose/fill.h"

#include "compiler/check/flow.h"
#include "compiler/check/scope.h"

/* Whether the field before `and` is one that "older than", "over 100" can be about too. */
static bool fits_word(PlReader *r, const PlItem *item, const char *word)
{
    PlTypeKind kind =
        pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_try_item_type(r, item, r->subject)))->kind;
    bool date = kind == PL_TYPE_DATE || kind == PL_TYPE_DATETIME,
         number = kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER;
    if (strcmp(word, "YEARS") == 0) return false;
    return kind == PL_TYPE_ANY || (strcmp(word, "AGE") == 0 ? date : number);
}

/* AGE, AMOUNT, YEARS, PERIOD(...) of a condition stand for fields that the words do not name. */
void pl_slot_implied(PlReader *r, PlStr exact, const PlItem *item, PlSenses *fields, PlStr *which)
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
}

static void read_texts(PlReader *r, PlRange range, PlSenses *out)
{
    PlTypeId type;
    PlStr exact, text = pl_lexis_text(r, range);
    if (range.to == range.from + 1)
        pl_try_add(r, out,
                   (PlSense){.text = text,
                             .type = PL_T_TEXT}); /* its names may be those of an item: the whole is checked later */
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
        bool parts =
            at < range.to && (pl_lexis_is(r, at, ",") || pl_lexis_is(r, at, "and") || pl_lexis_is(r, at, "with"));
        if (at < range.to && !parts) continue;
        if (at > from) {
            PlSenses one = {0};
            pl_called_list(r, (PlRange){from, at}, &one);
            if (one.len != 1) return;
            lists++;
            doubt |= one.items[0].doubt;
            text = pl_arena_printf(r->c->arena, PL_FMT "%s" PL_FMT, PL_ARG(text), lists > 1 ? ", " : "",
                                   PL_ARG(one.items[0].text));
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
            text = pl_arena_printf(r->c->arena, PL_FMT "%s" PL_FMT ": \"" PL_FMT "\"", PL_ARG(text),
                                   pairs > 1 ? ", " : "", PL_ARG(pl_field_leaf(field.items[0].text)),
                                   PL_ARG(pl_lexis_bare(r, (PlRange){as + 1, at})));
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
    if (kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER || kind == PL_TYPE_ANY)
        pl_try_add(r, out, (PlSense){.text = exact, .type = type});
}

/* created, due, updated: the date field that is called so. */
static void read_aged(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    static const char *const words[] = {"created",   "updated",   "modified", "due",      "opened", "closed",
                                        "published", "received",  "sent",     "released", "posted", "added",
                                        "expiring",  "submitted", "placed",   "shipped",  "paid",   "merged",
                                        "changed",   "resolved",  "signed",   "edited",   "closing", "starting",
                                        "ending",    "arriving",  "departing", "renewing"};
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) known |= pl_lexis_is(r, range.from, words[i]);
    if (!known) return;
    PlSenses dates = {0};
    PlStr word = pl_lexis_bare(r, range);
    static const struct {
        const char *said, *field;
    } stems[] = {{"expiring", "expires"}, {"closing", "close"}, {"starting", "start"}, {"ending", "end"},
                 {"arriving", "arrival"}, {"departing", "departure"}, {"renewing", "renewal"}};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
        if (pl_str_eq_z(word, stems[i].said)) word = pl_str_z(stems[i].field);
    pl_field_named(r, item, PL_STR("date"), &dates);
    for (uint32_t i = 0; i < dates.len; i++)
        if (pl_lexis_has(r, pl_field_leaf(dates.items[i].text), word)) pl_try_add(r, out, dates.items[i]);
    static const char *const made[] = {"placed", "opened", "added", "posted", "submitted"};
    for (size_t k = 0; k < sizeof made / sizeof *made && !out->len; k++)
        for (uint32_t i = 0; pl_str_eq_z(word, made[k]) && i < dates.len; i++)
            if (pl_lexis_has(r, pl_field_leaf(dates.items[i].text), PL_STR("created")))
                pl_try_add(r, out, dates.items[i]);
    if (out->len || pl_type(r->c->types, pl_type_without_nothing(r->c->types, item->type))->kind != PL_TYPE_ANY) return;
    pl_try_add(r, out,
               (PlSense){.text = pl_arena_printf(r->c->arena, "it." PL_FMT "%s", PL_ARG(word),
                                                 pl_str_eq_z(word, "due") ? "_on" : "_at"),
                         .doubt = true});
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
        if (pl_lexis_is(r, i, ".") || pl_lexis_is(r, i, ",") || pl_lexis_is(r, i, "or") || pl_lexis_is(r, i, "and"))
            continue;
        if (r->words[i].kind == PL_WORD_QUOTE) word = pl_str_slice(word, 1, word.len - 1);
        if (word.len && word.ptr[0] == '.') word = pl_str_slice(word, 1, word.len);
        for (size_t k = 0; k < word.len; k++)
            if (!pl_phrase_word_char(word.ptr[k])) return;
        text = pl_arena_printf(r->c->arena, "%.*s%sit.%.*s ends with \".%.*s\"", PL_ARG(text), text.len ? " or " : "",
                               PL_ARG(field), PL_ARG(word));
    }
    if (text.len) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_YESNO, .doubt = doubt});
}

/* "the user", which is no name itself. */
static bool is_singular(PlReader *r, PlRange range)
{
    PlStr last = r->words[range.to - 1].text;
    PlStr one = pl_lexis_singular(r, last);
    const PlSymbol *symbol = pl_scope_find(r->c, last);
    bool list =
        symbol && pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_flow_var(r->c, symbol).type))->kind !=
                      PL_TYPE_RECORD;
    return pl_str_eq(one, last) && r->words[range.to - 1].kind == PL_WORD_WORD && !list;
}

/* "is closed", "has an email": what is said of one record. */
static void read_state(PlReader *r, PlStr value, PlRange range, PlSenses *out)
{
    PlTypeId type;
    PlStr exact;
    PlSenses conditions = {0};
    if (!value.len || !pl_try_value(r, value, &type, &exact)) return;
    if (pl_field_shape(r, type).kind != PL_TYPE_RECORD) return;
    bool plain = pl_str_find_char(value, ' ', 0) == PL_STR_NONE;
    PlStr holder = plain ? value : pl_arena_printf(r->c->arena, "(" PL_FMT ")", PL_ARG(value));
    PlItem item = {pl_arena_printf(r->c->arena, "[" PL_FMT "]", PL_ARG(value)), type};
    pl_cond_read(r, &item, range, &conditions);
    for (uint32_t i = 0; i < conditions.len; i++) {
        PlStr text = conditions.items[i].text;
        for (size_t at = pl_str_find(text, PL_STR("it."), 0); at != PL_STR_NONE;
             at = pl_str_find(text, PL_STR("it."), at + holder.len)) {
            bool word = at > 0 && pl_phrase_word_char(text.ptr[at - 1]);
            if (word) return;
            text = pl_arena_printf(r->c->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(pl_str_slice(text, 0, at)), PL_ARG(holder),
                                   PL_ARG(pl_str_slice(text, at + 2, text.len)));
        }
        pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_YESNO, .doubt = conditions.items[i].doubt});
    }
}

/* What the items are called: no field of theirs ("the highest price of the flights" is no flight). */
static void read_noun(PlReader *r, const PlItem *item, PlRange range, bool most, PlSenses *out)
{
    PlSenses fields = {0};
    const PlType *t = pl_type(r->c->types, pl_type_without_nothing(r->c->types, item->type));
    if (most && t->kind == PL_TYPE_RECORD && t->count) pl_field_read(r, item, range, &fields);
    size_t end = 0;
    while (end < item->list.len && pl_phrase_word_char(item->list.ptr[end])) end++;
    PlStr name = pl_str_slice(item->list, 0, end), words = pl_lexis_bare(r, range);
    bool other = r->bracketed && !pl_lexis_same(r, name, words) && !pl_lexis_ends(r, name, words) &&
                 !pl_called_is_generic(r, range);
    if (!fields.len && !other) pl_try_add(r, out, (PlSense){.text = words});
}

static void read_list(PlReader *r, const PlCapture *slot, PlSenses *out)
{
    const PlPart *part = slot->part;
    if ((part->many || part->one) && part->one != is_singular(r, slot->range)) return;
    if (part->base)
        pl_called_base(r, slot->range, out);
    else
        pl_called_list(r, slot->range, out);
    if (part->some && out->len && !out->items[0].narrowed) out->len = 0;
}

/* Beside a field a value is read by the field's type. */
static void read_value(PlWays *w, PlRange range, PlSenses *out)
{
    PlStr field = pl_exact_slot(w, PL_STR("FIELD"));
    if (w->fill->given && field.len)
        pl_value_of_field(w->r, &w->at.item, field, range, out);
    else
        pl_value_read(w->r, range, out);
}

/* Slots that no list is needed for; false when it is none of them. */
static bool read_alone(PlWays *w, const PlCapture *slot, PlSenses *out)
{
    PlReader *r = w->r;
    PlRange range = slot->range;
    PlSense said = {0};
    switch (slot->part->slot) {
    case PL_SLOT_LIST: read_list(r, slot, out); return true;
    case PL_SLOT_LISTS: read_lists(r, range, out); return true;
    case PL_SLOT_VALUE: read_value(w, range, out); return true;
    case PL_SLOT_VALUES:
        pl_value_several(r, w->fill->given, pl_exact_slot(w, PL_STR("FIELD")), range, out);
        return true;
    case PL_SLOT_COUNT: read_count(r, range, out); return true;
    case PL_SLOT_TEXT: read_texts(r, range, out); return true;
    case PL_SLOT_TEST: pl_cond_test(r, range, out); return true;
    case PL_SLOT_STATE: read_state(r, pl_exact_slot(w, PL_STR("VALUE")), range, out); return true;
    case PL_SLOT_NAME: said.text = pl_lexis_bare(r, pl_lexis_without_article(r, range)); break;
    case PL_SLOT_DURATION: said.text = pl_lexis_duration(r, range); break;
    case PL_SLOT_CMP: (void)pl_row_comparison(r, range.from, range.to, &said.text); break;
    default: return false;
    }
    if (said.text.len) pl_try_add(r, out, said);
    return true;
}

static void read_most(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    if (!pl_rank_most(r, item, range, out) && pl_row_most(r, range)) pl_keys_most(r, item, pl_row_most(r, range), out);
}

void pl_slot_read(PlWays *w, const PlCapture *slot, PlSenses *out)
{
    PlReader *r = w->r;
    PlRange range = slot->range;
    PlSlot kind = slot->part->slot;
    bool second = slot->part->text.ptr[slot->part->text.len - 1] == '2' && kind == PL_SLOT_FIELD;
    const PlItem *item = second && w->at.item2.list.len ? &w->at.item2 : &w->at.item;
    if (read_alone(w, slot, out)) return;
    if (kind == PL_SLOT_NOUN && !item->list.len) pl_try_add(r, out, (PlSense){.text = pl_lexis_bare(r, range)});
    if (!item->list.len) return;
    r->of_many = kind == PL_SLOT_EACH ||
                 (kind == PL_SLOT_FIELD && pl_str_find(w->fill->match->row->exact, PL_STR("~FIELD"), 0) != PL_STR_NONE);
    switch (kind) {
    case PL_SLOT_COND: pl_cond_read(r, item, range, out); break;
    case PL_SLOT_KEYS: pl_keys_read(r, item, range, out); break;
    case PL_SLOT_FIELD: pl_field_read(r, item, range, out); break;
    case PL_SLOT_FIELDS: pl_field_list(r, item, range, PL_FIELDS_RECORD, out); break;
    case PL_SLOT_COLUMNS: pl_field_list(r, item, range, PL_FIELDS_COLUMNS, out); break;
    case PL_SLOT_LEAVES: pl_field_list(r, item, range, PL_FIELDS_NAMES, out); break;
    case PL_SLOT_LITERAL: pl_value_literal(r, item, pl_exact_slot(w, PL_STR("FIELD")), range, out); break;
    case PL_SLOT_EACH: pl_field_each(r, item, range, out); break;
    case PL_SLOT_NOUN: read_noun(r, item, range, pl_exact_capture(w->fill->match, PL_STR("MOST")) != NULL, out); break;
    case PL_SLOT_MOST: read_most(r, item, range, out); break;
    case PL_SLOT_TOP: pl_rank_top(r, item, range, out); break;
    case PL_SLOT_PAIRS: read_pairs(r, item, range, out); break;
    case PL_SLOT_ADJECTIVE: pl_cond_adjective(r, item, range, out); break;
    case PL_SLOT_AGED: read_aged(r, item, range, out); break;
    case PL_SLOT_ENDINGS: read_endings(r, item, range, out); break;
    default: pl_try_add(r, out, (PlSense){.text = pl_lexis_text(r, range)}); break;
    }
    r->of_many = false;
}
