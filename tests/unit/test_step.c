/* SPDX-License-Identifier: MIT */
/* The life of a call: rows, sending, answers, errors, retries, redirects, policy, hooks, approvals, doubt. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"
#include "vm/run/call.h"
static WorldAnswer good(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "{\"id\":7}"};
}

TEST(a_call_writes_intent_then_result)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), good);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "{\"id\":7}");
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nRESULT 1/1\n");
    CHECK(has(world_story(x.w, true), "{\"action\":\"shop.act\",\"class\":\"safe\","));
    CHECK_STR(pl_str_z(x.w->sent_log), "GET https://shop.test/things\n");
    CHECK(x.w->barriers == 1); /* of END: a read needs none */
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 1);
    CHECK_STR(pl_run_output(x.r->run), "{\"id\":7}");
    over(&x);
}

TEST(a_write_is_on_disk_before_it_is_sent)
{
    Run x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), good);
    CHECK(x.state == PL_RUN_DONE && x.w->barriers == 2);
    over(&x);
}

static WorldAnswer not_found(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.status = 404, .type = "application/json", .body = "{\"error\":{\"message\":\"no such thing\"}}"};
}

/* The rows of several runs, then one barrier, then what they announced. */
TEST(a_prepared_run_has_rows_but_sent_nothing)
{
    World *w = world_new();
    Asm *a = asm_one_call(PL_POST, (PlCallSite){0}, false);
    w->server = good;
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    pl_run_prepare(r->run);
    pl_run_prepare(r->run);
    CHECK_STR(world_story(w, false), "INTENT 1/1\n");
    CHECK(w->sent == 0 && w->barriers == 0 && w->commits == 0 && w->soons == 0);
    CHECK(world_go(w, r) == PL_RUN_DONE && w->sent == 1);
    CHECK_STR(world_story(w, false), "INTENT 1/1\nRESULT 1/1\n");
    pl_run_prepare(r->run); /* it is over */
    CHECK(pl_run_pump(r->run) == PL_RUN_DONE);
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

static WorldAnswer good_then_silent(World *w, const WorldSend *s)
{
    return strstr(s->url, "silent") ? (WorldAnswer){.never = true} : good(w, s);
}

/* What was only handed over may be lost: a read is read again, but the answer to a write is in the file before anything more is sent. */
TEST(rows_that_are_handed_over_may_be_lost)
{
    for (int writes = 0; writes < 2; writes++) {
        World *w = world_new();
        Asm *a = asm_new();
        uint32_t first = asm_action(a, "act", writes ? PL_POST : PL_GET, "/things"), second = asm_action(a, "look", PL_GET, "/silent");
        uint16_t f = asm_function(a, "main", 4, CODE(I(CALL, .a = 0, .b = 0), I(CALL, .a = 0, .b = 1), I(RETURN, .a = 0)));
        asm_call(a, first, asm_site(a, "1", f, 0, 0, PL_NO_SITE), 0, 0, (PlCallSite){0});
        asm_call(a, second, asm_site(a, "2", f, 1, 1, PL_NO_SITE), 0, 0, (PlCallSite){0});
        w->server = good_then_silent;
        w->is_lazy = true;
        WorldRun *r = world_begin(w, asm_done(a), "{}");
        CHECK(pl_run_pump(r->run) == PL_RUN_WAITING && world_go(w, r) == PL_RUN_WAITING);
        CHECK(w->soons == (writes ? 0 : 2) && w->barriers == (uint32_t)writes);
        world_end(w, r);
        CHECK(world_count(w, PL_ROW_RESULT) == (uint32_t)writes); /* of the write; the read's is lost, and with it the run's beginning */
        world_free(w);
        asm_free(a);
    }
}

TEST(a_status_is_an_error_with_the_servers_words)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), not_found);
    CHECK(x.state == PL_RUN_FAILED);
    CHECK(has(pl_run_error(x.r->run), "shop.act answered 404 Not Found: no such thing"));
    CHECK(has(pl_run_error(x.r->run), "\"kind\":\"http\",\"code\":\"P0934\",\"step\":\"1\",\"path\":\"1\",\"status\":404,\"body\":{\"error\""));
    over(&x);
    x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, true), not_found);
    CHECK(x.state == PL_RUN_DONE);
    over(&x);
}

