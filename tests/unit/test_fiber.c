/* SPDX-License-Identifier: MIT */
/* Several at a time: gathering in list order, caps, failures, tolerance, cancelling, branches, paths, order of calls. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

/* Step 2 goes over a list; its body, step 2.1, calls get(id = item) and gathers [result] into r1 and 1 into r2. */
static Asm *scatter(const char *list, PlScatter with, PlMethod method, PlCallSite call, bool handled)
{
    Asm *a = asm_new();
    uint16_t json = asm_json(a, list);
    uint32_t action = asm_action(a, "get", method, "/item/{id}");
    asm_param(a, action, "id", PL_IN_PATH, PL_STYLE_SIMPLE, false)->required = true;
    uint16_t f = asm_function(a, "main", 8,
                              CODE(I(LOADK, .a = 0, .b = json), I(LIST, .a = 1, .x = 0), I(LOADI, .a = 2, .b = 0), I(SCATTER, .b = 0),
                                   I(LIST, .a = 4, .x = 3, .b = 1), I(RETURN, .a = 4), I(LIST, .a = 4, .x = 1, .b = 6), I(RETURN, .a = 4)));
    uint16_t body = asm_function(a, "2#", 5,
                                 CODE(I(CALL, .a = 2, .b = 0), I(LIST, .a = 2, .x = 1, .b = 2), I(LOADI, .a = 3, .b = 1), I(RETURNS, .x = 2, .b = 2)));
    a->functions.items[body].params = 2;
    uint16_t loop = asm_site(a, "2", f, 3, 4, PL_NO_SITE), inner = asm_site(a, "2.1", body, 0, 1, loop);
    with.site = loop;
    with.function = body;
    with.list = 0;
    with.gathers = ASM_NEW(a, PlGather, {PL_GATHER_APPEND, 1}, {PL_GATHER_COUNT, 2});
    with.gather_count = 2;
    with.failures = 3;
    pl_vec_push(a->arena, &a->scatters, with);
    asm_call(a, action, inner, 0, 1, call);
    if (handled) asm_handler(a, f, 3, 4, 6, 6, 0);
    return a;
}

/* Echoes the id, in the reverse order: the last of those under way is answered first. */
static WorldAnswer backwards(World *w, const WorldSend *s)
{
    static char body[64];
    if (s != &w->sends[w->send_count - 1]) return (WorldAnswer){.never = true};
    snprintf(body, sizeof body, "\"%s\"", strrchr(s->url, '/') + 1);
    return (WorldAnswer){.status = 200, .type = "application/json", .body = body};
}

TEST(gathers_in_list_order_whatever_finishes_first)
{
    Run x = run_it(scatter("[\"a\",\"b\",\"c\",\"d\",\"e\"]", (PlScatter){.cap = 2}, PL_GET, (PlCallSite){0}, false), backwards);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "[[\"a\",\"b\",\"c\",\"d\",\"e\"],5,null]");
    CHECK_STR(world_story(x.w, false), "INTENT 2#1.1/1\nINTENT 2#2.1/1\nRESULT 2#2.1/1\nINTENT 2#3.1/1\nRESULT 2#3.1/1\nINTENT 2#4.1/1\n"
                                       "RESULT 2#4.1/1\nINTENT 2#5.1/1\nRESULT 2#5.1/1\nRESULT 2#1.1/1\n");
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 5);
    over(&x);
}

TEST(an_empty_list_is_done_at_once)
{
    Run x = run_it(scatter("[]", (PlScatter){.cap = 2, .tolerate = 1}, PL_GET, (PlCallSite){0}, false), NULL);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 0);
    CHECK_STR(pl_run_output(x.r->run), "[[],0,[]]");
    over(&x);
}

static WorldAnswer b_fails(World *w, const WorldSend *s)
{
    if (strstr(s->url, "/b")) return (WorldAnswer){.status = 404};
    if (strstr(s->url, "/a") && w->counter) return (WorldAnswer){.never = true}; /* never answered: must be cancelled */
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "1"};
}

