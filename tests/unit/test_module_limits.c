/* SPDX-License-Identifier: MIT */
/* The limits that the reader and the verifier hold modules to, each at its edge and one past it: PL_LIMIT_FUNC_REGS, PL_LIMIT_FUNC_CODE,
 * PL_LIMIT_SCATTER_CAP, PL_LIMIT_RETRY_MAX, PL_LIMIT_FRAME_DEPTH, PL_LIMIT_STEP_DEPTH, PL_LIMIT_SOURCE_BYTES, PL_LIMIT_MODULE_BYTES. */
#include "vm/base/limits.h"

#include "tests/unit/sample_module.h"
#include "tests/unit/unit.h"

typedef struct Bench {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlModule m;
} Bench;

static void bench_init(Bench *b)
{
    b->arena = pl_arena_new(&b->escape, 0);
    pl_sources_init(&b->sources, b->arena);
    pl_diags_init(&b->diags, b->arena, &b->sources);
    sample_module(&b->m, b->arena);
}

static bool is(Bench *b, PlStatus expected)
{
    PlStatus status = pl_module_verify(&b->m, &b->diags);
    if (status != expected && b->diags.all.len)
        fprintf(stderr, PL_FMT "\n", PL_ARG(pl_vec_last(&b->diags.all)->message));
    return status == expected;
}

TEST(registers)
{
    Bench b;
    bench_init(&b);
    b.m.functions[0].regs = (uint16_t)PL_LIMIT_FUNC_REGS;
    CHECK(is(&b, PL_OK));
    b.m.functions[0].regs++;
    CHECK(is(&b, PL_LIMIT));
    pl_arena_free(b.arena);
}

/* Function 3 becomes `count` instructions. */
static void set_code(Bench *b, uint32_t count)
{
    PlFunction *f = &b->m.functions[3];
    f->code = PL_NEW_N(b->arena, PlInsn, count); /* op 0 is nop */
    f->positions = PL_NEW_N(b->arena, uint32_t, count);
    f->code[count - 1] = sample_insn(PL_OP_RETURNS, 0, 0, 0, 0);
    f->code_count = count;
}

TEST(instructions)
{
    Bench b;
    bench_init(&b);
    set_code(&b, (uint32_t)PL_LIMIT_FUNC_CODE);
    CHECK(is(&b, PL_OK));
    set_code(&b, (uint32_t)PL_LIMIT_FUNC_CODE + 1);
    CHECK(is(&b, PL_LIMIT));
    pl_arena_free(b.arena);
}

TEST(iterations_and_retries)
{
    Bench b;
    bench_init(&b);
    b.m.scatters[0].cap = (uint16_t)PL_LIMIT_SCATTER_CAP;
    b.m.calls[1].retries = (uint16_t)PL_LIMIT_RETRY_MAX;
    CHECK(is(&b, PL_OK));
    b.m.scatters[0].cap++;
    CHECK(is(&b, PL_CORRUPT));
    b.m.scatters[0].cap--;
    b.m.calls[1].retries++;
    CHECK(is(&b, PL_CORRUPT));
    pl_arena_free(b.arena);
}

/* `count` functions, each started by the one before. */
static void set_nest(Bench *b, uint32_t count)
{
    PlModule *m = &b->m;
    m->functions = PL_NEW_N(b->arena, PlFunction, count);
    m->togethers = PL_NEW_N(b->arena, PlTogether, count);
    m->sites = PL_NEW_N(b->arena, PlSite, count);
    m->function_count = m->site_count = count;
    m->together_count = count - 1;
    m->call_count = m->scatter_count = m->ask_count = m->wait_count = m->input_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        PlInsn code[] = {
            i + 1 < count ? sample_insn(PL_OP_TOGETHER, 0, 0, i, 0) : sample_insn(PL_OP_NOP, 0, 0, 0, 0),
            i ? sample_insn(PL_OP_RETURNS, 0, 0, 0, 0) : sample_insn(PL_OP_RETURN, 0, 0, 0, 0),
        };
        PlBranch branch = {.function = (uint16_t)(i + 1)};
        m->functions[i] = sample_function(b->arena, PL_STR("f"), 1, 0, 0, code, 2);
        m->togethers[i] =
            (PlTogether){.site = i, .branches = sample_copy(b->arena, &branch, sizeof branch), .branch_count = 1};
        m->sites[i] = sample_site("1", 0, 1, PL_NO_SITE, i, 0, 2);
    }
}

TEST(functions_in_each_other)
{
    Bench b;
    bench_init(&b);
    set_nest(&b, (uint32_t)PL_LIMIT_FRAME_DEPTH);
    CHECK(is(&b, PL_OK));
    set_nest(&b, (uint32_t)PL_LIMIT_FRAME_DEPTH + 1);
    CHECK(is(&b, PL_CORRUPT));
    pl_arena_free(b.arena);
}

/* Sites 9, 10, ... each inside the one before. */
static void set_sites(Bench *b, uint32_t depth)
{
    PlSite *sites = PL_NEW_N(b->arena, PlSite, 9 + depth);
    memcpy(sites, b->m.sites, 9 * sizeof *sites);
    for (uint32_t i = 0; i < depth; i++) sites[9 + i] = sample_site("1", 0, 1, i ? 8 + i : PL_NO_SITE, 0, 0, 1);
    b->m.sites = sites;
    b->m.site_count = 9 + depth;
}

TEST(steps_in_each_other)
{
    Bench b;
    bench_init(&b);
    set_sites(&b, 2 * (uint32_t)PL_LIMIT_STEP_DEPTH + 1);
    CHECK(is(&b, PL_OK));
    set_sites(&b, 2 * (uint32_t)PL_LIMIT_STEP_DEPTH + 2);
    CHECK(is(&b, PL_CORRUPT));
    pl_arena_free(b.arena);
}

static PlStr spaces(Bench *b, size_t len)
{
    return pl_str(memset(pl_arena_alloc(b->arena, len, 1), ' ', len), len);
}

TEST(source)
{
    Bench b;
    bench_init(&b);
    b.m.source = spaces(&b, PL_LIMIT_SOURCE_BYTES);
    CHECK(is(&b, PL_OK));
    b.m.source = spaces(&b, PL_LIMIT_SOURCE_BYTES + 1);
    CHECK(is(&b, PL_LIMIT));
    pl_arena_free(b.arena);
}

/* The title takes what is left. */
TEST(file)
{
    Bench b;
    bench_init(&b);
    PlBuf out;
    PlModule *read;
    pl_buf_init(&out, 0);
    CHECK(pl_module_write(&b.m, &out) == PL_OK);
    size_t room = PL_LIMIT_MODULE_BYTES - out.len;
    b.m.title = spaces(&b, b.m.title.len + room);
    pl_buf_clear(&out);
    CHECK(pl_module_write(&b.m, &out) == PL_OK);
    CHECK(out.len == PL_LIMIT_MODULE_BYTES);
    CHECK(pl_module_read(pl_buf_str(&out), &b.diags, &read) == PL_OK);
    pl_module_free(read);
    pl_buf_put_char(&out, 0);
    CHECK(pl_module_read(pl_buf_str(&out), &b.diags, &read) == PL_LIMIT);
    CHECK(pl_vec_last(&b.diags.all)->code == PL_D_MODULE_LIMIT);
    b.m.title = spaces(&b, b.m.title.len + 1);
    pl_buf_clear(&out);
    CHECK(pl_module_write(&b.m, &out) == PL_LIMIT);
    pl_buf_deinit(&out);
    pl_arena_free(b.arena);
}

UNIT_MAIN
