/* SPDX-License-Identifier: MIT */
/* From a schema's keywords to its node. A keyword whose value is of another kind than it should be says nothing: real documents have many. */
#include "vm/value/schema_node.h"
#include "vm/value/shape.h"

#include <stdarg.h>

enum { INDEXED = 12, SHOWN = 200 };

void pl_schema_fault(PlSchema *s, PlStr at, const char *keyword, const char *format, ...)
{
    if (!s->issues || s->issues->count >= PL_SCHEMA_ISSUES) return;
    va_list args;
    va_start(args, format);
    PlStr message = pl_arena_vprintf(s->arena, format, args);
    va_end(args);
    s->issues->all[s->issues->count++] =
        (PlSchemaIssue){.at = pl_arena_str(s->arena, at), .keyword = pl_str_z(keyword), .message = message};
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

static bool is_schema(PlValue v)
{
    return v.tag == PL_RECORD || v.tag == PL_YESNO;
}

static PlSchemaNode *part(PlSchema *s, const PlSchemaNode *n, const char *keyword)
{
    PlValue v;
    return pl_schema_get(n->source, keyword, &v) && is_schema(v) ? pl_schema_node(s, n->resource, v) : NULL;
}

static PlSchemaGroup group_of(PlSchema *s, const PlSchemaNode *n, PlValue list)
{
    PlSchemaGroup group = {0};
    group.all = PL_NEW_N(s->arena, PlSchemaNode *, pl_list_len(list) + 1u);
    for (uint32_t i = 0; i < pl_list_len(list); i++) {
        PlValue v = pl_list_at(list, i);
        PlSchemaNode *one = is_schema(v) ? pl_schema_node(s, n->resource, v) : NULL;
        if (one) group.all[group.count++] = one;
    }
    return group;
}

static PlSchemaGroup group(PlSchema *s, const PlSchemaNode *n, const char *keyword)
{
    PlValue v;
    if (!pl_schema_get(n->source, keyword, &v) || v.tag != PL_LIST) return (PlSchemaGroup){0};
    return group_of(s, n, v);
}

static PlStr *names_of(PlSchema *s, PlValue list, uint32_t *count)
{
    PlStr *names = PL_NEW_N(s->arena, PlStr, pl_list_len(list) + 1u);
    *count = 0;
    for (uint32_t i = 0; i < pl_list_len(list); i++)
        if (pl_list_at(list, i).tag == PL_TEXT) names[(*count)++] = pl_text_str(pl_list_at(list, i));
    return names;
}

/* Entries of a map: schemas, or (dependencies) lists of names. */
static void add_names(PlSchema *s, const PlSchemaNode *n, const char *keyword, PlSchemaNames *out)
{
    PlValue map;
    if (!pl_schema_get(n->source, keyword, &map) || map.tag != PL_RECORD) return;
    PlSchemaNamed *all = PL_NEW_N(s->arena, PlSchemaNamed, out->count + pl_record_len(map) + 1u);
    if (out->count) memcpy(all, out->all, out->count * sizeof *all);
    out->all = all;
    for (uint32_t i = 0; i < pl_record_len(map); i++) {
        PlValue v = pl_record_at(map, i);
        PlSchemaNamed named = {.name = pl_record_name(map, i)};
        if (v.tag == PL_LIST && out == &n->dependent)
            named.names = names_of(s, v, &named.count);
        else if (is_schema(v))
            named.node = pl_schema_node(s, n->resource, v);
        if (named.node || named.names) all[out->count++] = named;
    }
    if (out->count < INDEXED) return;
    pl_map_init(&out->index, s->arena);
    for (uint32_t i = 0; i < out->count; i++) pl_map_put(&out->index, all[i].name, NULL)->value.num = i + 1;
}

/* A pattern that cannot be read fits every text. */
static PlStr translated(PlSchema *s, PlStr pattern)
{
    PlBuf *buf = pl_values_scratch(s->values);
    bool good = pl_schema_translate(buf, pattern);
    if (buf->status != PL_OK) pl_heap_escape(s->values->heap, buf->status);
    return good ? pl_arena_str(s->arena, pl_buf_str(buf)) : PL_STR("");
}

/* ---- keywords of values ------------------------------------------------------------------------------------------ */

static uint32_t type_bit(PlStr name)
{
    static const char *const names[] = {"null", "boolean", "integer", "number", "string", "array", "object"};
    for (uint32_t i = 0; i < 7; i++)
        if (pl_str_eq_z(name, names[i])) return 1u << i;
    return 0;
}

static void read_types(PlSchemaNode *n)
{
    PlValue v, nullable;
    if (!pl_schema_get(n->source, "type", &v)) return;
    if (v.tag == PL_TEXT) n->types = type_bit(pl_text_str(v));
    for (uint32_t i = 0; v.tag == PL_LIST && i < pl_list_len(v); i++) {
        PlValue one = pl_list_at(v, i);
        n->types |= one.tag == PL_TEXT ? type_bit(pl_text_str(one)) : 0;
    }
    if (n->resource->draft != PL_SCHEMA_OPENAPI || n->types == 0) return;
    bool said = pl_schema_get(n->source, "nullable", &nullable) || pl_schema_get(n->source, "x-nullable", &nullable);
    if (said && nullable.tag == PL_YESNO && nullable.as.yes) n->types |= PL_SCHEMA_NULL;
}

static bool is_number(PlValue v)
{
    return v.tag == PL_INT || v.tag == PL_DOUBLE;
}

static PlValue number(const PlSchemaNode *n, const char *keyword)
{
    PlValue v;
    return pl_schema_get(n->source, keyword, &v) && is_number(v) ? v : pl_nothing();
}

static uint64_t count(const PlSchemaNode *n, const char *keyword, uint64_t otherwise)
{
    PlValue v = number(n, keyword);
    if (v.tag == PL_INT) return v.as.integer < 0 ? otherwise : (uint64_t)v.as.integer;
    return v.tag == PL_DOUBLE && v.as.number >= 0 && v.as.number < 1e18 ? (uint64_t)v.as.number : otherwise;
}

static bool flag(const PlSchemaNode *n, const char *keyword)
{
    PlValue v;
    return pl_schema_get(n->source, keyword, &v) && v.tag == PL_YESNO && v.as.yes;
}

static PlStr text(const PlSchemaNode *n, const char *keyword)
{
    PlValue v;
    return pl_schema_get(n->source, keyword, &v) && v.tag == PL_TEXT ? pl_text_str(v) : PL_STR("");
}

/* Up to draft 4 exclusiveMinimum says whether minimum itself is outside; afterwards it is a bound of its own. */
static void read_bounds(PlSchema *s, PlSchemaNode *n)
{
    n->minimum = number(n, "minimum");
    n->maximum = number(n, "maximum");
    n->above = number(n, "exclusiveMinimum");
    n->below = number(n, "exclusiveMaximum");
    if (flag(n, "exclusiveMinimum")) n->above = n->minimum;
    if (flag(n, "exclusiveMaximum")) n->below = n->maximum;
    n->step = number(n, "multipleOf");
    if ((n->step.tag == PL_INT && n->step.as.integer <= 0) || (n->step.tag == PL_DOUBLE && n->step.as.number <= 0))
        n->step = pl_nothing();
    n->min_len = count(n, "minLength", 0);
    n->max_len = count(n, "maxLength", UINT64_MAX);
    n->min_items = count(n, "minItems", 0);
    n->max_items = count(n, "maxItems", UINT64_MAX);
    n->min_fields = count(n, "minProperties", 0);
    n->max_fields = count(n, "maxProperties", UINT64_MAX);
    n->unique = flag(n, "uniqueItems");
    n->pattern = text(n, "pattern");
    n->regex = translated(s, n->pattern);
}

static void read_validation(PlSchema *s, PlSchemaNode *n)
{
    PlValue v;
    PlSchemaDraft draft = n->resource->draft;
    read_types(n);
    read_bounds(s, n);
    if (pl_schema_get(n->source, "required", &v) && v.tag == PL_LIST) n->required = names_of(s, v, &n->required_count);
    if (pl_schema_get(n->source, "enum", &v) && v.tag == PL_LIST) n->choices = v;
    if (draft >= PL_SCHEMA_DRAFT_6) n->has_const = pl_schema_get(n->source, "const", &n->constant);
    if (draft >= PL_SCHEMA_2019_09) {
        n->min_contains = count(n, "minContains", 1);
        n->max_contains = count(n, "maxContains", UINT64_MAX);
        add_names(s, n, "dependentRequired", &n->dependent);
    }
}

/* ---- keywords of schemas ----------------------------------------------------------------------------------------- */

static PlSchemaNode *resolved(PlSchema *s, const PlSchemaNode *n, PlStr ref)
{
    PlSchemaNode *target = pl_schema_resolve(s, n->resource, ref);
    if (!target) pl_schema_fault(s, pl_str_slice(ref, 0, SHOWN), "$ref", "leads nowhere");
    return target;
}

static void read_references(PlSchema *s, PlSchemaNode *n)
{
    PlSchemaDraft draft = n->resource->draft;
    PlValue v;
    if (pl_schema_get(n->source, "$ref", &v) && v.tag == PL_TEXT) n->ref = resolved(s, n, pl_text_str(v));
    if (draft >= PL_SCHEMA_2020_12 && pl_schema_get(n->source, "$dynamicRef", &v) && v.tag == PL_TEXT) {
        PlStr ref = pl_text_str(v), fragment = PL_STR("");
        size_t hash = pl_str_find_char(ref, '#', 0);
        if (hash != PL_STR_NONE) fragment = pl_str_slice(ref, hash + 1, ref.len);
        n->dynamic_ref = resolved(s, n, ref);
        bool dynamic = n->dynamic_ref && fragment.len &&
                       pl_map_get(&n->dynamic_ref->resource->dynamic_anchors, fragment) == n->dynamic_ref;
        if (dynamic) n->dynamic_name = fragment;
    }
    if (draft == PL_SCHEMA_2019_09 && pl_schema_get(n->source, "$recursiveRef", &v)) {
        n->dynamic_ref = resolved(s, n, PL_STR("#"));
        bool dynamic = n->dynamic_ref &&
                       pl_map_get(&n->dynamic_ref->resource->dynamic_anchors, PL_STR("$recursive")) == n->dynamic_ref;
        if (dynamic) n->dynamic_name = PL_STR("$recursive");
    }
}

/* 2020-12: prefixItems, then items; before: items as a list, then additionalItems. */
static void read_items(PlSchema *s, PlSchemaNode *n)
{
    PlValue items;
    if (n->resource->draft >= PL_SCHEMA_2020_12) {
        n->prefix = group(s, n, "prefixItems");
        n->items = part(s, n, "items");
        return;
    }
    if (!pl_schema_get(n->source, "items", &items)) return;
    if (items.tag == PL_LIST) {
        n->prefix = group_of(s, n, items);
        n->items = part(s, n, "additionalItems");
    } else {
        n->items = part(s, n, "items");
    }
}

static void read_applicators(PlSchema *s, PlSchemaNode *n)
{
    PlSchemaDraft draft = n->resource->draft;
    n->all_of = group(s, n, "allOf");
    n->any_of = group(s, n, "anyOf");
    n->one_of = group(s, n, "oneOf");
    n->negated = part(s, n, "not");
    read_items(s, n);
    add_names(s, n, "properties", &n->properties);
    add_names(s, n, "patternProperties", &n->patterns);
    for (uint32_t i = 0; i < n->patterns.count; i++) n->patterns.all[i].name = translated(s, n->patterns.all[i].name);
    n->additional = part(s, n, "additionalProperties");
    add_names(s, n, "dependencies", &n->dependent);
    if (draft >= PL_SCHEMA_DRAFT_6) {
        n->contains = part(s, n, "contains");
        n->property_names = part(s, n, "propertyNames");
    }
    if (draft >= PL_SCHEMA_DRAFT_7 && (n->condition = part(s, n, "if"))) {
        n->then = part(s, n, "then");
        n->otherwise = part(s, n, "else");
    }
    if (draft >= PL_SCHEMA_2019_09) {
        add_names(s, n, "dependentSchemas", &n->dependent);
        n->unevaluated_properties = part(s, n, "unevaluatedProperties");
        n->unevaluated_items = part(s, n, "unevaluatedItems");
        s->tracks |= n->unevaluated_properties || n->unevaluated_items;
    }
}

void pl_schema_read_node(PlSchema *s, PlSchemaNode *n)
{
    PlValue ref;
    n->compiled = true;
    n->max_len = n->max_items = n->max_fields = n->max_contains = UINT64_MAX;
    n->min_contains = 1;
    if (n->source.tag == PL_YESNO) {
        n->never = !n->source.as.yes;
        return;
    }
    read_references(s, n);
    if (n->resource->draft <= PL_SCHEMA_DRAFT_7 && pl_schema_get(n->source, "$ref", &ref) && ref.tag == PL_TEXT) return;
    if (!n->resource->no_validation) read_validation(s, n);
    if (n->resource->formats) n->format = text(n, "format");
    read_applicators(s, n);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void compile_all(PlSchema *s, PlValue root, bool *good)
{
    PlSchemaResource *resource = pl_schema_add_document(s, s->options.base, root, s->options.draft);
    s->root = s->options.pointer.len
                  ? pl_schema_resolve(s, resource, pl_arena_printf(s->arena, "#" PL_FMT, PL_ARG(s->options.pointer)))
                  : pl_schema_node(s, resource, root);
    if (!s->root) {
        pl_schema_fault(s, s->options.pointer, "", "there is no schema here");
        return;
    }
    for (uint32_t i = 0; i < s->pending.len; i++) pl_schema_read_node(s, s->pending.items[i]);
    *good = s->issues->count == 0;
}

PlStatus pl_schema_compile(PlArena *arena, PlValues *values, PlValue root, const PlSchemaOptions *options,
                           PlSchema **out, PlSchemaIssues *issues)
{
    PlSchema *s = PL_NEW(arena, PlSchema);
    s->arena = arena;
    s->values = values;
    s->options = *options;
    s->issues = issues;
    issues->count = 0;
    pl_map_init(&s->by_address, arena);
    pl_map_init(&s->nodes, arena);
    pl_vec_push(arena, &s->held, pl_retain(root));
    bool good = false;
    compile_all(s, root, &good);
    s->issues = NULL;
    *out = good ? s : NULL;
    if (!good) pl_schema_free(s);
    return good ? PL_OK : PL_INVALID;
}

PlStatus pl_schema_turn(PlSchema *s, PlStr address, PlSchemaIssues *issues)
{
    uint32_t before = s->pending.len;
    s->issues = issues;
    issues->count = 0;
    PlSchemaResource *known = pl_map_get(&s->by_address, address);
    PlSchemaNode *root = known ? pl_schema_node(s, known, known->root) : pl_schema_resolve(s, s->resources.items[0], address);
    if (!root) pl_schema_fault(s, address, "", "there is no schema here");
    for (uint32_t i = before; i < s->pending.len; i++) pl_schema_read_node(s, s->pending.items[i]);
    s->issues = NULL;
    if (issues->count) return PL_INVALID;
    s->root = root;
    return PL_OK;
}

void pl_schema_free(PlSchema *schema)
{
    if (!schema) return;
    for (uint32_t i = 0; i < schema->held.len; i++) pl_release(schema->values, schema->held.items[i]);
    schema->held.len = 0;
}
