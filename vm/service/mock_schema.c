/* SPDX-License-Identifier: MIT */
/* See mock_schema.h. */
#include "vm/service/mock_schema.h"

#include <math.h>

enum { MAX_DEPTH = 60, MAX_PROPERTIES = 20000 };

void pl_mock_schemas_init(PlMockSchemas *schemas, PlRefs *refs, PlValues *values, PlBuf *text)
{
    *schemas = (PlMockSchemas){.arena = refs->arena, .refs = refs, .values = values, .text = text};
    pl_map_init(&schemas->by_place, refs->arena);
}

static PlMockSchema *blank(PlMockSchemas *s)
{
    PlMockSchema *schema = PL_NEW(s->arena, PlMockSchema);
    schema->min = -HUGE_VAL;
    schema->max = HUGE_VAL;
    schema->max_len = schema->max_items = schema->max_fields = UINT64_MAX;
    return schema;
}

PlMockSchema *pl_mock_schema(PlMockSchemas *s, PlNode *node)
{
    const void *place = pl_node_is(node, PL_NODE_MAP) ? (const void *)node->as.map : NULL;
    bool never = pl_node_is(node, PL_NODE_YESNO) && !node->as.yes;
    PlStr key = never ? PL_STR("never") : pl_str((const char *)&place, sizeof place);
    PlMapEntry *known = pl_map_find(&s->by_place, key);
    if (known) return known->value.ptr;
    PlMockSchema *schema = blank(s);
    schema->node = place ? node : NULL;
    schema->flags = never ? PL_MOCK_NEVER : 0;
    pl_map_put(&s->by_place, pl_arena_str(s->arena, key), NULL)->value.ptr = schema;
    return schema;
}

/* ---- keywords ----------------------------------------------------------------------------------------------------- */

static uint32_t kind_named(PlStr name, PlStr *format)
{
    static const struct {
        const char *name;
        uint32_t kind;
        const char *format;
    } names[] = {
        {"string", PL_KIND_TEXT, ""},      {"object", PL_KIND_RECORD, ""}, {"array", PL_KIND_LIST, ""},
        {"integer", PL_KIND_INTEGER, ""},  {"number", PL_KIND_NUMBER, ""}, {"boolean", PL_KIND_YESNO, ""},
        {"null", PL_KIND_NULL, ""},        {"file", PL_KIND_FILE, ""},     {"int", PL_KIND_INTEGER, ""},
        {"int32", PL_KIND_INTEGER, ""},    {"int64", PL_KIND_INTEGER, ""}, {"long", PL_KIND_INTEGER, ""},
        {"float", PL_KIND_NUMBER, ""},     {"double", PL_KIND_NUMBER, ""}, {"decimal", PL_KIND_NUMBER, ""},
        {"bool", PL_KIND_YESNO, ""},       {"str", PL_KIND_TEXT, ""},      {"text", PL_KIND_TEXT, ""},
        {"date", PL_KIND_TEXT, "date"},    {"list", PL_KIND_LIST, ""},     {"datetime", PL_KIND_TEXT, "date-time"},
        {"uuid", PL_KIND_TEXT, "uuid"},    {"map", PL_KIND_RECORD, ""},    {"date-time", PL_KIND_TEXT, "date-time"},
        {"email", PL_KIND_TEXT, "email"},  {"dict", PL_KIND_RECORD, ""},   {"uri", PL_KIND_TEXT, "uri"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!pl_str_eq_nocase(name, pl_str_z(names[i].name))) continue;
        if (names[i].format[0] && format->len == 0) *format = pl_str_z(names[i].format);
        return names[i].kind;
    }
    return 0;
}

