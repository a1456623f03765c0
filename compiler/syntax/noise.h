/* SPDX-License-Identifier: MIT */
/* What a text holds besides the plan: thoughts (`<think>`), HTML comments, what is struck through; and words that say that what stands below them is
 * not to run. Nothing of it is dropped without a word. Bytes are written over with spaces and never moved, so every span is still the source's. */
#ifndef PL_COMPILER_SYNTAX_NOISE_H
#define PL_COMPILER_SYNTAX_NOISE_H

#include "compiler/syntax/scan.h"

/* Of one text: what has no end is not looked for again. All false at first. */
typedef struct PlNoise {
    bool no_comment_end;
    uint32_t no_thought_end; /* a bit for each name */
    bool told;               /* that a thought has no end */
} PlNoise;

/* Behind the last line of the thought that begins the line at p, told in a note; NULL where none does. Has it no end, it ends before the plan, where
 * that can be told; else that is an error. */
const char *pl_noise_thought(PlNoise *noise, PlSyntax *syntax, const char *p);
/* A text that begins in the middle of a thought: behind the line that ends it, told in a note; else NULL. */
const char *pl_noise_thought_end(PlSyntax *syntax, const char *p);
/* Blanks HTML comments and struck-through words that begin on the line [p, end), outside of texts in quotes; each is a note. Whether something was
 * struck through there; *heads: it ended with a colon, so that what stood under it is not struck with it. */
bool pl_noise_blank(PlNoise *noise, PlSyntax *syntax, const char *p, const char *end, bool *heads);

/* "Example of what not to do", "Do not run the following": words over steps that they mean to keep from being run. */
bool pl_noise_refuses(PlStr words);

#endif
