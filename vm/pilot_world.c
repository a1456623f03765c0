/* SPDX-License-Identifier: MIT */
/* Worlds and stores of the public interface: wiring of vm/io, as the commands do it for themselves. Nothing is decided here. */
#include "vm/pilot_world.h"

#include "stdlib/builtin.h"
#include "vm/base/fault.h"
#include "vm/door_opens.h"

#include <stdio.h>

#define PILOT_AGENT "pilot/" PILOT_VERSION_TEXT

static char *copy_text(const char *text)
{
    return text ? pl_strdup_n(text, strlen(text)) : NULL;
}

static PlStr text_of(const char *text)
{
    return text ? pl_str_z(text) : PL_STR("");
}

/* ---- stores ---- */

static PlStatus open_store_in(PlEscape *escape, PlArena *arena, const char *path, PlStore **out, char *why, size_t why_size)
{
    PlSources sources;
    PlDiags diags;
    if (setjmp(escape->at) != 0) return escape->status;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    PlStatus status = pl_store_open(path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &diags, out);
    if (status != PL_OK && why && why_size && diags.all.len)
        snprintf(why, why_size, "%s: " PL_FMT, pl_diag_infos[diags.all.items[0]->code].code, PL_ARG(diags.all.items[0]->message));
    return status;
}

static PlStatus open_store(const char *path, PlStore **out, char *why, size_t why_size)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlStatus status = arena ? open_store_in(&escape, arena, path, out, why, why_size) : PL_NOMEM;
    pl_arena_free(arena);
    return status;
}

PilotStatus pilot_store_open(const char *path, PilotStore **out, char *why, size_t why_size)
{
    *out = NULL;
    PilotStore *store = pl_zalloc(sizeof *store);
    if (why && why_size) why[0] = '\0';
    PlStatus status = store ? open_store(path ? path : ":memory:", &store->store, why, why_size) : PL_NOMEM;
    if (status == PL_OK) {
        *out = store;
        return PILOT_OK;
    }
    pl_free(store);
    if (why && why_size && !why[0]) snprintf(why, why_size, "%s", pl_status_words(status));
    return (PilotStatus)status;
}

void pilot_store_close(PilotStore *store)
{
    if (!store) return;
    pl_store_close(store->store);
    pl_free(store);
}

typedef struct Lines {
    PilotLine line;
    void *user;
    bool enough;
} Lines;

static PlStatus give_line(void *user, PlStr line)
{
    Lines *lines = user;
    if (line.len && line.ptr[line.len - 1] == '\n') line.len--;
    if (!lines->enough) lines->enough = !lines->line(lines->user, (PilotText){line.ptr, line.len});
    return PL_OK;
}

PilotStatus pilot_store_journal(PilotStore *store, const char *run, PilotLine line, void *user)
{
    Lines lines = {line, user, false};
    return (PilotStatus)pl_store_export(store->store, pl_str_z(run), true, give_line, &lines);
}

PilotStatus pilot_store_verify(PilotStore *store, const char *run, char *why, size_t why_size)
{
    uint64_t rows = 0, bad = 0;
    const char *words = "";
    PlStatus status = pl_store_verify(store->store, pl_str_z(run), &rows, &bad, &words);
    if (!why || !why_size) return (PilotStatus)status;
    if (status == PL_OK) snprintf(why, why_size, "%llu rows, each hash follows from the one before it", (unsigned long long)rows);
    else if (status == PL_CORRUPT) snprintf(why, why_size, "row %llu: %s", (unsigned long long)bad, words);
    else snprintf(why, why_size, "%s", pl_status_words(status));
    return (PilotStatus)status;
}

/* ---- worlds ---- */

static bool copy_allowed(PilotWorld *w, const PilotWorldOptions *o)
{
    w->allowed = pl_zalloc((o->allow_count + 1) * sizeof *w->allowed);
    for (size_t i = 0; w->allowed && i < o->allow_count; i++) {
        char *name = copy_text(o->allow[i]);
        if (!name) return false;
        w->allowed[w->allowed_count++] = pl_str_z(name);
    }
    return w->allowed != NULL;
}

