/* SPDX-License-Identifier: MIT */
/* Answers: problems (RFC 9457), examples of the document, and values made from schemas in whatever content type is documented. */
#include "vm/service/mock_internal.h"
#include "vm/service/mock_mend.h"

void pl_mock_header(PlMockCall *call, const char *name, PlStr value)
{
    if (call->header_count < PL_MOCK_HEADERS) call->headers[call->header_count++] = (PlHttpdPair){pl_str_z(name), value};
}

void pl_mock_problem(PlMock *mock, PlMockCall *call, unsigned status, const char *title, PlStr detail, const PlMockIssues *issues)
{
    PlBuf *out = &mock->out;
    pl_buf_clear(out);
    pl_buf_put_z(out, "{\"type\":\"about:blank\",\"title\":");
    pl_buf_put_json(out, pl_str_z(title));
    pl_buf_printf(out, ",\"status\":%u,\"detail\":", status);
    pl_buf_put_json(out, detail);
    for (uint32_t i = 0; issues && i < issues->len; i++) {
        pl_buf_put_z(out, i ? ",{\"path\":" : ",\"errors\":[{\"path\":");
        pl_buf_put_json(out, issues->items[i].path);
        pl_buf_put_z(out, ",\"message\":");
        pl_buf_put_json(out, issues->items[i].message);
        pl_buf_put_char(out, '}');
    }
    pl_buf_put_z(out, issues && issues->len ? "]}" : "}");
    call->status = status;
    call->type = PL_STR("application/problem+json");
    call->text = pl_buf_str(out);
}

void pl_mock_answer_json(PlMock *mock, PlMockCall *call, unsigned status, const PlNode *value, PlStr type)
{
    pl_buf_clear(&mock->out);
    pl_node_write(&mock->out, value);
    call->status = status;
    call->type = type.len && pl_str_find_char(type, '*', 0) == PL_STR_NONE ? type : PL_STR("application/json");
    call->text = pl_buf_str(&mock->out);
}

void pl_mock_answer_fit(PlMock *mock, PlMockCall *call, unsigned status, const PlNode *value, const PlMockMedia *media, PlStr keep, bool whole)
{
    PlNode mended = pl_mock_mend(&call->maker, media->schema, value, keep, whole, call->seed);
    pl_mock_answer_json(mock, call, status, &mended, media->type);
}

/* ---- other content types ------------------------------------------------------------------------------------------- */

static PlStr concrete(const PlMockMedia *media)
{
    if (pl_str_find_char(media->type, '*', 0) == PL_STR_NONE) return media->type;
    return media->kind == PL_BODY_TEXT ? PL_STR("text/plain") : PL_STR("application/octet-stream");
}

/* Letters that an XML name may have; the others become '_'. */
static void put_tag(PlBuf *out, PlStr name)
{
    if (name.len == 0 || (name.ptr[0] >= '0' && name.ptr[0] <= '9')) pl_buf_put_char(out, '_');
    for (size_t i = 0; i < name.len && i < 100; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        pl_buf_put_char(out, plain ? c : '_');
    }
}

static void put_xml_text(PlBuf *out, PlStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '<') pl_buf_put_z(out, "&lt;");
        else if (c == '&') pl_buf_put_z(out, "&amp;");
        else if ((unsigned char)c >= ' ' || c == '\n' || c == '\t') pl_buf_put_char(out, c);
    }
}

static void put_xml(PlArena *arena, PlBuf *out, PlStr tag, const PlNode *node, uint32_t depth)
{
    if (depth > 50) return;
    for (uint32_t i = 0; node->kind == PL_NODE_LIST && i < node->count; i++) put_xml(arena, out, tag, pl_node_item(node, i), depth + 1);
    if (node->kind == PL_NODE_LIST) return;
    pl_buf_put_char(out, '<');
    put_tag(out, tag);
    pl_buf_put_char(out, '>');
    for (uint32_t i = 0; node->kind == PL_NODE_MAP && i < node->count; i++)
        put_xml(arena, out, pl_pair_key(pl_node_at(node, i)), &pl_node_at(node, i)->value, depth + 1);
    if (node->kind < PL_NODE_LIST) put_xml_text(out, pl_node_show(arena, node));
    pl_buf_put_z(out, "</");
    put_tag(out, tag);
    pl_buf_put_char(out, '>');
}

