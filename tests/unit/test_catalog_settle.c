/* SPDX-License-Identifier: MIT */
/* Probes and awaited work: told by the project or the document, concluded from it, or refused. */
#include "tests/unit/unit.h"

#include "compiler/catalog/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlCatalog *catalog;
    PlPlugin *plugin;
    PlPluginOptions options;
    char text[2048];
} Bed;

static bool vouched; /* the project says `trusted: yes` of the document */

/* The operation `name` of the document; fields of the operation POST /things are put in for %s. */
static const PlAction *open_bed(Bed *bed, const PlToldProbe *probe, const PlToldWait *wait, const char *extra)
{
    static const char form[] =
        "openapi: 3.0.3\ninfo: {title: T}\nservers: [{url: 'https://a.example'}]\npaths:\n  /things:\n    post:\n      operationId: createThing\n%s"
        "      requestBody: {content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string}, "
        "colour: {type: string}, parts: {type: array, items: {type: string}}, size: {type: integer}}}}}}\n"
        "%s"
        "    get:\n      operationId: listThings\n      parameters: [{name: code, in: query, schema: {type: string}}]\n"
        "      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {type: object}}}}}}\n"
        "  /things/{%s}:\n    get:\n      operationId: getThing\n      parameters: [{name: %s, in: path, required: true, schema: {type: string}}]\n"
        "      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {code: {type: string}, "
        "id: {type: integer}, size: {type: integer}, parts: {type: array, items: {type: string}}}}}}}}\n"
        "    delete:\n      operationId: deleteThing\n      parameters: [{name: %s, in: path, required: true, schema: {type: string}}]\n"
        "      responses: {'204': {description: ok}}\n";
    static char document[8192];
    *bed = (Bed){.options = {.server = PL_STR(""),
                             .credential = PL_STR(""),
                             .probes = probe,
                             .probe_count = probe != NULL,
                             .waits = wait,
                             .wait_count = wait != NULL,
                             .trusted = vouched}};
    bed->arena = pl_arena_new(&bed->escape, 0);
    if (setjmp(bed->escape.at)) CHECK(!"escaped");
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    pl_types_init(&bed->types, bed->arena);
    bed->catalog = pl_catalog_new(bed->arena, &bed->sources, &bed->diags, &bed->types);
    const char *key = strstr(extra, "by-id") ? "id" : "code", *responses = strstr(extra, "responses:");
    snprintf(
        document, sizeof document, form, extra,
        responses
            ? ""
            : "      responses: {'201': {description: ok, content: {application/json: {schema: {type: object}}}}}\n",
        key, key, key);
    CHECK(pl_catalog_add_text(bed->catalog, PL_STR("t"), PL_STR("t.yaml"), pl_str_z(document), &bed->options, &bed->plugin) == PL_OK);
    bool ambiguous;
    return pl_catalog_action(bed->catalog, pl_catalog_find(bed->catalog, bed->plugin, PL_STR("createThing"), &ambiguous));
}

static PlStr show(Bed *bed, const PlAction *a)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_buf_printf(&out, "%s " PL_FMT "(", pl_doubt_name(a->doubt), PL_ARG(a->probe.action));
    for (uint32_t i = 0; i < a->probe.with_count; i++) pl_buf_printf(&out, PL_FMT "=" PL_FMT ";", PL_ARG(a->probe.with[i].name), PL_ARG(a->probe.with[i].arg));
    pl_buf_put_z(&out, ") ");
    for (uint32_t i = 0; i < a->probe.match_count; i++)
        pl_buf_printf(&out, PL_FMT "=" PL_FMT ";", PL_ARG(a->probe.match[i].name), PL_ARG(a->probe.match[i].arg));
    snprintf(bed->text, sizeof bed->text, PL_FMT, PL_ARG(pl_buf_str(&out)));
    pl_buf_deinit(&out);
    return pl_str_z(bed->text);
}

TEST(a_thing_that_the_client_names)
{
    Bed bed;
    const PlAction *a = open_bed(&bed, NULL, NULL, "");
    CHECK_STR(show(&bed, a), "reconcilable get_thing(code=code;) code=code;size=size;");
    CHECK(!a->probe.absent_is_sure);
    pl_arena_free(bed.arena);
    a = open_bed(&bed, NULL, NULL, "      x-note: by-id\n"); /* the server names it */
    CHECK_STR(show(&bed, a), "unsafe () ");
    pl_arena_free(bed.arena);
}

