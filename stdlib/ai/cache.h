/* SPDX-License-Identifier: MIT */
/* Answers of the last hour, one file for each, named by the hash of the question: FOLDER/ai/HASH. They may be forgotten at any time, and a broken one is none.
 * Only the user reads them: they hold data. */
#ifndef PL_STDLIB_AI_CACHE_H
#define PL_STDLIB_AI_CACHE_H

#include "vm/base/buf.h"

/* Appends the result to `out` when there is one that is younger than `ttl_us` at `now_us`. */
bool pl_ai_cache_find(const char *folder, const char *hash, int64_t now_us, int64_t ttl_us, PlBuf *out);
/* What cannot be kept is not. */
void pl_ai_cache_keep(const char *folder, const char *hash, int64_t now_us, PlStr result);
/* Remove what is older. */
void pl_ai_cache_sweep(const char *folder, int64_t now_us, int64_t ttl_us);

#endif
