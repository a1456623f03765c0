/* SPDX-License-Identifier: MIT */
/* A job is a small machine: ask; wait; judge what came; then answer, ask again with what was wrong, or wait and try again. Whatever happens on the way the
 * job ends with one answer, and what was spent stands in it. */
#include "stdlib/ai/peer_job.h"

#include "stdlib/ai/cache.h"
#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"
#include "vm/value/time.h"

enum { SECOND = 1000000, FIRST_WAIT_US = 500000, LONGEST_WAIT_S = 60, ANSWER_BYTES = 16 * 1024 * 1024 };

static void ask(void *job);

static int64_t now_of(const PlAi *ai)
{
    return ai->world.clock.mono_us(ai->world.clock.self);
}

/* ---- trying again ---- */

/* From within the loop: the job is answered, now or with the words that say why not. */
static void end_with(PlAiJob *job, unsigned status, PlStr words)
{
    pl_ai_job_fail(job, status, words);
    pl_ai_job_say(job);
}

/* Half a second, one, two; a little more by the question, so that many do not come at once. False: it is not to be tried again. */
static bool try_again(PlAiJob *job, int64_t asked_s)
{
    const PlClockPort *clock = &job->ai->world.clock;
    if (job->failures >= PL_AI_RETRIES || job->is_cancelled || asked_s > LONGEST_WAIT_S) return false;
    int64_t wait = (int64_t)FIRST_WAIT_US << job->failures;
    wait += (unsigned char)job->hash[0] * 1000 + (unsigned char)job->hash[1] * 500;
    if (asked_s * SECOND > wait) wait = asked_s * SECOND;
    int64_t at = clock->mono_us(clock->self) + wait;
    if (job->deadline_us && at >= job->deadline_us) return false;
    job->failures++;
    job->is_calling = false;
    return clock->timer(clock->self, at, ask, job, &job->inner) == PL_OK;
}

static int64_t retry_after(const PlAi *ai, const PlNetAnswer *answer)
{
    int64_t seconds, until;
    for (uint32_t i = 0; i < answer->header_count; i++) {
        if (!pl_str_eq_z(answer->headers[i].name, "retry-after")) continue;
        PlStr text = answer->headers[i].value;
        if (pl_str_to_int(text, &seconds)) return seconds > 0 ? seconds : 0;
        if (!pl_time_read_http(text, &until)) return 0;
        int64_t left = (until - ai->world.clock.wall_us(ai->world.clock.self)) / SECOND;
        return left > 0 ? left + 1 : 0;
    }
    return 0;
}

/* ---- judging ---- */

static void use_fault(PlAiJob *job, const PlNetAnswer *answer)
{
    bool passing = answer->fault == PL_NET_RESOLVE || answer->fault == PL_NET_CONNECT || answer->fault == PL_NET_TLS || answer->fault == PL_NET_TIMEOUT
                   || answer->fault == PL_NET_RESET || answer->fault == PL_NET_PROTOCOL || answer->fault == PL_NET_REFUSED_RESEND;
    if (passing && try_again(job, 0)) return;
    job->evidence = answer->evidence;
    job->fault = answer->fault;
    job->message = pl_arena_str(job->arena, answer->message);
    pl_ai_job_say(job);
}

/* What a broken attempt is known to have used is paid for. */
static void count_live(PlAiJob *job)
{
    if (job->is_live) job->tokens_in += job->live.tokens_in, job->tokens_out += job->live.tokens_out;
    pl_ai_live_end(job);
}

static bool is_passing(unsigned status)
{
    return status == 408 || status == 409 || status == 429 || status >= 500;
}

