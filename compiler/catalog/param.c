/* SPDX-License-Identifier: MIT */
/* Parameters of an action: from the operation and its path item, in the order path, query, header, cookie, each in the
 * document's order. OpenAPI 3.1 section 4.8.12 (parameter object), 2.0 (collectionFormat); RFC 6570 styles.
 * spec/actions.md section 2. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/markup.h"
#include "compiler/catalog/name.h"

enum { MAX_PARAMS = 1000, MAX_LISTS = 4, MAX_TEMPLATES = 20, MAX_LOOKED_AT = 100000 };

void pl_draft_add(PlDraft *draft, PlParam param)
{
    pl_vec_push(draft->api->arena, &draft->params, param);
}

static PlStr raw(const PlDraft *draft, const PlNode *node)
{
    return pl_node_raw(node, draft->api->catalog->sources);
}

/* ---- styles ----------------------------------------------------------------------------------------------------- */

static PlStyle default_style(PlPlace place)
{
    return place == PL_IN_PATH || place == PL_IN_HEADER ? PL_STYLE_SIMPLE : PL_STYLE_FORM;
}

static void style_of_2(PlParam *param, PlStr format)
{
    param->style = default_style(param->place);
    param->explode = false;
    if (pl_str_eq_z(format, "multi")) param->explode = true;
    if (pl_str_eq_z(format, "ssv")) param->style = PL_STYLE_SPACE;
    if (pl_str_eq_z(format, "tsv")) param->style = PL_STYLE_TABS;
    if (pl_str_eq_z(format, "pipes")) param->style = PL_STYLE_PIPE;
}

static void style_of_3(PlParam *param, const PlNode *node)
{
    static const struct {
        const char *name;
        PlStyle style;
    } names[] = {
        {"simple", PL_STYLE_SIMPLE},   {"label", PL_STYLE_LABEL},          {"matrix", PL_STYLE_MATRIX},
        {"form", PL_STYLE_FORM},       {"spaceDelimited", PL_STYLE_SPACE}, {"pipeDelimited", PL_STYLE_PIPE},
        {"deepObject", PL_STYLE_DEEP},
    };
    PlStr said = pl_node_text(PL_GET(node, "style"));
    param->style = default_style(param->place);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pl_str_eq_z(said, names[i].name)) param->style = names[i].style;
    const PlNode *explode = PL_GET(node, "explode");
    param->explode = explode ? pl_node_yes(explode) : param->style == PL_STYLE_FORM;
    param->allow_reserved = pl_node_yes(PL_GET(node, "allowReserved"));
}

/* ---- one parameter ---------------------------------------------------------------------------------------------- */

static bool place_of(PlStr in, PlPlace *out)
{
    for (int place = PL_IN_PATH; place <= PL_IN_COOKIE; place++) {
        if (!pl_str_eq_nocase(in, pl_str_z(pl_place_name((PlPlace)place)))) continue;
        *out = (PlPlace)place;
        return true;
    }
    return false;
}

/* Where a parameter without `in` goes: where the path's template says it, else into the query. */
static PlPlace likely_place(PlDraft *draft, const PlNode *node, PlStr wire)
{
    PlStr braced = pl_arena_printf(draft->api->arena, "{" PL_FMT "}", PL_ARG(wire));
    PlPlace place = pl_str_find(draft->entry->public.path, braced, 0) != PL_STR_NONE ? PL_IN_PATH : PL_IN_QUERY;
    if (pl_ref_once(&draft->api->refs, pl_node_span(node), "in"))
        PL_REPORT(draft->api->diags, OP_PARAM_PLACE, pl_node_span(node), PL_ARG(wire), pl_place_name(place));
    return place;
}

/* Headers that the engine sets itself. OpenAPI 3.1 section 4.8.12.2 says to ignore them. */
static bool is_reserved_header(PlDraft *draft, const PlParam *param, const PlNode *node)
{
    if (param->place != PL_IN_HEADER) return false;
    bool authorization = pl_str_eq_nocase(param->wire, PL_STR("authorization"));
    bool other =
        pl_str_eq_nocase(param->wire, PL_STR("content-type")) || pl_str_eq_nocase(param->wire, PL_STR("accept"));
    if (!authorization && !other) return false;
    draft->wants_authorization |= authorization;
    draft->authorization_required |= authorization && pl_node_yes(PL_GET(node, "required"));
    if (pl_ref_once(&draft->api->refs, pl_node_span(node), "header"))
        PL_REPORT(draft->api->diags, OP_HEADER, pl_node_span(PL_GET(node, "name")), PL_ARG(param->wire));
    return true;
}

