/* SPDX-License-Identifier: MIT */
/* The growing buffer and what is written to it. Files are in buf_file.c. Invariant: ptr is NULL or ptr[len] is 0. */
#include "vm/base/buf.h"

#include "vm/base/fault.h"
#include "vm/base/json_plain.h"
#include "vm/base/limits.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAP = 64, DOUBLE_TEXT = 40 };

void pl_buf_init(PlBuf *buf, size_t ceiling)
{
    *buf = (PlBuf){.ceiling = ceiling ? ceiling : (size_t)PL_LIMIT_BUF_BYTES};
}

void pl_buf_deinit(PlBuf *buf)
{
    pl_free(buf->ptr);
    *buf = (PlBuf){.ceiling = buf->ceiling};
}

void pl_buf_clear(PlBuf *buf)
{
    buf->len = 0;
    buf->status = PL_OK;
    if (buf->ptr) buf->ptr[0] = 0;
}

/* Room for `more` bytes and a NUL; false (with the status set) when there is none. */
static bool reserve(PlBuf *buf, size_t more)
{
    if (buf->status != PL_OK) return false;
    if (buf->len + more < buf->cap && more < buf->cap) return true;
    if (more > buf->ceiling || buf->len > buf->ceiling - more) {
        buf->status = PL_LIMIT;
        return false;
    }
    size_t need = buf->len + more + 1, cap = buf->cap ? buf->cap : FIRST_CAP;
    if (cap > buf->ceiling) cap = buf->ceiling + 1;
    while (cap < need) cap = cap > buf->ceiling / 2 ? buf->ceiling + 1 : cap * 2;
    char *grown = pl_realloc(buf->ptr, cap);
    if (!grown) {
        buf->status = PL_NOMEM;
        return false;
    }
    buf->ptr = grown;
    buf->cap = cap;
    buf->ptr[buf->len] = 0;
    return true;
}

void pl_buf_put(PlBuf *buf, PlStr bytes)
{
    if (bytes.len == 0 || !reserve(buf, bytes.len)) return;
    memcpy(buf->ptr + buf->len, bytes.ptr, bytes.len);
    buf->len += bytes.len;
    buf->ptr[buf->len] = 0;
}

void pl_buf_put_z(PlBuf *buf, const char *z)
{
    pl_buf_put(buf, pl_str_z(z));
}

void pl_buf_put_char(PlBuf *buf, char c)
{
    if (!reserve(buf, 1)) return;
    buf->ptr[buf->len++] = c;
    buf->ptr[buf->len] = 0;
}

void pl_buf_put_int(PlBuf *buf, int64_t n)
{
    char text[24];
    char *p = text + sizeof text;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    do *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0) *--p = '-';
    pl_buf_put(buf, pl_str(p, (size_t)(text + sizeof text - p)));
}

/* ---- doubles ----------------------------------------------------------------------------------------------------- */

/* A finite value above 0 as 0.DIGITS * 10^point. */
typedef struct Decimal {
    char digits[20];
    int count, point;
} Decimal;

static void strip_zeros(Decimal *d)
{
    while (d->count > 1 && d->digits[d->count - 1] == '0') d->count--;
}

/* Most doubles in documents are decimals of few places: value * 10^places is then a whole number below 10^15, and
 * dividing it back gives the same double exactly when the decimal reads back to it. */
static bool decimal_of_few_places(double value, Decimal *d)
{
    double scale = 1;
    for (int places = 0; places <= 8; places++, scale *= 10) {
        double whole = nearbyint(value * scale);
        if (whole >= 1e15) return false;
        if (whole < 1 || whole / scale != value) continue;
        d->count = snprintf(d->digits, sizeof d->digits, "%lld", (long long)whole);
        d->point = d->count - places;
        strip_zeros(d);
        return true;
    }
    return false;
}

/* Fifteen digits always survive text -> double -> text, seventeen always survive double -> text -> double; the subnormals have
 * less precision, so for them fewer may do. */
static void decimal_by_printf(double value, Decimal *d)
{
    for (int digits = value < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        char text[DOUBLE_TEXT];
        snprintf(text, sizeof text, "%.*e", digits - 1, value);
        d->count = 0;
        const char *p = text;
        for (; *p != 'e'; p++)
            if (*p >= '0' && *p <= '9') d->digits[d->count++] = *p; /* skips the locale's point */
        d->point = atoi(p + 1) + 1;
        char plain[DOUBLE_TEXT];
        int len = snprintf(plain, sizeof plain, "%.*se%d", d->count, d->digits, d->point - d->count);
        double back;
        if (pl_str_to_double(pl_str(plain, (size_t)len), &back) && back == value) break;
    }
    strip_zeros(d);
}

