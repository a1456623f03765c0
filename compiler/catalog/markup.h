/* SPDX-License-Identifier: MIT */
/* Texts of documents as plain lines: many descriptions are HTML, and a title or a word of help is shown where that is none. */
#ifndef PL_COMPILER_CATALOG_MARKUP_H
#define PL_COMPILER_CATALOG_MARKUP_H

#include "vm/base/arena.h"
#include "vm/base/str.h"

/* The first line that is not empty, trimmed: without tags, with characters for what "&...;" refers to. Borrowed where there is nothing to do;
 * else at most 1 KB. */
PlStr pl_markup_line(PlArena *arena, PlStr text);

#endif
