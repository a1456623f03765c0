/* SPDX-License-Identifier: MIT */
/* The store where things are out of the ordinary: records and rows that nobody of us wrote, files that are not what they should be, a full disk, many
 * rows, rows that come while others are read. What fails on the way is the matter of test_store_faults.c. */
#include "tests/unit/store_world.h"

#include "vm/io/store_lock.h"

#include <signal.h>
#include <sys/wait.h>

static PlStore *open_store(Place *p, PlStoreMode mode)
{
    PlStore *store = NULL;
    CHECK(pl_store_open(p->path, mode, PL_DURABLE_EFFECTS, &p->diags, &store) == PL_OK);
    return store;
}

static PlStatus opens(Place *p, PlStoreMode mode)
{
    PlStore *store = NULL;
    PlStatus status = pl_store_open(p->path, mode, PL_DURABLE_EFFECTS, &p->diags, &store);
    pl_store_close(store);
    return status;
}

/* Begins the run and its first row. */
static PlJournalPort begin(PlStore *store, const char *name)
{
    char id[32];
    PlJournalPort j = {0};
    snprintf(id, sizeof id, "%s", name);
    CHECK(pl_store_begin(store, module_hash, (PlStr){0}, id, &j) == PL_OK);
    CHECK(put(&j, PL_ROW_START, "", "{}", "") == PL_OK);
    return j;
}

static uint64_t rows_of(PlStore *store, const char *id, const char **why)
{
    uint64_t rows, bad;
    const char *said;
    PlStatus status = pl_store_verify(store, pl_str_z(id), &rows, &bad, &said);
    if (why) *why = said;
    return status == PL_OK ? rows : 1000 + (uint64_t)status;
}

static PlStatus see_row(void *user, const PlRow *row)
{
    *(uint64_t *)user += row->seq > 0;
    return PL_OK;
}

static PlStatus see_run(void *user, const PlStoredRun *run)
{
    *(uint64_t *)user += run->id.len > 0;
    return PL_OK;
}

static PlStatus see_line(void *user, PlStr line)
{
    *(uint64_t *)user += pl_str_find(line, PL_STR("\"bytes\""), 0) != PL_STR_NONE;
    return PL_OK;
}

