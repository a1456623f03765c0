/* SPDX-License-Identifier: MIT */
/* pilotc fix: makes the fixes that diagnostics carry. The changes go to standard output as a diff, or with --write into the file; what was done and
 * what is left to standard error. */
#include "compiler/ask/diff.h"
#include "compiler/ask/fix.h"
#include "compiler/cli/pilotc.h"
#include "compiler/present/diag_json.h"

#include <stdio.h>

typedef struct FixOptions {
    PlcOptions o;
    bool write, diff, all, plan;
} FixOptions;

static void put_fixed(const PlFixeds *fixed, const char *path)
{
    for (uint32_t i = 0; i < fixed->len; i++) {
        const PlFixed *f = &fixed->items[i];
        fprintf(stderr, "%s[%s]: %s:%u:%u: " PL_FMT "\n", f->sure ? "fixed" : "guessed", pl_diag_infos[f->code].code, path, f->at.line, f->at.column,
                PL_ARG(f->message));
    }
}

static void json_fixed(PlBuf *json, const PlFixeds *fixed)
{
    for (uint32_t i = 0; i < fixed->len; i++) {
        const PlFixed *f = &fixed->items[i];
        pl_buf_printf(json, "{\"type\":\"fixed\",\"code\":\"%s\",\"line\":%u,\"column\":%u,\"sure\":%s,\"message\":", pl_diag_infos[f->code].code, f->at.line,
                      f->at.column, f->sure ? "true" : "false");
        pl_buf_put_json(json, f->message);
        pl_buf_put_z(json, ",\"was\":");
        pl_buf_put_json(json, f->was);
        pl_buf_put_z(json, ",\"is\":");
        pl_buf_put_json(json, f->is);
        pl_buf_put_z(json, "}\n");
    }
}

static void put_left(const PlDiags *diags, const char *path, uint32_t fixed)
{
    if (diags->errors + diags->questions == 0) {
        fprintf(stderr, "%s: %u fixed, nothing is open\n", path, fixed);
        return;
    }
    fprintf(stderr, "%s: %u fixed; left: %u error%s, %u question%s (`pilotc check %s` prints them)\n", path, fixed, diags->errors,
            diags->errors == 1 ? "" : "s", diags->questions, diags->questions == 1 ? "" : "s", path);
}

/* The fixed text to where it goes; PL_OK or after a message. */
static PlStatus put_text(PlArena *arena, const FixOptions *f, const char *path, PlStr before, PlStr after)
{
    bool standard = strcmp(path, "-") == 0;
    PlStatus status = PL_OK;
    if (f->write && !standard && !pl_str_eq(before, after)) status = plc_write_plan(arena, path, before, after);
    if (f->o.json || status != PL_OK) return status;
    PlBuf out;
    pl_buf_init(&out, 0);
    if (f->plan || (f->write && standard)) pl_buf_put(&out, after);
    else if (!f->write || f->diff) pl_diff_print(&out, arena, standard ? PL_STR("plan.pilot") : pl_str_z(path), before, after);
    return pl_cli_put(&out) == 0 ? PL_OK : PL_IO;
}

static int fix_one(PlArena *arena, const FixOptions *f, const char *path, PlBuf *json)
{
    PlSources sources;
    PlDiags project_diags;
    PlProject project;
    PlCompileOptions options;
    PlSession session;
    PlFixeds fixed = {0};
    PlStr text;
    pl_sources_init(&sources, arena);
    pl_diags_init(&project_diags, arena, &sources);
    int code = plc_load(arena, &f->o, path, &project, &project_diags, &options);
    if (code >= 0) return code;
    if (!pl_cli_read(arena, path, PL_LIMIT_SOURCE_BYTES, &text)) return 2;
    pl_session_begin(&session, arena, text, &options);
    pl_fix_run(&session, f->all, &fixed);
    PlStatus status = put_text(arena, f, path, text, session.text);
    if (status != PL_OK) return pl_status_exit_code(status);
    const PlDiags *diags = &session.compiled.diags;
    if (f->o.json) {
        json_fixed(json, &fixed);
        PlDiags shown;
        pl_diags_shown(arena, diags, f->o.verbose, &shown);
        pl_diags_json(json, &shown);
        pl_buf_printf(json, "{\"type\":\"summary\",\"ok\":%s,\"fixed\":%u,\"errors\":%u,\"questions\":%u,\"plan\":",
                      session.compiled.checked ? "true" : "false", fixed.len, diags->errors, diags->questions);
        pl_buf_put_json(json, session.text);
        pl_buf_put_z(json, "}\n");
    } else {
        put_fixed(&fixed, path);
        put_left(diags, path, fixed.len);
    }
    return diags->errors ? 1 : diags->questions ? 5 : 0;
}

int plc_cmd_fix(PlArena *arena, int argc, char **argv)
{
    FixOptions f = {0};
    const PlCliOption options[] = {{"write", 'w', PL_CLI_FLAG, &f.write, NULL, "write the file instead of printing what would change"},
                                   {"diff", 0, PL_CLI_FLAG, &f.diff, NULL, "print the changes as a diff (the default without --write)"},
                                   {"plan", 0, PL_CLI_FLAG, &f.plan, NULL, "print the fixed plan instead of a diff"},
                                   {"all", 0, PL_CLI_FLAG, &f.all, NULL, "also guesses (\"did you mean\"): each is kept only if it leaves less open"},
                                   {"strict", 0, PL_CLI_FLAG, &f.o.strict, NULL, "whatever the compiler would change or assume counts as an error"},
                                   {"verbose", 'v', PL_CLI_FLAG, &f.o.verbose, NULL, "with --json: also the notes on API documents"},
                                   {"json", 0, PL_CLI_FLAG, &f.o.json, NULL, "one JSON object a line: each fix, what is left, the plan"},
                                   PLC_PLUGIN_OPTIONS(f.o)};
    const PlCliCommand command = {"pilotc fix FILE.pilot... [options]",
                                  "Mends what can be mended without changing what the plan means. Doing it twice changes nothing. Exit codes are those\n"
                                  "of check, for what is left.",
                                  options, sizeof options / sizeof *options};
    PlCliList rest = {0};
    int code = pl_cli_parse(arena, &command, argc, argv, &rest), worst = 0;
    if (code >= 0) return code;
    if (rest.count == 0) return pl_cli_fail(PL_USAGE, "no file was given\n  = help: usage: %s", command.usage);
    PlBuf json;
    pl_buf_init(&json, 0);
    if (f.o.json) pl_cli_json_begin(&json, "fix");
    for (uint32_t i = 0; i < rest.count; i++) {
        code = fix_one(arena, &f, rest.items[i], &json);
        if (worst == 0 || code == 1 || (worst == 5 && code)) worst = code ? code : worst;
    }
    code = f.o.json ? pl_cli_put(&json) : 0;
    pl_buf_deinit(&json);
    return worst ? worst : code;
}
