/* SPDX-License-Identifier: MIT */
/* Single rows of a store that is only read: forwards, backwards, with gaps, from within a visit, of two runs in turn, beside a writer, and when reading fails;
 * of a file with a write-ahead log and of one without. */
#include "tests/unit/unit.h"
#include "vm/base/fault.h"
#include "vm/io/store.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 400 };

typedef struct Place {
    char dir[64], path[96], ids[2][32];
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlStore *writer;
    PlJournalPort write[2];
} Place;

static PlStore *open_store(Place *p, PlStoreMode mode)
{
    PlStore *store = NULL;
    CHECK(pl_store_open(p->path, mode, PL_DURABLE_EFFECTS, &p->diags, &store) == PL_OK);
    return store;
}

static void append(PlJournalPort *j, int64_t n)
{
    char body[600];
    snprintf(body, sizeof body, "{\"n\":%lld,\"pad\":\"%0500d\"}", (long long)n, 0);
    PlRow row = {.kind = n == 1 ? PL_ROW_START : PL_ROW_NOTE, .site = 7, .attempt = 1, .path = PL_STR("1"), .wall_us = n, .body = pl_str_z(body)};
    CHECK(j->append(j->self, &row) == PL_OK);
}

static void place_begin(Place *p, bool grown)
{
    static const uint8_t module_hash[32] = {1};
    *p = (Place){0};
    strcpy(p->dir, "/tmp/test_store_read.XXXXXX");
    CHECK(mkdtemp(p->dir) != NULL);
    snprintf(p->path, sizeof p->path, "%s/runs.db", p->dir);
    p->arena = pl_arena_new(&p->escape, 0);
    pl_sources_init(&p->sources, p->arena);
    pl_diags_init(&p->diags, p->arena, &p->sources);
    p->writer = open_store(p, PL_STORE_WRITE);
    for (int r = 0; r < 2; r++) {
        CHECK(pl_store_begin(p->writer, module_hash, PL_STR("A plan"), p->ids[r], &p->write[r]) == PL_OK);
        for (int i = 1; i <= (grown ? ROWS : 4); i++) append(&p->write[r], i + 1000 * r);
        CHECK(p->write[r].barrier(p->write[r].self) == PL_OK);
    }
    char log[128];
    snprintf(log, sizeof log, "%s-wal", p->path);
    CHECK((access(log, F_OK) == 0) == grown);
}

static void place_end(Place *p)
{
    char command[128];
    pl_store_close(p->writer);
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    CHECK(system(command) == 0);
    pl_arena_free(p->arena);
}

static PlStatus take(void *user, const PlRow *row)
{
    *(int64_t *)user = row->wall_us;
    return pl_str_find(row->body, PL_STR("{\"n\":"), 0) == 0 ? PL_OK : PL_CORRUPT;
}

static int64_t read_at(PlJournalPort *j, uint64_t seq)
{
    int64_t got = -1;
    PlStatus status = j->read(j->self, seq, take, &got);
    return status == PL_OK ? got : status == PL_INVALID ? 0 : -1;
}

typedef struct Nested {
    PlJournalPort *j;
    int64_t outer, inner;
    int deep;
} Nested;

static PlStatus visit_nested(void *user, const PlRow *row)
{
    Nested *n = user;
    n->outer = row->wall_us;
    if (n->deep--) CHECK(n->j->read(n->j->self, row->seq + 1, visit_nested, &(Nested){n->j, 0, 0, n->deep}) == PL_OK);
    n->inner = read_at(n->j, row->seq + 10);
    CHECK(row->wall_us == n->outer); /* the row is still there */
    return PL_OK;
}

static void read_all(Place *p, int64_t rows)
{
    PlStore *store = open_store(p, PL_STORE_READ);
    PlStoredRun run;
    PlJournalPort j[2];
    for (int r = 0; r < 2; r++) CHECK(pl_store_open_run(store, pl_str_z(p->ids[r]), &run, &j[r]) == PL_OK);
    for (int64_t i = 1; i <= rows; i++) CHECK(read_at(&j[0], (uint64_t)i) == i);
    for (int64_t i = rows; i >= 1; i--) CHECK(read_at(&j[0], (uint64_t)i) == i);
    for (int64_t i = 1; i <= rows; i += 3) CHECK(read_at(&j[0], (uint64_t)i) == i);
    for (int64_t i = 1; i <= rows; i += 7) CHECK(read_at(&j[0], (uint64_t)i) == i);
    for (int64_t i = 1; i <= rows; i++) CHECK(read_at(&j[i % 2], (uint64_t)i) == i + 1000 * (i % 2));
    CHECK(read_at(&j[0], (uint64_t)rows + 1) == 0 && read_at(&j[0], 0) == 0 && read_at(&j[0], UINT64_MAX / 2) == 0);
    CHECK(read_at(&j[0], (uint64_t)rows) == rows && read_at(&j[0], (uint64_t)rows) == rows && read_at(&j[0], 2) == 2);
    if (rows > 100) {
        Nested n = {.j = &j[0], .deep = 3};
        CHECK(j[0].read(j[0].self, 50, visit_nested, &n) == PL_OK && n.outer == 50 && n.inner == 60);
        CHECK(read_at(&j[0], 51) == 51 && read_at(&j[0], 52) == 52);
    }
    int64_t last = 0;
    CHECK(j[1].each(j[1].self, take, &last) == PL_OK && last == 1000 + rows);
    pl_store_close(store);
}

TEST(a_file_with_a_log)
{
    Place p;
    place_begin(&p, true);
    read_all(&p, ROWS);
    place_end(&p);
}

TEST(a_file_without_one)
{
    Place p;
    place_begin(&p, false);
    read_all(&p, 4);
    place_end(&p);
}

/* The reader sees the file as it was at its first row, and holds nobody up. */
TEST(beside_a_writer)
{
    for (int grown = 0; grown < 2; grown++) {
        Place p;
        place_begin(&p, grown);
        int64_t rows = grown ? ROWS : 4;
        PlStore *store = open_store(&p, PL_STORE_READ);
        PlStoredRun run;
        PlJournalPort j;
        CHECK(pl_store_open_run(store, pl_str_z(p.ids[0]), &run, &j) == PL_OK);
        CHECK(read_at(&j, 1) == 1);
        for (int64_t i = 1; i <= 20; i++) append(&p.write[0], rows + i);
        CHECK(p.write[0].barrier(p.write[0].self) == PL_OK);
        CHECK(read_at(&j, 2) == 2 && (!grown || read_at(&j, (uint64_t)rows + 1) == 0));
        pl_store_close(store);
        store = open_store(&p, PL_STORE_READ);
        CHECK(pl_store_open_run(store, pl_str_z(p.ids[0]), &run, &j) == PL_OK);
        CHECK(read_at(&j, (uint64_t)rows + 1) == rows + 1);
        pl_store_close(store);
        place_end(&p);
    }
}

TEST(reading_fails)
{
    Place p;
    place_begin(&p, true);
    PlStore *store = open_store(&p, PL_STORE_READ);
    PlStoredRun run;
    PlJournalPort j;
    CHECK(pl_store_open_run(store, pl_str_z(p.ids[0]), &run, &j) == PL_OK);
    CHECK(read_at(&j, 1) == 1);
    pl_fault_arm(PL_FAULT_READ, 1, false);
    CHECK(read_at(&j, 2) == 2 && read_at(&j, 3) == -1);
    pl_fault_disarm();
    CHECK(read_at(&j, 3) == 3 && read_at(&j, 4) == 4); /* from the start, not from where it failed */
    pl_store_close(store);
    place_end(&p);
}

UNIT_MAIN
