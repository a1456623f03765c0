/* SPDX-License-Identifier: MIT */
/* Credentials for a request: which of the alternatives, and what each adds (OpenAPI security schemes; RFC 7617 basic, RFC 6750 bearer). The first set
 * whose credentials are all at hand is used; a set that needs none only when no other can be. Secrets go from PlSecrets to the request's copy. */
#include "vm/io/http_call.h"

#include "vm/base/limits.h"

#include <stdio.h>

void pl_http_auth_init(PlHttpAuth *auth)
{
    *auth = (PlHttpAuth){0};
    pl_buf_init(&auth->lines, PL_LIMIT_SECRET_BYTES * 8);
    pl_buf_init(&auth->query, PL_LIMIT_SECRET_BYTES * 8);
    pl_buf_init(&auth->cookie, PL_LIMIT_SECRET_BYTES * 8);
    pl_buf_init(&auth->names, 0);
}

static void wipe(PlBuf *buf)
{
    if (buf->ptr) explicit_bzero(buf->ptr, buf->cap);
    pl_buf_deinit(buf);
}

void pl_http_auth_deinit(PlHttpAuth *auth)
{
    wipe(&auth->lines);
    wipe(&auth->query);
    wipe(&auth->cookie);
    pl_buf_deinit(&auth->names);
}

static void end_line(PlHttpAuth *auth)
{
    pl_buf_put_char(&auth->lines, '\0');
    auth->line_count++;
}

static void put_api_key(PlHttpAuth *auth, const PlAuth *scheme, PlStr key)
{
    if (scheme->place == PL_IN_QUERY) {
        if (auth->query.len) pl_buf_put_char(&auth->query, '&');
        pl_secrets_put_percent(&auth->query, scheme->wire);
        pl_buf_put_char(&auth->query, '=');
        pl_secrets_put_percent(&auth->query, key);
    } else if (scheme->place == PL_IN_COOKIE) {
        if (auth->cookie.len) pl_buf_put_z(&auth->cookie, "; ");
        pl_buf_put(&auth->cookie, scheme->wire);
        pl_buf_put_char(&auth->cookie, '=');
        pl_buf_put(&auth->cookie, key);
    } else {
        pl_buf_put(&auth->lines, scheme->wire);
        pl_buf_put_z(&auth->lines, ": ");
        pl_buf_put(&auth->lines, key);
        end_line(auth);
    }
}

static void put_scheme(PlHttpAuth *auth, const PlAuth *scheme, PlStr secret)
{
    switch (scheme->kind) {
    case PL_AUTH_API_KEY: put_api_key(auth, scheme, secret); break;
    case PL_AUTH_BASIC:
        pl_buf_put_z(&auth->lines, "Authorization: Basic ");
        pl_secrets_put_base64(&auth->lines, secret);
        end_line(auth);
        break;
    default: /* bearer, and OAuth2 flows whose token is the credential */
        pl_buf_put_z(&auth->lines, "Authorization: Bearer ");
        pl_buf_put(&auth->lines, secret);
        end_line(auth);
    }
}

static PlStatus put_credential(PlHttpCall *call, const PlNetRequest *request, PlHttpAuth *auth, const PlAuth *scheme)
{
    PlStr secret, error;
    const char *file = pl_secrets_login(call->http->secrets, scheme->credential);
    if (file && (scheme->kind == PL_AUTH_BASIC || scheme->kind == PL_AUTH_API_KEY)) {
        snprintf(call->message, sizeof call->message, "credential %.*s is a login, and the document wants %s", PL_ARG(scheme->credential),
                 pl_auth_kind_name(scheme->kind));
        return PL_CREDENTIAL;
    }
    if (file) {
        if (auth->names.len) pl_buf_put_z(&auth->names, ", ");
        pl_buf_put(&auth->names, scheme->credential);
        auth->is_secret = true;
        return pl_http_token_login(call->http, scheme->credential, file, &auth->token, call->message, sizeof call->message);
    }
    PlStatus status = pl_secrets_get(call->http->secrets, scheme->credential, &secret, &error);
    if (status == PL_CREDENTIAL) snprintf(call->message, sizeof call->message, "%.*s", PL_ARG(error));
    if (status != PL_OK) return status;
    if (scheme->kind == PL_AUTH_API_KEY && scheme->place == PL_IN_HEADER && !pl_http_gate_is_header(scheme->wire, PL_STR(""))) {
        snprintf(call->message, sizeof call->message, "the document names no usable header for credential %.*s",
                 PL_ARG(scheme->credential));
        return PL_CREDENTIAL;
    }
    if (auth->names.len) pl_buf_put_z(&auth->names, ", ");
    pl_buf_put(&auth->names, scheme->credential);
    auth->is_secret = true;
    if (scheme->kind == PL_AUTH_OAUTH2_CLIENT) {
        auth->token = pl_http_token_find(call->http, scheme, request->plugin, secret);
        return auth->token ? PL_OK : PL_NOMEM;
    }
    put_scheme(auth, scheme, secret);
    return PL_OK;
}

