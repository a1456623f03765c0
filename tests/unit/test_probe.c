/* SPDX-License-Identifier: MIT */
/* Calls in doubt that are settled by asking: found, absent, several, no answer, crashes at each point, and how often each request was sent. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

/* Step 1 creates a thing with a name; when in doubt, things.list(name) is asked for one with this name. */
static Asm *create_one(bool absent_is_sure)
{
    Asm *a = asm_new();
    uint16_t name = asm_text(a, "lamp");
    uint32_t create = asm_action(a, "create", PL_POST, "/things"), list = asm_action(a, "list", PL_GET, "/things");
    asm_param(a, create, "name", PL_IN_BODY, PL_STYLE_SIMPLE, false);
    asm_param(a, list, "name", PL_IN_QUERY, PL_STYLE_FORM, true);
    uint16_t f = asm_function(a, "main", 4, CODE(I(LOADK, .a = 1, .b = name), I(CALL, .a = 0, .b = 0), I(RETURN, .a = 0)));
    asm_call(a, create, asm_site(a, "1", f, 0, 3, PL_NO_SITE), 1, 1, (PlCallSite){0});
    PlAction *c = &a->actions.items[create];
    c->doubt = PL_DOUBT_RECONCILABLE;
    c->probe = (PlProbe){.action = PL_STR("list"), .absent_is_sure = absent_is_sure};
    c->probe.with = ASM_NEW(a, PlProbePair, {PL_STR("name"), PL_STR("name")});
    c->probe.match = ASM_NEW(a, PlProbePair, {PL_STR("name"), PL_STR("name")});
    c->probe.with_count = c->probe.match_count = 1;
    return a;
}

static const char LAMP[] = "{\"items\":[{\"id\":1,\"name\":\"chair\"},{\"id\":7,\"name\":\"lamp\"}]}";
static const WorldAnswer LOST = {.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET};

static uint32_t times(const World *w, const char *what)
{
    uint32_t n = 0;
    for (const char *at = w->sent_log; (at = strstr(at, what)); at++) n++;
    return n;
}

static WorldAnswer json(const char *body)
{
    return (WorldAnswer){.status = 200, .type = "application/json", .body = body};
}

static WorldAnswer lost_but_there(World *w, const WorldSend *s)
{
    (void)w;
    return s->method == PL_POST ? LOST : json(LAMP);
}

TEST(what_is_found_was_applied)
{
    Run x = run_it(create_one(false), lost_but_there);
    CHECK(x.state == PL_RUN_DONE);
    CHECK_STR(pl_run_output(x.r->run), "{\"id\":7,\"name\":\"lamp\"}");
    CHECK(times(x.w, "POST") == 1 && times(x.w, "GET https://shop.test/things?name=lamp") == 1);
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nINDOUBT 1/1\nINTENT 1?1/1\nRESULT 1?1/1\nRESOLVE 1/1\n");
    CHECK(has(world_find(x.w, PL_ROW_RESOLVE, "1", 1)->body,
              "{\"how\":\"applied\",\"result\":{\"id\":7,\"name\":\"lamp\"},\"who\":\"probe\",\"probe\":\"1?1\"}"));
    CHECK(has(world_find(x.w, PL_ROW_INTENT, "1", 1)->body, "\"class\":\"reconcilable\""));
    CHECK(has(world_find(x.w, PL_ROW_INTENT, "1?1", 1)->body, "{\"action\":\"shop.list\",\"class\":\"safe\""));
    int64_t waited = world_find(x.w, PL_ROW_INTENT, "1?1", 1)->wall_us - world_find(x.w, PL_ROW_INDOUBT, "1", 1)->wall_us;
    CHECK(waited == 2000000); /* the server gets time to finish */
    world_drop_rows(x.w, x.w->row_count - 1); /* without END: another process comes to it by the rows */
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 2);
    CHECK_STR(pl_run_output(x.r->run), "{\"id\":7,\"name\":\"lamp\"}");
    over(&x);
}

static WorldAnswer lost_and_gone(World *w, const WorldSend *s)
{
    if (s->method == PL_POST) return ++w->counter > 1 ? json("{\"id\":8}") : LOST;
    return w->counter > 90 ? json(LAMP) : json("{\"items\":[]}");
}

