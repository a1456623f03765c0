/* SPDX-License-Identifier: MIT */
/* Requests: styles of OpenAPI 3.1 ("Style Examples": blue, [blue, black, brown], {R: 100, G: 200, B: 150}), bodies, headers, what is refused. */
#include "tests/unit/unit.h"
#include "tests/unit/world.h"

typedef struct Case {
    PlPlace place;
    PlStyle style;
    bool explode;
    const char *value, *expected; /* of the log: URL; of headers for header and cookie */
} Case;

static char sent_headers[1024];

static WorldAnswer keep(World *w, const WorldSend *s)
{
    (void)w;
    snprintf(sent_headers, sizeof sent_headers, "%s", s->headers);
    return (WorldAnswer){.status = 204};
}

/* One argument of parameter "color"; gives what was sent, or the error. */
static PlStr send_one(PlMethod method, const char *path, PlParam with, PlBodyKind body, const char *value)
{
    static char text[4096];
    Asm *a = asm_new();
    World *w = world_new();
    w->server = keep;
    uint16_t json = asm_json(a, value);
    uint32_t action = asm_action(a, "act", method, path);
    asm_function(a, "main", 2, CODE(I(LOADK, .a = 0, .b = json), I(CALL, .a = 1, .b = 0), I(RETURN, .a = 1)));
    asm_site(a, "1", 0, 0, 2, PL_NO_SITE);
    PlParam *p = asm_param(a, action, "color", with.place, with.style, with.explode);
    p->whole_body = with.whole_body;
    p->required = with.required;
    p->allow_reserved = with.allow_reserved;
    if (with.wire.len) p->wire = with.wire;
    if (body != PL_BODY_NONE) a->actions.items[action].body = body;
    asm_call(a, action, 0, 0, 1, (PlCallSite){0});
    WorldRun *r = world_begin(w, asm_done(a), "{}");
    PlRunState state = world_go(w, r);
    if (state == PL_RUN_DONE) world_text(text, sizeof text, pl_str_trim(pl_str_z(w->sent_log)));
    else world_text(text, sizeof text, pl_run_error(r->run));
    world_end(w, r);
    world_free(w);
    asm_free(a);
    return pl_str_z(text);
}

static const char LIST[] = "[\"blue\",\"black\",\"brown\"]", RECORD[] = "{\"R\":100,\"G\":200,\"B\":150}";

TEST(path_styles)
{
    static const Case cases[] = {
        {PL_IN_PATH, PL_STYLE_SIMPLE, false, "\"blue\"", "/x/blue"},
        {PL_IN_PATH, PL_STYLE_SIMPLE, false, LIST, "/x/blue,black,brown"},
        {PL_IN_PATH, PL_STYLE_SIMPLE, false, RECORD, "/x/R,100,G,200,B,150"},
        {PL_IN_PATH, PL_STYLE_SIMPLE, true, RECORD, "/x/R=100,G=200,B=150"},
        {PL_IN_PATH, PL_STYLE_LABEL, false, "\"blue\"", "/x/.blue"},
        {PL_IN_PATH, PL_STYLE_LABEL, false, LIST, "/x/.blue,black,brown"},
        {PL_IN_PATH, PL_STYLE_LABEL, true, LIST, "/x/.blue.black.brown"},
        {PL_IN_PATH, PL_STYLE_LABEL, false, RECORD, "/x/.R,100,G,200,B,150"},
        {PL_IN_PATH, PL_STYLE_LABEL, true, RECORD, "/x/.R=100.G=200.B=150"},
        {PL_IN_PATH, PL_STYLE_MATRIX, false, "\"blue\"", "/x/;color=blue"},
        {PL_IN_PATH, PL_STYLE_MATRIX, false, LIST, "/x/;color=blue,black,brown"},
        {PL_IN_PATH, PL_STYLE_MATRIX, true, LIST, "/x/;color=blue;color=black;color=brown"},
        {PL_IN_PATH, PL_STYLE_MATRIX, false, RECORD, "/x/;color=R,100,G,200,B,150"},
        {PL_IN_PATH, PL_STYLE_MATRIX, true, RECORD, "/x/;R=100;G=200;B=150"},
        {PL_IN_PATH, PL_STYLE_SIMPLE, false, "\"a/b c?d#e\\u00fc\"", "/x/a%2Fb%20c%3Fd%23e%C3%BC"},
        {PL_IN_PATH, PL_STYLE_SIMPLE, false, "true", "/x/true"},
        {PL_IN_PATH, PL_STYLE_SIMPLE, false, "1.5", "/x/1.5"},
        {PL_IN_PATH, PL_STYLE_JSON, false, "{\"a\":1}", "/x/%7B%22a%22%3A1%7D"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "GET https://shop.test%s", cases[i].expected);
        PlParam param = {.place = PL_IN_PATH, .style = cases[i].style, .explode = cases[i].explode};
        CHECK_STR(send_one(PL_GET, "/x/{color}", param, PL_BODY_NONE, cases[i].value), expected);
    }
}

