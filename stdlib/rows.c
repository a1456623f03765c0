/* SPDX-License-Identifier: MIT */
/* Rows and columns of a list; see rows.h. */
#include "stdlib/rows.h"

#include "stdlib/keyset.h"

static PlValue all_names(PlBuiltinContext *context, const PlList *items)
{
    PlKeyset seen;
    pl_keyset_init(&seen, pl_values_heap(context->values));
    PlValue names = pl_list(context->values, 8);
    for (uint32_t i = 0; i < items->len; i++) {
        PlValue item = items->items[i];
        bool known = i > 0 && item.tag == PL_RECORD && items->items[i - 1].tag == PL_RECORD &&
                     item.as.record->shape == items->items[i - 1].as.record->shape;
        for (uint32_t k = 0; !known && item.tag == PL_RECORD && k < pl_record_len(item); k++) {
            PlValue name = pl_text_of_valid(context->values, pl_record_name(item, k));
            bool added;
            pl_keyset_add(&seen, name, &added);
            if (added)
                names = pl_list_append_take(context->values, names, name);
            else
                pl_release(context->values, name);
        }
    }
    pl_keyset_deinit(&seen);
    return names;
}

static bool names_are_texts(const PlArgs *args, const PlList *names)
{
    for (uint32_t i = 0; i < names->len; i++)
        if (names->items[i].tag != PL_TEXT) return pl_args_wrong(args, 1, "a list of column names");
    return true;
}

bool pl_rows_open(const PlArgs *args, PlRows *rows)
{
    PlBuiltinContext *context = args->context;
    PlList *names;
    *rows = (PlRows){.has_names = true};
    if (!pl_args_list(args, 0, &rows->items)) return false;
    if (pl_args_has(args, 1)) {
        if (!pl_args_list(args, 1, &names) || !names_are_texts(args, names)) return false;
        rows->columns = pl_retain(args->all[1]);
        rows->width = names->len;
        return true;
    }
    rows->columns = all_names(context, rows->items);
    rows->width = pl_list_len(rows->columns);
    if (rows->width) return true;
    rows->has_names = false; /* lists, or single values */
    for (uint32_t i = 0; i < rows->items->len; i++) {
        PlValue item = rows->items->items[i];
        uint32_t cells = item.tag == PL_LIST ? pl_list_len(item) : 1;
        if (cells > rows->width) rows->width = cells;
    }
    return true;
}

void pl_rows_close(const PlArgs *args, PlRows *rows)
{
    pl_release(args->context->values, rows->columns);
}

PlStr pl_rows_name(const PlRows *rows, uint32_t column)
{
    return rows->has_names ? pl_text_str(pl_list_at(rows->columns, column)) : PL_STR("");
}

PlValue pl_rows_cell(const PlRows *rows, uint32_t row, uint32_t column)
{
    PlValue item = rows->items->items[row], found = pl_nothing();
    if (item.tag == PL_RECORD)
        pl_record_find(item, pl_rows_name(rows, column), &found);
    else if (item.tag == PL_LIST)
        found = column < pl_list_len(item) ? pl_list_at(item, column) : pl_nothing();
    else if (column == 0)
        found = item;
    return found;
}