static WorldAnswer third_time(World *w, const WorldSend *s)
{
    (void)s;
    if (++w->counter < 3) return (WorldAnswer){.status = 503, .body = "busy", .type = "text/plain"};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "3"};
}

TEST(retries_wait_and_double)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){.retries = 3, .retry_wait_us = 2000000, .flags = PL_CALL_DOUBLING}, false), third_time);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    CHECK(x.w->mono == 1000000 + 6000000); /* 2 s and 4 s */
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nRESULT 1/1\nINTENT 1/2\nRESULT 1/2\nINTENT 1/3\nRESULT 1/3\n");
    CHECK(pl_run_stats(x.r->run).retries == 2);
    over(&x);
    x = run_it(asm_one_call(PL_GET, (PlCallSite){.retries = 1}, false), third_time);
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 2);
    over(&x);
    x = run_it(asm_one_call(PL_POST, (PlCallSite){.retries = 5}, false), third_time); /* may have been applied: never again */
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 1);
    over(&x);
}

static WorldAnswer slow_down(World *w, const WorldSend *s)
{
    (void)s;
    if (++w->counter < 2) return (WorldAnswer){.status = 429, .header = "retry-after", .header_value = "7"};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "1"};
}

TEST(too_many_requests_is_waited_out_even_for_writes)
{
    Run x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), slow_down);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2 && x.w->mono >= 8000000);
    over(&x);
}

static WorldAnswer slow_down_until(World *w, const WorldSend *s)
{
    WorldAnswer a = slow_down(w, s);
    if (a.header) a.header_value = "Thu, 20 Nov 2025 10:00:07 GMT"; /* seven seconds after the world begins */
    return a;
}

TEST(retry_after_may_be_a_date)
{
    Run x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), slow_down_until);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2 && x.w->mono >= 8000000 && x.w->mono < 9000000);
    over(&x);
}

static WorldAnswer never_again(World *w, const WorldSend *s)
{
    WorldAnswer a = slow_down(w, s);
    if (a.header) a.header_value = "99999999999999999999999"; /* more than a number holds: as long as any time that is too long */
    return a;
}

TEST(retry_after_may_be_longer_than_any_number)
{
    Run x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), never_again);
    CHECK(x.state == PL_RUN_FAILED && x.w->sent == 1);
    over(&x);
}

static WorldAnswer lost(World *w, const WorldSend *s)
{
    (void)s;
    if (++w->counter < 2) return (WorldAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_TIMEOUT};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "\"ok\""};
}

TEST(an_unsafe_call_without_an_answer_parks_until_settled)
{
    static const char *const how[] = {"{\"how\":\"applied\",\"result\":{\"id\":9}}", "{\"how\":\"not_applied\"}", "{\"how\":\"fail\",\"note\":\"drop it\"}"};
    for (int i = 0; i < 3; i++) {
        Run x = run_it(asm_one_call(PL_POST, (PlCallSite){.retries = 3}, false), lost);
        CHECK(x.state == PL_RUN_PARKED && pl_run_status(x.r->run) == PL_WAITING);
        CHECK(has(pl_run_error(x.r->run), "\"kind\":\"in_doubt\",\"code\":\"P0939\",\"step\":\"1\",\"path\":\"1\""));
        CHECK_STR(world_story(x.w, false), "INTENT 1/1\nINDOUBT 1/1\nPARK 1/1\n");
        again(&x);
        CHECK(x.state == PL_RUN_PARKED && x.w->sent == 1);
        world_put(x.w, PL_ROW_RESOLVE, 1, "1", how[i]);
        again(&x);
        CHECK(x.state == (i == 2 ? PL_RUN_FAILED : PL_RUN_DONE));
        CHECK(x.w->sent == (i == 1 ? 2u : 1u));
        if (i == 0) CHECK_STR(pl_run_output(x.r->run), "{\"id\":9}");
        if (i == 1) CHECK_STR(pl_run_output(x.r->run), "\"ok\"");
        if (i == 2) CHECK(has(pl_run_error(x.r->run), "drop it"));
        over(&x);
    }
}

TEST(an_idempotent_call_without_an_answer_is_sent_again)
{
    Run x = run_it(asm_one_call(PL_PUT, (PlCallSite){.retries = 1}, false), lost);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2);
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nINDOUBT 1/1\nINTENT 1/2\nRESULT 1/2\n");
    over(&x);
}

