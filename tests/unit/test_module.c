/* SPDX-License-Identifier: MIT */
/* Writing and reading modules: the same bytes again, each kind of damage refused with its code, and nothing a byte can say
 * crashes the reader (the hash is put right after each mutation, so that the parts behind it are reached). */
#include "vm/base/fault.h"
#include "vm/code/hash.h"
#include "vm/code/layout.h"

#include "tests/unit/sample_module.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

typedef struct Bench {
    PlEscape escape, diag_escape;
    PlArena *arena, *diag_arena;
    PlSources sources;
    PlDiags diags;
    PlModule module;
    PlBuf bytes;
} Bench;

static void bench_init(Bench *b)
{
    b->arena = pl_arena_new(&b->escape, 0);
    b->diag_arena = pl_arena_new(&b->diag_escape, 0);
    pl_sources_init(&b->sources, b->diag_arena);
    pl_diags_init(&b->diags, b->diag_arena, &b->sources);
    sample_module(&b->module, b->arena);
    pl_buf_init(&b->bytes, 0);
    CHECK(pl_module_write(&b->module, &b->bytes) == PL_OK);
}

static void bench_deinit(Bench *b)
{
    pl_buf_deinit(&b->bytes);
    pl_arena_free(b->arena);
    pl_arena_free(b->diag_arena);
}

static void seal(char *bytes, size_t len)
{
    if (len > 32) pl_hash_bytes(pl_str(bytes, len - 32), (uint8_t *)bytes + len - 32);
}

/* Reads; on failure says with which code. */
static PlDiagCode refused(Bench *b, PlStr bytes, PlStatus expected)
{
    PlModule *m;
    pl_diags_init(&b->diags, b->diag_arena, &b->sources);
    PlStatus status = pl_module_read(bytes, &b->diags, &m);
    CHECK(status == expected);
    CHECK((m != NULL) == (status == PL_OK));
    CHECK(b->diags.all.len == (status == PL_OK ? 0 : 1));
    pl_module_free(m);
    return status == PL_OK ? PL_DIAG_COUNT : b->diags.all.items[0]->code;
}

TEST(same_bytes_again)
{
    Bench b;
    bench_init(&b);
    PlModule *m;
    CHECK(pl_module_read(pl_buf_str(&b.bytes), &b.diags, &m) == PL_OK);
    for (uint32_t i = 0; i < b.diags.all.len; i++) fprintf(stderr, PL_FMT "\n", PL_ARG(b.diags.all.items[i]->message));
    if (m) {
        uint8_t effect_hash[32];
        memcpy(effect_hash, m->effect_hash, 32);
        CHECK(memcmp(m->hash, b.module.hash, 32) == 0);
        CHECK(memcmp(m->effect_hash, b.module.effect_hash, 32) == 0);
        PlBuf again;
        pl_buf_init(&again, 0);
        CHECK(pl_module_write(m, &again) == PL_OK);
        CHECK(pl_str_eq(pl_buf_str(&again), pl_buf_str(&b.bytes)));
        CHECK(memcmp(m->effect_hash, effect_hash, 32) == 0);
        CHECK_STR(m->actions[0].auth[0].all[0].scopes[0], "mail.read");
        CHECK(m->constants[6].as.number == -0.25);
        CHECK(m->constants[5].as.integer == INT64_MIN);
        pl_buf_deinit(&again);
    }
    pl_module_free(m);
    bench_deinit(&b);
}

/* The fuzzer's seed is this module in today's format; UNIT_ACCEPT=1 writes it anew. */
TEST(seed_is_current)
{
    const char *path = "tests/fuzz/corpus/module/sample.pbc";
    Bench b;
    bench_init(&b);
    PlBuf seed;
    pl_buf_init(&seed, 0);
    if (getenv("UNIT_ACCEPT")) CHECK(pl_buf_write_file(path, pl_buf_str(&b.bytes)) == PL_OK);
    CHECK(pl_buf_read_file(&seed, path) == PL_OK);
    CHECK(pl_str_eq(pl_buf_str(&seed), pl_buf_str(&b.bytes)));
    pl_buf_deinit(&seed);
    bench_deinit(&b);
}

