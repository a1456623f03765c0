/* SPDX-License-Identifier: MIT */
/* A request, its sandbox, its action; and the reading of arguments and paths. */
#include "stdlib/tools/tool.h"

#include "vm/base/json_scan.h"
#include "vm/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CPU_SECONDS = 120, FILES = 256, PROCESSES = 4096 };
#define MEMORY_BYTES (2ull << 30)
#define FILE_BYTES   (1ull << 30)

static const PlToolEntry *const tables[] = {pl_tools_fs, pl_tools_search, pl_tools_git, pl_tools_shell};

static const PlToolEntry *entry_of(PlStr tool, PlStr action)
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const PlToolEntry *e = tables[t]; e->tool; e++)
            if (pl_str_eq_z(tool, e->tool) && pl_str_eq_z(action, e->action)) return e;
    return NULL;
}

unsigned pl_tool_fail(PlToolCall *call, unsigned status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PlStr words = pl_arena_vprintf(call->arena, format, args);
    va_end(args);
    pl_buf_clear(call->out);
    pl_buf_put_z(call->out, "{\"error\":");
    pl_tool_put_text(call->out, words);
    pl_buf_put_char(call->out, '}');
    return status;
}

unsigned pl_tool_fail_errno(PlToolCall *call, int error, PlStr path)
{
    switch (error) {
    case ENOENT: return pl_tool_fail(call, 404, "there is no " PL_FMT, PL_ARG(path));
    case EEXIST:
    case ENOTEMPTY: return pl_tool_fail(call, 409, PL_FMT " exists already%s", PL_ARG(path), error == ENOTEMPTY ? ", and it is not empty" : "");
    case EXDEV:
    case ELOOP: return pl_tool_fail(call, 403, PL_FMT " leads out of the workspace, or through a symbolic link", PL_ARG(path));
    case EACCES:
    case EPERM: return pl_tool_fail(call, 403, PL_FMT " may not be used: %s", PL_ARG(path), strerror(error));
    case ENOTDIR: return pl_tool_fail(call, 400, PL_FMT " is not a folder", PL_ARG(path));
    case EISDIR: return pl_tool_fail(call, 400, PL_FMT " is a folder", PL_ARG(path));
    case EINVAL: return pl_tool_fail(call, 400, PL_FMT " is no path within the workspace", PL_ARG(path));
    default: return pl_tool_fail(call, 500, PL_FMT ": %s", PL_ARG(path), strerror(error));
    }
}

/* ---- the request ---- */

static bool says(PlStr config, const char *key, const char *value)
{
    PlStr raw;
    return pl_json_find(config, key, &raw) && pl_str_eq_z(raw, value);
}

bool pl_tool_has_ripgrep(const PlToolCall *call)
{
    return access(PL_TOOL_RIPGREP, X_OK) == 0 && !says(call->config, "ripgrep", "false");
}

static unsigned enter(PlToolCall *call, const PlToolEntry *entry)
{
    const char *layer;
    /* git and the loader of programs, and nothing that a repository's config could name: no shell, no filter, no helper. */
    static const char *const git[] = {"/usr/bin/git", "/usr/lib/git-core/git", "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", NULL};
    static const char *const search[] = {PL_TOOL_RIPGREP, "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", NULL};
    /* What git would run for whoever uses the repository next, and what says what runs may do: no program of the plan's changes it. */
    static const char *const kept[] = {".git", "pilot.yaml", NULL};
    bool is_git = entry->walls >= PL_TOOL_GIT_READS, searches = entry->walls == PL_TOOL_SEARCHES;
    bool reads = entry->walls == PL_TOOL_READS || entry->walls == PL_TOOL_GIT_READS || searches;
    PlSandbox walls = {.workspace = call->workspace, .read_only = reads, .runnable = is_git ? git : searches ? search : NULL};
    walls.programs = searches ? pl_tool_has_ripgrep(call) : entry->walls >= PL_TOOL_PROGRAMS;
    if (entry->walls == PL_TOOL_PROGRAMS && !says(call->config, "git_folder", "\"write\"")) walls.kept = kept;
    walls.cpu_seconds = CPU_SECONDS;
    walls.memory_bytes = MEMORY_BYTES;
    walls.file_bytes = FILE_BYTES;
    walls.files = FILES;
    walls.processes = PROCESSES;
    if (pl_sandbox_enter(&walls, &layer) == PL_OK) return 0;
    return pl_tool_fail(call, 403, "this machine cannot wall the tool in: no %s; nothing was done", layer);
}

