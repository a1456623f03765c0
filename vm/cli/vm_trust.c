/* SPDX-License-Identifier: MIT */
/* Trust of the project file: what a run takes from it, and the command that says yes to a file. The rule is cli_trust.h's. */
#include "vm/cli/cli_trust.h"
#include "vm/cli/vm.h"
#include "vm/io/trust.h"

#include "vm/base/utf8.h"

#include "vm/base/limits.h"
#include "vm/code/hash.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- a run ---- */

static bool is_listed(const PlCliList *list, PlStr name)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (pl_str_eq_z(name, list->items[i])) return true;
    return false;
}

static bool is_elsewhere(const PlvDrive *d, PlStr plugin)
{
    for (uint32_t i = 0; i < d->server_count; i++)
        if (pl_str_eq(d->servers[i].plugin, plugin)) return true;
    return false;
}

static bool has_door(const PlvDrive *d, const PlStr *plugin)
{
    const PlManifest *m = &d->module->manifest;
    for (uint32_t i = 0; i < m->door_count; i++)
        if (!is_elsewhere(d, m->doors[i].plugin) && (!plugin || pl_str_eq(m->doors[i].plugin, *plugin))) return true;
    return false;
}

/* Does this run take it from the file? What the command line says, the file need not. */
static bool is_taken(const PlvDrive *d, const PlWant *want)
{
    const PlManifest *m = &d->module->manifest;
    const char *store = getenv("PILOT_STORE");
    bool taken = false;
    switch (want->kind) {
    case PL_WANT_PROGRAM: return has_door(d, &want->name) && !is_listed(&d->options->allow, want->name);
    case PL_WANT_WORKSPACE: return has_door(d, NULL) && !d->options->workspace;
    case PL_WANT_STORE: return !d->options->store && !(store && *store);
    case PL_WANT_SECRET:
        for (uint32_t i = 0; i < m->credential_count; i++) taken |= pl_str_eq(m->credentials[i], want->name);
        return taken;
    default:
        for (uint32_t i = 0; i < m->host_count; i++) taken |= pl_str_eq(m->hosts[i].plugin, want->name);
        return taken && !is_elsewhere(d, want->name);
    }
}

static void taken_of(PlArena *arena, const PlvDrive *d, PlWants *taken)
{
    PlWants all;
    *taken = (PlWants){0};
    pl_cli_wants(arena, d->project, &all);
    for (uint32_t i = 0; i < all.all.len; i++)
        if (is_taken(d, &all.all.items[i])) pl_vec_push(arena, &taken->all, all.all.items[i]);
}

/* Its method is the server's word for what a request does; less is only said. */
PlStr plv_trust_claims(PlArena *arena, const PlModule *m)
{
    for (uint32_t i = 0; i < m->action_count; i++) {
        const PlAction *a = &m->actions[i];
        PlDoorKind door;
        bool safe = a->method == PL_GET || a->method == PL_HEAD || a->method == PL_OPTIONS || a->method == PL_TRACE || a->method == PL_QUERY;
        if (safe || a->effect >= PL_EFFECT_WRITE || pl_door_origin(a->server, &door)) continue;
        return pl_arena_printf(arena, PL_FMT "." PL_FMT " is a %s", PL_ARG(a->plugin), PL_ARG(a->name), pl_method_name(a->method));
    }
    return PL_STR("");
}

static bool is_plan_trusted(const char *path, PlStr bytes)
{
    char real[4096];
    uint8_t hash[32];
    pl_hash_bytes(bytes, hash);
    return pl_trust_path(path, real) && pl_trust_state(real, hash, NULL) == PL_TRUST_GIVEN;
}

PlStr plv_trust_plan(PlArena *arena, const PlvDrive *d, const char *path, PlStr bytes)
{
    PlWants taken = {0};
    PlStr why = plv_trust_claims(arena, d->module);
    if (is_plan_trusted(path, bytes)) return PL_STR("");
    if (d->project && !d->options->trust) taken_of(arena, d, &taken);
    for (uint32_t i = 0; i < taken.all.len && !why.len; i++)
        if (taken.all.items[i].kind != PL_WANT_STORE) /* where its journal goes is not the plan's */
            why = pl_arena_printf(arena, "it may " PL_FMT, PL_ARG(taken.all.items[i].words));
    return why;
}

int plv_trust(PlArena *arena, const PlvDrive *d)
{
    PlWants taken;
    if (!d->project || d->options->trust) return -1;
    taken_of(arena, d, &taken);
    return pl_cli_trust(d->project, &taken, "--trust");
}

/* ---- the command ---- */

static int fail(PlStatus status, const char *why)
{
    if (status == PL_INVALID) return pl_cli_fail(PL_USAGE, "there is no home folder to keep the list in");
    return pl_cli_fail(status, "the list of trusted files cannot be written: %s", why[0] ? why : status == PL_IO ? strerror(errno) : pl_status_words(status));
}

