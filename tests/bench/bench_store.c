/* SPDX-License-Identifier: MIT */
/* Rows of 200 bytes into a store: a hundred to a commit, two to a barrier; the chain alone; verifying; and durable steps, each with its INTENT on the disk
 * before it is taken, against a plain loop over SQLite that does as much. Figures are of this machine at this moment. */
#include "vm/io/store.h"
#include "vm/io/store_chain.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BODY = 200 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static PlRow row_of(bool first, const char *body)
{
    return (PlRow){.kind = first ? PL_ROW_START : PL_ROW_RESULT, .site = 3, .attempt = 1, .path = PL_STR_INIT("2#17.1"),
                   .wall_us = 1700000000000000, .body = {body, BODY}};
}

static double write_rows(PlStore *store, char id[32], int count, int group, bool barrier)
{
    static const uint8_t module[32];
    char body[BODY];
    PlJournalPort j;
    memset(body, 'x', sizeof body);
    if (pl_store_begin(store, module, PL_STR("bench"), id, &j) != PL_OK) exit(1);
    double begin = now();
    for (int i = 0; i < count; i++) {
        PlRow row = row_of(i == 0, body);
        PlStatus status = j.append(j.self, &row);
        if (status == PL_OK && i % group == group - 1) status = barrier ? j.barrier(j.self) : j.commit(j.self);
        if (status != PL_OK) exit(1);
    }
    if (j.barrier(j.self) != PL_OK) exit(1);
    return count / (now() - begin);
}

static double chain_us(int count)
{
    uint8_t salt[PL_CHAIN_SALT] = {0}, commit[32], prev[32] = {0};
    char body[BODY];
    memset(body, 'x', sizeof body);
    double begin = now();
    for (int i = 0; i < count; i++) {
        PlRow row = row_of(false, body);
        row.seq = (uint64_t)i;
        pl_store_chain_commit(salt, row.body, NULL, commit);
        pl_store_chain_next(PL_STR("r-00000000000000"), &row, commit, prev, prev);
    }
    return (now() - begin) / count * 1e6;
}

/* `together` runs take each step at the same time: their rows share the barrier. Steps a second. */
static double durable_steps(PlStore *store, int together, int rounds)
{
    static const uint8_t module[32];
    char body[BODY];
    PlJournalPort j[64];
    memset(body, 'x', sizeof body);
    for (int r = 0; r < together; r++) {
        char id[32];
        snprintf(id, sizeof id, "steps-%d-%d-%d", together, r, rand());
        PlRow row = row_of(true, body);
        if (pl_store_begin(store, module, PL_STR("bench"), id, &j[r]) != PL_OK || j[r].append(j[r].self, &row) != PL_OK) exit(1);
    }
    double begin = now();
    for (int i = 0; i < rounds; i++) {
        for (int r = 0; r < together; r++) {
            PlRow result = row_of(false, body), intent = result;
            intent.kind = PL_ROW_INTENT;
            if (i && j[r].append(j[r].self, &result) != PL_OK) exit(1);
            if (j[r].append(j[r].self, &intent) != PL_OK) exit(1);
        }
        if (j[0].barrier(j[0].self) != PL_OK) exit(1);
    }
    return (double)together * rounds / (now() - begin);
}

static double plain_steps(const char *path, int together, int rounds)
{
    sqlite3 *db;
    sqlite3_stmt *put;
    char body[BODY];
    memset(body, 'x', sizeof body);
    const char *setup = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS row(run INTEGER, seq INTEGER, kind TEXT, body TEXT)";
    if (sqlite3_open(path, &db) || sqlite3_exec(db, setup, NULL, NULL, NULL)) exit(1);
    if (sqlite3_prepare_v2(db, "INSERT INTO row VALUES(?1,?2,?3,?4)", -1, &put, NULL)) exit(1);
    double begin = now();
    for (int i = 0; i < rounds; i++) {
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int k = 0; k < 2 * together; k++) {
            sqlite3_bind_int(put, 1, k / 2);
            sqlite3_bind_int(put, 2, i);
            sqlite3_bind_text(put, 3, k % 2 ? "INTENT" : "RESULT", -1, SQLITE_STATIC);
            sqlite3_bind_text(put, 4, body, BODY, SQLITE_STATIC);
            if (sqlite3_step(put) != SQLITE_DONE) exit(1);
            sqlite3_reset(put);
        }
        if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL)) exit(1);
    }
    double steps = (double)together * rounds / (now() - begin);
    sqlite3_finalize(put);
    sqlite3_close(db);
    return steps;
}

/* In turn, the best of five each. */
static void compare_steps(PlStore *store, const char *plain, int together, int rounds)
{
    double ours = 0, theirs = 0;
    for (int i = 0; i < 5; i++) {
        double a = durable_steps(store, together, rounds), b = plain_steps(plain, together, rounds);
        ours = a > ours ? a : ours;
        theirs = b > theirs ? b : theirs;
    }
    printf("bench store: %2d at a time: %.0f durable steps/s, a loop over SQLite %.0f, time x%.2f\n", together, ours, theirs, theirs / ours);
}

int main(void)
{
    char dir[] = "/tmp/bench_store.XXXXXX", path[64], plain[64], remove[64], a[32] = "", b[32] = "";
    if (!mkdtemp(dir)) return 1;
    snprintf(path, sizeof path, "%s/bench.db", dir);
    snprintf(plain, sizeof plain, "%s/plain.db", dir);
    snprintf(remove, sizeof remove, "rm -rf %s", dir);
    PlStore *store;
    if (pl_store_open(path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store) != PL_OK) return 1;
    double grouped = write_rows(store, a, 300000, 100, false), synced = write_rows(store, b, 4000, 2, true);
    uint64_t rows, bad;
    const char *why;
    double begin = now();
    PlStatus status = pl_store_verify(store, pl_str_z(a), &rows, &bad, &why);
    double seconds = now() - begin;
    compare_steps(store, plain, 1, 2000);
    compare_steps(store, plain, 50, 200);
    pl_store_close(store);
    printf("bench store: %.0f rows/s by hundreds, %.0f rows/s two to a barrier, chain %.2f us a row, verify %.0f rows/s\n", grouped, synced,
           chain_us(300000), (double)rows / seconds);
    return status != PL_OK || system(remove) != 0;
}
