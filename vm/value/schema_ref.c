/* SPDX-License-Identifier: MIT */
/* Addresses of schemas: resources by $id, anchors, JSON pointers, and documents that are loaded when a reference names them (JSON Schema
 * 2020-12 core, sections 8 and 9; RFC 3986; RFC 6901). */
#include "vm/value/json.h"
#include "vm/value/schema_node.h"

enum { MAX_NESTING = 512, MAX_NODES = 1000000, MAX_DOCUMENTS = 1000 };

static bool is_full(const PlSchema *s)
{
    return s->held.len >= (s->options.documents ? s->options.documents : MAX_DOCUMENTS);
}

/* ---- addresses --------------------------------------------------------------------------------------------------- */

typedef struct Parts { /* slices of one address; ptr NULL: the part is absent */
    PlStr scheme, authority, path, query;
} Parts;

static const PlStr ABSENT = {NULL, 0};

static Parts split(PlStr uri)
{
    Parts p = {ABSENT, ABSENT, ABSENT, ABSENT};
    size_t end = pl_str_find_char(uri, '#', 0);
    uri = pl_str_slice(uri, 0, end);
    size_t colon = pl_str_find_char(uri, ':', 0), slash = pl_str_find_char(uri, '/', 0);
    if (colon != PL_STR_NONE && colon > 0 && (slash == PL_STR_NONE || colon < slash)) {
        p.scheme = pl_str_slice(uri, 0, colon);
        uri = pl_str_slice(uri, colon + 1, uri.len);
    }
    size_t mark = pl_str_find_char(uri, '?', 0);
    if (mark != PL_STR_NONE) p.query = pl_str_slice(uri, mark + 1, uri.len);
    uri = pl_str_slice(uri, 0, mark);
    if (pl_str_starts(uri, PL_STR("//"))) {
        size_t path = pl_str_find_char(uri, '/', 2);
        p.authority = pl_str_slice(uri, 2, path);
        uri = path == PL_STR_NONE ? PL_STR("") : pl_str_slice(uri, path, uri.len);
    }
    p.path = uri;
    return p;
}

/* RFC 3986 section 5.2.4 */
static PlStr without_dots(PlArena *arena, PlStr path)
{
    char *out = pl_arena_alloc(arena, path.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < path.len;) {
        size_t end = pl_str_find_char(path, '/', i + 1);
        if (end == PL_STR_NONE) end = path.len;
        PlStr segment = pl_str_slice(path, i, end); /* with its '/' */
        bool last = end == path.len;
        i = end;
        if (pl_str_eq_z(segment, "/.") || pl_str_eq_z(segment, "/..")) {
            if (segment.len == 3)
                while (n > 0 && out[--n] != '/') {}
            if (last) out[n++] = '/';
            continue;
        }
        memcpy(out + n, segment.ptr, segment.len);
        n += segment.len;
    }
    return pl_str(out, n);
}

static PlStr merged(PlArena *arena, Parts base, PlStr path)
{
    if (base.authority.ptr && base.path.len == 0) return pl_arena_printf(arena, "/" PL_FMT, PL_ARG(path));
    size_t slash = base.path.len;
    while (slash > 0 && base.path.ptr[slash - 1] != '/') slash--;
    return pl_arena_printf(arena, PL_FMT PL_FMT, PL_ARG(pl_str_slice(base.path, 0, slash)), PL_ARG(path));
}

PlStr pl_schema_join(PlArena *arena, PlStr base_text, PlStr ref)
{
    Parts base = split(base_text), r = split(ref);
    if (r.scheme.ptr) return pl_arena_str(arena, pl_str_slice(ref, 0, pl_str_find_char(ref, '#', 0)));
    if (!r.authority.ptr && r.path.len == 0 && !r.query.ptr)
        return pl_str_slice(base_text, 0, pl_str_find_char(base_text, '#', 0));
    if (!r.authority.ptr) {
        r.authority = base.authority;
        if (r.path.len == 0)
            r.path = base.path;
        else
            r.path = without_dots(arena, r.path.ptr[0] == '/' ? r.path : merged(arena, base, r.path));
    }
    return pl_arena_printf(arena, PL_FMT "%s%s" PL_FMT PL_FMT "%s" PL_FMT, PL_ARG(base.scheme),
                           base.scheme.len ? ":" : "", r.authority.ptr ? "//" : "", PL_ARG(r.authority), PL_ARG(r.path),
                           r.query.ptr ? "?" : "", PL_ARG(r.query));
}

