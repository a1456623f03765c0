/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "vm/io/store.h"
#include "vm/io/store_chain.h"

#include "vm/base/fault.h"
#include "vm/code/hash.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Place {
    char dir[64], path[96];
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
} Place;

static void place_begin(Place *p)
{
    strcpy(p->dir, "/tmp/test_store.XXXXXX");
    CHECK(mkdtemp(p->dir) != NULL);
    snprintf(p->path, sizeof p->path, "%s/runs.db", p->dir);
    p->arena = pl_arena_new(&p->escape, 0);
    pl_sources_init(&p->sources, p->arena);
    pl_diags_init(&p->diags, p->arena, &p->sources);
}

static void place_end(Place *p)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    CHECK(system(command) == 0);
    pl_arena_free(p->arena);
}

static const uint8_t module_hash[32] = {1, 2, 3};

static PlStore *open_store(Place *p, PlStoreMode mode)
{
    PlStore *store = NULL;
    CHECK(pl_store_open(p->path, mode, PL_DURABLE_EFFECTS, &p->diags, &store) == PL_OK);
    return store;
}

static PlStatus append_row(PlJournalPort *j, PlRowKind kind, const char *path, const char *body, const char *blob)
{
    PlRow row = {.kind = kind, .site = kind == PL_ROW_START ? UINT32_MAX : 7, .attempt = 1, .path = pl_str_z(path),
                 .wall_us = 1700000000000000, .body = pl_str_z(body), .blob = pl_str_z(blob)};
    return j->append(j->self, &row);
}

typedef struct Rows {
    uint64_t count;
    char text[512];
} Rows;

static PlStatus collect(void *user, const PlRow *row)
{
    Rows *rows = user;
    rows->count++;
    size_t at = strlen(rows->text);
    if (at < 400)
        snprintf(rows->text + at, sizeof rows->text - at, "%llu %s %s%.*s %.*s %.*s;", (unsigned long long)row->seq,
                 pl_row_kind_name(row->kind), row->site == UINT32_MAX ? "-" : "", PL_ARG(row->path), PL_ARG(row->body), PL_ARG(row->blob));
    return PL_OK;
}

static PlStatus verify(PlStore *store, const char *id, uint64_t *bad, const char **why)
{
    uint64_t rows;
    return pl_store_verify(store, pl_str_z(id), &rows, bad, why);
}