static WorldAnswer dead_pooled_connection(World *w, const WorldSend *s)
{
    (void)s;
    if (++w->counter < 2) return (WorldAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_REFUSED_RESEND};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "1"};
}

TEST(a_read_over_a_connection_that_had_died_is_sent_again)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), dead_pooled_connection);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2);
    over(&x);
    x = run_it(asm_one_call(PL_POST, (PlCallSite){.retries = 3}, false), dead_pooled_connection);
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 1);
    over(&x);
}

TEST(a_token_that_the_server_no_longer_takes_is_replaced_once)
{
    PlAuth auth[] = {{.kind = PL_AUTH_OAUTH2_CLIENT, .credential = PL_STR_INIT("shop.app")},
                     {.kind = PL_AUTH_BEARER, .credential = PL_STR_INIT("shop.token")}};
    PlAuthSet sets[] = {{&auth[0], 1}, {&auth[1], 1}};
    PlAction action = {.method = PL_POST, .doubt = PL_DOUBT_UNSAFE, .auth = sets, .auth_count = 2};
    PlCallSite site = {0};
    PlCall call = {.site = &site, .action = &action, .attempt = 1};
    PlReply reply = {.evidence = PL_EVIDENCE_ANSWERED, .status = 401, .credential = PL_STR_INIT("shop.app")};
    int64_t wait_us;
    CHECK(pl_call_judge(&call, &reply, &wait_us) == PL_VERDICT_RETRY && wait_us == 0);
    call.failures = 1;
    CHECK(pl_call_judge(&call, &reply, &wait_us) == PL_VERDICT_ERROR);
    call.failures = 0;
    reply.credential = PL_STR("shop.token");
    CHECK(pl_call_judge(&call, &reply, &wait_us) == PL_VERDICT_ERROR);
}

static WorldAnswer lost_then_gone(World *w, const WorldSend *s)
{
    (void)s;
    return ++w->counter < 2 ? (WorldAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET} : (WorldAnswer){.status = 404};
}

TEST(a_delete_that_is_gone_on_the_second_try_is_done)
{
    Run x = run_it(asm_one_call(PL_DELETE, (PlCallSite){0}, false), lost_then_gone);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2);
    CHECK_STR(pl_run_output(x.r->run), "null");
    over(&x);
}

static WorldAnswer never_sent(World *w, const WorldSend *s)
{
    (void)s;
    if (++w->counter < 2) return (WorldAnswer){.evidence = PL_EVIDENCE_NEVER_SENT, .fault = PL_NET_CONNECT};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "1"};
}

TEST(what_never_left_may_be_sent_again)
{
    Run x = run_it(asm_one_call(PL_POST, (PlCallSite){.retries = 1}, false), never_sent);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2);
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nFAIL 1/1\nINTENT 1/2\nRESULT 1/2\n");
    over(&x);
    x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), never_sent);
    CHECK(x.state == PL_RUN_FAILED && pl_run_status(x.r->run) == PL_NETWORK);
    over(&x);
}

static WorldAnswer keyed_progress(World *w, const WorldSend *s)
{
    (void)s;
    switch (++w->counter) {
    case 1: return (WorldAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET};
    case 2: return (WorldAnswer){.status = 409};
    default: return (WorldAnswer){.status = 200, .type = "application/json", .body = "1"};
    }
}

static Asm *keyed_call(void)
{
    Asm *a = asm_one_call(PL_POST, (PlCallSite){0}, false);
    a->actions.items[0].doubt = PL_DOUBT_KEYED;
    asm_param(a, 0, "Idempotency-Key", PL_IN_HEADER, PL_STYLE_SIMPLE, false)->is_key = true;
    return a;
}

TEST(a_keyed_call_is_sent_again_with_the_same_key)
{
    Run x = run_it(keyed_call(), keyed_progress);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    PlStr story = world_story(x.w, true);
    size_t first = pl_str_find(story, PL_STR("\"key\":\""), 0), second = pl_str_find(story, PL_STR("\"key\":\""), first + 1);
    CHECK(first != PL_STR_NONE && second != PL_STR_NONE);
    CHECK(pl_str_eq(pl_str_slice(story, first, first + 44), pl_str_slice(story, second, second + 44)));
    CHECK(story.ptr[first + 7 + 8] == '-' && story.ptr[first + 7 + 14] == '8');
    over(&x);
}

