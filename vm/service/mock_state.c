/* SPDX-License-Identifier: MIT */
/* See mock_state.h. Two open-addressing tables: collections by path, and the items of each by id. A removed item keeps its place until the table
 * is made anew. */
#include "vm/service/mock_state.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

static void free_item(PlMockItem *item)
{
    pl_free(item->id);
    pl_free(item->text);
    *item = (PlMockItem){0};
}

static void free_items(PlMockItems *items)
{
    for (uint32_t i = 0; i < items->len; i++) free_item(&items->all[i]);
    pl_free(items->all);
    pl_free(items->slots);
    pl_free(items->path);
    pl_free(items);
}

void pl_mock_state_clear(PlMockState *state)
{
    for (uint32_t i = 0; i < state->len; i++) free_items(state->all[i]);
    pl_free(state->all);
    pl_free(state->slots);
    *state = (PlMockState){0};
}

/* ---- collections -------------------------------------------------------------------------------------------------- */

static PlStr path_of(const PlMockItems *items) { return pl_str(items->path, items->path_len); }

PlMockItems *pl_mock_state_find(const PlMockState *state, PlStr path)
{
    if (state->slot_count == 0) return NULL;
    uint64_t hash = pl_str_hash(path);
    for (uint32_t at = (uint32_t)hash & (state->slot_count - 1); state->slots[at]; at = (at + 1) & (state->slot_count - 1)) {
        PlMockItems *items = state->all[state->slots[at] - 1];
        if (items->hash == hash && pl_str_eq(path_of(items), path)) return items;
    }
    return NULL;
}

static void put_slot(uint32_t *slots, uint32_t count, uint64_t hash, uint32_t value)
{
    uint32_t at = (uint32_t)hash & (count - 1);
    while (slots[at]) at = (at + 1) & (count - 1);
    slots[at] = value;
}

static bool grow_state(PlMockState *state)
{
    if (state->len < state->cap) return true;
    uint32_t cap = state->cap ? state->cap * 2 : 16;
    PlMockItems **all = pl_realloc(state->all, cap * sizeof *all);
    if (!all) return false;
    state->all = all;
    uint32_t *slots = pl_zalloc((size_t)cap * 2 * sizeof *slots);
    if (!slots) return false;
    for (uint32_t i = 0; i < state->len; i++) put_slot(slots, cap * 2, all[i]->hash, i + 1);
    pl_free(state->slots);
    state->slots = slots;
    state->slot_count = cap * 2;
    state->cap = cap;
    return true;
}

PlMockItems *pl_mock_state_open(PlMockState *state, PlStr path, bool *made)
{
    PlMockItems *items = pl_mock_state_find(state, path);
    *made = !items;
    if (items) return items;
    if (state->bytes + path.len > PL_LIMIT_MOCK_BYTES || !grow_state(state)) return NULL;
    items = pl_zalloc(sizeof *items);
    if (!items) return NULL;
    items->path = pl_strdup_n(path.ptr, path.len);
    if (!items->path) {
        pl_free(items);
        return NULL;
    }
    items->path_len = path.len;
    items->hash = pl_str_hash(path);
    items->next = 1;
    state->bytes += sizeof *items + path.len;
    state->all[state->len++] = items;
    put_slot(state->slots, state->slot_count, items->hash, state->len);
    return items;
}

/* ---- items -------------------------------------------------------------------------------------------------------- */

static PlMockItem *find_item(const PlMockItems *items, PlStr id)
{
    if (items->slot_count == 0) return NULL;
    uint64_t hash = pl_str_hash(id);
    for (uint32_t at = (uint32_t)hash & (items->slot_count - 1); items->slots[at]; at = (at + 1) & (items->slot_count - 1)) {
        PlMockItem *item = &items->all[items->slots[at] - 1];
        if (item->text && item->id_hash == hash && pl_str_eq(pl_str(item->id, item->id_len), id)) return item;
    }
    return NULL;
}

