/* SPDX-License-Identifier: MIT */
/* The body of a request: its content type among those the document has, then its values. Forms (urlencoded and multipart) are read as records
 * whose fields take the kinds of their schemas; other types only have to be there. */
#include "vm/service/mock_internal.h"

enum { MAX_FIELDS = 1000 };

static bool refuse(PlMock *mock, PlMockCall *call, unsigned status, const char *title, PlStr detail)
{
    pl_mock_problem(mock, call, status, title, detail, call->check.errors.len ? &call->check.errors : NULL);
    return false;
}

/* ---- content types ------------------------------------------------------------------------------------------------ */

static PlStr bare_type(PlStr type) { return pl_str_trim(pl_str_slice(type, 0, pl_str_find_char(type, ';', 0))); }

static bool fits_range(PlStr range, PlStr type)
{
    range = bare_type(range);
    if (pl_str_eq_z(range, "*/*") || pl_str_eq_z(range, "*") || pl_str_eq_nocase(range, type)) return true;
    size_t slash = pl_str_find_char(range, '/', 0);
    return slash != PL_STR_NONE && pl_str_eq_z(pl_str_slice(range, slash, range.len), "/*") && type.len > slash &&
           pl_str_eq_nocase(pl_str_slice(range, 0, slash + 1), pl_str_slice(type, 0, slash + 1));
}

static const PlMockMedia *find_media(const PlMockOp *op, PlStr type)
{
    for (uint32_t i = 0; i < op->body_count; i++)
        if (pl_str_eq_nocase(bare_type(op->bodies[i].type), type)) return &op->bodies[i];
    for (uint32_t i = 0; i < op->body_count; i++)
        if (fits_range(op->bodies[i].type, type)) return &op->bodies[i];
    return NULL;
}

static PlStr list_types(PlMock *mock, const PlMockOp *op)
{
    PlStr list = PL_STR("");
    for (uint32_t i = 0; i < op->body_count && i < 10; i++)
        list = pl_arena_printf(mock->request, PL_FMT "%s" PL_FMT, PL_ARG(list), i ? ", " : "", PL_ARG(op->bodies[i].type));
    return list;
}

/* ---- forms -------------------------------------------------------------------------------------------------------- */

typedef struct Form {
    PlMock *mock;
    PlMockCall *call;
    PL_VEC(PlHttpdPair) fields;
} Form;

static void read_urlencoded(Form *form)
{
    PlStr body = form->call->request->body;
    for (size_t i = 0; i < body.len && form->fields.len < MAX_FIELDS;) {
        PlStr part = pl_str_slice(body, i, pl_str_find_char(body, '&', i));
        i += part.len + 1;
        size_t equals = pl_str_find_char(part, '=', 0);
        PlStr value = pl_str_slice(part, equals == PL_STR_NONE ? part.len : equals + 1, part.len);
        PlHttpdPair pair = {pl_mock_unescape(form->mock->request, pl_str_slice(part, 0, equals), true, false),
                            pl_mock_unescape(form->mock->request, value, true, false)};
        if (part.len) pl_vec_push(form->mock->request, &form->fields, pair);
    }
}

/* name="x" of a Content-Disposition line (RFC 7578 section 4.2) */
static PlStr quoted(PlStr head, const char *key)
{
    size_t len = strlen(key);
    for (size_t at = 0; (at = pl_str_find(head, pl_str(key, len), at)) != PL_STR_NONE; at += len) {
        bool whole = at > 0 && (head.ptr[at - 1] == ' ' || head.ptr[at - 1] == ';');
        if (!whole || at + len + 1 >= head.len || head.ptr[at + len] != '=') continue;
        size_t start = at + len + 1;
        if (head.ptr[start] != '"') return pl_str_slice(head, start, pl_str_find_char(head, '\r', start));
        return pl_str_slice(head, start + 1, pl_str_find_char(head, '"', start + 1));
    }
    return PL_STR("");
}

