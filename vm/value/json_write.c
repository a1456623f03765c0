/* SPDX-License-Identifier: MIT */
/* Values to JSON text: compact, pretty, canonical. Recursion is bounded by the depth of values. spec/values.md, "JSON". */
#include "vm/code/hash.h"
#include "vm/value/json.h"
#include "vm/value/shape.h"
#include "vm/value/time.h"

#include <stdlib.h>

/* ---- what all forms share ---------------------------------------------------------------------------------------- */

/* RFC 3339 and ISO 8601 texts need no escapes. */
static void put_time(PlBuf *out, PlValue v)
{
    pl_buf_put_char(out, '"');
    if (v.tag == PL_DATETIME)
        pl_time_put_datetime(out, v.as.integer, v.extra);
    else if (v.tag == PL_DATE)
        pl_time_put_date(out, v.as.integer);
    else
        pl_time_put_duration(out, v.as.integer, v.extra);
    pl_buf_put_char(out, '"');
}

static void put_file_text(PlBuf *out, const char *key, const PlText *text)
{
    if (!text) return;
    pl_buf_put_z(out, key);
    pl_buf_put_json(out, (PlStr){text->bytes, text->len});
}

static void put_file(PlBuf *out, const PlFile *file)
{
    char hex[65];
    pl_hash_hex(file->hash, sizeof file->hash, hex);
    pl_buf_put_z(out, "{\"file\":\"");
    pl_buf_put_z(out, hex);
    pl_buf_put_char(out, '"');
    put_file_text(out, ",\"name\":", file->name);
    put_file_text(out, ",\"type\":", file->media_type);
    pl_buf_put_z(out, ",\"bytes\":");
    pl_buf_put_int(out, (int64_t)file->len);
    pl_buf_put_char(out, '}');
}

static void put_scalar(PlBuf *out, PlValue v)
{
    switch ((PlTag)v.tag) {
    case PL_YESNO: pl_buf_put(out, v.as.yes ? PL_STR("true") : PL_STR("false")); break;
    case PL_INT: pl_buf_put_int(out, v.as.integer); break;
    case PL_DOUBLE: pl_buf_put_double(out, v.as.number); break;
    case PL_DATETIME:
    case PL_DATE:
    case PL_DURATION: put_time(out, v); break;
    case PL_TEXT: pl_buf_put_json(out, pl_text_str(v)); break;
    case PL_FILE: put_file(out, v.as.file); break;
    default: pl_buf_put(out, PL_STR("null")); break;
    }
}

/* ---- compact ----------------------------------------------------------------------------------------------------- */

void pl_json_write(PlBuf *out, PlValue v)
{
    if (v.tag == PL_LIST) {
        pl_buf_put_char(out, '[');
        for (uint32_t i = 0; i < v.as.list->len; i++) {
            if (i) pl_buf_put_char(out, ',');
            pl_json_write(out, v.as.list->items[i]);
        }
        pl_buf_put_char(out, ']');
    } else if (v.tag == PL_RECORD) {
        PlText **names = pl_shape_names(v.as.record->shape);
        pl_buf_put_char(out, '{');
        for (uint32_t i = 0; i < v.as.record->len; i++) {
            if (i) pl_buf_put_char(out, ',');
            pl_buf_put_json(out, (PlStr){names[i]->bytes, names[i]->len});
            pl_buf_put_char(out, ':');
            pl_json_write(out, v.as.record->fields[i]);
        }
        pl_buf_put_char(out, '}');
    } else {
        put_scalar(out, v);
    }
}

/* ---- pretty ------------------------------------------------------------------------------------------------------ */

static void put_line(PlBuf *out, unsigned columns)
{
    pl_buf_put_char(out, '\n');
    while (columns--) pl_buf_put_char(out, ' ');
}

static void write_pretty(PlBuf *out, PlValue v, unsigned indent, unsigned column)
{
    bool list = v.tag == PL_LIST;
    uint32_t count = list ? pl_list_len(v) : v.tag == PL_RECORD ? pl_record_len(v) : 0;
    if (count == 0) {
        pl_json_write(out, v);
        return;
    }
    pl_buf_put_char(out, list ? '[' : '{');
    for (uint32_t i = 0; i < count; i++) {
        if (i) pl_buf_put_char(out, ',');
        put_line(out, column + indent);
        if (!list) {
            pl_buf_put_json(out, pl_record_name(v, i));
            pl_buf_put_z(out, ": ");
        }
        write_pretty(out, list ? pl_list_at(v, i) : pl_record_at(v, i), indent, column + indent);
    }
    put_line(out, column);
    pl_buf_put_char(out, list ? ']' : '}');
}

void pl_json_write_pretty(PlBuf *out, PlValue v, unsigned indent)
{
    write_pretty(out, v, indent, 0);
}

/* ---- canonical --------------------------------------------------------------------------------------------------- */

typedef struct Named {
    PlStr name;
    uint32_t field;
} Named;

static int by_name(const void *a, const void *b)
{
    return pl_str_cmp(((const Named *)a)->name, ((const Named *)b)->name);
}

static void write_sorted(PlBuf *out, PlValue v, Named *sorted)
{
    uint32_t count = pl_record_len(v);
    for (uint32_t i = 0; i < count; i++) sorted[i] = (Named){pl_record_name(v, i), i};
    qsort(sorted, count, sizeof *sorted, by_name);
    pl_buf_put_char(out, '{');
    for (uint32_t i = 0; i < count; i++) {
        if (i) pl_buf_put_char(out, ',');
        pl_buf_put_json(out, sorted[i].name);
        pl_buf_put_char(out, ':');
        pl_json_write_canonical(out, pl_record_at(v, sorted[i].field));
    }
    pl_buf_put_char(out, '}');
}

void pl_json_write_canonical(PlBuf *out, PlValue v)
{
    if (v.tag == PL_LIST) {
        pl_buf_put_char(out, '[');
        for (uint32_t i = 0; i < v.as.list->len; i++) {
            if (i) pl_buf_put_char(out, ',');
            pl_json_write_canonical(out, v.as.list->items[i]);
        }
        pl_buf_put_char(out, ']');
    } else if (v.tag == PL_RECORD && pl_record_len(v)) {
        PlHeap *heap = v.as.record->shape->owner->heap;
        size_t size = pl_record_len(v) * sizeof(Named);
        Named *sorted = pl_heap_alloc(heap, size);
        write_sorted(out, v, sorted);
        pl_heap_release(heap, sorted, size);
    } else {
        pl_json_write(out, v);
    }
}
