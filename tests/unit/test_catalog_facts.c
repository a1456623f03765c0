/* SPDX-License-Identifier: MIT */
/* What documents say of pages, limits and long work, as facts of actions. */
#include "tests/unit/catalog_world.h"

static PlStr pages(Bed *bed)
{
    const PlPaging *p = &pl_catalog_action(bed->catalog, bed->plugin->operations[0])->paging;
    pl_buf_clear(&bed->out);
    pl_buf_printf(&bed->out,
                  "%s param=" PL_FMT " next=" PL_FMT " more=" PL_FMT " items=" PL_FMT " total=" PL_FMT " size=" PL_FMT,
                  pl_paging_form_name(p->form), PL_ARG(p->param), PL_ARG(p->next), PL_ARG(p->more), PL_ARG(p->items),
                  PL_ARG(p->total), PL_ARG(p->size));
    return pl_buf_str(&bed->out);
}

#define HEAD                                                                                                           \
    "openapi: 3.0.3\ninfo: {title: T}\nservers: [{url: 'https://a.example'}]\npaths:\n  /a:\n    get:\n      "         \
    "operationId: list_a\n"
#define PARAMS(list)      "      parameters: [" list "]\n"
#define QUERY(name, type) "{name: " name ", in: query, schema: {type: " type "}}"
#define ANSWER(properties)                                                                                             \
    "      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: "      \
    "{" properties "}}}}}}\n"
#define ITEMS "items: {type: array, items: {type: string}}"
#define PAGES(text, expected)                                                                                          \
    Bed bed;                                                                                                           \
    bed_open(&bed, PL_STR(HEAD text));                                                                                 \
    CHECK_STR(pages(&bed), expected);                                                                                  \
    bed_close(&bed)

TEST(token)
{
    PAGES(PARAMS(QUERY("page_token", "string") ", " QUERY("pageSize", "integer"))
              ANSWER(ITEMS ", next_page_token: {type: string}"),
          "token param=page_token next=/next_page_token more= items=/items total= size=pageSize");
}

TEST(token_in_a_record_beside)
{
    PAGES(PARAMS(QUERY("cursor", "string"))
              ANSWER(ITEMS ", response_metadata: {type: object, properties: {next_cursor: {type: string}}}"),
          "token param=cursor next=/response_metadata/next_cursor more= items=/items total= size=");
}

TEST(token_in_a_record_of_its_own)
{
    PAGES(PARAMS(QUERY("after", "string")) ANSWER(ITEMS ", paging: {type: object, properties: {next: {type: object, "
                                                        "properties: {after: {type: string}, link: {type: string}}}}}"),
          "token param=after next=/paging/next/after more= items=/items total= size=");
}

TEST(address)
{
    PAGES(ANSWER("value: {type: array, items: {}}, '@odata.nextLink': {type: string}"),
          "url param= next=/@odata.nextLink more= items=/value total= size=");
}

TEST(address_in_links)
{
    PAGES(ANSWER(ITEMS
                 ", _links: {type: object, properties: {next: {type: object, properties: {href: {type: string}}}}}"),
          "url param= next=/_links/next/href more= items=/items total= size=");
}

TEST(next_is_a_token_where_a_parameter_takes_one)
{
    PAGES(PARAMS(QUERY("cursor", "string")) ANSWER(ITEMS ", next: {type: string}"),
          "token param=cursor next=/next more= items=/items total= size=");
}

TEST(next_is_an_address_by_its_format)
{
    PAGES(PARAMS(QUERY("page", "integer")) ANSWER(ITEMS ", next: {type: string, format: uri, nullable: true}"),
          "url param= next=/next more= items=/items total= size=");
}

TEST(last_id)
{
    PAGES(PARAMS(QUERY("starting_after", "string") ", " QUERY("limit", "integer"))
              ANSWER("data: {type: array, items: {}}, has_more: {type: boolean}"),
          "last id param=starting_after next= more=/has_more items=/data total= size=limit");
}

TEST(number)
{
    PAGES(PARAMS(QUERY("page", "integer") ", " QUERY("per_page", "integer"))
              ANSWER(ITEMS ", total_count: {type: integer}"),
          "number param=page next= more= items=/items total=/total_count size=per_page");
}

TEST(offset)
{
    PAGES(PARAMS(QUERY("offset", "integer")) ANSWER(ITEMS),
          "offset param=offset next= more= items=/items total= size=");
}

TEST(link_header)
{
    PAGES(PARAMS(QUERY("page", "integer")) "      responses: {'200': {description: ok, headers: {Link: {schema: {type: "
                                           "string}}}, content: {application/json: "
                                           "{schema: {type: array, items: {type: string}}}}}}\n",
          "link param= next= more= items= total= size=");
}