/* The schema of a parameter: `schema`, the first of `content`, or (2.0, and 3.x by habit) the parameter itself. */
static PlNode *schema_of(PlDraft *draft, PlParam *param, PlNode *node)
{
    if (draft->api->dialect == PL_DIALECT_2) {
        PlNode *schema = PL_GET(node, "schema");
        style_of_2(param, pl_node_text(PL_GET(node, "collectionFormat")));
        return schema ? schema : node;
    }
    style_of_3(param, node);
    PlNode *content = PL_GET(node, "content");
    if (pl_node_is(content, PL_NODE_MAP) && content->count) {
        PlPair *media = pl_media_choose(content);
        if (pl_media_kind(pl_pair_key(media)) == PL_BODY_JSON) param->style = PL_STYLE_JSON;
        return PL_GET(&media->value, "schema");
    }
    PlNode *schema = PL_GET(node, "schema");
    return schema || !PL_GET(node, "type") ? schema : node;
}

/* in: querystring (3.2): the properties of its schema are the query's parameters. */
static void add_query_string(PlDraft *draft, const PlNode *node)
{
    PlPair *media = pl_media_choose(PL_GET(node, "content"));
    PlShape shape;
    if (!media || !pl_schema_object(&draft->api->schemas, PL_GET(&media->value, "schema"), &shape)) return;
    for (uint32_t i = 0; i < shape.properties.len; i++) {
        const PlProperty *property = &shape.properties.items[i];
        PlParam param = {.wire = property->name, .place = PL_IN_QUERY, .style = PL_STYLE_FORM, .explode = true};
        param.required = pl_node_yes(PL_GET(node, "required")) && pl_shape_requires(&shape, property);
        param.type = pl_schema_type(&draft->api->schemas, property->schema);
        pl_draft_value(draft, &param, property->schema, property->schema);
        if (param.wire.len) pl_draft_add(draft, param);
    }
}

/* Parameters that are the body: of 2.0, and by habit in later documents that have no requestBody. */
static bool is_body(PlDraft *draft, PlNode *node, PlStr in)
{
    bool whole = pl_str_eq_nocase(in, PL_STR("body"));
    bool form = pl_str_eq_nocase(in, PL_STR("formData")) || pl_str_eq_nocase(in, PL_STR("form"));
    if (!whole && !form) return false;
    if (whole)
        draft->body_param = node;
    else
        pl_vec_push(draft->api->arena, &draft->form_params, node);
    return true;
}

/* A header's name is a token (RFC 9110 section 5.6.2); no name has line breaks. */
static bool can_be_sent(const PlParam *param)
{
    return param->place == PL_IN_HEADER ? pl_name_is_token(param->wire) : pl_name_is_plain(param->wire);
}

static void add_param(PlDraft *draft, PlNode *node)
{
    PlApi *api = draft->api;
    PlParam param = {.wire = pl_str_trim(raw(draft, PL_GET(node, "name")))};
    PlStr in = pl_str_trim(pl_node_text(PL_GET(node, "in")));
    if (is_body(draft, node, in)) return;
    if (pl_str_eq_z(in, "querystring")) {
        add_query_string(draft, node);
        return;
    }
    if (param.wire.len && in.len == 0)
        param.place = likely_place(draft, node, param.wire);
    else if (param.wire.len == 0 || !place_of(in, &param.place) || !can_be_sent(&param)) {
        bool odd = param.wire.len && place_of(in, &param.place);
        if (pl_ref_once(&api->refs, pl_node_span(node), "param"))
            PL_REPORT(api->diags, OP_PARAM, pl_node_span(node),
                      odd ? "a name that can be sent" : param.wire.len ? "in: path, query, header or cookie" : "a name");
        return;
    }
    if (is_reserved_header(draft, &param, node)) return;
    PlNode *schema = schema_of(draft, &param, node);
    param.required = param.place == PL_IN_PATH || pl_node_yes(PL_GET(node, "required"));
    param.type = schema ? pl_schema_type(&api->schemas, schema) : PL_T_TEXT;
    param.doc = pl_markup_line(draft->api->arena, pl_node_text(PL_GET(node, "description")));
    if (param.doc.len == 0 && schema)
        param.doc = pl_markup_line(draft->api->arena, pl_node_text(pl_schema_own(&api->schemas, schema, PL_STR("description"))));
    bool deep = param.style == PL_STYLE_DEEP && pl_type(api->schemas.types, param.type)->kind <= PL_TYPE_FILE &&
                param.type != PL_T_ANY;
    if (deep) param.style = PL_STYLE_FORM, param.explode = true; /* deepObject of a plain value */
    if (schema) pl_draft_value(draft, &param, schema, node);
    param.selects = pl_draft_selects(draft, node);
    pl_draft_add(draft, param);
}