static void change(const Place *p, const char *sql)
{
    sqlite3 *db;
    CHECK(sqlite3_open(p->path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

TEST(rows_come_back_in_order_also_after_opening_again)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    char id[32] = "";
    PlJournalPort j;
    CHECK(pl_store_begin(store, module_hash, PL_STR("A plan"), id, &j) == PL_OK);
    CHECK(strlen(id) == 18 && strncmp(id, "r-", 2) == 0);
    CHECK(append_row(&j, PL_ROW_START, "", "{\"a\":1}", "") == PL_OK);
    CHECK(append_row(&j, PL_ROW_RESULT, "2#1.1", "{}", "blob") == PL_OK);
    Rows rows = {0};
    CHECK(j.each(j.self, collect, &rows) == PL_OK);
    const char *expected = "1 START - {\"a\":1} ;2 RESULT 2#1.1 {} blob;";
    CHECK_STR(pl_str_z(rows.text), expected);
    CHECK(j.commit(j.self) == PL_OK && j.barrier(j.self) == PL_OK && j.barrier(j.self) == PL_OK);
    pl_store_close(store);
    store = open_store(&p, PL_STORE_WRITE);
    PlStoredRun run;
    CHECK(pl_store_open_run(store, pl_str(id, 14), &run, &j) == PL_OK); /* a prefix */
    CHECK_STR(run.id, id);
    CHECK_STR(run.title, "A plan");
    CHECK(run.rows == 2 && run.state == PL_STORED_RUNNING && memcmp(run.module_hash, module_hash, 32) == 0);
    CHECK(append_row(&j, PL_ROW_END, "", "{}", "") == PL_OK);
    CHECK(pl_store_set_state(store, pl_str_z(id), PL_STORED_DONE, PL_STR("")) == PL_OK);
    memset(&rows, 0, sizeof rows);
    CHECK(j.each(j.self, collect, &rows) == PL_OK && rows.count == 3);
    memset(&rows, 0, sizeof rows);
    CHECK(j.read(j.self, 2, collect, &rows) == PL_OK);
    CHECK_STR(pl_str_z(rows.text), "2 RESULT 2#1.1 {} blob;");
    CHECK(j.read(j.self, 4, collect, &rows) == PL_INVALID && j.read(j.self, 0, collect, &rows) == PL_INVALID);
    uint64_t count, bad;
    const char *why;
    CHECK(pl_store_verify(store, pl_str_z(id), &count, &bad, &why) == PL_OK && count == 3);
    pl_store_close(store);
    place_end(&p);
}

TEST(runs_by_id_and_newest_first)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j;
    char a[32] = "nightly-1", b[32] = "nightly-12", again[32] = "nightly-1";
    CHECK(pl_store_begin(store, module_hash, PL_STR("x"), a, &j) == PL_OK);
    CHECK(pl_store_begin(store, module_hash, PL_STR("x"), b, &j) == PL_OK);
    CHECK(pl_store_begin(store, module_hash, PL_STR("x"), again, &j) == PL_INVALID);
    CHECK(strstr(pl_store_message(store), "nightly-1"));
    PlStoredRun run;
    CHECK(pl_store_open_run(store, PL_STR("nightly-1"), &run, NULL) == PL_OK); /* exact, though also a prefix */
    CHECK_STR(run.id, "nightly-1");
    CHECK(pl_store_open_run(store, PL_STR("night"), &run, NULL) == PL_INVALID);
    CHECK(strstr(pl_store_message(store), "several"));
    CHECK(pl_store_open_run(store, PL_STR("zzz"), &run, NULL) == PL_INVALID);
    CHECK(pl_store_open_run(store, PL_STR(""), &run, NULL) == PL_INVALID);
    pl_store_close(store);
    place_end(&p);
}

static PlStatus count_run(void *user, const PlStoredRun *run)
{
    char *order = user;
    snprintf(order + strlen(order), 64, "%.*s,", PL_ARG(run->id));
    return PL_OK;
}

TEST(rows_of_several_runs_share_a_commit)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j[3];
    for (int i = 0; i < 3; i++) {
        char id[32];
        snprintf(id, sizeof id, "run%d", i);
        CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j[i]) == PL_OK);
        CHECK(append_row(&j[i], PL_ROW_START, "", "{}", "") == PL_OK);
    }
    for (int i = 0; i < 300; i++) CHECK(append_row(&j[i % 3], PL_ROW_NOTE, "1", "{}", "same blob") == PL_OK);
    CHECK(j[1].commit(j[1].self) == PL_OK);
    PlStore *reader = open_store(&p, PL_STORE_READ); /* while the writer has it open */
    uint64_t count, bad;
    const char *why;
    for (int i = 0; i < 3; i++) {
        char id[32];
        snprintf(id, sizeof id, "run%d", i);
        CHECK(pl_store_verify(reader, pl_str_z(id), &count, &bad, &why) == PL_OK && count == 101);
    }
    char order[256] = "";
    CHECK(pl_store_each_run(reader, count_run, order) == PL_OK);
    CHECK_STR(pl_str_z(order), "run2,run1,run0,");
    PlStoredRun run;
    PlJournalPort old;
    CHECK(pl_store_open_run(reader, PL_STR("run0"), &run, &old) == PL_OK);
    CHECK(append_row(&old, PL_ROW_NOTE, "1", "{}", "") == PL_INVALID);
    CHECK(pl_store_set_state(reader, PL_STR("run0"), PL_STORED_DONE, PL_STR("")) == PL_INVALID);
    pl_store_close(reader);
    pl_store_close(store);
    place_end(&p);
}

TEST(a_second_writer_is_refused_a_reader_is_not)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE), *second = NULL;
    CHECK(pl_store_open(p.path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p.diags, &second) == PL_BUSY && !second);
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    CHECK(p.diags.errors == 1);
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_diags_print(&text, &p.diags, false);
    CHECK(strstr(text.ptr, "P1001") && strstr(text.ptr, pid));
    pl_buf_deinit(&text);
    pl_store_close(store);
    second = open_store(&p, PL_STORE_WRITE); /* the lock went */
    pl_store_close(second);
    place_end(&p);
}

