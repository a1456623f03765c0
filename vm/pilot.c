/* SPDX-License-Identifier: MIT */
/* The public interface over runs and modules: plain C types outside, ours inside. Nothing is decided here. Worlds: pilot_world.c. */
#include "vm/pilot_world.h"

#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/code/hash.h"
#include "vm/code/review.h"

#include <stdio.h>

_Static_assert((int)PILOT_RUN_BROKEN == (int)PL_RUN_BROKEN && (int)PILOT_RUN_PARKED == (int)PL_RUN_PARKED, "the states are the same");
_Static_assert((int)PILOT_HOOK_RUN_END == (int)PL_HOOK_RUN_END && (int)PILOT_STATUS_COUNT == (int)PL_STATUS_COUNT, "and so are these");
#define PL_STATUS(name, exit_code, words) _Static_assert((int)PILOT_##name == (int)PL_##name, #name);
#include "vm/base/status.def"
#undef PL_STATUS

struct PilotRun {
    PlRun *run;
    PlHookPort *hooks; /* ours first, then the world's */
    PilotHook hook;
    void *hook_user;
    PlPilotPlace place; /* in a world */
    bool in_world, is_settled;
};

static PilotText text(PlStr s)
{
    return (PilotText){s.ptr ? s.ptr : "", s.len};
}

