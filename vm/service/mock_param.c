/* SPDX-License-Identifier: MIT */
/* Parameters and credentials of a request: read by their style (RFC 6570, OpenAPI 3.1 section 4.8.12), then checked against their schemas. A
 * query parameter that the document does not know is a warning in the log. */
#include "vm/service/mock_internal.h"

enum { MAX_PAIRS = 1000, MAX_ITEMS = 1000 };

/* ---- reading ------------------------------------------------------------------------------------------------------ */

void pl_mock_read_query(PlMock *mock, PlMockCall *call)
{
    PlStr query = call->query;
    for (size_t i = 0; i < query.len && call->pairs.len < MAX_PAIRS;) {
        size_t end = pl_str_find_char(query, '&', i);
        PlStr part = pl_str_slice(query, i, end);
        i += part.len + 1;
        if (part.len == 0) continue;
        size_t equals = pl_str_find_char(part, '=', 0);
        PlStr value = equals == PL_STR_NONE ? PL_STR("") : pl_str_slice(part, equals + 1, part.len);
        PlHttpdPair pair = {pl_mock_unescape(mock->request, pl_str_slice(part, 0, equals), true, false),
                            pl_mock_unescape(mock->request, value, true, false)};
        pl_vec_push(mock->request, &call->pairs, pair);
    }
}

bool pl_mock_query(const PlMockCall *call, PlStr name, PlStr *out)
{
    for (uint32_t i = 0; i < call->pairs.len; i++) {
        if (!pl_str_eq(call->pairs.items[i].name, name)) continue;
        *out = call->pairs.items[i].value;
        return true;
    }
    return false;
}

PlStr pl_mock_var(const PlMockCall *call, PlStr name)
{
    for (uint32_t i = 0; i < call->var_count; i++)
        if (pl_str_eq(call->var_names[i], name)) return call->vars[i];
    return PL_STR("");
}

static bool cookie(PlMock *mock, const PlMockCall *call, PlStr name, PlStr *out)
{
    PlStr all = pl_httpd_header(call->request, PL_STR("cookie"));
    for (size_t i = 0; i < all.len;) {
        size_t end = pl_str_find_char(all, ';', i);
        PlStr part = pl_str_slice(all, i, end);
        i += part.len + 1;
        size_t equals = pl_str_find_char(part, '=', 0);
        if (equals == PL_STR_NONE || !pl_str_eq(pl_str_trim(pl_str_slice(part, 0, equals)), name)) continue;
        *out = pl_mock_unescape(mock->request, pl_str_trim(pl_str_slice(part, equals + 1, part.len)), false, false);
        return true;
    }
    return false;
}

static bool header(const PlMockCall *call, PlStr name, PlStr *out)
{
    for (uint32_t i = 0; i < call->request->header_count; i++) {
        if (!pl_str_eq_nocase(call->request->headers[i].name, name)) continue;
        *out = pl_str_trim(call->request->headers[i].value);
        return true;
    }
    return false;
}

/* ---- values by style ---------------------------------------------------------------------------------------------- */

typedef struct Reading {
    PlMock *mock;
    PlMockCall *call;
    PlMockSchemas *schemas;
    const PlMockParam *param;
    PlMockSchema *flat;
} Reading;

static char separator(const PlMockParam *param)
{
    if (param->style == PL_STYLE_SPACE) return ' ';
    if (param->style == PL_STYLE_PIPE) return '|';
    if (param->explode && param->style == PL_STYLE_LABEL) return '.';
    if (param->explode && param->style == PL_STYLE_MATRIX) return ';';
    return param->style == PL_STYLE_TABS ? '\t' : ',';
}

static PlNode scalar(const Reading *r, PlMockSchema *schema, PlStr text)
{
    return schema ? pl_mock_of_text(r->schemas, schema, text) : pl_node_of_text(text);
}

typedef PL_VEC(PlNode) Items;

/* matrix: "id=5" is "5". */
static PlStr without_name(const PlMockParam *param, PlStr text)
{
    bool named = pl_str_starts(text, param->wire) && text.len > param->wire.len && text.ptr[param->wire.len] == '=';
    return named ? pl_str_slice(text, param->wire.len + 1, text.len) : text;
}

static void split_into(const Reading *r, PlStr text, char by, Items *items)
{
    for (size_t i = 0; i <= text.len && items->len < MAX_ITEMS;) {
        size_t end = pl_str_find_char(text, by, i);
        PlStr part = pl_str_slice(text, i, end);
        i += part.len + 1;
        if (by == ';') part = without_name(r->param, part);
        pl_vec_push(r->mock->request, items, scalar(r, r->flat->items, part));
    }
}

