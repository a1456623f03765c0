/* SPDX-License-Identifier: MIT */
/* The life of a job but for its talk with the provider: memory, and the answer that leaves. */
#include "stdlib/ai/peer_job.h"

#include "vm/base/fault.h"
#include "vm/base/limits.h"

#include <math.h>
#include <stdio.h>

enum { HEAP_BYTES = 256 * 1024 * 1024, BODY_BYTES = 16 * 1024 * 1024 };

PlAiJob *pl_ai_job_new(PlAi *ai, PlNetDone done, void *user)
{
    PlAiJob *job = pl_zalloc(sizeof *job);
    if (!job) return NULL;
    *job = (PlAiJob){.ai = ai, .next = ai->jobs, .id = ++ai->last_id, .done = done, .user = user, .message = PL_STR(""), .credential = PL_STR("")};
    pl_buf_init(&job->result, BODY_BYTES);
    pl_buf_init(&job->shown, BODY_BYTES);
    job->evidence = PL_EVIDENCE_ANSWERED;
    job->arena = pl_arena_new(&job->escape, HEAP_BYTES);
    job->heap = job->arena ? pl_heap_new(&job->escape, HEAP_BYTES) : NULL;
    if (!job->heap || setjmp(job->escape.at)) {
        pl_heap_free(job->heap);
        pl_arena_free(job->arena);
        pl_free(job);
        return NULL;
    }
    job->values = pl_values_new(job->heap);
    if (ai->jobs) ai->jobs->previous = job;
    ai->jobs = job;
    return job;
}

void pl_ai_job_free(PlAiJob *job)
{
    if (job->previous) job->previous->next = job->next;
    else job->ai->jobs = job->next;
    if (job->next) job->next->previous = job->previous;
    if (setjmp(job->escape.at) == 0) pl_ai_task_release(job->values, &job->task);
    pl_values_free(job->values);
    pl_heap_free(job->heap);
    pl_arena_free(job->arena);
    pl_buf_deinit(&job->result);
    pl_ai_live_end(job);
    pl_buf_deinit(&job->shown);
    pl_free(job);
}

void pl_ai_job_fail(PlAiJob *job, unsigned status, PlStr words)
{
    job->status = status;
    job->evidence = PL_EVIDENCE_ANSWERED;
    pl_buf_clear(&job->result);
    pl_buf_put_z(&job->result, "{\"error\":");
    pl_buf_put_json(&job->result, words);
    pl_buf_put_char(&job->result, '}');
}

/* The price of a million tokens is that of one in millionths. A fraction is a whole one. */
static PlUsage usage_of(const PlAiJob *job)
{
    const PlAiConfig *c = &job->ai->config;
    double millionths = ceil((double)job->tokens_in * c->price_in + (double)job->tokens_out * c->price_out);
    return (PlUsage){.tokens = (uint64_t)(job->tokens_in + job->tokens_out), .money = millionths < 1e15 ? (uint64_t)millionths : (uint64_t)1e15};
}

static PlStr cost_of(PlUsage usage, char text[40])
{
    unsigned long long money = usage.money;
    return pl_str(text, (size_t)snprintf(text, 40, "%llu.%06llu", money / PL_USAGE_UNIT, money % PL_USAGE_UNIT));
}

static PlStr number_text(int64_t n, char text[24])
{
    return pl_str(text, (size_t)snprintf(text, 24, "%lld", (long long)n));
}

/* A fault is only passed on while nothing was spent: afterwards it is an answer, so that what was spent is counted. */
static void settle(PlAiJob *job)
{
    if (job->evidence == PL_EVIDENCE_ANSWERED || job->tokens_in + job->tokens_out == 0 || job->is_cancelled) return;
    if (setjmp(job->escape.at) == 0) pl_ai_job_fail(job, 502, job->message.len ? job->message : pl_str_z(pl_net_fault_name(job->fault)));
}

void pl_ai_job_say(void *user)
{
    PlAiJob *job = user;
    char in[24], out[24], asks[24], cost[40];
    PlHeader headers[8];
    uint32_t count = 0;
    const PlClockPort *clock = &job->ai->world.clock;
    PlUsage usage = usage_of(job);
    settle(job);
    if (job->is_cancelled) job->evidence = PL_EVIDENCE_UNKNOWN, job->fault = PL_NET_CANCELLED;
    headers[count++] = (PlHeader){PL_STR("content-type"), PL_STR("application/json")};
    headers[count++] = (PlHeader){PL_STR("x-pilot-model"), job->ai->config.model};
    headers[count++] = (PlHeader){PL_STR("x-pilot-tokens-in"), number_text(job->tokens_in, in)};
    headers[count++] = (PlHeader){PL_STR("x-pilot-tokens-out"), number_text(job->tokens_out, out)};
    headers[count++] = (PlHeader){PL_STR("x-pilot-cost"), cost_of(usage, cost)};
    headers[count++] = (PlHeader){PL_STR("x-pilot-asks"), number_text(job->asks, asks)};
    if (job->is_cached) headers[count++] = (PlHeader){PL_STR("x-pilot-cached"), PL_STR("yes")};
    if (job->is_mended) headers[count++] = (PlHeader){PL_STR("x-pilot-mended"), PL_STR("yes")};
    PlNetAnswer answer = {.evidence = job->evidence,
                          .fault = job->fault,
                          .message = job->message,
                          .elapsed_us = (uint64_t)(clock->mono_us(clock->self) - job->began_us),
                          .credential = job->credential};
    if (job->evidence == PL_EVIDENCE_ANSWERED) {
        bool whole = job->result.status == PL_OK;
        answer.status = whole ? job->status : 502;
        answer.usage = usage;
        answer.headers = headers;
        answer.header_count = count;
        answer.body = whole ? pl_buf_str(&job->result) : PL_STR("{\"error\":\"the answer is too large\"}");
    }
    job->done(job->user, &answer);
    pl_ai_job_free(job);
}

PlStatus pl_ai_job_say_later(PlAiJob *job)
{
    const PlClockPort *clock = &job->ai->world.clock;
    job->is_calling = false;
    return clock->timer(clock->self, clock->mono_us(clock->self), pl_ai_job_say, job, &job->inner);
}
