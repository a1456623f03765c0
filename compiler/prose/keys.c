/* SPDX-License-Identifier: MIT */
/* What a list is sorted by: "by amount descending then name", "newest first", "from highest to lowest", "the cheapest".
 * */
#include "compiler/prose/prose_internal.h"

static PlStr key_text(PlReader *r, PlStr field, bool down)
{
    return down ? pl_arena_printf(r->c->arena, PL_FMT " descending", PL_ARG(field)) : field;
}

void pl_keys_most(PlReader *r, const PlItem *item, const PlOrder *most, PlSenses *out)
{
    PlSenses fields = {0};
    pl_field_named(r, item, most->field, &fields);
    for (uint32_t i = 0; i < fields.len; i++) {
        PlSense key = fields.items[i];
        key.text = key_text(r, key.text, most->down);
        pl_try_add(r, out, key);
    }
}

static bool is_mark(const PlReader *r, uint32_t at)
{
    return pl_lexis_is(r, at, "(") || pl_lexis_is(r, at, ")") || pl_lexis_is(r, at, ",") || pl_lexis_is(r, at, "by") ||
           pl_lexis_is(r, at, "in") || pl_lexis_is(r, at, "order") || pl_lexis_is(r, at, "of") ||
           pl_lexis_is(r, at, "from") || pl_lexis_is(r, at, "with");
}

static PlRange without_marks(const PlReader *r, PlRange range)
{
    while (range.from < range.to && is_mark(r, range.from)) range.from++;
    while (range.from < range.to && (is_mark(r, range.to - 1))) range.to--;
    return range;
}

/* FIELD [direction] | direction FIELD | direction */
static void read_key(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    while (range.from < range.to && pl_lexis_is(r, range.to - 1, ")")) range.to--;
    const PlOrder *order = pl_row_order_at_end(r, &range);
    range = without_marks(r, range);
    if (!order) {
        order = pl_row_order_at_start(r, &range);
        range = without_marks(r, range);
    }
    PlSenses fields = {0};
    if (range.from == range.to) {
        PlTypeKind kind = pl_type(r->c->types, pl_type_without_nothing(r->c->types, item->type))->kind;
        if (order && kind != PL_TYPE_RECORD && kind != PL_TYPE_ANY && kind != PL_TYPE_LIST)
            pl_try_add(r, &fields, (PlSense){.text = PL_STR("it"), .type = item->type});
        else if (order && order->field.len)
            pl_field_named(r, item, order->field, &fields);
    } else {
        pl_field_read(r, item, range, &fields);
    }
    for (uint32_t i = 0; i < fields.len; i++) {
        PlSense key = fields.items[i];
        key.text = key_text(r, key.text, order && order->down);
        pl_try_add(r, out, key);
    }
}

/* Where the next key begins: behind a comma, `then`, `and` with `by`; a comma before a direction parts nothing. */
static uint32_t next_key(const PlReader *r, uint32_t at, uint32_t to)
{
    uint32_t begin = at;
    while (begin < to && (pl_lexis_is(r, begin, ",") || pl_lexis_is(r, begin, "and") || pl_lexis_is(r, begin, "then") ||
                          pl_lexis_is(r, begin, "by")))
        begin++;
    if (begin == at || begin == to || pl_lexis_is(r, at, "by")) return at;
    PlRange rest = {begin, to};
    return pl_row_order_at_start(r, &rest) ? at : begin;
}

void pl_keys_read(PlReader *r, const PlItem *item, PlRange range, PlSenses *out)
{
    PlSenses so_far = {0};
    pl_try_add(r, &so_far, (PlSense){.text = PL_STR("")});
    for (uint32_t from = range.from, at = from + 1; at <= range.to; at++) {
        uint32_t next = at < range.to ? next_key(r, at, range.to) : at + 1;
        if (next == at) continue;
        PlSenses keys = {0}, longer = {0};
        read_key(r, item, (PlRange){from, at}, &keys);
        for (uint32_t i = 0; i < so_far.len; i++)
            for (uint32_t k = 0; k < keys.len; k++) {
                PlSense both = keys.items[k];
                both.doubt |= so_far.items[i].doubt;
                if (so_far.items[i].text.len)
                    both.text = pl_arena_printf(r->c->arena, PL_FMT ", " PL_FMT, PL_ARG(so_far.items[i].text),
                                                PL_ARG(both.text));
                pl_try_add(r, &longer, both);
            }
        so_far = longer;
        from = next;
        at = next;
    }
    for (uint32_t i = 0; i < so_far.len; i++)
        if (so_far.items[i].text.len) pl_try_add(r, out, so_far.items[i]);
}
