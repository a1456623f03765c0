/* SPDX-License-Identifier: MIT */
/* Trust of the project file: what a run takes from it, and the command that says yes to a file. The rule is cli_trust.h's. */
#include "vm/cli/cli_trust.h"
#include "vm/cli/vm.h"
#include "vm/io/trust.h"

#include "vm/base/utf8.h"

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

int plv_trust(PlArena *arena, const PlvDrive *d)
{
    PlWants all, taken = {0};
    if (!d->project || d->options->trust) return -1;
    pl_cli_wants(arena, d->project, &all);
    for (uint32_t i = 0; i < all.all.len; i++)
        if (is_taken(d, &all.all.items[i])) pl_vec_push(arena, &taken.all, all.all.items[i]);
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
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "trusted as it is now: %s\n%s\n", path, wants.all.len ? "plans that run with it may" : "it opens nothing of this machine");
    for (uint32_t i = 0; i < wants.all.len; i++) {
        pl_buf_put_z(&out, "  - ");
        pl_utf8_put_line(&out, wants.all.items[i].words);
        pl_buf_put_char(&out, '\n');
    }
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
                                  "private servers counts from then on, until it changes.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    PlProject project = {0};
    bool found;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code < 0 && rest.count > 1) code = pl_cli_fail(PL_USAGE, "give one file\n  = help: usage: %s", command.usage);
    if (code >= 0) return code;
    if (list) return list_all();
    if (gone && rest.count) return forget(rest.items[0]);
    if (rest.count) o.project = rest.items[0];
    code = plv_project(arena, &o, NULL, &project, &found);
    if (code >= 0) return code;
    if (!found) return pl_cli_fail(PL_USAGE, "there is no pilot.yaml here or above\n  = help: `pilotvm trust FILE` names one");
    return gone ? forget(project.path.ptr) : trust(arena, &project);
}