TEST(other_files_are_left_alone)
{
    Place p;
    place_begin(&p);
    PlStore *store = NULL;
    CHECK(pl_store_open(p.path, PL_STORE_READ, PL_DURABLE_EFFECTS, &p.diags, &store) == PL_INVALID);
    CHECK(pl_buf_write_file(p.path, PL_STR("this is a diary, not a database, and it is long enough to look like one")) == PL_OK);
    CHECK(pl_store_open(p.path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p.diags, &store) == PL_INVALID);
    unlink(p.path);
    change(&p, "CREATE TABLE theirs(x)");
    CHECK(pl_store_open(p.path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p.diags, &store) == PL_INVALID);
    unlink(p.path);
    store = open_store(&p, PL_STORE_WRITE);
    pl_store_close(store);
    change(&p, "PRAGMA user_version=99");
    CHECK(pl_store_open(p.path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p.diags, &store) == PL_VERSION);
    char nowhere[128];
    snprintf(nowhere, sizeof nowhere, "%s/none/x.db", p.dir);
    CHECK(pl_store_open(nowhere, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p.diags, &store) == PL_IO);
    CHECK(p.diags.errors == 5);
    place_end(&p);
}

static void make_ended_run(Place *p)
{
    PlStore *store = open_store(p, PL_STORE_WRITE);
    char id[32] = "r";
    PlJournalPort j;
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
    CHECK(append_row(&j, PL_ROW_START, "", "{}", "") == PL_OK);
    for (int i = 0; i < 5; i++) CHECK(append_row(&j, PL_ROW_RESULT, "1", "{\"n\":1}", i == 2 ? "blob" : "") == PL_OK);
    CHECK(append_row(&j, PL_ROW_END, "", "{}", "") == PL_OK);
    CHECK(pl_store_set_state(store, PL_STR("r"), PL_STORED_DONE, PL_STR("")) == PL_OK);
    pl_store_close(store);
}

TEST(a_changed_journal_is_found)
{
    static const struct {
        const char *sql;
        uint64_t seq;
        const char *why;
    } cases[] = {
        {"UPDATE row SET body='{\"n\":2}' WHERE seq=3", 3, "committed"},
        {"UPDATE row SET path='2' WHERE seq=3", 3, "follow"},
        {"UPDATE row SET wall_us=wall_us+1 WHERE seq=3", 3, "follow"},
        {"UPDATE row SET site=NULL WHERE seq=3", 3, "follow"},
        {"UPDATE row SET attempt=2 WHERE seq=3", 3, "follow"},
        {"UPDATE row SET kind=4 WHERE seq=3", 3, "follow"},
        {"UPDATE row SET kind=99 WHERE seq=3", 3, "kind"},
        {"UPDATE row SET salt=NULL WHERE seq=3", 3, "salt"},
        {"UPDATE row SET salt=randomblob(16) WHERE seq=3", 3, "committed"},
        {"UPDATE row SET hash=randomblob(32) WHERE seq=3", 3, "follow"},
        {"UPDATE row SET body_commit=randomblob(32) WHERE seq=3", 3, "committed"},
        {"UPDATE blob SET bytes=x'78'", 4, "blob"},
        {"DELETE FROM blob", 4, "blob"},
        {"DELETE FROM row WHERE seq=3", 3, "missing"},
        {"DELETE FROM row WHERE seq=7", 6, "END"},
        {"DELETE FROM row WHERE seq=7; UPDATE run SET state=0", 6, "cut"},
        {"UPDATE run SET module=randomblob(32)", 1, "follow"},
        {"UPDATE run SET id='s'", 0, ""},
        {"UPDATE run SET sealed_head=randomblob(32)", 7, "last"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Place p;
        place_begin(&p);
        make_ended_run(&p);
        uint64_t bad = 99;
        const char *why = "";
        PlStore *store = open_store(&p, PL_STORE_READ);
        CHECK(verify(store, "r", &bad, &why) == PL_OK);
        pl_store_close(store);
        change(&p, cases[i].sql);
        store = open_store(&p, PL_STORE_READ);
        PlStatus status = verify(store, "r", &bad, &why);
        if (cases[i].seq) {
            if (status != PL_CORRUPT || bad != cases[i].seq || !strstr(why, cases[i].why))
                fprintf(stderr, "%s: %d, row %d, %s\n", cases[i].sql, status, (int)bad, why);
            CHECK(status == PL_CORRUPT && bad == cases[i].seq && strstr(why, cases[i].why));
        } else {
            CHECK(status == PL_INVALID);
            CHECK(verify(store, "s", &bad, &why) == PL_CORRUPT);
        }
        pl_store_close(store);
        place_end(&p);
    }
}

TEST(an_erased_body_leaves_the_chain_whole)
{
    Place p;
    place_begin(&p);
    make_ended_run(&p);
    change(&p, "UPDATE row SET body=NULL, salt=NULL, blob=NULL WHERE seq=4");
    PlStore *store = open_store(&p, PL_STORE_READ);
    uint64_t bad;
    const char *why;
    CHECK(verify(store, "r", &bad, &why) == PL_OK);
    pl_store_close(store);
    place_end(&p);
}

static bool is_there(const Place *p, const char *suffix)
{
    char path[128];
    struct stat file;
    snprintf(path, sizeof path, "%s%s", p->path, suffix);
    return stat(path, &file) == 0;
}

static void put_beside(const Place *p, const char *suffix, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", p->path, suffix);
    CHECK(pl_buf_write_file(path, pl_str_z(text)) == PL_OK);
}

static bool lock_says(const Place *p, const char *word)
{
    char path[128];
    PlBuf text;
    snprintf(path, sizeof path, "%s.lock", p->path);
    pl_buf_init(&text, 0);
    CHECK(pl_buf_read_file(&text, path) == PL_OK);
    bool says = pl_str_find(pl_buf_str(&text), pl_str_z(word), 0) != PL_STR_NONE;
    pl_buf_deinit(&text);
    return says;
}

static uint32_t runs_in(Place *p, const char *lock)
{
    char order[64] = "";
    PlStore *store = NULL;
    put_beside(p, ".lock", lock);
    if (pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p->diags, &store) != PL_OK) return UINT32_MAX;
    CHECK(pl_store_each_run(store, count_run, order) == PL_OK);
    pl_store_close(store);
    return order[0] != 0;
}