/* 400 and 422 may be about the schema, which not every server takes: once without. */
static void use_status(PlAiJob *job, const PlNetAnswer *answer)
{
    unsigned status = answer->status;
    PlStr words = pl_ai_wire_error(job->arena, job->values, answer->body);
    if (is_passing(status) && try_again(job, retry_after(job->ai, answer))) return;
    if ((status == 400 || status == 422) && job->talk.is_streamed && job->talk.count == 0) {
        job->talk.is_streamed = false;
        ask(job);
        return;
    }
    if ((status == 400 || status == 422) && (!job->task.is_text || job->task.turn) && !job->talk.is_plain && job->talk.count == 0) {
        job->talk.is_plain = true;
        ask(job);
        return;
    }
    PlStr text = pl_arena_printf(job->arena, "the model's server answers %u%s" PL_FMT, status, words.len ? ": " : "", PL_ARG(words));
    end_with(job, status >= 400 && status < 500 && !is_passing(status) ? status : 502, text);
}

static void keep_result(PlAiJob *job)
{
    const PlClockPort *clock = &job->ai->world.clock;
    job->status = 200;
    if (job->ai->config.cache_us > 0)
        pl_ai_cache_keep(job->ai->world.grants ? job->ai->world.grants->cache : NULL, job->hash, clock->wall_us(clock->self), pl_buf_str(&job->result));
    pl_ai_job_say(job);
}

/* A server that does not tell what it took is no way around a limit: four bytes are a token then. */
static void count_tokens(PlAiJob *job, const PlAiSaid *said)
{
    bool told = said->tokens_in + said->tokens_out > 0;
    job->tokens_in += told ? said->tokens_in : (int64_t)(job->sent_bytes / 4 + 1);
    job->tokens_out += told ? said->tokens_out : (int64_t)(said->text.len / 4 + 1);
}

/* Twice the model is told what is wrong with its answer. */
static void use_said(PlAiJob *job, const PlAiSaid *said)
{
    PlStr issue = PL_STR("");
    bool mended;
    job->asks++;
    count_tokens(job, said);
    if (said->refusal.len) {
        end_with(job, 422, pl_arena_printf(job->arena, "the model refuses: " PL_FMT, PL_ARG(said->refusal)));
        return;
    }
    pl_buf_clear(&job->result);
    if (pl_ai_task_result(job->arena, job->values, &job->task, said, &job->result, &mended, &issue)) {
        job->is_mended = mended;
        keep_result(job);
        return;
    }
    if (job->asks < PL_AI_ASKS) {
        bool is_call = said->function.len && job->task.turn;
        PlStr told = said->text;
        if (is_call) told = pl_arena_printf(job->arena, PL_FMT "(" PL_FMT ")", PL_ARG(said->function), PL_ARG(said->text));
        job->talk.answers[job->talk.count] = told;
        job->talk.issues[job->talk.count++] = issue;
        ask(job);
        return;
    }
    end_with(job, 502, pl_arena_printf(job->arena, "the model's answer cannot be used, asked %u times: " PL_FMT, job->asks, PL_ARG(issue)));
}

static void judge(PlAiJob *job, const PlNetAnswer *answer)
{
    PlAiSaid said;
    job->credential = pl_arena_str(job->arena, answer->credential);
    bool in_pieces = job->talk.is_streamed && pl_ai_stream_is(answer->body);
    PlStr words = PL_STR("");
    if (answer->evidence != PL_EVIDENCE_ANSWERED) {
        count_live(job);
        use_fault(job, answer);
    } else if (answer->status < 200 || answer->status >= 300) {
        use_status(job, answer);
    } else if (in_pieces && !pl_ai_live_read(job, answer->body, &said, &words)) {
        job->tokens_in += said.tokens_in;
        job->tokens_out += said.tokens_out;
        if (try_again(job, 0)) return;
        end_with(job, 502, words.len ? pl_arena_printf(job->arena, "the model's server broke its answer off: " PL_FMT, PL_ARG(words))
                                     : PL_STR("the model's server broke its answer off"));
    } else if (in_pieces) {
        use_said(job, &said);
    } else if (pl_ai_wire_read(job->arena, job->values, job->ai->config.api, answer->body, &said)) {
        use_said(job, &said);
    } else if (!try_again(job, 0)) {
        end_with(job, 502, PL_STR("the model's server answers with something else than a chat completion"));
    }
}

