/* SPDX-License-Identifier: MIT */
/* Lists of plain collections: filtered by equal fields, paged as the document's parameters say, in the shape of its answer, with totals and with
 * the place where the list goes on: a token, a link, a number, or a Link header (RFC 8288). */
#include "vm/service/mock_internal.h"

enum { PAGE = 100, MAX_PAGE = 1000 };

typedef enum Paging { NO_PAGING, LIMIT, OFFSET, PAGE_NUMBER, CURSOR } Paging;

typedef struct List {
    PlMock *mock;
    PlMockCall *call;
    PlMockResource *r;
    PlMockSchemas *schemas;
    PL_VEC(PlNode) items;   /* that fit the filters */
    PlNode page;
    uint64_t start, limit, total;
    bool more, said_next;
    const PlMockParam *limit_param, *offset_param, *page_param, *cursor_param;
    int64_t page_base;      /* number of the first page */
} List;

static bool one_of(PlStr name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_str_distance(name, pl_str_z(names[i]), 0) == 0) return true;
    return false;
}
#define ONE_OF(name, list) one_of((name), (list), sizeof(list) / sizeof *(list))

static Paging paging_of(PlStr name)
{
    static const char *const limits[] = {"limit", "perpage", "pagesize", "maxresults", "$top", "top", "size", "count", "take",
                                         "maxitems", "pagelimit", "page[size]",
                                         "page[limit]", "maxcount", "rows", "num"};
    static const char *const offsets[] = {"offset", "skip", "$skip", "start", "startat", "startindex", "page[offset]"};
    static const char *const pages[] = {"page", "pagenumber", "pagenum", "page[number]", "pageindex", "currentpage"};
    static const char *const cursors[] = {"pagetoken", "cursor", "after", "startingafter", "continuationtoken", "nexttoken",
                                          "marker", "nextpagetoken", "nextcursor",
                                          "page[cursor]", "page[after]", "$skiptoken", "aftercursor", "startafter"};
    if (ONE_OF(name, limits)) return LIMIT;
    if (ONE_OF(name, offsets)) return OFFSET;
    if (ONE_OF(name, pages)) return PAGE_NUMBER;
    return ONE_OF(name, cursors) ? CURSOR : NO_PAGING;
}

/* ---- the list in an answer's schema ---------------------------------------------------------------------------------- */

static PlMockSchema *items_of(PlMockSchemas *schemas, const PlMockSchema *flat)
{
    if (!(flat->kinds & PL_KIND_LIST)) return NULL;
    return flat->items ? flat->items : pl_mock_schema(schemas, NULL);
}

static const PlMockProperty *list_property(PlMockSchemas *schemas, const PlMockSchema *flat, PlStr plural)
{
    static const char *const names[] = {"items", "data", "results", "value", "values", "records", "entries", "list", "rows",
                                        "resources", "elements", "content"};
    const PlMockProperty *best = NULL;
    unsigned best_rank = 4;
    for (uint32_t i = 0; i < flat->property_count; i++) {
        const PlMockProperty *property = &flat->properties[i];
        const PlMockSchema *list = pl_mock_flat(schemas, property->schema);
        if (!(list->kinds & PL_KIND_LIST)) continue;
        bool records = list->items && pl_mock_flat(schemas, list->items)->kinds & PL_KIND_RECORD;
        unsigned rank = pl_str_distance(property->name, plural, 0) == 0 ? 0 : ONE_OF(property->name, names) ? 1 : records ? 2 : 3;
        if (rank < best_rank) best_rank = rank, best = property;
    }
    return best;
}

static PlStr last_segment(PlStr path)
{
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    return pl_str_slice(path, slash, path.len);
}

