/* SPDX-License-Identifier: MIT */
/* Where the values of a plan come from, read off the bytecode itself: for each argument of each call, and for each step that decides something, the set of
 * inputs, answers and people it depends on. Flow-insensitive per register, so it may name a source too many, never one too few; texts
 * of the plan alone have no source. What a review shows and, later, what labels start from. spec/review.md. */
#ifndef PL_CODE_FLOW_H
#define PL_CODE_FLOW_H

#include "vm/code/module.h"

typedef enum PlSourceKind { PL_FROM_INPUT, PL_FROM_ACTION, PL_FROM_PERSON, PL_FROM_EVENT, PL_FROM_CLOCK } PlSourceKind;

typedef struct PlFlowSource {
    PlSourceKind kind;
    uint32_t index; /* input, action, ask, wait; 0 for the clock */
    PlTypeId type;  /* ACTION: of the part of the answer, in the module's types; lists count as their items */
    PlStr field;    /* ACTION: the name that it was picked by; "": the whole answer */
    bool made;      /* ACTION: something that was made from the answer, with no part known */
    bool model;     /* ACTION: a language model said it: nothing of it is minted, it may be what its data told it to say */
} PlFlowSource;

typedef struct PlFlowSet { /* bit n: sources[n] of the PlFlow */
    uint64_t *words;
} PlFlowSet;

typedef struct PlFlowDecision { /* a step whose condition depends on what came from outside the plan and its inputs */
    uint32_t site;
    PlFlowSet from;
} PlFlowDecision;

typedef struct PlFlow {
    PlFlowSource *sources;
    uint32_t source_count, word_count;
    PlFlowSet **args;   /* [call_count][arg_count] */
    PlFlowSet output;   /* of what main returns */
    PlFlowDecision *decisions;
    uint32_t decision_count;
} PlFlow;

/* Of a verified module; all memory from the arena. */
void pl_flow_of(PlArena *arena, const PlModule *module, PlFlow *out);
static inline bool pl_flow_has(const PlFlowSet *set, uint32_t source)
{
    return (set->words[source / 64] >> (source % 64)) & 1;
}
bool pl_flow_any(const PlFlow *flow, const PlFlowSet *set);
/* "input recipient", "the answer of gmail.get_message", "`from` of the answer of gmail.get_message", "a person's answer at step 5", "an event", "the clock". */
void pl_flow_source_print(PlBuf *out, const PlModule *module, const PlFlowSource *source);

#endif
