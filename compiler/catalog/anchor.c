/* SPDX-License-Identifier: MIT */
/* Schemas that are referred to by a name of their own: $anchor, $dynamicAnchor and $id (JSON Schema 2020-12 section 8.2), draft 4's id. A
 * document is walked once, when the first such reference is met; examples and other data are not schemas and are not looked into. Of
 * several schemas of one name the nearest around the reference is meant; where none is around it, the name depends on the way to it and names none. */
#include "compiler/catalog/ref.h"

enum { MAX_WALK = 2000000, MAX_DEPTH = 200, MAX_TWINS = 20 };

typedef struct Walk {
    PlArena *arena;
    PlMap *names; /* "#anchor" and ids -> PlNode */
    uint32_t left;
    PlStr only;   /* while one of many is looked for: its name ... */
    uint32_t at;  /* ... and where the reference stands */
    PlNode *best; /* the nearest one around it */
} Walk;

static bool is_data(PlStr key)
{
    static const char *const keys[] = {"example", "examples", "default", "enum", "const", "x-example", "x-examples"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (pl_str_eq_z(key, keys[i])) return true;
    return false;
}

static void put_name(Walk *w, PlStr name, PlNode *schema)
{
    bool added;
    if (name.len == 0) return;
    if (w->only.len) {
        bool around = schema->start <= w->at && w->at < schema->end;
        if (around && pl_str_eq(name, w->only)) w->best = schema;
        return;
    }
    PlMapEntry *entry = pl_map_put(w->names, name, &added);
    entry->value.ptr = added || entry->value.ptr == schema ? schema : NULL;
}

static void note_names(Walk *w, PlNode *schema)
{
    PlStr anchor = pl_node_text(PL_GET(schema, "$anchor")), dynamic = pl_node_text(PL_GET(schema, "$dynamicAnchor"));
    PlStr id = pl_node_text(PL_GET(schema, "$id"));
    if (id.len == 0 && PL_GET(schema, "type") && !PL_GET(schema, "$ref")) id = pl_node_text(PL_GET(schema, "id"));
    if (anchor.len) put_name(w, pl_arena_printf(w->arena, "#" PL_FMT, PL_ARG(anchor)), schema);
    if (dynamic.len && !pl_str_eq(dynamic, anchor))
        put_name(w, pl_arena_printf(w->arena, "#" PL_FMT, PL_ARG(dynamic)), schema);
    if (id.len && pl_str_ends(id, PL_STR("#"))) id.len--;
    put_name(w, id, schema);
    size_t slash = id.len;
    while (slash > 0 && id.ptr[slash - 1] != '/') slash--;
    if (slash) put_name(w, pl_str_slice(id, slash, id.len), schema);
}

static void walk(Walk *w, PlNode *node, uint32_t depth)
{
    if (node->kind < PL_NODE_LIST || depth > MAX_DEPTH || w->left == 0) return;
    w->left--;
    if (node->kind == PL_NODE_MAP) note_names(w, node);
    for (uint32_t i = 0; i < node->count && w->left; i++) {
        bool data = node->kind == PL_NODE_MAP && is_data(pl_pair_key(pl_node_at(node, i)));
        if (!data) walk(w, node->kind == PL_NODE_MAP ? &pl_node_at(node, i)->value : pl_node_item(node, i), depth + 1);
    }
}

PlNode *pl_anchor_find(PlRefs *refs, PlDoc *doc, PlStr name, const PlNode *from)
{
    if (!doc->root) return NULL;
    if (!doc->names) {
        Walk w = {.arena = refs->arena, .names = PL_NEW(refs->arena, PlMap), .left = MAX_WALK};
        pl_map_init(w.names, refs->arena);
        walk(&w, doc->root, 0);
        doc->names = w.names;
    }
    const PlMapEntry *found = pl_map_find(doc->names, name);
    if (!found || found->value.ptr || !from || refs->twins >= MAX_TWINS) return found ? found->value.ptr : NULL;
    refs->twins++;
    Walk w = {.arena = refs->arena, .left = MAX_WALK, .only = name, .at = from->start};
    walk(&w, doc->root, 0);
    return w.best;
}
