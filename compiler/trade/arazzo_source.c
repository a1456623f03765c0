/* SPDX-License-Identifier: MIT */
/* The other side: operations of the API documents, and where in these documents their parts stand. The only file here
 * that looks into a document's tree. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/catalog/api.h"

/* ---- operations ---- */

static PlArazzoSource *source_by_name(PlArazzo *a, PlStr name)
{
    for (uint32_t i = 0; i < a->sources.len; i++)
        if (pl_str_eq(a->sources.items[i].name, name)) return &a->sources.items[i];
    return NULL;
}

static const PlOperation *by_id(const PlPlugin *plugin, PlStr id)
{
    for (uint32_t i = 0; i < plugin->operation_count; i++)
        if (pl_str_eq(plugin->operations[i]->operation_id, id)) return plugin->operations[i];
    return NULL;
}

static const PlOperation *by_path(const PlPlugin *plugin, PlStr path, PlMethod method)
{
    for (uint32_t i = 0; i < plugin->operation_count; i++) {
        const PlOperation *op = plugin->operations[i];
        if (op->method == method && pl_str_eq(op->path, path)) return op;
    }
    return NULL;
}

/* "~1" is '/', "~0" is '~' (RFC 6901); "%7B" is '{' (RFC 3986). */
static PlStr decoded(PlArena *arena, PlStr s)
{
    char *out = pl_arena_alloc(arena, s.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        bool pair = i + 1 < s.len && s.ptr[i] == '~' && (s.ptr[i + 1] == '0' || s.ptr[i + 1] == '1');
        bool open = i + 2 < s.len && pl_str_eq_nocase(pl_str_slice(s, i, i + 3), PL_STR("%7b"));
        bool close = i + 2 < s.len && pl_str_eq_nocase(pl_str_slice(s, i, i + 3), PL_STR("%7d"));
        if (pair)
            out[n++] = s.ptr[++i] == '1' ? '/' : '~';
        else if (open || close)
            out[n++] = open ? '{' : '}', i += 2;
        else
            out[n++] = s.ptr[i];
    }
    return pl_str(out, n);
}

/* "{$sourceDescriptions.NAME.url}#/paths/~1a/get", also "NAME#/paths/..." */
static void find_path(PlArazzoFlow *f, PlArazzoStep *step, PlStr text, PlSpan span)
{
    PlArazzo *a = f->a;
    size_t hash = pl_str_find_char(text, '#', 0);
    PlStr source = pl_str_slice(text, 0, hash),
          pointer = pl_str_slice(text, hash == PL_STR_NONE ? text.len : hash + 1, text.len);
    static const PlStr word = PL_STR_INIT("$sourceDescriptions.");
    size_t at = pl_str_find(source, word, 0);
    if (at != PL_STR_NONE) source = pl_str_slice(source, at + word.len, source.len);
    size_t end = 0;
    while (end < source.len && source.ptr[end] != '.' && source.ptr[end] != '}') end++;
    if (at != PL_STR_NONE) source = pl_str_slice(source, 0, end);
    step->source = source.len ? source_by_name(a, source) : a->sources.len ? &a->sources.items[0] : NULL;
    if (!step->source) {
        PL_REPORT(a->diags, ARAZZO_NAME, span, "source", PL_ARG(source));
        return;
    }
    size_t last = pointer.len;
    while (last > 0 && pointer.ptr[last - 1] != '/') last--;
    PlMethod method;
    PlStr path = decoded(a->arena, pl_str_slice(pointer, 0, last ? last - 1 : 0));
    static const PlStr paths = PL_STR_INIT("/paths/");
    bool good = pl_str_starts(path, paths) && pl_method_by_name(pl_str_slice(pointer, last, pointer.len), &method);
    step->operation = good ? pl_arena_printf(a->arena, "%s " PL_FMT, pl_method_name(method),
                                             PL_ARG(pl_str_slice(path, paths.len, path.len)))
                           : text;
    if (!step->source->plugin) return;
    if (good) step->op = by_path(step->source->plugin, pl_str_slice(path, paths.len, path.len), method);
    if (!step->op) PL_REPORT(a->diags, ARAZZO_OPERATION, span, PL_ARG(step->source->name), PL_ARG(step->operation));
}

static void help_near(PlArazzo *a, PlDiag *d, const PlPlugin *plugin, PlStr name)
{
    PlNear near[1];
    if (pl_catalog_nearest(a->catalog, plugin, name, PL_STR(""), near, 1) == 0) return;
    const PlOperation *op = near[0].operation;
    if (op->operation_id.len) pl_diag_help(a->diags, d, "did you mean `" PL_FMT "`?", PL_ARG(op->operation_id));
    pl_diag_related(a->diags, d, op->span, "the nearest operation");
}

