/* SPDX-License-Identifier: MIT */
/* Does a value have a type: one walk over both, which changes nothing. */
#include "vm/value/json.h"
#include "vm/value/shape.h"
#include "vm/value/time.h"
#include "vm/value/type_walk.h"

#include <math.h>

#define PL_TYPE_CHECK_BUDGET UINT64_C(20000000)

/* ---- why not ----------------------------------------------------------------------------------------------------- */

static void put_place(PlBuf *out, const PlTypePlace *place)
{
    if (!place) return;
    put_place(out, place->up);
    if (!place->name.ptr) {
        pl_buf_printf(out, "[%u]", place->index);
        return;
    }
    if (out->len) pl_buf_put_char(out, '.');
    pl_buf_put(out, place->name);
}

/* The bytes as a NUL-ended text in `to`, cut before a whole character with "..." behind it. */
static void copy_cut(char *to, size_t size, PlStr s)
{
    size_t len = s.len;
    if (len >= size) {
        len = size - 4;
        while (len && ((unsigned char)s.ptr[len] & 0xc0) == 0x80) len--;
    }
    memcpy(to, s.ptr, len);
    memcpy(to + len, "...", s.len > len ? 4 : 0);
    if (s.len <= len) to[len] = 0;
}

bool pl_type_walk_fail(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId type, PlValue v)
{
    if (!walk->why || walk->muted) return false;
    if (v.tag == PL_RECORD) pl_shape_names(v.as.record->shape); /* may escape: before there is a buffer to leak */
    PlBuf text;
    pl_buf_init(&text, 0);
    put_place(&text, place);
    copy_cut(walk->why->path, sizeof walk->why->path, pl_buf_str(&text));
    pl_buf_clear(&text);
    pl_value_brief(&text, v, sizeof walk->why->found - 8);
    copy_cut(walk->why->found, sizeof walk->why->found, pl_buf_str(&text));
    pl_buf_deinit(&text);
    walk->why->expected = type;
    return false;
}

bool pl_type_walk_spent(const PlTypeWalk *walk)
{
    return walk->wasted > PL_TYPE_CHECK_BUDGET;
}

PlTypeId pl_type_walk_likely(const PlTypes *types, const PlType *type, PlValue v)
{
    PlTypeId only = PL_TYPE_NONE, alike = PL_TYPE_NONE;
    uint32_t others = 0, alikes = 0;
    PlTypeKind kind = v.tag == PL_LIST ? PL_TYPE_LIST : PL_TYPE_RECORD;
    for (uint32_t i = 0; i < type->count; i++) {
        PlTypeKind k = pl_type(types, type->members[i])->kind;
        if (k != PL_TYPE_NOTHING) others++, only = type->members[i];
        if ((v.tag == PL_LIST || v.tag == PL_RECORD) && k == kind) alikes++, alike = type->members[i];
    }
    return alikes == 1 ? alike : others == 1 ? only : PL_TYPE_NONE;
}

/* ---- scalars ----------------------------------------------------------------------------------------------------- */

bool pl_type_is_literal(const PlLiteral *literal, PlValue v)
{
    switch (literal->kind) {
    case PL_LIT_NOTHING: return v.tag == PL_NOTHING;
    case PL_LIT_YESNO: return v.tag == PL_YESNO && v.as.yes == literal->as.yes;
    case PL_LIT_INT: return pl_equal(v, pl_int(literal->as.integer));
    case PL_LIT_DOUBLE: return pl_equal(v, pl_double(literal->as.number));
    case PL_LIT_TEXT: return v.tag == PL_TEXT && pl_str_eq(pl_text_str(v), literal->as.text);
    case PL_LIT_DATETIME: return pl_equal(v, pl_datetime(literal->as.integer, literal->offset));
    case PL_LIT_DATE: return pl_equal(v, pl_date(literal->as.integer));
    case PL_LIT_DURATION: return pl_equal(v, pl_duration(literal->as.integer, literal->offset));
    default: return false;
    }
}

static bool is_one_of(const PlType *type, PlValue v)
{
    for (uint32_t i = 0; i < type->count; i++)
        if (pl_type_is_literal(&type->values[i], v)) return true;
    return false;
}

static bool is_integer(PlValue v)
{
    if (v.tag == PL_INT) return true;
    return v.tag == PL_DOUBLE && trunc(v.as.number) == v.as.number && v.as.number >= -0x1p63 && v.as.number < 0x1p63;
}

static bool is_time(PlTypeKind kind, PlValue v)
{
    int64_t n;
    int32_t extra;
    if (kind == PL_TYPE_DATETIME)
        return v.tag == PL_DATETIME || (v.tag == PL_TEXT && pl_time_read_datetime(pl_text_str(v), &n, &extra));
    if (kind == PL_TYPE_DATE) return v.tag == PL_DATE || (v.tag == PL_TEXT && pl_time_read_date(pl_text_str(v), &n));
    return v.tag == PL_DURATION || (v.tag == PL_TEXT && pl_time_read_duration(pl_text_str(v), &n, &extra));
}

static bool is_scalar(const PlType *type, PlValue v)
{
    switch (type->kind) {
    case PL_TYPE_ANY:
    case PL_TYPE_VAR: return true;
    case PL_TYPE_NOTHING: return v.tag == PL_NOTHING;
    case PL_TYPE_YESNO: return v.tag == PL_YESNO;
    case PL_TYPE_INTEGER: return is_integer(v);
    case PL_TYPE_NUMBER: return v.tag == PL_INT || v.tag == PL_DOUBLE;
    case PL_TYPE_TEXT: return v.tag == PL_TEXT;
    case PL_TYPE_FILE: return v.tag == PL_FILE;
    case PL_TYPE_ENUM: return is_one_of(type, v);
    default: return is_time(type->kind, v);
    }
}

