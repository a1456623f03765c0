/* SPDX-License-Identifier: MIT */
/* The values of a run: immutable, acyclic, reference-counted, in one heap (vm/base/heap.h). A function borrows its arguments and returns an
 * owned result; a function whose name ends in _take consumes the arguments it says. Memory failures leave through the heap's
 * escape, so no function here returns "out of memory". Integers and doubles are kept apart; times are numbers with a tag.
 * Sixteen bytes each, so that a register file is plain and a loop over numbers touches no heap. spec/values.md. */
#ifndef PL_VALUE_VALUE_H
#define PL_VALUE_VALUE_H

#include "vm/base/heap.h"
#include "vm/code/type.h"

typedef enum PlTag { /* tags from PL_TEXT on own a block of the heap */
    PL_NOTHING,
    PL_YESNO,
    PL_INT,
    PL_DOUBLE,   /* finite */
    PL_DATETIME, /* as.integer: microseconds since 1970-01-01T00:00Z; extra: minutes east of UTC it was written with */
    PL_DATE,     /* as.integer: days since 1970-01-01 */
    PL_DURATION, /* as.integer: microseconds; extra: months beside them */
    PL_TEXT,
    PL_LIST,
    PL_RECORD,
    PL_FILE,
    PL_TAG_COUNT
} PlTag;

typedef struct PlText PlText;
typedef struct PlList PlList;
typedef struct PlRecord PlRecord;
typedef struct PlFile PlFile;
typedef struct PlShapeNode PlShapeNode;

typedef struct PlValue {
    uint8_t tag;
    uint8_t unused[3];
    int32_t extra;
    union {
        bool yes;
        int64_t integer;
        double number;
        uint32_t *refs; /* every block begins with its count */
        PlText *text;
        PlList *list;
        PlRecord *record;
        PlFile *file;
    } as;
} PlValue;
_Static_assert(sizeof(PlValue) == 16, "two words");

struct PlText { /* valid UTF-8 */
    uint32_t refs;
    uint32_t hash; /* 0: not yet computed */
    size_t len;
    char bytes[];  /* NUL behind */
};

struct PlList {
    uint32_t refs;
    uint32_t len, cap;
    uint32_t depth; /* at least the levels of lists and records in it, itself included; PL_LIMIT_JSON_DEPTH at most */
    PlValue *items; /* in the same block, which moves when an unshared list grows */
};

/* A record's field names are a shape: shared by all records made in the same order of the same names, so that a field is found by
 * comparing a pointer (see pl_record_get's cache). Names are texts interned in the context. */
struct PlRecord {
    uint32_t refs;
    uint32_t len, cap;
    uint32_t depth; /* as a list's */
    const PlShapeNode *shape;
    PlValue *fields; /* [len], in the shape's order; in the same block */
};

struct PlFile { /* bytes by reference: in memory here, or in the blob store */
    uint32_t refs;
    uint32_t unused;
    PlText *name, *media_type; /* may be NULL */
    size_t len;
    uint8_t *bytes;            /* NULL: they are in a file beside the store (vm/port/files.h) */
    uint8_t hash[32];
};

/* What values of one run share: heap, interned names, shapes. */
typedef struct PlValues PlValues;
PlValues *pl_values_new(PlHeap *heap);
void pl_values_free(PlValues *values); /* also after an escape; blocks go with the heap, which is freed after this */
PlHeap *pl_values_heap(PlValues *values);

static inline bool pl_is_block(PlValue v) { return v.tag >= PL_TEXT; }
static inline PlValue pl_retain(PlValue v)
{
    if (pl_is_block(v)) ++*v.as.refs;
    return v;
}
void pl_value_destroy(PlValues *values, PlValue v); /* when the last reference went; iterative, any depth */
static inline void pl_release(PlValues *values, PlValue v)
{
    if (pl_is_block(v) && --*v.as.refs == 0) pl_value_destroy(values, v);
}

