/* SPDX-License-Identifier: MIT */
/* Values in words: numbers with their currency, times, names, exact expressions, phrases of place VALUE, and in a
 * condition the words themselves where the field holds text ("status is active"). */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/scope.h"
#include "compiler/check/tree.h"

static void add(PlReader *r, PlStr text, PlSenses *out)
{
    PlTypeId type;
    PlStr exact;
    if (pl_try_value(r, text, &type, &exact)) pl_try_add(r, out, (PlSense){.text = exact, .type = type});
}

/* An exact expression as it stands. */
static void read_exact(PlReader *r, PlRange range, PlSenses *out)
{
    range.from += range.to - range.from > 1 && (pl_lexis_is(r, range.from, "the") || pl_lexis_is(r, range.from, "a"));
    PlStr text = pl_lexis_text(r, range);
    if (!out->len) add(r, text, out);
}

/* the deals with a value over 1000 */
static void read_narrowed(PlReader *r, PlRange range, PlSenses *out)
{
    PlSenses lists = {0};
    pl_called_list(r, range, &lists);
    for (uint32_t i = 0; i < lists.len; i++)
        if (lists.items[i].narrowed) add(r, lists.items[i].text, out);
    for (uint32_t i = 0; i < out->len && lists.len; i++) out->items[i].doubt |= lists.items[0].doubt;
}

void pl_value_read(PlReader *r, PlRange range, PlSenses *out)
{
    PlSenses *keep;
    if (range.from >= range.to || r->depth >= PL_PROSE_DEPTH || pl_try_known(r, 'v', range, PL_STR(""), out, &keep)) return;
    r->depth++;
    PlStr number = pl_lexis_number(r, range), duration = pl_lexis_duration(r, range), date = pl_lexis_date(r, range);
    if (date.len)
        add(r, date, out);
    else if (number.len)
        add(r, number, out);
    else if (duration.len)
        add(r, duration, out);
    if (!out->len) read_exact(r, range, out);
    if (!out->len) pl_called_value(r, range, out);
    if (!out->len) pl_fill_rows(r, PL_ROW_VALUE, range, NULL, NULL, out);
    if (!out->len && range.to - range.from > 1) read_narrowed(r, range, out);
    r->depth--;
    pl_try_keep(r, keep, out);
}

/* ---- beside a field ---- */

static const PlType *field_type(PlReader *r, const PlItem *item, PlStr field)
{
    return pl_type(r->c->types, pl_type_without_nothing(r->c->types, pl_try_item_type(r, item, field)));
}

/* The value of an enum that is spelled so, or an empty text. */
static PlStr among_values(const PlType *t, PlStr words)
{
    for (uint32_t i = 0; t->kind == PL_TYPE_ENUM && i < t->count; i++)
        if (t->values[i].kind == PL_LIT_TEXT && pl_words_same(t->values[i].as.text, words)) return t->values[i].as.text;
    return PL_STR("");
}

/* status is active: the text itself, unless a name in scope is called so. */
static void read_words(PlReader *r, const PlType *t, PlRange range, PlSenses *out)
{
    PlStr words = pl_lexis_text(r, range), value = among_values(t, words);
    if (value.len) {
        pl_try_add(r, out,
                   (PlSense){.text = pl_arena_printf(r->c->arena, "\"" PL_FMT "\"", PL_ARG(value)), .type = PL_T_TEXT});
        return;
    }
    if (t->kind != PL_TYPE_TEXT && t->kind != PL_TYPE_ANY) return;
    if (range.to - range.from > 2) return;
    for (uint32_t i = range.from; i < range.to; i++) {
        bool plain = r->words[i].kind == PL_WORD_WORD && pl_lexis_is_name(r->words[i].text) &&
                     pl_str_find_char(r->words[i].text, '_', 0) == PL_STR_NONE;
        if (!plain || pl_scope_is_reserved(r->words[i].text)) return;
    }
    pl_try_add(r, out,
               (PlSense){.text = pl_arena_printf(r->c->arena, "\"" PL_FMT "\"", PL_ARG(words)), .type = PL_T_TEXT});
}

void pl_value_of_field(PlReader *r, const PlItem *item, PlStr field, PlRange range, PlSenses *out)
{
    const PlType t = *field_type(r, item, field);
    PlSenses fields = {0};
    if (among_values(&t, pl_lexis_text(r, range)).len) {
        read_words(r, &t, range, out);
        return;
    }
    pl_value_read(r, range, out);
    if (out->len) return;
    const PlType *whole = pl_type(r->c->types, pl_type_without_nothing(r->c->types, item->type));
    if (whole->kind == PL_TYPE_RECORD && whole->count) pl_field_read(r, item, range, &fields);
    for (uint32_t i = 0; i < fields.len; i++) pl_try_add(r, out, fields.items[i]);
    if (!out->len) read_words(r, &t, range, out);
}

/* ---- several ---- */

/* 42, "a", a value that the field's type lists. */
void pl_value_literal(PlReader *r, const PlItem *item, PlStr field, PlRange range, PlSenses *out)
{
    PlStr number = pl_lexis_number(r, range);
    if (range.to == range.from + 1 && r->words[range.from].kind == PL_WORD_QUOTE) number = r->words[range.from].text;
    if (number.len) {
        pl_try_add(r, out, (PlSense){.text = number});
        return;
    }
    const PlType t = *field_type(r, item, field);
    if (t.kind == PL_TYPE_ENUM) read_words(r, &t, range, out);
}

/* "a", "b" and c: each of them a value. */
void pl_value_several(PlReader *r, const PlItem *item, PlStr field, PlRange range, PlSenses *out)
{
    PlStr text = PL_STR("");
    uint32_t values = 0;
    for (uint32_t from = range.from, at = from; at <= range.to; at++) {
        bool parts = at < range.to && (pl_lexis_is(r, at, ",") || pl_lexis_is(r, at, "and") ||
                                       pl_lexis_is(r, at, "or") || pl_lexis_is(r, at, "nor"));
        if (at < range.to && !parts) continue;
        if (at > from) {
            PlSenses one = {0};
            if (item && field.len)
                pl_value_of_field(r, item, field, (PlRange){from, at}, &one);
            else
                pl_value_read(r, (PlRange){from, at}, &one);
            if (one.len != 1 || one.items[0].doubt || ++values > 30) return;
            text = pl_arena_printf(r->c->arena, PL_FMT "%s" PL_FMT, PL_ARG(text), text.len ? ", " : "",
                                   PL_ARG(one.items[0].text));
        }
        from = at + 1;
    }
    if (values > 1) pl_try_add(r, out, (PlSense){.text = text, .type = PL_T_ANY});
}
