/* SPDX-License-Identifier: MIT */
/* Plain collections: a path with POST (or items with PUT) whose items can be read. What is posted is found again; the answers have the shape that the
 * document gives them. A collection that can only be read has made items, so that a list and its items agree. docs/mock.md, "Collections". */
#include "vm/service/mock_internal.h"
#include "vm/service/mock_patch.h"
#include "vm/service/mock_text.h"

enum { FIXED_ITEMS = 3 };

/* ---- finding them --------------------------------------------------------------------------------------------------- */

static PlMockOp *op_at(const PlMap *paths, PlMethod method, PlStr path)
{
    PlMockOp **ops = pl_map_get(paths, path);
    return ops ? ops[method] : NULL;
}

/* "/things/{id}" -> "/things" and "id". */
static bool split_item(PlStr path, PlStr *collection, PlStr *param)
{
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    PlStr last = pl_str_slice(path, slash, path.len);
    if (slash < 2 || last.len < 3 || last.ptr[0] != '{' || last.ptr[last.len - 1] != '}') return false;
    *param = pl_str_slice(last, 1, last.len - 1);
    *collection = pl_str_slice(path, 0, slash - 1);
    return pl_str_find_char(*param, '}', 0) == PL_STR_NONE && collection->ptr[collection->len - 1] != '}';
}

static PlStr singular_of(PlArena *arena, PlStr path)
{
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    PlStr word = pl_str_slice(path, slash, path.len);
    if (pl_str_ends(word, PL_STR("ies")) && word.len > 4) return pl_arena_printf(arena, PL_FMT "y", PL_ARG(pl_str_slice(word, 0, word.len - 3)));
    if (pl_str_ends(word, PL_STR("s")) && !pl_str_ends(word, PL_STR("ss")) && word.len > 2) word.len--;
    return word;
}

static bool same(PlStr a, PlStr b) { return a.len && b.len && pl_str_distance(a, b, 0) == 0; }

static PlMockSchema *json_schema(PlMockOp *op, unsigned preferred)
{
    unsigned status;
    if (!op) return NULL;
    pl_mock_open_op(op);
    PlMockMedia *media = pl_mock_json_of(pl_mock_success(op, preferred, &status));
    return media && media->schema->node ? media->schema : NULL;
}

static PlMockSchema *body_schema(PlMockOp *op)
{
    if (!op) return NULL;
    pl_mock_open_op(op);
    for (uint32_t i = 0; i < op->body_count; i++)
        if (op->bodies[i].kind == PL_BODY_JSON || op->bodies[i].kind == PL_BODY_FORM) return op->bodies[i].schema;
    return NULL;
}

static bool is_id_word(const PlMockResource *r, PlStr name)
{
    if (pl_str_eq_nocase(name, PL_STR("id")) || same(name, r->id_param)) return true;
    return name.len == r->singular.len + 2 + (pl_str_find_char(name, '_', 0) != PL_STR_NONE) && pl_str_ends(name, PL_STR("id")) &&
           pl_str_distance(pl_str_slice(name, 0, r->singular.len), r->singular, 0) == 0;
}

PlMockSchema *pl_mock_unwrap(PlMockSchemas *schemas, PlMockSchema *schema, const PlMockResource *r, PlStr *key)
{
    static const char *const wrappers[] = {"data", "result", "item", "resource", "object"};
    const PlMockSchema *flat = pl_mock_flat(schemas, schema);
    const PlMockProperty *found = NULL;
    uint32_t records = 0;
    *key = PL_STR("");
    for (uint32_t i = 0; i < flat->property_count; i++) {
        const PlMockProperty *property = &flat->properties[i];
        if (is_id_word(r, property->name)) return schema;
        if (!(pl_mock_flat(schemas, property->schema)->kinds & PL_KIND_RECORD)) continue;
        records++;
        bool named = same(property->name, r->singular);
        for (size_t k = 0; k < sizeof wrappers / sizeof *wrappers; k++) named |= pl_str_eq_z(property->name, wrappers[k]);
        if (named && !found) found = property;
    }
    if (!found && records == 1 && flat->property_count == 1) found = &flat->properties[0];
    if (!found) return schema;
    *key = found->name;
    return found->schema;
}

