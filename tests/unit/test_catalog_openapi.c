/* SPDX-License-Identifier: MIT */
#include "tests/unit/catalog_world.h"

static void bed_open_with(Bed *bed, PlStr text, const PlPluginOptions *options)
{
    bed_init(bed);
    bed_add(bed, "t", text, options);
}

/* "path id: text required; query q: list of text = default; ..." */
static PlStr params_text(Bed *bed, const PlAction *a)
{
    PlStr all = PL_STR("");
    for (uint32_t i = 0; a && i < a->param_count; i++) {
        const PlParam *p = &a->params[i];
        PlStr one = pl_arena_printf(
            bed->arena, "%s " PL_FMT "%s" PL_FMT ": " PL_FMT "%s%s%s%s", pl_place_name(p->place), PL_ARG(p->name),
            pl_str_eq(p->name, p->wire) ? "" : "=", pl_str_eq(p->name, p->wire) ? 0 : (int)p->wire.len, p->wire.ptr,
            PL_ARG(bed_type(bed, p->type)), p->required ? " required" : "", p->fixed ? " fixed" : "",
            p->is_key ? " key" : "", p->has_default ? " default" : "");
        all = all.len ? pl_arena_printf(bed->arena, PL_FMT "; " PL_FMT, PL_ARG(all), PL_ARG(one)) : one;
    }
    return all;
}

#define HEAD3 "openapi: 3.0.3\ninfo: {title: Test, version: '1'}\nservers: [{url: 'https://api.example.com/v1/'}]\n"

TEST(a_small_document)
{
    Bed bed;
    bed_open_with(
        &bed,
        PL_STR(HEAD3
               "paths:\n"
               "  /pets/{id}:\n"
               "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
               "    get:\n"
               "      operationId: pets/get\n"
               "      summary: Get one pet\n"
               "      parameters:\n"
               "        - {name: fields, in: query, schema: {type: array, items: {type: string}}}\n"
               "        - {name: X-Trace, in: header, schema: {type: string}}\n"
               "      responses:\n"
               "        '200': {description: ok, content: {application/json: {schema: {$ref: "
               "'#/components/schemas/Pet'}}}}\n"
               "        '404': {description: none}\n"
               "components:\n"
               "  schemas:\n"
               "    Pet: {type: object, required: [id], properties: {id: {type: string}, age: {type: integer}}}\n"),
        NULL);
    CHECK(bed.status == PL_OK && bed.plugin && bed.plugin->operation_count == 1);
    CHECK_STR(bed.plugin->server, "https://api.example.com/v1");
    CHECK_STR(bed.plugin->version, "3.0.3");
    const PlAction *a = bed_action(&bed, "pets.get");
    CHECK(a && a->effect == PL_EFFECT_READ && a->doubt == PL_DOUBT_SAFE && a->method == PL_GET);
    if (!a) return;
    CHECK_STR(a->path, "/pets/{id}");
    CHECK_STR(a->title, "Get one pet");
    CHECK_STR(params_text(&bed, a), "path id: text required; query fields: list of text; header x_trace=X-Trace: text");
    CHECK(a->params[1].style == PL_STYLE_FORM && a->params[1].explode);
    CHECK_STR(bed_type(&bed, a->result), "{id: text, age?: integer}");
    CHECK_STR(pl_type(&bed.types, a->result)->name, "Pet");
    CHECK(a->response_count == 2 && pl_action_response(a, 404)->body == PL_BODY_NONE);
    CHECK(bed.diags.all.len == 0);
    CHECK(bed_action(&bed, "pets/get") == a && bed_action(&bed, "petsGet") == a && bed_action(&bed, "PETS_GET") == a);
    CHECK(bed_action(&bed, "get.pets") == NULL);
    bed_close(&bed);
}