const char *pilot_version(void)
{
    return PILOT_VERSION_TEXT;
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
    if (handle) {
        pl_buf_init(&handle->bytes, PL_LIMIT_MODULE_BYTES);
        pl_buf_put(&handle->bytes, pl_str(bytes, len));
        status = handle->bytes.status;
    }
    if (!handle || status != PL_OK) {
        if (handle) pl_buf_deinit(&handle->bytes);
        pl_free(handle);
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
    pl_buf_deinit(&module->bytes);
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

static PlStatus write_review(PlEscape *escape, PlArena *arena, const PlModule *module, bool as_json, PlBuf *out)
{
    if (setjmp(escape->at) != 0) return escape->status;
    if (as_json) pl_review_json(out, arena, module, NULL);
    else pl_review_print(out, arena, module, NULL);
    return out->status;
}

PilotStatus pilot_module_review(const PilotModule *module, bool as_json, PilotLine line, void *user)
{
    PlEscape escape;
    PlBuf out;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return PILOT_NOMEM;
    pl_buf_init(&out, 0);
    PlStatus status = write_review(&escape, arena, module->module, as_json, &out);
    PlStr left = pl_buf_str(&out);
    for (bool more = status == PL_OK; more && left.len;) {
        size_t end = pl_str_find_char(left, '\n', 0);
        size_t len = end == PL_STR_NONE ? left.len : end;
        more = line(user, (PilotText){left.ptr, len});
        left = pl_str_slice(left, len < left.len ? len + 1 : len, left.len);
    }
    pl_buf_deinit(&out);
    pl_arena_free(arena);
    return (PilotStatus)status;
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

static PlStatus start(PilotRun *run, const PilotModule *module, const PilotConfig *config, const PlServerOverride *servers, PlDiags *diags)
{
    PlPorts ports = run->in_world ? run->place.ports : *config->ports;
    PlRunOptions options = {.id = run->in_world ? pl_str_z(run->place.id) : config->id ? pl_str_z(config->id) : PL_STR("run"),
                            .input = pl_str_z(config->input),
                            .servers = servers,
                            .server_count = (uint32_t)config->server_count,
                            .heap_bytes = config->heap_bytes,
                            .max_calls = config->max_calls,
                            .trace = config->trace};
    PlStatus status;
    if (config->seed) memcpy(options.seed, config->seed, sizeof options.seed);
    else pl_hash_random(options.seed, sizeof options.seed);
    run->hook = config->hook;
    run->hook_user = config->hook_user;
    uint32_t own = config->hook != NULL;
    run->hooks = pl_zalloc((ports.hook_count + 1u) * sizeof *run->hooks);
    if (!run->hooks) return PL_NOMEM;
    if (own) run->hooks[0] = (PlHookPort){.self = run, .event = hear};
    for (uint32_t i = 0; i < ports.hook_count; i++) run->hooks[own + i] = ports.hooks[i];
    ports.hooks = run->hooks;
    ports.hook_count += own;
    run->run = pl_run_new(module->module, &ports, &options, diags, &status);
    return status;
}

static PlStatus start_escaping(Talk *talk, PilotRun *run, const PilotModule *module, const PilotConfig *config, const PlServerOverride *servers)
{
    if (setjmp(talk->escape.at) != 0) return talk->escape.status;
    pl_sources_init(&talk->sources, talk->arena);
    pl_diags_init(&talk->diags, talk->arena, &talk->sources);
    return start(run, module, config, servers, &talk->diags);
}

/* The call itself: servers, a world or ports, the approval. */
static PlStatus check_config(const PilotModule *module, const PilotConfig *config, PlServerOverride *servers, PlBuf *why)
{
    for (size_t i = 0; i < config->server_count; i++) {
        if (split_server(config->servers[i], &servers[i])) continue;
        pl_buf_printf(why, "a server is PLUGIN=URL, found %s", config->servers[i]);
        return PL_USAGE;
    }
    if (!config->world == !config->ports) {
        pl_buf_put_z(why, "a run wants either a world or ports");
        return PL_USAGE;
    }
    if (!config->approve) return PL_OK;
    char hex[65];
    size_t len = strlen(config->approve);
    pilot_module_approval(module, hex);
    if (len >= 12 && len <= 64 && memcmp(hex, config->approve, len) == 0) return PL_OK;
    pl_buf_printf(why, "the plan or its effects changed since the approval of %s", config->approve);
    return PL_CHANGED;
}

static PlStatus begin(Talk *talk, PilotRun *run, const PilotModule *module, const PilotConfig *config, PlBuf *why)
{
    PlServerOverride *servers = pl_zalloc((config->server_count + 1) * sizeof *servers);
    PlStatus status = servers ? check_config(module, config, servers, why) : PL_NOMEM;
    if (status == PL_OK && config->world) {
        status = pl_pilot_world_enter(config->world, module, config, servers, &run->place, why);
        run->in_world = status == PL_OK;
    }
    if (status == PL_OK) status = start_escaping(talk, run, module, config, servers);
    pl_free(servers);
    return status;
}

PilotStatus pilot_run_start(const PilotModule *module, const PilotConfig *config, PilotRun **out, char *why, size_t why_size)
{
    Talk talk = {0};
    PilotRun *run = pl_zalloc(sizeof *run);
    PlStatus status = PL_NOMEM;
    PlBuf said;
    *out = NULL;
    pl_buf_init(&said, 4096);
    if (run && talk_begin(&talk)) status = begin(&talk, run, module, config, &said);
    if (status == PL_OK) {
        *out = run;
        pl_arena_free(talk.arena);
        pl_buf_deinit(&said);
        return PILOT_OK;
    }
    pilot_run_free(run);
    PilotStatus ended = talk_end(&talk, status, why, why_size);
    if (said.len && why && why_size) snprintf(why, why_size, PL_FMT, PL_ARG(pl_buf_str(&said)));
    pl_buf_deinit(&said);
    return ended;
}

/* The store is told once how it ended. */
static PilotState settle(PilotRun *run, PilotState state)
{
    if (!run->in_world || run->is_settled || state == PILOT_RUN_WAITING || state == PILOT_RUN_BROKEN) return state;
    PlStr error = pl_run_error(run->run), raw;
    char message[256] = "";
    if (pl_json_find(error, "message", &raw) && raw.len >= 2)
        snprintf(message, sizeof message, PL_FMT, PL_ARG(pl_str_slice(raw, 1, raw.len - 1)));
    run->is_settled = pl_pilot_world_settle(&run->place, state, pl_str_z(message)) == PL_OK;
    return run->is_settled ? state : PILOT_RUN_BROKEN;
}

PilotState pilot_run_pump(PilotRun *run)
{
    return settle(run, (PilotState)pl_run_pump(run->run));
}

void pilot_run_cancel(PilotRun *run, const char *why)
{
    pl_run_cancel(run->run, pl_str_z(why));
}

void pilot_run_free(PilotRun *run)
{
    if (!run) return;
    pl_run_free(run->run);
    if (run->in_world) pl_pilot_world_leave(&run->place, !run->is_settled);
    pl_free(run->hooks);
    pl_free(run);
}

PilotText pilot_run_id(const PilotRun *run)
{
    return run->in_world ? text(pl_str_z(run->place.id)) : text(PL_STR(""));
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
