/* SPDX-License-Identifier: MIT */
/* What a document says of an operation, as the mock wants it: parameters, bodies and responses with their schemas' nodes. The only file of the
 * mock that looks inside the catalog; everything else stands in the operation's PlAction or here. */
#include "compiler/catalog/api.h"
#include "vm/service/mock_internal.h"

static PlApi *api_of(const PlMockOp *op) { return pl_api_of(op->operation->plugin); }

PlBodyKind pl_mock_media_kind(PlStr type) { return pl_media_kind(type); }

void pl_mock_read_api(PlMock *mock, PlMockApi *out, PlPlugin *plugin)
{
    PlApi *api = pl_api_of(plugin);
    *out = (PlMockApi){.plugin = plugin, .base = pl_mock_path_of_url(plugin->server)};
    pl_mock_schemas_init(&out->schemas, &api->refs, mock->values, &mock->text);
    out->ops = PL_NEW_N(mock->arena, PlMockOp, plugin->operation_count + 1u);
    for (uint32_t i = 0; i < plugin->operation_count; i++) {
        const PlOperation *operation = plugin->operations[i];
        const PlAction *action = pl_catalog_action(mock->catalog, operation);
        if (!action) continue;
        PlMockOp *op = &out->ops[out->op_count++];
        op->api = out;
        op->operation = operation;
        op->action = action;
        op->name = pl_arena_printf(mock->arena, PL_FMT "." PL_FMT, PL_ARG(plugin->name), PL_ARG(action->name));
    }
}

/* ---- parameters --------------------------------------------------------------------------------------------------- */

typedef PL_VEC(PlNode *) Nodes;

static void collect(PlApi *api, Nodes *nodes, PlNode *list)
{
    list = pl_ref_follow(&api->refs, list, NULL);
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlNode *node = pl_ref_follow(&api->refs, pl_node_item(list, i), NULL);
        if (pl_node_is(node, PL_NODE_MAP)) pl_vec_push(api->arena, nodes, node);
    }
}

static PlStr wire_of(PlApi *api, PlNode *node)
{
    return pl_str_trim(pl_node_raw(PL_GET(node, "name"), api->catalog->sources));
}

static PlNode *node_of(PlApi *api, const Nodes *nodes, const PlParam *param)
{
    for (uint32_t i = 0; i < nodes->len; i++) {
        PlStr in = pl_str_trim(pl_node_text(PL_GET(nodes->items[i], "in")));
        if (pl_str_eq_nocase(in, pl_str_z(pl_place_name(param->place))) && pl_str_eq(wire_of(api, nodes->items[i]), param->wire)) return nodes->items[i];
    }
    return NULL;
}

static PlNode *param_schema(PlApi *api, PlNode *node)
{
    PlNode *schema = PL_GET(node, "schema"), *content = PL_GET(node, "content");
    if (schema) return schema;
    if (pl_node_is(content, PL_NODE_MAP) && content->count) return PL_GET(&pl_node_at(content, 0)->value, "schema");
    return api->dialect == PL_DIALECT_2 || PL_GET(node, "type") ? node : NULL;
}

/* The parameters as the action has them (names of templates mended), with the schemas of their nodes. */
static void read_params(PlMockOp *op)
{
    PlApi *api = api_of(op);
    PlEntry *entry = pl_entry_of(op->operation);
    Nodes nodes = {0};
    collect(api, &nodes, PL_GET(entry->node, "parameters"));
    collect(api, &nodes, PL_GET(entry->item, "parameters"));
    op->params = PL_NEW_N(api->arena, PlMockParam, op->action->param_count + nodes.len + 1u);
    for (uint32_t i = 0; i < op->action->param_count; i++) {
        const PlParam *param = &op->action->params[i];
        if (param->place == PL_IN_BODY) continue;
        PlNode *node = node_of(api, &nodes, param);
        PlMockSchema *schema = pl_mock_schema(&op->api->schemas, node ? param_schema(api, node) : NULL);
        bool required = param->place == PL_IN_PATH || (node ? pl_node_yes(PL_GET(node, "required")) : param->required);
        op->params[op->param_count++] = (PlMockParam){param->wire, param->place, param->style, param->explode, required, schema};
    }
    for (uint32_t i = 0; api->dialect == PL_DIALECT_2 && i < nodes.len; i++) {
        if (!pl_str_eq_z(pl_node_text(PL_GET(nodes.items[i], "in")), "formData")) continue;
        PlMockParam field = {.wire = wire_of(api, nodes.items[i]), .place = PL_IN_BODY, .style = PL_STYLE_FORM};
        field.explode = pl_str_eq_z(pl_node_text(PL_GET(nodes.items[i], "collectionFormat")), "multi");
        field.required = pl_node_yes(PL_GET(nodes.items[i], "required"));
        field.schema = pl_mock_schema(&op->api->schemas, nodes.items[i]);
        op->params[op->param_count++] = field;
        op->has_form = true;
    }
}

