/* SPDX-License-Identifier: MIT */
/* What a mock remembers: items by collection, each as its JSON text under its id, in the order of making. On the heap, apart from every arena:
 * a request that fails half way has changed nothing. */
#ifndef PL_SERVICE_MOCK_STATE_H
#define PL_SERVICE_MOCK_STATE_H

#include "vm/base/buf.h"

typedef struct PlMockItem {
    char *id, *text; /* NULL: removed */
    uint32_t id_len;
    uint64_t id_hash;
    size_t text_len;
} PlMockItem;

typedef struct PlMockItems { /* one collection */
    char *path; /* "shop /owners/7/things": plugin and path */
    size_t path_len;
    uint64_t hash;
    uint64_t next; /* number of the next item that is made here */
    PlMockItem *all;
    uint32_t len, cap, live;
    uint32_t *slots; /* index + 1 by hash of the id */
    uint32_t slot_count;
} PlMockItems;

typedef struct PlMockState {
    PlMockItems **all;
    uint32_t len, cap;
    uint32_t *slots;
    uint32_t slot_count;
    uint64_t bytes; /* of items; bounded by PL_LIMIT_MOCK_BYTES */
} PlMockState;

void pl_mock_state_clear(PlMockState *state); /* and frees */
PlMockItems *pl_mock_state_find(const PlMockState *state, PlStr path);
/* NULL when out of memory. *made: it is new. */
PlMockItems *pl_mock_state_open(PlMockState *state, PlStr path, bool *made);
bool pl_mock_items_find(const PlMockItems *items, PlStr id, PlStr *text); /* borrowed until the next change */
/* Add or replace. PL_LIMIT, PL_NOMEM: nothing changed. */
PL_MUST_USE PlStatus pl_mock_items_put(PlMockState *state, PlMockItems *items, PlStr id, PlStr text);
bool pl_mock_items_remove(PlMockState *state, PlMockItems *items, PlStr id);
/* {"format":1,"collections":{path:{"next":n,"items":[[id,value],...]}}} */
void pl_mock_state_write(const PlMockState *state, PlBuf *out);

#endif