TEST(tolerated_failures_are_a_list_in_order)
{
    Run x = run_it(scatter("[\"a\",\"b\",\"c\"]", (PlScatter){.cap = 3, .tolerate = 34, .tolerate_percent = true}, PL_GET, (PlCallSite){0}, false), b_fails);
    CHECK(x.state == PL_RUN_DONE);
    CHECK(has(pl_run_output(x.r->run), "[[1,1],2,[{\"message\":\"shop.get answered 404 Not Found\",\"kind\":\"http\",\"code\":\"P0934\","
                                       "\"step\":\"2.1\",\"path\":\"2#2.1\""));
    over(&x);
    x = run_it(scatter("[\"a\",\"b\",\"c\"]", (PlScatter){.cap = 3, .tolerate = 33, .tolerate_percent = true}, PL_GET, (PlCallSite){0}, false), b_fails);
    CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "\"path\":\"2#2.1\""));
    over(&x);
}

TEST(a_failure_cancels_reads_and_is_the_same_on_resume)
{
    Asm *a = scatter("[\"a\",\"b\",\"c\"]", (PlScatter){.cap = 3}, PL_GET, (PlCallSite){0}, true);
    Run x = {.w = world_new(), .a = a};
    x.w->server = b_fails;
    x.w->counter = 1;
    x.r = world_begin(x.w, asm_done(a), "{}");
    x.state = world_go(x.w, x.r);
    CHECK(x.state == PL_RUN_DONE && x.w->cancels == 2);
    CHECK(has(pl_run_output(x.r->run), "2#2.1"));
    CHECK_STR(world_story(x.w, false), "INTENT 2#1.1/1\nINTENT 2#2.1/1\nINTENT 2#3.1/1\nRESULT 2#2.1/1\nFAIL 2/0\n");
    world_drop_rows(x.w, x.w->row_count - 1); /* as if it had died before END */
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    CHECK(has(pl_run_output(x.r->run), "2#2.1"));
    over(&x);
}

static WorldAnswer b_fails_first(World *w, const WorldSend *s)
{
    if (strstr(s->url, "/b")) return (WorldAnswer){.status = 404};
    if (w->counter++ < 2) return (WorldAnswer){.never = true}; /* late */
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "1"};
}

TEST(a_failure_awaits_writes_that_were_sent)
{
    Run x = run_it(scatter("[\"a\",\"b\",\"c\",\"d\"]", (PlScatter){.cap = 3}, PL_POST, (PlCallSite){0}, false), b_fails_first);
    CHECK(x.state == PL_RUN_FAILED && x.w->cancels == 0 && x.w->sent == 3);
    CHECK(has(world_story(x.w, false), "RESULT 2#2.1/1\nRESULT 2#3.1/1\nRESULT 2#1.1/1\nFAIL 2/0\n"));
    over(&x);
}

static WorldAnswer b_fails_rest_silent(World *w, const WorldSend *s)
{
    (void)w;
    return strstr(s->url, "/b") ? (WorldAnswer){.status = 404} : (WorldAnswer){.never = true};
}

TEST(a_cancelled_fiber_whose_write_was_lost_is_not_forgotten)
{
    /* a is under way when b fails and the process dies. On resume b fails before a comes to its call: a's call must park the run. */
    Run x = run_it(scatter("[\"b\",\"a\"]", (PlScatter){.cap = 2}, PL_POST, (PlCallSite){0}, false), b_fails_rest_silent);
    CHECK(x.state == PL_RUN_WAITING);
    again(&x);
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 2);
    CHECK(has(pl_run_error(x.r->run), "\"path\":\"2#2.1\""));
    again(&x);
    CHECK(x.state == PL_RUN_PARKED);
    world_put(x.w, PL_ROW_RESOLVE, 1, "2#2.1", "{\"how\":\"applied\"}");
    again(&x);
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 2);
    over(&x);
}

