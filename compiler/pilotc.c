/* SPDX-License-Identifier: MIT */
/* The public interface of the compiler: settings kept as texts, each compile in an arena of its own that lives as long as its result. Functions of the program
 * become an API document whose server is `host://PLUGIN` (spec/plugins.md); then they are actions like all others. */
#include "compiler/pilotc.h"

#include "compiler/compile.h"
#include "compiler/present/diag_json.h"
#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/code/review.h"

typedef struct Plugin { /* owned */
    struct Plugin *next;
    char *name, *path;
    PlBuf text;    /* the document itself, where there is no path; of functions: its paths */
    bool is_host;
} Plugin;

typedef struct Named { /* a function, so that none comes twice */
    struct Named *next;
    char *name;
    const Plugin *plugin;
} Named;

struct PilotCompiler {
    Plugin *plugins, **last;
    Named *actions;
    char *project;
    bool strict;
};

struct PilotCompiled {
    PlEscape escape;
    PlArena *arena;
    PlCompiled result;
    PlBuf findings, json;
};

/* ---- settings ---- */

PilotCompiler *pilot_compiler_new(void)
{
    PilotCompiler *c = pl_zalloc(sizeof *c);
    if (c) c->last = &c->plugins;
    return c;
}

static void plugin_free(Plugin *p)
{
    if (!p) return;
    pl_free(p->name);
    pl_free(p->path);
    pl_buf_deinit(&p->text);
    pl_free(p);
}

void pilot_compiler_free(PilotCompiler *compiler)
{
    if (!compiler) return;
    for (Plugin *p = compiler->plugins, *next; p; p = next) {
        next = p->next;
        plugin_free(p);
    }
    for (Named *a = compiler->actions, *next; a; a = next) {
        next = a->next;
        pl_free(a->name);
        pl_free(a);
    }
    pl_free(compiler->project);
    pl_free(compiler);
}

PilotStatus pilot_compiler_project(PilotCompiler *compiler, const char *path)
{
    char *copy = path ? pl_strdup_n(path, strlen(path)) : NULL;
    if (path && !copy) return PILOT_NOMEM;
    pl_free(compiler->project);
    compiler->project = copy;
    return PILOT_OK;
}

void pilot_compiler_strict(PilotCompiler *compiler, bool strict)
{
    compiler->strict = strict;
}

static Plugin *find(const PilotCompiler *c, const char *name)
{
    for (Plugin *p = c->plugins; p; p = p->next)
        if (strcmp(p->name, name) == 0) return p;
    return NULL;
}

static PilotStatus add_plugin(PilotCompiler *c, const char *name, const char *path, PlStr text, Plugin **out)
{
    if (!name || !*name || find(c, name)) return PILOT_INVALID;
    Plugin *p = pl_zalloc(sizeof *p);
    if (!p) return PILOT_NOMEM;
    pl_buf_init(&p->text, PL_LIMIT_DOCUMENT_BYTES);
    pl_buf_put(&p->text, text);
    p->name = pl_strdup_n(name, strlen(name));
    p->path = path ? pl_strdup_n(path, strlen(path)) : NULL;
    PlStatus status = p->text.status;
    if (status == PL_OK && (!p->name || !p->path != !path)) status = PL_NOMEM;
    if (status != PL_OK) {
        plugin_free(p);
        return (PilotStatus)status;
    }
    *c->last = p;
    c->last = &p->next;
    *out = p;
    return PILOT_OK;
}

PilotStatus pilot_compiler_plugin(PilotCompiler *compiler, const char *name, const char *path)
{
    Plugin *plugin;
    return add_plugin(compiler, name, path, PL_STR(""), &plugin);
}

PilotStatus pilot_compiler_document(PilotCompiler *compiler, const char *name, const char *text, size_t len)
{
    Plugin *plugin;
    return add_plugin(compiler, name, NULL, pl_str(text, len), &plugin);
}

/* ---- functions of the program ---- */

