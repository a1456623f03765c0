/* SPDX-License-Identifier: MIT */
/* Built-in tools: their documents are in the program (stdlib/plugins). What a run must be given for one, vm/io/doors.c knows. */
#include "compiler/doors/doors.h"
#include "stdlib/tools/letter.h"
#include "vm/base/json_scan.h"
#include "vm/code/action.h"

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

/* ---- mail: where letters go and whose they are is the project's say ---- */

static bool wrong_config(const PlDoorArg *arg, const char *words, const char *help)
{
    PlDiag *d = PL_REPORT(arg->diags, DOOR_TOOL_CONFIG, arg->span, PL_ARG(arg->plugin->document), words);
    pl_diag_help(arg->diags, d, "%s", help);
    return false;
}

static bool has_only_mail_keys(const PlDoorArg *arg, PlStr config)
{
    PlJsonScan scan;
    PlStr other = PL_STR("");
    pl_json_scan_init(&scan, config);
    for (PlJsonEvent e = pl_json_scan_next(&scan); e != PL_JSON_END && e != PL_JSON_ERROR && !other.len; e = pl_json_scan_next(&scan)) {
        bool known = pl_str_eq_z(scan.text, "server") || pl_str_eq_z(scan.text, "from") || pl_str_eq_z(scan.text, "tls");
        if (e == PL_JSON_KEY && !known) other = scan.text;
    }
    PlStr words = pl_arena_printf(arg->arena, "its config has no key `" PL_FMT "`", PL_ARG(other));
    bool good = !other.len;
    pl_json_scan_deinit(&scan);
    return good || wrong_config(arg, words.ptr, "the keys are server, from, tls");
}

/* {"tool":"mail","config":{...},"url":"smtp://mail.example.com:587"} */
static bool make_mail(const PlDoorArg *arg, PlStr config, PlDoorMade *out)
{
    PlStr server = pl_json_find_text(arg->arena, config, "server"), from = pl_json_find_text(arg->arena, config, "from");
    PlStr tls = pl_json_find_text(arg->arena, config, "tls"), url = pl_action_host(arg->arena, server), why = PL_STR("");
    bool smtps = pl_str_starts(url, PL_STR("smtps:")), has_path = pl_str_find_char(server, '/', pl_str_find(server, PL_STR("://"), 0) + 3) != PL_STR_NONE;
    PlLetterList *list = PL_NEW(arg->arena, PlLetterList);
    if (!has_only_mail_keys(arg, config)) return false;
    if (!server.len)
        return wrong_config(arg, "its config names no server",
                            "add to pilot.yaml: `plugins: {mail: {tool: mail, config: {server: \"smtp://mail.example.com:587\", "
                            "from: \"Reports <reports@example.com>\"}}}`");
    if ((!smtps && !pl_str_starts(url, PL_STR("smtp:"))) || has_path)
        return wrong_config(arg, "`server` is not the address of a mail server",
                            "it is as `smtp://mail.example.com:587` (STARTTLS) or `smtps://mail.example.com:465` (TLS)");
    if (!pl_letter_addresses(arg->arena, from, list, &why) || list->count != 1)
        return wrong_config(arg, "`from` is not one address", "it is as `Reports <reports@example.com>`");
    if (tls.len && !pl_str_eq_z(tls, "starttls") && !pl_str_eq_z(tls, "none"))
        return wrong_config(arg, "`tls` is `starttls` or `none`", "leave it out for TLS");
    if (tls.len && smtps) return wrong_config(arg, "`tls` says how `smtp://` is made secure, and `smtps://` is", "leave `tls` out");
    out->config = pl_arena_printf(arg->arena, "{\"tool\":\"mail\",\"config\":" PL_FMT ",\"url\":\"" PL_FMT "\"}", PL_ARG(config), PL_ARG(url));
    return true;
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
    if (strcmp(tool->name, "mail") == 0) return make_mail(arg, config, out);
    out->config = pl_arena_printf(arg->arena, "{\"tool\":\"%s\",\"config\":" PL_FMT "}", tool->name, PL_ARG(config));
    return true;
}