/* What the lock says of a store that nobody closed, and what a power cut may have left of it. */
TEST(a_torn_store_is_set_aside_when_nothing_in_it_was_promised)
{
    static const char *const young[] = {"young 12\n", "youn", "", "12"};
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    CHECK(lock_says(&p, "young"));
    pl_store_close(store);
    unlink(p.path);
    make_ended_run(&p);
    for (size_t i = 0; i < sizeof young / sizeof *young; i++) CHECK(runs_in(&p, young[i]) == 1 && !lock_says(&p, "young")); /* whole */
    change(&p, "UPDATE row SET body = 'other' WHERE seq = 2");
    CHECK(runs_in(&p, "12\n") == 1 && p.diags.all.len == 0); /* promised: for the audit to find */
    CHECK(runs_in(&p, "young 12\n") == 0 && p.diags.all.len == 1 && is_there(&p, ".torn"));
    CHECK(p.diags.all.items[0]->code == PL_D_STORE_TORN);
    unlink(p.path);
    make_ended_run(&p);
    CHECK(truncate(p.path, 5000) == 0);
    CHECK(runs_in(&p, "12\n") == UINT32_MAX && runs_in(&p, "young 12\n") == 0);
    put_beside(&p, "", "somebody's diary, which is no database, and was never to be one");
    CHECK(runs_in(&p, "") == UINT32_MAX);
    unlink(p.path);
    change(&p, "CREATE TABLE theirs(x)");
    CHECK(runs_in(&p, "") == UINT32_MAX);
    place_end(&p);
}

TEST(a_run_that_could_not_begin_is_whole)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlJournalPort j;
    char id[32] = "r";
    uint64_t bad;
    const char *why;
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
    CHECK(pl_store_set_state(store, PL_STR("r"), PL_STORED_FAILED, PL_STR("not started")) == PL_OK);
    CHECK(verify(store, "r", &bad, &why) == PL_OK);
    pl_store_close(store);
    place_end(&p);
}

TEST(modules)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    PlBuf bytes;
    pl_buf_init(&bytes, 0);
    CHECK(pl_store_get_module(store, module_hash, &bytes) == PL_INVALID);
    CHECK(pl_store_put_module(store, module_hash, PL_STR("a\0b")) == PL_OK);
    CHECK(pl_store_put_module(store, module_hash, PL_STR("a\0b")) == PL_OK);
    CHECK(pl_store_get_module(store, module_hash, &bytes) == PL_OK && bytes.len == 3 && memcmp(bytes.ptr, "a\0b", 3) == 0);
    pl_buf_deinit(&bytes);
    pl_store_close(store);
    place_end(&p);
}

