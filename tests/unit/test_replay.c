/* SPDX-License-Identifier: MIT */
/* Replay: a run that does a bit of everything is ended after each of its rows and resumed; it must come to the same output without sending
 * anything twice that has an answer. Questions, events and waits are taken up where they were. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"
#include "vm/run/offline.h"

/* 1 random -> r1; 2 for each of ["a","b","c"], 2 at a time: 2.1 get; 3 repeat 2 times: 3.1 put {n}; 3.2 note; 4 wait 10 s; 5 post; 6 a call that fails,
 * handled; output: [r1, gathered, post's answer, the error's status] */
static Asm *bit_of_everything(void)
{
    Asm *a = asm_new();
    uint16_t list = asm_json(a, "[\"a\",\"b\",\"c\"]"), status = asm_text(a, "status");
    uint16_t ten = asm_lit(a, (PlLiteral){.kind = PL_LIT_DURATION, .as.integer = 10000000});
    uint32_t get = asm_action(a, "get", PL_GET, "/item/{id}"), put = asm_action(a, "put", PL_PUT, "/count/{n}");
    uint32_t post = asm_action(a, "post", PL_POST, "/order"), bad = asm_action(a, "bad", PL_GET, "/bad");
    asm_param(a, get, "id", PL_IN_PATH, PL_STYLE_SIMPLE, false);
    asm_param(a, put, "n", PL_IN_PATH, PL_STYLE_SIMPLE, false);
    asm_param(a, post, "amount", PL_IN_BODY, PL_STYLE_FORM, false);
    uint16_t f = asm_function(a, "main", 16,
                              CODE(I(RANDOM, .a = 1, .b = 0), I(LOADK, .a = 0, .b = list), I(LIST, .a = 2, .x = 0), I(SCATTER, .b = 0),
                                   I(LOADI, .a = 6, .b = 0), I(LOADI, .a = 7, .b = 2), I(COUNT, .a = 6, J32(3)), I(CALL, .a = 9, .b = 1),
                                   I(NOTE, .a = 8, .b = 5), I(JMP, J32(-4)), I(LOADK, .a = 10, .b = ten), I(WAIT, .a = 9, .b = 0), I(NOW, .a = 11, .b = 7),
                                   I(CALL, .a = 3, .b = 2), I(CALL, .a = 9, .b = 3), I(RETURN, .a = 9), I(FIELD, .a = 4, .b = 12, .c = status),
                                   I(LIST, .a = 5, .x = 4, .b = 1), I(RETURN, .a = 5)));
    uint16_t body = asm_function(a, "2#", 4, CODE(I(CALL, .a = 2, .b = 0), I(LIST, .a = 2, .x = 1, .b = 2), I(RETURNS, .x = 1, .b = 2)));
    asm_site(a, "1", f, 0, 1, PL_NO_SITE);
    asm_site(a, "2", f, 1, 4, PL_NO_SITE);
    asm_site(a, "2.1", body, 0, 1, 1);
    asm_site(a, "3", f, 4, 10, PL_NO_SITE);
    asm_loop(a, asm_site(a, "3.1", f, 7, 8, 3), 6, 3);
    asm_loop(a, asm_site(a, "3.2", f, 8, 9, 3), 6, 3);
    asm_site(a, "4", f, 10, 12, PL_NO_SITE);
    asm_site(a, "5", f, 12, 13, PL_NO_SITE);
    asm_site(a, "6", f, 13, 14, PL_NO_SITE);
    asm_site(a, "7", f, 14, 15, PL_NO_SITE);
    PlGather *gathers = ASM_NEW(a, PlGather, {PL_GATHER_APPEND, 2});
    pl_vec_push(a->arena, &a->scatters,
                (PlScatter){.site = 1, .function = body, .list = 0, .cap = 2, .gathers = gathers, .gather_count = 1});
    pl_vec_push(a->arena, &a->waits, (PlWaitSite){.site = 6, .kind = PL_WAIT_FOR, .reg = 10});
    asm_call(a, get, 2, 0, 1, (PlCallSite){0});
    asm_call(a, put, 4, 8, 1, (PlCallSite){.retries = 2, .retry_wait_us = 1000000});
    asm_call(a, post, 8, 8, 1, (PlCallSite){0});
    asm_call(a, bad, 9, 0, 0, (PlCallSite){0});
    asm_handler(a, f, 14, 15, 16, 12, 0);
    return a;
}

static WorldAnswer shop(World *w, const WorldSend *s)
{
    static char body[64];
    (void)w;
    snprintf(body, sizeof body, "\"%s\"", strrchr(s->url, '/') + 1);
    if (strstr(s->url, "/bad")) return (WorldAnswer){.status = 418};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = body};
}

