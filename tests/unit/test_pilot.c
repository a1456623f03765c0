/* SPDX-License-Identifier: MIT */
/* The public interface: load, start, hooks with veto, output and errors, refusals. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

#include "compiler/pilotc.h"

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
        PilotConfig config = {.ports = &world, .input = "{\"who\":\"x\"}", .hook = hear, .hook_user = &h};
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
    CHECK(pilot_run_start(module, &(PilotConfig){.ports = &world}, &run, why, sizeof why) == PILOT_INVALID && !run);
    CHECK(strstr(why, "P0926: input \"who\" is missing"));
    const char *servers[] = {"shop"};
    PilotConfig config = {.ports = &world, .input = "{\"who\":\"x\"}", .servers = servers, .server_count = 1};
    CHECK(pilot_run_start(module, &config, &run, why, sizeof why) == PILOT_USAGE && !run);
    pilot_module_free(module);
    world_free(w);
    pl_buf_deinit(&bytes);
}

/* ---- worlds ---- */

typedef struct Host {
    PilotReply *kept; /* answered later */
    int calls;
    bool late, silent;
} Host;

static void twice(void *user, PilotText args, PilotReply *reply)
{
    Host *h = user;
    h->calls++;
    h->kept = reply;
    if (h->silent || h->late) return;
    if (pl_str_find(pl_str(args.ptr, args.len), PL_STR("-1"), 0) != PL_STR_NONE) pilot_reply_error(reply, 404, "nothing is below 0");
    else pilot_reply(reply, "{\"n\":42}");
}

#define NUMBER "{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"type\":\"integer\"}}}"
static PilotAction twice_of(Host *h)
{
    return (PilotAction){.plugin = "own", .name = "twice", .title = "Double a number", .effect = PILOT_EFFECT_WRITE, .args = NUMBER, .result = NUMBER,
                         .function = twice, .user = h};
}

static PilotModule *compiled(Host *h, const char *plan)
{
    PilotCompiler *c = pilot_compiler_new();
    PilotCompiled *out = NULL;
    PilotModule *module = NULL;
    PilotAction action = twice_of(h);
    CHECK(pilot_compiler_action(c, &action) == PILOT_OK && pilot_compiler_action(c, &action) == PILOT_INVALID);
    PilotStatus status = pilot_compile(c, "p.pilot", plan, strlen(plan), &out);
    CHECK(status == PILOT_OK);
    PilotText findings = pilot_compiled_findings(out), bytes = pilot_compiled_bytes(out);
    if (status != PILOT_OK) fprintf(stderr, "%.*s", (int)findings.len, findings.ptr);
    CHECK(pilot_module_load(bytes.ptr, bytes.len, &module, NULL, 0) == PILOT_OK);
    pilot_compiled_free(out);
    pilot_compiler_free(c);
    return module;
}

static PilotWorld *world_with(Host *h, PilotStore *store, PilotAsk ask)
{
    PilotWorldOptions options = {.store = store, .ask = ask};
    PilotWorld *world = pilot_world_new(&options);
    PilotAction action = twice_of(h);
    CHECK(pilot_world_action(world, &action) == PILOT_OK && pilot_world_action(world, &action) == PILOT_INVALID);
    return world;
}

static PilotState drive(PilotRun *run, PilotWorld *world)
{
    PilotState state;
    while ((state = pilot_run_pump(run)) == PILOT_RUN_WAITING && pilot_world_turn(world, 1000)) {}
    return state;
}

static void check_text(PilotText got, const char *wanted)
{
    CHECK_STR(pl_str(got.ptr, got.len), wanted);
}

