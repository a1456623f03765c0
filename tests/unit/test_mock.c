/* SPDX-License-Identifier: MIT */
/* A mock without sockets: requests in, answers out. */
#include "tests/unit/catalog_world.h"

#include "vm/base/limits.h"
#include "vm/service/mock.h"
#include "vm/service/mock_state.h"

static const char shop[] =
    "openapi: 3.0.3\n"
    "info: {title: Shop, version: '1'}\n"
    "servers: [{url: 'https://api.shop.example/v1'}]\n"
    "paths:\n"
    "  /orders:\n"
    "    get:\n"
    "      operationId: listOrders\n"
    "      parameters:\n"
    "        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}\n"
    "        - {name: page_token, in: query, schema: {type: string}}\n"
    "        - {name: status, in: query, schema: {type: string, enum: [open, paid]}}\n"
    "      responses:\n"
    "        '200':\n"
    "          description: ok\n"
    "          content: {application/json: {schema: {type: object, required: [orders], properties: {\n"
    "            orders: {type: array, items: {$ref: '#/x-s/Order'}}, next_page_token: {type: string}, total: {type: integer}}}}}\n"
    "    post:\n"
    "      operationId: createOrder\n"
    "      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]\n"
    "      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/x-s/Order'}}}}\n"
    "      responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/x-s/Order'}}}}}\n"
    "  /orders/{order_id}:\n"
    "    parameters: [{name: order_id, in: path, required: true, schema: {type: integer}}]\n"
    "    get: {operationId: getOrder, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/x-s/Order'}}}}}}\n"
    "    put:\n"
    "      operationId: putOrder\n"
    "      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/x-s/Order'}}}}\n"
    "      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/x-s/Order'}}}}}\n"
    "    patch:\n"
    "      operationId: patchOrder\n"
    "      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}\n"
    "      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/x-s/Order'}}}}}\n"
    "    delete: {operationId: deleteOrder, responses: {'204': {description: gone}}}\n"
    "  /orders/{order_id}/cancel:\n"
    "    post:\n"
    "      operationId: cancelOrder\n"
    "      parameters: [{name: order_id, in: path, required: true, schema: {type: integer}}]\n"
    "      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/x-s/Order'}}}}}\n"
    "  /orders/latest: {get: {operationId: latest, responses: {'200': {description: ok, content: {application/json: {example: {id: 9}}}}}}}\n"
    "  /shops/{shop}/tags:\n"
    "    parameters: [{name: shop, in: path, required: true, schema: {type: string}}]\n"
    "    get: {responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/x-s/Tag'}}}}}}}\n"
    "    post:\n"
    "      requestBody: {content: {application/json: {schema: {$ref: '#/x-s/Tag'}}}}\n"
    "      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/x-s/Tag'}}}}}\n"
    "  /files/{name}.{kind}: {get: {operationId: file, responses: {'200': {description: ok, content: {text/plain: {schema: {type: string}}}}}}}\n"
    "  /secret: {get: {operationId: secret, security: [{bearer: []}, {key: []}], responses: {'204': {description: ok}}}}\n"
    "  /search:\n"
    "    get:\n"
    "      operationId: search\n"
    "      parameters:\n"
    "        - {name: q, in: query, required: true, schema: {type: string, pattern: '^[a-z]+$'}}\n"
    "        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}\n"
    "        - {name: X-Trace, in: header, required: true, schema: {type: string, format: uuid}}\n"
    "      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, required: [hits], properties: {\n"
    "        hits: {type: integer}}}}}}}\n"
    "components:\n"
    "  securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: query, name: api_key}}\n"
    "x-s:\n"
    "  Tag: {type: object, required: [label], properties: {label: {type: string}}}\n"
    "  Order:\n"
    "    type: object\n"
    "    required: [id, customer, amount, created_at]\n"
    "    additionalProperties: false\n"
    "    properties:\n"
    "        id: {type: integer, readOnly: true}\n"
    "        customer: {type: string, format: email}\n"
    "        amount: {type: number}\n"
    "        status: {type: string, enum: [open, paid], default: open}\n"
    "        note: {type: string, nullable: true}\n"
    "        created_at: {type: string, format: date-time, readOnly: true}\n";

typedef struct Stall {
    Bed world;
    PlMock *mock;
    PlMockOptions options;
    PlHttpdAnswer answer;
    PlHttpdPair headers[4];
    uint32_t header_count;
    PlStatus status;
} Stall;

