/* SPDX-License-Identifier: MIT */
/* How an action's list goes on, from what the document says: x-ms-pageable, a link of the answer to the operation itself, a Link header,
 * and else the names of the answer's fields and of the query's parameters. spec/pages.md, "What documents say". */
#include "compiler/catalog/api.h"

typedef struct Finder {
    PlDraft *draft;
    PlAction *action;
    const PlTypes *types;
    PlTypeId answer; /* the record that a page is; PL_TYPE_NONE when it is no record */
    bool has_list;   /* a page is a list, or has one */
} Finder;

/* ---- the answer's type ------------------------------------------------------------------------------------------- */

/* The record of a type: itself, or the first one of a union. */
static PlTypeId record_of(const PlTypes *types, PlTypeId id)
{
    const PlType *type = pl_type(types, id);
    if (type->kind == PL_TYPE_RECORD) return id;
    for (uint32_t i = 0; type->kind == PL_TYPE_UNION && i < type->count; i++)
        if (pl_type(types, type->members[i])->kind == PL_TYPE_RECORD) return type->members[i];
    return PL_TYPE_NONE;
}

static bool is_kind(const PlTypes *types, PlTypeId id, PlTypeKind kind)
{
    const PlType *type = pl_type(types, id);
    if (type->kind == kind) return true;
    for (uint32_t i = 0; type->kind == PL_TYPE_UNION && i < type->count; i++)
        if (pl_type(types, type->members[i])->kind == kind) return true;
    return false;
}

static const PlField *word_field(const PlTypes *types, PlTypeId record, PlPageWord kind)
{
    const PlType *type = pl_type(types, record);
    for (const char *const *word = pl_paging_words(kind); *word; word++)
        for (uint32_t i = 0; i < type->count; i++)
            if (pl_paging_is_word(type->fields[i].name, *word)) return &type->fields[i];
    return NULL;
}

static PlStr pointer_to(PlArena *arena, PlStr before, PlStr name)
{
    return pl_arena_printf(arena, PL_FMT "/" PL_FMT, PL_ARG(before), PL_ARG(name));
}

/* A field whose name fits, in the answer or in the record beside its list that tells about paging. NULL, or the field and its place. */
static const PlField *find_field(const Finder *f, PlPageWord kind, PlStr *place)
{
    PlArena *arena = f->draft->api->arena;
    if (f->answer == PL_TYPE_NONE) return NULL;
    const PlField *field = word_field(f->types, f->answer, kind);
    if (field && (kind == PL_PAGE_WORD_PLACE || !is_kind(f->types, field->type, PL_TYPE_RECORD) ||
                  kind == PL_PAGE_WORD_ADDRESS)) {
        *place = pointer_to(arena, PL_STR(""), field->name);
        return field;
    }
    const PlType *answer = pl_type(f->types, f->answer);
    for (const char *const *word = pl_paging_words(PL_PAGE_WORD_PLACE); *word; word++)
        for (uint32_t i = 0; i < answer->count; i++) {
            PlTypeId inner = record_of(f->types, answer->fields[i].type);
            if (inner == PL_TYPE_NONE || !pl_paging_is_word(answer->fields[i].name, *word)) continue;
            field = word_field(f->types, inner, kind);
            if (!field) continue;
            *place = pointer_to(arena, pointer_to(arena, PL_STR(""), answer->fields[i].name), field->name);
            return field;
        }
    return NULL;
}

/* The one list of the answer, else the one with a usual name. */
static void find_items(Finder *f)
{
    PlArena *arena = f->draft->api->arena;
    uint32_t lists = 0;
    if (f->answer == PL_TYPE_NONE) return;
    const PlType *answer = pl_type(f->types, f->answer);
    for (uint32_t i = 0; i < answer->count; i++) {
        if (!is_kind(f->types, answer->fields[i].type, PL_TYPE_LIST)) continue;
        if (lists++ == 0) f->action->paging.items = pointer_to(arena, PL_STR(""), answer->fields[i].name);
    }
    for (const char *const *word = pl_paging_words(PL_PAGE_WORD_ITEMS); lists > 1 && *word; word++)
        for (uint32_t i = 0; i < answer->count; i++) {
            if (!is_kind(f->types, answer->fields[i].type, PL_TYPE_LIST) || !pl_str_eq_z(answer->fields[i].name, *word))
                continue;
            f->action->paging.items = pointer_to(arena, PL_STR(""), answer->fields[i].name);
            lists = 1;
        }
    if (lists > 1) f->action->paging.items = PL_STR("");
    f->has_list |= lists > 0;
}

/* ---- the request's parameters ------------------------------------------------------------------------------------ */

static const PlParam *find_param(const Finder *f, PlPageWord kind)
{
    const PlAction *a = f->action;
    for (const char *const *word = pl_paging_words(kind); *word; word++)
        for (uint32_t i = 0; i < a->param_count; i++)
            if (a->params[i].place == PL_IN_QUERY && !a->params[i].fixed && pl_paging_is_word(a->params[i].wire, *word))
                return &a->params[i];
    return NULL;
}

