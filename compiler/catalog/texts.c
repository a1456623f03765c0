/* SPDX-License-Identifier: MIT */
/* Reads arguments and answers for their words only. References are followed by a copy of the plugin's PlRefs that opens no file and reports
 * to nobody, so that looking for words leaves no trace in what a plan's use of the operation would report. */
#include "compiler/catalog/texts.h"

#include "compiler/catalog/api.h"

enum { MAX_PARAMS = 60, MAX_RESULTS = 60, MAX_VALUES = 40, MAX_PARTS = 8, DEPTH = 4 };

typedef struct Walk {
    PlArena *arena;
    PlApi *api;
    PlRefs refs;
    PlDiags nowhere;
    PlOperationTexts *out;
} Walk;

static PlNode *follow(Walk *w, PlNode *node)
{
    return node ? pl_ref_follow(&w->refs, node, NULL) : NULL;
}

static PlStr text_of(const PlNode *map, const char *key)
{
    return pl_node_text(pl_node_get(map, pl_str_z(key)));
}

/* ---- schemas ---------------------------------------------------------------------------------------------------- */

/* The type's name; of a list of types the first that is not null. */
static PlStr type_of(const PlNode *schema)
{
    const PlNode *type = PL_GET(schema, "type");
    for (uint32_t i = 0; pl_node_is(type, PL_NODE_LIST) && i < type->count; i++) {
        PlStr name = pl_node_text(pl_node_item(type, i));
        if (name.len && !pl_str_eq_z(name, "null")) return name;
    }
    PlStr name = pl_node_text(type);
    if (name.len) return name;
    if (PL_GET(schema, "properties")) return PL_STR("object");
    return PL_GET(schema, "items") ? PL_STR("array") : PL_STR("");
}

static void add_values(Walk *w, PlParamTexts *param, const PlNode *schema)
{
    const PlNode *values = PL_GET(schema, "enum");
    for (uint32_t i = 0; pl_node_is(values, PL_NODE_LIST) && i < values->count && param->values.len < MAX_VALUES; i++) {
        PlStr value = pl_node_text(pl_node_item(values, i));
        if (value.len) pl_vec_push(w->arena, &param->values, value);
    }
}

static void read_schema(Walk *w, PlParamTexts *param, PlNode *schema, unsigned depth)
{
    schema = follow(w, schema);
    if (!schema || depth == 0) return;
    PlStr type = type_of(schema), format = text_of(schema, "format"), doc = text_of(schema, "description");
    if (!param->type.len) param->type = type;
    if (!param->format.len) param->format = format;
    if (!param->doc.len) param->doc = doc;
    add_values(w, param, schema);
    static const char *const parts[] = {"allOf", "oneOf", "anyOf"};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const PlNode *list = pl_node_get(schema, pl_str_z(parts[k]));
        for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count && i < MAX_PARTS; i++)
            read_schema(w, param, pl_node_item(list, i), depth - 1);
    }
    if (!pl_str_eq_z(type, "array")) return;
    param->is_list = true;
    PlNode *items = follow(w, PL_GET(schema, "items"));
    if (pl_node_is(items, PL_NODE_MAP)) {
        add_values(w, param, items);
        if (!param->format.len) param->format = text_of(items, "format");
    }
}

typedef void (*OnProperty)(Walk *w, PlStr name, PlNode *schema, bool required, unsigned depth);

static bool is_required(const PlNode *required, PlStr name)
{
    for (uint32_t i = 0; pl_node_is(required, PL_NODE_LIST) && i < required->count; i++)
        if (pl_str_eq(pl_node_text(pl_node_item(required, i)), name)) return true;
    return false;
}

/* The properties of a schema and of its parts. False when it has none. */
static bool each_property(Walk *w, PlNode *schema, OnProperty on, unsigned depth)
{
    schema = follow(w, schema);
    if (!pl_node_is(schema, PL_NODE_MAP) || depth == 0) return false;
    bool any = false;
    const PlNode *properties = PL_GET(schema, "properties"), *required = PL_GET(schema, "required");
    for (uint32_t i = 0; pl_node_is(properties, PL_NODE_MAP) && i < properties->count && i < MAX_PARAMS; i++) {
        PlPair *pair = pl_node_at(properties, i);
        on(w, pl_pair_key(pair), &pair->value, is_required(required, pl_pair_key(pair)), depth - 1);
        any = true;
    }
    static const char *const parts[] = {"allOf", "oneOf", "anyOf"};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        const PlNode *list = pl_node_get(schema, pl_str_z(parts[k]));
        for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count && i < MAX_PARTS; i++)
            any |= each_property(w, pl_node_item(list, i), on, depth - 1);
    }
    return any;
}

/* ---- arguments -------------------------------------------------------------------------------------------------- */

static void add_param(Walk *w, PlParamTexts param)
{
    for (uint32_t i = 0; i < w->out->params.len; i++)
        if (pl_str_eq(w->out->params.items[i].name, param.name)) return;
    if (w->out->params.len < MAX_PARAMS && param.name.len) pl_vec_push(w->arena, &w->out->params, param);
}

static void on_body_property(Walk *w, PlStr name, PlNode *schema, bool required, unsigned depth)
{
    (void)depth;
    PlNode *target = follow(w, schema);
    if (pl_node_yes(PL_GET(target, "readOnly"))) return;
    PlParamTexts param = {
        .name = name, .place = PL_IN_BODY, .required = required, .doc = text_of(schema, "description")};
    read_schema(w, &param, schema, DEPTH);
    add_param(w, param);
}

