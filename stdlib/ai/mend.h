/* SPDX-License-Identifier: MIT */
/* JSON that a model wrote, made strict: talk and fences around it, comments, single quotes, bare names, commas too many or too few, Python's words, line
 * ends inside texts, brackets that were not closed. Text in, text out: no tree. What is strict already is left as it is by whoever asks (task.c). */
#ifndef PL_STDLIB_AI_MEND_H
#define PL_STDLIB_AI_MEND_H

#include "vm/base/buf.h"

/* The first JSON object or list in `text` on `out`, strict. False when there is none, when it is nested too deep, or when `out` is full; then `out` holds
 * anything. *cut: the text ended inside of it, and what was open was closed. Time is linear in the text's length. */
bool pl_ai_mend(PlStr text, PlBuf *out, bool *cut);

#endif
