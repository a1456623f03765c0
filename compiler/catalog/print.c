/* SPDX-License-Identifier: MIT */
/* The catalog as text: plugins, actions, and what one action takes and gives. The JSON form is
 * compiler/present/catalog_json.c. */
#include "compiler/catalog/api.h"

#include <stdio.h>

enum { NAME_WIDTH = 40, ARGUMENT_WIDTH = 28, TYPE_WIDTH = 120, MAX_FOUND = 40 };

const PlOperation **pl_catalog_select(PlCatalog *catalog, const PlPlugin *plugin, PlStr search, uint32_t *count)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < catalog->plugins.len; i++) total += catalog->plugins.items[i]->operation_count;
    const PlOperation **all = PL_NEW_N(catalog->arena, const PlOperation *, total + 1u);
    *count = 0;
    if (search.len) {
        PlNear *near = PL_NEW_N(catalog->arena, PlNear, MAX_FOUND);
        uint32_t found = pl_catalog_nearest(catalog, plugin, search, search, near, MAX_FOUND);
        for (uint32_t i = 0; i < found; i++)
            if (near[i].score * 2 >= near[0].score) all[(*count)++] = near[i].operation;
        return all;
    }
    for (uint32_t i = 0; i < catalog->plugins.len; i++) {
        const PlPlugin *one = catalog->plugins.items[i];
        for (uint32_t k = 0; k < one->operation_count && (!plugin || plugin == one); k++)
            all[(*count)++] = one->operations[k];
    }
    return all;
}

static void put_padded(PlBuf *out, PlStr text, size_t width)
{
    pl_buf_put(out, text);
    for (size_t i = text.len; i < width; i++) pl_buf_put_char(out, ' ');
}

static void put_literal(PlBuf *out, PlLiteral value)
{
    switch (value.kind) {
    case PL_LIT_YESNO: pl_buf_put_z(out, value.as.yes ? "yes" : "no"); break;
    case PL_LIT_INT: pl_buf_put_int(out, value.as.integer); break;
    case PL_LIT_DOUBLE: pl_buf_put_double(out, value.as.number); break;
    case PL_LIT_TEXT: pl_buf_put_json(out, value.as.text); break;
    case PL_LIT_JSON: pl_buf_put(out, value.as.text); break;
    default: pl_buf_put_z(out, "nothing"); break;
    }
}

static void put_plugin(PlBuf *out, const PlPlugin *plugin)
{
    const char *what = pl_str_starts(plugin->version, PL_STR("2")) ? "Swagger" : "OpenAPI";
    pl_buf_printf(out, PL_FMT ": " PL_FMT " (%s " PL_FMT "), ", PL_ARG(plugin->name), PL_ARG(plugin->title), what,
                  PL_ARG(plugin->version));
    if (plugin->server.len)
        pl_buf_printf(out, "at " PL_FMT ", ", PL_ARG(plugin->server));
    else
        pl_buf_put_z(out, "no server, ");
    pl_buf_printf(out, "%u action%s\n", plugin->operation_count, plugin->operation_count == 1 ? "" : "s");
}

static void put_line(PlBuf *out, const PlAction *action, const PlOperation *op, bool with_plugin, size_t width)
{
    size_t start = out->len;
    pl_buf_put_z(out, "  ");
    if (with_plugin) pl_buf_printf(out, PL_FMT ".", PL_ARG(op->plugin->name));
    pl_buf_put(out, op->name);
    while (out->len < start + width + 2 && out->status == PL_OK) pl_buf_put_char(out, ' ');
    pl_buf_printf(out, "  %-6s  %-6s " PL_FMT "  ", action ? pl_effect_name(action->effect) : "-",
                  pl_method_name(op->method), PL_ARG(op->path));
    pl_buf_put(out, op->title);
    if (op->deprecated) pl_buf_put_z(out, " (deprecated)");
    pl_buf_put_char(out, '\n');
}

/* At most `bytes` of a text, whole characters. */
static PlStr cut(PlStr text, size_t bytes)
{
    if (text.len <= bytes) return text;
    while (bytes > 0 && ((unsigned char)text.ptr[bytes] & 0xC0) == 0x80) bytes--;
    return pl_str(text.ptr, bytes);
}

/* ---- details ---------------------------------------------------------------------------------------------------- */

static void put_argument(PlBuf *out, const PlTypes *types, const PlParam *param)
{
    pl_buf_put_z(out, "      ");
    put_padded(out, param->name, ARGUMENT_WIDTH);
    pl_buf_put_char(out, ' ');
    pl_type_print(out, types, param->type, TYPE_WIDTH);
    if (param->required) pl_buf_put_z(out, ", required");
    if (param->is_key) pl_buf_put_z(out, ", idempotency key");
    if (param->fixed || param->has_default) {
        pl_buf_put_z(out, param->fixed ? ", always " : ", default ");
        put_literal(out, param->value);
    }
    pl_buf_printf(out, " (%s", pl_place_name(param->place));
    if (!pl_str_eq(param->name, param->wire) && !param->whole_body) pl_buf_printf(out, " " PL_FMT, PL_ARG(param->wire));
    pl_buf_put_z(out, ")\n");
    if (param->doc.len) {
        PlStr doc = cut(param->doc, 100);
        pl_buf_printf(out, "        " PL_FMT "%s\n", PL_ARG(doc), doc.len < param->doc.len ? "..." : "");
    }
}