/* ---- resources and nodes ----------------------------------------------------------------------------------------- */

static PlSchemaResource *add_resource(PlSchema *s, PlStr address, PlValue root, const PlSchemaResource *above)
{
    PlSchemaResource *r = PL_NEW(s->arena, PlSchemaResource);
    r->address = address;
    r->root = root;
    r->draft = above ? above->draft : s->options.draft;
    r->formats = above ? above->formats : s->options.formats;
    r->no_validation = above && above->no_validation;
    pl_map_init(&r->anchors, s->arena);
    pl_map_init(&r->dynamic_anchors, s->arena);
    pl_vec_push(s->arena, &s->resources, r);
    bool added;
    PlMapEntry *entry = pl_map_put(&s->by_address, address, &added);
    if (added) entry->value.ptr = r;
    return r;
}

static bool text_of(PlValue record, const char *name, PlStr *out)
{
    PlValue v;
    if (!pl_schema_get(record, name, &v) || v.tag != PL_TEXT) return false;
    *out = pl_text_str(v);
    return true;
}

static bool known_draft(PlStr schema, PlSchemaDraft *out)
{
    static const struct {
        const char *part;
        PlSchemaDraft draft;
    } drafts[] = {{"/draft-04/schema", PL_SCHEMA_DRAFT_4},      {"/draft-06/schema", PL_SCHEMA_DRAFT_6},
                  {"/draft-07/schema", PL_SCHEMA_DRAFT_7},      {"/draft/2019-09/schema", PL_SCHEMA_2019_09},
                  {"/draft/2020-12/schema", PL_SCHEMA_2020_12}, {"spec.openapis.org/oas/3.", PL_SCHEMA_2020_12}};
    bool official = pl_str_find(schema, PL_STR("json-schema.org/"), 0) != PL_STR_NONE ||
                    pl_str_find(schema, PL_STR("spec.openapis.org/"), 0) != PL_STR_NONE;
    for (size_t i = 0; official && i < sizeof drafts / sizeof *drafts; i++) {
        if (pl_str_find(schema, pl_str_z(drafts[i].part), 0) == PL_STR_NONE) continue;
        *out = drafts[i].draft;
        return true;
    }
    return false;
}

/* A dialect of somebody's own: its schema says which vocabularies count. */
static void read_dialect(PlSchema *s, PlSchemaResource *r, PlStr address)
{
    PlValue meta, vocabulary, unused;
    if (!s->options.load || is_full(s) || !s->options.load(s->options.context, address, &meta))
        return;
    pl_vec_push(s->arena, &s->held, meta);
    PlStr schema;
    if (text_of(meta, "$schema", &schema)) (void)known_draft(schema, &r->draft);
    if (!pl_schema_get(meta, "$vocabulary", &vocabulary)) return;
    r->no_validation = !pl_schema_get(vocabulary, "https://json-schema.org/draft/2020-12/vocab/validation", &unused) &&
                       !pl_schema_get(vocabulary, "https://json-schema.org/draft/2019-09/vocab/validation", &unused);
    if (pl_schema_get(vocabulary, "https://json-schema.org/draft/2020-12/vocab/format-assertion", &unused))
        r->formats = true;
}

static void read_draft(PlSchema *s, PlSchemaResource *r, PlValue schema)
{
    PlStr said;
    if (!text_of(schema, "$schema", &said) || known_draft(said, &r->draft)) return;
    read_dialect(s, r, pl_str_slice(said, 0, pl_str_find_char(said, '#', 0)));
}

static PlSchemaNode *new_node(PlSchema *s, PlSchemaResource *resource, PlValue schema)
{
    if (s->nodes.len >= MAX_NODES) pl_arena_escape(s->arena, PL_LIMIT);
    PlSchemaNode *node = PL_NEW(s->arena, PlSchemaNode);
    node->source = schema;
    node->resource = resource;
    pl_vec_push(s->arena, &s->pending, node);
    return node;
}

/* The node of this record, or NULL. */
static PlSchemaNode *find_node(const PlSchema *s, PlValue schema)
{
    const void *place = schema.tag == PL_RECORD ? schema.as.record : NULL;
    return place ? pl_map_get(&s->nodes, pl_str((const char *)&place, sizeof place)) : NULL;
}

