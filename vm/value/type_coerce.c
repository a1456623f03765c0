/* SPDX-License-Identifier: MIT */
/* A value as another type where nothing is lost. A value that needs no change is given back as it is; a list or record is copied from
 * the first item that changes. spec/types.md, "Conversions". */
#include "vm/base/base64.h"
#include "vm/code/hash.h"
#include "vm/value/json.h"
#include "vm/value/shape.h"
#include "vm/value/time.h"
#include "vm/value/type_walk.h"

#include <math.h>

enum { KNOWN = 8, KNOWN_FIELDS = 16 };

/* The records of a list mostly have one shape: what a type wants of each field of a shape is looked up once, and then a field that is right already costs
 * a glance at its tag. All required fields are in the shape. */
typedef struct Known {
    const PlShapeNode *shape; /* NULL: free */
    PlTypeId id;
    PlTypeId types[KNOWN_FIELDS]; /* PL_TYPE_NONE: anything */
} Known;

typedef struct Coercion {
    PlTypeWalk walk;
    PlValues *values;
    bool wrapping;             /* a value is tried as the item of a list ... */
    const PlTypePlace *wrapped; /* ... at this place, and not twice there: types may be recursive */
    Known known[KNOWN];        /* at its type's number */
} Coercion;

static bool coerce(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v, PlValue *out);

static bool fail(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v)
{
    return pl_type_walk_fail(&c->walk, place, id, v);
}

static bool same(PlValue a, PlValue b)
{
    return a.tag == b.tag && a.extra == b.extra && a.as.integer == b.as.integer;
}

/* ---- scalars ----------------------------------------------------------------------------------------------------- */

static bool number_of_text(PlValue v, bool integer, PlValue *out)
{
    PlStr s = pl_str_trim(pl_text_str(v));
    int64_t n;
    double d;
    if (pl_str_to_int(s, &n)) {
        *out = pl_int(n);
        return true;
    }
    if (integer || !pl_str_to_double(s, &d)) return false;
    *out = pl_double(d);
    return true;
}

static bool to_number(PlValue v, bool integer, PlValue *out)
{
    if (v.tag == PL_TEXT) return number_of_text(v, integer, out);
    if (v.tag != PL_INT && v.tag != PL_DOUBLE) return false;
    *out = v;
    if (!integer || v.tag == PL_INT) return true;
    double d = v.as.number;
    if (trunc(d) != d || d < -0x1p63 || d >= 0x1p63) return false;
    *out = pl_int((int64_t)d);
    return true;
}

static bool to_text(Coercion *c, PlValue v, PlValue *out)
{
    if (v.tag == PL_TEXT) {
        *out = pl_retain(v);
        return true;
    }
    bool time = v.tag == PL_DATETIME || v.tag == PL_DATE || v.tag == PL_DURATION;
    if (v.tag != PL_INT && v.tag != PL_DOUBLE && !time) return false;
    pl_value_show(pl_values_scratch(c->values), v);
    *out = pl_text_of_scratch(c->values);
    return true;
}

static bool to_yesno(PlValue v, PlValue *out)
{
    static const char *const words[] = {"no", "yes", "false", "true"};
    *out = v;
    if (v.tag == PL_YESNO) return true;
    if (v.tag != PL_TEXT) return false;
    for (size_t i = 0; i < 4; i++) {
        *out = pl_yesno(i % 2);
        if (pl_str_eq_nocase(pl_str_trim(pl_text_str(v)), pl_str_z(words[i]))) return true;
    }
    return false;
}

static bool to_time(PlTypeKind kind, PlValue v, PlValue *out)
{
    PlTag tag = kind == PL_TYPE_DATETIME ? PL_DATETIME : kind == PL_TYPE_DATE ? PL_DATE : PL_DURATION;
    int64_t n;
    int32_t extra = 0;
    *out = v;
    if (v.tag == tag) return true;
    if (v.tag != PL_TEXT) return false;
    PlStr s = pl_str_trim(pl_text_str(v));
    bool read = tag == PL_DATETIME ? pl_time_read_datetime(s, &n, &extra)
                : tag == PL_DATE   ? pl_time_read_date(s, &n)
                                   : pl_time_read_duration(s, &n, &extra);
    if (!read) return false;
    *out = (PlValue){.tag = (uint8_t)tag, .extra = extra, .as.integer = n};
    return true;
}

