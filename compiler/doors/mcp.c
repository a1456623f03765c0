/* SPDX-License-Identifier: MIT */
/* An MCP server's tools as actions, from the lock that `pilotc lock` wrote: `NAME.mcp.json` beside the plan or the project. Compiling starts no
 * server, and the same lock gives the same bytes. What a server says of its tools' effects is a hint of a stranger: each is a write until the project
 * says otherwise. */
#include "compiler/catalog/doc.h"
#include "compiler/doors/doors.h"
#include "vm/base/json_scan.h"
#include "vm/base/limits.h"

typedef struct Made {
    const PlDoorArg *arg;
    PlStr lock;     /* the file's text */
    PlBuf text, config;
} Made;

static bool is_url(PlStr target)
{
    return pl_str_starts(target, PL_STR("http://")) || pl_str_starts(target, PL_STR("https://"));
}

/* A copy of a schema in which "#/..." leads to where the schema stands now. */
static void put_schema(PlBuf *out, PlStr schema, PlStr tool, const char *part)
{
    PlJsonScan scan;
    PlJsonEvent event;
    const char *copied = schema.ptr;
    bool is_ref = false;
    pl_json_scan_init(&scan, schema);
    while ((event = pl_json_scan_next(&scan)) != PL_JSON_END && event != PL_JSON_ERROR) {
        if (is_ref && event == PL_JSON_STRING && scan.text.len && scan.text.ptr[0] == '#') {
            pl_buf_put(out, pl_str(copied, (size_t)(scan.at - copied)));
            PlBuf ref;
            pl_buf_init(&ref, 0);
            pl_buf_printf(&ref, "#/components/schemas/" PL_FMT ".%s" PL_FMT, PL_ARG(tool), part, PL_ARG(pl_str_slice(scan.text, 1, scan.text.len)));
            pl_buf_put_json(out, pl_buf_str(&ref));
            pl_buf_deinit(&ref);
            copied = scan.end;
        }
        is_ref = event == PL_JSON_KEY && pl_str_eq_z(scan.text, "$ref");
    }
    pl_buf_put(out, pl_str(copied, (size_t)(schema.ptr + schema.len - copied)));
    pl_json_scan_deinit(&scan);
}

static bool has_text(PlStr object, const char *list, PlStr text)
{
    PlStr raw;
    bool found = false;
    if (!pl_json_find(object, list, &raw)) return false;
    PlJsonScan scan;
    pl_json_scan_init(&scan, raw);
    for (PlJsonEvent e = pl_json_scan_next(&scan); e != PL_JSON_END && e != PL_JSON_ERROR && !found; e = pl_json_scan_next(&scan))
        found = e == PL_JSON_STRING && pl_str_eq(scan.text, text);
    pl_json_scan_deinit(&scan);
    return found;
}