static bool is_name(const char *name)
{
    if (!name || !((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z'))) return false;
    for (; *name; name++)
        if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') || (*name >= '0' && *name <= '9') || *name == '_')) return false;
    return true;
}

/* One JSON object and nothing else, so that it stands in the document as it is. */
static bool is_schema(const char *text)
{
    PlJsonScan scan;
    if (!text) return true;
    pl_json_scan_init(&scan, pl_str_z(text));
    PlJsonEvent event = pl_json_scan_next(&scan);
    bool good = event == PL_JSON_OBJECT_BEGIN;
    while (event != PL_JSON_END && event != PL_JSON_ERROR) event = pl_json_scan_next(&scan);
    pl_json_scan_deinit(&scan);
    return good && event == PL_JSON_END;
}

static void put_operation(PlBuf *out, const PilotAction *a)
{
    static const char *const effects[] = {"none", "read", "write", "delete"};
    bool writes = a->effect == PILOT_EFFECT_WRITE;
    pl_buf_printf(out, "%s\"/%s\":{\"%s\":{\"operationId\":\"%s\",", out->len ? "," : "", a->name, a->idempotent ? "put" : "post", a->name);
    if (!writes) pl_buf_printf(out, "\"x-pilot-effect\":\"%s\",", effects[a->effect]);
    if (a->title) {
        pl_buf_put_z(out, "\"summary\":");
        pl_buf_put_json(out, pl_str_z(a->title));
        pl_buf_put_char(out, ',');
    }
    if (a->args) pl_buf_printf(out, "\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":%s}}},", a->args);
    if (a->result) pl_buf_printf(out, "\"responses\":{\"200\":{\"description\":\"done\",\"content\":{\"application/json\":{\"schema\":%s}}}}}}", a->result);
    else pl_buf_put_z(out, "\"responses\":{\"204\":{\"description\":\"done\"}}}}");
}

PilotStatus pilot_compiler_action(PilotCompiler *compiler, const PilotAction *action)
{
    if (!is_name(action->plugin) || !is_name(action->name) || !is_schema(action->args) || !is_schema(action->result)) return PILOT_INVALID;
    if ((unsigned)action->effect > PILOT_EFFECT_DELETE) return PILOT_INVALID;
    Plugin *plugin = find(compiler, action->plugin);
    if (plugin && !plugin->is_host) return PILOT_INVALID;
    for (const Named *a = compiler->actions; a; a = a->next)
        if (a->plugin == plugin && plugin && strcmp(a->name, action->name) == 0) return PILOT_INVALID;
    PilotStatus status = plugin ? PILOT_OK : add_plugin(compiler, action->plugin, NULL, PL_STR(""), &plugin);
    if (status != PILOT_OK) return status;
    plugin->is_host = true;
    Named *named = pl_zalloc(sizeof *named);
    if (!named) return PILOT_NOMEM;
    *named = (Named){compiler->actions, pl_strdup_n(action->name, strlen(action->name)), plugin};
    compiler->actions = named;
    if (!named->name) return PILOT_NOMEM;
    put_operation(&plugin->text, action);
    return (PilotStatus)plugin->text.status;
}

/* ---- a compile ---- */

static PlStr host_document(PlArena *arena, const Plugin *p)
{
    return pl_arena_printf(arena, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"%s\",\"version\":\"1\"},\"paths\":{" PL_FMT "}}", p->name,
                           PL_ARG(pl_buf_str(&p->text)));
}

static PlPluginArg *plugin_args(PlArena *arena, const PilotCompiler *c, uint32_t *count)
{
    *count = 0;
    for (const Plugin *p = c->plugins; p; p = p->next) ++*count;
    PlPluginArg *args = PL_NEW_N(arena, PlPluginArg, *count + 1), *to = args;
    for (const Plugin *p = c->plugins; p; p = p->next, to++) {
        *to = (PlPluginArg){.name = pl_arena_str(arena, pl_str_z(p->name))};
        if (p->path) {
            to->document = pl_arena_str(arena, pl_str_z(p->path));
            continue;
        }
        to->document = pl_arena_printf(arena, "<%s>", p->name);
        to->text = p->is_host ? host_document(arena, p) : pl_arena_str(arena, pl_buf_str(&p->text));
        to->has_door = p->is_host;
        if (p->is_host) to->door = PL_DOOR_HOST;
    }
    return args;
}

static void write_findings(PilotCompiled *out, PlDiags *diags)
{
    PlDiags shown;
    pl_diags_sort(diags);
    pl_diags_shown(out->arena, diags, false, &shown);
    pl_diags_print(&out->findings, &shown, false);
    pl_diags_json(&out->json, &shown);
}

static PlStatus compile(PilotCompiled *out, const PilotCompiler *c, const char *path, PlStr text)
{
    PlSources sources;
    PlDiags diags;
    PlProject project;
    PlCompileOptions options = {.plan_path = pl_str_z(path ? path : "<plan>"), .check = {.strict = c->strict}};
    if (setjmp(out->escape.at) != 0) return out->escape.status;
    pl_sources_init(&sources, out->arena);
    pl_diags_init(&diags, out->arena, &sources);
    if (c->project) {
        PlStatus status = pl_project_read(out->arena, &diags, c->project, &project);
        if (status != PL_OK) {
            out->result.diags = diags;
            write_findings(out, &diags);
            return status == PL_NOMEM ? status : PL_INVALID;
        }
        options.project = &project;
    }
    options.plan_path = pl_arena_str(out->arena, options.plan_path);
    options.plugins = plugin_args(out->arena, c, &options.plugin_count);
    PlStatus status = pl_compile(out->arena, pl_arena_str(out->arena, text), &options, &out->result);
    if (status != PL_OK && !out->result.diags.errors) return status;
    write_findings(out, &out->result.diags);
    if (out->result.diags.errors) return PL_INVALID;
    return out->result.ok ? PL_OK : out->result.diags.questions ? PL_WAITING : PL_INTERNAL;
}

PilotStatus pilot_compile(const PilotCompiler *compiler, const char *path, const char *text, size_t len, PilotCompiled **out)
{
    *out = NULL;
    if (len > PL_LIMIT_SOURCE_BYTES) return PILOT_LIMIT;
    PilotCompiled *compiled = pl_zalloc(sizeof *compiled);
    if (!compiled) return PILOT_NOMEM;
    pl_buf_init(&compiled->findings, 0);
    pl_buf_init(&compiled->json, 0);
    compiled->arena = pl_arena_new(&compiled->escape, 0);
    PlStatus status = compiled->arena ? compile(compiled, compiler, path, pl_str(text, len)) : PL_NOMEM;
    if (status == PL_OK || status == PL_INVALID || status == PL_WAITING) {
        *out = compiled;
        return (PilotStatus)status;
    }
    pilot_compiled_free(compiled);
    return (PilotStatus)status;
}

void pilot_compiled_free(PilotCompiled *compiled)
{
    if (!compiled) return;
    pl_buf_deinit(&compiled->findings);
    pl_buf_deinit(&compiled->json);
    pl_arena_free(compiled->arena);
    pl_free(compiled);
}

static PilotText text_of(PlStr s)
{
    return (PilotText){s.ptr ? s.ptr : "", s.len};
}

size_t pilot_compiled_errors(const PilotCompiled *compiled)
{
    return compiled->result.diags.errors;
}

size_t pilot_compiled_questions(const PilotCompiled *compiled)
{
    return compiled->result.diags.questions;
}

PilotText pilot_compiled_findings(const PilotCompiled *compiled)
{
    return text_of(pl_buf_str(&compiled->findings));
}

PilotText pilot_compiled_findings_json(const PilotCompiled *compiled)
{
    return text_of(pl_buf_str(&compiled->json));
}

PilotText pilot_compiled_bytes(const PilotCompiled *compiled)
{
    return text_of(compiled->result.ok ? compiled->result.bytes : PL_STR(""));
}

PilotText pilot_compiled_plan(const PilotCompiled *compiled)
{
    return text_of(compiled->result.ok ? compiled->result.exact : PL_STR(""));
}

PilotStatus pilot_compiled_review(const PilotCompiled *compiled, bool as_json, PilotLine line, void *user)
{
    PilotModule *module;
    PilotText bytes = pilot_compiled_bytes(compiled);
    if (!bytes.len) return PILOT_INVALID;
    PilotStatus status = pilot_module_load(bytes.ptr, bytes.len, &module, NULL, 0);
    if (status == PILOT_OK) status = pilot_module_review(module, as_json, line, user);
    pilot_module_free(module);
    return status;
}
