/* SPDX-License-Identifier: MIT */
/* Files (bytes with a name and a media type) and the values of a module's literals. */
#include "vm/code/hash.h"
#include "vm/value/json.h"
#include "vm/value/shape.h"
#include "vm/value/time.h"

#include <math.h>

static PlText *optional_text(PlValues *values, PlStr s)
{
    return s.len ? pl_text(values, s).as.text : NULL;
}

PlValue pl_file(PlValues *values, PlStr name, PlStr media_type, PlStr bytes)
{
    PlFile *file = pl_heap_alloc(values->heap, sizeof *file);
    *file = (PlFile){.refs = 1, .len = bytes.len};
    file->name = optional_text(values, name);
    file->media_type = optional_text(values, media_type);
    file->bytes = pl_heap_alloc(values->heap, bytes.len);
    if (bytes.len) memcpy(file->bytes, bytes.ptr, bytes.len);
    pl_hash_bytes(bytes, file->hash);
    return (PlValue){.tag = PL_FILE, .as.file = file};
}

PlValue pl_file_elsewhere(PlValues *values, PlStr name, PlStr media_type, const uint8_t hash[32], uint64_t len)
{
    PlFile *file = pl_heap_alloc(values->heap, sizeof *file);
    *file = (PlFile){.refs = 1, .len = (size_t)len};
    file->name = optional_text(values, name);
    file->media_type = optional_text(values, media_type);
    memcpy(file->hash, hash, 32);
    return (PlValue){.tag = PL_FILE, .as.file = file};
}

/* Literals come from modules, which are untrusted: what no value may be is nothing. */
static bool is_sound(const PlLiteral *literal)
{
    const int64_t first = pl_time_days_of(0, 1, 1), last = pl_time_days_of(9999, 12, 31), day = 86400000000;
    int64_t n = literal->as.integer;
    switch (literal->kind) {
    case PL_LIT_DOUBLE: return isfinite(literal->as.number);
    case PL_LIT_DATE: return n >= first && n <= last;
    case PL_LIT_DATETIME:
        return n >= (first + 1) * day && n < last * day && literal->offset > -1440 && literal->offset < 1440;
    default: return true;
    }
}

PlValue pl_value_of_literal(PlValues *values, const PlLiteral *literal)
{
    if (!is_sound(literal)) return pl_nothing();
    switch (literal->kind) {
    case PL_LIT_YESNO: return pl_yesno(literal->as.yes);
    case PL_LIT_INT: return pl_int(literal->as.integer);
    case PL_LIT_DOUBLE: return pl_double(literal->as.number);
    case PL_LIT_TEXT: return pl_text(values, literal->as.text);
    case PL_LIT_DATETIME: return pl_datetime(literal->as.integer, literal->offset);
    case PL_LIT_DATE: return pl_date(literal->as.integer);
    case PL_LIT_DURATION: return pl_duration(literal->as.integer, literal->offset);
    case PL_LIT_JSON: {
        PlValue v;
        size_t at;
        const char *error;
        return pl_json_read(values, literal->as.text, &v, &at, &error) == PL_OK ? v : pl_nothing();
    }
    default: return pl_nothing();
    }
}
