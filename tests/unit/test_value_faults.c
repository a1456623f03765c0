/* SPDX-License-Identifier: MIT */
/* The nth allocation fails, n = 0, 1, 2...: work on values ends through the escape or with a status, and what it held is freed (which the
 * sanitizers and valgrind see). Each call is also run with memory for values that runs out. */
#include "tests/unit/builtin_world.h"
#include "vm/base/fault.h"

static const char *const calls[] = {
    "from_json(\"{\\\"a\\\\n\\\": [1, {\\\"b\\\": \\\"x\\\\ty\\\"}], \\\"c\\\": 2}\")",
    "to_json(merge({a: [1, {b: 2}]}, {c: \"x\"}), 2)",
    "extract_all(\"a1b22c333\", \"([a-z])([0-9]+)\", 2)",
    "replace_pattern(\"a1b22\", \"[0-9]+\", \"<$0>\")",
    "slug(\"Cr\xc3\xa8me br\xc3\xbbl\xc3\xa9" "e\")",
    "from_csv(\"a,b\\n1,\\\"x\\\"\\\"y\\\"\\n\")",
    "to_csv([{a: \"x,y\", b: {c: 1}}])",
    "html_table([{a: \"<b>\", b: [1, {c: 2}]}])",
    "table([{a: \"x\", b: 1.5}, {b: 2}])",
    "sort([3, 1, 2, nothing])",
    "union([1, 2, \"x\"], [2, 3])",
    "_group_by([1, 2, 3], [\"a\", \"b\", \"a\"])",
    "_join([{id: 1}], [1], [{o: 2}], [1])",
    "in_zone(\"2026-07-01T12:00:00Z\", \"Europe/Berlin\")",
    "query_string(parse_query(\"a=1&a=2&b=x\"))",
    "parse_url(\"https://example.com/a?q=1\")",
    "similarity(\"kitten\", \"sitting\")",
    "round(2.675, 2)",
    "format_date(\"2026-11-20\", \"dddd, D MMMM YYYY\")",
    "join(split(\"a,b,c\", \",\"), \"-\")",
};

typedef struct Outcome {
    bool escaped, done;
} Outcome;

/* A fresh world for one call; what is not volatile is not touched after the jump. */
static Outcome run(const char *call, size_t ceiling)
{
    World w = {0};
    World *volatile kept = &w;
    volatile bool escaped = false, done = false;
    pl_buf_init(&w.context.error, 0);
    if (!setjmp(w.escape.at)) {
        w.heap = pl_heap_new(&w.escape, ceiling);
        if (w.heap) {
            w.values = pl_values_new(w.heap);
            w.context.values = w.values;
            PlValue v = pl_nothing();
            w.at = call;
            done = read_expr(&w, &v);
            if (done) pl_release(w.values, v);
        }
    } else {
        escaped = true;
        CHECK(kept->escape.status == PL_NOMEM || kept->escape.status == PL_LIMIT);
    }
    pl_fault_disarm();
    pl_buf_deinit(&kept->context.error);
    pl_values_free(kept->values);
    pl_heap_free(kept->heap);
    return (Outcome){.escaped = escaped, .done = done};
}

TEST(nth_allocation)
{
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++) {
        CHECK(run(calls[c], 0).done);
        uint64_t nth = 0;
        for (;; nth++) {
            pl_fault_arm(PL_FAULT_ALLOC, nth, false);
            Outcome outcome = run(calls[c], 0);
            if (!pl_fault_fired()) {
                CHECK(outcome.done);
                break;
            }
            pl_fault_arm(PL_FAULT_ALLOC, nth, true);
            run(calls[c], 0);
        }
        CHECK(nth >= 2); /* the heap and its first block at least */
    }
}

TEST(little_memory)
{
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++) {
        bool done = false;
        for (size_t ceiling = 1024; ceiling < 100000 && !done; ceiling += 64) {
            Outcome outcome = run(calls[c], ceiling);
            done = outcome.done;
            CHECK(done || outcome.escaped);
        }
        CHECK(done);
    }
}

UNIT_MAIN
