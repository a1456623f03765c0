/* SPDX-License-Identifier: MIT */
/* Inside vm/run: a call under way, what came back, and how they go to rows and come from them. The life of a call is in step.c. */
#ifndef PL_RUN_CALL_H
#define PL_RUN_CALL_H

#include "vm/run/request.h"

/* What is known of an attempt: from the wire or from its row. All texts borrowed. */
typedef struct PlReply {
    PlEvidence evidence;
    PlNetFault fault;
    PlStr message;           /* of a fault */
    unsigned status;
    PlHeader headers[32];    /* those that are kept */
    uint32_t header_count;
    PlStr body, credential;
    bool is_file;            /* the body is this file instead */
    PlFileRef file;
    bool body_lost;          /* there was one, and no memory for it */
    bool again;              /* not sent because the process gave up: whoever takes the run up sends it */
    int64_t at_us;           /* wall clock: when it came */
    uint64_t elapsed_us;
    PlUsage usage;
} PlReply;

typedef enum PlStage {
    PL_STAGE_CALL,
    PL_STAGE_POLL,  /* it only began the work: the address that says how far it is */
    PL_STAGE_FETCH  /* the address of the result */
} PlStage;

struct PlCall {
    PlCall *prev, *next;     /* all calls of the run */
    PlCall *send_next;       /* of those that wait to be sent */
    PlRun *run;              /* NULL: the run is gone, only the net port still knows this call */
    PlFiber *fiber;          /* NULL: nobody waits for it any more */
    const PlCallSite *site;
    const PlAction *action;
    PlStr path;              /* memory of the call */
    uint32_t attempt;        /* from 1; counts redirects and sends after a crash, too */
    unsigned part;           /* of a model's answer: which is coming, from 1 */
    uint32_t failures;       /* attempts that failed: what retries are counted by */
    uint32_t epoch, hops;
    PlStage stage;
    PlValue pages;           /* `all pages`: what came so far, owned; nothing before the second page */
    uint64_t items;          /* in it */
    bool was_unknown;        /* an earlier attempt may have been applied */
    bool if_match, if_none_match; /* of the last request */
    bool queued, in_flight, in_doubt, told, approved;
    PlCall *doubted;         /* this call is a probe: what happened to that one? Both belong to the fiber */
    PlCallSite *own_site;    /* of a probe; memory of the call */
    bool probing;            /* a probe of this call is under way */
    int64_t await_from_us;   /* stages behind the first: when the work began, wall clock */
    uint32_t polls;
    bool is_monitored;       /* the address tells of the work, not the result itself */
    char *result_text;       /* a part of the last answer, which is the result; memory of the call */
    char *result_url;        /* where the end of the work will be; NULL: not said; memory of the call */
    uint64_t handle;
    PlRequest *request;      /* while it is queued */
    uint8_t hash[32];
    char *url, *location;    /* of the last request; of a redirect, else NULL; memory of the call */
    int64_t began_us;        /* monotonic */
    int64_t retry_at_us;     /* wall clock */
    PlReply reply;           /* after the answer: points into `memory` */
    void *memory;
    bool answered;
};

/* How much may be done when the fate of this attempt is unknown: a poll of long work only reads, whatever the call that began it did. */
static inline PlDoubt pl_call_class(const PlCall *call)
{
    return call->stage == PL_STAGE_CALL ? call->action->doubt : PL_DOUBT_SAFE;
}

/* ---- call_rows.c ---- */
void pl_call_put_intent(PlCall *call, const PlRequest *request);
void pl_call_put_reply(PlCall *call, const PlReply *reply); /* RESULT, FAIL or INDOUBT; needs no heap */
/* The reply of an earlier process from a RESULT, FAIL or INDOUBT row of this attempt; *row (owned) and *blob hold its texts. */
bool pl_call_find_reply(PlCall *call, PlReply *reply, PlValue *row, PlBuf *blob);
/* The INTENT row of this attempt; its hash must be that of the request, else the run breaks. */
bool pl_call_find_intent(PlCall *call, const PlRequest *request, int64_t *wall_us);
PlStr pl_call_header(const PlReply *reply, const char *name); /* lower case; "" when absent */
bool pl_call_keeps_header(PlStr name);                       /* of an answer: goes to the journal */

