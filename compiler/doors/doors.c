/* SPDX-License-Identifier: MIT */
/* Which maker makes what, and how the document enters the catalog: with `scheme://name` as its server, which no document could say itself. */
#include "compiler/doors/doors.h"

/* Functions of a program: it gives their document with them. */
static bool of_host(const PlDoorArg *arg, PlDoorMade *out)
{
    out->path = arg->plugin->document;
    out->text = arg->plugin->text;
    if (!out->text.len) PL_REPORT(arg->diags, DOOR_NO_MAKER, arg->span, pl_door_scheme(PL_DOOR_HOST));
    return out->text.len > 0;
}

static const PlDoorMaker makers[PL_DOOR_KIND_COUNT] = {
    [PL_DOOR_TOOL] = pl_doors_tool,
    [PL_DOOR_NATIVE] = pl_doors_native,
    [PL_DOOR_MCP] = pl_doors_mcp,
    [PL_DOOR_HOST] = of_host,
    [PL_DOOR_AI] = pl_doors_ai,
};

bool pl_doors_add(PlCatalog *catalog, const PlDoorArg *arg)
{
    const PlPluginArg *plugin = arg->plugin;
    PlDoorMaker maker = makers[plugin->door];
    PlDoorMade made = {.name = PL_STR(""), .path = PL_STR(""), .text = PL_STR(""), .config = PL_STR("{}"), .credential_name = PL_STR("")};
    if (!maker) {
        PL_REPORT(arg->diags, DOOR_NO_MAKER, arg->span, pl_door_scheme(plugin->door));
        return false;
    }
    if (!maker(arg, &made)) return false;
    PlStr name = plugin->name.len ? plugin->name : made.name;
    PlPluginOptions options = {.server = pl_arena_printf(arg->arena, "%s://" PL_FMT, pl_door_scheme(plugin->door), PL_ARG(name)),
                               .credential = plugin->credential,
                               .idempotent = plugin->idempotent,
                               .idempotent_count = plugin->idempotent_count,
                               .credential_name = made.credential_name};
    PlPlugin *added;
    if (pl_catalog_add_text(catalog, name, made.path, made.text, &options, &added) != PL_OK) return false;
    PlDoor *door = PL_NEW(arg->arena, PlDoor);
    *door = (PlDoor){.plugin = added->name, .kind = plugin->door, .config = made.config.len ? made.config : PL_STR("{}")};
    added->door = door;
    return true;
}
