/* SPDX-License-Identifier: MIT */
/* The base URL of an operation: the project's, else the first usable one of the operation, its path or the document.
 * OpenAPI 3.1 section 4.8.5 (server object), 2.0 (schemes, host, basePath). */
#include "compiler/catalog/api.h"
#include "compiler/catalog/name.h"

enum { LONGEST_URL = 8192 };

static bool is_http(PlStr url)
{
    return pl_str_eq_nocase(pl_str_slice(url, 0, 7), PL_STR("http://")) ||
           pl_str_eq_nocase(pl_str_slice(url, 0, 8), PL_STR("https://"));
}

static PlStr without_slash(PlStr url)
{
    while (url.len && url.ptr[url.len - 1] == '/') url.len--;
    return url;
}

static PlStr variable_given(const PlApi *api, PlStr name)
{
    for (uint32_t i = 0; i < api->options.variable_count; i++)
        if (pl_str_eq(api->options.variables[2 * i], name)) return api->options.variables[2 * i + 1];
    return PL_STR("");
}

static PlStr variable_value(PlApi *api, const PlNode *variables, PlStr name, bool report, const PlNode *at)
{
    PlStr given = variable_given(api, name);
    if (given.len) return given;
    const PlNode *variable = pl_node_get(variables, name);
    PlNode *value = PL_GET(variable, "default");
    PlNode *values = PL_GET(variable, "enum");
    if (!value && pl_node_is(values, PL_NODE_LIST) && values->count) value = pl_node_item(values, 0);
    if (!value) {
        if (report) PL_REPORT(api->diags, SERVER_VARIABLE, pl_node_span(at), PL_ARG(name));
        return PL_STR("");
    }
    return pl_node_raw(value, api->catalog->sources);
}

/* {name} -> its value, once each. */
static PlStr fill(PlApi *api, PlStr url, const PlNode *variables, bool report, const PlNode *at)
{
    for (int rounds = 0; rounds < 50 && url.len <= LONGEST_URL; rounds++) {
        size_t open = pl_str_find_char(url, '{', 0);
        size_t close = open == PL_STR_NONE ? PL_STR_NONE : pl_str_find_char(url, '}', open);
        if (close == PL_STR_NONE) break;
        PlStr name = pl_str_trim(pl_str_slice(url, open + 1, close));
        PlStr value = variable_value(api, variables, name, report, at);
        url = pl_arena_printf(api->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(pl_str_slice(url, 0, open)), PL_ARG(value),
                              PL_ARG(pl_str_slice(url, close + 1, url.len)));
    }
    return url;
}

/* "api.example.com/v1" lacks only its scheme. */
static bool lacks_scheme(PlStr url)
{
    size_t dot = pl_str_find_char(url, '.', 0), slash = pl_str_find_char(url, '/', 0);
    bool host_first = dot != PL_STR_NONE && dot > 0 && (slash == PL_STR_NONE || dot < slash);
    return host_first && pl_str_find_char(url, ':', 0) == PL_STR_NONE && pl_str_find_char(url, ' ', 0) == PL_STR_NONE;
}

/* What a plan can be sent to, or "". */
static PlStr usable(PlApi *api, PlStr url)
{
    url = pl_str_trim(url);
    if (pl_str_starts(url, PL_STR("//")))
        url = pl_arena_printf(api->arena, "https:" PL_FMT, PL_ARG(url));
    else if (lacks_scheme(url))
        url = pl_arena_printf(api->arena, "https://" PL_FMT, PL_ARG(url));
    if (!is_http(url) || url.len > LONGEST_URL) return PL_STR("");
    size_t host = pl_str_find(url, PL_STR("://"), 0) + 3;
    size_t path = pl_str_find_char(url, '/', host);
    PlStr authority = pl_str_slice(url, host, path == PL_STR_NONE ? url.len : path);
    for (size_t i = 0; i < authority.len; i++)
        if ((unsigned char)authority.ptr[i] <= ' ' || strchr("@{}<>\"\\^`|", authority.ptr[i])) return PL_STR("");
    if (authority.len == 0 || authority.ptr[0] == ':') return PL_STR("");
    for (size_t i = 0; i < url.len; i++)
        if (url.ptr[i] == '?' || url.ptr[i] == '#') url.len = i;
    url = without_slash(url);
    return pl_action_origin(api->arena, url).len && pl_name_is_plain(url) ? url : PL_STR("");
}

