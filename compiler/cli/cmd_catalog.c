/* SPDX-License-Identifier: MIT */
/* pilotc catalog: the actions that API documents offer. */
#include "compiler/cli/pilotc.h"
#include "compiler/present/catalog_json.h"
#include "compiler/present/diag_json.h"
#include "vm/base/arena_end.h"

#include <stdio.h>

/* What an operation lost, or why there is none, is a warning, and documents of others have many: their number is said. */
static void say_hidden(PlArena *arena, const PlDiags *all, bool verbose)
{
    PlDiags shown;
    pl_diags_shown(arena, all, verbose, &shown);
    unsigned count = all->warnings - shown.warnings;
    if (verbose || !count) return;
    fprintf(stderr, "%u warning%s on what the documents say: --verbose prints %s\n", count, count == 1 ? "" : "s", count == 1 ? "it" : "them");
}

static void free_buf(void *user)
{
    pl_buf_deinit(user);
}

int plc_cmd_catalog(PlArena *arena, int argc, char **argv)
{
    PlcOptions o = {0};
    const char *search = NULL;
    bool details = false;
    const PlCliOption options[] = {{"search", 's', PL_CLI_TEXT, &search, "TEXT", "only actions whose name, title or path has these words"},
                                   {"details", 'd', PL_CLI_FLAG, &details, NULL, "arguments, results, statuses and credentials too"},
                                   PLC_PLUGIN_OPTIONS(o),
                                   {"verbose", 'v', PL_CLI_FLAG, &o.verbose, NULL, "also the notes on the documents"},
                                   {"json", 0, PL_CLI_FLAG, &o.json, NULL, "one JSON object a line; the first names the format"}};
    const PlCliCommand command = {"pilotc catalog [DOC...] [options]",
                                  "Lists the actions of API documents: those given, else those of the project.", options,
                                  sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest);
    if (code >= 0) return code;
    for (uint32_t i = 0; i < rest.count; i++) pl_cli_list_add(arena, &o.plugins, rest.items[i]);
    PlSources sources;
    PlDiags project_diags;
    PlProject project;
    PlCompileOptions compile;
    pl_sources_init(&sources, arena);
    pl_diags_init(&project_diags, arena, &sources);
    code = plc_load(arena, &o, NULL, &project, &project_diags, &compile);
    if (code >= 0) return code;
    compile.shelf = false; /* it shows what only the documents have */
    PlCompiled compiled;
    PlStatus status = pl_compile_catalog(arena, &compile, &compiled);
    if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    PlBuf *out = PL_NEW(arena, PlBuf); /* what is printed is read from the documents as it goes, which may leave through the arena */
    pl_buf_init(out, 0);
    pl_arena_end_new(arena, free_buf)->user = out;
    PlStr words = pl_str_z(search ? search : "");
    if (o.json) {
        pl_cli_json_begin(out, "catalog");
        status = pl_catalog_json(out, compiled.catalog, NULL, words, details);
        if (status != PL_OK) return pl_cli_fail(status, "%s", pl_status_words(status));
    } else {
        pl_catalog_print(out, compiled.catalog, NULL, words, details);
    }
    plc_print_findings(arena, &o, &compiled, o.json ? out : NULL);
    code = o.json ? pl_cli_put(out) : pl_cli_put_shown(out);
    if (!o.json) say_hidden(arena, &compiled.diags, o.verbose);
    return code ? code : compiled.diags.errors ? 1 : 0;
}