static void put_responses(PlBuf *out, const PlTypes *types, const PlAction *action)
{
    for (uint32_t i = 0; i < action->response_count; i++) {
        const PlResponse *r = &action->responses[i];
        char status[16];
        if (r->low == 0)
            snprintf(status, sizeof status, "default");
        else if (r->low == r->high)
            snprintf(status, sizeof status, "%u", r->low);
        else
            snprintf(status, sizeof status, "%uXX", r->low / 100u);
        pl_buf_printf(out, "      %-7s ", status);
        pl_type_print(out, types, r->type, TYPE_WIDTH);
        if (r->body != PL_BODY_NONE && r->body != PL_BODY_JSON) pl_buf_printf(out, "  (" PL_FMT ")", PL_ARG(cut(r->content_type, 60)));
        if (r->doc.len) pl_buf_printf(out, "  " PL_FMT, PL_ARG(cut(r->doc, 80)));
        pl_buf_put_char(out, '\n');
    }
}

static void put_credential(PlBuf *out, const PlAuth *auth, bool further)
{
    pl_buf_printf(out, "%s" PL_FMT " (%s", further ? " and " : "", PL_ARG(auth->credential), pl_auth_kind_name(auth->kind));
    for (uint32_t i = 0; i < auth->scope_count; i++) pl_buf_printf(out, "%s" PL_FMT, i ? ", " : ": ", PL_ARG(auth->scopes[i]));
    pl_buf_put_char(out, ')');
}

static void put_credentials(PlBuf *out, const PlAction *action)
{
    pl_buf_put_z(out, "    credentials: ");
    if (action->auth_count == 0) pl_buf_put_z(out, "none");
    for (uint32_t i = 0; i < action->auth_count; i++) {
        const PlAuthSet *set = &action->auth[i];
        if (i) pl_buf_put_z(out, ", or ");
        if (set->count == 0) pl_buf_put_z(out, "none");
        for (uint32_t k = 0; k < set->count; k++)
            put_credential(out, &set->all[k], k > 0);
    }
    pl_buf_put_char(out, '\n');
}

static void put_said(PlBuf *out, const char *what, PlStr text)
{
    if (text.len) pl_buf_printf(out, "%s" PL_FMT, what, PL_ARG(text));
}

static void put_paging(PlBuf *out, const PlPaging *p)
{
    if (p->form == PL_PAGE_NONE) return;
    pl_buf_printf(out, "    pages: by %s", pl_paging_form_name(p->form));
    put_said(out, ", parameter ", p->param);
    put_said(out, ", from ", p->next);
    put_said(out, ", more at ", p->more);
    put_said(out, ", items at ", p->items);
    put_said(out, ", total at ", p->total);
    put_said(out, ", size by ", p->size);
    pl_buf_put_char(out, '\n');
}

static void put_hints(PlBuf *out, const PlAction *action)
{
    const PlHints *h = &action->hints;
    if (h->rate_limited) pl_buf_put_z(out, "    rate limit: yes\n");
    if (h->long_running) put_said(out, "    goes on after the answer", PL_STR("\n"));
    if (h->status_header.len) pl_buf_printf(out, "    its address: header " PL_FMT "\n", PL_ARG(h->status_header));
    if (h->look.len) pl_buf_printf(out, "    whether it was applied: " PL_FMT "\n", PL_ARG(h->look));
    if (action->probe.action.len) pl_buf_printf(out, "    in doubt it asks: " PL_FMT "\n", PL_ARG(action->probe.action));
    if (action->await.on) pl_buf_put_z(out, "    its end is awaited\n");
}

static void put_details(PlBuf *out, const PlTypes *types, const PlAction *action)
{
    if (action->operation_id.len) pl_buf_printf(out, "    operationId: " PL_FMT "\n", PL_ARG(action->operation_id));
    pl_buf_printf(out, "    sent again when in doubt: %s\n",
                  !pl_doubt_is_repeatable(action->doubt) ? "no" : pl_doubt_name(action->doubt));
    if (action->body)
        pl_buf_printf(out, "    body: " PL_FMT "%s\n", PL_ARG(action->body_type),
                      action->body_required ? ", required" : "");
    if (action->param_count) pl_buf_put_z(out, "    arguments:\n");
    for (uint32_t i = 0; i < action->param_count; i++) put_argument(out, types, &action->params[i]);
    pl_buf_put_z(out, "    gives: ");
    pl_type_print(out, types, action->result, TYPE_WIDTH * 4);
    pl_buf_put_char(out, '\n');
    if (action->response_count) pl_buf_put_z(out, "    answers:\n");
    put_responses(out, types, action);
    put_paging(out, &action->paging);
    put_hints(out, action);
    put_credentials(out, action);
}

void pl_catalog_print(PlBuf *out, PlCatalog *catalog, const PlPlugin *plugin, PlStr search, bool details)
{
    uint32_t count;
    const PlOperation **all = pl_catalog_select(catalog, plugin, search, &count);
    size_t width = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t len = all[i]->name.len + (search.len ? all[i]->plugin->name.len + 1 : 0);
        if (len > width) width = len < NAME_WIDTH ? len : NAME_WIDTH;
    }
    const PlPlugin *last = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const PlAction *action = pl_catalog_action(catalog, all[i]);
        if (all[i]->plugin != last && search.len == 0) put_plugin(out, all[i]->plugin);
        last = all[i]->plugin;
        put_line(out, action, all[i], search.len > 0, width);
        if (details && action) put_details(out, catalog->types, action);
    }
    for (uint32_t i = 0; count == 0 && search.len == 0 && i < catalog->plugins.len; i++)
        if (!plugin || plugin == catalog->plugins.items[i]) put_plugin(out, catalog->plugins.items[i]);
    if (count == 0 && search.len) pl_buf_printf(out, "nothing here is near \"" PL_FMT "\"\n", PL_ARG(search));
}
