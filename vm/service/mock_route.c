/* SPDX-License-Identifier: MIT */
/* Which operation a request means. Templates are sorted once so that the first one that fits is the most specific: where two differ first, a
 * literal stands before a parameter, and a parameter before one that may hold slashes. RFC 3986, OpenAPI 3.1 section 4.8.8.2. */
#include "vm/service/mock_internal.h"

#include <stdlib.h>

enum { MAX_PIECES = 64, MAX_STEPS = 20000 };

PlStr pl_mock_path_of_url(PlStr url)
{
    size_t host = pl_str_find(url, PL_STR("://"), 0);
    size_t path = host == PL_STR_NONE ? pl_str_find_char(url, '/', 0) : pl_str_find_char(url, '/', host + 3);
    return path == PL_STR_NONE ? PL_STR("") : pl_str_slice(url, path, url.len);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `form`: '+' is a space. `partly`: %2F and %25 stay, so that the result can be split at slashes and unescaped again. */
PlStr pl_mock_unescape(PlArena *arena, PlStr text, bool form, bool partly)
{
    bool plain = pl_str_find_char(text, '%', 0) == PL_STR_NONE && (!form || pl_str_find_char(text, '+', 0) == PL_STR_NONE);
    if (plain) return text;
    char *out = pl_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int high = i + 2 < text.len ? hex(text.ptr[i + 1]) : -1, low = high < 0 ? -1 : hex(text.ptr[i + 2]);
        char c = text.ptr[i];
        if (c == '+' && form) c = ' ';
        if (c == '%' && low >= 0) {
            char decoded = (char)(high * 16 + low);
            if (!partly || (decoded != '/' && decoded != '%')) {
                c = decoded;
                i += 2;
            }
        }
        out[len++] = c;
    }
    out[len] = 0;
    return pl_str(out, len);
}

/* ---- templates ---------------------------------------------------------------------------------------------------- */

static bool is_deep(const PlMockOp *op, PlStr name)
{
    for (uint32_t i = 0; i < op->action->param_count; i++) {
        const PlParam *param = &op->action->params[i];
        if (param->place == PL_IN_PATH && pl_str_eq(param->wire, name)) return param->allow_reserved;
    }
    return false;
}

static void add_piece(PlMockRoute *route, PlMockPiece piece)
{
    if (piece.text.len && route->piece_count < MAX_PIECES) route->pieces[route->piece_count++] = piece;
}

static void read_template(PlMock *mock, PlMockRoute *route)
{
    PlStr t = route->template;
    route->pieces = PL_NEW_N(mock->arena, PlMockPiece, MAX_PIECES);
    for (size_t i = 0; i < t.len;) {
        size_t open = pl_str_find_char(t, '{', i), close = open == PL_STR_NONE ? PL_STR_NONE : pl_str_find_char(t, '}', open);
        size_t stop = close == PL_STR_NONE ? t.len : open;
        PlStr literal = pl_mock_unescape(mock->arena, pl_str_slice(t, i, stop), false, true);
        add_piece(route, (PlMockPiece){.text = literal});
        if (close == PL_STR_NONE) break;
        PlStr name = pl_str_slice(t, open + 1, close);
        add_piece(route, (PlMockPiece){name, true, is_deep(route->op, name)});
        i = close + 1;
    }
    char *order = pl_arena_alloc(mock->arena, t.len + MAX_PIECES * 2 + 1, 1);
    size_t len = 0;
    for (uint32_t i = 0; i < route->piece_count; i++) {
        const PlMockPiece *piece = &route->pieces[i];
        if (!piece->is_var) memcpy(order + len, piece->text.ptr, piece->text.len), len += piece->text.len;
        if (piece->is_var) order[len++] = (char)0xfe;
        if (piece->is_deep) order[len - 1] = (char)0xff;
    }
    route->order = pl_str(order, len);
}

static int by_order(const void *a, const void *b)
{
    const PlMockRoute *x = a, *y = b;
    size_t shared = x->order.len < y->order.len ? x->order.len : y->order.len;
    int order = memcmp(x->order.ptr, y->order.ptr, shared);
    if (order) return order;
    if (x->order.len != y->order.len) return x->order.len > y->order.len ? -1 : 1; /* "{a}.{b}" before "{a}" */
    return x->number < y->number ? -1 : 1;
}