TEST(swagger_2)
{
    Bed bed;
    bed_open_with(
        &bed,
        PL_STR("swagger: '2.0'\n"
               "info: {title: Old, version: 1}\n"
               "host: old.example.com\nbasePath: /api\nschemes: [http, https]\n"
               "consumes: [application/json]\nproduces: [application/json]\n"
               "securityDefinitions: {key: {type: apiKey, in: header, name: X-Key}, oa: {type: oauth2, flow: "
               "application, tokenUrl: /token}}\n"
               "security: [{key: []}, {oa: [read]}]\n"
               "paths:\n"
               "  /files:\n"
               "    post:\n"
               "      operationId: uploadFile\n"
               "      consumes: [multipart/form-data]\n"
               "      parameters:\n"
               "        - {name: file, in: formData, type: file, required: true}\n"
               "        - {name: tags, in: formData, type: array, items: {type: string}, collectionFormat: multi}\n"
               "      responses: {201: {description: ok, schema: {type: object, properties: {id: {type: integer, "
               "format: int64}}}}}\n"
               "    get:\n"
               "      parameters:\n"
               "        - {name: ids, in: query, type: array, items: {type: integer}, collectionFormat: pipes}\n"
               "        - {name: kind, in: query, type: string, enum: [a, b], default: a}\n"
               "      responses: {default: {description: all, schema: {type: array, items: {$ref: "
               "'#/definitions/File'}}}}\n"
               "  /files/{id}:\n"
               "    put:\n"
               "      operationId: putFile\n"
               "      parameters:\n"
               "        - {name: id, in: path, required: true, type: string}\n"
               "        - {name: thing, in: body, required: true, schema: {$ref: '#/definitions/File'}}\n"
               "      responses: {200: {description: ok, schema: {type: file}}}\n"
               "definitions:\n"
               "  File: {type: object, required: [name], properties: {name: {type: string}, id: {type: string}, made: "
               "{type: string, format: date-time, readOnly: true}}}\n"),
        NULL);
    CHECK(bed.status == PL_OK);
    CHECK_STR(bed.plugin->server, "https://old.example.com/api");
    const PlAction *up = bed_action(&bed, "upload_file");
    CHECK(up && up->body == PL_BODY_MULTIPART && up->doubt == PL_DOUBT_UNSAFE);
    CHECK_STR(params_text(&bed, up), "body file: file required; body tags: list of text");
    CHECK(up->params[1].explode);
    CHECK(up->auth_count == 2 && up->auth[0].count == 1);
    CHECK_STR(up->auth[0].all[0].credential, "t.key");
    CHECK_STR(up->auth[0].all[0].wire, "X-Key");
    CHECK(up->auth[1].all[0].kind == PL_AUTH_OAUTH2_CLIENT && up->auth[1].all[0].scope_count == 1);
    CHECK_STR(up->auth[1].all[0].token_url, "https://old.example.com/token");
    const PlAction *list = bed_action(&bed, "files.list");
    CHECK_STR(params_text(&bed, list), "query ids: list of integer; query kind: one of \"a\", \"b\" default");
    CHECK(list->params[0].style == PL_STYLE_PIPE);
    CHECK_STR(bed_type(&bed, list->result), "list of {name: text, id?: text, made?: datetime}");
    const PlAction *put = bed_action(&bed, "put_file");
    CHECK_STR(params_text(&bed, put), "path id: text required; body name: text required; body body_id=id: text");
    CHECK(put->responses[0].body == PL_BODY_BYTES && put->result == PL_T_FILE && put->doubt == PL_DOUBT_IDEMPOTENT);
    bed_close(&bed);
}

