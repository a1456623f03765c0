/* SPDX-License-Identifier: MIT */
/* The ceilings of limits.def as constants: PL_LIMIT_JSON_DEPTH. */
#ifndef PL_BASE_LIMITS_H
#define PL_BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#define PL_LIMIT(name, value, unit, words) static const uint64_t PL_LIMIT_##name __attribute__((unused)) = value;
#include "vm/base/limits.def"
#undef PL_LIMIT

typedef struct PlLimitInfo {
    const char *name;
    uint64_t value;
    const char *unit, *words;
} PlLimitInfo;
extern const PlLimitInfo pl_limit_infos[];
extern const size_t pl_limit_count;

#endif
