/* SPDX-License-Identifier: MIT */
/* A turn of an agent: what the model may call, what was called so far, and what it chooses now. Pure, as task.h. The choice is one of the functions that the
 * compiler wrote down, with arguments that fit its schema, or the answer; nothing else leaves this file. docs/ai.md, "Agents". */
#ifndef PL_STDLIB_AI_TURN_H
#define PL_STDLIB_AI_TURN_H

#include "stdlib/ai/strict.h"
#include "vm/value/schema.h"

#define PL_AI_ANSWER "answer" /* the function by which an answer with a type is given */

typedef struct PlAiTool {
    PlStr action;       /* "shop.orders.list" */
    PlStr name, doc;    /* as the model knows it */
    PlAiSchema schema;  /* of the arguments */
    PlStr sent;         /* schema.sent as text */
    PlSchema *check;
} PlAiTool;

typedef struct PlAiCalled { /* one entry of the transcript */
    PlStr name;             /* the model's name of the function */
    PlStr arguments;        /* JSON */
    PlStr result;           /* what the model is told, between the marks of data */
    bool failed;
} PlAiCalled;

typedef struct PlAiTurn { /* in the arena */
    PlAiTool *tools;
    uint32_t tool_count;
    PlAiCalled *called;
    uint32_t called_count;
    bool is_last;           /* only an answer is left */
} PlAiTurn;

typedef struct PlAiSaid {   /* what came back */
    PlStr text;             /* of the answer, or the JSON of the function's arguments; in the arena */
    PlStr function;         /* which function the model calls; "": none */
    PlStr refusal;          /* the model will not; "" : it did */
    bool was_cut;           /* its room was used up */
    int64_t tokens_in, tokens_out;
} PlAiSaid;

/* From the body of the request: {tools, transcript, max_steps, actions}. False with words in *why. The answer's schema is the task's business. */
bool pl_ai_turn_make(PlArena *arena, PlValues *values, PlValue body, PlAiTurn *out, PlStr *why);
void pl_ai_turn_release(PlValues *values, PlAiTurn *turn);
/* The schema of the answer in that of the whole result {tool?, arguments?, answer?}: borrowed; nothing when it has none. */
PlValue pl_ai_turn_answer(PlValue schema);

/* `{"tool": ACTION, "arguments": ...}` on `out`. False: *issue says why for the model. */
bool pl_ai_turn_choice(PlArena *arena, PlValues *values, PlAiTurn *turn, PlStr function, PlValue arguments, PlBuf *out, PlStr *issue);

/* Data as a model sees it: JSON between marks that it cannot hold. */
void pl_ai_turn_put_data(PlBuf *out, PlStr json);

#endif