/* 0 when one of the types is unknown: then any value is fine. */
static uint32_t read_kinds(const PlNode *type, PlStr *format)
{
    if (!type) return 0;
    if (type->kind == PL_NODE_NULL) return PL_KIND_NULL;
    if (type->kind != PL_NODE_LIST) return kind_named(pl_node_text(type), format);
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < type->count; i++) {
        const PlNode *item = pl_node_item(type, i);
        uint32_t kind = item->kind == PL_NODE_NULL ? PL_KIND_NULL : kind_named(pl_node_text(item), format);
        if (kind == 0) return 0;
        kinds |= kind;
    }
    return kinds;
}

static void read_count(const PlNode *schema, const char *name, uint64_t *out)
{
    const PlNode *node = pl_node_get(schema, pl_str_z(name));
    double d;
    if (node && pl_node_to_double(node, &d) && d >= 0 && d < 1e15) *out = (uint64_t)d;
}

/* 3.0: exclusiveMinimum is true or false beside minimum; 3.1: it is the bound. */
static void read_bounds(PlMockSchema *schema, const PlNode *node)
{
    const PlNode *min = PL_GET(node, "minimum"), *max = PL_GET(node, "maximum"), *step = PL_GET(node, "multipleOf");
    const PlNode *above = PL_GET(node, "exclusiveMinimum"), *below = PL_GET(node, "exclusiveMaximum");
    double d;
    if (min && pl_node_to_double(min, &d)) schema->min = d;
    if (max && pl_node_to_double(max, &d)) schema->max = d;
    if (pl_node_is(above, PL_NODE_YESNO)) schema->min_open = above->as.yes;
    if (pl_node_is(below, PL_NODE_YESNO)) schema->max_open = below->as.yes;
    if (above && pl_node_to_double(above, &d) && d >= schema->min) schema->min = d, schema->min_open = true;
    if (below && pl_node_to_double(below, &d) && d <= schema->max) schema->max = d, schema->max_open = true;
    if (step && pl_node_to_double(step, &d) && d > 0) schema->step = d;
    read_count(node, "minLength", &schema->min_len);
    read_count(node, "maxLength", &schema->max_len);
    read_count(node, "minItems", &schema->min_items);
    read_count(node, "maxItems", &schema->max_items);
    read_count(node, "minProperties", &schema->min_fields);
    read_count(node, "maxProperties", &schema->max_fields);
}

static PlMockGroup read_group(PlMockSchemas *s, PlNode *list)
{
    PlMockGroup group = {0};
    if (!pl_node_is(list, PL_NODE_LIST) || list->count == 0) return group;
    group.all = PL_NEW_N(s->arena, PlMockSchema *, list->count);
    for (uint32_t i = 0; i < list->count; i++) group.all[group.count++] = pl_mock_schema(s, pl_node_item(list, i));
    return group;
}

static void read_required(PlMockSchemas *s, PlMockSchema *schema, const PlNode *list)
{
    if (!pl_node_is(list, PL_NODE_LIST)) return; /* `required: true` inside a schema is a habit that says nothing */
    schema->required = PL_NEW_N(s->arena, PlStr, list->count + 1u);
    for (uint32_t i = 0; i < list->count; i++) {
        PlStr name = pl_node_text(pl_node_item(list, i));
        if (name.len) schema->required[schema->required_count++] = name;
    }
}

static bool is_required(const PlMockSchema *schema, PlStr name)
{
    for (uint32_t i = 0; i < schema->required_count; i++)
        if (pl_str_eq(schema->required[i], name)) return true;
    return false;
}

static void read_properties(PlMockSchemas *s, PlMockSchema *schema, const PlNode *map)
{
    if (!pl_node_is(map, PL_NODE_MAP)) return;
    schema->properties = PL_NEW_N(s->arena, PlMockProperty, map->count + 1u);
    for (uint32_t i = 0; i < map->count; i++) {
        PlPair *pair = pl_node_at(map, i);
        PlStr name = pl_pair_key(pair);
        schema->properties[schema->property_count++] = (PlMockProperty){name, pl_mock_schema(s, &pair->value), is_required(schema, name)};
    }
}