static WorldAnswer in_doubt_b(World *w, const WorldSend *s)
{
    (void)w;
    if (strstr(s->url, "/b")) return (WorldAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "1"};
}

TEST(others_finish_what_is_under_way_and_nothing_new_is_sent)
{
    Run x = run_it(scatter("[\"b\",\"a\",\"c\",\"d\"]", (PlScatter){.cap = 2}, PL_POST, (PlCallSite){0}, false), in_doubt_b);
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 2);
    CHECK(has(world_story(x.w, false), "RESULT 2#2.1/1\n"));
    world_put(x.w, PL_ROW_RESOLVE, 1, "2#1.1", "{\"how\":\"applied\",\"result\":\"B\"}");
    x.w->server = NULL;
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 4);
    CHECK_STR(pl_run_output(x.r->run), "[[\"B\",1,{},{}],4,null]");
    over(&x);
}

TEST(in_order_calls_keep_the_lists_order)
{
    Run x = run_it(scatter("[\"a\",\"b\",\"c\"]", (PlScatter){.cap = 3}, PL_POST, (PlCallSite){.flags = PL_CALL_IN_ORDER}, false), NULL);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(world_story(x.w, false), "INTENT 2#1.1/1\nRESULT 2#1.1/1\nINTENT 2#2.1/1\nRESULT 2#2.1/1\nINTENT 2#3.1/1\nRESULT 2#3.1/1\n");
    over(&x);
}

TEST(ten_thousand_items_a_thousand_at_a_time)
{
    char *list = malloc(80000), *at = list;
    at += sprintf(at, "[0");
    for (int i = 1; i < 9000; i++) at += sprintf(at, ",%d", i);
    sprintf(at, "]");
    Run x = run_it(scatter(list, (PlScatter){.cap = 1000}, PL_GET, (PlCallSite){0}, false), NULL);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 9000);
    CHECK(has(pl_run_output(x.r->run), "{}],9000,null]"));
    over(&x);
    free(list);
}

/* Three branches: 1.1 sets r1, 1.2 fails when `fails`, 1.3 sets r3. */
static Asm *together(bool fails, bool go_on)
{
    Asm *a = asm_new();
    uint16_t why = asm_text(a, "branch two");
    uint16_t f = asm_function(a, "main", 7, CODE(I(LOADI, .a = 0, .b = 5), I(TOGETHER, .b = 0), I(LIST, .a = 6, .x = 5, .b = 0), I(RETURN, .a = 6)));
    uint16_t one = asm_function(a, "1.1", 2, CODE(I(ADDI, .a = 1, .b = 0, .c = 1), I(RETURNS, .x = 1, .b = 1)));
    uint16_t two = asm_function(a, "1.2", 2, CODE(I(LOADK, .a = 1, .b = why), I(FAIL, .a = 1), I(RETURNS, .x = 1, .b = 1)));
    uint16_t two_good = asm_function(a, "1.2", 2, CODE(I(ADDI, .a = 1, .b = 0, .c = 2), I(RETURNS, .x = 1, .b = 1)));
    uint16_t site = asm_site(a, "1", f, 1, 2, PL_NO_SITE);
    PlBranch branches[3];
    for (uint16_t i = 0; i < 3; i++)
        branches[i] = (PlBranch){.function = i == 1 ? (fails ? two : two_good) : one, .captures = ASM_NEW(a, uint16_t, 0), .capture_count = 1,
                                 .gathers = ASM_NEW(a, PlGather, {PL_GATHER_SET, (uint16_t)(i + 1)}), .gather_count = 1};
    PlTogether t = {.site = site, .branches = ASM_NEW(a, PlBranch, branches[0], branches[1], branches[2]), .branch_count = 3, .go_on = go_on, .failures = 4};
    pl_vec_push(a->arena, &a->togethers, t);
    return a;
}

