/* SPDX-License-Identifier: MIT */
/* The public interface: load, start, hooks with veto, output and errors, refusals. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

#include "vm/pilot.h"

/* Bytes of a module whose step 1 calls shop.act and returns the answer. */
static PlBuf plan_bytes(void)
{
    Asm *a = asm_new();
    PlBuf bytes;
    pl_buf_init(&bytes, 0);
    uint32_t action = asm_action(a, "act", PL_POST, "/things");
    a->actions.items[action].responses[0].type = PL_T_ANY;
    a->actions.items[action].result = PL_T_ANY;
    pl_vec_push(a->arena, &a->inputs, (PlInput){.name = PL_STR("who"), .type = PL_T_TEXT, .reg = 0});
    uint16_t f = asm_function(a, "main", 2, CODE(I(CALL, .a = 1, .b = 0), I(RETURN, .a = 1)));
    a->functions.items[f].params = 1;
    asm_site(a, "1", f, 0, 1, PL_NO_SITE);
    asm_call(a, action, 0, 0, 0, (PlCallSite){0});
    asm_done(a);
    a->m.manifest.effect = PL_EFFECT_WRITE;
    a->m.manifest.calls_at_most[0] = 1;
    a->m.output = PL_T_ANY;
    a->m.exact = PL_STR("1. Act using shop.act()\n");
    CHECK(pl_module_write(&a->m, &bytes) == PL_OK);
    asm_free(a);
    return bytes;
}

typedef struct Heard {
    char log[512];
    bool veto;
} Heard;

static bool hear(void *user, const PilotStep *step, const char **reason)
{
    Heard *h = user;
    size_t len = strlen(h->log);
    snprintf(h->log + len, sizeof h->log - len, "%d:%.*s:%.*s ", (int)step->when, (int)step->path.len, step->path.ptr, (int)step->action.len, step->action.ptr);
    *reason = "not now";
    return !(h->veto && step->when == PILOT_HOOK_BEFORE);
}

TEST(a_plan_is_loaded_run_and_heard)
{
    for (int veto = 0; veto < 2; veto++) {
        PlBuf bytes = plan_bytes();
        World *w = world_new();
        Heard h = {.veto = veto};
        PlPorts world = {.net = {w, world_send, world_cancel},
                         .clock = {w, world_wall, world_mono, world_timer, world_timer_cancel},
                         .journal = {w, world_append, world_commit, world_barrier, world_each, world_read, NULL}};
        PilotModule *module;
        PilotRun *run;
        char why[256] = "", hex[65];
        CHECK(pilot_module_load(bytes.ptr, bytes.len, &module, why, sizeof why) == PILOT_OK);
        if (why[0]) fprintf(stderr, "%s\n", why);
        CHECK(pilot_module_writes(module) && pilot_module_input_count(module) == 1);
        pilot_module_approval(module, hex);
        CHECK(strlen(hex) == 64);
        PilotConfig config = {.world = &world, .input = "{\"who\":\"x\"}", .hook = hear, .hook_user = &h};
        CHECK(pilot_run_start(module, &config, &run, why, sizeof why) == PILOT_OK);
        PilotState state;
        while ((state = pilot_run_pump(run)) == PILOT_RUN_WAITING && world_answer(w)) {}
        PilotText out = pilot_run_output(run), error = pilot_run_error(run);
        if (veto) {
            CHECK(state == PILOT_RUN_FAILED && pilot_run_status(run) == PILOT_REFUSED && w->sent == 0);
            CHECK(pl_str_find(pl_str(error.ptr, error.len), PL_STR("not now"), 0) != PL_STR_NONE);
        } else {
            CHECK(state == PILOT_RUN_DONE && out.len == 2);
            CHECK_STR(pl_str_z(h.log), "0:: 1:1:shop.act 2:1:shop.act 4:: ");
        }
        pilot_run_free(run);
        pilot_module_free(module);
        world_free(w);
        pl_buf_deinit(&bytes);
    }
}

TEST(what_is_wrong_is_said)
{
    PlBuf bytes = plan_bytes();
    World *w = world_new();
    PlPorts world = {.clock = {w, world_wall, world_mono, world_timer, world_timer_cancel},
                     .journal = {w, world_append, world_commit, world_barrier, world_each, world_read, NULL}};
    PilotModule *module;
    PilotRun *run;
    char why[256];
    CHECK(pilot_module_load("nonsense", 8, &module, why, sizeof why) == PILOT_CORRUPT && !module);
    CHECK(strstr(why, "P0801"));
    CHECK(pilot_module_load(bytes.ptr, bytes.len - 1, &module, why, sizeof why) != PILOT_OK && !module);
    CHECK(pilot_module_load(bytes.ptr, bytes.len, &module, why, sizeof why) == PILOT_OK);
    CHECK(pilot_run_start(module, &(PilotConfig){.world = &world}, &run, why, sizeof why) == PILOT_INVALID && !run);
    CHECK(strstr(why, "P0926: input \"who\" is missing"));
    const char *servers[] = {"shop"};
    PilotConfig config = {.world = &world, .input = "{\"who\":\"x\"}", .servers = servers, .server_count = 1};
    CHECK(pilot_run_start(module, &config, &run, why, sizeof why) == PILOT_USAGE && !run);
    pilot_module_free(module);
    world_free(w);
    pl_buf_deinit(&bytes);
}

UNIT_MAIN
