/* SPDX-License-Identifier: MIT */
/* The manifest: what the plan may do at most, taken from the call sites alone. */
#include "compiler/emit/emit_internal.h"

#include "vm/base/json_scan.h"
#include "vm/base/limits.h"

enum { DOOR_HOSTS = 64 }; /* of one tool */

static void add_host(PlEmit *e, PlStr url, PlStr plugin)
{
    PlManifest *m = &e->module->manifest;
    PlStr origin = pl_action_host(e->arena, url);
    if (origin.len == 0) return;
    for (uint32_t i = 0; i < m->host_count; i++) {
        if (pl_str_eq(m->hosts[i].origin, origin) && pl_str_eq(m->hosts[i].plugin, plugin)) return;
    }
    m->hosts[m->host_count++] = (PlHostRule){origin, plugin};
}

/* Where its calls go, and where the VM fetches tokens for them. */
static void add_hosts(PlEmit *e, const PlAction *action)
{
    add_host(e, action->server, action->plugin);
    for (uint32_t i = 0; i < action->auth_count; i++) {
        for (uint32_t k = 0; k < action->auth[i].count; k++) add_host(e, action->auth[i].all[k].token_url, action->plugin);
    }
}

/* {"config":{"hosts":["https://..."]}}: what a tool may reach. */
static void add_listed_hosts(PlEmit *e, PlStr door, PlStr plugin)
{
    PlStr config, list;
    PlJsonScan scan;
    if (!pl_json_find(door, "config", &config) || !pl_json_find(config, "hosts", &list)) return;
    pl_json_scan_init(&scan, list);
    int left = DOOR_HOSTS;
    for (PlJsonEvent event = pl_json_scan_next(&scan); event != PL_JSON_END && event != PL_JSON_ERROR; event = pl_json_scan_next(&scan))
        if (event == PL_JSON_STRING && left-- > 0) add_host(e, pl_arena_str(e->arena, scan.text), plugin);
    pl_json_scan_deinit(&scan);
}

/* What opens the plugin's door, and the host behind it when it says one. */
static void add_door(PlEmit *e, const PlAction *action)
{
    PlManifest *m = &e->module->manifest;
    const PlPlugin *plugin = pl_catalog_plugin_by_name(e->catalog, action->plugin);
    if (!plugin || !plugin->door) return;
    for (uint32_t i = 0; i < m->door_count; i++)
        if (pl_str_eq(m->doors[i].plugin, action->plugin)) return;
    m->doors[m->door_count] = *plugin->door;
    m->doors[m->door_count++].plugin = action->plugin;
    add_host(e, pl_json_find_text(e->arena, plugin->door->config, "url"), action->plugin);
    add_listed_hosts(e, plugin->door->config, action->plugin);
}

static void add_credentials(PlManifest *m, const PlAction *action)
{
    for (uint32_t i = 0; i < action->auth_count; i++) {
        for (uint32_t k = 0; k < action->auth[i].count; k++) {
            PlStr name = action->auth[i].all[k].credential;
            bool known = false;
            for (uint32_t n = 0; n < m->credential_count && !known; n++) known = pl_str_eq(m->credentials[n], name);
            if (!known) m->credentials[m->credential_count++] = name;
        }
    }
}

static uint32_t credential_room(const PlEmit *e)
{
    uint32_t room = 1;
    for (uint32_t a = 0; a < e->actions.len; a++) {
        const PlAction *action = e->actions.items[a];
        for (uint32_t i = 0; i < action->auth_count; i++) room += action->auth[i].count;
    }
    return room;
}

static uint64_t literal_or(const PlExpr *x, PlLiteralKind kind, uint64_t otherwise)
{
    bool given = x && x->kind == PL_EXPR_LITERAL && x->literal.kind == kind && x->literal.as.integer > 0;
    return given ? (uint64_t)x->literal.as.integer : otherwise;
}

void pl_emit_manifest(PlEmit *e)
{
    PlManifest *m = &e->module->manifest;
    m->hosts = PL_NEW_N(e->arena, PlHostRule, (2 + DOOR_HOSTS) * e->actions.len + credential_room(e));
    m->doors = PL_NEW_N(e->arena, PlDoor, e->actions.len + 1);
    m->credentials = PL_NEW_N(e->arena, PlStr, credential_room(e));
    m->calls_at_most = e->calls_at_most.items;
    for (uint32_t i = 0; i < e->actions.len; i++) {
        const PlAction *action = e->actions.items[i];
        if (action->effect > m->effect) m->effect = action->effect;
        add_hosts(e, action);
        add_door(e, action);
        add_credentials(m, action);
    }
    m->max_calls = literal_or(e->plan->limit_calls, PL_LIT_INT, PL_LIMIT_CALLS_DEFAULT);
    m->max_tokens = e->plan->limit_tokens;
    m->max_money = e->plan->limit_money;
    m->max_time_us = literal_or(e->plan->limit_time, PL_LIT_DURATION, 0);
    m->asks_person = e->asks.len > 0;
    for (uint32_t i = 0; i < e->calls.len; i++) m->asks_person |= (e->calls.items[i].flags & PL_CALL_ASK_FIRST) != 0;
}
