/* SPDX-License-Identifier: MIT */
/* The public interface over runs and modules: plain C types outside, ours inside. Nothing is decided here. */
#include "vm/pilot.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"
#include "vm/run/run.h"

#include <stdio.h>

_Static_assert((int)PILOT_RUN_BROKEN == (int)PL_RUN_BROKEN && (int)PILOT_RUN_PARKED == (int)PL_RUN_PARKED, "the states are the same");
_Static_assert((int)PILOT_HOOK_RUN_END == (int)PL_HOOK_RUN_END && (int)PILOT_STATUS_COUNT == (int)PL_STATUS_COUNT, "and so are these");

struct PilotModule {
    PlModule *module;
};

struct PilotRun {
    PlRun *run;
    PlHookPort *hooks; /* ours first, then the world's */
    PilotHook hook;
    void *hook_user;
};

static PilotText text(PlStr s)
{
    return (PilotText){s.ptr ? s.ptr : "", s.len};
}

const char *pilot_status_words(PilotStatus status)
{
    return pl_status_words((PlStatus)status);
}

int pilot_status_exit_code(PilotStatus status)
{
    return pl_status_exit_code((PlStatus)status);
}

/* ---- diagnostics for the length of one call ---- */

typedef struct Talk {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
} Talk;

static bool talk_begin(Talk *talk)
{
    talk->arena = pl_arena_new(&talk->escape, 0);
    return talk->arena != NULL;
}

/* The first message goes to `why`; the words of the status where there is none. */
static PilotStatus talk_end(Talk *talk, PlStatus status, char *why, size_t why_size)
{
    bool has = talk->arena && talk->diags.all.len > 0;
    PlStr said = has ? talk->diags.all.items[0]->message : pl_str_z(pl_status_words(status));
    if (why && why_size) snprintf(why, why_size, "%s%s" PL_FMT, has ? pl_diag_infos[talk->diags.all.items[0]->code].code : "", has ? ": " : "", PL_ARG(said));
    pl_arena_free(talk->arena);
    return (PilotStatus)status;
}

/* ---- modules ---- */

/* volatile: set between setjmp and longjmp */
static PlStatus read_module(Talk *talk, PlStr bytes, PlModule *volatile *out)
{
    PlModule *module = NULL;
    if (setjmp(talk->escape.at) != 0) return talk->escape.status;
    pl_sources_init(&talk->sources, talk->arena);
    pl_diags_init(&talk->diags, talk->arena, &talk->sources);
    PlStatus status = pl_module_read(bytes, &talk->diags, &module);
    *out = module;
    return status;
}

PilotStatus pilot_module_load(const void *bytes, size_t len, PilotModule **out, char *why, size_t why_size)
{
    Talk talk = {0};
    PlModule *volatile module = NULL;
    *out = NULL;
    if (!talk_begin(&talk)) return talk_end(&talk, PL_NOMEM, why, why_size);
    PlStatus status = read_module(&talk, pl_str(bytes, len), &module);
    PilotModule *handle = status == PL_OK ? pl_zalloc(sizeof *handle) : NULL;
    if (!handle) {
        pl_module_free(module);
        return talk_end(&talk, status == PL_OK ? PL_NOMEM : status, why, why_size);
    }
    handle->module = module;
    *out = handle;
    pl_arena_free(talk.arena);
    return PILOT_OK;
}

void pilot_module_free(PilotModule *module)
{
    if (!module) return;
    pl_module_free(module->module);
    pl_free(module);
}

PilotText pilot_module_title(const PilotModule *module)
{
    return text(module->module->title);
}

PilotText pilot_module_plan(const PilotModule *module)
{
    return text(module->module->exact);
}

void pilot_module_approval(const PilotModule *module, char out[65])
{
    pl_hash_hex(module->module->effect_hash, 32, out);
}

bool pilot_module_writes(const PilotModule *module)
{
    return module->module->manifest.effect >= PL_EFFECT_WRITE;
}

size_t pilot_module_input_count(const PilotModule *module)
{
    return module->module->input_count;
}

PilotText pilot_module_input_name(const PilotModule *module, size_t i)
{
    return i < module->module->input_count ? text(module->module->inputs[i].name) : text(PL_STR(""));
}

/* ---- runs ---- */