TEST(bodies)
{
    Bed bed;
    bed_open_with(
        &bed,
        PL_STR(HEAD3
               "paths:\n"
               "  /a:\n"
               "    post:\n"
               "      operationId: a\n"
               "      requestBody:\n"
               "        required: true\n"
               "        content:\n"
               "          text/plain: {schema: {type: string}}\n"
               "          application/vnd.x+json: {schema: {type: object, required: [b, type], properties: {b: {type: "
               "integer}, type: {type: string, enum: [card]}, secret: {type: string, writeOnly: true}}}}\n"
               "      responses: {'204': {description: done}}\n"
               "  /b:\n"
               "    post: {operationId: b, requestBody: {content: {application/json: {schema: {oneOf: [{type: string}, "
               "{type: integer}]}}}}, responses: {2XX: {description: x}}}\n"
               "  /c:\n"
               "    post: {operationId: c, requestBody: {content: {'*/*': {schema: {type: object, "
               "additionalProperties: {type: number}}}}}}\n"
               "  /d:\n"
               "    put: {operationId: d, requestBody: {required: true, content: {application/octet-stream: {schema: "
               "{type: string, format: binary}}}}, responses: {'200': {description: x, content: {text/csv: {}}}}}\n"
               "  /e:\n"
               "    post:\n"
               "      operationId: e\n"
               "      requestBody:\n"
               "        content:\n"
               "          multipart/form-data:\n"
               "            schema: {type: object, properties: {f: {type: string, format: binary}, fs: {type: array, "
               "items: {type: string, format: binary}}, meta: {type: object}}}\n"
               "            encoding: {f: {contentType: 'image/png, image/jpeg'}}\n"
               "  /f:\n"
               "    post: {operationId: f, requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: "
               "object, required: [x], properties: {x: {type: string}}}}}}}\n"),
        NULL);
    const PlAction *a = bed_action(&bed, "a");
    CHECK(a->body == PL_BODY_JSON && a->body_required);
    CHECK_STR(a->body_type, "application/vnd.x+json");
    CHECK_STR(params_text(&bed, a),
              "body b: integer required; body type: one of \"card\" required fixed; body secret: text");
    CHECK(a->result == PL_T_NOTHING);
    const PlAction *b = bed_action(&bed, "b");
    CHECK_STR(params_text(&bed, b), "body body: text or integer");
    CHECK(b->params[0].whole_body && b->responses[0].low == 200 && b->responses[0].high == 299);
    const PlAction *c = bed_action(&bed, "c");
    CHECK(c->params[0].whole_body);
    CHECK_STR(c->body_type, "application/json");
    const PlAction *d = bed_action(&bed, "d");
    CHECK(d->body == PL_BODY_BYTES && d->params[0].whole_body && d->params[0].required && d->result == PL_T_TEXT);
    const PlAction *e = bed_action(&bed, "e");
    CHECK_STR(params_text(&bed, e), "body f: file; body fs: list of file; body meta: record");
    CHECK_STR(e->params[0].content_type, "image/png");
    const PlAction *f = bed_action(&bed, "f");
    CHECK(f->body == PL_BODY_FORM && f->body_required && f->params[0].required);
    bed_close(&bed);
}

TEST(paths_and_odd_parameters)
{
    Bed bed;
    bed_open_with(&bed,
             PL_STR(HEAD3 "paths:\n"
                          "  /x/{a}.{b}/{+rest}?fixed=1&at={at}:\n"
                          "    get:\n"
                          "      operationId: x\n"
                          "      parameters:\n"
                          "        - {name: B, in: path, schema: {type: integer}}\n"
                          "        - {name: gone, in: path, schema: {type: integer}}\n"
                          "        - {name: at, in: path, schema: {type: integer}}\n"
                          "        - {name: 'filter[status]', in: query, style: deepObject, schema: {type: string}}\n"
                          "        - {name: $top, in: query, schema: {type: integer, default: 10}}\n"
                          "        - {name: a, in: query, schema: {type: string}}\n"
                          "        - {name: q, in: query, content: {application/json: {schema: {type: object, "
                          "properties: {k: {type: string}}}}}}\n"
                          "        - {name: Content-Type, in: header, schema: {type: string}}\n"
                          "        - {name: Authorization, in: header, required: true, schema: {type: string}}\n"
                          "        - {in: query}\n"
                          "      responses: {200 OK: {description: x}, weird: {description: y}}\n"),
             NULL);
    const PlAction *x = bed_action(&bed, "x");
    CHECK_STR(x->path, "/x/{a}.{b}/{rest}");
    CHECK_STR(params_text(&bed, x),
              "path a: text required; path b: integer required; path rest: text required; query gone: integer; query at: integer required; "
              "query filter_status=filter[status]: text; query top=$top: integer default; query query_a=a: text; "
              "query q: {k?: text}; query fixed: text required fixed");
    CHECK(x->params[2].allow_reserved && !x->params[0].allow_reserved);
    CHECK(x->params[8].style == PL_STYLE_JSON && x->params[5].style == PL_STYLE_FORM);
    CHECK(bed_has(&bed, PL_D_OP_PATH_UNDECLARED) && bed_has(&bed, PL_D_OP_PATH_EXTRA) && bed_has(&bed, PL_D_OP_HEADER) &&
          bed_has(&bed, PL_D_OP_PARAM));
    CHECK(bed_has(&bed, PL_D_OP_STATUS) && x->response_count == 1);
    CHECK(x->auth_count == 1 && x->auth[0].count == 1);
    CHECK_STR(x->auth[0].all[0].credential, "t.authorization");
    CHECK(bed.diags.errors == 0);
    bed_close(&bed);
}

