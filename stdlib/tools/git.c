/* SPDX-License-Identifier: MIT */
/* git on a repository of the workspace. Nothing of it leaves the machine, no hook and no helper program of the repository is run, and no text of a
 * plan can be taken for an option. */
#include "stdlib/tools/tool.h"

#include "vm/base/number.h"

#include <errno.h>
#include <string.h>

enum { ARGS = 512 };

typedef struct Git {
    PlToolCall *call;
    const char *argv[ARGS];
    uint32_t count;
    PlToolRun run;
} Git;

static void put(Git *g, const char *arg)
{
    if (g->count < ARGS - 1) g->argv[g->count++] = arg;
}

static bool put_text(Git *g, PlStr arg)
{
    if (memchr(arg.ptr, 0, arg.len)) return false;
    put(g, pl_arena_str(g->call->arena, arg).ptr);
    return true;
}

/* A revision or a name of a branch: one that begins with '-' would be an option. */
static bool put_name(Git *g, PlStr name)
{
    return name.len && name.ptr[0] != '-' && put_text(g, name);
}

static void begin(Git *g, PlToolCall *call, const char *command)
{
    static const char *const quiet[] = {
        "-c", "core.hooksPath=/dev/null", "-c",         "core.fsmonitor=false",  "-c", "core.pager=cat", "-c", "protocol.allow=never",
        "-c", "diff.external=",           "-c",         "core.sshCommand=false", "-c", "gc.auto=0",      "-c", "safe.directory=*",
        "-c", "core.quotePath=false", "-c", "log.showSignature=false",     "--no-pager", "--literal-pathspecs"};
    *g = (Git){.call = call};
    put(g, "/usr/bin/git");
    for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++) put(g, quiet[i]);
    PlStr folder = pl_tool_text(call, "repository", ".");
    put(g, "-C");
    put_text(g, folder.len ? folder : PL_STR("."));
    put(g, command);
}

/* 0 when it went well, else the status of the answer, which is written. */
static unsigned go(Git *g)
{
    static const char *const env[] = {
        "PATH=/usr/bin:/bin",    "LANG=C.UTF-8",           "HOME=/nonexistent",    "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
        "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false", "GIT_OPTIONAL_LOCKS=0", "GIT_ALLOW_PROTOCOL=", "GIT_NO_LAZY_FETCH=1", "GIT_EDITOR=/bin/false", NULL};
    if (g->count == ARGS - 1) return pl_tool_fail(g->call, 413, "too many paths for one call");
    g->argv[g->count] = NULL;
    g->run.argv = g->argv;
    g->run.env = env;
    g->run.most = 16777216;
    if (!pl_tool_run(g->call, &g->run)) return pl_tool_fail(g->call, 500, "git cannot be started: %s", strerror(errno));
    if (g->run.timed_out) return pl_tool_fail(g->call, 504, "git ran for more than a minute and was killed");
    if (g->run.code == 126) return pl_tool_fail(g->call, 404, "git is not installed");
    if (g->run.out_cut) return pl_tool_fail(g->call, 413, "git printed more than 16 MiB");
    if (g->run.code == 0) return 0;
    PlStr why = pl_str_trim(pl_buf_str(g->run.err.len ? &g->run.err : &g->run.out));
    return pl_tool_fail(g->call, g->run.code == 1 ? 409 : 400, "git: " PL_FMT, PL_ARG(why));
}

static PlStr output(const Git *g)
{
    return pl_buf_str(&g->run.out);
}

static unsigned end(Git *g, unsigned status)
{
    pl_tool_run_end(&g->run);
    return status;
}

/* Cuts `text` at the next `stop`; the piece before it. */
static PlStr cut(PlStr *text, char stop)
{
    size_t at = pl_str_find_char(*text, stop, 0);
    PlStr piece = pl_str_slice(*text, 0, at == PL_STR_NONE ? text->len : at);
    *text = pl_str_slice(*text, at == PL_STR_NONE ? text->len : at + 1, text->len);
    return piece;
}

static void put_field(PlBuf *out, const char *name, PlStr value)
{
    pl_buf_printf(out, "%s\"%s\":", out->len && out->ptr[out->len - 1] == '{' ? "" : ",", name);
    pl_tool_put_text(out, value);
}

/* ---- status: --porcelain=v1 -z ---- */

static const char *change_of(char c)
{
    switch (c) {
    case 'M': return "modified";
    case 'A': return "added";
    case 'D': return "deleted";
    case 'R': return "renamed";
    case 'C': return "copied";
    case 'T': return "type changed";
    case 'U': return "conflict";
    case '?': return "untracked";
    default: return "unchanged";
    }
}