static bool ends_in_id(PlStr name) { return name.len >= 2 && pl_str_eq_nocase(pl_str_slice(name, name.len - 2, name.len), PL_STR("id")); }

static void find_id(PlMockSchemas *schemas, PlMockResource *r)
{
    const PlMockSchema *flat = r->schema ? pl_mock_flat(schemas, r->schema) : NULL;
    r->id_name = r->id_param.len && !ends_in_id(r->id_param) ? r->id_param : PL_STR("id");
    for (int round = 0; flat && round < 4 && !r->id_schema; round++)
        for (uint32_t i = 0; i < flat->property_count && !r->id_schema; i++) {
            PlStr name = flat->properties[i].name;
            bool fits = round == 0   ? pl_str_eq(name, r->id_param)
                        : round == 1 ? same(name, r->id_param)
                        : round == 2 ? pl_str_eq_nocase(name, PL_STR("id")) && (ends_in_id(r->id_param) || r->id_param.len == 0)
                                     : is_id_word(r, name);
            if (!fits) continue;
            r->id_name = name;
            r->id_schema = flat->properties[i].schema;
        }
}

static bool is_record(PlMockSchemas *schemas, PlMockSchema *schema)
{
    uint32_t kinds = schema ? pl_mock_flat(schemas, schema)->kinds : 0;
    return schema && (kinds == 0 || kinds & PL_KIND_RECORD);
}

/* Does it behave as a collection would? A POST that searches, a GET that gives one settings record, a file: no. */
static bool is_plain(PlMockSchemas *schemas, PlMockResource *r)
{
    PlMockSchema *body = body_schema(r->create ? r->create : r->replace);
    PlMockSchema *read = json_schema(r->read, 200), *list = json_schema(r->list, 200);
    PlStr key;
    r->fixed = !r->create && !r->replace;
    if (!(r->fixed ? r->list && r->read : r->create || r->read)) return false;
    if (!r->fixed && !is_record(schemas, body)) return false;
    if (r->read && !is_record(schemas, read)) return false;
    PlMockSchema *items = list ? pl_mock_list_schema(schemas, list, r, &key) : NULL;
    if (!items) r->list = NULL;
    if (r->fixed ? !items : !r->read && !items) return false;
    PlMockSchema *made = json_schema(r->create, 201);
    if (read) r->schema = pl_mock_unwrap(schemas, read, r, &key);
    else if (items && is_record(schemas, items)) r->schema = items;
    else if (made && is_record(schemas, made)) r->schema = pl_mock_unwrap(schemas, made, r, &key);
    return r->schema != NULL;
}

static void add_resource(PlMock *mock, PlMockApi *api, const PlMap *paths, PlStr collection, PlStr item, PlStr param)
{
    for (uint32_t i = 0; i < api->resources.len; i++)
        if (pl_str_eq(api->resources.items[i]->path, collection)) return;
    PlMockResource r = {.api = api, .path = collection, .id_param = param, .singular = singular_of(mock->arena, collection)};
    r.list = op_at(paths, PL_GET, collection);
    r.create = op_at(paths, PL_POST, collection);
    if (item.len) {
        r.read = op_at(paths, PL_GET, item);
        r.replace = op_at(paths, PL_PUT, item);
        r.change = op_at(paths, PL_PATCH, item);
        r.remove = op_at(paths, PL_DELETE, item);
    }
    if (!is_plain(&api->schemas, &r)) return;
    find_id(&api->schemas, &r);
    PlMockResource *kept = PL_NEW(mock->arena, PlMockResource);
    *kept = r;
    pl_vec_push(mock->arena, &api->resources, kept);
    PlMockOp *ops[] = {r.list, r.create, r.read, r.replace, r.change, r.remove};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (ops[i]) ops[i]->resource = kept;
}

static const PlNode *named_schema(PlMockSchemas *schemas, PlMockSchema *schema)
{
    schema = pl_mock_open(schemas, schema);
    return schema->target ? schema->target->node : schema->node;
}