/* ---- containers -------------------------------------------------------------------------------------------------- */

static bool check_list(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId id, PlValue v)
{
    if (v.tag != PL_LIST) return pl_type_walk_fail(walk, place, id, v);
    PlTypeId elem = pl_type(walk->types, id)->elem;
    if (elem == PL_T_ANY) return true;
    for (uint32_t i = 0; i < pl_list_len(v); i++) {
        PlTypePlace item = {.up = place, .index = i};
        if (!pl_type_walk_check(walk, &item, elem, pl_list_at(v, i))) return false;
    }
    return true;
}

/* Fields that are there but not declared. */
static bool check_rest(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId id, PlValue v)
{
    const PlType *type = pl_type(walk->types, id);
    if ((!type->closed || walk->answer) && (type->rest == PL_TYPE_NONE || type->rest == PL_T_ANY)) return true;
    for (uint32_t i = 0; i < pl_record_len(v); i++) {
        PlStr name = pl_record_name(v, i);
        if (pl_type_field(walk->types, id, name)) continue;
        PlTypePlace field = {.up = place, .name = name};
        if (type->rest != PL_TYPE_NONE) {
            if (!pl_type_walk_check(walk, &field, type->rest, pl_record_at(v, i))) return false;
        } else if (!walk->answer) {
            return pl_type_walk_fail(walk, &field, PL_T_NOTHING, pl_record_at(v, i));
        }
    }
    return true;
}

/* Is the value of the kind that some value of the enum has? */
static bool is_kind_of(const PlType *type, PlValue v)
{
    for (uint32_t i = 0; i < type->count; i++) {
        PlLiteralKind kind = type->values[i].kind;
        if (kind == PL_LIT_TEXT ? v.tag == PL_TEXT : kind == PL_LIT_YESNO ? v.tag == PL_YESNO : v.tag == PL_INT || v.tag == PL_DOUBLE) return true;
    }
    return false;
}

/* A field that may be left out may as well be nothing. What is only for requests is not in an answer. */
static bool check_record(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId id, PlValue v)
{
    if (v.tag != PL_RECORD) return pl_type_walk_fail(walk, place, id, v);
    const PlType *type = pl_type(walk->types, id);
    uint32_t near = 0;
    for (uint32_t i = 0; i < type->count; i++) {
        const PlField *f = &type->fields[i];
        PlTypePlace field = {.up = place, .name = f->name};
        uint32_t at = pl_shape_find_near(v.as.record->shape, f->name, &near);
        bool there = at != PL_SHAPE_NONE;
        PlValue value = there ? pl_record_at(v, at) : pl_nothing();
        if (value.tag == PL_NOTHING && (!f->required || walk->answer)) continue;
        if (!there && (f->write_only || pl_type_has_nothing(walk->types, f->type))) continue;
        if (!pl_type_walk_check(walk, &field, f->type, value)) return false;
    }
    return check_rest(walk, place, id, v);
}

static bool check_union(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId id, PlValue v)
{
    const PlType *type = pl_type(walk->types, id);
    for (uint32_t i = 0; i < type->count; i++) {
        uint64_t before = walk->seen;
        walk->muted++;
        bool fits = pl_type_walk_check(walk, place, type->members[i], v);
        walk->muted--;
        if (fits) return true;
        walk->wasted += walk->seen - before;
    }
    PlTypeId likely = walk->muted || pl_type_walk_spent(walk) ? PL_TYPE_NONE : pl_type_walk_likely(walk->types, type, v);
    if (likely != PL_TYPE_NONE && (v.tag == PL_LIST || v.tag == PL_RECORD)) {
        PlTypeKind kind = pl_type(walk->types, likely)->kind;
        if (kind == (v.tag == PL_LIST ? PL_TYPE_LIST : PL_TYPE_RECORD)) return pl_type_walk_check(walk, place, likely, v);
    }
    return pl_type_walk_fail(walk, place, id, v);
}

bool pl_type_walk_check(PlTypeWalk *walk, const PlTypePlace *place, PlTypeId id, PlValue v)
{
    const PlType *type = pl_type(walk->types, id);
    walk->seen++;
    if (pl_type_walk_spent(walk)) return pl_type_walk_fail(walk, place, id, v);
    switch (type->kind) {
    case PL_TYPE_LIST: return check_list(walk, place, id, v);
    case PL_TYPE_RECORD: return check_record(walk, place, id, v);
    case PL_TYPE_UNION: return check_union(walk, place, id, v);
    case PL_TYPE_ENUM:
        if (walk->answer && is_kind_of(type, v)) return true;
        return is_scalar(type, v) || pl_type_walk_fail(walk, place, id, v);
    default: return is_scalar(type, v) || pl_type_walk_fail(walk, place, id, v);
    }
}

bool pl_type_check_answer(const PlTypes *types, PlTypeId type, PlValue v, PlMismatch *why)
{
    PlTypeWalk walk = {.types = types, .why = why, .answer = true};
    return pl_type_walk_check(&walk, NULL, type, v);
}

bool pl_type_check(const PlTypes *types, PlTypeId type, PlValue v, PlMismatch *why)
{
    PlTypeWalk walk = {.types = types, .why = why};
    return pl_type_walk_check(&walk, NULL, type, v);
}
