/* SPDX-License-Identifier: MIT */
/* Reading schemas as types. A mapping's memo says how far it is: 0 not yet read; BUSY being read; BUSY | id + 1 being
 * read and already referred to by that reserved id; id + 1 read. */
#include "compiler/catalog/schema.h"
#include "compiler/catalog/markup.h"

#define BUSY 0x80000000u
enum {
    DEFER_DEPTH = 120,
    MAX_DEPTH = 400,
    MAX_FIELDS = 4000000,
    MAX_MERGING = 3,
    MAX_MERGED = 300,
    MAX_ALTERNATIVES = 500
};

void pl_schemas_init(PlSchemas *schemas, PlRefs *refs, PlTypes *types)
{
    *schemas = (PlSchemas){.refs = refs, .diags = refs->diags, .types = types, .arena = refs->arena};
}

static PlTypeId type_named(PlSchemas *s, PlNode *schema, PlStr name);

/* ---- parts of a record or list ---------------------------------------------------------------------------------- */

/* The type of a part, whose kind nobody needs to know yet: where nesting is deep it is read later. */
static PlTypeId part_type(PlSchemas *s, PlNode *schema)
{
    if (s->depth < DEFER_DEPTH || !pl_node_is(schema, PL_NODE_MAP)) return type_named(s, schema, PL_STR(""));
    PlStr name = PL_STR("");
    PlNode *target = pl_ref_step(s->refs, schema, &name);
    if (!pl_node_is(target, PL_NODE_MAP) || target->as.map->memo) return type_named(s, schema, PL_STR(""));
    PlTypeId id = pl_type_reserve(s->types);
    target->as.map->memo = BUSY | (id + 1);
    pl_vec_push(s->arena, &s->deferred, (PlDeferred){target, id, name});
    return id;
}

PlNode *pl_schema_own(PlSchemas *s, const PlNode *schema, PlStr keyword)
{
    PlNode *own = pl_node_get(schema, keyword);
    while (!own && pl_ref_of(schema).len) {
        schema = pl_ref_step(s->refs, (PlNode *)(uintptr_t)schema, NULL);
        own = pl_node_get(schema, keyword);
    }
    return own;
}

static PlField make_field(PlSchemas *s, const PlShape *shape, const PlProperty *property)
{
    const PlNode *schema = property->schema;
    return (PlField){
        .name = property->name,
        .type = part_type(s, property->schema),
        .required = pl_shape_requires(shape, property),
        .read_only = pl_node_yes(pl_schema_own(s, schema, PL_STR("readOnly"))),
        .write_only = pl_node_yes(pl_schema_own(s, schema, PL_STR("writeOnly"))),
        .doc = pl_markup_line(s->arena, pl_node_text(pl_schema_own(s, schema, PL_STR("description")))),
    };
}

static bool too_many_fields(PlSchemas *s)
{
    if (s->fields <= MAX_FIELDS) return false;
    if (pl_ref_once(s->refs, (PlSpan){0, 0, 0}, "fields"))
        PL_REPORT(s->diags, SCHEMA_SIZE, PL_NO_SPAN, (unsigned)MAX_FIELDS);
    s->fields = MAX_FIELDS + 1;
    return true;
}

static PlTypeId record_type(PlSchemas *s, const PlShape *shape, PlStr name)
{
    PlTypeId rest = shape->open ? PL_T_ANY : shape->rest ? part_type(s, shape->rest) : PL_TYPE_NONE;
    bool closed = shape->closed && shape->parts == 1 && rest == PL_TYPE_NONE;
    uint32_t count = shape->properties.len;
    if (count == 0 && !closed && (rest == PL_TYPE_NONE || rest == PL_T_ANY)) return PL_T_RECORD_ANY;
    s->fields += count;
    if (too_many_fields(s)) return PL_T_RECORD_ANY;
    PlField *fields = PL_NEW_N(s->arena, PlField, count + 1u);
    for (uint32_t i = 0; i < count; i++) fields[i] = make_field(s, shape, &shape->properties.items[i]);
    return pl_type_record(s->types, fields, count, rest, closed, name);
}