/* "/orders/{id}/cancel" that answers with an order. */
static void find_parent(PlMockApi *api, PlMockOp *op)
{
    PlStr path = op->action->path, collection, param, key;
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    if (op->resource || slash < 2 || !split_item(pl_str_slice(path, 0, slash - 1), &collection, &param)) return;
    PlMockSchema *schema = json_schema(op, 0);
    for (uint32_t i = 0; schema && i < api->resources.len; i++) {
        PlMockResource *r = api->resources.items[i];
        if (!pl_str_eq(r->path, collection) || !r->read) continue;
        PlMockSchema *own = pl_mock_unwrap(&api->schemas, schema, r, &key);
        if (named_schema(&api->schemas, own) == named_schema(&api->schemas, r->schema)) op->parent = r;
    }
}

void pl_mock_find_resources(PlMock *mock, PlMockApi *api)
{
    PlMap paths;
    pl_map_init(&paths, mock->arena);
    for (uint32_t i = 0; i < api->op_count; i++) {
        PlMapEntry *entry = pl_map_put(&paths, api->ops[i].action->path, NULL);
        if (!entry->value.ptr) entry->value.ptr = PL_NEW_N(mock->arena, PlMockOp *, PL_METHOD_COUNT);
        PlMockOp **ops = entry->value.ptr;
        if (!ops[api->ops[i].action->method]) ops[api->ops[i].action->method] = &api->ops[i];
    }
    PlStr collection, param;
    for (uint32_t i = 0; i < paths.len; i++)
        if (split_item(paths.entries[i].key, &collection, &param)) add_resource(mock, api, &paths, collection, paths.entries[i].key, param);
    for (uint32_t i = 0; i < paths.len; i++) {
        PlStr path = paths.entries[i].key;
        bool literal = path.len > 1 && path.ptr[path.len - 1] != '}' && path.ptr[path.len - 1] != '/';
        if (literal && op_at(&paths, PL_POST, path) && op_at(&paths, PL_GET, path)) /* without paths of items */
            add_resource(mock, api, &paths, path, PL_STR(""), PL_STR(""));
    }
    for (uint32_t i = 0; i < api->op_count; i++) find_parent(api, &api->ops[i]);
}

/* ---- a collection and its beginning ---------------------------------------------------------------------------------- */

/* "shop /owners/7/things" */
static PlStr concrete_path(PlMock *mock, const PlMockCall *call, const PlMockResource *r)
{
    PlStr out = pl_arena_printf(mock->request, PL_FMT " ", PL_ARG(r->api->plugin->name)), t = r->path;
    for (size_t i = 0; i < t.len;) {
        size_t open = pl_str_find_char(t, '{', i), close = open == PL_STR_NONE ? PL_STR_NONE : pl_str_find_char(t, '}', open);
        size_t stop = close == PL_STR_NONE ? t.len : open;
        PlStr var = close == PL_STR_NONE ? PL_STR("") : pl_mock_var(call, pl_str_slice(t, open + 1, close));
        out = pl_arena_printf(mock->request, PL_FMT PL_FMT PL_FMT, PL_ARG(out), PL_ARG(pl_str_slice(t, i, stop)), PL_ARG(var));
        i = close == PL_STR_NONE ? t.len : close + 1;
    }
    return out;
}

static PlNode make_id(PlMock *mock, const PlMockResource *r, PlMockItems *items)
{
    uint64_t seed = pl_mix(pl_mix_str(mock->options.seed, pl_str(items->path, items->path_len)), items->next);
    PlMockSchema *schema = r->id_schema;
    for (uint32_t i = 0; !schema && r->read && i < r->read->param_count; i++)
        if (r->read->params[i].place == PL_IN_PATH && pl_str_eq(r->read->params[i].wire, r->id_param)) schema = r->read->params[i].schema;
    PlMockSchema *flat = schema ? pl_mock_flat(&r->api->schemas, schema) : NULL;
    if (flat && flat->kinds & (PL_KIND_INTEGER | PL_KIND_NUMBER)) return pl_node_of_int((int64_t)items->next);
    if (flat && (pl_str_eq_z(flat->format, "uuid") || pl_str_eq_z(flat->format, "guid"))) return pl_node_of_text(pl_mock_uuid(mock->request, seed));
    if (flat && (flat->pattern.len || flat->values || flat->min_len > 0 || flat->max_len < 24)) {
        PlMockMaker maker;
        pl_mock_maker_init(&maker, &r->api->schemas, mock->request);
        PlMockSchema plain = *flat; /* each id differs: no example */
        plain.example = plain.fallback = NULL;
        plain.flat = &plain;
        return pl_mock_make(&maker, &plain, PL_STR("id"), seed);
    }
    return pl_node_of_text(pl_arena_printf(mock->request, PL_FMT "_%08x", PL_ARG(pl_str_slice(r->singular, 0, 40)), (unsigned)(seed >> 32)));
}