static void read_body(Walk *w, PlNode *schema, PlStr name, bool required)
{
    if (each_property(w, schema, on_body_property, DEPTH)) return;
    PlParamTexts param = {.name = name, .place = PL_IN_BODY, .required = required};
    PlNode *target = follow(w, schema);
    read_schema(w, &param, target, DEPTH);
    add_param(w, param);
    if (param.is_list) (void)each_property(w, PL_GET(target, "items"), on_body_property, DEPTH);
}

static PlPlace place_of(PlStr in)
{
    if (pl_str_eq_z(in, "path")) return PL_IN_PATH;
    if (pl_str_eq_z(in, "header")) return PL_IN_HEADER;
    if (pl_str_eq_z(in, "cookie")) return PL_IN_COOKIE;
    return pl_str_eq_z(in, "formData") ? PL_IN_BODY : PL_IN_QUERY;
}

static void read_params(Walk *w, PlNode *list)
{
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlNode *node = follow(w, pl_node_item(list, i));
        if (!pl_node_is(node, PL_NODE_MAP)) continue;
        PlStr in = text_of(node, "in"), name = text_of(node, "name");
        bool required = pl_node_yes(PL_GET(node, "required"));
        PlNode *schema = PL_GET(node, "schema");
        if (pl_str_eq_z(in, "body")) {
            read_body(w, schema, name, required);
            continue;
        }
        PlParamTexts param = {
            .name = name, .place = place_of(in), .required = required, .doc = text_of(node, "description")};
        if (param.place == PL_IN_HEADER && pl_str_eq_nocase(name, PL_STR("authorization"))) continue;
        read_schema(w, &param, schema ? schema : node, DEPTH);
        add_param(w, param);
    }
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static void on_result(Walk *w, PlStr name, PlNode *schema, bool required, unsigned depth)
{
    (void)required;
    if (w->out->results.len < MAX_RESULTS) pl_vec_push(w->arena, &w->out->results, name);
    PlNode *target = follow(w, schema);
    if (!pl_node_is(target, PL_NODE_MAP) || depth + 1 < DEPTH) return;
    PlNode *items = pl_str_eq_z(type_of(target), "array") ? PL_GET(target, "items") : target;
    (void)each_property(w, items, on_result, depth - 1);
}

/* Is the answer a list, or a record in which one field is? */
static bool is_list(Walk *w, PlNode *schema)
{
    if (pl_str_eq_z(type_of(schema), "array")) return true;
    const PlNode *properties = PL_GET(schema, "properties");
    uint32_t lists = 0;
    for (uint32_t i = 0; pl_node_is(properties, PL_NODE_MAP) && i < properties->count && i < MAX_PARAMS; i++)
        lists += pl_str_eq_z(type_of(follow(w, &pl_node_at(properties, i)->value)), "array");
    return lists == 1 && pl_node_count(properties) <= 8;
}

static void read_results(Walk *w, PlNode *node)
{
    const PlNode *responses = PL_GET(node, "responses");
    for (uint32_t i = 0; pl_node_is(responses, PL_NODE_MAP) && i < responses->count; i++) {
        PlPair *pair = pl_node_at(responses, i);
        if (!pl_str_starts(pl_pair_key(pair), PL_STR("2"))) continue;
        PlNode *response = follow(w, &pair->value);
        PlNode *schema = PL_GET(response, "schema");
        PlPair *media = schema ? NULL : pl_media_choose(PL_GET(response, "content"));
        if (media) schema = PL_GET(&media->value, "schema");
        schema = follow(w, schema);
        if (!pl_node_is(schema, PL_NODE_MAP)) continue;
        w->out->gives_list = is_list(w, schema);
        bool list = pl_str_eq_z(type_of(schema), "array");
        (void)each_property(w, list ? PL_GET(schema, "items") : schema, on_result, DEPTH + 1);
        return;
    }
}

void pl_catalog_texts(PlCatalog *catalog, const PlOperation *operation, PlArena *arena, PlOperationTexts *out)
{
    const PlEntry *entry = pl_entry_of(operation);
    Walk w = {.arena = arena, .api = pl_api_of(operation->plugin), .out = out};
    *out = (PlOperationTexts){0};
    pl_diags_init(&w.nowhere, arena, catalog->sources);
    w.refs = w.api->refs;
    w.refs.arena = arena;
    w.refs.files = false;
    w.refs.diags = &w.nowhere;
    pl_map_init(&w.refs.reported, arena);
    read_params(&w, PL_GET(entry->node, "parameters"));
    read_params(&w, PL_GET(entry->item, "parameters"));
    PlNode *body = follow(&w, PL_GET(entry->node, "requestBody"));
    PlPair *media = pl_media_choose(PL_GET(body, "content"));
    if (media) read_body(&w, PL_GET(&media->value, "schema"), PL_STR("body"), pl_node_yes(PL_GET(body, "required")));
    read_results(&w, entry->node);
}

PlStr pl_catalog_plugin_text(const PlPlugin *plugin)
{
    const PlApi *api = pl_api_of(plugin);
    return pl_node_text(PL_GET(PL_GET(api->root, "info"), "description"));
}
