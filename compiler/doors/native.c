/* SPDX-License-Identifier: MIT */
/* A manifest of C functions (spec/plugins.md, "Native functions") as an API document and as the declarations that the worker calls by. What it says
 * of the functions is the author's word: only its own consistency can be checked. */
#include "compiler/catalog/doc.h"
#include "compiler/doors/doors.h"
#include "stdlib/native.h"
#include "vm/base/json_scan.h"
#include "vm/base/limits.h"

#include <stdarg.h>

typedef struct Made {
    const PlDoorArg *arg;
    PlBuf text, config;
    const PlNode *args; /* of the function at hand */
    bool bad;
} Made;

static void flaw(Made *m, const PlNode *at, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void flaw(Made *m, const PlNode *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PlStr words = pl_arena_vprintf(m->arg->arena, format, args);
    va_end(args);
    PL_REPORT(m->arg->diags, DOOR_NATIVE, at ? pl_node_span(at) : m->arg->span, PL_ARG(words));
    m->bad = true;
}

static void unknown_keys(Made *m, const PlNode *map, const char *const *known)
{
    for (uint32_t i = 0; pl_node_is(map, PL_NODE_MAP) && i < pl_node_count(map); i++) {
        PlStr key = pl_pair_key(pl_node_at(map, i));
        const char *const *k = known;
        while (*k && !pl_str_eq_z(key, *k)) k++;
        if (!*k) flaw(m, &pl_node_at(map, i)->value, "a key `" PL_FMT "` means nothing here", PL_ARG(key));
    }
}

static bool kind_of(Made *m, const PlNode *node, PlNativeKind *out)
{
    PlStr name = pl_node_text(node);
    if (pl_native_kind_by_name(name, out)) return true;
    flaw(m, node, "`" PL_FMT "` is no C type: bool, int8 to int64, uint8 to uint64, int, uint, long, ulong, size, float, double, text, bytes, struct",
         PL_ARG(name));
    return false;
}

static void put_text(PlBuf *out, const char *key, PlStr text)
{
    pl_buf_printf(out, "\"%s\":", key);
    pl_buf_put_json(out, text);
}

/* The JSON Schema of a value of a C type. */
static void put_schema(Made *m, PlBuf *out, PlNativeKind kind, const PlNode *item)
{
    switch (kind) {
    case PL_NATIVE_BOOL: pl_buf_put_z(out, "{\"type\":\"boolean\""); break;
    case PL_NATIVE_FLOAT:
    case PL_NATIVE_DOUBLE: pl_buf_put_z(out, "{\"type\":\"number\""); break;
    case PL_NATIVE_TEXT:
    case PL_NATIVE_BYTES: pl_buf_put_z(out, "{\"type\":\"string\""); break;
    case PL_NATIVE_STRUCT: {
        const PlNode *fields = PL_GET(item, "fields");
        pl_buf_put_z(out, "{\"type\":\"object\",\"properties\":{");
        for (uint32_t i = 0; pl_node_is(fields, PL_NODE_LIST) && i < pl_node_count(fields); i++) {
            const PlNode *field = pl_node_item(fields, i);
            PlNativeKind inner = PL_NATIVE_INT;
            if (kind_of(m, PL_GET(field, "type"), &inner) && !pl_native_is_number(inner)) flaw(m, field, "fields of a struct are numbers and bools");
            if (i) pl_buf_put_char(out, ',');
            pl_buf_put_json(out, pl_node_text(PL_GET(field, "name")));
            pl_buf_put_char(out, ':');
            put_schema(m, out, pl_native_is_number(inner) ? inner : PL_NATIVE_INT, field);
        }
        if (!pl_node_is(fields, PL_NODE_LIST) || !pl_node_count(fields)) flaw(m, item, "a struct has `fields`: a list of names and types");
        pl_buf_put_char(out, '}');
        break;
    }
    default: pl_buf_put_z(out, kind == PL_NATIVE_VOID ? "{\"type\":\"null\"" : "{\"type\":\"integer\""); break;
    }
    PlStr words = pl_node_text(PL_GET(item, "description"));
    if (words.len) {
        pl_buf_put_char(out, ',');
        put_text(out, "description", words);
    }
    pl_buf_put_char(out, '}');
}

static bool has_arg(const Made *m, PlStr name, bool out)
{
    for (uint32_t i = 0; i < pl_node_count(m->args); i++) {
        const PlNode *item = pl_node_item(m->args, i);
        bool same = pl_str_eq(pl_node_text(PL_GET(item, "name")), name) && pl_str_eq_z(pl_node_text(PL_GET(item, "type")), "bytes");
        if (same && pl_node_yes(PL_GET(item, "out")) == out) return true;
    }
    return false;
}

static void check_arg(Made *m, const PlNode *item)
{
    static const char *const known[] = {"name", "type", "out", "description", "default", "encoding", "length_of", "capacity_of", "capacity", "fields", NULL};
    const PlNode *length = PL_GET(item, "length_of"), *capacity = PL_GET(item, "capacity_of"), *encoding = PL_GET(item, "encoding");
    PlNativeKind kind;
    if (!pl_node_is(item, PL_NODE_MAP) || !pl_node_text(PL_GET(item, "name")).len) {
        flaw(m, item, "an argument is a map with `name` and `type`");
        return;
    }
    unknown_keys(m, item, known);
    if (!kind_of(m, PL_GET(item, "type"), &kind)) return;
    bool out = pl_node_yes(PL_GET(item, "out"));
    if (kind == PL_NATIVE_VOID) flaw(m, item, "an argument is not void");
    if (kind == PL_NATIVE_BYTES && out && !PL_GET(item, "capacity")) flaw(m, item, "bytes that come out need a `capacity`: how many there may be");
    if (length && !has_arg(m, pl_node_text(length), false)) flaw(m, length, "`length_of` names an argument of bytes that go in");
    if (capacity && (!has_arg(m, pl_node_text(capacity), true) || !out))
        flaw(m, capacity, "`capacity_of` names an argument of bytes that come out, and comes out itself");
    if (encoding && !pl_str_eq_z(pl_node_text(encoding), "base64")) flaw(m, encoding, "the only `encoding` is base64");
}

/* What the plan gives: not what is filled by the call, nor what only comes out. */
static bool is_given(const PlNode *item)
{
    PlStr type = pl_node_text(PL_GET(item, "type"));
    bool out = pl_node_yes(PL_GET(item, "out"));
    if (PL_GET(item, "length_of") || PL_GET(item, "capacity_of")) return false;
    return !out || pl_str_eq_z(type, "struct") || PL_GET(item, "default");
}

static void put_input(Made *m)
{
    PlBuf required;
    bool first = true, any = false, given = false;
    for (uint32_t i = 0; i < pl_node_count(m->args); i++) {
        check_arg(m, pl_node_item(m->args, i));
        given |= is_given(pl_node_item(m->args, i));
    }
    if (!given) return;
    pl_buf_init(&required, 0);
    pl_buf_put_z(&m->text, "\"requestBody\":{\"required\":true,\"content\":{\"application/"
                           "json\":{\"schema\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (uint32_t i = 0; i < pl_node_count(m->args); i++) {
        const PlNode *item = pl_node_item(m->args, i);
        PlNativeKind kind;
        if (!is_given(item) || !pl_native_kind_by_name(pl_node_text(PL_GET(item, "type")), &kind)) continue;
        if (!first) pl_buf_put_char(&m->text, ',');
        first = false;
        pl_buf_put_json(&m->text, pl_node_text(PL_GET(item, "name")));
        pl_buf_put_char(&m->text, ':');
        put_schema(m, &m->text, kind, item);
        if (PL_GET(item, "default") || pl_node_yes(PL_GET(item, "out"))) continue;
        if (any) pl_buf_put_char(&required, ',');
        any = true;
        pl_buf_put_json(&required, pl_node_text(PL_GET(item, "name")));
    }
    pl_buf_printf(&m->text, "},\"required\":[" PL_FMT "]}}}},", PL_ARG(pl_buf_str(&required)));
    pl_buf_deinit(&required);
}

static void put_output(Made *m, PlNativeKind returns)
{
    pl_buf_put_z(&m->text, "\"responses\":{\"200\":{\"description\":\"done\",\"content\":{\"application/"
                           "json\":{\"schema\":{\"type\":\"object\",\"required\":[\"result\"],"
                           "\"properties\":{\"result\":");
    put_schema(m, &m->text, returns, NULL);
    for (uint32_t i = 0; i < pl_node_count(m->args); i++) {
        const PlNode *item = pl_node_item(m->args, i);
        PlNativeKind kind;
        if (!pl_node_yes(PL_GET(item, "out")) || PL_GET(item, "capacity_of") || !pl_native_kind_by_name(pl_node_text(PL_GET(item, "type")), &kind)) continue;
        pl_buf_put_char(&m->text, ',');
        pl_buf_put_json(&m->text, pl_node_text(PL_GET(item, "name")));
        pl_buf_put_char(&m->text, ':');
        put_schema(m, &m->text, kind, item);
    }
    pl_buf_put_z(&m->text, "}}}}}}}}");
}

static bool is_name(PlStr name)
{
    bool good = name.len > 0 && name.len < 128;
    for (size_t i = 0; i < name.len && good; i++) {
        char c = name.ptr[i];
        good = c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i && c >= '0' && c <= '9');
    }
    return good;
}

