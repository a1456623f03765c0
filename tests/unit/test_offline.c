/* SPDX-License-Identifier: MIT */
/* Replay without a world, and forks, of journals that tell of all that can happen: what is the same, what differs, and what nobody can say. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"
#include "vm/run/fork.h"
#include "vm/run/offline.h"

static WorldAnswer small(World *w, const WorldSend *s)
{
    (void)w;
    if (strstr(s->url, "/bad")) return (WorldAnswer){.status = 418};
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "{\"n\":1}"};
}

static World *story(Asm *a)
{
    World *w = world_new();
    w->server = small;
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    world_go(w, r);
    world_end(w, r);
    return w;
}

static PlJournalPort port(World *w)
{
    return (PlJournalPort){w, world_append, world_commit, world_barrier, world_each, world_read, NULL};
}

typedef struct Told {
    PlStatus status;
    PlOfflineVerdict verdict;
    uint32_t differences;
    char kinds[64], paths[128], next[32];
} Told;

static size_t filler; /* bytes of the arena's first chunk that are taken */

static Told offline(World *w, const Asm *a, int64_t fault)
{
    PlEscape escape;
    PlSources sources;
    PlDiags diags;
    PlOfflineResult result;
    Told told = {0};
    PlArena *arena = pl_arena_new(&escape, 0);
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    if (setjmp(escape.at) != 0) {
        told.status = escape.status;
        pl_arena_free(arena);
        return told;
    }
    if (filler) pl_arena_alloc(arena, filler, 1);
    if (fault >= 0) pl_fault_arm(PL_FAULT_ALLOC, (uint64_t)fault, false);
    told.status = pl_offline_replay(arena, &a->m, PL_STR("r-test"), port(w), (PlFilesPort){0}, NULL, &diags, &result);
    told.verdict = result.verdict;
    told.differences = result.difference_count;
    for (uint32_t i = 0; i < result.difference_count && i < 5; i++) {
        size_t at = strlen(told.kinds), end = strlen(told.paths);
        snprintf(told.kinds + at, sizeof told.kinds - at, "%s ", pl_difference_name(result.differences[i].kind));
        snprintf(told.paths + end, sizeof told.paths - end, "%.*s ", PL_ARG(result.differences[i].path));
    }
    if (told.status == PL_OK) snprintf(told.next, sizeof told.next, "%.*s", PL_ARG(result.next));
    pl_arena_free(arena);
    return told;
}

static Asm *one_call(void)
{
    return asm_one_call(PL_POST, (PlCallSite){0}, false);
}

static void over_with(World *w, Asm *a)
{
    world_free(w);
    asm_free(a);
}

#define SAYS(told, verdict_, kinds_) \
    ((told).status == PL_OK && (told).verdict == (verdict_) && strcmp((told).kinds, kinds_) == 0 ? true : (tell(&(told)), false))

static void tell(const Told *t)
{
    fprintf(stderr, "said: status %d, verdict %d, %u differences: %s at %s, next %s\n", t->status, t->verdict, t->differences, t->kinds, t->paths, t->next);
}

TEST(ends_of_all_kinds)
{
    static const struct {
        const char *end;
        PlOfflineVerdict verdict;
        const char *kinds;
    } cases[] = {
        {"{\"state\":\"failed\",\"error\":{\"code\":\"P0305\"}}", PL_OFFLINE_DIFFERS, "end "},
        {"{\"state\":\"done\",\"note\":\"\"code\":\"P0305\"\"}", PL_OFFLINE_DIFFERS, "end "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Asm *a = one_call();
        World *w = story(a);
        world_rewrite(w, PL_ROW_END, cases[i].end);
        Told t = offline(w, a, -1);
        CHECK(SAYS(t, cases[i].verdict, cases[i].kinds));
        over_with(w, a);
    }
    static const PlDiagCode outside[] = {PL_D_RUN_CANCELLED, PL_D_RUN_TIME, PL_D_RUN_MEMORY, PL_D_RUN_NO_MEMORY};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        char end[96];
        Asm *a = one_call();
        World *w = story(a);
        snprintf(end, sizeof end, "{\"state\":\"failed\",\"error\":{\"code\":\"%s\"}}", pl_diag_infos[outside[i]].code);
        world_rewrite(w, PL_ROW_END, end);
        Told t = offline(w, a, -1);
        CHECK(SAYS(t, PL_OFFLINE_SO_FAR, "")); /* not the plan's doing: it would have gone on */
        a->m.hash[3] = 77;
        t = offline(w, a, -1);
        CHECK(SAYS(t, PL_OFFLINE_DIFFERS, "end "));
        over_with(w, a);
    }
}

