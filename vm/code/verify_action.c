/* SPDX-License-Identifier: MIT */
/* Actions can be turned into requests without surprises (RFC 9110 field names, no line breaks anywhere in a head, templates that
 * are filled), and the manifest covers them: their hosts, their effects, their credentials. */
#include "vm/code/verify.h"

#include "vm/base/json_scan.h"

/* token of RFC 9110 section 5.6.2 */
static bool is_token(PlStr s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!alnum && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    return s.len > 0;
}

static bool is_in_template(PlStr path, PlStr wire)
{
    for (size_t at = 0; (at = pl_str_find(path, wire, at)) != PL_STR_NONE; at++)
        if (at > 0 && path.ptr[at - 1] == '{' && at + wire.len < path.len && path.ptr[at + wire.len] == '}')
            return true;
    return false;
}

static void verify_param(PlVerify *v, const PlAction *a, const PlParam *p)
{
    pl_verify_need(v, p->place < PL_PLACE_COUNT && p->style < PL_STYLE_COUNT, "a parameter of no known place or style");
    pl_verify_index(v, p->type, v->m->types.all.len, "type");
    pl_verify_literal(v, &p->value);
    pl_verify_no_control(v, p->name, "a parameter's name");
    pl_verify_no_control(v, p->wire, "a parameter's name on the wire");
    pl_verify_no_control(v, p->content_type, "a parameter's content type");
    if (p->place == PL_IN_HEADER) {
        pl_verify_need(v, is_token(p->wire), "a header whose name is no token");
        if (p->value.kind == PL_LIT_TEXT) pl_verify_no_control(v, p->value.as.text, "a header's value");
    }
    if (p->place == PL_IN_PATH) {
        pl_verify_need(v, p->wire.len > 0 && is_in_template(a->path, p->wire),
                       "a parameter of the path that is not in the path");
        pl_verify_need(v, p->required || p->fixed, "a parameter of the path that may be left out");
    }
    if (p->whole_body) pl_verify_need(v, p->place == PL_IN_BODY, "a whole body that is not in the body");
}

/* Each {name} of the path is a parameter. */
static void verify_path(PlVerify *v, const PlAction *a)
{
    pl_verify_need(v, a->path.len > 0 && a->path.ptr[0] == '/', "a path that does not begin with '/'");
    pl_verify_no_control(v, a->path, "the path");
    for (size_t open = 0; (open = pl_str_find_char(a->path, '{', open)) != PL_STR_NONE;) {
        size_t close = pl_str_find_char(a->path, '}', open);
        pl_verify_need(v, close != PL_STR_NONE, "a '{' in the path that is not closed");
        PlStr name = pl_str_slice(a->path, open + 1, close);
        bool found = false;
        for (uint32_t i = 0; i < a->param_count && !found; i++)
            found = a->params[i].place == PL_IN_PATH && pl_str_eq(a->params[i].wire, name);
        pl_verify_need(v, found, "a name in the path that is no parameter");
        open = close;
    }
}

static void verify_params(PlVerify *v, const PlAction *a)
{
    PlArenaMark mark = pl_arena_mark(v->scratch);
    PlMap seen;
    pl_map_init(&seen, v->scratch);
    for (uint32_t i = 0; i < a->param_count; i++) {
        const PlParam *p = &a->params[i];
        verify_param(v, a, p);
        if (p->fixed) continue;
        bool added;
        pl_map_put(&seen, p->name, &added);
        pl_verify_need(v, p->name.len > 0 && added, "a parameter without a name, or named twice");
        if (p->required && !p->is_key) v->required[v->index]++;
    }
    pl_arena_rewind(v->scratch, mark);
}

static bool is_listed(const PlMap *names, PlStr name)
{
    return pl_map_find(names, name) != NULL;
}

static void need_host(PlVerify *v, const PlMap *hosts, PlStr url, const char *what)
{
    pl_verify_no_control(v, url, what);
    PlStr origin = pl_action_origin(v->scratch, url);
    pl_verify_need(v, origin.len > 0, "%s is neither an absolute http or https URL nor a door", what);
    pl_verify_need(v, is_listed(hosts, origin), "%s is at " PL_FMT ", which the manifest does not list", what,
                   PL_ARG(origin));
}

