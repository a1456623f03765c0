/* SPDX-License-Identifier: MIT */
/* What a call must prove, as names of credentials, never values. Alternatives in the document's order; all schemes of
 * one alternative together. OpenAPI 3.1 sections 4.8.27 and 4.8.30, 2.0 (securityDefinitions). spec/actions.md section
 * 5. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/name.h"

enum { SAID_SOMEWHERE = 1, SAID_NOWHERE };

static PlNode *schemes_of(PlApi *api)
{
    PlNode *old = PL_GET(api->root, "securityDefinitions"), *home = PL_GET(PL_GET(api->root, "components"), "securitySchemes");
    if (old && (api->dialect == PL_DIALECT_2 || !home)) home = old;
    return pl_ref_follow(&api->refs, home, NULL);
}

static PlNode *scheme_node(PlApi *api, PlStr name)
{
    return pl_ref_follow(&api->refs, pl_node_get(schemes_of(api), name), NULL);
}

static PlStr credential_name(PlApi *api, PlStr scheme)
{
    PlStr snake = pl_name_snake(api->arena, scheme);
    if (api->options.credential_name.len) return api->options.credential_name;
    return pl_arena_printf(api->arena, PL_FMT "." PL_FMT, PL_ARG(api->plugin->credential),
                           PL_ARG(snake.len ? snake : PL_STR("key")));
}

/* A token URL may be relative to the server. */
static PlStr token_url(PlDraft *draft, PlStr url)
{
    PlStr server = draft->action->server;
    url = pl_str_trim(url);
    if (url.len == 0 || url.ptr[0] != '/' || server.len == 0) return url;
    size_t host = pl_str_find(server, PL_STR("://"), 0) + 3;
    PlStr origin = pl_str_slice(server, 0, pl_str_find_char(server, '/', host));
    return pl_arena_printf(draft->api->arena, PL_FMT PL_FMT, PL_ARG(origin), PL_ARG(url));
}

static void read_scopes(PlApi *api, PlAuth *auth, const PlNode *scopes)
{
    bool one = pl_node_is(scopes, PL_NODE_TEXT); /* by habit without a list */
    uint32_t count = one ? 1 : pl_node_is(scopes, PL_NODE_LIST) ? scopes->count : 0;
    auth->scopes = PL_NEW_N(api->arena, PlStr, count + 1u);
    for (uint32_t i = 0; i < count; i++) {
        PlStr scope = pl_node_text(one ? scopes : pl_node_item(scopes, i));
        if (pl_name_is_plain(scope)) auth->scopes[auth->scope_count++] = scope;
    }
}

static void read_oauth(PlDraft *draft, PlAuth *auth, const PlNode *scheme)
{
    const PlNode *flow = PL_GET(PL_GET(scheme, "flows"), "clientCredentials");
    bool client = flow != NULL;
    if (!PL_GET(scheme, "flows")) { /* 2.0 */
        flow = scheme;
        client = pl_str_eq_z(pl_node_text(PL_GET(scheme, "flow")), "application");
    }
    auth->kind = client ? PL_AUTH_OAUTH2_CLIENT : PL_AUTH_OAUTH2_TOKEN;
    if (client) auth->token_url = token_url(draft, pl_node_text(PL_GET(flow, "tokenUrl")));
    if (pl_action_origin(draft->api->arena, auth->token_url).len ==
        0) { /* nowhere to fetch a token: one is given as the credential */
        auth->kind = PL_AUTH_OAUTH2_TOKEN;
        auth->token_url = PL_STR("");
    }
}

static void read_api_key(PlAuth *auth, const PlNode *scheme)
{
    PlStr in = pl_node_text(PL_GET(scheme, "in"));
    auth->kind = PL_AUTH_API_KEY;
    auth->wire = pl_str_trim(pl_node_text(PL_GET(scheme, "name")));
    auth->place = pl_str_eq_z(in, "query") ? PL_IN_QUERY : pl_str_eq_z(in, "cookie") ? PL_IN_COOKIE : PL_IN_HEADER;
    if (!(auth->place == PL_IN_HEADER ? pl_name_is_token(auth->wire) : pl_name_is_plain(auth->wire))) auth->kind = PL_AUTH_OTHER;
}

