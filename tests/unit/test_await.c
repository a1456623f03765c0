/* SPDX-License-Identifier: MIT */
/* Answers that only begin the work: polls, their waits, where the result is, failures, limits, crashes. Codes P0949, P0960, P0961. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

static Asm *start_one(PlMethod method, PlAwait await, PlCallSite with)
{
    Asm *a = asm_new();
    uint16_t name = asm_text(a, "lamp");
    uint32_t start = asm_action(a, "start", method, "/jobs");
    asm_param(a, start, "name", PL_IN_BODY, PL_STYLE_SIMPLE, false);
    uint16_t f = asm_function(a, "main", 4, CODE(I(LOADK, .a = 1, .b = name), I(CALL, .a = 0, .b = 0), I(RETURN, .a = 0)));
    asm_call(a, start, asm_site(a, "1", f, 0, 3, PL_NO_SITE), 1, 1, with);
    await.on = true;
    a->actions.items[start].await = await;
    return a;
}

static WorldAnswer at_work(const char *header, const char *url)
{
    return (WorldAnswer){.status = 202, .header = header, .header_value = url};
}

static WorldAnswer json(const char *body)
{
    return (WorldAnswer){.status = 200, .type = "application/json", .body = body};
}

/* 202 with Location, twice 202, then the result itself. */
static WorldAnswer by_location(World *w, const WorldSend *s)
{
    if (s->method == PL_POST) return at_work("location", "/jobs/7");
    return ++w->counter < 3 ? (WorldAnswer){.status = 202} : json("{\"id\":7,\"status\":\"pending\"}");
}

static const char LOCATION_LOG[] = "POST https://shop.test/jobs {\"name\":\"lamp\"}\nGET https://shop.test/jobs/7\nGET "
                                   "https://shop.test/jobs/7\nGET https://shop.test/jobs/7\n";

TEST(polls_until_the_result_is_there)
{
    Run x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), by_location);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "{\"id\":7,\"status\":\"pending\"}"); /* the thing's own state is not the work's */
    CHECK_STR(pl_str_z(x.w->sent_log), LOCATION_LOG);
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nRESULT 1/1\nINTENT 1/2\nRESULT 1/2\nINTENT 1/3\nRESULT 1/3\nINTENT 1/4\nRESULT 1/4\n");
    CHECK(has(world_find(x.w, PL_ROW_INTENT, "1", 1)->body, "\"class\":\"unsafe\""));
    CHECK(has(world_find(x.w, PL_ROW_INTENT, "1", 2)->body, "\"class\":\"safe\""));
    CHECK(!strstr(world_find(x.w, PL_ROW_INTENT, "1", 2)->body.ptr, "lamp"));
    int64_t first = world_find(x.w, PL_ROW_INTENT, "1", 2)->wall_us - world_find(x.w, PL_ROW_RESULT, "1", 1)->wall_us;
    int64_t third = world_find(x.w, PL_ROW_INTENT, "1", 4)->wall_us - world_find(x.w, PL_ROW_RESULT, "1", 3)->wall_us;
    CHECK(first == 1000000 && third == 4000000);
    CHECK(x.w->barriers == 2); /* before the POST, and at the end: polls only read */
    over(&x);
}

/* Every number of rows that a crash may leave: POST is sent once, and the end is the same. */
TEST(every_crash)
{
    Run whole = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){.retries = 0}), by_location);
    uint32_t rows = whole.w->row_count;
    over(&whole);
    for (uint32_t keep = 3; keep < rows; keep++) { /* from the 202 on */
        Run x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), by_location);
        world_end(x.w, x.r);
        world_drop_rows(x.w, keep);
        x.w->sent_log[0] = 0;
        x.r = world_begin(x.w, &x.a->m, "{}");
        CHECK(world_go(x.w, x.r) == PL_RUN_DONE);
        CHECK(!strstr(x.w->sent_log, "POST"));
        CHECK_STR(pl_run_output(x.r->run), "{\"id\":7,\"status\":\"pending\"}");
        over(&x);
    }
}

static WorldAnswer by_monitor(World *w, const WorldSend *s)
{
    if (s->method == PL_PUT) return at_work("azure-asyncoperation", "https://shop.test/operations/1");
    if (strstr(s->url, "/operations/")) return ++w->counter < 2 ? json("{\"status\":\"InProgress\"}") : json("{\"status\":\"Succeeded\"}");
    return json("{\"id\":1}");
}

TEST(a_monitor_and_then_the_thing)
{
    Run x = run_it(start_one(PL_PUT, (PlAwait){0}, (PlCallSite){0}), by_monitor);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "{\"id\":1}");
    CHECK_STR(pl_str_z(x.w->sent_log),
              "PUT https://shop.test/jobs {\"name\":\"lamp\"}\nGET https://shop.test/operations/1\nGET "
              "https://shop.test/operations/1\nGET https://shop.test/jobs\n");
    over(&x);
}

static WorldAnswer by_body(World *w, const WorldSend *s)
{
    if (s->method == PL_POST) return (WorldAnswer){.status = 202, .type = "application/json", .body = "{\"links\":{\"status\":\"/jobs/7/status\"}}"};
    if (strstr(s->url, "/out/")) return json("[1,2]");
    return ++w->counter < 2 ? json("{\"phase\":\"queued\"}") : json("{\"phase\":\"done\",\"out\":\"/out/7\"}");
}