static void add_route(PlMock *mock, PlMockOp *op, PlStr base)
{
    PlMockRoute *route = &mock->routes[mock->route_count];
    *route = (PlMockRoute){.op = op, .number = mock->route_count};
    route->template = pl_arena_printf(mock->arena, PL_FMT PL_FMT, PL_ARG(base), PL_ARG(op->action->path));
    mock->route_count++;
    read_template(mock, route);
}

/* Each operation under its plugin's base, and under that of its own server where it has one. */
void pl_mock_routes(PlMock *mock)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < mock->api_count; i++) count += mock->apis[i].op_count * 2;
    mock->routes = PL_NEW_N(mock->arena, PlMockRoute, count + 1u);
    for (uint32_t i = 0; i < mock->api_count; i++) {
        PlMockApi *api = &mock->apis[i];
        for (uint32_t k = 0; k < api->op_count; k++) {
            PlStr own = pl_mock_path_of_url(api->ops[k].action->server);
            add_route(mock, &api->ops[k], api->base);
            if (!pl_str_eq(own, api->base)) add_route(mock, &api->ops[k], own);
        }
    }
    qsort(mock->routes, mock->route_count, sizeof *mock->routes, by_order);
}

/* ---- matching ----------------------------------------------------------------------------------------------------- */

typedef struct Match {
    const PlMockRoute *route;
    PlStr path;
    PlStr vars[PL_MOCK_VARS];
    uint32_t var_count, steps;
} Match;

static bool match_from(Match *m, uint32_t piece, size_t at);

static bool match_var(Match *m, uint32_t piece, size_t at)
{
    const PlMockPiece *p = &m->route->pieces[piece];
    size_t limit = p->is_deep ? m->path.len : pl_str_find_char(m->path, '/', at);
    if (limit == PL_STR_NONE) limit = m->path.len;
    if (m->var_count >= PL_MOCK_VARS) return false;
    uint32_t slot = m->var_count++;
    bool last = piece + 1 == m->route->piece_count;
    for (size_t end = last ? limit : at + 1; end > at && end <= limit; end++) {
        m->vars[slot] = pl_str_slice(m->path, at, end);
        if (match_from(m, piece + 1, end)) return true;
        if (m->steps >= MAX_STEPS) break;
    }
    m->var_count = slot;
    return false;
}

static bool match_from(Match *m, uint32_t piece, size_t at)
{
    if (++m->steps > MAX_STEPS) return false;
    if (piece == m->route->piece_count) return at == m->path.len;
    const PlMockPiece *p = &m->route->pieces[piece];
    if (p->is_var) return match_var(m, piece, at);
    if (m->path.len - at < p->text.len || memcmp(m->path.ptr + at, p->text.ptr, p->text.len) != 0) return false;
    return match_from(m, piece + 1, at + p->text.len);
}

static void take(PlMock *mock, PlMockCall *call, const Match *m)
{
    call->op = m->route->op;
    call->var_count = 0;
    for (uint32_t i = 0, k = 0; i < m->route->piece_count && k < m->var_count; i++) {
        if (!m->route->pieces[i].is_var) continue;
        call->var_names[k] = m->route->pieces[i].text;
        call->vars[k] = pl_mock_unescape(mock->request, m->vars[k], false, false);
        call->var_count = ++k;
    }
}

typedef struct Search {
    PlMethod method;
    bool any;              /* some route has this path, whatever its method */
    uint32_t allowed;      /* methods of those routes, as bits */
} Search;

static bool search(PlMock *mock, PlMockCall *call, PlStr path, const PlMockApi *only, Search *s)
{
    for (uint32_t i = 0; i < mock->route_count; i++) {
        Match m = {.route = &mock->routes[i], .path = path};
        PlMethod method = m.route->op->action->method;
        if ((only && m.route->op->api != only) || !match_from(&m, 0, 0)) continue;
        s->any = true;
        s->allowed |= 1u << method;
        if (method != s->method || !call->known_method) continue;
        take(mock, call, &m);
        return true;
    }
    return false;
}

