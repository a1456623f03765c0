/* SPDX-License-Identifier: MIT */
/* Wiring, nothing else: the manifest's origins become the rules of the net port, and each door is opened in turn. */
#include "vm/io/world.h"

#include "vm/base/fault.h"
#include "vm/io/http_call.h"
#include "vm/io/http_curl.h"

#include <errno.h>

typedef struct Rules {
    const PlCurl *curl; /* its parser reads the origins */
    PlHttpRule *all;
    uint32_t count;
    char **origins; /* of the servers; owned */
    uint32_t origin_count;
} Rules;

static bool is_named(const PlWorldOptions *options, PlStr origin)
{
    for (uint32_t i = 0; i < options->private_count; i++)
        if (pl_str_eq(options->private_origins[i], origin)) return true;
    return false;
}

static void rules_free(Rules *rules)
{
    for (uint32_t i = 0; i < rules->origin_count; i++) pl_free(rules->origins[i]);
    pl_free(rules->origins);
    pl_free(rules->all);
    pl_http_curl_close(rules->curl);
}

static PlStatus origin_of(const PlCurl *curl, PlStr url, char **origin)
{
    const char *why;
    char *copy = pl_strdup_n(url.ptr, url.len);
    if (!copy) return PL_NOMEM;
    *origin = pl_http_gate_origin(curl, copy, &why);
    pl_free(copy);
    return *origin ? PL_OK : why == PL_HTTP_GATE_NO_MEMORY ? PL_NOMEM : PL_INVALID;
}

/* Servers that the user named first, so that they win over the manifest's word on the same origin. */
static PlStatus rules_make(const PlWorldOptions *options, Rules *rules, const char **what)
{
    const PlManifest *manifest = options->module ? &options->module->manifest : NULL;
    uint32_t hosts = manifest ? manifest->host_count : 0, remote = 0;
    PlDoorKind door;
    for (uint32_t i = 0; i < hosts; i++) remote += pl_door_origin(manifest->hosts[i].origin, &door) == 0;
    *rules = (Rules){.all = pl_zalloc((hosts + options->server_count + 1) * sizeof *rules->all),
                     .origins = pl_zalloc((options->server_count + 1) * sizeof *rules->origins)};
    if (!rules->all || !rules->origins) return PL_NOMEM;
    if (!remote && !options->server_count) return PL_OK;
    errno = 0;
    rules->curl = pl_http_curl_open();
    if (!rules->curl && errno == ENOMEM) return PL_NOMEM;
    if (!rules->curl) {
        *what = "libcurl.so.4";
        return PL_NETWORK;
    }
    for (uint32_t i = 0; i < options->server_count; i++) {
        PlStr url = options->servers[2 * i + 1];
        char *origin;
        PlStatus status = origin_of(rules->curl, url, &origin);
        if (status == PL_INVALID) *what = url.ptr;
        if (status != PL_OK) return status;
        rules->origins[rules->origin_count++] = origin;
        rules->all[rules->count++] = (PlHttpRule){pl_str_z(origin), options->servers[2 * i], true};
    }
    for (uint32_t i = 0; i < hosts; i++) {
        const PlHostRule *host = &manifest->hosts[i];
        char *origin;
        PlStatus status = origin_of(rules->curl, host->origin, &origin);
        if (status == PL_NOMEM) return status;
        if (status == PL_INVALID) continue; /* nothing can be sent there */
        pl_free(origin);
        rules->all[rules->count++] = (PlHttpRule){host->origin, host->plugin, is_named(options, host->origin)};
    }
    return PL_OK;
}

static PlStatus open_hooks(PlWorld *world, const PlWorldOptions *options, const char **what)
{
    world->hook_commands = pl_zalloc((options->hook_count + 1) * sizeof *world->hook_commands);
    world->hooks = pl_zalloc((options->hook_count + 1) * sizeof *world->hooks);
    if (!world->hook_commands || !world->hooks) return PL_NOMEM;
    for (uint32_t i = 0; i < options->hook_count; i++) {
        PlHookCommand *hook = pl_hook_command_new(options->hooks[i]);
        if (!hook) {
            *what = options->hooks[i];
            return PL_IO;
        }
        world->hook_commands[i] = hook;
        world->hooks[i] = pl_hook_command_port(hook);
        world->hooks[i].takes_pieces = options->hook_pieces;
        world->hook_count++;
    }
    return PL_OK;
}

static PlStatus open_net(PlWorld *world, const PlWorldOptions *options, const char **what)
{
    Rules rules;
    PlHttpOptions http = options->http;
    PlStatus status = rules_make(options, &rules, what);
    if (status == PL_OK) {
        http.rules = rules.all;
        http.rule_count = rules.count;
        world->http = pl_http_new(world->loop, world->secrets, &http);
        if (!world->http) status = PL_NOMEM;
    }
    rules_free(&rules);
    return status;
}

static size_t take_out(void *self, char *text, size_t len)
{
    return pl_secrets_redact(self, text, len);
}

static size_t begun(void *self, const char *text, size_t len)
{
    return pl_secrets_begun(self, pl_str(text, len));
}

static PlStatus open_doors(PlWorld *world, const PlWorldOptions *options)
{
    if (!options->module || !options->module->manifest.door_count || !options->opens) return PL_OK;
    world->grants = options->grants;
    PlDoorWorld seen = {.loop = world->loop, .clock = pl_loop_clock(world->loop), .http = pl_http_port(world->http)};
    seen.grants = &world->grants;
    seen.secrets = world->secrets;
    seen.ca_file = options->http.ca_file.len ? options->http.ca_file.ptr : NULL;
    seen.named = options->private_origins;
    seen.named_count = options->private_count;
    seen.host = options->host;
    if (world->secrets) seen.redact = (PlDoorRedact){world->secrets, take_out, begun};
    world->doors = pl_doors_new(&seen, &options->module->manifest, options->opens);
    return world->doors ? PL_OK : PL_NOMEM;
}

PlNetPort pl_world_net(PlWorld *world)
{
    return world->doors ? pl_doors_port(world->doors) : pl_http_port(world->http);
}

PlStatus pl_world_open(PlWorld *world, const PlWorldOptions *options, PlSecrets *secrets, const char **what)
{
    *world = (PlWorld){.secrets = secrets, .loop = options->loop ? options->loop : pl_loop_new(), .is_guest = options->loop != NULL};
    *what = "";
    PlStatus status = world->loop ? open_net(world, options, what) : PL_NOMEM;
    if (status == PL_OK) status = open_doors(world, options);
    if (status == PL_OK && !options->no_person) {
        world->terminal = pl_terminal_new();
        if (!world->terminal) status = PL_NOMEM;
    }
    if (status == PL_OK) status = open_hooks(world, options, what);
    if (status != PL_OK) {
        int error = errno;
        pl_world_close(world);
        errno = error;
    }
    return status;
}

void pl_world_close(PlWorld *world)
{
    for (uint32_t i = 0; i < world->hook_count; i++) pl_hook_command_free(world->hook_commands[i]);
    pl_free(world->hook_commands);
    pl_free(world->hooks);
    pl_terminal_free(world->terminal);
    pl_doors_free(world->doors);
    pl_http_free(world->http);
    if (!world->is_guest) {
        pl_secrets_free(world->secrets);
        pl_loop_free(world->loop);
    }
    *world = (PlWorld){0};
}