/* ---- both lists ------------------------------------------------------------------------------------------------- */

typedef PL_VEC(PlNode *) Nodes;

static bool has_same(const PlDraft *draft, const Nodes *nodes, const PlNode *node)
{
    PlStr name = raw(draft, PL_GET(node, "name")), in = pl_node_text(PL_GET(node, "in"));
    for (uint32_t i = 0; i < nodes->len; i++) {
        bool same_name = pl_str_eq(raw(draft, PL_GET(nodes->items[i], "name")), name);
        if (same_name && pl_str_eq(pl_node_text(PL_GET(nodes->items[i], "in")), in)) return true;
    }
    return false;
}

/* The operation's parameters, then those of the path item that it does not override. */
static void collect(PlDraft *draft, Nodes *nodes, const PlNode *list, uint32_t depth)
{
    list = pl_ref_follow(&draft->api->refs, (PlNode *)(uintptr_t)list, NULL);
    bool named = pl_node_is(list, PL_NODE_MAP); /* by habit a map of parameters, as in components, or one without a list */
    bool alone = named && pl_node_is(PL_GET(list, "name"), PL_NODE_TEXT) && pl_node_is(PL_GET(list, "in"), PL_NODE_TEXT);
    if (named && pl_ref_once(&draft->api->refs, pl_node_span(list), "list"))
        PL_REPORT(draft->api->diags, SCHEMA_TAKEN, pl_node_span(list), "parameters", "a list");
    for (uint32_t i = 0; i < (alone ? 1 : pl_node_count(list)); i++) {
        if (draft->looked_at++ >= MAX_LOOKED_AT) return;
        PlNode *item = alone ? (PlNode *)(uintptr_t)list : named ? &pl_node_at(list, i)->value : pl_node_item(list, i);
        if (pl_node_is(item, PL_NODE_LIST) && depth < MAX_LISTS) { /* a list within the list, as merged anchors leave it */
            collect(draft, nodes, item, depth + 1);
            continue;
        }
        PlNode *node = pl_ref_follow(&draft->api->refs, item, NULL);
        if (!node) continue; /* dangling: reported */
        if (node->kind != PL_NODE_MAP) {
            if (pl_ref_once(&draft->api->refs, pl_node_span(node), "param"))
                PL_REPORT(draft->api->diags, OP_PARAM, pl_node_span(node), "a map with name and in");
            continue;
        }
        if (has_same(draft, nodes, node)) continue;
        if (nodes->len == MAX_PARAMS) {
            if (pl_ref_once(&draft->api->refs, pl_node_span(list), "params"))
                PL_REPORT(draft->api->diags, OP_PARAMS, pl_node_span(node), (unsigned)MAX_PARAMS);
            return;
        }
        pl_vec_push(draft->api->arena, nodes, node);
    }
}

/* ---- the path's template ---------------------------------------------------------------------------------------- */

static PlParam *find_wire(PlDraft *draft, PlPlace place, PlStr wire, bool loosely)
{
    PlStr key = loosely ? pl_name_key(draft->api->arena, wire) : wire;
    for (uint32_t i = 0; i < draft->params.len; i++) {
        PlParam *param = &draft->params.items[i];
        PlStr have = loosely ? pl_name_key(draft->api->arena, param->wire) : param->wire;
        if (param->place == place && pl_str_eq(have, key)) return param;
    }
    return NULL;
}

