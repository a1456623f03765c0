/* SPDX-License-Identifier: MIT */
/* Answers: bodies by content type, the documented type, undeclared statuses, `as TYPE`, errors in the server's words. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

static WorldAnswer next_answer;

static WorldAnswer give(World *w, const WorldSend *s)
{
    (void)w;
    (void)s;
    return next_answer;
}

/* Output, or the error, of one GET whose 200 is documented as `kind` of `type`. */
static PlStr get(Asm *a, PlBodyKind kind, PlTypeId type, PlTypeId expect, WorldAnswer answer)
{
    static char text[4096];
    World *w = world_new();
    w->server = give;
    next_answer = answer;
    uint32_t action = asm_action(a, "act", PL_GET, "/x");
    a->actions.items[action].responses[0].body = kind;
    a->actions.items[action].responses[0].type = type;
    asm_function(a, "main", 2, CODE(I(CALL, .a = 1, .b = 0), I(RETURN, .a = 1)));
    asm_site(a, "1", 0, 0, 1, PL_NO_SITE);
    asm_call(a, action, 0, 0, 0, (PlCallSite){.expect = expect});
    for (int i = 0; i < 2; i++) { /* the second time from the journal */
        WorldRun *r = world_begin(w, asm_done(a), "{}");
        PlRunState state = world_go(w, r);
        PlStr said = state == PL_RUN_DONE ? pl_run_output(r->run) : pl_run_error(r->run);
        if (i == 0) world_text(text, sizeof text, said);
        else CHECK_STR(said, text);
        world_end(w, r);
        if (i == 0) world_drop_rows(w, w->row_count - 1);
    }
    CHECK(w->sent == 1);
    world_free(w);
    asm_free(a);
    return pl_str_z(text);
}

#define JSON(b) ((WorldAnswer){.status = 200, .type = "application/json", .body = (b)})

TEST(bodies_by_kind)
{
    CHECK_STR(get(asm_new(), PL_BODY_JSON, PL_T_ANY, PL_T_ANY, JSON("{\"a\":[1,2.5,null,\"x\"]}")), "{\"a\":[1,2.5,null,\"x\"]}");
    CHECK_STR(get(asm_new(), PL_BODY_JSON, PL_T_ANY, PL_T_ANY, JSON("\xef\xbb\xbf 5")), "5");
    CHECK_STR(get(asm_new(), PL_BODY_TEXT, PL_T_TEXT, PL_T_ANY, (WorldAnswer){.status = 200, .type = "text/csv", .body = "a,b\n1,2"}), "\"a,b\\n1,2\"");
    CHECK_STR(get(asm_new(), PL_BODY_TEXT, PL_T_TEXT, PL_T_ANY, (WorldAnswer){.status = 200, .type = "text/plain", .body = "a\xff"}), "\"a\xef\xbf\xbd\"");
    CHECK_STR(get(asm_new(), PL_BODY_NONE, PL_T_NOTHING, PL_T_ANY, JSON("{\"a\":1}")), "null");
    CHECK_STR(get(asm_new(), PL_BODY_NONE, PL_T_NOTHING, PL_T_RECORD_ANY, JSON("{\"a\":1}")), "{\"a\":1}");
    CHECK_STR(get(asm_new(), PL_BODY_JSON, PL_T_ANY, PL_T_ANY, (WorldAnswer){.status = 204}), "null");
    WorldAnswer png = {.status = 200, .type = "image/png", .body = "PNG"};
    png.header = "content-disposition";
    png.header_value = "attachment; filename=\"../a.png\"";
    CHECK(has(get(asm_new(), PL_BODY_BYTES, PL_T_FILE, PL_T_ANY, png),
              "\"name\":\"a.png\",\"type\":\"image/png\",\"bytes\":3"));
}

TEST(what_cannot_be_read)
{
    CHECK(has(get(asm_new(), PL_BODY_JSON, PL_T_ANY, PL_T_ANY, JSON("{\"a\":")), "P0938"));
    CHECK(has(get(asm_new(), PL_BODY_JSON, PL_T_ANY, PL_T_ANY, (WorldAnswer){.status = 200, .type = "text/html", .body = "<html>"}), "it is text, not JSON"));
    CHECK(has(get(asm_new(), PL_BODY_JSON, PL_T_ANY, PL_T_ANY, (WorldAnswer){.status = 201, .type = "application/json", .body = "1"}),
              "shop.act answered 201, which its document does not describe"));
}

TEST(types_are_checked_and_named)
{
    for (int i = 0; i < 2; i++) {
        Asm *a = asm_new();
        PlField fields[] = {{.name = PL_STR("id"), .type = PL_T_INTEGER, .required = true}};
        PlTypeId list = pl_type_list(&a->m.types, pl_type_record(&a->m.types, fields, 1, PL_TYPE_NONE, false, PL_STR("Pet")));
        CHECK(has(get(a, PL_BODY_JSON, i ? PL_T_ANY : list, i ? list : PL_T_ANY, JSON("[{\"id\":1},{\"id\":\"x\"}]")),
                  "the answer of shop.act does not fit: [1].id should be integer, but is \\\"x\\\""));
    }
    CHECK(has(get(asm_new(), PL_BODY_JSON, PL_T_TEXT, PL_T_ANY, JSON("")), "it should be text, but is nothing"));
}

TEST(errors_in_the_servers_words)
{
    static const struct {
        const char *type, *body, *expected;
    } cases[] = {
        {"application/json", "{\"message\":\"too many\"}", "422 Unprocessable Content: too many"},
        {"application/problem+json", "{\"title\":\"t\",\"detail\":\"d\"}", "422 Unprocessable Content: d"},
        {"application/json", "{\"errors\":[{\"message\":\"first\"}]}", "422 Unprocessable Content: first"},
        {"application/json", "{\"error\":\"invalid\"}", "422 Unprocessable Content: invalid"},
        {"text/plain", " nope\n", "422 Unprocessable Content: nope"},
        {"text/html", "<html>x</html>", "422 Unprocessable Content\""},
        {"application/json", "{broken", "422 Unprocessable Content: {broken"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        PlStr s = get(asm_new(), PL_BODY_JSON, PL_T_ANY, PL_T_ANY, (WorldAnswer){.status = 422, .type = cases[i].type, .body = cases[i].body});
        CHECK(has(s, cases[i].expected));
    }
}

UNIT_MAIN