/* "a,1,b,2" or, exploded, "a=1,b=2". */
static PlNode split_record(const Reading *r, PlStr text, char by, bool explode)
{
    PlFields fields = {.arena = r->mock->request};
    PlStr key = PL_STR("");
    bool has_key = false;
    for (size_t i = 0; i <= text.len && fields.all.len < MAX_ITEMS;) {
        PlStr part = pl_str_slice(text, i, pl_str_find_char(text, by, i));
        i += part.len + 1;
        size_t equals = explode ? pl_str_find_char(part, '=', 0) : PL_STR_NONE;
        PlStr name = explode ? pl_str_slice(part, 0, equals) : key;
        PlStr value = explode ? pl_str_slice(part, equals == PL_STR_NONE ? part.len : equals + 1, part.len) : part;
        if (!explode && !has_key) {
            key = part;
            has_key = true;
            continue;
        }
        has_key = false;
        const PlMockProperty *property = pl_mock_property(r->flat, name);
        if (!pl_fields_has(&fields, name)) pl_fields_add(&fields, name, scalar(r, property ? property->schema : NULL, value));
    }
    return pl_fields_map(&fields);
}

static PlNode of_json(const Reading *r, PlStr text)
{
    PlNode node;
    size_t at;
    PlStr words;
    if (pl_node_read(r->mock->request, text, &node, &at, &words) == PL_OK) return node;
    return pl_node_of_text(text);
}

static bool only(const Reading *r, uint32_t kind)
{
    return (r->flat->kinds & ~(uint32_t)PL_KIND_NULL) == kind;
}

/* One text, as it stands in a path segment, a header, or one query pair. */
static PlNode of_text(const Reading *r, PlStr text)
{
    if (r->param->style == PL_STYLE_JSON) return of_json(r, text);
    if (only(r, PL_KIND_LIST)) {
        Items items = {0};
        split_into(r, text, separator(r->param), &items);
        return pl_node_of_items(r->mock->request, items.items, items.len);
    }
    if (only(r, PL_KIND_RECORD)) return split_record(r, text, r->param->place == PL_IN_PATH ? separator(r->param) : ',', r->param->explode);
    return pl_mock_of_text(r->schemas, r->param->schema, text);
}

/* ".a.b" and ";id=5": without what the style puts before a value. */
static PlStr without_prefix(const PlMockParam *param, PlStr text)
{
    if (param->style == PL_STYLE_LABEL && text.len && text.ptr[0] == '.') return pl_str_slice(text, 1, text.len);
    if (param->style != PL_STYLE_MATRIX || text.len == 0 || text.ptr[0] != ';') return text;
    return without_name(param, pl_str_slice(text, 1, text.len));
}

/* name[key]=value (deepObject), and what frameworks do of it: name[]=a. */
static bool read_deep(const Reading *r, PlNode *out)
{
    PlFields fields = {.arena = r->mock->request};
    PlStr wire = r->param->wire;
    for (uint32_t i = 0; i < r->call->pairs.len; i++) {
        PlStr name = r->call->pairs.items[i].name;
        bool mine = pl_str_starts(name, wire) && name.len > wire.len + 2 && name.ptr[wire.len] == '[' && name.ptr[name.len - 1] == ']';
        PlStr key = mine ? pl_str_slice(name, wire.len + 1, name.len - 1) : PL_STR("");
        if (!mine || pl_fields_has(&fields, key)) continue;
        const PlMockProperty *property = pl_mock_property(r->flat, key);
        PlMockSchema *schema = property ? property->schema : r->flat->rest;
        pl_fields_add(&fields, key, scalar(r, schema, r->call->pairs.items[i].value));
    }
    if (fields.all.len == 0) return false;
    *out = pl_fields_map(&fields);
    return true;
}

/* form, exploded, of a record: each property is a parameter of its own. */
static bool read_spread(const Reading *r, PlNode *out)
{
    PlFields fields = {.arena = r->mock->request};
    for (uint32_t i = 0; i < r->flat->property_count; i++) {
        PlStr text;
        if (pl_mock_query(r->call, r->flat->properties[i].name, &text))
            pl_fields_add(&fields, r->flat->properties[i].name, scalar(r, r->flat->properties[i].schema, text));
    }
    if (fields.all.len == 0) return false;
    *out = pl_fields_map(&fields);
    return true;
}

static bool same_list_name(PlStr name, PlStr wire)
{
    if (pl_str_eq(name, wire)) return true;
    return name.len == wire.len + 2 && pl_str_starts(name, wire) && pl_str_ends(name, PL_STR("[]"));
}