PlMockSchema *pl_mock_list_schema(PlMockSchemas *schemas, PlMockSchema *schema, const PlMockResource *r, PlStr *key)
{
    static const char *const outers[] = {"data", "_embedded", "result", "response", "results", "payload"};
    const PlMockSchema *flat = pl_mock_flat(schemas, schema);
    PlStr plural = last_segment(r->path);
    *key = PL_STR("");
    PlMockSchema *items = items_of(schemas, flat);
    if (items) return items;
    const PlMockProperty *property = list_property(schemas, flat, plural);
    if (property) {
        *key = property->name;
        return items_of(schemas, pl_mock_flat(schemas, property->schema));
    }
    for (uint32_t i = 0; i < flat->property_count; i++) {
        const PlMockSchema *outer = pl_mock_flat(schemas, flat->properties[i].schema);
        if (!(outer->kinds & PL_KIND_RECORD) || !ONE_OF(flat->properties[i].name, outers)) continue;
        property = list_property(schemas, outer, plural);
        if (!property) continue;
        *key = pl_arena_printf(schemas->arena, PL_FMT "." PL_FMT, PL_ARG(flat->properties[i].name), PL_ARG(property->name));
        return items_of(schemas, pl_mock_flat(schemas, property->schema));
    }
    return NULL;
}

/* ---- filters --------------------------------------------------------------------------------------------------------- */

static bool has_value(PlArena *arena, const PlNode *value, PlStr wanted)
{
    for (uint32_t i = 0; value->kind == PL_NODE_LIST && i < value->count; i++)
        if (pl_node_item(value, i)->kind < PL_NODE_LIST && pl_str_eq(pl_node_show(arena, pl_node_item(value, i)), wanted)) return true;
    return value->kind < PL_NODE_LIST && pl_str_eq(pl_node_show(arena, value), wanted);
}

/* "open,closed" asks for one of both. */
static bool has_any(PlArena *arena, const PlNode *value, PlStr wanted)
{
    if (has_value(arena, value, wanted)) return true;
    for (size_t i = 0; i <= wanted.len;) {
        PlStr part = pl_str_slice(wanted, i, pl_str_find_char(wanted, ',', i));
        if (part.len && part.len < wanted.len && has_value(arena, value, part)) return true;
        i += part.len + 1;
    }
    return false;
}

static const PlMockParam *declared(const PlMockOp *op, PlStr name)
{
    for (uint32_t i = 0; i < op->param_count; i++)
        if (op->params[i].place == PL_IN_QUERY && pl_str_eq(op->params[i].wire, name)) return &op->params[i];
    return NULL;
}

static bool passes(const List *list, const PlNode *item)
{
    const PlMockCall *call = list->call;
    for (uint32_t i = 0; i < call->pairs.len; i++) {
        PlStr name = call->pairs.items[i].name;
        if (paging_of(name) != NO_PAGING || !declared(call->op, name)) continue;
        const PlMockProperty *property = pl_mock_property(pl_mock_flat(list->schemas, list->r->schema), name);
        const PlNode *value = pl_node_get(item, name);
        if (!property && !value) continue;
        if (!value || !has_any(list->mock->request, value, call->pairs.items[i].value)) return false;
    }
    return true;
}

static void collect(List *list, const PlMockItems *items)
{
    PlArena *arena = list->mock->request;
    for (uint32_t i = 0; i < items->len; i++) {
        PlNode item;
        size_t at;
        PlStr words;
        if (!items->all[i].text) continue;
        PlStr text = pl_str(items->all[i].text, items->all[i].text_len); /* stays as it is while the request is answered */
        if (pl_node_read(arena, text, &item, &at, &words) != PL_OK || !passes(list, &item)) continue;
        pl_vec_push(arena, &list->items, item);
    }
    list->total = list->items.len;
}

/* ---- paging ---------------------------------------------------------------------------------------------------------- */

static bool number_of(const List *list, const PlMockParam *param, int64_t *out)
{
    PlStr text;
    if (!param) return false;
    if (pl_mock_query(list->call, param->wire, &text)) return pl_str_to_int(text, out);
    const PlNode *fallback = pl_mock_flat(list->schemas, param->schema)->fallback;
    if (!pl_node_is(fallback, PL_NODE_INT)) return false;
    *out = fallback->as.integer;
    return true;
}