TEST(rows_that_are_not_the_plans)
{
    Asm *a = one_call();
    World *w = story(a);
    world_put(w, PL_ROW_FORKED, 0, "", "{}");
    Told t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_SAME, ""));
    world_drop_rows(w, w->row_count - 2);
    world_put(w, PL_ROW_CANCEL, 0, "", "{}");
    t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_SO_FAR, ""));
    a->m.hash[3] = 77; /* another plan that does the same, so far */
    t = offline(w, a, -1);
    CHECK(t.status == PL_OK && t.verdict == PL_OFFLINE_DIFFERS);
    over_with(w, a);
}

TEST(what_the_plan_does_not_come_to)
{
    Asm *a = one_call();
    World *w = story(a);
    world_put(w, PL_ROW_ASK, 0, "2", "{}");    /* the approval of a call that is on record */
    world_put(w, PL_ROW_INTENT, 1, "2", "{}");
    world_put(w, PL_ROW_INTENT, 1, "2?1", "{}"); /* and its probe */
    world_put(w, PL_ROW_ASK, 0, "3", "{}");
    world_put(w, PL_ROW_INTENT, 1, "4", "{}");
    world_put(w, PL_ROW_FAIL, 1, "2", "{}");
    Told t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_DIFFERS, "gone gone gone "));
    CHECK_STR(pl_str_z(t.paths), "2 4 3 ");
    w->rows[w->row_count - 3].row.seq = 900; /* a row that is numbered wrongly is nobody's */
    t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_DIFFERS, "gone gone "));
    world_row_of(w, PL_ROW_RESULT)->row.seq = 901;
    t = offline(w, a, -1);
    CHECK(t.status == PL_OK);
    over_with(w, a);
}

TEST(what_it_would_do_next)
{
    Asm *a = one_call();
    World *w = story(a);
    world_drop_rows(w, world_row_of(w, PL_ROW_RESULT) ? w->row_count - 2 : 0); /* INTENT is the last */
    Told t = offline(w, a, -1);
    CHECK(t.status == PL_OK && t.verdict == PL_OFFLINE_SO_FAR);
    world_drop_rows(w, 1);
    t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_SO_FAR, ""));
    CHECK_STR(pl_str_z(t.next), "1");
    over_with(w, a);
}

TEST(journals_that_nothing_can_be_said_of)
{
    Asm *a = one_call();
    World *w = story(a);
    w->read_fails = PL_IO;
    CHECK(offline(w, a, -1).status == PL_IO); /* its first row */
    for (uint32_t i = 1; i < 4; i++) {
        w->reads_left = i;
        PlStatus status = offline(w, a, -1).status;
        CHECK(status == PL_IO || w->reads_left > 0);
    }
    w->reads_left = 0;
    w->read_fails = PL_OK;
    w->each_fails = PL_IO;
    CHECK(offline(w, a, -1).status == PL_IO);
    w->each_fails = PL_OK;
    static const char *const starts[] = {"{\"module\":\"ab\"}", "{\"a\":1}"};
    for (int i = 0; i < 2; i++) {
        world_rewrite(w, PL_ROW_START, starts[i]);
        CHECK(offline(w, a, -1).status != PL_OK);
    }
    w->rows[0].row.kind = PL_ROW_NOTE;
    CHECK(offline(w, a, -1).status != PL_OK);
    over_with(w, a);
    a = one_call();
    w = story(a);
    world_rewrite(w, PL_ROW_RESULT, "{");
    Told t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_DIFFERS, "other "));
    world_drop_rows(w, w->row_count - 1); /* the END */
    t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_DIFFERS, "other "));
    over_with(w, a);
}

static WorldAnswer refused(World *w, const WorldSend *s)
{
    (void)w, (void)s;
    return (WorldAnswer){.fault = PL_NET_CONNECT, .evidence = PL_EVIDENCE_NEVER_SENT};
}

TEST(an_attempt_that_failed_is_on_record)
{
    Asm *a = asm_one_call(PL_GET, (PlCallSite){.retries = 1, .retry_wait_us = 1000000}, false);
    World *w = world_new();
    w->server = refused;
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    CHECK(world_go(w, r) == PL_RUN_FAILED);
    world_end(w, r);
    Told t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_SAME, ""));
    over_with(w, a);
}

