/* SPDX-License-Identifier: MIT */
/* Requests to a mock: "METHOD TARGET\n", "Name: value\n" lines, an empty line, the body; several requests stand behind each other, apart by a line
 * "%%". Whatever comes, there is an answer with a status, its JSON is JSON, and the state can be saved and read again. */
#include "tests/fuzz/fuzz.h"

#include "vm/base/json_scan.h"
#include "vm/service/mock.h"

#include <stdio.h>
#include <stdlib.h>

static const char doc[] =
    "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths:\n"
    "  /o:\n"
    "    get:\n      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 9}}, {name: page, in: query, schema: {type: integer}},\n"
    "        {name: f, in: query, style: deepObject, schema: {type: object, properties: {a: {type: integer}}}},\n"
    "        {name: s, in: query, schema: {type: string}}]\n"
    "      responses: {'200': {description: a, content: {application/json: {schema: {type: object, required: [data], properties: {\n"
    "        data: {type: array, items: {$ref: '#/x/O'}}, next: {type: string}, total: {type: integer}}}}}}}\n"
    "    post:\n      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]\n"
    "      requestBody: {content: {application/json: {schema: {$ref: '#/x/O'}}, application/x-www-form-urlencoded: {schema: {$ref: '#/x/O'}},\n"
    "        multipart/form-data: {schema: {$ref: '#/x/O'}}}}\n"
    "      responses: {'201': {description: a, content: {application/json: {schema: {$ref: '#/x/O'}}}}}\n"
    "  /o/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
    "    get: {responses: {'200': {description: a, content: {application/json: {schema: {$ref: '#/x/O'}}}}}}\n"
    "    put: {requestBody: {content: {application/json: {schema: {$ref: '#/x/O'}}}}, responses: {'201': {description: a}}}\n"
    "    patch: {requestBody: {content: {application/json: {}}},\n"
    "      responses: {'200': {description: a, content: {application/json: {schema: {$ref: '#/x/O'}}}}}}\n"
    "    delete: {responses: {'204': {description: a}}}\n"
    "  /c/{a}.{b}/{rest}:\n    get: {security: [{b: []}, {k: [], c: []}],\n"
    "      responses: {'200': {description: a, content: {text/xml: {schema: {$ref: '#/x/O'}}}}}}\n"
    "components: {securitySchemes: {b: {type: http, scheme: basic},\n  k: {type: apiKey, in: query, name: k}, c: {type: apiKey, in: cookie, name: c}}}\n"
    "x:\n  O: {type: object, required: [n], properties: {id: {type: string}, n: {type: integer, minimum: 1}, "
    "t: {type: string, pattern: '^(a|b)+$', maxLength: 9},\n"
    "    when: {type: string, format: date-time}, kind: {enum: [x, y]}, sub: {$ref: '#/x/O'},\n"
    "    list: {type: array, uniqueItems: true, items: {oneOf: [{type: integer}, {$ref: '#/x/O'}]}}}}\n";

typedef struct World {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlMock *mock;
} World;

static World world;

static void open_world(void)
{
    PlMockOptions options = {.seed = 1};
    PlPlugin *plugin;
    world.arena = pl_arena_new(&world.escape, 0);
    if (!world.arena || setjmp(world.escape.at)) abort();
    pl_sources_init(&world.sources, world.arena);
    pl_diags_init(&world.diags, world.arena, &world.sources);
    pl_types_init(&world.types, world.arena);
    PlCatalog *catalog = pl_catalog_new(world.arena, &world.sources, &world.diags, &world.types);
    if (pl_catalog_add_text(catalog, PL_STR("shop"), PL_STR("doc.yaml"), pl_str(doc, sizeof doc - 1), NULL, &plugin) != PL_OK) abort();
    if (pl_mock_new(catalog, &options, &world.mock) != PL_OK) abort();
}

static PlStr take_line(PlStr *text)
{
    size_t end = pl_str_find_char(*text, '\n', 0);
    PlStr line = pl_str_slice(*text, 0, end);
    *text = end == PL_STR_NONE ? pl_str(text->ptr + text->len, 0) : pl_str_slice(*text, end + 1, text->len);
    return line;
}

static void check_json(PlStr text)
{
    if (pl_json_is_valid(text)) return;
    fprintf(stderr, "no JSON: %.*s\n", PL_ARG(text));
    abort();
}

static void send_one(PlStr text)
{
    PlHttpdPair headers[16];
    PlHttpdRequest request = {.headers = headers};
    PlHttpdAnswer answer;
    PlStr line = take_line(&text);
    size_t space = pl_str_find_char(line, ' ', 0);
    request.method = pl_str_slice(line, 0, space);
    request.target = pl_str_slice(line, space == PL_STR_NONE ? line.len : space + 1, line.len);
    while (text.len && request.header_count < 16) {
        line = take_line(&text);
        if (line.len == 0) break;
        size_t colon = pl_str_find_char(line, ':', 0);
        PlStr value = pl_str_trim(pl_str_slice(line, colon == PL_STR_NONE ? line.len : colon + 1, line.len));
        headers[request.header_count++] = (PlHttpdPair){pl_str_slice(line, 0, colon), value};
    }
    request.body = text;
    pl_mock_handle(world.mock, &request, &answer);
    if (answer.status < 200 || answer.status > 599 || answer.status == 507) abort();
    if (pl_str_find(answer.type, PL_STR("json"), 0) != PL_STR_NONE) check_json(answer.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PlStr text = pl_str((const char *)data, size), words;
    if (!world.mock) open_world();
    pl_mock_reset(world.mock);
    for (size_t at = 0; at <= text.len;) {
        size_t end = pl_str_find(text, PL_STR("\n%%\n"), at);
        send_one(pl_str_slice(text, at, end));
        if (end == PL_STR_NONE) break;
        at = end + 4;
    }
    PlBuf saved;
    pl_buf_init(&saved, 0);
    if (pl_mock_save(world.mock, &saved) != PL_OK || pl_mock_load(world.mock, pl_buf_str(&saved), &words) != PL_OK) abort();
    pl_buf_deinit(&saved);
    return 0;
}
