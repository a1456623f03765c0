/* SPDX-License-Identifier: MIT */
/* The interpreter: each instruction, errors and handlers, paths, memory and time limits. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

/* Run main alone with these registers; gives its output (or the error) as JSON in static memory. */
static PlStr run_main(Asm *a, const char *input, PlRunState *state)
{
    static char text[8192];
    World *w = world_new();
    WorldRun *r = world_begin(w, asm_done(a), input);
    if (!r->run) {
        *state = PL_RUN_BROKEN;
        PlDiag *d = r->diags.all.len ? r->diags.all.items[0] : NULL;
        world_text(text, sizeof text, d ? d->message : PL_STR("no diagnostic"));
    } else {
        *state = world_go(w, r);
        world_text(text, sizeof text, *state == PL_RUN_DONE ? pl_run_output(r->run) : pl_run_error(r->run));
    }
    world_end(w, r);
    world_free(w);
    asm_free(a);
    return pl_str_z(text);
}

static PlStr eval(Asm *a)
{
    PlRunState state;
    PlStr s = run_main(a, "{}", &state);
    if (state != PL_RUN_DONE) fprintf(stderr, "failed: %.*s\n", PL_ARG(s));
    return s;
}

static bool fails_with(Asm *a, const char *code, const char *words)
{
    PlRunState state;
    PlStr s = run_main(a, "{}", &state);
    bool right = state == PL_RUN_FAILED && pl_str_find(s, pl_str_z(code), 0) != PL_STR_NONE
                 && pl_str_find(s, pl_str_z(words), 0) != PL_STR_NONE;
    if (!right) fprintf(stderr, "expected %s and \"%s\", found %.*s\n", code, words, PL_ARG(s));
    return right;
}

TEST(arithmetic_of_integers)
{
    Asm *a = asm_new();
    asm_function(a, "main", 8,
                 CODE(I(LOADI, .a = 0, .b = 7), I(LOADI, .a = 1, .b = (uint16_t)-2), I(ADD, .a = 2, .b = 0, .c = 1),
                      I(MUL, .a = 3, .b = 0, .c = 1), I(DIV, .a = 4, .b = 0, .c = 1), I(MOD, .a = 5, .b = 0, .c = 1),
                      I(MODI, .a = 6, .b = 1, .c = 7), I(NEG, .a = 7, .b = 0), I(LIST, .a = 0, .x = 6, .b = 2), I(RETURN, .a = 0)));
    CHECK_STR(eval(a), "[5,-14,-3.5,-1,5,-7]");
}

TEST(even_division_stays_integer)
{
    Asm *a = asm_new();
    asm_function(a, "main", 3, CODE(I(LOADI, .a = 0, .b = 8), I(LOADI, .a = 1, .b = 2), I(DIV, .a = 2, .b = 0, .c = 1), I(RETURN, .a = 2)));
    CHECK_STR(eval(a), "4");
}

TEST(overflow_and_zero_fail)
{
    Asm *a = asm_new();
    uint16_t big = asm_int(a, INT64_MAX);
    asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = big), I(ADDI, .a = 1, .b = 0, .c = 1), I(RETURN, .a = 1)));
    CHECK(fails_with(a, "P0902", "too large"));
    a = asm_new();
    asm_function(a, "main", 3, CODE(I(LOADI, .a = 0, .b = 8), I(LOADI, .a = 1, .b = 0), I(MOD, .a = 2, .b = 0, .c = 1), I(RETURN, .a = 2)));
    CHECK(fails_with(a, "P0902", "zero"));
}

TEST(doubles_and_mixed)
{
    Asm *a = asm_new();
    uint16_t half = asm_lit(a, (PlLiteral){.kind = PL_LIT_DOUBLE, .as.number = 0.5});
    asm_function(a, "main", 6,
                 CODE(I(LOADK, .a = 0, .b = half), I(LOADI, .a = 1, .b = 3), I(ADD, .a = 2, .b = 0, .c = 1), I(MUL, .a = 3, .b = 0, .c = 0),
                      I(SUB, .a = 4, .b = 1, .c = 0), I(LT, .a = 5, .b = 0, .c = 1), I(LIST, .a = 0, .x = 4, .b = 2), I(RETURN, .a = 0)));
    CHECK_STR(eval(a), "[3.5,0.25,2.5,true]");
}