static bool holds(PlStr name, const char *word)
{
    return pl_str_find(name, pl_str_z(word), 0) != PL_STR_NONE;
}

/* A scheme that is named but not defined: its name may say what it is. */
static bool guess(PlDraft *draft, const PlPair *need, PlAuth *auth)
{
    PlStr name = pl_name_key(draft->api->arena, auth->scheme);
    bool bearer = holds(name, "bearer") || holds(name, "oauth") || holds(name, "jwt") || holds(name, "accesstoken");
    bool basic = holds(name, "basic");
    if (bearer) auth->kind = PL_AUTH_BEARER;
    if (basic) auth->kind = PL_AUTH_BASIC;
    if (pl_ref_once(&draft->api->refs, pl_pair_span(need), "scheme"))
        PL_REPORT(draft->api->diags, OP_SCHEME, pl_pair_span(need), PL_ARG(auth->scheme),
                  basic    ? "it is taken as basic"
                  : bearer ? "it is taken as a bearer token"
                           : "this way of access was left out");
    return bearer || basic;
}

/* False when the document does not define the scheme. */
static bool read_auth(PlDraft *draft, const PlPair *need, PlAuth *auth)
{
    PlApi *api = draft->api;
    PlStr name = pl_pair_key(need);
    const PlNode *scheme = scheme_node(api, name);
    *auth = (PlAuth){.kind = PL_AUTH_OTHER, .scheme = name, .credential = credential_name(api, name)};
    if (!pl_node_is(scheme, PL_NODE_MAP)) return guess(draft, need, auth);
    PlStr type = pl_node_text(PL_GET(scheme, "type"));
    PlStr http = pl_node_text(PL_GET(scheme, "scheme"));
    read_scopes(api, auth, &need->value);
    if (pl_str_eq_nocase(type, PL_STR("apiKey")))
        read_api_key(auth, scheme);
    else if (pl_str_eq_nocase(type, PL_STR("oauth2")))
        read_oauth(draft, auth, scheme);
    else if (pl_str_eq_nocase(type, PL_STR("openIdConnect")))
        auth->kind = PL_AUTH_OAUTH2_TOKEN;
    else if (pl_str_eq_nocase(type, PL_STR("basic")) || pl_str_eq_nocase(http, PL_STR("basic")))
        auth->kind = PL_AUTH_BASIC;
    else if (pl_str_eq_nocase(type, PL_STR("bearer")) || pl_str_eq_nocase(http, PL_STR("bearer")))
        auth->kind = PL_AUTH_BEARER;
    bool other = auth->kind == PL_AUTH_OTHER;
    if (other && pl_ref_once(&api->refs, pl_node_span(scheme), "kind"))
        PL_REPORT(api->diags, OP_SCHEME_KIND, pl_node_span(scheme), PL_ARG(name));
    return true;
}

/* An Authorization header among the parameters, and no scheme: a credential of its own. */
static void from_header(PlDraft *draft)
{
    PlApi *api = draft->api;
    PlAction *action = draft->action;
    action->auth = PL_NEW_N(api->arena, PlAuthSet, 2);
    PlAuth *auth = PL_NEW(api->arena, PlAuth);
    *auth = (PlAuth){.kind = PL_AUTH_API_KEY,
                     .scheme = PL_STR("authorization"),
                     .place = PL_IN_HEADER,
                     .wire = PL_STR("Authorization")};
    auth->credential = credential_name(api, auth->scheme);
    action->auth[action->auth_count++] = (PlAuthSet){auth, 1};
    if (!draft->authorization_required) action->auth[action->auth_count++] = (PlAuthSet){NULL, 0};
}

