/* SPDX-License-Identifier: MIT */
/* Schemas that are referred to by a name of their own: $anchor, $dynamicAnchor and $id (JSON Schema 2020-12 section 8.2), draft 4's id. A
 * document is walked once, when the first such reference is met; examples and other data are not schemas and are not looked into. Of
 * several schemas of one name the nearest around the reference is meant; where none is around it, the name depends on the way to it and names none. A schema
 * with an $id begins a resource: what is in it counts its own anchors before those of the rest. */
#include "compiler/catalog/ref.h"

enum { MAX_WALK = 2000000, MAX_DEPTH = 200, MAX_TWINS = 20 };

typedef struct Resource {
    PlNode *node;
    PlStr address; /* of its $id, joined to the one around it */
    uint32_t up;   /* the one around it: index + 1; 0: none */
} Resource;

typedef struct Names {
    PlMap all; /* "#anchor" and ids -> PlNode; "N#anchor": of the resource N - 1 alone */
    PL_VEC(Resource) resources; /* by their start, those around others first */
} Names;

typedef struct Walk {
    PlRefs *refs;
    PlArena *arena;
    Names *names;
    uint32_t resource; /* that of the node in hand: index + 1 */
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
    PlMapEntry *entry = pl_map_put(&w->names->all, name, &added);
    entry->value.ptr = added || entry->value.ptr == schema ? schema : NULL;
}

static void put_anchor(Walk *w, PlStr anchor, PlNode *schema)
{
    if (anchor.len == 0) return;
    put_name(w, pl_arena_printf(w->arena, "#" PL_FMT, PL_ARG(anchor)), schema);
    if (w->resource && !w->only.len) put_name(w, pl_arena_printf(w->arena, "%u#" PL_FMT, w->resource, PL_ARG(anchor)), schema);
}

/* "#name" as an $id is an anchor (draft 7) or a habit, and begins nothing. */
static bool begins_resource(const PlNode *node)
{
    PlStr id = pl_str_trim(pl_node_text(PL_GET(node, "$id")));
    return id.len > 0 && id.ptr[0] != '#';
}

/* The innermost one around a place: index + 1; 0: none. */
static uint32_t resource_around(const Names *names, const PlNode *from)
{
    uint32_t low = 0, high = names->resources.len;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (names->resources.items[middle].node->start <= from->start) low = middle + 1;
        else high = middle;
    }
    while (low && names->resources.items[low - 1].node->end <= from->start) low = names->resources.items[low - 1].up;
    return low;
}

/* What stands behind an alias of YAML was entered before, where it stands. */
static void enter_resource(Walk *w, PlNode *schema)
{
    Resource *up = w->resource ? &w->names->resources.items[w->resource - 1] : NULL;
    PlStr id = pl_str_trim(pl_node_text(PL_GET(schema, "$id")));
    id = pl_str_slice(id, 0, pl_str_find_char(id, '#', 0));
    uint32_t count = w->names->resources.len;
    if (count && schema->start <= w->names->resources.items[count - 1].node->start) {
        w->resource = resource_around(w->names, schema);
        return;
    }
    Resource one = {schema, up ? pl_path_join(w->refs, up->address, id) : id, w->resource};
    pl_vec_push(w->arena, &w->names->resources, one);
    w->resource = w->names->resources.len;
    if (up) put_name(w, one.address, schema);
}

static void note_names(Walk *w, PlNode *schema)
{
    PlStr anchor = pl_node_text(PL_GET(schema, "$anchor")), dynamic = pl_node_text(PL_GET(schema, "$dynamicAnchor"));
    PlStr id = pl_node_text(PL_GET(schema, "$id"));
    if (id.len == 0 && PL_GET(schema, "type") && !PL_GET(schema, "$ref")) id = pl_node_text(PL_GET(schema, "id"));
    put_anchor(w, anchor, schema);
    if (!pl_str_eq(dynamic, anchor)) put_anchor(w, dynamic, schema);
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
    uint32_t outer = w->resource;
    if (node->kind == PL_NODE_MAP && !w->only.len && begins_resource(node)) enter_resource(w, node);
    if (node->kind == PL_NODE_MAP) note_names(w, node);
    for (uint32_t i = 0; i < node->count && w->left; i++) {
        bool data = node->kind == PL_NODE_MAP && is_data(pl_pair_key(pl_node_at(node, i)));
        if (!data) walk(w, node->kind == PL_NODE_MAP ? &pl_node_at(node, i)->value : pl_node_item(node, i), depth + 1);
    }
    w->resource = outer;
}

static Names *names_of(PlRefs *refs, PlDoc *doc)
{
    if (doc->names) return doc->names;
    Names *names = PL_NEW(refs->arena, Names);
    Walk w = {.refs = refs, .arena = refs->arena, .names = names, .left = MAX_WALK};
    pl_map_init(&names->all, refs->arena);
    walk(&w, doc->root, 0);
    doc->names = names;
    return names;
}

PlNode *pl_anchor_find(PlRefs *refs, PlDoc *doc, PlStr name, const PlNode *from)
{
    if (!doc->root) return NULL;
    const Names *names = names_of(refs, doc);
    const PlMapEntry *found = pl_map_find(&names->all, name);
    if (!found || found->value.ptr || !from || refs->twins >= MAX_TWINS) return found ? found->value.ptr : NULL;
    refs->twins++;
    Walk w = {.arena = refs->arena, .left = MAX_WALK, .only = name, .at = from->start};
    walk(&w, doc->root, 0);
    return w.best;
}

/* ---- resources ---------------------------------------------------------------------------------------------------- */

/* A document without the word has none, and need not be walked. */
static const Names *names_with_ids(PlRefs *refs, PlDoc *doc)
{
    if (!doc->root) return NULL;
    if (!doc->looked) doc->has_ids = pl_str_find(refs->diags->sources->all.items[doc->source].text, PL_STR("$id"), 0) != PL_STR_NONE;
    doc->looked = true;
    return doc->has_ids ? names_of(refs, doc) : NULL;
}

PlNode *pl_anchor_resource(PlRefs *refs, PlDoc *doc, const PlNode *from, PlStr *address)
{
    const Names *names = names_with_ids(refs, doc);
    uint32_t at = names ? resource_around(names, from) : 0;
    if (at == 0) return NULL;
    *address = names->resources.items[at - 1].address;
    return names->resources.items[at - 1].node;
}

PlNode *pl_anchor_inside(PlRefs *refs, PlDoc *doc, PlStr anchor, const PlNode *from)
{
    const Names *names = names_with_ids(refs, doc);
    uint32_t at = names ? resource_around(names, from) : 0;
    if (at == 0) return NULL;
    const PlMapEntry *found = pl_map_find(&names->all, pl_arena_printf(refs->arena, "%u#" PL_FMT, at, PL_ARG(anchor)));
    return found ? found->value.ptr : NULL;
}
