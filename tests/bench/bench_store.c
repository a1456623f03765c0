/* SPDX-License-Identifier: MIT */
/* Rows of 200 bytes into a store: a hundred to a commit, two to a barrier; the chain alone; and verifying. Figures are of this machine at this moment. */
#include "vm/io/store.h"
#include "vm/io/store_chain.h"

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

int main(void)
{
    char dir[] = "/tmp/bench_store.XXXXXX", path[64], remove[64], a[32] = "", b[32] = "";
    if (!mkdtemp(dir)) return 1;
    snprintf(path, sizeof path, "%s/bench.db", dir);
    snprintf(remove, sizeof remove, "rm -rf %s", dir);
    PlStore *store;
    if (pl_store_open(path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store) != PL_OK) return 1;
    double grouped = write_rows(store, a, 300000, 100, false), synced = write_rows(store, b, 4000, 2, true);
    uint64_t rows, bad;
    const char *why;
    double begin = now();
    PlStatus status = pl_store_verify(store, pl_str_z(a), &rows, &bad, &why);
    double seconds = now() - begin;
    pl_store_close(store);
    printf("bench store: %.0f rows/s by hundreds, %.0f rows/s two to a barrier, chain %.2f us a row, verify %.0f rows/s\n", grouped, synced,
           chain_us(300000), (double)rows / seconds);
    return status != PL_OK || system(remove) != 0;
}
