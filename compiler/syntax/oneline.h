/* SPDX-License-Identifier: MIT */
/* Steps that say on one line what the exact form says on several: "If C, do X; otherwise do Y", "For each x in LIST: do X", "Set a to 1 and b to 2".
 * Finds where the parts begin and end, by commas, colons and words outside brackets and quotes; reads nothing. */
#ifndef PL_COMPILER_SYNTAX_ONELINE_H
#define PL_COMPILER_SYNTAX_ONELINE_H

#include "compiler/syntax/scan.h"

typedef struct PlOneLine {
    const char *head_end;        /* the block's own words end here */
    const char *body, *body_end; /* its one sub-step */
    const char *otherwise;       /* "otherwise ..." behind it, up to the end of the step; NULL when there is none */
} PlOneLine;

/* A walk over what stands outside of brackets and texts in quotes. */
typedef struct PlOneLineWalk {
    const char *start, *limit;
    bool flat; /* a bracket had no end: brackets are characters from here on, and the walk stays linear */
} PlOneLineWalk;

/* One step further: over a bracket, over a text in quotes, else over one character. */
const char *pl_oneline_over(PlOneLineWalk *walk, const char *p);

/* `token` is the PL_TK_S_* of a block whose words end at `behind`. False when the step ends with its head. */
bool pl_oneline_split(const PlSyntax *syntax, int token, const char *behind, const char *limit, PlOneLine *out);

/* Of "a to 1 and b to 2": the end of the first part; *next is where the second begins. NULL when there is one part only. */
const char *pl_oneline_next_set(const char *p, const char *limit, const char **next);

/* The place behind a name with its fields and indexes, or NULL. */
const char *pl_oneline_path_end(const char *p, const char *limit);

/* "Check if C. If so, X. Otherwise, Y": the parts, with where C begins; false when the step is not told so. */
bool pl_oneline_check_if(const PlSyntax *syntax, const char *text, const char *limit, const char **cond, PlOneLine *out);

/* "Stop if COND", "Skip unless COND": the statement is `body`, the condition begins at *cond, and `otherwise` is the place of its "if" or "unless". */
bool pl_oneline_stop_if(int token, const char *text, const char *behind, const char *limit, const char **cond, PlOneLine *out);

#endif
