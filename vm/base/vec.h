/* SPDX-License-Identifier: MIT */
/* Growing array in an arena:  typedef PL_VEC(PlNode *) PlNodes;  PlNodes v = {0};  pl_vec_push(arena, &v, node);
 * Old storage stays in the arena; take no pointer to an item across a push. */
#ifndef PL_BASE_VEC_H
#define PL_BASE_VEC_H

#include "vm/base/arena.h"

#define PL_VEC(T)                                                                                                      \
    struct {                                                                                                           \
        T *items;                                                                                                      \
        uint32_t len, cap;                                                                                             \
    }

#define pl_vec_push(arena, v, ...)                                                                                     \
    ((v)->items = pl_vec_room((arena), (v)->items, (v)->len, &(v)->cap, sizeof *(v)->items),                           \
     (v)->items[(v)->len++] = (__VA_ARGS__))

#define pl_vec_last(v) ((v)->items[(v)->len - 1])

/* Room for one more of `size` bytes; returns the storage (perhaps moved). Escapes at 2^31 items. */
void *pl_vec_room(PlArena *arena, void *items, uint32_t len, uint32_t *cap, size_t size);

#endif
