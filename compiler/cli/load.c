/* SPDX-License-Identifier: MIT */
/* From a command line to a compiled plan: plugins, project file, answers, and the findings printed. */
#include "compiler/cli/pilotc.h"
#include "compiler/present/diag_json.h"

#include <stdio.h>
#include <unistd.h>

static PlStr folder_of(PlStr path)
{
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    return slash > 1 ? pl_str_slice(path, 0, slash - 1) : pl_str_slice(path, 0, slash);
}

const char *plc_equals(const char *text)
{
    size_t name = strcspn(text, "=/.");
    return name > 0 && text[name] == '=' ? text + name : NULL;
}

static PlPluginArg plugin_arg(const char *text)
{
    const char *equals = plc_equals(text);
    PlPluginArg arg = {.name = PL_STR(""), .document = pl_str_z(text)};
    if (equals) {
        arg.name = pl_str(text, (size_t)(equals - text));
        arg.document = pl_str_z(equals + 1);
    }
    size_t colon = pl_str_find_char(arg.document, ':', 0); /* fs=tool:fs */
    arg.has_door = colon != PL_STR_NONE && pl_door_by_scheme(pl_str_slice(arg.document, 0, colon), &arg.door);
    if (arg.has_door) arg.document = pl_str_slice(arg.document, colon + 1, arg.document.len);
    return arg;
}

static int load_project(PlArena *arena, const PlcOptions *o, const char *plan_path, PlProject *project, PlDiags *diags, bool *found)
{
    *found = false;
    PlStr path = o->project ? pl_str_z(o->project) : pl_project_find(arena, folder_of(pl_str_z(plan_path ? plan_path : "")));
    if (o->no_project || path.len == 0) return -1;
    PlStatus status = pl_project_read(arena, diags, path.ptr, project);
    *found = status == PL_OK;
    if (status == PL_OK) return -1;
    pl_cli_say_diags(diags);
    return pl_status_exit_code(status);
}

int plc_load(PlArena *arena, const PlcOptions *o, const char *plan_path, PlProject *project, PlDiags *project_diags,
             PlCompileOptions *out)
{
    memset(out, 0, sizeof *out);
    bool found;
    int code = load_project(arena, o, plan_path, project, project_diags, &found);
    if (code >= 0) return code;
    PlPluginArg *plugins = PL_NEW_N(arena, PlPluginArg, o->plugins.count + 1);
    for (uint32_t i = 0; i < o->plugins.count; i++) plugins[i] = plugin_arg(o->plugins.items[i]);
    out->plan_path = pl_str_z(plan_path ? plan_path : "");
    if (plan_path && strcmp(plan_path, "-") == 0) out->plan_path = PL_STR("<input>");
    out->project = found ? project : NULL;
    out->plugins = plugins;
    out->plugin_count = o->plugins.count;
    out->plugins_dir = o->plugins_dir;
    out->shelf = !o->verbose; /* notes on documents come from reading them */
    out->check.strict = o->strict;
    out->fetch = o->fetch ? plc_fetch : NULL;
    return -1;
}

/* Of the first error, else of the first question; NULL when there is neither. */
static const char *first_code(const PlDiags *diags)
{
    const char *question = NULL;
    for (uint32_t i = 0; i < diags->all.len; i++) {
        const PlDiag *d = diags->all.items[i];
        if (d->severity == PL_SEV_ERROR) return pl_diag_infos[d->code].code;
        if (d->severity == PL_SEV_QUESTION && !question) question = pl_diag_infos[d->code].code;
    }
    return question;
}

void plc_print_findings(PlArena *arena, const PlcOptions *o, PlCompiled *compiled, PlBuf *json)
{
    PlDiags shown;
    pl_diags_sort(&compiled->diags);
    pl_diags_shown(arena, &compiled->diags, o->verbose, &shown);
    if (json) {
        pl_diags_json(json, &shown);
        return;
    }
    if (shown.all.len == 0) return;
    const char *first = first_code(&shown);
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diags_print(&out, &shown, pl_cli_colour(2));
    if (first) pl_buf_printf(&out, "`pilotc explain %s` says more, with an example\n", first);
    pl_cli_say(&out);
}

int plc_put_text(PlBuf *text, PlBuf *json)
{
    if (!json) return pl_cli_put(text);
    pl_buf_put_z(json, "{\"type\":\"text\",\"text\":");
    pl_buf_put_json(json, pl_buf_str(text));
    pl_buf_put_z(json, "}\n");
    if (text->status != PL_OK) json->status = text->status;
    pl_buf_deinit(text);
    return pl_cli_put(json);
}

int plc_compile(PlArena *arena, const PlcOptions *o, const char *path, PlCompiled *out, PlBuf *json)
{
    PlSources sources;
    PlDiags project_diags;
    PlProject project;
    PlCompileOptions options;
    pl_sources_init(&sources, arena);
    pl_diags_init(&project_diags, arena, &sources);
    int code = plc_load(arena, o, path, &project, &project_diags, &options);
    if (code >= 0) return code;
    PlStr text;
    if (!pl_cli_read(arena, path, PL_LIMIT_SOURCE_BYTES, &text)) return 2;
    PlStatus status = pl_compile(arena, text, &options, out);
    if (status == PL_OK && (o->answers || (out->diags.questions && (plc_can_ask(o) || o->ask_model)))) {
        status = plc_answer(arena, o, path, text, &options, out);
        if (status != PL_OK) return pl_status_exit_code(status);
    }
    plc_print_findings(arena, o, out, json);
    if (status != PL_OK) return pl_cli_fail(status, "%s while compiling %s", pl_status_words(status), path);
    if (out->diags.errors) return 1;
    if (out->diags.questions) return 5;
    return out->ok ? 0 : pl_cli_fail(PL_INTERNAL, "no module and no reason; this is a fault of pilotc");
}