TEST(branches_set_names_and_fail_together_or_go_on)
{
    Run x = run_it(together(false, false), NULL);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "[5,6,7,6,null]");
    over(&x);
    x = run_it(together(true, false), NULL);
    CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "branch two"));
    over(&x);
    x = run_it(together(true, true), NULL);
    CHECK(x.state == PL_RUN_DONE && has(pl_run_output(x.r->run), "[5,6,null,6,[{\"message\":\"branch two\""));
    over(&x);
}

TEST(paths_of_nested_loops)
{
    /* step 1 loops (sequential, counter r0), in it 1.2 loops (counter r3), in that 1.2.1 notes */
    Asm *a = asm_new();
    uint16_t text = asm_text(a, "n");
    uint16_t f = asm_function(a, "main", 8,
                              CODE(I(LOADI, .a = 0, .b = 0), I(LOADI, .a = 1, .b = 2), I(COUNT, .a = 0, J32(7)), I(LOADI, .a = 3, .b = 0),
                                   I(LOADI, .a = 4, .b = 2), I(COUNT, .a = 3, J32(3)), I(LOADK, .a = 6, .b = text), I(NOTE, .a = 6, .b = 2),
                                   I(JMP, J32(-4)), I(JMP, J32(-8)), I(RETURN, .a = 0)));
    asm_site(a, "1", f, 0, 10, PL_NO_SITE);
    asm_site(a, "1.2", f, 3, 9, 0);
    asm_loop(a, 1, 0, 0);
    asm_site(a, "1.2.1", f, 6, 8, 1);
    asm_loop(a, 2, 0, 0);
    asm_loop(a, 2, 3, 1);
    Run x = {.w = world_new(), .a = a};
    x.r = world_begin_with(x.w, asm_done(a), (PlRunOptions){.trace = true}, true, NULL);
    x.state = world_go(x.w, x.r);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(world_story(x.w, false), "NOTE 1#1.2#1.1/1\nNOTE 1#1.2#2.1/2\nNOTE 1#2.2#1.1/3\nNOTE 1#2.2#2.1/4\n");
    CHECK(has(pl_str_z(x.w->events), "before 1\nbefore 1#1.2\nbefore 1#1.2#1.1\nnote 1#1.2#1.1\nafter 1#1.2#1.1 done\nbefore 1#1.2#2.1\n"));
    CHECK(has(pl_str_z(x.w->events), "after 1#1.2 done\nbefore 1#2.2\n"));
    over(&x);
}

TEST(a_traced_step_can_be_vetoed_and_stays_so)
{
    Asm *a = asm_new();
    uint16_t text = asm_text(a, "n");
    uint16_t f = asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = text), I(NOTE, .a = 0, .b = 0), I(RETURN, .a = 0)));
    asm_site(a, "1", f, 0, 2, PL_NO_SITE);
    World *w = world_new();
    w->veto_path = "1";
    for (int i = 0; i < 2; i++) {
        WorldRun *r = world_begin_with(w, asm_done(a), (PlRunOptions){.trace = true}, true, NULL);
        CHECK(world_go(w, r) == PL_RUN_FAILED && has(pl_run_error(r->run), "P0929"));
        world_end(w, r);
        w->veto_path = NULL;
        world_drop_rows(w, 2);
    }
    CHECK(world_count(w, PL_ROW_VETO) == 1 && world_count(w, PL_ROW_NOTE) == 0);
    world_free(w);
    asm_free(a);
}

