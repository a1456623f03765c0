/* SPDX-License-Identifier: MIT */
/* Request bodies: which content type is sent, and what of it are arguments. The properties of an object become
 * arguments of their own; anything else is one argument named body. OpenAPI 3.1 section 4.8.13 (request body), 2.0
 * (body and formData). spec/actions.md section 3. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/markup.h"
#include "compiler/catalog/name.h"

/* ---- media types ------------------------------------------------------------------------------------------------ */

PlBodyKind pl_media_kind(PlStr type)
{
    static const char *const texts[] = {
        "application/xml",       "application/x-ndjson",   "application/ndjson",        "application/jsonl",
        "application/jsonlines", "application/yaml",       "application/x-yaml",        "application/graphql",
        "application/sql",       "application/javascript", "application/jwt",           "application/toml",
        "application/json-seq",  "application/jose",       "application/x-json-stream",
    };
    size_t end = pl_str_find_char(type, ';', 0);
    type = pl_str_trim(pl_str_slice(type, 0, end));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (pl_str_eq_nocase(type, pl_str_z(texts[i]))) return PL_BODY_TEXT;
    size_t slash = pl_str_find_char(type, '/', 0);
    PlStr major = pl_str_slice(type, 0, slash),
          minor = slash == PL_STR_NONE ? type : pl_str_slice(type, slash + 1, type.len);
    PlStr tail = pl_str_slice(minor, minor.len > 5 ? minor.len - 5 : 0, minor.len);
    if (pl_str_eq_nocase(minor, PL_STR("json")) || pl_str_eq_nocase(tail, PL_STR("+json"))) return PL_BODY_JSON;
    if (pl_str_eq_z(minor, "*") && (pl_str_eq_z(major, "*") || pl_str_eq_z(major, "application"))) return PL_BODY_JSON;
    if (pl_str_eq_nocase(type, PL_STR("application/x-www-form-urlencoded"))) return PL_BODY_FORM;
    if (pl_str_eq_nocase(type, PL_STR("multipart/form-data")) || pl_str_eq_z(type, "multipart/*"))
        return PL_BODY_MULTIPART;
    if (pl_str_eq_nocase(major, PL_STR("text"))) return PL_BODY_TEXT;
    if (minor.len > 4 && pl_str_ends(minor, PL_STR("+xml"))) return PL_BODY_TEXT;
    return PL_BODY_BYTES;
}

static unsigned media_rank(PlStr type)
{
    bool exact = pl_str_eq_nocase(type, PL_STR("application/json"));
    bool wild = pl_str_find_char(type, '*', 0) != PL_STR_NONE;
    return (unsigned)pl_media_kind(type) * 4 + (exact ? 0 : wild ? 2 : 1);
}

PlPair *pl_media_choose(const PlNode *content)
{
    PlPair *best = NULL;
    unsigned best_rank = 0;
    for (uint32_t i = 0; pl_node_is(content, PL_NODE_MAP) && i < content->count; i++) {
        PlPair *pair = pl_node_at(content, i);
        unsigned rank = media_rank(pl_pair_key(pair));
        if (pair->value.flags & PL_NODE_SHADOWED || (best && rank >= best_rank)) continue;
        best = pair;
        best_rank = rank;
    }
    return best;
}

/* The best of a list of media types (2.0 consumes); "" when there is none. */
static PlStr choose_type(PlDraft *draft, const char *key)
{
    const PlNode *list = pl_node_get(draft->entry->node, pl_str_z(key));
    if (!list) list = pl_node_get(draft->api->root, pl_str_z(key));
    PlStr best = PL_STR("");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlStr type = pl_str_trim(pl_node_text(pl_node_item(list, i)));
        if (type.len && (best.len == 0 || media_rank(type) < media_rank(best))) best = type;
    }
    return best;
}

/* The type that is sent: without wildcards, and nothing that breaks a header. */
static PlStr sendable(PlStr type, PlBodyKind kind)
{
    if (pl_str_find_char(type, '*', 0) == PL_STR_NONE && pl_name_is_plain(type)) return type;
    switch (kind) {
    case PL_BODY_JSON: return PL_STR("application/json");
    case PL_BODY_MULTIPART: return PL_STR("multipart/form-data");
    case PL_BODY_TEXT: return PL_STR("text/plain");
    default: return PL_STR("application/octet-stream");
    }
}

