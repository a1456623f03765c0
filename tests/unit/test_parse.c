/* SPDX-License-Identifier: MIT */
/* The parser on single expressions, types and steps: what the tree is. Whole plans are in tests/golden. */
#include "compiler/syntax/parse.h"
#include "tests/unit/unit.h"
#include "vm/base/limits.h"

#include <stdlib.h>

typedef struct Parsed {
    PlArena *arena;
    PlEscape escape;
    PlSources sources;
    PlDiags diags;
    PlBuf out;
} Parsed;

static void begin(Parsed *p)
{
    p->arena = pl_arena_new(&p->escape, 0);
    pl_sources_init(&p->sources, p->arena);
    pl_diags_init(&p->diags, p->arena, &p->sources);
    pl_buf_init(&p->out, 0);
}

static void end(Parsed *p)
{
    pl_buf_deinit(&p->out);
    pl_arena_free(p->arena);
}

/* The dump of a plan. */
static PlStr plan(Parsed *p, const char *text)
{
    begin(p);
    pl_ast_dump(&p->out, pl_parse(p->arena, &p->diags, pl_sources_add(&p->sources, PL_STR("test"), pl_str_z(text))));
    return pl_buf_str(&p->out);
}

/* The dump of an expression, by way of a step; "error CODE" when it does not read. */
static PlStr expr(Parsed *p, const char *text)
{
    begin(p);
    uint32_t source = pl_sources_add(&p->sources, PL_STR("test"), pl_str_z(text));
    PlExpr *e = pl_parse_expr(p->arena, &p->diags, source);
    if (!e) {
        pl_buf_printf(&p->out, "error %s", p->diags.all.len ? pl_diag_infos[p->diags.all.items[0]->code].code : "none");
        return pl_buf_str(&p->out);
    }
    PlPlan holder = {.output = e};
    pl_ast_dump(&p->out, &holder);
    PlStr s = pl_buf_str(&p->out);
    return pl_str_slice(s, strlen("output "), s.len - 1);
}

#define EXPR(text, dump)                                                                                               \
    do {                                                                                                               \
        Parsed parsed;                                                                                                 \
        if (setjmp(parsed.escape.at)) abort();                                                                         \
        CHECK_STR(expr(&parsed, text), dump);                                                                          \
        end(&parsed);                                                                                                  \
    } while (0)

#define PLAN(text, dump)                                                                                               \
    do {                                                                                                               \
        Parsed parsed;                                                                                                 \
        if (setjmp(parsed.escape.at)) abort();                                                                         \
        CHECK_STR(plan(&parsed, text), dump);                                                                          \
        CHECK(parsed.diags.errors == 0);                                                                               \
        end(&parsed);                                                                                                  \
    } while (0)

TEST(precedence)
{
    EXPR("a or b and not c is 1 + 2 * 3", "(or a (and b (not (is c (+ 1 (* 2 3))))))");
    EXPR("1 - 2 - 3", "(- (- 1 2) 3)");
    EXPR("a ?? b ?? c", "(coalesce a (coalesce b c))");
    EXPR("a ?? 0 > 3", "(> (coalesce a 0) 3)");
    EXPR("-x * 2", "(* (negative x) 2)");
    EXPR("-5", "-5");
    EXPR("(1 + 2) * 3", "(* (+ 1 2) 3)");
    EXPR("a if b otherwise c if d otherwise e", "(choice a b (choice c d e))");
    EXPR("a times b divided by c", "(/ (* a b) c)");
    EXPR("not a or b", "(or (not a) b)");
}

TEST(word_operators)
{
    EXPR("a equals b", "(is a b)");
    EXPR("a isn't b", "(is not a b)");
    EXPR("a is at least 3", "(>= a 3)");
    EXPR("a ≤ 3 && b ≠ 4", "(and (<= a 3) (is not b 4))");
    EXPR("x is not empty", "(is not empty x)");
    EXPR("x.y exists", "(exists (field y x))");
    EXPR("x is missing", "(is missing x)");
    EXPR("x is not in [1, 2]", "(not in x (list 1 2))");
    EXPR("x does not end with \"a\"", "(not (ends with x \"a\"))");
    EXPR("seen older than 10 days", "(< seen (- now duration:864000000000us))");
    EXPR("seen is more than 10 days ago", "(< seen (- now duration:864000000000us))");
    EXPR("seen after 10 days ago", "(> seen (- now duration:864000000000us))");
    EXPR("a = b", "(is a b)");
}

