/* SPDX-License-Identifier: MIT */
/* See mock_make.h. Texts are in mock_text.c. */
#include "vm/service/mock_make.h"

#include "vm/service/mock_check.h"
#include "vm/service/mock_convert.h"
#include "vm/service/mock_text.h"

#include <math.h>

enum { BUDGET = 4000, DEEP = 5, MAX_DEPTH = 40, MAX_TRIED = 50, TRIES = 20 };
#define EPOCH_US INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */

void pl_mock_maker_init(PlMockMaker *m, PlMockSchemas *schemas, PlArena *arena)
{
    *m = (PlMockMaker){.schemas = schemas, .arena = arena, .budget = BUDGET, .now_us = EPOCH_US};
}

/* ---- names -------------------------------------------------------------------------------------------------------- */

/* Letters and digits in lower case, up to 63 of them. */
static PlStr squeeze(PlStr name, char out[64])
{
    size_t len = 0;
    for (size_t i = 0; i < name.len && len < 63; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[len++] = c;
    }
    return pl_str(out, len);
}

bool pl_mock_is_next(PlStr name)
{
    static const char *const names[] = {"next",       "nextpagetoken", "nextcursor", "nextlink",  "odatanextlink", "nexttoken",
                                        "nextpage",   "nextmarker",    "nexturl",    "nexthref",  "hasmore",       "nextpageurl",
                                        "hasnextpage", "continuationtoken", "nextoffset", "nextpagelink", "cursornext", "hasnext",
                                        "nexturi",    "morerecords",   "ismore",     "istruncated", "nextpageuri"};
    char bytes[64];
    PlStr key = squeeze(name, bytes);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pl_str_eq_z(key, names[i])) return true;
    return false;
}

/* ---- what the document gives -------------------------------------------------------------------------------------- */

static bool kind_fits(const PlMockSchema *flat, const PlNode *value)
{
    if (value->kind == PL_NODE_NULL) return flat->nullable || flat->kinds & PL_KIND_NULL;
    return flat->kinds == 0 || flat->kinds & pl_mock_kinds_of(value);
}

/* Examples of real documents are often wrong; such a one is not used. */
static bool is_good(PlMockMaker *m, PlMockSchema *schema, const PlNode *value)
{
    return value && pl_mock_fits(m->schemas, m->arena, schema, value, !m->request);
}

static const PlNode *one_of_enum(const PlMockSchema *flat, uint64_t seed)
{
    uint32_t count = flat->values->count, start = (uint32_t)(seed % count);
    for (uint32_t i = 0; i < count; i++) {
        const PlNode *one = pl_node_item(flat->values, (start + i) % count);
        if (one->kind != PL_NODE_NULL) return one;
    }
    return pl_node_item(flat->values, 0);
}

/* A const, an example, the default or one of the enum. False when there is none that can be used. */
static bool given(PlMockMaker *m, PlMockSchema *schema, const PlMockSchema *flat, uint64_t seed, PlNode *out)
{
    const PlNode *from = flat->constant;
    bool in_enum = !from || !flat->values; /* an enum beside alternatives that are constants */
    for (uint32_t i = 0; !in_enum && i < flat->values->count; i++) in_enum = pl_node_equal(pl_node_item(flat->values, i), from);
    if (!in_enum) from = NULL;
    bool text_only = (flat->kinds & ~(uint32_t)PL_KIND_NULL) == PL_KIND_TEXT;
    if (!from && !m->plain && flat->example && !(flat->example->kind == PL_NODE_MAP && flat->property_count)) {
        PlNode text = pl_node_of_text(pl_node_show(m->arena, flat->example));
        bool scalar = flat->example->kind != PL_NODE_NULL && flat->example->kind < PL_NODE_TEXT;
        if (text_only && scalar && is_good(m, schema, &text)) { /* `example: 12` of a string */
            *out = text;
            return true;
        }
        if (is_good(m, schema, flat->example)) from = flat->example;
    }
    if (!from && !m->plain && flat->fallback && flat->fallback->kind != PL_NODE_NULL && is_good(m, schema, flat->fallback)) from = flat->fallback;
    if (!from && flat->values) from = one_of_enum(flat, seed);
    if (!from) return false;
    *out = *from;
    out->flags = 0;
    if (text_only && from->kind < PL_NODE_TEXT && from->kind != PL_NODE_NULL) *out = pl_node_of_text(pl_node_show(m->arena, from));
    if (from->kind == PL_NODE_TEXT && flat->kinds && !(flat->kinds & PL_KIND_TEXT)) *out = pl_mock_of_text(m->schemas, schema, pl_node_text(from));
    return (flat->constant && from == flat->constant) || kind_fits(flat, out);
}