static void put_node(PlSchema *s, PlValue schema, PlSchemaNode *node)
{
    const void *place = schema.as.record;
    PlStr key = pl_arena_str(s->arena, pl_str((const char *)&place, sizeof place));
    pl_map_put(&s->nodes, key, NULL)->value.ptr = node;
}

static void put_anchor(PlMap *map, PlStr name, PlSchemaNode *node)
{
    bool added;
    PlMapEntry *entry = pl_map_put(map, name, &added);
    if (added) entry->value.ptr = node;
}

static PlSchemaNode *scan(PlSchema *s, PlSchemaResource *resource, PlValue schema);

static void scan_each(PlSchema *s, PlSchemaResource *resource, PlValue many)
{
    for (uint32_t i = 0; many.tag == PL_LIST && i < pl_list_len(many); i++) scan(s, resource, pl_list_at(many, i));
    for (uint32_t i = 0; many.tag == PL_RECORD && i < pl_record_len(many); i++)
        scan(s, resource, pl_record_at(many, i));
}

/* Keywords that hold schemas: one, or a list or map of them. */
static void scan_parts(PlSchema *s, PlSchemaResource *resource, PlValue schema)
{
    static const char *const ones[] = {"not",
                                       "if",
                                       "then",
                                       "else",
                                       "items",
                                       "additionalItems",
                                       "additionalProperties",
                                       "contains",
                                       "propertyNames",
                                       "contentSchema",
                                       "unevaluatedItems",
                                       "unevaluatedProperties"};
    static const char *const many[] = {"allOf",       "anyOf",       "oneOf",
                                       "prefixItems", "properties",  "patternProperties",
                                       "$defs",       "definitions", "dependentSchemas",
                                       "dependencies"};
    PlValue part;
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++) {
        if (!pl_schema_get(schema, ones[i], &part)) continue;
        if (part.tag == PL_LIST)
            scan_each(s, resource, part);
        else
            scan(s, resource, part);
    }
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        if (pl_schema_get(schema, many[i], &part)) scan_each(s, resource, part);
}

/* Make the node of a schema, the resource that its $id begins, and its anchors; then those of the schemas in it. */
static PlSchemaNode *scan(PlSchema *s, PlSchemaResource *resource, PlValue schema)
{
    if (schema.tag != PL_RECORD || s->depth >= MAX_NESTING) return NULL;
    PlSchemaNode *node = find_node(s, schema);
    if (node) return node;
    PlSchemaDraft draft = resource->draft;
    PlStr id = PL_STR(""), name;
    PlValue ref, yes;
    bool only_ref = draft <= PL_SCHEMA_DRAFT_7 && pl_schema_get(schema, "$ref", &ref);
    if (!only_ref && draft != PL_SCHEMA_OPENAPI) (void)text_of(schema, draft == PL_SCHEMA_DRAFT_4 ? "id" : "$id", &id);
    node = new_node(s, resource, schema);
    put_node(s, schema, node);
    if (id.len && id.ptr[0] == '#') {
        put_anchor(&resource->anchors, pl_str_slice(id, 1, id.len), node);
    } else if (id.len && resource->root.as.record != schema.as.record) {
        resource = add_resource(s, pl_schema_join(s->arena, resource->address, id), schema, resource);
        read_draft(s, resource, schema);
        node->resource = resource;
    }
    if (draft >= PL_SCHEMA_2019_09 && text_of(schema, "$anchor", &name)) put_anchor(&resource->anchors, name, node);
    if (draft >= PL_SCHEMA_2020_12 && text_of(schema, "$dynamicAnchor", &name)) {
        put_anchor(&resource->anchors, name, node);
        put_anchor(&resource->dynamic_anchors, name, node);
    }
    if (draft == PL_SCHEMA_2019_09 && pl_schema_get(schema, "$recursiveAnchor", &yes) && yes.tag == PL_YESNO &&
        yes.as.yes)
        put_anchor(&resource->dynamic_anchors, PL_STR("$recursive"), node);
    s->depth++;
    scan_parts(s, resource, schema);
    s->depth--;
    return node;
}

PlSchemaNode *pl_schema_node(PlSchema *s, PlSchemaResource *resource, PlValue schema)
{
    if (schema.tag == PL_YESNO) return new_node(s, resource, schema);
    return scan(s, resource, schema);
}