TEST(loop_counts)
{
    Asm *a = asm_new();
    /* s = 0; repeat 1000 times: s = s + i */
    asm_function(a, "main", 5,
                 CODE(I(LOADI, .a = 3, .b = 0), I(LOADI, .a = 0, .b = 0), I(LOADI, .a = 1, .b = 1000), I(COUNT, .a = 0, J32(2)),
                      I(ADD, .a = 3, .b = 3, .c = 2), I(JMP, J32(-3)), I(RETURN, .a = 3)));
    CHECK_STR(eval(a), "500500");
}

TEST(each_over_list_and_record)
{
    Asm *a = asm_new();
    uint16_t list = asm_json(a, "[3,1,2]"), record = asm_json(a, "{\"a\":1,\"b\":2}");
    asm_function(a, "main", 6,
                 CODE(I(LIST, .a = 5, .x = 0), I(LOADI, .a = 0, .b = 0), I(LOADK, .a = 1, .b = list), I(EACH, .a = 0, J32(2)),
                      I(APPEND, .a = 5, .b = 2), I(JMP, J32(-3)), I(LOADI, .a = 0, .b = 0), I(LOADK, .a = 1, .b = record),
                      I(EACHKV, .a = 0, J32(2)), I(APPEND, .a = 5, .b = 2), I(JMP, J32(-3)), I(RETURN, .a = 5)));
    CHECK_STR(eval(a), "[3,1,2,{\"key\":\"a\",\"value\":1},{\"key\":\"b\",\"value\":2}]");
}

TEST(a_loop_over_a_number_fails)
{
    Asm *a = asm_new();
    asm_function(a, "main", 3, CODE(I(LOADI, .a = 0, .b = 0), I(LOADI, .a = 1, .b = 5), I(EACH, .a = 0, J32(1)), I(JMP, J32(-2)), I(RETURN, .a = 1)));
    CHECK(fails_with(a, "P0910", "a loop needs a list, but has 5"));
}

TEST(append_copies_what_is_shared)
{
    Asm *a = asm_new();
    uint16_t list = asm_json(a, "[1]");
    asm_function(a, "main", 4,
                 CODE(I(LOADK, .a = 0, .b = list), I(MOVE, .a = 1, .b = 0), I(APPEND, .a = 0, .b = 0), I(APPEND, .a = 0, .b = 1),
                      I(MOVE, .a = 2, .b = 1), I(LIST, .a = 3, .x = 2, .b = 0), I(RETURN, .a = 3)));
    CHECK_STR(eval(a), "[[1,[1],[1]],[1]]");
}

TEST(records_fields_and_projection)
{
    Asm *a = asm_new();
    uint16_t rows = asm_json(a, "[{\"id\":1,\"tags\":[\"x\"]},{\"id\":2,\"tags\":[\"y\",\"z\"]}]"), id = asm_text(a, "id"),
             tags = asm_text(a, "tags"), gone = asm_text(a, "gone");
    pl_vec_push(a->arena, &a->shapes, (PlShape){ASM_NEW(a, uint32_t, id, tags), 2});
    asm_function(a, "main", 10,
                 CODE(I(LOADK, .a = 0, .b = rows), I(PROJECT, .a = 1, .b = 0, .c = id), I(PROJECT, .a = 2, .x = 2, .b = 0, .c = tags),
                      I(INDEXI, .a = 3, .b = 0, .c = (uint16_t)-1), I(FIELD, .a = 3, .b = 3, .c = id), I(INDEXI, .a = 4, .b = 0, .c = 0),
                      I(FIELD, .a = 4, .x = 1, .b = 4, .c = gone), I(RECORD, .a = 5, .x = 2, .b = 2, .c = 0),
                      I(WITH, .a = 5, .b = 4, .c = gone), I(LEN, .a = 6, .b = 2), I(LIST, .a = 7, .x = 6, .b = 1), I(RETURN, .a = 7)));
    CHECK_STR(eval(a), "[[1,2],[\"x\",\"y\",\"z\"],2,null,{\"id\":[\"x\",\"y\",\"z\"],\"tags\":2,\"gone\":null},3]");
}