/* May this set be used: a source for each credential, and no kind that we cannot do. */
static bool is_at_hand(PlSecrets *secrets, const PlAuthSet *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->all[i].kind == PL_AUTH_OTHER || !secrets || !pl_secrets_has(secrets, set->all[i].credential)) return false;
    return set->count > 0;
}

/* "needs a credential: set PILOT_CREDENTIAL_A and PILOT_CREDENTIAL_B, or PILOT_CREDENTIAL_C" */
static void say_missing(PlHttpCall *call, const PlNetRequest *request)
{
    PlBuf text;
    pl_buf_init(&text, sizeof call->message - 1);
    bool any = false, other = false;
    for (uint32_t i = 0; i < request->auth_count; i++) {
        const PlAuthSet *set = &request->auth[i];
        bool usable = set->count > 0;
        for (uint32_t k = 0; k < set->count; k++) usable &= set->all[k].kind != PL_AUTH_OTHER;
        other |= !usable;
        if (!usable) continue;
        pl_buf_put_z(&text, any ? ", or " : "no credential is at hand: set ");
        any = true;
        for (uint32_t k = 0; k < set->count; k++) {
            if (k) pl_buf_put_z(&text, " and ");
            pl_secrets_variable(&text, set->all[k].credential);
            if (set->all[k].kind == PL_AUTH_BASIC) pl_buf_put_z(&text, " (user:password)");
            if (set->all[k].kind == PL_AUTH_OAUTH2_CLIENT) pl_buf_put_z(&text, " (client_id:client_secret)");
        }
    }
    if (!any)
        pl_buf_put_z(&text, other ? "the document asks for a kind of authentication that is not supported" : "no credential");
    else
        pl_buf_put_z(&text, ", or name a source in the project file");
    snprintf(call->message, sizeof call->message, "%.*s", PL_ARG(pl_buf_str(&text)));
    pl_buf_deinit(&text);
}

const PlAuthSet *pl_http_auth_choose(PlSecrets *secrets, const PlNetRequest *request, bool *needed)
{
    *needed = request->auth_count > 0;
    for (uint32_t i = 0; i < request->auth_count; i++) {
        if (is_at_hand(secrets, &request->auth[i])) return &request->auth[i];
        if (!request->auth[i].count) *needed = false;
    }
    return NULL;
}

PlStatus pl_http_auth_make(PlHttpCall *call, const PlNetRequest *request, PlHttpAuth *auth)
{
    bool needed;
    const PlAuthSet *set = pl_http_auth_choose(call->http->secrets, request, &needed);
    if (!set && needed) {
        say_missing(call, request);
        return PL_CREDENTIAL;
    }
    for (uint32_t i = 0; set && i < set->count; i++) {
        PlStatus status = put_credential(call, request, auth, &set->all[i]);
        if (status != PL_OK) return status;
    }
    bool failed = auth->lines.status != PL_OK || auth->query.status != PL_OK || auth->cookie.status != PL_OK ||
                  auth->names.status != PL_OK;
    return failed ? PL_NOMEM : PL_OK;
}