static void put_text_value(PlMock *mock, const PlMockMedia *media, const PlNode *value)
{
    PlBuf *out = &mock->out;
    PlStr type = media->type;
    bool lines = pl_str_find(type, PL_STR("ndjson"), 0) != PL_STR_NONE || pl_str_find(type, PL_STR("json"), 0) != PL_STR_NONE;
    if (value->kind == PL_NODE_TEXT) {
        pl_buf_put(out, pl_node_text(value));
    } else if (pl_str_find(type, PL_STR("xml"), 0) != PL_STR_NONE) {
        PlNode list = *value;
        if (list.kind == PL_NODE_LIST) pl_buf_put_z(out, "<root>");
        put_xml(mock->request, out, list.kind == PL_NODE_LIST ? PL_STR("item") : PL_STR("root"), value, 0);
        if (list.kind == PL_NODE_LIST) pl_buf_put_z(out, "</root>");
    } else if (pl_str_find(type, PL_STR("event-stream"), 0) != PL_STR_NONE) {
        pl_buf_put_z(out, "data: ");
        pl_node_write(out, value);
        pl_buf_put_z(out, "\n\n");
    } else if (lines && value->kind == PL_NODE_LIST) {
        for (uint32_t i = 0; i < value->count; i++) {
            pl_node_write(out, pl_node_item(value, i));
            pl_buf_put_char(out, '\n');
        }
    } else {
        pl_node_write(out, value);
        if (lines) pl_buf_put_char(out, '\n');
    }
}

