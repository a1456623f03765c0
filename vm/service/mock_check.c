/* SPDX-License-Identifier: MIT */
/* See mock_check.h. */
#include "vm/service/mock_check.h"

#include "vm/code/type.h"
#include "vm/service/mock_convert.h"
#include "vm/value/json.h"

#include <math.h>

enum { MAX_STEPS = 100000, MAX_DEPTH = 200, SHOWN = 100 };

typedef struct Place { /* of a part of the value: its schema, its path, itself */
    PlMockSchema *schema; /* NULL: nothing is known of it */
    const PlNode *value;
    PlStr path;
} Place;

void pl_mock_check_init(PlMockCheck *c, PlMockSchemas *schemas, PlArena *arena)
{
    *c = (PlMockCheck){.schemas = schemas, .arena = arena, .steps = MAX_STEPS};
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

/* ---- places ------------------------------------------------------------------------------------------------------- */

static Place field_of(PlMockCheck *c, Place at, PlStr name)
{
    bool open;
    PlMockSchema *whole = at.schema ? pl_mock_whole(c->schemas, at.schema) : NULL;
    const PlMockProperty *property = whole ? pl_mock_find(c->schemas, whole, name, &open) : NULL;
    PlMockSchema *rest = whole && !property ? pl_mock_flat(c->schemas, whole)->rest : NULL;
    PlStr path = pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(at.path), PL_ARG(pl_str_slice(name, 0, SHOWN)));
    return (Place){property ? property->schema : rest, pl_node_is(at.value, PL_NODE_MAP) ? pl_node_get(at.value, name) : NULL, path};
}

static Place item_of(PlMockCheck *c, Place at, uint32_t i)
{
    const PlMockSchema *flat = at.schema ? pl_mock_flat(c->schemas, at.schema) : NULL;
    PlMockSchema *schema = !flat ? NULL : i < flat->prefix.count ? flat->prefix.all[i] : flat->items;
    return (Place){schema, pl_node_item(at.value, i), pl_arena_printf(c->arena, PL_FMT "[%u]", PL_ARG(at.path), i)};
}

PlStr pl_mock_step(PlArena *arena, PlStr step)
{
    if (pl_str_find_char(step, '~', 0) == PL_STR_NONE) return step;
    char *out = pl_arena_alloc(arena, step.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < step.len; i++) {
        bool escape = step.ptr[i] == '~' && i + 1 < step.len;
        out[n++] = !escape ? step.ptr[i] : step.ptr[++i] == '1' ? '/' : '~';
    }
    return pl_str(out, n);
}

/* "/lines/1/sku" below "body" is body.lines[1].sku. *last gets the last step, *above the place before it. */
static Place place_at(PlMockCheck *c, Place at, PlStr pointer, Place *above, PlStr *last)
{
    for (size_t i = 1; i <= pointer.len && pointer.len;) {
        size_t end = pl_str_find_char(pointer, '/', i);
        if (end == PL_STR_NONE) end = pointer.len;
        int64_t index;
        *last = pl_mock_step(c->arena, pl_str_slice(pointer, i, end));
        *above = at;
        i = end + 1;
        bool item = pl_node_is(at.value, PL_NODE_LIST) && pl_str_to_int(*last, &index) && index >= 0 && index < at.value->count;
        at = item ? item_of(c, at, (uint32_t)index) : field_of(c, at, *last);
    }
    return at;
}

static PlStr hint_of(PlMockCheck *c, PlMockSchema *schema, PlStr name)
{
    const PlMockSchema *flat = pl_mock_flat(c->schemas, schema);
    PlStr best = PL_STR("");
    unsigned distance = 3;
    for (uint32_t i = 0; i < flat->property_count; i++) {
        unsigned d = pl_str_distance(flat->properties[i].name, name, 2);
        if (d < distance && 2 * d <= name.len) distance = d, best = flat->properties[i].name;
    }
    return best.len ? pl_arena_printf(c->arena, "; did you mean \"" PL_FMT "\"?", PL_ARG(best)) : best;
}

/* ---- faults ------------------------------------------------------------------------------------------------------- */