TEST(missing_field_fails_and_names_it)
{
    Asm *a = asm_new();
    uint16_t row = asm_json(a, "{\"id\":1}"), gone = asm_text(a, "gone");
    asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = row), I(FIELD, .a = 1, .b = 0, .c = gone), I(RETURN, .a = 1)));
    asm_site(a, "3.1", 0, 0, 3, PL_NO_SITE);
    CHECK(fails_with(a, "P0907", "\"step\":\"3.1\",\"path\":\"3.1\""));
}

TEST(slices_and_texts)
{
    Asm *a = asm_new();
    uint16_t text = asm_text(a, "grüße"), lit = asm_text(a, "n=");
    asm_function(a, "main", 8,
                 CODE(I(LOADK, .a = 0, .b = text), I(LOADI, .a = 1, .b = 1), I(LOADI, .a = 2, .b = (uint16_t)-1), I(SLICE, .a = 3, .b = 0, .c = 1),
                      I(LEN, .a = 4, .b = 0), I(LOADK, .a = 5, .b = lit), I(MOVE, .a = 6, .b = 4), I(CONCAT, .a = 5, .x = 2, .b = 5),
                      I(LIST, .a = 0, .x = 3, .b = 3), I(RETURN, .a = 0)));
    CHECK_STR(eval(a), "[\"rüß\",5,\"n=5\"]");
}

TEST(conditions_must_be_yes_or_no)
{
    Asm *a = asm_new();
    asm_function(a, "main", 1, CODE(I(LOADI, .a = 0, .b = 1), I(JT, .a = 0, J32(0)), I(RETURN, .a = 0)));
    CHECK(fails_with(a, "P0905", "but is 1"));
}

TEST(jumps_of_mixed_kinds)
{
    Asm *a = asm_new();
    uint16_t half = asm_lit(a, (PlLiteral){.kind = PL_LIT_DOUBLE, .as.number = 0.5});
    /* 0.5 < 3: r2 = 1; not 3 <= 0.5: r2 += 1; 0.5 < 1 (immediate): r2 += 1 */
    asm_function(a, "main", 3,
                 CODE(I(LOADK, .a = 0, .b = half), I(LOADI, .a = 1, .b = 3), I(LOADI, .a = 2, .b = 0), I(JNLT, .a = 0, .b = 1, .c = 1),
                      I(ADDI, .a = 2, .b = 2, .c = 1), I(JLE, .a = 1, .b = 0, .c = 1), I(ADDI, .a = 2, .b = 2, .c = 1),
                      I(JGEI, .a = 0, .b = 1, .c = 1), I(ADDI, .a = 2, .b = 2, .c = 1), I(RETURN, .a = 2)));
    CHECK_STR(eval(a), "3");
}

TEST(a_handler_gets_the_error)
{
    Asm *a = asm_new();
    uint16_t why = asm_text(a, "no luck"), message = asm_text(a, "message");
    asm_function(a, "main", 3,
                 CODE(I(LOADK, .a = 0, .b = why), I(FAIL, .a = 0), I(RETURN, .a = 0), I(FIELD, .a = 2, .b = 1, .c = message), I(RETURN, .a = 2)));
    asm_handler(a, 0, 0, 3, 3, 1, 0);
    CHECK_STR(eval(a), "\"no luck\"");
}

TEST(a_handler_of_a_status_lets_others_pass)
{
    Asm *a = asm_new();
    uint16_t why = asm_text(a, "no luck");
    asm_function(a, "main", 3, CODE(I(LOADK, .a = 0, .b = why), I(FAIL, .a = 0), I(RETURN, .a = 0), I(RETURN, .a = 1)));
    asm_handler(a, 0, 0, 3, 3, 1, 404);
    CHECK(fails_with(a, "P0915", "no luck"));
}

