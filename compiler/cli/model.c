/* SPDX-License-Identifier: MIT */
/* A small world for one peer: a loop, HTTP that may call the model's server and nothing else, credentials as a run has them. */
#include "compiler/cli/model.h"

#include "compiler/cli/pilotc.h"
#include "compiler/doors/doors.h"
#include "stdlib/ai/peer.h"
#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/cli/cli_secrets.h"
#include "vm/cli/cli_trust.h"
#include "vm/io/http.h"

#include <stdio.h>
#include <stdlib.h>

struct PlcModelWorld {
    PlLoop *loop;
    PlSecrets *secrets;
    PlHttp *http;
    PlDoorWorld seen;
    PlDoorGrants grants;
    PlDoor door;
    PlDoorPeer peer;
    bool is_open;
};

typedef struct Answer {
    PlBuf body;
    bool came;
    unsigned status;
    PlUsage usage;
} Answer;

static const PlPluginArg *find_plugin(const PlProject *project, const char *name)
{
    for (uint32_t i = 0; project && i < project->plugins.len; i++) {
        const PlPluginArg *p = &project->plugins.items[i];
        if (p->has_door && p->door == PL_DOOR_AI && (!name || pl_str_eq_z(p->name, name))) return p;
    }
    return NULL;
}

static bool make_door(PlArena *arena, const PlPluginArg *plugin, PlDoor *door)
{
    PlSources sources;
    PlDiags diags;
    PlDoorMade made = {0};
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    bool good = pl_doors_ai(&(PlDoorArg){arena, &diags, plugin, PL_STR(""), PL_NO_SPAN}, &made);
    *door = (PlDoor){.plugin = plugin->name, .kind = PL_DOOR_AI, .config = made.config};
    if (good) return true;
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diags_print(&out, &diags, pl_cli_colour(2));
    pl_cli_say(&out);
    return false;
}

static const char *cache_folder(PlArena *arena)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/') return pl_arena_printf(arena, "%s/pilot", cache).ptr;
    return home && *home == '/' ? pl_arena_printf(arena, "%s/.cache/pilot", home).ptr : NULL;
}

static PlStatus open_world(PlcModel *model, const PlProject *project, PlBuf *why)
{
    struct PlcModelWorld *w = model->world;
    PlStr url = pl_json_find_text(model->arena, w->door.config, "url");
    PlHttpRule rule = {pl_action_origin(model->arena, url), w->door.plugin, true};
    PlHttpOptions options = {.rules = &rule, .rule_count = 1, .user_agent = PL_STR("pilot/" PL_VERSION_TEXT)};
    w->loop = pl_loop_new();
    w->secrets = pl_cli_secrets(project);
    if (!w->loop || !w->secrets) return PL_NOMEM;
    w->http = pl_http_new(w->loop, w->secrets, &options);
    if (!w->http) {
        pl_buf_put_z(why, "libcurl cannot be loaded");
        return PL_NETWORK;
    }
    w->grants = (PlDoorGrants){.cache = cache_folder(model->arena)};
    w->seen = (PlDoorWorld){.loop = w->loop, .clock = pl_loop_clock(w->loop), .http = pl_http_port(w->http), .grants = &w->grants};
    PlStatus status = pl_ai_open(&w->seen, &w->door, &w->peer, why);
    w->is_open = status == PL_OK;
    return status;
}

int plc_model_open(PlcModel *model, PlArena *arena, const PlProject *project, const char *plugin)
{
    const PlPluginArg *arg = find_plugin(project, plugin);
    *model = (PlcModel){.arena = arena};
    if (!arg)
        return pl_cli_fail(PL_USAGE,
                           "the project names no model%s%s\n  = help: add to pilot.yaml: `plugins: {ai: {ai: MODEL, config: {api: openai, server: "
                           "\"https://HOST/v1\"}}}`",
                           plugin ? " for " : "", plugin ? plugin : "");
    model->name = arg->document;
    model->world = PL_NEW(arena, struct PlcModelWorld);
    if (!make_door(arena, arg, &model->world->door)) return 1;
    int untrusted = pl_cli_trust_call(arena, project, arg->name, pl_json_find_text(arena, model->world->door.config, "key"));
    if (untrusted >= 0) return untrusted;
    PlBuf why;
    pl_buf_init(&why, 4096);
    PlStatus status = open_world(model, project, &why);
    int code = -1;
    PlStr words = why.len ? pl_buf_str(&why) : pl_str_z(pl_status_words(status));
    if (status != PL_OK) code = pl_cli_fail(status, "the model cannot be asked: " PL_FMT, PL_ARG(words));
    pl_buf_deinit(&why);
    if (code >= 0) plc_model_close(model);
    return code;
}