/* ---- arguments -------------------------------------------------------------------------------------------------- */

static PlTypeId whole_type(PlDraft *draft, PlNode *schema)
{
    PlTypes *types = draft->api->schemas.types;
    switch (draft->action->body) {
    case PL_BODY_TEXT: return PL_T_TEXT;
    case PL_BODY_BYTES: return pl_type_union(types, (PlTypeId[]){PL_T_FILE, PL_T_TEXT}, 2);
    case PL_BODY_MULTIPART: return schema ? pl_schema_part_type(&draft->api->schemas, schema) : PL_T_RECORD_ANY;
    default: return pl_schema_type(&draft->api->schemas, schema);
    }
}

static void add_whole(PlDraft *draft, PlNode *schema, PlStr doc)
{
    PlParam param = {
        .wire = PL_STR("body"), .place = PL_IN_BODY, .whole_body = true, .required = draft->action->body_required};
    param.type = whole_type(draft, schema);
    param.doc = doc;
    pl_draft_add(draft, param);
}

/* encoding: {name: {contentType, style, explode}} of forms (OpenAPI 3.1 section 4.8.15). */
static void read_encoding(PlParam *param, const PlNode *encoding)
{
    const PlNode *own = pl_node_get(encoding, param->wire);
    PlStr style = pl_node_text(PL_GET(own, "style"));
    if (pl_str_eq_z(style, "deepObject")) param->style = PL_STYLE_DEEP;
    if (pl_str_eq_z(style, "spaceDelimited")) param->style = PL_STYLE_SPACE, param->explode = false;
    if (pl_str_eq_z(style, "pipeDelimited")) param->style = PL_STYLE_PIPE, param->explode = false;
    if (PL_GET(own, "explode")) param->explode = pl_node_yes(PL_GET(own, "explode"));
    PlStr type = pl_node_text(PL_GET(own, "contentType"));
    size_t comma = pl_str_find_char(type, ',', 0);
    param->content_type = pl_str_trim(pl_str_slice(type, 0, comma));
    if (!pl_name_is_plain(param->content_type)) param->content_type = PL_STR("");
}

static bool is_read_only(PlDraft *draft, const PlProperty *property)
{
    return pl_node_yes(pl_schema_own(&draft->api->schemas, property->schema, PL_STR("readOnly")));
}

/* A body of which nothing may be written is a fault of the document: then readOnly does not count. */
static bool nothing_to_write(PlDraft *draft, const PlShape *shape)
{
    for (uint32_t i = 0; i < shape->properties.len; i++)
        if (!is_read_only(draft, &shape->properties.items[i])) return false;
    return true;
}

/* x-pilot-also: [text, input]: what plans call it besides. x-pilot-fill: schema, prose or actions */
static void read_extensions(PlDraft *draft, PlParam *param, const PlNode *schema)
{
    const PlNode *also = PL_GET(schema, "x-pilot-also");
    uint32_t count = pl_node_is(also, PL_NODE_LIST) ? pl_node_count(also) : 0;
    PlStr *names = PL_NEW_N(draft->api->arena, PlStr, count + 1);
    for (uint32_t i = 0; i < count; i++) names[i] = pl_node_text(pl_node_item(also, i));
    param->also = names;
    param->also_count = count;
    bool is_text = pl_type(draft->api->schemas.types, param->type)->kind == PL_TYPE_TEXT;
    param->fills_schema = is_text && pl_str_eq_z(pl_node_text(PL_GET(schema, "x-pilot-fill")), "schema");
    param->fills_prose = is_text && pl_str_eq_z(pl_node_text(PL_GET(schema, "x-pilot-fill")), "prose");
    param->fills_actions = is_text && pl_str_eq_z(pl_node_text(PL_GET(schema, "x-pilot-fill")), "actions");
    if (param->fills_schema || param->fills_actions) param->required = false;
    param->selects = pl_draft_selects(draft, schema);
}

/* Case, '_' and '-' apart. */
static bool is_spelling_of(PlStr a, PlStr b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.len && (a.ptr[i] == '_' || a.ptr[i] == '-')) i++;
        while (k < b.len && (b.ptr[k] == '_' || b.ptr[k] == '-')) k++;
        if (i == a.len || k == b.len) return i == a.len && k == b.len;
        if (!pl_str_eq_nocase(pl_str_slice(a, i, i + 1), pl_str_slice(b, k, k + 1))) return false;
        i++, k++;
    }
}