/* A server behind a door needs the door of its plugin in the manifest: what opens it is approved with the rest. */
static void need_door(PlVerify *v, const PlAction *a)
{
    const PlManifest *f = &v->m->manifest;
    PlDoorKind kind;
    bool found = !pl_door_origin(a->server, &kind);
    for (uint32_t i = 0; i < f->door_count && !found; i++) found = f->doors[i].kind == kind && pl_str_eq(f->doors[i].plugin, a->plugin);
    pl_verify_need(v, found, "its server is behind a door that the manifest does not list");
}

static void verify_auth(PlVerify *v, const PlAuth *auth, const PlMap *hosts, const PlMap *credentials)
{
    pl_verify_need(v, auth->kind < PL_AUTH_KIND_COUNT && auth->place < PL_PLACE_COUNT, "a credential of no known kind");
    pl_verify_need(v, is_listed(credentials, auth->credential), "a credential that the manifest does not list");
    pl_verify_no_control(v, auth->wire, "a credential's name on the wire");
    for (uint32_t i = 0; i < auth->scope_count; i++) pl_verify_no_control(v, auth->scopes[i], "a scope");
    if (auth->kind == PL_AUTH_API_KEY) {
        pl_verify_need(v, auth->place == PL_IN_HEADER || auth->place == PL_IN_QUERY || auth->place == PL_IN_COOKIE,
                       "a credential in the %s", pl_place_name(auth->place));
        pl_verify_need(v, auth->place == PL_IN_HEADER ? is_token(auth->wire) : auth->wire.len > 0,
                       "a credential whose name on the wire is no token");
    }
    if (auth->kind == PL_AUTH_OAUTH2_CLIENT) need_host(v, hosts, auth->token_url, "the token's address");
}

static void verify_responses(PlVerify *v, const PlAction *a)
{
    for (uint32_t i = 0; i < a->response_count; i++) {
        const PlResponse *r = &a->responses[i];
        bool fallback = r->low == 0 && r->high == 0;
        pl_verify_need(v, fallback || (r->low >= 100 && r->low <= r->high && r->high <= 999), "statuses %u to %u",
                       r->low, r->high);
        pl_verify_need(v, r->body < PL_BODY_KIND_COUNT, "a response's body of no known kind");
        pl_verify_index(v, r->type, v->m->types.all.len, "type");
    }
}

static bool is_pointer(PlStr s)
{
    return s.len == 0 || s.ptr[0] == '/';
}

static bool is_query_param(const PlAction *a, PlStr wire)
{
    bool found = wire.len == 0;
    for (uint32_t i = 0; i < a->param_count && !found; i++)
        found = a->params[i].place == PL_IN_QUERY && pl_str_eq(a->params[i].wire, wire);
    return found;
}

static void verify_paging(PlVerify *v, const PlAction *a)
{
    const PlPaging *p = &a->paging;
    pl_verify_need(v, p->form < PL_PAGE_FORM_COUNT, "no known form of paging");
    pl_verify_need(v, is_query_param(a, p->param) && is_query_param(a, p->size), "paging by a parameter that is not in the query");
    pl_verify_need(v, is_pointer(p->next) && is_pointer(p->more) && is_pointer(p->items) && is_pointer(p->total),
                   "paging by a place that is no JSON pointer");
}

static bool has_param(const PlAction *a, PlStr name)
{
    return pl_action_param(a, name) != NULL;
}