static void out_of_memory(PlAiJob *job)
{
    job->evidence = PL_EVIDENCE_NEVER_SENT;
    job->fault = PL_NET_TOO_LARGE;
    job->message = PL_STR("there is no memory for the model's answer");
    pl_ai_job_say(job);
}

static void answered(void *user, const PlNetAnswer *answer)
{
    PlAiJob *job = user;
    job->is_calling = false;
    if (job->is_cancelled) pl_ai_job_say(job);
    else if (setjmp(job->escape.at) == 0) judge(job, answer);
    else out_of_memory(job);
}

/* ---- asking ---- */

static uint64_t timeout_of(const PlAiJob *job)
{
    uint64_t most = job->ai->config.timeout_us;
    if (!job->deadline_us) return most;
    int64_t left = job->deadline_us - now_of(job->ai);
    if (left < 1) left = 1;
    return (uint64_t)left < most ? (uint64_t)left : most;
}

static PlStatus send_body(PlAiJob *job, PlStr body)
{
    static const PlHeader headers[] = {{PL_STR_INIT("Content-Type"), PL_STR_INIT("application/json")},
                                       {PL_STR_INIT("anthropic-version"), PL_STR_INIT("2023-06-01")}};
    const PlAi *ai = job->ai;
    PlNetRequest request = {.method = PL_POST,
                            .url = ai->config.url,
                            .plugin = ai->plugin,
                            .headers = headers,
                            .header_count = ai->config.api == PL_AI_ANTHROPIC ? 2 : 1,
                            .body = body,
                            .has_body = true,
                            .auth = &ai->config.set,
                            .auth_count = ai->config.set_count,
                            .timeout_us = timeout_of(job),
                            .max_body = ANSWER_BYTES,
                            .piece = job->talk.is_streamed ? pl_ai_live_piece : NULL};
    pl_ai_live_begin(job);
    job->is_calling = true;
    return ai->world.http.send(ai->world.http.self, &request, answered, job, &job->inner);
}

/* As a timer and by itself. The job may be gone afterwards. */
static void ask(void *user)
{
    PlAiJob *job = user;
    PlBuf body;
    pl_buf_init(&body, ANSWER_BYTES);
    pl_ai_wire_body(&body, &job->ai->config, &job->task, &job->talk);
    job->sent_bytes = body.len;
    PlStatus status = body.status == PL_OK ? send_body(job, pl_buf_str(&body)) : body.status;
    pl_buf_deinit(&body);
    if (status == PL_OK) return;
    job->is_calling = false;
    out_of_memory(job);
}

/* ---- the port ---- */

/* The question's name in the cache: all that the provider is asked, and where. */
static void name_question(PlAiJob *job, PlStr body)
{
    uint8_t hash[32];
    PlStr parts[] = {job->ai->config.url, PL_STR("\n"), body};
    pl_hash_parts(parts, 3, hash);
    pl_hash_hex(hash, sizeof hash, job->hash);
}

static bool find_cached(PlAiJob *job)
{
    const PlAi *ai = job->ai;
    const char *folder = ai->world.grants ? ai->world.grants->cache : NULL;
    int64_t now = ai->world.clock.wall_us(ai->world.clock.self);
    if (!folder || !pl_ai_cache_find(folder, job->hash, now, ai->config.cache_us, &job->result)) return false;
    job->is_cached = true;
    job->status = 200;
    return true;
}