static bool closes_id(const PlMockResource *r)
{
    return !r->id_schema && pl_mock_flat(&r->api->schemas, r->schema)->flags & PL_MOCK_CLOSED;
}

/* `base` with its id first, what the path says of its owners, and all that the item's schema wants of an answer. */
static PlNode make_item(PlMock *mock, PlMockCall *call, const PlMockResource *r, const PlNode *base, const PlNode *id, uint64_t seed)
{
    PlFields fields = {.arena = mock->request};
    const PlMockSchema *flat = pl_mock_flat(&r->api->schemas, r->schema);
    if (!closes_id(r)) pl_fields_add(&fields, r->id_name, *id);
    for (uint32_t i = 0; i < call->var_count; i++) {
        PlStr name = call->var_names[i];
        if (pl_str_eq(name, r->id_param) || pl_node_pair(base, name) || pl_fields_has(&fields, name)) continue;
        const PlMockProperty *property = pl_mock_property(flat, name);
        if (property) pl_fields_add(&fields, name, pl_mock_of_text(&r->api->schemas, property->schema, call->vars[i]));
    }
    for (uint32_t i = 0; i < base->count; i++) {
        const PlPair *pair = pl_node_at(base, i);
        if (pair->value.flags & PL_NODE_SHADOWED || pl_str_eq(pl_pair_key(pair), r->id_name)) continue;
        pl_fields_add(&fields, pl_pair_key(pair), pair->value);
    }
    PlNode item = pl_fields_map(&fields);
    return pl_mock_complete(&call->maker, r->schema, &item, seed);
}

static bool put_item(PlMock *mock, PlMockItems *items, PlStr id, const PlNode *item)
{
    return id.len && id.len < 4096 && pl_mock_items_put(&mock->state, items, id, pl_node_written(mock->request, item)) == PL_OK;
}

static void add_example(PlMock *mock, PlMockCall *call, const PlMockResource *r, PlMockItems *items, const PlNode *example)
{
    PlStr known;
    if (!pl_node_is(example, PL_NODE_MAP)) return;
    const PlNode *own = pl_node_get(example, r->id_name);
    PlNode id = own && own->kind > PL_NODE_NULL && own->kind < PL_NODE_LIST ? *own : make_id(mock, r, items);
    PlStr text = pl_node_show(mock->request, &id);
    if (pl_mock_items_find(items, text, &known)) return;
    PlNode item = make_item(mock, call, r, example, &id, pl_mix(call->seed, items->next));
    if (id.kind == PL_NODE_INT && id.as.integer >= (int64_t)items->next && id.as.integer < INT64_MAX) items->next = (uint64_t)id.as.integer;
    if (put_item(mock, items, text, &item)) items->next++;
}

static const PlNode *inside(const PlNode *value, PlStr key)
{
    size_t dot = pl_str_find_char(key, '.', 0);
    if (key.len == 0) return value;
    value = pl_node_get(value, pl_str_slice(key, 0, dot));
    return dot == PL_STR_NONE ? value : pl_node_get(value, pl_str_slice(key, dot + 1, key.len));
}

static const PlNode *example_of(PlMockOp *op)
{
    unsigned status;
    if (!op) return NULL;
    pl_mock_open_op(op);
    PlMockMedia *media = pl_mock_json_of(pl_mock_success(op, 200, &status));
    if (!media) return NULL;
    return media->example ? media->example : pl_mock_flat(&op->api->schemas, media->schema)->example;
}