bool pl_mock_items_find(const PlMockItems *items, PlStr id, PlStr *text)
{
    const PlMockItem *item = find_item(items, id);
    if (item) *text = pl_str(item->text, item->text_len);
    return item != NULL;
}

/* Room for one more, without the places of removed items. */
static bool grow_items(PlMockItems *items)
{
    if (items->len < items->cap) return true;
    uint32_t cap = 16;
    while (cap < items->live * 2 + 2) cap *= 2;
    PlMockItem *all = pl_zalloc(cap * sizeof *all);
    uint32_t *slots = pl_zalloc((size_t)cap * 2 * sizeof *slots);
    if (!all || !slots) {
        pl_free(all);
        pl_free(slots);
        return false;
    }
    uint32_t len = 0;
    for (uint32_t i = 0; i < items->len; i++) {
        if (!items->all[i].text) continue;
        all[len++] = items->all[i];
        put_slot(slots, cap * 2, all[len - 1].id_hash, len);
    }
    pl_free(items->all);
    pl_free(items->slots);
    items->all = all;
    items->slots = slots;
    items->slot_count = cap * 2;
    items->len = len;
    items->cap = cap;
    return true;
}

static PlStatus add_item(PlMockState *state, PlMockItems *items, PlStr id, PlStr text)
{
    PlMockItem item = {.id_len = (uint32_t)id.len, .text_len = text.len, .id_hash = pl_str_hash(id)};
    if (!grow_items(items)) return PL_NOMEM;
    item.id = pl_strdup_n(id.ptr, id.len);
    item.text = pl_strdup_n(text.ptr, text.len);
    if (!item.id || !item.text) {
        free_item(&item);
        return PL_NOMEM;
    }
    items->all[items->len++] = item;
    items->live++;
    put_slot(items->slots, items->slot_count, item.id_hash, items->len);
    state->bytes += sizeof item + id.len + text.len;
    return PL_OK;
}

PlStatus pl_mock_items_put(PlMockState *state, PlMockItems *items, PlStr id, PlStr text)
{
    PlMockItem *old = find_item(items, id);
    if (state->bytes + id.len + text.len > PL_LIMIT_MOCK_BYTES) return PL_LIMIT;
    if (!old) return add_item(state, items, id, text);
    char *copy = pl_strdup_n(text.ptr, text.len);
    if (!copy) return PL_NOMEM;
    state->bytes += text.len;
    state->bytes -= old->text_len;
    pl_free(old->text);
    old->text = copy;
    old->text_len = text.len;
    return PL_OK;
}

bool pl_mock_items_remove(PlMockState *state, PlMockItems *items, PlStr id)
{
    PlMockItem *item = find_item(items, id);
    if (!item) return false;
    state->bytes -= sizeof *item + item->id_len + item->text_len;
    items->live--;
    free_item(item);
    return true;
}

/* ---- writing ------------------------------------------------------------------------------------------------------ */

static void write_items(const PlMockItems *items, PlBuf *out)
{
    bool first = true;
    pl_buf_put_json(out, path_of(items));
    pl_buf_printf(out, ":{\"next\":%llu,\"items\":[", (unsigned long long)items->next);
    for (uint32_t i = 0; i < items->len; i++) {
        const PlMockItem *item = &items->all[i];
        if (!item->text) continue;
        pl_buf_put_z(out, first ? "\n[" : ",\n[");
        first = false;
        pl_buf_put_json(out, pl_str(item->id, item->id_len));
        pl_buf_put_char(out, ',');
        pl_buf_put(out, pl_str(item->text, item->text_len));
        pl_buf_put_char(out, ']');
    }
    pl_buf_put_z(out, "]}");
}

void pl_mock_state_write(const PlMockState *state, PlBuf *out)
{
    pl_buf_put_z(out, "{\"format\":1,\"collections\":{");
    for (uint32_t i = 0; i < state->len; i++) {
        pl_buf_put_z(out, i ? ",\n" : "\n");
        write_items(state->all[i], out);
    }
    pl_buf_put_z(out, "}}\n");
}