static bool hear(void *self, const PlHookEvent *e, PlStr *reason)
{
    PilotRun *run = self;
    const char *why = NULL;
    PilotStep step = {.when = (PilotWhen)e->when,
                      .run = text(e->run),
                      .path = text(e->path),
                      .step = text(e->step),
                      .text = text(e->text),
                      .action = text(e->action),
                      .effect = text(e->effect),
                      .method = text(e->method),
                      .url = text(e->url),
                      .args = text(e->args),
                      .outcome = text(e->outcome),
                      .error = text(e->error),
                      .result = text(e->result),
                      .replayed = e->replayed,
                      .time_us = e->wall_us,
                      .elapsed_us = e->elapsed_us};
    bool go_on = run->hook(run->hook_user, &step, &why);
    *reason = pl_str_z(why);
    return go_on;
}

/* "plugin=url" as two texts; false when there is no '='. */
static bool split_server(const char *pair, PlServerOverride *out)
{
    PlStr s = pl_str_z(pair);
    size_t at = pl_str_find_char(s, '=', 0);
    if (at == PL_STR_NONE) return false;
    out->plugin = pl_str_slice(s, 0, at);
    out->url = pl_str_slice(s, at + 1, s.len);
    return true;
}

static PlStatus start(PilotRun *run, const PilotModule *module, const PilotConfig *config, PlServerOverride *servers, PlDiags *diags)
{
    PlPorts ports = *config->world;
    PlRunOptions options = {.id = config->id ? pl_str_z(config->id) : PL_STR("run"),
                            .input = pl_str_z(config->input),
                            .servers = servers,
                            .server_count = (uint32_t)config->server_count,
                            .heap_bytes = config->heap_bytes,
                            .max_calls = config->max_calls,
                            .trace = config->trace};
    PlStatus status;
    if (config->seed) memcpy(options.seed, config->seed, sizeof options.seed);
    else pl_hash_random(options.seed, sizeof options.seed);
    for (size_t i = 0; i < config->server_count; i++)
        if (!split_server(config->servers[i], &servers[i])) return PL_USAGE;
    run->hook = config->hook;
    run->hook_user = config->hook_user;
    uint32_t own = config->hook != NULL;
    if (own) run->hooks[0] = (PlHookPort){run, hear};
    for (uint32_t i = 0; i < ports.hook_count; i++) run->hooks[own + i] = ports.hooks[i];
    ports.hooks = run->hooks;
    ports.hook_count += own;
    run->run = pl_run_new(module->module, &ports, &options, diags, &status);
    return status;
}

static PlStatus start_escaping(Talk *talk, PilotRun *run, const PilotModule *module, const PilotConfig *config, PlServerOverride *servers)
{
    if (setjmp(talk->escape.at) != 0) return talk->escape.status;
    pl_sources_init(&talk->sources, talk->arena);
    pl_diags_init(&talk->diags, talk->arena, &talk->sources);
    return start(run, module, config, servers, &talk->diags);
}

PilotStatus pilot_run_start(const PilotModule *module, const PilotConfig *config, PilotRun **out, char *why, size_t why_size)
{
    Talk talk = {0};
    PilotRun *run = pl_zalloc(sizeof *run);
    PlServerOverride *servers = pl_zalloc((config->server_count + 1) * sizeof *servers);
    PlStatus status = PL_NOMEM;
    *out = NULL;
    if (run) run->hooks = pl_zalloc((config->world->hook_count + 1u) * sizeof *run->hooks);
    if (run && servers && run->hooks && talk_begin(&talk)) status = start_escaping(&talk, run, module, config, servers);
    pl_free(servers);
    if (status != PL_OK) {
        pilot_run_free(run);
        return talk_end(&talk, status, why, why_size);
    }
    *out = run;
    pl_arena_free(talk.arena);
    return PILOT_OK;
}

PilotState pilot_run_pump(PilotRun *run)
{
    return (PilotState)pl_run_pump(run->run);
}

void pilot_run_cancel(PilotRun *run, const char *why)
{
    pl_run_cancel(run->run, pl_str_z(why));
}

void pilot_run_free(PilotRun *run)
{
    if (!run) return;
    pl_run_free(run->run);
    pl_free(run->hooks);
    pl_free(run);
}

PilotText pilot_run_output(const PilotRun *run)
{
    return text(pl_run_output(run->run));
}

PilotText pilot_run_error(const PilotRun *run)
{
    return text(pl_run_error(run->run));
}

PilotStatus pilot_run_status(const PilotRun *run)
{
    return (PilotStatus)pl_run_status(run->run);
}
