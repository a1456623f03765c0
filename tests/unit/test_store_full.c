/* SPDX-License-Identifier: MIT */
/* The store when the disk is full, when there is much to write, when rows come while others are read; what is erased. */
#include "tests/unit/store_world.h"

/* ---- a full disk ---- */

TEST(a_disk_without_room_for_the_reserve)
{
    Place p;
    place_begin(&p);
    stored(&p);
    libc_arm(LIBC_ALLOCATE, 0, ENOSPC, false);
    CHECK(opens(&p, PL_STORE_WRITE) == PL_FULL && libc_disarm());
    CHECK(p.diags.errors == 1 && p.diags.all.items[0]->code == PL_D_STORE_FULL);
    place_end(&p);
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    CHECK(put(&j, PL_ROW_END, "", "{\"state\":\"failed\"}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    libc_arm(LIBC_ALLOCATE, 0, ENOSPC, false);
    CHECK(put(&j, PL_ROW_FORKED, "", "{}", "") == PL_OK && j.barrier(j.self) == PL_FULL && libc_disarm());
    pl_store_close(store);
    place_end(&p);
}

TEST(on_a_full_disk_what_is_under_way_is_written_and_nothing_begins)
{
    static const struct {
        PlRowKind kind;
        bool ends;
    } cases[] = {{PL_ROW_INTENT, false}, {PL_ROW_NOTE, false},  {PL_ROW_RESULT, true}, {PL_ROW_FAIL, true}, {PL_ROW_INDOUBT, true},
                 {PL_ROW_PARK, true},    {PL_ROW_CANCEL, true}, {PL_ROW_END, true},    {PL_ROW_FORKED, true}};
    Place p;
    char id[32] = "s";
    PlJournalPort other;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    libc_arm(LIBC_WRITE, 0, ENOSPC, false);
    CHECK(j.barrier(j.self) == PL_OK);
    CHECK(libc_disarm());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) CHECK((put(&j, cases[i].kind, "1", "{}", "") == PL_OK) == cases[i].ends);
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &other) == PL_FULL);
    CHECK(pl_store_put_module(store, module_hash, PL_STR("code")) == PL_FULL);
    CHECK(j.barrier(j.self) == PL_OK);
    pl_store_close(store);
    place_end(&p);
}

TEST(a_disk_that_is_full_again)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    libc_arm(LIBC_WRITE, 0, ENOSPC, false);
    CHECK(j.barrier(j.self) == PL_OK && libc_disarm());
    CHECK(put(&j, PL_ROW_END, "", "{\"state\":\"done\"}", "") == PL_OK);
    libc_arm(LIBC_WRITE, 0, ENOSPC, true);
    CHECK(j.barrier(j.self) == PL_FULL && libc_disarm());
    CHECK(j.soon(j.self) == PL_FULL && j.commit(j.self) == PL_FULL && put(&j, PL_ROW_PARK, "", "{}", "") == PL_FULL);
    uint64_t count = 0;
    CHECK(j.each(j.self, see_row, &count) == PL_FULL && pl_store_each_run(store, see_run, &count) == PL_FULL && count == 0);
    CHECK(pl_store_put_module(store, module_hash, PL_STR("code")) == PL_FULL);
    pl_store_close(store);
    store = open_store(&p, PL_STORE_READ);
    CHECK(rows_of(store, "r", NULL) == 1);
    pl_store_close(store);
    place_end(&p);
}

/* ---- images ---- */

