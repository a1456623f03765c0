/* SPDX-License-Identifier: MIT */
/* What a careful reader would make of documents that say less than they mean, found by reading real ones side by side with the catalog. */
#include "tests/unit/catalog_world.h"

#include "compiler/catalog/markup.h"
#include "compiler/catalog/name.h"
#include "compiler/present/catalog_json.h"

TEST(html_as_a_line)
{
    static const char *const cases[][2] = {
        {"plain text\nand more", "plain text"},
        {"  \n a < b && c > d", "a < b && c > d"},
        {"<p>Lists <b>all</b> the <code>pets</code>.</p><p>More</p>", "Lists all the pets."},
        {"<div class=\"x > y\"><br/><h2>Find&nbsp;it</h2>below", "Find it"},
        {"Tom &amp; Jerry &#39;s &#x201c;house&#x201D; &copy;", "Tom & Jerry 's “house” ©"},
        {"give <your-id> &unknown; &#0; &#xd800; &", "give <your-id> &unknown; &#0; &#xd800; &"},
        {"<!-- note -->seen<!-- never closed", "seen"},
        {"<a href='x'>link</a> and <a unclosed", "link and <a unclosed"},
        {"<br><br/><p></p>", ""},
        {"&lt;b&gt;", "<b>"},
    };
    Bed bed;
    bed_init(&bed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) CHECK_STR(pl_markup_line(bed.arena, pl_str_z(cases[i][0])), cases[i][1]);
    for (int i = 0; i < 3000; i++) pl_buf_put_z(&bed.out, "<b>x</b> ");
    CHECK(pl_markup_line(bed.arena, pl_buf_str(&bed.out)).len <= 1024);
    bed_close(&bed);
}