/* "{+name}", "{name*}", "{name:[0-9]+}" -> name; `reserved` when slashes may stay. */
static PlStr template_name(PlStr inside, bool *reserved)
{
    *reserved =
        pl_str_starts(inside, PL_STR("+")) || pl_str_ends(inside, PL_STR("+")) || pl_str_ends(inside, PL_STR("*"));
    size_t colon = pl_str_find_char(inside, ':', 0);
    inside = pl_str_trim(pl_str_slice(inside, 0, colon));
    while (inside.len && strchr("+;./", inside.ptr[0])) inside = pl_str_slice(inside, 1, inside.len);
    while (inside.len && strchr("+*", inside.ptr[inside.len - 1])) inside.len--;
    return inside;
}

/* Whether a path parameter has a template of its name somewhere in the path, in any spelling. */
static bool has_template(PlDraft *draft, const PlParam *param)
{
    PlStr path = draft->entry->public.path, key = pl_name_key(draft->api->arena, param->wire);
    for (size_t open = pl_str_find_char(path, '{', 0); open != PL_STR_NONE; open = pl_str_find_char(path, '{', open + 1)) {
        size_t close = pl_str_find_char(path, '}', open);
        bool reserved;
        if (close == PL_STR_NONE) return false;
        PlStr name = template_name(pl_str_slice(path, open + 1, close), &reserved);
        if (pl_str_eq(name, param->wire) || pl_str_eq(pl_name_key(draft->api->arena, name), key)) return true;
    }
    return false;
}

/* The one path parameter without a template, where there is one template without a parameter: a document that renamed only one of them. */
static PlParam *stray_param(PlDraft *draft)
{
    PlParam *stray = NULL;
    uint32_t placed = 0, templates = 0;
    if (draft->made_templates) return NULL;
    PlStr path = draft->entry->public.path;
    for (size_t i = 0; i < path.len; i++) templates += path.ptr[i] == '{' && !pl_str_ends(pl_str_slice(path, 0, i), PL_STR("(."));
    if (templates > MAX_TEMPLATES) return NULL;
    for (uint32_t i = 0; i < draft->params.len; i++) {
        PlParam *param = &draft->params.items[i];
        if (param->place != PL_IN_PATH) continue;
        if (has_template(draft, param)) {
            placed++;
            continue;
        }
        if (stray) return NULL;
        stray = param;
    }
    return placed + 1 == templates ? stray : NULL;
}

/* The path parameter of this template; made when the document forgot it. */
static PlParam *template_param(PlDraft *draft, PlStr name, bool reserved)
{
    PlApi *api = draft->api;
    PlParam *param = find_wire(draft, PL_IN_PATH, name, false);
    if (!param) {
        param = find_wire(draft, PL_IN_PATH, name, true);
        if (param) param->wire = name;
    }
    if (!param && (param = stray_param(draft)) && pl_ref_once(&api->refs, draft->entry->public.span, "template"))
        PL_REPORT(api->diags, OP_PATH_RENAMED, draft->entry->public.span, PL_ARG(name), PL_ARG(draft->entry->public.path), PL_ARG(param->wire));
    if (!param) {
        if (pl_ref_once(&api->refs, draft->entry->public.span, "template"))
            PL_REPORT(api->diags, OP_PATH_UNDECLARED, draft->entry->public.span, PL_ARG(name),
                      PL_ARG(draft->entry->public.path));
        PlParam made = {
            .wire = name, .place = PL_IN_PATH, .style = PL_STYLE_SIMPLE, .required = true, .type = PL_T_TEXT};
        pl_draft_add(draft, made);
        draft->made_templates++;
        param = &pl_vec_last(&draft->params);
    }
    param->allow_reserved |= reserved;
    return param;
}

typedef struct Templates {
    PL_VEC(PlStr) wires; /* in order */
} Templates;

static bool in_templates(const Templates *templates, PlStr wire)
{
    for (uint32_t i = 0; i < templates->wires.len; i++)
        if (pl_str_eq(templates->wires.items[i], wire)) return true;
    return false;
}