static PlStatus start(PlAiJob *job, const PlNetRequest *request)
{
    PlDoorKind kind;
    PlStr why;
    size_t origin = pl_door_origin(request->url, &kind);
    PlStr action = pl_str_slice(request->url, origin + 1, request->url.len);
    uint64_t most = (uint64_t)INT64_MAX / 4, timeout = request->timeout_us < most ? request->timeout_us : most;
    if (timeout) job->deadline_us = job->began_us + (int64_t)timeout;
    if (!pl_ai_task_make(job->arena, job->values, action, request->body, &job->task, &why)) {
        pl_ai_job_fail(job, 400, why);
        return pl_ai_job_say_later(job);
    }
    PlBuf body;
    pl_buf_init(&body, ANSWER_BYTES);
    pl_ai_wire_body(&body, &job->ai->config, &job->task, &job->talk);
    name_question(job, pl_buf_str(&body));
    PlStatus status = body.status;
    if (status == PL_OK && find_cached(job)) {
        status = pl_ai_job_say_later(job);
    } else if (status == PL_OK) {
        job->talk.is_streamed = job->piece != NULL; /* no part of the question's name */
        pl_buf_clear(&body);
        pl_ai_wire_body(&body, &job->ai->config, &job->task, &job->talk);
        status = body.status == PL_OK ? send_body(job, pl_buf_str(&body)) : body.status;
    }
    pl_buf_deinit(&body);
    if (status != PL_LIMIT) return status;
    pl_ai_job_fail(job, 413, PL_STR("the data is too large for a model"));
    return pl_ai_job_say_later(job);
}

static PlStatus take(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    PlAi *ai = self;
    PlAiJob *job = pl_ai_job_new(ai, done, user);
    if (!job) return PL_NOMEM;
    *call = job->id;
    job->began_us = now_of(ai);
    job->piece = request->piece;
    PlStatus status = setjmp(job->escape.at) == 0 ? start(job, request) : PL_NOMEM;
    if (status != PL_OK) pl_ai_job_free(job);
    return status == PL_OK ? PL_OK : PL_NOMEM;
}

static void cancel(void *self, uint64_t call)
{
    PlAi *ai = self;
    PlAiJob *job = ai->jobs;
    while (job && job->id != call) job = job->next;
    if (!job || job->is_cancelled) return;
    job->is_cancelled = true;
    if (job->is_calling) {
        ai->world.http.cancel(ai->world.http.self, job->inner);
        return;
    }
    ai->world.clock.timer_cancel(ai->world.clock.self, job->inner);
    if (pl_ai_job_say_later(job) != PL_OK) pl_ai_job_free(job); /* nobody can be told */
}

static void close_peer(void *self)
{
    PlAi *ai = self;
    while (ai->jobs) {
        if (!ai->jobs->is_calling) ai->world.clock.timer_cancel(ai->world.clock.self, ai->jobs->inner);
        pl_ai_job_free(ai->jobs); /* what the HTTP port has is dropped with it */
    }
    pl_arena_free(ai->arena);
    pl_free(ai);
}

PlStatus pl_ai_open(const PlDoorWorld *world, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    enum { CONFIG_BYTES = 8 * 1024 * 1024 };
    PlAi *ai = pl_zalloc(sizeof *ai);
    if (!ai) return PL_NOMEM;
    ai->world = *world;
    ai->plugin = door->plugin;
    ai->arena = pl_arena_new(&ai->escape, CONFIG_BYTES);
    bool good = false;
    if (ai->arena && setjmp(ai->escape.at) == 0) good = pl_ai_config_read(ai->arena, door->config, &ai->config, why);
    if (good && !world->http.send) pl_buf_put_z(why, "there is no HTTP here");
    if (!good || !world->http.send) {
        pl_arena_free(ai->arena);
        pl_free(ai);
        return PL_REFUSED;
    }
    if (world->grants && ai->config.cache_us > 0) pl_ai_cache_sweep(world->grants->cache, world->clock.wall_us(world->clock.self), ai->config.cache_us);
    *out = (PlDoorPeer){{ai, take, cancel}, close_peer};
    return PL_OK;
}