TEST(rethrow_goes_to_the_outer_handler)
{
    Asm *a = asm_new();
    uint16_t why = asm_text(a, "deep"), message = asm_text(a, "message");
    asm_function(a, "main", 4,
                 CODE(I(LOADK, .a = 0, .b = why), I(FAIL, .a = 0), I(RETHROW, .a = 1), I(FIELD, .a = 3, .b = 2, .c = message), I(RETURN, .a = 3)));
    asm_handler(a, 0, 0, 2, 2, 1, 0);
    asm_handler(a, 0, 0, 3, 3, 2, 0);
    CHECK_STR(eval(a), "\"deep\"");
}

TEST(check_names_path_expected_and_found)
{
    Asm *a = asm_new();
    PlField fields[] = {{.name = PL_STR("id"), .type = PL_T_TEXT, .required = true}};
    PlTypeId record = pl_type_record(&a->m.types, fields, 1, PL_TYPE_NONE, false, PL_STR("Pet"));
    PlTypeId list = pl_type_list(&a->m.types, record);
    uint16_t rows = asm_json(a, "[{\"id\":\"a\"},{\"id\":5}]");
    asm_function(a, "main", 1, CODE(I(LOADK, .a = 0, .b = rows), I(CHECK, .a = 0, .b = (uint16_t)list, .c = 0), I(RETURN, .a = 0)));
    asm_site(a, "4", 0, 0, 3, PL_NO_SITE);
    CHECK(fails_with(a, "P0901", "[1].id should be text, but is 5"));
}

TEST(inputs_defaults_and_refusals)
{
    for (int i = 0; i < 4; i++) {
        static const char *const given[] = {"{\"n\":\"12\"}", "{}", "{\"n\":\"x\"}", "{\"nn\":1}"};
        static const char *const expected[] = {"[12,\"z\"]", "input \"n\" is missing: integer", "input n should be integer, but is \"x\"",
                                               "the plan has no input \"nn\""};
        Asm *a = asm_new();
        PlRunState state;
        pl_vec_push(a->arena, &a->inputs, (PlInput){.name = PL_STR("n"), .type = PL_T_INTEGER, .reg = 0});
        pl_vec_push(a->arena, &a->inputs, (PlInput){.name = PL_STR("d"), .type = PL_T_TEXT, .reg = 1, .has_default = true,
                                                    .value = {.kind = PL_LIT_TEXT, .as.text = PL_STR("z")}});
        asm_function(a, "main", 3, CODE(I(LIST, .a = 2, .x = 2, .b = 0), I(RETURN, .a = 2)));
        PlStr s = run_main(a, given[i], &state);
        CHECK((state == PL_RUN_DONE) == (i == 0));
        CHECK_STR(s, expected[i]);
    }
}

TEST(memory_has_a_ceiling)
{
    Asm *a = asm_new();
    World *w = world_new();
    uint16_t text = asm_text(a, "0123456789");
    /* for ever: t = t t */
    asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = text), I(MOVE, .a = 1, .b = 0), I(CONCAT, .a = 0, .x = 2, .b = 0), I(JMP, J32(-3))));
    WorldRun *r = world_begin_with(w, asm_done(a), (PlRunOptions){.heap_bytes = 1 << 20}, false, NULL);
    CHECK(r->run && world_go(w, r) == PL_RUN_FAILED);
    CHECK(pl_str_find(pl_run_error(r->run), PL_STR("P0904"), 0) != PL_STR_NONE);
    CHECK(pl_run_status(r->run) == PL_LIMIT);
    CHECK(w->rows[w->row_count - 1].row.kind == PL_ROW_END);
    world_end(w, r);
    r = world_begin(w, asm_done(a), "{}"); /* and it stays so */
    CHECK(r->run && pl_run_pump(r->run) == PL_RUN_FAILED && pl_run_status(r->run) == PL_LIMIT);
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

TEST(a_run_can_be_cancelled)
{
    Asm *a = asm_new();
    World *w = world_new();
    asm_function(a, "main", 1, CODE(I(LOADI, .a = 0, .b = 0), I(ADDI, .a = 0, .b = 0, .c = 1), I(JMP, J32(-2))));
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    pl_run_cancel(r->run, PL_STR("enough"));
    CHECK(pl_run_pump(r->run) == PL_RUN_FAILED);
    CHECK(pl_str_find(pl_run_error(r->run), PL_STR("cancelled: enough"), 0) != PL_STR_NONE);
    CHECK(world_count(w, PL_ROW_CANCEL) == 1 && world_count(w, PL_ROW_END) == 1);
    world_end(w, r);
    world_free(w);
    asm_free(a);
}

