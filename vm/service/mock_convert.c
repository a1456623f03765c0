/* SPDX-License-Identifier: MIT */
/* See mock_convert.h. A schema is written as JSON and read as a value. */
#include "vm/service/mock_convert.h"

#include "vm/code/type.h"
#include "vm/service/mock_check.h"
#include "vm/value/json.h"

#include <stdio.h>

enum { MAX_CONVERTED = 200000, MAX_ALIASES = 60, MAX_NAMES = 5000, MAX_WALK = 2000 };

typedef struct Writer {
    PlMockConvert *convert;
    PlBuf *out;
    PlMockSchema *whole;
    bool first; /* no keyword was written yet */
} Writer;

/* ---- addresses ---------------------------------------------------------------------------------------------------- */

static uint32_t number_of(PlMockConvert *c, PlMockSchema *part, PlMockSchema *whole)
{
    const void *places[2] = {part, whole};
    PlStr key = pl_str((const char *)places, sizeof places);
    PlMapEntry *known = pl_map_find(&c->numbers, key);
    if (known) return (uint32_t)known->value.num - 1;
    PlMockConverted one = {part, whole};
    pl_vec_push(c->schemas->arena, &c->all, one);
    pl_map_put(&c->numbers, pl_arena_str(c->schemas->arena, key), NULL)->value.num = c->all.len;
    return c->all.len - 1;
}

/* Says nothing but a reference: annotations stand beside it at most. */
static bool is_alias(const PlMockSchema *opened)
{
    static const char *const silent[] = {"$ref",    "description", "title",   "summary",    "example",   "examples",
                                         "default", "deprecated",  "readOnly", "writeOnly", "externalDocs", "xml"};
    if (!opened->target) return false;
    for (uint32_t i = 0; i < opened->node->count; i++) {
        PlStr key = pl_pair_key(pl_node_at(opened->node, i));
        bool says = !pl_str_starts(key, PL_STR("x-"));
        for (size_t k = 0; says && k < sizeof silent / sizeof *silent; k++) says = !pl_str_eq_z(key, silent[k]);
        if (says) return false;
    }
    return true;
}

PlMockSchema *pl_mock_whole(PlMockSchemas *schemas, PlMockSchema *schema)
{
    schema = pl_mock_open(schemas, schema);
    for (int i = 0; i < MAX_ALIASES && is_alias(schema); i++) schema = pl_mock_open(schemas, schema->target);
    return schema;
}

/* ---- what parts of a whole know ----------------------------------------------------------------------------------- */

/* Does a schema lead back to this one without a step into the value? Such a reference would have no end. */
static bool leads_to(PlMockSchemas *s, PlMockSchema *from, const PlMockSchema *to, bool choices, uint32_t *budget)
{
    from = pl_mock_open(s, from);
    if (from == to) return true;
    if (from->opening || *budget == 0) return false;
    --*budget;
    from->opening = true;
    bool found = from->target && leads_to(s, from->target, to, choices, budget);
    const PlMockGroup *groups[] = {&from->all_of, &from->one_of, &from->any_of};
    for (size_t g = 0; g < (choices ? 3 : 1); g++)
        for (uint32_t i = 0; !found && i < groups[g]->count; i++) found = leads_to(s, groups[g]->all[i], to, choices, budget);
    from->opening = false;
    return found;
}

static bool is_endless(const Writer *w, const PlMockSchema *self, PlMockSchema *part, bool choices)
{
    uint32_t budget = MAX_WALK;
    return leads_to(w->convert->schemas, part, self, choices, &budget);
}

typedef struct Names {
    PlArena *arena;
    PL_VEC(PlStr) all;
    PlMap seen;
} Names;

static void collect(PlMockSchemas *s, PlMockSchema *schema, Names *names)
{
    schema = pl_mock_open(s, schema);
    if (schema->opening) return;
    schema->opening = true;
    for (uint32_t i = 0; i < schema->property_count && names->all.len < MAX_NAMES; i++) {
        bool added;
        pl_map_put(&names->seen, schema->properties[i].name, &added);
        if (added) pl_vec_push(names->arena, &names->all, schema->properties[i].name);
    }
    if (schema->target) collect(s, schema->target, names);
    const PlMockGroup *groups[] = {&schema->all_of, &schema->one_of, &schema->any_of};
    for (size_t g = 0; g < 3; g++)
        for (uint32_t i = 0; i < groups[g]->count && names->all.len < MAX_NAMES; i++) collect(s, groups[g]->all[i], names);
    schema->opening = false;
}

