/* SPDX-License-Identifier: MIT */
/* One walk over a thing's parts serves reading, writing and measuring: the layout of a record is stated once (layout.c), as calls of
 * these functions on its fields. Integers are little-endian and of fixed width, so each value has one encoding. Internal to vm/code. */
#ifndef PL_CODE_CODEC_H
#define PL_CODE_CODEC_H

#include "vm/code/module.h"

/* What is wrong with a module, kept until memory is released and a diagnostic can be made. */
typedef struct PlFlaw {
    PlDiagCode code; /* PL_DIAG_COUNT: nothing is wrong */
    PlStatus status;
    char text[320];
} PlFlaw;
void pl_flaw_set(PlFlaw *flaw, PlStatus status, PlDiagCode code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void pl_flaw_report(const PlFlaw *flaw, PlDiags *diags);

typedef enum PlCodecMode { PL_CODEC_READ, PL_CODEC_WRITE, PL_CODEC_MEASURE } PlCodecMode;

typedef struct PlCodec {
    PlCodecMode mode;
    PlBuf *out;           /* WRITE */
    PlTypeCopy *renumber; /* WRITE: types are written by their ids in the copy; NULL: as they are */
    size_t size;          /* MEASURE: bytes so far */
    PlStr in;             /* READ: the file; texts that are read point into it */
    size_t pos, end;      /* READ: in `in`; nothing is read at or past `end` */
    PlArena *arena;       /* READ: of what is read; its escape is where a failed read goes */
    const char *section;  /* READ: for messages */
    PlFlaw *flaw;         /* READ */
} PlCodec;

/* READ only: note what is wrong at the current byte and leave through the arena's escape. */
_Noreturn void pl_codec_fail(PlCodec *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

void pl_codec_u8(PlCodec *c, uint8_t *n);
void pl_codec_u16(PlCodec *c, uint16_t *n);
void pl_codec_u32(PlCodec *c, uint32_t *n);
void pl_codec_u64(PlCodec *c, uint64_t *n);
void pl_codec_i32(PlCodec *c, int32_t *n);
void pl_codec_i64(PlCodec *c, int64_t *n);
void pl_codec_double(PlCodec *c, double *n); /* finite */
void pl_codec_bool(PlCodec *c, bool *yes);   /* 0 or 1 */
void pl_codec_str(PlCodec *c, PlStr *s);     /* u32 length, UTF-8 */
void pl_codec_bytes(PlCodec *c, uint8_t *bytes, size_t len);
void pl_codec_type(PlCodec *c, PlTypeId *type); /* u32; the verifier looks at its range */

/* u8 below `limit`; returns the value. */
unsigned pl_codec_enum_value(PlCodec *c, unsigned value, unsigned limit, const char *what);
#define PL_CODEC_ENUM(c, field, limit, what)                                                                           \
    ((field) = (__typeof__(field))pl_codec_enum_value((c), (unsigned)(field), (unsigned)(limit), (what)))

/* u32 count, then the items. An item's code must take a zero item as the smallest one: from it comes the bound that keeps a count in
 * a small file from making a large allocation. */
typedef void (*PlCodecItem)(PlCodec *c, void *item);
uint32_t pl_codec_count(PlCodec *c, uint32_t count, uint32_t max);
void *pl_codec_items(PlCodec *c, void *items, uint32_t count, size_t size, PlCodecItem each);
#define PL_CODEC_ITEMS(c, items, count, each) ((items) = pl_codec_items((c), (items), (count), sizeof *(items), (each)))
#define PL_CODEC_ARRAY(c, items, count, each)                                                                          \
    ((count) = (__typeof__(count))pl_codec_count((c), (count), (__typeof__(count))-1),                                 \
     PL_CODEC_ITEMS((c), (items), (count), (each)))

/* Items of arrays. */
void pl_codec_item_u16(PlCodec *c, void *item);
void pl_codec_item_u32(PlCodec *c, void *item);
void pl_codec_item_u64(PlCodec *c, void *item);
void pl_codec_item_str(PlCodec *c, void *item);
void pl_codec_item_type(PlCodec *c, void *item);

#endif