TEST(link_object)
{
    PAGES(PARAMS(QUERY("from", "string")) "      responses: {'200': {description: ok, links: {more: {operationId: "
                                          "list_a, parameters: {from: "
                                          "'$response.body#/state/mark'}}}, content: {application/json: {schema: "
                                          "{type: object, properties: {" ITEMS "}}}}}}\n",
          "token param=from next=/state/mark more= items=/items total= size=");
}

TEST(pageable)
{
    PAGES("      x-ms-pageable: {nextLinkName: odd, itemName: things}\n" ANSWER(ITEMS ", odd: {type: string}"),
          "url param= next=/odd more= items=/things total= size=");
}

TEST(pageable_with_one_page)
{
    PAGES("      x-ms-pageable: {nextLinkName: null}\n" PARAMS(QUERY("page", "integer")) ANSWER(ITEMS),
          "none param= next= more= items= total= size=");
}

TEST(one_thing_has_no_pages)
{
    PAGES(PARAMS(QUERY("page", "integer")) ANSWER("name: {type: string}, next: {type: string}"),
          "none param= next= more= items= total= size=");
}

TEST(hints)
{
    Bed bed;
    bed_open(
        &bed,
        PL_STR(
            HEAD
            "      responses: {'200': {description: ok, headers: {X-RateLimit-Remaining: {schema: {type: integer}}}}}\n"
            "    post:\n      responses: {'202': {description: ok, headers: {Location: {}, Operation-Location: {}}}, "
            "'429': {description: no}}\n"
            "  /b/{id}/run: {post: {parameters: [{name: id, in: path, required: true, schema: {type: string}}]}}\n"
            "  /b/{id}: {get: {operationId: get_b, parameters: [{name: id, in: path, required: true, schema: {type: "
            "string}}]}}\n"));
    const PlAction *get = pl_catalog_action(bed.catalog, bed.plugin->operations[0]),
                   *post = pl_catalog_action(bed.catalog, bed.plugin->operations[1]);
    const PlAction *run = pl_catalog_action(bed.catalog, bed.plugin->operations[2]);
    CHECK(get->hints.rate_limited && !get->hints.long_running && get->hints.look.len == 0);
    CHECK(post->hints.rate_limited && post->hints.long_running);
    CHECK_STR(post->hints.status_header, "operation-location");
    CHECK_STR(post->hints.look, "list_a");
    CHECK_STR(run->hints.look, "get_b");
    bed_close(&bed);
}