TEST(list_clauses)
{
    EXPR("x where a > 1, sorted by b descending", "(sorted (where x (> a 1)) b descending)");
    EXPR("x sorted by a, b descending, c", "(sorted x a b descending c)");
    EXPR("count of x where c is 1", "(call count (where x (is c 1)))");
    EXPR("number of x > 3", "(> (call count x) 3)");
    EXPR("sum of orders.amount where paid", "(call sum (field amount (where orders paid)))");
    EXPR("first 10 of rows", "(take rows 10)");
    EXPR("last 3 of rows", "(slice rows -3 _)");
    EXPR("first of rows", "(call first rows)");
    EXPR("x joined by \", \"", "(call join x \", \")");
    EXPR("x distinct by a take 5", "(take (distinct x a) 5)");
    EXPR("x distinct", "(distinct x _)");
}

TEST(english)
{
    EXPR("batch has fewer than 100 items", "(< (call count batch) 100)");
    EXPR("no flights are found", "(is empty flights)");
    EXPR("there are no flights or x", "(or (is empty flights) x)");
    EXPR("the transcript is not available", "(is missing transcript)");
    EXPR("the user's name", "(field name user)");
    EXPR("[row.email for row in batch]", "(select batch (field email it))");
    EXPR("[(\"a\", b), (\"c\", d)]", "(list (list \"a\" b) (list \"c\" d))");
    EXPR("the", "the");
    EXPR("the the the x", "error P0104");
}

TEST(references)
{
    EXPR("step 3.1", "(step 3.1)");
    EXPR("step3.data.x", "(field x (field data (step 3)))");
    EXPR("results of step 1", "(step 1)");
    EXPR("{{step3.data.x}}", "(field x (field data (step 3)))");
    EXPR("x[0].a[*].b[-1]", "(index (project b (field a (index x 0))) -1)");
    EXPR("x[1:]", "(slice x 1 _)");
    EXPR("x[a:b]", "(slice x a b)");
    EXPR("x.first(3).items.where", "(field where (field items (call first x 3)))");
}

TEST(times)
{
    EXPR("1 hour 30 minutes", "duration:5400000000us");
    EXPR("30s", "duration:30000000us");
    EXPR("3 days ago", "(- now duration:259200000000us)");
    EXPR("today - 2 months", "(- today duration:2months)");
    EXPR("n days", "(* n duration:86400000000us)");
    EXPR("Monday of this week", "(call start_of_week today)");
    EXPR("Wednesday of last week", "(- (call start_of_week today) duration:432000000000us)");
    EXPR("the last day of last month", "(- (call start_of_month today) duration:86400000000us)");
    EXPR("yesterday", "(- today duration:86400000000us)");
}

TEST(texts)
{
    EXPR("\"a {x} b\"", "(text \"a \" x \" b\")");
    EXPR("\"{{x.y}}\"", "(text (field y x))");
    EXPR("\"a \\{x}\"", "\"a {x}\"");
    EXPR("\"a{3} {} {no expr here}\"", "\"a{3} {} {no expr here}\"");
    EXPR("`a ${x} {y}`", "(text \"a \" x \" {y}\")");
    EXPR("f'x {y}'", "(text \"x \" y)");
    EXPR("\"{x joined by ', '}\"", "(text (call join x \", \"))");
    EXPR("'\\S+ \\u00e9 \\ud83d\\ude00'", "\"\\\\S+ é 😀\"");
    EXPR("\"{\\\"a\\\": {b}}\"", "(text \"{\\\"a\\\": \" b \"}\")");
    EXPR("\"not closed", "error P0105");
}

