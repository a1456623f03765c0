/* SPDX-License-Identifier: MIT */
/* The simulator: one process, no socket, no file, no real time. A random plan runs against a server that fails at random, in a process that is killed, or
 * whose machine loses power, at any moment; what is in doubt a probe settles, or a person who looks into the server's books; some work goes on at
 * the server, and
 * is asked for. One number, the seed, makes all of it.
 *
 *     sim --seeds N [--from SEED] [--verbose]
 *
 * What must hold for every seed: an unsafe call is done once, under whatever happened; a keyed one has one key; the output is that of a run that nobody
 * disturbed; the journal's story is the server's; the finished run replays to the same end; and it ends at all. */
#include "compiler/compile.h"
#include "stdlib/builtin.h"
#include "tests/sim/plan.h"
#include "vm/run/offline.h"

#include <stdlib.h>

enum { MOST_FLIGHT = 64, MOST_TIMERS = 256, MOST_RESTARTS = 400 };

typedef struct Row {
    PlRow row;
    uint8_t kept; /* 0 in memory, 1 survives a kill, 2 survives a power cut */
} Row;

typedef struct Timer {
    uint64_t id;
    int64_t at_us;
    PlTimerDone done;
    void *user;
} Timer;

typedef struct Flight {
    PlNetDone done;
    void *user;
    uint64_t id;
    PlMethod method;
    char path[128], item[128], key[64];
} Flight;

typedef struct Book { /* what the server did for one tag */
    char item[128], key[64];
    uint32_t times, disturbed, polls;
    bool is_payment, two_keys;
} Book;

typedef struct Sim {
    Rng rng;
    bool calm;            /* the undisturbed run */
    PL_VEC(Row) rows;
    PL_VEC(Book) books;
    Timer timers[MOST_TIMERS];
    Flight flights[MOST_FLIGHT];
    uint32_t timer_count, flight_count;
    int64_t wall, mono;
    uint64_t next_id;
    PlArena *arena;       /* of books and rows; freed with the sim */
    uint32_t kills, cuts, settled, probed, polled;
    uint32_t soon;        /* rows that are on their way to the file */
} Sim;

static uint64_t total_kills, total_cuts, total_settled, total_probed, total_polled, total_rows;

/* ---- journal ---- */

static PlStatus sim_append(void *self, PlRow *row)
{
    Sim *s = self;
    Row r = {.row = *row};
    row->seq = r.row.seq = s->rows.len + 1;
    r.row.path = pl_arena_str(s->arena, row->path);
    r.row.body = pl_arena_str(s->arena, row->body);
    r.row.blob = pl_arena_str(s->arena, row->blob);
    pl_vec_push(s->arena, &s->rows, r);
    return PL_OK;
}

static PlStatus keep(Sim *s, uint8_t how)
{
    for (uint32_t i = 0; i < s->rows.len; i++)
        if (s->rows.items[i].kept < how) s->rows.items[i].kept = how;
    return PL_OK;
}

static PlStatus sim_commit(void *self) { return keep(self, 1); }
static PlStatus sim_barrier(void *self) { return keep(self, 2); }

static PlStatus sim_each(void *self, PlRowVisit visit, void *user)
{
    Sim *s = self;
    for (uint32_t i = 0; i < s->rows.len; i++) {
        PlStatus status = visit(user, &s->rows.items[i].row);
        if (status != PL_OK) return status;
    }
    return PL_OK;
}

static PlStatus sim_read(void *self, uint64_t seq, PlRowVisit visit, void *user)
{
    Sim *s = self;
    return seq >= 1 && seq <= s->rows.len ? visit(user, &s->rows.items[seq - 1].row) : PL_INVALID;
}

static PlStatus sim_soon(void *self)
{
    Sim *s = self;
    s->soon = s->rows.len;
    return PL_OK;
}

static PlJournalPort journal_of(Sim *s)
{
    return (PlJournalPort){s, sim_append, sim_commit, sim_barrier, sim_each, sim_read, sim_soon};
}

/* ---- clock ---- */

static int64_t sim_wall(void *self) { return ((Sim *)self)->wall; }
static int64_t sim_mono(void *self) { return ((Sim *)self)->mono; }