/* A world whose journal holds the first rows of another's. */
static World *cut(const World *from, uint32_t rows)
{
    World *w = world_new();
    for (uint32_t i = 0; i < rows; i++) {
        PlRow row = from->rows[i].row;
        CHECK(world_append(w, &row) == PL_OK);
    }
    if (rows) w->wall = from->rows[rows - 1].row.wall_us;
    world_keep(w);
    w->server = shop;
    return w;
}

TEST(ended_after_any_row_it_comes_to_the_same)
{
    Asm *a = bit_of_everything();
    World *w = world_new();
    w->server = shop;
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_DONE);
    char whole[1024];
    world_text(whole, sizeof whole, pl_run_output(r->run));
    CHECK(has(pl_str_z(whole), ",[\"a\",\"b\",\"c\"],\"order\",418]"));
    CHECK(w->sent == 7 && w->mono >= 11000000);
    world_end(w, r);
    for (uint32_t n = 0; n <= w->row_count; n++) {
        World *v = cut(w, n);
        const PlRow *last = n ? &w->rows[n - 1].row : NULL;
        uint32_t answered = world_count(v, PL_ROW_RESULT), began = world_count(v, PL_ROW_INTENT);
        WorldRun *q = world_begin(v, &a->m, "{}");
        PlRunState state = q->run ? world_go(v, q) : PL_RUN_BROKEN;
        if (last && last->kind == PL_ROW_INTENT && pl_str_eq_z(last->path, "6")) { /* the unsafe one: a person says what it was */
            CHECK(state == PL_RUN_PARKED && v->sent == 0);
            world_end(v, q);
            world_put(v, PL_ROW_RESOLVE, 1, "6", "{\"how\":\"applied\",\"result\":\"order\"}");
            q = world_begin(v, &a->m, "{}");
            state = world_go(v, q);
        }
        CHECK(state == PL_RUN_DONE);
        CHECK_STR(pl_run_output(q->run), whole);
        bool resolved = world_count(v, PL_ROW_RESOLVE) > 0;
        CHECK(v->sent == 7 - answered - resolved);
        (void)began;
        CHECK(world_count(v, PL_ROW_NOTE) == 2 && world_count(v, PL_ROW_RANDOM) == 1 && world_count(v, PL_ROW_TIME) == 1 && world_count(v, PL_ROW_TIMER) == 1);
        world_end(v, q);
        world_free(v);
    }
    world_free(w);
    asm_free(a);
}

static PlOfflineResult offline(World *w, const Asm *a, PlArena *arena)
{
    PlSources sources;
    PlDiags diags;
    PlOfflineResult result;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    CHECK(pl_offline_replay(arena, &a->m, PL_STR("r-test"),
                            (PlJournalPort){w, world_append, world_commit, world_barrier, world_each, world_read, NULL}, (PlFilesPort){0}, NULL, &diags,
                            &result) == PL_OK);
    return result;
}

TEST(offline_it_is_the_same_after_any_row)
{
    Asm *a = bit_of_everything();
    World *w = world_new();
    PlEscape escape;
    w->server = shop;
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_DONE);
    world_end(w, r);
    for (uint32_t n = 1; n <= w->row_count; n++) {
        World *v = cut(w, n);
        PlArena *arena = pl_arena_new(&escape, 0);
        PlOfflineResult result = offline(v, a, arena);
        CHECK(result.verdict == (n == w->row_count ? PL_OFFLINE_SAME : PL_OFFLINE_SO_FAR) && result.difference_count == 0);
        CHECK(v->sent == 0 && v->row_count == n && result.rows == n);
        pl_arena_free(arena);
        world_free(v);
    }
    world_free(w);
    asm_free(a);
}

TEST(offline_another_end_and_many_differences)
{
    /* a note for each of 250 turns; on record is only the first */
    Asm *a = asm_new();
    uint16_t f = asm_function(a, "main", 8,
                              CODE(I(LOADI, .a = 0, .b = 0), I(LOADI, .a = 1, .b = 250), I(COUNT, .a = 0, J32(2)), I(NOTE, .a = 2, .b = 0),
                                   I(JMP, J32(-3)), I(RETURN, .a = 3)));
    PlEscape escape;
    asm_site(a, "1", f, 3, 4, PL_NO_SITE);
    World *w = world_new();
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_DONE);
    world_end(w, r);
    World *v = cut(w, 2);
    world_put(v, PL_ROW_END, 0, "", "{\"state\":\"done\",\"output\":5,\"status\":\"OK\"}");
    PlArena *arena = pl_arena_new(&escape, 0);
    PlOfflineResult result = offline(v, a, arena);
    CHECK(result.verdict == PL_OFFLINE_DIFFERS && result.cut && result.difference_count == PL_LIMIT_DIFFERENCES);
    CHECK(result.differences[0].kind == PL_DIFFERS_NEW && result.differences[0].row == PL_ROW_NOTE);
    pl_arena_free(arena);
    world_free(v);
    world_free(w);
    asm_free(a);
}

