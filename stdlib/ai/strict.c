/* SPDX-License-Identifier: MIT */
/* Schemas in, schemas out. Our own come from the compiler (compiler/trade/json_schema.c) and are plain; a plan may give any text, so nothing is believed. */
#include "stdlib/ai/strict.h"

enum { DEEPEST = 20 };

typedef struct Maker {
    PlValues *values;
    unsigned depth;
    bool is_strict;
} Maker;

static PlValue strict_of(Maker *m, PlValue schema);

static bool find(PlValue record, const char *name, PlValue *out)
{
    return record.tag == PL_RECORD && pl_record_find(record, pl_str_z(name), out);
}

static PlValue set_text(PlValues *values, PlValue record, const char *name, const char *text)
{
    return pl_record_set_take(values, record, pl_str_z(name), pl_text(values, pl_str_z(text)));
}

static bool is_text(PlValue v, const char *text)
{
    return v.tag == PL_TEXT && pl_str_eq_z(pl_text_str(v), text);
}

static bool has_text(PlValue list, PlStr text)
{
    for (uint32_t i = 0; list.tag == PL_LIST && i < pl_list_len(list); i++) {
        PlValue v = pl_list_at(list, i);
        if (v.tag == PL_TEXT && pl_str_eq(pl_text_str(v), text)) return true;
    }
    return false;
}

static PlValue copy(Maker *m, PlValue to, PlValue from, const char *name)
{
    PlValue v;
    if (!find(from, name, &v)) return to;
    return pl_record_set_take(m->values, to, pl_str_z(name), pl_retain(v));
}

static PlValue or_null(Maker *m, PlValue schema)
{
    PlValue null = set_text(m->values, pl_record(m->values), "type", "null");
    PlValue both = pl_list_append_take(m->values, pl_list_append_take(m->values, pl_list(m->values, 2), schema), null);
    return pl_record_set_take(m->values, pl_record(m->values), PL_STR("anyOf"), both);
}

static PlValue object_of(Maker *m, PlValue schema)
{
    PlValue properties, required = pl_nothing(), more, out = set_text(m->values, pl_record(m->values), "type", "object");
    PlValue fields = pl_record(m->values), names = pl_list(m->values, 4);
    bool open = find(schema, "additionalProperties", &more) && !(more.tag == PL_YESNO && !more.as.yes);
    find(schema, "required", &required);
    if (!find(schema, "properties", &properties) || properties.tag != PL_RECORD || !pl_record_len(properties) || open) {
        m->is_strict = false;
        properties = pl_nothing();
    }
    for (uint32_t i = 0; properties.tag == PL_RECORD && i < pl_record_len(properties); i++) {
        PlStr name = pl_record_name(properties, i);
        PlValue field = strict_of(m, pl_record_at(properties, i));
        if (!has_text(required, name)) field = or_null(m, field);
        fields = pl_record_set_take(m->values, fields, name, field);
        names = pl_list_append_take(m->values, names, pl_text(m->values, name));
    }
    out = pl_record_set_take(m->values, out, PL_STR("properties"), fields);
    out = pl_record_set_take(m->values, out, PL_STR("required"), names);
    return pl_record_set_take(m->values, out, PL_STR("additionalProperties"), pl_yesno(false));
}

static PlValue any_of(Maker *m, PlValue all)
{
    PlValue list = pl_list(m->values, 2);
    for (uint32_t i = 0; i < pl_list_len(all); i++) list = pl_list_append_take(m->values, list, strict_of(m, pl_list_at(all, i)));
    if (!pl_list_len(all)) m->is_strict = false;
    return pl_record_set_take(m->values, pl_record(m->values), PL_STR("anyOf"), list);
}

/* Providers want the type beside an enum. */
static PlValue enum_of(Maker *m, PlValue all)
{
    PlValue out = pl_record(m->values);
    bool texts = pl_list_len(all) > 0;
    for (uint32_t i = 0; i < pl_list_len(all); i++) texts &= pl_list_at(all, i).tag == PL_TEXT;
    if (texts) out = set_text(m->values, out, "type", "string");
    return pl_record_set_take(m->values, out, PL_STR("enum"), pl_retain(all));
}

static PlValue text_of(Maker *m, PlValue schema)
{
    static const char *const formats[] = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"};
    PlValue format, out = set_text(m->values, pl_record(m->values), "type", "string");
    if (!find(schema, "format", &format)) return out;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (is_text(format, formats[i])) out = set_text(m->values, out, "format", formats[i]);
    return out;
}