static PlStatus sim_timer(void *self, int64_t at_us, PlTimerDone done, void *user, uint64_t *timer)
{
    Sim *s = self;
    if (s->timer_count == MOST_TIMERS) return PL_NOMEM;
    *timer = ++s->next_id;
    s->timers[s->timer_count++] = (Timer){*timer, at_us, done, user};
    return PL_OK;
}

static void sim_timer_cancel(void *self, uint64_t timer)
{
    Sim *s = self;
    for (uint32_t i = 0; i < s->timer_count; i++)
        if (s->timers[i].id == timer) s->timers[i] = s->timers[--s->timer_count];
}

static bool fire(Sim *s)
{
    if (s->timer_count == 0) return false;
    uint32_t best = 0;
    for (uint32_t i = 1; i < s->timer_count; i++) {
        bool sooner = s->timers[i].at_us < s->timers[best].at_us || (s->timers[i].at_us == s->timers[best].at_us && s->timers[i].id < s->timers[best].id);
        if (sooner) best = i;
    }
    Timer t = s->timers[best];
    sim_timer_cancel(s, t.id);
    if (t.at_us > s->mono) {
        s->wall += t.at_us - s->mono;
        s->mono = t.at_us;
    }
    t.done(t.user);
    return true;
}

/* ---- net ---- */

static void copy_text(char *out, size_t size, PlStr text)
{
    size_t n = text.len < size ? text.len : size - 1;
    memcpy(out, text.ptr, n);
    out[n] = 0;
}

static PlStatus sim_send(void *self, const PlNetRequest *request, PlNetDone done, void *user, uint64_t *call)
{
    Sim *s = self;
    if (s->flight_count == MOST_FLIGHT) return PL_NOMEM;
    Flight *f = &s->flights[s->flight_count++];
    *f = (Flight){.done = done, .user = user, .id = *call = ++s->next_id, .method = request->method};
    size_t host = pl_str_find_char(request->url, '/', 8);
    copy_text(f->path, sizeof f->path, pl_str_slice(request->url, host, request->url.len));
    PlStr body = pl_json_find_text(s->arena, request->body, "item");
    copy_text(f->item, sizeof f->item, body);
    for (uint32_t i = 0; i < request->header_count; i++)
        if (pl_str_eq_z(request->headers[i].name, "Idempotency-Key")) copy_text(f->key, sizeof f->key, request->headers[i].value);
    return PL_OK;
}

static void sim_cancel(void *self, uint64_t call)
{
    (void)self, (void)call; /* it arrives all the same, or not: as the dice say */
}

static Book *book_of(Sim *s, const Flight *f)
{
    const char *what = f->item[0] ? f->item : f->path;
    for (uint32_t i = 0; i < s->books.len; i++)
        if (strcmp(s->books.items[i].item, what) == 0) return &s->books.items[i];
    Book book = {.is_payment = f->key[0] != 0};
    snprintf(book.item, sizeof book.item, "%s", what);
    snprintf(book.key, sizeof book.key, "%s", f->key);
    pl_vec_push(s->arena, &s->books, book);
    return &pl_vec_last(&s->books);
}

/* The server does it. A payment whose key it knows is not done again. */
static void execute(Sim *s, const Flight *f)
{
    Book *book = book_of(s, f);
    if (f->key[0] && strcmp(book->key, f->key) != 0) book->two_keys = true;
    if (!f->key[0] || book->times == 0) book->times++;
}

static Book *known_book(Sim *s, const char *item)
{
    for (uint32_t i = 0; i < s->books.len; i++)
        if (strcmp(s->books.items[i].item, item) == 0 && s->books.items[i].times) return &s->books.items[i];
    return NULL;
}

/* What began with 202 is at work for two polls, and done at the third; it was not begun: 404. */
static unsigned poll(Sim *s, const Flight *f, char *body, size_t size)
{
    Book *job = known_book(s, f->path + strlen("/jobs/"));
    s->polled++;
    if (!job) return 404;
    if (job->polls++ < 2) return 202;
    snprintf(body, size, "{\"id\":\"jobs-%s\"}", job->item);
    return 200;
}