static void read_object(PlMockSchemas *s, PlMockSchema *schema, const PlNode *node)
{
    PlNode *more = PL_GET(node, "additionalProperties");
    read_required(s, schema, PL_GET(node, "required"));
    read_properties(s, schema, PL_GET(node, "properties"));
    if (pl_node_is(more, PL_NODE_YESNO)) schema->flags |= more->as.yes ? PL_MOCK_MAP : PL_MOCK_CLOSED;
    if (pl_node_is(more, PL_NODE_MAP)) {
        schema->rest = pl_mock_schema(s, more);
        schema->flags |= PL_MOCK_MAP;
    }
    if (pl_node_count(PL_GET(node, "patternProperties"))) { /* which names fit is not looked at */
        schema->flags |= PL_MOCK_MAP;
        schema->flags &= (uint8_t)~PL_MOCK_CLOSED;
    }
}

static void read_texts(PlMockSchema *schema, const PlNode *node)
{
    const PlNode *examples = PL_GET(node, "examples"), *discriminator = PL_GET(node, "discriminator");
    schema->format = pl_node_text(PL_GET(node, "format"));
    schema->kinds = read_kinds(PL_GET(node, "type"), &schema->format);
    schema->pattern = pl_node_text(PL_GET(node, "pattern"));
    schema->values = PL_GET(node, "enum");
    if (!pl_node_is(schema->values, PL_NODE_LIST) || schema->values->count == 0) schema->values = NULL;
    schema->constant = PL_GET(node, "const");
    schema->fallback = PL_GET(node, "default");
    schema->example = PL_GET(node, "example");
    if (!schema->example && pl_node_is(examples, PL_NODE_LIST) && examples->count) schema->example = pl_node_item(examples, 0);
    schema->discriminator = pl_node_text(pl_node_is(discriminator, PL_NODE_MAP) ? PL_GET(discriminator, "propertyName") : discriminator);
    schema->mapping = PL_GET(discriminator, "mapping");
}

PlMockSchema *pl_mock_open(PlMockSchemas *s, PlMockSchema *schema)
{
    if (schema->opened || !schema->node) return schema;
    PlNode *node = schema->node, *items = PL_GET(node, "items"), *prefix = PL_GET(node, "prefixItems");
    read_texts(schema, node);
    read_bounds(schema, node);
    if (pl_ref_of(node).len) schema->target = pl_mock_schema(s, pl_ref_follow(s->refs, node, NULL));
    schema->all_of = read_group(s, PL_GET(node, "allOf"));
    schema->one_of = read_group(s, PL_GET(node, "oneOf"));
    schema->any_of = read_group(s, PL_GET(node, "anyOf"));
    if (pl_node_is(items, PL_NODE_LIST)) prefix = items; /* tuples before 2020-12 */
    else if (items) schema->items = pl_mock_schema(s, items);
    schema->prefix = read_group(s, prefix);
    PlNode *negated = PL_GET(node, "not");
    if (pl_node_is(negated, PL_NODE_MAP) && negated->count) schema->negated = pl_mock_schema(s, negated);
    schema->nullable = pl_node_yes(PL_GET(node, "nullable")) || pl_node_yes(PL_GET(node, "x-nullable"));
    if (pl_node_yes(PL_GET(node, "readOnly"))) schema->flags |= PL_MOCK_READ_ONLY;
    if (pl_node_yes(PL_GET(node, "writeOnly"))) schema->flags |= PL_MOCK_WRITE_ONLY;
    if (pl_node_yes(PL_GET(node, "uniqueItems"))) schema->flags |= PL_MOCK_UNIQUE;
    schema->required_count = schema->property_count = 0;
    read_object(s, schema, node);
    schema->opened = true;
    return schema;
}

/* ---- flat --------------------------------------------------------------------------------------------------------- */