/* `required: [name]` beside a property `Name`. */
static bool requires_spelling(const PlShape *shape, PlStr name)
{
    for (uint32_t i = 0; i < shape->required.len; i++)
        if (is_spelling_of(shape->required.entries[i].key, name)) return true;
    return false;
}

static void add_property(PlDraft *draft, const PlShape *shape, const PlProperty *property, const PlNode *encoding)
{
    PlSchemas *schemas = &draft->api->schemas;
    PlNode *schema = property->schema;
    bool form = draft->action->body != PL_BODY_JSON;
    PlParam param = {
        .wire = property->name, .place = PL_IN_BODY, .style = form ? PL_STYLE_FORM : PL_STYLE_SIMPLE, .explode = form};
    param.required = draft->action->body_required && pl_shape_requires(shape, property);
    param.undeclared = draft->action->body_required && !param.required && requires_spelling(shape, property->name);
    param.type = draft->action->body == PL_BODY_MULTIPART ? pl_schema_part_type(schemas, schema)
                                                          : pl_schema_type(schemas, schema);
    param.doc = pl_markup_line(draft->api->arena, pl_node_text(pl_schema_own(schemas, schema, PL_STR("description"))));
    if (form) read_encoding(&param, encoding);
    read_extensions(draft, &param, schema);
    if (pl_node_is(schema, PL_NODE_MAP)) pl_draft_value(draft, &param, schema, schema);
    pl_draft_add(draft, param);
}

static bool has_property(const PlShape *shape, PlStr name)
{
    for (uint32_t i = 0; i < shape->properties.len; i++)
        if (is_spelling_of(shape->properties.items[i].name, name)) return true;
    return false;
}

/* A name under `required` that no property has, nor a spelling of one: the API may insist on it all the same. */
static void add_undeclared(PlDraft *draft, const PlShape *shape)
{
    bool form = draft->action->body != PL_BODY_JSON;
    for (uint32_t i = 0; draft->action->body_required && i < shape->required.len; i++) {
        PlStr name = shape->required.entries[i].key;
        if (name.len == 0 || has_property(shape, name)) continue;
        PlParam param = {.wire = name, .place = PL_IN_BODY, .style = form ? PL_STYLE_FORM : PL_STYLE_SIMPLE, .explode = form};
        param.undeclared = true;
        param.type = PL_T_ANY;
        pl_draft_add(draft, param);
    }
}

/* `required: false` makes a body optional. Where nothing is said, a body with required properties counts as required:
 * documents leave the word out far more often than they mean an optional body. */
static void add_body(PlDraft *draft, PlNode *schema, const PlNode *required, const PlNode *encoding, PlStr doc)
{
    PlAction *action = draft->action;
    PlShape shape;
    bool structured = action->body == PL_BODY_JSON || action->body == PL_BODY_FORM || action->body == PL_BODY_MULTIPART;
    bool flat = schema && structured && pl_schema_object(&draft->api->schemas, schema, &shape);
    action->body_required = required ? pl_node_yes(required) : flat && shape.has_required;
    if (!flat) {
        add_whole(draft, schema, doc);
        return;
    }
    bool all = nothing_to_write(draft, &shape);
    for (uint32_t i = 0; i < shape.properties.len; i++)
        if (all || !is_read_only(draft, &shape.properties.items[i]))
            add_property(draft, &shape, &shape.properties.items[i], encoding);
    if (!shape.groups.len) add_undeclared(draft, &shape);
}

/* ---- 2.0 -------------------------------------------------------------------------------------------------------- */

static void add_form_param(PlDraft *draft, PlNode *node)
{
    PlApi *api = draft->api;
    PlParam param = {
        .wire = pl_node_raw(PL_GET(node, "name"), api->catalog->sources), .place = PL_IN_BODY, .style = PL_STYLE_FORM};
    if (param.wire.len == 0) return;
    param.explode = pl_str_eq_z(pl_node_text(PL_GET(node, "collectionFormat")), "multi");
    param.required = pl_node_yes(PL_GET(node, "required"));
    param.type = pl_schema_part_type(&api->schemas, node);
    param.doc = pl_markup_line(draft->api->arena, pl_node_text(PL_GET(node, "description")));
    draft->action->body_required |= param.required;
    param.selects = pl_draft_selects(draft, node);
    pl_draft_value(draft, &param, node, node);
    pl_draft_add(draft, param);
}

