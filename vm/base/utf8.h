/* SPDX-License-Identifier: MIT */
/* UTF-8 and the little of Unicode we need; utf8proc stands behind it. */
#ifndef PL_BASE_UTF8_H
#define PL_BASE_UTF8_H

#include "vm/base/buf.h"

/* Offset of the first byte that is not valid UTF-8 (RFC 3629), or s.len when all is. */
size_t pl_utf8_check(PlStr s);
/* Bytes (1 to 4) of the valid sequence at ptr, never reading at or past limit; 0 when there is none. */
static inline unsigned pl_utf8_sequence(const char *ptr, const char *limit);
/* Decode one code point at *pos and step over it; U+FFFD and one byte for an invalid sequence; -1 at the end. */
int32_t pl_utf8_next(PlStr s, size_t *pos);
void pl_utf8_put(PlBuf *buf, int32_t code_point);
size_t pl_utf8_length(PlStr s);                /* code points */
size_t pl_utf8_offset(PlStr s, size_t nth);    /* byte offset of the nth code point, s.len past the end */
size_t pl_utf8_width(PlStr s);                 /* terminal columns */
/* May be shown on a terminal: no control character, none that turns the direction of the text. */
bool pl_utf8_is_shown(int32_t code_point);
/* As one line for people, whoever wrote it: what may not be shown becomes a space. */
void pl_utf8_put_line(PlBuf *out, PlStr s);
/* The same, and its line ends and tabs stay. */
void pl_utf8_put_lines(PlBuf *out, PlStr s);
void pl_utf8_lower(PlBuf *out, PlStr s);       /* full case mapping of utf8proc */
void pl_utf8_upper(PlBuf *out, PlStr s);
void pl_utf8_fold(PlBuf *out, PlStr s);        /* NFKC case fold: for comparing names */
void pl_utf8_plain(PlBuf *out, PlStr s);       /* the same, and accents off: "Café" is "cafe" */
/* UTF-16 (either order, by BOM) to UTF-8; strips a UTF-8 BOM; false when the bytes fit no encoding. */
bool pl_utf8_from_any(PlBuf *out, PlStr bytes);

/* The table of RFC 3629 section 4: the first byte bounds the second. */
static inline unsigned pl_utf8_sequence(const char *ptr, const char *limit)
{
    const unsigned char *p = (const unsigned char *)ptr;
    size_t left = (size_t)(limit - ptr);
    if (left >= 1 && p[0] < 0x80) return 1;
    if (left < 2 || (p[1] & 0xc0) != 0x80 || p[0] < 0xc2) return 0;
    if (p[0] < 0xe0) return 2;
    if (left < 3 || (p[2] & 0xc0) != 0x80) return 0;
    if (p[0] < 0xf0) return (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ? 0 : 3;
    if (left < 4 || (p[3] & 0xc0) != 0x80 || p[0] > 0xf4) return 0;
    return (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f) ? 0 : 4;
}

#endif
