/* SPDX-License-Identifier: MIT */
/* Gathering. Each mapping is visited once for a shape, which ends the cycles of allOf. Where parts disagree, the later
 * (nearer) one wins for properties, the first one for everything else. */
#include "compiler/catalog/shape.h"

enum { INDEXED = 12, MAX_PARTS = 500, MAX_NESTING = 100 };

static const struct {
    const char *name;
    PlKeyword keyword;
} keyword_names[] = {
    {"$ref", PL_KW_REF},
    {"$dynamicRef", PL_KW_REF},
    {"type", PL_KW_TYPE},
    {"format", PL_KW_FORMAT},
    {"properties", PL_KW_PROPERTIES},
    {"required", PL_KW_REQUIRED},
    {"additionalProperties", PL_KW_ADDITIONAL},
    {"patternProperties", PL_KW_PATTERNS},
    {"items", PL_KW_ITEMS},
    {"prefixItems", PL_KW_PREFIX_ITEMS},
    {"additionalItems", PL_KW_MORE_ITEMS},
    {"enum", PL_KW_ENUM},
    {"const", PL_KW_CONST},
    {"allOf", PL_KW_ALL_OF},
    {"oneOf", PL_KW_ONE_OF},
    {"anyOf", PL_KW_ANY_OF},
    {"nullable", PL_KW_NULLABLE},
    {"x-nullable", PL_KW_NULLABLE},
    {"readOnly", PL_KW_READ_ONLY},
    {"writeOnly", PL_KW_WRITE_ONLY},
    {"description", PL_KW_DESCRIPTION},
    {"contentEncoding", PL_KW_ENCODING},
};

void pl_keywords_read(const PlNode *schema, PlKeywords *out)
{
    *out = (PlKeywords){.mask = 0};
    for (uint32_t i = 0; pl_node_is(schema, PL_NODE_MAP) && i < schema->count; i++) {
        PlPair *pair = pl_node_at(schema, i);
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        for (size_t k = 0; k < sizeof keyword_names / sizeof *keyword_names; k++) {
            const char *name = keyword_names[k].name;
            if (pair->key_len == 0 || pair->key[0] != name[0] || !pl_str_eq_z(pl_pair_key(pair), name)) continue;
            out->at[keyword_names[k].keyword] = &pair->value;
            out->mask |= 1u << keyword_names[k].keyword;
        }
    }
    if (pl_keywords_have(out, PL_KW_REF) && out->at[PL_KW_REF]->kind != PL_NODE_TEXT) out->mask &= ~(1u << PL_KW_REF);
}

bool pl_keywords_only_ref(const PlKeywords *k)
{
    uint32_t says_more = 1u << PL_KW_PROPERTIES | 1u << PL_KW_ADDITIONAL | 1u << PL_KW_PATTERNS | 1u << PL_KW_ITEMS |
                         1u << PL_KW_ENUM | 1u << PL_KW_CONST | 1u << PL_KW_ALL_OF | 1u << PL_KW_ONE_OF |
                         1u << PL_KW_ANY_OF;
    return pl_keywords_have(k, PL_KW_REF) && (k->mask & says_more) == 0;
}

void pl_shape_init(PlShape *shape, PlRefs *refs)
{
    *shape = (PlShape){.refs = refs};
    pl_map_init(&shape->by_name, refs->arena);
    pl_map_init(&shape->required, refs->arena);
}

/* Vectors are shared until the copy grows them: cap = len makes its first push move them. */
PlShape pl_shape_copy(const PlShape *shape)
{
    PlShape copy = *shape;
    PlArena *arena = shape->refs->arena;
    copy.properties.items = PL_NEW_N(arena, PlProperty, copy.properties.len + 1u);
    copy.properties.cap = copy.properties.len + 1;
    if (copy.properties.len)
        memcpy(copy.properties.items, shape->properties.items, copy.properties.len * sizeof(PlProperty));
    copy.seen.cap = copy.seen.len;
    copy.groups.items = NULL;
    copy.groups.len = copy.groups.cap = 0;
    pl_map_init(&copy.by_name, arena);
    pl_map_init(&copy.required, arena);
    for (uint32_t i = 0; i < shape->required.len; i++) pl_map_put(&copy.required, shape->required.entries[i].key, NULL);
    if (copy.properties.len >= INDEXED)
        for (uint32_t i = 0; i < copy.properties.len; i++)
            pl_map_put(&copy.by_name, copy.properties.items[i].name, NULL)->value.num = i + 1;
    return copy;
}

