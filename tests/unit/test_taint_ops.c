/* SPDX-License-Identifier: MIT */
/* What each instruction does with labels, in modules assembled by hand: r1 is what a call then acts on, and it asks or it does not. Whole plans:
 * test_taint.c. */
#include "stdlib/builtin.h"
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

static WorldAnswer server(World *w, const WorldSend *s)
{
    (void)w;
    if (strstr(s->url, "/bad")) return (WorldAnswer){.status = 418};
    return (WorldAnswer){.status = 200, .type = "application/json",
        .body = "{\"list\":[\"a\",\"b\"],\"all\":[{\"f\":\"x\"}],\"rec\":{\"k\":\"v\"},\"name\":\"eve\",\"n\":0}"};
}

enum { NAME, LIST, REC, F, VALUE, MESSAGE, ALL, N, EMPTY, TEXTS /* constants that each module has */ };

typedef struct Ops {
    Asm *a;
    PlInsn code[256];
    uint32_t count;
    uint32_t get, bad, send;
} Ops;

static void put_all(Ops *o, const PlInsn *code, size_t count)
{
    for (size_t i = 0; i < count; i++) o->code[o->count++] = code[i];
}
#define PUT(o, ...) put_all(o, CODE(__VA_ARGS__))

/* r0: the answer; r2: its `name`, r3: its `list`, r4: its `rec`, r6: its `all`, r7: its `n`. */
static Ops *ops_begin(void)
{
    Ops *o = calloc(1, sizeof *o);
    static const char *const texts[] = {"name", "list", "rec", "f", "value", "message", "all", "n"};
    o->a = asm_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) asm_text(o->a, texts[i]);
    asm_json(o->a, "{}");
    asm_text(o->a, "eve");
    o->get = asm_action(o->a, "get", PL_GET, "/get");
    o->bad = asm_action(o->a, "bad", PL_GET, "/bad");
    o->send = asm_action(o->a, "send", PL_POST, "/send");
    asm_param(o->a, o->send, "to", PL_IN_BODY, PL_STYLE_FORM, false);
    PUT(o, I(CALL, .a = 0, .b = 0), I(FIELD, .a = 2, .b = 0, .c = NAME), I(FIELD, .a = 3, .b = 0, .c = LIST), I(FIELD, .a = 4, .b = 0, .c = REC),
        I(FIELD, .a = 6, .b = 0, .c = ALL), I(FIELD, .a = 7, .b = 0, .c = N));
    return o;
}

static void add_calls(Ops *o, uint16_t f)
{
    asm_site(o->a, "1", f, 0, o->count, PL_NO_SITE);
    asm_call(o->a, o->get, 0, 0, 0, (PlCallSite){0});
    asm_call(o->a, o->send, asm_site(o->a, "9", f, 0, o->count, PL_NO_SITE), 1, 1, (PlCallSite){0});
    asm_call(o->a, o->bad, 0, 0, 0, (PlCallSite){0});
}

/* "asks", "done" or "failed". */
static const char *outcome(Ops *o)
{
    World *w = world_new();
    w->server = server;
    w->person = PL_ANSWER_LATER;
    WorldRun *r = world_begin_with(w, asm_done(o->a), (PlRunOptions){.input = PL_STR("{}")}, false, pl_builtin_ref);
    PlRunState state = r->run ? world_go(w, r) : PL_RUN_BROKEN;
    const char *said = state == PL_RUN_DONE ? "done" : state == PL_RUN_PARKED && world_find(w, PL_ROW_ASK, "9", 0) ? "asks" : "failed";
    if (state == PL_RUN_FAILED || state == PL_RUN_BROKEN) fprintf(stderr, "  %.*s\n", PL_ARG(r->run ? pl_run_error(r->run) : PL_STR("no run")));
    world_end(w, r);
    world_free(w);
    asm_free(o->a);
    free(o);
    return said;
}

static const char *act(Ops *o)
{
    PUT(o, I(CALL, .a = 5, .b = 1), I(RETURN, .a = 5));
    uint16_t f = asm_function(o->a, "main", 96, o->code, o->count);
    add_calls(o, f);
    return outcome(o);
}