void plc_model_close(PlcModel *model)
{
    struct PlcModelWorld *w = model->world;
    if (!w) return;
    if (w->is_open) w->peer.close(w->peer.port.self);
    pl_http_free(w->http);
    pl_secrets_free(w->secrets);
    pl_loop_free(w->loop);
    model->world = NULL;
}

static void take(void *user, const PlNetAnswer *answer)
{
    Answer *a = user;
    a->came = true;
    a->status = answer->evidence == PL_EVIDENCE_ANSWERED ? answer->status : 0;
    a->usage = answer->usage;
    pl_buf_put(&a->body, a->status ? answer->body : answer->message);
}

static bool send(PlcModel *model, PlStr body, Answer *answer)
{
    struct PlcModelWorld *w = model->world;
    uint64_t id;
    PlNetRequest request = {.method = PL_POST, .url = PL_STR("ai://ai/chat"), .plugin = w->door.plugin, .body = body, .has_body = true};
    int64_t began = w->seen.clock.mono_us(w->seen.clock.self);
    if (w->peer.port.send(w->peer.port.self, &request, take, answer, &id) != PL_OK) return false;
    while (!answer->came)
        if (!pl_loop_turn(w->loop, -1) && !answer->came) return false;
    model->asked++;
    model->elapsed_us += (uint64_t)(w->seen.clock.mono_us(w->seen.clock.self) - began);
    pl_usage_add(&model->used, answer->usage);
    return true;
}

/* The answer's text, out of its JSON. */
static PlStr text_of(PlArena *arena, PlStr json)
{
    PlStr wrapped = pl_arena_printf(arena, "{\"text\":" PL_FMT "}", PL_ARG(json));
    return pl_json_find_text(arena, wrapped, "text");
}

bool plc_model_ask(PlcModel *model, PlStr system, PlStr user, PlStr schema, PlStr *said)
{
    Answer answer = {0};
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_init(&answer.body, 0);
    pl_buf_put_z(&body, "{\"system\":");
    pl_buf_put_json(&body, system);
    pl_buf_put_z(&body, ",\"user\":");
    pl_buf_put_json(&body, user);
    pl_buf_put_z(&body, ",\"schema\":");
    pl_buf_put_json(&body, schema);
    pl_buf_put_char(&body, '}');
    bool sent = body.status == PL_OK && send(model, pl_buf_str(&body), &answer);
    bool good = sent && answer.status == 200 && answer.body.status == PL_OK;
    PlStr text = sent ? pl_arena_str(model->arena, pl_buf_str(&answer.body)) : PL_STR("out of memory");
    pl_buf_deinit(&body);
    pl_buf_deinit(&answer.body);
    if (good) {
        *said = schema.len ? text : text_of(model->arena, text);
        return true;
    }
    PlStr words = pl_json_find_text(model->arena, text, "error");
    (void)pl_cli_fail(PL_NETWORK, "the model gives no answer: " PL_FMT, PL_ARG(words.len ? words : text));
    return false;
}

void plc_model_say_used(const PlcModel *model)
{
    fprintf(stderr, PL_FMT ": %u request%s, %u round%s of corrections, %llu tokens, %.6f dollars, %.1f s\n", PL_ARG(model->name), model->asked,
            model->asked == 1 ? "" : "s", model->rounds, model->rounds == 1 ? "" : "s", (unsigned long long)model->used.tokens,
            (double)model->used.money / PL_USAGE_UNIT, (double)model->elapsed_us / 1e6);
}
