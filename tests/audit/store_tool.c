/* SPDX-License-Identifier: MIT */
/* Makes and reads stores for tests/audit/run:
 *     store_tool make FILE RUNS ROWS SEED | append FILE RUN SEED | fill FILE RUN SEED | verify FILE RUN | export FILE RUN
 * append goes on with a run (or begins it) until it is killed, and prints the number of rows after each commit or barrier: "c 12", "b 13". fill appends
 * until the disk is full, then ends the run. */
#include "vm/io/store.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t next(uint32_t *x)
{
    return *x = *x * 1664525u + 1013904223u, *x >> 8;
}

static PlStatus add_rows(PlJournalPort *j, int rows, uint32_t *x)
{
    static const char *const bodies[] = {"{}", "{\"n\":1}", "\"\xc3\xa9\\n\"", "[1,2,{\"a\":null}]", ""};
    static const char *const paths[] = {"", "1", "2#17.1", "3.1#2.2#5"};
    static const char *const blobs[] = {"", "", "", "same", "other\xff"};
    PlStatus status = PL_OK;
    for (int i = 0; i < rows && status == PL_OK; i++) {
        bool first = i == 0, last = i == rows - 1;
        PlRow row = {.kind = first ? PL_ROW_START : last ? PL_ROW_END : (PlRowKind)(2 + next(x) % 15), .site = first ? UINT32_MAX : next(x) % 100,
                     .attempt = next(x) % 3, .path = pl_str_z(paths[next(x) % 4]), .wall_us = 1700000000000000 + (int64_t)next(x),
                     .body = pl_str_z(bodies[next(x) % 5]), .blob = pl_str_z(blobs[next(x) % 5])};
        status = j->append(j->self, &row);
        if (status == PL_OK && next(x) % 7 == 0) status = j->barrier(j->self);
    }
    return status;
}

static int make(const char *path, int runs, int rows, uint32_t seed)
{
    PlStore *store;
    uint8_t module[32];
    uint32_t x = seed;
    if (pl_store_open(path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store) != PL_OK) return 1;
    PlStatus status = PL_OK;
    for (int r = 0; r < runs && status == PL_OK; r++) {
        char id[32] = "";
        PlJournalPort j;
        for (int i = 0; i < 32; i++) module[i] = (uint8_t)next(&x);
        snprintf(id, sizeof id, "run-%d", r);
        status = pl_store_begin(store, module, PL_STR("made"), id, &j);
        if (status == PL_OK) status = add_rows(&j, rows, &x);
        if (status == PL_OK) status = pl_store_set_state(store, pl_str_z(id), PL_STORED_DONE, PL_STR(""));
    }
    pl_store_close(store);
    return status != PL_OK;
}

static PlStatus open_or_begin(PlStore *store, const char *name, uint64_t *rows, PlJournalPort *j)
{
    PlStoredRun run;
    char id[32] = "";
    static const uint8_t module[32] = {7};
    snprintf(id, sizeof id, "%s", name);
    PlStatus status = pl_store_open_run(store, pl_str_z(name), &run, j);
    *rows = status == PL_OK ? run.rows : 0;
    return status == PL_INVALID ? pl_store_begin(store, module, PL_STR(""), id, j) : status;
}

static PlStatus append_one(PlJournalPort *j, PlRowKind kind, uint32_t *x, uint64_t *rows)
{
    char body[6000];
    size_t len = next(x) % 16 ? next(x) % 200 : next(x) % sizeof body;
    memset(body, 'b', len);
    PlRow row = {.kind = *rows ? kind : PL_ROW_START, .site = 1, .path = PL_STR_INIT("1"), .body = {body, len},
                 .blob = {body, next(x) % 8 ? 0 : len}};
    PlStatus status = j->append(j->self, &row);
    if (status == PL_OK) ++*rows;
    return status;
}

static int append_for_ever(const char *path, const char *run, uint32_t x)
{
    PlStore *store;
    PlJournalPort j;
    uint64_t rows;
    if (pl_store_open(path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store) != PL_OK) return 1;
    PlStatus status = open_or_begin(store, run, &rows, &j);
    while (status == PL_OK) {
        status = append_one(&j, PL_ROW_NOTE, &x, &rows);
        if (status == PL_OK && next(&x) % 4 == 0) {
            bool barrier = next(&x) % 4 == 0;
            status = barrier ? j.barrier(j.self) : j.commit(j.self);
            if (status == PL_OK) printf("%c %llu\n", barrier ? 'b' : 'c', (unsigned long long)rows);
            fflush(stdout);
        }
    }
    return 1;
}

/* Two results that were under way and the end must still fit; a new call must not begin. */
static int fill(const char *path, const char *run, uint32_t x)
{
    PlStore *store;
    PlJournalPort j;
    uint64_t rows;
    if (pl_store_open(path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store) != PL_OK) return 1;
    PlStatus status = open_or_begin(store, run, &rows, &j);
    for (int i = 0; i < 1000000 && status == PL_OK; i++) {
        status = append_one(&j, PL_ROW_NOTE, &x, &rows);
        if (status == PL_OK) status = j.commit(j.self);
    }
    printf("%s\n", pl_status_name(status));
    uint64_t count = rows;
    status = append_one(&j, PL_ROW_INTENT, &x, &rows);
    printf("intent %s\n", pl_status_name(status));
    for (int i = 0; i < 3; i++) {
        status = append_one(&j, i < 2 ? PL_ROW_RESULT : PL_ROW_END, &x, &rows);
        if (status == PL_OK) status = j.barrier(j.self);
        printf("end %s\n", pl_status_name(status));
    }
    printf("%llu\n", (unsigned long long)(rows - count));
    pl_store_close(store);
    return 0;
}

static PlStatus print(void *user, PlStr line)
{
    fwrite(line.ptr, 1, line.len, user);
    return PL_OK;
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "make") == 0) return make(argv[2], atoi(argv[3]), atoi(argv[4]), (uint32_t)atoi(argv[5]));
    if (argc == 5 && strcmp(argv[1], "append") == 0) return append_for_ever(argv[2], argv[3], (uint32_t)atoi(argv[4]));
    if (argc == 5 && strcmp(argv[1], "fill") == 0) return fill(argv[2], argv[3], (uint32_t)atoi(argv[4]));
    if (argc != 4) return 2;
    PlStore *store;
    if (pl_store_open(argv[2], PL_STORE_READ, PL_DURABLE_EFFECTS, NULL, &store) != PL_OK) return 1;
    uint64_t rows, bad;
    const char *why;
    PlStr id = pl_str_z(argv[3]);
    PlStatus status = strcmp(argv[1], "verify") == 0 ? pl_store_verify(store, id, &rows, &bad, &why) : pl_store_export(store, id, true, print, stdout);
    if (strcmp(argv[1], "verify") == 0) printf("%s %llu %s\n", pl_status_name(status), (unsigned long long)(status == PL_OK ? rows : bad), why);
    pl_store_close(store);
    return status != PL_OK;
}