/* Does this direction leave the property out? */
static bool is_other_way(const PlMockConvert *c, PlMockSchema *property)
{
    uint8_t flag = c->answer ? PL_MOCK_WRITE_ONLY : PL_MOCK_READ_ONLY;
    property = pl_mock_open(c->schemas, property);
    if (property->flags & flag) return true;
    return property->target && pl_mock_open(c->schemas, property->target)->flags & flag;
}

/* ---- parts -------------------------------------------------------------------------------------------------------- */

static void put_schema(Writer *w, PlMockSchema *schema);

static void put_key(Writer *w, const char *keyword)
{
    pl_buf_printf(w->out, "%s\"%s\":", w->first ? "" : ",", keyword);
    w->first = false;
}

static bool is_plain(const PlMockSchema *o)
{
    static const char *const further[] = {"if", "contains", "patternProperties", "propertyNames", "dependentSchemas", "dependencies",
                                          "unevaluatedProperties", "unevaluatedItems"};
    if (o->target || o->all_of.count || o->one_of.count || o->any_of.count || o->prefix.count || o->items || o->rest || o->negated) return false;
    if (o->property_count || o->flags & PL_MOCK_CLOSED) return false;
    for (size_t i = 0; i < sizeof further / sizeof *further; i++)
        if (pl_node_get(o->node, pl_str_z(further[i]))) return false;
    return true;
}

/* A schema as a part of the one in hand: itself when it has no parts, else a reference. `whole` NULL: it is a whole of its own. */
static void put_part(Writer *w, PlMockSchema *part, PlMockSchema *whole)
{
    part = pl_mock_whole(w->convert->schemas, part);
    if (!whole) whole = part;
    if (part->flags & PL_MOCK_NEVER) {
        pl_buf_put_z(w->out, "false");
    } else if (!part->node || w->convert->all.len >= MAX_CONVERTED) {
        pl_buf_put_z(w->out, "true");
    } else if (is_plain(part)) {
        Writer inner = {.convert = w->convert, .out = w->out, .whole = whole};
        put_schema(&inner, part);
    } else {
        pl_buf_printf(w->out, "{\"$ref\":\"mock:%u\"}", number_of(w->convert, part, whole));
    }
}

static void put_group(Writer *w, const char *keyword, const PlMockGroup *group, PlMockSchema *whole)
{
    put_key(w, keyword);
    for (uint32_t i = 0; i < group->count; i++) {
        pl_buf_put_char(w->out, i ? ',' : '[');
        put_part(w, group->all[i], whole);
    }
    pl_buf_put_char(w->out, ']');
}

/* A keyword that holds a schema, or a map of schemas, and that only the document's node has. */
static void put_keyword(Writer *w, const PlNode *node, const char *keyword, PlMockSchema *whole)
{
    PlNode *value = pl_node_get(node, pl_str_z(keyword));
    if (!pl_node_is(value, PL_NODE_MAP) && !pl_node_is(value, PL_NODE_YESNO)) return;
    put_key(w, keyword);
    put_part(w, pl_mock_schema(w->convert->schemas, value), whole);
}

static void put_map(Writer *w, const PlNode *node, const char *keyword, PlMockSchema *whole)
{
    PlNode *map = pl_node_get(node, pl_str_z(keyword));
    bool first = true;
    if (!pl_node_is(map, PL_NODE_MAP) || map->count == 0) return;
    put_key(w, keyword);
    pl_buf_put_char(w->out, '{');
    for (uint32_t i = 0; i < map->count; i++) {
        PlPair *pair = pl_node_at(map, i);
        bool schema = pair->value.kind == PL_NODE_MAP || pair->value.kind == PL_NODE_YESNO;
        if (pair->value.flags & PL_NODE_SHADOWED || (!schema && pair->value.kind != PL_NODE_LIST)) continue;
        if (!first) pl_buf_put_char(w->out, ',');
        first = false;
        pl_buf_put_json(w->out, pl_pair_key(pair));
        pl_buf_put_char(w->out, ':');
        if (schema) put_part(w, pl_mock_schema(w->convert->schemas, &pair->value), whole);
        else pl_node_write(w->out, &pair->value);
    }
    pl_buf_put_char(w->out, '}');
}