static void put_zeros(PlBuf *buf, int count)
{
    while (count-- > 0) pl_buf_put_char(buf, '0');
}

/* The layout of ECMAScript's Number::toString: plain from 1e-6 to 1e21, else one digit before the point and an exponent. */
static void put_decimal(PlBuf *buf, const Decimal *d)
{
    size_t count = (size_t)d->count;
    if (d->point > 21 || d->point < -5) {
        pl_buf_put_char(buf, d->digits[0]);
        if (count > 1) pl_buf_put_char(buf, '.');
        pl_buf_put(buf, pl_str(d->digits + 1, count - 1));
        pl_buf_printf(buf, "e%+d", d->point - 1);
    } else if (d->point <= 0) {
        pl_buf_put_z(buf, "0.");
        put_zeros(buf, -d->point);
        pl_buf_put(buf, pl_str(d->digits, count));
    } else if (d->point >= d->count) {
        pl_buf_put(buf, pl_str(d->digits, count));
        put_zeros(buf, d->point - d->count);
    } else {
        pl_buf_put(buf, pl_str(d->digits, (size_t)d->point));
        pl_buf_put_char(buf, '.');
        pl_buf_put(buf, pl_str(d->digits + d->point, count - (size_t)d->point));
    }
}

void pl_buf_put_double(PlBuf *buf, double d)
{
    if (signbit(d)) {
        pl_buf_put_char(buf, '-');
        d = -d;
    }
    if (d < 0x1p63 && d == (double)(int64_t)d) { /* all digits: fewer would read back as another int64 */
        pl_buf_put_int(buf, (int64_t)d);
        return;
    }
    Decimal decimal;
    if (!decimal_of_few_places(d, &decimal)) decimal_by_printf(d, &decimal);
    put_decimal(buf, &decimal);
}

void pl_buf_printf(PlBuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pl_buf_vprintf(buf, format, args);
    va_end(args);
}

void pl_buf_vprintf(PlBuf *buf, const char *format, va_list args)
{
    if (!reserve(buf, 1)) return;
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, format, again);
    va_end(again);
    if (len < 0) {
        buf->status = PL_LIMIT; /* past INT_MAX */
    } else if ((size_t)len < buf->cap - buf->len) {
        buf->len += (size_t)len;
        return;
    } else if (reserve(buf, (size_t)len)) {
        vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, format, args);
        buf->len += (size_t)len;
        return;
    }
    buf->ptr[buf->len] = 0;
}

/* ---- JSON text --------------------------------------------------------------------------------------------------- */

static void put_json_escape(PlBuf *buf, char c)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = named; *p; p += 2) {
        if (*p != c) continue;
        pl_buf_put(buf, pl_str((const char[]){'\\', p[1]}, 2));
        return;
    }
    pl_buf_printf(buf, "\\u%04x", (unsigned)(unsigned char)c);
}

void pl_buf_put_json(PlBuf *buf, PlStr text)
{
    const char *p = text.ptr, *limit = text.len ? p + text.len : p;
    pl_buf_put_char(buf, '"');
    while (p < limit) {
        const char *run = p;
        p = pl_json_plain_end(p, limit);
        pl_buf_put(buf, pl_str(run, (size_t)(p - run)));
        if (p == limit) break;
        if (*p & 0x80)
            pl_buf_put(buf, PL_STR("\xef\xbf\xbd"));
        else
            put_json_escape(buf, *p);
        p++;
    }
    pl_buf_put_char(buf, '"');
}

/* ---- little-endian integers -------------------------------------------------------------------------------------- */

static void put_le(PlBuf *buf, uint64_t n, size_t bytes)
{
    char text[8];
    for (size_t i = 0; i < bytes; i++, n >>= 8) text[i] = (char)(n & 0xff);
    pl_buf_put(buf, pl_str(text, bytes));
}

void pl_buf_put_u8(PlBuf *buf, uint8_t n)
{
    put_le(buf, n, 1);
}

void pl_buf_put_u16(PlBuf *buf, uint16_t n)
{
    put_le(buf, n, 2);
}

void pl_buf_put_u32(PlBuf *buf, uint32_t n)
{
    put_le(buf, n, 4);
}

void pl_buf_put_u64(PlBuf *buf, uint64_t n)
{
    put_le(buf, n, 8);
}