static WorldAnswer silent(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.never = true};
}

TEST(a_crash_after_intent_by_class)
{
    /* GET, PUT and keyed POST are sent again; POST parks; a key older than its time parks */
    for (int i = 0; i < 5; i++) {
        static const PlMethod methods[] = {PL_GET, PL_PUT, PL_POST, PL_POST, PL_POST};
        Run x = run_it(i >= 3 ? keyed_call() : asm_one_call(methods[i], (PlCallSite){0}, false), silent);
        CHECK(x.state == PL_RUN_WAITING && x.w->sent == 1);
        x.w->server = good;
        if (i == 4) x.w->wall += (int64_t)31 * 60 * 1000000;
        again(&x);
        bool parks = i == 2 || i == 4;
        CHECK(x.state == (parks ? PL_RUN_PARKED : PL_RUN_DONE));
        CHECK(x.w->sent == (parks ? 1u : 2u));
        if (parks) CHECK(has(world_story(x.w, true), "INDOUBT 1/1 {\"evidence\":\"unknown\",\"fault\":\"reset\""));
        over(&x);
    }
}

TEST(a_lost_intent_was_never_sent)
{
    Run x = {.w = world_new(), .a = asm_one_call(PL_POST, (PlCallSite){0}, false)};
    x.w->fail_append_at = 2; /* START is fine, INTENT is not */
    x.r = world_begin(x.w, asm_done(x.a), "{}");
    x.state = world_go(x.w, x.r);
    CHECK(x.state == PL_RUN_BROKEN && x.w->sent == 0 && pl_run_status(x.r->run) == PL_FULL);
    CHECK(has(pl_run_error(x.r->run), "cannot write INTENT to the journal: no space left"));
    CHECK(pl_run_pump(x.r->run) == PL_RUN_BROKEN);
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 1);
    over(&x);
}

TEST(a_lost_result_is_in_doubt)
{
    Run x = {.w = world_new(), .a = asm_one_call(PL_POST, (PlCallSite){0}, false)};
    x.w->fail_append_at = 3;
    x.r = world_begin(x.w, asm_done(x.a), "{}");
    x.state = world_go(x.w, x.r);
    CHECK(x.state == PL_RUN_BROKEN && x.w->sent == 1);
    again(&x);
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 1);
    over(&x);
}

TEST(another_request_at_the_same_path_breaks_the_run)
{
    Run x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), silent);
    x.a->actions.items[0].path = PL_STR("/other");
    again(&x);
    CHECK(x.state == PL_RUN_BROKEN && pl_run_status(x.r->run) == PL_CHANGED && x.w->sent == 1);
    CHECK(has(pl_run_error(x.r->run), "P0954"));
    CHECK(has(pl_run_error(x.r->run), "/things"));
    CHECK(has(pl_run_error(x.r->run), "/other"));
    over(&x);
}

static WorldAnswer moved(World *w, const WorldSend *s)
{
    (void)w;
    if (strstr(s->url, "/new")) return (WorldAnswer){.status = 200, .type = "application/json", .body = "\"new\""};
    return (WorldAnswer){.status = 302, .header = "location", .header_value = "/new?x=1"};
}

static WorldAnswer moved_away(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.status = 302, .header = "location", .header_value = "https://evil.test/"};
}

TEST(redirects_of_reads_are_followed_within_the_manifest)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), moved);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "\"new\"");
    CHECK_STR(pl_str_z(x.w->sent_log), "GET https://shop.test/things\nGET https://shop.test/new?x=1\n");
    over(&x);
    x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), moved);
    CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "P0943"));
    over(&x);
    x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), moved_away);
    CHECK(x.state == PL_RUN_FAILED && pl_run_status(x.r->run) == PL_REFUSED && x.w->sent == 1);
    CHECK(has(pl_run_error(x.r->run), "P0933") && has(pl_run_error(x.r->run), "the plan may not call https://evil.test:443"));
    over(&x);
}