static inline PlValue pl_nothing(void) { return (PlValue){.tag = PL_NOTHING}; }
static inline PlValue pl_yesno(bool yes) { return (PlValue){.tag = PL_YESNO, .as.yes = yes}; }
static inline PlValue pl_int(int64_t n) { return (PlValue){.tag = PL_INT, .as.integer = n}; }
static inline PlValue pl_double(double d) { return (PlValue){.tag = PL_DOUBLE, .as.number = d}; }
static inline PlValue pl_date(int64_t days) { return (PlValue){.tag = PL_DATE, .as.integer = days}; }
static inline PlValue pl_datetime(int64_t us, int32_t offset)
{
    return (PlValue){.tag = PL_DATETIME, .extra = offset, .as.integer = us};
}
static inline PlValue pl_duration(int64_t us, int32_t months)
{
    return (PlValue){.tag = PL_DURATION, .extra = months, .as.integer = us};
}

PlValue pl_text(PlValues *values, PlStr s); /* copies; invalid UTF-8 becomes U+FFFD */
PlValue pl_text_of_valid(PlValues *values, PlStr s); /* copies what is known to be valid UTF-8 */
/* For names: the same text gives the same block, up to PL_LIMIT_NAMES of them, none longer than 256 bytes. */
PlValue pl_text_interned(PlValues *values, PlStr s);
/* A buffer to build a text in, empty; its owner frees it when an allocation escapes. One at a time: whoever asks next clears it. */
PlBuf *pl_values_scratch(PlValues *values);
/* The text in the scratch buffer; escapes when the buffer failed. */
PlValue pl_text_of_scratch(PlValues *values);
static inline PlStr pl_text_str(PlValue v) { return (PlStr){v.as.text->bytes, v.as.text->len}; }

PlValue pl_list(PlValues *values, uint32_t capacity);                    /* empty */
PlValue pl_list_append_take(PlValues *values, PlValue list, PlValue item); /* consumes both; in place when list is unshared */
PlValue pl_list_extend_take(PlValues *values, PlValue list, PlValue more); /* consumes list, borrows more */
static inline uint32_t pl_list_len(PlValue v) { return v.as.list->len; }
static inline PlValue pl_list_at(PlValue v, uint32_t i) { return v.as.list->items[i]; } /* borrowed */

/* Building: fields in order, a repeated name overwrites. */
PlValue pl_record(PlValues *values);
PlValue pl_record_set_take(PlValues *values, PlValue record, PlStr name, PlValue value); /* consumes record and value */
PlValue pl_record_remove_take(PlValues *values, PlValue record, PlStr name);             /* consumes record */
/* Borrowed result; false when absent. */
bool pl_record_find(PlValue record, PlStr name, PlValue *out);
static inline uint32_t pl_record_len(PlValue v) { return v.as.record->len; }
PlStr pl_record_name(PlValue record, uint32_t i);
static inline PlValue pl_record_at(PlValue v, uint32_t i) { return v.as.record->fields[i]; }

/* The fast way for code: a shape made once per record literal, and a cache per field instruction. */
const PlShapeNode *pl_shape_of(PlValues *values, const PlStr *names, uint32_t count); /* distinct names; lives with `values` */
PlValue pl_record_of_take(PlValues *values, const PlShapeNode *shape, const PlValue *fields); /* consumes the fields */
typedef struct PlFieldCache {
    const PlShapeNode *shape;
    uint32_t index;
} PlFieldCache;
bool pl_record_find_cached(PlValue record, PlStr name, PlFieldCache *cache, PlValue *out);

PlValue pl_file(PlValues *values, PlStr name, PlStr media_type, PlStr bytes); /* copies */
/* One whose bytes are not in memory: it is only passed on. */
PlValue pl_file_elsewhere(PlValues *values, PlStr name, PlStr media_type, const uint8_t hash[32], uint64_t len);

/* Deep equality: 1 is 1.0; records by names, whatever their order; texts by bytes; a datetime by its instant; a text is the time it
 * reads as (what an API sends as text is compared with a time of the plan). */
bool pl_equal(PlValue a, PlValue b);
/* -1, 0, 1; or 2 when they cannot be compared (different kinds). Numbers, texts (by code points), times; a text with a time it reads as;
 * yes/no; nothing below all; lists item by item. */
int pl_compare(PlValue a, PlValue b);
uint64_t pl_value_hash(PlValue v); /* equal values hash equal, but for a text and the time it reads as */
const char *pl_tag_name(PlTag tag); /* in the language's words: "text", "yes/no", "list" */

#endif