#define SAYS(expected, ...)                                                                                            \
    do {                                                                                                               \
        Ops *ops_ = ops_begin();                                                                                       \
        PUT(ops_, __VA_ARGS__);                                                                                        \
        CHECK_STR(pl_str_z(act(ops_)), expected);                                                                      \
    } while (0)

TEST(parts_and_copies)
{
    SAYS("asks", I(MOVE, .a = 1, .b = 2));
    SAYS("done", I(LOADK, .a = 1, .b = TEXTS));
    SAYS("asks", I(COERCE, .a = 1, .b = 2, .c = PL_T_TEXT));
    SAYS("asks", I(INDEXI, .a = 1, .b = 3, .c = 0));
    SAYS("asks", I(INDEX, .a = 1, .b = 3, .c = 7), I(INDEX, .a = 1, .b = 3, .c = 7));
    SAYS("asks", I(LOADI, .a = 8, .b = 0), I(INDEX, .a = 1, .b = 3, .c = 8));
    SAYS("asks", I(LOADI, .a = 8, .b = 0), I(LOADI, .a = 9, .b = 1), I(SLICE, .a = 1, .b = 3, .c = 8));
    SAYS("asks", I(PROJECT, .a = 1, .b = 6, .c = F));
    SAYS("asks", I(CONCAT, .a = 1, .x = 2, .b = 2), I(CONCAT, .a = 1, .x = 1, .b = 2));
    SAYS("asks", I(LOADK, .a = 8, .b = TEXTS), I(LOADI, .a = 9, .b = 0), I(INDEX, .a = 1, .b = 8, .c = 7)); /* which one came from outside */
}

TEST(lists)
{
    SAYS("asks", I(LIST, .a = 1, .x = 0), I(EXTEND, .a = 1, .b = 3));
    SAYS("done", I(LIST, .a = 1, .x = 0), I(LIST, .a = 8, .x = 0), I(EXTEND, .a = 1, .b = 8));
    SAYS("asks", I(LIST, .a = 1, .x = 0), I(APPEND, .a = 1, .b = 2), I(INDEXI, .a = 1, .b = 1, .c = 0));
    /* deeper than is kept track of: the whole of it counts */
    SAYS("asks", I(LIST, .a = 1, .x = 1, .b = 2), I(LIST, .a = 1, .x = 1, .b = 1), I(LIST, .a = 1, .x = 1, .b = 1), I(LIST, .a = 1, .x = 1, .b = 1),
         I(LIST, .a = 1, .x = 1, .b = 1), I(LIST, .a = 1, .x = 1, .b = 1), I(INDEXI, .a = 1, .b = 1, .c = 0));
    /* compared twice: what was worked out once is remembered */
    SAYS("asks", I(LIST, .a = 8, .x = 1, .b = 2), I(CONCAT, .a = 9, .x = 0, .b = 0), I(LIST, .a = 10, .x = 0), I(EQ, .a = 9, .b = 8, .c = 10), I(EQ,
        .a = 9, .b = 8, .c = 8), I(EQ, .a = 9, .b = 8, .c = 8), I(CONCAT, .a = 1, .x = 1, .b = 2));
}

TEST(records)
{
    SAYS("asks", I(LOADK, .a = 8, .b = EMPTY), I(WITH, .a = 8, .b = 2, .c = F), I(FIELD, .a = 1, .b = 8, .c = F));
    SAYS("done", I(LOADK, .a = 8, .b = EMPTY), I(LOADK, .a = 9, .b = TEXTS), I(WITH, .a = 8, .b = 2, .c = F), I(WITH, .a = 8, .b = 9, .c = F),
         I(FIELD, .a = 1, .b = 8, .c = F));
    SAYS("done", I(LOADK, .a = 8, .b = EMPTY), I(LOADK, .a = 9, .b = TEXTS), I(WITH, .a = 8, .b = 9, .c = F), I(WITH, .a = 8, .b = 2, .c = NAME),
         I(WITH, .a = 8, .b = 2, .c = NAME), I(FIELD, .a = 1, .b = 8, .c = F));
    SAYS("asks", I(LOADK, .a = 8, .b = EMPTY), I(WITH, .a = 8, .b = 2, .c = F), I(EQ, .a = 9, .b = 8, .c = 8), I(FIELD, .a = 1, .b = 8, .c = F));
    /* for each field of a record from outside; and of none */
    SAYS("asks", I(LOADI, .a = 10, .b = 0), I(MOVE, .a = 11, .b = 4), I(EACHKV, .a = 10, J32(2)), I(FIELD, .a = 1, .b = 12, .c = VALUE), I(JMP, J32(-3)));
}

