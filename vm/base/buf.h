/* SPDX-License-Identifier: MIT */
/* A growing byte buffer on the heap with a ceiling. A write that would pass the ceiling, or for which memory lacks, sets
 * `status` and writes nothing more (sticky), so a writer checks once at the end. Always holds a NUL behind the bytes. */
#ifndef PL_BASE_BUF_H
#define PL_BASE_BUF_H

#include "vm/base/status.h"
#include "vm/base/str.h"

#include <stdarg.h>

typedef struct PlBuf {
    char *ptr; /* NULL until the first write */
    size_t len, cap, ceiling;
    PlStatus status; /* PL_OK, PL_NOMEM or PL_LIMIT */
} PlBuf;

void pl_buf_init(PlBuf *buf, size_t ceiling); /* 0: PL_LIMIT_BUF_BYTES */
void pl_buf_deinit(PlBuf *buf);
void pl_buf_clear(PlBuf *buf); /* keeps the memory, forgets bytes and status */

void pl_buf_put(PlBuf *buf, PlStr bytes);
void pl_buf_put_z(PlBuf *buf, const char *z);
void pl_buf_put_char(PlBuf *buf, char c);
void pl_buf_put_int(PlBuf *buf, int64_t n);
/* Shortest text that reads back to the same double ("1e+21", "0.1", "100.0" -> "100"), but a whole one below 2^63 in all its digits,
 * so that it is not read as another int64; finite only. */
void pl_buf_put_double(PlBuf *buf, double d);
void pl_buf_printf(PlBuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pl_buf_vprintf(PlBuf *buf, const char *format, va_list args);
/* A JSON string with its quotes; control characters and '"' '\\' escaped (RFC 8259 section 7), invalid UTF-8 as U+FFFD. */
void pl_buf_put_json(PlBuf *buf, PlStr text);

/* Little-endian integers, for file formats. */
void pl_buf_put_u8(PlBuf *buf, uint8_t n);
void pl_buf_put_u16(PlBuf *buf, uint16_t n);
void pl_buf_put_u32(PlBuf *buf, uint32_t n);
void pl_buf_put_u64(PlBuf *buf, uint64_t n);

static inline PlStr pl_buf_str(const PlBuf *buf) { return (PlStr){buf->ptr ? buf->ptr : "", buf->len}; }

/* Read a whole file (or "-", standard input). PL_IO with errno kept, PL_LIMIT past the ceiling. */
PL_MUST_USE PlStatus pl_buf_read_file(PlBuf *buf, const char *path);
/* Write the bytes to path by a temporary file, fsync and rename. PL_FULL when the disk is full. */
PL_MUST_USE PlStatus pl_buf_write_file(const char *path, PlStr bytes);

#endif