static void stall_init(Stall *bed)
{
    *bed = (Stall){.options = {.seed = 1}};
    bed_init(&bed->world);
}

static void stall_add(Stall *bed, const char *name, const char *text)
{
    bed_add(&bed->world, name, pl_str_z(text), NULL);
    CHECK(bed->world.status == PL_OK);
}

static void stall_open(Stall *bed)
{
    stall_init(bed);
    stall_add(bed, "shop", shop);
    bed->status = pl_mock_new(bed->world.catalog, &bed->options, &bed->mock);
    CHECK(bed->status == PL_OK);
}

static void stall_fault(Stall *bed, const char *fault)
{
    static PlStr text;
    text = pl_str_z(fault);
    stall_init(bed);
    stall_add(bed, "shop", shop);
    bed->options.faults = &text;
    bed->options.fault_count = 1;
    bed->status = pl_mock_new(bed->world.catalog, &bed->options, &bed->mock);
}

static void stall_close(Stall *bed)
{
    pl_mock_free(bed->mock);
    bed_close(&bed->world);
}

static unsigned ask(Stall *bed, const char *method, const char *target, const char *body)
{
    PlHttpdPair headers[8];
    uint32_t count = 0;
    if (body) headers[count++] = (PlHttpdPair){PL_STR("Content-Type"), PL_STR("application/json")};
    for (uint32_t i = 0; i < bed->header_count; i++) headers[count++] = bed->headers[i];
    PlHttpdRequest request = {pl_str_z(method), pl_str_z(target), headers, count, pl_str_z(body)};
    pl_mock_handle(bed->mock, &request, &bed->answer);
    return bed->answer.status;
}

static bool says(const Stall *bed, const char *part) { return pl_str_find(bed->answer.body, pl_str_z(part), 0) != PL_STR_NONE; }

static void set_header(Stall *bed, const char *name, const char *value)
{
    bed->headers[0] = (PlHttpdPair){pl_str_z(name), pl_str_z(value)};
    bed->header_count = 1;
}

static const char order[] = "{\"customer\":\"a@b.de\",\"amount\":5}";

TEST(what_is_posted_is_found)
{
    Stall bed;
    stall_open(&bed);
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200);
    CHECK_STR(bed.answer.body, "{\"orders\":[],\"total\":0}");
    CHECK(ask(&bed, "POST", "/v1/orders", order) == 201);
    CHECK(says(&bed, "\"id\":1,\"customer\":\"a@b.de\",\"amount\":5,\"status\":\"open\",\"created_at\":\"2026-01-01T"));
    CHECK_STR(bed.answer.headers[0].value, "/v1/orders/1");
    CHECK(ask(&bed, "GET", "/v1/orders/1", NULL) == 200 && says(&bed, "a@b.de"));
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200 && says(&bed, "\"total\":1"));
    CHECK(ask(&bed, "GET", "/v1/orders/2", NULL) == 404);
    CHECK_STR(bed.answer.type, "application/problem+json");
    CHECK(ask(&bed, "PATCH", "/v1/orders/1", "{\"status\":\"paid\",\"note\":null}") == 200 && says(&bed, "\"status\":\"paid\""));
    CHECK(ask(&bed, "PUT", "/v1/orders/1", "{\"customer\":\"c@d.de\",\"amount\":6}") == 200);
    CHECK(says(&bed, "\"id\":1") && says(&bed, "c@d.de") && says(&bed, "\"status\":\"open\""));
    CHECK(ask(&bed, "PUT", "/v1/orders/7", order) == 404);
    CHECK(ask(&bed, "POST", "/v1/orders/1/cancel", NULL) == 200 && says(&bed, "c@d.de"));
    CHECK(ask(&bed, "POST", "/v1/orders/7/cancel", NULL) == 404);
    CHECK(ask(&bed, "DELETE", "/v1/orders/1", NULL) == 204 && bed.answer.body.len == 0);
    CHECK(ask(&bed, "DELETE", "/v1/orders/1", NULL) == 404);
    CHECK(ask(&bed, "GET", "/v1/orders/1", NULL) == 404);
    CHECK(ask(&bed, "POST", "/v1/orders", order) == 201 && says(&bed, "\"id\":2"));
    stall_close(&bed);
}

