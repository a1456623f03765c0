/* SPDX-License-Identifier: MIT */
/* Tokens and money: reported by the port, kept in the rows, held against the manifest and the options. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

/* Three calls, one behind the other. */
static Asm *three_calls(uint64_t tokens, uint64_t money)
{
    Asm *a = asm_new();
    uint32_t action = asm_action(a, "think", PL_GET, "/think");
    uint16_t f = asm_function(a, "main", 4, CODE(I(CALL, .a = 0, .b = 0), I(CALL, .a = 1, .b = 1), I(CALL, .a = 2, .b = 2), I(RETURN, .a = 2)));
    static const char *const steps[] = {"1", "2", "3"};
    for (uint16_t i = 0; i < 3; i++) asm_call(a, action, asm_site(a, steps[i], f, i, i + 1u, PL_NO_SITE), 0, 0, (PlCallSite){0});
    a->m.manifest.max_tokens = tokens;
    a->m.manifest.max_money = money;
    return a;
}

static WorldAnswer thinks(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "1", .usage = {.tokens = 40, .money = 250000}};
}

static WorldAnswer thinks_then_hangs(World *w, const WorldSend *s)
{
    return ++w->counter > 2 ? (WorldAnswer){.never = true} : thinks(w, s);
}

TEST(what_is_used_stands_in_the_row)
{
    Run x = run_it(three_calls(0, 0), thinks);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    CHECK(has(world_find(x.w, PL_ROW_RESULT, "1", 1)->body, "{\"usage\":{\"tokens\":40,\"money\":250000},\"status\":200"));
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    over(&x);
}

/* P0947, and P0948 below */
TEST(a_limit_of_tokens)
{
    Run x = run_it(three_calls(120, 0), thinks); /* the third is made with 80 used */
    CHECK(x.state == PL_RUN_DONE);
    over(&x);
    x = run_it(three_calls(80, 0), thinks);
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 2 && pl_run_status(x.r->run) == PL_LIMIT);
    CHECK(has(pl_run_error(x.r->run), "the run may use 80 tokens at most, and has used 80"));
    over(&x);
}

TEST(a_limit_of_money)
{
    Run x = run_it(three_calls(0, 500000), thinks);
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 2 && pl_run_status(x.r->run) == PL_LIMIT);
    CHECK(has(pl_run_error(x.r->run), "the run may cost 0.5 at most, and has cost 0.5"));
    over(&x);
}

TEST(what_an_earlier_process_used_counts)
{
    Run x = run_it(three_calls(100, 0), thinks_then_hangs); /* 80 used, the third is under way */
    CHECK(x.state == PL_RUN_WAITING && x.w->sent == 3);
    world_end(x.w, x.r);
    x.a->m.manifest.max_tokens = 80; /* the same rows under a lower limit */
    x.w->server = thinks;
    x.r = world_begin(x.w, &x.a->m, "{}");
    CHECK(world_go(x.w, x.r) == PL_RUN_FAILED && x.w->sent == 3);
    CHECK(has(pl_run_error(x.r->run), "has used 80"));
    over(&x);
}

TEST(the_options_lower_the_limit_also_on_resume)
{
    Asm *a = three_calls(1000, 0);
    World *w = world_new();
    w->server = thinks_then_hangs;
    PlRunOptions options = {.input = PL_STR("{}"), .max_usage = {.tokens = 81}};
    WorldRun *r = world_begin_with(w, asm_done(a), options, false, NULL);
    CHECK(world_go(w, r) == PL_RUN_WAITING && w->sent == 3);
    world_end(w, r);
    w->server = thinks;
    r = world_begin(w, &a->m, "{}"); /* START says it */
    CHECK(world_go(w, r) == PL_RUN_DONE && w->sent == 4);
    CHECK(has(w->rows[0].row.body, "\"max_tokens\":81"));
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

UNIT_MAIN
