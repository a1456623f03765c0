/* SPDX-License-Identifier: MIT */
/* The light list of a document's operations: which there are and what they are called. Reads each path item once and
 * nothing below the operation's own texts. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/markup.h"
#include "compiler/catalog/name.h"

enum { MAX_TAGS = 20, LONGEST_PATH = 8192 };

/* ---- names ------------------------------------------------------------------------------------------------------- */

static bool taken(const PlApi *api, PlStr name)
{
    return pl_map_find(&api->by_name, name) != NULL;
}

static PlStr without_slash(PlStr path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/') path.len--;
    return path;
}

/* Whether another path goes on behind this one with a template: "/objects/{type}" beside "/objects/{type}/{id}". */
static bool is_of_many(PlApi *api, PlStr path)
{
    if (!api->parents) {
        api->parents = PL_NEW(api->arena, PlMap);
        pl_map_init(api->parents, api->arena);
        const PlNode *paths = pl_ref_follow(&api->refs, PL_GET(api->root, "paths"), NULL);
        for (uint32_t i = 0; pl_node_is(paths, PL_NODE_MAP) && i < paths->count; i++) {
            PlStr one = without_slash(pl_pair_key(pl_node_at(paths, i)));
            size_t slash = one.len;
            while (slash > 0 && one.ptr[slash - 1] != '/') slash--;
            if (slash > 1 && slash < one.len && one.ptr[slash] == '{') pl_map_put(api->parents, pl_str_slice(one, 0, slash - 1), NULL);
        }
    }
    return pl_map_find(api->parents, without_slash(path)) != NULL;
}

/* By operationId, else by method and path, else numbered: the first of a kind in the document keeps the plain name. */
static PlStr unique_name(PlApi *api, const PlOperation *op)
{
    PlStr name = pl_name_from_id(api->arena, op->operation_id, op->method, op->path);
    if (name.len && !taken(api, name)) return name;
    PlStr derived = pl_name_from_path(api->arena, op->method, op->path, is_of_many(api, op->path));
    if (!taken(api, derived) && !(name.len && pl_name_is_form(op->operation_id))) return derived;
    PlStr base = name.len ? name : derived;
    PlMapEntry *last = pl_map_put(&api->last_number, base, NULL);
    for (uint64_t n = last->value.num ? last->value.num + 1 : 2;; n++) {
        PlStr numbered = pl_arena_printf(api->arena, PL_FMT "_%llu", PL_ARG(base), (unsigned long long)n);
        if (taken(api, numbered)) continue;
        last->value.num = n;
        return numbered;
    }
}