/* ---- keywords of plain values ------------------------------------------------------------------------------------- */

static void put_types(Writer *w, const PlMockSchema *o)
{
    static const struct {
        uint32_t kind;
        const char *name;
    } names[] = {{PL_KIND_NULL, "null"},     {PL_KIND_YESNO, "boolean"}, {PL_KIND_INTEGER, "integer"}, {PL_KIND_NUMBER, "number"},
                 {PL_KIND_TEXT, "string"},   {PL_KIND_LIST, "array"},    {PL_KIND_RECORD, "object"}};
    uint32_t kinds = o->kinds;
    bool first = true;
    if (kinds == 0) return;
    if (kinds & PL_KIND_FILE) kinds |= PL_KIND_TEXT;
    put_key(w, "type");
    pl_buf_put_char(w->out, '[');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool meant = kinds & names[i].kind || (o->nullable && names[i].kind == PL_KIND_NULL);
        if (!meant) continue;
        pl_buf_printf(w->out, "%s\"%s\"", first ? "" : ",", names[i].name);
        first = false;
    }
    pl_buf_put_char(w->out, ']');
}

/* `enum: [1, 2]` of a text, unquoted in YAML, is of texts; ["1", "2"] of a number is of numbers. Without a type it may be both. */
static void put_enum_value(Writer *w, const PlMockSchema *o, const PlNode *value)
{
    PlArena *arena = w->convert->schemas->arena;
    bool scalar = value->kind != PL_NODE_NULL && value->kind < PL_NODE_LIST;
    PlStr shown = scalar ? pl_node_show(arena, value) : PL_STR("");
    double d;
    bool takes_text = o->kinds & (PL_KIND_TEXT | PL_KIND_FILE), takes_number = o->kinds & (PL_KIND_NUMBER | PL_KIND_INTEGER);
    if (scalar && value->kind != PL_NODE_TEXT && takes_text && !(o->kinds & pl_mock_kinds_of(value))) {
        pl_buf_put_json(w->out, shown);
    } else if (scalar && value->kind == PL_NODE_TEXT && takes_number && !takes_text && pl_str_to_double(shown, &d)) {
        pl_buf_put_double(w->out, d);
    } else if (scalar && value->kind == PL_NODE_TEXT && o->kinds == PL_KIND_YESNO && (pl_str_eq_z(shown, "true") || pl_str_eq_z(shown, "false"))) {
        pl_buf_put(w->out, shown);
    } else {
        pl_node_write(w->out, value);
        if (scalar && o->kinds == 0 && value->kind != PL_NODE_TEXT) {
            pl_buf_put_char(w->out, ',');
            pl_buf_put_json(w->out, shown);
        }
    }
}

static void put_values(Writer *w, const PlMockSchema *o)
{
    if (o->constant) {
        put_key(w, "const");
        pl_node_write(w->out, o->constant);
    }
    if (!o->values) return;
    put_key(w, "enum");
    for (uint32_t i = 0; i < o->values->count; i++) {
        pl_buf_put_char(w->out, i ? ',' : '[');
        put_enum_value(w, o, pl_node_item(o->values, i));
    }
    pl_buf_put_char(w->out, ']');
}

static void put_bounds(Writer *w, const PlMockSchema *o)
{
    static const char *const names[] = {"minimum",   "maximum",   "exclusiveMinimum", "exclusiveMaximum", "multipleOf",    "minLength",
                                        "maxLength", "minItems",  "maxItems",         "minProperties",    "maxProperties", "uniqueItems",
                                        "pattern",   "minContains", "maxContains",    "dependentRequired"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const PlNode *value = pl_node_get(o->node, pl_str_z(names[i]));
        if (!value || value->kind == PL_NODE_NULL) continue;
        put_key(w, names[i]);
        pl_node_write(w->out, value);
    }
    if (o->format.len == 0) return;
    put_key(w, "format");
    pl_buf_put_json(w->out, o->format);
}