/* A tuple is a list of any of its parts, and of what may follow them where the schema says it. */
static PlTypeId tuple_type(PlSchemas *s, const PlShape *shape)
{
    uint32_t count = shape->items->count;
    PlTypeId *members = PL_NEW_N(s->arena, PlTypeId, count + 2u);
    for (uint32_t i = 0; i < count; i++) members[i] = type_named(s, pl_node_item(shape->items, i), PL_STR(""));
    bool open = pl_node_is(shape->more_items, PL_NODE_YESNO) && shape->more_items->as.yes;
    if (count == 0 || open) return PL_T_LIST_ANY;
    if (pl_node_is(shape->more_items, PL_NODE_MAP)) members[count++] = type_named(s, shape->more_items, PL_STR(""));
    return pl_type_list(s->types, pl_type_union(s->types, members, count));
}

static PlTypeId list_type(PlSchemas *s, const PlShape *shape)
{
    if (!shape->items) return PL_T_LIST_ANY;
    if (shape->items->kind == PL_NODE_LIST) return tuple_type(s, shape);
    return pl_type_list(s->types, part_type(s, shape->items));
}

static PlTypeId text_type(PlSchemas *s, PlStr format)
{
    if (pl_str_eq_nocase(format, PL_STR("date-time")) || pl_str_eq_nocase(format, PL_STR("datetime")))
        return PL_T_DATETIME;
    if (pl_str_eq_z(format, "date")) return PL_T_DATE;
    if (pl_str_eq_z(format, "duration")) return PL_T_DURATION;
    return pl_type_text(s->types, pl_type_format_by_name(format));
}

/* ---- enums ------------------------------------------------------------------------------------------------------ */

/* An enum's value under the schema's type: `enum: [1, 2]` of a string are texts, "1" of an integer is a number. */
static bool enum_literal(PlSchemas *s, const PlNode *node, uint32_t kinds, PlLiteral *out)
{
    bool text_only = kinds && (kinds & ~(uint32_t)(PL_KIND_TEXT | PL_KIND_NULL)) == 0;
    if (node->kind >= PL_NODE_LIST || !pl_schema_literal(s, node, text_only, out)) return false;
    bool numbers = kinds & (PL_KIND_INTEGER | PL_KIND_NUMBER) && !(kinds & PL_KIND_TEXT);
    if (out->kind != PL_LIT_TEXT || !numbers) return true;
    int64_t integer;
    if (pl_str_to_int(out->as.text, &integer)) *out = (PlLiteral){.kind = PL_LIT_INT, .as.integer = integer};
    return true;
}

/* PL_TYPE_NONE when the values cannot be an enum (lists, records). */
static PlTypeId enum_type(PlSchemas *s, const PlNode *const *values, uint32_t count, uint32_t kinds)
{
    PlLiteral *literals = PL_NEW_N(s->arena, PlLiteral, count + 1u);
    uint32_t kept = 0;
    bool nothing = false, yes = false, no = false;
    for (uint32_t i = 0; i < count; i++) {
        PlLiteral *literal = &literals[kept];
        if (!enum_literal(s, values[i], kinds, literal)) return PL_TYPE_NONE;
        if (literal->kind == PL_LIT_NOTHING) {
            nothing = true;
            continue;
        }
        if (literal->kind == PL_LIT_YESNO) *(literal->as.yes ? &yes : &no) = true;
        kept++;
    }
    if (kept == 0) return nothing ? PL_T_NOTHING : PL_TYPE_NONE;
    PlTypeId type = yes && no && kept == 2 ? PL_T_YESNO : pl_type_enum(s->types, literals, kept);
    return nothing ? pl_type_or_nothing(s->types, type) : type;
}

static PlTypeId shape_enum(PlSchemas *s, const PlShape *shape)
{
    if (shape->constant) {
        const PlNode *one[] = {shape->constant};
        return enum_type(s, one, 1, shape->kinds);
    }
    if (!shape->values || shape->values->count == 0) return PL_TYPE_NONE;
    const PlNode **values = PL_NEW_N(s->arena, const PlNode *, shape->values->count);
    for (uint32_t i = 0; i < shape->values->count; i++) values[i] = pl_node_item(shape->values, i);
    return enum_type(s, values, shape->values->count, shape->kinds);
}

/* ---- kinds and alternatives ------------------------------------------------------------------------------------- */

