/* SPDX-License-Identifier: MIT */
/* Built-in tools: their documents are in the program (stdlib/plugins). What a run must be given for one, vm/io/doors.c knows. */
#include "compiler/doors/doors.h"

/* The document of a language model is built in, too, and is no tool: ai.c. */
static bool is_model(const PlDoorTool *tool)
{
    return strcmp(tool->name, "ai") == 0;
}

static const PlDoorTool *tool_by_name(PlStr name)
{
    for (const PlDoorTool *t = pl_door_tools; t->name; t++)
        if (pl_str_eq_z(name, t->name)) return is_model(t) ? NULL : t;
    return NULL;
}

bool pl_doors_is_tool(PlStr name)
{
    return tool_by_name(name) != NULL;
}

static PlStr text_of(PlArena *arena, const PlDoorTool *tool)
{
    size_t size = 0;
    for (const char *const *line = tool->lines; *line; line++) size += strlen(*line);
    char *text = pl_arena_alloc(arena, size + 1, 1), *end = text;
    for (const char *const *line = tool->lines; *line; line++) end = stpcpy(end, *line);
    return pl_str(text, size);
}

PlStr pl_doors_text(PlArena *arena, const char *name)
{
    for (const PlDoorTool *t = pl_door_tools; t->name; t++)
        if (strcmp(t->name, name) == 0) return text_of(arena, t);
    return PL_STR("");
}

static bool unknown_tool(const PlDoorArg *arg)
{
    PlStr name = arg->plugin->document;
    PlDiag *d = PL_REPORT(arg->diags, DOOR_UNKNOWN_TOOL, arg->span, PL_ARG(name));
    const char *best = NULL;
    unsigned nearest = 4;
    PlStr list = PL_STR("");
    for (const PlDoorTool *t = pl_door_tools; t->name; t++) {
        if (is_model(t)) continue;
        unsigned distance = pl_str_distance(name, pl_str_z(t->name), 3);
        if (distance < nearest) best = t->name, nearest = distance;
        list = pl_arena_printf(arg->arena, PL_FMT "%s%s", PL_ARG(list), list.len ? ", " : "", t->name);
    }
    if (best) pl_diag_help(arg->diags, d, "did you mean `%s`?", best);
    else pl_diag_help(arg->diags, d, "the tools are " PL_FMT, PL_ARG(list));
    return false;
}

/* {"tool":"fs","config":{...}} */
bool pl_doors_tool(const PlDoorArg *arg, PlDoorMade *out)
{
    const PlDoorTool *tool = tool_by_name(arg->plugin->document);
    if (!tool) return unknown_tool(arg);
    out->name = pl_str_z(tool->name);
    out->path = pl_arena_printf(arg->arena, "tool:%s", tool->name);
    out->text = text_of(arg->arena, tool);
    PlStr config = arg->plugin->config.len ? arg->plugin->config : PL_STR("{}");
    out->config = pl_arena_printf(arg->arena, "{\"tool\":\"%s\",\"config\":" PL_FMT "}", tool->name, PL_ARG(config));
    return true;
}
