/* SPDX-License-Identifier: MIT */
/* The door of a browser over a driver that a script plays: each action, what drivers say when something is wrong, calls that wait in line,
    time that runs out,
 * calls that are cancelled, and each allocation failing once. Each call ends once, whatever happens. */
#include "tests/unit/ended.h"
#include "tests/unit/unit.h"

#include "tests/fuzz/fake_world.h"
#include "vm/base/fault.h"
#include "vm/base/json_scan.h"
#include "vm/io/door_tool.h"
#include "vm/io/http.h"
#include "vm/io/spawn.h"

#include <unistd.h>

static FakeWorld world;
static PlStr printed; /* by the driver; "" : it ends at once */
static bool cannot_start;
static struct {
    PlLoopReady ready;
    void *user;
    int fd;
} output;

static PlStatus fake_spawn(char *const argv[], char *const env[], bool apart, bool quiet, PlChild *child)
{
    int ends[2];
    (void)argv, (void)env;
    if (cannot_start || pipe(ends) != 0) return PL_IO;
    CHECK(write(ends[1], printed.ptr, printed.len) == (ssize_t)printed.len);
    close(ends[1]);
    *child = (PlChild){.in = -1, .out = ends[0], .apart = apart && quiet};
    return PL_OK;
}

static int fake_end(PlChild *child, uint64_t limit_us)
{
    (void)limit_us;
    if (child->out >= 0) close(child->out);
    child->out = -1;
    return 0;
}

static PlStatus fake_watch(PlLoop *loop, int fd, uint32_t events, PlLoopReady ready, void *user)
{
    (void)loop;
    output.ready = events ? ready : NULL;
    output.user = user;
    output.fd = fd;
    return PL_OK;
}

static int fake_kill(int pid, int number)
{
    return pid + number;
}

static PlHttp *fake_http(PlLoop *loop, PlSecrets *secrets, const PlHttpOptions *options)
{
    (void)loop, (void)secrets, (void)options;
    return pl_fault_hit(PL_FAULT_ALLOC) ? NULL : (PlHttp *)(void *)&world;
}

/* What it has under way ends with it, and nobody is told. */
static void fake_http_free(const void *http)
{
    for (size_t i = 0; http && i < FAKE_SENT; i++)
        if (strncmp(world.sent[i].url, "http://127.0.0.1:", 17) == 0) world.sent[i].id = 0;
}

#define pl_spawn_begin_with fake_spawn
#define pl_spawn_end fake_end
#define pl_loop_watch fake_watch
#define pl_http_new fake_http
#define pl_http_free(http) fake_http_free(http)
#define pl_http_port(http) fake_net(&world)
#define kill fake_kill
#include "vm/io/webdriver.c"
#undef kill

#include "vm/io/door_browser.h"

/* Files are written by nobody: the answer comes from the script, too. */
static void close_files(void *self)
{
    (void)self;
}

PlStatus pl_door_tool_open(const PlDoorWorld *seen, const PlDoor *door, PlDoorPeer *out, PlBuf *why)
{
    (void)seen, (void)door, (void)why;
    *out = (PlDoorPeer){fake_net(&world), close_files};
    return PL_OK;
}

enum { CALLS = 3 };

typedef struct Story {
    PlDoorPeer peer;
    uint64_t ids[CALLS];
    Ended ended[CALLS];
    unsigned begun;
} Story;

/* "+ACTION SECONDS {...}": SECONDS 0: as many as is usual */
static void call(Story *s, PlStr line)
{
    char url[64];
    size_t space = pl_str_find_char(line, ' ', 0);
    snprintf(url, sizeof url, "tool://b/%.*s", (int)(space - 1), line.ptr + 1);
    PlStr args = pl_str_slice(line, space + 3, line.len);
    PlNetRequest request = {.method = PL_POST, .url = pl_str_z(url), .plugin = PL_STR("b"), .body = args, .has_body = true};
    request.timeout_us = (uint64_t)(line.ptr[space + 1] - '0') * 1000000;
    Ended *e = &s->ended[s->begun];
    if (s->peer.port.send(s->peer.port.self, &request, note, e, &s->ids[s->begun]) != PL_OK) {
        e->times = 1;
        snprintf(e->text, sizeof e->text, "no memory");
    }
    s->begun++;
}

static bool turn(void)
{
    if (fake_turn(&world, false)) return true;
    if (!output.ready) return false;
    output.ready(output.user, output.fd, 1);
    return true;
}