TEST(calls_outside_the_manifest_and_past_limits_end_the_run)
{
    Asm *a = asm_one_call(PL_GET, (PlCallSite){0}, true);
    a->actions.items[0].server = PL_STR("https://other.test");
    Run x = run_it(a, good);
    CHECK(x.state == PL_RUN_FAILED && pl_run_status(x.r->run) == PL_REFUSED && x.w->sent == 0); /* no handler gets it */
    over(&x);
    a = asm_one_call(PL_GET, (PlCallSite){0}, true);
    a->m.manifest.calls_at_most = ASM_NEW(a, uint64_t, 0);
    x = run_it(a, good);
    CHECK(x.state == PL_RUN_FAILED && pl_run_status(x.r->run) == PL_LIMIT && x.w->sent == 0);
    over(&x);
    a = asm_one_call(PL_GET, (PlCallSite){.retries = 5}, true);
    a->m.manifest.max_calls = 2;
    x = run_it(a, third_time);
    CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "P0923") && x.w->sent == 2);
    over(&x);
}

/* Whoever starts a run may allow fewer calls than the plan does, never more. */
TEST(the_limit_of_whoever_starts_it)
{
    static const struct {
        uint64_t plan, asked;
        uint32_t sent;
    } cases[] = {{0, 1, 1}, {2, 1, 1}, {1, 2, 1}, {2, 2, 2}, {1, 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Asm *a = asm_one_call(PL_GET, (PlCallSite){.retries = 5}, true);
        a->m.manifest.max_calls = cases[i].plan;
        World *w = world_new();
        w->server = third_time;
        WorldRun *r = world_begin_with(w, asm_done(a), (PlRunOptions){.input = PL_STR("{}"), .max_calls = cases[i].asked}, false, NULL);
        CHECK(world_go(w, r) == PL_RUN_FAILED && has(pl_run_error(r->run), "P0923") && w->sent == cases[i].sent);
        world_end(w, r);
        world_free(w);
        asm_free(a);
    }
}

TEST(the_default_limit_of_calls)
{
    /* without a Limit line: PL_LIMIT_CALLS_DEFAULT */
    Asm *a = asm_new();
    uint32_t action = asm_action(a, "act", PL_GET, "/things");
    uint16_t f = asm_function(a, "main", 4, CODE(I(LOADI, .a = 0, .b = 0), I(LOADI, .a = 1, .b = 30000), I(COUNT, .a = 0, J32(2)), I(CALL, .a = 3, .b = 0),
                                                 I(JMP, J32(-3)), I(RETURN, .a = 3)));
    asm_loop(a, asm_site(a, "1.1", f, 3, 4, 1), 0, 1);
    asm_site(a, "1", f, 0, 5, PL_NO_SITE);
    asm_call(a, action, 0, 0, 0, (PlCallSite){0});
    asm_done(a);
    a->m.manifest.max_calls = 0;
    Run x = {.w = world_new(), .a = a};
    x.r = world_begin(x.w, &a->m, "{}");
    x.state = world_go(x.w, x.r);
    CHECK(x.state == PL_RUN_FAILED && pl_run_status(x.r->run) == PL_LIMIT && x.w->sent == PL_LIMIT_CALLS_DEFAULT);
    CHECK(has(pl_run_error(x.r->run), "\"path\":\"1#10001.1\""));
    over(&x);
}

TEST(a_server_override_is_an_origin_of_its_plugin)
{
    Run x = {.w = world_new(), .a = asm_one_call(PL_GET, (PlCallSite){0}, false)};
    PlServerOverride servers[] = {{PL_STR("shop"), PL_STR("http://127.0.0.1:8080/base/")}};
    x.r = world_begin_with(x.w, asm_done(x.a), (PlRunOptions){.servers = servers, .server_count = 1}, false, NULL);
    CHECK(world_go(x.w, x.r) == PL_RUN_DONE);
    CHECK_STR(pl_str_z(x.w->sent_log), "GET http://127.0.0.1:8080/base/things\n");
    over(&x);
}

TEST(hooks_are_told_and_may_veto)
{
    for (int i = 0; i < 2; i++) {
        Run x = {.w = world_new(), .a = asm_one_call(PL_POST, (PlCallSite){0}, false)};
        if (i) x.w->veto_path = "1";
        x.r = world_begin_with(x.w, asm_done(x.a), (PlRunOptions){0}, true, NULL);
        x.state = world_go(x.w, x.r);
        if (i == 0) {
            CHECK_STR(pl_str_z(x.w->events), "begin \nbefore 1 shop.act\nafter 1 shop.act done\nend  done\n");
        } else {
            CHECK(x.state == PL_RUN_FAILED && x.w->sent == 0);
            CHECK(has(pl_run_error(x.r->run), "refused by a hook: not today"));
            CHECK_STR(world_story(x.w, true), "VETO 1/0 {\"reason\":\"not today\"}\n");
        }
        over(&x);
    }
}

TEST(ask_first_is_bound_to_the_request)
{
    for (int i = 0; i < 3; i++) {
        Run x = {.w = world_new(), .a = asm_one_call(PL_POST, (PlCallSite){.flags = PL_CALL_ASK_FIRST}, false)};
        x.w->person = i == 0 ? PL_ANSWER_GIVEN : i == 1 ? PL_ANSWER_DENIED : PL_ANSWER_LATER;
        x.w->person_answer = i == 0 ? "true" : "too dear";
        x.r = world_begin(x.w, asm_done(x.a), "{}");
        x.state = world_go(x.w, x.r);
        CHECK(has(pl_str_z(x.w->asked_shows), "\"method\":\"POST\",\"url\":\"https://shop.test/things\""));
        if (i == 0) CHECK(x.state == PL_RUN_DONE && x.w->sent == 1);
        if (i == 1) CHECK(x.state == PL_RUN_FAILED && has(pl_run_error(x.r->run), "not approved: too dear") && x.w->sent == 0);
        if (i == 2) {
            CHECK(x.state == PL_RUN_PARKED && x.w->sent == 0);
            world_put(x.w, PL_ROW_ANSWER, 0, "1", "{\"answer\":true,\"request\":\"0000\"}"); /* for another request: does not count */
            again(&x);
            CHECK(x.state == PL_RUN_PARKED && x.w->sent == 0);
            world_put(x.w, PL_ROW_ANSWER, 0, "1", "{\"answer\":true}");
            again(&x);
            CHECK(x.state == PL_RUN_DONE && x.w->sent == 1);
        }
        over(&x);
    }
}

TEST(cancel_awaits_what_writes)
{
    Run x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), silent);
    CHECK(x.state == PL_RUN_WAITING);
    pl_run_cancel(x.r->run, PL_STR("stop it"));
    CHECK(pl_run_pump(x.r->run) == PL_RUN_WAITING);
    x.w->server = good;
    x.state = world_go(x.w, x.r);
    CHECK(x.state == PL_RUN_FAILED);
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nCANCEL /0\nRESULT 1/1\n");
    over(&x);
    x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), silent);
    pl_run_cancel(x.r->run, PL_STR("stop it"));
    CHECK(pl_run_pump(x.r->run) == PL_RUN_FAILED && x.w->cancels == 1);
    over(&x);
}