TEST(lists_are_filtered_and_paged)
{
    Stall bed;
    stall_open(&bed);
    for (int i = 0; i < 5; i++) CHECK(ask(&bed, "POST", "/v1/orders", i % 2 ? "{\"customer\":\"a@b.de\",\"amount\":1,\"status\":\"paid\"}" : order) == 201);
    CHECK(ask(&bed, "GET", "/v1/orders?status=paid", NULL) == 200 && says(&bed, "\"total\":2"));
    CHECK(ask(&bed, "GET", "/v1/orders?limit=2", NULL) == 200 && says(&bed, "\"next_page_token\":\"offset-2\"") && says(&bed, "\"id\":2,"));
    CHECK(ask(&bed, "GET", "/v1/orders?limit=2&page_token=offset-4", NULL) == 200 && says(&bed, "\"id\":5,") && !says(&bed, "next_page_token"));
    CHECK(ask(&bed, "GET", "/v1/orders?limit=51", NULL) == 400 && says(&bed, "query.limit"));
    stall_close(&bed);
}

TEST(nested_collections_are_apart)
{
    Stall bed;
    stall_open(&bed);
    CHECK(ask(&bed, "POST", "/v1/shops/a/tags", "{\"label\":\"x\"}") == 200);
    CHECK(ask(&bed, "GET", "/v1/shops/a/tags", NULL) == 200 && says(&bed, "\"label\":\"x\""));
    CHECK(ask(&bed, "GET", "/v1/shops/b/tags", NULL) == 200);
    CHECK_STR(bed.answer.body, "[]");
    stall_close(&bed);
}

TEST(routes)
{
    Stall bed;
    stall_open(&bed);
    CHECK(ask(&bed, "GET", "/v1/orders/latest", NULL) == 200); /* before {order_id} */
    CHECK_STR(bed.answer.body, "{\"id\":9}");
    CHECK(ask(&bed, "GET", "/v1/files/a.b.txt", NULL) == 200);
    CHECK_STR(bed.answer.type, "text/plain");
    CHECK(ask(&bed, "HEAD", "/v1/orders/latest", NULL) == 200);
    CHECK(ask(&bed, "GET", "/v1/orders/", NULL) == 200);
    CHECK(ask(&bed, "GET", "/v1/order", NULL) == 404 && says(&bed, "GET /v1/orders (shop.list_orders)"));
    CHECK(ask(&bed, "DELETE", "/v1/orders", NULL) == 405);
    CHECK_STR(bed.answer.headers[0].value, "GET, HEAD, POST, OPTIONS");
    CHECK(ask(&bed, "OPTIONS", "/v1/orders", NULL) == 204);
    CHECK(ask(&bed, "BREW", "/v1/orders", NULL) == 405);
    CHECK(ask(&bed, "GET", "/%2e%2e/%00%ff%", NULL) == 404);
    CHECK(ask(&bed, "GET", "", NULL) == 404);
    CHECK(ask(&bed, "GET", "http://h/v1/orders", NULL) == 200);
    stall_close(&bed);
}

TEST(what_is_wrong_is_said)
{
    Stall bed;
    stall_open(&bed);
    CHECK(ask(&bed, "POST", "/v1/orders", "{\"custmer\":1,\"amount\":\"5\"}") == 422);
    CHECK(says(&bed, "{\"path\":\"body.customer\",\"message\":\"is required, but missing\"}"));
    CHECK(says(&bed, "{\"path\":\"body.amount\",\"message\":\"must be a number, found \\\"5\\\"\"}"));
    CHECK(says(&bed, "did you mean \\\"customer\\\"?"));
    CHECK(ask(&bed, "POST", "/v1/orders", "{\"amount\":}") == 400 && says(&bed, "byte 10"));
    CHECK(ask(&bed, "POST", "/v1/orders", NULL) == 400 && says(&bed, "\"path\":\"body\""));
    CHECK(ask(&bed, "GET", "/v1/orders/x", NULL) == 400 && says(&bed, "path.order_id"));
    CHECK(ask(&bed, "GET", "/v1/search?q=a1&ids=1,x", NULL) == 400);
    CHECK(says(&bed, "query.q") && says(&bed, "query.ids[1]") && says(&bed, "header.X-Trace"));
    set_header(&bed, "x-trace", "6f1c2d3e-4a5b-4c6d-8e9f-0a1b2c3d4e5f");
    CHECK(ask(&bed, "GET", "/v1/search?q=a&ids=1,2", NULL) == 200 && says(&bed, "{\"hits\":"));
    set_header(&bed, "Content-Type", "text/xml");
    PlHttpdRequest request = {PL_STR("POST"), PL_STR("/v1/orders"), bed.headers, 1, PL_STR("<a/>")};
    pl_mock_handle(bed.mock, &request, &bed.answer);
    CHECK(bed.answer.status == 415 && says(&bed, "application/json"));
    stall_close(&bed);
}