/* The file may stand behind other bytes in the buffer. */
TEST(appends)
{
    Bench b;
    bench_init(&b);
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_put_z(&out, "before");
    CHECK(pl_module_write(&b.module, &out) == PL_OK);
    CHECK(pl_str_eq(pl_str_slice(pl_buf_str(&out), 6, out.len), pl_buf_str(&b.bytes)));
    pl_buf_deinit(&out);
    bench_deinit(&b);
}

TEST(effect_hash_follows_effects)
{
    Bench b;
    bench_init(&b);
    uint8_t before[32];
    memcpy(before, b.module.effect_hash, 32);
    PlBuf out;
    pl_buf_init(&out, 0);
    b.module.title = PL_STR("Another name");
    b.module.functions[0].positions[0] = 5;
    pl_type_list(&b.module.types, PL_T_FILE);
    CHECK(pl_module_write(&b.module, &out) == PL_OK);
    CHECK(memcmp(before, b.module.effect_hash, 32) == 0);
    b.module.manifest.max_calls++;
    CHECK(pl_module_write(&b.module, &out) == PL_OK);
    CHECK(memcmp(before, b.module.effect_hash, 32) != 0);
    b.module.manifest.max_calls--;
    b.module.types.all.items[b.module.actions[0].result].closed = false;
    CHECK(pl_module_write(&b.module, &out) == PL_OK);
    CHECK(memcmp(before, b.module.effect_hash, 32) != 0);
    pl_buf_deinit(&out);
    bench_deinit(&b);
}

TEST(heads)
{
    Bench b;
    bench_init(&b);
    size_t len = b.bytes.len;
    char *bytes = b.bytes.ptr;
    CHECK(refused(&b, PL_STR(""), PL_CORRUPT) == PL_D_MODULE_MAGIC);
    CHECK(refused(&b, PL_STR("1. Find mail"), PL_CORRUPT) == PL_D_MODULE_MAGIC);
    CHECK(refused(&b, pl_str(bytes, 6), PL_CORRUPT) == PL_D_MODULE_DAMAGED);
    CHECK(refused(&b, pl_str(bytes, 100), PL_CORRUPT) == PL_D_MODULE_DAMAGED);
    CHECK(refused(&b, pl_str(bytes, len - 1), PL_CORRUPT) == PL_D_MODULE_DAMAGED);
    bytes[6]++;
    CHECK(refused(&b, pl_str(bytes, len), PL_VERSION) == PL_D_MODULE_VERSION);
    bytes[6]--;
    bytes[len / 2] ^= 1;
    CHECK(refused(&b, pl_str(bytes, len), PL_CORRUPT) == PL_D_MODULE_HASH);
    bytes[len / 2] ^= 1;
    CHECK(refused(&b, pl_str(bytes, len), PL_OK) == PL_DIAG_COUNT);
    bench_deinit(&b);
}

TEST(directory)
{
    Bench b;
    bench_init(&b);
    size_t len = b.bytes.len;
    char *bytes = b.bytes.ptr;
    for (size_t at = 8; at < PL_LAYOUT_HEAD + PL_SECTION_COUNT * PL_LAYOUT_ENTRY; at += 4) {
        bytes[at]++;
        seal(bytes, len);
        CHECK(refused(&b, pl_str(bytes, len), PL_CORRUPT) == PL_D_MODULE_DAMAGED);
        bytes[at]--;
    }
    bench_deinit(&b);
}

static size_t section_offset(const Bench *b, PlSectionIndex section)
{
    const uint8_t *entry = (const uint8_t *)b->bytes.ptr + PL_LAYOUT_HEAD + (size_t)section * PL_LAYOUT_ENTRY;
    return (size_t)entry[4] | (size_t)entry[5] << 8 | (size_t)entry[6] << 16;
}

/* A count of billions in a small file is refused before anything is allocated for it. */
TEST(counts_are_bounded)
{
    for (unsigned s = PL_SECTION_types; s < PL_SECTION_texts; s++) {
        Bench b;
        bench_init(&b);
        memset(b.bytes.ptr + section_offset(&b, (PlSectionIndex)s), 0xff, 4);
        seal(b.bytes.ptr, b.bytes.len);
        CHECK(refused(&b, pl_buf_str(&b.bytes), PL_CORRUPT) == PL_D_MODULE_DAMAGED);
        bench_deinit(&b);
    }
}