static PlValue bare(Maker *m, PlValue schema)
{
    static const char *const plain[] = {"integer", "number", "boolean", "null"};
    PlValue type, v;
    if (find(schema, "anyOf", &v) && v.tag == PL_LIST) return any_of(m, v);
    if (find(schema, "enum", &v) && v.tag == PL_LIST) return enum_of(m, v);
    if (!find(schema, "type", &type) || type.tag != PL_TEXT) return m->is_strict = false, pl_record(m->values);
    if (is_text(type, "object")) return object_of(m, schema);
    if (is_text(type, "string")) return text_of(m, schema);
    if (is_text(type, "array")) {
        PlValue items = pl_nothing(), out = set_text(m->values, pl_record(m->values), "type", "array");
        find(schema, "items", &items);
        return pl_record_set_take(m->values, out, PL_STR("items"), strict_of(m, items));
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (is_text(type, plain[i])) return set_text(m->values, pl_record(m->values), "type", plain[i]);
    m->is_strict = false;
    return pl_record(m->values);
}

static PlValue strict_of(Maker *m, PlValue schema)
{
    if (schema.tag != PL_RECORD || m->depth == DEEPEST) return m->is_strict = false, pl_record(m->values);
    m->depth++;
    PlValue out = copy(m, bare(m, schema), schema, "description");
    m->depth--;
    return out;
}

static PlValue wrap_take(PlValues *values, PlValue schema)
{
    PlValue names = pl_list_append_take(values, pl_list(values, 1), pl_text(values, PL_STR("result")));
    PlValue out = set_text(values, pl_record(values), "type", "object");
    out = pl_record_set_take(values, out, PL_STR("properties"), pl_record_set_take(values, pl_record(values), PL_STR("result"), schema));
    out = pl_record_set_take(values, out, PL_STR("required"), names);
    return pl_record_set_take(values, out, PL_STR("additionalProperties"), pl_yesno(false));
}

PlAiSchema pl_ai_schema_of_take(PlValues *values, PlValue wanted)
{
    Maker m = {.values = values, .is_strict = true};
    PlValue type = pl_nothing(), made = strict_of(&m, wanted);
    find(wanted, "type", &type);
    PlAiSchema out = {.wanted = wanted, .is_strict = m.is_strict, .is_wrapped = !is_text(type, "object")};
    if (!m.is_strict) {
        pl_release(values, made);
        made = wanted.tag == PL_RECORD ? pl_retain(wanted) : pl_record(values);
    }
    out.sent = out.is_wrapped ? wrap_take(values, made) : made;
    return out;
}

void pl_ai_schema_release(PlValues *values, PlAiSchema *schema)
{
    pl_release(values, schema->wanted);
    pl_release(values, schema->sent);
    *schema = (PlAiSchema){0};
}

/* ---- back ---- */

static PlValue without_nulls(PlValues *values, PlValue schema, PlValue v, unsigned depth);

static bool takes_null(PlValue schema)
{
    PlValue type, all;
    if (schema.tag != PL_RECORD || pl_record_len(schema) == 0) return true;
    if (find(schema, "anyOf", &all) && all.tag == PL_LIST) {
        for (uint32_t i = 0; i < pl_list_len(all); i++)
            if (takes_null(pl_list_at(all, i))) return true;
        return false;
    }
    if (find(schema, "enum", &all) && all.tag == PL_LIST) {
        for (uint32_t i = 0; i < pl_list_len(all); i++)
            if (pl_list_at(all, i).tag == PL_NOTHING) return true;
        return false;
    }
    return !find(schema, "type", &type) || is_text(type, "null");
}

static PlValue record_back(PlValues *values, PlValue schema, PlValue v, unsigned depth)
{
    PlValue properties = pl_nothing(), required = pl_nothing(), out = pl_record(values), field;
    find(schema, "properties", &properties);
    find(schema, "required", &required);
    for (uint32_t i = 0; i < pl_record_len(v); i++) {
        PlStr name = pl_record_name(v, i);
        PlValue item = pl_record_at(v, i);
        bool known = properties.tag == PL_RECORD && pl_record_find(properties, name, &field);
        if (known && item.tag == PL_NOTHING && !has_text(required, name) && !takes_null(field)) continue;
        out = pl_record_set_take(values, out, name, known ? without_nulls(values, field, item, depth + 1) : pl_retain(item));
    }
    return out;
}

/* Of alternatives the first that is of the value's kind. */
static PlValue alternative(PlValue schema, PlValue v)
{
    PlValue all, type;
    if (!find(schema, "anyOf", &all) || all.tag != PL_LIST) return schema;
    for (uint32_t i = 0; i < pl_list_len(all); i++) {
        PlValue one = pl_list_at(all, i);
        bool object = find(one, "type", &type) && is_text(type, "object"), array = find(one, "type", &type) && is_text(type, "array");
        if ((v.tag == PL_RECORD && object) || (v.tag == PL_LIST && array)) return one;
    }
    return schema;
}

/* Gives an owned value, borrows `v`. */
static PlValue without_nulls(PlValues *values, PlValue schema, PlValue v, unsigned depth)
{
    PlValue items = pl_nothing();
    if (depth > DEEPEST || schema.tag != PL_RECORD) return pl_retain(v);
    schema = alternative(schema, v);
    if (v.tag == PL_RECORD) return record_back(values, schema, v, depth);
    if (v.tag != PL_LIST || !find(schema, "items", &items)) return pl_retain(v);
    PlValue out = pl_list(values, pl_list_len(v));
    for (uint32_t i = 0; i < pl_list_len(v); i++)
        out = pl_list_append_take(values, out, without_nulls(values, items, pl_list_at(v, i), depth + 1));
    return out;
}

PlValue pl_ai_schema_back_take(PlValues *values, const PlAiSchema *schema, PlValue answer)
{
    PlValue inner = answer;
    if (schema->is_wrapped) find(answer, "result", &inner);
    PlValue out = without_nulls(values, schema->wanted, inner, 0);
    pl_release(values, answer);
    return out;
}
