/* SPDX-License-Identifier: MIT */
/* Records: a shape, and in one block the header and the fields in the shape's order. */
#include "vm/value/shape.h"

static PlRecord *new_record(PlValues *values, uint32_t cap)
{
    PlRecord *record = pl_heap_alloc(values->heap, sizeof *record + cap * sizeof(PlValue));
    *record = (PlRecord){.refs = 1, .cap = cap, .depth = 1, .fields = (PlValue *)(record + 1)};
    return record;
}

static PlValue value_of(PlRecord *record)
{
    return (PlValue){.tag = PL_RECORD, .as.record = record};
}

static PlShapeNode *shape_of(const PlRecord *record)
{
    return (PlShapeNode *)record->shape;
}

PlValue pl_record(PlValues *values)
{
    PlRecord *record = new_record(values, 0);
    record->shape = values->root;
    return value_of(record);
}

PlValue pl_record_make_take(PlValues *values, PlShapeNode *shape, const PlValue *fields)
{
    PlRecord *record = new_record(values, shape->count);
    record->shape = shape;
    record->len = shape->count;
    uint32_t depth = 1;
    for (uint32_t i = 0; i < shape->count; i++) {
        record->fields[i] = fields[i];
        if (fields[i].tag == PL_LIST || fields[i].tag == PL_RECORD) depth = pl_depth_over(values, depth, fields[i]);
    }
    record->depth = depth;
    return value_of(record);
}

PlValue pl_record_of_take(PlValues *values, const PlShapeNode *shape, const PlValue *fields)
{
    return pl_record_make_take(values, pl_shape_retain((PlShapeNode *)shape), fields);
}

/* `record`, consumed, unshared and with room for `more` fields. */
static PlRecord *open_record(PlValues *values, PlRecord *record, uint32_t more)
{
    if (record->refs == 1 && record->len + more <= record->cap) return record;
    uint32_t cap = record->len + more;
    if (more) cap += cap / 2 + 1;
    if (cap < record->len) pl_heap_escape(values->heap, PL_LIMIT);
    if (record->refs == 1) {
        size_t old = sizeof *record + record->cap * sizeof(PlValue);
        record = pl_heap_resize(values->heap, record, old, sizeof *record + cap * sizeof(PlValue));
        record->cap = cap;
        record->fields = (PlValue *)(record + 1);
        return record;
    }
    PlRecord *copy = new_record(values, cap);
    copy->shape = pl_shape_retain(shape_of(record));
    for (uint32_t i = 0; i < record->len; i++) copy->fields[i] = pl_retain(record->fields[i]);
    copy->len = record->len;
    copy->depth = record->depth;
    record->refs--;
    return copy;
}

/* After a field of the record's greatest depth went. */
static void measure_again(PlValues *values, PlRecord *record)
{
    record->depth = 1;
    for (uint32_t i = 0; i < record->len; i++) record->depth = pl_depth_over(values, record->depth, record->fields[i]);
}

static void replace_field(PlValues *values, PlRecord *record, uint32_t field, PlValue value)
{
    PlValue old = record->fields[field];
    record->fields[field] = value;
    if (pl_value_depth(old) + 1 == record->depth)
        measure_again(values, record);
    else
        record->depth = pl_depth_over(values, record->depth, value);
    pl_release(values, old);
}

PlValue pl_record_set_take(PlValues *values, PlValue record, PlStr name, PlValue value)
{
    uint32_t field = pl_shape_find(record.as.record->shape, name);
    PlRecord *open = open_record(values, record.as.record, field == PL_SHAPE_NONE);
    if (field != PL_SHAPE_NONE) {
        replace_field(values, open, field, value);
        return value_of(open);
    }
    open->shape = pl_shape_step(values, shape_of(open), name, &field);
    open->depth = pl_depth_over(values, open->depth, value);
    open->fields[open->len++] = value;
    return value_of(open);
}

PlValue pl_record_remove_take(PlValues *values, PlValue record, PlStr name)
{
    uint32_t gone = pl_shape_find(record.as.record->shape, name), unused;
    if (gone == PL_SHAPE_NONE) return record;
    PlRecord *open = open_record(values, record.as.record, 0);
    PlText **names = pl_shape_names(open->shape);
    PlShapeNode *shape = values->root;
    for (uint32_t i = 0; i < open->len; i++)
        if (i != gone) shape = pl_shape_step(values, shape, (PlStr){names[i]->bytes, names[i]->len}, &unused);
    pl_shape_release(shape_of(open));
    open->shape = shape;
    PlValue old = open->fields[gone];
    open->len--;
    memmove(open->fields + gone, open->fields + gone + 1, (open->len - gone) * sizeof(PlValue));
    if (pl_value_depth(old) + 1 == open->depth) measure_again(values, open);
    pl_release(values, old);
    return value_of(open);
}

bool pl_record_find(PlValue record, PlStr name, PlValue *out)
{
    uint32_t field = pl_shape_find(record.as.record->shape, name);
    if (field == PL_SHAPE_NONE) return false;
    *out = record.as.record->fields[field];
    return true;
}

/* A private shape is not remembered: its block may become another shape's. */
bool pl_record_find_cached(PlValue record, PlStr name, PlFieldCache *cache, PlValue *out)
{
    const PlShapeNode *shape = record.as.record->shape;
    uint32_t field = cache->index;
    if (cache->shape != shape) {
        field = pl_shape_find(shape, name);
        if (!shape->refs) *cache = (PlFieldCache){shape, field};
    }
    if (field == PL_SHAPE_NONE) return false;
    *out = record.as.record->fields[field];
    return true;
}

PlStr pl_record_name(PlValue record, uint32_t i)
{
    const PlText *name = pl_shape_names(record.as.record->shape)[i];
    return (PlStr){name->bytes, name->len};
}