TEST(security_alternatives)
{
    Bed bed;
    bed_open_with(
        &bed,
        PL_STR(HEAD3
               "components:\n"
               "  securitySchemes:\n"
               "    BearerAuth: {type: http, scheme: bearer}\n"
               "    basic: {type: http, scheme: Basic}\n"
               "    app_id: {type: apiKey, in: query, name: app}\n"
               "    OAuth2: {type: oauth2, flows: {authorizationCode: {authorizationUrl: 'https://x/a', "
               "tokenUrl: 'https://x/t', scopes: {}}}}\n"
               "    oidc: {type: openIdConnect, openIdConnectUrl: 'https://x'}\n"
               "security: [{BearerAuth: []}]\n"
               "paths:\n"
               "  /a: {get: {operationId: a, security: [{basic: [], app_id: []}, {OAuth2: [r, w]}, {gone: "
               "[]}, {oidc: []}, {}],\n"
               "    parameters: [{name: app, in: query, required: true}, {name: token, in: query, required: true},\n"
               "      {name: other, in: query, required: true}]}}\n"
               "  /b: {get: {operationId: b, security: []}}\n"
               "  /c: {get: {operationId: c}}\n"),
        NULL);
    const PlAction *a = bed_action(&bed, "a");
    CHECK(a->auth_count == 4 && a->auth[0].count == 2 && a->auth[1].count == 1 && a->auth[3].count == 0);
    CHECK(a->auth[0].all[0].kind == PL_AUTH_BASIC && a->auth[0].all[1].place == PL_IN_QUERY);
    CHECK(a->auth[1].all[0].kind == PL_AUTH_OAUTH2_TOKEN && a->auth[1].all[0].scope_count == 2);
    CHECK_STR(a->auth[1].all[0].credential, "t.oauth2");
    CHECK(bed_has(&bed, PL_D_OP_SCHEME));
    CHECK_STR(params_text(&bed, a), "query app: text; query token: text; query other: text required");
    CHECK(bed_action(&bed, "b")->auth_count == 0);
    const PlAction *c = bed_action(&bed, "c");
    CHECK(c->auth_count == 1 && c->auth[0].all[0].kind == PL_AUTH_BEARER);
    CHECK_STR(c->auth[0].all[0].credential, "t.bearer_auth");
    bed_close(&bed);
}

TEST(servers)
{
    PlStr variables[] = {PL_STR("region"), PL_STR("eu")};
    PlPluginOptions options = {.variables = variables, .variable_count = 1};
    Bed bed;
    bed_open_with(&bed,
             PL_STR("openapi: 3.1.0\nservers: [{url: '/rel'}, {url: 'https://{region}.x.com/{v}/', variables: {region: "
                    "{default: us}, v: {default: v2}}}]\n"
                    "paths: {/a: {get: {operationId: a, servers: [{url: api.other.com}]}, post: {operationId: b}}}\n"),
             &options);
    CHECK_STR(bed.plugin->server, "https://eu.x.com/v2");
    CHECK_STR(bed_action(&bed, "a")->server, "https://api.other.com");
    CHECK_STR(bed_action(&bed, "b")->server, "https://eu.x.com/v2");
    bed_close(&bed);
    bed_open_with(&bed, PL_STR("openapi: 3.1.0\nservers: [{url: '/rel'}]\npaths: {/a: {get: {}}}\n"), NULL);
    CHECK_STR(bed.plugin->server, "");
    CHECK(bed_has(&bed, PL_D_SERVER_UNUSABLE));
    bed_close(&bed);
    PlPluginOptions given = {.server = PL_STR_INIT("http://127.0.0.1:8080/"), .credential = PL_STR_INIT("mine")};
    bed_open_with(&bed,
             PL_STR("openapi: 3.1.0\npaths: {/a: {get: {operationId: a}}}\nsecurity: [{k: []}]\ncomponents: "
                    "{securitySchemes: {k: {type: http, scheme: bearer}}}\n"),
             &given);
    CHECK_STR(bed.plugin->server, "http://127.0.0.1:8080");
    CHECK_STR(bed_action(&bed, "a")->auth[0].all[0].credential, "mine.k");
    bed_close(&bed);
    bed_open_with(&bed,
             PL_STR("openapi: 3.1.0\nservers: [{url: 'ftp://x'}, {url: 'https://user:pw@x.com'}, {url: 'https://a "
                    "b'}]\npaths: {/a: {get: {}}}\n"),
             NULL);
    CHECK_STR(bed.plugin->server, "");
    bed_close(&bed);
}