TEST(what_is_sent_again_after_an_end_is_no_further_call)
{
    /* Ended again and again with two of the three reads under way: the plan's three stay three. */
    Asm *a = bit_of_everything();
    a->m.manifest.calls_at_most = ASM_NEW(a, uint64_t, 3, 6, 1, 1);
    World *w = world_new();
    w->server = shop;
    WorldRun *r;
    for (int i = 0; i < 3; i++) {
        r = world_begin(w, asm_done(a), "{}");
        CHECK(r->run && pl_run_pump(r->run) == PL_RUN_WAITING);
        world_end(w, r);
    }
    CHECK(world_count(w, PL_ROW_INTENT) == 6 && world_count(w, PL_ROW_RESULT) == 0);
    r = world_begin(w, &a->m, "{}");
    CHECK(r->run && world_go(w, r) == PL_RUN_DONE);
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

TEST(any_allocation_may_fail)
{
    /* The nth allocation of the run fails, for every n: it ends with an END row or is broken, and what was unsafe was sent once at most. */
    Asm *a = bit_of_everything();
    uint64_t n = 0;
    bool fired = true;
    asm_done(a);
    for (; fired; n++) {
        World *w = world_new();
        w->server = shop;
        w->fault = true;
        w->fault_at = n;
        WorldRun *r = world_begin(w, &a->m, "{}");
        PlRunState state = r->run ? world_go(w, r) : PL_RUN_BROKEN;
        fired = pl_fault_fired();
        CHECK(state != PL_RUN_WAITING);
        CHECK(fired || state == PL_RUN_DONE);
        CHECK(!r->run == (r->status != PL_OK));
        world_end(w, r);
        pl_fault_disarm();
        bool ended = world_count(w, PL_ROW_END) == 1;
        r = world_begin(w, &a->m, "{}");
        CHECK(r->run != NULL);
        state = world_go(w, r);
        CHECK(state == PL_RUN_DONE || (ended && state == PL_RUN_FAILED) || (state == PL_RUN_PARKED && world_count(w, PL_ROW_INDOUBT) == 1));
        size_t order = pl_str_find(pl_str_z(w->sent_log), PL_STR("/order"), 0);
        CHECK(order == PL_STR_NONE || pl_str_find(pl_str_z(w->sent_log), PL_STR("/order"), order + 1) == PL_STR_NONE);
        world_end(w, r);
        world_free(w);
    }
    CHECK(n > 20); /* the slab heap asks seldom */
    asm_free(a);
}

TEST(another_plan_and_damaged_rows_are_refused)
{
    Asm *a = bit_of_everything(), *b = bit_of_everything();
    World *w = world_new();
    w->server = shop;
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    world_go(w, r);
    world_end(w, r);
    asm_done(b);
    b->m.hash[5] = 9;
    World *v = cut(w, 4);
    r = world_begin(v, &b->m, "{}");
    CHECK(!r->run && r->status == PL_CHANGED && r->diags.errors == 1);
    CHECK(r->diags.all.items[0]->code == PL_D_RUN_OTHER_MODULE);
    world_end(v, r);
    world_free(v);
    v = cut(w, 4);
    for (uint32_t i = 0; i < v->row_count; i++)
        if (v->rows[i].row.kind == PL_ROW_RANDOM) v->rows[i].row.body.len -= 2;
    r = world_begin(v, &a->m, "{}");
    CHECK(r->run && world_go(v, r) == PL_RUN_BROKEN && pl_run_status(r->run) == PL_CORRUPT && v->sent == 0);
    world_end(v, r);
    world_free(v);
    world_free(w);
    asm_free(a);
    asm_free(b);
}

static Asm *question(PlAskKind kind, PlTypeId type, uint64_t within_us)
{
    Asm *a = asm_new();
    uint16_t text = asm_text(a, "How many?");
    asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = text), I(ASK, .a = 1, .b = 0), I(RETURN, .a = 1)));
    asm_site(a, "1", 0, 0, 2, PL_NO_SITE);
    pl_vec_push(a->arena, &a->asks, (PlAskSite){.site = 0, .kind = kind, .text = 0, .type = type, .within_us = within_us});
    return a;
}

TEST(a_question_parks_and_takes_its_answer)
{
    Asm *a = question(PL_ASK_QUESTION, PL_T_INTEGER, 0);
    World *w = world_new();
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_PARKED && w->asked == 1);
    CHECK(has(pl_run_error(r->run), "waiting for an answer: How many?"));
    CHECK(w->rows[w->row_count - 1].committed);
    world_end(w, r);
    world_put(w, PL_ROW_ANSWER, 0, "1", "{\"answer\":\"12\",\"who\":\"eve\"}");
    r = world_begin(w, &a->m, "{}");
    CHECK(world_go(w, r) == PL_RUN_DONE && w->asked == 1);
    CHECK_STR(pl_run_output(r->run), "12");
    CHECK(world_count(w, PL_ROW_ASK) == 1);
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

