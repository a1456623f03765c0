/* SPDX-License-Identifier: MIT */
/* Programs that print a secret: the loop turns meanwhile, limits hold, words are parted as in a shell; calls that need the secret wait, others do not. */
#include "tests/unit/unit.h"
#include "vm/io/command.h"
#include "vm/io/http.h"
#include "vm/io/spawn.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef struct Got {
    char output[64], why[128];
    unsigned count;
} Got;

static void on_printed(void *user, PlStr output, const char *why)
{
    Got *got = user;
    got->count++;
    snprintf(got->output, sizeof got->output, "%.*s", PL_ARG(output));
    snprintf(got->why, sizeof got->why, "%s", why ? why : "");
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static Got run(const char *words, uint64_t most, uint64_t limit_us)
{
    Got got = {0};
    const char *why = pl_command_wait(words, most, limit_us, on_printed, &got);
    if (why && !got.count) snprintf(got.why, sizeof got.why, "%s", why);
    return got;
}

/* Under valgrind a child that cannot run its program has said nothing of why. */
static bool is_told_why(const char *words)
{
    return !getenv("PILOT_VALGRIND") || !strstr(words, "/no/such");
}

TEST(what_it_prints)
{
    static const struct {
        const char *words, *output, *why;
    } cases[] = {
        {"echo hello", "hello\n", ""},
        {"printf '%s|' a 'b c' \"d e\" f\\ g", "a|b c|d e|f g|", ""},
        {"echo $HOME `id` *", "$HOME `id` *\n", ""}, /* nothing is expanded */
        {"sh -c 'echo one; echo two'", "one\ntwo\n", ""},
        {"cat", "", ""}, /* its input is empty */
        {"sh -c 'echo half; exit 3'", "", "it failed"},
        {"sh -c 'echo dead; kill -9 $$'", "", "it failed"},
        {"head -c 2000 /dev/zero", "", "it printed too much"},
        {"", "", "the command is empty"},
        {"echo 'open", "", "its words cannot be read: a quote is open, or there are too many"},
        {"/no/such/program", "", "No such file or directory"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Got got = run(cases[i].words, 1000, 20000000);
        const char *why = is_told_why(cases[i].words) ? cases[i].why : "it failed";
        bool good = strcmp(got.output, cases[i].output) == 0 && strcmp(got.why, why) == 0;
        if (!good) fprintf(stderr, "%s: \"%s\" %s\n", cases[i].words, got.output, got.why);
        CHECK(good);
    }
}

TEST(time_is_limited)
{
    int64_t begin = now_ms();
    CHECK(strcmp(run("sleep 60", 1000, 100000).why, "it gave no answer in time") == 0);
    CHECK(strcmp(run("sh -c 'exec >&-; sleep 60'", 1000, 100000).why, "it gave no answer in time") == 0); /* it closed its output and goes on */
    CHECK(strcmp(run("sh -c 'echo x; sleep 60'", 1000, 100000).why, "it gave no answer in time") == 0);
    CHECK(now_ms() - begin < 20000);
}

static void count(void *user)
{
    ++*(int *)user;
}

TEST(the_loop_turns_meanwhile)
{
    PlLoop *loop = pl_loop_new();
    PlClockPort clock = pl_loop_clock(loop);
    Got got = {0};
    int ticks = 0;
    uint64_t timer;
    const char *why;
    int64_t begin = now_ms();
    PlCommand *c = pl_command_begin(loop, "sh -c 'sleep 0.3; echo late'", 100, 20000000, on_printed, &got, &why);
    CHECK(c != NULL && now_ms() - begin < 250);
    CHECK(clock.timer(clock.self, clock.mono_us(clock.self) + 10000, count, &ticks, &timer) == PL_OK);
    while (!ticks && pl_loop_turn(loop, -1)) {}
    CHECK(ticks == 1 && got.count == 0);
    while (!got.count && pl_loop_turn(loop, -1)) {}
    CHECK(strcmp(got.output, "late\n") == 0);
    pl_command_free(c);
    CHECK(!pl_loop_turn(loop, 0)); /* nothing is left in it */
    pl_loop_free(loop);
}

TEST(freed_before_it_is_through)
{
    PlLoop *loop = pl_loop_new();
    Got got = {0};
    const char *why;
    char mark[] = "/tmp/test_command.XXXXXX", words[128];
    int fd = mkstemp(mark);
    CHECK(fd >= 0 && close(fd) == 0);
    snprintf(words, sizeof words, "sh -c 'sleep 0.2; rm %s'", mark);
    PlCommand *c = pl_command_begin(loop, words, 100, 20000000, on_printed, &got, &why);
    CHECK(c != NULL);
    pl_command_free(c);
    CHECK(!pl_loop_turn(loop, 0));
    nanosleep(&(struct timespec){0, 400000000}, NULL);
    CHECK(got.count == 0 && access(mark, F_OK) == 0); /* it was killed */
    unlink(mark);
    pl_loop_free(loop);
}

/* ---- calls that wait for one ---- */

typedef struct Answer {
    int64_t at_ms;
    PlNetFault fault;
    unsigned count;
    char message[200];
} Answer;

static void on_done(void *user, const PlNetAnswer *answer)
{
    Answer *a = user;
    a->at_ms = now_ms();
    a->fault = answer->fault;
    a->count++;
    snprintf(a->message, sizeof a->message, "%.*s", PL_ARG(answer->message));
}

typedef struct World {
    PlLoop *loop;
    PlSecrets *secrets;
    PlHttp *http;
    PlNetPort port;
    PlAuth auth[2];
    PlAuthSet set;
    PlNetRequest plain, needs;
} World;

static void open_world(World *w, const char *first, const char *second)
{
    static const PlHttpRule rule = {PL_STR_INIT("http://127.0.0.1:1"), PL_STR_INIT("shop"), true};
    *w = (World){.loop = pl_loop_new(), .secrets = pl_secrets_new()};
    CHECK(pl_secrets_map(w->secrets, PL_STR("shop.a"), PL_SECRET_COMMAND, pl_str_z(first)) == PL_OK);
    CHECK(pl_secrets_map(w->secrets, PL_STR("shop.b"), PL_SECRET_COMMAND, pl_str_z(second)) == PL_OK);
    w->http = pl_http_new(w->loop, w->secrets, &(PlHttpOptions){.rules = &rule, .rule_count = 1});
    w->port = pl_http_port(w->http);
    w->auth[0] = (PlAuth){.kind = PL_AUTH_BEARER, .credential = PL_STR("shop.a")};
    w->auth[1] = (PlAuth){.kind = PL_AUTH_API_KEY, .place = PL_IN_HEADER, .wire = PL_STR("X-Key"), .credential = PL_STR("shop.b")};
    w->set = (PlAuthSet){w->auth, 2};
    w->plain = (PlNetRequest){.url = PL_STR("http://127.0.0.1:1/x"), .plugin = PL_STR("shop")};
    w->needs = w->plain;
    w->needs.auth = &w->set;
    w->needs.auth_count = 1;
}

static void close_world(World *w)
{
    pl_http_free(w->http);
    pl_secrets_free(w->secrets);
    pl_loop_free(w->loop);
}

static void send(World *w, const PlNetRequest *request, Answer *answer, uint64_t *call)
{
    CHECK(w->port.send(w->port.self, request, on_done, answer, call) == PL_OK);
}

/* Port 1 has no server: a call that got its credential ends with CONNECT. Both programs are started once for two calls. */
TEST(other_calls_do_not_wait)
{
    World w;
    Answer needs[2] = {0}, plain = {0};
    uint64_t call;
    char mark[] = "/tmp/test_command.XXXXXX", words[128];
    int fd = mkstemp(mark);
    CHECK(fd >= 0);
    snprintf(words, sizeof words, "sh -c 'sleep 1; echo x >> %s; echo secret-a'", mark);
    open_world(&w, words, "echo secret-b");
    int64_t begin = now_ms();
    char *url = strdup("http://127.0.0.1:1/x"); /* the request is the caller's again when send returns */
    w.needs.url = pl_str_z(url);
    for (int i = 0; i < 2; i++) send(&w, &w.needs, &needs[i], &call);
    memset(url, '?', strlen(url));
    free(url);
    w.set = (PlAuthSet){NULL, 7};
    send(&w, &w.plain, &plain, &call);
    CHECK(now_ms() - begin < 900);
    while (!(needs[0].count && needs[1].count && plain.count) && pl_loop_turn(w.loop, -1)) {}
    CHECK(plain.fault == PL_NET_CONNECT && needs[0].fault == PL_NET_CONNECT && needs[1].fault == PL_NET_CONNECT);
    CHECK(plain.at_ms < needs[0].at_ms);
    char bytes[16];
    CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, bytes, sizeof bytes) == 2); /* once */
    char text[] = "secret-a and secret-b";
    size_t len = pl_secrets_redact(w.secrets, text, strlen(text));
    CHECK_STR(pl_str(text, len), "[shop.a] and [shop.b]");
    close(fd);
    unlink(mark);
    close_world(&w);
}