TEST(functions_of_the_program_are_actions)
{
    Host h = {0};
    PilotModule *module = compiled(&h, "Input: n: integer\n\n1. Double it using own.twice(n=n) -> a, if it fails with 404, use {n: 0}\n2. Return a.n\n");
    PilotWorld *world = world_with(&h, NULL, NULL);
    PilotRun *run, *other;
    char why[256] = "";
    CHECK(pilot_run_start(module, &(PilotConfig){.world = world, .input = "{\"n\":21}"}, &run, why, sizeof why) == PILOT_OK);
    CHECK(pilot_run_start(module, &(PilotConfig){.world = world, .input = "{\"n\":-1}"}, &other, why, sizeof why) == PILOT_OK);
    CHECK(drive(run, world) == PILOT_RUN_DONE && drive(other, world) == PILOT_RUN_DONE && h.calls == 2);
    check_text(pilot_run_output(run), "42");
    check_text(pilot_run_output(other), "0");
    CHECK(pilot_run_id(run).len > 10);
    pilot_run_free(run);
    pilot_run_free(other);

    h = (Host){.late = true}; /* the reply comes between two turns */
    CHECK(pilot_run_start(module, &(PilotConfig){.world = world, .input = "{\"n\":21}"}, &run, why, sizeof why) == PILOT_OK);
    for (int i = 0; i < 10 && !h.kept && pilot_run_pump(run) == PILOT_RUN_WAITING; i++) pilot_world_turn(world, 100);
    CHECK(h.kept);
    pilot_reply(h.kept, "{\"n\":43}");
    CHECK(drive(run, world) == PILOT_RUN_DONE);
    check_text(pilot_run_output(run), "43");
    pilot_run_free(run);

    h = (Host){.silent = true}; /* a reply for a run that is gone */
    CHECK(pilot_run_start(module, &(PilotConfig){.world = world, .input = "{\"n\":21}"}, &run, why, sizeof why) == PILOT_OK);
    for (int i = 0; i < 10 && !h.kept && pilot_run_pump(run) == PILOT_RUN_WAITING; i++) pilot_world_turn(world, 100);
    pilot_run_free(run);
    CHECK(h.kept);
    pilot_reply(h.kept, "{\"n\":44}");

    const char *plan = "1. Double it using own.twice(n=4) -> a, within 1 second\n2. Return a.n\n";
    PilotModule *hasty = compiled(&h, plan);
    CHECK(pilot_run_start(hasty, &(PilotConfig){.world = world}, &run, why, sizeof why) == PILOT_OK);
    CHECK(drive(run, world) == PILOT_RUN_PARKED); /* a write that may have happened */
    pilot_run_free(run);
    pilot_world_free(world);
    world = pilot_world_new(NULL); /* a world without the function */
    CHECK(pilot_run_start(hasty, &(PilotConfig){.world = world}, &run, why, sizeof why) == PILOT_OK);
    CHECK(drive(run, world) == PILOT_RUN_FAILED);
    pilot_run_free(run);
    pilot_world_free(world);
    pilot_module_free(hasty);
    pilot_module_free(module);
}

static PilotAnswerKind later(void *user, const PilotQuestion *q, const char **answer, const char **who)
{
    (void)user, (void)q, (void)answer, (void)who;
    return PILOT_ANSWER_LATER;
}

static PilotAnswerKind say_blue(void *user, const PilotQuestion *q, const char **answer, const char **who)
{
    (void)user;
    CHECK_STR(pl_str(q->text.ptr, q->text.len), "Which colour?");
    CHECK_STR(pl_str(q->type.ptr, q->type.len), "text");
    *answer = "\"blue\"";
    *who = "ann";
    return PILOT_ANSWER_GIVEN;
}

static bool count_lines(void *user, PilotText line)
{
    size_t *n = user;
    *n += line.len > 0 && line.ptr[0] == '{' && line.ptr[line.len - 1] == '}';
    return true;
}

