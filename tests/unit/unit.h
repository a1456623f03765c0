/* SPDX-License-Identifier: MIT */
/* The unit tests' harness: TEST(name) {...} in a file, CHECK(...) inside; the file ends with UNIT_MAIN. Each program prints a line
 * for each failed check and one last line "unit FILE: N passed, N failed" (a count of tests, not checks). */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct UnitTest {
    const char *name;
    void (*run)(void);
    struct UnitTest *next;
} UnitTest;

static UnitTest *unit_first, **unit_tail = &unit_first;
static bool unit_failed;

#define TEST(test)                                                                                                     \
    static void unit_run_##test(void);                                                                                 \
    __attribute__((constructor)) static void unit_add_##test(void)                                                     \
    {                                                                                                                  \
        static UnitTest entry = {#test, unit_run_##test, NULL};                                                        \
        *unit_tail = &entry;                                                                                           \
        unit_tail = &entry.next;                                                                                       \
    }                                                                                                                  \
    static void unit_run_##test(void)

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        if (!(__VA_ARGS__)) {                                                                                          \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #__VA_ARGS__);                                  \
            unit_failed = true;                                                                                        \
        }                                                                                                              \
    } while (0)

#define CHECK_STR(str, expected)                                                                                       \
    do {                                                                                                               \
        PlStr unit_a = (str);                                                                                          \
        const char *unit_b = (expected);                                                                               \
        if (unit_a.len != strlen(unit_b) || memcmp(unit_a.ptr, unit_b, unit_a.len) != 0) {                             \
            fprintf(stderr, "%s:%d: %s\n   found: %.*s\nexpected: %s\n", __FILE__, __LINE__, #str, (int)unit_a.len,       \
                    unit_a.ptr, unit_b);                                                                               \
            unit_failed = true;                                                                                        \
        }                                                                                                              \
    } while (0)

#define UNIT_MAIN                                                                                                      \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        int passed = 0, failed = 0;                                                                                    \
        for (UnitTest *t = unit_first; t; t = t->next) {                                                               \
            if (argc > 1 && !strstr(t->name, argv[1])) continue;                                                       \
            unit_failed = false;                                                                                       \
            t->run();                                                                                                  \
            if (unit_failed) fprintf(stderr, "FAIL %s\n", t->name);                                                    \
            unit_failed ? failed++ : passed++;                                                                         \
        }                                                                                                              \
        printf("unit %s: %d passed, %d failed\n", __FILE__, passed, failed);                                           \
        return failed != 0;                                                                                            \
    }

#endif
