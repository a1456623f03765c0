/* SPDX-License-Identifier: MIT */
/* Inside the mock. The way of a request (mock.c): route (mock_route.c), faults (mock_fault.c), security and parameters (mock_param.c), body
 * (mock_body.c), then a collection (mock_resource.c, mock_list.c over mock_state.c) or a made answer (mock_answer.c), and the log
 * (mock_log.c). What the document says of an operation is read once (mock_doc.c). Only `state`, `log` and counters change. */
#ifndef PL_SERVICE_MOCK_INTERNAL_H
#define PL_SERVICE_MOCK_INTERNAL_H

#include "vm/service/mock.h"
#include "vm/service/mock_check.h"
#include "vm/service/mock_fault.h"
#include "vm/service/mock_make.h"
#include "vm/service/mock_state.h"
#include "vm/value/value.h"

typedef struct PlMockOp PlMockOp;

typedef struct PlMockMedia {
    PlStr type;            /* "application/json", as the document writes it */
    PlBodyKind kind;
    PlMockSchema *schema;
    const PlNode *example; /* NULL: none */
} PlMockMedia;

typedef struct PlMockParam {
    PlStr wire;
    PlPlace place;
    PlStyle style;
    bool explode, required;
    PlMockSchema *schema;
} PlMockParam;

typedef struct PlMockResponse {
    uint16_t low, high; /* 0, 0: default */
    PlMockMedia *media; /* NULL: no body */
    const PlNode *headers;
} PlMockResponse;

typedef struct PlMockApi {
    PlPlugin *plugin;
    PlMockSchemas schemas;
    PlStr base;         /* path of the server: "/v1", "" */
    bool shared;        /* another plugin has this base too */
    PlMockOp *ops;
    uint32_t op_count;
    PL_VEC(struct PlMockResource *) resources;
} PlMockApi;

/* A plain collection: "/owners/{o}/things" and its items "/owners/{o}/things/{id}". */
typedef struct PlMockResource {
    PlMockApi *api;
    PlStr path;        /* of the collection, templates as in the document */
    PlStr singular;    /* "thing" */
    PlStr id_param;    /* wire name of the item's path parameter; "" when there is no item path */
    PlStr id_name;     /* property that holds the id */
    PlMockSchema *id_schema; /* NULL: the document has no such property */
    PlMockSchema *schema;    /* of an item, as it is read; NULL: unknown */
    bool fixed;        /* nothing can be added: items are made at first use, and any other id has a made answer */
    PlMockOp *list, *create, *read, *replace, *change, *remove; /* NULL: not documented */
} PlMockResource;

struct PlMockOp {
    PlMockApi *api;
    const PlOperation *operation;
    const PlAction *action;
    PlStr name; /* "shop.orders.create" */
    bool opened;
    PlMockParam *params;      /* path, query, header, cookie; and 2.0 form fields as PL_IN_BODY */
    uint32_t param_count;
    PlMockMedia *bodies;
    uint32_t body_count;
    bool body_required, has_form;
    PlMockResponse *responses;
    uint32_t response_count;
    PlMockResource *resource; /* NULL: no plain collection */
    PlMockResource *parent;   /* "/orders/{id}/cancel" that answers with the order: the collection of orders; else NULL */
};

typedef struct PlMockPiece { /* of a path template */
    PlStr text; /* a literal, or a parameter's wire name */
    bool is_var, is_deep; /* deep: may hold slashes */
} PlMockPiece;

typedef struct PlMockRoute {
    PlMockOp *op;
    PlStr template; /* "/v1/things/{id}" */
    PlStr order;    /* sorts specific templates first */
    PlMockPiece *pieces;
    uint32_t piece_count;
    uint32_t number;
} PlMockRoute;

enum { PL_MOCK_VARS = 32, PL_MOCK_HEADERS = 8 };

typedef struct PlMockCall { /* one request under way; all of the request's arena */
    const PlHttpdRequest *request;
    PlStr path, query; /* path: escapes resolved save those of '/' and '%' */
    PlMethod method;
    bool known_method;
    PlMockOp *op;
    PlStr var_names[PL_MOCK_VARS], vars[PL_MOCK_VARS]; /* decoded */
    uint32_t var_count;
    PL_VEC(PlHttpdPair) pairs; /* of the query, decoded */
    PlMockCheck check;
    PlMockMaker maker;
    PlNode body;
    bool has_body;      /* read as JSON or a form */
    uint64_t seed;      /* of this request: the same request has the same */
    PlMockVerdict verdict;
    PlStr key;          /* idempotency key; "" */
    bool executed, replayed;
    /* the answer */
    unsigned status;
    PlStr type;
    PlStr text;         /* the body */
    PlHttpdPair headers[PL_MOCK_HEADERS];
    uint32_t header_count;
} PlMockCall;

