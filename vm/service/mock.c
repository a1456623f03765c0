/* SPDX-License-Identifier: MIT */
/* The way of a request through the mock, and its beginning and end. */
#include "vm/service/mock_internal.h"

#include "vm/base/fault.h"

#define REQUEST_BYTES ((size_t)1 << 30)

/* ---- making ------------------------------------------------------------------------------------------------------- */

static void find_shared_bases(PlMock *mock)
{
    for (uint32_t i = 0; i < mock->api_count; i++)
        for (uint32_t k = 0; k < i; k++) {
            if (!pl_str_eq(mock->apis[i].base, mock->apis[k].base)) continue;
            mock->apis[i].shared = mock->apis[k].shared = true;
        }
}

/* Paths at which tokens are fetched (OAuth2 client credentials): the mock gives one. */
static void find_token_paths(PlMock *mock)
{
    for (uint32_t i = 0; i < mock->api_count; i++)
        for (uint32_t k = 0; k < mock->apis[i].op_count; k++) {
            const PlAction *action = mock->apis[i].ops[k].action;
            for (uint32_t s = 0; s < action->auth_count; s++)
                for (uint32_t a = 0; a < action->auth[s].count; a++) {
                    PlStr path = pl_mock_path_of_url(action->auth[s].all[a].token_url);
                    bool known = path.len == 0 || mock->token_paths.len >= 100;
                    for (uint32_t t = 0; t < mock->token_paths.len; t++) known |= pl_str_eq(mock->token_paths.items[t], path);
                    if (!known) pl_vec_push(mock->arena, &mock->token_paths, path);
                }
        }
}

static bool fault_can_hit(PlMock *mock, const PlMockFault *fault)
{
    bool path_only = fault->operation.len == 0; /* what no document has can be asked for, too */
    if (fault->path.len == 0 && path_only) return true;
    for (uint32_t i = 0; i < mock->route_count; i++) {
        const PlMockRoute *route = &mock->routes[i];
        PlMockTarget target = {route->op->action->method, route->template, route->template, route->op->name,
                               route->op->action->operation_id, route->op->api->plugin->name};
        if (pl_mock_fault_hits(fault, &target)) return true;
    }
    if (!path_only) return false;
    for (int method = PL_GET; method < PL_METHOD_COUNT; method++) { /* a concrete path: "/orders/7" */
        PlHttpdRequest request = {.method = PL_STR("GET"), .target = fault->path};
        PlMockCall probe = {.request = &request, .path = fault->path, .method = (PlMethod)method, .known_method = true};
        bool wanted = !fault->has_method || fault->method == probe.method;
        if (wanted && pl_mock_find_route(mock, &probe)) return true;
    }
    return pl_str_find_char(fault->path, '*', 0) != PL_STR_NONE;
}

static PlStr nearest_operation(const PlMock *mock, PlStr name)
{
    PlStr best = PL_STR("");
    unsigned distance = 6;
    for (uint32_t i = 0; i < mock->route_count; i++) {
        const PlAction *action = mock->routes[i].op->action;
        PlStr names[] = {action->operation_id, mock->routes[i].op->name, action->name, action->path};
        for (size_t k = 0; k < 4; k++) {
            unsigned d = names[k].len && names[k].len < 200 ? pl_str_distance(names[k], pl_str_slice(name, 0, 200), 5) : 6;
            if (d < distance) distance = d, best = names[k];
        }
    }
    return best;
}