TEST(effects_and_keys)
{
    Bed bed;
    bed_open_with(&bed,
             PL_STR(HEAD3
                    "paths:\n"
                    "  /a:\n"
                    "    post: {operationId: search, x-pilot-effect: read}\n"
                    "    put: {operationId: put}\n"
                    "    patch: {operationId: patch, x-pilot-effect: idempotent}\n"
                    "    delete: {operationId: del}\n"
                    "    get: {operationId: get, x-pilot-effect: sometimes}\n"
                    "  /k:\n"
                    "    post: {operationId: pay, parameters: [{name: Idempotency-Key, in: header, required: true, "
                    "schema: {type: string}}]}\n"
                    "    patch: {operationId: approve, requestBody: {content: {application/json: {schema: {type: "
                    "object, properties: {request_id: {type: string, description: the request to approve}}}}}}}\n"),
             NULL);
    CHECK(bed_action(&bed, "search")->effect == PL_EFFECT_WRITE && bed_action(&bed, "search")->doubt == PL_DOUBT_UNSAFE);
    CHECK_STR(bed_action(&bed, "search")->claims, "x-pilot-effect: read");
    CHECK(bed_action(&bed, "put")->effect == PL_EFFECT_WRITE && bed_action(&bed, "put")->doubt == PL_DOUBT_IDEMPOTENT);
    CHECK(bed_action(&bed, "patch")->effect == PL_EFFECT_WRITE && bed_action(&bed, "patch")->doubt == PL_DOUBT_UNSAFE);
    CHECK_STR(bed_action(&bed, "patch")->claims, "x-pilot-effect: idempotent");
    CHECK(bed_action(&bed, "del")->effect == PL_EFFECT_DELETE && bed_action(&bed, "del")->doubt == PL_DOUBT_IDEMPOTENT);
    CHECK(bed_action(&bed, "get")->effect == PL_EFFECT_READ && bed_has(&bed, PL_D_OP_EFFECT));
    CHECK(bed_action(&bed, "pay")->doubt == PL_DOUBT_KEYED);
    CHECK_STR(params_text(&bed, bed_action(&bed, "pay")), "header idempotency_key=Idempotency-Key: text key");
    CHECK(bed_action(&bed, "approve")->doubt == PL_DOUBT_UNSAFE);
    bed_close(&bed);
}

TEST(a_document_that_is_vouched_for_may_loosen)
{
    Bed bed;
    PlPluginOptions options = {.server = PL_STR(""), .credential = PL_STR(""), .credential_name = PL_STR(""), .trusted = true};
    PlStr text = PL_STR(HEAD3
                        "paths:\n"
                        "  /a:\n"
                        "    post: {operationId: search, x-pilot-effect: read}\n"
                        "    put: {operationId: draw, x-pilot-effect: none}\n"
                        "    patch: {operationId: patch, x-pilot-effect: idempotent}\n"
                        "    delete: {operationId: archive, x-pilot-effect: write}\n"
                        "    get: {operationId: purge, x-pilot-effect: delete}\n");
    bed_open_with(&bed, text, &options);
    CHECK(bed_action(&bed, "search")->effect == PL_EFFECT_READ && bed_action(&bed, "search")->doubt == PL_DOUBT_SAFE);
    CHECK(bed_action(&bed, "draw")->effect == PL_EFFECT_NONE && bed_action(&bed, "draw")->doubt == PL_DOUBT_SAFE);
    CHECK(bed_action(&bed, "patch")->doubt == PL_DOUBT_IDEMPOTENT && bed_action(&bed, "archive")->effect == PL_EFFECT_WRITE);
    CHECK(bed_action(&bed, "purge")->effect == PL_EFFECT_DELETE && bed_action(&bed, "patch")->claims.len == 0);
    bed_close(&bed);
    bed_open_with(&bed, text, NULL); /* a stranger's: the method, or what is more dangerous */
    CHECK(bed_action(&bed, "search")->effect == PL_EFFECT_WRITE && bed_action(&bed, "draw")->effect == PL_EFFECT_WRITE);
    CHECK(bed_action(&bed, "draw")->doubt == PL_DOUBT_IDEMPOTENT && bed_action(&bed, "patch")->doubt == PL_DOUBT_UNSAFE);
    CHECK(bed_action(&bed, "archive")->effect == PL_EFFECT_DELETE && bed_action(&bed, "purge")->effect == PL_EFFECT_DELETE);
    CHECK(bed_action(&bed, "purge")->doubt == PL_DOUBT_UNSAFE && bed_action(&bed, "purge")->claims.len == 0);
    CHECK_STR(bed_action(&bed, "archive")->claims, "x-pilot-effect: write");
    bed_close(&bed);
}