/* The probe is an action of the module that only reads, and what it is given and compared with are arguments of the call. */
static void verify_probe(PlVerify *v, const PlAction *a)
{
    const PlProbe *p = &a->probe;
    const PlAction *asked = NULL;
    for (uint32_t i = 0; i < v->m->action_count && p->action.len; i++)
        if (pl_str_eq(v->m->actions[i].plugin, a->plugin) && pl_str_eq(v->m->actions[i].name, p->action)) asked = &v->m->actions[i];
    pl_verify_need(v, (p->action.len > 0) == (a->doubt == PL_DOUBT_RECONCILABLE), "a probe without the class, or the other way round");
    if (p->action.len == 0) return;
    pl_verify_need(v, asked && asked->doubt == PL_DOUBT_SAFE, "its probe is no action of the module that only reads");
    pl_verify_need(v, p->with_count + p->match_count > 0 && p->after_us <= INT64_MAX, "a probe that looks for nothing");
    for (uint32_t i = 0; i < p->with_count; i++)
        pl_verify_need(v, has_param(asked, p->with[i].name) && has_param(a, p->with[i].arg), "a probe with unknown arguments");
    for (uint32_t i = 0; i < p->match_count; i++)
        pl_verify_need(v, pl_str_starts(p->match[i].arg, PL_STR("=")) || has_param(a, p->match[i].arg), "a probe that compares an unknown argument");
    for (uint32_t i = 0; i < asked->param_count; i++) {
        bool given = !asked->params[i].required || asked->params[i].fixed || asked->params[i].is_key;
        for (uint32_t k = 0; k < p->with_count && !given; k++) given = pl_str_eq(p->with[k].name, asked->params[i].name);
        pl_verify_need(v, given, "a probe that does not give parameter %u", i);
    }
}

static void verify_await(PlVerify *v, const PlAwait *a)
{
    pl_verify_no_control(v, a->header, "a header");
    pl_verify_need(v, is_pointer(a->place) && is_pointer(a->state) && is_pointer(a->result), "a place that is no JSON pointer");
    pl_verify_need(v, a->every_us <= INT64_MAX && a->within_us <= INT64_MAX, "a time that is too long");
    pl_verify_index(v, a->type, v->m->types.all.len, "type");
}

/* What a built-in tool does is known here too, so that a module cannot say that it only reads when it writes. stdlib/plugins. */
static bool tool_reads(PlStr tool, PlStr path)
{
    static const char *const reads[] = {"browser/open", "browser/wait", "browser/read", "browser/list", "browser/table",
                                        "clock/now",    "fs/read",      "fs/list",      "fs/stat",      "git/status",   "git/log",
                                        "git/show",     "git/diff",     "http/get",     "random/number", "random/token", "search/text",
                                        "search/files"};
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        if (pl_str_starts(pl_str_z(reads[i]), tool) && pl_str_eq_z(path, reads[i] + tool.len)) return true;
    return false;
}

static void verify_tool(PlVerify *v, const PlAction *a)
{
    const PlManifest *f = &v->m->manifest;
    PlDoorKind kind;
    if (a->effect >= PL_EFFECT_WRITE || !pl_door_origin(a->server, &kind) || kind != PL_DOOR_TOOL) return;
    for (uint32_t i = 0; i < f->door_count; i++) {
        if (f->doors[i].kind != PL_DOOR_TOOL || !pl_str_eq(f->doors[i].plugin, a->plugin)) continue;
        PlStr tool = pl_json_find_text(v->scratch, f->doors[i].config, "tool");
        pl_verify_need(v, tool_reads(tool, a->path), "its effect is %s, but the tool does more", pl_effect_name(a->effect));
    }
}

static void verify_action(PlVerify *v, const PlAction *a, const PlMap *hosts, const PlMap *credentials)
{
    pl_verify_need(v, a->plugin.len > 0 && a->name.len > 0, "no name");
    pl_verify_no_control(v, a->plugin, "its plugin's name");
    pl_verify_no_control(v, a->name, "its name");
    pl_verify_need(v,
                   a->effect < PL_EFFECT_COUNT && a->doubt < PL_DOUBT_COUNT && a->method < PL_METHOD_COUNT &&
                       a->body < PL_BODY_KIND_COUNT,
                   "no known effect, doubt, method or body");
    pl_verify_need(v, a->effect <= v->m->manifest.effect, "its effect is %s, which the manifest does not allow",
                   pl_effect_name(a->effect));
    if (a->server.len) need_host(v, hosts, a->server, "the server");
    need_door(v, a);
    verify_tool(v, a);
    pl_verify_no_control(v, a->body_type, "the body's type");
    pl_verify_index(v, a->result, v->m->types.all.len, "type");
    verify_path(v, a);
    verify_params(v, a);
    verify_responses(v, a);
    verify_paging(v, a);
    verify_probe(v, a);
    verify_await(v, &a->await);
    pl_verify_no_control(v, a->hints.status_header, "a header");
    pl_verify_no_control(v, a->hints.look, "the name of an action");
    for (uint32_t i = 0; i < a->auth_count; i++)
        for (uint32_t j = 0; j < a->auth[i].count; j++) verify_auth(v, &a->auth[i].all[j], hosts, credentials);
}

