/* SPDX-License-Identifier: MIT */
/* Arithmetic of dates, datetimes and durations: the part of arith.h behind it. A text counts as the time that it reads as where the other
 * side leaves no other meaning. Results stay within the years 0 to 9999. */
#ifndef PL_VALUE_ARITH_TIME_H
#define PL_VALUE_ARITH_TIME_H

#include "vm/value/time.h"
#include "vm/value/value.h"

bool pl_arith_is_time(PlValue v);
/* time + duration, duration + time, duration + duration; sign -1: time - duration, duration - duration. False when the pair is
 * none of these; else *status, with *out or *error. */
bool pl_arith_add_times(PlValue a, PlValue b, int sign, PlValue *out, const char **error, PlStatus *status);
/* The duration from b to a when both are dates or datetimes. */
bool pl_arith_between(PlValue a, PlValue b, PlValue *out);
/* duration * number, or / number (not 0) */
PlStatus pl_arith_scale(PlValue duration, PlValue number, bool divide, PlValue *out, const char **error);
PlStatus pl_arith_ratio(PlValue a, PlValue b, PlValue *out, const char **error);
/* A date or datetime and months and microseconds: what + does; for builtins. PL_INVALID out of range. */
PlStatus pl_arith_shift(PlValue time, int64_t months, PlWide us, PlValue *out, const char **error);

#endif