static void answer_body(Sim *s, const Flight *f, char *body, size_t size)
{
    static const char probe[] = "/parcels?item=";
    if (strncmp(f->path, probe, strlen(probe)) == 0) {
        const char *item = f->path + strlen(probe);
        s->probed++;
        if (known_book(s, item)) snprintf(body, size, "{\"parcels\":[{\"id\":\"parcels-%s\",\"item\":\"%s\"}]}", item, item);
        else snprintf(body, size, "{\"parcels\":[]}");
        return;
    }
    if (strcmp(f->path, "/items") == 0)
        snprintf(body, size, "{\"items\":[{\"id\":\"a\",\"price\":1},{\"id\":\"b\",\"price\":2},{\"id\":\"c\",\"price\":3}]}");
    else if (strncmp(f->path, "/items/", 7) == 0) snprintf(body, size, "{\"id\":\"item-%s\",\"price\":7}", f->path + 7);
    else if (strncmp(f->path, "/stock/", 7) == 0) snprintf(body, size, "{\"count\":1}");
    else snprintf(body, size, "{\"id\":\"%s-%s\"}", f->path + 1, f->item);
}

static void deliver(Sim *s, uint32_t i)
{
    Flight f = s->flights[i];
    s->flights[i] = s->flights[--s->flight_count];
    char location[300];
    snprintf(location, sizeof location, "/jobs/%s", f.item);
    PlHeader headers[] = {{PL_STR("content-type"), PL_STR("application/json")}, {PL_STR("retry-after"), PL_STR("1")}};
    PlHeader begun[] = {{PL_STR("location"), pl_str_z(location)}};
    PlNetAnswer a = {.evidence = PL_EVIDENCE_ANSWERED, .status = f.method == PL_POST ? 201 : 200, .headers = headers, .header_count = 1,
                     .message = PL_STR("simulated"), .credential = PL_STR(""), .body = PL_STR(""), .elapsed_us = 1000};
    char body[400] = "";
    bool is_job = strcmp(f.path, "/jobs") == 0, is_poll = strncmp(f.path, "/jobs/", 6) == 0;
    Book *book = book_of(s, &f);
    uint32_t dice = s->calm || book->disturbed >= 2 ? 99 : rng_below(&s->rng, 100);
    s->wall += 1000, s->mono += 1000;
    book->disturbed += dice < 20;
    if (dice < 5) a.evidence = PL_EVIDENCE_NEVER_SENT, a.fault = PL_NET_CONNECT, a.status = 0;
    else if (dice < 10) a.evidence = PL_EVIDENCE_UNKNOWN, a.fault = PL_NET_RESET, a.status = 0;
    else if (dice < 15) execute(s, &f), a.evidence = PL_EVIDENCE_UNKNOWN, a.fault = PL_NET_TIMEOUT, a.status = 0;
    else if (dice < 20) a.status = 429, a.header_count = 2, a.body = PL_STR("{}");
    else if (is_poll) a.status = poll(s, &f, body, sizeof body), a.body = pl_str_z(body);
    else if (is_job) execute(s, &f), a.status = 202, a.headers = begun;
    else execute(s, &f), answer_body(s, &f, body, sizeof body), a.body = pl_str_z(body);
    f.done(f.user, &a);
}

/* ---- the process ends ---- */

/* What was on its way may still arrive. */
static void lose_flights(Sim *s)
{
    for (uint32_t i = 0; i < s->flight_count; i++) {
        if (!s->calm && rng_chance(&s->rng, 50)) execute(s, &s->flights[i]);
        PlNetAnswer lost = {.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_CANCELLED, .message = PL_STR(""), .credential = PL_STR(""), .body = PL_STR("")};
        s->flights[i].done(s->flights[i].user, &lost);
    }
    s->flight_count = s->timer_count = 0;
}

/* What was promised stays: `how` 1 after a kill, 2 after a power cut. Of what was on its way, a beginning stays. */
static void lose_rows(Sim *s, uint8_t how)
{
    uint32_t sure = 0, may = 0;
    while (sure < s->rows.len && s->rows.items[sure].kept >= how) sure++;
    for (may = sure; may < s->rows.len && (s->rows.items[may].kept > 0 || may < s->soon); may++) {}
    s->rows.len = sure + rng_below(&s->rng, may - sure + 1);
    keep(s, 2);
    s->soon = 0;
}

/* ---- a person ---- */

static void put_row(Sim *s, PlRowKind kind, const PlRow *of, const char *body)
{
    PlRow row = {.kind = kind, .site = PL_NO_SITE, .attempt = of->attempt, .path = of->path, .body = pl_str_z(body), .blob = PL_STR(""), .wall_us = s->wall};
    PlStatus status = sim_append(s, &row);
    (void)status;
    keep(s, 2);
}