TEST(a_run_that_never_got_a_row_is_in_the_file)
{
    Place p;
    char id[32] = "s";
    PlJournalPort j, other;
    uint64_t count = 0;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    j = begin(store, "r");
    CHECK(put(&j, PL_ROW_END, "", "{\"state\":\"done\"}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &other) == PL_OK);
    pl_store_close(store);
    store = open_store(&p, PL_STORE_READ);
    CHECK(pl_store_each_run(store, see_run, &count) == PL_OK && count == 2);
    pl_store_close(store);
    place_end(&p);
}

/* A run that ended with its first batch goes on: its image has no reserve yet. */
TEST(a_row_behind_the_end_of_a_whole_run)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    CHECK(put(&j, PL_ROW_END, "", "{\"state\":\"failed\"}", "") == PL_OK && j.barrier(j.self) == PL_OK && !is_there(&p, ".reserve"));
    CHECK(put(&j, PL_ROW_FORKED, "", "{}", "") == PL_OK && j.barrier(j.self) == PL_OK && is_there(&p, ".reserve"));
    CHECK(rows_of(store, "r", NULL) == 3);
    pl_store_close(store);
    place_end(&p);
}

TEST(images_that_are_too_large)
{
    for (int way = 0; way < 2; way++) {
        Place p;
        place_begin(&p);
        PlStore *store = open_store(&p, PL_STORE_WRITE);
        PlJournalPort j = begin(store, "r");
        for (int i = 0; i < (way ? 1200 : 1); i++) CHECK(way ? put(&j, PL_ROW_NOTE, "", "", "") == PL_OK : give(&j, 255 * 1024) == PL_OK);
        CHECK(j.barrier(j.self) == PL_OK);
        CHECK(put(&j, PL_ROW_END, "", "{\"state\":\"done\"}", "") == PL_OK && j.barrier(j.self) == PL_OK);
        CHECK(is_there(&p, "-wal"));
        CHECK(rows_of(store, "r", NULL) == (way ? 1202 : 3));
        pl_store_close(store);
        place_end(&p);
    }
}

/* Commits without a barrier: nothing in the file is promised, and its last batch ends its run. */
TEST(a_young_file_whose_run_ends)
{
    Place p;
    char home[256];
    uint64_t count = 0;
    place_begin(&p);
    CHECK(getcwd(home, sizeof home) && chdir(p.dir) == 0);
    PlStore *store = NULL;
    CHECK(pl_store_open("runs.db", PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p.diags, &store) == PL_OK);
    char id[32] = "r";
    PlJournalPort j;
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
    CHECK(j.each(j.self, see_row, &count) == PL_OK && count == 0);
    CHECK(put(&j, PL_ROW_START, "", "{}", "") == PL_OK && j.commit(j.self) == PL_OK);
    CHECK(put(&j, PL_ROW_NOTE, "", "{}", "") == PL_OK && j.commit(j.self) == PL_OK);
    CHECK(put(&j, PL_ROW_END, "", "{\"state\":\"done\"}", "") == PL_OK && j.commit(j.self) == PL_OK && !is_there(&p, "-wal"));
    CHECK(j.barrier(j.self) == PL_OK && rows_of(store, "r", NULL) == 3);
    pl_store_close(store);
    CHECK(chdir(home) == 0);
    place_end(&p);
}

TEST(a_run_is_as_old_as_its_last_row)
{
    Place p;
    PlStoredRun run;
    PlJournalPort j, again;
    place_begin(&p);
    stored(&p);
    change(&p, "UPDATE run SET changed_us = 1");
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    CHECK(pl_store_open_run(store, PL_STR("r"), &run, &j) == PL_OK && run.changed_us == 1700000000000000);
    begin(store, "s");
    CHECK(pl_store_open_run(store, PL_STR("r"), &run, &again) == PL_OK && again.self == j.self);
    pl_store_close(store);
    place_end(&p);
}

/* ---- many rows, and rows that come while others are read ---- */

TEST(rows_without_a_word)
{
    Place p;
    PlJournalPort j;
    char id[32] = "r";
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
    PlRow row = {.kind = PL_ROW_START};
    CHECK(j.append(j.self, &row) == PL_OK && j.barrier(j.self) == PL_OK && rows_of(store, "r", NULL) == 1);
    for (int i = 0; i < 9000; i++) CHECK(put(&j, PL_ROW_NOTE, "", "", "") == PL_OK); /* more than a batch may have */
    CHECK(rows_of(store, "r", NULL) == 9001);
    PlBuf body;
    pl_buf_init(&body, 0);
    for (int i = 0; i < 100000; i++) pl_buf_put_z(&body, "0123456789abcdef");
    row = (PlRow){.kind = PL_ROW_NOTE, .body = pl_buf_str(&body)}; /* not given: copied */
    CHECK(j.append(j.self, &row) == PL_OK && rows_of(store, "r", NULL) == 9002);
    pl_buf_deinit(&body);
    pl_store_close(store);
    place_end(&p);
}

typedef struct Within {
    PlJournalPort *j;
    int depth;
    PlStatus status;
} Within;

static PlStatus walk_and_write(void *user, const PlRow *row)
{
    Within *w = user;
    if (row->seq != 1) return PL_OK;
    if (w->depth++ == 0) return w->j->each(w->j->self, walk_and_write, w);
    PlStatus status = w->j->soon(w->j->self);
    if (status == PL_OK) status = give(w->j, 9 * 1024 * 1024); /* alone: a batch of its own */
    for (int i = 0; i < 2 && status == PL_OK; i++) status = put(w->j, PL_ROW_NOTE, "1", "{}", ""); /* the second waits for the first */
    return w->status = status;
}

TEST(rows_that_come_while_others_are_read)
{
    Place p;
    place_begin(&p);
    stored(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlStoredRun run;
    PlJournalPort j;
    CHECK(pl_store_open_run(store, PL_STR("r"), &run, &j) == PL_OK);
    Within within = {&j, 0, PL_OK};
    CHECK(j.each(j.self, walk_and_write, &within) == PL_OK && within.status == PL_OK && within.depth >= 2);
    CHECK(j.barrier(j.self) == PL_OK && rows_of(store, "r", NULL) == 6);
    pl_store_close(store);
    place_end(&p);
}

/* ---- the thread that writes ---- */

static void dawdle(void)
{
    struct timespec until, now;
    clock_gettime(CLOCK_MONOTONIC, &until);
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - until.tv_sec) * 1000000000 + now.tv_nsec - until.tv_nsec < 3000000);
}

