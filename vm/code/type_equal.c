/* SPDX-License-Identifier: MIT */
/* Whether two types are the same in structure. Types may be recursive, so equality is coinductive: a pair that is being compared is
 * taken for equal while its parts are. A pair found different is different for good; pairs taken for equal under a pair that
 * turned out different are forgotten again (unions try several partners). So each pair is found different at most once, and
 * between two such findings each pair is entered at most once: the work is polynomial whatever the document says. */
#include "vm/base/limits.h"
#include "vm/code/type.h"

typedef enum Answer { UNKNOWN, EQUAL, DIFFERENT } Answer;

typedef struct Compare {
    const PlTypes *types;
    PlMap pairs;            /* {a, b} to an Answer */
    PL_VEC(uint32_t) trail; /* entries of `pairs` set to EQUAL, in order */
} Compare;

static bool compare(Compare *c, PlTypeId a, PlTypeId b, unsigned depth);

static bool compare_records(Compare *c, const PlType *a, const PlType *b, unsigned depth)
{
    if (a->count != b->count || a->closed != b->closed || (a->rest == PL_TYPE_NONE) != (b->rest == PL_TYPE_NONE))
        return false;
    if (a->rest != PL_TYPE_NONE && !compare(c, a->rest, b->rest, depth)) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const PlField *f = &a->fields[i], *g = &b->fields[i];
        for (uint32_t j = 0; !pl_str_eq(f->name, g->name); j++) {
            if (j == b->count) return false;
            g = &b->fields[j];
        }
        if (f->required != g->required || f->read_only != g->read_only || f->write_only != g->write_only) return false;
        if (!compare(c, f->type, g->type, depth)) return false;
    }
    return true;
}

/* Members are distinct on both sides, so as many members and a partner for each is enough. */
static bool compare_unions(Compare *c, const PlType *a, const PlType *b, unsigned depth)
{
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        bool found = false;
        for (uint32_t j = 0; j < b->count && !found; j++)
            found = compare(c, a->members[i], b->members[(i + j) % b->count], depth);
        if (!found) return false;
    }
    return true;
}

static bool equal_values(const PlType *a, const PlType *b)
{
    if (a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        bool found = false;
        for (uint32_t j = 0; j < b->count && !found; j++)
            found = pl_literal_equal(a->values[i], b->values[(i + j) % b->count]);
        if (!found) return false;
    }
    return true;
}

static bool compare_parts(Compare *c, const PlType *a, const PlType *b, unsigned depth)
{
    if (a->kind == PL_TYPE_LIST) return compare(c, a->elem, b->elem, depth);
    if (a->kind == PL_TYPE_RECORD) return compare_records(c, a, b, depth);
    return compare_unions(c, a, b, depth);
}

static uint32_t pair_entry(Compare *c, PlTypeId a, PlTypeId b)
{
    PlTypeId ids[2] = {a, b};
    PlMapEntry *entry = pl_map_find(&c->pairs, pl_str((const char *)ids, sizeof ids));
    if (!entry)
        entry = pl_map_put(&c->pairs, pl_arena_str(c->types->arena, pl_str((const char *)ids, sizeof ids)), NULL);
    return (uint32_t)(entry - c->pairs.entries);
}

static bool compare(Compare *c, PlTypeId a, PlTypeId b, unsigned depth)
{
    if (a == b) return true;
    const PlType *s = pl_type(c->types, a), *t = pl_type(c->types, b);
    if (s->kind != t->kind) return false;
    if (s->kind == PL_TYPE_TEXT) return s->format == t->format;
    if (s->kind == PL_TYPE_VAR) return s->elem == t->elem;
    if (s->kind == PL_TYPE_ENUM) return equal_values(s, t);
    if (s->kind != PL_TYPE_LIST && s->kind != PL_TYPE_RECORD && s->kind != PL_TYPE_UNION) return true;
    if (depth >= PL_LIMIT_TYPE_DEPTH) return false;

    uint32_t entry = pair_entry(c, a, b), mark = c->trail.len;
    Answer known = (Answer)c->pairs.entries[entry].value.num;
    if (known != UNKNOWN) return known == EQUAL;
    c->pairs.entries[entry].value.num = EQUAL;
    pl_vec_push(c->types->arena, &c->trail, entry);
    if (compare_parts(c, s, t, depth + 1)) return true;
    while (c->trail.len > mark) c->pairs.entries[c->trail.items[--c->trail.len]].value.num = UNKNOWN;
    c->pairs.entries[entry].value.num = DIFFERENT;
    return false;
}

bool pl_type_equal(const PlTypes *types, PlTypeId a, PlTypeId b)
{
    if (a == b) return true;
    if (pl_type(types, a)->kind != pl_type(types, b)->kind) return false;
    PlArenaMark mark = pl_arena_mark(types->arena);
    Compare c = {.types = types};
    pl_map_init(&c.pairs, types->arena);
    bool equal = compare(&c, a, b, 0);
    pl_arena_rewind(types->arena, mark);
    return equal;
}