static void find_id(PlArazzoFlow *f, PlArazzoStep *step, PlStr id, PlSpan span)
{
    PlArazzo *a = f->a;
    static const PlStr word = PL_STR_INIT("$sourceDescriptions.");
    step->operation = id;
    if (pl_str_starts(id, word)) {
        size_t dot = pl_str_find_char(id, '.', word.len);
        step->source = source_by_name(a, pl_str_slice(id, word.len, dot));
        step->operation = pl_str_slice(id, dot == PL_STR_NONE ? id.len : dot + 1, id.len);
        if (!step->source) {
            PL_REPORT(a->diags, ARAZZO_NAME, span, "source", PL_ARG(id));
            return;
        }
        if (step->source->plugin) step->op = by_id(step->source->plugin, step->operation);
    } else {
        for (uint32_t i = 0; i < a->sources.len && !step->op; i++) {
            step->source = &a->sources.items[i];
            if (step->source->plugin) step->op = by_id(step->source->plugin, id);
        }
    }
    if (step->op || !step->source || !step->source->plugin) return;
    PlDiag *d = PL_REPORT(a->diags, ARAZZO_OPERATION, span, PL_ARG(step->source->name), PL_ARG(step->operation));
    help_near(a, d, step->source->plugin, step->operation);
}

void pl_arazzo_find(PlArazzoFlow *f, PlArazzoStep *step)
{
    const PlNode *id = PL_GET(step->node, "operationId"), *path = PL_GET(step->node, "operationPath");
    if (id)
        find_id(f, step, pl_node_text(id), pl_node_span(id));
    else if (path)
        find_path(f, step, pl_node_text(path), pl_node_span(path));
    else if (!PL_GET(step->node, "workflowId") && !PL_GET(step->node, "channelPath"))
        PL_REPORT(f->a->diags, ARAZZO_NAME, pl_node_span(step->node), "operation in step", PL_ARG(step->id));
    if (!step->op) return;
    step->op_node = pl_entry_of(step->op)->node;
    step->action = pl_catalog_action(f->a->catalog, step->op);
}

/* ---- places ---- */

static PlRefs *refs_of(const PlArazzoStep *step)
{
    return &pl_api_of(step->op->plugin)->refs;
}

PlSpan pl_arazzo_op_span(const PlArazzoStep *step)
{
    return step->op ? step->op->span : PL_NO_SPAN;
}

static PlNode *param_in(const PlArazzoStep *step, const PlNode *list, PlStr name, PlStr place)
{
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlNode *node = pl_ref_follow(refs_of(step), pl_node_item(list, i), NULL);
        if (!pl_str_eq(pl_node_text(PL_GET(node, "name")), name)) continue;
        if (!place.len || pl_str_eq(pl_node_text(PL_GET(node, "in")), place)) return node;
    }
    return NULL;
}

static PlNode *param_node(const PlArazzoStep *step, PlStr name, PlStr place)
{
    if (!step->op_node) return NULL;
    PlNode *node = param_in(step, PL_GET(step->op_node, "parameters"), name, place);
    return node ? node : param_in(step, PL_GET(pl_entry_of(step->op)->item, "parameters"), name, place);
}

PlSpan pl_arazzo_param_span(const PlArazzoStep *step, PlStr name)
{
    const PlNode *node = param_node(step, name, PL_STR(""));
    return node ? pl_node_span(node) : pl_arazzo_op_span(step);
}

static PlNode *body_node(const PlArazzoStep *step)
{
    PlNode *body = step->op_node ? PL_GET(step->op_node, "requestBody") : NULL;
    return body ? pl_ref_follow(refs_of(step), body, NULL) : NULL;
}

PlSpan pl_arazzo_body_span(const PlArazzoStep *step)
{
    const PlNode *body = step->op_node ? PL_GET(step->op_node, "requestBody") : NULL;
    return body ? pl_node_span(body) : pl_arazzo_op_span(step);
}

bool pl_arazzo_body_required(const PlArazzoStep *step)
{
    return step->action && step->action->body_required;
}

/* A body of OpenAPI 3, or parameters of 2.0 that make one. */
bool pl_arazzo_has_body(const PlArazzoStep *step)
{
    if (!step->op_node || body_node(step) || (step->action && step->action->body != PL_BODY_NONE)) return true;
    for (uint32_t i = 0; step->action && i < step->action->param_count; i++)
        if (step->action->params[i].place == PL_IN_BODY) return true;
    return false;
}

PlSpan pl_arazzo_responses_span(const PlArazzoStep *step, const PlResponse *response)
{
    const PlNode *all = step->op_node ? PL_GET(step->op_node, "responses") : NULL;
    for (uint32_t i = 0; response && pl_node_is(all, PL_NODE_MAP) && i < all->count; i++) {
        const PlPair *pair = pl_node_at(all, i);
        int64_t status;
        if (pl_str_to_int(pl_pair_key(pair), &status) && status == response->low) return pl_pair_span(pair);
        if (response->low == 0 && pl_str_eq_z(pl_pair_key(pair), "default")) return pl_pair_span(pair);
    }
    const PlPair *pair = step->op_node ? pl_node_pair(step->op_node, PL_STR("responses")) : NULL;
    return pair ? pl_pair_span(pair) : pl_arazzo_op_span(step);
}