/* The items that the document shows. */
static void add_examples(PlMock *mock, PlMockCall *call, const PlMockResource *r, PlMockItems *items)
{
    PlStr key;
    const PlNode *list = example_of(r->list), *one = example_of(r->read);
    PlMockSchema *schema = json_schema(r->list, 200);
    if (list && schema) {
        pl_mock_list_schema(&r->api->schemas, schema, r, &key);
        list = inside(list, key);
        for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count && i < 1000; i++) add_example(mock, call, r, items, pl_node_item(list, i));
    }
    schema = json_schema(r->read, 200);
    if (!one || !schema) return;
    pl_mock_unwrap(&r->api->schemas, schema, r, &key);
    one = inside(one, key);
    if (pl_node_is(one, PL_NODE_MAP) && pl_node_get(one, r->id_name)) add_example(mock, call, r, items, one);
}

static void fill(PlMock *mock, PlMockCall *call, const PlMockResource *r, PlMockItems *items)
{
    uint32_t count = mock->options.fill;
    if (r->fixed && count == 0 && items->live == 0 && !mock->options.empty) count = FIXED_ITEMS;
    for (uint32_t i = 0; i < count; i++) {
        PlNode id = make_id(mock, r, items);
        uint64_t seed = pl_mix(pl_mix_str(mock->options.seed, pl_str(items->path, items->path_len)), items->next);
        PlNode made = pl_mock_make(&call->maker, r->schema, PL_STR(""), seed);
        if (made.kind != PL_NODE_MAP) return;
        PlNode item = make_item(mock, call, r, &made, &id, call->seed);
        call->maker.budget = 4000;
        if (!put_item(mock, items, pl_node_show(mock->request, &id), &item)) return;
        items->next++;
    }
}

PlMockItems *pl_mock_collection(PlMock *mock, PlMockCall *call, PlMockResource *r)
{
    bool made;
    PlMockItems *items = pl_mock_state_open(&mock->state, concrete_path(mock, call, r), &made);
    if (!items) pl_arena_escape(mock->request, PL_LIMIT);
    call->maker.now_us += (int64_t)mock->sequence * 1000000;
    if (made && !mock->options.empty) add_examples(mock, call, r, items);
    if (made) fill(mock, call, r, items);
    return items;
}

/* ---- answers ---------------------------------------------------------------------------------------------------------- */

/* The item in the shape of the operation's success: perhaps wrapped, completed to its schema; nothing when none is documented. */
static void answer_item(PlMock *mock, PlMockCall *call, const PlMockResource *r, unsigned preferred, const PlNode *item)
{
    unsigned status;
    PlStr key;
    const PlMockResponse *response = pl_mock_success(call->op, preferred, &status);
    PlMockMedia *media = pl_mock_json_of(response);
    call->status = status;
    if (!media) return;
    PlMockSchema *schema = pl_mock_unwrap(&r->api->schemas, media->schema, r, &key);
    uint32_t kinds = pl_mock_flat(&r->api->schemas, schema)->kinds;
    if (kinds && !(kinds & PL_KIND_RECORD)) { /* an id alone, a list, true */
        PlNode other = pl_mock_make(&call->maker, media->schema, PL_STR(""), call->seed);
        if (key.len == 0 && kinds & (PL_KIND_TEXT | PL_KIND_INTEGER) && pl_node_get(item, r->id_name)) other = *pl_node_get(item, r->id_name);
        pl_mock_answer_fit(mock, call, status, &other, media, PL_STR(""), false);
        return;
    }
    PlNode value = schema == r->schema ? *item : pl_mock_complete(&call->maker, schema, item, call->seed);
    if (key.len) {
        PlFields outer = {.arena = mock->request};
        pl_fields_add(&outer, key, value);
        value = pl_fields_map(&outer);
        value = pl_mock_complete(&call->maker, media->schema, &value, call->seed);
    }
    pl_mock_answer_fit(mock, call, status, &value, media, r->id_name, false);
}

static void refuse_unknown(PlMock *mock, PlMockCall *call, const PlMockResource *r, PlStr id)
{
    PlStr detail = pl_arena_printf(mock->request, "no " PL_FMT " has the " PL_FMT " \"" PL_FMT "\"", PL_ARG(r->singular), PL_ARG(r->id_name),
                                   PL_ARG(pl_str_slice(id, 0, 200)));
    call->executed = false;
    pl_mock_problem(mock, call, 404, "not found", detail, NULL);
}

