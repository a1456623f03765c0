/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"
#include "vm/io/hook_command.h"
#include "vm/io/terminal.h"
#include "vm/io/world.h"

#include "vm/base/buf.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Verdict {
    bool allow;
    char reason[400];
} Verdict;

static Verdict tell(PlHookCommand *hook, const PlHookEvent *event)
{
    PlHookPort port = pl_hook_command_port(hook);
    PlStr reason = PL_STR("");
    Verdict v = {.allow = port.event(port.self, event, &reason)};
    snprintf(v.reason, sizeof v.reason, "%.*s", PL_ARG(reason));
    return v;
}

static const PlHookEvent before = {.when = PL_HOOK_BEFORE, .run = PL_STR_INIT("r-1"), .path = PL_STR_INIT("2#17.1"), .step = PL_STR_INIT("2.1"),
                                   .text = PL_STR_INIT("Send \"it\"\n"), .action = PL_STR_INIT("mail.send"), .effect = PL_STR_INIT("write"),
                                   .method = PL_STR_INIT("POST"), .url = PL_STR_INIT("https://m.test/send"),
                                   .args = PL_STR_INIT("{\"to\":[1]}"), .wall_us = 5, .elapsed_us = 6};

static Verdict ask_once(const char *command, uint64_t limit_us)
{
    PlHookCommand *hook = pl_hook_command_new(command);
    CHECK(hook != NULL);
    if (limit_us) pl_hook_command_limit(hook, limit_us);
    Verdict v = tell(hook, &before);
    if (!v.allow) CHECK(v.reason[0]);
    pl_hook_command_free(hook);
    return v;
}

TEST(a_hook_allows_or_refuses)
{
    CHECK(ask_once("read line; echo '{\"allow\":true}'", 0).allow);
    CHECK(ask_once("read line; echo '{\"x\":[{}],\"id\":1,\"allow\":true,\"reason\":\"fine\"}'", 0).allow);
    Verdict v = ask_once("read line; echo '{\"allow\":false,\"reason\":\"not on Fridays\"}'", 0);
    CHECK(!v.allow && strcmp(v.reason, "not on Fridays") == 0);
    v = ask_once("read line; echo '{\"allow\":false}'", 0);
    CHECK(!v.allow && strstr(v.reason, "no reason"));
}

TEST(a_hook_that_is_not_sound_refuses)
{
    static const char *const commands[][2] = {
        {"exit 3", "ended"}, {"read line", "ended"}, {"read line; echo yes", "not {"}, {"read line; echo '{\"allow\":1}'", "not {"},
        {"read line; echo '{}'", "not {"}, {"read line; echo '{\"allow\":true} {}'", "not {"}, {"read line; echo '{\"allow\":true,\"id\":7}'", "another event"},
        {"read line; echo '[true]'", "not {"}, {"read line; printf '{\"allow\":true}'", "ended"}, {"/no/such/program", "ended"},
        {"read line; head -c 70000 /dev/zero", "too long"}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        Verdict v = ask_once(commands[i][0], 0);
        if (v.allow || !strstr(v.reason, commands[i][1])) fprintf(stderr, "%s: %d %s\n", commands[i][0], v.allow, v.reason);
        CHECK(!v.allow && (strstr(v.reason, commands[i][1]) || strstr(v.reason, "has ended")));
    }
    CHECK(strstr(ask_once("sleep 60", 50000).reason, "in time"));
}

TEST(a_hook_that_is_late_is_killed_with_all_that_it_started)
{
    int ends[2];
    char byte;
    CHECK(pipe(ends) == 0); /* inherited: its reading end tells when nobody holds the other any more */
    Verdict v = ask_once("sleep 60 & sleep 60", 50000);
    CHECK(!v.allow && strstr(v.reason, "in time"));
    close(ends[1]);
    struct pollfd file = {.fd = ends[0], .events = POLLIN};
    CHECK(poll(&file, 1, 5000) == 1 && read(ends[0], &byte, 1) == 0);
    close(ends[0]);
}

TEST(a_dead_hook_stays_dead)
{
    PlHookCommand *hook = pl_hook_command_new("read line; echo '{\"allow\":true}'");
    CHECK(tell(hook, &before).allow);
    Verdict v = tell(hook, &before);
    CHECK(!v.allow && strstr(v.reason, "ended"));
    CHECK(!tell(hook, &before).allow);
    pl_hook_command_free(hook);
}