static bool read_query_param(const Reading *r, PlNode *out)
{
    Items items = {0};
    bool list = only(r, PL_KIND_LIST), found = false;
    if (only(r, PL_KIND_RECORD) && r->param->style == PL_STYLE_DEEP) return read_deep(r, out);
    for (uint32_t i = 0; i < r->call->pairs.len; i++) {
        const PlHttpdPair *pair = &r->call->pairs.items[i];
        if (!(list ? same_list_name(pair->name, r->param->wire) : pl_str_eq(pair->name, r->param->wire))) continue;
        if (!list || r->param->style == PL_STYLE_JSON) {
            *out = of_text(r, pair->value);
            return true;
        }
        found = true;
        if (r->param->explode && items.len < MAX_ITEMS) pl_vec_push(r->mock->request, &items, scalar(r, r->flat->items, pair->value));
        else split_into(r, pair->value, separator(r->param), &items);
    }
    if (found) *out = pl_node_of_items(r->mock->request, items.items, items.len);
    if (!found && only(r, PL_KIND_RECORD)) return read_spread(r, out) || read_deep(r, out);
    return found;
}

static bool read_param(const Reading *r, PlNode *out)
{
    PlStr text = PL_STR("");
    bool found = false;
    switch (r->param->place) {
    case PL_IN_QUERY: return read_query_param(r, out);
    case PL_IN_PATH:
        text = pl_mock_var(r->call, r->param->wire);
        found = text.len > 0;
        break;
    case PL_IN_HEADER: found = header(r->call, r->param->wire, &text); break;
    case PL_IN_COOKIE: found = cookie(r->mock, r->call, r->param->wire, &text); break;
    default: break;
    }
    if (found) *out = of_text(r, without_prefix(r->param, text));
    return found;
}

/* ---- checking ----------------------------------------------------------------------------------------------------- */

static bool is_credential(const PlMockOp *op, PlStr name)
{
    for (uint32_t i = 0; i < op->action->auth_count; i++)
        for (uint32_t k = 0; k < op->action->auth[i].count; k++)
            if (op->action->auth[i].all[k].place == PL_IN_QUERY && pl_str_eq(op->action->auth[i].all[k].wire, name)) return true;
    return false;
}

/* "filter[a]", "ids[]" -> "filter", "ids" */
static PlStr plain_name(PlStr name) { return pl_str_slice(name, 0, pl_str_find_char(name, '[', 1)); }

static bool is_known(PlMock *mock, const PlMockCall *call, PlStr name)
{
    (void)mock;
    const PlMockOp *op = call->op;
    for (uint32_t i = 0; i < op->param_count; i++) {
        const PlMockParam *param = &op->params[i];
        if (param->place != PL_IN_QUERY) continue;
        if (pl_str_eq(param->wire, name) || pl_str_eq(param->wire, plain_name(name))) return true;
        const PlMockSchema *flat = pl_mock_flat(&op->api->schemas, param->schema);
        if (flat->kinds == PL_KIND_RECORD && (pl_mock_property(flat, name) || flat->flags & PL_MOCK_MAP)) return true;
    }
    return is_credential(op, name);
}

static void warn_unknown(PlMock *mock, PlMockCall *call)
{
    for (uint32_t i = 0; i < call->pairs.len && call->check.warnings.len < PL_MOCK_ISSUES; i++) {
        PlStr name = pl_str_slice(call->pairs.items[i].name, 0, 100);
        if (is_known(mock, call, call->pairs.items[i].name)) continue;
        PlStr path = pl_arena_printf(mock->request, "query." PL_FMT, PL_ARG(name));
        pl_mock_issue(mock->request, &call->check.warnings, path, "is not a parameter of the operation");
    }
}

bool pl_mock_check_params(PlMock *mock, PlMockCall *call)
{
    PlMockOp *op = call->op;
    for (uint32_t i = 0; i < op->param_count; i++) {
        const PlMockParam *param = &op->params[i];
        Reading r = {mock, call, &op->api->schemas, param, pl_mock_flat(&op->api->schemas, param->schema)};
        PlNode value;
        if (param->place == PL_IN_BODY) continue;
        PlStr at = pl_arena_printf(mock->request, "%s." PL_FMT, pl_place_name(param->place), PL_ARG(param->wire));
        if (read_param(&r, &value)) pl_mock_check_value(&call->check, param->schema, &value, at);
        else if (param->required) pl_mock_issue(mock->request, &call->check.errors, at, "is required, but missing");
    }
    warn_unknown(mock, call);
    if (call->check.errors.len == 0) return true;
    pl_mock_problem(mock, call, 400, "parameters are wrong", PL_STR("the request's parameters do not fit the document"), &call->check.errors);
    return false;
}

