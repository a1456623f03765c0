/* SPDX-License-Identifier: MIT */
/* pilotc lock: ask the MCP servers of a plan and its project for their tools, and write these down for the compiler (compiler/doors/mcp.c). The one
 * command of pilotc that starts programs which a plan names, so it says which. */
#include "compiler/cli/pilotc.h"
#include "compiler/doors/doors.h"
#include "compiler/syntax/parse.h"
#include "vm/base/json_scan.h"
#include "vm/cli/cli_secrets.h"
#include "vm/cli/cli_trust.h"
#include "vm/io/http.h"
#include "vm/io/mcp.h"

#include <stdio.h>

#define LIST_US UINT64_C(60000000)

typedef struct Lock { /* of one server */
    PlArena *arena;
    PlMcp *mcp;
    PlBuf tools; /* what stands between the brackets */
    uint32_t pages;
    bool done, failed;
    PlStr message;
} Lock;

static void ask(Lock *lock, PlStr cursor);

static void listed(void *user, const PlMcpReply *reply)
{
    Lock *lock = user;
    PlStr tools, cursor;
    if (reply->fault != PL_NET_OK || reply->is_error || !pl_json_find(reply->result, "tools", &tools) || tools.len < 2) {
        lock->failed = lock->done = true;
        lock->message = pl_arena_str(lock->arena, reply->message.len ? reply->message : PL_STR("its answer has no list of tools"));
        return;
    }
    PlStr inner = pl_str_trim(pl_str_slice(tools, 1, tools.len - 1));
    if (lock->tools.len && inner.len) pl_buf_put_char(&lock->tools, ',');
    pl_buf_put(&lock->tools, inner);
    bool more = pl_json_find(reply->result, "nextCursor", &cursor) && cursor.len > 2 && cursor.ptr[0] == '"' && ++lock->pages < 1000;
    if (more) ask(lock, cursor);
    else lock->done = true;
}

static void ask(Lock *lock, PlStr cursor)
{
    uint64_t id;
    PlStr params = cursor.len ? pl_arena_printf(lock->arena, "{\"cursor\":" PL_FMT "}", PL_ARG(cursor)) : PL_STR("{}");
    if (pl_mcp_call(lock->mcp, PL_STR("tools/list"), params, PL_STR(""), LIST_US, listed, lock, &id) == PL_OK) return;
    lock->failed = lock->done = true;
    lock->message = PL_STR("out of memory");
}

/* One tool a line, so that a change shows as one. */
static void put_tools(PlBuf *out, PlStr tools, uint32_t *count)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, tools);
    PlJsonEvent event = pl_json_scan_next(&scan);
    while (event != PL_JSON_END && event != PL_JSON_ERROR && (event = pl_json_scan_next(&scan)) == PL_JSON_OBJECT_BEGIN) {
        const char *start = scan.at;
        event = pl_json_scan_skip(&scan);
        pl_buf_put_z(out, (*count)++ ? ",\n" : "\n");
        pl_buf_put(out, pl_str(start, (size_t)(scan.end - start)));
    }
    pl_json_scan_deinit(&scan);
}

static int write_lock(PlArena *arena, const PlPluginArg *plugin, const char *path, const Lock *lock)
{
    PlBuf text;
    uint32_t count = 0;
    pl_buf_init(&text, 0);
    pl_buf_put_z(&text, "{\"pilot\":\"mcp lock 1\",\"server\":");
    pl_buf_put_json(&text, plugin->document);
    pl_buf_put_z(&text, ",\"says\":");
    pl_mcp_put_server(lock->mcp, &text);
    pl_buf_put_z(&text, ",\"tools\":[");
    put_tools(&text, pl_arena_printf(arena, "[" PL_FMT "]", PL_ARG(pl_buf_str(&lock->tools))), &count);
    pl_buf_put_z(&text, "\n]}\n");
    PlStatus status = text.status == PL_OK ? pl_buf_write_file(path, pl_buf_str(&text)) : text.status;
    pl_buf_deinit(&text);
    if (status != PL_OK) return pl_cli_fail(status, "cannot write %s: %s", path, pl_status_words(status));
    printf(PL_FMT ": %u tools locked in %s\n", PL_ARG(plugin->name), count, path);
    return 0;
}