TEST(told_in_the_document)
{
    Bed bed;
    const PlAction *a = open_bed(&bed, NULL, NULL,
                                 "      x-pilot-reconcile: {operation: list_things, match: {Code: code}, after: 5 "
                                 "seconds, absent: not applied}\n");
    CHECK_STR(show(&bed, a), "reconcilable list_things() Code=code;");
    CHECK(a->probe.after_us == 5000000 && !a->probe.absent_is_sure && bed.diags.errors == 0);
    pl_arena_free(bed.arena);
    a = open_bed(&bed, NULL, NULL, "      x-pilot-reconcile: getThing\n");
    CHECK_STR(show(&bed, a), "reconcilable get_thing(code=code;) ");
    pl_arena_free(bed.arena);
}

TEST(what_is_not_found_proves_something_where_the_document_is_vouched_for)
{
    static const char said[] = "      x-pilot-reconcile: {operation: list_things, match: {Code: code}, absent: not applied}\n";
    Bed bed;
    const PlAction *a = open_bed(&bed, NULL, NULL, said);
    CHECK(a->doubt == PL_DOUBT_RECONCILABLE && !a->probe.absent_is_sure);
    CHECK_STR(a->claims, "x-pilot-reconcile: absent: not applied");
    pl_arena_free(bed.arena);
    vouched = true;
    a = open_bed(&bed, NULL, NULL, said);
    vouched = false;
    CHECK(a->doubt == PL_DOUBT_RECONCILABLE && a->probe.absent_is_sure && a->claims.len == 0);
    pl_arena_free(bed.arena);
}

TEST(told_by_the_project)
{
    Bed bed;
    PlProbePair with[] = {{PL_STR_INIT("code"), PL_STR_INIT("Code")}}, match[] = {{PL_STR_INIT("state"), PL_STR_INIT("=new")}};
    PlToldProbe told = {
        .operation = PL_STR_INIT("create_thing"),
        .probe = {
            .action = PL_STR_INIT("listThings"), .with = with, .with_count = 1, .match = match, .match_count = 1}};
    const PlAction *a = open_bed(&bed, &told, NULL, "      x-pilot-reconcile: getThing\n"); /* the project has the last word */
    CHECK_STR(show(&bed, a), "reconcilable list_things(code=code;) state==new;");
    pl_arena_free(bed.arena);
}