TEST(names_of_paths)
{
    static const struct {
        PlMethod method;
        const char *path, *name;
    } cases[] = {
        {PL_GET, "/", "root.get"},
        {PL_GET, "/spec.yaml", "spec_yaml.get"},
        {PL_POST, "/jobs/{id}/interrupt", "jobs.interrupt"},
        {PL_POST, "/things/email-upsert", "things.email_upsert"},
        {PL_POST, "/checkout_fields", "checkout_fields.create"},
        {PL_POST, "/add_users", "add_users"},
        {PL_PUT, "/users/{id}/suspend", "users.suspend"},
        {PL_GET, "/orders/{id}/refund", "orders.refund.get"},
        {PL_GET, "/release_dates", "release_dates.list"},
        {PL_GET, "/pets/search", "pets.search"},
    };
    Bed bed;
    bed_init(&bed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(pl_name_from_path(bed.arena, cases[i].method, pl_str_z(cases[i].path), false), cases[i].name);
    CHECK_STR(pl_name_from_path(bed.arena, PL_GET, PL_STR("/objects/{type}"), true), "objects.list");
    CHECK_STR(pl_name_from_path(bed.arena, PL_POST, PL_STR("/objects/{type}"), true), "objects.create");
    bed_close(&bed);
}

#define HEAD "openapi: 3.0.3\ninfo: {title: T}\nservers: [{url: 'https://a.example'}]\n"

static PlStr names(Bed *bed)
{
    PlStr all = PL_STR("");
    for (uint32_t i = 0; i < bed->plugin->operation_count; i++)
        all = pl_arena_printf(bed->arena, PL_FMT " " PL_FMT, PL_ARG(all), PL_ARG(bed->plugin->operations[i]->name));
    return pl_str_trim(all);
}

TEST(many_things_and_forms)
{
    Bed bed;
    bed_open(&bed, PL_STR(HEAD "paths:\n  /o/{type}: {get: {}, post: {}}\n  /o/{type}/{id}: {get: {}, delete: {}}\n  /s: {get: {operationId: s.find.1}, "
                               "post: {operationId: s.find.0}}\n  /n: {get: {operationId: v1.2}}\n"));
    CHECK_STR(names(&bed), "o.list o.create o.get o.delete s.find s.find_2 v1");
    CHECK(bed.diags.all.len == 0);
    bed_close(&bed);
}

TEST(schemes_that_nothing_asks_for)
{
    Bed bed;
    bed_open(&bed, PL_STR(HEAD "paths: {/a: {get: {operationId: a}}, /b: {get: {operationId: b}}}\n"
                               "components: {securitySchemes: {k: {type: apiKey, in: header, name: K}, bad: 5, b: {type: http, scheme: basic}}}\n"));
    const PlAction *a = bed_action(&bed, "a"), *b = bed_action(&bed, "b");
    CHECK(a->auth_count == 3 && a->auth[0].count == 1 && a->auth[1].count == 1 && a->auth[2].count == 0);
    CHECK(a->auth[0].all[0].kind == PL_AUTH_API_KEY && a->auth[1].all[0].kind == PL_AUTH_BASIC);
    CHECK(b->auth_count == 3 && bed_count(&bed, PL_D_OP_SCHEMES_UNSAID) == 1);
    bed_close(&bed);
    bed_open(&bed, PL_STR(HEAD "paths: {/a: {get: {operationId: a}}, /b: {get: {operationId: b, security: [{k: []}]}}}\n"
                               "components: {securitySchemes: {k: {type: apiKey, in: header, name: K}}}\n"));
    CHECK(bed_action(&bed, "a")->auth_count == 0 && bed_action(&bed, "b")->auth_count == 1);
    bed_close(&bed);
    bed_open(&bed, PL_STR(HEAD "security: []\npaths: {/a: {get: {operationId: a}}}\n"
                               "components: {securitySchemes: {k: {type: apiKey, in: header, name: K}}}\n"));
    CHECK(bed_action(&bed, "a")->auth_count == 0 && !bed_has(&bed, PL_D_OP_SCHEMES_UNSAID));
    bed_close(&bed);
}

static PlStr result(const char *schema)
{
    static char shown[400];
    Bed bed;
    bed_init(&bed);
    bed_add(&bed, "t", pl_arena_printf(bed.arena, HEAD "paths: {/a: {get: {responses: {200: {content: {a/json: {schema: %s}}}}}}}", schema), NULL);
    PlStr type = bed_type(&bed, pl_catalog_action(bed.catalog, bed.plugin->operations[0])->result);
    snprintf(shown, sizeof shown, "%.*s", PL_ARG(type));
    bed_close(&bed);
    return pl_str_z(shown);
}

TEST(alternatives_that_are_one_enum)
{
    CHECK_STR(result("{oneOf: [{const: a}, {const: b}, {enum: [b, c]}]}"), "one of \"a\", \"b\", \"c\"");
    CHECK_STR(result("{anyOf: [{enum: [a]}, {enum: [1]}, {type: 'null'}]}"), "one of \"a\", 1 or nothing");
    CHECK_STR(result("{anyOf: [{enum: [a]}, {type: string}]}"), "one of \"a\" or text");
    CHECK_STR(result("{anyOf: [{const: true}, {const: false}]}"), "yes/no");
}

static PlStr pages(const char *parameter, const char *fields)
{
    static char shown[200];
    Bed bed;
    bed_init(&bed);
    PlStr text = pl_arena_printf(bed.arena,
                                 HEAD "paths: {/a: {get: {parameters: [{in: query, %s}], responses: {200: {content: {a/json: {schema: {type: object, "
                                      "properties: {items: {type: array}, %s}}}}}}}}}",
                                 parameter, fields);
    bed_add(&bed, "t", text, NULL);
    const PlPaging *p = &pl_catalog_action(bed.catalog, bed.plugin->operations[0])->paging;
    snprintf(shown, sizeof shown, "%s %.*s %.*s", pl_paging_form_name(p->form), PL_ARG(p->param), PL_ARG(p->next));
    bed_close(&bed);
    return pl_str_z(shown);
}

/* "next" is an address or what a parameter takes: an offset is never the whole address. */
TEST(next_as_an_address)
{
    CHECK_STR(pages("name: offset, schema: {type: string}", "next: {type: string, description: The URI of the next page}"), "url  /next");
    CHECK_STR(pages("name: offset, schema: {type: integer}", "next: {type: string}"), "url  /next");
    CHECK_STR(pages("name: page, schema: {type: string}", "next: {type: string}, previous: {type: string}"), "url  /next");
    CHECK_STR(pages("name: cursor, schema: {type: string}", "next: {type: string}, previous: {type: string}"), "token cursor /next");
    CHECK_STR(pages("name: cursor, schema: {type: string}", "next: {type: string, description: A link to what follows}"), "url  /next");
    CHECK_STR(pages("name: offset, schema: {type: string}", "next: {type: string}"), "token offset /next");
}

TEST(details_as_json)
{
    Bed bed;
    bed_open(&bed,
             PL_STR(HEAD "paths: {'/a/{i}': {post: {servers: [{url: 'https://b.example'}], parameters: [{name: i, in: path, style: label, schema: "
                         "{type: string}}, "
                         "{name: d, in: query, style: deepObject, schema: {type: object}}, {name: f, in: query, explode: false, allowReserved: true, "
                         "schema: {type: array}}, {name: u, in: query}], requestBody: {content: {a/json: {schema: {type: string}}}}}}}"));
    CHECK(pl_catalog_json(&bed.out, bed.catalog, NULL, PL_STR(""), true) == PL_OK);
    static const char *const parts[] = {
        "\"wire\":\"i\",\"style\":\"label\"}", "\"wire\":\"d\",\"style\":\"deepObject\"}", "\"wire\":\"f\",\"explode\":false,\"allow_reserved\":true}",
        "\"wire\":\"u\"}", "\"body_required\":false", "\"server\":\"https://b.example\"",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        CHECK(pl_str_find(pl_buf_str(&bed.out), pl_str_z(parts[i]), 0) != PL_STR_NONE || printf("missing: %s\n", parts[i]) < 0);
    bed_close(&bed);
}

static PlStr first_params(Bed *bed)
{
    const PlAction *a = pl_catalog_action(bed->catalog, bed->plugin->operations[0]);
    PlStr all = PL_STR("");
    for (uint32_t i = 0; i < a->param_count; i++)
        all = pl_arena_printf(bed->arena, PL_FMT " %s:" PL_FMT, PL_ARG(all), pl_place_name(a->params[i].place), PL_ARG(a->params[i].wire));
    return pl_str_trim(all);
}

#define ONE(operation) HEAD "paths: {/a: {post: {" operation "}}}\n"

/* One thing where a list of them is due, and the other way round. */
TEST(shapes_that_are_plain)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {ONE("parameters: {name: q, in: query}"), "query:q"},
        {ONE("parameters: {one: {name: q, in: query}, two: {name: r, in: query}}"), "query:q query:r"},
        {ONE("parameters: [[{name: q, in: query}], {name: r, in: query}]"), "query:q query:r"},
        {ONE("requestBody: {content: [text/csv]}"), "body:body"},
        {HEAD "paths: [{/a: {get: {parameters: [{name: q, in: query}]}}}, 5, {/b: {get: {}}}]\n", "query:q"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        bed_open(&bed, pl_str_z(cases[i].text));
        CHECK_STR(first_params(&bed), cases[i].expected);
        CHECK(bed.diags.errors == 0 && bed_count(&bed, PL_D_SCHEMA_TAKEN) <= 1);
        bed_close(&bed);
    }
}

TEST(servers_without_a_list)
{
    static const char *const servers[] = {"{url: 'https://s.example/v1/'}", "'https://s.example/v1'", "['https://s.example/v1']",
                                          "[7, {}, {url: s.example/v1}]"};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        Bed bed;
        bed_init(&bed);
        bed_add(&bed, "t", pl_arena_printf(bed.arena, "openapi: 3.0.0\nservers: %s\npaths: {/a: {get: {}}}\n", servers[i]), NULL);
        CHECK_STR(bed.plugin->server, "https://s.example/v1");
        bed_close(&bed);
    }
}