TEST(committed_rows_survive_a_kill)
{
    Place p;
    place_begin(&p);
    pid_t child = fork();
    if (child == 0) {
        PlStore *store = open_store(&p, PL_STORE_WRITE);
        char id[32] = "r";
        PlJournalPort j;
        bool fine = pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK &&
                    append_row(&j, PL_ROW_START, "", "{}", "") == PL_OK && append_row(&j, PL_ROW_NOTE, "", "{}", "") == PL_OK &&
                    j.commit(j.self) == PL_OK && append_row(&j, PL_ROW_NOTE, "", "{}", "") == PL_OK;
        if (!fine) _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    uint64_t rows, bad;
    const char *why;
    CHECK(pl_store_verify(store, PL_STR("r"), &rows, &bad, &why) == PL_OK && rows == 2);
    pl_store_close(store);
    place_end(&p);
}

/* Every statement and the sync fail once: the store says so, sticks to it, and what was committed before is whole. */
TEST(faults_are_sticky_and_lose_nothing_committed)
{
    static const PlFault sites[] = {PL_FAULT_STORE, PL_FAULT_SYNC, PL_FAULT_ALLOC};
    for (size_t s = 0; s < sizeof sites / sizeof *sites; s++) {
        for (uint64_t nth = 0;; nth++) {
            Place p;
            place_begin(&p);
            PlStore *store = open_store(&p, PL_STORE_WRITE);
            char id[32] = "r";
            PlJournalPort j;
            CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
            CHECK(append_row(&j, PL_ROW_START, "", "{}", "") == PL_OK && j.barrier(j.self) == PL_OK);
            pl_fault_arm(sites[s], nth, false);
            PlStatus first = PL_OK;
            for (int i = 0; i < 100 && first == PL_OK; i++) {
                first = append_row(&j, PL_ROW_NOTE, "1", "{}", "x");
                if (first == PL_OK && i % 50 == 49) first = j.barrier(j.self);
            }
            bool fired = pl_fault_fired();
            pl_fault_disarm();
            CHECK(fired == (first != PL_OK));
            if (fired) CHECK(j.commit(j.self) == first && j.barrier(j.self) == first && append_row(&j, PL_ROW_END, "", "", "") == first);
            pl_store_close(store);
            store = open_store(&p, PL_STORE_WRITE);
            uint64_t rows, bad;
            const char *why;
            CHECK(pl_store_verify(store, PL_STR("r"), &rows, &bad, &why) == PL_OK && rows >= 1 && rows <= 101);
            pl_store_close(store);
            place_end(&p);
            if (!fired) break;
            CHECK(nth < 1000);
            if (nth >= 1000) break;
        }
    }
}

/* A run that ends with its second batch is one file that never needed SQLite's logs; one that goes on has them, and keeps what was there. */
TEST(a_new_store_is_put_on_the_disk_whole)
{
    Place p;
    place_begin(&p);
    PlStore *store = open_store(&p, PL_STORE_WRITE);
    char id[32] = "r";
    PlJournalPort j;
    CHECK(pl_store_put_module(store, module_hash, PL_STR("code")) == PL_OK);
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK && !is_there(&p, ""));
    CHECK(append_row(&j, PL_ROW_START, "", "{}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    CHECK(is_there(&p, "") && is_there(&p, ".reserve") && !is_there(&p, ".new") && !is_there(&p, "-wal") && !is_there(&p, "-journal"));
    CHECK(append_row(&j, PL_ROW_END, "", "{\"state\":\"done\"}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    CHECK(!is_there(&p, "-wal") && !is_there(&p, ".new"));
    uint64_t count, bad;
    const char *why;
    PlStore *reader = open_store(&p, PL_STORE_READ);
    CHECK(pl_store_verify(reader, PL_STR("r"), &count, &bad, &why) == PL_OK && count == 2);
    pl_store_close(reader);
    strcpy(id, "s");
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
    for (int i = 0; i < 3; i++)
        CHECK(append_row(&j, i ? PL_ROW_NOTE : PL_ROW_START, "1", "{}", "a blob") == PL_OK && j.barrier(j.self) == PL_OK);
    struct stat file;
    CHECK(is_there(&p, "-wal") && is_there(&p, ".reserve") && stat(p.path, &file) == 0 && (file.st_mode & 0777) == 0600);
    pl_store_close(store);
    CHECK(!is_there(&p, ".reserve"));
    store = open_store(&p, PL_STORE_READ);
    CHECK(pl_store_verify(store, PL_STR("r"), &count, &bad, &why) == PL_OK && count == 2);
    CHECK(pl_store_verify(store, PL_STR("s"), &count, &bad, &why) == PL_OK && count == 3);
    pl_store_close(store);
    place_end(&p);
}

/* The first batches, too: what fails is said, sticks, and what was promised stays. */
TEST(faults_of_an_image)
{
    static const PlFault sites[] = {PL_FAULT_STORE, PL_FAULT_SYNC, PL_FAULT_ALLOC, PL_FAULT_WRITE};
    for (size_t s = 0; s < sizeof sites / sizeof *sites; s++) {
        for (uint64_t nth = 0, fired = 1; fired && nth < 200; nth++) {
            Place p;
            place_begin(&p);
            PlStore *store = open_store(&p, PL_STORE_WRITE);
            char id[32] = "r";
            PlJournalPort j = {0};
            int promised = 0;
            pl_fault_arm(sites[s], nth, false);
            PlStatus status = pl_store_begin(store, module_hash, PL_STR(""), id, &j);
            for (int i = 0; i < 3 && status == PL_OK; i++) {
                status = append_row(&j, i ? PL_ROW_NOTE : PL_ROW_START, "1", "{}", "x");
                if (status == PL_OK) status = j.barrier(j.self);
                if (status == PL_OK) promised = i + 1;
            }
            fired = pl_fault_fired();
            pl_fault_disarm();
            CHECK((fired != 0) == (status != PL_OK));
            pl_store_close(store);
            store = open_store(&p, PL_STORE_WRITE);
            uint64_t rows = 0, bad;
            const char *why;
            status = pl_store_verify(store, PL_STR("r"), &rows, &bad, &why);
            CHECK((status == PL_OK || (status == PL_INVALID && !promised)) && rows >= (uint64_t)promised);
            pl_store_close(store);
            place_end(&p);
        }
    }
}

TEST(in_memory)
{
    Place p;
    place_begin(&p);
    PlStore *store = NULL;
    CHECK(pl_store_open(":memory:", PL_STORE_WRITE, PL_DURABLE_ALWAYS, &p.diags, &store) == PL_OK);
    char id[32] = "";
    PlJournalPort j;
    CHECK(pl_store_begin(store, module_hash, PL_STR(""), id, &j) == PL_OK);
    CHECK(append_row(&j, PL_ROW_START, "", "{}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    pl_store_close(store);
    place_end(&p);
}

/* The example of spec/journal.md. */
TEST(the_chain_is_as_documented)
{
    uint8_t first[32], commit[32], hash[32];
    char hex[65];
    static const uint8_t salt[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t module[32];
    memset(module, 0xab, sizeof module);
    PlRow row = {.seq = 1, .kind = PL_ROW_START, .site = UINT32_MAX, .attempt = 0, .path = PL_STR_INIT(""),
                 .wall_us = 1700000000000000, .body = PL_STR_INIT("{}")};
    pl_store_chain_first(PL_STR("r-example"), module, first);
    pl_store_chain_commit(salt, row.body, NULL, commit);
    pl_store_chain_next(PL_STR("r-example"), &row, commit, first, hash);
    pl_hash_hex(first, 32, hex);
    CHECK_STR(pl_str_z(hex), "998ba8bd89117834e1090f6a3b3af771c5e2dc07018b602741f04a8df5f8e600");
    pl_hash_hex(commit, 32, hex);
    CHECK_STR(pl_str_z(hex), "930e62b0464c5e89cbbeb75de8346cbab388a01e9d2d6a81e20a6bbf8dec828b");
    pl_hash_hex(hash, 32, hex);
    CHECK_STR(pl_str_z(hex), "93e8e4074508953160e0c1da90644ad56b0afd8ba15db277f9fceede2624a9be");
}

UNIT_MAIN
