/* SPDX-License-Identifier: MIT */
/* A pattern that fits, while its slots are read and put into the row's exact text: between fill.c, slot.c and exact.c.
 * */
#ifndef PL_COMPILER_PROSE_FILL_H
#define PL_COMPILER_PROSE_FILL_H

#include "compiler/prose/prose_internal.h"

typedef struct PlFill {
    const PlMatch *match;
    const PlItem *given;    /* a condition's item */
    const PlSense *current; /* what was made so far */
    PlSenses sure, doubtful;
    uint32_t best, best_doubtful; /* their weights */
    bool maybe;
} PlFill;

typedef struct PlFilled { /* one way in which the slots can be read */
    PlStr texts[PL_PROSE_SLOTS];
    PlItem item, item2;
    PlStr name, alias; /* of the list */
    bool doubt, narrowed;
} PlFilled;

typedef struct PlWays {
    PlReader *r;
    PlFill *fill;
    PlFilled at;
    uint32_t order[PL_PROSE_SLOTS]; /* lists, then fields, then the rest */
} PlWays;

/* exact.c: the row's exact text with the slots as they were read; false when one was left out. */
bool pl_exact_make(PlWays *w, PlStr exact, PlStr *out);
const PlCapture *pl_exact_capture(const PlMatch *match, PlStr name); /* NULL: it does not stand there */
PlStr pl_exact_slot(const PlWays *w, PlStr name); /* what it was read as; empty when it does not stand there */

/* slot.c: the senses of one slot, given those that were read before it. */
void pl_slot_read(PlWays *w, const PlCapture *slot, PlSenses *out);
/* AGE, AMOUNT, YEARS in a row's exact text: the fields that are meant, and which of the words it is. */
void pl_slot_implied(PlReader *r, PlStr exact, const PlItem *item, PlSenses *fields, PlStr *which);

#endif
