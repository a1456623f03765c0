/* SPDX-License-Identifier: MIT */
/* Documents made to take all time or memory. Each must end soon; what it gives is of less interest. */
#include "tests/unit/unit.h"

#include "compiler/catalog/catalog.h"

#include <stdlib.h>
#include <time.h>

enum { MANY = 20000, SECONDS = 20 }; /* sanitizers and busy machines are slow; what is wrong here takes hours */

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlCatalog *catalog;
    PlPlugin *plugin;
    PlBuf text;
    clock_t start;
} Bed;

static void bed_begin(Bed *bed)
{
    *bed = (Bed){.start = clock()};
    pl_buf_init(&bed->text, 0);
}

/* Load and build everything. */
static void bed_load(Bed *bed)
{
    bed->arena = pl_arena_new(&bed->escape, 0);
    if (setjmp(bed->escape.at)) {
        CHECK(!"escaped");
        return;
    }
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    pl_types_init(&bed->types, bed->arena);
    bed->catalog = pl_catalog_new(bed->arena, &bed->sources, &bed->diags, &bed->types);
    PlStatus status =
        pl_catalog_add_text(bed->catalog, PL_STR("h"), PL_STR("h.yaml"), pl_buf_str(&bed->text), NULL, &bed->plugin);
    CHECK(status == PL_OK || bed->diags.errors > 0);
    for (uint32_t i = 0; bed->plugin && i < bed->plugin->operation_count; i++)
        CHECK(pl_catalog_action(bed->catalog, bed->plugin->operations[i]) != NULL);
}

static void bed_end(Bed *bed)
{
    CHECK((clock() - bed->start) / CLOCKS_PER_SEC < SECONDS);
    pl_buf_deinit(&bed->text);
    pl_arena_free(bed->arena);
}

#define EACH(bed, ...)                                                                                                 \
    for (int i = 0; i < MANY; i++) pl_buf_printf(&(bed)->text, __VA_ARGS__)

TEST(one_id_for_all)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.text, "openapi: 3.0.0\npaths:\n");
    EACH(&bed, "  /%d: {get: {operationId: same}}\n", i);
    bed_load(&bed);
    CHECK(bed.plugin->operation_count == MANY);
    PlNear near[3];
    CHECK(pl_catalog_nearest(bed.catalog, NULL, PL_STR("sam"), PL_STR(""), near, 3) == 3);
    bed_end(&bed);
}

TEST(parameters_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.text, "openapi: 3.0.0\npaths:\n  /");
    for (int i = 0; i < 1500; i++) pl_buf_printf(&bed.text, "{p%d}", i);
    pl_buf_put_z(&bed.text, ":\n    get:\n      parameters:\n");
    EACH(&bed, "        - {name: p%d, in: path}\n", i);
    pl_buf_put_z(&bed.text, "      tags:\n");
    EACH(&bed, "        - tag number %d\n", i);
    pl_buf_put_z(&bed.text, "      responses:\n");
    EACH(&bed, "        '200 %d': {content: {a/json: {schema: {properties: {p%d: {type: string}}}}}}\n", i, i);
    bed_load(&bed);
    bed_end(&bed);
}

TEST(alternatives_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.text, "openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {content: {a/json: {schema: {$ref: "
                            "'#/x'}}}}}}}}\nx:\n  oneOf:\n");
    EACH(&bed, "    - {properties: {p%d: {type: string}}}\n", i);
    bed_load(&bed);
    bed_end(&bed);
}

TEST(values_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.text, "openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++)
        pl_buf_printf(&bed.text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1);
    pl_buf_put_z(&bed.text, "paths:\n  /a:\n    get:\n      parameters:\n");
    for (int i = 0; i < 900; i++)
        pl_buf_printf(&bed.text, "        - {name: p%d, in: query, schema: {type: array, default: *a29, enum: *a29}}\n",
                      i);
    bed_load(&bed);
    CHECK(pl_catalog_response_example(bed.catalog, bed.plugin->operations[0], 0).len == 0);
    bed_end(&bed);
}

TEST(merges_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.text, "openapi: 3.0.0\npaths: {}\nbase: &base\n");
    EACH(&bed, "  k%d: 1\n", i);
    EACH(&bed, "m%d: {<<: [*base, *base]}\n", i);
    bed_load(&bed);
    CHECK(bed.diags.warnings == 2); /* the limit, once, and no operations */
    bed_end(&bed);
}

TEST(a_long_text)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.text, "{\"openapi\": \"3.0.0\", \"paths\": {\"/a\": {\"get\": {\"summary\": \"");
    for (int i = 0; i < 1000000; i++) pl_buf_put_z(&bed.text, "many words are here ");
    pl_buf_put_z(&bed.text, "\"}}}}");
    bed_load(&bed);
    PlNear near[1];
    CHECK(pl_catalog_nearest(bed.catalog, NULL, PL_STR("words"), bed.plugin->operations[0]->title, near, 1) <= 1);
    bed_end(&bed);
}

TEST(references_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.text, "openapi: 3.0.0\npaths:\n  /a: {$ref: '#/r/0'}\nr:\n");
    EACH(&bed, "  - {$ref: '#/r/%d'}\n", i + 1);
    bed_load(&bed);
    bed_end(&bed);
}

UNIT_MAIN
