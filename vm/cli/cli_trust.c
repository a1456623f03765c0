/* SPDX-License-Identifier: MIT */
/* Reading a project with the eyes of somebody who did not write it. What cannot be judged here, a name that turns out to lead to a private address, is refused
 * when it is called. */
#include "vm/cli/cli_trust.h"

#include "vm/base/json_scan.h"
#include "vm/base/utf8.h"
#include "vm/cli/cli_args.h"
#include "vm/io/address.h"
#include "vm/io/trust.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- places ---- */

/* The path without links, of as much of it as is there; what is not there yet has no links. */
static PlStr real_of(PlArena *arena, PlStr path)
{
    size_t len = path.len;
    for (;;) {
        PlStr part = len ? pl_str_slice(path, 0, len) : pl_str_starts(path, PL_STR("/")) ? PL_STR("/") : PL_STR(".");
        char *real = realpath(pl_arena_str(arena, part).ptr, NULL);
        if (real) {
            PlStr out = pl_arena_printf(arena, "%s/" PL_FMT, real, PL_ARG(pl_str_slice(path, len, path.len)));
            free(real);
            return out;
        }
        if (!len) return PL_STR("");
        while (len > 0 && path.ptr[len - 1] == '/') len--;
        while (len > 0 && path.ptr[len - 1] != '/') len--;
    }
}

/* Does it lie in the project's own folder? What cannot be told does not. */
static bool is_inside(PlArena *arena, const PlProject *project, PlStr path)
{
    PlStr folder = real_of(arena, project->folder.len ? project->folder : PL_STR(".")), real = real_of(arena, path);
    if (!real.len || pl_str_find(pl_arena_printf(arena, PL_FMT "/", PL_ARG(real)), PL_STR("/../"), 0) != PL_STR_NONE) return false;
    return pl_str_starts(pl_arena_printf(arena, PL_FMT "/", PL_ARG(real)), folder);
}

/* ---- servers ---- */

static uint32_t hosts_of(PlArena *arena, PlStr config, PlStr *out, uint32_t room)
{
    PlStr list;
    PlJsonScan scan;
    uint32_t count = 0;
    if (!pl_json_find(config, "hosts", &list)) return 0;
    pl_json_scan_init(&scan, list);
    for (PlJsonEvent event = pl_json_scan_next(&scan); event != PL_JSON_END && event != PL_JSON_ERROR && count < room; event = pl_json_scan_next(&scan)) {
        PlStr origin = event == PL_JSON_STRING ? pl_action_origin(arena, pl_arena_str(arena, scan.text)) : PL_STR("");
        if (origin.len) out[count++] = origin;
    }
    pl_json_scan_deinit(&scan);
    return count;
}

uint32_t pl_cli_origins(PlArena *arena, const PlPluginArg *plugin, PlStr *out)
{
    uint32_t count = 0;
    PlStr named[3] = {plugin->server, plugin->has_door ? plugin->document : PL_STR(""), pl_json_find_text(arena, plugin->config, "server")};
    for (int i = 0; i < 3; i++) {
        PlStr origin = pl_action_host(arena, named[i]);
        if (origin.len) out[count++] = origin;
    }
    return count + hosts_of(arena, plugin->config, out + count, PL_CLI_ORIGINS - count);
}

/* "http://127.0.0.1:8080": by its spelling. A number in any spelling is taken for an address, and so is a name without a dot. */
static bool is_private(PlStr origin)
{
    static const char *const ends[] = {"localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet", ".corp"};
    size_t slash = pl_str_find(origin, PL_STR("://"), 0), from = slash == PL_STR_NONE ? 0 : slash + 3, to = origin.len;
    while (to > from && origin.ptr[to - 1] != ':') to--;
    PlStr host = pl_str_slice(origin, from, to > from ? to - 1 : origin.len);
    if (!pl_str_starts(origin, PL_STR("http")) && !pl_str_starts(origin, PL_STR("smtp"))) return false;
    if (pl_str_starts(host, PL_STR("["))) return pl_address_class_of_text(pl_str_slice(host, 1, host.len - 1), NULL) != PL_ADDRESS_PUBLIC;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (pl_str_ends(host, pl_str_z(ends[i]))) return true;
    if (pl_str_find_char(host, '.', 0) == PL_STR_NONE) return true;
    bool is_number = host.len > 0 && host.ptr[host.len - 1] >= '0' && host.ptr[host.len - 1] <= '9';
    return is_number && pl_address_class_of_text(host, NULL) != PL_ADDRESS_PUBLIC;
}

/* ---- what it wants ---- */

static void add(PlArena *arena, PlWants *out, PlWantKind kind, PlStr name, PlStr words)
{
    pl_vec_push(arena, &out->all, ((PlWant){kind, name, words}));
}

