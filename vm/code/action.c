/* SPDX-License-Identifier: MIT */
/* Names of the parts of an action, and the few questions that compiler and VM both ask of one. */
#include "vm/code/action.h"

static const char *const method_names[] = {"GET",    "HEAD",    "POST",  "PUT",  "PATCH",
                                           "DELETE", "OPTIONS", "TRACE", "QUERY"};
static const char *const effect_names[] = {"none", "read", "write", "delete"};
static const char *const doubt_names[] = {"safe", "idempotent", "keyed", "reconcilable", "unsafe"};
static const char *const place_names[] = {"path", "query", "header", "cookie", "body"};
static const char *const auth_kind_names[] = {"api key", "basic", "bearer", "oauth2 client", "oauth2 token", "other"};

_Static_assert(sizeof method_names / sizeof *method_names == PL_METHOD_COUNT, "a name for each method");
_Static_assert(sizeof effect_names / sizeof *effect_names == PL_EFFECT_COUNT, "a name for each effect");
_Static_assert(sizeof doubt_names / sizeof *doubt_names == PL_DOUBT_COUNT, "a name for each class of doubt");
_Static_assert(sizeof place_names / sizeof *place_names == PL_PLACE_COUNT, "a name for each place");
_Static_assert(sizeof auth_kind_names / sizeof *auth_kind_names == PL_AUTH_KIND_COUNT, "a name for each kind");

static const char *name_in(const char *const *names, unsigned count, unsigned index)
{
    return index < count ? names[index] : "?";
}

const char *pl_method_name(PlMethod method)
{
    return name_in(method_names, PL_METHOD_COUNT, (unsigned)method);
}

bool pl_method_by_name(PlStr name, PlMethod *out)
{
    for (unsigned i = 0; i < PL_METHOD_COUNT; i++) {
        if (!pl_str_eq_nocase(name, pl_str_z(method_names[i]))) continue;
        *out = (PlMethod)i;
        return true;
    }
    return false;
}

const char *pl_effect_name(PlEffect effect)
{
    return name_in(effect_names, PL_EFFECT_COUNT, (unsigned)effect);
}

const char *pl_doubt_name(PlDoubt doubt)
{
    return name_in(doubt_names, PL_DOUBT_COUNT, (unsigned)doubt);
}

const char *pl_place_name(PlPlace place)
{
    return name_in(place_names, PL_PLACE_COUNT, (unsigned)place);
}

const char *pl_auth_kind_name(PlAuthKind kind)
{
    return name_in(auth_kind_names, PL_AUTH_KIND_COUNT, (unsigned)kind);
}

const PlResponse *pl_action_response(const PlAction *action, unsigned status)
{
    const PlResponse *range = NULL, *fallback = NULL;
    for (uint32_t i = 0; i < action->response_count; i++) {
        const PlResponse *r = &action->responses[i];
        if (r->low == status && r->high == status) return r;
        if (r->low == 0 && r->high == 0) {
            if (!fallback) fallback = r;
        } else if (!range && r->low <= status && status <= r->high) {
            range = r;
        }
    }
    return range ? range : fallback;
}

const PlParam *pl_action_param(const PlAction *action, PlStr name)
{
    for (uint32_t i = 0; i < action->param_count; i++)
        if (pl_str_eq(action->params[i].name, name)) return &action->params[i];
    return NULL;
}

PlDoubt pl_action_doubt_of(const PlAction *action)
{
    switch (action->method) {
    case PL_GET:
    case PL_HEAD:
    case PL_OPTIONS:
    case PL_TRACE:
    case PL_QUERY: return PL_DOUBT_SAFE;
    case PL_PUT:
    case PL_DELETE: return PL_DOUBT_IDEMPOTENT;
    default: break;
    }
    for (uint32_t i = 0; i < action->param_count; i++)
        if (action->params[i].is_key) return PL_DOUBT_KEYED;
    return PL_DOUBT_UNSAFE;
}

/* ---- origins (RFC 6454) --------------------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_host_char(char c, bool bracketed)
{
    c = lower(c);
    bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (bracketed) return hex || c == ':' || c == '.';
    return hex || (c >= 'g' && c <= 'z') || c == '-' || c == '.' || c == '_';
}

/* ":8080" or "", up to the end of the authority. */
static bool read_port(PlStr rest, unsigned *port)
{
    if (rest.len == 0) return true;
    if (rest.ptr[0] != ':' || rest.len < 2 || rest.len > 6) return false;
    unsigned n = 0;
    for (size_t i = 1; i < rest.len; i++) {
        if (rest.ptr[i] < '0' || rest.ptr[i] > '9') return false;
        n = n * 10 + (unsigned)(rest.ptr[i] - '0');
    }
    *port = n;
    return n > 0 && n <= 65535;
}

typedef struct Scheme {
    const char *start;
    unsigned port;
} Scheme;

static const Scheme schemes[] = {{"https://", 443}, {"http://", 80}, {"smtps://", 465}, {"smtp://", 587}};
enum { WEB = 2, ANY = sizeof schemes / sizeof *schemes };

static PlStr origin_of(PlArena *arena, PlStr url, size_t count)
{
    const PlStr none = {"", 0};
    PlDoorKind door;
    size_t of_door = pl_door_origin(url, &door);
    if (of_door) return pl_arena_str(arena, pl_str_slice(url, 0, of_door));
    const Scheme *scheme = NULL;
    for (size_t i = 0; i < count && !scheme; i++)
        if (pl_str_eq_nocase(pl_str_slice(url, 0, strlen(schemes[i].start)), pl_str_z(schemes[i].start))) scheme = &schemes[i];
    if (!scheme) return none;
    PlStr rest = pl_str_slice(url, strlen(scheme->start), url.len);
    size_t end = 0, host = 0;
    while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?' && rest.ptr[end] != '#') end++;
    rest.len = end;
    bool bracketed = rest.len && rest.ptr[0] == '[';
    if (bracketed) host++;
    while (host < rest.len && is_host_char(rest.ptr[host], bracketed)) host++;
    if (bracketed && (host < 4 || host == rest.len || rest.ptr[host++] != ']')) return none;
    unsigned port = scheme->port;
    if (host == 0 || host > 253 || !read_port(pl_str_slice(rest, host, rest.len), &port)) return none;
    char name[254] = "";
    for (size_t i = 0; i < host; i++) name[i] = lower(rest.ptr[i]);
    return pl_arena_printf(arena, "%s%s:%u", scheme->start, name, port);
}

PlStr pl_action_origin(PlArena *arena, PlStr url)
{
    return origin_of(arena, url, WEB);
}

PlStr pl_action_host(PlArena *arena, PlStr url)
{
    return origin_of(arena, url, ANY);
}
