/* SPDX-License-Identifier: MIT */
/* Does a value have a type; and the conversions of the language that lose nothing. Same rules as the compiler's judgement
 * (compiler/check/usable.c, spec/types.md): what that calls "yes" never fails here. */
#ifndef PL_VALUE_TYPE_CHECK_H
#define PL_VALUE_TYPE_CHECK_H

#include "vm/value/value.h"

typedef struct PlMismatch {
    char path[256];    /* "message.items[3].id", "" at the top; cut with "..." */
    PlTypeId expected;
    char found[64];    /* pl_value_brief */
} PlMismatch;

/* Wire forms count: a text that reads as RFC 3339 is a datetime. Extra fields of a record are fine unless it is closed. */
bool pl_type_check(const PlTypes *types, PlTypeId type, PlValue v, PlMismatch *why);
/* As servers really answer: a declared field may be missing or null, further fields and further values of an enum may come. A plan that reads a
 * missing field fails there, with the field's name; one that does not is not stopped by it. Kinds must still fit. */
bool pl_type_check_answer(const PlTypes *types, PlTypeId type, PlValue v, PlMismatch *why);
/* The value as `type`: number to text, exact text to number, text to datetime/date/duration, a value to a one-item list, a
 * list of one to its item, a whole double to integer; recursively in lists and records. false: cannot; *why says where. *out owned. */
bool pl_type_coerce(PlValues *values, const PlTypes *types, PlTypeId type, PlValue v, PlValue *out, PlMismatch *why);

/* Does a text have a format: email, url, uuid... Asked for what a person types or a plan is started with. pl_type_check and
 * pl_type_coerce do not ask: no API's answer is refused for a format. */
bool pl_type_text_fits(PlTextFormat format, PlStr text);

#endif
