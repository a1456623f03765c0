/* SPDX-License-Identifier: MIT */
/* What follows from what is known of an attempt: the table of spec/effects.md. An unsafe call is sent again only when it was certainly not
 * applied (no byte left, or the server says it refused: 429, 503 with Retry-After). Waits come from the plan, the server or the run's
 * seed, so a resumed run waits as the first one would have. */
#include "vm/run/call.h"

#include "vm/code/hash.h"
#include "vm/value/time.h"

enum {
    SECOND = 1000000,
    LONGEST_WAIT = 300,      /* seconds: of a doubling wait */
    LONGEST_ASKED = 86400,   /* seconds: a server that asks for more gets an error instead */
    REFUSALS = 3,            /* 429 is waited out this often without a `retry` */
    BROKEN = 2,              /* a broken connection, where a repeat is harmless */
    HOPS = 5,
    POLLS = 5,               /* a poll of long work that fails is made again this often: the work goes on meanwhile */
    IN_PROGRESS = 2          /* seconds: 409 to a repeated key means the first is still at work */
};

/* Retry-After in seconds from when the answer came, by our clock; -1 when there is none. RFC 9110 10.2.3 */
int64_t pl_call_retry_after(const PlReply *reply)
{
    int64_t seconds, until;
    PlStr text = pl_call_header(reply, "retry-after");
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') digits++;
    if (text.len && digits == text.len) return pl_str_to_int(text, &seconds) && seconds < INT32_MAX ? seconds : INT32_MAX; /* 68 years are enough */
    if (pl_str_to_int(text, &seconds)) return -1;
    if (!pl_time_read_http(text, &until)) return -1;
    return until > reply->at_us ? (until - reply->at_us + SECOND - 1) / SECOND : 0;
}

static uint32_t retries_of(const PlCall *call)
{
    return call->stage != PL_STAGE_CALL && call->site->retries < POLLS ? POLLS : call->site->retries;
}

static uint64_t chance(const PlCall *call)
{
    PlRun *run = call->run;
    PlBuf *text = pl_run_scratch(run);
    uint8_t mac[32];
    uint64_t n = 0;
    pl_buf_printf(text, "wait " PL_FMT " " PL_FMT " %u", PL_ARG(run->id), PL_ARG(call->path), call->attempt);
    pl_run_check_buf(run, text);
    pl_hash_hmac(pl_str((const char *)run->options.seed, sizeof run->options.seed), pl_buf_str(text), mac);
    pl_run_give(run, text);
    for (int i = 0; i < 8; i++) n = n << 8 | mac[i];
    return n;
}

/* The plan's own wait exactly; without one a random part of 1, 2, 4... seconds. */
static int64_t wait_of(const PlCall *call, const PlReply *reply)
{
    const PlCallSite *site = call->site;
    int64_t asked = pl_call_retry_after(reply), ceiling = (int64_t)LONGEST_WAIT * SECOND, wait;
    uint32_t doublings = call->failures < 20 ? call->failures : 20;
    if (site->retry_wait_us) {
        wait = site->retry_wait_us > (uint64_t)ceiling * SECOND ? ceiling * SECOND : (int64_t)site->retry_wait_us;
        if (site->flags & PL_CALL_DOUBLING && wait < ceiling) {
            wait = wait << doublings;
            if (wait > ceiling || wait < 0) wait = ceiling;
        }
    } else {
        int64_t most = (int64_t)SECOND << doublings;
        if (most > ceiling) most = ceiling;
        wait = 1 + (int64_t)(chance(call) % (uint64_t)most);
    }
    return asked >= 0 && asked * SECOND > wait ? asked * SECOND : wait;
}

static bool is_passing(unsigned status)
{
    return status == 408 || status == 425 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

/* A token that Pilot fetched may have been withdrawn; the net port has dropped it, and the next attempt brings a new one. A 401 was not applied. */
static bool is_stale_token(const PlCall *call, const PlReply *reply)
{
    const PlAction *action = call->action;
    if (reply->status != 401 || call->failures > 0 || !reply->credential.len) return false;
    for (uint32_t i = 0; i < action->auth_count; i++)
        for (uint32_t k = 0; k < action->auth[i].count; k++) {
            const PlAuth *auth = &action->auth[i].all[k];
            if (auth->kind == PL_AUTH_OAUTH2_CLIENT && pl_rest_names(reply->credential, auth->credential)) return true;
        }
    return false;
}

static PlVerdict judge_status(const PlCall *call, const PlReply *reply, int64_t *wait_us)
{
    PlDoubt class = pl_call_class(call);
    unsigned status = reply->status;
    bool repeatable = pl_doubt_is_repeatable(class);
    int64_t asked = pl_call_retry_after(reply);
    if (status >= 200 && status < 300) return PL_VERDICT_VALUE;
    if (status == 304 && call->if_none_match) return PL_VERDICT_VALUE; /* it is as it was read */
    if (status >= 300 && status < 400 && status != 304)
        return class == PL_DOUBT_SAFE && call->hops < HOPS && pl_call_header(reply, "location").len ? PL_VERDICT_REDIRECT : PL_VERDICT_ERROR;
    if (call->was_unknown && call->action->method == PL_DELETE && (status == 404 || status == 410)) return PL_VERDICT_GONE;
    if (call->was_unknown && class == PL_DOUBT_KEYED && status == 422) return PL_VERDICT_DOUBT;
    if (call->was_unknown && call->if_match && status == 412) return PL_VERDICT_DOUBT; /* changed: by the attempt that was lost, or by somebody else */
    if (is_stale_token(call, reply)) return PL_VERDICT_RETRY;
    if (asked > LONGEST_ASKED) return PL_VERDICT_ERROR;
    bool left = call->failures < retries_of(call);
    bool refused = status == 429 || (status == 503 && asked >= 0);
    bool again = left && (refused || (repeatable && is_passing(status)));
    again = again || (status == 429 && call->failures < REFUSALS);
    if (call->was_unknown && class == PL_DOUBT_KEYED && status == 409 && (left || call->failures < REFUSALS)) {
        *wait_us = (int64_t)IN_PROGRESS * SECOND;
        return PL_VERDICT_RETRY;
    }
    *wait_us = again ? wait_of(call, reply) : 0;
    return again ? PL_VERDICT_RETRY : PL_VERDICT_ERROR;
}

PlVerdict pl_call_judge(const PlCall *call, const PlReply *reply, int64_t *wait_us)
{
    bool left = call->failures < retries_of(call), repeatable = pl_doubt_is_repeatable(pl_call_class(call)), again;
    *wait_us = 0;
    if (reply->evidence == PL_EVIDENCE_ANSWERED) return judge_status(call, reply, wait_us);
    if (reply->evidence == PL_EVIDENCE_NEVER_SENT) {
        bool passing = reply->fault == PL_NET_RESOLVE || reply->fault == PL_NET_CONNECT || reply->fault == PL_NET_TLS
                       || reply->fault == PL_NET_TIMEOUT || reply->fault == PL_NET_RESET;
        again = left && passing;
    } else if (!repeatable) {
        return PL_VERDICT_DOUBT;
    } else {
        bool broken = reply->fault == PL_NET_RESET || reply->fault == PL_NET_REFUSED_RESEND; /* a pooled connection that died, too */
        bool passing = reply->fault == PL_NET_TIMEOUT || broken || reply->fault == PL_NET_PROTOCOL;
        again = (left && passing) || (broken && call->failures < BROKEN);
    }
    if (!again) return PL_VERDICT_ERROR;
    *wait_us = wait_of(call, reply);
    return PL_VERDICT_RETRY;
}