static void name_operation(PlApi *api, PlEntry *entry)
{
    PlOperation *op = &entry->public;
    op->name = unique_name(api, op);
    pl_map_put(&api->by_name, op->name, NULL)->value.ptr = entry;
    if (op->operation_id.len == 0) return;
    bool added;
    PlMapEntry *id = pl_map_put(&api->by_id, op->operation_id, &added);
    if (added) {
        id->value.ptr = entry;
        return;
    }
    PlSpan span = pl_node_span(PL_GET(entry->node, "operationId"));
    PlDiag *d = PL_REPORT(api->diags, OP_DUPLICATE_ID, span, PL_ARG(op->operation_id), PL_ARG(op->name));
    const PlEntry *first = id->value.ptr;
    pl_diag_related(api->diags, d, pl_node_span(PL_GET(first->node, "operationId")), "the first one");
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

/* To the first full stop that ends a sentence, or the first line's end. */
static PlStr first_sentence(PlApi *api, PlStr text)
{
    PlStr line = pl_markup_line(api->arena, text);
    size_t stop = pl_str_find(line, PL_STR(". "), 0);
    line = pl_str_slice(line, 0, stop);
    return pl_str_ends(line, PL_STR(".")) ? pl_str_slice(line, 0, line.len - 1) : line;
}

static PlStr title_of(PlApi *api, const PlOperation *op, const PlNode *node)
{
    PlStr summary = pl_markup_line(api->arena, pl_node_text(PL_GET(node, "summary")));
    if (summary.len) return summary;
    PlStr sentence = first_sentence(api, op->description);
    if (sentence.len) return sentence;
    return pl_arena_printf(api->arena, "%s " PL_FMT, pl_method_name(op->method), PL_ARG(op->path));
}

static PlStr tags_of(PlApi *api, const PlNode *node)
{
    const PlNode *tags = PL_GET(node, "tags");
    PlStr all = PL_STR("");
    for (uint32_t i = 0; pl_node_is(tags, PL_NODE_LIST) && i < tags->count && i < MAX_TAGS; i++) {
        PlStr tag = pl_node_raw(pl_node_item(tags, i), api->catalog->sources);
        all = all.len ? pl_arena_printf(api->arena, PL_FMT " " PL_FMT, PL_ARG(all), PL_ARG(tag)) : tag;
    }
    return all;
}

/* ---- operations -------------------------------------------------------------------------------------------------- */

static void add_operation(PlApi *api, PlStr path, PlMethod method, PlNode *item, const PlPair *pair)
{
    PlNode *node = pl_ref_follow(&api->refs, (PlNode *)(uintptr_t)&pair->value, NULL);
    if (!pl_node_is(node, PL_NODE_MAP)) {
        PL_REPORT(api->diags, OP_SHAPE, pl_pair_span(pair), PL_ARG(pl_pair_key(pair)));
        api->plugin->dropped++;
        return;
    }
    PlEntry *entry = PL_NEW(api->arena, PlEntry);
    entry->item = item;
    entry->node = node;
    PlOperation *op = &entry->public;
    op->plugin = api->plugin;
    op->method = method;
    op->path = path;
    op->operation_id = pl_str_trim(pl_node_raw(PL_GET(node, "operationId"), api->catalog->sources));
    op->description = pl_node_text(PL_GET(node, "description"));
    op->title = title_of(api, op, node);
    op->tags = tags_of(api, node);
    op->span = pl_pair_span(pair);
    op->deprecated = pl_node_yes(PL_GET(node, "deprecated"));
    op->index = api->entries.len;
    pl_vec_push(api->arena, &api->entries, entry);
    name_operation(api, entry);
}

/* Methods of HTTP and WebDAV that nobody here sends: an operation of one is left out with a word, where another key of a path item means nothing. */
static bool is_other_method(const PlPair *pair)
{
    const PlStr lower = PL_STR("copy|move|lock|unlock|link|unlink|purge|propfind|proppatch|mkcol|report|search|view|connect|subscribe|merge|acl");
    const PlStr upper = PL_STR("COPY|MOVE|LOCK|UNLOCK|LINK|UNLINK|PURGE|PROPFIND|PROPPATCH|MKCOL|REPORT|SEARCH|VIEW|CONNECT");
    PlStr key = pl_pair_key(pair);
    bool is_method = pl_str_is_among(key, lower, '|') || pl_str_is_among(key, upper, '|');
    return is_method && (PL_GET(&pair->value, "responses") || PL_GET(&pair->value, "operationId"));
}

/* The methods of a path item; those that `before`, the target of its $ref, has already are not taken again. */
static void add_methods(PlApi *api, PlStr path, PlNode *item, const PlNode *before)
{
    PlMethod method;
    for (uint32_t i = 0; i < item->count; i++) {
        PlPair *pair = pl_node_at(item, i);
        if (pair->value.flags & PL_NODE_SHADOWED || pair->value.kind == PL_NODE_NULL) continue;
        bool taken_before = pl_node_get(before, pl_pair_key(pair)) != NULL;
        if (!taken_before && pl_method_by_name(pl_pair_key(pair), &method))
            add_operation(api, path, method, item, pair);
        else if (!taken_before && is_other_method(pair))
            PL_REPORT(api->diags, OP_METHOD, pl_pair_span(pair), PL_ARG(pl_pair_key(pair)));
    }
    PlNode *more = PL_GET(item, "additionalOperations"); /* 3.2 */
    for (uint32_t i = 0; pl_node_is(more, PL_NODE_MAP) && i < more->count; i++) {
        PlPair *pair = pl_node_at(more, i);
        if (pl_method_by_name(pl_pair_key(pair), &method))
            add_operation(api, path, method, item, pair);
        else
            PL_REPORT(api->diags, OP_METHOD, pl_pair_span(pair), PL_ARG(pl_pair_key(pair)));
    }
}

static void add_item(PlApi *api, PlPair *pair)
{
    PlStr path = pl_pair_key(pair);
    if (pl_str_starts(path, PL_STR("x-"))) return;
    if (pair->value.kind != PL_NODE_MAP) {
        if (pair->value.kind != PL_NODE_NULL) PL_REPORT(api->diags, OP_SHAPE, pl_pair_span(pair), PL_ARG(path));
        return;
    }
    if (!pl_name_is_plain(path) && path.len) {
        PL_REPORT0(api->diags, OP_PATH_CONTROL, pl_pair_span(pair));
        return;
    }
    if (path.len > LONGEST_PATH) {
        PL_REPORT(api->diags, OP_PATH_LONG, pl_pair_span(pair), (unsigned)LONGEST_PATH);
        return;
    }
    if (path.len == 0 || path.ptr[0] != '/') {
        PL_REPORT(api->diags, OP_PATH_SLASH, pl_pair_span(pair), PL_ARG(path));
        path = pl_arena_printf(api->arena, "/" PL_FMT, PL_ARG(path));
    }
    PlNode *target = pl_ref_follow(&api->refs, &pair->value, NULL);
    bool leads_on = target != &pair->value && pl_node_is(target, PL_NODE_MAP);
    if (leads_on) add_methods(api, path, target, NULL);
    add_methods(api, path, &pair->value, leads_on ? target : NULL);
}

static void add_paths(PlApi *api, PlNode *paths)
{
    paths = pl_ref_follow(&api->refs, paths, NULL);
    for (uint32_t i = 0; pl_node_is(paths, PL_NODE_MAP) && i < paths->count; i++) add_item(api, pl_node_at(paths, i));
    if (!pl_node_is(paths, PL_NODE_LIST)) return;
    PL_REPORT(api->diags, SCHEMA_TAKEN, pl_node_span(paths), "paths", "a map");
    for (uint32_t i = 0; i < paths->count; i++) { /* by habit a list of them */
        PlNode *part = pl_node_item(paths, i);
        for (uint32_t k = 0; pl_node_is(part, PL_NODE_MAP) && k < part->count; k++) add_item(api, pl_node_at(part, k));
    }
}

void pl_index_paths(PlApi *api)
{
    pl_map_init(&api->by_name, api->arena);
    pl_map_init(&api->by_id, api->arena);
    pl_map_init(&api->last_number, api->arena);
    add_paths(api, PL_GET(api->root, "paths"));
    add_paths(api, PL_GET(api->root, "x-ms-paths"));
    PlPlugin *plugin = api->plugin;
    plugin->operation_count = api->entries.len;
    plugin->operations = PL_NEW_N(api->arena, PlOperation *, api->entries.len + 1u);
    for (uint32_t i = 0; i < api->entries.len; i++) plugin->operations[i] = &api->entries.items[i]->public;
    if (api->entries.len == 0) {
        PlDiag *d = PL_REPORT(api->diags, API_EMPTY, pl_node_span(api->root), PL_ARG(plugin->name));
        d->span.end = d->span.start + 1;
    }
}
