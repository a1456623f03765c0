/* SPDX-License-Identifier: MIT */
/* Responses by status, and what the action gives: the union of the bodies of its successes. OpenAPI 3.1 section 4.8.16.
 * Also the examples that a mock server answers with. spec/actions.md section 4. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/markup.h"
#include "compiler/catalog/name.h"

enum { MAX_RESPONSES = 200, LONGEST_EXAMPLE = 16 * 1024 * 1024 };

/* "200" -> 200..200, "2XX" -> 200..299, "default" -> 0..0; also "2xx" and "200 OK". */
static bool read_status(PlStr key, uint16_t *low, uint16_t *high)
{
    key = pl_str_trim(key);
    if (pl_str_eq_nocase(key, PL_STR("default"))) {
        *low = *high = 0;
        return true;
    }
    if (key.len < 3 || key.ptr[0] < '1' || key.ptr[0] > '5') return false;
    if (key.len > 3 && key.ptr[3] != ' ') return false;
    uint16_t hundred = (uint16_t)((key.ptr[0] - '0') * 100);
    if ((key.ptr[1] | 32) == 'x' && (key.ptr[2] | 32) == 'x') {
        *low = hundred;
        *high = (uint16_t)(hundred + 99);
        return true;
    }
    for (int i = 1; i < 3; i++)
        if (key.ptr[i] < '0' || key.ptr[i] > '9') return false;
    *low = *high = (uint16_t)(hundred + (key.ptr[1] - '0') * 10 + (key.ptr[2] - '0'));
    return true;
}

static unsigned answer_rank(PlStr type)
{
    PlBodyKind kind = pl_media_kind(type);
    if (kind == PL_BODY_FORM || kind == PL_BODY_MULTIPART) kind = PL_BODY_TEXT;
    return (unsigned)kind * 2 + (pl_str_find_char(type, '*', 0) != PL_STR_NONE);
}

static PlPair *choose_answer(const PlNode *content)
{
    PlPair *best = NULL;
    for (uint32_t i = 0; pl_node_is(content, PL_NODE_MAP) && i < content->count; i++) {
        PlPair *pair = pl_node_at(content, i);
        if (!best || answer_rank(pl_pair_key(pair)) < answer_rank(pl_pair_key(best))) best = pair;
    }
    return best;
}

/* The media type that a 2.0 operation answers with. */
static PlStr produces(PlDraft *draft)
{
    const PlNode *list = PL_GET(draft->entry->node, "produces");
    if (!list) list = PL_GET(draft->api->root, "produces");
    PlStr best = PL_STR("");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlStr type = pl_str_trim(pl_node_text(pl_node_item(list, i)));
        if (type.len && (best.len == 0 || answer_rank(type) < answer_rank(best))) best = type;
    }
    return best.len ? best : PL_STR("application/json");
}

static void read_body(PlDraft *draft, PlResponse *response, PlNode *schema, PlStr type)
{
    PlSchemas *schemas = &draft->api->schemas;
    response->content_type = pl_str_trim(type);
    response->body = pl_media_kind(type);
    bool wild = pl_str_find_char(type, '*', 0) != PL_STR_NONE;
    if (response->body == PL_BODY_FORM || response->body == PL_BODY_MULTIPART) response->body = PL_BODY_TEXT;
    bool sure_of_bytes =
        schema && (wild || draft->api->dialect == PL_DIALECT_2) && pl_schema_part_type(schemas, schema) == PL_T_FILE;
    if (response->body == PL_BODY_JSON && sure_of_bytes) {
        response->body = PL_BODY_BYTES;
        if (!wild) response->content_type = PL_STR("*/*"); /* what a file is, JSON does not say */
    }
    switch (response->body) {
    case PL_BODY_TEXT: response->type = PL_T_TEXT; break;
    case PL_BODY_BYTES: response->type = PL_T_FILE; break;
    default: response->type = pl_schema_type(schemas, schema); break;
    }
}

static void add_response(PlDraft *draft, const PlPair *pair)
{
    PlApi *api = draft->api;
    PlResponse response = {.type = PL_T_NOTHING};
    PlStr key = pl_pair_key(pair);
    if (pl_str_starts(key, PL_STR("x-")) || pair->value.flags & PL_NODE_SHADOWED) return;
    if (!read_status(key, &response.low, &response.high)) {
        if (pl_ref_once(&api->refs, pl_pair_span(pair), "status"))
            PL_REPORT(api->diags, OP_STATUS, pl_pair_span(pair), PL_ARG(key));
        return;
    }
    PlNode *node = pl_ref_follow(&api->refs, (PlNode *)(uintptr_t)&pair->value, NULL);
    bool bare = response.low == 204 || response.low == 205 || draft->action->method == PL_HEAD; /* RFC 9110: no content, whatever is said */
    response.doc = pl_markup_line(draft->api->arena, pl_node_text(PL_GET(node, "description")));
    if (bare) {
        response.body = PL_BODY_NONE;
    } else if (!node && pl_ref_of(&pair->value).len) {
        response.body = PL_BODY_JSON; /* a dangling reference: it may have any body */
        response.type = PL_T_ANY;
    } else if (PL_GET(node, "schema") && !PL_GET(node, "content")) { /* 2.0, and by habit later */
        read_body(draft, &response, PL_GET(node, "schema"), produces(draft));
    } else {
        PlPair *media = choose_answer(PL_GET(node, "content"));
        PlNode *entry = media ? pl_ref_follow(&api->refs, &media->value, NULL) : NULL;
        if (media) read_body(draft, &response, PL_GET(entry, "schema"), pl_pair_key(media));
    }
    draft->action->responses[draft->action->response_count++] = response;
}