TEST(two_calls_of_one_path_break_the_run)
{
    /* A jump back over a call that no loop counter tells apart: no compiler of ours writes it. */
    Asm *a = asm_new();
    uint32_t action = asm_action(a, "act", PL_POST, "/things");
    uint16_t f = asm_function(a, "main", 2, CODE(I(CALL, .a = 0, .b = 0), I(JMP, J32(-2))));
    asm_call(a, action, asm_site(a, "1", f, 0, 2, PL_NO_SITE), 0, 0, (PlCallSite){0});
    Run x = run_it(a, good);
    CHECK(x.state == PL_RUN_BROKEN && x.w->sent == 1 && has(pl_run_error(x.r->run), "P0956"));
    again(&x);
    CHECK(x.state == PL_RUN_BROKEN && x.w->sent == 1 && has(pl_run_error(x.r->run), "P0956"));
    over(&x);
}

TEST(no_more_calls_of_an_action_than_the_manifest_says)
{
    Asm *a = asm_one_call(PL_GET, (PlCallSite){0}, false);
    a->m.manifest.calls_at_most = ASM_NEW(a, uint64_t, 0);
    Run x = run_it(a, NULL);
    CHECK(x.state == PL_RUN_FAILED && pl_run_status(x.r->run) == PL_LIMIT && x.w->sent == 0);
    CHECK(has(pl_run_error(x.r->run), "P0924"));
    over(&x);
}

UNIT_MAIN