/* ---- numbers ------------------------------------------------------------------------------------------------------ */

static double clamp_low(const PlMockSchema *flat, double fallback)
{
    double low = flat->min > -HUGE_VAL ? flat->min : flat->max < fallback ? flat->max - 1000 : fallback;
    return low;
}

static PlNode make_integer(const PlMockMaker *m, const PlMockSchema *flat, PlStr name, uint64_t seed)
{
    char bytes[64];
    PlStr key = squeeze(name, bytes);
    bool seconds = pl_str_eq_z(flat->format, "unix-time") || pl_str_ends(name, PL_STR("_at")) || pl_str_ends(key, PL_STR("timestamp"));
    if (seconds && flat->max == HUGE_VAL) return pl_node_of_int(m->now_us / 1000000 + (int64_t)(seed % 86400));
    double step = flat->step > 0 ? flat->step : 1;
    double low = clamp_low(flat, 1);
    double first = ceil(low / step) * step;
    if (flat->min_open && first <= low) first += step;
    double span = flat->max < HUGE_VAL ? floor((flat->max - first) / step) : 999;
    if (flat->max_open && span > 0 && first + span * step >= flat->max) span -= 1;
    if (!(span > 0)) span = 0;
    if (span > 999) span = 999;
    double value = first + step * (double)(seed % ((uint64_t)span + 1));
    if (!(fabs(value) < 9e15)) value = 0;
    return pl_node_of_int((int64_t)value);
}

static PlNode make_number(const PlMockSchema *flat, uint64_t seed)
{
    double step = flat->step > 0 ? flat->step : 0.25;
    double low = clamp_low(flat, 1), high = flat->max < HUGE_VAL ? flat->max : low + 1000;
    double count = floor((high - low) / step);
    bool inside = flat->step <= 0 && (flat->min_open || flat->max_open) && high > low;
    if (!(count >= 1)) return pl_node_of_number(inside ? low + (high - low) / 2 : low);
    if (count > 4000) count = 4000;
    double at = 1 + (double)(seed % (uint64_t)count);
    double value = (flat->step > 0 ? ceil(low / step) * step : low) + step * (flat->max_open || at > count - 1 ? at - 1 : at);
    if (flat->min_open && value <= low) value = low + (high - low) / 2;
    return pl_node_of_number(value);
}

/* ---- records and lists -------------------------------------------------------------------------------------------- */

static bool on_stack(const PlMockMaker *m, const PlMockSchema *flat)
{
    for (uint32_t i = 0; i < m->stack.len; i++)
        if (m->stack.items[i] == flat) return true;
    return false;
}

/* Of a property that may lack: does the made record have it? Write-only ones never, where lists go on neither. */
static bool wanted(PlMockMaker *m, const PlMockProperty *property, const PlMockSchema *flat)
{
    if (flat->flags & (m->request ? PL_MOCK_READ_ONLY : PL_MOCK_WRITE_ONLY)) return false;
    if (property->required) return true;
    if (pl_mock_is_next(property->name) || on_stack(m, flat) || m->budget == 0) return false;
    bool plain = flat->kinds && !(flat->kinds & (PL_KIND_RECORD | PL_KIND_LIST));
    return plain ? m->stack.len <= DEEP : m->stack.len < DEEP && flat->kinds != 0;
}

static PlNode make_end(const PlMockSchema *flat) /* the value of a required field that says where the list goes on: nowhere */
{
    if (flat->nullable || flat->kinds & PL_KIND_NULL) return pl_node_null();
    if (flat->kinds & PL_KIND_YESNO) return pl_node_of_yesno(false);
    if (flat->kinds & (PL_KIND_INTEGER | PL_KIND_NUMBER)) return pl_node_of_int(0);
    return pl_node_of_text(PL_STR(""));
}

static PlNode make_field(PlMockMaker *m, const PlMockProperty *property, uint64_t seed)
{
    PlMockSchema *flat = pl_mock_flat(m->schemas, property->schema);
    if (pl_mock_is_next(property->name) && !(flat->kinds & (PL_KIND_RECORD | PL_KIND_LIST))) return make_end(flat);
    return pl_mock_make(m, property->schema, property->name, pl_mix_str(seed, property->name));
}