static void stored(Place *p)
{
    PlStore *store = open_store(p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    CHECK(put(&j, PL_ROW_NOTE, "1", "{}", "a blob") == PL_OK && j.barrier(j.self) == PL_OK);
    CHECK(put(&j, PL_ROW_NOTE, "1", "{}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    pl_store_close(store);
}

/* ---- records and rows ---- */

TEST(a_record_that_nobody_of_us_wrote_is_damage)
{
    static const char *const changes[] = {
        "UPDATE run SET id = ''",         "UPDATE run SET id = 'r23456789012345678901234567890123456789'",
        "UPDATE run SET module = x'00'",  "UPDATE run SET module = x''",
        "UPDATE run SET state = -1",      "UPDATE run SET state = 77",
        "UPDATE row SET hash = x'00'",    "UPDATE row SET body_commit = x'00'",
        "UPDATE row SET hash = x'00' WHERE seq = 1",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        Place p;
        uint64_t count = 0;
        place_begin(&p);
        stored(&p);
        change(&p, changes[i]);
        PlStore *store = open_store(&p, PL_STORE_READ);
        PlStatus walked = pl_store_each_run(store, see_run, &count);
        const char *why = "";
        bool found = walked == PL_CORRUPT || rows_of(store, "r", &why) == 1000 + PL_CORRUPT;
        if (!found) fprintf(stderr, "not found: %s\n", changes[i]);
        CHECK(found);
        if (i >= 7) CHECK(walked == PL_OK && strcmp(why, "the file is damaged") == 0);
        pl_store_close(store);
        place_end(&p);
    }
}

/* Row by row, as a replay reads. */
TEST(rows_that_are_damaged_or_gone)
{
    static const struct {
        const char *sql;
        PlStatus status;
    } cases[] = {{"UPDATE row SET hash = x'00' WHERE seq = 2", PL_CORRUPT}, {"UPDATE row SET body_commit = x'00' WHERE seq = 2", PL_CORRUPT},
                 {"DELETE FROM row WHERE seq = 2", PL_INVALID}, {"DELETE FROM row WHERE seq > 1", PL_INVALID}, {"UPDATE run SET title = 'x'", PL_OK}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Place p;
        PlStoredRun run;
        PlJournalPort j;
        uint64_t count = 0;
        place_begin(&p);
        stored(&p);
        change(&p, cases[i].sql);
        PlStore *store = open_store(&p, PL_STORE_READ);
        CHECK(pl_store_open_run(store, PL_STR("r"), &run, &j) == PL_OK);
        CHECK(j.read(j.self, 1, see_row, &count) == PL_OK && j.read(j.self, 2, see_row, &count) == cases[i].status);
        CHECK(count == (cases[i].status == PL_OK ? 2 : 1));
        pl_store_close(store);
        place_end(&p);
    }
}

TEST(no_memory_to_read_row_by_row)
{
    for (long nth = 0, fired = 1; fired; nth++) {
        Place p;
        PlStoredRun run;
        PlJournalPort j;
        uint64_t count = 0;
        place_begin(&p);
        stored(&p);
        PlStore *store = open_store(&p, PL_STORE_READ);
        CHECK(pl_store_open_run(store, PL_STR("r"), &run, &j) == PL_OK);
        libc_arm(LIBC_MALLOC, nth, ENOMEM, false);
        PlStatus status = j.read(j.self, 2, see_row, &count);
        fired = libc_disarm();
        CHECK((fired || status == PL_OK) && count == (status == PL_OK));
        pl_store_close(store);
        place_end(&p);
    }
}

/* The order of rows is the store's to keep, and whoever checks it does not believe it. */
TEST(rows_in_an_order_that_no_run_has)
{
    static const struct {
        PlRowKind kinds[5];
        const char *why;
    } cases[] = {
        {{PL_ROW_START, PL_ROW_END, PL_ROW_NOTE}, "behind the end"},
        {{PL_ROW_START, PL_ROW_FORKED, PL_ROW_NOTE}, "behind the end"},
        {{PL_ROW_START, PL_ROW_REDACT}, "before it ended"},
        {{PL_ROW_START, PL_ROW_START}, "START"},
        {{PL_ROW_START, PL_ROW_FORKED, PL_ROW_FORKED}, "behind the end"},
        {{PL_ROW_START, PL_ROW_END, PL_ROW_FORKED, PL_ROW_REDACT}, NULL},
        {{PL_ROW_START, PL_ROW_END, PL_ROW_REDACT}, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Place p;
        char id[32] = "r";
        PlJournalPort j;
        place_begin(&p);
        PlStore *store = open_store(&p, PL_STORE_WRITE);
        CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
        uint64_t n = 0;
        for (; cases[i].kinds[n]; n++) CHECK(put(&j, cases[i].kinds[n], "", "{}", "") == PL_OK);
        const char *why;
        uint64_t rows = rows_of(store, "r", &why);
        CHECK(cases[i].why ? rows == 1000 + PL_CORRUPT && strstr(why, cases[i].why) != NULL : rows == n);
        pl_store_close(store);
        place_end(&p);
    }
}

TEST(a_seal_that_does_not_fit)
{
    static const struct {
        const char *sql, *why;
    } cases[] = {
        {"UPDATE run SET state = 4", "FORKED"},
        {"UPDATE run SET sealed_head = x'00', sealed_rows = 3", "last row"},
        {"UPDATE run SET sealed_head = NULL, sealed_rows = 3", "last row"},
        {"UPDATE row SET kind = 0 WHERE seq = 2", "kind"},
        {"UPDATE row SET salt = NULL, body = NULL WHERE seq = 2", "salt"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Place p;
        const char *why;
        place_begin(&p);
        stored(&p);
        change(&p, cases[i].sql);
        PlStore *store = open_store(&p, PL_STORE_READ);
        CHECK(rows_of(store, "r", &why) == 1000 + PL_CORRUPT && strstr(why, cases[i].why));
        pl_store_close(store);
        place_end(&p);
    }
}

/* Somebody who takes a run out of the file while it is checked. */
static Place *thief;

static int steal(unsigned event, void *user, void *statement, void *text)
{
    (void)event, (void)user, (void)text;
    const char *sql = sqlite3_sql(statement);
    if (thief && strncmp(sql, "SELECT state, sealed", 20) == 0) {
        Place *p = thief;
        thief = NULL;
        change(p, "DELETE FROM run");
    }
    return 0;
}

static int watch(sqlite3 *db, char **message, const void *thunk)
{
    (void)message, (void)thunk;
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, steal, NULL);
}

TEST(a_run_that_vanishes_while_it_is_checked)
{
    Place p;
    place_begin(&p);
    stored(&p);
    sqlite3_auto_extension((void (*)(void))watch);
    PlStore *store = open_store(&p, PL_STORE_READ);
    thief = &p;
    CHECK(rows_of(store, "r", NULL) == 1000 + PL_CORRUPT && !thief);
    pl_store_close(store);
    sqlite3_cancel_auto_extension((void (*)(void))watch);
    place_end(&p);
}

TEST(words_for_runs_that_are_not_there)
{
    Place p;
    PlStoredRun run;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    const char *longer = "a-name-that-is-longer-than-any-run-has-and-than-what-is-said-of-it-in-a-message";
    CHECK(pl_store_open_run(store, pl_str_z(longer), &run, NULL) == PL_INVALID && strstr(pl_store_message(store), "a-name-that"));
    CHECK(pl_store_set_state(store, PL_STR("none"), PL_STORED_DONE, PL_STR("")) == PL_INVALID);
    PlJournalPort j = begin(store, "r");
    begin(store, "s");
    CHECK(j.barrier(j.self) == PL_OK);
    CHECK(pl_store_set_state(store, PL_STR("none"), PL_STORED_DONE, PL_STR("")) == PL_INVALID);
    CHECK(pl_store_set_state(store, PL_STR("r"), PL_STORED_DONE, (PlStr){0}) == PL_OK);
    CHECK(pl_store_set_state(store, PL_STR("r"), PL_STORED_DONE, PL_STR("in its own time")) == PL_OK);
    CHECK(pl_store_open_run(store, PL_STR("r"), &run, NULL) == PL_OK);
    CHECK_STR(run.reason, "in its own time");
    pl_store_close(store);
    place_end(&p);
}

TEST(a_reader_writes_nothing)
{
    Place p;
    char id[32] = "t";
    PlJournalPort j;
    PlStoredRun run;
    place_begin(&p);
    stored(&p);
    PlStore *store = open_store(&p, PL_STORE_READ);
    CHECK(pl_store_put_module(store, module_hash, PL_STR("code")) == PL_INVALID);
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_INVALID);
    CHECK(pl_store_open_run(store, PL_STR("r"), &run, &j) == PL_OK && put(&j, PL_ROW_NOTE, "", "", "") == PL_INVALID);
    uint64_t with = 0, without = 0;
    CHECK(pl_store_export(store, PL_STR("r"), true, see_line, &with) == PL_OK && with == 1);
    CHECK(pl_store_export(store, PL_STR("r"), false, see_line, &without) == PL_OK && without == 0);
    pl_store_close(store);
    store = open_store(&p, PL_STORE_WRITE);
    CHECK(pl_store_open_run(store, PL_STR("r"), &run, &j) == PL_OK);
    CHECK(put(&j, (PlRowKind)0, "", "", "") == PL_INVALID && put(&j, PL_ROW_KIND_END, "", "", "") == PL_INVALID);
    pl_store_close(store);
    place_end(&p);
}

/* ---- files ---- */

TEST(what_the_lock_may_say)
{
    static const struct {
        const char *text;
        bool is_promised;
    } cases[] = {{"12\n", true}, {"12x", false}, {"12", false}, {"\n", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Place p;
        place_begin(&p);
        stored(&p);
        change(&p, "UPDATE row SET body = 'other' WHERE seq = 2");
        put_beside(&p, ".lock", cases[i].text);
        CHECK(opens(&p, PL_STORE_WRITE) == PL_OK && is_there(&p, ".torn") == !cases[i].is_promised);
        place_end(&p);
    }
    Place p;
    place_begin(&p);
    stored(&p);
    change(&p, "UPDATE row SET body = 'other' WHERE seq = 2");
    char lock[128];
    snprintf(lock, sizeof lock, "%s.lock", p.path);
    unlink(lock); /* a store that was copied here without it: nothing says that it is young */
    CHECK(opens(&p, PL_STORE_WRITE) == PL_OK && !is_there(&p, ".torn"));
    place_end(&p);
}

TEST(who_holds_the_lock)
{
    Place p;
    place_begin(&p);
    CHECK(pl_store_lock_holder(p.path) == 0); /* no lock */
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    CHECK(pl_store_lock_holder(p.path) == (long)getpid());
    libc_arm(LIBC_READ, 0, EIO, false);
    CHECK(pl_store_lock_holder(p.path) == -1 && libc_disarm());
    libc_arm(LIBC_ASPRINTF, 0, ENOMEM, false);
    CHECK(pl_store_lock_holder(p.path) == 0 && libc_disarm());
    libc_arm(LIBC_FLOCK, 0, ENOLCK, false);
    CHECK(pl_store_lock_holder(p.path) == 0 && libc_disarm());
    libc_arm(LIBC_READ, 0, EIO, true);
    CHECK(opens(&p, PL_STORE_WRITE) == PL_BUSY && libc_disarm());
    pl_store_close(store);
    CHECK(pl_store_lock_holder(p.path) == 0); /* nobody */
    PlStoreLock none = {.lock = -1, .reserve = -1, .was_young = true};
    pl_store_lock_spend(&none);
    pl_store_lock_promise(&none);
    CHECK(none.reserve == -1 && none.was_young);
    place_end(&p);
}

TEST(a_reserve_that_holds_no_room)
{
    Place p;
    PlStoreLock lock = {.lock = -1, .reserve = -1};
    char path[128];
    struct stat file;
    place_begin(&p);
    put_beside(&p, ".reserve", "");
    snprintf(path, sizeof path, "%s.reserve", p.path);
    CHECK(truncate(path, 1024 * 1024) == 0);
    CHECK(pl_store_lock_reserve(p.path, &lock) == PL_OK && stat(path, &file) == 0 && file.st_blocks * 512 >= 1024 * 1024);
    pl_store_lock_spend(&lock);
    CHECK(stat(path, &file) == 0 && file.st_size == 0 && lock.reserve == -1);
    place_end(&p);
}

TEST(files_that_are_no_stores)
{
    Place p, q;
    place_begin(&p);
    put_beside(&p, "", "");
    CHECK(opens(&p, PL_STORE_READ) == PL_INVALID); /* an empty file is a store only to a writer */
    stored(&p);
    change(&p, "PRAGMA user_version=0");
    CHECK(opens(&p, PL_STORE_WRITE) == PL_VERSION);
    change(&p, "PRAGMA user_version=1");
    place_begin(&q);
    CHECK(symlink(p.path, q.path) == 0 && opens(&q, PL_STORE_WRITE) == PL_OK); /* another name of a store */
    place_end(&q);
    CHECK(opens(&p, PL_STORE_READ) == PL_OK);
    CHECK(truncate(p.path, 0) == 0 && truncate(p.path, 8192) == 0); /* a sector that never got to the disk */
    put_beside(&p, ".lock", "young 12\n");
    CHECK(opens(&p, PL_STORE_WRITE) == PL_OK && is_there(&p, ".torn"));
    PlStore *store = NULL;
    CHECK(pl_store_open(":memory:", PL_STORE_READ, PL_DURABLE_EFFECTS, &p.diags, &store) == PL_INVALID);
    place_end(&p);
}

int usleep(unsigned us)
{
    return us ? 0 : 0; /* SQLite waits for a lock that nobody will give up */
}

int nanosleep(const struct timespec *wait, struct timespec *rest)
{
    (void)rest;
    return wait ? 0 : 0;
}

TEST(a_file_that_another_program_has_locked)
{
    Place p;
    sqlite3 *db;
    place_begin(&p);
    stored(&p);
    CHECK(sqlite3_open(p.path, &db) == SQLITE_OK && sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    CHECK(pl_store_set_state(store, PL_STR("r"), PL_STORED_PARKED, PL_STR("why")) == PL_BUSY);
    pl_store_close(store);
    sqlite3_close(db);
    place_end(&p);
}

/* A reader on a medium that nobody can write. */
TEST(a_reader_where_no_index_can_be_made)
{
    Place p;
    place_begin(&p);
    strcat(p.path, "-{~:[_9Z%");
    stored(&p);
    for (long nth = -1, fired = 1; fired && nth < 100; nth++) {
        PlStore *store = NULL;
        uint64_t count = 0;
        libc.read_only = true;
        if (nth == 0) libc_arm(LIBC_ASPRINTF, 0, ENOMEM, false);
        if (nth > 0) pl_fault_arm(PL_FAULT_ALLOC, (uint64_t)nth - 1, false);
        PlStatus status = pl_store_open(p.path, PL_STORE_READ, PL_DURABLE_EFFECTS, NULL, &store);
        fired = nth < 0 || (nth == 0 ? libc_disarm() : pl_fault_fired());
        pl_fault_disarm();
        if (status == PL_OK) CHECK(pl_store_each_run(store, see_run, &count) == PL_OK && count == 1);
        CHECK(status == (nth >= 0 && fired ? PL_NOMEM : PL_OK));
        libc.read_only = false;
        pl_store_close(store);
    }
    place_end(&p);
}

TEST(no_memory_to_open_says_so)
{
    Place p;
    for (long nth = 0, fired = 1; fired; nth++) {
        PlStore *store = NULL;
        place_begin(&p);
        libc_arm(LIBC_MALLOC, nth, ENOMEM, false);
        PlStatus status = pl_store_open(p.path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store);
        fired = libc_disarm();
        CHECK(fired || status == PL_OK);
        CHECK((store != NULL) == (status == PL_OK));
        pl_store_close(store);
        place_end(&p);
    }
    place_begin(&p);
    libc_arm(LIBC_MALLOC, 0, ENOMEM, true);
    CHECK(opens(&p, PL_STORE_WRITE) == PL_NOMEM && libc_disarm());
    CHECK(p.diags.errors == 1 && p.diags.all.items[0]->code == PL_D_OUT_OF_MEMORY);
    place_end(&p);
}

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