TEST(security_without_lists)
{
    static const char *const ways[] = {"{k: [x]}", "[k]", "[{k: x}]", "[{k: [x]}]"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        Bed bed;
        bed_init(&bed);
        bed_add(&bed, "t",
                pl_arena_printf(bed.arena,
                                HEAD "paths: {/a: {get: {security: %s}}}\ncomponents: {securitySchemes: {k: {type: http, scheme: bearer}}}\n",
                                ways[i]),
                NULL);
        const PlAction *a = pl_catalog_action(bed.catalog, bed.plugin->operations[0]);
        CHECK(a->auth_count == 1 && a->auth[0].count == 1 && a->auth[0].all[0].kind == PL_AUTH_BEARER);
        CHECK(a->auth_count == 1 && a->auth[0].all[0].scope_count == (i != 1));
        bed_close(&bed);
    }
}

/* What stands beside a $ref counts also where the reference itself is referred to. */
TEST(references_that_say_more)
{
    Bed bed;
    bed_open(&bed, PL_STR("openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {content: {a/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}}\n"
                          "components: {schemas: {A: {$ref: '#/components/schemas/B', required: [a], properties: {a: {$ref: '#/components/schemas/N'}}},\n"
                          "  B: {type: object, properties: {b: {type: integer}}}, N: {$ref: '#/components/schemas/T', nullable: true}, T: {type: string}}}\n"));
    CHECK_STR(bed_type(&bed, pl_catalog_action(bed.catalog, bed.plugin->operations[0])->result), "{b?: integer, a: text or nothing}");
    bed_close(&bed);
    bed_open(&bed, PL_STR("openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {content: {a/json: {schema: {$ref: '#/x'}}}}}}}}\n"
                          "x: {$ref: '#/y', properties: {p: {$ref: '#/x'}}}\ny: {$ref: '#/x', properties: {q: {type: string}}}\n"));
    CHECK_STR(bed_type(&bed, pl_catalog_action(bed.catalog, bed.plugin->operations[0])->result), "any");
    CHECK(bed_count(&bed, PL_D_REF_CYCLE) > 0);
    bed_close(&bed);
}

