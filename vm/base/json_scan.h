/* SPDX-License-Identifier: MIT */
/* A pull scanner for JSON (RFC 8259): events with byte spans, limits, no tree. Both the VM's values and the document
 * loader are built from it. Strict: no comments, no trailing commas, no NaN; valid UTF-8 only; a lone surrogate escape is an
 * error unless the caller wants it mended; depth bounded by PL_LIMIT_JSON_DEPTH. Duplicate keys are the reader's concern. */
#ifndef PL_BASE_JSON_SCAN_H
#define PL_BASE_JSON_SCAN_H

#include "vm/base/arena.h"
#include "vm/base/buf.h"
#include "vm/base/limits.h"

typedef enum PlJsonEvent {
    PL_JSON_END,   /* the whole text was read, nothing but white space behind the value */
    PL_JSON_ERROR, /* see `error` and `at` */
    PL_JSON_NULL,
    PL_JSON_TRUE,
    PL_JSON_FALSE,
    PL_JSON_INT,    /* fits int64: `integer` */
    PL_JSON_NUMBER, /* anything else: `number` (infinite values are an error) */
    PL_JSON_STRING, /* `text` is the decoded text */
    PL_JSON_KEY,    /* `text`; its value follows */
    PL_JSON_OBJECT_BEGIN,
    PL_JSON_OBJECT_END,
    PL_JSON_ARRAY_BEGIN,
    PL_JSON_ARRAY_END
} PlJsonEvent;

typedef struct PlJsonScan {
    const char *start, *cursor, *limit;
    uint32_t depth;
    uint8_t expect;                        /* internal state */
    uint64_t is_object[(512 + 63) / 64];   /* a bit per level */
    const char *at;                        /* first byte of the event (of the fault when PL_JSON_ERROR) */
    const char *end;                       /* behind its last byte */
    const char *error;                     /* static words: "expected ',' or '}'" */
    PlStr text;                            /* points into the input when it has no escapes, else into `scratch` until the next event */
    PlBuf scratch;
    int64_t integer;
    double number;
    bool no_memory;                        /* why it is PL_JSON_ERROR: the text may be right */
    bool mends;                            /* a lone surrogate escape is U+FFFD, and no error; `mended`: where the first one stood, else NULL */
    const char *mended;
    bool skims;                            /* strings with escapes are passed over: their `text` is "", and no memory is needed */
} PlJsonScan;

void pl_json_scan_init(PlJsonScan *scan, PlStr text); /* borrows */
void pl_json_scan_deinit(PlJsonScan *scan);
PlJsonEvent pl_json_scan_next(PlJsonScan *scan);
/* After OBJECT_BEGIN or ARRAY_BEGIN: read to its end and drop it; PL_JSON_ERROR or the END event. */
PlJsonEvent pl_json_scan_skip(PlJsonScan *scan);

bool pl_json_is_valid(PlStr text); /* one JSON text, and nothing behind it */

/* The value of a key of an object, as it stands in the text. False when the text is no object, has no such key or is broken before it. */
bool pl_json_find(PlStr object, const char *key, PlStr *out);
/* The same for a text, decoded, in the arena's memory; "" when it is absent or no text. */
PlStr pl_json_find_text(PlArena *arena, PlStr object, const char *key);

#endif