TEST(a_program_that_fails_refuses_the_call)
{
    static const struct {
        const char *first, *second, *words;
    } cases[] = {{"false", "echo b", "credential shop.a: command false: it failed"},
                 {"echo a", "/no/such/program", "credential shop.b: command /no/such/program: No such file"},
                 {"echo a", "printf 'a\\nb\\nc'", "credential shop.b is not one line"},
                 {"echo 'a", "echo b", "a quote is open"},
                 {"true", "echo b", "credential shop.a is empty"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        World w;
        Answer answer = {0};
        uint64_t call;
        open_world(&w, cases[i].first, cases[i].second);
        send(&w, &w.needs, &answer, &call);
        while (!answer.count && pl_loop_turn(w.loop, -1)) {}
        bool good = answer.fault == PL_NET_NO_CREDENTIAL && strstr(answer.message, is_told_why(cases[i].words) ? cases[i].words : "it failed");
        if (!good) fprintf(stderr, "%s: %s\n", cases[i].words, answer.message);
        CHECK(good);
        close_world(&w);
    }
}

TEST(cancelled_while_it_waits)
{
    World w;
    Answer answers[2] = {0};
    uint64_t calls[2];
    open_world(&w, "sh -c 'sleep 0.1; echo a'", "echo b");
    for (int i = 0; i < 2; i++) send(&w, &w.needs, &answers[i], &calls[i]);
    w.port.cancel(w.port.self, calls[0]);
    while (!(answers[0].count && answers[1].count) && pl_loop_turn(w.loop, -1)) {}
    CHECK(answers[0].fault == PL_NET_CANCELLED && answers[1].fault == PL_NET_CONNECT);
    send(&w, &w.needs, &answers[0], &calls[0]);
    close_world(&w); /* with a call under way */
    open_world(&w, "sleep 60", "echo b");
    send(&w, &w.needs, &answers[0], &calls[0]);
    close_world(&w); /* and with one that waits */
    CHECK(answers[0].count == 1);
}

UNIT_MAIN