PlSchemaResource *pl_schema_add_document(PlSchema *s, PlStr address, PlValue root, PlSchemaDraft draft)
{
    PlStr id = PL_STR("");
    PlSchemaResource *r = add_resource(s, address, root, NULL);
    r->draft = draft;
    read_draft(s, r, root);
    if (r->draft != PL_SCHEMA_OPENAPI && text_of(root, r->draft == PL_SCHEMA_DRAFT_4 ? "id" : "$id", &id) && id.len &&
        id.ptr[0] != '#') {
        r->address = pl_schema_join(s->arena, address, id);
        bool added;
        PlMapEntry *entry = pl_map_put(&s->by_address, r->address, &added);
        if (added) entry->value.ptr = r;
    }
    return r;
}

/* ---- references -------------------------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %41 -> A; and of a step of a pointer ~1 -> '/', ~0 -> '~'. */
static PlStr decode(PlArena *arena, PlStr text, char mark)
{
    if (pl_str_find_char(text, mark, 0) == PL_STR_NONE) return text;
    char *out = pl_arena_alloc(arena, text.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char next = i + 1 < text.len ? text.ptr[i + 1] : 0;
        int high = mark == '%' && i + 2 < text.len ? hex_value(next) : -1,
            low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
        if (text.ptr[i] != mark) {
            out[n++] = text.ptr[i];
        } else if (low >= 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else if (mark == '~' && (next == '0' || next == '1')) {
            out[n++] = next == '0' ? '~' : '/';
            i++;
        } else {
            out[n++] = mark;
        }
    }
    return pl_str(out, n);
}

static PlSchemaNode *walk(PlSchema *s, PlSchemaResource *resource, PlStr pointer)
{
    PlValue at = resource->root;
    if (pointer.len) (void)pl_schema_node(s, resource, at);
    for (size_t i = 1; i <= pointer.len && pointer.len;) {
        size_t end = pl_str_find_char(pointer, '/', i);
        if (end == PL_STR_NONE) end = pointer.len;
        PlStr step = decode(s->arena, pl_str_slice(pointer, i, end), '~');
        int64_t index;
        i = end + 1;
        if (at.tag == PL_LIST) {
            if (!pl_str_to_int(step, &index) || index < 0 || index >= (int64_t)pl_list_len(at)) return NULL;
            at = pl_list_at(at, (uint32_t)index);
        } else if (at.tag != PL_RECORD || !pl_record_find(at, step, &at)) {
            return NULL;
        }
        const PlSchemaNode *known = find_node(s, at);
        PlStr id;
        if (!known && resource->draft != PL_SCHEMA_OPENAPI && text_of(at, resource->draft == PL_SCHEMA_DRAFT_4 ? "id" : "$id", &id))
            known = scan(s, resource, at); /* a schema where no keyword puts one: components/schemas */
        if (known) resource = known->resource; /* an $id on the way */
    }
    return pl_schema_node(s, resource, at);
}

static PlSchemaResource *load(PlSchema *s, PlStr address, PlSchemaDraft draft)
{
    PlValue root;
    PlSchemaDraft own = draft == PL_SCHEMA_OPENAPI ? PL_SCHEMA_2020_12 : draft;
    PlStr meta = pl_schema_meta(address, &own);
    size_t at;
    const char *error;
    if (is_full(s)) return NULL;
    if (meta.len) {
        if (pl_json_read(s->values, meta, &root, &at, &error) != PL_OK) return NULL;
    } else if (!s->options.load || !s->options.load(s->options.context, address, &root)) {
        return NULL;
    }
    pl_vec_push(s->arena, &s->held, root);
    PlSchemaResource *r = pl_schema_add_document(s, address, root, own);
    (void)pl_schema_node(s, r, root);
    return r;
}

PlSchemaNode *pl_schema_resolve(PlSchema *s, const PlSchemaResource *from, PlStr ref)
{
    size_t hash = pl_str_find_char(ref, '#', 0);
    PlStr fragment = hash == PL_STR_NONE ? PL_STR("") : decode(s->arena, pl_str_slice(ref, hash + 1, ref.len), '%');
    PlSchemaResource *target = (PlSchemaResource *)(uintptr_t)from;
    if (hash != 0) {
        PlStr address = pl_schema_join(s->arena, from->address, ref);
        target = pl_map_get(&s->by_address, address);
        if (!target) target = load(s, address, from->draft);
    }
    if (!target) return NULL;
    if (fragment.len == 0 || fragment.ptr[0] == '/') return walk(s, target, fragment);
    return pl_map_get(&target->anchors, fragment);
}