/* A text whose default is a number, or whose words say so, counts as well. */
static bool is_number(const Finder *f, const PlParam *p)
{
    int64_t first;
    if (is_kind(f->types, p->type, PL_TYPE_TEXT)) {
        bool counts = pl_str_find(p->doc, PL_STR("number"), 0) != PL_STR_NONE && pl_str_find(p->doc, PL_STR("token"), 0) == PL_STR_NONE;
        return p->has_default ? p->value.kind == PL_LIT_TEXT && pl_str_to_int(p->value.as.text, &first) : counts;
    }
    return is_kind(f->types, p->type, PL_TYPE_INTEGER) || is_kind(f->types, p->type, PL_TYPE_NUMBER);
}

/* ---- what is said ------------------------------------------------------------------------------------------------ */

/* x-ms-pageable: {nextLinkName, itemName}; a nextLinkName of null: one page, all of it. */
static bool by_pageable(Finder *f)
{
    const PlNode *said = PL_GET(f->draft->entry->node, "x-ms-pageable"), *name = PL_GET(said, "nextLinkName");
    if (!pl_node_is(said, PL_NODE_MAP)) return false;
    PlStr items = pl_node_text(PL_GET(said, "itemName"));
    if (items.len) f->action->paging.items = pointer_to(f->draft->api->arena, PL_STR(""), items);
    if (pl_node_is(name, PL_NODE_NULL)) return true;
    PlStr next = name ? pl_node_text(name) : PL_STR("nextLink");
    if (next.len == 0) return true;
    f->action->paging.form = PL_PAGE_URL;
    f->action->paging.next = pointer_to(f->draft->api->arena, PL_STR(""), next);
    return true;
}

/* links: {next: {operationId: this one, parameters: {cursor: $response.body#/next}}} (OpenAPI 3.1 section 4.8.20) */
static bool by_link_object(Finder *f, const PlNode *response)
{
    PlApi *api = f->draft->api;
    PlNode *links = pl_ref_follow(&api->refs, PL_GET(response, "links"), NULL);
    PlStr body = PL_STR("$response.body#");
    for (uint32_t i = 0; pl_node_is(links, PL_NODE_MAP) && i < links->count; i++) {
        const PlNode *link = pl_ref_follow(&api->refs, &pl_node_at(links, i)->value, NULL),
                     *given = PL_GET(link, "parameters");
        PlStr id = pl_node_text(PL_GET(link, "operationId"));
        if (id.len == 0 || !pl_str_eq(id, f->action->operation_id)) continue;
        for (uint32_t k = 0; pl_node_is(given, PL_NODE_MAP) && k < given->count; k++) {
            PlStr value = pl_node_text(&pl_node_at(given, k)->value), name = pl_pair_key(pl_node_at(given, k));
            if (pl_str_starts(name, PL_STR("query."))) name = pl_str_slice(name, 6, name.len);
            if (!pl_str_starts(value, body) || pl_str_find_char(value, '/', body.len) != body.len) continue;
            for (uint32_t p = 0; p < f->action->param_count; p++) {
                if (f->action->params[p].place != PL_IN_QUERY || !pl_str_eq(f->action->params[p].wire, name)) continue;
                f->action->paging.form = PL_PAGE_TOKEN;
                f->action->paging.param = f->action->params[p].wire;
                f->action->paging.next = pl_str_slice(value, body.len, value.len);
                return true;
            }
        }
    }
    return false;
}

static bool by_response(Finder *f)
{
    PlApi *api = f->draft->api;
    PlNode *responses = pl_ref_follow(&api->refs, PL_GET(f->draft->entry->node, "responses"), NULL);
    for (uint32_t i = 0; pl_node_is(responses, PL_NODE_MAP) && i < responses->count; i++) {
        PlStr status = pl_pair_key(pl_node_at(responses, i));
        if (!pl_str_starts(status, PL_STR("2"))) continue;
        const PlNode *response = pl_ref_follow(&api->refs, &pl_node_at(responses, i)->value, NULL);
        if (by_link_object(f, response)) return true;
        const PlNode *headers = PL_GET(response, "headers");
        for (uint32_t k = 0; pl_node_is(headers, PL_NODE_MAP) && k < headers->count; k++) {
            if (!pl_str_eq_nocase(pl_pair_key(pl_node_at(headers, k)), PL_STR("link")) || !f->has_list) continue;
            f->action->paging.form = PL_PAGE_LINK;
            return true;
        }
    }
    return false;
}

static bool doc_says_address(PlStr doc)
{
    static const char *const words[] = {"URL", "URI", "Url", "Uri", "url", "uri", "link", "Link", "http"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_find(doc, pl_str_z(words[i]), 0) != PL_STR_NONE) return true;
    return false;
}

static bool has_field(const Finder *f, const char *word)
{
    const PlType *answer = pl_type(f->types, f->answer);
    for (uint32_t i = 0; i < answer->count; i++)
        if (pl_paging_is_word(answer->fields[i].name, word)) return true;
    return false;
}

