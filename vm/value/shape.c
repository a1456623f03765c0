/* SPDX-License-Identifier: MIT */
/* Interned names and the tree of shapes. The invariants: names of a shape are distinct; a shared shape never changes what it says (its
 * names, index and last child are caches); a private shape changes only while one record holds it. */
#include "vm/value/shape.h"

#include "vm/base/utf8.h"

enum {
    LINEAR = 8, /* fields up to which a scan beats the index */
    LONG_NAME = 256,
    FIRST_SLOTS = 64
};

/* ---- interned names ---------------------------------------------------------------------------------------------- */

static uint32_t hash_of(PlStr s)
{
    uint64_t h = pl_str_hash(s);
    uint32_t folded = (uint32_t)(h ^ h >> 32);
    return folded ? folded : 1;
}

uint32_t pl_text_hash(PlText *text)
{
    if (!text->hash) text->hash = hash_of((PlStr){text->bytes, text->len});
    return text->hash;
}

static bool is_named(const PlText *text, PlStr s)
{
    return text->len == s.len && memcmp(text->bytes, s.ptr, s.len) == 0;
}

static void *new_table(PlValues *values, uint32_t slots)
{
    void *table = pl_heap_alloc(values->heap, slots * sizeof(void *));
    memset(table, 0, slots * sizeof(void *));
    return table;
}

static void grow_names(PlValues *values)
{
    uint32_t slots = values->name_slots ? values->name_slots * 2 : FIRST_SLOTS, mask = slots - 1;
    PlText **table = new_table(values, slots);
    for (uint32_t i = 0; i < values->name_slots; i++) {
        if (!values->names[i]) continue;
        uint32_t at = values->names[i]->hash & mask;
        while (table[at]) at = (at + 1) & mask;
        table[at] = values->names[i];
    }
    pl_heap_release(values->heap, values->names, values->name_slots * sizeof(PlText *));
    values->names = table;
    values->name_slots = slots;
}

/* The interned text of this name, made when absent; NULL when there is no room for another. */
static PlText *intern(PlValues *values, PlStr name)
{
    if (name.len > LONG_NAME) return NULL;
    if (values->name_count * 2 >= values->name_slots) grow_names(values);
    uint32_t hash = hash_of(name), mask = values->name_slots - 1, at = hash & mask;
    for (PlText *t; (t = values->names[at]); at = (at + 1) & mask)
        if (t->hash == hash && is_named(t, name)) return t;
    if (values->name_count >= PL_LIMIT_NAMES) return NULL;
    PlText *text = pl_text_room(values, name.len);
    if (name.len) memcpy(text->bytes, name.ptr, name.len);
    text->hash = hash;
    values->names[at] = text;
    values->name_count++;
    return text;
}

PlValue pl_text_interned(PlValues *values, PlStr s)
{
    PlText *text = pl_utf8_check(s) == s.len ? intern(values, s) : NULL;
    if (!text) return pl_text(values, s);
    return pl_retain((PlValue){.tag = PL_TEXT, .as.text = text});
}

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

static PlShapeNode *new_node(PlValues *values)
{
    PlShapeNode *node = pl_heap_alloc(values->heap, sizeof *node);
    *node = (PlShapeNode){.owner = values};
    return node;
}

static void drop_slots(PlShapeNode *shape)
{
    pl_heap_release(shape->owner->heap, shape->slots, shape->slot_count * sizeof(uint32_t));
    shape->slots = NULL;
    shape->slot_count = 0;
}

void pl_shape_destroy(PlShapeNode *shape)
{
    PlValues *values = shape->owner;
    for (uint32_t i = 0; i < shape->count; i++) pl_release(values, (PlValue){.tag = PL_TEXT, .as.text = shape->names[i]});
    pl_heap_release(values->heap, shape->names, shape->name_cap * sizeof(PlText *));
    drop_slots(shape);
    pl_heap_release(values->heap, shape, sizeof *shape);
}