TEST(references_as_people_write_them)
{
    static const char *const refs[] = {"#/components/schemas/E/", "components/schemas/E", "/components/schemas/E", "E", "#E", "e.json",
                                       "https://a.example/e.json"};
    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
        Bed bed;
        bed_init(&bed);
        bed_add(&bed, "t", pl_arena_printf(bed.arena, HEAD "paths: {/a: {get: {responses: {200: {content: {a/json: {schema: {$ref: '%s'}}}}}}}}\n"
                                                           "components: {schemas: {E: {$id: 'https://a.example/e.json', type: integer}}}\n", refs[i]), NULL);
        CHECK_STR(bed_type(&bed, pl_catalog_action(bed.catalog, bed.plugin->operations[0])->result), "integer");
        CHECK(bed.diags.all.len == 0);
        bed_close(&bed);
    }
}

/* Of two schemas of one name the one around the reference. */
TEST(anchors_of_one_name)
{
    Bed bed;
    bed_open(&bed, PL_STR("openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {content: {a/json: {schema: {$ref: '#/components/schemas/Two'}}}}}}}}\n"
                          "components: {schemas: {One: {$dynamicAnchor: n, type: object, properties: {a: {$dynamicRef: '#n'}}},\n"
                          "  Two: {$dynamicAnchor: n, type: object, required: [b], properties: {b: {type: array, items: {$dynamicRef: '#n'}}}}}}\n"));
    CHECK_STR(bed_type(&bed, pl_catalog_action(bed.catalog, bed.plugin->operations[0])->result), "{b: list of Two}");
    CHECK(!bed_has(&bed, PL_D_REF_DANGLING));
    bed_close(&bed);
}

