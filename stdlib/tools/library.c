/* SPDX-License-Identifier: MIT */
/* Native functions in a worker: the library is loaded first, then the walls close, then it is called. */
#include "stdlib/tools/tool.h"

#include "stdlib/native.h"
#include "vm/base/json_scan.h"

unsigned pl_tool_library(PlToolCall *call)
{
    PlStr functions = PL_STR("{}"), spec;
    const char *layer, *function = pl_arena_str(call->arena, call->action).ptr;
    PlStr library = pl_json_find_text(call->arena, call->config, "library");
    PlSandbox walls = {.own_processes = true, .cpu_seconds = 120, .files = 256, .file_bytes = 1ull << 30, .memory_bytes = 4ull << 30};
    PlBuf why;
    pl_json_find(call->config, "functions", &functions);
    if (!pl_json_find(functions, function, &spec)) return pl_tool_fail(call, 404, "the manifest has no function %s", function);
    pl_buf_init(&why, 1024);
    void *handle = pl_native_open(library, &why, call->arena);
    unsigned status = handle ? 0 : pl_tool_fail(call, 404, "the library " PL_FMT ": " PL_FMT, PL_ARG(library), PL_ARG(pl_buf_str(&why)));
    pl_buf_deinit(&why);
    if (status) return status;
    if (pl_sandbox_enter(&walls, &layer) != PL_OK) return pl_tool_fail(call, 403, "this machine cannot wall the library in: no %s; nothing was called", layer);
    return pl_native_call(call->arena, handle, call->action, spec, call->args, call->out);
}
