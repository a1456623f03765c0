/* SPDX-License-Identifier: MIT */
/* Inside vm/run: from an action and arguments to a request. The same arguments give the same bytes, always: a resumed run builds each request
 * again and compares it with the recorded one. Credentials are not here; the net port adds them. spec/effects.md. */
#ifndef PL_RUN_REQUEST_H
#define PL_RUN_REQUEST_H

#include "vm/run/state.h"

typedef struct PlRequest { /* all memory in run->sending */
    PlMethod method;
    PlStr url, origin;      /* origin: "https://api.example.com:443" */
    PlHeader *headers;
    uint32_t header_count;
    PlStr body;
    const PlFileRef *body_file; /* instead of body: a file that is not in memory; NULL */
    PlPart *parts;
    uint32_t part_count;
    bool has_body;
    PlStr key;              /* the idempotency key that it carries; "" for none */
    bool if_match, if_none_match; /* it is made only when the thing is, or is not, as it was read (RFC 9110 section 13.1) */
    uint8_t hash[32];       /* SHA-256 over all of the above */
} PlRequest;

/* PL_GO_ON with *out filled; else the error was raised. `epoch` counts the decisions "not applied, send again". */
PlGo pl_request_build(PlFiber *fiber, const PlCallSite *call, PlStr path, uint32_t epoch, PlRequest *out);
/* A header that holds for one state of a thing: If-Match, If-None-Match. Its argument is a text, or what an earlier call left in its `tag`: [ETag, URL,
 * answer], which counts for that URL alone. */
bool pl_request_is_condition(const PlParam *param);
/* Another address, for a redirect: the same headers, no body. */
void pl_request_redirect(PlRun *run, PlRequest *request, PlStr url);
/* A plain GET of that address, with nothing of the request but what it accepts: how long work is asked about. */
void pl_request_poll(PlRun *run, PlRequest *request, PlStr url);
/* Are the files that it sends there, with the bytes that they had? Else the run breaks, with nothing sent. */
void pl_request_check_files(PlRun *run, PlStr path, const PlRequest *request);
/* {"method": , "url": , "headers": [[name, value]...], "body": text | {"sha256", "bytes"}, "parts": [...]}: what a person approves. */
void pl_request_show(PlRun *run, PlBuf *out, const PlRequest *request);
/* scheme://host:port in lower case with the port always; false when the URL has none, or a user name. */
bool pl_request_origin(PlBuf *out, PlStr url);
/* `url` against the address it came from. */
void pl_request_resolve(PlBuf *out, PlStr base, PlStr url);

/* ---- request_style.c: a value as OpenAPI's styles write it (OpenAPI 3.1 "style values", RFC 6570) ---- */
void pl_request_wire(PlBuf *out, PlValue v); /* a scalar as it goes over the wire: true, 1.5, 2026-11-20; lists and records as JSON */
void pl_request_encode(PlBuf *out, PlStr text, const char *keep); /* percent-encoding but for unreserved (RFC 3986 2.3) and what is kept */
void pl_request_path(PlBuf *out, const PlParam *param, PlValue v);
/* Appends name=value pairs, each after a separator: '?' or '&' (from *first). */
void pl_request_query(PlBuf *out, const PlParam *param, PlValue v, bool *first);
void pl_request_plain(PlBuf *out, const PlParam *param, PlValue v); /* headers and cookies: no percent-encoding */

/* ---- request_body.c ---- */
typedef struct PlArgs { /* arguments by the index of their parameter; absent: nothing */
    const PlAction *action;
    PlValue *values; /* borrowed */
} PlArgs;
/* A property of a JSON body that must be there and may be null: nothing is sent as null. */
bool pl_request_takes_null(const PlRun *run, const PlAction *action, const PlParam *param);
/* Fills body, parts, has_body. False with *bad (a parameter) and static words when one cannot be put into the body. */
bool pl_request_body(PlRun *run, const PlArgs *args, PlRequest *out, const PlParam **bad, const char **why);

#endif
