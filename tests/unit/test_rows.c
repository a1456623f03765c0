/* SPDX-License-Identifier: MIT */
/* The rows of a run, where they are not what this program writes: of older ones, of hands, of a disk. What can be understood is; what cannot breaks the run,
 * and nothing is sent. Also what the manifest and the limits allow. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"
#include "vm/run/call.h"
#include "vm/run/fork.h"
#include "vm/run/offline.h"
#include "vm/run/rows.h"

static void drop_kind(World *w, PlRowKind kind)
{
    while (w->row_count && w->rows[w->row_count - 1].row.kind == kind) world_drop_rows(w, w->row_count - 1);
}

static WorldAnswer small(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "{\"n\":1}"};
}

/* ---- calls ---- */

TEST(headers_that_are_kept)
{
    static const struct {
        const char *name;
        bool kept;
    } cases[] = {{"", false},          {"etag", true},         {"x", false},           {"x-ratelimit-left", true}, {"ratelimit-reset", true},
        {"x-request-id", true},
                 {"x-total", true},    {"x-pilot-a", true},    {"x-next-page", true},  {"x-page", true},           {"x-per-page", true},
                     {"x-other", false},
                 {"retry-after", true}, {"rare", false},       {"set-cookie", false},  {"content-type", true},     {"content-other", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) CHECK(pl_call_keeps_header(pl_str_z(cases[i].name)) == cases[i].kept);
}

/* An answer on record is read with what it has; what it has not is as if the server had not said it. */
TEST(answers_of_other_hands)
{
    static const struct {
        const char *body;
        const char *output; /* NULL: the run breaks */
    } cases[] = {
        {"{\"status\":200,\"headers\":{\"content-type\":\"application/json\"},\"body\":\"{\\\"n\\\":2}\"}", "{\"n\":2}"},
        {"{\"status\":200,\"headers\":{\"content-type\":\"application/json\",\"etag\":5},\"body\":\"3\"}", "3"},
        {"{\"status\":200,\"headers\":5,\"body\":\"4\"}", "4"},
        {"{\"status\":200,\"body\":\"5\"}", "5"},
        {"{\"status\":204,\"headers\":{},\"body\":5}", "null"},
        {"{\"status\":204,\"headers\":{}}", "null"},
        {"{\"status\":204", NULL},
        {"204", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), small);
        CHECK(x.state == PL_RUN_DONE);
        drop_kind(x.w, PL_ROW_END);
        world_rewrite(x.w, PL_ROW_RESULT, cases[i].body);
        again(&x);
        CHECK(x.w->sent == 1 && x.state == (cases[i].output ? PL_RUN_DONE : PL_RUN_BROKEN));
        if (cases[i].output) CHECK_STR(pl_run_output(x.r->run), cases[i].output);
        over(&x);
    }
}

TEST(more_headers_than_are_kept)
{
    PlBuf body;
    pl_buf_init(&body, 0);
    pl_buf_put_z(&body, "{\"status\":200,\"headers\":{");
    for (int i = 0; i < 40; i++) pl_buf_printf(&body, "\"x-page-%d\":\"%d\",", i, i);
    pl_buf_put_z(&body, "\"content-type\":\"text/plain\"},\"body\":\"7\"}");
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), small);
    drop_kind(x.w, PL_ROW_END);
    world_rewrite(x.w, PL_ROW_RESULT, body.ptr);
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 1);
    over(&x);
    pl_buf_deinit(&body);
}

static WorldAnswer refused(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.fault = PL_NET_CONNECT, .evidence = PL_EVIDENCE_NEVER_SENT};
}

TEST(a_failure_of_another_name)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, true), refused);
    CHECK(x.state == PL_RUN_DONE);
    drop_kind(x.w, PL_ROW_END);
    world_rewrite(x.w, PL_ROW_FAIL, "{\"evidence\":\"never sent\",\"fault\":\"the sky fell\",\"ms\":1,\"message\":\"the sky fell\"}");
    again(&x);
    CHECK(x.state == PL_RUN_DONE && has(pl_run_output(x.r->run), "the sky fell") && x.w->sent == 1);
    over(&x);
}

