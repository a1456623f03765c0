/* SPDX-License-Identifier: MIT */
/* The parts of answers that a plan can pick by name, from the types of its actions and the names in its code: what flow.c tells apart. Types are followed
 * through lists and unions. The number of parts is bounded; what is beyond counts as made from the answer, which is never trusted more. */
#ifndef PL_CODE_FLOW_PART_H
#define PL_CODE_FLOW_PART_H

#include "vm/code/flow.h"

typedef struct PlFlowParts {
    uint32_t name_count;
    uint32_t *name_of;   /* [constant_count] its place among the names that the code picks by, or UINT32_MAX */
    uint32_t *child;     /* [source_count * name_count] the source that picking the name gives */
    uint32_t *made;      /* [source_count] the source when only "made from it" is known; scalars stay themselves */
    bool *is_list;       /* [source_count] every value of it is a list */
    uint32_t *root;      /* [action_count] the whole answer */
} PlFlowParts;

typedef enum PlFlowKeeps { PL_FLOW_LOSES, PL_FLOW_FIRST, PL_FLOW_ALL } PlFlowKeeps;

/* Which arguments of a function of the standard library come out of it with their parts known. */
PlFlowKeeps pl_flow_keeps(const PlModule *module, uint32_t builtin);
/* Sets out->sources and out->source_count, all kinds. */
void pl_flow_parts_of(PlArena *arena, const PlModule *module, PlFlow *out, PlFlowParts *parts);
/* Numbers, texts, yes/no, times, `one of`; lists and unions of these. */
bool pl_flow_is_scalar(const PlTypes *types, PlTypeId type);

#endif