void pl_verify_actions(PlVerify *v)
{
    const PlManifest *f = &v->m->manifest;
    PlMap hosts, credentials;
    pl_map_init(&hosts, v->scratch);
    pl_map_init(&credentials, v->scratch);
    for (uint32_t i = 0; i < f->host_count; i++) pl_map_put(&hosts, f->hosts[i].origin, NULL);
    for (uint32_t i = 0; i < f->credential_count; i++) pl_map_put(&credentials, f->credentials[i], NULL);
    v->required = PL_NEW_N(v->scratch, uint32_t, v->m->action_count);
    v->what = "action";
    for (v->index = 0; v->index < v->m->action_count; v->index++)
        verify_action(v, &v->m->actions[v->index], &hosts, &credentials);
}

void pl_verify_manifest(PlVerify *v)
{
    const PlModule *m = v->m;
    v->what = "manifest";
    v->index = 0;
    pl_verify_need(v, m->manifest.effect < PL_EFFECT_COUNT, "no known effect");
    for (uint32_t i = 0; i < m->manifest.host_count; i++) {
        PlStr written = m->manifest.hosts[i].origin;
        pl_verify_need(v, written.len > 0 && pl_str_eq(pl_action_host(v->scratch, written), written),
                       "host %u is no origin", i);
        pl_verify_no_control(v, m->manifest.hosts[i].plugin, "a plugin's name");
    }
    for (uint32_t i = 0; i < m->manifest.credential_count; i++) {
        pl_verify_need(v, m->manifest.credentials[i].len > 0, "a credential without a name");
        pl_verify_no_control(v, m->manifest.credentials[i], "a credential's name");
    }
    pl_verify_need(v, m->manifest.policy < PL_POLICY_COUNT, "no known policy");
    for (uint32_t i = 0; i < m->manifest.trust_count; i++) {
        const PlTrust *t = &m->manifest.trusts[i];
        bool is_selector = t->from == PL_TRUST_ALL;
        pl_verify_need(v, !is_selector || (t->to != PL_TRUST_ALL && t->field.len == 0), "a selector of no action");
        if (!is_selector) pl_verify_index(v, t->from, m->action_count, "action");
        if (t->to != PL_TRUST_ALL) pl_verify_index(v, t->to, m->action_count, "action");
        if (t->to != PL_TRUST_ALL && t->param != PL_TRUST_ALL) pl_verify_index(v, t->param, m->actions[t->to].param_count, "argument");
    }
    for (uint32_t i = 0; i < m->manifest.door_count; i++) {
        const PlDoor *door = &m->manifest.doors[i];
        bool is_object = door->config.len > 0 && door->config.ptr[0] == '{' && pl_verify_is_json(door->config);
        pl_verify_need(v, door->kind < PL_DOOR_KIND_COUNT && door->plugin.len > 0 && is_object, "door %u has no plugin, or no object to open it with", i);
        pl_verify_no_control(v, door->plugin, "a plugin's name");
        PlStr behind = is_object ? pl_action_host(v->scratch, pl_json_find_text(v->scratch, door->config, "url")) : PL_STR("");
        bool listed = behind.len == 0;
        for (uint32_t k = 0; k < m->manifest.host_count && !listed; k++)
            listed = pl_str_eq(m->manifest.hosts[k].origin, behind) && pl_str_eq(m->manifest.hosts[k].plugin, door->plugin);
        pl_verify_need(v, listed, "behind door %u is " PL_FMT ", which the hosts do not list", i, PL_ARG(behind));
    }
    bool asks = m->ask_count > 0;
    for (uint32_t i = 0; i < m->call_count; i++) asks |= (m->calls[i].flags & PL_CALL_ASK_FIRST) != 0;
    pl_verify_need(v, !asks || m->manifest.asks_person, "a person is asked, which it does not say");
}