/* One of the values; a number may stand for its text and a text for its number. */
static bool to_one_of(Coercion *c, const PlType *type, PlValue v, PlValue *out)
{
    for (uint32_t i = 0; i < type->count; i++) {
        if (!pl_type_is_literal(&type->values[i], v)) continue;
        *out = pl_retain(v);
        return true;
    }
    PlValue other;
    if (v.tag == PL_TEXT ? !number_of_text(v, false, &other) : !to_text(c, v, &other)) return false;
    for (uint32_t i = 0; i < type->count; i++) {
        *out = other;
        if (pl_type_is_literal(&type->values[i], other)) return true;
    }
    pl_release(c->values, other);
    return false;
}

static PlStr text_in(PlValue record, const char *name)
{
    PlValue v;
    return pl_record_find(record, pl_str_z(name), &v) && v.tag == PL_TEXT ? pl_text_str(v) : PL_STR("");
}

/* {"file": HASH, "bytes": LENGTH, ...}, as a file is shown: one that lies beside the store. Whether it is there is looked at when it is sent. */
static bool to_file_elsewhere(Coercion *c, PlValue record, PlValue *out)
{
    PlValue bytes;
    uint8_t hash[32];
    bool is_one = pl_hash_from_hex(text_in(record, "file"), hash, 32) && pl_record_find(record, PL_STR("bytes"), &bytes) && bytes.tag == PL_INT;
    if (!is_one || bytes.as.integer <= 0) return false;
    *out = pl_file_elsewhere(c->values, text_in(record, "name"), text_in(record, "type"), hash, (uint64_t)bytes.as.integer);
    return true;
}

/* JSON has no files: {"base64": ..., "name": ..., "type": ...} stands for one. */
static bool to_file(Coercion *c, PlValue v, PlValue *out)
{
    PlValue coded;
    if (v.tag == PL_FILE) {
        *out = pl_retain(v);
        return true;
    }
    if (v.tag == PL_RECORD && to_file_elsewhere(c, v, out)) return true;
    if (v.tag != PL_RECORD || !pl_record_find(v, PL_STR("base64"), &coded) || coded.tag != PL_TEXT) return false;
    PlBuf *bytes = pl_values_scratch(c->values);
    if (!pl_base64_read(bytes, pl_text_str(coded))) return false;
    if (bytes->status != PL_OK) pl_heap_escape(pl_values_heap(c->values), bytes->status);
    *out = pl_file(c->values, text_in(v, "name"), text_in(v, "type"), pl_buf_str(bytes));
    return true;
}

static bool to_scalar(Coercion *c, const PlType *type, PlValue v, PlValue *out)
{
    switch (type->kind) {
    case PL_TYPE_ANY:
    case PL_TYPE_VAR: *out = pl_retain(v); return true;
    case PL_TYPE_FILE: return to_file(c, v, out);
    case PL_TYPE_NOTHING: *out = v; return v.tag == PL_NOTHING;
    case PL_TYPE_YESNO: return to_yesno(v, out);
    case PL_TYPE_INTEGER: return to_number(v, true, out);
    case PL_TYPE_NUMBER: return to_number(v, false, out);
    case PL_TYPE_TEXT: return to_text(c, v, out);
    case PL_TYPE_ENUM: return to_one_of(c, type, v, out);
    default: return to_time(type->kind, v, out);
    }
}

/* Whether nothing is to be done: the short way past what coerce would find too. */
static inline bool stays(const Coercion *c, PlTypeId id, PlValue v)
{
    if (id == PL_TYPE_NONE) return true;
    switch (pl_type(c->walk.types, id)->kind) {
    case PL_TYPE_TEXT: return v.tag == PL_TEXT;
    case PL_TYPE_INTEGER: return v.tag == PL_INT;
    case PL_TYPE_NUMBER: return v.tag == PL_INT || v.tag == PL_DOUBLE;
    case PL_TYPE_YESNO: return v.tag == PL_YESNO;
    default: return false;
    }
}

/* ---- containers -------------------------------------------------------------------------------------------------- */