static bool read_multipart(Form *form, PlStr type)
{
    PlStr body = form->call->request->body;
    PlStr boundary = quoted(type, "boundary");
    if (boundary.len == 0 || boundary.len > 200) return false;
    boundary = pl_str_trim(pl_str_slice(boundary, 0, pl_str_find_char(boundary, ';', 0)));
    PlStr mark = pl_arena_printf(form->mock->request, "--" PL_FMT, PL_ARG(boundary));
    size_t at = pl_str_find(body, mark, 0);
    while (at != PL_STR_NONE && form->fields.len < MAX_FIELDS) {
        size_t start = at + mark.len, next = pl_str_find(body, mark, start);
        if (pl_str_starts(pl_str_slice(body, start, body.len), PL_STR("--"))) return true;
        PlStr part = pl_str_slice(body, start, next);
        size_t blank = pl_str_find(part, PL_STR("\r\n\r\n"), 0);
        if (next == PL_STR_NONE || blank == PL_STR_NONE) return false;
        PlStr value = pl_str_slice(part, blank + 4, part.len >= 2 ? part.len - 2 : part.len);
        pl_vec_push(form->mock->request, &form->fields, (PlHttpdPair){quoted(pl_str_slice(part, 0, blank), "name"), value});
        at = next;
    }
    return false;
}

static PlMockSchema *field_schema(const PlMockCall *call, PlMockSchema *body, PlStr name)
{
    for (uint32_t i = 0; i < call->op->param_count; i++)
        if (call->op->params[i].place == PL_IN_BODY && pl_str_eq(call->op->params[i].wire, name)) return call->op->params[i].schema;
    bool open;
    const PlMockProperty *property = pl_mock_find(&call->op->api->schemas, body, name, &open);
    return property ? property->schema : NULL;
}

/* A part of a multipart body, or a field of another kind: JSON where the schema wants a record. */
static PlNode field_value(Form *form, PlMockSchema *schema, PlStr text)
{
    PlNode node;
    size_t at;
    PlStr words;
    uint32_t kinds = schema ? pl_mock_flat(&form->call->op->api->schemas, schema)->kinds : PL_KIND_TEXT;
    bool structured = kinds & (PL_KIND_RECORD | PL_KIND_LIST) && !(kinds & PL_KIND_TEXT);
    if (structured && pl_node_read(form->mock->request, text, &node, &at, &words) == PL_OK) return node;
    if (schema) return pl_mock_of_text(&form->call->op->api->schemas, schema, text);
    return pl_node_of_text(text);
}

static PlStr field_name(PlStr name) { return pl_str_ends(name, PL_STR("[]")) ? pl_str_slice(name, 0, name.len - 2) : name; }

/* Fields of one name make a list where the schema wants one: the items stand side by side or, in one field, between commas. */
static PlNode gather(Form *form, PlMockSchema *schema, uint32_t first)
{
    PL_VEC(PlNode) items = {0};
    PlStr name = field_name(form->fields.items[first].name);
    PlMockSchema *flat = pl_mock_flat(&form->call->op->api->schemas, schema);
    for (uint32_t i = first; i < form->fields.len; i++)
        if (pl_str_eq(field_name(form->fields.items[i].name), name))
            pl_vec_push(form->mock->request, &items, field_value(form, flat->items, form->fields.items[i].value));
    PlNode whole = items.len == 1 ? field_value(form, schema, form->fields.items[first].value) : pl_node_null();
    if (whole.kind == PL_NODE_LIST) return whole; /* one field that holds a list as JSON */
    return pl_node_of_items(form->mock->request, items.items, items.len);
}

/* metadata[key]=value: the fields of one record. */
static PlNode gather_keys(Form *form, uint32_t first, PlStr plain)
{
    PlFields inner = {.arena = form->mock->request};
    for (uint32_t i = first; i < form->fields.len; i++) {
        PlStr name = form->fields.items[i].name;
        if (!pl_str_starts(name, plain) || name.len < plain.len + 3 || name.ptr[plain.len] != '[') continue;
        PlStr key = pl_str_slice(name, plain.len + 1, pl_str_find_char(name, ']', plain.len));
        if (!pl_fields_has(&inner, key)) pl_fields_add(&inner, key, pl_node_of_text(form->fields.items[i].value));
    }
    return pl_fields_map(&inner);
}

static PlNode form_record(Form *form, PlMockSchema *body)
{
    PlFields fields = {.arena = form->mock->request};
    for (uint32_t i = 0; i < form->fields.len; i++) {
        PlStr name = field_name(form->fields.items[i].name);
        PlStr plain = pl_str_slice(name, 0, pl_str_find_char(name, '[', 1));
        if (pl_fields_has(&fields, plain)) continue;
        PlMockSchema *schema = field_schema(form->call, body, plain);
        uint32_t kinds = schema ? pl_mock_flat(&form->call->op->api->schemas, schema)->kinds : 0;
        if (plain.len < name.len && kinds & PL_KIND_RECORD) pl_fields_add(&fields, plain, gather_keys(form, i, plain));
        else if (kinds == PL_KIND_LIST) pl_fields_add(&fields, plain, gather(form, schema, i));
        else pl_fields_add(&fields, plain, field_value(form, schema, form->fields.items[i].value));
    }
    return pl_fields_map(&fields);
}