TEST(what_is_not_there_is_an_error)
{
    static const struct {
        const char *said, *words;
    } cases[] = {{"nobody", "there is no operation nobody"},
                 {"deleteThing", "does more than read"},
                 {"createThing", "there is no operation createThing"},
                 {"{operation: listThings, with: {code: weight}}", "has no argument weight"},
                 {"{operation: listThings, with: {weight: code}}", "list_things has no argument weight"},
                 {"{operation: listThings, match: {code: weight}}", "has no argument weight"},
                 {"{operation: listThings}", "it looks for nothing"},
                 {"{operation: listThings, absent: maybe}", "`unknown` or `not applied`"},
                 {"{operation: listThings, after: soon}", "a duration"},
                 {"{operation: listThings, when: now}", "no key `when`"},
                 {"[listThings]", "the name of an operation, or a map"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Bed bed;
        char extra[256];
        snprintf(extra, sizeof extra, "      x-pilot-reconcile: %s\n", cases[i].said);
        const PlAction *a = open_bed(&bed, NULL, NULL, extra);
        CHECK(a && a->doubt == PL_DOUBT_UNSAFE && bed.diags.errors == 1);
        PlBuf out;
        pl_buf_init(&out, 0);
        pl_diags_print(&out, &bed.diags, false);
        if (pl_str_find(pl_buf_str(&out), pl_str_z(cases[i].words), 0) == PL_STR_NONE) CHECK_STR(pl_buf_str(&out), cases[i].words);
        pl_buf_deinit(&out);
        pl_arena_free(bed.arena);
    }
}

/* ---- awaited work ---- */


TEST(work_that_goes_on)
{
    Bed bed;
    const PlAction *a = open_bed(&bed, NULL, NULL,
                                 "      responses: {'202': {description: begun, headers: {Location: {schema: {type: string}}}}, "
                                 "'200': {description: done, content: {application/json: {schema: {type: integer}}}}}\n");
    CHECK(a->await.on && a->await.type == PL_T_INTEGER && a->result == PL_T_INTEGER);
    CHECK_STR(a->await.header, "location");
    pl_arena_free(bed.arena);
    a = open_bed(&bed, NULL, NULL,
                 "      responses: {'202': {description: begun, headers: {Location: {schema: {type: string}}}, "
                 "content: {application/json: {schema: {type: object}}}}}\n");
    CHECK(!a->await.on && a->hints.long_running); /* the document describes the answer: a plan that reads it asks for itself */
    pl_arena_free(bed.arena);
    a = open_bed(&bed, NULL, NULL,
                 "      x-ms-long-running-operation: true\n      responses: {'202': {description: begun, content: "
                 "{application/json: {schema: {type: object}}}}}\n");
    CHECK(a->await.on && a->await.header.len == 0 && a->result == PL_T_ANY);
    pl_arena_free(bed.arena);
    a = open_bed(&bed, NULL, NULL, "      responses: {'202': {description: begun}}\n");
    CHECK(!a->await.on);
    pl_arena_free(bed.arena);
}

TEST(awaited_as_told)
{
    Bed bed;
    const PlAction *a = open_bed(&bed, NULL, NULL,
                                 "      x-pilot-wait: {place: /links/status, state: /phase, result: /out, gives: getThing, every: 5 seconds, within: 2 hours}\n"
                                 "      responses: {'202': {description: begun, content: {application/json: {schema: {type: object}}}}}\n");
    CHECK(a->await.on && a->await.every_us == 5000000 && a->await.within_us == 7200000000u && bed.diags.errors == 0);
    CHECK_STR(a->await.place, "/links/status");
    CHECK_STR(a->await.state, "/phase");
    CHECK_STR(a->await.result, "/out");
    CHECK(pl_type(&bed.types, a->result)->kind == PL_TYPE_RECORD && a->result == a->await.type);
    pl_arena_free(bed.arena);
    PlToldWait told = {.operation = PL_STR_INIT("createThing"), .never = true, .gives = PL_STR_INIT("")};
    a = open_bed(&bed, NULL, &told, "      x-ms-long-running-operation: true\n      responses: {'202': {description: begun}}\n");
    CHECK(!a->await.on);
    pl_arena_free(bed.arena);
    a = open_bed(&bed, NULL, NULL, "      x-pilot-wait: {gives: nobody}\n      responses: {'202': {description: begun}}\n");
    CHECK(!a->await.on && bed.diags.errors == 1);
    pl_arena_free(bed.arena);
    a = open_bed(&bed, NULL, NULL, "      x-pilot-wait: {place: links}\n      responses: {'202': {description: begun}}\n");
    CHECK(!a->await.on && bed.diags.errors == 1);
    pl_arena_free(bed.arena);
}

/* 2,000 and 16,000 operations: the work for one does not grow with how many others there are. */
static double seconds_for(unsigned count)
{
    Bed bed = {0};
    bed.arena = pl_arena_new(&bed.escape, 0);
    if (setjmp(bed.escape.at)) abort();
    pl_sources_init(&bed.sources, bed.arena);
    pl_diags_init(&bed.diags, bed.arena, &bed.sources);
    pl_types_init(&bed.types, bed.arena);
    bed.catalog = pl_catalog_new(bed.arena, &bed.sources, &bed.diags, &bed.types);
    PlBuf text;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "{\"openapi\":\"3.0.0\",\"info\":{\"title\":\"T\"},\"paths\":{");
    for (unsigned i = 0; i < count; i++)
        pl_buf_printf(&text,
                      "%s\"/thing%u\":{\"get\":{\"operationId\":\"list%u\",\"responses\":{\"200\":{}}},\"post\":{\"operationId\":\"make%u\",\"requestBody\":"
                      "{\"content\":{\"application/json\":{\"schema\":{\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":\"string\"}}}}}},"
                      "\"responses\":{\"200\":{\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/S%u\"}}}}}}}",
                      i ? "," : "", i, i, i, i);
    pl_buf_put_z(&text, "},\"components\":{\"schemas\":{");
    for (unsigned i = 0; i < count; i++) pl_buf_printf(&text, "%s\"S%u\":{\"type\":\"integer\"}", i ? "," : "", i);
    pl_buf_put_z(&text, "}}}");
    clock_t start = clock();
    CHECK(pl_catalog_add_text(bed.catalog, PL_STR("t"), PL_STR("t.json"), pl_buf_str(&text), NULL, &bed.plugin) == PL_OK);
    for (uint32_t i = 0; i < bed.plugin->operation_count; i++) CHECK(pl_catalog_action(bed.catalog, bed.plugin->operations[i]) != NULL);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    pl_buf_deinit(&text);
    pl_arena_free(bed.arena);
    return seconds;
}

TEST(many_operations_take_time_in_proportion)
{
    double few = seconds_for(1000), many = seconds_for(8000);
    CHECK(many < 24 * few + 0.5);
}

UNIT_MAIN