TEST(text_must_be_utf8)
{
    Bench b;
    bench_init(&b);
    b.bytes.ptr[section_offset(&b, PL_SECTION_meta) + 5] = (char)0xff;
    seal(b.bytes.ptr, b.bytes.len);
    CHECK(refused(&b, pl_buf_str(&b.bytes), PL_CORRUPT) == PL_D_MODULE_DAMAGED);
    bench_deinit(&b);
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One to three bytes, or one 32-bit word, become something else. */
static void mutate(uint64_t *seed, char *bytes, size_t len)
{
    static const uint32_t words[] = {0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 0x10000};
    size_t room = len - 32, first = PL_LAYOUT_HEAD + PL_SECTION_COUNT * PL_LAYOUT_ENTRY;
    size_t at = first + next_random(seed) % (room - first - 4);
    unsigned kind = (unsigned)(next_random(seed) % 4);
    if (kind == 0)
        memcpy(bytes + at, &words[next_random(seed) % 10], 4);
    else
        for (unsigned i = 0; i < kind; i++)
            bytes[first + next_random(seed) % (room - first)] = (char)(next_random(seed) % (kind == 1 ? 256 : 8));
    seal(bytes, len);
}

TEST(mutations_never_crash)
{
    Bench b;
    bench_init(&b);
    size_t len = b.bytes.len;
    char *bytes = malloc(len);
    uint64_t seed = 0x9e3779b97f4a7c15u;
    unsigned accepted = 0, runs = 20000;
    for (unsigned i = 0; i < runs && bytes; i++) {
        memcpy(bytes, b.bytes.ptr, len);
        mutate(&seed, bytes, len);
        PlModule *m;
        PlArenaMark mark = pl_arena_mark(b.diag_arena);
        pl_diags_init(&b.diags, b.diag_arena, &b.sources);
        PlStatus status = pl_module_read(pl_str(bytes, len), &b.diags, &m);
        CHECK(status == PL_OK ? m != NULL && b.diags.all.len == 0 : m == NULL && b.diags.all.len == 1);
        if (m) {
            PlBuf again;
            pl_buf_init(&again, 0);
            CHECK(pl_module_write(m, &again) == PL_OK);
            CHECK(pl_str_eq(pl_buf_str(&again), pl_str(bytes, len)));
            pl_buf_clear(&again);
            pl_module_dump(&again, m);
            CHECK(again.status == PL_OK && again.len > 0);
            pl_buf_deinit(&again);
            accepted++;
        }
        pl_module_free(m);
        pl_arena_rewind(b.diag_arena, mark);
    }
    CHECK(accepted > runs / 100 && accepted < runs * 9 / 10);
    free(bytes);
    bench_deinit(&b);
}

/* Each allocation fails once: a status and a diagnostic, or none at all, but no leak and no crash. */
TEST(memory_lacks)
{
    Bench b;
    bench_init(&b);
    bool fired = true;
    for (uint64_t nth = 0; fired && nth < 1000; nth++) {
        PlModule *m;
        pl_fault_arm(PL_FAULT_ALLOC, nth, false);
        PlStatus status = setjmp(b.diag_escape.at) == 0 ? pl_module_read(pl_buf_str(&b.bytes), &b.diags, &m) : PL_NOMEM;
        fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(status == (fired ? PL_NOMEM : PL_OK));
        if (status == PL_OK) pl_module_free(m);
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_fault_arm(PL_FAULT_ALLOC, nth, false);
        status = pl_module_write(&b.module, &out);
        bool write_fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(status == (write_fired ? PL_NOMEM : PL_OK));
        fired |= write_fired;
        pl_fault_arm(PL_FAULT_ALLOC, nth, false);
        status = pl_module_verify(&b.module, &b.diags);
        bool verify_fired = pl_fault_fired();
        pl_fault_disarm();
        CHECK(status == (verify_fired ? PL_NOMEM : PL_OK));
        fired |= verify_fired;
        pl_buf_deinit(&out);
    }
    CHECK(!fired);
    bench_deinit(&b);
}

UNIT_MAIN