TEST(an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one)
{
    PlHookCommand *hook = pl_hook_command_new("while read line; do echo '{\"allow\":true}'; done");
    PlHookEvent after = before;
    after.when = PL_HOOK_AFTER;
    tell(hook, &after);
    usleep(200000);
    Verdict v = tell(hook, &before);
    CHECK(!v.allow && strstr(v.reason, "not asked for"));
    pl_hook_command_free(hook);
}

TEST(events_are_one_line_of_json_each)
{
    char path[] = "/tmp/test_hook.XXXXXX", command[128];
    int fd = mkstemp(path);
    CHECK(fd >= 0 && close(fd) == 0);
    snprintf(command, sizeof command, "cat >%s", path);
    PlHookCommand *hook = pl_hook_command_new(command);
    PlHookEvent event = before;
    event.when = PL_HOOK_AFTER;
    event.outcome = PL_STR("done");
    event.result = PL_STR("{\"cut\":[1,2");
    CHECK(tell(hook, &event).allow);
    event = (PlHookEvent){.when = PL_HOOK_RUN_END, .run = PL_STR_INIT("r-1"), .outcome = PL_STR_INIT("failed"),
                          .error = PL_STR_INIT("{\"message\":\"m\"}"), .replayed = true};
    CHECK(tell(hook, &event).allow);
    pl_hook_command_free(hook);
    PlBuf text;
    pl_buf_init(&text, 0);
    CHECK(pl_buf_read_file(&text, path) == PL_OK);
    CHECK_STR(pl_buf_str(&text),
              "{\"event\":\"after\",\"id\":1,\"run\":\"r-1\",\"path\":\"2#17.1\",\"step\":\"2.1\",\"text\":\"Send \\\"it\\\"\\n\",\"action\":\"mail.send\","
              "\"effect\":\"write\",\"method\":\"POST\",\"url\":\"https://m.test/send\",\"args\":{\"to\":[1]},\"outcome\":\"done\","
              "\"result\":\"{\\\"cut\\\":[1,2\",\"replayed\":false,\"time_us\":5,\"elapsed_us\":6}\n"
              "{\"event\":\"run_end\",\"id\":2,\"run\":\"r-1\",\"outcome\":\"failed\",\"error\":{\"message\":\"m\"},\"replayed\":true,\"time_us\":0,"
              "\"elapsed_us\":0}\n");
    pl_buf_deinit(&text);
    unlink(path);
}

/* ---- the terminal ---- */

typedef struct Said {
    PlAnswerKind kind;
    char answer[200], shown[2000];
} Said;

static Said ask_person(const char *typed, const PlQuestion *question)
{
    Said said = {0};
    FILE *in = fmemopen((void *)(uintptr_t)typed, strlen(typed), "r"), *out = fmemopen(said.shown, sizeof said.shown, "w");
    PlTerminal *t = pl_terminal_on(in, out);
    PlPersonPort port = pl_terminal_port(t);
    PlStr answer, who;
    said.kind = port.ask(port.self, question, &answer, &who);
    if (said.kind != PL_ANSWER_LATER) CHECK(who.len > 0);
    snprintf(said.answer, sizeof said.answer, "%.*s", PL_ARG(answer));
    pl_terminal_free(t);
    fclose(in);
    fclose(out);
    return said;
}