static bool wrap(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v, PlValue *out)
{
    if (v.tag == PL_NOTHING || (c->wrapping && c->wrapped == place)) return fail(c, place, id, v);
    bool was_wrapping = c->wrapping;
    const PlTypePlace *was_wrapped = c->wrapped;
    PlValue one;
    c->wrapping = true;
    c->wrapped = place;
    c->walk.muted++;
    bool fits = coerce(c, place, pl_type(c->walk.types, id)->elem, v, &one);
    c->walk.muted--;
    c->wrapping = was_wrapping;
    c->wrapped = was_wrapped;
    if (!fits) return fail(c, place, id, v);
    *out = pl_list_append_take(c->values, pl_list(c->values, 1), one);
    return true;
}

static bool to_list(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v, PlValue *out)
{
    if (v.tag != PL_LIST) return wrap(c, place, id, v, out);
    PlTypeId elem = pl_type(c->walk.types, id)->elem;
    PlValue made = pl_nothing();
    for (uint32_t i = 0; i < pl_list_len(v); i++) {
        PlTypePlace at = {.up = place, .index = i};
        PlValue item = pl_list_at(v, i), as;
        if (made.tag == PL_NOTHING && stays(c, elem, item)) continue;
        if (!coerce(c, &at, elem, item, &as)) {
            pl_release(c->values, made);
            return false;
        }
        if (made.tag == PL_NOTHING && same(item, as)) {
            pl_release(c->values, as);
            continue;
        }
        if (made.tag == PL_NOTHING) {
            made = pl_list(c->values, pl_list_len(v));
            for (uint32_t j = 0; j < i; j++) made = pl_list_append_take(c->values, made, pl_retain(pl_list_at(v, j)));
        }
        made = pl_list_append_take(c->values, made, as);
    }
    *out = made.tag == PL_NOTHING ? pl_retain(v) : made;
    return true;
}

/* The type that a field of this name should have; PL_TYPE_NONE: as it is. Fields are looked for in about the type's order. */
static PlTypeId wanted(const PlTypes *types, PlTypeId id, PlStr name, uint32_t *near, bool *known, bool *required)
{
    const PlType *type = pl_type(types, id);
    bool is_next = *near < type->count && pl_str_eq(type->fields[*near].name, name);
    const PlField *f = is_next ? &type->fields[*near] : pl_type_field(types, id, name);
    if (f) *near = (uint32_t)(f - type->fields) + 1;
    *known = f != NULL || !type->closed || type->rest != PL_TYPE_NONE;
    *required = f && f->required;
    return f ? f->type : type->rest;
}

static bool has_required(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v)
{
    const PlType *type = pl_type(c->walk.types, id);
    uint32_t near = 0;
    for (uint32_t i = 0; i < type->count; i++) {
        const PlField *f = &type->fields[i];
        if (!f->required || f->read_only || f->write_only || pl_type_has_nothing(c->walk.types, f->type)) continue;
        if (pl_shape_find_near(v.as.record->shape, f->name, &near) != PL_SHAPE_NONE) continue;
        PlTypePlace field = {.up = place, .name = f->name};
        return fail(c, &field, f->type, pl_nothing());
    }
    return true;
}

/* A private shape is not remembered: its block may become another shape's. */
static void remember(Coercion *c, PlTypeId id, PlValue v)
{
    const PlShapeNode *shape = v.as.record->shape;
    bool known, required;
    uint32_t near = 0;
    if (shape->refs || pl_record_len(v) > KNOWN_FIELDS) return;
    Known *k = &c->known[id % KNOWN];
    *k = (Known){.shape = shape, .id = id};
    for (uint32_t i = 0; i < pl_record_len(v); i++)
        k->types[i] = wanted(c->walk.types, id, pl_record_name(v, i), &near, &known, &required);
}

/* What is remembered for this type and shape; NULL: nothing. A record inside may have taken the place: ask again after each. */
static const Known *recall(const Coercion *c, PlTypeId id, PlValue v)
{
    const Known *k = &c->known[id % KNOWN];
    return k->shape == v.as.record->shape && k->id == id ? k : NULL;
}