struct PlMock {
    PlCatalog *catalog;
    PlMockOptions options;
    PlArena *arena;     /* the catalog's */
    PlArena *request;   /* of one request, rewound before the next */
    PlArenaMark mark;
    PlBuf out;          /* the answer's body where it is written */
    PlBuf text;         /* scratch of the schemas */
    PlMockApi *apis;
    uint32_t api_count;
    PlMockRoute *routes; /* specific ones first */
    uint32_t route_count;
    PlMockFaults faults;
    PlMockState state;
    uint64_t sequence;  /* of requests */
    PL_VEC(PlStr) token_paths;
    struct PlMockKey *keys; /* idempotency keys that were seen */
    uint32_t key_count;
    struct PlMockLater *later; /* answers that are not fetched yet */
    uint32_t later_count;
    PlStr *lines;       /* the log, on the heap */
    uint32_t line_count, line_start;
    PlMockCall *call;
    PlEscape heap_escape;
    PlHeap *heap;       /* of `values` */
    PlValues *values;   /* of schemas and of what is checked */
};

/* mock_doc.c */
void pl_mock_read_api(PlMock *mock, PlMockApi *api, PlPlugin *plugin);
void pl_mock_open_op(PlMockOp *op);
PlBodyKind pl_mock_media_kind(PlStr type);
const PlMockResponse *pl_mock_response(const PlMockOp *op, unsigned status); /* exact, range, default; NULL */
/* The success that an answer is made of, and its status. */
const PlMockResponse *pl_mock_success(const PlMockOp *op, unsigned preferred, unsigned *status);
PlMockMedia *pl_mock_json_of(const PlMockResponse *response); /* its media when that is JSON */

/* mock_route.c */
void pl_mock_routes(PlMock *mock);
bool pl_mock_find_route(PlMock *mock, PlMockCall *call);
PlStr pl_mock_unescape(PlArena *arena, PlStr text, bool form, bool partly);
PlStr pl_mock_path_of_url(PlStr url);

/* mock_param.c: false when an answer (400, 401) was made. */
bool pl_mock_check_security(PlMock *mock, PlMockCall *call);
bool pl_mock_check_params(PlMock *mock, PlMockCall *call);
void pl_mock_read_query(PlMock *mock, PlMockCall *call);
bool pl_mock_query(const PlMockCall *call, PlStr name, PlStr *out);
PlStr pl_mock_var(const PlMockCall *call, PlStr name);
/* mock_body.c */
bool pl_mock_check_body(PlMock *mock, PlMockCall *call);

/* mock_answer.c */
void pl_mock_problem(PlMock *mock, PlMockCall *call, unsigned status, const char *title, PlStr detail, const PlMockIssues *issues);
void pl_mock_header(PlMockCall *call, const char *name, PlStr value);
/* ---- mock_later.c ---- */
void pl_mock_put_later(PlMock *mock, PlMockCall *call, uint64_t polls); /* the answer that is there comes after so many polls */
bool pl_mock_poll_later(PlMock *mock, PlMockCall *call);                /* false: it asks for something else */
void pl_mock_forget_later(PlMock *mock);
void pl_mock_answer_json(PlMock *mock, PlMockCall *call, unsigned status, const PlNode *value, PlStr type);
/* The same for a value that was made, or stored, as the schema wants it (mock_mend.h). */
void pl_mock_answer_fit(PlMock *mock, PlMockCall *call, unsigned status, const PlNode *value, const PlMockMedia *media, PlStr keep, bool whole);
void pl_mock_answer_made(PlMock *mock, PlMockCall *call);

/* mock_resource.c */
void pl_mock_find_resources(PlMock *mock, PlMockApi *api);
void pl_mock_answer_resource(PlMock *mock, PlMockCall *call);
PlMockItems *pl_mock_collection(PlMock *mock, PlMockCall *call, PlMockResource *resource); /* made and filled at first use */
void pl_mock_answer_parent(PlMock *mock, PlMockCall *call); /* op->parent: the item it acts on, or 404 */
/* Where in an answer of this schema an item stands: itself, or wrapped in a field whose name is put into *key. */
PlMockSchema *pl_mock_unwrap(PlMockSchemas *schemas, PlMockSchema *schema, const PlMockResource *resource, PlStr *key);
/* mock_list.c */
void pl_mock_answer_list(PlMock *mock, PlMockCall *call);
/* The list in an answer: the schema of its items, and the field (or "outer.inner") that holds it; NULL when it has none. */
PlMockSchema *pl_mock_list_schema(PlMockSchemas *schemas, PlMockSchema *schema, const PlMockResource *resource, PlStr *key);

/* mock_key.c: idempotency keys. True when the answer of an earlier request was given. */
bool pl_mock_replay_key(PlMock *mock, PlMockCall *call);
void pl_mock_keep_key(PlMock *mock, PlMockCall *call);
void pl_mock_forget_keys(PlMock *mock);

/* mock_log.c */
void pl_mock_log(PlMock *mock, PlMockCall *call, const PlHttpdAnswer *answer);
void pl_mock_forget_log(PlMock *mock);
bool pl_mock_control(PlMock *mock, PlMockCall *call); /* true: it was a control path */

#endif