static PlStatus read_options(PlMock *mock)
{
    PlDiags *diags = pl_catalog_diags(mock->catalog);
    PlStatus status = PL_OK;
    mock->faults.all = PL_NEW_N(mock->arena, PlMockFault, mock->options.fault_count + 1u);
    for (uint32_t i = 0; i < mock->options.fault_count; i++) {
        PlMockFault *fault = &mock->faults.all[mock->faults.count++];
        if (!pl_mock_fault_read(diags, mock->options.faults[i], fault)) {
            status = PL_USAGE;
        } else if (!fault_can_hit(mock, fault)) {
            PlStr wanted = fault->operation.len ? fault->operation : fault->path;
            PlDiag *d = PL_REPORT(diags, MOCK_FAULT_TARGET, PL_NO_SPAN, PL_ARG(wanted));
            PlStr near = nearest_operation(mock, wanted);
            if (near.len) pl_diag_help(diags, d, "did you mean @" PL_FMT "?", PL_ARG(near));
            status = PL_USAGE;
        }
    }
    for (uint32_t i = 0; i < mock->options.credential_count; i++) {
        PlStr given = mock->options.credentials[i];
        size_t equals = pl_str_find_char(given, '=', 0);
        if (equals != PL_STR_NONE && equals > 0) continue;
        PL_REPORT(diags, MOCK_CREDENTIAL, PL_NO_SPAN, PL_ARG(given));
        status = PL_USAGE;
    }
    return status;
}

static PlStatus build(PlMock *mock)
{
    mock->api_count = pl_catalog_plugin_count(mock->catalog);
    mock->apis = PL_NEW_N(mock->arena, PlMockApi, mock->api_count + 1u);
    for (uint32_t i = 0; i < mock->api_count; i++) pl_mock_read_api(mock, &mock->apis[i], pl_catalog_plugin(mock->catalog, i));
    find_shared_bases(mock);
    find_token_paths(mock);
    pl_mock_routes(mock);
    for (uint32_t i = 0; i < mock->api_count; i++) pl_mock_find_resources(mock, &mock->apis[i]);
    return read_options(mock);
}

static bool open_values(PlMock *mock)
{
    mock->heap = pl_heap_new(&mock->heap_escape, REQUEST_BYTES);
    if (!mock->heap) return false;
    if (setjmp(mock->heap_escape.at) == 0) mock->values = pl_values_new(mock->heap);
    return mock->values != NULL;
}

PlStatus pl_mock_new(PlCatalog *catalog, const PlMockOptions *options, PlMock **out)
{
    PlArena *arena = pl_catalog_diags(catalog)->arena;
    PlMock *mock = pl_zalloc(sizeof *mock);
    if (!mock) return PL_NOMEM;
    mock->catalog = catalog;
    mock->options = *options;
    mock->arena = arena;
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    mock->request = pl_arena_new(&escape, REQUEST_BYTES);
    pl_buf_init(&mock->out, 0);
    pl_buf_init(&mock->text, 0);
    volatile PlStatus status = PL_NOMEM;
    if (mock->request && open_values(mock) && setjmp(escape.at) == 0) {
        mock->mark = pl_arena_mark(mock->request);
        status = build(mock);
    } else if (escape.status != PL_OK) {
        status = escape.status;
    }
    pl_arena_set_escape(arena, outer);
    if (status != PL_OK) {
        pl_mock_free(mock);
        return status;
    }
    *out = mock;
    return PL_OK;
}

void pl_mock_free(PlMock *mock)
{
    if (!mock) return;
    pl_mock_state_clear(&mock->state);
    pl_mock_forget_log(mock);
    pl_mock_forget_keys(mock);
    pl_mock_forget_later(mock);
    pl_arena_free(mock->request);
    pl_buf_deinit(&mock->out);
    pl_buf_deinit(&mock->text);
    if (mock->values) pl_values_free(mock->values);
    if (mock->heap) pl_heap_free(mock->heap);
    pl_free(mock);
}

void pl_mock_reset(PlMock *mock)
{
    pl_mock_state_clear(&mock->state);
    pl_mock_forget_log(mock);
    pl_mock_forget_keys(mock);
    pl_mock_forget_later(mock);
    mock->sequence = 0;
    for (uint32_t i = 0; i < mock->faults.count; i++) mock->faults.all[i].count = 0;
}

