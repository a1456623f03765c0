/* SPDX-License-Identifier: MIT */
/* Any bytes as a file to import: as workflow JSON, well formed or not, and as an Arazzo document. The readers end, spans lie in the source, the plan
 * can be printed, and what was printed can be parsed. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "compiler/trade/arazzo.h"
#include "compiler/trade/dsl.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void look(PlArena *arena, const PlSources *sources, PlDiags *diags, const PlPlan *plan)
{
    PlBuf buf;
    for (uint32_t i = 0; i < diags->all.len; i++) {
        PlSpan span = diags->all.items[i]->span;
        if (span.source == PL_NO_SOURCE) continue;
        if (span.source >= sources->all.len || span.start > span.end || span.end > sources->all.items[span.source].text.len) abort();
    }
    pl_buf_init(&buf, 0);
    pl_diags_print(&buf, diags, false);
    pl_buf_clear(&buf);
    if (plan) {
        pl_print_plan(&buf, plan);
        PlStr text = pl_arena_str(arena, pl_buf_str(&buf));
        PlSources again;
        PlDiags said;
        pl_sources_init(&again, arena);
        pl_diags_init(&said, arena, &again);
        pl_parse(arena, &said, pl_sources_add(&again, PL_STR("printed"), text));
    }
    pl_buf_deinit(&buf);
}

static void as_json(PlArena *arena, PlStr text)
{
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    look(arena, &sources, &diags, pl_dsl_read(arena, &diags, pl_sources_add(&sources, PL_STR("fuzz"), text)));
}

static void as_arazzo(PlArena *arena, PlStr text)
{
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
    PlArazzo *arazzo = pl_arazzo_read(arena, catalog, PL_STR("tests/trade/arazzo/fuzz.yaml"), text);
    for (uint32_t i = 0; arazzo && i < pl_arazzo_count(arazzo) && i < 4; i++)
        look(arena, &sources, &diags, pl_arazzo_plan(arazzo, i, PL_STR("")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, (size_t)1 << 30);
    if (!arena) return 0;
    if (setjmp(escape.at)) abort(); /* 64 KiB need no gigabyte */
    PlStr text = pl_arena_str(arena, pl_str((const char *)data, size));
    if (pl_arazzo_is(text)) as_arazzo(arena, text);
    else as_json(arena, text);
    pl_arena_free(arena);
    return 0;
}
