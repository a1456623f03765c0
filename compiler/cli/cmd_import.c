/* SPDX-License-Identifier: MIT */
/* pilotc import: plans from files in other formats: workflow JSON, Arazzo. The format shows in the text. */
#include "compiler/cli/pilotc.h"
#include "compiler/present/diag_json.h"
#include "compiler/syntax/print.h"
#include "compiler/trade/arazzo.h"
#include "compiler/trade/dsl.h"
#include "vm/base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

typedef struct Import {
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    const char *path, *output, *workflow;
    bool json, list, check, verbose;
    PlBuf lines; /* --json */
} Import;

static void print_findings(Import *im)
{
    PlDiags shown;
    pl_diags_sort(&im->diags);
    pl_diags_shown(im->arena, &im->diags, im->verbose, &shown);
    if (im->json) {
        pl_diags_json(&im->lines, &shown);
        return;
    }
    if (!shown.all.len) return;
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_diags_print(&out, &shown, pl_cli_colour(2));
    pl_cli_say(&out);
}

static PlStr folder_of(const char *path, bool folder)
{
    PlStr s = pl_str_z(path ? path : "");
    while (s.len && !folder && s.ptr[s.len - 1] != '/') s.len--;
    while (s.len > 1 && s.ptr[s.len - 1] == '/') s.len--;
    return s;
}

static int put_plan(Import *im, const PlPlan *plan, const char *path)
{
    PlBuf out;
    pl_buf_init(&out, 0);
    pl_print_plan(&out, plan);
    if (!path) return pl_cli_put(&out);
    errno = 0;
    PlStatus status = out.status != PL_OK ? out.status : pl_buf_write_file(path, pl_buf_str(&out));
    int reason = errno;
    pl_buf_deinit(&out);
    (void)im;
    if (status == PL_OK) return 0;
    if (status == PL_IO && reason == ENOENT) {
        PlStr folder = folder_of(path, false);
        return pl_cli_fail(status, "cannot write %s: there is no folder " PL_FMT "\n  = help: mkdir -p " PL_FMT, path, PL_ARG(folder), PL_ARG(folder));
    }
    return pl_cli_fail(status, "cannot write %s: %s", path,
                       status == PL_IO ? strerror(reason) : pl_status_words(status));
}

static int import_dsl(Import *im, PlStr text)
{
    PlPlan *plan = pl_dsl_read(im->arena, &im->diags, pl_sources_add(&im->sources, pl_str_z(im->path), text));
    print_findings(im);
    int code = plan->steps.len && !im->check ? put_plan(im, plan, im->output) : 0;
    return code ? code : im->diags.errors ? 1 : im->diags.questions ? pl_status_exit_code(PL_WAITING) : 0;
}

/* ---- Arazzo ---- */

static bool is_folder(const char *path)
{
    struct stat st;
    size_t len = path ? strlen(path) : 0;
    return len && (path[len - 1] == '/' || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)));
}

static void say_workflow(Import *im, const PlArazzo *arazzo, uint32_t i)
{
    PlStr id = pl_arazzo_id(arazzo, i), summary = pl_arazzo_summary(arazzo, i);
    if (!im->json) {
        PlBuf line;
        pl_buf_init(&line, 0);
        pl_utf8_put_line(&line, pl_arena_printf(im->arena, PL_FMT "  (%u steps)  " PL_FMT, PL_ARG(id), pl_arazzo_step_count(arazzo, i), PL_ARG(summary)));
        pl_buf_put_char(&line, '\n');
        (void)pl_cli_put(&line);
        return;
    }
    pl_buf_put_z(&im->lines, "{\"type\":\"workflow\",\"id\":");
    pl_buf_put_json(&im->lines, id);
    pl_buf_printf(&im->lines, ",\"steps\":%u}\n", pl_arazzo_step_count(arazzo, i));
}

static const char *plan_path(Import *im, PlStr id)
{
    if (!im->output || !is_folder(im->output)) return im->output;
    PlStr folder = folder_of(im->output, true);
    PlStr path = pl_arena_printf(im->arena, PL_FMT "/" PL_FMT ".pilot", PL_ARG(folder), PL_ARG(id));
    char *z = (char *)(uintptr_t)path.ptr;
    for (size_t i = folder.len + 1; i < path.len; i++)
        if (z[i] == '/' || z[i] == ' ') z[i] = '_';
    return z;
}