/* ---- call_send.c ---- */
PlCall *pl_call_new(PlFiber *fiber, const PlCallSite *site, PlStr path);
void pl_call_free(PlCall *call);
void pl_call_keep_url(PlCall *call, PlStr url);
void pl_call_park(PlCall *call, const PlReply *reply); /* step.c: a PARK row; the call is in doubt. Needs no heap */
void pl_call_queue(PlCall *call, const PlRequest *request); /* to be sent when this turn's rows are durable */

/* ---- call_retry.c ---- */
typedef enum PlVerdict {
    PL_VERDICT_VALUE,
    PL_VERDICT_GONE,     /* DELETE after an attempt that may have been applied, and now 404: done, perhaps by us */
    PL_VERDICT_RETRY,
    PL_VERDICT_REDIRECT,
    PL_VERDICT_DOUBT,
    PL_VERDICT_ERROR
} PlVerdict;
int64_t pl_call_retry_after(const PlReply *reply); /* seconds from when it came; -1: not said */
/* What follows from a reply. Depends on the rows and the plan alone. RETRY: *wait_us from the time of the reply. */
PlVerdict pl_call_judge(const PlCall *call, const PlReply *reply, int64_t *wait_us);

/* ---- rest.c: servers that say when they will listen again ---- */
/* Is the whole name among the credentials that a call went out with? shop.token is not in myshop.token. */
bool pl_rest_names(PlStr credentials, PlStr name);
void pl_rest_note(const PlCall *call, const PlReply *reply, PlStr url);
/* Must it wait, before it is written or sent? Then call->retry_at_us says until when. */
bool pl_rest_holds(PlCall *call, PlStr origin);

/* ---- probe.c: asking the server whether a call in doubt was applied ---- */
typedef enum PlProbed {
    PL_PROBED_NOT,        /* it cannot be asked, or the answer proves nothing: *why */
    PL_PROBED_WAITS,      /* the fiber waits; `resume` is called, and then pl_probe_go again */
    PL_PROBED_APPLIED,    /* *value is the answer that it would have had, owned */
    PL_PROBED_NOT_APPLIED
} PlProbed;
/* Begins the probe of this attempt of `call`, or goes on with it where fiber->call is that probe. When it is over fiber->call is the call again.
 * `since_us`: wall clock, when the doubt arose. `why` gets words for people. */
PlProbed pl_probe_go(PlFiber *fiber, PlCall *call, int64_t since_us, PlResume resume, PlValue *value, PlBuf *why);

/* ---- await.c ---- */
/* A success came. PL_GO_ON: it is the call's answer (reply->body may have become a part of it). PL_GO_YIELD: it only began the work, or the work goes on;
 * the next attempt is set up, for call->retry_at_us. Else raised. */
PlGo pl_await_next(PlFiber *fiber, PlCall *call, PlReply *reply);

/* ---- policy.c ---- */
/* PL_GO_ON: the manifest and the limits allow this request. Else the run ends (code 6 or 7). */
/* The same as a question, without ending the run. */
bool pl_policy_allows(const PlCall *call, const PlRequest *request);
PlGo pl_policy_check(PlFiber *fiber, const PlCall *call, const PlRequest *request);

/* ---- response.c ---- */
/* Raise what the reply says, or put its value into `reg`. */
/* Is a good answer a file, whatever its status? */
bool pl_response_is_file(const PlCall *call);
PlGo pl_response_value(PlFiber *fiber, PlCall *call, const PlReply *reply, uint16_t reg);
PlGo pl_response_error(PlFiber *fiber, PlCall *call, const PlReply *reply);

#endif