unsigned pl_tool_serve(PlArena *arena, PlStr request, const PlSmtpPort *smtp, PlBuf *out)
{
    PlStr empty = PL_STR("{}"), place = empty;
    PlToolCall call = {.arena = arena, .args = empty, .config = empty, .root = -1, .out = out};
    PlStr tool = pl_json_find_text(arena, request, "tool"), path = pl_json_find_text(arena, request, "path");
    PlStr workspace = pl_json_find_text(arena, request, "workspace");
    pl_json_find(request, "args", &call.args);
    pl_json_find(request, "config", &call.config);
    call.action = path.len ? pl_str_slice(path, 1, path.len) : path;
    const PlToolEntry *entry = entry_of(tool, call.action);
    if (pl_str_eq_z(tool, "native")) {
        call.workspace = workspace.len ? workspace.ptr : NULL;
        return pl_tool_library(&call);
    }
    bool is_mail = pl_str_eq_z(tool, "mail");
    if (!entry && !is_mail) return pl_tool_fail(&call, 400, "there is no action " PL_FMT "." PL_FMT, PL_ARG(tool), PL_ARG(call.action));
    if (workspace.len) {
        call.workspace = workspace.ptr;
        call.root = open(call.workspace, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (call.root < 0 || chdir(call.workspace) != 0) return pl_tool_fail(&call, 403, "the workspace %s: %s", call.workspace, strerror(errno));
    }
    if (is_mail) {
        pl_json_find(request, "place", &place);
        return pl_tool_mail(&call, smtp, place);
    }
    if (call.root < 0) return pl_tool_fail(&call, 403, "the run has no workspace");
    unsigned refused = enter(&call, entry);
    return refused ? refused : entry->run(&call);
}

/* ---- arguments ---- */

PlStr pl_tool_text(const PlToolCall *call, const char *name, const char *otherwise)
{
    PlStr raw;
    if (!pl_json_find(call->args, name, &raw) || raw.len == 0 || raw.ptr[0] != '"') return pl_str_z(otherwise);
    return pl_json_find_text(call->arena, call->args, name);
}

int64_t pl_tool_int(const PlToolCall *call, const char *name, int64_t otherwise)
{
    PlStr raw;
    int64_t n;
    return pl_json_find(call->args, name, &raw) && pl_str_to_int(raw, &n) ? n : otherwise;
}

bool pl_tool_yes(const PlToolCall *call, const char *name, bool otherwise)
{
    PlStr raw;
    if (!pl_json_find(call->args, name, &raw)) return otherwise;
    return pl_str_eq_z(raw, "true") || (otherwise && !pl_str_eq_z(raw, "false"));
}

uint32_t pl_tool_list(PlArena *arena, PlStr object, const char *name, PlStr **out)
{
    PlStr raw;
    uint32_t count = 0, room = 16;
    *out = PL_NEW_N(arena, PlStr, room);
    if (!pl_json_find(object, name, &raw)) return 0;
    PlJsonScan scan;
    pl_json_scan_init(&scan, raw);
    PlJsonEvent event = pl_json_scan_next(&scan);
    for (event = event == PL_JSON_ARRAY_BEGIN ? pl_json_scan_next(&scan) : PL_JSON_ERROR; event != PL_JSON_ARRAY_END && event != PL_JSON_ERROR;
         event = pl_json_scan_next(&scan)) {
        if (event == PL_JSON_OBJECT_BEGIN || event == PL_JSON_ARRAY_BEGIN) event = pl_json_scan_skip(&scan);
        if (event == PL_JSON_ERROR) break;
        if (event != PL_JSON_STRING) continue;
        if (count == room) {
            PlStr *more = PL_NEW_N(arena, PlStr, room * 2);
            memcpy(more, *out, count * sizeof *more);
            *out = more;
            room *= 2;
        }
        (*out)[count++] = pl_arena_str(arena, scan.text);
    }
    pl_json_scan_deinit(&scan);
    return count;
}

/* ---- values out ---- */

void pl_tool_put_text(PlBuf *out, PlStr bytes)
{
    if (pl_utf8_check(bytes) == bytes.len) {
        pl_buf_put_json(out, bytes);
        return;
    }
    PlBuf good;
    size_t at = 0;
    pl_buf_init(&good, 0);
    for (int32_t c; (c = pl_utf8_next(bytes, &at)) >= 0;) pl_utf8_put(&good, c);
    pl_buf_put_json(out, pl_buf_str(&good));
    pl_buf_deinit(&good);
}

void pl_tool_put_time(PlBuf *out, int64_t seconds)
{
    struct tm day;
    char text[40];
    time_t time = (time_t)seconds;
    if (!gmtime_r(&time, &day) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &day)) snprintf(text, sizeof text, "1970-01-01T00:00:00Z");
    pl_buf_printf(out, "\"%s\"", text);
}

/* ---- paths ---- */

int pl_tool_open(const PlToolCall *call, PlStr path, int flags, unsigned mode)
{
    struct open_how how = {.flags = (unsigned)(flags | O_CLOEXEC), .mode = mode};
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
    if (memchr(path.ptr, 0, path.len)) {
        errno = EINVAL;
        return -1;
    }
    const char *name = path.len ? pl_arena_str(call->arena, path).ptr : ".";
    long fd = -1;
    for (int tries = 0; tries < 100; tries++) { /* EAGAIN: something was renamed on the way, anywhere (openat2(2)) */
        fd = syscall(SYS_openat2, call->root, name, &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN) break;
    }
    return (int)fd;
}

int pl_tool_open_parent(const PlToolCall *call, PlStr path, PlStr *name)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/') path.len--;
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') slash--;
    *name = pl_arena_str(call->arena, pl_str_slice(path, slash, path.len));
    bool is_name = name->len && !pl_str_eq_z(*name, ".") && !pl_str_eq_z(*name, "..") && !memchr(path.ptr, 0, path.len);
    if (!is_name) {
        errno = EINVAL;
        return -1;
    }
    return pl_tool_open(call, pl_str_slice(path, 0, slash), O_PATH | O_DIRECTORY, 0);
}
