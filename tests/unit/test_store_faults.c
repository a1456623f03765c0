/* SPDX-License-Identifier: MIT */
/* Each thing that is done with a store, while the nth call of everything that may fail fails: what was promised is there afterwards, each run is whole, and
 * what failed said so. */
#include "tests/unit/store_world.h"

#include <sys/wait.h>

typedef struct Done { /* what a scenario was told that it did */
    PlStatus status;
    uint64_t promised; /* rows of the run "r" that a barrier said are safe */
} Done;

typedef struct Scenario {
    const char *name;
    void (*prepare)(Place *p);
    void (*act)(Place *p, Done *done);
    bool may_be_set_aside; /* nothing in it is promised when it begins */
} Scenario;

static PlStatus see_line(void *user, PlStr line)
{
    uint64_t *count = user;
    *count += line.len;
    return PL_OK;
}

#define TRY(...) \
    if (status == PL_OK) status = (__VA_ARGS__)

/* ---- to prepare ---- */

static void nothing(Place *p)
{
    (void)p;
}

static void strays(Place *p)
{
    put_beside(p, "-journal", "of a file that is no more");
    put_beside(p, "-wal", "of a file that is no more");
}

static void begun(Place *p, PlRowKind last)
{
    PlStore *store = NULL;
    char id[32] = "r", title[20000]; /* as long as no page of the file: to give it, memory is needed */
    PlJournalPort j;
    memset(title, 't', sizeof title);
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p->diags, &store);
    TRY(pl_store_put_module(store, module_hash, PL_STR("code")));
    TRY(pl_store_begin(store, module_hash, pl_str(title, sizeof title), id, &j));
    TRY(put(&j, PL_ROW_START, "", "{}", ""));
    title[sizeof title - 1] = 0;
    for (int i = 0; i < 3; i++) {
        TRY(put(&j, PL_ROW_NOTE, "1", i == 1 ? title : "{}", "a blob"));
        TRY(j.barrier(j.self));
    }
    if (last) TRY(put(&j, last, "", "{\"state\":\"failed\"}", ""));
    if (last) TRY(pl_store_set_state(store, PL_STR("r"), PL_STORED_FAILED, PL_STR("why")));
    CHECK(status == PL_OK);
    pl_store_close(store);
}

static void running(Place *p)
{
    begun(p, 0);
}

static void ended(Place *p)
{
    begun(p, PL_ROW_END);
}

static void young(Place *p)
{
    begun(p, 0);
    put_beside(p, ".lock", "young 12\n");
}

static void torn(Place *p)
{
    begun(p, 0);
    CHECK(truncate(p->path, 9000) == 0);
    put_beside(p, ".lock", "young 12\n");
    put_beside(p, "-wal", "half a");
}

/* ---- to do ---- */

static void one_run(Place *p, Done *done)
{
    PlStore *store = NULL;
    char id[32] = "r";
    PlJournalPort j;
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store);
    TRY(pl_store_put_module(store, module_hash, PL_STR("code")));
    TRY(pl_store_begin(store, module_hash, PL_STR(""), id, &j));
    TRY(put(&j, PL_ROW_START, "", "{}", ""));
    TRY(j.barrier(j.self));
    if (status == PL_OK) done->promised = 1;
    TRY(put(&j, PL_ROW_END, "", "{\"state\":\"done\"}", ""));
    TRY(j.barrier(j.self));
    if (status == PL_OK) done->promised = 2;
    TRY(pl_store_set_state(store, PL_STR("r"), PL_STORED_DONE, PL_STR("")));
    pl_store_close(store);
    done->status = status;
}

