/* SPDX-License-Identifier: MIT */
/* The shape of the file: which lines are headers, which begin a step, which continue one, and what is noise. Knows markers, indentation, and
 * whether a bracket or a quote is open at a line's end; knows nothing of what a step says. */
#ifndef PL_COMPILER_SYNTAX_LINES_H
#define PL_COMPILER_SYNTAX_LINES_H

#include "compiler/syntax/scan.h"

typedef enum PlItemKind { PL_ITEM_HEADER, PL_ITEM_STEP } PlItemKind;
typedef enum PlMarkStyle { PL_MARK_NUMBER, PL_MARK_LETTER, PL_MARK_ROMAN, PL_MARK_BULLET, PL_MARK_NONE } PlMarkStyle; /* NONE: stands by its indentation */

typedef struct PlItem {
    PlItemKind kind;
    int key;       /* HEADER: PL_TK_H_* */
    PlSpan marker; /* "2.1." or "Goal" */
    PlMarkStyle style;
    uint32_t *numbers; /* "2.1" is {2, 1}; letters and roman numerals by value; none of a bullet */
    uint32_t count;
    uint32_t indent;            /* columns before the marker; a tab goes to the next multiple of 4 */
    bool parts;                 /* lines below it are its parts ("Action: ...") */
    uint32_t start, end;        /* its text in the source, without the marker */
    PL_VEC(PlComment) comments; /* whole lines before it */
} PlItem;

typedef struct PlItemList {
    PL_VEC(PlItem) all;
    PL_VEC(PlComment) last_comments;
} PlItemList;

PlItemList *pl_lines_read(PlSyntax *syntax);

/* tidy.c: spaces that do not break become spaces; a whole plan on one line gets a line for each step, in its place (syntax->bytes). */
void pl_tidy_text(PlSyntax *syntax);

/* tidy_table.c: the rows of a table that are steps, in their places. */
void pl_tidy_tables(PlSyntax *syntax);

/* lines_words.c */
/* Whether a line above the steps says when the plan runs; then the plan's schedule is set, with a note. */
bool pl_lines_schedule(PlSyntax *syntax, PlSpan span, PlStr line);
bool pl_lines_has_call(PlStr line);
/* Of a plan without markers: whether the line [text, end) is a step. */
bool pl_lines_is_step(const PlSyntax *syntax, const char *text, const char *end);
/* Over white space as the scanner has it, within a line: also U+00A0, U+202F and U+FEFF. A NUL behind the text ends the look ahead. */
const char *pl_lines_blanks(const char *p);
/* A line of code under a step, `n = len(orders)`, `ids.append(order.id)`: a step, and neither an argument nor more of its words. */
bool pl_lines_is_code(PlStr above, const char *text, const char *end);
const char *pl_lines_behind_picture(const char *p); /* "🔹 1.": the place of the number, or NULL */
/* A line of code as a line of a plan, in its place: `} else {` is `else :`, `if (x) {` is `if (x) :`. False when it says nothing. */
bool pl_lines_tidy_code(char *p, char *end);

/* What a line without a marker is that stands no deeper than the step above it. */
typedef enum PlLineSays {
    PL_LINE_CONTINUES, /* more of that step: a clause, or the rest of a sentence */
    PL_LINE_STEP,      /* a step that begins a block, or goes on with one: Otherwise */
    PL_LINE_CALL,      /* a step by its form; nobody knows where */
    PL_LINE_WORDS      /* for people */
} PlLineSays;
/* `above`: the text of the step above, empty when there is none; `glued`: no empty line stands between. */
PlLineSays pl_lines_says(const PlSyntax *syntax, PlStr above, const char *text, const char *end, bool glued);

#endif