static void refuse_full(PlMock *mock, PlMockCall *call)
{
    call->executed = false;
    pl_mock_problem(mock, call, 507, "the mock is full", PL_STR("what it remembers has reached its limit"), NULL);
}

/* The body without the record that it may be wrapped in: {"order": {...}}. */
static PlNode sent_item(PlMockCall *call, const PlMockResource *r)
{
    PlFields none = {.arena = call->maker.arena};
    if (!call->has_body || call->body.kind != PL_NODE_MAP) return pl_fields_map(&none);
    PlMockSchema *schema = body_schema(call->op);
    PlStr key = PL_STR("");
    if (schema) pl_mock_unwrap(&r->api->schemas, schema, r, &key);
    const PlNode *inner = key.len ? pl_node_get(&call->body, key) : NULL;
    bool wrapped = pl_node_is(inner, PL_NODE_MAP) && call->body.count == 1 && !pl_mock_property(pl_mock_flat(&r->api->schemas, r->schema), key);
    return wrapped ? *inner : call->body;
}

static void create(PlMock *mock, PlMockCall *call, PlMockResource *r)
{
    PlMockItems *items = pl_mock_collection(mock, call, r);
    PlNode body = sent_item(call, r);
    const PlNode *given = pl_node_get(&body, r->id_name);
    bool read_only = r->id_schema && pl_mock_flat(&r->api->schemas, r->id_schema)->flags & PL_MOCK_READ_ONLY;
    bool own = given && !read_only && given->kind > PL_NODE_YESNO && given->kind < PL_NODE_LIST;
    PlNode id = own ? *given : make_id(mock, r, items);
    PlStr text = pl_node_show(mock->request, &id), known;
    if (pl_mock_items_find(items, text, &known)) {
        PlStr detail = pl_arena_printf(mock->request, "a " PL_FMT " with the " PL_FMT " \"" PL_FMT "\" is there already", PL_ARG(r->singular),
                                       PL_ARG(r->id_name), PL_ARG(pl_str_slice(text, 0, 200)));
        call->executed = false;
        pl_mock_problem(mock, call, 409, "conflict", detail, NULL);
        return;
    }
    PlNode item = make_item(mock, call, r, &body, &id, pl_mix(call->seed, items->next));
    answer_item(mock, call, r, 201, &item);
    if (r->read) pl_mock_header(call, "Location", pl_arena_printf(mock->request, PL_FMT "/" PL_FMT, PL_ARG(call->path), PL_ARG(text)));
    if (put_item(mock, items, text, &item)) items->next++;
    else refuse_full(mock, call);
}

static bool read_stored(PlMock *mock, PlStr text, PlNode *out)
{
    size_t at;
    PlStr words;
    return pl_node_read(mock->request, pl_arena_str(mock->request, text), out, &at, &words) == PL_OK && out->kind == PL_NODE_MAP;
}

/* What the client cannot send stays: read-only fields of the old item. */
static PlNode keep_read_only(PlMock *mock, const PlMockResource *r, const PlNode *body, const PlNode *old)
{
    const PlMockSchema *flat = pl_mock_flat(&r->api->schemas, r->schema);
    PlFields fields = {.arena = mock->request};
    for (uint32_t i = 0; i < body->count; i++)
        if (!(pl_node_at(body, i)->value.flags & PL_NODE_SHADOWED)) pl_fields_add(&fields, pl_pair_key(pl_node_at(body, i)), pl_node_at(body, i)->value);
    for (uint32_t i = 0; i < flat->property_count; i++) {
        PlStr name = flat->properties[i].name;
        const PlNode *kept = pl_node_get(old, name);
        if (!kept || pl_node_pair(body, name)) continue;
        if (pl_mock_flat(&r->api->schemas, flat->properties[i].schema)->flags & PL_MOCK_READ_ONLY) pl_fields_add(&fields, name, *kept);
    }
    return pl_fields_map(&fields);
}

/* An item that is not there: 404, or what the document alone says of it. */
static void answer_unknown(PlMock *mock, PlMockCall *call, const PlMockResource *r, PlStr id)
{
    if (r->fixed && !mock->options.empty) pl_mock_answer_made(mock, call);
    else refuse_unknown(mock, call, r, id);
}

