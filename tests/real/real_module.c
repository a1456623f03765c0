/* SPDX-License-Identifier: MIT */
/* Every action of real API documents, each in a module of its own (with the one that its probe asks) and the manifest it needs: written, read,
 * verified. What the catalog makes of a document must never be refused by the verifier. usage: real_module FILE...   prints a line for each action
 * that is refused, and the totals */
#include "compiler/catalog/catalog.h"
#include "vm/code/module.h"

#include <stdio.h>

typedef struct Totals {
    unsigned long documents, actions, refused;
} Totals;

/* The action with its types in the module's table. */
static PlAction copy_action(PlTypeCopy *copy, const PlAction *a, PlArena *arena)
{
    PlAction made = *a;
    made.params = PL_NEW_N(arena, PlParam, a->param_count);
    for (uint32_t i = 0; i < a->param_count; i++) {
        made.params[i] = a->params[i];
        made.params[i].type = pl_type_copy(copy, a->params[i].type);
    }
    made.responses = PL_NEW_N(arena, PlResponse, a->response_count);
    for (uint32_t i = 0; i < a->response_count; i++) {
        made.responses[i] = a->responses[i];
        made.responses[i].type = pl_type_copy(copy, a->responses[i].type);
    }
    made.result = pl_type_copy(copy, a->result);
    made.await.type = pl_type_copy(copy, a->await.type);
    return made;
}

static void add_host(PlModule *m, PlArena *arena, PlStr url, PlStr plugin)
{
    PlStr origin = pl_action_origin(arena, url);
    if (origin.len) m->manifest.hosts[m->manifest.host_count++] = (PlHostRule){origin, plugin};
}

static uint32_t room_of(const PlAction *a)
{
    uint32_t room = 1;
    for (uint32_t i = 0; i < a->auth_count; i++) room += a->auth[i].count;
    return room;
}

static void add_needs(PlModule *m, PlArena *arena, const PlAction *a)
{
    add_host(m, arena, a->server, a->plugin);
    for (uint32_t i = 0; i < a->auth_count; i++) {
        for (uint32_t k = 0; k < a->auth[i].count; k++) {
            add_host(m, arena, a->auth[i].all[k].token_url, a->plugin);
            m->manifest.credentials[m->manifest.credential_count++] = a->auth[i].all[k].credential;
        }
    }
}

static void make_manifest(PlModule *m, PlArena *arena)
{
    uint32_t room = 0;
    for (uint32_t i = 0; i < m->action_count; i++) room += room_of(&m->actions[i]);
    m->manifest = (PlManifest){.effect = m->actions[0].effect, .calls_at_most = PL_NEW_N(arena, uint64_t, m->action_count)};
    m->manifest.hosts = PL_NEW_N(arena, PlHostRule, room);
    m->manifest.credentials = PL_NEW_N(arena, PlStr, room);
    for (uint32_t i = 0; i < m->action_count; i++) add_needs(m, arena, &m->actions[i]);
}

/* `asked`: what the action's probe asks; may be NULL. */
static void check_action(Totals *totals, const char *path, const PlTypes *types, const PlAction *action, const PlAction *asked)
{
    static PlInsn code[] = {{.op = PL_OP_LOADN}, {.op = PL_OP_RETURN}};
    static uint32_t positions[2];
    PlFunction main = {.name = PL_STR("main"), .regs = 1, .code = code, .code_count = 2, .positions = positions};
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlBuf bytes;
    PlSources sources;
    PlDiags diags;
    PlModule m = {.functions = &main, .function_count = 1, .action_count = 1}, *back = NULL;
    pl_buf_init(&bytes, 0);
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlTypeCopy copy;
    pl_types_init(&m.types, arena);
    pl_type_copy_init(&copy, types, &m.types);
    PlAction all[2] = {copy_action(&copy, action, arena)};
    if (asked) all[m.action_count++] = copy_action(&copy, asked, arena);
    m.actions = all;
    make_manifest(&m, arena);
    PlStatus status = pl_module_write(&m, &bytes);
    if (status == PL_OK) status = pl_module_read(pl_buf_str(&bytes), &diags, &back);
    totals->actions++;
    if (status != PL_OK) {
        PlStr why = diags.all.len ? diags.all.items[0]->message : pl_str_z(pl_status_words(status));
        printf("%s: " PL_FMT ": " PL_FMT "\n", path, PL_ARG(action->name), PL_ARG(why));
        totals->refused++;
    }
    pl_module_free(back);
    pl_buf_deinit(&bytes);
    pl_arena_free(arena);
}

static const PlAction *probe_of(PlCatalog *catalog, PlPlugin *plugin, const PlAction *action)
{
    bool ambiguous;
    const PlOperation *op = action->probe.action.len ? pl_catalog_find(catalog, plugin, action->probe.action, &ambiguous) : NULL;
    const PlAction *asked = op ? pl_catalog_action(catalog, op) : NULL;
    return asked == action ? NULL : asked;
}

static void check_document(Totals *totals, const char *path)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlPlugin *plugin = NULL;
    if (setjmp(escape.at) == 0) {
        pl_sources_init(&sources, arena);
        pl_diags_init(&diags, arena, &sources);
        pl_types_init(&types, arena);
        PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
        if (pl_catalog_add_file(catalog, PL_STR("plugin"), path, NULL, &plugin) == PL_OK) {
            totals->documents++;
            for (uint32_t i = 0; i < plugin->operation_count; i++) {
                const PlAction *action = pl_catalog_action(catalog, plugin->operations[i]);
                if (action) check_action(totals, path, &types, action, probe_of(catalog, plugin, action));
            }
        }
    }
    pl_arena_free(arena);
}

int main(int argc, char **argv)
{
    Totals totals = {0};
    for (int i = 1; i < argc; i++) check_document(&totals, argv[i]);
    printf("%lu documents, %lu actions, %lu refused\n", totals.documents, totals.actions, totals.refused);
    return totals.refused > 0;
}
