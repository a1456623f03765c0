/* SPDX-License-Identifier: MIT */
/* What the peer's files share: a job, from its request to its answer. Internal to stdlib/ai. */
#ifndef PL_STDLIB_AI_PEER_JOB_H
#define PL_STDLIB_AI_PEER_JOB_H

#include "stdlib/ai/peer.h"
#include "stdlib/ai/stream.h"
#include "stdlib/ai/wire.h"

enum { PL_AI_RETRIES = 3 };

typedef struct PlAi PlAi;

typedef struct PlAiJob {
    PlAi *ai;
    struct PlAiJob *previous, *next;
    uint64_t id;
    PlNetDone done;
    void (*piece)(void *user, PlStr text); /* who asks wants the text as it comes; NULL: not */
    void *user;
    PlEscape escape;       /* of arena and heap, set by each entry */
    PlArena *arena;
    PlHeap *heap;
    PlValues *values;
    PlStr action, request; /* the request's body; in the arena */
    PlAiTask task;
    PlAiTalk talk;
    PlAiStream live;       /* of the request that is under way, while is_live */
    PlBuf shown;           /* its text that was not passed on yet */
    bool is_live;
    bool is_calling;       /* `inner` is a call of the HTTP port, else a timer */
    bool is_cancelled;
    uint64_t inner;
    int64_t began_us, deadline_us; /* on the monotonic clock; 0: none */
    unsigned failures, asks;
    int64_t tokens_in, tokens_out;
    size_t sent_bytes; /* of the last request */
    bool is_cached, is_mended;
    char hash[65];         /* of the first question */
    unsigned status;       /* of the answer that is ready; 0: a fault */
    PlEvidence evidence;
    PlNetFault fault;
    PlStr message, credential; /* in the arena */
    PlBuf result;
} PlAiJob;

struct PlAi {
    PlDoorWorld world;
    PlArena *arena;
    PlEscape escape;
    PlStr plugin;
    PlAiConfig config;
    PlAiJob *jobs;
    uint64_t last_id;
};

/* peer_live.c: pieces of the answer that is under way */
void pl_ai_live_begin(PlAiJob *job);
void pl_ai_live_end(PlAiJob *job); /* what it took counts when nothing else says so */
void pl_ai_live_piece(void *job, PlStr bytes); /* of PlNetRequest */
/* A streamed body as one answer. False: it broke off; *words are the provider's, "" for none. */
bool pl_ai_live_read(PlAiJob *job, PlStr body, PlAiSaid *out, PlStr *words);

/* peer_job.c */
PlAiJob *pl_ai_job_new(PlAi *ai, PlNetDone done, void *user); /* NULL: no memory */
void pl_ai_job_free(PlAiJob *job);
/* The answer is there: say so, with what it took, and free the job. */
void pl_ai_job_say(void *job);
/* Say it from the loop: PL_NOMEM when there is no timer. */
PlStatus pl_ai_job_say_later(PlAiJob *job);
void pl_ai_job_fail(PlAiJob *job, unsigned status, PlStr words); /* makes the body of an error; may escape */

#endif