static void put_function(Made *m, const PlPair *pair, bool first)
{
    static const char *const known[] = {"summary", "description", "symbol", "effect", "returns", "fails", "free", "free_out", "args", NULL};
    static const char *const ways[] = {"nonzero", "zero", "negative", "null"};
    const PlNode *node = &pair->value, *fails = PL_GET(node, "fails"), *returns = PL_GET(node, "returns");
    PlStr name = pl_pair_key(pair), effect = pl_node_text(PL_GET(node, "effect")), summary = pl_node_text(PL_GET(node, "summary"));
    PlNativeKind kind = PL_NATIVE_VOID;
    if (!is_name(name) || !pl_node_is(node, PL_NODE_MAP)) {
        flaw(m, node, "`" PL_FMT "` is no function: a name, and a map of what it takes and gives", PL_ARG(name));
        return;
    }
    unknown_keys(m, node, known);
    if (returns && kind_of(m, returns, &kind) && kind >= PL_NATIVE_BYTES) flaw(m, returns, "a function returns void, a number, a bool or text");
    bool is_way = !fails;
    for (size_t i = 0; i < 4 && !is_way; i++) is_way = pl_str_eq_z(pl_node_text(fails), ways[i]);
    if (!is_way) flaw(m, fails, "`fails` is one of nonzero, zero, negative, null");
    m->args = pl_node_is(PL_GET(node, "args"), PL_NODE_LIST) ? PL_GET(node, "args") : NULL;
    if (PL_GET(node, "args") && !m->args) flaw(m, PL_GET(node, "args"), "`args` is a list");
    pl_buf_printf(&m->text, "%s\"/" PL_FMT "\":{\"post\":{", first ? "" : ",", PL_ARG(name));
    put_text(&m->text, "operationId", name);
    pl_buf_put_char(&m->text, ',');
    put_text(&m->text, "summary", summary.len ? summary : name);
    pl_buf_put_char(&m->text, ',');
    put_text(&m->text, "x-pilot-effect", effect.len ? effect : PL_STR("write"));
    pl_buf_put_char(&m->text, ',');
    if (m->args) put_input(m);
    put_output(m, kind);
    PlStr json = pl_node_json(m->arg->arena, node, PL_LIMIT_DOOR_CONFIG);
    pl_buf_printf(&m->config, "%s", first ? "" : ",");
    pl_buf_put_json(&m->config, name);
    if (returns) pl_buf_printf(&m->config, ":" PL_FMT, PL_ARG(json));
    else pl_buf_printf(&m->config, ":{\"returns\":\"void\"%s" PL_FMT, json.len > 2 ? "," : "", PL_ARG(pl_str_slice(json, 1, json.len)));
}

