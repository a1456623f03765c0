/* SPDX-License-Identifier: MIT */
#include "vm/code/action.h"

#include "tests/unit/unit.h"

TEST(method_names)
{
    PlMethod method = PL_GET;
    CHECK(pl_method_by_name(PL_STR("patch"), &method) && method == PL_PATCH);
    CHECK(!pl_method_by_name(PL_STR("FETCH"), &method) && method == PL_PATCH);
    for (unsigned i = 0; i < PL_METHOD_COUNT; i++)
        CHECK(pl_method_by_name(pl_str_z(pl_method_name((PlMethod)i)), &method) && method == (PlMethod)i);
}

TEST(response_by_status)
{
    PlResponse all[] = {
        {.low = 0, .high = 0}, {.low = 200, .high = 299}, {.low = 204, .high = 204}, {.low = 400, .high = 499}};
    PlAction action = {.responses = all, .response_count = 4};
    CHECK(pl_action_response(&action, 204) == &all[2]);
    CHECK(pl_action_response(&action, 200) == &all[1]);
    CHECK(pl_action_response(&action, 404) == &all[3]);
    CHECK(pl_action_response(&action, 500) == &all[0]);
    action.responses = all + 1;
    action.response_count = 3;
    CHECK(pl_action_response(&action, 500) == NULL);
}

TEST(params_and_doubt)
{
    PlParam params[] = {{.name = PL_STR_INIT("owner")}, {.name = PL_STR_INIT("key"), .is_key = true}};
    PlAction action = {.method = PL_POST, .params = params, .param_count = 2};
    CHECK(pl_action_param(&action, PL_STR("key")) == &params[1]);
    CHECK(pl_action_param(&action, PL_STR("Key")) == NULL);
    CHECK(pl_action_doubt_of(&action) == PL_DOUBT_KEYED);
    action.param_count = 1;
    CHECK(pl_action_doubt_of(&action) == PL_DOUBT_UNSAFE);
    action.method = PL_DELETE;
    CHECK(pl_action_doubt_of(&action) == PL_DOUBT_IDEMPOTENT);
    action.method = PL_GET;
    CHECK(pl_action_doubt_of(&action) == PL_DOUBT_SAFE);
}

TEST(origins)
{
    static const struct {
        const char *url, *origin;
    } cases[] = {
        {"https://API.Example.com/v1?x", "https://api.example.com:443"},
        {"HTTP://localhost", "http://localhost:80"},
        {"http://127.0.0.1:8080/", "http://127.0.0.1:8080"},
        {"https://[2001:DB8::1]:8443#f", "https://[2001:db8::1]:8443"},
        {"https://[::1]", "https://[::1]:443"},
        {"https://host:00443", "https://host:443"},
        {"", ""},
        {"/relative", ""},
        {"ftp://host/", ""},
        {"https:/host", ""},
        {"https://", ""},
        {"https:///path", ""},
        {"https://user@host/", ""},
        {"https://user:secret@host/", ""},
        {"https://host:0", ""},
        {"https://host:65536", ""},
        {"https://host:", ""},
        {"https://host:80x", ""},
        {"https://ho st/", ""},
        {"https://h\xc3\xb6st/", ""},
        {"https://[::1", ""},
        {"https://[]", ""},
        {"https://{host}/", ""},
        {"https://host\\@evil.example.com/", ""},
    };
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(pl_action_origin(arena, pl_str_z(cases[i].url)), cases[i].origin);
    pl_arena_free(arena);
}

UNIT_MAIN