TEST(bytes_without_a_type)
{
    Bed bed;
    bed_open(&bed, PL_STR(ONE("requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {f: {contentMediaType: image/png}, g: {}}}}}}, "
                              "responses: {200: {content: {'*/*': {schema: {type: string, format: binary}}}}}")));
    const PlAction *a = pl_catalog_action(bed.catalog, bed.plugin->operations[0]);
    CHECK(a->param_count == 2 && a->params[0].type == PL_T_FILE && a->params[1].type == PL_T_ANY && a->result == PL_T_FILE);
    bed_close(&bed);
    bed_open(&bed, PL_STR("swagger: '2.0'\nproduces: [application/json]\npaths: {/a: {get: {responses: {200: {schema: {type: file}}}}}}\n"));
    a = pl_catalog_action(bed.catalog, bed.plugin->operations[0]);
    CHECK(a->result == PL_T_FILE);
    CHECK_STR(a->responses[0].content_type, "*/*"); /* JSON is what the rest of the document gives */
    bed_close(&bed);
}

TEST(defaults_and_bodies_of_2)
{
    Bed bed;
    bed_open(
        &bed,
        PL_STR("swagger: '2.0'\nconsumes: [application/json]\npaths: {/a: {post: {parameters: [{name: l, in: query, type: integer, default: '10'}, "
               "{name: t, in: query, type: string, default: 10}, {name: b, in: body, schema: {type: string}}, {name: f, in: formData, type: "
               "string}]}}}\n"));
    const PlAction *a = pl_catalog_action(bed.catalog, bed.plugin->operations[0]);
    CHECK(a->params[0].has_default && a->params[0].value.kind == PL_LIT_INT && a->params[0].value.as.integer == 10);
    CHECK(a->params[1].has_default && a->params[1].value.kind == PL_LIT_TEXT);
    CHECK(a->body == PL_BODY_JSON && a->param_count == 3);
    CHECK_STR(a->params[2].wire, "body");
    bed_close(&bed);
}

TEST(json_behind_comments)
{
    Bed bed;
    bed_open(&bed, PL_STR("// what follows\n/* is not\n strict */ {openapi: \"3.0.0\", paths: {/* x */ \"/b\": {\"get\": {\"x\": NaN,},},},} // end\n"));
    CHECK(bed.plugin && bed.plugin->operation_count == 1);
    CHECK_STR(bed.plugin->operations[0]->path, "/b");
    bed_close(&bed);
}

/* One template and one parameter are left: they belong together. */
TEST(templates_of_another_name)
{
    static const char *const cases[][3] = {
        {"/a/{id}", "[{name: number, in: path}]", "/a/{number} path:number"},
        {"/a/{x}/b/{id}", "[{name: x, in: path}, {name: y, in: path}]", "/a/{x}/b/{y} path:x path:y"},
        {"/a/{x}/b/{id}", "[{name: y, in: path}]", "/a/{x}/b/{id} path:x path:id query:y"},
        {"/a/{x}", "[{name: y, in: path}, {name: z, in: path}]", "/a/{x} path:x query:y query:z"},
        {"/a/{x}(.{format})", "[{name: x, in: path}]", "/a/{x} path:x"},
        {"/a/{user-id}", "[{name: userId, in: path}]", "/a/{user-id} path:user-id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        bed_init(&bed);
        bed_add(&bed, "t", pl_arena_printf(bed.arena, HEAD "paths: {'%s': {get: {parameters: %s}}}\n", cases[i][0], cases[i][1]), NULL);
        PlStr params = first_params(&bed), path = pl_catalog_action(bed.catalog, bed.plugin->operations[0])->path;
        CHECK_STR(pl_arena_printf(bed.arena, PL_FMT " " PL_FMT, PL_ARG(path), PL_ARG(params)), cases[i][2]);
        CHECK(bed_has(&bed, PL_D_OP_PATH_RENAMED) == (i < 2));
        bed_close(&bed);
    }
}

UNIT_MAIN