/* ---- type ------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    uint32_t kind;
    const char *format; /* what the name says beside the type */
    bool standard;
} type_names[] = {
    {"string", PL_KIND_TEXT, "", true},
    {"object", PL_KIND_RECORD, "", true},
    {"array", PL_KIND_LIST, "", true},
    {"integer", PL_KIND_INTEGER, "", true},
    {"number", PL_KIND_NUMBER, "", true},
    {"boolean", PL_KIND_YESNO, "", true},
    {"null", PL_KIND_NULL, "", true},
    {"file", PL_KIND_FILE, "", true},
    {"int", PL_KIND_INTEGER, "", false},
    {"int32", PL_KIND_INTEGER, "", false},
    {"int64", PL_KIND_INTEGER, "", false},
    {"long", PL_KIND_INTEGER, "", false},
    {"float", PL_KIND_NUMBER, "", false},
    {"double", PL_KIND_NUMBER, "", false},
    {"decimal", PL_KIND_NUMBER, "", false},
    {"numeric", PL_KIND_NUMBER, "", false},
    {"bool", PL_KIND_YESNO, "", false},
    {"str", PL_KIND_TEXT, "", false},
    {"text", PL_KIND_TEXT, "", false},
    {"date", PL_KIND_TEXT, "date", false},
    {"datetime", PL_KIND_TEXT, "date-time", false},
    {"date-time", PL_KIND_TEXT, "date-time", false},
    {"uuid", PL_KIND_TEXT, "uuid", false},
    {"email", PL_KIND_TEXT, "email", false},
    {"uri", PL_KIND_TEXT, "uri", false},
    {"url", PL_KIND_TEXT, "uri", false},
    {"binary", PL_KIND_TEXT, "binary", false},
    {"list", PL_KIND_LIST, "", false},
    {"map", PL_KIND_RECORD, "", false},
    {"dict", PL_KIND_RECORD, "", false},
    {"hash", PL_KIND_RECORD, "", false},
    {"json", 0, "", false},
    {"any", 0, "", false},
    {"mixed", 0, "", false},
};

static uint32_t kind_named(PlShape *shape, const PlNode *node)
{
    if (node->kind == PL_NODE_NULL) return PL_KIND_NULL; /* `type: null` without quotes */
    PlStr name = pl_node_raw(node, shape->refs->diags->sources);
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++) {
        if (!pl_str_eq_nocase(name, pl_str_z(type_names[i].name))) continue;
        if (shape->format.len == 0) shape->format = pl_str_z(type_names[i].format);
        return type_names[i].kind;
    }
    if (pl_ref_once(shape->refs, pl_node_span(node), "type"))
        PL_REPORT(shape->refs->diags, SCHEMA_TYPE, pl_node_span(node), PL_ARG(name));
    return 0;
}

static void gather_type(PlShape *shape, PlNode *type)
{
    uint32_t kinds = 0;
    bool anything = false;
    if (type->kind == PL_NODE_LIST) {
        for (uint32_t i = 0; i < type->count; i++) {
            uint32_t kind = kind_named(shape, pl_node_item(type, i));
            kinds |= kind;
            anything |= kind == 0;
        }
    } else {
        kinds = kind_named(shape, type);
    }
    if (kinds == 0 || anything) return;
    uint32_t had = shape->kinds;
    if (kinds & PL_KIND_NUMBER && had & PL_KIND_INTEGER) kinds |= PL_KIND_INTEGER;
    uint32_t both = had & kinds;
    shape->kinds = had == 0 ? kinds : both ? both : had;
}

/* ---- properties -------------------------------------------------------------------------------------------------- */

/* A schema that only documents does not replace one that says something. */
static bool says_nothing(const PlNode *schema)
{
    PlKeywords k;
    pl_keywords_read(schema, &k);
    uint32_t documents =
        1u << PL_KW_DESCRIPTION | 1u << PL_KW_READ_ONLY | 1u << PL_KW_WRITE_ONLY | 1u << PL_KW_NULLABLE;
    return pl_node_is(schema, PL_NODE_MAP) && (k.mask & ~documents) == 0;
}

static PlProperty *find_property(PlShape *shape, PlStr name)
{
    if (shape->by_name.len) {
        const PlMapEntry *entry = pl_map_find(&shape->by_name, name);
        return entry ? &shape->properties.items[entry->value.num - 1] : NULL;
    }
    for (uint32_t i = 0; i < shape->properties.len; i++)
        if (pl_str_eq(shape->properties.items[i].name, name)) return &shape->properties.items[i];
    return NULL;
}