TEST(an_answer_at_the_terminal_is_a_row)
{
    Asm *a = question(PL_ASK_QUESTION, PL_T_INTEGER, 0);
    World *w = world_new();
    w->person = PL_ANSWER_GIVEN;
    w->person_answer = "5";
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_DONE);
    CHECK(has(world_story(w, true), "ANSWER 1/0 {\"answer\":5,\"who\":\"tester\",\"request\":\"\"}"));
    world_end(w, r);
    world_drop_rows(w, w->row_count - 1);
    w->person = PL_ANSWER_LATER;
    r = world_begin(w, &a->m, "{}");
    CHECK(world_go(w, r) == PL_RUN_DONE && w->asked == 1);
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

TEST(questions_expire_and_approvals_are_denied)
{
    Asm *a = question(PL_ASK_QUESTION, PL_T_INTEGER, 60000000);
    World *w = world_new();
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_PARKED);
    world_end(w, r);
    w->wall += 61000000;
    r = world_begin(w, &a->m, "{}");
    CHECK(world_go(w, r) == PL_RUN_FAILED && has(pl_run_error(r->run), "P0941"));
    world_end(w, r);
    world_free(w);
    asm_free(a);
    a = question(PL_ASK_APPROVE, PL_T_YESNO, 0);
    w = world_new();
    w->person = PL_ANSWER_GIVEN;
    w->person_answer = "false";
    r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_FAILED && pl_run_status(r->run) == PL_REFUSED && has(pl_run_error(r->run), "not approved"));
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

static Asm *wait_for(PlWaitSite with, PlLiteral lit)
{
    Asm *a = asm_new();
    uint16_t k = asm_lit(a, lit);
    asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = k), I(WAIT, .a = 1, .b = 0), I(RETURN, .a = 1)));
    asm_site(a, "1", 0, 0, 2, PL_NO_SITE);
    pl_vec_push(a->arena, &a->waits, with);
    return a;
}

TEST(a_wait_is_not_begun_again)
{
    Asm *a = wait_for((PlWaitSite){.kind = PL_WAIT_FOR}, (PlLiteral){.kind = PL_LIT_DURATION, .as.integer = 600000000});
    World *w = world_new();
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(pl_run_pump(r->run) == PL_RUN_WAITING);
    world_end(w, r);
    w->wall += 599000000;
    int64_t before = w->mono;
    r = world_begin(w, &a->m, "{}");
    CHECK(world_go(w, r) == PL_RUN_DONE && w->mono - before == 1000000);
    CHECK(world_count(w, PL_ROW_TIMER) == 1 && world_count(w, PL_ROW_FIRED) == 1);
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

TEST(until_a_time_of_day)
{
    static const char *const texts[] = {"10:00", "09:30", "2025-11-20T10:00:05Z", "25:00", "2025-11-21"};
    static const int64_t seconds[] = {86400, 84600, 5, -1, 50400};
    for (int i = 0; i < 5; i++) {
        Asm *a = wait_for((PlWaitSite){.kind = PL_WAIT_UNTIL}, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = pl_str_z(texts[i])});
        World *w = world_new();
        int64_t before = w->wall;
        WorldRun *r = world_begin(w, asm_done(a), "{}");
        PlRunState state = world_go(w, r);
        CHECK(state == (seconds[i] < 0 ? PL_RUN_FAILED : PL_RUN_DONE));
        if (seconds[i] > 0) CHECK(w->wall - before == seconds[i] * 1000000);
        world_end(w, r);
        world_free(w);
        asm_free(a);
    }
}

TEST(events_park_come_and_expire)
{
    for (int come = 0; come < 2; come++) {
        Asm *a = wait_for((PlWaitSite){.kind = PL_WAIT_EVENT, .within_us = 1000000, .type = PL_T_ANY},
                          (PlLiteral){.kind = PL_LIT_TEXT, .as.text = PL_STR("paid")});
        World *w = world_new();
        WorldRun *r = world_begin(w, asm_done(a), "{}");
        CHECK(world_go(w, r) == PL_RUN_PARKED && has(pl_run_error(r->run), "waiting for an event: paid"));
        world_end(w, r);
        if (come) world_put(w, PL_ROW_ANSWER, 0, "1", "{\"answer\":{\"sum\":3}}");
        w->wall += come ? 0 : 2000000;
        r = world_begin(w, &a->m, "{}");
        CHECK(world_go(w, r) == PL_RUN_DONE);
        CHECK_STR(pl_run_output(r->run), come ? "{\"sum\":3}" : "null");
        world_end(w, r);
        world_free(w);
        asm_free(a);
    }
}

UNIT_MAIN