TEST(the_owner_waits_for_a_batch_that_is_being_written)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    CHECK(j.barrier(j.self) == PL_OK && put(&j, PL_ROW_NOTE, "", "{}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    libc.slow = dawdle;
    for (int i = 0; i < 3; i++) {
        CHECK(give(&j, 300 * 1024) == PL_OK); /* urgent: the thread takes it at once */
        dawdle();
        CHECK(j.commit(j.self) == PL_OK);
    }
    libc.slow = NULL;
    libc.nsec = 999999999; /* a deadline in the next second */
    CHECK(put(&j, PL_ROW_NOTE, "", "{}", "") == PL_OK && j.soon(j.self) == PL_OK);
    dawdle();
    libc.nsec = 0;
    for (int i = 0; i < 3; i++) dawdle();
    CHECK(j.soon(j.self) == PL_OK); /* with nothing to write */
    for (int i = 0; i < 3; i++) dawdle();
    CHECK(put(&j, PL_ROW_NOTE, "", "{}", "") == PL_OK && j.soon(j.self) == PL_OK && j.barrier(j.self) == PL_OK);
    CHECK(rows_of(store, "r", NULL) == 7);
    pl_store_close(store);
    place_end(&p);
}

TEST(a_store_that_breaks_while_rows_wait_writes_nothing_more)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    CHECK(j.barrier(j.self) == PL_OK);
    for (int i = 0; i < 64; i++) CHECK(put(&j, PL_ROW_NOTE, "", "{}", "") == PL_OK);
    CHECK(j.soon(j.self) == PL_OK); /* within two milliseconds */
    pl_fault_arm(PL_FAULT_ALLOC, 0, false);
    PlStatus status = put(&j, PL_ROW_NOTE, "", "{}", "");
    pl_fault_disarm();
    for (int i = 0; i < 4; i++) dawdle();
    CHECK(status == PL_NOMEM && j.barrier(j.self) == PL_NOMEM);
    pl_store_close(store);
    store = open_store(&p, PL_STORE_WRITE);
    CHECK(rows_of(store, "r", NULL) == 1);
    pl_store_close(store);
    place_end(&p);
}

/* ---- erasing ---- */

TEST(what_is_erased_is_what_was_named)
{
    static const char *const paths[] = {"1", "12", "1.2", "1#3", "2", "1~1", "1?1"};
    Place p;
    uint64_t erased;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) CHECK(put(&j, PL_ROW_NOTE, paths[i], "{}", "") == PL_OK);
    CHECK(put(&j, PL_ROW_FORKED, "", "{}", "") == PL_OK && pl_store_set_state(store, PL_STR("r"), PL_STORED_FORKED, PL_STR("")) == PL_OK);
    CHECK(pl_store_erase(store, PL_STR("r"), PL_STR("1"), PL_STR("ann"), PL_STR("asked"), 1, &erased) == PL_OK && erased == 5);
    CHECK(pl_store_erase(store, PL_STR("r"), PL_STR(""), PL_STR("ann"), PL_STR("asked"), 1, &erased) == PL_OK && erased == 4);
    CHECK(pl_store_erase(store, PL_STR("r"), PL_STR(""), PL_STR("ann"), PL_STR("asked"), 1, &erased) == PL_OK && erased == 0);
    CHECK(pl_store_erase(store, PL_STR("none"), PL_STR(""), PL_STR("ann"), PL_STR("asked"), 1, &erased) == PL_INVALID);
    begin(store, "s");
    CHECK(pl_store_erase(store, PL_STR("s"), PL_STR(""), PL_STR("ann"), PL_STR("asked"), 1, &erased) == PL_WAITING);
    CHECK(rows_of(store, "r", NULL) == 11);
    pl_store_close(store);
    place_end(&p);
}

UNIT_MAIN
