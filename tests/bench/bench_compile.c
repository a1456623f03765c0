/* SPDX-License-Identifier: MIT */
/* Two plans of 300 steps against one document of 1,000 actions, all made up here: one as a model writes it, one that speaks of everything in words.
 * The whole compile, document and all, in the process's own time, and the memory it took. Goal: under 50 ms warm, under 64 MB. */
#include "compiler/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { STEPS = 300, ACTIONS = 1000, ROUNDS = 20 };
static const char *const nouns[] = {"order", "invoice", "ticket", "user", "repo", "issue", "event", "message", "file", "page"};
static const char *const verbs[] = {"list", "get", "create", "update", "delete", "search", "archive", "send", "share", "export"};

static void put_document(PlBuf *out)
{
    pl_buf_put_z(out, "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"big\",\"version\":\"1\"},\"servers\":[{\"url\":\"https://api.example.com\"}],\"paths\":{");
    for (int i = 0; i < ACTIONS; i++) {
        const char *verb = verbs[i % 10], *noun = nouns[i / 10 % 10];
        bool reads = i % 10 < 2 || i % 10 == 5;
        pl_buf_printf(out, "%s\"/%s/%d/{id}\":{\"%s\":{\"operationId\":\"%s_%s_%d\",\"summary\":\"%s the %s\",", i ? "," : "", noun, i, reads ? "get" : "post",
                      verb, noun, i / 100, verb, noun);
        pl_buf_put_z(
            out,
            "\"parameters\":[{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}},"
            "{\"name\":\"limit\",\"in\":\"query\",\"schema\":{\"type\":\"integer\"}}],\"responses\":{\"200\":{\"description\":\"ok\",\"content\":"
            "{\"application/json\":{\"schema\":{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{\"items\":{\"type\":\"array\",\"items\":"
            "{\"type\":\"object\",\"required\":[\"id\",\"name\"],\"properties\":{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
            "\"size\":{\"type\":\"number\"}}}}}}}}}}}}");
    }
    pl_buf_put_z(out, "}}");
}

/* Loose as a model writes it: a call, a loop over its one list, a condition, a list that is gathered, a call. */
static void put_plan(PlBuf *out)
{
    for (int i = 1; i <= STEPS / 5; i++) {
        const char *noun = nouns[i % 10];
        pl_buf_printf(out, "%d. Read the %s using big.get_%s_%d(id=\"%d\", limit: 5) and save the result as r%d\n", 2 * i - 1, noun, noun, i % 10, i, i);
        pl_buf_printf(out, "%d. For each item in r%d:\n", 2 * i, i);
        pl_buf_printf(out, "   %d.1. If item.size is more than %d and item.name contains \"x\":\n", 2 * i, i);
        pl_buf_printf(out, "      %d.1.1. Add {id: item.id, name: \"a {item.name}\"} to list%d\n", 2 * i, i % 7);
        pl_buf_printf(out, "   %d.2. Send it using big.send_%s_%d(id=item.id) -> sent\n", 2 * i, noun, i % 10);
    }
}

/* Names of several words in every step: conditions, lists and values that are found by what they are called. */
static void put_words(PlBuf *out)
{
    for (int i = 1; i <= STEPS / 5; i++) {
        const char *noun = nouns[i % 10];
        pl_buf_printf(out, "%d. Read the %s using big.get_%s_%d(id=\"%d\") -> %s_page_%d\n", 2 * i - 1, noun, noun, i % 10, i, noun, i);
        pl_buf_printf(out, "%d. For each item in %s_page_%d.items:\n", 2 * i, noun, i);
        pl_buf_printf(out, "   %d.1. If the item size is more than %d and the item name contains \"x\":\n", 2 * i, i);
        pl_buf_printf(out, "      %d.1.1. Add {id: item.id, label: \"a {item.name}\"} to %s_labels_%d\n", 2 * i, noun, i % 7);
        pl_buf_printf(out, "   %d.2. If the number of %s labels %d is at least 3, stop the run\n", 2 * i, noun, i % 7);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static unsigned measure(const char *what, PlStr plan, const PlCompileOptions *options)
{
    double times[ROUNDS];
    volatile unsigned wrong = 0;
    for (int i = 0; i < ROUNDS; i++) {
        PlEscape escape;
        PlArena *arena = pl_arena_new(&escape, (size_t)1 << 30);
        if (!arena || setjmp(escape.at)) return 1;
        PlCompiled compiled;
        double begin = now();
        if (pl_compile(arena, plan, options, &compiled) != PL_OK || !compiled.ok) wrong++;
        times[i] = now() - begin;
        pl_arena_free(arena);
    }
    qsort(times, ROUNDS, sizeof *times, by_value);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    printf("compile: %d steps%s, %d actions: median %.1f ms, worst %.1f ms, %ld MB%s\n", STEPS, what, ACTIONS, times[ROUNDS / 2],
           times[ROUNDS - 1], use.ru_maxrss / 1024, wrong ? " -- DID NOT COMPILE" : "");
    return wrong;
}

int main(void)
{
    char path[] = "/tmp/pilot-bench-XXXXXX.json";
    int fd = mkstemps(path, 5);
    if (fd < 0) return 1;
    close(fd);
    PlBuf document, plan, words;
    pl_buf_init(&document, 0);
    pl_buf_init(&plan, 0);
    pl_buf_init(&words, 0);
    put_document(&document);
    put_plan(&plan);
    put_words(&words);
    if (pl_buf_write_file(path, pl_buf_str(&document)) != PL_OK) return 1;
    PlPluginArg plugin = {.name = PL_STR("big"), .document = pl_str_z(path)};
    PlCompileOptions options = {.plan_path = PL_STR("plan.pilot"), .plugins = &plugin, .plugin_count = 1};
    unsigned wrong = measure("", pl_buf_str(&plan), &options) + measure(" in words", pl_buf_str(&words), &options);
    unlink(path);
    pl_buf_deinit(&document);
    pl_buf_deinit(&plan);
    pl_buf_deinit(&words);
    return wrong != 0;
}