static void add_property(PlShape *shape, PlStr name, PlNode *schema)
{
    PlProperty *old = find_property(shape, name);
    if (old) {
        if (!says_nothing(schema)) old->schema = schema;
        return;
    }
    pl_vec_push(shape->refs->arena, &shape->properties, (PlProperty){name, schema});
    uint32_t first = shape->properties.len == INDEXED ? 0 : shape->properties.len - 1;
    for (uint32_t i = first; shape->properties.len >= INDEXED && i < shape->properties.len; i++)
        pl_map_put(&shape->by_name, shape->properties.items[i].name, NULL)->value.num = i + 1;
}

static void gather_properties(PlShape *shape, PlNode *properties)
{
    if (properties->kind != PL_NODE_MAP) {
        if (pl_node_count(properties) && pl_ref_once(shape->refs, pl_node_span(properties), "properties"))
            PL_REPORT(shape->refs->diags, SCHEMA_SHAPE, pl_node_span(properties), "properties", "a map");
        return;
    }
    if (pl_ref_of(properties).len) properties = pl_ref_follow(shape->refs, properties, NULL);
    if (!pl_node_is(properties, PL_NODE_MAP)) return;
    for (uint32_t i = 0; i < properties->count; i++) {
        PlPair *pair = pl_node_at(properties, i);
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        add_property(shape, pl_pair_key(pair), &pair->value);
    }
}

static void gather_required(PlShape *shape, const PlNode *required)
{
    for (uint32_t i = 0; required->kind == PL_NODE_LIST && i < required->count; i++) {
        PlStr name = pl_node_raw(pl_node_item(required, i), shape->refs->diags->sources);
        pl_map_put(&shape->required, name, NULL);
        shape->has_required = true;
    }
}

bool pl_shape_requires(const PlShape *shape, const PlProperty *property)
{
    if (pl_map_find(&shape->required, property->name)) return true;
    const PlNode *own = PL_GET(property->schema, "required"); /* draft 3's habit: `required: true` in the property */
    return pl_node_is(own, PL_NODE_YESNO) && own->as.yes;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static void gather_additional(PlShape *shape, PlNode *additional)
{
    if (additional->kind == PL_NODE_YESNO) {
        if (additional->as.yes)
            shape->open = true;
        else
            shape->closed = true;
    } else if (additional->kind == PL_NODE_MAP && additional->count == 0) {
        shape->open = true;
    } else if (additional->kind == PL_NODE_MAP && !shape->rest) {
        shape->rest = additional;
    }
}

static void gather_patterns(PlShape *shape, const PlNode *patterns)
{
    if (patterns->kind != PL_NODE_MAP || patterns->count == 0) return;
    if (patterns->count == 1 && !shape->rest)
        shape->rest = &pl_node_at(patterns, 0)->value;
    else
        shape->open = true;
}

/* 2020-12: prefixItems and items; before: items as a list and additionalItems. */
static void gather_items(PlShape *shape, const PlKeywords *k)
{
    bool prefix = pl_node_is(k->at[PL_KW_PREFIX_ITEMS], PL_NODE_LIST);
    shape->items = k->at[prefix ? PL_KW_PREFIX_ITEMS : PL_KW_ITEMS];
    shape->more_items = k->at[prefix ? PL_KW_ITEMS : PL_KW_MORE_ITEMS];
}

/* Whether any alternative is a schema that we are inside of: a parent's oneOf, seen from a child, says nothing. */
static bool leads_back(PlShape *shape, PlNode *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        const PlNode *variant = pl_ref_follow(shape->refs, pl_node_item(group, i), NULL);
        for (uint32_t s = 0; pl_node_is(variant, PL_NODE_MAP) && s < shape->seen.len; s++)
            if (shape->seen.items[s] == variant->as.map) return true;
    }
    return false;
}

/* `anyOf: [{required: [a]}, {required: [b]}]` constrains but adds no type. */
static bool only_constrains(const PlNode *group)
{
    uint32_t idle = 1u << PL_KW_REQUIRED | 1u << PL_KW_DESCRIPTION;
    for (uint32_t i = 0; i < group->count; i++) {
        PlKeywords k;
        pl_keywords_read(pl_node_item(group, i), &k);
        bool not_only = k.mask == 0 && !PL_GET(pl_node_item(group, i), "not");
        if (k.mask & ~idle || not_only) return false;
    }
    return true;
}

