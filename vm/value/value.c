/* SPDX-License-Identifier: MIT */
/* The context of a run's values, texts, and the end of a value. Nothing recursive: what is nested is freed by two chains of dead
 * blocks that are linked through the pointers which they no longer need. */
#include "vm/value/value.h"

#include "vm/base/fault.h"
#include "vm/base/utf8.h"
#include "vm/value/regex.h"
#include "vm/value/shape.h"

#define PL_VALUE_SCRATCH_KEPT (1u << 20)

/* ---- context ----------------------------------------------------------------------------------------------------- */

PlValues *pl_values_new(PlHeap *heap)
{
    PlValues *values = pl_heap_alloc(heap, sizeof *values);
    memset(values, 0, sizeof *values);
    values->heap = heap;
    pl_buf_init(&values->scratch, 0);
    values->root = pl_heap_alloc(heap, sizeof *values->root);
    *values->root = (PlShapeNode){.owner = values};
    return values;
}

void pl_values_free(PlValues *values)
{
    if (!values) return;
    pl_buf_deinit(&values->scratch);
    if (values->scanning) pl_json_scan_deinit(&values->scan);
    values->scanning = false;
    pl_regexes_free(values->regexes);
    values->regexes = NULL;
}

PlHeap *pl_values_heap(PlValues *values)
{
    return values->heap;
}

PlBuf *pl_values_scratch(PlValues *values)
{
    if (values->scratch.cap > PL_VALUE_SCRATCH_KEPT) {
        pl_buf_deinit(&values->scratch);
        pl_buf_init(&values->scratch, 0);
    }
    pl_buf_clear(&values->scratch);
    return &values->scratch;
}

PlValue pl_text_of_scratch(PlValues *values)
{
    if (values->scratch.status != PL_OK) pl_heap_escape(values->heap, values->scratch.status);
    return pl_text_of_valid(values, pl_buf_str(&values->scratch));
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

PlText *pl_text_room(PlValues *values, size_t len)
{
    if (len > PL_LIMIT_BUF_BYTES) pl_heap_escape(values->heap, PL_LIMIT);
    PlText *text = pl_heap_alloc(values->heap, sizeof *text + len + 1);
    text->refs = 1;
    text->hash = 0;
    text->len = len;
    text->bytes[len] = 0;
    return text;
}

PlValue pl_text_of_valid(PlValues *values, PlStr s)
{
    PlText *text = pl_text_room(values, s.len);
    if (s.len) memcpy(text->bytes, s.ptr, s.len);
    return (PlValue){.tag = PL_TEXT, .as.text = text};
}

/* Two passes, so that no buffer is held across the allocation. */
static PlValue repair(PlValues *values, PlStr s)
{
    const char *limit = s.ptr + s.len;
    size_t len = 0;
    for (const char *p = s.ptr; p < limit;) {
        unsigned n = pl_utf8_sequence(p, limit);
        len += n ? n : 3;
        p += n ? n : 1;
    }
    PlText *text = pl_text_room(values, len);
    char *to = text->bytes;
    for (const char *p = s.ptr; p < limit;) {
        unsigned n = pl_utf8_sequence(p, limit);
        memcpy(to, n ? p : "\xef\xbf\xbd", n ? n : 3);
        to += n ? n : 3;
        p += n ? n : 1;
    }
    return (PlValue){.tag = PL_TEXT, .as.text = text};
}

PlValue pl_text(PlValues *values, PlStr s)
{
    return pl_utf8_check(s) == s.len ? pl_text_of_valid(values, s) : repair(values, s);
}

const char *pl_tag_name(PlTag tag)
{
    static const char *const names[PL_TAG_COUNT] = {"nothing", "yes/no",   "integer", "number", "datetime", "date",
                                                    "duration", "text", "list",    "record", "file"};
    return (unsigned)tag < PL_TAG_COUNT ? names[tag] : "unknown";
}

/* ---- the end of a value ------------------------------------------------------------------------------------------ */

typedef struct Dead {
    PlValues *values;
    PlList *lists;     /* linked through items */
    PlRecord *records; /* linked through fields */
} Dead;

static void free_text(PlValues *values, PlText *text)
{
    pl_heap_release(values->heap, text, sizeof *text + text->len + 1);
}

static void free_file(PlValues *values, PlFile *file)
{
    PlText *const texts[] = {file->name, file->media_type};
    for (size_t i = 0; i < 2; i++)
        if (texts[i]) pl_release(values, (PlValue){.tag = PL_TEXT, .as.text = texts[i]});
    if (file->bytes) pl_heap_release(values->heap, file->bytes, file->len);
    pl_heap_release(values->heap, file, sizeof *file);
}

static void bury(Dead *dead, PlValue v)
{
    switch ((PlTag)v.tag) {
    case PL_TEXT: free_text(dead->values, v.as.text); break;
    case PL_FILE: free_file(dead->values, v.as.file); break;
    case PL_LIST:
        v.as.list->items = (PlValue *)(void *)dead->lists;
        dead->lists = v.as.list;
        break;
    case PL_RECORD:
        v.as.record->fields = (PlValue *)(void *)dead->records;
        dead->records = v.as.record;
        break;
    default: break;
    }
}

static void bury_items(Dead *dead, const PlValue *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (pl_is_block(items[i]) && --*items[i].as.refs == 0) bury(dead, items[i]);
}

void pl_value_destroy(PlValues *values, PlValue v)
{
    Dead dead = {.values = values};
    bury(&dead, v);
    while (dead.lists || dead.records) {
        if (dead.lists) {
            PlList *list = dead.lists;
            dead.lists = (PlList *)(void *)list->items;
            bury_items(&dead, (PlValue *)(list + 1), list->len);
            pl_heap_release(values->heap, list, sizeof *list + list->cap * sizeof(PlValue));
        } else {
            PlRecord *record = dead.records;
            dead.records = (PlRecord *)(void *)record->fields;
            bury_items(&dead, (PlValue *)(record + 1), record->len);
            pl_shape_release((PlShapeNode *)record->shape);
            pl_heap_release(values->heap, record, sizeof *record + record->cap * sizeof(PlValue));
        }
    }
}
