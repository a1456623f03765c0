/* SPDX-License-Identifier: MIT */
/* An answer while it comes: its text goes on to whoever asked for it, without secrets, also such that come in two pieces. What counts in the end is the whole
 * body, read once more when it is there. */
#include "stdlib/ai/peer_job.h"

static void keep_piece(void *user, PlStr text)
{
    PlAiJob *job = user;
    pl_buf_put(&job->shown, text);
}

void pl_ai_live_begin(PlAiJob *job)
{
    pl_ai_live_end(job);
    if (!job->talk.is_streamed) return;
    pl_ai_stream_init(&job->live, job->ai->config.api, job->values);
    job->live.told = keep_piece;
    job->live.user = job;
    job->is_live = true;
    pl_buf_clear(&job->shown);
    job->piece(job->user, PL_STR(""));
}

void pl_ai_live_end(PlAiJob *job)
{
    if (!job->is_live) return;
    pl_ai_stream_deinit(&job->live);
    job->is_live = false;
}

/* What may be the beginning of a secret waits for the rest. */
static void show(PlAiJob *job, bool all)
{
    const PlDoorRedact *secrets = &job->ai->world.redact;
    PlBuf *shown = &job->shown;
    size_t wait = 0;
    if (shown->status != PL_OK || !shown->len) return;
    if (!all && secrets->begun) wait = secrets->begun(secrets->self, shown->ptr, shown->len);
    size_t len = shown->len - wait;
    if (!len) return;
    char *rest = shown->ptr + len;
    size_t told = secrets->redact ? secrets->redact(secrets->self, shown->ptr, len) : len;
    job->piece(job->user, pl_str(shown->ptr, told));
    memmove(shown->ptr, rest, wait);
    shown->len = wait;
}

void pl_ai_live_piece(void *user, PlStr bytes)
{
    PlAiJob *job = user;
    if (!job->is_live || job->is_cancelled) return;
    if (setjmp(job->escape.at) != 0) { /* without memory nothing is shown; the whole answer is judged by itself */
        pl_ai_live_end(job);
        return;
    }
    pl_ai_stream_feed(&job->live, bytes);
    show(job, job->live.is_done);
}

bool pl_ai_live_read(PlAiJob *job, PlStr body, PlAiSaid *out, PlStr *words)
{
    const PlDoorRedact *secrets = &job->ai->world.redact;
    pl_ai_live_end(job);
    pl_ai_stream_init(&job->live, job->ai->config.api, job->values);
    job->is_live = true; /* so that whoever frees the job frees it, should memory lack */
    pl_ai_stream_feed(&job->live, body);
    bool good = pl_ai_stream_end(&job->live, job->arena, out, words);
    pl_ai_live_end(job);
    if (secrets->redact) out->text.len = secrets->redact(secrets->self, (char *)(uintptr_t)out->text.ptr, out->text.len);
    return good;
}