/* A bare "next" beside a parameter that could take it: an address where its words say so, and where the parameter counts (offset, page) and what
 * stands beside it are addresses or the count is a number. */
static bool next_is_address(const Finder *f, const PlField *next, const PlParam *token)
{
    if (!pl_paging_is_word(next->name, "next")) return false;
    if (doc_says_address(next->doc)) return true;
    bool counts = pl_paging_is_word(token->wire, "offset") || pl_paging_is_word(token->wire, "page");
    return counts && (is_number(f, token) || has_field(f, "prev") || has_field(f, "previous") || has_field(f, "href"));
}

/* next: {after: token, link: address}: the token where a parameter takes it. */
static bool by_inner(Finder *f, PlStr place, PlTypeId record, const PlParam *token)
{
    PlPaging *p = &f->action->paging;
    const PlField *after = token ? word_field(f->types, record, PL_PAGE_WORD_TOKEN) : NULL;
    const PlField *link = word_field(f->types, record, PL_PAGE_WORD_INSIDE), *field = after ? after : link;
    p->form = after ? PL_PAGE_TOKEN : PL_PAGE_URL;
    p->next = field ? pointer_to(f->draft->api->arena, place, field->name) : place;
    if (after) p->param = token->wire;
    return true;
}

static bool by_field(Finder *f)
{
    PlPaging *p = &f->action->paging;
    PlStr place;
    const PlParam *token = find_param(f, PL_PAGE_WORD_TOKEN_PARAM);
    const PlField *address = find_field(f, PL_PAGE_WORD_ADDRESS, &place);
    bool bare = address && (pl_paging_is_word(address->name, "next") || pl_paging_is_word(address->name, "nextpage"));
    bool is_url =
        address && pl_type(f->types, pl_type_without_nothing((PlTypes *)(uintptr_t)f->types, address->type))->format ==
                       PL_FORMAT_URL;
    PlTypeId record = address ? record_of(f->types, address->type) : PL_TYPE_NONE;
    bool text = address && (is_kind(f->types, address->type, PL_TYPE_TEXT) || address->type == PL_T_ANY);
    if (record != PL_TYPE_NONE) return by_inner(f, place, record, token);
    if (address && (is_url || (text && (!bare || !token || next_is_address(f, address, token))))) {
        p->form = PL_PAGE_URL;
        p->next = place;
        return true;
    }
    const PlField *next = token ? find_field(f, PL_PAGE_WORD_TOKEN, &place) : NULL;
    if (!next || is_kind(f->types, next->type, PL_TYPE_LIST)) return false;
    p->form = PL_PAGE_TOKEN;
    p->param = token->wire;
    p->next = place;
    return true;
}

static void by_param(Finder *f)
{
    PlPaging *p = &f->action->paging;
    const PlParam *last = find_param(f, PL_PAGE_WORD_LAST_ID_PARAM), *page = find_param(f, PL_PAGE_WORD_NUMBER_PARAM);
    const PlParam *offset = find_param(f, PL_PAGE_WORD_OFFSET_PARAM);
    if (p->more.len && last) {
        p->form = PL_PAGE_LAST_ID;
        p->param = last->wire;
    } else if (page && is_number(f, page)) {
        p->form = PL_PAGE_NUMBER;
        p->param = page->wire;
    } else if (offset && is_number(f, offset)) {
        p->form = PL_PAGE_OFFSET;
        p->param = offset->wire;
    }
}

/* What goes with any form. */
static void find_rest(Finder *f)
{
    PlPaging *p = &f->action->paging;
    const PlField *total = find_field(f, PL_PAGE_WORD_TOTAL, &p->total),
                  *more = find_field(f, PL_PAGE_WORD_MORE, &p->more);
    if (!total || !is_kind(f->types, total->type, PL_TYPE_INTEGER)) p->total = PL_STR("");
    if (!more || !is_kind(f->types, more->type, PL_TYPE_YESNO)) p->more = PL_STR("");
    const PlParam *size = find_param(f, PL_PAGE_WORD_SIZE_PARAM);
    if (size && is_number(f, size)) p->size = size->wire;
}

void pl_draft_paging(PlDraft *draft)
{
    PlAction *a = draft->action;
    if (pl_action_doubt_of(a) != PL_DOUBT_SAFE || a->body != PL_BODY_NONE || a->result == PL_T_NOTHING) return;
    Finder f = {.draft = draft,
                .action = a,
                .types = draft->api->schemas.types,
                .answer = record_of(draft->api->schemas.types, a->result)};
    f.has_list = is_kind(f.types, a->result, PL_TYPE_LIST);
    find_items(&f);
    find_rest(&f);
    if (!by_pageable(&f) && !by_response(&f) && f.has_list && !by_field(&f)) by_param(&f);
    if (a->paging.form == PL_PAGE_NONE) a->paging = (PlPaging){.form = PL_PAGE_NONE};
}