static void add_fault(PlMockCheck *c, Place top, const PlSchemaIssue *issue)
{
    Place above = top;
    PlStr last = PL_STR("");
    Place at = place_at(c, top, issue->at, &above, &last);
    if (issue->name.len) {
        pl_mock_issue(c->arena, &c->errors, field_of(c, at, issue->name).path, "is required, but missing");
    } else if (pl_str_eq_z(issue->keyword, "additionalProperties") && issue->at.len && above.schema) {
        pl_mock_issue(c->arena, &c->errors, at.path, PL_FMT PL_FMT, PL_ARG(issue->message), PL_ARG(hint_of(c, above.schema, last)));
    } else {
        pl_mock_issue(c->arena, &c->errors, at.path, PL_FMT, PL_ARG(issue->message));
    }
}

/* "" as keyword and place: the check was given up, which refuses nothing. */
static bool gave_up(const PlSchemaIssues *issues)
{
    for (uint32_t i = 0; i < issues->count; i++)
        if (issues->all[i].keyword.len == 0 && issues->all[i].at.len == 0) return true;
    return false;
}

bool pl_mock_judge(PlMockSchemas *schemas, PlArena *arena, PlMockSchema *schema, const PlNode *value, bool answer, PlSchemaIssues *issues)
{
    PlSchema *compiled = pl_mock_convert(schemas, schema, answer);
    PlValue v;
    size_t at;
    const char *error;
    issues->count = 0;
    if (!compiled) return true;
    pl_buf_clear(schemas->text);
    pl_node_write(schemas->text, value);
    if (schemas->text->status != PL_OK || pl_json_read(schemas->values, pl_buf_str(schemas->text), &v, &at, &error) != PL_OK) return true;
    bool good = pl_schema_fits(compiled, v, arena, issues) || gave_up(issues);
    pl_release(schemas->values, v);
    if (good) issues->count = 0;
    return good;
}

/* ---- warnings ----------------------------------------------------------------------------------------------------- */

static bool names_fields(const PlMockSchema *schema)
{
    return schema->property_count || schema->target || schema->all_of.count || schema->one_of.count || schema->any_of.count;
}

static bool is_told(const PlMockCheck *c, PlStr path)
{
    for (uint32_t i = 0; i < c->errors.len; i++)
        if (pl_str_eq(c->errors.items[i].path, path)) return true;
    return false;
}

static void warn(PlMockCheck *c, Place at, uint32_t depth);

/* What a record has that its schema does not know, where that names properties and says nothing about others. */
static void warn_fields(PlMockCheck *c, Place at, uint32_t depth)
{
    PlMockSchema *whole = pl_mock_whole(c->schemas, at.schema);
    for (uint32_t i = 0; i < at.value->count && c->warnings.len < PL_MOCK_ISSUES && c->steps; i++) {
        const PlPair *pair = pl_node_at(at.value, i);
        bool open;
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        const PlMockProperty *property = pl_mock_find(c->schemas, whole, pl_pair_key(pair), &open);
        Place field = field_of(c, at, pl_pair_key(pair));
        c->steps--;
        if (field.schema) warn(c, field, depth + 1);
        if (property || open || !names_fields(whole) || is_told(c, field.path)) continue;
        PlStr hint = hint_of(c, whole, pl_pair_key(pair));
        pl_mock_issue(c->arena, &c->warnings, field.path, "is not a property of the schema" PL_FMT, PL_ARG(hint));
    }
}

static void warn(PlMockCheck *c, Place at, uint32_t depth)
{
    if (!at.schema || depth > MAX_DEPTH) return;
    if (pl_node_is(at.value, PL_NODE_MAP)) warn_fields(c, at, depth);
    if (!pl_node_is(at.value, PL_NODE_LIST)) return;
    for (uint32_t i = 0; i < at.value->count && c->warnings.len < PL_MOCK_ISSUES && c->steps; i++, c->steps--)
        if (pl_node_item(at.value, i)->kind >= PL_NODE_LIST) warn(c, item_of(c, at, i), depth + 1);
}

/* ---- all of it ---------------------------------------------------------------------------------------------------- */

void pl_mock_check_value(PlMockCheck *c, PlMockSchema *schema, const PlNode *value, PlStr at)
{
    PlSchemaIssues issues;
    Place top = {schema, value, at};
    if (!pl_mock_judge(c->schemas, c->arena, schema, value, c->answer, &issues))
        for (uint32_t i = 0; i < issues.count; i++) add_fault(c, top, &issues.all[i]);
    warn(c, top, 0);
}

bool pl_mock_fits(PlMockSchemas *schemas, PlArena *arena, PlMockSchema *schema, const PlNode *value, bool answer)
{
    PlSchemaIssues issues;
    return pl_mock_judge(schemas, arena, schema, value, answer, &issues);
}