static void find_params(List *list)
{
    const PlMockOp *op = list->call->op;
    for (uint32_t i = 0; i < op->param_count; i++) {
        const PlMockParam *param = &op->params[i];
        if (param->place != PL_IN_QUERY) continue;
        Paging paging = paging_of(param->wire);
        if (paging == LIMIT && !list->limit_param) list->limit_param = param;
        if (paging == OFFSET && !list->offset_param) list->offset_param = param;
        if (paging == PAGE_NUMBER && !list->page_param) list->page_param = param;
        if (paging == CURSOR && !list->cursor_param) list->cursor_param = param;
    }
    /* `page` that is a text is a cursor */
    if (list->page_param && !list->cursor_param && pl_mock_flat(list->schemas, list->page_param->schema)->kinds == PL_KIND_TEXT) {
        list->cursor_param = list->page_param;
        list->page_param = NULL;
    }
    list->page_base = 1;
    const PlMockSchema *page = list->page_param ? pl_mock_flat(list->schemas, list->page_param->schema) : NULL;
    if (page && ((page->min > -1 && page->min <= 0) || (pl_node_is(page->fallback, PL_NODE_INT) && page->fallback->as.integer == 0))) list->page_base = 0;
}

/* "offset-20", or the id of the item before. */
static uint64_t start_of_cursor(const List *list, PlStr cursor)
{
    int64_t n;
    if (pl_str_starts(cursor, PL_STR("offset-")) && pl_str_to_int(pl_str_slice(cursor, 7, cursor.len), &n) && n >= 0) return (uint64_t)n;
    for (uint32_t i = 0; i < list->items.len; i++) {
        const PlNode *id = pl_node_get(&list->items.items[i], list->r->id_name);
        if (id && pl_str_eq(pl_node_show(list->mock->request, id), cursor)) return i + 1u;
    }
    return list->total;
}

static void turn_page(List *list)
{
    int64_t n;
    PlStr cursor;
    bool paged = list->offset_param || list->page_param || list->cursor_param;
    list->limit = list->limit_param || !paged ? UINT32_MAX : PAGE;
    if (number_of(list, list->limit_param, &n) && n >= 0) list->limit = (uint64_t)n;
    else if (list->limit_param && paged) list->limit = PAGE;
    if (paged && list->limit > MAX_PAGE) list->limit = MAX_PAGE;
    if (list->cursor_param && pl_mock_query(list->call, list->cursor_param->wire, &cursor) && cursor.len) list->start = start_of_cursor(list, cursor);
    else if (number_of(list, list->offset_param, &n) && n > 0) list->start = (uint64_t)n;
    else if (number_of(list, list->page_param, &n) && n > list->page_base && (uint64_t)n < UINT32_MAX)
        list->start = (uint64_t)(n - list->page_base) * list->limit;
    if (list->start > list->total) list->start = list->total;
    uint64_t left = list->total - list->start, count = left < list->limit ? left : list->limit;
    list->more = paged && count < left && count > 0;
    list->page = pl_node_of_items(list->mock->request, count ? list->items.items + list->start : NULL, (uint32_t)count);
}

/* ---- where it goes on ------------------------------------------------------------------------------------------------ */

static PlStr next_token(const List *list)
{
    static const char *const by_id[] = {"startingafter", "after", "startafter", "page[after]", "aftercursor"};
    uint64_t next = list->start + list->page.count;
    if (list->cursor_param && ONE_OF(list->cursor_param->wire, by_id) && next > 0) {
        const PlNode *id = pl_node_get(&list->items.items[next - 1], list->r->id_name);
        if (id) return pl_node_show(list->mock->request, id);
    }
    return pl_arena_printf(list->mock->request, "offset-%llu", (unsigned long long)next);
}

static PlStr next_value(const List *list, PlStr *name)
{
    uint64_t next = list->start + list->page.count;
    if (list->cursor_param) {
        *name = list->cursor_param->wire;
        return next_token(list);
    }
    *name = list->offset_param ? list->offset_param->wire : list->page_param->wire;
    if (list->page_param && !list->offset_param) next = next / (list->limit ? list->limit : 1) + (uint64_t)list->page_base;
    return pl_arena_printf(list->mock->request, "%llu", (unsigned long long)next);
}