TEST(all_of_it_told)
{
    PlAwait told = {.place = PL_STR("/links/status"), .state = PL_STR("/phase"), .result = PL_STR("/out"), .every_us = 7000000};
    Run x = run_it(start_one(PL_POST, told, (PlCallSite){0}), by_body);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "[1,2]");
    CHECK(has(pl_str_z(x.w->sent_log), "GET https://shop.test/jobs/7/status\nGET https://shop.test/jobs/7/status\nGET https://shop.test/out/7\n"));
    CHECK(world_find(x.w, PL_ROW_INTENT, "1", 2)->wall_us - world_find(x.w, PL_ROW_RESULT, "1", 1)->wall_us == 7000000);
    over(&x);
}

static WorldAnswer with_response(World *w, const WorldSend *s)
{
    (void)w;
    if (s->method == PL_POST) return at_work("operation-location", "/operations/1");
    return json("{\"done\":true,\"response\":{\"rows\":3}}");
}

TEST(the_result_in_the_last_answer)
{
    Run x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), with_response);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "{\"rows\":3}");
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2);
    over(&x);
    Asm *a = start_one(PL_POST, (PlAwait){.type = PL_T_TEXT}, (PlCallSite){0}); /* the result is typed */
    x = run_it(a, with_response);
    CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "text"));
    over(&x);
}

static WorldAnswer fails(World *w, const WorldSend *s)
{
    (void)w;
    if (s->method == PL_POST) return at_work("operation-location", "/operations/1");
    return w->counter ? json("{\"done\":true,\"error\":{\"message\":\"disk full\"}}") : json("{\"status\":\"Failed\",\"error\":{\"message\":\"disk full\"}}");
}

TEST(work_that_fails)
{
    for (int i = 0; i < 2; i++) {
        World *w = world_new();
        Asm *a = start_one(PL_POST, (PlAwait){0}, (PlCallSite){0});
        w->server = fails;
        w->counter = i;
        WorldRun *r = world_begin(w, asm_done(a), "{}");
        CHECK(world_go(w, r) == PL_RUN_FAILED);
        CHECK(has(pl_run_error(r->run), "the work that shop.start began has failed: disk full"));
        CHECK(has(pl_run_error(r->run), "\"kind\":\"failed\",\"code\":\"P0949\""));
        world_end(w, r);
        world_free(w);
        asm_free(a);
    }
}

static WorldAnswer for_ever(World *w, const WorldSend *s)
{
    (void)w;
    return s->method == PL_POST ? at_work("location", "/jobs/7") : (WorldAnswer){.status = 202};
}

TEST(work_that_does_not_end)
{
    Run x = run_it(start_one(PL_POST, (PlAwait){.within_us = 60000000}, (PlCallSite){0}), for_ever);
    CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "is not over after 60 seconds"));
    CHECK(x.w->sent == 1 + 5); /* 1 2 4 8 16, and not another 30 */
    over(&x);
    Asm *a = start_one(PL_POST, (PlAwait){0}, (PlCallSite){0});
    a->m.manifest.max_calls = 4;
    x = run_it(a, for_ever);
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 4 && pl_run_status(x.r->run) == PL_LIMIT);
    over(&x);
}

static WorldAnswer busy_poll(World *w, const WorldSend *s)
{
    if (s->method == PL_POST) return at_work("location", "/jobs/7");
    w->counter++;
    if (w->counter == 1) return (WorldAnswer){.status = 503, .body = "busy", .type = "text/plain"};
    if (w->counter == 2) return (WorldAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET};
    if (w->counter == 3) return (WorldAnswer){.status = 202, .header = "retry-after", .header_value = "90"};
    return json("1");
}

TEST(a_poll_that_fails_is_made_again)
{
    Run x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), busy_poll);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 5);
    CHECK(world_find(x.w, PL_ROW_INTENT, "1", 5)->wall_us - world_find(x.w, PL_ROW_RESULT, "1", 4)->wall_us == 90000000);
    over(&x);
}

static WorldAnswer elsewhere(World *w, const WorldSend *s)
{
    (void)w;
    return s->method == PL_POST ? at_work("location", "https://elsewhere.test/jobs/7") : json("1");
}

static WorldAnswer nowhere(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.status = 202};
}

static WorldAnswer at_once(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return json("5");
}

static WorldAnswer see_other(World *w, const WorldSend *s)
{
    (void)w;
    if (s->method == PL_POST) return at_work("operation-location", "/operations/1");
    if (strstr(s->url, "operations")) return (WorldAnswer){.status = 303, .header = "location", .header_value = "/things/1"};
    return json("{\"status\":\"Running\"}");
}

TEST(where_it_may_ask)
{
    Run x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), elsewhere);
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 1 && pl_run_status(x.r->run) == PL_REFUSED);
    over(&x);
    x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), nowhere);
    CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "P0961"));
    over(&x);
    x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), at_once);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 1);
    over(&x);
    x = run_it(start_one(PL_POST, (PlAwait){0}, (PlCallSite){0}), see_other);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    CHECK_STR(pl_run_output(x.r->run), "{\"status\":\"Running\"}");
    over(&x);
}

UNIT_MAIN