static void body_of_2(PlDraft *draft)
{
    PlAction *action = draft->action;
    PlStr type = choose_type(draft, "consumes");
    bool both = draft->body_param && draft->form_params.len; /* which the document may not have: what it consumes decides */
    if (draft->form_params.len && !(both && type.len && pl_media_kind(type) == PL_BODY_JSON)) {
        bool file = pl_media_kind(type) == PL_BODY_MULTIPART;
        for (uint32_t i = 0; i < draft->form_params.len; i++)
            file |= pl_str_eq_z(pl_node_text(PL_GET(draft->form_params.items[i], "type")), "file");
        action->body = file ? PL_BODY_MULTIPART : PL_BODY_FORM;
        action->body_type = file ? PL_STR("multipart/form-data") : PL_STR("application/x-www-form-urlencoded");
        for (uint32_t i = 0; i < draft->form_params.len; i++) add_form_param(draft, draft->form_params.items[i]);
        return;
    }
    if (!draft->body_param) return;
    action->body = type.len ? pl_media_kind(type) : PL_BODY_JSON;
    action->body_type = type.len ? sendable(type, action->body) : PL_STR("application/json");
    const PlNode *required = PL_GET(draft->body_param, "required");
    PlStr doc = pl_markup_line(draft->api->arena, pl_node_text(PL_GET(draft->body_param, "description")));
    add_body(draft, PL_GET(draft->body_param, "schema"), required, NULL, doc);
}

/* ---- 3.x -------------------------------------------------------------------------------------------------------- */

/* content: application/json, or a list of such names, without schemas. */
static bool name_only(const PlNode *content, PlPair *out)
{
    const PlNode *name = pl_node_is(content, PL_NODE_LIST) && content->count ? pl_node_item(content, 0) : content;
    PlStr type = pl_str_trim(pl_node_text(name));
    if (pl_str_find_char(type, '/', 0) == PL_STR_NONE) return false;
    out->key = type.ptr;
    out->key_len = (uint32_t)type.len;
    return true;
}

static void body_of_3(PlDraft *draft)
{
    PlApi *api = draft->api;
    PlAction *action = draft->action;
    PlNode *said = PL_GET(draft->entry->node, "requestBody");
    if (!said || said->kind == PL_NODE_NULL) return;
    PlNode *body = pl_ref_follow(&api->refs, said, NULL);
    PlPair *media = pl_media_choose(PL_GET(body, "content"));
    PlPair named = {.value = {.kind = PL_NODE_NULL}};
    if (!media && name_only(PL_GET(body, "content"), &named)) media = &named;
    PlStr doc = pl_markup_line(draft->api->arena, pl_node_text(PL_GET(body, "description")));
    if (!media) {
        if (body && pl_ref_once(&api->refs, pl_node_span(said), "body"))
            PL_REPORT0(api->diags, OP_BODY, pl_node_span(said));
        action->body = PL_BODY_JSON;
        action->body_type = PL_STR("application/json");
        add_body(draft, NULL, PL_GET(body, "required"), NULL, doc);
        return;
    }
    PlNode *entry = pl_ref_follow(&api->refs, &media->value, NULL);
    PlNode *schema = PL_GET(entry, "schema");
    PlStr type = pl_str_trim(pl_pair_key(media));
    bool wild = pl_str_find_char(type, '*', 0) != PL_STR_NONE;
    action->body = pl_media_kind(type);
    if (wild && action->body == PL_BODY_JSON && schema && pl_schema_part_type(&api->schemas, schema) == PL_T_FILE)
        action->body = PL_BODY_BYTES;
    action->body_type = sendable(type, action->body);
    add_body(draft, schema, PL_GET(body, "required"), PL_GET(entry, "encoding"), doc);
}

void pl_draft_body(PlDraft *draft)
{
    const PlNode *said = PL_GET(draft->entry->node, "requestBody"); /* some documents mix the versions */
    bool has_old = draft->form_params.len || draft->body_param;
    if (draft->api->dialect == PL_DIALECT_2 ? has_old || !said : has_old && !said)
        body_of_2(draft);
    else
        body_of_3(draft);
}