TEST(a_run_parks_and_goes_on_in_another_world)
{
    Host h = {0};
    PilotModule *module = compiled(&h, "1. Double it using own.twice(n=1) -> a\n2. Ask \"Which colour?\" -> c\n3. Return \"{c} {a.n}\"\n");
    PilotStore *store;
    char why[256] = "", id[64], hex[65];
    CHECK(pilot_store_open(NULL, &store, why, sizeof why) == PILOT_OK);
    pilot_module_approval(module, hex);
    PilotWorld *world = world_with(&h, store, later);
    PilotRun *run;
    PilotConfig config = {.world = world, .approve = "0123456789abcdef"};
    CHECK(pilot_run_start(module, &config, &run, why, sizeof why) == PILOT_CHANGED && !run);
    config.approve = hex;
    CHECK(pilot_run_start(module, &config, &run, why, sizeof why) == PILOT_OK);
    CHECK(drive(run, world) == PILOT_RUN_PARKED && h.calls == 1);
    snprintf(id, sizeof id, "%.*s", (int)pilot_run_id(run).len, pilot_run_id(run).ptr);
    pilot_run_free(run);
    pilot_world_free(world);

    world = world_with(&h, store, say_blue);
    config = (PilotConfig){.world = world, .id = id};
    CHECK(pilot_run_start(module, &config, &run, why, sizeof why) == PILOT_OK);
    CHECK(drive(run, world) == PILOT_RUN_DONE && h.calls == 1);
    check_text(pilot_run_output(run), "\"blue 42\"");
    pilot_run_free(run);
    size_t lines = 0;
    CHECK(pilot_store_journal(store, id, count_lines, &lines) == PILOT_OK && lines > 5);
    CHECK(pilot_store_verify(store, id, why, sizeof why) == PILOT_OK && strstr(why, "each hash follows"));
    CHECK(pilot_store_journal(store, "r-none", count_lines, &lines) == PILOT_INVALID);
    pilot_world_free(world);
    pilot_store_close(store);
    pilot_module_free(module);
}

TEST(a_compile_says_what_is_wrong_and_what_is_open)
{
    static const char document[] = "openapi: 3.0.3\ninfo: {title: T}\nservers: [{url: 'https://t.example'}]\n"
                                   "paths: {/a: {get: {operationId: look, responses: {'200': {description: ok}}}}}\n";
    PilotCompiler *c = pilot_compiler_new();
    PilotCompiled *out;
    CHECK(pilot_compiler_document(c, "t", document, sizeof document - 1) == PILOT_OK);
    CHECK(pilot_compiler_plugin(c, "t", "x.yaml") == PILOT_INVALID);
    CHECK(pilot_compiler_action(c, &(PilotAction){.plugin = "t", .name = "x"}) == PILOT_INVALID);
    CHECK(pilot_compiler_action(c, &(PilotAction){.plugin = "u", .name = "x\"y"}) == PILOT_INVALID);
    CHECK(pilot_compiler_action(c, &(PilotAction){.plugin = "u", .name = "x", .args = "{} , {}"}) == PILOT_INVALID);
    const char *good = "1. Look using t.look()\n", *open = "1. Look using t.lok()\n", *bad = "1. Set x to \"y\" * 2\n";
    CHECK(pilot_compile(c, NULL, good, strlen(good), &out) == PILOT_OK && pilot_compiled_bytes(out).len > 100);
    size_t lines = 0;
    CHECK(pilot_compiled_review(out, true, count_lines, &lines) == PILOT_OK && lines == 1);
    check_text(pilot_compiled_plan(out), "1. Look using t.look()\n");
    pilot_compiled_free(out);
    CHECK(pilot_compile(c, NULL, open, strlen(open), &out) == PILOT_WAITING && pilot_compiled_questions(out) == 1 && !pilot_compiled_bytes(out).len);
    pilot_compiled_free(out);
    CHECK(pilot_compile(c, "p.pilot", bad, strlen(bad), &out) == PILOT_INVALID && pilot_compiled_errors(out) == 1);
    PilotText text = pilot_compiled_findings(out), json = pilot_compiled_findings_json(out);
    CHECK(pl_str_find(pl_str(text.ptr, text.len), PL_STR("--> p.pilot:1:"), 0) != PL_STR_NONE && json.ptr[0] == '{');
    pilot_compiled_free(out);
    CHECK(pilot_compiler_project(c, "/nonexistent/pilot.yaml") == PILOT_OK);
    CHECK(pilot_compile(c, NULL, good, strlen(good), &out) == PILOT_INVALID && pilot_compiled_findings(out).len);
    pilot_compiled_free(out);
    pilot_compiler_free(c);
}

UNIT_MAIN
