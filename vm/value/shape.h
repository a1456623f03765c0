/* SPDX-License-Identifier: MIT */
/* Inside vm/value: what the values of a run share, and the shapes of records. A shared shape is a node of a tree: the root has no
 * field, a child has one name more than its parent, so records made in the same order of the same names have the same node. Nodes
 * and interned names are bounded (PL_LIMIT_SHAPES, _SHAPE_FIELDS, _NAMES); past that a record has a private shape, which only records
 * copied from it hold: hostile JSON costs memory in proportion to its size and nothing more. */
#ifndef PL_VALUE_SHAPE_H
#define PL_VALUE_SHAPE_H

#include "vm/base/json_scan.h"
#include "vm/value/value.h"

#define PL_SHAPE_NONE UINT32_MAX
#define PL_SHAPE_RECENT 128

struct PlShapeNode {
    PlValues *owner;
    PlShapeNode *parent; /* NULL: the root, private shapes, shapes that pl_shape_of made past the ceiling */
    PlShapeNode *last;   /* the child that was stepped to last */
    PlText *name;        /* of the last field; NULL when there is no parent */
    PlText **names;      /* [count]; of a shared shape NULL until somebody asks */
    uint32_t *slots;     /* field + 1 by hash of its name; NULL until there are many fields and somebody asks */
    uint32_t count, name_cap, slot_count;
    uint32_t refs;       /* of a private shape; 0: shared, lives with its owner */
};

struct PlValues {
    PlHeap *heap;
    PlShapeNode *root;
    PlText **names; /* interned; open addressing by hash */
    uint32_t name_count, name_slots;
    PlShapeNode **children; /* shared nodes by parent and name; open addressing */
    uint32_t shape_count, child_slots;
    PlShapeNode *recent[PL_SHAPE_RECENT]; /* children by a cheap mark of parent and name, for parents with more than one */
    PlBuf scratch;
    PlJsonScan scan; /* here, so that nothing leaks when a reader leaves through the heap's escape */
    bool scanning;
    PlValue *stack; /* of the JSON reader */
    size_t stack_cap;
    struct PlRegexes *regexes; /* compiled patterns; NULL until the first */
};

uint32_t pl_text_hash(PlText *text); /* never 0 */
PlText *pl_text_room(PlValues *values, size_t len); /* bytes not set but for the NUL */

/* The field of this name, or PL_SHAPE_NONE. */
uint32_t pl_shape_find(const PlShapeNode *shape, PlStr name);
PlText **pl_shape_names(const PlShapeNode *shape); /* [count] */
/* The same as pl_shape_find, quick when the name is that of field *near; then *near is the one behind it. For going through names in
 * about the shape's order. */
uint32_t pl_shape_find_near(const PlShapeNode *shape, PlStr name, uint32_t *near);
static inline uint32_t pl_shape_mark(const PlShapeNode *parent, PlStr name)
{
    uint32_t ends = name.len ? (unsigned char)name.ptr[0] * 7u + (unsigned char)name.ptr[name.len - 1] : 0;
    return ((uint32_t)((uintptr_t)parent >> 4) + ends + (uint32_t)name.len * 3u) % PL_SHAPE_RECENT;
}
static inline bool pl_shape_is_child(const PlShapeNode *child, PlStr name)
{
    return child->name->len == name.len && memcmp(child->name->bytes, name.ptr, name.len) == 0;
}
/* `shape` with `name` behind its fields; when it has the name already, shape itself and *field its number (else
 * PL_SHAPE_NONE). Consumes a reference to a private shape and gives one; a private shape that is unshared grows in place. */
PlShapeNode *pl_shape_step_slow(PlValues *values, PlShapeNode *shape, PlStr name, uint32_t *field);
static inline PlShapeNode *pl_shape_step(PlValues *values, PlShapeNode *shape, PlStr name, uint32_t *field)
{
    PlShapeNode *child = shape->last;
    *field = PL_SHAPE_NONE;
    if (!child) return pl_shape_step_slow(values, shape, name, field);
    if (pl_shape_is_child(child, name)) return child;
    child = values->recent[pl_shape_mark(shape, name)];
    if (child && child->parent == shape && pl_shape_is_child(child, name)) return child;
    return pl_shape_step_slow(values, shape, name, field);
}
void pl_shape_destroy(PlShapeNode *shape);
static inline PlShapeNode *pl_shape_retain(PlShapeNode *shape)
{
    if (shape->refs) shape->refs++;
    return shape;
}
static inline void pl_shape_release(PlShapeNode *shape)
{
    if (shape->refs && --shape->refs == 0) pl_shape_destroy(shape);
}

/* Levels of lists and records in a value, itself included; 0 for others. */
static inline uint32_t pl_value_depth(PlValue v)
{
    return v.tag == PL_LIST ? v.as.list->depth : v.tag == PL_RECORD ? v.as.record->depth : 0;
}
/* The depth of what holds v, escaping with PL_INVALID past PL_LIMIT_JSON_DEPTH. */
static inline uint32_t pl_depth_over(PlValues *values, uint32_t depth, PlValue v)
{
    uint32_t over = pl_value_depth(v) + 1;
    if (over <= depth) return depth;
    if (over > PL_LIMIT_JSON_DEPTH) pl_heap_escape(values->heap, PL_INVALID); /* which is no want of memory */
    return over;
}

/* A record of these fields, consumed with the reference to a private shape. */
PlValue pl_record_make_take(PlValues *values, PlShapeNode *shape, const PlValue *fields);

#endif