static void grow(Place *p, Done *done)
{
    PlStore *store = NULL;
    char id[32] = "r";
    PlJournalPort j;
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store);
    TRY(pl_store_begin(store, module_hash, PL_STR(""), id, &j));
    TRY(put(&j, PL_ROW_START, "", "{}", "") );
    TRY(j.soon(j.self));
    TRY(give(&j, 300 * 1024));
    TRY(put(&j, PL_ROW_NOTE, "1", "{}", "a blob"));
    TRY(j.soon(j.self));
    TRY(put(&j, PL_ROW_NOTE, "1", "{}", "a blob"));
    TRY(j.barrier(j.self));
    if (status == PL_OK) done->promised = 4;
    TRY(put(&j, PL_ROW_PARK, "1", "{}", ""));
    TRY(pl_store_set_state(store, PL_STR("r"), PL_STORED_PARKED, PL_STR("an answer")));
    TRY(j.barrier(j.self));
    if (status == PL_OK) done->promised = 5;
    pl_store_close(store);
    done->status = status;
}

/* What begins behind a first batch that was too large for an image to stay one. */
static PlStatus large(Place *p, PlStore **store, PlJournalPort *j)
{
    char id[32] = "r";
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, store);
    TRY(pl_store_begin(*store, module_hash, PL_STR(""), id, j));
    TRY(put(j, PL_ROW_START, "", "{}", ""));
    TRY(give(j, 255 * 1024));
    TRY(j->barrier(j->self));
    return status;
}

static void next_run(Place *p, Done *done)
{
    PlStore *store = NULL;
    char id[32] = "s";
    PlJournalPort j;
    PlStatus status = large(p, &store, &j);
    if (status == PL_OK) done->promised = 2;
    TRY(pl_store_begin(store, module_hash, PL_STR(""), id, &j));
    TRY(put(&j, PL_ROW_START, "", "{}", ""));
    TRY(j.barrier(j.self));
    pl_store_close(store);
    done->status = status;
}

static void two_runs(Place *p, Done *done)
{
    PlStore *store = NULL;
    char ids[2][32] = {"r", "s"};
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store);
    for (int i = 0; i < 2; i++) {
        PlJournalPort j;
        TRY(pl_store_begin(store, module_hash, PL_STR(""), ids[i], &j));
        TRY(put(&j, PL_ROW_START, "", "{}", ""));
        TRY(j.barrier(j.self));
        if (status == PL_OK) done->promised = 1;
    }
    pl_store_close(store);
    done->status = status;
}

static void next_module(Place *p, Done *done)
{
    PlStore *store = NULL;
    PlJournalPort j;
    PlStatus status = large(p, &store, &j);
    if (status == PL_OK) done->promised = 2;
    TRY(pl_store_put_module(store, module_hash, PL_STR("code")));
    pl_store_close(store);
    done->status = status;
}

static void park(Place *p, Done *done)
{
    PlStore *store = NULL;
    PlJournalPort j;
    PlStatus status = large(p, &store, &j);
    if (status == PL_OK) done->promised = 2;
    TRY(pl_store_set_state(store, PL_STR("r"), PL_STORED_PARKED, PL_STR("an answer")));
    pl_store_close(store);
    done->status = status;
}

static void go_on(Place *p, Done *done)
{
    PlStore *store = NULL;
    PlStoredRun run;
    PlJournalPort j;
    PlBuf bytes;
    uint64_t count = 0;
    pl_buf_init(&bytes, 0);
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_ALWAYS, NULL, &store);
    done->promised = 4;
    TRY(pl_store_get_module(store, module_hash, &bytes));
    TRY(pl_store_open_run(store, PL_STR("r"), &run, &j));
    TRY(j.each(j.self, see_row, &count));
    TRY(j.read(j.self, 2, see_row, &count));
    TRY(put(&j, PL_ROW_RESUME, "", "{}", ""));
    TRY(j.soon(j.self));
    if (status == PL_OK) done->promised = 5;
    TRY(put(&j, PL_ROW_RESULT, "2", "{}", "another blob"));
    TRY(j.commit(j.self));
    TRY(pl_store_set_state(store, PL_STR("r"), PL_STORED_RUNNING, PL_STR("")));
    if (status == PL_OK) done->promised = 6;
    pl_buf_deinit(&bytes);
    pl_store_close(store);
    done->status = status;
}