TEST(literals)
{
    EXPR("[1, 2.5, \"a\", yes, no, nothing, null]", "(list 1 double:2.5 \"a\" yes no nothing nothing)");
    EXPR("{a: 1, \"b c\": x, d}", "(record \"a\": 1 \"b c\": x \"d\": d)");
    EXPR("{from: where, in: items}", "(record \"from\": where \"in\": items)");
    EXPR("f(x, key=1, to: 2)", "(call f x \"key\": 1 \"to\": 2)");
    EXPR("9223372036854775807", "9223372036854775807");
    EXPR("1e400", "error P0127");
}

static void chain(char *text, unsigned terms)
{
    *text = 0;
    for (unsigned i = 0; i < terms; i++) text = stpcpy(text, i ? " + x" : "x");
}

TEST(limits_of_expressions)
{
    static char text[4100];
    Parsed p;
    if (setjmp(p.escape.at)) abort();
    chain(text, (unsigned)PL_LIMIT_EXPR_DEPTH);
    CHECK(!pl_str_starts(expr(&p, text), PL_STR("error")));
    end(&p);
    chain(text, (unsigned)PL_LIMIT_EXPR_DEPTH + 1);
    EXPR(text, "error P0109");
    memset(text, '(', 100);
    text[100] = 'x';
    memset(text + 101, ')', 100);
    text[201] = 0;
    EXPR(text, "x");
    memset(text, '(', 4000);
    text[4000] = 0;
    EXPR(text, "error P0109");
    for (int i = 0; i < 4000; i++) text[i] = i % 2 ? ' ' : '-';
    EXPR(text, "error P0109");
}

static unsigned errors_of(const char *text, size_t len, PlDiagCode *first, uint32_t *steps)
{
    Parsed p;
    if (setjmp(p.escape.at)) abort();
    begin(&p);
    PlPlan *read = pl_parse(p.arena, &p.diags, pl_sources_add(&p.sources, PL_STR("test"), pl_str(text, len)));
    unsigned errors = p.diags.errors;
    if (p.diags.all.len) *first = p.diags.all.items[0]->code;
    *steps = read->step_count;
    end(&p);
    return errors;
}

TEST(limit_steps)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    PlDiagCode first = PL_DIAG_COUNT;
    uint32_t steps = 0;
    for (unsigned i = 1; i <= PL_LIMIT_STEPS; i++) pl_buf_printf(&text, "%u. Skip\n", i);
    CHECK(errors_of(text.ptr, text.len, &first, &steps) == 0 && steps == PL_LIMIT_STEPS);
    pl_buf_put_z(&text, "10001. Skip\n10002. Skip\n");
    CHECK(errors_of(text.ptr, text.len, &first, &steps) == 1 && first == PL_D_TOO_MANY_STEPS &&
          steps == PL_LIMIT_STEPS);
    pl_buf_deinit(&text);
}

TEST(limit_step_depth)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    PlDiagCode first = PL_DIAG_COUNT;
    uint32_t steps = 0;
    for (unsigned i = 0; i < PL_LIMIT_STEP_DEPTH - 1; i++) pl_buf_printf(&text, "%*s- If a:\n", (int)i * 2, "");
    size_t len = text.len;
    pl_buf_printf(&text, "%*s- Skip\n", ((int)PL_LIMIT_STEP_DEPTH - 1) * 2, "");
    CHECK(errors_of(text.ptr, text.len, &first, &steps) == 0 && steps == PL_LIMIT_STEP_DEPTH);
    text.len = len;
    pl_buf_printf(&text, "%*s- If a:\n", ((int)PL_LIMIT_STEP_DEPTH - 1) * 2, "");
    pl_buf_printf(&text, "%*s- Skip\n", (int)PL_LIMIT_STEP_DEPTH * 2, "");
    CHECK(errors_of(text.ptr, text.len, &first, &steps) >= 1 && first == PL_D_STEPS_TOO_DEEP);
    pl_buf_deinit(&text);
}

