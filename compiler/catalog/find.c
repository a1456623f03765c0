/* SPDX-License-Identifier: MIT */
/* From the name in a plan to an operation: exact, by operationId, then by a spelling that differs in case and
 * separators only. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/name.h"

static void add_key(PlApi *api, PlStr spelling, PlEntry *entry)
{
    PlStr key = pl_name_key(api->arena, spelling);
    if (key.len == 0) return;
    bool added;
    PlMapEntry *slot = pl_map_put(&api->by_key, key, &added);
    if (added)
        slot->value.ptr = entry;
    else if (slot->value.ptr != entry)
        pl_map_put(&api->many_by_key, key, NULL);
}

static void fill_keys(PlApi *api)
{
    pl_map_init(&api->by_key, api->arena);
    pl_map_init(&api->many_by_key, api->arena);
    for (uint32_t i = 0; i < api->entries.len; i++) {
        PlEntry *entry = api->entries.items[i];
        add_key(api, entry->public.name, entry);
        add_key(api, entry->public.operation_id, entry);
    }
    api->keyed = true;
}

const PlOperation *pl_catalog_find(const PlCatalog *catalog, const PlPlugin *plugin, PlStr name, bool *ambiguous)
{
    (void)catalog;
    PlApi *api = pl_api_of(plugin);
    *ambiguous = false;
    PlEntry *entry = pl_map_get(&api->by_name, name);
    if (!entry) entry = pl_map_get(&api->by_id, name);
    if (entry) return &entry->public;
    if (!api->keyed) fill_keys(api);
    PlStr key = pl_name_key(api->arena, name);
    entry = pl_map_get(&api->by_key, key);
    if (entry && pl_map_find(&api->many_by_key, key)) {
        *ambiguous = true;
        return NULL;
    }
    return entry ? &entry->public : NULL;
}
