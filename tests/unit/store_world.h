/* SPDX-License-Identifier: MIT */
/* What the tests of the store that goes wrong share: a folder with a store, things to do with it, and the world that fails meanwhile. */
#ifndef TESTS_UNIT_STORE_WORLD_H
#define TESTS_UNIT_STORE_WORLD_H

#include "tests/unit/libc.h"
#include "tests/unit/unit.h"

#include "vm/base/fault.h"
#include "vm/io/store.h"

#include <sqlite3.h>

typedef struct Place {
    char dir[64], path[96];
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
} Place;

static const uint8_t module_hash[32] = {1, 2, 3};

static inline void place_begin(Place *p)
{
    strcpy(p->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/test_store.XXXXXX" : "/tmp/test_store.XXXXXX"); /* a sync costs nothing in memory */
    CHECK(mkdtemp(p->dir) != NULL);
    snprintf(p->path, sizeof p->path, "%s/runs.db", p->dir);
    p->arena = pl_arena_new(&p->escape, 0);
    pl_sources_init(&p->sources, p->arena);
    pl_diags_init(&p->diags, p->arena, &p->sources);
}

static inline void place_end(Place *p)
{
    static const char *const suffixes[] = {"", ".lock", ".reserve", ".new", ".torn", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", p->path, suffixes[i]);
        unlink(path);
    }
    CHECK(rmdir(p->dir) == 0);
    pl_arena_free(p->arena);
}

static inline bool is_there(const Place *p, const char *suffix)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", p->path, suffix);
    return access(path, F_OK) == 0;
}

static inline void put_beside(const Place *p, const char *suffix, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", p->path, suffix);
    CHECK(pl_buf_write_file(path, pl_str_z(text)) == PL_OK);
}

