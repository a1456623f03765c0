/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "vm/service/mock_fault.h"

static PlDiagCode found; /* of the last text that was refused */
static PlMockFault fault;

static bool reads(const char *text)
{
    PlEscape escape;
    PlSources sources;
    PlDiags diags;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (setjmp(escape.at)) return false;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    bool good = pl_mock_fault_read(&diags, pl_str_z(text), &fault);
    found = diags.all.len ? diags.all.items[0]->code : PL_DIAG_COUNT;
    CHECK(good == (diags.errors == 0));
    if (!good) CHECK(diags.all.items[0]->help.len > 0);
    pl_arena_free(arena);
    return good;
}

TEST(every_action)
{
    CHECK(reads("slow=200ms") && fault.kind == PL_MOCK_SLOW && fault.slow_us == 200000 && fault.slow_to_us == 200000);
    CHECK(reads("slow=100ms-1.5s") && fault.slow_us == 100000 && fault.slow_to_us == 1500000);
    CHECK(reads("fail=503") && fault.kind == PL_MOCK_FAIL && fault.status == 503 && fault.retry_after == -1);
    CHECK(reads("429") && fault.status == 429 && fault.retry_after == 1 && fault.when == PL_MOCK_ALWAYS);
    CHECK(reads("429=every3,retry-after=2") && fault.when == PL_MOCK_EVERY && fault.number == 3 && fault.retry_after == 2);
    CHECK(reads("fail=503,retry-after=0") && fault.retry_after == 0);
    CHECK(reads("reset") && fault.kind == PL_MOCK_RESET_BEFORE);
    CHECK(reads("reset=before") && fault.kind == PL_MOCK_RESET_BEFORE);
    CHECK(reads("reset=after:first1") && fault.kind == PL_MOCK_RESET_AFTER && fault.when == PL_MOCK_FIRST && fault.number == 1);
    CHECK(reads("half:10%") && fault.kind == PL_MOCK_HALF && fault.when == PL_MOCK_SHARE && fault.number == 100000);
    CHECK(reads("wrong-type") && fault.kind == PL_MOCK_WRONG_CONTENT);
    CHECK(reads("later") && fault.kind == PL_MOCK_LATER && fault.polls == 1);
    CHECK(reads("later=3@createOrder") && fault.polls == 3 && !reads("later=0") && !reads("later=x") && !reads("later=1001"));
    CHECK(reads("wrong-type=value:only2") && fault.kind == PL_MOCK_WRONG_VALUE && fault.when == PL_MOCK_ONLY);
}

TEST(every_target)
{
    CHECK(reads("slow=1s@GET /orders") && fault.has_method && fault.method == PL_GET);
    CHECK_STR(fault.path, "/orders");
    CHECK(reads("fail=503@createOrder:first2") && fault.when == PL_MOCK_FIRST && fault.number == 2);
    CHECK_STR(fault.operation, "createOrder");
    CHECK(reads("half@POST") && fault.has_method && fault.path.len == 0 && fault.operation.len == 0);
    CHECK(reads("half@POST /v1/{name}:cancel") && fault.when == PL_MOCK_ALWAYS);
    CHECK_STR(fault.path, "/v1/{name}:cancel");
    CHECK(reads("half@/v1/{name}:cancel:every2") && fault.when == PL_MOCK_EVERY);
    CHECK_STR(fault.path, "/v1/{name}:cancel");
}

TEST(what_is_refused)
{
    CHECK(!reads("slwo=1s") && found == PL_D_MOCK_FAULT_ACTION);
    CHECK(!reads("") && found == PL_D_MOCK_FAULT_ACTION);
    CHECK(!reads("slow") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("slow=200") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("slow=2s-1s") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("fail=200") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("fail=500:first0") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("fail=500:101%") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("fail=500:first1:first2") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("half=content") && found == PL_D_MOCK_FAULT_VALUE);
    CHECK(!reads("half@") && found == PL_D_MOCK_FAULT_TARGET);
    CHECK(!reads("half@GET orders") && found == PL_D_MOCK_FAULT_TARGET);
}

static PlMockVerdict decide(PlMockFault *all, uint32_t count, const char *path, PlMethod method)
{
    PlMockFaults faults = {all, count};
    PlMockTarget target = {method, pl_str_z(path), PL_STR("/v1/orders/{id}"), PL_STR("shop.orders.get"), PL_STR("getOrder"), PL_STR("shop")};
    return pl_mock_fault_decide(&faults, &target, 1);
}

TEST(targets_and_counts)
{
    CHECK(reads("fail=500:every2@getOrder"));
    for (int i = 1; i <= 6; i++) CHECK((decide(&fault, 1, "/v1/orders/7", PL_GET).before != NULL) == (i % 2 == 0));
    CHECK(reads("fail=500:after2@orders.get"));
    for (int i = 1; i <= 5; i++) CHECK((decide(&fault, 1, "/v1/orders/7", PL_GET).before != NULL) == (i > 2));
    CHECK(reads("fail=500@shop.orders.get") && decide(&fault, 1, "/v1/orders/7", PL_GET).before);
    CHECK(reads("fail=500@/orders/{id}") && decide(&fault, 1, "/v1/orders/7", PL_GET).before);
    CHECK(reads("fail=500@/v1/orders/7") && decide(&fault, 1, "/v1/orders/7", PL_GET).before);
    CHECK(reads("fail=500@/*/7") && decide(&fault, 1, "/v1/orders/7", PL_GET).before);
    CHECK(reads("fail=500@/v1/orders/8") && !decide(&fault, 1, "/v1/orders/7", PL_GET).before);
    CHECK(reads("fail=500@DELETE /v1/orders/7") && !decide(&fault, 1, "/v1/orders/7", PL_GET).before);
    CHECK(fault.count == 0); /* counts only what it means */
}

TEST(shares_repeat)
{
    CHECK(reads("fail=500:25%"));
    PlMockFault first = fault, again = fault;
    unsigned hits = 0;
    for (int i = 0; i < 2000; i++) {
        bool a = decide(&first, 1, "/", PL_GET).before != NULL, b = decide(&again, 1, "/", PL_GET).before != NULL;
        CHECK(a == b);
        hits += a;
    }
    CHECK(hits > 420 && hits < 580);
    CHECK(reads("half:0%") && !decide(&fault, 1, "/", PL_GET).after);
    CHECK(reads("half:100%") && decide(&fault, 1, "/", PL_GET).after);
}

TEST(several_at_once)
{
    PlMockFault all[3];
    CHECK(reads("slow=1ms"));
    all[0] = fault;
    CHECK(reads("slow=2ms"));
    all[1] = fault;
    CHECK(reads("reset=after"));
    all[2] = fault;
    PlMockVerdict verdict = decide(all, 3, "/", PL_POST);
    CHECK(verdict.slow_us == 3000 && verdict.after == &all[2] && !verdict.before);
}

UNIT_MAIN