static const PlRow *row_of(const Sim *s, PlRowKind kind, PlStr path, uint32_t attempt)
{
    for (uint32_t i = s->rows.len; i-- > 0;) {
        const PlRow *r = &s->rows.items[i].row;
        if (r->kind == kind && r->attempt == attempt && pl_str_eq(r->path, path)) return r;
    }
    return NULL;
}

/* Looks into the server's books, and says what is there. */
static void settle(Sim *s, const PlRow *doubt)
{
    PlRow row = *doubt;
    const PlRow *intent = row_of(s, PL_ROW_INTENT, row.path, row.attempt);
    PlStr sends = PL_STR("{}"), body = PL_STR("");
    char text[300] = "{\"how\":\"not_applied\"}";
    if (intent && pl_json_find(intent->body, "sends", &sends)) body = pl_json_find_text(s->arena, sends, "body");
    PlStr item = pl_json_find_text(s->arena, body, "item"), url = pl_json_find_text(s->arena, sends, "url");
    size_t name = url.len;
    while (name > 0 && url.ptr[name - 1] != '/') name--;
    for (uint32_t i = 0; i < s->books.len; i++) {
        const Book *b = &s->books.items[i];
        if (b->times && pl_str_eq_z(item, b->item))
            snprintf(text, sizeof text, "{\"how\":\"applied\",\"result\":{\"id\":\"" PL_FMT "-%s\"}}", PL_ARG(pl_str_slice(url, name, url.len)), b->item);
    }
    put_row(s, PL_ROW_RESOLVE, &row, text);
    s->settled++;
}

static bool answer_open(Sim *s)
{
    bool any = false;
    uint32_t count = s->rows.len;
    for (uint32_t i = 0; i < count; i++) {
        PlRow row = s->rows.items[i].row;
        if (row.kind == PL_ROW_ASK && !row_of(s, PL_ROW_ANSWER, row.path, 0)) {
            put_row(s, PL_ROW_ANSWER, &row, "{\"answer\":\"this one\",\"who\":\"somebody\"}");
            any = true;
        }
        bool later = row.kind == PL_ROW_INDOUBT && row_of(s, PL_ROW_INTENT, row.path, row.attempt + 1);
        if (row.kind == PL_ROW_INDOUBT && !later && !row_of(s, PL_ROW_RESOLVE, row.path, row.attempt)) {
            settle(s, &row);
            any = true;
        }
    }
    return any;
}

/* ---- runs ---- */

static PlRun *begin(Sim *s, const PlModule *module, PlDiags *diags)
{
    PlPorts ports = {.net = {s, sim_send, sim_cancel}, .clock = {s, sim_wall, sim_mono, sim_timer, sim_timer_cancel}, .journal = journal_of(s),
                     .builtins = pl_builtin_ref};
    PlRunOptions options = {.id = PL_STR("sim"), .seed = {7}};
    PlStatus status;
    return pl_run_new(module, &ports, &options, diags, &status);
}

/* One process: until it ends, waits for a person, or dies. True: the run is over. */
static bool process(Sim *s, PlRun *run, char *end, size_t size, PlRunState *state)
{
    for (;;) {
        *state = pl_run_pump(run);
        if (*state == PL_RUN_DONE || *state == PL_RUN_FAILED || *state == PL_RUN_BROKEN) {
            PlStr text = *state == PL_RUN_DONE ? pl_run_output(run) : pl_run_error(run);
            copy_text(end, size, text);
            return true;
        }
        if (*state == PL_RUN_PARKED) return false;
        if (!s->calm && s->kills + s->cuts < 12 && rng_chance(&s->rng, 8)) {
            bool cut = rng_chance(&s->rng, 40);
            lose_rows(s, cut ? 2 : 1);
            s->kills += !cut, s->cuts += cut;
            return false;
        }
        bool timer = s->flight_count == 0 || (s->timer_count && rng_chance(&s->rng, 10));
        if (timer ? !fire(s) && s->flight_count == 0 : (deliver(s, rng_below(&s->rng, s->flight_count)), false)) return false;
    }
}