static PlStr from_servers(PlApi *api, const PlNode *servers, bool report)
{
    bool alone = pl_node_is(servers, PL_NODE_MAP) || pl_node_is(servers, PL_NODE_TEXT); /* by habit one server, or its URL, without a list */
    uint32_t count = alone ? 1 : pl_node_is(servers, PL_NODE_LIST) ? servers->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const PlNode *server = alone ? servers : pl_node_item(servers, i);
        const PlNode *node = pl_node_is(server, PL_NODE_TEXT) ? server : PL_GET(server, "url");
        PlStr raw = pl_node_text(node);
        PlStr url = usable(api, fill(api, raw, PL_GET(server, "variables"), report && i == 0, node ? node : server));
        if (url.len) return url;
        if (report && node) {
            PlDiag *d = PL_REPORT(api->diags, SERVER_UNUSABLE, pl_node_span(node), PL_ARG(raw));
            pl_diag_help(api->diags, d, "server: https://...");
        }
    }
    return PL_STR("");
}

/* 2.0: schemes, host, basePath. */
static PlStr from_host(PlApi *api, const PlNode *operation, bool report)
{
    PlStr host = pl_str_trim(pl_node_text(PL_GET(api->root, "host")));
    PlStr base = pl_str_trim(pl_node_text(PL_GET(api->root, "basePath")));
    if (host.len == 0) return PL_STR("");
    const PlNode *schemes = PL_GET(operation, "schemes");
    if (pl_node_count(schemes) == 0) schemes = PL_GET(api->root, "schemes");
    bool http_only = pl_node_is(schemes, PL_NODE_LIST) && schemes->count > 0;
    for (uint32_t i = 0; http_only && i < schemes->count; i++)
        if (pl_str_eq_nocase(pl_node_text(pl_node_item(schemes, i)), PL_STR("https"))) http_only = false;
    bool has_scheme = is_http(host);
    bool slash = base.len && base.ptr[0] != '/';
    PlStr url = pl_arena_printf(api->arena, "%s" PL_FMT "%s" PL_FMT,
                                has_scheme  ? ""
                                : http_only ? "http://"
                                            : "https://",
                                PL_ARG(without_slash(host)), slash ? "/" : "", PL_ARG(base));
    PlStr good = usable(api, fill(api, url, NULL, report, PL_GET(api->root, "host")));
    if (report && good.len == 0)
        PL_REPORT(api->diags, SERVER_UNUSABLE, pl_node_span(PL_GET(api->root, "host")), PL_ARG(url));
    return good;
}

PlStr pl_server_of(PlApi *api, const PlNode *item, const PlNode *operation, bool report)
{
    if (api->options.server.len) return without_slash(api->options.server);
    PlStr url;
    bool servers = PL_GET(api->root, "servers") != NULL, host = PL_GET(api->root, "host") != NULL;
    if (api->dialect == PL_DIALECT_2 ? host || !servers : host && !servers) {
        url = from_host(api, operation, report);
    } else {
        url = from_servers(api, PL_GET(operation, "servers"), false);
        if (url.len == 0) url = from_servers(api, PL_GET(item, "servers"), false);
        if (url.len == 0) url = from_servers(api, PL_GET(api->root, "servers"), report);
    }
    if (report && url.len == 0 && !servers && !host) {
        PlDiag *d = PL_REPORT(api->diags, SERVER_NONE, pl_node_span(api->root), PL_ARG(api->plugin->name));
        pl_diag_help(api->diags, d, "server: https://...");
        d->span.end = d->span.start + 1;
    }
    return url;
}