/* ---- records and lists -------------------------------------------------------------------------------------------- */

static void put_required(Writer *w, const PlMockSchema *o)
{
    bool open, first = true;
    for (uint32_t i = 0; i < o->required_count; i++) {
        const PlMockProperty *property = pl_mock_find(w->convert->schemas, w->whole, o->required[i], &open);
        if (property && is_other_way(w->convert, property->schema)) continue;
        if (first) put_key(w, "required");
        pl_buf_put_char(w->out, first ? '[' : ',');
        pl_buf_put_json(w->out, o->required[i]);
        first = false;
    }
    if (!first) pl_buf_put_char(w->out, ']');
}

/* A closed part takes what any part of the whole knows. */
static void put_properties(Writer *w, const PlMockSchema *self, bool closed)
{
    PlMockSchemas *s = w->convert->schemas;
    Names names = {.arena = s->arena};
    pl_map_init(&names.seen, s->arena);
    if (closed && w->whole != self) collect(s, w->whole, &names);
    if (self->property_count == 0 && names.all.len == 0) return;
    put_key(w, "properties");
    bool first = true;
    pl_buf_put_char(w->out, '{');
    for (uint32_t i = 0; i < self->property_count; i++, first = false) {
        if (!first) pl_buf_put_char(w->out, ',');
        pl_buf_put_json(w->out, self->properties[i].name);
        pl_buf_put_char(w->out, ':');
        put_part(w, self->properties[i].schema, NULL);
    }
    for (uint32_t i = 0; i < names.all.len; i++) {
        if (pl_mock_property(self, names.all.items[i])) continue;
        if (!first) pl_buf_put_char(w->out, ',');
        pl_buf_put_json(w->out, names.all.items[i]);
        pl_buf_put_z(w->out, ":true");
        first = false;
    }
    pl_buf_put_char(w->out, '}');
}

static void put_record(Writer *w, const PlMockSchema *o)
{
    const PlNode *more = PL_GET(o->node, "additionalProperties");
    bool closed = pl_node_is(more, PL_NODE_YESNO) && !more->as.yes;
    put_required(w, o);
    put_properties(w, o, closed);
    put_map(w, o->node, "patternProperties", NULL);
    if (o->rest || closed) {
        put_key(w, "additionalProperties");
        if (closed) pl_buf_put_z(w->out, "false");
        else put_part(w, o->rest, NULL);
    }
    put_keyword(w, o->node, "propertyNames", NULL);
    put_keyword(w, o->node, "unevaluatedProperties", NULL);
    put_map(w, o->node, "dependencies", w->whole);
    put_map(w, o->node, "dependentSchemas", w->whole);
}

static void put_list(Writer *w, const PlMockSchema *o)
{
    if (o->prefix.count) put_group(w, "prefixItems", &o->prefix, NULL);
    const PlNode *items = PL_GET(o->node, "items");
    if (o->items) {
        put_key(w, "items");
        put_part(w, o->items, NULL);
    } else if (pl_node_is(items, PL_NODE_LIST)) {
        PlNode *more = PL_GET(o->node, "additionalItems");
        if (pl_node_is(more, PL_NODE_MAP) || pl_node_is(more, PL_NODE_YESNO)) {
            put_key(w, "items");
            put_part(w, pl_mock_schema(w->convert->schemas, more), NULL);
        }
    }
    put_keyword(w, o->node, "contains", NULL);
    put_keyword(w, o->node, "unevaluatedItems", NULL);
}

/* ---- alternatives ------------------------------------------------------------------------------------------------- */

static PlStr last_part(PlStr ref)
{
    size_t at = ref.len;
    while (at > 0 && ref.ptr[at - 1] != '/' && ref.ptr[at - 1] != '#') at--;
    return pl_str_slice(ref, at, ref.len);
}

/* Does a value of the discriminator name this alternative: by `mapping`, else by the schema's name? */
static bool is_named(PlStr ref, PlStr target)
{
    size_t name = ref.len > target.len ? ref.len - target.len : 0;
    return ref.len && target.len && pl_str_ends(ref, target) && (name == 0 || ref.ptr[name - 1] == '/');
}

