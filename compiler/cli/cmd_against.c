/* SPDX-License-Identifier: MIT */
/* pilotc check FILE --against DOC: what a changed document does to a plan, by the contracts in its module. */
#include "compiler/check/lock.h"
#include "compiler/cli/pilotc.h"

#include <stdio.h>

typedef struct Against {
    PlArena *arena;
    const PlModule *module;
    PlCatalog *catalog;
    PlLock lock;
    uint32_t compared;
} Against;

static bool module_has(const PlModule *m, PlStr plugin)
{
    for (uint32_t i = 0; i < m->action_count; i++)
        if (pl_str_eq(m->actions[i].plugin, plugin)) return true;
    return false;
}

/* The only plugin that the module calls; "" when there are several. */
static PlStr only_plugin(const PlModule *m)
{
    for (uint32_t i = 1; i < m->action_count; i++)
        if (!pl_str_eq(m->actions[i].plugin, m->actions[0].plugin)) return PL_STR("");
    return m->action_count ? m->actions[0].plugin : PL_STR("");
}

/* The plugin of the module that most operations of a document belong to. */
static PlStr likely_plugin(const Against *a, const PlPlugin *doc)
{
    PlStr best = PL_STR("");
    uint32_t most = 0;
    for (uint32_t i = 0; i < a->module->action_count; i++) {
        uint32_t found = 0;
        for (uint32_t k = 0; k < a->module->action_count; k++)
            if (pl_str_eq(a->module->actions[k].plugin, a->module->actions[i].plugin))
                found += pl_lock_find(a->catalog, doc, &a->module->actions[k]) != NULL;
        if (found > most) most = found, best = a->module->actions[i].plugin;
    }
    return best;
}

/* NAME=DOC or DOC. False when it cannot be read, or belongs to no plugin of the module. */
static bool compare_document(Against *a, const char *text, PlStr *message)
{
    const char *equals = plc_equals(text);
    PlStr name = equals ? pl_str(text, (size_t)(equals - text)) : PL_STR("");
    PlPlugin *doc = NULL;
    if (pl_catalog_add_file(a->catalog, name, equals ? equals + 1 : text, NULL, &doc) != PL_OK) return false;
    PlStr plugin = name.len ? name : module_has(a->module, doc->name) ? doc->name : only_plugin(a->module);
    if (plugin.len == 0) plugin = likely_plugin(a, doc);
    if (!module_has(a->module, plugin)) {
        *message = pl_arena_printf(a->arena, "the plan calls nothing of %s; say which plugin it is: --against NAME=%s",
                                   text, equals ? equals + 1 : text);
        return false;
    }
    for (uint32_t i = 0; i < a->module->action_count; i++) {
        if (!pl_str_eq(a->module->actions[i].plugin, plugin)) continue;
        const PlOperation *op = pl_lock_find(a->catalog, doc, &a->module->actions[i]);
        pl_lock_compare(&a->lock, i, op ? pl_catalog_action(a->catalog, op) : NULL);
        a->compared++;
    }
    return true;
}

/* ---- saying ------------------------------------------------------------------------------------------------------ */

static void put_text(PlBuf *out, const Against *a)
{
    for (uint32_t i = 0; i < a->module->action_count; i++) {
        const PlAction *action = &a->module->actions[i];
        bool first = true;
        for (int harmless = 0; harmless < 2; harmless++)
            for (uint32_t k = 0; k < a->lock.changes.len; k++) {
                const PlLockChange *c = &a->lock.changes.items[k];
                if (c->action != i || c->breaks == harmless) continue;
                if (first)
                    pl_buf_printf(out, PL_FMT "." PL_FMT " (%s " PL_FMT ")\n", PL_ARG(action->plugin),
                                  PL_ARG(action->name), pl_method_name(action->method), PL_ARG(action->path));
                first = false;
                pl_buf_printf(out, "  %s: %s: " PL_FMT, c->breaks ? "breaks" : "harmless", c->kind, PL_ARG(c->message));
                if (c->steps.len)
                    pl_buf_printf(out, " (step%s " PL_FMT ")",
                                  pl_str_find_char(c->steps, ',', 0) == PL_STR_NONE ? "" : "s", PL_ARG(c->steps));
                pl_buf_put_char(out, '\n');
            }
    }
    uint32_t harmless = a->lock.changes.len - a->lock.broken;
    pl_buf_printf(out, "%u operation%s compared, %u change%s break%s the plan, %u harmless\n", a->compared,
                  a->compared == 1 ? "" : "s", a->lock.broken, a->lock.broken == 1 ? "" : "s",
                  a->lock.broken == 1 ? "s" : "", harmless);
}

static void put_member(PlBuf *out, const char *name, PlStr value)
{
    pl_buf_printf(out, ",\"%s\":", name);
    pl_buf_put_json(out, value);
}

static void put_json(PlBuf *out, const Against *a)
{
    for (uint32_t k = 0; k < a->lock.changes.len; k++) {
        const PlLockChange *c = &a->lock.changes.items[k];
        const PlAction *action = &a->module->actions[c->action];
        pl_buf_printf(out, "{\"type\":\"change\",\"breaks\":%s", c->breaks ? "true" : "false");
        put_member(out, "plugin", action->plugin);
        put_member(out, "action", action->name);
        put_member(out, "kind", pl_str_z(c->kind));
        if (c->what.len) put_member(out, "what", c->what);
        put_member(out, "message", c->message);
        pl_buf_put_z(out, ",\"steps\":[");
        for (size_t i = 0; i < c->steps.len;) {
            size_t end = pl_str_find(c->steps, PL_STR(", "), i);
            PlStr step = pl_str_slice(c->steps, i, end);
            if (i) pl_buf_put_char(out, ',');
            pl_buf_put_json(out, step);
            i += step.len + 2;
        }
        pl_buf_put_z(out, "]}\n");
    }
    pl_buf_printf(out, "{\"type\":\"summary\",\"ok\":%s,\"compared\":%u,\"breaking\":%u,\"harmless\":%u}\n",
                  a->lock.broken ? "false" : "true", a->compared, a->lock.broken, a->lock.changes.len - a->lock.broken);
}

int plc_check_against(PlArena *arena, const PlModule *module, const PlCliList *documents, bool json)
{
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    Against a = {.arena = arena, .module = module, .catalog = pl_catalog_new(arena, &sources, &diags, &types)};
    pl_lock_init(&a.lock, arena, module, &types);
    for (uint32_t i = 0; i < documents->count; i++) {
        PlStr message = PL_STR("");
        if (compare_document(&a, documents->items[i], &message)) continue;
        if (message.len) return pl_cli_fail(PL_USAGE, PL_FMT, PL_ARG(message));
        PlBuf text;
        pl_buf_init(&text, 0);
        pl_diags_print(&text, &diags, pl_cli_colour(2));
        pl_cli_say(&text);
        return 2;
    }
    PlBuf out;
    pl_buf_init(&out, 0);
    if (json) pl_cli_json_begin(&out, "against");
    if (json)
        put_json(&out, &a);
    else
        put_text(&out, &a);
    int code = json ? pl_cli_put(&out) : pl_cli_put_shown(&out);
    return code ? code : a.lock.broken ? 1 : 0;
}
