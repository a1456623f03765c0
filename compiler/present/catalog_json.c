/* SPDX-License-Identifier: MIT */
/* Builds the JSON with jansson. Actions are asked for before any of it is made, so that the arena never escapes past a
 * json_t. */
#include "compiler/present/catalog_json.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *text(PlStr s)
{
    json_t *string = json_stringn(s.ptr ? s.ptr : "", s.len);
    return string ? string : json_string("?"); /* not UTF-8: cannot happen to text of a document that was read */
}

static json_t *type_text(const PlTypes *types, PlTypeId id)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_type_print(&buf, types, id, 0);
    json_t *string = buf.status == PL_OK ? text(pl_buf_str(&buf)) : NULL;
    pl_buf_deinit(&buf);
    return string;
}

static json_t *literal(PlLiteral value)
{
    switch (value.kind) {
    case PL_LIT_YESNO: return json_boolean(value.as.yes);
    case PL_LIT_INT: return json_integer(value.as.integer);
    case PL_LIT_DOUBLE: return json_real(value.as.number);
    case PL_LIT_TEXT: return text(value.as.text);
    case PL_LIT_JSON: return json_loadb(value.as.text.ptr, value.as.text.len, JSON_DECODE_ANY, NULL);
    default: return json_null();
    }
}

static PlStyle usual_style(PlPlace place)
{
    return place == PL_IN_PATH || place == PL_IN_HEADER ? PL_STYLE_SIMPLE : PL_STYLE_FORM;
}

/* As OpenAPI says it; its 2.0 words for what it dropped later. */
static const char *style_name(PlStyle style)
{
    switch (style) {
    case PL_STYLE_SIMPLE: return "simple";
    case PL_STYLE_LABEL: return "label";
    case PL_STYLE_MATRIX: return "matrix";
    case PL_STYLE_FORM: return "form";
    case PL_STYLE_SPACE: return "spaceDelimited";
    case PL_STYLE_PIPE: return "pipeDelimited";
    case PL_STYLE_DEEP: return "deepObject";
    case PL_STYLE_TABS: return "tsv";
    case PL_STYLE_JSON: return "json";
    case PL_STYLE_COUNT: break;
    }
    return "form";
}

static json_t *argument(const PlTypes *types, const PlParam *p)
{
    json_t *o = json_object();
    json_object_set_new(o, "name", text(p->name));
    json_object_set_new(o, "type", type_text(types, p->type));
    json_object_set_new(o, "required", json_boolean(p->required));
    json_object_set_new(o, "place", json_string(pl_place_name(p->place)));
    json_object_set_new(o, "wire", text(p->wire));
    if (p->place != PL_IN_BODY && p->style != usual_style(p->place)) json_object_set_new(o, "style", json_string(style_name(p->style)));
    if (p->place != PL_IN_BODY && p->explode != (p->style == PL_STYLE_FORM)) json_object_set_new(o, "explode", json_boolean(p->explode));
    if (p->allow_reserved) json_object_set_new(o, "allow_reserved", json_true());
    if (p->content_type.len) json_object_set_new(o, "content_type", text(p->content_type));
    if (p->fixed)
        json_object_set_new(o, "fixed", literal(p->value));
    else if (p->has_default)
        json_object_set_new(o, "default", literal(p->value));
    if (p->is_key) json_object_set_new(o, "idempotency_key", json_true());
    if (p->doc.len) json_object_set_new(o, "doc", text(p->doc));
    return o;
}

static json_t *response(const PlTypes *types, const PlResponse *r)
{
    json_t *o = json_object();
    if (r->low)
        json_object_set_new(o, "low", json_integer(r->low)), json_object_set_new(o, "high", json_integer(r->high));
    else
        json_object_set_new(o, "default", json_true());
    json_object_set_new(o, "type", type_text(types, r->type));
    if (r->content_type.len) json_object_set_new(o, "content_type", text(r->content_type));
    if (r->doc.len) json_object_set_new(o, "doc", text(r->doc));
    return o;
}

static json_t *credentials(const PlAction *action)
{
    json_t *sets = json_array();
    for (uint32_t i = 0; i < action->auth_count; i++) {
        json_t *set = json_array();
        for (uint32_t k = 0; k < action->auth[i].count; k++) {
            const PlAuth *auth = &action->auth[i].all[k];
            json_t *one = json_pack("{s:o, s:s, s:o}", "name", text(auth->credential), "kind", pl_auth_kind_name(auth->kind),
                                    "scheme", text(auth->scheme));
            json_t *scopes = json_array();
            for (uint32_t s = 0; s < auth->scope_count; s++) json_array_append_new(scopes, text(auth->scopes[s]));
            if (auth->scope_count) json_object_set(one, "scopes", scopes);
            json_decref(scopes);
            json_array_append_new(set, one);
        }
        json_array_append_new(sets, set);
    }
    return sets;
}

