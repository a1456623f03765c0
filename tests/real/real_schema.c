/* SPDX-License-Identifier: MIT */
/* The official JSON Schema tests against our types: what a schema calls valid, its type must accept, or a plan would refuse a good answer.
 * (Types say less than schemas: many an invalid value is accepted, which is only counted.)
 * usage: real_schema [-v] FILE...   -v: print each valid value that is refused */
#include "compiler/catalog/schema.h"
#include "vm/value/json.h"
#include "vm/value/type_check.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Totals {
    unsigned schemas, valid, refused, invalid, caught;
    bool verbose;
} Totals;

typedef struct Case {
    const char *path;
    PlStr title;
    PlStr schema;
    const PlNode *tests;
} Case;

static bool check(PlValues *values, const PlTypes *types, PlTypeId type, PlStr json)
{
    PlValue value;
    PlMismatch why;
    size_t at;
    const char *error;
    if (pl_json_read(values, json, &value, &at, &error) != PL_OK) return true;
    return pl_type_check(types, type, value, &why);
}

/* Whether the value, as JSON, has the type. */
static bool accepts(const PlTypes *types, PlTypeId type, PlStr json)
{
    PlEscape escape;
    PlHeap *heap = pl_heap_new(&escape, 0);
    PlValues *values = pl_values_new(heap);
    volatile bool good = true;
    if (setjmp(escape.at) == 0) good = check(values, types, type, json);
    pl_values_free(values);
    pl_heap_free(heap);
    return good;
}

static bool has(const PlNode *schema, const char *key)
{
    return pl_node_get(schema, pl_str_z(key)) != NULL;
}

/* Schemas without a type are read as what their other keywords speak of; JSON Schema lets any other value pass. Not a fault, but a
 * decision (spec/catalog.md section 4). */
static bool is_other_kind(const PlNode *schema, const PlNode *data)
{
    if (has(schema, "type")) return false;
    bool record = has(schema, "properties") || has(schema, "patternProperties") || has(schema, "additionalProperties");
    bool list = has(schema, "items") || has(schema, "prefixItems");
    bool text = has(schema, "format") || has(schema, "contentEncoding") || has(schema, "contentMediaType");
    return (record && data->kind != PL_NODE_MAP) || (list && data->kind != PL_NODE_LIST) ||
           (text && data->kind != PL_NODE_TEXT);
}

static void run_case(Totals *totals, PlArena *arena, const Case *c)
{
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlDoc doc;
    PlRefs refs;
    PlSchemas schemas;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    pl_doc_parse(&doc, &diags, PL_STR("schema.json"), c->schema);
    pl_refs_init(&refs, &diags, &doc, false);
    pl_schemas_init(&schemas, &refs, &types);
    PlTypeId type = pl_schema_type(&schemas, doc.root);
    totals->schemas++;
    for (uint32_t i = 0; i < pl_node_count(c->tests); i++) {
        const PlNode *test = pl_node_item(c->tests, i);
        PlStr json = pl_node_json(arena, PL_GET(test, "data"), 1 << 20);
        if (is_other_kind(doc.root, PL_GET(test, "data"))) continue;
        bool valid = pl_node_yes(PL_GET(test, "valid")), accepted = accepts(&types, type, json);
        *(valid ? &totals->valid : &totals->invalid) += 1;
        if (valid && !accepted) totals->refused++;
        if (!valid && !accepted) totals->caught++;
        if (!valid || accepted || !totals->verbose) continue;
        printf("%s: " PL_FMT "\n  " PL_FMT "\n  " PL_FMT "\n", c->path, PL_ARG(c->title), PL_ARG(c->schema),
               PL_ARG(json));
    }
}

static void run_file(Totals *totals, const char *path, PlArena *arena)
{
    PlSources sources;
    PlDiags diags;
    PlDoc doc;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    if (!pl_doc_read(&doc, &diags, pl_str_z(path), PL_NO_SPAN)) return;
    for (uint32_t i = 0; i < pl_node_count(doc.root); i++) {
        const PlNode *node = pl_node_item(doc.root, i);
        Case c = {path, pl_node_text(PL_GET(node, "description")), PL_STR(""), PL_GET(node, "tests")};
        c.schema = pl_node_json(arena, PL_GET(node, "schema"), 1 << 20);
        run_case(totals, arena, &c);
    }
}

static void one(Totals *totals, const char *path)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (setjmp(escape.at) == 0) run_file(totals, path, arena);
    pl_arena_free(arena);
}

int main(int argc, char **argv)
{
    Totals totals = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0) {
            totals.verbose = true;
            continue;
        }
        one(&totals, argv[i]);
    }
    printf("schemas %u; valid values %u, refused %u; invalid values %u, caught %u\n", totals.schemas, totals.valid,
           totals.refused, totals.invalid, totals.caught);
    return 0;
}
