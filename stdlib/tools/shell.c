/* SPDX-License-Identifier: MIT */
/* shell.run: one program of the project's list, its arguments as they are. No shell reads them: there is nothing to quote and nothing to inject. */
#include "stdlib/tools/tool.h"

#include <errno.h>
#include <string.h>

enum { MOST_SECONDS = 3600, MOST_OUTPUT = 16777216 };

static bool is_listed(const PlToolCall *call, PlStr program)
{
    PlStr *all;
    uint32_t count = pl_tool_list(call->arena, call->config, "programs", &all);
    for (uint32_t i = 0; i < count; i++)
        if (pl_str_eq(all[i], program)) return true;
    return false;
}

static uint64_t within(int64_t n, int64_t otherwise, int64_t most)
{
    if (n <= 0) n = otherwise;
    return (uint64_t)(n < most ? n : most);
}

static unsigned put_result(PlToolCall *call, const PlToolRun *run)
{
    PlBuf *out = call->out;
    pl_buf_printf(out, "{\"exit_code\":%d,\"ok\":%s,\"stdout\":", run->code, run->code == 0 ? "true" : "false");
    pl_tool_put_text(out, pl_buf_str(&run->out));
    pl_buf_put_z(out, ",\"stderr\":");
    pl_tool_put_text(out, pl_buf_str(&run->err));
    pl_buf_printf(out, ",\"truncated\":%s}", run->out_cut || run->err_cut ? "true" : "false");
    return 200;
}

static unsigned shell_run(PlToolCall *call)
{
    PlStr program = pl_tool_text(call, "program", ""), *args;
    if (!is_listed(call, program))
        return pl_tool_fail(call, 403, "the project does not list the program " PL_FMT " (programs: of the plugin's config)", PL_ARG(program));
    const char *path = pl_tool_program(call->arena, program);
    if (!path) return pl_tool_fail(call, 404, "there is no program " PL_FMT, PL_ARG(program));
    uint32_t count = pl_tool_list(call->arena, call->args, "args", &args);
    const char **argv = PL_NEW_N(call->arena, const char *, count + 2);
    argv[0] = path;
    for (uint32_t i = 0; i < count; i++) {
        if (memchr(args[i].ptr, 0, args[i].len)) return pl_tool_fail(call, 400, "argument %u has a zero byte", i + 1);
        argv[i + 1] = args[i].ptr;
    }
    PlToolCall limits = *call;
    limits.args = call->config;
    PlToolRun run = {.argv = argv, .input = pl_tool_text(call, "input", "")};
    run.seconds = within(pl_tool_int(call, "seconds", 0), pl_tool_int(&limits, "seconds", 60), pl_tool_int(&limits, "seconds", MOST_SECONDS));
    run.most = within(pl_tool_int(&limits, "output", 0), 1 << 20, MOST_OUTPUT);
    unsigned status;
    if (!pl_tool_run(call, &run)) status = pl_tool_fail(call, 500, "%s: %s", path, strerror(errno));
    else if (run.timed_out)
        status = pl_tool_fail(call, 504, PL_FMT " ran for more than %llu s and was killed", PL_ARG(program), (unsigned long long)run.seconds);
    else if (run.signal) status = pl_tool_fail(call, 500, PL_FMT " was killed by signal %d", PL_ARG(program), run.signal);
    else status = put_result(call, &run);
    pl_tool_run_end(&run);
    return status;
}

const PlToolEntry pl_tools_shell[] = {
    {"shell", "run", shell_run, PL_TOOL_PROGRAMS},
    {NULL, NULL, NULL, PL_TOOL_READS},
};
