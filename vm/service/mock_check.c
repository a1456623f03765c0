/* SPDX-License-Identifier: MIT */
/* See mock_check.h. The place of a value is a chain of frames on the C stack; it becomes a text when there is something to say. */
#include "vm/service/mock_check.h"

#include "vm/base/utf8.h"
#include "vm/code/type.h"
#include "vm/value/schema.h"
#include "vm/value/type_check.h"

#include <math.h>

enum { MAX_STEPS = 2000000, MAX_DEPTH = 400, MAX_UNIQUE = 1000, SHOWN_VALUES = 12 };

typedef struct Place {
    const struct Place *up;
    PlStr name; /* of a field, or of the whole value */
    uint32_t index;
    bool is_item;
} Place;

/* What stands above the schema that is looked at: the schema of the whole value, which decides about further properties. */
typedef struct Whole {
    PlMockSchema *schema;
    const Place *place;
} Whole;

void pl_mock_check_init(PlMockCheck *c, PlMockSchemas *schemas, PlArena *arena)
{
    *c = (PlMockCheck){.schemas = schemas, .arena = arena, .steps = MAX_STEPS};
}

/* ---- saying ------------------------------------------------------------------------------------------------------- */

static void put_place(PlBuf *out, const Place *place)
{
    if (place->up) put_place(out, place->up);
    if (place->is_item) pl_buf_printf(out, "[%u]", place->index);
    else if (place->up) pl_buf_printf(out, "." PL_FMT, PL_ARG(pl_str_slice(place->name, 0, 100)));
    else pl_buf_put(out, place->name);
}

static PlStr place_text(PlArena *arena, const Place *place)
{
    char bytes[1024];
    PlBuf out;
    pl_buf_init(&out, 900);
    put_place(&out, place);
    PlStr text = pl_buf_str(&out);
    memcpy(bytes, text.ptr, text.len);
    pl_buf_deinit(&out);
    return pl_arena_str(arena, pl_str(bytes, text.len));
}

void pl_mock_issue(PlArena *arena, PlMockIssues *issues, PlStr path, const char *format, ...)
{
    if (issues->len >= PL_MOCK_ISSUES) return;
    va_list args;
    va_start(args, format);
    PlMockIssue issue = {path, pl_arena_vprintf(arena, format, args)};
    va_end(args);
    pl_vec_push(arena, issues, issue);
}