TEST(limit_source_bytes)
{
    size_t len = (size_t)PL_LIMIT_SOURCE_BYTES + 1;
    char *text = malloc(len);
    if (!text) abort();
    memset(text, '\n', len);
    memcpy(text, "1. Skip\n", 8);
    PlDiagCode first = PL_DIAG_COUNT;
    uint32_t steps = 0;
    CHECK(errors_of(text, len - 1, &first, &steps) == 0 && steps == 1);
    CHECK(errors_of(text, len, &first, &steps) == 1 && first == PL_D_SOURCE_TOO_LARGE && steps == 0);
    memset(text, '(', len - 1);
    memcpy(text, "1. Set x to ", 12);
    CHECK(errors_of(text, len - 1, &first, &steps) == 1 && steps == 1);
    free(text);
}

TEST(bytes_that_are_no_text)
{
    PlDiagCode first = PL_DIAG_COUNT;
    uint32_t steps = 0;
    CHECK(errors_of("1. Skip\xff\n", 9, &first, &steps) == 1 && first == PL_D_NOT_UTF8);
    CHECK(errors_of("1. Set x\0 to 1\n2. Skip\n", 24, &first, &steps) == 1 && first == PL_D_STRANGE_CHARACTER);
    CHECK(errors_of("\xef\xbb\xbf"
                    "1. Skip\r\n2. Skip\r\n",
                    21, &first, &steps) == 0 &&
          steps == 2);
    CHECK(errors_of("", 0, &first, &steps) == 1 && first == PL_D_NO_STEPS);
}

TEST(clauses)
{
    PLAN("1. Read using a.b(x=1) as text -> r, retry 3 times waiting 2 seconds, doubling, within 30 seconds, all "
         "pages, up to 500 items,\n"
         "   if it fails with 404, use nothing, ask first, in order, key x.id\n",
         "1 action prose=\"Read\" plugin=\"a\" action=\"b\" arg:x=1 as=text [retry count=3 duration=duration:2000000us "
         "doubling]"
         " [within duration=duration:30000000us] [all pages] [up to count=500] [if it fails count=404 use "
         "value=nothing] [ask first]"
         " [in order] [key value=(field id x)] -> r\n");
    PLAN("1. Read using a.b()\n   retry 3 times\n   all pages\n   -> r\n",
         "1 action prose=\"Read\" plugin=\"a\" action=\"b\" [retry count=3] [all pages] -> r\n");
    PLAN("1. Read using a.b(), if it fails, tell bob using c.d(e: 1) -> r\n",
         "1 action prose=\"Read\" plugin=\"a\" action=\"b\" [if it fails action prose=\"tell bob\" plugin=\"c\" "
         "action=\"d\" arg:e=1] -> r\n");
    PLAN("1. For each k, v in list where it.a, up to 3 at a time, tolerating 5 %:\n   1.1. Skip\n",
         "1 each name=\"k\" name2=\"v\" value=list cond=(field a it) [at a time count=3] [tolerating count=5 "
         "percent]\n  1.1 skip\n");
}

TEST(prose)
{
    PLAN("1. By using a tool, post to #general -> x\n", "1 prose prose=\"By using a tool, post to #general\" -> x\n");
    PLAN("1. Check the status of the run\n", "1 prose prose=\"Check the status of the run\"\n");
    PLAN("1. Set up things using github.issues/create(a=1)\n",
         "1 action prose=\"Set up things\" plugin=\"github\" action=\"issues/create\" arg:a=1\n");
    PLAN("1. Summarize it, retry 3 times\n", "1 prose prose=\"Summarize it\" [retry count=3]\n");
    PLAN("1. x.y(z: 1) # why\n", "1 action plugin=\"x\" action=\"y\" arg:z=1 # why\n");
    PLAN("1. n = x.y(1)\n2. m = n + 1\n",
         "1 action plugin=\"x\" action=\"y\" arg:=1 -> n\n2 set name=\"m\" value=(+ n 1)\n");
}

UNIT_MAIN