static unsigned git_status(PlToolCall *call)
{
    Git g;
    begin(&g, call, "status");
    put(&g, "--porcelain=v1");
    put(&g, "-z");
    put(&g, "--branch");
    unsigned status = go(&g);
    PlStr rest = output(&g), branch = cut(&rest, 0);
    if (status) return end(&g, status);
    branch = pl_str_slice(branch, branch.len < 3 ? branch.len : 3, branch.len); /* "## main...origin/main" */
    if (pl_str_starts(branch, PL_STR("No commits yet on "))) branch = pl_str_slice(branch, 18, branch.len);
    size_t dots = pl_str_find(branch, PL_STR("..."), 0);
    pl_buf_put_char(call->out, '{');
    put_field(call->out, "branch", pl_str_slice(branch, 0, dots == PL_STR_NONE ? branch.len : dots));
    pl_buf_printf(call->out, ",\"clean\":%s,\"changes\":[", rest.len ? "false" : "true");
    for (bool any = false; rest.len > 3; any = true) {
        PlStr entry = cut(&rest, 0), from = PL_STR("");
        if (entry.ptr[0] == 'R' || entry.ptr[0] == 'C') from = cut(&rest, 0);
        pl_buf_put_z(call->out, any ? ",{" : "{");
        put_field(call->out, "path", pl_str_slice(entry, 3, entry.len));
        put_field(call->out, "staged", pl_str_z(change_of(entry.ptr[0] == '?' ? ' ' : entry.ptr[0])));
        put_field(call->out, "unstaged", pl_str_z(change_of(entry.ptr[1])));
        if (from.len) put_field(call->out, "from", from);
        pl_buf_put_char(call->out, '}');
    }
    pl_buf_put_z(call->out, "]}");
    return end(&g, 200);
}

/* ---- log and show: seven fields a commit, each ends with a zero byte, the only one that no commit can have ---- */

#define RECORD "--format=%H%x00%an%x00%ae%x00%aI%x00%s%x00%b%x00%P%x00"

/* Takes a commit off the front of `text`. */
static void put_commit(PlBuf *out, PlStr *text)
{
    static const char *const names[] = {"id", "author", "email", "time", "subject", "body"};
    pl_buf_put_char(out, '{');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) put_field(out, names[i], pl_str_trim(cut(text, 0)));
    PlStr parents = cut(text, 0);
    pl_buf_put_z(out, ",\"parents\":[");
    for (bool any = false; parents.len; any = true) {
        if (any) pl_buf_put_char(out, ',');
        pl_tool_put_text(out, cut(&parents, ' '));
    }
    pl_buf_put_z(out, "]}");
}

static bool put_range(Git *g)
{
    PlStr from = pl_tool_text(g->call, "from", ""), to = pl_tool_text(g->call, "to", "");
    if (!to.len) to = PL_STR("HEAD");
    if (!from.len) return put_name(g, to);
    return from.ptr[0] != '-' && to.ptr[0] != '-' && put_text(g, pl_arena_printf(g->call->arena, PL_FMT ".." PL_FMT, PL_ARG(from), PL_ARG(to)));
}

static unsigned git_log(PlToolCall *call)
{
    Git g;
    int64_t most = pl_tool_int(call, "max", 100);
    begin(&g, call, "log");
    put(&g, RECORD);
    put(&g, pl_arena_printf(call->arena, "--max-count=%lld", (long long)(most < 1 ? 1 : most > 10000 ? 10000 : most)).ptr);
    PlStr since = pl_tool_text(call, "since", ""), path = pl_tool_text(call, "path", "");
    if (since.len) put_text(&g, pl_arena_printf(call->arena, "--since=" PL_FMT, PL_ARG(since)));
    if (!put_range(&g)) return pl_tool_fail(call, 400, "from and to are names of commits");
    put(&g, "--");
    if (path.len) put_text(&g, path);
    unsigned status = go(&g);
    if (status) return end(&g, status);
    PlStr rest = output(&g);
    pl_buf_put_z(call->out, "{\"commits\":[");
    for (bool any = false; pl_str_trim(rest).len; any = true) {
        if (any) pl_buf_put_char(call->out, ',');
        put_commit(call->out, &rest);
    }
    pl_buf_put_z(call->out, "]}");
    return end(&g, 200);
}

static unsigned git_show(PlToolCall *call)
{
    Git g;
    PlStr commit = pl_tool_text(call, "commit", "HEAD");
    begin(&g, call, "show");
    put(&g, "--no-ext-diff");
    put(&g, "--no-textconv");
    put(&g, RECORD);
    PlStr peeled = pl_arena_printf(call->arena, PL_FMT "^{commit}", PL_ARG(commit)); /* a tag's commit; never a file or a folder */
    if (!commit.len || memchr(commit.ptr, 0, commit.len) || !put_name(&g, peeled))
        return pl_tool_fail(call, 400, PL_FMT " is no name of a commit", PL_ARG(commit));
    put(&g, "--");
    unsigned status = go(&g);
    if (status) return end(&g, status);
    PlStr rest = output(&g);
    pl_buf_put_z(call->out, "{\"commit\":");
    put_commit(call->out, &rest);
    put_field(call->out, "diff", pl_str_trim(rest));
    pl_buf_put_char(call->out, '}');
    return end(&g, 200);
}

/* ---- diff ---- */