static void fault(PlMockCheck *c, const Place *place, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void fault(PlMockCheck *c, const Place *place, const char *format, ...)
{
    if (c->errors.len >= PL_MOCK_ISSUES) return;
    va_list args;
    va_start(args, format);
    PlMockIssue issue = {.message = pl_arena_vprintf(c->arena, format, args)};
    va_end(args);
    issue.path = place_text(c->arena, place);
    pl_vec_push(c->arena, &c->errors, issue);
}

/* "abc" -> `"abc"`, a list -> `a list`: short. */
static PlStr brief(PlArena *arena, const PlNode *value)
{
    if (value->kind >= PL_NODE_LIST) return pl_str_z(pl_node_kind_name(value));
    if (value->kind == PL_NODE_TEXT && value->count > 60) return pl_arena_printf(arena, "a text of %u bytes", value->count);
    return pl_node_written(arena, value);
}

/* ---- one value ---------------------------------------------------------------------------------------------------- */

uint32_t pl_mock_kinds_of(const PlNode *value)
{
    switch ((PlNodeKind)value->kind) {
    case PL_NODE_NULL: return PL_KIND_NULL;
    case PL_NODE_YESNO: return PL_KIND_YESNO;
    case PL_NODE_INT: return PL_KIND_INTEGER | PL_KIND_NUMBER;
    case PL_NODE_NUMBER: return PL_KIND_NUMBER | (value->as.number == floor(value->as.number) ? PL_KIND_INTEGER : 0);
    case PL_NODE_TEXT: return PL_KIND_TEXT | PL_KIND_FILE;
    case PL_NODE_LIST: return PL_KIND_LIST;
    default: return PL_KIND_RECORD;
    }
}

static PlStr kinds_text(PlArena *arena, uint32_t kinds)
{
    static const char *const names[] = {"null", "true or false", "an integer", "a number", "a text", "a list", "a record", "a file"};
    PlStr text = PL_STR("");
    if (kinds & PL_KIND_NUMBER) kinds &= ~(uint32_t)PL_KIND_INTEGER;
    for (uint32_t i = 0; i < 8; i++) {
        if (!(kinds & 1u << i)) continue;
        text = text.len ? pl_arena_printf(arena, PL_FMT " or %s", PL_ARG(text), names[i]) : pl_str_z(names[i]);
    }
    return text;
}

static bool among(const PlNode *values, const PlNode *value)
{
    for (uint32_t i = 0; i < values->count; i++) {
        const PlNode *one = pl_node_item(values, i);
        if (pl_node_equal(one, value)) return true;
    }
    return false;
}

/* `enum: [1, 2]` of a string, unquoted in YAML, or ["1", "2"] of an integer. */
static bool among_as_text(PlArena *arena, const PlNode *values, const PlNode *value)
{
    for (uint32_t i = 0; value->kind != PL_NODE_NULL && value->kind < PL_NODE_LIST && i < values->count; i++)
        if (pl_str_eq(pl_node_show(arena, pl_node_item(values, i)), pl_node_show(arena, value))) return true;
    return false;
}

static void check_values(PlMockCheck *c, const Place *place, const PlMockSchema *schema, const PlNode *value)
{
    if (schema->constant && !pl_node_equal(schema->constant, value)) {
        PlStr wanted = brief(c->arena, schema->constant), found = brief(c->arena, value);
        fault(c, place, "must be " PL_FMT ", found " PL_FMT, PL_ARG(wanted), PL_ARG(found));
    }
    if (!schema->values || among(schema->values, value) || among_as_text(c->arena, schema->values, value)) return;
    PlStr list = PL_STR("");
    for (uint32_t i = 0; i < schema->values->count && i < SHOWN_VALUES; i++) {
        PlStr one = brief(c->arena, pl_node_item(schema->values, i));
        list = pl_arena_printf(c->arena, PL_FMT "%s" PL_FMT, PL_ARG(list), i ? ", " : "", PL_ARG(one));
    }
    PlStr found = brief(c->arena, value);
    const char *more = schema->values->count > SHOWN_VALUES ? ", ..." : "";
    fault(c, place, "must be one of " PL_FMT "%s; found " PL_FMT, PL_ARG(list), more, PL_ARG(found));
}

static void check_number(PlMockCheck *c, const Place *place, const PlMockSchema *schema, double d)
{
    bool low = schema->min_open ? !(d > schema->min) : d < schema->min;
    bool high = schema->max_open ? !(d < schema->max) : d > schema->max;
    if (low && schema->min > -HUGE_VAL) fault(c, place, "must be %s %.15g, found %.15g", schema->min_open ? "more than" : "at least", schema->min, d);
    if (high && schema->max < HUGE_VAL) fault(c, place, "must be %s %.15g, found %.15g", schema->max_open ? "less than" : "at most", schema->max, d);
    if (schema->step > 0 && !pl_schema_is_multiple(pl_double(d), pl_double(schema->step)))
        fault(c, place, "must be a multiple of %.15g, found %.15g", schema->step, d);
    if (pl_str_eq_z(schema->format, "int32") && fabs(d) > 2147483648.0) fault(c, place, "must fit 32 bits, found %.15g", d);
}

/* As the validator has it, and base64 as types have it; patterns are not looked at as a format. */
static bool fits_format(PlStr format, PlStr text)
{
    if (pl_str_eq_z(format, "byte")) return pl_type_text_fits(PL_FORMAT_BYTE, text);
    return pl_str_eq_z(format, "regex") || pl_schema_format_fits(NULL, format, text);
}

static void check_text(PlMockCheck *c, const Place *place, const PlMockSchema *schema, PlStr text)
{
    if (schema->min_len > 0 || schema->max_len < UINT64_MAX) {
        size_t len = pl_utf8_length(text);
        if (len < schema->min_len) fault(c, place, "must have at least %llu characters, found %zu", (unsigned long long)schema->min_len, len);
        if (len > schema->max_len) fault(c, place, "must have at most %llu characters, found %zu", (unsigned long long)schema->max_len, len);
    }
    if (schema->format.len && !fits_format(schema->format, text)) {
        PlStr found = pl_str_slice(text, 0, 60);
        fault(c, place, "must be a " PL_FMT ", found \"" PL_FMT "\"", PL_ARG(schema->format), PL_ARG(found));
    }
    if (schema->pattern.len && c->matches && !c->matches(c->context, schema->pattern, text))
        fault(c, place, "does not match the pattern " PL_FMT, PL_ARG(pl_str_slice(schema->pattern, 0, 200)));
}

/* ---- lists and records -------------------------------------------------------------------------------------------- */

static void check(PlMockCheck *c, const Place *place, PlMockSchema *schema, const Whole *whole, const PlNode *value);

static void check_part(PlMockCheck *c, const Place *place, PlMockSchema *schema, const PlNode *value)
{
    Whole whole = {schema, place};
    check(c, place, schema, &whole, value);
}

static void check_unique(PlMockCheck *c, const Place *place, const PlNode *list)
{
    for (uint32_t i = 1; i < list->count && i < MAX_UNIQUE; i++)
        for (uint32_t k = 0; k < i; k++) {
            if (!pl_node_equal(pl_node_item(list, i), pl_node_item(list, k))) continue;
            fault(c, place, "items must differ, but %u and %u are equal", k, i);
            return;
        }
}

static void check_list(PlMockCheck *c, const Place *place, const PlMockSchema *schema, const PlNode *list)
{
    if (list->count < schema->min_items)
        fault(c, place, "must have at least %llu items, found %u", (unsigned long long)schema->min_items, list->count);
    if (list->count > schema->max_items)
        fault(c, place, "must have at most %llu items, found %u", (unsigned long long)schema->max_items, list->count);
    for (uint32_t i = 0; i < list->count && c->errors.len < PL_MOCK_ISSUES; i++) {
        Place item = {.up = place, .index = i, .is_item = true};
        PlMockSchema *part = i < schema->prefix.count ? schema->prefix.all[i] : schema->items;
        if (part) check_part(c, &item, part, pl_node_item(list, i));
    }
    if (schema->flags & PL_MOCK_UNIQUE) check_unique(c, place, list);
}

/* Does this direction leave the property out? */
static bool is_other_way(PlMockCheck *c, PlMockSchema *property)
{
    uint8_t flag = c->answer ? PL_MOCK_WRITE_ONLY : PL_MOCK_READ_ONLY;
    property = pl_mock_open(c->schemas, property);
    if (property->flags & flag) return true;
    return property->target && pl_mock_open(c->schemas, property->target)->flags & flag;
}

static void check_required(PlMockCheck *c, const Place *place, const PlMockSchema *schema, const Whole *whole, const PlNode *map)
{
    for (uint32_t i = 0; i < schema->required_count; i++) {
        PlStr name = schema->required[i];
        if (pl_node_pair(map, name)) continue;
        bool open;
        const PlMockProperty *property = pl_mock_find(c->schemas, whole->schema, name, &open);
        if (property && is_other_way(c, property->schema)) continue;
        Place missing = {.up = place, .name = name};
        fault(c, &missing, "is required, but missing");
    }
}

static PlStr nearest_property(PlMockCheck *c, PlMockSchema *schema, PlStr name)
{
    const PlMockSchema *flat = pl_mock_flat(c->schemas, schema);
    PlStr best = PL_STR("");
    unsigned distance = 3;
    for (uint32_t i = 0; i < flat->property_count; i++) {
        unsigned d = pl_str_distance(flat->properties[i].name, name, 2);
        if (d < distance && 2 * d <= name.len) distance = d, best = flat->properties[i].name;
    }
    return best;
}

static void say_unknown(PlMockCheck *c, const Place *place, const Whole *whole, bool closed)
{
    PlStr near = nearest_property(c, whole->schema, place->name);
    PlStr hint = near.len ? pl_arena_printf(c->arena, "; did you mean \"" PL_FMT "\"?", PL_ARG(near)) : PL_STR("");
    if (closed) {
        PlStr path = place_text(c->arena, place);
        fault(c, place, "is not a property here" PL_FMT, PL_ARG(hint));
        for (uint32_t i = 0; i < c->warnings.len; i++) /* a part that says nothing about it has warned */
            if (pl_str_eq(c->warnings.items[i].path, path)) c->warnings.items[i] = c->warnings.items[--c->warnings.len];
    } else if (c->warnings.len < PL_MOCK_ISSUES)
        pl_mock_issue(c->arena, &c->warnings, place_text(c->arena, place), "is not a property of the schema" PL_FMT, PL_ARG(hint));
}

static bool has_fields(const PlMockSchema *schema)
{
    return schema->property_count || schema->target || schema->all_of.count || schema->one_of.count || schema->any_of.count;
}

/* Further properties: refused where the schema is closed, a warning where it names properties and says nothing about others. */
static void check_further(PlMockCheck *c, const Place *place, PlMockSchema *schema, const Whole *whole, const PlNode *map)
{
    bool closed = schema->flags & PL_MOCK_CLOSED;
    bool top = schema == whole->schema;
    if (!closed && !(top && has_fields(schema))) return;
    for (uint32_t i = 0; i < map->count; i++) {
        const PlPair *pair = pl_node_at(map, i);
        if (closed ? c->errors.len >= PL_MOCK_ISSUES : c->warnings.len >= PL_MOCK_ISSUES) return;
        if (pair->value.flags & PL_NODE_SHADOWED || c->steps == 0) continue;
        c->steps--;
        bool open;
        if (pl_mock_find(c->schemas, whole->schema, pl_pair_key(pair), &open) || (open && !closed)) continue;
        Place field = {.up = place, .name = pl_pair_key(pair)};
        say_unknown(c, &field, whole, closed);
    }
}

static void check_record(PlMockCheck *c, const Place *place, PlMockSchema *schema, const Whole *whole, const PlNode *map)
{
    if (map->count < schema->min_fields)
        fault(c, place, "must have at least %llu fields, found %u", (unsigned long long)schema->min_fields, map->count);
    if (map->count > schema->max_fields)
        fault(c, place, "must have at most %llu fields, found %u", (unsigned long long)schema->max_fields, map->count);
    check_required(c, place, schema, whole, map);
    for (uint32_t i = 0; i < schema->property_count; i++) {
        const PlPair *pair = pl_node_pair(map, schema->properties[i].name);
        if (!pair) continue;
        Place field = {.up = place, .name = pl_pair_key(pair)};
        check_part(c, &field, schema->properties[i].schema, &pair->value);
    }
    for (uint32_t i = 0; schema->rest && i < map->count && c->errors.len < PL_MOCK_ISSUES; i++) {
        const PlPair *pair = pl_node_at(map, i);
        if (pair->value.flags & PL_NODE_SHADOWED || pl_mock_property(schema, pl_pair_key(pair))) continue;
        Place field = {.up = place, .name = pl_pair_key(pair)};
        check_part(c, &field, schema->rest, &pair->value);
    }
    check_further(c, place, schema, whole, map);
}

/* ---- alternatives ------------------------------------------------------------------------------------------------- */

static PlMockIssues trial(PlMockCheck *c, const Place *place, PlMockSchema *schema, const Whole *whole, const PlNode *value)
{
    PlMockIssues errors = c->errors, warnings = c->warnings;
    c->errors = (PlMockIssues){0};
    check(c, place, schema, whole, value);
    PlMockIssues found = c->errors;
    c->errors = errors;
    if (found.len) c->warnings.len = warnings.len;
    return found;
}

/* The alternative that a discriminator names: by `mapping`, else by the schema's name. */
static PlMockSchema *discriminated(PlMockCheck *c, const PlMockSchema *schema, const PlMockGroup *group, const PlNode *value)
{
    PlStr said = pl_node_text(pl_node_get(value, schema->discriminator));
    if (schema->discriminator.len == 0 || said.len == 0) return NULL;
    PlStr mapped = pl_node_text(pl_node_get(schema->mapping, said));
    PlStr wanted = mapped.len ? mapped : said;
    for (uint32_t i = 0; i < group->count; i++) {
        PlStr ref = pl_ref_of(pl_mock_open(c->schemas, group->all[i])->node);
        size_t name = ref.len > wanted.len ? ref.len - wanted.len : 0;
        if (ref.len && pl_str_ends(ref, wanted) && (name == 0 || ref.ptr[name - 1] == '/')) return group->all[i];
    }
    return NULL;
}

static void check_choice(PlMockCheck *c, const Place *place, const PlMockSchema *schema, const PlMockGroup *group, const Whole *whole,
                         const PlNode *value)
{
    PlMockIssues best = {0};
    if (group->count == 0) return;
    PlMockSchema *named = discriminated(c, schema, group, value);
    if (named) {
        check(c, place, named, whole, value);
        return;
    }
    for (uint32_t i = 0; i < group->count; i++) {
        PlMockIssues found = trial(c, place, group->all[i], whole, value);
        if (found.len == 0) return;
        bool nearer = best.len == 0 || found.len < best.len || (found.len == best.len && found.items[0].path.len > best.items[0].path.len);
        if (nearer) best = found;
    }
    if (group->count > 1) fault(c, place, "fits none of the %u alternatives; the nearest one:", group->count);
    for (uint32_t i = 0; i < best.len && c->errors.len < PL_MOCK_ISSUES; i++) pl_vec_push(c->arena, &c->errors, best.items[i]);
}

/* ---- all of it ---------------------------------------------------------------------------------------------------- */

static bool takes_null(const PlMockSchema *schema)
{
    if (schema->nullable || schema->kinds & PL_KIND_NULL) return true;
    bool empty = !schema->target && !schema->all_of.count && !schema->one_of.count && !schema->any_of.count;
    return schema->kinds == 0 && empty && !schema->values && !schema->constant;
}

static void check_own(PlMockCheck *c, const Place *place, PlMockSchema *schema, const Whole *whole, const PlNode *value)
{
    double d;
    if (schema->kinds && !(schema->kinds & pl_mock_kinds_of(value))) {
        PlStr wanted = kinds_text(c->arena, schema->kinds), found = brief(c->arena, value);
        fault(c, place, "must be " PL_FMT ", found " PL_FMT, PL_ARG(wanted), PL_ARG(found));
        return;
    }
    check_values(c, place, schema, value);
    if (pl_node_to_double(value, &d)) check_number(c, place, schema, d);
    else if (value->kind == PL_NODE_TEXT) check_text(c, place, schema, pl_node_text(value));
    else if (value->kind == PL_NODE_LIST) check_list(c, place, schema, value);
    else if (value->kind == PL_NODE_MAP) check_record(c, place, schema, whole, value);
}

static void check_opened(PlMockCheck *c, const Place *place, PlMockSchema *schema, const Whole *whole, const PlNode *value)
{
    if (schema->flags & PL_MOCK_NEVER) {
        fault(c, place, "no value is allowed here");
        return;
    }
    if (value->kind == PL_NODE_NULL && takes_null(schema)) return;
    uint32_t before = c->errors.len;
    check_own(c, place, schema, whole, value);
    if (schema->target) check(c, place, schema->target, whole, value);
    for (uint32_t i = 0; i < schema->all_of.count; i++) check(c, place, schema->all_of.all[i], whole, value);
    if (c->errors.len == before) check_choice(c, place, schema, &schema->one_of, whole, value);
    if (c->errors.len == before) check_choice(c, place, schema, &schema->any_of, whole, value);
    if (schema->negated && c->errors.len == before && trial(c, place, schema->negated, whole, value).len == 0 && c->steps)
        fault(c, place, "must not fit the schema of `not`");
}

static void check(PlMockCheck *c, const Place *place, PlMockSchema *schema, const Whole *whole, const PlNode *value)
{
    if (c->steps == 0 || c->depth > MAX_DEPTH) return;
    c->steps--;
    c->depth++;
    check_opened(c, place, pl_mock_open(c->schemas, schema), whole, value);
    c->depth--;
}

void pl_mock_check_value(PlMockCheck *c, PlMockSchema *schema, const PlNode *value, PlStr at)
{
    Place place = {.name = at};
    check_part(c, &place, schema, value);
}

bool pl_mock_fits(PlMockSchemas *schemas, PlArena *arena, PlMockSchema *schema, const PlNode *value, bool answer)
{
    PlMockCheck c;
    pl_mock_check_init(&c, schemas, arena);
    c.answer = answer;
    pl_mock_check_value(&c, schema, value, PL_STR("value"));
    return c.errors.len == 0;
}