static bool is_success(const PlResponse *r)
{
    return r->low >= 200 && r->high < 300;
}

static PlTypeId result_of(PlDraft *draft)
{
    PlAction *action = draft->action;
    PlTypeId *members = PL_NEW_N(draft->api->arena, PlTypeId, action->response_count + 1u);
    uint32_t count = 0, successes = 0;
    const PlResponse *fallback = NULL;
    for (uint32_t i = 0; i < action->response_count; i++) {
        const PlResponse *r = &action->responses[i];
        if (r->low == 0) fallback = r;
        if (!is_success(r)) continue;
        successes++;
        if (r->body != PL_BODY_NONE) members[count++] = r->type;
    }
    if (successes == 0 && fallback) return fallback->type;
    return count ? pl_type_union(draft->api->schemas.types, members, count) : PL_T_NOTHING;
}

void pl_draft_responses(PlDraft *draft)
{
    PlApi *api = draft->api;
    PlNode *responses = pl_ref_follow(&api->refs, PL_GET(draft->entry->node, "responses"), NULL);
    uint32_t count = pl_node_is(responses, PL_NODE_MAP) ? responses->count : 0;
    if (count > MAX_RESPONSES) count = MAX_RESPONSES;
    draft->action->responses = PL_NEW_N(api->arena, PlResponse, count + 1u);
    for (uint32_t i = 0; i < count; i++) add_response(draft, pl_node_at(responses, i));
    draft->action->result = result_of(draft);
}

/* ---- examples --------------------------------------------------------------------------------------------------- */

static const PlNode *value_of_example(PlApi *api, PlNode *example)
{
    return PL_GET(pl_ref_follow(&api->refs, example, NULL), "value");
}

/* `example`, the first of `examples`, or what the schema gives as one. */
static const PlNode *media_example(PlApi *api, PlNode *media)
{
    const PlNode *own = PL_GET(media, "example");
    PlNode *many = PL_GET(media, "examples");
    if (own) return own;
    if (pl_node_is(many, PL_NODE_MAP) && many->count) {
        const PlNode *value = value_of_example(api, &pl_node_at(many, 0)->value);
        if (value) return value;
    }
    PlNode *schema = PL_GET(media, "schema");
    const PlNode *of_schema = pl_schema_own(&api->schemas, schema, PL_STR("example"));
    if (of_schema) return of_schema;
    const PlNode *list = pl_schema_own(&api->schemas, schema, PL_STR("examples"));
    return pl_node_is(list, PL_NODE_LIST) && list->count ? pl_node_item(list, 0) : NULL;
}

static const PlNode *response_example(PlApi *api, PlNode *response)
{
    if (PL_GET(response, "content")) {
        PlPair *media = choose_answer(PL_GET(response, "content"));
        return media ? media_example(api, pl_ref_follow(&api->refs, &media->value, NULL)) : NULL;
    }
    PlNode *examples = PL_GET(response, "examples");
    PlPair *best = choose_answer(examples);
    if (best) return &best->value;
    return pl_schema_own(&api->schemas, PL_GET(response, "schema"), PL_STR("example"));
}

static bool wanted(PlStr key, unsigned status, unsigned *rank)
{
    uint16_t low, high;
    if (!read_status(key, &low, &high)) return false;
    if (status == 0) {
        *rank = low == 0 ? 500 : low;
        return low == 0 || (low >= 200 && low < 300);
    }
    *rank = low == status ? 0 : low == 0 ? 2 : 1;
    return low == 0 || (low <= status && status <= high);
}

PlStr pl_catalog_response_example(PlCatalog *catalog, const PlOperation *operation, unsigned status)
{
    PlApi *api = pl_api_of(operation->plugin);
    PlNode *responses = pl_ref_follow(&api->refs, PL_GET(pl_entry_of(operation)->node, "responses"), NULL);
    const PlNode *best = NULL;
    unsigned best_rank = 1000;
    for (uint32_t i = 0; pl_node_is(responses, PL_NODE_MAP) && i < responses->count; i++) {
        unsigned rank;
        PlPair *pair = pl_node_at(responses, i);
        if (!wanted(pl_pair_key(pair), status, &rank) || rank >= best_rank) continue;
        const PlNode *example = response_example(api, pl_ref_follow(&api->refs, &pair->value, NULL));
        if (!example) continue;
        best = example;
        best_rank = rank;
    }
    return best ? pl_node_json(catalog->arena, best, LONGEST_EXAMPLE) : PL_STR("");
}