static void put_case(Writer *w, PlStr property, PlStr value, PlMockSchema *alternative, bool *first)
{
    pl_buf_put_z(w->out, *first ? "{\"if\":{\"properties\":{" : ",{\"if\":{\"properties\":{");
    *first = false;
    pl_buf_put_json(w->out, property);
    pl_buf_put_z(w->out, ":{\"const\":");
    pl_buf_put_json(w->out, value);
    pl_buf_put_z(w->out, "}}},\"then\":");
    put_part(w, alternative, w->whole);
    pl_buf_put_char(w->out, '}');
}

typedef PL_VEC(PlStr) Values;

static void put_cases(Writer *w, const PlMockSchema *o, const PlMockGroup *group, Values *values)
{
    PlMockSchemas *s = w->convert->schemas;
    bool first = true;
    for (uint32_t i = 0; i < group->count; i++) {
        PlStr ref = pl_ref_of(pl_mock_open(s, group->all[i])->node), own = last_part(ref);
        for (uint32_t k = 0; ref.len && k < pl_node_count(o->mapping) && pl_node_is(o->mapping, PL_NODE_MAP); k++) {
            const PlPair *pair = pl_node_at(o->mapping, k);
            if (!is_named(ref, pl_node_text(&pair->value)) && !pl_str_eq(own, pl_node_text(&pair->value))) continue;
            put_case(w, o->discriminator, pl_pair_key(pair), group->all[i], &first);
            pl_vec_push(s->arena, values, pl_pair_key(pair));
        }
        if (own.len == 0 || pl_node_get(o->mapping, own)) continue;
        put_case(w, o->discriminator, own, group->all[i], &first);
        pl_vec_push(s->arena, values, own);
    }
}

/* {"if": the discriminator has a known value, "then": what each value names, "else": any of them} */
static void put_named(Writer *w, const PlMockSchema *o, const PlMockGroup *group)
{
    Values values = {0};
    Writer inner = *w;
    inner.first = true;
    pl_buf_put_z(w->out, "{\"then\":{\"allOf\":[");
    put_cases(&inner, o, group, &values);
    pl_buf_put_z(w->out, "]},\"if\":{\"type\":\"object\",\"required\":[");
    pl_buf_put_json(w->out, o->discriminator);
    pl_buf_put_z(w->out, "],\"properties\":{");
    pl_buf_put_json(w->out, o->discriminator);
    pl_buf_put_z(w->out, ":{\"enum\":[");
    for (uint32_t i = 0; i < values.len; i++) {
        if (i) pl_buf_put_char(w->out, ',');
        pl_buf_put_json(w->out, values.items[i]);
    }
    pl_buf_put_z(w->out, "]}}},\"else\":{");
    put_group(&inner, "anyOf", group, w->whole);
    pl_buf_put_z(w->out, "}}");
}

static bool is_open(const Writer *w, const PlMockSchema *self, const PlMockGroup *group)
{
    if (group->count == 0) return true;
    for (uint32_t i = 0; i < group->count; i++)
        if (is_endless(w, self, group->all[i], true)) return true;
    return false;
}

static void put_choice(Writer *w, const PlMockSchema *self, const PlMockGroup *group, bool *first)
{
    if (is_open(w, self, group)) return;
    if (!*first) pl_buf_put_char(w->out, ',');
    *first = false;
    if (group->count == 1) {
        put_part(w, group->all[0], w->whole);
    } else if (self->discriminator.len) {
        put_named(w, self, group);
    } else {
        Writer inner = *w;
        inner.first = true;
        pl_buf_put_char(w->out, '{');
        put_group(&inner, "anyOf", group, w->whole);
        pl_buf_put_char(w->out, '}');
    }
}

