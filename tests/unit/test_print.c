/* SPDX-License-Identifier: MIT */
/* The printer on expressions and types: brackets where they are needed, texts inside texts, and back to the same tree. Whole plans: tests/golden. */
#include "compiler/syntax/parse.h"
#include "compiler/syntax/print.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

/* Prints `text` as read for an expression or a type, into out. */
static PlStr printed(PlArena *arena, const char *text, bool type)
{
    PlSources sources;
    PlDiags diags;
    PlBuf buf;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_buf_init(&buf, 0);
    uint32_t source = pl_sources_add(&sources, PL_STR("test"), pl_str_z(text));
    PlTypeExpr *t = type ? pl_parse_type(arena, &diags, source) : NULL;
    PlExpr *e = type ? NULL : pl_parse_expr(arena, &diags, source);
    if (t)
        pl_print_type_expr(&buf, t);
    else if (e)
        pl_print_expr(&buf, e);
    else
        pl_buf_put_z(&buf, "error");
    PlStr s = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    return s;
}

static void check(const char *text, const char *expected, bool type)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena || setjmp(escape.at)) abort();
    PlStr once = printed(arena, text, type);
    CHECK_STR(once, expected);
    CHECK_STR(printed(arena, once.ptr, type), expected);
    pl_arena_free(arena);
}

#define PRINT(text, expected) check(text, expected, false)
#define TYPE(text, expected)  check(text, expected, true)

TEST(brackets)
{
    PRINT("(a+b)*c", "(a + b) * c");
    PRINT("a+(b*c)", "a + (b * c)"); /* the author's stay */
    PRINT("a - (b - c)", "a - (b - c)");
    PRINT("(not a) is b", "(not a) is b");
    PRINT("not (a is b)", "not (a is b)");
    PRINT("(a if b otherwise c) if d otherwise e", "(a if b otherwise c) if d otherwise e");
    PRINT("(a ?? b) ?? c", "(a ?? b) ?? c");
    PRINT("(rows where a).b", "(rows where a).b");
    PRINT("(-5).abs()", "abs(-5)");
    PRINT("(3 days).x", "(3 days).x");
    PRINT("-(5)", "-(5)");
    PRINT("a == empty", "a is (empty)");
    PRINT("f((x sorted by a, b), [y sorted by c])", "f((x sorted by a, b), [y sorted by c])");
}

TEST(exact_words)
{
    PRINT("a != 1 && b >= 2 || !c", "a is not 1 and b >= 2 or not c");
    PRINT("number of rows where paid", "count(rows where paid)");
    PRINT("x older than 3 days", "x < now - 3 days");
    PRINT("true", "yes");
    PRINT("36 hours", "1 day 12 hours");
    PRINT("14 months", "14 months");
    PRINT("24 months", "2 years");
    PRINT("0 seconds", "0 seconds");
    PRINT("1.0", "1.0");
    PRINT("{'a b': 1, c}", "{\"a b\": 1, c: c}");
    PRINT("f(größe=1)", "f(größe=1)");
    PRINT("results of step 3.1", "step 3.1");
}

TEST(texts)
{
    PRINT("'it\\'s \"x\"'", "\"it's \\\"x\\\"\"");
    PRINT("\"{f('a')}\"", "\"{f('a')}\"");
    PRINT("\"{f('{g(`${h}`)}')}\"", "\"{f('{g(`${h}`)}')}\"");
    PRINT("\"{f('say \\\"no\\\"')}\"", "\"{f('say \\\"no\\\"')}\"");
    PRINT("\"{({a: 1}).a}\"", "\"{({a: 1}.a)}\"");
    PRINT("\"\\u0001\\n{\"", "\"\\u0001\\n\\{\"");
    PRINT("`a {b} ${c} \\${d}`", "\"a \\{b} {c} $\\{d}\"");
}

TEST(types)
{
    TYPE("list of string", "list of text");
    TYPE("list of (text or nothing)", "list of (text or nothing)");
    TYPE("{a: int, b?: boolean, \"c d\": any}", "{a: integer, b?: yes or no, \"c d\": any}");
    TYPE("one of \"a\", \"b\" or \"c\" or nothing", "(one of \"a\", \"b\", \"c\") or nothing");
    TYPE("list of list of {}", "list of list of {}");
    TYPE("list of", "error");
}

UNIT_MAIN