/* This request's URL with the next value in it. */
static PlStr next_url(const List *list)
{
    PlArena *arena = list->mock->request;
    const PlMockCall *call = list->call;
    PlStr name, value = next_value(list, &name), host = pl_httpd_header(call->request, PL_STR("host")), query = call->query;
    PlStr path = pl_str_slice(call->request->target, 0, pl_str_find_char(call->request->target, '?', 0));
    PlStr url = host.len ? pl_arena_printf(arena, "http://" PL_FMT PL_FMT "?", PL_ARG(pl_str_slice(host, 0, 300)), PL_ARG(path))
                         : pl_arena_printf(arena, PL_FMT "?", PL_ARG(path));
    for (size_t i = 0; i < query.len;) {
        PlStr part = pl_str_slice(query, i, pl_str_find_char(query, '&', i));
        i += part.len + 1;
        PlStr key = pl_mock_unescape(arena, pl_str_slice(part, 0, pl_str_find_char(part, '=', 0)), true, false);
        if (part.len && !pl_str_eq(key, name)) url = pl_arena_printf(arena, PL_FMT PL_FMT "&", PL_ARG(url), PL_ARG(part));
    }
    return pl_arena_printf(arena, PL_FMT PL_FMT "=" PL_FMT, PL_ARG(url), PL_ARG(name), PL_ARG(value));
}

static bool is_link(const List *list, PlStr name, const PlMockSchema *flat)
{
    static const char *const links[] = {"next", "nextlink", "nexturl", "nexthref", "nextpageurl", "@odata.nextLink",
                                        "nextpagelink", "nexturi", "nextpageuri",
                                        "nextpage"};
    if (pl_str_eq_z(flat->format, "uri") || pl_str_eq_z(flat->format, "url")) return true;
    bool vague = pl_str_distance(name, PL_STR("next"), 0) == 0 || pl_str_distance(name, PL_STR("nextpage"), 0) == 0;
    return ONE_OF(name, links) && !(list->cursor_param && vague);
}

/* False: the field is left out. */
static bool next_field(List *list, const PlMockProperty *property, const PlMockSchema *flat, PlNode *out)
{
    PlStr name;
    if (flat->kinds & PL_KIND_YESNO) {
        *out = pl_node_of_yesno(list->more);
        return true;
    }
    if (list->more && (list->cursor_param || list->offset_param || list->page_param)) {
        list->said_next = true;
        if (flat->kinds & (PL_KIND_INTEGER | PL_KIND_NUMBER)) *out = pl_mock_of_text(list->schemas, property->schema, next_value(list, &name));
        else *out = pl_node_of_text(is_link(list, property->name, flat) ? next_url(list) : next_value(list, &name));
        return true;
    }
    bool null = flat->nullable || flat->kinds & PL_KIND_NULL;
    if (!property->required && !null) return false;
    *out = null ? pl_node_null() : flat->kinds & (PL_KIND_INTEGER | PL_KIND_NUMBER) ? pl_node_of_int(0) : pl_node_of_text(PL_STR(""));
    return true;
}

/* ---- the answer's record ---------------------------------------------------------------------------------------------- */

static bool count_field(const List *list, PlStr name, PlNode *out)
{
    static const char *const totals[] = {"total", "totalcount", "totalresults", "totalitems", "resultsizeestimate",
                                         "totalelements", "totalrecords", "@odata.count",
                                         "totalsize", "itemcount", "recordcount"};
    static const char *const counts[] = {"count", "size", "numberofelements", "returned", "length", "resultcount", "itemsperpage"};
    static const char *const limits[] = {"limit", "perpage", "pagesize", "maxresults"};
    static const char *const offsets[] = {"offset", "skip", "start", "startat", "startindex"};
    static const char *const pages[] = {"page", "currentpage", "pagenumber", "number"};
    static const char *const page_counts[] = {"totalpages", "pagecount", "pages", "lastpage"};
    uint64_t limit = list->limit && list->limit < UINT32_MAX ? list->limit : list->total ? list->total : 1, value;
    if (ONE_OF(name, totals)) value = list->total;
    else if (ONE_OF(name, counts)) value = list->page.count;
    else if (ONE_OF(name, limits)) value = limit;
    else if (ONE_OF(name, offsets)) value = list->start;
    else if (ONE_OF(name, pages)) value = list->start / limit + (uint64_t)list->page_base;
    else if (ONE_OF(name, page_counts)) value = (list->total + limit - 1) / limit;
    else return false;
    *out = pl_node_of_int((int64_t)value);
    return true;
}