TEST(what_is_not_found_waits_for_a_person)
{
    Run x = run_it(create_one(false), lost_and_gone);
    CHECK(x.state == PL_RUN_PARKED && times(x.w, "POST") == 1 && times(x.w, "GET") == 1);
    CHECK(has(pl_run_error(x.r->run), "shop.list was asked: it is not there, which does not prove that it will not come"));
    again(&x); /* nothing was decided: it is asked again, and nothing is sent again */
    CHECK(x.state == PL_RUN_PARKED && times(x.w, "POST") == 1 && times(x.w, "GET") == 2);
    x.w->counter = 99; /* now it is there */
    again(&x);
    CHECK(x.state == PL_RUN_DONE && times(x.w, "POST") == 1 && times(x.w, "GET") == 3);
    over(&x);
    x = run_it(create_one(false), lost_and_gone);
    world_put(x.w, PL_ROW_RESOLVE, 1, "1", "{\"how\":\"not_applied\"}");
    again(&x); /* a person decides: sent once more, and not asked */
    CHECK(x.state == PL_RUN_DONE && times(x.w, "POST") == 2 && times(x.w, "GET") == 1);
    over(&x);
}

TEST(absence_that_is_sure_sends_again)
{
    Run x = run_it(create_one(true), lost_and_gone);
    CHECK(x.state == PL_RUN_DONE && times(x.w, "POST") == 2 && times(x.w, "GET") == 1);
    CHECK_STR(pl_run_output(x.r->run), "{\"id\":8}");
    CHECK_STR(world_story(x.w, false),
              "INTENT 1/1\nINDOUBT 1/1\nINTENT 1?1/1\nRESULT 1?1/1\nRESOLVE 1/1\nINTENT 1/2\nRESULT 1/2\n");
    CHECK(has(world_find(x.w, PL_ROW_INTENT, "1", 2)->body, "\"epoch\":1"));
    world_drop_rows(x.w, x.w->row_count - 1);
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    over(&x);
}

static WorldAnswer two_lamps(World *w, const WorldSend *s)
{
    (void)w;
    return s->method == PL_POST ? LOST : json("[{\"id\":1,\"name\":\"lamp\"},{\"id\":2,\"name\":\"lamp\"}]");
}

static WorldAnswer no_answer(World *w, const WorldSend *s)
{
    (void)w;
    return s->method == PL_POST ? LOST : (WorldAnswer){.status = 500, .type = "text/plain", .body = "no"};
}

static WorldAnswer not_json(World *w, const WorldSend *s)
{
    (void)w;
    return s->method == PL_POST ? LOST : json("<html>");
}