TEST(names)
{
    Bed bed;
    bed_open_with(
        &bed,
        PL_STR(
            HEAD3
            "paths:\n"
            "  /v1/pets: {get: {}, post: {operationId: createPet}}\n"
            "  /v1/pets/{id}: {get: {operationId: ''}, delete: {operationId: 'DELETE /pets/{id}'}}\n"
            "  /v1/pets/{id}/photos: {get: {operationId: createPet}}\n"
            "  /v1/pets/{id}/cancel: {post: {}}\n"
            "  /items/{item_id}: {get: {operationId: read_item_items__item_id__get}}\n"
            "  /z: {get: {operationId: users.messages.list}, put: {operationId: 'repos/get-content'}}\n"
            "  /y: {get: {operationId: listDNSRecords}, put: {operationId: getIDs}, post: {operationId: OAuth2Token}}\n"
            "  /w: {get: {operationId: 8f14e45fceea167a5a36dedd4bea2543}}\n"),
        NULL);
    const char *expected[] = {
        "pets.list", "create_pet",          "pets.get",          "pets.delete",      "pets.photos.list", "pets.cancel",
        "read_item", "users.messages.list", "repos.get_content", "list_dns_records", "get_ids",          "oauth2_token",
        "w.get"};
    CHECK(bed.plugin->operation_count == 13);
    for (uint32_t i = 0; i < bed.plugin->operation_count && i < 13; i++)
        CHECK_STR(bed.plugin->operations[i]->name, expected[i]);
    CHECK(bed_has(&bed, PL_D_OP_DUPLICATE_ID));
    bed_close(&bed);
}

TEST(finding_by_loose_names)
{
    Bed bed;
    bed_open_with(&bed,
             PL_STR(HEAD3 "paths:\n  /a: {get: {operationId: get_thing}, put: {operationId: getThing}, post: "
                          "{operationId: issues/create, summary: Create an issue}}\n"
                          "  /b: {get: {operationId: issues/list, summary: List issues}, delete: {operationId: "
                          "comments/delete, summary: Delete a comment}}\n"),
             NULL);
    bool ambiguous;
    CHECK(bed.plugin->operation_count == 5);
    CHECK(pl_catalog_find(bed.catalog, bed.plugin, PL_STR("get-thing"), &ambiguous) == NULL && ambiguous);
    CHECK(pl_catalog_find(bed.catalog, bed.plugin, PL_STR("getThing"), &ambiguous) != NULL && !ambiguous);
    CHECK(pl_catalog_find(bed.catalog, bed.plugin, PL_STR("create_issues"), &ambiguous) == NULL && !ambiguous);
    PlNear near[3];
    uint32_t n = pl_catalog_nearest(bed.catalog, bed.plugin, PL_STR("create_issue"), PL_STR(""), near, 3);
    CHECK(n >= 1);
    CHECK_STR(near[0].operation->name, "issues.create");
    CHECK(near[0].score > near[1].score);
    n = pl_catalog_nearest(bed.catalog, NULL, PL_STR(""), PL_STR("Remove the comment"), near, 3);
    CHECK(n >= 1);
    CHECK_STR(near[0].operation->name, "comments.delete");
    n = pl_catalog_nearest(bed.catalog, NULL, PL_STR("isues.lst"), PL_STR(""), near, 3);
    CHECK(n >= 1);
    CHECK_STR(near[0].operation->name, "issues.list");
    CHECK(pl_catalog_plugin_by_name(bed.catalog, PL_STR("T")) == bed.plugin);
    bed_close(&bed);
}