static WorldAnswer binary(World *w, const WorldSend *s)
{
    (void)s;
    WorldAnswer a = {.status = 200, .type = "application/json", .body = w->counter == 0 ? "\"\xff\"" : "{}"};
    a.usage.money = w->counter == 1 ? 7 : 0;
    a.usage.tokens = w->counter == 2 ? 7 : 0;
    return a;
}

TEST(a_body_that_is_no_text_stands_beside_its_row_and_what_it_cost_before_it)
{
    static const char *const begins[] = {"{\"status\":200", "{\"usage\":{\"tokens\":0,\"money\":7}", "{\"usage\":{\"tokens\":7,\"money\":0}"};
    for (int i = 0; i < 3; i++) {
        Asm *a = asm_one_call(PL_GET, (PlCallSite){0}, true);
        Run x = {.w = world_new(), .a = a};
        x.w->server = binary;
        x.w->counter = i;
        x.r = world_begin(x.w, asm_done(a), "{}");
        CHECK(world_go(x.w, x.r) != PL_RUN_BROKEN);
        const PlRow *row = &world_row_of(x.w, PL_ROW_RESULT)->row;
        CHECK(pl_str_starts(row->body, pl_str_z(begins[i])) && row->blob.len == (i ? 0 : 3));
        over(&x);
    }
}

TEST(a_request_that_the_row_does_not_tell)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), small);
    drop_kind(x.w, PL_ROW_END);
    world_rewrite(x.w, PL_ROW_INTENT, "{\"action\":\"shop.act\",\"class\":\"safe\",\"request\":\"\"}");
    again(&x);
    CHECK(x.state == PL_RUN_BROKEN && pl_run_status(x.r->run) == PL_CHANGED && x.w->sent == 1);
    over(&x);
}

/* ---- the story that is loaded ---- */

TEST(a_story_with_everything_in_it)
{
    static const char *const intents[] = {
        "{\"action\":\"shop.abc\",\"class\":\"unsafe\"}", "{\"action\":\"shop.xyz\",\"class\":\"reconcilable\"}",
            "{\"action\":\"mall.abc\",\"class\":\"keyed\"}",
        "{\"action\":\"shop.ab\",\"class\":\"safe\"}",    "{\"class\":\"safe\"}",
    };
    static const char *const results[] = {"{\"usage\":{\"tokens\":3,\"money\":4},", "{\"usage\":{\"tokens\":x,\"money\":y},",
        "{\"usage\":{\"tokens\":-3,\"money\":-4},",
                                          "{\"usage\":{\"tokens\":5", "{\"status\":200}"};
    Asm *a = asm_one_call(PL_GET, (PlCallSite){0}, false);
    asm_action(a, "abc", PL_POST, "/abc");
    asm_action(a, "xyz", PL_POST, "/xyz");
    Run x = run_it(a, small);
    CHECK(x.state == PL_RUN_DONE);
    drop_kind(x.w, PL_ROW_END);
    char path[16];
    for (uint32_t i = 0; i < 12; i++) {
        snprintf(path, sizeof path, "9#%u", i + 1);
        world_put(x.w, PL_ROW_INTENT, 1, path, intents[i < 5 ? i : 0]);
        if (i < 5) world_put(x.w, PL_ROW_RESULT, 1, path, results[i]);
    }
    world_put(x.w, PL_ROW_INTENT, 2, "9#1", intents[0]);
    world_put(x.w, PL_ROW_INTENT, 1, "9#1?1", intents[0]);
    world_put(x.w, PL_ROW_START, 0, "", "{}"); /* none but the first counts */
    world_end(x.w, x.r);
    x.r = world_begin(x.w, &a->m, "{}");
    CHECK(x.r->run != NULL);
    if (x.r->run) {
        const PlRun *run = x.r->run;
        CHECK(run->action_calls[1] == 8 && run->action_calls[2] == 1 && run->usage.tokens == 8 && run->usage.money == 4);
        CHECK(pl_row_index_open_count(run->index) == 9); /* unsafe, and without an outcome */
        CHECK(world_go(x.w, x.r) != PL_RUN_BROKEN);
    }
    over(&x);
}

