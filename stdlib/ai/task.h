/* SPDX-License-Identifier: MIT */
/* One step for a model: what it is told, what its answer must be, and what an answer gives. Pure: no network, no clock. Instructions of the plan stand in the
 * system's text, data in the user's, as one JSON value between marks that it cannot hold itself. */
#ifndef PL_STDLIB_AI_TASK_H
#define PL_STDLIB_AI_TASK_H

#include "stdlib/ai/turn.h"

typedef struct PlAiTask {
    PlStr system, user; /* in the arena */
    bool is_text;       /* the answer is taken as it is; else it is JSON that fits `schema` */
    PlAiSchema schema;
    PlStr sent;         /* schema.sent as text */
    PlSchema *check;    /* of schema.wanted */
    PlAiTurn *turn;     /* of an agent: then the above is of its answer; NULL: a step by itself */
} PlAiTask;

/* From the action ("extract") and the body of its request. False when they do not fit; *why is words for people. "chat" is for this program's own use:
 * {system, user, schema}. What is made lives in the arena and the values' heap, which escape alike. */
bool pl_ai_task_make(PlArena *arena, PlValues *values, PlStr action, PlStr body, PlAiTask *out, PlStr *why);
void pl_ai_task_release(PlValues *values, PlAiTask *task);

/* What the model said, as the step's result: JSON on `out`. False when it cannot be used: *issue tells the model why.
 * *mended: the JSON was slightly broken. */
bool pl_ai_task_result(PlArena *arena, PlValues *values, PlAiTask *task, const PlAiSaid *said, PlBuf *out, bool *mended, PlStr *issue);

#endif
