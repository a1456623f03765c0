/* SPDX-License-Identifier: MIT */
/* A token as http_token.c and http_token_cache.c share it. Private to them. */
#ifndef PL_IO_HTTP_TOKEN_H
#define PL_IO_HTTP_TOKEN_H

#include "vm/io/http_call.h"

struct PlHttpToken {
    PlHttpToken *next;
    PlHttp *http;
    char *url, *plugin, *scopes, *name, *client_name;
    PlBuf client;       /* "id:secret"; of a login "id" */
    char *file;         /* of a login; NULL: client credentials */
    char *cache;        /* of client credentials: the file that processes share; NULL: none */
    PlBuf refresh;      /* of a login; empty: it cannot be refreshed */
    PlBuf value;        /* empty: none */
    PlBuf dead;         /* the last that the server refused: never taken from the cache again */
    int64_t until_us;   /* monotonic */
    bool is_fetching, in_body;
    PlHttpList waiting;
    int lock;           /* of the cache, while it is fetched; -1 */
    uint64_t timer;     /* 0: none. Another process fetches it: the cache is looked at again */
    int64_t patience_us; /* monotonic: from then on it is fetched all the same */
};

int64_t pl_http_token_wall_s(const PlHttpToken *token);

/* Sets token->cache where the options have a folder for it. */
PL_MUST_USE PlStatus pl_http_token_cache_place(PlHttpToken *token);
/* Calls fetch when this process is to fetch it, else settles it from the cache, now or later. */
void pl_http_token_cache_begin(PlHttpToken *token);
void pl_http_token_cache_put(PlHttpToken *token, int64_t life_s); /* token->value, which is good for so long */
void pl_http_token_cache_end(PlHttpToken *token);                 /* nobody waits any more */

/* ---- http_token.c, for the cache ---- */
void pl_http_token_fetch(PlHttpToken *token);
void pl_http_token_settle(PlHttpToken *token, PlNetFault fault, const char *message);

#endif