static bool to_record(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v, PlValue *out)
{
    if (v.tag != PL_RECORD) return fail(c, place, id, v);
    const Known *k = recall(c, id, v);
    if (!k && !has_required(c, place, id, v)) return false;
    PlValue made = pl_retain(v);
    uint32_t near = 0;
    for (uint32_t i = 0; i < pl_record_len(v); i++) {
        PlValue field = pl_record_at(v, i), as;
        if (k && stays(c, k->types[i], field)) continue;
        PlStr name = pl_record_name(v, i);
        PlTypePlace at = {.up = place, .name = name};
        bool known, required;
        PlTypeId type = wanted(c->walk.types, id, name, &near, &known, &required);
        if (known && (type == PL_TYPE_NONE || (field.tag == PL_NOTHING && !required))) continue;
        if (!known || !coerce(c, &at, type, field, &as)) {
            pl_release(c->values, made);
            return known ? false : fail(c, &at, PL_T_NOTHING, field);
        }
        if (same(field, as))
            pl_release(c->values, as);
        else
            made = pl_record_set_take(c->values, made, name, as);
        k = recall(c, id, v);
    }
    if (!k) remember(c, id, v);
    *out = made;
    return true;
}

/* Whether a value has the kind of a type as it is, so that a text stays a text where texts and times both fit, and a list a list. */
static bool is_of_kind(const PlType *type, PlValue v)
{
    static const uint8_t kinds[PL_TAG_COUNT] = {
        [PL_NOTHING] = PL_TYPE_NOTHING, [PL_YESNO] = PL_TYPE_YESNO,       [PL_INT] = PL_TYPE_INTEGER, [PL_DOUBLE] = PL_TYPE_NUMBER,
        [PL_DATETIME] = PL_TYPE_DATETIME, [PL_DATE] = PL_TYPE_DATE,       [PL_DURATION] = PL_TYPE_DURATION,
        [PL_TEXT] = PL_TYPE_TEXT,       [PL_LIST] = PL_TYPE_LIST,         [PL_RECORD] = PL_TYPE_RECORD, [PL_FILE] = PL_TYPE_FILE,
    };
    return type->kind == kinds[v.tag] || type->kind == PL_TYPE_ENUM || (v.tag == PL_INT && type->kind == PL_TYPE_NUMBER);
}

/* A member that v has already is taken before one that it could become; one of its kind before others. */
static bool to_union(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v, PlValue *out)
{
    const PlType *type = pl_type(c->walk.types, id);
    bool done = false;
    c->walk.muted++;
    for (int pass = 0; pass < 4 && !done; pass++) {
        bool its_kind = pass == 0 || pass == 2, as_it_is = pass < 2;
        for (uint32_t i = 0; i < type->count && !done; i++) {
            PlTypeId member = type->members[i];
            if (its_kind && !is_of_kind(pl_type(c->walk.types, member), v)) continue;
            uint64_t before = c->walk.seen;
            done = (!as_it_is || pl_type_walk_check(&c->walk, place, member, v)) && coerce(c, place, member, v, out);
            if (!done) c->walk.wasted += c->walk.seen - before;
        }
    }
    c->walk.muted--;
    if (done) return true;
    PlTypeId likely = pl_type_walk_spent(&c->walk) ? PL_TYPE_NONE : pl_type_walk_likely(c->walk.types, type, v);
    if (likely == PL_TYPE_NONE || c->walk.muted || (v.tag != PL_LIST && v.tag != PL_RECORD)) return fail(c, place, id, v);
    return coerce(c, place, likely, v, out);
}

static bool coerce(Coercion *c, const PlTypePlace *place, PlTypeId id, PlValue v, PlValue *out)
{
    const PlType *type = pl_type(c->walk.types, id);
    c->walk.seen++;
    if (pl_type_walk_spent(&c->walk)) return fail(c, place, id, v);
    if (type->kind == PL_TYPE_UNION) return to_union(c, place, id, v, out);
    if (type->kind == PL_TYPE_LIST) return to_list(c, place, id, v, out);
    bool one = v.tag == PL_LIST && pl_list_len(v) == 1 && type->kind != PL_TYPE_ANY && type->kind != PL_TYPE_VAR;
    if (one) {
        PlTypePlace item = {.up = place, .index = 0};
        return coerce(c, &item, id, pl_list_at(v, 0), out);
    }
    if (type->kind == PL_TYPE_RECORD) return to_record(c, place, id, v, out);
    return to_scalar(c, type, v, out) || fail(c, place, id, v);
}

bool pl_type_coerce(PlValues *values, const PlTypes *types, PlTypeId type, PlValue v, PlValue *out, PlMismatch *why)
{
    Coercion c = {.walk = {.types = types, .why = why}, .values = values};
    return coerce(&c, NULL, type, v, out);
}
