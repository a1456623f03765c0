/* SPDX-License-Identifier: MIT */
/* The store where things are out of the ordinary: records and rows that nobody of us wrote, files that are not what they should be. Full disks and much to
 * write: test_store_full.c. What fails on the way: test_store_faults.c. */
#include "tests/unit/store_world.h"

#include "vm/io/store_lock.h"

#include <signal.h>
#include <sys/wait.h>

static PlStatus see_line(void *user, PlStr line)
{
    *(uint64_t *)user += pl_str_find(line, PL_STR("\"bytes\""), 0) != PL_STR_NONE;
    return PL_OK;
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

/* A value that is bound to a statement is there, or the statement fails: it is never NULL for want of memory. What is done is sealed. */
TEST(no_memory_is_never_a_run_that_is_there_already)
{
    for (long nth = 0, fired = 1; fired; nth++) {
        Place p;
        PlJournalPort j;
        PlStoredRun run;
        char id[32] = "";
        place_begin(&p);
        PlStore *store = open_store(&p, PL_STORE_WRITE);
        libc_arm(LIBC_MALLOC, nth, ENOMEM, false);
        PlStatus status = pl_store_put_module(store, module_hash, PL_STR("bytes"));
        if (status == PL_OK) status = pl_store_begin(store, module_hash, PL_STR("title"), id, &j);
        if (status == PL_OK) status = put(&j, PL_ROW_START, "", "{}", "");
        if (status == PL_OK) status = put(&j, PL_ROW_END, "", "{\"state\":\"done\"}", "");
        if (status == PL_OK) status = j.barrier(j.self);
        if (status == PL_OK) status = pl_store_open_run(store, pl_str_z(id), &run, NULL);
        fired = libc_disarm();
        if (status != PL_OK && status != PL_NOMEM) fprintf(stderr, "malloc %ld: %s, %s\n", nth, pl_status_words(status), pl_store_message(store));
        CHECK(status == PL_OK ? run.rows == 2 && run.state == PL_STORED_DONE : status == PL_NOMEM && fired);
        pl_store_close(store);
        if (status == PL_OK) {
            change(&p, "DELETE FROM row WHERE seq = 2"); /* the seal knows */
            store = open_store(&p, PL_STORE_READ);
            CHECK(rows_of(store, id, NULL) == 1000 + PL_CORRUPT);
            pl_store_close(store);
        }
        place_end(&p);
    }
}

/* An answer that lies beside the store is there, or the run is not whole. */
TEST(answers_that_lie_beside_the_store)
{
#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    static const struct {
        const char *body;
        bool whole;
    } rows[] = {
        {"{\"status\":200,\"file\":\"" HASH "\",\"bytes\":5}", false}, {"{\"status\":200,\"file\":\"" HASH "\"}", false},
        {"{\"status\":200,\"file\":\"" HASH "\",\"bytes\":\"x\"}", false}, {"{\"status\":200,\"file\":\"" HASH "\",\"bytes\":-1}", false},
        {"{\"status\":200,\"file\":\"short\",\"bytes\":5}", true}, {"{\"status\":200,\"file\":\"x" HASH "\"}", true},
        {"{\"status\":200,\"file\":\"xyz3456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}", true}, {"{\"status\":200}", true},
        {"{\"file\":\"" HASH "\"}", true},
    };
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        Place p;
        place_begin(&p);
        bool in_memory = i % 2 != 0;
        char path[sizeof p.path];
        memcpy(path, p.path, sizeof path);
        if (in_memory) strcpy(p.path, ":memory:");
        PlStore *store = open_store(&p, PL_STORE_WRITE);
        PlJournalPort j = begin(store, "r");
        CHECK(put(&j, PL_ROW_RESULT, "1", rows[i / 2].body, "") == PL_OK && put(&j, PL_ROW_END, "", "{}", "") == PL_OK);
        const char *why = "";
        uint64_t found = rows_of(store, "r", &why), erased;
        if (found != (rows[i / 2].whole ? 3 : 1000 + PL_CORRUPT)) fprintf(stderr, "%s: %llu, %s\n", rows[i / 2].body, (unsigned long long)found, why);
        CHECK(found == (rows[i / 2].whole ? 3 : 1000 + PL_CORRUPT));
        CHECK(pl_store_erase(store, PL_STR("r"), PL_STR(""), PL_STR("me"), PL_STR("done"), 1, &erased) == PL_OK && erased == 3);
        CHECK(rows_of(store, "r", &why) == 4); /* what is erased names no file */
        pl_store_close(store);
        memcpy(p.path, path, sizeof path);
        place_end(&p);
    }
#undef HASH
}

UNIT_MAIN