static int import_arazzo(Import *im, PlStr text)
{
    pl_types_init(&im->types, im->arena);
    PlCatalog *catalog = pl_catalog_new(im->arena, &im->sources, &im->diags, &im->types);
    PlArazzo *arazzo = pl_arazzo_read(im->arena, catalog, pl_str_z(im->path), text);
    if (!arazzo) {
        print_findings(im);
        return 1;
    }
    uint32_t count = pl_arazzo_count(arazzo), chosen = 0;
    bool all = im->check || (im->output && is_folder(im->output)), one = count == 1 && !im->workflow;
    bool list = im->list || (!all && !one && !im->workflow);
    if (im->output && is_folder(im->output) && mkdir(im->output, 0777) != 0 && errno != EEXIST)
        return pl_cli_fail(PL_IO, "cannot make the folder %s: %s", im->output, strerror(errno));
    PlStr folder = folder_of(im->output, im->output && is_folder(im->output));
    int code = 0;
    for (uint32_t i = 0; i < count && code == 0; i++) {
        PlStr id = pl_arazzo_id(arazzo, i);
        if (list || im->check) say_workflow(im, arazzo, i);
        if (list || (im->workflow && !pl_str_eq_z(id, im->workflow))) continue;
        chosen++;
        PlPlan *plan = pl_arazzo_plan(arazzo, i, folder);
        if (!im->check) code = put_plan(im, plan, plan_path(im, id));
    }
    print_findings(im);
    if (code) return code;
    if (im->workflow && !chosen && !list)
        return pl_cli_fail(PL_USAGE, "there is no workflow `%s` in %s", im->workflow, im->path);
    return im->diags.errors ? 1 : 0;
}

int plc_cmd_import(PlArena *arena, int argc, char **argv)
{
    Import im = {.arena = arena};
    const PlCliOption options[] = {
        {"output", 'o', PL_CLI_TEXT, &im.output, "FILE",
         "where the plan goes; a folder (ends in /) takes one file for each workflow"},
        {"workflow", 'w', PL_CLI_TEXT, &im.workflow, "ID", "the workflow to take of an Arazzo document"},
        {"list", 'l', PL_CLI_FLAG, &im.list, NULL, "only the ids of an Arazzo document's workflows"},
        {"check", 0, PL_CLI_FLAG, &im.check, NULL, "write nothing; say what contradicts the API documents"},
        {"verbose", 'v', PL_CLI_FLAG, &im.verbose, NULL, "also the notes on API documents"},
        {"json", 0, PL_CLI_FLAG, &im.json, NULL, "findings as JSON, one object a line (with --check)"}};
    const PlCliCommand command = {
        "pilotc import FILE [-o FILE.pilot] [options]",
        "Makes a plan of workflow JSON (spec/dsl.md), also where the JSON is cut off or slightly broken, and a plan "
        "for each\n"
        "workflow of an Arazzo document (spec/arazzo.md), checked against the API documents it names.",
        options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    if (rest.count != 1) return pl_cli_fail(PL_USAGE, "give one file\n  = help: usage: %s", command.usage);
    if (im.json && !im.check && !im.list) return pl_cli_fail(PL_USAGE, "--json goes with --check or --list");
    PlStr text;
    im.path = rest.items[0];
    if (!pl_cli_read(arena, im.path, PL_LIMIT_DOCUMENT_BYTES, &text)) return 2;
    pl_sources_init(&im.sources, arena);
    pl_diags_init(&im.diags, arena, &im.sources);
    pl_buf_init(&im.lines, 0);
    if (im.json) pl_cli_json_begin(&im.lines, "import");
    if (pl_arazzo_is(text))
        code = import_arazzo(&im, text);
    else if (text.len > PL_LIMIT_SOURCE_BYTES)
        code = pl_cli_fail(PL_LIMIT, "%s is larger than a plan may be", im.path);
    else
        code = import_dsl(&im, text);
    int put = pl_cli_put(&im.lines);
    return code ? code : put;
}