PilotWorld *pilot_world_new(const PilotWorldOptions *options)
{
    static const PilotWorldOptions none = {0};
    const PilotWorldOptions *o = options ? options : &none;
    PilotWorld *w = pl_zalloc(sizeof *w);
    if (!w) return NULL;
    *w = (PilotWorld){.loop = pl_loop_new(), .secrets = pl_secrets_new(), .store = o->store, .ask = o->ask, .ask_user = o->ask_user};
    w->user_agent = copy_text(o->user_agent);
    w->ca_file = copy_text(o->ca_file);
    w->workspace = copy_text(o->workspace);
    w->worker = copy_text(o->worker);
    bool good = w->loop && w->secrets && !w->user_agent == !o->user_agent && !w->ca_file == !o->ca_file;
    good = good && !w->workspace == !o->workspace && !w->worker == !o->worker;
    good = good && copy_allowed(w, o);
    if (good && !w->store) good = w->owns_store = pilot_store_open(NULL, &w->store, NULL, 0) == PILOT_OK;
    if (good) return w;
    pilot_world_free(w);
    return NULL;
}

void pilot_world_free(PilotWorld *world)
{
    if (!world) return;
    pl_pilot_host_free(world);
    if (world->owns_store) pilot_store_close(world->store);
    pl_secrets_free(world->secrets);
    pl_loop_free(world->loop);
    pl_free(world->user_agent);
    pl_free(world->ca_file);
    pl_free(world->workspace);
    pl_free(world->worker);
    for (uint32_t i = 0; i < world->allowed_count; i++) pl_free((char *)(uintptr_t)world->allowed[i].ptr);
    pl_free(world->allowed);
    pl_free(world);
}

PilotStatus pilot_world_credential(PilotWorld *world, const char *name, const char *value)
{
    return (PilotStatus)pl_secrets_map(world->secrets, pl_str_z(name), PL_SECRET_VALUE, pl_str_z(value));
}

bool pilot_world_turn(PilotWorld *world, int64_t max_ms)
{
    return pl_loop_turn(world->loop, max_ms < 0 ? -1 : max_ms > INT64_MAX / 1000 ? INT64_MAX : max_ms * 1000);
}

/* ---- the place of a run ---- */

static PilotText text(PlStr s)
{
    return (PilotText){s.ptr ? s.ptr : "", s.len};
}

static PlAnswerKind ask(void *self, const PlQuestion *q, PlStr *answer, PlStr *who)
{
    PilotWorld *world = self;
    const char *said = NULL, *name = NULL;
    PilotQuestion question = {text(q->path), text(q->role), text(q->text), text(q->type), text(q->shows), q->is_approval};
    PilotAnswerKind kind = world->ask(world->ask_user, &question, &said, &name);
    *answer = kind == PILOT_ANSWER_GIVEN && q->is_approval ? PL_STR("true") : text_of(said);
    *who = name ? pl_str_z(name) : PL_STR("program");
    if (kind == PILOT_ANSWER_GIVEN) return PL_ANSWER_GIVEN;
    return kind == PILOT_ANSWER_DENIED ? PL_ANSWER_DENIED : PL_ANSWER_LATER;
}

/* The journal: of a run that the store knows, else of a new one. */
static PlStatus open_journal(PilotWorld *world, const PilotModule *module, const PilotConfig *config, PlPilotPlace *place, PlBuf *why)
{
    PlStoredRun run;
    PlStatus status;
    place->store = world->store->store;
    if (config->id && strlen(config->id) >= sizeof place->id) {
        pl_buf_printf(why, "a run's id has at most %zu characters", sizeof place->id - 1);
        return PL_USAGE;
    }
    if (config->id) {
        snprintf(place->id, sizeof place->id, "%s", config->id);
        status = pl_store_open_run(place->store, pl_str_z(config->id), &run, &place->ports.journal);
        if (status != PL_INVALID && (status != PL_OK || pl_str_eq_z(run.id, config->id))) return status;
    }
    status = pl_store_put_module(place->store, module->module->hash, pl_buf_str(&module->bytes));
    if (status == PL_OK) status = pl_store_begin(place->store, module->module->hash, module->module->title, place->id, &place->ports.journal);
    if (status != PL_OK) pl_buf_put_z(why, pl_store_message(place->store));
    return status;
}