PlText **pl_shape_names(const PlShapeNode *shape)
{
    if (shape->names || shape->count == 0) return shape->names;
    PlShapeNode *cache = (PlShapeNode *)shape;
    PlText **names = pl_heap_alloc(shape->owner->heap, shape->count * sizeof *names);
    for (const PlShapeNode *s = shape; s->count; s = s->parent) {
        if (!s->parent) { /* made flat past the ceiling */
            memcpy(names, s->names, s->count * sizeof *names);
            break;
        }
        names[s->count - 1] = s->name;
    }
    cache->names = names;
    cache->name_cap = shape->count;
    return names;
}

static void put_slot(PlShapeNode *shape, uint32_t field)
{
    uint32_t mask = shape->slot_count - 1, at = pl_text_hash(shape->names[field]) & mask;
    while (shape->slots[at]) at = (at + 1) & mask;
    shape->slots[at] = field + 1;
}

static void index_fields(PlShapeNode *shape)
{
    uint32_t slots = 4 * LINEAR;
    while (slots / 2 <= shape->count) slots *= 2;
    uint32_t *table = pl_heap_alloc(shape->owner->heap, slots * sizeof *table);
    memset(table, 0, slots * sizeof *table);
    pl_shape_names(shape);
    drop_slots(shape);
    shape->slots = table;
    shape->slot_count = slots;
    for (uint32_t i = 0; i < shape->count; i++) put_slot(shape, i);
}

uint32_t pl_shape_find(const PlShapeNode *shape, PlStr name)
{
    PlText **names = pl_shape_names(shape);
    if (shape->count <= LINEAR) {
        for (uint32_t i = 0; i < shape->count; i++)
            if (is_named(names[i], name)) return i;
        return PL_SHAPE_NONE;
    }
    if (!shape->slots) index_fields((PlShapeNode *)shape);
    uint32_t hash = hash_of(name), mask = shape->slot_count - 1;
    for (uint32_t at = hash & mask; shape->slots[at]; at = (at + 1) & mask) {
        PlText *text = names[shape->slots[at] - 1];
        if (pl_text_hash(text) == hash && is_named(text, name)) return shape->slots[at] - 1;
    }
    return PL_SHAPE_NONE;
}

uint32_t pl_shape_find_near(const PlShapeNode *shape, PlStr name, uint32_t *near)
{
    PlText **names = pl_shape_names(shape);
    uint32_t field = *near < shape->count && is_named(names[*near], name) ? *near : pl_shape_find(shape, name);
    if (field != PL_SHAPE_NONE) *near = field + 1;
    return field;
}

/* ---- private shapes ---------------------------------------------------------------------------------------------- */

/* A private shape with the names of `shape`, whose reference it consumes when that is private. */
static PlShapeNode *make_private(PlValues *values, PlShapeNode *shape)
{
    PlText **names = pl_shape_names(shape);
    PlShapeNode *node = new_node(values);
    node->refs = 1;
    node->name_cap = shape->count + 4;
    node->names = pl_heap_alloc(values->heap, node->name_cap * sizeof *names);
    for (uint32_t i = 0; i < shape->count; i++) {
        names[i]->refs++;
        node->names[i] = names[i];
    }
    node->count = shape->count;
    pl_shape_release(shape);
    return node;
}