/* ---- bodies ------------------------------------------------------------------------------------------------------- */

static const PlNode *media_example(PlApi *api, PlNode *media)
{
    const PlNode *own = PL_GET(media, "example");
    PlNode *many = pl_ref_follow(&api->refs, PL_GET(media, "examples"), NULL);
    if (own) return own;
    if (!pl_node_is(many, PL_NODE_MAP) || many->count == 0) return NULL;
    return PL_GET(pl_ref_follow(&api->refs, &pl_node_at(many, 0)->value, NULL), "value");
}

static PlMockMedia media_of(PlMockOp *op, PlStr type, PlNode *schema, const PlNode *example)
{
    return (PlMockMedia){pl_str_trim(type), pl_media_kind(type), pl_mock_schema(&op->api->schemas, schema), example};
}

static PlMockMedia *read_content(PlMockOp *op, PlNode *content, uint32_t *count)
{
    PlApi *api = api_of(op);
    *count = 0;
    content = pl_ref_follow(&api->refs, content, NULL);
    if (!pl_node_is(content, PL_NODE_MAP) || content->count == 0) return NULL;
    PlMockMedia *all = PL_NEW_N(api->arena, PlMockMedia, content->count);
    for (uint32_t i = 0; i < content->count; i++) {
        PlPair *pair = pl_node_at(content, i);
        PlNode *media = pl_ref_follow(&api->refs, &pair->value, NULL);
        all[(*count)++] = media_of(op, pl_pair_key(pair), PL_GET(media, "schema"), media_example(api, media));
    }
    return all;
}

/* 2.0: the media types of `consumes` or `produces`, each with the one schema. */
static PlMockMedia *read_types(PlMockOp *op, PlStr key, PlNode *schema, const char *otherwise, uint32_t *count)
{
    PlApi *api = api_of(op);
    const PlNode *list = pl_node_get(pl_entry_of(op->operation)->node, key);
    if (!pl_node_is(list, PL_NODE_LIST)) list = pl_node_get(api->root, key);
    uint32_t given = pl_node_is(list, PL_NODE_LIST) ? list->count : 0;
    PlMockMedia *all = PL_NEW_N(api->arena, PlMockMedia, given + 1u);
    *count = 0;
    for (uint32_t i = 0; i < given; i++) {
        PlStr type = pl_str_trim(pl_node_text(pl_node_item(list, i)));
        if (type.len) all[(*count)++] = media_of(op, type, schema, NULL);
    }
    if (*count == 0) all[(*count)++] = media_of(op, pl_str_z(otherwise), schema, NULL);
    return all;
}

static void read_body_of_2(PlMockOp *op)
{
    PlApi *api = api_of(op);
    PlEntry *entry = pl_entry_of(op->operation);
    Nodes nodes = {0};
    collect(api, &nodes, PL_GET(entry->node, "parameters"));
    collect(api, &nodes, PL_GET(entry->item, "parameters"));
    for (uint32_t i = 0; i < nodes.len; i++) {
        if (!pl_str_eq_z(pl_node_text(PL_GET(nodes.items[i], "in")), "body")) continue;
        op->bodies = read_types(op, PL_STR("consumes"), PL_GET(nodes.items[i], "schema"), "application/json", &op->body_count);
        op->body_required = pl_node_yes(PL_GET(nodes.items[i], "required"));
        return;
    }
    if (op->has_form) op->bodies = read_types(op, PL_STR("consumes"), NULL, "application/x-www-form-urlencoded", &op->body_count);
}

static void read_bodies(PlMockOp *op)
{
    PlApi *api = api_of(op);
    if (api->dialect == PL_DIALECT_2) {
        read_body_of_2(op);
        return;
    }
    PlNode *body = pl_ref_follow(&api->refs, PL_GET(pl_entry_of(op->operation)->node, "requestBody"), NULL);
    op->bodies = read_content(op, PL_GET(body, "content"), &op->body_count);
    op->body_required = op->body_count > 0 && pl_node_yes(PL_GET(body, "required"));
}

/* ---- responses ---------------------------------------------------------------------------------------------------- */

