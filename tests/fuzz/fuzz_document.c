/* SPDX-License-Identifier: MIT */
/* Any bytes as an API document: it loads or is refused with a diagnostic; every action of it can be
 * built and printed. */
#include "compiler/catalog/catalog.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void use(PlArena *arena, PlStr text, PlBuf *out)
{
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
    PlPlugin *plugin = NULL;
    bool ambiguous;
    PlStatus status = pl_catalog_add_text(catalog, PL_STR(""), PL_STR("fuzz.yaml"), text, NULL, &plugin);
    if (status == PL_OK) {
        pl_catalog_print(out, catalog, NULL, PL_STR(""), true);
        pl_catalog_print(out, catalog, plugin, PL_STR("create a thing"), false);
        (void)pl_catalog_find(catalog, plugin, PL_STR("getThing"), &ambiguous);
        for (uint32_t i = 0; i < plugin->operation_count; i++)
            (void)pl_catalog_response_example(catalog, plugin->operations[i], 0);
    } else if (diags.errors == 0) {
        abort(); /* refused without a reason */
    }
    pl_diags_print(out, &diags, false);
    for (uint32_t i = 0; i < types.all.len; i++)
        if (types.all.items[i].open) abort(); /* a type that was never given its meaning */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 256u << 20);
    PlBuf out;
    pl_buf_init(&out, 16u << 20);
    if (!arena) return 0;
    if (setjmp(escape.at) == 0) use(arena, pl_str((const char *)data, size), &out);
    pl_buf_deinit(&out);
    pl_arena_free(arena);
    return 0;
}