static PlStr take(PlArena *arena, PlBuf *buf)
{
    PlStatus status = buf->status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(buf)) : PL_STR("");
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

/* {"tool":"native","in_process":false,"config":{"library":"libz.so.1","functions":{...}}} */
bool pl_doors_native(const PlDoorArg *arg, PlDoorMade *out)
{
    static const char *const known[] = {"library", "title", "functions", NULL};
    PlDoc doc;
    Made m = {.arg = arg};
    PlStr in_process;
    if (!pl_doc_read(&doc, arg->diags, arg->plugin->document, PL_NO_SPAN) || !doc.root) return false;
    const PlNode *library = PL_GET(doc.root, "library"), *functions = PL_GET(doc.root, "functions"), *title = PL_GET(doc.root, "title");
    bool apart = !pl_json_find(arg->plugin->config, "in_process", &in_process) || !pl_str_eq_z(in_process, "true");
    pl_buf_init(&m.text, 0);
    pl_buf_init(&m.config, 0);
    unknown_keys(&m, doc.root, known);
    if (!pl_node_text(library).len) flaw(&m, doc.root, "`library` says which shared library: `libz.so.1`");
    if (!pl_node_is(functions, PL_NODE_MAP)) flaw(&m, doc.root, "`functions` is a map of names to what each takes and gives");
    pl_buf_printf(&m.config, "{\"tool\":\"native\",\"in_process\":%s,\"config\":{", apart ? "false" : "true");
    put_text(&m.config, "library", pl_node_text(library));
    pl_buf_put_z(&m.config, ",\"functions\":{");
    pl_buf_put_z(&m.text, "{\"openapi\":\"3.1.0\",\"info\":{");
    put_text(&m.text, "title", pl_node_text(title).len ? pl_node_text(title) : arg->plugin->name);
    pl_buf_put_z(&m.text, ",\"version\":\"1\"},\"paths\":{");
    for (uint32_t i = 0; pl_node_is(functions, PL_NODE_MAP) && i < pl_node_count(functions); i++) put_function(&m, pl_node_at(functions, i), i == 0);
    pl_buf_put_z(&m.text, "}}");
    pl_buf_put_z(&m.config, "}}}");
    out->name = arg->plugin->name;
    out->path = arg->plugin->document;
    out->text = take(arg->arena, &m.text);
    out->config = take(arg->arena, &m.config);
    return !m.bad;
}