static PlDoorGrants grants_of(const PilotWorld *world)
{
    return (PlDoorGrants){.workspace = world->workspace, .worker = world->worker, .allowed = world->allowed, .allowed_count = world->allowed_count};
}

static PlStatus open_world(PilotWorld *world, const PilotModule *module, const PlStr *servers, uint32_t count, PlPilotPlace *place, PlBuf *why)
{
    PlWorldOptions options = {.module = module->module, .servers = servers, .server_count = count, .no_person = true};
    options.loop = world->loop;
    options.opens = pl_door_opens;
    options.http.user_agent = world->user_agent ? pl_str_z(world->user_agent) : PL_STR(PILOT_AGENT);
    options.http.ca_file = text_of(world->ca_file);
    options.grants = grants_of(world);
    options.host = world;
    const char *what = "";
    PlStatus status = pl_world_open(&place->world, &options, world->secrets, &what);
    if (status == PL_NETWORK) pl_buf_printf(why, "%s cannot be loaded, and the plan calls servers", what);
    else if (status == PL_INVALID && *what) pl_buf_printf(why, "%s is not the address of a server", what);
    return status;
}

/* A plugin that the run was not given, unless a server stands in for it. */
static PlStatus check_doors(const PilotWorld *world, const PilotModule *module, const PlStr *servers, uint32_t count, PlBuf *why)
{
    const PlManifest *manifest = &module->module->manifest;
    PlDoorGrants grants = grants_of(world);
    for (uint32_t i = 0; i < manifest->door_count; i++) {
        PlManifest one = {.doors = &manifest->doors[i], .door_count = 1};
        bool is_replaced = false;
        for (uint32_t k = 0; k < count; k++) is_replaced |= pl_str_eq(servers[2 * k], manifest->doors[i].plugin);
        PlBuf option;
        pl_buf_init(&option, 1024);
        const PlDoor *door = is_replaced ? NULL : pl_doors_refused(&one, &grants, &option);
        pl_buf_deinit(&option);
        if (!door) continue;
        pl_buf_printf(why, "the plan uses " PL_FMT ", %s, which this world was not given", PL_ARG(door->plugin), pl_door_words(door->kind));
        return PL_REFUSED;
    }
    return PL_OK;
}

PlStatus pl_pilot_world_enter(PilotWorld *world, const PilotModule *module, const PilotConfig *config, const PlServerOverride *servers,
                              PlPilotPlace *place, PlBuf *why)
{
    uint32_t count = (uint32_t)config->server_count;
    PlStr *pairs = pl_zalloc((2 * (size_t)count + 1) * sizeof *pairs);
    *place = (PlPilotPlace){0};
    if (!pairs) return PL_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        pairs[2 * i] = servers[i].plugin;
        pairs[2 * i + 1] = servers[i].url;
    }
    PlStatus status = check_doors(world, module, pairs, count, why);
    if (status == PL_OK) status = open_world(world, module, pairs, count, place, why);
    pl_free(pairs);
    if (status != PL_OK) return status;
    place->ports = (PlPorts){.net = pl_world_net(&place->world), .clock = pl_loop_clock(world->loop), .builtins = pl_builtin_ref};
    if (world->ask) place->ports.person = (PlPersonPort){world, ask};
    status = open_journal(world, module, config, place, why);
    if (status != PL_OK) pl_pilot_world_leave(place, false);
    return status;
}

void pl_pilot_world_leave(PlPilotPlace *place, bool has_calls)
{
    if (!place->world.loop) return;
    if (has_calls) (void)pl_loop_turn(place->world.loop, 0); /* calls of the run that were cancelled are told so, and end */
    pl_world_close(&place->world);
}

PlStatus pl_pilot_world_settle(PlPilotPlace *place, PilotState state, PlStr message)
{
    PlStoredState stored = state == PILOT_RUN_DONE ? PL_STORED_DONE : state == PILOT_RUN_PARKED ? PL_STORED_PARKED : PL_STORED_FAILED;
    return pl_store_set_state(place->store, pl_str_z(place->id), stored, message);
}
