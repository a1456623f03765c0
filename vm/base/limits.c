/* SPDX-License-Identifier: MIT */
/* limits.def as a table, for documents and tests. */
#include "vm/base/limits.h"

const PlLimitInfo pl_limit_infos[] = {
#define PL_LIMIT(name, value, unit, words) {#name, value, unit, words},
#include "vm/base/limits.def"
#undef PL_LIMIT
};

const size_t pl_limit_count = sizeof pl_limit_infos / sizeof *pl_limit_infos;