static unsigned rank(const PlMockMedia *media)
{
    bool wild = pl_str_find_char(media->type, '*', 0) != PL_STR_NONE;
    return (unsigned)media->kind * 2 + wild;
}

static PlMockMedia *best_media(PlMockMedia *all, uint32_t count)
{
    PlMockMedia *best = NULL;
    for (uint32_t i = 0; i < count; i++)
        if (!best || rank(&all[i]) < rank(best)) best = &all[i];
    return best;
}

static PlMockMedia *response_media(PlMockOp *op, PlNode *node)
{
    PlApi *api = api_of(op);
    uint32_t count;
    if (api->dialect != PL_DIALECT_2) {
        PlMockMedia *all = read_content(op, PL_GET(node, "content"), &count);
        return best_media(all, count);
    }
    PlNode *schema = PL_GET(node, "schema"), *examples = PL_GET(node, "examples");
    if (!schema && !pl_node_count(examples)) return NULL;
    PlMockMedia *all = read_types(op, PL_STR("produces"), schema, "application/json", &count);
    PlMockMedia *best = best_media(all, count);
    if (pl_node_is(examples, PL_NODE_MAP) && examples->count) best->example = &pl_node_at(examples, 0)->value;
    return best;
}

/* "200", "2XX", "default" (0, 0). */
static bool read_status(PlStr key, PlMockResponse *out)
{
    key = pl_str_trim(key);
    if (pl_str_eq_nocase(key, PL_STR("default"))) return true;
    if (key.len < 3 || key.ptr[0] < '1' || key.ptr[0] > '5') return false;
    unsigned hundred = (unsigned)(key.ptr[0] - '0') * 100;
    bool range = (key.ptr[1] | 32) == 'x';
    int64_t number = 0;
    if (!range && (!pl_str_to_int(pl_str_slice(key, 0, 3), &number) || number < 100)) return false;
    out->low = (uint16_t)(range ? hundred : (unsigned)number);
    out->high = (uint16_t)(range ? hundred + 99 : (unsigned)number);
    return true;
}

static void read_responses(PlMockOp *op)
{
    PlApi *api = api_of(op);
    PlNode *map = pl_ref_follow(&api->refs, PL_GET(pl_entry_of(op->operation)->node, "responses"), NULL);
    if (!pl_node_is(map, PL_NODE_MAP)) return;
    op->responses = PL_NEW_N(api->arena, PlMockResponse, map->count + 1u);
    for (uint32_t i = 0; i < map->count; i++) {
        PlPair *pair = pl_node_at(map, i);
        PlMockResponse response = {0};
        if (pair->value.flags & PL_NODE_SHADOWED || !read_status(pl_pair_key(pair), &response)) continue;
        PlNode *node = pl_ref_follow(&api->refs, &pair->value, NULL);
        response.media = response_media(op, node);
        response.headers = PL_GET(node, "headers");
        op->responses[op->response_count++] = response;
    }
}

void pl_mock_open_op(PlMockOp *op)
{
    if (op->opened) return;
    op->param_count = op->body_count = op->response_count = 0;
    read_params(op);
    read_bodies(op);
    read_responses(op);
    op->opened = true;
}

const PlMockResponse *pl_mock_response(const PlMockOp *op, unsigned status)
{
    const PlMockResponse *range = NULL, *otherwise = NULL;
    for (uint32_t i = 0; i < op->response_count; i++) {
        const PlMockResponse *r = &op->responses[i];
        if (r->low == status && r->high == status) return r;
        if (r->low == 0) otherwise = r;
        else if (r->low <= status && status <= r->high) range = r;
    }
    return range ? range : otherwise;
}

const PlMockResponse *pl_mock_success(const PlMockOp *op, unsigned preferred, unsigned *status)
{
    const PlMockResponse *best = NULL, *otherwise = NULL;
    for (uint32_t i = 0; i < op->response_count; i++) {
        const PlMockResponse *r = &op->responses[i];
        if (r->low == 0) otherwise = r;
        if (r->low < 200 || r->low >= 300) continue;
        if (r->low <= preferred && preferred <= r->high) {
            *status = preferred;
            return r;
        }
        if (!best || r->low < best->low) best = r;
    }
    *status = best ? best->low : preferred ? preferred : 200;
    return best ? best : otherwise;
}

PlMockMedia *pl_mock_json_of(const PlMockResponse *response)
{
    return response && response->media && response->media->kind == PL_BODY_JSON ? response->media : NULL;
}
