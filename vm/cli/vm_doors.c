/* SPDX-License-Identifier: MIT */
/* Which doors pilotvm can open, and what the person who starts a run allows (spec/plugins.md section 4). */
#include "vm/cli/vm.h"

#include "vm/io/doors.h"

#include <stdlib.h>

static bool is_overridden(const PlvDrive *d, PlStr plugin)
{
    for (uint32_t i = 0; i < d->server_count; i++)
        if (pl_str_eq(d->servers[i].plugin, plugin)) return true;
    return false;
}

static const char *cache_folder(PlArena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') return pl_arena_printf(arena, "%s/pilot", cache).ptr;
    return home && *home == '/' ? pl_arena_printf(arena, "%s/.cache/pilot", home).ptr : NULL;
}

static PlDoorGrants grants_of(PlArena *arena, const PlvDrive *d)
{
    const PlProject *project = d->project;
    uint32_t room = d->options->allow.count + (project ? project->allow.len : 0) + 1;
    PlStr *allowed = PL_NEW_N(arena, PlStr, room);
    PlDoorGrants grants = {.allowed = allowed, .native = d->options->allow_native, .workspace = d->options->workspace, .cache = cache_folder(arena)};
    for (uint32_t i = 0; i < d->options->allow.count; i++) allowed[grants.allowed_count++] = pl_str_z(d->options->allow.items[i]);
    for (uint32_t i = 0; project && i < project->allow.len; i++) allowed[grants.allowed_count++] = project->allow.items[i];
    if (!grants.workspace && project && project->workspace.len) grants.workspace = pl_arena_str(arena, project->workspace).ptr;
    return grants;
}

int plv_doors(PlArena *arena, const PlvDrive *d, PlDoorGrants *grants)
{
    int untrusted = plv_trust(arena, d);
    if (untrusted >= 0) return untrusted;
    *grants = grants_of(arena, d);
    PlManifest left = d->module->manifest;
    left.doors = PL_NEW_N(arena, PlDoor, left.door_count + 1);
    left.door_count = 0;
    for (uint32_t i = 0; i < d->module->manifest.door_count; i++) {
        const PlDoor *door = &d->module->manifest.doors[i];
        if (!is_overridden(d, door->plugin)) left.doors[left.door_count++] = *door;
    }
    PlBuf option;
    pl_buf_init(&option, 1024);
    const PlDoor *door = pl_doors_refused(&left, grants, &option);
    int code = -1;
    if (door) {
        code = pl_cli_fail(PL_REFUSED, "the plan uses " PL_FMT ", %s, which this run was not given\n  = help: `" PL_FMT "` allows it", PL_ARG(door->plugin),
                           pl_door_words(door->kind), PL_ARG(pl_buf_str(&option)));
    }
    pl_buf_deinit(&option);
    return code;
}
