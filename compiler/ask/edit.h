/* SPDX-License-Identifier: MIT */
/* Edits of one text: a set of groups that do not overlap, and the text with all of them made. A group (a fix, an answer) goes in whole or not at all. */
#ifndef PL_COMPILER_ASK_EDIT_H
#define PL_COMPILER_ASK_EDIT_H

#include "vm/base/diag.h"

typedef struct PlEditSet {
    PlArena *arena;
    uint32_t source; /* the edits' spans are in it */
    size_t length;   /* of its text */
    PlEdits edits;   /* by position; none touches another */
} PlEditSet;

void pl_edit_set_init(PlEditSet *set, PlArena *arena, uint32_t source, size_t length);
/* False, and nothing added: an edit is outside of the text or touches one that is in the set (two insertions at one place do, because
 * their order would be chance). */
bool pl_edit_set_add(PlEditSet *set, const PlEdit *edits, uint32_t count);
/* The text with the edits made; in the arena. */
PlStr pl_edit_set_apply(const PlEditSet *set, PlStr text);

#endif