static PlNode build(List *list, const PlMockSchema *flat, PlStr key, uint32_t depth);

static bool field_of(List *list, const PlMockProperty *property, PlStr key, uint32_t depth, PlNode *out)
{
    static const char *const pagings[] = {"links", "_links", "paging", "pagination", "meta", "responsemetadata", "pageinfo",
                                          "cursors", "page", "metadata", "cursor"};
    const PlMockSchema *flat = pl_mock_flat(list->schemas, property->schema);
    size_t dot = pl_str_find_char(key, '.', 0);
    if (key.len && pl_str_eq(property->name, pl_str_slice(key, 0, dot))) {
        *out = dot == PL_STR_NONE ? list->page : build(list, flat, pl_str_slice(key, dot + 1, key.len), depth + 1);
        return true;
    }
    if (flat->kinds & PL_KIND_RECORD && flat->property_count && depth < 3 && (ONE_OF(property->name, pagings) || pl_mock_is_next(property->name))) {
        if (pl_mock_is_next(property->name) && !list->more) return false;
        *out = build(list, flat, PL_STR(""), depth + 1);
        return out->count > 0 || property->required;
    }
    if (depth > 0 && list->cursor_param && pl_str_eq(property->name, list->cursor_param->wire)) { /* paging: {next: {after: ...}} */
        if (!list->more) return false;
        list->said_next = true;
        *out = pl_node_of_text(next_token(list));
        return true;
    }
    if (pl_mock_is_next(property->name)) return next_field(list, property, flat, out);
    if (flat->kinds & (PL_KIND_INTEGER | PL_KIND_NUMBER) && count_field(list, property->name, out)) return true;
    if (!property->required && !flat->constant && !(flat->values && flat->values->count == 1)) return false;
    *out = pl_mock_make(&list->call->maker, property->schema, property->name, pl_mix_str(list->call->seed, property->name));
    return true;
}

static PlNode build(List *list, const PlMockSchema *flat, PlStr key, uint32_t depth)
{
    PlFields fields = {.arena = list->mock->request};
    for (uint32_t i = 0; i < flat->property_count; i++) {
        PlNode value;
        if (field_of(list, &flat->properties[i], key, depth, &value)) pl_fields_add(&fields, flat->properties[i].name, value);
    }
    return pl_fields_map(&fields);
}

/* Items in the shape that this answer gives them: lists often show less, or more, than reading one. */
static void shape_items(List *list, PlMockSchema *schema)
{
    PL_VEC(PlNode) shaped = {0};
    if (schema == list->r->schema || !pl_mock_flat(list->schemas, schema)->property_count) return;
    for (uint32_t i = 0; i < list->page.count; i++) {
        const PlNode *item = pl_node_item(&list->page, i);
        pl_vec_push(list->mock->request, &shaped, pl_mock_complete(&list->call->maker, schema, item, pl_mix(list->call->seed, i)));
    }
    list->page = pl_node_of_items(list->mock->request, shaped.items, shaped.len);
}

void pl_mock_answer_list(PlMock *mock, PlMockCall *call)
{
    unsigned status;
    PlStr key;
    PlMockResource *r = call->op->resource;
    PlMockItems *items = pl_mock_collection(mock, call, r);
    PlMockMedia *media = pl_mock_json_of(pl_mock_success(call->op, 200, &status));
    List list = {.mock = mock, .call = call, .r = r, .schemas = &r->api->schemas};
    find_params(&list);
    collect(&list, items);
    turn_page(&list);
    PlMockSchema *schema = pl_mock_list_schema(list.schemas, media->schema, r, &key);
    shape_items(&list, schema);
    PlNode value = key.len ? build(&list, pl_mock_flat(list.schemas, media->schema), key, 0) : list.page;
    if (list.more && !list.said_next && (list.cursor_param || list.offset_param || list.page_param))
        pl_mock_header(call, "Link", pl_arena_printf(mock->request, "<" PL_FMT ">; rel=\"next\"", PL_ARG(next_url(&list))));
    pl_mock_answer_fit(mock, call, status, &value, media, r->id_name, false);
}