TEST(no_memory_for_the_story)
{
    for (uint64_t nth = 0, fired = 1; fired; nth++) {
        Run x = run_it(asm_one_call(PL_POST, (PlCallSite){0}, false), small);
        drop_kind(x.w, PL_ROW_END);
        drop_kind(x.w, PL_ROW_RESULT);
        world_put(x.w, PL_ROW_RESULT, 1, "1", "{\"status\":200,\"headers\":{},\"body\":\"1\"}");
        for (int i = 0; i < 70; i++) {
            char path[16];
            snprintf(path, sizeof path, "9#%d", i + 1);
            world_put(x.w, PL_ROW_INTENT, 1, path, "{\"action\":\"shop.act\",\"class\":\"unsafe\"}");
        }
        world_end(x.w, x.r);
        x.w->fault = true;
        x.w->fault_at = nth;
        x.r = world_begin(x.w, &x.a->m, "{}");
        PlRunState state = x.r->run ? world_go(x.w, x.r) : PL_RUN_BROKEN;
        fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(x.w->sent == 1 && (fired || state != PL_RUN_BROKEN));
        over(&x);
    }
}

TEST(a_cancelled_run_that_did_not_get_to_its_end)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), small);
    drop_kind(x.w, PL_ROW_END);
    world_put(x.w, PL_ROW_CANCEL, 0, "", "{\"message\":\"enough\"}");
    again(&x);
    CHECK(x.state != PL_RUN_BROKEN && x.w->sent == 1);
    over(&x);
}

/* A row that is another one than the index says: nothing of it is taken. */
TEST(rows_that_move)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), small);
    for (int way = 0; way < 2; way++) {
        drop_kind(x.w, PL_ROW_END);
        world_end(x.w, x.r);
        x.r = world_begin(x.w, &x.a->m, "{}");
        PlRow *row = &world_row_of(x.w, PL_ROW_RESULT)->row, old = *row;
        if (way) row->kind = PL_ROW_NOTE;
        else row->path = PL_STR("7");
        x.state = world_go(x.w, x.r);
        row = &x.w->rows[old.seq - 1].row;
        row->kind = old.kind, row->path = old.path;
        CHECK(x.state == PL_RUN_DONE && x.w->sent == 2);
    }
    over(&x);
}

TEST(a_journal_that_cannot_be_read)
{
    static const PlStatus fails[] = {PL_IO, PL_NOMEM, PL_LIMIT, PL_INVALID};
    for (size_t i = 0; i < sizeof fails / sizeof *fails; i++) {
        Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), small);
        drop_kind(x.w, PL_ROW_END);
        world_end(x.w, x.r);
        x.r = world_begin(x.w, &x.a->m, "{}");
        x.w->read_fails = fails[i];
        x.state = world_go(x.w, x.r);
        x.w->read_fails = PL_OK;
        CHECK((x.state == PL_RUN_BROKEN || x.state == PL_RUN_FAILED) && x.w->sent == 1);
        over(&x);
    }
}

static WorldAnswer large(World *w, const WorldSend *s)
{
    static char body[20000];
    (void)w, (void)s;
    memset(body, '7', sizeof body - 1);
    body[0] = body[sizeof body - 2] = '"';
    return (WorldAnswer){.status = 200, .type = "application/json", .body = body};
}

TEST(no_memory_for_a_large_answer_on_record)
{
    for (uint64_t nth = 0, fired = 1; fired; nth++) {
        Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), large);
        drop_kind(x.w, PL_ROW_END);
        world_end(x.w, x.r);
        x.w->fault = true;
        x.w->fault_at = nth;
        x.r = world_begin(x.w, &x.a->m, "{}");
        PlRunState state = x.r->run ? world_go(x.w, x.r) : PL_RUN_BROKEN;
        fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(x.w->sent == 1 && (fired || state == PL_RUN_DONE));
        over(&x);
    }
}

TEST(a_journal_that_keeps_what_it_is_given)
{
    Asm *a = asm_one_call(PL_GET, (PlCallSite){0}, false);
    Run x = {.w = world_new(), .a = a};
    x.w->takes = true;
    x.r = world_begin(x.w, asm_done(a), "{}");
    CHECK(world_go(x.w, x.r) == PL_RUN_DONE && x.w->row_count >= 4);
    over(&x);
}