static void append(PlDraft *draft, PlStr *out, PlStr more)
{
    *out = out->len ? pl_arena_printf(draft->api->arena, PL_FMT PL_FMT, PL_ARG(*out), PL_ARG(more)) : more;
}

/* Text with templates as the VM fills it: without patterns and expansions. */
static void read_templates(PlDraft *draft, Templates *templates, PlStr text, PlStr *out)
{
    for (size_t i = 0; i < text.len;) {
        size_t stop = pl_str_find_char(text, '{', i);
        if (stop == PL_STR_NONE) stop = text.len;
        bool optional = stop + 1 < text.len && pl_str_ends(pl_str_slice(text, i, stop), PL_STR("(.")) && pl_str_find(text, PL_STR("})"), stop) != PL_STR_NONE;
        append(draft, out, pl_str_slice(text, i, optional ? stop - 2 : stop));
        if (optional) { /* "/things(.{format})": nothing need stand there */
            i = pl_str_find(text, PL_STR("})"), stop) + 2;
            continue;
        }
        size_t close = stop < text.len ? pl_str_find_char(text, '}', stop) : PL_STR_NONE;
        if (stop == text.len) return;
        if (close == PL_STR_NONE) { /* a brace that never closes is a character */
            append(draft, out, PL_STR("%7B"));
            i = stop + 1;
            continue;
        }
        PlStr inside = pl_str_slice(text, stop + 1, close);
        i = close + 1;
        if (inside.len && strchr("?&#", inside.ptr[0]))
            continue; /* RFC 6570 query expansion: those are query parameters */
        bool reserved;
        PlStr name = template_name(inside, &reserved);
        if (name.len == 0) continue;
        name = template_param(draft, name, reserved)->wire;
        if (!in_templates(templates, name)) pl_vec_push(draft->api->arena, &templates->wires, name);
        append(draft, out, pl_arena_printf(draft->api->arena, "{" PL_FMT "}", PL_ARG(name)));
    }
}

/* Where the query in a path's key begins: a '?' that is not inside a template. */
static size_t find_query(PlStr path)
{
    bool inside = false;
    for (size_t i = 0; i < path.len; i++) {
        if (path.ptr[i] == '{') inside = pl_str_find_char(path, '}', i) != PL_STR_NONE;
        if (path.ptr[i] == '}') inside = false;
        if (!inside && (path.ptr[i] == '?' || path.ptr[i] == '#')) return i;
    }
    return path.len;
}

/* "{id}" in the document's key: the path that the VM fills, without query and fragment. */
static PlStr read_path(PlDraft *draft, Templates *templates)
{
    PlStr path = draft->entry->public.path, out = PL_STR("");
    size_t end = find_query(path);
    if (end < path.len && path.ptr[end] == '?')
        draft->query = pl_str_slice(path, end + 1, pl_str_find_char(path, '#', end));
    read_templates(draft, templates, pl_str_slice(path, 0, end), &out);
    return out;
}

/* "comp=list" is sent as it is; "id={id}" is a query parameter; "q=name:{name}" stays in the path with its template. */
static void read_pair(PlDraft *draft, Templates *templates, PlStr wire, PlStr value)
{
    PlParam param = {.wire = wire, .place = PL_IN_QUERY, .style = PL_STYLE_FORM, .required = true, .type = PL_T_TEXT};
    size_t open = pl_str_find_char(value, '{', 0);
    bool whole = open == 0 && value.len > 2 && pl_str_find_char(value, '}', 0) == value.len - 1;
    PlParam *declared = whole ? find_wire(draft, PL_IN_PATH, pl_str_slice(value, 1, value.len - 1), false) : NULL;
    if (declared) {
        declared->place = PL_IN_QUERY;
        declared->style = PL_STYLE_FORM;
        declared->wire = wire;
        return;
    }
    if (open != PL_STR_NONE && !whole) {
        bool more = pl_str_find_char(draft->action->path, '?', 0) != PL_STR_NONE;
        append(draft, &draft->action->path, pl_arena_printf(draft->api->arena, "%s" PL_FMT "=", more ? "&" : "?", PL_ARG(wire)));
        read_templates(draft, templates, value, &draft->action->path);
        return;
    }
    if (!whole) {
        param.fixed = true;
        param.value = (PlLiteral){.kind = PL_LIT_TEXT, .as.text = value};
    }
    pl_draft_add(draft, param);
}

