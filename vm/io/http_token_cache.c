/* SPDX-License-Identifier: MIT */
/* Tokens of client credentials that the processes of one user share: a file for each (token URL, client, scopes) in the user's cache folder, mode 0600, written
 * whole. One process fetches, under the file's lock; the others look at the file until it is there. A cache that cannot be used costs a fetch, never a call. */
#include "vm/io/http_token.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"
#include "vm/io/private.h"
#include "vm/io/token_file.h"

#include <errno.h>
#include <stdio.h>

enum { LOOK_US = 50000, PATIENCE_US = 15000000, NAME = 16 };

/* The name is a hash, also of the secret: who does not know it does not find the token. */
PlStatus pl_http_token_cache_place(PlHttpToken *token)
{
    PlBuf text;
    uint8_t hash[32];
    char hex[2 * NAME + 1], path[4096];
    token->cache = NULL;
    if (!token->http->token_folder) return PL_OK;
    pl_buf_init(&text, 0);
    pl_buf_printf(&text, "pilot token 1\n%s\n%s\n", token->url, token->scopes);
    pl_buf_put(&text, pl_buf_str(&token->client));
    PlStatus status = text.status;
    if (status == PL_OK) {
        pl_hash_bytes(pl_buf_str(&text), hash);
        pl_hash_hex(hash, NAME, hex);
        bool fits = (size_t)snprintf(path, sizeof path, "%s/%s", token->http->token_folder, hex) < sizeof path;
        if (fits) token->cache = pl_strdup_n(path, strlen(path));
        if (fits && !token->cache) status = PL_NOMEM;
    }
    pl_private_wipe(&text);
    return status;
}

/* Takes it when it is good. */
static bool take(PlHttpToken *token)
{
    const PlClockPort *clock = &token->http->clock;
    const char *why = "";
    PlToken read;
    pl_token_init(&read);
    bool good = pl_token_read(token->cache, &read, &why) == PL_OK;
    int64_t left_s = good ? read.expires_at_s - pl_http_token_wall_s(token) : 0;
    PlStr value = pl_buf_str(&read.access);
    good = good && left_s > 0 && !pl_str_eq(value, pl_buf_str(&token->dead)) && pl_http_gate_is_header(PL_STR("authorization"), value);
    if (good) {
        pl_private_wipe(&token->value);
        pl_buf_init(&token->value, 0);
        pl_buf_put(&token->value, value);
        token->until_us = clock->mono_us(clock->self) + (left_s < 86400 ? left_s : 86400) * 1000000;
        good = token->value.status == PL_OK && pl_secrets_note(token->http->secrets, pl_str_z(token->name), value) == PL_OK;
        if (!good) pl_private_wipe(&token->value);
    }
    pl_token_wipe(&read);
    return good;
}

static void unlock(PlHttpToken *token)
{
    pl_private_unlock(token->lock);
    token->lock = -1;
}

static void look(void *user)
{
    PlHttpToken *token = user;
    const PlClockPort *clock = &token->http->clock;
    token->timer = 0;
    if (take(token)) {
        pl_http_token_settle(token, PL_NET_OK, "");
        return;
    }
    token->lock = pl_private_lock(token->cache, 0);
    bool busy = token->lock < 0 && errno == EWOULDBLOCK, impatient = clock->mono_us(clock->self) >= token->patience_us;
    if (busy && !impatient && clock->timer(clock->self, clock->mono_us(clock->self) + LOOK_US, look, token, &token->timer) == PL_OK) return;
    if (token->lock >= 0 && take(token)) pl_http_token_settle(token, PL_NET_OK, ""); /* who had the lock wrote it */
    else pl_http_token_fetch(token);
}

void pl_http_token_cache_begin(PlHttpToken *token)
{
    const PlClockPort *clock = &token->http->clock;
    token->is_fetching = true;
    token->patience_us = clock->mono_us(clock->self) + PATIENCE_US;
    if (token->cache) look(token);
    else pl_http_token_fetch(token);
}

void pl_http_token_cache_put(PlHttpToken *token, int64_t life_s)
{
    PlToken write;
    if (!token->cache) return;
    pl_token_init(&write);
    pl_buf_put(&write.access, pl_buf_str(&token->value));
    write.expires_at_s = pl_http_token_wall_s(token) + life_s;
    PlStatus status = write.access.status == PL_OK ? pl_token_put(token->cache, &write) : PL_NOMEM;
    (void)status; /* the next process fetches its own */
    pl_token_wipe(&write);
}

void pl_http_token_cache_end(PlHttpToken *token)
{
    const PlClockPort *clock = &token->http->clock;
    if (token->timer) clock->timer_cancel(clock->self, token->timer);
    token->timer = 0;
    unlock(token);
}
