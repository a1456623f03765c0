/* SPDX-License-Identifier: MIT */
/* JSON in and out, and the text of values. Straight from the scanner to values, no tree between. RFC 8259; writing is deterministic: fields in the
 * record's order, numbers shortest, times in RFC 3339 / ISO 8601, files as {"file": sha256, "name", "type", "bytes"}. */
#ifndef PL_VALUE_JSON_H
#define PL_VALUE_JSON_H

#include "vm/base/json_scan.h"
#include "vm/value/value.h"

/* The whole text as one value, owned by the caller; texts stay texts (no guess that one is a time). A repeated key: the last one counts.
 * On PL_INVALID *error_at is the byte offset and *error static words. */
PL_MUST_USE PlStatus pl_json_read(PlValues *values, PlStr text, PlValue *out, size_t *error_at, const char **error);
void pl_json_write(PlBuf *out, PlValue v);
void pl_json_write_pretty(PlBuf *out, PlValue v, unsigned indent);
/* RFC 8785-like canonical form: names sorted by code points. For hashes. */
void pl_json_write_canonical(PlBuf *out, PlValue v);
/* As interpolation shows it: a text as it is, nothing as "", numbers shortest, yes/no as "yes"/"no", times ISO, lists joined by ", ", records as JSON. */
void pl_value_show(PlBuf *out, PlValue v);
/* Short, for messages: `"abc..."`, `list of 3 items`, `{id, name}`; at most about width bytes. */
void pl_value_brief(PlBuf *out, PlValue v, unsigned width);

PlValue pl_value_of_literal(PlValues *values, const PlLiteral *literal);

#endif
