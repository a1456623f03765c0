/* SPDX-License-Identifier: MIT */
/* Indented JSON on a buffer, for people to read: two columns a level, a member or an item on a line. Not here: what is
 * written. The buffer's status tells whether all of it was. */
#ifndef PL_COMPILER_TRADE_JSON_OUT_H
#define PL_COMPILER_TRADE_JSON_OUT_H

#include "vm/base/buf.h"

typedef struct PlJsonOut {
    PlBuf *buf;
    unsigned depth;
    bool first; /* nothing stands yet in the open object or list */
    bool line;  /* all on one line, without blanks */
} PlJsonOut;

/* `key` is the member's name, or NULL for an item of a list and for the whole. Begin and end nest. */
void pl_json_out_begin(PlJsonOut *o, const char *key, char bracket); /* '{' or '[' */
void pl_json_out_end(PlJsonOut *o, char bracket);                    /* '}' or ']' */
void pl_json_out_key(PlJsonOut *o, PlStr key); /* then a value of the caller's own on the buffer */
void pl_json_out_text(PlJsonOut *o, const char *key, PlStr text);
void pl_json_out_int(PlJsonOut *o, const char *key, int64_t n);
void pl_json_out_yes(PlJsonOut *o, const char *key, bool yes);
void pl_json_out_raw(PlJsonOut *o, const char *key, PlStr json); /* a finished value */
/* A name that need not end in NUL. */
void pl_json_out_begin_at(PlJsonOut *o, PlStr key, char bracket);
/* Called before each value: the comma, the new line and the name. */
void pl_json_out_next(PlJsonOut *o, const char *key);

#endif