static PlTypeId kinds_type(PlSchemas *s, const PlShape *shape, PlStr name)
{
    uint32_t kinds = pl_shape_kinds(shape);
    if (kinds == 0) return PL_T_ANY;
    PlTypeId members[8];
    uint32_t count = 0;
    if (kinds & PL_KIND_TEXT) members[count++] = text_type(s, shape->format);
    if (kinds & PL_KIND_NUMBER) members[count++] = PL_T_NUMBER;
    if (kinds & PL_KIND_INTEGER && !(kinds & PL_KIND_NUMBER)) members[count++] = PL_T_INTEGER;
    if (kinds & PL_KIND_YESNO) members[count++] = PL_T_YESNO;
    if (kinds & PL_KIND_LIST) members[count++] = list_type(s, shape);
    if (kinds & PL_KIND_RECORD) members[count++] = record_type(s, shape, name);
    if (kinds & PL_KIND_FILE) members[count++] = PL_T_FILE;
    if (kinds & PL_KIND_NULL) members[count++] = PL_T_NOTHING;
    return pl_type_union(s->types, members, count);
}

static PlTypeId shape_type(PlSchemas *s, const PlShape *shape, PlStr name);

/* One alternative together with what the schema says beside its oneOf. Alternatives within alternatives multiply, so
 * past a few levels, or many of them, only what stands beside them counts. */
static PlTypeId variant_type(PlSchemas *s, const PlShape *base, PlNode *variant)
{
    bool alone = base->properties.len == 0 && !base->rest && !base->has_required;
    if (alone) return type_named(s, variant, PL_STR(""));
    if (s->merging == 0) s->merged = 0;
    s->fields += base->properties.len + 1;
    if (too_many_fields(s)) return PL_T_RECORD_ANY;
    PlShape one = pl_shape_copy(base);
    PlStr name = PL_STR("");
    if (s->merging >= MAX_MERGING || s->merged++ >= MAX_MERGED) {
        one.open = true;
        return record_type(s, &one, name);
    }
    one.kinds = 0;
    pl_shape_gather(&one, pl_ref_step(s->refs, variant, &name));
    if (one.kinds && !(one.kinds & PL_KIND_RECORD)) return type_named(s, variant, PL_STR(""));
    one.kinds = PL_KIND_RECORD;
    s->merging++;
    PlTypeId type = shape_type(s, &one, name);
    s->merging--;
    return type;
}

/* Alternatives of nothing but enums are one: oneOf of constants, as JSON Schema describes each value. PL_TYPE_NONE when they are more. */
static PlTypeId joined_enums(PlSchemas *s, const PlTypeId *members, uint32_t count)
{
    uint32_t values = 0;
    for (uint32_t i = 0; i < count; i++) {
        const PlType *type = pl_type(s->types, members[i]);
        if (type->open || (type->kind != PL_TYPE_ENUM && members[i] != PL_T_NOTHING)) return PL_TYPE_NONE;
        values += type->kind == PL_TYPE_ENUM ? type->count : 0;
    }
    if (count < 2 || values == 0) return PL_TYPE_NONE;
    PlLiteral *literals = PL_NEW_N(s->arena, PlLiteral, values);
    bool nothing = false;
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        const PlType *type = pl_type(s->types, members[i]);
        nothing |= members[i] == PL_T_NOTHING;
        for (uint32_t k = 0; type->kind == PL_TYPE_ENUM && k < type->count; k++) literals[n++] = type->values[k];
    }
    bool both = n == 2 && literals[0].kind == PL_LIT_YESNO && literals[1].kind == PL_LIT_YESNO && literals[0].as.yes != literals[1].as.yes;
    PlTypeId joined = both ? PL_T_YESNO : pl_type_enum(s->types, literals, n);
    return nothing ? pl_type_or_nothing(s->types, joined) : joined;
}