/* The plugin whose name is the path's first segment; *rest is what stands behind it. */
static PlMockApi *prefixed(PlMock *mock, PlStr path, PlStr *rest)
{
    if (mock->api_count < 2 || path.len < 2) return NULL;
    size_t end = pl_str_find_char(path, '/', 1);
    PlStr name = pl_str_slice(path, 1, end);
    for (uint32_t i = 0; i < mock->api_count; i++) {
        if (!pl_str_eq(mock->apis[i].plugin->name, name)) continue;
        *rest = pl_str_slice(path, 1 + name.len, path.len);
        return &mock->apis[i];
    }
    return NULL;
}

static bool search_all(PlMock *mock, PlMockCall *call, PlStr path, Search *s)
{
    PlStr rest;
    PlMockApi *api = prefixed(mock, path, &rest);
    if (api && api->shared && search(mock, call, rest, api, s)) return true;
    if (search(mock, call, path, NULL, s)) return true;
    return api && search(mock, call, rest, api, s);
}

/* ---- no operation ------------------------------------------------------------------------------------------------- */

static const PlMockRoute *nearest(const PlMock *mock, const PlMockCall *call)
{
    const PlMockRoute *best = NULL;
    PlStr path = pl_str_slice(call->path, 0, 200);
    unsigned limit = 10, distance = limit + 1;
    for (uint32_t i = 0; i < mock->route_count; i++) {
        PlStr template = mock->routes[i].template;
        if (template.len > 300) continue;
        unsigned d = 2 * pl_str_distance(path, template, limit / 2) + (mock->routes[i].op->action->method != call->method);
        if (d < distance) distance = d, best = &mock->routes[i];
    }
    return best;
}

static PlStr allow_list(PlMock *mock, uint32_t allowed)
{
    PlStr list = PL_STR("");
    if (allowed & 1u << PL_GET) allowed |= 1u << PL_HEAD;
    allowed |= 1u << PL_OPTIONS;
    for (int method = PL_GET; method < PL_METHOD_COUNT; method++) {
        if (!(allowed & 1u << method)) continue;
        list = pl_arena_printf(mock->request, PL_FMT "%s%s", PL_ARG(list), list.len ? ", " : "", pl_method_name((PlMethod)method));
    }
    return list;
}

static void refuse(PlMock *mock, PlMockCall *call, const Search *s)
{
    PlStr method = pl_str_slice(call->request->method, 0, 40), path = pl_str_slice(call->path, 0, 300);
    if (s->any) {
        PlStr allow = allow_list(mock, s->allowed);
        pl_mock_header(call, "Allow", allow);
        if (call->known_method && call->method == PL_OPTIONS) {
            call->status = 204;
            return;
        }
        PlStr detail = pl_arena_printf(mock->request, "the path is known, but not with " PL_FMT "; it takes " PL_FMT, PL_ARG(method), PL_ARG(allow));
        pl_mock_problem(mock, call, 405, "method not allowed", detail, NULL);
        return;
    }
    PlStr detail = pl_arena_printf(mock->request, "no document has the operation " PL_FMT " " PL_FMT, PL_ARG(method), PL_ARG(path));
    const PlMockRoute *near = nearest(mock, call);
    if (near)
        detail = pl_arena_printf(mock->request, PL_FMT "; the nearest one is %s " PL_FMT " (" PL_FMT ")", PL_ARG(detail),
                                 pl_method_name(near->op->action->method), PL_ARG(near->template), PL_ARG(near->op->name));
    pl_mock_problem(mock, call, 404, "no such operation", detail, NULL);
}

/* False when there is none: the answer (404, 405, or 204 to OPTIONS) is made. */
bool pl_mock_find_route(PlMock *mock, PlMockCall *call)
{
    Search s = {.method = call->method};
    PlStr path = call->path;
    if (search_all(mock, call, path, &s)) return true;
    if (path.len > 1 && path.ptr[path.len - 1] == '/' && search_all(mock, call, pl_str_slice(path, 0, path.len - 1), &s)) return true;
    if (path.len && path.ptr[path.len - 1] != '/' && !s.any &&
        search_all(mock, call, pl_arena_printf(mock->request, PL_FMT "/", PL_ARG(path)), &s))
        return true;
    if (call->method == PL_HEAD && call->known_method && s.any) {
        Search get = {.method = PL_GET};
        if (search_all(mock, call, path, &get)) return true;
    }
    refuse(mock, call, &s);
    return false;
}