static const char *effect_of(const Made *m, PlStr tool)
{
    static const char *const said[] = {"read", "idempotent", "delete"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (has_text(m->arg->plugin->config, said[i], tool)) return said[i];
    return "write";
}

static void put_text(PlBuf *out, const char *key, PlStr text)
{
    pl_buf_printf(out, "\"%s\":", key);
    pl_buf_put_json(out, text);
    pl_buf_put_char(out, ',');
}

static void put_tool(Made *m, PlStr tool, bool first)
{
    PlArena *arena = m->arg->arena;
    PlStr name = pl_json_find_text(arena, tool, "name"), title = pl_json_find_text(arena, tool, "title"), words = pl_json_find_text(arena, tool, "description");
    char hash[65];
    PlBuf *out = &m->text;
    pl_buf_printf(out, "%s\"/" PL_FMT "\":{\"post\":{", first ? "" : ",", PL_ARG(name));
    put_text(out, "operationId", name);
    if (title.len) put_text(out, "summary", title);
    if (words.len) put_text(out, "description", words);
    put_text(out, "x-pilot-effect", pl_str_z(effect_of(m, name)));
    pl_buf_printf(out,
                  "\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/" PL_FMT
                  ".input\"}}}},",
                  PL_ARG(name));
    pl_buf_printf(
        out,
        "\"responses\":{\"200\":{\"description\":\"done\",\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/" PL_FMT
        ".output\"}}}}}}}",
        PL_ARG(name));
    pl_door_hash(tool, hash);
    if (!first) pl_buf_put_char(&m->config, ',');
    pl_buf_put_json(&m->config, name);
    pl_buf_printf(&m->config, ":\"%s\"", hash);
}

static void put_schemas(Made *m, PlStr tool, bool first)
{
    static const char plain[] =
        "{\"type\":\"object\",\"required\":[\"text\",\"content\"],\"properties\":{\"text\":{\"type\":\"string\",\"description\":\"what the tool "
        "says\"},\"content\":{\"type\":\"array\",\"items\":{\"type\":\"object\"}}}}";
    PlStr name = pl_json_find_text(m->arg->arena, tool, "name"), input = PL_STR("{\"type\":\"object\"}"), output;
    pl_json_find(tool, "inputSchema", &input);
    pl_buf_printf(&m->text, "%s\"" PL_FMT ".input\":", first ? "" : ",", PL_ARG(name));
    put_schema(&m->text, input, name, "input");
    pl_buf_printf(&m->text, ",\"" PL_FMT ".output\":", PL_ARG(name));
    if (pl_json_find(tool, "outputSchema", &output)) put_schema(&m->text, output, name, "output");
    else pl_buf_put_z(&m->text, plain);
}

/* A name that is one segment of a path as it stands; any other tool is left out. */
static bool is_plain(PlStr name)
{
    bool good = name.len > 0 && name.len <= 128;
    for (size_t i = 0; i < name.len && good; i++) {
        char c = name.ptr[i];
        good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    }
    return good;
}

static void each_tool(Made *m, PlStr tools, void (*put)(Made *m, PlStr tool, bool first))
{
    PlJsonScan scan;
    bool first = true;
    pl_json_scan_init(&scan, tools);
    PlJsonEvent event = pl_json_scan_next(&scan);
    while (event != PL_JSON_END && event != PL_JSON_ERROR && (event = pl_json_scan_next(&scan)) == PL_JSON_OBJECT_BEGIN) {
        const char *start = scan.at;
        event = pl_json_scan_skip(&scan);
        PlStr tool = pl_str(start, (size_t)(scan.end - start));
        if (!is_plain(pl_json_find_text(m->arg->arena, tool, "name"))) continue;
        put(m, tool, first);
        first = false;
    }
    pl_json_scan_deinit(&scan);
}

static bool not_locked(const PlDoorArg *arg, PlStr path, const char *why)
{
    PlDiag *d = PL_REPORT(arg->diags, DOOR_NOT_LOCKED, arg->span, PL_ARG(arg->plugin->name), PL_ARG(path), why);
    pl_diag_help(arg->diags, d, "`pilotc lock PLAN` starts the server and writes what tools it has");
    return false;
}

static PlStr take(PlArena *arena, PlBuf *buf)
{
    PlStatus status = buf->status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(buf)) : PL_STR("");
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

PlStr pl_doors_lock_path(PlArena *arena, PlStr folder, PlStr name)
{
    return pl_arena_printf(arena, PL_FMT PL_FMT ".mcp.json", PL_ARG(folder), PL_ARG(name));
}

bool pl_doors_mcp(const PlDoorArg *arg, PlDoorMade *out)
{
    PlArena *arena = arg->arena;
    PlStr target = arg->plugin->document, tools = PL_STR("[]"), path = pl_doors_lock_path(arena, arg->folder, arg->plugin->name);
    PlBuf file;
    pl_buf_init(&file, PL_LIMIT_DOCUMENT_BYTES);
    PlStatus status = pl_buf_read_file(&file, path.ptr);
    PlStr lock = status == PL_OK ? take(arena, &file) : PL_STR("");
    if (status != PL_OK) {
        pl_buf_deinit(&file);
        return not_locked(arg, path, "there is no such file");
    }
    if (!pl_json_find(lock, "tools", &tools)) return not_locked(arg, path, "it is no lock");
    if (!pl_str_eq(pl_json_find_text(arena, lock, "server"), target)) return not_locked(arg, path, "it is of another server");
    Made m = {.arg = arg, .lock = lock};
    pl_buf_init(&m.text, 0);
    pl_buf_init(&m.config, 0);
    PlStr prefix = arg->plugin->credential.len ? arg->plugin->credential : arg->plugin->name, raw;
    bool token = is_url(target) && pl_json_find(arg->plugin->config, "token", &raw) && pl_str_eq(raw, PL_STR("true"));
    pl_buf_printf(&m.config, "{\"%s\":", is_url(target) ? "url" : "command");
    pl_buf_put_json(&m.config, target);
    if (token) {
        pl_buf_put_z(&m.config, ",\"credential\":");
        pl_buf_put_json(&m.config, pl_arena_printf(arena, PL_FMT ".token", PL_ARG(prefix)));
    }
    pl_buf_put_z(&m.config, ",\"tools\":{");
    pl_buf_put_z(&m.text, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":");
    pl_buf_put_json(&m.text, arg->plugin->name);
    pl_buf_put_z(&m.text, ",\"version\":\"1\"},\"paths\":{");
    each_tool(&m, tools, put_tool);
    pl_buf_put_z(&m.text, "},\"components\":{\"schemas\":{");
    each_tool(&m, tools, put_schemas);
    pl_buf_put_z(&m.text, token ? "},\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}},\"security\":[{\"token\":[]}]}" : "}}}");
    pl_buf_put_z(&m.config, "}}");
    out->name = arg->plugin->name;
    out->path = path;
    out->text = take(arena, &m.text);
    out->config = take(arena, &m.config);
    return true;
}
