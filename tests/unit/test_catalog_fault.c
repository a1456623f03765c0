/* SPDX-License-Identifier: MIT */
/* Each allocation of loading a document fails once: the arena's escape is taken with PL_NOMEM and nothing is lost (which the
 * sanitizers and valgrind see). */
#include "tests/unit/unit.h"

#include "compiler/catalog/catalog.h"
#include "vm/base/fault.h"

static const char yaml_text[] =
    "openapi: 3.0.0\n"
    "info: {title: \"caf\\u00e9\"}\n"
    "paths:\n"
    "  /a/{id}:\n"
    "    get: {parameters: [{name: id, in: path, schema: &t {type: string}}], responses: {200: "
    "{content: {a/json: {schema: {oneOf: [*t, {type: object, properties: {x: *t}}]}}}}}}\n"
    "    post: {requestBody: {content: {a/json: {schema: {type: object, default: {a: [1]}}}}}}\n";
static const char json_text[] =
    "{\"swagger\": \"2.0\", \"host\": \"h.example\", \"paths\": {\"/\\u0061\": {\"get\": "
    "{\"summary\": \"a\\nb\", \"responses\": {\"200\": {\"examples\": {\"application/json\": "
    "{\"k\": [1, 2]}}}}}}}}";

static void use(PlArena *arena, PlStr text)
{
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlPlugin *plugin = NULL;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
    if (pl_catalog_add_text(catalog, PL_STR(""), PL_STR("f"), text, NULL, &plugin) != PL_OK) return;
    for (uint32_t i = 0; i < plugin->operation_count; i++) {
        (void)pl_catalog_action(catalog, plugin->operations[i]);
        (void)pl_catalog_response_example(catalog, plugin->operations[i], 0);
    }
    PlNear near[2];
    (void)pl_catalog_nearest(catalog, plugin, PL_STR("get a"), PL_STR(""), near, 2);
}

/* False when the document was done before its nth allocation. */
static bool fail_nth(PlStr text, uint64_t n)
{
    PlEscape escape = {.status = PL_OK};
    PlArena *arena = pl_arena_new(&escape, 0);
    pl_fault_arm(PL_FAULT_ALLOC, n, false);
    if (setjmp(escape.at) == 0)
        use(arena, text);
    else
        CHECK(escape.status == PL_NOMEM);
    bool fired = pl_fault_fired();
    pl_fault_disarm();
    pl_arena_free(arena);
    return fired;
}

static void fail_each(PlStr text)
{
    uint64_t n = 0;
    while (n < 10000 && fail_nth(text, n)) n++;
    CHECK(n > 3 && n < 10000);
}

TEST(yaml)
{
    fail_each(pl_str(yaml_text, sizeof yaml_text - 1));
}

TEST(json)
{
    fail_each(pl_str(json_text, sizeof json_text - 1));
}

TEST(utf16)
{
    char text[2 * sizeof yaml_text];
    size_t n = 0;
    text[n++] = (char)0xff;
    text[n++] = (char)0xfe;
    for (size_t i = 0; i + 1 < sizeof yaml_text; i++) {
        text[n++] = yaml_text[i];
        text[n++] = 0;
    }
    fail_each(pl_str(text, n));
}

UNIT_MAIN
