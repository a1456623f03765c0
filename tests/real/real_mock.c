/* SPDX-License-Identifier: MIT */
/* Serves real API documents and asks every operation once, with a request that is made from the document: it must be taken, and the answer must be
 * what the document says. usage: real_mock [-v] FILE...   -v: a line for each operation that is refused or answers wrongly. */
#include "vm/service/mock_internal.h"

#include <stdio.h>
#include <string.h>

typedef struct Totals {
    unsigned documents, operations, taken, absent, refused, wrong, failed;
} Totals;

typedef struct Bed {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlCatalog *catalog;
    PlMock *mock;
    bool verbose;
    PlMockMaker maker;
    PL_VEC(PlHttpdPair) headers;
} Bed;

/* ---- a request ------------------------------------------------------------------------------------------------------ */

static PlStr escaped(PlArena *arena, PlStr text)
{
    PlStr out = PL_STR("");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        out = plain ? pl_arena_printf(arena, PL_FMT "%c", PL_ARG(out), c) : pl_arena_printf(arena, PL_FMT "%%%02X", PL_ARG(out), c);
    }
    return out;
}

static PlNode made(Bed *bed, PlMockSchema *schema, PlStr name)
{
    bed->maker.request = true;
    return pl_mock_make(&bed->maker, schema, name, pl_mix_str(7, name));
}

static PlStr simple(Bed *bed, const PlNode *value)
{
    PlStr out = PL_STR("");
    if (value->kind == PL_NODE_MAP) return pl_node_written(bed->arena, value);
    if (value->kind != PL_NODE_LIST) return pl_node_show(bed->arena, value);
    for (uint32_t i = 0; i < value->count; i++) {
        PlStr one = pl_node_show(bed->arena, pl_node_item(value, i));
        out = pl_arena_printf(bed->arena, PL_FMT "%s" PL_FMT, PL_ARG(out), i ? "," : "", PL_ARG(one));
    }
    return out;
}

/* The id of an item that is there, or "". */
static PlStr known_id(const Bed *bed, const PlMockOp *op, PlStr path)
{
    PlStr own = pl_arena_printf(bed->arena, PL_FMT " " PL_FMT, PL_ARG(op->api->plugin->name), PL_ARG(path));
    const PlMockItems *items = pl_mock_state_find(&bed->mock->state, own);
    for (uint32_t i = 0; items && i < items->len; i++)
        if (items->all[i].text) return pl_arena_str(bed->arena, pl_str(items->all[i].id, items->all[i].id_len));
    return PL_STR("");
}

static PlStr path_of(Bed *bed, PlMockOp *op)
{
    PlStr t = op->action->path, out = PL_STR(""), raw = PL_STR("");
    for (size_t i = 0; i < t.len;) {
        size_t open = pl_str_find_char(t, '{', i), close = open == PL_STR_NONE ? PL_STR_NONE : pl_str_find_char(t, '}', open);
        PlStr literal = pl_str_slice(t, i, close == PL_STR_NONE ? t.len : open), text = PL_STR("");
        PlStr name = close == PL_STR_NONE ? PL_STR("") : pl_str_slice(t, open + 1, close);
        for (uint32_t k = 0; name.len && k < op->param_count; k++) {
            if (op->params[k].place != PL_IN_PATH || !pl_str_eq(op->params[k].wire, name)) continue;
            PlNode value = made(bed, op->params[k].schema, name);
            text = simple(bed, &value);
        }
        PlStr before = pl_arena_printf(bed->arena, PL_FMT PL_FMT, PL_ARG(raw), PL_ARG(literal));
        if (name.len && op->resource && pl_str_eq(name, op->resource->id_param)) {
            PlStr id = known_id(bed, op, pl_str_slice(before, 0, before.len - 1));
            if (id.len) text = id;
        }
        if (name.len && text.len == 0) text = PL_STR("x");
        raw = pl_arena_printf(bed->arena, PL_FMT PL_FMT, PL_ARG(before), PL_ARG(text));
        PlStr safe = escaped(bed->arena, text);
        out = pl_arena_printf(bed->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(out), PL_ARG(literal), PL_ARG(safe));
        i = close == PL_STR_NONE ? t.len : close + 1;
    }
    return out;
}

static PlStr add_query(Bed *bed, PlStr target, PlStr name, PlStr value)
{
    bool first = pl_str_find_char(target, '?', 0) == PL_STR_NONE;
    PlStr key = escaped(bed->arena, name), text = escaped(bed->arena, value);
    return pl_arena_printf(bed->arena, PL_FMT "%s" PL_FMT "=" PL_FMT, PL_ARG(target), first ? "?" : "&", PL_ARG(key), PL_ARG(text));
}

static void add_header(Bed *bed, PlStr name, PlStr value)
{
    pl_vec_push(bed->arena, &bed->headers, (PlHttpdPair){name, value});
}