static void gather_group(PlShape *shape, PlNode *group)
{
    if (group->kind != PL_NODE_LIST || group->count == 0 || only_constrains(group) || leads_back(shape, group)) return;
    pl_vec_push(shape->refs->arena, &shape->groups, group);
}

static void gather(PlShape *shape, PlNode *schema, uint32_t nesting);

static void gather_keywords(PlShape *shape, const PlKeywords *k, uint32_t nesting)
{
    if (k->at[PL_KW_FORMAT] && shape->format.len == 0) shape->format = pl_node_text(k->at[PL_KW_FORMAT]);
    if (k->at[PL_KW_TYPE]) gather_type(shape, k->at[PL_KW_TYPE]);
    if (nesting == 0 && pl_node_yes(k->at[PL_KW_NULLABLE])) shape->nullable = true;
    if (k->at[PL_KW_ENCODING] && pl_str_eq_z(pl_node_text(k->at[PL_KW_ENCODING]), "base64"))
        shape->format = PL_STR("byte");
    PlNode *all = k->at[PL_KW_ALL_OF];
    for (uint32_t i = 0; pl_node_is(all, PL_NODE_LIST) && i < all->count; i++)
        gather(shape, pl_node_item(all, i), nesting + 1);
    if (k->at[PL_KW_PROPERTIES]) gather_properties(shape, k->at[PL_KW_PROPERTIES]);
    if (k->at[PL_KW_REQUIRED]) gather_required(shape, k->at[PL_KW_REQUIRED]);
    if (k->at[PL_KW_ADDITIONAL]) gather_additional(shape, k->at[PL_KW_ADDITIONAL]);
    if (k->at[PL_KW_PATTERNS]) gather_patterns(shape, k->at[PL_KW_PATTERNS]);
    if (!shape->items) gather_items(shape, k);
    if (!shape->values && pl_node_is(k->at[PL_KW_ENUM], PL_NODE_LIST)) shape->values = k->at[PL_KW_ENUM];
    if (!shape->constant && k->at[PL_KW_CONST]) shape->constant = k->at[PL_KW_CONST];
    if (k->at[PL_KW_ONE_OF]) gather_group(shape, k->at[PL_KW_ONE_OF]);
    if (k->at[PL_KW_ANY_OF]) gather_group(shape, k->at[PL_KW_ANY_OF]);
}

static void gather(PlShape *shape, PlNode *schema, uint32_t nesting)
{
    if (!pl_node_is(schema, PL_NODE_MAP)) return;
    for (uint32_t i = 0; i < shape->seen.len; i++)
        if (shape->seen.items[i] == schema->as.map) return;
    if (shape->parts >= MAX_PARTS || nesting > MAX_NESTING) {
        if (pl_ref_once(shape->refs, pl_node_span(schema), "parts"))
            PL_REPORT(shape->refs->diags, SCHEMA_PARTS, pl_node_span(schema), (unsigned)MAX_PARTS,
                      (unsigned)MAX_NESTING);
        return;
    }
    shape->parts++;
    pl_vec_push(shape->refs->arena, &shape->seen, schema->as.map);
    PlKeywords k;
    pl_keywords_read(schema, &k);
    if (pl_keywords_have(&k, PL_KW_REF)) {
        shape->parts--;
        gather(shape, pl_ref_step(shape->refs, schema, NULL), nesting);
    }
    gather_keywords(shape, &k, nesting);
}

void pl_shape_gather(PlShape *shape, PlNode *schema)
{
    gather(shape, schema, 0);
}

uint32_t pl_shape_kinds(const PlShape *shape)
{
    static const char *const integers[] = {"int32", "int64", "integer", "int"};
    static const char *const numbers[] = {"float", "double", "decimal", "number"};
    if (shape->kinds) return shape->kinds;
    if (shape->properties.len || shape->rest || shape->open || shape->closed) return PL_KIND_RECORD;
    if (shape->items) return PL_KIND_LIST;
    if (shape->format.len == 0) return 0;
    for (size_t i = 0; i < 4; i++) {
        if (pl_str_eq_z(shape->format, integers[i])) return PL_KIND_INTEGER;
        if (pl_str_eq_z(shape->format, numbers[i])) return PL_KIND_NUMBER;
    }
    return PL_KIND_TEXT;
}