TEST(people_time_and_functions)
{
    Ops *o = ops_begin();
    uint16_t second = asm_lit(o->a, (PlLiteral){.kind = PL_LIT_DURATION, .as.integer = 1000000});
    PUT(o, I(LOADK, .a = 9, .b = second), I(WAIT, .a = 1, .b = 0));
    pl_vec_push(o->a->arena, &o->a->waits, (PlWaitSite){.site = 0, .kind = PL_WAIT_FOR, .reg = 9});
    CHECK_STR(pl_str_z(act(o)), "done");
    SAYS("done", I(NOW, .a = 1, .b = 0));
    SAYS("done", I(TODAY, .a = 1, .b = 0));
    SAYS("done", I(RANDOM, .a = 1, .b = 0));
    static const struct {
        const char *name;
        uint8_t args;
        const char *says;
    } cases[] = {{"first", 1, "asks"}, {"reverse", 1, "asks"}, {"flatten", 1, "asks"}, {"union", 2, "asks"},
                 {"chunk", 1, "failed"}, {"first", 0, "failed"}, {"count", 1, "asks"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        o = ops_begin();
        pl_vec_push(o->a->arena, &o->a->builtins, pl_str_z(cases[i].name));
        PUT(o, I(MOVE, .a = 20, .b = 3), I(MOVE, .a = 21, .b = 3), I(BUILTIN, .a = 1, .x = cases[i].args, .b = 20, .c = 0));
        const char *said = act(o);
        if (strcmp(said, cases[i].says) != 0) fprintf(stderr, "%s: %s\n", cases[i].name, said);
        CHECK(strcmp(said, cases[i].says) == 0);
    }
}

/* An answer of a type that the document gives, and of none. */
TEST(calls_that_expect_a_type)
{
    Ops *o = ops_begin();
    PUT(o, I(MOVE, .a = 1, .b = 0), I(CALL, .a = 5, .b = 1), I(RETURN, .a = 5));
    uint16_t f = asm_function(o->a, "main", 96, o->code, o->count);
    add_calls(o, f);
    o->a->calls.items[0].expect = PL_T_RECORD_ANY;
    CHECK_STR(pl_str_z(outcome(o)), "asks");
}

TEST(errors_that_are_raised_again)
{
    for (int outside = 0; outside < 2; outside++) {
        Ops *o = ops_begin();
        uint16_t begin = (uint16_t)o->count;
        PUT(o, I(LOADK, .a = 8, .b = TEXTS), I(FAIL, .a = outside ? 2 : 8, .b = 0), I(RETHROW, .a = 9), I(FIELD, .a = 1, .b = 10, .c = MESSAGE));
        PUT(o, I(CALL, .a = 5, .b = 1), I(RETURN, .a = 5));
        uint16_t f = asm_function(o->a, "main", 96, o->code, o->count);
        asm_handler(o->a, f, begin, (uint16_t)(begin + 2), (uint16_t)(begin + 2), 9, 0);
        asm_handler(o->a, f, (uint16_t)(begin + 2), (uint16_t)(begin + 3), (uint16_t)(begin + 3), 10, 0);
        add_calls(o, f);
        CHECK_STR(pl_str_z(outcome(o)), outside ? "asks" : "done");
    }
    Ops *o = ops_begin(); /* of a call: what it was given, and what was answered */
    uint16_t begin = (uint16_t)o->count;
    PUT(o, I(CALL, .a = 8, .b = 2), I(FIELD, .a = 1, .b = 9, .c = MESSAGE), I(CALL, .a = 5, .b = 1), I(RETURN, .a = 5));
    uint16_t f = asm_function(o->a, "main", 96, o->code, o->count);
    asm_handler(o->a, f, begin, (uint16_t)(begin + 1), (uint16_t)(begin + 1), 9, 0);
    add_calls(o, f);
    CHECK_STR(pl_str_z(outcome(o)), "asks");
}

/* What fails on an operand quotes it. */
TEST(errors_of_instructions)
{
    const PlInsn fail[] = {I(APPEND, .a = 7, .b = 2), I(SLICE, .a = 8, .b = 7, .c = 2), I(EACH, .a = 6, J32(1)), I(TOGETHER, .b = 0)};
    for (size_t i = 0; i < sizeof fail / sizeof *fail; i++) {
        Ops *o = ops_begin();
        uint16_t begin = (uint16_t)o->count;
        o->code[o->count++] = fail[i];
        PUT(o, I(FIELD, .a = 1, .b = 9, .c = MESSAGE), I(CALL, .a = 5, .b = 1), I(RETURN, .a = 5));
        uint16_t f = asm_function(o->a, "main", 96, o->code, o->count);
        asm_handler(o->a, f, begin, (uint16_t)(begin + 1), (uint16_t)(begin + 1), 9, 0);
        add_calls(o, f);
        uint16_t body = asm_function(o->a, "b", 4, CODE(I(LOADK, .a = 0, .b = TEXTS), I(FAIL, .a = 0, .b = 0)));
        PlBranch *branches = ASM_NEW(o->a, PlBranch, {.function = body});
        pl_vec_push(o->a->arena, &o->a->togethers, (PlTogether){.site = 0, .branches = branches, .branch_count = 1});
        CHECK_STR(pl_str_z(outcome(o)), "asks");
    }
}

/* The first argument that asks is enough. */
TEST(calls_with_several_arguments)
{
    Ops *o = ops_begin();
    asm_param(o->a, o->send, "cc", PL_IN_BODY, PL_STYLE_FORM, false);
    PUT(o, I(MOVE, .a = 1, .b = 2), I(CALL, .a = 5, .b = 1), I(RETURN, .a = 5));
    uint16_t f = asm_function(o->a, "main", 96, o->code, o->count);
    add_calls(o, f);
    o->a->calls.items[1].args = ASM_NEW(o->a, PlArg, {0, 1}, {1, 2});
    o->a->calls.items[1].arg_count = 2;
    CHECK_STR(pl_str_z(outcome(o)), "asks");
}

TEST(an_event_waits_for_somebody_else)
{
    Ops *o = ops_begin();
    PUT(o, I(WAIT, .a = 1, .b = 0));
    pl_vec_push(o->a->arena, &o->a->waits, (PlWaitSite){.site = 0, .kind = PL_WAIT_EVENT, .reg = 2, .type = PL_T_ANY});
    CHECK_STR(pl_str_z(act(o)), "failed"); /* parked, and not at the call */
}

/* Branches of which one fails, and the others go on. */
TEST(failures_of_what_goes_on_may_hold_anything)
{
    for (int go_on = 0; go_on < 2; go_on++) {
        Ops *o = ops_begin();
        PUT(o, I(TOGETHER, .b = 0), I(MOVE, .a = 1, .b = go_on ? 12 : 8), I(CALL, .a = 5, .b = 1), I(RETURN, .a = 5));
        uint16_t f = asm_function(o->a, "main", 96, o->code, o->count);
        add_calls(o, f);
        uint16_t one = asm_function(o->a, "b1", 4, CODE(I(LOADK, .a = 0, .b = TEXTS), I(RETURNS, .x = 1, .b = 0)));
        uint16_t two = asm_function(o->a, "b2", 4, CODE(I(LOADK, .a = 0, .b = TEXTS), I(FAIL, .a = 0, .b = 0)));
        uint16_t three = asm_function(o->a, "b3", 4, CODE(I(RETURNS, .x = 0, .b = 0)));
        PlGather *gathers = ASM_NEW(o->a, PlGather, {PL_GATHER_SET, 8});
        PlBranch *branches = ASM_NEW(o->a, PlBranch, {.function = one, .gathers = gathers, .gather_count = 1}, {.function = go_on ? two : three});
        pl_vec_push(o->a->arena, &o->a->togethers,
                    (PlTogether){.site = 0, .branches = branches, .branch_count = 2, .go_on = go_on != 0, .failures = 12});
        CHECK_STR(pl_str_z(outcome(o)), go_on ? "asks" : "done");
    }
}

/* More fields than a record's label holds, more names than a module's parts have, more labels than a run keeps: then the whole counts. */
TEST(more_than_is_kept)
{
    Ops *o = ops_begin();
    PUT(o, I(LOADK, .a = 8, .b = EMPTY), I(LOADK, .a = 9, .b = TEXTS));
    for (int i = 0; i < 70; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        uint16_t constant = asm_text(o->a, pl_arena_str(o->a->arena, pl_str_z(name)).ptr);
        PUT(o, I(WITH, .a = 8, .b = (uint16_t)(i == 69 ? 2 : 9), .c = constant));
        if (i == 69) PUT(o, I(FIELD, .a = 1, .b = 8, .c = constant));
    }
    CHECK_STR(pl_str_z(act(o)), "asks");
}

TEST(more_names_than_parts)
{
    enum { NAMES = 600 };
    PlInsn *code = calloc(NAMES + 10, sizeof *code);
    Ops *o = ops_begin();
    uint32_t count = 0;
    code[count++] = o->code[0];
    for (int i = 0; i < NAMES; i++) {
        char name[16];
        snprintf(name, sizeof name, "g%d", i);
        uint16_t constant = asm_text(o->a, pl_arena_str(o->a->arena, pl_str_z(name)).ptr);
        code[count++] = (PlInsn)I(FIELD, .a = 8, .x = 1, .b = 0, .c = constant);
    }
    code[count++] = (PlInsn)I(LIST, .a = 1, .x = 1, .b = 8);
    code[count++] = (PlInsn)I(CALL, .a = 5, .b = 1);
    code[count++] = (PlInsn)I(RETURN, .a = 5);
    uint16_t f = asm_function(o->a, "main", 96, code, count);
    o->count = count;
    add_calls(o, f);
    CHECK_STR(pl_str_z(outcome(o)), "asks");
    free(code);
}

/* All sets of seventeen inputs, one after the other: each is a label of its own, until there are too many. */
static void sets(PlInsn *code, uint32_t *count, uint16_t depth, uint16_t from)
{
    for (uint16_t i = from; i < 17; i++) {
        code[(*count)++] = (PlInsn)I(MOVE, .a = (uint16_t)(40 + depth), .b = (uint16_t)(39 + depth));
        code[(*count)++] = (PlInsn)I(EXTEND, .a = (uint16_t)(40 + depth), .b = (uint16_t)(20 + i));
        sets(code, count, (uint16_t)(depth + 1), (uint16_t)(i + 1));
    }
}

TEST(more_labels_than_a_run_keeps)
{
    PlInsn *code = calloc(2 * (1u << 17) + 64, sizeof *code);
    Ops *o = ops_begin();
    uint32_t count = 0;
    code[count++] = (PlInsn)I(LIST, .a = 39, .x = 0);
    sets(code, &count, 0, 0);
    code[count++] = (PlInsn)I(MOVE, .a = 1, .b = 41); /* the last two together */
    code[count++] = (PlInsn)I(CALL, .a = 5, .b = 1);
    code[count++] = (PlInsn)I(RETURN, .a = 5);
    static char names[17][16];
    for (int i = 0; i < 17; i++) {
        snprintf(names[i], sizeof names[i], "i%d", i);
        pl_vec_push(o->a->arena, &o->a->inputs, (PlInput){.name = pl_str_z(names[i]), .type = PL_T_LIST_ANY, .reg = (uint16_t)(20 + i), .has_default = true,
                                                       .value = {.kind = PL_LIT_JSON, .as.text = PL_STR("[]")}});
    }
    uint16_t f = asm_function(o->a, "main", 96, code, count);
    o->count = count;
    add_calls(o, f);
    CHECK_STR(pl_str_z(outcome(o)), "asks"); /* inputs are trusted: but what was lost track of may be anything */
    free(code);
}

UNIT_MAIN