/* Whether the word `security` stands nowhere, though schemes are defined: then nobody said which operation needs them. */
static bool says_nothing(PlApi *api)
{
    if (api->security_said) return api->security_said == SAID_NOWHERE;
    bool said = PL_GET(api->root, "security") != NULL;
    for (uint32_t i = 0; i < api->entries.len && !said; i++) said = PL_GET(api->entries.items[i]->node, "security") != NULL;
    api->security_said = said ? SAID_SOMEWHERE : SAID_NOWHERE;
    return !said;
}

/* Each scheme is a way to prove who calls, and none is the last: what is at hand is used, and nothing is asked for. */
static void from_schemes(PlDraft *draft)
{
    PlApi *api = draft->api;
    PlAction *action = draft->action;
    const PlNode *schemes = schemes_of(api);
    uint32_t count = pl_node_is(schemes, PL_NODE_MAP) ? schemes->count : 0;
    if (count == 0) return;
    if (pl_ref_once(&api->refs, pl_node_span(schemes), "unsaid")) PL_REPORT0(api->diags, OP_SCHEMES_UNSAID, pl_node_span(schemes));
    action->auth = PL_NEW_N(api->arena, PlAuthSet, count + 1u);
    for (uint32_t i = 0; i < count; i++) {
        PlAuth *auth = PL_NEW(api->arena, PlAuth);
        PlPair need = *pl_node_at(schemes, i);
        need.value = (PlNode){.kind = PL_NODE_NULL}; /* no scopes */
        if (!pl_node_is(pl_ref_follow(&api->refs, &pl_node_at(schemes, i)->value, NULL), PL_NODE_MAP) || !read_auth(draft, &need, auth)) continue;
        action->auth[action->auth_count++] = (PlAuthSet){auth, 1};
    }
    action->auth[action->auth_count++] = (PlAuthSet){NULL, 0};
}

void pl_draft_security(PlDraft *draft)
{
    PlApi *api = draft->api;
    PlAction *action = draft->action;
    const PlNode *security = PL_GET(draft->entry->node, "security");
    if (!security) security = PL_GET(api->root, "security");
    bool alone = pl_node_is(security, PL_NODE_MAP) && security->count; /* by habit one way without a list */
    if (alone && pl_ref_once(&api->refs, pl_node_span(security), "list")) PL_REPORT(api->diags, SCHEMA_TAKEN, pl_node_span(security), "security", "a list");
    uint32_t count = alone ? 1 : pl_node_is(security, PL_NODE_LIST) ? security->count : 0;
    action->auth = PL_NEW_N(api->arena, PlAuthSet, count + 1u);
    for (uint32_t i = 0; i < count; i++) {
        const PlNode *needs = alone ? security : pl_node_item(security, i);
        PlAuth named;
        if (pl_node_is(needs, PL_NODE_TEXT) && read_auth(draft,
                                                         &(PlPair){.key = needs->as.text,
                                                                   .key_len = needs->count,
                                                                   .key_start = needs->start,
                                                                   .key_end = needs->end,
                                                                   .value = {.kind = PL_NODE_NULL, .source = needs->source}},
                                                         &named)) {
            PlAuth *auth = PL_NEW(api->arena, PlAuth);
            *auth = named;
            action->auth[action->auth_count++] = (PlAuthSet){auth, 1};
        }
        if (needs->kind != PL_NODE_MAP) continue;
        PlAuthSet set = {PL_NEW_N(api->arena, PlAuth, needs->count + 1u), 0};
        bool known = true;
        for (uint32_t k = 0; k < needs->count && known; k++)
            known = read_auth(draft, pl_node_at(needs, k), &set.all[set.count++]);
        if (known) action->auth[action->auth_count++] = set;
    }
    if (action->auth_count == 0 && draft->wants_authorization) from_header(draft);
    if (action->auth_count == 0 && !security && says_nothing(api)) from_schemes(draft);
}
