/* SPDX-License-Identifier: MIT */
/* A server that says when it will listen again (429, or 503, with Retry-After) says it to all calls of the run that would come to it with the same
 * credential: they wait before anything of them is written or sent. Only what is waited for is kept here, no row: a resumed run reads the same
 * answers, or asks once more. */
#include "vm/run/call.h"

#include <stdio.h>

enum { LONGEST_S = 86400 };

static bool is_edge(PlStr text, size_t at)
{
    if (at >= text.len) return true;
    char c = text.ptr[at];
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || (unsigned char)c >= 0x80);
}

bool pl_rest_names(PlStr credentials, PlStr name)
{
    for (size_t at = 0; (at = pl_str_find(credentials, name, at)) != PL_STR_NONE; at++)
        if ((at == 0 || is_edge(credentials, at - 1)) && is_edge(credentials, at + name.len)) return true;
    return false;
}

static bool uses(const PlAction *action, PlStr credentials)
{
    for (uint32_t i = 0; i < action->auth_count; i++)
        for (uint32_t k = 0; k < action->auth[i].count; k++)
            if (pl_rest_names(credentials, action->auth[i].all[k].credential)) return true;
    return credentials.len == 0;
}

static bool is_same(const PlRest *rest, PlStr origin, PlStr credential)
{
    return pl_str_eq_z(origin, rest->origin) && pl_str_eq_z(credential, rest->credential);
}

void pl_rest_note(const PlCall *call, const PlReply *reply, PlStr url)
{
    PlRun *run = call->run;
    int64_t asked = pl_call_retry_after(reply);
    bool says = reply->evidence == PL_EVIDENCE_ANSWERED && (reply->status == 429 || reply->status == 503);
    if (!says || asked <= 0 || asked > LONGEST_S) return;
    PlBuf *origin = pl_run_scratch(run);
    PlRest *rest = &run->rests[0];
    bool fits = pl_request_origin(origin, url) && origin->len < sizeof rest->origin && reply->credential.len < sizeof rest->credential;
    for (size_t i = 0; i < PL_STATE_RESTS; i++) { /* its own place, else that of the one that is over first */
        PlRest *r = &run->rests[i];
        if (r->until_us < rest->until_us) rest = r;
        if (fits && is_same(r, pl_buf_str(origin), reply->credential)) {
            rest = r;
            break;
        }
    }
    int64_t until = reply->at_us + asked * 1000000;
    if (fits && until > rest->until_us) {
        rest->until_us = until;
        snprintf(rest->origin, sizeof rest->origin, PL_FMT, PL_ARG(pl_buf_str(origin)));
        snprintf(rest->credential, sizeof rest->credential, PL_FMT, PL_ARG(reply->credential));
    }
    pl_run_give(run, origin);
}

bool pl_rest_holds(PlCall *call, PlStr origin)
{
    const PlRun *run = call->run;
    int64_t now = run->ports.clock.wall_us(run->ports.clock.self), until = now;
    for (size_t i = 0; i < PL_STATE_RESTS; i++) {
        const PlRest *r = &run->rests[i];
        if (r->until_us > until && pl_str_eq_z(origin, r->origin) && uses(call->action, pl_str_z(r->credential))) until = r->until_us;
    }
    if (until == now) return false;
    call->retry_at_us = until;
    return true;
}
