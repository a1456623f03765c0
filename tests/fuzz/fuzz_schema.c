/* SPDX-License-Identifier: MIT */
/* A list [schema, value...] as JSON: in every dialect the schema compiles or says why not, and each value fits or not, the same whether somebody asks why. */
#include "tests/fuzz/fuzz.h"
#include "vm/value/json.h"
#include "vm/value/schema.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(bool holds, const char *what)
{
    if (holds) return;
    fprintf(stderr, "schema: %s\n", what);
    abort();
}

static bool load(void *context, PlStr address, PlValue *out)
{
    PlValue *root = context; /* every address leads to the schema itself */
    expect(pl_str_find_char(address, '#', 0) == PL_STR_NONE, "an address with a fragment");
    if (address.len > 40) return false;
    *out = pl_retain(*root);
    return true;
}

static void use(PlArena *arena, PlValues *values, PlValue list)
{
    static const PlSchemaDraft drafts[] = {PL_SCHEMA_OPENAPI, PL_SCHEMA_DRAFT_4, PL_SCHEMA_DRAFT_7, PL_SCHEMA_2019_09,
                                           PL_SCHEMA_2020_12};
    PlValue root = pl_list_at(list, 0);
    for (size_t d = 0; d < sizeof drafts / sizeof *drafts; d++) {
        PlSchemaOptions options = {.draft = drafts[d], .formats = true, .load = load, .context = &root};
        PlSchemaIssues issues;
        PlSchema *schema;
        PlStatus status = pl_schema_compile(arena, values, root, &options, &schema, &issues);
        expect((status == PL_OK) == (schema != NULL), "no schema and no fault");
        if (status != PL_OK) expect(issues.count > 0, "refused without words");
        for (uint32_t i = 1; schema && i < pl_list_len(list) && i < 4; i++) {
            bool fits = pl_schema_fits(schema, pl_list_at(list, i), arena, &issues);
            expect(fits == (issues.count == 0), "does not fit without words");
            bool again = pl_schema_fits(schema, pl_list_at(list, i), arena, NULL);
            bool spent =
                issues.count && issues.all[issues.count - 1].keyword.len == 0; /* asking why takes more steps */
            expect(fits == again || spent, "asking why changes the answer");
        }
        pl_schema_free(schema);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 64 << 20);
    PlHeap *heap = pl_heap_new(&escape, 64 << 20);
    PlValues *values = pl_values_new(heap);
    PlValue v;
    size_t at = 0;
    const char *error = NULL;
    if (setjmp(escape.at) == 0 &&
        pl_json_read(values, pl_str(size ? (const char *)data : "", size), &v, &at, &error) == PL_OK) {
        if (v.tag == PL_LIST && pl_list_len(v)) use(arena, values, v);
        pl_release(values, v);
    }
    pl_values_free(values);
    pl_heap_free(heap);
    pl_arena_free(arena);
    return 0;
}