static PlStr add_param(Bed *bed, const PlMockParam *param, PlStr target)
{
    PlNode value = made(bed, param->schema, param->wire);
    PlStr text = simple(bed, &value);
    if (param->place == PL_IN_HEADER) add_header(bed, param->wire, text);
    if (param->place == PL_IN_COOKIE) add_header(bed, PL_STR("Cookie"), pl_arena_printf(bed->arena, PL_FMT "=" PL_FMT, PL_ARG(param->wire), PL_ARG(text)));
    if (param->place != PL_IN_QUERY) return target;
    if (value.kind == PL_NODE_LIST && param->explode && param->style != PL_STYLE_JSON) {
        for (uint32_t i = 0; i < value.count; i++) target = add_query(bed, target, param->wire, pl_node_show(bed->arena, pl_node_item(&value, i)));
        return target;
    }
    if (value.kind != PL_NODE_MAP || param->style == PL_STYLE_JSON)
        return add_query(bed, target, param->wire, param->style == PL_STYLE_JSON ? pl_node_written(bed->arena, &value) : text);
    for (uint32_t i = 0; i < value.count; i++) {
        PlStr key = pl_pair_key(pl_node_at(&value, i));
        if (param->style == PL_STYLE_DEEP) key = pl_arena_printf(bed->arena, PL_FMT "[" PL_FMT "]", PL_ARG(param->wire), PL_ARG(key));
        target = add_query(bed, target, key, pl_node_show(bed->arena, &pl_node_at(&value, i)->value));
    }
    return target;
}

static PlStr add_credentials(Bed *bed, const PlAction *action, PlStr target)
{
    for (uint32_t i = 0; action->auth_count && i < action->auth[0].count; i++) {
        const PlAuth *auth = &action->auth[0].all[i];
        if (auth->kind == PL_AUTH_BASIC) add_header(bed, PL_STR("Authorization"), PL_STR("Basic YTpi"));
        else if (auth->kind != PL_AUTH_API_KEY) add_header(bed, PL_STR("Authorization"), PL_STR("Bearer x"));
        else if (auth->place == PL_IN_QUERY) target = add_query(bed, target, auth->wire, PL_STR("x"));
        else if (auth->place == PL_IN_COOKIE) add_header(bed, PL_STR("Cookie"), pl_arena_printf(bed->arena, PL_FMT "=x", PL_ARG(auth->wire)));
        else add_header(bed, auth->wire, PL_STR("x"));
    }
    return target;
}

/* The fields of a record as parts or as a form; a text otherwise. */
static PlStr multipart_or_form(Bed *bed, const PlMockOp *op, const PlMockMedia *media)
{
    PlStr text = PL_STR("");
    if (media->kind != PL_BODY_MULTIPART && media->kind != PL_BODY_FORM) return PL_STR("a text");
    PlNode value = made(bed, media->schema, PL_STR("body"));
    (void)op;
    for (uint32_t i = 0; value.kind == PL_NODE_MAP && i < value.count; i++) {
        PlStr key = pl_pair_key(pl_node_at(&value, i)), one = pl_node_show(bed->arena, &pl_node_at(&value, i)->value);
        if (media->kind == PL_BODY_MULTIPART)
            text = pl_arena_printf(bed->arena, PL_FMT "--b\r\nContent-Disposition: form-data; name=\"" PL_FMT "\"\r\n\r\n" PL_FMT "\r\n", PL_ARG(text),
                                   PL_ARG(key), PL_ARG(one));
        else text = pl_arena_printf(bed->arena, PL_FMT "%s" PL_FMT "=" PL_FMT, PL_ARG(text), text.len ? "&" : "", PL_ARG(escaped(bed->arena, key)),
                                    PL_ARG(escaped(bed->arena, one)));
    }
    return media->kind == PL_BODY_MULTIPART ? pl_arena_printf(bed->arena, PL_FMT "--b--\r\n", PL_ARG(text)) : text;
}

static PlStr body_of(Bed *bed, const PlMockOp *op)
{
    PlStr text = PL_STR("");
    for (uint32_t i = 0; i < op->body_count; i++) {
        const PlMockMedia *media = &op->bodies[i];
        bool wild = pl_str_find_char(media->type, '*', 0) != PL_STR_NONE;
        if (media->kind != PL_BODY_JSON) continue;
        PlNode value = made(bed, media->schema, PL_STR("body"));
        add_header(bed, PL_STR("Content-Type"), wild ? PL_STR("application/json") : media->type);
        return pl_node_written(bed->arena, &value);
    }
    if (op->body_count && !op->has_form) {
        bool wild = pl_str_find_char(op->bodies[0].type, '*', 0) != PL_STR_NONE;
        bool parts = op->bodies[0].kind == PL_BODY_MULTIPART;
        add_header(bed, PL_STR("Content-Type"), parts ? PL_STR("multipart/form-data; boundary=b") : wild ? PL_STR("text/plain") : op->bodies[0].type);
        return multipart_or_form(bed, op, &op->bodies[0]);
    }
    for (uint32_t i = 0; i < op->param_count && op->has_form; i++) {
        if (op->params[i].place != PL_IN_BODY) continue;
        PlNode value = made(bed, op->params[i].schema, op->params[i].wire);
        PlStr name = escaped(bed->arena, op->params[i].wire), one = escaped(bed->arena, simple(bed, &value));
        text = pl_arena_printf(bed->arena, PL_FMT "%s" PL_FMT "=" PL_FMT, PL_ARG(text), text.len ? "&" : "", PL_ARG(name), PL_ARG(one));
    }
    if (text.len) add_header(bed, PL_STR("Content-Type"), PL_STR("application/x-www-form-urlencoded"));
    return text;
}

