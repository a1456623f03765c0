/* SPDX-License-Identifier: MIT */
/* JSON that a model wrote: fences and talk around it, comments, single quotes, bare keys, commas too many or too few,
 * Python's words, brackets that do not match, an end in the middle of a text. Strict JSON is read strictly, and
 * nothing is said. */
#ifndef PL_COMPILER_TRADE_REPAIR_H
#define PL_COMPILER_TRADE_REPAIR_H

#include "compiler/catalog/doc.h"

typedef struct PlRepair {
    PlNode *root; /* NULL when there is no object or list in the text (reported) */
    bool cut;     /* the text ended inside of it */
    uint32_t open; /* cut: so many brackets, from the root on, each in the last child of the one before */
} PlRepair;

/* Reads the source's text into a tree of its arena. Each sort of repair is one note, at its first place, with how
 * often. */
PlRepair pl_repair_json(PlDiags *diags, uint32_t source);

#endif
