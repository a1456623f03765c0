/* SPDX-License-Identifier: MIT */
/* pilotc import: a plan from a file in another format. */
#include "compiler/cli/pilotc.h"
#include "compiler/syntax/print.h"
#include "compiler/trade/dsl.h"

#include <errno.h>
#include <stdio.h>

typedef struct Import {
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    const char *output;
    bool json;
} Import;

static void print_findings(Import *im)
{
    pl_diags_sort(&im->diags);
    if (!im->diags.all.len) return;
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diags_print(&out, &im->diags, pl_cli_colour(2));
    fwrite(pl_buf_str(&out).ptr, 1, out.len, stderr);
    pl_buf_deinit(&out);
}

static int put_plan(Import *im, const PlPlan *plan)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_print_plan(&out, plan);
    if (!im->output) return pl_cli_put(&out);
    errno = 0;
    PlStatus status = out.status != PL_OK ? out.status : pl_buf_write_file(im->output, pl_buf_str(&out));
    int reason = errno;
    pl_buf_deinit(&out);
    if (status == PL_OK) return 0;
    return pl_cli_fail(status, "cannot write %s: %s", im->output, status == PL_IO ? strerror(reason) : pl_status_words(status));
}

static int import_dsl(Import *im, uint32_t source)
{
    PlPlan *plan = pl_dsl_read(im->arena, &im->diags, source);
    print_findings(im);
    int code = plan->steps.len ? put_plan(im, plan) : 0;
    return code ? code : im->diags.errors ? 1 : 0;
}

int plc_cmd_import(PlArena *arena, int argc, char **argv)
{
    Import im = {.arena = arena};
    const PlCliOption options[] = {{"output", 'o', PL_CLI_TEXT, &im.output, "FILE", "where the plan goes (default: standard output)"}};
    const PlCliCommand command = {"pilotc import FILE.json [-o FILE.pilot]",
                                  "Makes a plan of workflow JSON (spec/dsl.md), also where the JSON is cut off or slightly broken.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (rest.count != 1) return pl_cli_fail(PL_USAGE, "give one file\n  = help: usage: %s", command.usage);
    PlStr text;
    if (!pl_cli_read(arena, rest.items[0], PL_LIMIT_SOURCE_BYTES, &text)) return 2;
    pl_sources_init(&im.sources, arena);
    pl_diags_init(&im.diags, arena, &im.sources);
    return import_dsl(&im, pl_sources_add(&im.sources, pl_str_z(rest.items[0]), text));
}