/* As many fields as the schema wants: further ones by made names, and none that may lack past the most. */
static PlNode count_fields(PlMockMaker *m, PlMockSchema *flat, PlFields *fields, PlStr name, uint64_t seed)
{
    for (uint32_t i = 0; i < flat->property_count && fields->all.len < flat->min_fields; i++) {
        const PlMockProperty *property = &flat->properties[i];
        if (m->stack.len < MAX_DEPTH && !pl_fields_has(fields, property->name) && !(pl_mock_flat(m->schemas, property->schema)->flags & PL_MOCK_WRITE_ONLY))
            pl_fields_add(fields, property->name, make_field(m, property, seed));
    }
    for (uint32_t i = 1; fields->all.len < flat->min_fields && i < 100 && !(flat->flags & PL_MOCK_CLOSED); i++) {
        PlNode value = flat->rest ? pl_mock_make(m, flat->rest, name, pl_mix(seed, i)) : pl_node_of_text(PL_STR("value"));
        PlStr key = pl_arena_printf(m->arena, "key%u", i);
        if (!pl_fields_has(fields, key)) pl_fields_add(fields, key, value);
    }
    PlFields fewer = {.arena = m->arena};
    if (fields->all.len <= flat->max_fields) return pl_fields_map(fields);
    for (uint32_t i = 0, left = fields->all.len; i < fields->all.len; i++) {
        PlPair *pair = &fields->all.items[i];
        const PlMockProperty *property = pl_mock_property(flat, pl_pair_key(pair));
        bool must = property && property->required;
        if (!must && left > flat->max_fields) left--;
        else pl_fields_add(&fewer, pl_pair_key(pair), pair->value);
    }
    return pl_fields_map(&fewer);
}

static PlNode make_record(PlMockMaker *m, PlMockSchema *flat, PlStr name, uint64_t seed)
{
    PlFields fields = {.arena = m->arena};
    bool whole = flat->example && flat->example->kind == PL_NODE_MAP && !m->plain;
    pl_vec_push(m->arena, &m->stack, flat);
    for (uint32_t i = 0; i < flat->property_count; i++) {
        const PlMockProperty *property = &flat->properties[i];
        const PlNode *shown = whole ? pl_node_get(flat->example, property->name) : NULL;
        if (is_good(m, property->schema, shown)) pl_fields_add(&fields, property->name, *shown);
        else if (wanted(m, property, pl_mock_flat(m->schemas, property->schema))) pl_fields_add(&fields, property->name, make_field(m, property, seed));
    }
    if (flat->property_count == 0 && whole) {
        m->stack.len--;
        return *flat->example;
    }
    if (flat->property_count == 0 && flat->rest && m->budget && !on_stack(m, pl_mock_flat(m->schemas, flat->rest)))
        pl_fields_add(&fields, PL_STR("key"), pl_mock_make(m, flat->rest, name, pl_mix(seed, 1)));
    for (uint32_t i = 0; i < flat->required_count; i++) /* required without being declared */
        if (!pl_mock_property(flat, flat->required[i]) && !pl_fields_has(&fields, flat->required[i]))
            pl_fields_add(&fields, flat->required[i], pl_node_of_text(pl_mock_text_for(m->arena, flat->required[i], seed)));
    PlNode out = count_fields(m, flat, &fields, name, seed);
    m->stack.len--;
    return out;
}

/* `contains`: so many of the first items. */
typedef struct Contained {
    PlMockSchema *schema;
    uint64_t count;
} Contained;

static Contained contained_of(PlMockMaker *m, const PlMockSchema *flat)
{
    PlNode *node = PL_GET(flat->node, "contains");
    const PlNode *least = PL_GET(flat->node, "minContains");
    Contained contained = {NULL, 1};
    if (!pl_node_is(node, PL_NODE_MAP)) return (Contained){NULL, 0};
    contained.schema = pl_mock_schema(m->schemas, node);
    if (pl_node_is(least, PL_NODE_INT)) contained.count = least->as.integer < 0 ? 0 : least->as.integer > 100 ? 100 : (uint64_t)least->as.integer;
    return contained;
}