/* The first, the second, ... until none fails any more: it ends without memory, or with the verdict. How often it was tried. */
static int64_t each_allocation_fails(World *w, Asm *a, PlOfflineVerdict verdict)
{
    int64_t nth = 0;
    for (bool fired = true; fired; nth++) {
        Told t = offline(w, a, nth);
        fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(t.status == PL_OK ? t.verdict == verdict : t.status == PL_NOMEM && fired);
    }
    return nth;
}

TEST(any_allocation_may_fail)
{
    Asm *a = one_call();
    World *w = story(a);
    CHECK(each_allocation_fails(w, a, PL_OFFLINE_SAME) > 3);
    world_put(w, PL_ROW_INTENT, 1, "2", "{}");
    world_put(w, PL_ROW_ASK, 0, "3", "{}");
    for (int way = 0; way < 2; way++) { /* the second: what it would do next */
        for (filler = 14000; filler < 16384; filler += 40) {
            CHECK(each_allocation_fails(w, a, way ? PL_OFFLINE_SO_FAR : PL_OFFLINE_DIFFERS) > 0);
        }
        world_drop_rows(w, 1);
    }
    filler = 0;
    over_with(w, a);
}

static Asm *waits(int64_t us)
{
    Asm *a = asm_new();
    uint16_t k = asm_lit(a, (PlLiteral){.kind = PL_LIT_DURATION, .as.integer = us});
    asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = k), I(WAIT, .a = 1, .b = 0), I(RETURN, .a = 0)));
    asm_site(a, "1", 0, 0, 2, PL_NO_SITE);
    pl_vec_push(a->arena, &a->waits, (PlWaitSite){.site = 0, .kind = PL_WAIT_FOR, .reg = 0});
    return a;
}

/* Of a difference there is a copy, and of a timer a place: the arena's first chunk ends at each of them once. */
TEST(no_memory_for_what_differs)
{
    static char large[2001];
    memset(large, 'x', sizeof large - 1);
    for (int way = 0; way < 2; way++) {
        Asm *a = way ? waits(600000000) : one_call();
        World *w = story(a);
        if (way) world_drop_rows(w, 1);
        else world_put(w, PL_ROW_ASK, 0, "3", large);
        a->m.manifest.max_time_us = 3600000000;
        for (filler = way ? 15000 : 12000; filler < 16384; filler += way ? 8 : 100) {
            CHECK(each_allocation_fails(w, a, way ? PL_OFFLINE_SO_FAR : PL_OFFLINE_DIFFERS) > 0);
        }
        filler = 0;
        over_with(w, a);
    }
}

/* A run that had worked as long as it may is over when it is taken up: no time passes here. */
TEST(a_limit_of_time_that_was_reached)
{
    Asm *a = one_call();
    World *w = story(a);
    world_drop_rows(w, 1);
    w->wall += 100000000;
    world_put(w, PL_ROW_NOTE, 1, "7", "{}");
    world_put(w, PL_ROW_RESUME, 0, "", "{}");
    a->m.manifest.max_time_us = 50000000;
    Told t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_SO_FAR, ""));
    over_with(w, a);
}

/* For each of [1,2], 2 at a time: a call that fails. The loop's failure is on record. */
static Asm *failing_loop(void)
{
    Asm *a = asm_new();
    uint16_t list = asm_json(a, "[1,2]");
    uint32_t bad = asm_action(a, "bad", PL_POST, "/bad");
    uint16_t f = asm_function(a, "main", 4, CODE(I(LOADK, .a = 0, .b = list), I(SCATTER, .b = 0), I(RETURN, .a = 1)));
    uint16_t body = asm_function(a, "1#", 4, CODE(I(CALL, .a = 2, .b = 0), I(RETURNS, .x = 0, .b = 2)));
    asm_site(a, "1", f, 0, 2, PL_NO_SITE);
    asm_site(a, "1.1", body, 0, 1, 0);
    pl_vec_push(a->arena, &a->scatters, (PlScatter){.site = 0, .function = body, .list = 0, .cap = 2});
    asm_call(a, bad, 1, 0, 0, (PlCallSite){0});
    return a;
}

