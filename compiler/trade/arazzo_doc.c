/* SPDX-License-Identifier: MIT */
/* The document: its sources, its workflows, its components. Sources that are not files here are said and passed over. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/catalog/name.h"
#include "compiler/catalog/ref.h"
#include "compiler/trade/dsl_internal.h"

bool pl_arazzo_is(PlStr text)
{
    PlStr head = pl_str_slice(text, 0, 4096);
    for (size_t at = 0; (at = pl_str_find(head, PL_STR("arazzo"), at)) != PL_STR_NONE; at++) {
        size_t end = at + 6;
        while (end < head.len && strchr("\"' \t", head.ptr[end])) end++;
        bool begins = at == 0 || strchr("\"'\n{, \t", head.ptr[at - 1]);
        if (begins && end < head.len && head.ptr[end] == ':') return true;
    }
    return false;
}

static void add_source(PlArazzo *a, const PlNode *node)
{
    PlArazzoSource source = {.name = pl_node_text(PL_GET(node, "name")), .url = pl_node_text(PL_GET(node, "url"))};
    PlStr type = pl_node_text(PL_GET(node, "type")), folder = pl_path_folder(a->path);
    bool remote = pl_str_find(source.url, PL_STR("://"), 0) != PL_STR_NONE;
    if (remote || !source.url.len || pl_str_eq_z(type, "arazzo") || pl_str_eq_z(type, "asyncapi")) {
        PL_REPORT(a->diags, ARAZZO_NO_DOCUMENT, pl_node_span(node), PL_ARG(source.name), PL_ARG(source.url));
    } else {
        bool absolute = source.url.ptr[0] == '/';
        PlStr path = absolute || !folder.len
                         ? source.url
                         : pl_arena_printf(a->arena, PL_FMT "/" PL_FMT, PL_ARG(folder), PL_ARG(source.url));
        path = pl_path_normalise(a->arena, path);
        PlStr name = pl_name_file(a->arena, source.name);
        uint32_t before = a->diags->all.len;
        PlStatus status = pl_catalog_add_file(a->catalog, name, pl_arena_str(a->arena, path).ptr, NULL, &source.plugin);
        pl_doc_soften(a->diags, before);
        if (status != PL_OK) {
            source.plugin = NULL;
            PL_REPORT(a->diags, ARAZZO_NO_DOCUMENT, pl_node_span(node), PL_ARG(source.name), PL_ARG(path));
        }
        source.url = path;
    }
    pl_vec_push(a->arena, &a->sources, source);
}

PlArazzo *pl_arazzo_read(PlArena *arena, PlCatalog *catalog, PlStr path, PlStr bytes)
{
    PlArazzo *a = PL_NEW(arena, PlArazzo);
    a->arena = arena;
    a->catalog = catalog;
    a->diags = pl_catalog_diags(catalog);
    a->types = pl_catalog_types(catalog);
    a->path = path;
    pl_map_init(&a->noted, arena);
    PlDoc doc;
    pl_doc_parse(&doc, a->diags, path, bytes);
    if (!doc.root) return NULL;
    a->root = doc.root;
    PlSpan top = {doc.source, 0, 1};
    PlStr version = pl_node_raw(PL_GET(a->root, "arazzo"), a->diags->sources);
    if (!pl_str_starts(version, PL_STR("1."))) {
        PL_REPORT(a->diags, ARAZZO_NONE, top, version.len ? "its version is not 1.x" : "`arazzo` is missing");
        return NULL;
    }
    a->workflows = PL_GET(a->root, "workflows");
    if (!pl_node_is(a->workflows, PL_NODE_LIST) || !a->workflows->count) {
        PL_REPORT(a->diags, ARAZZO_NONE, top, "it has no workflows");
        return NULL;
    }
    PlMap ids;
    pl_map_init(&ids, a->arena);
    for (uint32_t i = 0; i < a->workflows->count; i++) {
        const PlNode *id = PL_GET(pl_node_item(a->workflows, i), "workflowId");
        bool added = true;
        if (pl_node_text(id).len) pl_map_put(&ids, pl_node_text(id), &added);
        if (!added) PL_REPORT(a->diags, ARAZZO_NAME, pl_node_span(id), "second workflow", PL_ARG(pl_node_text(id)));
    }
    const PlNode *sources = PL_GET(a->root, "sourceDescriptions");
    for (uint32_t i = 0; pl_node_is(sources, PL_NODE_LIST) && i < sources->count; i++)
        add_source(a, pl_node_item(sources, i));
    return a;
}

uint32_t pl_arazzo_count(const PlArazzo *a)
{
    return a->workflows->count;
}

PlStr pl_arazzo_id(const PlArazzo *a, uint32_t workflow)
{
    return pl_node_text(PL_GET(pl_node_item(a->workflows, workflow), "workflowId"));
}

PlStr pl_arazzo_summary(const PlArazzo *a, uint32_t workflow)
{
    const PlNode *node = pl_node_item(a->workflows, workflow);
    PlStr summary = pl_node_text(PL_GET(node, "summary"));
    return pl_dsl_one_line(a->arena, summary.len ? summary : pl_node_text(PL_GET(node, "description")));
}

uint32_t pl_arazzo_step_count(const PlArazzo *a, uint32_t workflow)
{
    return pl_node_count(PL_GET(pl_node_item(a->workflows, workflow), "steps"));
}

PlStr pl_arazzo_name(PlArazzoFlow *f, PlStr text)
{
    static const char *const words[] = {"it", "now",  "today", "nothing",   "null", "none", "yes",
                                        "no", "true", "false", "or",        "and",  "not",  "is",
                                        "in", "if",   "where", "otherwise", "else", "error"};
    PlArena *arena = f->a->arena;
    PlStr name = pl_dsl_name(arena, text);
    if (!name.len) name = PL_STR("value");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(name, pl_str_z(words[i]))) name = pl_arena_printf(arena, PL_FMT "_", PL_ARG(name));
    PlStr base = name;
    for (unsigned n = 2; pl_map_find(f->names, name); n++) name = pl_arena_printf(arena, PL_FMT "_%u", PL_ARG(base), n);
    pl_map_put(f->names, name, NULL);
    return name;
}

void pl_arazzo_loss(PlArazzo *a, PlSpan span, PlStr what)
{
    PlStr key = pl_arena_printf(a->arena, PL_FMT ":%u", PL_ARG(what), span.start);
    bool added;
    pl_map_put(&a->noted, key, &added);
    if (added) PL_REPORT(a->diags, ARAZZO_LOSS, span, pl_arena_str(a->arena, what).ptr);
}

const PlNode *pl_arazzo_component(PlArazzo *a, const PlNode *node, const char *section)
{
    PlStr reference = pl_node_text(PL_GET(node, "reference"));
    if (!reference.len) reference = pl_node_text(PL_GET(node, "$ref"));
    if (!reference.len) return node;
    size_t cut = 0;
    for (size_t i = 0; i < reference.len; i++)
        if (reference.ptr[i] == '.' || reference.ptr[i] == '/') cut = i + 1;
    PlStr name = pl_str_slice(reference, cut, reference.len);
    const PlNode *found = pl_node_get(pl_node_get(PL_GET(a->root, "components"), pl_str_z(section)), name);
    if (!found) PL_REPORT(a->diags, ARAZZO_NAME, pl_node_span(node), "component", PL_ARG(reference));
    return found;
}