static void read_query(PlDraft *draft, Templates *templates)
{
    PlStr query = draft->query;
    for (size_t i = 0; i < query.len;) {
        size_t end = pl_str_find_char(query, '&', i);
        PlStr part = pl_str_slice(query, i, end);
        i += part.len + 1;
        size_t equals = pl_str_find_char(part, '=', 0);
        PlStr wire = pl_str_slice(part, 0, equals);
        PlStr value = equals == PL_STR_NONE ? PL_STR("") : pl_str_slice(part, equals + 1, part.len);
        if (wire.len == 0 || wire.ptr[0] == '{' || find_wire(draft, PL_IN_QUERY, wire, false)) continue;
        read_pair(draft, templates, wire, value);
    }
}

/* A path parameter that no template takes was most likely meant for the query; nobody has to give it. */
static void move_unused(PlDraft *draft, const Templates *templates)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < draft->params.len; i++) {
        PlParam param = draft->params.items[i];
        if (param.place == PL_IN_PATH && !in_templates(templates, param.wire)) {
            if (pl_ref_once(&draft->api->refs, draft->entry->public.span, "unused"))
                PL_REPORT(draft->api->diags, OP_PATH_EXTRA, draft->entry->public.span, PL_ARG(param.wire),
                          PL_ARG(draft->entry->public.path));
            if (find_wire(draft, PL_IN_QUERY, param.wire, false) || param.fixed) continue;
            param.place = PL_IN_QUERY;
            param.required = false;
            if (param.style == PL_STYLE_SIMPLE) param.style = PL_STYLE_FORM;
        }
        draft->params.items[kept++] = param;
    }
    draft->params.len = kept;
}

/* Path parameters in the template's order, then the other places. */
static void order(PlDraft *draft, const Templates *templates)
{
    PlArena *arena = draft->api->arena;
    uint32_t count = draft->params.len;
    PlParam *old = PL_NEW_N(arena, PlParam, count + 1u);
    if (count) memcpy(old, draft->params.items, count * sizeof *old);
    draft->params.len = 0;
    for (uint32_t t = 0; t < templates->wires.len; t++)
        for (uint32_t i = 0; i < count; i++)
            if (old[i].place == PL_IN_PATH && pl_str_eq(old[i].wire, templates->wires.items[t]))
                pl_draft_add(draft, old[i]);
    for (int place = PL_IN_QUERY; place <= PL_IN_COOKIE; place++)
        for (uint32_t i = 0; i < count; i++)
            if ((int)old[i].place == place) pl_draft_add(draft, old[i]);
}

void pl_draft_params(PlDraft *draft)
{
    Nodes nodes = {0};
    Templates templates = {0};
    collect(draft, &nodes, PL_GET(draft->entry->node, "parameters"), 0);
    collect(draft, &nodes, PL_GET(draft->entry->item, "parameters"), 0);
    for (uint32_t i = 0; i < nodes.len; i++) add_param(draft, nodes.items[i]);
    draft->action->path = read_path(draft, &templates);
    read_query(draft, &templates);
    move_unused(draft, &templates);
    order(draft, &templates);
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

void pl_draft_name_params(PlDraft *draft)
{
    PlArena *arena = draft->api->arena;
    PlMap used;
    pl_map_init(&used, arena);
    for (uint32_t i = 0; i < draft->params.len; i++) {
        PlParam *param = &draft->params.items[i];
        PlStr plain = param->whole_body ? PL_STR("body") : pl_name_argument(arena, param->wire);
        PlStr name = plain;
        if (pl_map_find(&used, name))
            name = pl_arena_printf(arena, "%s_" PL_FMT, pl_place_name(param->place), PL_ARG(plain));
        for (uint32_t n = 2; pl_map_find(&used, name); n++)
            name = pl_arena_printf(arena, "%s_" PL_FMT "_%u", pl_place_name(param->place), PL_ARG(plain), n);
        param->name = name;
        pl_map_put(&used, name, NULL);
    }
}