/* ---- credentials -------------------------------------------------------------------------------------------------- */

/* The one value that is taken, when --credential gives one for this name or scheme. */
static bool wanted_value(const PlMock *mock, const PlAuth *auth, PlStr *out)
{
    for (uint32_t i = 0; i < mock->options.credential_count; i++) {
        PlStr given = mock->options.credentials[i];
        size_t equals = pl_str_find_char(given, '=', 0);
        PlStr name = pl_str_slice(given, 0, equals);
        if (equals == PL_STR_NONE || !(pl_str_eq(name, auth->credential) || pl_str_eq(name, auth->scheme))) continue;
        *out = pl_str_slice(given, equals + 1, given.len);
        return true;
    }
    return false;
}

static PlStr of_base64(PlArena *arena, PlStr text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = pl_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;
    uint32_t bits = 0, count = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != '='; i++) {
        const char *digit = text.ptr[i] ? strchr(digits, text.ptr[i]) : NULL;
        if (!digit) return PL_STR("");
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out[len++] = (char)(bits >> count & 255);
    }
    return pl_str(out, len);
}

static bool scheme_value(PlStr text, const char *scheme, PlStr *out)
{
    size_t len = strlen(scheme);
    if (text.len <= len || text.ptr[len] != ' ' || !pl_str_eq_nocase(pl_str_slice(text, 0, len), pl_str(scheme, len))) return false;
    *out = pl_str_trim(pl_str_slice(text, len, text.len));
    return out->len > 0;
}

static bool is_present(PlMock *mock, const PlMockCall *call, const PlAuth *auth, PlStr *value)
{
    PlStr authorization = PL_STR("");
    header(call, PL_STR("authorization"), &authorization);
    switch (auth->kind) {
    case PL_AUTH_API_KEY:
        if (auth->place == PL_IN_QUERY) return pl_mock_query(call, auth->wire, value) && value->len;
        if (auth->place == PL_IN_COOKIE) return cookie(mock, call, auth->wire, value) && value->len;
        return header(call, auth->wire, value) && value->len;
    case PL_AUTH_BASIC:
        if (!scheme_value(authorization, "Basic", value)) return false;
        *value = of_base64(mock->request, *value);
        return pl_str_find_char(*value, ':', 0) != PL_STR_NONE;
    case PL_AUTH_OTHER: *value = authorization; return true;
    default: return scheme_value(authorization, "Bearer", value);
    }
}

static bool is_satisfied(PlMock *mock, const PlMockCall *call, const PlAuth *auth)
{
    PlStr value = PL_STR(""), wanted;
    if (!is_present(mock, call, auth, &value)) return false;
    return !wanted_value(mock, auth, &wanted) || pl_str_eq(value, wanted);
}

static PlStr how(PlArena *arena, const PlAuth *auth)
{
    if (auth->kind == PL_AUTH_BASIC) return PL_STR("Authorization: Basic ...");
    if (auth->kind != PL_AUTH_API_KEY) return PL_STR("Authorization: Bearer ...");
    return pl_arena_printf(arena, "%s " PL_FMT, pl_place_name(auth->place), PL_ARG(auth->wire));
}

bool pl_mock_check_security(PlMock *mock, PlMockCall *call)
{
    const PlAction *action = call->op->action;
    PlStr missing = PL_STR("");
    bool basic = false;
    for (uint32_t i = 0; i < action->auth_count; i++) {
        const PlAuthSet *set = &action->auth[i];
        bool all = true;
        for (uint32_t k = 0; k < set->count; k++) {
            const PlAuth *auth = &set->all[k];
            if (is_satisfied(mock, call, auth)) continue;
            PlStr way = how(mock->request, auth);
            missing = pl_arena_printf(mock->request, PL_FMT "%s" PL_FMT " (" PL_FMT ")", PL_ARG(missing), missing.len == 0 ? "" : all ? " or " : " and ",
                                      PL_ARG(auth->scheme), PL_ARG(way));
            all = false;
            basic |= auth->kind == PL_AUTH_BASIC;
        }
        if (all) return true;
    }
    if (action->auth_count == 0) return true;
    PlStr detail = pl_arena_printf(mock->request, "a credential is missing or not the one that is taken: " PL_FMT, PL_ARG(missing));
    pl_mock_header(call, "WWW-Authenticate", basic ? PL_STR("Basic realm=\"mock\"") : PL_STR("Bearer realm=\"mock\""));
    pl_mock_problem(mock, call, 401, "credential missing", detail, NULL);
    return false;
}