TEST(credentials)
{
    Stall bed;
    PlStr only = PL_STR("shop.bearer=good");
    stall_init(&bed);
    stall_add(&bed, "shop", shop);
    bed.options.credentials = &only;
    bed.options.credential_count = 1;
    CHECK(pl_mock_new(bed.world.catalog, &bed.options, &bed.mock) == PL_OK);
    CHECK(ask(&bed, "GET", "/v1/secret", NULL) == 401 && says(&bed, "bearer (Authorization: Bearer ...) or key (query api_key)"));
    CHECK(ask(&bed, "GET", "/v1/secret?api_key=any", NULL) == 204);
    set_header(&bed, "Authorization", "Bearer bad");
    CHECK(ask(&bed, "GET", "/v1/secret", NULL) == 401);
    set_header(&bed, "Authorization", "bearer good");
    CHECK(ask(&bed, "GET", "/v1/secret", NULL) == 204);
    stall_close(&bed);
    only = PL_STR("nothing");
    stall_init(&bed);
    stall_add(&bed, "shop", shop);
    bed.options.credentials = &only;
    bed.options.credential_count = 1;
    CHECK(pl_mock_new(bed.world.catalog, &bed.options, &bed.mock) == PL_USAGE &&
          bed.world.diags.all.items[bed.world.diags.all.len - 1]->code == PL_D_MOCK_CREDENTIAL);
    stall_close(&bed);
}

TEST(idempotency_keys)
{
    Stall bed;
    stall_open(&bed);
    set_header(&bed, "Idempotency-Key", "k1");
    CHECK(ask(&bed, "POST", "/v1/orders", order) == 201 && says(&bed, "\"id\":1"));
    CHECK(ask(&bed, "POST", "/v1/orders", order) == 201 && says(&bed, "\"id\":1"));
    CHECK(ask(&bed, "POST", "/v1/orders", "{\"customer\":\"a@b.de\",\"amount\":6}") == 422 && says(&bed, "idempotency key used before"));
    set_header(&bed, "Idempotency-Key", "k2");
    CHECK(ask(&bed, "POST", "/v1/orders", order) == 201 && says(&bed, "\"id\":2"));
    CHECK(ask(&bed, "GET", "/__pilot/log?executed=true", NULL) == 200 && says(&bed, "\"count\":2"));
    CHECK(ask(&bed, "GET", "/__pilot/log?operation=shop.create_order", NULL) == 200 && says(&bed, "\"count\":4") && says(&bed, "\"replayed\":true"));
    stall_close(&bed);
}

TEST(faults_before_and_after)
{
    Stall bed;
    stall_fault(&bed, "reset=after:first1@createOrder");
    CHECK(ask(&bed, "POST", "/v1/orders", order) == 201 && bed.answer.end == PL_HTTPD_RESET);
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200 && says(&bed, "\"total\":1") && bed.answer.end == PL_HTTPD_WHOLE);
    stall_close(&bed);
    stall_fault(&bed, "reset=before@POST");
    ask(&bed, "POST", "/v1/orders", order);
    CHECK(bed.answer.end == PL_HTTPD_RESET);
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200 && says(&bed, "\"total\":0"));
    stall_close(&bed);
    stall_fault(&bed, "429=every2,retry-after=3");
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200 && ask(&bed, "GET", "/v1/orders", NULL) == 429);
    CHECK_STR(bed.answer.headers[0].name, "Retry-After");
    CHECK_STR(bed.answer.headers[0].value, "3");
    stall_close(&bed);
    stall_fault(&bed, "half@/orders");
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200 && bed.answer.end == PL_HTTPD_HALF);
    stall_close(&bed);
    stall_fault(&bed, "slow=200ms@GET /orders/latest");
    CHECK(ask(&bed, "GET", "/v1/orders/latest", NULL) == 200 && bed.answer.delay_us == 200000);
    stall_close(&bed);
    stall_fault(&bed, "wrong-type=value@latest");
    CHECK(ask(&bed, "GET", "/v1/orders/latest", NULL) == 200);
    CHECK_STR(bed.answer.body, "{\"id\":\"wrong type\"}");
    stall_close(&bed);
    stall_fault(&bed, "wrong-type@latest");
    CHECK(ask(&bed, "GET", "/v1/orders/latest", NULL) == 200);
    CHECK_STR(bed.answer.type, "text/html");
    stall_close(&bed);
}