static PlTypeId group_type(PlSchemas *s, const PlShape *shape, const PlNode *group)
{
    PlTypeId *members = PL_NEW_N(s->arena, PlTypeId, group->count + 1u);
    uint64_t alternatives = 0;
    for (uint32_t i = 0; i < group->count && alternatives <= MAX_ALTERNATIVES; i++) {
        members[i] = variant_type(s, shape, pl_node_item(group, i));
        if (members[i] == PL_T_ANY) return PL_T_ANY;
        const PlType *type = pl_type(s->types, members[i]);
        alternatives += type->kind == PL_TYPE_UNION ? type->count : 1;
    }
    PlTypeId joined = alternatives <= MAX_ALTERNATIVES ? joined_enums(s, members, group->count) : PL_TYPE_NONE;
    if (joined != PL_TYPE_NONE) return joined;
    if (alternatives <= MAX_ALTERNATIVES) return pl_type_union(s->types, members, group->count);
    if (pl_ref_once(s->refs, pl_node_span(group), "alternatives"))
        PL_REPORT(s->diags, SCHEMA_ALTERNATIVES, pl_node_span(group), (unsigned)MAX_ALTERNATIVES);
    return PL_T_ANY;
}

static PlTypeId shape_type(PlSchemas *s, const PlShape *shape, PlStr name)
{
    if (s->depth > MAX_DEPTH) {
        if (pl_ref_once(s->refs, (PlSpan){0, 0, 0}, "depth"))
            PL_REPORT(s->diags, SCHEMA_DEPTH, PL_NO_SPAN, (unsigned)MAX_DEPTH);
        return PL_T_ANY;
    }
    s->depth++;
    PlTypeId type = shape_enum(s, shape);
    for (uint32_t i = 0; type == PL_TYPE_NONE && i < shape->groups.len; i++) {
        type = group_type(s, shape, shape->groups.items[i]);
        if (type == PL_T_ANY && (shape->kinds || shape->groups.len > 1)) type = PL_TYPE_NONE;
    }
    if (type == PL_TYPE_NONE) type = kinds_type(s, shape, name);
    if (shape->nullable || (shape->groups.len && shape->kinds & PL_KIND_NULL))
        type = pl_type_or_nothing(s->types, type);
    s->depth--;
    return type;
}

/* ---- a schema --------------------------------------------------------------------------------------------------- */

/* The only part of an allOf, oneOf or anyOf that says everything; NULL when there is more to it. */
static PlNode *only_part(const PlKeywords *k)
{
    uint32_t idle = 1u << PL_KW_NULLABLE | 1u << PL_KW_DESCRIPTION | 1u << PL_KW_READ_ONLY | 1u << PL_KW_WRITE_ONLY;
    const PlKeyword lists[] = {PL_KW_ALL_OF, PL_KW_ONE_OF, PL_KW_ANY_OF};
    for (int i = 0; i < 3; i++) {
        PlNode *list = k->at[lists[i]];
        if ((k->mask & ~idle) == 1u << lists[i] && pl_node_is(list, PL_NODE_LIST) && list->count == 1)
            return pl_node_item(list, 0);
    }
    return NULL;
}

static PlTypeId read_schema(PlSchemas *s, PlNode *schema, PlStr name)
{
    PlKeywords k;
    pl_keywords_read(schema, &k);
    PlTypeId type;
    uint32_t merging = s->merging, merged = s->merged; /* what this schema merges counts for itself */
    s->merging = 0;
    PlNode *part = only_part(&k);
    bool nullable = pl_node_yes(k.at[PL_KW_NULLABLE]);
    if (pl_keywords_only_ref(&k)) {
        PlStr target_name = PL_STR("");
        PlNode *target = pl_ref_step(s->refs, schema, &target_name);
        type = target ? type_named(s, target, target_name) : PL_T_ANY;
    } else if (part) {
        type = type_named(s, part, name);
    } else {
        PlShape shape;
        pl_shape_init(&shape, s->refs);
        pl_shape_gather(&shape, schema);
        nullable |= shape.nullable;
        shape.nullable = false;
        type = shape_type(s, &shape, name);
    }
    s->merging = merging;
    s->merged = merged;
    return nullable ? pl_type_or_nothing(s->types, type) : type;
}

/* Give the memo its final id; an id that was reserved meanwhile gets the type's meaning. */
static PlTypeId settle(PlSchemas *s, PlMapping *map, PlTypeId type)
{
    uint32_t reserved = map->memo & ~BUSY;
    if (reserved) {
        PlTypeId id = reserved - 1;
        PlType meaning = *pl_type(s->types, type);
        if (type == id || meaning.open) meaning = *pl_type(s->types, PL_T_ANY);
        pl_type_define(s->types, id, meaning);
        type = id;
    }
    map->memo = type + 1;
    return type;
}