static void look(Place *p, Done *done)
{
    PlStore *store = NULL;
    PlBuf bytes;
    uint64_t rows, bad, count = 0;
    const char *why;
    PlStoredRun run;
    PlJournalPort j;
    pl_buf_init(&bytes, 0);
    done->promised = 4;
    PlStatus status = pl_store_open(p->path, PL_STORE_READ, PL_DURABLE_EFFECTS, NULL, &store);
    TRY(pl_store_get_module(store, module_hash, &bytes));
    TRY(pl_store_each_run(store, see_run, &count));
    TRY(pl_store_verify(store, PL_STR("r"), &rows, &bad, &why));
    TRY(pl_store_export(store, PL_STR("r"), true, see_line, &count));
    TRY(pl_store_open_run(store, PL_STR("r"), &run, &j));
    for (uint64_t seq = 2; seq < 4; seq++) TRY(j.read(j.self, seq, see_row, &count));
    pl_buf_deinit(&bytes);
    pl_store_close(store);
    done->status = status;
}

static void erase(Place *p, Done *done)
{
    PlStore *store = NULL;
    uint64_t erased = 0;
    done->promised = 5;
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store);
    TRY(pl_store_erase(store, PL_STR("r"), PL_STR(""), PL_STR("ann"), PL_STR("asked"), 1, &erased));
    pl_store_close(store);
    CHECK((status == PL_OK) == (erased == 5));
    done->status = status;
}

static void write_more(Place *p, Done *done)
{
    PlStore *store = NULL;
    char id[32] = "s";
    PlJournalPort j;
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, NULL, &store);
    TRY(pl_store_begin(store, module_hash, PL_STR(""), id, &j));
    TRY(put(&j, PL_ROW_START, "", "{}", ""));
    TRY(j.barrier(j.self));
    pl_store_close(store);
    done->status = status;
}

/* ---- the sweep ---- */

static const Scenario scenarios[] = {
    {"begin", nothing, one_run, false},    {"begin beside strays", strays, one_run, false}, {"grow", nothing, grow, false}, {"go on", running, go_on, false},
    {"look", running, look, false},      {"erase", ended, erase, false},                {"young", young, write_more, true},
    {"torn", torn, write_more, true},    {"next run", nothing, next_run, false},        {"next module", nothing, next_module, false},
    {"park", nothing, park, false},      {"two runs", nothing, two_runs, false},
};

/* The store is whole, with all that was promised; it may be gone when nothing was. */
static bool is_whole(Place *p, const Scenario *s, const Done *done)
{
    PlStore *store = NULL;
    uint64_t rows = 0, bad, count = 0;
    const char *why;
    PlStatus status = pl_store_open(p->path, PL_STORE_WRITE, PL_DURABLE_EFFECTS, &p->diags, &store);
    if (status != PL_OK) return false;
    status = pl_store_verify(store, PL_STR("r"), &rows, &bad, &why);
    bool good = status == PL_OK ? rows >= done->promised : status == PL_INVALID && (s->may_be_set_aside || !done->promised);
    good &= pl_store_each_run(store, see_run, &count) == PL_OK;
    status = pl_store_verify(store, PL_STR("s"), &rows, &bad, &why);
    good &= status == PL_INVALID || (status == PL_OK && rows <= 1);
    pl_store_close(store);
    return good;
}

/* False: there is no nth. */
static bool one(const Scenario *s, const Failure *f, long nth)
{
    Place p;
    Done done = {0};
    place_begin(&p);
    s->prepare(&p);
    arm(f, nth);
    s->act(&p, &done);
    bool fired = disarm(f);
    bool good = fired || done.status == PL_OK;
    good &= is_whole(&p, s, &done);
    if (!good) fprintf(stderr, "%s: failure %d/%d/%d, the %ldth: %s\n", s->name, f->whose, f->which, f->error, nth, pl_status_words(done.status));
    CHECK(good);
    place_end(&p);
    return fired;
}

TEST(whatever_fails_what_was_promised_is_there)
{
    for (size_t s = 0; s < sizeof scenarios / sizeof *scenarios; s++)
        for (size_t f = 0; f < FAILURES; f++)
            for (long nth = 0; one(&scenarios[s], &failures[f], nth); nth += failures[f].whose == SQLITE ? 1 + nth / 16 : 1) {}
}

UNIT_MAIN
