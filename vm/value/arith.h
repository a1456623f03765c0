/* SPDX-License-Identifier: MIT */
/* Arithmetic of the language on values: what the instructions ADD, SUB, MUL, DIV, MOD and NEG mean. spec/values.md, "Arithmetic".
 *
 * Integers stay integers; a result that does not fit int64 is an error, and so is a double that is not finite. An integer and a double make
 * a double. Besides numbers: text + text, text + number and number + text, text + time join; list + list joins; date and datetime
 * + and - duration (months clamp to the month's end); date - date, datetime - datetime and one of each give a duration;
 * duration + - duration; duration * / number; duration / duration is a number. */
#ifndef PL_VALUE_ARITH_H
#define PL_VALUE_ARITH_H

#include "vm/value/value.h"

/* Borrow both, own *out. PL_INVALID with *error static words ("cannot add these", "division by zero", "the result is too large"). */
PL_MUST_USE PlStatus pl_arith_add(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error);
PL_MUST_USE PlStatus pl_arith_sub(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error);
PL_MUST_USE PlStatus pl_arith_mul(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error);
PL_MUST_USE PlStatus pl_arith_div(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error);
PL_MUST_USE PlStatus pl_arith_mod(PlValues *values, PlValue a, PlValue b, PlValue *out, const char **error);
PL_MUST_USE PlStatus pl_arith_neg(PlValues *values, PlValue a, PlValue *out, const char **error);
/* What an error message adds to the words: "cannot subtract: date - text". */
void pl_arith_describe(PlBuf *out, const char *error, const char *op, PlValue a, PlValue b);

#endif
