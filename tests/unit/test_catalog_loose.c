/* SPDX-License-Identifier: MIT */
/* Documents that are wrong in ways that people are wrong: each operation is kept and says what was done. */
#include "tests/unit/catalog_world.h"

/* "place name type[!], ... [-> result]" of the first operation; "!" when required. */
static const char *first(Bed *bed)
{
    pl_buf_clear(&bed->out);
    if (bed->status != PL_OK || bed->plugin->operation_count == 0) return "nothing";
    const PlAction *a = pl_catalog_action(bed->catalog, bed->plugin->operations[0]);
    for (uint32_t i = 0; i < a->param_count; i++) {
        const PlParam *p = &a->params[i];
        pl_buf_printf(&bed->out, "%s%s " PL_FMT " ", i ? ", " : "", pl_place_name(p->place), PL_ARG(p->wire));
        pl_type_print(&bed->out, &bed->types, p->type, 0);
        if (p->required) pl_buf_put_char(&bed->out, '!');
    }
    pl_buf_put_z(&bed->out, " -> ");
    pl_type_print(&bed->out, &bed->types, a->result, 0);
    return pl_arena_str(bed->arena, pl_buf_str(&bed->out)).ptr;
}

#define HEAD3 "openapi: 3.0.3\ninfo: {title: T}\nservers: [{url: 'https://a.example'}]\n"
#define FIRST(text, expected, code)                                                                                   \
    Bed bed;                                                                                                           \
    bed_open(&bed, PL_STR(text));                                                                                      \
    CHECK_STR(pl_str_z(first(&bed)), expected);                                                                        \
    CHECK((code) == 0 || bed_count(&bed, (PlDiagCode)(code)) == 1);                                                        \
    bed_close(&bed)

TEST(parameter_without_a_place)
{
    FIRST(HEAD3 "paths: {'/a/{id}': {get: {parameters: [{name: id, schema: {type: integer}}], responses: {}}}}",
          "path id integer! -> nothing", PL_D_OP_PARAM_PLACE);
}

TEST(parameter_without_a_place_or_template)
{
    FIRST(HEAD3 "paths: {/a: {get: {parameters: [{name: q, schema: {type: integer}}], responses: {}}}}",
          "query q integer -> nothing", PL_D_OP_PARAM_PLACE);
}

TEST(templates_within_a_query_value)
{
    Bed bed;
    bed_open(&bed, PL_STR(HEAD3 "paths: {'/a/{id}?v=2&q=name:{name}': {get: {responses: {}}}}"));
    CHECK_STR(pl_str_z(first(&bed)), "path id text!, path name text!, query v text! -> nothing");
    CHECK_STR(pl_catalog_action(bed.catalog, bed.plugin->operations[0])->path, "/a/{id}?q=name:{name}");
    bed_close(&bed);
}

TEST(parameters_as_a_map)
{
    FIRST(HEAD3 "paths: {/a: {get: {parameters: {one: {name: q, in: query, schema: {type: string}}}}}}",
          "query q text -> nothing", PL_D_SCHEMA_TAKEN);
}

TEST(body_parameter_in_version_three)
{
    FIRST(HEAD3 "paths: {/a: {post: {parameters: [{name: b, in: body, required: true, schema: {type: object, required: [n], "
                "properties: {n: {type: integer}}}}], responses: {'200': {description: ok, schema: {type: string}}}}}}",
          "body n integer! -> text", 0);
}

TEST(form_parameters_in_version_three)
{
    FIRST(HEAD3 "paths: {/a: {post: {parameters: [{name: n, in: formData, type: integer, required: true}], responses: {}}}}",
          "body n integer! -> nothing", 0);
}

TEST(request_body_in_version_two)
{
    FIRST("swagger: '2.0'\ninfo: {title: T}\nservers: [{url: 'https://a.example'}]\n"
          "paths: {/a: {post: {requestBody: {required: true, content: {application/json: {schema: {type: array, items: "
          "{type: string}}}}}, responses: {'200': {content: {application/json: {schema: {type: integer}}}}}}}}",
          "body body list of text! -> integer", 0);
}

TEST(query_string_of_3_2)
{
    FIRST("openapi: 3.2.0\ninfo: {title: T}\npaths: {/a: {get: {parameters: [{name: s, in: querystring, required: true, content: "
          "{application/x-www-form-urlencoded: {schema: {type: object, required: [x], properties: {x: {type: string}, y: {type: "
          "integer}}}}}}], responses: {}}}}",
          "query x text!, query y integer -> nothing", PL_D_API_VERSION);
}

TEST(header_that_cannot_be_sent)
{
    FIRST(HEAD3 "paths: {/a: {get: {parameters: [{name: 'X Key', in: header, schema: {type: string}}], responses: {}}}}",
          " -> nothing", PL_D_OP_PARAM);
}

TEST(anchors_deep_inside)
{
    FIRST("openapi: 3.1.0\ninfo: {title: T}\npaths: {/a: {get: {responses: {'200': {description: '', content: {application/json: "
          "{schema: {$ref: '#pet'}}}}}}}}\ncomponents: {schemas: {Outer: {properties: {inner: {$anchor: pet, type: integer}}}}}",
          " -> integer", 0);
}