TEST(a_body_that_scatters_itself_meets_the_depth_limit)
{
    Asm *a = asm_new();
    uint16_t list = asm_json(a, "[1]");
    uint16_t f = asm_function(a, "main", 3, CODE(I(LOADK, .a = 2, .b = list), I(SCATTER, .b = 0), I(RETURNS, .x = 0)));
    asm_site(a, "1", f, 0, 2, PL_NO_SITE);
    pl_vec_push(a->arena, &a->scatters, (PlScatter){.function = f, .list = 2, .cap = 1});
    Run x = run_it(a, NULL);
    CHECK(x.state == PL_RUN_FAILED && pl_run_status(x.r->run) == PL_LIMIT && has(pl_run_error(x.r->run), "P0920"));
    over(&x);
}

TEST(fibers_alive_are_bounded)
{
    /* 1000 items, each going over 1000 items: a million fibers, PL_LIMIT_FIBERS at a time */
    Asm *a = asm_new();
    char *list = malloc(4096), *at = list;
    at += sprintf(at, "[0");
    for (int i = 1; i < 1000; i++) at += sprintf(at, ",0");
    sprintf(at, "]");
    uint16_t json = asm_json(a, list);
    uint16_t f = asm_function(a, "main", 4, CODE(I(LOADK, .a = 2, .b = json), I(LOADI, .a = 3, .b = 0), I(SCATTER, .b = 0), I(RETURN, .a = 3)));
    uint16_t outer = asm_function(a, "1#", 4, CODE(I(LOADK, .a = 2, .b = json), I(LOADI, .a = 3, .b = 0), I(SCATTER, .b = 1), I(RETURNS, .x = 1, .b = 3)));
    uint16_t inner = asm_function(a, "1#1#", 3, CODE(I(LOADI, .a = 2, .b = 1), I(RETURNS, .x = 1, .b = 2)));
    asm_site(a, "1", f, 0, 3, PL_NO_SITE);
    asm_site(a, "1.1", outer, 0, 3, 0);
    const PlGather *count = ASM_NEW(a, PlGather, {PL_GATHER_COUNT, 3});
    PlScatter with = {.function = outer, .list = 2, .cap = 1000, .gathers = (PlGather *)(uintptr_t)count, .gather_count = 1};
    pl_vec_push(a->arena, &a->scatters, with);
    with.function = inner;
    with.site = 1;
    pl_vec_push(a->arena, &a->scatters, with);
    Run x = run_it(a, NULL);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "1000000");
    uint64_t peak = pl_run_stats(x.r->run).fibers_peak;
    CHECK(peak > PL_LIMIT_FIBERS / 2 && peak <= PL_LIMIT_FIBERS + 1000);
    over(&x);
    free(list);
}

TEST(a_scatter_over_a_number_fails)
{
    Asm *a = asm_new();
    uint16_t f = asm_function(a, "main", 3, CODE(I(LOADI, .a = 2, .b = 5), I(SCATTER, .b = 0), I(RETURN, .a = 2)));
    uint16_t body = asm_function(a, "1#", 2, CODE(I(STOP, .a = 0)));
    asm_site(a, "1", f, 0, 2, PL_NO_SITE);
    pl_vec_push(a->arena, &a->scatters, (PlScatter){.function = body, .list = 2, .cap = 2});
    Run x = run_it(a, NULL);
    CHECK(x.state == PL_RUN_FAILED && pl_str_find(pl_run_error(x.r->run), PL_STR("P0911"), 0) != PL_STR_NONE);
    over(&x);
}

TEST(stop_in_a_body_ends_the_run)
{
    Asm *a = asm_new();
    uint16_t list = asm_json(a, "[1,2,3]");
    uint16_t f = asm_function(a, "main", 3, CODE(I(LOADK, .a = 2, .b = list), I(SCATTER, .b = 0), I(RETURN, .a = 2)));
    uint16_t body = asm_function(a, "1#", 2, CODE(I(STOP, .a = 0)));
    asm_site(a, "1", f, 0, 2, PL_NO_SITE);
    pl_vec_push(a->arena, &a->scatters, (PlScatter){.function = body, .list = 2, .cap = 2});
    Run x = run_it(a, NULL);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "null");
    over(&x);
}

UNIT_MAIN