PlStr pl_mock_base(const PlMock *mock, uint32_t index)
{
    const PlMockApi *api = &mock->apis[index];
    if (!api->shared) return api->base;
    return pl_arena_printf(mock->arena, "/" PL_FMT PL_FMT, PL_ARG(api->plugin->name), PL_ARG(api->base));
}

uint32_t pl_mock_operations(const PlMock *mock, uint32_t index) { return mock->apis[index].op_count; }

/* ---- saved state --------------------------------------------------------------------------------------------------- */

PlStatus pl_mock_save(PlMock *mock, PlBuf *out)
{
    pl_mock_state_write(&mock->state, out);
    return out->status;
}

static const char *load_collection(PlMock *mock, PlMockState *state, const PlPair *pair)
{
    const PlNode *next = PL_GET(&pair->value, "next"), *list = PL_GET(&pair->value, "items");
    bool made;
    if (!pl_node_is(list, PL_NODE_LIST)) return "a collection has no list of items";
    PlMockItems *items = pl_mock_state_open(state, pl_pair_key(pair), &made);
    if (!items) return "it is too large";
    if (pl_node_is(next, PL_NODE_INT) && next->as.integer > 0) items->next = (uint64_t)next->as.integer;
    for (uint32_t i = 0; i < list->count; i++) {
        const PlNode *entry = pl_node_item(list, i);
        if (!pl_node_is(entry, PL_NODE_LIST) || entry->count != 2 || pl_node_item(entry, 0)->kind != PL_NODE_TEXT) return "an item is not [id, value]";
        PlStr text = pl_node_written(mock->request, pl_node_item(entry, 1));
        if (pl_mock_items_put(state, items, pl_node_text(pl_node_item(entry, 0)), text) != PL_OK) return "it is too large";
    }
    return NULL;
}

/* Reads into a state of its own, so that a broken text changes nothing. */
PlStatus pl_mock_load(PlMock *mock, PlStr text, PlStr *words)
{
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(mock->request, &escape);
    PlMockState state = {0};
    PlMockState *volatile loaded = &state;
    const char *volatile fault = NULL;
    if (setjmp(escape.at) == 0) {
        PlNode root;
        size_t at;
        PlStr said;
        const PlNode *all = NULL;
        if (pl_node_read(mock->request, text, &root, &at, &said) == PL_OK) all = PL_GET(&root, "collections");
        if (!pl_node_is(all, PL_NODE_MAP)) fault = "it has no collections";
        for (uint32_t i = 0; !fault && i < all->count; i++) fault = load_collection(mock, loaded, pl_node_at(all, i));
    } else {
        fault = "it is too large";
    }
    pl_arena_set_escape(mock->request, outer);
    PlMockState *gone = fault ? loaded : &mock->state;
    PlMockState old = *gone;
    if (!fault) mock->state = *loaded;
    pl_mock_state_clear(&old);
    *words = pl_str_z(fault ? fault : "");
    return fault ? PL_INVALID : PL_OK;
}

/* ---- a request ------------------------------------------------------------------------------------------------------ */

static bool answer_token(PlMock *mock, PlMockCall *call)
{
    for (uint32_t i = 0; call->method == PL_POST && i < mock->token_paths.len; i++) {
        if (!pl_str_eq(mock->token_paths.items[i], call->path)) continue;
        pl_buf_clear(&mock->out);
        pl_buf_printf(&mock->out, "{\"access_token\":\"mock-%016llx\",\"token_type\":\"Bearer\",\"expires_in\":3600}",
                      (unsigned long long)pl_mix_str(mock->options.seed, call->path));
        call->status = 200;
        call->type = PL_STR("application/json");
        call->text = pl_buf_str(&mock->out);
        return true;
    }
    return false;
}