TEST(schemas_by_id)
{
    FIRST("openapi: 3.1.0\ninfo: {title: T}\npaths: {/a: {get: {responses: {'200': {description: '', content: {application/json: "
          "{schema: {$ref: 'https://x.example/pet#/$defs/n'}}}}}}}}\n"
          "components: {schemas: {Pet: {$id: 'https://x.example/pet', $defs: {n: {type: integer}}}}}",
          " -> integer", 0);
}

TEST(dynamic_references)
{
    FIRST("openapi: 3.1.0\ninfo: {title: T}\npaths: {/a: {get: {responses: {'200': {description: '', content: {application/json: "
          "{schema: {$ref: '#/components/schemas/Tree'}}}}}}}}\n"
          "components: {schemas: {Tree: {$dynamicAnchor: node, type: object, properties: {n: {type: integer}, sub: {type: array, items: "
          "{$dynamicRef: '#node'}}}}}}",
          " -> {n?: integer, sub?: list of Tree}", 0);
}

/* 2020-12 core section 9.2: '#' is the schema with an $id around the reference; where nothing stands there, the document. */
TEST(references_inside_a_schema_with_an_id)
{
    Bed bed;
    bed_open(&bed, PL_STR("openapi: 3.1.0\ninfo: {title: T}\nservers: [{url: 'https://a.example'}]\npaths: {/a: {get: {operationId: get, responses: {'200': "
                          "{description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}}}}\n"
                          "$defs: {part: {type: string}}\n"
                          "components:\n  schemas:\n    Name: {$anchor: name, type: string}\n    Money: {type: number}\n    Order:\n"
                          "      $id: https://a.example/schemas/order\n      type: object\n      properties:\n"
                          "        part: {$ref: '#/$defs/part'}\n        name: {$ref: '#name'}\n        dynamic: {$dynamicRef: '#name'}\n"
                          "        price: {$ref: '#/components/schemas/Money'}\n        line: {$ref: line}\n        lines: {$ref: /schemas/line}\n"
                          "        next: {$ref: 'line#name'}\n"
                          "      $defs:\n        part: {type: integer}\n        n: {$anchor: name, type: boolean}\n"
                          "        l: {$id: line, type: object, properties: {part: {$ref: '#/$defs/part'}}, $defs: {part: {type: 'null'}, n: {$anchor: "
                          "name, type: integer}}}\n"));
    const PlAction *a = bed_action(&bed, "get");
    CHECK_STR(bed_type(&bed, a->result), "{part?: integer, name?: yes/no, dynamic?: yes/no, price?: number, line?: {part?: nothing}, "
                                         "lines?: {part?: nothing}, next?: integer}");
    CHECK(!bed_has(&bed, PL_D_REF_DANGLING));
    bed_close(&bed);
}

TEST(examples_are_not_searched_for_anchors)
{
    FIRST("openapi: 3.1.0\ninfo: {title: T}\npaths: {/a: {get: {responses: {'200': {description: '', content: {application/json: "
          "{schema: {$ref: '#pet'}, example: {$anchor: pet, type: integer}}}}}}}}",
          " -> any", PL_D_REF_DANGLING);
}

TEST(names_that_a_machine_made)
{
    static const struct {
        const char *path, *id, *name;
    } all[] = {
        {"/tv/{tv_id}/season/{season_number}/images", "GET_tv-tv_id-season-season_number-images", "tv.season.images.list"},
        {"/tv/{tv_id}", "GET_tv-tv_id", "get_tv_tv_id"},
        {"/crm/2026-09-beta/objects/{objectType}", "", "crm.objects.get"},
        {"/api/v2/me", "", "me.get"},
        {"/pets", "", "pets.list"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        Bed bed;
        char text[512];
        snprintf(text, sizeof text, HEAD3 "paths: {'%s': {get: {operationId: '%s', responses: {}}}}", all[i].path, all[i].id);
        bed_open(&bed, pl_str_z(text));
        CHECK_STR(bed.plugin->operations[0]->name, all[i].name);
        bed_close(&bed);
    }
}

static void put_16(PlBuf *out, const char *text, bool big)
{
    for (; *text; text++) {
        if (big) pl_buf_put_char(out, 0);
        pl_buf_put_char(out, *text);
        if (!big) pl_buf_put_char(out, 0);
    }
}

TEST(utf16_without_a_mark)
{
    for (int big = 0; big < 2; big++) {
        PlBuf text;
        pl_buf_init(&text, 0);
        put_16(&text, HEAD3 "paths: {/a: {get: {}}}", big);
        Bed bed;
        bed_open(&bed, pl_buf_str(&text));
        CHECK((bed.status) == PL_OK);
        CHECK((bed.plugin ? bed.plugin->operation_count : 0) == 1);
        bed_close(&bed);
        pl_buf_deinit(&text);
    }
}

TEST(no_content_means_none)
{
    FIRST(HEAD3 "paths: {/a: {delete: {responses: {'204': {description: '', content: {application/json: {schema: {type: object}}}}}}}}",
          " -> nothing", 0);
}

TEST(path_with_a_line_break)
{
    Bed bed;
    bed_open(&bed, PL_STR(HEAD3 "paths: {\"/a\\nb\": {get: {}}, /c: {get: {}}}"));
    CHECK((bed.plugin->operation_count) == 1);
    CHECK((bed_count(&bed, PL_D_OP_PATH_CONTROL)) == 1);
    bed_close(&bed);
}

UNIT_MAIN