/* Long work: done at once, and told when it was asked for often enough. */
TEST(answers_that_come_later)
{
    Stall bed;
    stall_fault(&bed, "later=2@createOrder");
    for (int i = 0; i < 2; i++) {
        char at[32];
        snprintf(at, sizeof at, "/__later/%d", i + 1);
        CHECK(ask(&bed, "POST", "/v1/orders", order) == 202 && bed.answer.body.len == 0 && bed.answer.header_count == 1);
        CHECK_STR(bed.answer.headers[0].name, "Location");
        CHECK_STR(bed.answer.headers[0].value, at);
    }
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200 && says(&bed, "\"total\":2"));
    for (int i = 0; i < 4; i++) CHECK(ask(&bed, "GET", "/__later/2", NULL) == (i < 2 ? 202 : 200) && says(&bed, "\"id\":") == (i >= 2));
    CHECK(ask(&bed, "GET", "/__later/1", NULL) == 202 && ask(&bed, "POST", "/__later/1", order) == 404);
    CHECK(ask(&bed, "GET", "/__later/3", NULL) == 404 && ask(&bed, "GET", "/__later/0", NULL) == 404 && ask(&bed, "GET", "/__later/x", NULL) == 404);
    CHECK(ask(&bed, "POST", "/v1/orders", "{\"id\":[]}") / 100 == 4); /* what failed was not begun */
    pl_mock_reset(bed.mock);
    CHECK(ask(&bed, "GET", "/__later/1", NULL) == 404);
    stall_close(&bed);
}

TEST(faults_that_can_hit_nothing)
{
    Stall bed;
    stall_fault(&bed, "fail=500@createOrdr");
    CHECK(bed.status == PL_USAGE && bed.world.diags.all.items[bed.world.diags.all.len - 1]->code == PL_D_MOCK_FAULT_TARGET);
    CHECK_STR(bed.world.diags.all.items[bed.world.diags.all.len - 1]->help, "did you mean @createOrder?");
    stall_close(&bed);
    stall_fault(&bed, "fail=500@GET /v1/orders/7");
    CHECK(bed.status == PL_OK);
    stall_close(&bed);
}

TEST(the_same_requests_give_the_same_answers)
{
    Stall a, b;
    stall_open(&a);
    stall_open(&b);
    static const char *const targets[] = {"/v1/orders/latest", "/v1/files/x.y", "/v1/files/x.z", "/v1/orders"};
    for (size_t i = 0; i < 4; i++) {
        ask(&a, "POST", "/v1/orders", order);
        ask(&b, "POST", "/v1/orders", order);
        CHECK(pl_str_eq(a.answer.body, b.answer.body));
        ask(&a, "GET", targets[i], NULL);
        ask(&b, "GET", targets[i], NULL);
        CHECK(pl_str_eq(a.answer.body, b.answer.body));
    }
    stall_close(&a);
    stall_close(&b);
}

TEST(state_is_saved_and_read)
{
    Stall bed;
    PlBuf saved, again;
    PlStr words;
    stall_open(&bed);
    pl_buf_init(&saved, 0);
    pl_buf_init(&again, 0);
    ask(&bed, "POST", "/v1/orders", order);
    ask(&bed, "POST", "/v1/shops/a/tags", "{\"label\":\"x\"}");
    CHECK(pl_mock_save(bed.mock, &saved) == PL_OK);
    CHECK(ask(&bed, "POST", "/__pilot/reset", NULL) == 204);
    CHECK(ask(&bed, "GET", "/v1/orders/1", NULL) == 404);
    CHECK(pl_mock_load(bed.mock, pl_buf_str(&saved), &words) == PL_OK);
    CHECK(ask(&bed, "GET", "/v1/orders/1", NULL) == 200);
    CHECK(pl_mock_save(bed.mock, &again) == PL_OK && pl_str_eq(pl_buf_str(&saved), pl_buf_str(&again)));
    CHECK(ask(&bed, "POST", "/v1/orders", order) == 201 && says(&bed, "\"id\":2"));
    CHECK(pl_mock_load(bed.mock, PL_STR("{\"collections\":{\"x\":{\"items\":[1]}}}"), &words) == PL_INVALID);
    CHECK_STR(words, "an item is not [id, value]");
    CHECK(pl_mock_load(bed.mock, PL_STR("{"), &words) == PL_INVALID);
    CHECK(ask(&bed, "GET", "/v1/orders/2", NULL) == 200); /* a broken text changes nothing */
    CHECK(ask(&bed, "PUT", "/__pilot/state", "[]") == 400);
    pl_buf_deinit(&saved);
    pl_buf_deinit(&again);
    stall_close(&bed);
}

