/* SPDX-License-Identifier: MIT */
/* If-Match and If-None-Match from what was read before (P0962 RUN_PRECONDITION). */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

/* Reads /things/NAME, then changes /things/OTHER under the condition that it is as it was read. */
static Asm *read_and_change(const char *name, const char *other, PlMethod method)
{
    Asm *a = asm_new();
    uint16_t read_name = asm_text(a, name), change_name = asm_text(a, other);
    uint32_t get = asm_action(a, "get", PL_GET, "/things/{name}"), put = asm_action(a, "put", method, "/things/{name}");
    asm_param(a, get, "name", PL_IN_PATH, PL_STYLE_SIMPLE, false);
    asm_param(a, put, "name", PL_IN_PATH, PL_STYLE_SIMPLE, false);
    asm_param(a, put, "If-Match", PL_IN_HEADER, PL_STYLE_SIMPLE, false);
    uint16_t f = asm_function(a, "main", 6,
                              CODE(I(LOADK, .a = 1, .b = read_name), I(CALL, .a = 0, .b = 0),
                                   I(LOADK, .a = 1, .b = change_name), I(CALL, .a = 0, .b = 1), I(RETURN, .a = 0)));
    asm_call(a, get, asm_site(a, "1", f, 0, 2, PL_NO_SITE), 1, 1, (PlCallSite){.flags = PL_CALL_KEEPS_TAG, .tag = 2});
    asm_call(a, put, asm_site(a, "2", f, 2, 4, PL_NO_SITE), 1, 2, (PlCallSite){0});
    return a;
}

static WorldAnswer tagged(World *w, const WorldSend *s)
{
    if (s->method == PL_GET) return (WorldAnswer){.status = 200, .type = "application/json", .body = "{\"n\":1}", .header = "etag", .header_value = "\"v7\""};
    w->counter = strstr(s->headers, "If-Match: \"v7\"") != NULL;
    return (WorldAnswer){.status = 200, .type = "application/json", .body = "2"};
}

TEST(a_change_goes_with_what_was_read)
{
    Run x = run_it(read_and_change("a", "a", PL_PATCH), tagged);
    CHECK(x.state == PL_RUN_DONE && x.w->counter == 1);
    world_drop_rows(x.w, x.w->row_count - 3); /* the PATCH is made again, by another process, from the row of the GET */
    x.w->counter = 0;
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->counter == 1 && x.w->sent == 3);
    over(&x);
    x = run_it(read_and_change("a", "b", PL_PUT), tagged); /* another thing: no condition */
    CHECK(x.state == PL_RUN_DONE && x.w->counter == 0);
    over(&x);
}

static WorldAnswer untagged(World *w, const WorldSend *s)
{
    WorldAnswer a = tagged(w, s);
    a.header = NULL;
    return a;
}

static WorldAnswer changed(World *w, const WorldSend *s)
{
    return s->method == PL_GET ? tagged(w, s) : (WorldAnswer){.status = 412, .type = "application/json", .body = "{\"message\":\"version 8\"}"};
}

static WorldAnswer lost_then_changed(World *w, const WorldSend *s)
{
    if (s->method != PL_GET && ++w->counter == 1) return (WorldAnswer){.evidence = PL_EVIDENCE_UNKNOWN, .fault = PL_NET_RESET};
    return changed(w, s);
}

TEST(what_was_changed_meanwhile)
{
    Run x = run_it(read_and_change("a", "a", PL_PUT), untagged);
    CHECK(x.state == PL_RUN_DONE && x.w->counter == 0);
    over(&x);
    x = run_it(read_and_change("a", "a", PL_PUT), changed);
    CHECK(x.state == PL_RUN_FAILED);
    CHECK(has(pl_run_error(x.r->run), "shop.put was not made: what it would change is no longer as it was read (412): version 8"));
    CHECK(has(pl_run_error(x.r->run), "P0962"));
    over(&x);
    x = run_it(read_and_change("a", "a", PL_PUT), lost_then_changed); /* perhaps it was our own first attempt that changed it */
    CHECK(x.state == PL_RUN_PARKED && x.w->sent == 3);
    CHECK(world_find(x.w, PL_ROW_INDOUBT, "2", 2) != NULL);
    world_put(x.w, PL_ROW_RESOLVE, 2, "2", "{\"how\":\"applied\",\"result\":5}");
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    CHECK_STR(pl_run_output(x.r->run), "5");
    over(&x);
}

/* Reads the same thing three times, one behind the other, each with the tag of the read before. */
static Asm *three_reads(void)
{
    static const char *const steps[] = {"1", "2", "3"};
    Asm *a = asm_new();
    uint32_t get = asm_action(a, "get", PL_GET, "/things");
    asm_param(a, get, "If-None-Match", PL_IN_HEADER, PL_STYLE_SIMPLE, false);
    uint16_t f = asm_function(a, "main", 4, CODE(I(CALL, .a = 0, .b = 0), I(CALL, .a = 0, .b = 1), I(CALL, .a = 0, .b = 2), I(RETURN, .a = 0)));
    for (uint16_t i = 0; i < 3; i++)
        asm_call(a, get, asm_site(a, steps[i], f, i, i + 1u, PL_NO_SITE), 2, 1,
                 (PlCallSite){.flags = PL_CALL_KEEPS_TAG, .tag = 2});
    return a;
}

static WorldAnswer not_modified(World *w, const WorldSend *s)
{
    bool knows = strstr(s->headers, "If-None-Match: \"v7\"") != NULL;
    w->counter += knows;
    return knows ? (WorldAnswer){.status = 304} : tagged(w, s);
}

TEST(a_read_that_has_not_changed)
{
    Run x = run_it(three_reads(), not_modified);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3 && x.w->counter == 2);
    CHECK_STR(pl_run_output(x.r->run), "{\"n\":1}");
    world_drop_rows(x.w, x.w->row_count - 1);
    again(&x);
    CHECK(x.state == PL_RUN_DONE && x.w->sent == 3);
    CHECK_STR(pl_run_output(x.r->run), "{\"n\":1}");
    over(&x);
}

UNIT_MAIN
