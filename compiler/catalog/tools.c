/* SPDX-License-Identifier: MIT */
/* The plugin is what stands before the first dot; what is behind it may have dots of its own. */
#include "compiler/catalog/tools.h"

static const PlAction *action_in(PlCatalog *catalog, const PlPlugin *plugin, PlStr name)
{
    bool ambiguous;
    const PlOperation *operation = pl_catalog_find(catalog, plugin, name, &ambiguous);
    return operation && !operation->broken ? pl_catalog_action(catalog, operation) : NULL;
}

const PlAction *pl_tools_find(PlCatalog *catalog, PlStr name)
{
    size_t dot = pl_str_find_char(name, '.', 0);
    const PlPlugin *plugin = dot == PL_STR_NONE || dot == 0 ? NULL : pl_catalog_plugin_by_name(catalog, pl_str_slice(name, 0, dot));
    if (plugin) return action_in(catalog, plugin, pl_str_slice(name, dot + 1, name.len));
    const PlAction *only = NULL;
    for (uint32_t i = 0; i < pl_catalog_plugin_count(catalog); i++) {
        const PlAction *found = action_in(catalog, pl_catalog_plugin(catalog, i), name);
        if (found && only) return NULL;
        if (found) only = found;
    }
    return only;
}

PlStr pl_tools_name(PlCatalog *catalog, const PlAction *action)
{
    return pl_arena_printf(pl_catalog_arena(catalog), PL_FMT "." PL_FMT, PL_ARG(action->plugin), PL_ARG(action->name));
}