TEST(fields_of_bodies_that_are_none)
{
    Run x = run_it(asm_one_call(PL_GET, (PlCallSite){0}, false), small);
    PlValues *heap = x.r->run->values;
    size_t at;
    const char *why;
    PlValue record, none = pl_int(5);
    CHECK(pl_json_read(heap, PL_STR("{\"t\":\"x\",\"n\":3,\"y\":true,\"f\":false}"), &record, &at, &why) == PL_OK);
    CHECK_STR(pl_rows_text(record, "t"), "x");
    CHECK_STR(pl_rows_text(record, "n"), "");
    CHECK_STR(pl_rows_text(record, "none"), "");
    CHECK_STR(pl_rows_text(none, "t"), "");
    CHECK(pl_rows_int(record, "n", 7) == 3 && pl_rows_int(record, "t", 7) == 7 && pl_rows_int(record, "none", 7) == 7 && pl_rows_int(none, "n", 7) == 7);
    CHECK(pl_rows_yes(record, "y") && !pl_rows_yes(record, "f") && !pl_rows_yes(record, "n") && !pl_rows_yes(record, "none") && !pl_rows_yes(none, "y"));
    pl_release(heap, record);
    CHECK_STR(pl_str_z(pl_row_kind_name((PlRowKind)0)), "?");
    CHECK_STR(pl_str_z(pl_row_kind_name(PL_ROW_KIND_END)), "?");
    CHECK_STR(pl_str_z(pl_row_kind_name(PL_ROW_REDACT)), "REDACT");
    CHECK_STR(pl_str_z(pl_net_fault_name(PL_NET_FAULT_COUNT)), "?");
    CHECK_STR(pl_str_z(pl_evidence_name((PlEvidence)9)), "?");
    PlUsage much = {UINT64_MAX - 1, UINT64_MAX - 1};
    pl_usage_add(&much, (PlUsage){5, 5});
    CHECK(much.tokens == UINT64_MAX && much.money == UINT64_MAX);
    over(&x);
}

/* ---- what is allowed ---- */

TEST(hosts_and_limits)
{
    static const PlServerOverride servers[] = {{PL_STR_INIT("mall"), PL_STR_INIT("https://a.test")}, {PL_STR_INIT("shop"), PL_STR_INIT("no address")},
                                               {PL_STR_INIT("shop"), PL_STR_INIT("https://b.test/v1")}};
    static const struct {
        const char *origin;
        bool allowed;
    } cases[] = {{"https://shop.test:443", true}, {"https://mall.test:443", false}, {"https://a.test:443", false}, {"https://b.test:443", true}, {"", false}};
    Asm *a = asm_one_call(PL_GET, (PlCallSite){0}, false);
    a->m.manifest.hosts = ASM_NEW(a, PlHostRule, {PL_STR("https://mall.test:443"), PL_STR("mall")}, {PL_STR("https://shop.test:443"), PL_STR("shop")});
    a->m.manifest.host_count = 2;
    World *w = world_new();
    WorldRun *r = world_begin_with(w, asm_done(a), (PlRunOptions){.servers = servers, .server_count = 3}, false, NULL);
    PlCall call = {.run = r->run, .site = &a->m.calls[0], .action = &a->m.actions[0], .attempt = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlRequest request = {.origin = pl_str_z(cases[i].origin)};
        CHECK(pl_policy_allows(&call, &request) == cases[i].allowed);
    }
    PlRequest request = {.origin = PL_STR("https://b.test:443")};
    pl_fault_arm(PL_FAULT_ALLOC, 0, false);
    volatile bool left = true;
    PlEscape escape, *outer = pl_heap_set_escape(r->run->heap, &escape);
    if (setjmp(escape.at) == 0) {
        (void)pl_policy_allows(&call, &request);
        left = false;
    }
    pl_heap_set_escape(r->run->heap, outer);
    pl_fault_disarm();
    CHECK(left); /* an address that there is no memory for is not another one */
    uint64_t most[][3] = {{0, 0, PL_LIMIT_CALLS_DEFAULT}, {5, 0, 5}, {5, 3, 3}, {5, 9, 5}};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        a->m.manifest.max_calls = most[i][0];
        r->run->options.max_calls = most[i][1];
        for (int over_it = 0; over_it < 2; over_it++) {
            r->run->call_count = most[i][2] - (over_it ? 0 : 1);
            CHECK(pl_policy_allows(&call, &request) == !over_it);
        }
    }
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

UNIT_MAIN