static void begin(PlMock *mock, PlMockCall *call)
{
    PlStr target = call->request->target;
    size_t hash = pl_str_find_char(target, '#', 0);
    target = pl_str_slice(target, 0, hash);
    if (pl_str_starts(target, PL_STR("http://"))) target = pl_mock_path_of_url(target); /* absolute form, RFC 9112 section 3.2.2 */
    size_t mark = pl_str_find_char(target, '?', 0);
    call->path = pl_mock_unescape(mock->request, pl_str_slice(target, 0, mark), false, true);
    call->query = mark == PL_STR_NONE ? PL_STR("") : pl_str_slice(target, mark + 1, target.len);
    call->known_method = pl_method_by_name(call->request->method, &call->method);
    pl_mock_read_query(mock, call);
}

static void decide_faults(PlMock *mock, PlMockCall *call)
{
    PlMockTarget target = {.method = call->method, .path = call->path};
    if (call->op) {
        target.template = call->op->action->path;
        target.operation = call->op->name;
        target.operation_id = call->op->action->operation_id;
        target.plugin = call->op->api->plugin->name;
    }
    call->verdict = pl_mock_fault_decide(&mock->faults, &target, mock->options.seed);
}

static void answer_fault(PlMock *mock, PlMockCall *call, const PlMockFault *fault)
{
    if (fault->kind == PL_MOCK_RESET_BEFORE) return;
    if (fault->retry_after >= 0)
        pl_mock_header(call, "Retry-After", pl_arena_printf(mock->request, "%lld", (long long)fault->retry_after));
    PlStr detail = pl_arena_printf(mock->request, "the mock was told to: --fault " PL_FMT, PL_ARG(fault->text));
    pl_mock_problem(mock, call, fault->status, fault->status == 429 ? "too many requests" : "failure that was asked for", detail, NULL);
}

/* Same operation, path, query and body: same seed. */
static uint64_t seed_of(const PlMock *mock, const PlMockCall *call)
{
    uint64_t seed = pl_mix_str(mock->options.seed, call->op->name);
    for (uint32_t i = 0; i < call->var_count; i++) seed = pl_mix_str(seed, call->vars[i]);
    seed = pl_mix_str(seed, call->query);
    return pl_mix_str(seed, call->request->body);
}

static void answer_operation(PlMock *mock, PlMockCall *call)
{
    pl_mock_open_op(call->op);
    pl_mock_check_init(&call->check, &call->op->api->schemas, mock->request);
    pl_mock_maker_init(&call->maker, &call->op->api->schemas, mock->request);
    call->seed = seed_of(mock, call);
    if (!pl_mock_check_security(mock, call) || !pl_mock_check_params(mock, call) || !pl_mock_check_body(mock, call)) return;
    if (pl_mock_replay_key(mock, call)) return;
    call->executed = true;
    if (call->op->resource) pl_mock_answer_resource(mock, call);
    else if (call->op->parent) pl_mock_answer_parent(mock, call);
    else pl_mock_answer_made(mock, call);
    pl_mock_keep_key(mock, call);
}

static void handle(PlMock *mock, PlMockCall *call)
{
    begin(mock, call);
    if (pl_mock_control(mock, call) || pl_mock_poll_later(mock, call)) return;
    bool found = pl_mock_find_route(mock, call);
    decide_faults(mock, call);
    if (call->verdict.before) {
        call->header_count = 0;
        answer_fault(mock, call, call->verdict.before);
    } else if (found) {
        answer_operation(mock, call);
    } else if (answer_token(mock, call)) {
        call->header_count = 0;
    }
}

/* ---- what becomes of the answer ------------------------------------------------------------------------------------- */