TEST(a_loop_whose_failure_is_on_record)
{
    Asm *a = failing_loop();
    World *w = story(a);
    CHECK(world_find(w, PL_ROW_FAIL, "1", 0) != NULL);
    Told t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_SAME, ""));
    world_put(w, PL_ROW_INTENT, 1, "1x", "{}"); /* begins like the loop's path, and is not below it */
    world_put(w, PL_ROW_INTENT, 1, "1", "{}");
    world_put(w, PL_ROW_INTENT, 1, "22#1", "{}");
    t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_DIFFERS, "gone gone gone "));
    over_with(w, a);
}

TEST(waits_of_no_time_are_over_at_once)
{
    for (int i = 0; i < 2; i++) {
        Asm *a = waits(i ? 600000000 : 0);
        World *w = story(a);
        world_drop_rows(w, 1);
        Told t = offline(w, a, -1);
        CHECK(SAYS(t, PL_OFFLINE_SO_FAR, ""));
        CHECK_STR(pl_str_z(t.next), "1");
        over_with(w, a);
    }
}

/* A wait that another process began is over at the time of the last row, or it is not. */
TEST(waits_on_record)
{
    for (int i = 0; i < 2; i++) {
        Asm *a = waits(600000000);
        World *w = world_new();
        WorldRun *r = world_begin(w, asm_done(a), "{}");
        CHECK(pl_run_pump(r->run) == PL_RUN_WAITING);
        world_end(w, r);
        w->wall += i ? 700000000 : 500000000;
        world_put(w, PL_ROW_RESUME, 0, "", "{}");
        a->m.manifest.max_time_us = 3600000000; /* and there is a limit */
        Told t = offline(w, a, -1);
        CHECK(SAYS(t, PL_OFFLINE_SO_FAR, ""));
        CHECK_STR(pl_str_z(t.next), i ? "1" : "");
        over_with(w, a);
    }
}

/* Longer than a turn, beside a wait that was given up and a limit of time: turns are given as they are asked for, and no time passes. */
TEST(long_work_needs_no_time)
{
    Asm *a = asm_new();
    uint16_t k = asm_lit(a, (PlLiteral){.kind = PL_LIT_DURATION, .as.integer = 600000000}), many = asm_int(a, 3000000);
    uint16_t f = asm_function(a, "main", 16,
                              CODE(I(LOADK, .a = 0, .b = k), I(TOGETHER, .b = 0), I(RETURN, .a = 0), I(LOADI, .a = 6, .b = 0), I(LOADK, .a = 7, .b = many),
                                   I(COUNT, .a = 6, J32(2)), I(MOVE, .a = 9, .b = 8), I(JMP, J32(-3)), I(RETURN, .a = 9)));
    asm_handler(a, f, 1, 2, 3, 5, 0);
    uint16_t one = asm_function(a, "b1", 4, CODE(I(WAIT, .a = 1, .b = 0), I(RETURNS, .x = 0, .b = 0)));
    uint16_t two = asm_function(a, "b2", 4, CODE(I(FAIL, .a = 0, .b = 2), I(RETURNS, .x = 0, .b = 0)));
    asm_site(a, "1", f, 0, 9, PL_NO_SITE);
    asm_site(a, "1.1", one, 0, 1, 0);
    asm_site(a, "1.2", two, 0, 1, 0);
    uint16_t *captured = ASM_NEW(a, uint16_t, 0);
    PlBranch *branches = ASM_NEW(a, PlBranch, {.function = one, .captures = captured, .capture_count = 1}, {.function = two, .captures = captured,
        .capture_count = 1});
    pl_vec_push(a->arena, &a->togethers, (PlTogether){.site = 0, .branches = branches, .branch_count = 2});
    pl_vec_push(a->arena, &a->waits, (PlWaitSite){.site = 1, .kind = PL_WAIT_FOR, .reg = 0});
    a->m.manifest.max_time_us = 3600000000;
    World *w = story(a);
    CHECK(world_row_of(w, PL_ROW_END) && has(world_row_of(w, PL_ROW_END)->row.body, "3000000"));
    Told t = offline(w, a, -1);
    CHECK(SAYS(t, PL_OFFLINE_SAME, ""));
    over_with(w, a);
}

/* ---- forks ---- */

typedef struct Forked {
    PlEscape escape;
    PlArena *arena;
    PlForkPlan plan;
    PlStatus status;
} Forked;