static int list_all(void)
{
    PlBuf out;
    const char *why = "";
    pl_buf_init(&out, 0);
    PlStatus status = pl_trust_list(&out, &why);
    if (status == PL_OK) return pl_cli_put(&out);
    pl_buf_deinit(&out);
    return status == PL_INVALID ? 0 : pl_cli_fail(status, "the list of trusted files cannot be read: %s", why[0] ? why : pl_status_words(status));
}

static int forget(const char *file)
{
    char path[4096];
    const char *why = "";
    if (!pl_trust_path(file, path)) snprintf(path, sizeof path, "%s", file); /* it may be gone: then by the name that the list has */
    PlStatus status = pl_trust_set(path, NULL, &why);
    return status == PL_OK ? 0 : fail(status, why);
}

static int trust_plan(PlArena *arena, const char *file, bool tells)
{
    char path[4096];
    uint8_t hash[32];
    PlStr bytes;
    const char *why = "";
    if (!pl_cli_read(arena, file, PL_LIMIT_MODULE_BYTES, &bytes)) return 2;
    if (!pl_trust_path(file, path)) return pl_cli_fail(PL_IO, "%s: %s", file, strerror(errno));
    pl_hash_bytes(bytes, hash);
    PlStatus status = pl_trust_set(path, hash, &why);
    if (status != PL_OK) return fail(status, why);
    if (tells) fprintf(stderr, "trusted as it is now: %s\n", path);
    return 0;
}

/* The compiled plans that lie beside the project, as they are now: whoever changes one afterwards does not get what the project opens without being read. */
static int trust_plans(PlArena *arena, const PlProject *project, uint32_t *count)
{
    PlStr folder = project->folder.len ? project->folder : PL_STR("./");
    DIR *dir = opendir(pl_arena_str(arena, folder).ptr);
    int code = 0;
    *count = 0;
    for (struct dirent *entry; dir && code == 0 && (entry = readdir(dir));) {
        if (!pl_str_ends(pl_str_z(entry->d_name), PL_STR(".pbc"))) continue;
        code = trust_plan(arena, pl_arena_printf(arena, PL_FMT "/%s", PL_ARG(folder), entry->d_name).ptr, false);
        ++*count;
    }
    if (dir) closedir(dir);
    return code;
}

static int trust(PlArena *arena, const PlProject *project)
{
    char path[4096];
    PlWants wants;
    PlBuf out;
    const char *why = "";
    if (!pl_trust_path(project->path.ptr, path)) return pl_cli_fail(PL_IO, PL_FMT ": %s", PL_ARG(project->path), strerror(errno));
    pl_cli_wants(arena, project, &wants);
    PlStatus status = pl_trust_set(path, project->hash, &why);
    if (status != PL_OK) return fail(status, why);
    uint32_t plans = 0;
    int code = wants.all.len ? trust_plans(arena, project, &plans) : 0;
    if (code) return code;
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "trusted as it is now: %s\n%s\n", path, wants.all.len ? "plans that run with it may" : "it opens nothing of this machine");
    for (uint32_t i = 0; i < wants.all.len; i++) {
        pl_buf_put_z(&out, "  - ");
        pl_utf8_put_line(&out, wants.all.items[i].words);
        pl_buf_put_char(&out, '\n');
    }
    if (plans) pl_buf_printf(&out, "and the compiled plans beside it, as they are now: %u\n", plans);
    pl_cli_say(&out);
    return 0;
}

int plv_cmd_trust(PlArena *arena, int argc, char **argv)
{
    PlvOptions o = {0};
    bool list = false, gone = false;
    const PlCliOption options[] = {{"list", 0, PL_CLI_FLAG, &list, NULL, "print what is trusted"},
                                   {"forget", 0, PL_CLI_FLAG, &gone, NULL, "trust the file no more"}};
    const PlCliCommand command = {"pilotvm trust [FILE] [options]",
                                  "Trusts a project file (default: pilot.yaml here or above) as it is now: what it says about programs, folders, secrets and\n"
                                  "private servers counts from then on, until it changes. So do the compiled plans beside it; FILE may be one of them.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlProject project = {0};
    bool found;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count > 1) code = pl_cli_fail(PL_USAGE, "give one file\n  = help: usage: %s", command.usage);
    if (code >= 0) return code;
    if (list) return list_all();
    if (gone && rest.count) return forget(rest.items[0]);
    if (rest.count && pl_str_ends(pl_str_z(rest.items[0]), PL_STR(".pbc"))) return trust_plan(arena, rest.items[0], true);
    if (rest.count) o.project = rest.items[0];
    code = plv_project(arena, &o, NULL, &project, &found);
    if (code >= 0) return code;
    if (!found) return pl_cli_fail(PL_USAGE, "there is no pilot.yaml here or above\n  = help: `pilotvm trust FILE` names one");
    return gone ? forget(project.path.ptr) : trust(arena, &project);
}
