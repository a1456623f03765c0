/* SPDX-License-Identifier: MIT */
/* The index of a resumed run's rows: open addressing by a keyed hash of path, kind and attempt. Two rows whose 64-bit keys collide
 * would be taken for each other; whoever reads the row compares its path (rows.c). */
#include "vm/run/row_index.h"

#include "vm/base/fault.h"

struct PlRowIndex {
    PlRowIndexEntry *entries;
    uint32_t len, cap;
    uint32_t *slots; /* entry + 1 */
    uint32_t slot_count;
    PlOpenCall *open; /* few: what was under way when a process ended */
    uint32_t open_len, open_cap;
};

PlRowIndex *pl_row_index_new(void)
{
    return pl_zalloc(sizeof(PlRowIndex));
}

void pl_row_index_free(PlRowIndex *index)
{
    if (!index) return;
    for (uint32_t i = 0; i < index->open_len; i++) pl_free(index->open[i].path);
    pl_free(index->open);
    pl_free(index->entries);
    pl_free(index->slots);
    pl_free(index);
}

static uint64_t key_of(PlStr path, PlRowKind kind, uint32_t attempt)
{
    uint64_t h = pl_str_hash(path) ^ ((uint64_t)kind << 32 | attempt);
    h *= 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

static uint64_t key_at(const PlRowIndex *index, uint32_t i)
{
    const uint32_t *key = index->entries[i].key;
    return (uint64_t)key[1] << 32 | key[0];
}

static uint32_t *slot_of(const PlRowIndex *index, uint64_t key)
{
    uint32_t mask = index->slot_count - 1;
    for (uint32_t i = (uint32_t)key & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &index->slots[i];
        if (*slot == 0 || key_at(index, *slot - 1) == key) return slot;
    }
}

/* Room for one more entry, and slots at most half full. */
static PlStatus reserve(PlRowIndex *index)
{
    if (index->len == UINT32_MAX / 4) return PL_LIMIT; /* not reached: no journal has a thousand million rows */
    if (index->len == index->cap) {
        uint32_t cap = index->cap ? index->cap * 2 : 32;
        PlRowIndexEntry *grown = pl_realloc(index->entries, cap * sizeof *grown);
        if (!grown) return PL_NOMEM;
        index->entries = grown;
        index->cap = cap;
    }
    if (index->len * 2 < index->slot_count) return PL_OK;
    uint32_t count = index->slot_count ? index->slot_count * 2 : 64;
    uint32_t *slots = pl_zalloc(count * sizeof *slots);
    if (!slots) return PL_NOMEM;
    pl_free(index->slots);
    index->slots = slots;
    index->slot_count = count;
    for (uint32_t i = 0; i < index->len; i++) *slot_of(index, key_at(index, i)) = i + 1;
    return PL_OK;
}

PlStatus pl_row_index_add(PlRowIndex *index, const PlRow *row)
{
    PlStatus status = reserve(index);
    if (status != PL_OK) return status;
    uint64_t key = key_of(row->path, row->kind, row->attempt);
    uint64_t wall = (uint64_t)row->wall_us;
    if (row->seq > INT32_MAX) return PL_LIMIT;
    PlRowIndexEntry entry = {{(uint32_t)key, (uint32_t)(key >> 32)}, {(uint32_t)wall, (uint32_t)(wall >> 32)}, (uint32_t)row->seq};
    uint32_t *slot = slot_of(index, key);
    if (*slot == 0) *slot = ++index->len;
    index->entries[*slot - 1] = entry;
    return PL_OK;
}

PlRowIndexEntry *pl_row_index_find(PlRowIndex *index, PlStr path, PlRowKind kind, uint32_t attempt)
{
    if (index->len == 0) return NULL;
    uint32_t slot = *slot_of(index, key_of(path, kind, attempt));
    return slot ? &index->entries[slot - 1] : NULL;
}

PlStatus pl_row_index_open(PlRowIndex *index, const PlRow *intent)
{
    if (index->open_len == index->open_cap) {
        uint32_t cap = index->open_cap ? index->open_cap * 2 : 8;
        PlOpenCall *grown = pl_realloc(index->open, cap * sizeof *grown);
        if (!grown) return PL_NOMEM;
        index->open = grown;
        index->open_cap = cap;
    }
    char *path = pl_strdup_n(intent->path.ptr, intent->path.len);
    if (!path) return PL_NOMEM;
    index->open[index->open_len++] = (PlOpenCall){path, intent->site, intent->attempt};
    return PL_OK;
}

void pl_row_index_close(PlRowIndex *index, PlStr path, uint32_t attempt)
{
    for (uint32_t i = 0; i < index->open_len; i++) {
        PlOpenCall *open = &index->open[i];
        if (open->attempt != attempt || !pl_str_eq_z(path, open->path)) continue;
        pl_free(open->path);
        memmove(open, open + 1, (index->open_len - i - 1) * sizeof *open);
        index->open_len--;
        return;
    }
}

uint32_t pl_row_index_open_count(const PlRowIndex *index)
{
    return index->open_len;
}

const PlOpenCall *pl_row_index_open_call(const PlRowIndex *index, uint32_t i)
{
    return &index->open[i];
}