TEST(typed_answers_become_json)
{
    static const char *const cases[][3] = {
        {"yes/no", "maybe\nYES\n", "true"}, {"yes/no", "n\n", "false"}, {"integer", "1.5\nx\n 42 \n", "42"}, {"number", "1.5\n", "1.5"},
        {"number", "0x10\n-3e2\n", "-3e2"}, {"text", "say \"hi\"\n", "\"say \\\"hi\\\"\""}, {"text", "\n", "\"\""},
        {"date", "2026-11-20\n", "\"2026-11-20\""}, {"one of \"red\", \"blue\"", "green\nBlue\n", "\"blue\""},
        {"one of \"red\", \"blue\"", "2\n", "\"blue\""}, {"one of 10, 20", "20\n", "20"}, {"one of 10, 20", "2\n", "20"},
        {"text or nothing", "\n", "null"}, {"integer or nothing", "7\n", "7"}, {"list of text", "a, b,c\n", "[\"a\",\"b\",\"c\"]"},
        {"list of integer", "1,x\n1, 2\n", "[1,2]"}, {"list of text", "[\"a\"]\n", "[\"a\"]"}, {"list of text", "\n", "[]"},
        {"{a: text}", "{\"a\":\"b\"}\n", "{\"a\":\"b\"}"}, {"any", "[1]\n", "[1]"}, {"any", "plain\n", "\"plain\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Said said = ask_person(cases[i][1], &(PlQuestion){.path = PL_STR_INIT("3"), .text = PL_STR_INIT("What?"), .type = pl_str_z(cases[i][0])});
        CHECK(said.kind == PL_ANSWER_GIVEN);
        CHECK_STR(pl_str_z(said.answer), cases[i][2]);
    }
}

TEST(later_and_the_end_of_the_input)
{
    PlQuestion q = {.path = PL_STR_INIT("3"), .text = PL_STR_INIT("What?"), .type = PL_STR_INIT("integer")};
    CHECK(ask_person("later\n", &q).kind == PL_ANSWER_LATER);
    CHECK(ask_person("x\n", &q).kind == PL_ANSWER_LATER);
    PlPersonPort nobody = pl_terminal_port(NULL);
    PlStr answer, who;
    CHECK(nobody.ask(nobody.self, &q, &answer, &who) == PL_ANSWER_LATER);
}

TEST(approvals)
{
    PlQuestion q = {.path = PL_STR_INIT("3"), .role = PL_STR_INIT("manager"), .text = PL_STR_INIT("Pay?"), .type = PL_STR_INIT("yes/no"),
                    .is_approval = true, .shows = PL_STR_INIT("{\"amount\":10}")};
    Said said = ask_person("yes\n", &q);
    CHECK(said.kind == PL_ANSWER_GIVEN && strcmp(said.answer, "true") == 0);
    CHECK(strstr(said.shown, "(manager)") && strstr(said.shown, "| {\"amount\":10}"));
    said = ask_person("hm\nno\ntoo much\n", &q);
    CHECK(said.kind == PL_ANSWER_DENIED && strcmp(said.answer, "too much") == 0);
    CHECK(ask_person("no\n", &q).kind == PL_ANSWER_DENIED);
}

TEST(what_is_shown_cannot_steer_the_terminal)
{
    PlQuestion q = {.path = PL_STR_INIT("3"), .text = PL_STR_INIT("\033]0;x\007 a\rb \xe2\x80\xae" "c \xc2\x9b" "d \xff é"), .type = PL_STR_INIT("text")};
    Said said = ask_person("x\n", &q);
    CHECK(!strchr(said.shown, '\033') && !strchr(said.shown, '\r') && !strstr(said.shown, "\xe2\x80\xae") && !strstr(said.shown, "\xc2\x9b"));
    CHECK(strstr(said.shown, "é"));
}

/* ---- the world ---- */

TEST(world)
{
    PlHostRule hosts[] = {{PL_STR_INIT("https://api.example.com:443"), PL_STR_INIT("shop")}, {PL_STR_INIT(""), PL_STR_INIT("nowhere")}};
    PlModule module = {.manifest = {.hosts = hosts, .host_count = 2}};
    PlStr servers[] = {PL_STR_INIT("shop"), PL_STR_INIT("http://127.0.0.1:9/v1")};
    const char *hooks[] = {"cat >/dev/null"};
    PlWorld world;
    const char *what;
    PlWorldOptions options = {.module = &module, .servers = servers, .server_count = 1, .hooks = hooks, .hook_count = 1, .no_person = true};
    CHECK(pl_world_open(&world, &options, pl_secrets_new(), &what) == PL_OK);
    CHECK(world.hook_count == 1 && world.loop && world.http && !world.terminal);
    pl_world_close(&world);
    servers[1] = PL_STR("ftp://x/");
    CHECK(pl_world_open(&world, &options, pl_secrets_new(), &what) == PL_INVALID && strcmp(what, "ftp://x/") == 0);
}

UNIT_MAIN