static Forked *survey(World *w, const char *at)
{
    Forked *f = calloc(1, sizeof *f);
    PlStr path = pl_str_z(at);
    f->arena = pl_arena_new(&f->escape, 0);
    f->status = pl_fork_plan(f->arena, port(w), &path, at ? 1 : 0, &f->plan);
    return f;
}

static void let_go(Forked *f)
{
    pl_arena_free(f->arena);
    free(f);
}

TEST(what_a_fork_makes_again)
{
    static const struct {
        PlRowKind kind;
        const char *body;
        bool again;
    } cases[] = {
        {PL_ROW_RESULT, "{\"status\":200}", true},   {PL_ROW_RESULT, "{\"status\":404}", false}, {PL_ROW_RESULT, "{\"status\":502}", true},
        {PL_ROW_RESULT, "{\"status\":\"x\"}", true}, {PL_ROW_RESULT, "{}", true},                {PL_ROW_FAIL, "{}", false},
        {PL_ROW_RESOLVE, "{\"how\":\"applied\"}", true}, {PL_ROW_RESOLVE, "{\"how\":\"not-applied\"}", false}, {PL_ROW_INDOUBT, "{}", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        World *w = world_new();
        world_put(w, PL_ROW_START, 0, "", "{\"seed\":\"ab\"}");
        world_put(w, PL_ROW_INTENT, 1, "3", "{\"class\":\"safe\"}");
        world_put(w, PL_ROW_INTENT, 1, "3#2", "{\"class\":\"idempotent\"}");
        world_put(w, PL_ROW_INTENT, 1, "2", "{\"class\":\"unsafe\"}");
        world_put(w, PL_ROW_INTENT, 1, "3#1", "{\"class\":\"unsafe\"}");
        world_put(w, PL_ROW_RESULT, 1, "3", "{}");
        world_put(w, PL_ROW_RESULT, 2, "3#1", "{\"status\":404}");
        world_put(w, cases[i].kind, 1, "3#1", cases[i].body);
        Forked *f = survey(w, "3");
        CHECK(f->status == PL_OK && f->plan.missing.len == 0 && f->plan.copied == 2);
        CHECK(f->plan.again.len == (cases[i].again ? 1 : 0));
        let_go(f);
        f = survey(w, "7");
        CHECK(f->status == PL_OK && pl_str_eq_z(f->plan.missing, "7") && !f->plan.again.len);
        let_go(f);
        world_free(w);
    }
}

TEST(what_goes_along)
{
    static const struct {
        PlRowKind kind;
        uint32_t attempt;
        const char *path;
        bool goes;
    } rows[] = {{PL_ROW_INTENT, 1, "1", true},   {PL_ROW_INTENT, 1, "2", false},  {PL_ROW_INTENT, 1, "2#1.3", false}, {PL_ROW_INTENT, 1, "2.1", false},
                {PL_ROW_INTENT, 1, "2~1", false}, {PL_ROW_INTENT, 1, "2?1", false}, {PL_ROW_INTENT, 1, "22", true},     {PL_ROW_RESUME, 0, "", false},
                {PL_ROW_PARK, 1, "1", false},    {PL_ROW_CANCEL, 0, "", false},   {PL_ROW_FORKED, 0, "", false},      {PL_ROW_REDACT, 0, "", false},
                {PL_ROW_NOTE, 1, "", true},      {PL_ROW_FAIL, 1, "1", true},     {PL_ROW_FAIL, 0, "1", true},        {PL_ROW_FAIL, 0, "", true}};
    Asm *a = one_call();
    asm_done(a);
    World *w = world_new();
    world_put(w, PL_ROW_START, 0, "", "{\"seed\":\"ab\",\"max_calls\":5,\"max_tokens\":7,\"key_run\":\"r-first\"}");
    uint64_t goes = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) world_put(w, rows[i].kind, rows[i].attempt, rows[i].path, "{}"), goes += rows[i].goes;
    w->rows[1].row.site = 9;  /* of step 1, which is another place in the new plan */
    w->rows[7].row.site = 9;  /* of step 22, which the new plan has not */
    w->rows[13].row.site = 9; /* of no step */
    world_put(w, PL_ROW_NOTE, 1, "1#12?1", "{}");
    world_put(w, PL_ROW_NOTE, 1, "1~3x", "{}");
    for (uint32_t i = 0; i < 2; i++) w->rows[w->row_count - 1 - i].row.site = 9;
    goes += 2;
    Forked *f = survey(w, "2");
    CHECK(f->status == PL_OK && f->plan.copied == goes && !f->plan.has_ended);
    World *to = world_new();
    CHECK(pl_fork_copy(f->arena, &f->plan, PL_STR("r-old"), port(w), port(to), &a->m, 0) == PL_OK && to->row_count == goes);
    CHECK(has(to->rows[0].row.body, "\"key_run\":\"r-first\"") && has(to->rows[0].row.body, "\"max_tokens\":7") && has(to->rows[0].row.body,
        "\"max_calls\":5"));
    CHECK(pl_str_find(to->rows[0].row.body, PL_STR("max_money"), 0) == PL_STR_NONE);
    CHECK(to->rows[1].row.site == 0 && to->rows[2].row.site == PL_NO_SITE);
    world_drop_rows(to, 3);
    CHECK(pl_fork_copy(f->arena, &f->plan, PL_STR("r-old"), port(w), port(to), &a->m, 3) == PL_OK && to->row_count == goes); /* goes on where it was */
    to->fail_append_at = 1;
    CHECK(pl_fork_copy(f->arena, &f->plan, PL_STR("r-old"), port(w), port(to), &a->m, 0) == PL_FULL);
    CHECK(pl_fork_close(port(w), PL_STR("r-new"), 5) == PL_OK && has(w->rows[w->row_count - 1].row.body, "r-new"));
    w->fail_append_at = 1;
    CHECK(pl_fork_close(port(w), PL_STR("r-new"), 5) == PL_FULL);
    let_go(f);
    f = survey(w, "2");
    CHECK(pl_str_eq_z(f->plan.to, "r-new"));
    let_go(f);
    w->each_fails = PL_IO;
    f = survey(w, "2");
    CHECK(f->status == PL_IO);
    let_go(f);
    world_free(to);
    over_with(w, a);
}

