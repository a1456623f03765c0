/* SPDX-License-Identifier: MIT */
/* Every example of builtins.def, and what the table promises: names, arity, aliases; and that no function crashes or leaks whatever its
 * arguments are. */
#include "tests/unit/builtin_world.h"

TEST(examples)
{
    World w;
    open_world(&w, NULL);
    uint32_t with_example = 0;
    for (uint32_t i = 0; i < pl_builtin_count; i++) {
        const PlBuiltin *b = &pl_builtins[i];
        if (b->name[0] == '_') continue;
        CHECK(b->example[0] && b->doc[0] && b->signature[0] == '(' && b->fn);
        check_call(&w, b->example, b->result);
        with_example++;
    }
    CHECK(with_example > 110);
    close_world(&w);
}

TEST(names_are_unique_and_found)
{
    for (uint32_t i = 0; i < pl_builtin_count; i++) {
        CHECK(pl_builtin_find(pl_str_z(pl_builtins[i].name)) == &pl_builtins[i]);
        CHECK(pl_builtins[i].min_args <= pl_builtins[i].max_args);
        CHECK(strlen(pl_builtins[i].doc) <= 120 && strstr(pl_builtins[i].signature, ") -> "));
    }
    CHECK(pl_builtin_find(PL_STR("len")) == pl_builtin_find(PL_STR("length")));
    CHECK(!pl_builtin_find(PL_STR("nope")) && !pl_builtin_find(PL_STR("")));
    CHECK(pl_builtin_ref(PL_STR("sum")).fn && !pl_builtin_ref(PL_STR("nope")).fn);
#define PL_BUILTIN(name, fn, signature, min, max, doc, example, result)
#define PL_BUILTIN_ALIAS(name, of) CHECK(of[0] != '_' && pl_builtin_find(PL_STR(name)) && pl_builtin_find(PL_STR(name)) == pl_builtin_find(PL_STR(of)));
#include "stdlib/builtins.def"
#undef PL_BUILTIN
#undef PL_BUILTIN_ALIAS
}

/* Each function on all combinations of odd arguments: an answer or an error with words, no crash; memory comes back. */
TEST(any_arguments)
{
    static const char *const odd[] = {"nothing", "yes", "0", "-1", "3", "1.5", "1e300", "9223372036854775807", "\"\"", "\"abc\"",
        "\"2026-11-20\"", "\"2026-11-20T10:00:00+01:00\"", "\"PT1H\"", "\"\xc3\xa9%\\\"\"", "[]", "[1, nothing, \"x\", [2], {a: 1}]", "[3, 1, 2]",
        "[\"b\", \"a\"]", "{}", "{a: 1, b: [1]}", "[{a: 1}, {a: \"x\", b: 2}]", "date(\"0000-01-01\")", "date(\"9999-12-31\")",
        "datetime(\"9999-12-31T23:59:59.999999Z\")", "datetime(\"0000-01-01T00:00:00Z\")", "duration(\"1 month\")"};
    enum { COUNT = sizeof odd / sizeof *odd };
    World w;
    open_world(&w, "-03:30");
    PlValue values[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        w.at = odd[i];
        CHECK(read_expr(&w, &values[i]));
    }
    for (uint32_t b = 0; b < pl_builtin_count; b++) {
        uint32_t most = pl_builtins[b].max_args < 3 ? pl_builtins[b].max_args : 3;
        for (uint32_t n = pl_builtins[b].min_args; n <= most; n++) {
            size_t combinations = 1;
            for (uint32_t k = 0; k < n; k++) combinations *= COUNT;
            for (size_t c = 0; c < combinations; c++) {
                PlValue args[3], out = pl_nothing();
                size_t rest = c;
                for (uint32_t k = 0; k < n; k++, rest /= COUNT) args[k] = values[rest % COUNT];
                if (n == 2 && args[1].tag == PL_INT && args[1].as.integer == INT64_MAX && args[0].tag == PL_TEXT) continue;
                pl_buf_clear(&w.context.error);
                PlStatus status = pl_builtins[b].fn(&w.context, args, n, &out);
                CHECK(status == PL_OK || (status == PL_INVALID && w.context.error.len > 0));
                if (status == PL_INVALID && !w.context.error.len) fprintf(stderr, "%s: no words\n", pl_builtins[b].name);
                if (status != PL_OK) continue;
                PlBuf text;
                pl_buf_init(&text, 0);
                pl_json_write(&text, out);
                PlValue again;
                size_t at;
                const char *error = "";
                CHECK(pl_json_read(w.values, pl_buf_str(&text), &again, &at, &error) == PL_OK);
                pl_release(w.values, again);
                pl_buf_deinit(&text);
                pl_release(w.values, out);
            }
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (pl_is_block(values[i])) CHECK(*values[i].as.refs == 1);
        pl_release(w.values, values[i]);
    }
    close_world(&w);
}

UNIT_MAIN
