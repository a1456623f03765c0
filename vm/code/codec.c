/* SPDX-License-Identifier: MIT */
/* The primitives of codec.h, and the record of what is wrong. Invariant: a read never touches a byte at or past `end`, and never
 * allocates more than a constant times the bytes that are left. */
#include "vm/code/codec.h"

#include "vm/base/utf8.h"

#include <math.h>
#include <stdio.h>

void pl_flaw_set(PlFlaw *flaw, PlStatus status, PlDiagCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    flaw->status = status;
    flaw->code = code;
    vsnprintf(flaw->text, sizeof flaw->text, format, args);
    va_end(args);
}

void pl_flaw_report(const PlFlaw *flaw, PlDiags *diags)
{
    pl_diag_add(diags, flaw->code, PL_NO_SPAN, "%s", flaw->text);
}

void pl_codec_fail(PlCodec *c, const char *format, ...)
{
    char why[200];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    pl_flaw_set(c->flaw, PL_CORRUPT, PL_D_MODULE_DAMAGED, PL_DF_MODULE_DAMAGED, c->section, c->pos, why);
    pl_arena_escape(c->arena, PL_CORRUPT);
}

/* ---- integers ------------------------------------------------------------------------------------------------- */

/* The next `len` bytes. */
static const uint8_t *take(PlCodec *c, size_t len)
{
    if (c->end - c->pos < len) pl_codec_fail(c, "%zu bytes expected, %zu left", len, c->end - c->pos);
    const uint8_t *bytes = (const uint8_t *)c->in.ptr + c->pos;
    c->pos += len;
    return bytes;
}

static uint64_t code_integer(PlCodec *c, uint64_t n, size_t width)
{
    if (c->mode == PL_CODEC_MEASURE) {
        c->size += width;
    } else if (c->mode == PL_CODEC_READ) {
        const uint8_t *bytes = take(c, width);
        n = 0;
        for (size_t i = width; i-- > 0;) n = n << 8 | bytes[i];
    } else {
        char bytes[8];
        for (size_t i = 0; i < width; i++) bytes[i] = (char)(uint8_t)(n >> (8 * i));
        pl_buf_put(c->out, pl_str(bytes, width));
    }
    return n;
}

void pl_codec_u8(PlCodec *c, uint8_t *n)
{
    *n = (uint8_t)code_integer(c, *n, 1);
}

void pl_codec_u16(PlCodec *c, uint16_t *n)
{
    *n = (uint16_t)code_integer(c, *n, 2);
}

void pl_codec_u32(PlCodec *c, uint32_t *n)
{
    *n = (uint32_t)code_integer(c, *n, 4);
}

void pl_codec_u64(PlCodec *c, uint64_t *n)
{
    *n = code_integer(c, *n, 8);
}

void pl_codec_i32(PlCodec *c, int32_t *n)
{
    *n = (int32_t)(uint32_t)code_integer(c, (uint32_t)*n, 4);
}

void pl_codec_i64(PlCodec *c, int64_t *n)
{
    *n = (int64_t)code_integer(c, (uint64_t)*n, 8);
}

void pl_codec_double(PlCodec *c, double *n)
{
    uint64_t bits;
    memcpy(&bits, n, sizeof bits);
    bits = code_integer(c, bits, 8);
    memcpy(n, &bits, sizeof bits);
    if (c->mode == PL_CODEC_READ && !isfinite(*n)) pl_codec_fail(c, "a number that is not finite");
}

void pl_codec_bool(PlCodec *c, bool *yes)
{
    *yes = pl_codec_enum_value(c, *yes, 2, "yes/no") != 0;
}

unsigned pl_codec_enum_value(PlCodec *c, unsigned value, unsigned limit, const char *what)
{
    value = (unsigned)code_integer(c, value, 1);
    if (c->mode == PL_CODEC_READ && value >= limit) pl_codec_fail(c, "%s is %u, below %u expected", what, value, limit);
    return value;
}

void pl_codec_type(PlCodec *c, PlTypeId *type)
{
    if (c->mode == PL_CODEC_WRITE && c->renumber) {
        PlTypeId id = pl_type_copy(c->renumber, *type);
        pl_codec_u32(c, &id);
        return;
    }
    pl_codec_u32(c, type);
}

/* ---- texts and bytes ------------------------------------------------------------------------------------------ */

void pl_codec_bytes(PlCodec *c, uint8_t *bytes, size_t len)
{
    if (c->mode == PL_CODEC_MEASURE) c->size += len;
    if (c->mode == PL_CODEC_WRITE) pl_buf_put(c->out, pl_str((const char *)bytes, len));
    if (c->mode == PL_CODEC_READ) memcpy(bytes, take(c, len), len);
}

void pl_codec_str(PlCodec *c, PlStr *s)
{
    uint32_t len = (uint32_t)s->len;
    pl_codec_u32(c, &len);
    if (c->mode == PL_CODEC_MEASURE) c->size += len;
    if (c->mode == PL_CODEC_WRITE) pl_buf_put(c->out, *s);
    if (c->mode != PL_CODEC_READ) return;
    *s = pl_str((const char *)take(c, len), len);
    size_t bad = pl_utf8_check(*s);
    if (bad == len) return;
    c->pos -= len - bad;
    pl_codec_fail(c, "a text that is not UTF-8");
}

/* ---- arrays --------------------------------------------------------------------------------------------------- */

uint32_t pl_codec_count(PlCodec *c, uint32_t count, uint32_t max)
{
    pl_codec_u32(c, &count);
    if (c->mode == PL_CODEC_READ && count > max) pl_codec_fail(c, "a count of %u, at most %u expected", count, max);
    return count;
}

/* Fewest bytes that an item takes: a zero item, with every part at its smallest. */
static size_t least_bytes(PlCodecItem each, size_t size)
{
    uint64_t zero[64] = {0};
    if (size > sizeof zero) return 1;
    PlCodec measure = {.mode = PL_CODEC_MEASURE};
    each(&measure, zero);
    return measure.size;
}

void *pl_codec_items(PlCodec *c, void *items, uint32_t count, size_t size, PlCodecItem each)
{
    if (c->mode == PL_CODEC_READ) {
        size_t least = least_bytes(each, size);
        if (count > (c->end - c->pos) / least)
            pl_codec_fail(c, "a count of %u, but %zu bytes hold at most %zu", count, c->end - c->pos,
                          (c->end - c->pos) / least);
        items =
            count ? pl_arena_zalloc(c->arena, pl_arena_size_mul(c->arena, size, count), _Alignof(max_align_t)) : NULL;
    }
    for (uint32_t i = 0; i < count; i++) each(c, (char *)items + i * size);
    return items;
}

void pl_codec_item_u16(PlCodec *c, void *item)
{
    pl_codec_u16(c, item);
}

void pl_codec_item_u32(PlCodec *c, void *item)
{
    pl_codec_u32(c, item);
}

void pl_codec_item_u64(PlCodec *c, void *item)
{
    pl_codec_u64(c, item);
}

void pl_codec_item_str(PlCodec *c, void *item)
{
    pl_codec_str(c, item);
}

void pl_codec_item_type(PlCodec *c, void *item)
{
    pl_codec_type(c, item);
}
