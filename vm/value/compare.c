/* SPDX-License-Identifier: MIT */
/* Equality, order and hash. Numbers compare by their mathematical value, whichever way they are kept. Recursion is bounded by the
 * depth of values (PL_LIMIT_JSON_DEPTH). spec/values.md, "Order". */
#include "vm/value/shape.h"
#include "vm/value/time.h"

#include <math.h>

enum { DIFFERENT_KINDS = 2 };
static const int64_t US_PER_MINUTE = 60000000, US_PER_DAY = 86400000000, US_PER_MEAN_MONTH = 2629746000000;

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static int order_ints(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Exact where a conversion of the integer would round. */
static int order_int_double(int64_t a, double b)
{
    if (b >= 0x1p63) return -1;
    if (b < -0x1p63) return 1;
    double whole = trunc(b);
    int order = order_ints(a, (int64_t)whole);
    return order ? order : (whole > b) - (whole < b);
}

static int order_numbers(PlValue a, PlValue b)
{
    if (a.tag == PL_INT && b.tag == PL_INT) return order_ints(a.as.integer, b.as.integer);
    if (a.tag == PL_INT) return order_int_double(a.as.integer, b.as.number);
    if (b.tag == PL_INT) return -order_int_double(b.as.integer, a.as.number);
    return (a.as.number > b.as.number) - (a.as.number < b.as.number);
}

static bool is_number(PlValue v)
{
    return v.tag == PL_INT || v.tag == PL_DOUBLE;
}

/* ---- times ------------------------------------------------------------------------------------------------------- */

/* A duration with months and one without have no exact order: a month counts as its mean length; equal means the same. */
static int order_durations(PlValue a, PlValue b)
{
    PlWide x = (PlWide)a.extra * US_PER_MEAN_MONTH + a.as.integer, y = (PlWide)b.extra * US_PER_MEAN_MONTH + b.as.integer;
    if (x != y) return x < y ? -1 : 1;
    return order_ints(a.extra, b.extra);
}

/* A date is the midnight it begins with, on the clock that the datetime was written with. */
static int order_date_datetime(PlValue date, PlValue datetime)
{
    PlWide begin = (PlWide)date.as.integer * US_PER_DAY;
    PlWide local = (PlWide)datetime.as.integer + (PlWide)datetime.extra * US_PER_MINUTE;
    return begin < local ? -1 : begin > local;
}

/* The time that a text reads as, of the kind of `like`. */
static bool time_of_text(PlValue text, PlValue like, PlValue *out)
{
    PlStr s = pl_text_str(text);
    int64_t n;
    int32_t extra = 0;
    if (like.tag == PL_DURATION) {
        if (!pl_time_read_duration(s, &n, &extra)) return false;
        *out = pl_duration(n, extra);
    } else if (pl_time_read_date(s, &n)) {
        *out = pl_date(n);
    } else {
        if (!pl_time_read_datetime(s, &n, &extra)) return false;
        *out = pl_datetime(n, extra);
    }
    return true;
}

static bool is_time(PlValue v)
{
    return v.tag == PL_DATETIME || v.tag == PL_DATE || v.tag == PL_DURATION;
}

static int order_times(PlValue a, PlValue b)
{
    if (a.tag == PL_TEXT && !time_of_text(a, b, &a)) return DIFFERENT_KINDS;
    if (b.tag == PL_TEXT && !time_of_text(b, a, &b)) return DIFFERENT_KINDS;
    if (a.tag == PL_DURATION && b.tag == PL_DURATION) return order_durations(a, b);
    if (a.tag == PL_DURATION || b.tag == PL_DURATION) return DIFFERENT_KINDS;
    if (a.tag == b.tag) return order_ints(a.as.integer, b.as.integer);
    return a.tag == PL_DATE ? order_date_datetime(a, b) : -order_date_datetime(b, a);
}

static bool are_times(PlValue a, PlValue b)
{
    return (is_time(a) && (is_time(b) || b.tag == PL_TEXT)) || (is_time(b) && a.tag == PL_TEXT);
}

/* ---- equality ---------------------------------------------------------------------------------------------------- */

static bool equal_records(PlValue a, PlValue b)
{
    const PlRecord *x = a.as.record, *y = b.as.record;
    if (x->len != y->len) return false;
    for (uint32_t i = 0; i < x->len; i++) {
        PlValue other = y->fields[i];
        if (x->shape != y->shape && !pl_record_find(b, pl_record_name(a, i), &other)) return false;
        if (!pl_equal(x->fields[i], other)) return false;
    }
    return true;
}

static bool equal_lists(PlList *a, PlList *b)
{
    if (a->len != b->len) return false;
    for (uint32_t i = 0; i < a->len; i++)
        if (!pl_equal(a->items[i], b->items[i])) return false;
    return true;
}

static bool equal_files(const PlFile *a, const PlFile *b)
{
    return a->len == b->len && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

bool pl_equal(PlValue a, PlValue b)
{
    if (a.tag != b.tag) {
        if (is_number(a) && is_number(b)) return order_numbers(a, b) == 0;
        return are_times(a, b) && order_times(a, b) == 0;
    }
    if (pl_is_block(a) && a.as.refs == b.as.refs) return true;
    switch ((PlTag)a.tag) {
    case PL_NOTHING: return true;
    case PL_YESNO: return a.as.yes == b.as.yes;
    case PL_INT:
    case PL_DATETIME:
    case PL_DATE: return a.as.integer == b.as.integer;
    case PL_DURATION: return a.as.integer == b.as.integer && a.extra == b.extra;
    case PL_DOUBLE: return order_numbers(a, b) == 0;
    case PL_TEXT: return pl_str_eq(pl_text_str(a), pl_text_str(b));
    case PL_LIST: return equal_lists(a.as.list, b.as.list);
    case PL_RECORD: return equal_records(a, b);
    case PL_FILE: return equal_files(a.as.file, b.as.file);
    case PL_TAG_COUNT: break;
    }
    return false;
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

static int order_lists(PlList *a, PlList *b)
{
    uint32_t shared = a->len < b->len ? a->len : b->len;
    for (uint32_t i = 0; i < shared; i++) {
        int order = pl_compare(a->items[i], b->items[i]);
        if (order) return order;
    }
    return order_ints(a->len, b->len);
}

int pl_compare(PlValue a, PlValue b)
{
    if (a.tag == PL_NOTHING || b.tag == PL_NOTHING) return order_ints(a.tag != PL_NOTHING, b.tag != PL_NOTHING);
    if (is_number(a) && is_number(b)) return order_numbers(a, b);
    if (are_times(a, b)) return order_times(a, b);
    if (a.tag != b.tag) return DIFFERENT_KINDS;
    switch ((PlTag)a.tag) {
    case PL_YESNO: return order_ints(a.as.yes, b.as.yes);
    case PL_TEXT: {
        int order = pl_str_cmp(pl_text_str(a), pl_text_str(b));
        return (order > 0) - (order < 0);
    }
    case PL_LIST: return order_lists(a.as.list, b.as.list);
    default: return pl_equal(a, b) ? 0 : DIFFERENT_KINDS;
    }
}

/* ---- hash -------------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h)
{
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

/* Through the keyed hash of texts: numbers that were made to collide must not. */
static uint64_t hash_number(uint64_t tag, uint64_t n)
{
    uint64_t words[] = {tag, n};
    return pl_str_hash((PlStr){(const char *)words, sizeof words});
}

static uint64_t hash_double(double d)
{
    if (d >= -0x1p63 && d < 0x1p63 && trunc(d) == d) return hash_number(PL_INT, (uint64_t)(int64_t)d);
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return hash_number(PL_DOUBLE, bits);
}

uint64_t pl_value_hash(PlValue v)
{
    uint64_t h = v.tag;
    switch ((PlTag)v.tag) {
    case PL_YESNO: return mix(h << 8 | v.as.yes);
    case PL_INT: return hash_number(PL_INT, (uint64_t)v.as.integer);
    case PL_DOUBLE: return hash_double(v.as.number);
    case PL_DURATION: h += (uint64_t)(uint32_t)v.extra << 32; /* fallthrough */
    case PL_DATETIME:
    case PL_DATE: return hash_number(h, (uint64_t)v.as.integer);
    case PL_TEXT: return mix((uint64_t)pl_text_hash(v.as.text) << 8 | v.tag);
    case PL_LIST:
        for (uint32_t i = 0; i < v.as.list->len; i++) h = mix(h + pl_value_hash(v.as.list->items[i]));
        return mix(h);
    case PL_RECORD: { /* a sum: the order of fields does not count */
        PlText **names = pl_shape_names(v.as.record->shape);
        for (uint32_t i = 0; i < v.as.record->len; i++)
            h += mix(pl_value_hash(v.as.record->fields[i]) ^ (uint64_t)pl_text_hash(names[i]) << 16);
        return mix(h);
    }
    case PL_FILE: memcpy(&h, v.as.file->hash, sizeof h); return mix(h);
    default: return mix(h);
    }
}