typedef struct Flattening {
    PlMockSchemas *s;
    PlMockSchema *out;
    PL_VEC(PlMockProperty) properties;
    PL_VEC(PlStr) required;
    PlMap by_name;
    uint32_t depth;
} Flattening;

static void keep_str(PlStr *to, PlStr from)
{
    if (to->len == 0) *to = from;
}

static void merge_scalars(PlMockSchema *out, const PlMockSchema *from)
{
    if (out->kinds == 0) out->kinds = from->kinds;
    else if (from->kinds && (out->kinds & from->kinds)) out->kinds &= from->kinds;
    keep_str(&out->format, from->format);
    keep_str(&out->pattern, from->pattern);
    if (!out->values) out->values = from->values;
    if (!out->constant) out->constant = from->constant;
    if (!out->example) out->example = from->example;
    if (!out->fallback) out->fallback = from->fallback;
    out->nullable |= from->nullable;
    out->flags |= from->flags;
    if (from->min > out->min) out->min = from->min, out->min_open = from->min_open;
    if (from->max < out->max) out->max = from->max, out->max_open = from->max_open;
    if (out->step <= 0) out->step = from->step;
    if (from->min_len > out->min_len) out->min_len = from->min_len;
    if (from->max_len < out->max_len) out->max_len = from->max_len;
    if (from->min_items > out->min_items) out->min_items = from->min_items;
    if (from->max_items < out->max_items) out->max_items = from->max_items;
    if (from->min_fields > out->min_fields) out->min_fields = from->min_fields;
    if (from->max_fields < out->max_fields) out->max_fields = from->max_fields;
    if (!out->items) out->items = from->items;
    if (!out->rest) out->rest = from->rest;
    if (out->prefix.count == 0) out->prefix = from->prefix;
}

/* What two parts say of one property holds at once. The same two give the same schema, so that cycles stay cycles. */
static PlMockSchema *both_of(PlMockSchemas *s, PlMockSchema *a, PlMockSchema *b)
{
    const void *places[2] = {a, b};
    if (a == b) return a;
    PlStr key = pl_str((const char *)places, sizeof places);
    PlMapEntry *known = pl_map_find(&s->by_place, key);
    if (known) return known->value.ptr;
    PlMockSchema *both = blank(s);
    both->opened = true;
    both->all_of = (PlMockGroup){PL_NEW_N(s->arena, PlMockSchema *, 2), 2};
    both->all_of.all[0] = a;
    both->all_of.all[1] = b;
    both->flags = pl_mock_open(s, a)->flags | pl_mock_open(s, b)->flags;
    pl_map_put(&s->by_place, pl_arena_str(s->arena, key), NULL)->value.ptr = both;
    return both;
}

static void merge_object(Flattening *f, const PlMockSchema *from)
{
    PlArena *arena = f->s->arena;
    for (uint32_t i = 0; i < from->property_count && f->properties.len < MAX_PROPERTIES; i++) {
        bool added;
        PlMapEntry *entry = pl_map_put(&f->by_name, from->properties[i].name, &added);
        if (added) {
            entry->value.num = f->properties.len;
            pl_vec_push(arena, &f->properties, from->properties[i]);
        } else { /* a part further down comes first */
            PlMockProperty *have = &f->properties.items[entry->value.num];
            have->schema = both_of(f->s, from->properties[i].schema, have->schema);
        }
    }
    for (uint32_t i = 0; i < from->required_count; i++) pl_vec_push(arena, &f->required, from->required[i]);
}

static bool only_null(PlMockSchemas *s, PlMockSchema *schema)
{
    schema = pl_mock_open(s, schema);
    return schema->kinds == PL_KIND_NULL || schema->flags & PL_MOCK_NEVER;
}

static void merge(Flattening *f, PlMockSchema *from);