/* Every text a number, every number a text: the shape stays, the kinds are wrong. */
static PlNode twist(PlArena *arena, const PlNode *node, uint32_t depth)
{
    if (depth > 100) return *node;
    if (node->kind == PL_NODE_TEXT) return pl_node_of_int((int64_t)node->count);
    if (node->kind < PL_NODE_LIST) return pl_node_of_text(PL_STR("wrong type"));
    PlFields fields = {.arena = arena};
    PL_VEC(PlNode) items = {0};
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->kind == PL_NODE_LIST) pl_vec_push(arena, &items, twist(arena, pl_node_item(node, i), depth + 1));
        else pl_fields_add(&fields, pl_pair_key(pl_node_at(node, i)), twist(arena, &pl_node_at(node, i)->value, depth + 1));
    }
    return node->kind == PL_NODE_LIST ? pl_node_of_items(arena, items.items, items.len) : pl_fields_map(&fields);
}

static void spoil_type(PlMock *mock, PlMockCall *call, PlMockFaultKind kind)
{
    PlNode node;
    size_t at;
    PlStr words;
    if (kind == PL_MOCK_WRONG_CONTENT) {
        call->type = PL_STR("text/html");
        call->text = PL_STR("<html><body><h1>This is not what the document says</h1></body></html>\n");
    } else if (pl_node_read(mock->request, pl_arena_str(mock->request, call->text), &node, &at, &words) == PL_OK) {
        node = twist(mock->request, &node, 0);
        pl_mock_answer_json(mock, call, call->status, &node, call->type);
    }
}

static void finish(PlMock *mock, PlMockCall *call, PlHttpdAnswer *answer)
{
    const PlMockFault *before = call->verdict.before, *after = call->verdict.after;
    if (after && !before && (after->kind == PL_MOCK_WRONG_CONTENT || after->kind == PL_MOCK_WRONG_VALUE)) spoil_type(mock, call, after->kind);
    if (after && !before && after->kind == PL_MOCK_LATER) pl_mock_put_later(mock, call, after->polls);
    *answer = (PlHttpdAnswer){.status = call->status, .type = call->type, .body = call->text, .delay_us = call->verdict.slow_us};
    answer->headers = call->headers;
    answer->header_count = call->header_count;
    if (before && before->kind == PL_MOCK_RESET_BEFORE) answer->end = PL_HTTPD_RESET;
    if (!before && after && after->kind == PL_MOCK_RESET_AFTER) answer->end = PL_HTTPD_RESET;
    if (!before && after && after->kind == PL_MOCK_HALF) answer->end = PL_HTTPD_HALF;
    if (mock->out.status != PL_OK && call->text.ptr == mock->out.ptr) pl_arena_escape(mock->request, PL_LIMIT);
}

static void answer_too_much(PlHttpdAnswer *answer)
{
    static const char body[] = "{\"type\":\"about:blank\",\"title\":\"the request is too much work\",\"status\":507}";
    *answer = (PlHttpdAnswer){.status = 507, .type = PL_STR("application/problem+json"), .body = pl_str(body, sizeof body - 1)};
}

static void run(PlMock *mock, const PlHttpdRequest *request, PlHttpdAnswer *answer)
{
    mock->call = PL_NEW(mock->request, PlMockCall);
    mock->call->request = request;
    handle(mock, mock->call);
    finish(mock, mock->call, answer);
    bool control = !mock->options.no_control && pl_str_starts(mock->call->path, PL_STR("/__pilot/"));
    if (control) return;
    mock->sequence++;
    pl_mock_log(mock, mock->call, answer);
}

void pl_mock_handle(PlMock *mock, const PlHttpdRequest *request, PlHttpdAnswer *answer)
{
    PlEscape escape = {.status = PL_OK};
    pl_arena_rewind(mock->request, mock->mark);
    PlEscape *outer = pl_arena_set_escape(mock->request, &escape);
    PlEscape *outer_long = pl_arena_set_escape(mock->arena, &escape);
    pl_heap_set_escape(mock->heap, &escape);
    if (setjmp(escape.at) == 0) run(mock, request, answer);
    else answer_too_much(answer);
    pl_arena_set_escape(mock->request, outer);
    pl_arena_set_escape(mock->arena, outer_long);
}