static const char *live(Sim *s, const PlModule *module, char *end, size_t size)
{
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, s->arena);
    for (int restarts = 0; restarts < MOST_RESTARTS; restarts++) {
        PlRunState state = PL_RUN_BROKEN;
        pl_diags_init(&diags, s->arena, &sources);
        PlRun *run = begin(s, module, &diags);
        if (!run) return "the run does not begin";
        bool over = process(s, run, end, size, &state);
        pl_run_free(run);
        if (over) {
            lose_flights(s);
            return state == PL_RUN_DONE ? NULL : "the run did not end well";
        }
        lose_flights(s);
        if (state == PL_RUN_PARKED && !answer_open(s)) return "parked, and nothing to answer";
    }
    return "the run does not end";
}

/* ---- what must hold ---- */

/* An attempt of a call on record as done: it was answered with success, or a person said so. */
static bool is_done(const Sim *s, const PlRow *intent)
{
    const PlRow *result = row_of(s, PL_ROW_RESULT, intent->path, intent->attempt), *resolve = row_of(s, PL_ROW_RESOLVE, intent->path, intent->attempt);
    PlStr status = PL_STR("");
    if (result && pl_json_find(result->body, "status", &status)) return status.ptr[0] == '2';
    return resolve && pl_str_eq_z(pl_json_find_text(s->arena, resolve->body, "how"), "applied");
}

static const char *check_books(Sim *s)
{
    for (uint32_t i = 0; i < s->books.len; i++) {
        const Book *b = &s->books.items[i];
        if (b->two_keys) return "a keyed call had two keys";
        if (b->item[0] == '/') continue; /* reads, and stocks that may be set again */
        if (b->times > 1) return "a call was done twice";
    }
    for (uint32_t i = 0; i < s->rows.len; i++) {
        PlRow row = s->rows.items[i].row;
        if (row.kind != PL_ROW_INTENT) continue;
        PlStr sends = PL_STR("{}");
        (void)pl_json_find(row.body, "sends", &sends);
        PlStr item = pl_json_find_text(s->arena, pl_json_find_text(s->arena, sends, "body"), "item");
        for (uint32_t b = 0; b < s->books.len && item.len; b++)
            if (pl_str_eq_z(item, s->books.items[b].item) && is_done(s, &row) && s->books.items[b].times != 1)
                return "the journal says done, the server does not";
    }
    for (uint32_t b = 0; b < s->books.len; b++) {
        bool told = s->books.items[b].item[0] == '/' || s->books.items[b].times == 0;
        for (uint32_t i = 0; i < s->rows.len && !told; i++) {
            PlRow row = s->rows.items[i].row;
            PlStr sends = PL_STR("{}");
            if (row.kind != PL_ROW_INTENT || !pl_json_find(row.body, "sends", &sends)) continue;
            PlStr item = pl_json_find_text(s->arena, pl_json_find_text(s->arena, sends, "body"), "item");
            told = pl_str_eq_z(item, s->books.items[b].item) && is_done(s, &row);
        }
        if (!told) return "the server did what the journal does not tell";
    }
    return NULL;
}

static const char *check_replay(Sim *s, const PlModule *module)
{
    PlSources sources;
    PlDiags diags;
    PlOfflineResult result;
    pl_sources_init(&sources, s->arena);
    pl_diags_init(&diags, s->arena, &sources);
    PlStatus status = pl_offline_replay(s->arena, module, PL_STR("sim"), journal_of(s), (PlFilesPort){0}, pl_builtin_ref, &diags, &result);
    for (uint32_t i = 0; i < result.difference_count && status == PL_OK && i < 3; i++)
        fprintf(stderr, "%s %s at %.*s/%u: %.*s\n", pl_difference_name(result.differences[i].kind), pl_row_kind_name(result.differences[i].row),
                PL_ARG(result.differences[i].path), result.differences[i].attempt, PL_ARG(result.differences[i].body));
    return status != PL_OK ? "the replay failed" : result.verdict == PL_OFFLINE_SAME ? NULL : "the replay differs";
}

static void sim_init(Sim *s, PlArena *arena, uint64_t seed, bool calm)
{
    memset(s, 0, sizeof *s);
    s->arena = arena;
    s->rng.state = seed * 2654435761u + 1;
    s->calm = calm;
    s->wall = 1763632800000000;
    s->mono = 1000000;
}