static inline void change(const Place *p, const char *sql)
{
    sqlite3 *db;
    CHECK(sqlite3_open(p->path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static inline PlStatus put(PlJournalPort *j, PlRowKind kind, const char *path, const char *body, const char *blob)
{
    PlRow row = {.kind = kind, .site = kind == PL_ROW_START ? UINT32_MAX : 7, .attempt = 1, .path = pl_str_z(path),
                 .wall_us = 1700000000000000, .body = pl_str_z(body), .blob = pl_str_z(blob)};
    return j->append(j->self, &row);
}

/* A body of its own block, which the store takes over when it is large. */
static inline PlStatus give(PlJournalPort *j, size_t len)
{
    char *body = pl_alloc(len);
    if (!body) return PL_NOMEM;
    memset(body, 'x', len);
    PlRow row = {.kind = PL_ROW_NOTE, .site = 3, .path = PL_STR("1"), .body = pl_str(body, len), .blob = PL_STR(""), .give = body};
    PlStatus status = j->append(j->self, &row);
    if (row.give) pl_free(body);
    return status;
}

/* ---- what is done with it ---- */

static inline PlStore *open_store(Place *p, PlStoreMode mode)
{
    PlStore *store = NULL;
    CHECK(pl_store_open(p->path, mode, PL_DURABLE_EFFECTS, &p->diags, &store) == PL_OK);
    return store;
}

static inline PlStatus opens(Place *p, PlStoreMode mode)
{
    PlStore *store = NULL;
    PlStatus status = pl_store_open(p->path, mode, PL_DURABLE_EFFECTS, &p->diags, &store);
    pl_store_close(store);
    return status;
}

/* Begins the run and its first row. */
static inline PlJournalPort begin(PlStore *store, const char *name)
{
    char id[32];
    PlJournalPort j = {0};
    snprintf(id, sizeof id, "%s", name);
    CHECK(pl_store_begin(store, module_hash, (PlStr){0}, id, &j) == PL_OK);
    CHECK(put(&j, PL_ROW_START, "", "{}", "") == PL_OK);
    return j;
}

static inline uint64_t rows_of(PlStore *store, const char *id, const char **why)
{
    uint64_t rows, bad;
    const char *said;
    PlStatus status = pl_store_verify(store, pl_str_z(id), &rows, &bad, &said);
    if (why) *why = said;
    return status == PL_OK ? rows : 1000 + (uint64_t)status;
}

static inline PlStatus see_row(void *user, const PlRow *row)
{
    *(uint64_t *)user += row->seq > 0;
    return PL_OK;
}

static inline PlStatus see_run(void *user, const PlStoredRun *run)
{
    *(uint64_t *)user += run->id.len > 0;
    return PL_OK;
}

static inline void stored(Place *p)
{
    PlStore *store = open_store(p, PL_STORE_WRITE);
    PlJournalPort j = begin(store, "r");
    CHECK(put(&j, PL_ROW_NOTE, "1", "{}", "a blob") == PL_OK && j.barrier(j.self) == PL_OK);
    CHECK(put(&j, PL_ROW_NOTE, "1", "{}", "") == PL_OK && j.barrier(j.self) == PL_OK);
    pl_store_close(store);
}

/* ---- what fails ---- */

typedef struct Failure { /* a site of ours, a call of libc with its error, or SQLite's memory */
    enum { OWN, LIBC, SQLITE } whose;
    int which, error;
    bool sticky;
} Failure;

static const Failure failures[] = {
    {OWN, PL_FAULT_ALLOC, 0, false},      {OWN, PL_FAULT_STORE, 0, false},      {OWN, PL_FAULT_SYNC, 0, false},      {OWN, PL_FAULT_WRITE, 0, false},
    {OWN, PL_FAULT_READ, 0, false},       {SQLITE, 0, 0, false},                {SQLITE, 0, 0, true},                {LIBC, LIBC_ASPRINTF, ENOMEM, false},
    {LIBC, LIBC_OPEN, EIO, false},        {LIBC, LIBC_OPEN, ENOSPC, false},     {LIBC, LIBC_OPEN, EROFS, true},      {LIBC, LIBC_STAT, EIO, false},
    {LIBC, LIBC_FSTAT, EIO, false},       {LIBC, LIBC_LSTAT, EIO, false},       {LIBC, LIBC_ACCESS, ENOENT, false},  {LIBC, LIBC_READ, EIO, false},
    {LIBC, LIBC_READ, EIO, true},         {LIBC, LIBC_WRITE, EIO, false},       {LIBC, LIBC_WRITE, ENOSPC, false},   {LIBC, LIBC_WRITE, ENOSPC, true},
    {LIBC, LIBC_WRITE, EINTR, false},     {LIBC, LIBC_WRITE, EDQUOT, false},    {LIBC, LIBC_TRUNCATE, EIO, false},   {LIBC, LIBC_ALLOCATE, ENOSPC, false},
    {LIBC, LIBC_ALLOCATE, EIO, false},    {LIBC, LIBC_SYNC, EIO, false},        {LIBC, LIBC_RENAME, EIO, false},     {LIBC, LIBC_RENAME, ENOSPC, false},
    {LIBC, LIBC_UNLINK, EIO, false},      {LIBC, LIBC_FLOCK, ENOLCK, false},    {LIBC, LIBC_FLOCK, EWOULDBLOCK, false}, {LIBC, LIBC_MUTEX, ENOMEM, false},
    {LIBC, LIBC_COND, ENOMEM, false},     {LIBC, LIBC_CONDATTR, ENOMEM, false}, {LIBC, LIBC_THREAD, EAGAIN, false},  {LIBC, LIBC_THREAD, EAGAIN, true},
};
enum { FAILURES = sizeof failures / sizeof *failures };

static sqlite3_mem_methods plain_memory;

static void *fail_malloc(int n)
{
    return libc_fails(LIBC_MALLOC, NULL) ? NULL : plain_memory.xMalloc(n);
}

static void *fail_realloc(void *at, int n)
{
    return libc_fails(LIBC_MALLOC, NULL) ? NULL : plain_memory.xRealloc(at, n);
}

__attribute__((constructor)) static void take_memory(void)
{
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain_memory);
    sqlite3_mem_methods memory = plain_memory;
    memory.xMalloc = fail_malloc, memory.xRealloc = fail_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}

static inline void arm(const Failure *f, long nth)
{
    if (f->whose == OWN) pl_fault_arm((PlFault)f->which, (uint64_t)nth, f->sticky);
    if (f->whose == LIBC) libc_arm((LibcCall)f->which, nth, f->error, f->sticky);
    if (f->whose == SQLITE) libc_arm(LIBC_MALLOC, nth, ENOMEM, f->sticky);
}

/* Whether it happened. */
static inline bool disarm(const Failure *f)
{
    bool fired = f->whose == OWN ? pl_fault_fired() : libc_disarm();
    pl_fault_disarm();
    return fired;
}

#endif