static void set_text(json_t *o, const char *name, PlStr value)
{
    if (value.len) json_object_set_new(o, name, text(value));
}

static json_t *paging(const PlPaging *p)
{
    json_t *o = json_object();
    json_object_set_new(o, "form", json_string(pl_paging_form_name(p->form)));
    set_text(o, "parameter", p->param);
    set_text(o, "size", p->size);
    set_text(o, "next", p->next);
    set_text(o, "more", p->more);
    set_text(o, "items", p->items);
    set_text(o, "total", p->total);
    return o;
}

static void add_hints(json_t *o, const PlHints *h)
{
    if (h->rate_limited) json_object_set_new(o, "rate_limited", json_true());
    if (h->long_running) json_object_set_new(o, "long_running", json_true());
    set_text(o, "status_header", h->status_header);
    set_text(o, "look", h->look);
}

static void add_details(json_t *o, const PlTypes *types, const PlPlugin *plugin, const PlAction *action)
{
    json_t *arguments = json_array(), *responses = json_array();
    for (uint32_t i = 0; i < action->param_count; i++)
        json_array_append_new(arguments, argument(types, &action->params[i]));
    for (uint32_t i = 0; i < action->response_count; i++)
        json_array_append_new(responses, response(types, &action->responses[i]));
    json_object_set_new(o, "doubt", json_string(pl_doubt_name(action->doubt)));
    if (action->body) {
        json_object_set_new(o, "body", text(action->body_type));
        json_object_set_new(o, "body_required", json_boolean(action->body_required));
    }
    if (!pl_str_eq(action->server, plugin->server)) json_object_set_new(o, "server", text(action->server));
    json_object_set_new(o, "arguments", arguments);
    json_object_set_new(o, "result", type_text(types, action->result));
    json_object_set_new(o, "responses", responses);
    json_object_set_new(o, "credentials", credentials(action));
    if (action->paging.form) json_object_set_new(o, "paging", paging(&action->paging));
    add_hints(o, &action->hints);
}

static json_t *action_json(PlCatalog *catalog, const PlOperation *op, const PlAction *action, bool details)
{
    json_t *o = json_object();
    json_object_set_new(o, "plugin", text(op->plugin->name));
    json_object_set_new(o, "name", text(op->name));
    if (op->operation_id.len) json_object_set_new(o, "operation_id", text(op->operation_id));
    json_object_set_new(o, "method", json_string(pl_method_name(op->method)));
    json_object_set_new(o, "path", text(op->path));
    json_object_set_new(o, "title", text(op->title));
    json_object_set_new(o, "deprecated", json_boolean(op->deprecated));
    if (action) json_object_set_new(o, "effect", json_string(pl_effect_name(action->effect)));
    if (action && details) add_details(o, pl_catalog_types(catalog), op->plugin, action);
    return o;
}

static json_t *plugin_json(const PlPlugin *plugin)
{
    json_t *o = json_object();
    json_object_set_new(o, "name", text(plugin->name));
    json_object_set_new(o, "title", text(plugin->title));
    json_object_set_new(o, "path", text(plugin->path));
    json_object_set_new(o, "version", text(plugin->version));
    json_object_set_new(o, "server", text(plugin->server));
    json_object_set_new(o, "actions", json_integer(plugin->operation_count));
    return o;
}

static int put_bytes(const char *bytes, size_t len, void *out)
{
    pl_buf_put(out, pl_str(bytes, len));
    return 0;
}

PlStatus pl_catalog_json(PlBuf *out, PlCatalog *catalog, const PlPlugin *plugin, PlStr search, bool details)
{
    uint32_t count;
    const PlOperation **all = pl_catalog_select(catalog, plugin, search, &count);
    for (uint32_t i = 0; i < count; i++) (void)pl_catalog_action(catalog, all[i]);
    json_t *root = json_object(), *plugins = json_array(), *actions = json_array();
    for (uint32_t i = 0; i < pl_catalog_plugin_count(catalog); i++) {
        const PlPlugin *one = pl_catalog_plugin(catalog, i);
        if (!plugin || plugin == one) json_array_append_new(plugins, plugin_json(one));
    }
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(actions, action_json(catalog, all[i], pl_catalog_action(catalog, all[i]), details));
    json_object_set_new(root, "plugins", plugins);
    json_object_set_new(root, "actions", actions);
    int failed = root ? json_dump_callback(root, put_bytes, out, JSON_COMPACT) : -1;
    pl_buf_put_char(out, '\n');
    json_decref(root);
    return failed ? PL_NOMEM : out->status;
}
