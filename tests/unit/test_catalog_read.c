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
    PlStr text = pl_arena_printf(bed.arena, HEAD "paths: {/a: {get: {parameters: [{in: query, %s}], responses: {200: {content: {a/json: {schema: {type: object, "
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
    bed_open(&bed, PL_STR(HEAD "paths: {'/a/{i}': {post: {servers: [{url: 'https://b.example'}], parameters: [{name: i, in: path, style: label, schema: {type: string}}, "
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

UNIT_MAIN