static const char *one(PlArena *arena, uint64_t seed, PlBuf *plan, Sim *sim)
{
    static const PlPluginArg shop = {.name = PL_STR_INIT("shop"), .document = PL_STR_INIT("tests/crash/shop.yaml"), .trusted = true};
    static char calm[65536], disturbed[65536];
    PlCompileOptions options = {.plan_path = PL_STR("sim.pilot"), .plugins = &shop, .plugin_count = 1};
    PlCompiled *c = PL_NEW(arena, PlCompiled);
    plan_make(plan, seed);
    if (pl_compile(arena, pl_buf_str(plan), &options, c) != PL_OK || !c->ok) {
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_diags_print(&out, &c->diags, false);
        fprintf(stderr, "%.*s\n", PL_ARG(pl_buf_str(&out)));
        pl_buf_deinit(&out);
        return "the plan does not compile";
    }
    Sim quiet;
    sim_init(&quiet, arena, seed, true);
    const char *why = live(&quiet, &c->module, calm, sizeof calm);
    if (why) return why;
    sim_init(sim, arena, seed, false);
    why = live(sim, &c->module, disturbed, sizeof disturbed);
    if (!why && strcmp(calm, disturbed) != 0) why = "another output than undisturbed";
    if (!why) why = check_books(sim);
    if (!why) why = check_replay(sim, &c->module);
    if (why) fprintf(stderr, "undisturbed: %s\ndisturbed:   %s\n", calm, disturbed);
    return why;
}

static void tell(const Sim *s, uint64_t seed, const char *why, PlBuf *plan, bool rows)
{
    fprintf(stderr, "sim: seed %llu: %s (%u kills, %u power cuts, %u settled)\n", (unsigned long long)seed, why, s->kills, s->cuts, s->settled);
    fprintf(stderr, "%.*s\n", PL_ARG(pl_buf_str(plan)));
    for (uint32_t i = 0; i < s->rows.len && rows; i++) {
        const PlRow *r = &s->rows.items[i].row;
        fprintf(stderr, "%4u %-8s %-14.*s %u %.*s\n", i + 1, pl_row_kind_name(r->kind), PL_ARG(r->path), r->attempt, PL_ARG(r->body));
    }
}

static const char *one_seed(uint64_t seed, PlBuf *plan, Sim *sim, PlArena **arena)
{
    PlEscape escape;
    *arena = pl_arena_new(&escape, 0);
    if (!*arena || setjmp(escape.at) != 0) return "out of memory";
    return one(*arena, seed, plan, sim);
}

int main(int argc, char **argv)
{
    uint64_t seeds = 2000, from = 1, failed = 0;
    bool verbose = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) seeds = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--from") == 0 && i + 1 < argc) from = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--verbose") == 0) verbose = true;
        else return fprintf(stderr, "usage: sim [--seeds N] [--from SEED] [--verbose]\n"), 2;
    }
    Sim *sim = malloc(sizeof *sim);
    for (uint64_t seed = from; seed < from + seeds; seed++) {
        PlArena *arena;
        PlBuf plan;
        memset(sim, 0, sizeof *sim);
        pl_buf_init(&plan, 0);
        const char *why = one_seed(seed, &plan, sim, &arena);
        if (why && failed++ < 3) tell(sim, seed, why, &plan, verbose);
        total_kills += sim->kills, total_cuts += sim->cuts, total_settled += sim->settled, total_rows += sim->rows.len;
        total_probed += sim->probed, total_polled += sim->polled;
        pl_buf_deinit(&plan);
        pl_arena_free(arena);
    }
    free(sim);
    printf("sim: %llu seeds from %llu, %llu rows, %llu kills, %llu power cuts, %llu calls settled by a person, %llu probes, %llu polls\n",
           (unsigned long long)seeds, (unsigned long long)from, (unsigned long long)total_rows, (unsigned long long)total_kills, (unsigned long long)total_cuts,
           (unsigned long long)total_settled, (unsigned long long)total_probed, (unsigned long long)total_polled);
    if (seeds >= 1000 && (!total_probed || !total_polled || !total_settled)) failed++; /* then it did not look at all that it is for */
    printf("suite sim: %llu passed, %llu failed\n", (unsigned long long)(seeds - failed), (unsigned long long)failed);
    return failed > 0;
}
