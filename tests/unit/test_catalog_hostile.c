/* SPDX-License-Identifier: MIT */
/* Documents made to take all time or memory. Each must end soon; what it gives is of less interest. */
#include "tests/unit/catalog_world.h"

#include <time.h>

enum { MANY = 20000, SECONDS = 20 }; /* sanitizers and busy machines are slow; what is wrong here takes hours */

static clock_t start;

static void bed_begin(Bed *bed)
{
    start = clock();
    bed_init(bed);
}

/* Load what was written into bed->out, and build everything. */
static void bed_load(Bed *bed)
{
    bed_add(bed, "h", pl_buf_str(&bed->out), NULL);
    CHECK(bed->status == PL_OK || bed->diags.errors > 0);
    for (uint32_t i = 0; bed->plugin && i < bed->plugin->operation_count; i++)
        CHECK(pl_catalog_action(bed->catalog, bed->plugin->operations[i]) != NULL);
}

static void bed_end(Bed *bed)
{
    CHECK((clock() - start) / CLOCKS_PER_SEC < SECONDS);
    bed_close(bed);
}

#define EACH(bed, ...)                                                                                                 \
    for (int i = 0; i < MANY; i++) pl_buf_printf(&(bed)->out, __VA_ARGS__)

TEST(one_id_for_all)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.out, "openapi: 3.0.0\npaths:\n");
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
    pl_buf_put_z(&bed.out, "openapi: 3.0.0\npaths:\n  /");
    for (int i = 0; i < 1500; i++) pl_buf_printf(&bed.out, "{p%d}", i);
    pl_buf_put_z(&bed.out, ":\n    get:\n      parameters:\n");
    EACH(&bed, "        - {name: p%d, in: path}\n", i);
    pl_buf_put_z(&bed.out, "      tags:\n");
    EACH(&bed, "        - tag number %d\n", i);
    pl_buf_put_z(&bed.out, "      responses:\n");
    EACH(&bed, "        '200 %d': {content: {a/json: {schema: {properties: {p%d: {type: string}}}}}}\n", i, i);
    bed_load(&bed);
    bed_end(&bed);
}

TEST(alternatives_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.out, "openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {content: {a/json: {schema: {$ref: "
                            "'#/x'}}}}}}}}\nx:\n  oneOf:\n");
    EACH(&bed, "    - {properties: {p%d: {type: string}}}\n", i);
    bed_load(&bed);
    bed_end(&bed);
}

TEST(values_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.out, "openapi: 3.0.0\na0: &a0 [x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++)
        pl_buf_printf(&bed.out, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1);
    pl_buf_put_z(&bed.out, "paths:\n  /a:\n    get:\n      parameters:\n");
    for (int i = 0; i < 900; i++)
        pl_buf_printf(&bed.out, "        - {name: p%d, in: query, schema: {type: array, default: *a29, enum: *a29}}\n",
                      i);
    bed_load(&bed);
    CHECK(pl_catalog_response_example(bed.catalog, bed.plugin->operations[0], 0).len == 0);
    bed_end(&bed);
}

TEST(merges_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.out, "openapi: 3.0.0\npaths: {}\nbase: &base\n");
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
    pl_buf_put_z(&bed.out, "{\"openapi\": \"3.0.0\", \"paths\": {\"/a\": {\"get\": {\"summary\": \"");
    for (int i = 0; i < 1000000; i++) pl_buf_put_z(&bed.out, "many words are here ");
    pl_buf_put_z(&bed.out, "\"}}}}");
    bed_load(&bed);
    PlNear near[1];
    CHECK(pl_catalog_nearest(bed.catalog, NULL, PL_STR("words"), bed.plugin->operations[0]->title, near, 1) <= 1);
    bed_end(&bed);
}

TEST(references_without_end)
{
    Bed bed;
    bed_begin(&bed);
    pl_buf_put_z(&bed.out, "openapi: 3.0.0\npaths:\n  /a: {$ref: '#/r/0'}\nr:\n");
    EACH(&bed, "  - {$ref: '#/r/%d'}\n", i + 1);
    bed_load(&bed);
    bed_end(&bed);
}

UNIT_MAIN