static PlNode make_list(PlMockMaker *m, PlMockSchema *flat, PlStr name, uint64_t seed)
{
    Contained contained = contained_of(m, flat);
    PlMockSchema *items = flat->items ? pl_mock_flat(m->schemas, flat->items) : NULL;
    uint64_t count = 1 + seed % 3;
    if (m->stack.len >= DEEP || m->budget == 0) count = 1;
    if ((items && on_stack(m, items)) || (!items && flat->prefix.count == 0)) count = 0;
    if (flat->prefix.count) count = flat->prefix.count;
    if (count < flat->min_items) count = flat->min_items < 1000 ? flat->min_items : 1000;
    if (contained.count && count < flat->prefix.count + contained.count) count = flat->prefix.count + contained.count;
    if (count > flat->max_items) count = flat->max_items;
    PL_VEC(PlNode) made = {0};
    bool plain = m->plain;
    for (uint32_t i = 0, tries = 0; made.len < count && i < count + TRIES * 2 && tries < TRIES * 2; i++) {
        PlMockSchema *part = made.len < flat->prefix.count ? flat->prefix.all[made.len] : flat->items;
        if (made.len >= flat->prefix.count && made.len < flat->prefix.count + contained.count && contained.schema) part = contained.schema;
        PlNode item = part ? pl_mock_make(m, part, name, pl_mix(seed, i + 1)) : pl_node_of_text(pl_arena_printf(m->arena, "item %u", i + 1));
        bool twice = false;
        for (uint32_t k = 0; flat->flags & PL_MOCK_UNIQUE && k < made.len; k++) twice |= pl_node_equal(&made.items[k], &item);
        if (!twice) pl_vec_push(m->arena, &made, item);
        if (twice && made.len >= flat->min_items) break;
        tries += twice;
        m->plain = plain || twice; /* one example is one item */
    }
    m->plain = plain;
    return pl_node_of_items(m->arena, made.items, made.len);
}

/* ---- all of it ---------------------------------------------------------------------------------------------------- */

/* When the usual value did not fit: another alternative, where there is nothing but alternatives. */
static PlMockSchema *another(PlMockMaker *m, PlMockSchema *schema)
{
    PlMockSchema *whole = m->plain ? pl_mock_whole(m->schemas, schema) : schema;
    const PlMockGroup *group = whole->one_of.count ? &whole->one_of : &whole->any_of;
    if (!m->plain || group->count < 2 || whole->property_count || whole->all_of.count || whole->target) return schema;
    return group->all[m->turn % group->count];
}

PlNode pl_mock_make(PlMockMaker *m, PlMockSchema *schema, PlStr name, uint64_t seed)
{
    schema = another(m, schema);
    PlMockSchema *flat = pl_mock_flat(m->schemas, schema);
    PlNode out;
    if (m->budget) m->budget--;
    if (given(m, schema, flat, seed, &out)) return out;
    if (m->stack.len > MAX_DEPTH) return pl_node_null();
    uint32_t kinds = flat->kinds;
    if (kinds & PL_KIND_RECORD && on_stack(m, flat) && (flat->nullable || m->stack.len > DEEP * 2)) return pl_node_null();
    if (kinds & PL_KIND_RECORD) return make_record(m, flat, name, seed);
    if (kinds & PL_KIND_LIST) return make_list(m, flat, name, seed);
    if (kinds & PL_KIND_TEXT) return pl_node_of_text(pl_mock_text(m->arena, flat, name, m->now_us, seed));
    if (kinds & PL_KIND_INTEGER) return make_integer(m, flat, name, seed);
    if (kinds & PL_KIND_NUMBER) return make_number(flat, seed);
    if (kinds & PL_KIND_YESNO) return pl_node_of_yesno(seed & 1);
    if (kinds & PL_KIND_NULL) return pl_node_null();
    if (kinds & PL_KIND_FILE) return pl_node_of_text(pl_mock_text_for(m->arena, name, seed));
    if (!schema->node) return pl_node_of_text(pl_mock_text_for(m->arena, name, seed));
    PlFields none = {.arena = m->arena};
    return pl_fields_map(&none); /* a schema that says nothing */
}

/* Of a schema that is nothing but alternatives the one that this value is of: one that it fits, else one that knows most of its fields and of which it lacks
 * least. */
static PlMockSchema *chosen(PlMockMaker *m, PlMockSchema *schema, const PlNode *value)
{
    schema = pl_mock_whole(m->schemas, schema);
    const PlMockGroup *group = schema->one_of.count ? &schema->one_of : &schema->any_of;
    if (group->count == 0 || schema->property_count || schema->all_of.count || schema->target) return schema;
    PlMockSchema *best = schema;
    int64_t most = INT64_MIN;
    for (uint32_t i = 0; i < group->count && i < MAX_TRIED; i++) {
        if (pl_mock_fits(m->schemas, m->arena, group->all[i], value, !m->request)) return group->all[i];
        const PlMockSchema *flat = pl_mock_flat(m->schemas, group->all[i]);
        if (value->kind != PL_NODE_MAP || (flat->kinds && !(flat->kinds & PL_KIND_RECORD))) continue;
        int64_t score = 0;
        for (uint32_t k = 0; k < value->count; k++) score += pl_mock_property(flat, pl_pair_key(pl_node_at(value, k))) ? 2 : -1;
        for (uint32_t k = 0; k < flat->required_count; k++) score -= pl_node_pair(value, flat->required[k]) == NULL;
        if (score > most) most = score, best = group->all[i];
    }
    return best;
}

