/* SPDX-License-Identifier: MIT */
/* The prompt for models: its examples compile, the language keeps to its room, the whole to its limit however large the catalog. */
#include "compiler/compile.h"
#include "compiler/trade/prompt.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
} Bed;

static void begin(Bed *bed)
{
    bed->arena = pl_arena_new(&bed->escape, 0);
    if (!bed->arena || setjmp(bed->escape.at)) abort();
}

TEST(examples_compile)
{
    Bed bed;
    begin(&bed);
    PlStr name;
    uint32_t count = 0;
    for (const char *plan; (plan = pl_prompt_example(bed.arena, count, &name)); count++) {
        PlCompileOptions options = {.plan_path = PL_STR("example.pilot"), .plugins_dir = "tests/trade/prompt"};
        PlCompiled compiled;
        CHECK(pl_compile(bed.arena, pl_str_z(plan), &options, &compiled) == PL_OK);
        CHECK(compiled.ok);
        for (uint32_t i = 0; !compiled.ok && i < compiled.diags.all.len; i++)
            fprintf(stderr, PL_FMT ": " PL_FMT "\n", PL_ARG(name), PL_ARG(compiled.diags.all.items[i]->message));
    }
    CHECK(count >= 8);
    pl_arena_free(bed.arena);
}

TEST(tokens)
{
    CHECK(pl_prompt_tokens(PL_STR("")) == 0);
    CHECK(pl_prompt_tokens(PL_STR("gmail.search(q=1)")) == 8);    /* gmail . search ( q = 1 ) */
    CHECK(pl_prompt_tokens(PL_STR("internationalization")) == 6); /* by bytes: 20 / 3.6 */
}

/* 1000 actions that all fit the goal. */
static PlStr large_document(PlArena *arena)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_buf_put_z(&buf, "{\"openapi\":\"3.0.0\",\"info\":{\"title\":\"Big\",\"version\":\"1\"},\"servers\":[{\"url\":"
                       "\"https://big.example.com\"}],\"paths\":{");
    for (int i = 0; i < 1000; i++)
        pl_buf_printf(&buf,
                      "%s\"/things%d\":{\"get\":{\"operationId\":\"list_refunds_%d\",\"summary\":\"List the refunds of "
                      "kind %d\",\"parameters\":"
                      "[{\"name\":\"status\",\"in\":\"query\",\"required\":true,\"schema\":{\"type\":\"string\"}}],"
                      "\"responses\":{\"200\":{\"description\":\"ok\"}}}}",
                      i ? "," : "", i, i, i);
    pl_buf_put_z(&buf, "}}");
    PlStr text = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return text;
}

TEST(room)
{
    Bed bed;
    begin(&bed);
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlPlugin *plugin;
    pl_sources_init(&sources, bed.arena);
    pl_diags_init(&diags, bed.arena, &sources);
    pl_types_init(&types, bed.arena);
    PlCatalog *catalog = pl_catalog_new(bed.arena, &sources, &diags, &types);
    CHECK(pl_catalog_add_text(catalog, PL_STR("big"), PL_STR("big.json"), large_document(bed.arena), NULL, &plugin) ==
          PL_OK);
    PlPrompt prompt, again, small;
    PlStr goal = PL_STR(
        "List all refunds of each kind, and if there are more than ten ask for approval and mail a summary table");
    pl_prompt(bed.arena, catalog, goal, 0, &prompt);
    pl_prompt(bed.arena, catalog, goal, 0, &again);
    pl_prompt(bed.arena, catalog, goal, 900, &small);
    CHECK(pl_prompt_tokens(prompt.system) <= 600);
    CHECK(prompt.tokens <= 2000 && prompt.actions >= 10 && prompt.examples == 3);
    CHECK(small.tokens <= 900 && small.actions > 0);
    CHECK(pl_str_eq(prompt.user, again.user));
    CHECK(pl_str_find(prompt.user, goal, 0) != PL_STR_NONE);
    pl_arena_free(bed.arena);
}

TEST(no_catalog)
{
    Bed bed;
    begin(&bed);
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, bed.arena);
    pl_diags_init(&diags, bed.arena, &sources);
    pl_types_init(&types, bed.arena);
    PlPrompt prompt;
    pl_prompt(bed.arena, pl_catalog_new(bed.arena, &sources, &diags, &types), PL_STR("Wait until\nit is ready"), 0,
              &prompt);
    CHECK(prompt.actions == 0);
    CHECK(pl_str_ends(prompt.user, PL_STR("Goal: Wait until it is ready\n")));
    CHECK(pl_str_find(prompt.user, PL_STR("Repeat until job.state"), 0) != PL_STR_NONE); /* the example of polling */
    pl_arena_free(bed.arena);
}

UNIT_MAIN