/* An alternative whose kind fits what is known already; a record with properties before other things. */
static void merge_choice(Flattening *f, const PlMockGroup *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        PlMockSchema *choice = pl_mock_open(f->s, group->all[i]);
        if (choice->opening) continue;
        if (only_null(f->s, choice)) {
            f->out->nullable = true;
            continue;
        }
        if (f->out->kinds && choice->kinds && !(f->out->kinds & choice->kinds)) continue;
        merge(f, choice);
        return;
    }
}

static void merge(Flattening *f, PlMockSchema *from)
{
    from = pl_mock_open(f->s, from);
    if (from->opening || f->depth > MAX_DEPTH) return;
    from->opening = true;
    f->depth++;
    merge_scalars(f->out, from);
    if (from->target) merge(f, from->target);
    for (uint32_t i = 0; i < from->all_of.count; i++) merge(f, from->all_of.all[i]);
    merge_object(f, from);
    merge_choice(f, &from->one_of);
    merge_choice(f, &from->any_of);
    f->depth--;
    from->opening = false;
}

static uint32_t implied_kinds(const PlMockSchema *flat)
{
    if (flat->property_count || flat->rest || flat->flags & (PL_MOCK_MAP | PL_MOCK_CLOSED)) return PL_KIND_RECORD;
    if (flat->items || flat->prefix.count) return PL_KIND_LIST;
    if (flat->min > -HUGE_VAL || flat->max < HUGE_VAL) return PL_KIND_NUMBER;
    if (flat->format.len || flat->pattern.len || flat->min_len || flat->max_len < UINT64_MAX) return PL_KIND_TEXT;
    return 0;
}

PlMockSchema *pl_mock_flat(PlMockSchemas *s, PlMockSchema *schema)
{
    if (schema->flat) return schema->flat;
    Flattening f = {.s = s, .out = blank(s)};
    pl_map_init(&f.by_name, s->arena);
    merge(&f, schema);
    PlMockSchema *out = f.out;
    out->node = schema->node;
    out->opened = true;
    out->properties = f.properties.items;
    out->property_count = f.properties.len;
    out->required = f.required.items;
    out->required_count = f.required.len;
    for (uint32_t i = 0; i < out->property_count; i++) out->properties[i].required = false;
    for (uint32_t i = 0; i < out->required_count; i++) {
        const PlMapEntry *entry = pl_map_find(&f.by_name, out->required[i]);
        if (entry) out->properties[entry->value.num].required = true;
    }
    if (out->kinds == 0) out->kinds = implied_kinds(out);
    out->flat = out;
    return schema->flat = out;
}

/* ---- looking up --------------------------------------------------------------------------------------------------- */

const PlMockProperty *pl_mock_property(const PlMockSchema *opened, PlStr name)
{
    for (uint32_t i = 0; i < opened->property_count; i++)
        if (pl_str_eq(opened->properties[i].name, name)) return &opened->properties[i];
    return NULL;
}

static const PlMockProperty *find(PlMockSchemas *s, PlMockSchema *schema, PlStr name, bool *open, uint32_t depth)
{
    schema = pl_mock_open(s, schema);
    if (depth > MAX_DEPTH || schema->opening) return NULL;
    schema->opening = true;
    if (schema->flags & PL_MOCK_MAP || !schema->node) *open = true;
    const PlMockProperty *found = pl_mock_property(schema, name);
    if (!found && schema->target) found = find(s, schema->target, name, open, depth + 1);
    const PlMockGroup *groups[] = {&schema->all_of, &schema->one_of, &schema->any_of};
    for (size_t g = 0; g < 3; g++)
        for (uint32_t i = 0; !found && i < groups[g]->count; i++) found = find(s, groups[g]->all[i], name, open, depth + 1);
    schema->opening = false;
    return found;
}

const PlMockProperty *pl_mock_find(PlMockSchemas *s, PlMockSchema *schema, PlStr name, bool *open)
{
    *open = false;
    return find(s, schema, name, open, 0);
}
