/* SPDX-License-Identifier: MIT */
/* An answer that comes in pieces: server-sent events (WHATWG HTML 9.2) of chat completions and of Anthropic's messages, put together to what the same answer
 * is in one piece. Bytes in, in any portions; text out as it comes. No network. */
#ifndef PL_STDLIB_AI_STREAM_H
#define PL_STDLIB_AI_STREAM_H

#include "stdlib/ai/config.h"
#include "stdlib/ai/turn.h"

typedef struct PlAiStream {
    PlAiApi api;
    PlValues *values;
    void (*told)(void *user, PlStr text); /* a piece of the answer's text; may be NULL. It must not escape */
    void *user;
    PlBuf line, event;     /* what is not whole yet */
    PlBuf text, arguments, function, refusal, error;
    bool is_done;          /* the end that the format has was seen */
    bool was_cut, is_refusal;
    bool is_wrong;         /* an event that is no JSON: then no more is read */
    bool in_first_call;    /* of Anthropic's blocks: the one that is open is the first call */
    int64_t tokens_in, tokens_out;
} PlAiStream;

void pl_ai_stream_init(PlAiStream *stream, PlAiApi api, PlValues *values);
void pl_ai_stream_deinit(PlAiStream *stream);
/* May escape through the values' heap when memory lacks. */
void pl_ai_stream_feed(PlAiStream *stream, PlStr bytes);
/* The whole, its texts in the arena. False: it broke off, or is no such answer; *error are the provider's words, "" when it said none. */
bool pl_ai_stream_end(PlAiStream *stream, PlArena *arena, PlAiSaid *out, PlStr *error);

/* Do these bytes begin like events? A server may answer in one piece all the same. */
bool pl_ai_stream_is(PlStr body);

#endif
