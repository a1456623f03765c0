/* SPDX-License-Identifier: MIT */
/* The two ways to ask a model over HTTP: chat completions as OpenAI, Ollama, llama.cpp and others speak them, and Anthropic's messages. Bodies out,
 * bodies in; what comes in pieces is stream.h's. docs/ai.md. */
#ifndef PL_STDLIB_AI_WIRE_H
#define PL_STDLIB_AI_WIRE_H

#include "stdlib/ai/config.h"
#include "stdlib/ai/task.h"

enum { PL_AI_ASKS = 3 }; /* the question, and two corrections at most */

typedef struct PlAiTalk { /* what was said so far: answers that could not be used, and why not; in the job's arena */
    PlStr answers[PL_AI_ASKS], issues[PL_AI_ASKS];
    unsigned count;
    bool is_streamed;     /* it is to come in pieces (stream.h) */
    bool is_plain;        /* the server takes no schema: it stands in the text */
} PlAiTalk;

void pl_ai_wire_body(PlBuf *out, const PlAiConfig *config, const PlAiTask *task, const PlAiTalk *talk);
/* False when the body is no answer of the kind: cut off on its way, or of another server. */
bool pl_ai_wire_read(PlArena *arena, PlValues *values, PlAiApi api, PlStr body, PlAiSaid *out);
/* What a body of an error says; "" when nothing. */
PlStr pl_ai_wire_error(PlArena *arena, PlValues *values, PlStr body);

#endif