static void put_in_place(Writer *w, const PlMockSchema *o)
{
    bool first = true;
    bool int32 = pl_str_eq_z(o->format, "int32");
    if (!o->target && !o->all_of.count && !o->one_of.count && !o->any_of.count && !int32) return;
    put_key(w, "allOf");
    pl_buf_put_char(w->out, '[');
    if (int32) {
        pl_buf_put_z(w->out, "{\"minimum\":-2147483648,\"maximum\":2147483647}");
        first = false;
    }
    for (uint32_t i = 0; i < o->all_of.count + (o->target != NULL); i++) {
        PlMockSchema *part = i < o->all_of.count ? o->all_of.all[i] : o->target;
        if (is_endless(w, o, part, false)) continue;
        if (!first) pl_buf_put_char(w->out, ',');
        first = false;
        put_part(w, part, w->whole);
    }
    put_choice(w, o, &o->one_of, &first);
    put_choice(w, o, &o->any_of, &first);
    pl_buf_put_char(w->out, ']');
}

/* ---- a schema ----------------------------------------------------------------------------------------------------- */

static void put_keywords(Writer *w, const PlMockSchema *o)
{
    put_types(w, o);
    put_values(w, o);
    put_bounds(w, o);
    put_record(w, o);
    put_list(w, o);
    put_in_place(w, o);
    if (o->negated) {
        put_key(w, "not");
        put_part(w, o->negated, NULL);
    }
    put_keyword(w, o->node, "if", NULL);
    put_keyword(w, o->node, "then", w->whole);
    put_keyword(w, o->node, "else", w->whole);
}

/* null fits where a schema says that it does, whatever else it says. */
static void put_schema(Writer *w, PlMockSchema *schema)
{
    const PlMockSchema *o = pl_mock_open(w->convert->schemas, schema);
    bool null = o->nullable || o->kinds & PL_KIND_NULL;
    bool more = o->target || o->values || o->constant || o->negated || o->all_of.count || o->one_of.count || o->any_of.count;
    pl_buf_put_z(w->out, null && more ? "{\"if\":{\"not\":{\"type\":\"null\"}},\"then\":{" : "{");
    w->first = true;
    put_keywords(w, o);
    pl_buf_put_z(w->out, null && more ? "}}" : "}");
}

static bool load(void *context, PlStr address, PlValue *out)
{
    PlMockConvert *c = context;
    int64_t number;
    size_t at;
    const char *error;
    if (!pl_str_starts(address, PL_STR("mock:")) || !pl_str_to_int(pl_str_slice(address, 5, address.len), &number)) return false;
    if (number < 0 || number >= (int64_t)c->all.len) return false;
    PlMockConverted one = c->all.items[number];
    Writer w = {.convert = c, .out = c->schemas->text, .whole = one.whole};
    pl_buf_clear(w.out);
    if (one.part->node) put_schema(&w, one.part);
    else pl_buf_put_z(w.out, one.part->flags & PL_MOCK_NEVER ? "false" : "true");
    if (w.out->status != PL_OK) return false;
    return pl_json_read(c->schemas->values, pl_buf_str(w.out), out, &at, &error) == PL_OK;
}

static PlMockConvert *converter(PlMockSchemas *schemas, bool answer)
{
    if (schemas->convert[answer]) return schemas->convert[answer];
    PlMockConvert *c = PL_NEW(schemas->arena, PlMockConvert);
    c->schemas = schemas;
    c->answer = answer;
    pl_map_init(&c->numbers, schemas->arena);
    return schemas->convert[answer] = c;
}

PlSchema *pl_mock_convert(PlMockSchemas *schemas, PlMockSchema *schema, bool answer)
{
    PlMockConvert *c = converter(schemas, answer);
    PlSchemaOptions options = {.draft = PL_SCHEMA_2020_12, .formats = true, .load = load, .context = c, .documents = MAX_CONVERTED * 2};
    PlSchemaIssues issues;
    char address[32];
    if (c->broken) return NULL;
    c->broken = true;
    schema = pl_mock_open(schemas, schema);
    bool good = c->compiled || pl_schema_compile(schemas->arena, schemas->values, pl_yesno(true), &options, &c->compiled, &issues) == PL_OK;
    snprintf(address, sizeof address, "mock:%u", number_of(c, schema, pl_mock_whole(schemas, schema)));
    good = good && pl_schema_turn(c->compiled, pl_str(address, strlen(address)), &issues) == PL_OK;
    c->broken = false;
    return good ? c->compiled : NULL;
}