static void change(PlMock *mock, PlMockCall *call, PlMockResource *r, PlMockItems *items, PlStr id)
{
    PlStr text;
    PlNode old, body = sent_item(call, r), base;
    bool there = pl_mock_items_find(items, id, &text) && read_stored(mock, text, &old);
    bool replaces = call->op == r->replace;
    const PlMockResponse *made = pl_mock_response(call->op, 201);
    if (!there && (!replaces || (r->create && !(made && made->low == 201)))) {
        answer_unknown(mock, call, r, id);
        return;
    }
    PlStr why;
    if (!there) base = body;
    else if (replaces) base = keep_read_only(mock, r, &body, &old);
    else if (!call->has_body || !pl_mock_patch_is_list(&call->body)) base = pl_mock_patch_merge(mock->request, &old, &body);
    else if (!pl_mock_patch_apply(mock->request, &old, &call->body, &base, &why)) {
        call->executed = false;
        pl_mock_problem(mock, call, 422, "the patch cannot be applied", why, NULL);
        return;
    }
    const PlNode *had = there ? pl_node_get(&old, r->id_name) : NULL;
    PlNode own = had ? *had : r->id_schema ? pl_mock_of_text(&r->api->schemas, r->id_schema, id) : pl_node_of_text(id);
    PlNode item = make_item(mock, call, r, &base, &own, call->seed);
    answer_item(mock, call, r, there ? 200 : 201, &item);
    if (!put_item(mock, items, id, &item)) refuse_full(mock, call);
}

static void read_one(PlMock *mock, PlMockCall *call, PlMockResource *r, PlMockItems *items, PlStr id)
{
    PlStr text;
    PlNode item;
    unsigned status;
    if (!pl_mock_items_find(items, id, &text)) {
        answer_unknown(mock, call, r, id);
        return;
    }
    PlMockMedia *media = pl_mock_json_of(pl_mock_success(call->op, 200, &status));
    if (media && media->schema == r->schema) { /* as it is stored */
        pl_buf_clear(&mock->out);
        pl_buf_put(&mock->out, text);
        call->status = status;
        call->type = pl_str_find_char(media->type, '*', 0) == PL_STR_NONE ? media->type : PL_STR("application/json");
        call->text = pl_buf_str(&mock->out);
    } else if (read_stored(mock, text, &item)) {
        answer_item(mock, call, r, 200, &item);
    }
}

static void drop(PlMock *mock, PlMockCall *call, PlMockResource *r, PlMockItems *items, PlStr id)
{
    PlStr text;
    PlNode item;
    bool there = pl_mock_items_find(items, id, &text) && read_stored(mock, text, &item);
    if (!there) {
        answer_unknown(mock, call, r, id);
        return;
    }
    answer_item(mock, call, r, 204, &item);
    pl_mock_items_remove(&mock->state, items, id);
}

static bool parent_item(PlMock *mock, PlMockCall *call, PlNode *out)
{
    PlMockResource *r = call->op->parent;
    PlStr id = pl_mock_var(call, r->id_param), text;
    PlMockItems *items = pl_mock_collection(mock, call, r);
    if (pl_mock_items_find(items, id, &text) && read_stored(mock, text, out)) return true;
    answer_unknown(mock, call, r, id);
    return false;
}

void pl_mock_answer_parent(PlMock *mock, PlMockCall *call)
{
    PlNode item;
    if (parent_item(mock, call, &item)) answer_item(mock, call, call->op->parent, 0, &item);
}

void pl_mock_answer_resource(PlMock *mock, PlMockCall *call)
{
    PlMockResource *r = call->op->resource;
    if (call->op == r->list) {
        pl_mock_answer_list(mock, call);
    } else if (call->op == r->create) {
        create(mock, call, r);
    } else {
        PlMockItems *items = pl_mock_collection(mock, call, r);
        PlStr id = pl_mock_var(call, r->id_param);
        if (call->op == r->read) read_one(mock, call, r, items, id);
        else if (call->op == r->remove) drop(mock, call, r, items, id);
        else change(mock, call, r, items, id);
    }
}