/* ---- an operation --------------------------------------------------------------------------------------------------- */

static bool answer_fits(Bed *bed, PlMockOp *op, const PlHttpdAnswer *answer, PlStr *why)
{
    const PlMockResponse *response = pl_mock_response(op, answer->status);
    PlMockMedia *media = pl_mock_json_of(response);
    PlNode value;
    size_t at;
    if (!media || media->example) return true;
    PlMockCheck check;
    pl_mock_check_init(&check, &op->api->schemas, bed->arena);
    check.answer = true;
    if (pl_node_read(bed->arena, answer->body, &value, &at, why) != PL_OK) return false;
    pl_mock_check_value(&check, media->schema, &value, PL_STR("body"));
    if (check.errors.len == 0) return true;
    *why = pl_arena_printf(bed->arena, PL_FMT " " PL_FMT, PL_ARG(check.errors.items[0].path), PL_ARG(check.errors.items[0].message));
    return false;
}

static void ask(Bed *bed, PlMockOp *op, PlStr base, Totals *totals)
{
    PlHttpdAnswer answer;
    PlStr why = PL_STR("");
    pl_mock_open_op(op);
    pl_mock_maker_init(&bed->maker, &op->api->schemas, bed->arena);
    bed->headers.len = 0;
    PlStr path = path_of(bed, op), target = pl_arena_printf(bed->arena, PL_FMT PL_FMT, PL_ARG(base), PL_ARG(path));
    for (uint32_t i = 0; i < op->param_count; i++)
        if (op->params[i].required && op->params[i].place != PL_IN_PATH) target = add_param(bed, &op->params[i], target);
    target = add_credentials(bed, op->action, target);
    PlHttpdRequest request = {.method = pl_str_z(pl_method_name(op->action->method)), .target = target, .body = body_of(bed, op)};
    request.headers = bed->headers.items;
    request.header_count = bed->headers.len;
    pl_mock_handle(bed->mock, &request, &answer);
    totals->operations++;
    const char *verdict = NULL;
    if (answer.status == 404 || answer.status == 409) totals->absent++;
    else if (answer.status >= 500) totals->failed++, verdict = "failed";
    else if (answer.status >= 400) totals->refused++, verdict = "refused";
    else if (answer_fits(bed, op, &answer, &why)) totals->taken++;
    else totals->wrong++, verdict = "wrong";
    if (!verdict || !bed->verbose) return;
    PlStr text = pl_str_slice(answer.body, 0, 600);
    printf("%s " PL_FMT " " PL_FMT ": %u " PL_FMT "\n    " PL_FMT "\n", verdict, PL_ARG(request.method), PL_ARG(target), answer.status,
           PL_ARG(why), PL_ARG(text));
    printf("    sent " PL_FMT "\n", PL_ARG(pl_str_slice(request.body, 0, 600)));
}

static void serve(Bed *bed, const char *path, Totals *totals)
{
    PlMockOptions options = {.seed = 1, .fill = 1, .no_control = true};
    PlPlugin *plugin;
    *bed = (Bed){.verbose = bed->verbose};
    bed->arena = pl_arena_new(&bed->escape, 0);
    if (setjmp(bed->escape.at)) {
        printf("%s: escaped\n", path);
        totals->failed++;
        return;
    }
    pl_sources_init(&bed->sources, bed->arena);
    pl_diags_init(&bed->diags, bed->arena, &bed->sources);
    pl_types_init(&bed->types, bed->arena);
    bed->catalog = pl_catalog_new(bed->arena, &bed->sources, &bed->diags, &bed->types);
    bool read = pl_catalog_add_file(bed->catalog, PL_STR("t"), path, NULL, &plugin) == PL_OK;
    if (read && pl_mock_new(bed->catalog, &options, &bed->mock) == PL_OK) {
        totals->documents++;
        for (uint32_t i = 0; i < bed->mock->apis[0].op_count; i++) {
            ask(bed, &bed->mock->apis[0].ops[i], pl_mock_base(bed->mock, 0), totals);
        }
    }
    pl_mock_free(bed->mock);
    pl_arena_free(bed->arena);
}

int main(int argc, char **argv)
{
    Totals totals = {0};
    static Bed bed;
    int first = 1;
    if (argc > 1 && strcmp(argv[1], "-v") == 0) bed.verbose = true, first = 2;
    for (int i = first; i < argc; i++) serve(&bed, argv[i], &totals);
    printf("documents %u, operations %u: taken %u, no such item %u, refused %u, wrong answers %u, failed %u\n", totals.documents,
           totals.operations, totals.taken, totals.absent, totals.refused, totals.wrong, totals.failed);
    return 0;
}