static unsigned git_diff(PlToolCall *call)
{
    Git g;
    PlStr from = pl_tool_text(call, "from", ""), to = pl_tool_text(call, "to", ""), path = pl_tool_text(call, "path", "");
    begin(&g, call, "diff");
    put(&g, "--no-ext-diff");
    put(&g, "--no-textconv");
    if (pl_tool_yes(call, "staged", false)) put(&g, "--cached");
    if ((from.len && !put_name(&g, from)) || (to.len && !put_name(&g, to))) return pl_tool_fail(call, 400, "from and to are names of commits");
    put(&g, "--");
    if (path.len) put_text(&g, path);
    unsigned status = go(&g);
    if (status) return end(&g, status);
    PlStr text = output(&g), rest = text;
    unsigned files = 0, added = 0, removed = 0;
    while (rest.len) {
        PlStr line = cut(&rest, '\n');
        files += pl_str_starts(line, PL_STR("diff --git "));
        added += line.len && line.ptr[0] == '+' && !pl_str_starts(line, PL_STR("+++ "));
        removed += line.len && line.ptr[0] == '-' && !pl_str_starts(line, PL_STR("--- "));
    }
    pl_buf_printf(call->out, "{\"files\":%u,\"added\":%u,\"removed\":%u", files, added, removed);
    put_field(call->out, "text", text);
    pl_buf_put_char(call->out, '}');
    return end(&g, 200);
}

/* ---- changes ---- */

static unsigned git_branch(PlToolCall *call)
{
    Git g;
    PlStr name = pl_tool_text(call, "name", ""), from = pl_tool_text(call, "from", "");
    begin(&g, call, "switch");
    put(&g, "--quiet");
    put(&g, "--create");
    if (!put_name(&g, name) || (from.len && !put_name(&g, from))) return pl_tool_fail(call, 400, "name and from are names of branches");
    unsigned status = go(&g);
    if (status) return end(&g, status);
    pl_buf_put_char(call->out, '{');
    put_field(call->out, "branch", name);
    pl_buf_put_char(call->out, '}');
    return end(&g, 200);
}

static unsigned git_add(PlToolCall *call)
{
    Git g;
    PlStr *paths;
    uint32_t count = pl_tool_list(call->arena, call->args, "paths", &paths);
    begin(&g, call, "add");
    put(&g, "--");
    for (uint32_t i = 0; i < count; i++)
        if (!put_text(&g, paths[i])) return pl_tool_fail(call, 400, "a path has a zero byte");
    if (!count) return pl_tool_fail(call, 400, "paths is empty");
    unsigned status = go(&g);
    if (status) return end(&g, status);
    pl_buf_printf(call->out, "{\"paths\":%u}", count);
    return end(&g, 200);
}

static bool put_author(Git *g)
{
    PlStr name = pl_tool_text(g->call, "author", "Pilot"), email = pl_tool_text(g->call, "email", "pilot@localhost");
    bool good = !memchr(name.ptr, '\n', name.len) && !memchr(email.ptr, '\n', email.len);
    PlArena *arena = g->call->arena;
    const char *settings[] = {"-c", pl_arena_printf(arena, "user.name=" PL_FMT, PL_ARG(name)).ptr,
                              "-c", pl_arena_printf(arena, "user.email=" PL_FMT, PL_ARG(email)).ptr,
                              "-c", "commit.gpgSign=false"};
    uint32_t more = sizeof settings / sizeof *settings;
    memmove(g->argv + 1 + more, g->argv + 1, (g->count - 1) * sizeof *g->argv); /* settings stand before the command */
    memcpy(g->argv + 1, settings, sizeof settings);
    g->count += more;
    return good;
}

static unsigned git_commit(PlToolCall *call)
{
    Git g;
    PlStr message = pl_tool_text(call, "message", "");
    begin(&g, call, "commit");
    put(&g, "--quiet");
    put(&g, "--no-verify");
    put(&g, "--file=-");
    if (!put_author(&g)) return pl_tool_fail(call, 400, "author and email are one line");
    g.run.input = message;
    unsigned status = go(&g);
    if (status) return end(&g, status);
    pl_tool_run_end(&g.run);
    begin(&g, call, "log");
    put(&g, RECORD);
    put(&g, "--max-count=1");
    status = go(&g);
    if (status) return end(&g, status);
    PlStr rest = output(&g);
    put_commit(call->out, &rest);
    return end(&g, 200);
}

const PlToolEntry pl_tools_git[] = {
    {"git", "status", git_status, PL_TOOL_GIT_READS},   {"git", "log", git_log, PL_TOOL_GIT_READS},  {"git", "show", git_show, PL_TOOL_GIT_READS},
    {"git", "diff", git_diff, PL_TOOL_GIT_READS},       {"git", "branch", git_branch, PL_TOOL_GIT_CHANGES},
    {"git", "add", git_add, PL_TOOL_GIT_CHANGES},       {"git", "commit", git_commit, PL_TOOL_GIT_CHANGES},
    {NULL, NULL, NULL, PL_TOOL_READS},
};