static void play(const char *drivers_words, const char *script, Story *s)
{
    PlStr text = pl_str_z(script), line;
    PlBuf why;
    PlDoor door = {PL_STR("b"), PL_DOOR_TOOL,
        PL_STR("{\"tool\":\"browser\",\"config\":{\"sandbox\":\"none\",\"hosts\":[\"http://a.test\",7,\"no origin\"]}}")};
    *s = (Story){.begun = 0};
    world = (FakeWorld){0};
    output.ready = NULL;
    printed = pl_str_z(drivers_words);
    PlDoorWorld seen = {.clock = fake_clock(&world), .http = fake_net(&world)};
    pl_buf_init(&why, 1024);
    PlStatus status = pl_door_browser_open(&seen, &door, &s->peer, &why);
    CHECK(status == PL_OK || status == PL_NOMEM);
    while (status == PL_OK && fake_line(&text, &line)) {
        if (line.ptr[0] == '+') {
            call(s, line);
        } else if (line.ptr[0] == '-') {
            s->peer.port.cancel(s->peer.port.self, line.ptr[1] == '9' ? 99 : s->ids[line.ptr[1] - '1']);
        } else if (pl_str_eq_z(line, "!wait")) {
            fake_turn(&world, true);
        } else {
            for (int turns = 0; turns < 50 && turn(); turns++) {}
            FakeSent *sent = fake_oldest(&world);
            PlNetAnswer answer = fake_read(line);
            if (pl_str_eq_z(line, "!large")) answer = (PlNetAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_TOO_LARGE, .message = PL_STR("")};
            if (sent && !pl_str_eq_z(line, "!go")) fake_answer(sent, &answer);
        }
    }
    for (int turns = 0; status == PL_OK && turns < 200 && (turn() || fake_turn(&world, true)); turns++) {}
    if (status == PL_OK) s->peer.close(s->peer.port.self);
    pl_buf_deinit(&why);
}

#define STARTED "ChromeDriver was started successfully on port 40123."
#define SESSION "200 {\"value\":{\"sessionId\":\"abc123\",\"capabilities\":{}}}\n"
#define ELEMENT_IS "200 {\"value\":{\"element-6066-11e4-a52e-4f735466cecf\":\"f.1.d.2.e.3\"}}\n"
#define DONE "200 {\"value\":null}\n"
#define STATE_IS "200 {\"value\":{\"url\":\"http://a.test/\",\"title\":\"A\"}}\n"
#define FAILS(error) "400 {\"value\":{\"error\":\"" error "\",\"message\":\"first\\nsecond\"}}\n"

