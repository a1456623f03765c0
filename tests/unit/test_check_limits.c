/* SPDX-License-Identifier: MIT */
/* The bounds of a plan at their edges: PL_LIMIT_LOOP_DEFAULT, LOOP_MAX, SCATTER_CAP, RETRY_MAX, and DIAGS; loops deeper than the checker tries. */
#include "compiler/check/check.h"
#include "compiler/syntax/parse.h"
#include "vm/base/limits.h"

#include "tests/unit/unit.h"

typedef struct Checked {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlTypes types;
    PlDiags diags;
    PlPlan *plan;
    bool ok;
} Checked;

static const char document[] =
    "openapi: 3.0.3\ninfo: {title: A, version: '1'}\nservers: [{url: 'https://a.example'}]\npaths:\n"
    "  /x:\n    get: {operationId: read, responses: {'200': {description: ok}}}\n";

static void check(Checked *k, const char *text)
{
    k->arena = pl_arena_new(&k->escape, 0);
    pl_sources_init(&k->sources, k->arena);
    pl_diags_init(&k->diags, k->arena, &k->sources);
    pl_types_init(&k->types, k->arena);
    PlCatalog *catalog = pl_catalog_new(k->arena, &k->sources, &k->diags, &k->types);
    PlPlugin *plugin;
    CHECK(pl_catalog_add_text(catalog, PL_STR("a"), PL_STR("a.yaml"), pl_str_z(document), NULL, &plugin) == PL_OK);
    k->plan = pl_parse(k->arena, &k->diags, pl_sources_add(&k->sources, PL_STR("plan"), pl_str_z(text)));
    k->ok = pl_check(k->arena, &k->diags, catalog, k->plan, NULL) && k->diags.errors == 0;
}

static bool checks(const char *format, unsigned long long n)
{
    char text[512];
    snprintf(text, sizeof text, format, n);
    Checked k;
    check(&k, text);
    bool ok = k.ok;
    pl_arena_free(k.arena);
    return ok;
}

TEST(edges)
{
    static const char repeat[] = "1. Repeat %llu times:\n   1.1. Note \"x\"\n";
    static const char scatter[] = "1. For each x in [1], up to %llu at a time:\n   1.1. Note \"x\"\n";
    static const char retry[] = "1. Read using a.read(), retry %llu times\n";
    CHECK(checks(repeat, 1) && checks(repeat, PL_LIMIT_LOOP_MAX));
    CHECK(!checks(repeat, 0) && !checks(repeat, PL_LIMIT_LOOP_MAX + 1));
    CHECK(checks(scatter, PL_LIMIT_SCATTER_CAP) && !checks(scatter, PL_LIMIT_SCATTER_CAP + 1) && !checks(scatter, 0));
    CHECK(checks(retry, PL_LIMIT_RETRY_MAX) && !checks(retry, PL_LIMIT_RETRY_MAX + 1) && !checks(retry, 0));
}

TEST(a_loop_without_a_bound_gets_the_default)
{
    Checked k;
    check(&k, "1. Set n to 0\n2. Repeat until n > 3:\n   2.1. Increase n by 1\n");
    CHECK(k.ok);
    CHECK(k.plan->steps.items[1]->at_most_times == PL_LIMIT_LOOP_DEFAULT);
    CHECK(k.plan->steps.items[1]->count->literal.as.integer == (int64_t)PL_LIMIT_LOOP_DEFAULT);
    pl_arena_free(k.arena);
}

TEST(errors_are_counted_past_those_kept)
{
    PlBuf plan;
    pl_buf_init(&plan, 0);
    for (unsigned i = 1; i <= PL_LIMIT_DIAGS + 50; i++) pl_buf_printf(&plan, "%u. Set a%u to \"b\" * 2\n", i, i);
    Checked k;
    check(&k, plan.ptr);
    CHECK(!k.ok && k.diags.all.len <= PL_LIMIT_DIAGS + 1 && k.diags.errors >= PL_LIMIT_DIAGS);
    pl_arena_free(k.arena);
    pl_buf_deinit(&plan);
}

/* A body is tried before it is checked; in loops within loops within loops that must not multiply without end. */
TEST(deep_loops)
{
    PlBuf plan;
    pl_buf_init(&plan, 0);
    pl_buf_put_z(&plan, "1. Set n to 0\n2. For each x1 in [1]:\n");
    for (unsigned depth = 2; depth <= 20; depth++) {
        for (unsigned i = 0; i < depth; i++) pl_buf_put_z(&plan, i ? ".1" : "2");
        pl_buf_printf(&plan, ". For each x%u in [1]:\n", depth);
    }
    for (unsigned i = 0; i < 21; i++) pl_buf_put_z(&plan, i ? ".1" : "2");
    pl_buf_put_z(&plan, ". Set n to n + 0.5\n");
    pl_buf_put_z(&plan, "3. Note \"{n}\"\n");
    Checked k;
    check(&k, plan.ptr);
    CHECK(k.ok);
    CHECK(pl_arena_used(k.arena) < 64u * 1024 * 1024);
    pl_arena_free(k.arena);
    pl_buf_deinit(&plan);
}

static void check_within(PlArena *arena)
{
    static const char text[] = "1. Set xs to [{a: 1, b: \"x\"}, {a: 2}]\n2. For each x in xs:\n   2.1. Add x.a to sums\n   2.2. Note \"{x.c}\"\n"
                               "3. Read using a.red(1)\n4. Set y to xs where a > 1 and nowhere is 2\n";
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    PlPlan *plan = pl_parse(arena, &diags, pl_sources_add(&sources, PL_STR("plan"), pl_str_z(text)));
    pl_check(arena, &diags, pl_catalog_new(arena, &sources, &diags, &types), plan, NULL);
}

static bool fits_in(size_t ceiling)
{
    PlEscape escape;
    PlArena *volatile arena = NULL;
    volatile bool fits = false;
    if (!setjmp(escape.at)) {
        arena = pl_arena_new(&escape, ceiling);
        check_within(arena);
        fits = true;
    } else {
        CHECK(escape.status == PL_LIMIT || escape.status == PL_NOMEM);
    }
    pl_arena_free(arena);
    return fits;
}

/* Wherever memory ends, the check leaves through the arena's escape and keeps nothing (AddressSanitizer sees what it keeps). */
TEST(memory_ends_anywhere)
{
    unsigned ends = 0;
    size_t ceiling = 4096;
    while (ceiling < 64u * 1024 * 1024 && !fits_in(ceiling)) {
        ends++;
        ceiling += ceiling / 16;
    }
    CHECK(fits_in(ceiling) && ends > 3);
}

UNIT_MAIN