TEST(examples)
{
    Bed bed;
    bed_open_with(&bed,
             PL_STR(HEAD3 "paths:\n  /a: {get: {operationId: a, responses: {'200': {description: x, content: "
                          "{application/json: {example: {a: [1, null, \"x\"]}}}}, '404': {description: y, content: "
                          "{application/json: {examples: {one: {value: {e: 1.5}}}}}}}}}\n"
                          "  /b: {get: {operationId: b, responses: {'200': {description: x, content: "
                          "{application/json: {schema: {$ref: '#/components/schemas/B'}}}}}}}\n"
                          "components: {schemas: {B: {type: object, example: {b: true}}}}\n"),
             NULL);
    CHECK_STR(pl_catalog_response_example(bed.catalog, bed.plugin->operations[0], 0), "{\"a\":[1,null,\"x\"]}");
    CHECK_STR(pl_catalog_response_example(bed.catalog, bed.plugin->operations[0], 404), "{\"e\":1.5}");
    CHECK_STR(pl_catalog_response_example(bed.catalog, bed.plugin->operations[1], 200), "{\"b\":true}");
    CHECK_STR(pl_catalog_response_example(bed.catalog, bed.plugin->operations[1], 500), "");
    bed_close(&bed);
}

TEST(contracts_follow_what_is_used)
{
    const char *head = "openapi: 3.0.0\npaths:\n  /a: {get: {operationId: a, summary: %s, responses: {'200': "
                       "{description: x, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}\n"
                       "components: {schemas: {A: {type: object, properties: {x: {type: %s}, self: {$ref: "
                       "'#/components/schemas/A'}}}, Other: {type: %s}}}\n";
    uint8_t hashes[4][32];
    const char *const words[4][3] = {{"one", "string", "string"},
                                     {"two", "string", "integer"},
                                     {"one", "integer", "string"},
                                     {"one", "string", "string"}};
    for (int i = 0; i < 4; i++) {
        char text[1024];
        snprintf(text, sizeof text, head, words[i][0], words[i][1], words[i][2]);
        Bed bed;
        bed_open_with(&bed, pl_str_z(text), NULL);
        memcpy(hashes[i], bed_action(&bed, "a")->contract, 32);
        bed_close(&bed);
    }
    CHECK(memcmp(hashes[0], hashes[1], 32) == 0);
    CHECK(memcmp(hashes[0], hashes[2], 32) != 0);
    CHECK(memcmp(hashes[0], hashes[3], 32) == 0);
}

TEST(documents_that_are_none)
{
    const char *texts[] = {"",
                           "[]",
                           "a: 1",
                           "5",
                           "openapi: 3.0.0\npaths: []\n",
                           "swagger: 2\npaths: {/a: 5, /b: {get: 7}, c: {get: {}}}\n",
                           "openapi: 3.0.0\n",
                           "swaggerVersion: '1.2'\napis: []\n",
                           "openapi: 3.0.0\npaths: {/a: {get: {parameters: 5, requestBody: 7, responses: [], security: "
                           "1, servers: x, tags: 3}}}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Bed bed;
        bed_open_with(&bed, pl_str_z(texts[i]), NULL);
        CHECK((bed.status == PL_OK) == (i >= 4 && i != 7));
        for (uint32_t k = 0; bed.plugin && k < bed.plugin->operation_count; k++)
            CHECK(pl_catalog_action(bed.catalog, bed.plugin->operations[k]) != NULL);
        if (bed.status != PL_OK) CHECK(bed.diags.errors == 1);
        bed_close(&bed);
    }
}

TEST(a_name_is_taken_once)
{
    Bed bed;
    bed_open_with(&bed, PL_STR("openapi: 3.0.0\npaths: {}\n"), NULL);
    CHECK(pl_catalog_add_text(bed.catalog, PL_STR("T"), PL_STR("u.yaml"), PL_STR("openapi: 3.0.0\npaths: {}\n"), NULL,
                              NULL) == PL_INVALID);
    CHECK(bed_has(&bed, PL_D_API_NAME_TAKEN));
    CHECK(pl_catalog_plugin_count(bed.catalog) == 1);
    bed_close(&bed);
}

UNIT_MAIN
