/* SPDX-License-Identifier: MIT */
/* What a call used up beside its one request: tokens of a model, money. A port that knows it says so in its answer (PlNetAnswer.usage); the run keeps the
 * sums in the RESULT rows and ends when a limit of the manifest is passed (exit code 7). Also after a crash: the rows are added up again. */
#ifndef PL_PORT_USAGE_H
#define PL_PORT_USAGE_H

#include <stdint.h>

enum { PL_USAGE_UNIT = 1000000 };

typedef struct PlUsage {
    uint64_t tokens;
    uint64_t money; /* millionths of the currency that the limit is in: 5 means 5 * PL_USAGE_UNIT */
} PlUsage;

/* Saturating sum. */
static inline void pl_usage_add(PlUsage *to, PlUsage more)
{
    to->tokens = to->tokens > UINT64_MAX - more.tokens ? UINT64_MAX : to->tokens + more.tokens;
    to->money = to->money > UINT64_MAX - more.money ? UINT64_MAX : to->money + more.money;
}

#endif