TEST(what_proves_nothing_parks)
{
    static const struct {
        WorldServer server;
        const char *words;
        uint32_t asked;
    } cases[] = {{two_lamps, "several things fit", 1}, {no_answer, "it gave no answer that tells", 3}, {not_json, "its answer cannot be read", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Run x = run_it(create_one(true), cases[i].server); /* also where absence would be sure */
        CHECK(x.state == PL_RUN_PARKED && times(x.w, "POST") == 1 && times(x.w, "GET") == cases[i].asked);
        CHECK(has(pl_run_error(x.r->run), cases[i].words));
        over(&x);
    }
}

TEST(what_is_found_must_be_an_answer)
{
    Asm *a = create_one(false);
    a->actions.items[0].result = PL_T_INTEGER;
    Run x = run_it(a, lost_but_there);
    CHECK(x.state == PL_RUN_PARKED && has(pl_run_error(x.r->run), "settle it as applied, with --result"));
    over(&x);
}

static WorldAnswer by_pages(World *w, const WorldSend *s)
{
    (void)w;
    if (s->method == PL_POST) return LOST;
    if (strstr(s->url, "cursor=b")) return json(LAMP);
    return json("{\"items\":[{\"id\":3,\"name\":\"desk\"}],\"next_cursor\":\"b\"}");
}

TEST(it_looks_through_the_pages)
{
    Asm *a = create_one(true);
    asm_param(a, 1, "cursor", PL_IN_QUERY, PL_STYLE_FORM, true);
    Run x = run_it(a, by_pages);
    CHECK(x.state == PL_RUN_DONE && times(x.w, "POST") == 1 && times(x.w, "GET") == 2);
    over(&x);
    a = create_one(true); /* the answer says that there is more, and there is no way to it */
    x = run_it(a, by_pages);
    CHECK(x.state == PL_RUN_PARKED && times(x.w, "POST") == 1);
    over(&x);
}

static WorldAnswer fitting_number(World *w, const WorldSend *s)
{
    (void)w;
    if (s->method == PL_POST) return LOST;
    return json("{\"id\":7,\"name\":\"lamp\",\"meta\":{\"state\":\"new\"}}");
}

TEST(a_thing_by_its_name_and_a_state)
{
    Asm *a = create_one(true);
    PlProbe *p = &a->actions.items[0].probe;
    p->match = ASM_NEW(a, PlProbePair, {PL_STR("name"), PL_STR("name")}, {PL_STR("meta.state"), PL_STR("=new")});
    p->match_count = 2;
    Run x = run_it(a, fitting_number);
    CHECK(x.state == PL_RUN_DONE && times(x.w, "POST") == 1);
    over(&x);
    a = create_one(false);
    p = &a->actions.items[0].probe;
    p->match = ASM_NEW(a, PlProbePair, {PL_STR("meta.state"), PL_STR("=old")});
    x = run_it(a, fitting_number);
    CHECK(x.state == PL_RUN_PARKED && times(x.w, "POST") == 1);
    over(&x);
}

static WorldAnswer silent(World *w, const WorldSend *s)
{
    (void)s;
    if (w->counter == 0) return (WorldAnswer){.never = true};
    return w->counter == 1 && s->method == PL_GET ? (WorldAnswer){.never = true} : lost_but_there(w, s);
}

/* The process ends after INTENT, then while the probe is under way; the call is sent once. */
TEST(a_process_that_ends)
{
    Run x = run_it(create_one(true), silent);
    CHECK(x.state == PL_RUN_WAITING && times(x.w, "POST") == 1);
    x.w->counter = 1;
    again(&x);
    CHECK(x.state == PL_RUN_WAITING && times(x.w, "POST") == 1 && times(x.w, "GET") == 1);
    CHECK_STR(world_story(x.w, false), "INTENT 1/1\nINDOUBT 1/1\nINTENT 1?1/1\n");
    x.w->counter = 2;
    again(&x);
    CHECK(x.state == PL_RUN_DONE && times(x.w, "POST") == 1 && times(x.w, "GET") == 2);
    over(&x);
}

/* Every number of rows that a crash may leave: the rest of the run sends the POST at most once in all, unless absence was sure. */
TEST(every_crash)
{
    Run whole = run_it(create_one(false), lost_but_there);
    uint32_t rows = whole.w->row_count;
    over(&whole);
    for (uint32_t keep = 1; keep < rows; keep++) {
        Run x = run_it(create_one(false), lost_but_there);
        world_end(x.w, x.r);
        world_drop_rows(x.w, keep);
        uint32_t before = keep >= 2; /* INTENT was there, so it was sent */
        x.w->sent_log[0] = 0;
        x.r = world_begin(x.w, &x.a->m, "{}");
        CHECK(world_go(x.w, x.r) == PL_RUN_DONE);
        CHECK(before + times(x.w, "POST") == 1);
        CHECK_STR(pl_run_output(x.r->run), "{\"id\":7,\"name\":\"lamp\"}");
        over(&x);
    }
}

TEST(a_probe_stays_within_the_manifest)
{
    Asm *a = create_one(true);
    a->actions.items[1].server = PL_STR("https://elsewhere.test");
    Run x = run_it(a, lost_but_there);
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 1 && has(pl_run_error(x.r->run), "the manifest or a limit forbids it"));
    over(&x);
    a = create_one(true);
    a->m.manifest.max_calls = 1;
    x = run_it(a, lost_but_there);
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 1);
    over(&x);
}

TEST(nothing_to_look_for)
{
    Asm *a = create_one(true);
    a->functions.items[0].code[0] = (PlInsn){.op = PL_OP_LOADN, .a = 1};
    Run x = run_it(a, lost_but_there);
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 1);
    over(&x);
}

TEST(a_run_that_is_cancelled_meanwhile)
{
    World *w = world_new();
    Asm *a = create_one(false);
    w->server = lost_but_there;
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(pl_run_pump(r->run) == PL_RUN_WAITING && world_answer(w)); /* the POST is lost */
    CHECK(pl_run_pump(r->run) == PL_RUN_WAITING && w->sent == 1);
    pl_run_cancel(r->run, PL_STR("enough"));
    CHECK(world_go(w, r) == PL_RUN_PARKED && w->sent == 1); /* no end while a call is unaccounted for */
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

TEST(memory_that_runs_out)
{
    for (uint64_t at = 0; at < 400; at++) {
        World *w = world_new();
        Asm *a = create_one(false);
        w->server = lost_but_there;
        w->fault = true;
        w->fault_at = at;
        WorldRun *r = world_begin(w, asm_done(a), "{}");
        PlRunState state = r->run ? world_go(w, r) : PL_RUN_BROKEN;
        pl_fault_disarm();
        CHECK(times(w, "POST") <= 1);
        CHECK(state != PL_RUN_WAITING);
        if (r->run) CHECK(state != PL_RUN_DONE || world_find(w, PL_ROW_RESOLVE, "1", 1));
        world_end(w, r);
        world_free(w);
        asm_free(a);
    }
}

UNIT_MAIN
