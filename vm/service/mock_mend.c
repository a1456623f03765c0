/* SPDX-License-Identifier: MIT */
/* See mock_mend.h. A round looks at all faults; a fault that comes back is answered one level further up, and without examples. */
#include "vm/service/mock_mend.h"

#include "vm/service/mock_check.h"
#include "vm/service/mock_convert.h"
#include "vm/service/mock_text.h"

enum { ROUNDS = 6, PART_BUDGET = 400, MAX_STEPS = 64 };

typedef struct Mending {
    PlMockMaker *maker;
    const PlSchemaIssue *issue;
    PlStr keep;
    PlStr steps[MAX_STEPS]; /* of the way to the fault */
    uint32_t count;
    uint64_t seed;
} Mending;

static void read_steps(Mending *d, PlStr pointer)
{
    d->count = 0;
    for (size_t i = 1; i <= pointer.len && pointer.len && d->count < MAX_STEPS;) {
        size_t end = pl_str_find_char(pointer, '/', i);
        if (end == PL_STR_NONE) end = pointer.len;
        d->steps[d->count++] = pl_mock_step(d->maker->arena, pl_str_slice(pointer, i, end));
        i = end + 1;
    }
}

/* ---- schemas of parts --------------------------------------------------------------------------------------------- */

static PlMockSchema *field_schema(Mending *d, PlMockSchema *schema, PlStr name)
{
    bool open;
    PlMockSchemas *s = d->maker->schemas;
    PlMockSchema *whole = pl_mock_whole(s, schema), *flat = pl_mock_flat(s, whole);
    const PlMockProperty *property = pl_mock_property(flat, name); /* of the alternative that values are made of, before others */
    if (!property) property = pl_mock_find(s, whole, name, &open);
    return property ? property->schema : flat->rest;
}

static PlMockSchema *item_schema(Mending *d, PlMockSchema *schema, uint32_t i)
{
    const PlMockSchema *flat = pl_mock_flat(d->maker->schemas, schema);
    return i < flat->prefix.count ? flat->prefix.all[i] : flat->items;
}

/* ---- one place ---------------------------------------------------------------------------------------------------- */

static PlNode made(Mending *d, PlMockSchema *schema, PlStr name)
{
    d->maker->budget = PART_BUDGET;
    d->maker->stack.len = 0;
    return pl_mock_make(d->maker, schema, name, d->seed);
}

/* The record with the field that it lacks. */
static PlNode with_field(Mending *d, PlMockSchema *schema, const PlNode *record, PlStr name)
{
    PlFields fields = {.arena = d->maker->arena};
    PlMockSchema *own = field_schema(d, schema, name);
    for (uint32_t i = 0; i < record->count; i++) {
        const PlPair *pair = pl_node_at(record, i);
        if (!(pair->value.flags & PL_NODE_SHADOWED)) pl_fields_add(&fields, pl_pair_key(pair), pair->value);
    }
    PlNode value = own ? made(d, own, name) : pl_node_of_text(pl_mock_text_for(d->maker->arena, name, d->seed));
    pl_fields_add(&fields, name, value);
    return pl_fields_map(&fields);
}

static bool drops(const PlSchemaIssue *issue)
{
    return pl_str_eq_z(issue->keyword, "additionalProperties") || pl_str_eq_z(issue->keyword, "unevaluatedProperties") ||
           pl_str_eq_z(issue->keyword, "propertyNames") || pl_str_eq_z(issue->keyword, "false");
}

static PlNode at_place(Mending *d, PlMockSchema *schema, const PlNode *value, uint32_t depth);

static PlNode in_record(Mending *d, PlMockSchema *schema, const PlNode *record, uint32_t depth)
{
    PlFields fields = {.arena = d->maker->arena};
    bool last = depth + 1 == d->count;
    for (uint32_t i = 0; i < record->count; i++) {
        const PlPair *pair = pl_node_at(record, i);
        PlStr key = pl_pair_key(pair);
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        PlNode part = pair->value;
        if (pl_str_eq(key, d->steps[depth])) {
            PlMockSchema *own = field_schema(d, schema, key);
            if (last && (drops(d->issue) || !own)) continue;
            if (own) part = at_place(d, own, &part, depth + 1);
        }
        pl_fields_add(&fields, key, part);
    }
    return pl_fields_map(&fields);
}

static PlNode in_list(Mending *d, PlMockSchema *schema, const PlNode *list, uint32_t depth)
{
    int64_t at;
    if (!pl_str_to_int(d->steps[depth], &at) || at < 0 || at >= list->count) return *list;
    PlMockSchema *own = item_schema(d, schema, (uint32_t)at);
    if (!own) return *list;
    PlNode *items = PL_NEW_N(d->maker->arena, PlNode, list->count);
    for (uint32_t i = 0; i < list->count; i++) items[i] = i == at ? at_place(d, own, pl_node_item(list, i), depth + 1) : *pl_node_item(list, i);
    return pl_node_of_items(d->maker->arena, items, list->count);
}

static PlNode at_place(Mending *d, PlMockSchema *schema, const PlNode *value, uint32_t depth)
{
    if (depth < d->count && value->kind == PL_NODE_MAP) return in_record(d, schema, value, depth);
    if (depth < d->count && value->kind == PL_NODE_LIST) return in_list(d, schema, value, depth);
    if (depth < d->count) return *value;
    if (d->issue->name.len && value->kind == PL_NODE_MAP && !d->maker->plain) return with_field(d, schema, value, d->issue->name);
    return made(d, schema, depth ? d->steps[depth - 1] : PL_STR(""));
}

/* ---- rounds ------------------------------------------------------------------------------------------------------- */

static bool stays(const Mending *d)
{
    PlStr last = d->count ? d->steps[d->count - 1] : PL_STR("");
    return d->count && !d->issue->name.len && ((d->keep.len && pl_str_eq(last, d->keep)) || pl_mock_is_next(last));
}

/* The faults of a value that the validator finds, each mended once. `up`: so many steps above it. */
static PlNode mend_all(Mending *d, PlMockSchema *schema, PlNode value, const PlSchemaIssues *issues, uint32_t up, bool whole)
{
    for (uint32_t i = 0; i < issues->count; i++) {
        d->issue = &issues->all[i];
        read_steps(d, d->issue->at);
        if (stays(d)) continue;
        PlSchemaIssue above = {.at = d->issue->at, .keyword = PL_STR(""), .message = PL_STR(""), .name = PL_STR("")};
        if (up) d->issue = &above;
        d->count = d->count > up ? d->count - up : 0;
        if (d->count == 0 && !whole && (up || !d->issue->name.len)) continue;
        value = at_place(d, schema, &value, 0);
        d->seed = pl_mix(d->seed, i + 1);
    }
    return value;
}

PlNode pl_mock_mend(PlMockMaker *maker, PlMockSchema *schema, const PlNode *value, PlStr keep, bool whole, uint64_t seed)
{
    PlSchemaIssues issues;
    Mending d = {.maker = maker, .keep = keep};
    PlNode best = *value, now = *value;
    uint32_t least = UINT32_MAX;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        bool fits = pl_mock_judge(maker->schemas, maker->arena, schema, &now, !maker->request, &issues);
        if (fits || issues.count < least) best = now, least = issues.count;
        if (fits) break;
        d.seed = pl_mix(seed, 100 + round);
        maker->turn = round - 1;
        maker->plain = round >= 2; /* examples of parts have had their turn */
        now = mend_all(&d, schema, now, &issues, round / 2, whole);
    }
    maker->plain = false;
    return best;
}