/* 2.0: each field is a parameter. */
static void check_form_params(PlMock *mock, PlMockCall *call)
{
    for (uint32_t i = 0; i < call->op->param_count; i++) {
        const PlMockParam *param = &call->op->params[i];
        if (param->place != PL_IN_BODY) continue;
        PlStr at = pl_arena_printf(mock->request, "body." PL_FMT, PL_ARG(param->wire));
        const PlNode *value = call->has_body ? pl_node_get(&call->body, param->wire) : NULL;
        if (value) pl_mock_check_value(&call->check, param->schema, value, at);
        else if (param->required) pl_mock_issue(mock->request, &call->check.errors, at, "is required, but missing");
    }
}

/* ---- all of it ---------------------------------------------------------------------------------------------------- */

static bool read_json(PlMock *mock, PlMockCall *call)
{
    size_t at;
    PlStr words;
    PlStatus status = pl_node_read(mock->request, call->request->body, &call->body, &at, &words);
    if (status == PL_OK) {
        call->has_body = true;
        return true;
    }
    PlStr detail = pl_arena_printf(mock->request, "byte %zu of the body: " PL_FMT, at, PL_ARG(words));
    return refuse(mock, call, 400, "the body is not JSON", detail);
}

static bool check_media(PlMock *mock, PlMockCall *call, const PlMockMedia *media, PlStr type)
{
    Form form = {.mock = mock, .call = call};
    bool wild_text = media->kind == PL_BODY_JSON && pl_mock_media_kind(bare_type(type)) != PL_BODY_JSON;
    if (media->kind == PL_BODY_JSON && !wild_text) {
        if (!read_json(mock, call)) return false;
    } else if (media->kind == PL_BODY_FORM) {
        read_urlencoded(&form);
    } else if (media->kind == PL_BODY_MULTIPART) {
        PlStr detail = PL_STR("the parts do not end with the boundary of the content type");
        if (!read_multipart(&form, type)) return refuse(mock, call, 400, "the body is no multipart form", detail);
    } else {
        return true;
    }
    if (!call->has_body && !wild_text) {
        call->body = form_record(&form, media->schema);
        call->has_body = true;
    }
    if (call->has_body && !call->op->has_form) pl_mock_check_value(&call->check, media->schema, &call->body, PL_STR("body"));
    return true;
}

static bool check_absent(PlMock *mock, PlMockCall *call)
{
    if (call->op->has_form) check_form_params(mock, call);
    if (call->check.errors.len) return refuse(mock, call, 422, "the body is wrong", PL_STR("the request has no body, yet fields are required"));
    if (!call->op->body_required) return true;
    pl_mock_issue(mock->request, &call->check.errors, PL_STR("body"), "is required, but missing");
    return refuse(mock, call, 400, "the body is missing", PL_STR("the operation requires a body"));
}

bool pl_mock_check_body(PlMock *mock, PlMockCall *call)
{
    const PlMockOp *op = call->op;
    PlStr type = pl_str_trim(pl_httpd_header(call->request, PL_STR("content-type")));
    if (call->request->body.len == 0) return check_absent(mock, call);
    if (op->body_count == 0) {
        pl_mock_issue(mock->request, &call->check.warnings, PL_STR("body"), "is not part of the operation");
        return true;
    }
    const PlMockMedia *media = type.len ? find_media(op, bare_type(type)) : NULL;
    if (!media) {
        PlStr types = list_types(mock, op), found = type.len ? pl_str_slice(type, 0, 200) : PL_STR("no content type");
        PlStr detail = pl_arena_printf(mock->request, "the operation takes " PL_FMT "; found " PL_FMT, PL_ARG(types), PL_ARG(found));
        return refuse(mock, call, 415, "the content type is not taken", detail);
    }
    if (!check_media(mock, call, media, type)) return false;
    if (op->has_form) check_form_params(mock, call);
    if (call->check.errors.len == 0) return true;
    return refuse(mock, call, 422, "the body is wrong", PL_STR("the body does not fit the document's schema"));
}