TEST(query_styles)
{
    static const Case cases[] = {
        {PL_IN_QUERY, PL_STYLE_FORM, true, "\"blue\"", "?color=blue"},
        {PL_IN_QUERY, PL_STYLE_FORM, true, "\"\"", "?color="},
        {PL_IN_QUERY, PL_STYLE_FORM, false, LIST, "?color=blue,black,brown"},
        {PL_IN_QUERY, PL_STYLE_FORM, true, LIST, "?color=blue&color=black&color=brown"},
        {PL_IN_QUERY, PL_STYLE_FORM, false, RECORD, "?color=R,100,G,200,B,150"},
        {PL_IN_QUERY, PL_STYLE_FORM, true, RECORD, "?R=100&G=200&B=150"},
        {PL_IN_QUERY, PL_STYLE_SPACE, false, LIST, "?color=blue%20black%20brown"},
        {PL_IN_QUERY, PL_STYLE_PIPE, false, LIST, "?color=blue%7Cblack%7Cbrown"},
        {PL_IN_QUERY, PL_STYLE_TABS, false, LIST, "?color=blue%09black%09brown"},
        {PL_IN_QUERY, PL_STYLE_DEEP, true, RECORD, "?color[R]=100&color[G]=200&color[B]=150"},
        {PL_IN_QUERY, PL_STYLE_DEEP, true, "{\"a\":{\"b\":[1,2]}}", "?color[a][b][0]=1&color[a][b][1]=2"},
        {PL_IN_QUERY, PL_STYLE_JSON, false, "[1]", "?color=%5B1%5D"},
        {PL_IN_QUERY, PL_STYLE_FORM, true, "[]", ""},
        {PL_IN_QUERY, PL_STYLE_FORM, true, "null", ""},
        {PL_IN_QUERY, PL_STYLE_FORM, true, "\"a&b=c d+e\"", "?color=a%26b%3Dc%20d%2Be"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[256];
        snprintf(expected, sizeof expected, "GET https://shop.test/x%s", cases[i].expected);
        PlParam param = {.place = PL_IN_QUERY, .style = cases[i].style, .explode = cases[i].explode};
        CHECK_STR(send_one(PL_GET, "/x", param, PL_BODY_NONE, cases[i].value), expected);
    }
    CHECK_STR(send_one(PL_GET, "/x?v=1", (PlParam){.place = PL_IN_QUERY, .style = PL_STYLE_FORM, .allow_reserved = true}, PL_BODY_NONE, "\"a/b:c d\""),
              "GET https://shop.test/x?v=1&color=a/b:c%20d");
    CHECK_STR(send_one(PL_GET, "/x", (PlParam){.place = PL_IN_QUERY, .style = PL_STYLE_FORM, .allow_reserved = true}, PL_BODY_NONE, "\"a?b=c&d+e#f\""),
              "GET https://shop.test/x?color=a?b=c%26d%2Be%23f"); /* it stays one value */
}

TEST(headers_and_cookies)
{
    send_one(PL_GET, "/x", (PlParam){.place = PL_IN_HEADER, .style = PL_STYLE_SIMPLE, .wire = PL_STR("X-Color")}, PL_BODY_NONE, LIST);
    CHECK_STR(pl_str_z(sent_headers), "Accept: application/json\nX-Color: blue,black,brown\n");
    send_one(PL_GET, "/x", (PlParam){.place = PL_IN_COOKIE, .style = PL_STYLE_FORM}, PL_BODY_NONE, "\"a;b\"");
    CHECK_STR(pl_str_z(sent_headers), "Accept: application/json\nCookie: color=a%3Bb\n");
    CHECK(has(send_one(PL_GET, "/x", (PlParam){.place = PL_IN_HEADER}, PL_BODY_NONE, "\"a\\r\\nHost: evil\""), "P0931"));
    CHECK(has(send_one(PL_GET, "/x", (PlParam){.place = PL_IN_HEADER, .wire = PL_STR("X: y")}, PL_BODY_NONE, "\"a\""), "P0931"));
}

TEST(bodies)
{
    PlParam property = {.place = PL_IN_BODY, .style = PL_STYLE_FORM, .explode = true}, whole = property, deep = property;
    whole.whole_body = true;
    deep.style = PL_STYLE_DEEP;
    CHECK_STR(send_one(PL_POST, "/x", property, PL_BODY_JSON, "[1,null]"), "POST https://shop.test/x {\"color\":[1,null]}");
    CHECK(has(pl_str_z(sent_headers), "Content-Type: application/json\n"));
    CHECK_STR(send_one(PL_POST, "/x", whole, PL_BODY_JSON, "[1,null]"), "POST https://shop.test/x [1,null]");
    CHECK_STR(send_one(PL_POST, "/x", property, PL_BODY_JSON, "null"), "POST https://shop.test/x");
    CHECK_STR(send_one(PL_POST, "/x", property, PL_BODY_FORM, "\"a b&c\""), "POST https://shop.test/x color=a%20b%26c");
    CHECK_STR(send_one(PL_POST, "/x", deep, PL_BODY_FORM, "{\"a\":{\"b\":1}}"), "POST https://shop.test/x color[a][b]=1");
    CHECK_STR(send_one(PL_POST, "/x", whole, PL_BODY_FORM, "{\"a\":1,\"b\":[2,3],\"c\":null}"), "POST https://shop.test/x a=1&b=2&b=3");
    CHECK_STR(send_one(PL_POST, "/x", property, PL_BODY_MULTIPART, "{\"a\":1}"), "POST https://shop.test/x [color||application/json|{\"a\":1}]");
    CHECK_STR(send_one(PL_POST, "/x", whole, PL_BODY_MULTIPART, "{\"a\":\"t\",\"b\":[1,2]}"), "POST https://shop.test/x [a|||t][b|||1][b|||2]");
    CHECK_STR(send_one(PL_POST, "/x", whole, PL_BODY_TEXT, "\"plain\""), "POST https://shop.test/x plain");
}

TEST(addresses_that_are_refused)
{
    PlParam p = {.place = PL_IN_PATH, .style = PL_STYLE_SIMPLE, .required = true};
    CHECK(has(send_one(PL_GET, "/a/{color}/b", p, PL_BODY_NONE, "\"..\""), "argument \\\"color\\\" is only dots"));
    CHECK(has(send_one(PL_GET, "/a/.{color}", p, PL_BODY_NONE, "\".\""), "only dots"));
    CHECK(has(send_one(PL_GET, "/a/{color}", p, PL_BODY_NONE, "\"\""), "is empty"));
    CHECK(has(send_one(PL_GET, "/a/{color}", p, PL_BODY_NONE, "null"), "shop.act needs \\\"color\\\", which is nothing here"));
    CHECK_STR(send_one(PL_GET, "/a/{color}.json", p, PL_BODY_NONE, "\"..\""), "GET https://shop.test/a/...json");
}

UNIT_MAIN