static void want_secret(PlArena *arena, const PlProject *project, const PlCredentialArg *c, PlWants *out)
{
    PlStr words = PL_STR("");
    if (c->from == PL_CREDENTIAL_COMMAND) words = pl_arena_printf(arena, "run `" PL_FMT "` for the credential " PL_FMT, PL_ARG(c->where), PL_ARG(c->name));
    if (c->from == PL_CREDENTIAL_LOGIN) words = pl_arena_printf(arena, "use the login " PL_FMT, PL_ARG(c->name));
    if (c->from == PL_CREDENTIAL_FILE && !is_inside(arena, project, c->where))
        words = pl_arena_printf(arena, "read the file " PL_FMT " as the credential " PL_FMT, PL_ARG(c->where), PL_ARG(c->name));
    if (c->from == PL_CREDENTIAL_ENV && !pl_str_starts(c->where, PL_STR("PILOT_CREDENTIAL_")))
        words = pl_arena_printf(arena, "use the environment variable " PL_FMT " as the credential " PL_FMT, PL_ARG(c->where), PL_ARG(c->name));
    if (words.len) add(arena, out, PL_WANT_SECRET, c->name, words);
}

void pl_cli_wants(PlArena *arena, const PlProject *p, PlWants *out)
{
    *out = (PlWants){0};
    for (uint32_t i = 0; i < p->allow.len; i++)
        add(arena, out, PL_WANT_PROGRAM, p->allow.items[i],
            pl_arena_printf(arena, "start programs, or call a library, as " PL_FMT, PL_ARG(p->allow.items[i])));
    if (p->workspace.len && !is_inside(arena, p, p->workspace))
        add(arena, out, PL_WANT_WORKSPACE, PL_STR(""),
            pl_arena_printf(arena, "let tools work in " PL_FMT ", which is not its own folder", PL_ARG(p->workspace)));
    for (uint32_t i = 0; i < p->credentials.len; i++) want_secret(arena, p, &p->credentials.items[i], out);
    for (uint32_t i = 0; i < p->plugins.len; i++) {
        PlStr origins[PL_CLI_ORIGINS], name = p->plugins.items[i].name;
        uint32_t count = pl_cli_origins(arena, &p->plugins.items[i], origins);
        for (uint32_t k = 0; k < count; k++)
            if (is_private(origins[k]))
                add(arena, out, PL_WANT_SERVER, name,
                    pl_arena_printf(arena, "call " PL_FMT ", of this machine or its network, as " PL_FMT, PL_ARG(origins[k]), PL_ARG(name)));
    }
    if (p->store.len && !is_inside(arena, p, p->store))
        add(arena, out, PL_WANT_STORE, PL_STR(""), pl_arena_printf(arena, "write runs to " PL_FMT ", which is not its own folder", PL_ARG(p->store)));
}

/* ---- whether it may ---- */

static PlTrustState state_of(const PlProject *project, const char **why)
{
    char path[4096];
    *why = "";
    return pl_trust_path(project->path.ptr, path) ? pl_trust_state(path, project->hash, why) : PL_TRUST_NEVER;
}

bool pl_cli_trusted(const PlProject *project)
{
    const char *why;
    return state_of(project, &why) == PL_TRUST_GIVEN;
}

int pl_cli_trust(const PlProject *project, const PlWants *wants, const char *once)
{
    const char *why = "";
    if (!wants->all.len) return -1;
    PlTrustState state = state_of(project, &why);
    if (state == PL_TRUST_GIVEN) return -1;
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "error[%s]: ", pl_diag_infos[PL_D_PROJECT_UNTRUSTED].code);
    pl_buf_printf(&out, PL_DF_PROJECT_UNTRUSTED, PL_ARG(project->path),
                  why[0] ? "cannot be known to be trusted" : state == PL_TRUST_CHANGED ? "has changed since you trusted it" : "was never trusted by you");
    for (uint32_t i = 0; i < wants->all.len; i++) {
        pl_buf_put_z(&out, "\n  - ");
        pl_utf8_put_line(&out, wants->all.items[i].words);
    }
    pl_buf_put_char(&out, '\n');
    if (why[0]) pl_buf_printf(&out, "  = note: your list of trusted files is not used: %s\n", why);
    pl_buf_printf(&out, "  = help: read the file, then `pilotvm trust " PL_FMT "`", PL_ARG(project->path));
    if (once[0]) pl_buf_printf(&out, ", or `%s` for this once", once);
    pl_buf_put_char(&out, '\n');
    pl_cli_say(&out);
    return pl_status_exit_code(PL_REFUSED);
}

int pl_cli_trust_call(PlArena *arena, const PlProject *project, PlStr plugin, PlStr credential)
{
    PlWants all, some = {0};
    if (!project || !project->path.len) return -1;
    pl_cli_wants(arena, project, &all);
    for (uint32_t i = 0; i < all.all.len; i++) {
        const PlWant *w = &all.all.items[i];
        bool needed = (w->kind == PL_WANT_SERVER && pl_str_eq(w->name, plugin)) || (w->kind == PL_WANT_SECRET && pl_str_eq(w->name, credential));
        if (needed) pl_vec_push(arena, &some.all, *w);
    }
    return pl_cli_trust(project, &some, "");
}