/* ---- what an operation takes ---- */

/* A credential that the operation, or the whole document, may use: `Authorization`, an API key's header or parameter. */
static bool is_credential(const PlArazzoStep *step, PlStr name, PlStr place)
{
    bool header = pl_str_eq_z(place, "header");
    if (header && pl_str_eq_nocase(name, PL_STR("Authorization"))) return true;
    const PlNode *root = pl_api_of(step->op->plugin)->root;
    const PlNode *schemes = PL_GET(PL_GET(root, "components"), "securitySchemes");
    if (!schemes) schemes = PL_GET(root, "securityDefinitions");
    for (uint32_t i = 0; pl_node_is(schemes, PL_NODE_MAP) && i < schemes->count; i++) {
        const PlNode *scheme = pl_ref_follow(refs_of(step), &pl_node_at(schemes, i)->value, NULL);
        PlStr key = pl_node_text(PL_GET(scheme, "name"));
        if (key.len && pl_str_eq(pl_node_text(PL_GET(scheme, "in")), place) &&
            (header ? pl_str_eq_nocase(key, name) : pl_str_eq(key, name)))
            return true;
    }
    return false;
}

const char *pl_arazzo_param_place(const PlArazzoStep *step, PlStr name, PlStr place, bool *found)
{
    static const char *const places[] = {"path", "query", "header", "cookie", "formData", "body"};
    bool free_header = pl_str_eq_z(place, "header") &&
                       (pl_str_eq_nocase(name, PL_STR("Accept")) || pl_str_eq_nocase(name, PL_STR("Content-Type")));
    *found = free_header || is_credential(step, name, place) || param_node(step, name, place) != NULL;
    const PlNode *lists[] = {PL_GET(step->op_node, "parameters"), PL_GET(pl_entry_of(step->op)->item, "parameters")};
    for (size_t l = 0; !*found && pl_str_eq_z(place, "header") && l < 2;
         l++) { /* names of headers have no case (RFC 9110 section 5.1) */
        for (uint32_t i = 0; pl_node_is(lists[l], PL_NODE_LIST) && i < lists[l]->count && !*found; i++) {
            const PlNode *node = pl_ref_follow(refs_of(step), pl_node_item(lists[l], i), NULL);
            *found = pl_str_eq_z(pl_node_text(PL_GET(node, "in")), "header") &&
                     pl_str_eq_nocase(pl_node_text(PL_GET(node, "name")), name);
        }
    }
    if (*found) return "";
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (param_node(step, name, pl_str_z(places[i]))) return places[i];
    return "";
}

static PlStr bare_media(PlStr type)
{
    return pl_str_trim(pl_str_slice(type, 0, pl_str_find_char(type, ';', 0)));
}

static bool media_fits(PlStr declared, PlStr type)
{
    declared = bare_media(declared);
    if (pl_str_eq_nocase(declared, type) || pl_str_eq_z(declared, "*/*")) return true;
    size_t star = pl_str_find_char(declared, '*', 0);
    return star != PL_STR_NONE && pl_str_starts(type, pl_str_slice(declared, 0, star)) &&
           pl_str_ends(type, pl_str_slice(declared, star + 1, declared.len));
}

bool pl_arazzo_takes_media(const PlArazzoStep *step, PlStr type)
{
    type = bare_media(type);
    const PlNode *content = PL_GET(body_node(step), "content");
    for (uint32_t i = 0; pl_node_is(content, PL_NODE_MAP) && i < content->count; i++)
        if (media_fits(pl_pair_key(pl_node_at(content, i)), type)) return true;
    if (pl_node_is(content, PL_NODE_MAP) && content->count) return false;
    const PlNode *consumes = step->op_node ? PL_GET(step->op_node, "consumes") : NULL;
    if (!consumes && step->op) consumes = PL_GET(pl_api_of(step->op->plugin)->root, "consumes");
    for (uint32_t i = 0; pl_node_is(consumes, PL_NODE_LIST) && i < consumes->count; i++)
        if (media_fits(pl_node_text(pl_node_item(consumes, i)), type)) return true;
    return !pl_node_is(consumes, PL_NODE_LIST) || !consumes->count;
}

bool pl_arazzo_has_header(const PlArazzoStep *step, PlStr name)
{
    const PlNode *all = step->op_node ? PL_GET(step->op_node, "responses") : NULL;
    bool some = false;
    for (uint32_t i = 0; pl_node_is(all, PL_NODE_MAP) && i < all->count; i++) {
        const PlNode *response = pl_ref_follow(refs_of(step), &pl_node_at(all, i)->value, NULL);
        const PlNode *headers = PL_GET(response, "headers");
        for (uint32_t k = 0; pl_node_is(headers, PL_NODE_MAP) && k < headers->count; k++) {
            some = true;
            if (pl_str_eq_nocase(pl_pair_key(pl_node_at(headers, k)), name)) return true;
        }
    }
    return !some; /* a document that names no header at all says nothing about them */
}