/* A loop's recorded failure goes when something below it is left out. */
TEST(a_failure_above_what_is_left_out)
{
    World *w = world_new();
    world_put(w, PL_ROW_START, 0, "", "{}");
    world_put(w, PL_ROW_FAIL, 0, "2", "{}");
    world_put(w, PL_ROW_FAIL, 1, "2", "{}");
    world_put(w, PL_ROW_FAIL, 0, "21", "{}");
    Forked *f = survey(w, "2#1.3");
    CHECK(f->status == PL_OK && f->plan.copied == 3);
    let_go(f);
    f = survey(w, NULL); /* nothing failed, and nothing is named */
    CHECK(f->status == PL_OK && !f->plan.has_ended && f->plan.at.len == 0 && f->plan.copied == 4);
    let_go(f);
    world_put(w, PL_ROW_END, 0, "", "{\"error\":{\"path\":\"21\"}}");
    f = survey(w, NULL); /* at what failed */
    CHECK(f->status == PL_OK && f->plan.has_ended && !f->plan.is_done && f->plan.at.len == 1 && f->plan.copied == 3);
    let_go(f);
    world_put(w, PL_ROW_END, 0, "", "{}");
    f = survey(w, NULL);
    CHECK(f->plan.is_done);
    let_go(f);
    world_free(w);
}

TEST(no_memory_for_a_fork)
{
    Asm *a = one_call();
    asm_done(a);
    World *w = world_new(), *to = world_new();
    world_put(w, PL_ROW_START, 0, "", "{}");
    world_put(w, PL_ROW_INTENT, 1, "1#1", "{}");
    w->rows[1].row.site = 1;
    Forked *f = survey(w, "2");
    for (uint64_t nth = 0, fired = 1; fired; nth++) {
        pl_fault_arm(PL_FAULT_ALLOC, nth, false);
        PlStatus status = setjmp(f->escape.at) == 0 ? pl_fork_copy(f->arena, &f->plan, PL_STR("r-old"), port(w), port(to), &a->m, 0) : f->escape.status;
        fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(status == (fired ? PL_NOMEM : PL_OK));
        world_drop_rows(to, 0);
    }
    for (uint64_t nth = 0, fired = 1; fired; nth++) {
        pl_fault_arm(PL_FAULT_ALLOC, nth, false);
        PlStatus status = pl_fork_close(port(w), PL_STR("r-new"), 5);
        fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(status == (fired ? PL_NOMEM : PL_OK));
    }
    let_go(f);
    world_free(to);
    over_with(w, a);
}

UNIT_MAIN
