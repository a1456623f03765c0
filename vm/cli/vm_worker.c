/* SPDX-License-Identifier: MIT */
/* pilotvm worker: plays one call of a built-in tool for vm/io/door_tool.c. A request on standard input, a status and a body on standard output. */
#include "stdlib/tools/tool.h"
#include "vm/cli/vm.h"
#include "vm/io/smtp.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int plv_cmd_worker(PlArena *arena, int argc, char **argv)
{
    const PlCliCommand command = {
        "pilotvm worker", "Plays one call of a built-in tool: a request on standard input, the answer on standard output. Runs start it themselves.",
        NULL, 0};
    PlCliList rest = {0};
    PlStr request;
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    close_range(3, ~0u, 0);
    prctl(PR_SET_PDEATHSIG, 9); /* a run that is killed takes its tools with it */
    if (!pl_cli_read(arena, "-", PL_LIMIT_BODY_BYTES, &request)) return 2;
    int out = dup(1); /* what a library prints is no part of the answer */
    if (out < 0 || dup2(2, 1) < 0) return 2;
    PlBuf body, answer;
    pl_buf_init(&body, 0);
    pl_buf_init(&answer, 0);
    PlSmtp *smtp = pl_smtp_new();
    PlSmtpPort port = pl_smtp_port(smtp);
    unsigned status = pl_tool_serve(arena, request, smtp ? &port : NULL, &body);
    if (smtp) port.close(port.self);
    fflush(stdout);
    if (dup2(out, 1) < 0) return 2;
    close(out);
    if (body.status != PL_OK) pl_buf_printf(&answer, "500\n{\"error\":\"%s\"}", pl_status_words(body.status));
    else pl_buf_printf(&answer, "%u\n" PL_FMT, status, PL_ARG(pl_buf_str(&body)));
    pl_buf_deinit(&body);
    return pl_cli_put(&answer);
}