TEST(plugins_with_one_base)
{
    Stall bed;
    stall_init(&bed);
    stall_add(&bed, "shop", shop);
    stall_add(&bed, "other", shop);
    CHECK(pl_mock_new(bed.world.catalog, &bed.options, &bed.mock) == PL_OK);
    CHECK_STR(pl_mock_base(bed.mock, 1), "/other/v1");
    CHECK(ask(&bed, "POST", "/other/v1/orders", order) == 201);
    CHECK(ask(&bed, "GET", "/shop/v1/orders/1", NULL) == 404);
    CHECK(ask(&bed, "GET", "/other/v1/orders/1", NULL) == 200);
    CHECK(ask(&bed, "GET", "/v1/orders/1", NULL) == 404); /* the first document */
    stall_close(&bed);
}

TEST(filled_collections)
{
    Stall bed;
    stall_init(&bed);
    stall_add(&bed, "shop", shop);
    bed.options.fill = 3;
    CHECK(pl_mock_new(bed.world.catalog, &bed.options, &bed.mock) == PL_OK);
    CHECK(ask(&bed, "GET", "/v1/orders/3", NULL) == 200 && says(&bed, "\"id\":3"));
    CHECK(ask(&bed, "GET", "/v1/orders", NULL) == 200 && says(&bed, "\"total\":3"));
    stall_close(&bed);
}

TEST(collections_that_can_only_be_read)
{
    static const char books[] =
        "openapi: 3.0.3\ninfo: {title: Books, version: '1'}\npaths:\n"
        "  /books: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/x/Book'}}}}}}}}\n"
        "  /books/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n"
        "    get: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/x/Book'}}}}}}\n"
        "x: {Book: {type: object, required: [id, title], properties: {id: {type: integer}, title: {type: string}}}}\n";
    for (int empty = 0; empty < 2; empty++) {
        Stall bed;
        stall_init(&bed);
        stall_add(&bed, "books", books);
        bed.options.empty = empty;
        CHECK(pl_mock_new(bed.world.catalog, &bed.options, &bed.mock) == PL_OK);
        CHECK(ask(&bed, "GET", "/books", NULL) == 200);
        PlStr list = pl_arena_str(bed.world.arena, bed.answer.body);
        CHECK((list.len == 2) == empty);
        CHECK(ask(&bed, "GET", "/books/3", NULL) == (empty ? 404 : 200));
        CHECK((pl_str_find(list, bed.answer.body, 0) != PL_STR_NONE) == !empty); /* the item is the list's */
        CHECK(ask(&bed, "GET", "/books/77", NULL) == (empty ? 404 : 200));
        CHECK(says(&bed, empty ? "not found" : "\"id\":77"));
        stall_close(&bed);
    }
}

/* PL_LIMIT_MOCK_BYTES is what all items together may take. */
TEST(state_has_a_ceiling)
{
    PlMockState state = {0};
    bool made;
    PlMockItems *items = pl_mock_state_open(&state, PL_STR("a /b"), &made);
    CHECK(items && made);
    state.bytes = PL_LIMIT_MOCK_BYTES - 4;
    CHECK(pl_mock_items_put(&state, items, PL_STR("id"), PL_STR("{}")) == PL_OK);
    CHECK(pl_mock_items_put(&state, items, PL_STR("ie"), PL_STR("{}")) == PL_LIMIT);
    bool again;
    CHECK(!pl_mock_state_open(&state, PL_STR("a /c"), &again));
    PlStr text;
    CHECK(pl_mock_items_find(items, PL_STR("id"), &text) && !pl_mock_items_find(items, PL_STR("ie"), &text));
    pl_mock_state_clear(&state);
}

TEST(many_items)
{
    PlMockState state = {0};
    bool made;
    PlStr text;
    PlMockItems *items = pl_mock_state_open(&state, PL_STR("a /b"), &made);
    char id[20];
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "%d", i);
        CHECK(pl_mock_items_put(&state, items, pl_str_z(id), pl_str_z(id)) == PL_OK);
        if (i % 3 == 0) CHECK(pl_mock_items_remove(&state, items, pl_str_z(id)));
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(id, sizeof id, "%d", i);
        CHECK(pl_mock_items_find(items, pl_str_z(id), &text) == (i % 3 != 0));
    }
    CHECK(items->live == 5000 - 1667);
    pl_mock_state_clear(&state);
}

UNIT_MAIN