static int64_t ticking_mono(void *self)
{
    return ((World *)self)->mono += 15000;
}

TEST(a_long_loop_gives_way_and_meets_the_time_limit)
{
    Asm *a = asm_new();
    World *w = world_new();
    asm_function(a, "main", 1, CODE(I(LOADI, .a = 0, .b = 0), I(ADDI, .a = 0, .b = 0, .c = 1), I(JMP, J32(-2))));
    a->m.manifest.max_time_us = 1000000;
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlDiags diags;
    pl_diags_init(&diags, arena, NULL);
    PlPorts ports = {.clock = {w, world_wall, ticking_mono, world_timer, world_timer_cancel},
                     .journal = {w, world_append, world_commit, world_barrier, world_each, world_read, NULL}};
    PlStatus status;
    PlRun *run = pl_run_new(asm_done(a), &ports, &(PlRunOptions){.id = PL_STR("r")}, &diags, &status);
    PlRunState state = PL_RUN_WAITING;
    int turns = 0;
    while (run && state == PL_RUN_WAITING && turns++ < 1000) {
        state = pl_run_pump(run);
        if (state == PL_RUN_WAITING) CHECK(world_fire(w));
    }
    CHECK(state == PL_RUN_FAILED && pl_run_status(run) == PL_LIMIT && turns > 2);
    CHECK(pl_str_find(pl_run_error(run), PL_STR("P0922"), 0) != PL_STR_NONE);
    pl_run_free(run);
    pl_arena_free(arena);
    world_free(w);
    asm_free(a);
}

TEST(stop_is_success)
{
    Asm *a = asm_new();
    uint16_t why = asm_text(a, "nothing to do");
    asm_function(a, "main", 1, CODE(I(LOADK, .a = 0, .b = why), I(STOP, .a = 0)));
    CHECK_STR(eval(a), "null");
}

static PlStatus fn_twice(PlBuiltinContext *context, const PlValue *args, uint32_t count, PlValue *out)
{
    (void)count;
    if (args[0].tag != PL_INT) {
        pl_buf_put_z(&context->error, "wants a number");
        return PL_INVALID;
    }
    *out = pl_int(args[0].as.integer * 2);
    return PL_OK;
}

static PlBuiltinRef lookup(PlStr name)
{
    return pl_str_eq_z(name, "twice") ? (PlBuiltinRef){fn_twice, 1, 1} : (PlBuiltinRef){0};
}

TEST(builtins_are_called_and_checked)
{
    for (int i = 0; i < 4; i++) {
        static const char *const expected[] = {"42", "P0912", "P0914", "P0913"};
        Asm *a = asm_new();
        World *w = world_new();
        uint16_t text = asm_text(a, "x");
        pl_vec_push(a->arena, &a->builtins, PL_STR("twice"));
        pl_vec_push(a->arena, &a->builtins, PL_STR("thrice"));
        PlInsn load = I(LOADI, .a = 0, .b = 21);
        if (i == 1) load = (PlInsn)I(LOADK, .a = 0, .b = text);
        asm_function(a, "main", 3, CODE(load, I(BUILTIN, .a = 2, .x = i == 2 ? 2 : 1, .b = 0, .c = i == 3), I(RETURN, .a = 2)));
        WorldRun *r = world_begin_with(w, asm_done(a), (PlRunOptions){0}, false, lookup);
        PlRunState state = world_go(w, r);
        PlStr s = state == PL_RUN_DONE ? pl_run_output(r->run) : pl_run_error(r->run);
        CHECK((state == PL_RUN_DONE) == (i == 0));
        CHECK(pl_str_find(s, pl_str_z(expected[i]), 0) != PL_STR_NONE);
        world_end(w, r);
        world_free(w);
        asm_free(a);
    }
}

UNIT_MAIN
