/* SPDX-License-Identifier: MIT */
/* Signatures: the reader, the variables, and that every builtin's signature and example hold what they say to the checker. */
#include "compiler/check/check.h"
#include "compiler/check/signature.h"
#include "compiler/check/usable.h"
#include "compiler/syntax/parse.h"
#include "stdlib/builtin.h"

#include "tests/unit/unit.h"

typedef struct Table {
    PlEscape escape;
    PlArena *arena;
    PlTypes types;
    PlBuf text;
} Table;

static void table_init(Table *t)
{
    t->arena = pl_arena_new(&t->escape, 0);
    pl_types_init(&t->types, t->arena);
    pl_buf_init(&t->text, 0);
}

static void table_deinit(Table *t)
{
    pl_arena_free(t->arena);
    pl_buf_deinit(&t->text);
}

static PlStr printed(Table *t, PlTypeId id)
{
    pl_buf_clear(&t->text);
    pl_type_print(&t->text, &t->types, id, 0);
    return pl_buf_str(&t->text);
}

TEST(reads_parameters)
{
    Table t;
    table_init(&t);
    PlSignature s;
    CHECK(pl_signature_read(&t.types, PL_STR("(list: list of (T or nothing), by?: one of \"a\", \"b\", n?: integer) -> {key: T, items: list of U}"), &s));
    CHECK(s.count == 3 && !s.repeats && !s.params[0].optional && s.params[1].optional);
    CHECK_STR(s.params[2].name, "n");
    CHECK_STR(printed(&t, s.params[1].type), "one of \"a\", \"b\"");
    CHECK(pl_signature_param(&s, 3) == NULL);
    CHECK(pl_signature_read(&t.types, PL_STR("(first: text, ...: number) -> number or nothing"), &s));
    CHECK(s.repeats && pl_signature_param(&s, 9) == &s.params[1]);
    CHECK(pl_signature_read(&t.types, PL_STR("() -> datetime"), &s) && s.count == 0 && s.result == PL_T_DATETIME);
    table_deinit(&t);
}

TEST(refuses_what_is_none)
{
    static const char *const wrong[] = {"", "(", "(x) -> text", "(x: text)", "(x: text) -> ", "(x: nosuch) -> text", "(x: text) -> text more",
                                        "(x: text y: text) -> text", "(...: text, x: text) -> text", "(x: one of) -> text", "(x: {a: }) -> text",
                                        "(x: one of \"a) -> text"};
    Table t;
    table_init(&t);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        PlSignature s;
        CHECK(!pl_signature_read(&t.types, pl_str_z(wrong[i]), &s));
    }
    table_deinit(&t);
}

static PlTypeId result_for(Table *t, const char *signature, PlTypeId argument)
{
    PlSignature s;
    PlSignatureVars vars;
    CHECK(pl_signature_read(&t->types, pl_str_z(signature), &s));
    pl_signature_vars_init(&vars);
    pl_signature_match(&t->types, &vars, s.params[0].type, argument);
    return pl_signature_fill(&t->types, &vars, s.result);
}

TEST(variables)
{
    Table t;
    table_init(&t);
    PlTypeId maybe = pl_type_list(&t.types, pl_type_or_nothing(&t.types, PL_T_DATE));
    CHECK_STR(printed(&t, result_for(&t, "(list: list of T) -> T or nothing", PL_T_LIST_TEXT)), "text or nothing");
    CHECK_STR(printed(&t, result_for(&t, "(list: list of (T or nothing)) -> list of T", maybe)), "list of date");
    CHECK_STR(printed(&t, result_for(&t, "(list: list of T) -> list of {value: T, count: integer}", maybe)),
              "list of {value: date or nothing, count: integer}");
    CHECK_STR(printed(&t, result_for(&t, "(list: list of T) -> T", PL_T_ANY)), "any");
    CHECK_STR(printed(&t, result_for(&t, "(x: T) -> list of U", PL_T_TEXT)), "list of any");
    CHECK_STR(printed(&t, result_for(&t, "(list: list of T) -> T", PL_T_INTEGER)), "integer");
    table_deinit(&t);
}

TEST(every_builtin_has_a_signature)
{
    Table t;
    table_init(&t);
    for (uint32_t i = 0; i < pl_builtin_count; i++) {
        const PlBuiltin *b = &pl_builtins[i];
        PlSignature s;
        bool reads = pl_signature_read(&t.types, pl_str_z(b->signature), &s);
        uint32_t least = 0;
        for (uint32_t k = 0; k < s.count; k++) least += !s.params[k].optional;
        bool counts = reads && b->min_args >= least && (s.repeats ? b->max_args == UINT8_MAX : b->max_args == s.count);
        if (!reads || !counts) fprintf(stderr, "%s%s takes %u to %u\n", b->name, b->signature, b->min_args, b->max_args);
        CHECK(reads && counts);
    }
    table_deinit(&t);
}

/* The checker takes every example of the library without an error, and needs no change to it. */
TEST(every_example_checks)
{
    for (uint32_t i = 0; i < pl_builtin_count; i++) {
        Table t;
        table_init(&t);
        PlSources sources;
        PlDiags diags;
        pl_sources_init(&sources, t.arena);
        pl_diags_init(&diags, t.arena, &sources);
        PlStr text = pl_arena_printf(t.arena, "1. Set x to %s\n", pl_builtins[i].example);
        PlPlan *plan = pl_parse(t.arena, &diags, pl_sources_add(&sources, PL_STR("example"), text));
        PlCatalog *catalog = pl_catalog_new(t.arena, &sources, &diags, &t.types);
        bool ok = pl_builtins[i].name[0] == '_' || (pl_check(t.arena, &diags, catalog, plan, NULL) && diags.errors == 0);
        CHECK(ok);
        if (!ok) {
            pl_diags_print(&t.text, &diags, false);
            fprintf(stderr, "%.*s\n", PL_ARG(pl_buf_str(&t.text)));
        }
        table_deinit(&t);
    }
}

UNIT_MAIN
