/* SPDX-License-Identifier: MIT */
/* status.def: names, words and the exit codes that docs/cli.md promises. */
#include "tests/unit/unit.h"
#include "vm/base/status.h"
#include "vm/base/str.h"

TEST(every_status_has_its_words)
{
    for (int i = 0; i < PL_STATUS_COUNT; i++) {
        CHECK(strlen(pl_status_name((PlStatus)i)) > 0);
        CHECK(strlen(pl_status_words((PlStatus)i)) > 0);
        CHECK(pl_status_exit_code((PlStatus)i) >= 0 && pl_status_exit_code((PlStatus)i) < 126);
        for (int j = 0; j < i; j++) CHECK(strcmp(pl_status_name((PlStatus)i), pl_status_name((PlStatus)j)) != 0);
    }
}

TEST(known_statuses)
{
    CHECK_STR(pl_str_z(pl_status_name(PL_NOMEM)), "NOMEM");
    CHECK_STR(pl_str_z(pl_status_words(PL_NOMEM)), "out of memory");
    CHECK(pl_status_exit_code(PL_OK) == 0);
    CHECK(pl_status_exit_code(PL_INVALID) == 1);
    CHECK(pl_status_exit_code(PL_WAITING) == 5);
}

TEST(outside_the_enum)
{
    CHECK_STR(pl_str_z(pl_status_name((PlStatus)PL_STATUS_COUNT)), "unknown status");
    CHECK_STR(pl_str_z(pl_status_words((PlStatus)-1)), "unknown status");
    CHECK(pl_status_exit_code((PlStatus)9999) == 70);
}

UNIT_MAIN