static PlTypeId type_named(PlSchemas *s, PlNode *schema, PlStr name)
{
    if (pl_node_is(schema, PL_NODE_YESNO)) return schema->as.yes ? PL_T_ANY : PL_T_NOTHING;
    if (!pl_node_is(schema, PL_NODE_MAP)) {
        if (schema && pl_ref_once(s->refs, pl_node_span(schema), "schema"))
            PL_REPORT(s->diags, SCHEMA_SHAPE, pl_node_span(schema), "a schema", "a map");
        return PL_T_ANY;
    }
    PlMapping *map = schema->as.map;
    if (map->memo && !(map->memo & BUSY)) return map->memo - 1;
    if (map->memo == BUSY) map->memo = BUSY | (pl_type_reserve(s->types) + 1);
    if (map->memo) return (map->memo & ~BUSY) - 1;
    if (s->depth > MAX_DEPTH) return shape_type(s, &(PlShape){.refs = s->refs}, name);
    map->memo = BUSY;
    s->depth++;
    PlTypeId type = read_schema(s, schema, name);
    s->depth--;
    return settle(s, map, type);
}

PlTypeId pl_schema_type(PlSchemas *s, PlNode *schema)
{
    PlTypeId type = type_named(s, schema, PL_STR(""));
    for (uint32_t i = 0; s->depth == 0 && i < s->deferred.len; i++) {
        PlDeferred next = s->deferred.items[i];
        settle(s, next.schema->as.map, read_schema(s, next.schema, next.name));
    }
    if (s->depth == 0) s->deferred.len = 0;
    return type;
}

static bool is_binary(PlSchemas *s, PlNode *schema)
{
    PlShape shape;
    pl_shape_init(&shape, s->refs);
    pl_shape_gather(&shape, schema);
    bool text = pl_shape_kinds(&shape) == PL_KIND_TEXT;
    bool bytes = pl_schema_own(s, schema, PL_STR("contentMediaType")) && (shape.kinds == PL_KIND_TEXT || (shape.kinds == 0 && shape.groups.len == 0));
    if (bytes && shape.kinds == 0) return true; /* 3.1: bytes as they are have no type */
    return text && (bytes || pl_str_eq_z(shape.format, "binary") || pl_str_eq_z(shape.format, "file"));
}

PlTypeId pl_schema_part_type(PlSchemas *s, PlNode *schema)
{
    if (is_binary(s, schema)) return PL_T_FILE;
    PlNode *items = pl_schema_own(s, schema, PL_STR("items"));
    if (pl_node_is(items, PL_NODE_MAP) && is_binary(s, items)) return pl_type_list(s->types, PL_T_FILE);
    return pl_schema_type(s, schema);
}

/* ---- for bodies -------------------------------------------------------------------------------------------------- */

bool pl_schema_object(PlSchemas *s, PlNode *schema, PlShape *out)
{
    pl_shape_init(out, s->refs);
    pl_shape_gather(out, schema);
    for (int hops = 0; out->groups.len == 1 && out->groups.items[0]->count == 1 && hops < 10; hops++) {
        PlNode *only = pl_node_item(out->groups.items[0], 0);
        out->groups.len = 0;
        pl_shape_gather(out, only);
    }
    bool constant = out->constant || out->values;
    return out->groups.len == 0 && !constant && out->properties.len > 0 && pl_shape_kinds(out) == PL_KIND_RECORD;
}

bool pl_schema_only_value(PlSchemas *s, PlNode *schema, PlLiteral *out)
{
    PlShape shape;
    pl_shape_init(&shape, s->refs);
    pl_shape_gather(&shape, schema);
    const PlNode *one = shape.constant;
    if (!one && pl_node_is(shape.values, PL_NODE_LIST) && shape.values->count == 1) one = pl_node_item(shape.values, 0);
    return one && one->kind != PL_NODE_NULL && !shape.nullable && enum_literal(s, one, shape.kinds, out);
}
