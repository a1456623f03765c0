/* SPDX-License-Identifier: MIT */
/* The official JSON Schema tests against our validator.
 * usage: schema_suite [-v] DRAFT REMOTES FILE...   DRAFT: 4, 7, 2019, 2020; REMOTES: the suite's folder of that name; -v: print what fails.
 * Files below a folder "format" are run with formats asserted. Ends with "tests N, passed N". */
#include "vm/value/json.h"
#include "vm/value/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Suite {
    const char *remotes;
    PlSchemaDraft draft;
    bool verbose;
    unsigned tests, passed, file_tests, file_passed;
} Suite;

typedef struct Bench {
    Suite *suite;
    PlArena *arena;
    PlValues *values;
} Bench;

static bool read_json(Bench *b, const char *path, PlValue *out)
{
    PlBuf buf;
    size_t at;
    const char *error;
    pl_buf_init(&buf, 0);
    bool good =
        pl_buf_read_file(&buf, path) == PL_OK && pl_json_read(b->values, pl_buf_str(&buf), out, &at, &error) == PL_OK;
    pl_buf_deinit(&buf);
    return good;
}

static bool load(void *context, PlStr address, PlValue *out)
{
    Bench *b = context;
    PlStr host = PL_STR("http://localhost:1234/");
    if (!pl_str_starts(address, host)) return false;
    PlStr path = pl_arena_printf(b->arena, "%s/" PL_FMT, b->suite->remotes,
                                 PL_ARG(pl_str_slice(address, host.len, address.len)));
    return read_json(b, path.ptr, out);
}

static PlValue field(PlValue record, const char *name)
{
    PlValue v = pl_nothing();
    (void)!pl_record_find(record, pl_str_z(name), &v);
    return v;
}

static void run_case(Bench *b, const char *path, PlValue one, bool formats)
{
    Suite *s = b->suite;
    PlSchemaOptions options = {.draft = s->draft, .formats = formats, .load = load, .context = b};
    PlSchemaIssues issues;
    PlSchema *schema = NULL;
    PlStatus status = pl_schema_compile(b->arena, b->values, field(one, "schema"), &options, &schema, &issues);
    PlStr title = pl_text_str(field(one, "description"));
    if (status != PL_OK && s->verbose)
        printf("%s: " PL_FMT ": not compiled: " PL_FMT " " PL_FMT "\n", path, PL_ARG(title), PL_ARG(issues.all[0].at),
               PL_ARG(issues.all[0].message));
    PlValue tests = field(one, "tests");
    for (uint32_t i = 0; i < pl_list_len(tests); i++) {
        PlValue test = pl_list_at(tests, i);
        bool fits = schema && pl_schema_fits(schema, field(test, "data"), b->arena, &issues);
        bool good = schema && fits == field(test, "valid").as.yes;
        if (schema && fits != pl_schema_fits(schema, field(test, "data"), b->arena, NULL)) good = false;
        s->file_tests++;
        s->file_passed += good;
        if (good || !s->verbose) continue;
        printf("%s: " PL_FMT ": " PL_FMT ": %s", path, PL_ARG(title), PL_ARG(pl_text_str(field(test, "description"))),
               fits ? "fits\n" : "does not fit");
        if (!fits && issues.count)
            printf(": " PL_FMT " " PL_FMT " " PL_FMT, PL_ARG(issues.all[0].at), PL_ARG(issues.all[0].keyword),
                   PL_ARG(issues.all[0].message));
        if (!fits) printf("\n");
    }
    pl_schema_free(schema);
}

static void run_cases(Bench *b, const char *path)
{
    PlValue cases = pl_nothing();
    if (!read_json(b, path, &cases)) {
        printf("%s: not read\n", path);
        return;
    }
    for (uint32_t i = 0; i < pl_list_len(cases); i++)
        run_case(b, path, pl_list_at(cases, i), strstr(path, "/format/") != NULL);
    pl_release(b->values, cases);
}

static void run_file(Suite *suite, const char *path)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    PlHeap *heap = pl_heap_new(&escape, 0);
    PlValues *values = pl_values_new(heap);
    Bench bench = {suite, arena, values};
    suite->file_tests = suite->file_passed = 0;
    if (setjmp(escape.at) == 0)
        run_cases(&bench, path);
    else
        printf("%s: out of memory\n", path);
    suite->tests += suite->file_tests;
    suite->passed += suite->file_passed;
    if (suite->verbose && suite->file_tests != suite->file_passed)
        printf("%s: %u of %u\n", path, suite->file_passed, suite->file_tests);
    pl_values_free(values);
    pl_heap_free(heap);
    pl_arena_free(arena);
}

int main(int argc, char **argv)
{
    Suite suite = {0};
    int i = 1;
    if (i < argc && strcmp(argv[i], "-v") == 0) suite.verbose = true, i++;
    if (argc - i < 3) return 2;
    int draft = atoi(argv[i++]);
    suite.draft = draft == 4      ? PL_SCHEMA_DRAFT_4
                  : draft == 7    ? PL_SCHEMA_DRAFT_7
                  : draft == 2019 ? PL_SCHEMA_2019_09
                                  : PL_SCHEMA_2020_12;
    suite.remotes = argv[i++];
    for (; i < argc; i++) run_file(&suite, argv[i]);
    printf("tests %u, passed %u\n", suite.tests, suite.passed);
    return 0;
}