/* `name` is not in `shape`, which is private and unshared. */
static void add_private(PlValues *values, PlShapeNode *shape, PlStr name)
{
    PlText *text = intern(values, name);
    if (text)
        text->refs++;
    else
        text = pl_text_of_valid(values, name).as.text;
    if (shape->count == shape->name_cap) {
        uint32_t cap = shape->name_cap * 2;
        if (cap < shape->name_cap) pl_heap_escape(values->heap, PL_LIMIT);
        size_t size = sizeof(PlText *);
        shape->names = pl_heap_resize(values->heap, shape->names, shape->name_cap * size, cap * size);
        shape->name_cap = cap;
    }
    shape->names[shape->count++] = text;
    if (shape->slots && shape->count < shape->slot_count / 2)
        put_slot(shape, shape->count - 1);
    else if (shape->slots)
        index_fields(shape);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static uint32_t child_slot(const PlValues *values, const PlShapeNode *parent, const PlText *name)
{
    uint64_t key = ((uint64_t)(uintptr_t)parent >> 4) * 0x9e3779b97f4a7c15u ^ name->hash;
    return (uint32_t)(key >> 32 ^ key) & (values->child_slots - 1);
}

static void grow_children(PlValues *values)
{
    uint32_t old_slots = values->child_slots;
    PlShapeNode **old = values->children, **table = new_table(values, old_slots ? old_slots * 2 : FIRST_SLOTS);
    values->child_slots = old_slots ? old_slots * 2 : FIRST_SLOTS;
    values->children = table;
    for (uint32_t i = 0; i < old_slots; i++) {
        if (!old[i]) continue;
        uint32_t at = child_slot(values, old[i]->parent, old[i]->name);
        while (table[at]) at = (at + 1) & (values->child_slots - 1);
        table[at] = old[i];
    }
    pl_heap_release(values->heap, old, old_slots * sizeof *old);
}

/* The child of a shared shape, made when absent; NULL past a ceiling. `name` is not in the shape. */
static PlShapeNode *child_of(PlValues *values, PlShapeNode *shape, PlText *name)
{
    if (values->shape_count * 2 >= values->child_slots) grow_children(values);
    uint32_t mask = values->child_slots - 1, at = child_slot(values, shape, name);
    for (PlShapeNode *n; (n = values->children[at]); at = (at + 1) & mask)
        if (n->parent == shape && n->name == name) return n;
    if (values->shape_count >= PL_LIMIT_SHAPES || shape->count >= PL_LIMIT_SHAPE_FIELDS) return NULL;
    PlShapeNode *node = new_node(values);
    node->parent = shape;
    node->name = name;
    node->count = shape->count + 1;
    values->children[at] = node;
    values->shape_count++;
    return node;
}

/* A child of this name is proof that the shape lacks it, so the common case does not search the names. */
static PlShapeNode *known_child(const PlValues *values, const PlShapeNode *shape, const PlText *name)
{
    if (!values->child_slots) return NULL;
    uint32_t mask = values->child_slots - 1, at = child_slot(values, shape, name);
    for (PlShapeNode *n; (n = values->children[at]); at = (at + 1) & mask)
        if (n->parent == shape && n->name == name) return n;
    return NULL;
}

/* Without names or index for a shape that is only passed on the way to a larger one. */
static uint32_t find_interned(const PlShapeNode *shape, const PlText *name)
{
    for (const PlShapeNode *s = shape; s->count; s = s->parent) {
        if (!s->parent) return pl_shape_find(s, (PlStr){name->bytes, name->len}); /* made flat past the ceiling */
        if (s->name == name) return s->count - 1;
    }
    return PL_SHAPE_NONE;
}

PlShapeNode *pl_shape_step_slow(PlValues *values, PlShapeNode *shape, PlStr name, uint32_t *field)
{
    *field = PL_SHAPE_NONE;
    if (!shape->refs) {
        PlText *text = intern(values, name);
        PlShapeNode *child = text ? known_child(values, shape, text) : NULL;
        if (!child) {
            *field = text ? find_interned(shape, text) : pl_shape_find(shape, name);
            if (*field != PL_SHAPE_NONE) return shape;
            if (text) child = child_of(values, shape, text);
        }
        if (child) {
            shape->last = child;
            values->recent[pl_shape_mark(shape, name)] = child;
            return child;
        }
    } else {
        *field = pl_shape_find(shape, name);
        if (*field != PL_SHAPE_NONE) return shape;
    }
    if (shape->refs != 1) shape = make_private(values, shape);
    add_private(values, shape, name);
    return shape;
}

const PlShapeNode *pl_shape_of(PlValues *values, const PlStr *names, uint32_t count)
{
    PlShapeNode *shape = values->root;
    uint32_t field;
    for (uint32_t i = 0; i < count; i++) shape = pl_shape_step(values, shape, names[i], &field);
    shape->refs = 0; /* a private one becomes shared: its count is lost, so it lives with `values` */
    return shape;
}