/* What was sent is kept where the schema allows it, in any of its alternatives. */
static bool keeps(PlMockMaker *m, PlMockSchema *schema, const PlMockSchema *flat, const PlNode *value)
{
    return kind_fits(flat, value) || pl_mock_fits(m->schemas, m->arena, schema, value, !m->request);
}

/* What the client may not send but reads: made where it is plain. */
static bool filled_by_server(const PlMockSchema *flat)
{
    return flat->flags & PL_MOCK_READ_ONLY && !(flat->kinds & (PL_KIND_RECORD | PL_KIND_LIST)) && flat->kinds;
}

static PlNode complete_part(PlMockMaker *m, PlMockSchema *schema, PlMockSchema *flat, const PlNode *has, uint64_t seed)
{
    PlMockSchema *own = chosen(m, schema, has);
    if (own != pl_mock_whole(m->schemas, schema)) schema = own, flat = pl_mock_flat(m->schemas, own);
    bool record = has->kind == PL_NODE_MAP && flat->property_count, list = has->kind == PL_NODE_LIST && flat->items;
    if ((!record && !list) || m->stack.len >= MAX_DEPTH) return *has;
    PL_VEC(PlNode) items = {0};
    pl_vec_push(m->arena, &m->stack, flat);
    PlNode out = record ? pl_mock_complete(m, schema, has, seed) : *has;
    for (uint32_t i = 0; list && i < has->count; i++) {
        PlMockSchema *part = pl_mock_flat(m->schemas, flat->items);
        pl_vec_push(m->arena, &items, complete_part(m, flat->items, part, pl_node_item(has, i), pl_mix(seed, i)));
    }
    if (list) out = pl_node_of_items(m->arena, items.items, items.len);
    m->stack.len--;
    return out;
}

PlNode pl_mock_complete(PlMockMaker *m, PlMockSchema *schema, const PlNode *base, uint64_t seed)
{
    if (base->kind != PL_NODE_MAP) return *base;
    PlMockSchema *flat = pl_mock_flat(m->schemas, chosen(m, schema, base));
    PlFields fields = {.arena = m->arena};
    for (uint32_t i = 0; i < flat->property_count; i++) {
        const PlMockProperty *property = &flat->properties[i];
        PlMockSchema *own = pl_mock_flat(m->schemas, property->schema);
        const PlNode *has = pl_node_get(base, property->name);
        if (own->flags & PL_MOCK_WRITE_ONLY) continue;
        if (has && !keeps(m, property->schema, own, has)) has = NULL; /* what was sent had another kind than what is read */
        if (has) {
            pl_fields_add(&fields, property->name, complete_part(m, property->schema, own, has, pl_mix_str(seed, property->name)));
        } else if (property->required || own->fallback || filled_by_server(own)) {
            pl_fields_add(&fields, property->name, make_field(m, property, seed));
        }
    }
    for (uint32_t i = 0; i < base->count; i++) {
        const PlPair *pair = pl_node_at(base, i);
        if (pair->value.flags & PL_NODE_SHADOWED || pl_mock_property(flat, pl_pair_key(pair))) continue;
        if (!(flat->flags & PL_MOCK_CLOSED)) pl_fields_add(&fields, pl_pair_key(pair), pair->value);
    }
    return pl_fields_map(&fields);
}

PlNode pl_mock_of_text(PlMockSchemas *schemas, PlMockSchema *schema, PlStr text)
{
    uint32_t kinds = pl_mock_flat(schemas, schema)->kinds;
    int64_t integer;
    double number;
    if (kinds & (PL_KIND_INTEGER | PL_KIND_NUMBER) && pl_str_to_int(text, &integer)) return pl_node_of_int(integer);
    if (kinds & PL_KIND_NUMBER && pl_str_to_double(text, &number)) return pl_node_of_number(number);
    if (kinds & PL_KIND_YESNO && pl_str_eq_z(text, "true")) return pl_node_of_yesno(true);
    if (kinds & PL_KIND_YESNO && pl_str_eq_z(text, "false")) return pl_node_of_yesno(false);
    return pl_node_of_text(text);
}