static int lock_server(PlArena *arena, const PlPluginArg *plugin, PlStr folder, const PlProject *project)
{
    PlStr target = plugin->document, raw;
    bool is_url = pl_str_starts(target, PL_STR("http://")) || pl_str_starts(target, PL_STR("https://"));
    bool token = is_url && pl_json_find(plugin->config, "token", &raw) && pl_str_eq(raw, PL_STR("true"));
    PlMcpTarget to = {.command = is_url ? PL_STR("") : target, .url = is_url ? target : PL_STR(""), .plugin = plugin->name, .credential = PL_STR("")};
    if (token) to.credential = pl_arena_printf(arena, PL_FMT ".token", PL_ARG(plugin->credential.len ? plugin->credential : plugin->name));
    PlHttpRule rule = {pl_action_origin(arena, target), plugin->name, true}; /* the user named it */
    PlHttpOptions options = {.rules = &rule, .rule_count = is_url};
    int untrusted = token ? pl_cli_trust_call(arena, project, plugin->name, to.credential) : -1;
    if (untrusted >= 0) return untrusted;
    PlLoop *loop = pl_loop_new();
    PlSecrets *secrets = pl_cli_secrets(project);
    PlHttp *http = loop && secrets ? pl_http_new(loop, secrets, &options) : NULL;
    Lock lock = {.arena = arena};
    pl_buf_init(&lock.tools, PL_LIMIT_DOCUMENT_BYTES);
    if (http) lock.mcp = pl_mcp_new(loop, pl_http_port(http), &to);
    int code = 70;
    if (lock.mcp) {
        ask(&lock, PL_STR(""));
        while (!lock.done && pl_loop_turn(loop, -1)) {}
        if (lock.failed)
            code =
                pl_cli_fail(PL_NETWORK, "no tools of " PL_FMT " (" PL_FMT "): " PL_FMT, PL_ARG(plugin->name), PL_ARG(target), PL_ARG(lock.message));
        else code = write_lock(arena, plugin, pl_doors_lock_path(arena, folder, plugin->name).ptr, &lock);
    }
    pl_mcp_free(lock.mcp);
    pl_http_free(http);
    pl_secrets_free(secrets);
    pl_loop_free(loop);
    pl_buf_deinit(&lock.tools);
    return code;
}

static PlStr folder_of(PlStr path)
{
    while (path.len && path.ptr[path.len - 1] != '/') path.len--;
    return path;
}

static int lock_all(PlArena *arena, const PlPlan *plan, const PlCompileOptions *options)
{
    int worst = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; options->project && i < options->project->plugins.len; i++) {
        const PlPluginArg *plugin = &options->project->plugins.items[i];
        if (!plugin->has_door || plugin->door != PL_DOOR_MCP) continue;
        int code = lock_server(arena, plugin, plugin->folder, options->project);
        if (code > worst) worst = code;
        count++;
    }
    for (uint32_t i = 0; plan && i < plan->uses.len; i++) {
        const PlUse *use = &plan->uses.items[i];
        if (!pl_str_eq_z(use->door, "mcp")) continue;
        PlPluginArg plugin = {.name = use->name, .document = use->path, .has_door = true, .door = PL_DOOR_MCP};
        int code = lock_server(arena, &plugin, folder_of(options->plan_path), options->project);
        if (code > worst) worst = code;
        count++;
    }
    if (!count) fprintf(stderr, "there is no MCP server to lock\n");
    return worst;
}

int plc_cmd_lock(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    const PlCliOption options[] = {{"project", 0, PL_CLI_TEXT, &o.project, "FILE", "the project file (default: pilot.yaml at the plan or above)"},
                                   {"no-project", 0, PL_CLI_FLAG, &o.no_project, NULL, "read no project file"}};
    const PlCliCommand command = {"pilotc lock [PLAN] [options]",
                                  "Starts the MCP servers that the plan and the project name, asks for their tools, and writes them to NAME.mcp.json\n"
                                  "beside the plan or the project. Plans are checked against that file.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (rest.count > 1) return pl_cli_fail(PL_USAGE, "give one plan\n  = help: usage: %s", command.usage);
    PlSources sources;
    PlDiags diags;
    PlProject project;
    PlCompileOptions compile;
    const char *path = rest.count ? rest.items[0] : NULL;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    code = plc_load(arena, &o, path, &project, &diags, &compile);
    if (code >= 0) return code;
    PlPlan *plan = NULL;
    PlStr text;
    if (path) {
        if (!pl_cli_read(arena, path, PL_LIMIT_SOURCE_BYTES, &text)) return 2;
        plan = pl_parse(arena, &diags, pl_sources_add(&sources, pl_str_z(path), text));
    }
    return lock_all(arena, plan, &compile);
}