static const struct {
    const char *printed, *script, *ends[CALLS];
} stories[] = {
    {STARTED, "+open 0 {\"url\":\"http://a.test/x\"}\n" SESSION DONE STATE_IS, {"200 {\"url\":\"http://a.test/\",\"title\":\"A\"}"}},
    {STARTED, "+open 0 {\"url\":\"http://b.test/x\"}\n" SESSION, {"403"}},
    {STARTED, "+open 0 {\"url\":null}\n" SESSION, {"403"}},
    {STARTED, "+open 0 {\"url\":\"http://\\u0061.test/x\"}\n" SESSION, {"403"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION ELEMENT_IS DONE STATE_IS, {"200 {\"url\""}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION ELEMENT_IS "!never\n", {"reset unknown"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION ELEMENT_IS "!unknown\n", {"reset unknown"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION "!never\n", {"no_door never_sent"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION "200 {\"value\":{\"element-6066-11e4-a52e-4f735466cecf\":\"../x\"}}\n",
    {"502 {\"error\":\"the driver's answer has no element\"}"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION "200 {\"value\":{\"element-6066-11e4-a52e-4f735466cecf\":\"\"}}\n", {"502"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION "200 {\"value\":7}\n", {"502"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION FAILS("no such element"), {"404 {\"error\":\"first\"}"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION FAILS("invalid selector"), {"400"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION ELEMENT_IS FAILS("element click intercepted"), {"409"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION ELEMENT_IS FAILS("something new"), {"500"}},
    {STARTED, "+click 0 {\"selector\":\"#a\"}\n" SESSION ELEMENT_IS "200 no JSON\n", {"500"}},
    {STARTED, "+type 0 {\"selector\":\"#a\",\"text\":\"x\",\"submit\":true}\n" SESSION ELEMENT_IS DONE DONE DONE STATE_IS, {"200 {\"url\""}},
    {STARTED, "+type 0 {\"selector\":\"#a\",\"text\":\"x\"}\n" SESSION ELEMENT_IS DONE DONE STATE_IS, {"200 {\"url\""}},
    {STARTED, "+wait 0 {\"selector\":\"#a\"}\n" SESSION ELEMENT_IS, {"200 {\"found\":true}"}},
    {STARTED, "+read 0 {}\n" SESSION ELEMENT_IS "200 {\"value\":\"text\"}\n", {"200 {\"text\":\"text\"}"}},
    {STARTED, "+list 0 {\"selector\":\"li\"}\n" SESSION ELEMENT_IS "200 {\"value\":[{\"text\":\"a\"}]}\n", {"200 {\"items\":[{\"text\":\"a\"}]}"}},
    {STARTED, "+list 0 {\"selector\":\"li\"}\n" SESSION FAILS("no such element"), {"200 {\"items\":[]}"}},
    {STARTED, "+list 0 {\"selector\":\"li\"}\n" SESSION ELEMENT_IS FAILS("no such element"), {"404"}},
    {STARTED, "+table 0 {\"selector\":\"t\"}\n" SESSION ELEMENT_IS "200 {\"value\":[]}\n", {"200 {\"rows\":[]}"}},
    {STARTED, "+screenshot 0 {\"path\":\"a.png\"}\n" SESSION "200 {\"value\":\"iVBO\"}\n200 {\"path\":\"a.png\",\"size\":3}\n", {"200 {\"path\""}},
    {STARTED, "+screenshot 0 {\"path\":\"a.png\"}\n" SESSION "200 {\"value\":\"iVBO\"}\n409 {\"error\":\"there\"}\n", {"409"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"selector\":\"a\"}\n" SESSION ELEMENT_IS "200 {\"value\":[\"http://a.test/a\",false]}\n"
    DONE "200 x\n200 {\"path\":\"a\"}\n", {"200 {\"path\""}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\",\"max\":1000}\n" SESSION
     "200 {\"value\":[\"http://a.test/a\",true]}\n"
     "200 {\"value\":[{\"name\":\"a\",\"value\":\"b\",\"path\":\"/\"},{\"value\":\"x\"},{\"name\":\"c\",\"value\":\"d\"}]}\n200 x\n200 {}\n",
     {"200 {}"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\",\"max\":99999999999}\n" SESSION "200 {\"value\":[\"http://a.test/a\",true]}\n200 {\"value\":[\n",
    {"500"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\",\"max\":-1}\n" SESSION "200 {\"value\":[\"http://b.test/a\",true]}\n", {"403"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":7}\n", {"502 {\"error\":\"the driver's answer has no address\"}"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":[7]}\n", {"502"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":7}\n" SESSION ELEMENT_IS FAILS("javascript error"), {"400"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":[\"http://a.test/a\",true]}\n" DONE "404 x\n",
    {"404 {\"error\":\"the server answered with status 404\"}"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":[\"http://a.test/a\",true]}\n" DONE "302 x\n",
    {"502 {\"error\":\"the server answered with status 302: it is"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":[\"http://a.test/a\",true]}\n" DONE "101 x\n", {"502"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":[\"http://a.test/a\",true]}\n" DONE "!unknown\n", {"reset unknown"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":[\"http://a.test/a\",true]}\n" DONE "!large\n", {"413"}},
    /* the driver does not start */
    {"nothing of use", "+read 0 {}\n!go\n", {"no_door never_sent: chromedriver ended before it was ready"}},
    {"", "+read 0 {}\n!go\n", {"no_door never_sent"}},
    {"ChromeDriver was started successfully on port 0.", "+read 0 {}\n!go\n", {"no_door never_sent"}},
    {"ChromeDriver was started successfully on port x.", "+read 0 {}\n!go\n", {"no_door never_sent"}},
    {"ChromeDriver was started successfully on port 99999.", "+read 0 {}\n!go\n", {"no_door never_sent"}},
    {STARTED, "+read 0 {}\n!never\n", {"no_door never_sent: the browser cannot be started: the driver does not answer"}},
    {STARTED, "+read 0 {}\n500 {}\n", {"no_door never_sent: the browser cannot be started"}},
    {STARTED, "+read 0 {}\n200 {\"value\":{\"sessionId\":\"../../x\"}}\n", {"no_door never_sent"}},
    {STARTED, "+read 0 {}\n200 {\"value\":{\"sessionId\":\"\"}}\n", {"no_door never_sent"}},
    {STARTED, "+read 0 {}\n200 {\"value\":{\"sessionId\":\".a\"}}\n", {"no_door never_sent"}},
    {STARTED, "+read 0 {}\n200 {\"value\":{\"sessionId\":\"a..b\"}}\n", {"no_door never_sent"}},
    {STARTED, "+read 0 {}\n200 {\"value\":{\"sessionId\":\"A-Z_9.z\"}}\n" ELEMENT_IS "200 {\"value\":\"\"}\n", {"200 {\"text\":\"\"}"}},
    /* one after the other */
    {STARTED, "+read 0 {}\n+wait 0 {}\n" SESSION ELEMENT_IS "200 {\"value\":\"a\"}\n" ELEMENT_IS, {"200 {\"text\":\"a\"}", "200 {\"found\":true}"}},
    {STARTED, "+read 9 {}\n+wait 2 {}\n" SESSION "!wait\n" ELEMENT_IS "200 {\"value\":\"a\"}\n", {"200 {\"text\":\"a\"}", "timeout never_sent"}},
     /* while it waits in line */
    {STARTED, "+read 9 {}\n+wait 2 {}\n+wait 9 {}\n" SESSION "!wait\n" ELEMENT_IS "200 {\"value\":\"a\"}\n" ELEMENT_IS, {"200 {\"text\":\"a\"}",
     "timeout never_sent", "200 {\"found\":true}"}},
    {STARTED, "+read 9 {}\n+wait 9 {}\n+wait 9 {}\n" SESSION "-2\n" ELEMENT_IS "200 {\"value\":\"a\"}\n" ELEMENT_IS, {"200 {\"text\":\"a\"}",
     "cancelled never_sent", "200 {\"found\":true}"}},
    {STARTED, "+read 9 {}\n+wait 9 {}\n-2\n-2\n-9\n" SESSION ELEMENT_IS "200 {\"value\":\"a\"}\n", {"200 {\"text\":\"a\"}", "cancelled never_sent"}},
    {STARTED, "+read 2 {}\n+wait 9 {}\n" SESSION "!wait\n!go\n" SESSION ELEMENT_IS, {"timeout unknown: the browser took too long", "200 {\"found\":true}"}},
    {STARTED, "+read 9 {}\n" SESSION "-1\n", {"cancelled unknown: cancelled"}},
    {STARTED, "+screenshot 0 {\"path\":\"a\"}\n" SESSION "200 {\"value\":\"iVBO\"}\n-1\n!go\n200 {}\n", {"cancelled unknown"}},
    {STARTED, "+screenshot 0 {\"path\":\"a\"}\n+wait 9 {}\n" SESSION "200 {\"value\":\"iVBO\"}\n-1\n!go\n200 {}\n" SESSION ELEMENT_IS, {"cancelled unknown",
     "200 {\"found\":true}"}},
    {STARTED, "+download 0 {\"path\":\"a\",\"url\":\"/a\"}\n" SESSION "200 {\"value\":[\"http://a.test/a\",true]}\n" DONE "-1\n!go\n200 x\n",
    {"cancelled unknown"}},
    {STARTED, "+read 1 {}\n", {"timeout unknown"}},
};

TEST(stories_end_as_they_should)
{
    Story s;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        play(stories[i].printed, stories[i].script, &s);
        for (unsigned k = 0; k < s.begun; k++) {
            const char *want = stories[i].ends[k] ? stories[i].ends[k] : "?";
            bool good = s.ended[k].times == 1 && strncmp(s.ended[k].text, want, strlen(want)) == 0;
            if (!good) fprintf(stderr, "story %zu, call %u ended %u times: %s\n%s\n", i, k + 1, s.ended[k].times, s.ended[k].text, stories[i].script);
            CHECK(good);
        }
    }
}

TEST(any_allocation_may_fail)
{
    Story s;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        uint64_t nth = 0;
        for (bool fired = true; fired; nth++) {
            pl_fault_arm(PL_FAULT_ALLOC, nth, false);
            play(stories[i].printed, stories[i].script, &s);
            fired = pl_fault_fired();
            pl_fault_disarm();
            for (unsigned k = 0; k < s.begun; k++) {
                if (s.ended[k].times != 1) fprintf(stderr, "story %zu, allocation %llu, call %u ended %u times: %s\n", i, (unsigned long long)nth, k + 1,
                    s.ended[k].times, s.ended[k].text);
                CHECK(s.ended[k].times == 1);
            }
        }
        CHECK(nth > 5);
    }
}

TEST(a_driver_that_is_not_there)
{
    Story s;
    cannot_start = true;
    play(STARTED, "+read 0 {}\n!go\n", &s);
    CHECK(s.ended[0].times == 1 && strncmp(s.ended[0].text, "no_door never_sent: chromedriver cannot be started", 50) == 0);
    cannot_start = false;
}

UNIT_MAIN