/* A default that its own schema does not allow is none, with a word on it in the document; the plan is not blamed for it. */
TEST(defaults_that_do_not_fit)
{
    static const struct {
        const char *schema, *value; /* "" : it has none */
    } cases[] = {{"{type: integer, default: abc}", ""},
                 {"{type: integer, default: '10'}", "10"},
                 {"{type: integer, default: 10.5}", ""},
                 {"{type: integer, default: 1.0e300}", ""},
                 {"{type: string, enum: [asc, desc], default: ASC}", "asc"},
                 {"{type: string, enum: [asc, desc], default: up}", ""},
                 {"{type: string, enum: [1, 2], default: 1}", "1"},
                 {"{type: boolean, default: 'False'}", "no"},
                 {"{type: boolean, default: 2}", ""},
                 {"{type: string, format: email, default: nobody}", ""},
                 {"{type: string, format: uri, default: /here}", "/here"},
                 {"{type: string, format: date, default: someday}", ""},
                 {"{type: array, items: {type: string}, default: {a: 1}}", ""},
                 {"{type: array, items: {type: string}, default: [a]}", "[\"a\"]"},
                 {"{oneOf: [{type: integer}, {type: boolean}], default: maybe}", ""},
                 {"{oneOf: [{type: integer}, {type: boolean}], default: 7}", "7"},
                 {"{type: string, nullable: true, default: 12}", "12"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        bed_init(&bed);
        bed_add(&bed, "t", pl_arena_printf(bed.arena, "openapi: 3.0.3\ninfo: {title: T}\npaths: {/a: {get: {operationId: get, parameters: [{name: p, in: "
            "query, schema: %s}],"
                                                      " responses: {'200': {description: ok}}}}}\n", cases[i].schema), NULL);
        const PlParam *p = &bed_action(&bed, "get")->params[0];
        pl_buf_clear(&bed.out);
        PlLiteral v = p->value;
        if (v.kind == PL_LIT_INT) pl_buf_put_int(&bed.out, v.as.integer);
        else if (v.kind == PL_LIT_YESNO) pl_buf_put_z(&bed.out, v.as.yes ? "yes" : "no");
        else if (v.kind != PL_LIT_NOTHING) pl_buf_put(&bed.out, v.as.text);
        CHECK_STR(pl_buf_str(&bed.out), cases[i].value);
        CHECK(p->has_default == (cases[i].value[0] != 0) && bed_has(&bed, PL_D_SCHEMA_DEFAULT) == (cases[i].value[0] == 0));
        bed_close(&bed);
    }
}

TEST(methods_that_are_not_sent)
{
    Bed bed;
    bed_open(&bed, PL_STR("openapi: 3.2.0\ninfo: {title: T}\npaths:\n  /a:\n    copy: {operationId: a, responses: {'200': {description: ok}}}\n    summary: "
        "x\n    x-purge: {}\n"
                          "    query: {operationId: q, responses: {'200': {description: ok}}}\n"
                          "    additionalOperations: {LOCK: {operationId: l}, QUERY: {operationId: q2, responses: {'200': {description: ok}}}}\n"));
    CHECK(bed_count(&bed, PL_D_OP_METHOD) == 2 && bed.plugin->operation_count == 2);
    bed_close(&bed);
}

/* A title without Latin letters, or none, in a file that is called what it is: the host has a name. */
TEST(plugins_are_named_after_their_host)
{
    static const struct {
        const char *title, *path, *server, *name;
    } cases[] = {{"", "openapi.yaml", "https://schedule.import-it.io/v1", "import_it"},
                 {"\xe3\x82\xab\xe3\x83\xa9 API", "a/open_api.json", "https://api.shop-pro.jp", "shop_pro"},
                 {"API", "swagger.json", "https://api.things.co.uk:8080/x", "things"},
                 {"API", "swagger.json", "http://127.0.0.1/x", "api"},
                 {"API", "swagger.json", "https://localhost/x", "api"},
                 {"API", "orders.json", "https://api.things.com", "api"},
                 {"Orders API", "swagger.json", "https://api.things.com", "orders"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        bed_init(&bed);
        PlStr text = pl_arena_printf(bed.arena, "openapi: 3.0.3\ninfo: {title: '%s'}\nservers: [{url: '%s'}]\npaths: {/a: {get: {responses: {'200': "
            "{description: ok}}}}}\n",
                                     cases[i].title, cases[i].server);
        CHECK(pl_catalog_add_text(bed.catalog, PL_STR(""), pl_str_z(cases[i].path), text, NULL, &bed.plugin) == PL_OK);
        CHECK_STR(bed.plugin->name, cases[i].name);
        bed_close(&bed);
    }
}

/* A verb that says what the method does needs no second one, also before the templates of a path. */
TEST(verbs_before_templates)
{
    static const struct {
        const char *method, *path, *name;
    } cases[] = {{"post", "/settings/create/{id}", "settings.create"},  {"delete", "/settings/delete/{id}", "settings.delete"}, {"put",
        "/settings/update/{id}", "settings.update"},
                 {"get", "/settings/get/{id}", "settings.get"},         {"get", "/orders/refund/{id}", "orders.refund.get"},    {"delete",
                     "/orders/create/{id}", "orders.create.delete"},
                 {"post", "/users/archive/{id}", "users.archive"},      {"get", "/search/{q}", "search.get"},                   {"post", "/orders/{id}",
                     "orders.post"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        bed_init(&bed);
        bed_add(&bed, "t", pl_arena_printf(bed.arena, "openapi: 3.0.3\ninfo: {title: T}\npaths: {'%s': {%s: {responses: {'200': {description: ok}}}}}\n",
            cases[i].path, cases[i].method),
                NULL);
        CHECK_STR(bed.plugin->operations[0]->name, cases[i].name);
        bed_close(&bed);
    }
}

/* `page` as a text with a number as its default. */
TEST(pages_by_a_number_in_a_text)
{
    static const struct {
        const char *schema;
        PlPageForm form;
    } cases[] = {{"{type: string, default: '0'}", PL_PAGE_NUMBER}, {"{type: string, default: first}", PL_PAGE_NONE}, {"{type: string}", PL_PAGE_NONE},
        {"{type: integer}", PL_PAGE_NUMBER}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        bed_init(&bed);
        bed_add(&bed, "t", pl_arena_printf(bed.arena, "openapi: 3.0.3\ninfo: {title: T}\npaths: {/a: {get: {operationId: list, parameters: [{name: page, "
            "in: query, schema: %s}], responses: "
                                                      "{'200': {description: ok, content: {application/json: {schema: {type: array, items: {type: "
                                                      "string}}}}}}}}}\n", cases[i].schema), NULL);
        CHECK(bed_action(&bed, "list")->paging.form == cases[i].form);
        bed_close(&bed);
    }
}

UNIT_MAIN
