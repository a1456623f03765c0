/* SPDX-License-Identifier: MIT */
/* Fault sites: the nth hit, stickiness, the environment, the door to malloc; and limits.def as a table. */
#include "tests/unit/unit.h"
#include "vm/base/fault.h"
#include "vm/base/limits.h"
#include "vm/base/str.h"

#include <stdlib.h>

TEST(nth_hit)
{
    pl_fault_arm(PL_FAULT_READ, 2, false);
    CHECK(!pl_fault_hit(PL_FAULT_WRITE)); /* another site does not count */
    CHECK(!pl_fault_hit(PL_FAULT_READ) && !pl_fault_hit(PL_FAULT_READ));
    CHECK(!pl_fault_fired());
    CHECK(pl_fault_hit(PL_FAULT_READ) && pl_fault_fired());
    CHECK(!pl_fault_hit(PL_FAULT_READ));
    pl_fault_disarm();
    CHECK(!pl_fault_hit(PL_FAULT_READ) && pl_fault_fired());
}

TEST(sticky)
{
    pl_fault_arm(PL_FAULT_SYNC, 1, true);
    CHECK(!pl_fault_fired());
    CHECK(!pl_fault_hit(PL_FAULT_SYNC));
    for (int i = 0; i < 5; i++) CHECK(pl_fault_hit(PL_FAULT_SYNC));
    pl_fault_disarm();
    CHECK(!pl_fault_hit(PL_FAULT_SYNC));
}

static bool first_hit_fails_with(const char *value)
{
    setenv("PILOT_FAULT", value, 1);
    pl_fault_from_env();
    bool hit = pl_fault_hit(PL_FAULT_ALLOC);
    pl_fault_disarm();
    unsetenv("PILOT_FAULT");
    return hit;
}

TEST(environment)
{
    CHECK(first_hit_fails_with("alloc:0"));
    CHECK(first_hit_fails_with("ALLOC:0:sticky"));
    CHECK(!first_hit_fails_with("alloc:1"));
    CHECK(!first_hit_fails_with("read:0"));
    static const char *const bad[] = {"", "alloc", "alloc:", "alloc:-1", "alloc:x", "alloc:0:no", "nothing:0", ":0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(!first_hit_fails_with(bad[i]));
    pl_fault_from_env(); /* not set at all */
    CHECK(!pl_fault_hit(PL_FAULT_ALLOC));
}

TEST(allocation)
{
    char *p = pl_zalloc(8);
    CHECK(p && memcmp(p, "\0\0\0\0\0\0\0\0", 8) == 0);
    memcpy(p, "1234567", 8);
    pl_fault_arm(PL_FAULT_ALLOC, 0, true);
    CHECK(!pl_alloc(1) && !pl_zalloc(1) && !pl_realloc(p, 100) && !pl_strdup_n("x", 1));
    pl_fault_disarm();
    CHECK(strcmp(p, "1234567") == 0);
    p = pl_realloc(p, 100);
    CHECK(p && strcmp(p, "1234567") == 0);
    char *copy = pl_strdup_n(p, 3), *empty = pl_strdup_n(NULL, 0);
    CHECK(copy && strcmp(copy, "123") == 0 && empty && *empty == 0);
    CHECK(pl_strdup_n("x", SIZE_MAX) == NULL);
    pl_free(copy);
    pl_free(empty);
    pl_free(p);
    pl_free(pl_alloc(0));
    pl_free(NULL);
}

TEST(limits_table)
{
    CHECK(pl_limit_count > 20);
    bool depth = false;
    for (size_t i = 0; i < pl_limit_count; i++) {
        CHECK(pl_limit_infos[i].value > 0 && strlen(pl_limit_infos[i].unit) > 0 && strlen(pl_limit_infos[i].words) > 0);
        if (strcmp(pl_limit_infos[i].name, "JSON_DEPTH") == 0) depth = pl_limit_infos[i].value == PL_LIMIT_JSON_DEPTH;
    }
    CHECK(depth);
}

UNIT_MAIN