/* A few bytes that begin as files of the type do. */
static void put_bytes(PlMock *mock, PlStr type, uint64_t seed)
{
    static const struct {
        const char *type, *bytes;
        size_t len;
    } starts[] = {{"image/png", "\x89PNG\r\n\x1a\n", 8}, {"image/jpeg", "\xff\xd8\xff\xe0", 4}, {"image/gif", "GIF89a", 6},
                  {"application/pdf", "%PDF-1.4\n", 9},  {"application/zip", "PK\x05\x06", 4},  {"application/gzip", "\x1f\x8b\x08", 3}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (pl_str_starts(type, pl_str_z(starts[i].type))) pl_buf_put(&mock->out, pl_str(starts[i].bytes, starts[i].len));
    for (uint32_t i = 0; i < 64; i++) pl_buf_put_char(&mock->out, (char)(pl_mix(seed, i) & 0xff));
}

static void answer_other(PlMock *mock, PlMockCall *call, const PlMockMedia *media)
{
    pl_buf_clear(&mock->out);
    call->type = concrete(media);
    if (media->kind == PL_BODY_BYTES && !media->example) {
        put_bytes(mock, media->type, call->seed);
    } else {
        PlNode value = media->example ? *media->example : pl_mock_make(&call->maker, media->schema, PL_STR("text"), call->seed);
        put_text_value(mock, media, &value);
    }
    call->text = pl_buf_str(&mock->out);
}

/* ---- made answers -------------------------------------------------------------------------------------------------- */

static bool same_name(PlStr a, PlStr b) { return pl_str_distance(a, b, 0) == 0; }

/* The value that the request gives for a field: a field of its body, or a parameter of its path ("petId" also for "id"). */
static bool echoed(PlMockCall *call, const PlMockProperty *property, PlNode *out)
{
    const PlNode *sent = call->has_body ? pl_node_get(&call->body, property->name) : NULL;
    if (sent && pl_mock_fits(&call->op->api->schemas, call->check.arena, property->schema, sent, true)) {
        *out = *sent;
        return true;
    }
    for (uint32_t i = 0; i < call->var_count; i++) {
        PlStr name = call->var_names[i];
        bool last = i + 1 == call->var_count && pl_str_ends(call->op->action->path, PL_STR("}"));
        PlStr tail = pl_str_slice(name, name.len < 2 ? 0 : name.len - 2, name.len);
        bool id = last && pl_str_eq_nocase(property->name, PL_STR("id")) && pl_str_eq_nocase(tail, PL_STR("id"));
        if (!id && !same_name(name, property->name)) continue;
        PlNode value = pl_mock_of_text(&call->op->api->schemas, property->schema, call->vars[i]);
        if (!pl_mock_fits(&call->op->api->schemas, call->check.arena, property->schema, &value, true)) continue;
        *out = value;
        return true;
    }
    return false;
}

/* A made record with what the request says in it. */
static PlNode echo(PlMockCall *call, PlMockSchema *schema, const PlNode *made)
{
    const PlMockSchema *flat = pl_mock_flat(&call->op->api->schemas, schema);
    if (made->kind != PL_NODE_MAP) return *made;
    PlFields fields = {.arena = call->maker.arena};
    for (uint32_t i = 0; i < made->count; i++) {
        const PlPair *pair = pl_node_at(made, i);
        const PlMockProperty *property = pl_mock_property(flat, pl_pair_key(pair));
        PlNode value = pair->value;
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        if (property) echoed(call, property, &value);
        pl_fields_add(&fields, pl_pair_key(pair), value);
    }
    for (uint32_t i = 0; i < flat->property_count; i++) { /* sent, but not in the example */
        PlNode value;
        if (pl_node_pair(made, flat->properties[i].name) || !call->has_body || !pl_node_get(&call->body, flat->properties[i].name)) continue;
        if (echoed(call, &flat->properties[i], &value)) pl_fields_add(&fields, flat->properties[i].name, value);
    }
    return pl_fields_map(&fields);
}

/* Does the request ask for a later page? Then there is none: made lists have one. */
static bool asks_later_page(const PlMockCall *call)
{
    static const char *const cursors[] = {"pagetoken", "cursor", "after", "startingafter", "continuationtoken", "nexttoken", "marker", "skiptoken"};
    static const char *const numbers[] = {"page", "offset", "skip", "start", "pagenumber", "startat", "startindex"};
    for (uint32_t i = 0; i < call->pairs.len; i++) {
        const PlHttpdPair *pair = &call->pairs.items[i];
        int64_t n;
        for (size_t k = 0; k < sizeof cursors / sizeof *cursors; k++)
            if (same_name(pair->name, pl_str_z(cursors[k])) && pair->value.len) return true;
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            if (same_name(pair->name, pl_str_z(numbers[k])) && pl_str_to_int(pair->value, &n) && n > 1) return true;
    }
    return false;
}

/* The answer to a later page: lists at the top are empty, and nothing follows. */
static PlNode last_page(PlMockCall *call, const PlNode *made)
{
    if (made->kind == PL_NODE_LIST) return pl_node_of_items(call->maker.arena, NULL, 0);
    if (made->kind != PL_NODE_MAP) return *made;
    PlFields fields = {.arena = call->maker.arena};
    for (uint32_t i = 0; i < made->count; i++) {
        const PlPair *pair = pl_node_at(made, i);
        PlStr key = pl_pair_key(pair);
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        if (pair->value.kind == PL_NODE_LIST) pl_fields_add(&fields, key, pl_node_of_items(call->maker.arena, NULL, 0));
        else if (!pl_mock_is_next(key)) pl_fields_add(&fields, key, pair->value);
        else if (pair->value.kind == PL_NODE_YESNO) pl_fields_add(&fields, key, pl_node_of_yesno(false));
    }
    return pl_fields_map(&fields);
}

/* The document's example, or a value made from the schema, with what the request says in it. */
void pl_mock_answer_made(PlMock *mock, PlMockCall *call)
{
    unsigned status;
    PlMethod method = call->op->action->method;
    const PlMockResponse *response = pl_mock_success(call->op, 0, &status);
    PlMockMedia *media = response ? response->media : NULL;
    call->status = status;
    if (!media) {
        if (!response && method != PL_GET) call->status = 204;
        return;
    }
    if (media->kind != PL_BODY_JSON) {
        answer_other(mock, call, media);
        return;
    }
    PlNode value = media->example ? *media->example : pl_mock_make(&call->maker, media->schema, PL_STR(""), call->seed);
    if (!media->example || method != PL_GET) value = echo(call, media->schema, &value);
    if (method == PL_GET && asks_later_page(call)) value = last_page(call, &value);
    if (media->example) pl_mock_answer_json(mock, call, status, &value, media->type);
    else pl_mock_answer_fit(mock, call, status, &value, media, PL_STR(""), true);
}
